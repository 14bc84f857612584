#include "tests/unit.h"

#include "core/fs.h"
#include "dataprep/corpus_row.h"

static cad_arena *arena;

static cad_row sample(const char *id)
{
    return (cad_row){.id = id,
                     .caption = "Platte \xc3\x98 5 \"x\"\nzwei",
                     .target = "C 1 2 3\nY 1 2\nD 0 1",
                     .kind = "ir",
                     .source = "synth",
                     .split = "",
                     .family = "plate",
                     .phrasing = "seen",
                     .units = "mm",
                     .params = "{\"t\":5,\"w\":2.5}",
                     .held = "",
                     .expect = "{\"genus\":1}",
                     .rag = "[{\"id\":\"r7\",\"score\":0.5}]",
                     .caption_hash = 7,
                     .geometry_hash = 0xfedcba9876543210u};
}

static void test_rows_come_back_as_they_were_written(void **state)
{
    (void)state;
    const char *path = "test_rows.jsonl";
    cad_corpus_writer *w = NULL;
    ok(cad_corpus_create(path, "demo", NULL, &w));
    cad_row a = sample("r0"), b = sample("r1");
    b.caption = "";
    b.expect = b.params = b.rag = "";
    b.split = "train";
    ok(cad_corpus_add(w, &a));
    ok(cad_corpus_add(w, &b));
    ok(cad_corpus_commit(w));
    cad_row *rows = NULL;
    size_t n = 0;
    ok(cad_corpus_load(path, arena, &rows, &n));
    assert_int_equal(n, 2);
    assert_string_equal(rows[0].caption, a.caption);
    assert_string_equal(rows[0].target, a.target);
    assert_string_equal(rows[0].params, a.params);
    assert_string_equal(rows[0].expect, a.expect);
    assert_string_equal(rows[0].rag, a.rag);
    assert_string_equal(rows[1].rag, "");
    assert_string_equal(rows[1].split, "train");
    assert_string_equal(rows[1].expect, "");
    assert_true(rows[0].geometry_hash == a.geometry_hash && rows[0].caption_hash == 7);
    cad_buf again = CAD_BUF_INIT, first = CAD_BUF_INIT;
    ok(cad_row_print(&a, &first));
    ok(cad_row_print(&rows[0], &again));
    assert_string_equal(first.data, again.data);
    cad_buf_deinit(&first);
    cad_buf_deinit(&again);
    ok(cad_fs_remove(path));
}

static void write(const char *path, const char *text)
{
    ok(cad_fs_write(path, text, strlen(text)));
}

static void test_bad_files_are_named_with_their_line(void **state)
{
    (void)state;
    const char *path = "test_bad.jsonl", *head = "{\"schema\":1,\"kind\":\"corpus\"}\n";
    char text[512];
    cad_row *rows = NULL;
    size_t n = 0;
    fails(cad_corpus_load("absent.jsonl", arena, &rows, &n), CAD_ENOTFOUND, "absent.jsonl");
    fails(cad_corpus_load("corpus.h5", arena, &rows, &n), CAD_EUNSUPPORTED, ".jsonl");
    write(path, "");
    fails(cad_corpus_load(path, arena, &rows, &n), CAD_ENOTFOUND, "empty");
    write(path, head);
    fails(cad_corpus_load(path, arena, &rows, &n), CAD_ENOTFOUND, "zero rows");
    write(path, "{\"schema\":2,\"kind\":\"corpus\"}\n");
    fails(cad_corpus_load(path, arena, &rows, &n), CAD_EDATA, "schema 2");
    snprintf(text, sizeof text, "%s{\"id\":\"a\",\"caption\":\"c\",\"target\":\"t\"}\n{\"id\":3}\n", head);
    write(path, text);
    fails(cad_corpus_load(path, arena, &rows, &n), CAD_EDATA, ":3");
    snprintf(text, sizeof text, "%s{\"id\":\"a\",\"caption\":\"c\"", head);
    write(path, text);
    fails(cad_corpus_load(path, arena, &rows, &n), CAD_EPARSE, ":2");
    snprintf(text, sizeof text, "%s{\"id\":\"a\",\"caption\":\"c\",\"target\":\"t\",\"group\":{\"caption\":\"xyz\"}}\n", head);
    write(path, text);
    fails(cad_corpus_load(path, arena, &rows, &n), CAD_EDATA, "hex");
    static const char *const rag[][2] = {
        {"{}", "key 'rag'"}, {"[{\"id\":\"a\"}]", ":2: rag[0]: key 'score'"}, {"[3]", "rag[0]"}};
    for (size_t i = 0; i < sizeof rag / sizeof *rag; i++) {
        snprintf(text, sizeof text, "%s{\"id\":\"a\",\"caption\":\"c\",\"target\":\"t\",\"rag\":%s}\n", head, rag[i][0]);
        write(path, text);
        fails(cad_corpus_load(path, arena, &rows, &n), CAD_EDATA, rag[i][1]);
    }
    ok(cad_fs_remove(path));
}

static void test_objects_keep_what_is_unknown_here(void **state)
{
    (void)state;
    const char *path = "test_objects.jsonl", *row = "{\"caption\":\"c\",\"id\":\"a\",\"later\":[1,2.5],\"target\":\"t\"}\n";
    char text[256];
    snprintf(text, sizeof text, "{\"kind\":\"corpus\",\"name\":\"demo\",\"schema\":1}\n%s", row);
    write(path, text);
    cad_corpus_reader *r = NULL;
    cad_corpus_writer *w = NULL;
    json_t *o = NULL;
    const char *where = NULL;
    bool more = false;
    ok(cad_corpus_open(path, &r));
    ok(cad_corpus_next_object(r, &o, &where, &more));
    assert_true(more);
    assert_string_equal(where, "test_objects.jsonl:2");
    ok(cad_corpus_create("test_copy.jsonl", "demo", NULL, &w));
    ok(cad_corpus_add_object(w, o));
    ok(cad_corpus_commit(w));
    json_decref(o);
    ok(cad_corpus_next_object(r, &o, &where, &more));
    assert_false(more);
    cad_corpus_close(r);
    cad_buf copy = CAD_BUF_INIT;
    ok(cad_fs_read("test_copy.jsonl", 0, &copy));
    assert_string_equal(copy.data, text);
    cad_buf_deinit(&copy);
    ok(cad_fs_remove(path));
    ok(cad_fs_remove("test_copy.jsonl"));
}

static void test_captions_that_read_alike_hash_alike(void **state)
{
    (void)state;
    uint64_t h = cad_caption_hash("A 10 mm Cube.");
    assert_true(h == cad_caption_hash("  a 10\n mm   cube"));
    assert_true(h != cad_caption_hash("a 10mm cube"));
    assert_true(h != cad_caption_hash("a 11 mm cube"));
    assert_true(cad_caption_hash("") != 0);
    char text[2000];
    memset(text, 'x', sizeof text);
    text[1999] = '\0';
    uint64_t x = cad_caption_hash(text);
    text[1990] = 'X';
    assert_true(x == cad_caption_hash(text));
    text[1990] = 'y';
    assert_true(x != cad_caption_hash(text));
}

static int setup(void **state)
{
    (void)state;
    return cad_arena_create("test", 64 << 20, &arena) != CAD_OK;
}

static int teardown(void **state)
{
    (void)state;
    cad_arena_destroy(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_come_back_as_they_were_written),
        cmocka_unit_test(test_objects_keep_what_is_unknown_here),
        cmocka_unit_test(test_bad_files_are_named_with_their_line),
        cmocka_unit_test(test_captions_that_read_alike_hash_alike),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
