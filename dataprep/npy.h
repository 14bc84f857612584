/* numpy's .npy, version 1.0, of f32 vectors in a row: a header of 128 bytes, then the numbers. */
#ifndef CADLM_DATAPREP_NPY_H
#define CADLM_DATAPREP_NPY_H

#include "core/status.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_NPY_HEAD = 128 };

void cad_npy_head(int64_t n, int64_t dim, char out[CAD_NPY_HEAD]);
/* Of a header that cad_npy_head made.  Errors: CAD_EDATA, with `where` in front. */
CAD_MUST_USE cad_status cad_npy_shape(const char head[CAD_NPY_HEAD], const char *where, int64_t *n, int64_t *dim);

#ifdef __cplusplus
}
#endif
#endif
