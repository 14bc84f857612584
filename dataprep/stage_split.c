#include "dataprep/stage_split.h"

#include "core/fs.h"
#include "core/hash.h"
#include "core/size.h"
#include "dataprep/corpus_copy.h"
#include "dataprep/corpus_row.h"
#include "dataprep/model_text.h"
#include "dataprep/payloads.h"
#include "dataprep/split_place.h"
#include "dataprep/suite_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const cad_split_name[CAD_SPLIT_COUNT] = {"train", "val", "test"};

void cad_split_shares(const cad_list *split, double out[CAD_SPLIT_COUNT])
{
    for (size_t k = 0; k < CAD_SPLIT_COUNT; k++)
        out[k] = k < split->n ? strtod(split->item[k], NULL) : 0.0;
}

static const size_t ONE_ROW = (size_t)1 << 30, KEY_SPACE = (size_t)64 << 30; /* address space until it is used */
static const char DROPPED[] = "split.dropped.csv";

typedef struct job {
    const cad_stage_split_args *args;
    cad_arena *keys, *rows; /* keys: what is kept of all rows, and more of the test rows; rows: the row at hand */
    cad_split_key *key;
    size_t n;
    int *where; /* (n) a split, or why a row is in none */
    cad_corpus_writer *split[CAD_SPLIT_COUNT];
    cad_buf test, places; /* of the test rows: cad_row without targets, and cad_rag_place of these */
    cad_buf dropped;      /* lines of split.dropped.csv */
    json_t *info;         /* of the headers: the form of the text, how rows retrieved before the split; NULL: neither */
    cad_stage_split_result *r;
} job;

/* ---- first pass: what decides ---- */

static cad_status add_key(job *j, const cad_row *row, cad_buf *keys)
{
    bool step = !strcmp(row->kind, "step");
    cad_split_key k = {.caption = row->caption_hash,
                       .geometry = row->geometry_hash,
                       .target = cad_hash64(row->target, strlen(row->target), 0)};
    if (keys->len == 0)
        j->r->step = step;
    else if (step != j->r->step)
        CAD_FAIL(CAD_EDATA, "%s: row %s is of kind '%s', the rows before are not; expected one kind in a corpus", j->args->in,
                 row->id, row->kind);
    CAD_TRY(cad_arena_strdup(j->keys, row->id, strlen(row->id), &k.id));
    return cad_buf_add(keys, &k, sizeof k);
}

static cad_status read_info(job *j, const cad_corpus_reader *r)
{
    json_t *info = json_object_get(cad_corpus_header(r), "info");
    json_t *rag = json_object_get(info, "rag"), *form = json_object_get(info, CAD_MODEL_TEXT_FORM);
    j->info = rag || form ? json_pack("{s:O*, s:O*}", "rag", rag, CAD_MODEL_TEXT_FORM, form) : NULL;
    if ((rag || form) && !j->info)
        CAD_FAIL(CAD_ENOMEM, "%s: no memory for the header", j->args->in);
    return CAD_OK;
}

static cad_status read_keys(job *j)
{
    cad_corpus_reader *r = NULL;
    cad_buf keys = CAD_BUF_INIT;
    cad_progress *progress = NULL;
    CAD_TRY(cad_corpus_open(j->args->in, &r));
    cad_status s = read_info(j, r);
    if (s == CAD_OK)
        s = cad_corpus_progress(r, "read", &progress);
    for (bool more = true; s == CAD_OK && more;) {
        cad_row row = {0};
        cad_frame mark = cad_arena_mark(j->rows);
        s = cad_corpus_next(r, j->rows, &row, &more);
        if (s == CAD_OK && more)
            s = add_key(j, &row, &keys);
        if (s == CAD_OK)
            cad_arena_rewind(j->rows, mark);
        cad_progress_show(progress, (int64_t)(keys.len / sizeof *j->key), NULL);
    }
    cad_progress_destroy(progress);
    cad_corpus_close(r);
    j->n = keys.len / sizeof *j->key;
    if (s == CAD_OK && j->n == 0)
        s = cad_fail(CAD_ENOTFOUND, "%s: zero rows", j->args->in);
    if (s == CAD_OK)
        s = cad_arena_alloc(j->keys, keys.len, "keys of rows", &j->key);
    if (s == CAD_OK)
        memcpy(j->key, keys.data, keys.len);
    cad_buf_deinit(&keys);
    return s;
}

/* ---- second pass: rows to their files ---- */

static cad_status open_split(job *j, int k)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s.jsonl", j->args->out, cad_split_name[k]);
    return cad_corpus_create(path, cad_split_name[k], j->info, &j->split[k]);
}

/* A row that is in no split, with the reason. */
static cad_status tell_left(job *j, size_t i)
{
    if (j->where[i] == CAD_SPLIT_left_repeated) {
        j->r->repeated++;
        return CAD_OK;
    }
    if (j->r->left++ == 0)
        CAD_TRY(cad_buf_str(&j->dropped, "id,reason\n"));
    CAD_TRY(cad_csv_field(j->key[i].id, &j->dropped));
    return cad_buf_printf(&j->dropped, ",%s\n", cad_split_left_name(j->where[i]));
}

