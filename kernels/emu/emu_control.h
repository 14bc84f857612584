/* How the emulator runs: for tests.  CADLM_EMU=deferred|eager|random[,SEED] sets both before the first launch. */
#ifndef CADLM_KERNELS_EMU_EMU_CONTROL_H
#define CADLM_KERNELS_EMU_EMU_CONTROL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* When asynchronous copies land (kernels/emu/emu_copy.h). */
typedef enum cad_emu_mode { CAD_EMU_DEFERRED, CAD_EMU_EAGER, CAD_EMU_RANDOM } cad_emu_mode;
/* The order of blocks, warps and random copies starts from `seed`. */
void cad_emu_set(cad_emu_mode mode, uint64_t seed);
/* What stands in the block `device` of mem_alloc counts as never written from now on: a kernel that reads it first is at
 * fault. */
void cad_emu_unwrite(void *device);
/* Threads emulated since the process started, over all launches. */
uint64_t cad_emu_threads_run(void);

#ifdef __cplusplus
}
#endif
#endif
