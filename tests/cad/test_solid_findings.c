/* The codes that need the geometry (spec/compact-ir.md 14, 17), and hostile programs: each ends in a clean verdict. */
#include "tests/cad/solid_test.h"

#define XY "SK 0 0 0 1 0 0 0 1 0\n"

static void expect_warning(const char *text, const char *code, int32_t node)
{
    built b = build(text);
    const cad_diag *d = cad_diags_find(&b.p.diags, code);
    if (!d || d->severity != CAD_SEVERITY_warning || d->node != node)
        fail_msg("%s: %s on node %d, expected on %d", text, d ? d->code : "nothing", d ? (int)d->node : -1, (int)node);
    drop_built(&b);
}

static void expect_silence(const char *text)
{
    built b = build(text);
    if (b.p.diags.n)
        fail_msg("%s: %s: %s", text, b.p.diags.item[0].code, b.p.diags.item[0].message);
    drop_built(&b);
}

static void test_errors_after_compiling(void **state)
{
    (void)state;
    const struct {
        const char *text, *code;
    } table[] = {
        {"C 10 10 10\nD 0 0", "empty"},
        {"C 10 10 10\nC 20 20 20\nD 0 1", "empty"},
        {"C 10 10 10\nC 5 5 5\nT 1 20 20 20\nI 0 2", "empty"},
        {"C 10 10 10\nT 0 10 0 0\nI 0 1", "empty"}, /* they share a face only */
        {"C 10 10 10\nC 20 20 20\nD 0 1\nFI 2 1", "empty"},
        {"C 10 10 10\nSH 0 5", "too-thick"},
        {"C 10 10 10\nSH 0 6", "too-thick"},
        {"C 10 10 10\nSH 0 1000", "too-thick"},
        {"C 30 20 40\nSH 0 16 +Z", "too-thick"},
        {"C 30 20 10\nSH 0 10 +Z", "too-thick"},
        {"C 30 20 10\nSH 0 12 +Z", "too-thick"},
        {"Y 15 30\nSH 0 16", "too-thick"},
        {"Y 15 30\nSH 0 15.5 +Z", "too-thick"},
        {"S 12\nSH 0 12", "too-thick"},
        {"S 12\nSH 0 13", "too-thick"},
        {"S 12\nSH 0 2 +Z", "no-face"},
        {"Y 12 10\nSH 0 2 +X", "no-face"},
        {"C 10 10 10\nR 0 0 0 45\nSH 1 1 +X", "no-face"},
        {"C 10 10 10\nFI 0 5", "too-large"},
        {"C 10 10 10\nFI 0 6", "too-large"},
        {"C 10 10 10\nFI 0 1000", "too-large"},
        {"C 30 20 4\nFI 0 3", "too-large"},
        {"Y 5 20\nFI 0 6", "too-large"},
        {"C 10 10 10\nCH 0 6", "too-large"},
        {"C 30 20 4\nCH 0 3", "too-large"},
        {"Y 5 20\nCH 0 6", "too-large"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        expect_error(table[i].text, table[i].code);
}

static void test_warnings_name_their_node(void **state)
{
    (void)state;
    expect_warning("C 1 1 1\nT 0 5 0 0\nU 0 1", "many-bodies", 2);
    expect_warning("C 1 1 1\nT 0 1 1 0\nU 0 1", "many-bodies", 2); /* touch along an edge */
    expect_warning("C 10 10 10\nSH 0 2", "cavity", 1);
    expect_warning("C 10 10 10\nY 2 10\nT 1 30 0 0\nD 0 2", "no-effect", 3);  /* drilled in the air */
    expect_warning("C 10 10 10\nC 5 5 5\nT 1 10 0 0\nD 0 2", "no-effect", 3); /* touches from outside */
    expect_warning("C 36 40 13\nS 40\nT 1 18 20 6.5\nI 0 2", "no-effect", 3); /* a sphere that encloses the block */
    expect_warning("C 10 10 10\nC 5 5 5\nU 0 1", "no-effect", 2);
    expect_warning("C 5 5 5\nC 10 10 10\nU 0 1", "no-effect", 2);
    expect_warning("C 10 10 10\nU 0 0", "no-effect", 1);
    expect_warning("C 10 10 10\nC 5 5 5\nT 1 20 0 0\nI 0 2\nU 0 3", "empty", 3); /* empty, but not the result */
}

static void test_chains_name_the_inner_node(void **state)
{
    (void)state;
    /* Node 5 drills where node 4 has drilled already; node 7 drills in the air. */
    expect_warning("C 40 20 6\nY 4 6\nT 1 10 10 0\nY 2 6\nD 0 2\nT 3 10 10 0\nD 4 5\nT 3 30 10 0\nD 6 7", "no-effect", 6);
    expect_warning("C 40 20 6\nY 2 6\nT 1 10 10 0\nT 1 100 10 0\nD 0 3\nD 4 2", "no-effect", 4);
    expect_warning("C 40 20 6\nC 5 5 5\nT 0 40 0 0\nU 0 1\nU 3 2", "no-effect", 3);
    /* A small hole that a larger one swallows later did cut something. */
    expect_silence("C 40 20 6\nY 2 6\nT 1 10 10 0\nY 4 6\nT 3 10 10 0\nD 0 2\nD 5 4");
    expect_silence("C 40 20 6\nY 3 6\nT 1 10 10 0\nD 0 2\nC 40 20 6\nT 4 0 0 6\nU 3 5");
    expect_silence("C 80 40 6\nY 2 6\nT 1 6 6 0\nLP 2 1 0 0 2 68\nLP 3 0 1 0 2 28\nD 0 4");
}

static void test_an_empty_operand_leaves_the_other(void **state)
{
    (void)state;
    built b = build("C 10 10 10\nC 5 5 5\nT 1 20 0 0\nI 0 2\nU 0 3\nD 4 3\nLP 3 1 0 0 3 5\nU 5 6");
    near(b.facts.volume, 1000, 1e-9);
    drop_built(&b);
    expect_error("C 10 10 10\nC 5 5 5\nT 1 20 0 0\nI 0 2\nI 3 0\nT 4 1 2 3", "empty");
}

/* Any verdict will do, as long as it is one: a valid solid, or one error with a code. */
static void test_hostile_programs_give_clean_verdicts(void **state)
{
    (void)state;
    const char *table[] = {
        "C 1e6 1e6 1e6\nSH 0 0.0001",
        "C 1e-4 1e-4 1e-4",
        "C 1e-4 1e6 1e-4\nFI 0 1e-4",
        "C 0.001 0.001 0.001\nC 1000 1000 1000\nU 0 1",
        "K 1e-4 1e6 1e-4",
        "K 5 5.0000001 10",
        "S 1e6\nS 1e-4\nD 0 1",
        "S 10\nX 0 1e6 1 1e-4",
        "C 1 1 1\nX 0 1e6 1e6 1e6\nX 1 1e6 1e6 1e6",
        "C 1 1 1\nR 0 1e300 -1e300 12345678901",
        "C 1 1 1\nT 0 1e6 -1e6 1e6\nR 1 33 44 55\nU 1 2",
        "Y 10 10\nY 10 10\nR 1 90 0 0\nD 0 1",
        "S 10\nS 10\nT 1 20 0 0\nU 0 2",
        "S 10\nS 10\nT 1 1e-7 0 0\nU 0 2",
        "S 10\nS 10\nT 1 1e-7 0 0\nD 0 2",
        "Y 10 5\nC 10 10 5\nT 1 10 -5 0\nU 0 2",
        "K 10 0 10\nT 0 0 0 20\nR 0 180 0 0\nT 2 0 0 20\nU 0 3",
        "C 10 10 10\nCH 0 4.9999",
        "C 10 10 10\nFI 0 4.9999",
        "C 10 10 10\nFI 0 0.0001",
        "C 10 10 10\nFI 0 2\nFI 1 1",
        "C 10 10 10\nCH 0 2\nFI 1 0.5",
        "C 10 10 10\nSH 0 1 +Z\nFI 1 0.9",
        "C 10 10 10\nSH 0 1 +X -X +Y -Y +Z -Z",
        "C 10 10 10\nSH 0 9.999 +X",
        "K 10 0 10\nSH 0 1",
        "K 10 0 10\nSH 0 1 -Z",
        "S 10\nX 0 1 2 3\nSH 1 1",
        "S 10\nX 0 1 2 3\nFI 1 1",
        "P 3 0.0001 1e6",
        "P 20 5 1\nFI 0 0.01",
        "C 10 10 10\nLP 0 1 1 1 40 0.1",
        "C 10 10 10\nCP 0 5 5 5 0 0 1 20 360",
        "S 10\nLP 0 1 0 0 7 3",
        XY "L 0 0 10 10\nL 10 10 10 0\nL 10 0 0 10\nL 0 10 0 0\nEND\nE 0 0 0 5",
        XY "A 0 0 10 0 5 0 1\nA 10 0 0 0 5 -0.001 0\nEND\nE 0 0 0 5",
        XY "L 0 0 10 0\nL 10 0 5 1e-6\nL 5 1e-6 0 0\nEND\nE 0 0 0 5",
        XY "L 0 0 10 0\nL 10 0 10 10\nL 10 10 0 10\nL 0 10 0 0\nEND\nE 0 1e6 0 1e-3",
        "SK 0 0 0 1 0 0 0 0 1\nL 0 0 5 0\nL 5 0 5 5\nL 5 5 0 5\nL 0 5 0 0\nEND\nV 0 0 0 0 0 0 1 0.001",
        "SK 0 0 0 1 0 0 0 0 1\nA 0 -5 0 5 0 0 1\nL 0 5 0 -5\nEND\nV 0 0 0 0 0 0 1 360",
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        built b = build_any(table[i]);
        if (b.solid && (b.facts.level != 8 || !(b.facts.volume > 0)))
            fail_msg("%s: level %d, volume %g", table[i], (int)b.facts.level, b.facts.volume);
        drop_built(&b);
    }
}

static void test_a_result_without_solid_is_refused(void **state)
{
    (void)state;
    program p = parse_text("", CAD_IR_DIALECT_cadlm);
    cad_solid *s;
    fails(cad_solid_from_ir(p.ir, &p.diags, &s), CAD_EINVAL, "no result");
    drop(&p);
    p = parse_text(XY "L 0 0 1 0\nL 1 0 0 1\nL 0 1 0 0\nEND", CAD_IR_DIALECT_cadlm);
    fails(cad_solid_from_ir(p.ir, &p.diags, &s), CAD_EINVAL, "no result");
    drop(&p);
}

/* As many nodes as a program may have, in one chain: no deep stack, each node once. */
static void test_a_long_chain_compiles(void **state)
{
    (void)state;
    enum { n = CAD_IR_MAX_NODES - 1 };
    cad_buf text = CAD_BUF_INIT;
    ok(cad_buf_str(&text, "C 1 1 1"));
    for (int i = 0; i < n; i++)
        ok(cad_buf_printf(&text, "\nT %d 0.5 0 0", i));
    built b = build(text.data);
    near(b.facts.box[0], n * 0.5, 1e-6);
    drop_built(&b);
    cad_buf_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_after_compiling),
        cmocka_unit_test(test_warnings_name_their_node),
        cmocka_unit_test(test_chains_name_the_inner_node),
        cmocka_unit_test(test_an_empty_operand_leaves_the_other),
        cmocka_unit_test(test_hostile_programs_give_clean_verdicts),
        cmocka_unit_test(test_a_result_without_solid_is_refused),
        cmocka_unit_test(test_a_long_chain_compiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
