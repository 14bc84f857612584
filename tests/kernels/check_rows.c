/* Copies, sums and rows by number: exact against the definition. */
#include "tests/kernels/checks.h"

#include <math.h>
#include <string.h>

/* x and y are views that start `skip` elements after their arrays; what lies around y stays as it is. */
static void from_element(checkop *t, co_call call, int64_t skip)
{
    enum { N = 9001 };
    int64_t whole = N + 2 * skip;
    co_case(t, "%d elements from element %lld", N, (long long)skip);
    float *x = co_in(t, "x", whole, CO_NORMAL), *y = co_inplace(t, "y", whole, CO_NORMAL), *want = co_f32(t, whole);
    memcpy(want, y, (size_t)whole * 4);
    for (int64_t i = skip; i < N + skip; i++)
        want[i] = call == co_call_fill ? -1.25f : call == co_call_copy ? x[i] : y[i] + 0.5f * x[i];
    co_round(t, want, whole);
    cad_fill_args fill = {CO_1D(y + skip, N), -1.25f};
    cad_copy_args copy = {CO_1D(x + skip, N), CO_1D(y + skip, N)};
    cad_axpy_args axpy = {CO_1D(x + skip, N), CO_1D(y + skip, N), 0.5f};
    const void *args = call == co_call_fill ? (const void *)&fill : call == co_call_copy ? (const void *)&copy : &axpy;
    co_run_call(t, call, args);
    co_same(t, "y", y, want, whole);
}

/* Starts at no multiple of 16 bytes: one element, and 8 bytes. */
static void odd_starts(checkop *t, co_call call)
{
    from_element(t, call, 1);
    from_element(t, call, t->store == CAD_BF16 ? 4 : 2);
}

void check_fill(checkop *t)
{
    for (int k = 0; k < CO_SOME(t, CO_SHAPES, 5); k++) {
        int64_t n = co_shapes[k].n, c = co_shapes[k].c;
        co_case(t, "%lldx%lld", (long long)n, (long long)c);
        float *y = co_out(t, "y", n * c), *want = co_f32(t, n * c);
        for (int64_t i = 0; i < n * c; i++)
            want[i] = -1.25f;
        CO_RUN(t, fill, (&(cad_fill_args){CO_2D(y, n, c), -1.25f}));
        co_equal(t, "y", y, want, (size_t)(n * c) * 4);
    }
    odd_starts(t, co_call_fill);
}

void check_copy(checkop *t)
{
    for (int k = 0; k < CO_SOME(t, CO_SHAPES, 5); k++) {
        int64_t n = co_shapes[k].n, c = co_shapes[k].c;
        co_case(t, "%lldx%lld", (long long)n, (long long)c);
        float *x = co_in(t, "x", n * c, CO_NORMAL), *y = co_out(t, "y", n * c);
        CO_RUN(t, copy, (&(cad_copy_args){CO_2D(x, n, c), CO_2D(y, n, c)}));
        co_equal(t, "y", y, x, (size_t)(n * c) * 4);
    }
    co_case(t, "other shapes");
    float *x = co_in(t, "x", 6, CO_NORMAL), *y = co_out(t, "y", 6);
    co_refuses(t, co_call_copy, &(cad_copy_args){CO_2D(x, 2, 3), CO_2D(y, 3, 2)}, CAD_EINVAL, "copy");
    odd_starts(t, co_call_copy);
}

void check_axpy(checkop *t)
{
    for (int k = 0; k < CO_SOME(t, CO_SHAPES, 5); k++) {
        int64_t n = co_shapes[k].n * co_shapes[k].c;
        co_case(t, "%lld", (long long)n);
        float *x = co_in(t, "x", n, CO_NORMAL), *y = co_inplace(t, "y", n, CO_NORMAL), *want = co_f32(t, n);
        for (int64_t i = 0; i < n; i++)
            want[i] = y[i] + 0.5f * x[i];
        co_round(t, want, n);
        CO_RUN(t, axpy, (&(cad_axpy_args){CO_1D(x, n), CO_1D(y, n), 0.5f}));
        co_same(t, "y", y, want, n);
    }
    odd_starts(t, co_call_axpy);
}

