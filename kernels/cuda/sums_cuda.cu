/* sum_ordered, grad_norm2, CUDA.
 *
 * math      out = sum_i wt_i x_i; norm2 = sum_i g_i^2, finite = all g_i finite
 * shapes    flat (n)
 * layout    slabs of 4096 elements
 * dtypes    f32 in, f64 products (exact) and sums
 * grads     "="
 * limits    any n; arrays that do not start at a multiple of 16 bytes go element by element
 * mapping   one block of 256 threads per slab, a thread four times four neighbours, its sum in the caller's scratch; then one
 *           block over the slabs: 8 KB of shared memory
 * order     repeatable: a thread in ascending order, lanes by halves, warps and slabs ascending
 * cost      4 bytes an element (8 with wt), bound by memory; then a chain of n/4096 additions; never measured
 * source    none
 * test      tests/kernels/check_rows.c
 */
#include "kernels/cuda/flat.cuh"

#include <cfloat>

enum { SLAB = 4096, THREADS = 256, WARPS = THREADS / CAD_LANES, PER = SLAB / (4 * THREADS), CHUNK = 1024 };

/* part (slabs): wt is g itself for squares, NULL for a plain sum */
CAD_KERNEL(THREADS) void slab_kernel(const float *x, const float *wt, int64_t n, double *part, bool wide)
{
    CAD_SHARED(double, sSum, WARPS);
    float v[PER][4], w[PER][4];
    int64_t first = (int64_t)blockIdx.x * SLAB + threadIdx.x * 4;
    double sum = 0;
#pragma unroll
    for (int k = 0; k < PER; k++) {
        flat_get4(v[k], x, first + k * 4 * THREADS, n, wide);
        if (wt)
            flat_get4(w[k], wt, first + k * 4 * THREADS, n, wide);
    }
#pragma unroll
    for (int k = 0; k < PER; k++)
#pragma unroll
        for (int i = 0; i < 4; i++)
            sum += (double)v[k][i] * (wt ? (double)w[k][i] : 1.0);
    sum = block_sum<WARPS>(sum, sSum);
    if (threadIdx.x == 0)
        part[blockIdx.x] = sum;
}

/* Every thread adds all slabs: none diverges, and the chain is as long as it is for one. */
CAD_KERNEL(THREADS) void total_kernel(const double *part, int64_t slabs, double *out, uint32_t *finite)
{
    CAD_SHARED(double, sPart, CHUNK);
    double sum = 0;
    for (int64_t from = 0; from < slabs; from += CHUNK) {
        int count = slabs - from < CHUNK ? (int)(slabs - from) : CHUNK;
        for (int i = threadIdx.x; i < count; i += THREADS)
            sPart[i] = part[from + i];
        __syncthreads();
#pragma unroll 8
        for (int i = 0; i < count; i++)
            sum += sPart[i];
        __syncthreads();
    }
    if (threadIdx.x == 0) {
        *out = sum;
        if (finite) /* squares of f32 cannot overflow f64 */
            *finite = fabs(sum) <= DBL_MAX;
    }
}

/* -------------------------------------------------------------------------------------------------------------- */

static size_t slab_bytes(const cad_tensor *x)
{
    return (size_t)cad_ceil_div(cad_tensor_count(x), SLAB) * sizeof(double);
}

static cad_status run_sum(const cad_tensor *x, const float *wt, const cad_scratch *s, double *out, uint32_t *finite,
                          void *stream)
{
    int64_t n = cad_tensor_count(x), slabs = cad_ceil_div(n, SLAB);
    double *part = static_cast<double *>(s->data);
    CAD_TRY(CAD_LAUNCH(slab_kernel, ((unsigned)slabs), (THREADS), 0, stream, cad_ptr<float>(*x), wt, n, part,
                       cad_aligned16(x->data) && cad_aligned16(wt)));
    return CAD_LAUNCH(total_kernel, (1), (THREADS), 0, stream, part, slabs, out, finite);
}

CAD_GPU_SCRATCH(sum_ordered)
{
    return slab_bytes(&a->x);
}

CAD_GPU_OP(sum_ordered)
{
    CAD_TRY(cad_sum_ordered_validate(a));
    CAD_TRY(cad_scratch_check("sum_ordered", &a->scratch, slab_bytes(&a->x)));
    return run_sum(&a->x, cad_ptr<float>(a->wt), &a->scratch, cad_ptr<double>(a->out), nullptr, stream);
}

CAD_GPU_SCRATCH(grad_norm2)
{
    return slab_bytes(&a->g);
}

CAD_GPU_OP(grad_norm2)
{
    CAD_TRY(cad_grad_norm2_validate(a));
    CAD_TRY(cad_scratch_check("grad_norm2", &a->scratch, slab_bytes(&a->g)));
    return run_sum(&a->g, cad_ptr<float>(a->g), &a->scratch, cad_ptr<double>(a->norm2), cad_ptr<uint32_t>(a->finite), stream);
}
