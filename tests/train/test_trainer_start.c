#include "tests/unit.h"

#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/progress.h"
#include "tests/robust/fault_io.h"
#include "tests/train/train_fixture.h"
#include "tests/train/train_tmp.h"
#include "train/trainer_parts.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>

static char dir[4096];
static cad_arena *arena;

static const cad_config *config(const char *pair)
{
    const cad_config_source source[] = {{.kind = CAD_CONFIG_FILE, .name = train_path(dir, "run.ini")},
                                        {.kind = CAD_CONFIG_PAIR, .name = "--set", .text = pair}};
    cad_config *cfg;
    ok(cad_config_load(source, pair ? 2 : 1, arena, NULL, &cfg));
    return cfg;
}

static cad_status start(const char *pair, bool check, cad_trainer **out)
{
    static char path[8192];
    snprintf(path, sizeof path, "%s/runs/one", dir);
    return cad_trainer_open(config(pair), &(cad_trainer_opts){.run_dir = path, .check = check}, out);
}

static const char *in_run(const char *name)
{
    static char path[300];
    snprintf(path, sizeof path, "runs/one/%s", name);
    return train_path(dir, path);
}

static void test_a_check_touches_nothing(void **state)
{
    (void)state;
    cad_trainer *t;
    ok(start(NULL, true, &t));
    assert_false(cad_fs_exists(in_run("")));
    cad_trainer_close(t);
    assert_false(cad_fs_exists(in_run("")));
}

static void test_a_start_that_is_refused_leaves_no_directory(void **state)
{
    (void)state;
    cad_trainer *t;
    fails(start("data.max_tokens=16", false, &t), CAD_EDATA, "train.pack.h5: row '");
    assert_non_null(strstr(cad_error_text(), " tokens; data.max_tokens = 16, and the pack was made with "));
    assert_false(cad_fs_exists(in_run("")));
    ok(start(NULL, false, &t)); /* opened, then not run */
    assert_true(cad_fs_exists(in_run("LOCK")));
    cad_trainer_close(t);
    assert_false(cad_fs_exists(in_run("")));
}

/* The one that has the directory writes a checkpoint between the other's two looks: it would train from an older one. */
static void test_the_directory_is_taken_before_its_checkpoint_is_looked_for(void **state)
{
    (void)state;
    cad_trainer *first, *second;
    ok(start("train.max_steps=2", false, &first));
    fails(start("train.max_steps=2", false, &second), CAD_ELOCKED, "LOCK: in use by ");
    ok(start("train.max_steps=2", true, &second)); /* a look is free */
    assert_int_equal(cad_trainer_get_facts(second).resume_step, 0);
    cad_trainer_close(second);
    ok(cad_trainer_run(first));
    cad_trainer_close(first);
    ok(start("train.max_steps=2", false, &second));
    assert_int_equal(cad_trainer_get_facts(second).resume_step, 2);
    cad_trainer_close(second);
    json_t *o;
    ok(cad_json_read(in_run("run.json"), 0, &o));
    assert_string_equal(json_string_value(json_object_get(o, "status")), "done"); /* the start that did not run left it */
    json_decref(o);
}

static volatile sig_atomic_t looks, held;

/* Another process would have to wait: flock is by open file. */
static void look_at_the_lock(int sig)
{
    (void)sig;
    int fd = open(in_run("LOCK"), O_RDWR | O_CLOEXEC);
    looks++;
    held = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0;
    if (fd >= 0)
        close(fd);
}

static void test_a_start_afresh_moves_the_old_run_while_it_holds_its_lock(void **state)
{
    (void)state;
    char path[8192];
    cad_trainer *t;
    snprintf(path, sizeof path, "%s", in_run(""));
    path[strlen(path) - 1] = '\0';
    ok(start("train.max_steps=2", false, &t));
    ok(cad_trainer_run(t));
    cad_trainer_close(t);
    cad_buf before = train_read(in_run("run.json"));
    assert_true(signal(SIGUSR2, look_at_the_lock) != SIG_ERR);
    assert_int_equal(fault_io_set("rename:/one.1:1:USR2"), 0);
    ok(cad_trainer_open(config("train.max_steps=2"), &(cad_trainer_opts){.run_dir = path, .resume = "no"}, &t));
    ok(cad_trainer_run(t));
    assert_int_equal(fault_io_set(NULL), 0);
    assert_true(looks == 1 && held);
    assert_true(cad_fs_exists(in_run("LOCK"))); /* that of the new run */
    cad_trainer_close(t);
    assert_true(cad_fs_exists(in_run("ckpt/step-000002/DONE")) && !cad_fs_exists(in_run("LOCK")));
    assert_true(cad_fs_exists(train_path(dir, "runs/one.1/ckpt/step-000002/DONE")));
    assert_false(cad_fs_exists(train_path(dir, "runs/one.1/LOCK")));
    cad_buf aside = train_read(train_path(dir, "runs/one.1/run.json")), now = train_read(in_run("run.json"));
    assert_string_equal(aside.data, before.data); /* it tells its own end */
    assert_string_not_equal(now.data, before.data);
    cad_buf_deinit(&now);
    cad_buf_deinit(&aside);
    cad_buf_deinit(&before);
}

