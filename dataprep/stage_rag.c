#include "dataprep/stage_rag.h"

#include "core/clock.h"
#include "core/fs.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/path.h"
#include "core/size.h"
#include "dataprep/corpus_row.h"
#include "dataprep/hash_index.h"
#include "dataprep/stage_split.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_FILES = CAD_SPLIT_COUNT };
static const size_t ONE_ROW = (size_t)1 << 30; /* address space for the row at work */

/* What is kept of a row. */
typedef struct row {
    const char *id, *caption;
    uint64_t target, caption_group, geometry_group; /* target: its hash */
} row;

typedef struct rag_job {
    const cad_stage_rag_args *args;
    cad_arena *arena;   /* what is kept of all rows */
    cad_arena *scratch; /* the row at work */
    char path[MAX_FILES][4200];
    int64_t first[MAX_FILES + 1]; /* rows of file i: first[i] .. first[i+1] */
    int n_files;
    cad_buf list;             /* of row */
    cad_rag_rows rows, index; /* all; the first of them that may be retrieved */
    cad_rag_hit *hit;         /* (rows.n, k) */
    cad_rag_place *place;     /* (index.n) once the corpora are written */
    json_t *info;
} rag_job;

bool cad_rag_rule_leaky(const cad_rag_rule *rule, bool all)
{
    return all || rule->ties == CAD_RAG_TIE_FIRST || !rule->other_id || !rule->other_caption || !rule->other_geometry;
}

/* ---- reading ---- */

static cad_status find_files(rag_job *j)
{
    const char *in = j->args->in;
    if (!cad_fs_is_dir(in)) {
        if (!j->args->all)
            CAD_FAIL(CAD_EDATA, "%s: one corpus; rag.scope = train needs a folder of splits\nhint: cadprep split %s -o DIR", in,
                     in);
        snprintf(j->path[j->n_files++], sizeof j->path[0], "%s", in);
        return CAD_OK;
    }
    for (int k = 0; k < CAD_SPLIT_COUNT; k++) {
        char *path = j->path[j->n_files];
        snprintf(path, sizeof j->path[0], "%s/%s.jsonl", in, cad_split_name[k]);
        if (cad_fs_exists(path))
            j->n_files++;
        else if (k == CAD_SPLIT_train)
            CAD_FAIL(CAD_ENOTFOUND, "%s: no such file; expected the rows to retrieve\nhint: cadprep split CORPUS.jsonl -o %s",
                     path, in);
    }
    return CAD_OK;
}

static cad_status keep_row(rag_job *j, const cad_row *r)
{
    row k = {.target = cad_rag_target_hash(r->target), .caption_group = r->caption_hash, .geometry_group = r->geometry_hash};
    CAD_TRY(cad_arena_strdup(j->arena, r->id, strlen(r->id), &k.id));
    CAD_TRY(cad_arena_strdup(j->arena, r->caption, strlen(r->caption), &k.caption));
    return cad_buf_add(&j->list, &k, sizeof k);
}

static cad_status read_file(rag_job *j, const char *path)
{
    cad_corpus_reader *r = NULL;
    cad_progress *progress = NULL;
    bool more = true;
    CAD_TRY(cad_corpus_open(path, &r));
    cad_status s = cad_corpus_progress(r, "read", &progress);
    for (int64_t n = 0; s == CAD_OK; n++) {
        cad_row at = {0};
        cad_frame f = cad_arena_mark(j->scratch);
        s = cad_corpus_next(r, j->scratch, &at, &more);
        if (s != CAD_OK || !more)
            break;
        s = keep_row(j, &at);
        cad_arena_rewind(j->scratch, f);
        cad_progress_show(progress, n + 1, NULL);
    }
    cad_progress_destroy(progress);
    cad_corpus_close(r);
    return s;
}

