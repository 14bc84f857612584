/* Attention against the cache equals attention over the whole sequence; the cache holds what was appended and nothing else. */
#include "tests/kernels/checks.h"

#include <math.h>
#include <string.h>

typedef struct decode_shape {
    int64_t slots, h, k, d, capacity;
} decode_shape;
static const decode_shape shapes[] = {{1, 1, 1, 2, 64},   {3, 4, 2, 32, 128},  {2, 6, 1, 64, 64}, {5, 2, 2, 10, 192},
                                      {2, 4, 2, 16, 576}, {1, 2, 1, 256, 192}, {2, 18, 1, 8, 64}};
enum { N_SHAPES = sizeof shapes / sizeof shapes[0] };

static int64_t key_at(const decode_shape *s, int64_t slot, int64_t head, int64_t e, int64_t pos)
{
    return ((slot * s->k + head) * s->d + e) * s->capacity + pos;
}
static int64_t value_at(const decode_shape *s, int64_t slot, int64_t head, int64_t e, int64_t pos)
{
    return ((slot * s->k + head) * s->capacity + pos) * s->d + e;
}

static cad_kv cache_of(const checkop *t, float *k, float *v, const decode_shape *s)
{
    cad_kv c;
    c.k = CO_3D(k, s->slots, s->k, s->d);
    c.v = CO_3D(v, s->slots, s->k, s->capacity);
    c.k.ndim = c.v.ndim = 4;
    c.k.dim[3] = s->capacity;
    c.v.dim[3] = s->d;
    return c;
}

void check_kv_append(checkop *t)
{
    for (int i = 0; i < N_SHAPES; i++) {
        const decode_shape *s = &shapes[i];
        int64_t n = s->slots + 1, cells = s->slots * s->k * s->d * s->capacity;
        co_case(t, "slots %lld K %lld D %lld T %lld", (long long)s->slots, (long long)s->k, (long long)s->d,
                (long long)s->capacity);
        float *k = co_in(t, "k", n * s->k * s->d, CO_NORMAL), *v = co_in(t, "v", n * s->k * s->d, CO_NORMAL);
        float *ck = co_inplace(t, "cache k", cells, CO_NORMAL), *cv = co_inplace(t, "cache v", cells, CO_NORMAL);
        int32_t *slot = co_bytes(t, "slot", CO_IN, (size_t)n * 4), *pos = co_bytes(t, "pos", CO_IN, (size_t)n * 4);
        float *wk = co_f32(t, cells), *wv = co_f32(t, cells);
        memcpy(wk, ck, (size_t)cells * 4);
        memcpy(wv, cv, (size_t)cells * 4);
        for (int64_t r = 0; r < n; r++) {
            slot[r] = (int32_t)(r % s->slots);
            pos[r] = (int32_t)(r == 0 ? s->capacity - 1 : r < s->slots ? r : 0);
            for (int64_t h = 0; h < s->k; h++)
                for (int64_t e = 0; e < s->d; e++) {
                    wk[key_at(s, slot[r], h, e, pos[r])] = k[(r * s->k + h) * s->d + e];
                    wv[value_at(s, slot[r], h, e, pos[r])] = v[(r * s->k + h) * s->d + e];
                }
        }
        CO_RUN(t, kv_append,
               (&(cad_kv_append_args){.k = CO_3D(k, n, s->k, s->d),
                                      .v = CO_3D(v, n, s->k, s->d),
                                      .slot = cad_tensor_1d(CAD_I32, slot, n),
                                      .pos = cad_tensor_1d(CAD_I32, pos, n),
                                      .cache = cache_of(t, ck, cv, s)}));
        co_equal(t, "cache k", ck, wk, (size_t)cells * 4);
        co_equal(t, "cache v", cv, wv, (size_t)cells * 4);
    }
}

/* Each row of the call by itself has the bits it has beside the others. */
static void rows_alone(checkop *t, const cad_attn_decode_args *all, float *q, const float *o)
{
    int64_t n = all->q.dim[0], h = all->q.dim[1], d = all->q.dim[2];
    float *one = co_out(t, "o alone", n * h * d);
    cad_attn_decode_args a = *all;
    for (int64_t r = 0; r < n; r++) {
        a.q = CO_3D(q + r * h * d, 1, h, d);
        a.o = CO_3D(one + r * h * d, 1, h, d);
        a.slot = cad_tensor_1d(CAD_I32, (int32_t *)all->slot.data + r, 1);
        a.len = cad_tensor_1d(CAD_I32, (int32_t *)all->len.data + r, 1);
        CO_RUN(t, attn_decode, &a);
        co_same(t, "o alone", one + r * h * d, o + r * h * d, h * d);
    }
}

