/* Reading config.json: every key that changes the computation is read or refused. */
#include "model/hf/hfconfig.h"

#include "core/fs.h"
#include "core/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const struct {
    const char *name, *class;
    bool qkv_bias, qk_norm;
} arch[CAD_ARCHS] = {[CAD_ARCH_qwen2] = {"qwen2", "Qwen2ForCausalLM", true, false},
                     [CAD_ARCH_llama] = {"llama", "LlamaForCausalLM", false, false},
                     [CAD_ARCH_qwen3] = {"qwen3", "Qwen3ForCausalLM", false, true}};

const char *cad_arch_name(cad_arch a)
{
    return arch[a].name;
}

const char *cad_arch_class(cad_arch a)
{
    return arch[a].class;
}

bool cad_arch_qkv_bias(cad_arch a)
{
    return arch[a].qkv_bias;
}

bool cad_arch_qk_norm(cad_arch a)
{
    return arch[a].qk_norm;
}

/* A key that is absent or null keeps *out. */
static cad_status optional_int(const json_t *o, const char *key, const char *where, int64_t *out)
{
    const json_t *v = json_object_get(o, key);
    return v && !json_is_null(v) ? cad_json_get_int(o, key, where, out) : CAD_OK;
}

static cad_status must_be_false(const json_t *o, const char *key, const char *where)
{
    const json_t *v = json_object_get(o, key);
    if (v && !json_is_null(v) && !json_is_false(v))
        CAD_FAIL(CAD_EREFUSED, "%s: %s must be false: the decoder does not have it", where, key);
    return CAD_OK;
}

static cad_status read_arch(const json_t *o, const char *where, cad_model_config *c)
{
    const json_t *classes = json_object_get(o, "architectures");
    const char *type = json_string_value(json_object_get(o, "model_type"));
    const char *class = json_string_value(json_array_get(classes, 0));
    if (!type && !class)
        CAD_FAIL(CAD_EDATA, "%s: neither model_type nor architectures", where);
    if (json_array_size(classes) > 1)
        CAD_FAIL(CAD_EDATA, "%s: more than one entry in architectures", where);
    for (int i = 0; i < CAD_ARCHS; i++) {
        if ((!type || !strcmp(type, arch[i].name)) && (!class || !strcmp(class, arch[i].class))) {
            c->arch = (cad_arch)i;
            c->qkv_bias = arch[i].qkv_bias;
            c->qk_norm = arch[i].qk_norm;
            return CAD_OK;
        }
    }
    CAD_FAIL(CAD_EREFUSED, "%s: architecture %.64s (%.64s); supported: %s (%s), %s (%s), %s (%s)", where, type ? type : "?",
             class ? class : "?", arch[0].name, arch[0].class, arch[1].name, arch[1].class, arch[2].name, arch[2].class);
}

static cad_status read_sizes(const json_t *o, const char *where, cad_model_config *c)
{
    CAD_TRY(cad_json_get_int(o, "num_hidden_layers", where, &c->layers));
    CAD_TRY(cad_json_get_int(o, "hidden_size", where, &c->width));
    CAD_TRY(cad_json_get_int(o, "num_attention_heads", where, &c->heads));
    CAD_TRY(cad_json_get_int(o, "intermediate_size", where, &c->ffn));
    CAD_TRY(cad_json_get_int(o, "vocab_size", where, &c->vocab));
    c->kv_heads = c->heads;
    CAD_TRY(optional_int(o, "num_key_value_heads", where, &c->kv_heads));
    if (c->arch ==
        CAD_ARCH_qwen3) /* of width / heads, and the 128 that transformers takes, one would be wrong without a sign */
        CAD_TRY(cad_json_get_int(o, "head_dim", where, &c->head_dim));
    else
        c->head_dim = c->heads > 0 ? c->width / c->heads : 0;
    if (c->heads > 0 && c->width % c->heads != 0 && !json_is_integer(json_object_get(o, "head_dim")))
        CAD_FAIL(CAD_EDATA, "%s: hidden_size %" PRId64 " is no multiple of num_attention_heads %" PRId64, where, c->width,
                 c->heads);
    CAD_TRY(optional_int(o, "head_dim", where, &c->head_dim));
    c->max_pos = 2048;
    CAD_TRY(optional_int(o, "max_position_embeddings", where, &c->max_pos));
    CAD_TRY(cad_json_get_number(o, "rms_norm_eps", where, &c->eps));
    c->tie = json_is_true(json_object_get(o, "tie_word_embeddings"));
    const json_t *tie = json_object_get(o, "tie_word_embeddings");
    if (tie && !json_is_boolean(tie))
        return cad_json_get_bool(o, "tie_word_embeddings", where, &c->tie);
    return CAD_OK;
}

