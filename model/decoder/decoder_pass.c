/* Whole passes over a batch: loss with gradient, evaluation, logits; and what they need in scratch. */
#include "model/decoder/decoder_impl.h"

#include <inttypes.h>
#include <string.h>

static cad_status check_batch(const cad_decoder *d, const cad_batch *b)
{
    const cad_decoder_opts *o = &d->opt;
    if (b->n > o->max_tokens || b->n_seg > o->max_segments || b->n_loss > o->max_loss_rows)
        CAD_FAIL(CAD_EINVAL,
                 "decoder: batch of %" PRId64 " tokens, %" PRId64 " segments, %" PRId64 " loss rows; planned for %" PRId64
                 ", %" PRId64 ", %" PRId64,
                 b->n, b->n_seg, b->n_loss, o->max_tokens, o->max_segments, o->max_loss_rows);
    return CAD_OK;
}

/* A back end may be unable to look at what names rows, so it is looked at here. */
static cad_status check_rows(const cad_decoder *d, const cad_batch *b)
{
    for (int64_t i = 0; i < b->n; i++) {
        if ((int64_t)b->ids[i] >= d->cfg.vocab)
            CAD_FAIL(CAD_EINVAL, "decoder: token %" PRIu32 " at row %" PRId64 " of the batch; the model has %" PRId64 " rows",
                     b->ids[i], i, d->cfg.vocab);
        if (b->pos[i] < 0 || b->pos[i] >= d->positions)
            CAD_FAIL(CAD_EINVAL, "decoder: position %" PRId32 " at row %" PRId64 " of the batch; planned for %" PRId64,
                     b->pos[i], i, d->positions);
    }
    for (int64_t i = 0; i < b->n_seg; i++)
        if (b->seg[i] < 0 || b->seg[i] > b->seg[i + 1] || b->seg[i + 1] > b->n)
            CAD_FAIL(CAD_EINVAL, "decoder: segment %" PRId64 " has rows %" PRId32 " to %" PRId32 " of %" PRId64, i, b->seg[i],
                     b->seg[i + 1], b->n);
    for (int64_t i = 0; i < b->n_loss; i++) {
        if ((int64_t)b->target[i] >= d->cfg.vocab)
            CAD_FAIL(CAD_EINVAL, "decoder: target %" PRIu32 " of loss row %" PRId64 "; the model has %" PRId64 " rows",
                     b->target[i], i, d->cfg.vocab);
        if ((int64_t)b->loss_row[i] >= b->n)
            CAD_FAIL(CAD_EINVAL, "decoder: loss row %" PRId64 " is row %" PRIu32 " of a batch of %" PRId64, i, b->loss_row[i],
                     b->n);
    }
    return CAD_OK;
}

cad_status cad_decoder_take(cad_decoder *d, const cad_batch *b, cad_pass *out)
{
    cad_input *in = &d->in.host;
    size_t n = (size_t)b->n, m = (size_t)b->n_loss;
    CAD_TRY(check_batch(d, b));
    CAD_TRY(check_rows(d, b));
    *out = (cad_pass){.n = b->n, .n_seg = b->n_seg, .in = &d->in.device};
    memcpy(in->ids, b->ids, n * sizeof *in->ids);
    memcpy(in->pos, b->pos, n * sizeof *in->pos);
    memcpy(in->seg, b->seg, ((size_t)b->n_seg + 1) * sizeof *in->seg);
    for (int64_t s = 0; s < b->n_seg; s++)
        for (int32_t i = b->seg[s]; i < b->seg[s + 1]; i++)
            in->row[i] = (uint32_t)b->row[s];
    out->n_tile = cad_attn_tiles(in->seg, b->n_seg, in->tile);
    memcpy(in->loss_row, b->loss_row, m * sizeof *in->loss_row);
    memcpy(in->target, b->target, m * sizeof *in->target);
    memcpy(in->weight, b->weight, m * sizeof *in->weight);
    return CAD_OK;
}

cad_status cad_decoder_send(cad_decoder *d, const cad_inputs *in)
{
    return d->ops->mem_put(in->device.ids, in->host.ids, in->bytes, NULL); /* the first of the block */
}

/* Output layer, loss and everything below it.  m loss rows. */
static cad_status train_pass(cad_decoder *d, const cad_pass *p, int64_t m, float scale)
{
    const cad_model_config *c = &d->cfg;
    cad_work *w = &d->work;
    cad_tensor rows = cad_tensor_1d(CAD_U32, p->in->loss_row, m), dx = cad_s2(d, w->dx, m, c->width);
    CAD_TRY(cad_decoder_forward(d, p));
    CAD_TRY(cad_decoder_final(d, p, m));
    CAD_RUN(d, linear_xent, .x = cad_s2(d, w->xn, m, c->width), .w = d->head.t, .y = cad_tensor_1d(CAD_U32, p->in->target, m),
            .wt = cad_f1(p->in->weight, m), .nll = cad_f1(w->nll, m), .dx = dx, .dw = cad_grad_of(d, &d->head), .scale = scale,
            .scratch = d->scratch);
    CAD_RUN(d, rmsnorm_bwd, .x = cad_s2(d, w->x, m, c->width), .w = d->norm.t, .rstd = cad_f1(w->rstd, m), .dy = dx, .dx = dx,
            .dw = cad_grad_of(d, &d->norm), .scratch = d->scratch);
    CAD_RUN(d, fill, .y = cad_s2(d, w->dr, p->n, c->width), .value = 0.0f);
    CAD_RUN(d, scatter_rows, .i = rows, .x = dx, .y = cad_s2(d, w->dr, p->n, c->width));
    return cad_decoder_backward(d, p);
}

