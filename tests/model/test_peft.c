#include "tests/model/peft_model.h"
#include "tests/scratch_dir.h"

#include "model/hf/peft.h"
#include "model/hf/safetensors.h"

static cad_model_config model;
static cad_arena *arena;

enum { PAIRS = 4, R = 4 };
static float a_data[PAIRS][R * 48], b_data[PAIRS][48 * R];

/* q and down of two layers. */
static void make_factors(cad_lora_factors *f, float (*a)[R * 48], float (*b)[48 * R])
{
    for (int i = 0; i < PAIRS; i++)
        f[i] = (cad_lora_factors){i / 2, i % 2 ? CAD_LORA_down : CAD_LORA_q, a[i], b[i], NULL, NULL};
}

static cad_lora_config config_of_two(void)
{
    return (cad_lora_config){
        .rank = R, .alpha = 8, .dropout = 0.05, .targets = 1u << CAD_LORA_q | 1u << CAD_LORA_down, .base_model = "models/base"};
}

static void test_the_configuration_is_written_as_peft_writes_it(void **state)
{
    (void)state;
    cad_lora_config c = config_of_two(), back;
    cad_buf b = CAD_BUF_INIT;
    ok(cad_peft_print_config(&c, &b));
    assert_string_equal(b.data, "{\n"
                                "  \"alpha_pattern\": {},\n"
                                "  \"auto_mapping\": null,\n"
                                "  \"base_model_name_or_path\": \"models/base\",\n"
                                "  \"bias\": \"none\",\n"
                                "  \"fan_in_fan_out\": false,\n"
                                "  \"inference_mode\": true,\n"
                                "  \"init_lora_weights\": true,\n"
                                "  \"layers_pattern\": null,\n"
                                "  \"layers_to_transform\": null,\n"
                                "  \"loftq_config\": {},\n"
                                "  \"lora_alpha\": 8,\n"
                                "  \"lora_dropout\": 0.05,\n"
                                "  \"megatron_config\": null,\n"
                                "  \"megatron_core\": \"megatron.core\",\n"
                                "  \"modules_to_save\": null,\n"
                                "  \"peft_type\": \"LORA\",\n"
                                "  \"r\": 4,\n"
                                "  \"rank_pattern\": {},\n"
                                "  \"revision\": null,\n"
                                "  \"target_modules\": [\n"
                                "    \"down_proj\",\n"
                                "    \"q_proj\"\n"
                                "  ],\n"
                                "  \"task_type\": \"CAUSAL_LM\",\n"
                                "  \"use_dora\": false,\n"
                                "  \"use_rslora\": false\n"
                                "}\n");
    ok(cad_peft_parse_config(b.data, b.len, "x", arena, &back));
    assert_int_equal(back.rank, 4);
    assert_int_equal(back.targets, c.targets);
    near(back.alpha, 8, 0);
    near(back.dropout, 0.05, 0);
    assert_string_equal(back.base_model, "models/base");
    near(cad_lora_scale(&back), 2, 0);
    back.rslora = true;
    near(cad_lora_scale(&back), 4, 0);
    cad_buf_deinit(&b);
}

