#include "model/hf/licence.h"

#include "core/fs.h"
#include "tests/scratch_dir.h"

static void put(const char *name, const char *text)
{
    ok(cad_fs_mkdirs(scratch("model")));
    char path[64];
    snprintf(path, sizeof path, "model/%s", name);
    ok(cad_fs_write(scratch(path), text, strlen(text)));
}

static void finds(const char *want)
{
    char got[64] = "";
    bool is = cad_model_licence(scratch("model"), got, sizeof got);
    assert_int_equal(is, want != NULL);
    assert_string_equal(got, want ? want : "");
}

static void test_the_head_of_the_card_says_it(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(scratch("model")));
    finds(NULL);
    put("README.md", "---\nlanguage: en\nlicense: apache-2.0\n---\n# A model\nlicense: mit\n");
    finds("apache-2.0");
    put("README.md", "---\r\nlicense: \"other\"\r\nlicense_name: 'qwen-research'\r\nlicense_link: x\r\n---\r\n");
    finds("qwen-research");
    put("README.md", "---\nlicense: llama3.2\nlicense_name: not this one\n---\n");
    finds("llama3.2");
}

static void test_else_the_first_line_of_the_licence(void **state)
{
    (void)state;
    put("README.md", "# A model\n\nlicense: mit\n"); /* text, no head */
    finds(NULL);
    put("LICENSE.txt", "\n  \nLLAMA 3.2 COMMUNITY LICENSE AGREEMENT\nmore\n");
    finds("LLAMA 3.2 COMMUNITY LICENSE AGREEMENT");
    put("LICENSE", "                                 Apache License\n                           Version 2.0, January 2004\n");
    finds("Apache License");
    put("README.md", "---\nlicense: mit\n---\n");
    finds("mit");
}

static void test_any_bytes_are_safe_and_cut(void **state)
{
    (void)state;
    char text[400];
    put("LICENSE", "");
    put("LICENSE.txt", "\n\n");
    put("README.md", "---");
    finds(NULL);
    put("README.md", "---\nlicense:\nlicense_name:\n---");
    finds(NULL);
    put("README.md", "---\nlicense: mit");
    finds("mit");
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    put("LICENSE", text);
    put("README.md", "");
    text[63] = '\0';
    finds(text);
    ok(cad_fs_write(scratch("model/README.md"), "---\0\nlicense: a\0b\n---\n", 22));
    finds(text);
    ok(cad_fs_remove_tree(scratch("model")));
}

static void card_has(const char *want)
{
    cad_buf b = CAD_BUF_INIT;
    ok(cad_model_licence_card(scratch("model"), &b));
    assert_string_equal(cad_buf_cstr(&b), want);
    cad_buf_deinit(&b);
}

static void test_the_card_of_a_model_made_from_it_says_the_same(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(scratch("model")));
    card_has("");
    put("LICENSE.txt", "LLAMA 3.2 COMMUNITY LICENSE AGREEMENT\nmore\n");
    card_has("license: other\nlicense_name: \"LLAMA 3.2 COMMUNITY LICENSE AGREEMENT\"\n");
    put("README.md", "---\nlanguage: en\nlicense: apache-2.0\n---\nlicense: mit\n");
    card_has("license: apache-2.0\n");
    put("README.md", "---\nlicense: 'other'\nlicense_name: qwen-research\nlicense_link: https://x.y/z: \"a\tb\" c\n---\n");
    card_has("license: other\nlicense_name: qwen-research\nlicense_link: \"https://x.y/z: \\\"a\\\\tb\\\" c\"\n");
    ok(cad_fs_remove_tree(scratch("model")));
}

static void test_licences_and_notices_are_told_by_their_names(void **state)
{
    (void)state;
    assert_true(cad_licence_is_file("LICENSE") && cad_licence_is_file("NOTICE") && cad_licence_is_file("LICENSE.md"));
    assert_false(cad_licence_is_file("LICENSE.safetensors") || cad_licence_is_file("README.md"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_head_of_the_card_says_it),
        cmocka_unit_test(test_else_the_first_line_of_the_licence),
        cmocka_unit_test(test_any_bytes_are_safe_and_cut),
        cmocka_unit_test(test_the_card_of_a_model_made_from_it_says_the_same),
        cmocka_unit_test(test_licences_and_notices_are_told_by_their_names),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
