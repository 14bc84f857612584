/* Sizes of allocations: products and sums that do not wrap.  scripts/check_source.py wants them in the size of an allocation,
 * in the place of a bare * or + with something that is no constant. */
#ifndef CADLM_CORE_SIZE_H
#define CADLM_CORE_SIZE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* a * b and a + b; what does not fit is SIZE_MAX, which core/mem and core/arena refuse as out of memory.  Where the message
 * must tell what did not fit: cad_mul and cad_add of core/mem. */
static inline size_t cad_size_mul(size_t a, size_t b)
{
    size_t product;
    return __builtin_mul_overflow(a, b, &product) ? SIZE_MAX : product;
}

static inline size_t cad_size_add(size_t a, size_t b)
{
    size_t sum;
    return __builtin_add_overflow(a, b, &sum) ? SIZE_MAX : sum;
}

#ifdef __cplusplus
}
#endif
#endif
