/* STEP files with a known verdict, and such as kill or stall the kernel, through workers: records equal the tables, whatever
 * the order and the number of workers (spec/reliability.md 4.4, E2 and E3). */
#include "tests/unit.h"

#include "cad/occt/solid.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/rng.h"
#include "eval/score.h"

enum { MOST = 24, PATH = 4400, CPU_S = 60 };

static const char *shared;

typedef struct file {
    const json_t *want;
    const char *name;
    json_t *record;
} file;

typedef struct set {
    json_t *keep;
    file item[MOST];
    int n;
    bool always; /* see eval/part.h */
} set;

/* As JSON; bytes that are no ASCII as ISO 8859-1, for jobs are UTF-8. */
static json_t *text_of(const char *folder, const char *name)
{
    char path[PATH];
    cad_buf raw = CAD_BUF_INIT, b = CAD_BUF_INIT;
    snprintf(path, sizeof path, "%s/conformance/%s/%s", shared, folder, name);
    ok(cad_fs_read(path, 0, &raw));
    for (size_t i = 0; i < raw.len; i++) {
        unsigned char c = (unsigned char)raw.data[i];
        const char two[2] = {(char)(0xC0 | c >> 6), (char)(0x80 | (c & 0x3F))};
        ok(c < 0x80 ? cad_buf_add(&b, raw.data + i, 1) : cad_buf_add(&b, two, 2));
    }
    json_t *o = json_stringn(b.data, b.len);
    assert_non_null(o);
    cad_buf_deinit(&raw);
    cad_buf_deinit(&b);
    return o;
}

static set load(const char *folder)
{
    set s = {.keep = json_array()};
    char path[PATH];
    cad_buf b = CAD_BUF_INIT;
    snprintf(path, sizeof path, "%s/conformance/%s/expected.jsonl", shared, folder);
    ok(cad_fs_read(path, 0, &b));
    for (char *line = strtok(b.data, "\n"); line; line = strtok(NULL, "\n")) {
        json_t *o;
        ok(cad_json_parse(line, strlen(line), path, &o));
        json_array_append_new(s.keep, o);
        const char *name = json_string_value(json_object_get(o, "file"));
        if (name && s.n < MOST)
            s.item[s.n++] = (file){.want = o, .name = name};
    }
    cad_buf_deinit(&b);
    assert_true(s.n >= 15);
    return s;
}

static void forget(set *s)
{
    for (int i = 0; i < s->n; i++)
        json_decref(s->item[i].record);
    json_decref(s->keep);
}

static void submit(cad_pool *p, uint64_t tag, json_t *text, json_t *reference, bool always)
{
    cad_buf b = CAD_BUF_INIT;
    json_t *o = json_pack("{ss,ss,ss,sb,sb}", "key", "k", "id", "r", "kind", "step", "complete", 1, "always", (int)always);
    ok(cad_score_job_make(o,
                          &(cad_score_texts){json_string_value(text), json_string_value(reference), json_string_length(text),
                                             json_string_length(reference)},
                          &b));
    json_decref(text);
    json_decref(reference);
    ok(cad_pool_submit(p, CAD_SCORE_HANDLER, tag, b.data, b.len));
    cad_buf_deinit(&b);
    json_decref(o);
}

/* The next record, without what the clock measured. */
static json_t *next(cad_pool *p, uint64_t *tag)
{
    cad_pool_result r;
    cad_buf b = CAD_BUF_INIT;
    json_t *o;
    ok(cad_pool_next(p, &r));
    *tag = r.tag;
    ok(cad_score_take(&r, "k", "r", NULL, &b));
    ok(cad_json_parse(b.data, b.len, "record", &o));
    cad_buf_deinit(&b);
    json_object_del(o, "ms");
    return o;
}

