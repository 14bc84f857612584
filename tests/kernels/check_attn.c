#include "tests/kernels/checks.h"

#include <math.h>

typedef struct attn_shape {
    int64_t h, k, d;
    int n_len;
    int len[5]; /* lengths of the segments */
} attn_shape;

static const attn_shape shapes[] = {
    {1, 1, 2, 1, {1}},          {2, 1, 8, 3, {1, 2, 1}}, {4, 4, 32, 4, {40, 1, 37, 16}}, {6, 2, 64, 2, {65, 64}},
    {4, 1, 16, 3, {5, 129, 7}}, {2, 2, 128, 2, {33, 1}}, {3, 3, 10, 5, {1, 1, 0, 1, 9}}, {2, 1, 80, 2, {70, 3}},
    {2, 1, 256, 1, {70}},
};
enum { N_SHAPES = sizeof shapes / sizeof shapes[0] };

static int32_t *segments(checkop *t, const attn_shape *s)
{
    int32_t *seg = co_bytes(t, "seg", CO_IN, (size_t)(s->n_len + 1) * 4);
    for (int i = 0; i < s->n_len; i++)
        seg[i + 1] = seg[i] + s->len[i];
    return seg;
}

/* What the host hands to back ends that work by row blocks: every row in one block of its segment, the longest first. */
static cad_tensor row_blocks(checkop *t, const int32_t *seg, int64_t n_seg)
{
    int32_t *all = co_bytes(t, "tiles", CO_IN, (size_t)cad_attn_tiles_most(seg[n_seg], n_seg) * 16);
    return cad_tensor_2d(CAD_I32, all, cad_attn_tiles(seg, n_seg, all), 4);
}

static void name_case(checkop *t, const attn_shape *s, int causal)
{
    co_case(t, "H %lld K %lld D %lld segments %d first %d causal %d", (long long)s->h, (long long)s->k, (long long)s->d,
            s->n_len, s->len[0], causal);
}

/* Keys that are unit vectors and queries far along one of them: P is one-hot, so o names the row it took; and all values 1. */
static void takes_one_row(checkop *t)
{
    enum { N = 70, H = 2, D = 128 };
    for (int ones = 0; ones < 3; ones++) {
        static const char *const what[] = {"one-hot P, values numbered", "values 1, weights in three sizes",
                                           "values 1, weights that round one way"};
        co_case(t, "%s", what[ones]);
        float *q = co_in(t, "q", N * H * D, CO_GIVEN), *k = co_in(t, "k", N * H * D, CO_GIVEN);
        float *v = co_in(t, "v", N * H * D, ones ? CO_GIVEN : CO_INTEGER), *o = co_out(t, "o", N * H * D);
        int32_t *seg = co_bytes(t, "seg", CO_IN, 8);
        double *want = co_f64(t, N * H * D);
        seg[1] = N;
        for (int i = 0; i < N * H; i++) {
            int row = i / H, source = CO_HOT(row, row + 1), head = i % H;
            k[i * D + row] = 1;
            if (ones)
                for (int e = 0; e < D; e++)
                    q[i * D + e] = ones == 1 ? (float)((row + e) % 3) : e == 0 ? 7.8125f : 0; /* the sum of weights is 1 */
            else
                q[i * D + source] = 4096;
            for (int e = 0; e < D; e++) {
                if (ones)
                    v[i * D + e] = 1;
                else if (e < 2)
                    v[i * D + e] = (float)(e ? head : row);
            }
        }
        for (int i = 0; i < N * H * D; i++) {
            int row = i / D / H, source = CO_HOT(row, row + 1);
            want[i] = (double)(ones ? 1 : v[(source * H + i / D % H) * D + i % D]);
        }
        CO_RUN(t, attn_fwd,
               (&(cad_attn_fwd_args){.q = CO_3D(q, N, H, D),
                                     .k = CO_3D(k, N, H, D),
                                     .v = CO_3D(v, N, H, D),
                                     .seg = cad_tensor_1d(CAD_I32, seg, 2),
                                     .tiles = row_blocks(t, seg, 1),
                                     .o = CO_3D(o, N, H, D),
                                     .scale = 0.0883883f,
                                     .causal = 1}));
        if (ones && t->store == CAD_F32) /* exactly 1 is promised in bf16 */
            for (int i = 0; i < N * H * D; i++)
                co_near(t, "o", i, (double)o[i], 1, 1e-6);
        else
            co_exact(t, "o", o, want, N * H * D);
    }
}

