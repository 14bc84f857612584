/* qk_norm_fwd, qk_norm_bwd, CUDA.
 *
 * math      each head: rstd = 1/sqrt(mean x^2 + eps); y = x rstd w; dx = rstd (g - xhat mean(g xhat)) with g = w dy,
 *           xhat = x rstd; dw += sum over rows and heads of dy xhat; w and dw are those of q or of k
 * shapes    x, y, dy, dx (N,H+K,D); wq, wk, dwq, dwk (D); rstd (N,H+K)
 * layout    rows may be strided, heads of a row stand together, those of q first
 * dtypes    bf16; rstd, dw f32; sums of a head f32, of dw f64
 * grads     dx "=", dw "+="
 * limits    any N, D; D or ld that are no multiple of 8, or arrays not aligned to 16 bytes, go element by element
 * mapping   2^k lanes of a warp per head, as many as have 8 elements of it, at most 32; dw: one thread per column, slab of
 *           rows, and q or k, then one per column and q or k over the slabs
 * order     repeatable; a head's bits depend on that head alone; dw: rows, then heads in order inside a slab of 32, slabs in
 *           order
 * cost      forward 4 (H+K) D bytes a row, backward 6 (H+K) D; bound by memory; never measured
 * source    own derivation
 * test      tests/kernels/check_qk_norm.c
 */
#include "kernels/cuda/rows.cuh"

enum { THREADS = 256, COLUMNS = 128, SLAB = 32 };

/* Heads of x, all of them numbered row by row. */
struct head_list {
    const bf16 *x, *wq, *wk;
    int64_t count, ld;  /* N (H+K); elements from row to row */
    unsigned all, of_q; /* H+K, H */
    unsigned d, lanes;
};

struct head_out {
    bf16 *y;
    int64_t ld;
};

/* Where this thread's head begins in rows of `ld`. */
static __device__ __forceinline__ int64_t head_at(const head_list &p, int64_t head, int64_t ld)
{
    return head / p.all * ld + head % p.all * p.d;
}

/* The sum of v over the `lanes` that share a head, the same bits in each. */
static __device__ __forceinline__ float head_sum(float v, unsigned lanes)
{
    for (unsigned by = lanes / 2; by > 0; by /= 2)
        v += __shfl_xor_sync(0xFFFFFFFFu, v, by);
    return v;
}

template <int W>
CAD_KERNEL(THREADS)
void head_norm_kernel(head_list p, head_out out, float *rstd_out, float eps)
{
    int64_t head = ((int64_t)blockIdx.x * THREADS + threadIdx.x) / p.lanes;
    unsigned lane = threadIdx.x % p.lanes;
    bool live = head < p.count;
    const bf16 *x = p.x + (live ? head_at(p, head, p.ld) : 0), *weight = head % p.all < p.of_q ? p.wq : p.wk;
    unsigned end = live ? p.d : 0;
    float squares = 0;
    for (unsigned at = lane * W; at < end; at += p.lanes * W) {
        float v[W];
        widen(v, get_piece<W>(x + at));
#pragma unroll
        for (int i = 0; i < W; i++)
            squares = fmaf(v[i], v[i], squares);
    }
    float rstd = 1.0f / sqrtf(head_sum(squares, p.lanes) / (float)p.d + eps);
    if (live && lane == 0 && rstd_out)
        rstd_out[head] = rstd;
    bf16 *y = out.y + (live ? head_at(p, head, out.ld) : 0);
    for (unsigned at = lane * W; at < end; at += p.lanes * W) {
        float v[W], w[W];
        widen(v, get_piece<W>(x + at));
        widen(w, get_piece<W>(weight + at));
#pragma unroll
        for (int i = 0; i < W; i++)
            v[i] = v[i] * rstd * w[i];
        put_piece<W>(y + at, v);
    }
}

struct head_grad {
    const float *rstd;
    const bf16 *dy;
    int64_t ld;
};

