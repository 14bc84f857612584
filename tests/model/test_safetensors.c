#include "tests/scratch_dir.h"

#include "core/mem.h"
#include "core/rng.h"
#include "model/hf/safetensors.h"

/* Writes length, header and `data` bytes (1, 2, 3, ..) and returns the path. */
static const char *put(const char *name, uint64_t n, const char *header, size_t len, size_t data)
{
    cad_buf b = CAD_BUF_INIT;
    for (int i = 0; i < 8; i++) {
        char c = (char)(n >> (8 * i) & 0xFF);
        ok(cad_buf_add(&b, &c, 1));
    }
    ok(cad_buf_add(&b, header, len));
    for (size_t i = 0; i < data; i++) {
        char c = (char)(i + 1);
        ok(cad_buf_add(&b, &c, 1));
    }
    const char *path = scratch(name);
    ok(cad_fs_write(path, b.data, b.len));
    cad_buf_deinit(&b);
    return path;
}

static const char *put_text(const char *header, size_t data)
{
    return put("broken.safetensors", strlen(header), header, strlen(header), data);
}

static const struct {
    const char *header;
    size_t data;
    const char *says;
} broken[] = {
    {"[1]", 0, "does not start with '{'"},
    {" {}", 0, "does not start with '{'"},
    {"{", 0, "not JSON"},
    {"{\"a\":1}{}", 0, "not JSON"},
    {"{\"__metadata__\":[]}", 0, "__metadata__ is not an object"},
    {"{\"__metadata__\":{\"a\":1}}", 0, "__metadata__ key 'a'"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
     "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
     1, "a name occurs twice"},
    {"{\"a\":7}", 0, "'a' is not an object"},
    {"{\"a\":{\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "dtype is missing"},
    {"{\"a\":{\"dtype\":8,\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "dtype is missing or not a string"},
    {"{\"a\":{\"dtype\":\"u8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "unknown dtype 'u8'"},
    {"{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", 1, "shape is missing"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,1]}}", 1, "9 dimensions"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[-1],\"data_offsets\":[0,1]}}", 1, "dimension 0"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1.0],\"data_offsets\":[0,1]}}", 1, "dimension 0"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[281474976710656],\"data_offsets\":[0,1]}}", 1, "dimension 0"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[281474976710655,281474976710655],\"data_offsets\":[0,1]}}", 1, "overflows"},
    {"{\"a\":{\"dtype\":\"F64\",\"shape\":[281474976710655,65535],\"data_offsets\":[0,1]}}", 1, "overflows"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1, "data_offsets are not two"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0]}}", 1, "data_offsets are not two"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1,2]}}", 1, "data_offsets are not two"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,0]}}", 1, "ascending"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[-1,0]}}", 1, "ascending"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0.0,1.0]}}", 1, "not two integers"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "span 4 bytes"},
    {"{\"a\":{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,2]}}", 2, "12 bits"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"x\":0}}", 1, "unknown field 'x'"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}", 2, "gap"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
     "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}",
     3, "overlap"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
     "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[3,5]}}",
     5, "gap"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[9],\"data_offsets\":[0,9]}}", 8, "truncated file"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[9],\"data_offsets\":[0,9]}}", 10, "bytes left over"},
    {"{}", 3, "bytes left over"},
};

static void test_each_broken_file_is_refused_with_its_own_message(void **state)
{
    (void)state;
    cad_safetensors *f;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        const char *path = put_text(broken[i].header, broken[i].data);
        fails(cad_st_open(path, &f), CAD_ECORRUPT, broken[i].says);
    }
    ok(cad_fs_write(scratch("short.safetensors"), "1234567", 7));
    fails(cad_st_open(scratch("short.safetensors"), &f), CAD_ECORRUPT, "at least 8");
    fails(cad_st_open(put("broken.safetensors", 3, "{}", 2, 0), &f), CAD_ECORRUPT, "only 2 follow");
    fails(cad_st_open(put("broken.safetensors", 100000001, "{}", 2, 0), &f), CAD_ECORRUPT, "limit");
    fails(cad_st_open(put("broken.safetensors", UINT64_MAX, "{}", 2, 0), &f), CAD_ECORRUPT, "limit");
    fails(cad_st_open(put("broken.safetensors", 0, "", 0, 0), &f), CAD_ECORRUPT, "does not start");
    fails(cad_st_open(put("broken.safetensors", 8, "{\"a\xC3\":1}", 8, 0), &f), CAD_ECORRUPT, "not UTF-8 at byte 11");
    fails(cad_st_open(scratch("none.safetensors"), &f), CAD_ENOTFOUND, "none.safetensors");
    fails(cad_st_open(scratch("model.bin"), &f), CAD_EREFUSED, "pickled");
}