static cad_status read_dtype(const json_t *o, const char *where, cad_model_config *c)
{
    static const struct {
        const char *name;
        cad_dtype dtype;
    } table[] = {{"float32", CAD_F32}, {"bfloat16", CAD_BF16}, {"float16", CAD_F16}};
    const char *old = json_string_value(json_object_get(o, "torch_dtype"));
    const char *name = json_string_value(json_object_get(o, "dtype"));
    if (old && name && strcmp(old, name) != 0)
        CAD_FAIL(CAD_EDATA, "%s: torch_dtype is %.32s, dtype is %.32s", where, old, name);
    name = name ? name : old ? old : "float32";
    for (int i = 0; i < 3; i++) {
        if (!strcmp(name, table[i].name)) {
            c->dtype = table[i].dtype;
            return CAD_OK;
        }
    }
    CAD_FAIL(CAD_EREFUSED, "%s: dtype %.32s; expected float32, bfloat16 or float16", where, name);
}

/* eos_token_id: a number, a list, or null. */
static cad_status read_eos(const json_t *o, const char *where, cad_model_config *c)
{
    const json_t *v = json_object_get(o, "eos_token_id");
    if (!v || json_is_null(v))
        return CAD_OK;
    size_t n = json_is_array(v) ? json_array_size(v) : 1;
    if (n > CAD_CONFIG_MAX_EOS)
        CAD_FAIL(CAD_EDATA, "%s: eos_token_id lists %zu tokens; the limit is %d", where, n, CAD_CONFIG_MAX_EOS);
    c->n_eos = 0;
    for (size_t i = 0; i < n; i++) {
        const json_t *e = json_is_array(v) ? json_array_get(v, i) : v;
        if (!json_is_integer(e))
            CAD_FAIL(CAD_EDATA, "%s: eos_token_id is not a number or a list of numbers", where);
        c->eos[c->n_eos++] = json_integer_value(e);
    }
    return CAD_OK;
}

/* ---- RoPE ---- */

typedef struct rope_keys {
    const char *type; /* NULL: not stated */
    double theta, factor, low, high;
    int64_t original;
    bool has_theta;
} rope_keys;

/* Rotating a part of each head only is not computed; where it stands is up to the version of transformers. */
static cad_status whole_heads(const json_t *o, const char *where)
{
    const json_t *part = json_object_get(o, "partial_rotary_factor");
    if (part && !json_is_null(part) && !(json_is_number(part) && json_number_value(part) == 1.0))
        CAD_FAIL(CAD_EREFUSED, "%s: partial_rotary_factor must be 1: whole heads are rotated", where);
    return CAD_OK;
}

/* Every member that says something is one that is read. */
static cad_status known_members(const json_t *o, bool llama3, const char *where)
{
    static const char *const known[] = {"rope_type",        "type",
                                        "rope_theta",       "partial_rotary_factor",
                                        "factor",           "low_freq_factor",
                                        "high_freq_factor", "original_max_position_embeddings"};
    enum { ANY = 4, ALL = sizeof known / sizeof *known };
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)o, key, v)
    {
        int i = 0;
        while (i < (llama3 ? ALL : ANY) && strcmp(key, known[i]) != 0)
            i++;
        if (i == (llama3 ? ALL : ANY) && !json_is_null(v))
            CAD_FAIL(CAD_EREFUSED, "%s: RoPE setting %.64s is not known to type %s", where, key, llama3 ? "llama3" : "default");
    }
    return CAD_OK;
}