template <int W>
CAD_KERNEL(THREADS)
void head_back_kernel(head_list p, head_grad g, head_out out)
{
    int64_t head = ((int64_t)blockIdx.x * THREADS + threadIdx.x) / p.lanes;
    unsigned lane = threadIdx.x % p.lanes;
    bool live = head < p.count;
    const bf16 *x = p.x + (live ? head_at(p, head, p.ld) : 0), *dy = g.dy + (live ? head_at(p, head, g.ld) : 0);
    const bf16 *weight = head % p.all < p.of_q ? p.wq : p.wk;
    unsigned end = live ? p.d : 0;
    float rstd = live ? g.rstd[head] : 0.0f, dot = 0;
    for (unsigned at = lane * W; at < end; at += p.lanes * W) {
        float v[W], w[W], d[W];
        widen(v, get_piece<W>(x + at));
        widen(w, get_piece<W>(weight + at));
        widen(d, get_piece<W>(dy + at));
#pragma unroll
        for (int i = 0; i < W; i++)
            dot = fmaf(w[i] * d[i], v[i] * rstd, dot);
    }
    float mean = head_sum(dot, p.lanes) / (float)p.d;
    bf16 *dx = out.y + (live ? head_at(p, head, out.ld) : 0);
    for (unsigned at = lane * W; at < end; at += p.lanes * W) {
        float v[W], w[W], d[W];
        widen(v, get_piece<W>(x + at));
        widen(w, get_piece<W>(weight + at));
        widen(d, get_piece<W>(dy + at));
#pragma unroll
        for (int i = 0; i < W; i++)
            v[i] = rstd * (w[i] * d[i] - v[i] * rstd * mean);
        put_piece<W>(dx + at, v);
    }
}

/* part (2,slabs,D): each thread one column of one slab, for q (blockIdx.z 0) or k */
/* Slabs stand along x of the grid, the only side that has room for any number of them. */
CAD_KERNEL(COLUMNS) void head_slab_kernel(head_list p, head_grad g, double *part)
{
    unsigned column = blockIdx.y * COLUMNS + threadIdx.x, from = blockIdx.z ? p.of_q : 0, to = blockIdx.z ? p.all : p.of_q;
    int64_t rows = p.count / p.all, first = (int64_t)blockIdx.x * SLAB, end = first + SLAB < rows ? first + SLAB : rows;
    double sum = 0;
    if (column >= p.d)
        return;
    for (int64_t n = first; n < end; n++)
        for (unsigned h = from; h < to; h++) {
            float x = to_f32(p.x[n * p.ld + h * p.d + column]), dy = to_f32(g.dy[n * g.ld + h * p.d + column]);
            sum += (double)dy * ((double)x * (double)g.rstd[n * p.all + h]);
        }
    part[((int64_t)blockIdx.z * gridDim.x + blockIdx.x) * p.d + column] = sum;
}

CAD_KERNEL(COLUMNS) void head_weight_kernel(const double *part, float *dwq, float *dwk, int64_t slabs, unsigned d)
{
    unsigned column = blockIdx.x * COLUMNS + threadIdx.x;
    float *dw = blockIdx.y ? dwk : dwq;
    double sum = 0;
    if (column >= d || !dw)
        return;
    for (int64_t s = 0; s < slabs; s++)
        sum += part[(blockIdx.y * slabs + s) * d + column];
    dw[column] = (float)((double)dw[column] + sum);
}

/* -------------------------------------------------------------------------------------------------------------- */

static int64_t stride(const cad_tensor &x, int64_t ld)
{
    return ld ? ld : x.dim[1] * x.dim[2];
}

template <class A>
static head_list list_of(const A *a)
{
    head_list p = {};
    p.x = cad_ptr<bf16>(a->x);
    p.wq = cad_ptr<bf16>(a->wq);
    p.wk = cad_ptr<bf16>(a->wk);
    p.count = a->x.dim[0] * a->x.dim[1];
    p.ld = stride(a->x, a->ld_x);
    p.all = (unsigned)a->x.dim[1];
    p.of_q = (unsigned)a->heads;
    p.d = (unsigned)a->x.dim[2];
    return p;
}

