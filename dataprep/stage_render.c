#include "dataprep/stage_render.h"

#include "cad/occt/solid.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/path.h"
#include "core/progress.h"
#include "dataprep/corpus_row.h"
#include "dataprep/render_list.h"
#include "dataprep/render_work.h"
#include "dataprep/step_files.h"

#include <inttypes.h>
#include <string.h>

enum { SHOWN = 10, MAX_TEXT = (16 << 20) - 1, MAX_PNG = 16 << 20 };
static const double CPU_S = 60;
static const size_t NAMES = (size_t)16 << 30; /* address space until it is used */

void cad_stage_render_register(void)
{
    cad_render_work_register();
}

/* ---- the parts, one after another ---- */

typedef struct source {
    cad_corpus_reader *corpus; /* or NULL: */
    cad_step_files files;
    int64_t next;
    cad_arena *arena;
    cad_buf text, name; /* of the part at hand; name: its id, of a corpus */
    const char *id;
    cad_render_kind kind;
} source;

static cad_status open_source(const cad_stage_render_args *args, source *out, cad_progress **progress)
{
    CAD_TRY(cad_arena_create("names of parts", NAMES, &out->arena));
    if (cad_path_ends(args->in, ".jsonl")) {
        CAD_TRY(cad_corpus_open_share(args->in, args->shard, &out->corpus));
        CAD_TRY(cad_corpus_progress(out->corpus, "render", progress));
    } else {
        CAD_TRY(cad_step_files_find_packed(args->in, NULL, out->arena, &out->files));
        cad_shard_range(args->shard, out->files.n, &out->next, &out->files.n);
        CAD_TRY(cad_progress_create("render", 0, out->files.n - out->next, 0, progress));
    }
    cad_progress_work(*progress, "parts");
    return CAD_OK;
}

static void close_source(source *s)
{
    cad_corpus_close(s->corpus);
    cad_buf_deinit(&s->text);
    cad_buf_deinit(&s->name);
    cad_arena_destroy(s->arena);
}

static cad_status next_row(source *s, bool *more)
{
    cad_row row;
    cad_frame mark = cad_arena_mark(s->arena);
    CAD_TRY(cad_corpus_next(s->corpus, s->arena, &row, more));
    if (!*more)
        return CAD_OK;
    s->kind = !strcmp(row.kind, "step") ? CAD_RENDER_answer : CAD_RENDER_ir;
    cad_buf_clear(&s->name);
    CAD_TRY(cad_buf_str(&s->text, row.target));
    CAD_TRY(cad_buf_str(&s->name, row.id));
    s->id = cad_buf_cstr(&s->name);
    cad_arena_rewind(s->arena, mark);
    return CAD_OK;
}

/* *why: empty, or the reason why there is nothing to draw. */
static cad_status read_file(const char *path, cad_buf *text, cad_buf *why)
{
    cad_status s = cad_step_files_read(path, MAX_TEXT, text);
    if (s != CAD_EDATA && s != CAD_ECORRUPT)
        return s;
    cad_buf_clear(text);
    return cad_buf_str(why, cad_error_text());
}

static cad_status next_part(source *s, bool *more, cad_buf *why)
{
    cad_buf_clear(&s->text);
    cad_buf_clear(why);
    if (s->corpus) {
        CAD_TRY(next_row(s, more));
    } else {
        *more = s->next < s->files.n;
        if (!*more)
            return CAD_OK;
        const cad_step_file *f = &s->files.item[s->next];
        s->id = f->id;
        s->kind = CAD_RENDER_file;
        CAD_TRY(read_file(f->path, &s->text, why));
    }
    s->next += *more;
    if (*more && s->text.len > MAX_TEXT)
        return cad_buf_printf(why, "%zu bytes; expected at most %d", s->text.len, (int)MAX_TEXT);
    return CAD_OK;
}

/* ---- drawing ---- */

typedef struct state {
    const cad_stage_render_args *args;
    cad_stage_render_result result;
    source source;
    cad_render_list list;
    cad_pool *pool;
    cad_progress *progress;
} state;

static cad_status no_mesh(state *st, int64_t number, const char *why)
{
    if (st->result.no_mesh++ < SHOWN)
        cad_log(CAD_LOG_WARN, "%s: no picture: %s", st->list.item[number].id, why);
    return cad_render_list_failed(&st->list, number, why);
}

