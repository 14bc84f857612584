/* The order of instances: worked cases, and its laws on graphs made at random, on cycles and on chains that are very long. */
#include "tests/cad/step_util.h"

#include "core/rng.h"

#include <glob.h>

static const cad_step_order_kind KINDS[] = {CAD_STEP_ORDER_DFS, CAD_STEP_ORDER_DEFS_FIRST};

/* The ids in the order of `kind`, as "1 2 3". */
static void order_is(const char *text, cad_step_order_kind kind, const char *want, uint32_t runs, uint32_t cycles)
{
    cad_step *m = step_of(text, strlen(text));
    cad_step_order o;
    char got[256] = "";
    size_t n = 0;
    ok(cad_step_order_make(m, kind, &o));
    for (uint32_t k = 0; k < o.n; k++)
        n += (size_t)snprintf(got + n, sizeof got - n, "%s%d", k ? " " : "", (int)m->instance[o.at[k]].id);
    assert_string_equal(got, want);
    assert_int_equal(o.n_runs, runs);
    assert_int_equal(o.cycles, cycles);
    cad_step_order_release(&o);
    cad_step_close(m);
}

static void test_instances_stand_where_the_walk_meets_or_leaves_them(void **state)
{
    (void)state;
    static const char circle[] = /* roots: 6 and 7 */
        "#1=CARTESIAN_POINT('',(5.,0.,0.));#2=VERTEX_POINT('',#1);#3=CARTESIAN_POINT('',(0.,0.,0.));"
        "#4=AXIS2_PLACEMENT_3D('',#3,$,$);#5=CIRCLE('',#4,5.);#6=EDGE_CURVE('',#2,#2,#5,.T.);#7=PLANE('',#4);";
    order_is(circle, CAD_STEP_ORDER_DEFS_FIRST, "1 2 3 4 5 6 7", 2, 0);
    order_is(circle, CAD_STEP_ORDER_DFS, "6 2 1 5 4 3 7", 2, 0);
    /* Roots in the order of the file, children in that of the parameters, also inside lists and partial types. */
    static const char mixed[] = "#9=R((#3,(#1)),#2);#1=A(#2);#2=B();#3=C();#4=(P(#2)Q(#1));#8=S(#4,#4);";
    order_is(mixed, CAD_STEP_ORDER_DFS, "9 3 1 2 8 4", 2, 0);
    order_is(mixed, CAD_STEP_ORDER_DEFS_FIRST, "3 2 1 9 4 8", 2, 0);
    order_is("", CAD_STEP_ORDER_DFS, "", 0, 0);
}

static void test_a_cycle_keeps_one_reference_back(void **state)
{
    (void)state;
    order_is("#1=A(#2);#2=B(#1);", CAD_STEP_ORDER_DFS, "1 2", 1, 1);
    order_is("#1=A(#2);#2=B(#1);", CAD_STEP_ORDER_DEFS_FIRST, "1 2", 1, 1);
    order_is("#1=A(#1);", CAD_STEP_ORDER_DEFS_FIRST, "1", 1, 1);
    /* What a cycle refers to has no root of its own; one that a root reaches neither. */
    order_is("#1=X(#2);#2=A(#3);#3=B(#2);#4=C(#5,#1);#5=D(#4);", CAD_STEP_ORDER_DFS, "4 5 1 2 3", 1, 2);
    order_is("#9=R(#1);#2=B(#1);#1=A(#2);", CAD_STEP_ORDER_DFS, "9 1 2", 1, 1);
}

/* ---- laws ---- */

