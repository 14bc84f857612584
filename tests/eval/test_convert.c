/* Parts from one format to another through workers, and pictures that are taken from them. */
#include "tests/unit.h"

#include "cad/occt/solid.h"
#include "cad/step/step.h"
#include "cad/step/text_form.h"
#include "core/json.h"
#include "eval/convert.h"
#include "eval/picture.h"

#define PLATE "C 40 20 5\nY 3 5\nT 1 20 10 0\nD 0 2"

static cad_pool *pool;
static bool has_kernel;

static cad_status converted(cad_format from, cad_format to, const char *text, cad_buf *out)
{
    const cad_convert_job job = cad_convert_defaults(from, to);
    return cad_convert_one(pool, &job, text, strlen(text), out);
}

static void test_formats_are_told_by_the_end_of_the_name(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        cad_format format;
    } known[] = {{"a.ir", CAD_FORMAT_ir},
                 {"b/c.d.STEP", CAD_FORMAT_step},
                 {"a.stp", CAD_FORMAT_step},
                 {"a.Stl", CAD_FORMAT_stl},
                 {"a.png", CAD_FORMAT_png}};
    cad_format f;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        ok(cad_format_of(known[i].path, &f));
        assert_int_equal(f, known[i].format);
    }
    static const char *const unknown[] = {"part", "part.obj", ".ir", "ir", ""};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        fails(cad_format_of(unknown[i], &f), CAD_EUSAGE, "expected a name ending in .ir .step .stp .p21 .stl or .png");
}

static void test_one_program_becomes_every_format(void **state)
{
    (void)state;
    if (!has_kernel)
        skip();
    cad_buf step = CAD_BUF_INIT, stl = CAD_BUF_INIT, png = CAD_BUF_INIT, again = CAD_BUF_INIT;
    ok(converted(CAD_FORMAT_ir, CAD_FORMAT_step, PLATE, &step));
    assert_memory_equal(step.data, "ISO-10303-21;", 13);
    ok(converted(CAD_FORMAT_ir, CAD_FORMAT_stl, PLATE, &stl));
    uint32_t triangles;
    memcpy(&triangles, stl.data + 80, sizeof triangles);
    assert_int_equal(stl.len, 84 + 50 * (size_t)triangles);
    ok(converted(CAD_FORMAT_ir, CAD_FORMAT_png, PLATE, &png));
    assert_memory_equal(png.data, "\x89PNG", 4);
    ok(converted(CAD_FORMAT_step, CAD_FORMAT_stl, cad_buf_cstr(&step), &again));
    assert_true(again.len > 84 + 50 * 12);
    cad_buf_deinit(&step);
    cad_buf_deinit(&stl);
    cad_buf_deinit(&png);
    cad_buf_deinit(&again);
}

static void test_what_cannot_be_made_says_why(void **state)
{
    (void)state;
    cad_buf out = CAD_BUF_INIT;
    fails(converted(CAD_FORMAT_ir, CAD_FORMAT_ir, "C 1 1 1\nD 0 9", &out), CAD_EDATA, "line 2");
    fails(converted(CAD_FORMAT_ir, CAD_FORMAT_ir, "C 1 1 1\nD 0 9", &out), CAD_EDATA, "[dangling-ref]");
    if (has_kernel) {
        fails(converted(CAD_FORMAT_ir, CAD_FORMAT_step, "C 1 1 1\nC 2 2 2\nD 0 1", &out), CAD_EDATA, "line 3");
        fails(converted(CAD_FORMAT_step, CAD_FORMAT_stl, "not a STEP file", &out), CAD_EDATA, "");
    } else {
        fails(converted(CAD_FORMAT_ir, CAD_FORMAT_step, PLATE, &out), CAD_EUNSUPPORTED, "OCCT");
    }
    assert_int_equal(out.len, 0);
    cad_buf_deinit(&out);
}