static void test_empty_shapes_scalars_and_small_types_are_read(void **state)
{
    (void)state;
    const char *header = "{\"s\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
                         "\"z\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[4,4]},"
                         "\"f\":{\"dtype\":\"F4\",\"shape\":[4],\"data_offsets\":[4,6]},"
                         "\"__metadata__\":{\"k\":\"v\"}}  ";
    cad_safetensors *f;
    ok(cad_st_open(put_text(header, 6), &f));
    assert_int_equal(cad_st_count(f), 3);
    assert_string_equal(cad_st_at(f, 0)->name, "f");
    assert_string_equal(cad_st_at(f, 1)->name, "s");
    assert_int_equal(cad_st_find(f, "s")->count, 1);
    assert_int_equal(cad_st_find(f, "z")->count, 0);
    assert_null(cad_st_find(f, "q"));
    assert_string_equal(cad_st_metadata(f, "k"), "v");
    float x;
    ok(cad_st_read_f32(f, cad_st_find(f, "z"), 0, &x, 0));
    fails(cad_st_read_f32(f, cad_st_find(f, "f"), 0, &x, 1), CAD_EREFUSED, "F4");
    fails(cad_st_read_f32(f, cad_st_find(f, "s"), 0, &x, 2), CAD_EINVAL, "0 + 2 of 1");
    fails(cad_st_read_f32(f, cad_st_find(f, "s"), 2, &x, 0), CAD_EINVAL, "2 + 0 of 1");
    cad_st_close(f);
}

static void test_what_is_written_reads_back_in_every_float_type(void **state)
{
    (void)state;
    enum { N = 20000 };
    static float x[N], y[N];
    cad_rng r = cad_rng_make(1, "safetensors", 0);
    for (int i = 0; i < N; i++)
        x[i] = (float)ldexp(cad_rng_uniform(&r) - 0.5, (int)cad_rng_range(&r, -10, 10));
    int64_t bytes[3] = {-1, 0, 1};
    const cad_st_item items[] = {
        {"z.f32", x, 2, {100, 200}, CAD_F32, CAD_ST_F32, NULL, NULL}, {"a.f16", x, 1, {N}, CAD_F32, CAD_ST_F16, NULL, NULL},
        {"m.bf16", x, 1, {N}, CAD_F32, CAD_ST_BF16, NULL, NULL},      {"a.i64", bytes, 1, {3}, CAD_I64, CAD_ST_I64, NULL, NULL},
        {"b.f32", x, 0, {0}, CAD_F32, CAD_ST_F32, NULL, NULL},
    };
    const char *const meta[][2] = {{"made", "by \"us\"\n"}};
    ok(cad_st_write(scratch("w.safetensors"), items, 5, meta, 1));
    cad_safetensors *f;
    ok(cad_st_open(scratch("w.safetensors"), &f));
    assert_string_equal(cad_st_metadata(f, "format"), "pt");
    assert_string_equal(cad_st_metadata(f, "made"), "by \"us\"\n");
    /* type by descending order, then name */
    assert_int_equal(cad_st_find(f, "a.i64")->begin, 0);
    assert_int_equal(cad_st_find(f, "b.f32")->begin, 24);
    assert_int_equal(cad_st_find(f, "z.f32")->begin, 28);
    assert_int_equal(cad_st_find(f, "m.bf16")->begin, 28 + 4 * N);
    assert_int_equal(cad_st_find(f, "a.f16")->begin, 28 + 6 * N);
    const cad_st_tensor *t;
    ok(cad_st_expect(f, "z.f32", 2, (const int64_t[2]){100, 200}, &t));
    ok(cad_st_read_f32(f, t, 0, y, N));
    assert_memory_equal(x, y, sizeof x);
    ok(cad_st_read_f32(f, t, 77, y, 1000));
    assert_memory_equal(x + 77, y, 4000);
    ok(cad_st_read_f32(f, cad_st_find(f, "m.bf16"), 0, y, N));
    for (int i = 0; i < N; i++)
        assert_true(y[i] == cad_bf16_to_f32(cad_f32_to_bf16(x[i])));
    ok(cad_st_read_f32(f, cad_st_find(f, "a.f16"), 3, y, N - 3));
    for (int i = 3; i < N; i++)
        assert_true(y[i - 3] == cad_f16_to_f32(cad_f32_to_f16(x[i])));
    fails(cad_st_expect(f, "z.f32", 2, (const int64_t[2]){200, 100}, &t), CAD_EDATA, "(100, 200); expected (200, 100)");
    fails(cad_st_expect(f, "none", 0, NULL, &t), CAD_EDATA, "no tensor 'none'");
    char a[CAD_HASH_HEX], b[CAD_HASH_HEX];
    ok(cad_st_hash(f, a));
    ok(cad_st_hash(f, b));
    assert_string_equal(a, b);
    cad_st_close(f);
    const cad_st_item twice[] = {items[0], items[0]};
    fails(cad_st_write(scratch("w2.safetensors"), twice, 2, NULL, 0), CAD_EINVAL, "twice");
    const cad_st_item odd[] = {{"a", x, 1, {3}, CAD_F32, CAD_ST_I32, NULL, NULL}};
    fails(cad_st_write(scratch("w2.safetensors"), odd, 1, NULL, 0), CAD_EINVAL, "f32 cannot be stored as I32");
    assert_false(cad_fs_exists(scratch("w2.safetensors")));
}

