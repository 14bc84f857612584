/* Linear ops with W in NF4: against the products of the dequantised weight. */
#include "tests/kernels/checks.h"
#include "tests/kernels/nf4_weights.h"

#include <stdio.h>
#include <string.h>

typedef struct quant_linear {
    int64_t n, out, in, block;
    int nested;
} quant_linear;
/* A GPU has tiles of 16, 64 and 128 rows, takes another way beyond 128, cuts k by 256 and columns by 32 or 64. */
static const quant_linear linears[] = {
    {1, 8, 64, 64, 0},     {5, 7, 33, 64, 0},     {33, 40, 128, 64, 1},  {130, 64, 192, 64, 0},
    {16, 100, 576, 32, 0}, {100, 72, 320, 64, 0}, {3, 33, 256, 4096, 0}, {129, 40, 64, 32, 1},
    {17, 64, 512, 128, 1}, {64, 17, 1024, 64, 0}, {0, 24, 64, 64, 0},    {128, 130, 128, 64, 0},
};
enum { N_LINEARS = sizeof linears / sizeof linears[0] };

typedef cad_nf4 (*weight_maker)(checkop *t, int64_t out, int64_t in, int64_t block, float *value);

/* Ordinary numbers with scales of either kind, or integers. */
static weight_maker maker(const quant_linear *s, bool integers)
{
    return integers ? co_whole_nf4 : s->nested ? co_nested_nf4 : co_nf4;
}

static void begin(checkop *t, const quant_linear *s, bool integers)
{
    co_case(t, "N %lld out %lld in %lld block %lld nested %d integers %d", (long long)s->n, (long long)s->out, (long long)s->in,
            (long long)s->block, s->nested, integers);
}

/* A GPU multiplies rows of whole blocks only, and says so; true: this was such a case. */
static bool refused(checkop *t, const quant_linear *s, co_call call, const void *args)
{
    if (!co_is_apart(t) || s->in % 64 == 0)
        return false;
    char part[48];
    snprintf(part, sizeof part, "w has in = %lld", (long long)s->in);
    co_refuses(t, call, args, CAD_EUNSUPPORTED, part);
    return true;
}

static void judge(checkop *t, const char *what, bool integers, const float *y, const double *r, const float *n32, int64_t n)
{
    if (integers)
        co_exact(t, what, y, r, n);
    else
        co_close(t, what, y, r, n32, n);
}

/* Rows alone and among fewer have the bits that they have among all, while a GPU goes one way for both; x, the codes and y
 * start `skip` elements (codes: bytes) into their arrays. */
static void same_rows(checkop *t, int64_t n, int64_t few, int64_t skip)
{
    enum { OUT = 50, IN = 320, R = 16 };
    static const cad_parts parts = {2, 0, {30, OUT}};
    co_case(t, "%lld of %lld rows, from element %lld", (long long)few, (long long)n, (long long)skip);
    float *value = co_f32(t, OUT * IN), *x = co_in(t, "x", n * IN + skip, CO_NORMAL) + skip;
    float *u = co_in(t, "u", n * 2 * R, CO_NORMAL), *bl = co_in(t, "bl", OUT * R, CO_SMALL);
    float *all = co_out(t, "all", n * OUT), *some = co_out(t, "some", n * OUT + skip) + skip;
    cad_nf4 w = co_nf4(t, OUT, IN, 64, value);
    unsigned char *codes = co_bytes(t, "moved codes", CO_IN, (size_t)(OUT * IN / 2 + skip));
    memcpy(codes + skip, w.codes.data, OUT * IN / 2);
    cad_nf4_linear_lora_fwd_args a = {.x = CO_2D(x, n, IN),
                                      .w = w,
                                      .u = CO_2D(u, n, 2 * R),
                                      .bl = CO_2D(bl, OUT, R),
                                      .y = CO_2D(all, n, OUT),
                                      .parts = parts};
    a.scratch = co_scratch(t, t->ops->nf4_linear_lora_fwd_scratch(&a));
    CO_RUN(t, nf4_linear_lora_fwd, &a);
    a.w.codes.data = codes + skip;
    for (int64_t i = 0; i < n; i += few) {
        int64_t rows = n - i < few ? n - i : few;
        a.x = CO_2D(x + i * IN, rows, IN);
        a.u = CO_2D(u + i * 2 * R, rows, 2 * R);
        a.y = CO_2D(some + i * OUT, rows, OUT);
        if (i == 0 || rows < few || few > 100 || i / few == 2)
            CO_RUN(t, nf4_linear_lora_fwd, &a);
        else
            memcpy(some + i * OUT, all + i * OUT, (size_t)(rows * OUT) * 4);
    }
    co_same(t, "rows of a smaller call", some, all, n * OUT);
}

