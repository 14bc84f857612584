/* Device memory of the emulator: blocks of the heap with known bounds and a gap around each. */
#ifndef CADLM_KERNELS_EMU_EMU_DEVICE_H
#define CADLM_KERNELS_EMU_EMU_DEVICE_H

#include "core/status.h"
#include "kernels/emu/emu_shadow.h"

#include <cstddef>

extern "C" {
/* As the members of cad_ops (kernels/ops.h); synchronous.  Freed blocks are kept a while, so that their use is found. */
CAD_MUST_USE cad_status cad_emu_mem_alloc(size_t bytes, void **out);
void cad_emu_mem_free(void *p);
CAD_MUST_USE cad_status cad_emu_mem_put(void *device, const void *host, size_t bytes, void *stream);
CAD_MUST_USE cad_status cad_emu_mem_get(void *host, const void *device, size_t bytes, void *stream);
CAD_MUST_USE cad_status cad_emu_sync(void *stream);
}

/* The allocation that holds all of [p, p+bytes); NULL: none. */
enum { CAD_EMU_HINTS = 64 };
extern const cad_emu_region *cad_emu_device_hint[CAD_EMU_HINTS]; /* by address: where a search ended */
const cad_emu_region *cad_emu_device_search(const void *p, size_t bytes);
static inline const cad_emu_region *cad_emu_device_find(const void *p, size_t bytes)
{
    const cad_emu_region *m = cad_emu_device_hint[(uintptr_t)p / 4096 % CAD_EMU_HINTS];
    size_t at = m ? (uintptr_t)p - (uintptr_t)m->base : 0;
    return m && at <= m->bytes && bytes <= m->bytes - at ? m : cad_emu_device_search(p, bytes);
}
/* "16 bytes past the end of a block of 4096 bytes": for messages, until the next call. */
const char *cad_emu_device_nearest(const void *p);

#endif
