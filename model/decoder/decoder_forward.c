/* The forward pass, for training, evaluation, prefill and single steps alike. */
#include "model/decoder/decoder_impl.h"

#include <math.h>

void *cad_decoder_last(const cad_decoder *d)
{
    return d->saved[d->cfg.layers - 1].r_out;
}

static cad_status norm(cad_decoder *d, const cad_value *w, void *x, void *y, float *rstd, int64_t n)
{
    CAD_RUN(d, rmsnorm_fwd, .x = cad_s2(d, x, n, d->cfg.width), .w = w->t, .y = cad_s2(d, y, n, d->cfg.width),
            .rstd = cad_f1(rstd, n), .eps = (float)d->cfg.eps);
    return CAD_OK;
}

cad_heads cad_decoder_heads(const cad_decoder *d, int64_t layer, int64_t n)
{
    const cad_model_config *c = &d->cfg;
    int64_t q = c->heads * c->head_dim, kv = c->kv_heads * c->head_dim;
    void *made = d->saved[layer].qkv, *qk = c->qk_norm ? d->work.qk : made;
    return (cad_heads){.qk = cad_s3(d, qk, n, c->heads + c->kv_heads, c->head_dim),
                       .q = cad_s3(d, qk, n, c->heads, c->head_dim),
                       .k = cad_s3(d, cad_at(d, qk, q), n, c->kv_heads, c->head_dim),
                       .v = cad_s3(d, cad_at(d, made, q + kv), n, c->kv_heads, c->head_dim),
                       .ld_qk = q + (c->qk_norm ? kv : 2 * kv),
                       .ld_v = q + 2 * kv};
}

cad_status cad_decoder_turn(cad_decoder *d, const cad_pass *p, int64_t layer)
{
    const cad_model_config *c = &d->cfg;
    const cad_layer *l = &d->layer[layer];
    cad_heads h = cad_decoder_heads(d, layer, p->n);
    int64_t heads = c->heads + c->kv_heads;
    if (c->qk_norm)
        CAD_RUN(d, qk_norm_fwd, .x = cad_s3(d, d->saved[layer].qkv, p->n, heads, c->head_dim), .ld_x = h.ld_v,
                .heads = c->heads, .wq = l->norm_q.t, .wk = l->norm_k.t, .y = h.qk, .ld_y = h.ld_qk,
                .rstd = cad_f2(d->work.qk_rstd, p->n, heads), .eps = (float)c->eps);
    CAD_RUN(d, rope_fwd, .x = h.qk, .ld = h.ld_qk, .pos = cad_tensor_1d(CAD_I32, p->in->pos, p->n),
            .table = cad_f2(d->rope, d->positions, c->head_dim));
    return CAD_OK;
}

static cad_status attention(cad_decoder *d, const cad_pass *p, int64_t layer)
{
    const cad_model_config *c = &d->cfg;
    cad_saved *s = &d->saved[layer];
    cad_heads h = cad_decoder_heads(d, layer, p->n);
    float scale = (float)(1.0 / sqrt((double)c->head_dim));
    cad_tensor pos = cad_tensor_1d(CAD_I32, p->in->pos, p->n), slot = cad_tensor_1d(CAD_I32, p->in->slot, p->n);
    cad_tensor to = cad_s3(d, s->o, p->n, c->heads, c->head_dim);
    CAD_TRY(cad_decoder_turn(d, p, layer));
    if (p->cache)
        CAD_RUN(d, kv_append, .k = h.k, .v = h.v, .ld_k = h.ld_qk, .ld_v = h.ld_v, .slot = slot, .pos = pos,
                .cache = d->kv.layer[layer]);
    if (p->decode)
        CAD_RUN(d, attn_decode, .q = h.q, .ld_q = h.ld_qk, .slot = slot, .len = cad_tensor_1d(CAD_I32, p->in->len, p->n),
                .cache = d->kv.layer[layer], .o = to, .scale = scale, .scratch = d->scratch);
    else
        CAD_RUN(d, attn_fwd, .q = h.q, .k = h.k, .v = h.v, .ld_q = h.ld_qk, .ld_k = h.ld_qk, .ld_v = h.ld_v,
                .seg = cad_tensor_1d(CAD_I32, p->in->seg, p->n_seg + 1),
                .tiles = cad_tensor_2d(CAD_I32, p->in->tile, p->n_tile, 4), .o = to, .lse = cad_f2(s->lse, c->heads, p->n),
                .scale = scale, .causal = 1);
    return CAD_OK;
}

static cad_status forward_layer(cad_decoder *d, const cad_pass *p, int64_t layer)
{
    const cad_layer *l = &d->layer[layer];
    cad_saved *s = &d->saved[layer];
    cad_work *w = &d->work;
    CAD_TRY(norm(d, &l->norm1, s->r_in, w->n, s->rstd1, p->n));
    CAD_TRY(cad_linear_forward(d, &l->qkv, p, layer, w->n, s->u_qkv, NULL, s->qkv));
    CAD_TRY(attention(d, p, layer));
    CAD_TRY(cad_linear_forward(d, &l->o, p, layer, s->o, s->u_o, s->r_in, s->r_mid));
    CAD_TRY(norm(d, &l->norm2, s->r_mid, w->n, s->rstd2, p->n));
    CAD_TRY(cad_linear_forward(d, &l->gu, p, layer, w->n, s->u_gu, NULL, s->gu));
    CAD_RUN(d, swiglu_fwd, .gu = cad_s2(d, s->gu, p->n, 2 * d->cfg.ffn), .h = cad_s2(d, w->h, p->n, d->cfg.ffn),
            .group = d->group);
    return cad_linear_forward(d, &l->down, p, layer, w->h, s->u_down, s->r_mid, s->r_out);
}

cad_status cad_decoder_forward(cad_decoder *d, const cad_pass *p)
{
    CAD_RUN(d, embed_fwd, .id = cad_tensor_1d(CAD_U32, p->in->ids, p->n), .e = d->embed.t,
            .y = cad_s2(d, d->saved[0].r_in, p->n, d->cfg.width));
    for (int64_t i = 0; i < d->cfg.layers; i++)
        CAD_TRY(forward_layer(d, p, i));
    return CAD_OK;
}

cad_status cad_decoder_final(cad_decoder *d, const cad_pass *p, int64_t m)
{
    cad_work *w = &d->work;
    CAD_RUN(d, gather_rows, .i = cad_tensor_1d(CAD_U32, p->in->loss_row, m),
            .x = cad_s2(d, cad_decoder_last(d), p->n, d->cfg.width), .y = cad_s2(d, w->x, m, d->cfg.width));
    return norm(d, &d->norm, w->x, w->xn, w->rstd, m);
}
