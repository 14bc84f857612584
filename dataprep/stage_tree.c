#include "dataprep/stage_tree.h"

#include "cad/occt/solid.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/progress.h"
#include "core/size.h"
#include "core/stop_signal.h"
#include "dataprep/tree_folder.h"
#include "dataprep/tree_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1024, SHOWN = 10 };
static const char STATUS[] = CAD_STEP_FILES_STATUS;

/* ---- names ---- */

static int by_name(const void *a, const void *b)
{
    const cad_tree_made *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

/* Two files that would become one are refused before anything is written. */
static cad_status check_names(const cad_tree_job *j)
{
    const cad_tree_made **sorted;
    size_t n = (size_t)j->files.n;
    cad_frame mark = cad_arena_mark(j->arena);
    CAD_TRY(cad_arena_alloc(j->arena, cad_size_mul(n, sizeof *sorted), "names", &sorted));
    for (size_t i = 0; i < n; i++)
        sorted[i] = &j->made[i];
    qsort(sorted, n, sizeof *sorted, by_name);
    for (size_t i = 1; i < n; i++)
        if (!strcmp(sorted[i - 1]->name, sorted[i]->name))
            CAD_FAIL(CAD_EDATA, "%s and %s: both are model %s; expected one file a model",
                     j->files.item[sorted[i - 1] - j->made].path, j->files.item[sorted[i] - j->made].path,
                     j->files.item[sorted[i] - j->made].id);
    cad_arena_rewind(j->arena, mark);
    return CAD_OK;
}

/* As the file is called, without .gz; STEP-LLM's order has names of its own. */
static cad_status give_name(const cad_tree_job *j, const cad_step_file *f, const char **out)
{
    if (j->args->order != CAD_TREE_ORDER_steplm)
        return cad_arena_strdup(j->arena, f->rel, strlen(f->rel) - (cad_step_files_is_packed(f->rel) ? strlen(".gz") : 0), out);
    cad_buf name = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&name, "%s_restructured.step", f->id);
    if (s == CAD_OK)
        s = cad_arena_strdup(j->arena, name.data, name.len, out);
    cad_buf_deinit(&name);
    return s;
}

static cad_status give_names(cad_tree_job *j)
{
    CAD_TRY(cad_arena_zalloc(j->arena, (size_t)j->files.n, sizeof *j->made, "files", &j->made));
    for (int64_t i = 0; i < j->files.n; i++) {
        CAD_TRY(give_name(j, &j->files.item[i], &j->made[i].name));
    }
    return check_names(j);
}

/* Names are checked among all files, so that no two shares make one. */
static cad_status take_share(cad_tree_job *j, int64_t *unwanted)
{
    int64_t first, end, n = 0, all = j->files.n;
    cad_shard_range(j->args->shard, j->files.n, &first, &end);
    for (int64_t i = first; i < end; i++) {
        if (!cad_step_share_has(j->args->share, j->files.item[i].id))
            continue;
        if (!cad_wanted_parts_has(j->args->wanted, j->files.item[i].id)) {
            ++*unwanted;
            continue;
        }
        j->files.item[n] = j->files.item[i];
        j->made[n++] = j->made[i];
    }
    j->files.n = n;
    if (*unwanted == all)
        CAD_FAIL(CAD_ENOTFOUND, "%s: of its %lld parts the captions describe none", j->args->in, (long long)all);
    return CAD_OK;
}

/* ---- the folder ---- */

/* Names of this call's files: all of them, or those that were made. */
static cad_status names_of(const cad_tree_job *j, bool made, cad_tree_names *out)
{
    out->n = 0;
    CAD_TRY(cad_arena_alloc(j->arena, cad_size_mul((size_t)j->files.n, sizeof *out->item), "names", &out->item));
    for (int64_t i = 0; i < j->files.n; i++)
        if (!made || !j->made[i].refused)
            out->item[out->n++] = j->made[i].name;
    cad_tree_names_sort(out);
    return CAD_OK;
}

static cad_status open_folder(const cad_tree_job *j)
{
    cad_tree_names planned;
    CAD_TRY(names_of(j, false, &planned));
    return cad_tree_folder_open(j->args->out, &planned, j->arena);
}

static json_t *tokens(int64_t n)
{
    return n < 0 ? json_null() : json_integer(n);
}

static json_t *row_of(const cad_tree_job *j, const cad_step_file *f, const cad_tree_made *m)
{
    if (m->refused)
        return json_pack("{so,so,ss,so}", "id", cad_json_text(f->id), "source", cad_json_text(f->rel), "status", "refused",
                         "message", cad_json_text(cad_buf_cstr(&m->why)));
    json_t *o = json_pack("{so,so,so,ss,s[I,I],sI}", "file", cad_json_text(m->name), "id", cad_json_text(f->id), "source",
                          cad_json_text(f->rel), "status", "ok", "bytes", (json_int_t)m->bytes_in, (json_int_t)m->bytes_out,
                          "count", (json_int_t)m->count);
    int bad = o == NULL;
    if (!bad && j->args->order == CAD_TREE_ORDER_steplm)
        bad = json_object_set_new(o, "lost", json_integer(m->lost));
    if (!bad && cad_tree_has_digits(j->args))
        bad = json_object_set_new(o, "k", m->k ? json_integer(m->k) : json_null());
    if (!bad && m->why.len > 0)
        bad = json_object_set_new(o, "why", cad_json_text(m->why.data));
    if (!bad && j->tokenizer)
        bad = json_object_set_new(o, "tokens", json_pack("[o,o]", tokens(m->tokens_in), tokens(m->tokens_out)));
    if (bad)
        json_decref(o);
    return bad ? NULL : o;
}