/* n numbers from the start of x and back, `skip` elements of every array before them. */
static void cast_both_ways(checkop *t, int64_t n, int64_t skip)
{
    static const float hard[] = {(float)INFINITY, -(float)INFINITY, (float)NAN,  -0.0f,
                                 3.4e38f,         1e-40f,           1.00390625f, 1.01171875f};
    co_case(t, "%lld elements from %lld, f32 to bf16 and back", (long long)n, (long long)skip);
    float *x = co_in_f32(t, "x", n + skip, CO_LARGE), *back = co_out_f32(t, "back", n + skip), *want = co_f32(t, n + skip);
    float *copy = co_out_f32(t, "copy", n + skip);
    uint16_t *b = co_bytes(t, "b", CO_OUT, (size_t)(n + skip) * 2);
    for (int64_t i = skip; i < n + skip; i++) {
        uint32_t u; /* round to nearest, ties to even, in the bits */
        if (i - skip < 8)
            x[i] = hard[i - skip];
        memcpy(&u, &x[i], 4);
        u += 0x7FFF + (u >> 16 & 1);
        u &= 0xFFFF0000u;
        memcpy(&want[i], &u, 4);
        if (x[i] != x[i])
            want[i] = x[i];
    }
    cad_tensor half = cad_tensor_1d(CAD_BF16, b + skip, n);
    CO_RUN(t, cast, (&(cad_cast_args){CO_1D(x + skip, n), half}));
    CO_RUN(t, cast, (&(cad_cast_args){half, CO_1D(back + skip, n)}));
    co_same(t, "back", back + skip, want + skip, n);
    CO_RUN(t, cast, (&(cad_cast_args){CO_1D(x + skip, n), CO_1D(copy + skip, n)}));
    co_equal(t, "copy", copy + skip, x + skip, (size_t)n * 4);
}

void check_cast(checkop *t)
{
    static const int64_t sizes[] = {0, 1, 7, 8, 1000, 8195};
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        cast_both_ways(t, sizes[k], 0);
        cast_both_ways(t, sizes[k], 1);
    }
}

/* The first slab of 4096 the other way round. */
static void reversed(float *x, int64_t n)
{
    n = n < 4096 ? n : 4096;
    for (int64_t i = 0; i < n / 2; i++) {
        float one = x[i];
        x[i] = x[n - 1 - i];
        x[n - 1 - i] = one;
    }
}

/* sum of wt x over n elements, `skip` elements of both arrays before them */
static void sum_of(checkop *t, int64_t n, int64_t skip)
{
    co_case(t, "n %lld from %lld", (long long)n, (long long)skip);
    float *x = co_in_f32(t, "x", n + skip, CO_LARGE) + skip, *wt = co_in_f32(t, "wt", n + skip, CO_NORMAL) + skip;
    double *out = co_bytes(t, "out", CO_OUT, 8), want = 0, plain = 0;
    cad_sum_ordered_args a = {CO_1D(x, n), CO_1D(wt, n), cad_tensor_1d(CAD_F64, out, 1), {NULL, 0}};
    a.scratch = co_scratch(t, t->ops->sum_ordered_scratch(&a));
    double size = 0;
    for (int64_t i = 0; i < n; i++) {
        want += (double)x[i] * (double)wt[i];
        plain += (double)x[i];
        size += fabs((double)x[i]) * fmax(fabs((double)wt[i]), 1);
    }
    CO_RUN(t, sum_ordered, &a);
    if (!(fabs(*out - want) <= 1e-12 * size))
        co_fail(t, "sum %.17g, expected %.17g", *out, want);
    reversed(x, n);
    reversed(wt, n);
    CO_RUN(t, sum_ordered, &a);
    co_near(t, "the first slab reversed: sum", 0, *out, want, 1e-12 * size);
    a.wt.data = NULL;
    CO_RUN(t, sum_ordered, &a);
    co_near(t, "without weights: sum", 0, *out, plain, 1e-12 * size);
}

void check_sum_ordered(checkop *t)
{
    static const int64_t sizes[] = {0, 1, 4095, 4096, 4097, 20001};
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        sum_of(t, sizes[k], 0);
        sum_of(t, sizes[k], 1);
    }
    co_case(t, "slabs are added in order");
    float *x = co_in_f32(t, "x", 3 * 4096 + 1, CO_GIVEN);
    double *out = co_bytes(t, "out", CO_OUT, 8);
    cad_sum_ordered_args a = {.x = CO_1D(x, 3 * 4096 + 1), .out = cad_tensor_1d(CAD_F64, out, 1)};
    a.scratch = co_scratch(t, t->ops->sum_ordered_scratch(&a));
    x[7] = 0x1p60f;
    x[4096 + 100] = 1; /* lost in what stands before it */
    x[2 * 4096 + 4000] = -0x1p60f;
    x[3 * 4096] = 1;
    CO_RUN(t, sum_ordered, &a);
    if (*out != 1)
        co_fail(t, "sum %.17g, expected 1", *out);
}

