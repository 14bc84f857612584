/* The texts and tensors of bnb-4bit checkpoints: what is read, what is refused, and how it is named. */
#include "tests/model/bnb_fixture.h"
#include "tests/model/edited.h"

#include "core/json.h"
#include "model/hf/hfconfig.h"

static const char *const plain = "{\"quant_type\": \"nf4\", \"blocksize\": 64, \"dtype\": \"bfloat16\", \"shape\": [64, 256]}";
static const char *const nested =
    "{\"quant_type\": \"nf4\", \"blocksize\": 64, \"dtype\": \"bfloat16\", \"shape\": [64, 256], \"nested_blocksize\": 256, "
    "\"nested_dtype\": \"float32\", \"nested_offset\": 2.617828369140625}";

static cad_status parse(const char *text, cad_bnb_state *out)
{
    return cad_bnb_parse_state(text, strlen(text), "w.json", out);
}

static void test_the_state_prints_as_python_writes_it_and_reads_back(void **state)
{
    (void)state;
    const char *const texts[] = {plain, nested};
    for (int i = 0; i < 2; i++) {
        cad_bnb_state s;
        cad_buf b = CAD_BUF_INIT;
        ok(parse(texts[i], &s));
        assert_int_equal(s.out, 64);
        assert_int_equal(s.in, 256);
        assert_int_equal(s.block, 64);
        assert_int_equal(s.nested, i);
        assert_int_equal(s.from, CAD_BF16);
        ok(cad_bnb_print_state(&s, &b));
        assert_string_equal(cad_buf_cstr(&b), texts[i]);
        cad_buf_deinit(&b);
    }
}

static void test_the_state_takes_any_order_and_blanks_and_rounds_the_offset_to_f32(void **state)
{
    (void)state;
    cad_bnb_state s;
    ok(parse(
        "{ \"nested_offset\":0.1,\n\"shape\":[ 3,5 ],\"nested_dtype\":\"float32\",\"dtype\":\"float16\",\"blocksize\":4096,"
        "\"nested_blocksize\":256,\"quant_type\":\"nf4\"}",
        &s));
    assert_true(s.offset == 0.1f && s.block == 4096 && s.from == CAD_F16 && s.out == 3 && s.in == 5);
    ok(parse(edited(nested, "2.617828369140625", "-3"), &s));
    assert_true(s.offset == -3.0f);
}

static void test_a_bad_state_is_refused_with_the_key(void **state)
{
    (void)state;
    static const refused_edit row[] = {
        {"\"nf4\"", "\"fp4\"", CAD_EREFUSED, "quant_type fp4"},
        {"\"quant_type\": \"nf4\", ", "", CAD_EDATA, "quant_type"},
        {"\"blocksize\": 64", "\"blocksize\": 16", CAD_EDATA, "blocksize 16"},
        {"\"blocksize\": 64", "\"blocksize\": 8192", CAD_EDATA, "blocksize 8192"},
        {"\"blocksize\": 64", "\"blocksize\": 96", CAD_EDATA, "blocksize 96"},
        {"\"blocksize\": 64", "\"blocksize\": -64", CAD_EDATA, "blocksize -64"},
        {"\"blocksize\": 64", "\"blocksize\": 64.0", CAD_EDATA, "blocksize"},
        {"\"blocksize\": 64", "\"blocksize\": 9223372036854775807", CAD_EDATA, "blocksize"},
        {"\"blocksize\": 64", "\"blocksize\": 99999999999999999999", CAD_EPARSE, "w.json"},
        {"\"bfloat16\"", "\"float64\"", CAD_EDATA, "float64"},
        {"[64, 256]", "[64]", CAD_EDATA, "shape is not [out, in]"},
        {"[64, 256]", "[64, 256, 1]", CAD_EDATA, "shape is not"},
        {"[64, 256]", "[64, 256.5]", CAD_EDATA, "shape is not"},
        {"[64, 256]", "[64, -256]", CAD_EDATA, "shape [64, -256]"},
        {"[64, 256]", "[0, 256]", CAD_EDATA, "shape [0, 256]"},
        {"[64, 256]", "[64, 281474976710656]", CAD_EDATA, "281474976710656"},
        {"[64, 256]", "null", CAD_EDATA, "shape"},
        {"\"nested_blocksize\": 256", "\"nested_blocksize\": 128", CAD_EDATA, "nested_blocksize 128"},
        {"\"nested_dtype\": \"float32\"", "\"nested_dtype\": \"float16\"", CAD_EDATA, "nested_dtype float16"},
        {", \"nested_dtype\": \"float32\"", "", CAD_EDATA, "nested_dtype"},
        {"2.617828369140625", "1e39", CAD_EDATA, "nested_offset"},
        {"2.617828369140625", "1e999", CAD_EPARSE, "w.json"},
        {"2.617828369140625", "NaN", CAD_EPARSE, "w.json"},
        {"2.617828369140625", "\"2\"", CAD_EDATA, "nested_offset"},
        {"{\"quant_type\"", "{\"more\": 1, \"quant_type\"", CAD_EDATA, "8 keys"},
        {"{\"quant_type\"", "{\"blocksize\": 64, \"quant_type\"", CAD_EPARSE, "w.json"},
        {"]", "", CAD_EPARSE, "w.json"},
    };
    cad_bnb_state s = {.out = 77};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        fails(parse(edited(nested, row[i].from, row[i].to), &s), row[i].code, row[i].says);
    fails(parse("[]", &s), CAD_EDATA, "not a JSON object");
    fails(parse("", &s), CAD_EPARSE, "w.json");
    assert_int_equal(s.out, 77); /* nothing is written on failure */
}

