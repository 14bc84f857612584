/* Closed forms of spec/compact-ir.md 6, 9, 10, 17: volume, box, faces, shells, genus; and the lowering of each extension. */
#include "tests/cad/solid_test.h"

#define PI 3.14159265358979323846
#define L_BLOCK "C 40 30 20\nC 20 15 22\nT 1 20 15 -1\nD 0 2\n"
#define XY "SK 0 0 0 1 0 0 0 1 0\n"
#define XZ "SK 0 0 0 1 0 0 0 0 1\n"
#define TRIANGLE XY "L 0 0 12 0\nL 12 0 0 9\nL 0 9 0 0\nEND\n"
#define SLOT XY "L 0 0 20 0\nA 20 0 20 8 20 4 1\nL 20 8 0 8\nA 0 8 0 0 0 4 1\nEND\n"
#define SLOT_CLOCKWISE XY "A 0 0 0 8 0 4 0\nL 0 8 20 8\nA 20 8 20 0 20 4 0\nL 20 0 0 0\nEND\n"
#define RECTANGLE XZ "L 6 0 11 0\nL 11 0 11 8\nL 11 8 6 8\nL 6 8 6 0\nEND\n"
#define FREE 1e-4 /* tolerance of B-spline cases */

typedef struct form {
    const char *text;
    double volume;
    int faces, shells, genus; /* -1: not stated */
    bool has_box;
    double box[6];
    double tol;
} form;

#define BOX(...)                                                                                                               \
    true,                                                                                                                      \
    {                                                                                                                          \
        __VA_ARGS__                                                                                                            \
    }

static void check_form(const form *f)
{
    built b = build(f->text);
    const double tol = f->tol > 0 ? f->tol : 1e-6;
    close_to(b.facts.volume, f->volume, tol, "volume", f->text);
    for (int i = 0; i < 6 && f->has_box; i++)
        if (!(fabs(b.facts.box[i] - f->box[i]) <= 1e-6))
            fail_msg("%s: box[%d] is %.12g, expected %.12g", f->text, i, b.facts.box[i], f->box[i]);
    if (f->faces >= 0 && b.facts.faces_merged != f->faces)
        fail_msg("%s: %d faces, expected %d", f->text, (int)b.facts.faces_merged, f->faces);
    if (f->shells >= 0 && b.facts.shells != f->shells)
        fail_msg("%s: %d shells, expected %d", f->text, (int)b.facts.shells, f->shells);
    if (f->genus >= 0 && b.facts.genus != f->genus)
        fail_msg("%s: genus %d, expected %d", f->text, (int)b.facts.genus, f->genus);
    if (b.facts.level != 8 || !b.facts.brepcheck || b.facts.shells_closed != b.facts.shells)
        fail_msg("%s: level %d", f->text, (int)b.facts.level);
    drop_built(&b);
}

static void check_forms(const form *f, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check_form(&f[i]);
}

#define CHECK(table) check_forms(table, sizeof table / sizeof *table)

/* clang-format off */
static void test_primitives(void **state)
{
    (void)state;
    const form table[] = {
        {"C 12 7 5", 420, 6, 1, 0, BOX(0, 0, 0, 12, 7, 5), 0},
        {"Y 6 20", 720 * PI, 3, 1, 0, BOX(-6, -6, 0, 6, 6, 20), 0},
        {"S 9", 972 * PI, 1, 1, 0, BOX(-9, -9, -9, 9, 9, 9), 0},
        {"K 8 3 12", 388 * PI, 3, 1, 0, BOX(-8, -8, 0, 8, 8, 12), 0},
        {"K 6 0 14", 168 * PI, 2, 1, 0, BOX(-6, -6, 0, 6, 6, 14), 0},
        {"K 0 6 14", 168 * PI, 2, 1, 0, BOX(-6, -6, 0, 6, 6, 14), 0},
        {"K 6 6 14", 504 * PI, 3, 1, 0, BOX(-6, -6, 0, 6, 6, 14), 0},
        {"P 6 4 9", 864 * tan(PI / 6), 8, 1, 0, BOX(-8 / sqrt(3), -4, 0, 8 / sqrt(3), 4, 9), 0},
        {"P 5 3 10", 450 * tan(PI / 5), 7, 1, 0, false, {0}, 0},
        {"P 360 5 2", 360 * 25 * tan(PI / 360) * 2, 362, 1, 0, false, {0}, 0},
    };
    CHECK(table);
}

