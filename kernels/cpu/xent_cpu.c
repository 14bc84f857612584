/* linear_xent, linear_xent_eval, CPU.
 *
 * math      z = x W^T; nll = logsumexp(z) - z_y; dz = scale wt (softmax(z) - 1[y]); dx = dz W; dW += dz^T x
 * shapes    x, dx (M,C); W, dW (V,C); y, wt, nll (M)
 * layout    logits of one chunk of rows in the caller's scratch, (chunk,V)
 * dtypes    x, W, dx f32 or bf16; logits, softmax, nll, lse, dW f32
 * grads     dx "=", dW "+="
 * limits    any M, V
 * mapping   a chunk holds a multiple of 256 rows, about 1 M logits; rows of a chunk in parallel
 * order     nll and dx class I (own loops); dW in slabs of 256 rows, class R
 * cost      2 MVC FLOPs forward, 2 more each for dx and dW
 * source    spec kernels.md 4.5; the target's p - 1 is formed as minus the sum of the others, so nothing cancels
 * test      tests/kernels/check_xent.c
 */
#include "kernels/cpu/gemm_cpu.h"

#include <math.h>

/* A multiple of the slab, so that dW is cut at the same rows whatever V is. */
static int64_t chunk_rows(int64_t m, int64_t v)
{
    int64_t slabs = cad_max64(1, cad_min64(8, (1 << 20) / cad_max64(1, v * CAD_SLAB)));
    return cad_min64(m, slabs * CAD_SLAB);
}

static size_t chunk_bytes(int64_t m, int64_t v)
{
    return (size_t)chunk_rows(m, v) * (size_t)v * sizeof(float);
}

typedef struct soft_row {
    float top, rest; /* maximum; sum over all but the target of exp(z - top) */
    float own;       /* exp(z_y - top) */
    float nll, lse;
} soft_row;

/* With `store` the exponentials replace z, and that of the target becomes 0. */
static soft_row softmax_row(float *z, int64_t v, uint32_t y, int store)
{
    vf m = vset(-INFINITY);
    CAD_LANES(c, w, v)
    m = vmax(m, vfirst(vget(z + c, w), w, vset(-INFINITY)));
    soft_row s = {.top = vmaximum(m)};
    float target = z[y];
    z[y] = -INFINITY;
    vf sum = vzero(), top = vset(s.top);
    CAD_LANES(c, w, v)
    {
        vf e = vexp(vfirst(vsub(vget(z + c, w), top), w, vset(-INFINITY)));
        sum = vadd(sum, e);
        if (store)
            vput(z + c, e, w);
    }
    if (!store)
        z[y] = target;
    float first[VW];
    vstore(first, vexp(vset(target - s.top)));
    s.own = first[0];
    s.rest = vsum(sum);
    /* When the target is the maximum its own term is 1, and log1p keeps a small loss exact. */
    float log_sum = target == s.top ? log1pf(s.rest) : logf(s.rest + s.own);
    s.lse = s.top + log_sum;
    s.nll = target == s.top ? log_sum : s.top - target + log_sum;
    return s;
}

typedef struct grad_job {
    const cad_linear_xent_args *a;
    float *z;
    int64_t row0;
} grad_job;

static void grad_rows(void *ctx, int64_t begin, int64_t end)
{
    const grad_job *j = ctx;
    const cad_linear_xent_args *a = j->a;
    int64_t v = a->w.dim[0];
    for (int64_t i = begin; i < end; i++) {
        int64_t m = j->row0 + i;
        uint32_t y = ((const uint32_t *)a->y.data)[m];
        float *z = j->z + i * v, wt = a->wt.data ? ((const float *)a->wt.data)[m] : 1.0f;
        soft_row s = softmax_row(z, v, y, 1);
        ((float *)a->nll.data)[m] = s.nll;
        float unit = a->scale * wt / (s.rest + s.own);
        vf k = vset(unit);
        CAD_LANES(c, w, v)
        vput(z + c, vmul(vget(z + c, w), k), w);
        z[y] = -unit * s.rest;
    }
}

static cad_gemm logits_of(const cad_tensor *x, const cad_tensor *w, int64_t row0, int64_t rows, float *z)
{
    int64_t c = x->dim[1], v = w->dim[0];
    cad_gemm g = {.m = rows, .n = v, .n_terms = 1, .cf = z, .ldc = v, .alpha = 1.0f};
    g.term[0] = (cad_gemm_term){
        .a = (const elem *)x->data + row0 * c, .lda = c, .b = w->data, .ldb = c, .b_trans = 1, .k = c, .runs = 1};
    return g;
}

