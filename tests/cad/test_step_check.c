/* Entities against the table of signatures, to the byte. */
#include "tests/cad/conformance.h"
#include "tests/cad/step_util.h"

#include "cad/step/step_check.h"
#include "cad/step/step_signature.h"

#define HEAD                                                                                                                   \
    "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\nFILE_NAME('','',(''),(''),'','','');\n"                            \
    "FILE_SCHEMA(('AUTOMOTIVE_DESIGN'));\nENDSEC;\nDATA;\n"
#define TAIL "ENDSEC;\nEND-ISO-10303-21;\n"

static cad_step *checked(const char *body, bool conformant)
{
    static char text[4096]; /* the model borrows it */
    cad_step *m;
    snprintf(text, sizeof text, "%s%s\n%s", HEAD, body, TAIL);
    ok(cad_step_read(text, strlen(text), &(cad_step_opts){.conformant = conformant}, &m));
    ok(cad_step_check(m, &(cad_step_check_opts){.geometry = true}));
    return m;
}

static void test_the_table_is_sorted_and_whole(void **state)
{
    (void)state;
    for (int e = 0; e < CAD_STEP_IS_UNKNOWN; e++) {
        const cad_step_signature *s = cad_step_signature_at((cad_step_entity_id)e);
        if (e > 0)
            assert_true(strcmp(cad_step_signature_at((cad_step_entity_id)(e - 1))->name, s->name) < 0);
        assert_int_equal(cad_step_signature_find(s->name), e);
        assert_true(s->whole || s->part);
        const cad_step_slot *const both[] = {s->whole, s->part};
        for (int k = 0; k < 2; k++)
            for (const cad_step_slot *slot = both[k]; slot && slot->letter; slot++)
                assert_true(strchr("SRIBLEMVD#", slot->letter) && slot->depth <= 2);
    }
    assert_int_equal(cad_step_signature_find("CARTESIAN_POINTS"), CAD_STEP_IS_UNKNOWN);
    assert_int_equal(cad_step_signature_find(""), CAD_STEP_IS_UNKNOWN);
    for (int c = 0; c < CAD_STEP_CLASS_COUNT; c++) { /* of each class there is a type */
        bool found = false;
        for (int e = 0; e < CAD_STEP_IS_UNKNOWN; e++)
            found |= (cad_step_class_groups((cad_step_class)c) >> cad_step_signature_at((cad_step_entity_id)e)->group) & 1;
        assert_true(found);
    }
}

#define POINT "#1=CARTESIAN_POINT('',(0.,0.,0.));\n"

