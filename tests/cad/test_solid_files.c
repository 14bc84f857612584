/* Genuine STEP files with known facts (conformance/step): counts exactly, volume, area and box to 1e-6. */
#include "tests/cad/solid_test.h"

static int64_t integer(const json_t *row, const char *key)
{
    return json_integer_value(json_object_get(row, key));
}

static void same_count(const char *file, const json_t *row, const char *key, int64_t got)
{
    if (json_object_get(row, key) && integer(row, key) != got)
        fail_msg("%s: %s is %d, expected %d", file, key, (int)got, (int)integer(row, key));
}

static void compare(const char *file, const json_t *row, const cad_facts *f)
{
    const int64_t level = integer(row, "level");
    /* L9 and above are about the mesh; a text below L4 is stopped by the text gate before it comes here. */
    const int64_t want = level > 8 ? 8 : level;
    if (level >= 4 && f->level != want)
        fail_msg("%s: level %d, expected %d", file, (int)f->level, (int)want);
    same_count(file, row, "solids", f->solids);
    same_count(file, row, "shells", f->shells);
    same_count(file, row, "closed_shells", f->shells_closed);
    same_count(file, row, "faces", f->faces);
    same_count(file, row, "edges", f->edges);
    same_count(file, row, "vertices", f->vertices);
    if (json_is_boolean(json_object_get(row, "brepcheck")) &&
        f->brepcheck != (bool)json_boolean_value(json_object_get(row, "brepcheck")))
        fail_msg("%s: brepcheck is %d", file, (int)f->brepcheck);
    const char *check = json_string_value(json_object_get(row, "kernel_check"));
    if (check && (f->model_check > 0) != !strcmp(check, "fail"))
        fail_msg("%s: %d fails of the model check, expected %s", file, (int)f->model_check, check);
    if (f->solids > 0) {
        close_to(f->volume, json_number_value(json_object_get(row, "volume")), 1e-6, "volume", file);
        close_to(f->area, json_number_value(json_object_get(row, "area")), 1e-6, "area", file);
        const json_t *box = json_object_get(row, "bbox");
        double longest = 0;
        for (int i = 0; i < 3; i++)
            longest = fmax(longest, f->box[i + 3] - f->box[i]);
        for (size_t i = 0; i < 6; i++)
            if (!(fabs(f->box[i] - json_number_value(json_array_get(box, i))) <= 1e-6 * longest))
                fail_msg("%s: box[%zu] is %.9g, expected %.9g", file, i, f->box[i], json_number_value(json_array_get(box, i)));
    }
}

static void check_file(const char *dir, const json_t *row)
{
    const char *file = json_string_value(json_object_get(row, "file"));
    if (!file)
        return;
    char path[4400];
    snprintf(path, sizeof path, "%s/conformance/step/%s", dir, file);
    cad_buf text = CAD_BUF_INIT;
    ok(cad_fs_read(path, 0, &text));
    cad_arena *a;
    ok(cad_arena_create("file", (size_t)64 << 20, &a));
    cad_solid *s;
    cad_facts f;
    const cad_status r = cad_solid_read_step(text.data, text.len, &s);
    if (r != CAD_OK)
        fail_msg("%s: %s", file, cad_error_text());
    ok(cad_solid_facts(s, a, &f));
    compare(file, row, &f);
    cad_solid_destroy(s);
    cad_arena_destroy(a);
    cad_buf_deinit(&text);
}

static void test_every_genuine_file_has_its_facts(void **state)
{
    (void)state;
    const char *dir = shared_dir();
    if (!dir)
        skip();
    char path[4400];
    snprintf(path, sizeof path, "%s/conformance/step/expected.jsonl", dir);
    cad_buf rows = CAD_BUF_INIT;
    ok(cad_fs_read(path, 0, &rows));
    int n = 0;
    for (char *at = rows.data, *eol; *at; at = eol + 1) {
        eol = strchr(at, '\n');
        json_t *row;
        ok(cad_json_parse(at, (size_t)(eol - at), "expected.jsonl", &row));
        check_file(dir, row);
        json_decref(row);
        n++;
    }
    cad_buf_deinit(&rows);
    assert_true(n > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_genuine_file_has_its_facts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
