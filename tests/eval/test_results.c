#include "tests/unit.h"

#include "eval/evaluation.h"
#include "eval/results.h"

static cad_suite_row rows[4];
static cad_scored scored[4];

/* A box, a flange and two plates; one plate crashed the kernel, the flange has the wrong size. */
static json_t *results(void)
{
    static const char *const family[] = {"box", "flange", "plate", "plate"};
    for (int i = 0; i < 4; i++) {
        rows[i] = (cad_suite_row){.id = "x",
                                  .prompt = "p",
                                  .reference = "C 1 1 1",
                                  .family = family[i],
                                  .phrasing = "seen",
                                  .units = "",
                                  .cluster = (uint64_t)i};
        scored[i] = (cad_scored){.row = &rows[i],
                                 .class_ = CAD_CLASS_ok,
                                 .complete = true,
                                 .valid = true,
                                 .checks = 1,
                                 .seven = -1,
                                 .cd = 0.001,
                                 .iou_a1 = 1,
                                 .iou_a0c = 1,
                                 .rr_official = -1,
                                 .entities = NAN,
                                 .largest_id = NAN,
                                 .stopped = true};
    }
    scored[1].checks = 0;
    scored[2].stopped = false;
    scored[1].iou_a0c = 0.5;
    scored[3] = (cad_scored){.row = &rows[3],
                             .class_ = CAD_CLASS_kernel_crash,
                             .complete = true,
                             .checks = 0,
                             .seven = -1,
                             .cd = NAN,
                             .iou_a1 = NAN,
                             .iou_a0c = NAN,
                             .rr_official = -1,
                             .entities = NAN,
                             .largest_id = NAN,
                             .stopped = true};
    cad_arena *a;
    json_t *o;
    ok(cad_arena_create("results", 1 << 24, &a));
    cad_results_opts opts = {200, 95, 1};
    ok(cad_results_build(scored, 4, &opts, a, &o));
    cad_arena_destroy(a);
    return o;
}

static double value(const json_t *holder, const char *metric)
{
    const json_t *v = json_object_get(json_object_get(json_object_get(holder, "metrics"), metric), "value");
    return json_is_string(v) ? (double)INFINITY : json_number_value(v);
}

static int64_t whole(const json_t *holder, const char *metric, const char *key)
{
    return json_integer_value(json_object_get(json_object_get(json_object_get(holder, "metrics"), metric), key));
}

static const char *policy(const json_t *holder, const char *metric)
{
    return json_string_value(json_object_get(json_object_get(json_object_get(holder, "metrics"), metric), "policy"));
}

/* A constant answer to every prompt is as valid as any; that it is one shows here. */
static void test_one_answer_for_all_prompts_is_one_distinct_program(void **state)
{
    (void)state;
    cad_suite_row row = {.id = "r", .prompt = "p", .family = "", .phrasing = "", .units = ""};
    cad_scored s[4];
    for (size_t i = 0; i < 4; i++)
        s[i] =
            (cad_scored){.row = &row, .valid = true, .complete = true, .program = 7, .cd = NAN, .iou_a1 = NAN, .iou_a0c = NAN};
    cad_arena *a;
    cad_results_opts opts = {0, 95, 1};
    ok(cad_arena_create("results", 1 << 24, &a));
    for (int k = 0; k < 3; k++) { /* all alike; one other; and one that is not valid */
        static const double distinct[] = {1, 2, 2}, share[] = {1, 0.75, 2.0 / 3};
        json_t *o;
        s[1].program = k ? 9 : 7;
        s[3].valid = k < 2;
        ok(cad_results_build(s, 4, &opts, a, &o));
        assert_float_equal(value(o, "distinct.prog"), distinct[k], 0);
        assert_float_equal(value(o, "top_share.prog"), share[k], 1e-15);
        assert_null(json_object_get(json_object_get(o, "metrics"), "iou.v64.A0c")); /* no row has a reference */
        json_decref(o);
    }
    cad_arena_destroy(a);
}

