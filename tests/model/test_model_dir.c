#include "tests/scratch_dir.h"

#include "core/json.h"
#include "core/rng.h"
#include "model/hf/model_dir.h"
#include "model/hf/safetensors.h"

#include <sys/stat.h>

enum { N = 1000 };
static float values[N];

static const cad_st_item items[] = {
    {"embed", values, 2, {100, 10}, CAD_F32, CAD_ST_BF16, NULL, NULL}, /* 2000 bytes */
    {"layer.0", values, 1, {300}, CAD_F32, CAD_ST_F32, NULL, NULL},    /* 1200 */
    {"layer.1", values, 1, {200}, CAD_F32, CAD_ST_F16, NULL, NULL},    /* 400 */
    {"codes", values, 2, {64, 1}, CAD_U8, CAD_ST_U8, NULL, NULL},      /* 64 */
    {"tiny", values, 1, {6}, CAD_U8, CAD_ST_F4, NULL, NULL},           /* 3 */
    {"empty", values, 2, {0, 7}, CAD_F32, CAD_ST_F32, NULL, NULL},
    {"norm", values, 1, {16}, CAD_F32, CAD_ST_F32, NULL, NULL}, /* 64 */
};
enum { ITEMS = sizeof items / sizeof *items };

static void fill(void)
{
    cad_rng r = cad_rng_make(5, "model_dir", 0);
    for (int i = 0; i < N; i++)
        values[i] = (float)cad_rng_normal(&r);
}

static void put(const char *name, const char *text)
{
    ok(cad_fs_write(scratch(name), text, strlen(text)));
}

/* A model directory of one file, with what lies beside the weights. */
static void make_model(const char *name)
{
    char path[64];
    fill();
    ok(cad_fs_mkdirs(scratch(name)));
    ok(cad_st_write_dir(scratch(name), items, ITEMS, 0));
    static const char *const beside[] = {"config.json",
                                         "tokenizer.json",
                                         "README.md",
                                         "LICENSE.txt",
                                         "NOTICE",
                                         "trainer_state.json",
                                         "DONE",
                                         ".hidden",
                                         "optimizer.safetensors",
                                         "pytorch_model.bin",
                                         "rust_model.ot",
                                         "data.npz",
                                         "tf_model.h5.index.json"};
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        snprintf(path, sizeof path, "%s/%s", name, beside[i]);
        put(path, beside[i]);
    }
    snprintf(path, sizeof path, "%s/folder", name);
    ok(cad_fs_mkdirs(scratch(path)));
}

static uint32_t shard_of(const cad_safetensors *f, const char *name)
{
    assert_non_null(cad_st_find(f, name));
    return cad_st_find(f, name)->shard;
}

static void test_files_are_filled_up_to_the_limit_in_the_order_given(void **state)
{
    (void)state;
    fill();
    ok(cad_fs_mkdirs(scratch("cut")));
    ok(cad_st_write_dir(scratch("cut"), items, ITEMS, 1600));
    static const char *const files[] = {"model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors",
                                        "model-00003-of-00003.safetensors"};
    /* 2000 alone, though larger than the limit; 1200 + 400; the rest */
    static const char *const last_of[] = {"embed", "layer.1", "norm"};
    json_t *index;
    ok(cad_json_read(scratch("cut/model.safetensors.index.json"), 0, &index));
    const json_t *map = json_object_get(index, "weight_map");
    assert_int_equal(json_object_size(map), ITEMS);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(json_string_value(json_object_get(map, last_of[i])), files[i]);
    assert_string_equal(json_string_value(json_object_get(map, "layer.0")), files[1]);
    assert_string_equal(json_string_value(json_object_get(map, "codes")), files[2]);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(index, "metadata"), "total_size")), 3731);
    json_decref(index);
    cad_safetensors *f;
    ok(cad_st_open_dir(scratch("cut"), &f));
    float back[300];
    ok(cad_st_read_f32(f, cad_st_find(f, "layer.0"), 0, back, 300));
    assert_memory_equal(back, values, sizeof back);
    assert_int_not_equal(shard_of(f, "embed"), shard_of(f, "layer.1"));
    assert_int_equal(shard_of(f, "layer.0"), shard_of(f, "layer.1"));
    cad_st_close(f);
    cad_buf text = CAD_BUF_INIT; /* as transformers prints it: two blanks, keys sorted, a line end */
    ok(cad_fs_read(scratch("cut/model.safetensors.index.json"), 0, &text));
    static const char head[] =
        "{\n  \"metadata\": {\n    \"total_size\": 3731\n  },\n  \"weight_map\": {\n    \"codes\": \"model-0";
    assert_memory_equal(text.data, head, sizeof head - 1);
    assert_int_equal(text.data[text.len - 1], '\n');
    cad_buf_deinit(&text);
}

