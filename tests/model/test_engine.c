/* The engine: what can be opened, what is refused and how, answers that depend on prompt and seed alone. */
#include "core/mem.h"
#include "model/decoder/engine.h"
#include "model/hf/peft.h"
#include "model/text/bpe_train.h"
#include "tests/model/decoder_fixture.h"
#include "tests/scratch_dir.h"

static const char *const CAPTIONS[] = {"plate 40 x 20 x 5 mm", "a cylinder of radius 5, height 12", "washer for M4", "cube 10"};
enum { N_CAPTIONS = 4, SAMPLES = 3 };

static int64_t write_tokenizer(const char *path)
{
    cad_bpe_trainer *t;
    cad_buf json = CAD_BUF_INIT;
    int64_t vocab;
    ok(cad_bpe_create(CAD_BPE_ir, 300, &t));
    for (int i = 0; i < N_CAPTIONS; i++)
        ok(cad_bpe_add(t, CAPTIONS[i], strlen(CAPTIONS[i])));
    ok(cad_bpe_finish(t, &json, &vocab));
    ok(cad_fs_write(path, json.data, json.len));
    cad_buf_deinit(&json);
    cad_bpe_destroy(t);
    return vocab;
}

static cad_model_config config_of(int64_t vocab)
{
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 128);
    c.vocab = vocab;
    c.dtype = CAD_BF16;
    return c;
}

/* scratch/base: a random model with tokenizer; scratch/run/ckpt/step-000002: an adapter on it, with `best` pointing there. */
static int setup(void **state)
{
    if (scratch_setup(state))
        return -1;
    ok(cad_fs_mkdirs(scratch("base")));
    ok(cad_fs_mkdirs(scratch("run/ckpt/step-000002")));
    int64_t vocab = write_tokenizer(scratch("base/tokenizer.json"));
    cad_model_config c = config_of(vocab + 3);
    cad_buf text = CAD_BUF_INIT;
    ok(cad_model_config_print(&c, NULL, 0, &text));
    ok(cad_fs_write(scratch("base/config.json"), text.data, text.len));
    cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 4);
    o.lora.base_model = scratch("base");
    cad_decoder *d = fix_decoder(&c, &o);
    ok(cad_decoder_save_model(d, scratch("base"), true));
    fix_noise(d, 0.2, 2);
    o.lora.base_model = scratch("base");
    ok(cad_decoder_save_adapter(d, scratch("run/ckpt/step-000002")));
    cad_decoder_destroy(d);
    ok(cad_fs_write(scratch("run/ckpt/step-000002/template.txt"), "{caption}\n={output}", 19));
    ok(cad_fs_symlink_replace("step-000002", scratch("run/ckpt/best")));
    cad_buf_deinit(&text);
    return 0;
}

typedef struct texts {
    char text[N_CAPTIONS * SAMPLES][200];
    uint64_t seed[N_CAPTIONS * SAMPLES];
    int n;
} texts;

static cad_status keep(void *ctx, const cad_answer *a)
{
    texts *t = ctx;
    int64_t i = a->prompt * SAMPLES + a->sample;
    snprintf(t->text[i], sizeof t->text[i], "%s", a->text);
    t->seed[i] = a->seed;
    t->n++;
    return CAD_OK;
}

static void ask(cad_engine *e, uint64_t seed, texts *out)
{
    cad_prompt p[N_CAPTIONS];
    for (int i = 0; i < N_CAPTIONS; i++)
        p[i] = (cad_prompt){.caption = CAPTIONS[i]};
    const cad_decode o = {.sampling = {.temp = 1, .top_p = 1}, .max_new = 16, .samples = SAMPLES, .seed = seed};
    memset(out, 0, sizeof *out);
    ok(cad_engine_generate(e, p, N_CAPTIONS, &o, keep, NULL, out));
    assert_int_equal(out->n, N_CAPTIONS * SAMPLES);
}

static void test_answers_follow_prompt_sample_and_seed_whatever_the_slots(void **state)
{
    (void)state;
    static texts one, two, three;
    cad_engine *e;
    ok(cad_engine_open(scratch("base"), &(cad_engine_opts){.slots = 1, .context = 96}, &e));
    ask(e, 7, &one);
    cad_engine_close(e);
    ok(cad_engine_open(scratch("base"), &(cad_engine_opts){.slots = 16, .context = 200}, &e));
    ask(e, 7, &two);
    assert_memory_equal(&one, &two, sizeof one);
    ask(e, 8, &three);
    for (int i = 0; i < N_CAPTIONS * SAMPLES; i++) {
        assert_true(one.seed[i] != three.seed[i]);
        for (int k = 0; k < i; k++)
            assert_true(one.seed[i] != one.seed[k]);
    }
    assert_true(memcmp(one.text, three.text, sizeof one.text) != 0);
    cad_engine_info info = cad_engine_get_info(e);
    assert_null(info.adapter);
    assert_int_equal(strlen(info.hash), 32);
    assert_string_equal(info.template_text, "{caption}\n{output}");
    cad_engine_close(e);
}

