/* rmsnorm_fwd, add_rmsnorm_fwd, rmsnorm_bwd, CPU.
 *
 * math      rstd = 1/sqrt(mean x^2 + eps); y = x rstd w; dx = rstd (g - xhat mean(g xhat)) + dr with g = w dy, xhat = x rstd;
 *           dw += sum_n dy xhat
 * shapes    x, y, dy, dr, dx (N,C); w, dw (C); rstd (N)
 * layout    row-major, dense
 * dtypes    x, w, y, dy, dr, dx f32 or bf16; rstd, dw f32; row sums of squares in f32 lanes, finished in f64; dw summed in f64;
 *           y is normed from r + x as stored
 * grads     dx "=", dw "+="
 * limits    any C
 * mapping   rows in chunks; dw: blocks of 64 columns over all rows
 * order     lanes are added by halves: class I; dw rows ascending: class R
 * cost      bound by memory: forward 2, backward 4 passes over (N,C)
 * source    Zhang and Sennrich 2019; backward by own derivation
 * test      tests/kernels/check_norm.c
 */
#include "kernels/cpu/norm_row.h"

typedef struct norm_job {
    const elem *r, *x, *w; /* r NULL: plain norm */
    elem *sum, *y;
    float *rstd;
    int64_t c;
    float eps;
} norm_job;

static void norm_rows(void *ctx, int64_t begin, int64_t end)
{
    const norm_job *j = ctx;
    for (int64_t n = begin; n < end; n++) {
        const elem *x = j->x + n * j->c;
        elem *y = j->y + n * j->c;
        if (j->r) {
            const elem *r = j->r + n * j->c;
            elem *sum = j->sum + n * j->c;
            CAD_LANES(i, w, j->c)
            eput(sum + i, vadd(eget(r + i, w), eget(x + i, w)), w);
            x = sum;
        }
        float rstd = norm_row(x, j->w, j->c, j->eps, y);
        if (j->rstd)
            j->rstd[n] = rstd;
    }
}

CAD_STORED_OP(rmsnorm_fwd)
{
    CAD_TRY(cad_rmsnorm_fwd_validate(a));
    int64_t c = a->x.dim[1];
    norm_job j = {.x = a->x.data, .w = a->w.data, .y = a->y.data, .rstd = a->rstd.data, .c = c, .eps = a->eps};
    cad_parallel_for(a->x.dim[0], cad_row_grain(c), norm_rows, &j);
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(rmsnorm_fwd)

CAD_STORED_OP(add_rmsnorm_fwd)
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
CAD_STORED_NO_SCRATCH(add_rmsnorm_fwd)

static void bwd_rows(void *ctx, int64_t begin, int64_t end)
{
    const cad_rmsnorm_bwd_args *a = ctx;
    int64_t c = a->x.dim[1];
    for (int64_t n = begin; n < end; n++) {
        const elem *dr = a->dr.data ? (const elem *)a->dr.data + n * c : NULL;
        norm_row_back((const elem *)a->x.data + n * c, a->w.data, ((const float *)a->rstd.data)[n],
                      (const elem *)a->dy.data + n * c, dr, c, (elem *)a->dx.data + n * c);
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
        const elem *x = (const elem *)a->x.data + c0, *dy = (const elem *)a->dy.data + c0;
        double sum[COLUMNS] = {0};
        for (int64_t n = 0; n < rows; n++)
            for (int64_t c = 0; c < w; c++)
                sum[c] += (double)(eload(dy + n * width + c) * (eload(x + n * width + c) * rstd[n]));
        for (int64_t c = 0; c < w; c++)
            ((float *)a->dw.data)[c0 + c] += (float)sum[c];
    }
}

CAD_STORED_OP(rmsnorm_bwd)
{
    CAD_TRY(cad_rmsnorm_bwd_validate(a));
    int64_t c = a->x.dim[1];
    void *ctx = (void *)(uintptr_t)a;
    if (a->dw.data && a->x.dim[0] > 0)
        cad_parallel_for(cad_ceil_div(c, COLUMNS), 1, bwd_weight, ctx);
    cad_parallel_for(a->x.dim[0], cad_row_grain(c), bwd_rows, ctx);
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(rmsnorm_bwd)
