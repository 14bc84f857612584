/* A case on a device against the same case on the CPU, on a few of its rows: in f32 as what is right, in bf16 as the naive
 * form.  The error of the device may be twice that of the naive form and a rounding more (the rule of tests/kernels). */
#ifndef CADLM_BENCH_GPU_GPU_COMPARE_H
#define CADLM_BENCH_GPU_GPU_COMPARE_H

#include "bench/gpu/gpu_case.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a device made of one case: its buffers, and where they stand. */
typedef struct gb_room {
    gb_at at;
    int64_t n;
    unsigned char *start[GB_BUFFERS]; /* of the host: what was put there */
} gb_room;

/* Buffers of the case for its n rows (or fewer) on the device of `ops`, filled. */
CAD_MUST_USE cad_status gb_room_open(const gb_case *c, const cad_ops *ops, int64_t n, gb_room *out);
void gb_room_close(const gb_case *c, gb_room *r);

typedef struct gb_verdict {
    bool good;
    double error, allowed; /* the worst of the results, as shares of its largest number */
    char worst[32];        /* its name */
    int64_t rows;          /* that were compared */
} gb_verdict;
/* Runs the case once on its room and compares.  Errors: those of the op on either side. */
CAD_MUST_USE cad_status gb_compare(const gb_case *c, gb_room *r, gb_verdict *out);

#ifdef __cplusplus
}
#endif
#endif
