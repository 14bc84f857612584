/* adapter_config.json as it is read: what LoRA needs, and a refusal by name of everything else that would change the result. */
#include "core/fs.h"
#include "core/json.h"
#include "model/hf/hfjson.h"
#include "model/hf/peft_rules.h"

#include <inttypes.h>
#include <string.h>

#define MAX_CONFIG_BYTES ((size_t)4 << 20)

cad_status cad_peft_check(const cad_lora_config *c, const char *where)
{
    if (c->rank < 1 || c->rank > 1024)
        CAD_FAIL(CAD_EDATA, "%s: r is %" PRId64 "; expected 1..1024", where, c->rank);
    if (!(c->alpha > 0 && c->alpha <= 1e6))
        CAD_FAIL(CAD_EDATA, "%s: lora_alpha is %g; expected more than 0, at most 1e6", where, c->alpha);
    if (!(c->dropout >= 0 && c->dropout < 1))
        CAD_FAIL(CAD_EDATA, "%s: lora_dropout is %g; expected 0 <= dropout < 1", where, c->dropout);
    if (!c->rules && (c->targets == 0 || c->targets > CAD_LORA_ALL))
        CAD_FAIL(CAD_EDATA, "%s: no target_modules", where);
    return CAD_OK;
}

/* ---- what is refused ---- */

/* Keys that are read below, and keys that are known to change nothing. */
static const char *const known[] = {
    "alpha_pattern",
    "auto_mapping",
    "base_model_name_or_path",
    "bias",
    "inference_mode",
    "init_lora_weights",
    "layers_pattern",
    "layers_to_transform",
    "lora_alpha",
    "lora_dropout",
    "megatron_core",
    "peft_type",
    "peft_version",
    "qalora_group_size",
    "r",
    "rank_pattern",
    "revision",
    "runtime_config",
    "target_modules",
    "task_type",
    "use_rslora",
};

/* Keys and methods that PEFT itself can add to the base with merge_and_unload; layer_replication is none of them. */
static const char *const mergeable[] = {
    "exclude_modules",
    "lora_bias",
    "modules_to_save",
    "trainable_token_indices",
    "use_dora", /* keys */
    "ADALORA",
    "BOFT",
    "IA3",
    "LOHA",
    "LOKR",
    "OFT",
    "VERA",
};

static const char *merge_hint(const char *key)
{
    for (size_t i = 0; i < sizeof mergeable / sizeof *mergeable; i++)
        if (!strcmp(key, mergeable[i]))
            return "\nhint: merge it in PEFT: merge_and_unload(), save_pretrained()";
    return "";
}

/* A member that is absent, null, or this text. */
static cad_status expect_text(const json_t *o, const char *key, const char *only, const char *where)
{
    const json_t *v = json_object_get(o, key);
    const char *text = json_string_value(v);
    if (!v || json_is_null(v) || (text && !strcmp(text, only)))
        return CAD_OK;
    if (!text)
        CAD_FAIL(CAD_EDATA, "%s: %s is no text; supported: %s", where, key, only);
    CAD_FAIL(CAD_EREFUSED, "%s: %s is %.32s; supported: %s", where, key, text, only);
}

/* Where factors start from does not matter, except where that also changed the base's weights (PiSSA, OLoRA, LoftQ, CorDA, ..).
 */
static cad_status refuse_init(const json_t *o, const char *where)
{
    const json_t *v = json_object_get(o, "init_lora_weights");
    const char *text = json_string_value(v);
    if (!v || json_is_null(v) || json_is_boolean(v) || (text && !strcmp(text, "gaussian")))
        return CAD_OK;
    CAD_FAIL(CAD_EREFUSED, "%s: init_lora_weights is %.32s; supported: true, false, gaussian", where,
             text ? text : "neither switch nor text");
}

/* Settings of a run; the one there is (where PEFT computes DoRA) is of no meaning here. */
static cad_status refuse_runtime(const json_t *o, const char *where)
{
    static const char *const offload = "ephemeral_gpu_offload";
    const json_t *runtime = json_object_get(o, "runtime_config");
    if (!runtime || json_is_null(runtime))
        return CAD_OK;
    if (!json_is_object(runtime))
        CAD_FAIL(CAD_EDATA, "%s: runtime_config is no object", where);
    const char *key = cad_hfjson_unknown(runtime, &offload, 1);
    if (key)
        CAD_FAIL(CAD_EREFUSED, "%s: runtime_config.%.64s is set and cannot be applied", where, key);
    return CAD_OK;
}

static cad_status refuse_unknown(const json_t *o, const char *where)
{
    const char *key = cad_hfjson_unknown(o, known, sizeof known / sizeof *known);
    if (key)
        CAD_FAIL(CAD_EREFUSED, "%s: %.64s is set and cannot be applied%s", where, key, merge_hint(key));
    CAD_TRY(expect_text(o, "bias", "none", where));
    CAD_TRY(expect_text(o, "task_type", "CAUSAL_LM", where));
    CAD_TRY(refuse_init(o, where));
    return refuse_runtime(o, where);
}

