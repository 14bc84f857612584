#include "dataprep/stage_filter.h"

#include "cad/step/step.h"
#include "core/fs.h"
#include "core/mem.h"
#include "core/path.h"
#include "core/progress.h"
#include "core/stop_signal.h"
#include "core/threads.h"
#include "dataprep/corpus_copy.h"
#include "dataprep/import_check.h"
#include "dataprep/import_part.h"
#include "dataprep/model_text.h"
#include "dataprep/row_tokens.h"
#include "dataprep/row_window.h"
#include "dataprep/stage_split.h"

#include <stdio.h>
#include <string.h>

enum { WINDOW = CAD_IMPORT_CHECK_TAGS, GRAIN = 4 };
static const size_t SCRATCH = (size_t)1 << 30;

static const char *const FIELDS[] = {"row", "caption-step", "output", "whole-data"};

/* A row of the window, and what was found out about it. */
typedef struct slot {
    json_t *o;
    char where[4200];
    int64_t entities, tokens; /* entities: -1 where they do not count */
    cad_import_part part;     /* of require_valid */
    cad_status failed;
    cad_buf error;
} slot;

typedef struct job {
    const cad_stage_filter_args *args;
    cad_corpus_copy *copy;
    cad_payloads *payloads;
    cad_import_check *check; /* NULL: no kernel */
    cad_progress *progress;
    slot slot[WINDOW];
    int64_t count;
    bool more, model_text;
    cad_stage_filter_result r;
} job;

/* ---- one row, by any thread ---- */

static bool is_step(const cad_row *row)
{
    return !strcmp(row->kind, "step");
}

static cad_status count_entities(const char *text, int64_t *out)
{
    cad_step *m = NULL;
    CAD_TRY(cad_step_read(text, strlen(text), &(cad_step_opts){0}, &m));
    *out = m->n;
    cad_step_close(m);
    return CAD_OK;
}

static cad_status count_text(const job *j, const char *text, int64_t *n)
{
    cad_ids ids = CAD_IDS_INIT;
    cad_status s = cad_tokenizer_encode(j->args->tokenizer, text, strlen(text), CAD_SPECIALS_text, &ids);
    *n += (int64_t)ids.n;
    cad_ids_deinit(&ids);
    return s;
}

/* Caption, retrieved text and target as far as the field has them, joined as they are, without anything between. */
static cad_status count_fields(const job *j, const cad_row *row, cad_arena *a, int64_t *out)
{
    cad_filter_field f = j->args->field;
    cad_buf text = CAD_BUF_INIT;
    json_t *rag = NULL;
    const char *found = NULL;
    int64_t at;
    bool step;
    cad_status s = CAD_OK;
    if (f != CAD_FILTER_output) {
        if (!*row->rag)
            CAD_FAIL(CAD_EDATA, "row %s: it has retrieved nothing\nhint: cadprep rag build, or --filter-field=output", row->id);
        CAD_TRY(cad_json_parse(row->rag, strlen(row->rag), row->id, &rag));
        s = cad_buf_str(&text, row->caption);
        const json_t *item = json_array_get(rag, 0);
        if (s == CAD_OK && item)
            s = cad_row_retrieved(j->payloads, row, item, a, &found, &at, &step);
        if (s == CAD_OK && item && !found)
            s = cad_fail(CAD_EDATA, "row %s: the row that it retrieved, %s, is not there", row->id,
                         json_string_value(json_object_get(item, "id")));
        if (s == CAD_OK && found)
            s = cad_buf_str(&text, found);
        json_decref(rag);
    }
    if (s == CAD_OK && f != CAD_FILTER_caption_step)
        s = cad_buf_str(&text, row->target);
    if (s == CAD_OK)
        s = count_text(j, cad_buf_cstr(&text), out);
    cad_buf_deinit(&text);
    return s;
}

