#include "tests/model/edited.h"
#include "tests/model/golden_lines.h"
#include "tests/model/real_tokenizer.h"

#include "core/mem.h"
#include "core/rng.h"
#include "core/utf8.h"
#include "model/text/tokenizer.h"

#include <pthread.h>

static cad_tokenizer *tiny;
static cad_buf tiny_json;

static int load_tiny(void **state)
{
    if (scratch_setup(state))
        return -1;
    tiny_json = golden("tok_tiny/tokenizer.json");
    return cad_tokenizer_parse(tiny_json.data, tiny_json.len, "tok_tiny", &tiny) == CAD_OK ? 0 : -1;
}

static int drop_tiny(void **state)
{
    cad_tokenizer_destroy(tiny);
    cad_buf_deinit(&tiny_json);
    return scratch_teardown(state);
}

static void expect_ids(const cad_tokenizer *t, const char *text, size_t len, const json_t *want)
{
    cad_ids ids = CAD_IDS_INIT;
    cad_buf back = CAD_BUF_INIT;
    ok(cad_tokenizer_encode(t, text, len, CAD_SPECIALS_parse, &ids));
    assert_int_equal(ids.n, json_array_size(want));
    for (size_t i = 0; i < ids.n; i++)
        assert_int_equal(ids.id[i], json_integer_value(json_array_get(want, i)));
    ok(cad_tokenizer_decode(t, ids.id, ids.n, false, &back));
    assert_int_equal(back.len, len);
    if (len)
        assert_memory_equal(back.data, text, len);
    cad_ids_deinit(&ids);
    cad_buf_deinit(&back);
}

static void test_golden_texts_have_the_ids_of_the_tokenizers_library(void **state)
{
    (void)state;
    cad_buf lines = golden("tok_tiny/cases.jsonl");
    json_t *v;
    size_t at = 0, n = 0;
    for (; (v = golden_next(&lines, &at)); n++) {
        const json_t *text = json_object_get(v, "text");
        expect_ids(tiny, json_string_value(text), json_string_length(text), json_object_get(v, "ids"));
        json_decref(v);
    }
    assert_true(n > 250);
    cad_buf_deinit(&lines);
}

static void test_special_text_is_a_token_only_when_parsed(void **state)
{
    (void)state;
    const char *text = "a<|endoftext|>";
    cad_ids ids = CAD_IDS_INIT;
    ok(cad_tokenizer_encode(tiny, text, strlen(text), CAD_SPECIALS_parse, &ids));
    assert_int_equal(ids.n, 2);
    assert_int_equal(ids.id[1], cad_tokenizer_eos(tiny));
    cad_buf b = CAD_BUF_INIT;
    ok(cad_tokenizer_decode(tiny, ids.id, ids.n, true, &b));
    assert_string_equal(b.data, "a");
    cad_ids_clear(&ids);
    ok(cad_tokenizer_encode(tiny, text, strlen(text), CAD_SPECIALS_text, &ids));
    assert_true(ids.n > 3);
    for (size_t i = 0; i < ids.n; i++)
        assert_int_not_equal(ids.id[i], cad_tokenizer_eos(tiny));
    cad_buf_clear(&b);
    ok(cad_tokenizer_decode(tiny, ids.id, ids.n, true, &b));
    assert_string_equal(b.data, text);
    uint32_t id;
    assert_int_equal(cad_tokenizer_match_added(tiny, text + 1, strlen(text + 1), &id), 13);
    assert_int_equal(cad_tokenizer_match_added(tiny, text + 1, 12, &id), 0);
    cad_ids_deinit(&ids);
    cad_buf_deinit(&b);
}

/* tok_tiny with `n` more added tokens, "a" followed by any text over "ab": all texts of up to 15 letters, shortest first. */
static cad_status with_added(size_t n, const char *text, cad_tokenizer **out)
{
    json_error_t e;
    json_t *o = json_loadb(tiny_json.data, tiny_json.len, 0, &e), *list = json_object_get(o, "added_tokens");
    json_int_t id = cad_tokenizer_vocab_size(tiny);
    for (size_t i = 0; i < n; i++) {
        char name[24] = "#a";
        size_t len = 2;
        for (size_t bits = i + 1; bits > 1; bits >>= 1) /* the leading one is not written */
            name[len++] = bits & 1 ? 'b' : 'a';
        assert_int_equal(json_array_append_new(list, json_pack("{ss,sI}", "content", text ? text : name, "id", id++)), 0);
    }
    char *json = json_dumps(o, JSON_COMPACT);
    cad_status s = cad_tokenizer_parse(json, strlen(json), "many", out);
    free(json);
    json_decref(o);
    return s;
}

