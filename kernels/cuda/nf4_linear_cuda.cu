/* nf4_linear_fwd, nf4_linear_lora_fwd, nf4_linear_bwd_x, nf4_linear_lora_bwd_x, CUDA.
 *
 * math      y = x W^T + u_p(o) B^T + b + res; dx = dy W + sum_p mask_p/(1-rate) (v_p A_p) + res; W = bf16(level * absmax)
 * shapes    x, dx (N,in); W (out,in); y, dy (N,out); u, v (N,nR); B (out,R); A (nR,in)
 * layout    W as codes in the order of the files, element 2j in the high nibble of byte j
 * dtypes    bf16, u8 codes, f32 or nested u8 scales; sums f32
 * grads     dx "="
 * limits    in a multiple of 64, so that no block of 64 crosses a row; any block size, N, out, R
 * mapping   forward, N <= 128: nf4_rows.cuh, one block per 32 or 64 columns for all rows.  Else W as bf16 in the scratch, then
 *           the products of linear_cuda.cu and lora.cuh: a tile of 128 rows would make each number anew, 2.56 B a weight once
 *           cost less (kernels.md 4.2).  Which of the two wins between 129 and 255 rows was never measured
 * order     a row's bits depend on that row alone among calls with N <= 128, and among the others
 * cost      N <= 128: 0.53 to 0.56 B a weight, bound by memory; else 2.56 B a weight beside the product; never measured
 * source    spec kernels.md 4.2, 4.9
 * test      tests/kernels/check_nf4.c
 */
#include "kernels/cuda/lora.cuh"
#include "kernels/cuda/nf4_rows.cuh"

static cad_status rows_of_64(const char *op, const cad_nf4 &w)
{
    if (w.in % 64 != 0)
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: w has in = %lld; the GPU back end multiplies NF4 weights of a multiple of 64", op,
                 (long long)w.in);
    return CAD_OK;
}

static size_t weight_bytes(const cad_nf4 &w)
{
    return (size_t)(w.out * w.in) * sizeof(bf16);
}

/* W as bf16 at `to`. */
static cad_status weight_to(const cad_nf4 &w, void *to, void *stream)
{
    cad_nf4_dequant_args a = {w, cad_tensor_2d(CAD_BF16, to, w.out, w.in)};
    return CAD_GPU(nf4_dequant)(&a, stream);
}

static nf4_rows rows_of(const cad_tensor &x, const cad_nf4 &w)
{
    nf4_rows p = {};
    p.w = nf4_of(w);
    p.x = cad_ptr<const bf16>(x);
    p.m = x.dim[0];
    p.in = w.in;
    p.columns.length = w.out;
    p.aligned = (((uintptr_t)x.data | (uintptr_t)w.codes.data) & 15) == 0;
    return p;
}

/* -------------------------------------------------------------------------------------------------------------- */

CAD_GPU_SCRATCH(nf4_linear_fwd)
{
    return a->x.dim[0] > NF4_ROWS ? weight_bytes(a->w) : 0;
}

CAD_GPU_OP(nf4_linear_fwd)
{
    CAD_TRY(cad_nf4_linear_fwd_validate(a));
    CAD_GPU_NEED_BF16(nf4_linear_fwd, x);
    CAD_TRY(rows_of_64("nf4_linear_fwd", a->w));
    CAD_TRY(cad_scratch_check("nf4_linear_fwd", &a->scratch, CAD_GPU(nf4_linear_fwd_scratch)(a)));
    if (a->x.dim[0] == 0)
        return CAD_OK;
    if (a->x.dim[0] <= NF4_ROWS)
        return nf4_rows_launch("nf4_linear_fwd", rows_of(a->x, a->w), gemm_store_of(a->y, a->b, a->res, 1.0f), stream);
    CAD_TRY(weight_to(a->w, a->scratch.data, stream));
    cad_linear_fwd_args l = {a->x, cad_tensor_2d(CAD_BF16, a->scratch.data, a->w.out, a->w.in), a->b, a->res, a->y, {}};
    return CAD_GPU(linear_fwd)(&l, stream);
}

