/* Arenas over the memory of a back end, and what comes back from it. */
#include "kernels/ops.h"

cad_status cad_ops_arena(const cad_ops *ops, const char *name, size_t bytes, cad_arena **out)
{
    enum { LINE = 64 };
    size_t whole = (bytes + LINE - 1) / LINE * LINE;
    void *block;
    cad_status s = ops->mem_alloc(whole, &block);
    if (s != CAD_OK)
        CAD_FAIL(s, "arena '%s': %s", name, cad_error_text());
    s = cad_arena_over(name, block, whole, ops->mem_free, out);
    if (s != CAD_OK)
        ops->mem_free(block);
    return s;
}

cad_status cad_ops_fetch(const cad_ops *ops, void *host, const void *device, size_t bytes)
{
    CAD_TRY(ops->sync(NULL));
    return ops->mem_get(host, device, bytes, NULL);
}
