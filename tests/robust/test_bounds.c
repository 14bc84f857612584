/* Numbers at the edges of types (F3), nesting without end (F4), odd bytes (F5), and values at random, printed and read (F6). */
#include "tests/filter.h"
#include "tests/robust/fuzz_rig.h"

#include "cad/ir/ir.h"
#include "core/config.h"
#include "core/json.h"
#include "core/log.h"
#include "dataprep/corpus_row.h"
#include "model/hf/hfconfig.h"
#include "model/hf/peft.h"
#include "model/hf/safetensors.h"
#include "model/text/tokenizer.h"
#include "tests/train/train_tmp.h"

#include <inttypes.h>
#include <pthread.h>

static cad_arena *arena;

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const char *const edge[] = {"-1",         "0",           "1",          "2147483647",          "2147483648",
                                   "2147483649", "4294967295",  "4294967296", "9223372036854775806", "9223372036854775807",
                                   "1e18",       "-2147483649", "1e999",      "9223372036854775808", "18446744073709551615"};

/* ---- F3 ---- */

static void test_F3_a_header_of_any_length_is_refused_before_it_is_read(void **state)
{
    (void)state;
    const uint64_t two = 2, length[] = {0,
                                        1,
                                        ((uint64_t)1 << 31) - 1,
                                        ((uint64_t)1 << 31) + 1,
                                        (uint64_t)1 << 32,
                                        ((uint64_t)1 << 63) - 1,
                                        ((uint64_t)1 << 63) + 1,
                                        UINT64_MAX - 7,
                                        UINT64_MAX,
                                        CAD_ST_MAX_HEADER,
                                        CAD_ST_MAX_HEADER + 1,
                                        93};
    for (size_t i = 0; i < COUNT(length); i++) {
        char file[100] = {0};
        memcpy(file, &length[i], 8);
        memset(file + 8, ' ', sizeof file - 8);
        memcpy(file + 8, "{}", two);
        fuzz_file(fuzz_path("h.safetensors"), file, sizeof file);
        cad_safetensors *f;
        fails(cad_st_open(fuzz_path("h.safetensors"), &f), CAD_ECORRUPT, "h.safetensors");
    }
}

static cad_status open_header(const char *header, size_t data)
{
    char file[1024] = {0};
    uint64_t n = strlen(header);
    memcpy(file, &n, 8);
    memcpy(file + 8, header, n);
    fuzz_file(fuzz_path("t.safetensors"), file, 8 + n + data);
    cad_safetensors *f;
    CAD_TRY(cad_st_open(fuzz_path("t.safetensors"), &f));
    cad_st_close(f);
    return CAD_OK;
}

static void test_F3_shapes_and_offsets_are_multiplied_with_care(void **state)
{
    (void)state;
    ok(open_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8));
    static const char *const bad[] = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}", /* 2^64 is 0 */
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[281474976710655,65536],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F64\",\"shape\":[2305843009213693953],\"data_offsets\":[0,8]}}", /* times 8 is 8 */
        "{\"a\":{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,1]}}",                    /* no whole bytes */
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_"
        "offsets\":"
        "[2,6]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F8\",\"shape\":[],\"data_offsets\":"
        "[4,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"more\":1}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_"
        "offsets\":"
        "[8,8]}}"};
    for (size_t i = 0; i < COUNT(bad); i++)
        fails(open_header(bad[i], 8), CAD_ECORRUPT, "t.safetensors");
    for (size_t i = 0; i < COUNT(edge); i++)
        for (int place = 0; place < 3; place++) {
            char header[300];
            snprintf(header, sizeof header, "{\"a\":{\"dtype\":\"F32\",\"shape\":[%s,3],\"data_offsets\":[%s,%s]}}",
                     place == 0 ? edge[i] : "1", place == 1 ? edge[i] : "0", place == 2 ? edge[i] : "12");
            cad_status s = open_header(header, 12);
            bool same = !strcmp(edge[i], place == 0 ? "1" : place == 1 ? "0" : "12");
            if (s != (same ? CAD_OK : CAD_ECORRUPT))
                fail_msg("%s: %s", header, s ? cad_error_text() : "taken");
        }
}

