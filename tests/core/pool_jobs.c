#include "tests/core/pool_jobs.h"

#include "core/hash.h"
#include "core/mem.h"
#include "core/pool.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static volatile bool forever = true;

/* The answer is a function of the input alone. */
static cad_status do_hash(const void *in, size_t len, cad_buf *out)
{
    cad_worker_stage("hash");
    char hex[CAD_HASH_HEX];
    cad_hash128_hex(in, len, hex);
    return cad_buf_printf(out, "%zu %s", len, hex);
}

static cad_status do_echo(const void *in, size_t len, cad_buf *out)
{
    return cad_buf_add(out, in, len);
}

static cad_status do_fail(const void *in, size_t len, cad_buf *out)
{
    cad_worker_stage("judge");
    if (cad_buf_str(out, "half an answer") != CAD_OK)
        return CAD_ENOMEM;
    CAD_FAIL(CAD_EGEOM, "not a solid: '%.*s'", (int)len, (const char *)in);
}

static cad_status do_space(const void *in, size_t len, cad_buf *out)
{
    (void)in;
    (void)len;
    return cad_buf_printf(out, "%zu %zu", cad_worker_space((size_t)1 << 40), cad_worker_space(4096));
}

static cad_status do_crash(const void *in, size_t len, cad_buf *out)
{
    (void)in;
    (void)len;
    (void)out;
    cad_worker_stage("mesh");
    signal(SIGSEGV, SIG_DFL); /* AddressSanitizer would turn it into an exit code */
    raise(SIGSEGV);
    return CAD_OK;
}

static cad_status do_spin(const void *in, size_t len, cad_buf *out)
{
    (void)in;
    (void)len;
    (void)out;
    cad_worker_stage("boolean");
    while (forever)
        ;
    return CAD_OK;
}

static cad_status do_stubborn_spin(const void *in, size_t len, cad_buf *out)
{
    signal(SIGXCPU, SIG_IGN);
    return do_spin(in, len, out);
}

static cad_status do_sleep(const void *in, size_t len, cad_buf *out)
{
    (void)in;
    (void)len;
    (void)out;
    while (forever)
        pause();
    return CAD_OK;
}

static cad_status do_eat(const void *in, size_t len, cad_buf *out)
{
    (void)in;
    (void)len;
    (void)out;
    while (forever) {
        char *p;
        CAD_TRY(cad_mem_alloc(16u << 20, "food", &p));
        memset(p, 1, 16u << 20);
    }
    return CAD_OK;
}

/* Killed as if from outside, once `in` MiB of it are resident. */
static cad_status do_killed(const void *in, size_t len, cad_buf *out)
{
    char number[16] = "";
    struct rusage use = {0};
    (void)out;
    memcpy(number, in, len < sizeof number ? len : sizeof number - 1);
    while (use.ru_maxrss < atol(number) * 1024) {
        char *p;
        CAD_TRY(cad_mem_alloc(4u << 20, "food", &p));
        memset(p, 1, 4u << 20);
        getrusage(RUSAGE_SELF, &use);
    }
    raise(SIGKILL);
    return CAD_OK;
}

static cad_status do_flood(const void *in, size_t len, cad_buf *out)
{
    (void)in;
    (void)len;
    for (int i = 0; i < 3 << 10; i++)
        CAD_TRY(cad_buf_printf(out, "%1024d", i));
    return CAD_OK;
}

static void raw_write(const void *data, size_t len)
{
    if (write(4, data, len) < 0)
        _exit(9);
}

static cad_status do_garbage(const void *in, size_t len, cad_buf *out)
{
    (void)in;
    (void)len;
    (void)out;
    raw_write("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff garbage", 24);
    _exit(0);
}

/* A head that promises a hundred bytes, and ten of them. */
static cad_status do_short(const void *in, size_t len, cad_buf *out)
{
    (void)in;
    (void)len;
    (void)out;
    raw_write("\x64\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0 ten bytes", 26);
    _exit(0);
}

