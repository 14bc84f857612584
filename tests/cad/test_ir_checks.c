/* Section 14 without the kernel, and the limits of section 15. */
#include "tests/cad/ir_util.h"

#define RECT "L 0 0 4 0\nL 4 0 4 4\nL 4 4 0 4\nL 0 4 0 0\nEND\n"
#define XY "SK 0 0 0 1 0 0 0 1 0\n"
#define XZ "SK 0 0 0 1 0 0 0 0 1\n"

typedef struct row {
    const char *text, *code;
    int line;
    char severity; /* e or w; n: no such finding */
} row;

static void expect(const row *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        program p = check_text(r[i].text, CAD_IR_DIALECT_cadlm);
        const cad_diag *d = cad_diags_find(&p.diags, r[i].code);
        if (r[i].severity == 'n') {
            if (d)
                fail_msg("'%s': %s: %s", r[i].text, d->code, d->message);
        } else if (!d) {
            fail_msg("'%s': no %s; first finding: %s", r[i].text, r[i].code, p.diags.n ? p.diags.item[0].message : "none");
        } else if (d->line != r[i].line || (d->severity == CAD_SEVERITY_error) != (r[i].severity == 'e')) {
            fail_msg("'%s': %s at line %d, severity %d", r[i].text, d->message, (int)d->line, d->severity);
        }
        drop(&p);
    }
}

static void test_findings_of_references(void **state)
{
    (void)state;
    static const row rows[] = {
        {"", "no-result", 0, 'e'},
        {"# nothing\n\n", "no-result", 0, 'e'},
        {"C 2 2 2\nROOT 5 default", "no-result", 1, 'e'},
        {XY RECT, "no-result", 0, 'e'},
        {"C 1 1 1\nU 0 7", "dangling-ref", 1, 'e'},
        {"U 0 7\nC 1 1 1", "dangling-ref", 0, 'w'},
        {"T 0 1 1 1", "cycle", 0, 'e'},
        {"C 1 1 1\nU 0 2\nU 1 0\nT 2 1 1 1", "cycle", 1, 'e'},
        {"U 0 1\nT 0 1 1 1\nC 1 1 1", "cycle", 0, 'w'},
        {"T 1 0 0 0\nC 1 1 1", "forward-ref", 0, 'w'},
        {XY RECT "T 0 1 1 1", "sketch-as-solid", 6, 'e'},
        {"C 1 1 1\nE 0 0 0 1", "not-a-sketch", 1, 'e'},
        {"C 1 1 1\nV 0 0 0 0 0 0 1 90", "not-a-sketch", 1, 'e'},
        {"C 1 1 1\nC 2 2 2", "orphan", 0, 'w'},
        {"C 1 1 1\nROOT 0 a\nROOT 0 b\nROOT 0 c", "many-roots", 2, 'w'},
        {"C 1 1 1\nROOT 0 a", "many-roots", 0, 'n'},
        {"ENV none 3", "extra-args", 0, 'w'},
        {"C 1 1 1\nROOT 0 a visible", "extra-args", 1, 'w'},
    };
    expect(rows, sizeof rows / sizeof *rows);
}

