/* adapter_config.json: what LoRA needs, and a refusal by name of everything else that would change the result. */
#include "model/hf/peft.h"

#include "core/fs.h"
#include "core/json.h"
#include "model/hf/hfjson.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define MAX_CONFIG_BYTES ((size_t)4 << 20)

static const char *const modules[CAD_LORA_TARGET_COUNT] = {
#define X(id, module, rows, cols) module,
    CAD_LORA_TARGETS(X)
#undef X
};

const char *cad_lora_target_module(cad_lora_target t)
{
    return modules[t];
}

const char *cad_lora_target_name(cad_lora_target t)
{
    return strchr(modules[t], '.') + 1;
}

int cad_lora_target_find(const char *name)
{
    for (int i = 0; i < CAD_LORA_TARGET_COUNT; i++) {
        if (!strcmp(name, cad_lora_target_name((cad_lora_target)i)))
            return i;
    }
    return -1;
}

void cad_lora_target_shape(const cad_model_config *m, cad_lora_target t, int64_t *out_rows, int64_t *out_cols)
{
    const int64_t width = m->width, heads = m->heads, kv_heads = m->kv_heads, head_dim = m->head_dim, ffn = m->ffn;
    const int64_t shape[CAD_LORA_TARGET_COUNT][2] = {
#define X(id, module, rows, cols) {rows, cols},
        CAD_LORA_TARGETS(X)
#undef X
    };
    *out_rows = shape[t][0];
    *out_cols = shape[t][1];
}

double cad_lora_scale(const cad_lora_config *c)
{
    return c->rslora ? c->alpha / sqrt((double)c->rank) : c->alpha / (double)c->rank;
}

static cad_status check(const cad_lora_config *c, const char *where)
{
    if (c->rank < 1 || c->rank > 1024)
        CAD_FAIL(CAD_EDATA, "%s: r is %" PRId64 "; expected 1..1024", where, c->rank);
    if (!(c->alpha > 0 && c->alpha <= 1e6))
        CAD_FAIL(CAD_EDATA, "%s: lora_alpha is %g; expected more than 0, at most 1e6", where, c->alpha);
    if (!(c->dropout >= 0 && c->dropout < 1))
        CAD_FAIL(CAD_EDATA, "%s: lora_dropout is %g; expected 0 <= dropout < 1", where, c->dropout);
    if (c->targets == 0 || c->targets > CAD_LORA_ALL)
        CAD_FAIL(CAD_EDATA, "%s: no target_modules", where);
    return CAD_OK;
}

/* ---- reading ---- */

/* Keys that are read below, and keys that are known to change nothing. */
static const char *const known[] = {
    "auto_mapping",   "base_model_name_or_path",
    "inference_mode", "init_lora_weights",
    "layers_pattern", "lora_alpha",
    "lora_dropout",   "megatron_core",
    "peft_type",      "r",
    "revision",       "target_modules",
    "task_type",      "use_rslora",
    "peft_version",   "qalora_group_size",
    "runtime_config", "bias",
};

static bool is_empty(const json_t *v)
{
    return json_is_null(v) || json_is_false(v) || (json_is_object(v) && json_object_size(v) == 0) ||
           (json_is_array(v) && json_array_size(v) == 0);
}

static cad_status refuse_unknown(const json_t *o, const char *where)
{
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)o, key, v)
    {
        bool fine = is_empty(v);
        for (size_t i = 0; !fine && i < sizeof known / sizeof *known; i++)
            fine = strcmp(key, known[i]) == 0;
        if (!fine)
            CAD_FAIL(CAD_EUNSUPPORTED, "%s: %s is set and cannot be applied", where, key);
    }
    const char *bias = json_string_value(json_object_get(o, "bias"));
    if (bias && strcmp(bias, "none") != 0)
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: bias is %.32s; supported: none", where, bias);
    const char *task = json_string_value(json_object_get(o, "task_type"));
    if (task && strcmp(task, "CAUSAL_LM") != 0)
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: task_type is %.32s; supported: CAUSAL_LM", where, task);
    /* Other starting points (PiSSA, OLoRA, LoftQ, ..) change the base's weights as well. */
    const char *init = json_string_value(json_object_get(o, "init_lora_weights"));
    if (init && strcmp(init, "gaussian") != 0)
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: init_lora_weights is %.32s; supported: true, false, gaussian", where, init);
    return CAD_OK;
}

/* An entry names a linear: "q_proj", or with its parent "self_attn.q_proj". */
static int target_of(const char *entry)
{
    for (int i = 0; i < CAD_LORA_TARGET_COUNT; i++) {
        if (!strcmp(entry, modules[i]) || !strcmp(entry, cad_lora_target_name((cad_lora_target)i)))
            return i;
    }
    return -1;
}

