/* attn_bwd, CPU.
 *
 * math      P_ij = exp(q_i . k_j scale - lse_i); delta_i = do_i . o_i; dS_ij = P_ij (do_i . v_j - delta_i) scale
 *           dq_i = sum_j dS_ij k_j; dk_j = sum_i dS_ij q_i; dv_j = sum_i P_ij do_i
 * shapes    q, o, do, dq (N,H,D); k, v, dk, dv (N,K,D); lse (H,N)
 * layout    rows of q, k, v, dq, dk, dv may be strided; o and do are dense
 * dtypes    q, k, v, o, do, dq, dk, dv f32 or bf16; lse, P, dS and all sums f32 (dq of bf16 in the scratch), rounded once
 * grads     dq, dk, dv "="
 * limits    D <= 256, K divides H
 * mapping   a unit = one segment x one kv head with all its query heads; 64 x 64 tiles on the stack
 * order     dq over key tiles ascending; dk, dv over heads, then rows, ascending: class I by segment
 * cost      2.5 times the forward
 * source    own derivation
 * test      tests/kernels/check_attn.c
 */
#include "kernels/cpu/attn_tile.h"

typedef struct bwd_job {
    const cad_attn_bwd_args *a;
    int64_t h, k, d, n, ld_q, ld_k, ld_v, ld_dq, ld_dk, ld_dv;
} bwd_job;

typedef struct tiles {
    float kt[MAX_D * KEYS], vt[MAX_D * KEYS]; /* transposed keys and values of the tile */
    float dk[KEYS * MAX_D], dv[KEYS * MAX_D];
    float p[KEYS * KEYS], ds[KEYS * KEYS]; /* [row of the query block][key] */
    float k[COPY], q[COPY], d_o[COPY];     /* bf16: widened rows */
} tiles;

static float dot(const elem *x, const elem *y, int64_t d)
{
    vf sum = vzero();
    CAD_LANES(c, w, d)
    sum = vfma(eget(x + c, w), eget(y + c, w), sum);
    return vsum(sum);
}

/* One row: scores and do.v of n keys become P and dS. */
CAD_INLINE void weights_of_row(float *p, float *ds, int64_t n, float scale, float lse, float delta)
{
    vf sc = vset(scale), l = vset(lse), dl = vset(delta);
    for (int64_t j = 0; j < n; j += VW) {
        vf e = vexp(vsub(vmul(vload(p + j), sc), l));
        vstore(p + j, e);
        vstore(ds + j, vmul(vmul(e, vsub(vload(ds + j), dl)), sc));
    }
}

typedef struct place {
    int64_t begin, len; /* segment */
    int64_t kv, head, t, keys;
    const float *k; /* keys of the tile */
    int64_t ld_k;
} place;

/* Where dq of row n and head h is summed: the output itself, or the scratch. */
static float *dq_at(const bwd_job *w, int64_t n, int64_t h, int64_t *ld)
{
    *ld = NARROW ? w->h * w->d : w->ld_dq;
    float *base = NARROW ? w->a->scratch.data : w->a->dq.data;
    return base + n * *ld + h * w->d;
}

/* Query rows [i0, i0+rows) of one head against one tile of keys. */
static void block_bwd(const bwd_job *w, const place *at, int64_t i0, int64_t rows, tiles *z)
{
    const cad_attn_bwd_args *a = w->a;
    int64_t d = w->d, ldo = w->h * d, row0 = at->begin + i0;
    int64_t ld_q = w->ld_q, ld_do = ldo, ld_dq;
    const float *q = rows_in((const elem *)a->q.data + row0 * ld_q + at->head * d, &ld_q, rows, d, z->q);
    const elem *d_o = (const elem *)a->d_o.data + row0 * ldo + at->head * d;
    const float *dof = rows_in(d_o, &ld_do, rows, d, z->d_o);
    const elem *o = (const elem *)a->o.data + row0 * ldo + at->head * d;
    float *dq = dq_at(w, row0, at->head, &ld_dq);
    const float *lse = (const float *)a->lse.data + at->head * w->n + row0;
    for (int64_t r = 0; r < rows; r += QR) {
        int m = (int)cad_min64(QR, rows - r);
        int64_t lo[QR] = {0}, hi[QR] = {0};
        for (int64_t x = 0; x < m; x++)
            hi[x] = a->causal ? cad_max64(0, cad_min64(at->keys, i0 + r + x + 1 - at->t)) : at->keys;
        if (hi[m - 1] == 0)
            continue;
        float *p = z->p + r * KEYS, *ds = z->ds + r * KEYS;
        scores(m, q + r * ld_q, ld_q, z->kt, KEYS, d, hi[m - 1], p);
        scores(m, dof + r * ld_do, ld_do, z->vt, KEYS, d, hi[m - 1], ds);
        for (int64_t x = 0; x < m; x++)
            weights_of_row(p + x * KEYS, ds + x * KEYS, hi[x], a->scale, lse[r + x],
                           dot(d_o + (r + x) * ldo, o + (r + x) * ldo, d));
        add_rows(m, dq + r * ld_dq, ld_dq, (terms){ds, KEYS, 1, at->k, at->ld_k}, lo, hi, d);
    }
    for (int64_t j = 0; j < at->keys; j += QR) {
        int m = (int)cad_min64(QR, at->keys - j);
        int64_t lo[QR] = {0}, hi[QR] = {0};
        for (int64_t x = 0; x < m; x++) {
            hi[x] = rows;
            lo[x] = a->causal ? cad_min64(rows, cad_max64(0, at->t + j + x - i0)) : 0;
        }
        add_rows(m, z->dv + j * d, d, (terms){z->p + j, 1, KEYS, dof, ld_do}, lo, hi, d);
        add_rows(m, z->dk + j * d, d, (terms){z->ds + j, 1, KEYS, q, ld_q}, lo, hi, d);
    }
}

