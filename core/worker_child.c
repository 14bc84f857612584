#include "core/mem.h"
#include "core/size.h"
#include "core/worker_impl.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SHADOW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SHADOW 1
#endif
#endif
#ifndef HAS_SHADOW
#define HAS_SHADOW 0
#endif

enum { IN = 3, OUT = 4, FILE_BYTES = 64 << 20, DESCRIPTORS = 16, HARD_CPU_S = 2 };

static char *stage_page; /* NULL outside a worker */

void cad_worker_stage(const char *stage)
{
    if (!stage_page)
        return;
    size_t n = strlen(stage);
    if (n >= CAD_WORKER_NAME)
        n = CAD_WORKER_NAME - 1;
    stage_page[n] = '\0';
    memcpy(stage_page, stage, n);
}

size_t cad_worker_space(size_t most)
{
    struct rlimit now;
    if (!stage_page || getrlimit(RLIMIT_AS, &now) != 0 || now.rlim_cur == RLIM_INFINITY || now.rlim_cur / 2 > most)
        return most;
    return (size_t)(now.rlim_cur / 2);
}

static void limit(__rlimit_resource_t what, rlim_t soft, rlim_t hard)
{
    struct rlimit now, want = {soft, hard};
    if (getrlimit(what, &now) == 0 && now.rlim_max != RLIM_INFINITY && now.rlim_max < hard) {
        want.rlim_max = now.rlim_max; /* never above what we inherited */
        if (want.rlim_cur > want.rlim_max)
            want.rlim_cur = want.rlim_max;
    }
    if (setrlimit(what, &want) != 0)
        _exit(1);
}

static void set_limits(const cad_order *order)
{
    rlim_t cpu = (rlim_t)ceil(order->cpu_s);
    limit(RLIMIT_CPU, cpu ? cpu : 1, (cpu ? cpu : 1) + HARD_CPU_S);
    if (!HAS_SHADOW) /* the shadow memory of a sanitizer is terabytes of address space */
        limit(RLIMIT_AS, (rlim_t)order->mem_bytes, (rlim_t)order->mem_bytes);
    limit(RLIMIT_FSIZE, FILE_BYTES, FILE_BYTES);
    limit(RLIMIT_NOFILE, DESCRIPTORS, DESCRIPTORS);
    limit(RLIMIT_CORE, 0, 0);
    limit(RLIMIT_NPROC, 0, 0); /* no fork, no thread; root is exempt */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        _exit(1);
}

static bool read_all(void *out, size_t len)
{
    for (size_t at = 0; at < len;) {
        ssize_t n = read(IN, (char *)out + at, len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

static bool write_all(const void *data, size_t len)
{
    for (size_t at = 0; at < len;) {
        ssize_t n = write(OUT, (const char *)data + at, len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

static cad_status run_job(cad_buf *out)
{
    cad_job_head head;
    char name[CAD_WORKER_NAME] = "";
    if (!read_all(&head, sizeof head) || head.name >= sizeof name || head.len > CAD_WORKER_IN_LIMIT ||
        !read_all(name, head.name))
        CAD_FAIL(CAD_EINTERNAL, "the worker got no job");
    void *in;
    CAD_TRY(cad_mem_alloc(cad_size_add((size_t)head.len, 1), "job input", &in));
    if (!read_all(in, (size_t)head.len))
        CAD_FAIL(CAD_EINTERNAL, "the input of job '%s' ends early", name);
    close(IN);
    cad_worker_fn fn = cad_worker_find(name);
    if (!fn)
        CAD_FAIL(CAD_EINTERNAL, "no worker handler '%s'", name);
    return fn(in, (size_t)head.len, out);
}

void cad_worker_child(const cad_order *order, int in_fd, int out_fd, pid_t zygote)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != zygote)
        _exit(1);
    void *page =
        mmap(NULL, CAD_WORKER_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, CAD_WORKER_PAGES, (off_t)order->slot * CAD_WORKER_PAGE);
    if (page == MAP_FAILED || dup2(in_fd, IN) < 0 || dup2(out_fd, OUT) < 0) /* replaces socket and pages */
        _exit(1);
    stage_page = page;
    close_range(OUT + 1, ~0u, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    set_limits(order);
    cad_worker_guard();

    cad_buf out = CAD_BUF_INIT;
    cad_status s = run_job(&out);
    if (s == CAD_OK && out.len > order->out_limit)
        s = cad_fail(CAD_EDATA, "an answer of %zu bytes; expected at most %llu", out.len, (unsigned long long)order->out_limit);
    const char *text = s == CAD_OK ? "" : cad_error_text();
    size_t text_len = strlen(text), len = s == CAD_OK ? out.len : 0;
    cad_answer_head head = {.len = text_len + len, .status = s, .text = (uint32_t)text_len};
    bool sent = write_all(&head, sizeof head) && write_all(text, text_len) && write_all(out.data, len);
    _exit(sent ? 0 : 1);
}
