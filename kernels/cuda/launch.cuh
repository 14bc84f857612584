/* The words in which kernels are declared and launched, for a device (nvcc) and for the emulator (a host compiler).
 *
 *     CAD_KERNEL(256) void scale_kernel(bf16 *y, float s, int64_t n) { .. }
 *     CAD_TRY(CAD_LAUNCH(scale_kernel, (blocks), (256), 0, stream, y, s, n));
 *
 * Static shared memory: CAD_SHARED(float, sSum, 32); the one dynamic array of a kernel: CAD_DYN_SMEM(bf16, sTile), 1024-byte
 * aligned.  Threads of a block never leave before the last barrier or warp operation; masks name all 32 lanes. */
#ifndef CADLM_KERNELS_CUDA_LAUNCH_CUH
#define CADLM_KERNELS_CUDA_LAUNCH_CUH

#include "core/status.h"

#include <stdint.h>

#ifdef __CUDACC__
#include <cuda_runtime.h>

#define CAD_GPU(name) cad_cuda_##name
#define CAD_KERNEL(threads) static __global__ __launch_bounds__(threads)
#define CAD_SHARED(T, name, n) __shared__ T name[n]
#define CAD_DYN_SMEM(T, name)                                                                                                  \
    extern __shared__ __align__(1024) unsigned char cad_dynamic_shared[];                                                      \
    T *name = reinterpret_cast<T *>(cad_dynamic_shared)

extern "C" cudaStream_t cad_cuda_stream(void *stream);       /* NULL: the one that the runtime made */
extern "C" cad_status cad_cuda_launched(const char *kernel); /* the launch just made: was it taken? */
extern "C" cad_status cad_cuda_shared(const void *kernel, const char *name, size_t bytes); /* dynamic: is there so much? */

template <class... P, class... A>
static cad_status cad_gpu_launch(const char *name, void (*kernel)(P...), dim3 grid, dim3 block, size_t smem, void *stream,
                                 A... args)
{
    if (grid.x == 0 || grid.y == 0 || grid.z == 0)
        return CAD_OK;
    if (smem > 0)
        CAD_TRY(cad_cuda_shared(reinterpret_cast<const void *>(kernel), name, smem));
    kernel<<<grid, block, smem, cad_cuda_stream(stream)>>>(static_cast<P>(args)...);
    return cad_cuda_launched(name);
}
#else
#include "kernels/emu/emu.h"

#define CAD_GPU(name) cad_emu_##name
#define CAD_KERNEL(threads) static
#define CAD_SHARED(T, name, n)                                                                                                 \
    static const char cad_key_of_##name = 0;                                                                                   \
    T *name = static_cast<T *>(cad_emu_static_shared(&cad_key_of_##name, sizeof(T) * (n), alignof(T)))
#define CAD_DYN_SMEM(T, name) T *name = static_cast<T *>(cad_emu_dynamic_shared())

template <class... P, class... A>
static cad_status cad_gpu_launch(const char *name, void (*kernel)(P...), dim3 grid, dim3 block, size_t smem, void *, A... args)
{
    return cad_emu_launch(name, kernel, grid, block, smem, args...);
}
#endif

/* A cad_status.  grid and block stand in parentheses, as does a kernel with template arguments. */
#define CAD_LAUNCH(kernel, grid, block, smem, stream, ...)                                                                     \
    cad_gpu_launch(#kernel, kernel, dim3 grid, dim3 block, smem, stream, __VA_ARGS__)

#endif
