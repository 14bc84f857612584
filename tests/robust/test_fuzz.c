/* F1: what others wrote never breaks its parser; F6: what is printed reads back as itself.  One test for each parser. */
#include "tests/filter.h"
#include "tests/robust/fuzz_rig.h"

#include "core/config.h"
#include "core/json.h"
#include "dataprep/corpus_row.h"
#include "dataprep/pack.h"
#include "eval/suite.h"
#include "model/hf/hfconfig.h"
#include "model/hf/peft.h"
#include "model/hf/safetensors.h"
#include "model/text/template.h"
#include "tests/train/train_tmp.h"
#include "train/ckpt_manifest.h"

enum { CASES = 5000, FILE_CASES = 5000 };

static cad_buf text_of(const char *text)
{
    cad_buf b = CAD_BUF_INIT;
    ok(cad_buf_str(&b, text));
    return b;
}

static cad_buf source_file(const char *name)
{
    const char *source = getenv("CADLM_SOURCE");
    return train_read(train_path(source ? source : ".", name));
}

static void run(const char *name, cad_buf *seed, size_t n, int cases, fuzz_fn *fn)
{
    fuzz(&(fuzz_target){.name = name, .seed = seed, .n_seeds = n, .cases = cases, .run = fn});
    for (size_t i = 0; i < n; i++)
        cad_buf_deinit(&seed[i]);
}

static void same_text(const cad_buf *a, const cad_buf *b)
{
    if (a->len != b->len || memcmp(cad_buf_cstr(a), cad_buf_cstr(b), a->len) != 0)
        fail_msg("printed once: %.500s\nprinted again: %.500s", cad_buf_cstr(a), cad_buf_cstr(b));
}

/* ---- JSON, and a row of a corpus ---- */

static cad_status do_json(void *ctx, const char *data, size_t len, bool *parsed)
{
    (void)ctx;
    json_t *v, *again;
    CAD_TRY(cad_json_parse(data, len, "x.json", &v));
    *parsed = true;
    cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT;
    ok(cad_json_print(v, &a));
    ok(cad_json_parse(a.data, a.len, "printed", &again));
    ok(cad_json_print(again, &b));
    same_text(&a, &b);
    json_decref(v);
    json_decref(again);
    cad_buf_deinit(&a);
    cad_buf_deinit(&b);
    return CAD_OK;
}

static void test_F1_json(void **state)
{
    (void)state;
    cad_buf seed[] = {text_of("{\"a\":[1,2.5,-0.0,1e300,true,false,null],\"b\":{\"c\":\"caf\xC3\xA9 \\u0001 \\\"\",\"d\":[]}}"),
                      text_of("[[[{}],[]],\"\",9223372036854775807]"), source_file("models/tiny/config.json")};
    run("json", seed, 3, CASES, do_json);
}

static const char *const ROW =
    "{\"caption\":\"a plate\\n40 x "
    "20\",\"expect\":{\"bbox\":[40,20,5],\"holes\":[]},\"group\":{\"caption\":\"00112233445566ff\","
    "\"geometry\":\"0000000000000001\"},\"id\":\"row-1\",\"kind\":\"ir\",\"meta\":{\"family\":\"plate\",\"params\":{\"a\":40},"
    "\"phrasing\":\"seen\",\"units\":\"mm\"},\"source\":\"synth\",\"split\":\"train\",\"target\":\"C 40 20 5\"}";

static cad_status do_row(void *ctx, const char *data, size_t len, bool *parsed)
{
    (void)ctx;
    json_t *o;
    cad_row row, again;
    cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT;
    CAD_TRY(cad_json_parse(data, len, "c.jsonl:2", &o));
    cad_frame f = cad_arena_mark(arena);
    cad_status s = cad_row_parse(o, "c.jsonl:2", arena, &row);
    json_decref(o);
    if (s == CAD_OK) {
        *parsed = true;
        ok(cad_row_print(&row, &a));
        ok(cad_json_parse(a.data, a.len, "printed", &o));
        ok(cad_row_parse(o, "printed", arena, &again));
        json_decref(o);
        ok(cad_row_print(&again, &b));
        same_text(&a, &b);
    }
    cad_arena_rewind(arena, f);
    cad_buf_deinit(&a);
    cad_buf_deinit(&b);
    return s;
}

