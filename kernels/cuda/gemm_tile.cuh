/* Inside of a matrix product: one tile of C by one block.  gemm.cuh says what it forms; nobody else includes this.
 *
 * Shared memory is a ring of STAGES stages, each a tile of A and a tile of B for DEPTH values of k.  A tile in shared memory
 * has the lines of device memory: rows of k's (lines of 64, 8 chunks of 16 bytes) where k is contiguous, else k's of rows.
 * Chunk c of line l stands at c ^ l % 8, so that neither a warp that fills lines nor ldmatrix, which takes one chunk from each
 * of 8 lines, meets a bank twice.  One barrier per stage: behind it the stage read last time may be filled again. */
#ifndef CADLM_KERNELS_CUDA_GEMM_TILE_CUH
#define CADLM_KERNELS_CUDA_GEMM_TILE_CUH

#include "kernels/cuda/gpu.cuh"

static constexpr int GEMM_DEPTH = 64; /* k's of a stage */

/* BM x BN of C; WM x WN warps, each BM/WM x BN/WN: MI x NI products of 16 x 8. */
template <int BM_, int BN_, int WM_, int WN_, int STAGES_>
struct gemm_tile {
    static constexpr int BM = BM_, BN = BN_, WM = WM_, WN = WN_, STAGES = STAGES_;
    static constexpr int THREADS = WM * WN * CAD_LANES, MI = BM / WM / 16, NI = BN / WN / 8;
    static constexpr int A_ELEMS = BM * GEMM_DEPTH, B_ELEMS = BN * GEMM_DEPTH, STAGE_ELEMS = A_ELEMS + B_ELEMS;
    static constexpr int OUT_LD = BN + 8; /* floats of a row of C in shared memory: pairs of a fragment meet no bank twice */
    static constexpr size_t RING = sizeof(bf16) * STAGE_ELEMS * STAGES, OUT = sizeof(float) * BM * OUT_LD;
    static constexpr size_t SMEM = RING > OUT ? RING : OUT;
    static_assert(NI % 2 == 0, "ldmatrix takes two columns of products at once");
};

/* A rectangle of an operand as it stands in device memory: lines of memory, columns within a line. */
struct gemm_rect {
    const bf16 *p;
    int64_t ld, line, lines, column, columns; /* first, and end of what exists */
};

/* Where chunk c of line l stands, in elements. */
template <int CHUNKS>
static __device__ __forceinline__ int gemm_place(int l, int c)
{
    return (l * CHUNKS + (c ^ (l & 7))) * 8;
}

/* Up to 8 numbers one by one, zeros after. */
static __device__ __forceinline__ bf16x8 gemm_load(const bf16 *p, int valid)
{
    uint32_t h[8];
#pragma unroll
    for (int i = 0; i < 8; i++)
        h[i] = i < valid ? p[i].bits : 0;
    bf16x8 v;
#pragma unroll
    for (int i = 0; i < 4; i++)
        v.pair[i] = h[2 * i] | h[2 * i + 1] << 16;
    return v;
}

/* A thread's share of a rectangle of LINES x CHUNKS, always the same: one chunk from every STEP-th line. */
template <int LINES, int CHUNKS, int THREADS>
struct gemm_share {
    static constexpr int STEP = THREADS / CHUNKS, COUNT = LINES / STEP;
    static_assert(THREADS % CHUNKS == 0 && STEP % 8 == 0 && LINES % STEP == 0, "a thread's chunks differ by their lines alone");
    int place;            /* of the first in shared memory, in elements; the others follow at distance STEP * CHUNKS * 8 */
    int64_t line, column; /* of the first in device memory */
    int valid;            /* columns that exist */

    __device__ __forceinline__ explicit gemm_share(const gemm_rect &r)
    {
        int l = (int)threadIdx.x / CHUNKS, c = (int)threadIdx.x % CHUNKS;
        place = gemm_place<CHUNKS>(l, c);
        line = r.line + l;
        column = r.column + c * 8;
        int64_t left = r.columns - column;
        valid = left <= 0 ? 0 : left < 8 ? (int)left : 8;
    }
};

template <int LINES, int CHUNKS, int THREADS, bool ALIGNED>
static __device__ __forceinline__ void gemm_fill(bf16 *sTile, const gemm_rect &r)
{
    const gemm_share<LINES, CHUNKS, THREADS> s(r);
    const bf16 *from = r.p + s.line * r.ld + s.column;
#pragma unroll
    for (int i = 0; i < s.COUNT; i++) {
        int valid = s.line + i * s.STEP < r.lines ? s.valid : 0;
        bf16 *to = sTile + s.place + i * s.STEP * CHUNKS * 8;
        if (ALIGNED)
            cad_copy_async16(to, valid ? from : r.p, 2 * valid);
        else
            store8(to, gemm_load(from, valid));
        from += s.STEP * r.ld;
    }
}

