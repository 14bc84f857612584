/* The products that attention is made of, for one warp: 16 rows against tiles of shared memory.
 *
 * A fragment of sums (16 x 8) holds, with g = lane / 4 and t = 2 (lane % 4), the elements (g,t), (g,t+1), (g+8,t), (g+8,t+1) in
 * s[0..3].  Two neighbours, rounded and packed, are one left operand (16 x 16): weights never leave the registers.
 *
 * What a row does not see must not reach it, and 0 * NaN is NaN.  So blocks of 16 x 16 that lie beyond the diagonal are left
 * out, and the block on the diagonal is multiplied element by element where the tile holds something that is not finite. */
#ifndef CADLM_KERNELS_CUDA_ATTN_MMA_CUH
#define CADLM_KERNELS_CUDA_ATTN_MMA_CUH

#include "kernels/cuda/gpu.cuh"

/* Which blocks of 16 columns the warp's 16 rows see: lo .. hi - 1; `edge` among them is the one on the diagonal, -1: none. */
struct attn_span {
    int lo, hi, edge;
};

/* Which blocks of 16 among the keys [t, t + KEYS) the 16 rows from `row` on see. */
template <int KEYS>
static __device__ __forceinline__ attn_span keys_seen(int row, int t, int len, int causal)
{
    int diagonal = (row - t) / 16;
    if (!causal || diagonal >= KEYS / 16)
        return {0, (min(len - t, KEYS) + 15) / 16, -1};
    if (row < t)
        return {0, 0, -1};
    return {0, diagonal + 1, diagonal};
}

static __device__ __forceinline__ int lane_row()
{
    return threadIdx.x % CAD_LANES / 4;
}

static __device__ __forceinline__ int lane_column()
{
    return threadIdx.x % 4 * 2;
}

/* Left operand from rows of a tile; at: corner of the block of 16 x 16. */
static __device__ __forceinline__ void load_left(uint32_t a[4], const bf16 *sAt, int ld)
{
    int lane = threadIdx.x % CAD_LANES;
    cad_ldmatrix4(a, sAt + lane % 16 * ld + lane / 16 * 8);
}

/* Right operands b[0..1], b[2..3] of two neighbouring fragments of sums, whose columns are rows of the tile. */
static __device__ __forceinline__ void load_right_rows(uint32_t b[4], const bf16 *sAt, int ld)
{
    int lane = threadIdx.x % CAD_LANES;
    cad_ldmatrix4(b, sAt + (lane / 16 * 8 + lane % 8) * ld + lane / 8 % 2 * 8);
}

/* The same where the columns of the sums are columns of the tile. */
static __device__ __forceinline__ void load_right_columns(uint32_t b[4], const bf16 *sAt, int ld)
{
    int lane = threadIdx.x % CAD_LANES;
    cad_ldmatrix4_trans(b, sAt + lane % 16 * ld + lane / 16 * 8);
}

template <int NB>
static __device__ __forceinline__ void clear(float (&s)[NB][4])
{
#pragma unroll
    for (int b = 0; b < NB; b++)
#pragma unroll
        for (int i = 0; i < 4; i++)
            s[b][i] = 0;
}

template <int NB, int DP, bool ALL, class LEFT>
static __device__ __forceinline__ void dot_rows_in(float (&s)[NB][4], LEFT left, const bf16 *sB, int ld, attn_span seen)
{
#pragma unroll
    for (int k = 0; k < DP / 16; k++) {
        uint32_t a[4], b[4];
        left(k, a);
#pragma unroll
        for (int j = 0; j < NB / 2; j++)
            if (ALL || (j >= seen.lo && j < seen.hi)) {
                load_right_rows(b, sB + 16 * j * ld + 16 * k, ld);
                cad_mma(s[2 * j], a, b);
                cad_mma(s[2 * j + 1], a, b + 2);
            }
    }
}

/* s (16 x 8 NB) = rows of the left operand, in steps of 16 columns from left(step, a), times rows of the tile sB; blocks that
 * are not seen stay 0. */