/* Each number of a config.json at each edge is refused, or taken as what it says. */
static void test_F3_numbers_of_a_model_stay_in_their_ranges(void **state)
{
    (void)state;
    static const char *const key[] = {"num_hidden_layers", "hidden_size",       "num_attention_heads",    "num_key_value_heads",
                                      "vocab_size",        "intermediate_size", "max_position_embeddings"};
    const char *source = getenv("CADLM_SOURCE");
    json_t *base;
    ok(cad_json_read(train_path(source ? source : ".", "models/tiny/config.json"), 0, &base));
    int taken = 0;
    for (size_t k = 0; k < COUNT(key); k++)
        for (size_t i = 0; i < COUNT(edge); i++) {
            json_t *o = json_copy(base), *v = NULL;
            assert_non_null(json_object_get(o, key[k]));
            if (cad_json_parse(edge[i], strlen(edge[i]), "number", &v) != CAD_OK)
                v = json_real(1e300);
            json_object_set_new(o, key[k], v);
            cad_buf text = CAD_BUF_INIT;
            ok(cad_json_print(o, &text));
            json_decref(o);
            cad_model_config c = {0};
            cad_status s = cad_model_config_parse(text.data, text.len, "config.json", &c);
            if (s != CAD_OK && s != CAD_EDATA)
                fail_msg("%s = %s: %s: %s", key[k], edge[i], cad_status_name(s), cad_error_text());
            const int64_t got[] = {c.layers, c.width, c.heads, c.kv_heads, c.vocab, c.ffn, c.max_pos};
            if (s == CAD_OK) {
                assert_int_equal(got[k], strtoll(edge[i], NULL, 10));
                assert_true(c.layers <= 1024 && c.width <= 65536 && c.heads <= 1024 && c.vocab <= 1000000 && c.ffn <= 1 << 20);
                taken++;
            }
            cad_buf_deinit(&text);
        }
    json_decref(base);
    assert_in_range(taken, 1, 30);
}

static void test_F3_numbers_of_a_configuration_stay_in_their_ranges(void **state)
{
    (void)state;
    static const char *const key[] = {"train.batch_rows", "train.micro_tokens", "lora.rank",    "run.threads",
                                      "data.max_tokens",  "train.lr",           "train.epochs", "run.seed"};
    static const double most[] = {1e6, 4194304, 1024, 1024, 1048576, 1, 1000, 9.3e18};
    for (size_t k = 0; k < COUNT(key); k++)
        for (size_t i = 0; i < COUNT(edge); i++) {
            char pair[100];
            snprintf(pair, sizeof pair, "%s=%s", key[k], edge[i]);
            const cad_config_source source = {.kind = CAD_CONFIG_PAIR, .name = "--set", .text = pair};
            cad_frame f = cad_arena_mark(arena);
            cad_config *c;
            cad_buf v = CAD_BUF_INIT;
            cad_status s = cad_config_load(&source, 1, arena, NULL, &c);
            if (s == CAD_OK) {
                ok(cad_config_value(c, key[k], &v));
                if (!(strtod(v.data, NULL) >= 0 && strtod(v.data, NULL) <= most[k]))
                    fail_msg("%s is %s", pair, v.data);
            } else if (s != CAD_ECONFIG || !strstr(cad_error_text(), key[k])) {
                fail_msg("%s: %s: %s", pair, cad_status_name(s), cad_error_text());
            }
            cad_buf_deinit(&v);
            cad_arena_rewind(arena, f);
        }
}

/* ---- F4: every parser of nested text, on a stack of 256 KiB ---- */

typedef struct deep {
    const char *open, *inner, *close;
    int levels;
    int parser;
    cad_status status;
    char text[300];
} deep;

static cad_status parse_ir(const char *text, size_t len)
{
    static cad_diags d;
    cad_ir *ir;
    cad_diags_init(&d, arena);
    CAD_TRY(cad_ir_parse(text, len, CAD_IR_DIALECT_cadlm, arena, &d, &ir));
    CAD_TRY(cad_ir_check(ir, &d));
    return d.n_errors ? cad_fail(CAD_EPARSE, "%s", d.item[0].message) : CAD_OK;
}

static cad_status parse_with(int parser, const char *text, size_t len)
{
    json_t *v;
    cad_model_config m;
    cad_lora_config l;
    cad_tokenizer *t;
    switch (parser) {
    case 0:
        CAD_TRY(cad_json_parse(text, len, "deep", &v));
        json_decref(v);
        return CAD_OK;
    case 1:
        return cad_model_config_parse(text, len, "deep", &m);
    case 2:
        return cad_peft_parse_config(text, len, "deep", arena, &l);
    case 3:
        CAD_TRY(cad_tokenizer_parse(text, len, "deep", &t));
        cad_tokenizer_destroy(t);
        return CAD_OK;
    default:
        return parse_ir(text, len);
    }
}