/* Zeros where the bit of an element is 0, in the chunks that this thread has filled itself; its copies have landed. */
template <int LINES, int CHUNKS, int THREADS>
static __device__ __forceinline__ void gemm_drop(bf16 *sTile, const gemm_rect &r, const uint8_t *mask, int64_t mask_ld)
{
    const gemm_share<LINES, CHUNKS, THREADS> s(r);
#pragma unroll
    for (int i = 0; i < s.COUNT; i++) {
        int64_t line = s.line + i * s.STEP;
        if (line >= r.lines || s.valid == 0)
            continue;
        bf16 *at = sTile + s.place + i * s.STEP * CHUNKS * 8;
        uint32_t bits = mask[line * mask_ld + s.column / 8];
        bf16x8 v = load8(at);
#pragma unroll
        for (int k = 0; k < 4; k++)
            v.pair[k] &= (bits >> 2 * k & 1 ? 0xFFFFu : 0) | (bits >> (2 * k + 1) & 1 ? 0xFFFF0000u : 0);
        store8(at, v);
    }
}

/* The product of one stage: acc += A B over `steps` steps of 16 k's. */
template <class T, bool A_LINES_K, bool B_LINES_K>
static __device__ __forceinline__ void gemm_multiply(float (&acc)[T::MI][T::NI][4], const bf16 *sA, const bf16 *sB, int steps)
{
    int lane = threadIdx.x % CAD_LANES, warp = threadIdx.x / CAD_LANES, l8 = lane % 8, half = lane / 8 % 2, upper = lane / 16;
    int m0 = warp / T::WN * (T::BM / T::WM), n0 = warp % T::WN * (T::BN / T::WN);
#pragma unroll
    for (int s = 0; s < GEMM_DEPTH / 16; s++) {
        if (s >= steps)
            break;
        uint32_t a[T::MI][4], b[T::NI][2];
#pragma unroll
        for (int i = 0; i < T::MI; i++) {
            int m = m0 + 16 * i;
            if (A_LINES_K)
                cad_ldmatrix4_trans(a[i], sA + gemm_place<T::BM / 8>(16 * s + 8 * upper + l8, m / 8 + half));
            else
                cad_ldmatrix4(a[i], sA + gemm_place<GEMM_DEPTH / 8>(m + 8 * half + l8, 2 * s + upper));
        }
#pragma unroll
        for (int j = 0; j < T::NI; j += 2) {
            int n = n0 + 8 * j;
            uint32_t two[4];
            if (B_LINES_K)
                cad_ldmatrix4_trans(two, sB + gemm_place<T::BN / 8>(16 * s + 8 * half + l8, n / 8 + upper));
            else
                cad_ldmatrix4(two, sB + gemm_place<GEMM_DEPTH / 8>(n + 8 * upper + l8, 2 * s + half));
            b[j][0] = two[0];
            b[j][1] = two[1];
            b[j + 1][0] = two[2];
            b[j + 1][1] = two[3];
        }
#pragma unroll
        for (int i = 0; i < T::MI; i++)
#pragma unroll
            for (int j = 0; j < T::NI; j++)
                cad_mma(acc[i][j], a[i], b[j]);
    }
}

/* Calls f(row, column, pair) for the pairs of neighbouring columns that this thread has of a tile, in the tile. */
template <class T, class F>
static __device__ __forceinline__ void gemm_pairs(float (&acc)[T::MI][T::NI][4], F f)
{
    int lane = threadIdx.x % CAD_LANES, warp = threadIdx.x / CAD_LANES;
    int m0 = warp / T::WN * (T::BM / T::WM) + lane / 4, n0 = warp % T::WN * (T::BN / T::WN) + lane % 4 * 2;
#pragma unroll
    for (int i = 0; i < T::MI; i++)
#pragma unroll
        for (int j = 0; j < T::NI; j++)
#pragma unroll
            for (int h = 0; h < 2; h++)
                f(m0 + 16 * i + 8 * h, n0 + 8 * j, &acc[i][j][2 * h]);
}

template <class T>
static __device__ __forceinline__ void gemm_zero(float (&acc)[T::MI][T::NI][4])
{
#pragma unroll
    for (int i = 0; i < T::MI; i++)
#pragma unroll
        for (int j = 0; j < T::NI; j++)
#pragma unroll
            for (int e = 0; e < 4; e++)
                acc[i][j][e] = 0;
}

/* C of a tile through shared memory, which is free: f(row, column, v) for 8 neighbouring columns, rows in lane order. */
template <class T, class F>
static __device__ __forceinline__ void gemm_out(float (&acc)[T::MI][T::NI][4], float *sOut, F f)
{
    gemm_pairs<T>(acc, [&](int row, int column, const float *pair) {
        *reinterpret_cast<float2 *>(sOut + row * T::OUT_LD + column) = make_float2(pair[0], pair[1]);
    });
    __syncthreads();
    static constexpr int PIECES = T::BN / 8;
#pragma unroll 1
    for (int i = 0; i < T::BM * PIECES / T::THREADS; i++) {
        int at = (int)threadIdx.x + i * T::THREADS, row = at / PIECES, column = at % PIECES * 8;
        /* Lanes 4..7 of eight take their second half first: no bank twice. */
        bool swap = threadIdx.x / 4 % 2;
        const float *from = sOut + row * T::OUT_LD + column;
        float4 p = *reinterpret_cast<const float4 *>(from + (swap ? 4 : 0));
        float4 q = *reinterpret_cast<const float4 *>(from + (swap ? 0 : 4));
        float4 low = swap ? q : p, high = swap ? p : q;
        float v[8] = {low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w};
        f(row, column, v);
    }
}

#endif
