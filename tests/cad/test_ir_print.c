/* Both printers, the form of vcad's writer, lowering: sections 10 and 16. */
#include "tests/cad/ir_random.h"

typedef cad_status (*printer)(const cad_ir *ir, cad_buf *out);

static void expect_print(printer print, const char *text, const char *want)
{
    program p = parse_text(text, CAD_IR_DIALECT_cadlm);
    cad_buf b = CAD_BUF_INIT;
    ok(print(p.ir, &b));
    assert_string_equal(cad_buf_cstr(&b), want);
    cad_buf_deinit(&b);
    drop(&p);
}

static void test_print_normalises_spelling_and_keeps_the_rest(void **state)
{
    (void)state;
    expect_print(cad_ir_print,
                 "# head\n\nC +10. .5 1e1\t\"n # \\\"q\\\"\"\r\n  F 0 -0  # round\nSH +1 2. -Z +X\nROOT 0 m hidden\n",
                 "C 10 0.5 10 \"n # \\\"q\\\"\"\nFI 0 0\nSH 1 2 +X -Z\nROOT 0 m hidden");
    expect_print(cad_ir_print, "SK 0 0 0  1 0 0  0 1 0 \"s\"\n\nA 0 0 1.50 0 0.75 0 7\n  # c\nL 1.5 0 0 0\n END ",
                 "SK 0 0 0 1 0 0 0 1 0 \"s\"\nA 0 0 1.5 0 0.75 0 1\nL 1.5 0 0 0\nEND");
    expect_print(cad_ir_print,
                 "M \"9 x\" 1 1 1 0 .50 7.0\nINST a _ \"b c\" 0 0 0 0 0 0 1 1 1\nENV studio 1.0\nJFIX j _ \"_\" 0 0 0 0 0 0",
                 "M \"9 x\" 1 1 1 0 0.5 7\nINST a \"_\" \"b c\" 0 0 0 0 0 0 1 1 1\nENV studio 1\nJFIX j _ \"_\" 0 0 0 0 0 0");
    expect_print(cad_ir_print, "", "");
    expect_print(cad_ir_print, "T 7 1 2 3", "T 7 1 2 3");
}

static void test_canon_renumbers_from_the_result_and_drops_what_it_does_not_use(void **state)
{
    (void)state;
    expect_print(cad_ir_canon, "S 5\nC 10 10 10 \"block\"\nY 2 12\nD 1 2\nM a 1 1 1 0 0\nROOT 3 a",
                 "C 10 10 10\nY 2 12\nD 0 1");
    /* operands left to right, a shared node where it is first needed, forward references resolved */
    expect_print(cad_ir_canon, "U 3 1\nT 2 1 0 0\nY 1 1\nD 4 2\nC 9 9 9", "C 9 9 9\nY 1 1\nD 0 1\nT 1 1 0 0\nU 2 3");
}

static void test_canon_refuses_what_has_no_result(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } bad[] = {{"", "no geometry"},
               {"C 1 1", "parse errors"},
               {"C 1 1 1\nU 0 5", "node 5"},
               {"U 0 1\nC 1 1 1\nT 0 1 1 1\nROOT 2 a", "reaches itself"},
               {"C 1 1 1\nROOT 4 m", "no result"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        program p = parse_text(bad[i].text, CAD_IR_DIALECT_cadlm);
        cad_buf b = CAD_BUF_INIT;
        fails(cad_ir_canon(p.ir, &b), CAD_EDATA, bad[i].part);
        assert_int_equal(b.len, 0);
        cad_buf_deinit(&b);
        drop(&p);
    }
}

