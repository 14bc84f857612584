/* The fold of tests/worst.h, on which the limits of other tests stand. */
#include "tests/unit.h"
#include "tests/worst.h"

static double fold(const double *d, int n)
{
    double worst = 0;
    for (int i = 0; i < n; i++)
        worst = worse_of(d[i], worst);
    return worst;
}

static void test_the_largest_is_found_wherever_it_stands(void **state)
{
    (void)state;
    assert_true(fold((double[]){3, 1, 2}, 3) == 3 && fold((double[]){1, 3, 2}, 3) == 3 && fold((double[]){1, 2, 3}, 3) == 3);
    assert_true(fold((double[]){1, INFINITY, 2}, 3) == (double)INFINITY && fold((double[]){0, 0, 0}, 3) == 0);
}

static void test_a_nan_stays_wherever_it_stands(void **state)
{
    (void)state;
    assert_true(isnan(fold((double[]){NAN, 1, 2}, 3)));
    assert_true(isnan(fold((double[]){1, NAN, 2}, 3)));
    assert_true(isnan(fold((double[]){1, 2, NAN}, 3)));
    assert_true(isnan(fold((double[]){NAN, INFINITY, NAN}, 3)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_largest_is_found_wherever_it_stands),
        cmocka_unit_test(test_a_nan_stays_wherever_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
