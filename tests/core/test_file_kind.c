#include "tests/scratch_dir.h"

#include "core/file_kind.h"
#include "core/fs.h"

#include <unistd.h>

static void put(const char *name, const char *bytes, size_t len)
{
    char folder[300];
    snprintf(folder, sizeof folder, "%s", scratch(name));
    *strrchr(folder, '/') = '\0';
    ok(cad_fs_mkdirs(folder));
    ok(cad_fs_write(scratch(name), bytes, len));
}
#define PUT(name, text) put(name, text, sizeof text - 1)

static void make_files(void)
{
    PUT("a.ini", "# a comment\n\n[train]\nlr = 1\n");
    PUT("c.jsonl", "{\"info\":{\"n\":3},\"kind\":\"corpus\",\"schema\":1}\n{\"kind\":\"ir\"}\n");
    PUT("s.jsonl", "{ \"schema\" : 1, \"kind\" : \"suite\" }\n");
    PUT("p.jsonl", "{\"schema\":1,\"kind\":\"predictions\"}\n");
    PUT("t.json", "{\"model\":{}}\n{\"kind\":\"corpus\"}");
    PUT("x.pack.h5", "\x89HDF\r\n\x1a\nrest");
    PUT("w.safetensors", "\x10\0\0\0\0\0\0\0{\"a\":1}");
    PUT("f.step", "ISO-10303-21;\n");
    PUT("f.ir", "C 1 1 1\n");
    PUT("i.png", "\x89PNG\r\n\x1a\n");
    PUT("prose.txt", "plate 40x20x5\n[not a section, it goes on\n");
    PUT("zeros", "\0\0\0\0");
    PUT("empty", "");
    PUT("splits/val.jsonl", "{}");
    PUT("run/run.json", "{}");
    PUT("run/config.ini", "[run]\n");
    PUT("model/config.json", "{}");
    PUT("both/config.json", "{}");
    PUT("both/tokenizer.json", "{}");
    PUT("words/tokenizer.json", "{}");
    PUT("unnamed/model.safetensors", "\x10\0\0\0\0\0\0\0{\"a\":1}");
    PUT("unnamed/tokenizer.json", "{}");
    PUT("plain/x", "x");
}

static void test_kinds_are_seen_by_bytes_and_by_what_a_folder_holds(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        cad_file_kind kind;
    } t[] = {{"a.ini", CAD_FILE_config},          {"c.jsonl", CAD_FILE_corpus},    {"s.jsonl", CAD_FILE_suite},
             {"p.jsonl", CAD_FILE_answers},       {"t.json", CAD_FILE_json},       {"x.pack.h5", CAD_FILE_pack},
             {"w.safetensors", CAD_FILE_weights}, {"f.step", CAD_FILE_part},       {"f.ir", CAD_FILE_part},
             {"i.png", CAD_FILE_picture},         {"prose.txt", CAD_FILE_unknown}, {"zeros", CAD_FILE_unknown},
             {"empty", CAD_FILE_unknown},         {"splits", CAD_FILE_splits},     {"run", CAD_FILE_run},
             {"model", CAD_FILE_model},           {"words", CAD_FILE_tokenizer},   {"plain", CAD_FILE_folder},
             {"unnamed", CAD_FILE_model},         {"nothing", CAD_FILE_absent}};
    for (size_t i = 0; i < sizeof t / sizeof *t; i++)
        if (cad_file_kind_of(scratch(t[i].name)) != t[i].kind)
            fail_msg("%s: %s; expected %s", t[i].name, cad_file_kind_name(cad_file_kind_of(scratch(t[i].name))),
                     cad_file_kind_name(t[i].kind));
}

static void test_another_kind_is_refused_with_what_was_meant(void **state)
{
    (void)state;
    fails(cad_file_expect(scratch("c.jsonl"), CAD_FILE_config), CAD_EDATA,
          "c.jsonl: a corpus (JSON lines); expected a configuration (INI)\nhint: cadprep split ");
    fails(cad_file_expect(scratch("c.jsonl"), CAD_FILE_pack), CAD_EDATA, "/c.pack.h5");
    fails(cad_file_expect(scratch("run"), CAD_FILE_config), CAD_EDATA, "hint: the one inside: ");
    fails(cad_file_expect(scratch("words/tokenizer.json"), CAD_FILE_tokenizer), CAD_EDATA, "/words");
    fails(cad_file_expect(scratch("plain"), CAD_FILE_model), CAD_ENOTFOUND, "hint: for instance runs/NAME/ckpt/latest");
    fails(cad_file_expect(scratch("model"), CAD_FILE_tokenizer), CAD_ENOTFOUND, "expected a folder with a tokenizer");
    fails(cad_file_expect(scratch("a.inj"), CAD_FILE_config), CAD_ENOTFOUND, "/a.ini?");
    fails(cad_file_expect(scratch("f"), CAD_FILE_part), CAD_ENOTFOUND, "did you mean ");
    fails(cad_file_expect(scratch("tiny_qlora"), CAD_FILE_config), CAD_ENOTFOUND, "configs/tiny_qlora.ini");
}

static void test_a_link_to_nowhere_and_an_empty_path_are_told_as_such(void **state)
{
    (void)state;
    const char *at = scratch("best");
    assert_int_equal(symlink("gone", at), 0);
    assert_true(cad_fs_leads_nowhere(at));
    fails(cad_file_expect(at, CAD_FILE_model), CAD_ENOTFOUND,
          "best: a link to what is not there; expected a folder with a model");
    assert_int_equal(unlink(at), 0);
    assert_false(cad_fs_leads_nowhere(at));
    assert_false(cad_fs_leads_nowhere(scratch("model")));
    fails(cad_file_expect("", CAD_FILE_model), CAD_ENOTFOUND, "an empty path; expected a folder with a model");
}

static void test_what_may_be_of_the_kind_is_left_to_its_reader(void **state)
{
    (void)state;
    ok(cad_file_expect(scratch("a.ini"), CAD_FILE_config));
    ok(cad_file_expect(scratch("prose.txt"), CAD_FILE_config));
    ok(cad_file_expect(scratch("empty"), CAD_FILE_pack));
    ok(cad_file_expect(scratch("t.json"), CAD_FILE_suite));
    ok(cad_file_expect(scratch("c.jsonl"), CAD_FILE_prompts));
    ok(cad_file_expect(scratch("both"), CAD_FILE_tokenizer));
    ok(cad_file_expect(scratch("run"), CAD_FILE_model));
}

static int setup(void **state)
{
    if (scratch_setup(state) != 0)
        return -1;
    make_files();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_are_seen_by_bytes_and_by_what_a_folder_holds),
        cmocka_unit_test(test_another_kind_is_refused_with_what_was_meant),
        cmocka_unit_test(test_a_link_to_nowhere_and_an_empty_path_are_told_as_such),
        cmocka_unit_test(test_what_may_be_of_the_kind_is_left_to_its_reader),
    };
    return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
