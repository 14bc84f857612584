/* The three small products that attention is made of, over tiles of 64 keys.
 *
 * Everything here is f32; rows in bf16 are widened tile by tile by the caller, and sums stay f32 until they are complete.
 *
 * Forward and decode run the same code on every row, tile by tile from position 0, and a row's bits do not depend on the rows
 * beside it: so a token decoded from the cache has the bits of the full forward. */
#ifndef CADLM_KERNELS_CPU_ATTN_TILE_H
#define CADLM_KERNELS_CPU_ATTN_TILE_H

#include "kernels/cpu/storage_cpu.h"
#include "kernels/cpu/transpose_cpu.h"

#include <math.h>

enum {
    KEYS = 64,             /* keys of a tile, query rows of a block */
    QR = 4,                /* rows held in registers */
    KV = VW == 16 ? 4 : 2, /* key vectors held in registers */
    MAX_D = 256,
    COPY = NARROW ? KEYS * MAX_D : 1 /* floats of a tile that is widened */
};

/* out[d*KEYS + j] = x[j*ld + d] for n rows; columns from n to the end of its vector are zero. */
CAD_INLINE void transpose_tile(const float *x, int64_t ld, int64_t n, int64_t d, float *out)
{
    transpose_rows(x, ld, n, d, out, KEYS, cad_ceil_div(n, VW) * VW);
}

/* s[r*KEYS + j] = sum_d q[r*ldq + d] kt[d*ldk + j] for `rows` rows and kv vectors of keys. */
CAD_INLINE void score_block(const int rows, const int kv, const float *q, int64_t ldq, const float *kt, int64_t ldk, int64_t d,
                            float *s)
{
    vf acc[QR][KV];
#pragma GCC unroll 4
    for (int64_t r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int64_t v = 0; v < kv; v++)
            acc[r][v] = vzero();
    for (int64_t c = 0; c < d; c++) {
        vf k[KV];
#pragma GCC unroll 4
        for (int64_t v = 0; v < kv; v++)
            k[v] = vload(kt + c * ldk + v * VW);
#pragma GCC unroll 4
        for (int64_t r = 0; r < rows; r++) {
            vf x = vset(q[r * ldq + c]);
#pragma GCC unroll 4
            for (int64_t v = 0; v < kv; v++)
                acc[r][v] = vfma(x, k[v], acc[r][v]);
        }
    }
#pragma GCC unroll 4
    for (int64_t r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int64_t v = 0; v < kv; v++)
            vstore(s + r * KEYS + v * VW, acc[r][v]);
}

CAD_INLINE void score_rows(const int rows, const float *q, int64_t ldq, const float *kt, int64_t ldk, int64_t d, int64_t n,
                           float *s)
{
    int64_t j = 0;
    for (; n - j > (int64_t)(KV - 1) * VW; j += (int64_t)KV * VW)
        score_block(rows, KV, q, ldq, kt + j, ldk, d, s + j);
    for (; n - j > VW; j += 2 * (int64_t)VW)
        score_block(rows, 2, q, ldq, kt + j, ldk, d, s + j);
    if (j < n)
        score_block(rows, 1, q, ldq, kt + j, ldk, d, s + j);
}

/* The same for rows < 1..QR and keys j < n <= KEYS: whole vectors of them, no more are read or written. */
CAD_INLINE void scores(int rows, const float *q, int64_t ldq, const float *kt, int64_t ldk, int64_t d, int64_t n, float *s)
{
    switch (rows) {
    case 1:
        score_rows(1, q, ldq, kt, ldk, d, n, s);
        return;
    case 2:
        score_rows(2, q, ldq, kt, ldk, d, n, s);
        return;
    case 3:
        score_rows(3, q, ldq, kt, ldk, d, n, s);
        return;
    default:
        score_rows(4, q, ldq, kt, ldk, d, n, s);
    }
}

/* What is added to row r of a destination: sum over t of coef[r*cr + t*ct] * src[t*lds]. */
typedef struct terms {
    const float *coef;
    int64_t cr, ct;
    const float *src;
    int64_t lds;
} terms;

