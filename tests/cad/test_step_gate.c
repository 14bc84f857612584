/* How far texts get before the kernel, and why no farther. */
#include "tests/cad/conformance.h"

#include "cad/step/step_gate.h"

#define HEAD                                                                                                                   \
    "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\nFILE_NAME('','',(''),(''),'','','');\n"                            \
    "FILE_SCHEMA(('AUTOMOTIVE_DESIGN'));\nENDSEC;\nDATA;\n"
#define TAIL "ENDSEC;\nEND-ISO-10303-21;\n"

static cad_arena *arena;

static cad_step_gate_result gate(const char *text, size_t len)
{
    cad_step_gate_result r;
    ok(cad_step_gate(text, len, arena, &r));
    return r;
}

static void compare(const char *name, const cad_buf *text, const json_t *row)
{
    cad_step_gate_result r = gate(text->data, text->len);
    const char *class = json_string_value(json_object_get(row, "class")), *got = cad_step_gate_class_name(r.class_);
    const char *reason = json_string_value(json_object_get(row, "text_reason"));
    if (r.level != json_integer_value(json_object_get(row, "text")) || !r.complete)
        fail_msg("%s: level %d (%s, line %d: %s); expected %d", name, r.level, r.reason, (int)r.line, r.text,
                 (int)json_integer_value(json_object_get(row, "text")));
    if (reason && !strcmp(reason, "lower-case keyword"))
        reason = "lower_case";
    if (strcmp(r.reason, reason ? reason : "") != 0)
        fail_msg("%s: reason '%s' (line %d: %s); expected '%s'", name, r.reason, (int)r.line, r.text, reason ? reason : "");
    if (r.level < 3 && strcmp(class, got) != 0)
        fail_msg("%s: class '%s'; expected '%s'", name, got, class);
}

static void test_files_of_others_get_as_far_as_their_list_says(void **state)
{
    (void)state;
    int n = conformance_files("step", compare);
    if (n == 0)
        skip();
    assert_int_equal(n, 22);
    assert_int_equal(conformance_files("step_hostile", compare), 15);
}