static cad_status count_row(const job *j, const cad_row *row, cad_arena *a, int64_t *out)
{
    const cad_tokenizer *t = j->args->tokenizer;
    cad_row_coder c = {.tpl = j->args->tpl,
                       .tokenizer = t,
                       .payloads = j->payloads,
                       .k = j->args->tpl->has_retrieved,
                       .retrieved_tokens = j->args->retrieved_tokens,
                       .bos = j->args->bos ? cad_tokenizer_bos(t) : -1,
                       .eos = j->args->eos ? cad_tokenizer_eos(t) : -1,
                       .max_tokens = INT64_MAX};
    cad_row_tokens tokens = {.ids = CAD_IDS_INIT};
    cad_row_state state;
    cad_status s = cad_row_encode(&c, row, a, &tokens, &state);
    *out = (int64_t)tokens.ids.n;
    if (s == CAD_OK && (state == CAD_ROW_no_rag || state == CAD_ROW_missing))
        s = cad_fail(CAD_EDATA, "row %s: what it retrieves is not there\nhint: cadprep rag build %s", row->id, j->args->in);
    cad_ids_deinit(&tokens.ids);
    return s;
}

/* What is asked of the file that a row is or stands for; text that stands for none is no valid part. */
static cad_status look_at_step(const job *j, slot *s, const cad_row *row, cad_arena *a)
{
    cad_buf room = CAD_BUF_INIT;
    const char *file = NULL;
    uint64_t geometry;
    cad_status st = cad_model_text_file(a, j->model_text, row->target, &room, &file);
    if (j->check && (st == CAD_EDATA || st == CAD_EPARSE)) {
        s->part.class_ = CAD_IMPORT_parse;
        cad_buf_deinit(&room);
        return CAD_OK;
    }
    if (st == CAD_EDATA || st == CAD_EPARSE)
        st = cad_fail(CAD_EDATA, "%s: row %s: %s\nhint: --require-valid=on leaves such rows out", s->where, row->id,
                      cad_error_text());
    if (st == CAD_OK && (j->args->min_entities > 0 || j->args->max_entities > 0))
        st = count_entities(file, &s->entities);
    if (st == CAD_OK && j->check)
        st = cad_import_part_check(file, strlen(file), row->id, true, true, &geometry, &s->part);
    cad_buf_deinit(&room);
    return st;
}

static cad_status look(const job *j, slot *s, cad_arena *a)
{
    const cad_stage_filter_args *args = j->args;
    cad_row row = {0};
    CAD_TRY(cad_row_parse(s->o, s->where, a, &row));
    s->entities = -1;
    if (args->tokens > 0)
        CAD_TRY(args->field == CAD_FILTER_row ? count_row(j, &row, a, &s->tokens) : count_fields(j, &row, a, &s->tokens));
    bool reads = j->check || args->min_entities > 0 || args->max_entities > 0;
    return reads && is_step(&row) ? look_at_step(j, s, &row, a) : CAD_OK;
}

static void look_at_some(void *ctx, int64_t begin, int64_t end)
{
    job *j = ctx;
    cad_arena *a = NULL;
    cad_status made = cad_arena_create("filter", SCRATCH, &a);
    for (int64_t k = begin; k < end && cad_stop_abandoned() == CAD_OK; k++) {
        slot *s = &j->slot[k];
        cad_frame mark = {0};
        if (made == CAD_OK)
            mark = cad_arena_mark(a);
        s->failed = made == CAD_OK ? look(j, s, a) : made;
        if (s->failed != CAD_OK && cad_buf_str(&s->error, cad_error_text()) != CAD_OK)
            cad_buf_deinit(&s->error);
        if (made == CAD_OK)
            cad_arena_rewind(a, mark);
    }
    cad_arena_destroy(a);
}

/* ---- windows ---- */

static cad_status fill(job *j)
{
    size_t bytes = 0;
    for (j->count = 0; j->more && cad_row_window_takes(j->count, WINDOW, bytes);) {
        slot *s = &j->slot[j->count];
        const char *where = NULL;
        CAD_TRY(cad_corpus_copy_next(j->copy, &s->o, &where, &j->more));
        if (!j->more)
            break;
        snprintf(s->where, sizeof s->where, "%s", where);
        bytes += 1024 + json_string_length(json_object_get(s->o, "target"));
        j->count++;
    }
    return CAD_OK;
}

