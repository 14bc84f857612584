#include "tests/unit.h"

#include "core/rng.h"

/* Known answers of philox4x32-10, published with the paper (Random123, kat_vectors). */
static void test_philox_gives_the_published_numbers(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } t[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        uint32_t out[4];
        cad_philox((uint64_t)t[i].key[1] << 32 | t[i].key[0], t[i].counter, out);
        assert_memory_equal(out, t[i].out, sizeof out);
    }
}

static void test_a_stream_is_a_function_of_seed_purpose_and_index(void **state)
{
    (void)state;
    cad_rng a = cad_rng_make(1, "synth", 7), b = cad_rng_make(1, "synth", 7);
    for (int i = 0; i < 100; i++)
        assert_int_equal(cad_rng_u32(&a), cad_rng_u32(&b));
    cad_rng base = cad_rng_make(1, "synth", 7), seed = cad_rng_make(2, "synth", 7), purpose = cad_rng_make(1, "init", 7),
            index = cad_rng_make(1, "synth", 8);
    uint64_t x = cad_rng_u64(&base);
    assert_true(x != cad_rng_u64(&seed) && x != cad_rng_u64(&purpose) && x != cad_rng_u64(&index));
}

static void test_uniform_and_normal_have_their_moments(void **state)
{
    (void)state;
    enum { N = 200000 };
    cad_rng r = cad_rng_make(3, "moments", 0);
    double sum = 0, square = 0, nsum = 0, nsquare = 0;
    for (int i = 0; i < N; i++) {
        double u = cad_rng_uniform(&r), z = cad_rng_normal(&r);
        assert_true(u >= 0 && u < 1);
        sum += u;
        square += u * u;
        nsum += z;
        nsquare += z * z;
    }
    near(sum / N, 0.5, 4 * sqrt(1.0 / 12 / N));
    near(square / N, 1.0 / 3, 4 * sqrt(4.0 / 45 / N));
    near(nsum / N, 0, 4 / sqrt((double)N));
    near(nsquare / N, 1, 4 * sqrt(2.0 / N));
}

static void test_ranges_are_inclusive_and_even(void **state)
{
    (void)state;
    enum { N = 60000 };
    cad_rng r = cad_rng_make(4, "range", 0);
    int count[6] = {0}, chances = 0;
    for (int i = 0; i < N; i++) {
        int64_t v = cad_rng_range(&r, -2, 3);
        assert_true(v >= -2 && v <= 3);
        count[v + 2]++;
        chances += cad_rng_chance(&r, 0.25);
    }
    double chi2 = 0;
    for (int i = 0; i < 6; i++)
        chi2 += (count[i] - N / 6.0) * (count[i] - N / 6.0) / (N / 6.0);
    assert_true(chi2 < 25.7); /* p = 1e-4 with 5 degrees of freedom */
    near(chances / (double)N, 0.25, 4 * sqrt(0.25 * 0.75 / N));
    assert_int_equal(cad_rng_range(&r, 5, 5), 5);
    for (int i = 0; i < 100; i++)
        (void)cad_rng_range(&r, INT64_MIN, INT64_MAX); /* the whole width must not overflow */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_philox_gives_the_published_numbers),
        cmocka_unit_test(test_a_stream_is_a_function_of_seed_purpose_and_index),
        cmocka_unit_test(test_uniform_and_normal_have_their_moments),
        cmocka_unit_test(test_ranges_are_inclusive_and_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
