#include "train/run_dir.h"
#include "train/run_lock.h"

#include "core/clock.h"
#include "core/fs.h"
#include "core/hash.h"
#include "core/log.h"
#include "core/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

enum { MAX_RUN_JSON = 16 << 20 };

struct cad_run_dir {
    cad_buf path, file;
    cad_run_lock *lock;
    json_t *run;
    cad_buf run_before, env_before; /* run.json and env.json as this start found them; empty: not there */
    char host[256];
    char id[17];
    bool continued;
    size_t made; /* folders from this prefix of the path on were made by this start; 0: none */
};

static const char *job_id(void)
{
    const char *job = getenv("SLURM_JOB_ID");
    return job ? job : "";
}

cad_status cad_run_dir_file(cad_run_dir *r, const char *name, const char **out)
{
    cad_buf_clear(&r->file);
    CAD_TRY(cad_buf_printf(&r->file, "%s/%s", r->path.data, name));
    *out = r->file.data;
    return CAD_OK;
}

cad_status cad_run_dir_write(cad_run_dir *r, const char *name, const void *data, size_t len)
{
    const char *path;
    CAD_TRY(cad_run_dir_file(r, name, &path));
    return cad_fs_write(path, data, len);
}

cad_status cad_run_dir_write_json(cad_run_dir *r, const char *name, const json_t *o)
{
    const char *path;
    CAD_TRY(cad_run_dir_file(r, name, &path));
    return cad_json_write(path, o);
}

cad_status cad_run_dir_write_command(cad_run_dir *r, const char *command)
{
    cad_buf text = CAD_BUF_INIT, cwd = CAD_BUF_INIT;
    cad_status s = cad_fs_absolute(".", &cwd);
    if (s == CAD_OK) {
        cwd.len -= 2; /* "/." */
        cwd.data[cwd.len] = '\0';
        s = cad_buf_str(&text, "#!/bin/sh\ncd '");
    }
    for (size_t i = 0; s == CAD_OK && i < cwd.len; i++)
        s = cwd.data[i] == '\'' ? cad_buf_str(&text, "'\\''") : cad_buf_add(&text, cwd.data + i, 1);
    if (s == CAD_OK)
        s = cad_buf_printf(&text, "' && exec %s\n", command);
    if (s == CAD_OK)
        s = cad_run_dir_write(r, "cmd.sh", text.data, text.len);
    cad_buf_deinit(&cwd);
    cad_buf_deinit(&text);
    return s;
}

/* ---- env.json ---- */

/* Variables that shape a run; none that could hold a secret. */
static bool wanted(const char *name, size_t len)
{
    static const char *const prefix[] = {"CADLM_", "SLURM_", "NCCL_", "CUDA_", "OMP_", "OPENBLAS_"};
    static const char *const secret[] = {"KEY", "TOKEN", "SECRET", "PASS", "CREDENTIAL", "AUTH"};
    bool found = false;
    for (size_t i = 0; i < sizeof prefix / sizeof *prefix; i++)
        found = found || !strncmp(name, prefix[i], strlen(prefix[i]));
    for (size_t i = 0; found && i < sizeof secret / sizeof *secret; i++)
        found = memmem(name, len, secret[i], strlen(secret[i])) == NULL;
    return found;
}

static cad_status write_env(cad_run_dir *r)
{
    json_t *o = json_object();
    cad_status s = o ? CAD_OK : cad_fail(CAD_ENOMEM, "out of memory for env.json");
    for (char **e = environ; s == CAD_OK && *e; e++) {
        const char *eq = strchr(*e, '=');
        if (!eq || !wanted(*e, (size_t)(eq - *e)))
            continue;
        char name[256];
        snprintf(name, sizeof name, "%.*s", (int)(eq - *e), *e);
        json_object_set_new(o, name, cad_json_text(eq + 1)); /* a name that is not UTF-8 is left out */
    }
    if (s == CAD_OK)
        s = cad_run_dir_write_json(r, "env.json", o);
    json_decref(o);
    return s;
}

/* ---- run.json ---- */

static void set_string(json_t *o, const char *key, const char *text)
{
    json_object_set_new(o, key, cad_json_text(text));
}

static void stamp(json_t *o, const char *key)
{
    char now[21];
    cad_clock_iso(cad_clock_wall(), now);
    set_string(o, key, now);
}

static cad_status start_run(cad_run_dir *r, const char *name)
{
    char seed[600];
    int n = snprintf(seed, sizeof seed, "%s:%ld:%.6f:%.9f", r->host, (long)getpid(), cad_clock_wall(), cad_clock_now());
    snprintf(r->id, sizeof r->id, "%016" PRIx64, cad_hash64(seed, (size_t)n, 0));
    r->run = json_pack("{s:i, s:s, s:[], s:[], s:{}}", "schema", 1, "run_id", r->id, "restarts", "allowed_changes", "totals");
    if (!r->run)
        CAD_FAIL(CAD_ENOMEM, "out of memory for run.json");
    set_string(r->run, "name", name);
    stamp(r->run, "started");
    return CAD_OK;
}