static cad_status take(state *st)
{
    cad_pool_result r;
    CAD_TRY(cad_pool_next(st->pool, &r));
    int64_t number = (int64_t)r.tag;
    cad_status s;
    if (r.verdict == CAD_VERDICT_ok && r.out_len > 0)
        s = cad_render_list_drawn(&st->list, number, r.out, r.out_len);
    else if (r.verdict == CAD_VERDICT_failed && (r.status == CAD_EUNSUPPORTED || r.status == CAD_EINTERNAL))
        s = cad_fail(r.status, "%s: %s", st->list.item[number].id, r.error);
    else
        s = no_mesh(st, number, r.error[0] ? r.error : cad_verdict_name(r.verdict));
    cad_progress_show(st->progress, ++st->result.parts, NULL);
    return s;
}

static cad_status go_on(const state *st)
{
    if (st->args->stop && *st->args->stop)
        CAD_FAIL(CAD_EINTR, "interrupted after %" PRId64 " parts; the same call goes on", st->result.parts);
    return CAD_OK;
}

static cad_status give(state *st, const cad_buf *why)
{
    char key[33];
    int64_t number = 0;
    bool done = false;
    const source *s = &st->source;
    CAD_TRY(cad_render_work_key(s->kind, cad_buf_cstr(&s->text), s->text.len, key));
    CAD_TRY(cad_render_list_add(&st->list, s->id, key, &number, &done));
    if (!done && !why->len)
        return cad_render_work_submit(st->pool, (uint64_t)number, s->kind, cad_buf_cstr(&s->text), s->text.len);
    if (!done) {
        CAD_TRY(no_mesh(st, number, why->data));
    } else {
        st->result.kept++;
        st->result.no_mesh += st->list.item[number].why != NULL;
    }
    cad_progress_show(st->progress, ++st->result.parts, NULL);
    return CAD_OK;
}

static cad_status draw_all(state *st, cad_buf *why)
{
    for (bool more = true; more;) {
        CAD_TRY(go_on(st));
        CAD_TRY(next_part(&st->source, &more, why));
        if (more)
            CAD_TRY(give(st, why));
        while (cad_pool_pending(st->pool) >= (more ? 4 * (size_t)cad_pool_workers(st->pool) : 1)) {
            CAD_TRY(go_on(st));
            CAD_TRY(take(st));
        }
    }
    return CAD_OK;
}

static cad_status run(state *st)
{
    cad_buf why = CAD_BUF_INIT;
    CAD_TRY(open_source(st->args, &st->source, &st->progress));
    CAD_TRY(cad_render_list_open(st->args->out, &st->list));
    CAD_TRY(cad_pool_create(&(cad_pool_opts){.workers = st->args->jobs, .cpu_s = CPU_S, .out_limit = MAX_PNG}, &st->pool));
    cad_status s = draw_all(st, &why);
    cad_buf_deinit(&why);
    return s == CAD_OK ? cad_render_list_close(&st->list) : s;
}

static cad_status verdict(const state *st)
{
    const cad_stage_render_result *r = &st->result;
    if (r->no_mesh == 0)
        return CAD_OK;
    bool too_many = (double)r->no_mesh > st->args->max_bad * (double)r->parts;
    return cad_fail(too_many ? CAD_EDATA : CAD_EPARTIAL,
                    "%" PRId64 " of %" PRId64 " parts have no picture%s; %s/" CAD_STEP_FILES_STATUS " says why", r->no_mesh,
                    r->parts, too_many ? ", more than prep.max_bad" : "", st->args->out);
}

cad_status cad_stage_render(const cad_stage_render_args *args, cad_stage_render_result *out)
{
    if (!strcmp(cad_solid_kernel(), "none"))
        CAD_FAIL(CAD_EUNSUPPORTED, "render: pictures need a build with OCCT (CADLM_OCCT)");
    state st = {.args = args};
    double begin = cad_clock_now();
    cad_status s = run(&st);
    cad_progress_destroy(st.progress);
    cad_pool_destroy(st.pool);
    cad_render_list_deinit(&st.list);
    close_source(&st.source);
    CAD_TRY(s);
    st.result.seconds = cad_clock_now() - begin;
    *out = st.result;
    return verdict(&st);
}
