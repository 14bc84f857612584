/* Model texts that are none, lean text, and files that are unlike what kernels write. */
#include "tests/cad/step_form_rig.h"

#include "cad/step/text_lean.h"

/* ---- texts that are none ---- */

static void test_bad_texts_are_told_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } bad[] = {
        {"", "line 1, column 1: expected an instance"},
        {"A(1", "line 1, column 4: expected ',' or ')', found the end of the text"},
        {"A(1)B()", "line 1, column 5: expected ';'"},
        {"A(1,\n\n&());", "line 3, column 3: expected a partial type"},
        {"A(1);\nB(#1);", "line 2, column 3: a label that nothing has yet"},
        {"A(#1:B(#1));", "line 1, column 8: an instance that refers to itself"},
        {"A(#1:=B(#1));", "line 1, column 9: an instance that refers to itself"},
        {"A(#1:=B(),#1:=C());", "line 1, column 15: a label that was given before"},
        {"A(,1);", "line 1, column 3: expected a parameter"},
        {"A(1 2);", "line 1, column 5: expected ',' or ')'"},
        {"A(T(1,2));", "line 1, column 8: expected one parameter"},
        {"A(&(1));", "line 1, column 5: expected a partial type"},
        {"A();\nB(@1);", "line 2, column 3: expected a parameter of an instance that ends with ';', found '@1'"},
        {"A()\nB(@0)\n", "line 2, column 3: expected @ and a number"},
        {"A()\nB(@2)\n", "line 2, column 3: expected @ and a number"},
        {"A()\nB(@99999999999999)\n", "line 2, column 3: expected @ and a number"},
        {"A('x);", "line 1, column 3: expected an apostrophe"},
        {"#1=A();#1=B();", "line 1, column 8: a label that was given before"},
        {"A(1.E400);", "line 1, column 3"},
        {"#1=A(#2);", "a label that nothing has yet"},
        {"hello world", "expected"},
        {"#0=A();", "line 1, column 1: expected a label from #1 on"},
        {"#1=PLANE(#1:PLANE());", "line 1, column 13: a label that was given before"},
        {"#1=PLANE(#9:CIRCLE());#2=#3=#4=#5=#6=#7=#8=#9=PLANE();", "line 1"},
        {"v1,2", "line 1, column 5: expected ','"},
        {"v1,2,", "line 1, column 6: expected a number"},
        {"v1,2,.5", "line 1, column 6: expected a number"},
        {"v1,2,1e5", "line 1, column 6: expected a number as of STEP"},
        {"v1,2,3,4", "line 1, column 7: expected the end of a vertex"},
        {"c1,2,3,4,5", "line 1, column 11: expected ','"},
        {"v1,2,3\n", "line 2, column 1: expected a face"},
        {"v1,2,3\ns\n", "line 2, column 2: expected a face"},
        {"v1,2,3\nx", "line 2, column 1: expected v, c, f or s"},
        {"v1,2,3\nf", "line 2, column 2: expected a vertex"},
        {"v1,2,3\nf2", "line 2, column 2: expected a vertex of those above"},
        {"v1,2,3\nf1", "line 2, column 3: a loop of one vertex"},
        {"v1,2,3\nf1,1", "line 2, column 5: a straight edge from a vertex to itself"},
        {"v1,2,3\nf1+1", "line 2, column 4: expected a circle of those above"},
        {"v1,2,3\nf>0", "line 2, column 3: expected a circle of those above"},
        {"c1,2,3,4\nf>1 <1", "line 2, column 5: expected '/' or the end of the face"},
        {"c1,2,3,4\nf>1/", "line 2, column 5: expected a vertex of those above"},
        {"c1,2,3,4\nf>1\nv99999999999999999999999,1,1", "line 3, column 2: expected a number as of STEP"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cad_buf out = CAD_BUF_INIT;
        cad_status s = cad_step_text_expand(arena, bad[i].text, strlen(bad[i].text), &out);
        if (s != CAD_EPARSE || !strstr(cad_error_text(), bad[i].part))
            fail_msg("'%s': %s: %s", bad[i].text, cad_status_name(s), cad_error_text());
        assert_int_equal(out.len, 0);
        cad_buf_deinit(&out);
    }
    cad_buf deep = CAD_BUF_INIT, out = CAD_BUF_INIT;
    ok(cad_buf_str(&deep, "A(1,\n\n"));
    for (int i = 0; i < 65; i++)
        ok(cad_buf_str(&deep, "("));
    fails(cad_step_text_expand(arena, deep.data, deep.len, &out), CAD_EPARSE, "line 3, column 65: lists in each other");
    cad_buf_deinit(&deep);
}