/* ---- quantization_config ---- */

static const char *const config =
    "{\"_load_in_4bit\": true, \"_load_in_8bit\": false, \"bnb_4bit_compute_dtype\": \"bfloat16\", "
    "\"bnb_4bit_quant_storage\": \"uint8\", \"bnb_4bit_quant_type\": \"nf4\", \"bnb_4bit_use_double_quant\": true, "
    "\"llm_int8_enable_fp32_cpu_offload\": false, \"llm_int8_has_fp16_weight\": false, \"llm_int8_skip_modules\": null, "
    "\"llm_int8_threshold\": 6.0, \"load_in_4bit\": true, \"load_in_8bit\": false, \"quant_method\": \"bitsandbytes\"}";

static cad_status read_config(const char *text, cad_quant *out)
{
    json_t *v;
    ok(cad_json_parse(text, strlen(text), "test", &v));
    cad_status s = cad_bnb_read_config(v, "config.json", out);
    json_decref(v);
    return s;
}

static void test_the_configuration_is_read_and_what_is_made_reads_back(void **state)
{
    (void)state;
    cad_quant q, again;
    ok(read_config(config, &q));
    assert_true(q.nf4 && q.nested && q.storage == CAD_ST_U8);
    ok(read_config(edited(config, "\"uint8\"", "\"bfloat16\""), &q));
    assert_int_equal(q.storage, CAD_ST_BF16);
    for (int i = 0; i < 2; i++) {
        q = (cad_quant){.nf4 = true, .nested = i, .storage = CAD_ST_U8};
        json_t *v = cad_bnb_make_config(&q);
        ok(cad_bnb_read_config(v, "made", &again));
        assert_true(again.nf4 && again.nested == q.nested && again.storage == q.storage);
        json_decref(v);
    }
    /* as transformers 4 wrote it, before the storage had a key */
    ok(read_config("{\"quant_method\":\"bitsandbytes\",\"load_in_4bit\":true,\"load_in_8bit\":false,\"llm_int8_skip_modules\":"
                   "[\"lm_head\"],\"bnb_4bit_quant_type\":\"nf4\",\"bnb_4bit_compute_dtype\":\"float16\",\"more\":{}}",
                   &q));
    assert_true(q.nf4 && !q.nested && q.storage == CAD_ST_U8);
    ok(cad_bnb_read_config(NULL, "none", &q));
    assert_false(q.nf4);
}

