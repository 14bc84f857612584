#include "dataprep/pack.h"
#include "tests/train/run_fixture.h"

static void test_the_position_is_that_of_the_next_batch(void **state)
{
    (void)state;
    json_t *o;
    ok(cad_json_read(ckpt("base", 20, "trainer_state.json"), 0, &o)); /* 96 rows in batches of 8: 12 steps an epoch */
    assert_int_equal(json_integer_value(json_object_get(o, "step")), 20);
    assert_int_equal(json_integer_value(json_object_get(o, "epoch")), 1);
    assert_int_equal(json_integer_value(json_object_get(o, "batch")), 8);
    assert_int_equal(json_integer_value(json_object_get(o, "rows")), 160);
    json_decref(o);
}

static void test_the_size_of_a_pass_leaves_the_rows_alone(void **state)
{
    (void)state;
    static const char *const set[] = {"train.micro_tokens=256", NULL};
    double x[64], y[64];
    ok(run("micro", "auto", set, NULL));
    read_series("base", "train/loss", 20, x);
    read_series("micro", "train/loss", 20, y);
    for (int i = 1; i <= 20; i++)
        near(x[i], y[i], 2e-4 * x[i]);
}

static void test_a_damaged_checkpoint_is_passed_over(void **state)
{
    (void)state;
    ok(run("hurt", "auto", NULL, NULL));
    cad_buf b = train_read(ckpt("hurt", 20, "optimizer.safetensors"));
    b.data[b.len / 2] ^= 1;
    ok(cad_fs_write(ckpt("hurt", 20, "optimizer.safetensors"), b.data, b.len));
    ok(run("hurt", "auto", NULL, NULL));
    same_end("base", "hurt", full_files, 20);
    for (int step = 5; step <= 20; step += 5)
        ok(cad_fs_write(ckpt("hurt", step, "optimizer.safetensors"), b.data, b.len - 1));
    cad_buf_deinit(&b);
    fails(run("hurt", "auto", NULL, NULL), CAD_ECORRUPT, "--resume=no");
    ok(run("hurt", "no", NULL, NULL));
    same_end("base", "hurt", full_files, 20);
    assert_true(cad_fs_exists(train_path(dir, "runs/hurt.1/run.json")));
}

static void test_a_checkpoint_without_done_does_not_exist(void **state)
{
    (void)state;
    ok(run("undone", "auto", NULL, NULL));
    ok(cad_fs_remove(ckpt("undone", 20, "DONE")));
    ok(run("undone", "auto", NULL, NULL));
    same_end("base", "undone", full_files, 20);
}

static void test_a_changed_key_needs_a_word(void **state)
{
    (void)state;
    static const char *const set[] = {"train.lr=1e-3", NULL}, *const harmless[] = {"eval.every=off", "log.level=warn", NULL};
    ok(run("changed", "auto", NULL, NULL));
    ok(run("changed", "auto", harmless, NULL));
    forget("changed", 20);
    fails(run("changed", "auto", set, NULL), CAD_ECONFIG, "--allow-change=train.lr");
    ok(run("changed", "auto", set, "train.lr"));
    cad_buf b = train_read(train_path(dir, "runs/changed/run.json"));
    assert_non_null(strstr(b.data, "\"train.lr\""));
    assert_non_null(strstr(b.data, "\"done\""));
    cad_buf_deinit(&b);
}

/* A start that changes one key beside the learning rate, which alone needs but a word: refused, though the key is allowed too.
 */
static void stays_fixed(const char *name, const char *const *set, const char *change)
{
    const char *pair[8] = {"train.lr=1e-3", change};
    char key[64], part[200];
    size_t n = 2;
    for (; set && *set; set++)
        pair[n++] = *set;
    snprintf(key, sizeof key, "%.*s", (int)strcspn(change, "="), change);
    snprintf(part, sizeof part, "hint: a checkpoint fixes %s: --resume=no or another run.name", key);
    for (int i = 0; i < 2; i++) {
        fails(run(name, "auto", pair, i ? key : NULL), CAD_ECONFIG, part);
        assert_non_null(strstr(cad_error_text(), "train.lr: "));
        assert_null(strstr(cad_error_text(), "--allow-change"));
    }
}

