/* The tensors of a model by their names in files, and how each one becomes storage: rows moved to their place in a fused
 * matrix, rounded to bf16, or quantised (decoder_nf4.c).  Every source of weights (files, random numbers) goes through here. */
#include "model/decoder/decoder_impl.h"

#include <stdio.h>
#include <string.h>

typedef struct module {
    const char *name;
    cad_lora_target target;
    bool bias;
} module;

static const module linears[] = {
    {"self_attn.q_proj.weight", CAD_LORA_q, false}, {"self_attn.q_proj.bias", CAD_LORA_q, true},
    {"self_attn.k_proj.weight", CAD_LORA_k, false}, {"self_attn.k_proj.bias", CAD_LORA_k, true},
    {"self_attn.v_proj.weight", CAD_LORA_v, false}, {"self_attn.v_proj.bias", CAD_LORA_v, true},
    {"self_attn.o_proj.weight", CAD_LORA_o, false}, {"mlp.gate_proj.weight", CAD_LORA_gate, false},
    {"mlp.up_proj.weight", CAD_LORA_up, false},     {"mlp.down_proj.weight", CAD_LORA_down, false},
};
enum { LINEARS = sizeof linears / sizeof *linears, BIASES = 3 };

static int64_t norms_of(const cad_decoder *d)
{
    return d->cfg.qk_norm ? 4 : 2;
}

static int64_t per_layer(const cad_decoder *d)
{
    return norms_of(d) + LINEARS - (d->cfg.qkv_bias ? 0 : BIASES);
}

int64_t cad_named_count(const cad_decoder *d)
{
    return 2 + (d->cfg.tie ? 0 : 1) + d->cfg.layers * per_layer(d);
}

static void named_value(cad_named *out, const char *name, cad_kind kind, cad_value *v)
{
    *out = (cad_named){.kind = kind, .ndim = v->t.ndim, .dim = {v->t.dim[0], v->t.dim[1]}, .v = v};
    snprintf(out->name, sizeof out->name, "%s", name);
}

static void named_linear(cad_layer *l, const module *m, cad_named *out)
{
    cad_linear *const all[] = {&l->qkv, &l->o, &l->gu, &l->down};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (int k = 0; k < all[i]->n; k++)
            if (all[i]->proj[k] == m->target)
                *out = (cad_named){.kind = m->bias ? CAD_KIND_bias : CAD_KIND_matrix,
                                   .ndim = m->bias ? 1 : 2,
                                   .dim = {all[i]->rows[k], m->bias ? 1 : all[i]->in},
                                   .v = m->bias ? &all[i]->b : &all[i]->w,
                                   .lin = all[i],
                                   .part = k};
}

static void named_in_layer(cad_decoder *d, int64_t layer, int64_t j, cad_named *out)
{
    cad_layer *l = &d->layer[layer];
    cad_value *const norm[] = {&l->norm1, &l->norm2, &l->norm_q, &l->norm_k};
    static const char *const norm_name[] = {"input_layernorm.weight", "post_attention_layernorm.weight",
                                            "self_attn.q_norm.weight", "self_attn.k_norm.weight"};
    const char *name = NULL;
    if (j < norms_of(d)) {
        named_value(out, "", CAD_KIND_norm, norm[j]);
        name = norm_name[j];
    } else {
        int64_t k = j - norms_of(d);
        for (int i = 0; i < LINEARS; i++) {
            if (linears[i].bias && !d->cfg.qkv_bias)
                continue;
            if (k-- == 0) {
                named_linear(l, &linears[i], out);
                name = linears[i].name;
                break;
            }
        }
    }
    snprintf(out->name, sizeof out->name, "model.layers.%lld.%s", (long long)layer, name);
}

void cad_named_get(cad_decoder *d, int64_t i, cad_named *out)
{
    int64_t in_layers = d->cfg.layers * per_layer(d);
    if (i == 0)
        named_value(out, "model.embed_tokens.weight", CAD_KIND_embed, &d->embed);
    else if (i <= in_layers)
        named_in_layer(d, (i - 1) / per_layer(d), (i - 1) % per_layer(d), out);
    else if (i == in_layers + 1)
        named_value(out, "model.norm.weight", CAD_KIND_norm, &d->norm);
    else
        named_value(out, "lm_head.weight", CAD_KIND_head, &d->head);
}

int64_t cad_decoder_parameters(const cad_decoder *d)
{
    const cad_model_config *c = &d->cfg;
    int64_t matrices = 0, q = c->heads * c->head_dim, kv = c->kv_heads * c->head_dim;
    for (int t = 0; t < CAD_LORA_TARGET_COUNT; t++) {
        int64_t rows, cols;
        cad_lora_target_shape(c, (cad_lora_target)t, &rows, &cols);
        matrices += rows * cols;
    }
    int64_t layer = matrices + 2 * c->width + (c->qkv_bias ? q + 2 * kv : 0) + (c->qk_norm ? 2 * c->head_dim : 0);
    return c->layers * layer + c->width + c->vocab * c->width * (c->tie ? 1 : 2);
}

int64_t cad_named_run(const cad_decoder *d, const cad_named *t, int64_t first, int64_t *at)
{
    (void)d;
    int64_t left = t->dim[0] - first;
    if (!t->lin) {
        *at = t->row0 + first;
        return left;
    }
    const cad_parts *p = &t->lin->parts;
    if (p->group == 0) {
        *at = first + (t->part > 0 ? p->end[t->part - 1] : 0);
        return left;
    }
    int64_t inside = first % p->group, run = p->group - inside;
    *at = (first / p->group * p->n + t->part) * p->group + inside;
    return run < left ? run : left;
}

static void round_bf16(float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = cad_bf16_to_f32(cad_f32_to_bf16(x[i]));
}

static cad_status fill_plain(cad_decoder *d, const cad_named *t, cad_source source, void *ctx)
{
    int64_t count = t->dim[0] * (t->ndim == 2 ? t->dim[1] : 1);
    bool rounded = d->opt.weights != CAD_WEIGHTS_fp32 && t->v->at < 0; /* what is trained stays as it is */
    for (int64_t at = 0, n; at < count; at += n) {
        n = count - at < d->stage_size ? count - at : d->stage_size;
        CAD_TRY(source(ctx, t, at, d->stage, n));
        if (rounded)
            round_bf16(d->stage, n);
        CAD_TRY(cad_named_write(d, t, at, d->stage, n));
    }
    return CAD_OK;
}

cad_status cad_named_fill(cad_decoder *d, const cad_named *t, cad_source source, void *ctx)
{
    if (t->kind == CAD_KIND_matrix && d->opt.weights == CAD_WEIGHTS_nf4)
        return cad_named_fill_nf4(d, t, source, ctx);
    return fill_plain(d, t, source, ctx);
}