static void test_examining_a_file_finds_every_value_that_is_not_finite(void **state)
{
    (void)state;
    enum { N = 600000 }; /* more than a block of any type */
    static const cad_st_dtype types[] = {CAD_ST_F32, CAD_ST_BF16, CAD_ST_F16};
    static const float bad[] = {INFINITY, -INFINITY, NAN};
    static const int at[] = {0, 262143, 262144, N - 1};
    char says[64], whole[CAD_HASH_HEX], hex[CAD_HASH_HEX];
    float *x = calloc(N, sizeof *x);
    assert_non_null(x);
    for (int i = 0; i < N; i++)
        x[i] = i % 2 ? 65504.0f : -65504.0f; /* the largest of F16 */
    for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
        const cad_st_item item = {"w", x, 1, {N}, CAD_F32, types[k], NULL, NULL};
        for (size_t i = 0; i <= sizeof at / sizeof *at; i++) {
            bool sound = i == sizeof at / sizeof *at;
            float kept = x[sound ? 0 : at[i]];
            if (!sound)
                x[at[i]] = bad[(i + k) % 3];
            cad_safetensors *f;
            ok(cad_st_write(scratch("v.safetensors"), &item, 1, NULL, 0));
            ok(cad_st_open(scratch("v.safetensors"), &f));
            ok(cad_st_hash(f, whole));
            if (sound) {
                ok(cad_st_examine(f, NULL, hex));
                assert_string_equal(hex, whole);
            } else {
                snprintf(says, sizeof says, "v.safetensors: tensor 'w': element %d is not finite", at[i]);
                fails(cad_st_examine(f, NULL, hex), CAD_ENUMERIC, says);
                x[at[i]] = kept;
            }
            cad_st_close(f);
        }
    }
    free(x);
}