static void *go_deep(void *arg)
{
    deep *d = arg;
    cad_buf b = CAD_BUF_INIT;
    d->status = CAD_OK;
    for (int i = 0; d->status == CAD_OK && i < d->levels; i++)
        d->status = cad_buf_str(&b, d->open);
    if (d->status == CAD_OK)
        d->status = cad_buf_str(&b, d->inner);
    for (int i = 0; d->status == CAD_OK && *d->close && i < d->levels; i++)
        d->status = cad_buf_str(&b, d->close);
    if (d->status == CAD_OK)
        d->status = parse_with(d->parser, b.data, b.len);
    snprintf(d->text, sizeof d->text, "%s", d->status ? cad_error_text() : "");
    cad_buf_deinit(&b);
    return NULL;
}

static cad_status dive(deep *d)
{
    pthread_attr_t a;
    pthread_t t;
    cad_frame f = cad_arena_mark(arena);
    assert_int_equal(pthread_attr_init(&a), 0);
    assert_int_equal(pthread_attr_setstacksize(&a, (size_t)256 << 10), 0);
    assert_int_equal(pthread_create(&t, &a, go_deep, d), 0);
    assert_int_equal(pthread_join(t, NULL), 0);
    pthread_attr_destroy(&a);
    cad_arena_rewind(arena, f);
    return d->status;
}

static void test_F4_nesting_without_end_is_refused(void **state)
{
    (void)state;
    static const char *const form[][3] = {{"[", "", ""}, {"[", "1", "]"}, {"{\"a\":", "1", "}"}, {"[{\"a\":", "", ""}};
    for (int parser = 0; parser < 4; parser++)
        for (size_t k = 0; k < COUNT(form); k++) {
            deep d = {.open = form[k][0], .inner = form[k][1], .close = form[k][2], .levels = 1000000, .parser = parser};
            assert_int_equal(dive(&d), CAD_EPARSE);
            assert_non_null(strstr(d.text, "nested deeper than 512 levels"));
        }
    deep d = {.open = "[", .inner = "\"[[[\\\"[[\"", .close = "]", .levels = 512};
    ok(dive(&d));
    d.levels = 513;
    assert_int_equal(dive(&d), CAD_EPARSE);
}

/* Each node stands on the one before. */
static void test_F4_a_chain_of_nodes_needs_no_stack(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    ok(cad_buf_str(&b, "C 1 1 1\n"));
    for (int i = 0; i < 4095; i++)
        ok(cad_buf_printf(&b, "T %d 1 0 0\n", i));
    deep d = {.open = "", .inner = b.data, .close = "", .parser = 4};
    ok(dive(&d));
    ok(cad_buf_str(&b, "T 4095 1 0 0\n"));
    d.inner = b.data;
    assert_int_equal(dive(&d), CAD_EPARSE);
    assert_non_null(strstr(d.text, "4096"));
    cad_buf_deinit(&b);
    d = (deep){.open = "U 0 0\n", .inner = "", .close = "", .levels = 1000000, .parser = 4};
    assert_int_equal(dive(&d), CAD_EPARSE);
}

static void test_F4_a_pattern_of_brackets_is_refused(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    ok(cad_buf_str(&b, "{\"model\":{\"type\":\"BPE\",\"vocab\":{},\"merges\":[]},\"pre_tokenizer\":{\"type\":\"Sequence\","
                       "\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\""));
    for (int i = 0; i < 30000; i++)
        ok(cad_buf_str(&b, "("));
    for (int i = 0; i < 30000; i++)
        ok(cad_buf_str(&b, ")"));
    ok(cad_buf_str(&b, "\"},\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,"
                       "\"trim_offsets\":true,\"use_regex\":false}]},\"decoder\":{\"type\":\"ByteLevel\"}}"));
    deep d = {.open = "", .inner = b.data, .close = "", .parser = 3};
    assert_int_not_equal(dive(&d), CAD_OK);
    assert_non_null(strstr(d.text, "pattern"));
    cad_buf_deinit(&b);
}

/* ---- F5 ---- */

