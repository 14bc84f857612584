/* The innermost loops of a product (gemm_cpu.c): MR x NR sums held in registers while k runs. */
#ifndef CADLM_KERNELS_CPU_GEMM_TILE_H
#define CADLM_KERNELS_CPU_GEMM_TILE_H

#include "kernels/cpu/gemm_cpu.h"

enum {
    NR = 2 * VW,          /* columns of a panel */
    MR = VW == 16 ? 8 : 6 /* rows held in registers */
};

typedef struct block {
    const float *a;    /* A at the unit's first row and the block's first k; pairs: two k's to a lane, both here and in b */
    int64_t row, step; /* A(i,k) = a[i*row + k*step] */
    const float *b;    /* packed panel */
    int64_t k;         /* lanes: k's, or pairs of them */
    int pairs;
    int from; /* continue the sums in t; otherwise they begin with 0 */
} block;

/* t[mr][nv] = A B over one block, or += it; stride NR. */
CAD_INLINE void tile(const int mr, const int nv, const int pairs, const block *s, float *t)
{
    vf acc[MR][2];
#pragma GCC unroll 8
    for (int64_t i = 0; i < mr; i++)
#pragma GCC unroll 2
        for (int64_t j = 0; j < nv; j++)
            acc[i][j] = s->from ? vload(t + i * NR + j * VW) : vzero();
    const float *a = s->a, *b = s->b;
    for (int64_t k = 0; k < s->k; k++, a += s->step, b += NR) {
        vf b0 = vload(b), b1 = nv > 1 ? vload(b + VW) : b0;
#pragma GCC unroll 8
        for (int64_t i = 0; i < mr; i++) {
            vf x = vset(a[i * s->row]);
            acc[i][0] = pairs ? vdot(x, b0, acc[i][0]) : vfma(x, b0, acc[i][0]);
            if (nv > 1)
                acc[i][1] = pairs ? vdot(x, b1, acc[i][1]) : vfma(x, b1, acc[i][1]);
        }
    }
#pragma GCC unroll 8
    for (int64_t i = 0; i < mr; i++)
#pragma GCC unroll 2
        for (int64_t j = 0; j < nv; j++)
            vstore(t + i * NR + j * VW, acc[i][j]);
}

#define CAD_TILE_ROWS(n, pairs)                                                                                                \
    case n:                                                                                                                    \
        if (nv > 1)                                                                                                            \
            tile(n, 2, pairs, s, t);                                                                                           \
        else                                                                                                                   \
            tile(n, 1, pairs, s, t);                                                                                           \
        return
#define CAD_TILE_ANY(pairs)                                                                                                    \
    switch (mr) {                                                                                                              \
        CAD_TILE_ROWS(1, pairs);                                                                                               \
        CAD_TILE_ROWS(2, pairs);                                                                                               \
        CAD_TILE_ROWS(3, pairs);                                                                                               \
        CAD_TILE_ROWS(4, pairs);                                                                                               \
        CAD_TILE_ROWS(5, pairs);                                                                                               \
        CAD_TILE_ROWS(6, pairs);                                                                                               \
        CAD_TILE_MORE(pairs)                                                                                                   \
    default:                                                                                                                   \
        return;                                                                                                                \
    }
#if defined __AVX512F__
#define CAD_TILE_MORE(pairs)                                                                                                   \
    CAD_TILE_ROWS(7, pairs);                                                                                                   \
    CAD_TILE_ROWS(8, pairs);
#else
#define CAD_TILE_MORE(pairs)
#endif

static void tile_plain(int mr, int nv, const block *s, float *t)
{
    CAD_TILE_ANY(0)
}

static void tile_pairs(int mr, int nv, const block *s, float *t){CAD_TILE_ANY(PAIRS)}

CAD_INLINE void tile_any(int mr, int nv, const block *s, float *t)
{
    if (PAIRS && s->pairs)
        tile_pairs(mr, nv, s, t);
    else
        tile_plain(mr, nv, s, t);
}
#undef CAD_TILE_ANY
#undef CAD_TILE_ROWS
#undef CAD_TILE_MORE

#endif
