#include "dataprep/stage_text.h"

#include "cad/step/steplm.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/mem.h"
#include "core/threads.h"
#include "dataprep/corpus_row.h"
#include "dataprep/model_text.h"
#include "dataprep/row_sources.h"
#include "dataprep/row_window.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { BATCH = 256, GRAIN = 8 };
static const size_t ROWS = (size_t)16 << 30, SCRATCH = (size_t)16 << 30; /* address space until it is used */

typedef struct text_row {
    cad_row row;
    cad_buf text, why; /* why: the first finding, or why the template does not fit; empty: nothing to tell */
    bool lost;
    cad_step_text_report report;
    size_t len; /* of the source */
} text_row;

typedef struct text_stage {
    const cad_stage_text_args *args;
    cad_corpus_writer *out;
    cad_writer *status;
    cad_arena *arena;
    cad_progress *progress;
    cad_stage_text_result r;
    text_row row[BATCH];
    int64_t n;
    atomic_int failed; /* texts of errors belong to a thread: the first one's is kept here */
    bool forget;       /* what rows carry as retrieved is not of their new form */
    char error[256], first[400];
} text_stage;

/* ---- one row, in any thread ---- */

static cad_status take_section(text_row *t)
{
    cad_status s = cad_steplm_section(t->row.target, t->len, &t->text);
    t->lost = s == CAD_EDATA;
    return t->lost ? cad_buf_str(&t->why, cad_error_text()) : s;
}

static cad_status make(text_stage *st, text_row *t, cad_arena *a)
{
    cad_step *m = NULL;
    if (st->args->steplm)
        return take_section(t);
    CAD_TRY(cad_step_read(t->row.target, t->len, &(cad_step_opts){0}, &m));
    cad_status s = cad_step_verdict(m);
    t->lost = s != CAD_OK;
    if (t->lost)
        s = cad_buf_str(&t->why, cad_error_text());
    else
        s = cad_step_text_make(a, m, &st->args->form, &t->text, &t->report);
    if (s == CAD_OK && !t->lost && t->report.misfit)
        s = cad_buf_str(&t->why, t->report.misfit);
    t->report.misfit = NULL; /* it lies in the arena */
    cad_step_close(m);
    return s;
}

static void make_rows(void *ctx, int64_t begin, int64_t end)
{
    text_stage *st = ctx;
    cad_arena *a = NULL;
    cad_status s = cad_arena_create("text of STEP files", SCRATCH, &a);
    for (int64_t i = begin; s == CAD_OK && i < end; i++) {
        cad_frame mark = cad_arena_mark(a);
        s = make(st, &st->row[i], a);
        cad_arena_rewind(a, mark);
    }
    cad_arena_destroy(a);
    if (s != CAD_OK && !atomic_exchange(&st->failed, (int)s))
        snprintf(st->error, sizeof st->error, "%s", cad_error_text());
}

/* ---- rows in their order ---- */

static cad_status add_status(text_stage *st, const text_row *t)
{
    cad_buf line = CAD_BUF_INIT;
    const cad_step_text_report *r = &t->report;
    json_t *o = json_pack("{so, ss}", "id", cad_json_text(t->row.id), "status", t->lost ? "parse" : "ok");
    int bad = !o;
    if (!bad && t->why.len)
        bad |= json_object_set_new(o, t->lost ? "message" : "misfit", cad_json_text(cad_buf_cstr(&t->why)));
    if (!bad && !t->lost && st->args->steplm)
        bad |= json_object_update_missing_new(
            o, json_pack("{sI,sI}", "bytes_in", (json_int_t)t->len, "bytes_out", (json_int_t)t->text.len));
    else if (!bad && !t->lost)
        bad |= json_object_update_missing_new(
            o, json_pack("{sI,sI,sI,sI,sI,sI,sb,sb,sI,sI}", "instances", (json_int_t)r->instances, "kept", (json_int_t)r->kept,
                         "templated", (json_int_t)r->templated, "styles", (json_int_t)r->styles, "shared",
                         (json_int_t)r->shared, "derivable", (json_int_t)r->derivable, "derived", r->derived, "flat", r->flat,
                         "bytes_in", (json_int_t)t->len, "bytes_out", (json_int_t)t->text.len));
    cad_status s =
        bad ? cad_fail(CAD_ENOMEM, "%s: no memory for a row", cad_writer_temp_path(st->status)) : cad_json_print(o, &line);
    json_decref(o);
    if (s == CAD_OK)
        s = cad_buf_str(&line, "\n");
    if (s == CAD_OK)
        s = cad_writer_add(st->status, line.data, line.len);
    cad_buf_deinit(&line);
    return s;
}

static void count(text_stage *st, const text_row *t)
{
    cad_stage_text_result *r = &st->r;
    r->rows++;
    r->bytes_in += (int64_t)t->len;
    r->lost += t->lost;
    if (t->lost && !*st->first)
        snprintf(st->first, sizeof st->first, "row %s: %s", t->row.id, cad_buf_cstr(&t->why));
    if (t->lost)
        return;
    r->misfits += t->why.len > 0;
    r->flat += t->report.flat;
    r->instances += t->report.instances;
    r->kept += t->report.kept;
    r->templated += t->report.templated;
    r->styles += t->report.styles;
    r->shared += t->report.shared;
    r->derivable += t->report.derivable;
    r->bytes_out += (int64_t)t->text.len;
}