void check_nf4_linear_fwd(checkop *t)
{
    for (int k = 0; k < 2 * CO_SOME(t, N_LINEARS, 4); k++) {
        const quant_linear *s = &linears[k / 2];
        int64_t n = s->n, out = s->out, in = s->in;
        bool integers = k % 2;
        co_fill fill = integers ? CO_INTEGER : CO_NORMAL;
        begin(t, s, integers);
        float *value = co_f32(t, out * in), *x = co_in(t, "x", n * in, fill), *b = co_in(t, "b", out, fill);
        float *res = k % 4 < 2 ? NULL : co_in(t, "res", n * out, fill);
        float *y = co_out(t, "y", n * out), *n32 = co_f32(t, n * out);
        double *r = co_f64(t, n * out);
        cad_nf4_linear_fwd_args a = {.x = CO_2D(x, n, in),
                                     .w = maker(s, integers)(t, out, in, s->block, value),
                                     .b = CO_1D(b, out),
                                     .y = CO_2D(y, n, out)};
        if (res)
            a.res = CO_2D(res, n, out);
        a.scratch = co_scratch(t, t->ops->nf4_linear_fwd_scratch(&a));
        if (refused(t, s, co_call_nf4_linear_fwd, &a))
            continue;
        ref64_linear(co_widen(t, x, n * in), co_widen(t, value, out * in), co_widen(t, b, out),
                     res ? co_widen(t, res, n * out) : NULL, n, in, out, r);
        CO_NAIVE(t, linear)(x, value, b, res, n, in, out, n32);
        CO_RUN(t, nf4_linear_fwd, &a);
        judge(t, "y", integers, y, r, n32, n * out);
    }
}

void check_nf4_linear_bwd_x(checkop *t)
{
    for (int k = 0; k < 2 * CO_SOME(t, N_LINEARS, 4); k++) {
        const quant_linear *s = &linears[k / 2];
        int64_t n = s->n, out = s->out, in = s->in;
        bool integers = k % 2;
        begin(t, s, integers);
        float *value = co_f32(t, out * in), *dy = co_in(t, "dy", n * out, integers ? CO_INTEGER : CO_NORMAL);
        float *dx = co_out(t, "dx", n * in), *n32 = co_f32(t, n * in);
        double *r = co_f64(t, n * in);
        cad_nf4_linear_bwd_x_args a = {
            .dy = CO_2D(dy, n, out), .w = maker(s, integers)(t, out, in, s->block, value), .dx = CO_2D(dx, n, in)};
        a.scratch = co_scratch(t, t->ops->nf4_linear_bwd_x_scratch(&a));
        if (refused(t, s, co_call_nf4_linear_bwd_x, &a))
            continue;
        ref64_linear_dx(co_widen(t, dy, n * out), co_widen(t, value, out * in), NULL, n, in, out, r);
        CO_NAIVE(t, linear_dx)(dy, value, NULL, n, in, out, n32);
        CO_RUN(t, nf4_linear_bwd_x, &a);
        judge(t, "dx", integers, dx, r, n32, n * in);
    }
}

typedef struct quant_lora {
    quant_linear s;
    int64_t r;
    cad_parts parts;
    float rate;
} quant_lora;
static const quant_lora loras[] = {
    {{19, 24, 128, 64, 0}, 8, {2, 4, {0}}, 0},          {{19, 24, 128, 64, 0}, 8, {2, 4, {0}}, 0.25f},
    {{19, 24, 128, 64, 1}, 8, {2, 4, {0}}, 0.5f},       {{3, 20, 33, 64, 0}, 4, {1, 0, {0}}, 0},
    {{1, 96, 320, 64, 0}, 16, {3, 0, {48, 64, 96}}, 0}, {{90, 70, 64, 64, 0}, 128, {1, 0, {0}}, 0.1f},
    {{130, 256, 192, 64, 1}, 16, {2, 128, {0}}, 0},     {{4, 34, 128, 64, 0}, 3, {2, 0, {17, 34}}, 0},
    {{0, 24, 128, 64, 0}, 8, {2, 4, {0}}, 0.5f},        {{2, 8, 64, 64, 0}, 300, {1, 0, {0}}, 0},
};
enum { N_LORAS = sizeof loras / sizeof loras[0] };

