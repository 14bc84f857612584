/* Answers to scores: what workers die of, what no job can carry, and what becomes of records.  The handler of the workers is
 * one of this test, so that no geometry kernel is needed. */
#include "tests/eval/answers_util.h"

#include "core/log.h"
#include "core/progress.h"
#include "eval/baseline.h"

/* Dies in the last stage of a reference: of its making, or of the measures of STEP-LLM's code. */
static cad_status die_of_truth(const void *in, size_t len, cad_buf *out)
{
    (void)out;
    cad_arena *a;
    cad_part g, p;
    CAD_TRY(cad_arena_create("truth", (size_t)256 << 20, &a));
    const cad_part_text text = {.text = "C 1 1 1", .len = 7, .complete = true};
    cad_part_text truth = text;
    truth.truth = true;
    CAD_TRY(cad_part_make(&text, a, &p));
    CAD_TRY(cad_part_make(&truth, a, &g));
    if (len > 0 && *(const char *)in == 'o') {
        cad_steplm_official o;
        cad_part broken = {.kind = CAD_PART_step, .truth = true, .plain = "none", .plain_len = 4};
        CAD_TRY(cad_steplm_score_official(&broken, &p, "r", "k", NULL, a, &o));
    }
    raise(SIGSEGV);
    return CAD_OK;
}

static void test_records_become_numbers_and_a_killed_worker_fails_its_row_alone(void **state)
{
    (void)state;
    cad_answers a = all_done(false);
    static const cad_class expected[ROWS] = {CAD_CLASS_ok, CAD_CLASS_kernel_crash, CAD_CLASS_empty, CAD_CLASS_ok};
    cad_scored *s;
    ok(cad_answers_scored(&a, arena, &s));
    for (size_t i = 0; i < SLOTS; i++)
        assert_int_equal(s[i].class_, expected[i / SAMPLES]);
    assert_true(s[0].valid && s[0].complete && s[0].checks == -1);
    near(s[0].iou_a1, .07, 1e-12);
    assert_true(isnan(s[0].iou_a0c));
    assert_true(!s[2].valid && s[2].complete && s[2].checks == 0); /* it ended by itself; its checks count as failed */
    assert_true(!s[4].complete && !s[4].stopped);
    assert_int_equal(s[6].checks, 1);
    assert_non_null(strstr(a.slot[2].record, "\"stage\":\"judge\""));
}

/* What STEP-LLM's code measures may be too much for a worker: the answer is scored without it. */
static void test_a_worker_that_dies_over_the_official_measures_loses_those_alone(void **state)
{
    (void)state;
    cad_answers a = opened("heavy", false);
    a.n = 2;
    a.steplm = true;
    for (size_t i = 0; i < a.n; i++) {
        a.slot[i].text = i ? "heavy" : "light";
        a.slot[i].len = 5;
        a.slot[i].stopped = true;
    }
    score(&a);
    for (size_t i = 0; i < a.n; i++) {
        assert_non_null(strstr(a.slot[i].record, "\"class\":\"ok\""));
        assert_int_equal(a.slot[i].no_official, i);
    }
}

static void test_the_stages_of_a_reference_are_told_apart(void **state)
{
    (void)state;
    static const char *const stage[] = {CAD_PART_REFERENCE "mesh", CAD_STEPLM_REFERENCE " read"};
    if (!strcmp(cad_solid_kernel(), "none"))
        skip();
    cad_pool *pool;
    ok(cad_pool_create(&(cad_pool_opts){.workers = 1, .cpu_s = 20}, &pool));
    for (size_t i = 0; i < 2; i++) {
        cad_pool_result r;
        ok(cad_pool_submit(pool, "truth", i, i ? "o" : "p", 1));
        ok(cad_pool_next(pool, &r));
        assert_int_equal(r.verdict, CAD_VERDICT_crash);
        assert_string_equal(r.stage, stage[i]);
    }
    cad_pool_destroy(pool);
}

static cad_answers one_answer(const char *identity, const char *text, size_t len)
{
    cad_answers a = opened(identity, false);
    a.n = 1;
    a.slot[0].text = text;
    a.slot[0].len = len;
    a.slot[0].stopped = true;
    return a;
}

/* It is rendered all the same: only the distance goes. */
static void test_a_reference_too_heavy_for_the_official_measures_leaves_the_rendering(void **state)
{
    (void)state;
    cad_answers a = one_answer("drawn", "drawn", 5);
    a.steplm = true;
    score(&a);
    assert_non_null(strstr(a.slot[0].record, "\"class\":\"ok\""));
    assert_true(a.slot[0].no_official_reference && !a.slot[0].no_official && !a.slot[0].no_reference);
}

