/* The parts of a checkpoint: what an adapter brings, where its base is found, and that it is the one it learnt on. */
#include "core/log.h"
#include "model/decoder/checkpoint_parts.h"
#include "model/decoder/merge.h"
#include "tests/model/decoder_fixture.h"
#include "tests/scratch_dir.h"

static cad_arena *arena;

static void put(const char *name, const char *text)
{
    ok(cad_fs_write(scratch(name), text, strlen(text)));
}

static cad_model_config shape(void)
{
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 128);
    c.dtype = CAD_BF16;
    return c;
}

static void write_adapter(const char *dir, const char *base, cad_decoder *d)
{
    cad_buf text = CAD_BUF_INIT;
    cad_lora_config l;
    char path[64];
    ok(cad_fs_mkdirs(scratch(dir)));
    ok(cad_decoder_save_adapter(d, scratch(dir)));
    ok(cad_peft_read_config(scratch(dir), arena, &l));
    l.base_model = base;
    ok(cad_peft_print_config(&l, &text));
    snprintf(path, sizeof path, "%s/adapter_config.json", dir);
    ok(cad_fs_write(scratch(path), text.data, text.len));
    cad_buf_deinit(&text);
}

/* Random weights of a seed with their config.json. */
static void write_base(const char *dir, uint64_t seed)
{
    char path[64];
    cad_model_config c = shape();
    cad_decoder_opts o = fix_opts(CAD_TRAIN_full, 0);
    cad_decoder *d;
    cad_buf text = CAD_BUF_INIT;
    ok(cad_fs_mkdirs(scratch(dir)));
    ok(cad_decoder_create(&c, fix_ops(), &o, &d));
    ok(cad_decoder_init_random(d, CAD_INIT_hf, seed));
    ok(cad_decoder_save_model(d, scratch(dir), true));
    cad_decoder_destroy(d);
    ok(cad_model_config_print(&c, NULL, 0, &text));
    snprintf(path, sizeof path, "%s/config.json", dir);
    ok(cad_fs_write(scratch(path), text.data, text.len));
    cad_buf_deinit(&text);
}

/* base, other: two models of one shape; run/ckpt/step-000001: an adapter of a run on base, with the hash of base. */
static int begin(void **state)
{
    if (scratch_setup(state))
        return -1;
    arena = fix_arena();
    write_base("base", 1);
    write_base("other", 2);
    cad_model_config c = shape();
    cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 4);
    o.lora.base_model = "";
    cad_decoder *d;
    ok(cad_decoder_create(&c, fix_ops(), &o, &d));
    ok(cad_decoder_load(d, scratch("base")));
    ok(cad_decoder_init_lora(d, CAD_LORA_kaiming, 1));
    char state_text[200];
    snprintf(state_text, sizeof state_text, "{\"base_hash\": \"%s\"}", cad_decoder_base_hash(d));
    write_adapter("run/ckpt/step-000001", scratch("base"), d);
    put("run/ckpt/step-000001/trainer_state.json", state_text);
    put("run/ckpt/step-000001/DONE", "");
    put("run/ckpt/step-000001/tokenizer.json", "of the adapter");
    put("run/ckpt/step-000001/template.txt", "of the adapter: {caption}{output}");
    ok(cad_fs_symlink_replace("step-000001", scratch("run/ckpt/latest")));
    write_adapter("plain", "", d);
    cad_decoder_destroy(d);
    put("base/tokenizer.json", "of the base");
    return 0;
}

static int end(void **state)
{
    cad_arena_destroy(arena);
    return scratch_teardown(state);
}

static cad_status parts(const char *ckpt, const char *adapter, cad_ckpt_parts *out)
{
    CAD_TRY(cad_ckpt_parts_find(scratch(ckpt), arena, out));
    return cad_ckpt_parts_read(out, adapter, arena);
}

/* The weights of the parts in a decoder, as who asks for them loads it. */
static cad_status load(const cad_ckpt_parts *p)
{
    cad_decoder *d;
    cad_decoder_opts o = {.max_tokens = FIX_TOKENS};
    cad_ckpt_parts_options(p, &o);
    ok(cad_decoder_create(&p->model, fix_ops(), &o, &d));
    cad_status s = cad_ckpt_parts_load(p, d);
    cad_decoder_destroy(d);
    return s;
}

