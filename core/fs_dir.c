/* core/fs.h, folders and names. */
#include "core/fs.h"
#include "core/mem.h"
#include "core/path.h"
#include "core/size.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

bool cad_fs_leads_nowhere(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISLNK(st.st_mode) && stat(path, &st) != 0;
}

bool cad_fs_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

cad_status cad_fs_free_name(const char *path, cad_buf *before, cad_buf *out)
{
    enum { TRIES = 10000 };
    struct stat st;
    if (before)
        cad_buf_clear(before);
    for (int k = 0; k < TRIES; k++) {
        cad_buf_clear(out);
        CAD_TRY(k ? cad_buf_printf(out, "%s.%d", path, k) : cad_buf_str(out, path));
        if (lstat(out->data, &st) != 0)
            return CAD_OK;
        if (before) {
            cad_buf taken = *out;
            *out = *before;
            *before = taken;
        }
    }
    CAD_FAIL(CAD_EWRITE, "%s.N: every N below %d is taken\nhint: remove old ones", path, TRIES);
}

bool cad_fs_same(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

bool cad_fs_is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool cad_fs_is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

cad_status cad_fs_mkdirs(const char *path)
{
    char part[PATH_MAX];
    size_t len = strlen(path);
    if (len >= sizeof part)
        CAD_FAIL(CAD_EWRITE, "%s: path too long", path);
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && cad_fs_is_dir(path)))
        return CAD_OK; /* as it mostly is: its parent is there */
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0777) != 0 && !(errno == EEXIST && cad_fs_is_dir(part)))
            CAD_FAIL(CAD_EWRITE, "%s: cannot create folder: %s", part,
                     errno == EEXIST ? "a file; expected a folder, or a new name" : strerror(errno));
    }
    return CAD_OK;
}

cad_status cad_fs_remove(const char *path)
{
    if (unlink(path) != 0 && errno != ENOENT)
        CAD_FAIL(CAD_EWRITE, "%s: cannot remove: %s", path, strerror(errno));
    return CAD_OK;
}

cad_status cad_fs_remove_empty(const char *path)
{
    if (rmdir(path) != 0 && errno != ENOENT && errno != ENOTEMPTY && errno != EEXIST)
        CAD_FAIL(CAD_EWRITE, "%s: cannot remove folder: %s", path, strerror(errno));
    return CAD_OK;
}

cad_status cad_fs_remove_tree(const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return cad_fs_remove(path);
    DIR *d = opendir(path);
    if (!d)
        CAD_FAIL(CAD_EWRITE, "%s: cannot open folder: %s", path, strerror(errno));
    cad_status s = CAD_OK;
    for (struct dirent *e; s == CAD_OK && (e = readdir(d));) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        cad_buf child = CAD_BUF_INIT;
        s = cad_buf_printf(&child, "%s/%s", path, e->d_name);
        if (s == CAD_OK)
            s = cad_fs_remove_tree(child.data);
        cad_buf_deinit(&child);
    }
    closedir(d);
    CAD_TRY(s);
    if (rmdir(path) != 0 && errno != ENOENT)
        CAD_FAIL(CAD_EWRITE, "%s: cannot remove folder: %s", path, strerror(errno));
    return CAD_OK;
}

cad_status cad_fs_symlink_replace(const char *target, const char *link)
{
    cad_buf temp = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&temp, "%s.tmp.%ld", link, (long)getpid());
    if (s == CAD_OK) {
        unlink(temp.data);
        if (symlink(target, temp.data) != 0 || rename(temp.data, link) != 0) {
            s = cad_fail(CAD_EWRITE, "%s: cannot point to %s: %s", link, target, strerror(errno));
            unlink(temp.data);
        }
    }
    cad_buf_deinit(&temp);
    return s;
}

cad_status cad_fs_link_many(const char *from, const char *to)
{
    cad_buf text = CAD_BUF_INIT;
    if (link(from, to) == 0)
        return CAD_OK;
    if (errno == EEXIST)
        CAD_FAIL(CAD_EWRITE, "%s: is there already; expected a free name", to);
    cad_status s = cad_fs_read(from, 0, &text);
    if (s == CAD_OK)
        s = cad_fs_write_many(to, cad_buf_cstr(&text), text.len);
    cad_buf_deinit(&text);
    return s;
}

