#include "tests/unit.h"

#include "core/buf.h"
#include "core/rng.h"

static void expect_number(double value, const char *text)
{
    cad_buf b = CAD_BUF_INIT;
    ok(cad_buf_number(&b, value));
    assert_string_equal(cad_buf_cstr(&b), text);
    cad_buf_deinit(&b);
}

static void test_numbers_are_shortest_and_plain(void **state)
{
    (void)state;
    expect_number(0.0, "0");
    expect_number(-0.0, "0");
    expect_number(10, "10");
    expect_number(0.5, "0.5");
    expect_number(-2.75, "-2.75");
    expect_number(1e21, "1000000000000000000000");
    expect_number(1.5e-5, "0.000015");
    expect_number(0.1 + 0.2, "0.30000000000000004");
    expect_number(123456.789, "123456.789");
}

static void test_random_numbers_read_back(void **state)
{
    (void)state;
    cad_rng r = cad_rng_make(1, "buf", 0);
    cad_buf b = CAD_BUF_INIT;
    for (int i = 0; i < 20000; i++) {
        double x = ldexp(cad_rng_uniform(&r) - 0.5, (int)cad_rng_range(&r, -60, 60));
        cad_buf_clear(&b);
        ok(cad_buf_number(&b, x));
        assert_true(strtod(b.data, NULL) == x);
        assert_null(strchr(b.data, 'e'));
    }
    cad_buf_deinit(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_shortest_and_plain),
        cmocka_unit_test(test_random_numbers_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
