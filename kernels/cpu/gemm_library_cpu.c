/* Matrix product, CPU: through a BLAS, and the choice between it and the own loops.
 *
 * math      as gemm_cpu.c
 * shapes    as gemm_cpu.c
 * layout    row-major; NF4 weights are first widened to f32 in the caller's scratch
 * dtypes    f32; products of bf16 take the own loops
 * grads     as gemm_cpu.c; with add == 1 the library sums over all k at once (no slabs)
 * limits    terms with a dropout mask always take the own loops; without a BLAS in the build (CADLM_OPENBLAS=OFF) all do
 * mapping   a unit = 64 rows of C on one BLAS thread; the number of rows is constant, so threads change no bits
 * order     class R; the library may choose its edge kernels by the number of rows, so not class I
 * cost      2 m n k FLOPs
 * source    CBLAS interface of OpenBLAS
 * test      tests/kernels/check_linear.c
 */
#include "kernels/cpu/gemm_cpu.h"

#ifndef CADLM_HAVE_BLAS
size_t CAD_STORED(gemm_scratch)(const cad_gemm *g)
{
    (void)g;
    return 0;
}

void CAD_STORED(gemm)(const cad_gemm *g, void *work)
{
    (void)work;
    CAD_STORED(gemm_own)(g);
}
#else
#include <cblas.h>

enum { PANEL = 64 };

typedef struct lib_job {
    const cad_gemm *g;
    const float *w; /* term 0's B when it is NF4 */
} lib_job;

static float *c_of(const cad_gemm *g)
{
    return g->cf ? g->cf : g->c;
}

static void term_product(const lib_job *w, const cad_gemm_term *t, int64_t i0, int64_t rows, int first)
{
    const cad_gemm *g = w->g;
    const float *b0 = t->q ? w->w : t->b;
    for (int64_t run = 0; run < t->runs; run++) {
        int64_t end;
        for (int64_t j = 0; j < g->n; j = end) {
            int part = cad_part_of(t->a_part ? g->parts : NULL, j, g->n, &end);
            const float *a = (t->af ? t->af : t->a) + run * t->a_step + part * t->a_part + (t->a_trans ? i0 : i0 * t->lda);
            const float *b = b0 + run * t->b_step + (t->b_trans ? j * t->ldb : j);
            cblas_sgemm(CblasRowMajor, t->a_trans ? CblasTrans : CblasNoTrans, t->b_trans ? CblasTrans : CblasNoTrans,
                        (blasint)rows, (blasint)(end - j), (blasint)t->k, g->add ? 1.0f : g->alpha, a, (blasint)t->lda, b,
                        (blasint)t->ldb, g->add || !first || run > 0 ? 1.0f : 0.0f, c_of(g) + i0 * g->ldc + j, (blasint)g->ldc);
        }
    }
}

static void library_rows(void *ctx, int64_t begin, int64_t end)
{
    const lib_job *w = ctx;
    const cad_gemm *g = w->g;
    for (int64_t x = begin; x < end; x++) {
        int64_t i0 = x * PANEL, rows = cad_min64(PANEL, g->m - i0);
        /* res may be C itself, and beta = 1 then adds it; otherwise it is added afterwards. */
        int in_place = g->res == c_of(g);
        for (int i = 0; i < g->n_terms; i++)
            term_product(w, &g->term[i], i0, rows, i == 0 && !in_place);
        if (!g->bias && (!g->res || in_place))
            continue;
        for (int64_t i = i0; i < i0 + rows; i++) {
            float *c = c_of(g) + i * g->ldc;
            if (g->bias)
                for (int64_t j = 0; j < g->n; j++)
                    c[j] += g->bias[j];
            if (g->res && !in_place)
                for (int64_t j = 0; j < g->n; j++)
                    c[j] += g->res[i * g->ldc + j];
        }
    }
}

static int takes_library(const cad_gemm *g)
{
    if (cad_ops_matmul() != CAD_MATMUL_library)
        return 0;
    for (int i = 0; i < g->n_terms; i++)
        if (g->term[i].mask_on != CAD_MASK_NONE || g->term[i].k == 0)
            return 0;
    return g->m > 0 && g->n > 0;
}

typedef struct widen_job {
    const cad_nf4 *q;
    float *w;
} widen_job;

static void widen_rows(void *ctx, int64_t begin, int64_t end)
{
    const widen_job *w = ctx;
    CAD_ISA(nf4_rect)(w->q, begin, end - begin, 0, w->q->in, w->w + begin * w->q->in, w->q->in);
}

size_t CAD_STORED(gemm_scratch)(const cad_gemm *g)
{
    const cad_nf4 *q = g->term[0].q;
    if (!q || cad_ops_matmul() != CAD_MATMUL_library)
        return 0;
    return (size_t)q->out * (size_t)q->in * sizeof(float);
}

void CAD_STORED(gemm)(const cad_gemm *g, void *work)
{
    if (!takes_library(g)) {
        CAD_STORED(gemm_own)(g);
        return;
    }
    lib_job w = {.g = g};
    if (g->term[0].q) {
        widen_job d = {.q = g->term[0].q, .w = work};
        cad_parallel_for(d.q->out, cad_row_grain(d.q->in), widen_rows, &d);
        w.w = work;
    }
    openblas_set_num_threads(1);
    cad_parallel_for(cad_ceil_div(g->m, PANEL), 1, library_rows, &w);
}
#endif
