/* LoRA on a frozen linear, forward and backward, weight in f32 or NF4, CPU.
 *
 * math      u_p = s_p drop_p(x) A_p^T; y = x W^T + u_p(o) B^T + b + res
 *           v_p = s_p dy_p B_p, dB += dy^T u; dA_p += v_p^T drop_p(x); dx = dy W + sum_p mask_p/(1-rate) (v_p A_p) + res
 * shapes    x (N,in), W (out,in), A (nR,in), B (out,R), u and v (N,nR)
 * layout    factors of projections that share an input are stacked; cad_parts maps rows of W to projections
 * dtypes    activations, factors, b, res and a plain W f32 or bf16; W also NF4; dA, dB f32
 * grads     u, y, v, dx "="; dA, dB "+="
 * limits    at most CAD_MAX_PARTS projections
 * mapping   gemm_cpu.c: without dropout the thin products continue the k loop of the wide ones
 * order     class I forward, v and dx; dA, dB in slabs of 256 rows, class R
 * cost      thin products are R/in of the wide ones; a mask costs one Philox block per 8 elements
 * source    spec kernels.md 2, 4.3
 * test      tests/kernels/check_lora.c
 */
#include "kernels/cpu/gemm_cpu.h"

static int64_t count_parts(int n)
{
    return n > 1 ? n : 1;
}

/* Masks of an op: where they stand in its scratch, and the term of one projection going through its own. */
typedef struct masks {
    const cad_dropout *d;
    int64_t parts, rows, columns;
    uint8_t *bits;
} masks;

static size_t masks_bytes(const masks *m)
{
    return (CAD_ISA(mask_bytes)(m->d, m->parts, m->rows, m->columns) + 63) / 64 * 64;
}

static void masks_build(const masks *m)
{
    if (masks_bytes(m) > 0)
        CAD_ISA(mask_build)(m->d, m->parts, m->rows, m->columns, m->bits);
}

static void mask_term(cad_gemm_term *t, const masks *m, int64_t part, cad_mask_on on)
{
    if (!(m->d->rate > 0.0f))
        return;
    t->mask_ld = cad_mask_ld(m->columns);
    t->mask = m->bits + part * m->rows * t->mask_ld;
    t->keep = 1.0f / (1.0f - m->d->rate);
    t->mask_on = on;
}

static masks down_fwd_masks(const cad_lora_down_fwd_args *a)
{
    return (masks){&a->drop, count_parts(a->n), a->x.dim[0], a->x.dim[1], a->scratch.data};
}

CAD_STORED_OP(lora_down_fwd)
{
    CAD_TRY(cad_lora_down_fwd_validate(a));
    masks m = down_fwd_masks(a);
    CAD_TRY(cad_scratch_check("lora_down_fwd", &a->scratch, masks_bytes(&m)));
    masks_build(&m);
    int64_t in = a->x.dim[1], nr = a->a.dim[0];
    /* Parts of one scale are one product; with masks each has its own view of x. */
    int64_t products = a->drop.rate > 0.0f || !cad_parts_alike(a->s, a->n) ? m.parts : 1, r = nr / products;
    for (int64_t p = 0; p < products; p++) {
        cad_gemm g = {.m = a->x.dim[0], .n = r, .n_terms = 1, .c = (elem *)a->u.data + p * r, .ldc = nr, .alpha = a->s[p]};
        g.term[0] = (cad_gemm_term){
            .a = a->x.data, .lda = in, .b = (const elem *)a->a.data + p * r * in, .ldb = in, .b_trans = 1, .k = in, .runs = 1};
        mask_term(&g.term[0], &m, p, CAD_MASK_A);
        CAD_STORED(gemm)(&g, NULL);
    }
    return CAD_OK;
}

CAD_STORED_SCRATCH(lora_down_fwd)
{
    masks m = down_fwd_masks(a);
    return masks_bytes(&m);
}

typedef struct lora_fwd {
    const cad_tensor *x, *u, *bl, *b, *res, *y;
    const elem *w;
    const cad_nf4 *q;
    const cad_parts *parts;
} lora_fwd;

static cad_gemm fwd_of(const lora_fwd *f)
{
    int64_t in = f->x->dim[1], out = f->bl->dim[0], r = f->bl->dim[1];
    cad_gemm g = {.m = f->x->dim[0], .n = out, .n_terms = 2, .c = f->y->data, .ldc = out, .alpha = 1.0f};
    g.bias = f->b->data;
    g.res = f->res->data;
    g.parts = f->parts;
    g.term[0] = (cad_gemm_term){.a = f->x->data, .lda = in, .b = f->w, .q = f->q, .ldb = in, .b_trans = 1, .k = in, .runs = 1};
    g.term[1] = (cad_gemm_term){
        .a = f->u->data, .lda = f->u->dim[1], .a_part = r, .b = f->bl->data, .ldb = r, .b_trans = 1, .k = r, .runs = 1};
    return g;
}

