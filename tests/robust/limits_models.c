/* Limits of what reads models: weights, configurations, adapters, tokenizers, templates. */
#include "tests/robust/limits.h"

#include "core/json.h"
#include "core/path.h"
#include "model/hf/hfconfig.h"
#include "model/hf/peft.h"
#include "model/hf/safetensors.h"
#include "model/text/template.h"
#include "model/text/tokenizer.h"

#define add(...) ok(cad_buf_printf(&text, __VA_ARGS__))

static cad_status open_file(const char *path)
{
    cad_safetensors *f;
    CAD_TRY(cad_st_open(path, &f));
    cad_st_close(f);
    return CAD_OK;
}

/* `text` as the header, `data` zero bytes behind it. */
static cad_status open_text(long long data)
{
    uint64_t n = text.len;
    cad_buf file = CAD_BUF_INIT;
    ok(cad_buf_add(&file, &n, 8));
    ok(cad_buf_add(&file, text.data, text.len));
    fuzz_file(fuzz_path("l.safetensors"), file.data, file.len);
    cad_buf_deinit(&file);
    assert_int_equal(truncate(fuzz_path("l.safetensors"), (off_t)(8 + n) + data), 0);
    return open_file(fuzz_path("l.safetensors"));
}

static cad_status st_header(long long n)
{
    const char *path = zeros("h.safetensors", n + 8);
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    assert_int_equal(fwrite(&(uint64_t){(uint64_t)n}, 8, 1, f), 1);
    assert_int_equal(fclose(f), 0);
    return open_file(path);
}

static cad_status st_tensors(long long n)
{
    for (long long i = 0; i < n; i++)
        add(i ? ",\"%llx\":0" : "{\"%llx\":0", i);
    add("}");
    return open_text(0);
}

static cad_status st_name(long long n)
{
    add("{\"");
    times(n, "n");
    add("\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}");
    return open_text(1);
}

static cad_status st_dims(long long n)
{
    add("{\"a\":{\"dtype\":\"U8\",\"shape\":[1");
    times(n - 1, ",1");
    add("],\"data_offsets\":[0,1]}}");
    return open_text(1);
}

static cad_status st_dim(long long n)
{
    add("{\"a\":{\"dtype\":\"U8\",\"shape\":[%lld,0],\"data_offsets\":[0,0]}}", n);
    return open_text(0);
}

static cad_status open_folder(const char *name)
{
    cad_safetensors *f;
    CAD_TRY(cad_st_open_dir(fuzz_path(name), &f));
    cad_st_close(f);
    return CAD_OK;
}

/* There are no such shards: beyond the limit none is asked for. */
static cad_status st_shards(long long n)
{
    ok(cad_fs_mkdirs(fuzz_path("many")));
    add("{\"weight_map\":{");
    for (long long i = 0; i < n; i++)
        add("%s\"%lld\":\"%lld.safetensors\"", i ? "," : "", i, i);
    add("}}");
    fuzz_file(fuzz_path("many/model.safetensors.index.json"), text.data, text.len);
    return open_folder("many");
}

static cad_status st_index(long long n)
{
    ok(cad_fs_mkdirs(fuzz_path("index")));
    zeros("index/model.safetensors.index.json", n);
    return open_folder("index");
}

static cad_status name_bytes(long long n)
{
    cad_buf path = CAD_BUF_INIT;
    times(n, "n");
    cad_status s = cad_fs_named("index", fuzz_path("."), text.data, &path);
    cad_buf_deinit(&path);
    return s;
}

/* ---- JSON, configurations ---- */

static cad_status json_depth(long long n)
{
    json_t *v;
    times(n, "[");
    times(n, "]");
    CAD_TRY(cad_json_parse(text.data, text.len, "x", &v));
    json_decref(v);
    return CAD_OK;
}

static cad_status model_config(const char *key, long long n)
{
    cad_model_config c;
    json_t *o;
    ok(cad_json_read(source("models/tiny/config.json"), 0, &o));
    json_object_set_new(o, "num_attention_heads", json_integer(1));
    json_object_set_new(o, "num_key_value_heads", json_integer(1));
    json_object_set_new(o, "head_dim", json_integer(32));
    json_object_set_new(o, key, json_integer(n));
    ok(cad_json_print(o, &text));
    json_decref(o);
    return cad_model_config_parse(text.data, text.len, "config.json", &c);
}

static cad_status config_layers(long long n)
{
    return model_config("num_hidden_layers", n);
}

static cad_status config_width(long long n)
{
    return model_config("hidden_size", n);
}

static cad_status config_heads(long long n)
{
    return model_config("num_attention_heads", n);
}

