#include "tests/kernels/checks.h"

#include <math.h>
#include <string.h>

typedef struct xent_shape {
    int64_t m, c, v;
} xent_shape;
static const xent_shape shapes[] = {{1, 1, 1},      {3, 8, 5},      {64, 32, 600}, {257, 16, 33},
                                    {7, 128, 1000}, {300, 24, 300}, {19, 40, 129}, {0, 8, 5}};
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
        k.y[i] = i == 0 ? (uint32_t)k.v - 1 : (uint32_t)cad_rng_range(&t->rng, 0, k.v - 1);
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

/* x = 1, C = 1: logits are the weights and dW is dz.  One target is nearly certain, and its gradient is small, not 0.  A GPU
 * rounds to bf16: exponentials, and dz. */
static void small_gradient(checkop *t)
{
    enum { V = 300 };
    static const float lead[] = {4, 12, 16, 80};
    for (int i = 0; i < 4; i++) {
        co_case(t, "target leads by %g", (double)lead[i]);
        float *x = co_in(t, "x", 1, CO_GIVEN), *w = co_in(t, "w", V, CO_GIVEN), *dw = co_sum(t, "dw", V);
        float *nll = co_out_f32(t, "nll", 1);
        uint32_t *y = co_bytes(t, "y", CO_IN, 4);
        double sum = 0, rest = 0, once = co_is_apart(t) ? 0x1p-8 : 1e-5;
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
        for (int v = 0; v < V; v++) {
            sum += (double)dw[v];
            if (v != 7)
                co_within(t, "dz", (double)dw[v], 0.5 * exp((double)w[v] - (double)lead[i]) / (1 + rest), 2 * once);
        }
        co_within(t, "dz of the target", (double)dw[7], -0.5 * rest / (1 + rest), once);
        co_within(t, "nll", (double)nll[0], log1p(rest), 1e-5);
        co_near(t, "sum over V of dz", 0, sum, 0, (co_is_apart(t) ? 3 * once : 1e-3) * 0.5 * rest);
    }
}

/* What rounding exponentials and dz to bf16, as a GPU does, may cost an element of dx or of dw at most: 2^-7 of the sum of its
 * terms without their signs, each of which has been rounded twice. */
typedef struct xent_least {
    double dx, dw;
} xent_least;

static xent_least least_of(checkop *t, const xent_case *k)
{
    double *p = co_f64(t, k->v), *dw = co_f64(t, k->v * k->c);
    xent_least least = {0, 0};
    for (int64_t i = 0; i < k->m && co_is_apart(t); i++) {
        double top = -INFINITY, sum = 0;
        for (int64_t v = 0; v < k->v; v++) {
            p[v] = 0;
            for (int64_t c = 0; c < k->c; c++)
                p[v] += (double)k->x[i * k->c + c] * (double)k->w[v * k->c + c];
            top = fmax(top, p[v]);
        }
        for (int64_t v = 0; v < k->v; v++)
            sum += p[v] = exp(p[v] - top);
        double others = sum - p[k->y[i]], unit = 0x1p-7 * 0.25 * (double)k->wt[i] / sum;
        for (int64_t v = 0; v < k->v; v++)
            p[v] = unit * (v == (int64_t)k->y[i] ? others : p[v]);
        for (int64_t c = 0; c < k->c; c++) {
            double dx = 0;
            for (int64_t v = 0; v < k->v; v++) {
                dx += p[v] * fabs((double)k->w[v * k->c + c]);
                dw[v * k->c + c] += p[v] * fabs((double)k->x[i * k->c + c]);
            }
            least.dx = fmax(least.dx, dx);
        }
    }
    for (int64_t e = 0; e < k->v * k->c; e++)
        least.dw = fmax(least.dw, dw[e]);
    return least;
}

