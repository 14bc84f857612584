/* kv_append, CUDA.
 *
 * math      cache[slot_n][.][pos_n] = k_n, v_n
 * shapes    k, v (n,K,D); cache k (S,K,D,T), v (S,K,T,D)
 * layout    rows of k and v may be strided; keys stand transposed in the cache
 * dtypes    bf16, copied
 * limits    none
 * mapping   a block of 8 warps = 32 rows x 32 elements of one head; keys turn in shared memory, so that both sides are read and
 *           written along their rows when positions follow each other
 * order     a copy: class I
 * cost      8 K D bytes a row; bound by memory; never measured
 * source    own derivation
 * test      tests/kernels/check_decode.c
 */
#include "kernels/cuda/attn_rows.cuh"

enum { SIDE = 32, THREADS = 256, WARPS = THREADS / CAD_LANES };

struct append_job {
    attn_rows k, v;
    const int32_t *slot, *pos;
    bf16 *cache_k, *cache_v;
    int64_t n, heads, d, capacity;
};

CAD_KERNEL(THREADS) void append_kernel(append_job p)
{
    CAD_SHARED(bf16, sKey, SIDE * (SIDE + 2));
    int64_t head = blockIdx.y, first = (int64_t)blockIdx.x * SIDE, from = (int64_t)blockIdx.z * SIDE;
    int lane = threadIdx.x % CAD_LANES, warp = threadIdx.x / CAD_LANES;
    int64_t c = from + lane, row = first + lane;
    for (int r = warp; r < SIDE; r += WARPS) {
        int64_t n = first + r;
        if (n >= p.n || c >= p.d)
            continue;
        sKey[r * (SIDE + 2) + lane] = p.k.data[n * p.k.ld + head * p.d + c];
        p.cache_v[((p.slot[n] * p.heads + head) * p.capacity + p.pos[n]) * p.d + c] = p.v.data[n * p.v.ld + head * p.d + c];
    }
    __syncthreads();
    if (row >= p.n)
        return;
    bf16 *to = p.cache_k + (p.slot[row] * p.heads + head) * p.d * p.capacity + p.pos[row];
    for (int e = warp; e < SIDE && from + e < p.d; e += WARPS)
        to[(from + e) * p.capacity] = sKey[lane * (SIDE + 2) + e];
}

/* -------------------------------------------------------------------------------------------------------------- */

CAD_GPU_NO_SCRATCH(kv_append)
CAD_GPU_OP(kv_append)
{
    CAD_TRY(cad_kv_append_validate(a));
    CAD_GPU_NEED_BF16(kv_append, k);
    append_job p = {};
    p.k = attn_rows_of(a->k, a->ld_k);
    p.v = attn_rows_of(a->v, a->ld_v);
    p.slot = cad_ptr<int32_t>(a->slot);
    p.pos = cad_ptr<int32_t>(a->pos);
    p.cache_k = cad_ptr<bf16>(a->cache.k);
    p.cache_v = cad_ptr<bf16>(a->cache.v);
    p.n = a->k.dim[0];
    p.heads = a->k.dim[1];
    p.d = a->k.dim[2];
    p.capacity = a->cache.k.dim[3];
    return CAD_LAUNCH(append_kernel, ((unsigned)cad_ceil_div(p.n, SIDE), (unsigned)p.heads, (unsigned)cad_ceil_div(p.d, SIDE)),
                      (THREADS), 0, stream, p);
}