static void test_an_adapter_put_on_a_model_brings_its_tokenizer_and_template(void **state)
{
    (void)state;
    static const char *const as[] = {"run", "run/ckpt/latest", "run/ckpt/step-000001"};
    for (size_t i = 0; i < sizeof as / sizeof *as; i++) {
        cad_ckpt_parts p;
        const char *tokenizer, *template_;
        ok(parts("base", scratch(as[i]), &p));
        assert_string_equal(p.base, scratch("base"));
        assert_string_equal(p.path, p.adapter);
        ok(cad_ckpt_parts_file(&p, "tokenizer.json", arena, &tokenizer));
        ok(cad_ckpt_parts_file(&p, "template.txt", arena, &template_));
        assert_true(!strncmp(tokenizer, scratch("run/ckpt"), strlen(scratch("run/ckpt"))));
        assert_true(!strncmp(template_, scratch("run/ckpt"), strlen(scratch("run/ckpt"))));
        ok(load(&p));
    }
    cad_ckpt_parts p;
    const char *tokenizer;
    ok(parts("base", scratch("plain"), &p)); /* one without: that of the base */
    ok(cad_ckpt_parts_file(&p, "tokenizer.json", arena, &tokenizer));
    assert_string_equal(tokenizer, scratch("base/tokenizer.json"));
}

static void test_what_cannot_be_put_on_a_model_is_refused(void **state)
{
    (void)state;
    cad_ckpt_parts p;
    fails(parts("run", scratch("plain"), &p), CAD_EDATA, "run/ckpt/latest: an adapter; expected the model that the adapter ");
    fails(parts("base", scratch("other"), &p), CAD_EDATA, "other: a model; expected an adapter to put on ");
    fails(parts("base", "", &p), CAD_EUSAGE, "an empty path");
    ok(cad_fs_remove(scratch("run/ckpt/step-000001/DONE")));
    fails(parts("base", scratch("run"), &p), CAD_ENOTFOUND, "without DONE");
    put("run/ckpt/step-000001/DONE", "");
}

static void test_an_adapter_meets_the_base_that_it_learnt_on_or_is_refused(void **state)
{
    (void)state;
    cad_ckpt_parts p;
    ok(parts("run", NULL, &p));
    ok(load(&p));
    p.base = scratch("other");
    fails(load(&p), CAD_EDATA, "/other: its tensors have XXH3-128 ");
    assert_non_null(strstr(cad_error_text(), p.base_hash));
    assert_non_null(strstr(cad_error_text(), "--base=original"));
    ok(parts("other", scratch("plain"), &p)); /* nobody recorded it */
    ok(load(&p));
}

static void test_a_base_that_was_named_may_differ_but_not_as_the_one_it_learnt_on(void **state)
{
    (void)state;
    cad_ckpt_parts p;
    ok(parts("other", scratch("run"), &p));
    ok(load(&p));
    ok(cad_merge_choose(&p, CAD_MERGE_original));
    ok(load(&p));
    ok(cad_merge_choose(&p, CAD_MERGE_trained));
    fails(load(&p), CAD_EDATA, "/other: its tensors have XXH3-128 ");
}

static void test_the_template_of_a_checkpoint_is_its_own_or_none(void **state)
{
    (void)state;
    cad_ckpt_parts p;
    const cad_template *t;
    ok(parts("run", NULL, &p));
    ok(cad_ckpt_parts_template(&p, arena, &t));
    assert_string_equal(t->text, "of the adapter: {caption}{output}");
    ok(parts("base", NULL, &p));
    ok(cad_ckpt_parts_template(&p, arena, &t));
    assert_null(t);
    put("base/template.txt", "{caption} without an end");
    fails(cad_ckpt_parts_template(&p, arena, &t), CAD_ECONFIG, "/base/template.txt: ");
    ok(cad_fs_remove(scratch("base/template.txt")));
}

