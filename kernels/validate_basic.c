/* Argument checks of the plain ops, and the helpers of all checks. */
#include "kernels/validate.h"

#include "kernels/ops.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *shape_text(const int64_t *dim, int ndim, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (int i = 0; i < ndim && used < size; i++) {
        char one[24] = "*";
        if (dim[i] >= 0)
            snprintf(one, sizeof one, "%" PRId64, dim[i]);
        int n = snprintf(out + used, size - used, "%s%s%s", i ? "," : "(", one, i == ndim - 1 ? ")" : "");
        used += n > 0 ? (size_t)n : 0;
    }
    return out;
}

static const char *type_text(int types)
{
    if ((types & CAD_T_F) == CAD_T_F)
        return "f32 or bf16";
    for (int t = CAD_F32; t <= CAD_U64; t++)
        if (types & 1 << t)
            return cad_dtype_name((cad_dtype)t);
    return "?";
}

cad_status cad_check_tensor(const char *op, const char *name, const cad_tensor *t, int types, const int64_t *dim, int ndim)
{
    char is[100], want[100];
    if (types & CAD_T_OPT && !t->data)
        return CAD_OK;
    if (t->ndim < 1 || t->ndim > CAD_MAX_DIMS)
        CAD_FAIL(CAD_EINVAL, "%s: %s is missing", op, name);
    if (!(types & 1 << (int)t->dtype))
        CAD_FAIL(CAD_EINVAL, "%s: %s is %s, expected %s", op, name, cad_dtype_name(t->dtype), type_text(types));
    int same = t->ndim == ndim;
    for (int i = 0; same && i < ndim; i++)
        same = t->dim[i] >= 0 && (dim[i] < 0 || dim[i] == t->dim[i]);
    if (!same)
        CAD_FAIL(CAD_EINVAL, "%s: %s is %s, expected %s", op, name, shape_text(t->dim, t->ndim, is, sizeof is),
                 shape_text(dim, ndim, want, sizeof want));
    if (!t->data && cad_tensor_count(t) > 0)
        CAD_FAIL(CAD_EINVAL, "%s: %s %s has no data", op, name, shape_text(t->dim, t->ndim, is, sizeof is));
    return CAD_OK;
}

cad_status cad_scratch_check(const char *op, const cad_scratch *s, size_t need)
{
    if (need > 0 && (!s->data || s->bytes < need))
        CAD_FAIL(CAD_EINVAL, "%s: scratch has %zu bytes, needs %zu", op, s->data ? s->bytes : (size_t)0, need);
    return CAD_OK;
}

cad_status cad_ids_check(const char *op, const char *name, const cad_tensor *ids, int64_t limit)
{
    int64_t n = cad_tensor_count(ids);
    for (int64_t i = 0; i < n; i++) {
        int64_t v = ids->dtype == CAD_I32 ? ((const int32_t *)ids->data)[i] : (int64_t)((const uint32_t *)ids->data)[i];
        if (v < 0 || v >= limit)
            CAD_FAIL(CAD_EINVAL, "%s: %s[%" PRId64 "] is %" PRId64 ", expected 0..%" PRId64, op, name, i, v, limit - 1);
    }
    return CAD_OK;
}

cad_status cad_seg_check(const char *op, const cad_tensor *seg, int64_t n)
{
    const int32_t *s = seg->data;
    int64_t last = seg->dim[0] - 1;
    if (s[0] != 0 || s[last] != n)
        CAD_FAIL(CAD_EINVAL, "%s: seg runs from %d to %d, expected 0 to %" PRId64, op, (int)s[0], (int)s[last], n);
    for (int64_t i = 0; i < last; i++)
        if (s[i + 1] < s[i])
            CAD_FAIL(CAD_EINVAL, "%s: seg[%" PRId64 "] is %d after %d", op, i + 1, (int)s[i + 1], (int)s[i]);
    return CAD_OK;
}

cad_status cad_ld_check(const char *op, const char *name, int64_t ld, int64_t row)
{
    if (ld != 0 && ld < row)
        CAD_FAIL(CAD_EINVAL, "%s: %s is %" PRId64 ", a row has %" PRId64, op, name, ld, row);
    return CAD_OK;
}

/* Shape of one argument as the rule for another, whatever its rank. */
static cad_status same_shape(const char *op, const char *name, const cad_tensor *t, int types, const cad_tensor *like)
{
    return cad_check_tensor(op, name, t, types, like->dim, like->ndim);
}

