/* Threads that miss each other: barriers and warp operations. */
#include "tests/kernels/emu/emu_case.cuh"

EMU_CASE(barrier_missed, 1, 64, 0)
{
    if (emu_warp() == 0)
        __syncthreads();
}

EMU_CASE(barrier_elsewhere, 1, 64, 0)
{
    if (emu_warp() == 0)
        __syncthreads();
    else
        __syncthreads();
}

EMU_CASE(barrier_by_half_a_warp, 1, 32, 0)
{
    if (emu_lane() < 16)
        __syncthreads();
}

EMU_CASE(barrier_after_the_end, 1, 64, 0)
{
    if (emu_warp() == 1)
        return;
    __syncthreads();
}

EMU_CASE(barrier_against_shuffle, 1, 32, 0)
{
    if (emu_lane() < 16)
        __syncthreads();
    else
        d.out[0] = (unsigned char)__shfl_sync(EVERY_LANE, 1, 0);
}

EMU_CASE(shuffle_by_half_a_warp, 1, 64, 0)
{
    int v = (int)threadIdx.x;
    if (emu_warp() == 0 || emu_lane() < 16)
        v = __shfl_xor_sync(EVERY_LANE, v, 1);
    d.out[threadIdx.x] = (unsigned char)v;
}

EMU_CASE(shuffle_elsewhere, 1, 32, 0)
{
    int v = (int)threadIdx.x;
    if (emu_lane() % 2)
        v = __shfl_xor_sync(EVERY_LANE, v, 1);
    else
        v = __shfl_xor_sync(EVERY_LANE, v, 1);
    d.out[threadIdx.x] = (unsigned char)v;
}

EMU_CASE(shuffle_against_vote, 1, 32, 0)
{
    unsigned v = emu_lane() % 2 ? __shfl_xor_sync(EVERY_LANE, 1u, 1) : __ballot_sync(EVERY_LANE, 1);
    d.out[threadIdx.x] = (unsigned char)v;
}

EMU_CASE(vote_after_the_end, 1, 32, 0)
{
    if (emu_lane() == 31)
        return;
    if (__any_sync(EVERY_LANE, emu_lane() == 3))
        d.out[threadIdx.x] = 1;
}

EMU_CASE(mma_by_half_a_warp, 1, 32, 0)
{
    float sum[4] = {0, 0, 0, 0};
    uint32_t a[4] = {0, 0, 0, 0}, b[2] = {0, 0};
    if (emu_lane() < 16)
        cad_mma(sum, a, b);
    d.out[threadIdx.x] = (unsigned char)sum[0];
}

EMU_CASE(mask_of_shuffle, 1, 32, 0)
{
    if (emu_lane() < 16)
        d.out[threadIdx.x] = (unsigned char)__shfl_xor_sync(0x0000FFFFu, (int)threadIdx.x, 1);
}

EMU_CASE(mask_of_vote, 1, 32, 0)
{
    if (emu_lane() < 31 && __all_sync(0x7FFFFFFFu, 1))
        d.out[threadIdx.x] = 1;
}

EMU_CASE(mask_of_syncwarp, 1, 32, 0)
{
    if (emu_lane() == 0)
        __syncwarp(1u);
}

EMU_CASE(shuffle_too_far, 1, 32, 0)
{
    d.out[threadIdx.x] = (unsigned char)__shfl_down_sync(EVERY_LANE, (int)threadIdx.x, d.by);
}

/* The second block waits for the first, or the first for the second: on a device that depends on the weather. */
EMU_CASE(endless, 2, 32, 0)
{
    auto *turn = reinterpret_cast<unsigned *>(d.in);
    while (atomicAdd(&turn[0], 0u) == turn[1]) {
    }
}
