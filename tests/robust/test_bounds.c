/* Numbers at the edges of types (F3), and nesting without end (F4). */
#include "tests/filter.h"
#include "tests/robust/fuzz.h"

#include "core/config.h"
#include "core/json.h"
#include "model/hf/hfconfig.h"
#include "model/hf/peft.h"
#include "model/hf/safetensors.h"
#include "model/text/tokenizer.h"
#include "tests/train/train_tmp.h"

#include <pthread.h>

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
        return fuzz_program(text, len);
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

static int setup(void **state)
{
    (void)state;
    return fuzz_begin("bounds", (size_t)512 << 20);
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
    };
    if (argc > 1 && !filter_tests(tests, sizeof tests / sizeof *tests, argv[1]))
        return 1;
    return cmocka_run_group_tests(tests, setup, fuzz_end);
}
