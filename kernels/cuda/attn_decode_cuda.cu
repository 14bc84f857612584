/* attn_decode, CUDA.
 *
 * math      o_n = softmax(q_n . k_j scale) v over cache positions j < len_n of slot_n
 * shapes    q, o (n,H,D); cache k (S,K,D,T), v (S,K,T,D)
 * layout    keys stand transposed in the cache; rows of q may be strided, o is dense
 * dtypes    q, cache, o bf16; scores, softmax and sums f32; weights are rounded to bf16 for their product
 * limits    D <= 256, scale > 0, T a multiple of 64; cells at or beyond len are never used;
 *           D > 64 is more shared memory than a block has on compute capability 8.6 and 8.9 (101,376 bytes)
 * mapping   a block = one row x one kv head x 16 of its query heads x one part of 256 positions (D > 128: 128), counted
 *           from position 0; each warp takes 64 of them, its keys and values all under way at once, and the warps' results
 *           are merged in order.  A second kernel, one warp per row and head, merges the parts in order.  Shared memory:
 *           76,032 bytes for D 64, 147,712 for 128, 149,760 for 256
 * order     parts by absolute position: bits depend neither on the number of rows nor on other slots or lengths: class I
 * cost      4 D K len bytes a row, and 4 H D len FLOPs; bound by memory; scratch 4 (D+2) bytes per row, head and part of T;
 *           never measured
 * source    Dao et al. 2023 (Flash-Decoding: keys in parts)
 * test      tests/kernels/check_decode.c
 */
#include "kernels/cuda/attn_mma.cuh"
#include "kernels/cuda/attn_rows.cuh"

#include <climits>

enum { KEYS = 64, HEADS = 16, MERGE_WARPS = 4, MERGE_THREADS = MERGE_WARPS * CAD_LANES };

template <int DP>
static constexpr int WARPS = DP <= 128 ? 4 : 2; /* of a part */
template <int DP>
static constexpr int THREADS = WARPS<DP> *CAD_LANES;
static constexpr int KEY_LD = KEYS + 8;
template <int DP>
static constexpr int WARP_ELEMENTS = DP *KEY_LD + KEYS *ATTN_LD<DP>; /* keys and values of a warp */

static inline int64_t part_of(int64_t d)
{
    return (d <= 128 ? 4 : 2) * KEYS;
}

struct attn_step {
    attn_rows q;
    const int32_t *slot, *len;
    bf16 *k, *v, *o;
    float *part;  /* (n,H,parts,D) sums of weighted values */
    float *bound; /* (n,H,parts,2) largest score times scale2; sum of the weights relative to it */
    int64_t rows, capacity;
    int heads, kv_heads, group, units, parts, part_keys, d;
    bool vector; /* rows of the cached values start at multiples of 16 bytes */
    float scale2;
};

/* Keys [t, t + keys) of one head, (D,T) in memory: DP rows of KEYS positions, zeros beyond. */
template <int DP>
static __device__ __forceinline__ void keys_load(bf16 *sK, const bf16 *k, const attn_step &p, int t, int keys)
{
    int lane = threadIdx.x % CAD_LANES, c = lane % 8 * 8, there = min(max(keys - c, 0), 8);
#pragma unroll
    for (int e = lane / 8; e < DP; e += CAD_LANES / 8) {
        bool valid = there > 0 && e < p.d;
        cad_copy_async16(sK + e * KEY_LD + c, valid ? k + e * p.capacity + t + c : k, valid ? 2 * there : 0);
    }
    cad_copy_commit();
}