static void test_the_upstream_form_has_its_sections(void **state)
{
    (void)state;
    expect_print(cad_ir_print_upstream, "", "# vcad 0.2");
    expect_print(cad_ir_print_upstream, "C 10 20 30",
                 "# vcad 0.2\n\n# Materials\nM default 0.8 0.8 0.8 0 0.5\n\n# Geometry\nC 10 20 30\n\n# Scene\nROOT 0 default");
    expect_print(
        cad_ir_print_upstream,
        "EXP 2\nGROUND i\nE 1 0 0 2 \"top\"\nSK 0 0 0 1 0 0 0 1 0\nL 0 0 1 0\nL 1 0 1 1\nL 1 1 0 0\nEND\nM z 1 1 1 0 0\n"
        "M a 1 1 1 0 0\nROOT 0 z hidden\nPDEF p p 1\nBG env\nINST i p p 0 0 0 0 0 0 1 1 1\nJBAL j _ i 0 0 0 0 0 0\nEXP 1",
        "# vcad 0.2\n\n# Materials\nM a 1 1 1 0 0\nM z 1 1 1 0 0\n\n# Geometry\nSK 0 0 0  1 0 0  0 1 0\nL 0 0 1 0\nL 1 0 1 "
        "1\n"
        "L 1 1 0 0\nEND\nE 0 0 0 2 \"top\"\n\n# Scene\nROOT 1 z hidden\n\n# Parts\nPDEF p \"p\" 0\n\n# Instances\n"
        "INST i p \"p\" 0 0 0 0 0 0 1 1 1\n\n# Joints\nJBAL j _ i 0 0 0 0 0 0\n\nGROUND i\n\n# Scene Settings\nBG env\nEXP "
        "1");
}

static void expect_lowered(const char *text, const char *want)
{
    program p = check_text(text, CAD_IR_DIALECT_cadlm);
    assert_int_equal(p.diags.n_errors, 0);
    cad_ir *low;
    cad_buf b = CAD_BUF_INIT;
    ok(cad_ir_lower(p.ir, p.arena, &low));
    ok(cad_ir_print(low, &b));
    assert_string_equal(cad_buf_cstr(&b), want);
    program q = check_text(cad_buf_cstr(&b), CAD_IR_DIALECT_upstream);
    assert_int_equal(q.diags.n_errors, 0);
    cad_buf_deinit(&b);
    drop(&q);
    drop(&p);
}

static void test_extensions_are_lowered_to_plain_text(void **state)
{
    (void)state;
    expect_lowered(
        "P 4 1 3 \"n\"\nT 0 1 0 0",
        "SK 0 0 0 1 0 0 0 1 0\nL 1.414213562373095 0 0 1.414213562373095\nL 0 1.414213562373095 -1.414213562373095 0\n"
        "L -1.414213562373095 0 0 -1.414213562373095\nL 0 -1.414213562373095 1.414213562373095 0\nEND\nE 0 0 0 3 \"n\"\n"
        "T 1 1 0 0");
    expect_lowered("C 30 20 10\nSH 0 2 +Z\nROOT 1 m", "C 30 20 10\nC 26 16 9\nT 1 2 2 2\nD 0 2\nROOT 3 m");
    expect_lowered("C 30 20 10\nSH 0 2 -X +X", "C 30 20 10\nC 32 16 6\nT 1 -1 2 2\nD 0 2");
    expect_lowered("Y 15 30\nSH 0 1.5 +Z -Z", "Y 15 30\nY 13.5 32\nT 1 0 0 -1\nD 0 2");
    expect_lowered("C 30 20 10\nF 0 2\nSH 1 2", "C 30 20 10\nFI 0 2\nSH 1 2");
}

static void test_what_has_no_exact_lowering_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const bad[] = {"S 5\nSH 0 1 +Z", "Y 5 5\nSH 0 1 +X", "C 9 9 9\nT 0 1 1 1\nSH 1 1 +Z",
                                      "C 9 9 9\nSH 0 5 +Z"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        program p = check_text(bad[i], CAD_IR_DIALECT_cadlm);
        cad_ir *low;
        fails(cad_ir_lower(p.ir, p.arena, &low), CAD_EUNSUPPORTED, i == 2 ? "node 2" : "node 1");
        drop(&p);
    }
}

static void test_unsound_orphans_are_refused_before_they_are_lowered(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } bad[] = {{"C 9 9 9\nSH 7 1 +Z\nROOT 0 m", "node 1 refers to node 7, which does not exist"},
               {"C 9 9 9\nT 3 1 0 0\nP 6 1 1\nROOT 0 m", "node 1 refers to node 3"}, /* lowered, there is a node 3 */
               {"C 9 9 9\nP 4000000000 1 1\nROOT 0 m", "a prism of 4000000000 sides"},
               {"C 9 9 9\nP 6 1 1\nPDEF p p 2\nROOT 0 m", "PDEF names node 2"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        program p = check_text(bad[i].text, CAD_IR_DIALECT_cadlm);
        assert_int_equal(p.diags.n_errors, 0);
        cad_ir *low;
        fails(cad_ir_lower(p.ir, p.arena, &low), CAD_EDATA, bad[i].part);
        drop(&p);
    }
}

