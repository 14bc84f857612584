#include "dataprep/stage_tree.h"

#include "cad/occt/solid.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/path.h"
#include "core/progress.h"
#include "core/size.h"
#include "core/stop_signal.h"
#include "dataprep/tree_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1024, SHOWN = 10 };
static const char STATUS[] = CAD_STEP_FILES_STATUS, BEGUN[] = ".begun";

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

static cad_status give_names(cad_tree_job *j)
{
    CAD_TRY(cad_arena_zalloc(j->arena, (size_t)j->files.n, sizeof *j->made, "files", &j->made));
    for (int64_t i = 0; i < j->files.n; i++) {
        const cad_step_file *f = &j->files.item[i];
        j->made[i].name = f->rel;
        if (j->args->order != CAD_TREE_ORDER_steplm)
            continue;
        cad_buf name = CAD_BUF_INIT;
        cad_status s = cad_buf_printf(&name, "%s_restructured.step", f->id);
        if (s == CAD_OK)
            s = cad_arena_strdup(j->arena, name.data, name.len, &j->made[i].name);
        cad_buf_deinit(&name);
        CAD_TRY(s);
    }
    return check_names(j);
}

/* Names are checked among all files, so that no two shares make one. */
static void take_share(cad_tree_job *j)
{
    int64_t first, end, n = 0;
    cad_shard_range(j->args->shard, j->files.n, &first, &end);
    for (int64_t i = first; i < end; i++) {
        if (!cad_step_share_has(j->args->share, j->files.item[i].id))
            continue;
        j->files.item[n] = j->files.item[i];
        j->made[n++] = j->made[i];
    }
    j->files.n = n;
}

/* ---- the folder ---- */

static cad_status path_in(const cad_tree_job *j, const char *name, const char **out)
{
    return cad_path_join(j->arena, j->args->out, name, out);
}

/* Whether `name` of an earlier list is one that a call writes: below OUT, and that of a STEP file. */
static bool is_ours(const char *name)
{
    const char *at = name;
    for (size_t n; *at; at += n + (at[n] == '/')) {
        n = strcspn(at, "/");
        if (n == 0 || (n <= 2 && !strncmp(at, "..", n)))
            return false;
    }
    return cad_step_files_is(name);
}