static cad_status do_raw_flood(const void *in, size_t len, cad_buf *out)
{
    (void)in;
    (void)len;
    (void)out;
    static char junk[1 << 16];
    while (forever)
        raw_write(junk, sizeof junk);
    return CAD_OK;
}

static cad_status do_leave(const void *in, size_t len, cad_buf *out)
{
    (void)in;
    (void)len;
    (void)out;
    _exit(7);
}

static cad_status do_bad_text(const void *in, size_t len, cad_buf *out)
{
    (void)in;
    (void)len;
    (void)out;
    CAD_FAIL(CAD_EDATA, "row \x1b[31m\xff\xfe");
}

/* What a child can see of its limits and signals. */
static cad_status do_describe(const void *in, size_t len, cad_buf *out)
{
    (void)in;
    (void)len;
    struct rlimit cpu, as, fsize, nofile, core;
    getrlimit(RLIMIT_CPU, &cpu);
    getrlimit(RLIMIT_AS, &as);
    getrlimit(RLIMIT_FSIZE, &fsize);
    getrlimit(RLIMIT_NOFILE, &nofile);
    getrlimit(RLIMIT_CORE, &core);
    struct sigaction sigint, sigusr2;
    sigaction(SIGINT, NULL, &sigint);
    sigaction(SIGUSR2, NULL, &sigusr2);
    int open_fds = 0;
    for (int fd = 0; fd < 64; fd++)
        open_fds += fcntl(fd, F_GETFD) >= 0;
    const char *threads = getenv("OPENBLAS_NUM_THREADS");
    return cad_buf_printf(out, "cpu %d %d as %d fsize %d nofile %d core %d ignored %d fds %d group %d blas %s",
                          (int)cpu.rlim_cur, (int)cpu.rlim_max, ASAN || as.rlim_cur == 300u << 20, fsize.rlim_cur == 64u << 20,
                          (int)nofile.rlim_cur, (int)core.rlim_cur,
                          sigint.sa_handler == SIG_IGN && sigusr2.sa_handler == SIG_IGN, open_fds, getpgrp() == getpid(),
                          threads ? threads : "?");
}

/* Tries what a child has no business doing; the answer lists what worked. */
static cad_status do_escape(const void *in, size_t len, cad_buf *out)
{
    (void)in;
    (void)len;
    char *const no_args[] = {NULL};
    int fd = open("/tmp/cadlm-escape", O_WRONLY | O_CREAT, 0600);
    if (fd >= 0)
        CAD_TRY(cad_buf_str(out, "wrote "));
    if (open("/dev/null", O_RDWR) >= 0)
        CAD_TRY(cad_buf_str(out, "opened for writing "));
    if (socket(AF_INET, SOCK_STREAM, 0) >= 0)
        CAD_TRY(cad_buf_str(out, "socket "));
    if (mkdir("/tmp/cadlm-escape-dir", 0700) == 0 || unlink("/tmp/cadlm-escape") == 0)
        CAD_TRY(cad_buf_str(out, "changed a folder "));
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    if (pid > 0)
        CAD_TRY(cad_buf_str(out, "forked "));
    execve("/bin/true", no_args, no_args);
    fd = open("/proc/self/status", O_RDONLY); /* reading is allowed */
    return cad_buf_str(out, fd >= 0 ? "read" : "cannot read");
}

void pool_jobs_register(void)
{
    static const struct {
        const char *name;
        cad_worker_fn run;
    } job[] = {
        {"hash", do_hash},
        {"echo", do_echo},
        {"fail", do_fail},
        {"crash", do_crash},
        {"space", do_space},
        {"spin", do_spin},
        {"stubborn_spin", do_stubborn_spin},
        {"sleep", do_sleep},
        {"eat", do_eat},
        {"killed", do_killed},
        {"flood", do_flood},
        {"garbage", do_garbage},
        {"short", do_short},
        {"raw_flood", do_raw_flood},
        {"leave", do_leave},
        {"bad_text", do_bad_text},
        {"describe", do_describe},
        {"escape", do_escape},
    };
    for (size_t i = 0; i < sizeof job / sizeof *job; i++)
        cad_worker_register(job[i].name, job[i].run);
}
