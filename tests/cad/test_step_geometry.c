/* What entities describe, judged without a kernel: each finding, and its neighbour that is none. */
#include "tests/cad/conformance.h"
#include "tests/cad/step_util.h"

#include "cad/step/step_check.h"

#define HEAD                                                                                                                   \
    "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\nFILE_NAME('','',(''),(''),'','','');\n"                            \
    "FILE_SCHEMA(('AUTOMOTIVE_DESIGN'));\nENDSEC;\nDATA;\n"
#define TAIL "ENDSEC;\nEND-ISO-10303-21;\n"

static cad_step *checked(const char *text, size_t len, double length)
{
    cad_step *m = step_of(text, len);
    ok(cad_step_check(m, &(cad_step_check_opts){.geometry = true, .length = length}));
    return m;
}

/* A placement #90 at the origin, its directions, a unit vector #95 along x. */
#define FRAME                                                                                                                  \
    "#90=AXIS2_PLACEMENT_3D('',#91,#92,#93);#91=CARTESIAN_POINT('',(0.,0.,0.));#92=DIRECTION('',(0.,0.,1.));"                  \
    "#93=DIRECTION('',(1.,0.,0.));#95=VECTOR('',#93,1.);#96=LINE('',#91,#95);#97=PLANE('',#90);\n"
/* An edge #1 from #3 to #5, whose points the caller adds as #4 and #6, on the curve #2. */
#define EDGE "#1=EDGE_CURVE('',#3,#5,#2,.T.);#3=VERTEX_POINT('',#4);#5=VERTEX_POINT('',#6);"
/* The same with an oriented edge, a loop, a bound, and a face #10 on the surface #11. */
#define FACE                                                                                                                   \
    EDGE "#7=ORIENTED_EDGE('',*,*,#1,.T.);#8=EDGE_LOOP('',(#7,#12));#12=ORIENTED_EDGE('',*,*,#1,.F.);"                         \
         "#9=FACE_BOUND('',#8,.T.);#10=ADVANCED_FACE('',(#9),#11,.T.);#2=UNKNOWN_CURVE();"
#define AT(n, x, y, z) "#" n "=CARTESIAN_POINT('',(" x "," y "," z "));"
/* Two discs that meet in the circle #21, of which the caller says how faces #31 and #32 use it. */
#define DISCS(first, second)                                                                                                   \
    FRAME "#20=CARTESIAN_POINT('',(5.,0.,0.));#21=EDGE_CURVE('',#22,#22,#23,.T.);#22=VERTEX_POINT('',#20);"                    \
          "#23=CIRCLE('',#90,5.);#24=ORIENTED_EDGE('',*,*,#21," first ");#25=ORIENTED_EDGE('',*,*,#21," second ");"            \
          "#26=EDGE_LOOP('',(#24));#27=EDGE_LOOP('',(#25));#28=FACE_BOUND('',#26,.T.);#29=FACE_BOUND('',#27,.T.);"             \
          "#31=ADVANCED_FACE('',(#28),#97,.T.);#32=ADVANCED_FACE('',(#29),#97,.T.);"
#define UNITS(length, angle)                                                                                                   \
    "#70=(GEOMETRIC_REPRESENTATION_CONTEXT(3)GLOBAL_UNIT_ASSIGNED_CONTEXT((#71,#72))REPRESENTATION_CONTEXT('',''));#71="       \
    "(" length ");#72=(" angle ");"
#define METRE "LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT($,.METRE.)"
#define MILLI "LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.)"
#define INCH                                                                                                                   \
    "CONVERSION_BASED_UNIT('INCH',#73)LENGTH_UNIT()NAMED_UNIT(#75));#73=LENGTH_MEASURE_WITH_UNIT(LENGTH_MEASURE(25.4),#74);"   \
    "#74=(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.));#75=DIMENSIONAL_EXPONENTS(1.,0.,0.,0.,0.,0.,0.);"                \
    "#76=(LENGTH_UNIT()"