static cad_status config_head_dim(long long n)
{
    return model_config("head_dim", 2 * n);
}

static cad_status config_ffn(long long n)
{
    return model_config("intermediate_size", n);
}

static cad_status config_vocab(long long n)
{
    return model_config("vocab_size", n);
}

static cad_status config_eos(long long n)
{
    cad_model_config c;
    json_t *o, *list = json_array();
    ok(cad_json_read(source("models/tiny/config.json"), 0, &o));
    for (long long i = 0; i < n; i++)
        json_array_append_new(list, json_integer(i));
    json_object_set_new(o, "eos_token_id", list);
    ok(cad_json_print(o, &text));
    json_decref(o);
    return cad_model_config_parse(text.data, text.len, "config.json", &c);
}

/* `text` and blanks behind it, n bytes. */
static void padded(const char *path, long long n)
{
    times(n - (long long)text.len, " ");
    fuzz_file(path, text.data, text.len);
}

static cad_status config_bytes(long long n)
{
    cad_model_config c;
    cad_buf file = train_read(source("models/tiny/config.json"));
    ok(cad_buf_add(&text, file.data, file.len));
    cad_buf_deinit(&file);
    ok(cad_fs_mkdirs(fuzz_path("model")));
    padded(fuzz_path("model/config.json"), n);
    return cad_model_config_load(fuzz_path("model"), &c);
}

static void adapter(long long rank)
{
    add("{\"peft_type\":\"LORA\",\"r\":%lld,\"lora_alpha\":8,\"target_modules\":\"all-linear\"}", rank);
}

static cad_status adapter_bytes(long long n)
{
    cad_lora_config c;
    adapter(8);
    ok(cad_fs_mkdirs(fuzz_path("adapter")));
    padded(fuzz_path("adapter/adapter_config.json"), n);
    return cad_peft_read_config(fuzz_path("adapter"), arena, &c);
}

static cad_status adapter_rank(long long n)
{
    cad_lora_config c;
    adapter(n);
    return cad_peft_parse_config(text.data, text.len, "adapter_config.json", arena, &c);
}

static cad_status adapter_base(long long n)
{
    cad_lora_config c;
    add("{\"peft_type\":\"LORA\",\"r\":1,\"lora_alpha\":8,\"target_modules\":\"all-linear\",\"base_model_name_or_path\":\"");
    times(n, "b");
    add("\"}");
    return cad_peft_parse_config(text.data, text.len, "adapter_config.json", arena, &c);
}

/* ---- tokenizer.json, templates ---- */

static cad_status tokenizer(void)
{
    cad_tokenizer *t;
    CAD_TRY(cad_tokenizer_parse(text.data, text.len, "tokenizer.json", &t));
    cad_tokenizer_destroy(t);
    return CAD_OK;
}

static cad_status tokenizer_bytes(long long n)
{
    cad_tokenizer *t;
    return cad_tokenizer_load(zeros("tokenizer.json", n), &t);
}