/* Everything that means something is equal. */
static void expect_same(const cad_ir *a, const cad_ir *b)
{
    assert_int_equal(a->n_nodes, b->n_nodes);
    assert_int_equal(a->n_docs, b->n_docs);
    assert_int_equal(a->root, b->root);
    assert_memory_equal(a->stmt, b->stmt, (size_t)a->n_stmts * sizeof *a->stmt);
    for (int32_t i = 0; i < a->n_nodes; i++) {
        const cad_ir_node *m = &a->node[i], *n = &b->node[i];
        assert_int_equal(m->op, n->op);
        assert_int_equal(m->faces, n->faces);
        assert_int_equal(m->count, n->count);
        assert_int_equal(m->n_segs, n->n_segs);
        assert_memory_equal(m->ref, n->ref, sizeof m->ref);
        for (int k = 0; k < 9; k++)
            assert_true(m->arg[k] == n->arg[k]);
        assert_string_equal(m->name ? m->name : "(none)", n->name ? n->name : "(none)");
        for (int32_t k = 0; k < m->n_segs; k++) {
            const cad_ir_seg *s = &a->seg[m->seg_begin + k], *t = &b->seg[n->seg_begin + k];
            assert_true(s->arc == t->arc && s->ccw == t->ccw && !memcmp(s->p, t->p, 48));
        }
    }
    for (int32_t i = 0; i < a->n_docs; i++) {
        assert_int_equal(a->doc[i].op, b->doc[i].op);
        assert_int_equal(a->doc[i].n_args, b->doc[i].n_args);
        for (int32_t k = 0; k < a->doc[i].n_args; k++) {
            const cad_ir_arg *m = &a->doc[i].arg[k], *n = &b->doc[i].arg[k];
            assert_true(m->kind == n->kind && m->number == n->number && m->integer == n->integer);
            assert_string_equal(m->text ? m->text : "", n->text ? n->text : "");
        }
    }
}

static random_program make(uint64_t i, bool plain)
{
    random_program r = {.rng = cad_rng_make(16, "ir print", i)};
    r.dialect = i % 2 ? CAD_IR_DIALECT_cadlm : CAD_IR_DIALECT_upstream;
    r.names = r.docs = !plain;
    random_make(&r);
    return r;
}

static void test_print_reads_back_as_the_same_program(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 10000; i++) {
        random_program r = make(i, false);
        program p = parse_bytes(r.text.data, r.text.len, r.dialect);
        if (!p.ir->ok)
            fail_msg("%s\n%s", r.text.data, p.diags.item[0].message);
        cad_buf once = CAD_BUF_INIT, twice = CAD_BUF_INIT;
        ok(cad_ir_print(p.ir, &once));
        program q = parse_bytes(once.data, once.len, r.dialect);
        if (!q.ir->ok)
            fail_msg("%s\n%s", once.data, q.diags.item[0].message);
        expect_same(p.ir, q.ir);
        ok(cad_ir_print(q.ir, &twice));
        assert_string_equal(once.data, twice.data);
        cad_buf_deinit(&once);
        cad_buf_deinit(&twice);
        cad_buf_deinit(&r.text);
        drop(&p);
        drop(&q);
    }
}

static void test_canon_is_a_fixpoint_with_backward_references_and_one_result(void **state)
{
    (void)state;
    int seen = 0;
    for (uint64_t i = 0; i < 10000; i++) {
        random_program r = make(i, false);
        program p = parse_bytes(r.text.data, r.text.len, r.dialect);
        cad_buf once = CAD_BUF_INIT, twice = CAD_BUF_INIT;
        ok(cad_ir_canon(p.ir, &once));
        program q = check_text(cad_buf_cstr(&once), r.dialect);
        assert_true(q.ir->ok);
        assert_int_equal(q.ir->root, q.ir->n_nodes - 1);
        assert_null(cad_diags_find(&q.diags, "forward-ref"));
        assert_null(cad_diags_find(&q.diags, "orphan"));
        ok(cad_ir_canon(q.ir, &twice));
        assert_string_equal(once.data, twice.data);
        seen += q.ir->n_nodes > 5;
        cad_buf_deinit(&once);
        cad_buf_deinit(&twice);
        cad_buf_deinit(&r.text);
        drop(&p);
        drop(&q);
    }
    assert_true(seen > 60);
}