static void test_what_fits_is_one_file_without_an_index(void **state)
{
    (void)state;
    fill();
    static const uint64_t limits[] = {0, 3731};
    for (size_t i = 0; i < 2; i++) {
        char name[32];
        snprintf(name, sizeof name, "one%zu", i);
        ok(cad_fs_mkdirs(scratch(name)));
        assert_int_equal(cad_st_items_bytes(items, ITEMS), 3731);
        ok(cad_st_write_dir(scratch(name), items, ITEMS, limits[i]));
        const char **found;
        size_t n;
        cad_arena *a;
        ok(cad_arena_create("list", 1 << 20, &a));
        ok(cad_fs_list(scratch(name), a, &found, &n));
        assert_int_equal(n, 1);
        assert_string_equal(found[0], "model.safetensors");
        cad_arena_destroy(a);
    }
    const cad_st_item twice[] = {items[0], items[1], items[0]};
    ok(cad_fs_mkdirs(scratch("twice")));
    fails(cad_st_write_dir(scratch("twice"), twice, 3, 1600), CAD_EINVAL, "'embed' is given twice");
    assert_false(cad_fs_exists(scratch("twice/model-00001-of-00003.safetensors")));
}

static void expect_same_tensors(const char *a, const char *b)
{
    cad_safetensors *x, *y;
    char hx[CAD_HASH_HEX], hy[CAD_HASH_HEX];
    ok(cad_st_open_dir(a, &x));
    ok(cad_st_open_dir(b, &y));
    assert_int_equal(cad_st_count(x), cad_st_count(y));
    for (size_t i = 0; i < cad_st_count(x); i++) {
        const cad_st_tensor *s = cad_st_at(x, i), *t = cad_st_at(y, i);
        assert_string_equal(s->name, t->name);
        assert_int_equal(s->dtype, t->dtype);
        assert_int_equal(s->ndim, t->ndim);
        assert_memory_equal(s->dim, t->dim, (size_t)s->ndim * sizeof *s->dim);
    }
    ok(cad_st_hash(x, hx));
    ok(cad_st_hash(y, hy));
    assert_string_equal(hx, hy);
    cad_st_close(x);
    cad_st_close(y);
}

static void test_a_model_cut_into_files_and_joined_again_has_its_bytes(void **state)
{
    (void)state;
    make_model("model");
    ok(cad_model_dir_reshard(scratch("model"), scratch("parts/cut/"), 500));
    assert_true(cad_fs_exists(scratch("parts/cut/model-00003-of-00004.safetensors")));
    expect_same_tensors(scratch("model"), scratch("parts/cut"));
    ok(cad_model_dir_reshard(scratch("parts/cut"), scratch("whole"), 0));
    expect_same_tensors(scratch("model"), scratch("whole"));
    cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT;
    ok(cad_fs_read(scratch("model/model.safetensors"), 0, &a));
    ok(cad_fs_read(scratch("whole/model.safetensors"), 0, &b));
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, a.len);
    cad_buf_deinit(&a);
    cad_buf_deinit(&b);
    static const char *const carried[] = {"config.json", "tokenizer.json", "README.md", "LICENSE.txt", "NOTICE"};
    static const char *const left[] = {"trainer_state.json",
                                       "DONE",
                                       ".hidden",
                                       "optimizer.safetensors",
                                       "pytorch_model.bin",
                                       "folder",
                                       "rust_model.ot",
                                       "data.npz",
                                       "tf_model.h5.index.json",
                                       "model.safetensors.index.json"};
    char path[64];
    for (size_t i = 0; i < sizeof carried / sizeof *carried; i++) {
        cad_buf text = CAD_BUF_INIT;
        snprintf(path, sizeof path, "whole/%s", carried[i]);
        ok(cad_fs_read(scratch(path), 0, &text));
        assert_string_equal(cad_buf_cstr(&text), carried[i]);
        cad_buf_deinit(&text);
    }
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        snprintf(path, sizeof path, "whole/%s", left[i]);
        assert_false(cad_fs_exists(scratch(path)));
    }
}

/* Nothing but the model's folder lies where a command failed. */
static void expect_only(const char *dir, const char *name)
{
    const char **found;
    size_t n;
    cad_arena *a;
    ok(cad_arena_create("list", 1 << 20, &a));
    ok(cad_fs_list(dir, a, &found, &n));
    for (size_t i = 0; i < n; i++)
        if (strcmp(found[i], name) != 0)
            fail_msg("%s was left behind", found[i]);
    cad_arena_destroy(a);
}

