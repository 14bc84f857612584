#include "tests/unit.h"

#include "core/clock.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/mem.h"
#include "tests/train/train_tmp.h"
#include "train/run_dir.h"
#include "train/run_lock.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char base[4096], dir[4096];

static int setup(void **state)
{
    (void)state;
    train_tmp("run", base);
    snprintf(dir, sizeof dir, "%.4000s/runs/one", base);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ok(cad_fs_remove_tree(base));
    return 0;
}

static json_t *read_run(void)
{
    json_t *o;
    ok(cad_json_read(train_path(dir, "run.json"), 0, &o));
    return o;
}

static void test_the_id_lives_as_long_as_the_run(void **state)
{
    (void)state;
    cad_run_dir *r;
    char id[17];
    ok(cad_run_dir_open(dir, "one", false, &r));
    strcpy(id, cad_run_dir_id(r));
    assert_int_equal(strlen(id), 16);
    ok(cad_run_dir_set_status(r, "preempted", 75, &(cad_run_totals){.steps = 7, .rows = 70, .tokens = 700, .wall_s = 1.5}));
    cad_run_dir_close(r);
    ok(cad_run_dir_open(dir, "one", false, &r));
    assert_string_equal(cad_run_dir_id(r), id);
    ok(cad_run_dir_add_restart(r, 7, ""));
    ok(cad_run_dir_add_allowed(r, "train.lr", "1e-4", "2e-4"));
    ok(cad_run_dir_set_status(r, "done", 0, NULL));
    cad_run_dir_close(r);
    json_t *o = read_run();
    assert_string_equal(json_string_value(json_object_get(o, "status")), "done");
    assert_int_equal(json_array_size(json_object_get(o, "restarts")), 1);
    const json_t *change = json_array_get(json_object_get(o, "allowed_changes"), 0);
    assert_string_equal(json_string_value(json_object_get(change, "key")), "train.lr");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(o, "totals"), "tokens")), 700);
    json_decref(o);
}

static void test_a_live_run_is_locked(void **state)
{
    (void)state;
    cad_run_dir *r, *second;
    ok(cad_run_dir_open(dir, "one", false, &r));
    fails(cad_run_dir_open(dir, "one", false, &second), CAD_ELOCKED, "in use by");
    cad_run_dir_close(r);
    ok(cad_run_dir_open(dir, "one", false, &r));
    cad_run_dir_close(r);
    assert_false(cad_fs_exists(train_path(dir, "LOCK")));
}

static void test_the_lock_of_a_killed_process_is_free(void **state)
{
    (void)state;
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        cad_run_dir *r;
        char c = cad_run_dir_open(dir, "one", false, &r) == CAD_OK ? 'k' : 'f';
        if (write(ready[1], &c, 1) != 1)
            _exit(1);
        pause();
    }
    char c;
    assert_int_equal(read(ready[0], &c, 1), 1);
    assert_int_equal(c, 'k');
    cad_run_dir *r;
    fails(cad_run_dir_open(dir, "one", false, &r), CAD_ELOCKED, "LOCK");
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    ok(cad_run_dir_open(dir, "one", false, &r));
    cad_run_dir_close(r);
}

static void set_age(const char *name, double seconds)
{
    double at = cad_clock_wall() - seconds;
    const struct timespec t[2] = {{(time_t)at, 0}, {(time_t)at, 0}};
    assert_int_equal(utimensat(AT_FDCWD, train_path(dir, name), t, 0), 0);
}

/* A run that a process of another host left, with a sign of life so many seconds ago. */
static void left_elsewhere(const char *owner, const char *status, double age)
{
    char text[100];
    ok(cad_fs_mkdirs(dir));
    ok(cad_fs_write(train_path(dir, "LOCK"), owner, strlen(owner)));
    int n = snprintf(text, sizeof text, "{\"status\":\"%s\"}", status);
    ok(cad_fs_write(train_path(dir, "run.json"), text, (size_t)n));
    set_age("run.json", age);
    set_age("LOCK", 1000); /* it was taken long before */
}

static cad_status try_lock(bool force)
{
    cad_run_lock *l;
    CAD_TRY(cad_run_lock_take(dir, &(cad_run_lock_opts){.force = force}, &l));
    cad_run_lock_release(l);
    return CAD_OK;
}

