#include "tests/cad/step_util.h"

#include "cad/step/step_group.h"
#include "core/mem.h"
#include "core/rng.h"

/* A block of two faces with a hole's edge: not a closed solid, but one of each thing that counts.  %s: the length unit. */
static const char *const HEAD = "ISO-10303-21;HEADER;FILE_DESCRIPTION((''),'2;1');FILE_NAME('','',(''),(''),'','','');"
                                "FILE_SCHEMA(('AUTOMOTIVE_DESIGN'));ENDSEC;DATA;\n";
static const char *const TAIL = "ENDSEC;END-ISO-10303-21;\n";
static const char *const MM = "(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.))";
static const char *const METRE = "(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT($,.METRE.))";
static const char *const NAMED_METRE = "(CONVERSION_BASED_UNIT('METRE',#91)LENGTH_UNIT()NAMED_UNIT(#92))";
static const char *const INCH = "(CONVERSION_BASED_UNIT('INCH',#93)LENGTH_UNIT()NAMED_UNIT(#92))";

enum { LINES = 48, WIDE = 400 };

typedef struct part {
    char line[LINES][WIDE]; /* without the id and with references as #<id> */
    int id[LINES], n;
} part;

CAD_PRINTF(3, 4) static void add(part *p, int id, const char *fmt, ...)
{
    va_list v;
    va_start(v, fmt);
    vsnprintf(p->line[p->n], WIDE, fmt, v);
    va_end(v);
    p->id[p->n++] = id;
}

/* `k` scales lengths by moving the point: 1 or 0.001.  `x`: one coordinate. */
static void make(part *p, const char *unit, bool metres, const char *x, const char *name)
{
    *p = (part){0};
    const char *ten = metres ? "0.01" : "10.", *five = metres ? "0.005" : "5.", *two = metres ? "2.5E-3" : "2.5";
    add(p, 1, "MANIFOLD_SOLID_BREP('%s',#2)", name);
    add(p, 2, "CLOSED_SHELL('%s',(#3,#4))", name);
    add(p, 3, "ADVANCED_FACE('%s',(#5,#6),#7,.T.)", name);
    add(p, 4, "ADVANCED_FACE('',(#8),#9,.F.)");
    add(p, 5, "FACE_OUTER_BOUND('',#10,.T.)");
    add(p, 6, "FACE_BOUND('',#11,.T.)");
    add(p, 7, "PLANE('%s',#12)", name);
    add(p, 8, "FACE_BOUND('',#11,.F.)");
    add(p, 9, "CONICAL_SURFACE('',#12,%s,0.4636476)", two);
    add(p, 10, "EDGE_LOOP('',(#13,#14,#15))");
    add(p, 11, "EDGE_LOOP('',(#16))");
    add(p, 12, "AXIS2_PLACEMENT_3D('',#17,#18,$)");
    add(p, 13, "ORIENTED_EDGE('',*,*,#19,.T.)");
    add(p, 14, "ORIENTED_EDGE('',*,*,#20,.T.)");
    add(p, 15, "ORIENTED_EDGE('',*,*,#21,.F.)");
    add(p, 16, "ORIENTED_EDGE('',*,*,#22,.T.)");
    add(p, 17, "CARTESIAN_POINT('',(0.,0.,0.))");
    add(p, 18, "DIRECTION('',(0.,0.,1.))");
    add(p, 19, "EDGE_CURVE('',#23,#24,#26,.T.)");
    add(p, 20, "EDGE_CURVE('',#24,#25,#26,.T.)");
    add(p, 21, "EDGE_CURVE('',#23,#25,#27,.T.)");
    add(p, 22, "EDGE_CURVE('',#23,#23,#28,.T.)");
    add(p, 23, "VERTEX_POINT('',#17)");
    add(p, 24, "VERTEX_POINT('',#29)");
    add(p, 25, "VERTEX_POINT('',#30)");
    add(p, 26, "LINE('',#17,#31)");
    add(p, 27, "SURFACE_CURVE('',#26,(#32),.PCURVE_S1.)");
    add(p, 28, "CIRCLE('',#12,%s)", two);
    add(p, 29, "CARTESIAN_POINT('',(%s,%s,0.))", ten, five);
    add(p, 30, "CARTESIAN_POINT('',(%s,0.,%s))", x, five);
    add(p, 31, "VECTOR('',#18,%s)", ten);
    add(p, 32, "PCURVE('',#7,#33)");
    add(p, 33, "DEFINITIONAL_REPRESENTATION('',(#17),#90)");
    add(p, 34, "ADVANCED_BREP_SHAPE_REPRESENTATION('%s',(#1),#35)", name);
    add(p, 35, "(GEOMETRIC_REPRESENTATION_CONTEXT(3)GLOBAL_UNIT_ASSIGNED_CONTEXT((#36))REPRESENTATION_CONTEXT('',''))");
    add(p, 36, "%s", unit);
    add(p, 90, "APPLICATION_CONTEXT('')");
    add(p, 91, "LENGTH_MEASURE_WITH_UNIT(LENGTH_MEASURE(1.),#94)");
    add(p, 92, "DIMENSIONAL_EXPONENTS(1.,0.,0.,0.,0.,0.,0.)");
    add(p, 93, "LENGTH_MEASURE_WITH_UNIT(LENGTH_MEASURE(25.4),#95)");
}