static void test_an_id_that_ends_an_answer_is_named_once(void **state)
{
    (void)state;
    cad_tokenizer *t;
    cad_ckpt_parts tiny;
    uint32_t stop[CAD_CKPT_STOPS];
    cad_model_config c = shape();
    ok(cad_ckpt_parts_find(NULL, arena, &tiny));
    ok(cad_tokenizer_load_dir(tiny.path, &t));
    uint32_t end_id = (uint32_t)cad_tokenizer_eos(t);
    c.n_eos = 2;
    c.eos[0] = end_id + 1;
    c.eos[1] = end_id;
    assert_int_equal(cad_ckpt_stops(&c, t, stop), 2);
    assert_int_equal(stop[0], end_id + 1);
    assert_int_equal(stop[1], end_id);
    c.n_eos = 1; /* the tokenizer's own comes last */
    assert_int_equal(cad_ckpt_stops(&c, t, stop), 2);
    assert_int_equal(stop[1], end_id);
    cad_tokenizer_destroy(t);
}

/* tree/runs/a: an adapter whose adapter_config.json names this base. */
static void name_base(const char *recorded)
{
    cad_buf text = CAD_BUF_INIT;
    cad_lora_config l;
    ok(cad_fs_mkdirs(scratch("tree/runs/a")));
    ok(cad_peft_read_config(scratch("plain"), arena, &l));
    l.base_model = recorded;
    ok(cad_peft_print_config(&l, &text));
    ok(cad_fs_write(scratch("tree/runs/a/adapter_config.json"), text.data, text.len));
    cad_buf_deinit(&text);
}

/* What another base than the named one is told as, of an adapter without a hash; NULL: nothing. */
static const char *told(const char *recorded, const char *base)
{
    cad_ckpt_parts p;
    name_base(recorded);
    ok(parts(base, scratch("tree/runs/a"), &p));
    return p.named_base;
}

static void test_another_base_than_the_named_one_is_told_where_no_hash_is_recorded(void **state)
{
    (void)state;
    char base[4200];
    snprintf(base, sizeof base, "%s", scratch("base"));
    assert_null(told("", "base"));
    assert_string_equal(told("org/Model-3B", "base"), "org/Model-3B");
    assert_string_equal(told("base-instruct", "base"), "base-instruct");
    assert_null(told("org/base", "base"));
    assert_null(told("/gone/base/", "base"));
    assert_null(told("/gone/base", "base/."));
    assert_null(told(base, "base"));
    assert_string_equal(told(base, "other"), base);
    ok(cad_fs_mkdirs(scratch("links"))); /* the folder decides, not how it is called */
    ok(cad_fs_symlink_replace(scratch("base"), scratch("links/mine")));
    assert_null(told(base, "links/mine"));
    ok(cad_fs_symlink_replace(scratch("other"), scratch("links/base")));
    assert_string_equal(told(base, "links/base"), base);
    ok(cad_fs_mkdirs(scratch("hub/models--org--Model-3B/snapshots")));
    ok(cad_fs_symlink_replace(scratch("base"), scratch("hub/models--org--Model-3B/snapshots/0a1b2c")));
    assert_null(told("org/Model-3B", "hub/models--org--Model-3B/snapshots/0a1b2c"));
    assert_non_null(told("org/Model-7B", "hub/models--org--Model-3B/snapshots/0a1b2c"));
    cad_ckpt_parts p;
    ok(parts("other", scratch("run"), &p)); /* its hash tells */
    assert_null(p.named_base);
}

static void test_a_base_that_is_nowhere_is_told_with_what_helps(void **state)
{
    (void)state;
    cad_ckpt_parts p;
    name_base("org/Model-3B");
    fails(parts("tree/runs/a", NULL, &p), CAD_ENOTFOUND,
          "its base model 'org/Model-3B' is not there\nhint: cadtool convert merge "
          "BASE --adapter=");
    assert_non_null(strstr(cad_error_text(), "a link to it, at org/Model-3B"));
    ok(cad_fs_mkdirs(scratch("tree/runs/a/org")));
    ok(cad_fs_symlink_replace(scratch("base"), scratch("tree/runs/a/org/Model-3B")));
    ok(parts("tree/runs/a", NULL, &p));
    assert_null(p.named_base);
    ok(cad_fs_remove(scratch("tree/runs/a/org/Model-3B")));
    name_base("");
    fails(parts("tree/runs/a", NULL, &p), CAD_ENOTFOUND, "too");
    assert_null(strstr(cad_error_text(), "a link to it"));
}