/* A reference that kills the kernel is no fault of the answer: the row leaves all scores, with the answer's own verdict. */
static void test_a_worker_that_dies_of_the_reference_does_not_fail_the_answer(void **state)
{
    (void)state;
    suite.row[0].reference = "C 1 1 1";
    cad_answers a = one_answer("good", "good", 4);
    score(&a);
    suite.row[0].reference = NULL;
    cad_scored *s;
    ok(cad_answers_scored(&a, arena, &s));
    assert_int_equal(s->class_, CAD_CLASS_reference_bad);
    assert_true(s->valid && a.slot[0].no_reference);
}

/* Control characters would be six bytes each in JSON: such an answer is judged like any other.  One that no job can carry is
 * refused alone. */
static void test_an_answer_that_no_job_can_carry_is_refused_alone(void **state)
{
    (void)state;
    enum { CONTROLS = 3 << 20, BYTES = 17 << 20 };
    char *text;
    ok(cad_arena_zalloc(arena, BYTES + 1, 1, "large answer", &text));
    memset(text, 1, BYTES);
    cad_answers a = opened("large", false);
    a.n = 3;
    for (size_t i = 0; i < a.n; i++) {
        a.slot[i].text = i == 2 ? "fine" : text + i * (BYTES - CONTROLS);
        a.slot[i].len = strlen(a.slot[i].text);
        a.slot[i].stopped = true;
    }
    score(&a);
    cad_scored *s;
    ok(cad_answers_scored(&a, arena, &s));
    assert_int_equal(s[0].class_, CAD_CLASS_parse);
    assert_true(s[0].complete && !s[0].valid);
    assert_non_null(strstr(a.slot[0].record, "\"limit\""));
    assert_int_equal(s[1].class_, CAD_CLASS_ok);
    assert_int_equal(s[2].class_, CAD_CLASS_ok);
}

static cad_status too_large(void *ctx, const cad_suite_row *row, cad_answer_text *out)
{
    (void)ctx;
    *out = (cad_answer_text){.too_large = 7000000, .ended = row == suite.row};
    return CAD_OK;
}

/* Its text is nowhere; a second call knows it all the same. */
static void test_an_answer_too_large_to_keep_is_refused_and_never_truncated(void **state)
{
    (void)state;
    for (int call = 0; call < 2; call++) {
        cad_answers a = opened("files", false);
        ok(cad_answers_take(&a, too_large, NULL));
        score(&a);
        cad_scored *s;
        ok(cad_answers_scored(&a, arena, &s));
        for (size_t i = 0; i < SLOTS; i++) {
            assert_int_equal(s[i].class_, CAD_CLASS_parse);
            assert_int_equal(s[i].complete, i < SAMPLES);
            assert_non_null(strstr(a.slot[i].record, "7000000 bytes"));
        }
        ok(cad_fs_remove(file("scores.jsonl")));
    }
}

/* CR as STEP-LLM's code counts it asks for the end mark: of a model that writes compact text it says nothing.  Prose is none.
 */
static void test_compact_text_has_no_end_mark_to_look_for(void **state)
{
    (void)state;
    static const char *const text[] = {"F(1.)", "F(2.)", "DATA;\nENDSEC;\nEND-ISO-10303-21;"};
    static const int as_published[] = {0, 0, 1};
    for (int prose = 0; prose < 2; prose++) {
        cad_answers a = opened(IDENTITY, false);
        a.n = 3;
        a.kind = CAD_PART_step;
        a.steplm = true;
        for (size_t i = 0; i < a.n; i++) {
            a.slot[i].text = text[i];
            a.slot[i].len = strlen(text[i]);
            a.slot[i].stopped = true;
            a.slot[i].record = prose && i == 1 ? "{\"class\":\"parse\",\"text\":1}" : "{\"class\":\"reference\",\"text\":2}";
        }
        cad_scored *s;
        ok(cad_answers_scored(&a, arena, &s));
        for (size_t i = 0; i < a.n; i++)
            assert_int_equal(s[i].cr_official, prose ? as_published[i] : CAD_SCORED_UNANSWERABLE);
    }
}

