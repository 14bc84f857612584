#include "tests/unit.h"

#include "core/buf.h"
#include "core/fs.h"
#include "core/mem.h"
#include "model/hf/safetensors.h"
#include "model/rag/rag_index.h"

enum { N = 5 };
static const char *const path = "test_rag.index";
static const char *const id[N] = {"a", "b2", "c", "dd", "e"};
static const char *const caption[N] = {"plate 40 x 20", "flange, six holes", "", "box \xc3\x98 5", "plate 40 x 20"};
static const uint64_t group[2][N] = {{1, 2, 3, 4, 1}, {0, 9, 9, 0, 7}};
static cad_rag_encoder *encoder;
static float vector[N][CAD_RAG_HASH_DIM];

static const cad_rag_rows rows = {.vector = vector[0],
                                  .n = N,
                                  .dim = CAD_RAG_HASH_DIM,
                                  .id = id,
                                  .caption = caption,
                                  .caption_group = group[0],
                                  .geometry_group = group[1]};
static const cad_rag_place place[N] = {{0, 60, 30}, {0, 91, 9}, {1, 60, 1}, {1, 62, 5}, {0, 101, 3}};
static const cad_rag_rule nearest = {.k = 3, .ties = CAD_RAG_TIE_FIRST, .min_score = -1};

static void write_index_with(const cad_rag_place *places, char xxh3[CAD_HASH_HEX])
{
    char corpus[CAD_HASH_HEX];
    ok(cad_rag_encode(encoder, caption, N, vector[0]));
    ok(cad_rag_corpus_hash(&rows, corpus));
    cad_rag_info info = {
        .encoder = "hash", .encoder_xxh3 = cad_rag_encoder_xxh3(encoder), .corpus_xxh3 = corpus, .scope = "train"};
    info.place = places;
    info.file[0] = (cad_rag_file){.name = "train set.jsonl", .xxh3 = corpus};
    info.file[1] = (cad_rag_file){.name = "val.jsonl", .xxh3 = cad_rag_encoder_xxh3(encoder)};
    info.n_files = 2;
    ok(cad_rag_index_write(path, &rows, &info, xxh3));
}

static void write_index(char xxh3[CAD_HASH_HEX])
{
    write_index_with(place, xxh3);
}

static void test_an_index_comes_back_as_it_was_written(void **state)
{
    (void)state;
    char xxh3[CAD_HASH_HEX], corpus[CAD_HASH_HEX];
    cad_rag_index *x = NULL;
    write_index(xxh3);
    ok(cad_rag_index_open(path, &x));
    const cad_rag_rows *r = cad_rag_index_rows(x);
    const cad_rag_info *info = cad_rag_index_info(x);
    assert_int_equal(r->n, N);
    assert_int_equal(r->dim, CAD_RAG_HASH_DIM);
    assert_memory_equal(r->vector, vector, sizeof vector);
    assert_memory_equal(r->caption_group, group[0], sizeof group[0]);
    assert_memory_equal(r->geometry_group, group[1], sizeof group[1]);
    for (int i = 0; i < N; i++) {
        assert_string_equal(r->id[i], id[i]);
        assert_string_equal(r->caption[i], caption[i]);
    }
    assert_string_equal(info->xxh3, xxh3);
    assert_string_equal(info->encoder, "hash");
    assert_string_equal(info->scope, "train");
    assert_memory_equal(info->place, place, sizeof place);
    assert_int_equal(info->n_files, 2);
    assert_string_equal(info->file[0].name, "train set.jsonl");
    assert_string_equal(info->file[0].xxh3, info->corpus_xxh3);
    assert_string_equal(info->file[1].name, "val.jsonl");
    assert_string_equal(info->file[1].xxh3, info->encoder_xxh3);
    ok(cad_rag_corpus_hash(r, corpus));
    assert_string_equal(info->corpus_xxh3, corpus);
    cad_rag_hit hit[3];
    int64_t found = 0;
    ok(cad_rag_index_search(x, encoder, "Plate, 40 x 20", &nearest, hit, &found));
    assert_int_equal(found, 3);
    assert_true(hit[0].row == 0 && hit[1].row == 4 && hit[2].row != 0);
    near((double)hit[1].score, 1, 1e-6);
    cad_rag_index_destroy(x);
    ok(cad_fs_remove(path));
}

/* Corpora name the index before their rows have places. */
static void test_places_are_none_of_what_names_an_index(void **state)
{
    (void)state;
    char with[CAD_HASH_HEX], without[CAD_HASH_HEX];
    cad_rag_place beyond[N];
    cad_rag_index *x = NULL;
    write_index(with);
    write_index_with(NULL, without);
    assert_string_equal(with, without);
    ok(cad_rag_index_open(path, &x));
    assert_string_equal(cad_rag_index_info(x)->xxh3, with);
    assert_null(cad_rag_index_info(x)->place);
    cad_rag_index_destroy(x);
    memcpy(beyond, place, sizeof place);
    beyond[3].file = 2;
    write_index_with(beyond, with);
    fails(cad_rag_index_open(path, &x), CAD_ECORRUPT, "row 3 stands in file 2 of 2");
    ok(cad_fs_remove(path));
}

