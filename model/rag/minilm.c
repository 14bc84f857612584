/* The pass of the encoder over captions that lie end to end. */
#include "model/rag/minilm_impl.h"

#include "core/mem.h"
#include "core/size.h"
#include "core/threads.h"

#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

/* A pass of 256 pieces stays in the cache of its core, and each thread has its own: 4.2 ms of CPU time a caption of 16 pieces
 * where passes of 2,048 pieces shared by all threads, with GELU by SSE, took 5.0 (Xeon, AVX-512). */
enum { PASS = 256, CHUNK = 1 << 16, TEXT_GRAIN = 32 };

/* Memory of passes of at most `cap` pieces, and the captions of the one at work. */
typedef struct pass {
    const cad_minilm *m;
    const cad_ops *ops;
    const cad_minilm_rows *rows;
    int64_t n, segments, cap;
    uint32_t *id; /* (cap) */
    int32_t *seg; /* (cap + 1) first piece of each caption, and the end */
    float *x, *t; /* (cap, C) */
    float *qkv;   /* (cap, 3C) */
    float *a;     /* (cap, C) */
    float *h;     /* (cap, F) */
    float *out;   /* (segments, C) */
} pass;

/* Words and places of the pieces, normalised. */
static void embed(const pass *p)
{
    const cad_minilm *m = p->m;
    for (int64_t s = 0; s < p->segments; s++)
        for (int64_t i = p->seg[s]; i < p->seg[s + 1]; i++) {
            const float *word = m->word + (int64_t)p->id[i] * m->width, *place = m->position + (i - p->seg[s]) * m->width;
            float *t = p->t + i * m->width;
            for (int64_t c = 0; c < m->width; c++)
                t[c] = word[c] + place[c];
        }
    p->rows->normalise(m, &m->norm, p->t, p->n, p->x);
}

