/* Order and restoring as STEP-LLM's step_restructurer.py and restore_step_valid.py do them. */
#include "tests/unit.h"

#include "cad/step/steplm.h"
#include "core/arena.h"
#include "core/fs.h"
#include "core/rng.h"

#include <inttypes.h>

static cad_arena *arena;

static int begin(void **state)
{
    (void)state;
    return cad_arena_create("test", (size_t)1 << 30, &arena) != CAD_OK;
}

static int end(void **state)
{
    (void)state;
    cad_arena_destroy(arena);
    return 0;
}

/* ---- against what the tools wrote ---- */

static void same_bytes(const char *name, const char *what, const cad_buf *got, const char *want, size_t len)
{
    size_t at = 0;
    while (at < len && at < got->len && got->data[at] == want[at])
        at++;
    if (got->len == len && at == len)
        return;
    size_t from = at < 30 ? 0 : at - 30;
    fail_msg("%s, %s: %zu bytes, expected %zu; at %zu '%.*s', expected '%.*s'", name, what, got->len, len, at,
             (int)(got->len - from < 60 ? got->len - from : 60), got->data + from, (int)(len - from < 60 ? len - from : 60),
             want + from);
}

static void check_case(const char *name, bool rounded, const char *in, size_t n, const char *ordered, int64_t n_ordered,
                       int64_t n_restored)
{
    cad_buf plain = CAD_BUF_INIT, got = CAD_BUF_INIT, restored = CAD_BUF_INIT;
    size_t used = cad_arena_used(arena);
    if (rounded) {
        ok(cad_steplm_round(in, n, &plain, NULL));
        in = plain.data;
        n = plain.len;
    }
    cad_status s = cad_steplm_reorder(arena, in, n, &got, NULL);
    if (n_ordered < 0) {
        if (s != CAD_EDATA || got.len != 0)
            fail_msg("%s: read, with %zu bytes; the tool refuses it", name, got.len);
    } else {
        ok(s);
        same_bytes(name, "order", &got, ordered, (size_t)n_ordered);
        ok(cad_steplm_restore(arena, got.data, got.len, &restored));
        same_bytes(name, "restored", &restored, ordered + n_ordered, (size_t)n_restored);
    }
    assert_int_equal(cad_arena_used(arena), used);
    cad_buf_deinit(&plain);
    cad_buf_deinit(&got);
    cad_buf_deinit(&restored);
}

static void test_made_up_files_become_the_same_bytes(void **state)
{
    (void)state;
    char path[4400];
    const char *source = getenv("CADLM_SOURCE");
    cad_buf all = CAD_BUF_INIT;
    int cases = 0, refused = 0;
    snprintf(path, sizeof path, "%s/tests/golden/steplm/cases.txt", source ? source : ".");
    ok(cad_fs_read(path, 0, &all));
    for (const char *p = cad_buf_cstr(&all); p < all.data + all.len; cases++) {
        char name[40], how[10];
        int n, ordered, restored, skip_to;
        assert_int_equal(sscanf(p, "case %39s %9s %d %d %d%n", name, how, &n, &ordered, &restored, &skip_to), 5);
        const char *in = p + skip_to + 1;
        size_t rest = (size_t)(ordered < 0 ? 0 : ordered + restored);
        assert_true(in + n + rest < all.data + all.len);
        check_case(name, strcmp(how, "round") == 0, in, (size_t)n, in + n, ordered, restored);
        refused += ordered < 0;
        p = in + n + rest + 1;
    }
    assert_int_equal(cases, 208);
    assert_in_range(refused, 3, 20);
    cad_buf_deinit(&all);
}

static void test_the_released_tools_give_the_same_bytes(void **state)
{
    (void)state;
    const char *shared = shared_dir();
    if (!shared)
        skip();
    for (int i = 0; i < 6; i++) {
        char path[4400], name[20];
        int64_t lost;
        cad_buf in = CAD_BUF_INIT, want = CAD_BUF_INIT, got = CAD_BUF_INIT;
        snprintf(name, sizeof name, "%08d", i);
        snprintf(path, sizeof path, "%s/conformance/step-llm/rounded/%s/m.step", shared, name);
        ok(cad_fs_read(path, 0, &in));
        snprintf(path, sizeof path, "%s/conformance/step-llm/dfs/%s_restructured.step", shared, name);
        ok(cad_fs_read(path, 0, &want));
        ok(cad_steplm_reorder(arena, in.data, in.len, &got, &lost));
        same_bytes(name, "order", &got, want.data, want.len);
        cad_buf_deinit(&in);
        cad_buf_deinit(&want);
        cad_buf_deinit(&got);
    }
}