void check_grad_norm2(checkop *t)
{
    static const int64_t sizes[] = {0, 1, 4096, 4097, 50000, 1030 * 4096 + 77};
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        int64_t n = sizes[k];
        co_case(t, "n %lld", (long long)n);
        float *g = co_in_f32(t, "g", n, CO_SMALL);
        double *norm2 = co_bytes(t, "norm2", CO_OUT, 8), want = 0;
        uint32_t *finite = co_bytes(t, "finite", CO_OUT, 4);
        cad_grad_norm2_args a = {CO_1D(g, n), cad_tensor_1d(CAD_F64, norm2, 1), cad_tensor_1d(CAD_U32, finite, 1), {NULL, 0}};
        a.scratch = co_scratch(t, t->ops->grad_norm2_scratch(&a));
        for (int64_t i = 0; i < n; i++)
            want += (double)g[i] * (double)g[i];
        CO_RUN(t, grad_norm2, &a);
        co_within(t, "norm2", *norm2, want, 1e-12);
        reversed(g, n);
        CO_RUN(t, grad_norm2, &a);
        co_within(t, "the first slab reversed: norm2", *norm2, want, 1e-12);
        if (*finite != 1)
            co_fail(t, "finite numbers are called not finite");
        if (n == 0)
            continue;
        g[n / 2] = k % 2 ? (float)NAN : -(float)INFINITY;
        CO_RUN(t, grad_norm2, &a);
        if (*finite != 0)
            co_fail(t, "one bad element in the middle is not seen");
    }
}

/* Ids with repetitions, the first and the last among them. */
static uint32_t *some_ids(checkop *t, const char *name, int64_t n, int64_t v)
{
    uint32_t *id = co_bytes(t, name, CO_IN, (size_t)n * 4);
    for (int64_t i = 0; i < n; i++)
        id[i] = (uint32_t)(i == 0 ? v - 1 : i == 1 ? 0 : cad_rng_range(&t->rng, 0, v - 1));
    return id;
}

void check_embed_fwd(checkop *t)
{
    for (int k = 0; k < CO_SOME(t, CO_SHAPES, 5); k++) {
        int64_t n = co_shapes[k].n, c = co_shapes[k].c, v = 17;
        co_case(t, "N %lld C %lld V %lld", (long long)n, (long long)c, (long long)v);
        uint32_t *id = some_ids(t, "id", n, v);
        float *e = co_in(t, "e", v * c, CO_NORMAL), *y = co_out(t, "y", n * c), *want = co_f32(t, n * c);
        for (int64_t i = 0; i < n; i++)
            memcpy(want + i * c, e + (int64_t)id[i] * c, (size_t)c * 4);
        cad_embed_fwd_args a = {cad_tensor_1d(CAD_U32, id, n), CO_2D(e, v, c), CO_2D(y, n, c)};
        CO_RUN(t, embed_fwd, &a);
        co_equal(t, "y", y, want, (size_t)(n * c) * 4);
        id[n - 1] = (uint32_t)v;
        if (!co_is_apart(t)) /* whoever uploads ids has looked at them */
            co_refuses(t, co_call_embed_fwd, &a, CAD_EINVAL, "17");
    }
}

/* 2^30 + 1 - 2^30 + 1 in f32: 1 in this order, 0 or 2 in others.  `order` is not the stable one here. */
static void order_given(checkop *t, int64_t c)
{
    static const float rows[] = {1, -0x1p30f, 1, 0x1p30f};
    static const uint32_t given[] = {0, 4, 3, 2, 1};
    co_case(t, "rows of one id are added in the order given, C %lld", (long long)c);
    uint32_t *id = co_bytes(t, "id", CO_IN, 20), *order = co_bytes(t, "order", CO_IN, 20);
    float *dy = co_in(t, "dy", 5 * c, CO_EQUAL), *de = co_sum(t, "de", 3 * c), *want = co_f32(t, 3 * c);
    for (int i = 0; i < 5; i++) {
        id[i] = i == 0 ? 0 : 2;
        order[i] = given[i];
        for (int64_t j = 0; i > 0 && j < c; j++)
            dy[i * c + j] = rows[i - 1];
    }
    memset(de, 0, (size_t)(3 * c) * 4);
    for (int64_t j = 0; j < c; j++) {
        want[j] = 0.5f;
        want[2 * c + j] = 1;
    }
    CO_RUN(t, embed_bwd,
           (&(cad_embed_bwd_args){cad_tensor_1d(CAD_U32, id, 5), cad_tensor_1d(CAD_U32, order, 5), CO_2D(dy, 5, c),
                                  CO_2D(de, 3, c)}));
    co_equal(t, "de", de, want, (size_t)(3 * c) * 4);
}