static void test_F5_odd_bytes_and_numbers_of_JSON(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        bool good;
    } t[] = {{"\"a\0b\"", 5, false},
             {"[1,\r\n2]", 7, true},
             {"\xEF\xBB\xBF[]", 5, false},
             {"\"\\ud800\"", 8, false},
             {"\"\\udc00x\"", 9, false},
             {"\"\xC0\xAF\"", 4, false},
             {"\"\xED\xA0\x80\"", 5, false},
             {"\"\xF5\x80\x80\x80\"", 6, false},
             {"1e999", 5, false},
             {"-1e999", 6, false},
             {"nan", 3, false},
             {"NaN", 3, false},
             {"Infinity", 8, false},
             {"-0", 2, true},
             {"-0.0", 4, true},
             {"01", 2, false},
             {"+1", 2, false},
             {".5", 2, false},
             {"5.", 2, false},
             {"0x10", 4, false},
             {"\"\x01\"", 3, false},
             {"", 0, false},
             {"[1]]", 4, false},
             {"{\"a\":1,\"a\":2}", 13, false},
             {"9223372036854775808", 19, false},
             {"\"\\ud83d\\ude00\"", 14, true}};
    for (size_t i = 0; i < COUNT(t); i++) {
        json_t *v = NULL;
        cad_status s = cad_json_parse(t[i].text, t[i].len, "x", &v);
        if (s != (t[i].good ? CAD_OK : CAD_EPARSE))
            fail_msg("%s: %s", t[i].text, s ? cad_error_text() : "taken");
        json_decref(v);
    }
    char digits[405] = "1";
    memset(digits + 1, '0', 400);
    json_t *v;
    fails(cad_json_parse(digits, 401, "x", &v), CAD_EPARSE, "x");
    memcpy(digits, "0.", 2);
    ok(cad_json_parse(digits, 401, "x", &v)); /* a long way to zero */
    assert_true(json_real_value(v) == 0.0);
    json_decref(v);
}

static void test_F5_odd_bytes_and_numbers_of_a_configuration(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
    } bad[] = {{"[train]\nlr = 1e999\n", 18},
               {"[train]\nlr = nan\n", 16},
               {"[train]\nlr = inf\n", 16},
               {"[train]\nlr = 1,5\n", 16},
               {"[train]\n\xEF\xBB\xBFlr = 1\n", 18},
               {"[run]\nname = a\0b\n", 17},
               {"[run]\nnotes = \xC0\xAF\n", 17},
               {"[run]\nnotes = \xED\xA0\x80\n", 18},
               {"[train]\nlr = 0x1p-3\n", 19},
               {"[run]\nseed = 1e999\n", 19},
               {"[run]\nnotes = ${CADLM_NOT_THERE}\n", 33}};
    for (size_t i = 0; i < COUNT(bad); i++) {
        const char *path = fuzz_path("odd.ini");
        fuzz_file(path, bad[i].text, bad[i].len);
        cad_config *c;
        cad_status s = cad_config_load(&(cad_config_source){.kind = CAD_CONFIG_FILE, .name = path}, 1, arena, NULL, &c);
        if (s != CAD_ECONFIG || !strstr(cad_error_text(), "odd.ini:"))
            fail_msg("%s: %s: %s", bad[i].text, cad_status_name(s), s ? cad_error_text() : "taken");
    }
}

static void test_F5_odd_bytes_and_numbers_of_a_program(void **state)
{
    (void)state;
    static const char *const bad[] = {"C 1 1 nan",
                                      "C 1 1 1e999",
                                      "C 1 1 inf",
                                      "\xEF\xBB\xBF"
                                      "C 1 1 1",
                                      "C 1 1 \xC0\xB1",
                                      "C 1 1 0x1",
                                      "C 1,5 1 1",
                                      "C 1 1 -0",
                                      "C 1 1 1\xED\xA0\x80"};
    ok(parse_ir("C 1 1 1\r\nT 0 -0 0 0\r\n", 21));
    for (size_t i = 0; i < COUNT(bad); i++)
        fails(parse_ir(bad[i], strlen(bad[i])), CAD_EPARSE, "");
    fails(parse_ir("C 1 1 1\0", 8), CAD_EPARSE, "");
    cad_buf b = CAD_BUF_INIT;
    ok(cad_buf_str(&b, "C 1 1 1"));
    for (int i = 0; i < 400; i++)
        ok(cad_buf_str(&b, "0"));
    fails(parse_ir(b.data, b.len), CAD_EPARSE, "");
    cad_buf_deinit(&b);
}

