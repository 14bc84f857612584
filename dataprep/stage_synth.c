#include "dataprep/stage_synth.h"

#include "cad/occt/solid.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/pool.h"
#include "core/progress.h"
#include "dataprep/hash_index.h"
#include "dataprep/synth_tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { BATCH_ROWS = 64, SCRATCH = 256 << 20, MAX_ANSWER = 64 << 20, CPU_S = 120, SHOWN = 10 };

/* ---- in the worker ---- */

typedef struct job {
    cad_synth_opts opts;
    uint64_t first, count;
    bool check;
} job;

/* One line per row of a part, or one with "!" and what was wrong with the part. */
static cad_status make_part(const job *j, uint64_t part, cad_arena *a, cad_buf *out)
{
    uint64_t first = part * (uint64_t)j->opts.captions;
    for (uint64_t k = 0; k < (uint64_t)j->opts.captions; k++) {
        cad_row row;
        cad_status s = j->opts.step ? cad_synth_step_row(&j->opts, first + k, a, &row)
                                    : cad_synth_row(&j->opts, first + k, j->check && !k, a, &row);
        if (s == CAD_EDATA || s == CAD_EGEOM)
            return cad_buf_printf(out, "!%s\n", cad_error_text());
        CAD_TRY(s);
        CAD_TRY(cad_row_print(&row, out));
        CAD_TRY(cad_buf_str(out, "\n"));
    }
    return CAD_OK;
}

static cad_status make_parts(const job *j, cad_arena *a, cad_buf *out)
{
    for (uint64_t i = j->first; i < j->first + j->count; i++) {
        cad_frame mark = cad_arena_mark(a);
        CAD_TRY(make_part(j, i, a, out));
        cad_arena_rewind(a, mark);
    }
    return CAD_OK;
}

static cad_status handle(const void *in, size_t len, cad_buf *out)
{
    job j;
    if (len != sizeof j)
        CAD_FAIL(CAD_EINTERNAL, "synth worker: a job of %zu bytes; expected %zu", len, sizeof j);
    memcpy(&j, in, sizeof j);
    cad_arena *a = NULL;
    CAD_TRY(cad_arena_create("synth", SCRATCH, &a));
    cad_status s = make_parts(&j, a, out);
    cad_arena_destroy(a);
    return s;
}

static const char *const HANDLER = "synth";

void cad_stage_synth_register(void)
{
    cad_worker_register(HANDLER, handle);
}

/* ---- in the caller ---- */

typedef struct state {
    const cad_stage_synth_args *args;
    cad_stage_synth_result result;
    char first_failure[512];
    cad_pool *pool;
    cad_corpus_writer *out;
    cad_synth_tree *tree;    /* with opts.step, instead of out */
    cad_hash_index captions; /* caption hash -> hash of its program */
    cad_hash_index geometry; /* of the parts so far */
    cad_arena *arena;
    cad_progress *progress;
} state;

static void take_failure(state *st, const char *text)
{
    if (!st->result.failed)
        snprintf(st->first_failure, sizeof st->first_failure, "%s", text);
    if (st->result.failed++ < SHOWN)
        cad_log(CAD_LOG_WARN, "part left out: %s", text);
}

/* A row that is known to be whole; `o` is the same as JSON. */
static cad_status keep_row(state *st, const cad_row *row, const json_t *o)
{
    bool is_new = false;
    uint64_t *count = NULL;
    CAD_TRY(st->tree ? cad_synth_tree_add(st->tree, row, o) : cad_corpus_add(st->out, row));
    if (st->result.rows++ % st->args->opts.captions == 0) {
        CAD_TRY(cad_hash_index_at(&st->geometry, row->geometry_hash, 1, &is_new, &count));
        st->result.repeated += !is_new;
    }
    return CAD_OK;
}

static cad_status take_row(state *st, const cad_row *row, const json_t *o)
{
    uint64_t program = cad_caption_hash(row->target), *kept = NULL;
    bool is_new = false;
    CAD_TRY(cad_hash_index_at(&st->captions, row->caption_hash, program, &is_new, &kept));
    bool clash = !is_new && *kept != program, noisy = !strcmp(row->phrasing, "noisy");
    if (clash && !noisy)
        CAD_FAIL(CAD_EDATA, "%s: its caption was used for another part before: %s", row->id, row->caption);
    if (!clash)
        return keep_row(st, row, o);
    st->result.ambiguous++; /* noise took the word that told two parts apart */
    return CAD_OK;
}

