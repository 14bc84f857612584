#include "dataprep/stage_import.h"

#include "cad/occt/solid.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/progress.h"
#include "core/stop_signal.h"
#include "dataprep/hash_index.h"
#include "dataprep/import_check.h"
#include "dataprep/import_json.h"
#include "dataprep/import_window.h"
#include "dataprep/json_items.h"
#include "dataprep/row_sources.h"
#include "dataprep/row_window.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Texts that wait to be parsed. */

typedef struct item {
    size_t at, len; /* in texts */
    int64_t line, number;
    cad_buf id;
} item;

typedef struct job {
    const cad_stage_import_args *args;
    cad_json_items *items;
    cad_hash_index ids;
    cad_import_check *check; /* NULL: no kernel */
    cad_import_out *out;
    cad_progress *progress;
    cad_buf texts;
    item item[CAD_IMPORT_WINDOW];
    int64_t count, number;
    bool more;
} job;

/* The first line of our own corpora. */
static bool is_header(const job *j, const char *text, size_t len)
{
    json_t *o = NULL;
    if (j->number > 0 || cad_json_items_array(j->items) || cad_json_parse(text, len, "header", &o) != CAD_OK)
        return false;
    bool is = cad_import_json_is_header(o);
    json_decref(o);
    return is;
}

static cad_status fill(job *j)
{
    cad_buf_clear(&j->texts);
    j->count = 0;
    while (j->more && cad_row_window_takes(j->count, CAD_IMPORT_WINDOW, j->texts.len)) {
        item *it = &j->item[j->count];
        it->at = j->texts.len;
        CAD_TRY(cad_json_items_next(j->items, &j->texts, &it->line, &j->more));
        it->len = j->texts.len - it->at;
        if (!j->more || is_header(j, cad_buf_cstr(&j->texts) + it->at, it->len))
            continue;
        it->number = ++j->number;
        cad_buf_clear(&it->id);
        j->count++;
    }
    return CAD_OK;
}

static cad_status refuse(cad_import_part *p)
{
    p->class_ = CAD_IMPORT_unreadable;
    return cad_buf_str(&p->message, cad_error_text());
}

static cad_status make_row(const job *j, item *it, const char *where, const json_t *o, cad_arena *scratch, cad_import_part *p)
{
    cad_row row = {0};
    cad_status s = cad_import_json_row(o, where, it->number, scratch, &row);
    if (s == CAD_EDATA || s == CAD_EPARSE)
        return refuse(p);
    CAD_TRY(s);
    cad_buf_clear(&it->id);
    CAD_TRY(cad_buf_str(&it->id, row.id));
    return cad_import_json_check(&row, where, j->args->strict, j->check != NULL, scratch, p);
}

static cad_status make_item(void *ctx, int64_t k, cad_arena *scratch, cad_import_part *p)
{
    job *j = ctx;
    item *it = &j->item[k];
    char where[4200];
    json_t *o = NULL;
    snprintf(where, sizeof where, "%s:%" PRId64, j->args->in, it->line);
    CAD_TRY(cad_buf_printf(&it->id, "%08" PRId64, it->number));
    cad_status s = cad_json_parse(j->texts.data + it->at, it->len, where, &o);
    if (s == CAD_EPARSE || s == CAD_EDATA)
        return refuse(p);
    CAD_TRY(s);
    s = make_row(j, it, where, o, scratch, p);
    json_decref(o);
    return s;
}

static cad_status tell_item(void *ctx, int64_t k, cad_import_part *p, const char **id, const char **source)
{
    job *j = ctx;
    const item *it = &j->item[k];
    uint64_t *at = NULL;
    bool is_new = true;
    *id = cad_buf_cstr(&it->id);
    *source = "";
    if (p->class_ != CAD_IMPORT_unreadable)
        CAD_TRY(cad_hash_index_at(&j->ids, cad_hash_index_key(it->id.data, it->id.len), (uint64_t)it->line, &is_new, &at));
    if (is_new)
        return CAD_OK;
    p->class_ = CAD_IMPORT_duplicate_id;
    cad_buf_clear(&p->message);
    return cad_buf_printf(&p->message, "%s:%" PRId64 ": the id of line %" PRIu64, j->args->in, it->line, *at);
}

