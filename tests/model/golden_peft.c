/* Adapters of three PEFT versions (tests/golden/peft_dirs): loaded they give the logits of PEFT, saved they stay what they are,
 * and what cannot be applied is refused by name. */
#include "tests/model/golden_lines.h"
#include "tests/scratch_dir.h"
#include "tests/worst.h"

#include "model/decoder/decoder.h"

enum { IDS = 12, VOCAB = 64 };
static cad_arena *arena;

static const char *folder(const char *name)
{
    static char path[4][4300];
    static int turn;
    const char *source = getenv("CADLM_SOURCE");
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/tests/golden/peft_dirs/%s", source ? source : ".", name);
    return path[turn];
}

/* The base with an adapter; NULL: alone. */
static cad_decoder *open_with(const char *adapter, cad_train train)
{
    const cad_ops *ops;
    cad_model_config c;
    cad_decoder_opts o = {.max_tokens = IDS, .train = train};
    cad_decoder *d;
    ok(cad_ops_get("cpu", &ops));
    cad_ops_set_matmul(CAD_MATMUL_own);
    ok(cad_model_config_load(folder("base"), &c));
    if (adapter) {
        ok(cad_peft_read_config(adapter, arena, &o.lora));
        ok(cad_peft_resolve(&o.lora, &c, arena));
        o.lora.dropout = 0;
    }
    ok(cad_decoder_create(&c, ops, &o, &d));
    ok(cad_decoder_load(d, folder("base")));
    if (adapter)
        ok(cad_decoder_load_adapter(d, adapter));
    return d;
}

static void logits_of(cad_decoder *d, float out[IDS * VOCAB])
{
    cad_buf ids = golden("peft_dirs/ids.u32");
    cad_batch *b;
    uint32_t rows[IDS];
    assert_int_equal(ids.len, IDS * 4);
    for (uint32_t i = 0; i < IDS; i++)
        rows[i] = i;
    ok(cad_batch_create(arena, IDS, 1, &b));
    ok(cad_batch_add(b, &(cad_batch_row){.ids = (const uint32_t *)(const void *)ids.data, .n = IDS, .weight = 1}));
    ok(cad_decoder_logits(d, b, rows, IDS, out));
    cad_buf_deinit(&ids);
}

static double largest(const float *a, const float *b)
{
    double most = 0;
    for (int i = 0; i < IDS * VOCAB; i++)
        most = worse_of(fabs((double)a[i] - (double)b[i]), most);
    return most;
}

static const char *const loaded[] = {"v09_uniform",  "v13_uniform", "v21_bf16",   "v21_layers",
                                     "v21_patterns", "v21_regex",   "v21_rslora", "v21_uniform"};

static void test_adapters_of_three_versions_give_the_logits_of_peft(void **state)
{
    (void)state;
    static float plain[IDS * VOCAB], ours[IDS * VOCAB];
    cad_decoder *d = open_with(NULL, CAD_TRAIN_none);
    logits_of(d, plain);
    cad_decoder_destroy(d);
    for (size_t i = 0; i < sizeof loaded / sizeof *loaded; i++) {
        char name[80];
        snprintf(name, sizeof name, "peft_dirs/%s/logits.f32", loaded[i]);
        cad_buf theirs = golden(name);
        assert_int_equal(theirs.len, sizeof ours);
        for (int train = 0; train < 2; train++) {
            d = open_with(folder(loaded[i]), train ? CAD_TRAIN_lora : CAD_TRAIN_none);
            logits_of(d, ours);
            cad_decoder_destroy(d);
            double difference = largest(ours, (const float *)(const void *)theirs.data);
            if (!(difference <= 1e-4))
                fail_msg("%s: a logit differs by %g", loaded[i], difference);
            if (!(largest(ours, plain) > 0.5))
                fail_msg("%s: the adapter does nothing", loaded[i]);
        }
        cad_buf_deinit(&theirs);
    }
}

static void same_text(const char *a, const char *b)
{
    cad_buf x = CAD_BUF_INIT, y = CAD_BUF_INIT;
    ok(cad_fs_read(a, 0, &x));
    ok(cad_fs_read(b, 0, &y));
    assert_int_equal(x.len, y.len);
    assert_memory_equal(x.data, y.data, x.len);
    cad_buf_deinit(&x);
    cad_buf_deinit(&y);
}

static void test_an_adapter_saved_again_has_the_same_rules_and_logits(void **state)
{
    (void)state;
    static float once[IDS * VOCAB], again[IDS * VOCAB];
    for (size_t i = 0; i < sizeof loaded / sizeof *loaded; i++) {
        cad_decoder *d = open_with(folder(loaded[i]), CAD_TRAIN_lora);
        ok(cad_fs_mkdirs(scratch("once")));
        ok(cad_fs_mkdirs(scratch("again")));
        logits_of(d, once);
        ok(cad_decoder_save_adapter(d, scratch("once")));
        cad_decoder_destroy(d);
        d = open_with(scratch("once"), CAD_TRAIN_lora);
        logits_of(d, again);
        assert_memory_equal(once, again, sizeof once);
        ok(cad_decoder_save_adapter(d, scratch("again")));
        cad_decoder_destroy(d);
        same_text(scratch("once/adapter_config.json"), scratch("again/adapter_config.json"));
        same_text(scratch("once/adapter_model.safetensors"), scratch("again/adapter_model.safetensors"));
    }
}