static void test_no_word_lets_a_key_differ_that_shapes_what_a_checkpoint_holds(void **state)
{
    (void)state;
    static const char *const full[] = {"model.layers=3",           "model.width=128", "model.heads=4",
                                       "model.kv_heads=2",         "model.ffn=128",   "model.tie=on",
                                       "train.optimizer=adamw8bit"};
    static const char *const lora[] = {"lora.rank=2", "lora.alpha=4", "lora.rslora=on", "lora.targets=q,v"};
    for (size_t i = 0; i < sizeof full / sizeof *full; i++)
        stays_fixed("base", NULL, full[i]);
    char base[8300];
    snprintf(base, sizeof base, "model.path=%s", ckpt("base", 20, ""));
    const char *adapted[] = {"model.init=pretrained", "lora.enabled=on", base, NULL};
    ok(run("adapted", "auto", adapted, NULL));
    for (size_t i = 0; i < sizeof lora / sizeof *lora; i++)
        stays_fixed("adapted", adapted, lora[i]);
    adapted[1] = "eval.batches=0";
    stays_fixed("adapted", adapted, "lora.enabled=off");
}

static void test_without_an_adapter_its_keys_need_a_word_alone(void **state)
{
    (void)state;
    static const char *const set[] = {"lora.rank=2", NULL};
    ok(run("full", "auto", NULL, NULL));
    fails(run("full", "auto", set, NULL), CAD_ECONFIG, "accept with --allow-change=lora.rank");
    ok(run("full", "auto", set, "lora.rank"));
}

static void test_rotation_keeps_the_best_and_the_last(void **state)
{
    (void)state;
    static const char *const set[] = {"checkpoint.keep_last=1", NULL};
    ok(run("few", "auto", set, NULL));
    assert_true(cad_fs_exists(ckpt("few", 20, "DONE")));
    assert_false(cad_fs_exists(ckpt("few", 5, "DONE")));
    assert_true(cad_fs_exists(train_path(dir, "runs/few/ckpt/best/DONE")));
    assert_true(cad_fs_exists(train_path(dir, "runs/few/ckpt/latest/trainer_state.json")));
}

static void test_a_stop_signal_saves_and_a_restart_ends_the_same(void **state)
{
    (void)state;
    static volatile sig_atomic_t stop = SIGTERM;
    char path[8192];
    snprintf(path, sizeof path, "%s/runs/stopped", dir);
    for (int i = 0; i < 3; i++) { /* each start makes one step and is asked to end */
        stop = i == 1 ? SIGINT : SIGUSR2;
        const cad_trainer_opts o = {.run_dir = path, .stop = &stop};
        cad_trainer *t;
        ok(cad_trainer_open(config(NULL), &o, &t));
        assert_int_equal(cad_trainer_get_facts(t).resume_step, i);
        fails(cad_trainer_run(t), i == 1 ? CAD_EINTR : CAD_EREQUEUE, "saved in");
        cad_trainer_close(t);
    }
    cad_buf b = train_read(train_path(dir, "runs/stopped/metrics.jsonl"));
    assert_null(strstr(b.data, "eval/loss")); /* an end that was asked for does not wait for an evaluation */
    cad_buf_deinit(&b);
    ok(run("stopped", "auto", NULL, NULL));
    same_end("base", "stopped", full_files, 20);
    same_state("base", "stopped", 20);
}

static void test_files_ask_for_a_save_and_a_stop(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(train_path(dir, "runs/asked")));
    ok(cad_fs_write(train_path(dir, "runs/asked/STOP"), "", 0));
    fails(run("asked", "auto", NULL, NULL), CAD_EREQUEUE, "step 1");
    assert_true(cad_fs_exists(ckpt("asked", 1, "DONE")));
    assert_false(cad_fs_exists(train_path(dir, "runs/asked/STOP")));
}

static void test_a_file_asks_for_a_save(void **state)
{
    (void)state;
    static const char *const set[] = {"checkpoint.every=off", NULL};
    ok(cad_fs_mkdirs(train_path(dir, "runs/save")));
    ok(cad_fs_write(train_path(dir, "runs/save/SAVE"), "", 0));
    ok(run("save", "auto", set, NULL));
    assert_true(cad_fs_exists(ckpt("save", 1, "DONE")));
    assert_true(cad_fs_exists(ckpt("save", 20, "DONE")));
    assert_false(cad_fs_exists(ckpt("save", 10, "DONE")));
}

