/* A small BERT of tests/golden/minilm_tiny against what transformers computed, and folders that must be refused. */
#include "tests/scratch_dir.h"

#include "core/buf.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/threads.h"
#include "model/rag/minilm.h"
#include "model/rag/rag_encoder.h"

enum { DIM = 32, N = 10, MANY = 700 };

static const char *caption[N];
static double want[N][DIM];
static json_t *expected;
static char dir[400];

static int setup(void **state)
{
    const char *source = getenv("CADLM_SOURCE");
    char path[500];
    snprintf(dir, sizeof dir, "%s/tests/golden/minilm_tiny", source ? source : ".");
    snprintf(path, sizeof path, "%s/expected.json", dir);
    if (scratch_setup(state) || cad_json_read(path, 1 << 20, &expected) != CAD_OK)
        return -1;
    for (size_t i = 0; i < N; i++) {
        caption[i] = json_string_value(json_array_get(json_object_get(expected, "caption"), i));
        for (size_t c = 0; c < DIM; c++)
            want[i][c] = json_real_value(json_array_get(json_array_get(json_object_get(expected, "vector"), i), c));
    }
    return caption[N - 1] ? 0 : -1;
}

static int teardown(void **state)
{
    json_decref(expected);
    return scratch_teardown(state);
}

static void test_vectors_are_those_of_transformers(void **state)
{
    (void)state;
    cad_minilm *m = NULL;
    float v[N][DIM];
    ok(cad_minilm_create(dir, &m));
    assert_int_equal(cad_minilm_dim(m), DIM);
    ok(cad_minilm_encode(m, caption, N, v[0]));
    for (int i = 0; i < N; i++)
        for (int c = 0; c < DIM; c++)
            near((double)v[i][c], want[i][c], 2e-6);
    double apart = 0;
    for (int c = 0; c < DIM; c++)
        apart += fabs(want[0][c] - want[2][c]);
    assert_true(apart > 0.1); /* so something was compared */
    cad_minilm_destroy(m);
}

static void test_neither_company_nor_threads_change_a_bit(void **state)
{
    (void)state;
    static const char *many[MANY];
    static float all[2][MANY][DIM], one[DIM];
    cad_minilm *m = NULL;
    ok(cad_minilm_create(dir, &m));
    for (int i = 0; i < MANY; i++)
        many[i] = caption[i * 7 % N];
    for (int threads = 1; threads <= 4; threads += 3) {
        ok(cad_threads_init(threads));
        ok(cad_minilm_encode(m, many, MANY, all[threads > 1][0]));
    }
    assert_memory_equal(all[0], all[1], sizeof all[0]);
    for (int i = 0; i < MANY; i += 31) {
        ok(cad_minilm_encode(m, &many[i], 1, one));
        assert_memory_equal(one, all[0][i], sizeof one);
    }
    ok(cad_threads_init(1));
    cad_minilm_destroy(m);
}

static void test_its_identity_is_that_of_weights_and_words(void **state)
{
    (void)state;
    cad_rag_encoder *e = NULL, *hash = NULL;
    ok(cad_rag_encoder_create(CAD_RAG_BY_MINILM, dir, &e));
    ok(cad_rag_encoder_create(CAD_RAG_BY_HASH, "", &hash));
    assert_string_equal(cad_rag_encoder_name(e), "minilm");
    assert_int_equal(cad_rag_encoder_dim(e), DIM);
    assert_int_equal(strlen(cad_rag_encoder_xxh3(e)), 32);
    assert_string_not_equal(cad_rag_encoder_xxh3(e), cad_rag_encoder_xxh3(hash));
    cad_rag_encoder_destroy(hash);
    cad_rag_encoder_destroy(e);
    fails(cad_rag_encoder_create(CAD_RAG_BY_MINILM, "", &e), CAD_ECONFIG, "rag.encoder_path is not set");
    fails(cad_rag_encoder_create(CAD_RAG_BY_MINILM, "absent", &e), CAD_ENOTFOUND, "absent");
}

/* ---- folders ---- */

static const char *const files[] = {"config.json", "model.safetensors", "tokenizer.json", "sentence_bert_config.json"};

/* A copy of the folder in which the first `from` of one file is `to`, of the same length where it is the weights. */
static void copy_with(const char *file, const char *from, const char *to)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[500];
        cad_buf text = CAD_BUF_INIT, out = CAD_BUF_INIT;
        snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        ok(cad_fs_read(path, 0, &text));
        const char *at = strcmp(file, files[i]) ? NULL : memmem(text.data, text.len, from, strlen(from));
        assert_true(at || strcmp(file, files[i]) != 0);
        size_t head = at ? (size_t)(at - text.data) : text.len;
        ok(cad_buf_add(&out, text.data, head));
        if (at) {
            ok(cad_buf_str(&out, to));
            ok(cad_buf_add(&out, at + strlen(from), text.len - head - strlen(from)));
        }
        ok(cad_fs_write(scratch(files[i]), out.data, out.len));
        cad_buf_deinit(&out);
        cad_buf_deinit(&text);
    }
}

