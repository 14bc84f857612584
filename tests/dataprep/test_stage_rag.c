#include "tests/scratch_dir.h"

#include "dataprep/corpus_row.h"
#include "dataprep/stage_rag.h"

static cad_arena *arena;
static cad_rag_encoder *encoder;

#define HEAD "{\"info\":{\"made\":\"by hand\"},\"kind\":\"corpus\",\"name\":\"demo\",\"schema\":1}\n"
#define ROW(id, caption, more) "{\"caption\":\"" caption "\",\"id\":\"" id "\"" more ",\"target\":\"t\"}\n"
#define SHAPE(digit) ",\"group\":{\"geometry\":\"000000000000000" digit "\"}"

static void put(const char *name, const char *text)
{
    ok(cad_fs_write(scratch(name), text, strlen(text)));
}

static void make(void)
{
    put("train.jsonl", HEAD ROW("t0", "plate 40 x 20", SHAPE("1")) ROW("t1", "plate 40 x 20", "")
                           ROW("t2", "Plate  40 x 20.", ",\"later\":[1,null]") ROW("t3", "plate 40 x 21", SHAPE("1"))
                               ROW("t4", "a flange", SHAPE("2")));
    put("val.jsonl", HEAD ROW("v0", "plate 40 x 21 x 5", SHAPE("1")) ROW("v1", "a flange with holes", ""));
    put("test.jsonl", HEAD ROW("x0", "a FLANGE.", ""));
}

static const cad_rag_rule strict = {
    .k = 1, .other_id = true, .other_caption = true, .other_geometry = true, .min_score = -1, .seed = 3};

/* What each row of a file retrieved: ids with a blank behind each, "-" for none. */
static const char *hits(const char *name)
{
    static char text[200];
    cad_row *row = NULL;
    size_t n = 0;
    *text = '\0';
    ok(cad_corpus_load(scratch(name), arena, &row, &n));
    for (size_t i = 0; i < n; i++) {
        json_t *list = NULL;
        ok(cad_json_parse(row[i].rag, strlen(row[i].rag), "rag", &list));
        const char *id = json_string_value(json_object_get(json_array_get(list, 0), "id"));
        strcat(strcat(text, id ? id : "-"), " ");
        json_decref(list);
    }
    return text;
}

static json_t *info_of(const char *name)
{
    cad_corpus_reader *r = NULL;
    ok(cad_corpus_open(scratch(name), &r));
    json_t *info = json_deep_copy(json_object_get(cad_corpus_header(r), "info"));
    cad_corpus_close(r);
    return info;
}

static void test_no_row_sees_its_caption_its_geometry_or_another_split(void **state)
{
    (void)state;
    make();
    cad_stage_rag_args args = {.in = scratch_path, .encoder = encoder, .rule = strict};
    cad_stage_rag_result r;
    ok(cad_stage_rag(&args, &r));
    assert_true(r.rows == 8 && r.indexed == 5 && r.without == 0 && !r.leaky && r.distinct == 4 && r.most == 3);
    assert_string_equal(hits("train.jsonl"), "t4 t3 t3 t2 t3 ");
    assert_string_equal(hits("val.jsonl"), "t1 t4 ");
    assert_string_equal(hits("test.jsonl"), "t1 ");
}

static void test_the_header_says_how_and_other_fields_stay(void **state)
{
    (void)state;
    make();
    cad_stage_rag_args args = {.in = scratch_path, .encoder = encoder, .rule = strict};
    cad_stage_rag_result r;
    cad_rag_index *x = NULL;
    ok(cad_stage_rag(&args, &r));
    ok(cad_stage_rag(&args, &r)); /* again: the same, with one info.rag */
    ok(cad_rag_index_open(scratch(CAD_RAG_INDEX_NAME), &x));
    assert_string_equal(cad_rag_index_info(x)->xxh3, r.index_xxh3);
    assert_int_equal(cad_rag_index_rows(x)->n, 5);
    cad_rag_index_destroy(x);
    for (int i = 0; i < 3; i++) {
        json_t *info = info_of((const char *const[]){"train.jsonl", "val.jsonl", "test.jsonl"}[i]),
               *rag = json_object_get(info, "rag");
        assert_string_equal(json_string_value(json_object_get(info, "made")), "by hand");
        assert_string_equal(json_string_value(json_object_get(rag, "index_xxh3")), r.index_xxh3);
        assert_string_equal(json_string_value(json_object_get(rag, "exclude_same")), "id,caption,geometry");
        assert_string_equal(json_string_value(json_object_get(rag, "scope")), "train");
        assert_true(json_is_false(json_object_get(rag, "leaky")));
        json_decref(info);
    }
    cad_buf text = CAD_BUF_INIT;
    ok(cad_fs_read(scratch("train.jsonl"), 0, &text));
    assert_non_null(strstr(text.data, "\"later\":[1,null]"));
    cad_buf_deinit(&text);
}

