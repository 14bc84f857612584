/* What a kernel may touch: device memory, the shared memory of the block that runs, and its stack; and who checks it.
 *
 * Device memory is a list of allocations with exact bounds.  Shared memory is one array of dynamic bytes and the static arrays,
 * each with a gap behind it.  Bytes that nobody has written, and bytes that an asynchronous copy has not delivered, must not be
 * read; accesses of different threads must be in order (emu_shadow.h).
 *
 * The hooks (emu_hooks.cpp) feed ordinary loads and stores; warp operations and copies report their own.  In a build with
 * AddressSanitizer there are no hooks: it checks bounds, and order is left to the other build. */
#ifndef CADLM_KERNELS_EMU_EMU_MEMORY_H
#define CADLM_KERNELS_EMU_EMU_MEMORY_H

#include "kernels/emu/emu_shadow.h"

#include <cstddef>
#include <cstdint>

/* Of one block on sm_90; of its static arrays; and what we reserve, since ours have gaps. */
enum { CAD_EMU_SHARED_BYTES = 227 << 10, CAD_EMU_STATIC_BYTES = 48 << 10, CAD_EMU_SHARED_SPACE = 512 << 10 };

extern cad_emu_region cad_emu_shared;

/* Reserves what the records need; false: no memory. */
bool cad_emu_memory_ready();
/* The arguments of the launch, which every thread may read. */
void cad_emu_memory_arguments(const void *arg, size_t bytes);
/* Shared memory of a new block: poisoned with 0xCD, nothing written, no static arrays. */
void cad_emu_memory_begin_block(size_t dynamic_bytes);
/* A barrier of the whole block has been passed. */
void cad_emu_memory_barrier();
/* After a fault. */
void cad_emu_memory_abandon();

/* The block's shared memory: dynamic bytes, or the array that belongs to `key` (made when first asked for).  Arrays are aligned
 * as asked and not better, so that wider accesses show. */
void *cad_emu_dynamic_shared();
void *cad_emu_static_shared(const void *key, size_t bytes, size_t align);
extern size_t cad_emu_array_from, cad_emu_array_bytes; /* where the last access was */
bool cad_emu_shared_holds_other(size_t at, size_t bytes);
static inline bool cad_emu_shared_holds(size_t at, size_t bytes)
{
    size_t in = at - cad_emu_array_from;
    return (in <= cad_emu_array_bytes && bytes <= cad_emu_array_bytes - in) || cad_emu_shared_holds_other(at, bytes);
}
static inline bool cad_emu_is_shared(const void *p)
{
    return (uintptr_t)p - (uintptr_t)cad_emu_shared.base < CAD_EMU_SHARED_SPACE;
}

/* One access of the thread that runs, or of thread t; faults name `what`. */
void cad_emu_memory_access(const void *p, size_t bytes, cad_emu_access how, const char *what);
void cad_emu_memory_access_as(const cad_emu_thread *t, const void *p, size_t bytes, cad_emu_access how, const char *what);

/* An access of host code in the same sources, a launcher.  What it must not touch is device memory; the next launch or sync
 * fails with cad_emu_memory_host_fault(), which gives NULL or a text, and forgets it. */
void cad_emu_memory_by_host(const void *p, size_t bytes, cad_emu_access how, const void *pc);
const char *cad_emu_memory_host_fault();

/* Accesses that the warp may still make before another has its turn: who waits for others by asking again and again would never
 * let them run.  An atomic operation counts for many. */
static const int64_t CAD_EMU_PATIENCE = 1 << 28, CAD_EMU_ATOMIC_COUNTS = 256;
extern int64_t cad_emu_patience;
[[noreturn]] void cad_emu_memory_no_patience();

/* Where the access stands that is looked at next: in the executable, or in the source. */
void cad_emu_memory_at_pc(const void *pc);
void cad_emu_memory_at_site(cad_emu_site site);
/* The same, for a fault. */
const char *cad_emu_memory_place();

/* The hooks are at work, so that what they see is complete. */
void cad_emu_memory_hooked();
bool cad_emu_memory_is_hooked();

#endif