static void judge_grads(checkop *t, const xent_case *k)
{
    xent_least least = least_of(t, k);
    bool cancels = t->twist == CO_ALL_EQUAL; /* equal weights cancel to nothing */
    if (k->dx && cancels)
        co_close_terms(t, "dx", k->dx, k->rdx, k->ndx, k->m * k->c, 0.25 * 2 * (double)fabsf(k->w[0]));
    else if (k->dx)
        co_close_least(t, "dx", k->dx, k->rdx, k->ndx, k->m * k->c, least.dx);
    if (k->dw)
        co_close_least(t, "dw", k->dw, k->rdw, k->ndw, k->v * k->c, least.dw);
}

static cad_linear_xent_args args_of(checkop *t, const xent_case *k, int64_t first, int64_t rows)
{
    int64_t c = k->c;
    cad_linear_xent_args a = {.x = CO_2D(k->x + first * c, rows, c),
                              .w = CO_2D(k->w, k->v, c),
                              .y = cad_tensor_1d(CAD_U32, k->y + first, rows),
                              .wt = CO_1D(k->wt + first, rows),
                              .nll = CO_1D(k->nll + first, rows),
                              .scale = 0.25f};
    if (k->dx)
        a.dx = CO_2D(k->dx + first * c, rows, c);
    if (k->dw)
        a.dw = CO_2D(k->dw, k->v, c);
    return a;
}

static void add_start_of_dw(xent_case *k)
{
    for (int64_t e = 0; e < k->v * k->c; e++) {
        k->rdw[e] += (double)k->dw[e];
        k->ndw[e] += k->dw[e];
    }
}

/* More rows than any back end takes at once; and without dx, without dw, without both. */
static void long_and_partial(checkop *t)
{
    for (int want = 0; want < 4; want++) {
        xent_case k = begin(t, &(xent_shape){want == 3 ? 2100 : 70, 8, 70}, true, false);
        k.dx = want & 1 ? co_out(t, "dx", k.m * k.c) : NULL;
        k.dw = want & 2 ? co_sum(t, "dw", k.v * k.c) : NULL;
        if (k.dw)
            add_start_of_dw(&k);
        cad_linear_xent_args a = args_of(t, &k, 0, k.m);
        a.scratch = co_scratch(t, t->ops->linear_xent_scratch(&a));
        CO_RUN(t, linear_xent, &a);
        judge_nll(t, &k);
        judge_grads(t, &k);
    }
}

/* Rows alone and among fewer have the bits that they have among all. */
static void same_rows(checkop *t)
{
    enum { M = 150, C = 24, V = 150, FEW = 40 };
    xent_case k = begin(t, &(xent_shape){M, C, V}, true, false);
    float *nll = co_f32(t, M), *dx = co_f32(t, M * C), *lse = co_out_f32(t, "lse", M), *lse_all = co_f32(t, M);
    uint32_t *top = co_bytes(t, "top", CO_OUT, M * 4), *top_all = (uint32_t *)(void *)co_f32(t, M);
    k.dx = co_out(t, "dx", M * C);
    cad_linear_xent_args a = args_of(t, &k, 0, M);
    cad_linear_xent_eval_args e = {.x = a.x, .w = a.w, .y = a.y, .nll = a.nll, .lse = CO_1D(lse, M)};
    e.top = cad_tensor_1d(CAD_U32, top, M);
    a.scratch = co_scratch(t, t->ops->linear_xent_scratch(&a));
    e.scratch = co_scratch(t, t->ops->linear_xent_eval_scratch(&e));
    CO_RUN(t, linear_xent, &a);
    memcpy(nll, k.nll, M * 4);
    memcpy(dx, k.dx, M * C * 4);
    CO_RUN(t, linear_xent_eval, &e);
    co_same(t, "nll without gradients", k.nll, nll, M);
    memcpy(lse_all, lse, M * 4);
    memcpy(top_all, top, M * 4);
    for (int64_t i = 0; i < M; i += FEW + 1)
        for (int one = 0; one < 2; one++) {
            int64_t first = one ? i : i + 1, rows = one ? 1 : FEW;
            if (first + rows > M)
                continue;
            cad_scratch sa = a.scratch, se = e.scratch;
            a = args_of(t, &k, first, rows);
            a.scratch = sa;
            CO_RUN(t, linear_xent, &a);
            co_same(t, "nll of fewer rows", k.nll + first, nll + first, rows);
            e = (cad_linear_xent_eval_args){.x = a.x, .w = a.w, .y = a.y, .nll = a.nll, .lse = CO_1D(lse + first, rows)};
            e.top = cad_tensor_1d(CAD_U32, top + first, rows);
            e.scratch = se;
            CO_RUN(t, linear_xent_eval, &e);
        }
    co_same(t, "nll of fewer rows", k.nll, nll, M);
    co_same(t, "dx of fewer rows", k.dx, dx, M * C);
    co_same(t, "lse of fewer rows", lse, lse_all, M);
    co_equal(t, "top of fewer rows", top, top_all, M * 4);
}

