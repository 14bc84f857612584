/* Argument checks of the matrix products, LoRA, the quantised formats and the output layer. */
#include "kernels/nf4.h"
#include "kernels/ops.h"
#include "kernels/validate.h"

#include <inttypes.h>

static int64_t ceil_div(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

/* Projections cover `out` rows and u has one slice of r columns for each. */
static cad_status parts_check(const char *op, const cad_parts *p, int64_t out, int64_t nr, int64_t r)
{
    int64_t n = p->n > 1 ? p->n : 1;
    if (n > CAD_MAX_PARTS)
        CAD_FAIL(CAD_EINVAL, "%s: %" PRId64 " parts, at most %d", op, n, CAD_MAX_PARTS);
    if (r < 1)
        CAD_FAIL(CAD_EINVAL, "%s: factors of rank %" PRId64 ", expected at least 1", op, r);
    if (nr != n * r)
        CAD_FAIL(CAD_EINVAL, "%s: %" PRId64 " columns for %" PRId64 " parts of rank %" PRId64, op, nr, n, r);
    if (n == 1)
        return CAD_OK;
    if (p->group > 0) {
        if (out % (p->group * n))
            CAD_FAIL(CAD_EINVAL, "%s: %" PRId64 " rows are no multiple of %" PRId64 " parts x group %" PRId64, op, out, n,
                     p->group);
        return CAD_OK;
    }
    int64_t before = 0;
    for (int i = 0; i < n; i++) {
        if (p->end[i] < before)
            CAD_FAIL(CAD_EINVAL, "%s: part %d ends at row %" PRId64 ", before %" PRId64, op, i, p->end[i], before);
        before = p->end[i];
    }
    if (before != out)
        CAD_FAIL(CAD_EINVAL, "%s: the parts end at row %" PRId64 " of %" PRId64, op, before, out);
    return CAD_OK;
}

static cad_status drop_check(const char *op, const cad_dropout *d, int n, int64_t rows)
{
    if (!(d->rate >= 0.0f && d->rate < 1.0f))
        CAD_FAIL(CAD_EINVAL, "%s: dropout rate %g, expected 0 <= rate < 1", op, (double)d->rate);
    if (d->rate == 0.0f)
        return CAD_OK;
    CAD_TRY(cad_check_tensor(op, "drop.row", &d->row, CAD_T_U32, &rows, 1));
    CAD_TRY(cad_check_tensor(op, "drop.pos", &d->pos, CAD_T_I32, &rows, 1));
    if (d->layer >= 1u << 24)
        CAD_FAIL(CAD_EINVAL, "%s: dropout layer %" PRIu32 ", expected below 2^24", op, d->layer);
    for (int i = 0; i < (n > 1 ? n : 1); i++)
        if (d->projection[i] >= 256)
            CAD_FAIL(CAD_EINVAL, "%s: dropout projection %" PRIu32 ", expected below 256", op, d->projection[i]);
    return CAD_OK;
}

/* Stacked factors: n parts share the rows of A (and the columns of u or v) evenly. */
static cad_status stack_check(const char *op, int n, int64_t nr)
{
    if (n < 0 || n > CAD_MAX_PARTS)
        CAD_FAIL(CAD_EINVAL, "%s: %d parts, at most %d", op, n, CAD_MAX_PARTS);
    if (nr < 1)
        CAD_FAIL(CAD_EINVAL, "%s: A has no rows", op);
    if (n > 1 && nr % n)
        CAD_FAIL(CAD_EINVAL, "%s: %" PRId64 " rows of A are no multiple of %d parts", op, nr, n);
    return CAD_OK;
}

static cad_status nf4_check(const char *op, const cad_nf4 *q)
{
    if (q->out < 0 || q->in < 0)
        CAD_FAIL(CAD_EINVAL, "%s: w is (%" PRId64 ",%" PRId64 ")", op, q->out, q->in);
    if (q->block < 32 || q->block > 4096 || (q->block & (q->block - 1)))
        CAD_FAIL(CAD_EINVAL, "%s: NF4 block %" PRId64 ", expected a power of two in 32..4096", op, q->block);
    int64_t count = q->out * q->in, bytes = ceil_div(count, 2), scales = ceil_div(count, q->block);
    CAD_TRY(cad_check_tensor(op, "w.codes", &q->codes, CAD_T_U8, &bytes, 1));
    CAD_TRY(cad_check_tensor(op, "w.absmax", &q->absmax, CAD_T_F32 | CAD_T_U8, &scales, 1));
    if (q->absmax.dtype == CAD_F32)
        return CAD_OK;
    int64_t map = 256, outer = ceil_div(scales, CAD_Q8_BLOCK);
    CAD_TRY(cad_check_tensor(op, "w.map", &q->map, CAD_T_F32, &map, 1));
    return cad_check_tensor(op, "w.absmax2", &q->absmax2, CAD_T_F32, &outer, 1);
}

cad_status cad_linear_fwd_validate(const cad_linear_fwd_args *a)
{
    const char *op = "linear_fwd";
    CAD_NEED(x, CAD_T_F, -1, -1);
    CAD_NEED(w, CAD_T_AS(x), -1, a->x.dim[1]);
    int64_t n = a->x.dim[0], out = a->w.dim[0];
    CAD_NEED(b, CAD_T_AS(x) | CAD_T_OPT, out);
    CAD_NEED(res, CAD_T_AS(x) | CAD_T_OPT, n, out);
    CAD_NEED(y, CAD_T_AS(x) | CAD_T_F32, n, out);
    return CAD_OK;
}

cad_status cad_linear_bwd_x_validate(const cad_linear_bwd_x_args *a)
{
    const char *op = "linear_bwd_x";
    CAD_NEED(dy, CAD_T_F, -1, -1);
    CAD_NEED(w, CAD_T_AS(dy), a->dy.dim[1], -1);
    CAD_NEED(res, CAD_T_AS(dy) | CAD_T_OPT, a->dy.dim[0], a->w.dim[1]);
    CAD_NEED(dx, CAD_T_AS(dy), a->dy.dim[0], a->w.dim[1]);
    return CAD_OK;
}

cad_status cad_linear_bwd_w_validate(const cad_linear_bwd_w_args *a)
{
    const char *op = "linear_bwd_w";
    CAD_NEED(dy, CAD_T_F, -1, -1);
    CAD_NEED(x, CAD_T_AS(dy), a->dy.dim[0], -1);
    CAD_NEED(dw, CAD_T_F32 | CAD_T_OPT, a->dy.dim[1], a->x.dim[1]);
    CAD_NEED(db, CAD_T_F32 | CAD_T_OPT, a->dy.dim[1]);
    return CAD_OK;
}

cad_status cad_lora_down_fwd_validate(const cad_lora_down_fwd_args *a)
{
    const char *op = "lora_down_fwd";
    CAD_NEED(x, CAD_T_F, -1, -1);
    CAD_NEED(a, CAD_T_AS(x), -1, a->x.dim[1]);
    CAD_NEED(u, CAD_T_AS(x), a->x.dim[0], a->a.dim[0]);
    CAD_TRY(stack_check(op, a->n, a->a.dim[0]));
    return drop_check(op, &a->drop, a->n, a->x.dim[0]);
}

cad_status cad_linear_lora_fwd_validate(const cad_linear_lora_fwd_args *a)
{
    const char *op = "linear_lora_fwd";
    CAD_NEED(x, CAD_T_F, -1, -1);
    CAD_NEED(w, CAD_T_AS(x), -1, a->x.dim[1]);
    int64_t n = a->x.dim[0], out = a->w.dim[0];
    CAD_NEED(u, CAD_T_AS(x), n, -1);
    CAD_NEED(bl, CAD_T_AS(x), out, -1);
    CAD_NEED(b, CAD_T_AS(x) | CAD_T_OPT, out);
    CAD_NEED(res, CAD_T_AS(x) | CAD_T_OPT, n, out);
    CAD_NEED(y, CAD_T_AS(x), n, out);
    return parts_check(op, &a->parts, out, a->u.dim[1], a->bl.dim[1]);
}

cad_status cad_lora_up_bwd_validate(const cad_lora_up_bwd_args *a)
{
    const char *op = "lora_up_bwd";
    CAD_NEED(dy, CAD_T_F, -1, -1);
    CAD_NEED(bl, CAD_T_AS(dy), a->dy.dim[1], -1);
    CAD_NEED(u, CAD_T_AS(dy), a->dy.dim[0], -1);
    CAD_NEED(v, CAD_T_AS(dy), a->dy.dim[0], a->u.dim[1]);
    CAD_NEED(db, CAD_T_F32, a->bl.dim[0], a->bl.dim[1]);
    return parts_check(op, &a->parts, a->dy.dim[1], a->u.dim[1], a->bl.dim[1]);
}

cad_status cad_lora_down_bwd_validate(const cad_lora_down_bwd_args *a)
{
    const char *op = "lora_down_bwd";
    CAD_NEED(v, CAD_T_F, -1, -1);
    CAD_NEED(x, CAD_T_AS(v), a->v.dim[0], -1);
    CAD_NEED(da, CAD_T_F32, a->v.dim[1], a->x.dim[1]);
    CAD_TRY(stack_check(op, a->n, a->da.dim[0]));
    return drop_check(op, &a->drop, a->n, a->x.dim[0]);
}

cad_status cad_linear_lora_bwd_x_validate(const cad_linear_lora_bwd_x_args *a)
{
    const char *op = "linear_lora_bwd_x";
    CAD_NEED(dy, CAD_T_F, -1, -1);
    CAD_NEED(w, CAD_T_AS(dy), a->dy.dim[1], -1);
    int64_t n = a->dy.dim[0], in = a->w.dim[1];
    CAD_NEED(v, CAD_T_AS(dy), n, -1);
    CAD_NEED(a, CAD_T_AS(dy), a->v.dim[1], in);
    CAD_NEED(res, CAD_T_AS(dy) | CAD_T_OPT, n, in);
    CAD_NEED(dx, CAD_T_AS(dy), n, in);
    CAD_TRY(stack_check(op, a->n, a->a.dim[0]));
    return drop_check(op, &a->drop, a->n, n);
}

cad_status cad_nf4_quant_validate(const cad_nf4_quant_args *a)
{
    const char *op = "nf4_quant";
    CAD_NEED(w, CAD_T_F32 | CAD_T_BF16, -1, -1);
    if (a->block < 32 || a->block > 4096 || (a->block & (a->block - 1)))
        CAD_FAIL(CAD_EINVAL, "%s: block %" PRId64 ", expected a power of two in 32..4096", op, a->block);
    int64_t count = cad_tensor_count(&a->w);
    CAD_NEED(codes, CAD_T_U8, ceil_div(count, 2));
    CAD_NEED(absmax, CAD_T_F32, ceil_div(count, a->block));
    return CAD_OK;
}

cad_status cad_nf4_dequant_validate(const cad_nf4_dequant_args *a)
{
    const char *op = "nf4_dequant";
    CAD_TRY(nf4_check(op, &a->q));
    CAD_NEED(w, CAD_T_F32 | CAD_T_BF16, a->q.out, a->q.in);
    return CAD_OK;
}

cad_status cad_nf4_absmax_expand_validate(const cad_nf4_absmax_expand_args *a)
{
    const char *op = "nf4_absmax_expand";
    CAD_NEED(q, CAD_T_U8, -1);
    CAD_NEED(map, CAD_T_F32, 256);
    CAD_NEED(absmax2, CAD_T_F32, ceil_div(a->q.dim[0], CAD_Q8_BLOCK));
    CAD_NEED(absmax, CAD_T_F32, a->q.dim[0]);
    return CAD_OK;
}

cad_status cad_q8_quant_validate(const cad_q8_quant_args *a)
{
    const char *op = "q8_quant";
    CAD_NEED(x, CAD_T_F32, -1);
    CAD_NEED(map, CAD_T_F32, 256);
    CAD_NEED(codes, CAD_T_U8, a->x.dim[0]);
    CAD_NEED(absmax, CAD_T_F32, ceil_div(a->x.dim[0], CAD_Q8_BLOCK));
    return CAD_OK;
}

cad_status cad_q8_dequant_validate(const cad_q8_dequant_args *a)
{
    const char *op = "q8_dequant";
    CAD_NEED(codes, CAD_T_U8, -1);
    CAD_NEED(map, CAD_T_F32, 256);
    CAD_NEED(absmax, CAD_T_F32, ceil_div(a->codes.dim[0], CAD_Q8_BLOCK));
    CAD_NEED(x, CAD_T_F32, a->codes.dim[0]);
    return CAD_OK;
}

cad_status cad_nf4_linear_fwd_validate(const cad_nf4_linear_fwd_args *a)
{
    const char *op = "nf4_linear_fwd";
    CAD_TRY(nf4_check(op, &a->w));
    CAD_NEED(x, CAD_T_F, -1, a->w.in);
    CAD_NEED(b, CAD_T_AS(x) | CAD_T_OPT, a->w.out);
    CAD_NEED(res, CAD_T_AS(x) | CAD_T_OPT, a->x.dim[0], a->w.out);
    CAD_NEED(y, CAD_T_AS(x), a->x.dim[0], a->w.out);
    return CAD_OK;
}

cad_status cad_nf4_linear_bwd_x_validate(const cad_nf4_linear_bwd_x_args *a)
{
    const char *op = "nf4_linear_bwd_x";
    CAD_TRY(nf4_check(op, &a->w));
    CAD_NEED(dy, CAD_T_F, -1, a->w.out);
    CAD_NEED(res, CAD_T_AS(dy) | CAD_T_OPT, a->dy.dim[0], a->w.in);
    CAD_NEED(dx, CAD_T_AS(dy), a->dy.dim[0], a->w.in);
    return CAD_OK;
}

cad_status cad_nf4_linear_lora_fwd_validate(const cad_nf4_linear_lora_fwd_args *a)
{
    const char *op = "nf4_linear_lora_fwd";
    CAD_TRY(nf4_check(op, &a->w));
    CAD_NEED(x, CAD_T_F, -1, a->w.in);
    int64_t n = a->x.dim[0], out = a->w.out;
    CAD_NEED(u, CAD_T_AS(x), n, -1);
    CAD_NEED(bl, CAD_T_AS(x), out, -1);
    CAD_NEED(b, CAD_T_AS(x) | CAD_T_OPT, out);
    CAD_NEED(res, CAD_T_AS(x) | CAD_T_OPT, n, out);
    CAD_NEED(y, CAD_T_AS(x), n, out);
    return parts_check(op, &a->parts, out, a->u.dim[1], a->bl.dim[1]);
}

cad_status cad_nf4_linear_lora_bwd_x_validate(const cad_nf4_linear_lora_bwd_x_args *a)
{
    const char *op = "nf4_linear_lora_bwd_x";
    CAD_TRY(nf4_check(op, &a->w));
    CAD_NEED(dy, CAD_T_F, -1, a->w.out);
    int64_t n = a->dy.dim[0], in = a->w.in;
    CAD_NEED(v, CAD_T_AS(dy), n, -1);
    CAD_NEED(a, CAD_T_AS(dy), a->v.dim[1], in);
    CAD_NEED(res, CAD_T_AS(dy) | CAD_T_OPT, n, in);
    CAD_NEED(dx, CAD_T_AS(dy), n, in);
    CAD_TRY(stack_check(op, a->n, a->a.dim[0]));
    return drop_check(op, &a->drop, a->n, n);
}

/* At least one class, so that every row has a softmax. */
static cad_status classes_check(const char *op, int64_t v)
{
    if (v < 1)
        CAD_FAIL(CAD_EINVAL, "%s: w has no rows", op);
    return CAD_OK;
}

cad_status cad_linear_xent_validate(const cad_linear_xent_args *a)
{
    const char *op = "linear_xent";
    CAD_NEED(x, CAD_T_F, -1, -1);
    int64_t m = a->x.dim[0], c = a->x.dim[1];
    CAD_NEED(w, CAD_T_AS(x), -1, c);
    CAD_TRY(classes_check(op, a->w.dim[0]));
    CAD_NEED(y, CAD_T_U32, m);
    CAD_NEED(wt, CAD_T_F32 | CAD_T_OPT, m);
    CAD_NEED(nll, CAD_T_F32, m);
    CAD_NEED(dx, CAD_T_AS(x) | CAD_T_OPT, m, c);
    CAD_NEED(dw, CAD_T_F32 | CAD_T_OPT, a->w.dim[0], c);
    return CAD_OK;
}

cad_status cad_linear_xent_eval_validate(const cad_linear_xent_eval_args *a)
{
    const char *op = "linear_xent_eval";
    CAD_NEED(x, CAD_T_F, -1, -1);
    int64_t m = a->x.dim[0];
    CAD_NEED(w, CAD_T_AS(x), -1, a->x.dim[1]);
    CAD_TRY(classes_check(op, a->w.dim[0]));
    CAD_NEED(y, CAD_T_U32, m);
    CAD_NEED(nll, CAD_T_F32, m);
    CAD_NEED(lse, CAD_T_F32 | CAD_T_OPT, m);
    CAD_NEED(top, CAD_T_U32 | CAD_T_OPT, m);
    return CAD_OK;
}