static cad_status any_shape(const char *op, const char *name, const cad_tensor *t, int types)
{
    return cad_check_tensor(op, name, t, types, t->dim, t->ndim);
}

cad_status cad_fill_validate(const cad_fill_args *a)
{
    return any_shape("fill", "y", &a->y, CAD_T_F);
}

cad_status cad_copy_validate(const cad_copy_args *a)
{
    CAD_TRY(any_shape("copy", "x", &a->x, 1 << (int)a->x.dtype));
    return same_shape("copy", "y", &a->y, 1 << (int)a->x.dtype, &a->x);
}

cad_status cad_axpy_validate(const cad_axpy_args *a)
{
    CAD_TRY(any_shape("axpy", "x", &a->x, CAD_T_F));
    return same_shape("axpy", "y", &a->y, CAD_T_AS(x), &a->x);
}

cad_status cad_cast_validate(const cad_cast_args *a)
{
    CAD_TRY(any_shape("cast", "x", &a->x, CAD_T_F32 | CAD_T_BF16));
    return same_shape("cast", "y", &a->y, CAD_T_F32 | CAD_T_BF16, &a->x);
}

cad_status cad_sum_ordered_validate(const cad_sum_ordered_args *a)
{
    const char *op = "sum_ordered";
    CAD_NEED(x, CAD_T_F32, -1);
    CAD_NEED(wt, CAD_T_F32 | CAD_T_OPT, a->x.dim[0]);
    CAD_NEED(out, CAD_T_F64, 1);
    return CAD_OK;
}

cad_status cad_embed_fwd_validate(const cad_embed_fwd_args *a)
{
    const char *op = "embed_fwd";
    CAD_NEED(id, CAD_T_U32, -1);
    CAD_NEED(e, CAD_T_F, -1, -1);
    CAD_NEED(y, CAD_T_AS(e), a->id.dim[0], a->e.dim[1]);
    return CAD_OK;
}

cad_status cad_embed_bwd_validate(const cad_embed_bwd_args *a)
{
    const char *op = "embed_bwd";
    CAD_NEED(id, CAD_T_U32, -1);
    CAD_NEED(order, CAD_T_U32, a->id.dim[0]);
    CAD_NEED(de, CAD_T_F32, -1, -1);
    CAD_NEED(dy, CAD_T_F, a->id.dim[0], a->de.dim[1]);
    return CAD_OK;
}

cad_status cad_gather_rows_validate(const cad_gather_rows_args *a)
{
    const char *op = "gather_rows";
    CAD_NEED(i, CAD_T_U32, -1);
    CAD_NEED(x, CAD_T_F, -1, -1);
    CAD_NEED(y, CAD_T_AS(x), a->i.dim[0], a->x.dim[1]);
    return CAD_OK;
}

cad_status cad_scatter_rows_validate(const cad_scatter_rows_args *a)
{
    const char *op = "scatter_rows";
    CAD_NEED(i, CAD_T_U32, -1);
    CAD_NEED(y, CAD_T_F, -1, -1);
    CAD_NEED(x, CAD_T_AS(y), a->i.dim[0], a->y.dim[1]);
    return CAD_OK;
}

cad_status cad_rmsnorm_fwd_validate(const cad_rmsnorm_fwd_args *a)
{
    const char *op = "rmsnorm_fwd";
    CAD_NEED(x, CAD_T_F, -1, -1);
    CAD_NEED(w, CAD_T_AS(x), a->x.dim[1]);
    CAD_NEED(y, CAD_T_AS(x), a->x.dim[0], a->x.dim[1]);
    CAD_NEED(rstd, CAD_T_F32 | CAD_T_OPT, a->x.dim[0]);
    return CAD_OK;
}

cad_status cad_add_rmsnorm_fwd_validate(const cad_add_rmsnorm_fwd_args *a)
{
    const char *op = "add_rmsnorm_fwd";
    CAD_NEED(x, CAD_T_F, -1, -1);
    CAD_NEED(r, CAD_T_AS(x), a->x.dim[0], a->x.dim[1]);
    CAD_NEED(w, CAD_T_AS(x), a->x.dim[1]);
    CAD_NEED(sum, CAD_T_AS(x), a->x.dim[0], a->x.dim[1]);
    CAD_NEED(y, CAD_T_AS(x), a->x.dim[0], a->x.dim[1]);
    CAD_NEED(rstd, CAD_T_F32 | CAD_T_OPT, a->x.dim[0]);
    return CAD_OK;
}

