#include "core/buf.h"
#include "core/rng.h"
#include "core/utf8.h"
#include "model/text/split_pattern.h"
#include "model/text/split_scan.h"
#include "model/text/splitter.h"
#include "tests/unit.h"

static size_t count_of(const cad_chars *c, unsigned bit)
{
    size_t n = 0;
    for (uint32_t cp = 0; cp < CAD_CHARS_END; cp++)
        n += (cad_chars_of(c, cp) & bit) != 0;
    return n;
}

static void test_classes_are_those_of_unicode_16(void **state)
{
    (void)state;
    cad_chars *c;
    ok(cad_chars_create(cad_unicode_sets, CAD_UNICODE_SET_COUNT, &c));
    assert_int_equal(count_of(c, CAD_CHAR_LETTER), 141028);
    assert_int_equal(count_of(c, CAD_CHAR_NUMBER), 1911);
    assert_int_equal(count_of(c, CAD_CHAR_SPACE), 25);
    static const struct {
        uint32_t cp;
        unsigned bits;
    } known[] = {{0x85, CAD_CHAR_SPACE},
                 {0xA0, CAD_CHAR_SPACE},
                 {0x180E, 0},
                 {0x200B, 0},
                 {0x2028, CAD_CHAR_SPACE},
                 {0xFEFF, 0},
                 {0x1C89, CAD_CHAR_LETTER},
                 {0xA7CB, CAD_CHAR_LETTER},
                 {0x10D40, CAD_CHAR_NUMBER},
                 {0x1E030, CAD_CHAR_LETTER},
                 {0x2EBF0, CAD_CHAR_LETTER},
                 {0x31350, CAD_CHAR_LETTER}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_int_equal(cad_chars_of(c, known[i].cp) & (CAD_CHAR_LETTER | CAD_CHAR_NUMBER | CAD_CHAR_SPACE), known[i].bits);
    for (uint32_t cp = 0; cp < CAD_CHARS_END; cp++) /* one class at most */
        assert_int_not_equal(1 << (cad_chars_of(c, cp) & 7) & (1 << 3 | 1 << 5 | 1 << 6 | 1 << 7),
                             1 << (cad_chars_of(c, cp) & 7));
    cad_chars_destroy(c);
}

/* The pieces of a text, each in brackets. */
static void expect_pieces(const char *pattern, const char *text, const char *want)
{
    cad_splitter *s;
    cad_split_run *r;
    cad_buf got = CAD_BUF_INIT;
    ok(cad_splitter_create(pattern, strlen(pattern), "t.json", &s));
    ok(cad_split_begin(s, &r));
    size_t len = strlen(text);
    for (size_t at = 0, end; at < len; at = end) {
        ok(cad_split_next(s, r, text, len, at, &end));
        assert_in_range(end, at + 1, len);
        ok(cad_buf_printf(&got, "[%.*s]", (int)(end - at), text + at));
    }
    assert_string_equal(cad_buf_cstr(&got), want);
    cad_buf_deinit(&got);
    cad_split_end(r);
    cad_splitter_destroy(s);
}

static const char *compiled(int digits)
{
    static char text[400];
    snprintf(text, sizeof text, "(?:%s)", cad_split_scan_pattern(digits));
    assert_int_equal(cad_split_scan_digits(text, strlen(text)), 0);
    return text;
}

static void test_published_splits(void **state)
{
    (void)state;
    static const struct {
        int digits;
        const char *text, *want;
    } table[] = {
        {1, "#10 = CARTESIAN_POINT( '', ( -0.025000",
         "[#][1][0][ =][ CARTESIAN][_POINT][(][ '',][ (][ -][0][.][0][2][5][0][0][0]"},
        {3, "#10 = CARTESIAN_POINT( '', ( -0.025000", "[#][10][ =][ CARTESIAN][_POINT][(][ '',][ (][ -][0][.][025][000]"},
        {1, "C 50 30 5\n", "[C][ ][5][0][ ][3][0][ ][5][\n]"},
        {1, "  \n\n c", "[  \n\n][ c]"},
        {1, "it'\xC5\xBFx", "[it]['\xC5\xBF][x]"},
        {1, "we'Ve they'rE'd 'n'll'l", "[we]['Ve][ they]['rE]['d][ '][n]['ll]['l]"},
        {3, "a   b\t\tc   ", "[a][  ][ b][\t][\tc][   ]"},
        {3, "x\xC2\xA0y \xC2\xA0 .\r\n\r\nz", "[x][\xC2\xA0y][ \xC2\xA0][ .\r\n\r\n][z]"},
        {3, "a\r\n  \n b", "[a][\r\n  \n][ b]"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        expect_pieces(cad_split_scan_pattern(table[i].digits), table[i].text, table[i].want);
        expect_pieces(compiled(table[i].digits), table[i].text, table[i].want);
    }
}

static size_t random_text(cad_rng *r, char *text, size_t room)
{
    static const char *const glue[] = {" ", "  ", "\n", "\r\n", "'s", "'",        "'LL",
                                       "1", "12", ".",  "a",    "\t", "\xC5\xBF", "\xC2\xA0"};
    size_t n = 0;
    while (n + 8 < room) {
        if (cad_rng_range(r, 0, 2)) {
            uint32_t cp = (uint32_t)cad_rng_range(r, 0, cad_rng_range(r, 0, 1) ? 0x32FF : 0x10FFFF);
            if (cp < 0xD800 || cp > 0xDFFF)
                n += cad_utf8_put(cp, text + n);
        } else {
            const char *g = glue[cad_rng_range(r, 0, sizeof glue / sizeof *glue - 1)];
            memcpy(text + n, g, strlen(g));
            n += strlen(g);
        }
    }
    return n;
}

static void test_pieces_by_hand_are_those_of_the_pattern(void **state)
{
    (void)state;
    char text[512];
    cad_rng rng = cad_rng_make(3, "pieces", 0);
    for (int digits = 1; digits <= 3; digits += 2) {
        cad_splitter *hand, *pattern;
        cad_split_run *a, *b;
        ok(cad_splitter_create(cad_split_scan_pattern(digits), strlen(cad_split_scan_pattern(digits)), "t", &hand));
        ok(cad_splitter_create(compiled(digits), strlen(compiled(digits)), "t", &pattern));
        ok(cad_split_begin(hand, &a));
        ok(cad_split_begin(pattern, &b));
        for (int round = 0; round < 2000; round++) {
            size_t len = random_text(&rng, text, sizeof text), x, y;
            cad_split_text(a);
            cad_split_text(b);
            for (size_t at = 0; at < len; at = x) {
                ok(cad_split_next(hand, a, text, len, at, &x));
                ok(cad_split_next(pattern, b, text, len, at, &y));
                if (x != y)
                    fail_msg("'%.*s' at %zu: %zu, the pattern says %zu", (int)len, text, at, x, y);
            }
        }
        cad_split_end(a);
        cad_split_end(b);
        cad_splitter_destroy(hand);
        cad_splitter_destroy(pattern);
    }
}

static void test_classes_in_patterns_become_ranges(void **state)
{
    (void)state;
    expect_pieces("\\P{L}+|[^\\P{L}a]+|a", "xa1\xE1\xB2\x89", "[x][a][1][\xE1\xB2\x89]");
    expect_pieces("\\p{^N}+|[\\p{N}]", "a\xF0\x90\xB5\x80\xE1\xA0\x8E", "[a][\xF0\x90\xB5\x80][\xE1\xA0\x8E]");
    expect_pieces("[\\S]+|[^\\S]", "a\xE1\xA0\x8E \xC2\x85", "[a\xE1\xA0\x8E][ ][\xC2\x85]");
    expect_pieces("[]a]+|[^]a]|\\]", "]a]b", "[]a]][b]");
    expect_pieces("b", "aab", "[aa][b]");
    cad_splitter *s;
    static const struct {
        const char *pattern, *says;
    } bad[] = {{"[a[b]]", "at byte 2: a class inside a class"},
               {"[a&&b]", "at byte 2: a class inside"},
               {"\\Qa", "at byte 0: \\Q"},
               {"\\p{L}(", "split pattern, at byte 6"},
               {"\\s*", "empty text"},
               {"\\p{L}[", "split pattern, at byte 6"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        fails(cad_splitter_create(bad[i].pattern, strlen(bad[i].pattern), "t.json", &s), CAD_EREFUSED, bad[i].says);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes_are_those_of_unicode_16),
        cmocka_unit_test(test_published_splits),
        cmocka_unit_test(test_pieces_by_hand_are_those_of_the_pattern),
        cmocka_unit_test(test_classes_in_patterns_become_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