#define RADIAN "NAMED_UNIT(*)PLANE_ANGLE_UNIT()SI_UNIT($,.RADIAN.)"
#define DEGREE                                                                                                                 \
    "CONVERSION_BASED_UNIT('DEGREE',#77)NAMED_UNIT(*)PLANE_ANGLE_UNIT());#78=(NAMED_UNIT(*)PLANE_ANGLE_UNIT()"                 \
    "SI_UNIT($,.RADIAN.));#77=PLANE_ANGLE_MEASURE_WITH_UNIT(PLANE_ANGLE_MEASURE(0.0174532925199433),#78);#79=(NAMED_UNIT(*)"

/* A cone between two circles, of 10 mm at height 0 and of 20 mm at height 10; #3 a context with degrees, #8 one with radians.
 */
#define CONE(half)                                                                                                             \
    "#1=(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.));#2=(NAMED_UNIT(*)PLANE_ANGLE_UNIT()SI_UNIT($,.RADIAN.));"         \
    "#3=(GEOMETRIC_REPRESENTATION_CONTEXT(3)GLOBAL_UNIT_ASSIGNED_CONTEXT((#1,#4))REPRESENTATION_CONTEXT('',''));"              \
    "#4=(CONVERSION_BASED_UNIT('DEGREE',#5)NAMED_UNIT(#6)PLANE_ANGLE_UNIT());"                                                 \
    "#5=PLANE_ANGLE_MEASURE_WITH_UNIT(PLANE_ANGLE_MEASURE(0.0174532925199433),#2);"                                            \
    "#6=DIMENSIONAL_EXPONENTS(0.,0.,0.,0.,0.,0.,0.);"                                                                          \
    "#8=(GEOMETRIC_REPRESENTATION_CONTEXT(3)GLOBAL_UNIT_ASSIGNED_CONTEXT((#1,#2))REPRESENTATION_CONTEXT('',''));"              \
    "#10=CARTESIAN_POINT('',(0.,0.,0.));#11=AXIS2_PLACEMENT_3D('',#10,$,$);#12=CONICAL_SURFACE('',#11,10.," half ");"          \
    "#13=CARTESIAN_POINT('',(10.,0.,0.));#14=VERTEX_POINT('',#13);#16=CIRCLE('',#11,10.);"                                     \
    "#23=CARTESIAN_POINT('',(20.,0.,10.));#24=VERTEX_POINT('',#23);#29=CARTESIAN_POINT('',(0.,0.,10.));"                       \
    "#25=AXIS2_PLACEMENT_3D('',#29,$,$);#26=CIRCLE('',#25,20.);"                                                               \
    "#17=EDGE_CURVE('',#14,#14,#16,.T.);#18=ORIENTED_EDGE('',*,*,#17,.T.);#19=EDGE_LOOP('',(#18));"                            \
    "#27=EDGE_CURVE('',#24,#24,#26,.T.);#28=ORIENTED_EDGE('',*,*,#27,.T.);#31=EDGE_LOOP('',(#28));"                            \
    "#20=FACE_BOUND('',#19,.T.);#30=FACE_BOUND('',#31,.T.);#21=ADVANCED_FACE('',(#20,#30),#12,.T.);"                           \
    "#22=OPEN_SHELL('',(#21));#32=SHELL_BASED_SURFACE_MODEL('',(#22));"

