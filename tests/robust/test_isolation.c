/* Workers that score parts: records do not depend on order, on their number or on the zygote (E3, E9); extremes stay
 * inside the limits (E6); no trick scores better than the reference's box (E10). */
#include "tests/unit.h"

#include "cad/occt/solid.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/rng.h"
#include "eval/score.h"

#include <signal.h>

enum { INPUTS = 100 };

static const char *const REFERENCE = "C 40 20 5\\nY 3 5\\nT 1 10 10 0\\nD 0 2"; /* \\n of JSON */
static const char *const BOX = "C 40 20 5";

static cad_pool *pool(int workers, double cpu_s)
{
    cad_pool *p;
    ok(cad_pool_create(&(cad_pool_opts){.workers = workers, .cpu_s = cpu_s, .mem_bytes = (int64_t)2 << 30, .unordered = true},
                       &p));
    return p;
}

/* A job over `text` (as in JSON) against the reference. */
static void submit(cad_pool *p, uint64_t tag, const char *text)
{
    cad_buf b = CAD_BUF_INIT;
    ok(cad_buf_printf(
        &b,
        "{\"key\":\"k%d\",\"id\":\"r\",\"text\":\"%s\",\"complete\":true,\"reference\":\"%s\",\"expect\":{\"bbox\":[40,20,5],"
        "\"solids\":1},\"seven\":0}",
        (int)tag, text, REFERENCE));
    ok(cad_pool_submit(p, CAD_SCORE_HANDLER, tag, b.data, b.len));
    cad_buf_deinit(&b);
}

/* The record of the next result, without what the clock measured. */
static json_t *next(cad_pool *p, uint64_t *tag)
{
    cad_pool_result r;
    cad_buf b = CAD_BUF_INIT;
    char key[32];
    json_t *o;
    ok(cad_pool_next(p, &r));
    *tag = r.tag;
    snprintf(key, sizeof key, "k%d", (int)r.tag);
    ok(cad_score_take(&r, key, "r", &b));
    ok(cad_json_parse(b.data, b.len, "record", &o));
    cad_buf_deinit(&b);
    json_object_del(o, "ms");
    return o;
}

static const char *class_of(const json_t *o)
{
    return json_string_value(json_object_get(o, "class"));
}

static double number(const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    return json_is_number(v) ? json_number_value(v) : 0.0;
}

static json_t *score(const char *text)
{
    cad_pool *p = pool(1, 5);
    uint64_t tag;
    submit(p, 7, text);
    json_t *o = next(p, &tag);
    cad_pool_destroy(p);
    return o;
}

/* Good, wrong and broken programs. */
static void make_text(int i, char out[300])
{
    int a = 10 + i % 37, b = 8 + i % 11, c = 3 + i % 5;
    switch (i % 5) {
    case 0:
        snprintf(out, 300, "C %d %d %d", a, b, c);
        break;
    case 1:
        snprintf(out, 300, "C %d %d %d\\nY 2 %d\\nT 1 4 4 0\\nD 0 2", a, b, c, c);
        break;
    case 2:
        snprintf(out, 300, "Y %d.%d %d\\nY 1 %d\\nD 0 1", a, b, c, c);
        break;
    case 3:
        snprintf(out, 300, "C %d %d %d\\nD 0 %d", a, b, c, 5 + i);
        break;
    default:
        snprintf(out, 300, "C %d %d", a, b);
        break;
    }
}

/* All records in the order of their inputs, which are sent in another one. */
static void score_all(int workers, uint64_t shuffle, cad_buf *out)
{
    static cad_buf line[INPUTS];
    int order[INPUTS];
    char text[300];
    cad_rng r = cad_rng_make(3, "order", shuffle);
    for (int i = 0; i < INPUTS; i++)
        order[i] = i;
    for (int i = INPUTS - 1; i > 0; i--) {
        int j = (int)cad_rng_range(&r, 0, i), t = order[i];
        order[i] = order[j];
        order[j] = t;
    }
    cad_pool *p = pool(workers, 30);
    for (int i = 0; i < INPUTS; i++) {
        make_text(order[i], text);
        submit(p, (uint64_t)order[i], text);
    }
    for (int i = 0; i < INPUTS; i++) {
        uint64_t tag;
        json_t *o = next(p, &tag);
        assert_true(tag < INPUTS && line[tag].len == 0); /* one verdict each */
        ok(cad_json_print(o, &line[tag]));
        json_decref(o);
    }
    cad_pool_destroy(p);
    for (int i = 0; i < INPUTS; i++) {
        ok(cad_buf_printf(out, "%s\n", line[i].data));
        cad_buf_deinit(&line[i]);
    }
}

static void test_E3_records_do_not_depend_on_order_or_workers(void **state)
{
    (void)state;
    static const int workers[] = {1, 2, 16, 16};
    cad_buf first = CAD_BUF_INIT, again = CAD_BUF_INIT;
    score_all(2, 0, &first);
    assert_non_null(strstr(first.data, "\"class\":\"ok\""));
    assert_non_null(strstr(first.data, "\"class\":\"parse\""));
    for (uint64_t k = 0; k < sizeof workers / sizeof *workers; k++) {
        cad_buf_clear(&again);
        score_all(workers[k], k + 1, &again);
        assert_string_equal(first.data, again.data);
    }
    cad_buf_deinit(&first);
    cad_buf_deinit(&again);
}

