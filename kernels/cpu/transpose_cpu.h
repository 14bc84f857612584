/* Rows that become columns: operands of products and keys of attention on their way to vectors. */
#ifndef CADLM_KERNELS_CPU_TRANSPOSE_CPU_H
#define CADLM_KERNELS_CPU_TRANSPOSE_CPU_H

#include "kernels/cpu/backend_cpu.h"
#include "kernels/cpu/simd.h"

/* out[k*ld_out + 0..VW) = src[0..VW][k]: rows four apart share a vector, so that 4 x 4 blocks turn within its quarters. */
CAD_INLINE void transpose_vector(const float *src, int64_t ld, int64_t width, float *out, int64_t ld_out)
{
    int64_t k = 0;
    for (; k + 4 <= width; k += 4) {
        vf r[4];
        for (int64_t i = 0; i < 4; i++)
            r[i] = vquarters(src + i * ld + k, 4 * ld);
        vturn4(r);
        for (int64_t i = 0; i < 4; i++)
            vstore(out + (k + i) * ld_out, r[i]);
    }
    for (; k < width; k++)
        for (int64_t j = 0; j < VW; j++)
            out[k * ld_out + j] = src[j * ld + k];
}

/* out[k*ld_out + j] = src[j*ld + k] for n rows of `width`; columns n..columns are zero.  n <= columns <= ld_out. */
CAD_INLINE void transpose_rows(const float *src, int64_t ld, int64_t n, int64_t width, float *out, int64_t ld_out,
                               int64_t columns)
{
    int64_t j = 0;
    for (; j + VW <= n; j += VW)
        transpose_vector(src + j * ld, ld, width, out + j, ld_out);
    for (; j < n; j++)
        for (int64_t k = 0; k < width; k++)
            out[k * ld_out + j] = src[j * ld + k];
    for (int64_t k = 0; n < columns && k < width; k++)
        memset(out + k * ld_out + n, 0, (size_t)(columns - n) * sizeof(float));
}

#endif
