#include "tests/unit.h"

#include "core/fs.h"
#include "eval/suite.h"

#include <unistd.h>

static char path[64];
static cad_arena *arena;

static void write_suite(const char *text)
{
    ok(cad_fs_write(path, text, strlen(text)));
}

static int setup(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/cadlm-suite-%ld.jsonl", (long)getpid());
    ok(cad_arena_create("suite", 1 << 24, &arena));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    cad_arena_destroy(arena);
    return unlink(path);
}

#define HEAD "{\"schema\":1,\"kind\":\"suite\",\"name\":\"t\",\"version\":\"2\"}\n"

static void test_rows_are_read_with_their_expectations(void **state)
{
    (void)state;
    write_suite(HEAD "{\"id\":\"a\",\"prompt\":\"a box\",\"reference\":{\"ir\":\"C 1 2 3\"},\"expect\":{\"genus\":0},"
                     "\"family\":\"box\",\"phrasing\":\"held\",\"units\":\"mm\",\"cluster\":\"00ff\"}\n"
                     "{\"id\":\"b\",\"prompt\":\"a cube\",\"seven\":3}\n");
    cad_suite s;
    ok(cad_suite_load(path, arena, &s));
    assert_int_equal(s.n, 2);
    assert_string_equal(s.name, "t");
    assert_string_equal(s.row[0].reference, "C 1 2 3");
    assert_int_equal(json_integer_value(json_object_get(s.row[0].expect, "genus")), 0);
    assert_int_equal(s.row[0].cluster, 255);
    assert_string_equal(s.row[0].phrasing, "held");
    assert_null(s.row[1].reference);
    assert_null(s.row[1].expect);
    assert_int_equal(s.row[1].seven, 3);
    assert_int_equal(strlen(s.hash), 32);
    cad_suite_deinit(&s);
}

static void test_blank_lines_may_stand_anywhere(void **state)
{
    (void)state;
    cad_suite s;
    write_suite("\n" HEAD "\n{\"id\":\"a\",\"prompt\":\"a box\"}\n\n");
    ok(cad_suite_load(path, arena, &s));
    assert_int_equal(s.n, 1);
    assert_string_equal(s.name, "t");
    cad_suite_deinit(&s);
}

static void test_a_zero_byte_does_not_end_the_file(void **state)
{
    (void)state;
    static const char text[] = HEAD "{\"id\":\"a\",\"prompt\":\"a box\"}\n\0{\"id\":\"b\",\"prompt\":\"a cube\"}\n";
    cad_suite s;
    ok(cad_fs_write(path, text, sizeof text - 1));
    fails(cad_suite_load(path, arena, &s), CAD_EPARSE, ":3");
}

static void refuse(const char *text, cad_status code, const char *part)
{
    cad_suite s;
    write_suite(text);
    fails(cad_suite_load(path, arena, &s), code, part);
}

static void test_faulty_suites_name_line_and_cause(void **state)
{
    (void)state;
    refuse(HEAD, CAD_ENOTFOUND, "zero rows");
    refuse("\n{\"id\":\"a\",\"prompt\":\"a box\"}\n", CAD_EDATA, "kind");
    refuse("{\"kind\":\"corpus\",\"name\":\"t\"}\n{\"id\":\"a\",\"prompt\":\"x\"}\n", CAD_EDATA, "expected a suite");
    refuse(HEAD "{\"id\":\"a\"}\n", CAD_EDATA, ":2: key 'prompt'");
    refuse(HEAD "{\"id\":\"a\",\"prompt\":\"x\"}\n{\"id\":\"a\",\"prompt\":\"y\"}\n", CAD_EDATA, "'a' stands twice");
    refuse(HEAD "{\"id\":\"a\",\"prompt\":\"x\",\"expect\":{\"genes\":1}}\n", CAD_EDATA, "genes");
    refuse(HEAD "{\"id\":\"a\",\"prompt\":\n", CAD_EPARSE, ":2");
    refuse("{\"kind\":\"suite\",\"name\":\"t\",\"rows_sha\":\"00000000000000000000000000000000\"}\n"
           "{\"id\":\"a\",\"prompt\":\"x\"}\n",
           CAD_EDATA, "rows_sha");
    refuse(HEAD "{\"id\":\"a\",\"prompt\":\"x\",\"seven\":8}\n", CAD_EDATA, "1 to 7");
}

static void test_the_hash_ignores_the_order_of_keys(void **state)
{
    (void)state;
    cad_suite s;
    char first[33];
    write_suite(HEAD "{\"id\":\"a\",\"prompt\":\"x\"}\n");
    ok(cad_suite_load(path, arena, &s));
    memcpy(first, s.hash, 33);
    cad_suite_deinit(&s);
    write_suite(HEAD "{ \"prompt\":\"x\", \"id\":\"a\" }\n");
    ok(cad_suite_load(path, arena, &s));
    assert_string_equal(s.hash, first);
    cad_suite_deinit(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_read_with_their_expectations), cmocka_unit_test(test_blank_lines_may_stand_anywhere),
        cmocka_unit_test(test_a_zero_byte_does_not_end_the_file),     cmocka_unit_test(test_faulty_suites_name_line_and_cause),
        cmocka_unit_test(test_the_hash_ignores_the_order_of_keys),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