template <int NB, int DP, class LEFT>
static __device__ __forceinline__ void dot_rows(float (&s)[NB][4], LEFT left, const bf16 *sB, int ld, attn_span seen)
{
    clear(s);
    if (seen.lo == 0 && seen.hi == NB / 2)
        dot_rows_in<NB, DP, true>(s, left, sB, ld, seen);
    else
        dot_rows_in<NB, DP, false>(s, left, sB, ld, seen);
}

template <int NB>
static __device__ __forceinline__ void add_block(float (&sum)[NB][4], const uint32_t a[4], const bf16 *sB, int ld)
{
#pragma unroll
    for (int j = 0; j < NB / 2; j++) {
        uint32_t b[4];
        load_right_columns(b, sB + 16 * j, ld);
        cad_mma(sum[2 * j], a, b);
        cad_mma(sum[2 * j + 1], a, b + 2);
    }
}

/* Whether 16 rows of a tile, 8 NB columns, are all finite. */
template <int NB>
static __device__ __forceinline__ bool block_is_finite(const bf16 *sB, int ld)
{
    uint32_t carry = 0; /* into the bit above an exponent of ones */
#pragma unroll
    for (int j = 0; j < NB / 2; j++) {
        uint32_t b[4];
        load_right_columns(b, sB + 16 * j, ld);
#pragma unroll
        for (int i = 0; i < 4; i++)
            carry |= (b[i] & 0x7F807F80u) + 0x00800080u;
    }
    return !__any_sync(0xFFFFFFFFu, carry & 0x80008000u);
}

/* add_block for a block on the diagonal: row r takes the rows c of sB with c <= r, or with UPPER c >= r, and never touches the
 * others. */
template <int NB, bool UPPER>
static __device__ __forceinline__ void add_triangle(float (&sum)[NB][4], const uint32_t a[4], const bf16 *sB, int ld)
{
    int g = lane_row(), t = lane_column();
#pragma unroll 1
    for (int c = 0; c < 16; c++) {
        int from = g * 4 + c % 8 / 2;
        uint32_t near = __shfl_sync(0xFFFFFFFFu, c < 8 ? a[0] : a[2], from);
        uint32_t far = __shfl_sync(0xFFFFFFFFu, c < 8 ? a[1] : a[3], from);
        float w0 = c % 2 ? high_f32(near) : low_f32(near), w1 = c % 2 ? high_f32(far) : low_f32(far);
        bool first = UPPER ? c >= g : c <= g, second = UPPER ? c >= g + 8 : c <= g + 8;
#pragma unroll
        for (int b = 0; b < NB; b++) {
            uint32_t v = *reinterpret_cast<const uint32_t *>(sB + c * ld + 8 * b + t);
            sum[b][0] = first ? fmaf(w0, low_f32(v), sum[b][0]) : sum[b][0];
            sum[b][1] = first ? fmaf(w0, high_f32(v), sum[b][1]) : sum[b][1];
            sum[b][2] = second ? fmaf(w1, low_f32(v), sum[b][2]) : sum[b][2];
            sum[b][3] = second ? fmaf(w1, high_f32(v), sum[b][3]) : sum[b][3];
        }
    }
}

/* sum (16 x 8 NB) += weights (16 x 16 KB) times rows of the tile sB, of which `seen` are seen.  UPPER: on the diagonal a row
 * sees the columns from its own on, else those up to its own. */
template <int KB, int NB, bool UPPER>
static __device__ __forceinline__ void add_rows(float (&sum)[NB][4], const uint32_t (&w)[KB][4], const bf16 *sB, int ld,
                                                attn_span seen)
{
    if (seen.lo == 0 && seen.hi == KB && seen.edge < 0) {
#pragma unroll
        for (int k = 0; k < KB; k++)
            add_block<NB>(sum, w[k], sB + 16 * k * ld, ld);
        return;
    }
    uint32_t edge[4] = {0, 0, 0, 0};
#pragma unroll
    for (int k = 0; k < KB; k++) {
        if (k >= seen.lo && k < seen.hi && k != seen.edge)
            add_block<NB>(sum, w[k], sB + 16 * k * ld, ld);
#pragma unroll
        for (int i = 0; i < 4; i++)
            edge[i] = k == seen.edge ? w[k][i] : edge[i];
    }
    if (seen.edge < 0)
        return;
    sB += 16 * seen.edge * ld;
    if (block_is_finite<NB>(sB, ld))
        add_block<NB>(sum, edge, sB, ld);
    else
        add_triangle<NB, UPPER>(sum, edge, sB, ld);
}

