/* attn_bwd, CPU.
 *
 * math      P_ij = exp(q_i . k_j scale - lse_i); delta_i = do_i . o_i; dS_ij = P_ij (do_i . v_j - delta_i) scale
 *           dq_i = sum_j dS_ij k_j; dk_j = sum_i dS_ij q_i; dv_j = sum_i P_ij do_i
 * shapes    q, o, do, dq (N,H,D); k, v, dk, dv (N,K,D); lse (H,N)
 * layout    rows of q, k, v, dq, dk, dv may be strided; o and do are dense
 * dtypes    f32
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
} tiles;

static float dot(const float *x, const float *y, int64_t d)
{
    vf sum = vzero();
    CAD_LANES(c, w, d)
    sum = vfma(vget(x + c, w), vget(y + c, w), sum);
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
} place;

/* Query rows [i0, i0+rows) of one head against one tile of keys. */
static void block_bwd(const bwd_job *w, const place *at, int64_t i0, int64_t rows, tiles *z)
{
    const cad_attn_bwd_args *a = w->a;
    int64_t d = w->d, ldo = w->h * d, row0 = at->begin + i0;
    const float *q = (const float *)a->q.data + row0 * w->ld_q + at->head * d;
    const float *k = (const float *)a->k.data + (at->begin + at->t) * w->ld_k + at->kv * d;
    const float *d_o = (const float *)a->d_o.data + row0 * ldo + at->head * d;
    const float *o = (const float *)a->o.data + row0 * ldo + at->head * d;
    float *dq = (float *)a->dq.data + row0 * w->ld_dq + at->head * d;
    const float *lse = (const float *)a->lse.data + at->head * w->n + row0;
    for (int64_t r = 0; r < rows; r += QR) {
        int m = (int)cad_min64(QR, rows - r);
        int64_t lo[QR] = {0}, hi[QR] = {0};
        for (int64_t x = 0; x < m; x++)
            hi[x] = a->causal ? cad_max64(0, cad_min64(at->keys, i0 + r + x + 1 - at->t)) : at->keys;
        if (hi[m - 1] == 0)
            continue;
        float *p = z->p + r * KEYS, *ds = z->ds + r * KEYS;
        scores(m, q + r * w->ld_q, w->ld_q, z->kt, KEYS, d, hi[m - 1], p);
        scores(m, d_o + r * ldo, ldo, z->vt, KEYS, d, hi[m - 1], ds);
        for (int64_t x = 0; x < m; x++)
            weights_of_row(p + x * KEYS, ds + x * KEYS, hi[x], a->scale, lse[r + x],
                           dot(d_o + (r + x) * ldo, o + (r + x) * ldo, d));
        add_rows(m, dq + r * w->ld_dq, w->ld_dq, (terms){ds, KEYS, 1, k, w->ld_k}, lo, hi, d);
    }
    for (int64_t j = 0; j < at->keys; j += QR) {
        int m = (int)cad_min64(QR, at->keys - j);
        int64_t lo[QR] = {0}, hi[QR] = {0};
        for (int64_t x = 0; x < m; x++) {
            hi[x] = rows;
            lo[x] = a->causal ? cad_min64(rows, cad_max64(0, at->t + j + x - i0)) : 0;
        }
        add_rows(m, z->dv + j * d, d, (terms){z->p + j, 1, KEYS, d_o, ldo}, lo, hi, d);
        add_rows(m, z->dk + j * d, d, (terms){z->ds + j, 1, KEYS, q, w->ld_q}, lo, hi, d);
    }
}

static void segment_bwd(const bwd_job *w, int64_t begin, int64_t len, int64_t kv, tiles *z)
{
    const cad_attn_bwd_args *a = w->a;
    int64_t d = w->d, group = w->h / w->k;
    for (int64_t i = 0; i < len; i++)
        memset((float *)a->dq.data + (begin + i) * w->ld_dq + kv * group * d, 0, (size_t)(group * d) * sizeof(float));
    for (int64_t t = 0; t < len; t += KEYS) {
        place at = {.begin = begin, .len = len, .kv = kv, .t = t, .keys = cad_min64(KEYS, len - t)};
        transpose_tile((const float *)a->k.data + (begin + t) * w->ld_k + kv * d, w->ld_k, at.keys, d, z->kt);
        transpose_tile((const float *)a->v.data + (begin + t) * w->ld_v + kv * d, w->ld_v, at.keys, d, z->vt);
        memset(z->dk, 0, (size_t)(at.keys * d) * sizeof(float));
        memset(z->dv, 0, (size_t)(at.keys * d) * sizeof(float));
        for (at.head = kv * group; at.head < (kv + 1) * group; at.head++)
            for (int64_t i = a->causal ? t : 0; i < len; i += KEYS)
                block_bwd(w, &at, i, cad_min64(KEYS, len - i), z);
        for (int64_t j = 0; j < at.keys; j++) {
            int64_t row = begin + t + j;
            memcpy((float *)a->dk.data + row * w->ld_dk + kv * d, z->dk + j * d, (size_t)d * sizeof(float));
            memcpy((float *)a->dv.data + row * w->ld_dv + kv * d, z->dv + j * d, (size_t)d * sizeof(float));
        }
    }
}

static void bwd_units(void *ctx, int64_t first, int64_t end)
{
    const bwd_job *w = ctx;
    const int32_t *seg = w->a->seg.data;
    tiles z __attribute__((aligned(64)));
    for (int64_t x = first; x < end; x++)
        segment_bwd(w, seg[x / w->k], seg[x / w->k + 1] - seg[x / w->k], x % w->k, &z);
}

CAD_CPU_OP(attn_bwd)
{
    CAD_TRY(cad_attn_bwd_validate(a));
    CAD_TRY(cad_seg_check("attn_bwd", &a->seg, a->q.dim[0]));
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
CAD_CPU_NO_SCRATCH(attn_bwd)
