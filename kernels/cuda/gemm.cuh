/* Matrix products of the GPU back end: C = A B, one template for every form of the operands and any epilogue, by mma.sync of
 * bf16 with sums in f32.
 *
 *     gemm_problem p = gemm_problem_of(m, n);
 *     gemm_add_term(&p, gemm_term_of(x, in, w, in, in));      x W^T
 *     gemm_add_term(&p, gemm_term_of(u, r, b, r, r));         + u B^T: k goes on in the same sums, [x | u] [W | B]^T
 *     CAD_TRY(gemm_launch<GEMM_NT>("linear_fwd", p, gemm_store_of(y, b, res, 1.0f), stream));
 *
 * Forms.  A term adds sum_k A(m,k) B(k,n), and the form says how its operands stand in memory (F of gemm_launch):
 *   GEMM_NT   A(m,k) = a[m lda + k], B(k,n) = b[n ldb + k]      x W^T
 *   GEMM_NN   A(m,k) = a[m lda + k], B(k,n) = b[k ldb + n]      dy W
 *   GEMM_TN   A(m,k) = a[k lda + m], B(k,n) = b[k ldb + n]      dy^T x
 * Any m, n, k (0 too: C is then what the epilogue makes of zeros), any strides.  Where every line starts at 16 bytes the
 * operands come by cp.async, else element by element: the host looks (gemm_is_aligned), and the bits are the same.
 *
 * Order.  An element of C is one chain over k ascending, 16 at a time: terms in order, runs in order, a run padded by zeros to
 * a multiple of 16.  The tile does not enter, so the bits of a row depend on that row alone (class I), and the host takes the
 * tile by m: 16 x 64 (m <= 16, GEMM_NT; 61,440 bytes of shared memory), 64 x 64 (65,536) or 128 x 128 (98,304).  Leave the
 * choice to it.
 *
 * Epilogue.  A functor, copied to the device: ep(at, v).  at: row m, columns n .. n+7 of C in v[0..7], of which the first
 * at.count exist (0 for a row or columns beyond C: such calls happen too).  All threads of a block call it together and as
 * often, so it may shuffle (all 32 lanes); lanes 8i .. 8i+7 have 64 neighbouring columns of one row, in every tile, starting at
 * the first column of the tile or 64 further on: a reduction over these 64 is the same whatever m.  Nobody else has element
 * (m, n), so it may read and write what belongs to it.  gemm_store is the ordinary one.  Arithmetic that must not depend on
 * the instance goes by __fmul_rn and __fadd_rn.
 *
 * Cuts.  p.rows or p.columns may be cut by the projections of a fused weight (gemm_cut_by): no tile then crosses from one to
 * the next, and projection q moves A by q a_part elements, B by q b_part, masks by q mask_part.  Tiles narrower than a
 * projection cost nothing, wider ones are partly empty.
 *
 * Pieces.  A join (gemm_join.cuh) keeps a second sum: k is cut into pieces, and each piece has sums of its own that it adds,
 * in the places of mma.sync: lane l has of each 16 x 8 the rows l / 4 and l / 4 + 8, columns 2 (l % 4) and the next.
 *
 * Masks.  gemm_term.mask drops elements of A (MASK = GEMM_MASK_A) or B before the product: bit c % 8 of byte
 * mask[line mask_ld + c / 8] belongs to column c of line `line` of the operand in memory, and 1 keeps.  Columns start at a
 * multiple of 8 there. */
#ifndef CADLM_KERNELS_CUDA_GEMM_CUH
#define CADLM_KERNELS_CUDA_GEMM_CUH

#include "kernels/cuda/gemm_kernel.cuh"

typedef gemm_tile<16, 64, 1, 4, 6> gemm_tile_16;
typedef gemm_tile<64, 64, 2, 2, 4> gemm_tile_64;
typedef gemm_tile<128, 128, 2, 4, 3> gemm_tile_128;

/* ---- the ordinary epilogue: y = alpha c + bias + res, in f32, rounded once ---- */

struct gemm_store {
    void *y;
    const void *res;  /* NULL, or of the shape of y; may be y */
    const bf16 *bias; /* NULL, or (n) */
    int64_t ld;       /* of y and res */
    float alpha;
    bool y_f32, res_f32, aligned; /* types; whether 8 neighbours from a multiple of 8 on are 16 bytes (f32: two times 16) */

    __device__ __forceinline__ static void add8(float v[8], const void *from, bool f32, int64_t at, int count, bool whole)
    {
        float w[8] = {0};
        if (whole && f32) {
            const float4 *p = reinterpret_cast<const float4 *>(static_cast<const float *>(from) + at);
            float4 low = p[0], high = p[1];
            w[0] = low.x, w[1] = low.y, w[2] = low.z, w[3] = low.w;
            w[4] = high.x, w[5] = high.y, w[6] = high.z, w[7] = high.w;
        } else if (whole) {
            widen8(load8(static_cast<const bf16 *>(from) + at), w);
        } else {
#pragma unroll
            for (int i = 0; i < 8; i++)
                if (i < count)
                    w[i] = f32 ? static_cast<const float *>(from)[at + i] : to_f32(static_cast<const bf16 *>(from)[at + i]);
        }
#pragma unroll
        for (int i = 0; i < 8; i++)
            v[i] = __fadd_rn(v[i], w[i]);
    }

    __device__ __forceinline__ void put(const float v[8], int64_t at, int count, bool whole) const
    {
        if (whole && y_f32) {
            float4 *p = reinterpret_cast<float4 *>(static_cast<float *>(y) + at);
            p[0] = make_float4(v[0], v[1], v[2], v[3]);
            p[1] = make_float4(v[4], v[5], v[6], v[7]);
        } else if (whole) {
            store8(static_cast<bf16 *>(y) + at, narrow8(v));
        } else {
#pragma unroll
            for (int i = 0; i < 8; i++)
                if (i < count && y_f32)
                    static_cast<float *>(y)[at + i] = v[i];
                else if (i < count)
                    static_cast<bf16 *>(y)[at + i] = to_bf16(v[i]);
        }
    }

