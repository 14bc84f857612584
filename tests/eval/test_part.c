/* One part on its way up the ladder: every class where it belongs, and likeness of parts whose likeness is known. */
#include "tests/unit.h"

#include "eval/part.h"

static cad_arena *arena;

static int setup(void **state)
{
    (void)state;
    return cad_arena_create("parts", (size_t)2 << 30, &arena) == CAD_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    cad_arena_destroy(arena);
    return 0;
}

static cad_part made(const char *ir)
{
    cad_part p;
    ok(cad_part_make(&(cad_part_text){.text = ir, .len = strlen(ir), .complete = true}, arena, &p));
    return p;
}

static void test_each_failure_has_its_class_stage_and_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool complete;
        cad_class class_;
        int level;
        const char *stage;
        int64_t line;
    } c[] = {
        {"", true, CAD_CLASS_empty, 0, "text", 0},
        {" \n\t\r\n", true, CAD_CLASS_empty, 0, "text", 0},
        {"C 1 2 3", false, CAD_CLASS_truncated, 0, "text", 0},
        {"C 1 2 3\nWHAT 1", true, CAD_CLASS_parse, 1, "parse", 2},
        {"C 1 2", true, CAD_CLASS_parse, 1, "parse", 1},
        {"C 1 1 1\nD 0 9", true, CAD_CLASS_reference, 2, "check", 2},
        {"T 0 1 1 1", true, CAD_CLASS_reference, 2, "check", 1}, /* a cycle */
        {"C 10 0 10", true, CAD_CLASS_build, 3, "check", 1},
        {"C 1 1 1\nC 2 2 2\nD 0 1", true, CAD_CLASS_not_solid, 5, "build", 3},
    };
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        cad_part p;
        const cad_part_text t = {.text = c[i].text, .len = strlen(c[i].text), .complete = c[i].complete};
        ok(cad_part_make(&t, arena, &p));
        if (p.class_ != c[i].class_ || p.level != c[i].level || p.error_line != c[i].line || strcmp(p.stage, c[i].stage) != 0)
            fail_msg("'%s': class %s, level %d, stage %s, line %d: %s", c[i].text, cad_class_name(p.class_), p.level, p.stage,
                     (int)p.error_line, p.error);
        assert_true(p.error && p.error[0]);
        assert_null(p.solid);
        assert_int_equal(p.mesh.n_tri, 0);
        cad_part_deinit(&p);
    }
}

static void test_a_sound_part_reaches_the_watertight_mesh(void **state)
{
    (void)state;
    cad_part p = made("C 10 20 30\nY 3 30\nT 1 5 10 0\nD 0 2");
    assert_int_equal(p.class_, CAD_CLASS_ok);
    assert_int_equal(p.level, 9);
    assert_null(p.error);
    assert_non_null(p.solid);
    assert_true(p.mesh.n_tri > 12);
    near(p.facts.volume, 6000 - M_PI * 9 * 30, 1e-6 * 6000);
    cad_part_deinit(&p);
    assert_null(p.solid);
    cad_part_deinit(&p);
}

static cad_likeness compared(const char *reference, const char *prediction)
{
    cad_part g = made(reference), p = made(prediction);
    cad_likeness l;
    ok(cad_part_compare(&g, &p, "row", "key", arena, &l));
    cad_part_deinit(&g);
    cad_part_deinit(&p);
    return l;
}

static void test_equal_parts_are_at_distance_zero_wherever_they_lie(void **state)
{
    (void)state;
    static const char *const plate = "C 40 20 5\nY 3 5\nT 1 20 10 0\nD 0 2";
    cad_likeness same = compared(plate, plate);
    near(same.cd_a1, 0, 1e-12);
    near(same.iou_a1, 1, 0);
    near(same.iou_a0c, 1, 0);
    cad_likeness moved = compared("C 40 20 5", "C 40 20 5\nT 0 7 -3 100");
    near(moved.cd_a1, 0, 1e-12);
    near(moved.iou_a1, 1, 0);
    near(moved.iou_a0c, 1, 0);
}

/* A1 brings both to one size; A0c keeps sizes and lays the middles of the boxes upon each other. */
static void test_size_counts_in_one_alignment_only(void **state)
{
    (void)state;
    cad_likeness l = compared("C 20 20 20", "C 10 10 10");
    near(l.cd_a1, 0, 1e-12);
    near(l.iou_a1, 1, 0);
    near(l.iou_a0c, 0.125, 1e-3);
    l = compared("C 20 20 20", "C 20 20 10");
    near(l.iou_a0c, 0.5, 1e-3);
    assert_true(l.cd_a1 > 1e-3);
}

/* Thinner than a cell, a reference leaves the grid of its cube empty; a copy of it is a copy all the same. */
static void test_a_thin_part_overlaps_its_copy(void **state)
{
    (void)state;
    static const struct {
        const char *reference, *prediction;
        double a1, a0c;
        bool thin;
    } c[] = {
        {"C 100 100 0.5", "C 100 100 0.5", 1, 1, true},
        {"C 100 100 0.5", "C 100 100 0.5\nT 0 3 2 1", 1, 1, true},
        {"C 100 0.5 0.5", "C 100 0.5 0.5", 1, 1, true},
        {"C 100 100 0.5", "C 100 100 1", 0.5, 0.5, true},
        {"C 100 100 0.5", "C 50 100 0.5", 0.5, 0.5, true},
        {"C 100 100 0.5", "C 50 50 0.25", 1, 0.125, true}, /* another size */
        {"C 100 100 0.5", "C 100 100 32", 1. / 64, 1. / 64, true},
        {"C 100 100 32", "C 100 100 0.5", 0, 0, false}, /* the reference decides */
        {"C 100 100 4", "C 100 100 4", 1, 1, false},
    };
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        cad_likeness l = compared(c[i].reference, c[i].prediction);
        assert_int_equal(l.thin, c[i].thin);
        near(l.iou_a1, c[i].a1, 1e-3);
        near(l.iou_a0c, c[i].a0c, 1e-3);
    }
    cad_likeness same = compared(c[0].reference, c[0].prediction);
    near(same.iou_a1, 1, 0);
    near(same.iou_a0c, 1, 0);
}

static void test_likeness_repeats_to_the_bit(void **state)
{
    (void)state;
    cad_likeness a = compared("C 40 20 5", "Y 10 30"), b = compared("C 40 20 5", "Y 10 30");
    assert_memory_equal(&a, &b, sizeof a);
    assert_true(a.iou_a1 > 0 && a.iou_a1 < 1 && a.cd_a1 > 0);
}

int main(void)
{
    if (!strcmp(cad_solid_kernel(), "none")) {
        print_message("skipped: built without OCCT\n");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_failure_has_its_class_stage_and_line, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_sound_part_reaches_the_watertight_mesh, setup, teardown),
        cmocka_unit_test_setup_teardown(test_equal_parts_are_at_distance_zero_wherever_they_lie, setup, teardown),
        cmocka_unit_test_setup_teardown(test_size_counts_in_one_alignment_only, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_thin_part_overlaps_its_copy, setup, teardown),
        cmocka_unit_test_setup_teardown(test_likeness_repeats_to_the_bit, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
