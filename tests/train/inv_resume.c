/* What a whole run must not depend on: where it was interrupted, the number of threads; and the schedule, which follows the
 * step alone. */
#include "tests/inv_main.h"
#include "tests/train/run_fixture.h"
#include "train/lr_schedule.h"

static void test_resume_ten_and_ten_steps_are_twenty(void **state)
{
    (void)state;
    ok(run("again", "auto", NULL, NULL));
    same_end("base", "again", full_files, 20);
    forget("again", 20);
    forget("again", 15);
    ok(run("again", "auto", NULL, NULL));
    same_end("base", "again", full_files, 20);
}

/* An adapter with dropout over the NF4 base that the first run made; an adapter that is done stays as it is. */
static void adapt(const char *name)
{
    char model[8300];
    snprintf(model, sizeof model, "model.path=%s", ckpt("base", 20, ""));
    model[strlen(model) - 1] = '\0';
    const char *const set[] = {"model.init=pretrained",     model,         "model.weights=nf4",
                               "lora.enabled=on",           "lora.rank=8", "lora.dropout=0.1",
                               "train.optimizer=adamw8bit", NULL};
    ok(run(name, "auto", set, NULL));
}

static void test_resume_an_adapter_over_nf4_ends_in_the_same_bits(void **state)
{
    (void)state;
    adapt("lora");
    adapt("lora2");
    same_end("lora", "lora2", lora_files, 20);
    forget("lora2", 20);
    adapt("lora2");
    same_end("lora", "lora2", lora_files, 20);
    assert_true(cad_fs_exists(ckpt("lora", 20, "tokenizer.json")));
    cad_buf card = train_read(ckpt("lora", 20, "README.md"));
    assert_non_null(strstr(card.data, "library_name: peft\nbase_model: /"));
    assert_non_null(strstr(card.data, "LoRA rank 8, alpha 16, over NF4 weights"));
    assert_non_null(strstr(card.data, "% of them exact"));
    cad_buf_deinit(&card);
}

static void test_threads_change_no_bit_of_a_run(void **state)
{
    (void)state;
    ok(cad_threads_init(3));
    cad_status s = run("threads", "auto", NULL, NULL);
    ok(cad_threads_init(1));
    ok(s);
    same_end("base", "threads", full_files, 20);
}

static cad_status count_answer(void *ctx, const cad_answer *a)
{
    (void)a;
    ++*(int *)ctx;
    return CAD_OK;
}

static void expect_answers(const char *path)
{
    cad_engine *e;
    int n = 0;
    ok(cad_engine_open(path, &(cad_engine_opts){.slots = 2, .context = 64}, &e));
    const cad_prompt prompt = {.caption = "box 20 x 30 x 5"};
    const cad_decode decode = {.sampling = {.top_p = 1}, .max_new = 8, .seed = 1};
    ok(cad_engine_generate(e, &prompt, 1, &decode, count_answer, NULL, &n));
    assert_int_equal(n, 1);
    cad_engine_close(e);
}

static void test_roundtrip_a_checkpoint_answers_prompts_by_itself(void **state)
{
    (void)state;
    adapt("lora");
    expect_answers(train_path(dir, "runs/base/ckpt/best"));
    expect_answers(train_path(dir, "runs/lora/ckpt/latest"));
}

static void test_lr_follows_the_step_alone(void **state)
{
    (void)state;
    static const char *const set[] = {"train.micro_tokens=256", "checkpoint.every=off", "eval.every=off", NULL};
    const cad_config *c = config(NULL);
    const cad_lr_schedule schedule = {
        .shape = CAD_LR_cosine, .peak = c->train.lr, .floor = c->train.min_lr, .warmup = 3, .total = 20};
    double once[21], again[21], cut[21];
    read_series("base", "train/lr", 20, once);
    ok(run("lr", "auto", NULL, NULL));
    for (int step = 20; step > 5; step -= 5)
        forget("lr", step);
    ok(run("lr", "auto", NULL, NULL));
    read_series("lr", "train/lr", 20, again);
    ok(run("lr-cut", "auto", set, NULL));
    read_series("lr-cut", "train/lr", 20, cut);
    for (int i = 1; i <= 20; i++) {
        near(once[i], cad_lr_at(&schedule, i), 1e-11 * once[i]); /* the file has twelve digits */
        assert_true(once[i] == again[i] && once[i] == cut[i]);
    }
}

INV_MAIN(setup, teardown, cmocka_unit_test(test_resume_ten_and_ten_steps_are_twenty),
         cmocka_unit_test(test_resume_an_adapter_over_nf4_ends_in_the_same_bits),
         cmocka_unit_test(test_threads_change_no_bit_of_a_run),
         cmocka_unit_test(test_roundtrip_a_checkpoint_answers_prompts_by_itself),
         cmocka_unit_test(test_lr_follows_the_step_alone))
