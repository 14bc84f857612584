/* Exact search, in tiles of queries and rows: products by the op table, candidates by threshold, order in f64. */
#include "model/rag/rag_rank.h"

#include "core/hash.h"
#include "core/mem.h"
#include "core/size.h"
#include "core/threads.h"
#include "kernels/ops.h"

#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { QUERIES = 256, ROWS = 2048, GRAIN = 4, STRIDE = 16, LIST = 64 };

typedef struct candidate {
    double value; /* what is ranked: inner product, or minus half the squared distance */
    double score;
    uint64_t tie; /* smaller goes first where values are equal */
    int64_t row;
} candidate;

/* What one query has found so far. */
typedef struct finder {
    candidate *list;
    size_t n, cap;
    double *best; /* (k) the best values, descending */
    int64_t n_best;
    double half; /* half its squared length */
} finder;

typedef struct search {
    const cad_rag_rows *rows, *query;
    const cad_rag_rule *rule;
    const cad_ops *ops;
    double margin, near; /* of products in f32; of values that count as equal */
    float *bias;         /* (ROWS) minus half the squared length of each row, for distances; zeros for products */
    float *tile;         /* (QUERIES, ROWS) */
    finder *finder;      /* (QUERIES) */
    double *best;
    int64_t q0, r0, n_rows; /* where the tile lies */
    atomic_int failed;      /* error texts belong to a thread: the status travels, the caller writes its own text */
    cad_rag_hit *hit;
    int64_t *found;
} search;

/* ---- values ---- */

/* Eight partial sums in a fixed order, so that the bits do not depend on the width of the machine. */
static double sum8(const double s[8])
{
    return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

static double dot(const float *a, const float *b, int64_t n)
{
    double s[8] = {0};
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int k = 0; k < 8; k++)
            s[k] += (double)a[i + k] * (double)b[i + k];
    for (; i < n; i++)
        s[i % 8] += (double)a[i] * (double)b[i];
    return sum8(s);
}

static double distance2(const float *a, const float *b, int64_t n)
{
    double s[8] = {0};
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int k = 0; k < 8; k++) {
            double d = (double)a[i + k] - (double)b[i + k];
            s[k] += d * d;
        }
    for (; i < n; i++) {
        double d = (double)a[i] - (double)b[i];
        s[i % 8] += d * d;
    }
    return sum8(s);
}

static bool same_group(const uint64_t *a, int64_t i, const uint64_t *b, int64_t j)
{
    return a && b && a[i] && a[i] == b[j];
}

/* Whether the rule keeps row r from query q. */
static bool is_kept_from(const search *s, int64_t q, int64_t r)
{
    const cad_rag_rows *a = s->query, *b = s->rows;
    return (s->rule->other_caption && same_group(a->caption_group, q, b->caption_group, r)) ||
           (s->rule->other_geometry && same_group(a->geometry_group, q, b->geometry_group, r)) ||
           (s->rule->other_id && a->id && b->id && !strcmp(a->id[q], b->id[r]));
}

static uint64_t tie_of(const search *s, int64_t q, int64_t r)
{
    if (s->rule->ties != CAD_RAG_TIE_SEEDED)
        return (uint64_t)(s->rule->ties == CAD_RAG_TIE_FIRST ? r : INT64_MAX - r);
    uint64_t of_query = s->query->id ? cad_hash64(s->query->id[q], strlen(s->query->id[q]), s->rule->seed) : s->rule->seed;
    return s->rows->id ? cad_hash64(s->rows->id[r], strlen(s->rows->id[r]), of_query) : cad_hash64(&r, sizeof r, of_query);
}

/* ---- candidates ---- */

