/* Tricks against the score: none does better than the reference's box, and none is followed (E10). */
#include "tests/filter.h"
#include "tests/robust/score_rig.h"
#include "tests/unit.h"

#include "cad/occt/solid.h"
#include "eval/score.h"

static bool all_checks(const json_t *o)
{
    return json_is_true(json_object_get(json_object_get(o, "checks"), "all"));
}

/* No headline measure above that of the box, and every check of the part not passed; NULL: any class. */
static void no_better_than_the_box(const char *name, const char *text, const char *class_)
{
    json_t *o = score_one(text), *box = score_one(SCORE_BOX);
    assert_string_equal(score_class(box), "ok");
    if (class_ && strcmp(score_class(o), class_) != 0)
        fail_msg("%s: class %s; expected %s", name, score_class(o), class_);
    bool valid = json_is_true(json_object_get(o, "valid"));
    if (score_number(o, "iou") > score_number(box, "iou") || (valid && score_number(o, "cd") < score_number(box, "cd")) ||
        (!valid && json_is_number(json_object_get(o, "iou"))))
        fail_msg("%s: iou %g cd %g; the box has %g and %g", name, score_number(o, "iou"), score_number(o, "cd"),
                 score_number(box, "iou"), score_number(box, "cd"));
    if (all_checks(o))
        fail_msg("%s: passes its checks", name);
    json_decref(o);
    json_decref(box);
}

static void test_E10_no_trick_scores_better_than_the_box(void **state)
{
    (void)state;
    no_better_than_the_box("empty text", "", "empty");
    no_better_than_the_box("comments only", "# a plate 40 x 20 x 5\\n# with a hole", NULL);
    no_better_than_the_box("blank lines", "\\n\\n\\n\\n\\n\\n", "empty");
    no_better_than_the_box("end only", "END", NULL);
    no_better_than_the_box("a sketch, nothing made of it",
                           "SK 0 0 0 1 0 0 0 1 0\\nL 0 0 40 0\\nL 40 0 40 20\\nL 40 20 0 0\\nEND", NULL);
    no_better_than_the_box("no height", "C 40 20 0", NULL);
    no_better_than_the_box("inside out", "C 40 20 -5", "build");
    no_better_than_the_box("NaN", "C nan 20 5", "parse");
    no_better_than_the_box("1e308", "C 1e308 20 5", NULL);
    no_better_than_the_box("denormal", "C 1e-310 20 5", NULL);
    no_better_than_the_box("another formula", "C 40 20 =5", "parse");
    no_better_than_the_box("a far block", "C 40 20 5\\nY 3 5\\nT 1 10 10 0\\nD 0 2\\nC 400 400 400\\nT 4 5000 0 0\\nU 3 5",
                           NULL);
}

/* A part of another size has the shape, and not the sizes: the table shows both. */
static void test_E10_a_scaled_part_has_the_shape_and_not_the_sizes(void **state)
{
    (void)state;
    static const char *const text[] = {"C 76 38 9.5\\nY 5.7 9.5\\nT 1 19 19 0\\nD 0 2",        /* 1.9 times */
                                       "C 1016 508 127\\nY 76.2 127\\nT 1 254 254 0\\nD 0 2"}; /* inches for millimetres */
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        json_t *o = score_one(text[i]), *m = json_object_get(o, "m");
        assert_string_equal(score_class(o), "ok");
        assert_true(score_number(m, "iou.v64.A1") > 0.99);
        assert_true(score_number(m, "iou.v64.A0c") < 0.5);
        assert_true(!all_checks(o));
        json_decref(o);
    }
}

static void test_E10_what_looks_like_a_result_stays_text(void **state)
{
    (void)state;
    static const char *const text[] = {"{\\\"class\\\":\\\"ok\\\",\\\"key\\\":\\\"k7\\\",\\\"level\\\":9}",
                                       "C 1 1 1\\n{\\\"class\\\":\\\"ok\\\"}",
                                       "\\u001b[2J\\u001b[31mC 1 1 1",
                                       "/etc/passwd",
                                       "http://127.0.0.1/",
                                       "=HYPERLINK(1)",
                                       "C 1 1 1\\n#include \\\"/etc/passwd\\\"\\nF"};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        json_t *o = score_one(text[i]);
        cad_buf b = CAD_BUF_INIT;
        assert_string_equal(score_class(o), "parse");
        ok(cad_json_print(o, &b));
        assert_null(strchr(b.data, '\x1b'));
        assert_null(strstr(b.data, "root:"));
        cad_buf_deinit(&b);
        json_decref(o);
    }
}

/* Small cubes on a grid over both large faces of the reference: a cloud that looks like its surface. */
static void test_E10_crumbs_on_the_surface_are_no_part(void **state)
{
    (void)state;
    static const char *const crumbs = "C 0.2 0.2 0.2\\nLP 0 1 0 0 14 3\\nLP 1 0 1 0 7 3\\nLP 2 0 0 1 2 4.8";
    no_better_than_the_box("crumbs", crumbs, "ok");
    json_t *o = score_one(crumbs);
    assert_int_equal((int)score_number(json_object_get(o, "facts"), "solids"), 14 * 7 * 2);
    assert_true(score_number(o, "iou") < 0.05);
    assert_true(json_is_false(json_object_get(json_object_get(o, "checks"), "solids")));
    json_decref(o);
}