static cad_status take_line(state *st, const char *line, size_t len)
{
    if (len && line[0] == '!') {
        char text[512];
        snprintf(text, sizeof text, "%.*s", (int)len - 1, line + 1);
        take_failure(st, text);
        return CAD_OK;
    }
    cad_frame mark = cad_arena_mark(st->arena);
    json_t *o = NULL;
    cad_row row;
    CAD_TRY(cad_json_parse(line, len, "answer of a synth worker", &o));
    cad_status s = cad_row_parse(o, "answer of a synth worker", st->arena, &row);
    if (s == CAD_OK)
        s = take_row(st, &row, o);
    json_decref(o);
    CAD_TRY(s);
    cad_arena_rewind(st->arena, mark);
    return CAD_OK;
}

static cad_status submit(state *st, cad_pool *pool, uint64_t first, uint64_t count)
{
    job j;
    memset(&j, 0, sizeof j); /* padding too: the job travels as bytes */
    j.opts = st->args->opts;
    j.first = first;
    j.count = count;
    j.check = st->result.checked;
    return cad_pool_submit(pool, HANDLER, first, &j, sizeof j);
}

/* The lines of a worker for `parts` parts. */
static cad_status take_lines(state *st, const cad_pool_result *r, uint64_t parts)
{
    const char *line = (const char *)r->out, *end = line + r->out_len;
    uint64_t lines = 0, captions = (uint64_t)st->args->opts.captions, failed = (uint64_t)st->result.failed;
    for (; line < end; lines++) {
        const char *lf = memchr(line, '\n', (size_t)(end - line));
        if (!lf)
            CAD_FAIL(CAD_EINTERNAL, "synth worker: an answer without line end");
        CAD_TRY(take_line(st, line, (size_t)(lf - line)));
        line = lf + 1;
    }
    failed = (uint64_t)st->result.failed - failed;
    if (lines != (parts - failed) * captions + failed)
        CAD_FAIL(CAD_EINTERNAL, "synth worker: %" PRIu64 " lines for %" PRIu64 " parts", lines, parts);
    return CAD_OK;
}

/* A batch whose worker died: each of its parts alone, so that one bad part costs one part. */
static cad_status one_by_one(state *st, uint64_t first, uint64_t count)
{
    cad_pool *pool = NULL;
    CAD_TRY(cad_pool_create(&(cad_pool_opts){.workers = st->args->jobs, .cpu_s = CPU_S, .out_limit = MAX_ANSWER}, &pool));
    cad_status s = CAD_OK;
    for (uint64_t i = 0; s == CAD_OK && i < count; i++)
        s = submit(st, pool, first + i, 1);
    for (uint64_t i = 0; s == CAD_OK && i < count; i++) {
        cad_pool_result r;
        s = cad_pool_next(pool, &r);
        if (s == CAD_OK && r.verdict == CAD_VERDICT_ok)
            s = take_lines(st, &r, 1);
        else if (s == CAD_OK && r.verdict == CAD_VERDICT_failed)
            s = cad_fail(r.status, "%s", r.error);
        else if (s == CAD_OK) {
            char text[400];
            snprintf(text, sizeof text, "part %" PRIu64 ": worker ended by %s %s", r.tag, cad_verdict_name(r.verdict), r.error);
            take_failure(st, text);
        }
    }
    cad_pool_destroy(pool);
    return s;
}

static cad_status take_batch(state *st, const cad_pool_result *r, uint64_t count)
{
    if (r->verdict == CAD_VERDICT_failed)
        CAD_FAIL(r->status, "%s", r->error);
    return r->verdict == CAD_VERDICT_ok ? take_lines(st, r, count) : one_by_one(st, r->tag, count);
}

static cad_status go_on(const state *st, uint64_t done)
{
    if (st->args->stop && *st->args->stop)
        CAD_FAIL(CAD_EINTR, "interrupted after %" PRIu64 " of %" PRId64 " parts; %s is not written", done, st->args->n,
                 st->args->out);
    return CAD_OK;
}