void check_embed_bwd(checkop *t)
{
    order_given(t, 8);
    order_given(t, 3);
    for (int k = 0; k < CO_SOME(t, CO_SHAPES, 5); k++) {
        int64_t n = co_shapes[k].n, c = co_shapes[k].c, v = 7;
        co_case(t, "N %lld C %lld V %lld", (long long)n, (long long)c, (long long)v);
        uint32_t *id = some_ids(t, "id", n, v), *order = co_bytes(t, "order", CO_IN, (size_t)n * 4), count[8];
        float *dy = co_in(t, "dy", n * c, t->twist ? CO_NORMAL : CO_INTEGER), *de = co_sum(t, "de", v * c);
        for (int64_t i = 0; i < v * c && !t->twist; i++)
            de[i] = (float)cad_rng_range(&t->rng, -4, 4); /* integers: exact in any order */
        double *want = co_widen(t, de, v * c);
        float *naive = co_f32(t, v * c);
        memcpy(naive, de, (size_t)(v * c) * 4);
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < c; j++) {
                want[(int64_t)id[i] * c + j] += (double)dy[i * c + j];
                naive[(int64_t)id[i] * c + j] += dy[i * c + j];
            }
        cad_embed_order(id, n, v, order, count);
        CO_RUN(t, embed_bwd,
               (&(cad_embed_bwd_args){cad_tensor_1d(CAD_U32, id, n), cad_tensor_1d(CAD_U32, order, n), CO_2D(dy, n, c),
                                      CO_2D(de, v, c)}));
        if (t->twist)
            co_close(t, "de", de, want, naive, v * c);
        else
            co_exact(t, "de", de, want, v * c);
    }
}

void check_gather_rows(checkop *t)
{
    for (int k = 0; k < CO_SOME(t, CO_SHAPES, 5); k++) {
        int64_t m = co_shapes[k].n, c = co_shapes[k].c, n = 11;
        co_case(t, "M %lld N %lld C %lld", (long long)m, (long long)n, (long long)c);
        uint32_t *i = some_ids(t, "i", m, n);
        float *x = co_in(t, "x", n * c, CO_NORMAL), *y = co_out(t, "y", m * c), *want = co_f32(t, m * c);
        for (int64_t r = 0; r < m; r++)
            memcpy(want + r * c, x + (int64_t)i[r] * c, (size_t)c * 4);
        CO_RUN(t, gather_rows, (&(cad_gather_rows_args){cad_tensor_1d(CAD_U32, i, m), CO_2D(x, n, c), CO_2D(y, m, c)}));
        co_equal(t, "y", y, want, (size_t)(m * c) * 4);
    }
}

void check_scatter_rows(checkop *t)
{
    for (int k = 0; k < CO_SOME(t, CO_SHAPES, 5); k++) {
        int64_t m = co_shapes[k].n, c = co_shapes[k].c, n = 2 * m + 1;
        co_case(t, "M %lld N %lld C %lld", (long long)m, (long long)n, (long long)c);
        uint32_t *i = co_bytes(t, "i", CO_IN, (size_t)m * 4);
        float *x = co_in(t, "x", m * c, CO_NORMAL), *y = co_inplace(t, "y", n * c, CO_NORMAL), *want = co_f32(t, n * c);
        memcpy(want, y, (size_t)(n * c) * 4);
        for (int64_t r = 0; r < m; r++) {
            i[r] = (uint32_t)(2 * m - 2 * r);
            memcpy(want + (int64_t)i[r] * c, x + r * c, (size_t)c * 4);
        }
        CO_RUN(t, scatter_rows, (&(cad_scatter_rows_args){cad_tensor_1d(CAD_U32, i, m), CO_2D(x, m, c), CO_2D(y, n, c)}));
        co_equal(t, "y", y, want, (size_t)(n * c) * 4);
    }
}