static void test_F1_corpus_row(void **state)
{
    (void)state;
    cad_buf seed[] = {text_of(ROW), text_of("{\"id\":\"x\",\"caption\":\"c\",\"target\":\"t\",\"more\":{\"deep\":[1]}}")};
    run("corpus row", seed, 2, CASES, do_row);
}

static cad_status do_corpus(void *ctx, const char *data, size_t len, bool *parsed)
{
    (void)ctx;
    const char *path = fuzz_path("c.jsonl");
    fuzz_file(path, data, len);
    cad_frame f = cad_arena_mark(arena);
    cad_row *row;
    size_t n;
    cad_status s = cad_corpus_load(path, arena, &row, &n);
    for (size_t i = 0; s == CAD_OK && i < n; i++)
        assert_true(*row[i].id && row[i].caption && row[i].target && strlen(row[i].expect) < len);
    *parsed = s == CAD_OK && n > 0;
    cad_arena_rewind(arena, f);
    return s;
}

static void test_F1_jsonl(void **state)
{
    (void)state;
    cad_buf b = text_of("{\"info\":{},\"kind\":\"corpus\",\"name\":\"x\",\"schema\":1}\n");
    ok(cad_buf_printf(&b, "%s\n{\"id\":\"2\",\"caption\":\"c\",\"target\":\"C 1 1 1\"}\n", ROW));
    run("jsonl", &b, 1, FILE_CASES, do_corpus);
}

static cad_status do_suite(void *ctx, const char *data, size_t len, bool *parsed)
{
    (void)ctx;
    const char *path = fuzz_path("s.jsonl");
    fuzz_file(path, data, len);
    cad_frame f = cad_arena_mark(arena);
    cad_suite suite;
    cad_status s = cad_suite_load(path, arena, &suite);
    if (s == CAD_OK) {
        *parsed = true;
        size_t all = strlen(suite.name) + strlen(suite.version);
        for (size_t i = 0; i < suite.n; i++)
            all += strlen(suite.row[i].id) + strlen(suite.row[i].prompt) + strlen(suite.row[i].family) +
                   strlen(suite.row[i].phrasing) + strlen(suite.row[i].units);
        assert_true(suite.n > 0 && all <= len);
        cad_suite_deinit(&suite);
    }
    cad_arena_rewind(arena, f);
    return s;
}

static void test_F1_suite(void **state)
{
    (void)state;
    cad_buf seed[] = {
        text_of("{\"schema\":1,\"kind\":\"suite\",\"name\":\"s\",\"version\":\"1\"}\n"
                "{\"id\":\"a\",\"prompt\":\"a box\",\"reference\":{\"ir\":\"C 1 1 1\"},\"expect\":{\"bbox\":[1,1,1],"
                "\"solids\":1,\"holes\":[{\"d\":2,\"count\":1}]},\"family\":\"f\",\"phrasing\":\"seen\",\"units\":\"mm\"}\n"
                "{\"id\":\"b\",\"prompt\":\"p\",\"seven\":3,\"cluster\":\"00ff\"}\n"),
        source_file("configs/suite_cad0_seven.jsonl")};
    run("suite", seed, 2, FILE_CASES, do_suite);
    static const char *const key[] = {"family", "phrasing", "units"};
    for (size_t i = 0; i < 3; i++) { /* what the first run of this test read as no text at all */
        char text[300];
        bool parsed = false;
        int n =
            snprintf(text, sizeof text,
                     "{\"schema\":1,\"kind\":\"suite\",\"name\":\"s\"}\n{\"id\":\"a\",\"prompt\":\"p\",\"%s\":7}\n", key[i]);
        fails(do_suite(NULL, text, (size_t)n, &parsed), CAD_EDATA, key[i]);
    }
}

/* ---- INI ---- */

