#include "kernels/emu/emu_memory.h"

#include "kernels/emu/emu_asan.h"
#include "kernels/emu/emu_device.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <sys/mman.h>

struct array {
    const void *key;
    size_t from, bytes;
};

enum { ARRAYS = 32, GAP = 128, ALIGN = 1024 };

cad_emu_region cad_emu_shared;
int64_t cad_emu_patience;

static array arrays[ARRAYS]; /* of the block that runs; [0] the dynamic bytes */
static int n_arrays;
size_t cad_emu_array_from, cad_emu_array_bytes;
static const char *arguments, *arguments_end;
static bool hooked;
static const void *access_pc;
static cad_emu_site access_site;

extern "C" char __executable_start, __data_start, _end;

/* ---- where ---- */

void cad_emu_memory_at_pc(const void *pc)
{
    access_pc = pc;
}

void cad_emu_memory_at_site(cad_emu_site site)
{
    access_pc = nullptr;
    access_site = site;
}

const char *cad_emu_memory_place()
{
    static char text[160];
    if (access_pc) /* the address behind the call of the hook: one less lies in it */
        snprintf(text, sizeof text, " [addr2line 0x%zx]", (size_t)((const char *)access_pc - &__executable_start) - 1);
    else
        snprintf(text, sizeof text, " [%s:%d]", access_site.file, access_site.line);
    return text;
}

void cad_emu_memory_hooked()
{
    hooked = true;
}

bool cad_emu_memory_is_hooked()
{
    return hooked;
}

/* ---- shared memory ---- */

static void *pages(size_t bytes)
{
    void *p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? nullptr : p;
}

bool cad_emu_memory_ready()
{
    cad_emu_region *s = &cad_emu_shared;
    if (!s->base)
        s->base = (char *)pages(CAD_EMU_SHARED_SPACE);
    if (!s->cells)
        s->cells = (cad_emu_cell *)pages(CAD_EMU_SHARED_SPACE / 2 * sizeof(cad_emu_cell));
    s->bytes = CAD_EMU_SHARED_SPACE;
    return s->base && s->cells;
}

void cad_emu_memory_arguments(const void *arg, size_t bytes)
{
    arguments = (const char *)arg;
    arguments_end = arguments + bytes;
}

void cad_emu_memory_barrier()
{
    cad_emu_shadow_barrier();
}

static void add_array(const void *key, size_t from, size_t bytes)
{
    cad_emu_asan_allow(cad_emu_shared.base + from, bytes);
    memset(cad_emu_shared.base + from, 0xCD, bytes);
    arrays[n_arrays++] = {key, from, bytes};
}

void cad_emu_memory_begin_block(size_t dynamic_bytes)
{
    cad_emu_shadow_begin_block();
    n_arrays = 0;
    cad_emu_array_from = 0;
    cad_emu_array_bytes = dynamic_bytes;
    cad_emu_asan_forbid(cad_emu_shared.base, CAD_EMU_SHARED_SPACE);
    add_array(nullptr, 0, dynamic_bytes);
}

void cad_emu_memory_abandon()
{
    cad_emu_shadow_forget(cad_emu_shared);
}

void *cad_emu_dynamic_shared()
{
    return cad_emu_shared.base;
}

void *cad_emu_static_shared(const void *key, size_t bytes, size_t align)
{
    size_t sum = 0;
    for (int i = 1; i < n_arrays; i++) {
        if (arrays[i].key == key)
            return cad_emu_shared.base + arrays[i].from;
        sum += arrays[i].bytes;
    }
    if (n_arrays == ARRAYS || align > ALIGN / 2)
        cad_emu_fault("a static array of shared memory aligned to %zu bytes, with %d before it", align, n_arrays - 1);
    if (bytes > CAD_EMU_STATIC_BYTES || bytes > CAD_EMU_STATIC_BYTES - sum)
        cad_emu_fault("%zu bytes of static shared memory; a kernel has at most %d", sum + bytes, (int)CAD_EMU_STATIC_BYTES);
    if (sum + bytes + arrays[0].bytes > CAD_EMU_SHARED_BYTES)
        cad_emu_fault("%zu bytes of static and %zu of dynamic shared memory; a block has %d", sum + bytes, arrays[0].bytes,
                      (int)CAD_EMU_SHARED_BYTES);
    const array *last = &arrays[n_arrays - 1];
    size_t next = (last->from + last->bytes + GAP + ALIGN - 1) / ALIGN * ALIGN;
    size_t from = next + std::max<size_t>(align, CAD_EMU_FORBIDS_FROM); /* a multiple of align, not of 2 align */
    add_array(key, from, bytes);
    return cad_emu_shared.base + from;
}

