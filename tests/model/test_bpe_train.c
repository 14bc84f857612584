#include "tests/model/golden_lines.h"

#include "core/mem.h"
#include "core/rng.h"
#include "model/text/bpe_train.h"
#include "model/text/tokenizer.h"

enum { GOLDEN_VOCAB = 400, MAX_TEXTS = 512 };

/* Learns from the texts of the golden corpus, in an order that `shuffle` changes. */
static void learn_golden(uint64_t shuffle, cad_buf *out, int64_t *vocab)
{
    cad_buf lines = golden("tok_tiny/corpus.jsonl");
    json_t *row[MAX_TEXTS], *v;
    size_t at = 0, n = 0;
    while ((v = golden_next(&lines, &at)) && n < MAX_TEXTS)
        row[n++] = v;
    assert_int_equal(n, 300);
    cad_rng r = cad_rng_make(shuffle, "shuffle", 0);
    for (size_t i = n - 1; shuffle && i > 0; i--) {
        size_t k = (size_t)cad_rng_range(&r, 0, (int64_t)i);
        json_t *t = row[i];
        row[i] = row[k];
        row[k] = t;
    }
    cad_bpe_trainer *t;
    ok(cad_bpe_create(CAD_BPE_ir, GOLDEN_VOCAB, &t));
    for (size_t i = 0; i < n; i++) {
        const json_t *text = json_object_get(row[i], "text");
        ok(cad_bpe_add(t, json_string_value(text), json_string_length(text)));
    }
    ok(cad_bpe_finish(t, out, vocab));
    cad_bpe_destroy(t);
    for (size_t i = 0; i < n; i++)
        json_decref(row[i]);
    cad_buf_deinit(&lines);
}

static void test_the_golden_corpus_gives_the_golden_file_in_any_order(void **state)
{
    (void)state;
    cad_buf want = golden("tok_tiny/tokenizer.json");
    for (uint64_t shuffle = 0; shuffle < 3; shuffle++) {
        cad_buf got = CAD_BUF_INIT;
        int64_t vocab;
        learn_golden(shuffle, &got, &vocab);
        assert_int_equal(vocab, GOLDEN_VOCAB);
        assert_int_equal(got.len, want.len);
        assert_memory_equal(got.data, want.data, want.len);
        cad_buf_deinit(&got);
    }
    cad_buf_deinit(&want);
}

static cad_tokenizer *learn(cad_bpe_kind kind, int64_t vocab, const char *const *text, size_t n)
{
    cad_bpe_trainer *b;
    cad_buf json = CAD_BUF_INIT;
    cad_tokenizer *t;
    ok(cad_bpe_create(kind, vocab, &b));
    for (size_t i = 0; i < n; i++)
        ok(cad_bpe_add(b, text[i], strlen(text[i])));
    ok(cad_bpe_finish(b, &json, NULL));
    ok(cad_tokenizer_parse(json.data, json.len, "learned", &t));
    cad_bpe_destroy(b);
    cad_buf_deinit(&json);
    return t;
}

/* The tokens of a text, joined by '|'. */
static void expect_pieces(const cad_tokenizer *t, const char *text, const char *want)
{
    cad_ids ids = CAD_IDS_INIT;
    cad_buf b = CAD_BUF_INIT;
    ok(cad_tokenizer_encode(t, text, strlen(text), CAD_SPECIALS_text, &ids));
    for (size_t i = 0; i < ids.n; i++) {
        size_t len;
        const char *bytes = cad_tokenizer_bytes(t, ids.id[i], &len);
        if (i)
            ok(cad_buf_str(&b, "|"));
        ok(cad_buf_add(&b, bytes, len));
    }
    assert_string_equal(cad_buf_cstr(&b), want);
    cad_buf_deinit(&b);
    cad_ids_deinit(&ids);
}

