/* WordPiece on a vocabulary of a few tokens; the real one is compared with the library by interop.tokenizer. */
#include "tests/model/edited.h"

#include "model/text/tokenizer.h"

static const char FILE_TEXT[] =
    "{\"added_tokens\":[{\"id\":0,\"content\":\"[PAD]\",\"special\":true,\"normalized\":false},"
    "{\"id\":1,\"content\":\"[UNK]\",\"special\":true,\"normalized\":false},"
    "{\"id\":2,\"content\":\"[CLS]\",\"special\":true,\"normalized\":false},"
    "{\"id\":3,\"content\":\"[SEP]\",\"special\":true,\"normalized\":false}],"
    "\"normalizer\":{\"type\":\"BertNormalizer\",\"clean_text\":true,\"handle_chinese_chars\":true,\"strip_accents\":null,"
    "\"lowercase\":true},\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"},\"post_processor\":{\"type\":\"TemplateProcessing\","
    "\"single\":[{\"SpecialToken\":{\"id\":\"[CLS]\",\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},"
    "{\"SpecialToken\":{\"id\":\"[SEP]\",\"type_id\":0}}],\"special_tokens\":{\"[CLS]\":{\"ids\":[2]},\"[SEP]\":{\"ids\":[3]}}}"
    ","
    "\"decoder\":{\"type\":\"WordPiece\",\"prefix\":\"##\",\"cleanup\":true},\"model\":{\"type\":\"WordPiece\","
    "\"unk_token\":\"[UNK]\",\"continuing_subword_prefix\":\"##\",\"max_input_chars_per_word\":100,\"vocab\":{\"[PAD]\":0,"
    "\"[UNK]\":1,\"[CLS]\":2,\"[SEP]\":3,\"plate\":4,\"##s\":5,\"a\":6,\"##a\":7,\".\":8,\"\xE4\xB8\xAD\":9,\"pl\":10,"
    "\"##ates\":11,\"[\":12,\"]\":13,\"cls\":14,\"e\":15,\"'\":16}}}";

static cad_tokenizer *small;

static int load(void **state)
{
    (void)state;
    return cad_tokenizer_parse(FILE_TEXT, sizeof FILE_TEXT - 1, "small", &small) == CAD_OK ? 0 : -1;
}

static int drop(void **state)
{
    (void)state;
    cad_tokenizer_destroy(small);
    return 0;
}

/* "id@begin-end " of each token. */
static void expect(const char *text, cad_specials specials, const char *want)
{
    cad_ids ids = CAD_IDS_INIT;
    cad_spans spans = CAD_SPANS_INIT;
    cad_buf got = CAD_BUF_INIT;
    ok(cad_tokenizer_encode_spans(small, text, strlen(text), specials, &ids, &spans));
    assert_int_equal(ids.n, spans.n);
    for (size_t i = 0; i < ids.n; i++)
        ok(cad_buf_printf(&got, "%u@%zu-%zu ", ids.id[i], spans.span[i].begin, spans.span[i].end));
    assert_string_equal(cad_buf_cstr(&got), want);
    cad_ids_deinit(&ids);
    cad_spans_deinit(&spans);
    cad_buf_deinit(&got);
}

static void test_words_become_their_longest_pieces(void **state)
{
    (void)state;
    expect("Plates a.", CAD_SPECIALS_text, "4@0-5 5@5-6 6@7-8 8@8-9 "); /* not pl ##ates */
    expect("aaa", CAD_SPECIALS_text, "6@0-1 7@1-2 7@2-3 ");
    expect(" \t\n", CAD_SPECIALS_text, "");
    expect("plateq a", CAD_SPECIALS_text, "1@0-6 6@7-8 ");
    expect("a\xE4\xB8\xAD"
           "a",
           CAD_SPECIALS_text, "6@0-1 9@1-4 6@4-5 ");
}

static void test_accents_controls_and_capitals_go(void **state)
{
    (void)state;
    expect("\xC3\x89 E\xCC\x81", CAD_SPECIALS_text, "15@0-2 15@3-4 ");
    expect("p\xE2\x80\x8Bl\x01"
           "ate",
           CAD_SPECIALS_text, "4@0-9 ");
    expect("a\xC2\xA0"
           "a\xE2\x80\xA8"
           "a",
           CAD_SPECIALS_text, "6@0-1 6@3-4 6@7-8 ");
}

static void test_long_words_are_unknown(void **state)
{
    (void)state;
    char text[120], want[1200];
    memset(text, 'a', 100);
    text[100] = '\0';
    size_t n = (size_t)snprintf(want, sizeof want, "6@0-1 ");
    for (int i = 1; i < 100; i++)
        n += (size_t)snprintf(want + n, sizeof want - n, "7@%d-%d ", i, i + 1);
    expect(text, CAD_SPECIALS_text, want);
    memcpy(text + 100, "a .", 4);
    expect(text, CAD_SPECIALS_text, "1@0-101 8@102-103 ");
}

static void test_names_of_special_tokens_are_text_unless_parsed(void **state)
{
    (void)state;
    expect("a[CLS]a", CAD_SPECIALS_parse, "6@0-1 2@1-6 6@6-7 ");
    expect("a[CLS]a", CAD_SPECIALS_text, "6@0-1 12@1-2 14@2-5 13@5-6 6@6-7 ");
}

