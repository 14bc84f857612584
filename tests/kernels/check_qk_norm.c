/* qk_norm: what rmsnorm does to rows, done to the heads of strided rows; so its references are those of rmsnorm, on copies of
 * the heads of q and of k that stand together. */
#include "tests/kernels/checks.h"

#include <math.h>
#include <string.h>

static const float EPS = 1e-6f;

typedef struct qk_shape {
    int64_t n, h, k, d, first, extra; /* columns before the heads of a row, and behind them */
} qk_shape;

static const qk_shape shapes[] = {{1, 1, 1, 2, 0, 0},     {5, 2, 1, 8, 0, 8},       {70, 2, 1, 5, 0, 3},
                                  {17, 4, 2, 64, 0, 128}, {3, 0, 2, 16, 0, 0},      {3, 3, 0, 40, 8, 0},
                                  {3, 2, 2, 64, 4, 4},    {9, 16, 8, 128, 0, 1024}, {2, 1, 1, 1000, 0, 0}};
enum { SHAPES = sizeof shapes / sizeof shapes[0], TWISTED = 5 };

static int64_t width(const qk_shape *s)
{
    return (s->h + s->k) * s->d;
}

static int64_t stride_of(const qk_shape *s)
{
    return s->first + width(s) + s->extra;
}

static void say(checkop *t, const qk_shape *s, const char *how)
{
    co_case(t, "N %lld H %lld K %lld D %lld ld %lld from %lld %s", (long long)s->n, (long long)s->h, (long long)s->k,
            (long long)s->d, (long long)stride_of(s), (long long)s->first, how);
}

/* Dense (n,H+K,D) from rows of `ld`. */
static float *dense(checkop *t, const qk_shape *s, const float *x, int64_t ld)
{
    float *y = co_f32(t, s->n * width(s));
    for (int64_t i = 0; i < s->n; i++)
        memcpy(y + i * width(s), x + i * ld, (size_t)width(s) * sizeof *y);
    return y;
}

/* Heads from..to-1 of every row of a dense array, together, and back. */
#define HEADS(REAL, name)                                                                                                      \
    static void name(const qk_shape *s, REAL *all, int64_t from, int64_t to, REAL *part, int back)                             \
    {                                                                                                                          \
        size_t bytes = (size_t)((to - from) * s->d) * sizeof *part;                                                            \
        for (int64_t i = 0; i < s->n; i++) {                                                                                   \
            REAL *row = all + i * width(s) + from * s->d, *at = part + i * (to - from) * s->d;                                 \
            memcpy(back ? row : at, back ? at : row, bytes);                                                                   \
        }                                                                                                                      \
    }
HEADS(float, heads_f32)
HEADS(double, heads_f64)

/* y and rstd (n,H+K) in f64, y in the naive form. */
static void reference(checkop *t, const qk_shape *s, float *x, const float *w[2], double *y, double *rstd, float *naive)
{
    int64_t all = s->h + s->k, at[3] = {0, s->h, all};
    double *x64 = co_widen(t, x, s->n * width(s));
    for (int k = 0; k < 2; k++) {
        int64_t heads = at[k + 1] - at[k], n = s->n * heads;
        double *px = co_f64(t, n * s->d), *py = co_f64(t, n * s->d), *pr = co_f64(t, n);
        float *fx = co_f32(t, n * s->d), *fy = co_f32(t, n * s->d);
        heads_f64(s, x64, at[k], at[k + 1], px, 0);
        heads_f32(s, x, at[k], at[k + 1], fx, 0);
        ref64_rmsnorm(px, co_widen(t, w[k], s->d), (double)EPS, n, s->d, py, pr);
        CO_NAIVE(t, rmsnorm)(fx, w[k], EPS, n, s->d, fy, NULL);
        heads_f64(s, y, at[k], at[k + 1], py, 1);
        if (naive)
            heads_f32(s, naive, at[k], at[k + 1], fy, 1);
        for (int64_t i = 0; i < n; i++)
            rstd[i / (heads ? heads : 1) * all + at[k] + i % (heads ? heads : 1)] = pr[i];
    }
}