/* Body of a DATA section, or a whole text where it begins with !; level, reason, line, and a part of the finding. */
static const struct {
    const char *text;
    int level;
    const char *reason;
    int line;
    const char *says;
} rows[] = {
    {"!", 0, "empty", 1, "empty"},
    {"! \n\t\r\n", 0, "empty", 1, "empty"},
    {"!" HEAD "#1=A();\n", 0, "truncated", 8, "END-ISO-10303-21;"},
    {"!" HEAD TAIL "more", 0, "truncated", 10, "END-ISO-10303-21;"},
    {"#1=A();", 3, "", 0, ""},
    {"#1=A('\\Q','a\nb','\xE9');", 3, "", 0, ""}, /* strings are not judged */
    {"#1=(B()A());", 3, "", 0, ""},
    {"#1=A(#1);", 3, "", 0, ""},
    {"!HELLO\nEND-ISO-10303-21;", 1, "syntax", 1, "ISO-10303-21;"},
    {"!DATA;\n#1=A();\n" TAIL, 1, "syntax", 1, "ISO-10303-21;"},
    {"!" HEAD TAIL "more\n" TAIL, 1, "syntax", 10, "behind the end"},
    {"!ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\n" TAIL, 1, "header", 1, "no FILE_DESCRIPTION"},
    {"!ISO-10303-21;\nHEADER;\nFILE_NAME('','',(''),(''),'','','');\nFILE_DESCRIPTION((''),'2;1');\n"
     "FILE_SCHEMA(('AUTOMOTIVE_DESIGN'));\nENDSEC;\nDATA;\n" TAIL,
     1, "header_order", 4, "FILE_DESCRIPTION is not entity 1"},
    {"#1=A(1;", 1, "paren", 8, "#1 A"},
    {"#1=A((1);", 1, "paren", 8, "#1 A"},
    {"#1=A(1));", 1, "paren", 8, "';'"},
    {"#1=A(1 2);", 1, "syntax", 8, "found '2'"},
    {"#1=A('(' /* ( */ 1);", 1, "syntax", 8, "found '1'"}, /* brackets of strings and comments are none */
    {"#1=A(1.5.2);", 1, "syntax", 8, "is no number"},
    {"#1=A(.5);", 1, "syntax", 8, "'.5'"},
    {"#1=A('x);\n#2=A();", 1, "syntax", 8, "apostrophe"},
    {"#1=A(1.E400);", 1, "number_range", 8, "larger than every double"},
    {"#1=A(99999999999999999999);", 1, "number_range", 8, "64 bits"},
    {"#1=A(1.);\n#2=A(-1.1E7);", 1, "number_range", 9, "#2 A: a number beyond 1e7"},
    {"#1=A(10000001);", 1, "number_range", 8, "beyond 1e7"},
    {"#1=A(1.E-310);", 1, "number_range", 8, "too small"},
    {"#1=A(1.E7,-1.E7,1.E-300,0.,10000000);", 3, "", 0, ""},
    {"#1=A(1.E30);\n#2=A(?);", 1, "number_range", 8, "beyond 1e7"}, /* what stands first counts */
    {"#1=A(?);\n#2=A(1.E30);", 1, "syntax", 8, "starts no token"},
    {"#2147483647=A();", 3, "", 0, ""},
    {"#1=A();\n#2147483648=A();", 1, "limit", 9, "an id of 2147483648"},
    {"#0=A();", 1, "limit", 8, "id 0"},
    {"#1=A();ENDSEC;\nDATA;", 1, "limit", 9, "DATA sections"},
    {"#1=a();", 1, "lower_case", 8, "lower case in 'a'"},
    {"#1=A(1.e3);", 1, "lower_case", 8, "upper-case E"},
    {"#1=&SCOPE\n#2=A();ENDSCOPE B(#2);", 1, "scope", 8, "SCOPE"},
    {"#1=A(1,,2);", 1, "empty_parameter", 8, "expected a parameter"},
    {"#1=A(#ID_1);", 1, "placeholder", 8, "#ID_1"},
    {"#1=a();\n#2=A(?);", 1, "syntax", 9, "starts no token"}, /* a departure counts where nothing is worse */
    {"#1=A();\n#1=A(#5);", 2, "duplicate_id", 9, "defined before"},
    {"#1=A(#2,#1);", 2, "dangling", 8, "nothing defines #2"},
    {"#1=CARTESIAN_POINT('',(0.,0.,0.));\n#2=VERTEX_POINT('',#2);", 2, "type", 9,
     "expected a Cartesian point, found #2, VERTEX_POINT"},
    {"#1=VERTEX_POINT('',.T.);", 2, "type", 8, "expected a Cartesian point, found an enumeration"},
    {"#1=VERTEX_POINT('',$);", 2, "type", 8, "expected a value, found $"},
    {"#1=VERTEX_POINT('');", 2, "type", 8, "1 parameter; expected 2"},
    {"#1=VERTEX_POINT('',#2);\n#2=CARTESIAN_PAINT('',(0.,0.,0.));", 2, "type", 8, "found #2, CARTESIAN_PAINT"},
    {"#1=CARTESIAN_POINT('',(0.,0.,0.));\n#2=BEZIER_SURFACE('',1,1,((#1,#1),(#1)),.X.,.F.,.F.,.F.);", 2, "type", 9,
     "a row of 1"},
    {"#1=CIRCLE($,#2,1);\n#2=AXIS2_PLACEMENT_2D('',#3,$);\n#3=CARTESIAN_POINT('',(0,.F.));", 3, "", 0,
     ""}, /* the kernel's matter */
    {"#1=VERTEX_LOOP('',#2);\n#2=OURS();", 3, "", 0, ""},
    {"!ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\nFILE_NAME('','',(''),(''),'','','');\n"
     "FILE_SCHEMA(('AUTOMOTIVE_DESIGN'));\nENDSEC;\nREFERENCE;\n#9=<a#b>;\nENDSEC;\nDATA;\n#1=A();\n#2=A(#1,#9);\n" TAIL,
     2, "dangling", 12, "#2 A: what it refers to stands in another file"},
    {"!ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\nFILE_NAME('','',(''),(''),'','','');\n"
     "FILE_SCHEMA(('AUTOMOTIVE_DESIGN'));\nFOO(1.E30);\nENDSEC;\nDATA;\n#1=A(?);\n" TAIL,
     1, "number_range", 6, "beyond 1e7"}, /* what a header holds is handed on too */
    {"!ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),1.E400);\nFILE_NAME('','',(''),(''),'','','');\n"
     "FILE_SCHEMA(('AUTOMOTIVE_DESIGN'));\nENDSEC;\nDATA;\n#1=A();\n" TAIL,
     1, "number_range", 3, "larger than every double"},
};

