/* Argument checks of the optimizer and of generation. */
#include "kernels/nf4.h"
#include "kernels/ops.h"
#include "kernels/validate.h"

#include <inttypes.h>
#include <math.h>

cad_status cad_grad_norm2_validate(const cad_grad_norm2_args *a)
{
    const char *op = "grad_norm2";
    CAD_NEED(g, CAD_T_F32, -1);
    CAD_NEED(norm2, CAD_T_F64, 1);
    CAD_NEED(finite, CAD_T_U32, 1);
    return CAD_OK;
}

static cad_status hyper_check(const char *op, const cad_adamw_hyper *h)
{
    if (h->t < 1)
        CAD_FAIL(CAD_EINVAL, "%s: step %" PRId64 ", the first is 1", op, h->t);
    if (!(h->beta1 >= 0.0 && h->beta1 < 1.0 && h->beta2 >= 0.0 && h->beta2 < 1.0))
        CAD_FAIL(CAD_EINVAL, "%s: betas %g, %g, expected 0 <= beta < 1", op, h->beta1, h->beta2);
    if (!(h->eps > 0.0) || !isfinite(h->lr) || !isfinite(h->weight_decay))
        CAD_FAIL(CAD_EINVAL, "%s: lr %g, eps %g, weight decay %g", op, h->lr, h->eps, h->weight_decay);
    return CAD_OK;
}

static cad_status list_check(const char *op, const cad_opt_tensor *t, int64_t n, int64_t total)
{
    int64_t free_from = 0;
    if (n > 0 && !t)
        CAD_FAIL(CAD_EINVAL, "%s: the list of tensors is missing", op);
    for (int64_t i = 0; i < n; i++) {
        if (t[i].offset % CAD_Q8_BLOCK || t[i].offset < free_from || t[i].count < 0 || t[i].count > total - t[i].offset)
            CAD_FAIL(CAD_EINVAL,
                     "%s: tensor %" PRId64 " at %" PRId64 " with %" PRId64 " elements: expected a multiple of 256 from %" PRId64
                     ", inside %" PRId64,
                     op, i, t[i].offset, t[i].count, free_from, total);
        free_from = t[i].offset + t[i].count;
    }
    return CAD_OK;
}

cad_status cad_adamw_step_validate(const cad_adamw_step_args *a)
{
    const char *op = "adamw_step";
    CAD_NEED(p, CAD_T_F32, -1);
    int64_t n = a->p.dim[0];
    CAD_NEED(g, CAD_T_F32, n);
    CAD_NEED(m, CAD_T_F32, n);
    CAD_NEED(v, CAD_T_F32, n);
    CAD_NEED(p_bf16, CAD_T_BF16 | CAD_T_OPT, n);
    CAD_NEED(gscale, CAD_T_F32 | CAD_T_OPT, 1);
    CAD_TRY(list_check(op, a->tensor, a->n_tensors, n));
    return hyper_check(op, &a->h);
}

cad_status cad_adamw8bit_step_validate(const cad_adamw8bit_step_args *a)
{
    const char *op = "adamw8bit_step";
    CAD_NEED(p, CAD_T_F32, -1);
    int64_t n = a->p.dim[0], blocks = (n + CAD_Q8_BLOCK - 1) / CAD_Q8_BLOCK;
    CAD_NEED(g, CAD_T_F32, n);
    CAD_NEED(m8, CAD_T_U8, n);
    CAD_NEED(v8, CAD_T_U8, n);
    CAD_NEED(ma, CAD_T_F32, blocks);
    CAD_NEED(va, CAD_T_F32, blocks);
    CAD_TRY(list_check(op, a->tensor, a->n_tensors, n));
    int64_t small = cad_adamw8bit_small(a->tensor, a->n_tensors);
    if (small > 0) {
        CAD_NEED(m32, CAD_T_F32, small);
        CAD_NEED(v32, CAD_T_F32, small);
    }
    CAD_NEED(map_m, CAD_T_F32 | CAD_T_OPT, 256);
    CAD_NEED(map_v, CAD_T_F32 | CAD_T_OPT, 256);
    CAD_NEED(p_bf16, CAD_T_BF16 | CAD_T_OPT, n);
    CAD_NEED(gscale, CAD_T_F32 | CAD_T_OPT, 1);
    return hyper_check(op, &a->h);
}

static cad_status cache_check(const char *op, const cad_kv *c, int64_t d, int type)
{
    int64_t k[4] = {-1, -1, d, -1};
    CAD_TRY(cad_check_tensor(op, "cache.k", &c->k, type, k, 4));
    if (c->k.dim[3] % 64)
        CAD_FAIL(CAD_EINVAL, "%s: cache of %" PRId64 " positions, expected a multiple of 64", op, c->k.dim[3]);
    int64_t v[4] = {c->k.dim[0], c->k.dim[1], c->k.dim[3], d};
    return cad_check_tensor(op, "cache.v", &c->v, type, v, 4);
}

