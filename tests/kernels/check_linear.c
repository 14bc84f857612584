#include "tests/kernels/checks.h"

typedef struct linear_shape {
    int64_t n, in, out;
} linear_shape;
static const linear_shape shapes[] = {{1, 1, 1},    {4, 32, 32},    {3, 31, 33},    {65, 128, 384}, {1, 896, 7},
                                      {257, 64, 3}, {33, 576, 20},  {600, 16, 16},  {3, 64, 5},     {3, 128, 5},
                                      {3, 192, 5},  {3, 256, 5},    {3, 320, 5},    {3, 384, 5},    {3, 448, 5},
                                      {3, 512, 5},  {130, 72, 136}, {136, 392, 72}, {16, 64, 128}};
enum { N_SHAPES = sizeof shapes / sizeof shapes[0] };

/* Each shape four times: integers and one-hot rows (the result is exact), normal numbers with bias and residual, and without.
 */
enum { INTEGER, ONE_HOT, FULL, PLAIN, VARIANTS };

static const linear_shape *begin(checkop *t, int i, co_fill *fill)
{
    const linear_shape *s = &shapes[i / VARIANTS];
    *fill = i % VARIANTS == INTEGER ? CO_INTEGER : i % VARIANTS == ONE_HOT ? CO_GIVEN : CO_NORMAL;
    co_case(t, "N %lld in %lld out %lld variant %d", (long long)s->n, (long long)s->in, (long long)s->out, i % VARIANTS);
    return s;
}

/* One-hot rows against numbered weights: every output names the weight that it took. */
static void structured(int i, float *hot, int64_t rows, int64_t columns, float *w, int64_t n)
{
    if (i % VARIANTS != ONE_HOT)
        return;
    co_one_hot(hot, rows, columns);
    co_numbered(w, n);
}

static void judge(checkop *t, int i, const char *what, const float *got, const double *r, const float *naive, int64_t n)
{
    if (i % VARIANTS == INTEGER || i % VARIANTS == ONE_HOT)
        co_exact(t, what, got, r, n);
    else
        co_close(t, what, got, r, naive, n);
}

/* wide: y in f32 beside bf16; what rounding to bf16 would lose is then an error. */
static void one_linear_fwd(checkop *t, int i, bool wide)
{
    co_fill fill;
    const linear_shape *s = begin(t, i, &fill);
    int64_t n = s->n, in = s->in, out = s->out;
    bool full = i % VARIANTS != PLAIN;
    float *x = co_in(t, "x", n * in, fill), *w = co_in(t, "w", out * in, fill);
    float *y = wide ? co_out_f32(t, "y in f32", n * out) : co_out(t, "y", n * out);
    float *b = full ? co_in(t, "b", out, fill) : NULL, *res = full ? co_in(t, "res", n * out, fill) : NULL;
    structured(i, x, n, in, w, out * in);
    double *r = co_f64(t, n * out);
    float *n32 = co_f32(t, n * out);
    ref64_linear(co_widen(t, x, n * in), co_widen(t, w, out * in), b ? co_widen(t, b, out) : NULL,
                 res ? co_widen(t, res, n * out) : NULL, n, in, out, r);
    (wide ? ref32_linear : CO_NAIVE(t, linear))(x, w, b, res, n, in, out, n32);
    cad_linear_fwd_args a = {.x = CO_2D(x, n, in), .w = CO_2D(w, out, in), .y = CO_2D(y, n, out)};
    if (full) {
        a.b = CO_1D(b, out);
        a.res = CO_2D(res, n, out);
    }
    a.scratch = co_scratch(t, t->ops->linear_fwd_scratch(&a));
    CO_RUN(t, linear_fwd, &a);
    judge(t, i, "y", y, r, n32, n * out);
}

void check_linear_fwd(checkop *t)
{
    for (int i = 0; i < CO_SOME(t, N_SHAPES, 4) * VARIANTS; i++) {
        one_linear_fwd(t, i, false);
        if (t->store == CAD_BF16)
            one_linear_fwd(t, i, true);
    }
    co_case(t, "in differs");
    float *x = co_in(t, "x", 8, CO_NORMAL), *w = co_in(t, "w", 15, CO_NORMAL), *y = co_out(t, "y", 10);
    cad_linear_fwd_args a = {.x = CO_2D(x, 2, 4), .w = CO_2D(w, 5, 3), .y = CO_2D(y, 2, 5)};
    a.scratch = co_scratch(t, 1 << 20);
    co_refuses(t, co_call_linear_fwd, &a, CAD_EINVAL, "linear_fwd");
    co_case(t, "y in another type");
    x = co_in(t, "x", 8, CO_NORMAL);
    w = co_in(t, "w", 20, CO_NORMAL);
    unsigned char *half = co_bytes(t, "y", CO_INPLACE, 20);
    a = (cad_linear_fwd_args){.x = CO_2D(x, 2, 4), .w = CO_2D(w, 5, 4)};
    a.y = cad_tensor_2d(t->store == CAD_F32 ? CAD_BF16 : CAD_F16, half, 2, 5);
    a.scratch = co_scratch(t, 1 << 20);
    co_refuses(t, co_call_linear_fwd, &a, CAD_EINVAL, "linear_fwd: y is");
}