void check_attn_decode(checkop *t)
{
    for (int i = 0; i < N_SHAPES; i++) {
        const decode_shape *s = &shapes[i];
        int64_t n = s->slots + 1, h = s->h, d = s->d, cells = s->slots * s->k * d * s->capacity;
        co_case(t, "slots %lld H %lld K %lld D %lld T %lld", (long long)s->slots, (long long)h, (long long)s->k, (long long)d,
                (long long)s->capacity);
        float *q = co_in(t, "q", n * h * d, CO_TAME), *ck = co_in(t, "cache k", cells, CO_TAME);
        float *cv = co_in(t, "cache v", cells, CO_NORMAL), *o = co_out(t, "o", n * h * d), *no = co_f32(t, n * h * d);
        int32_t *slot = co_bytes(t, "slot", CO_IN, (size_t)n * 4), *len = co_bytes(t, "len", CO_IN, (size_t)n * 4);
        float scale = (float)(1 / sqrt((double)d));
        double *ro = co_f64(t, n * h * d);
        for (int64_t r = 0; r < n; r++) {
            bool again = r == s->slots; /* one more row of the slot of row 0, which has cells beyond what this one sees */
            slot[r] = (int32_t)(s->slots - 1 - (again ? 0 : r));
            len[r] = (int32_t)(again ? s->capacity / 2 + 1 : r == 0 ? s->capacity : 1 + r * 17 % s->capacity);
            for (int64_t p = again ? s->capacity : len[r]; p < s->capacity; p++) /* what was never written may be anything */
                for (int64_t e = 0; e < s->k * d; e++) {
                    ck[key_at(s, slot[r], e / d, e % d, p)] = (float)NAN;
                    cv[value_at(s, slot[r], e / d, e % d, p)] = (float)NAN;
                }
        }
        for (int64_t r = 0; r < n; r++) { /* the last query of a sequence of len rows */
            int64_t m = len[r];
            int32_t seg[2] = {0, len[r]};
            float *qq = co_f32(t, m * h * d), *kk = co_f32(t, m * s->k * d), *vv = co_f32(t, m * s->k * d);
            float *oo = co_f32(t, m * h * d);
            double *od = co_f64(t, m * h * d);
            memcpy(qq + (m - 1) * h * d, q + r * h * d, (size_t)(h * d) * 4);
            for (int64_t p = 0; p < m; p++)
                for (int64_t e = 0; e < s->k * d; e++) {
                    kk[p * s->k * d + e] = ck[key_at(s, slot[r], e / d, e % d, p)];
                    vv[p * s->k * d + e] = cv[value_at(s, slot[r], e / d, e % d, p)];
                }
            ref64_attn(co_widen(t, qq, m * h * d), co_widen(t, kk, m * s->k * d), co_widen(t, vv, m * s->k * d), seg, 1, h,
                       s->k, d, (double)scale, 1, od, co_f64(t, (h + 1) * m));
            CO_NAIVE(t, attn)(qq, kk, vv, seg, 1, h, s->k, d, scale, 1, oo, co_f32(t, (h + 1) * m));
            memcpy(ro + r * h * d, od + (m - 1) * h * d, (size_t)(h * d) * 8);
            memcpy(no + r * h * d, oo + (m - 1) * h * d, (size_t)(h * d) * 4);
        }
        cad_attn_decode_args a = {.q = CO_3D(q, n, h, d),
                                  .slot = cad_tensor_1d(CAD_I32, slot, n),
                                  .len = cad_tensor_1d(CAD_I32, len, n),
                                  .cache = cache_of(t, ck, cv, s),
                                  .o = CO_3D(o, n, h, d),
                                  .scale = scale};
        a.scratch = co_scratch(t, t->ops->attn_decode_scratch(&a));
        CO_RUN(t, attn_decode, &a);
        co_close_terms(t, "o", o, ro, no, n * h * d, n * h * d < CO_FEW ? co_largest(cv, cells) : 0);
        if (!t->twist)
            rows_alone(t, &a, q, o);
    }
}