static void test_other_ways_to_quantise_are_refused_by_name(void **state)
{
    (void)state;
    static const refused_edit row[] = {
        {"\"bitsandbytes\"", "\"gptq\"", CAD_EREFUSED, "quant_method gptq"},
        {", \"quant_method\": \"bitsandbytes\"", "", CAD_EDATA, "quant_method"},
        {"\"bnb_4bit_quant_type\": \"nf4\"", "\"bnb_4bit_quant_type\": \"fp4\"", CAD_EREFUSED, "fp4"},
        {"\"bnb_4bit_quant_type\": \"nf4\", ", "", CAD_EDATA, "bnb_4bit_quant_type"},
        {"\"_load_in_8bit\": false", "\"_load_in_8bit\": true", CAD_EDATA, "load_in_8bit is false"},
        {", \"load_in_4bit\": true", ", \"load_in_4bit\": false", CAD_EDATA, "_load_in_4bit is true"},
        {"\"uint8\"", "\"int8\"", CAD_EDATA, "bnb_4bit_quant_storage is int8"},
        {"\"uint8\"", "8", CAD_EDATA, "bnb_4bit_quant_storage"},
        {"\"bfloat16\"", "\"int4\"", CAD_EDATA, "bnb_4bit_compute_dtype is int4"},
        {"\"bnb_4bit_use_double_quant\": true", "\"bnb_4bit_use_double_quant\": 1", CAD_EDATA, "bnb_4bit_use_double_quant"},
        {"{\"_load", "{\"rotation\": 3, \"_load", CAD_EDATA, "key 'rotation'"},
    };
    cad_quant q;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        fails(read_config(edited(config, row[i].from, row[i].to), &q), row[i].code, row[i].says);
    fails(read_config("{\"quant_method\":\"bitsandbytes\",\"load_in_8bit\":true}", &q), CAD_EREFUSED, "load_in_8bit: int8");
    fails(read_config("{\"quant_method\":\"bitsandbytes\"}", &q), CAD_EDATA, "load_in_4bit is not true");
    fails(read_config("7", &q), CAD_EDATA, "not an object");
}

/* ---- tensors ---- */

static const char *const NAME = "model.layers.0.self_attn.q_proj.weight";
enum { OUT = 48, IN = 100, N = OUT * IN };
static float w[N];
static bnb_parts parts;
static const cad_quant as_nested = {.nf4 = true, .nested = true, .storage = CAD_ST_U8},
                       as_plain = {.nf4 = true, .storage = CAD_ST_U8};

static void make(bool is_nested)
{
    cad_rng r = cad_rng_make(5, "weights", 0);
    for (int i = 0; i < N; i++)
        w[i] = (float)(0.02 * cad_rng_normal(&r));
    bnb_make(&parts, NAME, w, OUT, IN, 64, is_nested);
}

/* What finding and reading the linear gives. */
static cad_status look(const cad_quant *q)
{
    static uint8_t codes[N], q8[N];
    static float scales[N], outer[N];
    cad_safetensors *f;
    cad_bnb_matrix m;
    ok(cad_st_write(scratch("w.safetensors"), parts.item, parts.n, NULL, 0));
    ok(cad_st_open(scratch("w.safetensors"), &f));
    cad_status s = cad_bnb_find(f, q, NAME, OUT, IN, &m);
    if (s == CAD_OK)
        s = cad_bnb_read_codes(f, &m, codes);
    if (s == CAD_OK)
        s = m.state.nested ? cad_bnb_read_nested(f, &m, q8, outer) : cad_bnb_read_scales(f, &m, scales);
    if (s == CAD_OK) {
        assert_memory_equal(codes, parts.codes, N / 2);
        assert_memory_equal(m.state.nested ? (void *)q8 : (void *)scales,
                            m.state.nested ? (void *)parts.q8 : (void *)parts.absmax,
                            (size_t)m.blocks * (m.state.nested ? 1 : sizeof(float)));
    }
    cad_st_close(f);
    return s;
}

static void test_a_linear_is_found_and_read(void **state)
{
    (void)state;
    make(true);
    ok(look(&as_nested));
    make(false);
    ok(look(&as_plain));
    assert_int_equal(cad_bnb_part_of("a.weight.nested_quant_map"), 8);
    assert_int_equal(cad_bnb_part_of("a.weight.quant_state.bitsandbytes__fp4"), 8);
    assert_int_equal(cad_bnb_part_of("a.weight"), 0);
    assert_int_equal(cad_bnb_part_of(".absmax"), 0);
}

