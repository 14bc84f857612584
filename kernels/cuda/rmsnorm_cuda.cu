/* rmsnorm_fwd, add_rmsnorm_fwd, rmsnorm_bwd, CUDA.
 *
 * math      rstd_n = 1/sqrt(mean_c x_nc^2 + eps); y = x rstd w; add_: the sum r + x is stored, and read as stored
 *           g = w dy; xhat = x rstd; dx = rstd (g - xhat mean_c(g xhat)) + dr; dw_c += sum_n dy_nc xhat_nc
 * shapes    x, r, sum, y, dy, dr, dx (N,C); w, dw (C); rstd (N)
 * layout    rows dense
 * dtypes    bf16; rstd, dw f32; sums of a row f32, of dw f64
 * grads     dx "=", dw "+="
 * limits    any N, C; rows that are no multiple of 8, or arrays not aligned to 16 bytes, go element by element
 * mapping   one block of 256 threads per row; dw: one thread per column and slab of rows, then one per column over the slabs
 * order     repeatable; a row's bits depend on that row alone; dw: rows in order inside a slab of 256, slabs in order
 * cost      forward 4 C bytes a row (add: 8 C), backward 8 C; bound by memory; never measured
 * source    own derivation
 * test      tests/kernels/check_norm.c
 */
#include "kernels/cuda/gpu.cuh"
#include "kernels/cuda/rows.cuh"

enum { THREADS = 256, WARPS = THREADS / CAD_LANES, SLAB = 256 };

/* sum of x^2 over row, and with ADD the stored sum of r and x */
template <bool ADD> struct norm_rows {
    const bf16 *r, *x, *w;
    bf16 *sum, *y;
    float *rstd;
    int64_t c;
    float eps;
    bool wide;
};

template <bool ADD> CAD_KERNEL(THREADS) void norm_kernel(norm_rows<ADD> p)
{
    CAD_SHARED(float, sSum, WARPS);
    int64_t n = blockIdx.x;
    const bf16 *xn = p.x + n * p.c, *rn = ADD ? p.r + n * p.c : nullptr;
    bf16 *sumn = ADD ? p.sum + n * p.c : nullptr;
    float squares = 0;
    for_row<THREADS>(p.c, p.wide, [&](int64_t at, int count) {
        float v[8];
        row_get(v, xn + at, count);
        if (ADD) {
            float other[8];
            row_get(other, rn + at, count);
            for (int i = 0; i < count; i++)
                v[i] = to_f32(to_bf16(other[i] + v[i]));
            row_put(sumn + at, v, count);
        }
        for (int i = 0; i < count; i++)
            squares = fmaf(v[i], v[i], squares);
    });
    squares = block_sum<WARPS>(squares, sSum);
    float rstd = 1.0f / sqrtf(squares / (float)p.c + p.eps);
    if (threadIdx.x == 0 && p.rstd)
        p.rstd[n] = rstd;
    for_row<THREADS>(p.c, p.wide, [&](int64_t at, int count) {
        float v[8], w[8];
        row_get(v, (ADD ? sumn : xn) + at, count);
        row_get(w, p.w + at, count);
        for (int i = 0; i < count; i++)
            v[i] = v[i] * rstd * w[i];
        row_put(p.y + n * p.c + at, v, count);
    });
}

struct norm_back {
    const bf16 *x, *w, *dy, *dr;
    const float *rstd;
    bf16 *dx;
    int64_t c;
    bool wide;
};

CAD_KERNEL(THREADS) void norm_back_kernel(norm_back p)
{
    CAD_SHARED(float, sSum, WARPS);
    int64_t n = blockIdx.x;
    const bf16 *xn = p.x + n * p.c, *dyn = p.dy + n * p.c;
    float rstd = p.rstd[n], dot = 0;
    for_row<THREADS>(p.c, p.wide, [&](int64_t at, int count) {
        float x[8], w[8], dy[8];
        row_get(x, xn + at, count);
        row_get(w, p.w + at, count);
        row_get(dy, dyn + at, count);
        for (int i = 0; i < count; i++)
            dot = fmaf(w[i] * dy[i], x[i] * rstd, dot);
    });
    float mean = block_sum<WARPS>(dot, sSum) / (float)p.c;
    for_row<THREADS>(p.c, p.wide, [&](int64_t at, int count) {
        float x[8], w[8], dy[8], dr[8] = {0};
        row_get(x, xn + at, count);
        row_get(w, p.w + at, count);
        row_get(dy, dyn + at, count);
        if (p.dr)
            row_get(dr, p.dr + n * p.c + at, count);
        for (int i = 0; i < count; i++)
            x[i] = rstd * (w[i] * dy[i] - x[i] * rstd * mean) + dr[i];
        row_put(p.dx + n * p.c + at, x, count);
    });
}

/* part (slabs,C): each thread one column of one slab; only x of the grid has room for any number of slabs */
CAD_KERNEL(THREADS) void weight_slab_kernel(const bf16 *x, const float *rstd, const bf16 *dy, double *part, int64_t n, int64_t c)
{
    int64_t column = (int64_t)blockIdx.y * THREADS + threadIdx.x, first = (int64_t)blockIdx.x * SLAB;
    int64_t end = first + SLAB < n ? first + SLAB : n;
    double sum = 0;
    if (column >= c)
        return;
    for (int64_t i = first; i < end; i++)
        sum += (double)to_f32(dy[i * c + column]) * ((double)to_f32(x[i * c + column]) * (double)rstd[i]);
    part[(int64_t)blockIdx.x * c + column] = sum;
}

