#include "tests/kernels/checks.h"

#include <math.h>
#include <string.h>

typedef struct lora_shape {
    int64_t n, in, out, r;
    cad_parts parts; /* qkv-like, gate/up-like, or one */
    float rate;
    bool apart; /* a scale of its own for each part */
} lora_shape;

static const lora_shape shapes[] = {
    {1, 1, 1, 1, {1, 0, {0}}, 0, false},
    {5, 31, 17, 8, {1, 0, {0}}, 0, false},
    {9, 32, 24, 4, {3, 0, {12, 18, 24}}, 0.25f, true},
    {70, 128, 64, 16, {2, 16, {0}}, 0.5f, true},
    {9, 32, 24, 4, {3, 0, {12, 18, 24}}, 0, false},
    {70, 128, 64, 16, {2, 16, {0}}, 0, true},
    {300, 20, 12, 64, {1, 0, {0}}, 0.1f, false},
    /* tiles of a GPU: several of each kind, parts that end inside of one, narrow parts, segments of k, every rank */
    {140, 72, 160, 16, {3, 0, {72, 104, 160}}, 0, true},
    {130, 136, 72, 8, {2, 12, {0}}, 0.5f, false},
    {132, 200, 24, 8, {3, 0, {8, 16, 24}}, 0.25f, false},
    {18, 64, 512, 16, {2, 128, {0}}, 0, false},
    {16, 40, 96, 32, {3, 0, {80, 80, 96}}, 0, true},
    {17, 65, 24, 128, {1, 0, {0}}, 0, false},
    {520, 24, 8, 8, {1, 0, {0}}, 0.5f, false},
};
enum { N_SHAPES = sizeof shapes / sizeof shapes[0] };

typedef struct lora_case {
    int64_t n, in, out, r, nr;
    int parts_n;
    bool whole; /* integers: exact, unless a mask multiplies by something else than 2 */
    cad_dropout drop;
    float *x, *w, *dy, *a, *bl, *u, *v;
    float s[CAD_MAX_PARTS];
} lora_case;

static lora_case begin(checkop *t, int which)
{
    const lora_shape *s = &shapes[which / 2];
    co_case(t, "N %lld in %lld out %lld R %lld parts %d group %lld dropout %g integers %d", (long long)s->n, (long long)s->in,
            (long long)s->out, (long long)s->r, s->parts.n, (long long)s->parts.group, (double)s->rate, which % 2);
    bool integers = which % 2;
    co_fill large = integers ? CO_INTEGER : CO_NORMAL, small = integers ? CO_INTEGER : CO_SMALL;
    lora_case c = {.whole = integers && (s->rate == 0 || s->rate == 0.5f),
                   .n = s->n,
                   .in = s->in,
                   .out = s->out,
                   .r = s->r,
                   .parts_n = ref_parts(&s->parts)};
    for (int p = 0; p < CAD_MAX_PARTS; p++)
        c.s[p] = s->apart ? (float)(1 << (2 - p % 3)) : 2; /* powers of two: integers stay exact */
    c.nr = c.parts_n * c.r;
    uint32_t *row = co_bytes(t, "row", CO_IN, (size_t)c.n * 4);
    int32_t *pos = co_bytes(t, "pos", CO_IN, (size_t)c.n * 4);
    for (int64_t i = 0; i < c.n; i++) {
        row[i] = (uint32_t)(i / 7);
        pos[i] = (int32_t)(i % 7);
    }
    c.drop = (cad_dropout){.rate = s->rate,
                           .seed = 9,
                           .step = 4,
                           .layer = 2,
                           .projection = {0, 1, 2, 3},
                           .row = cad_tensor_1d(CAD_U32, row, c.n),
                           .pos = cad_tensor_1d(CAD_I32, pos, c.n)};
    c.x = co_in(t, "x", c.n * c.in, large);
    c.a = co_in(t, "a", c.nr * c.in, small);
    c.bl = co_in(t, "bl", c.out * c.r, small);
    c.u = co_in(t, "u", c.n * c.nr, large);
    c.v = co_in(t, "v", c.n * c.nr, large);
    c.w = co_in(t, "w", c.out * c.in, small);
    c.dy = co_in(t, "dy", c.n * c.out, large);
    return c;
}

static void judge(checkop *t, const lora_case *c, const char *what, const float *got, const double *r, const float *naive,
                  int64_t n)
{
    if (c->whole)
        co_exact(t, what, got, r, n);
    else
        co_close_terms(t, what, got, r, naive, n,
                       n < CO_FEW ? co_largest(c->dy, c->n * c->out) * co_largest(c->w, c->out * c->in) : 0);
}

