#include "tests/core/fs_fixture.h"

#include "core/clock.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static void test_a_lock_names_its_owner_and_ends_with_it(void **state)
{
    (void)state;
    cad_lock *first, *second;
    ok(cad_lock_take(scratch("lock"), "pid 12 on host", NULL, NULL, &first));
    expect_file(scratch("lock"), "pid 12 on host\n");
    fails(cad_lock_take(scratch("lock"), "pid 13", NULL, NULL, &second), CAD_ELOCKED, "lock: in use by pid 12 on host");
    cad_lock_release(first);
    assert_false(cad_fs_exists(scratch("lock")));
    ok(cad_fs_write(scratch("lock"), "pid 9999 that died\n", 19)); /* a file without a lock is a leftover */
    ok(cad_lock_take(scratch("lock"), "pid 14", NULL, NULL, &second));
    expect_file(scratch("lock"), "pid 14\n");
    fails(cad_lock_look(scratch("lock")), CAD_ELOCKED, "lock: in use by pid 14");
    cad_lock_release(second);
    ok(cad_lock_look(scratch("lock")));
    assert_false(cad_fs_exists(scratch("lock"))); /* to look makes no file */
    ok(cad_fs_write(scratch("lock"), "pid 9999 that died\n", 19));
    ok(cad_lock_look(scratch("lock")));
    ok(cad_fs_remove(scratch("lock")));
    cad_lock_release(NULL);
    fails(cad_lock_take(scratch("none/lock"), "x", NULL, NULL, &first), CAD_EWRITE, "none/lock: cannot create");
}

/* Takes over from "old", in use or not. */
static cad_status judge_old(void *ctx, const char *path, const char *owner, bool held)
{
    *(int *)ctx += held ? 10 : 1;
    if (!strcmp(owner, "old"))
        return CAD_OK;
    CAD_FAIL(CAD_ELOCKED, "%s belongs to %s", path, owner);
}

static void test_a_judge_decides_about_an_owner_and_a_robbed_one_notices(void **state)
{
    (void)state;
    int asked = 0;
    cad_lock *first, *second, *third;
    ok(cad_lock_take(scratch("judged"), "old", judge_old, &asked, &first));
    assert_int_equal(asked, 0); /* a file without an owner needs no judge */
    ok(cad_lock_check(first));
    ok(cad_lock_take(scratch("judged"), "new", judge_old, &asked, &second));
    assert_int_equal(asked, 10);
    expect_file(scratch("judged"), "new\n");
    fails(cad_lock_check(first), CAD_ELOCKED, "judged: taken over by new");
    cad_lock_release(first); /* leaves the file of the other one alone */
    expect_file(scratch("judged"), "new\n");
    fails(cad_lock_take(scratch("judged"), "third", judge_old, &asked, &third), CAD_ELOCKED, "judged belongs to new");
    ok(cad_lock_check(second));
    cad_lock_release(second);
    ok(cad_fs_write(scratch("judged"), "new\n", 4));
    fails(cad_lock_take(scratch("judged"), "third", judge_old, &asked, &third), CAD_ELOCKED, "judged belongs to new");
    expect_file(scratch("judged"), "new\n");
    ok(cad_fs_write(scratch("judged"), "old\n", 4));
    ok(cad_lock_take(scratch("judged"), "third", judge_old, &asked, &third));
    assert_int_equal(asked, 10 + 10 + 1 + 1);
    cad_lock_release(third);
}

/* A process that takes the lock `race` when it is told to, and tells what came of it. */
typedef struct taker {
    pid_t pid;
    int go, told;
} taker;

static taker start_taker(void)
{
    int go[2], told[2];
    assert_int_equal(pipe(go), 0);
    assert_int_equal(pipe(told), 0);
    taker t = {.pid = fork(), .go = go[1], .told = told[0]};
    if (t.pid == 0) {
        char c;
        cad_lock *l;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)!read(go[0], &c, 1);
        c = cad_lock_take(scratch("race"), "taker", NULL, NULL, &l) == CAD_OK ? 'y' : 'n';
        (void)!write(told[1], &c, 1);
        pause();
    }
    close(go[0]);
    close(told[1]);
    return t;
}

