#include "tests/core/config_fixture.h"

#include "core/mem.h"

static void test_defaults_are_those_of_the_table(void **state)
{
    (void)state;
    cad_config *c;
    ok(cad_config_load(NULL, 0, config_arena, NULL, &c));
    assert_int_equal(c->run.seed, 3407);
    assert_string_equal(c->run.name, "");
    assert_int_equal(c->data.max_tokens, 16384);
    assert_int_equal(c->synth.n, 20000);
    assert_int_equal(c->metrics.mem, INT64_C(4) << 30);
    assert_int_equal(c->train.optimizer, CAD_TRAIN_OPTIMIZER_adamw8bit);
    assert_int_equal(c->train.micro_tokens, 0);
    near(c->train.lr, 2e-4, 0);
    near(c->model.rope_theta, 1e4, 0);
    assert_true(c->lora.enabled);
    assert_int_equal(c->lora.targets.n, 7);
    assert_string_equal(c->lora.targets.item[6], "down");
    assert_int_equal(c->checkpoint.every.unit, CAD_INTERVAL_EPOCHS);
    assert_int_equal(c->eval.every.unit, CAD_INTERVAL_STEPS);
    near(c->eval.every.value, 300, 0);
    near(c->metrics.timeout_s, 30, 0);
    assert_string_equal(c->tokenizer.path, c->model.path);
    assert_string_equal(cad_config_origin(c, "train.lr"), "default");
    assert_null(cad_config_origin(c, "train.nothing"));
}

static void test_each_type_reads_its_spellings(void **state)
{
    (void)state;
    cad_config *c;
    ok(load_text(
        "; a comment\n# another\n[train]\nmax_steps = 16k ; in thousands\nbatch_tokens = 2K\nlr=1e-3\nmicro_tokens = auto\n"
        "\n[lora]\nenabled = no\nalpha = 32\ntargets = q , v\n[model]\nweights = fp32\n"
        "[eval]\nevery = 30 min\n[sample]\nevery = off\n[checkpoint]\nevery = 1.5 epochs\n"
        "[metrics]\ntimeout_s = 2min\n[prep]\nsplit = 80,10,10\n[run]\nname = a-b.c_1\ntags =\n",
        NULL, &c));
    assert_int_equal(c->train.max_steps, 16000);
    assert_int_equal(c->train.batch_tokens, 2048);
    assert_int_equal(c->train.batch_rows, 0); /* gives way to batch_tokens */
    near(c->train.lr, 1e-3, 0);
    assert_false(c->lora.enabled);
    near(c->lora.alpha, 32, 0);
    assert_int_equal(c->lora.targets.n, 2);
    assert_string_equal(c->lora.targets.item[1], "v");
    assert_int_equal(c->eval.every.unit, CAD_INTERVAL_SECONDS);
    near(c->eval.every.value, 1800, 0);
    assert_int_equal(c->sample.every.unit, CAD_INTERVAL_OFF);
    near(c->checkpoint.every.value, 1.5, 0);
    near(c->metrics.timeout_s, 120, 0);
    assert_int_equal(c->run.tags.n, 0);
}

static void test_precedence_and_origin(void **state)
{
    (void)state;
    const char *base = file("base.ini", "[train]\nlr = 1e-3\nbeta1 = 0.8\nbeta2 = 0.98\ngrad_clip = 3\n");
    const char *over = file("over.ini", "[train]\n\nbeta1 = 0.7\nbeta2 = 0.97\ngrad_clip = 4\n");
    setenv("CADLM_TRAIN__BETA2", "0.96", 1);
    setenv("CADLM_TRAIN__GRAD_CLIP", "5", 1);
    cad_config_source s[] = {{.kind = CAD_CONFIG_FILE, .name = base},
                             {.kind = CAD_CONFIG_FILE, .name = over},
                             {.kind = CAD_CONFIG_ENV},
                             {.kind = CAD_CONFIG_PAIR, .name = "--set", .text = "train.grad_clip=6"},
                             {.kind = CAD_CONFIG_PAIR, .name = "--seed", .text = "run.seed=7"}};
    cad_config *c;
    ok(cad_config_load(s, 5, config_arena, NULL, &c));
    unsetenv("CADLM_TRAIN__BETA2");
    unsetenv("CADLM_TRAIN__GRAD_CLIP");
    char where[256];
    snprintf(where, sizeof where, "%s:2", base);
    assert_string_equal(cad_config_origin(c, "train.lr"), where);
    snprintf(where, sizeof where, "%s:3", over);
    assert_string_equal(cad_config_origin(c, "train.beta1"), where);
    near(c->train.beta1, 0.7, 0);
    assert_string_equal(cad_config_origin(c, "train.beta2"), "CADLM_TRAIN__BETA2");
    near(c->train.beta2, 0.96, 0);
    assert_string_equal(cad_config_origin(c, "train.grad_clip"), "--set");
    near(c->train.grad_clip, 6, 0);
    assert_string_equal(cad_config_origin(c, "run.seed"), "--seed");
    assert_int_equal(c->run.seed, 7);
    assert_string_equal(cad_config_origin(c, "train.eps"), "default");
}

