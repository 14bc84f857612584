#include "tests/unit.h"

#include "eval/expect.h"

/* A 40 x 30 x 5 plate with four 4 mm holes 5 mm from the corners and one of 10 mm in the middle. */
static cad_cylinder holes[5];

static cad_cylinder hole(double x, double y, double d)
{
    return (cad_cylinder){.point = {x, y, 0},
                          .dir = {0, 0, 1},
                          .radius = d / 2,
                          .lo = 0,
                          .hi = 5,
                          .sweep = 360,
                          .concave = true,
                          .open_lo = true,
                          .open_hi = true,
                          .n_faces = 1};
}

static cad_facts plate(void)
{
    holes[0] = hole(20, 15, 10);
    holes[1] = hole(5, 5, 4);
    holes[2] = hole(35, 5, 4);
    holes[3] = hole(5, 25, 4);
    holes[4] = hole(35, 25, 4);
    cad_facts f = {.volume = 6000 - M_PI * (25 + 4 * 4) * 5,
                   .box = {0, 0, 0, 40, 30, 5},
                   .solids = 1,
                   .shells = 1,
                   .genus = 5,
                   .faces_merged = 11,
                   .level = 8,
                   .n_cylinders = 5,
                   .cylinders = holes};
    f.kinds[CAD_SURFACE_plane] = 6;
    f.kinds[CAD_SURFACE_cylinder] = 5;
    return f;
}

static bool passes(const char *expect, const cad_facts *f, uint32_t open)
{
    json_t *o;
    ok(cad_json_parse(expect, strlen(expect), "expect", &o));
    ok(cad_expect_validate(o, "row 1"));
    cad_checks c;
    cad_expect_check(o, f, open, &c);
    json_decref(o);
    return c.all;
}

static void test_the_plate_passes_what_is_true_of_it(void **state)
{
    (void)state;
    cad_facts f = plate();
    assert_true(passes("{\"bbox\":[5,40,30],\"solids\":1,\"shells\":1,\"genus\":5,\"faces\":{\"plane\":6,\"cylinder\":5},"
                       "\"volume\":[5355,5357],\"holes\":[{\"d\":4,\"count\":4,\"spacing\":[30,20],\"through\":true},"
                       "{\"d\":10,\"depth\":5}]}",
                       &f, 0));
    assert_true(passes("{\"bbox\":[40,30,5],\"order\":\"xyz\"}", &f, 0));
    assert_true(passes("{\"bbox\":[40,null,[4,6]]}", &f, 0));
    assert_true(passes("{\"faces\":11}", &f, 0));
}

static void test_each_wrong_claim_fails(void **state)
{
    (void)state;
    cad_facts f = plate();
    static const char *const wrong[] = {
        "{\"bbox\":[40.5,30,5]}",
        "{\"bbox\":[30,40,5],\"order\":\"xyz\"}",
        "{\"volume\":5200}",
        "{\"genus\":4}",
        "{\"faces\":{\"plane\":7}}",
        "{\"holes\":[]}",
        "{\"holes\":[{\"d\":4,\"count\":4}]}", /* the bore is not named */
        "{\"holes\":[{\"d\":4,\"count\":5}]}",
        "{\"holes\":[{\"d\":4,\"count\":4,\"spacing\":[30,21]},{\"d\":10}]}",
        "{\"holes\":[{\"d\":4,\"count\":4,\"through\":false},{\"d\":10}]}",
        "{\"holes\":[{\"d\":4,\"count\":4},{\"d\":10,\"depth\":4}]}",
        "{\"bosses\":[{\"d\":10}]}",
        "{\"open\":\"any\"}",
        "{\"prism\":{\"sides\":6}}",
        "{\"any\":[{\"genus\":1},{\"genus\":2}]}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (passes(wrong[i], &f, 0))
            fail_msg("passes: %s", wrong[i]);
}

static void test_tolerance_is_one_percent_or_what_tol_says(void **state)
{
    (void)state;
    cad_facts f = plate();
    assert_true(passes("{\"bbox\":[40.39,30,5]}", &f, 0));
    assert_false(passes("{\"bbox\":[40.42,30,5]}", &f, 0));
    assert_true(passes("{\"bbox\":[41.5,30,5],\"tol\":0.05}", &f, 0));
}

static void test_a_bolt_circle_has_a_diameter_and_even_steps(void **state)
{
    (void)state;
    cad_facts f = plate();
    cad_cylinder ring[7];
    ring[0] = hole(10, 10, 5); /* a bore of the bolts' own diameter, off the circle */
    for (int i = 0; i < 6; i++)
        ring[i + 1] = hole(10 + 30 * cos(i * M_PI / 3 + 0.2), 10 + 30 * sin(i * M_PI / 3 + 0.2), 5);
    f.cylinders = ring;
    f.n_cylinders = 7;
    assert_true(passes("{\"holes\":[{\"d\":5,\"count\":6,\"pcd\":60},{\"d\":5}]}", &f, 0));
    assert_false(passes("{\"holes\":[{\"d\":5,\"count\":6,\"pcd\":58},{\"d\":5}]}", &f, 0));
    ring[3] = hole(10 + 30 * cos(2.5), 10 + 30 * sin(2.5), 5); /* one bolt slips along the circle */
    assert_false(passes("{\"holes\":[{\"d\":5,\"count\":6,\"pcd\":60},{\"d\":5}]}", &f, 0));
    assert_true(passes("{\"holes\":[{\"d\":5,\"count\":6,\"pcd\":60,\"even\":false},{\"d\":5}]}", &f, 0));
}

static void test_walls_and_openings(void **state)
{
    (void)state;
    cad_facts f = plate();
    cad_plane planes[2] = {{.normal = {0, 0, 1}, .offset = 5}, {.normal = {0, 0, -1}, .offset = -2}};
    f.planes = planes;
    f.n_planes = 2;
    assert_true(passes("{\"wall\":3}", &f, 0));
    assert_false(passes("{\"wall\":2}", &f, 0));
    assert_true(passes("{\"open\":\"+Z\"}", &f, 1u << 4));
    assert_false(passes("{\"open\":\"-Z\"}", &f, 1u << 4));
}

static void refused(const char *expect, const char *part)
{
    json_t *o;
    ok(cad_json_parse(expect, strlen(expect), "expect", &o));
    fails(cad_expect_validate(o, "s.jsonl:3"), CAD_EDATA, part);
    assert_non_null(strstr(cad_error_text(), "s.jsonl:3"));
    json_decref(o);
}

static void test_misspelt_expectations_are_refused(void **state)
{
    (void)state;
    refused("{\"gemus\":1}", "gemus");
    refused("{\"bbox\":[1,2]}", "three");
    refused("{\"faces\":{\"planes\":6}}", "kinds");
    refused("{\"faces\":{\"\":6}}", "kinds");
    refused("{\"faces\":{\" plane\":6}}", "kinds");
    refused("{\"faces\":{\"cone sphere\":6}}", "kinds");
    refused("{\"holes\":[{\"dia\":6}]}", "dia");
    refused("{\"open\":\"up\"}", "open");
    refused("{\"volume\":[2,1]}", "volume");
    refused("{\"any\":[]}", "any");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_plate_passes_what_is_true_of_it),
        cmocka_unit_test(test_each_wrong_claim_fails),
        cmocka_unit_test(test_tolerance_is_one_percent_or_what_tol_says),
        cmocka_unit_test(test_a_bolt_circle_has_a_diameter_and_even_steps),
        cmocka_unit_test(test_walls_and_openings),
        cmocka_unit_test(test_misspelt_expectations_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
