#include "tests/unit.h"

#include "core/clock.h"
#include "core/fs.h"
#include "core/mem.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/cadlm-fs-XXXXXX";
static cad_arena *arena;

static const char *at(const char *name)
{
    static char path[4][300];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[0], "%s/%s", dir, name);
    return path[turn];
}

static void expect_file(const char *path, const char *text)
{
    cad_buf b = CAD_BUF_INIT;
    ok(cad_fs_read(path, 0, &b));
    assert_string_equal(cad_buf_cstr(&b), text);
    cad_buf_deinit(&b);
}

static size_t files_in(const char *path)
{
    const char **names;
    size_t n;
    ok(cad_fs_list(path, arena, &names, &n));
    return n;
}

static void test_a_replacement_is_invisible_until_it_is_committed(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(at("w")));
    ok(cad_fs_write(at("w/f"), "old", 3));
    cad_writer *w;
    ok(cad_writer_open(at("w/f"), &w));
    ok(cad_writer_add(w, "new ", 4));
    expect_file(at("w/f"), "old");
    ok(cad_writer_add(w, "text", 4));
    ok(cad_writer_commit(w));
    expect_file(at("w/f"), "new text");
    ok(cad_writer_open(at("w/f"), &w));
    ok(cad_writer_add(w, "dropped", 7));
    cad_writer_abort(w);
    expect_file(at("w/f"), "new text");
    assert_int_equal(files_in(at("w")), 1);
}

/* A file size limit stands in for a full disk: the write in the middle fails. */
static void test_a_failed_write_leaves_the_old_file(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(at("full")));
    ok(cad_fs_write(at("full/f"), "old", 3));
    char *big;
    ok(cad_mem_alloc(100000, "big", &big));
    struct rlimit before, small;
    getrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_IGN);
    small = before;
    small.rlim_cur = 50000;
    setrlimit(RLIMIT_FSIZE, &small);
    cad_status s = cad_fs_write(at("full/f"), big, 100000);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(s, CAD_EWRITE);
    assert_non_null(strstr(cad_error_text(), "full/f: cannot write"));
    cad_mem_free(big);
    expect_file(at("full/f"), "old");
    assert_int_equal(files_in(at("full")), 1);
    fails(cad_fs_write(at("none/f"), "x", 1), CAD_EWRITE, "none/f");
}

static void test_reading_tells_missing_from_unreadable_from_too_long(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    fails(cad_fs_read(at("missing"), 0, &b), CAD_ENOTFOUND, "missing");
    fails(cad_fs_read(dir, 0, &b), CAD_EIO, "a folder; expected a regular file");
    ok(cad_fs_write(at("ten"), "0123456789", 10));
    fails(cad_fs_read(at("ten"), 9, &b), CAD_EDATA, "10 bytes; expected at most 9");
    ok(cad_fs_read(at("ten"), 10, &b));
    cad_buf_deinit(&b);
    assert_int_equal(mkfifo(at("pipe"), 0600), 0);
    fails(cad_fs_read(at("pipe"), 0, &b), CAD_EIO, "not a regular file"); /* and does not wait for a writer */
}

static void test_a_file_that_became_shorter_is_corrupt(void **state)
{
    (void)state;
    ok(cad_fs_write(at("short"), "0123456789", 10));
    cad_file *f;
    ok(cad_file_open(at("short"), &f));
    assert_int_equal(cad_file_size(f), 10);
    char out[10];
    ok(cad_file_read_at(f, 4, out, 6));
    assert_memory_equal(out, "456789", 6);
    assert_int_equal(truncate(at("short"), 5), 0);
    fails(cad_file_read_at(f, 4, out, 6), CAD_ECORRUPT, "ends at byte 5; expected 6 bytes from 4");
    cad_file_close(f);
}

static void test_logs_append_whole_lines_and_drop_a_torn_one(void **state)
{
    (void)state;
    ok(cad_fs_write(at("log"), "one\ntor", 7));
    cad_appender *a;
    ok(cad_appender_open(at("log"), &a));
    ok(cad_appender_line(a, "two", 3));
    ok(cad_appender_sync(a));
    cad_appender_close(a);
    expect_file(at("log"), "one\ntwo\n");
}

static void test_logs_of_records_go_on_behind_the_bytes_to_keep(void **state)
{
    (void)state;
    cad_appender *a;
    ok(cad_appender_open_at(at("bin"), 0, &a));
    ok(cad_appender_bytes(a, "one,two,thr", 11));
    cad_appender_close(a);
    ok(cad_appender_open_at(at("bin"), 8, &a));
    ok(cad_appender_bytes(a, "three", 5));
    ok(cad_appender_bytes(a, ",", 1));
    cad_appender_close(a);
    expect_file(at("bin"), "one,two,three,");
    fails(cad_appender_open_at(at("bin"), 15, &a), CAD_EIO, "14 bytes; expected at least 15");
    expect_file(at("bin"), "one,two,three,");
}

