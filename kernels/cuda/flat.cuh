/* Flat arrays of any length: 16 bytes in one access where the addresses allow it, several accesses under way at a time. */
#ifndef CADLM_KERNELS_CUDA_FLAT_CUH
#define CADLM_KERNELS_CUDA_FLAT_CUH

#include "kernels/cuda/gpu.cuh"

/* Whether accesses of 16 bytes may start at p; NULL may. */
static inline bool cad_aligned16(const void *p)
{
    return (uintptr_t)p % 16 == 0;
}

enum { FLAT_THREADS = 256, FLAT_PER = 4 };

/* Elements of a flat array that one block serves. */
template <class STEP>
static constexpr int64_t FLAT_SPAN = (int64_t)FLAT_THREADS *FLAT_PER *STEP::WIDTH;

template <class STEP>
static inline unsigned flat_blocks(int64_t n)
{
    return (unsigned)cad_ceil_div(n, FLAT_SPAN<STEP>);
}

/* An elementwise step over the elements 0..n-1.  STEP has
 *
 *     enum { WIDTH }                  elements of a pack: 16 bytes of the narrower array
 *     struct pack                     what they are in registers
 *     pack get(int64_t i) const;      loads WIDTH elements from i
 *     void put(int64_t i, const pack &) const;
 *     void one(int64_t i) const;      both for one element
 *
 * With `wide`, which asks for aligned arrays, a thread loads FLAT_PER packs before it stores the first. */
template <class STEP>
CAD_KERNEL(FLAT_THREADS)
void flat_kernel(STEP step, int64_t n, bool wide)
{
    int64_t first = (int64_t)blockIdx.x * FLAT_SPAN<STEP>;
    int left = n - first < FLAT_SPAN<STEP> ? (int)(n - first) : (int)FLAT_SPAN<STEP>, mine = (int)threadIdx.x * STEP::WIDTH;
    typename STEP::pack r[FLAT_PER];
    if (!wide) {
        for (int at = threadIdx.x; at < left; at += FLAT_THREADS)
            step.one(first + at);
        return;
    }
#pragma unroll
    for (int k = 0; k < FLAT_PER; k++)
        if (mine + k * FLAT_THREADS * STEP::WIDTH + STEP::WIDTH <= left)
            r[k] = step.get(first + mine + k * FLAT_THREADS * STEP::WIDTH);
#pragma unroll
    for (int k = 0; k < FLAT_PER; k++)
        if (mine + k * FLAT_THREADS * STEP::WIDTH + STEP::WIDTH <= left)
            step.put(first + mine + k * FLAT_THREADS * STEP::WIDTH, r[k]);
    int rest = left / STEP::WIDTH * STEP::WIDTH + (int)threadIdx.x; /* fewer than a pack, at the end of the array */
    if (rest < left)
        step.one(first + rest);
}

/* Four f32 from element i of an array of n: one access where `wide`, else one by one with zeros from n on. */
static __device__ __forceinline__ void flat_get4(float v[4], const float *p, int64_t i, int64_t n, bool wide)
{
    if (wide && i + 4 <= n) {
        float4 four = *reinterpret_cast<const float4 *>(p + i);
        v[0] = four.x;
        v[1] = four.y;
        v[2] = four.z;
        v[3] = four.w;
        return;
    }
#pragma unroll
    for (int k = 0; k < 4; k++)
        v[k] = i + k < n ? p[i + k] : 0.0f;
}

/* Stores those of the four that lie below n. */
static __device__ __forceinline__ void flat_put4(float *p, int64_t i, int64_t n, bool wide, const float v[4])
{
    if (wide && i + 4 <= n) {
        *reinterpret_cast<float4 *>(p + i) = make_float4(v[0], v[1], v[2], v[3]);
        return;
    }
#pragma unroll
    for (int k = 0; k < 4; k++)
        if (i + k < n)
            p[i + k] = v[k];
}

#endif
