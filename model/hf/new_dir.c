/* model/hf/model_dir.h, the folder that appears as a whole. */
#include "core/fs.h"
#include "core/log.h"
#include "core/path.h"
#include "core/stop_signal.h"
#include "model/hf/model_dir.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MARK ".tmp."
static const size_t LIST_BYTES = (size_t)64 << 20;

static void deinit(cad_new_dir *d)
{
    cad_buf_deinit(&d->temp);
    cad_buf_deinit(&d->path);
}

static cad_status make_parent(const char *path)
{
    cad_buf parent = CAD_BUF_INIT;
    cad_status s = cad_path_parent(path, &parent);
    if (s == CAD_OK)
        s = cad_fs_mkdirs(parent.data);
    cad_buf_deinit(&parent);
    return s;
}

static cad_status check_room(const char *path, uint64_t bytes)
{
    cad_buf parent = CAD_BUF_INIT;
    uint64_t left = 0;
    cad_status s = cad_path_parent(path, &parent);
    if (s == CAD_OK)
        s = cad_fs_free_bytes(parent.data, &left);
    if (s == CAD_OK && left < bytes)
        s = cad_fail(CAD_EWRITE, "%s: %.1f MB free; expected %.1f MB for %s", parent.data, (double)left / 1e6,
                     (double)bytes / 1e6, path);
    cad_buf_deinit(&parent);
    return s;
}

/* "a/b/" as "a/b" */
static cad_status without_slash(const char *path, cad_buf *out)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    return cad_buf_add(out, path, n);
}

/* The digits of a process that is not there any more. */
static bool gone(const char *digits)
{
    char *end;
    errno = 0;
    long pid = strtol(digits, &end, 10);
    if (*digits < '1' || *digits > '9' || *end || errno || pid > INT_MAX)
        return false;
    return kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

static cad_status remove_stale(const char *parent, const char *base, const char *const *name, size_t n)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    size_t len = strlen(base), mark = sizeof MARK - 1;
    for (size_t i = 0; s == CAD_OK && i < n; i++) {
        if (strncmp(name[i], base, len) != 0 || strncmp(name[i] + len, MARK, mark) != 0 || !gone(name[i] + len + mark))
            continue;
        cad_buf_clear(&path);
        s = cad_buf_printf(&path, "%s/%s", parent, name[i]);
        if (s == CAD_OK)
            s = cad_fs_remove_tree(path.data);
        if (s == CAD_OK)
            cad_log(CAD_LOG_WARN, "%s: removed; a process that is gone left it unfinished", path.data);
    }
    cad_buf_deinit(&path);
    return s;
}

/* What cannot be listed or removed is told and hinders nothing. */
static void sweep(const char *path)
{
    cad_buf parent = CAD_BUF_INIT;
    cad_arena *a = NULL;
    const char **name = NULL;
    size_t n = 0;
    cad_status s = cad_path_parent(path, &parent);
    if (s == CAD_OK)
        s = cad_arena_create("names in a folder", LIST_BYTES, &a);
    if (s == CAD_OK)
        s = cad_fs_list(parent.data, a, &name, &n);
    if (s == CAD_OK)
        s = remove_stale(parent.data, cad_path_base(path), name, n);
    if (s != CAD_OK)
        cad_log(CAD_LOG_WARN, "%s", cad_error_text());
    cad_arena_destroy(a);
    cad_buf_deinit(&parent);
}

cad_status cad_new_dir_open(const char *path, uint64_t bytes, cad_new_dir *out)
{
    cad_new_dir d = {CAD_BUF_INIT, CAD_BUF_INIT};
    cad_status s = without_slash(path, &d.path);
    if (s == CAD_OK && cad_fs_exists(d.path.data))
        s = cad_fail(CAD_EWRITE, "%s: exists; expected the name of a new folder", d.path.data);
    if (s == CAD_OK)
        s = make_parent(d.path.data);
    if (s == CAD_OK) {
        sweep(d.path.data);
        s = check_room(d.path.data, bytes);
    }
    if (s == CAD_OK)
        s = cad_buf_printf(&d.temp, "%s" MARK "%ld", d.path.data, (long)getpid());
    if (s == CAD_OK)
        s = cad_fs_remove_tree(d.temp.data);
    if (s == CAD_OK) {
        cad_stop_abandon_catch();
        s = cad_fs_mkdirs(d.temp.data);
        if (s == CAD_OK) {
            *out = d;
            return s;
        }
        cad_stop_abandon_release();
    }
    deinit(&d);
    return s;
}

void cad_new_dir_abort(cad_new_dir *d)
{
    cad_kept_error failure;
    cad_error_keep(&failure);
    if (d->temp.len > 0 && cad_fs_remove_tree(d->temp.data) != CAD_OK)
        cad_log(CAD_LOG_WARN, "%s", cad_error_text());
    cad_error_restore(&failure);
    cad_stop_abandon_release();
    deinit(d);
}

cad_status cad_new_dir_commit(cad_new_dir *d)
{
    cad_status s = cad_stop_abandoned();
    if (s == CAD_OK)
        s = cad_fs_commit_dir(d->temp.data, d->path.data);
    if (s != CAD_OK) {
        cad_new_dir_abort(d);
        return s;
    }
    cad_stop_abandon_release();
    deinit(d);
    return s;
}