/* What a gradient is added to, where the answer has to be exact. */
static void numbered_start(const lora_case *c, float *x, int64_t n)
{
    for (int64_t i = 0; i < n && c->whole; i++)
        x[i] = (float)(i % 7);
}

void check_lora_down_fwd(checkop *t)
{
    for (int i = 0; i < CO_SOME(t, 2 * N_SHAPES, 8); i++) {
        lora_case c = begin(t, i);
        float *u = co_out(t, "out", c.n * c.nr), *n32 = co_f32(t, c.n * c.nr);
        double *r = co_f64(t, c.n * c.nr);
        ref64_lora_down(co_widen(t, c.x, c.n * c.in), co_widen(t, c.a, c.nr * c.in), c.s, &c.drop, c.n, c.in, c.r, c.parts_n,
                        r);
        CO_NAIVE(t, lora_down)(c.x, c.a, c.s, &c.drop, c.n, c.in, c.r, c.parts_n, n32);
        cad_lora_down_fwd_args a = {
            .x = CO_2D(c.x, c.n, c.in), .a = CO_2D(c.a, c.nr, c.in), .u = CO_2D(u, c.n, c.nr), .n = c.parts_n, .drop = c.drop};
        memcpy(a.s, c.s, sizeof a.s);
        a.scratch = co_scratch(t, t->ops->lora_down_fwd_scratch(&a));
        CO_RUN(t, lora_down_fwd, &a);
        judge(t, &c, "u", u, r, n32, c.n * c.nr);
    }
}

void check_linear_lora_fwd(checkop *t)
{
    for (int i = 0; i < CO_SOME(t, 2 * N_SHAPES, 8); i++) {
        lora_case c = begin(t, i);
        float *y = co_out(t, "y", c.n * c.out), *b = co_in(t, "b", c.out, i % 2 ? CO_INTEGER : CO_NORMAL),
              *res = co_in(t, "res", c.n * c.out, i % 2 ? CO_INTEGER : CO_NORMAL);
        float *n32 = co_f32(t, c.n * c.out);
        double *r = co_f64(t, c.n * c.out);
        ref64_linear(co_widen(t, c.x, c.n * c.in), co_widen(t, c.w, c.out * c.in), co_widen(t, b, c.out),
                     co_widen(t, res, c.n * c.out), c.n, c.in, c.out, r);
        CO_NAIVE(t, linear)(c.x, c.w, b, res, c.n, c.in, c.out, n32);
        ref64_lora_up(co_widen(t, c.u, c.n * c.nr), co_widen(t, c.bl, c.out * c.r), &shapes[i / 2].parts, c.n, c.out, c.r, r);
        CO_NAIVE(t, lora_up)(c.u, c.bl, &shapes[i / 2].parts, c.n, c.out, c.r, n32);
        cad_linear_lora_fwd_args a = {CO_2D(c.x, c.n, c.in),   CO_2D(c.w, c.out, c.in), CO_2D(c.u, c.n, c.nr),
                                      CO_2D(c.bl, c.out, c.r), CO_1D(b, c.out),         CO_2D(res, c.n, c.out),
                                      CO_2D(y, c.n, c.out),    shapes[i / 2].parts,     {NULL, 0}};
        a.scratch = co_scratch(t, t->ops->linear_lora_fwd_scratch(&a));
        CO_RUN(t, linear_lora_fwd, &a);
        judge(t, &c, "y", y, r, n32, c.n * c.out);
    }
}

