#include "tests/kernels/checkop.h"

#include "core/status.h"
#include "core/threads.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *take(checkop *t, size_t bytes)
{
    void *p;
    if (cad_arena_alloc(t->arena, bytes, t->op, &p) != CAD_OK) {
        fprintf(stderr, "checkop: %s\n", cad_error_text());
        exit(70);
    }
    return p;
}

void co_fail(checkop *t, const char *fmt, ...)
{
    t->failures++;
    if (t->quiet)
        return;
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "FAIL %s [%s]: ", t->op, t->shape);
    vfprintf(stderr, fmt, ap);
    fprintf(stderr, "\n     replay: CADLM_ISA=%s checkop %s %s --seed=%llu%s\n", t->ops->isa, t->ops->name, t->op,
            (unsigned long long)t->seed, cad_ops_matmul() == CAD_MATMUL_library ? " --library" : "");
    va_end(ap);
}

void co_case(checkop *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(t->shape, sizeof t->shape, fmt, ap);
    va_end(ap);
    cad_arena_rewind(t->arena, (cad_frame){0});
    t->n_buffers = 0;
    t->rng = cad_rng_make(t->seed, t->op, (uint64_t)t->cases++);
}

/* ---- buffers ---- */

void *co_bytes(checkop *t, const char *name, co_role role, size_t bytes)
{
    if (t->n_buffers == CO_MAX_BUFFERS) {
        fprintf(stderr, "checkop: %s: too many buffers\n", t->op);
        exit(70);
    }
    co_buffer *b = &t->buffer[t->n_buffers++];
    *b = (co_buffer){.name = name, .role = role, .bytes = bytes};
    b->base = take(t, bytes + 2 * CO_GUARD);
    b->data = b->base + CO_GUARD;
    b->before = take(t, bytes);
    b->first = take(t, bytes);
    memset(b->base, 0xA5, bytes + 2 * CO_GUARD);
    memset(b->data, role == CO_OUT ? 0xFF : 0, bytes); /* 0xFFFFFFFF is a NaN */
    return b->data;
}

static void fill(checkop *t, float *x, int64_t n, co_fill how)
{
    for (int64_t i = 0; i < n; i++)
        switch (how) {
        case CO_NORMAL:
            x[i] = (float)cad_rng_normal(&t->rng);
            break;
        case CO_SMALL:
            x[i] = (float)(0.02 * cad_rng_normal(&t->rng));
            break;
        case CO_INTEGER:
            x[i] = (float)cad_rng_range(&t->rng, -3, 3);
            break;
        case CO_LARGE:
            x[i] = (float)(cad_rng_normal(&t->rng) * (i % 8 == 3 ? 1e4 : 1));
            break;
        case CO_EQUAL:
            x[i] = 0.5f;
            break;
        }
}

float *co_in(checkop *t, const char *name, int64_t n, co_fill how)
{
    float *x = co_bytes(t, name, CO_IN, (size_t)n * sizeof *x);
    fill(t, x, n, how);
    return x;
}

float *co_inplace(checkop *t, const char *name, int64_t n, co_fill how)
{
    float *x = co_bytes(t, name, CO_INPLACE, (size_t)n * sizeof *x);
    fill(t, x, n, how);
    return x;
}

float *co_out(checkop *t, const char *name, int64_t n)
{
    return co_bytes(t, name, CO_OUT, (size_t)n * sizeof(float));
}

float *co_sum(checkop *t, const char *name, int64_t n)
{
    float *x = co_bytes(t, name, CO_SUM, (size_t)n * sizeof *x);
    fill(t, x, n, CO_NORMAL);
    return x;
}

cad_scratch co_scratch(checkop *t, size_t bytes)
{
    cad_scratch s = {take(t, bytes), bytes};
    memset(s.data, 0xFF, bytes);
    return s;
}

const float *co_before(const checkop *t, const float *data)
{
    for (int i = 0; i < t->n_buffers; i++)
        if (t->buffer[i].data == (const unsigned char *)data)
            return (const float *)(const void *)t->buffer[i].before;
    return NULL;
}

double *co_f64(checkop *t, int64_t n)
{
    double *x = take(t, (size_t)n * sizeof *x);
    memset(x, 0, (size_t)n * sizeof *x);
    return x;
}

float *co_f32(checkop *t, int64_t n)
{
    float *x = take(t, (size_t)n * sizeof *x);
    memset(x, 0, (size_t)n * sizeof *x);
    return x;
}

double *co_widen(checkop *t, const float *x, int64_t n)
{
    double *y = co_f64(t, n);
    for (int64_t i = 0; i < n; i++)
        y[i] = (double)x[i];
    return y;
}

const co_shape co_shapes[CO_SHAPES] = {{1, 1}, {4, 32}, {3, 31}, {5, 33}, {64, 128}, {7, 896}, {257, 64}, {1, 2048}};

/* ---- running ---- */

static bool guards_hold(const co_buffer *b)
{
    for (size_t i = 0; i < CO_GUARD; i++)
        if (b->base[i] != 0xA5 || b->data[b->bytes + i] != 0xA5)
            return false;
    return true;
}

static void after_run(checkop *t, const char *when)
{
    for (int i = 0; i < t->n_buffers; i++) {
        const co_buffer *b = &t->buffer[i];
        if (!guards_hold(b))
            co_fail(t, "%s: wrote outside of %s", when, b->name);
        if (b->role == CO_IN && memcmp(b->data, b->before, b->bytes) != 0)
            co_fail(t, "%s: changed its input %s", when, b->name);
    }
}

