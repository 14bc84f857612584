#include "dataprep/stage_filter.h"

#include "core/hash.h"
#include "core/progress.h"
#include "core/size.h"
#include "core/stop_signal.h"
#include "dataprep/corpus_copy.h"
#include "dataprep/hash_index.h"

#include <stdio.h>
#include <string.h>

static const size_t NAMES = (size_t)64 << 30, ROW_SPACE = (size_t)1 << 30; /* address space until it is used */

typedef struct job {
    const cad_stage_dedup_args *args;
    cad_arena *ids, *row;
    cad_buf kept; /* const char * of the ids of kept rows */
    cad_hash_index by_id, twins, in_val, in_test, captions, geometries;
    cad_corpus_copy *copy;
    cad_stage_dedup_result r;
} job;

/* What rows that are one have in common; 0: this row is like none. */
static uint64_t key_of(const cad_stage_dedup_args *a, const cad_row *row)
{
    uint64_t part[3] = {0, 0, 0};
    if ((a->caption && !row->caption_hash) || (a->geometry && !row->geometry_hash))
        return 0;
    if (a->caption)
        part[0] = row->caption_hash;
    if (a->geometry)
        part[1] = row->geometry_hash;
    if (a->program)
        part[2] = cad_hash64(row->target, strlen(row->target), 0);
    return cad_hash_index_key(part, sizeof part);
}

/* The kept row that has this key; UINT64_MAX: none. */
static uint64_t holder(const cad_hash_index *m, uint64_t key)
{
    const uint64_t *at = key ? cad_hash_index_find(m, key) : NULL;
    return at ? *at : UINT64_MAX;
}

static cad_status put(cad_hash_index *m, uint64_t key, uint64_t n)
{
    uint64_t *at = NULL;
    bool is_new = false;
    return key ? cad_hash_index_at(m, key, n, &is_new, &at) : CAD_OK;
}

static cad_status drop(job *j, const cad_row *row, uint64_t before, const char *reason)
{
    cad_buf rest = CAD_BUF_INIT;
    const char *const *ids = (const char *const *)(const void *)j->kept.data;
    cad_status s = before == UINT64_MAX ? CAD_OK : cad_csv_field(ids[before], &rest);
    if (s == CAD_OK)
        s = cad_buf_printf(&rest, ",%s", reason);
    if (s == CAD_OK)
        s = cad_corpus_copy_drop(j->copy, row->id, rest.data);
    cad_buf_deinit(&rest);
    return s;
}

/* Whether its caption has its share of val or test already. */
static cad_status is_capped(job *j, const cad_row *row, bool *out)
{
    cad_hash_index *m = !strcmp(row->split, "val") ? &j->in_val : !strcmp(row->split, "test") ? &j->in_test : NULL;
    uint64_t *at = NULL;
    bool is_new = false;
    *out = false;
    if (!m || !row->caption_hash || j->args->cap_caption == 0)
        return CAD_OK;
    CAD_TRY(cad_hash_index_at(m, row->caption_hash, 0, &is_new, &at));
    *out = (int64_t)*at >= j->args->cap_caption;
    *at += !*out;
    return CAD_OK;
}

static cad_status take(job *j, const cad_row *row, const json_t *o)
{
    const cad_stage_dedup_args *a = j->args;
    uint64_t n = j->kept.len / sizeof(char *), id_key = a->id ? cad_hash_index_key(row->id, strlen(row->id)) : 0;
    uint64_t twin_key = a->caption || a->geometry || a->program ? key_of(a, row) : 0;
    bool capped = false;
    const char *id = NULL;
    CAD_TRY(put(&j->captions, row->caption_hash, n));
    CAD_TRY(put(&j->geometries, row->geometry_hash, n));
    if (holder(&j->by_id, id_key) != UINT64_MAX) {
        j->r.ids++;
        return drop(j, row, holder(&j->by_id, id_key), "id");
    }
    if (holder(&j->twins, twin_key) != UINT64_MAX) {
        j->r.twins++;
        return drop(j, row, holder(&j->twins, twin_key), "same");
    }
    CAD_TRY(is_capped(j, row, &capped));
    if (capped) {
        j->r.capped++;
        return drop(j, row, UINT64_MAX, "cap_caption");
    }
    CAD_TRY(put(&j->by_id, id_key, n));
    CAD_TRY(put(&j->twins, twin_key, n));
    CAD_TRY(cad_arena_strdup(j->ids, row->id, strlen(row->id), &id));
    CAD_TRY(cad_buf_add(&j->kept, &id, sizeof id));
    return cad_corpus_copy_keep(j->copy, o);
}

static cad_status take_all(job *j)
{
    cad_progress *progress = NULL;
    CAD_TRY(cad_progress_create("dedup", 0, 0, 0, &progress));
    cad_progress_work(progress, "rows");
    cad_status s = CAD_OK;
    for (bool more = true; s == CAD_OK;) {
        json_t *o = NULL;
        const char *where = NULL;
        cad_row row = {0};
        cad_frame mark = cad_arena_mark(j->row);
        s = cad_corpus_copy_next(j->copy, &o, &where, &more);
        if (s != CAD_OK || !more)
            break;
        s = cad_row_parse(o, where, j->row, &row);
        if (s == CAD_OK)
            s = take(j, &row, o);
        json_decref(o);
        cad_arena_rewind(j->row, mark);
        cad_progress_show(progress, ++j->r.rows, NULL);
        if (s == CAD_OK && cad_stop_abandoned() != CAD_OK)
            s = cad_fail(CAD_EINTR, "interrupted; %s is not written", j->args->out);
    }
    cad_progress_destroy(progress);
    return s;
}

static json_t *facts_of(const cad_stage_dedup_args *a)
{
    return json_pack("{sb, sb, sb, sb, sI}", "id", a->id, "caption", a->caption, "geometry", a->geometry, "program", a->program,
                     "cap_caption", (json_int_t)a->cap_caption);
}

static cad_status run(job *j)
{
    CAD_TRY(cad_arena_create("ids", NAMES, &j->ids));
    CAD_TRY(cad_arena_create("row", ROW_SPACE, &j->row));
    CAD_TRY(cad_corpus_copy_create(j->args->in, j->args->out, "dedup", facts_of(j->args), "id,kept,reason", &j->copy));
    cad_stop_abandon_catch();
    cad_status s = take_all(j);
    cad_stop_abandon_release();
    CAD_TRY(s);
    j->r.kept = (int64_t)(j->kept.len / sizeof(char *));
    j->r.captions = (int64_t)j->captions.n;
    j->r.geometries = (int64_t)j->geometries.n;
    cad_corpus_copy *c = j->copy;
    j->copy = NULL;
    return cad_corpus_copy_finish(c);
}

cad_status cad_stage_dedup(const cad_stage_dedup_args *args, cad_stage_dedup_result *out)
{
    job j = {.args = args};
    cad_status s = run(&j);
    cad_corpus_copy_abort(j.copy);
    cad_arena_destroy(j.ids);
    cad_arena_destroy(j.row);
    cad_buf_deinit(&j.kept);
    cad_hash_index *all[] = {&j.by_id, &j.twins, &j.in_val, &j.in_test, &j.captions, &j.geometries};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        cad_hash_index_deinit(all[i]);
    if (s == CAD_OK)
        *out = j.r;
    return s;
}