static void test_a_finished_folder_takes_its_place_at_once(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(at("run/tmp.new/sub")));
    ok(cad_fs_write(at("run/tmp.new/a"), "1", 1));
    ok(cad_fs_commit_dir(at("run/tmp.new"), at("run/final")));
    expect_file(at("run/final/a"), "1");
    assert_false(cad_fs_exists(at("run/tmp.new")));
    fails(cad_fs_commit_dir(at("run/nothing"), at("run/x")), CAD_EWRITE, "run/nothing");
}

static void test_links_are_replaced_and_never_followed_when_removing(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(at("l/keep")));
    ok(cad_fs_write(at("l/keep/f"), "x", 1));
    ok(cad_fs_mkdirs(at("l/gone/deep")));
    ok(cad_fs_symlink_replace("../keep", at("l/gone/link")));
    ok(cad_fs_symlink_replace("../../l/keep", at("l/gone/link")));
    cad_buf b = CAD_BUF_INIT;
    ok(cad_fs_readlink(at("l/gone/link"), &b));
    assert_string_equal(b.data, "../../l/keep");
    cad_buf_deinit(&b);
    ok(cad_fs_remove_tree(at("l/gone")));
    assert_false(cad_fs_exists(at("l/gone")));
    expect_file(at("l/keep/f"), "x");
    ok(cad_fs_remove_tree(at("l/gone"))); /* missing is fine */
    ok(cad_fs_remove(at("l/gone")));
}

