/* Operands of a product on their way to the tiles (gemm_cpu.c): panels of B, and A where it cannot be read in place. */
#ifndef CADLM_KERNELS_CPU_GEMM_PACK_H
#define CADLM_KERNELS_CPU_GEMM_PACK_H

#include "kernels/cpu/gemm_tile.h"

enum { KC = 512 }; /* k's of a packed block; even */

/* Four rows of a transposed source become four lanes: out[k*NR + 0..3] = src[0..3][k]. */
CAD_INLINE void pack_four(const float *src, int64_t ld, int64_t k, float *out)
{
    int64_t i = 0;
    for (; i + 4 <= k; i += 4) {
        __m128 r0 = _mm_loadu_ps(src + i), r1 = _mm_loadu_ps(src + ld + i);
        __m128 r2 = _mm_loadu_ps(src + 2 * ld + i), r3 = _mm_loadu_ps(src + 3 * ld + i);
        _MM_TRANSPOSE4_PS(r0, r1, r2, r3);
        _mm_storeu_ps(out + i * NR, r0);
        _mm_storeu_ps(out + (i + 1) * NR, r1);
        _mm_storeu_ps(out + (i + 2) * NR, r2);
        _mm_storeu_ps(out + (i + 3) * NR, r3);
    }
    for (; i < k; i++)
        for (int64_t j = 0; j < 4; j++)
            out[i * NR + j] = src[j * ld + i];
}

static void pack_rows(const float *src, int64_t ld, int64_t k, int64_t n, float *out)
{
    int64_t j = 0;
    for (; j + 4 <= n; j += 4)
        pack_four(src + j * ld, ld, k, out + j);
    for (; j < n; j++)
        for (int64_t i = 0; i < k; i++)
            out[i * NR + j] = src[j * ld + i];
    for (int64_t i = 0; n < NR && i < k; i++)
        memset(out + i * NR + n, 0, (size_t)(NR - n) * sizeof(float));
}

static void pack_columns(const float *src, int64_t ld, int64_t k, int64_t n, float *out)
{
    for (int64_t i = 0; i < k; i++) {
        vput(out + i * NR, vget(src + i * ld, cad_min64(n, VW)), VW);
        vput(out + i * NR + VW, n > VW ? vget(src + i * ld + VW, n - VW) : vzero(), VW);
    }
}

/* Columns [col, col+n) of row `row` through their mask; col is a multiple of VW. */
CAD_INLINE void drop_row(const cad_gemm_term *t, int64_t row, int64_t col, int64_t n, float *x)
{
    vf keep = vset(t->keep);
    CAD_LANES(c, w, n)
    vput(x + c, vmul(vkeep(vget(x + c, w), t->mask + row * t->mask_ld, col + c), keep), w);
}

/* k's [k0, k0+k) of run `run` of columns [j, j+n), packed into out. */
static void pack(const cad_gemm_term *t, int64_t run, int64_t k0, int64_t k, int64_t j, int64_t n, float *out)
{
    float tmp[KC * NR] __attribute__((aligned(64)));
    int64_t ld = t->ldb;
    const float *src;
    if (t->q) {
        int64_t first = run * t->b_step / t->ldb + k0; /* b_step is whole rows */
        if (t->b_trans)
            CAD_ISA(nf4_rect)(t->q, j, n, k0, k, tmp, ld = KC);
        else
            CAD_ISA(nf4_rect)(t->q, first, k, j, n, tmp, ld = NR);
        src = tmp;
    } else {
        const elem *b = t->b + run * t->b_step + (t->b_trans ? j * ld + k0 : k0 * ld + j);
        src = t->b_trans ? rows_in(b, &ld, n, k, tmp) : rows_in(b, &ld, k, n, tmp);
    }
    if (t->b_trans)
        pack_rows(src, ld, k, n, out);
    else
        pack_columns(src, ld, k, n, out);
    if (t->mask_on == CAD_MASK_B)
        for (int64_t i = 0; i < k; i++)
            drop_row(t, k0 + i, j, n, out + i * NR);
}

/* Line by line, w lanes each: even and odd lines of `x` become pairs in out[0..(k+1)/2); out may be x. */
CAD_INLINE void pair_lines(const float *x, int64_t ld, int64_t k, int64_t w, float *out, int64_t ld_out)
{
    for (int64_t i = 0; i < k; i += 2)
        CAD_LANES(c, v, w)
        {
            vf odd = i + 1 < k ? vget(x + (i + 1) * ld + c, v) : vzero();
            vput(out + i / 2 * ld_out + c, vpair(vget(x + i * ld + c, v), odd), v);
        }
}

/* n neighbours of a line become (n+1)/2 pairs. */
CAD_INLINE void pair_row(const float *x, int64_t n, float *out)
{
    for (int64_t c = 0; c < n; c += NR) {
        vf lo = vget(x + c, cad_min64(VW, n - c));
        vf hi = n - c > VW ? vget(x + c + VW, cad_min64(VW, n - c - VW)) : vzero();
        vput(out + c / 2, vpairs(lo, hi), cad_min64(VW, (n - c + 1) / 2));
    }
}

static void pack_pairs(const cad_gemm_term *t, int64_t run, int64_t k0, int64_t k, int64_t j, int64_t n, float *out)
{
    pack(t, run, k0, k, j, n, out);
    pair_lines(out, NR, k, NR, out, NR);
}

static int copies_a(const cad_gemm_term *t)
{
    return t->mask_on == CAD_MASK_A || !(t->af || as_f32(t->a));
}

/* A rectangle of A as stored: lines of `width` neighbours; i0, k0 are the row and the k it begins at. */
typedef struct rect {
    const cad_gemm_term *t;
    int64_t at, lines, width, i0, k0;
} rect;

/* Line i of it as f32: in place, or in `copy` where it has to be widened or passes a mask. */
CAD_INLINE const float *line_of_a(const rect *r, int64_t i, float *copy)
{
    const cad_gemm_term *t = r->t;
    int64_t at = r->at + i * t->lda;
    if (!copies_a(t))
        return (t->af ? t->af : as_f32(t->a)) + at;
    widen_row(t->a + at, r->width, copy);
    if (t->mask_on == CAD_MASK_A)
        drop_row(t, r->i0 + i, r->k0, r->width, copy);
    return copy;
}

/* The rectangle as pairs of k's: [lines][width/2], or [lines/2][width] when its lines are k's. */
static void pairs_of_a(const rect *r, int64_t ld, float *out)
{
    float line[2][KC] __attribute__((aligned(64)));
    if (!r->t->a_trans) {
        for (int64_t i = 0; i < r->lines; i++)
            pair_row(line_of_a(r, i, line[0]), r->width, out + i * ld);
        return;
    }
    for (int64_t i = 0; i < r->lines; i += 2) {
        const float *even = line_of_a(r, i, line[0]), *odd = i + 1 < r->lines ? line_of_a(r, i + 1, line[1]) : NULL;
        CAD_LANES(c, w, r->width)
        vput(out + i / 2 * ld + c, vpair(vget(even + c, w), odd ? vget(odd + c, w) : vzero()), w);
    }
}

#endif

