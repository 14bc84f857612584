/* copy, cast, CPU.
 *
 * math      y = x; y = (type) x
 * shapes    any
 * layout    dense
 * dtypes    copy any; cast f32 and bf16, narrowing to nearest even
 * limits    none
 * mapping   chunks of bytes or elements
 * order     elementwise: class I
 * cost      bound by memory
 * source    none
 * test      tests/kernels/check_rows.c
 */
#include "kernels/cpu/backend_cpu.h"

#include <string.h>

enum { GRAIN = 16384 };

static void copy_part(void *ctx, int64_t begin, int64_t end)
{
    const cad_copy_args *a = ctx;
    memcpy((char *)a->y.data + begin, (const char *)a->x.data + begin, (size_t)(end - begin));
}

CAD_CPU_OP(copy)
{
    CAD_TRY(cad_copy_validate(a));
    cad_parallel_for((int64_t)cad_tensor_bytes(&a->x), INT64_C(4) * GRAIN, copy_part, (void *)(uintptr_t)a);
    return CAD_OK;
}
CAD_CPU_NO_SCRATCH(copy)

static void cast_part(void *ctx, int64_t begin, int64_t end)
{
    const cad_cast_args *a = ctx;
    if (a->x.dtype == a->y.dtype) {
        size_t size = cad_dtype_size(a->x.dtype);
        memcpy((char *)a->y.data + (size_t)begin * size, (const char *)a->x.data + (size_t)begin * size,
               (size_t)(end - begin) * size);
    } else if (a->x.dtype == CAD_F32) {
        for (int64_t i = begin; i < end; i++)
            ((uint16_t *)a->y.data)[i] = cad_f32_to_bf16(((const float *)a->x.data)[i]);
    } else {
        for (int64_t i = begin; i < end; i++)
            ((float *)a->y.data)[i] = cad_bf16_to_f32(((const uint16_t *)a->x.data)[i]);
    }
}

CAD_CPU_OP(cast)
{
    CAD_TRY(cad_cast_validate(a));
    cad_parallel_for(cad_tensor_count(&a->y), GRAIN, cast_part, (void *)(uintptr_t)a);
    return CAD_OK;
}
CAD_CPU_NO_SCRATCH(cast)
