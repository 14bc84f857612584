/* rmsnorm_fwd, add_rmsnorm_fwd, rmsnorm_bwd, CPU.
 *
 * math      rstd = 1/sqrt(mean x^2 + eps); y = x rstd w; dx = rstd (g - xhat mean(g xhat)) + dr with g = w dy, xhat = x rstd;
 *           dw += sum_n dy xhat
 * shapes    x, y, dy, dr, dx (N,C); w, dw (C); rstd (N)
 * layout    row-major, dense
 * dtypes    f32; row sums of squares in f32 lanes, finished in f64; dw summed in f64
 * grads     dx "=", dw "+="
 * limits    any C
 * mapping   rows in chunks; dw: blocks of 64 columns over all rows
 * order     lanes are added by halves: class I; dw rows ascending: class R
 * cost      bound by memory: forward 2, backward 4 passes over (N,C)
 * source    Zhang and Sennrich 2019; backward by own derivation
 * test      tests/kernels/check_norm.c
 */
#include "kernels/cpu/backend_cpu.h"
#include "kernels/cpu/simd.h"

#include <math.h>

static float rstd_of(const float *x, int64_t c, float eps)
{
    vf s = vzero();
    CAD_LANES(i, w, c)
    {
        vf v = vget(x + i, w);
        s = vfma(v, v, s);
    }
    return (float)(1.0 / sqrt((double)vsum(s) / (double)c + (double)eps));
}

typedef struct norm_job {
    const float *r, *x, *w; /* r NULL: plain norm */
    float *sum, *y, *rstd;
    int64_t c;
    float eps;
} norm_job;

static void norm_rows(void *ctx, int64_t begin, int64_t end)
{
    const norm_job *j = ctx;
    for (int64_t n = begin; n < end; n++) {
        const float *x = j->x + n * j->c;
        float *y = j->y + n * j->c;
        if (j->r) {
            const float *r = j->r + n * j->c;
            float *sum = j->sum + n * j->c;
            CAD_LANES(i, w, j->c)
            vput(sum + i, vadd(vget(r + i, w), vget(x + i, w)), w);
            x = sum;
        }
        float rstd = rstd_of(x, j->c, j->eps);
        vf s = vset(rstd);
        CAD_LANES(i, w, j->c)
        vput(y + i, vmul(vmul(vget(x + i, w), s), vget(j->w + i, w)), w);
        if (j->rstd)
            j->rstd[n] = rstd;
    }
}

CAD_CPU_OP(rmsnorm_fwd)
{
    CAD_TRY(cad_rmsnorm_fwd_validate(a));
    int64_t c = a->x.dim[1];
    norm_job j = {.x = a->x.data, .w = a->w.data, .y = a->y.data, .rstd = a->rstd.data, .c = c, .eps = a->eps};
    cad_parallel_for(a->x.dim[0], cad_row_grain(c), norm_rows, &j);
    return CAD_OK;
}
CAD_CPU_NO_SCRATCH(rmsnorm_fwd)

CAD_CPU_OP(add_rmsnorm_fwd)
{
    CAD_TRY(cad_add_rmsnorm_fwd_validate(a));
    int64_t c = a->x.dim[1];
    norm_job j = {.r = a->r.data,
                  .x = a->x.data,
                  .w = a->w.data,
                  .sum = a->sum.data,
                  .y = a->y.data,
                  .rstd = a->rstd.data,
                  .c = c,
                  .eps = a->eps};
    cad_parallel_for(a->x.dim[0], cad_row_grain(c), norm_rows, &j);
    return CAD_OK;
}
CAD_CPU_NO_SCRATCH(add_rmsnorm_fwd)

static void bwd_rows(void *ctx, int64_t begin, int64_t end)
{
    const cad_rmsnorm_bwd_args *a = ctx;
    int64_t c = a->x.dim[1];
    const float *weight = a->w.data;
    for (int64_t n = begin; n < end; n++) {
        const float *x = (const float *)a->x.data + n * c, *dy = (const float *)a->dy.data + n * c;
        const float *dr = a->dr.data ? (const float *)a->dr.data + n * c : NULL;
        float *dx = (float *)a->dx.data + n * c, rstd = ((const float *)a->rstd.data)[n];
        vf rs = vset(rstd), dot = vzero();
        CAD_LANES(i, w, c)
        {
            vf g = vmul(vget(dy + i, w), vget(weight + i, w));
            dot = vfma(g, vmul(vget(x + i, w), rs), dot);
        }
        vf mean = vset((float)((double)vsum(dot) / (double)c));
        CAD_LANES(i, w, c)
        {
            vf g = vmul(vget(dy + i, w), vget(weight + i, w)), xhat = vmul(vget(x + i, w), rs);
            vf d = vmul(rs, vsub(g, vmul(xhat, mean)));
            vput(dx + i, dr ? vadd(d, vget(dr + i, w)) : d, w);
        }
    }
}

enum { COLUMNS = 64 };

/* dw of the column blocks [begin, end): before dx is written, since dx may be dy. */
static void bwd_weight(void *ctx, int64_t begin, int64_t end)
{
    const cad_rmsnorm_bwd_args *a = ctx;
    int64_t rows = a->x.dim[0], width = a->x.dim[1];
    const float *rstd = a->rstd.data;
    for (int64_t b = begin; b < end; b++) {
        int64_t c0 = b * COLUMNS, w = cad_min64(COLUMNS, width - c0);
        const float *x = (const float *)a->x.data + c0, *dy = (const float *)a->dy.data + c0;
        double sum[COLUMNS] = {0};
        for (int64_t n = 0; n < rows; n++)
            for (int64_t c = 0; c < w; c++)
                sum[c] += (double)(dy[n * width + c] * (x[n * width + c] * rstd[n]));
        for (int64_t c = 0; c < w; c++)
            ((float *)a->dw.data)[c0 + c] += (float)sum[c];
    }
}

CAD_CPU_OP(rmsnorm_bwd)
{
    CAD_TRY(cad_rmsnorm_bwd_validate(a));
    int64_t c = a->x.dim[1];
    void *ctx = (void *)(uintptr_t)a;
    if (a->dw.data && a->x.dim[0] > 0)
        cad_parallel_for(cad_ceil_div(c, COLUMNS), 1, bwd_weight, ctx);
    cad_parallel_for(a->x.dim[0], cad_row_grain(c), bwd_rows, ctx);
    return CAD_OK;
}
CAD_CPU_NO_SCRATCH(rmsnorm_bwd)