static uint64_t group_of(const char *text, size_t len)
{
    cad_step *m = step_of(text, len);
    uint64_t h = 0;
    if (cad_step_verdict(m) != CAD_OK)
        fail_msg("%s", cad_error_text());
    ok(cad_step_group(m, &h));
    cad_step_close(m);
    return h;
}

/* The text with lines in the order of `seed` (0: as they are) and ids moved by a step each. */
static uint64_t group(const part *p, uint64_t seed)
{
    cad_buf text = CAD_BUF_INIT;
    int at[LINES];
    cad_rng r = cad_rng_make(seed, "group", 0);
    for (int i = 0; i < p->n; i++)
        at[i] = i;
    for (int i = p->n - 1; seed && i > 0; i--) {
        int k = (int)cad_rng_range(&r, 0, i), t = at[i];
        at[i] = at[k];
        at[k] = t;
    }
    ok(cad_buf_str(&text, HEAD));
    int factor = seed ? 7 : 1, shift = (int)seed;
    for (int i = 0; i < p->n; i++) {
        ok(cad_buf_printf(&text, "#%d=", p->id[at[i]] * factor + shift));
        for (const char *s = p->line[at[i]]; *s;) {
            size_t n = strcspn(s, "#");
            ok(cad_buf_add(&text, s, n));
            s += n;
            if (!*s)
                break;
            char *end;
            ok(cad_buf_printf(&text, "#%ld", strtol(s + 1, &end, 10) * factor + shift));
            s = end;
        }
        ok(cad_buf_str(&text, ";\n"));
    }
    ok(cad_buf_printf(&text, "#%d=%s;#%d=%s;\n%s", 94 * factor + shift, METRE, 95 * factor + shift, MM, TAIL));
    uint64_t h = group_of(text.data, text.len);
    cad_buf_deinit(&text);
    return h;
}

static void test_what_a_part_is_called_does_not_count(void **state)
{
    (void)state;
    part p;
    make(&p, MM, false, "7.25", "");
    uint64_t h = group(&p, 0);
    assert_true(h != 0);
    for (uint64_t seed = 1; seed < 20; seed++)
        assert_true(group(&p, seed) == h);
    make(&p, MM, false, "7.25", "Body (1), the ''best'' #4");
    assert_true(group(&p, 0) == h);
    add(&p, 80, "STYLED_ITEM('',(#81),#1)"); /* styles point at geometry, never back */
    add(&p, 81, "COLOUR_RGB('',1.,0.,0.)");
    assert_true(group(&p, 3) == h);
    make(&p, MM, false, "7.250000000001", "");
    assert_true(group(&p, 0) == h);
    make(&p, MM, false, "+725.E-2", "");
    assert_true(group(&p, 0) == h);
}