static void test_of_many_added_tokens_the_longest_is_found(void **state)
{
    (void)state;
    enum { MANY = 60000, LONGEST = 15, LETTERS = 1 << 15 };
    cad_tokenizer *t;
    char *text = malloc(LETTERS);
    assert_non_null(text);
    ok(with_added(MANY, NULL, &t));
    cad_rng r = cad_rng_make(1, "added", 0);
    for (size_t i = 0; i < LETTERS; i++)
        text[i] = "#aab"[cad_rng_range(&r, 0, 3)];
    size_t found = 0;
    for (size_t i = 0; i < LETTERS; i++) {
        size_t want = 0, left = LETTERS - i;
        uint32_t id = 0;
        for (size_t n = left < LONGEST + 2 ? left : LONGEST + 2; !want && n > 1 && text[i] == '#'; n--) {
            int64_t any = cad_tokenizer_find(t, text + i, n);
            want = any >= cad_tokenizer_vocab_size(tiny) ? n : 0;
        }
        assert_int_equal(cad_tokenizer_match_added(t, text + i, left, &id), want);
        if (want)
            assert_int_equal(id, cad_tokenizer_find(t, text + i, want));
        found += want > 0;
    }
    assert_true(found > LETTERS / 20);
    free(text);
    cad_tokenizer_destroy(t);
    fails(with_added(CAD_TOKENIZER_MAX_ADDED + 1, "x", &t), CAD_EDATA, "added tokens; the limit is 65536");
}

static void test_bad_input_is_an_error_and_changes_nothing(void **state)
{
    (void)state;
    cad_ids ids = CAD_IDS_INIT;
    cad_buf b = CAD_BUF_INIT;
    ok(cad_tokenizer_encode(tiny, "ab", 2, CAD_SPECIALS_text, &ids));
    size_t n = ids.n;
    fails(cad_tokenizer_encode(tiny, "good \xC3(", 7, CAD_SPECIALS_text, &ids), CAD_EDATA, "byte 5");
    fails(cad_tokenizer_encode(tiny, "\xED\xA0\x80", 3, CAD_SPECIALS_text, &ids), CAD_EDATA, "byte 0");
    assert_int_equal(ids.n, n);
    uint32_t beyond = (uint32_t)cad_tokenizer_vocab_size(tiny);
    fails(cad_tokenizer_decode(tiny, &beyond, 1, false, &b), CAD_EDATA, "not in the vocabulary");
    cad_detok d = CAD_DETOK_INIT;
    fails(cad_detok_add(&d, tiny, beyond, &b), CAD_EDATA, "not in the vocabulary");
    cad_ids_deinit(&ids);
    cad_buf_deinit(&b);
}

/* The id of one byte. */
static uint32_t byte_id(unsigned char c)
{
    int64_t id = cad_tokenizer_find(tiny, (const char *)&c, 1);
    assert_true(id >= 0);
    return (uint32_t)id;
}

static void expect_detok(const char *bytes, const char *want)
{
    cad_detok d = CAD_DETOK_INIT;
    cad_buf b = CAD_BUF_INIT;
    for (const char *p = bytes; *p; p++) {
        ok(cad_detok_add(&d, tiny, byte_id((unsigned char)*p), &b));
        assert_int_equal(cad_utf8_check(cad_buf_cstr(&b), b.len), b.len);
    }
    ok(cad_detok_finish(&d, &b));
    assert_string_equal(cad_buf_cstr(&b), want);
    cad_buf_deinit(&b);
}