void check_linear_bwd_x(checkop *t)
{
    for (int i = 0; i < CO_SOME(t, N_SHAPES, 4) * VARIANTS; i++) {
        co_fill fill;
        const linear_shape *s = begin(t, i, &fill);
        int64_t n = s->n, in = s->in, out = s->out;
        float *dy = co_in(t, "dy", n * out, fill), *w = co_in(t, "w", out * in, fill), *dx = co_out(t, "dx", n * in);
        float *res = i % VARIANTS != PLAIN ? co_in(t, "res", n * in, fill) : NULL, *n32 = co_f32(t, n * in);
        structured(i, dy, n, out, w, out * in);
        double *r = co_f64(t, n * in);
        ref64_linear_dx(co_widen(t, dy, n * out), co_widen(t, w, out * in), res ? co_widen(t, res, n * in) : NULL, n, in, out,
                        r);
        CO_NAIVE(t, linear_dx)(dy, w, res, n, in, out, n32);
        cad_linear_bwd_x_args a = {.dy = CO_2D(dy, n, out), .w = CO_2D(w, out, in), .dx = CO_2D(dx, n, in)};
        if (res)
            a.res = CO_2D(res, n, in);
        a.scratch = co_scratch(t, t->ops->linear_bwd_x_scratch(&a));
        CO_RUN(t, linear_bwd_x, &a);
        judge(t, i, "dx", dx, r, n32, n * in);
    }
}

void check_linear_bwd_w(checkop *t)
{
    for (int i = 0; i < CO_SOME(t, N_SHAPES, 4) * VARIANTS; i++) {
        co_fill fill;
        const linear_shape *s = begin(t, i, &fill);
        int64_t n = s->n, in = s->in, out = s->out;
        float *dy = co_in(t, "dy", n * out, fill), *x = co_in(t, "x", n * in, fill);
        float *dw = co_sum(t, "dw", out * in), *db = i % VARIANTS != PLAIN ? co_sum(t, "db", out) : NULL;
        structured(i, dy, n, out, x, n * in);
        for (int64_t e = 0; e < out * in && fill != CO_NORMAL; e++)
            dw[e] = (float)(e % 7);
        for (int64_t e = 0; db && e < out && fill != CO_NORMAL; e++)
            db[e] = (float)(e % 5);
        double *r = co_f64(t, out * in), *rb = co_f64(t, out);
        float *n32 = co_f32(t, out * in), *nb = co_f32(t, out);
        ref64_linear_dw(co_widen(t, dy, n * out), co_widen(t, x, n * in), n, in, out, r, rb);
        CO_NAIVE(t, linear_dw)(dy, x, n, in, out, n32, nb);
        for (int64_t e = 0; e < out * in; e++) {
            r[e] += (double)dw[e];
            n32[e] += dw[e];
        }
        for (int64_t e = 0; db && e < out; e++) {
            rb[e] += (double)db[e];
            nb[e] += db[e];
        }
        cad_linear_bwd_w_args a = {.dy = CO_2D(dy, n, out), .x = CO_2D(x, n, in), .dw = CO_2D(dw, out, in)};
        if (db)
            a.db = CO_1D(db, out);
        a.scratch = co_scratch(t, t->ops->linear_bwd_w_scratch(&a));
        CO_RUN(t, linear_bwd_w, &a);
        judge(t, i, "dw", dw, r, n32, out * in);
        if (db)
            judge(t, i, "db", db, rb, nb, out);
    }
}

typedef struct linear_grad {
    const double *x, *w, *dy;
    double *y;
} linear_grad;
enum { GN = 4, GIN = 5, GOUT = 6 };

static double loss(linear_grad *g, const double *x, const double *w)
{
    double sum = 0;
    ref64_linear(x, w, NULL, NULL, GN, GIN, GOUT, g->y);
    for (int i = 0; i < GN * GOUT; i++)
        sum += g->y[i] * g->dy[i];
    return sum;
}
static double loss_of_x(void *ctx, const double *x)
{
    linear_grad *g = ctx;
    return loss(g, x, g->w);
}
static double loss_of_w(void *ctx, const double *w)
{
    linear_grad *g = ctx;
    return loss(g, g->x, w);
}

void grad_linear(checkop *t)
{
    co_case(t, "N 4 in 5 out 6");
    linear_grad g = {co_widen(t, co_in(t, "x", GN * GIN, CO_NORMAL), GN * GIN),
                     co_widen(t, co_in(t, "w", GOUT * GIN, CO_NORMAL), GOUT * GIN),
                     co_widen(t, co_in(t, "dy", GN * GOUT, CO_NORMAL), GN * GOUT), co_f64(t, GN * GOUT)};
    double *dx = co_f64(t, GN * GIN), *dw = co_f64(t, GOUT * GIN);
    ref64_linear_dx(g.dy, g.w, NULL, GN, GIN, GOUT, dx);
    ref64_linear_dw(g.dy, g.x, GN, GIN, GOUT, dw, NULL);
    co_gradient(t, "dx", loss_of_x, &g, g.x, dx, GN * GIN);
    co_gradient(t, "dw", loss_of_w, &g, g.w, dw, GOUT * GIN);
}