static cad_status do_ini(void *ctx, const char *data, size_t len, bool *parsed)
{
    (void)ctx;
    const char *path = fuzz_path("x.ini");
    fuzz_file(path, data, len);
    cad_frame f = cad_arena_mark(arena);
    cad_config *c, *again;
    cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT;
    const cad_config_source file = {.kind = CAD_CONFIG_FILE, .name = path};
    cad_status s = cad_config_load(&file, 1, arena, NULL, &c);
    cad_status p = s == CAD_OK ? cad_config_print(c, &a) : s; /* a value may be too long for a line once its path is absolute */
    if (p == CAD_OK) {
        const cad_config_source text = {.kind = CAD_CONFIG_TEXT, .name = "printed", .text = a.data};
        ok(cad_config_load(&text, 1, arena, NULL, &again));
        cad_buf then = CAD_BUF_INIT, now = CAD_BUF_INIT;
        ok(cad_config_value(c, "train.lr", &then));
        ok(cad_config_value(again, "train.lr", &now));
        same_text(&then, &now);
        cad_buf_deinit(&then);
        cad_buf_deinit(&now);
        *parsed = true;
    }
    cad_arena_rewind(arena, f);
    cad_buf_deinit(&a);
    cad_buf_deinit(&b);
    return p;
}

static void test_F1_ini(void **state)
{
    (void)state;
    cad_buf seed[] = {source_file("configs/tiny_qlora.ini"),
                      text_of("[run]\nname = x ; why\nseed=7\ntags = a,b\n[train]\nlr = 2e-4\nwarmup = 5%\nbatch_rows = 16k\n"
                              "[checkpoint]\nevery = 30 min\n[model]\npath = ${HOME:-/tmp}/m\n")};
    run("ini", seed, 2, FILE_CASES, do_ini);
}

/* ---- what lies beside weights ---- */

static cad_status do_model_config(void *ctx, const char *data, size_t len, bool *parsed)
{
    (void)ctx;
    cad_model_config c, again;
    CAD_TRY(cad_model_config_parse(data, len, "config.json", &c));
    *parsed = true;
    cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT;
    ok(cad_model_config_print(&c, NULL, 0, &a));
    ok(cad_model_config_parse(a.data, a.len, "printed", &again));
    ok(cad_model_config_print(&again, NULL, 0, &b));
    same_text(&a, &b);
    cad_buf_deinit(&a);
    cad_buf_deinit(&b);
    return CAD_OK;
}

static void test_F1_model_config(void **state)
{
    (void)state;
    cad_buf seed[] = {source_file("models/tiny/config.json")};
    run("config.json", seed, 1, CASES, do_model_config);
}

static cad_status do_adapter_config(void *ctx, const char *data, size_t len, bool *parsed)
{
    (void)ctx;
    cad_lora_config c, again;
    cad_frame f = cad_arena_mark(arena);
    cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT;
    cad_status s = cad_peft_parse_config(data, len, "adapter_config.json", arena, &c);
    if (s == CAD_OK) {
        *parsed = true;
        ok(cad_peft_print_config(&c, &a));
        ok(cad_peft_parse_config(a.data, a.len, "printed", arena, &again));
        ok(cad_peft_print_config(&again, &b));
        same_text(&a, &b);
    }
    cad_buf_deinit(&a);
    cad_buf_deinit(&b);
    cad_arena_rewind(arena, f);
    return s;
}

static void test_F1_adapter_config(void **state)
{
    (void)state;
    cad_lora_config c = {.rank = 8, .alpha = 16, .dropout = 0.05, .targets = CAD_LORA_ALL, .base_model = "models/tiny"};
    cad_buf seed[] = {CAD_BUF_INIT,
                      text_of("{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8,\"target_modules\":\"all-linear\"}")};
    ok(cad_peft_print_config(&c, &seed[0]));
    run("adapter_config.json", seed, 2, CASES, do_adapter_config);
}

