/* attn_bwd, CUDA.
 *
 * math      P_ij = exp(q_i . k_j scale - lse_i); delta_i = do_i . o_i; dS_ij = P_ij (do_i . v_j - delta_i) scale
 *           dq_i = sum_j dS_ij k_j; dk_j = sum_i dS_ij q_i; dv_j = sum_i P_ij do_i
 * shapes    q, o, do, dq (N,H,D); k, v, dk, dv (N,K,D); tiles (T,4); lse (H,N)
 * layout    rows of q, k, v, dq, dk, dv may be strided; o and do are dense
 * dtypes    q, k, v, o, do, dq, dk, dv bf16; lse, delta, scores and sums f32; P and dS are rounded to bf16 for their products
 * grads     dq, dk, dv "="
 * limits    D <= 256, K divides H; rows that are no multiples of 16 bytes are read element by element;
 *           D > 64 is more shared memory than a block has on compute capability 8.6 and 8.9 (101,376 bytes)
 * mapping   delta: one warp per row and head, into the scratch.  dk, dv: a block = 64 keys of a segment x one kv head,
 *           which loops over the query heads of its group and their rows, 64 at a time (D > 64: 32); a warp owns 16 keys
 *           (D > 128: two warps, half of the columns each).  dq: a block = 64 rows x one query head, which loops over
 *           tiles of 64 keys (D > 128: 32); a warp owns 16 rows.  P and dS stay in registers; the next tile is under way
 *           (cp.async).  Shared memory: dk, dv 56,320 bytes for D 64, 70,144 for 128, 135,680 for 256; dq 55,296,
 *           104,448, 135,168
 * order     dk, dv over heads, then rows; dq over keys; all ascending, no atomics: class I by segment
 * cost      7 products for the forward's 2; bound by them; never measured
 * source    Dao 2023 (FlashAttention-2), with dq in a kernel of its own
 * test      tests/kernels/check_attn.c
 */
#include "kernels/cuda/attn_mma.cuh"
#include "kernels/cuda/attn_rows.cuh"

enum { DELTA_THREADS = 256, DELTA_WARPS = DELTA_THREADS / CAD_LANES };

struct attn_backward {
    attn_rows q, k, v, o, d_o, dq, dk, dv;
    const float *lse;
    float *delta;         /* (H,N) */
    const int32_t *tiles; /* (T,4) */
    int64_t n;
    int heads, kv_heads, group, d, causal;
    float scale, scale2; /* scale2: scale times log2(e) */
};

CAD_KERNEL(DELTA_THREADS) void attn_delta_kernel(attn_backward p)
{
    int64_t i = (int64_t)blockIdx.x * DELTA_WARPS + threadIdx.x / CAD_LANES, n = i / p.heads;
    int lane = threadIdx.x % CAD_LANES, head = (int)(i % p.heads);
    if (n >= p.n)
        return;
    const bf16 *o = p.o.data + n * p.o.ld + (int64_t)head * p.d, *d_o = p.d_o.data + n * p.d_o.ld + (int64_t)head * p.d;
    float sum = 0;
    if (p.o.vector && p.d_o.vector)
        for (int c = lane * 8; c < p.d; c += CAD_LANES * 8) {
            float x[8], y[8];
            widen8(load8(o + c), x);
            widen8(load8(d_o + c), y);
#pragma unroll
            for (int e = 0; e < 8; e++)
                sum = fmaf(x[e], y[e], sum);
        }
    else
        for (int c = lane; c < p.d; c += CAD_LANES)
            sum = fmaf(to_f32(o[c]), to_f32(d_o[c]), sum);
    sum = warp_sum(sum);
    if (lane == 0)
        p.delta[head * p.n + n] = sum;
}

/* P and dS / scale of one element, 0 where nothing is seen. */
static __device__ __forceinline__ void weigh(float &s, float &dp, float scale2, float lse2, float delta, bool seen)
{
    float w = cad_exp2(fmaf(s, scale2, -lse2));
    s = seen ? w : 0;
    dp = seen ? w * (dp - delta) : 0;
}

/* Sums as left operands. */
template <int NB>
static __device__ __forceinline__ void pack_left(uint32_t (&w)[NB / 2][4], const float (&s)[NB][4])
{
#pragma unroll
    for (int b = 0; b < NB; b++)
#pragma unroll
        for (int r = 0; r < 2; r++)
            w[b / 2][b % 2 * 2 + r] = to_pair(s[b][2 * r], s[b][2 * r + 1]);
}

/* ---- dk, dv ---- */