static void test_a_failure_leaves_nothing_and_nothing_is_replaced(void **state)
{
    (void)state;
    make_model("sound/model");
    fails(cad_model_dir_reshard(scratch("sound/model"), scratch("sound/model"), 0), CAD_EWRITE, "exists");
    /* a file of somebody else, under the name of one of the model's */
    put("secret", "a key");
    ok(cad_fs_symlink_replace("../../secret", scratch("sound/model/notes.txt")));
    fails(cad_model_dir_reshard(scratch("sound/model"), scratch("sound/new"), 900), CAD_ECORRUPT, "out of its folder");
    ok(cad_fs_remove(scratch("sound/model/notes.txt")));
    expect_only(scratch("sound"), "model");
    fails(cad_model_dir_reshard(scratch("sound"), scratch("sound/new"), 0), CAD_ENOTFOUND, "neither model.safetensors");
    expect_only(scratch("sound"), "model");
    cad_new_dir d;
    fails(cad_new_dir_open(scratch("sound/huge"), UINT64_MAX, &d), CAD_EWRITE, "MB free; expected");
    expect_only(scratch("sound"), "model");
}

static void test_what_is_no_regular_file_is_left_out_and_links_inside_are_followed(void **state)
{
    (void)state;
    make_model("odd");
    ok(cad_fs_remove(scratch("odd/README.md")));
    ok(cad_fs_symlink_replace("nowhere", scratch("odd/README.md")));
    ok(cad_fs_symlink_replace("tokenizer.json", scratch("odd/vocab.json")));
    assert_int_equal(mkfifo(scratch("odd/pipe.txt"), 0600), 0);
    ok(cad_model_dir_reshard(scratch("odd"), scratch("odd-new"), 0));
    assert_false(cad_fs_exists(scratch("odd-new/README.md")));
    assert_false(cad_fs_exists(scratch("odd-new/pipe.txt")));
    cad_buf text = CAD_BUF_INIT;
    ok(cad_fs_read(scratch("odd-new/vocab.json"), 0, &text));
    assert_string_equal(cad_buf_cstr(&text), "tokenizer.json");
    cad_buf_deinit(&text);
}

/* As the cache of huggingface_hub lays a model out. */
static void test_a_snapshot_of_the_cache_is_copied_as_files(void **state)
{
    (void)state;
    make_model("hub/snapshots/main");
    ok(cad_fs_mkdirs(scratch("hub/blobs")));
    put("hub/blobs/abc", "a licence");
    ok(cad_fs_symlink_replace("../../blobs/abc", scratch("hub/snapshots/main/LICENSE")));
    ok(cad_model_dir_reshard(scratch("hub/snapshots/main"), scratch("hub-new"), 0));
    cad_buf text = CAD_BUF_INIT;
    ok(cad_fs_read(scratch("hub-new/LICENSE"), 0, &text));
    assert_string_equal(cad_buf_cstr(&text), "a licence");
    cad_buf_deinit(&text);
}

static void test_files_of_a_model_are_told_from_those_of_its_run(void **state)
{
    (void)state;
    cad_arena *a;
    cad_model_files f;
    make_model("told");
    put("told/results.json", "{}");
    put("told/adapter_config.json", "{}");
    ok(cad_arena_create("files", 1 << 20, &a));
    ok(cad_model_files_find(scratch("told"), a, &f));
    assert_null(cad_model_files_get(&f, "adapter_config.json"));
    assert_null(cad_model_files_get(&f, "trainer_state.json"));
    assert_int_equal(cad_model_files_get(&f, "results.json")->bytes, 2);
    assert_int_equal(f.n, 6);
    assert_int_equal(f.bytes, 2 + strlen("config.jsontokenizer.jsonREADME.mdLICENSE.txtNOTICE"));
    ok(cad_fs_mkdirs(scratch("told-to")));
    ok(cad_model_files_copy(&f, CAD_MODEL_FILES_of_any_weights, scratch("told-to")));
    assert_true(cad_fs_exists(scratch("told-to/LICENSE.txt")));
    assert_false(cad_fs_exists(scratch("told-to/README.md")) || cad_fs_exists(scratch("told-to/results.json")));
    cad_arena_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_are_filled_up_to_the_limit_in_the_order_given),
        cmocka_unit_test(test_what_fits_is_one_file_without_an_index),
        cmocka_unit_test(test_a_model_cut_into_files_and_joined_again_has_its_bytes),
        cmocka_unit_test(test_a_failure_leaves_nothing_and_nothing_is_replaced),
        cmocka_unit_test(test_what_is_no_regular_file_is_left_out_and_links_inside_are_followed),
        cmocka_unit_test(test_a_snapshot_of_the_cache_is_copied_as_files),
        cmocka_unit_test(test_files_of_a_model_are_told_from_those_of_its_run),
    };
    return cmocka_run_group_tests_name("model.model_dir", tests, scratch_setup, scratch_teardown);
}
