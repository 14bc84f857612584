/* Joins of a matrix product (gemm.cuh): k is cut into pieces, each has sums of its own, and the join adds them to the total.
 *
 *   start(m, n)               what the total of element (m, n), which exists, starts from
 *   add(id, m, n, is, t, x)   the total t after a piece x of the term with this id; !is: no such element, any answer will do
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

    __device__ __forceinline__ float start(int64_t m, int64_t n) const
    {
        return g[m * ld + n];
    }
    __device__ __forceinline__ float add(int, int64_t, int64_t, bool, float total, float piece) const
    {
        return __fadd_rn(total, __fmul_rn(scale, piece));
    }
};

/* Term 0 as it is, term 1 + p through the mask of projection p: kept elements are multiplied by `keep`. */
struct gemm_masked_terms {
    static constexpr bool PIECES = true;
    const uint8_t *mask;
    int64_t mask_ld, mask_part;
    float keep;

    __device__ __forceinline__ float start(int64_t, int64_t) const
    {
        return 0;
    }
    __device__ __forceinline__ float add(int id, int64_t m, int64_t n, bool is, float total, float piece) const
    {
        if (id == 0)
            return __fadd_rn(total, piece);
        bool kept = is && mask[(id - 1) * mask_part + m * mask_ld + n / 8] >> n % 8 & 1;
        return kept ? __fadd_rn(total, __fmul_rn(keep, piece)) : total;
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
