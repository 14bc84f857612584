/* Odd bytes (F5), and values at random, printed and read (F6). */
#include "tests/filter.h"
#include "tests/robust/fuzz.h"

#include "core/config.h"
#include "core/json.h"
#include "dataprep/corpus_row.h"
#include "model/hf/hfconfig.h"
#include "model/hf/peft.h"
#include "tests/unit.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

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
                                      ("\xEF\xBB\xBF"
                                       "C 1 1 1"),
                                      "C 1 1 \xC0\xB1",
                                      "C 1 1 0x1",
                                      "C 1,5 1 1",
                                      "C 1 1 -0",
                                      "C 1 1 1\xED\xA0\x80"};
    ok(fuzz_program("C 1 1 1\r\nT 0 -0 0 0\r\n", 21));
    for (size_t i = 0; i < COUNT(bad); i++)
        fails(fuzz_program(bad[i], strlen(bad[i])), CAD_EPARSE, "");
    fails(fuzz_program("C 1 1 1\0", 8), CAD_EPARSE, "");
    cad_buf b = CAD_BUF_INIT;
    ok(cad_buf_str(&b, "C 1 1 1"));
    for (int i = 0; i < 400; i++)
        ok(cad_buf_str(&b, "0"));
    fails(fuzz_program(b.data, b.len), CAD_EPARSE, "");
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
    fuzz_file(path, b.data + b.len / 2, b.len / 2); /* no header, so no corpus */
    cad_config *c;
    fails(cad_config_load(&(cad_config_source){.kind = CAD_CONFIG_FILE, .name = path}, 1, arena, NULL, &c), CAD_EDATA,
          "long.jsonl: error: 50000037 bytes; expected at most 1048576");
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
    return fuzz_begin("bytes", (size_t)512 << 20);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_F5_odd_bytes_and_numbers_of_JSON),
        cmocka_unit_test(test_F5_odd_bytes_and_numbers_of_a_configuration),
        cmocka_unit_test(test_F5_odd_bytes_and_numbers_of_a_program),
        cmocka_unit_test(test_F5_a_line_without_end_is_refused),
        cmocka_unit_test(test_F6_a_value_reads_back_as_itself),
        cmocka_unit_test(test_F6_an_adapter_and_a_model_read_back_as_themselves),
    };
    if (argc > 1 && !filter_tests(tests, sizeof tests / sizeof *tests, argv[1]))
        return 1;
    return cmocka_run_group_tests(tests, setup, fuzz_end);
}
