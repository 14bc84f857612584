/* Matrix products of the CPU back end: one description, two ways to run it (own loops, or a BLAS for plain terms).
 *
 *   C = alpha sum_t A_t B_t + bias + res            (add == 0)
 *   C += sum over slabs of `slab` k's of A B        (add == 1, one term; slab sums added in order)
 *
 * Terms share the accumulator: term 1 continues where term 0 stopped (LoRA as an extension of k).  The own loops form every
 * element of C as one chain of fused multiply-adds over k, whatever the position of its row: class I.  Storage type: A, B, C,
 * bias and res are widened block by block, sums are f32, and C is rounded once. */
#ifndef CADLM_KERNELS_CPU_GEMM_CPU_H
#define CADLM_KERNELS_CPU_GEMM_CPU_H

#include "kernels/cpu/nf4_mask_cpu.h"
#include "kernels/cpu/storage_cpu.h"

typedef enum cad_mask_on { CAD_MASK_NONE, CAD_MASK_A, CAD_MASK_B, CAD_MASK_C } cad_mask_on;

/* A_t(i,kk) = a[i*lda + kk], or a[kk*lda + i] with a_trans.   B_t(kk,j) = b[kk*ldb + j], or b[j*ldb + kk] with b_trans.
 * kk runs over `runs` segments of k values each; segment s starts a_step, b_step elements further on (runs == 1: plain).
 * A projection p of the panel (see parts) moves the start of A by p*a_part elements. */
typedef struct cad_gemm_term {
    const elem *a, *b;
    const float *af;  /* instead of a: f32 whatever the storage type, and never rounded */
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
    elem *c;
    float *cf; /* instead of c: f32 whatever the storage type */
    int64_t ldc;
    float alpha;
    const elem *bias, *res; /* optional; res has the stride of C */
    int add;                /* with cf only */
    int64_t slab;
} cad_gemm;

/* Runs it by cad_ops_matmul().  `work` is needed only where cad_gemm_scratch says so (library with NF4). */
void CAD_STORED(gemm)(const cad_gemm *g, void *work);
size_t CAD_STORED(gemm_scratch)(const cad_gemm *g);
/* The own loops, whatever the setting; bf16 always takes them. */
void CAD_STORED(gemm_own)(const cad_gemm *g);

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
