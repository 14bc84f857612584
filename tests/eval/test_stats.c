#include "tests/unit.h"

#include "eval/stats.h"

static void wilson(int64_t passed, int64_t n, double low, double high)
{
    cad_interval_est e = cad_wilson(passed, n, 1.959964);
    near(e.low, low, 1e-6);
    near(e.high, high, 1e-6);
}

/* Values of spec/metrics.md 13. */
static void test_wilson_intervals_have_the_published_ends(void **state)
{
    (void)state;
    wilson(90, 100, .825634, .944771);
    wilson(0, 100, 0, .036993);
    wilson(234, 256, .873318, .942564);
    wilson(1957, 2056, .941722, .960289);
    wilson(80, 8046, .007997, .012357);
}

static void test_mcnemar_is_exact(void **state)
{
    (void)state;
    near(cad_mcnemar(15, 5), .0413895, 1e-7);
    near(cad_mcnemar(9, 1), .0214844, 1e-7);
    near(cad_mcnemar(6, 0), .03125, 1e-12);
    near(cad_mcnemar(0, 0), 1, 0);
}

static void test_normal_quantile_of_a_two_sided_interval(void **state)
{
    (void)state;
    near(cad_normal_z(95), 1.959963985, 1e-8);
    near(cad_normal_z(50), 0.674489750, 1e-8);
    near(cad_normal_z(99.9), 3.290526731, 1e-8);
}

static void test_median_takes_infinite_values(void **state)
{
    (void)state;
    double odd[] = {3, 1, 2}, even[] = {4, 1, 3, 2}, half[] = {1, INFINITY, INFINITY, 2};
    near(cad_median(odd, 3), 2, 0);
    near(cad_median(even, 4), 2.5, 0);
    assert_true(isinf(cad_median(half, 4)));
    assert_true(isnan(cad_median(odd, 0)));
}

static void test_bootstrap_covers_the_mean_and_repeats(void **state)
{
    (void)state;
    enum { N = 400 };
    double x[N];
    uint64_t pair[N];
    for (int i = 0; i < N; i++) {
        x[i] = i % 4 == 0; /* mean .25, standard error of the mean .0217 */
        pair[i] = (uint64_t)i / 4;
    }
    cad_arena *a;
    ok(cad_arena_create("scratch", 1 << 24, &a));
    cad_interval_est e, again, clustered;
    ok(cad_bootstrap_mean(x, NULL, N, 2000, 95, 7, a, &e));
    ok(cad_bootstrap_mean(x, NULL, N, 2000, 95, 7, a, &again));
    near(e.value, .25, 1e-15);
    near(e.low, .25 - 1.96 * .0217, .006);
    near(e.high, .25 + 1.96 * .0217, .006);
    assert_true(e.low == again.low && e.high == again.high);
    /* each cluster of four holds exactly one success: nothing is left to vary */
    ok(cad_bootstrap_mean(x, pair, N, 200, 95, 7, a, &clustered));
    near(clustered.low, .25, 1e-15);
    near(clustered.high, .25, 1e-15);
    cad_arena_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wilson_intervals_have_the_published_ends), cmocka_unit_test(test_mcnemar_is_exact),
        cmocka_unit_test(test_normal_quantile_of_a_two_sided_interval),  cmocka_unit_test(test_median_takes_infinite_values),
        cmocka_unit_test(test_bootstrap_covers_the_mean_and_repeats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
