/* The storage type of the GPU back end: bf16 in memory, f32 in registers. */
#ifndef CADLM_KERNELS_CUDA_BF16_CUH
#define CADLM_KERNELS_CUDA_BF16_CUH

#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/ptx.cuh"

struct bf16 {
    uint16_t bits;
};

/* 8 numbers in one 16-byte access; address a multiple of 16. */
struct __align__(16) bf16x8 {
    uint32_t pair[4]; /* element 2i low, 2i+1 high */
};

static __device__ __forceinline__ float to_f32(bf16 h)
{
    return __uint_as_float((uint32_t)h.bits << 16);
}

/* Nearest even; NaN stays NaN. */
static __device__ __forceinline__ bf16 to_bf16(float x)
{
    bf16 h;
    h.bits = cad_cvt_bf16(x);
    return h;
}

static __device__ __forceinline__ float low_f32(uint32_t pair)
{
    return __uint_as_float(pair << 16);
}

static __device__ __forceinline__ float high_f32(uint32_t pair)
{
    return __uint_as_float(pair & 0xFFFF0000u);
}

static __device__ __forceinline__ uint32_t to_pair(float low, float high)
{
    return cad_cvt_bf16x2(low, high);
}

static __device__ __forceinline__ void widen8(bf16x8 v, float x[8])
{
#pragma unroll
    for (int i = 0; i < 4; i++) {
        x[2 * i] = low_f32(v.pair[i]);
        x[2 * i + 1] = high_f32(v.pair[i]);
    }
}

static __device__ __forceinline__ bf16x8 narrow8(const float x[8])
{
    bf16x8 v;
#pragma unroll
    for (int i = 0; i < 4; i++)
        v.pair[i] = to_pair(x[2 * i], x[2 * i + 1]);
    return v;
}

static __device__ __forceinline__ bf16x8 load8(const bf16 *p)
{
    return *reinterpret_cast<const bf16x8 *>(p);
}

static __device__ __forceinline__ void store8(bf16 *p, bf16x8 v)
{
    *reinterpret_cast<bf16x8 *>(p) = v;
}

#endif
