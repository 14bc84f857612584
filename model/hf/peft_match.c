/* Which linears of a model get a LoRA pair, of which rank and scale: the rules of adapter_config.json on the names of modules.
 *
 * source    PEFT 0.21, src/peft/tuners/tuners_utils.py (check_target_module_exists), src/peft/utils/other.py (get_pattern_key)
 */
#include "core/mem.h"
#include "core/size.h"
#include "model/hf/peft_rules.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_BYTES = 96 };

/* Modules beside the seven linears: none of them can be a target.  The last two of a layer: where heads are normed. */
static const char *const in_layer[] = {"",
                                       ".self_attn",
                                       ".mlp",
                                       ".mlp.act_fn",
                                       ".input_layernorm",
                                       ".post_attention_layernorm",
                                       ".self_attn.q_norm",
                                       ".self_attn.k_norm"};
static const char *const outside[] = {"model",      "model.embed_tokens", "model.layers",
                                      "model.norm", "model.rotary_emb",   "lm_head"};

static void linear_name(int64_t layer, cad_lora_target t, char out[NAME_BYTES])
{
    snprintf(out, NAME_BYTES, "model.layers.%" PRId64 ".%s", layer, cad_lora_target_module(t));
}

/* ---- patterns ---- */

typedef struct compiled {
    const cad_peft_patterns *p;
    cad_peft_regex **regex; /* (p->n) */
} compiled;

static cad_status compile_all(const cad_peft_patterns *p, const char *where, const char *what, compiled *out)
{
    *out = (compiled){.p = p};
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_add(p->n, 1), sizeof(cad_peft_regex *)), "patterns", &out->regex));
    memset(out->regex, 0, (p->n + 1) * sizeof *out->regex);
    for (size_t i = 0; i < p->n; i++)
        CAD_TRY(cad_peft_regex_create(p->item[i].key, false, where, what, &out->regex[i]));
    return CAD_OK;
}

static void free_all(compiled *c)
{
    for (size_t i = 0; c->regex && i < c->p->n; i++)
        cad_peft_regex_destroy(c->regex[i]);
    cad_mem_free(c->regex);
}

/* The first that matches; NULL: none. */
static cad_status first_match(const compiled *c, const char *name, const cad_peft_pattern **out)
{
    *out = NULL;
    for (size_t i = 0; i < c->p->n && !*out; i++) {
        bool yes;
        CAD_TRY(cad_peft_regex_match(c->regex[i], name, &yes));
        if (yes)
            *out = &c->p->item[i];
    }
    return CAD_OK;
}

const char *cad_peft_rank_key(const cad_lora_config *c, int64_t layer, cad_lora_target t)
{
    char name[NAME_BYTES];
    compiled ranks = {0};
    const cad_peft_pattern *found = NULL;
    if (!c->rules)
        return NULL;
    linear_name(layer, t, name);
    cad_status s = compile_all(&c->rules->rank, c->rules->where, "rank_pattern", &ranks);
    if (s == CAD_OK)
        s = first_match(&ranks, name, &found);
    free_all(&ranks);
    return s == CAD_OK && found ? found->key : NULL;
}

/* ---- targets ---- */

typedef struct matcher {
    const cad_peft_rules *r;
    cad_peft_regex *target; /* NULL: the list */
    compiled rank, alpha;
} matcher;

static bool in_layers(const cad_peft_rules *r, int64_t layer)
{
    for (size_t i = 0; i < r->n_layers; i++)
        if (r->layer[i] == layer)
            return true;
    return r->n_layers == 0;
}

static bool ends_in(const char *name, const char *entry)
{
    size_t n = strlen(name), e = strlen(entry);
    return n > e && name[n - e - 1] == '.' && !strcmp(name + n - e, entry);
}

/* layer < 0: outside of the layers, where layers_to_transform leaves nothing.  *by = what matched. */
static cad_status is_target(const matcher *m, const char *name, int64_t layer, const char **by)
{
    const cad_peft_rules *r = m->r;
    *by = NULL;
    if (m->target) {
        bool yes;
        CAD_TRY(cad_peft_regex_match(m->target, name, &yes));
        *by = yes ? r->target : NULL;
        return CAD_OK;
    }
    for (size_t i = 0; i < r->n_entries; i++) /* a whole name stands for its module in whatever layer */
        if (!strcmp(name, r->entry[i]))
            *by = r->entry[i];
    for (size_t i = 0; i < r->n_entries && !*by; i++)
        if (ends_in(name, r->entry[i]) && (layer >= 0 ? in_layers(r, layer) : r->n_layers == 0))
            *by = r->entry[i];
    return CAD_OK;
}

