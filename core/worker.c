#include "core/pool.h"

#include "core/clock.h"
#include "core/worker_impl.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- handlers ---- */

enum { HANDLERS = 32 };

static struct {
    const char *name;
    cad_worker_fn fn;
} handler[HANDLERS];
static size_t handlers;

cad_worker_fn cad_worker_find(const char *name)
{
    for (size_t i = 0; i < handlers; i++)
        if (!strcmp(handler[i].name, name))
            return handler[i].fn;
    return NULL;
}

void cad_worker_register(const char *name, cad_worker_fn fn)
{
    assert(handlers < HANDLERS && strlen(name) < CAD_WORKER_NAME);
    if (handlers < HANDLERS && !cad_worker_find(name)) {
        handler[handlers].name = name;
        handler[handlers++].fn = fn;
    }
}

/* ---- the zygote: forks children, kills the late ones, tells how they ended ---- */

static struct {
    uint64_t job;
    double start, wall;
    pid_t pid; /* 0: free */
    bool over_wall;
} child[CAD_WORKER_SLOTS];

static void tell(const cad_note *note)
{
    while (send(CAD_WORKER_SOCKET, note, sizeof *note, MSG_NOSIGNAL) < 0)
        if (errno != EINTR)
            _exit(1); /* nobody listens any more */
}

static void kill_group(pid_t pid)
{
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL); /* in case it has not made its group yet */
}

static void run_order(const cad_order *order, int in_fd, int out_fd)
{
    pid_t zygote = getpid(), pid = fork();
    if (pid == 0)
        cad_worker_child(order, in_fd, out_fd, zygote);
    if (pid < 0) {
        tell(&(cad_note){.op = CAD_NOTE_NO_FORK, .slot = order->slot, .job = order->job, .wait_status = errno});
        return;
    }
    child[order->slot].pid = pid;
    child[order->slot].job = order->job;
    child[order->slot].start = cad_clock_now();
    child[order->slot].wall = cad_worker_wall_s(order->cpu_s);
    child[order->slot].over_wall = false;
}

/* One packet of the pool; the descriptors that came with it are closed here. */
static void take_order(void)
{
    cad_order order;
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(2 * sizeof(int))];
    } control;
    struct iovec part = {&order, sizeof order};
    struct msghdr msg = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t n = recvmsg(CAD_WORKER_SOCKET, &msg, MSG_CMSG_CLOEXEC);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0)
        _exit(0); /* the pool is gone; children die with us */
    int fd[2] = {-1, -1};
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof fd))
        memcpy(fd, CMSG_DATA(c), sizeof fd);
    if ((size_t)n == sizeof order && order.slot < CAD_WORKER_SLOTS) {
        if (order.op == CAD_ORDER_RUN && fd[0] >= 0 && !child[order.slot].pid)
            run_order(&order, fd[0], fd[1]);
        else if (order.op == CAD_ORDER_KILL && child[order.slot].pid && child[order.slot].job == order.job)
            kill_group(child[order.slot].pid);
    }
    for (int i = 0; i < 2; i++)
        if (fd[i] >= 0)
            close(fd[i]);
}

static void reap(void)
{
    for (;;) {
        siginfo_t info = {0};
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
            return;
        kill(-info.si_pid, SIGKILL); /* what it may have started; its pid is still ours here */
        int status;
        struct rusage use;
        if (wait4(info.si_pid, &status, 0, &use) < 0)
            return;
        for (uint32_t i = 0; i < CAD_WORKER_SLOTS; i++) {
            if (child[i].pid != info.si_pid)
                continue;
            double cpu = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e3 +
                         (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1e-3;
            tell(&(cad_note){.op = CAD_NOTE_ENDED,
                             .slot = i,
                             .job = child[i].job,
                             .wait_status = status,
                             .over_wall = child[i].over_wall,
                             .cpu_ms = cpu,
                             .wall_ms = (cad_clock_now() - child[i].start) * 1e3,
                             .rss_mb = (double)use.ru_maxrss / 1024});
            child[i].pid = 0;
        }
    }
}

/* Kills what is over its wall limit; milliseconds to the next limit, -1 when nothing runs. */
static int enforce_wall(void)
{
    double now = cad_clock_now(), next = -1;
    for (uint32_t i = 0; i < CAD_WORKER_SLOTS; i++) {
        if (!child[i].pid)
            continue;
        double left = child[i].start + child[i].wall - now;
        if (left <= 0) {
            child[i].over_wall = true;
            kill_group(child[i].pid);
            left = 0.1;
        }
        if (next < 0 || left < next)
            next = left;
    }
    return next < 0 ? -1 : (int)(next * 1e3) + 1;
}

__attribute__((noreturn)) static void zygote_main(pid_t pool)
{
    /* The job's signals are for the trainer, which saves; a worker dies with its parent. */
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        signal(ignored[i], SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != pool)
        _exit(1);
    close_range(CAD_WORKER_PAGES + 1, ~0u, 0);

    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_SETMASK, &set, NULL);
    int ended = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (ended < 0)
        _exit(1);
    tell(&(cad_note){.op = CAD_NOTE_READY});
    for (;;) {
        struct pollfd fds[2] = {{.fd = CAD_WORKER_SOCKET, .events = POLLIN}, {.fd = ended, .events = POLLIN}};
        if (poll(fds, 2, enforce_wall()) < 0 && errno != EINTR)
            _exit(1);
        struct signalfd_siginfo drained;
        while (read(ended, &drained, sizeof drained) == (ssize_t)sizeof drained)
            ;
        reap();
        if (fds[0].revents)
            take_order();
    }
}

void cad_worker_main_if_asked(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], CAD_WORKER_ARG))
        zygote_main((pid_t)strtol(argv[2], NULL, 10));
}