static void test_every_requested_sample_is_in_the_denominator(void **state)
{
    (void)state;
    json_t *o = results();
    near(value(o, "valid"), .75, 1e-15);
    near(value(o, "sizes"), .5, 1e-15);
    near(value(o, "cr"), 1, 0);
    near(value(o, "iou.v64.A0c"), (1 + .5 + 1 + 0) / 4, 1e-15);
    near(value(o, "iou.v64.A0c.excluded"), 2.5 / 3, 1e-15);
    assert_int_equal(whole(o, "iou.v64.A0c", "n"), 4); /* a failure counts 0 */
    assert_int_equal(whole(o, "iou.v64.A0c", "n_failed"), 1);
    assert_int_equal(whole(o, "iou.v64.A0c.excluded", "n"), 3);
    assert_int_equal(whole(o, "iou.v64.A0c.excluded", "n_failed"), 1);
    assert_string_equal(policy(o, "valid"), "requested");
    near(value(o, "cd.s2.p2s.8192.A1.median"), .001, 1e-15);
    near(value(o, "cd.s2.p2s.8192.A1.capped"), (3 * .001 + .070) / 4, 1e-15);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(o, "classes"), "kernel_crash")), 1);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(o, "finish"), "stop")), 3);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(o, "finish"), "length")), 1);
    json_decref(o);
}

/* Three STEP samples: sound and of the right size; sound, but too large; refused by the gate, though the kernel can draw it. */
static json_t *step_results(void)
{
    static const int64_t entities[] = {700, 150, 90};
    cad_suite_row row[3];
    cad_scored s[3];
    for (int i = 0; i < 3; i++) {
        row[i] = (cad_suite_row){.id = "x",
                                 .prompt = "p",
                                 .reference = "DATA;",
                                 .reference_kind = CAD_PART_step,
                                 .family = "",
                                 .phrasing = "",
                                 .units = "",
                                 .cluster = (uint64_t)i};
        row[i].counts = (cad_reference_counts){.instances = entities[i], .largest_id = entities[i] + 1, .faces = 10 + i};
        s[i] = (cad_scored){.row = &row[i],
                            .complete = true,
                            .valid = i < 2,
                            .kernel_valid = true,
                            .checks = -1,
                            .seven = -1,
                            .cd = NAN,
                            .iou_a1 = NAN,
                            .iou_a0c = NAN,
                            .vol2 = i == 0,
                            .bbox1 = i != 1,
                            .cr_official = i - 1,
                            .rr_official = 1,
                            .scd = i < 2 ? 0.1 * i : (double)NAN,
                            .scd_p2s = NAN,
                            .scd_sim = 0.01,
                            .scd_official = 0.2 * i,
                            .entities = 100 * i + 100,
                            .largest_id = i ? (double)NAN : 1000};
    }
    cad_arena *a;
    json_t *o;
    ok(cad_arena_create("results", 1 << 24, &a));
    ok(cad_results_build(s, 3, &(cad_results_opts){0, 95, 1}, a, &o));
    cad_arena_destroy(a);
    return o;
}

static void test_step_samples_are_counted_as_both_protocols_say(void **state)
{
    (void)state;
    json_t *o = step_results();
    near(value(o, "valid"), 2.0 / 3, 1e-15);
    near(value(o, "kernel_valid"), 1, 0);
    near(value(o, "vol2"), 1.0 / 3, 1e-15);
    near(value(o, "valid.vol2"), 1.0 / 3, 1e-15);
    near(value(o, "bbox1"), 2.0 / 3, 1e-15);
    near(value(o, "cr.official"), .5, 1e-15); /* an empty file is left out */
    near(value(o, "rr.official"), 1, 0);
    near(value(o, "scd.fixed.median"), .1, 1e-15); /* 0, 0.1, inf */
    near(value(o, "scd.fixed.excluded"), .05, 1e-15);
    near(value(o, "scd.official~.median"), .2, 1e-15);
    assert_true(isinf(value(o, "scd.p2s.median")));
    near(value(o, "aec.fixed"), 200, 1e-12);
    near(value(o, "aec.fixed.reference"), 940.0 / 3, 1e-12);
    near(value(o, "aec.fixed.gap"), 340.0 / 3, 1e-12);
    near(value(o, "aec.official"), 1000, 0);
    near(value(o, "aec.official.reference"), (701 + 151 + 91) / 3.0, 1e-12); /* of all, whatever became of their answers */
    near(value(o, "aec.official.gap"), 1000 - (701 + 151 + 91) / 3.0, 1e-12);
    near(value(o, "aec.official.paired"), 701, 0); /* of the one that has an answer */
    assert_int_equal(whole(o, "aec.official.reference", "n"), 3);
    assert_int_equal(whole(o, "aec.official.paired", "n"), 1);
    assert_string_equal(policy(o, "cr.official"), "excluded");
    assert_int_equal(whole(o, "cr.official", "n"), 2);
    json_t *entities = json_object_get(json_object_get(o, "groups"), "entities"),
           *faces = json_object_get(json_object_get(o, "groups"), "faces");
    void *at = json_object_iter(entities);
    assert_string_equal(json_object_iter_key(at), "<100"); /* in their own order, not that of the suite */
    at = json_object_iter_next(entities, at);
    assert_string_equal(json_object_iter_key(at), "100-199");
    assert_string_equal(json_object_iter_key(json_object_iter_next(entities, at)), ">=500");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(faces, "1-10"), "n")), 1);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(faces, "11-30"), "n")), 2);
    json_decref(o);
    /* None of it where nothing was asked for. */
    o = results();
    assert_null(json_object_get(json_object_get(o, "metrics"), "scd.fixed.median"));
    assert_null(json_object_get(json_object_get(o, "metrics"), "aec.official"));
    json_decref(o);
}

