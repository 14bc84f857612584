/* linear_fwd, linear_bwd_x, linear_bwd_w and their NF4 forms, CPU.
 *
 * math      y = x W^T + b + res; dx = dy W + res; dW += dy^T x, db += sum_n dy_n
 * shapes    x (N,in), W (out,in), y (N,out)
 * layout    row-major, W as in the files; NF4 by kernels/nf4.h
 * dtypes    x, y, dy, dx, b, res and a plain W f32 or bf16; a plain y also f32 beside bf16; dW, db f32; db summed in f64
 *           over the rows
 * grads     dx "=", dW and db "+="
 * limits    any N, in, out
 * mapping   gemm_cpu.c; db: blocks of 64 columns
 * order     forward and dx class I (own loops); dW in slabs of 256 rows, class R
 * cost      2 N in out FLOPs each
 * source    gemm_cpu.c
 * test      tests/kernels/check_linear.c
 */
#include "kernels/cpu/gemm_cpu.h"

static cad_gemm fwd_of(const cad_tensor *x, const elem *w, const cad_nf4 *q, int64_t out, const cad_tensor *b,
                       const cad_tensor *res, const cad_tensor *y)
{
    int64_t in = x->dim[1];
    cad_gemm g = {.m = x->dim[0], .n = out, .n_terms = 1, .c = y->data, .ldc = out, .alpha = 1.0f};
    g.bias = b->data;
    g.res = res->data;
    g.term[0] = (cad_gemm_term){.a = x->data, .lda = in, .b = w, .q = q, .ldb = in, .b_trans = 1, .k = in, .runs = 1};
    return g;
}

static cad_gemm bwd_x_of(const cad_tensor *dy, const elem *w, const cad_nf4 *q, int64_t in, const cad_tensor *res,
                         const cad_tensor *dx)
{
    int64_t out = dy->dim[1];
    cad_gemm g = {.m = dy->dim[0], .n = in, .n_terms = 1, .c = dx->data, .ldc = in, .alpha = 1.0f, .res = res->data};
    g.term[0] = (cad_gemm_term){.a = dy->data, .lda = out, .b = w, .q = q, .ldb = in, .k = out, .runs = 1};
    return g;
}

CAD_STORED_OP(linear_fwd)
{
    CAD_TRY(cad_linear_fwd_validate(a));
    cad_gemm g = fwd_of(&a->x, a->w.data, NULL, a->w.dim[0], &a->b, &a->res, &a->y);
    if (NARROW && a->y.dtype == CAD_F32) {
        g.c = NULL;
        g.cf = a->y.data;
    }
    CAD_STORED(gemm)(&g, NULL);
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(linear_fwd)

CAD_STORED_OP(linear_bwd_x)
{
    CAD_TRY(cad_linear_bwd_x_validate(a));
    cad_gemm g = bwd_x_of(&a->dy, a->w.data, NULL, a->w.dim[1], &a->res, &a->dx);
    CAD_STORED(gemm)(&g, NULL);
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(linear_bwd_x)

CAD_STORED_OP(nf4_linear_fwd)
{
    CAD_TRY(cad_nf4_linear_fwd_validate(a));
    cad_gemm g = fwd_of(&a->x, NULL, &a->w, a->w.out, &a->b, &a->res, &a->y);
    CAD_TRY(cad_scratch_check("nf4_linear_fwd", &a->scratch, CAD_STORED(gemm_scratch)(&g)));
    CAD_STORED(gemm)(&g, a->scratch.data);
    return CAD_OK;
}

CAD_STORED_SCRATCH(nf4_linear_fwd)
{
    cad_gemm g = fwd_of(&a->x, NULL, &a->w, a->w.out, &a->b, &a->res, &a->y);
    return CAD_STORED(gemm_scratch)(&g);
}

CAD_STORED_OP(nf4_linear_bwd_x)
{
    CAD_TRY(cad_nf4_linear_bwd_x_validate(a));
    cad_gemm g = bwd_x_of(&a->dy, NULL, &a->w, a->w.in, &a->res, &a->dx);
    CAD_TRY(cad_scratch_check("nf4_linear_bwd_x", &a->scratch, CAD_STORED(gemm_scratch)(&g)));
    CAD_STORED(gemm)(&g, a->scratch.data);
    return CAD_OK;
}

CAD_STORED_SCRATCH(nf4_linear_bwd_x)
{
    cad_gemm g = bwd_x_of(&a->dy, NULL, &a->w, a->w.in, &a->res, &a->dx);
    return CAD_STORED(gemm_scratch)(&g);
}

enum { COLUMNS = 64 };

typedef struct sum_job {
    const elem *dy;
    float *db;
    int64_t n, out;
} sum_job;

/* db of the column blocks [begin, end): rows in order, in f64. */
static void sum_columns(void *ctx, int64_t begin, int64_t end)
{
    const sum_job *s = ctx;
    for (int64_t b = begin; b < end; b++) {
        int64_t c0 = b * COLUMNS, w = cad_min64(COLUMNS, s->out - c0);
        double sum[COLUMNS] = {0};
        for (int64_t n = 0; n < s->n; n++) {
            const elem *row = s->dy + n * s->out + c0;
            for (int64_t c = 0; c < w; c++)
                sum[c] += (double)eload(row + c);
        }
        for (int64_t c = 0; c < w; c++)
            s->db[c0 + c] += (float)sum[c];
    }
}

CAD_STORED_OP(linear_bwd_w)
{
    CAD_TRY(cad_linear_bwd_w_validate(a));
    int64_t n = a->dy.dim[0], out = a->dy.dim[1], in = a->x.dim[1];
    if (n == 0)
        return CAD_OK;
    if (a->dw.data) {
        cad_gemm g = {.m = out, .n = in, .n_terms = 1, .cf = a->dw.data, .ldc = in, .alpha = 1.0f, .add = 1};
        g.slab = CAD_SLAB;
        g.term[0] = (cad_gemm_term){.a = a->dy.data, .a_trans = 1, .lda = out, .b = a->x.data, .ldb = in, .k = n, .runs = 1};
        CAD_STORED(gemm)(&g, NULL);
    }
    if (a->db.data) {
        sum_job s = {.dy = a->dy.data, .db = a->db.data, .n = n, .out = out};
        cad_parallel_for(cad_ceil_div(out, COLUMNS), 1, sum_columns, &s);
    }
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(linear_bwd_w)