/* All files of a set, in an order of its own, to a number of workers. */
static void score(set *s, const char *folder, int workers, uint64_t shuffle, const char *reference)
{
    int order[MOST];
    cad_rng r = cad_rng_make(7, "order", shuffle);
    for (int i = 0; i < s->n; i++)
        order[i] = i;
    for (int i = s->n - 1; i > 0 && shuffle; i--) {
        int j = (int)cad_rng_range(&r, 0, i), t = order[i];
        order[i] = order[j];
        order[j] = t;
    }
    cad_pool *p;
    ok(cad_pool_create(&(cad_pool_opts){.workers = workers, .cpu_s = CPU_S, .unordered = true}, &p));
    for (int i = 0; i < s->n; i++)
        submit(p, (uint64_t)order[i], text_of(folder, s->item[order[i]].name),
               reference ? text_of(folder, reference) : json_null(), s->always);
    for (int i = 0; i < s->n; i++) {
        uint64_t tag;
        json_t *o = next(p, &tag);
        assert_true(tag < (uint64_t)s->n && !s->item[tag].record);
        s->item[tag].record = o;
    }
    cad_pool_destroy(p);
}

static void same_text(const file *f, const char *key, const char *got, const char *want)
{
    if (!got || strcmp(got, want) != 0)
        fail_msg("%s: %s is %s, expected %s", f->name, key, got ? got : "absent", want);
}

static void same_int(const file *f, const char *key, const json_t *got, json_int_t want)
{
    if (!json_is_integer(got) || json_integer_value(got) != want)
        fail_msg("%s: %s is %lld, expected %lld", f->name, key, (long long)json_integer_value(got), (long long)want);
}

static void same_number(const file *f, const char *key, double got, double want, double scale)
{
    if (!(fabs(got - want) <= 1e-6 * scale))
        fail_msg("%s: %s is %.12g, expected %.12g", f->name, key, got, want);
}

static const char *class_of(const json_t *o)
{
    return json_string_value(json_object_get(o, "class"));
}

/* The tables go to L11, the evaluator to L9. */
static json_int_t upto9(json_int_t level)
{
    return level > 9 ? 9 : level;
}

static void check_shape(const file *f)
{
    static const char *const counts[][2] = {{"solids", "solids"}, {"shells", "shells"}, {"shells_closed", "closed_shells"},
                                            {"faces", "faces"},   {"edges", "edges"},   {"vertices", "vertices"},
                                            {"roots", "roots"}};
    const json_t *facts = json_object_get(f->record, "facts"), *bbox = json_object_get(f->want, "bbox");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (json_object_get(f->want, counts[i][1]))
            same_int(f, counts[i][0], json_object_get(facts, counts[i][0]),
                     json_integer_value(json_object_get(f->want, counts[i][1])));
    if (json_object_get(f->want, "brepcheck"))
        assert_int_equal(json_integer_value(json_object_get(facts, "brepcheck")),
                         json_is_true(json_object_get(f->want, "brepcheck")));
    if (json_is_number(json_object_get(f->want, "volume"))) {
        double v = json_number_value(json_object_get(f->want, "volume")),
               a = json_number_value(json_object_get(f->want, "area"));
        same_number(f, "volume", json_number_value(json_object_get(f->record, "volume")), v, fabs(v));
        same_number(f, "area", json_number_value(json_object_get(facts, "area")), a, fabs(a));
    }
    /* The table leaves out the border that lies off its surface; our boxes hold all of a shape. */
    if (!strcmp(f->name, "brlcad_ap214_face_wr2_off_surface_torus_invalid.stp"))
        return;
    double extent = 0;
    for (size_t i = 0; i < 3 && json_array_size(bbox) == 6; i++)
        extent = fmax(extent, json_number_value(json_array_get(bbox, i + 3)) - json_number_value(json_array_get(bbox, i)));
    for (size_t i = 0; i < json_array_size(bbox); i++)
        same_number(f, "bbox", json_number_value(json_array_get(json_object_get(f->record, "bbox"), i)),
                    json_number_value(json_array_get(bbox, i)), extent);
}

static void check_verdict(const file *f)
{
    const json_t *o = f->record;
    same_text(f, "class", class_of(o), json_string_value(json_object_get(f->want, "class")));
    same_int(f, "level", json_object_get(o, "level"), upto9(json_integer_value(json_object_get(f->want, "level"))));
    same_int(f, "text", json_object_get(o, "text"), json_integer_value(json_object_get(f->want, "text")));
    same_int(f, "kernel", json_object_get(o, "kernel"), upto9(json_integer_value(json_object_get(f->want, "kernel"))));
    assert_int_equal(json_is_true(json_object_get(o, "valid")), json_integer_value(json_object_get(o, "level")) >= 8);
    if (strcmp(class_of(o), "ok") != 0)
        assert_true(json_string_length(json_object_get(json_object_get(o, "error"), "text")) > 0);
}