/* The members of rope_scaling or rope_parameters. */
static cad_status read_rope_object(const json_t *o, const char *where, rope_keys *r)
{
    const char *a = json_string_value(json_object_get(o, "rope_type")), *b = json_string_value(json_object_get(o, "type"));
    if (a && b && strcmp(a, b) != 0)
        CAD_FAIL(CAD_EDATA, "%s: rope_type is %.32s, type is %.32s", where, a, b);
    r->type = a ? a : b;
    if (!r->type)
        CAD_FAIL(CAD_EDATA, "%s: RoPE settings without rope_type", where);
    if (json_object_get(o, "rope_theta")) {
        CAD_TRY(cad_json_get_number(o, "rope_theta", where, &r->theta));
        r->has_theta = true;
    }
    bool llama3 = !strcmp(r->type, "llama3");
    if (!llama3 && strcmp(r->type, "default") != 0)
        CAD_FAIL(CAD_EREFUSED, "%s: RoPE type %.32s; supported: default, llama3", where, r->type);
    CAD_TRY(whole_heads(o, where));
    CAD_TRY(known_members(o, llama3, where));
    if (!llama3)
        return CAD_OK;
    CAD_TRY(cad_json_get_number(o, "factor", where, &r->factor));
    CAD_TRY(cad_json_get_number(o, "low_freq_factor", where, &r->low));
    CAD_TRY(cad_json_get_number(o, "high_freq_factor", where, &r->high));
    return cad_json_get_int(o, "original_max_position_embeddings", where, &r->original);
}

static bool same_rope(const rope_keys *a, const rope_keys *b)
{
    if (strcmp(a->type, b->type) != 0 || (a->has_theta && b->has_theta && a->theta != b->theta))
        return false;
    return !strcmp(a->type, "default") ||
           (a->factor == b->factor && a->low == b->low && a->high == b->high && a->original == b->original);
}

static cad_status read_rope(const json_t *o, const char *where, cad_model_config *c)
{
    const json_t *scaling = json_object_get(o, "rope_scaling"), *params = json_object_get(o, "rope_parameters");
    rope_keys top = {.type = "default"}, r;
    if (json_object_get(o, "rope_theta")) {
        CAD_TRY(cad_json_get_number(o, "rope_theta", where, &top.theta));
        top.has_theta = true;
    }
    CAD_TRY(whole_heads(o, where));
    bool has_top = top.has_theta;
    if (scaling && !json_is_null(scaling)) {
        if (!json_is_object(scaling))
            CAD_FAIL(CAD_EDATA, "%s: rope_scaling is not an object", where);
        rope_keys s = {0};
        CAD_TRY(read_rope_object(scaling, where, &s));
        if (s.has_theta && top.has_theta && s.theta != top.theta)
            CAD_FAIL(CAD_EDATA, "%s: rope_theta is %g, in rope_scaling %g", where, top.theta, s.theta);
        if (!s.has_theta) {
            s.theta = top.theta;
            s.has_theta = top.has_theta;
        }
        top = s;
        has_top = true;
    }
    r = top;
    if (params && !json_is_null(params)) {
        if (!json_is_object(params))
            CAD_FAIL(CAD_EDATA, "%s: rope_parameters is not an object", where);
        r = (rope_keys){0};
        CAD_TRY(read_rope_object(params, where, &r));
        /* A lone top-level theta beside rope_parameters says nothing about the type. */
        bool whole = scaling && !json_is_null(scaling);
        if (has_top && (whole ? !same_rope(&top, &r) : top.has_theta && r.has_theta && top.theta != r.theta))
            CAD_FAIL(CAD_EDATA, "%s: rope_parameters contradict rope_theta and rope_scaling", where);
        if (!r.has_theta && top.has_theta) {
            r.theta = top.theta;
            r.has_theta = true;
        }
    }
    if (!r.has_theta)
        CAD_FAIL(CAD_EDATA, "%s: rope_theta is missing (a default would ruin the model without a sign)", where);
    c->theta = r.theta;
    c->rope = strcmp(r.type, "llama3") == 0 ? CAD_ROPE_llama3 : CAD_ROPE_plain;
    c->rope_factor = r.factor;
    c->rope_low = r.low;
    c->rope_high = r.high;
    c->rope_original = r.original;
    return CAD_OK;
}

