#include "tests/kernels/checks.h"

#include <math.h>

typedef struct xent_shape {
    int64_t m, c, v;
} xent_shape;
static const xent_shape shapes[] = {{1, 1, 1}, {3, 8, 5}, {64, 32, 600}, {257, 16, 33}, {7, 128, 1000}, {300, 24, 300}};
enum { N_SHAPES = sizeof shapes / sizeof shapes[0] };

typedef struct xent_case {
    int64_t m, c, v;
    float *x, *w, *wt, *nll, *dx, *dw;
    uint32_t *y;
    double *rnll, *rdx, *rdw;
    float *nnll, *ndx, *ndw;
} xent_case;

static xent_case begin(checkop *t, const xent_shape *s, bool weights, bool peaked)
{
    xent_case k = {.m = s->m, .c = s->c, .v = s->v};
    co_case(t, "M %lld C %lld V %lld weights %d peaked %d", (long long)k.m, (long long)k.c, (long long)k.v, weights, peaked);
    k.x = co_in(t, "x", k.m * k.c, CO_TAME);
    k.w = co_in(t, "w", k.v * k.c, CO_TAME);
    k.wt = co_in_f32(t, "wt", k.m, CO_GIVEN);
    k.y = co_bytes(t, "y", CO_IN, (size_t)k.m * 4);
    for (int64_t i = 0; i < k.m; i++) {
        k.y[i] = (uint32_t)cad_rng_range(&t->rng, 0, k.v - 1);
        k.wt[i] = weights ? (float)(i % 3) : 1; /* rows of weight 0 give nothing */
    }
    /* Logits beyond 80, of numbers whose products and sums are exact in f32: what is left is the error of the softmax. */
    for (int64_t i = 0; i < k.m * k.c && peaked; i++)
        k.x[i] = 5 * rintf(4 * k.x[i]);
    for (int64_t i = 0; i < k.v * k.c && peaked; i++)
        k.w[i] = rintf(8 * k.w[i]) / 8;
    co_round(t, k.x, k.m * k.c);
    k.nll = co_out_f32(t, "nll", k.m);
    k.rnll = co_f64(t, k.m);
    k.rdx = co_f64(t, k.m * k.c);
    k.rdw = co_f64(t, k.v * k.c);
    k.nnll = co_f32(t, k.m);
    k.ndx = co_f32(t, k.m * k.c);
    k.ndw = co_f32(t, k.v * k.c);
    ref64_xent(co_widen(t, k.x, k.m * k.c), co_widen(t, k.w, k.v * k.c), k.y, co_widen(t, k.wt, k.m), 0.25, k.m, k.c, k.v,
               k.rnll, k.rdx, k.rdw, co_f64(t, k.v));
    CO_NAIVE(t, xent)(k.x, k.w, k.y, k.wt, 0.25f, k.m, k.c, k.v, k.nnll, k.ndx, k.ndw, co_f32(t, k.v));
    return k;
}

static void judge_nll(checkop *t, const xent_case *k)
{
    for (int64_t i = 0; i < k->m; i++)
        co_near(t, "nll", i, (double)k->nll[i], k->rnll[i], 1e-5 * fmax(1, fabs(k->rnll[i])));
}

/* x = 1, C = 1: logits are the weights and dW is dz.  One target is nearly certain, and its gradient is small, not 0. */
static void small_gradient(checkop *t)
{
    enum { V = 300 };
    static const float lead[] = {4, 12, 16, 80};
    for (int i = 0; i < 4; i++) {
        co_case(t, "target leads by %g", (double)lead[i]);
        float *x = co_in(t, "x", 1, CO_GIVEN), *w = co_in(t, "w", V, CO_GIVEN), *dw = co_sum(t, "dw", V);
        float *nll = co_out_f32(t, "nll", 1);
        uint32_t *y = co_bytes(t, "y", CO_IN, 4);
        double sum = 0, rest = 0;
        y[0] = 7;
        x[0] = 1;
        for (int v = 0; v < V; v++) {
            w[v] = v == 7 ? lead[i] : (float)(v % 5 - 4);
            dw[v] = 0;
            rest += v == 7 ? 0 : exp((double)w[v] - (double)lead[i]);
        }
        cad_linear_xent_args a = {.x = CO_2D(x, 1, 1),
                                  .w = CO_2D(w, V, 1),
                                  .y = cad_tensor_1d(CAD_U32, y, 1),
                                  .nll = CO_1D(nll, 1),
                                  .dw = CO_2D(dw, V, 1),
                                  .scale = 0.5f};
        a.scratch = co_scratch(t, t->ops->linear_xent_scratch(&a));
        CO_RUN(t, linear_xent, &a);
        for (int v = 0; v < V; v++)
            sum += (double)dw[v];
        co_within(t, "dz of the target", (double)dw[7], -0.5 * rest / (1 + rest), 1e-5);
        co_within(t, "nll", (double)nll[0], log1p(rest), 1e-5);
        co_near(t, "sum over V of dz", 0, sum, 0, 1e-3 * 0.5 * rest);
    }
}