    __device__ __forceinline__ void operator()(gemm_spot at, float (&v)[8]) const
    {
        if (at.count == 0)
            return;
        bool whole = aligned && at.count == 8 && at.n % 8 == 0;
        int64_t place = at.m * ld + at.n;
#pragma unroll
        for (int i = 0; i < 8; i++)
            v[i] = __fmul_rn(alpha, v[i]);
        if (bias)
            add8(v, bias, false, at.n, at.count, whole);
        if (res)
            add8(v, res, res_f32, place, at.count, whole);
        put(v, place, at.count, whole);
    }
};

/* Of y (m,n) or columns of it from `first` on; b and res may be absent (data NULL); all of it is read by its own type but b. */
static inline gemm_store gemm_store_of(const cad_tensor &y, const cad_tensor &b, const cad_tensor &res, float alpha)
{
    gemm_store s = {};
    s.y = y.data;
    s.res = res.data;
    s.bias = cad_ptr<const bf16>(b);
    s.ld = y.dim[1];
    s.alpha = alpha;
    s.y_f32 = y.dtype == CAD_F32;
    s.res_f32 = res.dtype == CAD_F32;
    s.aligned = (((uintptr_t)s.y | (uintptr_t)s.res | (uintptr_t)s.bias) & 15) == 0 && s.ld % 8 == 0;
    return s;
}

/* ---- problems ---- */

static inline gemm_problem gemm_problem_of(int64_t m, int64_t n)
{
    gemm_problem p = {};
    p.rows.length = m;
    p.columns.length = n;
    return p;
}

static inline gemm_term gemm_term_of(const void *a, int64_t lda, const void *b, int64_t ldb, int64_t k)
{
    gemm_term t = {};
    t.a = static_cast<const bf16 *>(a);
    t.b = static_cast<const bf16 *>(b);
    t.lda = lda;
    t.ldb = ldb;
    t.k = k;
    t.runs = 1;
    return t;
}

/* A term without k's adds nothing, and is left out. */
static inline void gemm_add_term(gemm_problem *p, const gemm_term &t)
{
    if (t.k > 0 && t.runs > 0)
        p->term[p->n_terms++] = t;
}

/* Projections of a fused weight along c. */
static inline void gemm_cut_by(gemm_cut *c, const cad_parts *parts)
{
    c->n = parts->n;
    c->group = parts->group;
    for (int i = 0; i < CAD_MAX_PARTS; i++)
        c->end[i] = parts->end[i];
}

static inline bool gemm_cut_aligned(const gemm_cut &c)
{
    bool yes = c.n <= 1 || c.group % 8 == 0;
    for (int i = 0; c.n > 1 && c.group == 0 && i < c.n - 1; i++)
        yes = yes && c.end[i] % 8 == 0;
    return yes;
}

/* Every line of every operand that a tile may start in begins at a multiple of 16 bytes. */
static inline bool gemm_is_aligned(gemm_form f, const gemm_problem &p)
{
    bool yes = (f != GEMM_TN || gemm_cut_aligned(p.rows)) && (f == GEMM_NT || gemm_cut_aligned(p.columns));
    for (int i = 0; i < p.n_terms; i++) {
        const gemm_term &t = p.term[i];
        int64_t strides = t.lda | t.ldb | t.a_part | t.b_part | t.a_step | t.b_step;
        yes = yes && strides % 8 == 0 && (((uintptr_t)t.a | (uintptr_t)t.b) & 15) == 0;
    }
    return yes;
}

/* ---- launch ---- */

template <class T, gemm_form F, bool ALIGNED, gemm_mask MASK, class J, class E>
static cad_status gemm_launch_tile(const char *op, const gemm_problem &p, const J &join, const E &ep, void *stream)
{
    int64_t blocks = gemm_tiles(p.rows, T::BM) * gemm_tiles(p.columns, T::BN);
    if (blocks > INT32_MAX)
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: %lld tiles, at most %d", op, (long long)blocks, INT32_MAX);
    return cad_gpu_launch(op, gemm_kernel<T, F, ALIGNED, MASK, J, E>, dim3((unsigned)blocks), dim3(T::THREADS), T::SMEM, stream,
                          p, join, ep);
}

template <gemm_form F, gemm_mask MASK, class J, class E>
static cad_status gemm_launch_join(const char *op, const gemm_problem &p, const J &join, const E &ep, void *stream)
{
    int64_t m = p.rows.length, n = p.columns.length;
    if (!gemm_is_aligned(F, p))
        return gemm_launch_tile<gemm_tile_64, F, false, MASK>(op, p, join, ep, stream);
    if constexpr (MASK == GEMM_MASK_NONE) {
        if constexpr (F == GEMM_NT && !J::PIECES)
            if (m <= 16)
                return gemm_launch_tile<gemm_tile_16, F, true, MASK>(op, p, join, ep, stream);
        if (m > 128 && n > 64)
            return gemm_launch_tile<gemm_tile_128, F, true, MASK>(op, p, join, ep, stream);
    }
    return gemm_launch_tile<gemm_tile_64, F, true, MASK>(op, p, join, ep, stream);
}

/* C = A B through ep; op for messages. */
template <gemm_form F, gemm_mask MASK = GEMM_MASK_NONE, class E>
static cad_status gemm_launch(const char *op, const gemm_problem &p, const E &ep, void *stream)
{
    return gemm_launch_join<F, MASK>(op, p, gemm_no_join{}, ep, stream);
}

#endif