static void test_examining_takes_integers_as_they_are_and_f64_by_the_range_of_f32(void **state)
{
    (void)state;
    static unsigned char ones[16];
    memset(ones, 0xFF, sizeof ones); /* NaN, where it were a float */
    static const double fine[2] = {1e300 / 1e280, -3e38}, wide[2] = {0, 1e39};
    const cad_st_item whole[] = {{"a", ones, 1, {2}, CAD_U8, CAD_ST_I64, NULL, NULL},
                                 {"b", ones, 1, {16}, CAD_U8, CAD_ST_U8, NULL, NULL},
                                 {"c", fine, 1, {2}, CAD_U8, CAD_ST_F64, NULL, NULL}};
    const cad_st_item beyond = {"c", wide, 1, {2}, CAD_U8, CAD_ST_F64, NULL, NULL};
    char hex[CAD_HASH_HEX];
    cad_safetensors *f;
    ok(cad_st_write(scratch("i.safetensors"), whole, 3, NULL, 0));
    ok(cad_st_open(scratch("i.safetensors"), &f));
    ok(cad_st_examine(f, NULL, hex));
    cad_st_close(f);
    ok(cad_st_write(scratch("i.safetensors"), &beyond, 1, NULL, 0));
    ok(cad_st_open(scratch("i.safetensors"), &f));
    fails(cad_st_examine(f, NULL, hex), CAD_ENUMERIC, "tensor 'c': element 1");
    cad_st_close(f);
}

static void test_a_file_that_shrinks_after_opening_is_corrupt(void **state)
{
    (void)state;
    float x[64] = {0};
    const cad_st_item item = {"a", x, 1, {64}, CAD_F32, CAD_ST_F32, NULL, NULL};
    ok(cad_st_write(scratch("cut.safetensors"), &item, 1, NULL, 0));
    cad_safetensors *f;
    ok(cad_st_open(scratch("cut.safetensors"), &f));
    assert_int_equal(truncate(scratch("cut.safetensors"), 200), 0);
    fails(cad_st_read_f32(f, cad_st_at(f, 0), 0, x, 64), CAD_ECORRUPT, "ends at byte");
    cad_st_close(f);
    fails(cad_st_open(scratch("cut.safetensors"), &f), CAD_ECORRUPT, "truncated file");
}

static void write_shard(const char *name, const char *tensor, float value)
{
    float x[2] = {value, value};
    const cad_st_item item = {tensor, x, 1, {2}, CAD_F32, CAD_ST_F32, NULL, NULL};
    ok(cad_st_write(scratch(name), &item, 1, NULL, 0));
}

static void expect_index(const char *json, cad_status code, const char *part)
{
    cad_safetensors *f;
    const char *path = scratch("sharded/model.safetensors.index.json");
    ok(cad_fs_write(path, json, strlen(json)));
    fails(cad_st_open_dir(scratch("sharded"), &f), code, part);
}

static void test_shards_and_their_index_must_agree(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(scratch("sharded")));
    cad_safetensors *f;
    fails(cad_st_open_dir(scratch("sharded"), &f), CAD_ENOTFOUND, "neither model.safetensors");
    ok(cad_fs_write(scratch("sharded/pytorch_model.bin"), "x", 1));
    fails(cad_st_open_dir(scratch("sharded"), &f), CAD_EREFUSED, "pickled");
    write_shard("sharded/s1.safetensors", "b", 1);
    write_shard("sharded/s2.safetensors", "a", 2);
    write_shard("sharded/s3.safetensors", "a", 3);
    const char *good = "{\"metadata\":{\"total_size\":16,\"total_parameters\":4},"
                       "\"weight_map\":{\"a\":\"s2.safetensors\",\"b\":\"s1.safetensors\"}}";
    ok(cad_fs_write(scratch("sharded/model.safetensors.index.json"), good, strlen(good)));
    ok(cad_st_open_dir(scratch("sharded"), &f));
    float x[2];
    ok(cad_st_read_f32(f, cad_st_at(f, 0), 0, x, 2));
    assert_true(x[1] == 2);
    ok(cad_st_read_f32(f, cad_st_at(f, 1), 0, x, 2));
    assert_true(x[1] == 1);
    cad_st_close(f);
    expect_index("{\"weight_map\":{\"a\":\"s2.safetensors\",\"b\":\"s1.safetensors\"},\"metadata\":{\"total_size\":17}}",
                 CAD_ECORRUPT, "total_size is 17");
    expect_index("{\"weight_map\":{\"a\":\"s2.safetensors\",\"c\":\"s1.safetensors\"}}", CAD_ECORRUPT, "'c' is in no shard");
    expect_index("{\"weight_map\":{\"b\":\"s1.safetensors\",\"a\":\"s1.safetensors\"}}", CAD_ECORRUPT, "'a' is in no shard");
    expect_index("{\"weight_map\":{\"a\":\"s1.safetensors\",\"b\":\"s2.safetensors\"}}", CAD_ECORRUPT, "but lies in");
    expect_index("{\"weight_map\":{\"x\":\"s2.safetensors\",\"y\":\"s3.safetensors\"}}", CAD_ECORRUPT, "is also in");
    expect_index("{\"weight_map\":{\"a\":\"../s2.safetensors\"}}", CAD_ECORRUPT, "plain file name");
    expect_index("{\"weight_map\":{\"a\":\"model.bin\"}}", CAD_ECORRUPT, "not a safetensors file");
    expect_index("{\"weight_map\":{\"a\":\"none.safetensors\"}}", CAD_ENOTFOUND, "none.safetensors");
    expect_index("{\"weight_map\":{}}", CAD_ECORRUPT, "no weight_map");
    expect_index("{\"weight_map\":{\"a\":1}}", CAD_ECORRUPT, "not a string");
    write_shard("sharded/s1.safetensors", "b", 1);
    expect_index("{\"weight_map\":{\"b\":\"s1.safetensors\"},\"metadata\":{\"total_size\":9}}", CAD_ECORRUPT, "total_size");
}

