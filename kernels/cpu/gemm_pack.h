/* Operands of a product on their way to the tiles (gemm_cpu.c): panels of B, and A where it cannot be read in place. */
#ifndef CADLM_KERNELS_CPU_GEMM_PACK_H
#define CADLM_KERNELS_CPU_GEMM_PACK_H

#include "kernels/cpu/gemm_tile.h"
#include "kernels/cpu/transpose_cpu.h"

enum { KC = 512 }; /* k's of a packed block; even */

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

/* A panel of B: k's [k0, k0+k) of run `run`, columns [j, j+n). */
typedef struct cut {
    int64_t run, k0, k, j, n;
} cut;

/* It as f32, as it is stored: *ld its stride; in place, or in `tmp` (KC x NR). */
CAD_INLINE const float *lines_of_b(const cad_gemm_term *t, const cut *c, int64_t *ld, float *tmp)
{
    *ld = t->ldb;
    if (t->q) {
        int64_t first = c->run * t->b_step / t->ldb + c->k0; /* b_step is whole rows */
        if (t->b_trans)
            CAD_ISA(nf4_rect)(t->q, c->j, c->n, c->k0, c->k, tmp, *ld = KC);
        else
            CAD_ISA(nf4_rect)(t->q, first, c->k, c->j, c->n, tmp, *ld = NR);
        return tmp;
    }
    const elem *b = t->b + c->run * t->b_step + (t->b_trans ? c->j * *ld + c->k0 : c->k0 * *ld + c->j);
    return t->b_trans ? rows_in(b, ld, c->n, c->k, tmp) : rows_in(b, ld, c->k, c->n, tmp);
}

static void pack(const cad_gemm_term *t, const cut *c, float *out)
{
    float tmp[KC * NR] __attribute__((aligned(64)));
    int64_t ld;
    const float *src = lines_of_b(t, c, &ld, tmp);
    if (t->b_trans)
        transpose_rows(src, ld, c->n, c->k, out, NR, NR);
    else
        pack_columns(src, ld, c->k, c->n, out);
    if (t->mask_on == CAD_MASK_B)
        for (int64_t i = 0; i < c->k; i++)
            drop_row(t, c->k0 + i, c->j, c->n, out + i * NR);
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

static void pack_pairs(const cad_gemm_term *t, const cut *c, float *out)
{
    if (t->b_trans && t->mask_on != CAD_MASK_B) { /* neighbours are k's: half as much to turn */
        float tmp[KC * NR], half[KC / 2 * NR] __attribute__((aligned(64)));
        int64_t ld, lanes = (c->k + 1) / 2;
        const float *src = lines_of_b(t, c, &ld, tmp);
        for (int64_t j = 0; j < c->n; j++)
            pair_row(src + j * ld, c->k, half + j * lanes);
        transpose_rows(half, lanes, c->n, lanes, out, NR, NR);
        return;
    }
    pack(t, c, out);
    for (int64_t i = 0; i < c->k; i += 2)
        for (int64_t v = 0; v < NR; v += VW) {
            const float *even = out + i * NR + v;
            vstore(out + i / 2 * NR + v, vpair(vload(even), i + 1 < c->k ? vload(even + NR) : vzero()));
        }
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