static void check_hostile(const file *f, bool always)
{
    const json_t *o = f->record, *crash = json_object_get(f->want, "without_type_table"),
                 *kernel = json_object_get(o, "kernel");
    same_text(f, "class", class_of(o), json_string_value(json_object_get(f->want, "class")));
    same_int(f, "level", json_object_get(o, "level"), json_integer_value(json_object_get(f->want, "text")));
    if (!always)
        assert_true(json_is_null(kernel));
    else if (json_is_string(crash))
        same_text(f, "kernel", json_string_value(kernel), json_string_value(crash));
    if (!always || !json_is_string(crash))
        same_text(f, "reason", json_string_value(json_array_get(json_object_get(o, "diags"), 0)),
                  json_string_value(json_object_get(f->want, "text_reason")));
}

/* Scores the set of `folder` with 1 and 2 workers in other orders, against a reference where there is one: the bits of `s`. */
static void scores_again(const set *s, const char *folder, const char *reference)
{
    for (uint64_t run = 1; run <= 2; run++) {
        set again = load(folder);
        again.always = s->always;
        score(&again, folder, (int)run, run, reference);
        for (int i = 0; i < s->n; i++) {
            cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT;
            ok(cad_json_print(s->item[i].record, &a));
            ok(cad_json_print(again.item[i].record, &b));
            assert_string_equal(cad_buf_cstr(&a), cad_buf_cstr(&b));
            cad_buf_deinit(&a);
            cad_buf_deinit(&b);
        }
        forget(&again);
    }
}

static void test_known_files_have_the_verdicts_and_measures_of_their_table_in_any_order(void **state)
{
    (void)state;
    set s = load("step");
    s.always = true;
    score(&s, "step", 2, 0, "mfcad_6-7-7-9-19.step");
    for (int i = 0; i < s.n; i++) {
        check_verdict(&s.item[i]);
        check_shape(&s.item[i]);
    }
    scores_again(&s, "step", "mfcad_6-7-7-9-19.step");
    forget(&s);
}

/* What the kernel sees of a hostile file, when it is asked to look at refused ones as well, changes no class; its end is told.
 */
static void test_hostile_files_have_their_class_whether_the_kernel_sees_them_or_not(void **state)
{
    (void)state;
    for (int always = 0; always < 2; always++) {
        set s = load("step_hostile");
        s.always = always;
        score(&s, "step_hostile", 2, 0, NULL);
        for (int i = 0; i < s.n; i++)
            check_hostile(&s.item[i], always);
        scores_again(&s, "step_hostile", NULL);
        forget(&s);
    }
}

/* conformance/step/README.md: pairs with reference values; mean of six seeds, ours is one. */
static void test_pairs_have_the_distances_and_overlaps_of_their_table(void **state)
{
    (void)state;
    static const char JIG[] = "cadgenbench_jig3_gt.step", MFCAD6[] = "mfcad_6-7-7-9-19.step";
    static const struct {
        const char *reference, *prediction;
        double cd, deviation, iou; /* cd x 1000 */
    } pairs[] = {
        {JIG, JIG, 0, 1e-17, 1},
        {JIG, "cadgenbench_jig3_broken_shifted_holes.step", 0.00895, 0.0003, 0.9909},
        {MFCAD6, "mfcad_3-3-3-3-3-23.step", 67.0, 1.0, 0.4006},
        {"cadgenbench_box_10_20_30.step", "cadgenbench_sphere_10.step", 46.8, 0.5, 0.3728},
    };
    enum { PAIRS = sizeof pairs / sizeof *pairs };
    cad_pool *p;
    ok(cad_pool_create(&(cad_pool_opts){.workers = 2}, &p));
    for (int i = 0; i < PAIRS; i++)
        submit(p, (uint64_t)i, text_of("step", pairs[i].prediction), text_of("step", pairs[i].reference), false);
    for (int i = 0; i < PAIRS; i++) {
        uint64_t tag;
        json_t *o = next(p, &tag), *m = json_object_get(o, "m");
        near(1e3 * json_number_value(json_object_get(m, "cd.s2.p2s.8192.A1")), pairs[tag].cd, 2 * pairs[tag].deviation);
        near(json_number_value(json_object_get(m, "iou.v64.A1")), pairs[tag].iou, 5e-5);
        json_decref(o);
    }
    cad_pool_destroy(p);
}

