/* Retrieval in parts: captions to vectors, nearest rows, an index of many rows.
 *
 *     bench_rag encode minilm|hash FOLDER TEXTS THREADS OUT_DIR   TEXTS: a caption a line; OUT_DIR/vectors.f32
 *     bench_rag nearest VECTORS.f32 DIM K THREADS OUT_DIR         each row's K nearest by distance, itself included; hits.i64
 *     bench_rag build ROWS DIM INDEX OUT_DIR                      an index of random rows of unit length
 *     bench_rag load INDEX QUERIES OUT_DIR                        reads it, then asks, one thread; queries.f32, hits.i64
 *
 * Each writes OUT_DIR/ours.json: seconds, and what the process held in memory. */
#include "bench/bench_rows.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/mem.h"
#include "core/rng.h"
#include "core/size.h"
#include "core/threads.h"
#include "model/rag/rag_index.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { SEED = 7, LOADED_K = 10, NAME = 32 };

static cad_status put(const char *dir, const char *name, const void *data, size_t bytes)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/%s", dir, name);
    if (s == CAD_OK)
        s = cad_fs_write(path.data, data, bytes);
    cad_buf_deinit(&path);
    return s;
}

static cad_status put_json(const char *dir, json_t *o)
{
    cad_buf path = CAD_BUF_INIT;
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    if (o)
        json_object_set_new(o, "peak_bytes", json_integer((json_int_t)u.ru_maxrss * 1024));
    cad_status s = cad_buf_printf(&path, "%s/ours.json", dir);
    if (s == CAD_OK)
        s = bench_write_json(o, path.data);
    else
        json_decref(o);
    cad_buf_deinit(&path);
    return s;
}

static cad_status floats(int64_t n, int64_t dim, float **out)
{
    return cad_mem_alloc(cad_size_mul(cad_size_mul((size_t)n, (size_t)dim), sizeof **out), "vectors", out);
}

/* ---- encode ---- */

/* The lines of `text`, each ended by NUL in place. */
static cad_status lines_of(cad_buf *text, const char ***out, int64_t *n)
{
    *n = 0;
    for (size_t i = 0; i < text->len; i++)
        *n += text->data[i] == '\n';
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)*n, sizeof **out), "captions", out));
    char *at = text->data;
    for (int64_t i = 0; i < *n; i++) {
        char *end = strchr(at, '\n');
        (*out)[i] = at;
        *end = 0;
        at = end + 1;
    }
    return CAD_OK;
}

static cad_status encode(char **arg)
{
    cad_rag_encoder *e = NULL;
    cad_buf text = CAD_BUF_INIT;
    const char **caption = NULL;
    float *vector = NULL;
    int64_t n = 0, dim = 0;
    double seconds = 0;
    cad_status s = cad_rag_encoder_create(!strcmp(arg[0], "minilm") ? CAD_RAG_BY_MINILM : CAD_RAG_BY_HASH, arg[1], &e);
    if (s == CAD_OK)
        s = cad_fs_read(arg[2], 0, &text);
    if (s == CAD_OK)
        s = cad_buf_add(&text, "", 1);
    if (s == CAD_OK)
        s = lines_of(&text, &caption, &n);
    if (s == CAD_OK)
        s = cad_threads_init(atoi(arg[3]));
    if (s == CAD_OK)
        s = floats(n, dim = cad_rag_encoder_dim(e), &vector);
    if (s == CAD_OK) {
        double begin = cad_clock_now();
        s = cad_rag_encode(e, caption, n, vector);
        seconds = cad_clock_now() - begin;
    }
    if (s == CAD_OK)
        s = put(arg[4], "vectors.f32", vector, (size_t)(n * dim) * sizeof *vector);
    if (s == CAD_OK)
        s = put_json(arg[4], json_pack("{s:I,s:I,s:f}", "rows", (json_int_t)n, "dim", (json_int_t)dim, "seconds", seconds));
    cad_mem_free(vector);
    cad_mem_free(caption);
    cad_buf_deinit(&text);
    cad_rag_encoder_destroy(e);
    return s;
}

/* ---- nearest ---- */

/* The rows of the hits, to a file. */
static cad_status put_hits(const char *dir, const cad_rag_hit *hit, int64_t n)
{
    int64_t *row = NULL;
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)n, sizeof *row), "hits", &row));
    for (int64_t i = 0; i < n; i++)
        row[i] = hit[i].row;
    cad_status s = put(dir, "hits.i64", row, (size_t)n * sizeof *row);
    cad_mem_free(row);
    return s;
}

static cad_status rank(const cad_rag_rows *rows, const cad_rag_rows *query, int64_t k, const char *dir, double *seconds)
{
    const cad_rag_rule rule = {.k = k, .ties = CAD_RAG_TIE_FIRST, .min_score = -1};
    cad_rag_hit *hit = NULL;
    int64_t n = query->n * k;
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)n, sizeof *hit), "hits", &hit));
    double begin = cad_clock_now();
    cad_status s = cad_rag_rank(rows, query, &rule, hit, NULL);
    *seconds = cad_clock_now() - begin;
    if (s == CAD_OK)
        s = put_hits(dir, hit, n);
    cad_mem_free(hit);
    return s;
}

