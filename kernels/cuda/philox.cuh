/* Philox 4x32-10, the block of core/rng.h, on the device. */
#ifndef CADLM_KERNELS_CUDA_PHILOX_CUH
#define CADLM_KERNELS_CUDA_PHILOX_CUH

#include "kernels/cuda/launch.cuh"

static __device__ __forceinline__ uint4 philox4x32(uint64_t key, uint4 c)
{
    unsigned k0 = (unsigned)key, k1 = (unsigned)(key >> 32);
#pragma unroll
    for (int round = 0; round < 10; round++) {
        unsigned h0 = __umulhi(0xD2511F53u, c.x), l0 = 0xD2511F53u * c.x;
        unsigned h1 = __umulhi(0xCD9E8D57u, c.z), l1 = 0xCD9E8D57u * c.z;
        c = make_uint4(h1 ^ c.y ^ k0, l1, h0 ^ c.w ^ k1, l0);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return c;
}

#endif