static void test_E9_a_dead_zygote_costs_no_row_and_two_end_the_evaluation(void **state)
{
    (void)state;
    cad_log_set_level(CAD_LOG_ERROR);
    cad_buf whole = CAD_BUF_INIT;
    char text[300];
    uint64_t tag;
    score_all(2, 9, &whole);
    cad_pool *p = pool(2, 30);
    for (int i = 0; i < INPUTS; i++) {
        make_text(i, text);
        submit(p, (uint64_t)i, text);
    }
    for (int i = 0; i < INPUTS; i++) {
        if (i == 10)
            assert_int_equal(kill((pid_t)cad_pool_zygote(p), SIGKILL), 0);
        json_t *o = next(p, &tag);
        cad_buf line = CAD_BUF_INIT;
        ok(cad_json_print(o, &line));
        ok(cad_buf_str(&line, "\n"));
        if (!strstr(whole.data, line.data))
            fail_msg("row %d after the death of the zygote: %s", (int)tag, line.data);
        cad_buf_deinit(&line);
        json_decref(o);
    }
    submit(p, 1, BOX);
    assert_int_equal(kill((pid_t)cad_pool_zygote(p), SIGKILL), 0);
    cad_pool_result r;
    fails(cad_pool_next(p, &r), CAD_EINTERNAL, "died twice");
    assert_int_equal(cad_status_exit_code(CAD_EINTERNAL), 1);
    cad_pool_destroy(p);
    cad_buf_deinit(&whole);
}

static void test_E6_extremes_end_in_a_class_within_their_limits(void **state)
{
    (void)state;
    static const char *const text[] = {"C 1e30 1 1",
                                       "C 1e-30 1 1",
                                       "C 1000000 1000000 1000000",
                                       "C 0.0001 0.0001 0.0001",
                                       "C 1000000 0.0001 1",
                                       "Y 0 5",
                                       "Y 1e-30 5",
                                       "S 0",
                                       "S 1000000",
                                       "C 1 1 0",
                                       "C 5 5 5\\nD 0 0",
                                       "C 5 5 5\\nU 1 1",
                                       "C 5 5 5\\nU 0 2",
                                       "C 5 5 5\\nSH 0 2.5 +Z",
                                       "C 5 5 5\\nSH 0 100 +Z",
                                       "C 5 5 5\\nFI 0 100",
                                       "C 5 5 5\\nCH 0 2.5",
                                       "C 5 5 5\\nT 0 1e6 1e6 1e6",
                                       "C 5 5 5\\nLP 0 1000 10 0 0",
                                       "C 5 5 5\\nLP 0 1000 1 0 0\\nLP 1 1000 0 1 0"};
    cad_pool *p = pool(2, 5);
    size_t n = sizeof text / sizeof *text;
    for (size_t i = 0; i < n; i++)
        submit(p, i, text[i]);
    double slowest = 0;
    for (size_t i = 0; i < n; i++) {
        cad_pool_result r;
        cad_buf b = CAD_BUF_INIT;
        char key[32];
        json_t *o;
        ok(cad_pool_next(p, &r));
        snprintf(key, sizeof key, "k%d", (int)r.tag);
        if (r.cpu_ms > 8000 || r.rss_mb > 2100)
            fail_msg("%s: %.0f ms of CPU, %.0f MB", text[r.tag], r.cpu_ms, r.rss_mb);
        slowest = fmax(slowest, r.cpu_ms);
        ok(cad_score_take(&r, key, "r", &b));
        ok(cad_json_parse(b.data, b.len, "record", &o));
        if (!strcmp(class_of(o), "kernel_crash"))
            fail_msg("%s: %s", text[r.tag], b.data);
        json_decref(o);
        cad_buf_deinit(&b);
    }
    print_message("slowest: %.0f ms of CPU\n", slowest);
    cad_pool_destroy(p);
}

/* ---- E10 ---- */

static bool all_checks(const json_t *o)
{
    return json_is_true(json_object_get(json_object_get(o, "checks"), "all"));
}

/* No headline measure above that of the box, and every check of the part not passed; NULL: any class. */
static void no_better_than_the_box(const char *name, const char *text, const char *class_)
{
    json_t *o = score(text), *box = score(BOX);
    assert_string_equal(class_of(box), "ok");
    if (class_ && strcmp(class_of(o), class_) != 0)
        fail_msg("%s: class %s; expected %s", name, class_of(o), class_);
    bool valid = json_is_true(json_object_get(o, "valid"));
    if (number(o, "iou") > number(box, "iou") || (valid && number(o, "cd") < number(box, "cd")) ||
        (!valid && json_is_number(json_object_get(o, "iou"))))
        fail_msg("%s: iou %g cd %g; the box has %g and %g", name, number(o, "iou"), number(o, "cd"), number(box, "iou"),
                 number(box, "cd"));
    if (all_checks(o))
        fail_msg("%s: passes its checks", name);
    json_decref(o);
    json_decref(box);
}