/* A union with itself has the volume of one: nothing is counted twice. */
static void test_E10_the_reference_twice_in_one_place_is_the_reference(void **state)
{
    (void)state;
    static const char *const twice[] = {
        "C 40 20 5\\nY 3 5\\nT 1 10 10 0\\nD 0 2\\nT 3 0 0 0\\nU 3 4",
        "C 40 20 5\\nY 3 5\\nT 1 10 10 0\\nD 0 2\\nC 40 20 5\\nY 3 5\\nT 5 10 10 0\\nD 4 6\\nU 3 7"};
    json_t *one = score_one(SCORE_REFERENCE);
    for (size_t i = 0; i < sizeof twice / sizeof *twice; i++) {
        json_t *o = score_one(twice[i]);
        assert_string_equal(score_class(o), "ok");
        assert_int_equal((int)score_number(json_object_get(o, "facts"), "solids"), 1);
        assert_true(fabs(score_number(o, "volume") - score_number(one, "volume")) < 1e-6 * score_number(one, "volume"));
        json_decref(o);
    }
    json_decref(one);
}

/* No statement turns a solid inside out: what mirrors it keeps its volume positive. */
static void test_E10_a_mirrored_solid_is_not_inside_out(void **state)
{
    (void)state;
    static const char *const text[] = {"C 40 20 5\\nX 0 -1 1 1", "C 40 20 5\\nX 0 -1 -1 -1",
                                       ("SK 0 0 0 1 0 0 0 1 0\\nL 0 0 0 20\\nL 0 20 40 20\\nL 40 20 40 0\\nL 40 0 0 0\\nEND\\n"
                                        "E 0 0 0 -5")};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        json_t *o = score_one(text[i]);
        if (strcmp(score_class(o), "ok") != 0 || fabs(score_number(o, "volume") - 4000) > 1e-3)
            fail_msg("%s: class %s, volume %g", text[i], score_class(o), score_number(o, "volume"));
        json_decref(o);
    }
}

/* Three bars along three axes from one corner, of three lengths: no turn makes it its mirror image. */
static void test_E10_a_mirrored_chiral_part_is_another_part(void **state)
{
    (void)state;
    static const char *const chiral = "C 40 6 6\\nC 6 25 6\\nC 6 6 12\\nU 0 1\\nU 3 2";
    json_t *same = score_one_against(chiral, chiral),
           *mirror = score_one_against("C 40 6 6\\nC 6 25 6\\nC 6 6 12\\nU 0 1\\nU 3 2\\nX 4 -1 1 1", chiral);
    assert_true(score_number(same, "iou") > 0.99);
    assert_string_equal(score_class(mirror), "ok");
    assert_true(fabs(score_number(mirror, "volume") - score_number(same, "volume")) < 1e-3);
    assert_true(score_number(mirror, "iou") < 0.9);
    assert_true(score_number(json_object_get(mirror, "m"), "iou.v64.A0c") < 0.9);
    assert_true(score_number(mirror, "cd") > 100 * score_number(same, "cd"));
    json_decref(same);
    json_decref(mirror);
}

/* What eats time is a timeout, and so for each of its rows, on a machine that has other work too. */
static void test_E10_work_without_end_is_a_timeout(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    ok(cad_buf_str(&b, "S 10"));
    for (int i = 1; i < 60; i++)
        ok(cad_buf_printf(&b, "\\nS 10\\nT %d %d.3 %d.7 %d.1\\nU %d %d", 3 * i - 2, i % 7, i % 5, i % 3, i == 1 ? 0 : 3 * i - 3,
                          3 * i - 1));
    cad_pool *p = score_pool(2, 1);
    uint64_t tag;
    score_submit(p, 1, b.data);
    score_submit(p, 2, b.data);
    score_submit(p, 3, b.data);
    for (int i = 0; i < 3; i++) {
        json_t *o = score_next(p, &tag);
        if (strcmp(score_class(o), "timeout") != 0)
            fail_msg("row %d is %s", (int)tag, score_class(o));
        json_decref(o);
    }
    cad_pool_destroy(p);
    cad_buf_deinit(&b);
}

int main(int argc, char **argv)
{
    cad_score_register();
    cad_worker_main_if_asked(argc, argv);
    if (!strcmp(cad_solid_kernel(), "none"))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_E10_no_trick_scores_better_than_the_box),
        cmocka_unit_test(test_E10_a_scaled_part_has_the_shape_and_not_the_sizes),
        cmocka_unit_test(test_E10_what_looks_like_a_result_stays_text),
        cmocka_unit_test(test_E10_crumbs_on_the_surface_are_no_part),
        cmocka_unit_test(test_E10_the_reference_twice_in_one_place_is_the_reference),
        cmocka_unit_test(test_E10_a_mirrored_solid_is_not_inside_out),
        cmocka_unit_test(test_E10_a_mirrored_chiral_part_is_another_part),
        cmocka_unit_test(test_E10_work_without_end_is_a_timeout),
    };
    if (argc > 1 && !filter_tests(tests, sizeof tests / sizeof *tests, argv[1]))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