cad_status cad_decoder_forward_backward(cad_decoder *d, const cad_batch *b, float scale, uint64_t step, double *loss_sum)
{
    cad_pass p;
    if (d->opt.train == CAD_TRAIN_none)
        CAD_FAIL(CAD_EINVAL, "decoder: opened without training; forward_backward needs train = lora or full");
    CAD_TRY(cad_decoder_take(d, b, &p));
    double sum = 0;
    if (b->n_loss > 0) {
        p.train = true;
        p.step = step;
        if (d->embed.at >= 0)
            cad_embed_order(b->ids, b->n, d->cfg.vocab, d->in.host.order, d->order_sum);
        CAD_TRY(cad_decoder_send(d, &d->in));
        CAD_TRY(train_pass(d, &p, b->n_loss, scale));
        CAD_TRY(cad_ops_fetch(d->ops, d->nll, d->work.nll, (size_t)b->n_loss * sizeof *d->nll));
        for (int64_t i = 0; i < b->n_loss; i++)
            sum += (double)b->weight[i] * (double)d->nll[i];
    }
    *loss_sum = sum;
    return CAD_OK;
}

static cad_status eval_pass(cad_decoder *d, const cad_pass *p, int64_t m)
{
    cad_work *w = &d->work;
    CAD_TRY(cad_decoder_forward(d, p));
    CAD_TRY(cad_decoder_final(d, p, m));
    CAD_RUN(d, linear_xent_eval, .x = cad_s2(d, w->xn, m, d->cfg.width), .w = d->head.t,
            .y = cad_tensor_1d(CAD_U32, p->in->target, m), .nll = cad_f1(w->nll, m), .top = cad_tensor_1d(CAD_U32, w->top, m),
            .scratch = d->scratch);
    return CAD_OK;
}

cad_status cad_decoder_eval(cad_decoder *d, const cad_batch *b, float *nll, uint32_t *top)
{
    cad_pass p;
    CAD_TRY(cad_decoder_take(d, b, &p));
    if (b->n_loss == 0)
        return CAD_OK;
    CAD_TRY(cad_decoder_send(d, &d->in));
    CAD_TRY(eval_pass(d, &p, b->n_loss));
    CAD_TRY(cad_ops_fetch(d->ops, nll, d->work.nll, (size_t)b->n_loss * sizeof *nll));
    return top ? cad_ops_fetch(d->ops, top, d->work.top, (size_t)b->n_loss * sizeof *top) : CAD_OK;
}

/* One row at a time, so that no buffer of (rows, V) has to be planned. */
static cad_status logits_row(cad_decoder *d, int64_t row)
{
    CAD_RUN(d, linear_fwd, .x = cad_s2(d, cad_at(d, d->work.xn, row * d->cfg.width), 1, d->cfg.width), .w = d->head.t,
            .y = cad_f2(d->work.logits, 1, d->cfg.vocab), .scratch = d->scratch);
    return CAD_OK;
}

cad_status cad_decoder_logits(cad_decoder *d, const cad_batch *b, const uint32_t *rows, int64_t n_rows, float *out)
{
    cad_pass p;
    CAD_TRY(cad_decoder_take(d, b, &p));
    if (n_rows > d->opt.max_loss_rows)
        CAD_FAIL(CAD_EINVAL, "decoder: logits of %" PRId64 " rows; planned for %" PRId64, n_rows, d->opt.max_loss_rows);
    for (int64_t i = 0; i < n_rows; i++)
        if ((int64_t)rows[i] >= b->n)
            CAD_FAIL(CAD_EINVAL, "decoder: logits of row %" PRIu32 "; the batch has %" PRId64, rows[i], b->n);
    if (n_rows == 0)
        return CAD_OK;
    memcpy(d->in.host.loss_row, rows, (size_t)n_rows * sizeof *rows);
    CAD_TRY(cad_decoder_send(d, &d->in));
    CAD_TRY(cad_decoder_forward(d, &p));
    CAD_TRY(cad_decoder_final(d, &p, n_rows));
    for (int64_t i = 0; i < n_rows; i++) {
        CAD_TRY(logits_row(d, i));
        CAD_TRY(cad_ops_fetch(d->ops, out + i * d->cfg.vocab, d->work.logits, (size_t)d->cfg.vocab * sizeof *out));
    }
    return CAD_OK;
}

const float *cad_decoder_last_nll(const cad_decoder *d)
{
    return d->nll;
}

cad_status cad_decoder_measure(cad_decoder *d)
{
    const cad_decoder_opts *o = &d->opt;
    cad_pass p = {.n = o->max_tokens, .n_seg = o->max_segments, .in = &d->in.device};
    p.n_tile = cad_attn_tiles_most(p.n, p.n_seg);
    CAD_TRY(eval_pass(d, &p, o->max_loss_rows));
    CAD_TRY(logits_row(d, 0));
    if (o->train != CAD_TRAIN_none) {
        p.train = true;
        CAD_TRY(train_pass(d, &p, o->max_loss_rows, 1.0f));
        p.train = false;
    }
    if (o->slots > 0) {
        p.cache = true;
        CAD_TRY(cad_decoder_forward(d, &p));
        p = (cad_pass){.n = o->slots, .cache = true, .decode = true, .in = &d->step.device};
        CAD_TRY(cad_decoder_forward(d, &p));
        CAD_TRY(cad_decoder_draw(d, &p, o->slots));
    }
    return CAD_OK;
}