static cad_status read_targets(const json_t *o, const char *where, unsigned *out)
{
    const json_t *v = json_object_get(o, "target_modules"), *entry;
    if (json_is_string(v) && !strcmp(json_string_value(v), "all-linear")) {
        *out = CAD_LORA_ALL;
        return CAD_OK;
    }
    if (json_is_string(v))
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: target_modules is the pattern '%.64s'; supported: a list of names, or all-linear",
                 where, json_string_value(v));
    if (!json_is_array(v))
        CAD_FAIL(CAD_EDATA, "%s: target_modules is missing or not a list", where);
    unsigned bits = 0;
    size_t i;
    json_array_foreach(v, i, entry)
    {
        const char *name = json_string_value(entry);
        int t = name ? target_of(name) : -1;
        if (t < 0)
            CAD_FAIL(CAD_EUNSUPPORTED, "%s: target_modules: '%.64s' is none of the seven linears of a layer", where,
                     name ? name : "?");
        bits |= 1u << t;
    }
    *out = bits;
    return CAD_OK;
}

static cad_status read_object(const json_t *o, const char *where, cad_arena *a, cad_lora_config *c)
{
    if (!json_is_object(o))
        CAD_FAIL(CAD_EDATA, "%s: not a JSON object", where);
    const char *type, *base;
    CAD_TRY(cad_json_get_string(o, "peft_type", where, &type));
    if (strcmp(type, "LORA") != 0)
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: peft_type is %.32s; supported: LORA", where, type);
    CAD_TRY(refuse_unknown(o, where));
    CAD_TRY(cad_json_get_int(o, "r", where, &c->rank));
    CAD_TRY(cad_json_get_number(o, "lora_alpha", where, &c->alpha));
    if (json_object_get(o, "lora_dropout"))
        CAD_TRY(cad_json_get_number(o, "lora_dropout", where, &c->dropout));
    if (json_object_get(o, "use_rslora"))
        CAD_TRY(cad_json_get_bool(o, "use_rslora", where, &c->rslora));
    CAD_TRY(read_targets(o, where, &c->targets));
    base = json_string_value(json_object_get(o, "base_model_name_or_path"));
    CAD_TRY(cad_arena_strdup(a, base ? base : "", base ? strlen(base) : 0, &c->base_model));
    return check(c, where);
}

cad_status cad_peft_parse_config(const char *text, size_t len, const char *where, cad_arena *a, cad_lora_config *out)
{
    json_t *o;
    cad_lora_config c = {0};
    CAD_TRY(cad_json_parse(text, len, where, &o));
    cad_status s = read_object(o, where, a, &c);
    json_decref(o);
    if (s == CAD_OK)
        *out = c;
    return s;
}

cad_status cad_peft_read_config(const char *dir, cad_arena *a, cad_lora_config *out)
{
    cad_buf path = CAD_BUF_INIT, text = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/adapter_config.json", dir);
    if (s == CAD_OK)
        s = cad_fs_read(path.data, MAX_CONFIG_BYTES, &text);
    if (s == CAD_OK)
        s = cad_peft_parse_config(cad_buf_cstr(&text), text.len, path.data, a, out);
    cad_buf_deinit(&path);
    cad_buf_deinit(&text);
    return s;
}

/* ---- writing ---- */

static json_t *number(double v)
{
    return v == floor(v) && fabs(v) < 1e9 ? json_integer((json_int_t)v) : json_real(v);
}

/* Names in alphabetical order, as PEFT sorts them. */
static json_t *target_list(unsigned targets)
{
    static const cad_lora_target sorted[CAD_LORA_TARGET_COUNT] = {CAD_LORA_down, CAD_LORA_gate, CAD_LORA_k, CAD_LORA_o,
                                                                  CAD_LORA_q,    CAD_LORA_up,   CAD_LORA_v};
    json_t *list = json_array();
    for (int i = 0; i < CAD_LORA_TARGET_COUNT; i++) {
        if (targets & 1u << sorted[i])
            json_array_append_new(list, json_string(cad_lora_target_name(sorted[i])));
    }
    return list;
}

cad_status cad_peft_print_config(const cad_lora_config *c, cad_buf *out)
{
    CAD_TRY(check(c, "adapter_config.json to write"));
    const bool named = c->base_model && *c->base_model;
    const struct {
        const char *key;
        json_t *value;
    } members[] = {
        {"alpha_pattern", json_object()},
        {"auto_mapping", json_null()},
        {"base_model_name_or_path", named ? json_string(c->base_model) : json_null()},
        {"bias", json_string("none")},
        {"fan_in_fan_out", json_false()},
        {"inference_mode", json_true()},
        {"init_lora_weights", json_true()},
        {"layers_pattern", json_null()},
        {"layers_to_transform", json_null()},
        {"loftq_config", json_object()},
        {"lora_alpha", number(c->alpha)},
        {"lora_dropout", json_real(c->dropout)},
        {"megatron_config", json_null()},
        {"megatron_core", json_string("megatron.core")},
        {"modules_to_save", json_null()},
        {"peft_type", json_string("LORA")},
        {"r", json_integer(c->rank)},
        {"rank_pattern", json_object()},
        {"revision", json_null()},
        {"target_modules", target_list(c->targets)},
        {"task_type", json_string("CAUSAL_LM")},
        {"use_dora", json_false()},
        {"use_rslora", json_boolean(c->rslora)},
    };
    json_t *o = json_object();
    int bad = 0;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        bad |= json_object_set_new(o, members[i].key, members[i].value);
    cad_status s = bad ? cad_fail(CAD_ENOMEM, "adapter_config.json: out of memory") : cad_hfjson_print(o, true, out);
    json_decref(o);
    CAD_TRY(s);
    return cad_buf_str(out, "\n");
}
