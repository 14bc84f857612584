/* Attention on a GPU: which rows a block works on, and how rows of q, k, v come into shared memory and results leave it.
 *
 * A tile of shared memory holds rows of DP elements: the head size D rounded up to 32, 64, 128 or 256.  Columns from D on are
 * zeros.  Rows stand DP + 8 elements apart, which keeps ldmatrix free of bank conflicts. */
#ifndef CADLM_KERNELS_CUDA_ATTN_ROWS_CUH
#define CADLM_KERNELS_CUDA_ATTN_ROWS_CUH

#include "kernels/cuda/gpu.cuh"

enum { ATTN_ROWS = CAD_ATTN_ROWS /* query rows, or keys, of a block */, ATTN_WARPS = ATTN_ROWS / 16 };

template <int DP>
static constexpr int ATTN_LD = DP + 8;

/* (N,heads,D) in device memory */
struct attn_rows {
    bf16 *data;
    int64_t ld;  /* elements from row to row */
    bool vector; /* every row and head starts at a multiple of 16 bytes, and D is a multiple of 8 */
};

static inline attn_rows attn_rows_of(const cad_tensor &t, int64_t ld)
{
    attn_rows x = {cad_ptr<bf16>(t), ld ? ld : t.dim[1] * t.dim[2], false};
    x.vector = t.dim[2] % 8 == 0 && x.ld % 8 == 0 && (uintptr_t)x.data % 16 == 0;
    return x;
}

/* Rows [first, first + ATTN_ROWS), as far as they exist, of the segment of len rows that starts at row `begin` of the batch. */
struct attn_block {
    int begin, len, first;
};

/* Block `which` of the list that cad_attn_tiles made. */
static __device__ __forceinline__ attn_block attn_block_of(const int32_t *tiles, int which)
{
    const int32_t *t = tiles + 4 * (int64_t)which;
    return {t[0], t[1] - t[0], t[2] - t[0]};
}

#define ATTN_NEED_TILES(op)                                                                                                    \
    do {                                                                                                                       \
        if (!a->tiles.data && a->q.dim[0] > 0)                                                                                 \
            CAD_FAIL(CAD_EINVAL, #op ": tiles is missing; the GPU back end works by the list of cad_attn_tiles");              \
    } while (0)

/* Rows row .. row + valid of one head into a tile of ROWS rows, by THREADS threads; rows from `valid` on become zeros.  The
 * copies belong to the caller's next commit group; a barrier must follow the wait. */
template <int ROWS, int DP, int THREADS>
static __device__ __forceinline__ void tile_load(bf16 *sTile, const attn_rows &x, int64_t row, int head, int d, int valid,
                                                 int thread)
{
    constexpr int CHUNKS = DP / 8, LD = ATTN_LD<DP>;
    const bf16 *from = x.data + row * x.ld + (int64_t)head * d;
    if (x.vector) {
        int c = thread % CHUNKS * 8;
#pragma unroll
        for (int r = thread / CHUNKS; r < ROWS; r += THREADS / CHUNKS) {
            bool there = r < valid && c < d;
            cad_copy_async16(sTile + r * LD + c, there ? from + r * x.ld + c : x.data, there ? 16 : 0);
        }
    } else {
#pragma unroll 1
        for (int i = thread; i < ROWS * DP; i += THREADS) {
            int r = i / DP, c = i % DP;
            bf16 zero = {0};
            sTile[r * LD + c] = r < valid && c < d ? from[r * x.ld + c] : zero;
        }
    }
}

/* The way back. */
template <int ROWS, int DP, int THREADS>
static __device__ __forceinline__ void tile_store(const bf16 *sTile, const attn_rows &x, int64_t row, int head, int d,
                                                  int valid)
{
    constexpr int CHUNKS = DP / 8, LD = ATTN_LD<DP>;
    bf16 *to = x.data + row * x.ld + (int64_t)head * d;
    if (x.vector) {
        int c = threadIdx.x % CHUNKS * 8;
        for (int r = threadIdx.x / CHUNKS; r < ROWS && r < valid; r += THREADS / CHUNKS)
            if (c < d)
                store8(to + r * x.ld + c, load8(sTile + r * LD + c));
    } else {
#pragma unroll 1
        for (int i = threadIdx.x; i < ROWS * DP; i += THREADS) {
            int r = i / DP, c = i % DP;
            if (r < valid && c < d)
                to[r * x.ld + c] = sTile[r * LD + c];
        }
    }
}

/* Runs launch(head size of the tiles as a type): attn_size<DP>. */
template <int DP>
struct attn_size {
    static constexpr int value = DP;
};
template <class F>
static inline cad_status attn_by_size(int64_t d, F launch)
{
    return d <= 32    ? launch(attn_size<32>())
           : d <= 64  ? launch(attn_size<64>())
           : d <= 128 ? launch(attn_size<128>())
                      : launch(attn_size<256>());
}

#endif