static int is_name(const void *key, const void *item)
{
    return strcmp(key, *(const char *const *)item);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of this call's files, sorted: all of them, or those that were made. */
typedef struct names {
    const char **item;
    size_t n;
} names;

static cad_status names_of(const cad_tree_job *j, bool made, names *out)
{
    out->n = 0;
    CAD_TRY(cad_arena_alloc(j->arena, cad_size_mul((size_t)j->files.n, sizeof *out->item), "names", &out->item));
    for (int64_t i = 0; i < j->files.n; i++)
        if (!made || !j->made[i].refused)
            out->item[out->n++] = j->made[i].name;
    qsort(out->item, out->n, sizeof *out->item, by_text);
    return CAD_OK;
}

static bool has_name(const names *l, const char *name)
{
    return bsearch(name, l->item, l->n, sizeof *l->item, is_name) != NULL;
}

/* Each file that a list in the folder names: rows of JSON with "file".  Lines that are not ours are passed over. */
static cad_status each_name(const cad_tree_job *j, const char *list,
                            cad_status (*f)(const cad_tree_job *j, const char *name, const names *l, cad_buf *out),
                            const names *l, cad_buf *out)
{
    cad_buf old = CAD_BUF_INIT;
    cad_status s = cad_fs_exists(list) ? cad_fs_read(list, 0, &old) : CAD_OK;
    for (size_t at = 0; s == CAD_OK && at < old.len;) {
        const char *feed = memchr(old.data + at, '\n', old.len - at), *name;
        size_t len = feed ? (size_t)(feed - old.data) - at : old.len - at;
        json_t *row = NULL;
        if (cad_json_parse(old.data + at, len, list, &row) == CAD_OK && json_is_object(row) &&
            cad_json_get_string(row, "file", list, &name) == CAD_OK && is_ours(name))
            s = f(j, name, l, out);
        json_decref(row);
        at += len + 1;
    }
    cad_buf_deinit(&old);
    return s;
}

static cad_status add_name(const char *name, cad_buf *out)
{
    json_t *o = json_pack("{so}", "file", cad_json_text(name));
    cad_status s = o ? cad_json_print(o, out) : cad_fail(CAD_ENOMEM, "out of memory for a row of %s", BEGUN);
    json_decref(o);
    return s == CAD_OK ? cad_buf_str(out, "\n") : s;
}

/* A file that a killed call meant to make: it stays in the list, and what its writer left beside it goes. */
static cad_status take_over(const cad_tree_job *j, const char *name, const names *planned, cad_buf *out)
{
    const char *path;
    cad_buf dir = CAD_BUF_INIT;
    CAD_TRY(path_in(j, name, &path));
    cad_status s = cad_path_parent(path, &dir);
    if (s == CAD_OK)
        s = cad_fs_sweep(cad_buf_cstr(&dir), j->arena);
    cad_buf_deinit(&dir);
    return s == CAD_OK && !has_name(planned, name) ? add_name(name, out) : s;
}

/* .begun names what may lie here until status.jsonl does: the files of this call and of those that were killed before it. */
static cad_status write_begun(const cad_tree_job *j, const char *begun)
{
    names planned;
    cad_buf text = CAD_BUF_INIT;
    CAD_TRY(names_of(j, false, &planned));
    cad_status s = each_name(j, begun, take_over, &planned, &text);
    for (size_t i = 0; s == CAD_OK && i < planned.n; i++)
        s = add_name(planned.item[i], &text);
    if (s == CAD_OK)
        s = cad_fs_write(begun, cad_buf_cstr(&text), text.len);
    cad_buf_deinit(&text);
    return s;
}

/* A new folder, or one that an earlier call began or finished. */
static cad_status open_folder(const cad_tree_job *j)
{
    const char *status, *begun, **name;
    size_t n = 0;
    CAD_TRY(path_in(j, STATUS, &status));
    CAD_TRY(path_in(j, BEGUN, &begun));
    if (cad_fs_exists(j->args->out) && !cad_fs_exists(status) && !cad_fs_exists(begun)) {
        if (!cad_fs_is_dir(j->args->out))
            CAD_FAIL(CAD_EWRITE, "%s: a file; expected a folder to write into", j->args->out);
        CAD_TRY(cad_fs_list(j->args->out, j->arena, &name, &n));
    }
    if (n > 0)
        CAD_FAIL(CAD_EWRITE, "%s: holds %s, which no earlier call made; expected an empty folder, or none", j->args->out,
                 name[0]);
    CAD_TRY(cad_fs_mkdirs(j->args->out));
    return write_begun(j, begun);
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

/* What lists of earlier calls name and this one did not make goes: one list tells what lies here. */
static cad_status remove_unmade(const cad_tree_job *j, const char *name, const names *made, cad_buf *unused)
{
    const char *path;
    (void)unused;
    if (has_name(made, name))
        return CAD_OK;
    CAD_TRY(path_in(j, name, &path));
    return cad_fs_remove(path);
}

static cad_status remove_old(const cad_tree_job *j, const char *status, const char *begun)
{
    names made;
    CAD_TRY(names_of(j, true, &made));
    CAD_TRY(each_name(j, status, remove_unmade, &made, NULL));
    return each_name(j, begun, remove_unmade, &made, NULL);
}

static cad_status write_status(const cad_tree_job *j)
{
    const char *status, *begun;
    cad_buf rows = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    CAD_TRY(path_in(j, STATUS, &status));
    CAD_TRY(path_in(j, BEGUN, &begun));
    CAD_TRY(remove_old(j, status, begun));
    for (int64_t i = 0; s == CAD_OK && i < j->files.n; i++)
        s = print_row(j, i, &rows);
    if (s == CAD_OK)
        s = cad_fs_write(status, cad_buf_cstr(&rows), rows.len);
    cad_buf_deinit(&rows);
    return s == CAD_OK ? cad_fs_remove(begun) : s;
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
    return stopped ? cad_fail(CAD_EINTR, "interrupted; the same call goes over all files again") : s;
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
    CAD_TRY(cad_step_files_find(j->args->in, j->args->out, j->arena, &j->files));
    cad_step_files_by_id(&j->files);
    r->others = j->files.others;
    if (j->args->tokenizer)
        CAD_TRY(cad_tokenizer_load_dir(j->args->tokenizer, &j->tokenizer));
    CAD_TRY(give_names(j));
    take_share(j);
    CAD_TRY(open_folder(j));
    CAD_TRY(cad_progress_create(j->args->order == CAD_TREE_ORDER_none ? "round" : "reorder", 0, j->files.n, 0, &progress));
    cad_progress_work(progress, "files");
    cad_status s = make_all(j, progress);
    cad_progress_destroy(progress);
    CAD_TRY(s);
    count_all(j, r);
    CAD_TRY(write_status(j));
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
