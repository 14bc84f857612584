/* The heap: the only place, beside core/arena, that allocates.  A test can make the k-th call fail. */
#ifndef CADLM_CORE_MEM_H
#define CADLM_CORE_MEM_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* *out = `bytes` zeroed bytes, owned by the caller, released by cad_mem_free.  `what` names the request in the message.
 * bytes == 0 gives a unique pointer.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_mem_alloc(size_t bytes, const char *what, void *out);
/* Resizes *inout (NULL allowed); new bytes are not initialised; on failure *inout is untouched.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_mem_resize(size_t bytes, const char *what, void *inout);
void cad_mem_free(void *p);

/* *out = a * b, *out = a + b; CAD_EINVAL naming `what` when it does not fit.  For sizes that come from input. */
CAD_MUST_USE cad_status cad_mul(size_t a, size_t b, const char *what, size_t *out);
CAD_MUST_USE cad_status cad_add(size_t a, size_t b, const char *what, size_t *out);

/* Calls of the heap and of arenas since the process started; a trainer that allocates nothing leaves it unchanged. */
uint64_t cad_mem_calls(void);
/* Tests: the k-th call from now (1 = the next) fails, and so do all later ones when `forever`; k = 0 switches it off. */
void cad_mem_fail_at(uint64_t k, int forever);
/* For core/arena: counts one call and says whether it has to fail. */
int cad_mem_count(void);

#ifdef __cplusplus
}
#endif
#endif
