/* The canonical text, and its laws on files made at random and on those of others. */
#include "tests/cad/step_util.h"

#include "cad/step/step_text.h"
#include "core/rng.h"
#include "core/utf8.h"

#include <glob.h>

static void test_the_canonical_text_is_the_one_stated(void **state)
{
    (void)state;
    static const char text[] =
        "ISO-10303-21;HEADER;FILE_DESCRIPTION((''),'2;1');FILE_NAME('a','2020',(''),(''),'','','');"
        "FILE_SCHEMA(('X'));ENDSEC;DATA;\n#3=CONTEXT('');#7 = PRODUCT ( 'it''s \\X2\\00E9\\X0\\',$ ,'', ( #3 ) ) ; /* note */\n"
        "#9=( B (1.50,-0.0 , 1.E-07)\n  A( .T. , \"0F\", * ) );ENDSEC;END-ISO-10303-21;";
    static const char want[] =
        "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\nFILE_NAME('a','2020',(''),(''),'','','');\n"
        "FILE_SCHEMA(('X'));\nENDSEC;\nDATA;\n#1=CONTEXT('');\n#2=PRODUCT('it''s \\X2\\00E9\\X0\\',$,'',(#1));\n"
        "#3=(A(.T.,\"0F\",*)B(1.5,-0.,1.E-7));\nENDSEC;\nEND-ISO-10303-21;\n";
    cad_step *m = step_of(text, sizeof text - 1);
    cad_buf b = CAD_BUF_INIT;
    ok(cad_step_write(m, &(cad_step_write_opts){0}, &b));
    assert_string_equal(cad_buf_cstr(&b), want);
    cad_buf_clear(&b);
    ok(cad_step_write(m, &(cad_step_write_opts){.keep_ids = true}, &b));
    assert_non_null(strstr(b.data, "\n#7=PRODUCT('it''s \\X2\\00E9\\X0\\',$,'',(#3));\n#9="));
    cad_buf_deinit(&b);
    cad_step_close(m);
}

static void test_several_sections_become_one_where_asked(void **state)
{
    (void)state;
    static const char text[] =
        "ISO-10303-21;HEADER;ENDSEC;DATA('a',('X'));#1=A(#2);ENDSEC;DATA('b',('X'));#2=B();ENDSEC;END-ISO-10303-21;";
    cad_step *m = step_of(text, sizeof text - 1);
    cad_buf b = CAD_BUF_INIT;
    ok(cad_step_write(m, &(cad_step_write_opts){0}, &b));
    assert_non_null(strstr(b.data, "DATA('a',('X'));\n#1=A(#2);\nENDSEC;\nDATA('b',('X'));\n#2=B();\nENDSEC;\n"));
    cad_buf_clear(&b);
    ok(cad_step_write(m, &(cad_step_write_opts){.plain = true}, &b));
    assert_non_null(strstr(b.data, "DATA;\n#1=A(#2);\n#2=B();\nENDSEC;\n"));
    cad_buf_deinit(&b);
    step_laws(m);
    cad_step_close(m);
}

static void text_is(const char *bytes, const char *means)
{
    cad_buf b = CAD_BUF_INIT;
    ok(cad_step_text_decode(bytes, strlen(bytes), &b, NULL));
    assert_string_equal(cad_buf_cstr(&b), means);
    cad_buf_deinit(&b);
}

static void test_strings_mean_what_the_standard_says(void **state)
{
    (void)state;
    text_is("", "");
    text_is("a''b\\\\c", "a'b\\c");
    text_is("\\X\\E9\\X\\41", "\xC3\xA9"
                              "A");
    text_is("\\X2\\00E9D83DDE00\\X0\\.", "\xC3\xA9\xF0\x9F\x98\x80.");
    text_is("\\X4\\0001F600\\X0\\", "\xF0\x9F\x98\x80");
    text_is("\\S\\i", "\xC3\xA9"); /* 0x69 + 0x80 in ISO 8859-1 */
    text_is("a\\S\\''b\\S\\''", "a\xC2\xA7"
                                "b\xC2\xA7");                /* an apostrophe is doubled there as well */
    text_is("\\PB\\\\S\\1\\PA\\\\S\\1", "\xC4\x85\xC2\xB1"); /* 0xB1 in ISO 8859-2, then -1 */
    text_is("\\PE\\\\S\\0", "\xD0\x90");                     /* 0xB0 in ISO 8859-5 */
    text_is("\\N\\a\\F\\", "a");
    text_is("\\Q\\", "\\Q\\");
    text_is("\\X2\\D83D\\X0\\", "\xEF\xBF\xBD");
    text_is("\\X2\\00E9zz", "\xC3\xA9zz");
    text_is("\xC3\xA9", "\xC3\xA9");
    text_is("\xE9", "\xC3\xA9");
    text_is("a\x01\nb", "ab");
}