static void test_writing_follows_a_link_and_never_replaces_a_special_file(void **state)
{
    (void)state;
    struct stat st;
    ok(cad_fs_write(at("aim"), "old", 3));
    assert_int_equal(symlink("aim", at("alias")), 0);
    ok(cad_fs_write(at("alias"), "new", 3));
    expect_file(at("aim"), "new");
    assert_int_equal(lstat(at("alias"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(mkfifo(at("hose"), 0600), 0);
    fails(cad_fs_write(at("hose"), "x", 1), CAD_EWRITE, "special file");
    assert_int_equal(lstat(at("hose"), &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    fails(cad_fs_write(dir, "x", 1), CAD_EWRITE, "a folder");
    ok(cad_fs_remove(at("alias")));
    ok(cad_fs_remove(at("hose")));
    ok(cad_fs_remove(at("aim")));
}

static void test_names_are_sorted_and_paths_absolute(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(at("n")));
    ok(cad_fs_write(at("n/b"), "", 0));
    ok(cad_fs_write(at("n/a"), "", 0));
    ok(cad_fs_write(at("n/B"), "", 0));
    const char **names;
    size_t n;
    ok(cad_fs_list(at("n"), arena, &names, &n));
    assert_int_equal(n, 3);
    assert_string_equal(names[0], "B");
    assert_string_equal(names[2], "b");
    assert_true(cad_fs_is_dir(at("n")) && !cad_fs_is_dir(at("n/a")));
    assert_true(cad_fs_same(at("n/a"), at("n/../n/./a")) && !cad_fs_same(at("n/a"), at("n/b")));
    assert_true(!cad_fs_same(at("n/a"), at("n/absent")) && !cad_fs_same(at("n/absent"), at("n/absent")));
    cad_buf b = CAD_BUF_INIT;
    ok(cad_fs_absolute("x/y", &b));
    assert_true(b.data[0] == '/' && strstr(b.data, "/x/y"));
    cad_buf_deinit(&b);
    char hash[33];
    ok(cad_fs_hash(at("n/a"), hash));
    assert_string_equal(hash, "99aa06d3014798d86001c324468d497f");
}

static void test_a_lock_names_its_owner_and_ends_with_it(void **state)
{
    (void)state;
    cad_lock *first, *second;
    ok(cad_lock_take(at("lock"), "pid 12 on host", NULL, NULL, &first));
    expect_file(at("lock"), "pid 12 on host\n");
    fails(cad_lock_take(at("lock"), "pid 13", NULL, NULL, &second), CAD_ELOCKED, "lock: in use by pid 12 on host");
    cad_lock_release(first);
    assert_false(cad_fs_exists(at("lock")));
    ok(cad_fs_write(at("lock"), "pid 9999 that died\n", 19)); /* a file without a lock is a leftover */
    ok(cad_lock_take(at("lock"), "pid 14", NULL, NULL, &second));
    expect_file(at("lock"), "pid 14\n");
    cad_lock_release(second);
    cad_lock_release(NULL);
    fails(cad_lock_take(at("none/lock"), "x", NULL, NULL, &first), CAD_EWRITE, "none/lock: cannot create");
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
    ok(cad_lock_take(at("judged"), "old", judge_old, &asked, &first));
    assert_int_equal(asked, 0); /* a file without an owner needs no judge */
    ok(cad_lock_check(first));
    ok(cad_lock_take(at("judged"), "new", judge_old, &asked, &second));
    assert_int_equal(asked, 10);
    expect_file(at("judged"), "new\n");
    fails(cad_lock_check(first), CAD_ELOCKED, "judged: taken over by new");
    cad_lock_release(first); /* leaves the file of the other one alone */
    expect_file(at("judged"), "new\n");
    fails(cad_lock_take(at("judged"), "third", judge_old, &asked, &third), CAD_ELOCKED, "judged belongs to new");
    ok(cad_lock_check(second));
    cad_lock_release(second);
    ok(cad_fs_write(at("judged"), "new\n", 4));
    fails(cad_lock_take(at("judged"), "third", judge_old, &asked, &third), CAD_ELOCKED, "judged belongs to new");
    expect_file(at("judged"), "new\n");
    ok(cad_fs_write(at("judged"), "old\n", 4));
    ok(cad_lock_take(at("judged"), "third", judge_old, &asked, &third));
    assert_int_equal(asked, 10 + 10 + 1 + 1);
    cad_lock_release(third);
}

static void test_each_allocation_may_fail_without_a_leak_or_a_half_written_file(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(at("m")));
    ok(cad_fs_write(at("m/f"), "old", 3));
    for (uint64_t k = 1;; k++) {
        cad_buf b = CAD_BUF_INIT;
        cad_mem_fail_at(k, 0);
        cad_status s = cad_fs_write(at("m/f"), "new", 3);
        if (s == CAD_OK)
            s = cad_fs_read(at("m/f"), 0, &b);
        cad_mem_fail_at(0, 0);
        cad_buf_deinit(&b);
        assert_int_equal(files_in(at("m")), 1);
        if (s == CAD_OK) {
            assert_true(k > 3);
            return;
        }
        assert_int_equal(s, CAD_ENOMEM);
    }
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
        c = cad_lock_take(at("race"), "taker", NULL, NULL, &l) == CAD_OK ? 'y' : 'n';
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
    ok(cad_lock_take(at("race"), "mine", judge_race, &r, &mine));
    assert_int_equal(r.early, 0); /* it has to wait until we are done */
    assert_int_equal(answer(&r.other, 10000), 'n');
    ok(cad_lock_check(mine));
    expect_file(at("race"), "mine\n");
    cad_lock_release(mine);
    end_taker(&r.other);
}

/* Another open folder is another owner to the kernel, be it in the same process. */
static void test_a_folder_that_others_keep_locked_is_not_waited_for_without_end(void **state)
{
    (void)state;
    cad_lock *l, *mine;
    ok(cad_fs_mkdirs(at("kept")));
    ok(cad_lock_take(at("kept/mine"), "mine", NULL, NULL, &mine));
    pid_t brief = fork();
    if (brief == 0) { /* holds it for a moment */
        int fd = open(at("kept"), O_RDONLY | O_DIRECTORY);
        bool held = fd >= 0 && flock(fd, LOCK_EX) == 0;
        cad_clock_sleep(held ? 0.4 : 0.0);
        _exit(held ? 0 : 1);
    }
    cad_clock_sleep(0.2);
    ok(cad_lock_take(at("kept/lock"), "x", NULL, NULL, &l));
    int end;
    assert_int_equal(waitpid(brief, &end, 0), brief);
    assert_int_equal(end, 0);
    cad_lock_release(l);
    assert_false(cad_fs_exists(at("kept/lock")));
    int fd = open(at("kept"), O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    double begin = cad_clock_now();
    fails(cad_lock_take(at("kept/lock"), "x", NULL, NULL, &l), CAD_ELOCKED, "kept/: another process has kept this folder");
    assert_true(cad_clock_now() - begin > 2.0);
    assert_false(cad_fs_exists(at("kept/lock")));
    (void)cad_fail(CAD_EDATA, "what failed before");
    cad_lock_release(mine); /* comes back, and leaves the file, which nobody locks, and the text of what failed before */
    assert_non_null(strstr(cad_error_text(), "what failed before"));
    close(fd);
    ok(cad_lock_take(at("kept/mine"), "x", NULL, NULL, &mine));
    cad_lock_release(mine);
    assert_int_equal(files_in(at("kept")), 0);
}

static void test_the_clock_of_a_folder_is_that_of_its_files(void **state)
{
    (void)state;
    double before, now, after;
    ok(cad_fs_write(at("a"), "", 0));
    ok(cad_fs_modified(at("a"), &before));
    ok(cad_fs_now(at("."), &now));
    ok(cad_fs_write(at("a"), "", 0));
    ok(cad_fs_modified(at("a"), &after));
    assert_true(before <= now && now <= after);
    char host[100] = "", mine[200], other[200]; /* of dead processes that had our pid, here and on another host */
    assert_int_equal(gethostname(host, sizeof host - 1), 0);
    snprintf(mine, sizeof mine, ".now.%s.%ld", host, (long)getpid());
    snprintf(other, sizeof other, ".now.%s-2.%ld", host, (long)getpid());
    ok(cad_fs_write(at(mine), "", 0));
    ok(cad_fs_write(at(other), "", 0));
    ok(cad_fs_now(at("."), &now));
    assert_false(cad_fs_exists(at(mine)));
    assert_true(cad_fs_exists(at(other)));
    ok(cad_fs_remove(at(other)));
    fails(cad_fs_now(at("none"), &now), CAD_EWRITE, "none: cannot create a file");
}

static void expect_free(const char *before, const char *name)
{
    cad_buf b = CAD_BUF_INIT, n = CAD_BUF_INIT;
    ok(cad_buf_str(&b, "what was there"));
    ok(cad_fs_free_name(at("aside/x"), &b, &n));
    assert_string_equal(cad_buf_cstr(&b), before);
    assert_string_equal(cad_buf_cstr(&n), name);
    ok(cad_fs_free_name(at("aside/x"), NULL, &n));
    assert_string_equal(cad_buf_cstr(&n), name);
    cad_buf_deinit(&n);
    cad_buf_deinit(&b);
}

static void test_the_first_free_name_is_behind_those_taken_without_a_gap(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(at("aside")));
    expect_free("", at("aside/x"));
    ok(cad_fs_write(at("aside/x"), "", 0));
    expect_free(at("aside/x"), at("aside/x.1"));
    ok(cad_fs_mkdirs(at("aside/x.1")));
    ok(cad_fs_symlink_replace("nowhere", at("aside/x.2"))); /* leads nowhere, but has its name */
    ok(cad_fs_write(at("aside/x.4"), "", 0));
    expect_free(at("aside/x.2"), at("aside/x.3"));
}

static void test_only_an_empty_folder_is_removed(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(at("hollow/empty")));
    ok(cad_fs_remove_empty(at("hollow")));
    assert_true(cad_fs_is_dir(at("hollow/empty")));
    ok(cad_fs_remove_empty(at("hollow/empty")));
    ok(cad_fs_remove_empty(at("hollow")));
    assert_false(cad_fs_exists(at("hollow")));
    ok(cad_fs_remove_empty(at("hollow")));
}

int main(void)
{
    if (!mkdtemp(dir) || cad_arena_create("fs test", 1 << 20, &arena) != CAD_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_replacement_is_invisible_until_it_is_committed),
        cmocka_unit_test(test_a_failed_write_leaves_the_old_file),
        cmocka_unit_test(test_reading_tells_missing_from_unreadable_from_too_long),
        cmocka_unit_test(test_a_file_that_became_shorter_is_corrupt),
        cmocka_unit_test(test_logs_append_whole_lines_and_drop_a_torn_one),
        cmocka_unit_test(test_logs_of_records_go_on_behind_the_bytes_to_keep),
        cmocka_unit_test(test_a_finished_folder_takes_its_place_at_once),
        cmocka_unit_test(test_links_are_replaced_and_never_followed_when_removing),
        cmocka_unit_test(test_writing_follows_a_link_and_never_replaces_a_special_file),
        cmocka_unit_test(test_names_are_sorted_and_paths_absolute),
        cmocka_unit_test(test_a_lock_names_its_owner_and_ends_with_it),
        cmocka_unit_test(test_a_lock_has_one_owner_whoever_comes_between),
        cmocka_unit_test(test_a_folder_that_others_keep_locked_is_not_waited_for_without_end),
        cmocka_unit_test(test_the_clock_of_a_folder_is_that_of_its_files),
        cmocka_unit_test(test_the_first_free_name_is_behind_those_taken_without_a_gap),
        cmocka_unit_test(test_only_an_empty_folder_is_removed),
        cmocka_unit_test(test_a_judge_decides_about_an_owner_and_a_robbed_one_notices),
        cmocka_unit_test(test_each_allocation_may_fail_without_a_leak_or_a_half_written_file),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cad_arena_destroy(arena);
    return cad_fs_remove_tree(dir) == CAD_OK ? failed : 1;
}