static cad_status nearest(char **arg)
{
    cad_buf data = CAD_BUF_INIT;
    double seconds = 0;
    cad_rag_rows rows = {.dim = atoll(arg[1])};
    cad_status s = cad_threads_init(atoi(arg[3]));
    if (s == CAD_OK)
        s = cad_fs_read(arg[0], 0, &data);
    if (s == CAD_OK) {
        rows.vector = (const float *)(const void *)data.data;
        rows.n = (int64_t)(data.len / sizeof(float)) / rows.dim;
        s = rank(&rows, &rows, atoll(arg[2]), arg[4], &seconds);
    }
    if (s == CAD_OK)
        s = put_json(arg[4], json_pack("{s:I,s:f}", "rows", (json_int_t)rows.n, "seconds", seconds));
    cad_buf_deinit(&data);
    return s;
}

/* ---- an index of many rows ---- */

/* Rows [0, n) of purpose `what`: evenly in a cube, then of unit length. */
static cad_status random_rows(const char *what, int64_t n, int64_t dim, float **out)
{
    CAD_TRY(floats(n, dim, out));
    for (int64_t i = 0; i < n; i++) {
        cad_rng r = cad_rng_make(SEED, what, (uint64_t)i);
        float *v = *out + i * dim;
        double length = 0;
        for (int64_t c = 0; c < dim; c++) {
            v[c] = (float)cad_rng_u32(&r) * 0x1p-31f - 1;
            length += (double)v[c] * (double)v[c];
        }
        for (int64_t c = 0; c < dim; c++)
            v[c] = (float)((double)v[c] / sqrt(length));
    }
    return CAD_OK;
}

static cad_status write_index(const char *path, cad_rag_rows rows, char (*name)[NAME], const char **text, uint64_t *group,
                              double *seconds)
{
    char corpus[CAD_HASH_HEX], xxh3[CAD_HASH_HEX];
    cad_rag_info info = {.encoder = "minilm", .encoder_xxh3 = "0", .corpus_xxh3 = corpus, .scope = "train"};
    for (int64_t i = 0; i < rows.n; i++) {
        snprintf(name[i], NAME, "row %09" PRId64, i);
        text[i] = name[i];
        group[i] = (uint64_t)i + 1;
    }
    rows.id = rows.caption = text;
    rows.caption_group = rows.geometry_group = group;
    double begin = cad_clock_now();
    CAD_TRY(cad_rag_corpus_hash(&rows, corpus));
    CAD_TRY(cad_rag_index_write(path, &rows, &info, xxh3));
    *seconds = cad_clock_now() - begin;
    return CAD_OK;
}

static cad_status build(char **arg)
{
    cad_rag_rows rows = {.n = atoll(arg[0]), .dim = atoll(arg[1])};
    float *vector = NULL;
    char(*name)[NAME] = NULL;
    const char **text = NULL;
    uint64_t *group = NULL;
    double seconds = 0;
    cad_status s = random_rows("rows", rows.n, rows.dim, &vector);
    rows.vector = vector;
    if (s == CAD_OK)
        s = cad_mem_alloc(cad_size_mul((size_t)rows.n, sizeof *name), "names", &name);
    if (s == CAD_OK)
        s = cad_mem_alloc(cad_size_mul((size_t)rows.n, sizeof *text), "names", &text);
    if (s == CAD_OK)
        s = cad_mem_alloc(cad_size_mul((size_t)rows.n, sizeof *group), "groups", &group);
    if (s == CAD_OK)
        s = write_index(arg[2], rows, name, text, group, &seconds);
    if (s == CAD_OK)
        s = put_json(arg[3], json_pack("{s:I,s:f}", "rows", (json_int_t)rows.n, "seconds", seconds));
    cad_mem_free(group);
    cad_mem_free(text);
    cad_mem_free(name);
    cad_mem_free(vector);
    return s;
}

static cad_status ask(const cad_rag_rows *rows, int64_t n, const char *dir, double *seconds)
{
    float *vector = NULL;
    CAD_TRY(random_rows("queries", n, rows->dim, &vector));
    cad_rag_rows query = {.vector = vector, .n = n, .dim = rows->dim};
    cad_status s = put(dir, "queries.f32", vector, (size_t)(n * rows->dim) * sizeof *vector);
    if (s == CAD_OK)
        s = rank(rows, &query, LOADED_K, dir, seconds);
    cad_mem_free(vector);
    return s;
}

static cad_status load(char **arg)
{
    cad_rag_index *x = NULL;
    double begin = cad_clock_now(), seconds = 0;
    CAD_TRY(cad_rag_index_open(arg[0], &x));
    double loaded = cad_clock_now() - begin;
    const cad_rag_rows *rows = cad_rag_index_rows(x);
    cad_status s = ask(rows, atoll(arg[1]), arg[2], &seconds);
    if (s == CAD_OK)
        s = put_json(arg[2], json_pack("{s:I,s:I,s:i,s:f,s:f}", "rows", (json_int_t)rows->n, "dim", (json_int_t)rows->dim, "k",
                                       LOADED_K, "load_seconds", loaded, "seconds", seconds));
    cad_rag_index_destroy(x);
    return s;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *word;
        int args;
        cad_status (*run)(char **arg);
    } verbs[] = {{"encode", 5, encode}, {"nearest", 5, nearest}, {"build", 4, build}, {"load", 3, load}};
    cad_status s = cad_fail(CAD_EUSAGE, "see the comment of bench_rag_main.c");
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (argc > 1 && !strcmp(argv[1], verbs[i].word) && argc - 2 == verbs[i].args)
            s = verbs[i].run(argv + 2);
    if (s != CAD_OK)
        fprintf(stderr, "bench_rag: error: %s\n", cad_error_text());
    return cad_status_exit_code(s);
}