void check_attn_fwd(checkop *t)
{
    if (!t->twist) {
        takes_one_row(t);
        attn_fwd_alone(t);
        attn_limits(t);
    }
    for (int i = 0; i < 2 * CO_SOME(t, N_SHAPES, 5); i++) {
        const attn_shape *s = &shapes[i / 2];
        int causal = i % 2;
        name_case(t, s, causal);
        int32_t *seg = segments(t, s);
        int64_t n = seg[s->n_len], h = s->h, k = s->k, d = s->d,
                ld = (h + 2 * k) * d + (i / 2 % 2 ? 3 : 8); /* one fused row, and a gap */
        float *qkv = co_in(t, "qkv", n * ld, CO_TAME), *o = co_out(t, "o", n * h * d), *lse = co_out_f32(t, "lse", h * n);
        float *q = co_f32(t, n * h * d), *kk = co_f32(t, n * k * d), *v = co_f32(t, n * k * d);
        for (int64_t e = 0; e < n * ld && t->twist == CO_BIG; e++)
            qkv[e] *= e % ld >= (h + k) * d && e % 8 == 3 ? 1e4f : 1; /* values alone */
        co_round(t, qkv, n * ld);
        for (int64_t r = 0; r < n; r++)
            for (int64_t c = 0; c < (h + 2 * k) * d; c++)
                *(c < h * d         ? &q[r * h * d + c]
                  : c < (h + k) * d ? &kk[r * k * d + c - h * d]
                                    : &v[r * k * d + c - (h + k) * d]) = qkv[r * ld + c];
        float scale = (float)(1 / sqrt((double)d)), *no = co_f32(t, n * h * d), *nl = co_f32(t, (h + 1) * n);
        double *ro = co_f64(t, n * h * d), *rl = co_f64(t, (h + 1) * n);
        ref64_attn(co_widen(t, q, n * h * d), co_widen(t, kk, n * k * d), co_widen(t, v, n * k * d), seg, s->n_len, h, k, d,
                   (double)scale, causal, ro, rl);
        CO_NAIVE(t, attn)(q, kk, v, seg, s->n_len, h, k, d, scale, causal, no, nl);
        CO_RUN(t, attn_fwd,
               (&(cad_attn_fwd_args){CO_3D(qkv, n, h, d), CO_3D(qkv + h * d, n, k, d), CO_3D(qkv + (h + k) * d, n, k, d), ld,
                                     ld, ld, cad_tensor_1d(CAD_I32, seg, s->n_len + 1), row_blocks(t, seg, s->n_len),
                                     CO_3D(o, n, h, d), CO_2D(lse, h, n), scale, causal}));
        co_close(t, "o", o, ro, no, n * h * d);
        for (int64_t e = 0; e < h * n; e++)
            co_near(t, "lse", e, (double)lse[e], rl[e], 1e-5);
    }
}

/* The largest norm of the rows of x (n,d). */
static double longest(const float *x, int64_t n, int64_t d)
{
    double top = 0;
    for (int64_t i = 0; i < n; i++) {
        double sum = 0;
        for (int64_t j = 0; j < d; j++)
            sum += (double)x[i * d + j] * (double)x[i * d + j];
        top = fmax(top, sum);
    }
    return sqrt(top);
}

/* With do = 1 every element of row j of dv is the sum of column j of P; with q = 0 that is known: sum of 1/(i+1) over i >= j.
 */
