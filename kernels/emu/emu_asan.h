/* Memory that AddressSanitizer must not let anyone touch; nothing in other builds. */
#ifndef CADLM_KERNELS_EMU_EMU_ASAN_H
#define CADLM_KERNELS_EMU_EMU_ASAN_H

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define CAD_EMU_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CAD_EMU_ASAN 1
#endif
#endif

#ifdef CAD_EMU_ASAN
#include <sanitizer/asan_interface.h>
enum { CAD_EMU_FORBIDS_FROM = 8 }; /* what is allowed behind it begins at a multiple of this */
static inline void cad_emu_asan_forbid(const void *p, size_t bytes)
{
    __asan_poison_memory_region(p, bytes);
}
static inline void cad_emu_asan_allow(const void *p, size_t bytes)
{
    __asan_unpoison_memory_region(p, bytes);
}
#else
enum { CAD_EMU_FORBIDS_FROM = 1 };
static inline void cad_emu_asan_forbid(const void *, size_t) {}
static inline void cad_emu_asan_allow(const void *, size_t) {}
#endif

#endif