template <int DP>
struct key_block {
    static constexpr int ROWS = DP <= 64 ? 64 : 32; /* query rows of a tile */
    static constexpr int HALVES = DP <= 128 ? 1 : 2;
    static constexpr int THREADS = ATTN_WARPS * HALVES * CAD_LANES;
    static constexpr int NB = DP / 8 / HALVES; /* fragments of a warp's sums */
    static constexpr int LD = ATTN_LD<DP>, TILE = ROWS * LD;
    static constexpr size_t BYTES = (2 * ATTN_ROWS * LD + 4 * TILE) * sizeof(bf16) + 4 * ROWS * sizeof(float);
};

/* Which blocks of 16 among the query rows [i, i + ROWS) see the 16 keys from `key` on. */
template <int ROWS>
static __device__ __forceinline__ attn_span rows_seen(int key, int i, int len, int causal)
{
    int hi = (min(len - i, ROWS) + 15) / 16, diagonal = (key - i) / 16;
    if (!causal || key < i)
        return {0, hi, -1};
    return {min(diagonal, hi), hi, diagonal < hi ? diagonal : -1};
}

/* s (16 keys from `key` on x ROWS) becomes P, dp dS / scale; keys and rows are counted from the first row, of which sLse and
 * sDelta tell; of the rows `rows` exist. */
template <int ROWS>
static __device__ __forceinline__ void weigh_keys(float (&s)[ROWS / 8][4], float (&dp)[ROWS / 8][4], const float *sLse,
                                                  const float *sDelta, int key, int rows, const attn_backward &p, bool hide)
{
#pragma unroll
    for (int b = 0; b < ROWS / 8; b++)
#pragma unroll
        for (int e = 0; e < 4; e++) {
            int i = 8 * b + lane_column() + e % 2, j = key + lane_row() + e / 2 * 8;
            bool seen = !hide || (i < rows && (!p.causal || i >= j));
            weigh(s[b][e], dp[b][e], p.scale2, sLse[i] * CAD_LOG2_E, sDelta[i], seen);
        }
}

template <int DP>
CAD_KERNEL(key_block<DP>::THREADS)
void attn_bwd_keys_kernel(attn_backward p)
{
    using B = key_block<DP>;
    constexpr int ROWS = B::ROWS, LD = B::LD, NB = B::NB, THREADS = B::THREADS;
    CAD_DYN_SMEM(bf16, sK);
    bf16 *sV = sK + ATTN_ROWS * LD, *sQ = sV + ATTN_ROWS * LD, *sO = sQ + 2 * B::TILE;
    float *sLse = reinterpret_cast<float *>(sO + 2 * B::TILE), *sDelta = sLse + 2 * ROWS;
    int kv = blockIdx.x % p.kv_heads, warp = threadIdx.x / CAD_LANES, column = warp / ATTN_WARPS * 8 * NB;
    attn_block at = attn_block_of(p.tiles, blockIdx.x / p.kv_heads);
    if (p.causal) /* the block of the list sees the more keys, the later it is; a block of keys the more rows, the earlier */
        at.first = (at.len - 1) / ATTN_ROWS * ATTN_ROWS - at.first;
    int mine = warp % ATTN_WARPS * 16, key = at.first + mine, first = p.causal ? at.first : 0;
    int64_t begin = at.begin;
    float dk[NB][4], dv[NB][4];
    clear(dk);
    clear(dv);
    tile_load<ATTN_ROWS, DP, THREADS>(sK, p.k, begin + at.first, kv, p.d, at.len - at.first, threadIdx.x);
    tile_load<ATTN_ROWS, DP, THREADS>(sV, p.v, begin + at.first, kv, p.d, at.len - at.first, threadIdx.x);
    auto load = [&](int head, int i, int stage) {
        tile_load<ROWS, DP, THREADS>(sQ + stage * B::TILE, p.q, begin + i, head, p.d, at.len - i, threadIdx.x);
        tile_load<ROWS, DP, THREADS>(sO + stage * B::TILE, p.d_o, begin + i, head, p.d, at.len - i, threadIdx.x);
        if (threadIdx.x < ROWS) {
            int r = threadIdx.x, valid = i + r < at.len ? 4 : 0;
            int64_t from = head * p.n + begin + (valid ? i + r : 0);
            cad_copy_async4(sLse + stage * ROWS + r, p.lse + from, valid);
            cad_copy_async4(sDelta + stage * ROWS + r, p.delta + from, valid);
        }
        cad_copy_commit();
    };
    int head = kv * p.group, last = head + p.group, i = first;
    load(head, i, 0);
    for (int stage = 0; head < last; stage ^= 1) {
        int next_i = i + ROWS < at.len ? i + ROWS : first, next_head = head + (next_i == first);
        cad_copy_wait<0>();
        __syncthreads();
        if (next_head < last)
            load(next_head, next_i, stage ^ 1);
        attn_span seen = rows_seen<ROWS>(key, i, at.len, p.causal);
        if (key < at.len && seen.lo < seen.hi) {
            const bf16 *q = sQ + stage * B::TILE, *d_o = sO + stage * B::TILE;
            float s[ROWS / 8][4], dp[ROWS / 8][4];
            uint32_t w[ROWS / 16][4], ds[ROWS / 16][4];
            auto keys = [&](int k, uint32_t a[4]) { load_left(a, sK + mine * LD + 16 * k, LD); };
            auto values = [&](int k, uint32_t a[4]) { load_left(a, sV + mine * LD + 16 * k, LD); };
            dot_rows<ROWS / 8, DP>(s, keys, q, LD, seen);
            dot_rows<ROWS / 8, DP>(dp, values, d_o, LD, seen);
            weigh_keys<ROWS>(s, dp, sLse + stage * ROWS, sDelta + stage * ROWS, key - i, at.len - i, p,
                             seen.lo > 0 || seen.edge >= 0 || i + ROWS > at.len);
            pack_left(w, s);
            pack_left(ds, dp);
            add_rows<ROWS / 16, NB, true>(dv, w, d_o + column, LD, seen);
            add_rows<ROWS / 16, NB, true>(dk, ds, q + column, LD, seen);
        }
        i = next_i;
        head = next_head;
    }
    __syncthreads();
    put_sums(sK + mine * LD + column, LD, dk, p.scale, p.scale);
    put_sums(sV + mine * LD + column, LD, dv, 1, 1);
    __syncthreads();
    tile_store<ATTN_ROWS, DP, THREADS>(sK, p.dk, begin + at.first, kv, p.d, at.len - at.first);
    tile_store<ATTN_ROWS, DP, THREADS>(sV, p.dv, begin + at.first, kv, p.d, at.len - at.first);
}

