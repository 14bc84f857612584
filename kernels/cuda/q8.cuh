/* Codes of 8 bits on a map of 256 values (formats.md 3), for kernels in which a warp owns a block of 256 elements.
 *
 * Lane l has elements 4l .. 4l+3 of both halves of the block, eight in all, so that every access of the warp is dense. */
#ifndef CADLM_KERNELS_CUDA_Q8_CUH
#define CADLM_KERNELS_CUDA_Q8_CUH

#include "kernels/cuda/flat.cuh"
#include "kernels/nf4.h"

#include <cfloat>

enum { Q8_MAP = 256, Q8_MINE = CAD_Q8_BLOCK / CAD_LANES };

/* Blocks of threads at most; their warps go on to further blocks of elements.  On the emulator so few that small cases do. */
#ifdef __CUDACC__
enum { Q8_GRID = 24 * 132 };
#else
enum { Q8_GRID = 3 };
#endif

/* Place in the block of a lane's element k. */
static __device__ __forceinline__ int q8_place(int k)
{
    return k / 4 * (CAD_Q8_BLOCK / 2) + (int)(threadIdx.x % CAD_LANES) * 4 + k % 4;
}

/* The lane's elements of a block of n: f32, and bytes with element k in byte k % 4 of word k / 4.  Zeros from n on. */
static __device__ __forceinline__ void q8_get(float v[Q8_MINE], const float *p, int n, bool wide)
{
#pragma unroll
    for (int k = 0; k < Q8_MINE; k += 4)
        flat_get4(v + k, p, q8_place(k), n, wide);
}

static __device__ __forceinline__ void q8_put(float *p, int n, bool wide, const float v[Q8_MINE])
{
#pragma unroll
    for (int k = 0; k < Q8_MINE; k += 4)
        flat_put4(p, q8_place(k), n, wide, v + k);
}

static __device__ __forceinline__ void q8_get_codes(uint32_t w[Q8_MINE / 4], const uint8_t *p, int n, bool wide)
{
#pragma unroll
    for (int h = 0; h < Q8_MINE / 4; h++) {
        int i = q8_place(4 * h);
        if (wide && i + 4 <= n) {
            w[h] = *reinterpret_cast<const uint32_t *>(p + i);
            continue;
        }
        w[h] = 0;
        for (int k = 0; k < 4; k++)
            w[h] |= i + k < n ? (uint32_t)p[i + k] << 8 * k : 0;
    }
}

static __device__ __forceinline__ void q8_put_codes(uint8_t *p, int n, bool wide, const uint32_t w[Q8_MINE / 4])
{
#pragma unroll
    for (int h = 0; h < Q8_MINE / 4; h++) {
        int i = q8_place(4 * h);
        if (wide && i + 4 <= n) {
            *reinterpret_cast<uint32_t *>(p + i) = w[h];
            continue;
        }
        for (int k = 0; k < 4; k++)
            if (i + k < n)
                p[i + k] = (uint8_t)(w[h] >> 8 * k);
    }
}

static __device__ __forceinline__ int q8_code_of(const uint32_t w[Q8_MINE / 4], int k)
{
    return (int)(w[k / 4] >> k % 4 * 8 & 0xFF);
}

/* sTree (256): the midpoints of neighbours in sMap (256) as a search tree.  Node i has the children 2i and 2i+1; the nodes of a
 * level stand side by side, so lanes that search meet few bank conflicts.  For all threads of a block, after a barrier behind
 * what filled sMap; another must follow. */
template <int THREADS>
static __device__ __forceinline__ void q8_tree(const float *sMap, float *sTree)
{
    for (int i = (int)threadIdx.x; i < Q8_MAP; i += THREADS) {
        if (i == 0)
            continue;
        int level = 31 - __clz(i), rank = ((2 * (i - (1 << level)) + 1) << (7 - level)) - 1;
        sTree[i] = __fmul_rn(__fadd_rn(sMap[rank], sMap[rank + 1]), 0.5f);
    }
}

/* Nearest entry: the number of midpoints below y; an exact tie takes the even code. */
static __device__ __forceinline__ int q8_nearest(float y, const float *sTree)
{
    int i = 1;
    float above = INFINITY; /* the least midpoint that is not below y */
#pragma unroll
    for (int level = 0; level < 8; level++) {
        float mid = sTree[i];
        bool below = mid < y;
        above = below ? above : mid;
        i = 2 * i + below;
    }
    int code = i - Q8_MAP;
    return code + (above == y && (code & 1));
}

/* Code of 0 on a map that holds it. */
static __device__ __forceinline__ int q8_zero(const float *sMap)
{
    int c = 0;
#pragma unroll
    for (int step = Q8_MAP / 2; step > 0; step /= 2)
        c += sMap[c + step - 1] < 0.0f ? step : 0;
    return c;
}

/* Codes of the lane's x, zeros beyond the block's end; the absmax of the block is returned.  For whole warps. */
static __device__ __forceinline__ float q8_encode(const float x[Q8_MINE], const float *sMap, const float *sTree,
                                                  uint32_t w[Q8_MINE / 4])
{
    float top = 0.0f;
#pragma unroll
    for (int k = 0; k < Q8_MINE; k++)
        top = fmaxf(top, fabsf(x[k])); /* a NaN is no largest value */
    top = warp_max(top);
    if (!(top > 0.0f)) {
        uint32_t zero = (uint32_t)q8_zero(sMap) * 0x01010101u;
        w[0] = zero;
        w[1] = zero;
        return 0.0f;
    }
    float inverse = __frcp_rn(top);
    bool fits = inverse <= FLT_MAX;
    w[0] = 0;
    w[1] = 0;
#pragma unroll
    for (int k = 0; k < Q8_MINE; k++) {
        float y = fits ? __fmul_rn(x[k], inverse) : __fdiv_rn(x[k], top);
        w[k / 4] |= (uint32_t)q8_nearest(y, sTree) << k % 4 * 8;
    }
    return top;
}

#endif
