#include "core/pool.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/pool_impl.h"
#include "core/threads.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* One thread does all input and output, so that a caller who is busy for minutes cannot make a child miss its wall limit.  It
 * holds the lock except while it waits; slots are its own, jobs belong to whoever their state says. */

enum { STUCK_S = 15, CHUNK = 64 << 10 };

struct cad_pool {
    cad_pool_opts opts; /* complete */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* a job is done, the pool is up, or it is broken */
    int wake;               /* eventfd */
    int pages_fd;
    char *pages;
    cad_zygote zygote;
    bool up, stop, broken;
    char why[256]; /* it is broken */
    cad_job *first, *last, *next_queued;
    size_t pending;
    uint64_t next_id;
    cad_job *returned; /* whose result the caller holds */
    cad_slot slot[CAD_WORKER_SLOTS];
    struct pollfd fds[2 * CAD_WORKER_SLOTS + 2];
};

/* ---- one job on one slot ---- */

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void clear_slot(cad_slot *s)
{
    close_fd(&s->to);
    close_fd(&s->from);
    s->job = NULL;
}

static bool send_order(cad_pool *p, const cad_order *order, const int *fd)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(2 * sizeof(int))];
    } control = {0};
    cad_order copy = *order;
    struct iovec part = {&copy, sizeof copy};
    struct msghdr msg = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd) {
        msg.msg_control = &control;
        msg.msg_controllen = sizeof control;
        struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(2 * sizeof(int));
        memcpy(CMSG_DATA(c), fd, 2 * sizeof(int));
    }
    return sendmsg(p->zygote.socket, &msg, MSG_NOSIGNAL) == (ssize_t)sizeof copy;
}

static void start_job(cad_pool *p, uint32_t slot, cad_job *job)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    cad_slot *s = &p->slot[slot];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) {
        int error = errno;
        close_fd(&in[0]);
        close_fd(&in[1]);
        cad_job_not_started(job, error);
        pthread_cond_broadcast(&p->changed);
        return;
    }
    fcntl(in[1], F_SETFL, O_NONBLOCK);
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    memset(p->pages + (size_t)slot * CAD_WORKER_PAGE, 0, CAD_WORKER_NAME);
    const cad_order order = {.op = CAD_ORDER_RUN,
                             .slot = slot,
                             .job = job->id,
                             .cpu_s = p->opts.cpu_s,
                             .mem_bytes = p->opts.mem_bytes,
                             .out_limit = p->opts.out_limit};
    job->state = CAD_JOB_RUNNING;
    double give_up = cad_clock_now() + cad_worker_wall_s(p->opts.cpu_s) + STUCK_S;
    *s = (cad_slot){.job = job, .to = in[1], .from = out[0], .give_up = give_up};
    if (!send_order(p, &order, (const int[]){in[0], out[1]}))
        s->give_up = 0; /* the zygote is dead or stuck: found out at once */
    close(in[0]);
    close(out[1]);
}

static void write_some(cad_slot *s)
{
    const cad_buf *m = &s->job->message;
    while (s->to >= 0 && s->sent < m->len) {
        ssize_t n = write(s->to, m->data + s->sent, m->len - s->sent);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0)
            break; /* the child no longer reads: its end will tell */
        s->sent += (size_t)n;
    }
    close_fd(&s->to);
}

/* Takes what is there; an answer over the limit is dropped and the child killed. */
static void read_some(cad_pool *p, uint32_t slot)
{
    cad_slot *s = &p->slot[slot];
    cad_buf *a = &s->job->answer;
    size_t most = sizeof(cad_answer_head) + CAD_WORKER_TEXT + p->opts.out_limit;
    while (s->from >= 0) {
        if (a->len > most || cad_buf_reserve(a, CHUNK) != CAD_OK) {
            s->too_long = true;
            cad_buf_deinit(a);
            close_fd(&s->from);
            (void)send_order(p, &(cad_order){.op = CAD_ORDER_KILL, .slot = slot, .job = s->job->id}, NULL);
            return;
        }
        ssize_t n = read(s->from, a->data + a->len, CHUNK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            close_fd(&s->from);
            return;
        }
        a->len += (size_t)n;
        a->data[a->len] = '\0';
    }
}

/* ---- the loop ---- */

static void start_queued(cad_pool *p)
{
    for (int i = 0; i < p->opts.workers; i++) {
        while (p->next_queued && p->next_queued->state != CAD_JOB_QUEUED)
            p->next_queued = p->next_queued->next;
        if (!p->next_queued)
            return;
        if (!p->slot[i].job)
            start_job(p, (uint32_t)i, p->next_queued);
    }
}