static void test_what_fails_leaves_its_results_alone(void **state)
{
    (void)state;
    static const char file[] = "#1=VERTEX_POINT('',$);";
    cad_buf out = CAD_BUF_INIT;
    uint32_t n = 77;
    cad_frame f = cad_arena_mark(arena);
    fails(cad_text_lean_read(arena, "v1,2,3\nf", 8, 15, &out, &n), CAD_EPARSE, "expected a vertex");
    assert_int_equal(n, 77);
    cad_step *m = step_of(file, sizeof file - 1);
    fails(cad_text_restore(arena, m, 15, &out, &n), CAD_EDATA, "no circle begins and ends in it");
    assert_int_equal(n, 77);
    cad_step_close(m);
    cad_arena_rewind(arena, f);
    cad_buf_deinit(&out);
}

static void test_what_cannot_be_derived_is_told(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "EDGE_CURVE(VERTEX_POINT($),VERTEX_POINT(CARTESIAN_POINT((1.,0.,0.))));",
        "EDGE_CURVE(#1:VERTEX_POINT(CARTESIAN_POINT((1.,0.,0.))),#1);",
        "ADVANCED_FACE((FACE_BOUND(EDGE_LOOP(()),.T.)));",
        "ADVANCED_FACE(());",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cad_buf out = CAD_BUF_INIT;
        fails(cad_step_text_expand(arena, bad[i], strlen(bad[i]), &out), CAD_EDATA,
              i == 0   ? "EDGE_CURVE without a curve"
              : i == 1 ? "an edge without a curve"
                       : "ADVANCED_FACE without a surface");
        cad_buf_deinit(&out);
    }
}

/* A cylinder, two of them, and a quarter of one: what the header says, and back. */
static void test_lean_text_reads_as_it_says(void **state)
{
    (void)state;
    static const char *const text[] = {
        "c5,0,0,10\nc5,0,0,0\nf>1<2\nf>1\nf<2\n",
        "c5,0,0,10\nc5,0,0,0\nf>1<2\nf>1\nf<2\ns\nc5,20,0,10\nc5,20,0,0\nf>3<4\nf>3\nf<4\n",
        ("v0,2,0\nv2,0,0\nv0,0,0\nv2,0,1\nv0,2,1\nv0,0,1\nc2,0,0,0\nc2,0,0,1\n"
         "f1-1,2,3\nf4+2,5,6\nf3,2,4,6\nf6,5,1,3\nf2+1,1,5-2,4\n"),
    };
    cad_step_form lean = form(10);
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        cad_step_text_report r;
        cad_buf file = expand(text[i], strlen(text[i]));
        cad_buf again = make(file.data, file.len, &lean, &r);
        assert_true(r.lean);
        assert_string_equal(again.data, text[i]);
        cad_buf_deinit(&file);
        cad_buf_deinit(&again);
    }
}

/* Two solids whose circles are equal, and not one: a text of numbers would make them one edge. */
static void test_equal_circles_of_two_edges_are_not_told_as_one(void **state)
{
    (void)state;
    static const char touching[] = "c5,0,0,10\nc5,0,0,0\nf>1<2\nf>1\nf<2\ns\nc5,0,0,20\nc5,0,0,10\nf>3<4\nf>3\nf<4\n";
    cad_step_form lean = form(10);
    cad_step_text_report r;
    cad_buf file = expand(touching, strlen(touching)), again = make(file.data, file.len, &lean, &r);
    assert_false(r.lean);
    assert_non_null(strstr(again.data, "MANIFOLD_SOLID_BREP"));
    cad_buf_deinit(&file);
    cad_buf_deinit(&again);
}

/* ---- files that are unlike what kernels write ---- */

static const char CYLINDER[] = "c5,0,0,10\nc5,0,0,0\nf>1<2\nf>1\nf<2\n";

/* The file of that cylinder with `was` replaced. */
static cad_buf changed(const char *was, const char *now)
{
    cad_buf file = expand(CYLINDER, strlen(CYLINDER)), out = CAD_BUF_INIT;
    const char *at = strstr(file.data, was);
    if (!at)
        fail_msg("no '%s' in %s", was, file.data);
    ok(cad_buf_add(&out, file.data, (size_t)(at - file.data)));
    ok(cad_buf_str(&out, now));
    ok(cad_buf_str(&out, at + strlen(was)));
    cad_buf_deinit(&file);
    return out;
}

static void test_a_solid_that_is_named_twice_is_one(void **state)
{
    (void)state;
    cad_step_form lean = form(10);
    cad_step_text_report r;
    cad_buf list = CAD_BUF_INIT;
    cad_buf plain = expand(CYLINDER, strlen(CYLINDER));
    const char *rep = strstr(plain.data, "SHAPE_REPRESENTATION('',(#");
    assert_non_null(rep);
    unsigned solid = 0;
    assert_int_equal(sscanf(rep, "SHAPE_REPRESENTATION('',(#%u)", &solid), 1);
    ok(cad_buf_printf(&list, "SHAPE_REPRESENTATION('',(#%u", solid));
    for (int i = 0; i < 5000; i++)
        ok(cad_buf_printf(&list, ",#%u", solid));
    char was[64];
    snprintf(was, sizeof was, "SHAPE_REPRESENTATION('',(#%u", solid);
    cad_buf file = changed(was, list.data), text = make(file.data, file.len, &lean, &r);
    assert_string_equal(text.data, CYLINDER);
    assert_int_equal(r.kept + r.templated + r.styles + r.shared + r.derivable, r.instances);
    cad_buf_deinit(&list);
    cad_buf_deinit(&plain);
    cad_buf_deinit(&file);
    cad_buf_deinit(&text);
}

