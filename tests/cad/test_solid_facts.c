/* Holes, bosses, prisms, planes, openings and integrals of whole parts (spec/metrics.md 8). */
#include "tests/cad/solid_test.h"

#define PI 3.14159265358979323846

/* How many holes (concave) or bosses of at least 350 degrees have this diameter, and the extent and openness of the last. */
typedef struct group {
    int n, through;
    double depth;
} group;

static group count(const built *b, bool concave, double d)
{
    group g = {0};
    for (int i = 0; i < b->facts.n_cylinders; i++) {
        const cad_cylinder *c = &b->facts.cylinders[i];
        if (c->concave != concave || c->sweep < 350 || !(fabs(2 * c->radius - d) <= 1e-6))
            continue;
        g.n++;
        g.through += c->open_lo && c->open_hi;
        g.depth = c->hi - c->lo;
    }
    return g;
}

static int all_of(const built *b, bool concave)
{
    int n = 0;
    for (int i = 0; i < b->facts.n_cylinders; i++)
        n += b->facts.cylinders[i].concave == concave && b->facts.cylinders[i].sweep >= 350;
    return n;
}

static void expect_group(const built *b, bool concave, double d, int n, int through, double depth)
{
    const group g = count(b, concave, d);
    if (g.n != n || g.through != through || !(fabs(g.depth - depth) <= 1e-6))
        fail_msg("d %g: %d of them, %d through, depth %g; expected %d, %d, %g", d, g.n, g.through, g.depth, n, through, depth);
}

static uint32_t open_mask(const built *b)
{
    uint32_t mask = 0;
    ok(cad_solid_open(b->solid, &mask));
    return mask;
}

static void test_plate_with_four_holes(void **state)
{
    (void)state;
    built b = build("C 80 40 6\nY 2 6\nT 1 6 6 0\nLP 2 1 0 0 2 68\nLP 3 0 1 0 2 28\nD 0 4");
    expect_group(&b, true, 4, 4, 4, 6);
    assert_int_equal(all_of(&b, false), 0);
    assert_int_equal(b.facts.kinds[CAD_SURFACE_plane], 6);
    assert_int_equal(b.facts.kinds[CAD_SURFACE_cylinder], 4);
    assert_int_equal(b.facts.n_planes, 6);
    double area = 0;
    for (int i = 0; i < 6; i++)
        area += b.facts.planes[i].area;
    near(area, 2 * (80 * 40 + 80 * 6 + 40 * 6) - 8 * 4 * PI, 1e-6);
    near(b.facts.area, area + 4 * 4 * PI * 6, 1e-6);
    const cad_cylinder *c = &b.facts.cylinders[0];
    near(c->dir[2], 1, 1e-12);
    near(c->sweep, 360, 1e-9);
    assert_int_equal(open_mask(&b), 0);
    drop_built(&b);
}

static void test_flange_has_rim_bore_and_bolts(void **state)
{
    (void)state;
    built b = build("Y 40 8\nY 11 8\nD 0 1\nY 3 8\nT 3 30 0 0\nCP 4 0 0 0 0 0 1 6 360\nD 2 5");
    expect_group(&b, true, 22, 1, 1, 8);
    expect_group(&b, true, 6, 6, 6, 8);
    expect_group(&b, false, 80, 1, 1, 8);
    assert_int_equal(all_of(&b, true), 7);
    assert_int_equal(b.facts.genus, 7);
    for (int i = 0; i < b.facts.n_cylinders; i++) {
        const cad_cylinder *c = &b.facts.cylinders[i];
        if (c->radius == 3)
            near(hypot(c->point[0], c->point[1]), 30, 1e-6);
    }
    assert_int_equal(open_mask(&b), 1 << 4 | 1 << 5);
    drop_built(&b);
}

static void test_hub_on_a_flange_is_a_boss_with_one_free_end(void **state)
{
    (void)state;
    built b = build("Y 40 8\nY 15 20\nT 1 0 0 8\nU 0 2");
    expect_group(&b, false, 80, 1, 1, 8);
    expect_group(&b, false, 30, 1, 0, 20);
    const cad_cylinder *hub = &b.facts.cylinders[1];
    assert_true(hub->open_hi && !hub->open_lo);
    drop_built(&b);
}

static void test_l_bracket_has_its_holes_in_both_legs(void **state)
{
    (void)state;
    built b = build("C 60 40 5\nC 5 40 50\nU 0 1\nY 3 5\nT 3 40 10 0\nT 3 40 30 0\nD 2 4\nD 6 5\n"
                    "Y 2.5 5\nR 8 0 90 0\nT 9 0 20 35\nD 7 10");
    expect_group(&b, true, 6, 2, 2, 5);
    expect_group(&b, true, 5, 1, 1, 5);
    assert_int_equal(b.facts.genus, 3);
    assert_int_equal(b.facts.kinds[CAD_SURFACE_plane], 8);
    drop_built(&b);
}