static cad_status print_row(const cad_tree_job *j, int64_t i, cad_buf *out)
{
    json_t *o = row_of(j, &j->files.item[i], &j->made[i]);
    cad_status s = o ? cad_json_print(o, out) : cad_fail(CAD_ENOMEM, "out of memory for a row of %s", STATUS);
    json_decref(o);
    return s == CAD_OK ? cad_buf_str(out, "\n") : s;
}

static cad_status close_folder(const cad_tree_job *j)
{
    cad_tree_names made;
    cad_buf rows = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (int64_t i = 0; s == CAD_OK && i < j->files.n; i++)
        s = print_row(j, i, &rows);
    if (s == CAD_OK)
        s = names_of(j, true, &made);
    if (s == CAD_OK)
        s = cad_tree_folder_close(j->args->out, &made, &rows, j->arena);
    cad_buf_deinit(&rows);
    return s;
}

/* ---- all ---- */

static void count_all(const cad_tree_job *j, cad_stage_tree_result *r)
{
    for (int64_t i = 0; i < j->files.n; i++) {
        const cad_tree_made *m = &j->made[i];
        r->files++;
        if (m->refused) {
            if (r->refused++ < SHOWN)
                cad_log(CAD_LOG_WARN, "%s: left out: %s", j->files.item[i].path, cad_buf_cstr(&m->why));
            continue;
        }
        r->bytes_in += m->bytes_in;
        r->bytes_out += m->bytes_out;
        r->count += m->count;
        r->lost += m->lost;
        r->tokens_in += m->tokens_in < 0 || m->tokens_out < 0 ? 0 : m->tokens_in;
        r->tokens_out += m->tokens_in < 0 || m->tokens_out < 0 ? 0 : m->tokens_out;
        r->k[m->k] += cad_tree_has_digits(j->args);
    }
}

static cad_status failure_in(const cad_tree_job *j, int64_t end)
{
    for (int64_t i = j->first; i < end; i++)
        if (j->made[i].failed != CAD_OK)
            return cad_fail(j->made[i].failed, "%s", cad_buf_cstr(&j->made[i].why));
    return CAD_OK;
}

static cad_status make_chunks(cad_tree_job *j, cad_progress *progress)
{
    while (j->first < j->files.n) {
        int64_t left = j->files.n - j->first, end = j->first + (left < CHUNK ? left : CHUNK);
        cad_tree_make(j, end);
        CAD_TRY(failure_in(j, end));
        CAD_TRY(cad_stop_abandoned());
        j->first = end;
        cad_progress_show(progress, end, NULL);
    }
    return CAD_OK;
}

static cad_status make_all(cad_tree_job *j, cad_progress *progress)
{
    bool kernel = j->args->verify && cad_tree_has_digits(j->args);
    if (kernel && !strcmp(cad_solid_kernel(), "none")) {
        kernel = false;
        cad_log(CAD_LOG_WARN, "built without OCCT (CADLM_OCCT): numbers are rounded, but nothing reads the solids behind it");
    }
    cad_stop_abandon_catch();
    cad_status s = kernel ? cad_tree_make_verified(j, progress) : make_chunks(j, progress);
    bool stopped = cad_stop_abandoned() != CAD_OK;
    cad_stop_abandon_release();
    return stopped ? cad_fail(CAD_EINTR, "interrupted; the same call goes %s", kernel ? "on there" : "over all files again")
                   : s;
}

static cad_status verdict(const cad_tree_job *j, const cad_stage_tree_result *r)
{
    if (r->refused == 0)
        return CAD_OK;
    bool too_many = (double)r->refused > j->args->max_bad * (double)r->files;
    return cad_fail(too_many ? CAD_EDATA : CAD_EPARTIAL, "%lld of %lld files were left out%s; %s/%s says why",
                    (long long)r->refused, (long long)r->files, too_many ? ", more than prep.max_bad" : "", j->args->out,
                    STATUS);
}

static void release(cad_tree_job *j)
{
    for (int64_t i = 0; j->made && i < j->files.n; i++)
        cad_buf_deinit(&j->made[i].why);
    cad_tokenizer_destroy(j->tokenizer);
}

static cad_status run(cad_tree_job *j, cad_stage_tree_result *r)
{
    cad_progress *progress;
    double begin = cad_clock_now();
    CAD_TRY(cad_step_files_find_packed(j->args->in, j->args->out, j->arena, &j->files));
    cad_step_files_by_id(&j->files);
    r->others = j->files.others;
    if (j->args->tokenizer)
        CAD_TRY(cad_tokenizer_load_dir(j->args->tokenizer, &j->tokenizer));
    CAD_TRY(give_names(j));
    CAD_TRY(take_share(j, &r->unwanted));
    CAD_TRY(open_folder(j));
    CAD_TRY(cad_progress_create(j->args->order == CAD_TREE_ORDER_none ? "round" : "reorder", 0, j->files.n, 0, &progress));
    cad_progress_work(progress, "files");
    cad_status s = make_all(j, progress);
    cad_progress_destroy(progress);
    CAD_TRY(s);
    count_all(j, r);
    CAD_TRY(close_folder(j));
    r->seconds = cad_clock_now() - begin;
    return verdict(j, r);
}

cad_status cad_stage_tree(const cad_stage_tree_args *args, cad_arena *a, cad_stage_tree_result *out)
{
    cad_tree_job j = {.args = args, .arena = a};
    *out = (cad_stage_tree_result){0};
    cad_status s = run(&j, out);
    release(&j);
    return s;
}