/* The CR of STEP-LLM looks for an end mark: compact text, which has none, is neither complete nor incomplete by it. */
static void test_what_cannot_be_asked_is_a_dash_with_its_reason(void **state)
{
    (void)state;
    cad_suite_row row = {.id = "r", .prompt = "p", .family = "", .phrasing = "", .units = "", .reference = "DATA;"};
    cad_scored s[2];
    for (int i = 0; i < 2; i++)
        s[i] = (cad_scored){.row = &row,
                            .complete = true,
                            .valid = true,
                            .thin = i == 0,
                            .checks = -1,
                            .seven = -1,
                            .kernel_valid = -1,
                            .cr_official = CAD_SCORED_UNANSWERABLE,
                            .rr_official = 1,
                            .entities = NAN,
                            .largest_id = NAN};
    cad_arena *a;
    json_t *o;
    ok(cad_arena_create("results", 1 << 24, &a));
    ok(cad_results_build(s, 2, &(cad_results_opts){0, 95, 1}, a, &o));
    const json_t *cr = json_object_get(json_object_get(o, "metrics"), "cr.official");
    assert_true(json_is_null(json_object_get(cr, "value")));
    json_object_set_new(o, "kind", json_string("step"));
    cad_table_row r = {"ours", o, false};
    cad_table t = {.row = &r, .n = 1, .title = "", .notes = ""};
    cad_buf md = CAD_BUF_INIT;
    ok(cad_table_markdown(&t, &md));
    assert_non_null(strstr(md.data, "| ours | 2 | - | 100.0 ["));
    assert_non_null(strstr(md.data, "CR of ours: -, for its answers are compact text"));
    assert_non_null(strstr(md.data, "IoU of ours: 1 of 2 against a reference thinner than a cell"));
    cad_buf_deinit(&md);
    json_decref(o);
    s[0].cr_official = 1; /* one that can be asked is */
    ok(cad_results_build(s, 2, &(cad_results_opts){0, 95, 1}, a, &o));
    near(value(o, "cr.official"), 1, 0);
    assert_int_equal(whole(o, "cr.official", "n"), 1);
    json_decref(o);
    cad_arena_destroy(a);
}

static void test_groups_hold_the_same_metrics(void **state)
{
    (void)state;
    json_t *o = results();
    const json_t *family = json_object_get(json_object_get(o, "groups"), "family");
    near(value(json_object_get(family, "box"), "sizes"), 1, 1e-15);
    near(value(json_object_get(family, "plate"), "valid"), .5, 1e-15);
    assert_true(isinf(value(json_object_get(family, "plate"), "cd.s2.p2s.8192.A1.median")));
    assert_int_equal(json_object_size(json_object_get(json_object_get(o, "groups"), "units")), 0);
    json_decref(o);
}

static void test_a_reference_that_fails_leaves_the_scores(void **state)
{
    (void)state;
    json_decref(results());
    scored[3].class_ = CAD_CLASS_reference_bad;
    cad_arena *a;
    json_t *o;
    ok(cad_arena_create("results", 1 << 24, &a));
    cad_results_opts opts = {0, 95, 1};
    ok(cad_results_build(scored, 4, &opts, a, &o));
    near(value(o, "valid"), 1, 0);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(o, "classes"), "reference_bad")), 1);
    json_decref(o);
    cad_arena_destroy(a);
}

