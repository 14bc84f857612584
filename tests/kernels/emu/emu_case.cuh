/* A kernel of the tests and its launcher emu_NAME: EMU_CASE(name, blocks, threads, dynamic bytes) { .. uses d .. } */
#ifndef CADLM_TESTS_EMU_CASE_CUH
#define CADLM_TESTS_EMU_CASE_CUH

#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/ptx.cuh"
#include "tests/kernels/emu/emu_cases.h"

#define EMU_CASE(name, blocks, threads, smem)                                                                                  \
    CAD_KERNEL(threads) void name(emu_data d);                                                                                 \
    extern "C" cad_status emu_##name(const emu_data *d)                                                                        \
    {                                                                                                                          \
        return CAD_LAUNCH(name, (blocks), (threads), smem, nullptr, *d);                                                       \
    }                                                                                                                          \
    CAD_KERNEL(threads) void name([[maybe_unused]] emu_data d)

static const unsigned EVERY_LANE = 0xFFFFFFFFu;

static inline unsigned emu_lane()
{
    return threadIdx.x % 32;
}
static inline unsigned emu_warp()
{
    return threadIdx.x / 32;
}
static inline float *emu_floats(unsigned char *p)
{
    return reinterpret_cast<float *>(p);
}
static inline uint32_t *emu_words(unsigned char *p)
{
    return reinterpret_cast<uint32_t *>(p);
}

#endif