/* The columns that the search wants. */
static cad_status columns(rag_job *j, cad_rag_rows *out)
{
    const row *r = (const row *)(const void *)j->list.data;
    size_t n = j->list.len / sizeof *r;
    const char **id = NULL, **caption = NULL;
    uint64_t *target = NULL, *caption_group = NULL, *geometry_group = NULL;
    if (!n)
        CAD_FAIL(CAD_ENOTFOUND, "%s: zero rows", j->args->in);
    CAD_TRY(cad_arena_zalloc(j->arena, n, sizeof *id, "rows", &id));
    CAD_TRY(cad_arena_zalloc(j->arena, n, sizeof *caption, "rows", &caption));
    CAD_TRY(cad_arena_zalloc(j->arena, n, sizeof *target, "rows", &target));
    CAD_TRY(cad_arena_zalloc(j->arena, n, sizeof *caption_group, "rows", &caption_group));
    CAD_TRY(cad_arena_zalloc(j->arena, n, sizeof *geometry_group, "rows", &geometry_group));
    for (size_t i = 0; i < n; i++) {
        id[i] = r[i].id;
        caption[i] = r[i].caption;
        target[i] = r[i].target;
        caption_group[i] = r[i].caption_group;
        geometry_group[i] = r[i].geometry_group;
    }
    *out = (cad_rag_rows){.n = (int64_t)n,
                          .id = id,
                          .caption = caption,
                          .target = target,
                          .caption_group = caption_group,
                          .geometry_group = geometry_group};
    return CAD_OK;
}

/* An id names what is retrieved: no two rows may have one. */
static cad_status unique_ids(const rag_job *j)
{
    cad_hash_index m = CAD_HASH_INDEX_INIT;
    cad_status s = CAD_OK;
    for (int64_t i = 0; s == CAD_OK && i < j->rows.n; i++) {
        uint64_t *at = NULL;
        bool is_new = false;
        s = cad_hash_index_at(&m, cad_hash_index_key(j->rows.id[i], strlen(j->rows.id[i])), 0, &is_new, &at);
        if (s == CAD_OK && !is_new)
            s = cad_fail(CAD_EDATA, "%s: row id %s occurs twice", j->args->in, j->rows.id[i]);
    }
    cad_hash_index_deinit(&m);
    return s;
}

static cad_status read_files(rag_job *j)
{
    uint64_t bytes = 0;
    CAD_TRY(find_files(j));
    for (int i = 0; i < j->n_files; i++) {
        cad_file *f = NULL;
        CAD_TRY(cad_file_open(j->path[i], &f));
        bytes += cad_file_size(f);
        cad_file_close(f);
    }
    CAD_TRY(cad_arena_create("rows", cad_size_add(cad_size_mul((size_t)bytes, 4), (size_t)64 << 20), &j->arena));
    CAD_TRY(cad_arena_create("row", ONE_ROW, &j->scratch));
    for (int i = 0; i < j->n_files; i++) {
        CAD_TRY(read_file(j, j->path[i]));
        j->first[i + 1] = (int64_t)(j->list.len / sizeof(row));
    }
    CAD_TRY(columns(j, &j->rows));
    return unique_ids(j);
}

/* ---- vectors and hits ---- */

static cad_status encode(rag_job *j, float **vector, cad_stage_rag_result *out)
{
    double start = cad_clock_now();
    j->rows.dim = cad_rag_encoder_dim(j->args->encoder);
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_mul((size_t)j->rows.n, (size_t)j->rows.dim), sizeof **vector),
                          "caption vectors", vector));
    CAD_TRY(cad_rag_encode(j->args->encoder, j->rows.caption, j->rows.n, *vector));
    j->rows.vector = *vector;
    j->index = j->rows;
    j->index.n = j->args->all ? j->rows.n : j->first[1];
    out->encode_s = cad_clock_now() - start;
    return CAD_OK;
}

