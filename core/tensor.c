#include "core/tensor.h"

#include <math.h>
#include <string.h>

size_t cad_dtype_size(cad_dtype t)
{
    switch (t) {
    case CAD_U8:
        return 1;
    case CAD_BF16:
    case CAD_F16:
        return 2;
    case CAD_F32:
    case CAD_I32:
    case CAD_U32:
        return 4;
    case CAD_F64:
    case CAD_I64:
    case CAD_U64:
        return 8;
    }
    return 0;
}

const char *cad_dtype_name(cad_dtype t)
{
    static const char *const names[] = {"f32", "bf16", "f16", "f64", "u8", "i32", "u32", "i64", "u64"};
    return names[t];
}

int64_t cad_tensor_count(const cad_tensor *t)
{
    int64_t n = 1;
    for (int i = 0; i < t->ndim; i++)
        n *= t->dim[i];
    return n;
}

size_t cad_tensor_bytes(const cad_tensor *t)
{
    return (size_t)cad_tensor_count(t) * cad_dtype_size(t->dtype);
}

cad_tensor cad_tensor_1d(cad_dtype t, void *data, int64_t n0)
{
    return (cad_tensor){data, {n0, 1, 1, 1}, 1, t};
}

cad_tensor cad_tensor_2d(cad_dtype t, void *data, int64_t n0, int64_t n1)
{
    return (cad_tensor){data, {n0, n1, 1, 1}, 2, t};
}

cad_tensor cad_tensor_3d(cad_dtype t, void *data, int64_t n0, int64_t n1, int64_t n2)
{
    return (cad_tensor){data, {n0, n1, n2, 1}, 3, t};
}

float cad_bf16_to_f32(uint16_t v)
{
    uint32_t bits = (uint32_t)v << 16;
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

uint16_t cad_f32_to_bf16(float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    if ((bits & 0x7FFFFFFFu) > 0x7F800000u)
        return (uint16_t)((bits >> 16) | 0x40u);
    bits += 0x7FFFu + ((bits >> 16) & 1u);
    return (uint16_t)(bits >> 16);
}

bool cad_bf16_holds(float v)
{
    return fabsf(v) < 0x1.ffp127f; /* from there on it rounds to infinity */
}