/* Body, the codes that are found, and words of the first. */
static const struct {
    const char *body, *found, *says;
} rows[] = {
    {FRAME, "", NULL},
    {"#1=DIRECTION('',(0.,0.,0.));", "G01", "#1 DIRECTION: a direction of 0 in length"},
    {"#1=DIRECTION('',(0.,-0.));", "G01", ""},
    {"#1=DIRECTION('',(0.,1.E-9,0.));", "", NULL},
    {FRAME "#1=VECTOR('',#93,0.);", "G01", "a vector of 0 in length"},
    {FRAME "#1=CIRCLE('',#90,0.);", "G02", "#1 CIRCLE: a radius of 0 mm"},
    {FRAME "#1=CYLINDRICAL_SURFACE('',#90,-2.5);", "G02", "a radius of -2.5 mm"},
    {FRAME "#1=ELLIPSE('',#90,5.,0.);", "G02", ""},
    {FRAME "#1=TOROIDAL_SURFACE('',#90,5.,-1.);", "G02", ""},
    {FRAME "#1=CONICAL_SURFACE('',#90,0.,0.5);", "", NULL}, /* its apex */
    {FRAME "#1=CONICAL_SURFACE('',#90,-1.,0.5);", "G02", ""},
    {FRAME "#1=AXIS2_PLACEMENT_3D('',#91,#92,#92);", "G03", "its axis #92 and its reference direction #92 are parallel"},
    {FRAME "#1=AXIS2_PLACEMENT_3D('',#91,#92,#2);#2=DIRECTION('',(0.,0.,-2.));", "G03", ""},
    {FRAME "#1=AXIS2_PLACEMENT_3D('',#91,#92,#2);#2=DIRECTION('',(0.,0.00001,-2.));", "", NULL},
    {FRAME "#1=AXIS2_PLACEMENT_3D('',#91,#92,$);#2=AXIS2_PLACEMENT_3D('',#91,$,$);", "", NULL},
    {AT("1", "0.", "1000001.", "0."), "G04", "#1 CARTESIAN_POINT: a coordinate of 1e+06 mm"},
    {AT("1", "0.", "-1000000.", "0."), "", NULL},
    {"#1=CARTESIAN_POINT('',(0.,2000000.));", "", NULL}, /* parameters of a surface have no unit */
    {FRAME "#1=SPHERICAL_SURFACE('',#90,2.E6);#2=VECTOR('',#92,3.E6);", "G04, G04", "a radius of 2e+06 mm"},
    {AT("1", "1001.", "0.", "0.") UNITS(METRE, RADIAN), "G04", "a coordinate of 1.001e+06 mm"},
    {AT("1", "39371.", "0.", "0.") UNITS(INCH, RADIAN), "G04", "a coordinate of 1.00002e+06 mm"},
    {AT("1", "39370.", "0.", "0.") UNITS(INCH, RADIAN), "", NULL},
    /* a cone whose context has degrees, beside another in radians that nothing uses; and the other way round */
    {CONE("45.") "#40=MANIFOLD_SURFACE_SHAPE_REPRESENTATION('',(#32),#3);", "", NULL},
    {CONE("45.") "#40=MANIFOLD_SURFACE_SHAPE_REPRESENTATION('',(#32),#8);", "G08", "its vertex #24 is"},
    {CONE("0.7853981633974483") "#40=MANIFOLD_SURFACE_SHAPE_REPRESENTATION('',(#32),#8);", "", NULL},
    /* loops */
    {"#1=EDGE_LOOP('',(#2,#3));#2=ORIENTED_EDGE('',*,*,#4,.T.);#3=ORIENTED_EDGE('',*,*,#5,.T.);#4=EDGE_CURVE('',#6,#7,#8,.T.);"
     "#5=EDGE_CURVE('',#7,#6,#8,.T.);#6=VERTEX_POINT('',#9);#7=VERTEX_POINT('',#9);#8=C();#9=CARTESIAN_POINT('',(0.,0.,0.));",
     "", NULL},
    {"#1=EDGE_LOOP('',(#2,#3));#2=ORIENTED_EDGE('',*,*,#4,.T.);#3=ORIENTED_EDGE('',*,*,#5,.F.);#4=EDGE_CURVE('',#6,#7,#8,.T.);"
     "#5=EDGE_CURVE('',#7,#6,#8,.T.);#6=VERTEX_POINT('',#9);#7=VERTEX_POINT('',#9);#8=C();#9=CARTESIAN_POINT('',(0.,0.,0.));",
     "G05", "#1 EDGE_LOOP: the loop is open: #2 ends at #7, #3 begins at #6"},
    {"#1=EDGE_LOOP('',(#2));#2=ORIENTED_EDGE('',*,*,#4,.T.);#4=EDGE_CURVE('',#6,#7,#8,.T.);#6=VERTEX_POINT('',#9);"
     "#7=VERTEX_POINT('',#9);#8=C();#9=CARTESIAN_POINT('',(0.,0.,0.));",
     "G05", "#2 ends at #7, #2 begins at #6"},
    /* shells */
    {DISCS(".T.", ".F.") "#1=CLOSED_SHELL('',(#31,#32));", "", NULL},
    {DISCS(".T.", ".T.") "#1=CLOSED_SHELL('',(#31,#32));", "G06", "#21 EDGE_CURVE: used 2 times along and 0 times against"},
    {DISCS(".T.", ".F.") "#1=CLOSED_SHELL('',(#31));", "G06",
     "used 1 times along and 0 times against its sense by CLOSED_SHELL #1"},
    {DISCS(".T.", ".F.") "#1=OPEN_SHELL('',(#31));", "", NULL},
    {DISCS(".T.", ".F.") "#1=CLOSED_SHELL('',(#31,#33));#33=OUR_FACE();", "", NULL},                /* nobody knows its edges */
    {DISCS(".T.", ".F.") "#1=CLOSED_SHELL('',(#31,#32));#2=CLOSED_SHELL('',(#32,#31));", "", NULL}, /* each is counted alone */
    {DISCS(".T.", ".T.") "#1=CLOSED_SHELL('',(#31,#33));#33=ADVANCED_FACE('',(#34),#97,.T.);#34=FACE_BOUND('',#27,.F.);", "",
     NULL}, /* a bound may turn its loop */
    {"#1=CLOSED_SHELL('',());#2=OPEN_SHELL('',());", "G09, G09", "a shell without a face"},
    {FRAME "#1=ADVANCED_FACE('',(),#97,.T.);", "G09", "a face without a bound on #97, PLANE"},
    {FRAME "#1=ADVANCED_FACE('',(),#2,.T.);#2=SPHERICAL_SURFACE('',#90,1.);", "", NULL},
    /* vertices on curves */
    {FRAME "#3=ELLIPSE('',#90,5.,5.);#5=EDGE_CURVE('',#4,#4,#3,.T.);#4=VERTEX_POINT('',#91);", "G07",
     "its vertex #4 is 5 mm off #3, ELLIPSE"},
    {FRAME EDGE "#2=LINE('',#91,#95);" AT("4", "0.", "0.", "0.") AT("6", "3.", "0.0009", "0."), "", NULL},
    {FRAME EDGE "#2=LINE('',#91,#95);" AT("4", "0.", "0.", "0.") AT("6", "3.", "0.0009", "0.0009"), "G07",
     "#1 EDGE_CURVE: its vertex #5 is 0.00127 mm off #2, LINE; expected at most 0.001 mm"},
    {FRAME EDGE "#2=LINE('',#91,#95);" AT("4", "0.", "0.", "0.") AT("6", "1000.", "0.09", "0."), "",
     NULL}, /* of a large part */
    {FRAME EDGE "#2=LINE('',#91,#95);" AT("4", "0.", "0.", "0.") AT("6", "0.003", "0.0000011", "0.") UNITS(METRE, RADIAN),
     "G07", "is 0.0011 mm off"},
    {FRAME EDGE "#2=SURFACE_CURVE('',#13,(#97),.X.);#13=CIRCLE('',#90,2.);" AT("4", "2.", "0.", "0.")
         AT("6", "0.", "-2.", "0."),
     "", NULL},
    {FRAME EDGE "#2=SURFACE_CURVE('',#13,(#97),.X.);#13=CIRCLE('',#90,2.);" AT("4", "2.", "0.", "0.")
         AT("6", "0.", "-2.", "0.1"),
     "G07", "its vertex #5 is 0.1 mm off #2, SURFACE_CURVE"},
    {FRAME EDGE "#2=ELLIPSE('',#90,5.,3.);" AT("4", "5.", "0.", "0.") AT("6", "3.", "2.4", "0."), "", NULL},
    {FRAME EDGE "#2=ELLIPSE('',#90,5.,3.);" AT("4", "5.", "0.", "0.") AT("6", "3.", "2.41", "0."), "G07", "0.00912 mm off"},
    {FRAME EDGE "#2=ELLIPSE('',#90,5.,3.);" AT("4", "0.", "3.", "0.") AT("6", "1.", "0.", "0."), "G07", "is 2.9 mm off"},
    {FRAME EDGE "#2=ELLIPSE('',#90,3.,5.);" AT("4", "0.", "5.", "0.") AT("6", "0.", "0.", "0."), "G07", "3 mm off"},
    {EDGE "#2=OUR_CURVE();" AT("4", "0.", "0.", "0.") AT("6", "3.", "5.", "0."), "", NULL},
    /* vertices on surfaces */
    {FRAME FACE "#11=PLANE('',#90);" AT("4", "1.", "1.", "0.") AT("6", "2.", "9.", "0."), "", NULL},
    {FRAME FACE "#11=PLANE('',#90);" AT("4", "1.", "1.", "0.5") AT("6", "2.", "9.", "0."), "G08",
     "#10 ADVANCED_FACE: its vertex #3 is 0.5 mm off #11, PLANE"},
    {FRAME FACE "#11=CYLINDRICAL_SURFACE('',#90,5.);" AT("4", "3.", "4.", "7.") AT("6", "-5.", "0.", "0."), "", NULL},
    {FRAME FACE "#11=CYLINDRICAL_SURFACE('',#90,5.);" AT("4", "3.", "4.", "7.") AT("6", "-5.5", "0.", "0."), "G08",
     "0.5 mm off"},
    {FRAME FACE "#11=CONICAL_SURFACE('',#90,5.,0.7853981633974483);" AT("4", "3.", "4.", "0.") AT("6", "0.", "7.", "2."), "",
     NULL},
    {FRAME FACE "#11=CONICAL_SURFACE('',#90,5.,0.7853981633974483);" AT("4", "0.", "0.", "-5.") AT("6", "0.", "1.", "-6."), "",
     NULL}, /* behind the apex */
    {FRAME FACE "#11=CONICAL_SURFACE('',#90,5.,45.);" AT("4", "3.", "4.", "0.") AT("6", "0.", "7.", "2.") UNITS(MILLI, DEGREE),
     "", NULL},
    {FRAME FACE "#11=CONICAL_SURFACE('',#90,5.,0.7853981633974483);" AT("4", "3.", "4.", "0.") AT("6", "0.", "7.", "3."), "G08",
     "0.707 mm off"},
    {FRAME FACE "#11=SPHERICAL_SURFACE('',#90,3.);" AT("4", "1.", "2.", "2.") AT("6", "0.", "0.", "-3."), "", NULL},
    {FRAME FACE "#11=SPHERICAL_SURFACE('',#90,3.);" AT("4", "1.", "2.", "2.") AT("6", "0.", "0.", "-2.9"), "G08", "0.1 mm off"},
    {FRAME FACE "#11=TOROIDAL_SURFACE('',#90,5.,1.);" AT("4", "5.", "0.", "1.") AT("6", "0.", "-4.", "0."), "", NULL},
    {FRAME FACE "#11=TOROIDAL_SURFACE('',#90,5.,1.);" AT("4", "5.", "0.", "1.") AT("6", "0.", "-4.2", "0."), "G08",
     "0.2 mm off"},
    {FRAME FACE "#11=OUR_SURFACE();" AT("4", "5.", "0.", "1.") AT("6", "0.", "-4.2", "0."), "", NULL},
};

