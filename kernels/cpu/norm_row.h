/* One row of an RMSNorm, forward and backward: what rmsnorm_cpu.c does to rows and qk_norm_cpu.c to heads. */
#ifndef CADLM_KERNELS_CPU_NORM_ROW_H
#define CADLM_KERNELS_CPU_NORM_ROW_H

#include "kernels/cpu/storage_cpu.h"

#include <math.h>

/* y = x rstd w, which may be x; returns rstd = 1/sqrt(mean x^2 + eps). */
CAD_INLINE float norm_row(const elem *x, const elem *weight, int64_t c, float eps, elem *y)
{
    vf sum = vzero();
    CAD_LANES(i, w, c)
    {
        vf v = eget(x + i, w);
        sum = vfma(v, v, sum);
    }
    float rstd = (float)(1.0 / sqrt((double)vsum(sum) / (double)c + (double)eps));
    vf s = vset(rstd);
    CAD_LANES(i, w, c)
    eput(y + i, vmul(vmul(eget(x + i, w), s), eget(weight + i, w)), w);
    return rstd;
}

/* dx = rstd (g - xhat mean(g xhat)) + dr with g = w dy, xhat = x rstd; dr may be NULL, dx may be dy or dr. */
CAD_INLINE void norm_row_back(const elem *x, const elem *weight, float rstd, const elem *dy, const elem *dr, int64_t c,
                              elem *dx)
{
    vf rs = vset(rstd), dot = vzero();
    CAD_LANES(i, w, c)
    {
        vf g = vmul(eget(dy + i, w), eget(weight + i, w));
        dot = vfma(g, vmul(eget(x + i, w), rs), dot);
    }
    vf mean = vset((float)((double)vsum(dot) / (double)c));
    CAD_LANES(i, w, c)
    {
        vf g = vmul(eget(dy + i, w), eget(weight + i, w)), xhat = vmul(eget(x + i, w), rs);
        vf d = vmul(rs, vsub(g, vmul(xhat, mean)));
        eput(dx + i, dr ? vadd(d, eget(dr + i, w)) : d, w);
    }
}

#endif