cad_status cad_kv_append_validate(const cad_kv_append_args *a)
{
    const char *op = "kv_append";
    CAD_NEED(k, CAD_T_F, -1, -1, -1);
    int64_t n = a->k.dim[0], heads = a->k.dim[1], d = a->k.dim[2];
    CAD_NEED(v, CAD_T_AS(k), n, heads, d);
    CAD_NEED(slot, CAD_T_I32, n);
    CAD_NEED(pos, CAD_T_I32, n);
    CAD_TRY(cache_check(op, &a->cache, d, CAD_T_AS(k)));
    CAD_NEED(cache.k, CAD_T_AS(k), -1, heads, d, -1);
    CAD_TRY(cad_ld_check(op, "ld_k", a->ld_k, heads * d));
    return cad_ld_check(op, "ld_v", a->ld_v, heads * d);
}

cad_status cad_attn_decode_validate(const cad_attn_decode_args *a)
{
    const char *op = "attn_decode";
    CAD_NEED(q, CAD_T_F, -1, -1, -1);
    int64_t n = a->q.dim[0], h = a->q.dim[1], d = a->q.dim[2];
    CAD_NEED(slot, CAD_T_I32, n);
    CAD_NEED(len, CAD_T_I32, n);
    CAD_TRY(cache_check(op, &a->cache, d, CAD_T_AS(q)));
    CAD_TRY(cad_heads_check(op, h, a->cache.k.dim[1], d));
    CAD_NEED(o, CAD_T_AS(q), n, h, d);
    return cad_ld_check(op, "ld_q", a->ld_q, h * d);
}

cad_status cad_attn_decode_values(const cad_attn_decode_args *a)
{
    const int32_t *len = a->len.data;
    for (int64_t i = 0; i < a->len.dim[0]; i++)
        if (len[i] < 1)
            CAD_FAIL(CAD_EINVAL, "attn_decode: len[%" PRId64 "] is %d, expected at least 1", i, (int)len[i]);
    CAD_TRY(cad_ids_check("attn_decode", "slot", &a->slot, a->cache.k.dim[0]));
    return cad_ids_check("attn_decode", "len", &a->len, a->cache.k.dim[3] + 1);
}

cad_status cad_logits_mask_validate(const cad_logits_mask_args *a)
{
    const char *op = "logits_mask";
    CAD_NEED(logits, CAD_T_F32, -1, -1);
    int64_t n = a->logits.dim[0], v = a->logits.dim[1], words = (v + 31) / 32;
    if (a->add.data && a->add.ndim == 1)
        CAD_NEED(add, CAD_T_F32, v);
    else
        CAD_NEED(add, CAD_T_F32 | CAD_T_OPT, n, v);
    if (a->bits.data && a->bits.ndim == 1)
        CAD_NEED(bits, CAD_T_U32, words);
    else
        CAD_NEED(bits, CAD_T_U32 | CAD_T_OPT, n, words);
    return CAD_OK;
}

cad_status cad_sample_values(const cad_sample_args *a)
{
    for (int64_t i = 0; i < a->logits.dim[0]; i++) {
        float t = ((const float *)a->temperature.data)[i];
        if (!(t >= 0.0f && isfinite(t)))
            CAD_FAIL(CAD_EINVAL, "sample: temperature[%" PRId64 "] is %g", i, (double)t);
        if (a->top_k.data && ((const int32_t *)a->top_k.data)[i] < 0)
            CAD_FAIL(CAD_EINVAL, "sample: top_k[%" PRId64 "] is %d", i, (int)((const int32_t *)a->top_k.data)[i]);
        float p = a->top_p.data ? ((const float *)a->top_p.data)[i] : 1.0f;
        float m = a->min_p.data ? ((const float *)a->min_p.data)[i] : 0.0f;
        if (!(p >= 0.0f && p <= 1.0f && m >= 0.0f && m <= 1.0f))
            CAD_FAIL(CAD_EINVAL, "sample: row %" PRId64 " has top_p %g, min_p %g, expected 0..1", i, (double)p, (double)m);
    }
    return CAD_OK;
}

cad_status cad_sample_validate(const cad_sample_args *a)
{
    const char *op = "sample";
    CAD_NEED(logits, CAD_T_F32, -1, -1);
    int64_t n = a->logits.dim[0];
    if (a->logits.dim[1] < 1)
        CAD_FAIL(CAD_EINVAL, "%s: logits has no columns", op);
    CAD_NEED(temperature, CAD_T_F32, n);
    CAD_NEED(top_k, CAD_T_I32 | CAD_T_OPT, n);
    CAD_NEED(top_p, CAD_T_F32 | CAD_T_OPT, n);
    CAD_NEED(min_p, CAD_T_F32 | CAD_T_OPT, n);
    CAD_NEED(seed, CAD_T_U64, n);
    CAD_NEED(position, CAD_T_U32, n);
    CAD_NEED(id, CAD_T_U32, n);
    CAD_NEED(logp, CAD_T_F32 | CAD_T_OPT, n);
    return CAD_OK;
}

cad_status cad_argmax_validate(const cad_argmax_args *a)
{
    const char *op = "argmax";
    CAD_NEED(logits, CAD_T_F32, -1, -1);
    if (a->logits.dim[1] < 1)
        CAD_FAIL(CAD_EINVAL, "%s: logits has no columns", op);
    CAD_NEED(id, CAD_T_U32, a->logits.dim[0]);
    CAD_NEED(logp, CAD_T_F32 | CAD_T_OPT, a->logits.dim[0]);
    return CAD_OK;
}