/* ---- rules ---- */

static cad_status copy_text(const json_t *v, const char *where, const char *what, cad_arena *a, const char **out)
{
    const char *text = json_string_value(v);
    size_t len = json_string_length(v);
    if (!text || strlen(text) != len)
        CAD_FAIL(CAD_EDATA, "%s: %s: an entry is no text", where, what);
    if (len == 0 || len > CAD_PEFT_MAX_TEXT)
        CAD_FAIL(CAD_EDATA, "%s: %s: a text of %zu bytes; expected 1..%d", where, what, len, CAD_PEFT_MAX_TEXT);
    return cad_arena_strdup(a, text, len, out);
}

static cad_status check_count(size_t n, const char *where, const char *what)
{
    if (n > CAD_PEFT_MAX_ENTRIES)
        CAD_FAIL(CAD_EDATA, "%s: %s has %zu entries; expected at most %d", where, what, n, CAD_PEFT_MAX_ENTRIES);
    return CAD_OK;
}

/* An entry that names a linear in all layers: "q_proj", or with its parent "self_attn.q_proj". */
static int target_of(const char *entry)
{
    for (int i = 0; i < CAD_LORA_TARGET_COUNT; i++)
        if (!strcmp(entry, cad_lora_target_module((cad_lora_target)i)) ||
            !strcmp(entry, cad_lora_target_name((cad_lora_target)i)))
            return i;
    return -1;
}

/* *bits: of entries that name a linear in all layers; *plain: all of them do. */
static cad_status read_list(const json_t *list, const char *where, cad_arena *a, cad_peft_rules *r, unsigned *bits, bool *plain)
{
    const char **entry;
    size_t i, n = json_array_size(list);
    const json_t *v;
    CAD_TRY(check_count(n, where, "target_modules"));
    if (n == 0)
        CAD_FAIL(CAD_EDATA, "%s: target_modules is empty", where);
    CAD_TRY(cad_arena_zalloc(a, n, sizeof *entry, "target modules", &entry));
    *plain = true;
    json_array_foreach(list, i, v)
    {
        CAD_TRY(copy_text(v, where, "target_modules", a, &entry[i]));
        int t = target_of(entry[i]);
        *bits |= t >= 0 ? 1u << t : 0;
        *plain = *plain && t >= 0;
    }
    r->entry = entry;
    r->n_entries = n;
    return CAD_OK;
}

static cad_status read_targets(const json_t *o, const char *where, cad_arena *a, cad_peft_rules *r, unsigned *bits, bool *plain)
{
    const json_t *v = json_object_get(o, "target_modules");
    *bits = 0;
    if (json_is_array(v))
        return read_list(v, where, a, r, bits, plain);
    if (!json_is_string(v))
        CAD_FAIL(CAD_EDATA, "%s: target_modules is missing, and neither a list nor a text", where);
    *plain = !strcmp(json_string_value(v), "all-linear");
    if (!*plain)
        return copy_text(v, where, "target_modules", a, &r->target);
    *bits = CAD_LORA_ALL;
    r->entry = cad_lora_target_modules();
    r->n_entries = CAD_LORA_TARGET_COUNT;
    return CAD_OK;
}

/* A number or a list of numbers. */
static cad_status read_layers(const json_t *o, const char *where, cad_arena *a, cad_peft_rules *r)
{
    const json_t *v = json_object_get(o, "layers_to_transform"), *name = json_object_get(o, "layers_pattern");
    if (json_is_array(name) && json_array_size(name) == 1)
        name = json_array_get(name, 0);
    const char *text = json_string_value(name);
    r->layers_named = text && !strcmp(text, "layers");
    if (name && !r->layers_named && !cad_hfjson_is_empty(name) && !(text && !*text))
        CAD_FAIL(CAD_EREFUSED, "%s: layers_pattern is %.64s; supported: null, layers", where, text ? text : "no text");
    if (!v || cad_hfjson_is_empty(v))
        return CAD_OK;
    if (json_is_string(json_object_get(o, "target_modules")))
        CAD_FAIL(CAD_EDATA, "%s: layers_to_transform with target_modules as a text; PEFT takes it with a list alone", where);
    size_t n = json_is_array(v) ? json_array_size(v) : 1;
    int64_t *layer;
    CAD_TRY(check_count(n, where, "layers_to_transform"));
    CAD_TRY(cad_arena_zalloc(a, n, sizeof *layer, "layers", &layer));
    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_is_array(v) ? json_array_get(v, i) : v;
        if (!json_is_integer(one))
            CAD_FAIL(CAD_EDATA, "%s: layers_to_transform: an entry is no whole number", where);
        layer[i] = json_integer_value(one);
    }
    r->layer = layer;
    r->n_layers = n;
    return CAD_OK;
}

