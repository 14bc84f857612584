/* Constant tables of the quantised formats, stated once for every back end (spec: formats.md 1-3). */
#ifndef CADLM_KERNELS_NF4_H
#define CADLM_KERNELS_NF4_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_NF4_BLOCK = 64, CAD_NF4_ZERO = 7, CAD_Q8_BLOCK = 256 };

/* Code -> level; code of w = number of thresholds t with w * (1/absmax) > t. */
extern const float cad_nf4_level[16];
extern const float cad_nf4_threshold[15];

/* The dynamic 8-bit maps: 256 ascending values, formula in f64 rounded once.  Built on first use, thread-safe. */
const float *cad_q8_signed_map(void);
const float *cad_q8_unsigned_map(void);

/* pairwise f64 mean of absmax, as f32: the offset of nested scales. */
float cad_nf4_offset(const float *absmax, int64_t n);

#ifdef __cplusplus
}
#endif
#endif
