/* The tensors of a model by their names in files, and how each one becomes storage: rows moved to their place in a fused
 * matrix, rounded to bf16, or quantised.  Every source of weights (files, random numbers) goes through here. */
#include "core/mem.h"
#include "kernels/nf4.h"
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

static int64_t per_layer(const cad_decoder *d)
{
    return 2 + LINEARS - (d->cfg.qkv_bias ? 0 : BIASES);
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
    const char *name = NULL;
    if (j == 0) {
        named_value(out, "", CAD_KIND_norm, &l->norm1);
        name = "input_layernorm.weight";
    } else if (j == 1) {
        named_value(out, "", CAD_KIND_norm, &l->norm2);
        name = "post_attention_layernorm.weight";
    } else {
        int64_t k = j - 2;
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
    int64_t layer = matrices + 2 * c->width + (c->qkv_bias ? q + 2 * kv : 0);
    return c->layers * layer + c->width + c->vocab * c->width * (c->tie ? 1 : 2);
}

int64_t cad_named_run(const cad_decoder *d, const cad_named *t, int64_t first, int64_t *at)
{
    (void)d;
    int64_t left = t->dim[0] - first;
    if (!t->lin) {
        *at = first;
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
    int64_t cols = t->ndim == 2 ? t->dim[1] : 1, at, run;
    bool rounded = d->opt.weights != CAD_WEIGHTS_fp32 && d->opt.train != CAD_TRAIN_full;
    for (int64_t r = 0; r < t->dim[0]; r += run) {
        run = cad_named_run(d, t, r, &at);
        float *to = (float *)t->v->t.data + at * cols;
        CAD_TRY(source(ctx, t, r * cols, to, run * cols));
        if (rounded)
            round_bf16(to, run * cols);
    }
    return CAD_OK;
}

/* One projection between its file and its place. */
typedef struct nf4_work {
    float *w, *absmax, *shift, *absmax2;
    uint8_t *codes, *q8;
} nf4_work;

/* absmax becomes what reading the nested scales back gives (formats.md 2). */
static cad_status nest_scales(const cad_decoder *d, nf4_work *k, int64_t n)
{
    int64_t blocks = (n + CAD_Q8_BLOCK - 1) / CAD_Q8_BLOCK;
    float offset = cad_nf4_offset(k->absmax, n);
    for (int64_t i = 0; i < n; i++)
        k->shift[i] = k->absmax[i] - offset;
    cad_tensor map = cad_f1((float *)(uintptr_t)cad_q8_signed_map(), 256), codes = cad_tensor_1d(CAD_U8, k->q8, n);
    CAD_TRY(d->ops->q8_quant(
        &(cad_q8_quant_args){.x = cad_f1(k->shift, n), .map = map, .codes = codes, .absmax = cad_f1(k->absmax2, blocks)},
        NULL));
    return d->ops->nf4_absmax_expand(
        &(cad_nf4_absmax_expand_args){
            .q = codes, .map = map, .absmax2 = cad_f1(k->absmax2, blocks), .offset = offset, .absmax = cad_f1(k->absmax, n)},
        NULL);
}

/* Rows of the projection to their places in the fused matrix. */
static void place(const cad_decoder *d, const cad_named *t, const nf4_work *k)
{
    cad_linear *l = t->lin;
    int64_t at, run, in = l->in, scales = in / CAD_NF4_BLOCK;
    for (int64_t r = 0; r < t->dim[0]; r += run) {
        run = cad_named_run(d, t, r, &at);
        if (l->q.out) {
            memcpy((uint8_t *)l->q.codes.data + at * in / 2, k->codes + r * in / 2, (size_t)(run * in / 2));
            memcpy((float *)l->q.absmax.data + at * scales, k->absmax + r * scales, (size_t)(run * scales) * sizeof(float));
        } else {
            memcpy((float *)l->w.t.data + at * in, k->w + r * in, (size_t)(run * in) * sizeof(float));
        }
    }
}

static cad_status quantise(cad_decoder *d, const cad_named *t, cad_source source, void *ctx, nf4_work *k)
{
    int64_t out = t->dim[0], in = t->dim[1], n = out * in, blocks = (n + CAD_NF4_BLOCK - 1) / CAD_NF4_BLOCK;
    cad_tensor w = cad_f2(k->w, out, in), codes = cad_tensor_1d(CAD_U8, k->codes, (n + 1) / 2);
    cad_tensor absmax = cad_f1(k->absmax, blocks);
    CAD_TRY(source(ctx, t, 0, k->w, n));
    cad_nf4_quant_args q = {.w = w, .codes = codes, .absmax = absmax, .block = CAD_NF4_BLOCK};
    CAD_TRY(d->ops->nf4_quant(&q, NULL));
    if (d->opt.double_quant)
        CAD_TRY(nest_scales(d, k, blocks));
    if (!t->lin->q.out) {
        cad_nf4_dequant_args a = {.q = {.out = out, .in = in, .block = CAD_NF4_BLOCK, .codes = codes, .absmax = absmax},
                                  .w = w};
        CAD_TRY(d->ops->nf4_dequant(&a, NULL));
    }
    place(d, t, k);
    return CAD_OK;
}

static cad_status fill_nf4(cad_decoder *d, const cad_named *t, cad_source source, void *ctx)
{
    size_t n = (size_t)(t->dim[0] * t->dim[1]), blocks = (n + CAD_NF4_BLOCK - 1) / CAD_NF4_BLOCK;
    nf4_work k = {0};
    cad_status s;
    CAD_TRY_GOTO(s, cad_mem_alloc(n * sizeof *k.w, "matrix to quantise", &k.w), done);
    CAD_TRY_GOTO(s, cad_mem_alloc((n + 1) / 2, "NF4 codes", &k.codes), done);
    CAD_TRY_GOTO(s, cad_mem_alloc(blocks * sizeof *k.absmax, "NF4 scales", &k.absmax), done);
    CAD_TRY_GOTO(s, cad_mem_alloc(blocks * sizeof *k.shift, "NF4 scales", &k.shift), done);
    CAD_TRY_GOTO(s, cad_mem_alloc(blocks, "nested scales", &k.q8), done);
    CAD_TRY_GOTO(s, cad_mem_alloc((blocks / CAD_Q8_BLOCK + 1) * sizeof *k.absmax2, "nested scales", &k.absmax2), done);
    s = quantise(d, t, source, ctx, &k);
done:
    cad_mem_free(k.w);
    cad_mem_free(k.codes);
    cad_mem_free(k.absmax);
    cad_mem_free(k.shift);
    cad_mem_free(k.q8);
    cad_mem_free(k.absmax2);
    return s;
}

cad_status cad_named_fill(cad_decoder *d, const cad_named *t, cad_source source, void *ctx)
{
    if (t->kind == CAD_KIND_matrix && d->opt.weights == CAD_WEIGHTS_nf4)
        return fill_nf4(d, t, source, ctx);
    return fill_plain(d, t, source, ctx);
}
