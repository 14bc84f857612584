/* Numbers of STEP files beside the C library. */
#include "tests/unit.h"

#include "cad/step/step_number.h"
#include "core/decimal.h"
#include "core/rng.h"

static cad_step_number read_of(const char *text)
{
    cad_step_number n;
    cad_step_number_read(text, strlen(text), &n);
    return n;
}

static void test_forms_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        cad_step_number_form form;
        size_t len;
        bool real;
    } row[] = {
        {"1", CAD_STEP_NUMBER_legal, 1, false},         {"-0", CAD_STEP_NUMBER_legal, 2, false},
        {"+25,", CAD_STEP_NUMBER_legal, 3, false},      {"1.", CAD_STEP_NUMBER_legal, 2, true},
        {"-0.", CAD_STEP_NUMBER_legal, 3, true},        {"+2.5)", CAD_STEP_NUMBER_legal, 4, true},
        {"1.E-7", CAD_STEP_NUMBER_legal, 5, true},      {"1.25E+03,", CAD_STEP_NUMBER_legal, 8, true},
        {".5", CAD_STEP_NUMBER_loose, 2, true},         {"1E5", CAD_STEP_NUMBER_loose, 3, true},
        {"1.e3", CAD_STEP_NUMBER_loose, 4, true},       {"-.5E2", CAD_STEP_NUMBER_loose, 5, true},
        {"-", CAD_STEP_NUMBER_malformed, 1, false},     {"+.", CAD_STEP_NUMBER_malformed, 2, true},
        {"1.E", CAD_STEP_NUMBER_malformed, 3, true},    {"1.5E+,", CAD_STEP_NUMBER_malformed, 4, true},
        {"1.5.2)", CAD_STEP_NUMBER_malformed, 5, true}, {"1..5", CAD_STEP_NUMBER_malformed, 4, true},
        {"-E5", CAD_STEP_NUMBER_malformed, 1, false},   {"3PLANE", CAD_STEP_NUMBER_legal, 1, false},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        cad_step_number n = read_of(row[i].text);
        if (n.form != row[i].form || n.len != row[i].len || n.real != row[i].real)
            fail_msg("'%s': form %d, %zu bytes, real %d", row[i].text, n.form, n.len, n.real);
    }
}

static void test_integers_are_exact_to_their_ends(void **state)
{
    (void)state;
    assert_true(read_of("9223372036854775807").integer == INT64_MAX);
    assert_true(read_of("-9223372036854775808").integer == INT64_MIN);
    assert_true(read_of("-00000000000000000000000000042").integer == -42);
    static const char *const large[] = {"9223372036854775808", "-9223372036854775809", "99999999999999999999",
                                        "10000000000000000000000"};
    for (size_t i = 0; i < sizeof large / sizeof *large; i++)
        assert_true(read_of(large[i]).too_large);
}

static void same_as_library(const char *text)
{
    cad_step_number n = read_of(text);
    double want = strtod(text, NULL);
    if (n.form == CAD_STEP_NUMBER_malformed || n.len != strlen(text) || n.too_large != (isinf(want) != 0) ||
        memcmp(&n.value, &want, sizeof want) != 0)
        fail_msg("%s: %.17g, the library %.17g", text, n.value, want);
}

