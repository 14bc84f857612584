#include "core/clock.h"
#include "core/mem.h"
#include "core/pool_impl.h"
#include "core/size.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_S = 60 };

/* environ with the settings of a worker; a process linked with OpenBLAS has threads before main unless told not to. */
static cad_status worker_environment(char ***out)
{
    static char *const extra[] = {"OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1", CAD_WORKER_ENV "=1"};
    size_t n = 0, kept = 0, n_extra = sizeof extra / sizeof *extra;
    while (environ[n])
        n++;
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_add(cad_size_add(n, n_extra), 1), sizeof **out), "worker environment", out));
    for (size_t i = 0; i < n_extra; i++)
        (*out)[kept++] = extra[i];
    for (size_t i = 0; i < n; i++) {
        bool replaced = false;
        for (size_t k = 0; k < n_extra; k++)
            replaced = replaced || !strncmp(environ[i], extra[k], strcspn(extra[k], "=") + 1);
        if (!replaced)
            (*out)[kept++] = environ[i];
    }
    return CAD_OK;
}

static int spawn(int socket, int pages, char **env, pid_t *out)
{
    posix_spawn_file_actions_t act;
    posix_spawnattr_t attr;
    sigset_t all;
    sigfillset(&all); /* until the zygote has said which it ignores */
    posix_spawn_file_actions_init(&act);
    posix_spawnattr_init(&attr);
    posix_spawn_file_actions_addopen(&act, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&act, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (!getenv("CADLM_WORKER_STDERR")) /* the kernel's messages are for nobody; a developer may want them */
        posix_spawn_file_actions_addopen(&act, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&act, socket, CAD_WORKER_SOCKET);
    posix_spawn_file_actions_adddup2(&act, pages, CAD_WORKER_PAGES);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setsigmask(&attr, &all);
    posix_spawnattr_setpgroup(&attr, 0);
    char parent[24], arg[] = CAD_WORKER_ARG, name[] = "cadlm-worker";
    snprintf(parent, sizeof parent, "%ld", (long)getpid());
    char *const argv[] = {name, arg, parent, NULL};
    int bad = posix_spawn(out, "/proc/self/exe", &act, &attr, argv, env);
    posix_spawn_file_actions_destroy(&act);
    posix_spawnattr_destroy(&attr);
    return bad;
}

void cad_zygote_end(cad_zygote *z, char *how, size_t room)
{
    int status = 0;
    if (z->socket >= 0)
        close(z->socket);
    z->socket = -1;
    if (z->pid > 0) {
        pid_t done = waitpid(z->pid, &status, WNOHANG);
        if (done == 0) {
            kill(z->pid, SIGKILL);
            while (waitpid(z->pid, &status, 0) < 0 && errno == EINTR)
                ;
        }
    }
    z->pid = 0;
    if (how && WIFSIGNALED(status))
        snprintf(how, room, "signal %d", WTERMSIG(status));
    else if (how)
        snprintf(how, room, "exit code %d", WEXITSTATUS(status));
}

/* Waits for the first packet, which says that main got as far as cad_worker_main_if_asked. */
static bool is_ready(int socket)
{
    struct pollfd fd = {.fd = socket, .events = POLLIN};
    double until = cad_clock_now() + START_S;
    int n;
    do {
        double left = until - cad_clock_now();
        n = poll(&fd, 1, left > 0 ? (int)(left * 1e3) : 0); /* less than 0 would wait for ever */
    } while (n < 0 && errno == EINTR);
    cad_note note;
    return n == 1 && recv(socket, &note, sizeof note, 0) == (ssize_t)sizeof note && note.op == CAD_NOTE_READY;
}

cad_status cad_zygote_start(cad_zygote *z, int pages_fd)
{
    int pair[2] = {-1, -1}, high = -1, pages = -1;
    char **env = NULL;
    CAD_TRY(worker_environment(&env));
    cad_status s = CAD_OK;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        s = cad_fail(CAD_EINTERNAL, "cannot make the socket of the worker pool: %s", strerror(errno));
    if (s == CAD_OK) { /* out of the way of the numbers they get in the zygote */
        high = fcntl(pair[1], F_DUPFD_CLOEXEC, 10);
        pages = fcntl(pages_fd, F_DUPFD_CLOEXEC, 10);
        int bad = high < 0 || pages < 0 ? errno : spawn(high, pages, env, &z->pid);
        if (bad) {
            z->pid = 0;
            s = cad_fail(CAD_EINTERNAL, "cannot start the worker zygote: %s", strerror(bad));
        }
    }
    int ends[] = {pair[1], high, pages};
    for (size_t i = 0; i < 3; i++)
        if (ends[i] >= 0)
            close(ends[i]);
    cad_mem_free(env);
    z->socket = pair[0];
    z->starts++;
    if (s == CAD_OK && !is_ready(z->socket)) {
        char how[32];
        cad_zygote_end(z, how, sizeof how);
        s = cad_fail(CAD_EINTERNAL, "the worker zygote did not come up (%s)", how);
    } else if (s != CAD_OK)
        cad_zygote_end(z, NULL, 0);
    else
        fcntl(z->socket, F_SETFL, O_NONBLOCK);
    return s;
}