/* Whether heads move 16 bytes at a time, and by how many lanes each. */
static bool share_out(head_list &p, const void *const *array, const int64_t *ld, int n)
{
    bool wide = p.d % 8 == 0 && p.ld % 8 == 0 && cad_aligned16(p.wq) && cad_aligned16(p.wk) && cad_aligned16(p.x);
    for (int i = 0; i < n; i++)
        wide = wide && cad_aligned16(array[i]) && ld[i] % 8 == 0;
    unsigned pieces = wide ? p.d / 8 : p.d;
    for (p.lanes = 1; p.lanes < CAD_LANES && p.lanes < pieces;)
        p.lanes *= 2;
    return wide;
}

static unsigned blocks_of(const head_list &p)
{
    return (unsigned)cad_ceil_div(p.count * p.lanes, THREADS);
}

CAD_GPU_NO_SCRATCH(qk_norm_fwd)
CAD_GPU_OP(qk_norm_fwd)
{
    CAD_TRY(cad_qk_norm_fwd_validate(a));
    CAD_GPU_NEED_BF16(qk_norm_fwd, x);
    head_list p = list_of(a);
    head_out out = {cad_ptr<bf16>(a->y), stride(a->y, a->ld_y)};
    const void *const array[] = {out.y};
    if (share_out(p, array, &out.ld, 1))
        return CAD_LAUNCH((head_norm_kernel<8>), (blocks_of(p)), (THREADS), 0, stream, p, out, cad_ptr<float>(a->rstd), a->eps);
    return CAD_LAUNCH((head_norm_kernel<1>), (blocks_of(p)), (THREADS), 0, stream, p, out, cad_ptr<float>(a->rstd), a->eps);
}

CAD_GPU_SCRATCH(qk_norm_bwd)
{
    bool weights = a->dwq.data || a->dwk.data;
    return weights ? (size_t)(2 * cad_ceil_div(a->x.dim[0], SLAB) * a->x.dim[2]) * sizeof(double) : 0;
}

CAD_GPU_OP(qk_norm_bwd)
{
    CAD_TRY(cad_qk_norm_bwd_validate(a));
    CAD_GPU_NEED_BF16(qk_norm_bwd, x);
    CAD_TRY(cad_scratch_check("qk_norm_bwd", &a->scratch, CAD_GPU(qk_norm_bwd_scratch)(a)));
    head_list p = list_of(a);
    head_grad g = {cad_ptr<float>(a->rstd), cad_ptr<bf16>(a->dy), stride(a->dy, a->ld_dy)};
    head_out out = {cad_ptr<bf16>(a->dx), stride(a->dx, a->ld_dx)};
    if ((a->dwq.data || a->dwk.data) && p.count > 0) { /* before dx, which may alias dy */
        double *part = static_cast<double *>(a->scratch.data);
        int64_t slabs = cad_ceil_div(a->x.dim[0], SLAB);
        unsigned columns = (unsigned)cad_ceil_div(p.d, COLUMNS);
        CAD_TRY(CAD_LAUNCH(head_slab_kernel, ((unsigned)slabs, columns, 2), (COLUMNS), 0, stream, p, g, part));
        CAD_TRY(CAD_LAUNCH(head_weight_kernel, (columns, 2), (COLUMNS), 0, stream, part, cad_ptr<float>(a->dwq),
                           cad_ptr<float>(a->dwk), slabs, p.d));
    }
    const void *const array[] = {g.dy, out.y};
    const int64_t ld[] = {g.ld, out.ld};
    if (share_out(p, array, ld, 2))
        return CAD_LAUNCH((head_back_kernel<8>), (blocks_of(p)), (THREADS), 0, stream, p, g, out);
    return CAD_LAUNCH((head_back_kernel<1>), (blocks_of(p)), (THREADS), 0, stream, p, g, out);
}
