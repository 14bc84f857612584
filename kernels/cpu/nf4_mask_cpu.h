/* What the matrix product borrows: rectangles of NF4 weights, dropout masks as bits.  No storage type in either. */
#ifndef CADLM_KERNELS_CPU_NF4_MASK_CPU_H
#define CADLM_KERNELS_CPU_NF4_MASK_CPU_H

#include "kernels/cpu/backend_cpu.h"

/* w(r, c) for rows [row, row+rows) and columns [col, col+cols) of an NF4 matrix, to out with stride ld. */
void CAD_ISA(nf4_rect)(const cad_nf4 *q, int64_t row, int64_t rows, int64_t col, int64_t cols, float *out, int64_t ld);

/* Dropout masks of all parts, rows and columns: bytes (0 without dropout), bytes of a row, and the masks themselves. */
size_t CAD_ISA(mask_bytes)(const cad_dropout *d, int64_t parts, int64_t rows, int64_t columns);
void CAD_ISA(mask_build)(const cad_dropout *d, int64_t parts, int64_t rows, int64_t columns, uint8_t *bits);
static inline int64_t cad_mask_ld(int64_t columns)
{
    return cad_ceil_div(columns, 128) * 16;
}

#endif
