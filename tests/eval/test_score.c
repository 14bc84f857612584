/* Jobs to records, and what becomes of the answers of workers that died or were corrupted. */
#include "tests/unit.h"

#include "cad/occt/solid.h"
#include "eval/score.h"

static bool has_kernel(void)
{
    return strcmp(cad_solid_kernel(), "none") != 0;
}

/* `job` with its texts in it. */
static json_t *record(const char *job)
{
    cad_buf in = CAD_BUF_INIT, out = CAD_BUF_INIT;
    json_t *o, *head;
    ok(cad_json_parse(job, strlen(job), "job", &head));
    const json_t *text = json_object_get(head, "text"), *reference = json_object_get(head, "reference");
    const cad_score_texts texts = {json_string_value(text), json_string_value(reference), json_string_length(text),
                                   json_string_length(reference)};
    ok(cad_score_job_make(head, &texts, &in));
    ok(cad_score_job(in.data, in.len, &out));
    ok(cad_json_parse(out.data, out.len, "record", &o));
    json_decref(head);
    cad_buf_deinit(&in);
    cad_buf_deinit(&out);
    return o;
}

static const char *class_of(const json_t *o)
{
    return json_string_value(json_object_get(o, "class"));
}

static double number(const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    return json_is_number(v) ? json_number_value(v) : (double)NAN;
}

static void test_the_reference_itself_scores_full_marks(void **state)
{
    (void)state;
    if (!has_kernel())
        skip();
    json_t *o = record("{\"key\":\"k\",\"id\":\"r\",\"text\":\"C 20 20 10\",\"complete\":true,\"reference\":\"C 20 20 10\","
                       "\"expect\":{\"bbox\":[20,20,10],\"volume\":4000,\"holes\":[]},\"seven\":3}");
    const json_t *m = json_object_get(o, "m"), *checks = json_object_get(o, "checks");
    assert_string_equal(class_of(o), "ok");
    assert_int_equal(json_integer_value(json_object_get(o, "level")), 9);
    assert_true(json_is_true(json_object_get(o, "valid")));
    near(number(o, "iou"), 1, 0);
    near(number(o, "cd"), 0, 1e-12);
    near(number(m, "iou.v64.A1"), 1, 0);
    near(number(m, "iou.v64.A0c"), 1, 0);
    near(number(m, "cd.s2.p2s.8192.A1"), 0, 1e-12);
    near(number(o, "volume"), 4000, 1e-3);
    assert_int_equal(json_object_size(checks), 4);
    assert_true(json_is_true(json_object_get(checks, "all")));
    assert_true(json_is_true(json_object_get(json_object_get(o, "seven"), "pass")));
    assert_int_equal(json_integer_value(json_object_get(json_object_get(json_object_get(o, "facts"), "kinds"), "plane")), 6);
    json_decref(o);
}

static void test_a_wrong_size_fails_its_check_and_stays_valid(void **state)
{
    (void)state;
    if (!has_kernel())
        skip();
    json_t *o = record("{\"key\":\"k\",\"id\":\"r\",\"text\":\"C 20 20 11\",\"complete\":true,\"reference\":\"C 20 20 10\","
                       "\"expect\":{\"bbox\":[20,20,10],\"solids\":1},\"seven\":0}");
    const json_t *checks = json_object_get(o, "checks");
    assert_true(json_is_true(json_object_get(o, "valid")));
    assert_true(json_is_false(json_object_get(checks, "bbox")));
    assert_true(json_is_true(json_object_get(checks, "solids")));
    assert_true(json_is_false(json_object_get(checks, "all")));
    assert_true(number(o, "iou") < 1 && number(o, "cd") > 0);
    json_decref(o);
}

static void test_a_text_that_fails_has_a_reason_and_no_scores(void **state)
{
    (void)state;
    if (!has_kernel())
        skip();
    json_t *o = record("{\"key\":\"k\",\"id\":\"r\",\"text\":\"C 1 1 1\\nD 0 \\u00f89\",\"complete\":true,"
                       "\"reference\":\"C 20 20 10\",\"expect\":{\"solids\":1},\"seven\":0}");
    const json_t *error = json_object_get(o, "error");
    assert_string_equal(class_of(o), "parse");
    assert_true(json_is_null(json_object_get(o, "iou")));
    assert_true(json_is_false(json_object_get(json_object_get(o, "checks"), "all")));
    assert_string_equal(json_string_value(json_object_get(error, "stage")), "parse");
    assert_int_equal(json_integer_value(json_object_get(error, "line")), 2);
    assert_true(json_string_length(json_object_get(error, "text")) > 0);
    json_decref(o);
}

static void test_a_nul_byte_in_an_answer_is_a_fault_of_the_answer(void **state)
{
    (void)state;
    if (!has_kernel())
        skip();
    json_t *o = record("{\"key\":\"k\",\"id\":\"r\",\"text\":\"C 1 1 1\\u0000C 2 2 2\",\"complete\":true,\"reference\":null}");
    assert_string_equal(class_of(o), "parse");
    json_decref(o);
}

