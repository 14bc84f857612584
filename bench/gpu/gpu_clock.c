#include "bench/gpu/gpu_clock.h"

#include "core/clock.h"
#include "kernels/backend.h"

#include <stdlib.h>
#include <string.h>

#ifdef CADLM_HAVE_CUDA
#include <cuda_runtime_api.h>

cudaStream_t cad_cuda_stream(void *stream);

static cad_status cuda(cudaError_t e)
{
    if (e != cudaSuccess)
        CAD_FAIL(CAD_EINTERNAL, "timing: %s", cudaGetErrorString(e));
    return CAD_OK;
}

static cad_status make_event(void **out)
{
    cudaEvent_t e;
    CAD_TRY(cuda(cudaEventCreate(&e)));
    *out = e;
    return CAD_OK;
}

static cad_status mark(void *event)
{
    return cuda(cudaEventRecord(event, cad_cuda_stream(NULL)));
}

static cad_status between(void *const event[2], double *us)
{
    float ms;
    CAD_TRY(cuda(cudaEventSynchronize(event[1])));
    CAD_TRY(cuda(cudaEventElapsedTime(&ms, event[0], event[1])));
    *us = 1e3 * (double)ms;
    return CAD_OK;
}

static void drop_event(void *e)
{
    cudaEventDestroy(e);
}
#else
static cad_status make_event(void **out)
{
    *out = NULL;
    return CAD_OK;
}

static cad_status mark(void *event)
{
    (void)event;
    return CAD_OK;
}

static cad_status between(void *const event[2], double *us)
{
    (void)event;
    *us = 0;
    return CAD_OK;
}

static void drop_event(void *e)
{
    (void)e;
}
#endif

cad_status gb_clock_open(const cad_device *d, gb_clock *out)
{
    gb_clock c = {.ops = d->ops};
    if (d->total > 0) {
        cad_cuda_facts f;
        CAD_TRY(cad_cuda_facts_get(&f));
        c.flush_bytes = 4 * (size_t)f.l2;
        CAD_TRY(d->ops->mem_alloc(c.flush_bytes, &c.flush));
        CAD_TRY(make_event(&c.event[0]));
        CAD_TRY(make_event(&c.event[1]));
    }
    *out = c;
    return CAD_OK;
}

void gb_clock_close(gb_clock *c)
{
    for (int i = 0; i < 2; i++)
        if (c->event[i])
            drop_event(c->event[i]);
    if (c->flush)
        c->ops->mem_free(c->flush);
    *c = (gb_clock){0};
}

cad_status gb_clock_time(gb_clock *c, gb_run run, void *ctx, double *us)
{
    if (!c->event[0]) {
        CAD_TRY(c->ops->sync(NULL));
        double start = cad_clock_now();
        CAD_TRY(run(ctx));
        CAD_TRY(c->ops->sync(NULL));
        *us = 1e6 * (cad_clock_now() - start);
        return CAD_OK;
    }
    cad_fill_args flush = {.y = cad_tensor_1d(CAD_F32, c->flush, (int64_t)(c->flush_bytes / sizeof(float))), .value = 1.0f};
    CAD_TRY(c->ops->fill(&flush, NULL)); /* and the host is ahead of the device when the run begins */
    CAD_TRY(mark(c->event[0]));
    CAD_TRY(run(ctx));
    CAD_TRY(mark(c->event[1]));
    CAD_TRY(between(c->event, us));
    return c->ops->sync(NULL);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

gb_times gb_times_of(double *times, int n)
{
    qsort(times, (size_t)n, sizeof *times, by_size);
    double middle = n % 2 ? times[n / 2] : 0.5 * (times[n / 2 - 1] + times[n / 2]);
    return (gb_times){.median = middle, .low = times[n / 20], .high = times[n - 1 - n / 20]};
}