/* One warp: its scores, weights and sums of 64 keys; o (16 x DP), top and sum of the 16 rows to shared memory. */
template <int DP>
static __device__ __forceinline__ void warp_part(const bf16 *sQ, bf16 *sK, const bf16 *sV, float *sTop, float *sSum, int keys,
                                                 float scale2)
{
    constexpr int LD = ATTN_LD<DP>, NB = DP / 8;
    float s[KEYS / 8][4], o[NB][4], keep[2];
    uint32_t w[KEYS / 16][4];
    attn_soft soft = soft_start();
    attn_span seen = {0, (keys + 15) / 16, -1};
    clear(s);
    clear(o);
#pragma unroll
    for (int k = 0; k < DP / 16; k++) {
        uint32_t a[4];
        load_left(a, sQ + 16 * k, LD);
        add_block<KEYS / 8>(s, a, sK + 16 * k * KEY_LD, KEY_LD);
    }
#pragma unroll
    for (int b = 0; b < KEYS / 8; b++)
#pragma unroll
        for (int i = 0; i < 4; i++)
            s[b][i] = 8 * b + lane_column() + i % 2 < keys ? s[b][i] : -INFINITY;
    soft_take(soft, s, w, scale2, keep);
    cad_copy_wait<0>();
    __syncwarp(); /* values are there, and the keys have been read: their place takes the result */
    add_rows<KEYS / 16, NB, false>(o, w, sV, LD, seen);
    float *sO = reinterpret_cast<float *>(sK);
#pragma unroll
    for (int b = 0; b < NB; b++)
#pragma unroll
        for (int i = 0; i < 4; i++)
            sO[(lane_row() + i / 2 * 8) * LD + 8 * b + lane_column() + i % 2] = o[b][i];
#pragma unroll
    for (int r = 0; r < 2; r++) {
        float sum = row_sum(soft.rounded[r]);
        if (threadIdx.x % 4 == 0) {
            sTop[lane_row() + 8 * r] = __fmul_rn(soft.top[r], scale2);
            sSum[lane_row() + 8 * r] = sum;
        }
    }
}

template <int DP>
CAD_KERNEL(THREADS<DP>)
void decode_part_kernel(attn_step p)
{
    constexpr int LD = ATTN_LD<DP>, W = WARPS<DP>;
    CAD_DYN_SMEM(bf16, sQ);
    CAD_SHARED(float, sTop, W *HEADS);
    CAD_SHARED(float, sSum, W *HEADS);
    int64_t n = blockIdx.x / p.units;
    int unit = blockIdx.x % p.units, kv = unit % p.kv_heads, first_head = unit / p.kv_heads * HEADS;
    int heads = min(p.group - first_head, (int)HEADS), warp = threadIdx.x / CAD_LANES, lane = threadIdx.x % CAD_LANES;
    int from = blockIdx.y * p.part_keys, len = p.len[n], t = from + warp * KEYS, keys = min(max(len - t, 0), (int)KEYS);
    if (from >= len)
        return;
    bf16 *sK = sQ + HEADS * LD + warp * WARP_ELEMENTS<DP>, *sV = sK + DP * KEY_LD;
    int64_t cell = (p.slot[n] * (int64_t)p.kv_heads + kv) * p.capacity;
    attn_rows values = {p.v + cell * p.d, p.d, p.vector}, queries = {p.q.data + n * p.q.ld, p.d, p.q.vector};
    keys_load<DP>(sK, p.k + cell * p.d, p, t, keys);
    tile_load<HEADS, DP, THREADS<DP>>(sQ, queries, kv * p.group + first_head, 0, p.d, heads, threadIdx.x);
    cad_copy_commit();
    tile_load<KEYS, DP, CAD_LANES>(sV, values, t, 0, p.d, keys, lane);
    cad_copy_commit();
    cad_copy_wait<1>();
    __syncthreads();
    if (keys > 0)
        warp_part<DP>(sQ, sK, sV, sTop + warp * HEADS, sSum + warp * HEADS, keys, p.scale2);
    else
        cad_copy_wait<0>();
    __syncthreads();
    int used = min((len - from + KEYS - 1) / KEYS, W);
    for (int i = threadIdx.x; i < heads * DP; i += THREADS<DP>) {
        int r = i / DP, c = i % DP;
        float top = sTop[r], sum = 0, o = 0;
        for (int w = 1; w < used; w++)
            top = fmaxf(top, sTop[w * HEADS + r]);
        for (int w = 0; w < used; w++) {
            float by = cad_exp2(sTop[w * HEADS + r] - top);
            const float *sO = reinterpret_cast<const float *>(sQ + HEADS * LD + w * WARP_ELEMENTS<DP>);
            sum = fmaf(by, sSum[w * HEADS + r], sum);
            o = fmaf(by, sO[r * LD + c], o);
        }
        int64_t to = (n * p.heads + kv * p.group + first_head + r) * p.parts + blockIdx.y;
        if (c < p.d)
            p.part[to * p.d + c] = o;
        if (c == 0) {
            p.bound[2 * to] = top;
            p.bound[2 * to + 1] = sum;
        }
    }
}