static void gaps_kept(checkop *t, const qk_shape *s, const float *row)
{
    const float *before = co_before(t, row);
    int64_t ld = stride_of(s), from = s->first + width(s);
    co_equal(t, "columns before the heads", row, before, (size_t)s->first * 4);
    for (int64_t i = 0; i < s->n; i++)
        co_equal(t, "columns behind the heads", row + i * ld + from, before + i * ld + from,
                 (size_t)(i + 1 < s->n ? s->first + s->extra : s->extra) * 4);
}

/* The heads of one row have the bits they have among others. */
static void row_alone(checkop *t, const qk_shape *s, const cad_qk_norm_fwd_args *of_all, const float *y, int64_t ld_y)
{
    int64_t i = s->n - 1;
    float *y1 = co_out(t, "y alone", width(s));
    cad_qk_norm_fwd_args a = *of_all;
    a.x.dim[0] = 1;
    a.x.data = (char *)a.x.data + (size_t)(i * a.ld_x) * cad_dtype_size(a.x.dtype);
    a.y = CO_3D(y1, 1, s->h + s->k, s->d);
    a.ld_y = 0;
    a.rstd = (cad_tensor){.ndim = 2, .dim = {1, s->h + s->k}, .dtype = CAD_F32};
    CO_RUN(t, qk_norm_fwd, &a);
    co_same(t, "y alone", y1, y + i * ld_y, width(s));
}

static void forward(checkop *t, const qk_shape *s, int in_place)
{
    int64_t all = s->h + s->k, ld = stride_of(s), m = s->n * width(s);
    say(t, s, in_place ? "in place" : "");
    float *row = in_place ? co_inplace(t, "x", s->n * ld, CO_NORMAL) : co_in(t, "x", s->n * ld, CO_NORMAL), *x = row + s->first;
    float *wq = co_in(t, "wq", s->d, CO_NORMAL), *wk = co_in(t, "wk", s->d, CO_NORMAL);
    float *y = in_place ? x : co_out(t, "y", m), *rstd = in_place ? NULL : co_out_f32(t, "rstd", s->n * all);
    double *ry = co_f64(t, m), *rr = co_f64(t, s->n * all);
    float *ny = co_f32(t, m);
    reference(t, s, dense(t, s, x, ld), (const float *[]){wq, wk}, ry, rr, ny);
    cad_qk_norm_fwd_args a = {.x = CO_3D(x, s->n, all, s->d),
                              .ld_x = ld,
                              .heads = s->h,
                              .wq = CO_1D(wq, s->d),
                              .wk = CO_1D(wk, s->d),
                              .y = CO_3D(y, s->n, all, s->d),
                              .ld_y = in_place ? ld : 0,
                              .eps = EPS};
    if (rstd)
        a.rstd = CO_2D(rstd, s->n, all);
    CO_RUN(t, qk_norm_fwd, &a);
    co_close(t, "y", dense(t, s, y, in_place ? ld : width(s)), ry, ny, m);
    for (int64_t i = 0; rstd && i < s->n * all; i++)
        co_within(t, "rstd", (double)rstd[i], rr[i], 1e-6);
    if (in_place)
        gaps_kept(t, s, row);
    else if (!t->twist)
        row_alone(t, s, &a, y, width(s));
}

void check_qk_norm_fwd(checkop *t)
{
    for (int k = 0; k < CO_SOME(t, SHAPES, TWISTED); k++)
        for (int in_place = 0; in_place < 2; in_place++)
            forward(t, &shapes[k], in_place);
    co_case(t, "more heads of q than there are");
    float *x = co_in(t, "x", 96, CO_NORMAL), *w = co_in(t, "w", 16, CO_NORMAL), *y = co_out(t, "y", 96);
    cad_qk_norm_fwd_args a = {
        .x = CO_3D(x, 2, 3, 16), .heads = 4, .wq = CO_1D(w, 16), .wk = CO_1D(w, 16), .y = CO_3D(y, 2, 3, 16), .eps = EPS};
    co_refuses(t, co_call_qk_norm_fwd, &a, CAD_EINVAL, "heads is 4");
    a.heads = 2;
    a.ld_x = 47;
    co_refuses(t, co_call_qk_norm_fwd, &a, CAD_EINVAL, "ld_x is 47");
    a.ld_x = 0;
    a.ld_y = 47;
    co_refuses(t, co_call_qk_norm_fwd, &a, CAD_EINVAL, "ld_y is 47");
    a.ld_y = 0;
    a.wk.dim[0] = 8;
    co_refuses(t, co_call_qk_norm_fwd, &a, CAD_EINVAL, "wk is (8), expected (16)");
}

