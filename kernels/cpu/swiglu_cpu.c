/* swiglu_fwd, swiglu_bwd, CPU.
 *
 * math      h = silu(g) u; s = 1/(1+exp(-g)); dg = dh u s (1 + g (1-s)); du = dh g s
 * shapes    gu, dgu (N,2F); h, dh (N,F)
 * layout    gu in groups: `group` gate columns, then the matching up columns
 * dtypes    gu, h, dh, dgu f32 or bf16; all between in f32
 * grads     "="
 * limits    group divides F
 * mapping   rows in chunks
 * order     elementwise: class I
 * cost      one pass, one exponential per element
 * source    Shazeer 2020; derivative by own derivation
 * test      tests/kernels/check_swiglu.c
 */
#include "kernels/cpu/storage_cpu.h"

/* 1/(1+exp(-g)); for g below -88 the exponential is inf and the result 0. */
CAD_INLINE vf sigmoid(vf g)
{
    vf one = vset(1.0f);
    return vdiv(one, vadd(one, vexp(vsub(vzero(), g))));
}

static void fwd_rows(void *ctx, int64_t begin, int64_t end)
{
    const cad_swiglu_fwd_args *a = ctx;
    int64_t f = a->h.dim[1], group = a->group;
    for (int64_t n = begin; n < end; n++) {
        const elem *gu = (const elem *)a->gu.data + n * 2 * f;
        elem *h = (elem *)a->h.data + n * f;
        for (int64_t b = 0; b < f; b += group) {
            const elem *gate = gu + 2 * b, *up = gate + group;
            CAD_LANES(i, w, group)
            {
                vf g = eget(gate + i, w);
                eput(h + b + i, vmul(vmul(g, sigmoid(g)), eget(up + i, w)), w);
            }
        }
    }
}

CAD_STORED_OP(swiglu_fwd)
{
    CAD_TRY(cad_swiglu_fwd_validate(a));
    cad_parallel_for(a->h.dim[0], cad_row_grain(2 * a->h.dim[1]), fwd_rows, (void *)(uintptr_t)a);
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(swiglu_fwd)

static void bwd_rows(void *ctx, int64_t begin, int64_t end)
{
    const cad_swiglu_bwd_args *a = ctx;
    int64_t f = a->dh.dim[1], group = a->group;
    vf one = vset(1.0f);
    for (int64_t n = begin; n < end; n++) {
        const elem *gu = (const elem *)a->gu.data + n * 2 * f, *dh = (const elem *)a->dh.data + n * f;
        elem *dgu = (elem *)a->dgu.data + n * 2 * f, *h = a->h.data ? (elem *)a->h.data + n * f : NULL;
        for (int64_t b = 0; b < f; b += group) {
            CAD_LANES(i, w, group)
            {
                vf g = eget(gu + 2 * b + i, w), u = eget(gu + 2 * b + group + i, w), d = eget(dh + b + i, w);
                vf s = sigmoid(g), gs = vmul(g, s);
                eput(dgu + 2 * b + i, vmul(vmul(d, u), vmul(s, vadd(one, vmul(g, vsub(one, s))))), w);
                eput(dgu + 2 * b + group + i, vmul(d, gs), w);
                if (h)
                    eput(h + b + i, vmul(gs, u), w);
            }
        }
    }
}

CAD_STORED_OP(swiglu_bwd)
{
    CAD_TRY(cad_swiglu_bwd_validate(a));
    cad_parallel_for(a->dh.dim[0], cad_row_grain(2 * a->dh.dim[1]), bwd_rows, (void *)(uintptr_t)a);
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(swiglu_bwd)
