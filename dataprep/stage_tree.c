#include "dataprep/stage_tree.h"

#include "cad/step/steplm.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/path.h"
#include "core/progress.h"
#include "core/size.h"
#include "core/stop_signal.h"
#include "core/threads.h"
#include "dataprep/step_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1024, GRAIN = 16, SHOWN = 10 };
static const size_t MAX_FILE = (size_t)256 << 20, SCRATCH = (size_t)16 << 30; /* scratch is address space until it is used */
static const char STATUS[] = CAD_STEP_FILES_STATUS, BEGUN[] = ".begun";

/* What became of a file. */
typedef struct made {
    const char *name; /* below OUT */
    int64_t bytes_in, bytes_out, count;
    cad_status refused; /* CAD_OK: it was made */
    cad_status failed;  /* of more than this file: nothing more is done */
    cad_buf why;
} made;

typedef struct job {
    const cad_stage_tree_args *args;
    cad_arena *arena;
    cad_step_files files;
    made *made;
    int64_t first; /* of the chunk */
} job;

/* ---- one file ---- */

static void keep_error(made *m)
{
    if (cad_buf_str(&m->why, cad_error_text()) != CAD_OK)
        cad_buf_deinit(&m->why);
}

static cad_status make_text(const job *j, cad_arena *scratch, const cad_buf *in, cad_buf *out, int64_t *count)
{
    return j->args->order ? cad_steplm_reorder(scratch, in->data, in->len, out, count)
                          : cad_steplm_round(in->data, in->len, out, count);
}

static cad_status write_text(const job *j, const char *name, const cad_buf *text)
{
    cad_buf path = CAD_BUF_INIT, dir = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/%s", j->args->out, name);
    if (s == CAD_OK)
        s = cad_path_parent(path.data, &dir);
    if (s == CAD_OK && !cad_fs_is_dir(dir.data))
        s = cad_fs_mkdirs(dir.data);
    if (s == CAD_OK)
        s = cad_fs_write_many(path.data, cad_buf_cstr(text), text->len);
    cad_buf_deinit(&path);
    cad_buf_deinit(&dir);
    return s;
}

static void make_file(const job *j, cad_arena *scratch, int64_t i)
{
    made *m = &j->made[i];
    cad_buf in = CAD_BUF_INIT, out = CAD_BUF_INIT;
    cad_status s = cad_fs_read(j->files.item[i].path, MAX_FILE, &in);
    if (s == CAD_OK)
        s = make_text(j, scratch, &in, &out, &m->count);
    if (s == CAD_OK)
        s = m->failed = write_text(j, m->name, &out);
    else if (s == CAD_EDATA || s == CAD_ENOTFOUND)
        m->refused = s;
    else
        m->failed = s; /* of this machine, not of the file */
    if (s != CAD_OK)
        keep_error(m);
    m->bytes_in = (int64_t)in.len;
    m->bytes_out = (int64_t)out.len;
    cad_buf_deinit(&in);
    cad_buf_deinit(&out);
}

static void make_some(void *ctx, int64_t begin, int64_t end)
{
    const job *j = ctx;
    cad_arena *scratch = NULL;
    cad_status s = cad_arena_create("order of a STEP file", SCRATCH, &scratch);
    if (s != CAD_OK) {
        j->made[j->first + begin].failed = s;
        keep_error(&j->made[j->first + begin]);
        return;
    }
    for (int64_t i = begin; i < end && cad_stop_abandoned() == CAD_OK; i++)
        make_file(j, scratch, j->first + i);
    cad_arena_destroy(scratch);
}

/* ---- names ---- */

