/* Leaks through retrieval: what the rows of packs were shown, compared with the corpora that it came from. */
#include "core/fs.h"
#include "core/size.h"
#include "dataprep/audit.h"
#include "dataprep/caption_group.h"
#include "dataprep/corpus_row.h"
#include "dataprep/hash_index.h"
#include "dataprep/stage_split.h"
#include "model/rag/rag_index.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const size_t ONE_ROW = (size_t)1 << 30; /* address space for the row at work */

typedef enum leak { OUTSIDE, ITSELF, CAPTION, GEOMETRY, INDEXED, LEAKS } leak;
static const char *const leak_name[LEAKS] = {"outside", "itself", "caption", "geometry", "indexed"};
static const char *const leak_text[LEAKS] = {"is not of train", "is the row itself", "has its caption", "has its geometry",
                                             "is not of train"};

/* A row of a corpus, as rows are numbered through in packs: train, then val and test. */
typedef struct source {
    uint64_t id, caption, geometry;
} source;

typedef struct audit {
    const char *dir;
    cad_buf rows; /* of source */
    size_t train; /* the first so many are of train */
    int64_t n[LEAKS], shown, checked;
    char first[600];
} audit;

static cad_status add_corpus(audit *a, const char *path, cad_arena *scratch)
{
    cad_corpus_reader *r = NULL;
    bool more = true;
    CAD_TRY(cad_corpus_open(path, &r));
    cad_status s = CAD_OK;
    while (s == CAD_OK) {
        cad_row row = {0};
        cad_frame f = cad_arena_mark(scratch);
        s = cad_corpus_next(r, scratch, &row, &more);
        if (s != CAD_OK || !more)
            break;
        source one = {.id = cad_hash_index_key(row.id, strlen(row.id)), .geometry = row.geometry_hash};
        s = cad_caption_key(!strcmp(row.kind, "step"), row.caption, &one.caption);
        if (s == CAD_OK)
            s = cad_buf_add(&a->rows, &one, sizeof one);
        cad_arena_rewind(scratch, f);
    }
    cad_corpus_close(r);
    return s;
}

/* *there = false: the folder has packs alone. */
static cad_status read_corpora(audit *a, bool *there)
{
    cad_arena *scratch = NULL;
    cad_status s = cad_arena_create("row", ONE_ROW, &scratch);
    *there = false;
    for (int k = 0; s == CAD_OK && k < CAD_SPLIT_COUNT; k++) {
        char path[4200];
        snprintf(path, sizeof path, "%s/%s.jsonl", a->dir, cad_split_name[k]);
        if (!cad_fs_exists(path)) {
            if (k == CAD_SPLIT_train)
                break;
            continue;
        }
        *there = true;
        s = add_corpus(a, path, scratch);
        if (k == CAD_SPLIT_train)
            a->train = a->rows.len / sizeof(source);
    }
    cad_arena_destroy(scratch);
    return s;
}

static const source *source_at(const audit *a, size_t i)
{
    return (const source *)(const void *)a->rows.data + i;
}

static void found(audit *a, leak kind, const cad_pack *p, const char *name, size_t row, int64_t hit)
{
    size_t len = 0;
    const char *id = cad_pack_id(p, row, &len);
    if (!*a->first)
        snprintf(a->first, sizeof a->first, "row %.*s (%s) was shown row %" PRId64 " of the corpora, which %s",
                 len > 200 ? 200 : (int)len, id, name, hit, leak_text[kind]);
    a->n[kind]++;
}

static cad_status check_hit(audit *a, const cad_pack *p, const char *name, size_t row, int64_t hit)
{
    size_t n = a->rows.len / sizeof(source), len = 0;
    if ((uint64_t)hit >= n)
        CAD_FAIL(CAD_EDATA,
                 "%s: a row of %s.pack.h5 was shown row %" PRId64 "; the corpora there have %zu\nhint: cadprep pack %s", a->dir,
                 name, hit, n, a->dir);
    const source *s = source_at(a, (size_t)hit);
    const char *id = cad_pack_id(p, row, &len);
    a->shown++;
    if ((size_t)hit >= a->train)
        found(a, OUTSIDE, p, name, row, hit);
    if (s->id == cad_hash_index_key(id, len))
        found(a, ITSELF, p, name, row, hit);
    if (p->caption_hash[row] && s->caption == p->caption_hash[row])
        found(a, CAPTION, p, name, row, hit);
    if (p->geometry_hash[row] && s->geometry == p->geometry_hash[row])
        found(a, GEOMETRY, p, name, row, hit);
    return CAD_OK;
}

/* Rows of an index that are not of train: they stand there as in train.jsonl. */
static void check_members(audit *a, const cad_rag_rows *rows)
{
    for (int64_t i = 0; i < rows->n; i++) {
        const char *id = rows->id[i];
        if ((size_t)i < a->train && source_at(a, (size_t)i)->id == cad_hash_index_key(id, strlen(id)))
            continue;
        if (!*a->first)
            snprintf(a->first, sizeof a->first, "the index holds row %.200s, which %s", id, leak_text[INDEXED]);
        a->n[INDEXED]++;
    }
}