static void codes(const cad_step *m, char *out, size_t size)
{
    size_t n = 0;
    out[0] = '\0';
    for (int32_t i = 0; i < m->diags.n && n < size; i++)
        if (m->diags.item[i].code != CAD_STEP_S09)
            n += (size_t)snprintf(out + n, size - n, "%s%s", n ? ", " : "", cad_step_code_name(m->diags.item[i].code));
}

static void test_each_finding_has_a_neighbour_that_is_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[8192], found[512];
        cad_buf told = CAD_BUF_INIT;
        snprintf(text, sizeof text, "%s%s\n%s", HEAD, rows[i].body, TAIL);
        cad_step *m = checked(text, strlen(text), 0);
        codes(m, found, sizeof found);
        if (m->diags.n > 0)
            ok(cad_step_tell_about(m, &m->diags.item[0], &told));
        if (strcmp(found, rows[i].found) != 0 || (rows[i].says && !strstr(cad_buf_cstr(&told), rows[i].says)))
            fail_msg("'%s': found '%s', '%s'; expected '%s', '%s'", rows[i].body, found, cad_buf_cstr(&told), rows[i].found,
                     rows[i].says ? rows[i].says : "");
        cad_buf_deinit(&told);
        cad_step_close(m);
    }
}

static void test_parts_of_a_file_are_measured_in_their_own_units(void **state)
{
    (void)state;
    static const char text[] =
        HEAD "#1=SHAPE_REPRESENTATION('',(#2),#3);#2=CARTESIAN_POINT('',(2000.,0.,0.));\n"
             "#3=(GEOMETRIC_REPRESENTATION_CONTEXT(3)GLOBAL_UNIT_ASSIGNED_CONTEXT((#4))REPRESENTATION_CONTEXT('',''));\n"
             "#4=(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.));\n"
             "#11=SHAPE_REPRESENTATION('',(#12),#13);#12=CARTESIAN_POINT('',(2000.,0.,0.));\n"
             "#13=(GEOMETRIC_REPRESENTATION_CONTEXT(3)GLOBAL_UNIT_ASSIGNED_CONTEXT((#14))REPRESENTATION_CONTEXT('',''));\n"
             "#14=(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT($,.METRE.));\n" TAIL;
    cad_step *m = checked(text, sizeof text - 1, 0);
    assert_int_equal(m->diags.n, 1);
    assert_int_equal(m->diags.item[0].code, CAD_STEP_G04);
    assert_int_equal(m->diags.item[0].id, 12);
    cad_step_close(m);
    m = checked(text, sizeof text - 1, 1500); /* the bound is the caller's */
    assert_int_equal(m->diags.count[CAD_STEP_G04], 2);
    cad_step_close(m);
}