static void test_a_whole_text_has_its_head_its_tail_and_its_limit(void **state)
{
    (void)state;
    cad_ids ids = CAD_IDS_INIT;
    assert_int_equal(cad_tokenizer_bos(small), 2);
    assert_int_equal(cad_tokenizer_tail(small), 3);
    ok(cad_tokenizer_encode_whole(small, "a a a", 5, CAD_SPECIALS_text, 0, &ids));
    static const uint32_t all[] = {2, 6, 6, 6, 3}, four[] = {2, 6, 6, 3};
    assert_int_equal(ids.n, 5);
    assert_memory_equal(ids.id, all, sizeof all);
    cad_ids_clear(&ids);
    ok(cad_tokenizer_encode_whole(small, "a a a", 5, CAD_SPECIALS_text, 4, &ids));
    assert_int_equal(ids.n, 4);
    assert_memory_equal(ids.id, four, sizeof four);
    fails(cad_tokenizer_encode_whole(small, "a", 1, CAD_SPECIALS_text, 1, &ids), CAD_EINVAL, "at most 1 ids; the file adds 2");
    fails(cad_tokenizer_encode_whole(small, "a\xFF", 2, CAD_SPECIALS_text, 4, &ids), CAD_EDATA, "byte 1");
    assert_int_equal(ids.n, 4);
    cad_ids_deinit(&ids);
}

static void test_decoding_joins_pieces(void **state)
{
    (void)state;
    static const uint32_t ids[] = {2, 4, 5, 6, 8, 3};
    cad_buf b = CAD_BUF_INIT;
    ok(cad_tokenizer_decode(small, ids, 6, true, &b));
    assert_string_equal(b.data, "plates a.");
    cad_buf_clear(&b);
    ok(cad_tokenizer_decode(small, ids, 6, false, &b));
    assert_string_equal(b.data, "[CLS] plates a. [SEP]");
    cad_detok d = CAD_DETOK_INIT;
    fails(cad_detok_add(&d, small, 4, &b), CAD_EREFUSED, "WordPiece");
    cad_buf_deinit(&b);
}

static void test_many_texts_are_each_as_alone(void **state)
{
    (void)state;
    enum { TEXTS = 50 };
    const char *text[TEXTS];
    size_t len[TEXTS];
    cad_ids ids[TEXTS] = {0}, alone = CAD_IDS_INIT;
    for (size_t i = 0; i < TEXTS; i++) {
        text[i] = &"plates plates a a. plates a plates a . a plates a a"[i];
        len[i] = strlen(text[i]);
    }
    ok(cad_tokenizer_encode_many(small, text, len, TEXTS, CAD_SPECIALS_text, ids));
    for (size_t i = 0; i < TEXTS; i++) {
        cad_ids_clear(&alone);
        ok(cad_tokenizer_encode(small, text[i], len[i], CAD_SPECIALS_text, &alone));
        assert_int_equal(ids[i].n, alone.n);
        assert_true(alone.n > 0);
        assert_memory_equal(ids[i].id, alone.id, alone.n * sizeof *alone.id);
    }
    text[7] = text[9] = "a\xFF";
    len[7] = len[9] = 2;
    size_t before = ids[0].n;
    fails(cad_tokenizer_encode_many(small, text, len, TEXTS, CAD_SPECIALS_text, ids), CAD_EDATA,
          "text 7: tokenizer: the text is not UTF-8 at byte 1");
    assert_int_equal(ids[0].n, before);
    for (size_t i = 0; i < TEXTS; i++)
        cad_ids_deinit(&ids[i]);
    cad_ids_deinit(&alone);
}

static cad_status parse_text(const char *text)
{
    cad_tokenizer *t;
    return cad_tokenizer_parse(text, strlen(text), "t.json", &t);
}

static void test_files_with_other_parts_are_refused_by_name(void **state)
{
    (void)state;
    static const refused_edit table[] = {
        {"BertNormalizer", "Lowercase", CAD_EREFUSED, "BertNormalizer"},
        {"BertPreTokenizer", "Whitespace", CAD_EREFUSED, "BertPreTokenizer"},
        {"\"decoder\":{\"type\":\"WordPiece\"", "\"decoder\":{\"type\":\"ByteLevel\"", CAD_EREFUSED, "decoder WordPiece"},
        {"\"prefix\":\"##\",\"cleanup\"", "\"prefix\":\"@@\",\"cleanup\"", CAD_EDATA, "continuing_subword_prefix"},
        {"\"unk_token\":\"[UNK]\"", "\"unk_token\":\"[UNX]\"", CAD_EDATA, "unk_token"},
        {"per_word\":100", "per_word\":0", CAD_EDATA, "max_input_chars_per_word"},
        {"per_word\":100", "per_word\":100000", CAD_EDATA, "from 1 to 1000"},
        {"\"ids\":[3]", "\"ids\":[99]", CAD_EDATA, "the token behind has no id"},
        {"{\"SpecialToken\":{\"id\":\"[SEP]\",\"type_id\":0}}],", "{\"Sequence\":{\"id\":\"B\"}}],", CAD_EREFUSED,
         "one behind"},
        {"\"e\":15", "\"e\":25", CAD_EDATA, "no gap"},
    };
    each_is_refused(FILE_TEXT, table, sizeof table / sizeof *table, parse_text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_become_their_longest_pieces),
        cmocka_unit_test(test_accents_controls_and_capitals_go),
        cmocka_unit_test(test_long_words_are_unknown),
        cmocka_unit_test(test_names_of_special_tokens_are_text_unless_parsed),
        cmocka_unit_test(test_a_whole_text_has_its_head_its_tail_and_its_limit),
        cmocka_unit_test(test_decoding_joins_pieces),
        cmocka_unit_test(test_many_texts_are_each_as_alone),
        cmocka_unit_test(test_files_with_other_parts_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, load, drop);
}
