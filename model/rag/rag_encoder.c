#include "model/rag/rag_encoder.h"

#include "core/mem.h"
#include "core/size.h"
#include "core/threads.h"
#include "model/rag/minilm.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { GRAIN = 64 };

struct cad_rag_encoder {
    cad_rag_encoder_kind kind;
    int64_t dim;
    char xxh3[CAD_HASH_HEX];
    cad_minilm *minilm;
};

/* The identity of the hashed encoder is what it makes of a sentence with a feature of each class. */
static cad_status hash_identity(char out[CAD_HASH_HEX])
{
    static const char probe[] = "Plate 40 x 20.50, four holes of 4,5 mm";
    float v[CAD_RAG_HASH_DIM];
    CAD_TRY(cad_rag_hash_encode(probe, sizeof probe - 1, v));
    cad_hash128_hex(v, sizeof v, out);
    return CAD_OK;
}

static cad_status open_hash(cad_rag_encoder *e)
{
    e->dim = CAD_RAG_HASH_DIM;
    return hash_identity(e->xxh3);
}

static cad_status open_minilm(cad_rag_encoder *e, const char *path)
{
    if (!*path)
        CAD_FAIL(CAD_ECONFIG,
                 "rag.encoder_path is not set; expected the folder of all-MiniLM-L6-v2\nhint: --encoder-path=DIR, or "
                 "--encoder=hash, which needs no weights");
    CAD_TRY(cad_minilm_create(path, &e->minilm));
    e->dim = cad_minilm_dim(e->minilm);
    memcpy(e->xxh3, cad_minilm_xxh3(e->minilm), CAD_HASH_HEX);
    return CAD_OK;
}

cad_status cad_rag_encoder_create(cad_rag_encoder_kind kind, const char *path, cad_rag_encoder **out)
{
    cad_rag_encoder *e;
    CAD_TRY(cad_mem_alloc(sizeof *e, "caption encoder", &e));
    e->kind = kind;
    cad_status s = kind == CAD_RAG_BY_MINILM ? open_minilm(e, path) : open_hash(e);
    if (s != CAD_OK) {
        cad_rag_encoder_destroy(e);
        return s;
    }
    *out = e;
    return CAD_OK;
}

void cad_rag_encoder_destroy(cad_rag_encoder *e)
{
    if (!e)
        return;
    cad_minilm_destroy(e->minilm);
    cad_mem_free(e);
}

const char *cad_rag_encoder_name(const cad_rag_encoder *e)
{
    static const char *const name[] = {"hash", "minilm"};
    return name[e->kind];
}

int64_t cad_rag_encoder_dim(const cad_rag_encoder *e)
{
    return e->dim;
}

const char *cad_rag_encoder_xxh3(const cad_rag_encoder *e)
{
    return e->xxh3;
}

/* ---- encoding ---- */

typedef struct hash_job {
    const char *const *caption;
    float *out;
    atomic_int failed; /* error texts belong to a thread: the status travels, the caller writes its own text */
} hash_job;

static void hash_rows(void *ctx, int64_t begin, int64_t end)
{
    hash_job *j = ctx;
    for (int64_t i = begin; i < end; i++)
        if (cad_rag_hash_encode(j->caption[i], strlen(j->caption[i]), j->out + i * CAD_RAG_HASH_DIM) != CAD_OK)
            atomic_store(&j->failed, 1);
}

static cad_status encode_distinct(cad_rag_encoder *e, const char *const *caption, int64_t n, float *out)
{
    if (e->minilm)
        return cad_minilm_encode(e->minilm, caption, n, out);
    hash_job j = {.caption = caption, .out = out};
    cad_parallel_for(n, GRAIN, hash_rows, &j);
    if (atomic_load(&j.failed))
        CAD_FAIL(CAD_ENOMEM, "retrieval: out of memory while encoding %" PRId64 " captions", n);
    return CAD_OK;
}

/* Captions in an order that brings equal ones together. */
typedef struct place {
    const char *caption;
    int64_t row;
} place;

static int by_caption(const void *x, const void *y)
{
    const place *a = x, *b = y;
    int c = strcmp(a->caption, b->caption);
    return c ? c : a->row < b->row ? -1 : 1;
}

typedef struct distinct {
    place *place;         /* (n) sorted */
    const char **caption; /* (n) the different ones, in order */
    float *vector;        /* (count, dim) theirs */
    int64_t count;
} distinct;

static cad_status encode_once(cad_rag_encoder *e, const char *const *caption, int64_t n, float *out, distinct *d)
{
    size_t row = (size_t)e->dim * sizeof *out;
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)n, sizeof *d->place), "captions", &d->place));
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)n, sizeof *d->caption), "captions", &d->caption));
    for (int64_t i = 0; i < n; i++)
        d->place[i] = (place){caption[i], i};
    qsort(d->place, (size_t)n, sizeof *d->place, by_caption);
    for (int64_t i = 0; i < n; i++)
        if (!i || strcmp(d->place[i].caption, d->place[i - 1].caption) != 0)
            d->caption[d->count++] = d->place[i].caption;
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)d->count, row), "caption vectors", &d->vector));
    CAD_TRY(encode_distinct(e, d->caption, d->count, d->vector));
    for (int64_t i = 0, at = -1; i < n; i++) {
        at += !i || strcmp(d->place[i].caption, d->place[i - 1].caption) != 0;
        memcpy(out + d->place[i].row * e->dim, d->vector + at * e->dim, row);
    }
    return CAD_OK;
}

cad_status cad_rag_encode(cad_rag_encoder *e, const char *const *caption, int64_t n, float *out)
{
    distinct d = {0};
    cad_status s = n == 1 ? encode_distinct(e, caption, n, out) : encode_once(e, caption, n, out, &d);
    cad_mem_free(d.vector);
    cad_mem_free(d.caption);
    cad_mem_free(d.place);
    return s;
}