static void test_half_precision_converts_exactly(void **state)
{
    (void)state;
    for (uint32_t v = 0; v < 0x10000; v++) {
        float f = cad_f16_to_f32((uint16_t)v);
        if ((v & 0x7FFF) > 0x7C00)
            assert_true(f != f);
        else
            assert_int_equal(cad_f32_to_f16(f), v);
    }
    assert_true(cad_f16_to_f32(0x3C00) == 1.0f && cad_f16_to_f32(0x0001) == 0x1p-24f && cad_f16_to_f32(0x7BFF) == 65504.0f);
    assert_int_equal(cad_f32_to_f16(65519.99f), 0x7BFF);
    assert_int_equal(cad_f32_to_f16(65520.0f), 0x7C00);
    assert_int_equal(cad_f32_to_f16(0x1p-25f), 0);
    assert_int_equal(cad_f32_to_f16(nextafterf(0x1p-25f, 1)), 1);
    assert_int_equal(cad_f32_to_f16(1.0f + 0x1p-11f), 0x3C00); /* tie: even */
    assert_int_equal(cad_f32_to_f16(1.0f + 0x1.8p-10f), 0x3C02);
    assert_true(isnan(cad_f16_to_f32(cad_f32_to_f16(NAN))));
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    float x[4] = {0};
    const cad_st_item item = {"a", x, 1, {4}, CAD_F32, CAD_ST_BF16, NULL, NULL};
    cad_status s;
    uint64_t k;
    for (k = 1;; k++) {
        cad_mem_fail_at(k, 0);
        s = cad_st_write(scratch("mem.safetensors"), &item, 1, NULL, 0);
        cad_mem_fail_at(0, 0);
        if (s == CAD_OK)
            break;
        assert_int_equal(s, CAD_ENOMEM);
        assert_false(cad_fs_exists(scratch("mem.safetensors")));
    }
    assert_true(k > 3);
    for (k = 1;; k++) {
        cad_safetensors *f;
        cad_mem_fail_at(k, 0);
        s = cad_st_open(scratch("mem.safetensors"), &f);
        cad_mem_fail_at(0, 0);
        if (s == CAD_OK) {
            cad_st_close(f);
            break;
        }
        assert_int_equal(s, CAD_ENOMEM);
    }
    assert_true(k > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_broken_file_is_refused_with_its_own_message),
        cmocka_unit_test(test_empty_shapes_scalars_and_small_types_are_read),
        cmocka_unit_test(test_what_is_written_reads_back_in_every_float_type),
        cmocka_unit_test(test_examining_a_file_finds_every_value_that_is_not_finite),
        cmocka_unit_test(test_examining_takes_integers_as_they_are_and_f64_by_the_range_of_f32),
        cmocka_unit_test(test_a_file_that_shrinks_after_opening_is_corrupt),
        cmocka_unit_test(test_shards_and_their_index_must_agree),
        cmocka_unit_test(test_half_precision_converts_exactly),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
