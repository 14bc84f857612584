/* Atomic operations on integers.  There are none on floats: sums that depend on their order have no place in our kernels. */
#ifndef CADLM_KERNELS_EMU_EMU_ATOMIC_H
#define CADLM_KERNELS_EMU_EMU_ATOMIC_H

#include "kernels/emu/emu_memory.h"

/* Reads and writes that the hooks must not see as plain ones. */
#define CAD_EMU_NO_HOOKS __attribute__((no_sanitize("thread"), noinline))
#define CAD_EMU_ATOMIC_SITE cad_emu_site site = {__builtin_FILE(), __builtin_LINE()} /* of the caller */

#define CAD_EMU_ATOMIC(name, T, becomes)                                                                                       \
    CAD_EMU_NO_HOOKS static inline T name(T *p, T v, CAD_EMU_ATOMIC_SITE)                                                      \
    {                                                                                                                          \
        cad_emu_memory_at_site(site);                                                                                          \
        cad_emu_memory_access(p, sizeof *p, cad_emu_access::atomic, #name);                                                    \
        T old = *p;                                                                                                            \
        *p = (becomes);                                                                                                        \
        return old;                                                                                                            \
    }
#define CAD_EMU_ATOMICS(T)                                                                                                     \
    CAD_EMU_ATOMIC(atomicAdd, T, old + v)                                                                                      \
    CAD_EMU_ATOMIC(atomicMin, T, v < old ? v : old)                                                                            \
    CAD_EMU_ATOMIC(atomicMax, T, v > old ? v : old)                                                                            \
    CAD_EMU_ATOMIC(atomicExch, T, v)

CAD_EMU_ATOMICS(int)
CAD_EMU_ATOMICS(unsigned)
CAD_EMU_ATOMICS(unsigned long long)
CAD_EMU_ATOMIC(atomicOr, unsigned, old | v)
CAD_EMU_ATOMIC(atomicAnd, unsigned, old &v)

#endif