static void sums_of_columns(checkop *t)
{
    enum { N = 80, D = 12 };
    co_case(t, "do = 1, q = 0, N 80");
    float *q = co_in(t, "q", N * D, CO_GIVEN), *k = co_in(t, "k", N * D, CO_NORMAL), *v = co_in(t, "v", N * D, CO_NORMAL);
    float *d_o = co_in(t, "d_o", N * D, CO_GIVEN), *o = co_in(t, "o", N * D, CO_NORMAL),
          *lse = co_in_f32(t, "lse", N, CO_GIVEN);
    float *dq = co_out(t, "dq", N * D), *dk = co_out(t, "dk", N * D), *dv = co_out(t, "dv", N * D), *naive = co_f32(t, N * D);
    int32_t *seg = co_bytes(t, "seg", CO_IN, 8);
    double *want = co_f64(t, N * D);
    seg[1] = N;
    for (int j = 0; j < N * D; j++) {
        d_o[j] = 1;
        lse[j / D] = (float)log(j / D + 1);
        for (int i = j / D; i < N; i++)
            want[j] += 1.0 / (i + 1);
        naive[j] = (float)want[j];
    }
    co_round(t, naive, N * D);
    cad_attn_bwd_args a = {.q = CO_3D(q, N, 1, D),
                           .k = CO_3D(k, N, 1, D),
                           .v = CO_3D(v, N, 1, D),
                           .seg = cad_tensor_1d(CAD_I32, seg, 2),
                           .tiles = row_blocks(t, seg, 1),
                           .o = CO_3D(o, N, 1, D),
                           .lse = CO_2D(lse, 1, N),
                           .d_o = CO_3D(d_o, N, 1, D),
                           .dq = CO_3D(dq, N, 1, D),
                           .dk = CO_3D(dk, N, 1, D),
                           .dv = CO_3D(dv, N, 1, D),
                           .scale = 0.25f,
                           .causal = 1};
    a.scratch = co_scratch(t, t->ops->attn_bwd_scratch(&a));
    CO_RUN(t, attn_bwd, &a);
    co_close(t, "dv", dv, want, naive, N * D);
}

/* The op takes delta = do.o from the o it is given, in bf16 a rounded one.  Where that is off by e_i, dS moves by e_i P_ij
 * scale, so dq by e_i times attention over the keys, and dk by a dv with e_i q_i for do. */
static void by_given_o(checkop *t, const cad_attn_bwd_args *a, const double *q, const double *k, const double *d_o,
                       const double *off, double *rq, double *rk)
{
    const int32_t *seg = a->seg.data;
    int64_t n = a->q.dim[0], h = a->q.dim[1], kh = a->k.dim[1], d = a->q.dim[2], s = a->seg.dim[0] - 1;
    double scale = (double)a->scale, *pk = co_f64(t, n * h * d), *eq = co_f64(t, n * h * d), *pq = co_f64(t, n * kh * d);
    ref64_attn(q, k, k, seg, s, h, kh, d, scale, a->causal, pk, co_f64(t, (h + 1) * n));
    for (int64_t i = 0; i < n * h; i++) {
        double e = 0;
        for (int64_t j = i * d; j < (i + 1) * d; j++)
            e += d_o[j] * off[j] * scale;
        for (int64_t j = i * d; j < (i + 1) * d; j++) {
            rq[j] += e * pk[j];
            eq[j] = e * q[j];
        }
    }
    ref64_attn_bwd(q, k, k, eq, seg, s, h, kh, d, scale, a->causal, co_f64(t, n * h * d), co_f64(t, n * kh * d), pq,
                   co_f64(t, 2 * n));
    for (int64_t i = 0; i < n * kh * d; i++)
        rk[i] += pq[i];
}

