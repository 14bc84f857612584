#include "tests/model/edited.h"
#include "tests/scratch_dir.h"

#include "core/rng.h"
#include "model/hf/hfconfig.h"

/* As Qwen2.5-0.5B, Llama-3.2-1B and Qwen3-0.6B state themselves (the keys that count). */
static const char qwen[] =
    "{\n  \"architectures\": [\n    \"Qwen2ForCausalLM\"\n  ],\n  \"attention_dropout\": 0.0,\n  \"bos_token_id\": 151643,\n"
    "  \"eos_token_id\": 151643,\n  \"hidden_act\": \"silu\",\n  \"hidden_size\": 896,\n  \"initializer_range\": 0.02,\n"
    "  \"intermediate_size\": 4864,\n  \"max_position_embeddings\": 32768,\n  \"max_window_layers\": 24,\n"
    "  \"model_type\": \"qwen2\",\n  \"num_attention_heads\": 14,\n  \"num_hidden_layers\": 24,\n"
    "  \"num_key_value_heads\": 2,\n  \"rms_norm_eps\": 1e-06,\n  \"rope_theta\": 1000000.0,\n  \"sliding_window\": 32768,\n"
    "  \"tie_word_embeddings\": true,\n  \"torch_dtype\": \"bfloat16\",\n  \"use_mrope\": false,\n"
    "  \"use_sliding_window\": false,\n  \"vocab_size\": 151936\n}\n";
static const char llama[] =
    "{\"architectures\":[\"LlamaForCausalLM\"],\"attention_bias\":false,\"bos_token_id\":128000,"
    "\"eos_token_id\":[128001,128008,128009],\"head_dim\":64,\"hidden_act\":\"silu\",\"hidden_size\":2048,"
    "\"intermediate_size\":8192,\"max_position_embeddings\":131072,\"mlp_bias\":false,\"model_type\":\"llama\","
    "\"num_attention_heads\":32,\"num_hidden_layers\":16,\"num_key_value_heads\":8,\"pretraining_tp\":1,\"rms_norm_eps\":1e-05,"
    "\"rope_scaling\":{\"factor\":32.0,\"high_freq_factor\":4.0,\"low_freq_factor\":1.0,"
    "\"original_max_position_embeddings\":8192,\"rope_type\":\"llama3\"},\"rope_theta\":500000.0,"
    "\"tie_word_embeddings\":true,\"torch_dtype\":\"bfloat16\",\"vocab_size\":128256}";

static const char qwen3[] =
    "{\n  \"architectures\": [\n    \"Qwen3ForCausalLM\"\n  ],\n  \"attention_bias\": false,\n  \"attention_dropout\": 0.0,\n"
    "  \"bos_token_id\": 151643,\n  \"eos_token_id\": 151645,\n  \"head_dim\": 128,\n  \"hidden_act\": \"silu\",\n"
    "  \"hidden_size\": 1024,\n  \"initializer_range\": 0.02,\n  \"intermediate_size\": 3072,\n"
    "  \"max_position_embeddings\": 40960,\n  \"max_window_layers\": 28,\n  \"model_type\": \"qwen3\",\n"
    "  \"num_attention_heads\": 16,\n  \"num_hidden_layers\": 28,\n  \"num_key_value_heads\": 8,\n"
    "  \"rms_norm_eps\": 1e-06,\n  \"rope_scaling\": null,\n  \"rope_theta\": 1000000,\n  \"sliding_window\": null,\n"
    "  \"tie_word_embeddings\": true,\n  \"torch_dtype\": \"bfloat16\",\n  \"transformers_version\": \"4.51.0\",\n"
    "  \"use_cache\": true,\n  \"use_sliding_window\": false,\n  \"vocab_size\": 151936\n}\n";

static cad_status parse(const char *text, cad_model_config *c)
{
    return cad_model_config_parse(text, strlen(text), "config.json", c);
}

static cad_status parse_alone(const char *text)
{
    return parse(text, &(cad_model_config){0});
}