/* The program with its nodes in another order: node i of `ir` becomes node to[i]. */
static void print_renumbered(const cad_ir *ir, const int32_t *to, cad_buf *out)
{
    cad_ir_node copy[64];
    for (int32_t i = 0; i < ir->n_nodes; i++) {
        copy[to[i]] = ir->node[i];
        for (int k = 0; k < cad_ir_op_refs(ir->node[i].op); k++)
            copy[to[i]].ref[k] = (uint64_t)to[ir->node[i].child[k]];
    }
    int32_t order[64];
    for (int32_t i = 0; i < ir->n_nodes; i++)
        order[i] = i;
    cad_ir other = *ir;
    other.node = copy;
    other.stmt = order;
    other.n_stmts = ir->n_nodes;
    ok(cad_ir_print(&other, out));
    ok(cad_buf_printf(out, "\nROOT %d m", to[ir->root]));
}

static void test_canon_does_not_see_the_numbering(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 300; i++) {
        random_program r = make(i, true);
        program p = parse_bytes(r.text.data, r.text.len, r.dialect);
        int32_t to[64];
        for (int32_t k = 0; k < p.ir->n_nodes; k++) {
            int32_t j = (int32_t)cad_rng_range(&r.rng, 0, k);
            to[k] = to[j];
            to[j] = k;
        }
        cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT, c = CAD_BUF_INIT;
        print_renumbered(p.ir, to, &b);
        program q = parse_bytes(b.data, b.len, r.dialect);
        assert_true(q.ir->ok);
        ok(cad_ir_canon(p.ir, &a));
        ok(cad_ir_canon(q.ir, &c));
        assert_string_equal(cad_buf_cstr(&a), cad_buf_cstr(&c));
        cad_buf_deinit(&a);
        cad_buf_deinit(&b);
        cad_buf_deinit(&c);
        cad_buf_deinit(&r.text);
        drop(&p);
        drop(&q);
    }
}

static void test_upstream_form_reads_back_with_the_same_canon(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 300; i += 2) {
        random_program r = make(i, true);
        program p = parse_bytes(r.text.data, r.text.len, CAD_IR_DIALECT_upstream);
        cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT, c = CAD_BUF_INIT;
        ok(cad_ir_print_upstream(p.ir, &b));
        program q = parse_bytes(b.data, b.len, CAD_IR_DIALECT_upstream);
        assert_true(q.ir->ok);
        ok(cad_ir_canon(p.ir, &a));
        ok(cad_ir_canon(q.ir, &c));
        assert_string_equal(cad_buf_cstr(&a), cad_buf_cstr(&c));
        cad_buf_deinit(&a);
        cad_buf_deinit(&b);
        cad_buf_deinit(&c);
        cad_buf_deinit(&r.text);
        drop(&p);
        drop(&q);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_print_normalises_spelling_and_keeps_the_rest),
        cmocka_unit_test(test_canon_renumbers_from_the_result_and_drops_what_it_does_not_use),
        cmocka_unit_test(test_canon_refuses_what_has_no_result),
        cmocka_unit_test(test_the_upstream_form_has_its_sections),
        cmocka_unit_test(test_extensions_are_lowered_to_plain_text),
        cmocka_unit_test(test_what_has_no_exact_lowering_is_refused_by_name),
        cmocka_unit_test(test_unsound_orphans_are_refused_before_they_are_lowered),
        cmocka_unit_test(test_print_reads_back_as_the_same_program),
        cmocka_unit_test(test_canon_is_a_fixpoint_with_backward_references_and_one_result),
        cmocka_unit_test(test_canon_does_not_see_the_numbering),
        cmocka_unit_test(test_upstream_form_reads_back_with_the_same_canon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