void co_run_call(checkop *t, co_call call, const void *args)
{
    int threads = cad_threads_count();
    for (int i = 0; i < t->n_buffers; i++)
        memcpy(t->buffer[i].before, t->buffer[i].data, t->buffer[i].bytes);
    for (int run = 0; run < 3; run++) {
        static const char *const when[] = {"first run", "second run", "run with other threads"};
        if (run == 2 && cad_threads_init(threads == 1 ? 3 : 1) != CAD_OK)
            co_fail(t, "threads: %s", cad_error_text());
        for (int i = 0; i < t->n_buffers; i++)
            if (run > 0) {
                memcpy(t->buffer[i].first, t->buffer[i].data, t->buffer[i].bytes);
                memcpy(t->buffer[i].data, t->buffer[i].before, t->buffer[i].bytes);
            }
        cad_status s = call(t->ops, args);
        if (s != CAD_OK)
            co_fail(t, "%s: %s: %s", when[run], cad_status_name(s), cad_error_text());
        after_run(t, when[run]);
        for (int i = 0; run > 0 && i < t->n_buffers; i++)
            if (memcmp(t->buffer[i].data, t->buffer[i].first, t->buffer[i].bytes) != 0)
                co_fail(t, "%s: other bits in %s", when[run], t->buffer[i].name);
    }
    if (cad_threads_init(threads) != CAD_OK)
        co_fail(t, "threads: %s", cad_error_text());
}

void co_refuses(checkop *t, co_call call, const void *args, cad_status code, const char *part)
{
    for (int i = 0; i < t->n_buffers; i++)
        memcpy(t->buffer[i].before, t->buffer[i].data, t->buffer[i].bytes);
    cad_status s = call(t->ops, args);
    if (s != code || !strstr(cad_error_text(), part))
        co_fail(t, "answers %s (%s); expected %s naming '%s'", cad_status_name(s), s ? cad_error_text() : "",
                cad_status_name(code), part);
    for (int i = 0; i < t->n_buffers; i++)
        if (memcmp(t->buffer[i].data, t->buffer[i].before, t->buffer[i].bytes) != 0)
            co_fail(t, "refused, but touched %s", t->buffer[i].name);
}

#define X(op)                                                                                                                  \
    cad_status co_call_##op(const cad_ops *ops, const void *args)                                                              \
    {                                                                                                                          \
        return ops->op(args, NULL);                                                                                            \
    }
CAD_OPS_TABLE(X)
#undef X

/* ---- judging ---- */

void co_close(checkop *t, const char *what, const float *got, const double *r, const float *n32, int64_t n)
{
    co_close_terms(t, what, got, r, n32, n, 0);
}

void co_close_terms(checkop *t, const char *what, const float *got, const double *r, const float *n32, int64_t n, double terms)
{
    double top = terms, ea = 0, en = 0, qa = 0, qn = 0, norm = 0;
    int64_t worst = 0;
    for (int64_t i = 0; i < n; i++) {
        double a = fabs((double)got[i] - r[i]), b = fabs((double)n32[i] - r[i]);
        if (!(a <= ea)) { /* NaN becomes the worst */
            ea = a;
            worst = i;
        }
        en = fmax(en, b);
        qa += a * a;
        qn += b * b;
        norm += r[i] * r[i];
        top = fmax(top, fabs(r[i]));
    }
    double ulp = top > 0 ? ldexp(1, ilogb(top) - 23) : 0;
    if (!(ea <= 2 * en + 8 * ulp))
        co_fail(t, "%s[%lld]: %.9g, reference %.9g; error %.3g, naive %.3g, 8 ulp %.3g", what, (long long)worst,
                (double)got[worst], r[worst], ea, en, 8 * ulp);
    else if (norm > 0 && terms == 0 && !(sqrt(qa / norm) <= 1.25 * sqrt(qn / norm) + 1e-6))
        co_fail(t, "%s: relative error %.3g, naive %.3g", what, sqrt(qa / norm), sqrt(qn / norm));
}

void co_within(checkop *t, const char *what, double got, double want, double rel)
{
    if (!(fabs(got - want) <= rel * fabs(want)))
        co_fail(t, "%s: %.17g, expected %.17g within %g", what, got, want, rel);
}

void co_equal(checkop *t, const char *what, const void *got, const void *want, size_t bytes)
{
    const unsigned char *a = got, *b = want;
    for (size_t i = 0; i < bytes; i++)
        if (a[i] != b[i]) {
            co_fail(t, "%s: byte %zu of %zu is %02x, expected %02x", what, i, bytes, a[i], b[i]);
            return;
        }
}

void co_gradient(checkop *t, const char *what, co_scalar f, void *ctx, const double *x, const double *g, int64_t n)
{
    double *d = co_f64(t, n), *y = co_f64(t, n), size = 1, norm = 0;
    for (int64_t i = 0; i < n; i++) {
        size = fmax(size, fabs(x[i]));
        norm += g[i] * g[i];
    }
    double step = 1e-5 * size;
    for (int k = 0; k < 64; k++) {
        double dot = 0, length = 0;
        for (int64_t i = 0; i < n; i++) {
            d[i] = cad_rng_normal(&t->rng);
            length += d[i] * d[i];
        }
        for (int64_t i = 0; i < n; i++) {
            d[i] /= sqrt(length);
            dot += d[i] * g[i];
            y[i] = x[i] + step * d[i];
        }
        double up = f(ctx, y);
        for (int64_t i = 0; i < n; i++)
            y[i] = x[i] - step * d[i];
        double slope = (up - f(ctx, y)) / (2 * step);
        if (!(fabs(slope - dot) <= 1e-6 * fmax(sqrt(norm), 1e-3))) {
            co_fail(t, "%s: slope %.12g along direction %d, gradient says %.12g (norm %.3g)", what, slope, k, dot, sqrt(norm));
            return;
        }
    }
}