static void test_arriving_bytes_come_out_as_whole_characters(void **state)
{
    (void)state;
    expect_detok("a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80", "a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80");
    expect_detok("\xC3", "\xEF\xBF\xBD");
    expect_detok("\xC3"
                 "b",
                 "\xEF\xBF\xBD"
                 "b");
    expect_detok("\xE4\xB8\xC3\xA9", "\xEF\xBF\xBD\xC3\xA9");
    expect_detok("\x80\xFF", "\xEF\xBF\xBD\xEF\xBF\xBD");
    expect_detok("\xF0\x9F\x98", "\xEF\xBF\xBD");
    cad_detok d = CAD_DETOK_INIT;
    cad_buf b = CAD_BUF_INIT;
    ok(cad_detok_add(&d, tiny, byte_id(0xE4), &b));
    ok(cad_detok_add(&d, tiny, byte_id(0xB8), &b));
    assert_int_equal(b.len, 0);
    ok(cad_detok_add(&d, tiny, byte_id(0xAD), &b));
    assert_int_equal(b.len, 3);
    cad_buf_deinit(&b);
}

/* The short loop and the heap must agree: a piece of letters on both sides of the limit, against its own parts. */
static void test_long_pieces_decode_to_themselves(void **state)
{
    (void)state;
    cad_rng r = cad_rng_make(4, "long", 0);
    for (int round = 0; round < 40; round++) {
        char text[4000];
        size_t n = (size_t)cad_rng_range(&r, 60, 3990);
        for (size_t i = 0; i < n; i++)
            text[i] = "platehowcirdmn"[cad_rng_range(&r, 0, 13)];
        cad_ids ids = CAD_IDS_INIT;
        cad_buf b = CAD_BUF_INIT;
        ok(cad_tokenizer_encode(tiny, text, n, CAD_SPECIALS_text, &ids));
        ok(cad_tokenizer_decode(tiny, ids.id, ids.n, false, &b));
        assert_int_equal(b.len, n);
        assert_memory_equal(b.data, text, n);
        assert_true(ids.n < n);
        cad_ids_deinit(&ids);
        cad_buf_deinit(&b);
    }
}

static void *encode_many(void *out)
{
    const char *text = "plate 40 x 20.5 mm, four holes\nC 40 20.5 5\nT 1 -20 0 0";
    for (int i = 0; i < 300; i++) {
        cad_ids ids = CAD_IDS_INIT;
        if (cad_tokenizer_encode(tiny, text, strlen(text), CAD_SPECIALS_text, &ids) != CAD_OK)
            return out;
        *(uint64_t *)out = *(uint64_t *)out * 31 + ids.n + ids.id[ids.n / 2];
        cad_ids_deinit(&ids);
    }
    return NULL;
}

static void test_threads_share_a_tokenizer(void **state)
{
    (void)state;
    pthread_t th[4];
    uint64_t sum[4] = {0};
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&th[i], NULL, encode_many, &sum[i]), 0);
    for (int i = 0; i < 4; i++) {
        void *failed;
        assert_int_equal(pthread_join(th[i], &failed), 0);
        assert_null(failed);
    }
    assert_true(sum[0] == sum[1] && sum[1] == sum[2] && sum[2] == sum[3]);
}

/* ---- files ---- */

static cad_status parse_text(const char *text)
{
    cad_tokenizer *t;
    cad_status s = cad_tokenizer_parse(text, strlen(text), "t.json", &t);
    if (s == CAD_OK)
        cad_tokenizer_destroy(t);
    return s;
}

