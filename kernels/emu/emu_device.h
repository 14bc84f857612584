/* Device memory of the emulator: blocks of the heap with known bounds and a gap around each. */
#ifndef CADLM_KERNELS_EMU_EMU_DEVICE_H
#define CADLM_KERNELS_EMU_EMU_DEVICE_H

#include "core/status.h"

#include <cstddef>

extern "C" {
/* As the members of cad_ops (kernels/ops.h); synchronous. */
CAD_MUST_USE cad_status cad_emu_mem_alloc(size_t bytes, void **out);
void cad_emu_mem_free(void *p);
CAD_MUST_USE cad_status cad_emu_mem_put(void *device, const void *host, size_t bytes, void *stream);
CAD_MUST_USE cad_status cad_emu_mem_get(void *host, const void *device, size_t bytes, void *stream);
CAD_MUST_USE cad_status cad_emu_sync(void *stream);
}

/* Whether [p, p+bytes) lies inside one allocation. */
bool cad_emu_device_holds(const void *p, size_t bytes);
/* "16 bytes past the end of a block of 4096 bytes": for messages, until the next call. */
const char *cad_emu_device_nearest(const void *p);

#endif