static void test_a_checkpoint_of_another_run_can_be_continued(void **state)
{
    (void)state;
    char from[8300];
    snprintf(from, sizeof from, "%s", ckpt("base", 10, ""));
    from[strlen(from) - 1] = '\0';
    ok(run("other", from, NULL, NULL));
    for (int i = 0; full_files[i]; i++)
        same_file(ckpt("base", 20, full_files[i]), ckpt("other", 20, full_files[i]));
    assert_false(cad_fs_exists(ckpt("other", 10, "DONE")));
}

/* A model whose last tensor holds the largest bf16: the forward pass leaves the range of f32. */
static void test_a_step_that_is_not_finite_stops_and_names_its_rows(void **state)
{
    (void)state;
    static const char *const file[] = {"config.json", "generation_config.json", "model.safetensors"};
    ok(cad_fs_mkdirs(train_path(dir, "broken")));
    for (int i = 0; i < 3; i++) {
        cad_buf x = train_read(ckpt("base", 20, file[i]));
        for (size_t k = i == 2 ? x.len - 8192 : x.len; k < x.len; k++)
            x.data[k] = 0x7f;
        char name[64];
        snprintf(name, sizeof name, "broken/%s", file[i]);
        ok(cad_fs_write(train_path(dir, name), x.data, x.len));
        cad_buf_deinit(&x);
    }
    char model[8300], tokenizer[8300];
    snprintf(model, sizeof model, "model.path=%s/broken", dir);
    snprintf(tokenizer, sizeof tokenizer, "tokenizer.path=%s/tok", dir);
    const char *const stop[] = {"model.init=pretrained", model, tokenizer, NULL}, *const skip[] = {"model.init=pretrained",
                                                                                                   model, tokenizer,
                                                                                                   "train.on_nan=skip", NULL};
    fails(run("nan", "auto", stop, NULL), CAD_ENUMERIC, "step 1: the loss of row 'row-");
    assert_non_null(strstr(cad_error_text(), "(rows of the step: row-"));
    assert_false(cad_fs_exists(ckpt("nan", 1, "")));
    cad_buf b = train_read(train_path(dir, "runs/nan/run.json"));
    assert_non_null(strstr(b.data, "\"exit_code\": 70"));
    cad_buf_deinit(&b);
    fails(run("nan2", "auto", skip, NULL), CAD_ENUMERIC, "step 10");
    b = train_read(train_path(dir, "runs/nan2/metrics.jsonl"));
    assert_non_null(strstr(b.data, "step skipped"));
    cad_buf_deinit(&b);
}

static void test_bad_inputs_are_named_together(void **state)
{
    (void)state;
    static const char *const missing[] = {"data.train=nowhere.h5", "tokenizer.path=nodir", NULL};
    fails(run("bad", "auto", missing, NULL), CAD_ENOTFOUND, "nowhere.h5");
    assert_non_null(strstr(cad_error_text(), "nodir: no such file or folder; expected a folder with a tokenizer"));
    assert_non_null(strstr(cad_error_text(), "2 problems"));
    assert_false(cad_fs_exists(train_path(dir, "runs/bad")));
    cad_buf b = train_read(train_path(dir, "train.pack.h5"));
    ok(cad_fs_write(train_path(dir, "short.h5"), b.data, b.len / 2));
    cad_buf_deinit(&b);
    char data[8300];
    snprintf(data, sizeof data, "data.train=%s/short.h5", dir);
    const char *const cut[] = {data, NULL};
    fails(run("bad", "auto", cut, NULL), CAD_ECORRUPT, "short.h5");
    assert_false(cad_fs_exists(train_path(dir, "runs/bad")));
}

static void test_another_tokenizer_than_the_packs_is_refused(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(train_path(dir, "tok2")));
    cad_buf b = train_read(train_path(dir, "tok/tokenizer.json"));
    ok(cad_buf_str(&b, "\n"));
    ok(cad_fs_write(train_path(dir, "tok2/tokenizer.json"), b.data, b.len));
    cad_buf_deinit(&b);
    char key[8300];
    snprintf(key, sizeof key, "tokenizer.path=%s/tok2", dir);
    const char *const set[] = {key, NULL};
    fails(run("bad", "auto", set, NULL), CAD_EDATA, "tokenizer");
}