static void test_findings_of_sizes(void **state)
{
    (void)state;
    static const row rows[] = {
        {"C 0 1 1", "nonpositive-size", 0, 'e'},
        {"C 1 -1 1", "nonpositive-size", 0, 'e'},
        {"Y 1 0", "nonpositive-size", 0, 'e'},
        {"S 0", "nonpositive-size", 0, 'e'},
        {"K 0 0 1", "nonpositive-size", 0, 'e'},
        {"K 1 -1 1", "nonpositive-size", 0, 'e'},
        {"K 0 1 1", "nonpositive-size", 0, 'n'},
        {"P 2 1 1", "nonpositive-size", 0, 'e'},
        {"P 361 1 1", "nonpositive-size", 0, 'e'},
        {"P 360 1 1", "nonpositive-size", 0, 'n'},
        {"C 1 1 1\nSH 0 0", "nonpositive-size", 1, 'e'},
        {"C 1 1 1\nFI 0 -1", "nonpositive-size", 1, 'e'},
        {"C 1 1 1\nCH 0 0", "nonpositive-size", 1, 'e'},
        {"Y 0 1\nC 1 1 1", "nonpositive-size", 0, 'w'},
        {"C 1 1 1\nX 0 1 0 1", "zero-scale", 1, 'e'},
        {"C 1 1 1\nX 0 1 -1 1", "zero-scale", 1, 'n'},
        {"C 1 1 1\nLP 0 1 0 0 1 5", "idle-pattern", 1, 'w'},
        {"C 1 1 1\nLP 0 0 0 0 3 5", "idle-pattern", 1, 'w'},
        {"C 1 1 1\nLP 0 1 0 0 3 0", "idle-pattern", 1, 'w'},
        {"C 1 1 1\nCP 0 0 0 0 0 0 0 3 90", "idle-pattern", 1, 'w'},
        {"C 1 1 1\nCP 0 0 0 0 0 0 1 3 0", "idle-pattern", 1, 'w'},
        {"C 1 1 1\nCP 0 0 0 0 0 0 1 3 90", "idle-pattern", 1, 'n'},
        {"C 1000001 1 1", "limit", 0, 'e'},
        {"C 0.00001 1 1", "limit", 0, 'e'},
        {"C 1 1 1\nT 0 2e6 0 0", "limit", 1, 'e'},
        {"C 1 1 1\nLP 0 1 0 0 1001 5", "limit", 1, 'e'},
        {"C 1 1 1\nLP 0 1 0 0 200 5\nLP 1 0 1 0 51 5", "limit", 2, 'e'},
        {"C 1 1 1\nLP 0 1 0 0 200 5\nLP 1 0 1 0 50 5", "limit", 2, 'n'},
        {XY "L 0 0 1 0\nL 1 0 3e6 1\nL 3e6 1 0 0\nEND\nE 0 0 0 1", "limit", 2, 'e'},
    };
    expect(rows, sizeof rows / sizeof *rows);
}