/* Faces without number that share one bound of edges without number: the work stays within bounds, and that is told. */
static void test_shared_faces_take_no_more_time_than_the_text_is_long(void **state)
{
    (void)state;
    enum { N = 3000 };
    cad_buf b = CAD_BUF_INIT;
    ok(cad_buf_str(&b, HEAD DISCS(".T.", ".F.") "#100=FACE_BOUND('',#101,.T.);#101=EDGE_LOOP('',(#24"));
    for (int i = 0; i < N; i++)
        ok(cad_buf_str(&b, ",#24"));
    ok(cad_buf_str(&b, "));\n"));
    for (int i = 0; i < N; i++)
        ok(cad_buf_printf(&b, "#%d=ADVANCED_FACE('',(#100),#97,.T.);\n", 1000 + i));
    ok(cad_buf_str(&b, "#99=CLOSED_SHELL('',(#1000"));
    for (int i = 1; i < N; i++)
        ok(cad_buf_printf(&b, ",#%d", 1000 + i));
    ok(cad_buf_str(&b, "));\n" TAIL));
    cad_step *m = checked(b.data, b.len, 0);
    bool told[2] = {false, false};
    for (int32_t i = 0; i < m->diags.n; i++)
        told[m->diags.item[i].code == CAD_STEP_G06] |= strstr(m->diags.item[i].text, "share too many") != NULL;
    assert_true(told[0] && told[1]);
    cad_step_close(m);
    cad_buf_deinit(&b);
}

