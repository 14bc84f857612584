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
    static const char *const products[] = {"", "", " --library", " --bf16"};
    t->failures++;
    if (t->quiet)
        return;
    va_list ap;
    va_start(ap, fmt);
    char pass[64];
    co_pass_name(t, pass, sizeof pass);
    fprintf(stderr, "FAIL %s [%s] (%s): ", t->op, t->shape, pass);
    vfprintf(stderr, fmt, ap);
    fprintf(stderr, "\n     replay: CADLM_ISA=%s checkop %s %s --seed=%llu%s\n", t->ops->isa, t->ops->name, t->op,
            (unsigned long long)t->seed, products[cad_ops_matmul()]);
    va_end(ap);
    if (t->first_is_enough)
        exit(1);
}

void co_case(checkop *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(t->shape, sizeof t->shape, fmt, ap);
    va_end(ap);
    cad_arena_rewind(t->arena, (cad_frame){0});
    t->n_buffers = 0;
    t->n_scratch = 0;
    t->inputs = 0;
    t->rng = cad_rng_make(t->seed, t->op, (uint64_t)t->cases++);
}

/* ---- buffers ---- */

static co_buffer *buffer(checkop *t, const char *name, co_role role, size_t bytes)
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
    memset(b->data, role == CO_OUT ? 0xFF : 0, bytes); /* 0xFFFFFFFF and 0xFFFF are NaN */
    return b;
}

void *co_bytes(checkop *t, const char *name, co_role role, size_t bytes)
{
    return buffer(t, name, role, bytes)->data;
}

/* Float and bf16 in the bits, apart from the code under test. */
static float float_of(uint16_t h)
{
    uint32_t u = (uint32_t)h << 16;
    float x;
    memcpy(&x, &u, 4);
    return x;
}

static uint16_t half_of(float x)
{
    uint32_t u;
    memcpy(&u, &x, 4);
    if (x != x)
        return (uint16_t)(u >> 16 | 0x40);
    uint32_t low = u & 0xFFFF, up = low > 0x8000 || (low == 0x8000 && (u >> 16 & 1));
    return (uint16_t)((u >> 16) + up);
}

static float *floats(checkop *t, const char *name, co_role role, int64_t n, bool stored)
{
    bool half = stored && t->store == CAD_BF16;
    co_buffer *b = buffer(t, name, role, (size_t)n * (half ? 2 : 4));
    t->stored += stored;
    b->half = half;
    b->count = n;
    b->view = half ? take(t, (size_t)(n + 1) * 4) : (float *)(void *)b->data; /* one more: empty buffers too have a place */
    b->view_before = take(t, (size_t)n * 4);
    for (int64_t i = 0; half && i < n; i++)
        b->view[i] = float_of(((uint16_t *)(void *)b->data)[i]);
    return b->view;
}

static float ordinary(checkop *t, int64_t i, co_fill how, bool half)
{
    switch (how) {
    case CO_NORMAL:
    case CO_TAME:
        return (float)cad_rng_normal(&t->rng);
    case CO_SMALL:
        return (float)(0.02 * cad_rng_normal(&t->rng));
    case CO_INTEGER:
        return (float)cad_rng_range(&t->rng, half ? -1 : -3, half ? 1 : 3);
    case CO_LARGE:
        return (float)(cad_rng_normal(&t->rng) * (i % 8 == 3 ? 1e4 : 1));
    case CO_EQUAL:
        return 0.5f;
    case CO_GIVEN:
        break;
    }
    return 0;
}

static void twist(checkop *t, float *x, int64_t n, bool tame)
{
    bool mine = t->inputs++ == t->pick || t->twist == CO_ALL_EQUAL;
    if (t->twist == CO_AS_IS || !mine || n == 0)
        return;
    t->twisted++;
    if (tame && t->twist == CO_BIG)
        return;
    if (t->twist == CO_NAN) {
        x[cad_rng_range(&t->rng, 0, n - 1)] = (float)NAN;
        return;
    }
    for (int64_t i = 0; i < n; i++)
        x[i] = t->twist == CO_ALL_EQUAL ? 0.5f : t->twist == CO_DENORMAL ? x[i] * 3e-39f : x[i] * (i % 8 == 3 ? 1e4f : 1);
}

