#include "tests/unit.h"

#include "cad/ir/ir.h"
#include "cad/occt/solid.h"
#include "dataprep/synth.h"
#include "eval/expect.h"
#include "eval/seven.h"
#include "eval/suite.h"

static cad_arena *arena;

/* Compiles `ir` and holds it against `expect`. */
static bool passes(const char *ir, const json_t *expect, int seven)
{
    cad_ir *program = NULL;
    cad_solid *solid = NULL;
    cad_facts facts;
    uint32_t open_mask = 0;
    cad_diags *diags = NULL;
    cad_checks checks = {.n = 0};
    ok(cad_ir_load(ir, strlen(ir), CAD_IR_DIALECT_cadlm, arena, &program));
    ok(cad_arena_zalloc(arena, 1, sizeof *diags, "diagnostics", &diags));
    cad_diags_init(diags, arena);
    ok(cad_solid_from_ir(program, diags, &solid));
    ok(cad_solid_facts(solid, arena, &facts));
    ok(cad_solid_open(solid, &open_mask));
    cad_expect_check(expect, &facts, open_mask, &checks);
    bool good = checks.all && checks.n >= 6 && (!seven || !cad_seven_judge(seven, &facts, open_mask));
    for (int i = 0; !good && seven && i < checks.n; i++)
        print_message("%s: %s\n", checks.item[i].name, checks.item[i].pass ? "passes" : "fails");
    cad_solid_destroy(solid);
    return good;
}

/* The judge and the generator were written apart: what one claims of its parts the other must measure. */
static void test_expectations_hold_for_their_part_and_for_no_other(void **state)
{
    (void)state;
    if (!strcmp(cad_solid_kernel(), "none"))
        skip();
    static const char *const units[] = {"mm", "in"}, *const styles[] = {"short"};
    for (size_t f = 0; f < cad_synth_family_count(); f++) {
        const char *name = cad_synth_family_name(f);
        cad_synth_opts o;
        ok(cad_synth_opts_make(31, (cad_synth_names){&name, 1}, (cad_synth_names){units, 2}, (cad_synth_names){styles, 1}, 0.25,
                               &o));
        cad_row last = {.target = ""};
        for (uint64_t i = 0; i < 20; i++) {
            cad_row row;
            json_t *expect = NULL;
            ok(cad_synth_row(&o, i, false, arena, &row));
            ok(cad_json_parse(row.expect, strlen(row.expect), row.id, &expect));
            ok(cad_expect_validate(expect, row.id));
            if (!passes(row.target, expect, 0))
                fail_msg("%s: its own part fails %s: %s", row.id, row.expect, row.caption);
            if (*last.target && passes(last.target, expect, 0))
                fail_msg("%s: the part of %s passes too", row.id, last.id);
            json_decref(expect);
            last = row;
        }
    }
}

static void test_the_references_of_cad0_seven_pass_both_judges(void **state)
{
    (void)state;
    if (!strcmp(cad_solid_kernel(), "none"))
        skip();
    char path[4096];
    cad_suite s;
    snprintf(path, sizeof path, "%s/configs/suite_cad0_seven.jsonl", getenv("CADLM_SOURCE"));
    ok(cad_suite_load(path, arena, &s));
    assert_int_equal(s.n, CAD_SEVEN_PROMPTS);
    for (size_t i = 0; i < s.n; i++) {
        assert_string_equal(s.row[i].prompt, cad_seven_prompt(s.row[i].seven));
        if (!passes(s.row[i].reference, s.row[i].expect, s.row[i].seven))
            fail_msg("%s: its reference fails", s.row[i].id);
    }
    cad_suite_deinit(&s);
}

static int setup(void **state)
{
    (void)state;
    return cad_arena_create("test", (size_t)1 << 30, &arena) != CAD_OK;
}

static int teardown(void **state)
{
    (void)state;
    cad_arena_destroy(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expectations_hold_for_their_part_and_for_no_other),
        cmocka_unit_test(test_the_references_of_cad0_seven_pass_both_judges),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
