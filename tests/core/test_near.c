#include "tests/unit.h"

#include "core/near.h"

static const char *meant(const char *name, const char *const *known, size_t n)
{
    cad_nearest nearest = {.name = name};
    for (size_t i = 0; i < n; i++)
        cad_nearest_offer(&nearest, known[i], known[i]);
    return cad_nearest_ask(&nearest);
}

static void test_the_nearest_of_several_is_meant(void **state)
{
    (void)state;
    static const char *const known[] = {"render", "resume", "report"};
    assert_string_equal(meant("resmue", known, 3), "resume"); /* one swap, as one edit */
    assert_string_equal(meant("repotr", known, 3), "report");
    assert_string_equal(meant("render", known, 3), "render");
}

static void test_what_is_far_is_not_meant(void **state)
{
    (void)state;
    static const char *const known[] = {"render", "resume"};
    assert_null(meant("tokenizer", known, 2));
    assert_null(meant("rend", known, 0));
}

static void test_a_short_word_may_lack_less_than_a_long_one(void **state)
{
    (void)state;
    static const char *const known[] = {"abc", "abcdef", "abcdefgh"};
    assert_null(meant("axy", known, 1));                              /* two edits of three letters */
    assert_string_equal(meant("abcdxy", known + 1, 1), "abcdef");     /* two of six */
    assert_null(meant("abcxyz", known + 1, 1));                       /* three of six */
    assert_string_equal(meant("abcdexyz", known + 2, 1), "abcdefgh"); /* three of eight */
}

static void test_of_equally_near_ones_the_first_is_meant(void **state)
{
    (void)state;
    static const char *const known[] = {"lora_a", "lora_b"}, *const turned[] = {"lora_b", "lora_a"};
    assert_string_equal(meant("lora_x", known, 2), "lora_a");
    assert_string_equal(meant("lora_x", turned, 2), "lora_b");
}

static void test_what_is_given_back_is_the_item(void **state)
{
    (void)state;
    const int item[] = {1, 2};
    cad_nearest nearest = {.name = "seeds"};
    cad_nearest_offer(&nearest, "steps", &item[0]);
    cad_nearest_offer(&nearest, "seed", &item[1]);
    assert_ptr_equal(cad_nearest_ask(&nearest), &item[1]);
}

static void test_a_word_of_forty_bytes_is_near_to_nothing(void **state)
{
    (void)state;
    static const char LONG[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const char *const known[] = {LONG};
    assert_int_equal(strlen(LONG), 40);
    assert_null(meant(LONG, known, 1));
    assert_string_equal(meant(LONG + 1, (const char *const[]){LONG + 1}, 1), LONG + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_nearest_of_several_is_meant),
        cmocka_unit_test(test_what_is_far_is_not_meant),
        cmocka_unit_test(test_a_short_word_may_lack_less_than_a_long_one),
        cmocka_unit_test(test_of_equally_near_ones_the_first_is_meant),
        cmocka_unit_test(test_what_is_given_back_is_the_item),
        cmocka_unit_test(test_a_word_of_forty_bytes_is_near_to_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