/* Lines of a body count from 8. */
static const struct {
    const char *body, *found, *says;
} rows[] = {
    {"#1=CARTESIAN_POINT('',(0.,0.,0.),$);", "8:1 T01", "#1 CARTESIAN_POINT: 3 parameters; expected 2"},
    {"#1=DIRECTION();", "8:1 T01", "0 parameters; expected 2"},
    {"#1=CARTESIAN_POINT(0.,(0.,0.,0.));", "8:20 T02", "parameter 1: expected a string, found a real"},
    {"#1=CARTESIAN_POINT('',0.);", "8:23 T02", "parameter 2: expected a list, found a real"},
    {"#1=CARTESIAN_POINT('',(0.,'x',0.));", "8:27 T02", "parameter 2: expected a real, found a string"},
    {"#1=CARTESIAN_POINT('',((0.,0.,0.)));", "8:24 T02", "expected a real, found a list"},
    {"#1=CARTESIAN_POINT('',(0.,*,0.));", "8:27 T02", "expected a real, found *"},
    {"#1=SURFACE_STYLE_USAGE(.T.,#2);\n#2=X();", "8:24 T02", "the name of an enumeration"},
    {POINT "#2=VERTEX_POINT('',#1);\n#3=VERTEX_LOOP('',#2);\n#4=FACE_BOUND('',#3,.U.);", "11:21 T02", ".T. or .F."},
    {"#1=ORIENTED_EDGE('',#2,*,#2,.T.);\n#2=X();", "8:21 T02", "expected *, found an instance"},
    {"#1=LENGTH_MEASURE_WITH_UNIT(25.4,#2);\n#2=X();", "8:29 T02", "a measure, as LENGTH_MEASURE(1.)"},
    {"#1=VERTEX_POINT('',2.);", "8:20 T02", "expected a Cartesian point, found a real"},
    {POINT "#2=EDGE_LOOP('',(#3,#1));\n#3=X();", "9:21 T03", "expected an oriented edge, found #1, CARTESIAN_POINT"},
    {"#1=PLANE('',#2);\n#2=AXIS2_PLACEMENT_2D('',#3,$);\n#3=CARTESIAN_POINT('',(0.,0.));", "8:13 T03",
     "a placement in space, found #2, AXIS2_PLACEMENT_2D"},
    {"#1=CIRCLE('',#2,1.);\n#2=AXIS2_PLACEMENT_2D('',#3,$);\n#3=CARTESIAN_POINT('',(0.,0.));", "", NULL},
    {"#1=VERTEX_POINT('',#2);\n#2=(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.));", "8:20 T03", "found #2, LENGTH_UNIT"},
    {"#1=VERTEX_LOOP('',#2);\n#2=(LENGTH_UNIT()OUR_UNIT());", "", NULL}, /* nobody knows what it is as well */
    {"#1=VERTEX_LOOP('',#2);\n#2=OUR_VERTEX(1,2,3);", "", NULL},
    {"#1=VERTEX_POINT('',#2);\n#2=(LENGTH_UNIT()OUR_UNIT());", "8:20 T03",
     "found #2, LENGTH_UNIT"}, /* no point, whatever it is */
    {"#1=VERTEX_POINT('',#2);\n#2=CARGESIAN_POINT('',(0.,0.,0.));", "8:20 T03",
     "expected a Cartesian point, found #2, CARGESIAN_POINT"},
    {"#1=FACE_BOUND('',#2,.T.);\n#2=VERTEX_L3OP('',#3);\n#3=OURS();", "8:18 T03", "expected a loop, found #2, VERTEX_L3OP"},
    {"#1=ADVANCED_FACE('',(#2),#3,.T.);\n#2=FACE_OUTER_BOUNDS();\n#3=OUR_SURFACE();", "8:22 T03", "a bound of a face"},
    {"#1=VERTEX_POINT('',$);", "8:20 T04", "expected a value, found $"},
    {"#1=EDGE_LOOP('',(#2,$));\n#2=X();", "8:21 T04", "expected a value, found $"},
    {"#1=CARTESIAN_POINT($,(0.,0.,0.));", "8:20 T04", "expected a value, found $"},
    {"#1=APPLICATION_CONTEXT($);", "8:24 T04", ""},
    {"#1=CARTESIAN_POINT('',(0.,1,0.));", "8:27 T05", "expected a real, found an integer"},
    {"#1=(NAMED_UNIT()SI_UNIT($,.METRE.)LENGTH_UNIT());", "8:5 T01", "NAMED_UNIT has 0 parameters; expected 1"},
    {"#1=(NAMED_UNIT(*)SI_UNIT($,5)LENGTH_UNIT());", "8:28 T02", "SI_UNIT, parameter 2: expected the name of an enumeration"},
    {"#1=(NAMED_UNIT(#2)SI_UNIT($,.METRE.)LENGTH_UNIT());\n#2=DIMENSIONAL_EXPONENTS(1.,0.,0.,0.,0.,0.,0.);", "", NULL},
    {"#1=B_SPLINE_SURFACE_WITH_KNOTS('',1,1,((#2,#2),(#2,#3)),.U.,.F.,.F.,.F.,(2,2),(2,2),(0.,1.),(0.,1.),.X.);\n"
     "#2=CARTESIAN_POINT('',(0.,0.));\n#3=DIRECTION('',(0.,1.));",
     "8:52 T03, 8:57 T02", "parameter 4: expected a Cartesian point, found #3, DIRECTION"},
    {"#1=B_SPLINE_SURFACE_WITH_KNOTS('',1,1,(#2,#2),.X.,.F.,.F.,.F.,(2,2),(2,2),(0.,1.),(0.,1.),.X.);\n#2=X();",
     "8:40 T02, 8:43 T02", "parameter 4: expected a list, found an instance"},
    {POINT "#2=BEZIER_SURFACE('',1,1,((#1,#1),(#1),(#1,#1)),.X.,.F.,.F.,.F.);", "9:35 T01",
     "parameter 4: a row of 1; expected 2, as in the first row"},
    {"#1=(BOUNDED_SURFACE()B_SPLINE_SURFACE(1,1,((#2,#2),(#2,#2)),.X.,.F.,.F.,.F.)RATIONAL_B_SPLINE_SURFACE(((1.),(1.,1.)))"
     "REPRESENTATION_ITEM('')SURFACE());\n#2=CARTESIAN_POINT('',(0.,0.,0.));",
     "8:109 T01", "RATIONAL_B_SPLINE_SURFACE, parameter 1: a row of 2; expected 1"},
};

