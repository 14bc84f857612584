/* The parse half of the public conformance vectors, and the table of differences for dialect cadlm.  Geometry is compared in
 * the tests of cad/occt. */
#include "tests/cad/ir_util.h"

static double number_of(const json_t *v)
{
    return json_number_value(v);
}

static void expect_fields(const char *id, const cad_ir *ir, const json_t *fields)
{
    const char *key;
    json_t *f;
    json_object_foreach((json_t *)fields, key, f)
    {
        const cad_ir_node *n = &ir->node[atoi(key)];
        assert_string_equal(cad_ir_op_name(n->op), json_string_value(json_object_get(f, "op")));
        const json_t *args = json_object_get(f, "args"), *left = json_object_get(f, "left"), *dir = json_object_get(f, "dir");
        for (size_t i = 0; i < json_array_size(args); i++)
            if (!(n->arg[i] == number_of(json_array_get(args, i))))
                fail_msg("%s: node %s argument %zu is %g", id, key, i, n->arg[i]);
        if (json_object_get(f, "child"))
            assert_int_equal(n->child[0], json_integer_value(json_object_get(f, "child")));
        if (left) {
            assert_int_equal(n->child[0], json_integer_value(left));
            assert_int_equal(n->child[1], json_integer_value(json_object_get(f, "right")));
        }
        for (size_t i = 0; i < json_array_size(dir); i++)
            assert_true(n->arg[i] == number_of(json_array_get(dir, i)));
        if (dir) {
            assert_int_equal(n->count, json_integer_value(json_object_get(f, "count")));
            assert_true(n->arg[3] == number_of(json_object_get(f, "spacing")));
        }
    }
}

static const cad_ir_doc *find_doc(const cad_ir *ir, cad_ir_doc_op op, const char *id)
{
    for (int32_t i = 0; i < ir->n_docs; i++)
        if (ir->doc[i].op == op && (!id || !strcmp(ir->doc[i].arg[0].text, id)))
            return &ir->doc[i];
    return NULL;
}

static void expect_documents(const cad_ir *ir, const json_t *e)
{
    const char *key;
    json_t *v;
    json_object_foreach(json_object_get(e, "part_defs"), key, v)
    {
        const cad_ir_doc *d = find_doc(ir, CAD_IR_DOC_PDEF, key);
        assert_non_null(d);
        assert_string_equal(d->arg[1].text, json_string_value(json_object_get(v, "name")));
        assert_int_equal(d->arg[2].integer, json_integer_value(json_object_get(v, "root")));
        if (json_is_string(json_object_get(v, "material"))) {
            assert_int_equal(d->n_args, 4);
            assert_string_equal(d->arg[3].text, json_string_value(json_object_get(v, "material")));
        }
    }
    if (json_object_get(e, "root_visible")) {
        const cad_ir_doc *d = find_doc(ir, CAD_IR_DOC_ROOT, NULL);
        assert_non_null(d);
        assert_int_equal(d->n_args == 2, json_is_true(json_object_get(e, "root_visible")));
    }
}