static bool is_rank(const json_t *v)
{
    return json_is_integer(v) && json_integer_value(v) >= 1 && json_integer_value(v) <= 1024;
}

static bool is_alpha(const json_t *v)
{
    double x = json_number_value(v);
    return json_is_number(v) && x > 0 && x <= 1e6;
}

static cad_status read_patterns(const json_t *o, const char *what, const char *where, cad_arena *a, cad_peft_patterns *out)
{
    const bool ranks = !strcmp(what, "rank_pattern");
    const char *key;
    json_t *v, *table = json_object_get(o, what);
    size_t n = json_object_size(table), at = 0, others = 0;
    cad_peft_pattern *item;
    if (!table || cad_hfjson_is_empty(table))
        return CAD_OK;
    if (!json_is_object(table))
        CAD_FAIL(CAD_EDATA, "%s: %s is no object", where, what);
    CAD_TRY(check_count(n, where, what));
    CAD_TRY(cad_arena_zalloc(a, n, sizeof *item, "patterns", &item));
    json_object_foreach(table, key, v)
    {
        size_t len = strlen(key);
        if (len == 0 || len > CAD_PEFT_MAX_TEXT)
            CAD_FAIL(CAD_EDATA, "%s: %s: a key of %zu bytes; expected 1..%d", where, what, len, CAD_PEFT_MAX_TEXT);
        if (ranks ? !is_rank(v) : !is_alpha(v))
            CAD_FAIL(CAD_EDATA, "%s: %s '%.64s': expected %s", where, what, key,
                     ranks ? "a whole number in 1..1024" : "a number above 0, at most 1e6");
        others += !cad_peft_key_is_plain(key);
        item[at].value = json_number_value(v);
        CAD_TRY(cad_arena_strdup(a, key, len, &item[at++].key));
    }
    if (others > CAD_PEFT_MAX_REGEX_KEYS)
        CAD_FAIL(CAD_EDATA, "%s: %s has %zu keys that are more than names; expected at most %d", where, what, others,
                 CAD_PEFT_MAX_REGEX_KEYS);
    *out = (cad_peft_patterns){item, n};
    return CAD_OK;
}

/* Rules are kept only where they say more than `targets` does. */
static cad_status read_rules(const json_t *o, const char *where, cad_arena *a, cad_lora_config *c)
{
    cad_peft_rules *r;
    bool plain = false;
    CAD_TRY(cad_arena_zalloc(a, 1, sizeof *r, "rules", &r));
    CAD_TRY(read_targets(o, where, a, r, &c->targets, &plain));
    CAD_TRY(read_layers(o, where, a, r));
    CAD_TRY(read_patterns(o, "rank_pattern", where, a, &r->rank));
    CAD_TRY(read_patterns(o, "alpha_pattern", where, a, &r->alpha));
    CAD_TRY(cad_arena_strdup(a, where, strlen(where), &r->where));
    c->rules = plain && r->n_layers == 0 && r->rank.n == 0 && r->alpha.n == 0 ? NULL : r;
    return CAD_OK;
}

/* ---- the whole ---- */

static cad_status read_object(const json_t *o, const char *where, cad_arena *a, cad_lora_config *c)
{
    if (!json_is_object(o))
        CAD_FAIL(CAD_EDATA, "%s: not a JSON object", where);
    const char *type, *base;
    CAD_TRY(cad_json_get_string(o, "peft_type", where, &type));
    if (strcmp(type, "LORA") != 0)
        CAD_FAIL(CAD_EREFUSED, "%s: peft_type is %.32s; supported: LORA%s", where, type, merge_hint(type));
    CAD_TRY(refuse_unknown(o, where));
    CAD_TRY(cad_json_get_int(o, "r", where, &c->rank));
    CAD_TRY(cad_json_get_number(o, "lora_alpha", where, &c->alpha));
    if (json_object_get(o, "lora_dropout"))
        CAD_TRY(cad_json_get_number(o, "lora_dropout", where, &c->dropout));
    if (json_object_get(o, "use_rslora"))
        CAD_TRY(cad_json_get_bool(o, "use_rslora", where, &c->rslora));
    CAD_TRY(read_rules(o, where, a, c));
    base = json_string_value(json_object_get(o, "base_model_name_or_path"));
    size_t len = base ? strlen(base) : 0;
    if (len > CAD_PEFT_MAX_BASE)
        CAD_FAIL(CAD_EDATA, "%s: base_model_name_or_path: a text of %zu bytes; expected at most %d", where, len,
                 CAD_PEFT_MAX_BASE);
    CAD_TRY(cad_arena_strdup(a, base ? base : "", len, &c->base_model));
    return cad_peft_check(c, where);
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
