/* What a CUDA source sees when a host compiler reads it (kernels/cuda/launch.cuh includes it then): the names of CUDA C++ that
 * our kernels use, executed by one fiber per thread.
 *
 * A launch runs block after block in a shuffled order.  Inside a block the fibers of a warp are entered one by one; whoever
 * meets a warp-wide operation waits, the last lane to arrive executes it for all.  Rules that hardware leaves undefined are
 * errors here: a warp operation or a barrier that some thread never reaches or reaches elsewhere, a partial mask, a thread that
 * ends while others wait for it.  Memory accesses of the kernels are seen through the hooks that the compiler plants
 * (emu_hooks.cpp) and checked by emu_memory.h.  A fault abandons the launch, and CAD_LAUNCH answers CAD_EINTERNAL with its
 * text.
 *
 * What this cannot show stands in docs/dev/EMULATION.md. */
#ifndef CADLM_KERNELS_EMU_EMU_H
#define CADLM_KERNELS_EMU_EMU_H

#include "core/status.h"
#include "kernels/emu/emu_atomic.h"
#include "kernels/emu/emu_block.h"
#include "kernels/emu/emu_copy.h"
#include "kernels/emu/emu_launch.h"
#include "kernels/emu/emu_warp.h"

#include <cmath>
#include <cstdint>
#include <cstring>

#define __global__
#define __device__
#define __host__
#define __constant__ static const
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __restrict__ __restrict
#define __align__(n) alignas(n)

#define threadIdx (cad_emu_thread_index())
#define blockIdx (cad_emu_block_index())
#define blockDim (cad_emu_block_size())
#define gridDim (cad_emu_grid_size())
static constexpr int warpSize = 32;

/* Barriers, shuffles and votes; the site tells a divergent meeting of two of them from a common one. */
#define CAD_EMU_SITE                                                                                                           \
    cad_emu_site                                                                                                               \
    {                                                                                                                          \
        __FILE__, __LINE__                                                                                                     \
    }
#define __syncthreads() cad_emu_barrier(CAD_EMU_SITE)
#define __syncwarp(...) cad_emu_syncwarp(CAD_EMU_SITE, cad_emu_mask(__VA_ARGS__))
#define __shfl_sync(mask, v, lane) cad_emu_shuffle(mask, v, CAD_EMU_SHFL_IDX, (int)(lane), CAD_EMU_SITE)
#define __shfl_xor_sync(mask, v, by) cad_emu_shuffle(mask, v, CAD_EMU_SHFL_XOR, (int)(by), CAD_EMU_SITE)
#define __shfl_up_sync(mask, v, by) cad_emu_shuffle(mask, v, CAD_EMU_SHFL_UP, (int)(by), CAD_EMU_SITE)
#define __shfl_down_sync(mask, v, by) cad_emu_shuffle(mask, v, CAD_EMU_SHFL_DOWN, (int)(by), CAD_EMU_SITE)
#define __ballot_sync(mask, p) cad_emu_ballot(mask, (p) != 0, CAD_EMU_SITE)
#define __any_sync(mask, p) (cad_emu_ballot(mask, (p) != 0, CAD_EMU_SITE) != 0)
#define __all_sync(mask, p) (cad_emu_ballot(mask, (p) != 0, CAD_EMU_SITE) == 0xFFFFFFFFu)
#define __threadfence() ((void)0) /* blocks run one after another */

static inline unsigned cad_emu_mask(unsigned mask = 0xFFFFFFFFu)
{
    return mask;
}

/* Seen whole by emu_memory.h; the library's own are not. */
void *cad_emu_memcpy(void *to, const void *from, size_t bytes);
void *cad_emu_memset(void *to, int value, size_t bytes);

static inline int __popc(unsigned x)
{
    return __builtin_popcount(x);
}
static inline int __ffs(int x)
{
    return __builtin_ffs(x);
}
static inline int __clz(int x)
{
    return x == 0 ? 32 : __builtin_clz((unsigned)x);
}
static inline unsigned __umulhi(unsigned a, unsigned b)
{
    return (unsigned)((uint64_t)a * b >> 32);
}
static inline unsigned __float_as_uint(float x)
{
    unsigned u;
    __builtin_memcpy(&u, &x, 4);
    return u;
}
static inline float __uint_as_float(unsigned u)
{
    float x;
    __builtin_memcpy(&x, &u, 4);
    return x;
}
/* Arithmetic with a rounding of its own, which the device compiler does not contract. */
static inline float __fmul_rn(float a, float b)
{
    return a * b;
}
static inline float __fadd_rn(float a, float b)
{
    return a + b;
}
static inline float __fmaf_rn(float a, float b, float c)
{
    return fmaf(a, b, c);
}
static inline float __fdiv_rn(float a, float b)
{
    return a / b;
}
static inline float __fsqrt_rn(float a)
{
    return sqrtf(a);
}
static inline float __frcp_rn(float a)
{
    return 1.0f / a;
}
static inline double __dmul_rn(double a, double b)
{
    return a * b;
}
static inline double __dadd_rn(double a, double b)
{
    return a + b;
}
static inline float rsqrtf(float a)
{
    return 1.0f / sqrtf(a);
}

struct alignas(8) float2 {
    float x, y;
};
struct alignas(16) float4 {
    float x, y, z, w;
};
struct alignas(8) uint2 {
    unsigned x, y;
};
struct alignas(16) uint4 {
    unsigned x, y, z, w;
};
struct alignas(8) int2 {
    int x, y;
};
struct alignas(16) int4 {
    int x, y, z, w;
};
static inline float2 make_float2(float x, float y)
{
    return {x, y};
}
static inline float4 make_float4(float x, float y, float z, float w)
{
    return {x, y, z, w};
}
static inline uint2 make_uint2(unsigned x, unsigned y)
{
    return {x, y};
}
static inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w)
{
    return {x, y, z, w};
}
template <class T>
static inline T __ldg(const T *p)
{
    return *p;
}
template <class T>
static inline T min(T a, T b)
{
    return b < a ? b : a;
}
template <class T>
static inline T max(T a, T b)
{
    return a < b ? b : a;
}

#define memcpy cad_emu_memcpy
#define memset cad_emu_memset

#endif
