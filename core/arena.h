/* Arenas: memory with an owner, a name and a peak.
 *
 * An arena reserves `capacity` bytes of address space once and hands out 64-byte aligned pieces from the bottom up; pages
 * become real when touched.  Functions that need memory take a cad_arena *; results live as long as that arena.  A user of
 * scratch takes a mark and rewinds it in the same function on success; on failure the outer frame's owner rewinds.  Builds
 * with AddressSanitizer poison what was rewound. */
#ifndef CADLM_CORE_ARENA_H
#define CADLM_CORE_ARENA_H

#include "core/status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_arena cad_arena;
typedef struct cad_frame {
    size_t used;
} cad_frame;

/* `name` is copied (31 bytes).  Owner: the caller, by cad_arena_destroy (NULL is fine).  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_arena_create(const char *name, size_t capacity, cad_arena **out);
/* The same over `capacity` bytes at `base`, 64-byte aligned, which destroy gives to `release` (NULL: they stay the caller's).
 * They may be memory that this processor cannot touch, such as a device's: alloc, mark and rewind never do; zalloc and strdup
 * write. */
CAD_MUST_USE cad_status cad_arena_over(const char *name, void *base, size_t capacity, void (*release)(void *), cad_arena **out);
void cad_arena_destroy(cad_arena *a);

/* *out = `bytes` bytes, 64-byte aligned, NOT initialised (zero on first use of fresh pages only).  `what` names the request
 * in the message of CAD_ENOMEM, which also tells what is used and reserved. */
CAD_MUST_USE cad_status cad_arena_alloc(cad_arena *a, size_t bytes, const char *what, void *out);
/* The same, zeroed, for `count` elements of `size` bytes; the product is checked. */
CAD_MUST_USE cad_status cad_arena_zalloc(cad_arena *a, size_t count, size_t size, const char *what, void *out);
/* *out = a NUL-terminated copy of `len` bytes. */
CAD_MUST_USE cad_status cad_arena_strdup(cad_arena *a, const char *text, size_t len, const char **out);

cad_frame cad_arena_mark(const cad_arena *a);
void cad_arena_rewind(cad_arena *a, cad_frame f);

const char *cad_arena_name(const cad_arena *a);
size_t cad_arena_used(const cad_arena *a);
size_t cad_arena_peak(const cad_arena *a);
size_t cad_arena_capacity(const cad_arena *a);

#ifdef __cplusplus
}
#endif
#endif
