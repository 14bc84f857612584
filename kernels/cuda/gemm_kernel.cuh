/* Inside of a matrix product: what is multiplied, which part of it a block takes, and the kernel.  See gemm.cuh. */
#ifndef CADLM_KERNELS_CUDA_GEMM_KERNEL_CUH
#define CADLM_KERNELS_CUDA_GEMM_KERNEL_CUH

#include "kernels/cuda/gemm_tile.cuh"

enum gemm_form { GEMM_NT, GEMM_NN, GEMM_TN };
enum gemm_mask { GEMM_MASK_NONE, GEMM_MASK_A, GEMM_MASK_B };

/* Runs of k: run i starts i a_step elements further on in A, i b_step in B. */
struct gemm_term {
    const bf16 *a, *b;
    int64_t lda, ldb, k;
    int64_t runs, a_step, b_step;
    int64_t a_part, b_part; /* of projection 1 against 0 */
    const uint8_t *mask;
    int64_t mask_ld, mask_part;
    int id; /* for a join */
};

/* Rows or columns of C: one range, or projections as in cad_parts. */
struct gemm_cut {
    int64_t length, group;
    int64_t end[CAD_MAX_PARTS];
    int n;
};

enum { GEMM_TERMS = 1 + CAD_MAX_PARTS };

struct gemm_problem {
    gemm_cut rows, columns;
    gemm_term term[GEMM_TERMS];
    int n_terms;
    int64_t slab; /* with a join: k's of a piece, a power of two from GEMM_DEPTH on; 0: a term is one piece */
};

struct gemm_spot {
    int64_t m, n;
    int count;
};

/* ---- what a block works on ---- */

struct gemm_range {
    int64_t first, end;
    int part;
};

static __host__ __device__ __forceinline__ int64_t gemm_tiles(const gemm_cut &c, int64_t width)
{
    if (c.n <= 1)
        return (c.length + width - 1) / width;
    if (c.group > 0)
        return c.length / c.group * ((c.group + width - 1) / width);
    int64_t tiles = 0;
    for (int i = 0; i < c.n; i++)
        tiles += (c.end[i] - (i ? c.end[i - 1] : 0) + width - 1) / width;
    return tiles;
}

static __device__ __forceinline__ gemm_range gemm_range_of(const gemm_cut &c, int64_t index, int64_t width)
{
    int64_t base = 0, end = c.length;
    int part = 0;
    if (c.n > 1 && c.group > 0) {
        int64_t each = (c.group + width - 1) / width, g = index / each;
        base = g * c.group;
        end = base + c.group;
        index -= g * each;
        part = (int)(g % c.n);
    } else if (c.n > 1) {
        for (;; part++) {
            end = c.end[part];
            int64_t here = (end - base + width - 1) / width;
            if (index < here)
                break;
            index -= here;
            base = end;
        }
    }
    gemm_range r = {base + index * width, end, part};
    if (r.end > r.first + width)
        r.end = r.first + width;
    return r;
}

/* Blocks that run together take 8 tiles of rows by as many of columns as there are, so that they share lines of B and of A. */
static __device__ __forceinline__ void gemm_block(int64_t index, int64_t rows, int64_t columns, int64_t *row, int64_t *column)
{
    int64_t group = index / (8 * columns), first = 8 * group, high = rows - first < 8 ? rows - first : 8;
    int64_t rest = index - group * 8 * columns;
    *row = first + rest % high;
    *column = rest / high;
}

/* A place on the way through k: of what is loaded, and of what is multiplied. */
struct gemm_cursor {
    int term;
    int64_t run, k;
};

/* To the next stage; true: a piece ends here. */
static __device__ __forceinline__ bool gemm_next(const gemm_problem &p, gemm_cursor *c)
{
    const gemm_term &t = p.term[c->term];
    c->k += GEMM_DEPTH;
    bool slab = p.slab > 0 && (c->k & (p.slab - 1)) == 0;
    if (c->k < t.k)
        return slab;
    c->k = 0;
    if (++c->run < t.runs)
        return false;
    c->run = 0;
    c->term++;
    return true;
}

/* ---- sums of pieces ---- */

/* A product without pieces: its sums are the answer. */
struct gemm_no_join {
    static constexpr bool PIECES = false;
};

/* A tile for a join: element (0,0) of it is (m,n) of C, and so many rows and columns exist. */
struct gemm_window {
    int64_t m, n;
    int rows, columns;

    __device__ __forceinline__ bool has(int r, int c) const
    {
        return r < rows && c < columns;
    }
};

template <class T, bool PIECES>
struct gemm_total {
    template <class J>
    __device__ __forceinline__ void start(const J &, const gemm_window &)
    {
    }
    template <class J>
    __device__ __forceinline__ void add(const J &, int, const gemm_window &, float (&)[T::MI][T::NI][4])
    {
    }
    __device__ __forceinline__ float (&of(float (&acc)[T::MI][T::NI][4]))[T::MI][T::NI][4]
    {
        return acc;
    }
};

template <class T>
struct gemm_total<T, true> {
    float sum[T::MI][T::NI][4];