static void test_the_text_track_tells_the_line_of_the_answer(void **state)
{
    (void)state;
    static const char *const head =
        "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'1');\nFILE_NAME('','',(''),(''),'','','');\n"
        "FILE_SCHEMA(('X'));\nENDSEC;\n";
    static const struct {
        const char *text;
        bool complete, with_head;
        const char *class_;
        int level, line;
    } c[] = {
        {" \n\t", true, false, "empty", 0, 0},
        {"DATA;\n#1=A();\nENDSEC;\n", true, false, "truncated", 0, 0},
        {"DATA;\n#1=A();\n#2=B(#9);\nENDSEC;\nEND-ISO-10303-21;\n", true, false, "reference", 2, 3},
        {"DATA;\n#1=A(;\n#2=B(#9);\nENDSEC;\nEND-ISO-10303-21;", false, false, "parse", 1, 2},
        {"\n\nDATA;\n#1=A();\n#1=B();\nENDSEC;\nEND-ISO-10303-21;", true, false, "reference", 2, 5},
        {"DATA;\n#1=A();\n#2=B(#ID_3);\nENDSEC;\nEND-ISO-10303-21;", true, false, "parse", 1, 3},
        {"\f\v", true, false, "empty", 0, 0},
        {"\vDATA;\n#1=A();\n#2=B(#9);\nENDSEC;\nEND-ISO-10303-21;\f", false, false, "reference", 2, 3},
        {"what is this", true, false, "parse", 1, 0},
        {"#1=VERTEX_POINT($);", true, false, "reference", 2, 0}, /* of ours: nothing to derive it from */
        {"#1=VERTEX_POINT($);", false, false, "truncated", 0, 0},
        {"what is this", false, false, "truncated", 0, 0},
        {"DATA;\n#1=A();\n#2=b();\nENDSEC;\nEND-ISO-10303-21;", true, true, "parse", 1, 9},
        {"DATA;\n#1=A();\nENDSEC;\nEND-ISO-10303-21;\nand so on", true, true, "truncated", 0, 0},
    };
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        cad_buf text = CAD_BUF_INIT, in = CAD_BUF_INIT, out = CAD_BUF_INIT;
        json_t *o;
        ok(cad_buf_printf(&text, "%s%s", c[i].with_head ? head : "", c[i].text));
        json_t *job = json_pack("{ss,ss,ss,sb}", "key", "k", "id", "r", "kind", "step", "complete", (int)c[i].complete);
        ok(cad_score_job_make(job, &(cad_score_texts){.text = text.data, .len = text.len}, &in));
        ok(cad_score_job(in.data, in.len, &out));
        ok(cad_json_parse(out.data, out.len, "record", &o));
        const json_t *line = json_object_get(json_object_get(o, "error"), "line");
        if (strcmp(class_of(o), c[i].class_) != 0 || json_integer_value(json_object_get(o, "level")) != c[i].level ||
            json_integer_value(line) != c[i].line)
            fail_msg("%zu: %s", i, out.data);
        json_decref(job);
        json_decref(o);
        cad_buf_deinit(&text);
        cad_buf_deinit(&in);
        cad_buf_deinit(&out);
    }
}

int main(int argc, char **argv)
{
    cad_score_register();
    cad_worker_main_if_asked(argc, argv);
    shared = shared_dir();
    if (!strcmp(cad_solid_kernel(), "none") || !shared)
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_files_have_the_verdicts_and_measures_of_their_table_in_any_order),
        cmocka_unit_test(test_hostile_files_have_their_class_whether_the_kernel_sees_them_or_not),
        cmocka_unit_test(test_pairs_have_the_distances_and_overlaps_of_their_table),
        cmocka_unit_test(test_the_text_track_tells_the_line_of_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