static void test_stages_that_are_not_implemented_are_named(void **state)
{
    (void)state;
    static const refused_edit table[] = {
        {"\"normalizer\": null", "\"normalizer\": {\"type\": \"NFKC\"}", CAD_EREFUSED, "NFKC"},
        {"\"type\": \"BPE\"", "\"type\": \"Unigram\"", CAD_EREFUSED, "Unigram"},
        {"\"type\": \"Split\"", "\"type\": \"Punctuation\"", CAD_EREFUSED, "Punctuation"},
        {"\"type\": \"Sequence\"", "\"type\": \"Whitespace\"", CAD_EREFUSED, "Whitespace"},
        {"\"Isolated\"", "\"Removed\"", CAD_EREFUSED, "Removed"},
        {"\"invert\": false", "\"invert\": true", CAD_EREFUSED, "inverted"},
        {"\"add_prefix_space\": false", "\"add_prefix_space\": true", CAD_EREFUSED, "add_prefix_space"},
        {"\"decoder\": {\n    \"type\": \"ByteLevel\"", "\"decoder\": {\n    \"type\": \"Metaspace\"", CAD_EREFUSED,
         "Metaspace"},
        {"\"post_processor\": null", "\"post_processor\": {\"type\": \"RobertaProcessing\"}", CAD_EREFUSED,
         "RobertaProcessing"},
        {"\"byte_fallback\": false", "\"byte_fallback\": true", CAD_EREFUSED, "byte_fallback"},
        {"\"dropout\": null", "\"dropout\": 0.1", CAD_EREFUSED, "dropout"},
        {"\"lstrip\": false", "\"lstrip\": true", CAD_EREFUSED, "lstrip"},
        {"\"Regex\": \"", "\"Regex\": \"(", CAD_EREFUSED, "split pattern"},
        {"\"Regex\": \"", "\"Regex\": \"x*|", CAD_EREFUSED, "empty text"},
        {"\"Regex\"", "\"String\"", CAD_EREFUSED, "Regex"},
        {"\"id\": 399", "\"id\": 400", CAD_EDATA, "no gap"},
        {"\"id\": 399", "\"id\": 5", CAD_EDATA, "id 5 belongs to"},
        {"\"!\": 0", "\"!\": 1", CAD_EDATA, "id 1 belongs to"},
        {"\"!\": 0", "\"!\": -1", CAD_EDATA, "not an integer"},
        {"\"!\": 0", "\"zz\": 0", CAD_EDATA, "no token for byte 0x21"},
        {"\"!\": 0", "\"\xE4\xB8\xAD\": 0", CAD_EREFUSED, "byte alphabet"},
        {"\"merges\": [\n      \"", "\"merges\": [\n      \"q", CAD_EDATA, "merge 0"},
        {"\"merges\": [", "\"merges\": [\"a b c\",", CAD_EDATA, "merge 0 is not two tokens"},
        {"\"merges\": [", "\"merges\": [\"! !\",", CAD_EDATA, "its result is not in the vocabulary"},
        {"\"merges\": [", "\"merges\": [[\"a\"],", CAD_EDATA, "pair of strings"},
        {"\"model\"", "\"modem\"", CAD_EDATA, "model"},
        {"{", "[", CAD_EPARSE, "not JSON"},
    };
    each_is_refused(tiny_json.data, table, sizeof table / sizeof *table, parse_text);
    ok(parse_text(edited(tiny_json.data, "\"post_processor\": null", "\"post_processor\": {\"type\": \"ByteLevel\"}")));
    cad_tokenizer *t;
    fails(cad_tokenizer_load(scratch("none.json"), &t), CAD_ENOTFOUND, "none.json");
    fails(cad_tokenizer_parse("[]", 2, "t.json", &t), CAD_EDATA, "not a JSON object");
}

static void test_a_token_in_front_is_recognised(void **state)
{
    (void)state;
    static const char front[] =
        "\"post_processor\": {\"type\":\"Sequence\",\"processors\":[{\"type\":\"ByteLevel\"},{\"type\":"
        "\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<|endoftext|>\",\"type_id\":0}},"
        "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}],\"pair\":[],\"special_tokens\":{\"<|endoftext|>\":"
        "{\"id\":\"<|endoftext|>\",\"ids\":[399],\"tokens\":[]}}}]}";
    const char *json = edited(tiny_json.data, "\"post_processor\": null", front);
    cad_tokenizer *t;
    ok(cad_tokenizer_parse(json, strlen(json), "t.json", &t));
    assert_int_equal(cad_tokenizer_bos(t), 399);
    assert_int_equal(cad_tokenizer_bos(tiny), -1);
    assert_string_not_equal(cad_tokenizer_hash(t), cad_tokenizer_hash(tiny));
    assert_int_equal(strlen(cad_tokenizer_hash(t)), 32);
    cad_buf b = CAD_BUF_INIT;
    ok(cad_tokenizer_print_config(tiny, &b));
    assert_non_null(strstr(b.data, "\"eos_token\": \"<|endoftext|>\""));
    assert_non_null(strstr(b.data, "\"pad_token\": null"));
    assert_int_equal(cad_tokenizer_pad(tiny), -1);
    cad_buf_deinit(&b);
    cad_tokenizer_destroy(t);
}