static void test_findings_of_sketches(void **state)
{
    (void)state;
    static const row rows[] = {
        {"SK 0 0 0 0 0 0 0 1 0\n" RECT "E 0 0 0 1", "bad-frame", 0, 'e'},
        {"SK 0 0 0 1 0 0 0.1 1 0\n" RECT "E 0 0 0 1", "bad-frame", 0, 'e'},
        {"SK 0 0 0 5 0 0 0 0.2 0\n" RECT "E 0 0 0 1", "bad-frame", 0, 'n'},
        {XY "END\nE 0 0 0 1", "open-profile", 0, 'e'},
        {XY "L 0 0 1 0\nL 1 0 1 1\nEND\nE 0 0 0 1", "open-profile", 2, 'e'},
        {XY "L 0 0 1 0\nL 1.1 0 1 1\nL 1 1 0 0\nEND\nE 0 0 0 1", "open-profile", 1, 'e'},
        {XY "L 0 0 1 0\nL 1.000001 0 1 1\nL 1 1 0 0\nEND\nE 0 0 0 1", "open-profile", 1, 'n'},
        {XY "L 0 0 1 0\nL 1 0 1 0\nL 1 0 1 1\nL 1 1 0 0\nEND\nE 0 0 0 1", "zero-segment", 2, 'e'},
        {XY "A 1 0 1 0 0 0 1\nEND\nE 0 0 0 1", "zero-segment", 1, 'e'},
        {XY "L 0 0 10 0\nA 10 0 0 0 4 0 1\nEND\nE 0 0 0 1", "bad-arc", 2, 'e'},
        {XY "L 0 0 10 0\nA 10 0 0 0 5.002 0 1\nEND\nE 0 0 0 1", "bad-arc", 2, 'n'},
        {XY "L 0 0 4 0\nL 4 0 0 4\nL 0 4 4 4\nL 4 4 0 0\nEND\nE 0 0 0 1", "crossing-profile", 4, 'e'},
        {XY "L 0 0 4 0\nL 4 0 0 0\nEND\nE 0 0 0 1", "crossing-profile", 2, 'e'},
        /* two triangles that touch in one vertex */
        {XY "L 0 0 2 2\nL 2 2 0 4\nL 0 4 4 4\nL 4 4 2 2\nL 2 2 4 0\nL 4 0 0 0\nEND\nE 0 0 0 1", "crossing-profile", 5, 'e'},
        /* an arc that bulges through the opposite side */
        {XY "L 0 0 10 0\nA 10 0 10 2 10 1 0\nL 10 2 9.5 2\nL 9.5 2 9.5 0.5\nL 9.5 0.5 0 0.5\nL 0 0.5 0 0\nEND\nE 0 0 0 1",
         "crossing-profile", 5, 'e'},
        {XY "A 3 0 -3 0 0 0 1\nA -3 0 3 0 0 0 1\nEND\nE 0 0 0 1", "crossing-profile", 0, 'n'},
        {XY "A 3 0 -3 0 0 0 1\nA -3 0 3 0 0 0 0\nEND\nE 0 0 0 1", "crossing-profile", 2, 'e'},
        {XY "L 0 0 20 0\nA 20 0 20 8 20 4 1\nL 20 8 0 8\nA 0 8 0 0 0 4 1\nEND\nE 0 0 0 6", "crossing-profile", 0, 'n'},
        /* corners rounded with three decimals: the tangent lines miss by less than the text can say */
        {XY "L 2.121 -2.121 12.121 7.879\nA 12.121 7.879 7.879 12.121 10 10 1\nL 7.879 12.121 -2.121 2.121\n"
            "A -2.121 2.121 2.121 -2.121 0 0 1\nEND\nE 0 0 0 6",
         "crossing-profile", 0, 'n'},
        {XY RECT "E 0 0 0 0", "flat-extrude", 6, 'e'},
        {XY RECT "E 0 3 1 0", "flat-extrude", 6, 'e'},
        {XY RECT "E 0 3 1 -2", "flat-extrude", 6, 'n'},
        {XZ RECT "V 0 0 0 0 0 0 1 0", "bad-angle", 6, 'e'},
        {XZ RECT "V 0 0 0 0 0 0 1 361", "bad-angle", 6, 'e'},
        {XZ RECT "V 0 0 0 0 0 0 1 360", "bad-angle", 6, 'n'},
        {XZ RECT "V 0 0 0 0 0 0 1 360", "bad-axis", 6, 'n'},
        {XZ RECT "V 0 0 0 0 0 0 0 360", "bad-axis", 6, 'e'},
        {XZ RECT "V 0 0 0 0 0 1 0 360", "bad-axis", 6, 'e'},
        {XZ RECT "V 0 0 1 0 0 0 1 360", "bad-axis", 6, 'e'},
        {XZ RECT "V 0 2 0 0 0 0 1 360", "bad-axis", 6, 'e'},
        {XZ "L 0 0 4 0\nA 4 0 4 4 4 2 0\nL 4 4 0 4\nL 0 4 0 0\nEND\nV 0 3 0 0 0 0 1 360", "bad-axis", 6, 'e'},
        /* only the arc, not its ends, reaches over the axis */
        {XZ "A 1 0 1 4 1 2 0\nL 1 4 4 4\nL 4 4 4 0\nL 4 0 1 0\nEND\nV 0 0 0 0 0 0 1 360", "bad-axis", 6, 'e'},
        {XZ "A 1 0 1 4 1 2 1\nL 1 4 0 4\nL 0 4 0 0\nL 0 0 1 0\nEND\nV 0 0 0 0 0 0 1 360", "bad-axis", 6, 'n'},
    };
    expect(rows, sizeof rows / sizeof *rows);
}

static void test_dangling_message_names_what_there_is(void **state)
{
    (void)state;
    program p = check_text("C 1 1 1\nU 0 7", CAD_IR_DIALECT_cadlm);
    assert_string_equal(cad_diags_find(&p.diags, "dangling-ref")->message, "node 7 does not exist; there are 2 nodes (0..1)");
    assert_int_equal(cad_diags_find(&p.diags, "dangling-ref")->column, 5);
    drop(&p);
}