void check_linear_xent(checkop *t)
{
    if (!t->twist)
        small_gradient(t);
    for (int i = 0; i < 4 * CO_SOME(t, N_SHAPES, 3); i++) {
        xent_case k = begin(t, &shapes[i / 4], i % 2, i / 2 % 2);
        k.dx = co_out(t, "dx", k.m * k.c);
        k.dw = co_sum(t, "dw", k.v * k.c);
        for (int64_t e = 0; e < k.v * k.c; e++) {
            k.rdw[e] += (double)k.dw[e];
            k.ndw[e] += k.dw[e];
        }
        cad_linear_xent_args a = {.x = CO_2D(k.x, k.m, k.c),
                                  .w = CO_2D(k.w, k.v, k.c),
                                  .y = cad_tensor_1d(CAD_U32, k.y, k.m),
                                  .wt = CO_1D(k.wt, k.m),
                                  .nll = CO_1D(k.nll, k.m),
                                  .dx = CO_2D(k.dx, k.m, k.c),
                                  .dw = CO_2D(k.dw, k.v, k.c),
                                  .scale = 0.25f};
        a.scratch = co_scratch(t, t->ops->linear_xent_scratch(&a));
        CO_RUN(t, linear_xent, &a);
        judge_nll(t, &k);
        double terms = t->twist == CO_ALL_EQUAL ? 0.25 * 2 * (double)fabsf(k.w[0]) : 0; /* equal weights cancel to nothing */
        co_close_terms(t, "dx", k.dx, k.rdx, k.ndx, k.m * k.c, terms);
        co_close(t, "dw", k.dw, k.rdw, k.ndw, k.v * k.c);
        k.y[k.m - 1] = (uint32_t)k.v;
        co_refuses(t, co_call_linear_xent, &a, CAD_EINVAL, "linear_xent");
    }
}

void check_linear_xent_eval(checkop *t)
{
    for (int i = 0; i < 2 * CO_SOME(t, N_SHAPES, 3); i++) {
        xent_case k = begin(t, &shapes[i / 2], false, i % 2);
        float *lse = co_out_f32(t, "lse", k.m);
        uint32_t *top = co_bytes(t, "top", CO_OUT, (size_t)k.m * 4);
        cad_linear_xent_eval_args a = {.x = CO_2D(k.x, k.m, k.c),
                                       .w = CO_2D(k.w, k.v, k.c),
                                       .y = cad_tensor_1d(CAD_U32, k.y, k.m),
                                       .nll = CO_1D(k.nll, k.m),
                                       .lse = CO_1D(lse, k.m),
                                       .top = cad_tensor_1d(CAD_U32, top, k.m)};
        a.scratch = co_scratch(t, t->ops->linear_xent_eval_scratch(&a));
        CO_RUN(t, linear_xent_eval, &a);
        judge_nll(t, &k);
        for (int64_t r = 0; r < k.m; r++) {
            double best = -INFINITY, own = 0, target = 0;
            for (int64_t v = 0; v < k.v; v++) {
                double z = 0;
                for (int64_t c = 0; c < k.c; c++)
                    z += (double)k.x[r * k.c + c] * (double)k.w[v * k.c + c];
                best = fmax(best, z);
                own = v == (int64_t)top[r] ? z : own;
                target = v == (int64_t)k.y[r] ? z : target;
            }
            bool lost = t->twist == CO_NAN && k.rnll[r] != k.rnll[r]; /* of a row with a NaN only lse and nll are promised */
            if (!lost && !(top[r] < k.v && own >= best - 1e-5 * fmax(1, fabs(best))))
                co_fail(t, "top[%lld] = %u is not the likeliest", (long long)r, top[r]);
            if (t->twist == CO_ALL_EQUAL && top[r] != 0)
                co_fail(t, "top[%lld] = %u among equal logits", (long long)r, top[r]);
            co_near(t, "lse", r, (double)lse[r], k.rnll[r] + target, 1e-5 * fmax(1, fabs(best)));
        }
    }
}

typedef struct xent_grad {
    const double *x, *w;
    const uint32_t *y;
    double *nll, *dx, *dw, *row;
} xent_grad;
enum { GM = 4, GC = 5, GV = 6 };

static double loss(xent_grad *g, const double *x, const double *w)
{
    double sum = 0;
    ref64_xent(x, w, g->y, NULL, 0.5, GM, GC, GV, g->nll, g->dx, g->dw, g->row);
    for (int i = 0; i < GM; i++)
        sum += 0.5 * g->nll[i];
    return sum;
}
static double loss_of_x(void *ctx, const double *x)
{
    xent_grad *g = ctx;
    return loss(g, x, g->w);
}
static double loss_of_w(void *ctx, const double *w)
{
    xent_grad *g = ctx;
    return loss(g, g->x, w);
}

void grad_linear_xent(checkop *t)
{
    static const uint32_t y[GM] = {0, 5, 2, 2};
    co_case(t, "M 4 C 5 V 6");
    xent_grad g = {co_widen(t, co_in(t, "x", GM * GC, CO_NORMAL), GM * GC),
                   co_widen(t, co_in(t, "w", GV * GC, CO_NORMAL), GV * GC),
                   y,
                   co_f64(t, GM),
                   co_f64(t, GM * GC),
                   co_f64(t, GV * GC),
                   co_f64(t, GV)};
    double *dx = co_f64(t, GM * GC), *dw = co_f64(t, GV * GC);
    (void)loss(&g, g.x, g.w);
    for (int i = 0; i < GM * GC; i++)
        dx[i] = g.dx[i];
    for (int i = 0; i < GV * GC; i++)
        dw[i] = g.dw[i];
    co_gradient(t, "dx", loss_of_x, &g, g.x, dx, GM * GC);
    co_gradient(t, "dw", loss_of_w, &g, g.w, dw, GV * GC);
}