cad_status cad_fs_readlink(const char *link, cad_buf *out)
{
    char target[PATH_MAX];
    ssize_t n = readlink(link, target, sizeof target);
    if (n < 0)
        CAD_FAIL(errno == ENOENT ? CAD_ENOTFOUND : CAD_EIO, "%s: cannot read link: %s", link, strerror(errno));
    return cad_buf_add(out, target, (size_t)n);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

cad_status cad_fs_list(const char *path, cad_arena *a, const char ***out, size_t *count)
{
    DIR *d = opendir(path);
    if (!d)
        CAD_FAIL(errno == ENOENT ? CAD_ENOTFOUND : CAD_EIO, "%s: cannot open folder: %s", path, strerror(errno));
    size_t n = 0, cap = 0;
    const char **names = NULL;
    cad_status s = CAD_OK;
    for (struct dirent *e; s == CAD_OK && (e = readdir(d));) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        if (n == cap) {
            cap = cap ? cap * 2 : 64;
            s = cad_mem_resize(cad_size_mul(cap, sizeof *names), "folder listing", &names);
        }
        if (s == CAD_OK)
            s = cad_arena_strdup(a, e->d_name, strlen(e->d_name), &names[n]);
        if (s == CAD_OK)
            n++;
    }
    closedir(d);
    const char **sorted = NULL;
    if (s == CAD_OK)
        s = cad_arena_zalloc(a, n, sizeof *sorted, "folder listing", &sorted);
    if (s == CAD_OK && n > 0) {
        memcpy(sorted, names, n * sizeof *sorted);
        qsort(sorted, n, sizeof *sorted, by_bytes);
    }
    cad_mem_free(names);
    CAD_TRY(s);
    *out = sorted;
    *count = n;
    return CAD_OK;
}

cad_status cad_fs_free_bytes(const char *path, uint64_t *out)
{
    struct statvfs v;
    if (statvfs(path, &v) != 0)
        CAD_FAIL(CAD_EIO, "%s: cannot ask for free space: %s", path, strerror(errno));
    *out = (uint64_t)v.f_bavail * v.f_frsize;
    return CAD_OK;
}

cad_status cad_fs_modified(const char *path, double *out)
{
    struct stat st;
    if (stat(path, &st) != 0)
        CAD_FAIL(errno == ENOENT ? CAD_ENOTFOUND : CAD_EIO, "%s: cannot look at it: %s", path, strerror(errno));
    *out = (double)st.st_mtim.tv_sec + 1e-9 * (double)st.st_mtim.tv_nsec;
    return CAD_OK;
}

cad_status cad_fs_touch(const char *path)
{
    if (utimensat(AT_FDCWD, path, NULL, 0) != 0)
        CAD_FAIL(CAD_EWRITE, "%s: cannot set its time: %s", path, strerror(errno));
    return CAD_OK;
}

cad_status cad_fs_now(const char *dir, double *out)
{
    char path[PATH_MAX], host[HOST_NAME_MAX + 1] = "";
    struct stat st;
    if (gethostname(host, sizeof host - 1) != 0)
        snprintf(host, sizeof host, "unknown");
    if (snprintf(path, sizeof path, "%s/.now.%s.%ld", dir, host, (long)getpid()) >= (int)sizeof path)
        CAD_FAIL(CAD_EWRITE, "%s: path too long", dir);
    unlink(path); /* a leftover of a dead process of this host with our pid */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    bool made = fd >= 0 && fstat(fd, &st) == 0;
    cad_status s = made ? CAD_OK : cad_fail(CAD_EWRITE, "%s: cannot create a file there: %s", dir, strerror(errno));
    if (fd >= 0) {
        close(fd);
        unlink(path);
    }
    CAD_TRY(s);
    *out = (double)st.st_mtim.tv_sec + 1e-9 * (double)st.st_mtim.tv_nsec;
    return CAD_OK;
}

static bool below(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    return !strncmp(path, folder, n) && path[n] == '/';
}

/* *folder, a real path: <repository>/snapshots/<revision> becomes <repository>/blobs; anything else an empty text. */
static void to_blobs(char *folder, size_t room)
{
    static const char between[] = "/snapshots/";
    size_t n = strlen(folder) - strlen(cad_path_base(folder)), m = sizeof between - 1;
    bool cached = n > m && !strncmp(folder + n - m, between, m);
    folder[cached ? n - m : 0] = '\0';
    if (cached && n - m + sizeof "/blobs" <= room)
        memcpy(folder + n - m, "/blobs", sizeof "/blobs");
}

cad_status cad_fs_named(const char *where, const char *dir, const char *name, cad_buf *out)
{
    char real[PATH_MAX], folder[PATH_MAX];
    struct stat st;
    if (!cad_path_plain(name))
        CAD_FAIL(CAD_ECORRUPT, "%s: '%.64s' is not a plain file name", where, name);
    size_t start = out->len;
    CAD_TRY(cad_buf_printf(out, "%s/%s", dir, name));
    const char *path = out->data + start;
    if (lstat(path, &st) != 0 || !S_ISLNK(st.st_mode) || !realpath(path, real) || !realpath(dir, folder))
        return CAD_OK; /* what is missing, or leads nowhere, is told by who opens it */
    if (below(real, folder))
        return CAD_OK;
    to_blobs(folder, sizeof folder);
    if (*folder && below(real, folder))
        return CAD_OK;
    CAD_FAIL(CAD_ECORRUPT, "%s: a link to %.256s, out of its folder; %s names it, so a file is expected there", path, real,
             where);
}

cad_status cad_fs_absolute(const char *path, cad_buf *out)
{
    if (path[0] == '/')
        return cad_buf_str(out, path);
    char cwd[PATH_MAX];
    if (!getcwd(cwd, sizeof cwd))
        CAD_FAIL(CAD_EIO, "cannot read the working directory: %s", strerror(errno));
    return cad_buf_printf(out, "%s/%s", cwd, path);
}