static void test_orphans_come_as_one_line_per_group(void **state)
{
    (void)state;
    program p = check_text("C 9 9 9\nY 1 2\nT 1 0 0 1\nS 3\nY 2 2\nD 4 3\nFI 0 1", CAD_IR_DIALECT_cadlm);
    assert_int_equal(p.diags.n, 2);
    assert_string_equal(p.diags.item[0].message, "node 2 (T) is not part of the result");
    assert_string_equal(p.diags.item[1].message, "node 5 (D) is not part of the result");
    drop(&p);
}

static void test_strict_turns_warnings_into_errors(void **state)
{
    (void)state;
    program p = parse_text("C 9 9 9\nS 3", CAD_IR_DIALECT_cadlm);
    p.diags.strict = true;
    ok(cad_ir_check(p.ir, &p.diags));
    assert_int_equal(p.diags.n_errors, 1);
    assert_int_equal(p.diags.item[0].severity, CAD_SEVERITY_error);
    drop(&p);
}

static void test_codes_come_in_the_order_of_the_page(void **state)
{
    (void)state;
    program p =
        check_text("C 1 1 1\nS 2e6\nX 0 0 1 1\nY 0 1\nU 2 9\nLP 4 1 0 0 1 1\nT 3 0 0 0\nU 5 6\nU 7 8", CAD_IR_DIALECT_cadlm);
    static const char *const order[] = {"dangling-ref", "cycle", "nonpositive-size", "zero-scale", "idle-pattern",
                                        "orphan",       "limit"};
    assert_int_equal(p.diags.n, 7);
    for (int i = 0; i < 7; i++)
        assert_string_equal(p.diags.item[i].code, order[i]);
    drop(&p);
}

static void test_a_chain_of_4096_nodes_needs_no_deep_stack(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT, c = CAD_BUF_INIT;
    ok(cad_buf_str(&b, "C 1 1 1\n"));
    for (int i = 0; i < 4095; i++)
        ok(cad_buf_printf(&b, "T %d 1 0 0\n", i));
    program p = parse_bytes(b.data, b.len, CAD_IR_DIALECT_cadlm);
    ok(cad_ir_check(p.ir, &p.diags));
    assert_int_equal(p.diags.n, 0);
    assert_int_equal(p.ir->n_order, 4096);
    assert_int_equal(p.ir->root, 4095);
    ok(cad_ir_canon(p.ir, &c));
    ok(cad_buf_str(&c, "\n"));
    assert_string_equal(b.data, c.data);
    drop(&p);

    ok(cad_buf_str(&b, "T 4095 1 0 0\n"));
    p = parse_bytes(b.data, b.len, CAD_IR_DIALECT_cadlm);
    assert_string_equal(cad_diags_first_error(&p.diags)->message, "more than 4096 nodes");
    assert_int_equal(cad_diags_first_error(&p.diags)->line, 4096);
    drop(&p);
    cad_buf_deinit(&b);
    cad_buf_deinit(&c);
}

static void test_a_cycle_of_4096_nodes_is_named_in_short(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    for (int i = 0; i < 4096; i++)
        ok(cad_buf_printf(&b, "T %d 1 0 0\n", (i + 1) % 4096));
    program p = parse_bytes(b.data, b.len, CAD_IR_DIALECT_cadlm);
    ok(cad_ir_check(p.ir, &p.diags));
    assert_int_equal(p.diags.n_errors, 1);
    assert_string_equal(p.diags.item[0].message,
                        "node 0 reaches itself: 0 -> 1 -> 2 -> 3 -> 4 -> 5 -> 6 -> 7 -> 8 -> 9 -> 10 -> 11 -> 12 -> 13 -> 14"
                        " -> .. -> 4095 -> 0 (4096 nodes)");
    drop(&p);
    cad_buf_deinit(&b);
}