static void test_strings_are_written_in_printable_ascii(void **state)
{
    (void)state;
    static const char *const row[][2] = {{"", "''"},
                                         {"it's", "'it''s'"},
                                         {"a\\b", "'a\\\\b'"},
                                         {"'q',x", "'''q\\X\\27,x'"},
                                         {"q'  )", "'q\\X\\27  )'"},
                                         {"\xC3\xA9\xC3\xA8z", "'\\X2\\00E900E8\\X0\\z'"},
                                         {"\xC3\xA9\xF0\x9F\x98\x80", "'\\X2\\00E9\\X0\\\\X4\\0001F600\\X0\\'"},
                                         {"\x01\x7F\xC2\x85", "'\\X\\01\\X\\7F\\X\\85'"}};
    cad_buf b = CAD_BUF_INIT;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        cad_buf_clear(&b);
        ok(cad_step_text_encode(row[i][0], strlen(row[i][0]), &b));
        assert_string_equal(cad_buf_cstr(&b), row[i][1]);
    }
    cad_rng r = cad_rng_make(9, "strings", 0);
    for (int i = 0; i < 20000; i++) {
        cad_buf text = CAD_BUF_INIT, back = CAD_BUF_INIT;
        static const uint32_t some[] = {'\'',  '\\',    ')',  ',',  ' ', 'X', '2', '0', 0xE9,
                                        0x3B1, 0x1F600, 0x85, 0x7F, 1,   'S', 'P', 'A'};
        for (int64_t k = cad_rng_range(&r, 0, 20); k > 0; k--) {
            char c[4];
            size_t n = cad_utf8_put(some[cad_rng_range(&r, 0, (int64_t)(sizeof some / sizeof *some) - 1)], c);
            ok(cad_buf_add(&text, c, n));
        }
        cad_buf_clear(&b);
        ok(cad_step_text_encode(cad_buf_cstr(&text), text.len, &b));
        for (size_t k = 0; k < b.len; k++)
            assert_true(b.data[k] >= 0x20 && b.data[k] < 0x7F);
        cad_step_text_faults f = {0};
        ok(cad_step_text_decode(b.data + 1, b.len - 2, &back, &f));
        for (int k = 0; k < CAD_STEP_TEXT_FAULTS; k++)
            assert_false(f.any[k]);
        assert_int_equal(back.len, text.len);
        assert_memory_equal(cad_buf_cstr(&back), cad_buf_cstr(&text), text.len);
        cad_buf_deinit(&text);
        cad_buf_deinit(&back);
    }
    cad_buf_deinit(&b);
}

/* ---- files at random ---- */

static void add_value(cad_rng *r, cad_buf *b, int n, int depth)
{
    static const char *const values[] = {"$",   "*", ".T.", ".UNSPECIFIED.", "'x'", "'it''s \\X2\\00E9\\X0\\'", "\"0AF\"",
                                         "-17", "0", "''",  "<a#b>"};
    int pick = (int)cad_rng_range(r, 0, 9);
    if (pick < 3) {
        ok(cad_buf_printf(b, "#%d", 7 * (int)cad_rng_range(r, 1, n)));
    } else if (pick < 5) {
        ok(cad_buf_printf(b, "%.*f", (int)cad_rng_range(r, 1, 17), cad_rng_normal(r) * 100));
    } else if (pick < 6) {
        ok(cad_buf_printf(b, "%d.E%d", (int)cad_rng_range(r, -99, 99), (int)cad_rng_range(r, -300, 290)));
    } else if (pick < 8 && depth < 5) {
        ok(cad_buf_str(b, pick == 6 ? "( " : "LENGTH_MEASURE("));
        for (int64_t k = pick == 6 ? cad_rng_range(r, 0, 4) : 1; k > 0; k--) {
            add_value(r, b, n, depth + 1);
            if (k > 1)
                ok(cad_buf_str(b, " ,"));
        }
        ok(cad_buf_str(b, ")"));
    } else {
        ok(cad_buf_str(b, values[cad_rng_range(r, 0, (int64_t)(sizeof values / sizeof *values) - 1)]));
    }
}

