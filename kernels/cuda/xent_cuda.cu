/* linear_xent, linear_xent_eval, CUDA.
 *
 * math      z = x W^T; nll = logsumexp(z) - z_y; dz = scale wt (softmax(z) - 1[y]); dx = dz W; dW += dz^T x
 * shapes    x, dx (M,C); W, dW (V,C); y, wt, nll, lse, top (M)
 * layout    of a chunk of rows in the scratch: exp of z less the largest of its group of 64 columns, then dz in place, (chunk,
 *           V rounded up to 64); largest and sum of each group
 * dtypes    bf16; sums, nll, lse, dW f32; exp and dz bf16, each rounded once
 * grads     dx "=", dW "+="
 * limits    any M, C, V; y < V
 * mapping   chunks of 2048 rows: 0.6 GB of dz at V 152k, and 256 tiles of dx at C 2048, which two blocks on each of 132
 *           multiprocessors take at once.  Products by gemm.cuh; a block of 512 threads per row makes dz
 * order     nll, dx, lse, top: a row's bits depend on that row alone; dW: slabs of 256 rows, each summed from zero, added
 *           in order
 * cost      2 MVC FLOPs, 2 more each for dx and dW; 8 bytes a logit beside the products; never measured
 * source    spec kernels.md 4.5
 * test      tests/kernels/check_xent.c
 */
#include "kernels/cuda/gemm_join.cuh"
#include "kernels/cuda/xent.cuh"

static constexpr int64_t CHUNK = 8 * GEMM_SLAB;

/* nll, and where there is e, dz in its place. */
struct xent_grads {
    xent_chunk k;
    const float *wt; /* of the chunk, or NULL */
    float *nll;
    float scale;
    int64_t v;
};

CAD_KERNEL(LOGITS_THREADS) void grads_kernel(xent_grads p)
{
    int64_t row = blockIdx.x;
    const xent_row r = xent_row_of(p.k, row);
    if (threadIdx.x == 0)
        p.nll[row] = r.nll;
    if (!p.k.e)
        return;
    float unit = p.scale * (p.wt ? p.wt[row] : 1.0f) / (r.rest + r.own);
    bf16 *e = p.k.e + row * p.k.groups * XENT_GROUP;
    int64_t y = p.k.y[row];
    for (int64_t at = (int64_t)threadIdx.x * 8; at < p.v; at += LOGITS_THREADS * 8) {
        float v[8], by = unit * expf(p.k.largest[row * p.k.groups + at / XENT_GROUP] - r.top);
        widen8(load8(e + at), v);
#pragma unroll
        for (int i = 0; i < 8; i++)
            v[i] = at + i == y ? -unit * r.rest : v[i] * by;
        store8(e + at, narrow8(v));
    }
}

struct xent_scores {
    xent_chunk k;
    float *nll, *lse;
    uint32_t *top;
};

CAD_KERNEL(LOGITS_THREADS) void scores_kernel(xent_scores p)
{
    int64_t row = blockIdx.x;
    const xent_row r = xent_row_of(p.k, row);
    if (threadIdx.x == 0) {
        p.nll[row] = r.nll;
        if (p.lse)
            p.lse[row] = r.lse;
    }
    if (!p.top)
        return;
    logit_key best = 0;
    for (int64_t g = threadIdx.x; g < p.k.groups; g += LOGITS_THREADS) {
        uint32_t id = p.k.top[row * p.k.groups + g];
        best = max(best, id == UINT32_MAX ? 0 : key_of(p.k.largest[row * p.k.groups + g], id));
    }
    best = block_best(best);
    if (threadIdx.x == 0)
        p.top[row] = best ? (uint32_t)id_of(best) : 0; /* none: all are NaN */
}

/* -------------------------------------------------------------------------------------------------------------- */

/* The scratch of a chunk, part after part, each at a multiple of 64 bytes. */
struct xent_place {
    uint8_t *data;
    size_t bytes;

    template <class T>
    T *take(int64_t n)
    {
        T *p = reinterpret_cast<T *>(data ? data + bytes : nullptr);
        bytes += (size_t)cad_ceil_div(n * (int64_t)sizeof(T), 64) * 64;
        return p;
    }
};

static xent_chunk chunk_at(xent_place *to, int64_t rows, int64_t v, bool grads, bool top)
{
    xent_chunk k = {};
    k.groups = cad_ceil_div(v, XENT_GROUP);
    if (grads)
        k.e = to->take<bf16>(rows * k.groups * XENT_GROUP);
    if (top)
        k.top = to->take<uint32_t>(rows * k.groups);
    k.largest = to->take<float>(rows * k.groups);
    k.sum = to->take<float>(rows * k.groups);
    k.target = to->take<float>(rows);
    return k;
}

