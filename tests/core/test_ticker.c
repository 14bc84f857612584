#include "tests/unit.h"

#include "core/clock.h"
#include "core/ticker.h"

#include <signal.h>
#include <stdatomic.h>

static atomic_int ticks, blocked;

static void tick(void *ctx)
{
    sigset_t now;
    assert_ptr_equal(ctx, &ticks);
    pthread_sigmask(SIG_SETMASK, NULL, &now);
    atomic_store(&blocked, sigismember(&now, SIGUSR2) && sigismember(&now, SIGTERM));
    atomic_fetch_add(&ticks, 1);
}

static void test_ticks_come_until_it_is_stopped(void **state)
{
    (void)state;
    cad_ticker *t;
    ok(cad_ticker_start(0.01, tick, &ticks, &t));
    for (int i = 0; i < 500 && atomic_load(&ticks) < 3; i++)
        cad_clock_sleep(0.01);
    assert_true(atomic_load(&ticks) >= 3);
    assert_true(atomic_load(&blocked));
    cad_ticker_stop(t);
    int n = atomic_load(&ticks);
    cad_clock_sleep(0.05);
    assert_int_equal(atomic_load(&ticks), n);
    cad_ticker_stop(NULL);
}

static void test_stopping_does_not_wait_for_the_next_tick(void **state)
{
    (void)state;
    cad_ticker *t;
    int n = atomic_load(&ticks);
    double start = cad_clock_now();
    ok(cad_ticker_start(1000, tick, &ticks, &t));
    cad_ticker_stop(t);
    assert_true(cad_clock_now() - start < 10);
    assert_int_equal(atomic_load(&ticks), n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ticks_come_until_it_is_stopped),
        cmocka_unit_test(test_stopping_does_not_wait_for_the_next_tick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