/* The index that lies there is that of the pack, and holds nothing else. */
static cad_status check_index(audit *a, const cad_pack *p, const char *name)
{
    char path[4200];
    cad_rag_index *x = NULL;
    snprintf(path, sizeof path, "%s/" CAD_RAG_INDEX_NAME, a->dir);
    if (!cad_fs_exists(path))
        return CAD_OK;
    CAD_TRY(cad_rag_index_open(path, &x));
    cad_status s = CAD_OK;
    const char *xxh3 = cad_rag_index_info(x)->xxh3;
    if (strcmp(xxh3, p->info.rag_index_xxh3) != 0)
        s = cad_fail(CAD_EDATA, "%s: hashes to %s; %s.pack.h5 was made with %s\nhint: cadprep pack %s", path, xxh3, name,
                     p->info.rag_index_xxh3, a->dir);
    if (s == CAD_OK && !a->checked)
        check_members(a, cad_rag_index_rows(x));
    cad_rag_index_destroy(x);
    return s;
}

static cad_status check_pack(audit *a, const cad_pack *p, const char *name)
{
    if (!*p->info.rag_index_xxh3) /* its rows carry what they show */
        return CAD_OK;
    CAD_TRY(check_index(a, p, name));
    for (size_t r = 0; r < p->n_rows; r++)
        for (size_t k = 0; k < p->rag_k; k++)
            if (p->retrieved[r * p->rag_k + k] >= 0)
                CAD_TRY(check_hit(a, p, name, r, p->retrieved[r * p->rag_k + k]));
    a->checked += (int64_t)p->n_rows;
    return CAD_OK;
}

/* A corpus that is no split may have retrieved from itself. */
static bool of_splits(const cad_pack *p)
{
    for (size_t i = 0; i < p->info.n_sources; i++)
        if (!strcmp(p->info.source_name[i], "train.jsonl"))
            return true;
    return false;
}

static cad_status report_of(const audit *a, bool there, json_t **out)
{
    json_t *o = json_pack("{s:b, s:I, s:I, s:s}", "checked", (int)there, "rows", (json_int_t)a->checked, "shown",
                          (json_int_t)a->shown, "first", a->first);
    int bad = !o;
    for (int k = 0; !bad && k < LEAKS; k++)
        bad = json_object_set_new(o, leak_name[k], json_integer(a->n[k]));
    if (bad) {
        json_decref(o);
        CAD_FAIL(CAD_ENOMEM, "audit: no memory for the report of retrieval");
    }
    *out = o;
    return CAD_OK;
}

cad_status cad_audit_retrieved(const cad_pack *const *pack, const char *const *name, size_t n, const char *dir, json_t **out)
{
    audit a = {.dir = dir};
    size_t with = 0;
    bool there = false;
    *out = NULL;
    for (size_t k = 0; k < n; k++)
        with += pack[k]->rag_k > 0;
    if (!with)
        return CAD_OK;
    cad_status s = read_corpora(&a, &there);
    for (size_t k = 0; there && s == CAD_OK && k < n; k++)
        if (pack[k]->rag_k && of_splits(pack[k]))
            s = check_pack(&a, pack[k], name[k]);
    if (s == CAD_OK)
        s = report_of(&a, there && a.checked, out);
    cad_buf_deinit(&a.rows);
    return s;
}

static json_int_t count_of(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

cad_status cad_audit_retrieved_line(const json_t *report, cad_buf *out)
{
    if (!json_is_true(json_object_get(report, "checked")))
        return cad_buf_str(out, "not checked: the corpora are not there, or rows carry what they show");
    CAD_TRY(cad_buf_printf(out, "%" JSON_INTEGER_FORMAT " shown", count_of(report, "shown")));
    for (int k = 0; k < LEAKS; k++)
        CAD_TRY(
            cad_buf_printf(out, "%s %" JSON_INTEGER_FORMAT " %s", k ? "," : ";", count_of(report, leak_name[k]), leak_name[k]));
    return CAD_OK;
}

int64_t cad_audit_retrieved_count(const json_t *report)
{
    int64_t n = 0;
    for (int k = 0; report && k < LEAKS; k++)
        n += count_of(report, leak_name[k]);
    return n;
}

cad_status cad_audit_refuse_retrieved(const json_t *report, const char *name)
{
    int64_t bad = cad_audit_retrieved_count(report);
    if (bad)
        CAD_FAIL(CAD_EDATA,
                 "%s: %" PRId64 " leaks through retrieval; first: %s\n"
                 "hint: cadprep rag build %s, then pack; --set=rag.allow_leak=on passes them over",
                 name, bad, json_string_value(json_object_get(report, "first")), name);
    return CAD_OK;
}
