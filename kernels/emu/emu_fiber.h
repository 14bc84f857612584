/* Fibers: stacks of their own on one thread of the processor, switched by hand (swapcontext enters the kernel each time). */
#ifndef CADLM_KERNELS_EMU_EMU_FIBER_H
#define CADLM_KERNELS_EMU_EMU_FIBER_H

#include <cstddef>

struct cad_emu_fiber {
    void *sp;         /* saved stack pointer while it does not run */
    char *low;        /* its stack */
    void *asan_stack; /* fake stack of AddressSanitizer */
};

/* Stacks of n fibers, each with an unmapped page below it; kept and reused.  False: no memory. */
bool cad_emu_fiber_stacks(int n);
/* Makes fiber i of those start in entry(), which must not return. */
void cad_emu_fiber_reset(cad_emu_fiber *f, int i, void (*entry)());
/* Leaves `from` and goes on in `to`.  dies: from is never entered again. */
void cad_emu_fiber_switch(cad_emu_fiber *from, cad_emu_fiber *to, bool dies);
/* First lines of a fiber that has just been started. */
void cad_emu_fiber_entered();
size_t cad_emu_fiber_stack_bytes();

#endif
