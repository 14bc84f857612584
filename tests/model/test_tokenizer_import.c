/* A folder with vocab.json and merges.txt in the place of tokenizer.json. */
#include "core/fs.h"
#include "core/json.h"
#include "model/text/tokenizer.h"
#include "tests/model/golden_lines.h"
#include "tests/scratch_dir.h"

static void put(const char *name, const char *text)
{
    char path[4300];
    snprintf(path, sizeof path, "%s/%s", scratch("old"), name);
    ok(cad_fs_write(path, text, strlen(text)));
}

/* vocab.json and merges.txt of the golden tokenizer, a config of that class. */
static void make_folder(const char *config)
{
    cad_buf json = golden("tok_tiny/tokenizer.json"), b = CAD_BUF_INIT;
    json_t *o, *m;
    size_t i;
    ok(cad_fs_mkdirs(scratch("old")));
    ok(cad_json_parse(json.data, json.len, "tok_tiny", &o));
    const json_t *model = json_object_get(o, "model");
    ok(cad_json_print(json_object_get(model, "vocab"), &b));
    put("vocab.json", b.data);
    cad_buf_clear(&b);
    ok(cad_buf_str(&b, "#version: 0.2\n"));
    json_array_foreach(json_object_get(model, "merges"), i, m) ok(cad_buf_printf(&b, "%s\n", json_string_value(m)));
    put("merges.txt", b.data);
    put("tokenizer_config.json", config);
    json_decref(o);
    cad_buf_deinit(&b);
    cad_buf_deinit(&json);
}

#define ADDED "\"added_tokens_decoder\":{\"399\":{\"content\":\"<|endoftext|>\",\"special\":true}}"

static void test_the_class_stands_for_normaliser_and_pattern(void **state)
{
    (void)state;
    cad_tokenizer *t;
    cad_ids ids = CAD_IDS_INIT;
    cad_buf b = CAD_BUF_INIT;
    make_folder("{\"tokenizer_class\":\"Qwen2Tokenizer\"," ADDED "}");
    ok(cad_tokenizer_load_dir(scratch("old"), &t));
    assert_int_equal(cad_tokenizer_vocab_size(t), 400);
    assert_int_equal(cad_tokenizer_eos(t), 399);
    assert_true(cad_tokenizer_is_special(t, 399));
    ok(cad_tokenizer_encode(t, "plate e\xCC\x81<|endoftext|>", 22, CAD_SPECIALS_parse, &ids));
    assert_int_equal(ids.id[ids.n - 1], 399);
    ok(cad_tokenizer_decode(t, ids.id, ids.n - 1, false, &b));
    assert_string_equal(b.data, "plate \xC3\xA9"); /* form C */
    cad_tokenizer_destroy(t);
    make_folder("{\"tokenizer_class\":\"GPT2Tokenizer\"," ADDED "}");
    ok(cad_tokenizer_load_dir(scratch("old"), &t));
    cad_ids_clear(&ids);
    cad_buf_clear(&b);
    ok(cad_tokenizer_encode(t, "e\xCC\x81", 3, CAD_SPECIALS_parse, &ids));
    ok(cad_tokenizer_decode(t, ids.id, ids.n, false, &b));
    assert_string_equal(b.data, "e\xCC\x81"); /* as it was */
    cad_tokenizer_destroy(t);
    cad_ids_deinit(&ids);
    cad_buf_deinit(&b);
}

static void test_what_was_put_together_is_a_tokenizer_json(void **state)
{
    (void)state;
    cad_tokenizer *t, *again;
    cad_buf b = CAD_BUF_INIT;
    make_folder("{\"tokenizer_class\":\"Qwen2Tokenizer\"," ADDED "}");
    ok(cad_tokenizer_json_of(scratch("old"), &b));
    ok(cad_tokenizer_parse(b.data, b.len, "made", &again));
    ok(cad_tokenizer_load_dir(scratch("old"), &t));
    assert_string_equal(cad_tokenizer_hash(t), cad_tokenizer_hash(again));
    cad_tokenizer_destroy(t);
    cad_tokenizer_destroy(again);
    cad_buf_deinit(&b);
}

static void test_added_tokens_of_older_files(void **state)
{
    (void)state;
    cad_tokenizer *t;
    make_folder("{\"tokenizer_class\":\"GPT2Tokenizer\",\"eos_token\":{\"content\":\"<|endoftext|>\"}}");
    put("added_tokens.json", "{\"<|endoftext|>\":399,\"<tool>\":400}");
    ok(cad_tokenizer_load_dir(scratch("old"), &t));
    assert_int_equal(cad_tokenizer_vocab_size(t), 401);
    assert_true(cad_tokenizer_is_special(t, 399));
    assert_false(cad_tokenizer_is_special(t, 400));
    cad_tokenizer_destroy(t);
    put("added_tokens.json", "{\"<|endoftext|>\":\"399\"}");
    fails(cad_tokenizer_load_dir(scratch("old"), &t), CAD_EDATA, "added_tokens.json: the id of '<|endoftext|>'");
    char path[4300];
    snprintf(path, sizeof path, "%s/added_tokens.json", scratch("old"));
    ok(cad_fs_remove(path));
}

static void test_other_classes_and_broken_files_are_named(void **state)
{
    (void)state;
    cad_tokenizer *t;
    make_folder("{\"tokenizer_class\":\"LlamaTokenizer\"}");
    fails(cad_tokenizer_load_dir(scratch("old"), &t), CAD_EREFUSED, "LlamaTokenizer");
    make_folder("{}");
    fails(cad_tokenizer_load_dir(scratch("old"), &t), CAD_EREFUSED, "is missing");
    make_folder("{\"tokenizer_class\":\"GPT2Tokenizer\",\"add_prefix_space\":true}");
    fails(cad_tokenizer_load_dir(scratch("old"), &t), CAD_EREFUSED, "add_prefix_space");
    make_folder("{\"tokenizer_class\":\"GPT2Tokenizer\",\"added_tokens_decoder\":{\"x\":{\"content\":\"a\"}}}");
    fails(cad_tokenizer_load_dir(scratch("old"), &t), CAD_EDATA, "added_tokens_decoder: 'x'");
    make_folder("{\"tokenizer_class\":\"GPT2Tokenizer\"," ADDED "}");
    put("merges.txt", "#version: 0.2\na b\nabc\n");
    fails(cad_tokenizer_load_dir(scratch("old"), &t), CAD_EDATA, "merges.txt:3: not two tokens");
    put("merges.txt", "zz yy\n");
    fails(cad_tokenizer_load_dir(scratch("old"), &t), CAD_EDATA, "merge 0: 'zz' is not in the vocabulary");
    put("vocab.json", "[]");
    fails(cad_tokenizer_load_dir(scratch("old"), &t), CAD_EDATA, "vocab.json: not a JSON object");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_class_stands_for_normaliser_and_pattern),
        cmocka_unit_test(test_what_was_put_together_is_a_tokenizer_json),
        cmocka_unit_test(test_added_tokens_of_older_files),
        cmocka_unit_test(test_other_classes_and_broken_files_are_named),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