static void test_a_report_tells_of_good_and_bad_parts(void **state)
{
    (void)state;
    if (!has_kernel)
        skip();
    cad_buf good = CAD_BUF_INIT, bad = CAD_BUF_INIT;
    json_t *g, *b;
    ok(converted(CAD_FORMAT_ir, CAD_FORMAT_report, PLATE, &good));
    ok(converted(CAD_FORMAT_ir, CAD_FORMAT_report, "C 1 1 1\nD 0 9", &bad));
    ok(cad_json_parse(good.data, good.len, "report", &g));
    ok(cad_json_parse(bad.data, bad.len, "report", &b));
    const json_t *facts = json_object_get(g, "facts"), *box = json_object_get(facts, "bbox");
    assert_true(json_is_true(json_object_get(g, "ok")));
    near(json_number_value(json_array_get(box, 3)), 40, 1e-9);
    assert_int_equal(json_integer_value(json_object_get(facts, "genus")), 1);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(facts, "kinds"), "cylinder")), 1);
    assert_true(json_is_false(json_object_get(b, "ok")) && json_is_null(json_object_get(b, "facts")));
    json_decref(g);
    json_decref(b);
    cad_buf_deinit(&good);
    cad_buf_deinit(&bad);
}

/* ---- pictures ---- */

static cad_status taken(const cad_pool_result *r, cad_image *out)
{
    cad_arena *a;
    ok(cad_arena_create("picture", 1 << 22, &a));
    cad_status s = cad_picture_take(r, a, out);
    cad_arena_destroy(a);
    return s;
}

static void test_a_picture_must_have_the_size_that_it_names(void **state)
{
    (void)state;
    struct {
        int32_t size[2];
        unsigned char rgb[4 * 2 * 3];
    } p = {.size = {4, 2}};
    cad_image image;
    cad_pool_result r = {.verdict = CAD_VERDICT_ok, .error = "", .out = (unsigned char *)&p, .out_len = sizeof p};
    ok(taken(&r, &image));
    assert_true(image.width == 4 && image.height == 2);
    r.out_len--;
    fails(taken(&r, &image), CAD_EGEOM, "wrong size");
    r.out_len = 5;
    fails(taken(&r, &image), CAD_EGEOM, "cut off");
    r.out_len = sizeof p;
    p.size[0] = -4;
    fails(taken(&r, &image), CAD_EGEOM, "wrong size");
    p.size[0] = 1 << 30;
    fails(taken(&r, &image), CAD_EGEOM, "wrong size");
    r = (cad_pool_result){.verdict = CAD_VERDICT_timeout, .error = ""};
    fails(taken(&r, &image), CAD_EGEOM, "timeout");
    r = (cad_pool_result){.verdict = CAD_VERDICT_failed, .status = CAD_EUNSUPPORTED, .error = "no kernel"};
    fails(taken(&r, &image), CAD_EUNSUPPORTED, "no kernel");
}

/* A sheet stands at the end of an evaluation: no answer may end it. */
static void test_an_answer_that_is_no_step_is_a_cell_that_says_so(void **state)
{
    (void)state;
    static const char *const text[] = {"#1=LINE(", "DATA;\0", NULL, " "};
    static const size_t len[] = {8, 6, 0, 1};
    static const char *const label[] = {"a", "b", "c", "d"};
    const cad_picture_column column = {"answers", text, len, {120, 162, 219}, CAD_PART_step};
    cad_arena *arena;
    cad_image sheet;
    ok(cad_arena_create("sheet", (size_t)64 << 20, &arena));
    ok(cad_picture_sheet(pool, "four", label, 4, &column, 1, arena, &sheet));
    assert_true(sheet.width > 0 && sheet.height > 4 * 100);
    cad_arena_destroy(arena);
}

static const char *member(const json_t *report, const char *key)
{
    return json_string_value(json_object_get(report, key));
}

/* *out = the report of a STEP text. */
static void reported(const char *text, size_t len, bool strict, json_t **out)
{
    cad_buf report = CAD_BUF_INIT;
    cad_convert_job job = cad_convert_defaults(CAD_FORMAT_step, CAD_FORMAT_report);
    job.strict = strict;
    ok(cad_convert_report(pool, &job, text, len, &report));
    ok(cad_json_parse(report.data, report.len, "report", out));
    cad_buf_deinit(&report);
}

