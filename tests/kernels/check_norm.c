#include "tests/kernels/checks.h"

#include <math.h>

static const float EPS = 1e-6f;

void check_rmsnorm_fwd(checkop *t)
{
    static const co_fill fills[] = {CO_NORMAL, CO_LARGE, CO_EQUAL};
    for (int k = 0; k < CO_SOME(t, CO_SHAPES, 5); k++)
        for (int f = 0; f < 3; f++) {
            int64_t n = co_shapes[k].n, c = co_shapes[k].c;
            co_case(t, "N %lld C %lld fill %d", (long long)n, (long long)c, f);
            float *x = co_in(t, "x", n * c, fills[f]), *w = co_in(t, "w", c, CO_NORMAL);
            float *y = co_out(t, "y", n * c), *rstd = co_out_f32(t, "rstd", n);
            double *ry = co_f64(t, n * c), *rr = co_f64(t, n);
            float *ny = co_f32(t, n * c), *nr = co_f32(t, n);
            ref64_rmsnorm(co_widen(t, x, n * c), co_widen(t, w, c), (double)EPS, n, c, ry, rr);
            CO_NAIVE(t, rmsnorm)(x, w, EPS, n, c, ny, nr);
            CO_RUN(t, rmsnorm_fwd, (&(cad_rmsnorm_fwd_args){CO_2D(x, n, c), CO_1D(w, c), CO_2D(y, n, c), CO_1D(rstd, n), EPS}));
            co_close(t, "y", y, ry, ny, n * c);
            for (int64_t i = 0; i < n; i++)
                co_within(t, "rstd", (double)rstd[i], rr[i], 1e-6);
        }
    co_case(t, "a view that starts at an odd element");
    float *odd = co_in(t, "x", 4 * 64 + 1, CO_NORMAL), *ow = co_in(t, "w", 64, CO_NORMAL), *oy = co_out(t, "y", 4 * 64);
    double *oref = co_f64(t, 4 * 64);
    float *onaive = co_f32(t, 4 * 64);
    ref64_rmsnorm(co_widen(t, odd + 1, 4 * 64), co_widen(t, ow, 64), (double)EPS, 4, 64, oref, NULL);
    CO_NAIVE(t, rmsnorm)(odd + 1, ow, EPS, 4, 64, onaive, NULL);
    CO_RUN(t, rmsnorm_fwd,
           (&(cad_rmsnorm_fwd_args){.x = CO_2D(odd + 1, 4, 64), .w = CO_1D(ow, 64), .y = CO_2D(oy, 4, 64), .eps = EPS}));
    co_close(t, "y", oy, oref, onaive, 4 * 64);
    co_case(t, "w too short");
    float *x = co_in(t, "x", 128, CO_NORMAL), *w = co_in(t, "w", 31, CO_NORMAL), *y = co_out(t, "y", 128);
    co_refuses(t, co_call_rmsnorm_fwd,
               &(cad_rmsnorm_fwd_args){.x = CO_2D(x, 4, 32), .w = CO_1D(w, 31), .y = CO_2D(y, 4, 32), .eps = EPS}, CAD_EINVAL,
               "31");
}

void check_add_rmsnorm_fwd(checkop *t)
{
    for (int k = 0; k < CO_SOME(t, CO_SHAPES, 5); k++) {
        int64_t n = co_shapes[k].n, c = co_shapes[k].c;
        co_case(t, "N %lld C %lld", (long long)n, (long long)c);
        float *r = co_in(t, "r", n * c, CO_NORMAL), *x = co_in(t, "x", n * c, CO_NORMAL), *w = co_in(t, "w", c, CO_NORMAL);
        float *sum = co_out(t, "sum", n * c), *y = co_out(t, "y", n * c), *rstd = co_out_f32(t, "rstd", n);
        double *s64 = co_f64(t, n * c), *ry = co_f64(t, n * c), *rr = co_f64(t, n);
        float *s32 = co_f32(t, n * c), *ny = co_f32(t, n * c);
        for (int64_t i = 0; i < n * c; i++) {
            s64[i] = (double)r[i] + (double)x[i];
            s32[i] = r[i] + x[i];
        }
        co_round(t, s32, n * c);
        /* rstd is that of the stored sum, y that of the exact one */
        ref64_rmsnorm(co_widen(t, s32, n * c), co_widen(t, w, c), (double)EPS, n, c, co_f64(t, n * c), rr);
        ref64_rmsnorm(s64, co_widen(t, w, c), (double)EPS, n, c, ry, co_f64(t, n));
        CO_NAIVE(t, rmsnorm)(s32, w, EPS, n, c, ny, NULL);
        CO_RUN(t, add_rmsnorm_fwd,
               (&(cad_add_rmsnorm_fwd_args){CO_2D(r, n, c), CO_2D(x, n, c), CO_1D(w, c), CO_2D(sum, n, c), CO_2D(y, n, c),
                                            CO_1D(rstd, n), EPS}));
        co_same(t, "sum", sum, s32, n * c);
        co_close(t, "y", y, ry, ny, n * c);
        for (int64_t i = 0; i < n; i++)
            co_within(t, "rstd", (double)rstd[i], rr[i], 1e-6);
    }
}