/* The rows that a checkpoint was trained on are those that the run goes on with. */
static void test_a_pack_that_changed_since_the_checkpoint_needs_a_word(void **state)
{
    (void)state;
    char data[8300];
    snprintf(data, sizeof data, "data.train=%s/moving.h5", dir);
    const char *const set[] = {data, NULL};
    ok(fixture_pack(dir, "moving.h5", &(fixture_pack_opts){.rows = 96, .seed = 1}));
    ok(run("moving", "auto", set, NULL));
    forget("moving", 20);
    ok(fixture_pack(dir, "moving.h5", &(fixture_pack_opts){.rows = 96, .seed = 5}));
    fails(run("moving", "auto", set, NULL), CAD_EDATA, "moving.h5 had hash ");
    assert_non_null(strstr(cad_error_text(), ", now "));
    ok(run("moving", "auto", set, "data.train"));
}

static void test_a_weight_that_is_no_number_is_refused(void **state)
{
    (void)state;
    ok(fixture_pack(dir, "heavy.h5", &(fixture_pack_opts){.rows = 4, .seed = 9, .weight = INFINITY}));
    char data[8300];
    snprintf(data, sizeof data, "data.train=%s/heavy.h5", dir);
    const char *const set[] = {data, NULL};
    fails(run("bad", "auto", set, NULL), CAD_EDATA, "row 'row-000-0' has weight inf");
}

static void test_a_row_over_the_pass_is_named(void **state)
{
    (void)state;
    ok(fixture_pack(dir, "wide.h5", &(fixture_pack_opts){.rows = 4, .seed = 9, .long_row = 300}));
    char data[8300];
    snprintf(data, sizeof data, "data.train=%s/wide.h5", dir);
    const char *const set[] = {data, "train.micro_tokens=256", NULL};
    fails(run("bad", "auto", set, NULL), CAD_EDATA, "row 'row-003-0' has");
    const char *const off[] = {"train.max_steps=0", "train.epochs=0", NULL};
    fails(run("none", "auto", off, NULL), CAD_ECONFIG, "train.max_steps");
}

static void test_a_begin_token_that_the_answers_would_lack_is_refused(void **state)
{
    (void)state;
    ok(fixture_pack(dir, "begun.h5", &(fixture_pack_opts){.rows = 4, .seed = 9, .bos_id = 1}));
    char data[8300];
    snprintf(data, sizeof data, "data.train=%s/begun.h5", dir);
    const char *const set[] = {data, NULL};
    fails(run("bad", "auto", set, NULL), CAD_EDATA, "rows begin with token 1; prompt.bos and the tokenizer say -1");
}

static void test_a_best_metric_that_nobody_measures_is_refused_at_once(void **state)
{
    (void)state;
    static const char *const bad[] = {"eval/loss", "min:eval/beauty", "mid:eval/loss", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char key[100];
        snprintf(key, sizeof key, "checkpoint.best_metric=%s", bad[i]);
        const char *const set[] = {key, NULL};
        fails(run("unmeasured", "auto", set, NULL), CAD_ECONFIG, "expected min: or max:");
    }
    assert_false(cad_fs_exists(train_path(dir, "runs/unmeasured")));
}

static size_t restarts(const char *name)
{
    char path[200];
    json_t *o;
    snprintf(path, sizeof path, "runs/%s/run.json", name);
    ok(cad_json_read(train_path(dir, path), 0, &o));
    size_t n = json_array_size(json_object_get(o, "restarts"));
    json_decref(o);
    return n;
}

/* Killed before its first checkpoint, a run begins at step 0 again; that is a restart all the same. */
static void test_every_start_but_the_first_is_a_restart(void **state)
{
    (void)state;
    static const char *const set[] = {"train.max_steps=1", NULL};
    ok(run("reborn", "auto", set, NULL));
    assert_int_equal(restarts("reborn"), 0);
    ok(cad_fs_remove_tree(train_path(dir, "runs/reborn/ckpt")));
    ok(run("reborn", "auto", set, NULL));
    assert_int_equal(restarts("reborn"), 1);
    ok(run("reborn", "auto", set, NULL));
    assert_int_equal(restarts("reborn"), 2);
    ok(run("reborn", "no", set, NULL));
    assert_int_equal(restarts("reborn"), 0);
}

