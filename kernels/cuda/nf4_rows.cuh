/* y = x W^T + u B^T + b + res for a few rows of x, W in NF4: the inside of the nf4_linear ops.
 *
 * A block has all rows and BN columns of y, so every code is read once, and becomes a number once.  Its KW x NW warps share the
 * work twice: warp (kw, nw) has columns 16 nw .. 16 nw + 15, and of every DEPTH k's the 64 from 64 kw on.  The KW sums of an
 * element are added in order at the end.  Neither cut depends on the number of rows, so nor do the bits of a row.
 *
 * Codes come to shared memory by cp.async, 16 bytes (32 weights, one scale) a lane, for the warp that wants them; each lane
 * makes from them the numbers of its own fragments, level times scale rounded to bf16 as everywhere, and asks for the scale by
 * a shuffle.  x comes as in gemm_tile.cuh. */
#ifndef CADLM_KERNELS_CUDA_NF4_ROWS_CUH
#define CADLM_KERNELS_CUDA_NF4_ROWS_CUH

#include "kernels/cuda/gemm.cuh"
#include "kernels/cuda/nf4.cuh"

struct nf4_rows {
    nf4_weight w;
    gemm_cut columns; /* rows of W */
    const bf16 *x, *u, *b;
    int64_t m, in, r; /* r: columns of B, 0 without LoRA */
    int64_t u_ld, u_part;
    bool aligned;      /* codes and lines of x start at 16 bytes */
    bool lora_aligned; /* lines of u and B do */
};

template <int BM_, int NW_, int STAGES_>
struct nf4_tile {
    static constexpr int BM = BM_, NW = NW_, STAGES = STAGES_, KW = 4, BN = 16 * NW, DEPTH = 64 * KW;
    static constexpr int THREADS = CAD_LANES * KW * NW, MI = BM / 16, OUT_LD = BN + 8;
    static constexpr int A_ELEMS = BM * DEPTH, B_ELEMS = BN * DEPTH, CODES = BN * DEPTH / 2, STAGE = 2 * A_ELEMS + CODES;
    static constexpr int OUT = (int)sizeof(float) * KW * BM * OUT_LD, LORA = 2 * (A_ELEMS + B_ELEMS);
    static constexpr int MOST = OUT > LORA ? OUT : LORA;
    static constexpr size_t SMEM = STAGE * STAGES > MOST ? STAGE *STAGES : MOST;
};

/* LINES lines of DEPTH k's, those of each warp kw together; a thread has one chunk from every STEP-th line. */
template <class T, int LINES>
static __device__ __forceinline__ void nf4_fill(bf16 *sTile, const gemm_rect &r, bool aligned)
{
    static constexpr int CHUNKS = T::DEPTH / 8, STEP = T::THREADS / CHUNKS;
    static_assert(T::THREADS % CHUNKS == 0 && STEP % 8 == 0 && LINES % STEP == 0, "chunks differ by their lines alone");
    int l = (int)threadIdx.x / CHUNKS, c = (int)threadIdx.x % CHUNKS;
    int64_t line = r.line + l, column = r.column + c * 8, left = r.columns - column;
    int valid = left <= 0 ? 0 : left < 8 ? (int)left : 8;
    const bf16 *from = r.p + line * r.ld + column;
    bf16 *to = sTile + c / 8 * LINES * 64 + gemm_place<8>(l, c % 8);
#pragma unroll 1
    for (int i = 0; i < LINES / STEP; i++) {
        int here = line + i * STEP < r.lines ? valid : 0;
        if (aligned)
            cad_copy_async16(to + i * STEP * 64, here ? from : r.p, 2 * here);
        else
            store8(to + i * STEP * 64, gemm_load(from, here));
        from += STEP * r.ld;
    }
}

/* The 16 bytes of this lane, or zeros; `at` in bytes. */
static __device__ __forceinline__ void nf4_fill_codes(uint8_t *to, const uint8_t *codes, int64_t at, bool exists, bool aligned)
{
    if (aligned) {
        cad_copy_async16(to, exists ? codes + at : codes, exists ? 16 : 0);
        return;
    }
    uint32_t word[4] = {0, 0, 0, 0};
#pragma unroll
    for (int i = 0; i < 16; i++)
        word[i / 4] |= (exists ? codes[at + i] : 0u) << 8 * (i % 4);
    *reinterpret_cast<uint4 *>(to) = make_uint4(word[0], word[1], word[2], word[3]);
}

template <class T>
static __device__ __forceinline__ void nf4_multiply(float (&acc)[T::MI][2][4], const bf16 *sA, int step, uint32_t (&b)[2][2])
{
    int lane = threadIdx.x % CAD_LANES, l8 = lane % 8, half = lane / 8 % 2, upper = lane / 16;
#pragma unroll
    for (int i = 0; i < T::MI; i++) {
        uint32_t a[4];
        cad_ldmatrix4(a, sA + gemm_place<8>(16 * i + 8 * half + l8, 2 * step + upper));
        cad_mma(acc[i][0], a, b[0]);
        cad_mma(acc[i][1], a, b[1]);
    }
}

