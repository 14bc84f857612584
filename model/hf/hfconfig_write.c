/* Writing config.json: from scratch, or as the smallest change of the text that the model came with. */
#include "core/fs.h"
#include "core/json.h"
#include "model/hf/hfconfig.h"
#include "model/hf/hfjson.h"

#include <string.h>

static const char *dtype_name(cad_dtype t)
{
    return t == CAD_BF16 ? "bfloat16" : t == CAD_F16 ? "float16" : "float32";
}

/* What a list of members becomes; NULL values mean out of memory and are found at the end. */
static int set(json_t *o, const char *key, json_t *v)
{
    return json_object_set_new(o, key, v);
}

static json_t *id_or_null(int64_t id)
{
    return id < 0 ? json_null() : json_integer(id);
}

static json_t *eos_value(const cad_model_config *c)
{
    if (c->n_eos <= 1)
        return c->n_eos ? json_integer(c->eos[0]) : json_null();
    json_t *list = json_array();
    for (int i = 0; i < c->n_eos; i++)
        json_array_append_new(list, json_integer(c->eos[i]));
    return list;
}

/* Members of rope_scaling, and with theta of rope_parameters. */
static int set_rope(json_t *o, const cad_model_config *c, bool with_theta)
{
    int bad = set(o, "rope_type", json_string(c->rope == CAD_ROPE_llama3 ? "llama3" : "default"));
    if (with_theta)
        bad |= set(o, "rope_theta", json_real(c->theta));
    if (c->rope != CAD_ROPE_llama3)
        return bad;
    bad |= set(o, "factor", json_real(c->rope_factor));
    bad |= set(o, "low_freq_factor", json_real(c->rope_low));
    bad |= set(o, "high_freq_factor", json_real(c->rope_high));
    return bad | set(o, "original_max_position_embeddings", json_integer(c->rope_original));
}

static json_t *rope_object(const cad_model_config *c, bool with_theta)
{
    json_t *o = json_object();
    if (o && set_rope(o, c, with_theta) != 0) {
        json_decref(o);
        return NULL;
    }
    return o;
}

static int fill(json_t *o, const cad_model_config *c)
{
    int bad = set(o, "architectures", json_pack("[s]", cad_arch_class(c->arch)));
    const bool llama = c->arch == CAD_ARCH_llama, qwen2 = c->arch == CAD_ARCH_qwen2;
    if (!qwen2)
        bad |= set(o, "attention_bias", json_false());
    bad |= set(o, "attention_dropout", json_real(0));
    bad |= set(o, "bos_token_id", id_or_null(c->bos));
    bad |= set(o, "eos_token_id", eos_value(c));
    if (c->head_dim * c->heads != c->width || !qwen2)
        bad |= set(o, "head_dim", json_integer(c->head_dim));
    bad |= set(o, "hidden_act", json_string("silu"));
    bad |= set(o, "hidden_size", json_integer(c->width));
    bad |= set(o, "initializer_range", json_real(0.02));
    bad |= set(o, "intermediate_size", json_integer(c->ffn));
    bad |= set(o, "max_position_embeddings", json_integer(c->max_pos));
    if (llama)
        bad |= set(o, "mlp_bias", json_false());
    bad |= set(o, "model_type", json_string(cad_arch_name(c->arch)));
    bad |= set(o, "num_attention_heads", json_integer(c->heads));
    bad |= set(o, "num_hidden_layers", json_integer(c->layers));
    bad |= set(o, "num_key_value_heads", json_integer(c->kv_heads));
    bad |= set(o, "pad_token_id", id_or_null(c->pad));
    bad |= set(o, "rms_norm_eps", json_real(c->eps));
    bad |= set(o, "rope_scaling", c->rope == CAD_ROPE_llama3 ? rope_object(c, false) : json_null());
    bad |= set(o, "rope_theta", json_real(c->theta));
    bad |= set(o, "tie_word_embeddings", json_boolean(c->tie));
    bad |= set(o, "torch_dtype", json_string(dtype_name(c->dtype)));
    bad |= set(o, "use_cache", json_true());
    if (c->quant.nf4)
        bad |= set(o, "quantization_config", cad_bnb_make_config(&c->quant));
    if (!llama)
        bad |= set(o, "use_sliding_window", json_false());
    return bad | set(o, "vocab_size", json_integer(c->vocab));
}

static bool same_rope(const cad_model_config *a, const cad_model_config *b)
{
    return a->theta == b->theta && a->rope == b->rope &&
           (a->rope == CAD_ROPE_plain || (a->rope_factor == b->rope_factor && a->rope_low == b->rope_low &&
                                          a->rope_high == b->rope_high && a->rope_original == b->rope_original));
}

/* RoPE in the dialect of the base: where it has rope_parameters they change, else the pair of transformers 4. */
static int change_rope(json_t *o, const cad_model_config *c)
{
    const bool newer = json_is_object(json_object_get(o, "rope_parameters"));
    int bad = newer ? set(o, "rope_parameters", rope_object(c, true)) : 0;
    if (!newer || json_object_get(o, "rope_theta"))
        bad |= set(o, "rope_theta", json_real(c->theta));
    if (!newer || json_object_get(o, "rope_scaling"))
        bad |= set(o, "rope_scaling", c->rope == CAD_ROPE_llama3 ? rope_object(c, false) : json_null());
    return bad;
}

