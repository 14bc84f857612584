/* attn_fwd, CUDA.
 *
 * math      s_ij = q_i . k_j scale; P = softmax_j(s); o_i = sum_j P_ij v_j; lse_i = log sum_j exp(s_ij)
 * shapes    q, o (N,H,D); k, v (N,K,D); tiles (T,4); lse (H,N)
 * layout    rows may be strided (views into fused rows); o is dense
 * dtypes    q, k, v, o bf16; scores, softmax, sums and lse f32; P is rounded to bf16 for its product
 * limits    D <= 256, K divides H, scale > 0; rows that are no multiples of 16 bytes are read element by element;
 *           D > 128 is more shared memory than a block has on compute capability 8.6 and 8.9 (101,376 bytes)
 * mapping   a block of 4 warps = 64 query rows of a segment x one query head; a warp owns 16 rows and meets tiles of 64
 *           keys, of which the next one is under way (cp.async); P stays in registers.  Shared memory 5 tiles: 46,080
 *           bytes for D 64, 87,040 for 128, 168,960 for 256
 * order     online softmax over key tiles from position 0 of the segment; a row's bits depend on its segment alone: class I
 * cost      4 L^2/2 D FLOPs per head and causal segment of length L; bound by the products; never measured
 * source    Milakov and Gimelshein 2018 (online softmax); Dao 2023 (FlashAttention-2: rows to warps, P in registers)
 * test      tests/kernels/check_attn.c
 */
#include "kernels/cuda/attn_mma.cuh"
#include "kernels/cuda/attn_rows.cuh"

enum { THREADS = ATTN_WARPS * CAD_LANES, KEYS = ATTN_ROWS };

struct attn_forward {
    attn_rows q, k, v, o;
    float *lse;           /* nullptr: not wanted */
    const int32_t *tiles; /* (T,4) */
    int64_t n;
    int heads, group, d, causal;
    float scale2; /* scale times log2(e) */
};

/* Scores of keys that the lane's rows do not see become -inf. */
static __device__ __forceinline__ void hide_keys(float (&s)[KEYS / 8][4], int row, int t, int len, int causal)
{
#pragma unroll
    for (int b = 0; b < KEYS / 8; b++)
#pragma unroll
        for (int i = 0; i < 4; i++) {
            int key = t + 8 * b + lane_column() + i % 2;
            bool seen = key < len && (!causal || key <= row + lane_row() + i / 2 * 8);
            s[b][i] = seen ? s[b][i] : -INFINITY;
        }
}