/* dx (n,H+K,D) and the weights' gradients of q and k, in f64 and in the naive form. */
typedef struct gradients {
    double *dx, *dw[2];
    float *ndx, *ndw[2];
} gradients;

static gradients reference_back(checkop *t, const qk_shape *s, float *x, const float *w[2], float *dy)
{
    int64_t m = s->n * width(s), at[3] = {0, s->h, s->h + s->k};
    gradients g = {.dx = co_f64(t, m), .ndx = co_f32(t, m)};
    double *x64 = co_widen(t, x, m), *dy64 = co_widen(t, dy, m);
    for (int k = 0; k < 2; k++) {
        int64_t n = s->n * (at[k + 1] - at[k]), c = n * s->d;
        double *px = co_f64(t, c), *pdy = co_f64(t, c), *pdx = co_f64(t, c);
        float *fx = co_f32(t, c), *fdy = co_f32(t, c), *fdx = co_f32(t, c);
        g.dw[k] = co_f64(t, s->d);
        g.ndw[k] = co_f32(t, s->d);
        heads_f64(s, x64, at[k], at[k + 1], px, 0);
        heads_f64(s, dy64, at[k], at[k + 1], pdy, 0);
        heads_f32(s, x, at[k], at[k + 1], fx, 0);
        heads_f32(s, dy, at[k], at[k + 1], fdy, 0);
        ref64_rmsnorm_bwd(px, co_widen(t, w[k], s->d), (double)EPS, pdy, n, s->d, pdx, g.dw[k]);
        CO_NAIVE(t, rmsnorm_bwd)(fx, w[k], EPS, fdy, n, s->d, fdx, g.ndw[k]);
        heads_f64(s, g.dx, at[k], at[k + 1], pdx, 1);
        heads_f32(s, g.ndx, at[k], at[k + 1], fdx, 1);
    }
    return g;
}

static void judge_weight(checkop *t, const char *name, const float *dw, const double *r, const float *naive, int64_t d)
{
    double *sum = co_f64(t, d);
    float *n32 = co_f32(t, d);
    const float *before = co_before(t, dw);
    for (int64_t i = 0; i < d; i++) {
        sum[i] = r[i] + (double)before[i];
        n32[i] = naive[i] + before[i];
    }
    co_close(t, name, dw, sum, n32, d);
}

/* The largest term of dx: with one column or equal elements everything cancels but eps. */
static double terms_of(const qk_shape *s, const float *rstd, const float *w[2], const float *dy)
{
    double most = 0;
    for (int64_t i = 0; i < s->n * width(s); i++) {
        int64_t head = i / s->d, of_row = head % (s->h + s->k);
        most = fmax(most, fabs((double)rstd[head] * (double)w[of_row >= s->h][i % s->d] * (double)dy[i]));
    }
    return most;
}

