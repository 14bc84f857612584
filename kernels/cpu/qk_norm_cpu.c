/* qk_norm_fwd, qk_norm_bwd, CPU.
 *
 * math      each head: rstd = 1/sqrt(mean x^2 + eps); y = x rstd w; dx = rstd (g - xhat mean(g xhat)) with g = w dy,
 *           xhat = x rstd; dw += sum over rows and heads of dy xhat; w and dw are those of q or of k
 * shapes    x, y, dy, dx (N,H+K,D); wq, wk, dwq, dwk (D); rstd (N,H+K)
 * layout    rows may be strided, heads of a row stand together, those of q first
 * dtypes    x, w, y, dy, dx f32 or bf16; rstd, dw f32; sums of a head in f32 lanes, finished in f64; dw summed in f64
 * grads     dx "=", dw "+="
 * limits    any D
 * mapping   rows in chunks; dw: one pass over all rows for q and one for k, 64 columns at a time
 * order     lanes are added by halves: class I; dw: rows ascending, heads ascending inside of a row: class R
 * cost      bound by memory: forward 2, backward 3 passes over (N,H+K,D)
 * source    Zhang and Sennrich 2019 on heads, as Qwen3 has it; backward by own derivation
 * test      tests/kernels/check_qk_norm.c
 */
#include "kernels/cpu/norm_row.h"

static int64_t stride(const cad_tensor *x, int64_t ld)
{
    return ld ? ld : x->dim[1] * x->dim[2];
}

static void norm_heads(void *ctx, int64_t begin, int64_t end)
{
    const cad_qk_norm_fwd_args *a = ctx;
    int64_t all = a->x.dim[1], d = a->x.dim[2], ld_x = stride(&a->x, a->ld_x), ld_y = stride(&a->y, a->ld_y);
    for (int64_t n = begin; n < end; n++)
        for (int64_t h = 0; h < all; h++) {
            const elem *x = (const elem *)a->x.data + n * ld_x + h * d;
            elem *y = (elem *)a->y.data + n * ld_y + h * d;
            float rstd = norm_row(x, h < a->heads ? a->wq.data : a->wk.data, d, a->eps, y);
            if (a->rstd.data)
                ((float *)a->rstd.data)[n * all + h] = rstd;
        }
}

CAD_STORED_OP(qk_norm_fwd)
{
    CAD_TRY(cad_qk_norm_fwd_validate(a));
    cad_parallel_for(a->x.dim[0], cad_row_grain(a->x.dim[1] * a->x.dim[2]), norm_heads, (void *)(uintptr_t)a);
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(qk_norm_fwd)

static void back_heads(void *ctx, int64_t begin, int64_t end)
{
    const cad_qk_norm_bwd_args *a = ctx;
    int64_t all = a->x.dim[1], d = a->x.dim[2];
    int64_t ld_x = stride(&a->x, a->ld_x), ld_dy = stride(&a->dy, a->ld_dy), ld_dx = stride(&a->dx, a->ld_dx);
    for (int64_t n = begin; n < end; n++)
        for (int64_t h = 0; h < all; h++)
            norm_row_back((const elem *)a->x.data + n * ld_x + h * d, h < a->heads ? a->wq.data : a->wk.data,
                          ((const float *)a->rstd.data)[n * all + h], (const elem *)a->dy.data + n * ld_dy + h * d, NULL, d,
                          (elem *)a->dx.data + n * ld_dx + h * d);
}

enum { COLUMNS = 64 };

/* The weights' gradient from the heads [first, end), columns c0 .. c0+w-1. */
static void add_weight(const cad_qk_norm_bwd_args *a, int64_t first, int64_t end, int64_t c0, int64_t w, float *dw)
{
    int64_t all = a->x.dim[1], d = a->x.dim[2], ld_x = stride(&a->x, a->ld_x), ld_dy = stride(&a->dy, a->ld_dy);
    double sum[COLUMNS] = {0};
    for (int64_t n = 0; n < a->x.dim[0]; n++)
        for (int64_t h = first; h < end; h++) {
            const elem *x = (const elem *)a->x.data + n * ld_x + h * d + c0;
            const elem *dy = (const elem *)a->dy.data + n * ld_dy + h * d + c0;
            float rstd = ((const float *)a->rstd.data)[n * all + h];
            for (int64_t c = 0; c < w; c++)
                sum[c] += (double)(eload(dy + c) * (eload(x + c) * rstd));
        }
    for (int64_t c = 0; c < w; c++)
        dw[c0 + c] += (float)sum[c];
}

/* Blocks of columns of dwq, then of dwk: before dx is written, since dx may be dy. */
static void back_weights(void *ctx, int64_t begin, int64_t end)
{
    const cad_qk_norm_bwd_args *a = ctx;
    int64_t d = a->x.dim[2], blocks = cad_ceil_div(d, COLUMNS);
    for (int64_t i = begin; i < end; i++) {
        int64_t c0 = i % blocks * COLUMNS, w = cad_min64(COLUMNS, d - c0);
        if (i < blocks && a->dwq.data)
            add_weight(a, 0, a->heads, c0, w, a->dwq.data);
        if (i >= blocks && a->dwk.data)
            add_weight(a, a->heads, a->x.dim[1], c0, w, a->dwk.data);
    }
}

CAD_STORED_OP(qk_norm_bwd)
{
    CAD_TRY(cad_qk_norm_bwd_validate(a));
    void *ctx = (void *)(uintptr_t)a;
    int64_t d = a->x.dim[2];
    if ((a->dwq.data || a->dwk.data) && a->x.dim[0] > 0)
        cad_parallel_for(2 * cad_ceil_div(d, COLUMNS), 1, back_weights, ctx);
    cad_parallel_for(a->x.dim[0], cad_row_grain(a->x.dim[1] * d), back_heads, ctx);
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(qk_norm_bwd)
