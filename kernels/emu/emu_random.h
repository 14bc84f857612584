/* The emulator's own stream of random numbers: order of blocks and warps, moments of copies.  One seed, one run. */
#ifndef CADLM_KERNELS_EMU_EMU_RANDOM_H
#define CADLM_KERNELS_EMU_EMU_RANDOM_H

#include <cstdint>

extern uint64_t cad_emu_random_state;

/* splitmix64 (Steele, Lea, Flood 2014), the high half. */
static inline uint32_t cad_emu_random()
{
    uint64_t z = cad_emu_random_state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (uint32_t)((z ^ z >> 31) >> 32);
}

#endif
