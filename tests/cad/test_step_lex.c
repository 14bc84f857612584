/* The two ways of the lexer give the same tokens and the same findings, whatever the text. */
#include "tests/unit.h"

#include "cad/step/step_lex_impl.h"
#include "core/rng.h"

static const cad_step_limits limits = {.string = 40, .keyword = 20, .id_digits = 6};

static void setup(cad_step_lexer *l, cad_step_diags *d, const char *text, size_t len)
{
    *d = (cad_step_diags){0};
    cad_step_lexer_init(l, text, (uint32_t)len, d, &limits);
}

static void same_ways(const char *text, size_t len)
{
    static cad_step_diags d[2];
    cad_step_lexer l[2];
    cad_step_token t[2];
    for (int i = 0; i < 2; i++)
        setup(&l[i], &d[i], text, len);
    do {
        memset(t, 0, sizeof t);
        ok(cad_step_lex(&l[0], &t[0]));
        ok(cad_step_lex_any(&l[1], &t[1]));
        if (t[0].kind != t[1].kind || t[0].at != t[1].at || t[0].len != t[1].len || t[0].id != t[1].id || l[0].at != l[1].at ||
            l[0].n_bad != l[1].n_bad)
            fail_msg("'%.*s' at %u: kind %d, %u bytes, %llx; expected kind %d, %u bytes, %llx", (int)len, text, t[1].at,
                     t[0].kind, t[0].len, (unsigned long long)t[0].id, t[1].kind, t[1].len, (unsigned long long)t[1].id);
    } while (t[1].kind != CAD_STEP_TOK_END);
    assert_memory_equal(d[0].count, d[1].count, sizeof d[0].count);
    for (int i = 0; i < 2; i++)
        cad_arena_destroy(d[i].arena);
}

static const char *const pieces[] = {"(",
                                     ")",
                                     ",",
                                     ";",
                                     "=",
                                     "$",
                                     "*",
                                     "/",
                                     "{",
                                     ":",
                                     "#",
                                     "@",
                                     "!",
                                     "&",
                                     "'",
                                     "''",
                                     "\"",
                                     ".",
                                     "..",
                                     "-",
                                     "+",
                                     " ",
                                     "\n",
                                     "\t",
                                     "#1",
                                     "#12",
                                     "#0",
                                     "#007",
                                     "#123456",
                                     "#1234567",
                                     "#A1",
                                     "@12",
                                     "#1 ",
                                     "PLANE",
                                     "CARTESIAN_POINT",
                                     "A",
                                     "A1B2C3D4",
                                     "ABCDEFGH",
                                     "ABCDEFGHI",
                                     "Plane",
                                     "plane",
                                     "A_KEYWORD_TOO_LONG_FOR_IT",
                                     "END-ISO-10303-21",
                                     "ISO-10303-21",
                                     "A-B",
                                     "!USER",
                                     "_A",
                                     "''",
                                     "'x'",
                                     "'it''s'",
                                     "'\\X2\\00E9\\X0\\'",
                                     "'\xE9'",
                                     "'a string that is longer than the limit of it'",
                                     "'a\n#1=B'",
                                     "'a'b",
                                     ".T.",
                                     ".F.",
                                     ".LONG_NAME.",
                                     ".t.",
                                     ".1.",
                                     ".A",
                                     ".A1.",
                                     "0.",
                                     "-0.",
                                     "1",
                                     "-1",
                                     "+1",
                                     "1.5",
                                     "-2.25",
                                     ".5",
                                     "1.E-07",
                                     "1.e3",
                                     "1E5",
                                     "1.5.2",
                                     "1..5",
                                     "12345678901234567",
                                     "123456789012345678",
                                     "1234567890123456789",
                                     "9007199254740993.",
                                     "9007199254740.993",
                                     "0.1234567890123456789",
                                     "0.000000000000000001",
                                     "123456789.123456789",
                                     "1.5-3",
                                     "1.5A",
                                     "\"0F\"",
                                     "\"0f\"",
                                     "<uri>",
                                     "/* c */",
                                     "\\N\\",
                                     "\xEF\xBB\xBF",
                                     "\x01",
                                     "\x80",
                                     "&SCOPE",
                                     "-",
                                     "--1."};

static void test_the_quick_way_is_the_other_one(void **state)
{
    (void)state;
    cad_rng r = cad_rng_make(11, "tokens", 0);
    for (int i = 0; i < 60000; i++) {
        char text[400];
        size_t len = 0;
        for (int k = 0; k < 1 + i % 9; k++) {
            const char *p = pieces[cad_rng_u64(&r) % (sizeof pieces / sizeof *pieces)];
            memcpy(text + len, p, strlen(p));
            len += strlen(p);
        }
        char *alone = malloc(len ? len : 1); /* the byte behind the text is nobody's */
        memcpy(alone, text, len);
        same_ways(alone, len);
        free(alone);
    }
}

/* Most of a usual file goes the quick way. */
static void test_a_usual_line_goes_the_quick_way(void **state)
{
    (void)state;
    static const char text[] = "#12 = CARTESIAN_POINT('',(0.,-12.5,1.25));\n#13=B('a',#12,$,*,.T.,(1,2));         ";
    cad_step_diags d;
    cad_step_lexer l;
    cad_step_token t;
    int n = 0;
    setup(&l, &d, text, sizeof text - 1);
    for (; l.at < sizeof text - 10; n++)
        assert_true(cad_step_lex_quick(&l, &t));
    assert_int_equal(n, 36);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_quick_way_is_the_other_one),
        cmocka_unit_test(test_a_usual_line_goes_the_quick_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