/* Whether the file `path` holds these bytes. */
static cad_status holds(const char *path, const cad_buf *text, bool *out)
{
    cad_buf there = CAD_BUF_INIT;
    cad_status s = cad_fs_read(path, 0, &there);
    *out = s == CAD_OK && there.len == text->len && (!text->len || !memcmp(there.data, text->data, text->len));
    cad_buf_deinit(&there);
    return s;
}

/* Keeps a run.json that is none under the first free name, unless it is what was kept last. */
static cad_status keep_bad(cad_run_dir *r, const cad_buf *text)
{
    const char *path;
    bool kept = false;
    cad_buf last = CAD_BUF_INIT, name = CAD_BUF_INIT;
    CAD_TRY(cad_run_dir_file(r, "run.json.bad", &path));
    cad_status s = cad_fs_free_name(path, &last, &name);
    if (s == CAD_OK && last.len)
        s = holds(last.data, text, &kept);
    if (s == CAD_OK && !kept)
        s = cad_fs_write(name.data, cad_buf_cstr(text), text->len);
    cad_buf_deinit(&name);
    cad_buf_deinit(&last);
    return s;
}

/* Continues an existing run.json; *out = false when there is none that can be read. */
static cad_status continue_run(cad_run_dir *r, bool *out)
{
    const char *path, *id;
    json_t *list;
    *out = false;
    CAD_TRY(cad_run_dir_file(r, "run.json", &path));
    if (!cad_fs_exists(path))
        return CAD_OK;
    cad_status s = cad_json_read(path, MAX_RUN_JSON, &r->run);
    if (s == CAD_ENOMEM || s == CAD_EIO)
        return s; /* says nothing about the file */
    if (s == CAD_OK)
        s = cad_json_get_string(r->run, "run_id", path, &id);
    if (s == CAD_OK)
        s = cad_json_get_array(r->run, "restarts", path, &list);
    if (s == CAD_OK)
        s = cad_json_get_array(r->run, "allowed_changes", path, &list);
    if (s == CAD_OK && strlen(id) == 16) {
        memcpy(r->id, id, sizeof r->id);
        *out = true;
        return CAD_OK;
    }
    json_decref(r->run);
    r->run = NULL;
    return keep_bad(r, &r->run_before);
}

static cad_status read_before(cad_run_dir *r, const char *name, cad_buf *out)
{
    const char *path;
    CAD_TRY(cad_run_dir_file(r, name, &path));
    cad_status s = cad_fs_read(path, 0, out); /* a run.json that is too long is for continue_run to set aside */
    return s == CAD_ENOTFOUND ? CAD_OK : s;
}

static cad_status put_back(cad_run_dir *r, const char *name, const cad_buf *before)
{
    const char *path;
    if (before->len)
        return cad_run_dir_write(r, name, before->data, before->len);
    CAD_TRY(cad_run_dir_file(r, name, &path));
    return cad_fs_remove(path);
}

/* Length of the shortest prefix of a path that names no folder yet; 0: the whole path is there. */
static size_t first_missing(cad_buf *path)
{
    size_t missing = 0;
    for (size_t i = 1; i <= path->len && !missing; i++) {
        char c = path->data[i];
        if (c != '/' && c != '\0')
            continue;
        path->data[i] = '\0';
        missing = cad_fs_exists(path->data) ? 0 : i;
        path->data[i] = c;
    }
    return missing;
}

void cad_run_dir_withdraw(cad_run_dir *r)
{
    cad_kept_error failure; /* that ends the start */
    cad_error_keep(&failure);
    cad_status s = cad_run_lock_check(r->lock);
    if (s == CAD_OK)
        s = put_back(r, "env.json", &r->env_before);
    if (s == CAD_OK)
        s = put_back(r, "run.json", &r->run_before);
    cad_run_lock_release(r->lock);
    r->lock = NULL;
    while (s == CAD_OK && r->made && r->path.len >= r->made) {
        s = cad_fs_remove_empty(r->path.data);
        const char *slash = strrchr(r->path.data, '/');
        r->path.len = slash ? (size_t)(slash - r->path.data) : 0;
        r->path.data[r->path.len] = '\0';
    }
    if (s != CAD_OK)
        cad_log(CAD_LOG_WARN, "%s", cad_error_text());
    cad_error_restore(&failure);
}