CAD_STORED_OP(linear_lora_fwd)
{
    CAD_TRY(cad_linear_lora_fwd_validate(a));
    cad_gemm g = fwd_of(&(lora_fwd){&a->x, &a->u, &a->bl, &a->b, &a->res, &a->y, a->w.data, NULL, &a->parts});
    CAD_STORED(gemm)(&g, NULL);
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(linear_lora_fwd)

CAD_STORED_OP(nf4_linear_lora_fwd)
{
    CAD_TRY(cad_nf4_linear_lora_fwd_validate(a));
    cad_gemm g = fwd_of(&(lora_fwd){&a->x, &a->u, &a->bl, &a->b, &a->res, &a->y, NULL, &a->w, &a->parts});
    CAD_TRY(cad_scratch_check("nf4_linear_lora_fwd", &a->scratch, CAD_STORED(gemm_scratch)(&g)));
    CAD_STORED(gemm)(&g, a->scratch.data);
    return CAD_OK;
}

CAD_STORED_SCRATCH(nf4_linear_lora_fwd)
{
    cad_gemm g = fwd_of(&(lora_fwd){&a->x, &a->u, &a->bl, &a->b, &a->res, &a->y, NULL, &a->w, &a->parts});
    return CAD_STORED(gemm_scratch)(&g);
}

/* v_p: k runs over the rows of projection p, which stand in one segment (QKV) or in equal segments (gate/up). */
static void up_bwd_v(const cad_lora_up_bwd_args *a, int p)
{
    int64_t out = a->bl.dim[0], r = a->bl.dim[1], nr = a->v.dim[1];
    int64_t first = 0, k = out, runs = 1, step = 0;
    if (a->parts.n > 1 && a->parts.group > 0) {
        first = p * a->parts.group;
        k = a->parts.group;
        step = a->parts.n * k;
        runs = out / step;
    } else if (a->parts.n > 1) {
        first = p ? a->parts.end[p - 1] : 0;
        k = a->parts.end[p] - first;
    }
    cad_gemm g = {.m = a->dy.dim[0], .n = r, .n_terms = 1, .c = (elem *)a->v.data + p * r, .ldc = nr, .alpha = a->s[p]};
    g.term[0] = (cad_gemm_term){.a = (const elem *)a->dy.data + first,
                                .lda = out,
                                .a_step = step,
                                .b = (const elem *)a->bl.data + first * r,
                                .ldb = r,
                                .b_step = step * r,
                                .k = k,
                                .runs = runs};
    CAD_STORED(gemm)(&g, NULL);
}

CAD_STORED_OP(lora_up_bwd)
{
    CAD_TRY(cad_lora_up_bwd_validate(a));
    int64_t n = a->dy.dim[0], out = a->bl.dim[0], r = a->bl.dim[1], nr = a->v.dim[1];
    if (n == 0)
        return CAD_OK;
    for (int p = 0; p < (int)count_parts(a->parts.n); p++)
        up_bwd_v(a, p);
    int64_t end;
    for (int64_t o = 0; o < out; o = end) {
        int p = cad_part_of(&a->parts, o, out, &end);
        cad_gemm g = {.m = end - o, .n = r, .n_terms = 1, .cf = (float *)a->db.data + o * r, .ldc = r, .alpha = 1.0f};
        g.add = 1;
        g.slab = CAD_SLAB;
        g.term[0] = (cad_gemm_term){.a = (const elem *)a->dy.data + o,
                                    .a_trans = 1,
                                    .lda = out,
                                    .b = (const elem *)a->u.data + p * r,
                                    .ldb = nr,
                                    .k = n,
                                    .runs = 1};
        CAD_STORED(gemm)(&g, NULL);
    }
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(lora_up_bwd)

static masks down_bwd_masks(const cad_lora_down_bwd_args *a)
{
    return (masks){&a->drop, count_parts(a->n), a->x.dim[0], a->x.dim[1], a->scratch.data};
}

CAD_STORED_OP(lora_down_bwd)
{
    CAD_TRY(cad_lora_down_bwd_validate(a));
    masks m = down_bwd_masks(a);
    CAD_TRY(cad_scratch_check("lora_down_bwd", &a->scratch, masks_bytes(&m)));
    int64_t n = a->x.dim[0], in = a->x.dim[1], nr = a->da.dim[0];
    if (n == 0)
        return CAD_OK;
    masks_build(&m);
    int64_t products = a->drop.rate > 0.0f ? m.parts : 1, r = nr / products;
    for (int64_t p = 0; p < products; p++) {
        cad_gemm g = {.m = r, .n = in, .n_terms = 1, .cf = (float *)a->da.data + p * r * in, .ldc = in, .alpha = 1.0f};
        g.add = 1;
        g.slab = CAD_SLAB;
        g.term[0] = (cad_gemm_term){
            .a = (const elem *)a->v.data + p * r, .a_trans = 1, .lda = nr, .b = a->x.data, .ldb = in, .k = n, .runs = 1};
        mask_term(&g.term[0], &m, p, CAD_MASK_B);
        CAD_STORED(gemm)(&g, NULL);
    }
    return CAD_OK;
}

CAD_STORED_SCRATCH(lora_down_bwd)
{
    masks m = down_bwd_masks(a);
    return masks_bytes(&m);
}

typedef struct lora_bwd_x {
    const char *op;
    const cad_tensor *dy, *v, *a, *res, *dx;
    const elem *w;
    const cad_nf4 *q;
    int n;
    const cad_dropout *drop;
    const cad_scratch *scratch;
} lora_bwd_x;

/* The product and its masks; the masks come first in the scratch. */
static cad_gemm bwd_x_of(const lora_bwd_x *f, masks *m)
{
    int64_t out = f->dy->dim[1], in = f->a->dim[1], nr = f->v->dim[1];
    cad_gemm g = {.m = f->dy->dim[0], .n = in, .n_terms = 1, .c = f->dx->data, .ldc = in, .alpha = 1.0f};
    g.res = f->res->data;
    g.term[0] = (cad_gemm_term){.a = f->dy->data, .lda = out, .b = f->w, .q = f->q, .ldb = in, .k = out, .runs = 1};
    *m = (masks){f->drop, count_parts(f->n), g.m, in, f->scratch->data};
    int64_t products = f->drop->rate > 0.0f ? m->parts : 1, r = nr / products;
    for (int64_t p = 0; p < products; p++) {
        cad_gemm_term *t = &g.term[g.n_terms++];
        *t = (cad_gemm_term){.a = (const elem *)f->v->data + p * r,
                             .lda = nr,
                             .b = (const elem *)f->a->data + p * r * in,
                             .ldb = in,
                             .k = r,
                             .runs = 1};
        mask_term(t, m, p, CAD_MASK_C);
    }
    return g;
}

static size_t bwd_x_bytes(const lora_bwd_x *f)
{
    masks m;
    cad_gemm g = bwd_x_of(f, &m);
    return masks_bytes(&m) + CAD_STORED(gemm_scratch)(&g);
}

static cad_status bwd_x_run(const lora_bwd_x *f)
{
    masks m;
    cad_gemm g = bwd_x_of(f, &m);
    CAD_TRY(cad_scratch_check(f->op, f->scratch, bwd_x_bytes(f)));
    masks_build(&m);
    CAD_STORED(gemm)(&g, f->scratch->data ? (char *)f->scratch->data + masks_bytes(&m) : NULL);
    return CAD_OK;
}

static lora_bwd_x plain_bwd_x(const cad_linear_lora_bwd_x_args *a)
{
    return (lora_bwd_x){"linear_lora_bwd_x", &a->dy, &a->v, &a->a,    &a->res,    &a->dx,
                        a->w.data,           NULL,   a->n,  &a->drop, &a->scratch};
}

CAD_STORED_OP(linear_lora_bwd_x)
{
    CAD_TRY(cad_linear_lora_bwd_x_validate(a));
    lora_bwd_x f = plain_bwd_x(a);
    return bwd_x_run(&f);
}

CAD_STORED_SCRATCH(linear_lora_bwd_x)
{
    lora_bwd_x f = plain_bwd_x(a);
    return bwd_x_bytes(&f);
}

static lora_bwd_x nf4_bwd_x(const cad_nf4_linear_lora_bwd_x_args *a)
{
    return (lora_bwd_x){
        "nf4_linear_lora_bwd_x", &a->dy, &a->v, &a->a, &a->res, &a->dx, NULL, &a->w, a->n, &a->drop, &a->scratch};
}

CAD_STORED_OP(nf4_linear_lora_bwd_x)
{
    CAD_TRY(cad_nf4_linear_lora_bwd_x_validate(a));
    lora_bwd_x f = nf4_bwd_x(a);
    return bwd_x_run(&f);
}

CAD_STORED_SCRATCH(nf4_linear_lora_bwd_x)
{
    lora_bwd_x f = nf4_bwd_x(a);
    return bwd_x_bytes(&f);
}
