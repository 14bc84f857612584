/* Seeded mutations of the conformance vectors (of random programs where those are not there): no crash, at most 100 findings,
 * and what parses prints and reads back. */
#include "tests/cad/ir_random.h"

#include "core/mem.h"

enum { MUTATIONS = 5000 };

typedef struct corpus {
    cad_buf text[400];
    int n;
} corpus;

static void keep(const json_t *row, void *ctx)
{
    corpus *c = ctx;
    const json_t *ir = json_object_get(row, "ir");
    if (c->n < 400)
        ok(cad_buf_add(&c->text[c->n++], json_string_value(ir), json_string_length(ir)));
}

/* Pieces that matter to the lexer and to the limits. */
static const char *const pieces[] = {"\"",
                                     "\\\"",
                                     "#",
                                     "\n",
                                     "\r\n",
                                     "\t",
                                     " ",
                                     "-",
                                     "+",
                                     "1e999",
                                     "nan",
                                     "4294967296",
                                     "END\n",
                                     "SK 0 0 0 1 0 0 0 1 0\n",
                                     "L 0 0 1 1\n",
                                     "ROOT 0 a\n",
                                     "U 0 0\n",
                                     "\xC2\xA0",
                                     "\xE2\x80\x83",
                                     "18446744073709551615",
                                     "0.0000001",
                                     "F",
                                     "P",
                                     "SH 0 1 +Z\n",
                                     "BG solid",
                                     "JREV a _ b"};

static void mutate(cad_rng *r, const corpus *c, cad_buf *t)
{
    int n = (int)cad_rng_range(r, 1, 4);
    for (int k = 0; k < n; k++) {
        size_t at = (size_t)cad_rng_range(r, 0, (int64_t)t->len);
        size_t len = (size_t)cad_rng_range(r, 0, (int64_t)(t->len - at) < 20 ? (int64_t)(t->len - at) : 20);
        cad_buf out = CAD_BUF_INIT;
        ok(cad_buf_add(&out, t->data, at));
        switch (cad_rng_range(r, 0, 4)) {
        case 0: /* another byte */
            ok(cad_buf_add(&out, &(char){(char)cad_rng_u32(r)}, 1));
            break;
        case 1: /* a piece put in */
            ok(cad_buf_str(&out, pieces[cad_rng_range(r, 0, sizeof pieces / sizeof *pieces - 1)]));
            len = 0;
            break;
        case 2: /* a part twice */
            ok(cad_buf_add(&out, t->data + at, len));
            len = 0;
            break;
        case 3: { /* a part of another program */
            const cad_buf *o = &c->text[cad_rng_range(r, 0, c->n - 1)];
            size_t from = (size_t)cad_rng_range(r, 0, (int64_t)o->len);
            ok(cad_buf_add(&out, o->data + from, (o->len - from) / 2));
            break;
        }
        default: /* a part taken out */
            break;
        }
        ok(cad_buf_add(&out, t->data + at + len, t->len - at - len));
        cad_buf_deinit(t);
        *t = out;
    }
}

static void run_one(cad_arena *arena, const cad_buf *t, cad_ir_dialect dialect, int *parsed)
{
    cad_frame f = cad_arena_mark(arena);
    static cad_diags d, e;
    cad_ir *ir, *again;
    cad_diags_init(&d, arena);
    /* An exact copy on the heap: AddressSanitizer sees a read past its end. */
    char *copy;
    ok(cad_mem_alloc(t->len, "copy", &copy));
    memcpy(copy, cad_buf_cstr(t), t->len);
    ok(cad_ir_parse(copy, t->len, dialect, arena, &d, &ir));
    cad_mem_free(copy);
    ok(cad_ir_check(ir, &d));
    assert_true(d.n <= CAD_DIAGS_KEPT);
    assert_true(ir->ok || d.n_errors > 0);
    cad_buf out = CAD_BUF_INIT, canon = CAD_BUF_INIT;
    ok(cad_ir_report_json(ir, &d, &out));
    json_t *j;
    ok(cad_json_parse(out.data, out.len, "report", &j));
    json_decref(j);
    cad_buf_clear(&out);
    if (ir->ok) {
        ++*parsed;
        ok(cad_ir_print(ir, &out));
        cad_diags_init(&e, arena);
        ok(cad_ir_parse(cad_buf_cstr(&out), out.len, dialect, arena, &e, &again));
        if (!again->ok || again->n_nodes != ir->n_nodes || again->n_docs != ir->n_docs || again->root_ref != ir->root_ref)
            fail_msg("printed form differs: %s\n%s", cad_buf_cstr(&out), e.n ? e.item[0].message : "");
        if (d.n_errors == 0)
            ok(cad_ir_canon(ir, &canon));
        else if (cad_ir_canon(ir, &canon) != CAD_OK)
            cad_buf_clear(&canon);
        cad_ir *low;
        if (d.n_errors == 0 && cad_ir_lower(ir, arena, &low) == CAD_OK)
            assert_true(low->ok && low->root >= 0);
    }
    cad_buf_deinit(&out);
    cad_buf_deinit(&canon);
    cad_arena_rewind(arena, f);
}