static __device__ __forceinline__ uint32_t nf4_word(const uint4 &v, int i)
{
    return i == 0 ? v.x : i == 1 ? v.y : i == 2 ? v.z : v.w;
}

/* 64 k's of this warp: sCodes has 32 bytes for each of its 16 columns, lane l the scale of the bytes 16 l .. 16 l + 15. */
template <class T>
static __device__ __forceinline__ void nf4_step(float (&acc)[T::MI][2][4], const bf16 *sA, const uint8_t *sCodes, float scale,
                                                const float *sLevel)
{
    int lane = threadIdx.x % CAD_LANES, g = lane / 4, t = lane % 4;
#pragma unroll
    for (int h = 0; h < 2; h++) {
        uint4 codes[2];
        float by[2];
#pragma unroll
        for (int j = 0; j < 2; j++) {
            codes[j] = *reinterpret_cast<const uint4 *>(sCodes + (8 * j + g) * 32 + 16 * h);
            by[j] = __shfl_sync(0xFFFFFFFFu, scale, 2 * (8 * j + g) + h);
        }
#pragma unroll
        for (int s = 0; s < 2; s++) {
            uint32_t b[2][2];
#pragma unroll
            for (int j = 0; j < 2; j++)
#pragma unroll
                for (int e = 0; e < 2; e++)
                    b[j][e] = nf4_pair(nf4_word(codes[j], 2 * s + e) >> 8 * t & 255u, sLevel, by[j]);
            nf4_multiply<T>(acc, sA, 2 * h + s, b);
        }
    }
}

/* LoRA goes on in the sums: 64 k's a warp, from bf16. */
template <class T>
static __device__ __forceinline__ void nf4_lora(float (&acc)[T::MI][2][4], const nf4_rows &p, const gemm_range &rn, bf16 *sA,
                                                bf16 *sB)
{
    int lane = threadIdx.x % CAD_LANES, warp = threadIdx.x / CAD_LANES, kw = warp / T::NW, nw = warp % T::NW;
    int l8 = lane % 8, half = lane / 8 % 2, upper = lane / 16;
    const bool aligned = T::BM < 128 && p.lora_aligned; /* the largest tile has no register left for the choice */
    for (int64_t k = 0; k < p.r; k += T::DEPTH) {
        __syncthreads();
        nf4_fill<T, T::BM>(sA, gemm_rect{p.u + rn.part * p.u_part, p.u_ld, 0, p.m, k, p.r}, aligned);
        nf4_fill<T, T::BN>(sB, gemm_rect{p.b, p.r, rn.first, rn.end, k, p.r}, aligned);
        cad_copy_commit();
        cad_copy_wait<0>();
        __syncthreads();
        const bf16 *a = sA + kw * T::BM * 64, *b = sB + kw * T::BN * 64;
#pragma unroll
        for (int s = 0; s < 4; s++) {
            uint32_t two[4];
            if (k + 64 * kw + 16 * s >= p.r)
                break;
            cad_ldmatrix4(two, b + gemm_place<8>(16 * nw + 8 * upper + l8, 2 * s + half));
            uint32_t pair[2][2] = {{two[0], two[1]}, {two[2], two[3]}};
            nf4_multiply<T>(acc, a, s, pair);
        }
    }
    __syncthreads();
}

template <class T, class E>
static __device__ __forceinline__ void nf4_out(float (&acc)[T::MI][2][4], float *sOut, const nf4_rows &p, const gemm_range &rn,
                                               const E &ep)
{
    int lane = threadIdx.x % CAD_LANES, warp = threadIdx.x / CAD_LANES;
    float *mine = sOut + (warp / T::NW * T::BM + lane / 4) * T::OUT_LD + warp % T::NW * 16 + lane % 4 * 2;
#pragma unroll
    for (int i = 0; i < T::MI; i++)
#pragma unroll
        for (int j = 0; j < 2; j++)
#pragma unroll
            for (int h = 0; h < 2; h++)
                *reinterpret_cast<float2 *>(mine + (16 * i + 8 * h) * T::OUT_LD + 8 * j) =
                    make_float2(acc[i][j][2 * h], acc[i][j][2 * h + 1]);
    __syncthreads();
    for (int at = threadIdx.x; at < T::BM * T::BN / 8; at += T::THREADS) {
        int row = at / (T::BN / 8), column = at % (T::BN / 8) * 8;
        int64_t left = rn.end - rn.first - column;
        float v[8] = {0};
#pragma unroll
        for (int kw = 0; kw < T::KW; kw++) {
            const float4 *from = reinterpret_cast<const float4 *>(sOut + (kw * T::BM + row) * T::OUT_LD + column);
            float4 low = from[0], high = from[1];
            float w[8] = {low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w};
#pragma unroll
            for (int i = 0; i < 8; i++)
                v[i] = __fadd_rn(v[i], w[i]);
        }
        ep(gemm_spot{row, rn.first + column, row >= p.m || left <= 0 ? 0 : left < 8 ? (int)left : 8}, v);
    }
}

