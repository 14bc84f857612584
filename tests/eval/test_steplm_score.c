/* The measures of STEP-LLM, of parts of known size (metrics.md 3.4). */
#include "tests/unit.h"

#include "cad/occt/solid.h"
#include "core/json.h"
#include "eval/score.h"
#include "eval/steplm_score.h"

static cad_arena *arena;

static int setup(void **state)
{
    (void)state;
    return cad_arena_create("steplm", (size_t)2 << 30, &arena) == CAD_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    cad_arena_destroy(arena);
    return 0;
}

static cad_part made(const char *ir)
{
    cad_part p;
    ok(cad_part_make(&(cad_part_text){.text = ir, .len = strlen(ir), .complete = true}, arena, &p));
    assert_int_equal(p.level, 9);
    return p;
}

/* The part as STEP text, with the first of each line that holds `from` changed to `to`; in the arena. */
static const char *step_text(const char *ir, const char *from, const char *to)
{
    cad_part p = made(ir);
    cad_buf raw = CAD_BUF_INIT, out = CAD_BUF_INIT;
    const char *text;
    ok(cad_solid_write_step(p.solid, "p", &raw));
    for (const char *at = cad_buf_cstr(&raw); *at;) {
        bool here = from && !strncmp(at, from, strlen(from));
        ok(here ? cad_buf_str(&out, to) : cad_buf_add(&out, at, 1));
        at += here ? strlen(from) : 1;
    }
    ok(cad_arena_strdup(arena, out.data, out.len, &text));
    cad_buf_deinit(&raw);
    cad_buf_deinit(&out);
    cad_part_deinit(&p);
    return text;
}

static json_t *record(const char *text, const char *reference, bool always)
{
    cad_buf in = CAD_BUF_INIT, out = CAD_BUF_INIT;
    json_t *o, *job = json_pack("{ss,ss,ss,sb,sb,sb,sb}", "key", "k", "id", "r", "kind", "step", "complete", 1, "always",
                                (int)always, "steplm", 1, "official", 1);
    ok(cad_score_job_make(job, &(cad_score_texts){text, reference, strlen(text), strlen(reference)}, &in));
    ok(cad_score_job(in.data, in.len, &out));
    ok(cad_json_parse(out.data, out.len, "record", &o));
    json_decref(job);
    cad_buf_deinit(&in);
    cad_buf_deinit(&out);
    return o;
}

static double measure(const json_t *o, const char *name)
{
    const json_t *v = json_object_get(json_object_get(o, "m"), name);
    return json_is_number(v) ? json_number_value(v) : (double)NAN;
}

static void test_a_cube_too_large_scores_by_its_size_alone(void **state)
{
    (void)state;
    cad_part g = made("C 20 20 20"), p = made("C 28 28 28");
    cad_steplm_fixed fixed;
    cad_steplm_official official;
    ok(cad_steplm_score_fixed(&g, &p, "r", "k", arena, &fixed));
    ok(cad_steplm_score_official(&g, &p, "r", "k", NULL, arena, &official));
    assert_true(official.rendered);
    near(official.scd, 0.10, 0.01);
    assert_true(fixed.s2 > 1.8 * official.scd && fixed.s2 < 2.5 * official.scd);
    assert_true(fixed.p2s < fixed.s2 && fixed.p2s > 0.15);
    assert_true(fixed.sim < 0.006);
    ok(cad_steplm_score_official(NULL, &p, "r", "k", NULL, arena, &official));
    assert_true(official.rendered && isnan(official.scd));
    cad_part_deinit(&g);
    cad_part_deinit(&p);
}

/* What is known of the same meshes is not measured again, and what is known of others is not taken for it. */
static void test_what_was_measured_saves_time_and_changes_no_bit(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"C 20 20 20", "C 28 20 24"},           /* no curved face: equal meshes */
                                           {"Y 30 20", "Y 28 20"},                 /* finer by 0.1 mm than by their size */
                                           {"C 20 20 20", "Y 300 20\nT 0 1 2 3"}}; /* one of the two */
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        cad_part g = made(pairs[i][0]), p = made(pairs[i][1]);
        cad_steplm_fixed fixed;
        cad_steplm_official alone, beside;
        ok(cad_steplm_score_fixed(&g, &p, "r", "k", arena, &fixed));
        ok(cad_steplm_score_official(&g, &p, "r", "k", NULL, arena, &alone));
        ok(cad_steplm_score_official(&g, &p, "r", "k", &fixed, arena, &beside));
        assert_true(alone.scd > 0 && alone.scd == beside.scd);
        assert_int_equal(alone.scd == fixed.g2p, i == 0);
        cad_part_deinit(&g);
        cad_part_deinit(&p);
    }
}

static void test_step_answers_carry_all_measures(void **state)
{
    (void)state;
    static const char plate[] = "C 40 20 5\nY 3 5\nT 1 10 10 0\nD 0 2";
    const char *text = step_text(plate, NULL, NULL);
    json_t *o = record(text, text, false);
    assert_string_equal(json_string_value(json_object_get(o, "class")), "ok");
    assert_true(measure(o, "scd.fixed") < 0.006 && measure(o, "scd.sim") < 0.006 && measure(o, "scd.p2s") < 2e-4);
    assert_true(measure(o, "scd.official~") < 0.004);
    near(measure(o, "rr.official"), 1, 0);
    near(measure(o, "vol.rel"), 0, 1e-9);
    near(json_number_value(json_object_get(o, "scd")), measure(o, "scd.fixed"), 0);
    assert_true(json_integer_value(json_object_get(o, "entities")) > 100);
    assert_int_equal(json_integer_value(json_object_get(o, "entities")), json_integer_value(json_object_get(o, "largest_id")));
    json_decref(o);
}

/* What the gate refuses can still be drawn: that counts as STEP-LLM counts, and nowhere else. */
static void test_a_refused_text_counts_in_the_official_measures_alone(void **state)
{
    (void)state;
    const char *good = step_text("C 40 20 5", NULL, NULL), *lower = step_text("C 40 20 5", "= PLANE(", "= Plane(");
    json_t *o = record(lower, good, true);
    assert_string_equal(json_string_value(json_object_get(o, "class")), "parse");
    assert_int_equal(json_integer_value(json_object_get(o, "level")), 1);
    assert_int_equal(json_integer_value(json_object_get(o, "kernel")), 9);
    assert_true(json_is_false(json_object_get(o, "valid")));
    assert_true(isnan(measure(o, "scd.fixed")) && isnan(measure(o, "iou.v64.A1")) && isnan(measure(o, "vol.rel")));
    near(measure(o, "rr.official"), 1, 0);
    assert_true(measure(o, "scd.official~") < 0.004);
    json_decref(o);
    o = record(lower, good, false);
    assert_true(json_is_null(json_object_get(o, "kernel")));
    near(measure(o, "rr.official"), 0, 0);
    json_decref(o);
}

int main(void)
{
    if (!strcmp(cad_solid_kernel(), "none")) {
        print_message("skipped: built without OCCT\n");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_cube_too_large_scores_by_its_size_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_was_measured_saves_time_and_changes_no_bit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_step_answers_carry_all_measures, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_refused_text_counts_in_the_official_measures_alone, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