static void test_all_formats_carry_the_same_numbers(void **state)
{
    (void)state;
    json_t *o = results();
    cad_table_row row = {"=ours", o, false};
    cad_table t = {"a title", "notes\n", "LIMIT 4/9: not comparable", &row, 1};
    cad_buf md = CAD_BUF_INIT, csv = CAD_BUF_INIT, json = CAD_BUF_INIT;
    ok(cad_table_markdown(&t, &md));
    ok(cad_table_csv(&t, &csv));
    ok(cad_table_json(&t, &json));
    assert_non_null(strstr(md.data, "| 75.0 ["));
    assert_non_null(strstr(md.data, "LIMIT 4/9"));
    assert_non_null(strstr(csv.data, "\"'=ours\",all,all,valid,0.75,")); /* a label is never a formula */
    assert_non_null(strstr(csv.data, "LIMIT 4/9"));
    assert_non_null(strstr(csv.data, "family,plate,cd.s2.p2s.8192.A1.median,inf,"));
    json_t *back;
    ok(cad_json_parse(json.data, json.len, "table.json", &back));
    near(value(json_object_get(json_array_get(json_object_get(back, "rows"), 0), "results"), "valid"), .75, 1e-15);
    assert_string_equal(json_string_value(json_object_get(back, "limit")), t.limit);
    json_decref(back);
    cad_buf_deinit(&md);
    cad_buf_deinit(&csv);
    cad_buf_deinit(&json);
    json_decref(o);
}

static void test_a_cell_over_other_samples_than_the_row_says_over_how_many(void **state)
{
    (void)state;
    json_t *o = step_results();
    json_object_set_new(o, "kind", json_string("step"));
    cad_table_row r = {"ours", o, false};
    cad_table t = {.row = &r, .n = 1, .title = "", .notes = ""};
    cad_buf md = CAD_BUF_INIT;
    ok(cad_table_markdown(&t, &md));
    assert_non_null(strstr(md.data, "] (n 2) | 100.0 [")); /* CR leaves the empty file out, RR does not */
    assert_non_null(strstr(md.data, "| 0.0500 (n 2) |"));
    assert_null(strstr(md.data, "(n 3)"));
    cad_buf_deinit(&md);
    json_decref(o);
}

