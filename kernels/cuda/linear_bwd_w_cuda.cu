/* linear_bwd_w, CUDA.
 *
 * math      dW += dy^T x; db_o += sum_n dy_no
 * shapes    dy (N,out), x (N,in), dW (out,in), db (out)
 * layout    row-major
 * dtypes    bf16; dW, db f32; sums of dW f32, of db f64
 * grads     dW, db "+="
 * limits    any N, in, out; N = 0 changes nothing
 * mapping   dW: gemm.cuh, a block has a tile of dW for all rows, two sets of sums; 96 or 64 KB shared.  db: one thread a
 *           column and slab, then one a column
 * order     repeatable; dW: slabs of 256 rows, each summed from zero, added to dW in order; db: rows in order in a slab, slabs
 *           in order
 * cost      2 N in out FLOPs; never measured
 * source    gemm.cuh, gemm_join.cuh
 * test      tests/kernels/check_linear.c, test_emu_products.c
 */
#include "kernels/cuda/gemm_join.cuh"

enum { THREADS = 256 };

/* part (slabs,out); only x of the grid has room for any number of slabs */
CAD_KERNEL(THREADS) void column_slab_kernel(const bf16 *dy, double *part, int64_t n, int64_t out)
{
    int64_t column = (int64_t)blockIdx.y * THREADS + threadIdx.x, first = (int64_t)blockIdx.x * GEMM_SLAB;
    int64_t end = first + GEMM_SLAB < n ? first + GEMM_SLAB : n;
    double sum = 0;
    if (column >= out)
        return;
    for (int64_t i = first; i < end; i++)
        sum += (double)to_f32(dy[i * out + column]);
    part[(int64_t)blockIdx.x * out + column] = sum;
}

CAD_KERNEL(THREADS) void column_sum_kernel(const double *part, float *db, int64_t slabs, int64_t out)
{
    int64_t column = (int64_t)blockIdx.x * THREADS + threadIdx.x;
    double sum = 0;
    if (column >= out)
        return;
    for (int64_t s = 0; s < slabs; s++)
        sum += part[s * out + column];
    db[column] += (float)sum;
}

/* -------------------------------------------------------------------------------------------------------------- */

CAD_GPU_SCRATCH(linear_bwd_w)
{
    return a->db.data ? (size_t)(cad_ceil_div(a->dy.dim[0], GEMM_SLAB) * a->dy.dim[1]) * sizeof(double) : 0;
}

CAD_GPU_OP(linear_bwd_w)
{
    CAD_TRY(cad_linear_bwd_w_validate(a));
    CAD_GPU_NEED_BF16(linear_bwd_w, dy);
    CAD_TRY(cad_scratch_check("linear_bwd_w", &a->scratch, CAD_GPU(linear_bwd_w_scratch)(a)));
    int64_t n = a->dy.dim[0], out = a->dy.dim[1], in = a->x.dim[1], slabs = cad_ceil_div(n, GEMM_SLAB);
    if (n == 0)
        return CAD_OK;
    if (a->dw.data) {
        gemm_problem p = gemm_problem_of(out, in);
        gemm_add_term(&p, gemm_term_of(a->dy.data, out, a->x.data, in, n));
        CAD_TRY(gemm_launch_slabs("linear_bwd_w", p, a->dw, 1.0f, stream));
    }
    if (!a->db.data)
        return CAD_OK;
    double *part = static_cast<double *>(a->scratch.data);
    unsigned columns = (unsigned)cad_ceil_div(out, THREADS);
    CAD_TRY(
        CAD_LAUNCH(column_slab_kernel, ((unsigned)slabs, columns), (THREADS), 0, stream, cad_ptr<bf16>(a->dy), part, n, out));
    return CAD_LAUNCH(column_sum_kernel, (columns), (THREADS), 0, stream, part, cad_ptr<float>(a->db), slabs, out);
}