static void test_all_families_are_read(void **state)
{
    (void)state;
    cad_model_config c;
    ok(parse(qwen, &c));
    assert_int_equal(c.arch, CAD_ARCH_qwen2);
    assert_int_equal(c.layers, 24);
    assert_int_equal(c.head_dim, 64);
    assert_int_equal(c.kv_heads, 2);
    assert_true(c.qkv_bias && c.tie && c.dtype == CAD_BF16 && c.rope == CAD_ROPE_plain);
    near(c.theta, 1e6, 0);
    near(c.eps, 1e-6, 0);
    assert_int_equal(c.n_eos, 1);
    assert_int_equal(c.pad, -1);
    ok(parse(llama, &c));
    assert_int_equal(c.arch, CAD_ARCH_llama);
    assert_int_equal(c.n_eos, 3);
    assert_int_equal(c.eos[2], 128009);
    assert_int_equal(c.bos, 128000);
    assert_true(!c.qkv_bias && c.rope == CAD_ROPE_llama3);
    near(c.rope_factor, 32, 0);
    near(c.rope_low, 1, 0);
    near(c.rope_high, 4, 0);
    assert_int_equal(c.rope_original, 8192);
    assert_true(!c.qk_norm);
    ok(parse(qwen3, &c));
    assert_int_equal(c.arch, CAD_ARCH_qwen3);
    assert_int_equal(c.head_dim, 128);
    assert_int_equal(c.heads, 16);
    assert_int_equal(c.width, 1024);
    assert_true(c.qk_norm && !c.qkv_bias && c.tie && c.rope == CAD_ROPE_plain);
    near(c.theta, 1e6, 0);
    c.qkv_bias = true;
    fails(cad_model_config_check(&c, "by hand"), CAD_EDATA, "by hand: a qwen3 model has no biases");
    /* Two defaults of its head size are about: a text that leaves it out means either. */
    fails(parse(edited(qwen3, "  \"head_dim\": 128,\n", ""), &c), CAD_EDATA, "head_dim");
}

static void test_rope_settings_that_are_not_computed_are_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *says;
    } table[] = {
        {"\"factor\":32.0", "\"factor\":32.0,\"attention_factor\":0.5", "attention_factor is not known to type llama3"},
        {"\"factor\":32.0", "\"factor\":32.0,\"partial_rotary_factor\":0.5", "partial_rotary_factor"},
        {"\"pretraining_tp\":1", "\"partial_rotary_factor\":0.25", "partial_rotary_factor"},
        {"\"pretraining_tp\":1", "\"partial_rotary_factor\":\"1\"", "partial_rotary_factor"},
        {"\"rope_type\":\"llama3\"", "\"rope_type\":\"dynamic\"", "RoPE type dynamic"},
        {"\"rope_type\":\"llama3\"", "\"rope_type\":\"longrope\"", "RoPE type longrope"},
        {"\"rope_type\":\"llama3\"", "\"rope_type\":\"default\"", "factor is not known to type default"},
    };
    cad_model_config c;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        fails(parse(edited(llama, table[i].from, table[i].to), &c), CAD_EREFUSED, table[i].says);
    static const char yarn[] = "\"rope_parameters\": {\"rope_type\": \"yarn\", \"rope_theta\": 1e6, \"factor\": 4.0}",
                      sections[] = "\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 1e6, "
                                   "\"mrope_section\": [16, 24, 24]}";
    fails(parse(edited(qwen3, "\"rope_theta\": 1000000", yarn), &c), CAD_EREFUSED, "RoPE type yarn");
    fails(parse(edited(qwen3, "\"rope_theta\": 1000000", sections), &c), CAD_EREFUSED, "mrope_section");
    /* what says nothing new is read */
    ok(parse(edited(llama, "\"factor\":32.0", "\"factor\":32.0,\"partial_rotary_factor\":1.0,\"attention_factor\":null"), &c));
    ok(parse(edited(llama, "\"pretraining_tp\":1", "\"partial_rotary_factor\":null"), &c));
}

static void test_both_rope_dialects_are_read_and_contradictions_refused(void **state)
{
    (void)state;
    cad_model_config c;
    static const char newer[] = "\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 5000}";
    ok(parse(edited(qwen, "\"rope_theta\": 1000000.0", newer), &c));
    near(c.theta, 5000, 0);
    const char *five = "\"rope_parameters\":{\"factor\":8.0,\"high_freq_factor\":4.0,\"low_freq_factor\":1.0,"
                       "\"original_max_position_embeddings\":8192,\"rope_type\":\"llama3\",\"rope_theta\":500000.0}";
    char both[512];
    snprintf(both, sizeof both, "\"rope_theta\":500000.0,%s", five);
    fails(parse(edited(llama, "\"rope_theta\":500000.0", both), &c), CAD_EDATA, "contradict");
    snprintf(both, sizeof both, "\"rope_theta\": 1000000.0, %s", newer);
    fails(parse(edited(qwen, "\"rope_theta\": 1000000.0", both), &c), CAD_EDATA, "contradict");
    fails(parse(edited(qwen, "\"rope_theta\": 1000000.0", "\"x\": 1"), &c), CAD_EDATA, "rope_theta is missing");
    fails(parse(edited(llama, "\"rope_type\":\"llama3\"", "\"rope_type\":\"yarn\""), &c), CAD_EREFUSED, "yarn");
    fails(parse(edited(llama, "\"rope_type\":\"llama3\"", "\"rope_type\":\"llama3\",\"type\":\"linear\""), &c), CAD_EDATA,
          "type is linear");
    ok(parse(edited(llama, "\"rope_type\":\"llama3\"", "\"type\":\"llama3\""), &c));
}