static void test_keys_of_newer_peft_pass_only_when_they_change_nothing(void **state)
{
    (void)state;
    static const char head[] = "{\"peft_type\":\"LORA\",\"r\":8,\"lora_alpha\":16,\"target_modules\":[\"v_proj\"]";
    static const struct {
        const char *rest;
        cad_status code;
        const char *says;
    } table[] = {
        {"}", CAD_OK, ""},
        {",\"eva_config\":null,\"corda_config\":null,\"lora_bias\":false,\"use_qalora\":false,\"qalora_group_size\":16,"
         "\"peft_version\":\"0.21.2\",\"trainable_token_indices\":null,\"exclude_modules\":[],\"arrow_config\":null}",
         CAD_OK, ""},
        {",\"use_dora\":true}", CAD_EREFUSED, "use_dora"},
        {",\"modules_to_save\":[\"lm_head\"]}", CAD_EREFUSED, "modules_to_save"},
        {",\"runtime_config\":{\"ephemeral_gpu_offload\":true},\"layer_replication\":null}", CAD_OK, ""},
        {",\"runtime_config\":{\"brand_new\":3}}", CAD_EREFUSED, "runtime_config.brand_new"},
        {",\"fan_in_fan_out\":true}", CAD_EREFUSED, "fan_in_fan_out"},
        {",\"layer_replication\":[[0,2]]}", CAD_EREFUSED, "layer_replication"},
        {",\"trainable_token_indices\":[1]}", CAD_EREFUSED, "trainable_token_indices"},
        {",\"exclude_modules\":[\"o_proj\"]}", CAD_EREFUSED, "exclude_modules"},
        {",\"megatron_config\":{\"a\":1}}", CAD_EREFUSED, "megatron_config"},
        {",\"loftq_config\":{\"loftq_bits\":4}}", CAD_EREFUSED, "loftq_config"},
        {",\"init_lora_weights\":\"gaussian\"}", CAD_OK, ""},
        {",\"init_lora_weights\":\"olora\"}", CAD_EREFUSED, "olora"},
        {",\"init_lora_weights\":\"loftq\"}", CAD_EREFUSED, "loftq"},
        {",\"init_lora_weights\":\"corda\"}", CAD_EREFUSED, "corda"},
        {",\"init_lora_weights\":\"eva\"}", CAD_EREFUSED, "eva"},
        {",\"init_lora_weights\":3}", CAD_EREFUSED, "init_lora_weights"},
        {",\"bias\":true}", CAD_EDATA, "bias is no text"},
        {",\"lora_bias\":true}", CAD_EREFUSED, "lora_bias"},
        {",\"bias\":\"all\"}", CAD_EREFUSED, "bias is all"},
        {",\"init_lora_weights\":\"pissa\"}", CAD_EREFUSED, "pissa"},
        {",\"brand_new\":3}", CAD_EREFUSED, "brand_new"},
        {",\"task_type\":\"SEQ_CLS\"}", CAD_EREFUSED, "SEQ_CLS"},
        {",\"r\":9}", CAD_EPARSE, "duplicate"},
    };
    cad_lora_config c;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[1024];
        snprintf(text, sizeof text, "%s%s", head, table[i].rest);
        if (table[i].code == CAD_OK)
            ok(cad_peft_parse_config(text, strlen(text), "a.json", arena, &c));
        else
            fails(cad_peft_parse_config(text, strlen(text), "a.json", arena, &c), table[i].code, table[i].says);
    }
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"{\"peft_type\":\"LORA\",\"r\":0,\"lora_alpha\":1,\"target_modules\":[\"v_proj\"]}", "1..1024"},
        {"{\"peft_type\":\"LORA\",\"r\":8,\"lora_alpha\":-1,\"target_modules\":[\"v_proj\"]}", "lora_alpha"},
        {"{\"peft_type\":\"LORA\",\"r\":8,\"lora_alpha\":1,\"target_modules\":[]}", "target_modules"},
        {"{\"peft_type\":\"LORA\",\"r\":8,\"lora_alpha\":1,\"lora_dropout\":1.0,\"target_modules\":[\"v_proj\"]}", "dropout"},
        {"{\"peft_type\":\"LORA\",\"r\":8,\"target_modules\":[\"v_proj\"]}", "lora_alpha"},
        {"[]", "not a JSON object"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        fails(cad_peft_parse_config(bad[i].text, strlen(bad[i].text), "a.json", arena, &c), CAD_EDATA, bad[i].says);
    const char *all = "{\"peft_type\":\"LORA\",\"r\":8,\"lora_alpha\":16.5,\"target_modules\":\"all-linear\"}";
    ok(cad_peft_parse_config(all, strlen(all), "a.json", arena, &c));
    assert_int_equal(c.targets, CAD_LORA_ALL);
}

