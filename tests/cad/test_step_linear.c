/* Time is linear in the text.  No clock is read: each text is so long that a way which goes back over it for each of its parts
 * takes far longer than the two minutes that CTest gives; the linear way takes a second or two. */
#include "tests/cad/step_util.h"

#include "cad/step/steplm.h"
#include "cad/step/text_form.h"
#include "core/rng.h"

static cad_arena *arena;

static int begin(void **state)
{
    (void)state;
    return cad_arena_create("test", (size_t)2 << 30, &arena) != CAD_OK;
}

static int end(void **state)
{
    (void)state;
    cad_arena_destroy(arena);
    return 0;
}

/* ---- places ---- */

static void test_places_are_those_of_a_pass_from_the_beginning(void **state)
{
    (void)state;
    enum { N = 300000 };
    cad_rng r = cad_rng_make(1, "places", 0);
    cad_buf in = CAD_BUF_INIT;
    uint32_t *line = malloc((N + 1) * sizeof *line), *column = malloc((N + 1) * sizeof *column);
    for (int i = 0; i < N; i++) /* many ends of lines, and a line longer than what lies between two notes */
        ok(cad_buf_add(&in, i / 100000 == 1 ? "x" : &"\r\n\nx"[cad_rng_range(&r, 0, 3)], 1));
    memcpy(in.data + 65535, "\r\n", 2); /* across the place of a note */
    in.data[N - 1] = '\r';
    line[0] = column[0] = 1;
    for (int i = 0; i < N; i++) {
        bool ends = in.data[i] == '\n' || (in.data[i] == '\r' && (i + 1 == N || in.data[i + 1] != '\n'));
        line[i + 1] = line[i] + ends;
        column[i + 1] = ends ? 1 : column[i] + 1;
    }
    cad_step *m = step_of(in.data, in.len);
    for (uint64_t i = 0; i < 4000; i++) {
        uint32_t at = i < 3 ? (uint32_t[]){65536, N, 0}[i] : (uint32_t)(i * 104729 % (N + 1)), l, c;
        cad_step_place(m, at, &l, &c);
        if (l != line[at] || c != column[at])
            fail_msg("byte %u: line %u column %u, expected line %u column %u", at, l, c, line[at], column[at]);
    }
    uint32_t l, c;
    cad_step_place(m, N + 5, &l, &c); /* behind the text */
    assert_int_equal(l, line[N]);
    assert_int_equal(c, column[N] + 5);
    cad_step_close(m);
    cad_buf_deinit(&in);
    free(line);
    free(column);
}

static void test_findings_behind_many_lines(void **state)
{
    (void)state;
    enum { LINES = 40000000, IDS = 300 };
    cad_buf in = CAD_BUF_INIT;
    ok(cad_buf_reserve(&in, LINES + 10000));
    memset(in.data, '\n', LINES);
    in.len = LINES;
    for (int i = 1; i <= IDS; i++)
        ok(cad_buf_printf(&in, "#%d=A();\n", i));
    for (int i = IDS; i > 0; i--)
        ok(cad_buf_printf(&in, "#%d=A();\n", i));
    cad_step *m = step_of(in.data, in.len);
    assert_int_equal(m->diags.count[CAD_STEP_R01], IDS);
    assert_string_equal(m->diags.item[9].text, "defined before, at line 40000291 column 1, which counts");
    for (int k = 0; k < 100; k++)
        for (int32_t i = 0; i < m->diags.n; i++) {
            uint32_t line, column;
            cad_step_place(m, m->diags.item[i].at, &line, &column);
            assert_int_equal(line, LINES + IDS + 1 + i);
            assert_int_equal(column, 1);
        }
    cad_step_close(m);
    cad_buf_deinit(&in);
}

/* ---- orders of STEP-LLM ---- */

static void test_blank_lines_within_a_block(void **state)
{
    (void)state;
    enum { LINES = 2000000 };
    static const char head[] = "DATA;\n#7 =\n", tail[] = "X();\nENDSEC;\n";
    cad_buf in = CAD_BUF_INIT, out = CAD_BUF_INIT;
    ok(cad_buf_str(&in, head));
    ok(cad_buf_reserve(&in, LINES));
    memset(in.data + in.len, '\n', LINES);
    in.len += LINES;
    ok(cad_buf_str(&in, tail));
    for (int g = 0; g < 3; g++) {
        cad_buf_clear(&out);
        ok(cad_steplm_topo(arena, in.data, in.len, (cad_steplm_group)g, &out));
        in.data[7] = '1'; /* the new id */
        assert_int_equal(out.len, in.len);
        assert_memory_equal(out.data, in.data, in.len);
        in.data[7] = '7';
    }
    cad_buf_deinit(&in);
    cad_buf_deinit(&out);
}

/* Each root walks over all that it reaches; where they have it in common, there is an end to that. */
static void test_roots_that_reach_the_same(void **state)
{
    (void)state;
    enum { ROOTS = 60000, ITEMS = 5000 };
    cad_buf in = CAD_BUF_INIT, out = CAD_BUF_INIT;
    ok(cad_buf_str(&in, "DATA;\n#1=STYLED_ITEM("));
    for (int i = 0; i < ITEMS; i++)
        ok(cad_buf_printf(&in, "%s#%d", i ? "," : "", 10 + i));
    ok(cad_buf_str(&in, ");\n"));
    for (int i = 0; i < ITEMS; i++)
        ok(cad_buf_printf(&in, "#%d=A();\n", 10 + i));
    for (int i = 0; i < ROOTS; i++)
        ok(cad_buf_printf(&in, "#%d=MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION(#1);\n", 10 + ITEMS + i));
    ok(cad_buf_str(&in, "ENDSEC;\n"));
    fails(cad_steplm_reorder(arena, in.data, in.len, &out, NULL), CAD_EDATA,
          "MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION reach too much in common: more than");
    assert_int_equal(out.len, 0);
    cad_buf_deinit(&in);
    cad_buf_deinit(&out);
}

/* ---- texts that models learn ---- */

static void test_parts_of_a_complex_instance(void **state)
{
    (void)state;
    enum { PARTS = 400000 };
    cad_buf in = CAD_BUF_INIT, want = CAD_BUF_INIT, out = CAD_BUF_INIT;
    cad_step_form f = cad_step_form_default();
    cad_step_text_report r;
    ok(cad_buf_str(&in, "#1=("));
    ok(cad_buf_str(&want, "&("));
    for (int i = 0; i < PARTS; i++) {
        ok(cad_buf_printf(&in, "P%06d(%d)", PARTS - 1 - i, i % 10));
        ok(cad_buf_printf(&want, "P%06d(%d)", i, (PARTS - 1 - i) % 10));
    }
    ok(cad_buf_str(&in, ");\n"));
    ok(cad_buf_str(&want, ");\n"));
    cad_step *m = step_of(in.data, in.len);
    ok(cad_step_text_make(arena, m, &f, &out, &r));
    assert_int_equal(out.len, want.len);
    assert_memory_equal(out.data, want.data, want.len);
    cad_step_close(m);
    cad_buf_deinit(&in);
    cad_buf_deinit(&want);
    cad_buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places_are_those_of_a_pass_from_the_beginning),
        cmocka_unit_test(test_findings_behind_many_lines),
        cmocka_unit_test(test_blank_lines_within_a_block),
        cmocka_unit_test(test_roots_that_reach_the_same),
        cmocka_unit_test(test_parts_of_a_complex_instance),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
