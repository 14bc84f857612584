/* What OpenBLAS reaches in f32 with one large product on each thread at once: the peak that shares are stated of. */
#ifndef CADLM_BENCH_BLAS_PEAK_H
#define CADLM_BENCH_BLAS_PEAK_H

#include "core/arena.h"
#include "core/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* *out = GFLOP/s of all threads of core/threads together, best of 40 tries of 512 x 512 x 512.  Scratch from `a`. */
CAD_MUST_USE cad_status bench_blas_peak(cad_arena *a, double *out);

#ifdef __cplusplus
}
#endif
#endif
