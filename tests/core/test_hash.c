#include "tests/unit.h"

#include "core/hash.h"
#include "core/utf8.h"

static void test_crc32_gives_the_check_value(void **state)
{
    (void)state;
    assert_int_equal(cad_crc32("123456789", 9), 0xcbf43926);
    assert_int_equal(cad_crc32("", 0), 0);
}

/* RFC 3720, B.4, and the usual check value. */
static void test_crc32c_gives_the_published_values(void **state)
{
    (void)state;
    unsigned char zeros[32] = {0}, ones[32], up[32], down[32];
    for (unsigned i = 0; i < 32; i++) {
        ones[i] = 0xFF;
        up[i] = (unsigned char)i;
        down[i] = (unsigned char)(31 - i);
    }
    assert_int_equal(cad_crc32c("", 0), 0);
    assert_int_equal(cad_crc32c("123456789", 9), 0xE3069283);
    assert_int_equal(cad_crc32c(zeros, 32), 0x8A9136AA);
    assert_int_equal(cad_crc32c(ones, 32), 0x62A8AB43);
    assert_int_equal(cad_crc32c(up, 32), 0x46DD794E);
    assert_int_equal(cad_crc32c(down, 32), 0x113FDB5C);
}

static void test_xxh3_gives_known_values(void **state)
{
    (void)state;
    char hex[CAD_HASH_HEX];
    cad_hash128_hex("", 0, hex);
    assert_string_equal(hex, "99aa06d3014798d86001c324468d497f");
    assert_true(cad_hash64("", 0, 0) == UINT64_C(0x2d06800538d394c2));
    assert_true(cad_hash64("a", 1, 0) != cad_hash64("a", 1, 1));
    assert_true(cad_hash_secret() == cad_hash_secret()); /* one for the life of a process */
}

static void test_the_streaming_form_gives_the_same(void **state)
{
    (void)state;
    unsigned char data[5000];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i * i % 253);
    char whole[CAD_HASH_HEX], parts[CAD_HASH_HEX];
    cad_hash128_hex(data, sizeof data, whole);
    cad_hasher *h = cad_hasher_create();
    assert_non_null(h);
    for (size_t at = 0, step = 1; at < sizeof data; at += step, step = step * 2 + 1)
        cad_hasher_add(h, data + at, step < sizeof data - at ? step : sizeof data - at);
    cad_hasher_hex(h, parts);
    cad_hasher_destroy(h);
    assert_string_equal(whole, parts);
}

static void test_utf8_is_checked_to_the_letter(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t good;
    } t[] = {
        {"plain", 5},        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9},
        {"a\xc0\xaf", 1},    {"\xe0\x9f\xbf", 0},
        {"\xed\xa0\x80", 0}, {"\xf4\x90\x80\x80", 0},
        {"ab\xe2\x82", 2},   {"\x80", 0},
        {"\xf5\x80\x80", 0}, {"\xf0\x8f\xbf\xbf", 0},
        {"\xef\xbf\xbf", 3}, {"\xc3(", 0},
    };
    for (size_t i = 0; i < sizeof t / sizeof *t; i++)
        assert_int_equal(cad_utf8_check(t[i].text, strlen(t[i].text)), t[i].good);
    for (uint32_t cp = 0; cp < 0x110000; cp += 37) {
        if (cp >= 0xd800 && cp < 0xe000)
            continue;
        char out[4];
        uint32_t back;
        size_t n = cad_utf8_put(cp, out);
        assert_int_equal(cad_utf8_next(out, n, &back), n);
        assert_int_equal(back, cp);
    }
}

static void test_a_text_is_cut_between_characters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len, cut;
    } t[] = {{"", 0, 0},
             {"abc", 2, 2},
             {"a\xc3\xa9", 3, 3},
             {"a\xc3\xa9", 2, 1},
             {"\xe2\x82\xac", 2, 0},
             {"x\xf0\x9f\x98\x80", 4, 1},
             {"x\xf0\x9f\x98\x80", 5, 5},
             {"\x80\x80\x80\x80", 4, 4}}; /* no character at all: left as it is */
    for (size_t i = 0; i < sizeof t / sizeof *t; i++)
        assert_int_equal(cad_utf8_cut(t[i].text, t[i].len), t[i].cut);
}

static void test_blanks_are_spaces_tabs_and_line_ends(void **state)
{
    (void)state;
    static const char *const blank[] = {"", " ", "\t\r\n ", "\n\n"}, *const text[] = {"a", "  a", "\v", "\xc2\xa0", ".\n"};
    for (size_t i = 0; i < sizeof blank / sizeof *blank; i++)
        assert_true(cad_text_is_blank(blank[i]));
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        assert_false(cad_text_is_blank(text[i]));
}