static void backward(checkop *t, const qk_shape *s, int in_place)
{
    int64_t all = s->h + s->k, ld = stride_of(s), m = s->n * width(s);
    say(t, s, in_place ? "dx is dy" : "");
    float *x = co_in(t, "x", s->n * ld, CO_NORMAL) + s->first;
    float *row = in_place ? co_inplace(t, "dy", s->n * ld, CO_NORMAL) : co_in(t, "dy", s->n * ld, CO_NORMAL);
    float *wq = co_in(t, "wq", s->d, CO_NORMAL), *wk = co_in(t, "wk", s->d, CO_NORMAL), *dy = row + s->first;
    float *rstd = co_in_f32(t, "rstd", s->n * all, CO_GIVEN), *dx = in_place ? dy : co_out(t, "dx", m);
    float *dwq = co_sum(t, "dwq", s->d), *dwk = co_sum(t, "dwk", s->d);
    const float *w[2] = {wq, wk};
    float *x_all = dense(t, s, x, ld), *dy_all = dense(t, s, dy, ld);
    double *rr = co_f64(t, s->n * all);
    reference(t, s, x_all, w, co_f64(t, m), rr, NULL);
    for (int64_t i = 0; i < s->n * all; i++)
        rstd[i] = (float)rr[i];
    gradients g = reference_back(t, s, x_all, w, dy_all);
    cad_qk_norm_bwd_args a = {.x = CO_3D(x, s->n, all, s->d),
                              .ld_x = ld,
                              .heads = s->h,
                              .wq = CO_1D(wq, s->d),
                              .wk = CO_1D(wk, s->d),
                              .rstd = CO_2D(rstd, s->n, all),
                              .dy = CO_3D(dy, s->n, all, s->d),
                              .ld_dy = ld,
                              .dx = CO_3D(dx, s->n, all, s->d),
                              .ld_dx = in_place ? ld : 0,
                              .dwq = CO_1D(dwq, s->d),
                              .dwk = CO_1D(dwk, s->d)};
    a.scratch = co_scratch(t, t->ops->qk_norm_bwd_scratch(&a));
    CO_RUN(t, qk_norm_bwd, &a);
    co_close_terms(t, "dx", dense(t, s, dx, in_place ? ld : width(s)), g.dx, g.ndx, m,
                   t->twist ? terms_of(s, rstd, w, dy_all) : 0);
    judge_weight(t, "dwq", dwq, g.dw[0], g.ndw[0], s->d);
    judge_weight(t, "dwk", dwk, g.dw[1], g.ndw[1], s->d);
    if (in_place)
        gaps_kept(t, s, row);
}

/* One of the two weights may be frozen. */
static void one_weight(checkop *t)
{
    co_case(t, "dwk alone");
    if (t->twist)
        return;
    qk_shape s = {6, 2, 1, 16, 0, 0};
    float *x = co_in(t, "x", 6 * 48, CO_NORMAL), *dy = co_in(t, "dy", 6 * 48, CO_NORMAL), *dx = co_out(t, "dx", 6 * 48);
    float *w = co_in(t, "w", 16, CO_NORMAL), *rstd = co_in_f32(t, "rstd", 18, CO_GIVEN), *dwk = co_sum(t, "dwk", 16);
    double *rr = co_f64(t, 18);
    const float *both[2] = {w, w};
    reference(t, &s, x, both, co_f64(t, 6 * 48), rr, NULL);
    for (int i = 0; i < 18; i++)
        rstd[i] = (float)rr[i];
    gradients g = reference_back(t, &s, x, both, dy);
    cad_qk_norm_bwd_args a = {.x = CO_3D(x, 6, 3, 16),
                              .heads = 2,
                              .wq = CO_1D(w, 16),
                              .wk = CO_1D(w, 16),
                              .rstd = CO_2D(rstd, 6, 3),
                              .dy = CO_3D(dy, 6, 3, 16),
                              .dx = CO_3D(dx, 6, 3, 16),
                              .dwq = {.ndim = 1, .dim = {16}, .dtype = CAD_F32},
                              .dwk = CO_1D(dwk, 16)};
    a.scratch = co_scratch(t, t->ops->qk_norm_bwd_scratch(&a));
    CO_RUN(t, qk_norm_bwd, &a);
    judge_weight(t, "dwk", dwk, g.dw[1], g.ndw[1], 16);
    a.ld_dx = 47;
    co_refuses(t, co_call_qk_norm_bwd, &a, CAD_EINVAL, "ld_dx is 47");
    a.ld_dx = 0;
    a.heads = -1;
    co_refuses(t, co_call_qk_norm_bwd, &a, CAD_EINVAL, "heads is -1");
}

void check_qk_norm_bwd(checkop *t)
{
    for (int k = 0; k < CO_SOME(t, SHAPES, TWISTED); k++)
        for (int in_place = 0; in_place < 2; in_place++)
            backward(t, &shapes[k], in_place);
    one_weight(t);
}