static void test_lengths_without_a_point_are_lengths(void **state)
{
    (void)state;
    cad_step_form lean = form(10);
    cad_step_text_report r;
    cad_buf metres = changed("SI_UNIT(.MILLI.,.METRE.)", "SI_UNIT($,.METRE.)"), file = CAD_BUF_INIT;
    char *point = strstr(metres.data, "(0.,0.,10.)");
    assert_non_null(point);
    ok(cad_buf_add(&file, metres.data, (size_t)(point - metres.data)));
    ok(cad_buf_str(&file, "(0,0,10)"));
    ok(cad_buf_str(&file, point + strlen("(0.,0.,10.)")));
    cad_buf text = make(file.data, file.len, &lean, &r);
    assert_string_equal(text.data, "c5000,0,0,10000\nc5000,0,0,0\nf>1<2\nf>1\nf<2\n");
    cad_buf_deinit(&metres);
    cad_buf_deinit(&file);
    cad_buf_deinit(&text);
}

static void test_what_cannot_be_scaled_or_named_is_told(void **state)
{
    (void)state;
    cad_step_form nested = form(0);
    cad_step_text_report r;
    cad_buf metres = changed("SI_UNIT(.MILLI.,.METRE.)", "SI_UNIT($,.METRE.)"), file = CAD_BUF_INIT, out = CAD_BUF_INIT;
    char *plane = strstr(metres.data, "=PLANE('',#");
    assert_non_null(plane);
    ok(cad_buf_add(&file, metres.data, (size_t)(plane - metres.data)));
    ok(cad_buf_str(&file, "=ODD_SURFACE('',#"));
    ok(cad_buf_str(&file, plane + strlen("=PLANE('',#")));
    cad_buf text = make(file.data, file.len, &nested, &r);
    assert_non_null(r.misfit);
    assert_non_null(strstr(r.misfit, "ODD_SURFACE"));
    cad_buf_deinit(&text);
    cad_buf_deinit(&file);
    cad_buf_deinit(&metres);
    file = changed("FACE_BOUND('',#", "FACE_BOUND('',#ID_");
    cad_step *m = step_of(file.data, file.len);
    fails(cad_step_text_make(arena, m, &nested, &out, &r), CAD_EDATA, "which the file does not hold");
    assert_int_equal(out.len, 0);
    cad_step_close(m);
    cad_buf_deinit(&file);
    cad_buf_deinit(&out);
}

/* 20,000 faces of one loop of 20,000 edges: the walk over them would take minutes. */
static void test_shared_loops_are_refused(void **state)
{
    (void)state;
    cad_buf text = CAD_BUF_INIT, out = CAD_BUF_INIT;
    ok(cad_buf_str(&text,
                   "CLOSED_SHELL((ADVANCED_FACE((#1:FACE_BOUND(EDGE_LOOP((#2:ORIENTED_EDGE(EDGE_CURVE(#3:VERTEX_POINT("
                   "CARTESIAN_POINT((1.,0.,0.))),#3,CIRCLE(AXIS2_PLACEMENT_3D(CARTESIAN_POINT((0.,0.,0.)),$,$),1.),.T.),.T.)"));
    for (int i = 0; i < 20000; i++)
        ok(cad_buf_str(&text, ",#2"));
    ok(cad_buf_str(&text, ")),.T.)))"));
    for (int i = 0; i < 20000; i++)
        ok(cad_buf_str(&text, ",ADVANCED_FACE((#1))"));
    ok(cad_buf_str(&text, "));"));
    fails(cad_step_text_expand(arena, text.data, text.len, &out), CAD_EDATA, "faces that share their loops");
    cad_buf_deinit(&text);
    cad_buf_deinit(&out);
}

static void test_a_text_without_a_solid_gets_no_template(void **state)
{
    (void)state;
    static const char text[] = "#1=PLANE(#1);";
    cad_buf out = expand(text, strlen(text));
    assert_null(strstr(out.data, "SHAPE_REPRESENTATION"));
    cad_buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_texts_are_told_with_their_place),
        cmocka_unit_test(test_a_solid_that_is_named_twice_is_one),
        cmocka_unit_test(test_lengths_without_a_point_are_lengths),
        cmocka_unit_test(test_what_cannot_be_scaled_or_named_is_told),
        cmocka_unit_test(test_shared_loops_are_refused),
        cmocka_unit_test(test_a_text_without_a_solid_gets_no_template),
        cmocka_unit_test(test_lean_text_reads_as_it_says),
        cmocka_unit_test(test_equal_circles_of_two_edges_are_not_told_as_one),
        cmocka_unit_test(test_what_fails_leaves_its_results_alone),
        cmocka_unit_test(test_what_cannot_be_derived_is_told),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
