#include "core/fs.h"

#include "core/mem.h"
#include "core/size.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct cad_writer {
    int fd;
    char *path, *temp;
};

static cad_status sync_parent(const char *path)
{
    char dir[PATH_MAX];
    size_t len = strlen(path);
    while (len > 0 && path[len - 1] != '/')
        len--;
    if (len >= sizeof dir)
        CAD_FAIL(CAD_EWRITE, "%s: path too long", path);
    memcpy(dir, len ? path : ".", len ? len : 1);
    dir[len ? len : 1] = '\0';
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        CAD_FAIL(CAD_EWRITE, "%s: cannot open folder: %s", dir, strerror(errno));
    int failed = fsync(fd);
    close(fd);
    if (failed)
        CAD_FAIL(CAD_EWRITE, "%s: cannot sync folder: %s", dir, strerror(errno));
    return CAD_OK;
}

static cad_status write_all(int fd, const char *path, const void *data, size_t len)
{
    size_t done = 0;
    while (done < len) {
        ssize_t n = write(fd, (const char *)data + done, len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            CAD_FAIL(CAD_EWRITE, "%s: cannot write: %s", path, n < 0 ? strerror(errno) : "no progress");
        done += (size_t)n;
    }
    return CAD_OK;
}

static void writer_free(cad_writer *w)
{
    if (w->fd >= 0)
        close(w->fd);
    cad_mem_free(w->path);
    cad_mem_free(w->temp);
    cad_mem_free(w);
}

/* A link is followed to the file it names; a device, pipe, socket or folder is never replaced by a file. */
static cad_status resolve_target(const char *path, cad_buf *out)
{
    struct stat st;
    char real[PATH_MAX];
    if (lstat(path, &st) != 0)
        return cad_buf_str(out, path);
    if (S_ISLNK(st.st_mode) && realpath(path, real))
        return stat(real, &st) == 0 && !S_ISREG(st.st_mode) ? cad_fail(CAD_EWRITE, "%s: not a regular file", path)
                                                            : cad_buf_str(out, real);
    if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
        CAD_FAIL(CAD_EWRITE, "%s: %s; expected the name of a file", path, S_ISDIR(st.st_mode) ? "a folder" : "a special file");
    return cad_buf_str(out, path);
}

cad_status cad_writer_open(const char *path, cad_writer **out)
{
    cad_writer *w;
    CAD_TRY(cad_mem_alloc(sizeof *w, "writer", &w));
    w->fd = -1;
    cad_buf target = CAD_BUF_INIT, temp = CAD_BUF_INIT;
    cad_status s = resolve_target(path, &target);
    if (s == CAD_OK)
        s = cad_buf_printf(&temp, "%s.tmp.%ld", target.data, (long)getpid());
    w->path = target.data;
    w->temp = temp.data;
    if (s != CAD_OK) {
        writer_free(w);
        return s;
    }
    for (int again = 1; again >= 0; again--) {
        w->fd = open(w->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (w->fd >= 0 || errno != EEXIST)
            break;
        unlink(w->temp); /* a leftover of a dead process with our pid */
    }
    if (w->fd < 0) {
        s = cad_fail(CAD_EWRITE, "%s: cannot create: %s", path, strerror(errno));
        writer_free(w);
        return s;
    }
    *out = w;
    return CAD_OK;
}

cad_status cad_writer_add(cad_writer *w, const void *data, size_t len)
{
    return write_all(w->fd, w->path, data, len);
}

const char *cad_writer_temp_path(const cad_writer *w)
{
    return w->temp;
}

static cad_status put_in_place(cad_writer *w, bool sync)
{
    cad_status s = CAD_OK;
    int fd = w->fd;
    w->fd = -1;
    if (sync && fsync(fd) != 0)
        s = cad_fail(CAD_EWRITE, "%s: cannot sync: %s", w->path, strerror(errno));
    if (close(fd) != 0 && s == CAD_OK) /* where a file server tells that it is full */
        s = cad_fail(CAD_EWRITE, "%s: cannot close: %s", w->path, strerror(errno));
    if (s == CAD_OK && rename(w->temp, w->path) != 0)
        s = cad_fail(CAD_EWRITE, "%s: cannot rename into place: %s", w->path, strerror(errno));
    if (s != CAD_OK)
        unlink(w->temp);
    else if (sync)
        s = sync_parent(w->path);
    writer_free(w);
    return s;
}

cad_status cad_writer_commit(cad_writer *w)
{
    return put_in_place(w, true);
}

void cad_writer_abort(cad_writer *w)
{
    if (!w)
        return;
    unlink(w->temp);
    writer_free(w);
}

static cad_status replace_file(const char *path, const void *data, size_t len, bool sync)
{
    cad_writer *w;
    CAD_TRY(cad_writer_open(path, &w));
    cad_status s = cad_writer_add(w, data, len);
    if (s != CAD_OK) {
        cad_writer_abort(w);
        return s;
    }
    return put_in_place(w, sync);
}

cad_status cad_fs_write(const char *path, const void *data, size_t len)
{
    return replace_file(path, data, len, true);
}

cad_status cad_fs_write_many(const char *path, const void *data, size_t len)
{
    return replace_file(path, data, len, false);
}

struct cad_appender {
    int fd;
    char *path;
    cad_buf line;
};

/* Length of the file up to and with its last LF; -1 when it cannot be read. */
static off_t whole_lines(int fd, off_t size)
{
    for (char c; size > 0; size--) {
        if (pread(fd, &c, 1, size - 1) != 1)
            return -1;
        if (c == '\n')
            break;
    }
    return size;
}

/* Opens or creates the file; *out_size is its length. */
static cad_status appender_create(const char *path, cad_appender **out, off_t *out_size)
{
    cad_appender *a;
    struct stat st = {0};
    CAD_TRY(cad_mem_alloc(sizeof *a, "appender", &a));
    a->fd = -1;
    cad_status s = cad_mem_alloc(cad_size_add(strlen(path), 1), "file name", &a->path);
    if (s == CAD_OK) {
        memcpy(a->path, path, strlen(path) + 1);
        a->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (a->fd < 0 || fstat(a->fd, &st) != 0)
            s = cad_fail(CAD_EWRITE, "%s: cannot open for appending: %s", path, strerror(errno));
    }
    if (s != CAD_OK) {
        cad_appender_close(a);
        return s;
    }
    *out = a;
    *out_size = st.st_size;
    return CAD_OK;
}

static cad_status cut(const cad_appender *a, off_t size, off_t keep)
{
    if (keep != size && ftruncate(a->fd, keep) != 0)
        CAD_FAIL(CAD_EWRITE, "%s: cannot cut off what is torn: %s", a->path, strerror(errno));
    return CAD_OK;
}

cad_status cad_appender_open(const char *path, cad_appender **out)
{
    cad_appender *a;
    off_t size;
    CAD_TRY(appender_create(path, &a, &size));
    cad_status s = cad_buf_reserve(&a->line, 1023); /* usual lines then never allocate */
    off_t keep = whole_lines(a->fd, size);
    if (s == CAD_OK && keep < 0)
        s = cad_fail(CAD_EIO, "%s: cannot read its last line: %s", path, strerror(errno));
    if (s == CAD_OK)
        s = cut(a, size, keep);
    if (s != CAD_OK) {
        cad_appender_close(a);
        return s;
    }
    *out = a;
    return CAD_OK;
}

cad_status cad_appender_open_at(const char *path, uint64_t keep, cad_appender **out)
{
    cad_appender *a;
    off_t size;
    CAD_TRY(appender_create(path, &a, &size));
    cad_status s = keep <= (uint64_t)size ? cut(a, size, (off_t)keep)
                                          : cad_fail(CAD_EIO, "%s: %lld bytes; expected at least %llu", path, (long long)size,
                                                     (unsigned long long)keep);
    if (s != CAD_OK) {
        cad_appender_close(a);
        return s;
    }
    *out = a;
    return CAD_OK;
}

cad_status cad_appender_line(cad_appender *a, const char *text, size_t len)
{
    cad_buf_clear(&a->line);
    CAD_TRY(cad_buf_add(&a->line, text, len));
    CAD_TRY(cad_buf_add(&a->line, "\n", 1));
    return write_all(a->fd, a->path, a->line.data, a->line.len);
}

cad_status cad_appender_bytes(cad_appender *a, const void *data, size_t len)
{
    return write_all(a->fd, a->path, data, len);
}

cad_status cad_appender_sync(cad_appender *a)
{
    if (fsync(a->fd) != 0)
        CAD_FAIL(CAD_EWRITE, "%s: cannot sync: %s", a->path, strerror(errno));
    return CAD_OK;
}

void cad_appender_close(cad_appender *a)
{
    if (!a)
        return;
    if (a->fd >= 0)
        close(a->fd);
    cad_buf_deinit(&a->line);
    cad_mem_free(a->path);
    cad_mem_free(a);
}

cad_status cad_fs_commit_dir(const char *temp, const char *path)
{
    DIR *d = opendir(temp);
    if (!d)
        CAD_FAIL(CAD_EWRITE, "%s: cannot open folder: %s", temp, strerror(errno));
    cad_status s = CAD_OK;
    for (struct dirent *e; s == CAD_OK && (e = readdir(d));) {
        if (e->d_type == DT_DIR || e->d_type == DT_LNK)
            continue;
        int fd = openat(dirfd(d), e->d_name, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || fsync(fd) != 0)
            s = cad_fail(CAD_EWRITE, "%s/%s: cannot sync: %s", temp, e->d_name, strerror(errno));
        if (fd >= 0)
            close(fd);
    }
    if (s == CAD_OK && fsync(dirfd(d)) != 0)
        s = cad_fail(CAD_EWRITE, "%s: cannot sync folder: %s", temp, strerror(errno));
    closedir(d);
    CAD_TRY(s);
    if (rename(temp, path) != 0)
        CAD_FAIL(CAD_EWRITE, "%s: cannot rename to %s: %s", temp, path, strerror(errno));
    CAD_TRY(sync_parent(path));
    return sync_parent(temp);
}

cad_status cad_fs_commit_file(const char *temp, const char *path)
{
    int fd = open(temp, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        CAD_FAIL(CAD_EWRITE, "%s: cannot open: %s", temp, strerror(errno));
    int failed = fsync(fd) != 0 ? errno : 0;
    close(fd);
    if (failed)
        CAD_FAIL(CAD_EWRITE, "%s: cannot sync: %s", temp, strerror(failed));
    if (rename(temp, path) != 0)
        CAD_FAIL(CAD_EWRITE, "%s: cannot rename to %s: %s", temp, path, strerror(errno));
    return sync_parent(path);
}

cad_status cad_fs_sweep(const char *dir, cad_arena *a)
{
    const char **name = NULL;
    size_t n = 0;
    cad_frame frame = cad_arena_mark(a);
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_fs_is_dir(dir) ? cad_fs_list(dir, a, &name, &n) : CAD_OK;
    for (size_t i = 0; s == CAD_OK && i < n; i++) {
        const char *mark = strstr(name[i], ".tmp."), *end = mark ? mark + 5 : NULL;
        if (!mark || !*end || strspn(end, "0123456789") != strlen(end))
            continue;
        cad_buf_clear(&path);
        s = cad_buf_printf(&path, "%s/%s", dir, name[i]);
        if (s == CAD_OK)
            s = cad_fs_remove(cad_buf_cstr(&path));
    }
    cad_buf_deinit(&path);
    if (s == CAD_OK)
        cad_arena_rewind(a, frame);
    return s;
}
