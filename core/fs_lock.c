/* core/fs.h, lock files. */
#include "core/fs.h"
#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct cad_lock {
    int fd;
    char *path;
};

/* The file may have been removed by its last owner between our open and our lock: then the lock is on a nameless file. */
static bool still_named(int fd, const char *path)
{
    struct stat mine, named;
    return fstat(fd, &mine) == 0 && stat(path, &named) == 0 && mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
}

static cad_status locked_by(int fd, const char *path)
{
    char owner[200] = "";
    ssize_t n = pread(fd, owner, sizeof owner - 1, 0);
    while (n > 0 && (owner[n - 1] == '\n' || owner[n - 1] == '\0'))
        owner[--n] = '\0';
    CAD_FAIL(CAD_ELOCKED, "%s: in use by %s", path, n > 0 ? owner : "another process");
}

static cad_status take(const char *path, const char *owner, int *out_fd)
{
    for (;;) {
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (fd < 0)
            CAD_FAIL(CAD_EWRITE, "%s: cannot create: %s", path, strerror(errno));
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
            cad_status s =
                errno == EWOULDBLOCK ? locked_by(fd, path) : cad_fail(CAD_EWRITE, "%s: cannot lock: %s", path, strerror(errno));
            close(fd);
            return s;
        }
        if (!still_named(fd, path)) {
            close(fd);
            continue;
        }
        size_t len = strlen(owner);
        if (ftruncate(fd, 0) != 0 || write(fd, owner, len) != (ssize_t)len || write(fd, "\n", 1) != 1) {
            cad_status s = cad_fail(CAD_EWRITE, "%s: cannot write: %s", path, strerror(errno));
            close(fd);
            return s;
        }
        *out_fd = fd;
        return CAD_OK;
    }
}

cad_status cad_lock_take(const char *path, const char *owner, cad_lock **out)
{
    cad_lock *l;
    CAD_TRY(cad_mem_alloc(sizeof *l, "lock", &l));
    l->fd = -1;
    cad_status s = cad_mem_alloc(strlen(path) + 1, "file name", &l->path);
    if (s == CAD_OK)
        s = take(path, owner, &l->fd);
    if (s != CAD_OK) {
        cad_mem_free(l->path);
        cad_mem_free(l);
        return s;
    }
    memcpy(l->path, path, strlen(path) + 1);
    *out = l;
    return CAD_OK;
}

void cad_lock_release(cad_lock *l)
{
    if (!l)
        return;
    unlink(l->path);
    close(l->fd);
    cad_mem_free(l->path);
    cad_mem_free(l);
}
