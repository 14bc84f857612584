#include "core/arena.h"
#include "core/ram.h"
#include "tests/unit.h"

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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