static void test_include_reads_the_other_file_first(void **state)
{
    (void)state;
    file("first.ini", "[train]\nlr = 1e-3\nbeta1 = 0.5\n");
    const char *path = file("second.ini", "include = first.ini\n[train]\nbeta1 = 0.6\n");
    cad_config_source s = {.kind = CAD_CONFIG_FILE, .name = path};
    cad_config *c;
    ok(cad_config_load(&s, 1, config_arena, NULL, &c));
    near(c->train.lr, 1e-3, 0);
    near(c->train.beta1, 0.6, 0);
    assert_non_null(strstr(cad_config_origin(c, "train.lr"), "/first.ini:2"));

    file("ring1.ini", "\ninclude = ring2.ini\n");
    s.name = file("ring2.ini", "include = ring1.ini\n");
    fails(cad_config_load(&s, 1, config_arena, NULL, &c), CAD_ECONFIG, "ring1.ini:2: error: include of ");
    s.name = file("lost.ini", "include = nowhere.ini\n");
    fails(cad_config_load(&s, 1, config_arena, NULL, &c), CAD_ENOTFOUND, "lost.ini:1: error: ");
    s.name = file("late.ini", "[run]\ninclude = first.ini\n");
    fails(cad_config_load(&s, 1, config_arena, NULL, &c), CAD_ECONFIG, "late.ini:2: error: include inside [run]");
}

static void test_variables_expand_in_values(void **state)
{
    (void)state;
    cad_config *c;
    setenv("CADLM_TEST_WHERE", "/data", 1);
    unsetenv("CADLM_TEST_NONE");
    ok(load_text("[data]\ntrain = ${CADLM_TEST_WHERE}/t.h5\nval = a${CADLM_TEST_NONE:-b c}d\n", NULL, &c));
    assert_string_equal(c->data.train, "/data/t.h5");
    assert_string_equal(c->data.val, "ab cd");
    one_problem("[data]\ntrain = ${CADLM_TEST_NONE}\n", "my.ini:2: error: data.train: variable ${CADLM_TEST_NONE} is not set");
    one_problem("[data]\ntrain = ${CADLM\n", "my.ini:2: error: data.train: '${' without '}'");
    setenv("CADLM_TEST_WHERE", "a\nb", 1);
    one_problem("[data]\ntrain = ${CADLM_TEST_WHERE}\n", "my.ini:2: error: data.train: value holds a control byte");
    unsetenv("CADLM_TEST_WHERE");
}

static void test_sections_can_be_picked_from_what_a_checkpoint_recorded(void **state)
{
    (void)state;
    cad_config_source s = {.kind = CAD_CONFIG_TEXT,
                           .name = "ckpt/config.ini",
                           .text =
                               "[decode]\nmax_new = 99\n[train]\nlr = 1e-3\n[newer]\nx = 1\n[prompt]\nnew_key = 2\nbos = on\n",
                           .only = "prompt decode"};
    cad_config *c;
    ok(cad_config_load(&s, 1, config_arena, NULL, &c));
    assert_int_equal(c->decode.max_new, 99);
    assert_int_equal(c->prompt.bos, CAD_PROMPT_BOS_on);
    near(c->train.lr, 2e-4, 0);
}

enum { DIFFERENCES = 20000 };

static void note_difference(void *ctx, const char *key, const char *a, const char *b)
{
    size_t n = strlen(ctx);
    snprintf((char *)ctx + n, DIFFERENCES - n, "%s:%s>%s ", key, a, b);
}

