/* linear_fwd, linear_bwd_x, CUDA.
 *
 * math      y = x W^T + b + res; dx = dy W + res
 * shapes    x, dx (N,in), W (out,in), y, dy (N,out), b (out), res as y or dx
 * layout    row-major, W as in the files
 * dtypes    bf16, y and res also f32; sums f32
 * grads     dx "="
 * limits    any N, in, out; lines that do not start at 16 bytes are read element by element
 * mapping   gemm.cuh: one block per tile of 128 x 128, 64 x 64, or 16 x 64 (forward, N <= 16); 96, 64, 60 KB shared
 * order     a row's bits depend on that row alone
 * cost      2 N in out FLOPs each; never measured
 * source    gemm.cuh
 * test      tests/kernels/check_linear.c, test_emu_products.c
 */
#include "kernels/cuda/gemm.cuh"

/* -------------------------------------------------------------------------------------------------------------- */

CAD_GPU_NO_SCRATCH(linear_fwd)
CAD_GPU_OP(linear_fwd)
{
    CAD_TRY(cad_linear_fwd_validate(a));
    CAD_GPU_NEED_BF16(linear_fwd, x);
    int64_t in = a->x.dim[1];
    gemm_problem p = gemm_problem_of(a->x.dim[0], a->w.dim[0]);
    gemm_add_term(&p, gemm_term_of(a->x.data, in, a->w.data, in, in));
    return gemm_launch<GEMM_NT>("linear_fwd", p, gemm_store_of(a->y, a->b, a->res, 1.0f), stream);
}

CAD_GPU_NO_SCRATCH(linear_bwd_x)
CAD_GPU_OP(linear_bwd_x)
{
    CAD_TRY(cad_linear_bwd_x_validate(a));
    CAD_GPU_NEED_BF16(linear_bwd_x, dy);
    int64_t out = a->dy.dim[1], in = a->w.dim[1];
    gemm_problem p = gemm_problem_of(a->dy.dim[0], in);
    gemm_add_term(&p, gemm_term_of(a->dy.data, out, a->w.data, in, out));
    return gemm_launch<GEMM_NN>("linear_bwd_x", p, gemm_store_of(a->dx, cad_tensor{}, a->res, 1.0f), stream);
}
