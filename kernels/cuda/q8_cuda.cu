/* q8_quant, q8_dequant, CUDA.
 *
 * math      absmax_b = max |x| of block b; code = nearest entry of the map to x/absmax; back: x = map[code] absmax
 * shapes    x, codes (n), absmax (ceil(n/256)), map (256)
 * layout    blocks of 256 elements
 * dtypes    f32, codes u8; 1/absmax rounded once, then one product
 * limits    any n; arrays that do not start at a multiple of 16 bytes go element by element
 * mapping   a warp per block of 256, lanes with 8 elements; blocks of 8 warps, at most 3168, each builds the search tree of the
 *           map once: 2 KB of shared memory
 * order     repeatable; a block's codes depend on that block alone
 * cost      5 bytes an element; quant: eight steps of a search in shared memory for each; never measured
 * source    spec formats.md 3
 * test      tests/kernels/check_nf4.c
 */
#include "kernels/cuda/q8.cuh"

enum { THREADS = 256, WARPS = THREADS / CAD_LANES };

struct q8_job {
    const float *x_in, *map;
    const uint8_t *codes_in;
    float *x, *absmax;
    uint8_t *codes;
    int64_t n;
    bool wide;
};

static __device__ __forceinline__ int elements_of(int64_t block, int64_t n)
{
    int64_t left = n - block * CAD_Q8_BLOCK;
    return left < CAD_Q8_BLOCK ? (int)left : (int)CAD_Q8_BLOCK;
}

CAD_KERNEL(THREADS) void quant_kernel(q8_job p)
{
    CAD_SHARED(float, sMap, Q8_MAP);
    CAD_SHARED(float, sTree, Q8_MAP);
    int64_t warps = (int64_t)gridDim.x * WARPS;
    sMap[threadIdx.x] = p.map[threadIdx.x];
    __syncthreads();
    q8_tree<THREADS>(sMap, sTree);
    __syncthreads();
    for (int64_t b = (int64_t)blockIdx.x * WARPS + threadIdx.x / CAD_LANES; b * CAD_Q8_BLOCK < p.n; b += warps) {
        int n = elements_of(b, p.n);
        float x[Q8_MINE];
        uint32_t codes[Q8_MINE / 4];
        q8_get(x, p.x_in + b * CAD_Q8_BLOCK, n, p.wide);
        float top = q8_encode(x, sMap, sTree, codes);
        q8_put_codes(p.codes + b * CAD_Q8_BLOCK, n, p.wide, codes);
        if (threadIdx.x % CAD_LANES == 0)
            p.absmax[b] = top;
    }
}

CAD_KERNEL(THREADS) void dequant_kernel(q8_job p)
{
    CAD_SHARED(float, sMap, Q8_MAP);
    int64_t warps = (int64_t)gridDim.x * WARPS;
    sMap[threadIdx.x] = p.map[threadIdx.x];
    __syncthreads();
    for (int64_t b = (int64_t)blockIdx.x * WARPS + threadIdx.x / CAD_LANES; b * CAD_Q8_BLOCK < p.n; b += warps) {
        int n = elements_of(b, p.n);
        float x[Q8_MINE], top = p.absmax[b];
        uint32_t codes[Q8_MINE / 4];
        q8_get_codes(codes, p.codes_in + b * CAD_Q8_BLOCK, n, p.wide);
#pragma unroll
        for (int k = 0; k < Q8_MINE; k++)
            x[k] = __fmul_rn(sMap[q8_code_of(codes, k)], top);
        q8_put(p.x + b * CAD_Q8_BLOCK, n, p.wide, x);
    }
}

/* -------------------------------------------------------------------------------------------------------------- */

static unsigned grid_of(int64_t n)
{
    int64_t blocks = cad_ceil_div(n, (int64_t)CAD_Q8_BLOCK * WARPS);
    return blocks < Q8_GRID ? (unsigned)blocks : (unsigned)Q8_GRID;
}

CAD_GPU_NO_SCRATCH(q8_quant)
CAD_GPU_OP(q8_quant)
{
    CAD_TRY(cad_q8_quant_validate(a));
    q8_job p = {};
    p.x_in = cad_ptr<float>(a->x);
    p.map = cad_ptr<float>(a->map);
    p.codes = cad_ptr<uint8_t>(a->codes);
    p.absmax = cad_ptr<float>(a->absmax);
    p.n = a->x.dim[0];
    p.wide = cad_aligned16(p.x_in) && cad_aligned16(p.codes);
    return CAD_LAUNCH(quant_kernel, (grid_of(p.n)), (THREADS), 0, stream, p);
}

CAD_GPU_NO_SCRATCH(q8_dequant)
CAD_GPU_OP(q8_dequant)
{
    CAD_TRY(cad_q8_dequant_validate(a));
    q8_job p = {};
    p.codes_in = cad_ptr<uint8_t>(a->codes);
    p.map = cad_ptr<float>(a->map);
    p.absmax = cad_ptr<float>(a->absmax);
    p.x = cad_ptr<float>(a->x);
    p.n = a->x.dim[0];
    p.wide = cad_aligned16(p.x) && cad_aligned16(p.codes_in);
    return CAD_LAUNCH(dequant_kernel, (grid_of(p.n)), (THREADS), 0, stream, p);
}
