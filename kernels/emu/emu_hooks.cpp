/* Loads and stores of the kernels.  The sources are compiled with the instrumentation of ThreadSanitizer, whose run time is not
 * linked: the calls that the compiler plants before every load and store end here.  Names and signatures are those of the
 * interface in LLVM's compiler-rt (tsan_interface.h), which gcc shares. */
#include "kernels/emu/emu_device.h"
#include "kernels/emu/emu_memory.h"

#include <cstdint>
#include <cstring>

static const char *verb(cad_emu_access how)
{
    return how == cad_emu_access::read ? "load" : "store";
}

static void see_slowly(const void *p, size_t bytes, cad_emu_access how, const void *pc)
{
    cad_emu_memory_at_pc(pc);
    cad_emu_memory_access(p, bytes, how, verb(how));
}

static bool on_own_stack(const void *p)
{
    return (uintptr_t)p - (uintptr_t)cad_emu_now->fiber.low < CAD_EMU_STACK_BYTES;
}

static void see(const void *p, size_t bytes, cad_emu_access how, const void *pc)
{
    if (!cad_emu_now)
        cad_emu_memory_by_host(p, bytes, how, pc);
    else if (!on_own_stack(p))
        see_slowly(p, bytes, how, pc);
}

#ifndef CAD_EMU_ASAN
template <int BYTES, cad_emu_access HOW>
static inline bool quick(const cad_emu_region &m, size_t at)
{
    if (HOW == cad_emu_access::read)
        return cad_emu_shadow_quick_read<BYTES / 2>(m, at, cad_emu_now);
    return cad_emu_shadow_quick_write<BYTES / 2>(m, at, cad_emu_now, cad_emu_stamp_of(cad_emu_now, cad_emu_order_of(m)));
}

/* An even number of bytes, aligned to it as the compiler believes. */
template <int BYTES, cad_emu_access HOW>
static inline void see_whole(const void *p, const void *pc)
{
    if (!cad_emu_now) {
        cad_emu_memory_by_host(p, BYTES, HOW, pc);
        return;
    }
    if (on_own_stack(p))
        return;
    if ((uintptr_t)p % BYTES) {
        cad_emu_memory_at_pc(pc);
        cad_emu_fault("%s of %d bytes at %p: not aligned%s", verb(HOW), BYTES, p, cad_emu_memory_place());
    }
    if (--cad_emu_patience < 0) {
        cad_emu_memory_at_pc(pc);
        cad_emu_memory_no_patience();
    }
    size_t at = (uintptr_t)p - (uintptr_t)cad_emu_shared.base;
    if (at < CAD_EMU_SHARED_SPACE) {
        if (cad_emu_shared_holds(at, BYTES) && quick<BYTES, HOW>(cad_emu_shared, at))
            return;
    } else {
        const cad_emu_region *m = cad_emu_device_find(p, BYTES);
        if (m && quick<BYTES, HOW>(*m, (uintptr_t)p - (uintptr_t)m->base))
            return;
    }
    see_slowly(p, BYTES, HOW, pc);
}

#define CAD_EMU_WHOLE(name, how, n)                                                                                            \
    void name(void *p);                                                                                                        \
    void name(void *p)                                                                                                         \
    {                                                                                                                          \
        see_whole<n, cad_emu_access::how>(p, __builtin_return_address(0));                                                     \
    }
#define CAD_EMU_PART(name, how, n)                                                                                             \
    void name(void *p);                                                                                                        \
    void name(void *p)                                                                                                         \
    {                                                                                                                          \
        see(p, n, cad_emu_access::how, __builtin_return_address(0));                                                           \
    }
#define CAD_EMU_HOOKS(n)                                                                                                       \
    CAD_EMU_WHOLE(__tsan_read##n, read, n)                                                                                     \
    CAD_EMU_WHOLE(__tsan_write##n, write, n)                                                                                   \
    CAD_EMU_PART(__tsan_unaligned_read##n, read, n)                                                                            \
    CAD_EMU_PART(__tsan_unaligned_write##n, write, n)

extern "C" {
CAD_EMU_PART(__tsan_read1, read, 1)
CAD_EMU_PART(__tsan_write1, write, 1)
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
#endif

/* What a kernel calls memcpy and memset: their insides have no hooks. */
void *cad_emu_memcpy(void *to, const void *from, size_t bytes)
{
    if (bytes) {
        see(from, bytes, cad_emu_access::read, __builtin_return_address(0));
        see(to, bytes, cad_emu_access::write, __builtin_return_address(0));
    }
    return memcpy(to, from, bytes);
}

void *cad_emu_memset(void *to, int value, size_t bytes)
{
    if (bytes)
        see(to, bytes, cad_emu_access::write, __builtin_return_address(0));
    return memset(to, value, bytes);
}
