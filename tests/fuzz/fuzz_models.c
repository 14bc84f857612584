/* Fuzz targets: what lies in the folder of a model, an adapter or a checkpoint. */
#include "tests/fuzz/fuzz_targets.h"

#include "core/fs.h"
#include "core/json.h"
#include "model/hf/bnb.h"
#include "model/hf/hfconfig.h"
#include "model/hf/peft.h"
#include "model/hf/safetensors.h"
#include "model/rag/rag_index.h"
#include "model/text/tokenizer.h"
#include "tests/train/train_tmp.h"
#include "train/ckpt_manifest.h"

static cad_status do_model_config(const char *data, size_t len, bool *parsed)
{
    cad_model_config c, again;
    CAD_TRY(cad_model_config_parse(data, len, "config.json", &c));
    *parsed = true;
    cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT;
    ok(cad_model_config_print(&c, NULL, 0, &a));
    ok(cad_model_config_parse(a.data, a.len, "printed", &again));
    ok(cad_model_config_print(&again, NULL, 0, &b));
    same_text(&a, &b);
    cad_buf_deinit(&a);
    cad_buf_deinit(&b);
    return CAD_OK;
}

static cad_status do_adapter_config(const char *data, size_t len, bool *parsed)
{
    static const cad_model_config model = {.layers = 2, .width = 32, .heads = 4, .kv_heads = 2, .head_dim = 8, .ffn = 48};
    cad_lora_config c, again;
    cad_frame f = cad_arena_mark(arena);
    cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT;
    cad_status s = cad_peft_parse_config(data, len, "adapter_config.json", arena, &c);
    if (s == CAD_OK) {
        *parsed = true;
        ok(cad_peft_print_config(&c, &a));
        ok(cad_peft_parse_config(a.data, a.len, "printed", arena, &again));
        ok(cad_peft_print_config(&again, &b));
        same_text(&a, &b);
        s = cad_peft_resolve(&c, &model, arena);
    }
    cad_buf_deinit(&a);
    cad_buf_deinit(&b);
    cad_arena_rewind(arena, f);
    return s;
}

/* A path that outlives the calls of fuzz_path between. */
static const char *folder(const char *name)
{
    static char path[4200];
    snprintf(path, sizeof path, "%s", fuzz_path(name));
    return path;
}

/* ---- generation_config.json beside a config.json ---- */

static void begin_generation(void)
{
    ok(cad_fs_mkdirs(fuzz_path("gen")));
    const char *source = getenv("CADLM_SOURCE");
    cad_buf text = train_read(train_path(source ? source : ".", "models/tiny/config.json"));
    fuzz_file(fuzz_path("gen/config.json"), text.data, text.len);
    cad_buf_deinit(&text);
}

static cad_status do_generation(const char *data, size_t len, bool *parsed)
{
    cad_model_config c;
    fuzz_file(fuzz_path("gen/generation_config.json"), data, len);
    CAD_TRY(cad_model_config_load(folder("gen"), &c));
    *parsed = true;
    assert_in_range(c.n_eos, 0, CAD_CONFIG_MAX_EOS);
    for (int i = 0; i < c.n_eos; i++)
        assert_in_range(c.eos[i], 0, c.vocab - 1);
    return CAD_OK;
}

/* ---- tokenizer.json ---- */

/* Encodes and decodes with what was read, and lets go of it. */
static void ask(cad_tokenizer *t)
{
    static const char text[] = "plate 40 x 20\nT 1 0 -5\nLP 2 caf\xC3\xA9 \xE2\x80\x83\xF0\x9F\x99\x82";
    cad_ids ids = CAD_IDS_INIT;
    cad_buf b = CAD_BUF_INIT;
    cad_status s = cad_tokenizer_encode(t, text, strlen(text), CAD_SPECIALS_text, &ids);
    if (s == CAD_OK) {
        for (size_t i = 0; i < ids.n; i++)
            assert_in_range(ids.id[i], 0, cad_tokenizer_vocab_size(t) - 1);
        ok(cad_tokenizer_decode(t, ids.id, ids.n, false, &b));
        if (cad_tokenizer_keeps_bytes(t))
            assert_string_equal(b.data, text);
    } else if (s != CAD_EDATA) { /* a pattern may run into its limits */
        fail_msg("%s", cad_error_text());
    }
    cad_ids_deinit(&ids);
    cad_buf_deinit(&b);
    cad_tokenizer_destroy(t);
}

static cad_status do_tokenizer(const char *data, size_t len, bool *parsed)
{
    cad_tokenizer *t;
    CAD_TRY(cad_tokenizer_parse(data, len, "tokenizer.json", &t));
    *parsed = true;
    ask(t);
    return CAD_OK;
}

