/* What may fail around a checkpoint: every call of the system, every allocation, and the process itself, one after the other.
 * Whatever fails, the old or the new checkpoint loads, whole. */
#include "tests/filter.h"
#include "tests/robust/ckpt_rig.h"
#include "tests/robust/fault_io.h"
#include "tests/unit.h"

#include "core/fs.h"
#include "core/mem.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static ckpt_rig rig;

static int setup(void **state)
{
    (void)state;
    rig_open(&rig, "save-faults");
    fault_io_skip_sync(1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fault_io_skip_sync(0);
    rig_close(&rig);
    return 0;
}

static void arm(const char *call, const char *path, long k, const char *forever, const char *action)
{
    char rule[300];
    snprintf(rule, sizeof rule, "%s:%s:%ld%s:%s", call, path, k, forever, action);
    assert_int_equal(fault_io_set(rule), 0);
}

static void disarm(void)
{
    assert_int_equal(fault_io_set(NULL), 0);
}

/* Calls of the system that one save makes. */
static long count_calls(void)
{
    rig_start_over(&rig);
    arm("*", "*", 1000000, "", "EIO");
    ok(rig_save(&rig));
    long n = fault_io_count();
    disarm();
    assert_int_equal(rig_load(&rig), 1);
    return n;
}

static void test_K2_killed_before_any_call_of_a_save_the_old_or_the_new_state_loads(void **state)
{
    (void)state;
    long n = count_calls(), old = 0, all = 0;
    assert_true(n > 50);
    for (long k = 1; k <= n; k++, all++) {
        rig_start_over(&rig);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            arm("*", "*", k, "", "KILL");
            _exit(rig_save(&rig) == CAD_OK ? 0 : 1);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        old += rig_load(&rig) == 0;
        rig_use(&rig, 1);
        ok(rig_save(&rig)); /* the next save clears up what the killed one left */
        assert_int_equal(rig_load(&rig), 1);
        char left[4300];
        snprintf(left, sizeof left, "%.4200s/.tmp-step-000002", rig.ckpt);
        assert_false(cad_fs_exists(left));
    }
    assert_true(old > 0 && old < all); /* both happened */
    print_message("%ld kills, %ld times the old state\n", all, old);
}

/* One save with a fault in its k-th call. */
static void save_with_fault(long k, const char *forever, const char *action)
{
    int files = rig_open_files();
    arm("*", "*", k, forever, action);
    cad_status s = rig_save(&rig);
    long hits = fault_io_hits();
    disarm();
    assert_true(hits > 0);
    assert_int_equal(rig_open_files(), files);
    int code = s == CAD_OK ? 0 : cad_status_exit_code(s);
    if (code != 0 && code != 73 && code != 74)
        fail_msg("call %ld%s, %s: exit code %d: %s", k, forever, action, code, cad_error_text());
    if (s != CAD_OK)
        assert_true(strlen(cad_error_text()) > 10);
    if (!strcmp(action, "SHORT"))
        ok(s);
    int loaded = rig_load(&rig);
    if (s == CAD_OK)
        assert_int_equal(loaded, 1);
    if (loaded == 1 || *forever) /* a fault for good may leave pieces, which the next save removes */
        rig_start_over(&rig);
    rig_use(&rig, 1);
}

static void test_I1_a_save_survives_a_failure_of_each_of_its_calls(void **state)
{
    (void)state;
    static const char *const action[] = {"ENOSPC", "EIO", "EDQUOT", "EROFS", "EINTR", "EXDEV", "EMFILE", "SHORT"};
    long n = count_calls();
    rig_start_over(&rig);
    for (size_t a = 0; a < sizeof action / sizeof *action; a++)
        for (long k = 1 + (long)a % 5; k <= n; k += a < 1 ? 1 : 5) { /* the commonest at each call */
            save_with_fault(k, "", action[a]);
            if (strcmp(action[a], "EINTR") != 0) /* for good it would be a call that never returns */
                save_with_fault(k, "+", action[a]);
        }
}

/* The disk fills up in the middle of the optimizer's file, and stays full. */
static void test_I1_a_full_disk_is_told_and_leaves_nothing_behind(void **state)
{
    (void)state;
    char left[4300];
    snprintf(left, sizeof left, "%.4200s/.tmp-step-000002", rig.ckpt);
    rig_start_over(&rig);
    arm("write", "optimizer.safetensors", 2, "+", "ENOSPC");
    fails(rig_save(&rig), CAD_EWRITE, "optimizer.safetensors: cannot write: No space left on device");
    disarm();
    assert_false(cad_fs_exists(left));
    assert_int_equal(rig_load(&rig), 0);
}

static void test_I1_a_load_survives_a_failure_of_each_of_its_calls(void **state)
{
    (void)state;
    static const char *const action[] = {"EIO", "EMFILE", "EINTR", "SHORT"};
    rig_start_over(&rig);
    for (size_t a = 0; a < sizeof action / sizeof *action; a++)
        for (long k = 1, hits = 1; hits > 0; k++) {
            cad_train_state s;
            int files = rig_open_files();
            arm("*", "step-000001", k, "", action[a]);
            cad_status got = cad_checkpoint_load(rig_file(&rig, ""), rig.t->decoder, rig.t->optimizer, &s);
            hits = fault_io_hits();
            disarm();
            assert_int_equal(rig_open_files(), files);
            if (hits == 0 || !strcmp(action[a], "SHORT"))
                ok(got);
            else if (got != CAD_OK && cad_status_exit_code(got) != 74)
                fail_msg("call %ld, %s: exit code %d: %s", k, action[a], cad_status_exit_code(got), cad_error_text());
        }
    assert_int_equal(rig_load(&rig), 0);
}

static void test_I2_a_failed_sync_is_a_failed_save(void **state)
{
    (void)state;
    rig_start_over(&rig);
    arm("fsync", "*", 1000000, "", "EIO");
    ok(rig_save(&rig));
    long n = fault_io_count();
    disarm();
    assert_true(n > 10);
    for (long k = 1; k <= n; k++) {
        char place[4300];
        snprintf(place, sizeof place, "%.4200s/step-000002", rig.ckpt);
        rig_start_over(&rig);
        arm("fsync", "*", k, "", "EIO");
        cad_status s = rig_save(&rig);
        disarm();
        fails(s, CAD_EWRITE, "cannot sync");
        assert_int_equal(cad_status_exit_code(s), 73);
        /* Only the sync of the folder above comes after the rename; by then DONE and all files were synced. */
        if (rig_load(&rig) == 0)
            assert_false(cad_fs_exists(place));
    }
}

/* What one attempt with a failing allocation may end in. */
static bool through(cad_status s, const char *what)
{
    cad_mem_fail_at(0, 0);
    if (s != CAD_OK && s != CAD_ENOMEM)
        fail_msg("%s: %s: %s", what, cad_status_name(s), cad_error_text());
    return s == CAD_OK;
}

static void test_I3_each_allocation_of_a_save_may_fail(void **state)
{
    (void)state;
    for (int forever = 0; forever <= 1; forever++) {
        rig_start_over(&rig);
        for (uint64_t k = 1;; k++) {
            cad_frame mark = cad_arena_mark(rig.t->scratch);
            cad_mem_fail_at(k, forever);
            bool done = through(rig_save(&rig), "save");
            cad_arena_rewind(rig.t->scratch, mark);
            int loaded = rig_load(&rig);
            if (done) {
                assert_int_equal(loaded, 1);
                assert_true(k > 20);
                break;
            }
            if (loaded == 1)
                rig_start_over(&rig);
            rig_use(&rig, 1);
        }
    }
}

static cad_status find_and_load(int64_t step)
{
    cad_train_state s;
    cad_buf path = CAD_BUF_INIT;
    cad_status got = cad_checkpoint_find(rig.ckpt, rig.t->scratch, &path);
    if (got == CAD_OK)
        got = cad_checkpoint_load(path.data, rig.t->decoder, rig.t->optimizer, &s);
    if (got == CAD_OK)
        assert_int_equal(s.step, step);
    cad_buf_deinit(&path);
    return got;
}

static void test_I3_each_allocation_of_a_load_may_fail(void **state)
{
    (void)state;
    rig_start_over(&rig);
    for (int forever = 0; forever <= 1; forever++)
        for (uint64_t k = 1;; k++) {
            cad_frame mark = cad_arena_mark(rig.t->scratch);
            cad_mem_fail_at(k, forever);
            bool done = through(find_and_load(1), "load");
            cad_arena_rewind(rig.t->scratch, mark);
            if (done) {
                assert_true(k > 20);
                break;
            }
        }
}

/* An older checkpoint is no answer to a lack of memory: it would change the result without a word. */
static void test_I3_a_lack_of_memory_never_picks_an_older_checkpoint(void **state)
{
    (void)state;
    rig_start_over(&rig);
    ok(rig_write(&rig)); /* two of them stand */
    assert_true(cad_fs_exists(rig_file(&rig, "DONE")));
    for (uint64_t k = 1;; k++) {
        cad_frame mark = cad_arena_mark(rig.t->scratch);
        cad_mem_fail_at(k, 0);
        bool done = through(find_and_load(2), "load");
        cad_arena_rewind(rig.t->scratch, mark);
        if (done)
            return;
    }
}

/* Nor to a disk or a table of descriptors that fails for a moment.  A manifest that is gone is damage, and is passed over. */
static void test_I1_a_failure_to_read_never_picks_an_older_checkpoint(void **state)
{
    (void)state;
    static const char *const action[] = {"EIO", "EMFILE"};
    rig_start_over(&rig);
    ok(rig_write(&rig)); /* two of them stand */
    for (size_t a = 0; a < sizeof action / sizeof *action; a++) {
        long refused = 0, hits = 1;
        for (long k = 1; hits > 0; k++) {
            cad_frame mark = cad_arena_mark(rig.t->scratch);
            arm("*", "step-000002", k, "", action[a]);
            cad_status s = find_and_load(2);
            hits = fault_io_hits();
            disarm();
            cad_arena_rewind(rig.t->scratch, mark);
            if (hits == 0)
                ok(s);
            else if (s != CAD_OK && s != CAD_EIO)
                fail_msg("call %ld, %s: %s: %s", k, action[a], cad_status_name(s), cad_error_text());
            refused += s == CAD_EIO;
        }
        assert_true(refused > 10);
    }
    arm("open", "step-000002/DONE", 1, "", "EIO");
    cad_buf path = CAD_BUF_INIT;
    fails(cad_checkpoint_find(rig.ckpt, rig.t->scratch, &path), CAD_EIO,
          "step-000002/DONE: cannot open: Input/output error\nhint: if that lasts, --resume=");
    cad_buf_deinit(&path);
    disarm();
    char done[4300];
    snprintf(done, sizeof done, "%.4200s/step-000002/DONE", rig.ckpt);
    ok(cad_fs_remove(done));
    ok(find_and_load(1));
}

static void test_I3_each_allocation_of_a_start_may_fail(void **state)
{
    (void)state;
    rig_start_over(&rig);
    int files = rig_open_files();
    uint64_t tries = 0, k = 1;
    for (bool done = false; !done; tries++) {
        cad_trainer *t = NULL;
        cad_mem_fail_at(k, (int)(k % 2));
        done = through(rig_open_trainer(&rig, &t), "start");
        if (done)
            cad_trainer_close(t);
        assert_int_equal(rig_open_files(), files);
        k += k < 200 ? 1 : 1 + k / 40; /* the list of tokens alone makes thousands */
    }
    print_message("%lu starts, the last with %lu allocations at most\n", (unsigned long)tries, (unsigned long)k);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_K2_killed_before_any_call_of_a_save_the_old_or_the_new_state_loads),
        cmocka_unit_test(test_I1_a_save_survives_a_failure_of_each_of_its_calls),
        cmocka_unit_test(test_I1_a_full_disk_is_told_and_leaves_nothing_behind),
        cmocka_unit_test(test_I1_a_load_survives_a_failure_of_each_of_its_calls),
        cmocka_unit_test(test_I2_a_failed_sync_is_a_failed_save),
        cmocka_unit_test(test_I3_each_allocation_of_a_save_may_fail),
        cmocka_unit_test(test_I3_each_allocation_of_a_load_may_fail),
        cmocka_unit_test(test_I3_a_lack_of_memory_never_picks_an_older_checkpoint),
        cmocka_unit_test(test_I1_a_failure_to_read_never_picks_an_older_checkpoint),
        cmocka_unit_test(test_I3_each_allocation_of_a_start_may_fail),
    };
    if (argc > 1 && !filter_tests(tests, sizeof tests / sizeof *tests, argv[1]))
        return 1;
    return cmocka_run_group_tests(tests, setup, teardown);
}