/* dst[r] += the terms t in [lo, hi), `d` columns, for rows held together in registers. */
CAD_INLINE void add_block(const int rows, float *dst, int64_t ldd, terms of, int64_t lo, int64_t hi, int64_t d)
{
    for (int64_t c = 0; c < d; c += 2 * (int64_t)VW) {
        int64_t w0 = cad_min64(VW, d - c), w1 = cad_min64(VW, d - c - VW);
        vf acc[QR][2];
#pragma GCC unroll 4
        for (int r = 0; r < rows; r++) {
            acc[r][0] = vget(dst + r * ldd + c, w0);
            acc[r][1] = w1 > 0 ? vget(dst + r * ldd + c + VW, w1) : vzero();
        }
        if (w1 == VW) {
            for (int64_t t = lo; t < hi; t++) {
                vf x0 = vload(of.src + t * of.lds + c), x1 = vload(of.src + t * of.lds + c + VW);
#pragma GCC unroll 4
                for (int r = 0; r < rows; r++) {
                    vf p = vset(of.coef[r * of.cr + t * of.ct]);
                    acc[r][0] = vfma(p, x0, acc[r][0]);
                    acc[r][1] = vfma(p, x1, acc[r][1]);
                }
            }
        } else {
            for (int64_t t = lo; t < hi; t++) {
                vf x0 = vget(of.src + t * of.lds + c, w0);
                vf x1 = w1 > 0 ? vget(of.src + t * of.lds + c + VW, w1) : vzero();
#pragma GCC unroll 4
                for (int r = 0; r < rows; r++) {
                    vf p = vset(of.coef[r * of.cr + t * of.ct]);
                    acc[r][0] = vfma(p, x0, acc[r][0]);
                    acc[r][1] = vfma(p, x1, acc[r][1]);
                }
            }
        }
#pragma GCC unroll 4
        for (int r = 0; r < rows; r++) {
            vput(dst + r * ldd + c, acc[r][0], w0);
            if (w1 > 0)
                vput(dst + r * ldd + c + VW, acc[r][1], w1);
        }
    }
}

/* One row of it. */
CAD_INLINE void add_row(int r, float *dst, int64_t ldd, terms of, int64_t lo, int64_t hi, int64_t d)
{
    of.coef += r * of.cr;
    add_block(1, dst + r * ldd, ldd, of, lo, hi, d);
}

/* dst[r] += the terms t in [lo[r], hi[r]), ascending.  What a row does not see is never touched, so a NaN there does
 * not spread. */
CAD_INLINE void add_rows(int rows, float *dst, int64_t ldd, terms of, const int64_t *lo, const int64_t *hi, int64_t d)
{
    int64_t from = lo[0], to = hi[0];
    for (int r = 1; r < rows; r++) {
        from = cad_max64(from, lo[r]);
        to = cad_min64(to, hi[r]);
    }
    if (rows < QR || from >= to) {
        for (int r = 0; r < rows; r++)
            add_row(r, dst, ldd, of, lo[r], hi[r], d);
        return;
    }
    for (int r = 0; r < rows; r++)
        if (lo[r] < from)
            add_row(r, dst, ldd, of, lo[r], from, d);
    add_block(QR, dst, ldd, of, from, to, d);
    for (int r = 0; r < rows; r++)
        if (hi[r] > to)
            add_row(r, dst, ldd, of, to, hi[r], d);
}

/* Running softmax of one row. */
typedef struct soft {
    float max, sum;
} soft;

/* Takes one tile of n raw scores: s becomes the weights of this tile, o (so far) is rescaled to the new maximum. */
CAD_INLINE void soft_tile(soft *state, float *s, int64_t n, float scale, float *o, int64_t d)
{
    vf top = vset(state->max), sc = vset(scale), low = vset(-INFINITY);
    for (int64_t j = 0; j < n; j += VW) {
        vf x = vfirst(vmul(vload(s + j), sc), cad_min64(VW, n - j), low);
        top = vmax(top, x);
        vstore(s + j, x);
    }
    float before = state->max, now = vmaximum(top);
    vf shift = vset(now), total = vzero();
    for (int64_t j = 0; j < n; j += VW) {
        vf p = vexp(vsub(vload(s + j), shift));
        total = vadd(total, p);
        vstore(s + j, p);
    }
    if (before == -INFINITY) {
        state->sum = vsum(total);
    } else {
        vf alpha = vexp(vset(before - now));
        float first[VW];
        vstore(first, alpha);
        state->sum = state->sum * first[0] + vsum(total);
        CAD_LANES(c, w, d)
        vput(o + c, vmul(vget(o + c, w), alpha), w);
    }
    state->max = now;
}

/* o /= sum; the value of lse. */
CAD_INLINE float soft_finish(const soft *state, float *o, int64_t d)
{
    vf sum = vset(state->sum);
    CAD_LANES(c, w, d)
    vput(o + c, vdiv(vget(o + c, w), sum), w);
    return state->max + logf(state->sum);
}

#endif
