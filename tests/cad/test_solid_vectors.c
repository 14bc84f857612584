/* The geometry half of the public conformance vectors (spec/compact-ir.md 12, conformance/README.md). */
#include "tests/cad/solid_test.h"

/* An exact evaluator stays within half of the tolerance of the file. */
#define TOL 5e-4

static void compare(const char *id, const built *b, const json_t *e)
{
    close_to(b->facts.volume, json_number_value(json_object_get(e, "volume")), TOL, "volume", id);
    const json_t *area = json_object_get(e, "area"), *box = json_object_get(e, "bbox"), *shells = json_object_get(e, "shells");
    if (area)
        close_to(b->facts.area, json_number_value(area), TOL, "area", id);
    double longest = 0;
    for (int i = 0; i < 3 && box; i++)
        longest = fmax(longest, b->facts.box[i + 3] - b->facts.box[i]);
    for (size_t i = 0; i < 6 && box; i++)
        if (!(fabs(b->facts.box[i] - json_number_value(json_array_get(box, i))) <= TOL * longest))
            fail_msg("%s: box[%zu] is %.9g, expected %.9g", id, i, b->facts.box[i], json_number_value(json_array_get(box, i)));
    if (shells && b->facts.shells != json_integer_value(shells))
        fail_msg("%s: %d shells, expected %d", id, (int)b->facts.shells, (int)json_integer_value(shells));
    if (b->facts.level != 8)
        fail_msg("%s: level %d", id, (int)b->facts.level);
}

static void each_row(const json_t *row, void *ctx)
{
    const char *id = json_string_value(json_object_get(row, "id"));
    const json_t *e = json_object_get(row, "expect");
    const char *verdict = json_string_value(json_object_get(e, "eval"));
    if (!verdict)
        return;
    ++*(int *)ctx;
    built b = build_dialect(json_string_value(json_object_get(row, "ir")), CAD_IR_DIALECT_upstream);
    const cad_diag *first = cad_diags_first_error(&b.p.diags);
    if (!strcmp(verdict, "ok")) {
        if (!b.solid)
            fail_msg("%s: %s", id, first->message);
        compare(id, &b, e);
    } else if (!strcmp(verdict, "empty")) {
        if (b.solid || strcmp(first->code, "empty") != 0)
            fail_msg("%s: '%s', expected an empty result", id, first ? first->code : "a solid");
    } else if (!strcmp(verdict, "error") && b.solid) {
        fail_msg("%s: a solid, expected an error", id);
    }
    drop_built(&b);
}

static void test_every_vector_has_its_verdict_volume_area_box_and_shells(void **state)
{
    (void)state;
    int n = 0;
    if (!each_vector(each_row, &n))
        skip();
    assert_true(n > 100);
}

static void test_the_difference_table_of_dialect_cadlm(void **state)
{
    (void)state;
    built b = build("C 10 10 10\nF 0 1");
    close_to(b.facts.volume, 975.5870, 1e-6, "volume", "p_F_fillet");
    drop_built(&b);
    b = build("SK 0 0 0 1 0 0 0 1 0\n# note\nL 0 0 5 0\nL 5 0 5 5\nL 5 5 0 5\nL 0 5 0 0\nEND\nE 0 0 0 5");
    close_to(b.facts.volume, 125, 1e-9, "volume", "p_sk_comment");
    drop_built(&b);
    expect_error("C nan 1 1", "bad-number");
    expect_error("Y 0 5", "nonpositive-size");
    expect_error("C 10 10 10\nSH 0 6", "too-thick");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_vector_has_its_verdict_volume_area_box_and_shells),
        cmocka_unit_test(test_the_difference_table_of_dialect_cadlm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
