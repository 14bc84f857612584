/* nf4_quant, nf4_dequant, nf4_absmax_expand, CUDA.
 *
 * math      code = number of thresholds t with w * (1/absmax) > t; value = bf16(level[code] * absmax);
 *           absmax_i = fl(fl(map[q_i] absmax2[i/256]) + offset)
 * shapes    w (out,in) flattened; absmax one per `block` elements
 * layout    element 2j in the high nibble of byte j; blocks cross rows
 * dtypes    bf16 weights (to quantise: f32 too), u8 codes, f32 scales, nested ones u8
 * limits    block 32..4096; the last block may be short; where 1/absmax overflows (absmax < 2^-128) it becomes a division; a
 *           weight that is not finite is reported at the next sync, and codes and scales of that call are then undefined
 * mapping   quantise: a warp per block, a lane per pair; dequantise: a thread four times 4 bytes of codes and 16 of values,
 *           neighbours side by side; levels in shared memory
 * order     elementwise: class I
 * cost      dequantise reads 0.56 B and writes 2 B per weight, quantise the reverse; bound by memory; never measured
 * source    own derivation
 * test      tests/kernels/check_nf4.c
 */
#include "kernels/cuda/flat.cuh"
#include "kernels/cuda/nf4.cuh"

#include <cfloat>

enum { THREADS = 256, WARPS = THREADS / CAD_LANES, SPAN = 8, MOVES = 4, STEP = THREADS * SPAN };

struct quantiser {
    const void *w;
    uint8_t *codes;
    float *absmax;
    unsigned long long *fault;
    int64_t count, block;
    float threshold[15];
};

static __device__ __forceinline__ float weight_of(const bf16 *w, int64_t e)
{
    return to_f32(w[e]);
}

static __device__ __forceinline__ float weight_of(const float *w, int64_t e)
{
    return w[e];
}

static __device__ __forceinline__ unsigned nf4_code(const quantiser &p, float y)
{
    unsigned code = 0;
#pragma unroll
    for (int i = 0; i < 15; i++)
        code += y > p.threshold[i];
    return code;
}

template <class T>
CAD_KERNEL(THREADS)
void quant_kernel(quantiser p)
{
    const T *w = static_cast<const T *>(p.w);
    int64_t block = (int64_t)blockIdx.x * WARPS + threadIdx.x / CAD_LANES;
    int lane = (int)(threadIdx.x % CAD_LANES);
    int64_t first = block * p.block, end = first + p.block < p.count ? first + p.block : p.count;
    float top = 0;
    if (first >= p.count)
        return;
    for (int64_t e = first + lane; e < end; e += CAD_LANES) {
        float x = fabsf(weight_of(w, e));
        if (!(x <= FLT_MAX))
            atomicMin(p.fault, CAD_GPU_FAULT_KEY(CAD_GPU_FAULT_NF4_WEIGHT, e));
        top = fmaxf(top, x);
    }
    top = warp_max(top);
    if (lane == 0)
        p.absmax[block] = top;
    float inverse = top > 0 ? __fdiv_rn(1.0f, top) : 0.0f;
    for (int64_t e = first + 2 * lane; e < end; e += 2 * CAD_LANES) {
        unsigned code[2] = {CAD_NF4_ZERO, CAD_NF4_ZERO};
        for (int i = 0; i < 2 && e + i < end && top > 0; i++) {
            float x = weight_of(w, e + i);
            code[i] = nf4_code(p, inverse <= FLT_MAX ? __fmul_rn(x, inverse) : __fdiv_rn(x, top));
        }
        p.codes[e / 2] = (uint8_t)(code[0] << 4 | code[1]);
    }
}