bool cad_emu_shared_holds_other(size_t at, size_t bytes)
{
    for (int i = 0; i < n_arrays; i++)
        if (at - arrays[i].from <= arrays[i].bytes && bytes <= arrays[i].bytes - (at - arrays[i].from)) {
            cad_emu_array_from = arrays[i].from;
            cad_emu_array_bytes = arrays[i].bytes;
            return true;
        }
    return false;
}

static void shared_access(const cad_emu_thread *t, size_t at, size_t bytes, cad_emu_access how, const char *what)
{
    if (!cad_emu_shared_holds(at, bytes))
        cad_emu_fault_of(t, "%s of %zu bytes at byte %zu of shared memory: outside of every array of the block (%zu dynamic)%s",
                         what, bytes, at, arrays[0].bytes, cad_emu_memory_place());
    cad_emu_shadow_check(cad_emu_shared, at, bytes, how, t, what);
}

/* ---- all memory ---- */

/* The stack of the thread, the arguments, and what is constant in the executable. */
static bool host_side(const cad_emu_thread *t, const char *p, size_t bytes, cad_emu_access how)
{
    const char *end = p + bytes, *low = t->fiber.low;
    if (p >= low && end <= low + CAD_EMU_STACK_BYTES)
        return true;
    if (p >= arguments && end <= arguments_end)
        return true;
    return how == cad_emu_access::read && p >= &__executable_start && end <= &__data_start;
}

void cad_emu_memory_access_as(const cad_emu_thread *t, const void *p, size_t bytes, cad_emu_access how, const char *what)
{
    if (cad_emu_is_shared(p)) {
        shared_access(t, (size_t)((const char *)p - cad_emu_shared.base), bytes, how, what);
        return;
    }
    const cad_emu_region *m = cad_emu_device_find(p, bytes);
    if (m && m->cells)
        cad_emu_shadow_check(*m, (size_t)((const char *)p - m->base), bytes, how, t, what);
    if (m || host_side(t, (const char *)p, bytes, how))
        return;
    bool own = (const char *)p >= &__executable_start && (const char *)p < &_end;
    cad_emu_fault_of(t, "%s of %zu bytes at %p: outside of device memory (%s)%s", what, bytes, p,
                     own ? "a variable of the host" : cad_emu_device_nearest(p), cad_emu_memory_place());
}

static char host_text[256];
static bool host_failed;

void cad_emu_memory_by_host(const void *p, size_t bytes, cad_emu_access how, const void *pc)
{
    const cad_emu_region *m = host_failed ? nullptr : cad_emu_device_find(p, bytes);
    if (!m)
        return;
    cad_emu_memory_at_pc(pc);
    snprintf(host_text, sizeof host_text, "host code %s %zu bytes of device memory (a block of %zu)%s",
             how == cad_emu_access::read ? "reads" : "writes", bytes, m->bytes, cad_emu_memory_place());
    host_failed = true;
}

const char *cad_emu_memory_host_fault()
{
    bool failed = host_failed;
    host_failed = false;
    return failed ? host_text : nullptr;
}

void cad_emu_memory_no_patience()
{
    cad_emu_patience = CAD_EMU_PATIENCE;
    cad_emu_fault("%d accesses in one turn: it seems to wait for what only other threads can do%s", (int)CAD_EMU_PATIENCE,
                  cad_emu_memory_place());
}

void cad_emu_memory_access(const void *p, size_t bytes, cad_emu_access how, const char *what)
{
    cad_emu_patience -= how == cad_emu_access::atomic ? CAD_EMU_ATOMIC_COUNTS : 1;
    if (cad_emu_patience < 0)
        cad_emu_memory_no_patience();
    cad_emu_memory_access_as(cad_emu_now, p, bytes, how, what);
}