static void test_digits_stay_single_and_heads_become_one_token(void **state)
{
    (void)state;
    static const char *const text[] = {
        "plate 40 x 40 x 40 mm\n",
        "plate 40 x 40 x 40 mm\n",
        "C 40 40 5\nY 40 5\nT 1 40 40 0\nD 0 2",
        "C 40 40 5\nY 40 5\nT 1 40 40 0\nD 0 2",
        "SK 0 0\nEND\nT 10 1 -1\nT 10 1 -1",
    };
    cad_tokenizer *t = learn(CAD_BPE_ir, 400, text, 5);
    expect_pieces(t, "plate 40 x 40.5 mm\n", "plate| |4|0| x| |4|0|.|5| mm|\n");
    expect_pieces(t, "C 40 -40.5\nY 40 5\nT 1 40\nD 0 2", "C| |4|0| -|4|0|.|5|\nY| |4|0| |5|\nT 1| |4|0|\nD 0| |2");
    expect_pieces(t, "\nT 10 4\nT 13 4\nT 2 4\nQ 4", "\nT 10| |4|\nT 1|3| |4|\nT |2| |4|\n|Q| |4");
    cad_tokenizer_destroy(t);
}

/* No learned token outside the heads holds a digit together with anything. */
static void test_no_token_beside_heads_holds_a_digit(void **state)
{
    (void)state;
    cad_buf json = golden("tok_tiny/tokenizer.json");
    cad_tokenizer *t;
    ok(cad_tokenizer_parse(json.data, json.len, "golden", &t));
    int heads = 0;
    for (uint32_t id = 256; id < cad_tokenizer_vocab_size(t) - 1; id++) {
        size_t len, digits = 0;
        const char *b = cad_tokenizer_bytes(t, id, &len);
        for (size_t i = 0; i < len; i++)
            digits += b[i] >= '0' && b[i] <= '9';
        heads += digits > 0;
        if (digits > 0)
            assert_true(b[0] == '\n' && b[1] >= 'A' && b[1] <= 'Z' && len >= 4);
    }
    assert_true(heads > 10);
    assert_int_equal(cad_tokenizer_eos(t), GOLDEN_VOCAB - 1);
    assert_int_equal(cad_tokenizer_find(t, "!", 1), 0);
    assert_int_equal(cad_tokenizer_find(t, "7", 1), 22);
    assert_int_equal(cad_tokenizer_find(t, "\n", 1), 198);
    assert_int_equal(cad_tokenizer_find(t, " ", 1), 220);
    cad_tokenizer_destroy(t);
    cad_buf_deinit(&json);
}

static void test_ties_are_broken_by_bytes_and_learning_stops_without_pairs(void **state)
{
    (void)state;
    static const char *const twice[] = {"aa aa"};
    cad_tokenizer *t = learn(CAD_BPE_step, 258, twice, 1);
    expect_pieces(t, "aaaaa", "aa|aa|a"); /* equal ranks: leftmost first, in short and in long pieces */
    char many[202];
    memset(many, 'a', 201);
    many[201] = '\0';
    cad_ids ids = CAD_IDS_INIT;
    ok(cad_tokenizer_encode(t, many, 201, CAD_SPECIALS_text, &ids));
    assert_int_equal(ids.n, 101);
    assert_int_equal(ids.id[0], cad_tokenizer_find(t, "aa", 2));
    assert_int_equal(ids.id[100], cad_tokenizer_find(t, "a", 1));
    cad_ids_deinit(&ids);
    cad_tokenizer_destroy(t);
    static const char *const text[] = {"cd ab", "ab cd"};
    t = learn(CAD_BPE_step, 65536, text, 2);
    /* pieces: cd, " ab", ab, " cd": (a, b) and (c, d) twice each; then " ab", " cd" once each */
    assert_int_equal(cad_tokenizer_vocab_size(t), 259);
    assert_int_equal(cad_tokenizer_find(t, "ab", 2), 256);
    assert_int_equal(cad_tokenizer_find(t, "cd", 2), 257);
    cad_tokenizer_destroy(t);
    t = learn(CAD_BPE_step, 258, text, 2);
    assert_int_equal(cad_tokenizer_vocab_size(t), 258);
    assert_int_equal(cad_tokenizer_find(t, "cd", 2), -1);
    cad_tokenizer_destroy(t);
    t = learn(CAD_BPE_ir, 300, NULL, 0);
    assert_int_equal(cad_tokenizer_vocab_size(t), 257);
    cad_tokenizer_destroy(t);
}

