/* Joins of a matrix product (gemm.cuh): k is cut into pieces, each has sums of its own, and the join adds them to the total.
 *
 *   start(w, r, c)            what the total of element (r, c) of the tile w, which exists, starts from
 *   add(id, w, r, c, t, x)    t[0..1] = the totals of (r, c) and (r, c + 1), c even, after pieces x[0..1] of the term with this
 *                             id; where w does not have the element any answer will do
 *
 * Pieces come in the order of k: slabs of p.slab k's, or terms where that is 0. */
#ifndef CADLM_KERNELS_CUDA_GEMM_JOIN_CUH
#define CADLM_KERNELS_CUDA_GEMM_JOIN_CUH

#include "kernels/cuda/gemm.cuh"

/* Rows of a slab of a parameter gradient: slabs are added in order, whoever cut the rows into batches. */
enum { GEMM_SLAB = 256 };

/* g += scale sum of slabs; the epilogue writes the total back to g. */
struct gemm_slabs {
    static constexpr bool PIECES = true;
    const float *g;
    int64_t ld;
    float scale;

    __device__ __forceinline__ float start(const gemm_window &w, int r, int c) const
    {
        return g[(w.m + r) * ld + w.n + c];
    }
    __device__ __forceinline__ void add(int, const gemm_window &, int, int, float t[2], const float x[2]) const
    {
        t[0] = __fadd_rn(t[0], __fmul_rn(scale, x[0]));
        t[1] = __fadd_rn(t[1], __fmul_rn(scale, x[1]));
    }
};

/* Term 0 as it is, term 1 + p through the mask of projection p: kept elements are multiplied by `keep`.  Columns are not cut,
 * so that tiles start at whole bytes of a mask. */
struct gemm_masked_terms {
    static constexpr bool PIECES = true;
    const uint8_t *mask;
    int64_t mask_ld, mask_part;
    float keep;

    __device__ __forceinline__ float start(const gemm_window &, int, int) const
    {
        return 0;
    }
    __device__ __forceinline__ void add(int id, const gemm_window &w, int r, int c, float t[2], const float x[2]) const
    {
        uint32_t bits = 3;
        float by = 1;
        if (id > 0) {
            const uint8_t *line = mask + (id - 1) * mask_part + (w.m + r) * mask_ld + w.n / 8;
            bits = w.has(r, c) ? line[c / 8] >> c % 8 : 0;
            by = keep;
        }
        if (bits & 1)
            t[0] = __fadd_rn(t[0], __fmul_rn(by, x[0]));
        if (bits & 2)
            t[1] = __fadd_rn(t[1], __fmul_rn(by, x[1]));
    }
};

/* g (m,n) f32 += scale A^T B by slabs of k. */
template <gemm_mask MASK = GEMM_MASK_NONE>
static cad_status gemm_launch_slabs(const char *op, gemm_problem p, const cad_tensor &g, float scale, void *stream)
{
    p.slab = GEMM_SLAB;
    gemm_slabs join = {cad_ptr<float>(g), g.dim[1], scale};
    return gemm_launch_join<GEMM_TN, MASK>(op, p, join, gemm_store_of(g, cad_tensor{}, cad_tensor{}, 1.0f), stream);
}

#endif