static cad_status make_all(state *st)
{
    uint64_t captions = (uint64_t)st->args->opts.captions, batch = captions < BATCH_ROWS ? BATCH_ROWS / captions : 1;
    uint64_t total = (uint64_t)st->args->n, sent = 0, done = 0;
    while (done < total) {
        while (sent < total && cad_pool_pending(st->pool) < 4 * (size_t)cad_pool_workers(st->pool)) {
            uint64_t count = total - sent < batch ? total - sent : batch;
            CAD_TRY(submit(st, st->pool, sent, count));
            sent += count;
        }
        cad_pool_result r;
        CAD_TRY(go_on(st, done));
        CAD_TRY(cad_pool_next(st->pool, &r));
        uint64_t count = total - r.tag < batch ? total - r.tag : batch;
        CAD_TRY(take_batch(st, &r, count));
        done += count;
        cad_progress_show(st->progress, (int64_t)done, NULL);
    }
    return CAD_OK;
}

/* What a reader of the file wants to know of its making; nothing that depends on jobs or time. */
static json_t *header_info(const cad_stage_synth_args *args, bool checked)
{
    json_t *families = json_object();
    for (size_t i = 0; i < cad_synth_family_count(); i++)
        if (args->opts.share[i] > 0)
            json_object_set_new(families, cad_synth_family_name(i), json_real(args->opts.share[i]));
    return json_pack("{s:s, s:I, s:I, s:i, s:f, s:b, s:o}", "stage", "synth", "seed", (json_int_t)args->opts.seed, "n",
                     (json_int_t)args->n, "captions_each", args->opts.captions, "noise", args->opts.noise, "checked", checked,
                     "families", families);
}

static cad_status open_out(state *st)
{
    if (st->args->opts.step)
        return cad_synth_tree_create(st->args->out, &st->tree);
    json_t *info = header_info(st->args, st->result.checked);
    cad_status s = info ? CAD_OK : cad_fail(CAD_ENOMEM, "%s: no memory for the header", st->args->out);
    if (s == CAD_OK)
        s = cad_corpus_create(st->args->out, "synth", info, &st->out);
    json_decref(info);
    return s;
}

static cad_status open_all(state *st)
{
    if (st->args->opts.step && !st->result.checked)
        CAD_FAIL(CAD_EUNSUPPORTED, "synth: STEP files need a build with OCCT (CADLM_OCCT)");
    if (!st->result.checked)
        cad_log(CAD_LOG_WARN, "built without OCCT (CADLM_OCCT): parts are made but not compiled");
    CAD_TRY(open_out(st));
    CAD_TRY(cad_arena_create("synth rows", 16 << 20, &st->arena));
    CAD_TRY(cad_pool_create(&(cad_pool_opts){.workers = st->args->jobs, .cpu_s = CPU_S, .out_limit = MAX_ANSWER}, &st->pool));
    CAD_TRY(cad_progress_create("synth", 0, st->args->n, 0, &st->progress));
    cad_progress_work(st->progress, "parts");
    return CAD_OK;
}

cad_status cad_stage_synth(const cad_stage_synth_args *args, cad_stage_synth_result *out)
{
    state st = {.args = args, .result = {.checked = strcmp(cad_solid_kernel(), "none") != 0}};
    double begin = cad_clock_now();
    cad_status s = open_all(&st);
    if (s == CAD_OK)
        s = make_all(&st);
    if (s == CAD_OK && (double)st.result.failed > args->max_bad * (double)args->n)
        s = cad_fail(CAD_EDATA, "%" PRId64 " of %" PRId64 " parts failed; prep.max_bad is %g; first: %s", st.result.failed,
                     args->n, args->max_bad, st.first_failure);
    cad_progress_destroy(st.progress);
    cad_pool_destroy(st.pool);
    cad_hash_index_deinit(&st.captions);
    cad_hash_index_deinit(&st.geometry);
    cad_arena_destroy(st.arena);
    if (s != CAD_OK) {
        cad_corpus_abort(st.out);
        cad_synth_tree_abort(st.tree);
        return s;
    }
    CAD_TRY(st.tree ? cad_synth_tree_commit(st.tree) : cad_corpus_commit(st.out));
    st.result.seconds = cad_clock_now() - begin;
    *out = st.result;
    return CAD_OK;
}
