/* Sources of prompts: lines and JSON lines, good and bad. */
#include "infer/prompts.h"
#include "tests/unit.h"

static cad_arena *arena;

static int setup(void **state)
{
    (void)state;
    return cad_arena_create("prompts", 1 << 20, &arena) == CAD_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    cad_arena_destroy(arena);
    return 0;
}

static void test_every_line_that_is_not_blank_is_a_prompt(void **state)
{
    (void)state;
    cad_prompts p;
    const char text[] = "cube 10\r\n\n   plate 40x20  \n\t\nwasher";
    ok(cad_prompts_lines(text, sizeof text - 1, "p.txt", arena, &p));
    assert_int_equal(p.n, 3);
    assert_string_equal(p.item[0].caption, "cube 10");
    assert_string_equal(p.item[0].id, "1");
    assert_string_equal(p.item[1].caption, "plate 40x20");
    assert_string_equal(p.item[1].id, "3");
    assert_string_equal(p.item[2].caption, "washer");
    fails(cad_prompts_lines(" \n\n", 3, "p.txt", arena, &p), CAD_ENOTFOUND, "p.txt: no prompt");
    fails(cad_prompts_lines("a\0b", 3, "p.txt", arena, &p), CAD_EDATA, "p.txt:1");
}

static void test_json_lines_carry_ids_and_retrieved_text(void **state)
{
    (void)state;
    cad_prompts p;
    const char text[] = "{\"schema\":1,\"kind\":\"prompts\"}\n"
                        "{\"id\":\"a\",\"prompt\":\"cube 10\",\"other\":[1]}\n"
                        "{\"id\":7,\"caption\":\"ball\",\"retrieved\":\"S 3\"}\n"
                        "{\"prompt\":\"no id\"}\n";
    ok(cad_prompts_jsonl(text, sizeof text - 1, "stdin", arena, &p));
    assert_int_equal(p.n, 3);
    assert_string_equal(p.item[0].id, "a");
    assert_null(p.item[0].retrieved);
    assert_string_equal(p.item[1].id, "7");
    assert_string_equal(p.item[1].retrieved, "S 3");
    assert_string_equal(p.item[2].id, "4");
}

static void test_bad_json_lines_are_named_by_their_number(void **state)
{
    (void)state;
    cad_prompts p;
    static const struct {
        const char *text, *part;
        cad_status code;
    } bad[] = {
        {"{\"prompt\":\"a\"}\n{\"prompt\":", "in.jsonl:2", CAD_EPARSE},
        {"{\"prompt\":\"a\"}\n\n{\"text\":\"b\"}", "in.jsonl:3: neither", CAD_EDATA},
        {"{\"prompt\":5}", "in.jsonl:1: key 'prompt' is no text", CAD_EDATA},
        {"[1,2]", "in.jsonl:1: no JSON object", CAD_EDATA},
        {"{\"schema\":1}", "in.jsonl: no prompt", CAD_ENOTFOUND},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        fails(cad_prompts_jsonl(bad[i].text, strlen(bad[i].text), "in.jsonl", arena, &p), bad[i].code, bad[i].part);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_line_that_is_not_blank_is_a_prompt),
        cmocka_unit_test(test_json_lines_carry_ids_and_retrieved_text),
        cmocka_unit_test(test_bad_json_lines_are_named_by_their_number),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
