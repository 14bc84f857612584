/* Cross-entropy of logits that never exist as a whole: what the product of x and W leaves of them, and what rows make of it.
 *
 * Columns go in groups of 64.  For each row and group the epilogue of the product keeps the largest logit and the sum of
 * exp(z - largest) over all but the target, and where gradients are wanted e = exp(z - largest) itself in bf16, which is right
 * to 2^-8 however small it is; logits in bf16 would put an error of up to 2^-8 |z| into an exponent.  The target stays out of the
 * sums so that its p - 1 can be formed as minus the sum of the others: nothing cancels. */
#ifndef CADLM_KERNELS_CUDA_XENT_CUH
#define CADLM_KERNELS_CUDA_XENT_CUH

#include "kernels/cuda/gemm.cuh"
#include "kernels/cuda/logits.cuh"

enum { XENT_GROUP = 64 };

/* What is kept of a chunk of rows. */
struct xent_chunk {
    bf16 *e;           /* (rows,ld), or NULL; ld = 64 groups */
    float *largest;    /* (rows,groups) */
    float *sum;        /* (rows,groups) */
    uint32_t *top;     /* (rows,groups) the first id with the largest logit, UINT32_MAX when all are NaN; or NULL */
    float *target;     /* (rows) logit of the target */
    const uint32_t *y; /* (rows) */
    int64_t groups;
};

/* Epilogue of x W^T. */
struct xent_logits {
    xent_chunk k;

    __device__ __forceinline__ void operator()(gemm_spot at, float (&v)[8]) const
    {
        const int64_t group = at.n / XENT_GROUP, place = at.m * k.groups + group;
        const int64_t y = at.count > 0 ? (int64_t)k.y[at.m] - at.n : -1; /* among these 8? */
        float largest = -INFINITY, sum = 0;
        uint32_t top = UINT32_MAX;
#pragma unroll
        for (int i = 0; i < 8; i++)
            if (i < at.count)
                largest = fmaxf(largest, v[i]); /* a NaN is left to the sum */
#pragma unroll
        for (int by = 1; by < 8; by *= 2)
            largest = fmaxf(largest, __shfl_xor_sync(0xFFFFFFFFu, largest, by));
        float from = largest > -INFINITY ? largest : 0;
#pragma unroll
        for (int i = 0; i < 8; i++) {
            if (i < at.count && v[i] == largest)
                top = min(top, (uint32_t)at.n + i);
            if (i == y)
                k.target[at.m] = v[i];
            v[i] = expf(v[i] - from);
            sum += i < at.count && i != y ? v[i] : 0.0f;
        }
#pragma unroll
        for (int by = 1; by < 8; by *= 2) {
            sum += __shfl_xor_sync(0xFFFFFFFFu, sum, by);
            top = min(top, __shfl_xor_sync(0xFFFFFFFFu, top, by));
        }
        if (at.count == 0)
            return;
        if (k.e)
            store8(k.e + at.m * k.groups * XENT_GROUP + at.n, narrow8(v));
        if (at.n % XENT_GROUP != 0)
            return;
        k.largest[place] = largest;
        k.sum[place] = sum;
        if (k.top)
            k.top[place] = top;
    }
};

/* A row as its softmax needs it, the same in every thread. */
struct xent_row {
    float top, rest, own; /* largest logit; sum over all but the target of exp(z - top); exp(z_y - top) */
    float nll, lse;
};

static __device__ __forceinline__ float block_largest(float v)
{
    CAD_SHARED(float, sLargest, LOGITS_WARPS);
    v = warp_max(v);
    if (threadIdx.x % CAD_LANES == 0)
        sLargest[threadIdx.x / CAD_LANES] = v;
    __syncthreads();
#pragma unroll
    for (int w = 0; w < LOGITS_WARPS; w++)
        v = fmaxf(v, sLargest[w]);
    __syncthreads();
    return v;
}

static __device__ __forceinline__ xent_row xent_row_of(const xent_chunk &k, int64_t row)
{
    CAD_SHARED(float, sSum, LOGITS_WARPS);
    const float *largest = k.largest + row * k.groups, *sum = k.sum + row * k.groups;
    xent_row r = {-INFINITY, 0, 0, 0, 0};
    for (int64_t g = threadIdx.x; g < k.groups; g += LOGITS_THREADS)
        r.top = fmaxf(r.top, largest[g]);
    r.top = block_largest(r.top);
    for (int64_t g = threadIdx.x; g < k.groups; g += LOGITS_THREADS)
        r.rest += sum[g] * expf(largest[g] - r.top);
    r.rest = block_sum<LOGITS_WARPS>(r.rest, sSum);
    float z = k.target[row];
    r.own = expf(z - r.top);
    /* When the target is the largest its own term is 1, and log1p keeps a small loss exact. */
    float log_sum = z == r.top ? log1pf(r.rest) : logf(r.rest + r.own);
    r.lse = r.top + log_sum;
    r.nll = z == r.top ? log_sum : r.top - z + log_sum;
    return r;
}

#endif
