#include "bench/blas_peak.h"

#include "core/clock.h"
#include "core/threads.h"

#include <cblas.h>
#include <math.h>

enum { SIDE = 512, TRIES = 40 };

/* x and w are shared, each thread has its own y. */
static void products(void *ctx, int64_t begin, int64_t end)
{
    float *x = ctx, *w = x + SIDE * SIDE;
    for (int64_t i = begin; i < end; i++)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIDE, SIDE, SIDE, 1, x, SIDE, w, SIDE, 0,
                    w + (i + 1) * SIDE * SIDE, SIDE);
}

cad_status bench_blas_peak(cad_arena *a, double *out)
{
    enum { EACH = 4 }; /* products of a thread in one try: waking it costs little beside them */
    int64_t n = (int64_t)EACH * cad_threads_count();
    double best = INFINITY;
    float *x;
    cad_frame mark = cad_arena_mark(a);
    CAD_TRY(cad_arena_zalloc(a, (size_t)(n + 2) * SIDE * SIDE, sizeof *x, "peak", &x));
    for (int64_t i = 0; i < 2 * SIDE * SIDE; i++)
        x[i] = (float)(i % 7) - 3;
    openblas_set_num_threads(1);
    for (int i = 0; i < TRIES; i++) {
        double start = cad_clock_now();
        cad_parallel_for(n, EACH, products, x);
        best = fmin(best, cad_clock_now() - start);
    }
    cad_arena_rewind(a, mark);
    *out = 2e-9 * SIDE * SIDE * SIDE * (double)n / best;
    return CAD_OK;
}