static void test_reals_are_those_of_the_c_library(void **state)
{
    (void)state;
    static const char *const hard[] = {
        "0.",
        "-0.",
        "1.E22",
        "1.E23",
        "9007199254740993.",
        "9007199254740992.5",
        "2.2250738585072011E-308",
        "2.2250738585072014E-308",
        "4.9E-324",
        "2.4703282292062327E-324",
        "2.4703282292062328E-324",
        "1.7976931348623157E308",
        "1.7976931348623158E308",
        "1.7976931348623159E308",
        "5.E308",
        "-5.E400",
        "1.E-400",
        "9223372036854775808.",
        "18446744073709551615.",
        "18446744073709551616.",
        "0.000000000000000000000000000000000000001",
        "1.00000000000000011102230246251565404236316680908203125",
        "1.00000000000000011102230246251565404236316680908203124",
        "1.00000000000000011102230246251565404236316680908203126",
        "1.E99999999999999999999",
        "1.E-99999999999999999999",
        "0.E99999999999999999999",
        "100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000.E-90"};
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++)
        same_as_library(hard[i]);
    cad_rng r = cad_rng_make(3, "numbers", 0);
    for (int i = 0; i < 300000; i++) {
        char text[64];
        double v;
        uint64_t bits = cad_rng_u64(&r);
        switch (i % 6) {
        case 0: /* any double, as many digits as it needs */
            memcpy(&v, &bits, sizeof v);
            snprintf(text, sizeof text, "%.16E", isfinite(v) ? v : 1.0);
            break;
        case 1: /* 17 digits and a small exponent, as OCCT writes */
            snprintf(text, sizeof text, "%.*g", 15 + (int)(bits % 3), cad_rng_normal(&r) * 100);
            break;
        case 2: /* 19 digits: more than a double holds */
            snprintf(text, sizeof text, "%llu.E%d", (unsigned long long)bits / 2, (int)(bits % 45) - 22);
            break;
        case 3: /* midpoints of neighbours below 2^64: the last bit of 64 decides nothing */
            snprintf(text, sizeof text, "%llu.", (unsigned long long)((bits | 1ull << 63) & ~0x7FFull) + 0x400);
            break;
        case 4:
            snprintf(text, sizeof text, "%llu.%llu", (unsigned long long)(bits >> 50),
                     (unsigned long long)(bits & 0xFFFFFFFFFFull));
            break;
        default: /* midpoints with a fraction */
            snprintf(text, sizeof text, "%llu.5", (unsigned long long)(bits >> 11 | 1ull << 52));
        }
        if (!strchr(text, '.'))
            strcat(text, ".");
        char *e = strchr(text, 'e');
        if (e)
            continue;
        same_as_library(text);
    }
    /* As many digits as anyone may write. */
    char many[6000];
    memset(many, '1', sizeof many);
    memcpy(many, "0.", 2);
    many[sizeof many - 1] = '\0';
    same_as_library(many);
}

static void test_printed_reals_are_canonical_and_read_back(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } row[] = {{0, "0."},
               {-0.0, "-0."},
               {1, "1."},
               {-12.5, "-12.5"},
               {100, "100."},
               {0.00001, "0.00001"},
               {0.0000099, "9.9E-6"},
               {1e-7, "1.E-7"},
               {1e14, "100000000000000."},
               {1e15, "1.E15"},
               {123456789012345, "123456789012345."},
               {0.1, "0.1"},
               {1.2345e-10, "1.2345E-10"},
               {5e-324, "5.E-324"},
               {1.7976931348623157e308, "1.7976931348623157E308"},
               {0.30000000000000004, "0.30000000000000004"},
               {9007199254740992.0, "9.007199254740992E15"}};
    cad_buf b = CAD_BUF_INIT;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        cad_buf_clear(&b);
        ok(cad_step_number_print(row[i].value, &b));
        assert_string_equal(cad_buf_cstr(&b), row[i].text);
    }
    cad_rng r = cad_rng_make(4, "numbers", 0);
    for (int i = 0; i < 50000; i++) {
        uint64_t bits = cad_rng_u64(&r);
        double v;
        memcpy(&v, &bits, sizeof v);
        if (i % 2)
            v = cad_rng_normal(&r) * 50;
        if (!isfinite(v))
            continue;
        cad_buf_clear(&b);
        ok(cad_step_number_print(v, &b));
        cad_step_number n = read_of(cad_buf_cstr(&b));
        if (n.form != CAD_STEP_NUMBER_legal || !n.real || n.len != b.len || memcmp(&n.value, &v, sizeof v) != 0)
            fail_msg("%.17g printed as %s", v, cad_buf_cstr(&b));
    }
    cad_buf_deinit(&b);
}

/* Whether a decimal of `digits` digits around the value reads back to it. */
static bool fits(double value, int digits)
{
    char text[40], moved[48];
    snprintf(text, sizeof text, "%.*e", digits - 1, value);
    char *e = strchr(text, 'e');
    int64_t whole = 0, exponent = strtol(e + 1, NULL, 10) - (digits - 1);
    for (char *c = text; c < e; c++)
        if (*c != '.')
            whole = 10 * whole + (*c - '0');
    for (int64_t step = -1; step <= 1; step++) {
        snprintf(moved, sizeof moved, "%llde%lld", (long long)(whole + step), (long long)exponent);
        if (strtod(moved, NULL) == value)
            return true;
    }
    return false;
}

