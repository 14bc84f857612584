/* Answers and scores on disk: what was cut off by a kill is made again to the same bytes, and what is damaged says where.  The
 * handler of the workers is one of this test, so that no geometry kernel is needed. */
#include "tests/unit.h"

#include "core/clock.h"
#include "core/fs.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/log.h"
#include "core/progress.h"
#include "eval/answers.h"
#include "eval/baseline.h"
#include "eval/part.h"
#include "eval/score.h"
#include "eval/steplm_score.h"

#include <signal.h>
#include <unistd.h>

enum { ROWS = 4, SAMPLES = 2, SLOTS = ROWS * SAMPLES };
#define SLOW_S 0.2
#define IDENTITY "a model and its decoding"

static char dir[4096];
static cad_arena *arena;
static cad_suite suite;

/* An answer of n bytes is a valid part of IoU n / 100; "crash" kills its worker, "slow" takes SLOW_S. */
static cad_status judge(const void *in, size_t len, cad_buf *out)
{
    json_t *job;
    cad_score_texts texts;
    CAD_TRY(cad_score_job_read(in, len, &job, &texts));
    const char *text = texts.text;
    cad_worker_stage("judge");
    if (!strcmp(text, "crash"))
        raise(SIGSEGV);
    if (!strcmp(text, "heavy") && json_is_true(json_object_get(job, "official"))) {
        cad_worker_stage(CAD_STEPLM_STAGE " mesh");
        raise(SIGSEGV);
    }
    if (!strcmp(text, "drawn") && !json_is_false(json_object_get(job, "official_reference"))) {
        cad_worker_stage(CAD_STEPLM_REFERENCE " mesh");
        raise(SIGSEGV);
    }
    if (texts.reference && !strcmp(texts.reference, "C 1 1 1") && !strcmp(text, "good")) {
        cad_worker_stage(CAD_PART_REFERENCE "facts");
        raise(SIGSEGV);
    }
    const char *class_ = json_is_true(json_object_get(job, "reference_died")) ? "reference_bad" : text[0] ? "ok" : "empty";
    if (!strcmp(text, "slow"))
        cad_clock_sleep(SLOW_S);
    cad_status s = cad_buf_printf(out,
                                  "{\"key\":\"%s\",\"class\":\"%s\",\"valid\":%s,\"checks\":{\"all\":true},"
                                  "\"m\":{\"iou.v64.A1\":%.2f}}",
                                  json_string_value(json_object_get(job, "key")), class_, text[0] ? "true" : "false",
                                  (double)strlen(text) / 100);
    json_decref(job);
    return s;
}

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
        CAD_TRY(cad_steplm_score_official(&broken, &p, "r", "k", a, &o));
    }
    raise(SIGSEGV);
    return CAD_OK;
}

static cad_status answer_of(void *fails_at, const cad_suite_row *row, cad_answer_text *out)
{
    static const char *const text[ROWS] = {"C 1 2 3", "crash", NULL, "Y 5 12\nT 0 1 1 1"};
    if (fails_at && !strcmp(row->id, fails_at))
        CAD_FAIL(CAD_EIO, "no answer to %s", row->id);
    out->text = text[row - suite.row];
    out->len = out->text ? strlen(out->text) : 0;
    return CAD_OK;
}

static const char *file(const char *name)
{
    static char path[2][8192];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

static cad_buf bytes(const char *name)
{
    cad_buf b = CAD_BUF_INIT;
    ok(cad_fs_read(file(name), 0, &b));
    return b;
}

static void put(const char *name, const cad_buf *b, size_t len)
{
    ok(cad_fs_write(file(name), b->data, len));
}

static cad_answers opened(const char *identity, bool fresh)
{
    cad_answers a;
    ok(cad_answers_init(&suite, dir, identity, SAMPLES, 0, arena, &a));
    ok(cad_answers_read(&a, fresh));
    return a;
}

static size_t answered(const cad_answers *a)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++)
        n += a->slot[i].text != NULL;
    return n;
}

static void score(cad_answers *a)
{
    cad_pool *pool;
    ok(cad_pool_create(&(cad_pool_opts){.workers = 2, .cpu_s = 10}, &pool));
    ok(cad_answers_score(a, pool, "test"));
    cad_pool_destroy(pool);
}

static cad_answers all_done(bool fresh)
{
    cad_answers a = opened(IDENTITY, fresh);
    ok(cad_answers_take(&a, answer_of, NULL));
    score(&a);
    return a;
}

