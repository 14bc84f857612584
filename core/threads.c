#include "core/threads.h"

#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* One loop at a time.  `state` packs what a worker must see together: generation, whether the loop still takes workers, and how
 * many have joined.  A worker joins by compare-and-swap; the caller closes the loop and waits only for those who joined, so a
 * worker that the system did not schedule costs nothing. */
enum { SPIN = 4000 }; /* about 20 us: operations follow each other closely, a sleeping thread needs 50 us to wake */
#define STATE_OPEN (UINT64_C(1) << 31)
#define STATE_COUNT (STATE_OPEN - 1)
#define STATE_GENERATION(s) ((s) >> 32)

/* Loops keep their tiles on the stack, half a MiB of them at most: the same room whatever `ulimit -s` says. */
static const size_t STACK_BYTES = (size_t)8 << 20;

static struct {
    void (*fn)(void *, int64_t, int64_t);
    void *ctx;
    int64_t n, grain, chunks;
    atomic_int_fast64_t next;
    atomic_uint_fast64_t state;
    atomic_uint_fast64_t done; /* workers that joined and left */
    atomic_int sleepers;
    atomic_bool stop;
} loop;

static pthread_mutex_t sleep_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t loop_lock = PTHREAD_MUTEX_INITIALIZER; /* held by the thread whose loop runs */
static pthread_t worker[CAD_MAX_THREADS];
static int thread_count = 1;
static _Thread_local bool inside;

static void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void run_chunks(void)
{
    for (;;) {
        int64_t i = atomic_fetch_add_explicit(&loop.next, 1, memory_order_relaxed);
        if (i >= loop.chunks)
            return;
        int64_t begin = i * loop.grain, end = begin + loop.grain;
        loop.fn(loop.ctx, begin, end < loop.n ? end : loop.n);
    }
}

static bool has_work(uint64_t state, uint64_t last)
{
    return (state & STATE_OPEN) && STATE_GENERATION(state) != last;
}

static void wait_for_work(uint64_t last)
{
    for (int i = 0; i < SPIN; i++) {
        if (has_work(atomic_load(&loop.state), last) || atomic_load(&loop.stop))
            return;
        relax();
    }
    pthread_mutex_lock(&sleep_lock);
    atomic_fetch_add(&loop.sleepers, 1);
    while (!has_work(atomic_load(&loop.state), last) && !atomic_load(&loop.stop))
        pthread_cond_wait(&wake, &sleep_lock);
    atomic_fetch_sub(&loop.sleepers, 1);
    pthread_mutex_unlock(&sleep_lock);
}

static void *worker_main(void *arg)
{
    (void)arg;
    inside = true; /* a loop inside a loop runs inline */
    uint64_t last = 0;
    while (!atomic_load(&loop.stop)) {
        uint64_t state = atomic_load(&loop.state);
        if (!has_work(state, last)) {
            wait_for_work(last);
            continue;
        }
        if (!atomic_compare_exchange_strong(&loop.state, &state, state + 1))
            continue;
        last = STATE_GENERATION(state);
        run_chunks();
        atomic_fetch_add(&loop.done, 1);
    }
    return NULL;
}

static void wake_sleepers(void)
{
    if (atomic_load(&loop.sleepers) == 0)
        return;
    pthread_mutex_lock(&sleep_lock);
    pthread_cond_broadcast(&wake);
    pthread_mutex_unlock(&sleep_lock);
}

static void stop_workers(void)
{
    atomic_store(&loop.stop, true);
    pthread_mutex_lock(&sleep_lock);
    pthread_cond_broadcast(&wake);
    pthread_mutex_unlock(&sleep_lock);
    for (int i = 1; i < thread_count; i++)
        pthread_join(worker[i], NULL);
    thread_count = 1;
    atomic_store(&loop.stop, false);
}

int cad_threads_cpus(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    int n = CPU_COUNT(&set);
    return n > 0 ? n : 1;
}

/* Returns 0 or an errno. */
static int start_worker(pthread_t *out)
{
    pthread_attr_t attr;
    int failed = pthread_attr_init(&attr);
    if (failed)
        return failed;
    size_t least = (size_t)PTHREAD_STACK_MIN;
    failed = pthread_attr_setstacksize(&attr, STACK_BYTES > least ? STACK_BYTES : least);
    if (!failed)
        failed = pthread_create(out, &attr, worker_main, NULL);
    pthread_attr_destroy(&attr);
    return failed;
}

cad_status cad_threads_init(int n)
{
    if (n < 0 || n > CAD_MAX_THREADS)
        CAD_FAIL(CAD_EINVAL, "%d threads; expected 0..%d", n, CAD_MAX_THREADS);
    int want = n ? n : cad_threads_cpus();
    pthread_mutex_lock(&loop_lock);
    if (want != thread_count)
        stop_workers();
    int failed = 0;
    while (!failed && thread_count < want) {
        failed = start_worker(&worker[thread_count]);
        if (!failed)
            thread_count++;
    }
    pthread_mutex_unlock(&loop_lock);
    if (failed)
        CAD_FAIL(CAD_ENOMEM, "cannot start thread %d of %d: %s", thread_count + 1, want, strerror(failed));
    return CAD_OK;
}

int cad_threads_count(void)
{
    return thread_count;
}

static void run_inline(int64_t n, int64_t grain, void (*fn)(void *, int64_t, int64_t), void *ctx)
{
    for (int64_t begin = 0; begin < n; begin += grain)
        fn(ctx, begin, n - begin < grain ? n : begin + grain);
}

void cad_parallel_for(int64_t n, int64_t grain, void (*fn)(void *, int64_t, int64_t), void *ctx)
{
    if (grain < 1)
        grain = 1;
    if (thread_count == 1 || n <= grain || inside || pthread_mutex_trylock(&loop_lock) != 0) {
        run_inline(n, grain, fn, ctx);
        return;
    }
    inside = true;
    loop.fn = fn;
    loop.ctx = ctx;
    loop.n = n;
    loop.grain = grain;
    loop.chunks = n / grain + (n % grain != 0);
    atomic_store(&loop.next, 0);
    atomic_store(&loop.done, 0);
    uint64_t generation = STATE_GENERATION(atomic_load(&loop.state)) + 1;
    atomic_store(&loop.state, generation << 32 | STATE_OPEN);
    wake_sleepers();
    run_chunks();

    /* Closed: nobody joins from here on, and the workers counted in `state` are all that may still run a chunk. */
    uint64_t joined = atomic_fetch_and(&loop.state, ~STATE_OPEN) & STATE_COUNT;
    for (int spins = 0; atomic_load(&loop.done) != joined; spins++) {
        if (spins < SPIN)
            relax();
        else
            sched_yield();
    }
    inside = false;
    pthread_mutex_unlock(&loop_lock);
}