/* Of an instance: its type, its parameters, and of references what they lead to, which leads nowhere back. */
static uint64_t content(const cad_step *m, uint32_t i, uint64_t *known)
{
    const cad_step_instance *it = &m->instance[i];
    if (known[i])
        return known[i];
    uint64_t h = 1469598103934665603u;
#define MIX(v) h = (h ^ (uint64_t)(v)) * 1099511628211u, h ^= h >> 29
    for (const char *c = it->type == CAD_STEP_NONE ? "()" : cad_step_name(m, it->type); *c; c++)
        MIX(*c);
    for (uint32_t k = it->param; k < it->param + it->size; k++) {
        const cad_step_param *p = &m->param[k];
        MIX(p->kind);
        if (p->kind == CAD_STEP_REF)
            MIX(content(m, p->ref, known));
        else if (p->kind == CAD_STEP_INTEGER || p->kind == CAD_STEP_REAL)
            MIX(p->integer);
        else if (p->kind != CAD_STEP_LIST)
            for (uint32_t c = 0; c < p->len; c++)
                MIX(m->text[p->at + c]);
        else
            MIX(p->holds.of);
    }
#undef MIX
    return known[i] = h | 1;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t *contents(const cad_step *m)
{
    uint64_t *h = calloc(m->n + 1, sizeof *h);
    assert_non_null(h);
    for (uint32_t i = 0; i < m->n; i++)
        content(m, i, h);
    qsort(h, m->n, sizeof *h, by_value);
    return h;
}

/* Each instance stands once, and where it says: parameters are the same, references lead to the same. */
static void same_by(const cad_step *a, const cad_step *b, const cad_step_order *o)
{
    uint32_t *place = calloc(a->n + 1, sizeof *place);
    assert_non_null(place);
    assert_int_equal(a->n, b->n);
    assert_int_equal(o->n, a->n);
    for (uint32_t k = 0; k < o->n; k++) {
        assert_true(o->at[k] < a->n && place[o->at[k]] == 0);
        place[o->at[k]] = k + 1;
    }
    for (uint32_t k = 0; k < o->n; k++) {
        const cad_step_instance *x = &a->instance[o->at[k]], *y = &b->instance[k];
        assert_int_equal(y->id, k + 1);
        assert_int_equal(x->size, y->size);
        for (uint32_t i = 0; i < x->size; i++) {
            const cad_step_param *p = &a->param[x->param + i], *q = &b->param[y->param + i];
            assert_int_equal(p->kind, q->kind);
            if (p->kind == CAD_STEP_REF)
                assert_int_equal(place[p->ref], q->ref + 1);
            else if (p->kind == CAD_STEP_STRING)
                assert_memory_equal(a->text + p->at, b->text + q->at, p->len);
        }
    }
    free(place);
}

static cad_buf ordered_text(const cad_step *m, cad_step_order_kind kind, bool annotate)
{
    cad_step_order o;
    cad_buf b = CAD_BUF_INIT;
    ok(cad_step_order_make(m, kind, &o));
    ok(cad_step_write(m, &(cad_step_write_opts){.order = &o, .annotate = annotate}, &b));
    cad_step_order_release(&o);
    return b;
}

/* References that lead to a later instance. */
static uint32_t forward(const cad_step *m)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->n; i++)
        for (uint32_t e = m->out.first[i]; e < m->out.first[i + 1]; e++)
            n += m->out.to[e] >= i;
    return n;
}

static void order_laws(const char *text, size_t len, bool cyclic)
{
    cad_step *m = step_of(text, len);
    ok(cad_step_verdict(m));
    uint64_t *was = cyclic ? NULL : contents(m);
    for (size_t k = 0; k < sizeof KINDS / sizeof *KINDS; k++) {
        cad_step_order o;
        ok(cad_step_order_make(m, KINDS[k], &o));
        cad_buf once = ordered_text(m, KINDS[k], false);
        cad_step *again = step_of(once.data, once.len);
        ok(cad_step_verdict(again));
        same_by(m, again, &o);
        cad_buf twice = ordered_text(again, KINDS[k], false);
        assert_int_equal(once.len, twice.len);
        assert_memory_equal(once.data, twice.data, once.len);
        if (cyclic) {
            assert_true(again->diags.count[CAD_STEP_R05] > 0 || o.cycles == 0);
        } else {
            uint64_t *is = contents(again);
            assert_memory_equal(was, is, m->n * sizeof *is);
            assert_int_equal(o.cycles, 0);
            free(is);
        }
        if (KINDS[k] == CAD_STEP_ORDER_DEFS_FIRST)
            assert_int_equal(forward(again), o.cycles);
        cad_step_order_release(&o);
        cad_step_close(again);
        cad_buf_deinit(&once);
        cad_buf_deinit(&twice);
    }
    free(was);
    cad_step_close(m);
}

/* Instance i refers to smaller ones, or to any; they stand in any order. */
static cad_buf random_file(uint64_t seed, bool cyclic)
{
    cad_rng r = cad_rng_make(seed, "order", cyclic);
    int n = (int)cad_rng_range(&r, 1, 40), at[40];
    cad_buf b = CAD_BUF_INIT;
    for (int i = 0; i < n; i++) {
        int j = (int)cad_rng_range(&r, 0, i);
        at[i] = at[j];
        at[j] = i;
    }
    ok(cad_buf_str(&b, "/* #1=A(); */"));
    for (int i = 0; i < n; i++) {
        bool parts = cad_rng_chance(&r, 0.1);
        int64_t refs = cyclic || at[i] > 0 ? cad_rng_range(&r, 0, 3) : 0;
        ok(cad_buf_printf(&b, parts ? "#%d=(A%d()B(" : "#%d=T%d(", 3 * at[i] + 1, (int)cad_rng_range(&r, 0, 3)));
        for (int64_t k = 0; k < refs; k++)
            ok(cad_buf_printf(&b, "(#%d),", 3 * (int)cad_rng_range(&r, 0, cyclic ? n - 1 : at[i] - 1) + 1));
        ok(cad_buf_printf(&b, "'#%d; /* it''s */',%d.5)%s;\n", at[i], at[i] % 5, parts ? ")" : ""));
    }
    return b;
}