/* The mean over the pieces of one caption, of unit length. */
static cad_status pool_segment(const pass *p, int64_t s)
{
    int64_t width = p->m->width;
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
        CAD_FAIL(CAD_ENUMERIC, "retrieval: the encoder makes a vector that is not finite");
    return CAD_OK;
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

static cad_status run_layer(const pass *p, const cad_minilm_layer *l)
{
    CAD_TRY(linear(p, &l->qkv, p->x, NULL, p->qkv));
    CAD_TRY(attend(p));
    CAD_TRY(linear(p, &l->out, p->a, p->x, p->t));
    p->rows->normalise(p->m, &l->norm, p->t, p->n, p->x);
    CAD_TRY(linear(p, &l->up, p->x, NULL, p->h));
    p->rows->gelu(p->h, p->n * p->m->ffn);
    CAD_TRY(linear(p, &l->down, p->h, p->x, p->t));
    p->rows->normalise(p->m, &l->norm2, p->t, p->n, p->x);
    return CAD_OK;
}

static cad_status run_pass(const pass *p)
{
    embed(p);
    for (int64_t l = 0; l < p->m->layers; l++)
        CAD_TRY(run_layer(p, &p->m->layer[l]));
    for (int64_t s = 0; s < p->segments; s++)
        CAD_TRY(pool_segment(p, s));
    return CAD_OK;
}

static const cad_minilm_rows *rows_of(const cad_ops *ops)
{
    return !strcmp(ops->isa, "x86-64-v4")   ? &cad_minilm_rows_v4
           : !strcmp(ops->isa, "x86-64-v3") ? &cad_minilm_rows_v3
                                            : &cad_minilm_rows_v2;
}

static cad_status open_pass(const cad_minilm *m, pass *p)
{
    size_t cap = (size_t)(m->most > PASS ? m->most : PASS), width = (size_t)m->width;
    float *room = NULL;
    p->m = m;
    p->cap = (int64_t)cap;
    CAD_TRY(cad_ops_get("cpu", &p->ops));
    p->rows = rows_of(p->ops);
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

/* Captions on their way: all threads cut them into pieces, then each thread takes pass after pass. */
typedef struct job {
    const cad_minilm *m;
    const char *const *caption;
    int64_t n;
    cad_ids *ids;   /* (n) */
    int64_t *first; /* (passes + 1) captions at which passes begin, and the end */
    int64_t passes;
    pass *pass; /* one for each thread */
    int64_t threads;
    float *out;
    atomic_int_least64_t next;
    atomic_int_least64_t failed; /* the first that failed: error texts belong to a thread, the caller writes its own */
} job;

static void note_failure(job *j, int64_t at)
{
    int_least64_t first = atomic_load(&j->failed);
    while (at < first && !atomic_compare_exchange_weak(&j->failed, &first, at)) {
    }
}

static cad_status pieces_of(const cad_minilm *m, const char *text, cad_ids *out)
{
    return cad_tokenizer_encode_whole(m->tokenizer, text, strlen(text), CAD_SPECIALS_parse, (size_t)m->most, out);
}

static void cut_texts(void *ctx, int64_t begin, int64_t end)
{
    job *j = ctx;
    for (int64_t i = begin; i < end; i++)
        if (pieces_of(j->m, j->caption[i], &j->ids[i]) != CAD_OK)
            note_failure(j, i);
}

static cad_status cut_all(job *j)
{
    atomic_store(&j->failed, j->n);
    cad_parallel_for(j->n, TEXT_GRAIN, cut_texts, j);
    int64_t failed = atomic_load(&j->failed);
    if (failed == j->n)
        return CAD_OK;
    cad_ids again = CAD_IDS_INIT;
    cad_status s = pieces_of(j->m, j->caption[failed], &again); /* for its error text */
    cad_ids_deinit(&again);
    return s == CAD_OK ? cad_fail(CAD_ENOMEM, "retrieval: out of memory while captions were cut into pieces") : s;
}

/* Captions in order, as many to a pass as fit into it. */
static void plan_passes(job *j)
{
    int64_t room = 0;
    j->passes = 0;
    for (int64_t i = 0; i < j->n; i++) {
        int64_t pieces = (int64_t)j->ids[i].n;
        if (i == 0 || pieces > room) {
            j->first[j->passes++] = i;
            room = j->pass[0].cap;
        }
        room -= pieces;
    }
    j->first[j->passes] = j->n;
}

static cad_status encode_pass(const job *j, int64_t at, pass *p)
{
    p->n = p->segments = 0;
    p->out = j->out + j->first[at] * j->m->width;
    for (int64_t i = j->first[at]; i < j->first[at + 1]; i++) {
        memcpy(p->id + p->n, j->ids[i].id, j->ids[i].n * sizeof *p->id);
        p->n += (int64_t)j->ids[i].n;
        p->seg[++p->segments] = (int32_t)p->n;
    }
    return run_pass(p);
}

static void run_passes(void *ctx, int64_t begin, int64_t end)
{
    job *j = ctx;
    for (int64_t t = begin; t < end; t++)
        for (int64_t at = atomic_fetch_add(&j->next, 1); at < j->passes; at = atomic_fetch_add(&j->next, 1))
            if (encode_pass(j, at, &j->pass[t]) != CAD_OK)
                note_failure(j, at);
}

static cad_status encode_chunk(job *j)
{
    CAD_TRY(cut_all(j));
    plan_passes(j);
    atomic_store(&j->next, 0);
    atomic_store(&j->failed, j->passes);
    cad_parallel_for(j->threads, 1, run_passes, j);
    int64_t failed = atomic_load(&j->failed);
    return failed < j->passes ? encode_pass(j, failed, &j->pass[0]) : CAD_OK; /* again, for its error text */
}

static cad_status open_job(job *j, int64_t most)
{
    j->threads = most < cad_threads_count() ? most : cad_threads_count();
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)most, sizeof *j->ids), "pieces of captions", &j->ids));
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_add((size_t)most, 1), sizeof *j->first), "encoder passes", &j->first));
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)j->threads, sizeof *j->pass), "encoder passes", &j->pass));
    for (int64_t t = 0; t < j->threads; t++)
        CAD_TRY(open_pass(j->m, &j->pass[t]));
    return CAD_OK;
}

static void close_job(job *j, int64_t most)
{
    for (int64_t t = 0; j->pass && t < j->threads; t++)
        close_pass(&j->pass[t]);
    for (int64_t i = 0; j->ids && i < most; i++)
        cad_ids_deinit(&j->ids[i]);
    cad_mem_free(j->pass);
    cad_mem_free(j->first);
    cad_mem_free(j->ids);
}

cad_status cad_minilm_encode(cad_minilm *m, const char *const *caption, int64_t n, float *out)
{
    job j = {.m = m};
    int64_t chunk = n < CHUNK ? n : CHUNK;
    cad_status s = n ? open_job(&j, chunk) : CAD_OK;
    for (int64_t at = 0; s == CAD_OK && at < n; at += chunk) {
        j.caption = caption + at;
        j.n = n - at < chunk ? n - at : chunk;
        j.out = out + at * m->width;
        for (int64_t i = 0; i < j.n; i++)
            cad_ids_clear(&j.ids[i]);
        s = encode_chunk(&j);
    }
    close_job(&j, chunk);
    return s;
}
