#include "tests/kernels/checks.h"

#include <math.h>
#include <string.h>

typedef struct rope_shape {
    int64_t n, heads, d, extra, first; /* columns behind the rotated heads of a row, and before them */
} rope_shape;

static const rope_shape shapes[] = {{1, 1, 2, 0, 0},    {5, 3, 8, 0, 0},      {17, 4, 64, 64, 0}, {64, 3, 32, 96, 0},
                                    {3, 2, 128, 10, 0}, {9, 20, 128, 128, 0}, {3, 2, 64, 4, 4}};

static int32_t *some_positions(checkop *t, int64_t n, int64_t limit)
{
    int32_t *pos = co_bytes(t, "pos", CO_IN, (size_t)n * 4);
    for (int64_t i = 0; i < n; i++)
        pos[i] = (int32_t)(i == 0 ? 0 : cad_rng_range(&t->rng, 0, limit - 1));
    return pos;
}

static double norm_of_pair(const float *head, int64_t j, int64_t d)
{
    return hypot((double)head[j], (double)head[j + d / 2]);
}

static void norms_kept(checkop *t, const float *x, const float *before, const rope_shape *s)
{
    for (int64_t i = 0; i < s->n; i++)
        for (int64_t j = 0; j < s->heads * s->d / 2; j++) {
            int64_t head = i * (s->first + s->heads * s->d + s->extra) + j / (s->d / 2) * s->d, e = j % (s->d / 2);
            co_within(t, "norm of a pair", norm_of_pair(x + head, e, s->d), norm_of_pair(before + head, e, s->d), 1e-6);
        }
}

static void rotate(checkop *t, int sign)
{
    enum { POSITIONS = 600 };
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
        rope_shape s = shapes[k];
        int64_t ld = s.first + s.heads * s.d + s.extra, m = s.n * s.heads * s.d;
        co_case(t, "N %lld heads %lld D %lld ld %lld from %lld", (long long)s.n, (long long)s.heads, (long long)s.d,
                (long long)ld, (long long)s.first);
        int32_t *pos = some_positions(t, s.n, POSITIONS);
        float *row = co_inplace(t, "x", s.n * ld, CO_NORMAL), *x = row + s.first,
              *table = co_in_f32(t, "table", POSITIONS * s.d, CO_GIVEN);
        cad_rope_table(&(cad_rope_config){.theta = 1e4}, POSITIONS, s.d, table);
        double *r = co_f64(t, m);
        float *n32 = co_f32(t, m), *got = co_f32(t, m);
        for (int64_t i = 0; i < s.n; i++)
            for (int64_t j = 0; j < s.heads * s.d; j++) {
                n32[i * s.heads * s.d + j] = x[i * ld + j];
                r[i * s.heads * s.d + j] = (double)x[i * ld + j];
            }
        ref64_rope(r, pos, 1e4, sign, s.n, s.heads, s.d);
        CO_NAIVE(t, rope)(n32, pos, 1e4f, sign, s.n, s.heads, s.d);
        cad_rope_args a = {CO_3D(x, s.n, s.heads, s.d), ld, cad_tensor_1d(CAD_I32, pos, s.n), CO_2D(table, POSITIONS, s.d)};
        co_run_call(t, sign > 0 ? co_call_rope_fwd : co_call_rope_bwd, &a);
        const float *before = co_before(t, row) + s.first;
        co_equal(t, "columns before the heads", row, co_before(t, row), (size_t)s.first * 4);
        for (int64_t i = 0; i < s.n; i++) {
            memcpy(got + i * s.heads * s.d, x + i * ld, (size_t)(s.heads * s.d) * 4);
            int64_t end = i * ld + s.heads * s.d, rest = i + 1 < s.n ? s.first + s.extra : s.extra;
            co_equal(t, "columns behind the heads", x + end, before + end, (size_t)rest * 4);
        }
        co_close(t, "x", got, r, n32, m);
        if (!t->twist)
            co_equal(t, "position 0 is the identity", x, before, (size_t)(s.heads * s.d) * 4);
        if (t->store == CAD_F32 && !t->twist)
            norms_kept(t, x, before, &s);
    }
}

void check_rope_fwd(checkop *t)
{
    rotate(t, 1);
}

void check_rope_bwd(checkop *t)
{
    rotate(t, -1);
    /* there and back */
    co_case(t, "bwd(fwd(x))");
    if (t->twist)
        return;
    int32_t *pos = some_positions(t, 9, 100);
    float *x = co_inplace(t, "x", 9 * 64, CO_NORMAL), *table = co_in_f32(t, "table", 100 * 32, CO_GIVEN),
          *kept = co_f32(t, 9 * 64);
    cad_rope_table(&(cad_rope_config){.theta = 1e4}, 100, 32, table);
    memcpy(kept, x, 9 * 64 * 4);
    cad_rope_args a = {CO_3D(x, 9, 2, 32), 0, cad_tensor_1d(CAD_I32, pos, 9), CO_2D(table, 100, 32)};
    CO_RUN(t, rope_fwd, &a);
    CO_RUN(t, rope_bwd, &a);
    for (int64_t i = 0; i < 9 * 64; i++) {
        double size = norm_of_pair(kept + i / 32 * 32, i % 16, 32),
               ulp = size > 0 ? ldexp(1, ilogb(size) - (t->store == CAD_BF16 ? 7 : 23)) : 0;
        co_near(t, "there and back: x", i, (double)x[i], (double)kept[i], 2 * ulp);
    }
}

/* llama3 frequencies by the rule of kernels.md 1, at three wavelengths: kept, blended, divided. */
void check_rope_table(checkop *t)
{
    enum { D = 64 };
    co_case(t, "llama3");
    cad_rope_config c = {.theta = 5e5, .factor = 32, .low = 1, .high = 4, .original = 8192};
    float *table = co_f32(t, 2 * D);
    cad_rope_table(&c, 2, D, table);
    for (int j = 0; j < D / 2; j++) {
        double f = pow(5e5, -2.0 * j / D), w = 6.283185307179586 / f;
        if (w > 8192.0)
            f /= 32;
        else if (w >= 8192.0 / 4) {
            double s = (8192 / w - 1) / 3;
            f = (1 - s) * f / 32 + s * f;
        }
        if (!(fabs((double)table[D + j] - cos(f)) <= 1e-7 && fabs((double)table[D + D / 2 + j] - sin(f)) <= 1e-7))
            co_fail(t, "frequency %d: cos %.9g sin %.9g, expected %.9g %.9g", j, (double)table[D + j],
                    (double)table[D + D / 2 + j], cos(f), sin(f));
    }
}