static cad_status refuse_if_target(const matcher *m, const char *name, int64_t layer)
{
    const char *by;
    CAD_TRY(is_target(m, name, layer, &by));
    if (by)
        CAD_FAIL(CAD_EREFUSED,
                 "%s: target_modules: '%.64s' takes in %s; supported: the seven linears of a layer (self_attn.q_proj, k_proj, "
                 "v_proj, o_proj, mlp.gate_proj, up_proj, down_proj)",
                 m->r->where, by, name);
    return CAD_OK;
}

static cad_status refuse_others(const matcher *m, const cad_model_config *model)
{
    char name[NAME_BYTES];
    const size_t n = sizeof in_layer / sizeof *in_layer - (model->qk_norm ? 0 : 2);
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
        CAD_TRY(refuse_if_target(m, outside[i], -1));
    for (int64_t l = 0; l < model->layers; l++)
        for (size_t i = 0; i < n; i++) {
            snprintf(name, sizeof name, "model.layers.%" PRId64 "%s", l, in_layer[i]);
            CAD_TRY(refuse_if_target(m, name, l));
        }
    return CAD_OK;
}

/* ---- pairs ---- */

static cad_status pair_of(const matcher *m, const cad_lora_config *c, const char *name, cad_lora_pair *out)
{
    const cad_peft_pattern *rank, *alpha;
    CAD_TRY(first_match(&m->rank, name, &rank));
    CAD_TRY(first_match(&m->alpha, name, &alpha));
    const cad_lora_config one = {
        .rank = rank ? (int64_t)rank->value : c->rank, .alpha = alpha ? alpha->value : c->alpha, .rslora = c->rslora};
    *out = (cad_lora_pair){one.rank, cad_lora_scale(&one)};
    return CAD_OK;
}

static cad_status fill_pairs(const matcher *m, const cad_lora_config *c, const cad_model_config *model, cad_lora_pair *pair,
                             unsigned *targets)
{
    char name[NAME_BYTES];
    const int64_t layers = model->layers;
    *targets = 0;
    CAD_TRY(refuse_others(m, model));
    for (int64_t l = 0; l < layers; l++)
        for (int t = 0; t < CAD_LORA_TARGET_COUNT; t++) {
            const char *by;
            linear_name(l, (cad_lora_target)t, name);
            CAD_TRY(is_target(m, name, l, &by));
            if (!by)
                continue;
            CAD_TRY(pair_of(m, c, name, &pair[l * CAD_LORA_TARGET_COUNT + t]));
            *targets |= 1u << t;
        }
    if (*targets == 0)
        CAD_FAIL(CAD_EDATA, "%s: target_modules%s: no linear of the model's %" PRId64 " layers is a target", m->r->where,
                 m->r->n_layers ? " and layers_to_transform" : "", layers);
    return CAD_OK;
}

static cad_status open_matcher(const cad_peft_rules *r, matcher *m)
{
    *m = (matcher){.r = r};
    if (r->target)
        CAD_TRY(cad_peft_regex_create(r->target, true, r->where, "target_modules", &m->target));
    CAD_TRY(compile_all(&r->rank, r->where, "rank_pattern", &m->rank));
    return compile_all(&r->alpha, r->where, "alpha_pattern", &m->alpha);
}

cad_status cad_peft_resolve(cad_lora_config *c, const cad_model_config *m, cad_arena *a)
{
    if (!c->rules)
        return CAD_OK;
    const cad_peft_rules *r = c->rules;
    matcher x;
    cad_lora_pair *pair;
    unsigned targets = 0;
    CAD_TRY(cad_arena_zalloc(a, cad_size_mul((size_t)m->layers, CAD_LORA_TARGET_COUNT), sizeof *pair, "LoRA pairs", &pair));
    cad_status s = open_matcher(r, &x);
    if (s == CAD_OK)
        s = fill_pairs(&x, c, m, pair, &targets);
    cad_peft_regex_destroy(x.target);
    free_all(&x.rank);
    free_all(&x.alpha);
    CAD_TRY(s);
    c->pair = pair;
    c->targets = targets;
    return CAD_OK;
}