static int by_name(const void *a, const void *b)
{
    const made *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

/* Two files that would become one are refused before anything is written. */
static cad_status check_names(const job *j)
{
    const made **sorted;
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

static cad_status give_names(job *j)
{
    CAD_TRY(cad_arena_zalloc(j->arena, (size_t)j->files.n, sizeof *j->made, "files", &j->made));
    for (int64_t i = 0; i < j->files.n; i++) {
        const cad_step_file *f = &j->files.item[i];
        j->made[i].name = f->rel;
        if (!j->args->order)
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

/* ---- the folder ---- */

static cad_status path_in(const job *j, const char *name, const char **out)
{
    return cad_path_join(j->arena, j->args->out, name, out);
}

/* A new folder, or one that an earlier call began or finished. */
static cad_status open_folder(const job *j)
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
    return cad_fs_write(begun, "", 0);
}

static cad_status print_row(const cad_step_file *f, const made *m, cad_buf *out)
{
    json_t *o = m->refused ? json_pack("{so,so,ss,so}", "id", cad_json_text(f->id), "source", cad_json_text(f->rel), "status",
                                       "refused", "message", cad_json_text(cad_buf_cstr(&m->why)))
                           : json_pack("{so,so,so,ss,s[I,I],sI}", "file", cad_json_text(m->name), "id", cad_json_text(f->id),
                                       "source", cad_json_text(f->rel), "status", "ok", "bytes", (json_int_t)m->bytes_in,
                                       (json_int_t)m->bytes_out, "count", (json_int_t)m->count);
    cad_status s = o ? cad_json_print(o, out) : cad_fail(CAD_ENOMEM, "out of memory for a row of %s", STATUS);
    json_decref(o);
    return s == CAD_OK ? cad_buf_str(out, "\n") : s;
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

/* A row of an earlier list: the file it names goes, unless this call made it. */
static cad_status remove_unmade(const job *j, const char *line, size_t len, const char *const *kept, size_t n)
{
    json_t *row;
    const char *name, *path;
    if (cad_json_parse(line, len, STATUS, &row) != CAD_OK) /* not ours: nothing is removed for its sake */
        return CAD_OK;
    cad_status s = CAD_OK;
    if (json_is_object(row) && cad_json_get_string(row, "file", STATUS, &name) == CAD_OK && is_ours(name) &&
        !bsearch(name, kept, n, sizeof *kept, is_name)) {
        s = path_in(j, name, &path);
        s = s == CAD_OK ? cad_fs_remove(path) : s;
    }
    json_decref(row);
    return s;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* One list tells what lies here: files of an earlier call that this one did not make are removed. */
static cad_status remove_old(const job *j, const char *status)
{
    cad_buf old = CAD_BUF_INIT;
    const char **kept;
    size_t n = 0;
    if (!cad_fs_exists(status))
        return CAD_OK;
    CAD_TRY(cad_arena_alloc(j->arena, cad_size_mul((size_t)j->files.n, sizeof *kept), "names", &kept));
    for (int64_t i = 0; i < j->files.n; i++)
        if (!j->made[i].refused)
            kept[n++] = j->made[i].name;
    qsort(kept, n, sizeof *kept, by_text);
    cad_status s = cad_fs_read(status, 0, &old);
    for (size_t at = 0; s == CAD_OK && at < old.len;) {
        const char *feed = memchr(old.data + at, '\n', old.len - at);
        size_t len = feed ? (size_t)(feed - old.data) - at : old.len - at;
        s = remove_unmade(j, old.data + at, len, kept, n);
        at += len + 1;
    }
    cad_buf_deinit(&old);
    return s;
}

static cad_status write_status(const job *j)
{
    const char *status, *begun;
    cad_buf rows = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    CAD_TRY(path_in(j, STATUS, &status));
    CAD_TRY(path_in(j, BEGUN, &begun));
    CAD_TRY(remove_old(j, status));
    for (int64_t i = 0; s == CAD_OK && i < j->files.n; i++)
        s = print_row(&j->files.item[i], &j->made[i], &rows);
    if (s == CAD_OK)
        s = cad_fs_write(status, cad_buf_cstr(&rows), rows.len);
    cad_buf_deinit(&rows);
    return s == CAD_OK ? cad_fs_remove(begun) : s;
}

/* ---- all ---- */

static void count_chunk(const job *j, int64_t end, cad_stage_tree_result *r)
{
    for (int64_t i = j->first; i < end; i++) {
        const made *m = &j->made[i];
        r->files++;
        if (m->refused) {
            if (r->refused++ < SHOWN)
                cad_log(CAD_LOG_WARN, "%s: left out: %s", j->files.item[i].path, cad_buf_cstr(&m->why));
            continue;
        }
        r->bytes_in += m->bytes_in;
        r->bytes_out += m->bytes_out;
        r->count += m->count;
    }
}

static cad_status failure_in(const job *j, int64_t end)
{
    for (int64_t i = j->first; i < end; i++)
        if (j->made[i].failed != CAD_OK)
            return cad_fail(j->made[i].failed, "%s", cad_buf_cstr(&j->made[i].why));
    return CAD_OK;
}

static cad_status make_all(job *j, cad_progress *progress, cad_stage_tree_result *r)
{
    for (; j->first < j->files.n; j->first += CHUNK) {
        int64_t left = j->files.n - j->first, n = left < CHUNK ? left : CHUNK;
        cad_parallel_for(n, GRAIN, make_some, j);
        CAD_TRY(failure_in(j, j->first + n));
        if (cad_stop_abandoned() != CAD_OK)
            CAD_FAIL(CAD_EINTR, "interrupted; the same call goes over all files again");
        count_chunk(j, j->first + n, r);
        cad_progress_show(progress, j->first + n, NULL);
    }
    return CAD_OK;
}

static cad_status verdict(const job *j, const cad_stage_tree_result *r)
{
    if (r->refused == 0)
        return CAD_OK;
    bool too_many = (double)r->refused > j->args->max_bad * (double)r->files;
    return cad_fail(too_many ? CAD_EDATA : CAD_EPARTIAL, "%lld of %lld files were left out%s; %s/%s says why",
                    (long long)r->refused, (long long)r->files, too_many ? ", more than prep.max_bad" : "", j->args->out,
                    STATUS);
}

static void release(job *j)
{
    for (int64_t i = 0; j->made && i < j->files.n; i++)
        cad_buf_deinit(&j->made[i].why);
}

static cad_status run(job *j, cad_stage_tree_result *r)
{
    cad_progress *progress;
    double begin = cad_clock_now();
    CAD_TRY(cad_step_files_find(j->args->in, j->args->out, j->arena, &j->files));
    r->others = j->files.others;
    CAD_TRY(give_names(j));
    CAD_TRY(open_folder(j));
    CAD_TRY(cad_progress_create(j->args->order ? "reorder" : "round", 0, j->files.n, 0, &progress));
    cad_progress_work(progress, "files");
    cad_stop_abandon_catch();
    cad_status s = make_all(j, progress, r);
    cad_stop_abandon_release();
    cad_progress_destroy(progress);
    CAD_TRY(s);
    CAD_TRY(write_status(j));
    r->seconds = cad_clock_now() - begin;
    return verdict(j, r);
}

cad_status cad_stage_tree(const cad_stage_tree_args *args, cad_arena *a, cad_stage_tree_result *out)
{
    job j = {.args = args, .arena = a};
    *out = (cad_stage_tree_result){0};
    cad_status s = run(&j, out);
    release(&j);
    return s;
}