static void test_what_the_decoder_lacks_is_refused_by_name(void **state)
{
    (void)state;
    static const refused_edit table[] = {
        {"\"silu\"", "\"gelu\"", CAD_EREFUSED, "gelu"},
        {"\"model_type\": \"qwen2\"", "\"model_type\": \"qwen3\"", CAD_EREFUSED, "qwen3 (Qwen2ForCausalLM)"},
        {"\"model_type\": \"qwen2\"", "\"model_type\": \"qwen3_moe\"", CAD_EREFUSED, "qwen3_moe"},
        {"Qwen2ForCausalLM", "Qwen2ForSequenceClassification", CAD_EREFUSED, "SequenceClassification"},
        {"\"use_sliding_window\": false", "\"use_sliding_window\": true", CAD_EREFUSED, "use_sliding_window"},
        {"\"bfloat16\"", "\"int8\"", CAD_EREFUSED, "int8"},
        {"\"bfloat16\"", "\"bfloat16\", \"dtype\": \"float16\"", CAD_EDATA, "dtype is float16"},
        {"\"use_mrope\": false", "\"quantization_config\": {\"quant_method\": \"awq\"}", CAD_EREFUSED,
         "quantization_config: quant_method awq"},
        {"\"use_mrope\": false", "\"layer_types\": [\"full_attention\"]", CAD_EDATA, "layer_types lists 1"},
        {"\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", CAD_EDATA, "no multiple of 3"},
        {"\"hidden_size\": 896", "\"hidden_size\": 895", CAD_EDATA, "no multiple"},
        {"\"hidden_size\": 896", "\"hidden_size\": 70000000", CAD_EDATA, "32..65536"},
        {"\"num_hidden_layers\": 24", "\"num_hidden_layers\": 0", CAD_EDATA, "1..1024"},
        {"\"num_hidden_layers\": 24", "\"num_hidden_layers\": \"24\"", CAD_EDATA, "found string"},
        {"\"vocab_size\": 151936", "\"vocab_size\": 1000", CAD_EDATA, "bos_token_id"},
        {"\"rms_norm_eps\": 1e-06", "\"rms_norm_eps\": 0", CAD_EDATA, "rms_norm_eps"},
        {"\"eos_token_id\": 151643", "\"eos_token_id\": \"x\"", CAD_EDATA, "eos_token_id"},
        {"\"hidden_size\": 896,", "", CAD_EDATA, "hidden_size"},
    };
    each_is_refused(qwen, table, sizeof table / sizeof *table, parse_alone);
    cad_model_config c;
    fails(parse(edited(llama, "\"attention_bias\":false", "\"attention_bias\":true"), &c), CAD_EREFUSED, "attention_bias");
    fails(parse(edited(qwen3, "\"attention_bias\": false", "\"attention_bias\": true"), &c), CAD_EREFUSED, "attention_bias");
    fails(parse(edited(llama, "\"mlp_bias\":false", "\"mlp_bias\":true"), &c), CAD_EREFUSED, "mlp_bias");
    fails(parse("{\"a\":", &c), CAD_EPARSE, "line 1");
    fails(parse("[]", &c), CAD_EDATA, "not a JSON object");
}

static bool same(const cad_model_config *a, const cad_model_config *b)
{
    return a->arch == b->arch && a->layers == b->layers && a->width == b->width && a->heads == b->heads &&
           a->kv_heads == b->kv_heads && a->head_dim == b->head_dim && a->ffn == b->ffn && a->vocab == b->vocab &&
           a->max_pos == b->max_pos && a->theta == b->theta && a->rope == b->rope && a->rope_factor == b->rope_factor &&
           a->rope_low == b->rope_low && a->rope_high == b->rope_high && a->rope_original == b->rope_original &&
           a->eps == b->eps && a->tie == b->tie && a->qkv_bias == b->qkv_bias && a->qk_norm == b->qk_norm &&
           a->dtype == b->dtype && a->bos == b->bos && a->pad == b->pad && a->n_eos == b->n_eos &&
           !memcmp(a->eos, b->eos, (size_t)a->n_eos * sizeof a->eos[0]);
}

