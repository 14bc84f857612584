/* Rows of logits as a block of threads sees them: order by (logit, id), the largest one, log softmax. */
#ifndef CADLM_KERNELS_CUDA_LOGITS_CUH
#define CADLM_KERNELS_CUDA_LOGITS_CUH

#include "kernels/cuda/gpu.cuh"

enum { LOGITS_THREADS = 512, LOGITS_WARPS = LOGITS_THREADS / CAD_LANES };

/* A number for each (logit, id) of a row, all different: larger for the larger logit, among equals (0 and -0 too) for the lower
 * id.  Not of NaN. */
typedef unsigned long long logit_key;
static constexpr logit_key LOGIT_NAN = ~0ull, LOGIT_INFINITE = 0x007FFFFFull << 32; /* a key at or below this one: -inf */

static __device__ __forceinline__ logit_key key_of(float z, int64_t id)
{
    uint32_t u = z == 0 ? 0 : __float_as_uint(z);
    u ^= u >> 31 ? 0xFFFFFFFFu : 0x80000000u;
    return (logit_key)u << 32 | (uint32_t) ~(uint32_t)id;
}

static __device__ __forceinline__ int64_t id_of(logit_key key)
{
    return (int64_t)(uint32_t) ~(uint32_t)key;
}

/* Of keys that tell -inf: their upper half is that of LOGIT_INFINITE. */
static __device__ __forceinline__ bool has_choice(logit_key best)
{
    return best != LOGIT_NAN && best >> 32 > LOGIT_INFINITE >> 32;
}

/* The largest key of a block, the same in every thread; two barriers. */
static __device__ __forceinline__ logit_key block_best(logit_key best)
{
    CAD_SHARED(logit_key, sBest, LOGITS_WARPS);
#pragma unroll
    for (int by = 16; by > 0; by /= 2)
        best = max(best, __shfl_xor_sync(0xFFFFFFFFu, best, by));
    if (threadIdx.x % CAD_LANES == 0)
        sBest[threadIdx.x / CAD_LANES] = best;
    __syncthreads();
#pragma unroll
    for (int w = 0; w < LOGITS_WARPS; w++)
        best = max(best, sBest[w]);
    __syncthreads();
    return best;
}

/* The largest key of a row (v), the same in every thread; LOGIT_NAN when there is a NaN. */
static __device__ __forceinline__ logit_key best_of(const float *z, int64_t v)
{
    logit_key best = 0;
    for (int64_t i = threadIdx.x; i < v; i += LOGITS_THREADS) {
        float x = z[i];
        best = max(best, x == x ? key_of(x, i) : LOGIT_NAN);
    }
    return block_best(best);
}

/* log softmax(z)[id].  The largest logit stays out of the sum, so that what is nearly certain keeps its digits. */
static __device__ __forceinline__ float log_prob(const float *z, int64_t v, int64_t best, int64_t id)
{
    CAD_SHARED(float, sSum, LOGITS_WARPS);
    float top = z[best], sum = 0;
    for (int64_t i = threadIdx.x; i < v; i += LOGITS_THREADS)
        sum += i == best ? 0.0f : expf(z[i] - top);
    sum = block_sum<LOGITS_WARPS>(sum, sSum);
    return z[id] - top - log1pf(sum);
}

/* The sum of v over the threads before this one, and over all of the block; two barriers. */
template <class T>
static __device__ __forceinline__ T block_before(T v, T *total)
{
    CAD_SHARED(T, sPart, LOGITS_WARPS);
    int lane = threadIdx.x % CAD_LANES, warp = threadIdx.x / CAD_LANES;
    T sum = v; /* of the lanes up to this one */
#pragma unroll
    for (int by = 1; by < CAD_LANES; by *= 2) {
        T other = __shfl_up_sync(0xFFFFFFFFu, sum, by);
        sum += lane >= by ? other : 0;
    }
    if (lane == CAD_LANES - 1)
        sPart[warp] = sum;
    __syncthreads();
    T before = 0, all = 0;
#pragma unroll
    for (int w = 0; w < LOGITS_WARPS; w++) {
        before = w == warp ? all : before;
        all += sPart[w];
    }
    __syncthreads();
    sum = __shfl_up_sync(0xFFFFFFFFu, sum, 1);
    *total = all;
    return before + (lane ? sum : 0);
}

#endif