void check_lora_up_bwd(checkop *t)
{
    for (int i = 0; i < CO_SOME(t, 2 * N_SHAPES, 8); i++) {
        lora_case c = begin(t, i);
        const cad_parts *p = &shapes[i / 2].parts;
        float *v = co_out(t, "v out", c.n * c.nr), *db = co_sum(t, "db", c.out * c.r);
        numbered_start(&c, db, c.out * c.r);
        float *nv = co_f32(t, c.n * c.nr), *nb = co_f32(t, c.out * c.r);
        double *rv = co_f64(t, c.n * c.nr), *rb = co_f64(t, c.out * c.r);
        double *dy = co_widen(t, c.dy, c.n * c.out), *bl = co_widen(t, c.bl, c.out * c.r), *u = co_widen(t, c.u, c.n * c.nr);
        ref64_lora_up_dv(dy, bl, c.s, p, c.n, c.out, c.r, rv);
        CO_NAIVE(t, lora_up_dv)(c.dy, c.bl, c.s, p, c.n, c.out, c.r, nv);
        ref64_lora_up_db(dy, u, p, c.n, c.out, c.r, rb);
        CO_NAIVE(t, lora_up_db)(c.dy, c.u, p, c.n, c.out, c.r, nb);
        for (int64_t e = 0; e < c.out * c.r; e++) {
            rb[e] += (double)db[e];
            nb[e] += db[e];
        }
        cad_lora_up_bwd_args a = {.dy = CO_2D(c.dy, c.n, c.out),
                                  .bl = CO_2D(c.bl, c.out, c.r),
                                  .u = CO_2D(c.u, c.n, c.nr),
                                  .v = CO_2D(v, c.n, c.nr),
                                  .db = CO_2D(db, c.out, c.r),
                                  .parts = *p};
        memcpy(a.s, c.s, sizeof a.s);
        a.scratch = co_scratch(t, t->ops->lora_up_bwd_scratch(&a));
        CO_RUN(t, lora_up_bwd, &a);
        judge(t, &c, "v", v, rv, nv, c.n * c.nr);
        judge(t, &c, "db", db, rb, nb, c.out * c.r);
    }
}

void check_lora_down_bwd(checkop *t)
{
    for (int i = 0; i < CO_SOME(t, 2 * N_SHAPES, 8); i++) {
        lora_case c = begin(t, i);
        float *da = co_sum(t, "da", c.nr * c.in), *n32 = co_f32(t, c.nr * c.in);
        numbered_start(&c, da, c.nr * c.in);
        double *r = co_f64(t, c.nr * c.in);
        ref64_lora_down_da(co_widen(t, c.v, c.n * c.nr), co_widen(t, c.x, c.n * c.in), &c.drop, c.n, c.in, c.r, c.parts_n, r);
        CO_NAIVE(t, lora_down_da)(c.v, c.x, &c.drop, c.n, c.in, c.r, c.parts_n, n32);
        for (int64_t e = 0; e < c.nr * c.in; e++) {
            r[e] += (double)da[e];
            n32[e] += da[e];
        }
        cad_lora_down_bwd_args a = {
            CO_2D(c.v, c.n, c.nr), CO_2D(c.x, c.n, c.in), CO_2D(da, c.nr, c.in), c.parts_n, c.drop, {NULL, 0}};
        a.scratch = co_scratch(t, t->ops->lora_down_bwd_scratch(&a));
        CO_RUN(t, lora_down_bwd, &a);
        judge(t, &c, "da", da, r, n32, c.nr * c.in);
    }
}

void check_linear_lora_bwd_x(checkop *t)
{
    for (int i = 0; i < CO_SOME(t, 2 * N_SHAPES, 8); i++) {
        lora_case c = begin(t, i);
        float *dx = co_out(t, "dx", c.n * c.in), *res = co_in(t, "res", c.n * c.in, i % 2 ? CO_INTEGER : CO_NORMAL),
              *n32 = co_f32(t, c.n * c.in);
        double *r = co_f64(t, c.n * c.in);
        ref64_linear_dx(co_widen(t, c.dy, c.n * c.out), co_widen(t, c.w, c.out * c.in), co_widen(t, res, c.n * c.in), c.n, c.in,
                        c.out, r);
        CO_NAIVE(t, linear_dx)(c.dy, c.w, res, c.n, c.in, c.out, n32);
        ref64_lora_down_dx(co_widen(t, c.v, c.n * c.nr), co_widen(t, c.a, c.nr * c.in), &c.drop, c.n, c.in, c.r, c.parts_n, r);
        CO_NAIVE(t, lora_down_dx)(c.v, c.a, &c.drop, c.n, c.in, c.r, c.parts_n, n32);
        cad_linear_lora_bwd_x_args a = {CO_2D(c.dy, c.n, c.out),
                                        CO_2D(c.w, c.out, c.in),
                                        CO_2D(c.v, c.n, c.nr),
                                        CO_2D(c.a, c.nr, c.in),
                                        CO_2D(res, c.n, c.in),
                                        CO_2D(dx, c.n, c.in),
                                        c.parts_n,
                                        c.drop,
                                        {NULL, 0}};
        a.scratch = co_scratch(t, t->ops->linear_lora_bwd_x_scratch(&a));
        CO_RUN(t, linear_lora_bwd_x, &a);
        judge(t, &c, "dx", dx, r, n32, c.n * c.in);
    }
    if (t->twist || t->store != CAD_F32)
        return;
    co_case(t, "keep rate of dropout 0.3 over 200,000 elements");
    uint32_t *row = co_bytes(t, "row", CO_IN, 400 * 4);
    int32_t *pos = co_bytes(t, "pos", CO_IN, 400 * 4);
    cad_dropout d = {.rate = 0.3f, .row = cad_tensor_1d(CAD_U32, row, 400), .pos = cad_tensor_1d(CAD_I32, pos, 400)};
    int64_t kept = 0;
    for (int64_t i = 0; i < 400; i++) {
        row[i] = (uint32_t)i;
        for (int64_t j = 0; j < 500; j++)
            kept += ref_dropout_keeps(&d, 0, i, j);
    }
    if (!(fabs((double)kept - 140000) < 4 * sqrt(200000 * .21)))
        co_fail(t, "kept %lld of 200000", (long long)kept);
}

