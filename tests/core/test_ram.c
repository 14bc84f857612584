#include "core/arena.h"
#include "core/fs.h"
#include "core/ram.h"
#include "tests/unit.h"

#include <stdio.h>
#include <unistd.h>

static char root[100];

static void put(const char *name, const char *text)
{
    char path[300], dir[300];
    snprintf(path, sizeof path, "%s/%s", root, name);
    snprintf(dir, sizeof dir, "%.*s", (int)(strrchr(path, '/') - path), path);
    ok(cad_fs_mkdirs(dir));
    ok(cad_fs_write(path, text, strlen(text)));
}

static void limited(const char *groups, uint64_t total, uint64_t available)
{
    cad_ram r = {.total = 16000, .available = 8000, .resident = 100};
    cad_ram_limit(groups, root, &r);
    assert_int_equal(r.total, total);
    assert_int_equal(r.available, available);
    assert_int_equal(r.resident, 100);
}

/* Both versions of control groups; files that were only read fill the room of a group and make way for what is needed. */
static void test_control_groups_limit_what_is_left(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/cadlm-ram-%ld", (long)getpid());
    ok(cad_fs_remove_tree(root));
    put("job/step/memory.max", "max\n");
    put("job/step/memory.current", "500\n");
    put("job/memory.max", "6000\n");
    put("job/memory.current", "5000\n");
    limited("0::/job/step\n", 6000, 1000);
    put("job/memory.stat", "anon 900\nactive_file 100\ninactive_file 4000\n");
    limited("1:cpu:/\n0::/job/step\n", 6000, 5000);
    put("job/memory.current", "7000\n"); /* beyond its limit for a moment */
    put("job/memory.stat", "inactive_file 10\n");
    limited("0::/job/step", 6000, 0);
    put("memory/job/memory.limit_in_bytes", "4000\n");
    put("memory/job/memory.usage_in_bytes", "3000\n");
    put("memory/job/memory.stat", "inactive_file 1\ntotal_inactive_file 2500\n");
    limited("4:memory:/job\n3:cpuset:/job\n", 4000, 3500);
    limited("4:memory:/elsewhere\n", 16000, 8000);
    limited("", 16000, 8000);
    ok(cad_fs_remove_tree(root));
}

static void test_what_is_free_and_held_lies_within_the_machine(void **state)
{
    (void)state;
    cad_ram r;
    assert_int_equal(cad_ram_get(&r), CAD_OK);
    assert_true(r.total > (64u << 20));
    assert_in_range(r.available, 1, r.total);
    assert_in_range(r.resident, 100 << 10, r.total);
}

static void test_touched_memory_is_resident(void **state)
{
    (void)state;
    enum { BYTES = 64 << 20 };
    cad_ram before, reserved, after;
    cad_arena *a;
    char *p;
    assert_int_equal(cad_ram_get(&before), CAD_OK);
    assert_int_equal(cad_arena_create("test", BYTES, &a), CAD_OK);
    assert_int_equal(cad_ram_get(&reserved), CAD_OK);
    assert_true(reserved.resident < before.resident + BYTES / 2); /* address space alone is no memory */
    assert_int_equal(cad_arena_alloc(a, BYTES, "test", &p), CAD_OK);
    memset(p, 1, BYTES);
    assert_int_equal(cad_ram_get(&after), CAD_OK);
    assert_true(after.resident >= before.resident + BYTES / 10 * 9);
    cad_arena_destroy(a);
    assert_int_equal(cad_ram_get(&after), CAD_OK);
    assert_true(after.resident < before.resident + BYTES / 2); /* now, not at most */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_free_and_held_lies_within_the_machine),
        cmocka_unit_test(test_touched_memory_is_resident),
        cmocka_unit_test(test_control_groups_limit_what_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
