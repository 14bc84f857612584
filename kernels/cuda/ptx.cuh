/* Instructions that C++ has no words for: the only place with inline assembly.  Each has a device and a host side; what it does
 * is said in the PTX manual under the name given. */
#ifndef CADLM_KERNELS_CUDA_PTX_CUH
#define CADLM_KERNELS_CUDA_PTX_CUH

#include "kernels/cuda/launch.cuh"

#include <stdint.h>

#ifdef __CUDACC__
#define CAD_SITE_PARAMETER
#else
#define CAD_SITE_PARAMETER , cad_emu_site site = {__builtin_FILE(), __builtin_LINE()} /* of the caller */
#endif

#ifdef __CUDACC__
static __device__ __forceinline__ uint32_t cad_shared_address(const void *p)
{
    return (uint32_t)__cvta_generic_to_shared(p);
}
#endif

/* cvt.rn.bf16.f32 */
static __device__ __forceinline__ uint16_t cad_cvt_bf16(float x)
{
#ifdef __CUDACC__
    uint16_t h;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(h) : "f"(x));
    return h;
#else
    uint32_t u = __float_as_uint(x), up = (u & 0xFFFF) > 0x8000 || ((u & 0xFFFF) == 0x8000 && (u >> 16 & 1));
    return x != x ? (uint16_t)0x7FFF : (uint16_t)((u >> 16) + up);
#endif
}

/* cvt.rn.bf16x2.f32: two at once. */
static __device__ __forceinline__ uint32_t cad_cvt_bf16x2(float low, float high)
{
#ifdef __CUDACC__
    uint32_t pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
#else
    return cad_cvt_bf16(low) | (uint32_t)cad_cvt_bf16(high) << 16;
#endif
}

/* ex2.approx.ftz.f32 on the device: 2^x with a relative error of 2^-22; e^x is cad_exp2(CAD_LOG2_E * x). */
#define CAD_LOG2_E 1.44269504f
static __device__ __forceinline__ float cad_exp2(float x)
{
#ifdef __CUDACC__
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
#else
    return exp2f(x);
#endif
}

/* cp.async.cg.shared.global of 16 bytes, the first `valid` from device memory and zeros after; both addresses multiples of 16
 * (from may be anything when valid == 0, but a legal address). */
static __device__ __forceinline__ void cad_copy_async16(void *to, const void *from, int valid CAD_SITE_PARAMETER)
{
#ifdef __CUDACC__
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(cad_shared_address(to)), "l"(from), "r"(valid)
                 : "memory");
#else
    cad_emu_copy_issue(to, from, 16, valid, site);
#endif
}

/* cp.async.ca.shared.global of 4 bytes: `valid` of them, 4 or 0, and zeros. */
static __device__ __forceinline__ void cad_copy_async4(void *to, const void *from, int valid CAD_SITE_PARAMETER)
{
#ifdef __CUDACC__
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(cad_shared_address(to)), "l"(from), "r"(valid)
                 : "memory");
#else
    cad_emu_copy_issue(to, from, 4, valid, site);
#endif
}

/* cp.async.commit_group */
static __device__ __forceinline__ void cad_copy_commit()
{
#ifdef __CUDACC__
    asm volatile("cp.async.commit_group;" ::: "memory");
#else
    cad_emu_copy_commit();
#endif
}

/* cp.async.wait_group: until at most N groups of this thread are under way. */
template <int N>
static __device__ __forceinline__ void cad_copy_wait()
{
#ifdef __CUDACC__
    asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory");
#else
    cad_emu_copy_wait(N);
#endif
}

/* ldmatrix.sync.aligned.m8n8.x4.shared.b16, with .trans: see kernels/emu/emu_warp.h for who holds what. */
static __device__ __forceinline__ void cad_ldmatrix4(uint32_t r[4], const void *row CAD_SITE_PARAMETER)
{
#ifdef __CUDACC__
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(cad_shared_address(row))
                 : "memory");
#else
    cad_emu_ldmatrix(r, 4, row, false, site);
#endif
}

static __device__ __forceinline__ void cad_ldmatrix4_trans(uint32_t r[4], const void *row CAD_SITE_PARAMETER)
{
#ifdef __CUDACC__
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(cad_shared_address(row))
                 : "memory");
#else
    cad_emu_ldmatrix(r, 4, row, true, site);
#endif
}

/* The same of two matrices: addresses of lanes 0..15 count. */
static __device__ __forceinline__ void cad_ldmatrix2(uint32_t r[2], const void *row CAD_SITE_PARAMETER)
{
#ifdef __CUDACC__
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0,%1}, [%2];"
                 : "=r"(r[0]), "=r"(r[1])
                 : "r"(cad_shared_address(row))
                 : "memory");
#else
    cad_emu_ldmatrix(r, 2, row, false, site);
#endif
}

static __device__ __forceinline__ void cad_ldmatrix2_trans(uint32_t r[2], const void *row CAD_SITE_PARAMETER)
{
#ifdef __CUDACC__
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0,%1}, [%2];"
                 : "=r"(r[0]), "=r"(r[1])
                 : "r"(cad_shared_address(row))
                 : "memory");
#else
    cad_emu_ldmatrix(r, 2, row, true, site);
#endif
}

/* mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32: d += a b. */
static __device__ __forceinline__ void cad_mma(float d[4], const uint32_t a[4], const uint32_t b[2] CAD_SITE_PARAMETER)
{
#ifdef __CUDACC__
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
    cad_emu_mma_bf16(d, a, b, site);
#endif
}

#endif