static void test_every_order_keeps_the_laws(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 4000; seed++) {
        cad_buf b = random_file(seed / 2, seed % 2);
        order_laws(b.data, b.len, seed % 2);
        cad_buf_deinit(&b);
    }
}

static void test_files_of_others_keep_the_laws(void **state)
{
    (void)state;
    const char *shared = shared_dir();
    if (!shared)
        skip();
    char pattern[4200];
    glob_t g = {0};
    snprintf(pattern, sizeof pattern, "%s/conformance/step-llm/r*/*/m.step", shared);
    assert_int_equal(glob(pattern, 0, NULL, &g), 0);
    assert_true(g.gl_pathc > 0);
    for (size_t i = 0; i < g.gl_pathc; i++) {
        cad_buf text = CAD_BUF_INIT;
        ok(cad_fs_read(g.gl_pathv[i], 0, &text));
        order_laws(text.data, text.len, false);
        cad_buf_deinit(&text);
    }
    globfree(&g);
}

static void test_a_chain_of_a_million_takes_no_stack(void **state)
{
    (void)state;
    enum { N = 1000000 };
    cad_buf b = CAD_BUF_INIT;
    for (int i = 1; i < N; i++) /* each also refers to the end, which a walk that forgot would take again and again */
        ok(cad_buf_printf(&b, "#%d=A(#%d,#%d);\n", i, i + 1, (int)N));
    ok(cad_buf_printf(&b, "#%d=A();\n", (int)N));
    cad_step *m = step_of(b.data, b.len);
    ok(cad_step_verdict(m));
    for (size_t k = 0; k < sizeof KINDS / sizeof *KINDS; k++) {
        cad_step_order o;
        ok(cad_step_order_make(m, KINDS[k], &o));
        assert_int_equal(o.n, N);
        for (uint32_t i = 0; i < N; i++)
            assert_int_equal(o.at[i], KINDS[k] == CAD_STEP_ORDER_DFS ? i : N - 1 - i);
        cad_step_order_release(&o);
    }
    cad_step_close(m);
    cad_buf_deinit(&b);
}

static void test_what_is_written_in_order(void **state)
{
    (void)state;
    static const char text[] =
        "ISO-10303-21;HEADER;ENDSEC;DATA('a',('X'));#7=A('#7',#9);ENDSEC;DATA('b',('X'));#9=B();#8=(C()D(#9));"
        "ENDSEC;END-ISO-10303-21;";
    cad_step *m = step_of(text, sizeof text - 1);
    cad_buf b = ordered_text(m, CAD_STEP_ORDER_DFS, true);
    assert_string_equal(b.data,
                        "ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\n/* BEGIN A 1 */\n#1=A('#7',#2);\n#2=B();\n/* END A 1 */\n"
                        "/* BEGIN COMPLEX_ENTITY 2 */\n#3=(C()D(#2));\n/* END COMPLEX_ENTITY 2 */\nENDSEC;\n"
                        "END-ISO-10303-21;\n");
    cad_step *again = step_of(b.data, b.len); /* what is annotated is no other model */
    ok(cad_step_verdict(again));
    cad_step_close(again);
    cad_buf_deinit(&b);
    cad_step_order o;
    ok(cad_step_order_make(m, CAD_STEP_ORDER_DEFS_FIRST, &o));
    ok(cad_step_write(m, &(cad_step_write_opts){.order = &o, .keep_ids = true}, &b));
    assert_non_null(strstr(b.data, "DATA;\n#9=B();\n#7=A('#7',#9);\n#8=(C()D(#9));\nENDSEC;\n"));
    cad_step_order_release(&o);
    cad_buf_deinit(&b);
    cad_step_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instances_stand_where_the_walk_meets_or_leaves_them),
        cmocka_unit_test(test_a_cycle_keeps_one_reference_back),
        cmocka_unit_test(test_every_order_keeps_the_laws),
        cmocka_unit_test(test_files_of_others_keep_the_laws),
        cmocka_unit_test(test_a_chain_of_a_million_takes_no_stack),
        cmocka_unit_test(test_what_is_written_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
