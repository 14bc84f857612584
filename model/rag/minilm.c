/* The pass of the encoder over captions that lie end to end. */
#include "model/rag/minilm_impl.h"

#include "core/mem.h"
#include "core/size.h"
#include "core/threads.h"

#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

enum { PASS = 2048, CHUNK = 1 << 16, TEXT_GRAIN = 32, ROW_GRAIN = 16, LANES = 16 };

/* Memory of passes of at most `cap` pieces, and the captions of the one at work. */
typedef struct pass {
    const cad_minilm *m;
    const cad_ops *ops;
    int64_t n, segments, cap;
    uint32_t *id; /* (cap) */
    int32_t *seg; /* (cap + 1) first piece of each caption, and the end */
    float *x, *t; /* (cap, C) */
    float *qkv;   /* (cap, 3C) */
    float *a;     /* (cap, C) */
    float *h;     /* (cap, F) */
    const cad_minilm_norm *norm;
    float *out;
    atomic_int odd; /* a vector was not finite */
} pass;

/* ---- rows ---- */

/* Sums in LANES parts, added in one order: a row's bits are its own. */
static float sum_of(const float part[LANES])
{
    float p[LANES];
    memcpy(p, part, sizeof p);
    for (int w = LANES / 2; w > 0; w /= 2)
        for (int i = 0; i < w; i++)
            p[i] += p[i + w];
    return p[0];
}

static float mean_of(const float *x, int64_t n)
{
    float s[LANES] = {0};
    int64_t c = 0;
    for (; c + LANES <= n; c += LANES)
        for (int i = 0; i < LANES; i++)
            s[i] += x[c + i];
    for (int i = 0; c + i < n; i++)
        s[i] += x[c + i];
    return sum_of(s) / (float)n;
}

static float variance_of(const float *x, int64_t n, float mean)
{
    float s[LANES] = {0};
    int64_t c = 0;
    for (; c + LANES <= n; c += LANES)
        for (int i = 0; i < LANES; i++)
            s[i] += (x[c + i] - mean) * (x[c + i] - mean);
    for (int i = 0; c + i < n; i++)
        s[i] += (x[c + i] - mean) * (x[c + i] - mean);
    return sum_of(s) / (float)n;
}

/* y = (x - mean) / sqrt(variance + eps) w + b */
static void normalise(const cad_minilm *m, const cad_minilm_norm *norm, const float *x, float *y)
{
    int64_t width = m->width;
    float mean = mean_of(x, width), scale = 1 / sqrtf(variance_of(x, width, mean) + m->eps);
    for (int64_t c = 0; c < width; c++)
        y[c] = (x[c] - mean) * scale * norm->w[c] + norm->b[c];
}

static void norm_rows(void *ctx, int64_t begin, int64_t end)
{
    const pass *p = ctx;
    for (int64_t i = begin; i < end; i++)
        normalise(p->m, p->norm, p->t + i * p->m->width, p->x + i * p->m->width);
}

/* erf within 5e-7: x times a rational function of x^2, of own fit (least largest error on 0..4; beyond, erf is 1 within 2e-8).
 */
static inline float erf_near(float x)
{
    x = x > 4 ? 4 : x < -4 ? -4 : x;
    float t = x * x;
    float over = 1.97489317e-06f;
    over = over * t + 2.88023730e-04f;
    over = over * t + 4.00301442e-03f;
    over = over * t + 5.34655303e-02f;
    over = over * t + 1.96234658e-01f;
    over = over * t + 1.12837899e+00f;
    float under = 3.74805932e-05f;
    under = under * t + 1.21620006e-03f;
    under = under * t + 1.54431667e-02f;
    under = under * t + 1.16470456e-01f;
    under = under * t + 5.07239580e-01f;
    under = under * t + 1;
    return x * over / under;
}

static void gelu_rows(void *ctx, int64_t begin, int64_t end)
{
    const pass *p = ctx;
    float *h = p->h + begin * p->m->ffn;
    for (int64_t i = 0; i < (end - begin) * p->m->ffn; i++)
        h[i] = 0.5f * h[i] * (1 + erf_near(h[i] * 0.70710678f));
}

