/* rope_fwd, rope_bwd, CUDA.
 *
 * math      x_j' = x_j cos - x_{j+D/2} sin; x_{j+D/2}' = x_{j+D/2} cos + x_j sin; backward with sin negated
 * shapes    x (N,heads,D), pos (N), table (P,D)
 * layout    rows may be strided; table row = D/2 cosines, then D/2 sines
 * dtypes    bf16; table f32; each product and each sum of the rotation rounded to f32
 * grads     in place
 * limits    D even; D/2 and ld that are no multiple of 8, or tensors that do not start at 16 bytes, go pair by pair; positions
 *           are checked by whoever uploads them
 * mapping   one warp per row and 64 pieces of 8 pairs (heads 0.., D/2 in each), a lane two of them; blocks of 8 rows
 * order     repeatable; elementwise: a row's bits depend on that row alone
 * cost      4 heads D bytes a row, the table from the caches; bound by memory; never measured
 * source    Su et al. 2021, rotate-half pairing of Hugging Face
 * test      tests/kernels/check_rope.c
 */
#include "kernels/cuda/rows.cuh"

enum { THREADS = 256, WARPS = THREADS / CAD_LANES, PER = 2, SPAN = PER * CAD_LANES };

struct rope_job {
    bf16 *x;
    const int32_t *pos;
    const float *table;
    int64_t n, ld;
    unsigned half, pieces; /* D/2; pieces of a row over all heads */
    float sign;
};

/* lo, hi: W pairs; c, s: their cosines and sines */
template <int W>
static __device__ __forceinline__ void rotate(float *lo, float *hi, const float *c, const float *s, float sign)
{
#pragma unroll
    for (int i = 0; i < W; i++) {
        float x = lo[i], y = hi[i], sn = s[i] * sign;
        lo[i] = __fadd_rn(__fmul_rn(x, c[i]), -__fmul_rn(y, sn));
        hi[i] = __fadd_rn(__fmul_rn(y, c[i]), __fmul_rn(x, sn));
    }
}

template <int W>
CAD_KERNEL(THREADS)
void rope_kernel(rope_job p)
{
    int64_t row = (int64_t)blockIdx.x * WARPS + threadIdx.x / CAD_LANES;
    unsigned first = blockIdx.y * SPAN + threadIdx.x % CAD_LANES, of_head = p.half / W;
    if (row >= p.n)
        return;
    const float *cosines = p.table + (int64_t)p.pos[row] * 2 * p.half;
    bf16 *at[PER];
    piece<W> low[PER], high[PER];
#pragma unroll
    for (int k = 0; k < PER; k++) {
        unsigned u = first + k * CAD_LANES;
        at[k] = p.x + row * p.ld + u / of_head * 2 * p.half + u % of_head * W;
        if (u < p.pieces) {
            low[k] = get_piece<W>(at[k]);
            high[k] = get_piece<W>(at[k] + p.half);
        }
    }
#pragma unroll
    for (int k = 0; k < PER; k++) {
        unsigned u = first + k * CAD_LANES, j = u % of_head * W;
        float lo[W], hi[W], c[W], s[W];
        if (u >= p.pieces)
            continue;
        get_floats<W>(c, cosines + j);
        get_floats<W>(s, cosines + p.half + j);
        widen(lo, low[k]);
        widen(hi, high[k]);
        rotate<W>(lo, hi, c, s, p.sign);
        put_piece<W>(at[k], lo);
        put_piece<W>(at[k] + p.half, hi);
    }
}

/* -------------------------------------------------------------------------------------------------------------- */

static cad_status rotate_rows(const cad_rope_args *a, float sign, void *stream)
{
    int64_t heads = a->x.dim[1], d = a->x.dim[2];
    rope_job p = {};
    p.x = cad_ptr<bf16>(a->x);
    p.pos = cad_ptr<int32_t>(a->pos);
    p.table = cad_ptr<float>(a->table);
    p.n = a->x.dim[0];
    p.ld = a->ld ? a->ld : heads * d;
    p.half = (unsigned)(d / 2);
    p.sign = sign;
    bool wide = p.half % 8 == 0 && p.ld % 8 == 0 && cad_aligned16(p.x) && cad_aligned16(p.table);
    p.pieces = (unsigned)(heads * p.half / (wide ? 8 : 1));
    unsigned rows = (unsigned)cad_ceil_div(p.n, WARPS), spans = (unsigned)cad_ceil_div(p.pieces, SPAN);
    if (wide)
        return CAD_LAUNCH((rope_kernel<8>), (rows, spans), (THREADS), 0, stream, p);
    return CAD_LAUNCH((rope_kernel<1>), (rows, spans), (THREADS), 0, stream, p);
}

CAD_GPU_NO_SCRATCH(rope_fwd)
CAD_GPU_OP(rope_fwd)
{
    CAD_TRY(cad_rope_fwd_validate(a));
    CAD_GPU_NEED_BF16(rope_fwd, x);
    return rotate_rows(a, 1.0f, stream);
}

CAD_GPU_NO_SCRATCH(rope_bwd)
CAD_GPU_OP(rope_bwd)
{
    CAD_TRY(cad_rope_bwd_validate(a));
    CAD_GPU_NEED_BF16(rope_bwd, x);
    return rotate_rows(a, -1.0f, stream);
}