CAD_GPU_SCRATCH(nf4_linear_lora_fwd)
{
    return a->x.dim[0] > NF4_ROWS ? weight_bytes(a->w) : 0;
}

CAD_GPU_OP(nf4_linear_lora_fwd)
{
    CAD_TRY(cad_nf4_linear_lora_fwd_validate(a));
    CAD_GPU_NEED_BF16(nf4_linear_lora_fwd, x);
    CAD_TRY(rows_of_64("nf4_linear_lora_fwd", a->w));
    CAD_TRY(cad_scratch_check("nf4_linear_lora_fwd", &a->scratch, CAD_GPU(nf4_linear_lora_fwd_scratch)(a)));
    if (a->x.dim[0] == 0)
        return CAD_OK;
    if (a->x.dim[0] <= NF4_ROWS) {
        nf4_rows p = rows_of(a->x, a->w);
        gemm_cut_by(&p.columns, &a->parts);
        p.u = cad_ptr<const bf16>(a->u);
        p.b = cad_ptr<const bf16>(a->bl);
        p.r = a->bl.dim[1];
        p.u_ld = a->u.dim[1];
        p.u_part = a->parts.n > 1 ? p.r : 0;
        p.lora_aligned = (((uintptr_t)p.u | (uintptr_t)p.b) & 15) == 0 && p.r % 8 == 0;
        return nf4_rows_launch("nf4_linear_lora_fwd", p, gemm_store_of(a->y, a->b, a->res, 1.0f), stream);
    }
    CAD_TRY(weight_to(a->w, a->scratch.data, stream));
    const lora_fwd f = {"nf4_linear_lora_fwd", &a->x, &a->u, &a->bl, &a->b, &a->res, &a->y, a->scratch.data, &a->parts};
    return lora_fwd_run(f, stream);
}

CAD_GPU_SCRATCH(nf4_linear_bwd_x)
{
    return weight_bytes(a->w);
}

CAD_GPU_OP(nf4_linear_bwd_x)
{
    CAD_TRY(cad_nf4_linear_bwd_x_validate(a));
    CAD_GPU_NEED_BF16(nf4_linear_bwd_x, dy);
    CAD_TRY(rows_of_64("nf4_linear_bwd_x", a->w));
    CAD_TRY(cad_scratch_check("nf4_linear_bwd_x", &a->scratch, CAD_GPU(nf4_linear_bwd_x_scratch)(a)));
    if (a->dy.dim[0] == 0)
        return CAD_OK;
    CAD_TRY(weight_to(a->w, a->scratch.data, stream));
    cad_linear_bwd_x_args l = {a->dy, cad_tensor_2d(CAD_BF16, a->scratch.data, a->w.out, a->w.in), a->res, a->dx, {}};
    return CAD_GPU(linear_bwd_x)(&l, stream);
}

static size_t mask_bytes(const cad_nf4_linear_lora_bwd_x_args *a)
{
    return dropout_bytes(dropout_masks_of(a->drop, a->n, a->dx, a->scratch));
}

CAD_GPU_SCRATCH(nf4_linear_lora_bwd_x)
{
    return mask_bytes(a) + weight_bytes(a->w);
}

CAD_GPU_OP(nf4_linear_lora_bwd_x)
{
    CAD_TRY(cad_nf4_linear_lora_bwd_x_validate(a));
    CAD_GPU_NEED_BF16(nf4_linear_lora_bwd_x, dy);
    CAD_TRY(rows_of_64("nf4_linear_lora_bwd_x", a->w));
    CAD_TRY(cad_scratch_check("nf4_linear_lora_bwd_x", &a->scratch, CAD_GPU(nf4_linear_lora_bwd_x_scratch)(a)));
    if (a->dy.dim[0] == 0)
        return CAD_OK;
    void *w = static_cast<uint8_t *>(a->scratch.data) + mask_bytes(a); /* masks come first */
    CAD_TRY(weight_to(a->w, w, stream));
    const lora_bwd_x f = {"nf4_linear_lora_bwd_x", &a->dy, &a->v, &a->a, &a->res, &a->dx, w, a->n, &a->drop, &a->scratch};
    return lora_bwd_x_run(f, stream);
}
