#include "kernels/ops.h"
#include "model/decoder/decoder.h"
#include "model/hf/known_models.h"
#include "tests/unit.h"

#include <stdio.h>
#include <string.h>

/* What the models' config.json say, written down from their pages: shapes, and of RoPE the factor of llama3 (0: plain). */
static const struct published {
    const char *path;
    int layers, width, heads, kv_heads, head_dim, ffn, vocab, max_pos; /* head_dim 0: not stated */
    const char *type;
    bool tie;
    double factor;
    int64_t parameters;
} published[] = {
    {"Qwen2.5-0.5B", 24, 896, 14, 2, 0, 4864, 151936, 32768, "qwen2", true, 0, 494032768},
    {"models/Qwen2.5-1.5B/", 28, 1536, 12, 2, 0, 8960, 151936, 131072, "qwen2", true, 0, 1543714304},
    {"/x/Qwen2.5-3B-Instruct", 36, 2048, 16, 2, 0, 11008, 151936, 32768, "qwen2", true, 0, 3085938688},
    {"Qwen2.5-7B", 28, 3584, 28, 4, 0, 18944, 152064, 131072, "qwen2", false, 0, 7615616512},
    {"Qwen2.5-Coder-0.5B-Instruct", 24, 896, 14, 2, 0, 4864, 151936, 32768, "qwen2", true, 0, 494032768},
    {"Qwen2.5-Coder-1.5B", 28, 1536, 12, 2, 0, 8960, 151936, 32768, "qwen2", true, 0, 1543714304},
    {"Qwen2.5-Coder-3B", 36, 2048, 16, 2, 0, 11008, 151936, 32768, "qwen2", true, 0, 3085938688},
    {"models/Qwen2.5-Coder-7B", 28, 3584, 28, 4, 0, 18944, 152064, 32768, "qwen2", false, 0, 7615616512},
    {"Qwen3-0.6B", 28, 1024, 16, 8, 128, 3072, 151936, 40960, "qwen3", true, 0, 596049920},
    {"Qwen3-1.7B", 28, 2048, 16, 8, 128, 6144, 151936, 40960, "qwen3", true, 0, 1720574976},
    {"models/Qwen3-4B", 36, 2560, 32, 8, 128, 9728, 151936, 40960, "qwen3", true, 0, 4022468096},
    {"Qwen3-8B", 36, 4096, 32, 8, 128, 12288, 151936, 40960, "qwen3", false, 0, 8190735360},
    {"Llama-3.2-1B", 16, 2048, 32, 8, 64, 8192, 128256, 131072, "llama", true, 32, 1235814400},
    {"models/Llama-3.2-3B-Instruct", 28, 3072, 24, 8, 128, 8192, 128256, 131072, "llama", true, 32, 3212749824},
    {"Llama-3.1-8B", 32, 4096, 32, 8, 0, 14336, 128256, 131072, "llama", false, 8, 8030261248},
};
enum { PUBLISHED = sizeof published / sizeof *published };

/* A config.json with the keys of the family, as transformers 4 writes it. */
static void text_of(const struct published *m, char *out, size_t size)
{
    char head_dim[40] = "", scaling[200] = "null";
    bool llama = m->factor > 0;
    if (m->head_dim)
        snprintf(head_dim, sizeof head_dim, "\"head_dim\": %d, ", m->head_dim);
    if (llama)
        snprintf(scaling, sizeof scaling,
                 "{\"factor\": %g, \"high_freq_factor\": 4.0, \"low_freq_factor\": 1.0, "
                 "\"original_max_position_embeddings\": 8192, \"rope_type\": \"llama3\"}",
                 m->factor);
    snprintf(out, size,
             "{\"architectures\": [\"%s\"], \"hidden_act\": \"silu\", \"hidden_size\": %d, \"intermediate_size\": %d, %s"
             "\"max_position_embeddings\": %d, \"model_type\": \"%s\", \"num_attention_heads\": %d, \"num_hidden_layers\": %d, "
             "\"num_key_value_heads\": %d, \"rms_norm_eps\": %s, \"rope_scaling\": %s, \"rope_theta\": %s, "
             "\"tie_word_embeddings\": %s, \"torch_dtype\": \"bfloat16\", \"vocab_size\": %d}",
             llama               ? "LlamaForCausalLM"
             : m->type[4] == '2' ? "Qwen2ForCausalLM"
                                 : "Qwen3ForCausalLM",
             m->width, m->ffn, head_dim, m->max_pos, m->type, m->heads, m->layers, m->kv_heads, llama ? "1e-05" : "1e-06",
             scaling, llama ? "500000.0" : "1000000.0", m->tie ? "true" : "false", m->vocab);
}

static void test_known_shapes_are_those_of_the_published_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < PUBLISHED; i++) {
        cad_model_config known, read;
        char text[2048];
        text_of(&published[i], text, sizeof text);
        ok(cad_model_known(published[i].path, &known));
        ok(cad_model_config_parse(text, strlen(text), published[i].path, &read));
        read.bos = known.bos; /* ids say what a model was taught, not its shape */
        read.n_eos = known.n_eos;
        memcpy(read.eos, known.eos, sizeof read.eos);
        cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT;
        ok(cad_model_config_print(&known, NULL, 0, &a));
        ok(cad_model_config_print(&read, NULL, 0, &b));
        assert_string_equal(a.data, b.data);
        cad_buf_deinit(&a);
        cad_buf_deinit(&b);
    }
}

static void test_known_shapes_have_the_published_number_of_parameters(void **state)
{
    (void)state;
    const cad_ops *ops;
    ok(cad_ops_get("cpu", &ops));
    for (size_t i = 0; i < PUBLISHED; i++) {
        cad_model_config c;
        cad_decoder *d;
        const cad_decoder_opts o = {.max_tokens = 1};
        ok(cad_model_known(published[i].path, &c));
        ok(cad_decoder_sketch(&c, ops, &o, &d)); /* checks the shape by the rules of config.json */
        assert_int_equal(cad_decoder_parameters(d), published[i].parameters);
        cad_decoder_destroy(d);
    }
}

static void test_a_name_that_is_not_known_is_told_with_those_that_are(void **state)
{
    (void)state;
    cad_model_config c;
    static const char *const other[] = {"models/Qwen2.5-3", "Qwen2.5-3Bx", "", "/", "-Instruct"};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        assert_int_equal(cad_model_known(other[i], &c), CAD_ENOTFOUND);
        assert_non_null(strstr(cad_error_text(), "Qwen2.5-Coder-7B, "));
        assert_non_null(strstr(cad_error_text(), ", Llama-3.1-8B")); /* the last of the list */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_shapes_are_those_of_the_published_texts),
        cmocka_unit_test(test_known_shapes_have_the_published_number_of_parameters),
        cmocka_unit_test(test_a_name_that_is_not_known_is_told_with_those_that_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