/* Sums, row g times scale0 and row g + 8 times scale1, into 16 rows of a tile. */
template <int NB>
static __device__ __forceinline__ void put_sums(bf16 *sRows, int ld, const float (&sum)[NB][4], float scale0, float scale1)
{
    bf16 *near = sRows + lane_row() * ld + lane_column(), *far = near + 8 * ld;
#pragma unroll
    for (int b = 0; b < NB; b++) {
        *reinterpret_cast<uint32_t *>(near + 8 * b) = to_pair(sum[b][0] * scale0, sum[b][1] * scale0);
        *reinterpret_cast<uint32_t *>(far + 8 * b) = to_pair(sum[b][2] * scale1, sum[b][3] * scale1);
    }
}

/* Running softmax of the lane's two rows, g and g + 8; sums over the lane's own columns. */
struct attn_soft {
    float top[2]; /* largest score so far */
    float sum[2]; /* of the weights: for the log-sum-exp */
    float
        rounded[2]; /* of the weights as the product takes them: what o is divided by, so that equal values keep their value */
};

static __device__ __forceinline__ attn_soft soft_start()
{
    return {{-INFINITY, -INFINITY}, {0, 0}, {0, 0}};
}

/* Takes raw scores s (-inf where nothing is seen); w becomes their weights, relative to the new maximum, and what was summed
 * before has to be multiplied by keep.  scale2: scale times log2(e).  A NaN among the scores reaches w and the sums: fmaxf
 * passes over it, exp2 does not. */
template <int NB>
static __device__ __forceinline__ void soft_take(attn_soft &z, const float (&s)[NB][4], uint32_t (&w)[NB / 2][4], float scale2,
                                                 float (&keep)[2])
{
#pragma unroll
    for (int r = 0; r < 2; r++) {
        float top = z.top[r];
#pragma unroll
        for (int b = 0; b < NB; b++)
            top = fmaxf(top, fmaxf(s[b][2 * r], s[b][2 * r + 1]));
        top = fmaxf(top, __shfl_xor_sync(0xFFFFFFFFu, top, 1));
        top = fmaxf(top, __shfl_xor_sync(0xFFFFFFFFu, top, 2));
        float shift = __fmul_rn(top, scale2), sum = 0, rounded = 0;
        keep[r] = cad_exp2(__fmul_rn(z.top[r], scale2) - shift); /* exactly 1 where the maximum stays */
        z.top[r] = top;
#pragma unroll
        for (int b = 0; b < NB; b++) {
            float low = cad_exp2(fmaf(s[b][2 * r], scale2, -shift)), high = cad_exp2(fmaf(s[b][2 * r + 1], scale2, -shift));
            uint32_t pair = to_pair(low, high);
            sum += low + high;
            rounded += low_f32(pair) + high_f32(pair);
            w[b / 2][b % 2 * 2 + r] = pair;
        }
        z.sum[r] = fmaf(z.sum[r], keep[r], sum);
        z.rounded[r] = fmaf(z.rounded[r], keep[r], rounded);
    }
}

template <int NB>
static __device__ __forceinline__ void rescale(float (&sum)[NB][4], const float (&keep)[2])
{
#pragma unroll
    for (int b = 0; b < NB; b++)
#pragma unroll
        for (int i = 0; i < 4; i++)
            sum[b][i] *= keep[i / 2];
}

/* v summed over the four lanes that share a row, the same bits in each. */
static __device__ __forceinline__ float row_sum(float v)
{
    v += __shfl_xor_sync(0xFFFFFFFFu, v, 1);
    return v + __shfl_xor_sync(0xFFFFFFFFu, v, 2);
}

#endif