/* ---- single rules ---- */

static void reordered(const char *data, const char *want, int64_t want_lost)
{
    cad_buf in = CAD_BUF_INIT, out = CAD_BUF_INIT;
    int64_t lost;
    ok(cad_buf_printf(&in, "DATA;\n%s\nENDSEC;\n", data));
    ok(cad_steplm_reorder(arena, in.data, in.len, &out, &lost));
    cad_buf whole = CAD_BUF_INIT;
    ok(cad_buf_printf(&whole, "\n%sENDSEC;\nEND-ISO-10303-21;\n", want));
    same_bytes(data, "order", &out, whole.data, whole.len);
    assert_int_equal(lost, want_lost);
    cad_buf_deinit(&in);
    cad_buf_deinit(&out);
    cad_buf_deinit(&whole);
}

static void test_what_no_root_of_the_four_types_reaches_is_lost_and_counted(void **state)
{
    (void)state;
    reordered("#1=APPLICATION_PROTOCOL_DEFINITION(#2);\n#2=A();\n#3=NEXT_ASSEMBLY_USAGE_OCCURRENCE(#4,#2);\n#4=B();",
              "#1=APPLICATION_PROTOCOL_DEFINITION(#2);\n#2=A();\n", 2);
    /* a semicolon in a string cuts its entity, and what only it reaches goes too */
    reordered("#1=APPLICATION_PROTOCOL_DEFINITION(#2,#3);\n#2=A('x;y');\n#3=B();",
              "#1=APPLICATION_PROTOCOL_DEFINITION(#2,#2);\n#2=B();\n", 0);
}

static void test_a_chain_ends_at_depth_20(void **state)
{
    (void)state;
    cad_buf in = CAD_BUF_INIT, want = CAD_BUF_INIT;
    ok(cad_buf_str(&in, "#1=APPLICATION_PROTOCOL_DEFINITION(#2);\n"));
    ok(cad_buf_str(&want,
                   "/* APPLICATION_PROTOCOL_DEFINITION Section - Unusual depth */\n#1=APPLICATION_PROTOCOL_DEFINITION(#2);\n"));
    for (int i = 2; i < 30; i++) {
        ok(cad_buf_printf(&in, "#%d=A(#%d);\n", i, i + 1));
        if (i <= 21)
            ok(cad_buf_printf(&want, "#%d=A(#%d);\n", i, i + 1));
    }
    reordered(cad_buf_cstr(&in), cad_buf_cstr(&want), 8);
    cad_buf_deinit(&in);
    cad_buf_deinit(&want);
}

