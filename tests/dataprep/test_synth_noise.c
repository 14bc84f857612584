#include "tests/unit.h"

#include "dataprep/synth_noise.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { SEEDS = 2000 };

static const char *noisy(const char *text, uint64_t seed, cad_buf *out)
{
    cad_rng r = cad_rng_make(seed, "test", 0);
    cad_buf_clear(out);
    ok(cad_caption_noise(text, &r, out));
    return cad_buf_cstr(out);
}

static bool holds(const char *text, const char *word)
{
    for (size_t n = strlen(word); *text; text++)
        if (!strncasecmp(text, word, n))
            return true;
    return false;
}

static void test_of_the_words_that_name_sizes_at_most_one_is_lost(void **state)
{
    (void)state;
    cad_buf out = CAD_BUF_INIT;
    int whole = 0, lost_one = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        const char *t = noisy("sleeve, outer 20, bore 10, height 30", seed, &out);
        int lost = !holds(t, "outer 20") + !holds(t, "bore 10") + !holds(t, "height 30");
        int words_more = holds(t, "outer ") + holds(t, "bore ") + holds(t, "height ");
        whole += !lost;
        lost_one += words_more == 2;
        if (words_more < 2)
            fail_msg("'%s'", t);
    }
    assert_in_range(whole, 200, SEEDS - 200);
    assert_in_range(lost_one, 200, SEEDS - 200);
    cad_buf_deinit(&out);
}

static void test_words_that_tell_one_part_from_another_are_kept(void **state)
{
    (void)state;
    static const char *const word[] = {"octagonal", "cone", "ring", "without", "twenty-five", "apart", "walls", "lower"};
    cad_buf out = CAD_BUF_INIT;
    for (uint64_t seed = 0; seed < SEEDS; seed++)
        for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
            const char *t = noisy("octagonal cone ring without twenty-five apart walls lower thing", seed, &out);
            char wide[256];
            size_t n = 0;
            for (; *t && n < sizeof wide - 1; t++) /* one blank for two */
                if (!(t[0] == ' ' && t[1] == ' '))
                    wide[n++] = *t;
            wide[n] = 0;
            assert_true(n < sizeof wide - 1);
            if (!holds(wide, word[i]))
                fail_msg("'%s' is gone: '%s'", word[i], wide);
        }
    cad_buf_deinit(&out);
}

static void test_a_clause_may_stand_in_front_or_behind_without_a_number(void **state)
{
    (void)state;
    cad_buf out = CAD_BUF_INIT;
    int front = 0, behind = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        const char *t = noisy("20", seed, &out); /* no word to change */
        const char *number = strstr(t, "20");
        assert_non_null(number);
        front += number > t;
        behind += number[2] != 0;
        for (const char *s = t; *s; s++)
            if (isdigit((unsigned char)*s) && s != number && s != number + 1)
                fail_msg("'%s'", t);
    }
    assert_in_range(front, SEEDS / 20, SEEDS / 5);
    assert_in_range(behind, SEEDS / 10, SEEDS / 4);
    cad_buf_deinit(&out);
}

static void test_punctuation_changes_where_sizes_stay_apart(void **state)
{
    (void)state;
    cad_buf out = CAD_BUF_INIT;
    int semicolons = 0, none = 0, wide = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        const char *t = noisy("by 20 mm, 5 mm by", seed, &out);
        semicolons += strstr(t, "20 mm; 5") != NULL;
        none += strstr(t, "20 mm 5") != NULL;
        t = noisy("no 20, 5 by no 8", seed, &out);
        if (!strstr(t, "20, 5") && !strstr(t, "20; 5"))
            fail_msg("'%s'", t);
        wide += strstr(t, "  ") != NULL;
    }
    assert_in_range(semicolons, SEEDS / 50, SEEDS / 5);
    assert_in_range(none, SEEDS / 50, SEEDS / 5);
    assert_in_range(wide, SEEDS / 100, SEEDS / 5);
    cad_buf_deinit(&out);
}

static void test_case_stays_where_labels_differ_by_it_alone(void **state)
{
    (void)state;
    cad_buf out = CAD_BUF_INIT;
    int small = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        const char *t = noisy("OD D=20, d=10", seed, &out);
        if (!strstr(t, "D=20") || !strstr(t, "d=10"))
            fail_msg("'%s'", t);
        small += strstr(noisy("OD D=20, L=10", seed, &out), "l=10") != NULL;
    }
    assert_in_range(small, SEEDS / 20, SEEDS / 3);
    cad_buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_the_words_that_name_sizes_at_most_one_is_lost),
        cmocka_unit_test(test_words_that_tell_one_part_from_another_are_kept),
        cmocka_unit_test(test_a_clause_may_stand_in_front_or_behind_without_a_number),
        cmocka_unit_test(test_punctuation_changes_where_sizes_stay_apart),
        cmocka_unit_test(test_case_stays_where_labels_differ_by_it_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