/* Below a power of two doubles lie twice as close as above, so the nearest decimal of a length may miss where another fits. */
static void test_powers_of_two_are_printed_by_the_fewest_digits(void **state)
{
    (void)state;
    for (int k = -1074; k < 1024; k++) {
        char digits[CAD_DECIMAL_DIGITS], text[48];
        int exponent, n = cad_decimal_shortest(ldexp(1, k), digits, &exponent);
        snprintf(text, sizeof text, "%.*se%d", n, digits, exponent - n + 1);
        if (strtod(text, NULL) != ldexp(1, k) || (n > 1 && fits(ldexp(1, k), n - 1)))
            fail_msg("2^%d is printed as %s", k, text);
    }
}

/* The fewest digits by printing and reading back; at powers of two, which have a test of their own, another may do. */
static int fewest(double value, char digits[CAD_DECIMAL_DIGITS + 1], int *out_exponent)
{
    char text[40];
    int n = 0, precision = 1;
    do
        snprintf(text, sizeof text, "%.*e", precision - 1, value);
    while (strtod(text, NULL) != value && precision++ < CAD_DECIMAL_DIGITS);
    for (char *c = text; *c != 'e'; c++)
        if (*c != '.')
            digits[n++] = *c;
    *out_exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    return n;
}

static void same_decimal(double value)
{
    char want[CAD_DECIMAL_DIGITS + 1], digits[CAD_DECIMAL_DIGITS];
    int exponents[2], m = fewest(value, want, &exponents[0]), n = cad_decimal_shortest(value, digits, &exponents[1]);
    if (m != n || exponents[0] != exponents[1] || memcmp(want, digits, (size_t)n) != 0)
        fail_msg("%.17g: %.*s x 10^%d; expected %.*s x 10^%d", value, n, digits, exponents[1], m, want, exponents[0]);
}

static void test_decimals_are_those_of_printing_and_reading_back(void **state)
{
    (void)state;
    cad_rng r = cad_rng_make(5, "decimals", 0);
    static const double some[] = {5e-324,
                                  1e-323,
                                  2.2250738585072009e-308,
                                  9e-5,
                                  1e-7,
                                  0.1,
                                  0.3,
                                  0.5,
                                  1.0 / 3,
                                  9.5,
                                  123.456,
                                  999999999.999999,
                                  1e9 + 0.1,
                                  9007199254740991.0,
                                  9007199254740994.0,
                                  1e22,
                                  1e23,
                                  9.5367431640625e-7,
                                  1.7976931348623157e308};
    for (size_t i = 0; i < sizeof some / sizeof *some; i++)
        same_decimal(some[i]);
    for (int e = -323; e < 309; e++) {
        char text[16];
        snprintf(text, sizeof text, "1e%d", e);
        double ten = strtod(text, NULL);
        for (int k = 0; k < 3; k++, ten = nextafter(ten, INFINITY))
            if (frexp(ten, &(int){0}) != 0.5)
                same_decimal(ten);
    }
    for (int i = 0; i < 60000; i++) {
        uint64_t bits = cad_rng_u64(&r);
        double v;
        memcpy(&v, &bits, sizeof v);
        if (i % 3 == 1)
            v = (double)(int64_t)(bits % 2000000000000) / 1e6;
        if (i % 3 == 2)
            v = ldexp((double)(bits >> 11), -(int)(bits % 110));
        v = fabs(v);
        if (isfinite(v) && v > 0 && frexp(v, &(int){0}) != 0.5)
            same_decimal(v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms_are_told_apart),
        cmocka_unit_test(test_integers_are_exact_to_their_ends),
        cmocka_unit_test(test_reals_are_those_of_the_c_library),
        cmocka_unit_test(test_printed_reals_are_canonical_and_read_back),
        cmocka_unit_test(test_powers_of_two_are_printed_by_the_fewest_digits),
        cmocka_unit_test(test_decimals_are_those_of_printing_and_reading_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
