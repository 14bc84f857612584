#include "tests/unit.h"

#include "core/path.h"

static void expect_parent(const char *path, const char *parent)
{
    cad_buf b = CAD_BUF_INIT;
    ok(cad_path_parent(path, &b));
    assert_string_equal(cad_buf_cstr(&b), parent);
    cad_buf_deinit(&b);
}

static void test_the_base_is_what_follows_the_last_slash(void **state)
{
    (void)state;
    assert_string_equal(cad_path_base("a/b.ir"), "b.ir");
    assert_string_equal(cad_path_base("b.ir"), "b.ir");
    assert_string_equal(cad_path_base("/b"), "b");
    assert_string_equal(cad_path_base("a/"), "");
    assert_string_equal(cad_path_base(""), "");
}

static void test_an_ending_needs_a_name_before_it(void **state)
{
    (void)state;
    assert_true(cad_path_ends("a.jsonl", ".jsonl"));
    assert_true(cad_path_ends("data/a.jsonl", ".jsonl"));
    assert_false(cad_path_ends(".jsonl", ".jsonl"));
    assert_false(cad_path_ends("data/.jsonl", ".jsonl"));
    assert_false(cad_path_ends("a.jsonl.gz", ".jsonl"));
    assert_false(cad_path_ends("a.json", ".jsonl"));
    assert_false(cad_path_ends("a.JSONL", ".jsonl"));
    assert_false(cad_path_ends("", ".jsonl"));
}

static void test_the_parent_can_be_opened(void **state)
{
    (void)state;
    expect_parent("a/b", "a");
    expect_parent("/a/b/c.h5", "/a/b");
    expect_parent("a/", "a");
    expect_parent("b", ".");
    expect_parent("", ".");
    expect_parent("/b", "/");
    expect_parent("/", "/");
}

static void test_the_parent_is_appended(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    ok(cad_buf_str(&b, "in "));
    ok(cad_path_parent("a/b", &b));
    assert_string_equal(cad_buf_cstr(&b), "in a");
    cad_buf_deinit(&b);
}

static void test_a_joined_path_lives_in_the_arena(void **state)
{
    (void)state;
    cad_arena *a;
    const char *path;
    ok(cad_arena_create("paths", 4096, &a));
    ok(cad_path_join(a, "runs/x", "DONE", &path));
    assert_string_equal(path, "runs/x/DONE");
    cad_arena_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_base_is_what_follows_the_last_slash),
        cmocka_unit_test(test_an_ending_needs_a_name_before_it),
        cmocka_unit_test(test_the_parent_can_be_opened),
        cmocka_unit_test(test_the_parent_is_appended),
        cmocka_unit_test(test_a_joined_path_lives_in_the_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
