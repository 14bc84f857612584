/* Inside of the GPU back end: what every *_cuda.cu includes.
 *
 *     CAD_GPU_OP(scale)      head of an op: cad_status cad_cuda_scale(const cad_scale_args *a, void *stream)
 *     CAD_GPU_NO_SCRATCH(scale)
 *
 * An op checks its arguments by cad_<op>_validate, then its own limits, then launches.  Index arrays stand in device memory:
 * their contents are checked by whoever uploads them. */
#ifndef CADLM_KERNELS_CUDA_GPU_CUH
#define CADLM_KERNELS_CUDA_GPU_CUH

#include "kernels/cuda/bf16.cuh"
#include "kernels/cuda/fault.h"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/ptx.cuh"
#include "kernels/ops.h"
#include "kernels/validate.h"

#define CAD_GPU_OP(op) extern "C" cad_status CAD_GPU(op)(const cad_##op##_args *a, void *stream)
#define CAD_GPU_SCRATCH(op) extern "C" size_t CAD_GPU(op##_scratch)(const cad_##op##_args *a)
#define CAD_GPU_NO_SCRATCH(op)                                                                                                 \
    extern "C" size_t CAD_GPU(op##_scratch)(const cad_##op##_args *)                                                           \
    {                                                                                                                          \
        return 0;                                                                                                              \
    }

#ifdef __CUDACC__
#define CAD_GPU_DECLARE(op)                                                                                                    \
    extern "C" cad_status cad_cuda_##op(const cad_##op##_args *a, void *stream);                                               \
    extern "C" size_t cad_cuda_##op##_scratch(const cad_##op##_args *a);
#else
#define CAD_GPU_DECLARE(op)                                                                                                    \
    extern "C" cad_status cad_emu_##op(const cad_##op##_args *a, void *stream);                                                \
    extern "C" size_t cad_emu_##op##_scratch(const cad_##op##_args *a);
#endif
CAD_OPS_TABLE(CAD_GPU_DECLARE)

/* The word in device memory that kernels lower by atomicMin when data is wrong (fault.h). */
extern "C" unsigned long long *CAD_GPU(fault_key)(void);

/* For ops of storage type: this back end stores bf16. */
#define CAD_GPU_NEED_BF16(op, m)                                                                                               \
    do {                                                                                                                       \
        if (a->m.dtype != CAD_BF16)                                                                                            \
            CAD_FAIL(CAD_EUNSUPPORTED, #op ": " #m " is %s; the GPU back end stores bf16", cad_dtype_name(a->m.dtype));         \
    } while (0)

enum { CAD_LANES = 32 };

template <class T> static inline T *cad_ptr(const cad_tensor &t)
{
    return static_cast<T *>(t.data);
}

static inline int64_t cad_ceil_div(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

/* The sum of v over the lanes of a warp, the same bits in each: pairs at distance 16, 8, 4, 2, 1. */
static __device__ __forceinline__ float warp_sum(float v)
{
#pragma unroll
    for (int by = 16; by > 0; by /= 2)
        v += __shfl_xor_sync(0xFFFFFFFFu, v, by);
    return v;
}

static __device__ __forceinline__ double warp_sum(double v)
{
#pragma unroll
    for (int by = 16; by > 0; by /= 2)
        v += __shfl_xor_sync(0xFFFFFFFFu, v, by);
    return v;
}

static __device__ __forceinline__ float warp_max(float v)
{
#pragma unroll
    for (int by = 16; by > 0; by /= 2)
        v = fmaxf(v, __shfl_xor_sync(0xFFFFFFFFu, v, by));
    return v;
}

/* The sum of v over a block of WARPS warps, the same bits in every thread; sum (WARPS) in shared memory.  Two barriers: sum may
 * be used again afterwards. */
template <int WARPS, class T> static __device__ __forceinline__ T block_sum(T v, T *sSum)
{
    v = warp_sum(v);
    if (threadIdx.x % CAD_LANES == 0)
        sSum[threadIdx.x / CAD_LANES] = v;
    __syncthreads();
    T total = 0;
#pragma unroll
    for (int w = 0; w < WARPS; w++)
        total += sSum[w];
    __syncthreads();
    return total;
}

#endif
