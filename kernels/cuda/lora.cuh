/* What the linears with LoRA share, whether W is stored or made from NF4: the products of linear_lora_fwd and
 * linear_lora_bwd_x, given W as bf16 (out,in) in device memory. */
#ifndef CADLM_KERNELS_CUDA_LORA_CUH
#define CADLM_KERNELS_CUDA_LORA_CUH

#include "kernels/cuda/dropout.cuh"
#include "kernels/cuda/gemm_join.cuh"

/* Parts of equal width along nr rows or columns: the stacked factors of n projections. */
static inline void lora_cut_stack(gemm_cut *c, int64_t parts)
{
    c->n = (int)parts;
    c->group = c->length / parts;
}

struct lora_fwd {
    const char *op;
    const cad_tensor *x, *u, *bl, *b, *res, *y;
    const void *w;
    const cad_parts *parts;
};

/* y = [x | u_p] [W | B]^T + b + res */
static inline cad_status lora_fwd_run(const lora_fwd &f, void *stream)
{
    int64_t in = f.x->dim[1], out = f.bl->dim[0], r = f.bl->dim[1];
    gemm_problem p = gemm_problem_of(f.x->dim[0], out);
    gemm_cut_by(&p.columns, f.parts);
    gemm_add_term(&p, gemm_term_of(f.x->data, in, f.w, in, in));
    gemm_term t = gemm_term_of(f.u->data, f.u->dim[1], f.bl->data, r, r);
    t.a_part = f.parts->n > 1 ? r : 0;
    gemm_add_term(&p, t);
    return gemm_launch<GEMM_NT>(f.op, p, gemm_store_of(*f.y, *f.b, *f.res, 1.0f), stream);
}

struct lora_bwd_x {
    const char *op;
    const cad_tensor *dy, *v, *a, *res, *dx;
    const void *w;
    int n;
    const cad_dropout *drop;
    const cad_scratch *scratch; /* dropout_bytes of the masks of dx come first */
};

/* dx = [dy | v] [W ; A] + res, or with dropout dy W + sum_p mask_p keep (v_p A_p) + res with the masks built here. */
static inline cad_status lora_bwd_x_run(const lora_bwd_x &f, void *stream)
{
    int64_t out = f.dy->dim[1], in = f.a->dim[1], nr = f.v->dim[1];
    const dropout_masks m = dropout_masks_of(*f.drop, f.n, *f.dx, *f.scratch);
    gemm_problem p = gemm_problem_of(f.dy->dim[0], in);
    gemm_store ep = gemm_store_of(*f.dx, cad_tensor{}, *f.res, 1.0f);
    gemm_add_term(&p, gemm_term_of(f.dy->data, out, f.w, in, out));
    if (!m.on) {
        gemm_add_term(&p, gemm_term_of(f.v->data, nr, f.a->data, in, nr));
        return gemm_launch<GEMM_NN>(f.op, p, ep, stream);
    }
    CAD_TRY(dropout_build(m, *f.drop, stream));
    int64_t r = nr / m.parts;
    for (int i = 0; i < (int)m.parts; i++) {
        gemm_term t = gemm_term_of(cad_ptr<bf16>(*f.v) + i * r, nr, cad_ptr<bf16>(*f.a) + i * r * in, in, r);
        t.id = 1 + i;
        gemm_add_term(&p, t);
    }
    gemm_masked_terms join = {m.bits, m.ld, m.part_bytes(), m.keep};
    return gemm_launch_join<GEMM_NN, GEMM_MASK_NONE>(f.op, p, join, ep, stream);
}

#endif