void check_linear_xent(checkop *t)
{
    if (!t->twist) {
        small_gradient(t);
        long_and_partial(t);
    }
    if (!t->twist && co_is_apart(t)) /* on a CPU the library may choose by the number of rows */
        same_rows(t);
    int kinds = (int)co_amount(t, 4, 2); /* weights or not, peaked or not; two of them a shape, other ones for the next */
    for (int i = 0; i < kinds * CO_SOME(t, N_SHAPES, 3); i++) {
        int shape = i / kinds, kind = kinds == 4 ? i % 4 : i % 2 * 2 + (i + shape) % 2;
        xent_case k = begin(t, &shapes[shape], kind % 2, kind / 2);
        k.dx = co_out(t, "dx", k.m * k.c);
        k.dw = co_sum(t, "dw", k.v * k.c);
        add_start_of_dw(&k);
        cad_linear_xent_args a = args_of(t, &k, 0, k.m);
        a.scratch = co_scratch(t, t->ops->linear_xent_scratch(&a));
        CO_RUN(t, linear_xent, &a);
        judge_nll(t, &k);
        judge_grads(t, &k);
        if (k.m == 0 || co_is_apart(t)) /* whoever uploads ids has looked at them */
            continue;
        k.y[k.m - 1] = (uint32_t)k.v;
        co_refuses(t, co_call_linear_xent, &a, CAD_EINVAL, "linear_xent");
    }
}

/* Every row of W stands there three times, in groups of columns and across them: the first one counts. */
static void equal_rows(checkop *t)
{
    enum { M = 33, C = 16, V = 150 };
    xent_case k = begin(t, &(xent_shape){M, C, V}, false, true);
    uint32_t *top = co_bytes(t, "top", CO_OUT, M * 4);
    for (int64_t v = V / 3; v < V; v++)
        memcpy(k.w + v * C, k.w + v % (V / 3) * C, C * 4);
    cad_linear_xent_eval_args a = {.x = CO_2D(k.x, M, C),
                                   .w = CO_2D(k.w, V, C),
                                   .y = cad_tensor_1d(CAD_U32, k.y, M),
                                   .nll = CO_1D(k.nll, M),
                                   .top = cad_tensor_1d(CAD_U32, top, M)};
    a.scratch = co_scratch(t, t->ops->linear_xent_eval_scratch(&a));
    CO_RUN(t, linear_xent_eval, &a);
    for (int64_t r = 0; r < M; r++) {
        double best = -INFINITY;
        uint32_t first = 0;
        for (int64_t v = 0; v < V; v++) {
            double z = 0; /* exact, and so in f32 */
            for (int64_t c = 0; c < C; c++)
                z += (double)k.x[r * C + c] * (double)k.w[v * C + c];
            first = z > best ? (uint32_t)v : first;
            best = fmax(best, z);
        }
        if (top[r] != first)
            co_fail(t, "top[%lld] = %u, expected %u", (long long)r, top[r], first);
    }
}

void check_linear_xent_eval(checkop *t)
{
    if (!t->twist)
        equal_rows(t);
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