/* y does not change with the length of x, so dx is orthogonal to x. */
static void scale_free(checkop *t, const float *x, const float *dx, int64_t n, int64_t c)
{
    for (int64_t i = 0; i < n; i++) {
        double dot = 0, xx = 0, dd = 0;
        for (int64_t j = i * c; j < (i + 1) * c; j++) {
            dot += (double)dx[j] * (double)x[j];
            xx += (double)x[j] * (double)x[j];
            dd += (double)dx[j] * (double)dx[j];
        }
        if (!(fabs(dot) <= 1e-5 * sqrt(xx * dd)))
            co_fail(t, "row %lld: dot(dx, x) is %.3g of their norms", (long long)i, dot / sqrt(xx * dd));
    }
}

void check_rmsnorm_bwd(checkop *t)
{
    for (int k = 0; k < CO_SOME(t, CO_SHAPES, 5); k++)
        for (int residual = 0; residual < 2; residual++) {
            int64_t n = co_shapes[k].n, c = co_shapes[k].c;
            co_case(t, "N %lld C %lld residual %d", (long long)n, (long long)c, residual);
            float *x = co_in(t, "x", n * c, CO_NORMAL), *w = co_in(t, "w", c, CO_NORMAL),
                  *dy = co_in(t, "dy", n * c, CO_NORMAL);
            float *dr = residual ? co_in(t, "dr", n * c, CO_NORMAL) : NULL, *rstd = co_in_f32(t, "rstd", n, CO_GIVEN);
            float *dx = co_out(t, "dx", n * c), *dw = co_sum(t, "dw", c);
            double *rdx = co_f64(t, n * c), *rdw = co_f64(t, c), *y = co_f64(t, n * c), *rr = co_f64(t, n);
            float *ndx = co_f32(t, n * c), *ndw = co_f32(t, c);
            ref64_rmsnorm(co_widen(t, x, n * c), co_widen(t, w, c), (double)EPS, n, c, y, rr);
            for (int64_t i = 0; i < n; i++)
                rstd[i] = (float)rr[i];
            ref64_rmsnorm_bwd(co_widen(t, x, n * c), co_widen(t, w, c), (double)EPS, co_widen(t, dy, n * c), n, c, rdx, rdw);
            CO_NAIVE(t, rmsnorm_bwd)(x, w, EPS, dy, n, c, ndx, ndw);
            for (int64_t i = 0; residual && i < n * c; i++) {
                rdx[i] += (double)dr[i];
                ndx[i] += dr[i];
            }
            co_round(t, ndx, n * c);
            for (int64_t j = 0; j < c; j++) {
                rdw[j] += (double)dw[j];
                ndw[j] += dw[j];
            }
            cad_rmsnorm_bwd_args a = {.x = CO_2D(x, n, c),
                                      .w = CO_1D(w, c),
                                      .rstd = CO_1D(rstd, n),
                                      .dy = CO_2D(dy, n, c),
                                      .dx = CO_2D(dx, n, c),
                                      .dw = CO_1D(dw, c)};
            if (residual)
                a.dr = CO_2D(dr, n, c);
            a.scratch = co_scratch(t, t->ops->rmsnorm_bwd_scratch(&a));
            CO_RUN(t, rmsnorm_bwd, &a);
            double terms = 0; /* with one column or equal elements everything cancels but eps */
            for (int64_t i = 0; (t->twist || n * c < CO_FEW) && i < n * c; i++)
                terms = fmax(terms, fabs((double)rstd[i / c] * (double)w[i % c] * (double)dy[i]));
            co_close_terms(t, "dx", dx, rdx, ndx, n * c, terms);
            co_close(t, "dw", dw, rdw, ndw, c);
            if (t->store == CAD_F32 && !t->twist && !residual && c > 1)
                scale_free(t, x, dx, n, c);
        }
}

typedef struct norm_grad {
    const double *x, *w, *dy;
    int64_t n, c;
    double *y;
} norm_grad;

static double loss_of_x(void *ctx, const double *x)
{
    const norm_grad *g = ctx;
    double sum = 0;
    ref64_rmsnorm(x, g->w, 1e-6, g->n, g->c, g->y, NULL);
    for (int64_t i = 0; i < g->n * g->c; i++)
        sum += g->y[i] * g->dy[i];
    return sum;
}

static double loss_of_w(void *ctx, const double *w)
{
    norm_grad g = *(const norm_grad *)ctx;
    g.w = w;
    return loss_of_x(&g, g.x);
}

void grad_rmsnorm_bwd(checkop *t)
{
    co_case(t, "N 5 C 12");
    norm_grad g = {co_widen(t, co_in(t, "x", 60, CO_NORMAL), 60),
                   co_widen(t, co_in(t, "w", 12, CO_NORMAL), 12),
                   co_widen(t, co_in(t, "dy", 60, CO_NORMAL), 60),
                   5,
                   12,
                   co_f64(t, 60)};
    double *dx = co_f64(t, 60), *dw = co_f64(t, 12);
    ref64_rmsnorm_bwd(g.x, g.w, 1e-6, g.dy, 5, 12, dx, dw);
    co_gradient(t, "dx", loss_of_x, &g, g.x, dx, 60);
    co_gradient(t, "dw", loss_of_w, &g, g.w, dw, 12);
}