static void test_a_reference_without_a_solid_is_its_own_class(void **state)
{
    (void)state;
    if (!has_kernel())
        skip();
    json_t *o = record("{\"key\":\"k\",\"id\":\"r\",\"text\":\"C 1 1 1\",\"complete\":true,\"reference\":\"C 1 1 1\\nD 0 9\"}");
    assert_string_equal(class_of(o), "reference_bad");
    assert_true(json_is_null(json_object_get(o, "iou")));
    json_decref(o);
    o = record("{\"key\":\"k\",\"id\":\"r\",\"text\":\"C 1 1 1\",\"complete\":true,\"reference\":null}");
    assert_string_equal(class_of(o), "ok");
    assert_true(json_is_null(json_object_get(o, "iou")) && json_is_null(json_object_get(o, "checks")));
    json_decref(o);
}

static void test_a_malformed_job_is_refused(void **state)
{
    (void)state;
    cad_buf in = CAD_BUF_INIT, out = CAD_BUF_INIT;
    json_t *head = json_object();
    ok(cad_score_job_make(head, &(cad_score_texts){"C 1 1 1", NULL, 7, 0}, &in));
    fails(cad_score_job(in.data, in.len, &out), CAD_EDATA, "key 'key'");
    fails(cad_score_job(in.data, in.len - 1, &out), CAD_EDATA, "score job");
    fails(cad_score_job("{}", 2, &out), CAD_EDATA, "score job: 2 bytes");
    in.data[0]++; /* the object takes the first byte of the text */
    in.data[8]--;
    fails(cad_score_job(in.data, in.len, &out), CAD_EPARSE, "score job");
    in.data[0] = -1; /* more than there is */
    fails(cad_score_job(in.data, in.len, &out), CAD_EDATA, "score job");
    assert_int_equal(out.len, 0);
    json_decref(head);
    cad_buf_deinit(&in);
    cad_buf_deinit(&out);
}

/* ---- results of workers ---- */

static cad_pool_result result(cad_verdict verdict, const char *out)
{
    return (cad_pool_result){.verdict = verdict,
                             .status = verdict == CAD_VERDICT_ok ? CAD_OK : CAD_EINTERNAL,
                             .error = verdict == CAD_VERDICT_ok ? "" : "why it died",
                             .stage = "mesh",
                             .out = (const unsigned char *)out,
                             .out_len = strlen(out)};
}

static void becomes(cad_pool_result r, const char *class_, const char *reason)
{
    cad_buf out = CAD_BUF_INIT;
    json_t *o;
    ok(cad_score_take(&r, "key1", "row", NULL, &out));
    ok(cad_json_parse(out.data, out.len, "record", &o));
    const json_t *error = json_object_get(o, "error");
    assert_string_equal(class_of(o), class_);
    assert_string_equal(json_string_value(json_object_get(o, "key")), "key1");
    assert_string_equal(json_string_value(json_object_get(o, "id")), "row");
    assert_true(json_is_false(json_object_get(o, "valid")));
    assert_string_equal(json_string_value(json_object_get(error, "stage")), "mesh");
    assert_non_null(strstr(json_string_value(json_object_get(error, "text")), reason));
    json_decref(o);
    cad_buf_deinit(&out);
}

static void test_a_dead_worker_is_a_class_of_its_row(void **state)
{
    (void)state;
    becomes(result(CAD_VERDICT_timeout, ""), "timeout", "why it died");
    becomes(result(CAD_VERDICT_memory, ""), "memory", "why it died");
    becomes(result(CAD_VERDICT_crash, ""), "kernel_crash", "why it died");
    becomes(result(CAD_VERDICT_failed, ""), "kernel_crash", "why it died");
}

/* Of a worker that died in `stage`. */
static void stands_at(const char *stage, const char *class_, int level)
{
    cad_buf out = CAD_BUF_INIT;
    json_t *o;
    cad_pool_result r = result(CAD_VERDICT_crash, "");
    r.stage = stage;
    ok(cad_score_take(&r, "key1", "row", NULL, &out));
    ok(cad_json_parse(out.data, out.len, "record", &o));
    assert_string_equal(class_of(o), class_);
    assert_string_equal(json_string_value(json_object_get(o, "kernel")), "kernel_crash");
    assert_int_equal(json_integer_value(json_object_get(o, "level")), level);
    assert_int_equal(json_integer_value(json_object_get(o, "text")), level);
    json_decref(o);
    cad_buf_deinit(&out);
}

static void test_a_dead_worker_keeps_what_the_text_had_reached(void **state)
{
    (void)state;
    stands_at("", "kernel_crash", 0);
    stands_at("text", "kernel_crash", 0);
    stands_at("read", "kernel_crash", 3);
    stands_at("facts", "kernel_crash", 3);
    stands_at("refused:reference:2 read", "reference", 2);
    stands_at("refused:no such class:2 read", "kernel_crash", 0);
}