static void test_configuration_and_tensors_must_agree(void **state)
{
    (void)state;
    cad_quant q = as_nested;
    make(true);
    fails(look(&as_plain), CAD_EDATA, "bnb_4bit_use_double_quant of config.json says false");
    q.storage = CAD_ST_BF16;
    fails(look(&q), CAD_EDATA, "bnb_4bit_quant_storage of config.json says BF16");
    make(false);
    fails(look(&as_nested), CAD_EDATA, "scales are not nested");
    parts.n = 3; /* no state: a plain tensor, as far as one can tell */
    fails(look(&as_plain), CAD_EDATA, "is U8 without");
    make(false);
    bnb_name(&parts, 3, NAME, ".quant_state.bitsandbytes__fp4");
    fails(look(&as_plain), CAD_EREFUSED, "FP4 is not read");
}

/* Each row breaks one thing of a nested linear. */
static void break_it(int k)
{
    make(true);
    switch (k) {
    case 0:
        parts.item[0].dim[0]--;
        break;
    case 1:
        parts.item[0] =
            (cad_st_item){.name = NAME, .data = parts.codes, .ndim = 1, .dim = {N / 2}, .from = CAD_U8, .to = CAD_ST_U8};
        break;
    case 2:
        parts.item[1].dim[0]--;
        break;
    case 3:
        parts.item[1] = (cad_st_item){.name = parts.name[1], .data = parts.absmax, .ndim = 1, .dim = {N / 64}};
        parts.item[1].to = CAD_ST_F32;
        break;
    case 4:
        parts.item[2].dim[0] = 15;
        break;
    case 5:
        parts.level[3] += 1e-5f;
        break;
    case 6:
        parts.level[15] = (float)NAN;
        break;
    case 7:
        parts.item[4].dim[0] = 2;
        break;
    case 8:
        parts.outer[0] = (float)INFINITY;
        break;
    case 9:
        parts.item[5].dim[0] = 255;
        break;
    case 10:
        parts.map[200] = (float)NAN;
        break;
    case 11:
        parts.n = 5;
        break;
    case 12:
        bnb_text(&parts, edited(parts.text, "[48, 100]", "[100, 48]"));
        break;
    case 13:
        memset(parts.text, ' ', sizeof parts.text);
        parts.item[3].dim[0] = CAD_BNB_MAX_STATE + 1;
        break;
    case 14:
        parts.item[3] = (cad_st_item){.name = parts.name[3], .data = parts.absmax, .ndim = 1, .dim = {3}, .to = CAD_ST_F32};
        break;
    default:
        parts.item[3].dim[0] = 0;
    }
}

static void test_each_broken_tensor_is_refused_with_its_name(void **state)
{
    (void)state;
    static const char *const says[] = {"2399 bytes; expected a column of 2400",
                                       "expected a column of 2400",
                                       "absmax' has shape (74)",
                                       "absmax is F32; expected U8",
                                       "quant_map' has shape (15)",
                                       "level 3 is",
                                       "quant_map: element 15 is not finite",
                                       "nested_absmax' has shape (2)",
                                       "nested_absmax: element 0 is not finite",
                                       "nested_quant_map' has shape (255)",
                                       "nested_quant_map: element 200 is not finite",
                                       "no tensor 'model.layers.0.self_attn.q_proj.weight.nested_quant_map'",
                                       "shape [100, 48]; expected [48, 100]",
                                       "4097 bytes; the limit is 4096",
                                       "expected the bytes of a JSON text",
                                       "nf4: "};
    for (int k = 0; k < (int)(sizeof says / sizeof *says); k++) {
        break_it(k);
        fails(look(&as_nested), k < (int)(sizeof says / sizeof *says) - 1 ? CAD_EDATA : CAD_EPARSE, says[k]);
    }
    make(false);
    parts.absmax[7] = (float)NAN;
    fails(look(&as_plain), CAD_EDATA, "absmax: element 7 is not finite");
    make(false);
    parts.n = 5; /* nested_absmax, though its state tells of none */
    fails(look(&as_plain), CAD_EDATA, "has no nested scales");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_state_prints_as_python_writes_it_and_reads_back),
        cmocka_unit_test(test_the_state_takes_any_order_and_blanks_and_rounds_the_offset_to_f32),
        cmocka_unit_test(test_a_bad_state_is_refused_with_the_key),
        cmocka_unit_test(test_the_configuration_is_read_and_what_is_made_reads_back),
        cmocka_unit_test(test_other_ways_to_quantise_are_refused_by_name),
        cmocka_unit_test(test_a_linear_is_found_and_read),
        cmocka_unit_test(test_configuration_and_tensors_must_agree),
        cmocka_unit_test(test_each_broken_tensor_is_refused_with_its_name),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
