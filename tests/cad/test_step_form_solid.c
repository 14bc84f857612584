/* A part keeps its shape through every form of model text. */
#include "tests/cad/solid_test.h"
#include "tests/cad/step_util.h"

#include "cad/step/text_form.h"

static const char *const PARTS[] = {
    "C 30 20 10",
    "Y 10 20",
    "Y 10 4\nY 5 4\nD 0 1", /* a washer: seams on both cylinders */
    "C 60 40 5\nY 3 5\nT 1 10 12 0\nD 0 2",
    "C 80 40 6\nY 2 6\nT 1 6 6 0\nLP 2 1 0 0 2 68\nLP 3 0 1 0 2 28\nD 0 4",
    "C 30 20 3\nC 3 20 25\nU 0 1", /* an L */
    "C 30 20 10\nFI 0 3",          /* parts of cylinders, and of a torus and a sphere */
    "C 30 20 10\nR 0 20 30 40",
    "Y 7 12\nR 0 25 35 10\nT 1 3.3 -4.7 9.1",
    "C 30 20 10\nY 4 30\nR 1 0 90 0\nT 2 0 10 5\nD 0 3", /* a hole across */
    "S 9",
    "K 6 0 14",
    "P 6 4 9",
    "C 30 20 10\nSH 0 2",
    "SK 0 0 0 1 0 0 0 0 1\nA 18 0 12 0 15 0 1\nA 12 0 18 0 15 0 1\nEND\nV 0 0 0 0 0 0 1 360",
};

static cad_facts facts_of(const cad_buf *file, cad_arena *a, const char *what)
{
    cad_solid *s;
    cad_facts f;
    if (cad_solid_read_step(file->data, file->len, &s) != CAD_OK)
        fail_msg("%s: %s", what, cad_error_text());
    ok(cad_solid_facts(s, a, &f));
    cad_solid_destroy(s);
    return f;
}

/* A text of this form, expanded, is a valid solid of the same volume to `bound`, with as many faces, edges and vertices. */
static void expect_shape(const cad_step *m, const cad_facts *want, const cad_step_form *f, double bound, cad_arena *a,
                         const char *what, cad_step_text_report *r)
{
    cad_buf text = CAD_BUF_INIT, file = CAD_BUF_INIT, again = CAD_BUF_INIT;
    cad_step_text_report second;
    ok(cad_step_text_make(a, m, f, &text, r));
    ok(cad_step_text_expand(a, text.data, text.len, &file));
    cad_facts got = facts_of(&file, a, what);
    if (got.level < 8 || got.faces != want->faces || got.edges != want->edges || got.vertices != want->vertices ||
        got.model_check || !(fabs(got.volume - want->volume) <= bound * want->volume))
        fail_msg("%s, derive %d: level %d, faces %d of %d, volume %.12g of %.12g", what, (int)f->derive, (int)got.level,
                 (int)got.faces, (int)want->faces, got.volume, want->volume);
    cad_step *m2 = step_of(file.data, file.len);
    ok(cad_step_text_make(a, m2, f, &again, &second));
    if (again.len != text.len || memcmp(again.data, text.data, text.len) != 0)
        fail_msg("%s, derive %d: the text of the expanded text differs", what, (int)f->derive);
    cad_step_close(m2);
    cad_buf_deinit(&text);
    cad_buf_deinit(&file);
    cad_buf_deinit(&again);
}

/* Nothing but planes, cylinders, lines and circles, and no shell inside another. */
static bool is_lean(const char *part)
{
    static const char *const no[] = {"FI 0 3", "S 9", "K 6 0 14", "SH 0 2", "SK "};
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (strstr(part, no[i]))
            return false;
    return true;
}

static void test_parts_keep_their_shape(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        cad_arena *a;
        cad_buf file = CAD_BUF_INIT;
        built b = build(PARTS[i]);
        ok(cad_arena_create("test", (size_t)1 << 30, &a));
        ok(cad_solid_write_step(b.solid, "part", &file));
        cad_facts want = facts_of(&file, a, PARTS[i]);
        cad_step *m = step_of(file.data, file.len);
        for (int d = CAD_STEP_DERIVE_off; d <= CAD_STEP_DERIVE_lean; d++)
            for (int first = 0; first < 2; first++) {
                cad_step_form f = cad_step_form_default();
                cad_step_text_report r;
                f.derive = (cad_step_derive)d;
                f.order = first ? CAD_STEP_ORDER_DEFS_FIRST : CAD_STEP_ORDER_DFS;
                expect_shape(m, &want, &f, d ? 1e-6 : 1e-9, a, PARTS[i], &r);
                assert_null(r.misfit);
                bool flat_or_round = !strstr(PARTS[i], "S 9") && !strstr(PARTS[i], "SK ");
                assert_int_equal(r.derived, d != CAD_STEP_DERIVE_off && (flat_or_round || r.derivable > 0));
                assert_int_equal(r.lean, d == CAD_STEP_DERIVE_lean && is_lean(PARTS[i]));
                assert_int_equal(r.kept + r.templated + r.styles + r.shared + r.derivable, r.instances);
            }
        cad_step_close(m);
        drop_built(&b);
        cad_buf_deinit(&file);
        cad_arena_destroy(a);
    }
}

/* Tokens follow bytes; what the specification promises of one plate: nested 30 %, derived 15 % of the raw text. */
static void test_derived_forms_are_short(void **state)
{
    (void)state;
    static const char plate[] = "C 80 40 6\nY 2 6\nT 1 6 6 0\nLP 2 1 0 0 2 68\nLP 3 0 1 0 2 28\nD 0 4";
    cad_arena *a;
    cad_buf file = CAD_BUF_INIT;
    built b = build(plate);
    size_t len[4];
    ok(cad_arena_create("test", (size_t)1 << 30, &a));
    ok(cad_solid_write_step(b.solid, "part", &file));
    cad_step *m = step_of(file.data, file.len);
    for (int d = 0; d < 4; d++) {
        cad_step_form f = cad_step_form_default();
        cad_step_text_report r;
        cad_buf text = CAD_BUF_INIT;
        f.derive = (cad_step_derive)d;
        ok(cad_step_text_make(a, m, &f, &text, &r));
        assert_null(d ? strstr(text.data, "LINE(") : NULL);
        assert_null(d ? strstr(text.data, "PLANE(") : NULL);
        assert_null(d ? strstr(text.data, "CYLINDRICAL_SURFACE(") : NULL);
        assert_int_equal(d == 2, strstr(text.data, "VERTEX_POINT($)") != NULL);
        assert_int_equal(d == 3, text.data[0] == 'v');
        len[d] = text.len;
        cad_buf_deinit(&text);
    }
    assert_true(len[0] * 10 < file.len * 5);
    assert_true(len[1] < len[0] && len[2] < len[1] && len[3] * 3 < len[2]);
    cad_step_close(m);
    drop_built(&b);
    cad_buf_deinit(&file);
    cad_arena_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_keep_their_shape),
        cmocka_unit_test(test_derived_forms_are_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