cad_status cad_rmsnorm_bwd_validate(const cad_rmsnorm_bwd_args *a)
{
    const char *op = "rmsnorm_bwd";
    CAD_NEED(x, CAD_T_F, -1, -1);
    int64_t n = a->x.dim[0], c = a->x.dim[1];
    CAD_NEED(w, CAD_T_AS(x), c);
    CAD_NEED(rstd, CAD_T_F32, n);
    CAD_NEED(dy, CAD_T_AS(x), n, c);
    CAD_NEED(dr, CAD_T_AS(x) | CAD_T_OPT, n, c);
    CAD_NEED(dx, CAD_T_AS(x), n, c);
    CAD_NEED(dw, CAD_T_F32 | CAD_T_OPT, c);
    return CAD_OK;
}

/* Heads of q among all, and what both directions have in common. */
static cad_status qk_norm_check(const char *op, const cad_tensor *x, int64_t ld_x, int64_t heads)
{
    if (heads < 0 || heads > x->dim[1])
        CAD_FAIL(CAD_EINVAL, "%s: heads is %" PRId64 ", expected 0..%" PRId64, op, heads, x->dim[1]);
    return cad_ld_check(op, "ld_x", ld_x, x->dim[1] * x->dim[2]);
}

cad_status cad_qk_norm_fwd_validate(const cad_qk_norm_fwd_args *a)
{
    const char *op = "qk_norm_fwd";
    CAD_NEED(x, CAD_T_F, -1, -1, -1);
    int64_t n = a->x.dim[0], all = a->x.dim[1], d = a->x.dim[2];
    CAD_NEED(wq, CAD_T_AS(x), d);
    CAD_NEED(wk, CAD_T_AS(x), d);
    CAD_NEED(y, CAD_T_AS(x), n, all, d);
    CAD_NEED(rstd, CAD_T_F32 | CAD_T_OPT, n, all);
    CAD_TRY(qk_norm_check(op, &a->x, a->ld_x, a->heads));
    return cad_ld_check(op, "ld_y", a->ld_y, all * d);
}

cad_status cad_qk_norm_bwd_validate(const cad_qk_norm_bwd_args *a)
{
    const char *op = "qk_norm_bwd";
    CAD_NEED(x, CAD_T_F, -1, -1, -1);
    int64_t n = a->x.dim[0], all = a->x.dim[1], d = a->x.dim[2];
    CAD_NEED(wq, CAD_T_AS(x), d);
    CAD_NEED(wk, CAD_T_AS(x), d);
    CAD_NEED(rstd, CAD_T_F32, n, all);
    CAD_NEED(dy, CAD_T_AS(x), n, all, d);
    CAD_NEED(dx, CAD_T_AS(x), n, all, d);
    CAD_NEED(dwq, CAD_T_F32 | CAD_T_OPT, d);
    CAD_NEED(dwk, CAD_T_F32 | CAD_T_OPT, d);
    CAD_TRY(qk_norm_check(op, &a->x, a->ld_x, a->heads));
    CAD_TRY(cad_ld_check(op, "ld_dy", a->ld_dy, all * d));
    return cad_ld_check(op, "ld_dx", a->ld_dx, all * d);
}

static cad_status rope_check(const char *op, const cad_rope_args *a)
{
    CAD_NEED(x, CAD_T_F, -1, -1, -1);
    CAD_NEED(pos, CAD_T_I32, a->x.dim[0]);
    if (a->x.dim[2] % 2)
        CAD_FAIL(CAD_EINVAL, "%s: head size %" PRId64 " is odd", op, a->x.dim[2]);
    CAD_NEED(table, CAD_T_F32, -1, a->x.dim[2]);
    return cad_ld_check(op, "ld", a->ld, a->x.dim[1] * a->x.dim[2]);
}

cad_status cad_rope_fwd_validate(const cad_rope_args *a)
{
    return rope_check("rope_fwd", a);
}

cad_status cad_rope_bwd_validate(const cad_rope_args *a)
{
    return rope_check("rope_bwd", a);
}

static cad_status group_check(const char *op, int64_t group, int64_t f)
{
    if (group < 1 || f % group)
        CAD_FAIL(CAD_EINVAL, "%s: group %" PRId64 " does not divide F %" PRId64, op, group, f);
    return CAD_OK;
}