static void add_params(cad_rng *r, cad_buf *b, int n)
{
    ok(cad_buf_str(b, "("));
    for (int64_t k = cad_rng_range(r, 0, 6); k > 0; k--) {
        add_value(r, b, n, 0);
        if (k > 1)
            ok(cad_buf_str(b, ","));
    }
    ok(cad_buf_str(b, ")"));
}

static void test_what_is_written_reads_back_and_is_written_the_same(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 3000; seed++) {
        cad_rng r = cad_rng_make(seed, "files", 0);
        cad_buf b = CAD_BUF_INIT;
        int n = (int)cad_rng_range(&r, 1, 30);
        ok(cad_buf_str(&b, "DATA;\r\n"));
        for (int i = n; i > 0; i--) { /* every order of ids, and each once */
            ok(cad_buf_printf(&b, "#%d = ", 7 * i));
            if (cad_rng_chance(&r, 0.1)) {
                ok(cad_buf_str(&b, "( AB"));
                add_params(&r, &b, n);
                ok(cad_buf_str(&b, " AC"));
                add_params(&r, &b, n);
                ok(cad_buf_str(&b, ")"));
            } else {
                ok(cad_buf_printf(&b, "TYPE_%d", (int)cad_rng_range(&r, 0, 200)));
                add_params(&r, &b, n);
            }
            ok(cad_buf_str(&b, cad_rng_chance(&r, 0.2) ? " ; /* #1=X(); */\n" : ";\n"));
        }
        ok(cad_buf_str(&b, "ENDSEC;"));
        cad_step *m = step_of(b.data, b.len);
        ok(cad_step_verdict(m));
        assert_int_equal(m->n, n);
        step_laws(m);
        cad_step_close(m);
        cad_buf_deinit(&b);
    }
}

static void test_files_of_others_keep_the_laws(void **state)
{
    (void)state;
    const char *shared = shared_dir();
    if (!shared)
        skip();
    char pattern[4200];
    glob_t g = {0};
    snprintf(pattern, sizeof pattern, "%s/conformance/step/*", shared);
    assert_int_equal(glob(pattern, 0, NULL, &g), 0);
    snprintf(pattern, sizeof pattern, "%s/conformance/step-llm/r*/*/m.step", shared);
    assert_int_equal(glob(pattern, GLOB_APPEND, NULL, &g), 0);
    int n = 0;
    for (size_t i = 0; i < g.gl_pathc; i++) {
        const char *dot = strrchr(g.gl_pathv[i], '.');
        if (!dot || (strcmp(dot, ".step") && strcmp(dot, ".stp") && strcmp(dot, ".p21")))
            continue;
        cad_buf text = CAD_BUF_INIT;
        ok(cad_fs_read(g.gl_pathv[i], 0, &text));
        cad_step *m = step_of(text.data, text.len);
        n++;
        ok(cad_step_verdict(m));
        step_laws(m);
        cad_step_close(m);
        cad_buf_deinit(&text);
    }
    globfree(&g);
    assert_true(n >= 34);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_canonical_text_is_the_one_stated),
        cmocka_unit_test(test_several_sections_become_one_where_asked),
        cmocka_unit_test(test_strings_mean_what_the_standard_says),
        cmocka_unit_test(test_strings_are_written_in_printable_ascii),
        cmocka_unit_test(test_what_is_written_reads_back_and_is_written_the_same),
        cmocka_unit_test(test_files_of_others_keep_the_laws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