static void test_an_adapter_reads_back_and_demands_its_exact_keys(void **state)
{
    (void)state;
    cad_lora_config c = config_of_two(), back;
    cad_lora_factors f[PAIRS], g[PAIRS];
    static float a2[PAIRS][R * 48], b2[PAIRS][48 * R];
    make_factors(f, a_data, b_data);
    make_factors(g, a2, b2);
    for (int i = 0; i < PAIRS; i++) {
        for (int k = 0; k < R * 48; k++) {
            a_data[i][k] = (float)(i * 1000 + k);
            b_data[i][k] = (float)(-i * 1000 - k);
        }
    }
    ok(cad_fs_mkdirs(scratch("adapter")));
    ok(cad_peft_write(scratch("adapter"), &c, &model, f, PAIRS, NULL));
    ok(cad_peft_read_config(scratch("adapter"), arena, &back));
    ok(cad_peft_read(scratch("adapter"), &back, &model, g, PAIRS, NULL));
    for (int i = 0; i < PAIRS; i++) {
        size_t wide = i % 2 ? 48 : 32; /* down reads F, q reads C; both write 32 */
        assert_memory_equal(a_data[i], a2[i], R * wide * sizeof(float));
        assert_memory_equal(b_data[i], b2[i], 32 * R * sizeof(float));
    }
    cad_safetensors *st;
    ok(cad_st_open(scratch("adapter/adapter_model.safetensors"), &st));
    assert_non_null(cad_st_find(st, "base_model.model.model.layers.1.mlp.down_proj.lora_A.weight"));
    assert_non_null(cad_st_find(st, "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight"));
    cad_st_close(st);
    assert_true(cad_fs_exists(scratch("adapter/README.md")));

    /* fewer targets than tensors, more targets than tensors, another rank, the wrong number of pairs */
    cad_lora_config fewer = c, more = c, rank = c;
    fewer.targets = 1u << CAD_LORA_q;
    cad_lora_factors two[2] = {g[0], g[2]};
    fails(cad_peft_read(scratch("adapter"), &fewer, &model, two, 2, NULL), CAD_EDATA,
          "4 tensors that adapter_config.json does not");
    more.targets |= 1u << CAD_LORA_o;
    cad_lora_factors six[6] = {
        g[0], g[1], g[2], g[3], {0, CAD_LORA_o, a2[0], b2[0], 0, 0}, {1, CAD_LORA_o, a2[0], b2[0], 0, 0}};
    fails(cad_peft_read(scratch("adapter"), &more, &model, six, 6, NULL), CAD_EDATA, "4 tensors are missing: base_model");
    rank.rank = 2;
    fails(cad_peft_read(scratch("adapter"), &rank, &model, g, PAIRS, NULL), CAD_EDATA,
          "8 tensors have another shape than the configuration implies: "
          "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight "
          "is (4, 32), expected (2, 32) by r = 2");
    fails(cad_peft_read(scratch("adapter"), &c, &model, g, 3, NULL), CAD_EINVAL, "3 pairs");
    g[1] = g[0];
    fails(cad_peft_read(scratch("adapter"), &c, &model, g, PAIRS, NULL), CAD_EINVAL, "twice");
    fails(cad_peft_read_config(scratch("nowhere"), arena, &back), CAD_ENOTFOUND, "adapter_config.json");
}

static void test_a_card_takes_no_keys_from_the_name_of_the_base(void **state)
{
    (void)state;
    static const char *const names[][2] = {{"/models/Qwen2.5-3B", "\nbase_model: /models/Qwen2.5-3B\n"},
                                           {"x\nlicense: mit", "\nbase_model: \"x\\\\nlicense: mit\"\n"},
                                           {"a: b # c", "\nbase_model: \"a: b # c\"\n"},
                                           {"\"\x1b", "\nbase_model: \"\\\"\\\\x1b\"\n"}};
    cad_lora_config c = config_of_two();
    cad_lora_factors f[PAIRS];
    make_factors(f, a_data, b_data);
    ok(cad_fs_mkdirs(scratch("card")));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cad_buf text = CAD_BUF_INIT;
        c.base_model = names[i][0];
        ok(cad_peft_write(scratch("card"), &c, &model, f, PAIRS, NULL));
        ok(cad_fs_read(scratch("card/README.md"), 1 << 16, &text));
        assert_non_null(strstr(cad_buf_cstr(&text), names[i][1]));
        cad_buf_deinit(&text);
    }
}