static void test_each_reason_has_a_level_and_a_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[1024];
        bool whole = rows[i].text[0] == '!';
        snprintf(text, sizeof text, "%s%s%s", whole ? "" : HEAD, rows[i].text + whole, whole ? "" : "\n" TAIL);
        cad_step_gate_result r = gate(text, strlen(text));
        if (r.level != rows[i].level || strcmp(r.reason, rows[i].reason) != 0 || r.line != rows[i].line ||
            !strstr(r.text, rows[i].says))
            fail_msg("'%s': level %d, '%s', line %d: '%s'; expected %d, '%s', %d: '%s'", rows[i].text, r.level, r.reason,
                     (int)r.line, r.text, rows[i].level, rows[i].reason, rows[i].line, rows[i].says);
    }
    static const char nul[] = HEAD "#1=A('\0');\n" TAIL, two[] = HEAD "#1=A(1 2);\n" TAIL;
    cad_step_gate_result r = gate(two, sizeof two - 1);
    assert_int_equal(r.column, 8);
    r = gate(nul, sizeof nul - 1);
    assert_int_equal(r.level, 1);
    assert_string_equal(r.reason, "limit");
    assert_int_equal(r.line, 8);
}

/* HEAD, `n` times a body with its number, TAIL. */
static cad_buf many(const char *body, int n)
{
    cad_buf b = CAD_BUF_INIT;
    ok(cad_buf_str(&b, HEAD));
    for (int i = 1; i <= n; i++)
        ok(cad_buf_printf(&b, "#%d=%s;\n", i, body));
    ok(cad_buf_str(&b, TAIL));
    return b;
}

static void test_what_is_passed_over_hides_nothing_behind_it(void **state)
{
    (void)state;
    cad_buf b = many("A('\\Q')", 300); /* more findings than are kept */
    memcpy(strstr(b.data, "#290=A(") + 7, ",   ", 4);
    cad_step_gate_result r = gate(b.data, b.len);
    assert_int_equal(r.level, 1);
    assert_string_equal(r.reason, "empty_parameter");
    assert_int_equal(r.line, 7 + 290);
    cad_buf_deinit(&b);
}

static void test_large_texts_meet_their_limits(void **state)
{
    (void)state;
    cad_buf b = many("A()", CAD_STEP_GATE_INSTANCES);
    assert_int_equal(gate(b.data, b.len).level, 3);
    cad_buf_deinit(&b);
    b = many("A()", CAD_STEP_GATE_INSTANCES + 1);
    assert_string_equal(gate(b.data, b.len).reason, "limit");
    cad_buf_deinit(&b);
    for (int extra = 0; extra < 2; extra++) {
        size_t n = CAD_STEP_GATE_STRING + (size_t)extra;
        char *string = malloc(n + 8);
        snprintf(string, n + 8, "A('%0*d')", (int)n, 0);
        b = many(string, 1);
        assert_string_equal(gate(b.data, b.len).reason, extra ? "limit" : "");
        cad_buf_deinit(&b);
        free(string);
    }
    size_t n = CAD_STEP_GATE_BYTES;
    char *blank = malloc(n + 1);
    memset(blank, ' ', n + 1);
    memcpy(blank, HEAD, strlen(HEAD));
    memcpy(blank + n - strlen(TAIL), TAIL, strlen(TAIL));
    assert_int_equal(gate(blank, n).level, 3);
    blank[n] = '\n';
    assert_string_equal(gate(blank, n + 1).reason, "limit");
    free(blank);
}

static int setup(void **state)
{
    (void)state;
    return cad_arena_create("gate", (size_t)16 << 20, &arena) != CAD_OK;
}

static int teardown(void **state)
{
    (void)state;
    cad_arena_destroy(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_of_others_get_as_far_as_their_list_says),
        cmocka_unit_test(test_each_reason_has_a_level_and_a_line),
        cmocka_unit_test(test_what_is_passed_over_hides_nothing_behind_it),
        cmocka_unit_test(test_large_texts_meet_their_limits),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