/* A line of 100 MB is refused by its length, and not after a copy of it was parsed. */
static void test_F5_a_line_without_end_is_refused(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    ok(cad_buf_str(&b, "{\"info\":{},\"kind\":\"corpus\",\"name\":\"x\",\"schema\":1}\n{\"id\":\"x\",\"caption\":\""));
    ok(cad_buf_reserve(&b, b.len + 100000002));
    memset(b.data + b.len, 'a', 100000000);
    b.len += 100000000;
    ok(cad_buf_str(&b, "\"}\n"));
    const char *path = fuzz_path("long.jsonl");
    fuzz_file(path, b.data, b.len);
    cad_row *row;
    size_t n;
    fails(cad_corpus_load(path, arena, &row, &n), CAD_EDATA, "long.jsonl:2: line longer than 64 MiB");
    cad_config *c;
    fails(cad_config_load(&(cad_config_source){.kind = CAD_CONFIG_FILE, .name = path}, 1, arena, NULL, &c), CAD_EDATA,
          "long.jsonl: error: 100000074 bytes; expected at most 1048576");
    remove(path);
    cad_buf_deinit(&b);
}

/* ---- F6 ---- */

enum { VALUES = 10000 };

static json_t *random_text(cad_rng *r)
{
    static const char *const part[] = {"a", "\"", "\\", "\n", "\t",  "\x01", "\xC3\xA9", "\xF0\x9F\x98\x80",
                                       " ", "{",  "0",  "/",  "\x7f"};
    char text[100] = "";
    for (int64_t n = cad_rng_range(r, 0, 12); n > 0; n--)
        strcat(text, part[cad_rng_range(r, 0, COUNT(part) - 1)]);
    return json_string(text);
}

static json_t *random_value(cad_rng *r, int depth)
{
    json_t *v;
    switch (cad_rng_range(r, 0, depth > 0 ? 6 : 4)) {
    case 0:
        return json_integer((json_int_t)((uint64_t)cad_rng_u32(r) << 32 | cad_rng_u32(r)) >> cad_rng_range(r, 0, 63));
    case 1: {
        double d = ldexp(2 * cad_rng_uniform(r) - 1, (int)cad_rng_range(r, -1070, 1023));
        return json_real(d);
    }
    case 2:
        return random_text(r);
    case 3:
        return json_boolean(cad_rng_chance(r, 0.5));
    case 4:
        return json_null();
    case 5:
        v = json_array();
        for (int64_t n = cad_rng_range(r, 0, 4); n > 0; n--)
            json_array_append_new(v, random_value(r, depth - 1));
        return v;
    default:
        v = json_object();
        for (int64_t n = cad_rng_range(r, 0, 4); n > 0; n--) {
            json_t *key = random_text(r);
            json_object_set_new(v, json_string_value(key), random_value(r, depth - 1));
            json_decref(key);
        }
        return v;
    }
}

static void test_F6_a_value_reads_back_as_itself(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < VALUES; i++) {
        cad_rng r = cad_rng_make(6, "json", i);
        json_t *v = random_value(&r, 4), *again, *third;
        cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT, c = CAD_BUF_INIT;
        ok(cad_json_print(v, &a));
        ok(cad_json_parse(a.data, a.len, "printed", &again));
        assert_true(json_equal(v, again)); /* numbers by value, to the last bit */
        ok(cad_json_print(again, &b));
        assert_string_equal(a.data, b.data);
        ok(cad_json_print_pretty(v, &c));
        ok(cad_json_parse(c.data, c.len, "printed", &third));
        assert_true(json_equal(v, third));
        json_decref(v);
        json_decref(again);
        json_decref(third);
        cad_buf_deinit(&a);
        cad_buf_deinit(&b);
        cad_buf_deinit(&c);
    }
}

