/* Arenas over the memory of a back end. */
#include "kernels/ops.h"

cad_status cad_ops_arena(const cad_ops *ops, const char *name, size_t bytes, cad_arena **out)
{
    enum { LINE = 64 };
    size_t whole = (bytes + LINE - 1) / LINE * LINE;
    void *block;
    CAD_TRY(ops->mem_alloc(whole, &block));
    cad_status s = cad_arena_over(name, block, whole, ops->mem_free, out);
    if (s != CAD_OK)
        ops->mem_free(block);
    return s;
}