static void test_settings_that_leak_are_marked(void **state)
{
    (void)state;
    cad_stage_rag_args args = {.in = scratch_path, .encoder = encoder};
    cad_stage_rag_result r;
    for (int i = 0; i < 6; i++) {
        make();
        args.rule = strict;
        args.all = i == 0;
        args.rule.ties = i == 1 ? CAD_RAG_TIE_FIRST : CAD_RAG_TIE_SEEDED;
        args.rule.other_id = i != 2;
        args.rule.other_caption = i != 3;
        args.rule.other_geometry = i != 4;
        ok(cad_stage_rag(&args, &r));
        assert_int_equal(r.leaky, i < 5);
        json_t *info = info_of("val.jsonl");
        assert_int_equal(json_is_true(json_object_get(json_object_get(info, "rag"), "leaky")), i < 5);
        json_decref(info);
    }
}

/* The published construction: all rows, two nearest by distance, the first that is not the row itself. */
static void test_all_rows_by_distance_with_ties_to_the_lower_row(void **state)
{
    (void)state;
    make();
    cad_stage_rag_args args = {.in = scratch_path, .encoder = encoder, .all = true};
    cad_stage_rag_result r;
    args.rule = (cad_rag_rule){.k = 1, .ties = CAD_RAG_TIE_FIRST, .other_id = true, .min_score = -1};
    ok(cad_stage_rag(&args, &r));
    assert_true(r.indexed == 8 && r.leaky);
    assert_string_equal(hits("train.jsonl"), "t1 t0 t0 v0 x0 ");
    assert_string_equal(hits("val.jsonl"), "t3 t4 ");
    assert_string_equal(hits("test.jsonl"), "t4 ");
    /* one corpus, before a split */
    ok(cad_fs_remove(scratch("val.jsonl")));
    args.in = scratch("train.jsonl");
    ok(cad_stage_rag(&args, &r));
    assert_true(r.indexed == 5 && r.rows == 5);
    args.all = false;
    fails(cad_stage_rag(&args, &r), CAD_EDATA, "rag.scope = train needs a folder of splits");
}

static void test_rows_without_a_neighbour_say_so(void **state)
{
    (void)state;
    make();
    cad_stage_rag_args args = {.in = scratch_path, .encoder = encoder, .rule = strict};
    cad_stage_rag_result r;
    args.rule.min_score = 0.6;
    ok(cad_stage_rag(&args, &r));
    assert_string_equal(hits("train.jsonl"), "- t3 t3 t2 - ");
    assert_int_equal(r.without, 3);
    cad_buf text = CAD_BUF_INIT;
    ok(cad_fs_read(scratch("train.jsonl"), 0, &text));
    assert_non_null(strstr(text.data, "\"rag\":[]"));
    cad_buf_deinit(&text);
}

static void test_bad_input_leaves_the_files_as_they_are(void **state)
{
    (void)state;
    cad_stage_rag_args args = {.in = scratch_path, .encoder = encoder, .rule = strict};
    cad_stage_rag_result r;
    cad_buf text = CAD_BUF_INIT;
    make();
    put("val.jsonl", HEAD ROW("t0", "a", ""));
    fails(cad_stage_rag(&args, &r), CAD_EDATA, "row id t0 occurs twice");
    put("val.jsonl", HEAD "{\"id\":3}\n");
    fails(cad_stage_rag(&args, &r), CAD_EDATA, "val.jsonl:2");
    ok(cad_fs_read(scratch("train.jsonl"), 0, &text));
    assert_null(strstr(text.data, "rag"));
    cad_buf_deinit(&text);
    ok(cad_fs_remove(scratch("train.jsonl")));
    fails(cad_stage_rag(&args, &r), CAD_ENOTFOUND, "train.jsonl");
}

static int setup(void **state)
{
    return scratch_setup(state) || cad_arena_create("test", 64 << 20, &arena) != CAD_OK ||
           cad_rag_encoder_create(CAD_RAG_BY_HASH, NULL, &encoder) != CAD_OK;
}

static int teardown(void **state)
{
    cad_rag_encoder_destroy(encoder);
    cad_arena_destroy(arena);
    return scratch_teardown(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_row_sees_its_caption_its_geometry_or_another_split),
        cmocka_unit_test(test_the_header_says_how_and_other_fields_stay),
        cmocka_unit_test(test_settings_that_leak_are_marked),
        cmocka_unit_test(test_all_rows_by_distance_with_ties_to_the_lower_row),
        cmocka_unit_test(test_rows_without_a_neighbour_say_so),
        cmocka_unit_test(test_bad_input_leaves_the_files_as_they_are),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