static void test_another_kind_of_model_is_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *file, *from, *to;
        cad_status code;
        const char *says;
    } bad[] = {
        {"config.json", "\"bert\"", "\"roberta\"", CAD_EREFUSED, "'model_type' is 'roberta'"},
        {"config.json", "\"gelu\"", "\"gelu_new\"", CAD_EREFUSED, "'hidden_act' is 'gelu_new'"},
        {"config.json", "\"num_attention_heads\": 4", "\"num_attention_heads\": 5", CAD_EDATA,
         "32 is no multiple of num_attention_heads 5"},
        {"config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 0", CAD_EDATA, "is 0; expected 1..256"},
        {"config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", CAD_EDATA, "encoder.layer.2"},
        {"config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1", CAD_EREFUSED, "encoder.layer.1"},
        {"config.json", "\"intermediate_size\": 72", "\"intermediate_size\": 73", CAD_EDATA, "intermediate.dense.weight"},
        {"config.json", "\"vocab_size\": 36", "\"vocab_size\": 30", CAD_EDATA, "the tokenizer has 36 tokens; the model 30"},
        {"config.json", "\"max_position_embeddings\": 40", "\"max_position_embeddings\": 20", CAD_EDATA,
         "24 pieces; the model has 20 positions"},
        {"model.safetensors", "pooler.dense.bias", "extras.dense.bias", CAD_EREFUSED, "tensor extras.dense.bias"},
        {"sentence_bert_config.json", "24", "41", CAD_EDATA, "41 pieces"},
        {"tokenizer.json", "\"post_processor\"", "\"post_processor_\"", CAD_EREFUSED, "tokenizer.json"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cad_minilm *m = NULL;
        copy_with(bad[i].file, bad[i].from, bad[i].to);
        fails(cad_minilm_create(scratch_path, &m), bad[i].code, bad[i].says);
    }
    static const char pooling[] = "{\"pooling_mode_cls_token\":true,\"pooling_mode_mean_tokens\":false}";
    cad_minilm *m = NULL;
    copy_with("", "", "");
    ok(cad_minilm_create(scratch_path, &m));
    cad_minilm_destroy(m);
    ok(cad_fs_mkdirs(scratch("1_Pooling")));
    ok(cad_fs_write(scratch("1_Pooling/config.json"), pooling, sizeof pooling - 1));
    fails(cad_minilm_create(scratch_path, &m), CAD_EREFUSED, "takes the mean over the pieces");
    ok(cad_fs_remove_tree(scratch("1_Pooling")));
}

static void test_what_cannot_be_encoded_is_told(void **state)
{
    (void)state;
    cad_minilm *m = NULL;
    float v[3][DIM];
    const char *odd[3] = {"a plate", "a \xff plate", "a plate"};
    ok(cad_minilm_create(dir, &m));
    fails(cad_minilm_encode(m, odd, 3, v[0]), CAD_EDATA, "UTF-8");
    ok(cad_minilm_encode(m, odd, 0, v[0]));
    cad_status s = CAD_ENOMEM;
    for (uint64_t k = 1; s != CAD_OK; k++) {
        cad_mem_fail_at(k, 0);
        s = cad_minilm_encode(m, odd, 1, v[0]);
        cad_mem_fail_at(0, 0);
        assert_true(s == CAD_OK || s == CAD_ENOMEM);
        assert_true(k < 100);
    }
    cad_minilm_destroy(m);
    s = CAD_ENOMEM;
    for (uint64_t k = 1; s != CAD_OK; k++) {
        m = NULL;
        cad_mem_fail_at(k, 0);
        s = cad_minilm_create(dir, &m);
        cad_mem_fail_at(0, 0);
        assert_true(s == CAD_OK || s == CAD_ENOMEM);
        assert_true(k < 2000);
        cad_minilm_destroy(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors_are_those_of_transformers),
        cmocka_unit_test(test_neither_company_nor_threads_change_a_bit),
        cmocka_unit_test(test_its_identity_is_that_of_weights_and_words),
        cmocka_unit_test(test_another_kind_of_model_is_refused_by_name),
        cmocka_unit_test(test_what_cannot_be_encoded_is_told),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