static void stages(void)
{
    add("{\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"");
}

static void stages_end(void)
{
    add("\"},\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,");
    add("\"use_regex\":false}]},\"decoder\":{\"type\":\"ByteLevel\"},\"model\":{\"type\":\"BPE\",");
}

/* Up to the model, with a pattern that any letter meets. */
static void usual_stages(void)
{
    stages();
    add("a");
    stages_end();
}

/* A token for each byte; how many those are. */
static long long alphabet(void)
{
    static const int plain[3][2] = {{33, 126}, {161, 172}, {174, 255}}; /* bytes that stand for themselves in the alphabet */
    long long id = 0;
    for (int k = 0; k < 3; k++)
        for (int b = plain[k][0]; b <= plain[k][1]; b++, id++)
            add("%s\"\\u%04x\":%lld", id ? "," : "", (unsigned)b, id);
    for (int c = 0x100; c < 0x144; c++, id++)
        add(",\"\\u%04x\":%lld", (unsigned)c, id);
    return id;
}

static cad_status tokenizer_tokens(long long n)
{
    usual_stages();
    add("\"merges\":[],\"vocab\":{");
    for (long long i = alphabet(); i < n; i++)
        add(",\"0%llx\":%lld", i, i);
    add("}}}");
    return tokenizer();
}

static cad_status tokenizer_added(long long n)
{
    usual_stages();
    add("\"merges\":[],\"vocab\":{");
    alphabet();
    add("}},\"added_tokens\":[0");
    times(n - 1, ",0");
    add("]}");
    return tokenizer();
}

static cad_status tokenizer_merges(long long n)
{
    usual_stages();
    add("\"vocab\":{");
    alphabet();
    add("},\"merges\":[0");
    times(n - 1, ",0");
    add("]}}");
    return tokenizer();
}

/* A comment: letters would be too much for PCRE2 long before. */
static cad_status tokenizer_pattern(long long n)
{
    stages();
    add("a(?#");
    times(n - 5, "a");
    add(")");
    stages_end();
    add("\"merges\":[],\"vocab\":{");
    alphabet();
    add("}}}");
    return tokenizer();
}

static cad_status template_bytes(long long n)
{
    const cad_template *t;
    add("{caption}");
    times(n - 17, "x");
    add("{output}");
    return cad_template_parse("file", text.data, text.len, arena, &t);
}

const limit limits_models[] = {
    {"safetensors", "bytes of the header", CONSTANT(CAD_ST_MAX_HEADER), st_header, "; the limit is", CAD_ECORRUPT,
     "header does not start with '{'"},
    {"safetensors", "tensors of all shards", CONSTANT(CAD_ST_MAX_TENSORS), st_tensors, "tensors; the limit is", CAD_ECORRUPT,
     "tensor '0' is not an object"},
    {"safetensors", "bytes of a name", CONSTANT(CAD_ST_MAX_NAME), st_name, "bytes; the limit is", TAKEN},
    {"safetensors", "dimensions", CONSTANT(CAD_ST_MAX_DIMS), st_dims, "dimensions; the limit is", TAKEN},
    {"safetensors", "one dimension", CONSTANT(CAD_ST_MAX_DIM - 1), st_dim, "not an integer in 0..2^48-1", TAKEN},
    {"shard index", "bytes", CONSTANT(CAD_ST_MAX_HEADER), st_index, "expected at most", CAD_EPARSE, "not JSON"},
    {"shard index", "shards", BESIDE(10000), st_shards, "more than 10000 shards", CAD_ENOTFOUND, "many/0.safetensors"},
    {"names in files", "bytes", CONSTANT(CAD_PATH_NAME), name_bytes, "not a plain file name", TAKEN},
    {"JSON", "levels", BESIDE(512), json_depth, "nested deeper than 512 levels", TAKEN},
    {"config.json", "bytes", BESIDE(4 << 20), config_bytes, "expected at most", TAKEN},
    {"config.json", "layers", BESIDE(1024), config_layers, "num_hidden_layers", TAKEN},
    {"config.json", "width", BESIDE(65536), config_width, "hidden_size", TAKEN},
    {"config.json", "heads", BESIDE(1024), config_heads, "num_attention_heads", TAKEN},
    {"config.json", "half the width of a head", BESIDE(512), config_head_dim, "head_dim", TAKEN},
    {"config.json", "width of the MLP", BESIDE(1 << 20), config_ffn, "intermediate_size", TAKEN},
    {"config.json", "rows of the vocabulary", BESIDE(1000000), config_vocab, "vocab_size", TAKEN},
    {"config.json", "end tokens", CONSTANT(CAD_CONFIG_MAX_EOS), config_eos, "tokens; the limit is", TAKEN},
    {"adapter_config.json", "bytes", BESIDE(4 << 20), adapter_bytes, "expected at most", TAKEN},
    {"adapter_config.json", "rank", BESIDE(1024), adapter_rank, "expected 1..1024", TAKEN},
    {"adapter_config.json", "bytes of the name of a base", CONSTANT(CAD_PEFT_MAX_BASE), adapter_base, "expected at most 4096",
     TAKEN},
    {"tokenizer.json", "bytes", CONSTANT(CAD_TOKENIZER_MAX_BYTES), tokenizer_bytes, "expected at most", CAD_EPARSE, "not JSON"},
    {"tokenizer.json", "tokens", CONSTANT(CAD_TOKENIZER_MAX_TOKENS), tokenizer_tokens, "tokens; the limit is", TAKEN},
    {"tokenizer.json", "merges", CONSTANT(CAD_TOKENIZER_MAX_MERGES), tokenizer_merges, "merges; the limit is", CAD_EDATA,
     "merge 0 is neither a string"},
    {"tokenizer.json", "added tokens", CONSTANT(CAD_TOKENIZER_MAX_ADDED), tokenizer_added, "added tokens; the limit is",
     CAD_EDATA, "an added token without content"},
    {"tokenizer.json", "bytes of a pattern", CONSTANT(CAD_TOKENIZER_MAX_PATTERN), tokenizer_pattern, "bytes; the limit is",
     TAKEN},
    {"templates", "bytes", CONSTANT(CAD_TEMPLATE_MAX_BYTES), template_bytes, "bytes; the limit is", TAKEN},
    {0},
};
