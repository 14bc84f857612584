#include "tests/unit.h"

#include "train/lr_schedule.h"

static void test_warm_up_rises_in_equal_parts_to_the_peak(void **state)
{
    (void)state;
    cad_lr_schedule s = {.shape = CAD_LR_linear, .peak = 1e-3, .floor = 0, .warmup = 4, .total = 104};
    near(cad_lr_at(&s, 1), 0.25e-3, 1e-18);
    near(cad_lr_at(&s, 4), 1e-3, 1e-18);
    near(cad_lr_at(&s, 5), 1e-3, 1e-18);
}

static void test_linear_decay_ends_one_part_above_the_floor(void **state)
{
    (void)state;
    cad_lr_schedule s = {.shape = CAD_LR_linear, .peak = 1.0, .floor = 0.2, .warmup = 0, .total = 10};
    near(cad_lr_at(&s, 1), 1.0, 1e-15);
    near(cad_lr_at(&s, 6), 0.6, 1e-15);
    near(cad_lr_at(&s, 10), 0.28, 1e-15);
    near(cad_lr_at(&s, 11), 0.2, 1e-15);
}

static void test_cosine_is_halfway_in_the_middle(void **state)
{
    (void)state;
    cad_lr_schedule s = {.shape = CAD_LR_cosine, .peak = 2e-3, .floor = 2e-5, .warmup = 10, .total = 110};
    near(cad_lr_at(&s, 11), 2e-3, 1e-15);
    near(cad_lr_at(&s, 61), 1.01e-3, 1e-15);
    near(cad_lr_at(&s, 36), 2e-5 + 1.98e-3 * 0.8535533905932737, 1e-15);
    assert_true(cad_lr_at(&s, 110) > 2e-5 && cad_lr_at(&s, 110) < 2.1e-5);
}

static void test_constant_stays(void **state)
{
    (void)state;
    cad_lr_schedule s = {.shape = CAD_LR_constant, .peak = 5e-5, .floor = 1e-6, .warmup = 2, .total = 1000};
    near(cad_lr_at(&s, 1), 2.5e-5, 1e-18);
    near(cad_lr_at(&s, 1000), 5e-5, 1e-18);
}

static void test_a_warm_up_as_long_as_the_run_is_allowed(void **state)
{
    (void)state;
    cad_lr_schedule s = {.shape = CAD_LR_cosine, .peak = 1.0, .floor = 0, .warmup = 10, .total = 10};
    for (int t = 1; t <= 10; t++)
        near(cad_lr_at(&s, t), t / 10.0, 1e-15);
    assert_true(isfinite(cad_lr_at(&s, 11)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_warm_up_rises_in_equal_parts_to_the_peak),
        cmocka_unit_test(test_linear_decay_ends_one_part_above_the_floor),
        cmocka_unit_test(test_cosine_is_halfway_in_the_middle),
        cmocka_unit_test(test_constant_stays),
        cmocka_unit_test(test_a_warm_up_as_long_as_the_run_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
