/* What a kernel may touch, and in which order: device memory, the shared memory of the block that runs, and the stacks.
 *
 * Device memory is a list of allocations with exact bounds.  Shared memory has a record for every byte: the last write and the
 * last read, each with its thread and moment.  Two accesses of different threads, one of them a write, are ordered by a block
 * barrier between them, or by a __syncwarp if the threads are of one warp; otherwise they are a race.  Bytes that no thread of
 * the block has written, and bytes that an asynchronous copy has not delivered, must not be read.
 *
 * The hooks (emu_hooks.cpp) feed ordinary loads and stores; warp operations and copies report their own.  In a build with
 * AddressSanitizer there are no hooks: it checks the bounds of device memory instead, and the rest is left to the other build.
 */
#ifndef CADLM_KERNELS_EMU_EMU_MEMORY_H
#define CADLM_KERNELS_EMU_EMU_MEMORY_H

#include <cstddef>
#include <cstdint>

enum { CAD_EMU_SHARED_BYTES = 227 << 10 }; /* of one block on sm_90 */

enum class cad_emu_access { read, write, atomic };

/* Reserves what the records need; false: no memory. */
bool cad_emu_memory_ready();
/* The arguments of the launch, which every thread may read. */
void cad_emu_memory_arguments(const void *arg, size_t bytes);
/* Shared memory of a new block: poisoned with 0xCD, nothing written, nothing allocated but the dynamic bytes. */
void cad_emu_memory_begin_block(size_t dynamic_bytes);
/* A barrier of the whole block has been passed. */
void cad_emu_memory_barrier();
/* One access of the thread that runs, or of thread `thread` of the block; faults name `what`. */
void cad_emu_memory_access(const void *p, size_t bytes, cad_emu_access how, const char *what);
void cad_emu_memory_access_as(int thread, const void *p, size_t bytes, cad_emu_access how, const char *what);
/* Bytes of shared memory that a copy is about to fill: until it lands, nobody touches them. */
void cad_emu_memory_in_flight(const void *shared, size_t bytes, bool flies);

/* Where the access stands that is reported next. */
void cad_emu_memory_pc(const void *pc);
/* Called once when the kernels have been compiled with hooks. */
void cad_emu_memory_hooked();

#endif
