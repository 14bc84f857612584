/* Rounding as STEP-LLM's round_step_numbers.py does it. */
#include "tests/unit.h"

#include "cad/step/steplm.h"
#include "core/fs.h"
#include "core/mem.h"
#include "core/rng.h"

static void rounds_to(const char *text, const char *want)
{
    cad_buf b = CAD_BUF_INIT;
    ok(cad_steplm_round(text, strlen(text), &b, NULL));
    if (strcmp(cad_buf_cstr(&b), want) != 0)
        fail_msg("'%s' becomes '%s', expected '%s'", text, cad_buf_cstr(&b), want);
    cad_buf_deinit(&b);
}

static void test_numbers_are_those_of_their_expression(void **state)
{
    (void)state;
    static const char *const row[][2] = {
        {"12.3456789012", "12.345679"},
        {"0.1234565", "0.123456"}, /* the double is below */
        {"1.83697019872103E-16", "1.836970E-16"},
        {"-0.00000004", "-0.000000"},
        {"0.0000015", "0.000002"},
        {"9.9999999E-3", "10.000000E-3"},
        {"1. .5 1.E-7 1.5e-7", "1. .5 1.E-7 1.5e-7"},
        {"#12.5 v16.5 1.5_ 1.5-3", "#12.5 v16.5 1.5_ 1.5-3"},
        {"'v 7.6'", "'v 7.600000'"},
        {"1.2.3", "1.200000.3"},
        {"1.25E", "1.250000E"},
        {"0.5E-X", "0.500000E-X"},
        {"1.5E-7X", "1.500000E-7X"},
        {"A-1.5", "A-1.500000"},
        {"1.5-", "1.500000-"},
        {"1.5+x", "1.5+x"},
        {"12345678901234567890.5", "12345678901234567168.000000"},
        {"-1.0E+07", "-1.000000E+07"},
        {"#-1.5", "#-1.500000"},
        {"007.25", "7.250000"},
        {"999999.9999999", "1000000.000000"},
        {"9.99999949,9.9999996", "9.999999,10.000000"},
        {"\xC3\xA9"
         "1.5",
         "\xC3\xA9"
         "1.5"}, /* a letter is a letter */
        {"\xC2\xB2"
         "1.5 1.5\xC3\xA9",
         "\xC2\xB2"
         "1.5 1.5\xC3\xA9"},
        {"\xE2\x82\xAC"
         "1.5",
         "\xE2\x82\xAC"
         "1.500000"},
        {"1.5\r\n2.5\r3.5\n", "1.500000\n2.500000\n3.500000\n"},
        {"1.\xFF"
         "5 \xE2\x82"
         "A",
         "1.500000 A"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        rounds_to(row[i][0], row[i][1]);
}

/* What the digits decide is what the double nearest to them prints. */
static void test_rounding_is_that_of_the_nearest_double(void **state)
{
    (void)state;
    cad_rng r = cad_rng_make(5, "rounding", 0);
    for (int i = 0; i < 300000; i++) {
        char text[64], want[400];
        uint64_t bits = cad_rng_u64(&r);
        int whole = (int)(bits % 8), places = (int)(bits >> 8 & 15) + 1;
        size_t n = (size_t)snprintf(text, sizeof text, "%llu.",
                                    (unsigned long long)(bits >> 20) %
                                        (uint64_t[]){1, 10, 100, 1000, 10000, 1000000, 10000000, 1000000000}[whole]);
        for (int k = 0; k < places; k++)
            text[n++] = (char)('0' + cad_rng_range(&r, 0, 9));
        text[n] = '\0';
        if (places > 7 && i % 3 == 0) /* close to a half, or at it */
            memcpy(text + n - (size_t)places + 6, i % 2 ? "50" : "49", 2);
        snprintf(want, sizeof want, "%.6f", strtod(text, NULL));
        rounds_to(text, want);
    }
}

static void test_the_released_tools_give_the_same_bytes(void **state)
{
    (void)state;
    const char *shared = shared_dir();
    if (!shared)
        skip();
    for (int i = 0; i < 6; i++) {
        char path[4400];
        cad_buf raw = CAD_BUF_INIT, want = CAD_BUF_INIT, got = CAD_BUF_INIT;
        int64_t n;
        snprintf(path, sizeof path, "%s/conformance/step-llm/raw/%08d/m.step", shared, i);
        ok(cad_fs_read(path, 0, &raw));
        snprintf(path, sizeof path, "%s/conformance/step-llm/rounded/%08d/m.step", shared, i);
        ok(cad_fs_read(path, 0, &want));
        ok(cad_steplm_round(raw.data, raw.len, &got, &n));
        assert_true(n > 20);
        assert_int_equal(got.len, want.len);
        assert_memory_equal(got.data, want.data, want.len);
        cad_buf_deinit(&raw);
        cad_buf_deinit(&want);
        cad_buf_deinit(&got);
    }
}

static void test_a_count_is_given_where_all_was_rounded(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    int64_t n = 77;
    cad_mem_fail_at(1, 1);
    cad_status s = cad_steplm_round("1.5 2.5\r\n", 9, &b, &n);
    cad_mem_fail_at(0, 0);
    assert_int_equal(s, CAD_ENOMEM);
    assert_int_equal(n, 77);
    ok(cad_steplm_round("1.5 2.5\r\n", 9, &b, &n));
    assert_int_equal(n, 2);
    cad_buf_deinit(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_those_of_their_expression),
        cmocka_unit_test(test_rounding_is_that_of_the_nearest_double),
        cmocka_unit_test(test_the_released_tools_give_the_same_bytes),
        cmocka_unit_test(test_a_count_is_given_where_all_was_rounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
