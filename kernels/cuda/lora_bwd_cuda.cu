/* lora_up_bwd, lora_down_bwd, CUDA.
 *
 * math      v_p = s_p dy_p B_p, dB_o += sum_n dy_no u_n,p(o); dA_p += v_p^T drop_p(x)
 * shapes    dy (N,out), B and dB (out,R), u and v (N,nR), x (N,in), dA (nR,in)
 * layout    factors of projections that share an input are stacked; cad_parts maps rows of B to projections
 * dtypes    bf16; dA, dB f32; sums f32
 * grads     v "="; dA, dB "+="
 * limits    at most CAD_MAX_PARTS projections; lines that do not start at 16 bytes are read element by element
 * mapping   gemm.cuh: v one product per projection, dA and dB a block per tile for all rows, two sets of sums; 96 or 64 KB
 *           shared.  With dropout x is masked in shared memory
 * order     v: a row's bits depend on that row alone; dA, dB: slabs of 256 rows, each summed from zero, added in order
 * cost      4 N out R and 2 N in nR FLOPs; reads dy twice, x once; never measured
 * source    spec kernels.md 2, 4.3
 * test      tests/kernels/check_lora.c, test_emu_products.c
 */
#include "kernels/cuda/lora.cuh"

/* -------------------------------------------------------------------------------------------------------------- */

/* v_p: k runs over the rows of projection p, which stand in one segment (QKV) or in equal segments (gate/up). */
static cad_status up_bwd_v(const cad_lora_up_bwd_args *a, int part, void *stream)
{
    int64_t out = a->bl.dim[0], r = a->bl.dim[1], first = 0, k = out, runs = 1, step = 0;
    if (a->parts.n > 1 && a->parts.group > 0) {
        first = part * a->parts.group;
        k = a->parts.group;
        step = a->parts.n * k;
        runs = out / step;
    } else if (a->parts.n > 1) {
        first = part ? a->parts.end[part - 1] : 0;
        k = a->parts.end[part] - first;
    }
    gemm_problem p = gemm_problem_of(a->dy.dim[0], r);
    gemm_term t = gemm_term_of(cad_ptr<bf16>(a->dy) + first, out, cad_ptr<bf16>(a->bl) + first * r, r, k);
    t.runs = runs;
    t.a_step = step;
    t.b_step = step * r;
    gemm_add_term(&p, t);
    cad_tensor v = a->v;
    v.data = cad_ptr<bf16>(a->v) + part * r;
    return gemm_launch<GEMM_NN>("lora_up_bwd", p, gemm_store_of(v, cad_tensor{}, cad_tensor{}, a->s[part]), stream);
}

CAD_GPU_NO_SCRATCH(lora_up_bwd)
CAD_GPU_OP(lora_up_bwd)
{
    CAD_TRY(cad_lora_up_bwd_validate(a));
    CAD_GPU_NEED_BF16(lora_up_bwd, dy);
    int64_t n = a->dy.dim[0], out = a->bl.dim[0], r = a->bl.dim[1], nr = a->v.dim[1];
    if (n == 0)
        return CAD_OK;
    for (int part = 0; part < (a->parts.n > 1 ? a->parts.n : 1); part++)
        CAD_TRY(up_bwd_v(a, part, stream));
    gemm_problem p = gemm_problem_of(out, r);
    gemm_cut_by(&p.rows, &a->parts);
    gemm_term t = gemm_term_of(a->dy.data, out, a->u.data, nr, n);
    t.b_part = a->parts.n > 1 ? r : 0;
    gemm_add_term(&p, t);
    return gemm_launch_slabs("lora_up_bwd", p, a->db, 1.0f, stream);
}

static dropout_masks down_masks(const cad_lora_down_bwd_args *a)
{
    return dropout_masks_of(a->drop, a->n, a->x, a->scratch);
}

CAD_GPU_SCRATCH(lora_down_bwd)
{
    return dropout_bytes(down_masks(a));
}

/* The factor of dropout goes into that of a slab: x stays bf16. */
CAD_GPU_OP(lora_down_bwd)
{
    CAD_TRY(cad_lora_down_bwd_validate(a));
    CAD_GPU_NEED_BF16(lora_down_bwd, v);
    const dropout_masks m = down_masks(a);
    CAD_TRY(cad_scratch_check("lora_down_bwd", &a->scratch, dropout_bytes(m)));
    int64_t in = a->x.dim[1], nr = a->v.dim[1];
    gemm_problem p = gemm_problem_of(nr, in);
    gemm_term t = gemm_term_of(a->v.data, nr, a->x.data, in, m.rows);
    if (!m.on) {
        gemm_add_term(&p, t);
        return gemm_launch_slabs("lora_down_bwd", p, a->da, 1.0f, stream);
    }
    CAD_TRY(dropout_build(m, a->drop, stream));
    t.mask = m.bits;
    t.mask_ld = m.ld;
    t.mask_part = m.part_bytes();
    gemm_add_term(&p, t);
    lora_cut_stack(&p.rows, m.parts);
    return gemm_launch_slabs<GEMM_MASK_B>("lora_down_bwd", p, a->da, m.keep, stream);
}