static void test_F6_an_adapter_and_a_model_read_back_as_themselves(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < VALUES; i++) {
        cad_rng r = cad_rng_make(6, "configs", i);
        cad_frame f = cad_arena_mark(arena);
        cad_lora_config l = {.rank = cad_rng_range(&r, 1, 1024),
                             .alpha = cad_rng_uniform(&r) * 256 + 1e-3,
                             .dropout = cad_rng_uniform(&r),
                             .rslora = cad_rng_chance(&r, 0.5),
                             .targets = (unsigned)cad_rng_range(&r, 1, CAD_LORA_ALL),
                             .base_model = i % 3 ? "models/\"x\"" : ""},
                        l2;
        cad_model_config m = {.arch = i % 2 ? CAD_ARCH_llama : CAD_ARCH_qwen2,
                              .layers = cad_rng_range(&r, 1, 1024),
                              .kv_heads = cad_rng_range(&r, 1, 8),
                              .head_dim = 2 * cad_rng_range(&r, 8, 64),
                              .ffn = cad_rng_range(&r, 1, 1 << 20),
                              .vocab = cad_rng_range(&r, 300, 1000000),
                              .max_pos = cad_rng_range(&r, 16, 1 << 20),
                              .theta = 1 + 1e6 * cad_rng_uniform(&r),
                              .eps = 1e-6 * (1 + cad_rng_uniform(&r)),
                              .tie = cad_rng_chance(&r, 0.5),
                              .qkv_bias = i % 2 == 0,
                              .dtype = CAD_BF16,
                              .bos = -1,
                              .pad = -1,
                              .eos = {cad_rng_range(&r, 0, 299)},
                              .n_eos = 1},
                         m2;
        m.heads = m.kv_heads * cad_rng_range(&r, 1, 4);
        m.width = m.heads * m.head_dim;
        cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT;
        ok(cad_peft_print_config(&l, &a));
        ok(cad_peft_parse_config(a.data, a.len, "printed", arena, &l2));
        assert_true(l.rank == l2.rank && l.alpha == l2.alpha && l.dropout == l2.dropout && l.rslora == l2.rslora);
        assert_true(l.targets == l2.targets);
        assert_string_equal(l.base_model, l2.base_model);
        if (m.width >= 32 && m.width <= 65536) {
            ok(cad_model_config_print(&m, NULL, 0, &b));
            ok(cad_model_config_parse(b.data, b.len, "printed", &m2));
            assert_true(m.layers == m2.layers && m.width == m2.width && m.heads == m2.heads && m.kv_heads == m2.kv_heads);
            assert_true(m.ffn == m2.ffn && m.vocab == m2.vocab && m.max_pos == m2.max_pos && m.head_dim == m2.head_dim);
            assert_true(m.theta == m2.theta && m.eps == m2.eps && m.tie == m2.tie && m.arch == m2.arch);
            assert_true(m.eos[0] == m2.eos[0] && m2.n_eos == 1 && m2.bos == -1);
        }
        cad_buf_deinit(&a);
        cad_buf_deinit(&b);
        cad_arena_rewind(arena, f);
    }
}

static int setup(void **state)
{
    (void)state;
    cad_log_set_level(CAD_LOG_ERROR);
    return cad_arena_create("bounds", (size_t)512 << 20, &arena) == CAD_OK ? 0 : 1;
}

static int teardown(void **state)
{
    (void)state;
    cad_arena_destroy(arena);
    (void)fuzz_path(NULL);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_F3_a_header_of_any_length_is_refused_before_it_is_read),
        cmocka_unit_test(test_F3_shapes_and_offsets_are_multiplied_with_care),
        cmocka_unit_test(test_F3_numbers_of_a_model_stay_in_their_ranges),
        cmocka_unit_test(test_F3_numbers_of_a_configuration_stay_in_their_ranges),
        cmocka_unit_test(test_F4_nesting_without_end_is_refused),
        cmocka_unit_test(test_F4_a_chain_of_nodes_needs_no_stack),
        cmocka_unit_test(test_F4_a_pattern_of_brackets_is_refused),
        cmocka_unit_test(test_F5_odd_bytes_and_numbers_of_JSON),
        cmocka_unit_test(test_F5_odd_bytes_and_numbers_of_a_configuration),
        cmocka_unit_test(test_F5_odd_bytes_and_numbers_of_a_program),
        cmocka_unit_test(test_F5_a_line_without_end_is_refused),
        cmocka_unit_test(test_F6_a_value_reads_back_as_itself),
        cmocka_unit_test(test_F6_an_adapter_and_a_model_read_back_as_themselves),
    };
    if (argc > 1 && !filter_tests(tests, sizeof tests / sizeof *tests, argv[1]))
        return 1;
    return cmocka_run_group_tests(tests, setup, teardown);
}