void check_nf4_linear_lora_fwd(checkop *t)
{
    if (!t->twist && co_is_apart(t)) { /* on a CPU the library may choose by the number of rows */
        same_rows(t, 128, 1, 0);
        same_rows(t, 100, 30, 0);
        same_rows(t, 70, 33, 1);
        same_rows(t, 300, 150, 0);
    }
    for (int k = 0; k < 2 * CO_SOME(t, N_LORAS, 4); k++) {
        const quant_lora *l = &loras[k / 2];
        int64_t n = l->s.n, out = l->s.out, in = l->s.in, r = l->r, nr = r * (l->parts.n > 1 ? l->parts.n : 1);
        bool integers = k % 2;
        co_fill fill = integers ? CO_INTEGER : CO_NORMAL;
        begin(t, &l->s, integers);
        float *value = co_f32(t, out * in), *x = co_in(t, "x", n * in, fill), *u = co_in(t, "u", n * nr, fill);
        float *bl = co_in(t, "bl", out * r, integers ? CO_INTEGER : CO_SMALL), *b = co_in(t, "b", out, fill);
        float *y = co_out(t, "y", n * out), *n32 = co_f32(t, n * out);
        double *want = co_f64(t, n * out);
        cad_nf4_linear_lora_fwd_args a = {.x = CO_2D(x, n, in),
                                          .w = maker(&l->s, integers)(t, out, in, l->s.block, value),
                                          .u = CO_2D(u, n, nr),
                                          .bl = CO_2D(bl, out, r),
                                          .b = CO_1D(b, out),
                                          .y = CO_2D(y, n, out),
                                          .parts = l->parts};
        a.scratch = co_scratch(t, t->ops->nf4_linear_lora_fwd_scratch(&a));
        if (refused(t, &l->s, co_call_nf4_linear_lora_fwd, &a))
            continue;
        ref64_linear(co_widen(t, x, n * in), co_widen(t, value, out * in), co_widen(t, b, out), NULL, n, in, out, want);
        ref64_lora_up(co_widen(t, u, n * nr), co_widen(t, bl, out * r), &l->parts, n, out, r, want);
        CO_NAIVE(t, linear)(x, value, b, NULL, n, in, out, n32);
        CO_NAIVE(t, lora_up)(u, bl, &l->parts, n, out, r, n32);
        CO_RUN(t, nf4_linear_lora_fwd, &a);
        judge(t, "y", integers, y, want, n32, n * out);
    }
}

void check_nf4_linear_lora_bwd_x(checkop *t)
{
    for (int k = 0; k < CO_SOME(t, N_LORAS, 4); k++) {
        const quant_lora *l = &loras[k];
        int parts = l->parts.n > 1 ? l->parts.n : 1;
        int64_t n = l->s.n, out = l->s.out, in = l->s.in, r = l->r, nr = r * parts;
        begin(t, &l->s, false);
        float *value = co_f32(t, out * in), *dy = co_in(t, "dy", n * out, CO_NORMAL), *v = co_in(t, "v", n * nr, CO_NORMAL);
        float *la = co_in(t, "a", nr * in, CO_SMALL), *dx = co_out(t, "dx", n * in), *n32 = co_f32(t, n * in);
        double *want = co_f64(t, n * in);
        uint32_t *row = co_bytes(t, "row", CO_IN, (size_t)n * sizeof *row);
        int32_t *pos = co_bytes(t, "pos", CO_IN, (size_t)n * sizeof *pos);
        for (int64_t i = 0; i < n; i++) {
            row[i] = (uint32_t)(i / 7);
            pos[i] = (int32_t)(i % 7);
        }
        cad_dropout drop = {.rate = l->rate,
                            .seed = 9,
                            .step = 4,
                            .layer = 2,
                            .projection = {3, 1},
                            .row = cad_tensor_1d(CAD_U32, row, n),
                            .pos = cad_tensor_1d(CAD_I32, pos, n)};
        cad_nf4_linear_lora_bwd_x_args a = {.dy = CO_2D(dy, n, out),
                                            .w = maker(&l->s, false)(t, out, in, l->s.block, value),
                                            .v = CO_2D(v, n, nr),
                                            .a = CO_2D(la, nr, in),
                                            .dx = CO_2D(dx, n, in),
                                            .n = parts,
                                            .drop = drop};
        a.scratch = co_scratch(t, t->ops->nf4_linear_lora_bwd_x_scratch(&a));
        if (refused(t, &l->s, co_call_nf4_linear_lora_bwd_x, &a))
            continue;
        ref64_linear_dx(co_widen(t, dy, n * out), co_widen(t, value, out * in), NULL, n, in, out, want);
        ref64_lora_down_dx(co_widen(t, v, n * nr), co_widen(t, la, nr * in), &drop, n, in, r, parts, want);
        CO_NAIVE(t, linear_dx)(dy, value, NULL, n, in, out, n32);
        CO_NAIVE(t, lora_down_dx)(v, la, &drop, n, in, r, parts, n32);
        CO_RUN(t, nf4_linear_lora_bwd_x, &a);
        co_close(t, "dx", dx, want, n32, n * in);
    }
}