static void test_blanks_are_no_complete_answer(void **state)
{
    (void)state;
    cad_answers a = opened(IDENTITY, false);
    a.n = 1;
    a.slot[0].text = " \n";
    a.slot[0].len = 2;
    a.slot[0].stopped = true;
    a.slot[0].record = "{\"class\":\"empty\",\"valid\":false}";
    cad_scored *s;
    ok(cad_answers_scored(&a, arena, &s));
    assert_true(s->stopped && !s->complete);
    a.slot[0].record = "{\"class\":\"splendid\"}";
    fails(cad_answers_scored(&a, arena, &s), CAD_ECORRUPT, "unknown class 'splendid'");
    a.slot[0].record = NULL;
    fails(cad_answers_scored(&a, arena, &s), CAD_EPARTIAL, "prompt 'a' has no score yet");
}

/* Six of eight answers were scored before; the other two take their workers at least SLOW_S. */
static void test_the_progress_of_a_resume_counts_its_own_scores_alone(void **state)
{
    (void)state;
    cad_buf told = CAD_BUF_INIT;
    cad_answers a = opened(IDENTITY, false);
    for (size_t i = 0; i < SLOTS; i++) {
        a.slot[i].text = "slow";
        a.slot[i].len = 4;
        a.slot[i].record = i < SLOTS - 2 ? "{}" : NULL;
    }
    ok(cad_fs_mkdirs(dir));
    ok(cad_log_open(file("log")));
    cad_progress_setup(CAD_PROGRESS_LINES, 0);
    score(&a);
    cad_progress_setup(CAD_PROGRESS_NONE, 10);
    ok(cad_log_open(NULL));
    ok(cad_fs_read(file("log"), 0, &told));
    static const char *const line[2] = {"score test 7/8  87.5%  ", "score test 8/8  100.0%  "};
    for (int i = 0; i < 2; i++) {
        char *end = NULL;
        const char *at = strstr(told.data, line[i]);
        assert_non_null(at);
        assert_true(strtod(at + strlen(line[i]), &end) <= (i + 1) / SLOW_S);
        assert_ptr_equal(strstr(end, " answers/s"), end);
    }
    assert_null(strstr(told.data, "score test 6/8"));
    cad_buf_deinit(&told);
}

/* ---- the box of each reference ---- */

static void test_every_row_has_its_own_box_whatever_the_samples(void **state)
{
    (void)state;
    static char record[ROWS][80];
    cad_answers a = opened(IDENTITY, false);
    for (size_t i = 0; i < SLOTS; i++) {
        int n = (int)(i / SAMPLES);
        snprintf(record[n], sizeof record[n], "{\"bbox\":[0,0,-1.5,%d,20,3.5]}", n + 1);
        a.slot[i].record = n == 2 ? NULL : record[n];
    }
    cad_bbox_cube *boxes;
    ok(cad_bbox_cube_create(&a, arena, &boxes));
    static const char *const box[ROWS] = {"C 1 20 5\nT 0 0 0 -1.5", "C 2 20 5\nT 0 0 0 -1.5", NULL, "C 4 20 5\nT 0 0 0 -1.5"};
    for (size_t i = 0; i < ROWS; i++) {
        cad_answer_text answer = {0};
        ok(cad_baseline_bbox_cube(boxes, &suite.row[i], &answer));
        assert_int_equal(answer.len, box[i] ? strlen(box[i]) : 0);
        if (box[i])
            assert_string_equal(answer.text, box[i]);
        else
            assert_null(answer.text);
    }
}

int main(int argc, char **argv)
{
    cad_worker_register(CAD_SCORE_HANDLER, judge);
    cad_worker_register("truth", die_of_truth);
    cad_worker_main_if_asked(argc, argv);
    cad_progress_setup(CAD_PROGRESS_NONE, 10);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_records_become_numbers_and_a_killed_worker_fails_its_row_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_worker_that_dies_over_the_official_measures_loses_those_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_stages_of_a_reference_are_told_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_reference_too_heavy_for_the_official_measures_leaves_the_rendering, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_a_worker_that_dies_of_the_reference_does_not_fail_the_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_answer_that_no_job_can_carry_is_refused_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_answer_too_large_to_keep_is_refused_and_never_truncated, setup, teardown),
        cmocka_unit_test_setup_teardown(test_compact_text_has_no_end_mark_to_look_for, setup, teardown),
        cmocka_unit_test_setup_teardown(test_blanks_are_no_complete_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_progress_of_a_resume_counts_its_own_scores_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_row_has_its_own_box_whatever_the_samples, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