static void test_time_is_linear(void **state)
{
    (void)state;
    cad_buf in = CAD_BUF_INIT, out = CAD_BUF_INIT;
    /* every entity refers to the next two: the tree that their tool builds has more than 2^19 nodes below each of them */
    ok(cad_buf_str(&in, "DATA;\n"));
    for (int i = 1; i < 20000; i++)
        ok(cad_buf_printf(&in, "#%d=%s(#%d,#%d);\n", i, i == 1 ? "SHAPE_DEFINITION_REPRESENTATION" : "A", i + 1, i + 2));
    ok(cad_buf_str(&in, "ENDSEC;\n"));
    ok(cad_steplm_reorder(arena, in.data, in.len, &out, NULL));
    assert_non_null(strstr(cad_buf_cstr(&out), "#41=A(")); /* two steps a level, 20 levels */
    assert_null(strstr(cad_buf_cstr(&out), "#42=A("));
    /* thousands of roots, and of references to one item, above what all of them reach */
    static const char *const type[] = {"SHAPE_DEFINITION_REPRESENTATION", "APPLICATION_PROTOCOL_DEFINITION",
                                       "PRODUCT_CATEGORY_RELATIONSHIP"};
    for (int k = 0; k < 4; k++) {
        cad_buf_clear(&in);
        cad_buf_clear(&out);
        ok(cad_buf_str(&in, "DATA;\n#1=STYLED_ITEM("));
        for (int i = 0; i < 30000; i++)
            ok(cad_buf_printf(&in, "%s#%d", i ? "," : "", 100000 + i));
        ok(cad_buf_str(&in, ");\n"));
        for (int i = 0; i < 30000; i++)
            ok(cad_buf_printf(&in, "#%d=A();\n", 100000 + i));
        if (k == 3)
            ok(cad_buf_str(&in, "#2=MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION(#1"));
        for (int i = 2; i < 30000; i++)
            ok(k == 3 ? cad_buf_str(&in, ",#1") : cad_buf_printf(&in, "#%d=%s(#1);\n", i, type[k]));
        ok(cad_buf_str(&in, k == 3 ? ");ENDSEC;" : "ENDSEC;"));
        int64_t lost;
        ok(cad_steplm_reorder(arena, in.data, in.len, &out, &lost));
        assert_int_equal(lost, 0);
    }
    /* no semicolon behind thousands of beginnings; thousands of beginnings in one line that breaks */
    for (int form = 0; form < 2; form++) {
        cad_buf_clear(&in);
        cad_buf_clear(&out);
        ok(cad_buf_str(&in, "DATA;"));
        for (int i = 0; i < 300000; i++)
            ok(cad_buf_str(&in, form ? "#1=(" : "#1="));
        ok(cad_buf_str(&in, form ? "\n;ENDSEC;" : "ENDSEC;"));
        ok(cad_steplm_reorder(arena, in.data, in.len, &out, NULL));
    }
    cad_buf_deinit(&in);
    cad_buf_deinit(&out);
}

static void restored(const char *text, const char *want)
{
    cad_buf out = CAD_BUF_INIT;
    ok(cad_steplm_restore(arena, text, strlen(text), &out));
    same_bytes(text, "restored", &out, want, strlen(want));
    cad_buf_deinit(&out);
}

static void test_placeholders_and_comments_are_restored(void **state)
{
    (void)state;
#define ROOT " #7 = MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION ("
    restored(ROOT "#ID_1,#ID_2,#ID_3,#ID_1x);\n/* ID_1 = 9 */\n/*ID_2=012*/\nx /* ID_3 = 4 */\n",
             ROOT "#9,#12,#ID_3,#ID_1x);\nx \n");
    restored(ROOT "#ID_1);\n/* ID_1 = 9 */\n/* ID_1 = 8 */\n/* ID_01 = 7 */\n" ROOT "#ID_1);\n/* ID_1 = 6 */\n",
             ROOT "#8);\n" ROOT "#6);\n");
    restored("a /* b */ c /* d */\n/* e */ \t\n /* f\n g */ h\n", "a  c \n /* f\n g */ h\n"); /* a comment ends in its line */
    restored("a\x0B"
             "b\xC2\x85"
             "c\xE2\x80\xA8\xE3\x80\x80\r\nd",
             "a\nb\nc\nd\n");
    restored("/*/ a */b\n", "b\n");
    restored("", "\n");
}

static void legal(const char *text, const char *want)
{
    cad_buf out = CAD_BUF_INIT;
    ok(cad_steplm_legal(arena, text, strlen(text), &out));
    same_bytes(text, "legal", &out, want, strlen(want));
    cad_buf_deinit(&out);
}

static void test_a_colour_without_a_name_gets_one(void **state)
{
    (void)state;
    legal(ROOT "#ID_1);\n#8=COLOUR_RGB( , 0.5, 0.5, 0.5 );\n/* ID_1 = 8 */\n",
          ROOT "#8);\n#8=COLOUR_RGB( '', 0.5, 0.5, 0.5 );\n");
    legal("#1=COLOUR_RGB(,1.);#2=COLOUR_RGB (\n,1.);\n", "#1=COLOUR_RGB('',1.);#2=COLOUR_RGB (\n'',1.);\n");
    /* of another entity, of another parameter, in a string or comment it is not ours to mend */
    legal("#1=COLOUR_RGB('', ,1.);\n#2=XCOLOUR_RGB( ,1.);\n#3=COLOUR( ,1.);\n#4=A('COLOUR_RGB( ,1.)'', ');\n",
          "#1=COLOUR_RGB('', ,1.);\n#2=XCOLOUR_RGB( ,1.);\n#3=COLOUR( ,1.);\n#4=A('COLOUR_RGB( ,1.)'', ');\n");
    legal("/* a\nCOLOUR_RGB( ,1.) */\n#1=A('COLOUR_RGB( ,", "/* a\nCOLOUR_RGB( ,1.) */\n#1=A('COLOUR_RGB( ,\n");
    assert_true(cad_steplm_has_placeholders("a#ID_", 5));
    assert_false(cad_steplm_has_placeholders("a#ID_", 4));
}