static cad_status refuse_unsupported(const json_t *o, const char *where, const cad_model_config *c)
{
    const char *act = json_string_value(json_object_get(o, "hidden_act"));
    if (act && strcmp(act, "silu") != 0)
        CAD_FAIL(CAD_EREFUSED, "%s: hidden_act %.32s; supported: silu", where, act);
    CAD_TRY(must_be_false(o, "use_sliding_window", where));
    CAD_TRY(must_be_false(o, "mlp_bias", where));
    if (c->arch != CAD_ARCH_qwen2)
        CAD_TRY(must_be_false(o, "attention_bias", where));
    const json_t *types = json_object_get(o, "layer_types"), *v;
    size_t i;
    if (json_is_array(types) && (int64_t)json_array_size(types) != c->layers)
        CAD_FAIL(CAD_EDATA, "%s: layer_types lists %zu layers, num_hidden_layers is %" PRId64, where, json_array_size(types),
                 c->layers);
    json_array_foreach(types, i, v)
    {
        const char *t = json_string_value(v);
        if (!t || strcmp(t, "full_attention") != 0)
            CAD_FAIL(CAD_EREFUSED, "%s: layer_types[%zu] is %.32s; supported: full_attention", where, i, t ? t : "?");
    }
    return CAD_OK;
}

/* ---- ranges ---- */

static cad_status in_range(const char *where, const char *key, int64_t v, int64_t lo, int64_t hi)
{
    if (v < lo || v > hi)
        CAD_FAIL(CAD_EDATA, "%s: %s is %" PRId64 "; expected %" PRId64 "..%" PRId64, where, key, v, lo, hi);
    return CAD_OK;
}

cad_status cad_model_config_check(const cad_model_config *c, const char *where)
{
    if (c->qkv_bias != arch[c->arch].qkv_bias || c->qk_norm != arch[c->arch].qk_norm)
        CAD_FAIL(CAD_EDATA, "%s: a %s model %s biases of q, k and v and %s norms of their heads", where, arch[c->arch].name,
                 arch[c->arch].qkv_bias ? "has" : "has no", arch[c->arch].qk_norm ? "has" : "has no");
    CAD_TRY(in_range(where, "num_hidden_layers", c->layers, 1, 1024));
    CAD_TRY(in_range(where, "hidden_size", c->width, 32, 65536));
    CAD_TRY(in_range(where, "num_attention_heads", c->heads, 1, 1024));
    CAD_TRY(in_range(where, "num_key_value_heads", c->kv_heads, 1, c->heads));
    CAD_TRY(in_range(where, "head_dim", c->head_dim, 2, 1024));
    CAD_TRY(in_range(where, "intermediate_size", c->ffn, 1, 1 << 20));
    CAD_TRY(in_range(where, "vocab_size", c->vocab, 1, 1000000));
    CAD_TRY(in_range(where, "max_position_embeddings", c->max_pos, 1, (int64_t)1 << 31));
    if (c->heads % c->kv_heads != 0)
        CAD_FAIL(CAD_EDATA, "%s: %" PRId64 " heads are no multiple of %" PRId64 " key/value heads", where, c->heads,
                 c->kv_heads);
    if (c->head_dim % 2 != 0)
        CAD_FAIL(CAD_EDATA, "%s: head_dim %" PRId64 " is odd; RoPE turns pairs", where, c->head_dim);
    if (!(c->eps > 0 && c->eps < 1))
        CAD_FAIL(CAD_EDATA, "%s: rms_norm_eps is %g; expected 0 < eps < 1", where, c->eps);
    if (!(c->theta >= 1 && c->theta <= 1e12))
        CAD_FAIL(CAD_EDATA, "%s: rope_theta is %g; expected 1..1e12", where, c->theta);
    if (c->rope == CAD_ROPE_llama3 && !(c->rope_factor >= 1 && c->rope_factor <= 1e6 && c->rope_low > 0 &&
                                        c->rope_high > c->rope_low && c->rope_high <= 1e6 && c->rope_original > 0))
        CAD_FAIL(CAD_EDATA,
                 "%s: llama3 RoPE: factor %g, low %g, high %g, original %" PRId64 "; expected factor >= 1, 0 < low < high",
                 where, c->rope_factor, c->rope_low, c->rope_high, c->rope_original);
    CAD_TRY(in_range(where, "bos_token_id", c->bos, -1, c->vocab - 1));
    CAD_TRY(in_range(where, "pad_token_id", c->pad, -1, c->vocab - 1));
    for (int i = 0; i < c->n_eos; i++)
        CAD_TRY(in_range(where, "eos_token_id", c->eos[i], 0, c->vocab - 1));
    return CAD_OK;
}

