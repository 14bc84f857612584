/* The backward pass.  Enters with work.dr = gradient of the last layer's output; norms, those of heads too, and the SwiGLU
 * product are computed again from what the forward pass kept. */
#include "model/decoder/decoder_impl.h"

#include <math.h>

static cad_status norm_again(cad_decoder *d, const cad_value *w, void *x, int64_t n)
{
    CAD_RUN(d, rmsnorm_fwd, .x = cad_s2(d, x, n, d->cfg.width), .w = w->t, .y = cad_s2(d, d->work.n, n, d->cfg.width),
            .eps = (float)d->cfg.eps);
    return CAD_OK;
}

/* dr = gradient through the norm (dn) + gradient beside it (dr) */
static cad_status norm_back(cad_decoder *d, const cad_value *w, void *x, float *rstd, int64_t n)
{
    cad_tensor dr = cad_s2(d, d->work.dr, n, d->cfg.width);
    CAD_RUN(d, rmsnorm_bwd, .x = cad_s2(d, x, n, d->cfg.width), .w = w->t, .rstd = cad_f1(rstd, n),
            .dy = cad_s2(d, d->work.dn, n, d->cfg.width), .dr = dr, .dx = dr, .dw = cad_grad_of(d, w), .scratch = d->scratch);
    return CAD_OK;
}

static cad_status feed_forward_back(cad_decoder *d, const cad_pass *p, int64_t layer)
{
    const cad_layer *l = &d->layer[layer];
    cad_saved *s = &d->saved[layer];
    cad_work *w = &d->work;
    bool h = cad_linear_wants_x(&l->down);
    cad_tensor gu = cad_s2(d, s->gu, p->n, 2 * d->cfg.ffn);
    CAD_TRY(cad_linear_back_x(d, &l->down, p, layer, w->dr, s->u_down, w->dh));
    CAD_RUN(d, swiglu_bwd, .gu = gu, .dh = cad_s2(d, w->dh, p->n, d->cfg.ffn), .dgu = gu,
            .h = cad_s2(d, h ? w->h : NULL, p->n, d->cfg.ffn), .group = d->group);
    CAD_TRY(cad_linear_back_w(d, &l->down, p, layer, w->dr, w->h));
    CAD_TRY(cad_linear_back_x(d, &l->gu, p, layer, s->gu, s->u_gu, w->dn));
    if (cad_linear_wants_x(&l->gu))
        CAD_TRY(norm_again(d, &l->norm2, s->r_mid, p->n));
    CAD_TRY(cad_linear_back_w(d, &l->gu, p, layer, s->gu, w->n));
    return norm_back(d, &l->norm2, s->r_mid, s->rstd2, p->n);
}

/* dqkv becomes the gradient of what the product made, where heads are normed. */
static cad_status heads_back(cad_decoder *d, const cad_pass *p, int64_t layer)
{
    const cad_model_config *c = &d->cfg;
    const cad_layer *l = &d->layer[layer];
    int64_t heads = c->heads + c->kv_heads, ld = (heads + c->kv_heads) * c->head_dim;
    cad_tensor dqk = cad_s3(d, d->work.dqkv, p->n, heads, c->head_dim);
    CAD_RUN(d, qk_norm_bwd, .x = cad_s3(d, d->saved[layer].qkv, p->n, heads, c->head_dim), .ld_x = ld, .heads = c->heads,
            .wq = l->norm_q.t, .wk = l->norm_k.t, .rstd = cad_f2(d->work.qk_rstd, p->n, heads), .dy = dqk, .ld_dy = ld,
            .dx = dqk, .ld_dx = ld, .dwq = cad_grad_of(d, &l->norm_q), .dwk = cad_grad_of(d, &l->norm_k),
            .scratch = d->scratch);
    return CAD_OK;
}