static void chunk_grads(const cad_linear_xent_args *a, int64_t row0, int64_t rows, float *z)
{
    int64_t c = a->x.dim[1], v = a->w.dim[0];
    const elem *x = (const elem *)a->x.data + row0 * c;
    grad_job j = {a, z, row0};
    cad_gemm g = logits_of(&a->x, &a->w, row0, rows, z);
    CAD_STORED(gemm)(&g, NULL);
    cad_parallel_for(rows, cad_row_grain(v), grad_rows, &j);
    if (a->dx.data) {
        cad_gemm d = {.m = rows, .n = c, .n_terms = 1, .c = (elem *)a->dx.data + row0 * c, .ldc = c, .alpha = 1.0f};
        d.term[0] = (cad_gemm_term){.af = z, .lda = v, .b = a->w.data, .ldb = c, .k = v, .runs = 1};
        CAD_STORED(gemm)(&d, NULL);
    }
    if (a->dw.data) {
        cad_gemm d = {.m = v, .n = c, .n_terms = 1, .cf = a->dw.data, .ldc = c, .alpha = 1.0f, .add = 1};
        d.slab = CAD_SLAB;
        d.term[0] = (cad_gemm_term){.af = z, .a_trans = 1, .lda = v, .b = x, .ldb = c, .k = rows, .runs = 1};
        CAD_STORED(gemm)(&d, NULL);
    }
}

CAD_STORED_OP(linear_xent)
{
    CAD_TRY(cad_linear_xent_validate(a));
    int64_t m = a->x.dim[0], v = a->w.dim[0];
    CAD_TRY(cad_ids_check("linear_xent", "y", &a->y, v));
    CAD_TRY(cad_scratch_check("linear_xent", &a->scratch, chunk_bytes(m, v)));
    int64_t step = chunk_rows(m, v);
    for (int64_t r = 0; r < m; r += step)
        chunk_grads(a, r, cad_min64(step, m - r), a->scratch.data);
    return CAD_OK;
}

CAD_STORED_SCRATCH(linear_xent)
{
    return chunk_bytes(a->x.dim[0], a->w.dim[0]);
}

typedef struct eval_job {
    const cad_linear_xent_eval_args *a;
    float *z;
    int64_t row0;
} eval_job;

static void eval_rows(void *ctx, int64_t begin, int64_t end)
{
    const eval_job *j = ctx;
    const cad_linear_xent_eval_args *a = j->a;
    int64_t v = a->w.dim[0];
    for (int64_t i = begin; i < end; i++) {
        int64_t m = j->row0 + i;
        float *z = j->z + i * v;
        soft_row s = softmax_row(z, v, ((const uint32_t *)a->y.data)[m], 0);
        ((float *)a->nll.data)[m] = s.nll;
        if (a->lse.data)
            ((float *)a->lse.data)[m] = s.lse;
        if (a->top.data) {
            uint32_t best = 0;
            for (int64_t c = 1; c < v; c++)
                best = z[c] > z[best] ? (uint32_t)c : best;
            ((uint32_t *)a->top.data)[m] = best;
        }
    }
}

CAD_STORED_OP(linear_xent_eval)
{
    CAD_TRY(cad_linear_xent_eval_validate(a));
    int64_t m = a->x.dim[0], v = a->w.dim[0], step = chunk_rows(m, v);
    CAD_TRY(cad_ids_check("linear_xent_eval", "y", &a->y, v));
    CAD_TRY(cad_scratch_check("linear_xent_eval", &a->scratch, chunk_bytes(m, v)));
    for (int64_t r = 0; r < m; r += step) {
        int64_t rows = cad_min64(step, m - r);
        eval_job j = {a, a->scratch.data, r};
        cad_gemm g = logits_of(&a->x, &a->w, r, rows, j.z);
        CAD_STORED(gemm)(&g, NULL);
        cad_parallel_for(rows, cad_row_grain(v), eval_rows, &j);
    }
    return CAD_OK;
}

CAD_STORED_SCRATCH(linear_xent_eval)
{
    return chunk_bytes(a->x.dim[0], a->w.dim[0]);
}