static cad_status ask_kernel(job *j)
{
    cad_import_part *part[WINDOW];
    for (int64_t k = 0; k < j->count; k++)
        part[k] = &j->slot[k].part;
    return cad_import_check_parts(j->check, part, (size_t)j->count, NULL, NULL);
}

/* Left out, with a line of the list; the first reason counts. */
static cad_status drop(job *j, const slot *s, int64_t *counter, int64_t count, int64_t threshold, const char *field)
{
    char rest[100];
    ++*counter;
    snprintf(rest, sizeof rest, "%lld,%lld,%s", (long long)count, (long long)threshold, field);
    return cad_corpus_copy_drop(j->copy, json_string_value(json_object_get(s->o, "id")),
                                threshold < 0 ? ",,require_valid" : rest);
}

static cad_status write_slot(job *j, slot *s)
{
    const cad_stage_filter_args *a = j->args;
    j->r.rows++;
    if (a->max_entities > 0 && s->entities > a->max_entities)
        return drop(j, s, &j->r.many, s->entities, a->max_entities, "max_entities");
    if (s->entities >= 0 && s->entities < a->min_entities)
        return drop(j, s, &j->r.few, s->entities, a->min_entities, "min_entities");
    if (a->tokens > 0 && s->tokens > a->tokens)
        return drop(j, s, &j->r.tokens, s->tokens, a->tokens, FIELDS[a->field]);
    if (s->part.class_ != CAD_IMPORT_ok)
        return drop(j, s, &j->r.invalid, 0, -1, "");
    j->r.kept++;
    return cad_corpus_copy_keep(j->copy, s->o);
}

static void clear(job *j)
{
    for (int64_t k = 0; k < j->count; k++) {
        json_decref(j->slot[k].o);
        cad_import_part_deinit(&j->slot[k].part);
        cad_buf_deinit(&j->slot[k].error);
    }
    memset(j->slot, 0, sizeof j->slot);
    j->count = 0;
}

static cad_status do_window(job *j)
{
    CAD_TRY(fill(j));
    cad_parallel_for(j->count, GRAIN, look_at_some, j);
    for (int64_t k = 0; k < j->count; k++)
        if (j->slot[k].failed != CAD_OK)
            return cad_fail(j->slot[k].failed, "%s", cad_buf_cstr(&j->slot[k].error));
    if (j->check)
        CAD_TRY(ask_kernel(j));
    if (cad_stop_abandoned() != CAD_OK)
        CAD_FAIL(CAD_EINTR, "interrupted; %s is not written%s", j->args->out,
                 j->check ? "; what the kernel said is kept for the same call" : "");
    for (int64_t k = 0; k < j->count; k++)
        CAD_TRY(write_slot(j, &j->slot[k]));
    cad_progress_show(j->progress, j->r.rows, NULL);
    return CAD_OK;
}

/* ---- all ---- */

/* Where retrieved rows are: among the splits beside, or, of a corpus that is not split, in itself. */
static cad_status open_payloads(job *j)
{
    char path[CAD_SPLIT_COUNT][4200];
    const char *paths[CAD_SPLIT_COUNT];
    cad_buf dir = CAD_BUF_INIT;
    size_t n = 0;
    bool one_of = false;
    cad_status s = cad_path_parent(j->args->in, &dir);
    for (int k = 0; s == CAD_OK && k < CAD_SPLIT_COUNT; k++) {
        snprintf(path[n], sizeof path[n], "%s/%s.jsonl", dir.data, cad_split_name[k]);
        one_of = one_of || cad_fs_same(path[n], j->args->in);
        if (cad_fs_is_file(path[n])) {
            paths[n] = path[n];
            n++;
        }
    }
    cad_buf_deinit(&dir);
    if (s == CAD_OK)
        s = one_of ? cad_payloads_open(paths, n, &j->payloads) : cad_payloads_open(&j->args->in, 1, &j->payloads);
    return s;
}

static json_t *facts_of(const cad_stage_filter_args *a)
{
    return json_pack("{sI, sI, sI, ss, sb}", "min_entities", (json_int_t)a->min_entities, "max_entities",
                     (json_int_t)a->max_entities, "tokens", (json_int_t)a->tokens, "field", FIELDS[a->field], "valid",
                     a->kernel);
}

