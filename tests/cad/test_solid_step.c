/* STEP out and in (spec/metrics.md 2.3, 2.4 L11): what is written reads back as the same part, byte for byte repeatable. */
#include "tests/cad/solid_test.h"

static const char *const parts[] = {
    "C 12 7 5",
    "C 80 40 6\nY 2 6\nT 1 6 6 0\nLP 2 1 0 0 2 68\nLP 3 0 1 0 2 28\nD 0 4",
    "S 9",
    "K 6 0 14",
    "P 6 4 9",
    "C 30 20 10\nSH 0 2",
    "C 30 20 10\nFI 0 3",
    "Y 12 25\nCH 0 3",
    "SK 0 0 0 1 0 0 0 0 1\nA 18 0 12 0 15 0 1\nA 12 0 18 0 15 0 1\nEND\nV 0 0 0 0 0 0 1 360",
    "Y 3 6\nT 0 20 0 0\nCP 1 0 0 0 0 0 1 5 360",
    "C 12 7 5\nR 0 20 30 40",
    "K 8 3 12\nX 0 1 1 -1",
};

static void test_written_parts_read_back_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        built b = build(parts[i]);
        cad_buf text = CAD_BUF_INIT;
        ok(cad_solid_write_step(b.solid, "bracket", &text));
        cad_solid *again;
        cad_facts f;
        ok(cad_solid_read_step(text.data, text.len, &again));
        ok(cad_solid_facts(again, b.p.arena, &f));
        close_to(f.volume, b.facts.volume, 1e-6, "volume", parts[i]);
        close_to(f.area, b.facts.area, 1e-6, "area", parts[i]);
        for (int k = 0; k < 6; k++)
            if (!(fabs(f.box[k] - b.facts.box[k]) <= 1e-5))
                fail_msg("%s: box[%d] is %.9g, expected %.9g", parts[i], k, f.box[k], b.facts.box[k]);
        if (f.faces != b.facts.faces || f.solids != b.facts.solids || f.shells != b.facts.shells || f.level != 8)
            fail_msg("%s: %d faces of %d, %d solids, level %d", parts[i], (int)f.faces, (int)b.facts.faces, (int)f.solids,
                     (int)f.level);
        assert_int_equal(f.roots, 1);
        assert_int_equal(f.transferred, 1);
        assert_int_equal(f.model_check, 0);
        cad_solid_destroy(again);
        cad_buf_deinit(&text);
        drop_built(&b);
    }
}

static void test_the_file_is_ap214_in_millimetres_with_the_product_name(void **state)
{
    (void)state;
    built b = build(parts[1]);
    cad_buf text = CAD_BUF_INIT;
    ok(cad_solid_write_step(b.solid, "it's a plate", &text));
    assert_non_null(strstr(text.data, "AUTOMOTIVE_DESIGN"));
    assert_non_null(strstr(text.data, "PRODUCT('it''s a plate'"));
    assert_non_null(strstr(text.data, "SI_UNIT(.MILLI.,.METRE.)"));
    assert_non_null(strstr(text.data, "MANIFOLD_SOLID_BREP"));
    assert_null(strstr(text.data, "PCURVE"));
    assert_memory_equal(text.data, "ISO-10303-21;", 13);
    cad_buf_clear(&text);
    ok(cad_solid_write_step(b.solid, NULL, &text));
    assert_non_null(strstr(text.data, "PRODUCT('part'"));
    cad_buf_deinit(&text);
    drop_built(&b);
}

static void test_equal_programs_give_equal_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        cad_buf text[2] = {CAD_BUF_INIT, CAD_BUF_INIT};
        for (int k = 0; k < 2; k++) {
            built b = build(parts[i]), other = build("C 1 2 3");
            cad_buf noise = CAD_BUF_INIT;
            ok(cad_solid_write_step(other.solid, "other", &noise));
            ok(cad_solid_write_step(b.solid, "part", &text[k]));
            cad_buf_deinit(&noise);
            drop_built(&b);
            drop_built(&other);
        }
        if (text[0].len != text[1].len || memcmp(text[0].data, text[1].data, text[0].len) != 0)
            fail_msg("%s: two runs differ", parts[i]);
        cad_buf_deinit(&text[0]);
        cad_buf_deinit(&text[1]);
    }
}