static void sound(const char *name, const cad_buf *text, const json_t *row)
{
    static const struct {
        const char *name, *found;
    } wrong[] = {{"brlcad_ap214_exact_distinct_edge_zero_area_face.stp", "G06, G06"},
                 {"brlcad_ap214_face_wr2_off_surface_torus_invalid.stp", "G08"}};
    const char *expected = "";
    char found[4096];
    cad_step *m = checked(text->data, text->len, 0);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (!strcmp(name, wrong[i].name))
            expected = wrong[i].found;
    int32_t n = 0; /* of geometry alone */
    for (int32_t i = 0; i < m->diags.n; i++)
        if (m->diags.item[i].code >= CAD_STEP_G01 && m->diags.item[i].code <= CAD_STEP_G09)
            m->diags.item[n++] = m->diags.item[i];
    m->diags.n = n;
    codes(m, found, sizeof found);
    if (strcmp(found, expected) != 0)
        fail_msg("%s: found '%s'; expected '%s'", name, found, expected);
    assert_false(*expected && !strcmp(json_string_value(json_object_get(row, "class")), "ok"));
    cad_step_close(m);
}

static void test_files_of_others_that_are_sound_raise_none(void **state)
{
    (void)state;
    if (conformance_files("step", sound) == 0)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_finding_has_a_neighbour_that_is_none),
        cmocka_unit_test(test_parts_of_a_file_are_measured_in_their_own_units),
        cmocka_unit_test(test_shared_faces_take_no_more_time_than_the_text_is_long),
        cmocka_unit_test(test_files_of_others_that_are_sound_raise_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