/* What the suite asks of a test row before it takes it: all but its target, of which the place is kept. */
static cad_status keep_test(job *j, const cad_corpus_reader *r, const cad_row *row)
{
    cad_row kept = {.caption_hash = row->caption_hash, .geometry_hash = row->geometry_hash};
    const struct {
        const char *text, **kept;
    } all[] = {{row->id, &kept.id},     {row->caption, &kept.caption},   {row->family, &kept.family}, {row->units, &kept.units},
               {row->held, &kept.held}, {row->phrasing, &kept.phrasing}, {row->expect, &kept.expect}};
    cad_rag_place place = {.file = 0};
    size_t len;
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        CAD_TRY(cad_arena_strdup(j->keys, all[k].text, strlen(all[k].text), all[k].kept));
    cad_corpus_place(r, &place.at, &len);
    place.bytes = len;
    CAD_TRY(cad_buf_add(&j->places, &place, sizeof place));
    return cad_buf_add(&j->test, &kept, sizeof kept);
}

static cad_status place_row(job *j, size_t i, const cad_corpus_reader *r, const cad_row *row)
{
    int k = j->where[i];
    if (k < 0)
        return tell_left(j, i);
    cad_row copy = *row;
    copy.split = cad_split_name[k];
    copy.held = ""; /* wording that training never shows stays in the suite */
    j->r->rows[k]++;
    CAD_TRY(cad_corpus_add(j->split[k], &copy));
    return k == CAD_SPLIT_test ? keep_test(j, r, row) : CAD_OK;
}

static cad_status place_rows(job *j)
{
    cad_corpus_reader *r = NULL;
    cad_progress *progress = NULL;
    CAD_TRY(cad_corpus_open(j->args->in, &r));
    cad_status s = cad_progress_create("write", 0, (int64_t)j->n, 0, &progress);
    if (s == CAD_OK)
        cad_progress_work(progress, "rows");
    for (size_t i = 0; s == CAD_OK && i < j->n; i++) {
        cad_row row = {0};
        bool more = false;
        cad_frame mark = cad_arena_mark(j->rows);
        s = cad_corpus_next(r, j->rows, &row, &more);
        if (s == CAD_OK && (!more || strcmp(row.id, j->key[i].id) != 0))
            s = cad_fail(CAD_EIO, "%s: changed while it was read", j->args->in);
        if (s == CAD_OK)
            s = place_row(j, i, r, &row);
        if (s == CAD_OK)
            cad_arena_rewind(j->rows, mark);
        cad_progress_show(progress, (int64_t)i + 1, NULL);
    }
    cad_progress_destroy(progress);
    cad_corpus_close(r);
    return s;
}

/* ---- the folder ---- */

static cad_status write_suite(job *j)
{
    const cad_row *test = (const cad_row *)(const void *)j->test.data;
    size_t n = j->test.len / sizeof *test;
    char path[4200], other[4200];
    cad_payloads *targets = NULL;
    bool told = !j->r->step;
    for (size_t i = 0; i < n && !told; i++)
        told = *test[i].expect != '\0';
    snprintf(path, sizeof path, "%s/%s.jsonl", j->args->out, told ? "synth-test" : "step-test");
    snprintf(other, sizeof other, "%s/%s.jsonl", j->args->out, told ? "step-test" : "synth-test");
    CAD_TRY(cad_payloads_open_placed(&j->args->in, 1, (const void *)j->places.data, (int64_t)n, &targets));
    cad_status s =
        cad_suite_write(path, test, n, targets, j->r->step, j->args->suite_rows, &j->r->suite_rows, &j->r->suite_families);
    cad_payloads_close(targets);
    CAD_TRY(s);
    if (j->r->step && j->r->suite_rows == 0)
        CAD_TRY(cad_fs_remove(path));
    return cad_fs_remove(other); /* of an earlier call */
}

static cad_status write_dropped(const job *j)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", j->args->out, DROPPED);
    return j->dropped.len ? cad_fs_write(path, j->dropped.data, j->dropped.len) : cad_fs_remove(path);
}

static cad_status split_rows(job *j)
{
    CAD_TRY(read_keys(j));
    CAD_TRY(cad_arena_alloc(j->keys, cad_size_mul(j->n, sizeof *j->where), "splits", &j->where));
    CAD_TRY(cad_split_place(j->args, j->r->step, j->key, j->n, j->keys, j->where, j->r));
    CAD_TRY(cad_fs_mkdirs(j->args->out));
    for (int k = 0; k < CAD_SPLIT_COUNT; k++)
        CAD_TRY(open_split(j, k));
    CAD_TRY(place_rows(j));
    CAD_TRY(write_suite(j)); /* first: one that cannot be filled leaves no splits without a suite */
    CAD_TRY(write_dropped(j));
    for (int k = 0; k < CAD_SPLIT_COUNT; k++) {
        cad_corpus_writer *w = j->split[k];
        j->split[k] = NULL;
        CAD_TRY(cad_corpus_commit(w));
    }
    return CAD_OK;
}

cad_status cad_split_corpus(const cad_stage_split_args *args, cad_stage_split_result *out)
{
    cad_stage_split_result r = {0};
    job j = {.args = args, .r = &r};
    cad_status s = cad_arena_create("split", ONE_ROW, &j.rows);
    if (s == CAD_OK)
        s = cad_arena_create("split keys", KEY_SPACE, &j.keys);
    if (s == CAD_OK)
        s = split_rows(&j);
    for (int k = 0; k < CAD_SPLIT_COUNT; k++)
        cad_corpus_abort(j.split[k]);
    cad_buf_deinit(&j.test);
    cad_buf_deinit(&j.places);
    cad_buf_deinit(&j.dropped);
    json_decref(j.info);
    cad_arena_destroy(j.keys);
    cad_arena_destroy(j.rows);
    if (s == CAD_OK)
        *out = r;
    return s;
}