/* Before the corpora, which name it; and again with the places of their rows, which are none of what it is named by. */
static cad_status write_index(rag_job *j, cad_stage_rag_result *out)
{
    char corpus[CAD_HASH_HEX];
    cad_buf dir = CAD_BUF_INIT;
    cad_status s = cad_fs_is_dir(j->args->in) ? cad_buf_str(&dir, j->args->in) : cad_path_parent(j->args->in, &dir);
    if (s == CAD_OK)
        snprintf(out->index, sizeof out->index, "%s/" CAD_RAG_INDEX_NAME, dir.data);
    cad_buf_deinit(&dir);
    CAD_TRY(s);
    CAD_TRY(cad_rag_corpus_hash(&j->index, corpus));
    cad_rag_info info = {.encoder = cad_rag_encoder_name(j->args->encoder),
                         .encoder_xxh3 = cad_rag_encoder_xxh3(j->args->encoder),
                         .corpus_xxh3 = corpus,
                         .scope = j->args->all ? "all" : "train",
                         .place = j->place,
                         .n_files = !j->place      ? 0
                                    : j->args->all ? (size_t)j->n_files
                                                   : 1};
    char xxh3[MAX_FILES][CAD_HASH_HEX];
    for (size_t i = 0; i < info.n_files; i++) {
        CAD_TRY(cad_fs_hash(j->path[i], xxh3[i]));
        info.file[i] = (cad_rag_file){.name = cad_path_base(j->path[i]), .xxh3 = xxh3[i]};
    }
    return cad_rag_index_write(out->index, &j->index, &info, out->index_xxh3);
}

static cad_status describe(rag_job *j, const cad_stage_rag_result *out)
{
    const cad_rag_rule *r = &j->args->rule;
    char exclude[64];
    snprintf(exclude, sizeof exclude, "%s%s%s", r->other_id ? ",id" : "", r->other_caption ? ",caption" : "",
             r->other_geometry ? ",geometry" : "");
    j->info =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:f, s:b}", "encoder", cad_rag_encoder_name(j->args->encoder),
                  "encoder_xxh3", cad_rag_encoder_xxh3(j->args->encoder), "index", CAD_RAG_INDEX_NAME, "index_xxh3",
                  out->index_xxh3, "scope", j->args->all ? "all" : "train", "exclude_same", *exclude ? exclude + 1 : "", "ties",
                  r->ties == CAD_RAG_TIE_FIRST ? "first" : "seeded", "seed", (json_int_t)r->seed, "k", (json_int_t)r->k,
                  "min_score", r->min_score, "leaky", (int)out->leaky);
    if (!j->info)
        CAD_FAIL(CAD_ENOMEM, "%s: no memory for what is told of the retrieval", j->args->in);
    return CAD_OK;
}

static cad_status pair(rag_job *j, cad_stage_rag_result *out)
{
    double start = cad_clock_now();
    size_t n = (size_t)j->rows.n, k = (size_t)j->args->rule.k;
    int64_t *used = NULL;
    CAD_TRY(cad_arena_alloc(j->arena, cad_size_mul(cad_size_mul(n, k), sizeof *j->hit), "hits", &j->hit));
    CAD_TRY(cad_rag_rank(&j->index, &j->rows, &j->args->rule, j->hit, NULL));
    out->pair_s = cad_clock_now() - start;
    CAD_TRY(cad_arena_zalloc(j->arena, (size_t)j->index.n, sizeof *used, "hits", &used));
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (j->hit[i * k].row < 0)
            out->without++;
        else
            sum += (double)j->hit[i * k].score;
        for (size_t h = 0; h < k && j->hit[i * k + h].row >= 0; h++) {
            int64_t times = ++used[j->hit[i * k + h].row];
            out->distinct += times == 1;
            out->most = times > out->most ? times : out->most;
        }
    }
    int64_t with = j->rows.n - out->without;
    out->mean_score = with ? sum / (double)with : 0;
    return CAD_OK;
}

/* ---- writing ---- */

static cad_status add_hits(const rag_job *j, int64_t i, json_t *o, const char *where)
{
    const cad_rag_hit *hit = j->hit + i * j->args->rule.k;
    json_t *list = json_array();
    int bad = !list;
    for (int64_t h = 0; !bad && h < j->args->rule.k && hit[h].row >= 0; h++) {
        /* as many digits as the number has, and no more: the score is an f32 */
        double score = round((double)hit[h].score * 1e6) / 1e6;
        bad = json_array_append_new(list, json_pack("{s:s, s:f}", "id", j->index.id[hit[h].row], "score", score));
    }
    if (bad || json_object_set_new(o, "rag", list))
        CAD_FAIL(CAD_ENOMEM, "%s: no memory for what was retrieved", where);
    return CAD_OK;
}