static void test_an_owner_on_another_host_counts_while_it_beats(void **state)
{
    (void)state;
    const char *const owner = "elsewhere:12:77:0000-boot:";
    left_elsewhere(owner, "running", 10);
    fails(try_lock(false), CAD_ELOCKED, "in use by elsewhere:12:77:0000-boot:, last sign of life 1");
    assert_non_null(strstr(cad_error_text(), "hint: --force-unlock"));
    cad_buf b = train_read(train_path(dir, "LOCK")); /* a refusal leaves it as it was */
    assert_string_equal(b.data, owner);
    cad_buf_deinit(&b);
    left_elsewhere(owner, "starting", 10);
    fails(try_lock(false), CAD_ELOCKED, "elsewhere");
    left_elsewhere(owner, "running", -3600); /* written by a clock that is ahead */
    fails(try_lock(false), CAD_ELOCKED, "elsewhere");
    left_elsewhere(owner, "preempted", 10);
    ok(try_lock(false));
    left_elsewhere(owner, "running", 200);
    ok(try_lock(false));
    left_elsewhere(owner, "running", 10);
    ok(try_lock(true));
    assert_false(cad_fs_exists(train_path(dir, "LOCK")));
    left_elsewhere(owner, "running", 200);
    ok(cad_fs_remove(train_path(dir, "run.json")));
    assert_int_equal(symlink("run.json", train_path(dir, "run.json")), 0); /* cannot be looked at: nobody knows its time */
    fails(try_lock(false), CAD_ELOCKED, "elsewhere");
    ok(cad_fs_remove(train_path(dir, "run.json"))); /* never written, or gone */
    ok(try_lock(false));
}

/* Between the lock and the first "starting" run.json tells how the run before ended, or is not there. */
static void test_an_owner_on_another_host_that_has_just_taken_the_lock_is_alive(void **state)
{
    (void)state;
    const char *const owner = "elsewhere:12:77:0000-boot:";
    left_elsewhere(owner, "done", 10000);
    set_age("LOCK", 10);
    fails(try_lock(false), CAD_ELOCKED, "in use by elsewhere:12:77:0000-boot:, last sign of life 1");
    set_age("LOCK", -3600); /* taken by a clock that is ahead */
    fails(try_lock(false), CAD_ELOCKED, "elsewhere");
    ok(cad_fs_remove(train_path(dir, "run.json")));
    set_age("LOCK", 10);
    fails(try_lock(false), CAD_ELOCKED, "elsewhere");
    set_age("LOCK", 200);
    ok(try_lock(false));
    left_elsewhere(owner, "done", 10000);
    set_age("LOCK", 10);
    ok(try_lock(true));
    left_elsewhere(owner, "done", 10000);
    ok(try_lock(false));
}

static void test_a_requeued_job_takes_over_but_not_its_twin(void **state)
{
    (void)state;
    setenv("SLURM_JOB_ID", "77", 1);
    setenv("SLURM_RESTART_COUNT", "1", 1);
    left_elsewhere("elsewhere:12:77:0000-boot:1", "running", 10);
    fails(try_lock(false), CAD_ELOCKED, "elsewhere"); /* the same start of the same job, on another of its hosts */
    left_elsewhere("elsewhere:12:78:0000-boot:", "running", 10);
    fails(try_lock(false), CAD_ELOCKED, "elsewhere"); /* another job */
    left_elsewhere("elsewhere:12:77:0000-boot:", "running", 10);
    ok(try_lock(false));
    unsetenv("SLURM_JOB_ID");
    unsetenv("SLURM_RESTART_COUNT");
}

/* flock is by open file, so a second one in this process stands for that of another. */
static void test_no_word_takes_a_lock_from_a_live_process_of_this_host(void **state)
{
    (void)state;
    cad_run_lock *mine;
    ok(cad_fs_mkdirs(dir));
    ok(cad_run_lock_take(dir, &(cad_run_lock_opts){0}, &mine));
    fails(try_lock(false), CAD_ELOCKED, "a live process of this host");
    fails(try_lock(true), CAD_ELOCKED, "a live process of this host");
    ok(cad_run_lock_check(mine));
    cad_run_lock_release(mine);
    ok(try_lock(false));
}

static void test_a_robbed_run_notices_and_leaves_the_files_alone(void **state)
{
    (void)state;
    cad_run_dir *r;
    ok(cad_run_dir_open(dir, "one", false, &r));
    ok(cad_run_dir_check_lock(r));
    ok(cad_fs_write(train_path(dir, "LOCK"), "elsewhere:12::0000-boot:", 24)); /* replaces the file, as a takeover does */
    fails(cad_run_dir_check_lock(r), CAD_ELOCKED, "LOCK: taken over by elsewhere:12");
    cad_run_dir_close(r);
    assert_true(cad_fs_exists(train_path(dir, "LOCK")));
}