static void test_what_is_written_reads_back(void **state)
{
    (void)state;
    const char *texts[] = {qwen, llama, qwen3},
               *kept[] = {"\"max_window_layers\": 24", "\"pretraining_tp\": 1", "\"transformers_version\": \"4.51.0\""};
    for (int i = 0; i < 3; i++) {
        cad_model_config c, back;
        cad_buf b = CAD_BUF_INIT;
        ok(parse(texts[i], &c));
        ok(cad_model_config_print(&c, NULL, 0, &b));
        ok(parse(b.data, &back));
        assert_true(same(&c, &back));
        assert_non_null(strstr(b.data, i == 1 ? "\"rope_theta\": 500000.0" : "\"rms_norm_eps\": 0.000001"));
        /* over its own text nothing changes, byte for byte */
        cad_buf_clear(&b);
        ok(cad_model_config_print(&c, texts[i], strlen(texts[i]), &b));
        assert_string_equal(b.data, texts[i]);
        /* one change changes that key alone and keeps keys that are not understood */
        c.vocab += 64;
        c.dtype = CAD_F32;
        cad_buf_clear(&b);
        ok(cad_model_config_print(&c, texts[i], strlen(texts[i]), &b));
        ok(parse(b.data, &back));
        assert_true(same(&c, &back));
        assert_non_null(strstr(b.data, kept[i]));
        cad_buf_deinit(&b);
    }
    cad_model_config c;
    cad_buf b = CAD_BUF_INIT;
    ok(parse(qwen, &c));
    fails(cad_model_config_print(&c, llama, strlen(llama), &b), CAD_EINVAL, "the base is llama");
    c.heads = 0;
    fails(cad_model_config_print(&c, NULL, 0, &b), CAD_EDATA, "num_attention_heads");
    cad_buf_deinit(&b);
}

static void test_the_rope_dialect_of_the_base_stays(void **state)
{
    (void)state;
    cad_model_config c, back;
    static char base[8192];
    static const char newer[] = "\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 5000.0}";
    snprintf(base, sizeof base, "%s", edited(qwen, "\"rope_theta\": 1000000.0", newer));
    ok(parse(base, &c));
    c.theta = 6000;
    cad_buf b = CAD_BUF_INIT;
    ok(cad_model_config_print(&c, base, strlen(base), &b));
    ok(parse(b.data, &back));
    near(back.theta, 6000, 0);
    assert_non_null(strstr(b.data, "rope_parameters"));
    assert_null(strstr(b.data, "rope_scaling"));
    cad_buf_deinit(&b);
}

static void test_generation_config_rules_the_end_tokens(void **state)
{
    (void)state;
    cad_model_config c;
    ok(cad_fs_mkdirs(scratch("hf")));
    ok(cad_fs_write(scratch("hf/config.json"), qwen, strlen(qwen)));
    ok(cad_model_config_load(scratch("hf"), &c));
    assert_int_equal(c.n_eos, 1);
    const char *g = "{\"eos_token_id\":[151645,151643]}";
    ok(cad_fs_write(scratch("hf/generation_config.json"), g, strlen(g)));
    ok(cad_model_config_load(scratch("hf"), &c));
    assert_int_equal(c.n_eos, 2);
    assert_int_equal(c.eos[0], 151645);
    cad_buf b = CAD_BUF_INIT;
    ok(cad_model_generation_print(&c, &b));
    assert_non_null(strstr(b.data, "\"bos_token_id\": 151643"));
    ok(cad_fs_write(scratch("hf/generation_config.json"), b.data, b.len));
    ok(cad_model_config_load(scratch("hf"), &c));
    assert_int_equal(c.n_eos, 2);
    fails(cad_model_config_load(scratch("hf/none"), &c), CAD_ENOTFOUND, "config.json");
    cad_buf_deinit(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_families_are_read),
        cmocka_unit_test(test_rope_settings_that_are_not_computed_are_refused_by_name),
        cmocka_unit_test(test_both_rope_dialects_are_read_and_contradictions_refused),
        cmocka_unit_test(test_what_the_decoder_lacks_is_refused_by_name),
        cmocka_unit_test(test_what_is_written_reads_back),
        cmocka_unit_test(test_the_rope_dialect_of_the_base_stays),
        cmocka_unit_test(test_generation_config_rules_the_end_tokens),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