CAD_KERNEL(MERGE_THREADS) void decode_merge_kernel(attn_step p)
{
    int64_t i = (int64_t)blockIdx.x * MERGE_WARPS + threadIdx.x / CAD_LANES;
    int lane = threadIdx.x % CAD_LANES;
    if (i >= p.rows * p.heads)
        return;
    int used = (p.len[i / p.heads] + p.part_keys - 1) / p.part_keys;
    const float *bound = p.bound + i * p.parts * 2, *part = p.part + i * p.parts * p.d;
    float top = -INFINITY;
    for (int s = lane; s < used; s += CAD_LANES)
        top = fmaxf(top, bound[2 * s]);
    top = warp_max(top);
    for (int c = lane; c < p.d; c += CAD_LANES) {
        float sum = 0, o = 0;
        for (int s = 0; s < used; s++) {
            float by = cad_exp2(bound[2 * s] - top);
            sum = fmaf(by, bound[2 * s + 1], sum);
            o = fmaf(by, part[(int64_t)s * p.d + c], o);
        }
        p.o[i * p.d + c] = to_bf16(o / sum);
    }
}

/* -------------------------------------------------------------------------------------------------------------- */

static int64_t cells_of(const cad_attn_decode_args *a)
{
    return a->q.dim[0] * a->q.dim[1] * cad_ceil_div(a->cache.k.dim[3], part_of(a->q.dim[2]));
}

CAD_GPU_SCRATCH(attn_decode)
{
    return (size_t)(cells_of(a) * (a->q.dim[2] + 2)) * sizeof(float);
}

CAD_GPU_OP(attn_decode)
{
    CAD_TRY(cad_attn_decode_validate(a));
    CAD_GPU_NEED_BF16(attn_decode, q);
    CAD_TRY(cad_scratch_check("attn_decode", &a->scratch, CAD_GPU(attn_decode_scratch)(a)));
    if (!(a->scale > 0))
        CAD_FAIL(CAD_EUNSUPPORTED, "attn_decode: scale %g; the GPU back end takes positive ones", (double)a->scale);
    attn_step p = {};
    p.q = attn_rows_of(a->q, a->ld_q);
    p.slot = cad_ptr<int32_t>(a->slot);
    p.len = cad_ptr<int32_t>(a->len);
    p.k = cad_ptr<bf16>(a->cache.k);
    p.v = cad_ptr<bf16>(a->cache.v);
    p.o = cad_ptr<bf16>(a->o);
    p.rows = a->q.dim[0];
    p.capacity = a->cache.k.dim[3];
    p.heads = (int)a->q.dim[1];
    p.kv_heads = (int)a->cache.k.dim[1];
    p.group = p.heads / p.kv_heads;
    p.units = p.kv_heads * (int)cad_ceil_div(p.group, HEADS);
    p.d = (int)a->q.dim[2];
    p.part_keys = (int)part_of(p.d);
    p.parts = (int)cad_ceil_div(p.capacity, p.part_keys);
    p.part = static_cast<float *>(a->scratch.data);
    p.bound = p.part + cells_of(a) * p.d;
    p.vector = p.d % 8 == 0 && (uintptr_t)p.v % 16 == 0;
    p.scale2 = a->scale * CAD_LOG2_E;
    if ((uintptr_t)p.k % 16)
        CAD_FAIL(CAD_EINVAL, "attn_decode: cache.k is not aligned to 16 bytes");
    if (p.rows * p.units > INT_MAX || p.parts > 65535)
        CAD_FAIL(CAD_EUNSUPPORTED, "attn_decode: %lld rows of %d heads over %lld positions are too many for one launch",
                 (long long)p.rows, p.units, (long long)p.capacity);
    CAD_TRY(attn_by_size(p.d, [&](auto size) {
        constexpr int DP = decltype(size)::value;
        size_t elements = HEADS * ATTN_LD<DP> + WARPS<DP> * WARP_ELEMENTS<DP>;
        return CAD_LAUNCH((decode_part_kernel<DP>), ((unsigned)(p.rows * p.units), (unsigned)p.parts), (THREADS<DP>),
                          elements * sizeof(bf16), stream, p);
    }));
    return CAD_LAUNCH(decode_merge_kernel, ((unsigned)cad_ceil_div(p.rows * p.heads, MERGE_WARPS)), (MERGE_THREADS), 0, stream,
                      p);
}
