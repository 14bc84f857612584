#include "tests/unit.h"

#include "core/fs.h"
#include "tests/train/train_tmp.h"
#include "train/ckpt_manifest.h"

static char dir[4096];

static int setup(void **state)
{
    cad_arena *a;
    ok(cad_arena_create("manifest", 1 << 20, &a));
    train_tmp("manifest", dir);
    ok(cad_fs_write(train_path(dir, "weights"), "0123456789", 10));
    ok(cad_fs_write(train_path(dir, "state"), "{}", 2));
    ok(cad_manifest_write(dir, "c0ffee", a));
    *state = a;
    return 0;
}

static int teardown(void **state)
{
    cad_arena_destroy(*state);
    ok(cad_fs_remove_tree(dir));
    return 0;
}

static void test_a_whole_folder_passes(void **state)
{
    (void)state;
    ok(cad_manifest_check(dir, false));
    ok(cad_manifest_check(dir, true));
}

static void test_without_done_it_does_not_exist(void **state)
{
    (void)state;
    ok(cad_fs_remove(train_path(dir, "DONE")));
    fails(cad_manifest_check(dir, false), CAD_ENOTFOUND, "DONE");
}

static void test_a_missing_or_shorter_file_is_named(void **state)
{
    (void)state;
    ok(cad_fs_write(train_path(dir, "weights"), "012345678", 9));
    fails(cad_manifest_check(dir, false), CAD_ECORRUPT, "weights: 9 bytes; DONE says 10");
    ok(cad_fs_remove(train_path(dir, "weights")));
    fails(cad_manifest_check(dir, false), CAD_ECORRUPT, "weights: missing");
}

static void test_a_changed_byte_is_found_by_the_deep_check(void **state)
{
    (void)state;
    ok(cad_fs_write(train_path(dir, "weights"), "0123456780", 10));
    ok(cad_manifest_check(dir, false));
    fails(cad_manifest_check(dir, true), CAD_ECORRUPT, "weights: XXH3-128");
}

static void test_a_damaged_manifest_is_corrupt(void **state)
{
    (void)state;
    const char *bad[] = {"",
                         "{",
                         "[]",
                         "{\"schema\":2,\"files\":[]}",
                         "{\"schema\":1,\"files\":[],\"xxh4\":\"\"}",
                         "{\"schema\":1,\"files\":[],\"xxh3\":\"0123\"}",
                         "{\"schema\":1,\"files\":3}",
                         "{\"schema\":1,\"files\":[{\"name\":\"weights\"}]}",
                         "{\"schema\":1,\"files\":[{\"name\":\"../weights\",\"size\":10,\"xxh3\":\"x\"}]}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ok(cad_fs_write(train_path(dir, "DONE"), bad[i], strlen(bad[i])));
        fails(cad_manifest_check(dir, false), CAD_ECORRUPT, "DONE");
    }
}

static void test_a_manifest_without_a_sum_of_its_own_still_counts(void **state)
{
    (void)state;
    const char *old =
        "{\"schema\":1,\"commit\":\"c\",\"time\":\"t\",\"files\":[{\"name\":\"state\",\"size\":2,\"xxh3\":\"x\"}]}";
    ok(cad_fs_write(train_path(dir, "DONE"), old, strlen(old)));
    ok(cad_manifest_check(dir, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_whole_folder_passes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_without_done_it_does_not_exist, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_missing_or_shorter_file_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_changed_byte_is_found_by_the_deep_check, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_manifest_without_a_sum_of_its_own_still_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_damaged_manifest_is_corrupt, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