static void test_learned_files_load_whatever_the_texts_are(void **state)
{
    (void)state;
    cad_rng r = cad_rng_make(11, "texts", 0);
    static const char *const alphabet[] = {"a",     "b", "c", "aa", "\n", " ",        "C",   "T 1",
                                           "\nT 1", "0", "1", "\"", "\\", "\xC3\xA9", "\x7F"};
    for (int round = 0; round < 60; round++) {
        cad_bpe_trainer *b;
        cad_buf text = CAD_BUF_INIT, json = CAD_BUF_INIT, back = CAD_BUF_INIT;
        cad_ids ids = CAD_IDS_INIT;
        cad_tokenizer *t;
        for (int64_t k = cad_rng_range(&r, 1, 3000); k > 0; k--)
            ok(cad_buf_str(&text, alphabet[cad_rng_range(&r, 0, round % 2 ? 3 : 14)]));
        ok(cad_bpe_create(round % 3 ? CAD_BPE_ir : CAD_BPE_step, cad_rng_range(&r, 257, 700), &b));
        ok(cad_bpe_add(b, text.data, text.len));
        ok(cad_bpe_finish(b, &json, NULL));
        ok(cad_tokenizer_parse(json.data, json.len, "learned", &t));
        ok(cad_tokenizer_encode(t, text.data, text.len, CAD_SPECIALS_text, &ids));
        ok(cad_tokenizer_decode(t, ids.id, ids.n, false, &back));
        assert_int_equal(back.len, text.len);
        assert_memory_equal(back.data, text.data, text.len);
        cad_bpe_destroy(b);
        cad_tokenizer_destroy(t);
        cad_ids_deinit(&ids);
        cad_buf_deinit(&text);
        cad_buf_deinit(&json);
        cad_buf_deinit(&back);
    }
}

static cad_status learn_a_little(void)
{
    static const char text[] = "plate plate 40\nT 1 2\nT 1 2\nT 1 2";
    cad_bpe_trainer *b = NULL;
    cad_buf json = CAD_BUF_INIT;
    cad_status s = cad_bpe_create(CAD_BPE_ir, 300, &b);
    if (s == CAD_OK)
        s = cad_bpe_add(b, text, sizeof text - 1);
    if (s == CAD_OK)
        s = cad_bpe_finish(b, &json, NULL);
    cad_bpe_destroy(b);
    cad_buf_deinit(&json);
    return s;
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    uint64_t k = 1;
    for (;; k++) {
        cad_mem_fail_at(k, 1);
        cad_status s = learn_a_little();
        cad_mem_fail_at(0, 0);
        if (s == CAD_OK)
            break;
        assert_int_equal(s, CAD_ENOMEM);
    }
    assert_true(k > 10);
}

static void test_bad_requests_are_named(void **state)
{
    (void)state;
    cad_bpe_trainer *b;
    fails(cad_bpe_create(CAD_BPE_ir, 256, &b), CAD_EINVAL, "257..65536");
    fails(cad_bpe_create(CAD_BPE_ir, 65537, &b), CAD_EINVAL, "257..65536");
    ok(cad_bpe_create(CAD_BPE_ir, 257, &b));
    fails(cad_bpe_add(b, "ab\xFF", 3), CAD_EDATA, "byte 2");
    cad_bpe_destroy(b);
}

/* --write PATH: makes the golden file anew. */
static int write_golden(const char *path)
{
    cad_buf b = CAD_BUF_INIT;
    int64_t vocab;
    learn_golden(0, &b, &vocab);
    int bad = cad_fs_write(path, b.data, b.len) != CAD_OK;
    cad_buf_deinit(&b);
    return bad;
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "--write"))
        return write_golden(argv[2]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_golden_corpus_gives_the_golden_file_in_any_order),
        cmocka_unit_test(test_digits_stay_single_and_heads_become_one_token),
        cmocka_unit_test(test_no_token_beside_heads_holds_a_digit),
        cmocka_unit_test(test_ties_are_broken_by_bytes_and_learning_stops_without_pairs),
        cmocka_unit_test(test_learned_files_load_whatever_the_texts_are),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_bad_requests_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