static cad_status flush(text_stage *st)
{
    cad_parallel_for(st->n, GRAIN, make_rows, st);
    if (atomic_load(&st->failed))
        CAD_FAIL((cad_status)atomic_load(&st->failed), "%s", st->error);
    for (int64_t i = 0; i < st->n; i++) {
        text_row *t = &st->row[i];
        count(st, t);
        CAD_TRY(add_status(st, t));
        if (t->lost)
            continue;
        t->row.target = cad_buf_cstr(&t->text);
        CAD_TRY(cad_corpus_add(st->out, &t->row));
    }
    cad_progress_show(st->progress, st->r.rows, NULL);
    return CAD_OK;
}

static void clear(text_stage *st)
{
    for (int64_t i = 0; i < BATCH; i++) {
        cad_buf_deinit(&st->row[i].text);
        cad_buf_deinit(&st->row[i].why);
    }
    memset(st->row, 0, sizeof st->row);
    st->n = 0;
}

static cad_status run(text_stage *st, cad_corpus_reader *in)
{
    for (bool more = true; more;) {
        cad_frame mark = cad_arena_mark(st->arena);
        size_t bytes = 0;
        while (more && cad_row_window_takes(st->n, BATCH, bytes)) {
            text_row *t = &st->row[st->n];
            CAD_TRY(cad_corpus_next(in, st->arena, &t->row, &more));
            if (!more)
                break;
            if (strcmp(t->row.kind, "step") != 0)
                CAD_FAIL(CAD_EDATA, "%s: row %s is of kind '%s'; expected step", st->args->in, t->row.id, t->row.kind);
            t->len = strlen(t->row.target);
            if (st->forget)
                t->row.rag = "";
            bytes += t->len;
            st->n++;
        }
        CAD_TRY(flush(st));
        clear(st);
        cad_arena_rewind(st->arena, mark);
        if (st->args->stop && *st->args->stop)
            CAD_FAIL(CAD_EINTR, "interrupted after %" PRId64 " rows; %s is not written", st->r.rows, st->args->out);
    }
    return st->r.rows || st->args->shard.of ? CAD_OK : cad_fail(CAD_ENOTFOUND, "%s: zero rows", st->args->in);
}

/* ---- all ---- */

static cad_status open_all(text_stage *st, const cad_corpus_reader *in)
{
    const char *out = st->args->out;
    json_t *old = json_object_get(cad_corpus_header(in), "info"), *info = old ? json_copy(old) : json_object();
    cad_buf path = CAD_BUF_INIT;
    st->forget = !st->args->steplm && cad_row_sources_carried(cad_corpus_header(in));
    if (st->forget)
        (void)json_object_del(info, "rag");
    int bad = json_object_set_new(info, CAD_MODEL_TEXT_FORM, json_string(st->args->represents));
    cad_status s =
        bad ? cad_fail(CAD_ENOMEM, "%s: no memory for the header", out) : cad_corpus_create(out, "text", info, &st->out);
    json_decref(info);
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%.*s.status.jsonl", (int)(strlen(out) - strlen(".jsonl")), out);
    if (s == CAD_OK)
        s = cad_writer_open(path.data, &st->status);
    cad_buf_deinit(&path);
    CAD_TRY(s);
    CAD_TRY(cad_arena_create("text rows", ROWS, &st->arena));
    return cad_corpus_progress(in, "text", &st->progress);
}

static cad_status close_all(text_stage *st, cad_status s)
{
    const cad_stage_text_args *a = st->args;
    if (s == CAD_OK && (double)st->r.lost > a->max_bad * (double)st->r.rows)
        s = cad_fail(CAD_EDATA, "%" PRId64 " of %" PRId64 " rows do not read as STEP; prep.max_bad is %g; first: %s",
                     st->r.lost, st->r.rows, a->max_bad, st->first);
    if (s != CAD_OK) {
        cad_corpus_abort(st->out);
        cad_writer_abort(st->status);
        return s;
    }
    s = cad_writer_commit(st->status);
    if (s != CAD_OK) {
        cad_corpus_abort(st->out);
        return s;
    }
    CAD_TRY(cad_corpus_commit(st->out));
    if (st->r.lost)
        CAD_FAIL(CAD_EPARTIAL, "%" PRId64 " of %" PRId64 " rows do not read as STEP; first: %s", st->r.lost, st->r.rows,
                 st->first);
    return CAD_OK;
}

cad_status cad_stage_text(const cad_stage_text_args *args, cad_stage_text_result *out)
{
    cad_corpus_reader *in = NULL;
    text_stage *st = NULL;
    double start = cad_clock_now();
    CAD_TRY(cad_corpus_open_share(args->in, args->shard, &in));
    cad_status s = cad_mem_alloc(sizeof *st, "stage text", &st);
    if (s == CAD_OK) {
        st->args = args;
        s = open_all(st, in);
        if (s == CAD_OK)
            s = run(st, in);
        clear(st);
        s = close_all(st, s);
        st->r.seconds = cad_clock_now() - start;
        *out = st->r;
        cad_progress_destroy(st->progress);
        cad_arena_destroy(st->arena);
        cad_mem_free(st);
    }
    cad_corpus_close(in);
    return s;
}
