/* What a model wrote becomes an exchange file. */
#include "tests/unit.h"

#include "cad/step/step.h"
#include "cad/step/step_answer.h"
#include "core/hash.h"

#include <string.h>

static void expect_answer(const char *text, const char *body)
{
    cad_buf out = CAD_BUF_INIT;
    cad_arena *a;
    ok(cad_arena_create("test", 1 << 20, &a));
    ok(cad_step_answer(a, text, strlen(text), &out));
    size_t n = strlen(cad_steplm_header);
    assert_memory_equal(out.data, cad_steplm_header, n);
    assert_string_equal(cad_buf_cstr(&out) + n, body);
    cad_step *m;
    ok(cad_step_read(out.data, out.len, &(cad_step_opts){0}, &m));
    assert_int_equal(m->diags.count[CAD_STEP_H01], 0);
    cad_step_close(m);
    cad_arena_destroy(a);
    cad_buf_deinit(&out);
}

static void test_the_header_has_the_published_bytes(void **state)
{
    (void)state;
    /* 267 bytes with SHA-256 2af313cd7315c85d01fc1b87324b2babbe625669778c78522c32e8233853e3a0, as XXH3-128, and a line end */
    char hex[CAD_HASH_HEX];
    assert_int_equal(strlen(cad_steplm_header), 268);
    cad_hash128_hex(cad_steplm_header, 267, hex);
    assert_string_equal(hex, "2f3ecefe109a6944f689f4bb78041078");
}

static void test_sections_get_a_header(void **state)
{
    (void)state;
    expect_answer("DATA;\n#1=A();\nENDSEC;\nEND-ISO-10303-21;\njunk", "DATA;\n#1=A();\nENDSEC;\nEND-ISO-10303-21;");
    expect_answer("\n DATA;\n#1=A(", "DATA;\n#1=A(");
}

/* However the text is cut, its end is seen where the cut behind is made, and nowhere else. */
static void test_the_end_is_seen_as_it_arrives(void **state)
{
    (void)state;
    static const char *const text[] = {" \n DATA;\n#1=A('E');\nENDSEC;\nENDEND-ISO-10303-21;END-ISO-10303-21;junk",
                                       "DATA;EEND-ISO-1030END-ISO-10303-21",
                                       "DATAEND-ISO-10303-21;",
                                       "DAT A;END-ISO-10303-21;",
                                       "ISO-10303-21;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n",
                                       "CIRCLE;END-ISO-10303-21;",
                                       " \t\r\n",
                                       ""};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        size_t len = strlen(text[i]), end = cad_step_answer_len(text[i], len);
        for (size_t piece = 1; piece < 30; piece++) {
            cad_step_end e = {0};
            size_t at = 0;
            bool seen = false;
            for (; at < len && !seen; at += piece)
                seen = cad_step_end_seen(&e, text[i] + at, len - at < piece ? len - at : piece);
            assert_int_equal(seen, i == 0 || i == 2);
            if (seen)
                assert_true(at >= end && at - end < piece);
            else
                assert_int_equal(end, len);
        }
    }
    assert_int_equal(cad_step_answer_len(text[0], strlen(text[0])), strlen(text[0]) - strlen("END-ISO-10303-21;junk"));
}

static void test_a_whole_file_stays(void **state)
{
    (void)state;
    const char *text = "ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n";
    cad_buf out = CAD_BUF_INIT;
    ok(cad_step_answer(NULL, text, strlen(text), &out));
    assert_string_equal(cad_buf_cstr(&out), text);
    cad_buf_deinit(&out);
}