/* "3 have more than 500 instances (prep.max_entities)" for each bound that left out rows, the most frequent one as *option. */
static cad_status add_reasons(const job *j, cad_buf *out, const char **option)
{
    const cad_stage_filter_args *a = j->args;
    const cad_stage_filter_result *r = &j->r;
    int64_t most = 0;
    const struct {
        int64_t rows, bound;
        const char *more, *what, *key, *option;
    } reason[] = {{r->many, a->max_entities, "more than", "instances", "prep.max_entities", "--max-entities=0 sets no bound"},
                  {r->few, a->min_entities, "fewer than", "instances", "prep.min_entities", "--min-entities=0 sets no bound"},
                  {r->tokens, a->tokens, "more than", "tokens", "prep.filter_tokens", "--filter-tokens=N, 0: not counted"}};
    for (size_t k = 0; k < sizeof reason / sizeof *reason; k++) {
        if (reason[k].rows > 0)
            CAD_TRY(cad_buf_printf(out, "%s%lld have %s %lld %s (%s)", out->len ? ", " : "", (long long)reason[k].rows,
                                   reason[k].more, (long long)reason[k].bound, reason[k].what, reason[k].key));
        if (reason[k].rows > most) {
            most = reason[k].rows;
            *option = reason[k].option;
        }
    }
    if (r->invalid > most)
        *option = "cadtool check says what a part lacks";
    return r->invalid == 0 ? CAD_OK
                           : cad_buf_printf(out, "%s%lld are no valid solid (prep.require_valid)", out->len ? ", " : "",
                                            (long long)r->invalid);
}

static cad_status none_left(const job *j)
{
    const char *option = "";
    cad_buf text = CAD_BUF_INIT;
    cad_status s = add_reasons(j, &text, &option);
    if (s == CAD_OK)
        s = cad_fail(CAD_ENOTFOUND, "%s: none of %lld rows is left: %s; nothing is written\nhint: %s", j->args->in,
                     (long long)j->r.rows, cad_buf_cstr(&text), option);
    cad_buf_deinit(&text);
    return s;
}

static cad_status run(job *j)
{
    const cad_stage_filter_args *a = j->args;
    bool retrieved = a->tokens > 0 && (a->field == CAD_FILTER_row ? a->tpl->has_retrieved : a->field != CAD_FILTER_output);
    CAD_TRY(cad_corpus_copy_share(a->in, a->shard, a->out, "filter", facts_of(a),
                                  "id_original,token_count,threshold,field_type", &j->copy));
    j->model_text = cad_model_text_is(cad_corpus_copy_header(j->copy));
    if (retrieved)
        CAD_TRY(open_payloads(j));
    if (a->kernel)
        CAD_TRY(cad_import_check_open(a->out, a->jobs, &j->check));
    CAD_TRY(cad_progress_create("filter", 0, 0, 0, &j->progress));
    cad_progress_work(j->progress, "rows");
    cad_stop_abandon_catch();
    cad_status s = CAD_OK;
    for (j->more = true; s == CAD_OK && j->more;) {
        s = do_window(j);
        clear(j);
    }
    cad_stop_abandon_release();
    CAD_TRY(s);
    if (j->r.rows > 0 && j->r.kept == 0 && !a->shard.of)
        return none_left(j);
    cad_corpus_copy *c = j->copy;
    j->copy = NULL;
    return cad_corpus_copy_finish(c);
}

cad_status cad_stage_filter(const cad_stage_filter_args *args, cad_stage_filter_result *out)
{
    job *j = NULL;
    CAD_TRY(cad_mem_alloc(sizeof *j, "filter", &j));
    j->args = args;
    cad_status s = run(j);
    cad_corpus_copy_abort(j->copy);
    cad_payloads_close(j->payloads);
    s = cad_import_check_end(j->check, s);
    cad_progress_destroy(j->progress);
    *out = j->r;
    cad_mem_free(j);
    return s;
}
