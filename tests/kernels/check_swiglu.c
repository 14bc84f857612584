#include "tests/kernels/checks.h"

#include <math.h>

typedef struct swiglu_shape {
    int64_t n, f, group;
} swiglu_shape;
static const swiglu_shape shapes[] = {{1, 1, 1},      {3, 8, 8},    {5, 33, 33}, {7, 384, 128}, {64, 96, 96},
                                      {2, 1024, 128}, {3, 700, 50}, {2, 96, 12}, {2, 3072, 128}};

/* Gates that overflow a careless exp, and both zeros, among the ordinary ones. */
static void plant(float *gu, int64_t n)
{
    static const float hard[] = {-100, -0.0f, 0, 100, -20, 20};
    for (int64_t i = 0; i < 6 && i * 5 < n; i++)
        gu[i * 5] = hard[i];
}

void check_swiglu_fwd(checkop *t)
{
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
        swiglu_shape s = shapes[k];
        co_case(t, "N %lld F %lld group %lld", (long long)s.n, (long long)s.f, (long long)s.group);
        float *gu = co_in(t, "gu", 2 * s.n * s.f, CO_NORMAL), *h = co_out(t, "h", s.n * s.f);
        plant(gu, 2 * s.n * s.f);
        double *r = co_f64(t, s.n * s.f);
        float *n32 = co_f32(t, s.n * s.f);
        ref64_swiglu(co_widen(t, gu, 2 * s.n * s.f), s.n, s.f, s.group, r);
        CO_NAIVE(t, swiglu)(gu, s.n, s.f, s.group, n32);
        CO_RUN(t, swiglu_fwd, (&(cad_swiglu_fwd_args){CO_2D(gu, s.n, 2 * s.f), CO_2D(h, s.n, s.f), s.group}));
        co_close(t, "h", h, r, n32, s.n * s.f);
    }
}

/* dg against f64, relative to the two terms of silu' = s + g s (1 - s), which cancel near g = -1.28. */
static void derivative(checkop *t, const swiglu_shape *s, const float *gu, const float *dh, const float *dgu)
{
    for (int64_t i = 0; i < s->n; i++)
        for (int64_t j = 0; j < s->f; j++) {
            int64_t at = i * 2 * s->f + j / s->group * 2 * s->group + j % s->group;
            double g = (double)gu[at], k = (double)dh[i * s->f + j] * (double)gu[at + s->group], e = 1 / (1 + exp(-g));
            double rest = g * e * (1 - e);
            co_near(t, "dg", at, (double)dgu[at], k * (e + rest), 1e-6 * fabs(k) * (e + fabs(rest)) + 1e-37);
        }
}

/* dgu may be gu, and h may be left out: the bits are the same. */
static void in_place(checkop *t, const swiglu_shape *s)
{
    int64_t n = 2 * s->n * s->f;
    co_case(t, "N %lld F %lld group %lld, in place", (long long)s->n, (long long)s->f, (long long)s->group);
    float *gu = co_inplace(t, "gu", n, CO_NORMAL), *dh = co_in(t, "dh", n / 2, CO_NORMAL),
          *dgu = co_inplace(t, "dgu", n, CO_NORMAL);
    cad_swiglu_bwd_args a = {
        .gu = CO_2D(gu, s->n, 2 * s->f), .dh = CO_2D(dh, s->n, s->f), .dgu = CO_2D(dgu, s->n, 2 * s->f), .group = s->group};
    CO_RUN(t, swiglu_bwd, &a);
    a.dgu = a.gu;
    CO_RUN(t, swiglu_bwd, &a);
    co_same(t, "dgu", gu, dgu, n);
}

void check_swiglu_bwd(checkop *t)
{
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
        swiglu_shape s = shapes[k];
        co_case(t, "N %lld F %lld group %lld", (long long)s.n, (long long)s.f, (long long)s.group);
        float *gu = co_in(t, "gu", 2 * s.n * s.f, CO_NORMAL), *dh = co_in(t, "dh", s.n * s.f, CO_NORMAL);
        float *dgu = co_out(t, "dgu", 2 * s.n * s.f), *h = co_out(t, "h", s.n * s.f);
        plant(gu, 2 * s.n * s.f);
        double *r = co_f64(t, 2 * s.n * s.f), *rh = co_f64(t, s.n * s.f);
        float *n32 = co_f32(t, 2 * s.n * s.f), *nh = co_f32(t, s.n * s.f);
        ref64_swiglu_bwd(co_widen(t, gu, 2 * s.n * s.f), co_widen(t, dh, s.n * s.f), s.n, s.f, s.group, r);
        CO_NAIVE(t, swiglu_bwd)(gu, dh, s.n, s.f, s.group, n32);
        ref64_swiglu(co_widen(t, gu, 2 * s.n * s.f), s.n, s.f, s.group, rh);
        CO_NAIVE(t, swiglu)(gu, s.n, s.f, s.group, nh);
        CO_RUN(t, swiglu_bwd,
               (&(cad_swiglu_bwd_args){CO_2D(gu, s.n, 2 * s.f), CO_2D(dh, s.n, s.f), CO_2D(dgu, s.n, 2 * s.f),
                                       CO_2D(h, s.n, s.f), s.group}));
        double few = s.n * s.f < CO_FEW ? co_largest(gu, 2 * s.n * s.f) * co_largest(dh, s.n * s.f) : 0;
        co_close_terms(t, "dgu", dgu, r, n32, 2 * s.n * s.f, few);
        if (t->store == CAD_F32 && !t->twist)
            derivative(t, &s, gu, dh, dgu);
        co_close(t, "h", h, rh, nh, s.n * s.f);
        in_place(t, &s);
    }
}

typedef struct swiglu_grad {
    const double *dh;
    double *h;
} swiglu_grad;

static double loss(void *ctx, const double *gu)
{
    swiglu_grad *g = ctx;
    double sum = 0;
    ref64_swiglu(gu, 3, 12, 4, g->h);
    for (int i = 0; i < 36; i++)
        sum += g->h[i] * g->dh[i];
    return sum;
}

void grad_swiglu_bwd(checkop *t)
{
    co_case(t, "N 3 F 12 group 4");
    double *gu = co_widen(t, co_in(t, "gu", 72, CO_NORMAL), 72), *dgu = co_f64(t, 72);
    swiglu_grad g = {co_widen(t, co_in(t, "dh", 36, CO_NORMAL), 36), co_f64(t, 36)};
    ref64_swiglu_bwd(gu, g.dh, 3, 12, 4, dgu);
    co_gradient(t, "dgu", loss, &g, gu, dgu, 72);
}
