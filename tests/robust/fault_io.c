/* tests/robust/fault_io.h.  No call of stdio or of the heap: this runs inside of them. */
#undef _FORTIFY_SOURCE /* its inline forms of the calls would stand beside ours */
#include "tests/robust/fault_io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum { MAX_RULES = 8, MAX_TEXT = 200, MAX_PATH = 4096 };

typedef struct rule {
    char call[16], path[MAX_TEXT];
    long n, seen;
    int forever, error, sig, half;
} rule;

static rule rules[MAX_RULES];
static int n_rules, skip_sync;
static long hits;
static long clock_at, clock_shift, clock_looks;

static const struct {
    const char *name;
    int value, is_signal;
} actions[] = {{"ENOSPC", ENOSPC, 0}, {"EIO", EIO, 0},       {"EDQUOT", EDQUOT, 0}, {"EROFS", EROFS, 0}, {"EINTR", EINTR, 0},
               {"EXDEV", EXDEV, 0},   {"EMFILE", EMFILE, 0}, {"KILL", SIGKILL, 1},  {"INT", SIGINT, 1},  {"TERM", SIGTERM, 1},
               {"USR2", SIGUSR2, 1},  {"STOP", SIGSTOP, 1},  {"CONT", SIGCONT, 1},  {"SHORT", 0, 0}};

/* Copies up to one of `ends`; the rest of the text, or NULL when it does not fit. */
static const char *part(const char *text, const char *ends, char *out, size_t room)
{
    size_t n = strcspn(text, ends);
    if (n >= room)
        return NULL;
    memcpy(out, text, n);
    out[n] = '\0';
    return text[n] == ':' ? text + n + 1 : text + n;
}

static const char *read_rule(const char *text, rule *r)
{
    char number[24], action[24];
    memset(r, 0, sizeof *r);
    if (!(text = part(text, ":;", r->call, sizeof r->call)) || !(text = part(text, ":;", r->path, sizeof r->path)) ||
        !(text = part(text, ":;", number, sizeof number)) || !(text = part(text, ":;", action, sizeof action)))
        return NULL;
    r->n = strtol(number, NULL, 10);
    r->forever = strchr(number, '+') != NULL;
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (!strcmp(action, actions[i].name)) {
            r->error = actions[i].is_signal ? 0 : actions[i].value;
            r->sig = actions[i].is_signal ? actions[i].value : 0;
            r->half = !r->error && !r->sig;
            return *text == ';' ? text + 1 : text;
        }
    return NULL;
}

int fault_io_set(const char *text)
{
    n_rules = 0;
    hits = 0;
    rule read[MAX_RULES];
    int n = 0;
    while (text && *text) {
        if (n == MAX_RULES || !(text = read_rule(text, &read[n++])))
            return -1;
    }
    memcpy(rules, read, (size_t)n * sizeof *rules);
    n_rules = n;
    return 0;
}

long fault_io_count(void)
{
    return n_rules ? rules[0].seen : 0;
}

long fault_io_hits(void)
{
    return hits;
}

void fault_io_skip_sync(int skip)
{
    skip_sync = skip;
}

__attribute__((constructor)) static void from_environment(void)
{
    const char *text = getenv("FAULT_IO");
    if (text && fault_io_set(text) != 0)
        _exit(99);
    if (text && getenv("FAULT_IO_SKIP_SYNC"))
        skip_sync = 1;
    const char *shift = getenv("FAULT_IO_CLOCK");
    if (shift) {
        clock_at = strtol(shift, NULL, 10);
        clock_shift = strtol(strchr(shift, ':') + 1, NULL, 10);
    }
}

static const char *fd_path(int fd, char out[MAX_PATH])
{
    char link[40] = "/proc/self/fd/", digits[12];
    size_t n = sizeof digits - 1, at = strlen(link);
    digits[n] = '\0';
    do
        digits[--n] = (char)('0' + fd % 10);
    while ((fd /= 10) > 0 && n > 0);
    memcpy(link + at, digits + n, sizeof digits - n);
    ssize_t len = syscall(SYS_readlinkat, AT_FDCWD, link, out, (size_t)MAX_PATH - 1);
    out[len > 0 ? len : 0] = '\0';
    return out;
}

/* Whether this call fails (errno is set), and whether it is to do half of its work. */
static int fault(const char *call, const char *path, int *half)
{
    for (int i = 0; i < n_rules; i++) {
        rule *r = &rules[i];
        if ((strcmp(r->call, "*") != 0 && strcmp(r->call, call) != 0) || (strcmp(r->path, "*") != 0 && !strstr(path, r->path)))
            continue;
        r->seen++;
        if (r->seen != r->n && !(r->forever && r->seen > r->n))
            continue;
        hits++;
        if (r->sig)
            kill(getpid(), r->sig);
        if (r->half && half)
            *half = 1;
        if (r->error) {
            errno = r->error;
            return 1;
        }
    }
    return 0;
}

