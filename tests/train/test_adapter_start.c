/* A run that starts from an adapter with patterns, made elsewhere: it goes on from its factors, and saves its rules again. */
#include "tests/train/run_fixture.h"

static const char rules[] =
    "{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8,\"lora_dropout\":0.0,"
    "\"target_modules\":[\"q_proj\",\"v_proj\",\"mlp.up_proj\",\"model.layers.0.mlp.down_proj\"],"
    "\"rank_pattern\":{\"layers.1.self_attn.q_proj\":6,\"[qv]_proj\":2},\"alpha_pattern\":{\"v_proj\":2.5},"
    "\"layers_to_transform\":[1],\"peft_version\":\"0.21.2\"}";

static const char *base(void)
{
    static char path[8300];
    snprintf(path, sizeof path, "%s", ckpt("base", 20, ""));
    path[strlen(path) - 1] = '\0';
    return path;
}

/* The adapter, with factors that are not zero, as `name`. */
static void make_adapter(const char *name)
{
    const cad_ops *ops;
    cad_model_config c;
    cad_decoder_opts o = {.max_tokens = 8, .train = CAD_TRAIN_lora};
    cad_decoder *d;
    ok(cad_ops_get("cpu", &ops));
    ok(cad_model_config_load(base(), &c));
    ok(cad_peft_parse_config(rules, strlen(rules), "rules", arena, &o.lora));
    ok(cad_peft_resolve(&o.lora, &c, arena));
    o.lora.base_model = base();
    ok(cad_decoder_create(&c, ops, &o, &d));
    ok(cad_decoder_load(d, base()));
    ok(cad_decoder_init_lora(d, CAD_LORA_gaussian, 3));
    cad_params p = cad_decoder_params(d);
    for (int64_t i = 0; i < p.size; i++)
        p.p[i] += (float)(i % 13) * 0.003f; /* padding too: it is not saved */
    ok(cad_fs_mkdirs(train_path(dir, name)));
    ok(cad_decoder_save_adapter(d, train_path(dir, name)));
    cad_decoder_destroy(d);
}

static cad_status adapt(const char *name, const char *lr, const char *const *more)
{
    char model[8400], adapter[8400], rate[40];
    snprintf(model, sizeof model, "model.path=%s", base());
    snprintf(adapter, sizeof adapter, "model.adapter=%s", train_path(dir, "adapter"));
    snprintf(rate, sizeof rate, "train.lr=%s", lr);
    const char *set[16] = {"model.init=pretrained", model,         adapter,       "lora.enabled=on", rate,
                           "train.max_steps=4",     "lora.rank=4", "lora.alpha=8"};
    for (size_t n = 8; more && *more; more++)
        set[n++] = *more;
    return run(name, "auto", set, NULL);
}

static const char *const same[] = {"lora.targets=q,v,up,down", "checkpoint.every=2 steps", NULL};

static void test_keys_that_contradict_the_adapter_are_told_with_what_it_has(void **state)
{
    (void)state;
    static const char *const other[] = {"lora.targets=q,v,up", NULL};
    fails(adapt("refused", "1e-3", other), CAD_ECONFIG, "/adapter has other factors than [lora] says");
    assert_non_null(strstr(cad_error_text(), "hint: --set=lora.rank=4 --set=lora.alpha=8 --set=lora.rslora=off "
                                             "--set=lora.targets=q,v,up,down"));
}

static void card_has(const char *name, int step, const char *yes, const char *no)
{
    cad_buf card = train_read(ckpt(name, step, "README.md"));
    assert_non_null(strstr(card.data, yes));
    assert_null(strstr(card.data, no));
    cad_buf_deinit(&card);
}

static void test_a_run_goes_on_from_the_factors_and_saves_the_rules(void **state)
{
    (void)state;
    ok(adapt("still", "0", same)); /* at a rate of 0 the factors are those of the start */
    same_file(train_path(dir, "adapter/adapter_model.safetensors"), ckpt("still", 4, "adapter_model.safetensors"));
    same_file(train_path(dir, "adapter/adapter_config.json"), ckpt("still", 4, "adapter_config.json"));
    card_has("still", 4, "| patterns | 4 matrices of ranks 2 to 6, see adapter_config.json |", "| trained | all ");
    card_has("still", 4, "| started from | /", "| trained | all ");
}

static void test_a_card_says_of_an_adapter_its_rank_and_of_a_model_its_weights(void **state)
{
    (void)state;
    char model[8400];
    snprintf(model, sizeof model, "model.path=%s", base());
    const char *const set[] = {"model.init=pretrained",
                               model,
                               "lora.enabled=on",
                               "lora.rank=4",
                               "lora.alpha=8",
                               "train.max_steps=1",
                               "lora.rslora=off",
                               "model.weights=fp32",
                               NULL};
    ok(run("plain", "auto", set, NULL));
    card_has("plain", 1, "| trained | LoRA rank 4, alpha 8, over f32 weights |\n", "| trained | all ");
    card_has("plain", 1, "| trained | LoRA", "| started from |");
    card_has("base", 20, "| trained | all ", "LoRA");
}

static void test_a_run_with_patterns_resumes_in_the_same_bits(void **state)
{
    (void)state;
    ok(adapt("moved", "1e-2", same));
    same_file(train_path(dir, "adapter/adapter_config.json"), ckpt("moved", 4, "adapter_config.json"));
    cad_buf a = train_read(train_path(dir, "adapter/adapter_model.safetensors"));
    cad_buf b = train_read(ckpt("moved", 4, "adapter_model.safetensors"));
    assert_true(a.len == b.len && memcmp(a.data, b.data, a.len) != 0);
    cad_buf_deinit(&a);
    cad_buf_deinit(&b);
    ok(adapt("again", "1e-2", same));
    forget("again", 4);
    ok(adapt("again", "1e-2", same));
    same_end("moved", "again", lora_files, 4);
}

static void test_the_checkpoint_answers_with_its_patterns(void **state)
{
    (void)state;
    char path[8300];
    cad_engine *e;
    snprintf(path, sizeof path, "%s", ckpt("moved", 4, ""));
    ok(cad_engine_open(path, &(cad_engine_opts){.slots = 1, .context = 64}, &e));
    cad_engine_close(e);
}

static int begin(void **state)
{
    int bad = setup(state);
    make_adapter("adapter");
    return bad;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_that_contradict_the_adapter_are_told_with_what_it_has),
        cmocka_unit_test(test_a_card_says_of_an_adapter_its_rank_and_of_a_model_its_weights),
        cmocka_unit_test(test_a_run_goes_on_from_the_factors_and_saves_the_rules),
        cmocka_unit_test(test_a_run_with_patterns_resumes_in_the_same_bits),
        cmocka_unit_test(test_the_checkpoint_answers_with_its_patterns),
    };
    return cmocka_run_group_tests(tests, begin, teardown);
}
