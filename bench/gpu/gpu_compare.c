#include "bench/gpu/gpu_compare.h"

#include "core/mem.h"
#include "tests/worst.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SAMPLED = 8 };
static const double f32_floor = 8.0 * 5.960464477539063e-8, bf16_floor = 0.00390625, codes_share = 1e-3;

/* ---- rooms ---- */

cad_status gb_room_open(const gb_case *c, const cad_ops *ops, int64_t n, gb_room *out)
{
    gb_room r = {.at = {.ops = ops, .store = CAD_BF16, .n = n}, .n = n};
    cad_status s = CAD_OK;
    for (int i = 0; s == CAD_OK && i < c->n_buffers; i++) {
        void *p = NULL;
        size_t bytes = gb_bytes(&c->buffer[i], n, CAD_BF16);
        s = cad_mem_alloc(bytes, "bench", &r.start[i]);
        if (s == CAD_OK)
            s = ops->mem_alloc(bytes, &p);
        r.at.p[i] = p;
        if (s == CAD_OK) {
            gb_fill_buffer(c, i, n, CAD_BF16, r.start[i]);
            s = ops->mem_put(p, r.start[i], bytes, NULL);
        }
    }
    size_t need = 0, more = 0;
    gb_at ask = r.at;
    ask.need = &need;
    if (s == CAD_OK)
        s = c->call(c, &ask);
    ask.need = &more;
    if (s == CAD_OK && c->prepare)
        s = c->prepare(c, &ask);
    if (s == CAD_OK) {
        r.at.scratch.bytes = need > more ? need : more;
        s = ops->mem_alloc(r.at.scratch.bytes, &r.at.scratch.data);
    }
    if (s == CAD_OK && c->prepare)
        s = c->prepare(c, &r.at);
    if (s != CAD_OK) {
        gb_room_close(c, &r);
        return s;
    }
    *out = r;
    return CAD_OK;
}

void gb_room_close(const gb_case *c, gb_room *r)
{
    for (int i = 0; i < c->n_buffers; i++) {
        cad_mem_free(r->start[i]);
        if (r->at.ops)
            r->at.ops->mem_free(r->at.p[i]);
    }
    if (r->at.ops)
        r->at.ops->mem_free(r->at.scratch.data);
    *r = (gb_room){0};
}

/* ---- the CPU's two answers on some rows ---- */

typedef struct sample {
    int64_t n, row[SAMPLED]; /* the rows, or the first n of the case where n > SAMPLED */
} sample;

static sample choose(const gb_case *c, int64_t n)
{
    sample s = {.n = c->segment ? c->segment : n};
    if (c->most || c->segment)
        return s;
    s.n = n < SAMPLED ? n : SAMPLED;
    for (int64_t i = 0; i < s.n; i++)
        s.row[i] = i * n / s.n + (i * 3) % (n / s.n);
    return s;
}

static int64_t row_of(const gb_case *c, const sample *s, int64_t i)
{
    return c->most || c->segment ? i : s->row[i];
}

/* The sampled rows of what was put to the device, in the storage type. */
static void take_rows(const gb_case *c, int i, const gb_room *from, const sample *s, cad_dtype store, unsigned char *out)
{
    const gb_buffer *b = &c->buffer[i];
    int64_t rows = b->rows ? s->n : 1, count = b->count;
    size_t size = cad_dtype_size(b->dtype);
    for (int64_t r = 0; r < rows; r++) {
        const unsigned char *x = from->start[i] + (size_t)((b->rows ? row_of(c, s, r) : 0) * count) * size;
        if (b->dtype != CAD_BF16 || store == CAD_BF16) {
            memcpy(out + (size_t)(r * count) * size, x, (size_t)count * size);
            continue;
        }
        for (int64_t j = 0; j < count; j++) {
            uint16_t h;
            memcpy(&h, x + 2 * (size_t)j, 2);
            ((float *)(void *)out)[r * count + j] = cad_bf16_to_f32(h);
        }
    }
}

static cad_status answer(const gb_case *c, const gb_room *from, const sample *s, cad_dtype store, gb_at *out)
{
    CAD_TRY(cad_ops_get("cpu", &out->ops));
    out->store = store;
    out->n = s->n;
    for (int i = 0; i < c->n_buffers; i++) {
        CAD_TRY(cad_mem_alloc(gb_bytes(&c->buffer[i], s->n, store), "bench", &out->p[i]));
        take_rows(c, i, from, s, store, out->p[i]);
    }
    size_t need = 0, more = 0;
    gb_at ask = *out;
    ask.need = &need;
    CAD_TRY(c->call(c, &ask));
    ask.need = &more;
    if (c->prepare)
        CAD_TRY(c->prepare(c, &ask));
    out->scratch.bytes = need > more ? need : more;
    CAD_TRY(out->ops->mem_alloc(out->scratch.bytes, &out->scratch.data));
    if (c->prepare)
        CAD_TRY(c->prepare(c, out));
    return c->call(c, out);
}

