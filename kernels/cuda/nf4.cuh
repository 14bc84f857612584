/* NF4 weights as the kernels read them.  Levels and thresholds travel by value in the kernel arguments, so kernels/nf4.h stays
 * their one place. */
#ifndef CADLM_KERNELS_CUDA_NF4_CUH
#define CADLM_KERNELS_CUDA_NF4_CUH

#include "kernels/cuda/gpu.cuh"
#include "kernels/nf4.h"

struct nf4_weight {
    const uint8_t *codes;
    const float *absmax; /* nullptr when nested */
    const uint8_t *q8;   /* nested: scale b = map[q8[b]] absmax2[b/256] + offset */
    const float *map, *absmax2;
    float offset;
    int shift; /* log2 of the block */
    float level[16];
};

static inline nf4_weight nf4_of(const cad_nf4 &q)
{
    nf4_weight w = {};
    w.codes = cad_ptr<const uint8_t>(q.codes);
    if (q.absmax.dtype == CAD_F32)
        w.absmax = cad_ptr<const float>(q.absmax);
    else
        w.q8 = cad_ptr<const uint8_t>(q.absmax);
    w.map = cad_ptr<const float>(q.map);
    w.absmax2 = cad_ptr<const float>(q.absmax2);
    w.offset = q.offset;
    while ((int64_t)1 << w.shift < q.block)
        w.shift++;
    for (int i = 0; i < 16; i++)
        w.level[i] = cad_nf4_level[i];
    return w;
}

/* Levels to shared memory, sLevel (16); a barrier must follow.  By one thread: an index that differs between threads would put
 * the arguments on the stack. */
static __device__ __forceinline__ void nf4_levels(const nf4_weight &w, float *sLevel)
{
    if (threadIdx.x == 0)
#pragma unroll
        for (int i = 0; i < 16; i++)
            sLevel[i] = w.level[i];
}

/* Two roundings, never a fused one (formats.md 2). */
static __device__ __forceinline__ float nf4_nested(float entry, float outer, float offset)
{
    return __fadd_rn(__fmul_rn(entry, outer), offset);
}

/* What the scale of a block is made of, as it is loaded. */
struct nf4_raw {
    float first; /* the scale, or the nested outer number */
    uint32_t code;
};

/* Of element e of the flattened weight. */
static __device__ __forceinline__ nf4_raw nf4_load(const nf4_weight &w, int64_t e)
{
    int64_t b = e >> w.shift;
    nf4_raw r = {0, 0};
    if (w.absmax) {
        r.first = w.absmax[b];
    } else {
        r.first = w.absmax2[b / CAD_Q8_BLOCK];
        r.code = w.q8[b];
    }
    return r;
}

/* map: that of the weight, or a copy in shared memory. */
static __device__ __forceinline__ float nf4_scale(const nf4_weight &w, nf4_raw r, const float *map)
{
    return w.absmax ? r.first : nf4_nested(map[r.code], r.first, w.offset);
}

/* The two elements of a byte, the first one low; sLevel (16) in shared memory, where 16 words are never in conflict. */
static __device__ __forceinline__ uint32_t nf4_pair(uint32_t byte, const float *sLevel, float scale)
{
    return to_pair(sLevel[byte >> 4] * scale, sLevel[byte & 15u] * scale);
}

/* 8 elements of four bytes, the first byte lowest. */
static __device__ __forceinline__ bf16x8 nf4_eight(uint32_t bytes, const float *sLevel, float scale)
{
    bf16x8 v;
#pragma unroll
    for (int i = 0; i < 4; i++)
        v.pair[i] = nf4_pair(bytes >> (8 * i) & 255u, sLevel, scale);
    return v;
}

#endif
