/* Times of work on a device: by events of the device where it is a GPU, else by the clock. */
#ifndef CADLM_BENCH_GPU_GPU_CLOCK_H
#define CADLM_BENCH_GPU_GPU_CLOCK_H

#include "kernels/device.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gb_clock {
    const cad_ops *ops;
    void *flush; /* a block that is written before each run, so that nothing of the last one is in a cache; NULL: none */
    size_t flush_bytes;
    void *event[2];
} gb_clock;

CAD_MUST_USE cad_status gb_clock_open(const cad_device *d, gb_clock *out);
void gb_clock_close(gb_clock *c);

typedef cad_status (*gb_run)(void *ctx);
/* *us = microseconds of one run, from a cold cache. */
CAD_MUST_USE cad_status gb_clock_time(gb_clock *c, gb_run run, void *ctx, double *us);
/* Median of times (n), which are sorted, and those that a twentieth of them is below and above. */
typedef struct gb_times {
    double median, low, high;
} gb_times;
gb_times gb_times_of(double *times, int n);

#ifdef __cplusplus
}
#endif
#endif