static void test_enclosure_is_open_on_top_and_each_wall_has_its_own_hole(void **state)
{
    (void)state;
    built b = build("C 80 50 30\nSH 0 3 +Z\nY 4 100\nR 2 0 90 0\nT 3 -10 25 22\nD 1 4");
    expect_group(&b, true, 8, 2, 2, 3);
    assert_int_equal(open_mask(&b), 1 << 4);
    assert_int_equal(b.facts.genus, 2);
    drop_built(&b);
    b = build("C 80 50 30\nSH 0 3");
    assert_int_equal(open_mask(&b), 0);
    assert_true(has_finding(&b, "cavity"));
    drop_built(&b);
    b = build("C 80 50 30\nSH 0 3 +Y -Y");
    assert_int_equal(open_mask(&b), 1 << 2 | 1 << 3);
    drop_built(&b);
}

static void test_ends_of_holes(void **state)
{
    (void)state;
    built b = build("C 40 40 20\nY 5 12\nT 1 20 20 8\nD 0 2"); /* blind, flat */
    expect_group(&b, true, 10, 1, 0, 12);
    assert_true(b.facts.cylinders[0].open_hi && !b.facts.cylinders[0].open_lo);
    drop_built(&b);
    b = build("C 40 40 20\nY 5 12\nT 1 20 20 8\nK 0 5 3\nT 3 20 20 5\nU 2 4\nD 0 5"); /* drill point */
    expect_group(&b, true, 10, 1, 0, 12);
    drop_built(&b);
    b = build("C 40 40 20\nY 5 12\nS 5\nU 1 2\nT 3 20 20 8\nD 0 4"); /* ball end */
    expect_group(&b, true, 10, 1, 0, 12);
    drop_built(&b);
    b = build("C 40 40 20\nY 3 20\nT 1 20 20 0\nD 0 2\nY 6 8\nT 4 20 20 12\nD 3 5"); /* counterbore */
    expect_group(&b, true, 6, 1, 1, 12);
    expect_group(&b, true, 12, 1, 0, 8);
    drop_built(&b);
    b = build("C 40 40 20\nY 3 20\nT 1 20 20 0\nD 0 2\nK 3 7 4\nT 4 20 20 16\nD 3 5"); /* countersink */
    expect_group(&b, true, 6, 1, 1, 16);
    drop_built(&b);
    b = build("C 40 40 20\nY 5 20\nT 1 20 20 0\nD 0 2\nFI 3 1"); /* rounded mouths */
    expect_group(&b, true, 10, 1, 1, 18);
    drop_built(&b);
    b = build("Y 20 60\nR 0 90 0 0\nY 4 60\nT 2 0 -30 -30\nD 1 3"); /* across a round bar */
    assert_int_equal(count(&b, true, 8).through, 1);
    drop_built(&b);
    b = build("C 40 40 20\nR 0 30 0 0\nY 4 100\nT 2 20 10 -30\nD 1 3"); /* through slanted faces */
    assert_int_equal(count(&b, true, 8).through, 1);
    drop_built(&b);
}

static void test_slots_and_round_corners_are_no_holes(void **state)
{
    (void)state;
    built b = build("C 60 30 5\nSK 0 0 0 1 0 0 0 1 0\nL 20 11 40 11\nA 40 11 40 19 40 15 1\nL 40 19 20 19\n"
                    "A 20 19 20 11 20 15 1\nEND\nE 1 0 0 5\nD 0 2");
    assert_int_equal(all_of(&b, true), 0);
    assert_int_equal(b.facts.n_cylinders, 2);
    near(b.facts.cylinders[0].sweep, 180, 1e-6);
    assert_true(b.facts.cylinders[0].concave);
    drop_built(&b);
}

static void test_a_slit_shortens_the_sweep(void **state)
{
    (void)state;
    const char *table[] = {"C 40 40 10\nY 6 10\nT 1 20 20 0\nD 0 2\nC 1 40 10\nT 4 19.5 24 0\nD 3 5",
                           "C 40 40 10\nY 6 10\nT 1 20 20 0\nD 0 2\nC 40 1 10\nT 4 24 19.5 0\nD 3 5"};
    for (size_t i = 0; i < 2; i++) {
        built b = build(table[i]);
        assert_int_equal(b.facts.n_cylinders, 1);
        near(b.facts.cylinders[0].sweep, 360 - 2 * asin(0.5 / 6) * 180 / PI, 1e-6);
        drop_built(&b);
    }
}