static void test_a_run_named_with_a_slash_moves_aside(void **state)
{
    (void)state;
    static const char *const set[] = {"train.max_steps=1", NULL};
    ok(run("slash/", "auto", set, NULL));
    ok(run("slash/", "no", set, NULL));
    assert_true(cad_fs_exists(train_path(dir, "runs/slash.1/ckpt/latest/DONE")));
    assert_true(cad_fs_exists(train_path(dir, "runs/slash/ckpt/latest/DONE")));
}

/* What a checkpoint answers is asked with the tokens that its rows had. */
static void test_the_prompt_in_use_has_the_tokens_of_the_pack(void **state)
{
    (void)state;
    cad_pack *p;
    cad_engine *e;
    cad_tokenizer *t;
    const cad_template *tpl;
    cad_arena *a;
    ok(cad_arena_create("prompt", 1 << 20, &a));
    ok(cad_pack_open(train_path(dir, "train.pack.h5"), NULL, &p));
    ok(cad_engine_open(train_path(dir, "runs/base"), &(cad_engine_opts){.slots = 1, .context = 64}, &e));
    cad_engine_info info = cad_engine_get_info(e);
    assert_string_equal(info.tokenizer_hash, p->info.tokenizer_xxh3);
    assert_string_equal(info.template_hash, p->info.template_xxh3);
    assert_string_equal(info.template_text, p->info.template_text);
    char path[8300];
    snprintf(path, sizeof path, "%s/tokenizer.json", info.path);
    ok(cad_tokenizer_load(path, &t));
    ok(cad_template_parse("file", info.template_text, strlen(info.template_text), a, &tpl));
    for (size_t r = 0; r < p->n_rows; r++) {
        size_t len;
        char caption[400];
        const char *text = cad_pack_caption(p, r, &len);
        cad_ids ids = CAD_IDS_INIT;
        snprintf(caption, sizeof caption, "%.*s", (int)len, text);
        ok(cad_template_encode(tpl, &(cad_prompt_slots){.caption = caption}, t, &ids));
        assert_int_equal(ids.n, p->span[p->span_offset[r]][0]);
        assert_memory_equal(ids.id, p->tokens + p->row_offset[r], ids.n * sizeof *ids.id);
        cad_ids_deinit(&ids);
    }
    cad_tokenizer_destroy(t);
    cad_engine_close(e);
    cad_pack_close(p);
    cad_arena_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_position_is_that_of_the_next_batch),
        cmocka_unit_test(test_the_size_of_a_pass_leaves_the_rows_alone),
        cmocka_unit_test(test_a_damaged_checkpoint_is_passed_over),
        cmocka_unit_test(test_a_checkpoint_without_done_does_not_exist),
        cmocka_unit_test(test_a_changed_key_needs_a_word),
        cmocka_unit_test(test_no_word_lets_a_key_differ_that_shapes_what_a_checkpoint_holds),
        cmocka_unit_test(test_without_an_adapter_its_keys_need_a_word_alone),
        cmocka_unit_test(test_rotation_keeps_the_best_and_the_last),
        cmocka_unit_test(test_a_stop_signal_saves_and_a_restart_ends_the_same),
        cmocka_unit_test(test_files_ask_for_a_save_and_a_stop),
        cmocka_unit_test(test_a_file_asks_for_a_save),
        cmocka_unit_test(test_a_checkpoint_of_another_run_can_be_continued),
        cmocka_unit_test(test_a_step_that_is_not_finite_stops_and_names_its_rows),
        cmocka_unit_test(test_bad_inputs_are_named_together),
        cmocka_unit_test(test_another_tokenizer_than_the_packs_is_refused),
        cmocka_unit_test(test_a_pack_that_changed_since_the_checkpoint_needs_a_word),
        cmocka_unit_test(test_a_weight_that_is_no_number_is_refused),
        cmocka_unit_test(test_a_row_over_the_pass_is_named),
        cmocka_unit_test(test_a_begin_token_that_the_answers_would_lack_is_refused),
        cmocka_unit_test(test_a_best_metric_that_nobody_measures_is_refused_at_once),
        cmocka_unit_test(test_every_start_but_the_first_is_a_restart),
        cmocka_unit_test(test_a_run_named_with_a_slash_moves_aside),
        cmocka_unit_test(test_the_prompt_in_use_has_the_tokens_of_the_pack),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
