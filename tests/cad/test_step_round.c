/* Rounding by what a number is: which numbers, to how many places, and that the nearest one is taken. */
#include "tests/cad/step_util.h"

#include "cad/step/step_round.h"
#include "core/rng.h"

static void nearest_is(double value, int places)
{
    char text[400];
    snprintf(text, sizeof text, "%.*f", places, value); /* of the exact value, as glibc prints it */
    double want = strtod(text, NULL), got = cad_step_round_places(value, places);
    if (want != got || (got == 0 && value != 0 && signbit(got)))
        fail_msg("%.17g to %d places: %.17g, expected %.17g", value, places, got, want);
    assert_true(cad_step_round_places(got, places) == got);
}

static void test_the_nearest_decimal_is_taken(void **state)
{
    (void)state;
    static const struct {
        double value;
        int places;
        double want;
    } row[] = {{0.1234565, 6, 0.123456}, /* the double is below */
               {0.5, 0, 0},
               {1.5, 0, 2},
               {2.5, 0, 2},
               {0.125, 2, 0.12},
               {0.375, 2, 0.38},
               {-0.00000004, 6, 0},
               {1e300, 22, 1e300},
               {-1.23456789, 3, -1.235},
               {123456789.5, 0, 123456790}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        assert_true(cad_step_round_places(row[i].value, row[i].places) == row[i].want);
    assert_true(signbit(cad_step_round_places(-0.0, 3)));
    assert_false(signbit(cad_step_round_places(-1e-9, 3)));
    cad_rng r = cad_rng_make(4, "places", 0);
    for (int i = 0; i < 300000; i++) {
        int places = (int)cad_rng_range(&r, 0, 12);
        double v = cad_rng_normal(&r) * pow(10, (double)cad_rng_range(&r, -14, 8));
        nearest_is(v, places);
        double half = ((double)cad_rng_range(&r, -4000000, 4000000) + 0.5) / pow(10, places); /* a half, or just beside it */
        nearest_is(half, places);
        nearest_is(nextafter(half, 0), places);
        nearest_is(nextafter(half, 1e9), places);
    }
}

static void test_significant_digits(void **state)
{
    (void)state;
    cad_rng r = cad_rng_make(5, "digits", 0);
    for (int i = 0; i < 200000; i++) {
        int digits = (int)cad_rng_range(&r, 1, 15);
        double v = cad_rng_normal(&r) * pow(10, (double)cad_rng_range(&r, i % 10 ? -20 : -300, i % 10 ? 20 : 300));
        char text[400];
        snprintf(text, sizeof text, "%.*e", digits - 1, v);
        double want = strtod(text, NULL), got = cad_step_round_digits(v, digits);
        if (want != got)
            fail_msg("%.17g to %d digits: %.17g, expected %.17g", v, digits, got, want);
    }
    assert_true(cad_step_round_digits(9.99999999999, 9) == 10);
    assert_true(signbit(cad_step_round_digits(-0.0, 9)));
}

static void rounds_to(const char *text, const cad_step_places *places, const char *want, int64_t changed)
{
    cad_step *m = step_of(text, strlen(text));
    int64_t n;
    ok(cad_step_round(m, places, &n));
    cad_buf b = step_text(m);
    char *data = strstr(b.data, "DATA;\n") + 6;
    *strstr(data, "ENDSEC") = '\0';
    assert_string_equal(data, want);
    assert_int_equal(n, changed);
    cad_buf_deinit(&b);
    cad_step_close(m);
}

static void test_each_number_is_rounded_as_what_it_is(void **state)
{
    (void)state;
    static const cad_step_places places = {.length = 2, .parameter = 4, .direction = 3, .digits = 9};
#define X "1.23456789012"
    rounds_to(
        "#1=CARTESIAN_POINT('" X "',(" X ",-0.001,12));#2=CARTESIAN_POINT('',(" X "," X "));"
        "#3=DIRECTION('',(" X ",-0.0001,-0.0));#4=VECTOR('',#3," X ");#5=CIRCLE('',#1," X ");"
        "#6=CONICAL_SURFACE('',#1," X "," X ");#7=CONICAL_SURFACE('',#1,5," X ");#8=TOROIDAL_SURFACE('',#1," X "," X ");"
        "#9=OTHER((" X "),LENGTH_MEASURE(" X "),7);"
        "#10=(A(" X ")CONICAL_SURFACE(" X "," X ")VECTOR(#3," X "));",
        &places,
        "#1=CARTESIAN_POINT('" X "',(1.23,0.,12));\n#2=CARTESIAN_POINT('',(1.2346,1.2346));\n"
        "#3=DIRECTION('',(1.235,0.,-0.));\n#4=VECTOR('',#3,1.23);\n#5=CIRCLE('',#1,1.23);\n"
        "#6=CONICAL_SURFACE('',#1,1.23,1.235);\n#7=CONICAL_SURFACE('',#1,5,1.235);\n#8=TOROIDAL_SURFACE('',#1,1.23,1.23);\n"
        "#9=OTHER((1.23456789),LENGTH_MEASURE(1.23456789),7);\n"
        "#10=(A(1.23456789)CONICAL_SURFACE(1.23,1.235)VECTOR(#3,1.23));\n",
        19);
#undef X
}

static void extent_is(const char *text, double want)
{
    cad_step *m = step_of(text, strlen(text));
    near(cad_step_extent(m), want, 1e-12);
    cad_step_close(m);
}

static void test_places_follow_the_extent(void **state)
{
    (void)state;
#define FAR "#9=CARTESIAN_POINT('',(100.,0.,0.));"
    extent_is(
        "#1=CARTESIAN_POINT('',(1.,2.,3.));#2=CARTESIAN_POINT('',(4.,6,3.));#3=VERTEX_POINT('',#1);#4=VERTEX_POINT('',#2);" FAR,
        5);
    extent_is("#1=CARTESIAN_POINT('',(0.,0.,0.));#2=CARTESIAN_POINT('',(500.,0.));" FAR,
              100); /* that of a surface does not count */
    extent_is("#1=CARTESIAN_POINT('',(0.,0.,0.));#3=VERTEX_POINT('',#1);" FAR, 100);
    extent_is(FAR, 0);
    extent_is("#1=PLANE('',#1);", 0);
#undef FAR
    static const struct {
        double extent;
        int k, length, parameter;
    } row[] = {{1, 6, 6, 6},     {10, 6, 5, 6},  {11, 6, 5, 6},      {101, 6, 4, 6},
               {0.014, 6, 8, 8}, {5e9, 6, 0, 6}, {1e-30, 6, 22, 22}, {0, 6, 6, 6}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        cad_step_places p = cad_step_places_of(row[i].extent, row[i].k);
        assert_int_equal(p.length, row[i].length);
        assert_int_equal(p.parameter, row[i].parameter);
        assert_int_equal(p.direction, row[i].k);
        assert_int_equal(p.digits, 9);
    }
    assert_int_equal(cad_step_places_fixed(3).length, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_nearest_decimal_is_taken),
        cmocka_unit_test(test_significant_digits),
        cmocka_unit_test(test_each_number_is_rounded_as_what_it_is),
        cmocka_unit_test(test_places_follow_the_extent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