static cad_status open_run(cad_run_dir *r, const char *path, const char *name, bool force_unlock)
{
    if (gethostname(r->host, sizeof r->host - 1) != 0)
        snprintf(r->host, sizeof r->host, "unknown");
    CAD_TRY(cad_buf_str(&r->path, path));
    r->made = first_missing(&r->path);
    CAD_TRY(cad_fs_mkdirs(path));
    CAD_TRY(cad_run_lock_take(path, &(cad_run_lock_opts){.force = force_unlock}, &r->lock));
    CAD_TRY(read_before(r, "run.json", &r->run_before));
    CAD_TRY(read_before(r, "env.json", &r->env_before));
    CAD_TRY(continue_run(r, &r->continued));
    if (!r->continued)
        CAD_TRY(start_run(r, name));
    CAD_TRY(write_env(r));
    return cad_run_dir_set_status(r, "starting", 0, NULL);
}

cad_status cad_run_dir_open(const char *path, const char *name, bool force_unlock, cad_run_dir **out)
{
    cad_run_dir *r;
    CAD_TRY(cad_mem_alloc(sizeof *r, "run directory", &r));
    cad_status s = open_run(r, path, name, force_unlock);
    if (s != CAD_OK) {
        cad_run_dir_close(r);
        return s;
    }
    *out = r;
    return CAD_OK;
}

cad_status cad_run_dir_check_lock(const cad_run_dir *r)
{
    return cad_run_lock_check(r->lock);
}

const char *cad_run_dir_path(const cad_run_dir *r)
{
    return r->path.data;
}

const char *cad_run_dir_id(const cad_run_dir *r)
{
    return r->id;
}

bool cad_run_dir_continued(const cad_run_dir *r)
{
    return r->continued;
}

static cad_status append(cad_run_dir *r, const char *list, json_t *entry)
{
    if (!entry || json_array_append_new(json_object_get(r->run, list), entry) != 0)
        CAD_FAIL(CAD_ENOMEM, "out of memory for run.json");
    return CAD_OK;
}

cad_status cad_run_dir_set(cad_run_dir *r, const char *key, json_t *value)
{
    if (!value || json_object_set_new(r->run, key, value) != 0)
        CAD_FAIL(CAD_ENOMEM, "out of memory for run.json");
    return CAD_OK;
}

cad_status cad_run_dir_add_restart(cad_run_dir *r, int64_t step, const char *from)
{
    json_t *o = json_pack("{s:I, s:I}", "step", (json_int_t)step, "pid", (json_int_t)getpid());
    if (o) {
        stamp(o, "time");
        set_string(o, "host", r->host);
        if (from[0])
            set_string(o, "from", from);
    }
    return append(r, "restarts", o);
}

cad_status cad_run_dir_add_allowed(cad_run_dir *r, const char *key, const char *from, const char *to)
{
    json_t *o = json_object();
    if (o) {
        set_string(o, "key", key);
        set_string(o, "from", from);
        set_string(o, "to", to);
    }
    return append(r, "allowed_changes", o);
}

cad_status cad_run_dir_set_status(cad_run_dir *r, const char *status, int exit_code, const cad_run_totals *totals)
{
    set_string(r->run, "status", status);
    set_string(r->run, "host", r->host);
    set_string(r->run, "job", job_id());
    json_object_set_new(r->run, "exit_code", json_integer(exit_code));
    json_object_set_new(r->run, "pid", json_integer(getpid()));
    stamp(r->run, "updated");
    if (totals)
        json_object_set_new(r->run, "totals",
                            json_pack("{s:I, s:I, s:I, s:f}", "steps", (json_int_t)totals->steps, "rows",
                                      (json_int_t)totals->rows, "tokens", (json_int_t)totals->tokens, "wall_s",
                                      totals->wall_s));
    return cad_run_dir_write_json(r, "run.json", r->run);
}

void cad_run_dir_close(cad_run_dir *r)
{
    if (!r)
        return;
    json_decref(r->run);
    cad_run_lock_release(r->lock);
    cad_buf_deinit(&r->env_before);
    cad_buf_deinit(&r->run_before);
    cad_buf_deinit(&r->file);
    cad_buf_deinit(&r->path);
    cad_mem_free(r);
}

cad_status cad_run_dir_set_aside(cad_run_dir *r, cad_buf *out)
{
    CAD_TRY(cad_run_lock_check(r->lock));
    CAD_TRY(put_back(r, "env.json", &r->env_before));
    CAD_TRY(put_back(r, "run.json", &r->run_before));
    cad_buf file = CAD_BUF_INIT;
    CAD_TRY(cad_fs_free_name(r->path.data, NULL, out));
    CAD_TRY(cad_fs_commit_dir(r->path.data, out->data));
    cad_status s = cad_buf_printf(&file, "%s/LOCK", out->data); /* went along; it is ours until it is closed */
    if (s == CAD_OK)
        s = cad_fs_remove(file.data);
    cad_buf_deinit(&file);
    CAD_TRY(s);
    cad_run_lock_release(r->lock);
    r->lock = NULL;
    return CAD_OK;
}