/* wide: codes and values are aligned to 16 bytes.  8 neighbours lie in one block of scales. */
CAD_KERNEL(THREADS) void dequant_kernel(nf4_weight q, bf16 *w, int64_t count, bool wide)
{
    CAD_SHARED(float, sLevel, 16);
    int64_t begin = (int64_t)blockIdx.x * STEP * MOVES, first = begin + threadIdx.x * SPAN;
    nf4_levels(q, sLevel);
    __syncthreads();
    if (!wide || begin + STEP * MOVES > count) {
#pragma unroll 1
        for (int64_t e = begin + threadIdx.x; e < begin + STEP * MOVES && e < count; e += THREADS) {
            unsigned byte = q.codes[e / 2];
            w[e] = to_bf16(sLevel[e % 2 ? byte & 15u : byte >> 4] * nf4_scale(q, nf4_load(q, e), q.map));
        }
        return;
    }
    uint32_t codes[MOVES];
    nf4_raw raw[MOVES];
#pragma unroll
    for (int k = 0; k < MOVES; k++) {
        codes[k] = *reinterpret_cast<const uint32_t *>(q.codes + (first + k * STEP) / 2);
        raw[k] = nf4_load(q, first + k * STEP);
    }
#pragma unroll
    for (int k = 0; k < MOVES; k++)
        store8(w + first + k * STEP, nf4_eight(codes[k], sLevel, nf4_scale(q, raw[k], q.map)));
}

CAD_KERNEL(THREADS)
void expand_kernel(const uint8_t *q, const float *map, const float *absmax2, float offset, float *absmax, int64_t n)
{
    int64_t i = (int64_t)blockIdx.x * THREADS + threadIdx.x;
    if (i < n)
        absmax[i] = nf4_nested(map[q[i]], absmax2[i / CAD_Q8_BLOCK], offset);
}

/* -------------------------------------------------------------------------------------------------------------- */

CAD_GPU_NO_SCRATCH(nf4_quant)
CAD_GPU_OP(nf4_quant)
{
    CAD_TRY(cad_nf4_quant_validate(a));
    quantiser p = {};
    p.w = a->w.data;
    p.codes = cad_ptr<uint8_t>(a->codes);
    p.absmax = cad_ptr<float>(a->absmax);
    p.fault = CAD_GPU(fault_key)();
    p.count = cad_tensor_count(&a->w);
    p.block = a->block;
    for (int i = 0; i < 15; i++)
        p.threshold[i] = cad_nf4_threshold[i];
    unsigned blocks = (unsigned)cad_ceil_div(cad_ceil_div(p.count, p.block), WARPS);
    if (a->w.dtype == CAD_F32)
        return CAD_LAUNCH((quant_kernel<float>), (blocks), (THREADS), 0, stream, p);
    return CAD_LAUNCH((quant_kernel<bf16>), (blocks), (THREADS), 0, stream, p);
}

CAD_GPU_NO_SCRATCH(nf4_dequant)
CAD_GPU_OP(nf4_dequant)
{
    CAD_TRY(cad_nf4_dequant_validate(a));
    CAD_GPU_NEED_BF16(nf4_dequant, w);
    int64_t count = cad_tensor_count(&a->w);
    bool wide = cad_aligned16(a->q.codes.data) && cad_aligned16(a->w.data);
    return CAD_LAUNCH(dequant_kernel, ((unsigned)cad_ceil_div(count, (int64_t)STEP * MOVES)), (THREADS), 0, stream,
                      nf4_of(a->q), cad_ptr<bf16>(a->w), count, wide);
}

CAD_GPU_NO_SCRATCH(nf4_absmax_expand)
CAD_GPU_OP(nf4_absmax_expand)
{
    CAD_TRY(cad_nf4_absmax_expand_validate(a));
    int64_t n = a->q.dim[0];
    return CAD_LAUNCH(expand_kernel, ((unsigned)cad_ceil_div(n, THREADS)), (THREADS), 0, stream, cad_ptr<const uint8_t>(a->q),
                      cad_ptr<const float>(a->map), cad_ptr<const float>(a->absmax2), a->offset, cad_ptr<float>(a->absmax), n);
}