static float *filled(checkop *t, const char *name, co_role role, int64_t n, co_fill how, bool stored)
{
    float *x = floats(t, name, role, n, stored);
    for (int64_t i = 0; i < n; i++)
        x[i] = ordinary(t, i, how, t->store == CAD_BF16);
    if ((stored || role == CO_SUM) && (how == CO_NORMAL || how == CO_SMALL || how == CO_TAME))
        twist(t, x, n, how == CO_TAME);
    if (stored)
        co_round(t, x, n);
    return x;
}

void co_round(const checkop *t, float *x, int64_t n)
{
    for (int64_t i = 0; t->store == CAD_BF16 && i < n; i++)
        x[i] = float_of(half_of(x[i]));
}

float *co_in(checkop *t, const char *name, int64_t n, co_fill how)
{
    return filled(t, name, CO_IN, n, how, true);
}

float *co_in_f32(checkop *t, const char *name, int64_t n, co_fill how)
{
    return filled(t, name, CO_IN, n, how, false);
}

float *co_inplace(checkop *t, const char *name, int64_t n, co_fill how)
{
    return filled(t, name, CO_INPLACE, n, how, true);
}

float *co_inplace_f32(checkop *t, const char *name, int64_t n, co_fill how)
{
    return filled(t, name, CO_INPLACE, n, how, false);
}

float *co_out(checkop *t, const char *name, int64_t n)
{
    return floats(t, name, CO_OUT, n, true);
}

float *co_out_f32(checkop *t, const char *name, int64_t n)
{
    return floats(t, name, CO_OUT, n, false);
}

float *co_sum(checkop *t, const char *name, int64_t n)
{
    return filled(t, name, CO_SUM, n, CO_NORMAL, false);
}

void co_one_hot(float *x, int64_t n, int64_t c)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < c; j++)
            x[i * c + j] = j == CO_HOT(i, c);
}

void co_numbered(float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = (float)(i * 37 % 255 - 127);
}

cad_scratch co_scratch(checkop *t, size_t bytes)
{
    cad_scratch s = {take(t, bytes), bytes};
    memset(s.data, 0xFF, bytes);
    if (t->n_scratch == CO_MAX_SCRATCH) {
        fprintf(stderr, "checkop: %s: too many blocks of scratch\n", t->op);
        exit(70);
    }
    t->scratch[t->n_scratch++] = (co_scratch_block){.data = s.data, .bytes = bytes};
    return s;
}

/* The buffer whose floats hold p. */
static const co_buffer *owner(const checkop *t, const float *p)
{
    for (int i = 0; i < t->n_buffers; i++) {
        const co_buffer *b = &t->buffer[i];
        int64_t n = b->count > 0 ? b->count : 1;
        if (b->view && (uintptr_t)p >= (uintptr_t)b->view && (uintptr_t)p < (uintptr_t)(b->view + n))
            return b;
    }
    return NULL;
}

cad_tensor co_tensor(const checkop *t, float *p, int ndim, int64_t a, int64_t b, int64_t c)
{
    const co_buffer *o = p ? owner(t, p) : NULL;
    cad_tensor x = cad_tensor_3d(CAD_F32, p, a, b, c);
    x.ndim = ndim;
    if (o && o->half) {
        x.data = o->data + (p - o->view) * 2;
        x.dtype = CAD_BF16;
    }
    return x;
}

cad_dtype co_type_of(const checkop *t, const float *p)
{
    const co_buffer *o = owner(t, p);
    return o ? o->half ? CAD_BF16 : CAD_F32 : t->store;
}

