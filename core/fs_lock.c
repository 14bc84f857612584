/* core/fs.h, lock files. */
#include "core/clock.h"
#include "core/fs.h"
#include "core/mem.h"
#include "core/size.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const double FOLDER_WAIT_S = 5.0, FOLDER_LOOK_S = 0.01;

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

/* Whoever takes or removes a lock file holds its folder `dir` meanwhile, so that nothing changes between a look at the file and
 * what follows from it.  *out = -1: the folder cannot be locked (some network file systems): then the file is looked at once
 * more.  false: somebody holds the folder for longer than that takes. */
static bool hold_folder(const char *path, char dir[PATH_MAX], int *out)
{
    const char *slash = strrchr(path, '/');
    int n = slash ? snprintf(dir, PATH_MAX, "%.*s/", (int)(slash - path), path) : snprintf(dir, PATH_MAX, ".");
    int fd = n < PATH_MAX ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    double begin = cad_clock_now();
    while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK && cad_clock_now() - begin >= FOLDER_WAIT_S) {
            close(fd);
            return false;
        }
        if (errno == EWOULDBLOCK) {
            cad_clock_sleep(FOLDER_LOOK_S);
        } else if (errno != EINTR) {
            close(fd);
            fd = -1;
        }
    }
    *out = fd;
    return true;
}

static void let_go(int folder)
{
    if (folder >= 0)
        close(folder);
}

/* What the file says of its owner, without line ends. */
static void read_owner(int fd, char owner[CAD_LOCK_OWNER])
{
    ssize_t n = pread(fd, owner, CAD_LOCK_OWNER - 1, 0);
    while (n > 0 && (owner[n - 1] == '\n' || owner[n - 1] == '\0'))
        n--;
    owner[n > 0 ? n : 0] = '\0';
}

/* CAD_OK: `fd` is locked, or its file was removed so that another one may be made (*again). */
static cad_status lock_fd(int fd, const char *path, cad_lock_judge *judge, void *ctx, bool *again)
{
    char owner[CAD_LOCK_OWNER];
    *again = false;
    bool held = flock(fd, LOCK_EX | LOCK_NB) != 0;
    if (held && errno != EWOULDBLOCK)
        CAD_FAIL(CAD_EWRITE, "%s: cannot lock: %s", path, strerror(errno));
    if (!held && !still_named(fd, path)) {
        *again = true;
        return CAD_OK;
    }
    read_owner(fd, owner);
    if (judge && (held || owner[0]))
        CAD_TRY(judge(ctx, path, owner, held));
    else if (held)
        CAD_FAIL(CAD_ELOCKED, "%s: in use by %s", path, owner[0] ? owner : "another process");
    if (held && still_named(fd, path) && unlink(path) != 0 && errno != ENOENT)
        CAD_FAIL(CAD_EWRITE, "%s: cannot remove: %s", path, strerror(errno));
    *again = held;
    return CAD_OK;
}

static cad_status write_owner(int fd, const char *path, const char *owner)
{
    size_t len = strlen(owner);
    if (ftruncate(fd, 0) != 0 || write(fd, owner, len) != (ssize_t)len || write(fd, "\n", 1) != 1)
        CAD_FAIL(CAD_EWRITE, "%s: cannot write: %s", path, strerror(errno));
    return CAD_OK;
}

static cad_status take(const char *path, const char *owner, cad_lock_judge *judge, void *ctx, int *out_fd)
{
    for (;;) {
        bool again;
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (fd < 0)
            CAD_FAIL(CAD_EWRITE, "%s: cannot create: %s", path, strerror(errno));
        cad_status s = lock_fd(fd, path, judge, ctx, &again);
        if (s == CAD_OK && !again)
            s = write_owner(fd, path, owner);
        if (s == CAD_OK && !again) {
            *out_fd = fd;
            return CAD_OK;
        }
        close(fd);
        CAD_TRY(s);
    }
}

cad_status cad_lock_take(const char *path, const char *owner, cad_lock_judge *judge, void *ctx, cad_lock **out)
{
    cad_lock *l;
    CAD_TRY(cad_mem_alloc(sizeof *l, "lock", &l));
    char dir[PATH_MAX];
    int folder = -1;
    l->fd = -1;
    cad_status s = cad_mem_alloc(cad_size_add(strlen(path), 1), "file name", &l->path);
    if (s == CAD_OK && !hold_folder(path, dir, &folder))
        s = cad_fail(CAD_ELOCKED, "%s: another process has kept this folder locked for %.0f s\nhint: fuser -v %s", dir,
                     FOLDER_WAIT_S, dir);
    if (s == CAD_OK)
        s = take(path, owner, judge, ctx, &l->fd);
    let_go(folder);
    if (s != CAD_OK) {
        cad_mem_free(l->path);
        cad_mem_free(l);
        return s;
    }
    memcpy(l->path, path, strlen(path) + 1);
    *out = l;
    return CAD_OK;
}

cad_status cad_lock_look(const char *path)
{
    char owner[CAD_LOCK_OWNER] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT)
        return CAD_OK;
    if (fd < 0)
        CAD_FAIL(CAD_EWRITE, "%s: cannot open: %s", path, strerror(errno));
    int failure = flock(fd, LOCK_SH | LOCK_NB) ? errno : 0;
    if (failure == EWOULDBLOCK)
        read_owner(fd, owner);
    close(fd);
    if (failure == EWOULDBLOCK)
        CAD_FAIL(CAD_ELOCKED, "%s: in use by %s", path, owner[0] ? owner : "another process");
    return failure ? cad_fail(CAD_EWRITE, "%s: cannot lock: %s", path, strerror(failure)) : CAD_OK;
}

cad_status cad_lock_check(const cad_lock *l)
{
    if (still_named(l->fd, l->path))
        return CAD_OK;
    char owner[CAD_LOCK_OWNER] = "";
    int fd = open(l->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0) {
        read_owner(fd, owner);
        close(fd);
    }
    CAD_FAIL(CAD_ELOCKED, "%s: %s%s", l->path, owner[0] ? "taken over by " : "gone", owner);
}

void cad_lock_release(cad_lock *l)
{
    if (!l)
        return;
    char dir[PATH_MAX];
    int folder = -1;
    bool alone = hold_folder(l->path, dir, &folder); /* a file that is left is a leftover: nobody locks it */
    if (alone && still_named(l->fd, l->path))        /* not that of another process which took it over */
        unlink(l->path);
    let_go(folder);
    close(l->fd);
    cad_mem_free(l->path);
    cad_mem_free(l);
}