static void test_units_do_not_count(void **state)
{
    (void)state;
    part p;
    make(&p, MM, false, "7.25", "");
    uint64_t h = group(&p, 0);
    make(&p, METRE, true, "0.00725", "");
    assert_true(group(&p, 0) == h && group(&p, 5) == h);
    make(&p, NAMED_METRE, true, "7.25E-3", "");
    assert_true(group(&p, 0) == h);
    make(&p, METRE, false, "7.25", "");
    assert_true(group(&p, 0) != h); /* a thousand times as large */
    make(&p, INCH, false, "7.25", "");
    assert_true(group(&p, 0) != h);
    make(&p, MM, false, "7.12345", ""); /* a half at the last digit that counts falls to one side in both units */
    h = group(&p, 0);
    make(&p, METRE, true, "0.00712345", "");
    assert_true(group(&p, 0) == h);
}

static void test_order_in_shells_bounds_and_loops_does_not_count(void **state)
{
    (void)state;
    part p;
    make(&p, MM, false, "7.25", "");
    uint64_t h = group(&p, 0);
    snprintf(p.line[1], WIDE, "CLOSED_SHELL('',(#4,#3))");
    snprintf(p.line[2], WIDE, "ADVANCED_FACE('',(#6,#5),#7,.T.)");
    snprintf(p.line[9], WIDE, "EDGE_LOOP('',(#15,#13,#14))");
    assert_true(group(&p, 0) == h);
    snprintf(p.line[9], WIDE, "EDGE_LOOP('',(#14,#13,#15))"); /* the ring the other way round */
    assert_true(group(&p, 0) != h);
}

static void test_parametric_curves_and_lengths_of_vectors_do_not_count(void **state)
{
    (void)state;
    part p;
    make(&p, MM, false, "7.25", "");
    uint64_t h = group(&p, 0);
    snprintf(p.line[20], WIDE, "EDGE_CURVE('',#23,#25,#26,.T.)");
    snprintf(p.line[26], WIDE, "APPLICATION_CONTEXT('x')");
    snprintf(p.line[30], WIDE, "VECTOR('',#18,1.)");
    assert_true(group(&p, 0) != 0);
    make(&p, MM, false, "7.25", "");
    snprintf(p.line[26], WIDE, "SURFACE_CURVE('',#26,(),.CURVE_3D.)");
    snprintf(p.line[30], WIDE, "VECTOR('',#18,1.)");
    assert_true(group(&p, 0) == h);
}

static void test_each_change_of_the_solid_counts(void **state)
{
    (void)state;
    part p;
    make(&p, MM, false, "7.25", "");
    uint64_t h = group(&p, 0);
    static const struct {
        int line;
        const char *text;
    } other[] = {
        {29, "CARTESIAN_POINT('',(7.251,0.,5.))"},
        {29, "CARTESIAN_POINT('',(0.,7.25,5.))"},
        {8, "CONICAL_SURFACE('',#12,2.5,0.46366)"},
        {8, "CYLINDRICAL_SURFACE('',#12,2.5)"},
        {17, "DIRECTION('',(0.,1.,0.))"},
        {12, "ORIENTED_EDGE('',*,*,#19,.F.)"},
        {27, "CIRCLE('',#12,2.501)"},
        {3, "ADVANCED_FACE('',(#8),#9,.T.)"},
        {1, "CLOSED_SHELL('',(#3,#3,#4))"},
        {1, "CLOSED_SHELL('',(#3))"},
        {11, "AXIS2_PLACEMENT_3D('',#17,#18,#18)"},
        {0, "MANIFOLD_SOLID_BREP('',#11)"},
    };
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        make(&p, MM, false, "7.25", "");
        snprintf(p.line[other[i].line], WIDE, "%s", other[i].text);
        if (group(&p, 0) == h)
            fail_msg("%s changes nothing", other[i].text);
    }
    make(&p, MM, false, "7.25", "");
    add(&p, 70, "MANIFOLD_SOLID_BREP('',#2)"); /* the same solid twice is two solids */
    assert_true(group(&p, 0) != h);
}