static void test_mutated_programs_never_break_the_parser(void **state)
{
    (void)state;
    static corpus c;
    if (!each_vector(keep, &c))
        while (c.n < 100) {
            random_program r = {.rng = cad_rng_make(1, "fuzz seeds", (uint64_t)c.n), .names = true, .docs = true};
            r.dialect = c.n % 2 ? CAD_IR_DIALECT_cadlm : CAD_IR_DIALECT_upstream;
            random_make(&r);
            c.text[c.n++] = r.text;
        }
    cad_arena *arena;
    ok(cad_arena_create("fuzz", (size_t)512 << 20, &arena));
    int parsed = 0;
    const int cases = fuzz_cases(MUTATIONS);
    for (uint64_t i = 0; i < (uint64_t)cases; i++) {
        cad_rng r = cad_rng_make(20260301, "fuzz ir", i);
        cad_buf t = CAD_BUF_INIT;
        const cad_buf *seed = &c.text[cad_rng_range(&r, 0, c.n - 1)];
        ok(cad_buf_add(&t, seed->data, seed->len));
        mutate(&r, &c, &t);
        run_one(arena, &t, i % 2 ? CAD_IR_DIALECT_cadlm : CAD_IR_DIALECT_upstream, &parsed);
        cad_buf_deinit(&t);
    }
    print_message("%d of %d mutants parse\n", parsed, cases);
    assert_true(parsed > cases / 50);
    for (int i = 0; i < c.n; i++)
        cad_buf_deinit(&c.text[i]);
    cad_arena_destroy(arena);
}

static void test_random_bytes_never_break_the_parser(void **state)
{
    (void)state;
    cad_arena *arena;
    ok(cad_arena_create("fuzz", (size_t)512 << 20, &arena));
    int parsed = 0;
    for (uint64_t i = 0; i < 500; i++) {
        cad_rng r = cad_rng_make(7, "fuzz bytes", i);
        cad_buf t = CAD_BUF_INIT;
        for (int64_t n = cad_rng_range(&r, 0, 300); n > 0; n--)
            ok(cad_buf_add(&t, &(char){(char)cad_rng_u32(&r)}, 1));
        run_one(arena, &t, i % 2 ? CAD_IR_DIALECT_cadlm : CAD_IR_DIALECT_upstream, &parsed);
        cad_buf_deinit(&t);
    }
    cad_arena_destroy(arena);
}

/* A megabyte of each kind of line must not take longer than reading it a few times would. */
static void test_large_hostile_texts_end_in_good_time(void **state)
{
    (void)state;
    static const char *const lines[] = {"\n",          "\"",    "\"\"",         "C 1 1 1\n", "SK 0 0 0 1 0 0 0 1 0\n",
                                        "L 0 0 1 1\n", "\\\"",  "U 0 1\n",      "# \n",      "M a 1 1 1 0 0\n",
                                        "GROUND a\n",  "END\n", "\xE2\x80\x83", "1",         "GROUND a a\n"};
    cad_arena *arena;
    ok(cad_arena_create("fuzz", (size_t)1 << 30, &arena));
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++)
        for (int sketch = 0; sketch < 2; sketch++) {
            cad_buf t = CAD_BUF_INIT;
            if (sketch)
                ok(cad_buf_str(&t, "SK 0 0 0 1 0 0 0 1 0\n"));
            while (t.len < (1 << 20) - 40)
                ok(cad_buf_str(&t, lines[k]));
            int parsed = 0;
            run_one(arena, &t, CAD_IR_DIALECT_cadlm, &parsed);
            cad_buf_deinit(&t);
        }
    cad_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mutated_programs_never_break_the_parser),
        cmocka_unit_test(test_random_bytes_never_break_the_parser),
        cmocka_unit_test(test_large_hostile_texts_end_in_good_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