/* Where row i of the index stands now. */
static void keep_place(const rag_job *j, int file, int64_t i, const cad_corpus_writer *w)
{
    uint64_t at;
    size_t len;
    if (i >= j->index.n)
        return;
    cad_corpus_written(w, &at, &len);
    j->place[i] = (cad_rag_place){.file = (uint64_t)file, .at = at, .bytes = len};
}

static cad_status copy_rows(const rag_job *j, int file, cad_corpus_reader *r, cad_corpus_writer *w)
{
    cad_progress *progress = NULL;
    CAD_TRY(cad_progress_create("write", 0, j->first[file + 1] - j->first[file], 0, &progress));
    cad_progress_work(progress, "rows");
    cad_status s = CAD_OK;
    int64_t i = j->first[file];
    for (bool more = true; s == CAD_OK && more;) {
        json_t *o = NULL;
        const char *where = NULL;
        s = cad_corpus_next_object(r, &o, &where, &more);
        if (s != CAD_OK || !more)
            break;
        const char *id = json_string_value(json_object_get(o, "id"));
        if (i == j->first[file + 1] || !id || strcmp(id, j->rows.id[i]) != 0)
            s = cad_fail(CAD_EDATA, "%s: the file changed while it was read", where);
        if (s == CAD_OK)
            s = add_hits(j, i, o, where);
        if (s == CAD_OK)
            s = cad_corpus_add_object(w, o);
        if (s == CAD_OK)
            keep_place(j, file, i++, w);
        json_decref(o);
        cad_progress_show(progress, i - j->first[file], NULL);
    }
    if (s == CAD_OK && i != j->first[file + 1])
        s = cad_fail(CAD_EDATA, "%s: the file changed while it was read", j->path[file]);
    cad_progress_destroy(progress);
    return s;
}

static cad_status rewrite(const rag_job *j, int file)
{
    cad_corpus_reader *r = NULL;
    cad_corpus_writer *w = NULL;
    CAD_TRY(cad_corpus_open(j->path[file], &r));
    const json_t *header = cad_corpus_header(r);
    const char *name = json_string_value(json_object_get(header, "name"));
    json_t *info = json_object_get(header, "info") ? json_copy(json_object_get(header, "info")) : json_object();
    cad_status s = CAD_OK;
    if (!info || json_object_set(info, "rag", j->info))
        s = cad_fail(CAD_ENOMEM, "%s: no memory for the header", j->path[file]);
    if (s == CAD_OK)
        s = cad_corpus_create(j->path[file], name ? name : "corpus", info, &w);
    if (s == CAD_OK)
        s = copy_rows(j, file, r, w);
    if (s == CAD_OK) {
        s = cad_corpus_commit(w);
        w = NULL;
    }
    cad_corpus_abort(w);
    json_decref(info);
    cad_corpus_close(r);
    return s;
}

static cad_status run(rag_job *j, float **vector, cad_stage_rag_result *out)
{
    CAD_TRY(read_files(j));
    CAD_TRY(encode(j, vector, out));
    CAD_TRY(pair(j, out));
    out->rows = j->rows.n;
    out->indexed = j->index.n;
    out->leaky = cad_rag_rule_leaky(&j->args->rule, j->args->all);
    CAD_TRY(write_index(j, out));
    CAD_TRY(describe(j, out));
    CAD_TRY(cad_arena_zalloc(j->arena, (size_t)j->index.n, sizeof *j->place, "places of rows", &j->place));
    for (int i = 0; i < j->n_files; i++)
        CAD_TRY(rewrite(j, i));
    return write_index(j, out);
}

cad_status cad_stage_rag(const cad_stage_rag_args *args, cad_stage_rag_result *out)
{
    rag_job *j = NULL;
    float *vector = NULL;
    *out = (cad_stage_rag_result){0};
    CAD_TRY(cad_mem_alloc(sizeof *j, "retrieval", &j));
    j->args = args;
    cad_status s = run(j, &vector, out);
    cad_mem_free(vector);
    cad_buf_deinit(&j->list);
    json_decref(j->info);
    cad_arena_destroy(j->scratch);
    cad_arena_destroy(j->arena);
    cad_mem_free(j);
    return s;
}
