/* Loads and stores of the kernels.  The sources are compiled with the instrumentation of ThreadSanitizer, whose run time is not
 * linked: the calls that the compiler plants before every load and store end here.  Names and signatures are those of the
 * interface in LLVM's compiler-rt (tsan_interface.h), which gcc shares. */
#include "kernels/emu/emu_block.h"
#include "kernels/emu/emu_memory.h"

#include <cstdint>
#include <cstdio>

static void see(void *p, size_t bytes, cad_emu_access how, const void *pc)
{
    const cad_emu_thread *t = cad_emu_now;
    if (!t || (uintptr_t)p - (uintptr_t)t->fiber.low < cad_emu_fiber_stack_bytes())
        return;
    cad_emu_memory_pc(pc);
    cad_emu_memory_access(p, bytes, how, how == cad_emu_access::read ? "load" : "store");
}

#define CAD_EMU_HOOK(name, how, bytes)                                                                                         \
    void name(void *p);                                                                                                        \
    void name(void *p)                                                                                                         \
    {                                                                                                                          \
        see(p, bytes, cad_emu_access::how, __builtin_return_address(0));                                                       \
    }
#define CAD_EMU_HOOKS(n)                                                                                                       \
    CAD_EMU_HOOK(__tsan_read##n, read, n)                                                                                      \
    CAD_EMU_HOOK(__tsan_write##n, write, n)                                                                                    \
    CAD_EMU_HOOK(__tsan_unaligned_read##n, read, n)                                                                            \
    CAD_EMU_HOOK(__tsan_unaligned_write##n, write, n)

extern "C" {
CAD_EMU_HOOK(__tsan_read1, read, 1)
CAD_EMU_HOOK(__tsan_write1, write, 1)
CAD_EMU_HOOKS(2)
CAD_EMU_HOOKS(4)
CAD_EMU_HOOKS(8)
CAD_EMU_HOOKS(16)

void __tsan_init(void);
void __tsan_init(void)
{
    cad_emu_memory_hooked();
}

void __tsan_func_entry(void *pc);
void __tsan_func_entry(void *) {}
void __tsan_func_exit(void);
void __tsan_func_exit(void) {}

void __tsan_read_range(void *p, long bytes);
void __tsan_read_range(void *p, long bytes)
{
    see(p, (size_t)bytes, cad_emu_access::read, __builtin_return_address(0));
}

void __tsan_write_range(void *p, long bytes);
void __tsan_write_range(void *p, long bytes)
{
    see(p, (size_t)bytes, cad_emu_access::write, __builtin_return_address(0));
}

void __tsan_vptr_update(void **p, void *v);
void __tsan_vptr_update(void **, void *) {}
}
