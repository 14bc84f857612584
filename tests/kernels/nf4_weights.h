/* Weights in NF4 for the op checks: inputs of a case, and their values as the reference sees them. */
#ifndef CADLM_TESTS_KERNELS_NF4_WEIGHTS_H
#define CADLM_TESTS_KERNELS_NF4_WEIGHTS_H

#include "tests/kernels/checkop.h"

/* A quantised random weight: codes, scales, and in value (out in) what they stand for. */
cad_nf4 co_nf4(checkop *t, int64_t out, int64_t in, int64_t block, float *value);
/* The same with nested scales of any value: their codes, the map, one number for 256 codes. */
cad_nf4 co_nested_nf4(checkop *t, int64_t out, int64_t in, int64_t block, float *value);
/* -1, 0, 1 times 1 or 2 per block: products with integers are exact. */
cad_nf4 co_whole_nf4(checkop *t, int64_t out, int64_t in, int64_t block, float *value);

#endif
