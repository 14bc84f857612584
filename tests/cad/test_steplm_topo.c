/* The older order of STEP-LLM, as its reorder_step.py does it. */
#include "tests/unit.h"

#include "cad/step/steplm.h"
#include "core/fs.h"

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

static void check_case(const char *name, const char *in, size_t n, cad_steplm_group group, const char *want, int64_t len)
{
    cad_buf got = CAD_BUF_INIT;
    size_t used = cad_arena_used(arena);
    cad_status s = cad_steplm_topo(arena, in, n, group, &got);
    if (len < 0 ? s != CAD_EDATA || got.len != 0 : s != CAD_OK)
        fail_msg("%s, group %d: %s, %zu bytes; expected %" PRId64 ": %s", name, (int)group, cad_status_name(s), got.len, len,
                 cad_error_text());
    size_t at = 0;
    while (len >= 0 && at < got.len && at < (size_t)len && got.data[at] == want[at])
        at++;
    if (len >= 0 && (got.len != (size_t)len || at != got.len))
        fail_msg("%s, group %d: %zu bytes, expected %" PRId64 "; at %zu '%.*s', expected '%.*s'", name, (int)group, got.len,
                 len, at, (int)(got.len - at < 40 ? got.len - at : 40), got.data + at,
                 (int)((size_t)len - at < 40 ? (size_t)len - at : 40), want + at);
    assert_int_equal(cad_arena_used(arena), used);
    cad_buf_deinit(&got);
}

static void test_made_up_files_become_the_same_bytes(void **state)
{
    (void)state;
    char path[4400];
    const char *source = getenv("CADLM_SOURCE");
    cad_buf all = CAD_BUF_INIT;
    int cases = 0, refused = 0;
    snprintf(path, sizeof path, "%s/tests/golden/steplm/topo.txt", source ? source : ".");
    ok(cad_fs_read(path, 0, &all));
    for (const char *p = cad_buf_cstr(&all); p < all.data + all.len; cases++) {
        char name[40];
        int n, len[3], skip_to;
        assert_int_equal(sscanf(p, "case %39s %d %d %d %d%n", name, &n, &len[0], &len[1], &len[2], &skip_to), 5);
        const char *in = p + skip_to + 1, *want = in + n;
        for (int g = 0; g < 3; g++) {
            assert_true(want + (len[g] < 0 ? 0 : len[g]) < all.data + all.len);
            check_case(name, in, (size_t)n, (cad_steplm_group)g, want, len[g]);
            want += len[g] < 0 ? 0 : len[g];
        }
        refused += len[0] < 0;
        p = want + 1;
    }
    assert_int_equal(cases, 168);
    assert_in_range(refused, 5, 30);
    cad_buf_deinit(&all);
}