static void test_a_list_of_formats_names_those_that_there_are(void **state)
{
    (void)state;
    bool w[CAD_TABLE_FORMATS] = {false};
    ok(cad_table_read_formats("json,md", w));
    assert_true(w[0] && !w[1] && w[2]);
    static const char *const bad[] = {"", "xyz", "md,", ",md", "mdx", "md;csv"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        fails(cad_table_read_formats(bad[i], w), CAD_EUSAGE, "expected some of md, csv, json");
}

static cad_status gate(json_t *o, const char *text)
{
    static cad_evaluation e;
    e.row[0] = (cad_table_row){"base", o, false};
    e.row[1] = (cad_table_row){"ours", o, false};
    e.n_rows = 2;
    return cad_eval_gates(&e, &(cad_list){.item = &text, .n = 1});
}

static void test_gates_hold_or_tell_the_value(void **state)
{
    (void)state;
    json_t *o = results();
    ok(gate(o, "valid>=0.75"));
    ok(gate(o, "ours:sizes<=0.5"));
    fails(gate(o, "ours:valid>=0.76"), CAD_EGATE, "valid of ours is 0.7500");
    fails(gate(o, "sizes<=0.4"), CAD_EGATE, "sizes of base is 0.5000");
    json_t *m = json_object_get(o, "metrics");
    json_object_set_new(json_object_get(m, "valid"), "value", json_real(0.949996)); /* as many digits as show the miss */
    fails(gate(o, "valid>=0.95"), CAD_EGATE, "valid of base is 0.949996");
    fails(gate(o, "ours:valid>=base+0.00002"), CAD_EGATE, "valid of ours is 0.9500, of base 0.9500");
    fails(gate(o, "valid<=0.9"), CAD_EGATE, "valid of base is 0.9500");
    json_object_set_new(json_object_get(m, "valid"), "value", json_real(0.950004));
    fails(gate(o, "valid<=0.95"), CAD_EGATE, "valid of base is 0.950004");
    json_object_set_new(json_object_get(m, "valid"), "value", json_string("inf"));
    json_object_set_new(json_object_get(m, "sizes"), "value", json_null());
    fails(gate(o, "valid<=1"), CAD_EGATE, "valid of base is inf");
    fails(gate(o, "sizes>=0"), CAD_EGATE, "sizes of base is not known");
    fails(gate(o, "seven>=0"), CAD_ECONFIG, "nothing to tell 'seven' by");
    static const char *const bad[] = {"valid",
                                      "valid=1",
                                      ">=1",
                                      "valid>=",
                                      "valid>=x",
                                      "theirs:valid>=1",
                                      "beauty>=1",
                                      "valid@>=1",
                                      "valid@families>=1",
                                      "valid@families.>=1",
                                      "valid@colour.red>=1",
                                      "valid@units.mm>=1",
                                      "valid>=theirs-0.1",
                                      "valid>=base-x",
                                      "valid>=nan"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        fails(gate(o, bad[i]), CAD_ECONFIG, bad[i]);
    json_decref(o);
}

static void test_gates_look_into_groups_and_at_other_rows(void **state)
{
    (void)state;
    json_t *o = results(), *better = results();
    json_object_set_new(json_object_get(json_object_get(better, "metrics"), "valid"), "value", json_real(0.9));
    static cad_evaluation e;
    e.row[0] = (cad_table_row){"ours", o, false};
    e.row[1] = (cad_table_row){"base", better, false};
    e.row[2] = (cad_table_row){"base-2", o, false};
    e.n_rows = 3;
    static const char *const met[] = {
        "sizes@families.unseen<=0", "sizes@families.seen>=0.5", "valid@family.plate>=0.5", "valid>=base-0.16",
        "ours:valid<=base",         "base:valid>=base",         "valid>=base-2",           "valid>=base-2-0.1"};
    ok(cad_eval_gates(&e, &(cad_list){.item = (const char **)(uintptr_t)met, .n = sizeof met / sizeof *met}));
    static const char *const missed[] = {"sizes@families.unseen>=0.9", "valid>=base-0.14", "valid@phrasing.seen>=0.75"};
    fails(cad_eval_gates(&e, &(cad_list){.item = (const char **)(uintptr_t)missed, .n = 3}), CAD_EGATE,
          "requirement not met: sizes@families.unseen>=0.9; sizes of ours is 0.0000\n"
          "requirement not met: valid>=base-0.14; valid of ours is 0.7500, of base 0.9000");
    json_decref(o);
    json_decref(better);
}

static void test_gates_are_checked_before_anything_is_scored(void **state)
{
    (void)state;
    static const char *const label[] = {"base", "ours"};
    static const struct {
        const char *text, *why;
    } bad[] = {{"validity>=1", "no metric 'validity'; expected one of cr stop valid sizes"},
               {"our:valid>=1", "no row 'our'; the table has base ours\nhint: did you mean ours?"},
               {"bsae:valid>=1", "hint: did you mean base?"},
               {"base:vald>=1", "\nhint: did you mean valid?"},
               {"valid@familes.plate>=1", "hint: did you mean families?"},
               {"valid@famlies.seen>=1", "no groups by 'famlies'; expected one of family families phrasing units"},
               {"valid>1", "neither >= nor <="}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        fails(cad_eval_gates_check(&(cad_list){.item = (const char **)(uintptr_t)&bad[i].text, .n = 1}, label, 2), CAD_ECONFIG,
              bad[i].why);
    json_t *o = results(); /* every metric that is made is one that may be asked for */
    const char *name;
    json_t *m;
    json_object_foreach(json_object_get(o, "metrics"), name, m) assert_true(cad_results_has_metric(name));
    json_object_foreach(json_object_get(o, "groups"), name, m) assert_true(cad_results_has_kind(name));
    json_decref(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_answer_for_all_prompts_is_one_distinct_program),
        cmocka_unit_test(test_every_requested_sample_is_in_the_denominator),
        cmocka_unit_test(test_step_samples_are_counted_as_both_protocols_say),
        cmocka_unit_test(test_what_cannot_be_asked_is_a_dash_with_its_reason),
        cmocka_unit_test(test_groups_hold_the_same_metrics),
        cmocka_unit_test(test_a_reference_that_fails_leaves_the_scores),
        cmocka_unit_test(test_all_formats_carry_the_same_numbers),
        cmocka_unit_test(test_a_cell_over_other_samples_than_the_row_says_over_how_many),
        cmocka_unit_test(test_a_list_of_formats_names_those_that_there_are),
        cmocka_unit_test(test_gates_hold_or_tell_the_value),
        cmocka_unit_test(test_gates_look_into_groups_and_at_other_rows),
        cmocka_unit_test(test_gates_are_checked_before_anything_is_scored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