static void expect_row(const json_t *row, void *ctx)
{
    const char *id = json_string_value(json_object_get(row, "id")), *ir_text = json_string_value(json_object_get(row, "ir"));
    const json_t *e = json_object_get(row, "expect");
    program p = parse_bytes(ir_text, json_string_length(json_object_get(row, "ir")), CAD_IR_DIALECT_upstream);
    int *errors = ctx;
    if (strcmp(json_string_value(json_object_get(e, "parse")), "ok")) {
        const cad_diag *first = cad_diags_first_error(&p.diags);
        if (p.ir->ok || !first)
            fail_msg("%s: parses, but must not", id);
        assert_int_equal(first->line, json_integer_value(json_object_get(e, "error_line")));
        if (!strstr(first->message, json_string_value(json_object_get(e, "error_contains"))))
            fail_msg("%s: '%s' does not hold '%s'", id, first->message,
                     json_string_value(json_object_get(e, "error_contains")));
        ++*errors;
        drop(&p);
        return;
    }
    if (!p.ir->ok)
        fail_msg("%s: %s", id, p.diags.item[0].message);
    assert_int_equal(p.ir->n_nodes, json_integer_value(json_object_get(e, "nodes")));
    const json_t *ops = json_object_get(e, "ops"), *names = json_object_get(e, "names"), *root = json_object_get(e, "root");
    for (size_t i = 0; i < json_array_size(ops); i++)
        assert_string_equal(cad_ir_op_name(p.ir->node[i].op), json_string_value(json_array_get(ops, i)));
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *want = json_string_value(json_array_get(names, i));
        if (want)
            assert_string_equal(p.ir->node[i].name, want);
        else
            assert_null(p.ir->node[i].name);
    }
    if (root && (!p.ir->has_root_ref || p.ir->root_ref != (uint64_t)json_integer_value(root)))
        fail_msg("%s: root is %d", id, (int)p.ir->root_ref);
    expect_fields(id, p.ir, json_object_get(e, "fields"));
    expect_documents(p.ir, e);

    /* eval ok must pass the checks that need no kernel; a clean failure that they can see must be seen. */
    ok(cad_ir_check(p.ir, &p.diags));
    const char *eval = json_string_value(json_object_get(e, "eval"));
    if (!strcmp(eval, "ok") && p.diags.n_errors)
        fail_msg("%s: %s", id, cad_diags_first_error(&p.diags)->message);
    if (!strcmp(eval, "error"))
        assert_true(p.diags.n_errors > 0);

    /* The same program in cadlm: the same tree. */
    cad_buf up = CAD_BUF_INIT, here = CAD_BUF_INIT;
    program q = parse_bytes(ir_text, strlen(ir_text), CAD_IR_DIALECT_cadlm);
    if (strcmp(id, "p_nan_dim")) {
        ok(cad_ir_print(p.ir, &up));
        ok(cad_ir_print(q.ir, &here));
        assert_string_equal(cad_buf_cstr(&up), cad_buf_cstr(&here));
    }
    cad_buf_deinit(&up);
    cad_buf_deinit(&here);
    drop(&q);
    drop(&p);
}

static void test_every_vector_parses_as_upstream_says(void **state)
{
    (void)state;
    int errors = 0;
    if (!each_vector(expect_row, &errors))
        skip();
    assert_true(errors >= 10);
}

static void test_upstream_and_cadlm_differ_where_the_page_says(void **state)
{
    (void)state;
    static const struct {
        const char *text, *upstream, *cadlm; /* first error's message, NULL: none */
    } rows[] = {
        {"C 10 10 10\nF 0 1", "unknown opcode: F", NULL},
        {"P 6 3 10", "unknown opcode: P", NULL},
        {"C 9 9 9\nSH 0 1 +Z", "SH requires 2 args, got 3", NULL},
        {"C 1 2 3 # note", "C requires 3 args, got 5", NULL},
        {"SK 0 0 0 1 0 0 0 1 0\n# hi\nL 0 0 1 0\nL 1 0 1 1\nL 1 1 0 0\nEND\nE 0 0 0 1", "unknown sketch segment opcode: #",
         NULL},
        {"C nan 1 1", "C needs sizes other than 0", "invalid number: nan"},
        {"C 1 -Infinity 1", "C needs sizes other than 0", "invalid number: -Infinity"},
        {"C 1e999 1 1", "C needs sizes other than 0", "invalid number: 1e999"},
        {"C 1 1 1 \"", NULL, "unterminated name"},
        {"C -1 1 1", NULL, "C needs sizes above 0"},
        {"T 1 0 0 0\nC 1 1 1\nU 0 2", NULL, "node 2 reaches itself"},
        {"C 1 1 1\nT 0 1 1 1\nU 1 2", NULL, "node 2 reaches itself"},
        {"Y 0 5", "Y needs a radius and a height above 0", "Y needs a radius and a height above 0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int d = 0; d < 2; d++) {
            program p = check_text(rows[i].text, d ? CAD_IR_DIALECT_cadlm : CAD_IR_DIALECT_upstream);
            const cad_diag *e = cad_diags_first_error(&p.diags);
            const char *want = d ? rows[i].cadlm : rows[i].upstream;
            if (!want != !e || (e && !strstr(e->message, want)))
                fail_msg("'%s' in dialect %d: '%s', expected '%s'", rows[i].text, d, e ? e->message : "no error",
                         want ? want : "no error");
            drop(&p);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_vector_parses_as_upstream_says),
        cmocka_unit_test(test_upstream_and_cadlm_differ_where_the_page_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
