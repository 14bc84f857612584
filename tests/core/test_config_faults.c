#include "tests/core/config_fixture.h"

static void test_each_fault_is_reported_with_its_line(void **state)
{
    (void)state;
    one_problem("[train]\nlr = 1e-4\nmax_step = 5\n",
                "my.ini:3: error: unknown key 'max_step' in [train]; did you mean max_steps?");
    one_problem("[train]\nrank = 5\n", "my.ini:2: error: unknown key 'rank' in [train]; did you mean lora.rank?");
    one_problem("[train]\nqqqqqq = 5\n", "my.ini:2: error: unknown key 'qqqqqq' in [train]");
    one_problem("[trian]\nlr = 1\nwhatever = 2\n", "my.ini:1: error: unknown section [trian]; did you mean [train]?");
    one_problem(
        "[train]\nschedule = cosin\n",
        "my.ini:2: error: train.schedule = 'cosin'; expected one of linear cosine constant (learning rate after the warm-up)");
    one_problem("[lora]\nrank = 4096\n", "my.ini:2: error: lora.rank = 4096; expected 1..1024 (rank of the LoRA factors)");
    one_problem("[lora]\nrank = 16x\n",
                "my.ini:2: error: lora.rank = '16x'; expected an integer, 1..1024 (rank of the LoRA factors)");
    one_problem("[lora]\nrank = 1.5\n",
                "my.ini:2: error: lora.rank = 1.5; expected an integer, 1..1024 (rank of the LoRA factors)");
    one_problem("[train]\nlr = fast\n", "my.ini:2: error: train.lr = 'fast'; expected a number, 0..1 (peak learning rate)");
    one_problem("[train]\nlr = nan\n", "my.ini:2: error: train.lr = 'nan'; expected a number, 0..1 (peak learning rate)");
    one_problem("[train]\neps = 0\n", "my.ini:2: error: train.eps = 0; expected >0 (added to the root of the second moment)");
    one_problem("[tokenizer]\nown_bpe = 100\n", "my.ini:2: error: tokenizer.own_bpe = 100; expected 0,300..65536 "
                                                "(vocabulary of a byte-level BPE learnt from the train split; 0 = none)");
    one_problem("[train]\nlr = 1e-4\n\nlr = 1e-5\n", "my.ini:4: error: train.lr is already set in line 2");
    one_problem("[train]\n  lr = 1e-4\n", "my.ini:2: error: blanks before a key; it starts in the first column");
    one_problem("[train]\nlr: 1e-4\n", "my.ini:2: error: ':' where '=' belongs");
    one_problem("[train]\nlr: a = 1e-4\n", "my.ini:2: error: ':' before '='; expected KEY = VALUE");
    one_problem("[train]\nlr\n", "my.ini:2: error: text without '='");
    one_problem("[train]\n= 4\n", "my.ini:2: error: '=' without a key");
    one_problem("[train\nlr = 1\n", "my.ini:1: error: '[' without ']'");
    one_problem("[train] lr = 1\n", "my.ini:1: error: text after ']'");
    one_problem("lr = 1\n", "my.ini:1: error: key 'lr' before the first [section]");
    one_problem("[run]\nnotes = \xff\n", "my.ini:2: error: byte 0xff in column 9 is not UTF-8");
    one_problem("[run]\nnotes = \xed\xa0\x80\n", "my.ini:2: error: byte 0xed in column 9 is not UTF-8");
    one_problem("[run]\nname = a b\n",
                "my.ini:2: error: run.name = 'a b'; expected 1 to 80 of A-Za-z0-9._- (directory under run.out_root)");
    one_problem("[train]\nwarmup = 5 %\n",
                "my.ini:2: error: train.warmup = '5 %'; expected N steps or N% (steps of rising learning rate, N or N%)");
    one_problem("[lora]\ntargets = q,,v\n",
                "my.ini:2: error: lora.targets = 'q,,v'; expected names split by commas (matrices that get factors)");
    one_problem("[lora]\nenabled = maybe\n",
                "my.ini:2: error: lora.enabled = 'maybe'; expected on or off (off = train all weights)");
    one_problem("[eval]\nevery = 30\n",
                "my.ini:2: error: eval.every = 30; expected such as 300 steps, 1 epoch, 30 min or off (between evaluations)");
    one_problem("[metrics]\ntimeout_s = 40d\n", "my.ini:2: error: metrics.timeout_s = '40d'; expected 1 s to 30 d, such as 90, "
                                                "30min or 8h (CPU time of one part in a worker)");
    one_problem("[prep]\nsplit = 70,10,10\n",
                "my.ini:2: error: prep.split = '70,10,10'; expected three whole percentages with the sum "
                "100, split by commas (percent of train, val, test)");
}

static void test_a_line_of_198_bytes_is_read_and_one_more_is_not(void **state)
{
    (void)state;
    char text[400] = "[run]\nnotes = ";
    memset(text + 14, 'x', 190);
    cad_config *c;
    ok(load_text(text, NULL, &c));
    assert_int_equal(strlen(c->run.notes), 190);
    strcat(text, "y");
    one_problem(text, "my.ini:2: error: a line of 199 bytes; expected at most 198 (shorten it with ${VAR})");
}

static void test_a_nul_byte_is_found_in_a_file(void **state)
{
    (void)state;
    const char *path = scratch("nul.ini");
    ok(cad_fs_write(path, "[run]\nnotes = a\0b\n", 18));
    cad_config_source s = {.kind = CAD_CONFIG_FILE, .name = path};
    cad_config *c;
    fails(cad_config_load(&s, 1, config_arena, NULL, &c), CAD_ECONFIG, "nul.ini:2: error: a NUL byte");
}

