/* A borrowed view of a dense row-major array.  Owns nothing; data == NULL means "not given" for optional arguments. */
#ifndef CADLM_CORE_TENSOR_H
#define CADLM_CORE_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_MAX_DIMS = 4 };

typedef enum cad_dtype { CAD_F32, CAD_BF16, CAD_F16, CAD_F64, CAD_U8, CAD_I32, CAD_U32, CAD_I64, CAD_U64 } cad_dtype;

typedef struct cad_tensor {
    void *data;
    int64_t dim[CAD_MAX_DIMS]; /* outermost first; unused ones are 1 */
    int ndim;
    cad_dtype dtype;
} cad_tensor;

/* Bytes of one element; elements of the view; its bytes. */
size_t cad_dtype_size(cad_dtype t);
const char *cad_dtype_name(cad_dtype t); /* "f32" */
int64_t cad_tensor_count(const cad_tensor *t);
size_t cad_tensor_bytes(const cad_tensor *t);

cad_tensor cad_tensor_1d(cad_dtype t, void *data, int64_t n0);
cad_tensor cad_tensor_2d(cad_dtype t, void *data, int64_t n0, int64_t n1);
cad_tensor cad_tensor_3d(cad_dtype t, void *data, int64_t n0, int64_t n1, int64_t n2);

/* bf16 is the upper half of an f32; widening is exact, narrowing rounds to nearest even, NaN stays NaN. */
float cad_bf16_to_f32(uint16_t v);
uint16_t cad_f32_to_bf16(float v);
bool cad_bf16_holds(float v); /* finite, also after rounding to bf16 */

#ifdef __cplusplus
}
#endif
#endif
