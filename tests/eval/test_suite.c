#include "tests/unit.h"

#include "core/fs.h"
#include "eval/pred_files.h"
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

#define STEP_HEAD                                                                                                              \
    "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\nFILE_NAME('','',(''),(''),'','','');\nFILE_SCHEMA(('X'));\n"
#define STEP_DATA "ENDSEC;\nDATA;\n#2=ADVANCED_FACE('\xE9',(#7),$,.T.);\n#7=A();\nENDSEC;\nEND-ISO-10303-21;\n"
static const char STEP[] = STEP_HEAD STEP_DATA;

static void in_folder(const char *dir, const char *name, const char *text)
{
    char full[128];
    snprintf(full, sizeof full, "%s/%s", dir, name);
    ok(cad_fs_write(full, text, strlen(text)));
}

static void test_references_may_be_step_or_files_and_count_in_the_hash(void **state)
{
    (void)state;
    cad_suite s;
    char row[256], file[80], hash[33];
    snprintf(file, sizeof file, "%s.stp", path);
    ok(cad_fs_write(file, STEP, strlen(STEP)));
    snprintf(row, sizeof row, HEAD "{\"id\":\"a\",\"prompt\":\"x\",\"reference\":{\"path\":\"%s\"}}\n", strrchr(file, '/') + 1);
    write_suite(row);
    ok(cad_suite_load(path, arena, &s));
    assert_int_equal(s.kind, CAD_PART_step);
    assert_int_equal(s.row[0].reference_kind, CAD_PART_step);
    assert_non_null(strstr(s.row[0].reference, "'\xC3\xA9'")); /* ISO 8859-1 as UTF-8 */
    assert_int_equal(s.row[0].counts.instances, 2);
    assert_int_equal(s.row[0].counts.largest_id, 7);
    assert_int_equal(s.row[0].counts.faces, 1);
    memcpy(hash, s.hash, sizeof hash);
    cad_suite_deinit(&s);
    ok(cad_fs_write(file, STEP_HEAD "ENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n",
                    strlen(STEP_HEAD "ENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n")));
    ok(cad_suite_load(path, arena, &s));
    assert_string_not_equal(s.hash, hash);
    cad_suite_deinit(&s);
    unlink(file);
    refuse(row, CAD_ENOTFOUND, ".stp");
    write_suite(HEAD "{\"id\":\"a\",\"prompt\":\"x\",\"reference\":{\"step\":\"DATA;\\n#1=A();\"}}\n");
    ok(cad_suite_load(path, arena, &s));
    assert_int_equal(s.kind, CAD_PART_step);
    cad_suite_deinit(&s);
}

static void test_faulty_references_name_line_and_cause(void **state)
{
    (void)state;
    refuse(HEAD "{\"id\":\"a\",\"prompt\":\"x\",\"reference\":{\"path\":\"x.stl\"}}\n", CAD_EDATA, ":2: key 'path'");
    refuse(HEAD "{\"id\":\"a\",\"prompt\":\"x\",\"reference\":{\"obj\":\"\"}}\n", CAD_EDATA, "found 'obj'");
    refuse(HEAD "{\"id\":\"a\",\"prompt\":\"x\",\"reference\":{\"ir\":\"\",\"step\":\"\"}}\n", CAD_EDATA, "with one of");
    refuse(HEAD "{\"id\":\"a\",\"prompt\":\"x\",\"reference\":{\"ir\":\"C 1 1 1\"}}\n"
                "{\"id\":\"b\",\"prompt\":\"x\",\"reference\":{\"step\":\"#1=A();\"}}\n",
           CAD_EDATA, ":3: a reference in step behind such in ir");
}

/* gt/ and pred/ of STEP files: rows by the ids of models, answers by either name. */
static void test_folders_of_step_files_are_suites_and_answers(void **state)
{
    (void)state;
    char dir[64], gt[80], pred[80], out[80];
    snprintf(dir, sizeof dir, "/tmp/cadlm-files-%ld", (long)getpid());
    snprintf(gt, sizeof gt, "%s/gt", dir);
    snprintf(pred, sizeof pred, "%s/pred", dir);
    snprintf(out, sizeof out, "%s/out", dir);
    ok(cad_fs_mkdirs(gt));
    ok(cad_fs_mkdirs(pred));
    in_folder(gt, "00000001_5ae_step_000.step", STEP);
    in_folder(gt, "00000002_5af_step_000.STP", STEP);
    in_folder(gt, "knob.step", STEP);
    in_folder(gt, "notes.txt", "x");
    cad_suite s;
    cad_pred_files p;
    ok(cad_suite_of_files(gt, out, arena, &s));
    assert_int_equal(s.n, 3);
    assert_int_equal(s.kind, CAD_PART_step);
    assert_string_equal(s.name, "gt");
    assert_string_equal(s.row[0].id, "00000001");
    assert_string_equal(s.row[2].id, "knob");
    assert_int_equal(s.row[1].counts.instances, 2);
    fails(cad_pred_files_open(pred, out, &s, arena, &p), CAD_ENOTFOUND, "pred");
    in_folder(pred, "other.step", STEP);
    fails(cad_pred_files_open(pred, out, &s, arena, &p), CAD_ENOTFOUND, "none of 1 STEP files");
    in_folder(pred, "00000001.step", "one");
    in_folder(pred, "00000002_a.step", "two");
    ok(cad_pred_files_open(pred, out, &s, arena, &p));
    assert_int_equal(p.found, 2);
    assert_int_equal(p.others, 1);
    cad_answer_text answer = {0};
    ok(cad_pred_files_answer(&p, &s.row[1], &answer));
    assert_string_equal(answer.text, "two");
    assert_int_equal(answer.len, 3);
    ok(cad_pred_files_answer(&p, &s.row[2], &answer));
    assert_true(!answer.text && !answer.too_large);
    char hash[33];
    memcpy(hash, p.hash, sizeof hash);
    in_folder(pred, "00000002_a.step", "TWO");
    ok(cad_pred_files_open(pred, out, &s, arena, &p));
    assert_string_not_equal(p.hash, hash);
    in_folder(pred, "00000002_b.step", "two");
    fails(cad_pred_files_open(pred, out, &s, arena, &p), CAD_EDATA, "both fit the row '00000002'");
    cad_suite_deinit(&s);
    /* Two files of one model: their own names tell them apart. */
    in_folder(gt, "00000001_x.step", STEP);
    ok(cad_suite_of_files(gt, out, arena, &s));
    assert_string_equal(s.row[0].id, "00000001_5ae_step_000");
    cad_suite_deinit(&s);
    in_folder(gt, "knob.stp", STEP);
    fails(cad_suite_of_files(gt, out, arena, &s), CAD_EDATA, "two files are called 'knob'");
    ok(cad_fs_remove_tree(dir));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_read_with_their_expectations),
        cmocka_unit_test(test_blank_lines_may_stand_anywhere),
        cmocka_unit_test(test_a_zero_byte_does_not_end_the_file),
        cmocka_unit_test(test_faulty_suites_name_line_and_cause),
        cmocka_unit_test(test_the_hash_ignores_the_order_of_keys),
        cmocka_unit_test(test_references_may_be_step_or_files_and_count_in_the_hash),
        cmocka_unit_test(test_faulty_references_name_line_and_cause),
        cmocka_unit_test(test_folders_of_step_files_are_suites_and_answers),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