/* Returns false when the zygote is gone. */
static bool take_notes(cad_pool *p)
{
    for (;;) {
        cad_note note;
        ssize_t n = recv(p->zygote.socket, &note, sizeof note, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return true;
        if (n != (ssize_t)sizeof note)
            return false;
        if (note.slot >= (uint32_t)p->opts.workers)
            continue;
        cad_slot *s = &p->slot[note.slot];
        if (!s->job || s->job->id != note.job)
            continue;
        if (note.op == CAD_NOTE_NO_FORK)
            cad_job_not_started(s->job, note.wait_status);
        else {
            read_some(p, note.slot); /* whatever still lies in the pipe; the end of file may never come */
            cad_job_conclude(s->job, &p->opts, &note, s->too_long, p->pages + (size_t)note.slot * CAD_WORKER_PAGE);
        }
        clear_slot(s);
        pthread_cond_broadcast(&p->changed);
    }
}

static void break_pool(cad_pool *p, const char *why)
{
    p->broken = true;
    snprintf(p->why, sizeof p->why, "%s", why);
    pthread_cond_broadcast(&p->changed);
}

/* Starts the zygote once more; jobs in flight go back into the queue. */
static void zygote_died(cad_pool *p)
{
    char how[32], why[128];
    cad_zygote_end(&p->zygote, how, sizeof how);
    for (int i = 0; i < p->opts.workers; i++) {
        cad_slot *s = &p->slot[i];
        if (!s->job)
            continue;
        s->job->state = CAD_JOB_QUEUED;
        cad_buf_clear(&s->job->answer);
        clear_slot(s);
    }
    p->next_queued = p->first;
    if (p->zygote.starts > 1) {
        snprintf(why, sizeof why, "the worker zygote died twice (now by %s)", how);
        break_pool(p, why);
        return;
    }
    cad_log(CAD_LOG_WARN, "the worker zygote died (%s); started again, rows in flight are repeated", how);
    if (cad_zygote_start(&p->zygote, p->pages_fd) != CAD_OK)
        break_pool(p, cad_error_text());
}

static bool is_stuck(const cad_pool *p)
{
    double now = cad_clock_now();
    for (int i = 0; i < p->opts.workers; i++)
        if (p->slot[i].job && now > p->slot[i].give_up)
            return true;
    return false;
}

static nfds_t gather(cad_pool *p)
{
    nfds_t n = 0;
    p->fds[n++] = (struct pollfd){.fd = p->wake, .events = POLLIN};
    p->fds[n++] = (struct pollfd){.fd = p->zygote.socket, .events = POLLIN};
    for (int i = 0; i < p->opts.workers; i++) {
        p->fds[n++] = (struct pollfd){.fd = p->slot[i].job ? p->slot[i].to : -1, .events = POLLOUT};
        p->fds[n++] = (struct pollfd){.fd = p->slot[i].job ? p->slot[i].from : -1, .events = POLLIN};
    }
    return n;
}

static void serve(cad_pool *p)
{
    for (int i = 0; i < p->opts.workers; i++) {
        if (p->slot[i].job && p->fds[2 + 2 * i].revents)
            write_some(&p->slot[i]);
        if (p->slot[i].job && p->fds[3 + 2 * i].revents)
            read_some(p, (uint32_t)i);
    }
    if (p->fds[0].revents) {
        uint64_t drained;
        (void)!read(p->wake, &drained, sizeof drained);
    }
    bool alive = !p->fds[1].revents || take_notes(p);
    if (!alive || is_stuck(p))
        zygote_died(p);
}

static void *pool_main(void *arg)
{
    cad_pool *p = arg;
    sigset_t all;
    sigfillset(&all); /* signals are for the other threads; a write to a dead child is an error, not a signal */
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    pthread_mutex_lock(&p->lock);
    if (cad_zygote_start(&p->zygote, p->pages_fd) != CAD_OK)
        break_pool(p, cad_error_text());
    p->up = true;
    pthread_cond_broadcast(&p->changed);
    while (!p->stop && !p->broken) {
        start_queued(p);
        nfds_t n = gather(p);
        pthread_mutex_unlock(&p->lock);
        int ready = poll(p->fds, n, 1000);
        pthread_mutex_lock(&p->lock);
        if (ready >= 0 && !p->stop)
            serve(p);
    }
    cad_zygote_end(&p->zygote, NULL, 0);
    for (int i = 0; i < p->opts.workers; i++)
        clear_slot(&p->slot[i]);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* ---- the caller's side ---- */

static cad_status make_pages(cad_pool *p)
{
    size_t bytes = (size_t)p->opts.workers * CAD_WORKER_PAGE;
    p->pages_fd = memfd_create("cadlm-stages", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (p->pages_fd < 0 || ftruncate(p->pages_fd, (off_t)bytes) != 0 ||
        fcntl(p->pages_fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        CAD_FAIL(CAD_EINTERNAL, "cannot make the shared pages of the worker pool: %s", strerror(errno));
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, p->pages_fd, 0);
    if (at == MAP_FAILED)
        CAD_FAIL(CAD_ENOMEM, "cannot map the shared pages of the worker pool: %s", strerror(errno));
    p->pages = at;
    return CAD_OK;
}

static void release(cad_pool *p)
{
    while (p->first) {
        cad_job *next = p->first->next;
        cad_job_free(p->first);
        p->first = next;
    }
    cad_job_free(p->returned);
    if (p->pages)
        munmap(p->pages, (size_t)p->opts.workers * CAD_WORKER_PAGE);
    close_fd(&p->pages_fd);
    close_fd(&p->wake);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    cad_mem_free(p);
}

cad_status cad_pool_create(const cad_pool_opts *opts, cad_pool **out)
{
    if (getenv(CAD_WORKER_ENV))
        CAD_FAIL(CAD_EINTERNAL, "a worker pool inside a worker (or a main that does not call cad_worker_main_if_asked)");
    cad_pool *p;
    CAD_TRY(cad_mem_alloc(sizeof *p, "worker pool", &p));
    p->opts = *opts;
    p->opts.workers = opts->workers > 0 ? opts->workers : cad_threads_cpus();
    if (p->opts.workers > CAD_WORKER_SLOTS)
        p->opts.workers = CAD_WORKER_SLOTS;
    p->opts.cpu_s = opts->cpu_s > 0 ? opts->cpu_s : 30;
    p->opts.mem_bytes = opts->mem_bytes > 0 ? opts->mem_bytes : INT64_C(4) << 30;
    p->opts.out_limit = opts->out_limit ? opts->out_limit : (size_t)16 << 20;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    p->zygote.socket = p->pages_fd = -1;
    p->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    cad_status s = p->wake < 0 ? cad_fail(CAD_EINTERNAL, "cannot make an eventfd: %s", strerror(errno)) : make_pages(p);
    if (s == CAD_OK) {
        int bad = pthread_create(&p->thread, NULL, pool_main, p);
        if (bad)
            s = cad_fail(CAD_ENOMEM, "cannot start the thread of the worker pool: %s", strerror(bad));
    }
    if (s != CAD_OK) {
        release(p);
        return s;
    }
    pthread_mutex_lock(&p->lock);
    while (!p->up)
        pthread_cond_wait(&p->changed, &p->lock);
    bool broken = p->broken;
    pthread_mutex_unlock(&p->lock);
    if (broken) {
        s = cad_fail(CAD_EINTERNAL, "%s", p->why);
        cad_pool_destroy(p);
        return s;
    }
    *out = p;
    return CAD_OK;
}

static void wake_thread(cad_pool *p)
{
    const uint64_t one = 1;
    (void)!write(p->wake, &one, sizeof one);
}

cad_status cad_pool_submit(cad_pool *p, const char *handler, uint64_t tag, const void *in, size_t len)
{
    const cad_job_head head = {.len = len, .name = (uint32_t)strlen(handler)};
    assert(head.name < CAD_WORKER_NAME);
    if (len > CAD_WORKER_IN_LIMIT)
        CAD_FAIL(CAD_EINVAL, "job '%s' of %zu bytes; expected at most %d", handler, len, CAD_WORKER_IN_LIMIT);
    cad_job *job;
    CAD_TRY(cad_mem_alloc(sizeof *job, "worker job", &job));
    job->result.tag = tag;
    cad_status s = cad_buf_add(&job->message, &head, sizeof head);
    if (s == CAD_OK)
        s = cad_buf_add(&job->message, handler, head.name);
    if (s == CAD_OK && len)
        s = cad_buf_add(&job->message, in, len);
    if (s != CAD_OK) {
        cad_job_free(job);
        return s;
    }
    pthread_mutex_lock(&p->lock);
    job->id = ++p->next_id;
    if (p->last)
        p->last->next = job;
    else
        p->first = job;
    p->last = job;
    if (!p->next_queued)
        p->next_queued = job;
    p->pending++;
    pthread_mutex_unlock(&p->lock);
    wake_thread(p);
    return CAD_OK;
}

size_t cad_pool_pending(const cad_pool *p)
{
    return p->pending; /* changed by the caller's own thread only */
}

int cad_pool_workers(const cad_pool *p)
{
    return p->opts.workers;
}

int64_t cad_pool_zygote(const cad_pool *p)
{
    return p->zygote.pid;
}

/* With the lock held: takes a job that may be returned out of the list. */
static cad_job *take_done(cad_pool *p)
{
    cad_job *before = NULL, *job = p->first;
    while (job && job->state != CAD_JOB_DONE) {
        if (!p->opts.unordered)
            return NULL;
        before = job;
        job = job->next;
    }
    if (!job)
        return NULL;
    *(before ? &before->next : &p->first) = job->next;
    if (p->last == job)
        p->last = before;
    if (p->next_queued == job)
        p->next_queued = job->next;
    p->pending--;
    return job;
}

cad_status cad_pool_next(cad_pool *p, cad_pool_result *out)
{
    if (!p->pending)
        CAD_FAIL(CAD_ENOTFOUND, "no job is pending");
    pthread_mutex_lock(&p->lock);
    cad_job *job;
    while (!(job = take_done(p)) && !p->broken)
        pthread_cond_wait(&p->changed, &p->lock);
    pthread_mutex_unlock(&p->lock);
    if (!job)
        CAD_FAIL(CAD_EINTERNAL, "%s", p->why);
    cad_job_free(p->returned);
    p->returned = job;
    *out = job->result;
    return CAD_OK;
}

void cad_pool_destroy(cad_pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_mutex_unlock(&p->lock);
    wake_thread(p);
    pthread_join(p->thread, NULL);
    release(p);
}
