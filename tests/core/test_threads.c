#include "tests/unit.h"

#include "core/clock.h"
#include "core/threads.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct marks {
    atomic_int hit[5000];
    double sum[5000];
    atomic_int bad;
    int64_t grain, n;
} marks;

static void mark(void *ctx, int64_t begin, int64_t end)
{
    marks *m = ctx;
    if (begin % m->grain != 0 || (end - begin != m->grain && end != m->n))
        atomic_fetch_add(&m->bad, 1);
    double s = 0;
    for (int64_t i = begin; i < end; i++) {
        atomic_fetch_add(&m->hit[i], 1);
        s += 1.0 / (double)(i + 1);
    }
    m->sum[begin / m->grain] = s;
}

static marks m; /* too large for a stack */

static double total(int threads, int64_t n, int64_t grain)
{
    memset(&m, 0, sizeof m);
    m.grain = grain;
    m.n = n;
    ok(cad_threads_init(threads));
    assert_int_equal(cad_threads_count(), threads);
    cad_parallel_for(n, grain, mark, &m);
    assert_int_equal(m.bad, 0);
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        assert_int_equal(m.hit[i], 1);
        sum += m.sum[i];
    }
    return sum;
}

static void test_each_index_runs_once_in_chunks_of_the_grain(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 5; threads++)
        for (int64_t n = 0; n <= 4999; n = n * 3 + 1)
            for (int64_t grain = 1; grain < 6000; grain *= 7)
                total(threads, n, grain);
}

static void test_sums_do_not_depend_on_threads(void **state)
{
    (void)state;
    double one = total(1, 5000, 7);
    for (int threads = 2; threads <= 6; threads++)
        assert_true(total(threads, 5000, 7) == one);
}

static void count(void *ctx, int64_t begin, int64_t end)
{
    atomic_fetch_add((atomic_int *)ctx, (int)(end - begin));
}

static void nested(void *ctx, int64_t begin, int64_t end)
{
    for (int64_t i = begin; i < end; i++)
        cad_parallel_for(10, 1, count, ctx);
}

static void test_a_loop_inside_a_loop_runs_inline(void **state)
{
    (void)state;
    ok(cad_threads_init(4));
    atomic_int n = 0;
    cad_parallel_for(100, 1, nested, &n);
    assert_int_equal(n, 1000);
}

static void test_many_short_loops_lose_nothing(void **state)
{
    (void)state;
    ok(cad_threads_init(3));
    atomic_int n = 0;
    for (int i = 0; i < 20000; i++)
        cad_parallel_for(8, 2, count, &n);
    assert_int_equal(n, 160000);
}

typedef struct rooms {
    pthread_t caller;
    atomic_int others; /* chunks that ran elsewhere */
    atomic_size_t least;
} rooms;

static void note_room(void *ctx, int64_t begin, int64_t end)
{
    rooms *r = ctx;
    (void)begin;
    (void)end;
    cad_clock_sleep(1e-3); /* so that every thread gets a chunk */
    if (pthread_equal(pthread_self(), r->caller))
        return;
    pthread_attr_t attr;
    size_t bytes = 0;
    if (pthread_getattr_np(pthread_self(), &attr) == 0) {
        (void)pthread_attr_getstacksize(&attr, &bytes);
        pthread_attr_destroy(&attr);
    }
    if (bytes < atomic_load(&r->least))
        atomic_store(&r->least, bytes);
    atomic_fetch_add(&r->others, 1);
}

/* What `ulimit -s` says becomes the default of new threads; loops need half a MiB. */
static void test_workers_have_room_whatever_the_default_is(void **state)
{
    (void)state;
    pthread_attr_t attr, before;
    assert_int_equal(pthread_getattr_default_np(&before), 0);
    assert_int_equal(pthread_attr_init(&attr), 0);
    assert_int_equal(pthread_attr_setstacksize(&attr, (size_t)256 << 10), 0);
    assert_int_equal(pthread_setattr_default_np(&attr), 0);
    ok(cad_threads_init(1));
    ok(cad_threads_init(4));
    rooms r = {.caller = pthread_self(), .least = SIZE_MAX};
    for (int i = 0; i < 1000 && !r.others; i++)
        cad_parallel_for(16, 1, note_room, &r);
    assert_int_equal(pthread_setattr_default_np(&before), 0);
    pthread_attr_destroy(&attr);
    pthread_attr_destroy(&before);
    assert_true(r.others > 0);
    assert_true(r.least >= (size_t)8 << 20);
    ok(cad_threads_init(1));
}

static void test_a_silly_number_of_threads_is_refused(void **state)
{
    (void)state;
    fails(cad_threads_init(-1), CAD_EINVAL, "expected 0..1024");
    fails(cad_threads_init(1025), CAD_EINVAL, "1025");
    ok(cad_threads_init(0));
    assert_int_equal(cad_threads_count(), cad_threads_cpus());
    ok(cad_threads_init(1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_index_runs_once_in_chunks_of_the_grain),
        cmocka_unit_test(test_sums_do_not_depend_on_threads),
        cmocka_unit_test(test_a_loop_inside_a_loop_runs_inline),
        cmocka_unit_test(test_many_short_loops_lose_nothing),
        cmocka_unit_test(test_workers_have_room_whatever_the_default_is),
        cmocka_unit_test(test_a_silly_number_of_threads_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