static int by_value(const void *x, const void *y)
{
    const candidate *a = x, *b = y;
    if (a->value != b->value)
        return a->value > b->value ? -1 : 1;
    if (a->tie != b->tie)
        return a->tie < b->tie ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

static int by_tie(const void *x, const void *y)
{
    const candidate *a = x, *b = y;
    if (a->tie != b->tie)
        return a->tie < b->tie ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* The least value that can still be among the k best, or tied with one of them. */
static double least(const search *s, const finder *f)
{
    return f->n_best == s->rule->k ? f->best[f->n_best - 1] - s->near : -HUGE_VAL;
}

/* Leaves out what can no longer be a hit: what is too far, and of rows with one value all but the k that go first. */
static void prune(const search *s, finder *f)
{
    double low = least(s, f);
    size_t n = 0;
    int64_t alike = 0;
    if (f->n)
        qsort(f->list, f->n, sizeof *f->list, by_value);
    for (size_t i = 0; i < f->n && f->list[i].value >= low; i++) {
        alike = n && f->list[n - 1].value == f->list[i].value ? alike + 1 : 0;
        if (alike < s->rule->k)
            f->list[n++] = f->list[i];
    }
    f->n = n;
}

static void enter_best(const search *s, finder *f, double value)
{
    int64_t k = s->rule->k, at = f->n_best;
    if (f->n_best < k)
        f->n_best++;
    else if (value > f->best[k - 1])
        at = k - 1;
    else
        return;
    for (; at > 0 && value > f->best[at - 1]; at--)
        f->best[at] = f->best[at - 1];
    f->best[at] = value;
}

static cad_status keep(const search *s, finder *f, candidate c)
{
    if (f->n == f->cap) {
        prune(s, f);
        if (f->n >= f->cap / 2) {
            size_t cap = f->cap ? cad_size_mul(f->cap, 2) : LIST;
            CAD_TRY(cad_mem_resize(cad_size_mul(cap, sizeof *f->list), "retrieval candidates", &f->list));
            f->cap = cap;
        }
    }
    f->list[f->n++] = c;
    enter_best(s, f, c.value);
    return CAD_OK;
}

/* Row r, whose product in f32 says that it may be a hit. */
static cad_status consider(const search *s, finder *f, int64_t q, int64_t r)
{
    const float *a = s->query->vector + q * s->query->dim, *b = s->rows->vector + r * s->rows->dim;
    if (is_kept_from(s, q, r))
        return CAD_OK;
    candidate c = {.score = dot(a, b, s->rows->dim), .row = r};
    c.value = s->rule->ties == CAD_RAG_TIE_FIRST ? -0.5 * distance2(a, b, s->rows->dim) : c.score;
    if (c.value < least(s, f) || (s->rule->min_score > -1 && c.score < s->rule->min_score))
        return CAD_OK;
    c.tie = tie_of(s, q, r);
    return keep(s, f, c);
}

/* Products below this cannot belong to a hit. */
static float threshold(const search *s, const finder *f)
{
    return (float)(least(s, f) + f->half - s->margin);
}

/* Queries [begin, end) of the tile. */
static void scan(void *ctx, int64_t begin, int64_t end)
{
    search *s = ctx;
    for (int64_t i = begin; i < end; i++) {
        const float *y = s->tile + i * s->n_rows;
        finder *f = &s->finder[i];
        float low = threshold(s, f);
        for (int64_t at = 0; at < s->n_rows; at += STRIDE) {
            int64_t last = at + STRIDE < s->n_rows ? at + STRIDE : s->n_rows;
            int any = 0;
            for (int64_t r = at; r < last; r++)
                any |= y[r] >= low;
            for (int64_t r = at; any && r < last; r++) {
                if (!(y[r] >= low))
                    continue;
                if (consider(s, f, s->q0 + i, s->r0 + r) != CAD_OK)
                    atomic_store(&s->failed, 1);
                low = threshold(s, f);
            }
        }
    }
}

/* ---- hits ---- */

/* The list in the order of the rule: seeded ties are groups, each opened by the best row that is left. */
static void order(const search *s, finder *f)
{
    if (f->n)
        qsort(f->list, f->n, sizeof *f->list, by_value);
    for (size_t i = 0; s->near > 0 && i < f->n && i < (size_t)s->rule->k;) {
        size_t end = i + 1;
        while (end < f->n && f->list[end].value >= f->list[i].value - s->near)
            end++;
        qsort(f->list + i, end - i, sizeof *f->list, by_tie);
        i = end;
    }
}

static void put_hits(void *ctx, int64_t begin, int64_t end)
{
    search *s = ctx;
    int64_t k = s->rule->k;
    for (int64_t i = begin; i < end; i++) {
        finder *f = &s->finder[i];
        cad_rag_hit *hit = s->hit + (s->q0 + i) * k;
        order(s, f);
        for (int64_t j = 0; j < k; j++)
            hit[j] = j < (int64_t)f->n ? (cad_rag_hit){f->list[j].row, (float)f->list[j].score} : (cad_rag_hit){-1, 0};
        if (s->found)
            s->found[s->q0 + i] = (int64_t)f->n < k ? (int64_t)f->n : k;
    }
}

static cad_tensor matrix(const float *data, int64_t n, int64_t dim)
{
    return cad_tensor_2d(CAD_F32, (void *)(uintptr_t)data, n, dim);
}

/* Products of `n_q` queries with the rows from r0 on. */
static cad_status fill_tile(search *s, int64_t n_q)
{
    int64_t dim = s->rows->dim;
    cad_linear_fwd_args a = {.x = matrix(s->query->vector + s->q0 * dim, n_q, dim),
                             .w = matrix(s->rows->vector + s->r0 * dim, s->n_rows, dim),
                             .y = matrix(s->tile, n_q, s->n_rows)};
    if (s->rule->ties == CAD_RAG_TIE_FIRST) {
        for (int64_t r = 0; r < s->n_rows; r++) {
            const float *v = s->rows->vector + (s->r0 + r) * dim;
            s->bias[r] = (float)(-0.5 * dot(v, v, dim));
        }
        a.b = cad_tensor_1d(CAD_F32, s->bias, s->n_rows);
    }
    return s->ops->linear_fwd(&a, NULL);
}

static cad_status search_block(search *s, int64_t n_q)
{
    for (int64_t i = 0; i < n_q; i++) {
        const float *v = s->query->vector + (s->q0 + i) * s->query->dim;
        finder *f = &s->finder[i];
        f->n = 0;
        f->n_best = 0;
        f->half = s->rule->ties == CAD_RAG_TIE_FIRST ? 0.5 * dot(v, v, s->query->dim) : 0;
    }
    for (s->r0 = 0; s->r0 < s->rows->n; s->r0 += ROWS) {
        s->n_rows = s->rows->n - s->r0 < ROWS ? s->rows->n - s->r0 : ROWS;
        CAD_TRY(fill_tile(s, n_q));
        cad_parallel_for(n_q, GRAIN, scan, s);
        if (atomic_load(&s->failed))
            CAD_FAIL(CAD_ENOMEM, "retrieval: out of memory for the candidates of %" PRId64 " queries", n_q);
    }
    cad_parallel_for(n_q, GRAIN, put_hits, s);
    return CAD_OK;
}

static cad_status open_search(search *s)
{
    size_t block = s->query->n < QUERIES ? (size_t)s->query->n : QUERIES;
    CAD_TRY(cad_ops_get("cpu", &s->ops));
    CAD_TRY(cad_mem_alloc(cad_size_mul(ROWS, sizeof *s->bias), "retrieval search", &s->bias));
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_mul(block, ROWS), sizeof *s->tile), "retrieval search", &s->tile));
    CAD_TRY(cad_mem_alloc(cad_size_mul(block, sizeof *s->finder), "retrieval search", &s->finder));
    CAD_TRY(
        cad_mem_alloc(cad_size_mul(cad_size_mul(block, (size_t)s->rule->k), sizeof *s->best), "retrieval search", &s->best));
    for (size_t i = 0; i < block; i++)
        s->finder[i].best = s->best + i * (size_t)s->rule->k;
    return CAD_OK;
}

