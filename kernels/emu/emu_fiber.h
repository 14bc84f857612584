/* Fibers: stacks of their own on one thread of the processor, switched by hand (swapcontext enters the kernel each time). */
#ifndef CADLM_KERNELS_EMU_EMU_FIBER_H
#define CADLM_KERNELS_EMU_EMU_FIBER_H

#include "kernels/emu/emu_asan.h"

#include <cstddef>

#ifdef CAD_EMU_ASAN
enum : size_t { CAD_EMU_STACK_BYTES = 256 << 10 };
#else
enum : size_t { CAD_EMU_STACK_BYTES = 64 << 10 };
#endif

struct cad_emu_fiber {
    void *sp;         /* saved stack pointer while it does not run */
    char *low;        /* its stack; NULL: that of the process */
    void *asan_stack; /* fake stack of AddressSanitizer */
};

/* Stacks of n fibers, each with an unmapped page below it; kept and reused.  False: no memory. */
bool cad_emu_fiber_stacks(int n);
/* Makes fiber i of those start in entry(), which must not return. */
void cad_emu_fiber_reset(cad_emu_fiber *f, int i, void (*entry)());

/* cad_emu_fiber_switch leaves `from` and goes on in `to`; dies: from is never entered again.  cad_emu_fiber_entered stands in
 * the first line of what has just been started. */
#ifdef CAD_EMU_ASAN
void cad_emu_fiber_entered();
void cad_emu_fiber_switch(cad_emu_fiber *from, cad_emu_fiber *to, bool dies);
#else
extern "C" void cad_emu_swap(void **from_sp, void *to_sp);
static inline void cad_emu_fiber_entered() {}
static inline void cad_emu_fiber_switch(cad_emu_fiber *from, cad_emu_fiber *to, bool)
{
    cad_emu_swap(&from->sp, to->sp);
}
#endif

#endif