static int setup(void **state)
{
    (void)state;
    static cad_suite_row rows[ROWS] = {{.id = "a", .prompt = "a box"},
                                       {.id = "b", .prompt = "a killer"},
                                       {.id = "c", .prompt = "nothing"},
                                       {.id = "d", .prompt = "a rod"}};
    const char *base = getenv("TMPDIR");
    snprintf(dir, sizeof dir, "%s/cadlm-answers-%ld", base ? base : "/tmp", (long)getpid());
    ok(cad_fs_remove_tree(dir));
    ok(cad_arena_create("answers", (size_t)256 << 20, &arena));
    rows[3].expect = rows[1].expect = json_object();
    suite = (cad_suite){.name = "t", .version = "1", .path = "t.jsonl", .hash = "0", .row = rows, .n = ROWS};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    json_decref((json_t *)(uintptr_t)suite.row[1].expect);
    cad_arena_destroy(arena);
    return cad_fs_remove_tree(dir) == CAD_OK ? 0 : -1;
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

/* Both files cut at twelve places from nothing to the end, as a kill or a full disk leaves them. */
static void test_a_file_cut_anywhere_is_completed_to_the_same_bytes(void **state)
{
    (void)state;
    (void)all_done(false);
    cad_buf predictions = bytes("predictions.jsonl"), scores = bytes("scores.jsonl");
    for (int part = 0; part < 12; part++) {
        put("predictions.jsonl", &predictions, predictions.len * (size_t)part / 11);
        put("scores.jsonl", &scores, scores.len * (size_t)(11 - part) / 11);
        (void)all_done(false);
        cad_buf p = bytes("predictions.jsonl"), s = bytes("scores.jsonl");
        assert_int_equal(p.len, predictions.len);
        assert_memory_equal(p.data, predictions.data, p.len);
        assert_int_equal(s.len, scores.len);
        assert_memory_equal(s.data, scores.data, s.len);
        cad_buf_deinit(&p);
        cad_buf_deinit(&s);
    }
    cad_buf_deinit(&predictions);
    cad_buf_deinit(&scores);
}

static void test_each_prediction_names_the_hash_of_its_prompt(void **state)
{
    (void)state;
    (void)all_done(false);
    cad_buf b = bytes("predictions.jsonl");
    char *line = strtok(strchr(b.data, '\n'), "\n");
    for (size_t i = 0; i < SLOTS; i++, line = strtok(NULL, "\n")) {
        char part[80], sha[CAD_HASH_HEX];
        const char *prompt = suite.row[i / SAMPLES].prompt;
        cad_hash128_hex(prompt, strlen(prompt), sha);
        snprintf(part, sizeof part, "\"prompt_sha\":\"%s\"", sha);
        assert_non_null(line);
        assert_non_null(strstr(line, part));
    }
    cad_buf_deinit(&b);
}

static void test_a_torn_last_line_is_asked_again(void **state)
{
    (void)state;
    (void)all_done(false);
    cad_buf b = bytes("predictions.jsonl");
    put("predictions.jsonl", &b, b.len - 1); /* all but its LF */
    cad_answers a = opened(IDENTITY, false);
    assert_int_equal(answered(&a), SLOTS - 1);
    assert_null(a.slot[SLOTS - 1].text);
    assert_non_null(a.slot[SLOTS - 1].record); /* the score of that answer stays */
    cad_buf_deinit(&b);
}

static void test_a_file_without_its_first_line_gets_one(void **state)
{
    (void)state;
    (void)all_done(false);
    cad_buf whole = bytes("predictions.jsonl");
    put("predictions.jsonl", &whole, 10);
    cad_answers a = opened(IDENTITY, false);
    assert_int_equal(answered(&a), 0);
    ok(cad_answers_take(&a, answer_of, NULL));
    cad_buf again = bytes("predictions.jsonl");
    assert_int_equal(again.len, whole.len);
    assert_memory_equal(again.data, whole.data, whole.len);
    cad_buf_deinit(&whole);
    cad_buf_deinit(&again);
}

static void test_a_damaged_line_is_named_and_fresh_starts_over(void **state)
{
    (void)state;
    (void)all_done(false);
    cad_buf b = bytes("scores.jsonl");
    char *third = strchr(strchr(b.data, '\n') + 1, '\n') + 1;
    third[0] = '\0'; /* as a file system may leave a block after a power failure */
    put("scores.jsonl", &b, b.len);
    cad_answers a;
    ok(cad_answers_init(&suite, dir, IDENTITY, SAMPLES, 0, arena, &a));
    fails(cad_answers_read(&a, false), CAD_ECORRUPT, "scores.jsonl:3: not a row of JSON\nhint: --fresh");
    ok(cad_answers_read(&a, true));
    assert_false(cad_fs_exists(file("scores.jsonl")) || cad_fs_exists(file("predictions.jsonl")));
    cad_buf_deinit(&b);
}

static void test_a_source_that_fails_leaves_nothing_behind_for_its_row(void **state)
{
    (void)state;
    cad_answers a = opened(IDENTITY, false);
    fails(cad_answers_take(&a, answer_of, "b"), CAD_EIO, "no answer to b");
    cad_answers again = opened(IDENTITY, false);
    assert_int_equal(answered(&again), SAMPLES); /* those of the row before it */
}

static void test_answers_of_another_model_are_passed_over(void **state)
{
    (void)state;
    (void)all_done(false);
    cad_answers other = opened("another model", false), same = opened(IDENTITY, false);
    assert_int_equal(answered(&other), 0);
    assert_int_equal(answered(&same), SLOTS);
    for (size_t i = 0; i < SLOTS; i++) {
        assert_string_not_equal(other.slot[i].key, same.slot[i].key);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(same.slot[i].key, same.slot[k].key);
    }
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
        cmocka_unit_test_setup_teardown(test_blanks_are_no_complete_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_file_cut_anywhere_is_completed_to_the_same_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_each_prediction_names_the_hash_of_its_prompt, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_torn_last_line_is_asked_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_file_without_its_first_line_gets_one, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_damaged_line_is_named_and_fresh_starts_over, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_source_that_fails_leaves_nothing_behind_for_its_row, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answers_of_another_model_are_passed_over, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_progress_of_a_resume_counts_its_own_scores_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_row_has_its_own_box_whatever_the_samples, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
