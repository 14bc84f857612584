/* kv_append, attn_decode, CPU.
 *
 * math      cache[slot_n][.][pos_n] = k_n, v_n; o_n = softmax(q_n . k_j scale) v over cache positions j < len_n
 * shapes    k, v (n,K,D); q, o (n,H,D); cache k (S,K,D,T), v (S,K,T,D)
 * layout    keys transposed in the cache, so no tile is transposed at decode time
 * dtypes    f32 or bf16; scores and sums f32, o is rounded once
 * limits    T a multiple of 64, D <= 256; cells at or beyond len are never used
 * mapping   decode: a unit = one row x one kv head; the query heads of a group share each key tile
 * order     tile by tile from position 0, the code of attn_fwd: equal bits
 * cost      bound by reading len keys and values
 * source    attn_tile.h
 * test      tests/kernels/check_decode.c
 */
#include "kernels/cpu/attn_tile.h"

static void append_rows(void *ctx, int64_t begin, int64_t end)
{
    const cad_kv_append_args *a = ctx;
    int64_t kh = a->k.dim[1], d = a->k.dim[2], t = a->cache.k.dim[3];
    int64_t ld_k = a->ld_k ? a->ld_k : kh * d, ld_v = a->ld_v ? a->ld_v : kh * d;
    for (int64_t n = begin; n < end; n++) {
        int64_t slot = ((const int32_t *)a->slot.data)[n], pos = ((const int32_t *)a->pos.data)[n];
        for (int64_t h = 0; h < kh; h++) {
            const elem *k = (const elem *)a->k.data + n * ld_k + h * d;
            const elem *v = (const elem *)a->v.data + n * ld_v + h * d;
            elem *ck = (elem *)a->cache.k.data + (slot * kh + h) * d * t + pos;
            for (int64_t c = 0; c < d; c++)
                ck[c * t] = k[c];
            memcpy((elem *)a->cache.v.data + ((slot * kh + h) * t + pos) * d, v, (size_t)d * sizeof(elem));
        }
    }
}

CAD_STORED_OP(kv_append)
{
    CAD_TRY(cad_kv_append_validate(a));
    CAD_TRY(cad_ids_check("kv_append", "slot", &a->slot, a->cache.k.dim[0]));
    CAD_TRY(cad_ids_check("kv_append", "pos", &a->pos, a->cache.k.dim[3]));
    cad_parallel_for(a->k.dim[0], 16, append_rows, (void *)(uintptr_t)a);
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(kv_append)

static void decode_unit(const cad_attn_decode_args *a, int64_t n, int64_t kv)
{
    int64_t h = a->q.dim[1], d = a->q.dim[2], kh = a->cache.k.dim[1], cap = a->cache.k.dim[3], group = h / kh;
    int64_t slot = ((const int32_t *)a->slot.data)[n], len = ((const int32_t *)a->len.data)[n];
    const elem *k = (const elem *)a->cache.k.data + (slot * kh + kv) * d * cap;
    const elem *v = (const elem *)a->cache.v.data + (slot * kh + kv) * cap * d;
    const elem *queries = (const elem *)a->q.data + n * (a->ld_q ? a->ld_q : h * d) + kv * group * d;
    elem *out = (elem *)a->o.data + (n * h + kv * group) * d;
    float s[QR * KEYS] __attribute__((aligned(64)));
    float keys_f32[COPY], values_f32[COPY], q_f32[NARROW ? QR * MAX_D : 1], o_f32[NARROW ? QR * MAX_D : 1];
    for (int64_t g = 0; g < group; g += QR) {
        int m = (int)cad_min64(QR, group - g);
        int64_t ld = d;
        const float *q = rows_in(queries + g * d, &ld, m, d, q_f32);
        float *o = rows_out(out + g * d, &ld, d, o_f32);
        soft state[QR];
        for (int64_t x = 0; x < m; x++)
            state[x] = (soft){-INFINITY, 0.0f};
        memset(o, 0, (size_t)(m * d) * sizeof(float));
        for (int64_t t = 0; t < len; t += KEYS) {
            int64_t lo[QR] = {0}, hi[QR], keys = cad_min64(KEYS, len - t), ld_k = cap, ld_v = d;
            const float *kt = rows_in(k + t, &ld_k, d, KEYS, keys_f32);
            const float *value = rows_in(v + t * d, &ld_v, keys, d, values_f32);
            scores(m, q, d, kt, ld_k, d, keys, s);
            for (int64_t x = 0; x < m; x++) {
                hi[x] = keys;
                soft_tile(&state[x], s + x * KEYS, keys, a->scale, o + x * d, d);
            }
            add_rows(m, o, d, (terms){s, KEYS, 1, value, ld_v}, lo, hi, d);
        }
        for (int64_t x = 0; x < m; x++)
            (void)soft_finish(&state[x], o + x * d, d);
        rows_done(o, m, d, out + g * d, d);
    }
}

static void decode_units(void *ctx, int64_t begin, int64_t end)
{
    const cad_attn_decode_args *a = ctx;
    int64_t kh = a->cache.k.dim[1];
    for (int64_t x = begin; x < end; x++)
        decode_unit(a, x / kh, x % kh);
}

CAD_STORED_OP(attn_decode)
{
    CAD_TRY(cad_attn_decode_validate(a));
    CAD_TRY(cad_attn_decode_values(a));
    cad_parallel_for(a->q.dim[0] * a->cache.k.dim[1], 4, decode_units, (void *)(uintptr_t)a);
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(attn_decode)