/* The example of shared/spec/step-llm.md 3: old ids in their new order, the same in all three ways. */
static void test_the_worked_example(void **state)
{
    (void)state;
    static const char text[] =
        "DATA;\n#10 = MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION( '', ( #11, #12 ), #20 );\n"
        "#11 = STYLED_ITEM( '', ( #13 ), #30 );\n#12 = STYLED_ITEM( '', ( #14 ), #31 );\n"
        "#13 = FILL_AREA_STYLE_COLOUR( '', #15 );\n#14 = FILL_AREA_STYLE_COLOUR( '', #16 );\n"
        "#15 = COLOUR_RGB( '', 1., 0., 0. );\n#16 = COLOUR_RGB( '', 0., 1., 0. );\n"
        "#20 = ( GEOMETRIC_REPRESENTATION_CONTEXT( 3 )REPRESENTATION_CONTEXT( '', '' ) );\n#30 = PLANE( '', #33 );\n"
        "#31 = SPHERICAL_SURFACE( '', #33, 1.23456789E-3 );\n#32 = CARTESIAN_POINT( '', ( 0.1234565, -0.00000004, 1. ) );\n"
        "#33 = AXIS2_PLACEMENT_3D( '', #32, $, $ );\n#40 = PRODUCT_CATEGORY_RELATIONSHIP( 'v 2.5', 'see #33', #41, #41 );\n"
        "#41 = PRODUCT_CATEGORY( 'part', '' );\n#45 = APPLICATION_CONTEXT( '' );\n"
        "#46 = APPLICATION_PROTOCOL_DEFINITION( '', 'automotive_design', 2001, #45 );\n"
        "#50 = SHAPE_DEFINITION_REPRESENTATION( #51, #55 );\n#51 = PRODUCT_DEFINITION_SHAPE( '', '', #54 );\n"
        "#54 = PRODUCT_DEFINITION_CONTEXT( '', #45, 'design' );\n#55 = SHAPE_REPRESENTATION( '', ( #30, #33 ), #20 );\n"
        "#60 = NEXT_ASSEMBLY_USAGE_OCCURRENCE( '1', '', '', #54, #54, $ );\nENDSEC;\n";
    static const int order[] = {15, 16, 20, 32, 41, 45, 13, 14, 33, 40, 46, 54, 30, 31, 51, 60, 11, 12, 55, 10, 50};
    for (int g = 0; g < 3; g++) {
        cad_buf got = CAD_BUF_INIT;
        ok(cad_steplm_topo(arena, text, sizeof text - 1, (cad_steplm_group)g, &got));
        const char *p = got.data;
        for (int k = 0; k < 21; k++) { /* the type and what is behind it up to the first id or comma tell the entity */
            char old[20], new[20];
            snprintf(old, sizeof old, "\n#%d = ", order[k]);
            snprintf(new, sizeof new, "\n#%d = ", k + 1);
            const char *was = strstr(text, old) + strlen(old);
            p = strstr(p, new);
            assert_non_null(p);
            p += strlen(new);
            assert_memory_equal(p, was, strcspn(was, "#;"));
        }
        cad_buf_deinit(&got);
    }
}

static void test_a_chain_of_a_million_takes_no_stack(void **state)
{
    (void)state;
    enum { N = 1000000 };
    cad_buf in = CAD_BUF_INIT, out = CAD_BUF_INIT;
    ok(cad_buf_str(&in, "DATA;\n"));
    for (int i = 1; i <= N; i++)
        ok(cad_buf_printf(&in, i < N ? "#%d=A(#%d);\n" : "#%d=A();\n", i, i + 1));
    ok(cad_buf_str(&in, "ENDSEC;\n"));
    for (int g = 0; g < 3; g++) {
        cad_buf_clear(&out);
        ok(cad_steplm_topo(arena, in.data, in.len, (cad_steplm_group)g, &out));
        assert_memory_equal(out.data, "DATA;\n#1=A();\n#2=A(#1);\n#3=A(#2);\n", 32);
    }
    cad_buf_deinit(&in);
    cad_buf_deinit(&out);
}

static void refused(const char *text, const char *why)
{
    cad_buf out = CAD_BUF_INIT;
    fails(cad_steplm_topo(arena, text, strlen(text), CAD_STEPLM_GROUP_strict, &out), CAD_EDATA, why);
    assert_int_equal(out.len, 0);
}

static void test_what_it_refuses_is_told(void **state)
{
    (void)state;
    refused("#1=A();\n", "no DATA; on a line of its own");
    refused("DATA;\n#1=A();\n", "no ENDSEC; behind DATA;");
    refused("DATA;\n#1=A();\n\nENDSEC;\n", "holds no semicolon");
    refused("DATA;\n/* x */\n#1=A();\nENDSEC;\n", "'/* x */");
    refused("DATA;\n#1=A(#2);\n#2=A(#1);\nENDSEC;\n", "a cycle of references leads through #1");
    refused("DATA;\n#12345678901234567890=A();\nENDSEC;\n", "more than 19 digits");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made_up_files_become_the_same_bytes),
        cmocka_unit_test(test_the_worked_example),
        cmocka_unit_test(test_a_chain_of_a_million_takes_no_stack),
        cmocka_unit_test(test_what_it_refuses_is_told),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