static void close_search(search *s)
{
    int64_t block = s->query->n < QUERIES ? s->query->n : QUERIES;
    for (int64_t i = 0; s->finder && i < block; i++)
        cad_mem_free(s->finder[i].list);
    cad_mem_free(s->best);
    cad_mem_free(s->finder);
    cad_mem_free(s->tile);
    cad_mem_free(s->bias);
}

cad_status cad_rag_rank(const cad_rag_rows *rows, const cad_rag_rows *query, const cad_rag_rule *rule, cad_rag_hit *hit,
                        int64_t *found)
{
    if (rule->k < 1)
        CAD_FAIL(CAD_EINVAL, "retrieval: k is %" PRId64 "; expected at least 1", rule->k);
    if (rows->dim != query->dim)
        CAD_FAIL(CAD_EINVAL, "retrieval: queries have %" PRId64 " dimensions, rows %" PRId64, query->dim, rows->dim);
    search s = {.rows = rows, .query = query, .rule = rule, .hit = hit, .found = found};
    /* Vectors are of unit length within 1e-6: a chain of dim multiply-adds is off by at most dim half-ulps of 1. */
    s.margin = ((double)rows->dim + 8) * 0x1p-23;
    s.near = rule->ties == CAD_RAG_TIE_SEEDED ? CAD_RAG_NEAR : 0;
    cad_status st = open_search(&s);
    for (; st == CAD_OK && s.q0 < query->n; s.q0 += QUERIES)
        st = search_block(&s, query->n - s.q0 < QUERIES ? query->n - s.q0 : QUERIES);
    close_search(&s);
    return st;
}