static cad_status do_template(void *ctx, const char *data, size_t len, bool *parsed)
{
    (void)ctx;
    cad_frame f = cad_arena_mark(arena);
    const cad_template *t, *again;
    cad_status s = cad_template_parse("file", data, len, arena, &t);
    if (s == CAD_OK) {
        cad_buf a = CAD_BUF_INIT;
        *parsed = true;
        ok(cad_template_prompt(t, &(cad_prompt_slots){.caption = "{output} {caption}\n"}, &a));
        if (!strstr(cad_buf_cstr(&a), "{output} {caption}")) /* a slot is text, never a slot */
            fail_msg("%.*s\nbecomes %s", (int)t->len, t->text, cad_buf_cstr(&a));
        ok(cad_template_parse("file", t->text, t->len, arena, &again));
        assert_string_equal(t->hash, again->hash);
        cad_buf_deinit(&a);
    }
    cad_arena_rewind(arena, f);
    return s;
}

static void test_F1_template(void **state)
{
    (void)state;
    cad_buf seed[] = {text_of("{caption}\n{output}"), text_of("<|user|>{retrieved}\n---\n{caption}<|end|>\n{output}")};
    run("template", seed, 2, CASES, do_template);
}

/* ---- files that are opened as such ---- */

static cad_status do_shards(void *ctx, const char *data, size_t len, bool *parsed)
{
    (void)ctx;
    fuzz_file(fuzz_path("model.safetensors.index.json"), data, len);
    char dir[4200];
    snprintf(dir, sizeof dir, "%s", fuzz_path("."));
    cad_safetensors *f;
    CAD_TRY(cad_st_open_dir(dir, &f));
    *parsed = true;
    for (size_t i = 0; i < cad_st_count(f); i++) {
        float y[8];
        ok(cad_st_read_f32(f, cad_st_at(f, i), 0, y, cad_st_at(f, i)->count));
    }
    cad_st_close(f);
    return CAD_OK;
}

static void test_F1_index_json(void **state)
{
    (void)state;
    const float y[4] = {1, 2, 3, 4};
    for (int k = 0; k < 2; k++) {
        const cad_st_item item = {.name = k ? "b" : "a", .from = CAD_F32, .to = CAD_ST_F32, .ndim = 1, .dim = {4}, .data = y};
        ok(cad_st_write(fuzz_path(k ? "model-2.safetensors" : "model-1.safetensors"), &item, 1, NULL, 0));
    }
    cad_buf seed[] = {text_of("{\"metadata\":{\"total_size\":32},\"weight_map\":{\"a\":\"model-1.safetensors\",\"b\":"
                              "\"model-2.safetensors\"}}")};
    run("index.json", seed, 1, FILE_CASES, do_shards);
}

static cad_status do_manifest(void *ctx, const char *data, size_t len, bool *parsed)
{
    (void)ctx;
    fuzz_file(fuzz_path("ckpt/DONE"), data, len);
    char dir[4200];
    snprintf(dir, sizeof dir, "%s", fuzz_path("ckpt"));
    CAD_TRY(cad_manifest_check(dir, true));
    *parsed = true;
    return CAD_OK;
}

static void test_F1_manifest(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(fuzz_path("ckpt")));
    fuzz_file(fuzz_path("ckpt/config.ini"), "[run]\n", 6);
    ok(cad_manifest_write(fuzz_path("ckpt"), "c0ffee", arena));
    cad_buf seed[] = {train_read(fuzz_path("ckpt/DONE"))};
    run("manifest", seed, 1, FILE_CASES, do_manifest);
}

/* ---- the program ---- */

static int setup(void **state)
{
    (void)state;
    return fuzz_begin("fuzz", (size_t)64 << 20);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_F1_json),           cmocka_unit_test(test_F1_corpus_row), cmocka_unit_test(test_F1_jsonl),
        cmocka_unit_test(test_F1_suite),          cmocka_unit_test(test_F1_ini),        cmocka_unit_test(test_F1_model_config),
        cmocka_unit_test(test_F1_adapter_config), cmocka_unit_test(test_F1_template),   cmocka_unit_test(test_F1_index_json),
        cmocka_unit_test(test_F1_manifest),
    };
    if (argc > 1 && !filter_tests(tests, sizeof tests / sizeof *tests, argv[1]))
        return 1;
    return cmocka_run_group_tests(tests, setup, fuzz_end);
}