/* ---- bytes of any kind ---- */

static void test_random_text_is_read_or_refused(void **state)
{
    (void)state;
    static const char *const piece[] = {"#",
                                        "1",
                                        "2",
                                        "23",
                                        "=",
                                        "(",
                                        ")",
                                        ";",
                                        "\n",
                                        "\r",
                                        " ",
                                        "A",
                                        "COLOUR_RGB",
                                        "STYLED_ITEM",
                                        "ENDSEC;",
                                        "DATA;",
                                        "ISO-10303-21;",
                                        "'",
                                        ",",
                                        "\xC3\xA9",
                                        "\xFF",
                                        "#3=SHAPE_DEFINITION_REPRESENTATION(#4);",
                                        ("#4="
                                         "MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION(#3,#1);"),
                                        "/* ID_1 = 2 */",
                                        "#ID_1",
                                        "99999999999999999999"};
    int read = 0;
    for (uint64_t seed = 0; seed < 20000; seed++) {
        cad_rng r = cad_rng_make(seed, "steplm", 0);
        cad_buf in = CAD_BUF_INIT, out = CAD_BUF_INIT, again = CAD_BUF_INIT;
        ok(cad_buf_str(&in, seed % 8 ? "DATA;#4="
                                       "MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION(#1,#2);#1=COLOUR_RGB();"
                                     : ""));
        for (int i = 0; i < 60; i++)
            ok(cad_buf_str(&in, piece[cad_rng_range(&r, 0, sizeof piece / sizeof *piece - 1)]));
        ok(cad_buf_str(&in, seed % 3 ? "ENDSEC;" : ""));
        cad_status s = cad_steplm_reorder(arena, in.data, in.len, &out, NULL);
        assert_true(s == CAD_OK || (s == CAD_EDATA && out.len == 0));
        read += s == CAD_OK;
        ok(cad_steplm_restore(arena, in.data, in.len, &again));
        cad_buf_deinit(&in);
        cad_buf_deinit(&out);
        cad_buf_deinit(&again);
    }
    assert_in_range(read, 10000, 19999);
}

static void test_a_section_is_what_the_models_learn(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } text[] = {
        {"ISO;\n  x DATA; \n\t#1 = A();  \n\n END;\n", "x DATA;\n#1 = A();\n\nEND;"},
        {"DATA;", "DATA;"},
        {"DATA;\n\n", "DATA;\n"},
        {"DATA;\r\n#1\r\n", "DATA;\n#1"},
    };
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        cad_buf out = CAD_BUF_INIT;
        ok(cad_steplm_section(text[i].in, strlen(text[i].in), &out));
        assert_string_equal(cad_buf_cstr(&out), text[i].out);
        cad_buf_deinit(&out);
    }
    cad_buf out = CAD_BUF_INIT;
    fails(cad_steplm_section("ENDSEC;", 7, &out), CAD_EDATA, "no line with DATA;");
    fails(cad_steplm_section("", 0, &out), CAD_EDATA, "no line with DATA;");
    assert_int_equal(out.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made_up_files_become_the_same_bytes),
        cmocka_unit_test(test_the_released_tools_give_the_same_bytes),
        cmocka_unit_test(test_what_no_root_of_the_four_types_reaches_is_lost_and_counted),
        cmocka_unit_test(test_a_chain_ends_at_depth_20),
        cmocka_unit_test(test_time_is_linear),
        cmocka_unit_test(test_placeholders_and_comments_are_restored),
        cmocka_unit_test(test_a_colour_without_a_name_gets_one),
        cmocka_unit_test(test_a_section_is_what_the_models_learn),
        cmocka_unit_test(test_random_text_is_read_or_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