static void drop(const gb_case *c, gb_at *at)
{
    for (int i = 0; i < c->n_buffers; i++)
        cad_mem_free(at->p[i]);
    if (at->ops)
        at->ops->mem_free(at->scratch.data);
}

/* ---- the judgement ---- */

static double number(const unsigned char *p, cad_dtype t, int64_t i)
{
    switch (t) {
    case CAD_F32:
        return (double)((const float *)(const void *)p)[i];
    case CAD_F64:
        return ((const double *)(const void *)p)[i];
    case CAD_BF16: {
        uint16_t h;
        memcpy(&h, p + 2 * (size_t)i, 2);
        return (double)cad_bf16_to_f32(h);
    }
    case CAD_U8:
        return p[i];
    default:
        return ((const uint32_t *)(const void *)p)[i];
    }
}

static void judge(const gb_case *c, int i, const sample *s, const unsigned char *got, const gb_at *right, const gb_at *naive,
                  gb_verdict *v)
{
    const gb_buffer *b = &c->buffer[i];
    int64_t rows = b->rows ? s->n : 1, different = 0;
    cad_dtype rt = b->dtype == CAD_BF16 ? CAD_F32 : b->dtype;
    bool real = b->dtype == CAD_BF16 || b->dtype == CAD_F32 || b->dtype == CAD_F64;
    double error = 0, theirs = 0, largest = 0;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t j = 0; j < b->count; j++) {
            int64_t at = r * b->count + j, full = (b->rows ? row_of(c, s, r) : 0) * b->count + j;
            double x = number(right->p[i], rt, at), g = number(got, b->dtype, full), n = number(naive->p[i], b->dtype, at);
            different += g != n;
            largest = fmax(largest, fabs(x));
            error = worse_of(fabs(g - x), error);
            theirs = fmax(theirs, fabs(n - x));
        }
    double total = (double)(rows * b->count);
    double allowed = real ? 2.0 * theirs + (b->dtype == CAD_BF16 ? bf16_floor : f32_floor) * largest : codes_share * total;
    if (!real)
        error = b->dtype == CAD_U8 || different == 0 ? (double)different : total; /* numbers of ids are right or wrong */
    double scale = real ? largest : total;
    if (scale > 0) {
        error /= scale;
        allowed /= scale;
    }
    bool good = error <= allowed;
    if (!good || v->good) {
        bool worse = !good || error / (allowed + 1e-30) >= v->error / (v->allowed + 1e-30);
        if (worse) {
            v->error = error;
            v->allowed = allowed;
            snprintf(v->worst, sizeof v->worst, "%s", b->name);
        }
    }
    v->good = v->good && good;
}

static cad_status compare(const gb_case *c, gb_room *r, const sample *s, gb_at *right, gb_at *naive, gb_verdict *v)
{
    CAD_TRY(answer(c, r, s, CAD_F32, right));
    CAD_TRY(answer(c, r, s, CAD_BF16, naive));
    CAD_TRY(c->call(c, &r->at));
    for (int i = 0; i < c->n_buffers; i++) {
        unsigned char *got;
        size_t bytes = gb_bytes(&c->buffer[i], r->n, CAD_BF16);
        if (!gb_is_result(&c->buffer[i]))
            continue;
        CAD_TRY(cad_mem_alloc(bytes, "bench", &got));
        cad_status s1 = r->at.ops->mem_get(got, r->at.p[i], bytes, NULL);
        if (s1 == CAD_OK)
            judge(c, i, s, got, right, naive, v);
        cad_mem_free(got);
        CAD_TRY(s1);
    }
    return r->at.ops->sync(NULL);
}

cad_status gb_compare(const gb_case *c, gb_room *r, gb_verdict *out)
{
    sample s = choose(c, r->n);
    gb_at right = {0}, naive = {0};
    gb_verdict v = {.good = true, .rows = s.n};
    cad_status st = compare(c, r, &s, &right, &naive, &v);
    drop(c, &right);
    drop(c, &naive);
    CAD_TRY(st);
    *out = v;
    return CAD_OK;
}
