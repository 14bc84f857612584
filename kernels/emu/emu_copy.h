/* cp.async: copies from device to shared memory that land some time between their issue and the wait that asks for them. */
#ifndef CADLM_KERNELS_EMU_EMU_COPY_H
#define CADLM_KERNELS_EMU_EMU_COPY_H

#include "kernels/emu/emu_block.h"

#include <cstddef>

/* deferred: lands in the wait that requires it (finds missing waits); eager: lands at issue (finds buffers refilled while they
 * are read); random: at any moment between, by the seed.  Bits of a sound kernel are the same. */
enum class cad_emu_copies { deferred, eager, random };
extern cad_emu_copies cad_emu_copy_mode;

/* `bytes` of 4, 8 or 16 to an aligned place in shared memory: the first `valid` from `device`, zeros after. */
void cad_emu_copy_issue(void *shared, const void *device, int bytes, int valid, cad_emu_site site);
void cad_emu_copy_commit();
/* Until at most `newest` committed groups of this thread are under way. */
void cad_emu_copy_wait(int newest);

/* Room for the copies of every thread; false: no memory. */
bool cad_emu_copy_ready();
void cad_emu_copy_begin_block();
void cad_emu_copy_barrier();
/* False, and the text of a fault, when a copy was left under way. */
bool cad_emu_copy_end_block(char *text, size_t size);

#endif