/* What a model answers is expanded in the worker, as the score does it. */
static void test_an_answer_is_read_as_the_file_it_stands_for(void **state)
{
    (void)state;
    if (!has_kernel)
        skip();
    cad_buf step = CAD_BUF_INIT, stl = CAD_BUF_INIT;
    cad_convert_job job = cad_convert_defaults(CAD_FORMAT_step, CAD_FORMAT_stl);
    ok(converted(CAD_FORMAT_ir, CAD_FORMAT_step, "C 40 20 5", &step));
    cad_step *m;
    cad_arena *arena;
    const cad_step_form form = cad_step_form_default();
    cad_step_text_report report;
    cad_buf text = CAD_BUF_INIT;
    ok(cad_arena_create("answer", (size_t)64 << 20, &arena));
    ok(cad_step_read(step.data, step.len, &(cad_step_opts){.conformant = false}, &m));
    ok(cad_step_text_make(arena, m, &form, &text, &report));
    ok(cad_convert_one(pool, &job, text.data, text.len, &stl));
    assert_int_equal(stl.len, 84 + 50 * 12);
    json_t *r;
    reported(text.data, text.len, false, &r);
    assert_true(json_is_true(json_object_get(r, "ok")));
    assert_string_equal(member(r, "form"), "compact");
    json_decref(r);
    fails(cad_convert_one(pool, &job, text.data, text.len / 2, &stl), CAD_EDATA, "as compact text: line ");
    reported(text.data, text.len / 2, false, &r);
    assert_string_equal(member(r, "class"), "parse");
    assert_non_null(strstr(member(json_object_get(r, "reason"), "text"), "as compact text: line "));
    json_decref(r);
    cad_step_close(m);
    cad_arena_destroy(arena);
    cad_buf_deinit(&text);
    cad_buf_deinit(&step);
    cad_buf_deinit(&stl);
}

/* Class and level are those of an evaluation (eval/part.h), whatever a forgiving reader and the kernel make of a text. */
static void test_a_report_has_the_verdict_of_an_evaluation(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to; /* the first of the file */
        const char *class_, *stage;
        int level;
    } c[] = {
        {"", "", "ok", NULL, 9},
        {"ISO-10303-21;", "/* by hand */ ISO-10303-21;", "ok", NULL, 9},
        {"ISO-10303-21;", "\xEF\xBB\xBFISO-10303-21;", "parse", "parse", 1},
        {"(#", "(#ID_", "parse", "parse", 1},
        {".T.", ".t.", "parse", "parse", 1},
        {"(#", "(#9999", "reference", "reference", 2},
        {"CLOSED_SHELL('',", "CLOSED_SHELL('','',", "reference", "type", 2},
        {"END-ISO-10303-21;", "", "truncated", "text", 0},
        {"MANIFOLD_SOLID_BREP", "OURS", "build", "kernel", 4},
    };
    if (!has_kernel)
        skip();
    cad_buf step = CAD_BUF_INIT, text = CAD_BUF_INIT;
    ok(converted(CAD_FORMAT_ir, CAD_FORMAT_step, "C 40 20 5", &step));
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        json_t *r;
        const char *at = strstr(step.data, c[i].from), *head = at ? at + strlen(c[i].from) : NULL;
        assert_non_null(at);
        cad_buf_clear(&text);
        ok(cad_buf_printf(&text, "%.*s%s%s", (int)(at - step.data), step.data, c[i].to, head));
        reported(text.data, text.len, false, &r);
        const char *stage = member(json_object_get(r, "reason"), "stage");
        if (strcmp(member(r, "class"), c[i].class_) != 0 || json_integer_value(json_object_get(r, "level")) != c[i].level ||
            json_is_true(json_object_get(r, "ok")) != !c[i].stage || (stage && strcmp(stage, c[i].stage) != 0))
            fail_msg("'%s': class %s, level %d, stage %s", c[i].to, member(r, "class"),
                     (int)json_integer_value(json_object_get(r, "level")), stage ? stage : "none");
        json_decref(r);
    }
    cad_buf_deinit(&step);
    cad_buf_deinit(&text);
}

int main(int argc, char **argv)
{
    cad_convert_register();
    cad_worker_main_if_asked(argc, argv);
    has_kernel = strcmp(cad_solid_kernel(), "none") != 0;
    if (cad_pool_create(&(cad_pool_opts){.workers = 1, .cpu_s = 20}, &pool) != CAD_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats_are_told_by_the_end_of_the_name),
        cmocka_unit_test(test_one_program_becomes_every_format),
        cmocka_unit_test(test_what_cannot_be_made_says_why),
        cmocka_unit_test(test_a_report_tells_of_good_and_bad_parts),
        cmocka_unit_test(test_a_picture_must_have_the_size_that_it_names),
        cmocka_unit_test(test_an_answer_that_is_no_step_is_a_cell_that_says_so),
        cmocka_unit_test(test_an_answer_is_read_as_the_file_it_stands_for),
        cmocka_unit_test(test_a_report_has_the_verdict_of_an_evaluation),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cad_pool_destroy(pool);
    return failed;
}