static void test_regular_prisms(void **state)
{
    (void)state;
    struct {
        const char *text;
        int sides;
        double af;
        bool concave;
    } table[] = {
        {"P 6 2.75 10", 6, 5.5, false},
        {"P 6 2.75 4\nY 1.5 4\nD 0 1", 6, 5.5, false},
        {"P 5 3 10", 5, 6, false},
        {"P 6 8 10\nR 0 0 90 0", 6, 16, false},
        {"P 6 8 10\nR 0 20 30 40\nT 1 5 6 7", 6, 16, false},
        {"Y 12 10\nP 6 5 10\nD 0 1", 6, 10, true},
        {"P 6 8 10\nFI 0 1", 6, 16, false},
        {"P 6 8 10\nCH 0 1", 6, 16, false},
        {"C 10 10 25", 4, 10, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        built b = build(table[i].text);
        if (b.facts.n_prisms < 1)
            fail_msg("%s: no prism", table[i].text);
        const cad_prism *p = &b.facts.prisms[0];
        if (p->sides != table[i].sides || p->concave != table[i].concave || !(fabs(p->af - table[i].af) <= 1e-6))
            fail_msg("%s: %d sides, af %.9g", table[i].text, (int)p->sides, p->af);
        drop_built(&b);
    }
    /* Nor are a room's wall and the outer one across it the square that they happen to span. */
    static const char *const none[] = {"C 10 12 25", "C 24 20 6\nSH 0 2 +Z\nY 1 4\nT 2 15 4.5 0\nU 1 3"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        built b = build(none[i]);
        assert_int_equal(b.facts.n_prisms, 0);
        drop_built(&b);
    }
}

static void test_integrals_and_principal_moments(void **state)
{
    (void)state;
    built b = build("C 12 7 5\nT 0 1000 2000 -500");
    near(b.facts.centroid[0], 1006, 1e-9);
    near(b.facts.centroid[1], 2003.5, 1e-9);
    near(b.facts.centroid[2], -497.5, 1e-9);
    near(b.facts.inertia[0], 420.0 / 12 * (49 + 25), 1e-6);
    near(b.facts.inertia[1], 420.0 / 12 * (144 + 25), 1e-6);
    near(b.facts.inertia[2], 420.0 / 12 * (144 + 49), 1e-6);
    near(b.facts.tolerance, 1e-7, 1e-9);
    drop_built(&b);
}

/* An L of 30 x 10 and 10 x 30 along Y, by a sketch and by two boxes: the moments of faces that are no rectangles. */
static void test_integrals_over_faces_with_a_notch(void **state)
{
    (void)state;
    static const char *const text[] = {"SK 0 0 0 1 0 0 0 0 1\nL 0 0 30 0\nL 30 0 30 10\nL 30 10 10 10\nL 10 10 10 40\n"
                                       "L 10 40 0 40\nL 0 40 0 0\nEND\nE 0 0 54 0",
                                       "C 30 54 10\nC 10 54 40\nU 0 1"};
    for (size_t i = 0; i < 2; i++) {
        built b = build(text[i]);
        near(b.facts.volume, 32400, 1e-6);
        near(b.facts.centroid[0], 10, 1e-9); /* (300 15 + 300 5) / 600 */
        near(b.facts.centroid[1], 27, 1e-9);
        near(b.facts.centroid[2], 15, 1e-9); /* (300 5 + 300 25) / 600 */
        drop_built(&b);
    }
}

static void test_common_volume(void **state)
{
    (void)state;
    built a = build("C 10 10 10"), b = build("C 10 10 10\nT 0 5 0 0"), c = build("C 10 10 10\nT 0 50 0 0");
    double v;
    ok(cad_solid_common_volume(a.solid, b.solid, &v));
    near(v, 500, 1e-6);
    ok(cad_solid_common_volume(a.solid, c.solid, &v));
    near(v, 0, 0);
    ok(cad_solid_common_volume(a.solid, a.solid, &v));
    near(v, 1000, 1e-6);
    drop_built(&a);
    drop_built(&b);
    drop_built(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plate_with_four_holes),
        cmocka_unit_test(test_flange_has_rim_bore_and_bolts),
        cmocka_unit_test(test_hub_on_a_flange_is_a_boss_with_one_free_end),
        cmocka_unit_test(test_l_bracket_has_its_holes_in_both_legs),
        cmocka_unit_test(test_enclosure_is_open_on_top_and_each_wall_has_its_own_hole),
        cmocka_unit_test(test_ends_of_holes),
        cmocka_unit_test(test_slots_and_round_corners_are_no_holes),
        cmocka_unit_test(test_a_slit_shortens_the_sweep),
        cmocka_unit_test(test_regular_prisms),
        cmocka_unit_test(test_integrals_and_principal_moments),
        cmocka_unit_test(test_integrals_over_faces_with_a_notch),
        cmocka_unit_test(test_common_volume),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