static void test_more_slots_than_memory_holds_are_refused_with_keys_that_help(void **state)
{
    (void)state;
    cad_engine *e;
    const cad_engine_opts o = {.slots = (int64_t)1 << 30, .context = 96, .max_new = 40};
    fails(cad_engine_open(scratch("base"), &o, &e), CAD_ENOMEM, " of memory; ");
    assert_non_null(strstr(cad_error_text(), " GiB  KV cache, in activations"));
    assert_non_null(strstr(cad_error_text(), "decode.batch = 536870912 frees "));
    assert_non_null(strstr(cad_error_text(), "decode.max_new = 20 frees "));
}

/* Its answers may be others, so those of one must not be taken for the other's. */
static void test_a_back_end_that_stores_bf16_has_another_name_in_results(void **state)
{
    (void)state;
    static const char *const device[] = {"cpu", "emu"};
    char hash[2][33];
    for (int i = 0; i < 2; i++) {
        cad_engine *e;
        ok(cad_engine_open(scratch("base"), &(cad_engine_opts){.device = device[i], .slots = 1, .context = 96}, &e));
        snprintf(hash[i], sizeof hash[i], "%s", cad_engine_get_info(e).hash);
        cad_engine_close(e);
    }
    assert_string_not_equal(hash[0], hash[1]);
}