static void test_what_cannot_be_applied_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        {"bias", "bias is all; supported: none"},
        {"dora", "use_dora is set and cannot be applied\nhint: merge it in PEFT: merge_and_unload(), save_pretrained()"},
        {"embeddings", "'embed_tokens' takes in model.embed_tokens"},
        {"exclude_modules", "exclude_modules is set and cannot be applied\nhint: merge it in PEFT"},
        {"fan_in_fan_out", "fan_in_fan_out is set"},
        {"layer_replication", "layer_replication is set"},
        {"lora_bias", "lora_bias is set"},
        {"modules_to_save", "modules_to_save is set"},
        {"pissa", "init_lora_weights is pissa; supported"},
        {"qalora", "use_qalora is set"},
        {"trainable_token_indices", "trainable_token_indices is set"},
        {"vera", "peft_type is VERA; supported: LORA\nhint: merge it in PEFT"},
    };
    cad_model_config m;
    ok(cad_model_config_load(folder("base"), &m));
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char name[80], says[160];
        cad_lora_config c;
        snprintf(name, sizeof name, "peft_dirs/refused/%s.json", table[i][0]);
        snprintf(says, sizeof says, "%s: ", name);
        cad_buf text = golden(name);
        cad_status s = cad_peft_parse_config(text.data, text.len, name, arena, &c);
        if (s == CAD_OK)
            s = cad_peft_resolve(&c, &m, arena);
        fails(s, CAD_EREFUSED, table[i][1]);
        assert_memory_equal(cad_error_text(), says, strlen(says));
        if (!strcmp(table[i][0], "layer_replication")) /* PEFT cannot merge it either */
            assert_null(strstr(cad_error_text(), "hint"));
        cad_buf_deinit(&text);
    }
}

/* The name, the module and both shapes stand in the message. */
static void test_a_shape_that_no_pattern_gives_is_named_with_its_pattern(void **state)
{
    (void)state;
    cad_buf text = golden("peft_dirs/v21_patterns/adapter_config.json"),
            file = golden("peft_dirs/v21_patterns/adapter_model.safetensors");
    cad_model_config m;
    cad_lora_config c;
    cad_lora_factors f[3 * CAD_LORA_TARGET_COUNT];
    static float a[3 * CAD_LORA_TARGET_COUNT][8 * 48], b[3 * CAD_LORA_TARGET_COUNT][8 * 48];
    ok(cad_model_config_load(folder("base"), &m));
    char *at = strstr(text.data, "\"q_proj\": 3");
    assert_non_null(at);
    at[strlen("\"q_proj\": ")] = '5';
    ok(cad_peft_parse_config(text.data, text.len, "a.json", arena, &c));
    ok(cad_peft_resolve(&c, &m, arena));
    for (int i = 0; i < 3 * CAD_LORA_TARGET_COUNT; i++)
        f[i] =
            (cad_lora_factors){i / CAD_LORA_TARGET_COUNT, (cad_lora_target)(i % CAD_LORA_TARGET_COUNT), a[i], b[i], NULL, NULL};
    fails(cad_peft_read(folder("v21_patterns"), &c, &m, f, 3 * CAD_LORA_TARGET_COUNT, NULL), CAD_EDATA,
          "adapter_model.safetensors: 6 tensors have another shape than the configuration implies: "
          "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight is (3, 32), expected (5, 32) by rank_pattern "
          "'q_proj': 5, "
          "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight is (32, 3), expected (32, 5) by rank_pattern");
    /* a pickle alone */
    ok(cad_fs_mkdirs(scratch("pickle")));
    ok(cad_fs_write(scratch("pickle/adapter_model.bin"), file.data, file.len));
    fails(cad_peft_read(scratch("pickle"), &c, &m, f, 3 * CAD_LORA_TARGET_COUNT, NULL), CAD_EREFUSED,
          "pickle/adapter_model.bin: a pickle, which is not read; expected adapter_model.safetensors");
    assert_non_null(strstr(cad_error_text(), "safe_serialization=True"));
    cad_buf_deinit(&text);
    cad_buf_deinit(&file);
}

int main(void)
{
    if (cad_arena_create("test", (size_t)64 << 20, &arena) != CAD_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adapters_of_three_versions_give_the_logits_of_peft),
        cmocka_unit_test(test_an_adapter_saved_again_has_the_same_rules_and_logits),
        cmocka_unit_test(test_what_cannot_be_applied_is_refused_by_name),
        cmocka_unit_test(test_a_shape_that_no_pattern_gives_is_named_with_its_pattern),
    };
    int bad = cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
    cad_arena_destroy(arena);
    return bad;
}