static void test_the_resolved_copy_reads_back_to_the_same(void **state)
{
    (void)state;
    cad_config *c, *again, *other;
    ok(load_text("[run]\nname = r1\nnotes = h\xc3\xa9llo # not a comment\n[train]\nlr = 0.1\nmin_lr = 1e-7\nwarmup = "
                 "7%\n[data]\ntrain = a/b.h5\n"
                 "[sample]\nevery = 90 s\n[model]\nadapter = /x/y\n",
                 NULL, &c));
    cad_buf text = CAD_BUF_INIT, second = CAD_BUF_INIT;
    ok(cad_config_print(c, &text));
    assert_non_null(strstr(text.data, "[train]\n"));
    assert_non_null(strstr(text.data, "lr = 0.1                                ; my.ini:5\n"));
    assert_non_null(strstr(text.data, "min_lr = 0.0000001 "));
    assert_non_null(strstr(text.data, "beta1 = 0.9\n"));
    assert_null(strstr(text.data, "train = a/b.h5")); /* absolute */
    ok(load_text(text.data, NULL, &again));
    char differences[DIFFERENCES] = "";
    ok(cad_config_diff(c, again, note_difference, differences));
    char cwd[4096], expected[8200];
    assert_non_null(getcwd(cwd, sizeof cwd));
    snprintf(expected, sizeof expected, "%s/a/b.h5", cwd);
    assert_string_equal(again->data.train, expected);
    assert_non_null(strstr(differences, "data.train:a/b.h5>/"));
    assert_null(strstr(differences, "train.lr"));
    assert_null(strstr(differences, "sample"));
    assert_string_equal(again->run.notes, c->run.notes);
    near(again->train.min_lr, 1e-7, 0);

    ok(cad_config_print(again, &second));
    ok(load_text(second.data, NULL, &other));
    differences[0] = '\0';
    ok(cad_config_diff(again, other, note_difference, differences));
    assert_string_equal(differences, "");
    cad_buf_deinit(&text);
    cad_buf_deinit(&second);
}

static void test_explain_tells_type_range_default_value_and_origin(void **state)
{
    (void)state;
    cad_config *c;
    ok(load_text("[lora]\nrank = 8\n", NULL, &c));
    cad_buf b = CAD_BUF_INIT;
    ok(cad_config_explain(c, "lora.rank", &b));
    assert_string_equal(b.data,
                        "lora.rank = 8   (my.ini:2)\n  rank of the LoRA factors\n  integer, expected 1..1024; default 16\n");
    fails(cad_config_explain(c, "lora.rnk", &b), CAD_ENOTFOUND, "no key 'lora.rnk'; did you mean lora.rank?");
    cad_buf_clear(&b);
    ok(cad_config_schema(false, &b));
    assert_non_null(strstr(b.data, "[train]\n"));
    assert_non_null(strstr(b.data, "  template "));
    cad_buf_clear(&b);
    ok(cad_config_schema(true, &b));
    assert_non_null(strstr(b.data, "| `lr` | number | 2e-4 | 0..1 | peak learning rate |"));
    cad_buf_deinit(&b);
}

static void test_warm_up_is_steps_or_a_share(void **state)
{
    (void)state;
    int64_t n;
    ok(cad_config_steps("5%", 1000, &n));
    assert_int_equal(n, 50);
    ok(cad_config_steps("1200", 1000, &n));
    assert_int_equal(n, 1200);
    fails(cad_config_steps("x", 1, &n), CAD_ECONFIG, "N steps or N%");
}

static void test_each_allocation_may_fail(void **state)
{
    (void)state;
    cad_config_source s[] = {
        {.kind = CAD_CONFIG_TEXT, .name = "my.ini", .text = "[train]\nlr = 1e-3\nwarmup = ${X:-3}%\n[lora]\ntargets = q,v\n"},
        {.kind = CAD_CONFIG_PAIR, .name = "--set", .text = "run.name=x"}};
    for (uint64_t k = 1;; k++) {
        cad_frame mark = cad_arena_mark(config_arena);
        cad_config *c = NULL;
        cad_mem_fail_at(k, 0);
        cad_status status = cad_config_load(s, 2, config_arena, NULL, &c);
        cad_mem_fail_at(0, 0);
        cad_arena_rewind(config_arena, mark);
        if (status == CAD_OK) {
            assert_true(k > 50);
            return;
        }
        assert_int_equal(status, CAD_ENOMEM);
        assert_null(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_are_those_of_the_table),
        cmocka_unit_test(test_each_type_reads_its_spellings),
        cmocka_unit_test(test_precedence_and_origin),
        cmocka_unit_test(test_include_reads_the_other_file_first),
        cmocka_unit_test(test_variables_expand_in_values),
        cmocka_unit_test(test_sections_can_be_picked_from_what_a_checkpoint_recorded),
        cmocka_unit_test(test_the_resolved_copy_reads_back_to_the_same),
        cmocka_unit_test(test_explain_tells_type_range_default_value_and_origin),
        cmocka_unit_test(test_warm_up_is_steps_or_a_share),
        cmocka_unit_test(test_each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, config_setup, config_teardown);
}