/* vocab.json and merges.txt: each beside a good other one. */
static void begin_import(void)
{
    static const char *const file[][2] = {{"tests/fuzz/vocab/bytes.json", "imported/vocab.json"},
                                          {"tests/fuzz/merges/four.txt", "imported/merges.txt"}};
    static const char config[] = "{\"tokenizer_class\": \"Qwen2Tokenizer\"}";
    const char *source = getenv("CADLM_SOURCE");
    ok(cad_fs_mkdirs(fuzz_path("imported")));
    for (int i = 0; i < 2; i++) {
        cad_buf text = train_read(train_path(source ? source : ".", file[i][0]));
        fuzz_file(fuzz_path(file[i][1]), text.data, text.len);
        cad_buf_deinit(&text);
    }
    fuzz_file(fuzz_path("imported/tokenizer_config.json"), config, sizeof config - 1);
}

static cad_status import(bool *parsed)
{
    cad_tokenizer *t;
    CAD_TRY(cad_tokenizer_load_dir(folder("imported"), &t));
    *parsed = true;
    ask(t);
    return CAD_OK;
}

static cad_status do_vocab(const char *data, size_t len, bool *parsed)
{
    fuzz_file(fuzz_path("imported/vocab.json"), data, len);
    return import(parsed);
}

static cad_status do_merges(const char *data, size_t len, bool *parsed)
{
    fuzz_file(fuzz_path("imported/merges.txt"), data, len);
    return import(parsed);
}

/* tokenizer_config.json beside a good tokenizer.json. */
static void begin_tokenizer_config(void)
{
    ok(cad_fs_mkdirs(fuzz_path("tok")));
    const char *source = getenv("CADLM_SOURCE");
    cad_buf text = train_read(train_path(source ? source : ".", "tests/golden/tok_tiny/tokenizer.json"));
    fuzz_file(fuzz_path("tok/tokenizer.json"), text.data, text.len);
    cad_buf_deinit(&text);
}

static cad_status do_tokenizer_config(const char *data, size_t len, bool *parsed)
{
    cad_buf out = CAD_BUF_INIT;
    json_t *v;
    fuzz_file(fuzz_path("tok/tokenizer_config.json"), data, len);
    cad_status s = cad_tokenizer_config_of(folder("tok"), &out);
    if (s == CAD_OK) {
        *parsed = true;
        ok(cad_json_parse(cad_buf_cstr(&out), out.len, "printed", &v));
        json_decref(v);
    }
    cad_buf_deinit(&out);
    return s;
}

/* ---- safetensors: a file, and the index of shards ---- */

static void read_all(const cad_safetensors *f, size_t len)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < cad_st_count(f); i++) {
        const cad_st_tensor *t = cad_st_at(f, i);
        char raw[64];
        float y[256];
        assert_true(t->end <= len && cad_st_find(f, t->name) == t);
        bytes += t->end - t->begin;
        if (t->end - t->begin <= sizeof raw)
            ok(cad_st_read_raw(f, t, 0, raw, (size_t)(t->end - t->begin)));
        if (t->count <= 256 && (t->dtype == CAD_ST_F32 || t->dtype == CAD_ST_BF16 || t->dtype == CAD_ST_F16))
            ok(cad_st_read_f32(f, t, 0, y, t->count));
    }
    assert_true(bytes <= len);
}

static cad_status do_safetensors(const char *data, size_t len, bool *parsed)
{
    cad_safetensors *f;
    fuzz_file(fuzz_path("x.safetensors"), data, len);
    cad_status s = cad_st_open(fuzz_path("x.safetensors"), &f);
    if (s != CAD_OK) {
        assert_int_equal(s, CAD_ECORRUPT);
        assert_non_null(strstr(cad_error_text(), "x.safetensors"));
        return s;
    }
    *parsed = true;
    read_all(f, len);
    cad_st_close(f);
    return CAD_OK;
}

static void begin_shards(void)
{
    const float y[4] = {1, 2, 3, 4};
    ok(cad_fs_mkdirs(fuzz_path("shards")));
    for (int k = 0; k < 2; k++) {
        const cad_st_item item = {.name = k ? "b" : "a", .from = CAD_F32, .to = CAD_ST_F32, .ndim = 1, .dim = {4}, .data = y};
        ok(cad_st_write(fuzz_path(k ? "shards/model-2.safetensors" : "shards/model-1.safetensors"), &item, 1, NULL, 0));
    }
}

static cad_status do_shards(const char *data, size_t len, bool *parsed)
{
    cad_safetensors *f;
    fuzz_file(fuzz_path("shards/model.safetensors.index.json"), data, len);
    CAD_TRY(cad_st_open_dir(folder("shards"), &f));
    *parsed = true;
    read_all(f, 1 << 20);
    cad_st_close(f);
    return CAD_OK;
}

/* ---- an index of captions ---- */