/* Whether its kernel is there or not says nothing of how many entities a text has (spec/metrics.md 3.4). */
static void test_a_dead_worker_takes_no_counts_of_the_text_along(void **state)
{
    (void)state;
    static const char file[] = "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\nFILE_NAME('','',(''),(''),'','','');\n"
                               "FILE_SCHEMA(('AUTOMOTIVE_DESIGN'));\nENDSEC;\nDATA;\n#1=A();\n#59=A();\nENDSEC;\n"
                               "END-ISO-10303-21;\n";
    const cad_part_text of = {.kind = CAD_PART_step, .text = file, .len = sizeof file - 1, .complete = true};
    static const char *const stage[] = {"read", "refused:reference:2 read", "text"};
    for (int i = 0; i < 3; i++) {
        cad_buf out = CAD_BUF_INIT;
        json_t *o;
        cad_pool_result r = result(CAD_VERDICT_crash, "");
        r.stage = stage[i];
        ok(cad_score_take(&r, "key1", "row", &of, &out));
        ok(cad_json_parse(out.data, out.len, "record", &o));
        if (i == 2) { /* the text itself killed it */
            assert_true(json_is_null(json_object_get(o, "largest_id")));
        } else {
            assert_int_equal(json_integer_value(json_object_get(o, "largest_id")), 59);
            assert_int_equal(json_integer_value(json_object_get(o, "entities")), 2);
        }
        json_decref(o);
        cad_buf_deinit(&out);
    }
}

static void test_a_worker_that_died_of_the_reference_says_so(void **state)
{
    (void)state;
    cad_buf out = CAD_BUF_INIT;
    json_t *o;
    cad_pool_result r = result(CAD_VERDICT_crash, "");
    r.stage = "reference mesh";
    ok(cad_score_take(&r, "key1", "row", NULL, &out));
    ok(cad_json_parse(out.data, out.len, "record", &o));
    assert_string_equal(class_of(o), "reference_bad");
    json_decref(o);
    cad_buf_deinit(&out);
    if (!has_kernel())
        skip();
    o = record("{\"key\":\"k\",\"id\":\"r\",\"text\":\"C 1 1 1\",\"complete\":true,\"reference_died\":true}");
    assert_string_equal(class_of(o), "reference_bad");
    assert_true(json_is_true(json_object_get(o, "valid")));
    assert_int_equal(json_integer_value(json_object_get(o, "level")), 9);
    json_decref(o);
}

static void test_an_answer_that_is_no_record_of_the_job_is_not_believed(void **state)
{
    (void)state;
    becomes(result(CAD_VERDICT_ok, "\x01\x02"), "kernel_crash", "not a record");
    becomes(result(CAD_VERDICT_ok, ""), "kernel_crash", "not a record");
    becomes(result(CAD_VERDICT_ok, "[]"), "kernel_crash", "not a record");
    becomes(result(CAD_VERDICT_ok, "{\"key\":\"key1\",\n\"class\":\"ok\"}"), "kernel_crash", "not a record");
    becomes(result(CAD_VERDICT_ok, "{\"key\":\"key2\",\"class\":\"ok\"}"), "kernel_crash", "not a record");
    becomes(result(CAD_VERDICT_ok, "{\"key\":\"key1\",\"class\":\"splendid\"}"), "kernel_crash", "not a record");
    cad_buf out = CAD_BUF_INIT;
    cad_pool_result good = result(CAD_VERDICT_ok, "{\"key\":\"key1\",\"class\":\"ok\"}");
    ok(cad_score_take(&good, "key1", "row", NULL, &out));
    assert_string_equal(out.data, "{\"key\":\"key1\",\"class\":\"ok\"}");
    cad_buf_deinit(&out);
}

static void test_a_build_without_the_kernel_scores_nothing(void **state)
{
    (void)state;
    cad_buf out = CAD_BUF_INIT;
    cad_pool_result r = result(CAD_VERDICT_failed, "");
    r.status = CAD_EUNSUPPORTED;
    fails(cad_score_take(&r, "key1", "row", NULL, &out), CAD_EUNSUPPORTED, "why it died");
    assert_int_equal(out.len, 0);
    cad_buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_reference_itself_scores_full_marks),
        cmocka_unit_test(test_a_wrong_size_fails_its_check_and_stays_valid),
        cmocka_unit_test(test_a_text_that_fails_has_a_reason_and_no_scores),
        cmocka_unit_test(test_a_nul_byte_in_an_answer_is_a_fault_of_the_answer),
        cmocka_unit_test(test_a_reference_without_a_solid_is_its_own_class),
        cmocka_unit_test(test_a_malformed_job_is_refused),
        cmocka_unit_test(test_a_dead_worker_is_a_class_of_its_row),
        cmocka_unit_test(test_a_dead_worker_keeps_what_the_text_had_reached),
        cmocka_unit_test(test_a_dead_worker_takes_no_counts_of_the_text_along),
        cmocka_unit_test(test_a_worker_that_died_of_the_reference_says_so),
        cmocka_unit_test(test_an_answer_that_is_no_record_of_the_job_is_not_believed),
        cmocka_unit_test(test_a_build_without_the_kernel_scores_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