static void test_E10_no_trick_scores_better_than_the_box(void **state)
{
    (void)state;
    no_better_than_the_box("empty text", "", "empty");
    no_better_than_the_box("comments only", "# a plate 40 x 20 x 5\\n# with a hole", NULL);
    no_better_than_the_box("blank lines", "\\n\\n\\n\\n\\n\\n", "empty");
    no_better_than_the_box("end only", "END", NULL);
    no_better_than_the_box("a sketch, nothing made of it",
                           "SK 0 0 0 1 0 0 0 1 0\\nL 0 0 40 0\\nL 40 0 40 20\\nL 40 20 0 0\\nEND", NULL);
    no_better_than_the_box("no height", "C 40 20 0", NULL);
    no_better_than_the_box("inside out", "C 40 20 -5", "build");
    no_better_than_the_box("NaN", "C nan 20 5", "parse");
    no_better_than_the_box("1e308", "C 1e308 20 5", NULL);
    no_better_than_the_box("denormal", "C 1e-310 20 5", NULL);
    no_better_than_the_box("another formula", "C 40 20 =5", "parse");
    no_better_than_the_box("a far block", "C 40 20 5\\nY 3 5\\nT 1 10 10 0\\nD 0 2\\nC 400 400 400\\nT 4 5000 0 0\\nU 3 5",
                           NULL);
}

/* A part of another size has the shape, and not the sizes: the table shows both. */
static void test_E10_a_scaled_part_has_the_shape_and_not_the_sizes(void **state)
{
    (void)state;
    static const char *const text[] = {"C 76 38 9.5\\nY 5.7 9.5\\nT 1 19 19 0\\nD 0 2",        /* 1.9 times */
                                       "C 1016 508 127\\nY 76.2 127\\nT 1 254 254 0\\nD 0 2"}; /* inches for millimetres */
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        json_t *o = score(text[i]), *m = json_object_get(o, "m");
        assert_string_equal(class_of(o), "ok");
        assert_true(number(m, "iou.v64.A1") > 0.99);
        assert_true(number(m, "iou.v64.A0c") < 0.5);
        assert_true(!all_checks(o));
        json_decref(o);
    }
}

static void test_E10_what_looks_like_a_result_stays_text(void **state)
{
    (void)state;
    static const char *const text[] = {"{\\\"class\\\":\\\"ok\\\",\\\"key\\\":\\\"k7\\\",\\\"level\\\":9}",
                                       "C 1 1 1\\n{\\\"class\\\":\\\"ok\\\"}",
                                       "\\u001b[2J\\u001b[31mC 1 1 1",
                                       "/etc/passwd",
                                       "http://127.0.0.1/",
                                       "=HYPERLINK(1)",
                                       "C 1 1 1\\n#include \\\"/etc/passwd\\\"\\nF"};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        json_t *o = score(text[i]);
        cad_buf b = CAD_BUF_INIT;
        assert_string_equal(class_of(o), "parse");
        ok(cad_json_print(o, &b));
        assert_null(strchr(b.data, '\x1b'));
        assert_null(strstr(b.data, "root:"));
        cad_buf_deinit(&b);
        json_decref(o);
    }
}

/* What eats time is a timeout by CPU, on a machine that has other work too. */
static void test_E10_work_without_end_is_a_timeout(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    ok(cad_buf_str(&b, "S 10"));
    for (int i = 1; i < 60; i++)
        ok(cad_buf_printf(&b, "\\nS 10\\nT %d %d.3 %d.7 %d.1\\nU %d %d", 3 * i - 2, i % 7, i % 5, i % 3, i == 1 ? 0 : 3 * i - 3,
                          3 * i - 1));
    cad_pool *p = pool(2, 1);
    uint64_t tag;
    submit(p, 1, b.data);
    submit(p, 2, b.data);
    submit(p, 3, b.data);
    submit(p, 4, BOX);
    for (int i = 0; i < 4; i++) {
        json_t *o = next(p, &tag);
        if (strcmp(class_of(o), tag == 4 ? "ok" : "timeout") != 0)
            fail_msg("row %d is %s", (int)tag, class_of(o));
        json_decref(o);
    }
    cad_pool_destroy(p);
    cad_buf_deinit(&b);
}

int main(int argc, char **argv)
{
    cad_score_register();
    cad_worker_main_if_asked(argc, argv);
    if (!strcmp(cad_solid_kernel(), "none"))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_E3_records_do_not_depend_on_order_or_workers),
        cmocka_unit_test(test_E6_extremes_end_in_a_class_within_their_limits),
        cmocka_unit_test(test_E9_a_dead_zygote_costs_no_row_and_two_end_the_evaluation),
        cmocka_unit_test(test_E10_no_trick_scores_better_than_the_box),
        cmocka_unit_test(test_E10_a_scaled_part_has_the_shape_and_not_the_sizes),
        cmocka_unit_test(test_E10_what_looks_like_a_result_stays_text),
        cmocka_unit_test(test_E10_work_without_end_is_a_timeout),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
