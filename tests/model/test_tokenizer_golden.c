/* The real vocabularies on the strings of tests/golden/tok_qwen2 and tok_llama3: ids, places, text back. */
#include "tests/model/golden_lines.h"
#include "tests/model/real_tokenizer.h"

#include "core/threads.h"
#include "core/utf8.h"

enum { CASES = 2000 };

static void expect_ids(const cad_ids *ids, const json_t *want, size_t number, const char *how)
{
    bool same = ids->n == json_array_size(want);
    for (size_t i = 0; same && i < ids->n; i++)
        same = ids->id[i] == json_integer_value(json_array_get(want, i));
    if (!same)
        fail_msg("line %zu: other ids, added tokens %s", number + 1, how);
}

/* Places follow each other; where form C changed the text they still cover all of it. */
static void expect_places(const cad_spans *spans, size_t len, bool exact, size_t number)
{
    size_t end = 0, covered = 0;
    char *seen = test_calloc(len + 1, 1);
    for (size_t i = 0; i < spans->n; i++) {
        cad_span s = spans->span[i];
        if (s.begin >= s.end || s.end > len || (exact && s.begin != end))
            fail_msg("line %zu: token %zu stands at %zu..%zu after %zu", number + 1, i, s.begin, s.end, end);
        end = s.end;
        memset(seen + s.begin, 1, s.end - s.begin);
    }
    for (size_t i = 0; i < len; i++)
        covered += (size_t)seen[i];
    assert_int_equal(covered, len);
    test_free(seen);
}

static void check_family(const char *family, const char *file)
{
    cad_tokenizer *t = real_tokenizer(family);
    cad_buf lines = golden(file), back = CAD_BUF_INIT;
    cad_ids ids = CAD_IDS_INIT, again = CAD_IDS_INIT;
    cad_spans spans = CAD_SPANS_INIT;
    json_t *v;
    size_t at = 0, n = 0, changed = 0, differ = 0;
    for (; (v = golden_next(&lines, &at)); n++) {
        const json_t *text = json_object_get(v, "text"), *plain = json_object_get(v, "as_text");
        const char *s = json_string_value(text);
        size_t len = json_string_length(text);
        cad_ids_clear(&ids);
        cad_ids_clear(&again);
        cad_spans_clear(&spans);
        cad_buf_clear(&back);
        ok(cad_tokenizer_encode_spans(t, s, len, CAD_SPECIALS_parse, &ids, &spans));
        expect_ids(&ids, json_object_get(v, "ids"), n, "parsed");
        ok(cad_tokenizer_decode(t, ids.id, ids.n, false, &back));
        bool exact = back.len == len && (len == 0 || !memcmp(back.data, s, len));
        changed += !exact;
        assert_int_equal(spans.n, ids.n);
        expect_places(&spans, len, exact, n);
        ok(cad_tokenizer_encode(t, s, len, CAD_SPECIALS_text, &again));
        expect_ids(&again, plain ? plain : json_object_get(v, "ids"), n, "as text");
        differ += plain != NULL;
        json_decref(v);
    }
    assert_int_equal(n, CASES);
    assert_int_equal(changed > CASES / 10, strcmp(family, "qwen2.5") == 0);
    assert_true(differ > 50);
    cad_ids_deinit(&ids);
    cad_ids_deinit(&again);
    cad_spans_deinit(&spans);
    cad_buf_deinit(&lines);
    cad_buf_deinit(&back);
    cad_tokenizer_destroy(t);
}

static void test_qwen_gives_the_ids_of_the_library(void **state)
{
    (void)state;
    check_family("qwen2.5", "tok_qwen2/cases.jsonl");
}

static void test_llama_gives_the_ids_of_the_library(void **state)
{
    (void)state;
    check_family("llama3.2", "tok_llama3/cases.jsonl");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_qwen_gives_the_ids_of_the_library),
        cmocka_unit_test(test_llama_gives_the_ids_of_the_library),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
