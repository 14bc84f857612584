#include "tests/model/golden_lines.h"
#include "tests/scratch_dir.h"
#include "tests/sha256.h"

#include "model/text/template.h"

static cad_arena *arena;
static cad_tokenizer *tok;

static void expect_prompt(const char *name, const cad_prompt_slots *slots, const char *want)
{
    const cad_template *t;
    cad_buf b = CAD_BUF_INIT;
    ok(cad_template_get(name, NULL, arena, &t));
    ok(cad_template_prompt(t, slots, &b));
    assert_string_equal(cad_buf_cstr(&b), want);
    cad_buf_deinit(&b);
}

static void test_the_built_in_templates_have_these_bytes(void **state)
{
    (void)state;
    const char *blocks[] = {"A 1\n", "B 2"};
    expect_prompt("ir", &(cad_prompt_slots){.caption = "a box"}, "a box\n");
    expect_prompt("step", &(cad_prompt_slots){.caption = "a box\n\n"}, "a box\n");
    expect_prompt("step-rag", &(cad_prompt_slots){"a box", blocks, 2}, "a box\nA 1\nB 2\n\n");
    expect_prompt("step-rag", &(cad_prompt_slots){.caption = "a box"}, "a box\n\n\n");
    expect_prompt("cad0", &(cad_prompt_slots){.caption = "a {caption} box"}, "Design: a {caption} box\n\nCompact IR:\n");
    const cad_template *t;
    cad_buf b = CAD_BUF_INIT;
    ok(cad_template_get("ir", NULL, arena, &t));
    assert_string_equal(t->text, "{caption}\n{output}");
    assert_int_equal(t->len, 18);
    assert_false(t->has_retrieved);
    fails(cad_template_prompt(t, &(cad_prompt_slots){"a", blocks, 1}, &b), CAD_EINVAL, "has no {retrieved}");
    const cad_template *u;
    ok(cad_template_get("step", NULL, arena, &u));
    assert_string_equal(t->hash, u->hash);
    ok(cad_template_get("cad0", NULL, arena, &u));
    assert_string_not_equal(t->hash, u->hash);
    ok(cad_template_get("step-rag", NULL, arena, &u));
    assert_true(u->has_retrieved);
    char hash[CAD_HASH_HEX];
    cad_hash128_hex("{caption}\n{output}", 18, hash);
    assert_string_equal(t->hash, hash);
    fails(cad_template_get("iR", NULL, arena, &t), CAD_ECONFIG, "unknown");
    cad_buf_deinit(&b);
}

static void expect_kind(const char *name, const char *kind, const char *by_text)
{
    const cad_template *t;
    ok(cad_template_get(name, NULL, arena, &t));
    assert_string_equal(cad_template_named_kind(name), kind);
    if (by_text)
        assert_string_equal(cad_template_kind(t), by_text);
    else
        assert_null(cad_template_kind(t));
}

static void expect_names(const char *kind, bool retrieved, const char *first, const char *all)
{
    cad_buf b = CAD_BUF_INIT;
    ok(cad_template_names(kind, retrieved, &b));
    assert_string_equal(cad_buf_cstr(&b), all);
    if (first)
        assert_string_equal(cad_template_default(kind, retrieved), first);
    else
        assert_null(cad_template_default(kind, retrieved));
    cad_buf_deinit(&b);
}

static void test_a_template_is_for_rows_of_one_kind(void **state)
{
    (void)state;
    expect_kind("ir", "ir", NULL); /* the bytes of step */
    expect_kind("step", "step", NULL);
    expect_kind("cad0", "ir", "ir");
    expect_kind("step-rag", "step", "step");
    expect_kind("steplm-rag", "step", "step");
    expect_kind("steplm-norag", "step", "step");
    assert_null(cad_template_named_kind("file"));
    assert_null(cad_template_named_kind(""));
    expect_names("ir", false, "ir", "ir cad0 file");
    expect_names("ir", true, NULL, "file");
    expect_names("step", false, "step", "step steplm-norag file");
    expect_names("step", true, "step-rag", "step-rag steplm-rag file");
}

/* The published text has {} for every slot. */
static void expect_published(const char *name, size_t len, const char *sha256)
{
    const cad_template *t;
    char text[512], hash[65];
    size_t n = 0;
    ok(cad_template_get(name, NULL, arena, &t));
    for (size_t i = 0; i < t->len; i++) {
        assert_true(n + 2 < sizeof text);
        text[n++] = t->text[i];
        if (t->text[i] != '{')
            continue;
        while (t->text[i] != '}')
            i++;
        text[n++] = '}';
    }
    sha256_hex(text, n, hash);
    assert_int_equal(n, len);
    assert_string_equal(hash, sha256);
}