/* Another text to show, under the same id and caption, is another corpus; so an index of it has another name. */
static void test_what_rows_show_is_part_of_what_names_an_index(void **state)
{
    (void)state;
    uint64_t target[N];
    char xxh3[3][CAD_HASH_HEX];
    for (int i = 0; i < N; i++)
        target[i] = cad_rag_target_hash(caption[i]);
    for (int i = 0; i < 3; i++) {
        char corpus[CAD_HASH_HEX];
        cad_rag_rows shown = rows;
        shown.target = target;
        if (i == 2)
            target[3] = cad_rag_target_hash("another text");
        ok(cad_rag_corpus_hash(&shown, corpus));
        cad_rag_info info = {.encoder = "hash", .encoder_xxh3 = "0", .corpus_xxh3 = corpus, .scope = "train"};
        ok(cad_rag_index_write(path, &rows, &info, xxh3[i]));
    }
    assert_string_equal(xxh3[0], xxh3[1]);
    assert_string_not_equal(xxh3[0], xxh3[2]);
    ok(cad_fs_remove(path));
}

/* Every byte that is cut off, and every bit that is turned, is found. */
static void test_damage_is_found_wherever_it_is(void **state)
{
    (void)state;
    char xxh3[CAD_HASH_HEX];
    cad_buf whole = CAD_BUF_INIT;
    cad_rag_index *x = NULL;
    write_index(xxh3);
    ok(cad_fs_read(path, 0, &whole));
    for (size_t len = 0; len < whole.len; len += len < 1024 ? 97 : 1991) {
        ok(cad_fs_write(path, whole.data, len));
        fails(cad_rag_index_open(path, &x), CAD_ECORRUPT, path);
    }
    int bad = 0, tried = 0;
    for (size_t at = 0; at < whole.len; at += at < 1024 ? 3 : 997) {
        char kept = whole.data[at];
        whole.data[at] = (char)(kept ^ (1 << at % 8));
        ok(cad_fs_write(path, whole.data, whole.len));
        cad_status s = cad_rag_index_open(path, &x);
        if (s == CAD_OK)
            cad_rag_index_destroy(x);
        bad += s == CAD_ECORRUPT || s == CAD_EDATA;
        tried++;
        whole.data[at] = kept;
    }
    /* what may change are the name and value of "format", which is for others, and blanks at the end of the header */
    assert_in_range(tried - bad, 0, 8);
    assert_true(tried > 300);
    cad_buf_deinit(&whole);
    ok(cad_fs_remove(path));
}

static void test_what_is_no_index_is_told(void **state)
{
    (void)state;
    cad_rag_index *x = NULL;
    fails(cad_rag_index_open("absent.index", &x), CAD_ENOTFOUND, "absent.index");
    ok(cad_fs_write(path, "{\"schema\":1}\n", 13));
    fails(cad_rag_index_open(path, &x), CAD_EDATA, "a JSON file, no retrieval index; expected a rag.index");
    ok(cad_fs_write(path, "plate 40x20x5\n", 14));
    fails(cad_rag_index_open(path, &x), CAD_EDATA, "a file, no retrieval index; expected a rag.index");
    static const char *const other[][2] = {{"cadlm", "rag-index"}, {"schema", "2"}};
    cad_st_item item = {.name = "w", .data = vector, .ndim = 1, .dim = {4}, .from = CAD_F32, .to = CAD_ST_F32};
    ok(cad_st_write(path, &item, 1, NULL, 0));
    fails(cad_rag_index_open(path, &x), CAD_EDATA, "no retrieval index\nhint: cadprep rag build");
    ok(cad_st_write(path, &item, 1, other, 2));
    fails(cad_rag_index_open(path, &x), CAD_EDATA, "schema '2'; expected 1");
    ok(cad_fs_remove(path));
}

static void test_another_encoder_is_refused_with_both_hashes(void **state)
{
    (void)state;
    char xxh3[CAD_HASH_HEX];
    cad_rag_index *x = NULL;
    cad_rag_hit hit[3];
    int64_t found = 0;
    cad_rag_info info = {.encoder = "minilm", .encoder_xxh3 = "0123", .corpus_xxh3 = "45", .scope = "all"};
    ok(cad_rag_index_write(path, &rows, &info, xxh3));
    ok(cad_rag_index_open(path, &x));
    fails(cad_rag_index_search(x, encoder, "a", &nearest, hit, &found), CAD_EDATA,
          "made by encoder minilm (0123); this is hash (");
    cad_rag_index_destroy(x);
    ok(cad_fs_remove(path));
}

static void test_short_memory_leaks_nothing(void **state)
{
    (void)state;
    char xxh3[CAD_HASH_HEX];
    write_index(xxh3);
    cad_status s = CAD_ENOMEM;
    for (uint64_t k = 1; s != CAD_OK; k++) {
        cad_rag_index *x = NULL;
        cad_mem_fail_at(k, 0);
        s = cad_rag_index_open(path, &x);
        cad_mem_fail_at(0, 0);
        assert_true(s == CAD_OK || s == CAD_ENOMEM);
        cad_rag_index_destroy(x);
        assert_true(k < 500);
    }
    ok(cad_fs_remove(path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_index_comes_back_as_it_was_written),
        cmocka_unit_test(test_places_are_none_of_what_names_an_index),
        cmocka_unit_test(test_what_rows_show_is_part_of_what_names_an_index),
        cmocka_unit_test(test_damage_is_found_wherever_it_is),
        cmocka_unit_test(test_what_is_no_index_is_told),
        cmocka_unit_test(test_another_encoder_is_refused_with_both_hashes),
        cmocka_unit_test(test_short_memory_leaks_nothing),
    };
    if (cad_rag_encoder_create(CAD_RAG_BY_HASH, NULL, &encoder) != CAD_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cad_rag_encoder_destroy(encoder);
    return failed;
}