static int answer(const taker *t, int wait_ms) /* 0: none yet */
{
    struct pollfd p = {.fd = t->told, .events = POLLIN};
    char c = 0;
    return poll(&p, 1, wait_ms) == 1 && read(t->told, &c, 1) == 1 ? c : 0;
}

static void end_taker(taker *t)
{
    kill(t->pid, SIGKILL);
    waitpid(t->pid, NULL, 0);
    close(t->go);
    close(t->told);
}

typedef struct race {
    taker owner, other;
    int early; /* what the other one told while we decided */
} race;

/* The owner dies and another process wants its lock, just after we were told that it is held. */
static cad_status judge_race(void *ctx, const char *path, const char *owner, bool held)
{
    race *r = ctx;
    (void)path;
    (void)owner;
    assert_true(held);
    end_taker(&r->owner);
    assert_int_equal(write(r->other.go, "x", 1), 1);
    r->early = answer(&r->other, 300);
    return CAD_OK;
}

static void test_a_lock_has_one_owner_whoever_comes_between(void **state)
{
    (void)state;
    race r = {.owner = start_taker(), .other = start_taker()};
    assert_int_equal(write(r.owner.go, "x", 1), 1);
    assert_int_equal(answer(&r.owner, 10000), 'y');
    cad_lock *mine;
    ok(cad_lock_take(scratch("race"), "mine", judge_race, &r, &mine));
    assert_int_equal(r.early, 0); /* it has to wait until we are done */
    assert_int_equal(answer(&r.other, 10000), 'n');
    ok(cad_lock_check(mine));
    expect_file(scratch("race"), "mine\n");
    cad_lock_release(mine);
    end_taker(&r.other);
}

/* Another open folder is another owner to the kernel, be it in the same process. */
static void test_a_folder_that_others_keep_locked_is_not_waited_for_without_end(void **state)
{
    (void)state;
    cad_lock *l, *mine;
    ok(cad_fs_mkdirs(scratch("kept")));
    ok(cad_lock_take(scratch("kept/mine"), "mine", NULL, NULL, &mine));
    pid_t brief = fork();
    if (brief == 0) { /* holds it for a moment */
        int fd = open(scratch("kept"), O_RDONLY | O_DIRECTORY);
        bool held = fd >= 0 && flock(fd, LOCK_EX) == 0;
        cad_clock_sleep(held ? 0.4 : 0.0);
        _exit(held ? 0 : 1);
    }
    cad_clock_sleep(0.2);
    ok(cad_lock_take(scratch("kept/lock"), "x", NULL, NULL, &l));
    int end;
    assert_int_equal(waitpid(brief, &end, 0), brief);
    assert_int_equal(end, 0);
    cad_lock_release(l);
    assert_false(cad_fs_exists(scratch("kept/lock")));
    int fd = open(scratch("kept"), O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    double begin = cad_clock_now();
    fails(cad_lock_take(scratch("kept/lock"), "x", NULL, NULL, &l), CAD_ELOCKED, "kept/: another process has kept this folder");
    assert_true(cad_clock_now() - begin > 2.0);
    assert_false(cad_fs_exists(scratch("kept/lock")));
    (void)cad_fail(CAD_EDATA, "what failed before");
    cad_lock_release(mine); /* comes back, and leaves the file, which nobody locks, and the text of what failed before */
    assert_non_null(strstr(cad_error_text(), "what failed before"));
    close(fd);
    ok(cad_lock_take(scratch("kept/mine"), "x", NULL, NULL, &mine));
    cad_lock_release(mine);
    assert_int_equal(files_in(scratch("kept")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_lock_names_its_owner_and_ends_with_it),
        cmocka_unit_test(test_a_lock_has_one_owner_whoever_comes_between),
        cmocka_unit_test(test_a_folder_that_others_keep_locked_is_not_waited_for_without_end),
        cmocka_unit_test(test_a_judge_decides_about_an_owner_and_a_robbed_one_notices),
    };
    return cmocka_run_group_tests(tests, fs_setup, fs_teardown);
}