static void test_a_decoder_that_is_already_there_answers_the_same(void **state)
{
    (void)state;
    static texts one, two;
    cad_engine *e;
    cad_arena *a = fix_arena();
    cad_tokenizer *t;
    const cad_template *tpl;
    cad_decoder *d;
    cad_model_config c;
    cad_decoder_opts o = {.slots = 5, .context = 96, .max_tokens = 100};
    ok(cad_engine_open(scratch("base"), &(cad_engine_opts){.slots = 2}, &e));
    ask(e, 3, &one);
    cad_engine_close(e);
    ok(cad_model_config_load(scratch("base"), &c));
    ok(cad_decoder_create(&c, fix_ops(), &o, &d));
    ok(cad_decoder_load(d, scratch("base")));
    ok(cad_tokenizer_load(scratch("base/tokenizer.json"), &t));
    ok(cad_template_get("ir", NULL, a, &tpl));
    ok(cad_engine_wrap(d, t, tpl, cad_tokenizer_bos(t), &e));
    ask(e, 3, &two);
    assert_memory_equal(&one, &two, sizeof one);
    cad_engine_close(e);
    cad_tokenizer_destroy(t);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

/* Opens and answers once; what comes out of the first failure. */
static cad_status open_and_ask(void)
{
    static texts out;
    cad_engine *e;
    const cad_prompt p = {.caption = CAPTIONS[0]};
    const cad_decode o = {.max_new = 3};
    CAD_TRY(cad_engine_open(scratch("run"), &(cad_engine_opts){.slots = 2, .context = 64}, &e));
    cad_status s = cad_engine_generate(e, &p, 1, &o, keep, NULL, &out);
    cad_engine_close(e);
    return s;
}

static void test_every_allocation_may_fail_and_is_reported(void **state)
{
    (void)state;
    cad_mem_fail_at(0, 0);
    ok(open_and_ask());
    uint64_t before = cad_mem_calls();
    ok(open_and_ask());
    uint64_t calls = cad_mem_calls() - before;
    int refused = 0;
    for (uint64_t k = 1; k <= calls; k++) {
        cad_mem_fail_at(k, 0);
        cad_status s = open_and_ask();
        cad_mem_fail_at(0, 0);
        refused += s == CAD_ENOMEM;
        /* PCRE2 may do without: it runs a pattern that it could not compile to machine code. */
        if (s != CAD_ENOMEM && s != CAD_OK)
            fail_msg("allocation %d of %d failed, and the answer was %s: %s", (int)k, (int)calls, cad_status_name(s),
                     s ? cad_error_text() : "");
    }
    assert_true(refused + 20 >= (int)calls);
    ok(open_and_ask());
}

static void test_a_run_stands_for_its_best_checkpoint_and_finds_its_base(void **state)
{
    (void)state;
    static texts base, adapted;
    cad_engine *e;
    char hash[33];
    ok(cad_engine_open(scratch("base"), NULL, &e));
    snprintf(hash, sizeof hash, "%s", cad_engine_get_info(e).hash);
    ask(e, 7, &base);
    cad_engine_close(e);
    ok(cad_engine_open(scratch("run"), NULL, &e));
    cad_engine_info info = cad_engine_get_info(e);
    assert_string_equal(info.path, scratch("run/ckpt/best"));
    assert_string_equal(info.base, scratch("base"));
    assert_string_equal(info.template_text, "{caption}\n={output}");
    assert_true(strcmp(hash, info.hash) != 0);
    ask(e, 7, &adapted);
    assert_true(memcmp(base.text, adapted.text, sizeof base.text) != 0);
    cad_engine_close(e);
}

/* The same adapter in scratch/moved/runs/a, with the base that it has on record. */
static void record_base(const char *base)
{
    cad_arena *a = fix_arena();
    cad_buf text = CAD_BUF_INIT;
    cad_lora_config l;
    ok(cad_fs_mkdirs(scratch("moved/runs/a")));
    ok(cad_peft_read_config(scratch("run/ckpt/step-000002"), a, &l));
    l.base_model = base;
    ok(cad_peft_print_config(&l, &text));
    ok(cad_fs_write(scratch("moved/runs/a/adapter_config.json"), text.data, text.len));
    ok(cad_fs_symlink_replace(scratch("run/ckpt/step-000002/adapter_model.safetensors"),
                              scratch("moved/runs/a/adapter_model.safetensors")));
    cad_buf_deinit(&text);
    cad_arena_destroy(a);
}

static void test_an_adapter_finds_the_base_that_moved_with_it(void **state)
{
    (void)state;
    cad_engine *e;
    ok(cad_fs_mkdirs(scratch("moved/models")));
    ok(cad_fs_symlink_replace(scratch("base"), scratch("moved/models/base")));
    record_base("/gone/tree/models/base");
    ok(cad_engine_open(scratch("moved/runs/a"), NULL, &e));
    assert_string_equal(cad_engine_get_info(e).base, scratch("moved/models/base"));
    cad_engine_close(e);
    record_base("/gone/tree/other/base"); /* one name alone is any folder's */
    fails(cad_engine_open(scratch("moved/runs/a"), NULL, &e), CAD_ENOTFOUND, "its base model '/gone/tree/other/base' is not");
}

static void test_what_is_not_a_finished_model_is_refused(void **state)
{
    (void)state;
    cad_engine *e;
    fails(cad_engine_open(scratch("nowhere"), NULL, &e), CAD_ENOTFOUND, "no such directory");
    ok(cad_fs_mkdirs(scratch("empty")));
    fails(cad_engine_open(scratch("empty"), NULL, &e), CAD_ENOTFOUND, "empty: a folder; expected a folder with a model");
    ok(cad_fs_write(scratch("run/ckpt/step-000002/trainer_state.json"), "{}", 2));
    fails(cad_engine_open(scratch("run/ckpt/best"), NULL, &e), CAD_ENOTFOUND, "without DONE");
    ok(cad_fs_remove(scratch("run/ckpt/step-000002/trainer_state.json")));
    /* A tokenizer with more ids than the matrices have rows. */
    ok(cad_fs_mkdirs(scratch("small")));
    cad_buf text = CAD_BUF_INIT;
    cad_model_config c = config_of(100);
    ok(cad_model_config_print(&c, NULL, 0, &text));
    ok(cad_fs_write(scratch("small/config.json"), text.data, text.len));
    write_tokenizer(scratch("small/tokenizer.json"));
    fails(cad_engine_open(scratch("small"), NULL, &e), CAD_EDATA, "has 100 rows");
    /* Weights that end too early. */
    ok(cad_fs_mkdirs(scratch("cut")));
    static const char *const names[] = {"config.json", "tokenizer.json", "model.safetensors"};
    for (int i = 0; i < 3; i++) {
        char from[64], to[64];
        snprintf(from, sizeof from, "base/%s", names[i]);
        snprintf(to, sizeof to, "cut/%s", names[i]);
        cad_buf_clear(&text);
        ok(cad_fs_read(scratch(from), 0, &text));
        ok(cad_fs_write(scratch(to), text.data, i == 2 ? text.len - 100 : text.len));
    }
    fails(cad_engine_open(scratch("cut"), NULL, &e), CAD_ECORRUPT, "model.safetensors");
    cad_buf_deinit(&text);
}

static void test_a_prompt_that_is_too_long_is_named(void **state)
{
    (void)state;
    static texts out;
    cad_engine *e;
    char longer[600];
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = 0;
    const cad_prompt p[2] = {{.caption = "short"}, {.caption = longer}};
    const cad_decode o = {.max_new = 4};
    ok(cad_engine_open(scratch("base"), &(cad_engine_opts){.context = 64}, &e));
    fails(cad_engine_generate(e, p, 2, &o, keep, NULL, &out), CAD_EINVAL, "prompt 2 (\"xxx");
    cad_engine_close(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_follow_prompt_sample_and_seed_whatever_the_slots),
        cmocka_unit_test(test_more_slots_than_memory_holds_are_refused_with_keys_that_help),
        cmocka_unit_test(test_a_back_end_that_stores_bf16_has_another_name_in_results),
        cmocka_unit_test(test_a_decoder_that_is_already_there_answers_the_same),
        cmocka_unit_test(test_every_allocation_may_fail_and_is_reported),
        cmocka_unit_test(test_a_run_stands_for_its_best_checkpoint_and_finds_its_base),
        cmocka_unit_test(test_an_adapter_finds_the_base_that_moved_with_it),
        cmocka_unit_test(test_what_is_not_a_finished_model_is_refused),
        cmocka_unit_test(test_a_prompt_that_is_too_long_is_named),
    };
    return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