static cad_status attention_back(cad_decoder *d, const cad_pass *p, int64_t layer)
{
    const cad_model_config *c = &d->cfg;
    cad_saved *s = &d->saved[layer];
    void *dqkv = d->work.dqkv;
    int64_t q = c->heads * c->head_dim, kv = c->kv_heads * c->head_dim, ld = q + 2 * kv;
    cad_heads h = cad_decoder_heads(d, layer, p->n);
    if (c->qk_norm)
        CAD_TRY(cad_decoder_turn(d, p, layer));
    CAD_RUN(d, attn_bwd, .q = h.q, .k = h.k, .v = h.v, .ld_q = h.ld_qk, .ld_k = h.ld_qk, .ld_v = h.ld_v,
            .seg = cad_tensor_1d(CAD_I32, p->in->seg, p->n_seg + 1), .tiles = cad_tensor_2d(CAD_I32, p->in->tile, p->n_tile, 4),
            .o = cad_s3(d, s->o, p->n, c->heads, c->head_dim), .lse = cad_f2(s->lse, c->heads, p->n),
            .d_o = cad_s3(d, d->work.d_o, p->n, c->heads, c->head_dim), .dq = cad_s3(d, dqkv, p->n, c->heads, c->head_dim),
            .dk = cad_s3(d, cad_at(d, dqkv, q), p->n, c->kv_heads, c->head_dim),
            .dv = cad_s3(d, cad_at(d, dqkv, q + kv), p->n, c->kv_heads, c->head_dim), .ld_dq = ld, .ld_dk = ld, .ld_dv = ld,
            .scale = (float)(1.0 / sqrt((double)c->head_dim)), .causal = 1, .scratch = d->scratch);
    CAD_RUN(d, rope_bwd, .x = cad_s3(d, dqkv, p->n, c->heads + c->kv_heads, c->head_dim), .ld = ld,
            .pos = cad_tensor_1d(CAD_I32, p->in->pos, p->n), .table = cad_f2(d->rope, d->positions, c->head_dim));
    return c->qk_norm ? heads_back(d, p, layer) : CAD_OK;
}

static cad_status backward_layer(cad_decoder *d, const cad_pass *p, int64_t layer)
{
    const cad_layer *l = &d->layer[layer];
    cad_saved *s = &d->saved[layer];
    cad_work *w = &d->work;
    /* Below the first layer only the embedding and the first norm could want a gradient. */
    bool ends = layer == 0 && d->embed.at < 0;
    CAD_TRY(feed_forward_back(d, p, layer));
    CAD_TRY(cad_linear_back_x(d, &l->o, p, layer, w->dr, s->u_o, w->d_o));
    CAD_TRY(cad_linear_back_w(d, &l->o, p, layer, w->dr, s->o));
    CAD_TRY(attention_back(d, p, layer));
    CAD_TRY(cad_linear_back_x(d, &l->qkv, p, layer, w->dqkv, s->u_qkv, ends ? NULL : w->dn));
    if (cad_linear_wants_x(&l->qkv))
        CAD_TRY(norm_again(d, &l->norm1, s->r_in, p->n));
    CAD_TRY(cad_linear_back_w(d, &l->qkv, p, layer, w->dqkv, w->n));
    return ends ? CAD_OK : norm_back(d, &l->norm1, s->r_in, s->rstd1, p->n);
}

cad_status cad_decoder_backward(cad_decoder *d, const cad_pass *p)
{
    for (int64_t i = d->cfg.layers; i-- > 0;)
        CAD_TRY(backward_layer(d, p, i));
    if (d->embed.at >= 0)
        CAD_RUN(d, embed_bwd, .id = cad_tensor_1d(CAD_U32, p->in->ids, p->n),
                .order = cad_tensor_1d(CAD_U32, p->in->order, p->n), .dy = cad_s2(d, d->work.dr, p->n, d->cfg.width),
                .de = cad_grad_of(d, &d->embed));
    return CAD_OK;
}