static void test_booleans_merge_faces(void **state)
{
    (void)state;
    const form table[] = {
        {"C 10 10 10\nT 0 5 0 0\nU 0 1", 1500, 6, 1, 0, BOX(0, 0, 0, 15, 10, 10), 0},
        {"C 40 20 6\nY 3 8\nT 1 20 10 -1\nD 0 2", 4800 - 54 * PI, 7, 1, 1, BOX(0, 0, 0, 40, 20, 6), 0},
        {"C 40 20 6\nY 3 6\nT 1 20 10 0\nD 0 2", 4800 - 54 * PI, 7, 1, 1, BOX(0, 0, 0, 40, 20, 6), 0},
        {"S 15\nT 0 0 0 18\nI 0 1", PI * 78 * 144 / 12, 2, 1, 0, BOX(-12, -12, 3, 12, 12, 15), 0},
        {L_BLOCK, 24000 - 6000, 8, 1, 0, BOX(0, 0, 0, 40, 30, 20), 0},
        {"Y 5 10\nT 0 0 0 10\nU 0 1", 500 * PI, 3, 1, 0, BOX(-5, -5, 0, 5, 5, 20), 0},
    };
    CHECK(table);
}

static void test_transforms(void **state)
{
    (void)state;
    const form table[] = {
        {"C 12 7 5\nT 0 -4 2 9", 420, 6, 1, 0, BOX(-4, 2, 9, 8, 9, 14), 0},
        {"C 12 7 5\nR 0 20 30 40", 420, 6, 1, 0, BOX(-3.896693, -1.480991, -1.680922, 10.460967, 13.089751, 8.017087), 0},
        {"C 12 7 5\nR 0 90 0 0", 420, 6, 1, 0, BOX(0, -5, 0, 12, 0, 7), 0},
        {"Y 2 9\nR 0 0 90 0", 36 * PI, 3, 1, 0, BOX(0, -2, -2, 9, 2, 2), 0},
        {"C 12 7 5\nR 0 0 0 90", 420, 6, 1, 0, BOX(-7, 0, 0, 0, 12, 5), 0},
        {"S 9\nX 0 2 1 0.5", 972 * PI, 1, 1, 0, BOX(-18, -9, -4.5, 18, 9, 4.5), FREE},
        {"S 9\nT 0 3 0 0\nX 1 2 1 0.5\nT 2 0 0 4", 972 * PI, 1, 1, 0, BOX(-12, -9, -0.5, 24, 9, 8.5), FREE},
        {"C 14 14 23\nX 0 2.4 0.7 1", 7573.44, 6, 1, 0, BOX(0, 0, 0, 33.6, 9.8, 23), 0},
        {"K 8 3 12\nX 0 1 1 -1", 388 * PI, 3, 1, 0, BOX(-8, -8, -12, 8, 8, 0), 0},
        {"C 12 7 5\nX 0 -2 2 2", 3360, 6, 1, 0, BOX(-24, 0, 0, 0, 14, 10), 0},
        {"C 10 10 10\nT 0 1 0 0\nX 1 3 3 3", 27000, 6, 1, 0, BOX(3, 0, 0, 33, 30, 30), 0},
    };
    CHECK(table);
}