/* Where an adapter in tree/runs/a finds what adapter_config.json names; NULL: nowhere. */
static const char *found(const char *recorded)
{
    cad_ckpt_parts p;
    name_base(recorded);
    cad_status s = parts("tree/runs/a", NULL, &p);
    if (s == CAD_OK || p.base)
        return p.base;
    fails(s, CAD_ENOTFOUND, "its base model '");
    return NULL;
}

static void is_found(const char *recorded, const char *where)
{
    const char *is = found(recorded);
    assert_non_null(is);
    assert_string_equal(is, scratch(where));
}

static void test_a_folder_whose_name_only_ends_like_a_shipped_model_is_none(void **state)
{
    (void)state;
    assert_null(found("/gone/mymodels/tiny"));
    assert_null(found("mymodels/tiny"));
    const char *of_all = found("/gone/models/tiny");
    assert_non_null(of_all);
    assert_true(cad_fs_exists(of_all) && strncmp(of_all, scratch(""), strlen(scratch(""))) != 0);
    ok(cad_fs_mkdirs(scratch("tree/models")));
    ok(cad_fs_symlink_replace(scratch("base"), scratch("tree/models/tiny")));
    is_found("/gone/models/tiny", "tree/models/tiny");
    is_found("/gone/models/tiny//", "tree/models/tiny");
}

static void test_a_recorded_path_leads_to_no_folder_but_by_its_own_names(void **state)
{
    (void)state;
    static const char *const bad[] = {"/gone/../base", "/gone/./base", "/gone//base", "/../base", "//base"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (found(bad[i]))
            fail_msg("%s: found", bad[i]);
    ok(cad_fs_symlink_replace(scratch("base"), scratch("tree/runs/base")));
    is_found("/../runs/base", "tree/runs/base"); /* the names after it are names */
}

static void test_the_name_of_a_base_is_no_longer_than_a_path(void **state)
{
    (void)state;
    cad_buf name = CAD_BUF_INIT;
    while (name.len < CAD_PEFT_MAX_BASE)
        ok(cad_buf_str(&name, "/a"));
    assert_null(found(name.data));
    ok(cad_buf_str(&name, "/"));
    cad_buf text = CAD_BUF_INIT;
    cad_lora_config l;
    ok(cad_peft_read_config(scratch("plain"), arena, &l));
    l.base_model = name.data;
    ok(cad_peft_print_config(&l, &text));
    ok(cad_fs_write(scratch("tree/runs/a/adapter_config.json"), text.data, text.len));
    cad_ckpt_parts p;
    fails(parts("tree/runs/a", NULL, &p), CAD_EDATA,
          "adapter_config.json: base_model_name_or_path: a text of 4097 bytes; expected at most 4096");
    cad_buf_deinit(&text);
    cad_buf_deinit(&name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_adapter_put_on_a_model_brings_its_tokenizer_and_template),
        cmocka_unit_test(test_what_cannot_be_put_on_a_model_is_refused),
        cmocka_unit_test(test_an_adapter_meets_the_base_that_it_learnt_on_or_is_refused),
        cmocka_unit_test(test_a_base_that_was_named_may_differ_but_not_as_the_one_it_learnt_on),
        cmocka_unit_test(test_the_template_of_a_checkpoint_is_its_own_or_none),
        cmocka_unit_test(test_an_id_that_ends_an_answer_is_named_once),
        cmocka_unit_test(test_another_base_than_the_named_one_is_told_where_no_hash_is_recorded),
        cmocka_unit_test(test_a_base_that_is_nowhere_is_told_with_what_helps),
        cmocka_unit_test(test_a_folder_whose_name_only_ends_like_a_shipped_model_is_none),
        cmocka_unit_test(test_a_recorded_path_leads_to_no_folder_but_by_its_own_names),
        cmocka_unit_test(test_the_name_of_a_base_is_no_longer_than_a_path),
    };
    cad_log_set_level(CAD_LOG_ERROR);
    return cmocka_run_group_tests(tests, begin, end);
}