    template <class J>
    __device__ __forceinline__ void start(const J &join, const gemm_window &w)
    {
        gemm_pairs<T>(sum, [&](int r, int c, float *pair) {
#pragma unroll
            for (int e = 0; e < 2; e++)
                pair[e] = w.has(r, c + e) ? join.start(w, r, c + e) : 0.0f;
        });
    }
    /* Adds the piece, and begins the next. */
    template <class J>
    __device__ __forceinline__ void add(const J &join, int id, const gemm_window &w, float (&acc)[T::MI][T::NI][4])
    {
        const float *piece = &acc[0][0][0];
        float *first = &sum[0][0][0];
        gemm_pairs<T>(sum, [&](int r, int c, float *pair) {
            const float *p = piece + (pair - first);
            join.add(id, w, r, c, pair, p);
        });
        gemm_zero<T>(acc);
    }
    __device__ __forceinline__ float (&of(float (&)[T::MI][T::NI][4]))[T::MI][T::NI][4]
    {
        return sum;
    }
};

/* ---- the kernel ---- */

template <class T, gemm_form F, bool ALIGNED, gemm_mask MASK, class J, class E>
CAD_KERNEL(T::THREADS)
void gemm_kernel(gemm_problem p, J join, E ep)
{
    static constexpr bool A_LINES_K = F == GEMM_TN, B_LINES_K = F != GEMM_NT;
    static constexpr int A_LINES = A_LINES_K ? GEMM_DEPTH : T::BM, B_LINES = B_LINES_K ? GEMM_DEPTH : T::BN;
    static constexpr int A_CHUNKS = A_LINES_K ? T::BM / 8 : GEMM_DEPTH / 8, B_CHUNKS = B_LINES_K ? T::BN / 8 : GEMM_DEPTH / 8;
    CAD_DYN_SMEM(bf16, sRing);
    int64_t row, column;
    gemm_block(blockIdx.x, gemm_tiles(p.rows, T::BM), gemm_tiles(p.columns, T::BN), &row, &column);
    const gemm_range rm = gemm_range_of(p.rows, row, T::BM), rn = gemm_range_of(p.columns, column, T::BN);
    const int part = rm.part + rn.part; /* one of them is 0 */

    auto rect_a = [&](const gemm_cursor &c) {
        const gemm_term &t = p.term[c.term];
        const bf16 *a = t.a + part * t.a_part + c.run * t.a_step;
        return A_LINES_K ? gemm_rect{a, t.lda, c.k, t.k, rm.first, rm.end} : gemm_rect{a, t.lda, rm.first, rm.end, c.k, t.k};
    };
    auto rect_b = [&](const gemm_cursor &c) {
        const gemm_term &t = p.term[c.term];
        const bf16 *b = t.b + part * t.b_part + c.run * t.b_step;
        return B_LINES_K ? gemm_rect{b, t.ldb, c.k, t.k, rn.first, rn.end} : gemm_rect{b, t.ldb, rn.first, rn.end, c.k, t.k};
    };
    gemm_cursor load = {0, 0, 0}, work = {0, 0, 0};
    auto fill = [&](int stage) {
        if (load.term < p.n_terms) {
            bf16 *sA = sRing + stage * T::STAGE_ELEMS;
            gemm_fill<A_LINES, A_CHUNKS, T::THREADS, ALIGNED>(sA, rect_a(load));
            gemm_fill<B_LINES, B_CHUNKS, T::THREADS, ALIGNED>(sA + T::A_ELEMS, rect_b(load));
            gemm_next(p, &load);
        }
        cad_copy_commit();
    };
    for (int s = 0; s < T::STAGES - 1; s++)
        fill(s);

    float acc[T::MI][T::NI][4];
    gemm_zero<T>(acc);
    gemm_total<T, J::PIECES> total;
    const gemm_window window = {rm.first, rn.first, (int)(rm.end - rm.first), (int)(rn.end - rn.first)};
    total.start(join, window);
    for (int stage = 0; work.term < p.n_terms; stage = stage + 1 == T::STAGES ? 0 : stage + 1) {
        const gemm_term &t = p.term[work.term];
        bf16 *sA = sRing + stage * T::STAGE_ELEMS, *sB = sA + T::A_ELEMS;
        cad_copy_wait<T::STAGES - 2>();
        if (MASK == GEMM_MASK_A)
            gemm_drop<A_LINES, A_CHUNKS, T::THREADS>(sA, rect_a(work), t.mask + part * t.mask_part, t.mask_ld);
        if (MASK == GEMM_MASK_B)
            gemm_drop<B_LINES, B_CHUNKS, T::THREADS>(sB, rect_b(work), t.mask + part * t.mask_part, t.mask_ld);
        __syncthreads();
        fill(stage == 0 ? T::STAGES - 1 : stage - 1);
        int64_t left = t.k - work.k;
        gemm_multiply<T, A_LINES_K, B_LINES_K>(acc, sA, sB, left < GEMM_DEPTH ? (int)(left + 15) / 16 : GEMM_DEPTH / 16);
        bool ends = gemm_next(p, &work);
        if (J::PIECES && ends)
            total.add(join, t.id, window, acc);
    }
    cad_copy_wait<0>();
    __syncthreads();
    gemm_out<T>(total.of(acc), reinterpret_cast<float *>(sRing), [&](int r, int c, float(&v)[8]) {
        int64_t m = rm.first + r, n = rn.first + c, left = rn.end - n;
        ep(gemm_spot{m, n, m >= rm.end || left <= 0 ? 0 : left < 8 ? (int)left : 8}, v);
    });
}

#endif