static void test_findings_stand_where_an_entity_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cad_step *m = checked(rows[i].body, false);
        cad_buf told = CAD_BUF_INIT;
        char found[512];
        for (int32_t k = m->diags.n - 1; k >= 0; k--) /* the order of partial types is another matter */
            if (m->diags.item[k].code == CAD_STEP_S09)
                memmove(&m->diags.item[k], &m->diags.item[k + 1], sizeof *m->diags.item * (size_t)(--m->diags.n - k));
        step_codes(m, found, sizeof found);
        if (m->diags.n > 0)
            ok(cad_step_tell_about(m, &m->diags.item[0], &told));
        if (strcmp(found, rows[i].found) != 0 || (rows[i].says && !strstr(cad_buf_cstr(&told), rows[i].says)))
            fail_msg("'%s': found '%s', '%s'; expected '%s', '%s'", rows[i].body, found, cad_buf_cstr(&told), rows[i].found,
                     rows[i].says ? rows[i].says : "");
        cad_buf_deinit(&told);
        cad_step_close(m);
    }
}

static void test_conformant_reading_makes_them_errors(void **state)
{
    (void)state;
    for (int conformant = 0; conformant < 2; conformant++) {
        cad_step *m =
            checked("#1=CARTESIAN_POINT($,(0.,1,'x'));\n#2=VERTEX_POINT('',#2);\n#3=DIRECTION();\n#4=PLANE('',$);", conformant);
        assert_int_equal(m->diags.n_errors, conformant ? 6 : 0);
        assert_int_equal(m->diags.n_warnings, conformant ? 1 : 7); /* and the cycle of #2 */
        cad_step_close(m);
    }
}

static void test_broken_and_repeated_instances_raise_no_more(void **state)
{
    (void)state;
    cad_step *m = checked("#1=CARTESIAN_POINT(?);\n#2=VERTEX_POINT('',#1);\n#3=VERTEX_POINT('',#9);", false);
    char found[200];
    step_codes(m, found, sizeof found);
    assert_string_equal(found, "8:20 L01, 10:20 R02");
    cad_step_close(m);
}

static void sound(const char *name, const cad_buf *text, const json_t *row)
{
    cad_step *m = step_of(text->data, text->len);
    (void)row;
    ok(cad_step_check(m, &(cad_step_check_opts){.geometry = true}));
    int64_t n = m->diags.count[CAD_STEP_T01] + m->diags.count[CAD_STEP_T02] + m->diags.count[CAD_STEP_T03] +
                m->diags.count[CAD_STEP_T04];
    if (n > 0)
        fail_msg("%s: %d findings of arity and references", name, (int)n);
    /* one program writes integers for reals, the value of its uncertainty without its type, and a label as $ */
    if (m->diags.count[CAD_STEP_T02_value] + m->diags.count[CAD_STEP_T04_value] + m->diags.count[CAD_STEP_T05] > 0)
        assert_string_equal(name, "kittycad_cli_output.step");
    cad_step_close(m);
}

static void test_files_of_others_are_as_the_table_says(void **state)
{
    (void)state;
    if (conformance_files("step", sound) == 0)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table_is_sorted_and_whole),
        cmocka_unit_test(test_findings_stand_where_an_entity_is_wrong),
        cmocka_unit_test(test_conformant_reading_makes_them_errors),
        cmocka_unit_test(test_broken_and_repeated_instances_raise_no_more),
        cmocka_unit_test(test_files_of_others_are_as_the_table_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
