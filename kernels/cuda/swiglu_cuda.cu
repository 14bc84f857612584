/* swiglu_fwd, swiglu_bwd, CUDA.
 *
 * math      h = silu(g) u; s = 1/(1+exp(-g)); dg = dh u s (1 + g (1-s)); du = dh g s
 * shapes    gu, dgu (N,2F); h, dh (N,F)
 * layout    gu in groups: `group` gate columns, then the matching up columns
 * dtypes    bf16; all between in f32; exp by ex2.approx (relative 2^-22)
 * grads     dgu, h "="
 * limits    group divides F; groups that are no multiple of 8, or tensors that do not start at 16 bytes, go one by one
 * mapping   one block of 128 threads per row and 256 pieces of 8 columns of h, a thread two of them
 * order     repeatable; elementwise: a row's bits depend on that row alone
 * cost      forward 6 F bytes a row, backward 10 F (with h 12 F); one exponential an element; bound by memory; never measured
 * source    Shazeer 2020; derivative by own derivation
 * test      tests/kernels/check_swiglu.c
 */
#include "kernels/cuda/rows.cuh"

enum { THREADS = 128, PER = 2, SPAN = PER * THREADS };

/* For g below -88 the exponential is inf and the result 0. */
static __device__ __forceinline__ float sigmoid(float g)
{
    return __frcp_rn(1.0f + cad_exp2(-CAD_LOG2_E * g));
}

/* Column j of h reads column j plus the start of its group, and `group` further. */
static __device__ __forceinline__ unsigned gate_of(unsigned j, unsigned group)
{
    return j + j / group * group;
}

struct swiglu_job {
    const bf16 *gu, *dh;
    bf16 *dgu, *h;
    int64_t f;
    unsigned group;
};

template <int W>
CAD_KERNEL(THREADS)
void swiglu_kernel(swiglu_job p)
{
    int64_t row = blockIdx.x;
    const bf16 *gu = p.gu + row * 2 * p.f;
    unsigned first = blockIdx.y * SPAN + threadIdx.x;
    piece<W> gate[PER], up[PER];
#pragma unroll
    for (int k = 0; k < PER; k++) {
        unsigned j = (first + k * THREADS) * W;
        if (j < p.f) {
            gate[k] = get_piece<W>(gu + gate_of(j, p.group));
            up[k] = get_piece<W>(gu + gate_of(j, p.group) + p.group);
        }
    }
#pragma unroll
    for (int k = 0; k < PER; k++) {
        unsigned j = (first + k * THREADS) * W;
        float g[W], u[W];
        if (j >= p.f)
            continue;
        widen(g, gate[k]);
        widen(u, up[k]);
#pragma unroll
        for (int i = 0; i < W; i++)
            g[i] = g[i] * sigmoid(g[i]) * u[i];
        put_piece<W>(p.h + row * p.f + j, g);
    }
}

/* Gate, up and gradient of W columns become dg, du and h. */
template <int W>
static __device__ __forceinline__ void back(float *g, float *u, float *d)
{
#pragma unroll
    for (int i = 0; i < W; i++) {
        float s = sigmoid(g[i]), gs = g[i] * s, h = gs * u[i];
        g[i] = d[i] * u[i] * (s * (1.0f + g[i] * (1.0f - s)));
        u[i] = d[i] * gs;
        d[i] = h;
    }
}

/* dgu may be gu: a thread has loaded its columns before it stores the first. */
template <int W>
CAD_KERNEL(THREADS)
void swiglu_back_kernel(swiglu_job p)
{
    int64_t row = blockIdx.x;
    const bf16 *gu = p.gu + row * 2 * p.f, *dh = p.dh + row * p.f;
    bf16 *dgu = p.dgu + row * 2 * p.f;
    unsigned first = blockIdx.y * SPAN + threadIdx.x;
    piece<W> gate[PER], up[PER], grad[PER];
#pragma unroll
    for (int k = 0; k < PER; k++) {
        unsigned j = (first + k * THREADS) * W;
        if (j < p.f) {
            gate[k] = get_piece<W>(gu + gate_of(j, p.group));
            up[k] = get_piece<W>(gu + gate_of(j, p.group) + p.group);
            grad[k] = get_piece<W>(dh + j);
        }
    }
#pragma unroll
    for (int k = 0; k < PER; k++) {
        unsigned j = (first + k * THREADS) * W;
        float g[W], u[W], d[W];
        if (j >= p.f)
            continue;
        widen(g, gate[k]);
        widen(u, up[k]);
        widen(d, grad[k]);
        back<W>(g, u, d);
        put_piece<W>(dgu + gate_of(j, p.group), g);
        put_piece<W>(dgu + gate_of(j, p.group) + p.group, u);
        if (p.h)
            put_piece<W>(p.h + row * p.f + j, d);
    }
}

/* -------------------------------------------------------------------------------------------------------------- */

static unsigned spans(int64_t f, int width)
{
    return (unsigned)cad_ceil_div(f, (int64_t)SPAN * width);
}

CAD_GPU_NO_SCRATCH(swiglu_fwd)
CAD_GPU_OP(swiglu_fwd)
{
    CAD_TRY(cad_swiglu_fwd_validate(a));
    CAD_GPU_NEED_BF16(swiglu_fwd, h);
    swiglu_job p = {};
    p.gu = cad_ptr<bf16>(a->gu);
    p.h = cad_ptr<bf16>(a->h);
    p.f = a->h.dim[1];
    p.group = (unsigned)a->group;
    unsigned rows = (unsigned)a->h.dim[0];
    if (p.group % 8 == 0 && cad_aligned16(p.gu) && cad_aligned16(p.h))
        return CAD_LAUNCH((swiglu_kernel<8>), (rows, spans(p.f, 8)), (THREADS), 0, stream, p);
    return CAD_LAUNCH((swiglu_kernel<1>), (rows, spans(p.f, 1)), (THREADS), 0, stream, p);
}

CAD_GPU_NO_SCRATCH(swiglu_bwd)
CAD_GPU_OP(swiglu_bwd)
{
    CAD_TRY(cad_swiglu_bwd_validate(a));
    CAD_GPU_NEED_BF16(swiglu_bwd, dh);
    swiglu_job p = {};
    p.gu = cad_ptr<bf16>(a->gu);
    p.dh = cad_ptr<bf16>(a->dh);
    p.dgu = cad_ptr<bf16>(a->dgu);
    p.h = cad_ptr<bf16>(a->h);
    p.f = a->dh.dim[1];
    p.group = (unsigned)a->group;
    unsigned rows = (unsigned)a->dh.dim[0];
    bool aligned = cad_aligned16(p.gu) && cad_aligned16(p.dh) && cad_aligned16(p.dgu) && cad_aligned16(p.h);
    if (p.group % 8 == 0 && aligned)
        return CAD_LAUNCH((swiglu_back_kernel<8>), (rows, spans(p.f, 8)), (THREADS), 0, stream, p);
    return CAD_LAUNCH((swiglu_back_kernel<1>), (rows, spans(p.f, 1)), (THREADS), 0, stream, p);
}
