#include "core/mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_uint_fast64_t calls;
static atomic_uint_fast64_t fail_at; /* absolute call number, 0 = never */
static atomic_int fail_forever;

uint64_t cad_mem_calls(void)
{
    return atomic_load(&calls);
}

void cad_mem_fail_at(uint64_t k, int forever)
{
    atomic_store(&fail_forever, forever);
    atomic_store(&fail_at, k == 0 ? 0 : atomic_load(&calls) + k);
}

int cad_mem_count(void)
{
    uint64_t n = atomic_fetch_add(&calls, 1) + 1;
    uint64_t at = atomic_load(&fail_at);
    return at != 0 && (n == at || (n > at && atomic_load(&fail_forever)));
}

cad_status cad_mem_alloc(size_t bytes, const char *what, void *out)
{
    void *p = cad_mem_count() || bytes > PTRDIFF_MAX ? NULL : calloc(1, bytes ? bytes : 1);
    if (!p)
        CAD_FAIL(CAD_ENOMEM, "out of memory: %zu bytes for %s", bytes, what);
    memcpy(out, &p, sizeof p);
    return CAD_OK;
}

cad_status cad_mem_resize(size_t bytes, const char *what, void *inout)
{
    void *old;
    memcpy(&old, inout, sizeof old);
    void *p = cad_mem_count() || bytes > PTRDIFF_MAX ? NULL : realloc(old, bytes ? bytes : 1);
    if (!p)
        CAD_FAIL(CAD_ENOMEM, "out of memory: %zu bytes for %s", bytes, what);
    memcpy(inout, &p, sizeof p);
    return CAD_OK;
}

void cad_mem_free(void *p)
{
    free(p);
}

cad_status cad_mul(size_t a, size_t b, const char *what, size_t *out)
{
    size_t product;
    if (__builtin_mul_overflow(a, b, &product))
        CAD_FAIL(CAD_EINVAL, "%s: %zu x %zu does not fit a size", what, a, b);
    *out = product;
    return CAD_OK;
}

cad_status cad_add(size_t a, size_t b, const char *what, size_t *out)
{
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        CAD_FAIL(CAD_EINVAL, "%s: %zu + %zu does not fit a size", what, a, b);
    *out = sum;
    return CAD_OK;
}