CAD_KERNEL(THREADS) void weight_sum_kernel(const double *part, float *dw, int64_t slabs, int64_t c)
{
    int64_t column = (int64_t)blockIdx.x * THREADS + threadIdx.x;
    double sum = 0;
    if (column >= c)
        return;
    for (int64_t s = 0; s < slabs; s++)
        sum += part[s * c + column];
    dw[column] = (float)((double)dw[column] + sum);
}

/* -------------------------------------------------------------------------------------------------------------- */

/* Rows that may move 16 bytes at a time; absent arrays count as aligned. */
static bool is_wide(int64_t c, const void *const *array, int n)
{
    bool wide = c % 8 == 0;
    for (int i = 0; i < n; i++)
        wide = wide && cad_aligned16(array[i]);
    return wide;
}

template <bool ADD> static bool is_wide(const norm_rows<ADD> &p)
{
    const void *const array[] = {p.r, p.x, p.w, p.sum, p.y};
    return is_wide(p.c, array, 5);
}

static bool is_wide(const norm_back &p)
{
    const void *const array[] = {p.x, p.w, p.dy, p.dr, p.dx};
    return is_wide(p.c, array, 5);
}

CAD_GPU_NO_SCRATCH(rmsnorm_fwd)
CAD_GPU_OP(rmsnorm_fwd)
{
    CAD_TRY(cad_rmsnorm_fwd_validate(a));
    CAD_GPU_NEED_BF16(rmsnorm_fwd, x);
    norm_rows<false> p = {};
    p.x = cad_ptr<bf16>(a->x);
    p.w = cad_ptr<bf16>(a->w);
    p.y = cad_ptr<bf16>(a->y);
    p.rstd = cad_ptr<float>(a->rstd);
    p.c = a->x.dim[1];
    p.eps = a->eps;
    p.wide = is_wide(p);
    return CAD_LAUNCH((norm_kernel<false>), ((unsigned)a->x.dim[0]), (THREADS), 0, stream, p);
}

CAD_GPU_NO_SCRATCH(add_rmsnorm_fwd)
CAD_GPU_OP(add_rmsnorm_fwd)
{
    CAD_TRY(cad_add_rmsnorm_fwd_validate(a));
    CAD_GPU_NEED_BF16(add_rmsnorm_fwd, x);
    norm_rows<true> p = {};
    p.r = cad_ptr<bf16>(a->r);
    p.x = cad_ptr<bf16>(a->x);
    p.w = cad_ptr<bf16>(a->w);
    p.sum = cad_ptr<bf16>(a->sum);
    p.y = cad_ptr<bf16>(a->y);
    p.rstd = cad_ptr<float>(a->rstd);
    p.c = a->x.dim[1];
    p.eps = a->eps;
    p.wide = is_wide(p);
    return CAD_LAUNCH((norm_kernel<true>), ((unsigned)a->x.dim[0]), (THREADS), 0, stream, p);
}

CAD_GPU_SCRATCH(rmsnorm_bwd)
{
    return a->dw.data ? (size_t)(cad_ceil_div(a->x.dim[0], SLAB) * a->x.dim[1]) * sizeof(double) : 0;
}

CAD_GPU_OP(rmsnorm_bwd)
{
    CAD_TRY(cad_rmsnorm_bwd_validate(a));
    CAD_GPU_NEED_BF16(rmsnorm_bwd, x);
    CAD_TRY(cad_scratch_check("rmsnorm_bwd", &a->scratch, CAD_GPU(rmsnorm_bwd_scratch)(a)));
    int64_t n = a->x.dim[0], c = a->x.dim[1], slabs = cad_ceil_div(n, SLAB);
    unsigned columns = (unsigned)cad_ceil_div(c, THREADS);
    if (a->dw.data && n > 0) { /* before dx, which may alias dy */
        double *part = static_cast<double *>(a->scratch.data);
        CAD_TRY(CAD_LAUNCH(weight_slab_kernel, ((unsigned)slabs, columns), (THREADS), 0, stream, cad_ptr<bf16>(a->x),
                           cad_ptr<float>(a->rstd), cad_ptr<bf16>(a->dy), part, n, c));
        CAD_TRY(CAD_LAUNCH(weight_sum_kernel, (columns), (THREADS), 0, stream, part, cad_ptr<float>(a->dw), slabs, c));
    }
    norm_back p = {};
    p.x = cad_ptr<bf16>(a->x);
    p.w = cad_ptr<bf16>(a->w);
    p.dy = cad_ptr<bf16>(a->dy);
    p.dr = cad_ptr<bf16>(a->dr);
    p.rstd = cad_ptr<float>(a->rstd);
    p.dx = cad_ptr<bf16>(a->dx);
    p.c = c;
    p.wide = is_wide(p);
    return CAD_LAUNCH(norm_back_kernel, ((unsigned)n), (THREADS), 0, stream, p);
}
