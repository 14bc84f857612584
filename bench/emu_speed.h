/* Kernels that do one thing many times, for measuring the emulator (kernels/emu). */
#ifndef CADLM_BENCH_EMU_SPEED_H
#define CADLM_BENCH_EMU_SPEED_H

#include "core/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(kernel, what one thread does n times) */
#define EMU_SPEED_KERNELS(X)                                                                                                   \
    X(nothing, "an empty kernel")                                                                                              \
    X(arithmetic, "16 dependent fmaf")                                                                                         \
    X(shuffle, "a shuffle")                                                                                                    \
    X(barrier, "__syncthreads")                                                                                                \
    X(syncwarp, "__syncwarp")                                                                                                  \
    X(mma, "mma.sync")                                                                                                         \
    X(ldmatrix, "ldmatrix x4")                                                                                                 \
    X(shared2, "a load of 2 bytes, shared")                                                                                    \
    X(shared4, "a load of 4 bytes, shared")                                                                                    \
    X(shared16, "a load of 16 bytes, shared")                                                                                  \
    X(shared_store4, "a store of 4 bytes, shared")                                                                             \
    X(device2, "a load of 2 bytes, device")                                                                                    \
    X(device4, "a load of 4 bytes, device")                                                                                    \
    X(device16, "a load of 16 bytes, device")                                                                                  \
    X(device_store4, "a store of 4 bytes, device")                                                                             \
    X(copy16, "cp.async of 16 bytes")                                                                                          \
    X(product, "a 64 x 64 x 16 step of a product, by 4 warps")

/* Launches `blocks` blocks of `threads`; each thread repeats `n` times.  work: device memory, 64 KB for each block. */
#define X(kernel, what) CAD_MUST_USE cad_status emu_speed_##kernel(void *work, int blocks, int threads, int n);
EMU_SPEED_KERNELS(X)
#undef X

#ifdef __cplusplus
}
#endif
#endif