static void segment_bwd(const bwd_job *w, int64_t begin, int64_t len, int64_t kv, tiles *z)
{
    const cad_attn_bwd_args *a = w->a;
    int64_t d = w->d, group = w->h / w->k, ld;
    for (int64_t i = 0; i < len; i++)
        memset(dq_at(w, begin + i, kv * group, &ld), 0, (size_t)(group * d) * sizeof(float));
    for (int64_t t = 0; t < len; t += KEYS) {
        place at = {.begin = begin, .len = len, .kv = kv, .t = t, .keys = cad_min64(KEYS, len - t), .ld_k = w->ld_k};
        ld = w->ld_v;
        const float *value = rows_in((const elem *)a->v.data + (begin + t) * ld + kv * d, &ld, at.keys, d, z->k);
        transpose_tile(value, ld, at.keys, d, z->vt);
        at.k = rows_in((const elem *)a->k.data + (begin + t) * at.ld_k + kv * d, &at.ld_k, at.keys, d, z->k);
        transpose_tile(at.k, at.ld_k, at.keys, d, z->kt);
        memset(z->dk, 0, (size_t)(at.keys * d) * sizeof(float));
        memset(z->dv, 0, (size_t)(at.keys * d) * sizeof(float));
        for (at.head = kv * group; at.head < (kv + 1) * group; at.head++)
            for (int64_t i = a->causal ? t : 0; i < len; i += KEYS)
                block_bwd(w, &at, i, cad_min64(KEYS, len - i), z);
        for (int64_t j = 0; j < at.keys; j++) {
            int64_t row = begin + t + j;
            narrow_row(z->dk + j * d, d, (elem *)a->dk.data + row * w->ld_dk + kv * d);
            narrow_row(z->dv + j * d, d, (elem *)a->dv.data + row * w->ld_dv + kv * d);
        }
    }
    for (int64_t i = begin; NARROW && i < begin + len; i++)
        narrow_row(dq_at(w, i, kv * group, &ld), group * d, (elem *)a->dq.data + i * w->ld_dq + kv * group * d);
}

static void bwd_units(void *ctx, int64_t first, int64_t end)
{
    const bwd_job *w = ctx;
    const int32_t *seg = w->a->seg.data;
    tiles z __attribute__((aligned(64)));
    for (int64_t x = first; x < end; x++)
        segment_bwd(w, seg[x / w->k], seg[x / w->k + 1] - seg[x / w->k], x % w->k, &z);
}

static size_t dq_bytes(const cad_attn_bwd_args *a)
{
    return NARROW ? (size_t)cad_tensor_count(&a->q) * sizeof(float) : 0;
}

CAD_STORED_OP(attn_bwd)
{
    CAD_TRY(cad_attn_bwd_validate(a));
    CAD_TRY(cad_seg_check("attn_bwd", &a->seg, a->q.dim[0]));
    CAD_TRY(cad_scratch_check("attn_bwd", &a->scratch, dq_bytes(a)));
    bwd_job w = {.a = a, .h = a->q.dim[1], .k = a->k.dim[1], .d = a->q.dim[2], .n = a->q.dim[0]};
    w.ld_q = a->ld_q ? a->ld_q : w.h * w.d;
    w.ld_k = a->ld_k ? a->ld_k : w.k * w.d;
    w.ld_v = a->ld_v ? a->ld_v : w.k * w.d;
    w.ld_dq = a->ld_dq ? a->ld_dq : w.h * w.d;
    w.ld_dk = a->ld_dk ? a->ld_dk : w.k * w.d;
    w.ld_dv = a->ld_dv ? a->ld_dv : w.k * w.d;
    cad_parallel_for((a->seg.dim[0] - 1) * w.k, 1, bwd_units, &w);
    return CAD_OK;
}

CAD_STORED_SCRATCH(attn_bwd)
{
    return dq_bytes(a);
}