/* Words and places of the pieces, normalised. */
static void embed_segments(void *ctx, int64_t begin, int64_t end)
{
    const pass *p = ctx;
    const cad_minilm *m = p->m;
    for (int64_t s = begin; s < end; s++)
        for (int64_t i = p->seg[s]; i < p->seg[s + 1]; i++) {
            const float *word = m->word + (int64_t)p->id[i] * m->width, *place = m->position + (i - p->seg[s]) * m->width;
            float *t = p->t + i * m->width;
            for (int64_t c = 0; c < m->width; c++)
                t[c] = word[c] + place[c];
            normalise(m, &m->norm, t, p->x + i * m->width);
        }
}

/* The mean over the pieces of each caption, of unit length. */
static void pool_segments(void *ctx, int64_t begin, int64_t end)
{
    pass *p = ctx;
    int64_t width = p->m->width;
    for (int64_t s = begin; s < end; s++) {
        float *out = p->out + s * width;
        double length = 0;
        for (int64_t c = 0; c < width; c++) {
            double sum = 0;
            for (int64_t i = p->seg[s]; i < p->seg[s + 1]; i++)
                sum += (double)p->x[i * width + c];
            sum /= p->seg[s + 1] - p->seg[s];
            out[c] = (float)sum;
            length += sum * sum;
        }
        double scale = length > 0 ? 1 / sqrt(length) : 0;
        for (int64_t c = 0; c < width; c++)
            out[c] = (float)((double)out[c] * scale);
        if (!isfinite(length))
            atomic_store(&p->odd, 1);
    }
}

/* ---- layers ---- */

static cad_tensor view(float *data, int64_t n, int64_t width)
{
    return cad_tensor_2d(CAD_F32, data, n, width);
}

/* y = x W^T + b, + res where it is given */
static cad_status linear(const pass *p, const cad_minilm_linear *l, float *x, float *res, float *y)
{
    cad_linear_fwd_args a = {.x = view(x, p->n, l->in),
                             .w = view(l->w, l->out, l->in),
                             .b = cad_tensor_1d(CAD_F32, l->b, l->out),
                             .y = view(y, p->n, l->out)};
    if (res)
        a.res = view(res, p->n, l->out);
    return p->ops->linear_fwd(&a, NULL);
}

static cad_status attend(const pass *p)
{
    const cad_minilm *m = p->m;
    int64_t d = m->width / m->heads;
    cad_attn_fwd_args a = {.q = cad_tensor_3d(CAD_F32, p->qkv, p->n, m->heads, d),
                           .k = cad_tensor_3d(CAD_F32, p->qkv + m->width, p->n, m->heads, d),
                           .v = cad_tensor_3d(CAD_F32, p->qkv + 2 * m->width, p->n, m->heads, d),
                           .ld_q = 3 * m->width,
                           .ld_k = 3 * m->width,
                           .ld_v = 3 * m->width,
                           .seg = cad_tensor_1d(CAD_I32, p->seg, p->segments + 1),
                           .o = cad_tensor_3d(CAD_F32, p->a, p->n, m->heads, d),
                           .scale = 1 / sqrtf((float)d)};
    return p->ops->attn_fwd(&a, NULL);
}

static void norm_all(pass *p, const cad_minilm_norm *norm)
{
    p->norm = norm;
    cad_parallel_for(p->n, ROW_GRAIN, norm_rows, p);
}

static cad_status run_layer(pass *p, const cad_minilm_layer *l)
{
    CAD_TRY(linear(p, &l->qkv, p->x, NULL, p->qkv));
    CAD_TRY(attend(p));
    CAD_TRY(linear(p, &l->out, p->a, p->x, p->t));
    norm_all(p, &l->norm);
    CAD_TRY(linear(p, &l->up, p->x, NULL, p->h));
    cad_parallel_for(p->n, ROW_GRAIN, gelu_rows, p);
    CAD_TRY(linear(p, &l->down, p->h, p->x, p->t));
    norm_all(p, &l->norm2);
    return CAD_OK;
}

static cad_status run_pass(pass *p)
{
    cad_parallel_for(p->segments, 1, embed_segments, p);
    for (int64_t l = 0; l < p->m->layers; l++)
        CAD_TRY(run_layer(p, &p->m->layer[l]));
    cad_parallel_for(p->segments, 1, pool_segments, p);
    if (atomic_load(&p->odd))
        CAD_FAIL(CAD_ENUMERIC, "retrieval: the encoder makes a vector that is not finite");
    return CAD_OK;
}

