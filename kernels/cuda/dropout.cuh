/* Dropout masks of LoRA as bits in the scratch of an op, CUDA.
 *
 * math      keep(r,c) = half(c/16 % 8) of Philox(key, {c/128*16 + c%16, pos_r, row_r, layer << 8 | projection}) >= limit,
 *           limit = round(65536 rate)
 * shapes    bits (parts,N,ld bytes), ld = 16 ceil(C/128); bit c%8 of byte c/8 is 1 where the element stays
 * layout    as on the CPU (kernels/cpu/dropout_cpu.c)
 * dtypes    integers
 * limits    rate < 1; bits beyond column C are defined but mean nothing
 * mapping   a warp has 256 columns of a row, a lane the 8 of one block of Philox; votes collect 16 neighbours at once; a grid
 *           of rows x columns x parts, so that no thread divides
 * order     counter-based: a mask depends on (seed, step, layer, projection, row, position, column) alone
 * cost      10 rounds of 2 multiplies per 8 columns; never measured
 * source    args_linear.h; Salmon et al. 2011
 * test      tests/kernels/check_lora.c
 */
#ifndef CADLM_KERNELS_CUDA_DROPOUT_CUH
#define CADLM_KERNELS_CUDA_DROPOUT_CUH

#include "kernels/cuda/gpu.cuh"
#include "kernels/cuda/philox.cuh"

struct dropout_masks {
    uint8_t *bits;
    int64_t parts, rows, ld;
    float keep; /* 1/(1 - rate); 1 without dropout */
    bool on;

    __host__ __device__ int64_t part_bytes() const
    {
        return rows * ld;
    }
};

struct dropout_job {
    dropout_masks m;
    uint64_t key;
    uint32_t limit, layer, projection[CAD_MAX_PARTS];
    const uint32_t *row;
    const int32_t *pos;
};

enum { DROPOUT_WARPS = 4, DROPOUT_THREADS = DROPOUT_WARPS * CAD_LANES };

CAD_KERNEL(DROPOUT_THREADS) void dropout_kernel(dropout_job j)
{
    int64_t groups = j.m.ld / 16, pair = (int64_t)blockIdx.y * DROPOUT_WARPS + threadIdx.x / CAD_LANES;
    if (2 * pair >= groups)
        return;
    int64_t r = blockIdx.x, line = blockIdx.z * j.m.rows + r;
    int part = blockIdx.z;
    uint32_t projection = j.projection[0];
#pragma unroll
    for (int i = 1; i < CAD_MAX_PARTS; i++) /* no index: the array would be copied to local memory */
        projection = part == i ? j.projection[i] : projection;
    uint32_t lane = threadIdx.x % CAD_LANES;
    int64_t group = 2 * pair + lane / 16;
    uint4 w = philox4x32(j.key,
                         make_uint4((uint32_t)group * 16 + lane % 16, (uint32_t)j.pos[r], j.row[r], j.layer << 8 | projection));
    uint32_t word[4] = {w.x, w.y, w.z, w.w}, mine = 0;
#pragma unroll
    for (uint32_t h = 0; h < 8; h++) {
        uint32_t half = h % 2 ? word[h / 2] >> 16 : word[h / 2] & 0xFFFFu;
        uint32_t all = __ballot_sync(0xFFFFFFFFu, half >= j.limit);
        if (lane % 16 == h)
            mine = lane / 16 ? all >> 16 : all & 0xFFFFu;
    }
    if (lane % 16 < 8 && group < groups)
        *reinterpret_cast<uint16_t *>(j.m.bits + line * j.m.ld + group * 16 + lane % 16 * 2) = (uint16_t)mine;
}

/* -------------------------------------------------------------------------------------------------------------- */

/* Masks of an op with n parts, for x or dx (rows,columns); they stand at the beginning of its scratch. */
static inline dropout_masks dropout_masks_of(const cad_dropout &d, int n, const cad_tensor &x, const cad_scratch &scratch)
{
    dropout_masks m = {};
    m.bits = static_cast<uint8_t *>(scratch.data);
    m.parts = n > 1 ? n : 1;
    m.rows = x.dim[0];
    m.ld = cad_ceil_div(x.dim[1], 128) * 16;
    m.on = d.rate > 0.0f;
    m.keep = m.on ? 1.0f / (1.0f - d.rate) : 1.0f;
    return m;
}

/* A multiple of 64. */
static inline size_t dropout_bytes(const dropout_masks &m)
{
    return m.on ? (size_t)cad_ceil_div(m.parts * m.part_bytes(), 64) * 64 : 0;
}

static inline cad_status dropout_build(const dropout_masks &m, const cad_dropout &d, void *stream)
{
    if (!m.on)
        return CAD_OK;
    dropout_job j = {};
    j.m = m;
    j.key = cad_dropout_key(d.seed, d.step);
    j.limit = (uint32_t)lrintf(65536.0f * d.rate);
    j.layer = d.layer;
    for (int i = 0; i < CAD_MAX_PARTS; i++)
        j.projection[i] = d.projection[i];
    j.row = cad_ptr<const uint32_t>(d.row);
    j.pos = cad_ptr<const int32_t>(d.pos);
    return CAD_LAUNCH(dropout_kernel,
                      ((unsigned)m.rows, (unsigned)cad_ceil_div(m.ld / 16, 2 * DROPOUT_WARPS), (unsigned)m.parts),
                      (DROPOUT_THREADS), 0, stream, j);
}

#endif
