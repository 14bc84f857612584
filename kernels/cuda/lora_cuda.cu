/* lora_down_fwd, linear_lora_fwd, linear_lora_bwd_x, CUDA.
 *
 * math      u_p = s_p drop_p(x) A_p^T; y = x W^T + u_p(o) B^T + b + res; dx = dy W + sum_p mask_p/(1-rate) (v_p A_p) + res
 * shapes    x (N,in), W (out,in), A (nR,in), B (out,R), u and v (N,nR)
 * layout    factors of projections that share an input are stacked; cad_parts maps rows of W to projections
 * dtypes    bf16; sums f32
 * grads     dx "="
 * limits    at most CAD_MAX_PARTS projections; lines that do not start at 16 bytes are read element by element
 * mapping   gemm.cuh: LoRA goes on in the k's of the wide product; a tile of columns belongs to one projection; 96, 64 or 60
 *           KB shared.  With dropout x is masked in shared memory, and dx has a second set of sums for what goes through a mask
 * order     a row's bits depend on that row alone
 * cost      2 N in out + 2 N (in + out) R FLOPs; masks N in / 8 bytes a part; never measured
 * source    spec kernels.md 2, 4.3
 * test      tests/kernels/check_lora.c, test_emu_products.c
 */
#include "kernels/cuda/lora.cuh"

/* -------------------------------------------------------------------------------------------------------------- */

static dropout_masks down_masks(const cad_lora_down_fwd_args *a)
{
    return dropout_masks_of(a->drop, a->n, a->x, a->scratch);
}

CAD_GPU_SCRATCH(lora_down_fwd)
{
    return dropout_bytes(down_masks(a));
}

/* u of `parts` projections of one scale, from `first` on.  The factor of dropout goes into that of u: x stays bf16. */
static cad_status down_product(const cad_lora_down_fwd_args *a, const dropout_masks &m, int64_t first, int64_t parts,
                               void *stream)
{
    int64_t in = a->x.dim[1], r = a->a.dim[0] / m.parts;
    gemm_problem p = gemm_problem_of(a->x.dim[0], parts * r);
    gemm_term t = gemm_term_of(a->x.data, in, cad_ptr<const bf16>(a->a) + first * r * in, in, in);
    cad_tensor u = a->u;
    u.data = cad_ptr<bf16>(a->u) + first * r;
    gemm_store ep = gemm_store_of(u, cad_tensor{}, cad_tensor{}, a->s[first] * m.keep);
    if (!m.on) {
        gemm_add_term(&p, t);
        return gemm_launch<GEMM_NT>("lora_down_fwd", p, ep, stream);
    }
    t.mask = m.bits + first * m.part_bytes();
    t.mask_ld = m.ld;
    t.mask_part = m.part_bytes();
    gemm_add_term(&p, t);
    lora_cut_stack(&p.columns, parts);
    return gemm_launch<GEMM_NT, GEMM_MASK_A>("lora_down_fwd", p, ep, stream);
}

CAD_GPU_OP(lora_down_fwd)
{
    CAD_TRY(cad_lora_down_fwd_validate(a));
    CAD_GPU_NEED_BF16(lora_down_fwd, x);
    const dropout_masks m = down_masks(a);
    CAD_TRY(cad_scratch_check("lora_down_fwd", &a->scratch, dropout_bytes(m)));
    if (m.on)
        CAD_TRY(dropout_build(m, a->drop, stream));
    if (cad_parts_alike(a->s, a->n))
        return down_product(a, m, 0, m.parts, stream);
    for (int64_t part = 0; part < m.parts; part++)
        CAD_TRY(down_product(a, m, part, 1, stream));
    return CAD_OK;
}

CAD_GPU_NO_SCRATCH(linear_lora_fwd)
CAD_GPU_OP(linear_lora_fwd)
{
    CAD_TRY(cad_linear_lora_fwd_validate(a));
    CAD_GPU_NEED_BF16(linear_lora_fwd, x);
    const lora_fwd f = {"linear_lora_fwd", &a->x, &a->u, &a->bl, &a->b, &a->res, &a->y, a->w.data, &a->parts};
    return lora_fwd_run(f, stream);
}

CAD_GPU_SCRATCH(linear_lora_bwd_x)
{
    return dropout_bytes(dropout_masks_of(a->drop, a->n, a->dx, a->scratch));
}

CAD_GPU_OP(linear_lora_bwd_x)
{
    CAD_TRY(cad_linear_lora_bwd_x_validate(a));
    CAD_GPU_NEED_BF16(linear_lora_bwd_x, dy);
    CAD_TRY(cad_scratch_check("linear_lora_bwd_x", &a->scratch, CAD_GPU(linear_lora_bwd_x_scratch)(a)));
    const lora_bwd_x f = {"linear_lora_bwd_x", &a->dy, &a->v, &a->a, &a->res, &a->dx, a->w.data, a->n, &a->drop, &a->scratch};
    return lora_bwd_x_run(f, stream);
}