const float *co_before(const checkop *t, const float *data)
{
    const co_buffer *o = owner(t, data);
    return o ? o->view_before : NULL;
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

/* What the check put into its floats becomes what the op sees. */
static void hand_over(checkop *t)
{
    for (int i = 0; i < t->n_buffers; i++) {
        co_buffer *b = &t->buffer[i];
        uint16_t *half = (uint16_t *)(void *)b->data;
        for (int64_t k = 0; b->half && k < b->count; k++) {
            half[k] = half_of(b->view[k]);
            if (!(float_of(half[k]) == b->view[k] || b->view[k] != b->view[k])) {
                co_fail(t, "the check gives %s[%lld] = %.9g, which bf16 has not", b->name, (long long)k, (double)b->view[k]);
                break;
            }
        }
        memcpy(b->before, b->data, b->bytes);
        if (b->count > 0)
            memcpy(b->view_before, b->view, (size_t)b->count * 4);
    }
}

static void take_back(checkop *t)
{
    for (int i = 0; i < t->n_buffers; i++) {
        co_buffer *b = &t->buffer[i];
        for (int64_t k = 0; b->half && k < b->count; k++)
            b->view[k] = float_of(((const uint16_t *)(const void *)b->data)[k]);
    }
}

cad_status co_run_once(checkop *t, co_call call, const void *args)
{
    return co_is_apart(t) ? co_run_apart(t, call, args) : call(t->ops, args);
}

void co_run_call(checkop *t, co_call call, const void *args)
{
    int threads = cad_threads_count(), runs = t->twist == CO_AS_IS ? co_runs(t) : 1;
    hand_over(t);
    for (int run = 0; run < runs; run++) {
        const char *when = co_run_name(t, run);
        co_run_setting(t, run);
        for (int i = 0; i < t->n_buffers; i++)
            if (run > 0) {
                memcpy(t->buffer[i].first, t->buffer[i].data, t->buffer[i].bytes);
                memcpy(t->buffer[i].data, t->buffer[i].before, t->buffer[i].bytes);
            }
        cad_status s = co_run_once(t, call, args);
        if (s != CAD_OK)
            co_fail(t, "%s: %s: %s", when, cad_status_name(s), cad_error_text());
        after_run(t, when);
        for (int i = 0; run > 0 && i < t->n_buffers; i++)
            if (memcmp(t->buffer[i].data, t->buffer[i].first, t->buffer[i].bytes) != 0)
                co_fail(t, "%s: other bits in %s", when, t->buffer[i].name);
    }
    if (cad_threads_count() != threads && cad_threads_init(threads) != CAD_OK)
        co_fail(t, "threads: %s", cad_error_text());
    take_back(t);
}

static void refuses(checkop *t, co_call call, const void *args, cad_status code, const char *part, bool late)
{
    hand_over(t);
    cad_status s = co_run_once(t, call, args);
    if (s != code || !strstr(cad_error_text(), part))
        co_fail(t, "answers %s (%s); expected %s naming '%s'", cad_status_name(s), s ? cad_error_text() : "",
                cad_status_name(code), part);
    for (int i = 0; i < t->n_buffers; i++)
        if ((!late || t->buffer[i].role == CO_IN) && memcmp(t->buffer[i].data, t->buffer[i].before, t->buffer[i].bytes) != 0)
            co_fail(t, "refused, but touched %s", t->buffer[i].name);
}

void co_refuses(checkop *t, co_call call, const void *args, cad_status code, const char *part)
{
    refuses(t, call, args, code, part, false);
}

void co_refuses_numbers(checkop *t, co_call call, const void *args, const char *part, const char *late)
{
    bool apart = co_is_apart(t);
    refuses(t, call, args, CAD_ENUMERIC, apart ? late : part, apart);
}

#define X(op)                                                                                                                  \
    cad_status co_call_##op(const cad_ops *ops, const void *args)                                                              \
    {                                                                                                                          \
        cad_status s = ops->op(args, NULL);                                                                                    \
        return s == CAD_OK ? ops->sync(NULL) : s;                                                                              \
    }
CAD_OPS_TABLE(X)
#undef X