/* ---- dq ---- */

template <int DP>
struct row_block {
    static constexpr int KEYS = DP <= 128 ? 64 : 32; /* of a tile */
    static constexpr int THREADS = ATTN_WARPS * CAD_LANES;
    static constexpr int LD = ATTN_LD<DP>, TILE = KEYS * LD;
    static constexpr size_t BYTES = (2 * ATTN_ROWS * LD + 4 * TILE) * sizeof(bf16);
};

template <int DP>
CAD_KERNEL(row_block<DP>::THREADS)
void attn_bwd_rows_kernel(attn_backward p)
{
    using B = row_block<DP>;
    constexpr int KEYS = B::KEYS, LD = B::LD, NB = DP / 8, THREADS = B::THREADS;
    CAD_DYN_SMEM(bf16, sQ);
    bf16 *sO = sQ + ATTN_ROWS * LD, *sK = sO + ATTN_ROWS * LD, *sV = sK + 2 * B::TILE;
    int head = blockIdx.x % p.heads, kv = head / p.group, warp = threadIdx.x / CAD_LANES;
    attn_block at = attn_block_of(p.tiles, blockIdx.x / p.heads);
    int row = at.first + 16 * warp, last = p.causal ? min(at.first + (int)ATTN_ROWS, at.len) : at.len;
    int64_t begin = at.begin;
    float dq[NB][4], lse2[2], delta[2];
    clear(dq);
#pragma unroll
    for (int r = 0; r < 2; r++) {
        int i = row + lane_row() + 8 * r;
        int64_t from = head * p.n + begin + min(i, at.len - 1);
        lse2[r] = p.lse[from] * CAD_LOG2_E;
        delta[r] = p.delta[from];
    }
    tile_load<ATTN_ROWS, DP, THREADS>(sQ, p.q, begin + at.first, head, p.d, at.len - at.first, threadIdx.x);
    tile_load<ATTN_ROWS, DP, THREADS>(sO, p.d_o, begin + at.first, head, p.d, at.len - at.first, threadIdx.x);
    auto load = [&](int t, int stage) {
        tile_load<KEYS, DP, THREADS>(sK + stage * B::TILE, p.k, begin + t, kv, p.d, at.len - t, threadIdx.x);
        tile_load<KEYS, DP, THREADS>(sV + stage * B::TILE, p.v, begin + t, kv, p.d, at.len - t, threadIdx.x);
        cad_copy_commit();
    };
    load(0, 0);
    for (int t = 0, stage = 0; t < last; t += KEYS, stage ^= 1) {
        cad_copy_wait<0>();
        __syncthreads();
        if (t + KEYS < last)
            load(t + KEYS, stage ^ 1);
        attn_span seen = keys_seen<KEYS>(row, t, at.len, p.causal);
        if (row >= at.len || seen.hi == 0)
            continue;
        const bf16 *k = sK + stage * B::TILE, *v = sV + stage * B::TILE;
        float s[KEYS / 8][4], dp[KEYS / 8][4];
        uint32_t ds[KEYS / 16][4];
        auto queries = [&](int c, uint32_t a[4]) { load_left(a, sQ + 16 * warp * LD + 16 * c, LD); };
        auto grads = [&](int c, uint32_t a[4]) { load_left(a, sO + 16 * warp * LD + 16 * c, LD); };
        dot_rows<KEYS / 8, DP>(s, queries, k, LD, seen);
        dot_rows<KEYS / 8, DP>(dp, grads, v, LD, seen);
        bool hide = seen.edge >= 0 || t + KEYS > at.len;
#pragma unroll
        for (int b = 0; b < KEYS / 8; b++)
#pragma unroll
            for (int e = 0; e < 4; e++) {
                int key = t + 8 * b + lane_column() + e % 2, i = row + lane_row() + e / 2 * 8;
                bool see = !hide || (key < at.len && (!p.causal || key <= i));
                weigh(s[b][e], dp[b][e], p.scale2, lse2[e / 2], delta[e / 2], see);
            }
        pack_left(ds, dp);
        add_rows<KEYS / 16, NB, false>(dq, ds, k, LD, seen);
    }
    __syncwarp();
    put_sums(sQ + 16 * warp * LD, LD, dq, p.scale, p.scale);
    __syncthreads();
    tile_store<ATTN_ROWS, DP, THREADS>(sQ, p.dq, begin + at.first, head, p.d, at.len - at.first);
}

