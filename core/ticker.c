#include "core/ticker.h"

#include "core/clock.h"
#include "core/mem.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

struct cad_ticker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stopped;
    bool stop;
    double every_s;
    void (*tick)(void *ctx);
    void *ctx;
};

static void *run(void *arg)
{
    cad_ticker *t = arg;
    double next = cad_clock_now() + t->every_s;
    pthread_mutex_lock(&t->lock);
    while (!t->stop) {
        struct timespec at = {(time_t)next, (long)((next - (double)(time_t)next) * 1e9)};
        if (pthread_cond_timedwait(&t->stopped, &t->lock, &at) == 0 || cad_clock_now() < next)
            continue; /* asked to stop, or woken for nothing */
        pthread_mutex_unlock(&t->lock);
        t->tick(t->ctx);
        pthread_mutex_lock(&t->lock);
        next = cad_clock_now() + t->every_s;
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

cad_status cad_ticker_start(double every_s, void (*tick)(void *ctx), void *ctx, cad_ticker **out)
{
    cad_ticker *t;
    CAD_TRY(cad_mem_alloc(sizeof *t, "ticker", &t));
    t->every_s = every_s;
    t->tick = tick;
    t->ctx = ctx;
    pthread_mutex_init(&t->lock, NULL);
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&t->stopped, &clock);
    pthread_condattr_destroy(&clock);
    /* The thread is born with every signal blocked: those of the job are for the main thread. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&t->thread, NULL, run, t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        pthread_cond_destroy(&t->stopped);
        pthread_mutex_destroy(&t->lock);
        cad_mem_free(t);
        CAD_FAIL(CAD_ENOMEM, "cannot start a thread");
    }
    *out = t;
    return CAD_OK;
}

void cad_ticker_stop(cad_ticker *t)
{
    if (!t)
        return;
    pthread_mutex_lock(&t->lock);
    t->stop = true;
    pthread_cond_signal(&t->stopped);
    pthread_mutex_unlock(&t->lock);
    pthread_join(t->thread, NULL);
    pthread_cond_destroy(&t->stopped);
    pthread_mutex_destroy(&t->lock);
    cad_mem_free(t);
}
