/* The linears that take LoRA pairs, what a configuration says of each, and adapter_config.json as it is written. */
#include "core/mem.h"
#include "core/size.h"
#include "model/hf/hfjson.h"
#include "model/hf/peft_rules.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const modules[CAD_LORA_TARGET_COUNT] = {
#define X(id, module, rows, cols) module,
    CAD_LORA_TARGETS(X)
#undef X
};

const char *cad_lora_target_module(cad_lora_target t)
{
    return modules[t];
}

const char *const *cad_lora_target_modules(void)
{
    return modules;
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

cad_lora_pair cad_lora_pair_of(const cad_lora_config *c, int64_t layer, cad_lora_target t)
{
    if (c->pair)
        return c->pair[layer * CAD_LORA_TARGET_COUNT + (int64_t)t];
    if (c->rank < 1 || (c->targets && !(c->targets >> t & 1)))
        return (cad_lora_pair){0};
    return (cad_lora_pair){c->rank, cad_lora_scale(c)};
}

int64_t cad_lora_count(const cad_lora_config *c, const cad_model_config *m, int64_t *smallest, int64_t *largest)
{
    int64_t n = 0, least = 0, most = 0;
    for (int64_t l = 0; l < m->layers; l++)
        for (int t = 0; t < CAD_LORA_TARGET_COUNT; t++) {
            int64_t r = cad_lora_pair_of(c, l, (cad_lora_target)t).rank;
            if (r == 0)
                continue;
            least = n == 0 || r < least ? r : least;
            most = r > most ? r : most;
            n++;
        }
    if (smallest)
        *smallest = least;
    if (largest)
        *largest = most;
    return n;
}

/* ---- writing ---- */

static json_t *number(double v)
{
    return v == floor(v) && fabs(v) < 1e9 ? json_integer((json_int_t)v) : json_real(v);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* NULL where memory was short; what takes it then fails too. */
static json_t *whole(json_t *v, int bad)
{
    if (!bad)
        return v;
    json_decref(v);
    return NULL;
}

/* In alphabetical order, as PEFT sorts them. */
static json_t *sorted_list(const char **name, size_t n)
{
    qsort(name, n, sizeof *name, by_bytes);
    json_t *list = json_array();
    int bad = 0;
    for (size_t i = 0; i < n; i++)
        bad |= json_array_append_new(list, json_string(name[i]));
    return whole(list, bad);
}

static cad_status print_targets(const cad_lora_config *c, json_t **out)
{
    const cad_peft_rules *r = c->rules;
    if (r && r->target) {
        *out = json_string(r->target);
        return CAD_OK;
    }
    const char **name;
    size_t n = 0, most = r ? r->n_entries : CAD_LORA_TARGET_COUNT;
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_add(most, 1), sizeof *name), "target modules", &name));
    for (size_t i = 0; r && i < r->n_entries; i++)
        name[n++] = r->entry[i];
    for (int t = 0; !r && t < CAD_LORA_TARGET_COUNT; t++)
        if (c->targets >> t & 1)
            name[n++] = cad_lora_target_name((cad_lora_target)t);
    *out = sorted_list(name, n);
    cad_mem_free(name);
    return CAD_OK;
}

static json_t *print_patterns(const cad_peft_patterns *p)
{
    json_t *o = json_object();
    int bad = 0;
    for (size_t i = 0; p && i < p->n; i++)
        bad |= json_object_set_new(o, p->item[i].key, number(p->item[i].value));
    return whole(o, bad);
}

static json_t *print_layers(const cad_peft_rules *r)
{
    if (!r || r->n_layers == 0)
        return json_null();
    json_t *list = json_array();
    int bad = 0;
    for (size_t i = 0; i < r->n_layers; i++)
        bad |= json_array_append_new(list, json_integer(r->layer[i]));
    return whole(list, bad);
}

cad_status cad_peft_print_config(const cad_lora_config *c, cad_buf *out)
{
    CAD_TRY(cad_peft_check(c, "adapter_config.json to write"));
    const cad_peft_rules *r = c->rules;
    const bool named = c->base_model && *c->base_model;
    json_t *targets;
    CAD_TRY(print_targets(c, &targets));
    const struct {
        const char *key;
        json_t *value;
    } members[] = {
        /* sorted */
        {"alpha_pattern", print_patterns(r ? &r->alpha : NULL)},
        {"auto_mapping", json_null()},
        {"base_model_name_or_path", named ? json_string(c->base_model) : json_null()},
        {"bias", json_string("none")},
        {"fan_in_fan_out", json_false()},
        {"inference_mode", json_true()},
        {"init_lora_weights", json_true()},
        {"layers_pattern", r && r->layers_named ? json_string("layers") : json_null()},
        {"layers_to_transform", print_layers(r)},
        {"loftq_config", json_object()},
        {"lora_alpha", number(c->alpha)},
        {"lora_dropout", json_real(c->dropout)},
        {"megatron_config", json_null()},
        {"megatron_core", json_string("megatron.core")},
        {"modules_to_save", json_null()},
        {"peft_type", json_string("LORA")},
        {"r", json_integer(c->rank)},
        {"rank_pattern", print_patterns(r ? &r->rank : NULL)},
        {"revision", json_null()},
        {"target_modules", targets},
        {"task_type", json_string("CAUSAL_LM")},
        {"use_dora", json_false()},
        {"use_rslora", json_boolean(c->rslora)},
    };
    json_t *o = json_object();
    int bad = 0;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        bad |= json_object_set_new(o, members[i].key, members[i].value);
    cad_status s = bad ? cad_fail(CAD_ENOMEM, "adapter_config.json: out of memory") : cad_hfjson_print(o, false, out);
    json_decref(o);
    CAD_TRY(s);
    return cad_buf_str(out, "\n");
}
