/* References of the op table, written from the formulas of the spec, one loop nest each; never from the code under test.
 * Everything is of type double (ref64_*) or float: the naive forms that tolerances are measured with, ref32_* and, with every
 * intermediate and result rounded to bf16, refb_*.  Arrays are
 * dense and row-major.  Gradients are overwritten, sums over heads and rows run in index order.
 *
 * Letters: n rows, c width, h query heads, k key/value heads, d head size, f feed-forward width, v vocabulary, r rank. */
#ifndef CADLM_TESTS_KERNELS_REF_OPS_H
#define CADLM_TESTS_KERNELS_REF_OPS_H

#include "kernels/ops.h"

#include <stdint.h>

/* Whether a LoRA input element is kept: from the definition at cad_dropout (args_linear.h), by its own Philox. */
int ref_dropout_keeps(const cad_dropout *d, int part, int64_t row, int64_t column);

#define REF_DECLARE(REAL, P)                                                                                                   \
    void P##_rmsnorm(const REAL *x, const REAL *w, REAL eps, int64_t n, int64_t c, REAL *y, REAL *rstd);                       \
    void P##_rmsnorm_bwd(const REAL *x, const REAL *w, REAL eps, const REAL *dy, int64_t n, int64_t c, REAL *dx, REAL *dw);    \
    void P##_rope(REAL *x, const int32_t *pos, REAL theta, int sign, int64_t n, int64_t heads, int64_t d);                     \
    void P##_swiglu(const REAL *gu, int64_t n, int64_t f, int64_t group, REAL *h);                                             \
    void P##_swiglu_bwd(const REAL *gu, const REAL *dh, int64_t n, int64_t f, int64_t group, REAL *dgu);                       \
    void P##_attn(const REAL *q, const REAL *k, const REAL *v, const int32_t *seg, int64_t s, int64_t h, int64_t kh,           \
                  int64_t d, REAL scale, int causal, REAL *o, REAL *lse);                                                      \
    void P##_attn_bwd(const REAL *q, const REAL *k, const REAL *v, const REAL *d_o, const int32_t *seg, int64_t s, int64_t h,  \
                      int64_t kh, int64_t d, REAL scale, int causal, REAL *dq, REAL *dk, REAL *dv, REAL *row);                 \
    void P##_linear(const REAL *x, const REAL *w, const REAL *b, const REAL *res, int64_t n, int64_t in, int64_t out,          \
                    REAL *y);                                                                                                  \
    void P##_linear_dx(const REAL *dy, const REAL *w, const REAL *res, int64_t n, int64_t in, int64_t out, REAL *dx);          \
    void P##_linear_dw(const REAL *dy, const REAL *x, int64_t n, int64_t in, int64_t out, REAL *dw, REAL *db);                 \
    void P##_lora_down(const REAL *x, const REAL *a, const float *s, const cad_dropout *drop, int64_t n, int64_t in,           \
                       int64_t r, int parts, REAL *u);                                                                         \
    void P##_lora_up(const REAL *u, const REAL *bl, const cad_parts *parts, int64_t n, int64_t out, int64_t r, REAL *y);       \
    void P##_lora_up_dv(const REAL *dy, const REAL *bl, const float *s, const cad_parts *parts, int64_t n, int64_t out,        \
                        int64_t r, REAL *v);                                                                                   \
    void P##_lora_up_db(const REAL *dy, const REAL *u, const cad_parts *parts, int64_t n, int64_t out, int64_t r, REAL *db);   \
    void P##_lora_down_da(const REAL *v, const REAL *x, const cad_dropout *drop, int64_t n, int64_t in, int64_t r, int parts,  \
                          REAL *da);                                                                                           \
    void P##_lora_down_dx(const REAL *v, const REAL *a, const cad_dropout *drop, int64_t n, int64_t in, int64_t r, int parts,  \
                          REAL *dx);                                                                                           \
    void P##_xent(const REAL *x, const REAL *w, const uint32_t *y, const REAL *wt, REAL scale, int64_t m, int64_t c,           \
                  int64_t v, REAL *nll, REAL *dx, REAL *dw, REAL *row);                                                        \
    void P##_adamw(REAL *p, const REAL *g, REAL *m, REAL *v, const cad_adamw_hyper *h, int decay, REAL gscale, int64_t n);

REF_DECLARE(double, ref64)
REF_DECLARE(float, ref32)
REF_DECLARE(float, refb)

/* Projection of row o of a fused weight; number of projections. */
int ref_part_of(const cad_parts *p, int64_t o);
int ref_parts(const cad_parts *p);

#endif