static bool same_quant(const cad_quant *a, const cad_quant *b)
{
    return a->nf4 == b->nf4 && (!a->nf4 || (a->nested == b->nested && a->storage == b->storage));
}

/* Changes the members of o in which c differs from what o said (`was`); *out_changed counts them. */
static int change(json_t *o, const cad_model_config *c, const cad_model_config *was, int *out_changed)
{
    int bad = 0, n = 0;
    const struct {
        const char *key;
        int64_t now, before;
    } ints[] = {{"num_hidden_layers", c->layers, was->layers},
                {"hidden_size", c->width, was->width},
                {"num_attention_heads", c->heads, was->heads},
                {"num_key_value_heads", c->kv_heads, was->kv_heads},
                {"intermediate_size", c->ffn, was->ffn},
                {"vocab_size", c->vocab, was->vocab},
                {"max_position_embeddings", c->max_pos, was->max_pos}};
    for (size_t i = 0; i < sizeof ints / sizeof *ints; i++) {
        if (ints[i].now != ints[i].before && ++n)
            bad |= set(o, ints[i].key, json_integer(ints[i].now));
    }
    if (c->head_dim != was->head_dim && ++n)
        bad |= set(o, "head_dim", json_integer(c->head_dim));
    if (c->eps != was->eps && ++n)
        bad |= set(o, "rms_norm_eps", json_real(c->eps));
    if (c->tie != was->tie && ++n)
        bad |= set(o, "tie_word_embeddings", json_boolean(c->tie));
    if (c->dtype != was->dtype && ++n) {
        if (json_object_get(o, "torch_dtype") || !json_object_get(o, "dtype"))
            bad |= set(o, "torch_dtype", json_string(dtype_name(c->dtype)));
        if (json_object_get(o, "dtype"))
            bad |= set(o, "dtype", json_string(dtype_name(c->dtype)));
    }
    if (c->bos != was->bos && ++n)
        bad |= set(o, "bos_token_id", id_or_null(c->bos));
    if (c->pad != was->pad && ++n)
        bad |= set(o, "pad_token_id", id_or_null(c->pad));
    if (!same_rope(c, was) && ++n)
        bad |= change_rope(o, c);
    if (!same_quant(&c->quant, &was->quant) && ++n) {
        if (c->quant.nf4)
            bad |= set(o, "quantization_config", cad_bnb_make_config(&c->quant));
        else
            json_object_del(o, "quantization_config");
    }
    *out_changed = n;
    return bad;
}

static cad_status print_and_release(json_t *o, int bad, cad_buf *out)
{
    cad_status s = !o || bad ? cad_fail(CAD_ENOMEM, "config.json: out of memory") : cad_hfjson_print(o, false, out);
    json_decref(o);
    CAD_TRY(s);
    return cad_buf_str(out, "\n");
}

cad_status cad_model_config_print(const cad_model_config *c, const char *base, size_t base_len, cad_buf *out)
{
    CAD_TRY(cad_model_config_check(c, "config.json to write"));
    if (!base) {
        json_t *o = json_object();
        return print_and_release(o, o ? fill(o, c) : 1, out);
    }
    cad_model_config was;
    CAD_TRY(cad_model_config_parse(base, base_len, "the base's config.json", &was));
    if (was.arch != c->arch)
        CAD_FAIL(CAD_EINVAL, "config.json: the base is %s, the model is %s", cad_arch_name(was.arch), cad_arch_name(c->arch));
    json_t *o;
    CAD_TRY(cad_json_parse(base, base_len, "the base's config.json", &o));
    int changed = 0, bad = change(o, c, &was, &changed);
    if (!bad && !changed) {
        json_decref(o);
        return cad_buf_add(out, base, base_len);
    }
    return print_and_release(o, bad, out);
}

cad_status cad_model_config_rewrite(const char *from, const cad_model_config *c, const char *to)
{
    cad_buf path = CAD_BUF_INIT, base = CAD_BUF_INIT, text = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/config.json", from);
    if (s == CAD_OK)
        s = cad_fs_read(path.data, CAD_MODEL_CONFIG_BYTES, &base);
    if (s == CAD_OK)
        s = cad_model_config_print(c, base.data, base.len, &text);
    cad_buf_clear(&path);
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%s/config.json", to);
    if (s == CAD_OK)
        s = cad_fs_write(path.data, text.data, text.len);
    cad_buf_deinit(&path);
    cad_buf_deinit(&base);
    cad_buf_deinit(&text);
    return s;
}

cad_status cad_model_generation_print(const cad_model_config *c, cad_buf *out)
{
    json_t *o = json_object();
    int bad = o ? 0 : 1;
    if (o) {
        if (c->bos >= 0)
            bad |= set(o, "bos_token_id", json_integer(c->bos));
        bad |= set(o, "do_sample", json_false());
        if (c->n_eos)
            bad |= set(o, "eos_token_id", eos_value(c));
        if (c->pad >= 0)
            bad |= set(o, "pad_token_id", json_integer(c->pad));
    }
    return print_and_release(o, bad, out);
}
