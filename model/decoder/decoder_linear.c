/* One matrix product in every form it takes: plain, NF4, with or without LoRA; forward, and backward in two halves. */
#include "model/decoder/decoder_impl.h"

bool cad_linear_wants_x(const cad_linear *l)
{
    return l->w.at >= 0 || l->rank > 0;
}

cad_tensor cad_grad_of(const cad_decoder *d, const cad_value *v)
{
    cad_tensor t = v->t;
    t.dtype = CAD_F32;
    t.data = v->at >= 0 && d->g ? d->g + v->at : NULL;
    return t;
}

/* Masks are named by corpus row, position, layer and projection, so packing cannot change them. */
static cad_dropout dropout_of(const cad_decoder *d, const cad_linear *l, const cad_pass *p, int64_t layer)
{
    cad_dropout o = {.rate = p->train ? (float)d->opt.lora.dropout : 0.0f,
                     .seed = d->opt.seed,
                     .step = p->step,
                     .layer = (uint32_t)layer,
                     .row = cad_tensor_1d(CAD_U32, p->in->row, p->n),
                     .pos = cad_tensor_1d(CAD_I32, p->in->pos, p->n)};
    for (int i = 0; i < l->n; i++)
        o.projection[i] = (uint32_t)l->proj[i];
    return o;
}

static cad_status forward_lora(cad_decoder *d, const cad_linear *l, const cad_pass *p, int64_t layer, cad_tensor x,
                               cad_tensor u, cad_tensor res, cad_tensor y)
{
    CAD_RUN(d, lora_down_fwd, .x = x, .a = l->a.t, .u = u, .s = {l->s[0], l->s[1], l->s[2]}, .n = l->n,
            .drop = dropout_of(d, l, p, layer), .scratch = d->scratch);
    if (l->q.out)
        CAD_RUN(d, nf4_linear_lora_fwd, .x = x, .w = l->q, .u = u, .bl = l->bl.t, .b = l->b.t, .res = res, .y = y,
                .parts = l->parts, .scratch = d->scratch);
    else
        CAD_RUN(d, linear_lora_fwd, .x = x, .w = l->w.t, .u = u, .bl = l->bl.t, .b = l->b.t, .res = res, .y = y,
                .parts = l->parts, .scratch = d->scratch);
    return CAD_OK;
}

cad_status cad_linear_forward(cad_decoder *d, const cad_linear *l, const cad_pass *p, int64_t layer, void *x, void *u,
                              void *res, void *y)
{
    cad_tensor tx = cad_s2(d, x, p->n, l->in), tr = cad_s2(d, res, p->n, l->out), ty = cad_s2(d, y, p->n, l->out);
    if (l->rank > 0)
        return forward_lora(d, l, p, layer, tx, cad_s2(d, u, p->n, l->n * l->rank), tr, ty);
    if (l->q.out)
        CAD_RUN(d, nf4_linear_fwd, .x = tx, .w = l->q, .b = l->b.t, .res = tr, .y = ty, .scratch = d->scratch);
    else
        CAD_RUN(d, linear_fwd, .x = tx, .w = l->w.t, .b = l->b.t, .res = tr, .y = ty, .scratch = d->scratch);
    return CAD_OK;
}

cad_status cad_linear_back_x(cad_decoder *d, const cad_linear *l, const cad_pass *p, int64_t layer, void *dy, void *u, void *dx)
{
    cad_tensor tdy = cad_s2(d, dy, p->n, l->out), tdx = cad_s2(d, dx, p->n, l->in);
    cad_tensor v = cad_s2(d, d->work.v, p->n, l->n * l->rank);
    if (l->rank > 0)
        CAD_RUN(d, lora_up_bwd, .dy = tdy, .bl = l->bl.t, .u = cad_s2(d, u, p->n, l->n * l->rank), .v = v,
                .db = cad_grad_of(d, &l->bl), .s = {l->s[0], l->s[1], l->s[2]}, .parts = l->parts, .scratch = d->scratch);
    if (!dx)
        return CAD_OK;
    if (l->rank > 0 && l->q.out)
        CAD_RUN(d, nf4_linear_lora_bwd_x, .dy = tdy, .w = l->q, .v = v, .a = l->a.t, .dx = tdx, .n = l->n,
                .drop = dropout_of(d, l, p, layer), .scratch = d->scratch);
    else if (l->rank > 0)
        CAD_RUN(d, linear_lora_bwd_x, .dy = tdy, .w = l->w.t, .v = v, .a = l->a.t, .dx = tdx, .n = l->n,
                .drop = dropout_of(d, l, p, layer), .scratch = d->scratch);
    else if (l->q.out)
        CAD_RUN(d, nf4_linear_bwd_x, .dy = tdy, .w = l->q, .dx = tdx, .scratch = d->scratch);
    else
        CAD_RUN(d, linear_bwd_x, .dy = tdy, .w = l->w.t, .dx = tdx, .scratch = d->scratch);
    return CAD_OK;
}

cad_status cad_linear_back_w(cad_decoder *d, const cad_linear *l, const cad_pass *p, int64_t layer, void *dy, void *x)
{
    cad_tensor tx = cad_s2(d, x, p->n, l->in);
    if (l->rank > 0)
        CAD_RUN(d, lora_down_bwd, .v = cad_s2(d, d->work.v, p->n, l->n * l->rank), .x = tx, .da = cad_grad_of(d, &l->a),
                .n = l->n, .drop = dropout_of(d, l, p, layer), .scratch = d->scratch);
    if (l->w.at >= 0)
        CAD_RUN(d, linear_bwd_w, .dy = cad_s2(d, dy, p->n, l->out), .x = tx, .dw = cad_grad_of(d, &l->w),
                .db = cad_grad_of(d, &l->b), .scratch = d->scratch);
    return CAD_OK;
}