/* 2047 bytes fit: a euro sign over the edge goes as a whole. */
static void test_a_long_error_text_ends_with_a_whole_character(void **state)
{
    (void)state;
    char filler[2100];
    for (size_t before = 2040; before <= 2048; before++) {
        memset(filler, 'x', before);
        filler[before] = '\0';
        assert_int_equal(cad_fail(CAD_EDATA, "%s\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", filler), CAD_EDATA);
        size_t len = strlen(cad_error_text());
        assert_true(len <= 2047 && len > 2044);
        assert_int_equal(cad_utf8_check(cad_error_text(), len), len);
    }
}

static void test_a_failure_may_quote_the_text_that_it_replaces(void **state)
{
    (void)state;
    (void)cad_fail(CAD_EIO, "no disk");
    assert_int_equal(cad_fail(CAD_EDATA, "a/b: %s; %s\nhint: look", cad_error_text(), cad_error_text()), CAD_EDATA);
    assert_string_equal(cad_error_text(), "a/b: no disk; no disk\nhint: look");
}

static void test_a_kept_error_text_outlives_what_fails_meanwhile(void **state)
{
    (void)state;
    char whole[CAD_ERROR_ROOM];
    memset(whole, 'x', sizeof whole - 1);
    whole[sizeof whole - 1] = '\0';
    const char *const text[] = {"what failed", whole};
    for (size_t i = 0; i < 2; i++) {
        cad_kept_error kept;
        (void)cad_fail(CAD_EDATA, "%s", text[i]);
        cad_error_keep(&kept);
        assert_string_equal(kept.text, text[i]);
        (void)cad_fail(CAD_EWRITE, "the clean-up failed too");
        cad_error_restore(&kept);
        assert_string_equal(cad_error_text(), text[i]);
    }
}

static void test_what_is_no_utf8_becomes_replacement_characters(void **state)
{
    (void)state;
#define R "\xEF\xBF\xBD"
    static const struct {
        const char *text, *lossy;
    } t[] = {{"", ""},
             {"C 1 1 1", "C 1 1 1"},
             {"\xc3\xa9", "\xc3\xa9"},
             {"a\xff"
              "b",
              "a" R "b"},
             {"\x80\x80", R R},
             {"\xe2\x82", R}, /* a cut character */
             {"\xe2\x82(", R "("},
             {"\xf0\x9f\x98x", R "x"},
             {"\xed\xa0\x80", R R R}, /* a surrogate: no proper beginning */
             {"\xc0\xaf", R R},       /* overlong */
             {"\xf4\x90\x80\x80", R R R R}};
    cad_buf out = CAD_BUF_INIT;
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        cad_buf_clear(&out);
        ok(cad_utf8_lossy(t[i].text, strlen(t[i].text), &out));
        assert_string_equal(cad_buf_cstr(&out), t[i].lossy);
        assert_int_equal(cad_utf8_check(out.data, out.len), out.len);
    }
    cad_buf_deinit(&out);
#undef R
}

static void test_text_for_a_terminal_has_no_control_characters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *escaped;
    } t[] = {{"", 0, ""},
             {"plate \xc3\x98 12\\", 12, "plate \xc3\x98 12\\"},
             {"a\nb\tc\r", 6, "a\\nb\\tc\\x0d"},
             {"\x1b]0;x\x07", 6, "\\x1b]0;x\\x07"},
             {"\0\x7f", 2, "\\x00\\x7f"},
             {"\xc2\x9b", 2, "\\xc2\\x9b"}, /* the one-character form of ESC [ */
             {"\xe9l", 2, "\\xe9l"},
             {"\xf0\x9f\x98", 3, "\\xf0\\x9f\\x98"}};
    cad_buf out = CAD_BUF_INIT;
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        cad_buf_clear(&out);
        ok(cad_utf8_escape(t[i].text, t[i].len, &out));
        assert_string_equal(cad_buf_cstr(&out), t[i].escaped);
    }
    cad_buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_for_a_terminal_has_no_control_characters),
        cmocka_unit_test(test_crc32_gives_the_check_value),
        cmocka_unit_test(test_crc32c_gives_the_published_values),
        cmocka_unit_test(test_xxh3_gives_known_values),
        cmocka_unit_test(test_the_streaming_form_gives_the_same),
        cmocka_unit_test(test_utf8_is_checked_to_the_letter),
        cmocka_unit_test(test_a_text_is_cut_between_characters),
        cmocka_unit_test(test_blanks_are_spaces_tabs_and_line_ends),
        cmocka_unit_test(test_a_long_error_text_ends_with_a_whole_character),
        cmocka_unit_test(test_a_failure_may_quote_the_text_that_it_replaces),
        cmocka_unit_test(test_a_kept_error_text_outlives_what_fails_meanwhile),
        cmocka_unit_test(test_what_is_no_utf8_becomes_replacement_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