static cad_status read_object(const json_t *o, const char *where, cad_model_config *c)
{
    if (!json_is_object(o))
        CAD_FAIL(CAD_EDATA, "%s: not a JSON object", where);
    *c = (cad_model_config){.bos = -1, .pad = -1};
    CAD_TRY(read_arch(o, where, c));
    CAD_TRY(read_sizes(o, where, c));
    CAD_TRY(refuse_unsupported(o, where, c));
    CAD_TRY(cad_bnb_read_config(json_object_get(o, "quantization_config"), where, &c->quant));
    CAD_TRY(read_rope(o, where, c));
    CAD_TRY(read_dtype(o, where, c));
    CAD_TRY(optional_int(o, "bos_token_id", where, &c->bos));
    CAD_TRY(optional_int(o, "pad_token_id", where, &c->pad));
    CAD_TRY(read_eos(o, where, c));
    return cad_model_config_check(c, where);
}

cad_status cad_model_config_parse(const char *text, size_t len, const char *where, cad_model_config *out)
{
    json_t *o;
    cad_model_config c;
    CAD_TRY(cad_json_parse(text, len, where, &o));
    cad_status s = read_object(o, where, &c);
    json_decref(o);
    if (s == CAD_OK)
        *out = c;
    return s;
}

static cad_status read_generation(const char *path, cad_model_config *c)
{
    json_t *o;
    CAD_TRY(cad_json_read(path, CAD_MODEL_CONFIG_BYTES, &o));
    cad_status s = json_is_object(o) ? read_eos(o, path, c) : cad_fail(CAD_EDATA, "%s: not a JSON object", path);
    json_decref(o);
    CAD_TRY(s);
    return cad_model_config_check(c, path);
}

cad_status cad_model_config_load(const char *dir, cad_model_config *out)
{
    cad_buf path = CAD_BUF_INIT, text = CAD_BUF_INIT;
    cad_model_config c;
    cad_status s = cad_buf_printf(&path, "%s/config.json", dir);
    if (s == CAD_OK)
        s = cad_fs_read(path.data, CAD_MODEL_CONFIG_BYTES, &text);
    if (s == CAD_OK)
        s = cad_model_config_parse(cad_buf_cstr(&text), text.len, path.data, &c);
    cad_buf_clear(&path);
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%s/generation_config.json", dir);
    if (s == CAD_OK && cad_fs_exists(path.data))
        s = read_generation(path.data, &c);
    if (s == CAD_OK)
        *out = c;
    cad_buf_deinit(&path);
    cad_buf_deinit(&text);
    return s;
}
