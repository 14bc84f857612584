/* sum_ordered, grad_norm2, CPU.
 *
 * math      out = sum_i wt_i x_i; norm2 = sum_i g_i^2, finite = all g_i finite
 * shapes    flat (n)
 * layout    slabs of 4096 elements
 * dtypes    f32 in, f64 sums
 * grads     "="
 * limits    any n
 * mapping   a slab per unit, its sum in the caller's scratch
 * order     eight lanes in a slab, lanes by halves, slabs ascending: class R
 * cost      one pass
 * source    none
 * test      tests/kernels/check_rows.c
 */
#include "kernels/cpu/backend_cpu.h"

#include <float.h>
#include <math.h>

enum { SLAB = 4096, LANES = 8 };

typedef struct sum_job {
    const float *x, *wt;
    int64_t n;
    double *slab;
    int square;
} sum_job;

static void sum_slabs(void *ctx, int64_t begin, int64_t end)
{
    const sum_job *j = ctx;
    for (int64_t b = begin; b < end; b++) {
        int64_t i = b * SLAB, stop = cad_min64(i + SLAB, j->n);
        double lane[LANES] = {0};
        for (; i + LANES <= stop; i += LANES)
            for (int l = 0; l < LANES; l++) {
                double x = (double)j->x[i + l];
                lane[l] += x * (j->square ? x : j->wt ? (double)j->wt[i + l] : 1.0);
            }
        for (int l = 0; i < stop; i++, l++) {
            double x = (double)j->x[i];
            lane[l] += x * (j->square ? x : j->wt ? (double)j->wt[i] : 1.0);
        }
        for (int w = LANES / 2; w > 0; w /= 2)
            for (int l = 0; l < w; l++)
                lane[l] += lane[l + w];
        j->slab[b] = lane[0];
    }
}

static double run_sum(const sum_job *j)
{
    int64_t slabs = cad_ceil_div(j->n, SLAB);
    cad_parallel_for(slabs, 4, sum_slabs, (void *)(uintptr_t)j);
    double sum = 0.0;
    for (int64_t b = 0; b < slabs; b++)
        sum += j->slab[b];
    return sum;
}

static size_t slab_bytes(const cad_tensor *x)
{
    return (size_t)cad_ceil_div(cad_tensor_count(x), SLAB) * sizeof(double);
}

CAD_CPU_OP(sum_ordered)
{
    CAD_TRY(cad_sum_ordered_validate(a));
    CAD_TRY(cad_scratch_check("sum_ordered", &a->scratch, slab_bytes(&a->x)));
    sum_job j = {a->x.data, a->wt.data, cad_tensor_count(&a->x), a->scratch.data, 0};
    *(double *)a->out.data = run_sum(&j);
    return CAD_OK;
}

CAD_CPU_SCRATCH(sum_ordered)
{
    return slab_bytes(&a->x);
}

CAD_CPU_OP(grad_norm2)
{
    CAD_TRY(cad_grad_norm2_validate(a));
    CAD_TRY(cad_scratch_check("grad_norm2", &a->scratch, slab_bytes(&a->g)));
    sum_job j = {a->g.data, NULL, cad_tensor_count(&a->g), a->scratch.data, 1};
    double norm2 = run_sum(&j);
    *(double *)a->norm2.data = norm2;
    /* Squares of finite f32 cannot overflow f64, so the sum is finite exactly when every element is. */
    *(uint32_t *)a->finite.data = fabs(norm2) <= DBL_MAX;
    return CAD_OK;
}

CAD_CPU_SCRATCH(grad_norm2)
{
    return slab_bytes(&a->g);
}