/* -------------------------------------------------------------------------------------------------------------- */

CAD_GPU_SCRATCH(attn_bwd)
{
    return (size_t)(a->q.dim[0] * a->q.dim[1]) * sizeof(float);
}

static attn_backward backward_of(const cad_attn_bwd_args *a)
{
    attn_backward p = {};
    p.q = attn_rows_of(a->q, a->ld_q);
    p.k = attn_rows_of(a->k, a->ld_k);
    p.v = attn_rows_of(a->v, a->ld_v);
    p.o = attn_rows_of(a->o, 0);
    p.d_o = attn_rows_of(a->d_o, 0);
    p.dq = attn_rows_of(a->dq, a->ld_dq);
    p.dk = attn_rows_of(a->dk, a->ld_dk);
    p.dv = attn_rows_of(a->dv, a->ld_dv);
    p.lse = cad_ptr<float>(a->lse);
    p.delta = static_cast<float *>(a->scratch.data);
    p.tiles = cad_ptr<int32_t>(a->tiles);
    p.n = a->q.dim[0];
    p.heads = (int)a->q.dim[1];
    p.kv_heads = (int)a->k.dim[1];
    p.group = p.heads / p.kv_heads;
    p.d = (int)a->q.dim[2];
    p.causal = a->causal;
    p.scale = a->scale;
    p.scale2 = a->scale * CAD_LOG2_E;
    return p;
}

CAD_GPU_OP(attn_bwd)
{
    CAD_TRY(cad_attn_bwd_validate(a));
    CAD_GPU_NEED_BF16(attn_bwd, q);
    ATTN_NEED_TILES(attn_bwd);
    CAD_TRY(cad_scratch_check("attn_bwd", &a->scratch, CAD_GPU(attn_bwd_scratch)(a)));
    attn_backward p = backward_of(a);
    int64_t blocks = p.n > 0 ? a->tiles.dim[0] : 0;
    CAD_TRY(CAD_LAUNCH(attn_delta_kernel, ((unsigned)cad_ceil_div(p.n * p.heads, DELTA_WARPS)), (DELTA_THREADS), 0, stream, p));
    return attn_by_size(p.d, [&](auto size) {
        constexpr int DP = decltype(size)::value;
        CAD_TRY(CAD_LAUNCH((attn_bwd_keys_kernel<DP>), ((unsigned)(blocks * p.kv_heads)), (key_block<DP>::THREADS),
                           key_block<DP>::BYTES, stream, p));
        return CAD_LAUNCH((attn_bwd_rows_kernel<DP>), ((unsigned)(blocks * p.heads)), (row_block<DP>::THREADS),
                          row_block<DP>::BYTES, stream, p);
    });
}