/* Whether rows bring what they retrieved, by the first of them: the header stands before all. */
static cad_status first_carries(const job *j, bool *out)
{
    cad_json_items *items = NULL;
    cad_buf text = CAD_BUF_INIT;
    bool more = true, found = false;
    *out = false;
    CAD_TRY(cad_json_items_open(j->args->in, &items));
    cad_status s = CAD_OK;
    while (s == CAD_OK && more && !found) {
        json_t *o = NULL;
        int64_t line;
        cad_buf_clear(&text);
        s = cad_json_items_next(items, &text, &line, &more);
        if (s != CAD_OK || !more || cad_json_parse(cad_buf_cstr(&text), text.len, j->args->in, &o) != CAD_OK)
            break; /* told where the rows are read */
        found = !cad_import_json_is_header(o);
        *out = found && cad_import_json_carries(o);
        json_decref(o);
    }
    cad_buf_deinit(&text);
    cad_json_items_close(items);
    return CAD_OK;
}

/* What others retrieved from is not known: by their papers from rows of all splits. */
static json_t *header_info(const job *j, bool carries)
{
    json_t *rag =
        carries ? json_pack("{ss, ss, si, sb}", "scope", CAD_ROW_SOURCES_CARRIED, "index_xxh3", "", "k", 1, "leaky", 1) : NULL;
    return json_pack("{ss, ss, ss, ss, so*}", "stage", "import", "from", "jsonl", "profile",
                     j->args->strict ? "strict" : "steplm", "kernel", j->check ? cad_solid_kernel() : "none", "rag", rag);
}

static cad_status open_all(job *j)
{
    bool carries = false;
    CAD_TRY(cad_json_items_open(j->args->in, &j->items));
    CAD_TRY(first_carries(j, &carries));
    if (j->args->kernel)
        CAD_TRY(cad_import_check_open(j->args->out, j->args->jobs, &j->check));
    CAD_TRY(cad_import_out_create(j->args->out, header_info(j, carries), &j->out));
    CAD_TRY(cad_progress_create("import", 0, 0, 0, &j->progress));
    cad_progress_work(j->progress, "rows");
    return CAD_OK;
}

static cad_status make_all(job *j)
{
    cad_import_window *w = NULL;
    cad_import_work work = {j, make_item, tell_item, j->check, j->out, j->progress};
    CAD_TRY(cad_import_window_create(&work, &w));
    cad_status s = CAD_OK;
    for (j->more = true; s == CAD_OK && j->more;) {
        s = fill(j);
        if (s == CAD_OK)
            s = cad_import_window_run(w, j->count);
    }
    cad_import_window_destroy(w);
    return s;
}

static cad_status run(job *j, cad_stage_import_result *r)
{
    cad_status s = open_all(j);
    cad_stop_abandon_catch();
    if (s == CAD_OK)
        s = make_all(j);
    cad_stop_abandon_release();
    cad_progress_destroy(j->progress);
    cad_json_items_close(j->items);
    cad_hash_index_deinit(&j->ids);
    cad_buf_deinit(&j->texts);
    for (int64_t k = 0; k < CAD_IMPORT_WINDOW; k++)
        cad_buf_deinit(&j->item[k].id);
    if (s == CAD_OK)
        s = cad_import_out_finish(j->out, j->args->max_bad, false, &r->counts);
    else
        cad_import_out_abort(j->out);
    return cad_import_check_end(j->check, s);
}

cad_status cad_stage_import_json(const cad_stage_import_args *args, cad_stage_import_result *out)
{
    job *j = NULL;
    double begin = cad_clock_now();
    *out = (cad_stage_import_result){0};
    CAD_TRY(cad_mem_alloc(sizeof *j, "import", &j));
    j->args = args;
    cad_status s = run(j, out);
    cad_mem_free(j);
    out->seconds = cad_clock_now() - begin;
    return s;
}
