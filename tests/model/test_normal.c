#include "core/clock.h"
#include "core/rng.h"
#include "core/utf8.h"
#include "model/text/normal.h"
#include "tests/unit.h"

#include <utf8proc.h>

static cad_chars *chars;

static int make_chars(void **state)
{
    (void)state;
    return cad_chars_create(cad_unicode_sets, CAD_UNICODE_SET_COUNT, &chars) == CAD_OK ? 0 : -1;
}

static int drop_chars(void **state)
{
    (void)state;
    cad_chars_destroy(chars);
    return 0;
}

static void expect_form(const char *text, const char *want)
{
    cad_form_c f = {0};
    ok(cad_form_c_make(chars, text, strlen(text), true, &f));
    assert_string_equal(cad_buf_cstr(&f.text), want);
    cad_form_c_deinit(&f);
}

static void test_what_newer_unicode_normalises_stays(void **state)
{
    (void)state;
    expect_form("\xF0\x91\xA4\xB5\xF0\x91\xA4\xB0", "\xF0\x91\xA4\xB5\xF0\x91\xA4\xB0"); /* U+11935 U+11930 */
    expect_form("\xF0\x91\xA4\xB8", "\xF0\x91\xA4\xB8");                                 /* U+11938 */
    expect_form("q\xDF\xBD\xCC\xA3", "q\xDF\xBD\xCC\xA3");                               /* U+07FD has no class */
    expect_form("q\xCC\x81\xCC\xA3", "q\xCC\xA3\xCC\x81");                               /* these two have */
    expect_form("e\xDF\xBD\xCC\x81", "e\xDF\xBD\xCC\x81");                               /* and it parts letter and mark */
    expect_form("e\xCC\x81\xDF\xBD", "\xC3\xA9\xDF\xBD");
    expect_form("\xE2\x84\xAB\xEA\xB0\x80\xE1\x86\xA8", "\xC3\x85\xEA\xB0\x81");
    assert_false(cad_form_c_needed(chars, "plate \xC3\xA9 \xE4\xB8\xAD", 12));
    assert_true(cad_form_c_needed(chars, "e\xCC\x81", 3));
}

static void test_what_newer_unicode_decomposes_stays_whole(void **state)
{
    (void)state;
    cad_units u = {0};
    ok(cad_units_add(&u, chars, 0x11938, 0, 4));
    ok(cad_units_add(&u, chars, 0x7FD, 4, 6));
    ok(cad_units_add(&u, chars, 0xE9, 6, 8));
    cad_units_order(&u, 0);
    static const cad_unit want[] = {{0x11938, 0, 0, 4}, {0x7FD, 0, 4, 6}, {'e', 0, 6, 8}, {0x301, 230, 6, 8}};
    assert_int_equal(u.n, 4);
    assert_memory_equal(u.unit, want, sizeof want);
    cad_units_deinit(&u);
}

/* Characters that are normalised and none of the newer ones: utf8proc's answer is right then. */
static void test_form_c_is_that_of_utf8proc_for_old_characters(void **state)
{
    (void)state;
    static const uint32_t ranges[][2] = {{0x20, 0x17F},    {0x300, 0x362},    {0x390, 0x3CE},   {0x5B0, 0x5EA},
                                         {0x900, 0x9D7},   {0x1100, 0x11C2},  {0x1E00, 0x1FFF}, {0xAC00, 0xD7A3},
                                         {0xF900, 0xFAD9}, {0x2F800, 0x2FA1D}};
    cad_rng r = cad_rng_make(8, "form C", 0);
    cad_form_c f = {0};
    for (int round = 0; round < 20000; round++) {
        char text[64];
        size_t n = 0;
        for (int64_t k = cad_rng_range(&r, 1, 12); k > 0; k--) {
            const uint32_t *range = ranges[cad_rng_range(&r, 0, 2) ? 1 : cad_rng_range(&r, 0, 9)];
            uint32_t cp = (uint32_t)cad_rng_range(&r, range[0], range[1]);
            if (!(cad_chars_of(chars, cp) & CAD_CHAR_INERT))
                n += cad_utf8_put(cp, text + n);
        }
        text[n] = '\0';
        ok(cad_form_c_make(chars, text, n, true, &f));
        char *want = (char *)utf8proc_NFC((const utf8proc_uint8_t *)text);
        if (strcmp(cad_buf_cstr(&f.text), want) != 0)
            fail_msg("'%s' became '%s'; utf8proc says '%s'", text, cad_buf_cstr(&f.text), want);
        free(want);
        size_t at = 0; /* edits lie in the text and in order */
        for (size_t i = 0; i < f.n_edits; i++) {
            const cad_form_c_edit *e = &f.edit[i];
            assert_true(e->out_begin >= at && e->out_begin < e->out_end && e->begin < e->end && e->end <= e->after &&
                        e->after <= n);
            at = e->out_end;
        }
        assert_true(at <= f.text.len);
    }
    cad_form_c_deinit(&f);
}

static void test_a_changed_character_comes_from_all_its_parts(void **state)
{
    (void)state;
    const char *text = "abe\xCC\x82\xCC\xA3 q\xCC\x82\xCC\xA3x";
    cad_form_c f = {0};
    ok(cad_form_c_make(chars, text, strlen(text), true, &f));
    assert_string_equal(cad_buf_cstr(&f.text), "ab\xE1\xBB\x87 q\xCC\xA3\xCC\x82x");
    static const cad_form_c_edit want[] = {{2, 5, 2, 7, 7}, {6, 7, 8, 9, 13}, {7, 9, 11, 13, 13}, {9, 11, 9, 11, 13}};
    assert_int_equal(f.n_edits, 4);
    assert_memory_equal(f.edit, want, sizeof want);
    cad_form_c_deinit(&f);
}

static void test_a_million_marks_take_no_longer_than_their_number(void **state)
{
    (void)state;
    enum { MARKS = 500000 };
    cad_buf text = CAD_BUF_INIT;
    cad_form_c f = {0};
    ok(cad_buf_str(&text, "e"));
    for (int i = 0; i < MARKS; i++)
        ok(cad_buf_str(&text, "\xCC\x81\xCC\xA3"));
    double begin = cad_clock_now();
    ok(cad_form_c_make(chars, text.data, text.len, true, &f));
    assert_true(cad_clock_now() - begin < 60); /* quadratic: hours */
    assert_int_equal(f.n_edits, 2 * MARKS);    /* the letter takes one, all others stand alone */
    cad_form_c_deinit(&f);
    cad_buf_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_newer_unicode_normalises_stays),
        cmocka_unit_test(test_what_newer_unicode_decomposes_stays_whole),
        cmocka_unit_test(test_form_c_is_that_of_utf8proc_for_old_characters),
        cmocka_unit_test(test_a_changed_character_comes_from_all_its_parts),
        cmocka_unit_test(test_a_million_marks_take_no_longer_than_their_number),
    };
    return cmocka_run_group_tests(tests, make_chars, drop_chars);
}