static void test_a_factor_of_another_type_is_refused_before_its_values_are_read(void **state)
{
    (void)state;
    cad_lora_config c = config_of_two();
    cad_lora_factors f[PAIRS];
    cad_safetensors *st;
    cad_st_item item[2 * PAIRS];
    static unsigned char bytes[8 * R * 48];
    make_factors(f, a_data, b_data);
    ok(cad_fs_mkdirs(scratch("typed")));
    ok(cad_peft_write(scratch("typed"), &c, &model, f, PAIRS, NULL));
    ok(cad_peft_open(scratch("typed"), &st));
    for (size_t i = 0; i < 2 * PAIRS; i++) {
        const cad_st_tensor *t = cad_st_at(st, i);
        item[i] = (cad_st_item){t->name, bytes, 2, {t->dim[0], t->dim[1]}, CAD_U8, i ? CAD_ST_F16 : CAD_ST_I8, NULL, NULL};
    }
    ok(cad_st_write(scratch("typed/other.safetensors"), item, 2 * PAIRS, NULL, 0));
    cad_st_close(st);
    ok(cad_st_open(scratch("typed/other.safetensors"), &st));
    fails(cad_peft_check_file(st, &c, &model), CAD_EREFUSED, "has type I8; expected F32, BF16, F16 or F64");
    cad_st_close(st);
}

/* A key that is called otherwise, is missing or too much never passes for an adapter that was applied. */
static void test_a_renamed_dropped_or_added_key_is_an_error_that_names_it(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"base_model.model.model.layers.1.mlp.down_proj.lora_B.weight", NULL},
                                           {"base_model.model.model.layers.1.mlp.down_proj.lora_B.weight",
                                            "base_model.model.model.layers.1.mlp.down_proj.lora_B.default.weight"},
                                           {NULL, "base_model.model.model.layers.1.mlp.up_proj.lora_A.weight"}};
    cad_lora_config c = config_of_two();
    cad_lora_factors f[PAIRS];
    cad_safetensors *st;
    make_factors(f, a_data, b_data);
    ok(cad_fs_mkdirs(scratch("whole")));
    ok(cad_fs_mkdirs(scratch("keys")));
    ok(cad_peft_write(scratch("whole"), &c, &model, f, PAIRS, NULL));
    ok(cad_st_open(scratch("whole/adapter_model.safetensors"), &st));
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        static float data[R * 48];
        const char *from = cases[k][0], *to = cases[k][1];
        cad_st_item item[2 * PAIRS + 1];
        size_t n = 0;
        for (size_t i = 0; i < cad_st_count(st); i++) {
            const cad_st_tensor *t = cad_st_at(st, i);
            bool it = from && !strcmp(t->name, from);
            if (!it || to)
                item[n++] = (cad_st_item){it ? to : t->name, data, 2, {t->dim[0], t->dim[1]}, CAD_F32, CAD_ST_F32, NULL, NULL};
        }
        if (!from)
            item[n++] = (cad_st_item){to, data, 2, {R, 32}, CAD_F32, CAD_ST_F32, NULL, NULL};
        ok(cad_st_write(scratch("keys/adapter_model.safetensors"), item, n, NULL, 0));
        fails(cad_peft_read(scratch("keys"), &c, &model, f, PAIRS, NULL), CAD_EDATA, from ? from : to);
        cad_safetensors *other;
        ok(cad_peft_open(scratch("keys"), &other));
        fails(cad_peft_check_file(other, &c, &model), CAD_EDATA, from ? from : to);
        cad_st_close(other);
    }
    cad_lora_config rank = c;
    rank.rank = 2;
    ok(cad_peft_check_file(st, &c, &model));
    fails(cad_peft_check_file(st, &rank, &model), CAD_EDATA, "expected (2, 32) by r = 2");
    cad_st_close(st);
}

int main(void)
{
    model = peft_model(2);
    if (cad_arena_create("test", (size_t)1 << 20, &arena) != CAD_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_configuration_is_written_as_peft_writes_it),
        cmocka_unit_test(test_keys_of_newer_peft_pass_only_when_they_change_nothing),
        cmocka_unit_test(test_an_adapter_reads_back_and_demands_its_exact_keys),
        cmocka_unit_test(test_a_card_takes_no_keys_from_the_name_of_the_base),
        cmocka_unit_test(test_a_factor_of_another_type_is_refused_before_its_values_are_read),
        cmocka_unit_test(test_a_renamed_dropped_or_added_key_is_an_error_that_names_it),
    };
    int bad = cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
    cad_arena_destroy(arena);
    return bad;
}