template <class T, class E>
CAD_KERNEL(T::THREADS)
void nf4_rows_kernel(nf4_rows p, E ep)
{
    CAD_SHARED(float, sLevel, 16);
    CAD_SHARED(float, sMap, 256); /* nested scales only */
    CAD_DYN_SMEM(uint8_t, sRing);
    const gemm_range rn = gemm_range_of(p.columns, blockIdx.x, T::BN);
    const int lane = threadIdx.x % CAD_LANES, warp = threadIdx.x / CAD_LANES, kw = warp / T::NW, nw = warp % T::NW;
    const int64_t row = rn.first + 16 * nw + lane / 2, own = 64 * kw + 32 * (lane % 2); /* of this lane's codes */
    const bool exists = row < rn.end;
    const int codes = 2 * T::A_ELEMS + (kw * T::BN + 16 * nw) * 32; /* of this warp, in a stage */

    int64_t load = 0;
    auto fill = [&](int stage) {
        if (load < p.in) {
            uint8_t *sStage = sRing + stage * T::STAGE;
            nf4_fill<T, T::BM>(reinterpret_cast<bf16 *>(sStage), gemm_rect{p.x, p.in, 0, p.m, load, p.in}, p.aligned);
            nf4_fill_codes(sStage + codes + 16 * lane, p.w.codes, (row * p.in + load + own) / 2, exists && load + own < p.in,
                           p.aligned);
            load += T::DEPTH;
        }
        cad_copy_commit();
    };
    auto raw_at = [&](int64_t k) {
        nf4_raw none = {0, 0};
        return exists && k + own < p.in ? nf4_load(p.w, row * p.in + k + own) : none;
    };
    nf4_levels(p.w, sLevel);
    if (!p.w.absmax)
        for (int i = threadIdx.x; i < 256; i += T::THREADS)
            sMap[i] = p.w.map[i];
    for (int s = 0; s < T::STAGES - 1; s++)
        fill(s);
    nf4_raw raw = raw_at(0);
    float acc[T::MI][2][4];
#pragma unroll
    for (int i = 0; i < T::MI; i++)
#pragma unroll
        for (int e = 0; e < 8; e++)
            acc[i][e / 4][e % 4] = 0;
    int stage = 0;
    for (int64_t k = 0; k < p.in; k += T::DEPTH) {
        cad_copy_wait<T::STAGES - 2>();
        __syncthreads();
        fill(stage == 0 ? T::STAGES - 1 : stage - 1);
        float scale = nf4_scale(p.w, raw, sMap);
        raw = raw_at(k + T::DEPTH); /* long before it is wanted */
        const uint8_t *sStage = sRing + stage * T::STAGE;
        if (k + 64 * kw < p.in)
            nf4_step<T>(acc, reinterpret_cast<const bf16 *>(sStage) + kw * T::BM * 64, sStage + codes, scale, sLevel);
        stage = stage + 1 == T::STAGES ? 0 : stage + 1;
    }
    cad_copy_wait<0>();
    __syncthreads();
    if (p.r > 0)
        nf4_lora<T>(acc, p, rn, reinterpret_cast<bf16 *>(sRing), reinterpret_cast<bf16 *>(sRing) + T::A_ELEMS);
    nf4_out<T>(acc, reinterpret_cast<float *>(sRing), p, rn, ep);
}

/* -------------------------------------------------------------------------------------------------------------- */

/* Rows that one block holds: up to here a weight is read as codes once and never written as bf16. */
enum { NF4_ROWS = 128 };

template <class T, class E>
static cad_status nf4_rows_tile(const char *op, const nf4_rows &p, const E &ep, void *stream)
{
    unsigned blocks = (unsigned)gemm_tiles(p.columns, T::BN);
    return cad_gpu_launch(op, nf4_rows_kernel<T, E>, dim3(blocks), dim3(T::THREADS), T::SMEM, stream, p, ep);
}

template <class E>
static cad_status nf4_rows_launch(const char *op, const nf4_rows &p, const E &ep, void *stream)
{
    if (p.m <= 16)
        return nf4_rows_tile<nf4_tile<16, 2, 4>>(op, p, ep, stream);
    if (p.m <= 64)
        return nf4_rows_tile<nf4_tile<64, 4, 3>>(op, p, ep, stream);
    return nf4_rows_tile<nf4_tile<NF4_ROWS, 4, 2>>(op, p, ep, stream);
}

#endif