static void test_an_owner_gives_signs_of_life(void **state)
{
    (void)state;
    cad_run_lock *l;
    double written = 0.0;
    ok(cad_fs_mkdirs(dir));
    ok(cad_fs_write(train_path(dir, "run.json"), "{}", 2));
    set_age("run.json", 1000);
    ok(cad_run_lock_take(dir, &(cad_run_lock_opts){.beat_s = 0.05}, &l));
    for (int i = 0; i < 200 && cad_clock_wall() - written > 900; i++) {
        cad_clock_sleep(0.02);
        ok(cad_fs_modified(train_path(dir, "run.json"), &written));
    }
    assert_true(cad_clock_wall() - written < 900);
    cad_run_lock_release(l);
}

static void test_a_start_that_came_to_nothing_leaves_the_folder_as_it_was(void **state)
{
    (void)state;
    cad_run_dir *r;
    ok(cad_run_dir_open(dir, "one", false, &r));
    cad_run_dir_withdraw(r);
    cad_run_dir_close(r);
    assert_false(cad_fs_exists(train_path(base, "runs"))); /* made for this start */
    assert_true(cad_fs_exists(base));
    ok(cad_run_dir_open(dir, "one", false, &r));
    ok(cad_run_dir_set_status(r, "preempted", 75, NULL));
    cad_run_dir_close(r);
    cad_buf before = train_read(train_path(dir, "run.json")), env = train_read(train_path(dir, "env.json"));
    setenv("CADLM_TRAIN__LR", "3e-4", 1);
    ok(cad_run_dir_open(dir, "one", false, &r));
    cad_buf now = train_read(train_path(dir, "run.json"));
    assert_string_not_equal(now.data, before.data); /* others see that it starts */
    cad_buf_deinit(&now);
    (void)cad_fail(CAD_EDATA, "what ended it");
    cad_run_dir_withdraw(r);
    cad_run_dir_close(r);
    unsetenv("CADLM_TRAIN__LR");
    assert_string_equal(cad_error_text(), "what ended it");
    now = train_read(train_path(dir, "run.json"));
    assert_string_equal(now.data, before.data);
    cad_buf_deinit(&now);
    now = train_read(train_path(dir, "env.json"));
    assert_string_equal(now.data, env.data);
    assert_false(cad_fs_exists(train_path(dir, "LOCK")));
    cad_buf_deinit(&now);
    cad_buf_deinit(&env);
    cad_buf_deinit(&before);
}

static void test_a_run_json_that_is_damaged_or_too_long_is_set_aside(void **state)
{
    (void)state;
    cad_buf text = CAD_BUF_INIT;
    ok(cad_buf_str(&text, "{\"run_id\":"));
    ok(cad_fs_mkdirs(dir));
    static const char *const kept[] = {"run.json.bad", "run.json.bad.1"};
    size_t len[2];
    for (int too_long = 0; too_long < 2; too_long++) {
        len[too_long] = text.len;
        for (int again = 0; again < 2; again++) { /* what is kept already is not kept twice */
            ok(cad_fs_write(train_path(dir, "run.json"), text.data, text.len));
            cad_run_dir *r;
            ok(cad_run_dir_open(dir, "one", false, &r));
            cad_run_dir_close(r);
        }
        for (int i = 0; i <= too_long; i++) { /* the first one too */
            cad_buf bad = train_read(train_path(dir, kept[i]));
            assert_int_equal(bad.len, len[i]);
            cad_buf_deinit(&bad);
        }
        json_t *o = read_run();
        assert_int_equal(strlen(json_string_value(json_object_get(o, "run_id"))), 16);
        json_decref(o);
        ok(cad_buf_printf(&text, "%*d}", 17 << 20, 1));
    }
    assert_false(cad_fs_exists(train_path(dir, "run.json.bad.2")));
    cad_buf_deinit(&text);
}

