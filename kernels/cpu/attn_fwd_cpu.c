/* attn_fwd, CPU.
 *
 * math      s_ij = q_i . k_j scale; P = softmax_j(s); o_i = sum_j P_ij v_j; lse_i = log sum_j exp(s_ij)
 * shapes    q, o (N,H,D); k, v (N,K,D); seg (S+1); lse (H,N)
 * layout    rows may be strided (views into fused rows); o is dense
 * dtypes    q, k, v, o f32 or bf16; scores, probabilities, sums and lse f32; o is rounded once
 * limits    D <= 256, K divides H; segments of any length; empty segments are skipped
 * mapping   a unit = one segment x one kv head with all its query heads; 64 x 64 tiles, keys transposed on the stack
 * order     online softmax over key tiles from position 0; a row's bits depend on its own segment prefix only: class I
 * cost      4 L^2/2 D FLOPs per head and segment of length L
 * source    Milakov and Gimelshein 2018 (online softmax)
 * test      tests/kernels/check_attn.c
 */
#include "kernels/cpu/attn_tile.h"

typedef struct fwd_job {
    const cad_attn_fwd_args *a;
    int64_t h, k, d, n, ld_q, ld_k, ld_v;
} fwd_job;

typedef struct room {
    float kt[MAX_D * KEYS];              /* transposed keys of the tile */
    float q[COPY], row[COPY], sum[COPY]; /* bf16: queries, keys or values, and o, widened */
} room;

/* Query rows [i0, i0+rows) of one head, rows <= KEYS, against the keys of their segment. */
static void query_block(const fwd_job *w, int64_t begin, int64_t len, int64_t i0, int64_t rows, int64_t kv, room *z)
{
    const cad_attn_fwd_args *a = w->a;
    int64_t group = w->h / w->k, d = w->d, ldo = w->h * d;
    const elem *k = (const elem *)a->k.data + begin * w->ld_k + kv * d;
    const elem *v = (const elem *)a->v.data + begin * w->ld_v + kv * d;
    int64_t last = a->causal ? i0 + rows : len;
    soft state[KEYS];
    float s[QR * KEYS] __attribute__((aligned(64)));
    for (int64_t head = kv * group; head < (kv + 1) * group; head++) {
        int64_t ld_q = w->ld_q, ld_sum = ldo;
        const float *q = rows_in((const elem *)a->q.data + (begin + i0) * ld_q + head * d, &ld_q, rows, d, z->q);
        elem *out = (elem *)a->o.data + (begin + i0) * ldo + head * d;
        float *o = rows_out(out, &ld_sum, d, z->sum);
        for (int64_t r = 0; r < rows; r++) {
            state[r] = (soft){-INFINITY, 0.0f};
            memset(o + r * ld_sum, 0, (size_t)d * sizeof(float));
        }
        for (int64_t t = 0; t < last; t += KEYS) {
            int64_t keys = cad_min64(KEYS, len - t), ld_k = w->ld_k, ld_v = w->ld_v;
            /* One tile of keys serves all heads of the group; longer segments transpose again. */
            if (last > KEYS || (head == kv * group && i0 == 0)) {
                const float *key = rows_in(k + t * ld_k, &ld_k, keys, d, z->row);
                transpose_tile(key, ld_k, keys, d, z->kt);
            }
            const float *value = rows_in(v + t * ld_v, &ld_v, keys, d, z->row);
            for (int64_t r = 0; r < rows; r += QR) {
                int m = (int)cad_min64(QR, rows - r);
                int64_t lo[QR] = {0}, hi[QR] = {0};
                for (int64_t x = 0; x < m; x++)
                    hi[x] = a->causal ? cad_max64(0, cad_min64(keys, i0 + r + x + 1 - t)) : keys;
                if (hi[m - 1] == 0)
                    continue;
                scores(m, q + r * ld_q, ld_q, z->kt, KEYS, d, hi[m - 1], s);
                for (int64_t x = 0; x < m; x++)
                    if (hi[x] > 0)
                        soft_tile(&state[r + x], s + x * KEYS, hi[x], a->scale, o + (r + x) * ld_sum, d);
                add_rows(m, o + r * ld_sum, ld_sum, (terms){s, KEYS, 1, value, ld_v}, lo, hi, d);
            }
        }
        for (int64_t r = 0; r < rows; r++) {
            float lse = soft_finish(&state[r], o + r * ld_sum, d);
            if (a->lse.data)
                ((float *)a->lse.data)[head * w->n + begin + i0 + r] = lse;
        }
        rows_done(o, rows, d, out, ldo);
    }
}

static void fwd_units(void *ctx, int64_t first, int64_t end)
{
    const fwd_job *w = ctx;
    const int32_t *seg = w->a->seg.data;
    room z __attribute__((aligned(64)));
    for (int64_t x = first; x < end; x++) {
        int64_t begin = seg[x / w->k], len = seg[x / w->k + 1] - begin;
        for (int64_t i = 0; i < len; i += KEYS)
            query_block(w, begin, len, i, cad_min64(KEYS, len - i), x % w->k, &z);
    }
}

CAD_STORED_OP(attn_fwd)
{
    CAD_TRY(cad_attn_fwd_validate(a));
    CAD_TRY(cad_seg_check("attn_fwd", &a->seg, a->q.dim[0]));
    fwd_job w = {.a = a, .h = a->q.dim[1], .k = a->k.dim[1], .d = a->q.dim[2], .n = a->q.dim[0]};
    w.ld_q = a->ld_q ? a->ld_q : w.h * w.d;
    w.ld_k = a->ld_k ? a->ld_k : w.k * w.d;
    w.ld_v = a->ld_v ? a->ld_v : w.k * w.d;
    cad_parallel_for((a->seg.dim[0] - 1) * w.k, 1, fwd_units, &w);
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(attn_fwd)
