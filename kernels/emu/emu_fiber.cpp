#include "kernels/emu/emu_fiber.h"

#include "kernels/emu/emu_asan.h"

#include <cstdint>
#include <cstring>
#include <sys/mman.h>

#ifdef CAD_EMU_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
static const size_t PAGE = 4096, STEP = 448, STEPS = 8;

static char *stacks;
static int n_stacks;

/* cad_emu_swap(&from_sp, to_sp): the registers that a function must keep (System V ABI for x86-64) go onto the old stack and
 * come from the new one. */
extern "C" void cad_emu_swap(void **from_sp, void *to_sp);
asm(R"(
.text
.p2align 4
.globl cad_emu_swap
.hidden cad_emu_swap
.type cad_emu_swap, @function
cad_emu_swap:
    endbr64
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size cad_emu_swap, .-cad_emu_swap
)");

bool cad_emu_fiber_stacks(int n)
{
    if (n <= n_stacks)
        return true;
    size_t each = CAD_EMU_STACK_BYTES + PAGE;
    void *block = mmap(nullptr, each * (size_t)n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (block == MAP_FAILED)
        return false;
    for (int i = 0; i < n; i++)
        if (mprotect((char *)block + each * (size_t)i, PAGE, PROT_NONE) != 0)
            return false;
    if (stacks)
        munmap(stacks, each * (size_t)n_stacks);
    stacks = (char *)block;
    n_stacks = n;
    return true;
}

void cad_emu_fiber_reset(cad_emu_fiber *f, int i, void (*entry)())
{
    f->low = stacks + (CAD_EMU_STACK_BYTES + PAGE) * (size_t)i + PAGE;
    f->asan_stack = nullptr;
    cad_emu_asan_allow(f->low, CAD_EMU_STACK_BYTES); /* an abandoned fiber leaves its frames forbidden */
    /* As if cad_emu_swap had been called: six registers, the return address, and a stack aligned as after a call.  The stacks
     * of neighbours begin at different offsets, or their frames would compete for the same lines of the cache. */
    void **top = (void **)(f->low + CAD_EMU_STACK_BYTES - (size_t)i % STEPS * STEP) - 1;
    memset(top - 7, 0, 8 * sizeof *top);
    top[-1] = (void *)entry;
    f->sp = top - 7;
}

#ifdef CAD_EMU_ASAN
static const cad_emu_fiber *left; /* the fiber that handed over */
static const void *main_low;
static size_t main_size;

/* The bounds of the stack of the process are known only by leaving it. */
static void arrived(void *own)
{
    bool from_main = !left->low;
    __sanitizer_finish_switch_fiber(own, from_main ? &main_low : nullptr, from_main ? &main_size : nullptr);
}

void cad_emu_fiber_entered()
{
    arrived(nullptr);
}

void cad_emu_fiber_switch(cad_emu_fiber *from, cad_emu_fiber *to, bool dies)
{
    left = from;
    __sanitizer_start_switch_fiber(dies ? nullptr : &from->asan_stack, to->low ? (const void *)to->low : main_low,
                                   to->low ? CAD_EMU_STACK_BYTES : main_size);
    cad_emu_swap(&from->sp, to->sp);
    arrived(from->asan_stack);
}
#endif