static cad_status open_pass(pass *p)
{
    const cad_minilm *m = p->m;
    size_t cap = (size_t)(m->most > PASS ? m->most : PASS), width = (size_t)m->width;
    float *room = NULL;
    p->cap = (int64_t)cap;
    CAD_TRY(cad_ops_get("cpu", &p->ops));
    CAD_TRY(cad_mem_alloc(cad_size_mul(cap, sizeof *p->id), "encoder pass", &p->id));
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_add(cap, 1), sizeof *p->seg), "encoder pass", &p->seg));
    size_t columns = cad_size_add(cad_size_mul(6, width), (size_t)m->ffn);
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_mul(cap, columns), sizeof *room), "encoder pass", &room));
    p->x = room;
    p->t = p->x + cap * width;
    p->a = p->t + cap * width;
    p->qkv = p->a + cap * width;
    p->h = p->qkv + 3 * cap * width;
    return CAD_OK;
}

static void close_pass(pass *p)
{
    cad_mem_free(p->x);
    cad_mem_free(p->seg);
    cad_mem_free(p->id);
}

/* ---- captions ---- */

typedef struct texts {
    const cad_minilm *m;
    const char *const *caption;
    cad_ids *ids;
    atomic_int_least64_t failed; /* the first that failed: error texts belong to a thread, the caller writes its own */
} texts;

static cad_status pieces_of(const cad_minilm *m, const char *text, cad_ids *out)
{
    return cad_tokenizer_encode_whole(m->tokenizer, text, strlen(text), CAD_SPECIALS_parse, (size_t)m->most, out);
}

static void encode_texts(void *ctx, int64_t begin, int64_t end)
{
    texts *t = ctx;
    for (int64_t i = begin; i < end; i++) {
        if (pieces_of(t->m, t->caption[i], &t->ids[i]) == CAD_OK)
            continue;
        int_least64_t first = atomic_load(&t->failed);
        while (i < first && !atomic_compare_exchange_weak(&t->failed, &first, i)) {
        }
    }
}

/* Captions begin, begin + 1, .. as many as fit into a pass; returns the end. */
static int64_t fill_pass(pass *p, const cad_ids *ids, int64_t begin, int64_t end)
{
    p->n = p->segments = 0;
    for (; begin < end && p->n + (int64_t)ids[begin].n <= p->cap; begin++) {
        memcpy(p->id + p->n, ids[begin].id, ids[begin].n * sizeof *p->id);
        p->n += (int64_t)ids[begin].n;
        p->seg[++p->segments] = (int32_t)p->n;
    }
    return begin;
}

static cad_status encode_chunk(pass *p, const char *const *caption, int64_t n, cad_ids *ids)
{
    float *out = p->out;
    texts t = {.m = p->m, .caption = caption, .ids = ids};
    atomic_store(&t.failed, n);
    cad_parallel_for(n, TEXT_GRAIN, encode_texts, &t);
    int64_t failed = atomic_load(&t.failed);
    if (failed < n) {
        cad_ids again = CAD_IDS_INIT;
        cad_status s = pieces_of(p->m, caption[failed], &again); /* for its error text */
        cad_ids_deinit(&again);
        return s == CAD_OK ? cad_fail(CAD_ENOMEM, "retrieval: out of memory while captions were cut into pieces") : s;
    }
    for (int64_t begin = 0, end; begin < n; begin = end) {
        end = fill_pass(p, ids, begin, n);
        p->out = out + begin * p->m->width;
        CAD_TRY(run_pass(p));
    }
    p->out = out + n * p->m->width;
    return CAD_OK;
}

cad_status cad_minilm_encode(cad_minilm *m, const char *const *caption, int64_t n, float *out)
{
    pass p = {.m = m, .out = out};
    cad_ids *ids = NULL;
    int64_t chunk = n < CHUNK ? n : CHUNK;
    cad_status s = open_pass(&p);
    if (s == CAD_OK)
        s = cad_mem_alloc(cad_size_mul((size_t)chunk, sizeof *ids), "pieces of captions", &ids);
    for (int64_t at = 0; s == CAD_OK && at < n; at += chunk) {
        int64_t count = n - at < chunk ? n - at : chunk;
        for (int64_t i = 0; i < count; i++)
            cad_ids_clear(&ids[i]);
        s = encode_chunk(&p, caption + at, count, ids);
    }
    for (int64_t i = 0; ids && i < chunk; i++)
        cad_ids_deinit(&ids[i]);
    cad_mem_free(ids);
    close_pass(&p);
    return s;
}