void check_attn_bwd(checkop *t)
{
    for (int i = 0; i < 2 * CO_SOME(t, N_SHAPES, 5); i++) {
        const attn_shape *s = &shapes[i / 2];
        int causal = i % 2;
        name_case(t, s, causal);
        int32_t *seg = segments(t, s);
        int64_t n = seg[s->n_len], h = s->h, k = s->k, d = s->d, nq = n * h * d, nk = n * k * d;
        float *q = co_in(t, "q", nq, CO_TAME), *kk = co_in(t, "k", nk, CO_TAME), *v = co_in(t, "v", nk, CO_NORMAL);
        float *d_o = co_in(t, "d_o", nq, CO_NORMAL), *o = co_in(t, "o", nq, CO_GIVEN),
              *lse = co_in_f32(t, "lse", h * n, CO_GIVEN);
        float *dq = co_out(t, "dq", nq), *dk = co_out(t, "dk", nk), *dv = co_out(t, "dv", nk);
        float scale = (float)(1 / sqrt((double)d)), *nlse = co_f32(t, (h + 1) * n);
        double *ro = co_f64(t, nq), *rl = co_f64(t, (h + 1) * n), *row = co_f64(t, 2 * n);
        double *q64 = co_widen(t, q, nq), *k64 = co_widen(t, kk, nk), *v64 = co_widen(t, v, nk), *d64 = co_widen(t, d_o, nq);
        double *rq = co_f64(t, nq), *rk = co_f64(t, nk), *rv = co_f64(t, nk);
        float *mq = co_f32(t, nq), *mk = co_f32(t, nk), *mv = co_f32(t, nk), *no = co_f32(t, nq);
        ref64_attn(q64, k64, v64, seg, s->n_len, h, k, d, (double)scale, causal, ro, rl);
        CO_NAIVE(t, attn)(q, kk, v, seg, s->n_len, h, k, d, scale, causal, no, nlse);
        for (int64_t e = 0; e < nq; e++)
            o[e] = (float)ro[e];
        for (int64_t e = 0; e < h * n; e++)
            lse[e] = (float)rl[e];
        co_round(t, o, nq);
        ref64_attn_bwd(q64, k64, v64, d64, seg, s->n_len, h, k, d, (double)scale, causal, rq, rk, rv, row);
        CO_NAIVE(t, attn_bwd)(q, kk, v, d_o, seg, s->n_len, h, k, d, scale, causal, mq, mk, mv, co_f32(t, 2 * n));
        cad_attn_bwd_args a = {.q = CO_3D(q, n, h, d),
                               .k = CO_3D(kk, n, k, d),
                               .v = CO_3D(v, n, k, d),
                               .seg = cad_tensor_1d(CAD_I32, seg, s->n_len + 1),
                               .tiles = row_blocks(t, seg, s->n_len),
                               .o = CO_3D(o, n, h, d),
                               .lse = CO_2D(lse, h, n),
                               .d_o = CO_3D(d_o, n, h, d),
                               .dq = CO_3D(dq, n, h, d),
                               .dk = CO_3D(dk, n, k, d),
                               .dv = CO_3D(dv, n, k, d),
                               .scale = scale,
                               .causal = causal};
        a.scratch = co_scratch(t, t->ops->attn_bwd_scratch(&a));
        for (int64_t e = 0; e < nq; e++)
            ro[e] -= (double)o[e];
        by_given_o(t, &a, q64, k64, d64, ro, rq, rk);
        CO_RUN(t, attn_bwd, &a);
        /* dP and delta are dot products of do with v and o; what is left of them is multiplied by scale and k or q */
        double norm_do = longest(d_o, n * h, d), norm_v = longest(v, n * k, d);
        co_close_terms(t, "dq", dq, rq, mq, nq, norm_do * norm_v * (double)scale * longest(kk, n * k, d));
        co_close_terms(t, "dk", dk, rk, mk, nk, norm_do * norm_v * (double)scale * longest(q, n * h, d));
        co_close(t, "dv", dv, rv, mv, nk);
    }
    if (!t->twist) {
        sums_of_columns(t);
        attn_bwd_alone(t);
    }
}

enum { GH = 4, GK = 2, GD = 3, GN = 7 };
static const int32_t grad_seg[] = {0, 4, 7};

typedef struct attn_grad {
    const double *x[3], *d_o;
    int which;
    double *o, *lse;
} attn_grad;

static double loss(void *ctx, const double *x)
{
    attn_grad *g = ctx;
    const double *in[3] = {g->x[0], g->x[1], g->x[2]};
    in[g->which] = x;
    ref64_attn(in[0], in[1], in[2], grad_seg, 2, GH, GK, GD, 0.5, 1, g->o, g->lse);
    double sum = 0;
    for (int i = 0; i < GN * GH * GD; i++)
        sum += g->o[i] * g->d_o[i];
    return sum;
}

void grad_attn_bwd(checkop *t)
{
    co_case(t, "H 4 K 2 D 3 segments 4 3");
    int64_t nq = GN * GH * GD, nk = GN * GK * GD;
    attn_grad g = {{co_widen(t, co_in(t, "q", nq, CO_NORMAL), nq), co_widen(t, co_in(t, "k", nk, CO_NORMAL), nk),
                    co_widen(t, co_in(t, "v", nk, CO_NORMAL), nk)},
                   co_widen(t, co_in(t, "d_o", nq, CO_NORMAL), nq),
                   0,
                   co_f64(t, nq),
                   co_f64(t, (GH + 1) * GN)};
    double *d[3] = {co_f64(t, nq), co_f64(t, nk), co_f64(t, nk)};
    ref64_attn_bwd(g.x[0], g.x[1], g.x[2], g.d_o, grad_seg, 2, GH, GK, GD, 0.5, 1, d[0], d[1], d[2], co_f64(t, 2 * GN));
    static const char *const name[] = {"dq", "dk", "dv"};
    for (g.which = 0; g.which < 3; g.which++)
        co_gradient(t, name[g.which], loss, &g, g.x[g.which], d[g.which], g.which ? nk : nq);
}
