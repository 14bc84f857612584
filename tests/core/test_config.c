#include "tests/unit.h"

#include "core/config.h"
#include "core/fs.h"
#include "core/mem.h"

#include <unistd.h>

static cad_arena *arena;
static char dir[] = "/tmp/cadlm-config-XXXXXX";

static cad_status load_text(const char *text, cad_buf *problems, cad_config **out)
{
    cad_config_source s = {.kind = CAD_CONFIG_TEXT, .name = "my.ini", .text = text};
    return cad_config_load(&s, 1, arena, problems, out);
}

/* The one problem that `text` has, without the last line. */
static void one_problem(const char *text, const char *expected)
{
    cad_config *cfg = NULL;
    cad_buf problems = CAD_BUF_INIT;
    cad_status s = load_text(text, &problems, &cfg);
    char all[1024];
    snprintf(all, sizeof all, "%s\n1 error; nothing was started\n", expected);
    assert_int_equal(s, CAD_ECONFIG);
    assert_null(cfg);
    assert_string_equal(cad_buf_cstr(&problems), all);
    cad_buf_deinit(&problems);
}

static const char *file(const char *name, const char *text)
{
    static char path[4][256];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    ok(cad_fs_write(path[turn], text, strlen(text)));
    return path[turn];
}

static void test_defaults_are_those_of_the_table(void **state)
{
    (void)state;
    cad_config *c;
    ok(cad_config_load(NULL, 0, arena, NULL, &c));
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
    char path[128];
    snprintf(path, sizeof path, "%s/nul.ini", dir);
    ok(cad_fs_write(path, "[run]\nnotes = a\0b\n", 18));
    cad_config_source s = {.kind = CAD_CONFIG_FILE, .name = path};
    cad_config *c;
    fails(cad_config_load(&s, 1, arena, NULL, &c), CAD_ECONFIG, "nul.ini:2: error: a NUL byte");
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
    fails(cad_config_load(s, 4, arena, &problems, &c), CAD_ECONFIG, "5 errors; nothing was started");
    assert_non_null(strstr(problems.data, "a.ini:2: error: unknown key 'lrr'"));
    assert_non_null(strstr(problems.data, "a.ini:3: error: train.lr = 'x'"));
    assert_non_null(strstr(problems.data, "b.ini:3: error: lora.rank = 0;"));
    assert_non_null(strstr(problems.data, "--set: error: 'train.lr'; expected SECTION.KEY=VALUE"));
    assert_non_null(strstr(problems.data, "--threads: error: run.threads = 'many'"));
    cad_buf_deinit(&problems);
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
    ok(cad_config_load(s, 5, arena, NULL, &c));
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

static void test_an_unknown_variable_of_the_environment_is_an_error(void **state)
{
    (void)state;
    cad_config_source s = {.kind = CAD_CONFIG_ENV};
    cad_config *c;
    setenv("CADLM_TRAIN__LRR", "1", 1);
    fails(cad_config_load(&s, 1, arena, NULL, &c), CAD_ECONFIG,
          "CADLM_TRAIN__LRR: error: unknown key 'lrr' in [train]; did you mean lr?");
    unsetenv("CADLM_TRAIN__LRR");
    setenv("CADLM_X__Y", "1", 1);
    fails(cad_config_load(&s, 1, arena, NULL, &c), CAD_ECONFIG, "CADLM_X__Y: error: unknown section [x]");
    unsetenv("CADLM_X__Y");
    setenv("CADLM_SOMETHING", "1", 1); /* no S__K: not ours */
    ok(cad_config_load(&s, 1, arena, NULL, &c));
    unsetenv("CADLM_SOMETHING");
}

static void test_include_reads_the_other_file_first(void **state)
{
    (void)state;
    file("first.ini", "[train]\nlr = 1e-3\nbeta1 = 0.5\n");
    const char *path = file("second.ini", "include = first.ini\n[train]\nbeta1 = 0.6\n");
    cad_config_source s = {.kind = CAD_CONFIG_FILE, .name = path};
    cad_config *c;
    ok(cad_config_load(&s, 1, arena, NULL, &c));
    near(c->train.lr, 1e-3, 0);
    near(c->train.beta1, 0.6, 0);
    assert_non_null(strstr(cad_config_origin(c, "train.lr"), "/first.ini:2"));

    file("ring1.ini", "\ninclude = ring2.ini\n");
    s.name = file("ring2.ini", "include = ring1.ini\n");
    fails(cad_config_load(&s, 1, arena, NULL, &c), CAD_ECONFIG, "ring1.ini:2: error: include of ");
    s.name = file("lost.ini", "include = nowhere.ini\n");
    fails(cad_config_load(&s, 1, arena, NULL, &c), CAD_ENOTFOUND, "lost.ini:1: error: ");
    s.name = file("late.ini", "[run]\ninclude = first.ini\n");
    fails(cad_config_load(&s, 1, arena, NULL, &c), CAD_ECONFIG, "late.ini:2: error: include inside [run]");
}

static void test_a_missing_file_has_its_own_code(void **state)
{
    (void)state;
    cad_config_source s = {.kind = CAD_CONFIG_FILE, .name = "/nonexistent/x.ini"};
    cad_config *c;
    fails(cad_config_load(&s, 1, arena, NULL, &c), CAD_ENOTFOUND,
          "/nonexistent/x.ini: error: no such file or folder; expected a configuration");
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

static void test_sections_can_be_picked_from_what_a_checkpoint_recorded(void **state)
{
    (void)state;
    cad_config_source s = {.kind = CAD_CONFIG_TEXT,
                           .name = "ckpt/config.ini",
                           .text =
                               "[decode]\nmax_new = 99\n[train]\nlr = 1e-3\n[newer]\nx = 1\n[prompt]\nnew_key = 2\nbos = on\n",
                           .only = "prompt decode"};
    cad_config *c;
    ok(cad_config_load(&s, 1, arena, NULL, &c));
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

static void test_required_keys_are_named_together(void **state)
{
    (void)state;
    static const char *const need[] = {"run.name", "data.train", "train.lr"};
    cad_config *c;
    ok(cad_config_load(NULL, 0, arena, NULL, &c));
    fails(cad_config_require(c, need, 3), CAD_ECONFIG, "not given: run.name (directory under run.out_root), data.train (");
    ok(load_text("[run]\nname = x\n[data]\ntrain = y\n", NULL, &c));
    ok(cad_config_require(c, need, 3));
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
        cad_frame mark = cad_arena_mark(arena);
        cad_config *c = NULL;
        cad_mem_fail_at(k, 0);
        cad_status status = cad_config_load(s, 2, arena, NULL, &c);
        cad_mem_fail_at(0, 0);
        cad_arena_rewind(arena, mark);
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
    if (!mkdtemp(dir) || cad_arena_create("config test", 64u << 20, &arena) != CAD_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_are_those_of_the_table),
        cmocka_unit_test(test_each_type_reads_its_spellings),
        cmocka_unit_test(test_each_fault_is_reported_with_its_line),
        cmocka_unit_test(test_a_line_of_198_bytes_is_read_and_one_more_is_not),
        cmocka_unit_test(test_a_nul_byte_is_found_in_a_file),
        cmocka_unit_test(test_all_faults_of_all_sources_come_in_one_report),
        cmocka_unit_test(test_precedence_and_origin),
        cmocka_unit_test(test_an_unknown_variable_of_the_environment_is_an_error),
        cmocka_unit_test(test_include_reads_the_other_file_first),
        cmocka_unit_test(test_a_missing_file_has_its_own_code),
        cmocka_unit_test(test_variables_expand_in_values),
        cmocka_unit_test(test_rules_over_several_keys),
        cmocka_unit_test(test_a_key_that_cannot_act_is_a_warning_naming_both),
        cmocka_unit_test(test_sections_can_be_picked_from_what_a_checkpoint_recorded),
        cmocka_unit_test(test_the_resolved_copy_reads_back_to_the_same),
        cmocka_unit_test(test_explain_tells_type_range_default_value_and_origin),
        cmocka_unit_test(test_required_keys_are_named_together),
        cmocka_unit_test(test_warm_up_is_steps_or_a_share),
        cmocka_unit_test(test_each_allocation_may_fail),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cad_arena_destroy(arena);
    return cad_fs_remove_tree(dir) == CAD_OK ? failed : 1;
}
