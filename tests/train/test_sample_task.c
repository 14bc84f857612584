/* Samples of a model that answers in STEP: files, scores and pictures, with prompts as they were packed. */
#include "tests/infer/taught_balls.h"

#include "cad/occt/solid.h"
#include "cad/step/step_answer.h"
#include "core/json.h"
#include "core/pool.h"
#include "train/sample_task.h"

static cad_engine *engine;
static cad_tokenizer *tok;
static bool has_kernel;

static int setup(void **state)
{
    if (scratch_setup(state))
        return -1;
    ok(cad_fs_mkdirs(scratch("balls")));
    taught_model_of(scratch("balls"), BALLS, N_BALLS, BALLS_VOCAB);
    ok(cad_tokenizer_load(scratch("balls/tokenizer.json"), &tok));
    ok(cad_engine_open(scratch("balls"), &(cad_engine_opts){.slots = N_BALLS, .context = 400}, &engine));
    return 0;
}

static int teardown(void **state)
{
    cad_engine_close(engine);
    cad_tokenizer_destroy(tok);
    return scratch_teardown(state);
}

static cad_sample_summary sample(const cad_sample_prompt *prompt, int64_t n)
{
    cad_sample_summary sum;
    const cad_sample_opts o = {.engine = engine, .prompt = prompt, .n = n, .max_new = 350, .step = true, .render = true};
    ok(cad_sample_run(&o, scratch("samples"), &sum));
    return sum;
}

/* Member `key` of record i of scores.jsonl, as text. */
static const char *score(int i, const char *key)
{
    static char value[100];
    cad_buf text = CAD_BUF_INIT;
    json_t *o = NULL;
    char id[8];
    ok(cad_fs_read(scratch("samples/scores.jsonl"), 0, &text));
    snprintf(id, sizeof id, "%03d", i);
    *value = '\0';
    for (char *line = strtok(text.data, "\n"); line; line = strtok(NULL, "\n")) {
        ok(cad_json_parse(line, strlen(line), "scores", &o));
        const json_t *v = json_object_get(o, key);
        if (!strcmp(json_string_value(json_object_get(o, "id")), id))
            snprintf(value, sizeof value, "%s", json_is_string(v) ? json_string_value(v) : json_is_true(v) ? "true" : "false");
        json_decref(o);
    }
    cad_buf_deinit(&text);
    return value;
}

static void test_answers_in_step_are_scored_and_drawn(void **state)
{
    (void)state;
    const cad_sample_prompt prompt[N_BALLS] = {{.caption = BALLS[0].caption, .reference = BALL("3.", BALL_END)},
                                               {.caption = BALLS[1].caption, .reference = BALL("4.", BALL_END)},
                                               {.caption = BALLS[2].caption}};
    if (!has_kernel)
        skip();
    cad_sample_summary sum = sample(prompt, N_BALLS);
    assert_int_equal(sum.finished, N_BALLS);
    assert_int_equal(sum.scored, N_BALLS);
    assert_string_equal(score(0, "class"), "ok");
    assert_string_equal(score(0, "valid"), "true");
    assert_string_equal(score(1, "class"), "truncated");
    assert_string_equal(score(2, "valid"), "false");
    assert_true(sum.iou > 0.49 && sum.iou < 0.51); /* one of the two with a reference */
    assert_true(cad_fs_exists(scratch("samples/000.png")) && cad_fs_exists(scratch("samples/contact.png")));
    assert_false(cad_fs_exists(scratch("samples/002.png")));
    cad_buf file = CAD_BUF_INIT;
    ok(cad_fs_read(scratch("samples/000.step"), 0, &file));
    assert_memory_equal(file.data, cad_steplm_header, strlen(cad_steplm_header));
    assert_string_equal(file.data + strlen(cad_steplm_header), BALL("3.", BALL_END));
    cad_buf_clear(&file);
    ok(cad_fs_read(scratch("samples/002.step"), 0, &file));
    assert_string_equal(file.data, BALLS[2].program);
    cad_buf_deinit(&file);
}

static void test_a_packed_prompt_is_taken_as_it_is(void **state)
{
    (void)state;
    cad_ids ids = CAD_IDS_INIT;
    ok(cad_tokenizer_encode(tok, "ball 3\n", 7, CAD_SPECIALS_text, &ids));
    const cad_sample_prompt prompt = {.caption = "something else", .ids = ids.id, .n_ids = (int64_t)ids.n};
    if (!has_kernel)
        skip();
    assert_int_equal(sample(&prompt, 1).valid, 1);
    cad_ids_deinit(&ids);
}

int main(int argc, char **argv)
{
    cad_sample_register();
    cad_worker_main_if_asked(argc, argv);
    has_kernel = strcmp(cad_solid_kernel(), "none") != 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_in_step_are_scored_and_drawn),
        cmocka_unit_test(test_a_packed_prompt_is_taken_as_it_is),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
