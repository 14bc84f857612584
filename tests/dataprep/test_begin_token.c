/* A begin token stands once in front of a packed row, whoever put it there: the packer or nobody. */
#include "tests/model/golden_lines.h"
#include "tests/scratch_dir.h"

#include "dataprep/corpus_row.h"
#include "dataprep/pack.h"
#include "dataprep/stage_pack.h"

static cad_arena *arena;
static cad_tokenizer *tokenizer; /* tok_tiny whose end token is the begin token too, as in many base models */

static const char front[] = "\"post_processor\": {\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":"
                            "\"<|endoftext|>\",\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}],\"pair\":[],"
                            "\"special_tokens\":{\"<|endoftext|>\":{\"id\":\"<|endoftext|>\",\"ids\":[399],\"tokens\":[]}}}";

static int setup(void **state)
{
    static const char none[] = "\"post_processor\": null";
    if (scratch_setup(state) || cad_arena_create("begin", 1 << 20, &arena) != CAD_OK)
        return -1;
    cad_buf json = golden("tok_tiny/tokenizer.json"), other = CAD_BUF_INIT;
    const char *at = strstr(cad_buf_cstr(&json), none);
    assert_non_null(at);
    ok(cad_buf_add(&other, json.data, (size_t)(at - json.data)));
    ok(cad_buf_str(&other, front));
    ok(cad_buf_str(&other, at + sizeof none - 1));
    ok(cad_tokenizer_parse(other.data, other.len, "begin", &tokenizer));
    cad_buf_deinit(&json);
    cad_buf_deinit(&other);
    cad_corpus_writer *w;
    ok(cad_corpus_create(scratch("rows.jsonl"), "demo", NULL, &w));
    ok(cad_corpus_add(w, &(cad_row){.id = "only",
                                    .caption = "<|endoftext|> a box",
                                    .target = "C 12 7 5",
                                    .kind = "ir",
                                    .split = "train",
                                    .family = "plate"}));
    ok(cad_corpus_commit(w));
    return 0;
}

static int teardown(void **state)
{
    cad_tokenizer_destroy(tokenizer);
    cad_arena_destroy(arena);
    return scratch_teardown(state);
}

static cad_status pack(const char *template_text)
{
    cad_stage_pack_args a = {.in = scratch("rows.jsonl"),
                             .out = scratch("rows.h5"),
                             .tokenizer = tokenizer,
                             .tokenizer_name = "begin",
                             .max_tokens = 64,
                             .bos = 1,
                             .waived = "",
                             .split_group = "caption,geometry"};
    cad_stage_pack_result r;
    ok(cad_template_parse("file", template_text, strlen(template_text), arena, &a.tpl));
    return cad_stage_pack(&a, &r);
}

static void test_a_row_begins_with_one_begin_token_whatever_its_caption_says(void **state)
{
    (void)state;
    cad_pack *p;
    uint32_t bos = (uint32_t)cad_tokenizer_bos(tokenizer);
    ok(pack("{caption}\n{output}"));
    ok(cad_pack_open(scratch("rows.h5"), NULL, &p));
    assert_int_equal(p->info.bos_id, bos);
    assert_int_equal(p->tokens[0], bos);
    for (size_t i = 1; i + 1 < p->n_tokens; i++)
        assert_int_not_equal(p->tokens[i], bos);
    cad_pack_close(p);
}

static void test_a_template_that_brings_its_own_begin_token_is_refused(void **state)
{
    (void)state;
    fails(pack("<|endoftext|>{caption}\n{output}"), CAD_EDATA, "row only: the template begins with a second begin token");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_row_begins_with_one_begin_token_whatever_its_caption_says),
        cmocka_unit_test(test_a_template_that_brings_its_own_begin_token_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