template <int DP>
CAD_KERNEL(THREADS)
void attn_fwd_kernel(attn_forward p)
{
    constexpr int LD = ATTN_LD<DP>, NB = DP / 8;
    constexpr bool HELD = DP <= 128; /* the queries, in registers */
    CAD_DYN_SMEM(bf16, sQ);
    bf16 *sK = sQ + ATTN_ROWS * LD, *sV = sK + 2 * KEYS * LD; /* two tiles each */
    int head = blockIdx.x % p.heads, kv = head / p.group, warp = threadIdx.x / CAD_LANES;
    attn_block at = attn_block_of(p.tiles, blockIdx.x / p.heads);
    int row = at.first + 16 * warp, last = p.causal ? min(at.first + (int)ATTN_ROWS, at.len) : at.len;
    const bf16 *sMine = sQ + 16 * warp * LD;
    float o[NB][4];
    uint32_t q[HELD ? DP / 16 : 1][4];
    attn_soft soft = soft_start();
    clear(o);
    tile_load<ATTN_ROWS, DP, THREADS>(sQ, p.q, (int64_t)at.begin + at.first, head, p.d, at.len - at.first, threadIdx.x);
    auto load = [&](int t, int stage) {
        tile_load<KEYS, DP, THREADS>(sK + stage * KEYS * LD, p.k, (int64_t)at.begin + t, kv, p.d, at.len - t, threadIdx.x);
        tile_load<KEYS, DP, THREADS>(sV + stage * KEYS * LD, p.v, (int64_t)at.begin + t, kv, p.d, at.len - t, threadIdx.x);
        cad_copy_commit();
    };
    load(0, 0);
    for (int t = 0, stage = 0; t < last; t += KEYS, stage ^= 1) {
        cad_copy_wait<0>();
        __syncthreads();
        if (t + KEYS < last)
            load(t + KEYS, stage ^ 1);
        if (row >= at.len)
            continue;
        if (HELD && t == 0)
#pragma unroll
            for (int k = 0; k < DP / 16; k++)
                load_left(q[HELD ? k : 0], sMine + 16 * k, LD);
        attn_span seen = keys_seen<KEYS>(row, t, at.len, p.causal);
        float s[KEYS / 8][4], keep[2];
        uint32_t w[KEYS / 16][4];
        auto left = [&](int k, uint32_t a[4]) {
            if (!HELD)
                load_left(a, sMine + 16 * k, LD);
            for (int i = 0; HELD && i < 4; i++)
                a[i] = q[HELD ? k : 0][i];
        };
        dot_rows<KEYS / 8, DP>(s, left, sK + stage * KEYS * LD, LD, seen);
        if (seen.edge >= 0 || t + KEYS > at.len)
            hide_keys(s, row, t, at.len, p.causal);
        soft_take(soft, s, w, p.scale2, keep);
        rescale(o, keep);
        add_rows<KEYS / 16, NB, false>(o, w, sV + stage * KEYS * LD, LD, seen);
    }
#pragma unroll
    for (int r = 0; r < 2; r++) {
        float sum = row_sum(soft.sum[r]);
        int i = row + lane_row() + 8 * r;
        soft.rounded[r] = 1 / row_sum(soft.rounded[r]);
        if (p.lse && threadIdx.x % 4 == 0 && i < at.len)
            p.lse[head * p.n + at.begin + i] = fmaf(__fmul_rn(soft.top[r], p.scale2), 0.693147181f, logf(sum));
    }
    __syncwarp();
    put_sums(sQ + 16 * warp * LD, LD, o, soft.rounded[0], soft.rounded[1]);
    __syncthreads();
    tile_store<ATTN_ROWS, DP, THREADS>(sQ, p.o, (int64_t)at.begin + at.first, head, p.d, at.len - at.first);
}

/* -------------------------------------------------------------------------------------------------------------- */

CAD_GPU_NO_SCRATCH(attn_fwd)
CAD_GPU_OP(attn_fwd)
{
    CAD_TRY(cad_attn_fwd_validate(a));
    CAD_GPU_NEED_BF16(attn_fwd, q);
    ATTN_NEED_TILES(attn_fwd);
    if (!(a->scale > 0))
        CAD_FAIL(CAD_EUNSUPPORTED, "attn_fwd: scale %g; the GPU back end takes positive ones", (double)a->scale);
    attn_forward p = {};
    p.q = attn_rows_of(a->q, a->ld_q);
    p.k = attn_rows_of(a->k, a->ld_k);
    p.v = attn_rows_of(a->v, a->ld_v);
    p.o = attn_rows_of(a->o, 0);
    p.lse = cad_ptr<float>(a->lse);
    p.tiles = cad_ptr<int32_t>(a->tiles);
    p.n = a->q.dim[0];
    p.heads = (int)a->q.dim[1];
    p.group = (int)(a->q.dim[1] / a->k.dim[1]);
    p.d = (int)a->q.dim[2];
    p.causal = a->causal;
    p.scale2 = a->scale * CAD_LOG2_E;
    int64_t blocks = p.n > 0 ? a->tiles.dim[0] * p.heads : 0;
    return attn_by_size(p.d, [&](auto size) {
        constexpr int DP = decltype(size)::value;
        return CAD_LAUNCH((attn_fwd_kernel<DP>), ((unsigned)blocks), (THREADS), 5 * ATTN_ROWS * ATTN_LD<DP> * sizeof(bf16),
                          stream, p);
    });
}