static void test_files_without_solids_and_with_rings(void **state)
{
    (void)state;
    part p;
    make(&p, MM, false, "7.25", "");
    uint64_t solid = group(&p, 0);
    snprintf(p.line[0], WIDE, "SHELL_BASED_SURFACE_MODEL('',(#2))"); /* then that of its surfaces */
    uint64_t h = group(&p, 0), all;
    assert_true(h != 0 && h != solid && group(&p, 5) == h);
    snprintf(p.line[0], WIDE, "SHELL_BASED_SURFACE_MODEL('another name',(#2))");
    add(&p, 80, "CALENDAR_DATE(2011,5,3)"); /* no part of them */
    assert_true(group(&p, 3) == h);
    snprintf(p.line[29], WIDE, "CARTESIAN_POINT('',(7.251,0.,5.))");
    assert_true(group(&p, 0) != h);
    make(&p, MM, false, "7.25", "");
    snprintf(p.line[0], WIDE, "GEOMETRIC_SET('',(#2))"); /* or of all that stands there */
    all = group(&p, 0);
    assert_true(all != 0 && all != h && group(&p, 7) == all);
    snprintf(p.line[0], WIDE, "GEOMETRIC_SET('another name',(#2))");
    assert_true(group(&p, 0) == all);
    add(&p, 80, "CALENDAR_DATE(2011,5,3)");
    assert_true(group(&p, 0) != all);
    make(&p, MM, false, "7.25", "");
    snprintf(p.line[16], WIDE, "CARTESIAN_POINT(#1,(0.,0.,0.))"); /* a ring of references */
    assert_true(group(&p, 0) != 0);
    static const char *const no_data = "ISO-10303-21;HEADER;ENDSEC;DATA;ENDSEC;END-ISO-10303-21;";
    assert_true(group_of(no_data, strlen(no_data)) == 0);
}

/* A chain of a million instances takes no stack and little time. */
static void test_long_chains_are_followed(void **state)
{
    (void)state;
    enum { LONG = 200000 };
    cad_buf text = CAD_BUF_INIT;
    ok(cad_buf_printf(&text, "%s#1=MANIFOLD_SOLID_BREP('',#2);\n", HEAD));
    for (int i = 2; i < LONG; i++)
        ok(cad_buf_printf(&text, "#%d=VERTEX_LOOP('',#%d);\n", i, i + 1));
    ok(cad_buf_printf(&text, "#%d=CARTESIAN_POINT('',(1.,2.,3.));\n%s", LONG, TAIL));
    assert_true(group_of(text.data, text.len) != 0);
    cad_buf_deinit(&text);
}

static void test_no_memory_is_told(void **state)
{
    (void)state;
    static const char *const text = "DATA;#1=MANIFOLD_SOLID_BREP('',#2);#2=CLOSED_SHELL('',());ENDSEC;";
    cad_step *m = step_of(text, strlen(text));
    uint64_t h = 0;
    for (uint64_t k = 1; k <= 6; k++) {
        cad_mem_fail_at(k, 0);
        fails(cad_step_group(m, &h), CAD_ENOMEM, "group");
    }
    cad_mem_fail_at(0, 0);
    ok(cad_step_group(m, &h));
    cad_step_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_part_is_called_does_not_count),
        cmocka_unit_test(test_units_do_not_count),
        cmocka_unit_test(test_order_in_shells_bounds_and_loops_does_not_count),
        cmocka_unit_test(test_parametric_curves_and_lengths_of_vectors_do_not_count),
        cmocka_unit_test(test_each_change_of_the_solid_counts),
        cmocka_unit_test(test_files_without_solids_and_with_rings),
        cmocka_unit_test(test_long_chains_are_followed),
        cmocka_unit_test(test_no_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
