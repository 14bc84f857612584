/* Our canonical text is the same part to the geometry kernel as the text it was read from. */
#include "tests/cad/solid_test.h"
#include "tests/cad/step_util.h"

#include "core/json.h"

static cad_facts facts_of(const char *text, size_t len, cad_arena *a, const char *what)
{
    cad_solid *s;
    cad_facts f;
    if (cad_solid_read_step(text, len, &s) != CAD_OK)
        fail_msg("%s: %s", what, cad_error_text());
    ok(cad_solid_facts(s, a, &f));
    cad_solid_destroy(s);
    return f;
}

static void same_part(const cad_facts *a, const cad_facts *b, const char *what)
{
    if (a->solids != b->solids || a->shells != b->shells || a->faces != b->faces || a->edges != b->edges ||
        a->level != b->level || a->transferred != b->transferred)
        fail_msg("%s: %d solids, %d faces, level %d; expected %d, %d, %d", what, (int)b->solids, (int)b->faces, (int)b->level,
                 (int)a->solids, (int)a->faces, (int)a->level);
    if (!(fabs(a->volume - b->volume) <= 1e-9 * fabs(a->volume)) || !(fabs(a->area - b->area) <= 1e-9 * fabs(a->area)))
        fail_msg("%s: volume %.12g, area %.12g; expected %.12g, %.12g", what, b->volume, b->area, a->volume, a->area);
    for (int k = 0; k < 6; k++)
        if (!(fabs(a->box[k] - b->box[k]) <= 1e-7))
            fail_msg("%s: box[%d] is %.12g; expected %.12g", what, k, b->box[k], a->box[k]);
}

/* The text, and the canonical text of it with new ids, with its own, and of that again. */
static void same_solid(const char *text, size_t len, cad_arena *a, const char *what)
{
    cad_frame f = cad_arena_mark(a);
    cad_facts want = facts_of(text, len, a, what);
    cad_step *m = step_of(text, len);
    ok(cad_step_verdict(m));
    for (int keep = 0; keep < 2; keep++) {
        cad_buf b = CAD_BUF_INIT;
        ok(cad_step_write(m, &(cad_step_write_opts){.keep_ids = keep, .plain = true}, &b));
        cad_facts got = facts_of(b.data, b.len, a, what);
        same_part(&want, &got, what);
        cad_buf_deinit(&b);
    }
    step_laws(m);
    cad_step_close(m);
    cad_arena_rewind(a, f);
}

static void test_parts_that_the_kernel_wrote(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "C 80 40 6\nY 2 6\nT 1 6 6 0\nLP 2 1 0 0 2 68\nLP 3 0 1 0 2 28\nD 0 4",
        "S 9",
        "K 6 0 14",
        "P 6 4 9",
        "C 30 20 10\nFI 0 3",
        "C 30 20 10\nSH 0 2",
        "SK 0 0 0 1 0 0 0 0 1\nA 18 0 12 0 15 0 1\nA 12 0 18 0 15 0 1\nEND\nV 0 0 0 0 0 0 1 360",
        "K 8 3 12\nX 0 1 1 -1",
        "C 12 7 5\nR 0 20 30 40"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        built b = build(parts[i]);
        cad_buf text = CAD_BUF_INIT;
        ok(cad_solid_write_step(b.solid, "it's, ok' )", &text));
        same_solid(text.data, text.len, b.p.arena, parts[i]);
        cad_buf_deinit(&text);
        drop_built(&b);
    }
}

/* Those of ../shared/conformance/step that hold a sound solid: volume, area and faces also as their list states them. */
static void test_files_of_others(void **state)
{
    (void)state;
    const char *shared = shared_dir();
    if (!shared)
        skip();
    char path[4400];
    cad_buf list = CAD_BUF_INIT;
    cad_arena *a;
    ok(cad_arena_create("files", (size_t)64 << 20, &a));
    snprintf(path, sizeof path, "%s/conformance/step/expected.jsonl", shared);
    ok(cad_fs_read(path, 0, &list));
    int n = 0;
    for (char *line = list.data, *end; line && *line; line = end ? end + 1 : NULL) {
        json_t *row;
        end = strchr(line, '\n');
        ok(cad_json_parse(line, end ? (size_t)(end - line) : strlen(line), path, &row));
        const char *name = json_string_value(json_object_get(row, "file"));
        if (name && !strcmp(json_string_value(json_object_get(row, "class")), "ok")) {
            cad_buf text = CAD_BUF_INIT;
            snprintf(path, sizeof path, "%s/conformance/step/%s", shared, name);
            ok(cad_fs_read(path, 0, &text));
            same_solid(text.data, text.len, a, name);
            cad_facts f = facts_of(text.data, text.len, a, name);
            assert_int_equal(f.solids, json_integer_value(json_object_get(row, "solids")));
            near(f.volume / json_number_value(json_object_get(row, "volume")), 1, 1e-6);
            near(f.area / json_number_value(json_object_get(row, "area")), 1, 1e-6);
            cad_buf_deinit(&text);
            n++;
        }
        json_decref(row);
    }
    assert_int_equal(n, 11);
    cad_arena_destroy(a);
    cad_buf_deinit(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_that_the_kernel_wrote),
        cmocka_unit_test(test_files_of_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