static void test_other_text_is_expanded(void **state)
{
    (void)state;
    cad_buf out = CAD_BUF_INIT;
    cad_arena *a;
    ok(cad_arena_create("test", 1 << 20, &a));
    ok(cad_step_answer(a, "CARTESIAN_POINT((1.,2.,3.));\n", 29, &out));
    assert_non_null(strstr(cad_buf_cstr(&out), "#15=CARTESIAN_POINT('',(1.,2.,3.));\n"));
    cad_buf_clear(&out);
    fails(cad_step_answer(a, "I cannot do that.", 17, &out), CAD_EPARSE, "'DATA;', and as compact text: line 1, column");
    assert_int_equal(out.len, 0);
    /* placeholders become ids, where there are any */
    static const char plain[] = "ISO-10303-21;\n#1=A( ,#2);\n";
    static const char held[] =
        "ISO-10303-21;\n#7=MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION(#ID_1);\n/* ID_1 = 8 */\n";
    ok(cad_step_answer_legal(a, plain, sizeof plain - 1, &out));
    assert_string_equal(cad_buf_cstr(&out), plain);
    cad_buf_clear(&out);
    ok(cad_step_answer_legal(a, held, sizeof held - 1, &out));
    assert_string_equal(cad_buf_cstr(&out), "ISO-10303-21;\n#7=MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION(#8);\n");
    cad_arena_destroy(a);
    cad_buf_deinit(&out);
}

/* One set of blanks before and behind, whoever looks. */
static void test_every_blank_is_one_before_and_behind(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        cad_step_answer_kind kind;
        bool ends;
    } c[] = {{"", CAD_STEP_ANSWER_blank, false},
             {" \t\r\n\f\v", CAD_STEP_ANSWER_blank, false},
             {"\f\vDATA;\nENDSEC;\nEND-ISO-10303-21;\v\f\n", CAD_STEP_ANSWER_section, true},
             {"\vISO-10303-21;\nEND-ISO-10303-21;", CAD_STEP_ANSWER_file, true},
             {"ISO-10303-21;\nEND-ISO-10303-21;\n.", CAD_STEP_ANSWER_file, false},
             {"ISO-10303-21;\nEND-ISO-10303-21;\b", CAD_STEP_ANSWER_file, false},
             {"\bDATA;", CAD_STEP_ANSWER_ours, false},
             {"\fCIRCLE($,1.);", CAD_STEP_ANSWER_ours, false},
             {"/* a */ /**/\nISO-10303-21;\n", CAD_STEP_ANSWER_file, false},
             {"\xEF\xBB\xBF\nISO-10303-21;\n", CAD_STEP_ANSWER_file, false},
             {"/* a ISO-10303-21;", CAD_STEP_ANSWER_ours, false},
             {"/*/ ISO-10303-21;", CAD_STEP_ANSWER_ours, false},
             {"/* a */ CIRCLE($,1.);", CAD_STEP_ANSWER_ours, false},
             {"ISO-10303-2", CAD_STEP_ANSWER_ours, false}};
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        size_t len = strlen(c[i].text);
        assert_int_equal(cad_step_answer_kind_of(c[i].text, len), c[i].kind);
        assert_int_equal(cad_step_ends_well(c[i].text, len), c[i].ends);
    }
    assert_int_equal(cad_step_blanks("\0 ", 2), 0);
    cad_step_end e = {0};
    assert_true(cad_step_end_seen(&e, c[2].text, strlen(c[2].text)));
    expect_answer("\f\vDATA;\nENDSEC;\nEND-ISO-10303-21;\v", "DATA;\nENDSEC;\nEND-ISO-10303-21;");
}

static void test_blank_text_is_no_answer(void **state)
{
    (void)state;
    cad_buf out = CAD_BUF_INIT;
    assert_int_equal(cad_step_answer(NULL, " \n", 2, &out), CAD_EDATA);
    assert_int_equal(out.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_header_has_the_published_bytes),
        cmocka_unit_test(test_sections_get_a_header),
        cmocka_unit_test(test_the_end_is_seen_as_it_arrives),
        cmocka_unit_test(test_a_whole_file_stays),
        cmocka_unit_test(test_other_text_is_expanded),
        cmocka_unit_test(test_every_blank_is_one_before_and_behind),
        cmocka_unit_test(test_blank_text_is_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