cad_status cad_swiglu_fwd_validate(const cad_swiglu_fwd_args *a)
{
    const char *op = "swiglu_fwd";
    CAD_NEED(h, CAD_T_F, -1, -1);
    CAD_NEED(gu, CAD_T_AS(h), a->h.dim[0], 2 * a->h.dim[1]);
    return group_check(op, a->group, a->h.dim[1]);
}

cad_status cad_swiglu_bwd_validate(const cad_swiglu_bwd_args *a)
{
    const char *op = "swiglu_bwd";
    CAD_NEED(dh, CAD_T_F, -1, -1);
    int64_t n = a->dh.dim[0], f = a->dh.dim[1];
    CAD_NEED(gu, CAD_T_AS(dh), n, 2 * f);
    CAD_NEED(dgu, CAD_T_AS(dh), n, 2 * f);
    CAD_NEED(h, CAD_T_AS(dh) | CAD_T_OPT, n, f);
    return group_check(op, a->group, f);
}

cad_status cad_heads_check(const char *op, int64_t h, int64_t k, int64_t d)
{
    if (h < 1 || k < 1 || h % k)
        CAD_FAIL(CAD_EINVAL, "%s: %" PRId64 " query heads are no multiple of %" PRId64 " kv heads", op, h, k);
    if (d < 1 || d > 256)
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: head size %" PRId64 ", expected 1..256", op, d);
    return CAD_OK;
}

cad_status cad_attn_fwd_validate(const cad_attn_fwd_args *a)
{
    const char *op = "attn_fwd";
    CAD_NEED(q, CAD_T_F, -1, -1, -1);
    int64_t n = a->q.dim[0], h = a->q.dim[1], d = a->q.dim[2];
    CAD_NEED(k, CAD_T_AS(q), n, -1, d);
    CAD_NEED(v, CAD_T_AS(q), n, a->k.dim[1], d);
    CAD_NEED(seg, CAD_T_I32, -1);
    if (a->seg.dim[0] < 1)
        CAD_FAIL(CAD_EINVAL, "%s: seg is empty, expected at least one offset", op);
    CAD_NEED(tiles, CAD_T_I32 | CAD_T_OPT, -1, 4);
    CAD_NEED(o, CAD_T_AS(q), n, h, d);
    CAD_NEED(lse, CAD_T_F32 | CAD_T_OPT, h, n);
    CAD_TRY(cad_heads_check(op, h, a->k.dim[1], d));
    CAD_TRY(cad_ld_check(op, "ld_q", a->ld_q, h * d));
    CAD_TRY(cad_ld_check(op, "ld_k", a->ld_k, a->k.dim[1] * d));
    return cad_ld_check(op, "ld_v", a->ld_v, a->k.dim[1] * d);
}

cad_status cad_attn_bwd_validate(const cad_attn_bwd_args *a)
{
    const char *op = "attn_bwd";
    CAD_NEED(q, CAD_T_F, -1, -1, -1);
    int64_t n = a->q.dim[0], h = a->q.dim[1], d = a->q.dim[2];
    CAD_NEED(k, CAD_T_AS(q), n, -1, d);
    int64_t kh = a->k.dim[1];
    CAD_NEED(v, CAD_T_AS(q), n, kh, d);
    CAD_NEED(seg, CAD_T_I32, -1);
    if (a->seg.dim[0] < 1)
        CAD_FAIL(CAD_EINVAL, "%s: seg is empty, expected at least one offset", op);
    CAD_NEED(tiles, CAD_T_I32 | CAD_T_OPT, -1, 4);
    CAD_NEED(o, CAD_T_AS(q), n, h, d);
    CAD_NEED(lse, CAD_T_F32, h, n);
    CAD_NEED(d_o, CAD_T_AS(q), n, h, d);
    CAD_NEED(dq, CAD_T_AS(q), n, h, d);
    CAD_NEED(dk, CAD_T_AS(q), n, kh, d);
    CAD_NEED(dv, CAD_T_AS(q), n, kh, d);
    CAD_TRY(cad_heads_check(op, h, kh, d));
    CAD_TRY(cad_ld_check(op, "ld_q", a->ld_q, h * d));
    CAD_TRY(cad_ld_check(op, "ld_k", a->ld_k, kh * d));
    CAD_TRY(cad_ld_check(op, "ld_v", a->ld_v, kh * d));
    CAD_TRY(cad_ld_check(op, "ld_dq", a->ld_dq, h * d));
    CAD_TRY(cad_ld_check(op, "ld_dk", a->ld_dk, kh * d));
    return cad_ld_check(op, "ld_dv", a->ld_dv, kh * d);
}