static void test_a_bad_sketch_in_use_is_an_error_behind_any_number_of_unused_ones(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    for (int i = 0; i < 150; i++)
        ok(cad_buf_str(&b, XY "L 0 0 1 0\nEND\n"));
    ok(cad_buf_str(&b, "E 149 0 0 1"));
    program p = parse_bytes(b.data, b.len, CAD_IR_DIALECT_cadlm);
    ok(cad_ir_check(p.ir, &p.diags));
    assert_int_equal(p.diags.n_errors, 1);
    assert_int_equal(cad_diags_first_error(&p.diags)->node, 149);
    assert_string_equal(cad_diags_first_error(&p.diags)->code, "open-profile");
    drop(&p);
    cad_buf_deinit(&b);
}

static void test_limits_of_the_text_are_errors(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    ok(cad_buf_str(&b, "C 1 1 1 \""));
    while (b.len < 5000)
        ok(cad_buf_str(&b, "x"));
    ok(cad_buf_str(&b, "\"\nS 3"));
    program p = parse_bytes(b.data, b.len, CAD_IR_DIALECT_cadlm);
    assert_string_equal(p.diags.item[0].code, "limit");
    assert_int_equal(p.diags.n, 1);
    drop(&p);

    cad_buf_clear(&b);
    ok(cad_buf_str(&b, "C 1 1 1 \""));
    for (int i = 0; i < 257; i++)
        ok(cad_buf_str(&b, "x"));
    ok(cad_buf_str(&b, "\""));
    p = check_text(b.data, CAD_IR_DIALECT_cadlm);
    assert_string_equal(p.diags.item[0].message, "a name of 257 bytes; at most 256");
    drop(&p);

    cad_buf_clear(&b);
    while (b.len <= 1 << 20)
        ok(cad_buf_str(&b, "# a comment that says nothing at all\n"));
    p = parse_bytes(b.data, b.len, CAD_IR_DIALECT_cadlm);
    assert_string_equal(p.diags.item[0].code, "limit");
    drop(&p);

    cad_buf_clear(&b);
    ok(cad_buf_str(&b, XY));
    for (int i = 0; i < 4097; i++)
        ok(cad_buf_printf(&b, "L %d 0 %d 0\n", i, i + 1));
    ok(cad_buf_str(&b, "END"));
    p = parse_bytes(b.data, b.len, CAD_IR_DIALECT_cadlm);
    assert_string_equal(p.diags.item[0].message, "more than 4096 segments in one sketch");
    drop(&p);
    cad_buf_deinit(&b);
}

static void test_load_gives_one_text_for_the_first_error(void **state)
{
    (void)state;
    cad_arena *a;
    cad_ir *ir;
    ok(cad_arena_create("load", (size_t)16 << 20, &a));
    ok(cad_ir_load("C 1 2 3", 7, CAD_IR_DIALECT_cadlm, a, &ir));
    assert_int_equal(ir->root, 0);
    fails(cad_ir_load("C 1 2 3\nU 0 4", 13, CAD_IR_DIALECT_cadlm, a, &ir), CAD_EPARSE,
          "line 2, column 5: node 4 does not exist");
    cad_arena_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_findings_of_references),
        cmocka_unit_test(test_findings_of_sizes),
        cmocka_unit_test(test_findings_of_sketches),
        cmocka_unit_test(test_dangling_message_names_what_there_is),
        cmocka_unit_test(test_orphans_come_as_one_line_per_group),
        cmocka_unit_test(test_strict_turns_warnings_into_errors),
        cmocka_unit_test(test_codes_come_in_the_order_of_the_page),
        cmocka_unit_test(test_a_chain_of_4096_nodes_needs_no_deep_stack),
        cmocka_unit_test(test_a_cycle_of_4096_nodes_is_named_in_short),
        cmocka_unit_test(test_a_bad_sketch_in_use_is_an_error_behind_any_number_of_unused_ones),
        cmocka_unit_test(test_limits_of_the_text_are_errors),
        cmocka_unit_test(test_load_gives_one_text_for_the_first_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