static void pack_again(const char *waived)
{
    ok(fixture_pack(dir, "train.pack.h5", &(fixture_pack_opts){.rows = 96, .seed = 1, .waived = waived}));
}

/* A pack that is packed anew with the same tokens continues the run, and what any of its packs waived stays told. */
static void test_a_resume_keeps_what_the_packs_waived(void **state)
{
    (void)state;
    static const char *const pack[] = {NULL, "template", "cut_answer,template"};
    static const char *const told[] = {"template", "template", "template,cut_answer"};
    char path[8192];
    snprintf(path, sizeof path, "%s/runs/waived", dir);
    cad_trainer_opts o = {.run_dir = path};
    cad_trainer *t;
    pack_again("template");
    ok(cad_trainer_open(config("train.max_steps=2"), &o, &t));
    ok(cad_trainer_run(t));
    cad_trainer_close(t);
    o.check = true;
    for (size_t i = 0; i < sizeof pack / sizeof *pack; i++) {
        pack_again(pack[i]);
        ok(cad_trainer_open(config("train.max_steps=2"), &o, &t));
        assert_int_equal(cad_trainer_get_facts(t).resume_step, 2);
        assert_string_equal(t->at.waived, told[i]);
        cad_trainer_close(t);
    }
    pack_again(NULL);
}

/* Prompts that a run samples are those that cadgen would ask: a blank at an end of a line makes other tokens. */
static void test_prompts_are_read_as_cadgen_reads_them(void **state)
{
    (void)state;
    static const char prompts[] = "\n  plate 40x20x5 \r\n \t\r\nbox 1x2x3\nthird\n";
    char ini[4300];
    int n = snprintf(ini, sizeof ini, "[sample]\nevery = 5 steps\nn = 2\nprompts = %s/prompts.txt\n", dir);
    ok(cad_fs_write(train_path(dir, "sample.ini"), ini, (size_t)n));
    ok(cad_fs_write(train_path(dir, "prompts.txt"), prompts, sizeof prompts - 1));
    char run[4200], sample[4200];
    snprintf(run, sizeof run, "%s", train_path(dir, "run.ini"));
    snprintf(sample, sizeof sample, "%s", train_path(dir, "sample.ini"));
    const cad_config_source source[] = {{.kind = CAD_CONFIG_FILE, .name = run}, {.kind = CAD_CONFIG_FILE, .name = sample}};
    cad_config *cfg;
    cad_trainer *t;
    ok(cad_config_load(source, 2, arena, NULL, &cfg));
    ok(cad_trainer_open(cfg, &(cad_trainer_opts){.check = true}, &t));
    assert_int_equal(t->n_prompts, 2);
    assert_string_equal(t->prompt[0].caption, "plate 40x20x5");
    assert_string_equal(t->prompt[1].caption, "box 1x2x3");
    cad_trainer_close(t);
    ok(cad_fs_write(train_path(dir, "prompts.txt"), " \n", 2));
    fails(cad_trainer_open(cfg, &(cad_trainer_opts){.check = true}, &t), CAD_ENOTFOUND, "no prompt in it");
}

static int setup(void **state)
{
    (void)state;
    cad_log_set_level(CAD_LOG_ERROR);
    cad_progress_setup(CAD_PROGRESS_NONE, 10);
    train_tmp("start", dir);
    ok(cad_arena_create("test", (size_t)64 << 20, &arena));
    ok(fixture_run(dir));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    cad_arena_destroy(arena);
    ok(cad_fs_remove_tree(dir));
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_check_touches_nothing),
        cmocka_unit_test(test_a_start_that_is_refused_leaves_no_directory),
        cmocka_unit_test(test_the_directory_is_taken_before_its_checkpoint_is_looked_for),
        cmocka_unit_test(test_a_start_afresh_moves_the_old_run_while_it_holds_its_lock),
        cmocka_unit_test(test_a_resume_keeps_what_the_packs_waived),
        cmocka_unit_test(test_prompts_are_read_as_cadgen_reads_them),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