static void test_text_that_is_no_step_is_refused(void **state)
{
    (void)state;
    const char *table[] = {"", "hello", "ISO-10303-21;\nHEADER;\n"};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        cad_solid *s = NULL;
        fails(cad_solid_read_step(table[i], strlen(table[i]), &s), CAD_EPARSE, "read STEP: the reader refuses the text");
        assert_null(s);
    }
}

/* Sound as text, but without a root that is a shape. */
static void test_a_file_without_a_shape_has_level_four(void **state)
{
    (void)state;
    static const char text[] =
        "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\nFILE_NAME('','',(''),(''),'','','');\n"
        "FILE_SCHEMA(('AUTOMOTIVE_DESIGN'));\nENDSEC;\nDATA;\n#1=CARTESIAN_POINT('',(0.,0.,0.));\nENDSEC;\n"
        "END-ISO-10303-21;\n";
    cad_solid *s;
    cad_facts f;
    cad_arena *a;
    cad_mesh m;
    cad_buf out = CAD_BUF_INIT;
    ok(cad_arena_create("step", 1 << 20, &a));
    ok(cad_solid_read_step(text, sizeof text - 1, &s));
    ok(cad_solid_facts(s, a, &f));
    assert_int_equal(f.level, 4);
    assert_int_equal(f.transferred, 0);
    fails(cad_solid_mesh(s, 0.001, 0.1, a, &m), CAD_EGEOM, "there is no shape");
    fails(cad_solid_write_step(s, NULL, &out), CAD_EGEOM, "there is no shape");
    cad_solid_destroy(s);
    cad_arena_destroy(a);
}

/* A box's file with one face taken out of its shell, and with centimetres as its unit. */
static void test_levels_and_units_of_damaged_files(void **state)
{
    (void)state;
    built b = build("C 12 7 5");
    cad_buf text = CAD_BUF_INIT;
    ok(cad_solid_write_step(b.solid, NULL, &text));
    char *shell = strstr(text.data, "CLOSED_SHELL('',(");
    assert_non_null(shell);
    char *first = shell + strlen("CLOSED_SHELL('',("), *comma = strchr(first, ',');
    memset(first, ' ', (size_t)(comma - first) + 1);
    cad_solid *open_box;
    cad_facts f;
    ok(cad_solid_read_step(text.data, text.len, &open_box));
    ok(cad_solid_facts(open_box, b.p.arena, &f));
    assert_int_equal(f.faces, 5);
    assert_int_equal(f.shells_closed, 0);
    assert_true(f.level < 7);
    cad_solid_destroy(open_box);
    cad_buf_clear(&text);
    ok(cad_solid_write_step(b.solid, NULL, &text));
    char *unit = strstr(text.data, "SI_UNIT(.MILLI.,.METRE.)");
    assert_non_null(unit);
    memcpy(unit, "SI_UNIT(.CENTI.,.METRE.)", 24);
    cad_solid *large;
    ok(cad_solid_read_step(text.data, text.len, &large));
    ok(cad_solid_facts(large, b.p.arena, &f));
    close_to(f.volume, 420e3, 1e-6, "volume", "centimetres");
    cad_solid_destroy(large);
    cad_buf_deinit(&text);
    drop_built(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written_parts_read_back_the_same),
        cmocka_unit_test(test_the_file_is_ap214_in_millimetres_with_the_product_name),
        cmocka_unit_test(test_equal_programs_give_equal_bytes),
        cmocka_unit_test(test_text_that_is_no_step_is_refused),
        cmocka_unit_test(test_a_file_without_a_shape_has_level_four),
        cmocka_unit_test(test_levels_and_units_of_damaged_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