static cad_status do_rag_index(const char *data, size_t len, bool *parsed)
{
    cad_rag_index *x;
    fuzz_file(fuzz_path("rag.index"), data, len);
    cad_status s = cad_rag_index_open(fuzz_path("rag.index"), &x);
    if (s != CAD_OK) {
        assert_true(s == CAD_ECORRUPT || s == CAD_EDATA);
        assert_non_null(strstr(cad_error_text(), "rag.index"));
        return s;
    }
    *parsed = true;
    const cad_rag_rows *rows = cad_rag_index_rows(x);
    size_t texts = 0;
    char hex[CAD_HASH_HEX];
    for (int64_t i = 0; i < rows->n; i++)
        texts += strlen(rows->caption[i]) + strlen(rows->id[i]);
    assert_true(texts <= len);
    ok(cad_rag_corpus_hash(rows, hex));
    const cad_rag_rule rule = {.k = 2, .min_score = -1};
    cad_rag_hit hit[2];
    cad_rag_rows one = *rows;
    one.n = rows->n ? 1 : 0;
    ok(cad_rag_rank(rows, &one, &rule, hit, NULL));
    cad_rag_index_destroy(x);
    return CAD_OK;
}

/* ---- bnb-4bit: the JSON of a linear, and its tensors ---- */

static cad_status do_quant_state(const char *data, size_t len, bool *parsed)
{
    cad_bnb_state x, again;
    cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT;
    CAD_TRY(cad_bnb_parse_state(data, len, "quant_state", &x));
    *parsed = true;
    ok(cad_bnb_print_state(&x, &a));
    ok(cad_bnb_parse_state(a.data, a.len, "printed", &again));
    ok(cad_bnb_print_state(&again, &b));
    same_text(&a, &b);
    cad_buf_deinit(&a);
    cad_buf_deinit(&b);
    return CAD_OK;
}

static cad_status read_linear(const cad_safetensors *f, bool nested, bool *parsed)
{
    enum { OUT = 32, IN = 4, BLOCKS = OUT * IN / 32 }; /* of the seeds; scales for the smallest blocks */
    const cad_quant q = {.nf4 = true, .nested = nested, .storage = CAD_ST_U8};
    uint8_t codes[OUT * IN / 2], q8[BLOCKS];
    float scales[BLOCKS], outer[1];
    cad_bnb_matrix m;
    CAD_TRY(cad_bnb_find(f, &q, "w", OUT, IN, &m));
    CAD_TRY(cad_bnb_read_codes(f, &m, codes));
    CAD_TRY(nested ? cad_bnb_read_nested(f, &m, q8, outer) : cad_bnb_read_scales(f, &m, scales));
    *parsed = true;
    return CAD_OK;
}

static cad_status do_bnb(const char *data, size_t len, bool *parsed)
{
    cad_safetensors *f;
    fuzz_file(fuzz_path("bnb.safetensors"), data, len);
    CAD_TRY(cad_st_open(fuzz_path("bnb.safetensors"), &f));
    cad_status s = read_linear(f, cad_st_find(f, "w.nested_absmax") != NULL, parsed);
    cad_st_close(f);
    return s;
}

/* ---- DONE of a checkpoint ---- */

static void begin_manifest(void)
{
    ok(cad_fs_mkdirs(fuzz_path("ckpt")));
    fuzz_file(fuzz_path("ckpt/config.ini"), "[run]\n", 6);
}

static cad_status do_manifest(const char *data, size_t len, bool *parsed)
{
    fuzz_file(fuzz_path("ckpt/DONE"), data, len);
    CAD_TRY(cad_manifest_check(folder("ckpt"), true));
    *parsed = true;
    return CAD_OK;
}

const fuzz_target fuzz_models[] = {
    {"config", FUZZ_JSON, do_model_config, NULL, {"models/tiny/config.json"}},
    {"generation_config", FUZZ_JSON, do_generation, begin_generation, {"models/tiny/generation_config.json"}},
    {"adapter_config", FUZZ_JSON, do_adapter_config, NULL, {NULL}},
    {"tokenizer", FUZZ_JSON, do_tokenizer, NULL, {NULL}},
    {"vocab", FUZZ_JSON, do_vocab, begin_import, {NULL}},
    {"merges", FUZZ_TEXT, do_merges, begin_import, {NULL}},
    {"tokenizer_config", FUZZ_JSON, do_tokenizer_config, begin_tokenizer_config, {"models/tiny/tokenizer_config.json"}},
    {"safetensors", FUZZ_SAFETENSORS, do_safetensors, NULL, {NULL}},
    {"quant_state", FUZZ_JSON, do_quant_state, NULL, {NULL}},
    {"bnb", FUZZ_SAFETENSORS, do_bnb, NULL, {NULL}},
    {"index", FUZZ_JSON, do_shards, begin_shards, {NULL}},
    {"rag_index", FUZZ_SAFETENSORS, do_rag_index, NULL, {NULL}},
    {"manifest", FUZZ_JSON, do_manifest, begin_manifest, {NULL}},
    {0},
};