static void test_the_prompts_of_steplm_have_the_published_bytes(void **state)
{
    (void)state;
    char hash[65];
    sha256_hex("abc", 3, hash); /* FIPS 180-4 */
    assert_string_equal(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect_published("steplm-rag", 323, "01a1fb21be5a4041daa7cd26d77527cb123ee74d3a45c2b579c97262715003cb");
    expect_published("steplm-norag", 252, "fb5716f74e705d7f64f012adf5acddc80ec08e50246595c82e4d9013ff3b9ef1");
    const char *block[] = {"#1=A();\n"};
    expect_prompt(
        "steplm-rag", &(cad_prompt_slots){"A rod.", block, 1},
        "You are a CAD model generation assistant trained to produce STEP (.step) files based on textual descriptions. "
        "Given the following object description and relevant retrieved CAD data, generate a STEP file that accurately "
        "represents the described object.\n\n\n### caption:\nA rod.\n\n### retrieved relevant step file:\n#1=A();\n\n"
        "### output:\n");
}

static void expect_broken(const char *text, const char *says)
{
    const cad_template *t;
    fails(cad_template_parse("x", text, strlen(text), arena, &t), CAD_ECONFIG, says);
}

static void test_a_template_file_must_have_its_slots(void **state)
{
    (void)state;
    expect_broken("", "{caption} occurs 0 times");
    expect_broken("{output}", "{caption} occurs 0 times");
    expect_broken("{caption}", "{output} is missing");
    expect_broken("{caption}{caption}{output}", "{caption} occurs 2 times");
    expect_broken("{caption}{retrieved}{retrieved}{output}", "{retrieved} occurs 2 times");
    expect_broken("{caption}{output}\n", "1 bytes after {output}");
    expect_broken("{output}{caption}", "9 bytes after {output}");
    const cad_template *t;
    fails(cad_template_get("file", NULL, arena, &t), CAD_ECONFIG, "no path");
    fails(cad_template_get("file:/nowhere/t.txt", NULL, arena, &t), CAD_ENOTFOUND, "/nowhere/t.txt");
    const char *text = "<x>{retrieved} {braces} {caption}{output}";
    ok(cad_fs_write(scratch("t.txt"), text, strlen(text)));
    char name[600];
    snprintf(name, sizeof name, "file:%s", scratch("t.txt"));
    ok(cad_template_get(name, NULL, arena, &t));
    assert_string_equal(t->name, "file");
    ok(cad_template_get("file", scratch("t.txt"), arena, &t));
    const char *blocks[] = {"R"};
    cad_buf b = CAD_BUF_INIT;
    ok(cad_template_prompt(t, &(cad_prompt_slots){"C", blocks, 1}, &b));
    assert_string_equal(b.data, "<x>R {braces} C");
    cad_buf_deinit(&b);
    char *big = test_calloc(1, CAD_TEMPLATE_MAX_BYTES + 2);
    memset(big, 'a', CAD_TEMPLATE_MAX_BYTES + 1);
    expect_broken(big, "the limit is");
    test_free(big);
}

static void encode(const cad_template *t, const cad_prompt_slots *slots, cad_ids *out)
{
    cad_ids_clear(out);
    ok(cad_template_encode(t, slots, tok, out));
}

static void test_special_tokens_count_in_the_template_and_not_in_slots(void **state)
{
    (void)state;
    const cad_template *t;
    cad_ids a = CAD_IDS_INIT, b = CAD_IDS_INIT;
    const char *text = "<|endoftext|>plate {caption}<|endoftext|>\n{output}";
    ok(cad_template_parse("x", text, strlen(text), arena, &t));
    encode(t, &(cad_prompt_slots){.caption = "with <|endoftext|> 5"}, &a);
    uint32_t eos = (uint32_t)cad_tokenizer_eos(tok);
    int n = 0;
    for (size_t i = 0; i < a.n; i++)
        n += a.id[i] == eos;
    assert_int_equal(n, 2);
    assert_int_equal(a.id[0], eos);
    assert_int_equal(a.id[a.n - 2], eos);
    /* between special tokens literal and slot are one text: the same ids as of that text */
    const char *joined = "plate with <|endoftext|> 5";
    ok(cad_tokenizer_encode(tok, joined, strlen(joined), CAD_SPECIALS_text, &b));
    assert_int_equal(b.n, a.n - 3);
    assert_memory_equal(b.id, a.id + 1, b.n * sizeof *b.id);
    /* without special tokens the prompt's ids are those of the prompt's text */
    cad_buf p = CAD_BUF_INIT;
    cad_prompt_slots slots = {.caption = "plate 40 x 20.5 mm."};
    ok(cad_template_get("ir", NULL, arena, &t));
    ok(cad_template_prompt(t, &slots, &p));
    encode(t, &slots, &a);
    cad_ids_clear(&b);
    ok(cad_tokenizer_encode(tok, p.data, p.len, CAD_SPECIALS_text, &b));
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.id, b.id, a.n * sizeof *a.id);
    size_t before = a.n;
    slots.caption = "bad \xFF";
    fails(cad_template_encode(t, &slots, tok, &a), CAD_EDATA, "UTF-8 at byte 4");
    assert_int_equal(a.n, before);
    cad_buf_deinit(&p);
    cad_ids_deinit(&a);
    cad_ids_deinit(&b);
}

int main(void)
{
    cad_buf json = golden("tok_tiny/tokenizer.json");
    if (cad_arena_create("test", (size_t)1 << 20, &arena) != CAD_OK ||
        cad_tokenizer_parse(json.data, json.len, "tok_tiny", &tok) != CAD_OK)
        return 1;
    cad_buf_deinit(&json);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_built_in_templates_have_these_bytes),
        cmocka_unit_test(test_a_template_is_for_rows_of_one_kind),
        cmocka_unit_test(test_the_prompts_of_steplm_have_the_published_bytes),
        cmocka_unit_test(test_a_template_file_must_have_its_slots),
        cmocka_unit_test(test_special_tokens_count_in_the_template_and_not_in_slots),
    };
    int bad = cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
    cad_tokenizer_destroy(tok);
    cad_arena_destroy(arena);
    return bad;
}