static size_t chunk_bytes(int64_t rows, int64_t v, bool grads, bool top)
{
    xent_place none = {};
    chunk_at(&none, rows < CHUNK ? rows : CHUNK, v, grads, top);
    return none.bytes;
}

static cad_status logits_to(const char *op, const xent_chunk &k, const bf16 *x, const cad_tensor &w, int64_t rows, void *stream)
{
    int64_t c = w.dim[1];
    gemm_problem p = gemm_problem_of(rows, w.dim[0]);
    gemm_add_term(&p, gemm_term_of(x, c, w.data, c, c));
    return gemm_launch<GEMM_NT>(op, p, xent_logits{k}, stream);
}

CAD_GPU_SCRATCH(linear_xent)
{
    return chunk_bytes(a->x.dim[0], a->w.dim[0], a->dx.data || a->dw.data, false);
}

/* Rows first .. first + rows - 1. */
static cad_status grads_of(const cad_linear_xent_args *a, xent_chunk k, int64_t first, int64_t rows, void *stream)
{
    int64_t c = a->x.dim[1], v = a->w.dim[0], ld = k.groups * XENT_GROUP;
    const bf16 *x = cad_ptr<const bf16>(a->x) + first * c;
    k.y = cad_ptr<const uint32_t>(a->y) + first;
    CAD_TRY(logits_to("linear_xent", k, x, a->w, rows, stream));
    xent_grads g = {k, a->wt.data ? cad_ptr<const float>(a->wt) + first : nullptr, cad_ptr<float>(a->nll) + first, a->scale, v};
    CAD_TRY(CAD_LAUNCH(grads_kernel, ((unsigned)rows), (LOGITS_THREADS), 0, stream, g));
    if (a->dx.data) {
        cad_tensor dx = cad_tensor_2d(CAD_BF16, cad_ptr<bf16>(a->dx) + first * c, rows, c);
        gemm_problem p = gemm_problem_of(rows, c);
        gemm_add_term(&p, gemm_term_of(k.e, ld, a->w.data, c, v));
        CAD_TRY(gemm_launch<GEMM_NN>("linear_xent", p, gemm_store_of(dx, cad_tensor{}, cad_tensor{}, 1.0f), stream));
    }
    if (!a->dw.data)
        return CAD_OK;
    gemm_problem p = gemm_problem_of(v, c);
    gemm_add_term(&p, gemm_term_of(k.e, ld, x, c, rows));
    return gemm_launch_slabs("linear_xent", p, a->dw, 1.0f, stream);
}

CAD_GPU_OP(linear_xent)
{
    CAD_TRY(cad_linear_xent_validate(a));
    CAD_GPU_NEED_BF16(linear_xent, x);
    CAD_TRY(cad_scratch_check("linear_xent", &a->scratch, CAD_GPU(linear_xent_scratch)(a)));
    int64_t m = a->x.dim[0];
    xent_place to = {static_cast<uint8_t *>(a->scratch.data), 0};
    const xent_chunk k = chunk_at(&to, m < CHUNK ? m : CHUNK, a->w.dim[0], a->dx.data || a->dw.data, false);
    for (int64_t first = 0; first < m; first += CHUNK)
        CAD_TRY(grads_of(a, k, first, m - first < CHUNK ? m - first : CHUNK, stream));
    return CAD_OK;
}

CAD_GPU_SCRATCH(linear_xent_eval)
{
    return chunk_bytes(a->x.dim[0], a->w.dim[0], false, a->top.data != nullptr);
}

CAD_GPU_OP(linear_xent_eval)
{
    CAD_TRY(cad_linear_xent_eval_validate(a));
    CAD_GPU_NEED_BF16(linear_xent_eval, x);
    CAD_TRY(cad_scratch_check("linear_xent_eval", &a->scratch, CAD_GPU(linear_xent_eval_scratch)(a)));
    int64_t m = a->x.dim[0];
    xent_place to = {static_cast<uint8_t *>(a->scratch.data), 0};
    xent_scores s = {};
    s.k = chunk_at(&to, m < CHUNK ? m : CHUNK, a->w.dim[0], false, a->top.data != nullptr);
    for (int64_t first = 0; first < m; first += CHUNK) {
        int64_t rows = m - first < CHUNK ? m - first : CHUNK;
        s.k.y = cad_ptr<const uint32_t>(a->y) + first;
        s.nll = cad_ptr<float>(a->nll) + first;
        s.lse = a->lse.data ? cad_ptr<float>(a->lse) + first : nullptr;
        s.top = a->top.data ? cad_ptr<uint32_t>(a->top) + first : nullptr;
        CAD_TRY(logits_to("linear_xent_eval", s.k, cad_ptr<const bf16>(a->x) + first * a->x.dim[1], a->w, rows, stream));
        CAD_TRY(CAD_LAUNCH(scores_kernel, ((unsigned)rows), (LOGITS_THREADS), 0, stream, s));
    }
    return CAD_OK;
}
