/* Exact search over the encoded captions. */
#include "model/rag/rag.h"

#include "core/mem.h"
#include "core/size.h"
#include "core/threads.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

enum { ENCODE_GRAIN = 64, SEARCH_GRAIN = 512 };

struct cad_rag_index {
    float *row; /* (n, CAD_RAG_DIM), unit vectors */
    int64_t n;
};

/* ---- building ---- */

typedef struct encode_job {
    const char *const *caption;
    float *row;
    atomic_int failed; /* error texts belong to a thread: the status travels, the caller writes its own text */
} encode_job;

static void encode_rows(void *ctx, int64_t begin, int64_t end)
{
    encode_job *j = ctx;
    for (int64_t i = begin; i < end; i++) {
        if (cad_rag_encode(j->caption[i], strlen(j->caption[i]), j->row + i * CAD_RAG_DIM) != CAD_OK)
            atomic_store(&j->failed, 1);
    }
}

cad_status cad_rag_create(const char *const *captions, int64_t n, cad_rag_index **out)
{
    cad_rag_index *x;
    size_t count, bytes;
    CAD_TRY(cad_mul((size_t)n, CAD_RAG_DIM, "retrieval index", &count));
    CAD_TRY(cad_mul(count, sizeof *x->row, "retrieval index", &bytes));
    CAD_TRY(cad_mem_alloc(sizeof *x, "retrieval index", &x));
    cad_status s = cad_mem_alloc(bytes, "retrieval index", &x->row);
    if (s == CAD_OK) {
        encode_job j = {.caption = captions, .row = x->row};
        x->n = n;
        cad_parallel_for(n, ENCODE_GRAIN, encode_rows, &j);
        if (atomic_load(&j.failed))
            s = cad_fail(CAD_ENOMEM, "retrieval index: out of memory while encoding %" PRId64 " captions", n);
    }
    if (s != CAD_OK) {
        cad_rag_destroy(x);
        return s;
    }
    *out = x;
    return CAD_OK;
}

void cad_rag_destroy(cad_rag_index *x)
{
    if (!x)
        return;
    cad_mem_free(x->row);
    cad_mem_free(x);
}

int64_t cad_rag_count(const cad_rag_index *x)
{
    return x->n;
}

/* ---- searching ---- */

typedef struct score_job {
    const float *row, *query;
    float *score;
} score_job;

/* Eight partial sums in a fixed order, so that the bits do not depend on the width of the machine. */
static float dot(const float *a, const float *b)
{
    float sum[8] = {0};
    for (int i = 0; i < CAD_RAG_DIM; i += 8) {
        for (int k = 0; k < 8; k++)
            sum[k] += a[i + k] * b[i + k];
    }
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

static void score_rows(void *ctx, int64_t begin, int64_t end)
{
    const score_job *j = ctx;
    for (int64_t i = begin; i < end; i++)
        j->score[i] = dot(j->row + i * CAD_RAG_DIM, j->query);
}

/* Keeps the k best in `hits`, best first; rows come in ascending order, so an equal score stays behind. */
static int64_t select_best(const float *score, int64_t n, int64_t k, cad_rag_hit *hits)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++) {
        if (kept == k && !(score[i] > hits[k - 1].score))
            continue;
        int64_t at = kept < k ? kept++ : k - 1;
        for (; at > 0 && score[i] > hits[at - 1].score; at--)
            hits[at] = hits[at - 1];
        hits[at] = (cad_rag_hit){i, score[i]};
    }
    return kept;
}

cad_status cad_rag_search(const cad_rag_index *x, const char *caption, size_t len, int64_t k, cad_rag_hit *hits, int64_t *out_n)
{
    if (k < 0)
        CAD_FAIL(CAD_EINVAL, "retrieval: k is %" PRId64, k);
    float query[CAD_RAG_DIM];
    CAD_TRY(cad_rag_encode(caption, len, query));
    score_job j = {.row = x->row, .query = query};
    CAD_TRY(cad_mem_alloc(cad_size_add(cad_size_mul((size_t)x->n, sizeof *j.score), 1), "retrieval scores", &j.score));
    cad_parallel_for(x->n, SEARCH_GRAIN, score_rows, &j);
    *out_n = k ? select_best(j.score, x->n, k, hits) : 0;
    cad_mem_free(j.score);
    return CAD_OK;
}