static void test_all_faults_of_all_sources_come_in_one_report(void **state)
{
    (void)state;
    cad_config_source s[] = {{.kind = CAD_CONFIG_TEXT, .name = "a.ini", .text = "[train]\nlrr = 1\nlr = x\n"},
                             {.kind = CAD_CONFIG_TEXT, .name = "b.ini", .text = "\n[lora]\nrank = 0\n"},
                             {.kind = CAD_CONFIG_PAIR, .name = "--set", .text = "train.lr"},
                             {.kind = CAD_CONFIG_PAIR, .name = "--threads", .text = "run.threads=many"}};
    cad_buf problems = CAD_BUF_INIT;
    cad_config *c;
    fails(cad_config_load(s, 4, config_arena, &problems, &c), CAD_ECONFIG, "5 errors; nothing was started");
    assert_non_null(strstr(problems.data, "a.ini:2: error: unknown key 'lrr'"));
    assert_non_null(strstr(problems.data, "a.ini:3: error: train.lr = 'x'"));
    assert_non_null(strstr(problems.data, "b.ini:3: error: lora.rank = 0;"));
    assert_non_null(strstr(problems.data, "--set: error: 'train.lr'; expected SECTION.KEY=VALUE"));
    assert_non_null(strstr(problems.data, "--threads: error: run.threads = 'many'"));
    cad_buf_deinit(&problems);
}

static void test_an_unknown_variable_of_the_environment_is_an_error(void **state)
{
    (void)state;
    cad_config_source s = {.kind = CAD_CONFIG_ENV};
    cad_config *c;
    setenv("CADLM_TRAIN__LRR", "1", 1);
    fails(cad_config_load(&s, 1, config_arena, NULL, &c), CAD_ECONFIG,
          "CADLM_TRAIN__LRR: error: unknown key 'lrr' in [train]; did you mean lr?");
    unsetenv("CADLM_TRAIN__LRR");
    setenv("CADLM_X__Y", "1", 1);
    fails(cad_config_load(&s, 1, config_arena, NULL, &c), CAD_ECONFIG, "CADLM_X__Y: error: unknown section [x]");
    unsetenv("CADLM_X__Y");
    setenv("CADLM_SOMETHING", "1", 1); /* no S__K: not ours */
    ok(cad_config_load(&s, 1, config_arena, NULL, &c));
    unsetenv("CADLM_SOMETHING");
}

static void test_a_missing_file_has_its_own_code(void **state)
{
    (void)state;
    cad_config_source s = {.kind = CAD_CONFIG_FILE, .name = "/nonexistent/x.ini"};
    cad_config *c;
    fails(cad_config_load(&s, 1, config_arena, NULL, &c), CAD_ENOTFOUND,
          "/nonexistent/x.ini: error: no such file or folder; expected a configuration");
}

static void test_rules_over_several_keys(void **state)
{
    (void)state;
    one_problem(
        "[train]\nbatch_rows = 4\nbatch_tokens = 4\n",
        "error: train.batch_rows = 4 (my.ini:2) and train.batch_tokens = 4 (my.ini:3); expected exactly one of them above 0");
    one_problem("[train]\nmin_lr = 1\n",
                "error: train.min_lr = 1 (my.ini:2) and train.lr = 0.0002 (default); expected min_lr <= lr");
    one_problem(
        "[lora]\nenabled = off\n[model]\nweights = nf4\n",
        "error: lora.enabled = off (my.ini:2) and model.weights = nf4 (my.ini:4); expected weights fp32 or bf16, since all of "
        "them are trained");
    one_problem("[model]\ninit = random\nheads = 3\nkv_heads = 3\n",
                "error: model.heads = 3 (my.ini:3) and model.width = 128 (default); expected heads that divide width");
}

static void test_a_key_that_cannot_act_is_a_warning_naming_both(void **state)
{
    (void)state;
    cad_config *c;
    ok(load_text("[lora]\nenabled = off\nrank = 8\nalpha = 16\n[model]\nlayers = 6\n", NULL, &c));
    assert_string_equal(c->warnings, "model.layers (my.ini:6) has no effect while model.init = pretrained\n"
                                     "lora.rank (my.ini:3) has no effect while lora.enabled = off\n");
}

static void test_required_keys_are_named_together(void **state)
{
    (void)state;
    static const char *const need[] = {"run.name", "data.train", "train.lr"};
    cad_config *c;
    ok(cad_config_load(NULL, 0, config_arena, NULL, &c));
    fails(cad_config_require(c, need, 3), CAD_ECONFIG, "not given: run.name (directory under run.out_root), data.train (");
    ok(load_text("[run]\nname = x\n[data]\ntrain = y\n", NULL, &c));
    ok(cad_config_require(c, need, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_fault_is_reported_with_its_line),
        cmocka_unit_test(test_a_line_of_198_bytes_is_read_and_one_more_is_not),
        cmocka_unit_test(test_a_nul_byte_is_found_in_a_file),
        cmocka_unit_test(test_all_faults_of_all_sources_come_in_one_report),
        cmocka_unit_test(test_an_unknown_variable_of_the_environment_is_an_error),
        cmocka_unit_test(test_a_missing_file_has_its_own_code),
        cmocka_unit_test(test_rules_over_several_keys),
        cmocka_unit_test(test_a_key_that_cannot_act_is_a_warning_naming_both),
        cmocka_unit_test(test_required_keys_are_named_together),
    };
    return cmocka_run_group_tests(tests, config_setup, config_teardown);
}