/* A run.json that could not be read is not a damaged one: the run keeps its id. */
static void test_a_lack_of_memory_costs_no_run_its_id(void **state)
{
    (void)state;
    cad_run_dir *r;
    char id[17];
    ok(cad_run_dir_open(dir, "one", false, &r));
    strcpy(id, cad_run_dir_id(r));
    cad_run_dir_close(r);
    int failed = 0;
    for (uint64_t k = 1; k <= 40; k++) { /* more than there are */
        cad_mem_fail_at(k, false);
        cad_status s = cad_run_dir_open(dir, "one", false, &r);
        cad_mem_fail_at(0, false);
        failed += s != CAD_OK;
        if (s != CAD_OK && s != CAD_ENOMEM)
            fail_msg("allocation %d: %s: %s", (int)k, cad_status_name(s), cad_error_text());
        assert_false(cad_fs_exists(train_path(dir, "run.json.bad")));
        if (s != CAD_OK)
            continue;
        assert_string_equal(cad_run_dir_id(r), id);
        cad_run_dir_close(r);
    }
    assert_true(failed > 10 && failed < 40);
}

static void test_the_environment_is_kept_without_secrets(void **state)
{
    (void)state;
    setenv("CADLM_TRAIN__LR", "1e-4", 1);
    setenv("SLURM_JOB_ID", "caf\xc3", 1);
    setenv("CADLM_API_KEY", "hunter2", 1);
    setenv("UNRELATED", "x", 1);
    cad_run_dir *r;
    ok(cad_run_dir_open(dir, "one", false, &r));
    cad_run_dir_close(r);
    unsetenv("SLURM_JOB_ID");
    cad_buf b = train_read(train_path(dir, "env.json"));
    assert_non_null(strstr(b.data, "\"CADLM_TRAIN__LR\": \"1e-4\""));
    assert_non_null(strstr(b.data, "\"caf\xef\xbf\xbd\""));
    assert_null(strstr(b.data, "hunter2"));
    assert_null(strstr(b.data, "UNRELATED"));
    cad_buf_deinit(&b);
}

static void test_a_run_moves_aside_to_the_first_free_name(void **state)
{
    (void)state;
    for (int i = 1; i <= 2; i++) {
        cad_run_dir *r;
        ok(cad_run_dir_open(dir, "one", false, &r));
        ok(cad_run_dir_set_status(r, "done", 0, NULL));
        cad_run_dir_close(r);
        ok(cad_run_dir_open(dir, "one", false, &r));
        cad_buf moved = CAD_BUF_INIT;
        ok(cad_run_dir_set_aside(r, &moved));
        cad_run_dir_close(r);
        char aside[8192];
        snprintf(aside, sizeof aside, "%s.%d", dir, i);
        assert_string_equal(moved.data, aside);
        cad_buf_deinit(&moved);
        snprintf(aside, sizeof aside, "%s.%d/run.json", dir, i);
        cad_buf b = train_read(aside);
        assert_non_null(strstr(b.data, "\"status\": \"done\""));
        cad_buf_deinit(&b);
        assert_false(cad_fs_exists(dir));
    }
}

static void test_the_command_file_runs_from_the_same_folder(void **state)
{
    (void)state;
    cad_run_dir *r;
    char command[8300], cwd[4096];
    snprintf(command, sizeof command, "sh '%s'", train_path(dir, "cmd.sh"));
    assert_non_null(getcwd(cwd, sizeof cwd));
    assert_int_equal(chdir(base), 0);
    ok(cad_run_dir_open(dir, "one", false, &r));
    ok(cad_run_dir_write_command(r, "sh -c 'pwd > out.txt'"));
    cad_run_dir_close(r);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(system(command), 0);
    assert_int_equal(chdir(cwd), 0);
    cad_buf b = train_read(train_path(base, "out.txt"));
    assert_non_null(strstr(b.data, "cadlm-run"));
    cad_buf_deinit(&b);
}

int main(void)
{
    cad_log_set_level(CAD_LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_id_lives_as_long_as_the_run, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_live_run_is_locked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_lock_of_a_killed_process_is_free, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_owner_on_another_host_counts_while_it_beats, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_owner_on_another_host_that_has_just_taken_the_lock_is_alive, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_requeued_job_takes_over_but_not_its_twin, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_word_takes_a_lock_from_a_live_process_of_this_host, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_robbed_run_notices_and_leaves_the_files_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_owner_gives_signs_of_life, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_start_that_came_to_nothing_leaves_the_folder_as_it_was, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_run_json_that_is_damaged_or_too_long_is_set_aside, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_lack_of_memory_costs_no_run_its_id, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_environment_is_kept_without_secrets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_run_moves_aside_to_the_first_free_name, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_command_file_runs_from_the_same_folder, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