/* Only regular files count among descriptors: pipes and terminals are those of the test. */
static int fault_fd(const char *call, int fd, int *half)
{
    struct stat st;
    char path[MAX_PATH];
    if (n_rules == 0 || syscall(SYS_fstat, fd, &st) != 0 || S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || S_ISCHR(st.st_mode))
        return 0;
    return fault(call, fd_path(fd, path), half);
}

static size_t portion(size_t n, int half)
{
    return half && n > 1 ? n / 2 : n;
}

#define MODE(flags, last)                                                                                                      \
    mode_t mode = 0;                                                                                                           \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                                                                     \
        va_list ap;                                                                                                            \
        va_start(ap, last);                                                                                                    \
        mode = (mode_t)va_arg(ap, int);                                                                                        \
        va_end(ap);                                                                                                            \
    }

/* The names by which libraries know the calls: those for large files, and those that _FORTIFY_SOURCE makes. */
int open(const char *path, int flags, ...);
int open64(const char *path, int flags, ...);
int openat(int dir, const char *path, int flags, ...);
ssize_t read(int fd, void *p, size_t n);
ssize_t pread(int fd, void *p, size_t n, off_t at);
ssize_t pread64(int fd, void *p, size_t n, off_t at);
ssize_t __read_chk(int fd, void *p, size_t n, size_t room);
ssize_t __pread_chk(int fd, void *p, size_t n, off_t at, size_t room);
ssize_t __pread64_chk(int fd, void *p, size_t n, off_t at, size_t room);
ssize_t write(int fd, const void *p, size_t n);
ssize_t pwrite(int fd, const void *p, size_t n, off_t at);
ssize_t pwrite64(int fd, const void *p, size_t n, off_t at);
int rename(const char *from, const char *to);
int clock_gettime(clockid_t id, struct timespec *out);

int clock_gettime(clockid_t id, struct timespec *out)
{
    int failed = (int)syscall(SYS_clock_gettime, id, out);
    if (id == CLOCK_REALTIME && clock_at && ++clock_looks >= clock_at)
        out->tv_sec += clock_shift;
    return failed;
}

int open(const char *path, int flags, ...)
{
    MODE(flags, flags)
    return fault("open", path, NULL) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    MODE(flags, flags)
    return fault("open", path, NULL) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
    MODE(flags, flags)
    return fault("open", path, NULL) ? -1 : (int)syscall(SYS_openat, dir, path, flags, mode);
}

ssize_t read(int fd, void *p, size_t n)
{
    int half = 0;
    return fault_fd("read", fd, &half) ? -1 : syscall(SYS_read, fd, p, portion(n, half));
}

ssize_t pread(int fd, void *p, size_t n, off_t at)
{
    int half = 0;
    return fault_fd("read", fd, &half) ? -1 : syscall(SYS_pread64, fd, p, portion(n, half), at);
}

ssize_t pread64(int fd, void *p, size_t n, off_t at)
{
    return pread(fd, p, n, at);
}

ssize_t __read_chk(int fd, void *p, size_t n, size_t room)
{
    if (n > room)
        abort();
    return read(fd, p, n);
}

ssize_t __pread_chk(int fd, void *p, size_t n, off_t at, size_t room)
{
    if (n > room)
        abort();
    return pread(fd, p, n, at);
}

ssize_t __pread64_chk(int fd, void *p, size_t n, off_t at, size_t room)
{
    return __pread_chk(fd, p, n, at, room);
}

ssize_t write(int fd, const void *p, size_t n)
{
    int half = 0;
    return fault_fd("write", fd, &half) ? -1 : syscall(SYS_write, fd, p, portion(n, half));
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    int half = 0;
    return fault_fd("write", fd, &half) ? -1 : syscall(SYS_pwrite64, fd, p, portion(n, half), at);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
{
    return pwrite(fd, p, n, at);
}

int fsync(int fd)
{
    return fault_fd("fsync", fd, NULL) ? -1 : skip_sync ? 0 : (int)syscall(SYS_fsync, fd);
}

int ftruncate(int fd, off_t size)
{
    return fault_fd("ftruncate", fd, NULL) ? -1 : (int)syscall(SYS_ftruncate, fd, size);
}

int rename(const char *from, const char *to)
{
    return fault("rename", to, NULL) ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlink(const char *path)
{
    return fault("unlink", path, NULL) ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
    return fault("rmdir", path, NULL) ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}

int mkdir(const char *path, mode_t mode)
{
    return fault("mkdir", path, NULL) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int symlink(const char *target, const char *path)
{
    return fault("symlink", path, NULL) ? -1 : (int)syscall(SYS_symlinkat, target, AT_FDCWD, path);
}