static cad_status load_and_encode(void)
{
    cad_tokenizer *t = NULL;
    cad_ids ids = CAD_IDS_INIT;
    char text[200];
    memset(text, 'a', sizeof text);
    cad_status s = cad_tokenizer_parse(tiny_json.data, tiny_json.len, "t", &t);
    if (s == CAD_OK)
        s = cad_tokenizer_encode(t, text, sizeof text, CAD_SPECIALS_parse, &ids);
    if (s != CAD_OK)
        assert_int_equal(ids.n, 0);
    cad_tokenizer_destroy(t);
    cad_ids_deinit(&ids);
    return s;
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    uint64_t k = 1;
    for (;; k++) {
        cad_mem_fail_at(k, 1);
        cad_status s = load_and_encode();
        cad_mem_fail_at(0, 0);
        if (s == CAD_OK)
            break;
        assert_int_equal(s, CAD_ENOMEM);
    }
    assert_true(k > 10);
}

/* ---- the real vocabularies ---- */

typedef struct check {
    const char *text;
    uint32_t n;
    uint32_t qwen[16];
    uint32_t m;
    uint32_t llama[16];
} check;

static const check checks[] = {
    {"Hello world", 2, {9707, 1879}, 2, {9906, 1917}},
    {" Vi\xE1\xBB\x87t", 1, {128324}, 1, {101798}},
    {"C 50 30 5\n", 10, {34, 220, 20, 15, 220, 18, 15, 220, 20, 198}, 8, {34, 220, 1135, 220, 966, 220, 20, 198}},
    {"ENDSEC;\n", 3, {4689, 25548, 280}, 3, {4794, 26629, 280}},
    {"END-ISO-10303-21;",
     13,
     {4689, 12, 24167, 12, 16, 15, 18, 15, 18, 12, 17, 16, 26},
     9,
     {4794, 12, 25141, 12, 6889, 2839, 12, 1691, 26}},
    {"#10 = CARTESIAN_POINT( -0.025",
     15,
     {2, 16, 15, 284, 78032, 1570, 22002, 27407, 7, 481, 15, 13, 15, 17, 20},
     12,
     {2, 605, 284, 79132, 1600, 22774, 28507, 7, 482, 15, 13, 18070}},
};

static void check_real(const char *family, int64_t vocab, int64_t bos, int64_t eos)
{
    bool llama = strcmp(family, "llama3.2") == 0;
    cad_tokenizer *t = real_tokenizer(family);
    assert_int_equal(cad_tokenizer_vocab_size(t), vocab);
    assert_int_equal(cad_tokenizer_bos(t), bos);
    assert_int_equal(cad_tokenizer_eos(t), eos);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        const check *c = &checks[i];
        cad_ids ids = CAD_IDS_INIT;
        ok(cad_tokenizer_encode(t, c->text, strlen(c->text), CAD_SPECIALS_text, &ids));
        uint32_t n = llama ? c->m : c->n;
        assert_int_equal(ids.n, n);
        assert_memory_equal(ids.id, llama ? c->llama : c->qwen, n * sizeof *ids.id);
        cad_ids_deinit(&ids);
    }
    /* "Vi" "e" with two marks: only the family with form C composes it */
    cad_ids ids = CAD_IDS_INIT;
    const char *apart = " Vie\xCC\xA3\xCC\x82t";
    ok(cad_tokenizer_encode(t, apart, strlen(apart), CAD_SPECIALS_text, &ids));
    assert_int_equal(ids.n == 1, !llama);
    cad_ids_deinit(&ids);
    cad_tokenizer_destroy(t);
}

static void test_qwen_gives_the_published_ids(void **state)
{
    (void)state;
    check_real("qwen2.5", 151665, -1, 151643);
}

static void test_llama_gives_the_published_ids(void **state)
{
    (void)state;
    check_real("llama3.2", 128256, 128000, 128001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_texts_have_the_ids_of_the_tokenizers_library),
        cmocka_unit_test(test_special_text_is_a_token_only_when_parsed),
        cmocka_unit_test(test_of_many_added_tokens_the_longest_is_found),
        cmocka_unit_test(test_bad_input_is_an_error_and_changes_nothing),
        cmocka_unit_test(test_arriving_bytes_come_out_as_whole_characters),
        cmocka_unit_test(test_long_pieces_decode_to_themselves),
        cmocka_unit_test(test_threads_share_a_tokenizer),
        cmocka_unit_test(test_stages_that_are_not_implemented_are_named),
        cmocka_unit_test(test_a_token_in_front_is_recognised),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_qwen_gives_the_published_ids),
        cmocka_unit_test(test_llama_gives_the_published_ids),
    };
    return cmocka_run_group_tests(tests, load_tiny, drop_tiny);
}