/* u = s drop(x) A^T, y = u B^T: gradients of x, A, B through both. */
typedef struct lora_grad {
    const double *x, *a, *b, *dy;
    double *u, *y;
    cad_parts parts;
    cad_dropout drop;
} lora_grad;
enum { GN = 5, GIN = 6, GOUT = 8, GR = 2, GP = 2 };

static const float grad_scale[CAD_MAX_PARTS] = {1.5f, 0.75f};

static double loss(lora_grad *g, const double *x, const double *a, const double *b)
{
    double sum = 0;
    ref64_lora_down(x, a, grad_scale, &g->drop, GN, GIN, GR, GP, g->u);
    for (int i = 0; i < GN * GOUT; i++)
        g->y[i] = 0;
    ref64_lora_up(g->u, b, &g->parts, GN, GOUT, GR, g->y);
    for (int i = 0; i < GN * GOUT; i++)
        sum += g->y[i] * g->dy[i];
    return sum;
}
static double loss_of_x(void *ctx, const double *x)
{
    lora_grad *g = ctx;
    return loss(g, x, g->a, g->b);
}
static double loss_of_a(void *ctx, const double *a)
{
    lora_grad *g = ctx;
    return loss(g, g->x, a, g->b);
}
static double loss_of_b(void *ctx, const double *b)
{
    lora_grad *g = ctx;
    return loss(g, g->x, g->a, b);
}

void grad_lora(checkop *t)
{
    co_case(t, "N 5 in 6 out 8 R 2 parts 2 dropout 0.25");
    uint32_t *row = co_bytes(t, "row", CO_IN, GN * 4);
    int32_t *pos = co_bytes(t, "pos", CO_IN, GN * 4);
    for (int i = 0; i < GN; i++)
        pos[i] = i;
    lora_grad g = {co_widen(t, co_in(t, "x", GN * GIN, CO_NORMAL), GN * GIN),
                   co_widen(t, co_in(t, "a", GP * GR * GIN, CO_NORMAL), GP * GR * GIN),
                   co_widen(t, co_in(t, "b", GOUT * GR, CO_NORMAL), GOUT * GR),
                   co_widen(t, co_in(t, "dy", GN * GOUT, CO_NORMAL), GN * GOUT),
                   co_f64(t, GN * GP * GR),
                   co_f64(t, GN * GOUT),
                   {2, 2, {0}},
                   {.rate = 0.25f, .seed = 1, .step = 1, .layer = 1, .projection = {5, 6}}};
    g.drop.row = cad_tensor_1d(CAD_U32, row, GN);
    g.drop.pos = cad_tensor_1d(CAD_I32, pos, GN);
    double *v = co_f64(t, GN * GP * GR), *dx = co_f64(t, GN * GIN), *da = co_f64(t, GP * GR * GIN), *db = co_f64(t, GOUT * GR);
    (void)loss(&g, g.x, g.a, g.b); /* fills u */
    ref64_lora_up_dv(g.dy, g.b, grad_scale, &g.parts, GN, GOUT, GR, v);
    ref64_lora_up_db(g.dy, g.u, &g.parts, GN, GOUT, GR, db);
    ref64_lora_down_da(v, g.x, &g.drop, GN, GIN, GR, GP, da);
    ref64_lora_down_dx(v, g.a, &g.drop, GN, GIN, GR, GP, dx);
    co_gradient(t, "dx", loss_of_x, &g, g.x, dx, GN * GIN);
    co_gradient(t, "da", loss_of_a, &g, g.a, da, GP * GR * GIN);
    co_gradient(t, "db", loss_of_b, &g, g.b, db, GOUT * GR);
}
