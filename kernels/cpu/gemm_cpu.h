/* Matrix products of the CPU back end: one description, two ways to run it (own loops, or a BLAS for plain terms).
 *
 *   C = alpha sum_t A_t B_t + bias + res            (add == 0)
 *   C += sum over slabs of `slab` k's of A B        (add == 1, one term; slab sums added in order)
 *
 * Terms share the accumulator: term 1 continues where term 0 stopped (LoRA as an extension of k).  The own loops form every
 * element of C as one chain of fused multiply-adds over k, whatever the position of its row: class I. */
#ifndef CADLM_KERNELS_CPU_GEMM_CPU_H
#define CADLM_KERNELS_CPU_GEMM_CPU_H

#include "kernels/cpu/backend_cpu.h"

typedef enum cad_mask_on { CAD_MASK_NONE, CAD_MASK_A, CAD_MASK_B, CAD_MASK_C } cad_mask_on;

/* A_t(i,kk) = a[i*lda + kk], or a[kk*lda + i] with a_trans.   B_t(kk,j) = b[kk*ldb + j], or b[j*ldb + kk] with b_trans.
 * kk runs over `runs` segments of k values each; segment s starts a_step, b_step elements further on (runs == 1: plain).
 * A projection p of the panel (see parts) moves the start of A by p*a_part elements. */
typedef struct cad_gemm_term {
    const float *a, *b;
    const cad_nf4 *q; /* instead of b: NF4 matrix (out,in), ldb = in */
    int64_t lda, ldb, k, a_part, runs, a_step, b_step;
    int a_trans, b_trans;
    /* Dropout: elements whose bit is 0 vanish, the others are multiplied by `keep`.  Bits of row r start at mask + r*mask_ld.
     * They apply to A (row i, column kk), to B (row kk, column j) or to the product (row i, column j), as mask_on says. */
    const uint8_t *mask;
    int64_t mask_ld;
    float keep;
    cad_mask_on mask_on;
} cad_gemm_term;

/* Rows of a slab of a parameter gradient. */
enum { CAD_SLAB = 256 };
enum { CAD_GEMM_TERMS = 1 + CAD_MAX_PARTS };

typedef struct cad_gemm {
    int64_t m, n;
    cad_gemm_term term[CAD_GEMM_TERMS];
    int n_terms;
    const cad_parts *parts; /* NULL, or projections along n: no panel crosses from one to the next */
    float *c;
    int64_t ldc;
    float alpha;
    const float *bias, *res; /* optional; res has the stride of C */
    int add;
    int64_t slab;
} cad_gemm;

/* Runs it by cad_ops_matmul().  `work` is needed only where cad_gemm_scratch says so (library with NF4). */
void CAD_ISA(gemm)(const cad_gemm *g, void *work);
size_t CAD_ISA(gemm_scratch)(const cad_gemm *g);
/* The own loops, whatever the setting. */
void CAD_ISA(gemm_own)(const cad_gemm *g);

/* w(r, c) for rows [row, row+rows) and columns [col, col+cols) of an NF4 matrix, to out with stride ld. */
void CAD_ISA(nf4_rect)(const cad_nf4 *q, int64_t row, int64_t rows, int64_t col, int64_t cols, float *out, int64_t ld);

/* Dropout masks of all parts, rows and columns: bytes (0 without dropout), bytes of a row, and the masks themselves. */
size_t CAD_ISA(mask_bytes)(const cad_dropout *d, int64_t parts, int64_t rows, int64_t columns);
void CAD_ISA(mask_build)(const cad_dropout *d, int64_t parts, int64_t rows, int64_t columns, uint8_t *bits);
static inline int64_t cad_mask_ld(int64_t columns)
{
    return cad_ceil_div(columns, 128) * 16;
}

/* Projection that owns row o of a fused weight; end of the run of rows with the same owner. */
static inline int cad_part_of(const cad_parts *p, int64_t o, int64_t out, int64_t *run_end)
{
    if (!p || p->n <= 1) {
        *run_end = out;
        return 0;
    }
    if (p->group > 0) {
        *run_end = (o / p->group + 1) * p->group;
        return (int)(o / p->group % p->n);
    }
    int i = 0;
    while (i < p->n - 1 && o >= p->end[i])
        i++;
    *run_end = p->end[i];
    return i;
}

#endif