static void test_scaled_parts_keep_their_surfaces_where_they_can(void **state)
{
    (void)state;
    const form table[] = {
        {"Y 6 20\nX 0 2 2 0.5", 1440 * PI, 3, 1, 0, BOX(-12, -12, 0, 12, 12, 10), 0},
        {"K 8 3 12\nX 0 -2 2 -3", 388 * 12 * PI, 3, 1, 0, BOX(-16, -16, -36, 16, 16, 0), 0},
        {L_BLOCK "X 3 2 -1 0.5", 18000, 8, 1, 0, BOX(0, -30, 0, 80, 0, 10), 0},
        {"C 30 20 10\nSH 0 2\nX 1 2 1 1", 7008, 12, 2, 0, BOX(0, 0, 0, 60, 20, 10), 0},
        {"P 6 4 9\nR 0 10 20 30\nX 1 1 2 -3", 6 * 864 * tan(PI / 6), 8, 1, 0, false, {0}, 0},
        {"C 10 10 10\nC 4 4 10\nT 1 3 3 0\nD 0 2\nX 3 -1 2 3\nT 0 -5 0 0\nU 4 5", 5040 + 500 + 80, -1, 1, 1, false, {0}, 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        check_form(&table[i]);
        built b = build(table[i].text);
        if (b.facts.kinds[CAD_SURFACE_other])
            fail_msg("%s: %d free-form faces", table[i].text, (int)b.facts.kinds[CAD_SURFACE_other]);
        cad_mesh m;
        ok(cad_solid_mesh(b.solid, 0.001, 0.1, b.p.arena, &m));
        close_to(cad_mesh_volume(&m), table[i].volume, 5e-3, "volume of the mesh", table[i].text);
        drop_built(&b);
    }
}

static void test_patterns(void **state)
{
    (void)state;
    const form table[] = {
        {"C 10 10 5\nLP 0 1 0 0 4 8", 1700, 6, 1, 0, BOX(0, 0, 0, 34, 10, 5), 0},
        {"C 10 10 5\nLP 0 7 0 0 4 -8", 1700, 6, 1, 0, BOX(-24, 0, 0, 10, 10, 5), 0},
        {"Y 3 6\nT 0 20 0 0\nCP 1 0 0 0 0 0 1 5 360", 270 * PI, 15, 5, 0, false, {0}, 0},
        {"C 4 4 4\nT 0 10 0 0\nCP 1 0 0 0 0 0 1 3 270", 192, 18, 3, 0, BOX(-14, -4, 0, 14, 14, 4), 0},
        {"C 80 40 6\nY 2 6\nT 1 6 6 0\nLP 2 1 0 0 2 68\nLP 3 0 1 0 2 28\nD 0 4", 19200 - 96 * PI, 10, 1, 4, false, {0}, 0},
        {"C 4 4 4\nLP 0 0 0 0 3 5", 64, 6, 1, 0, false, {0}, 0},
        {"C 4 4 4\nLP 0 1 0 0 0 5", 64, 6, 1, 0, false, {0}, 0},
    };
    CHECK(table);
}

static void test_shells_closed_and_open(void **state)
{
    (void)state;
    const form table[] = {
        {"C 30 20 10\nSH 0 2", 3504, 12, 2, 0, BOX(0, 0, 0, 30, 20, 10), 0},
        {"Y 15 30\nSH 0 1.5", 5746.7584, 6, 2, 0, false, {0}, 0},
        {"S 12\nSH 0 2", 4.0 / 3 * PI * (12 * 12 * 12 - 1000), 2, 2, 0, false, {0}, 0},
        {L_BLOCK "SH 3 2", 7824, 16, 2, 0, false, {0}, 0},
        {L_BLOCK "SH 3 2 +Z", 6552, 15, 1, 0, false, {0}, 0},
        {"C 30 20 10\nSH 0 2 +Z", 2672, 11, 1, 0, BOX(0, 0, 0, 30, 20, 10), 0},
        {"C 30 20 10\nSH 0 6 +Z", 6000 - 18 * 8 * 4, 11, 1, 0, false, {0}, 0},
        {"Y 15 30\nSH 0 1.5 +Z", 4887.9255, 5, 1, 0, false, {0}, 0},
        {"Y 15 30\nSH 0 1.5 +Z -Z", 4029.0926, 4, 1, 1, false, {0}, 0},
        {"C 30 20 10\nSH 0 2 +X -X", 6000 - 30 * 16 * 6, 10, 1, 1, false, {0}, 0},
        {"C 40 20 6\nY 3 6\nT 1 20 10 0\nD 0 2\nSH 3 1", 4800 - 54 * PI - (38 * 18 * 4 - 64 * PI), 14, 2, 2, false, {0}, 0},
        {"C 30 20 10\nSH 0 2\nSH 1 0.5", 3504 - (29 * 19 * 9 - 27 * 17 * 7), 24, 4, 0, false, {0}, 0},
    };
    CHECK(table);
}

static void test_fillets_and_chamfers(void **state)
{
    (void)state;
    const form table[] = {
        {"C 30 20 10\nFI 0 3", 5572.6194, 26, 1, 0, BOX(0, 0, 0, 30, 20, 10), 0},
        {"Y 12 25\nFI 0 3", 11034.7468, 5, 1, 0, BOX(-12, -12, 0, 12, 12, 25), 0},
        {"Y 5 20\nFI 0 5", 250 * PI + 500.0 / 3 * PI, 3, 1, 0, false, {0}, 0},
        {"C 30 20 10\nCH 0 2", 5562.6667, 26, 1, 0, BOX(0, 0, 0, 30, 20, 10), 0},
        {"Y 12 25\nCH 0 3", 10687.6982, 5, 1, 0, false, {0}, 0},
        {"S 5\nFI 0 1", 500.0 / 3 * PI, 1, 1, 0, false, {0}, 0},
        {SLOT "E 0 0 0 6\nCH 1 1", 1198.55455, 14, 1, 0, BOX(-4, 0, 0, 24, 8, 6), 0},
    };
    CHECK(table);
}

static void test_sketches(void **state)
{
    (void)state;
    const form table[] = {
        {TRIANGLE "E 0 0 0 7", 378, 5, 1, 0, BOX(0, 0, 0, 12, 9, 7), 0},
        {TRIANGLE "E 0 4 0 7", 378, 5, 1, 0, BOX(0, 0, 0, 16, 9, 7), 0},
        {TRIANGLE "E 0 0 0 -7", 378, 5, 1, 0, BOX(0, 0, -7, 12, 9, 0), 0},
        {SLOT "E 0 0 0 6", 6 * (160 + 16 * PI), 6, 1, 0, BOX(-4, 0, 0, 24, 8, 6), 0},
        {SLOT_CLOCKWISE "E 0 0 0 6", 6 * (160 + 16 * PI), 6, 1, 0, BOX(-4, 0, 0, 24, 8, 6), 0},
        {RECTANGLE "V 0 0 0 0 0 0 1 360", 680 * PI, 4, 1, 1, BOX(-11, -11, 0, 11, 11, 8), 0},
        {RECTANGLE "V 0 0 0 0 0 0 -1 360", 680 * PI, 4, 1, 1, false, {0}, 0},
        {RECTANGLE "V 0 0 0 0 0 0 1 120", 712.0943, 6, 1, 0, BOX(-5.5, 0, 0, 11, 11, 8), 0},
        {XZ "L 0 0 9 0\nL 9 0 0 15\nL 0 15 0 0\nEND\nV 0 0 0 0 0 0 1 360", 405 * PI, 2, 1, 0, false, {0}, 0},
        {XZ "A 18 0 12 0 15 0 1\nA 12 0 18 0 15 0 1\nEND\nV 0 0 0 0 0 0 1 360", 270 * PI * PI, 1, 1, 1,
         BOX(-18, -18, -3, 18, 18, 3), 0},
        {XY "A 3 0 -3 0 0 0 1\nA -3 0 3 0 0 0 1\nEND\nE 0 0 0 5", 45 * PI, 3, 1, 0, BOX(-3, -3, 0, 3, 3, 5), 0},
    };
    CHECK(table);
}
/* clang-format on */

static void test_chains_give_what_single_steps_give(void **state)
{
    (void)state;
    /* The second program breaks both chains by using the inner nodes twice (an intersection with the whole). */
    const char *chain = "C 60 30 8\nY 2 8\nT 1 6 6 0\nT 1 30 15 0\nT 1 54 24 0\nD 0 2\nD 5 3\nD 6 4\n"
                        "C 5 5 20\nT 8 20 0 0\nT 8 40 0 0\nU 7 9\nU 11 10";
    const char *single = "C 60 30 8\nY 2 8\nT 1 6 6 0\nT 1 30 15 0\nT 1 54 24 0\nD 0 2\nI 5 5\nD 6 3\nI 7 7\nD 8 4\n"
                         "C 5 5 20\nT 10 20 0 0\nT 10 40 0 0\nU 9 11\nI 13 13\nU 14 12";
    built a = build(chain), b = build(single);
    close_to(a.facts.volume, b.facts.volume, 1e-9, "volume", chain);
    close_to(a.facts.volume, 14400 - 96 * PI + 2 * 25 * 12, 1e-9, "volume", chain);
    assert_int_equal(a.facts.faces_merged, b.facts.faces_merged);
    assert_int_equal(a.facts.genus, 3);
    assert_int_equal(b.facts.genus, 3);
    drop_built(&a);
    drop_built(&b);
}

static void test_lowering_keeps_volume_and_box(void **state)
{
    (void)state;
    const char *table[] = {
        "P 6 2.75 10",
        "P 7 3 4",
        "C 30 20 10\nSH 0 2 +Z",
        "C 30 20 10\nSH 0 2 +X -X",
        "C 30 20 10\nSH 0 2 -Y",
        "Y 15 30\nSH 0 1.5 +Z",
        "Y 15 30\nSH 0 1.5 +Z -Z",
        "C 10 10 10\nF 0 1",
        "C 1 2 3 # note",
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        built a = build(table[i]);
        cad_ir *plain;
        ok(cad_ir_lower(a.p.ir, a.p.arena, &plain));
        cad_solid *s;
        cad_facts f;
        ok(cad_solid_from_ir(plain, &a.p.diags, &s));
        ok(cad_solid_facts(s, a.p.arena, &f));
        close_to(f.volume, a.facts.volume, 1e-9, "volume", table[i]);
        for (int k = 0; k < 6; k++)
            if (!(fabs(f.box[k] - a.facts.box[k]) <= 1e-6))
                fail_msg("%s: box[%d] is %.9g, expected %.9g", table[i], k, f.box[k], a.facts.box[k]);
        cad_solid_destroy(s);
        drop_built(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_primitives),
        cmocka_unit_test(test_booleans_merge_faces),
        cmocka_unit_test(test_transforms),
        cmocka_unit_test(test_scaled_parts_keep_their_surfaces_where_they_can),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_shells_closed_and_open),
        cmocka_unit_test(test_fillets_and_chamfers),
        cmocka_unit_test(test_sketches),
        cmocka_unit_test(test_chains_give_what_single_steps_give),
        cmocka_unit_test(test_lowering_keeps_volume_and_box),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
