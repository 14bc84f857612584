#include "tests/core/fs_fixture.h"

#include "core/mem.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void test_a_replacement_is_invisible_until_it_is_committed(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(scratch("w")));
    ok(cad_fs_write(scratch("w/f"), "old", 3));
    cad_writer *w;
    ok(cad_writer_open(scratch("w/f"), &w));
    ok(cad_writer_add(w, "new ", 4));
    expect_file(scratch("w/f"), "old");
    ok(cad_writer_add(w, "text", 4));
    ok(cad_writer_commit(w));
    expect_file(scratch("w/f"), "new text");
    ok(cad_writer_open(scratch("w/f"), &w));
    ok(cad_writer_add(w, "dropped", 7));
    cad_writer_abort(w);
    expect_file(scratch("w/f"), "new text");
    assert_int_equal(files_in(scratch("w")), 1);
}

/* A file size limit stands in for a full disk: the write in the middle fails. */
static void test_a_failed_write_leaves_the_old_file(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(scratch("full")));
    ok(cad_fs_write(scratch("full/f"), "old", 3));
    char *big;
    ok(cad_mem_alloc(100000, "big", &big));
    struct rlimit before, small;
    getrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_IGN);
    small = before;
    small.rlim_cur = 50000;
    setrlimit(RLIMIT_FSIZE, &small);
    cad_status s = cad_fs_write(scratch("full/f"), big, 100000);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(s, CAD_EWRITE);
    assert_non_null(strstr(cad_error_text(), "full/f: cannot write"));
    cad_mem_free(big);
    expect_file(scratch("full/f"), "old");
    assert_int_equal(files_in(scratch("full")), 1);
    fails(cad_fs_write(scratch("none/f"), "x", 1), CAD_EWRITE, "none/f");
}

static void test_reading_tells_missing_from_unreadable_from_too_long(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    fails(cad_fs_read(scratch("missing"), 0, &b), CAD_ENOTFOUND, "missing");
    fails(cad_fs_read(scratch_path, 0, &b), CAD_EIO, "a folder; expected a regular file");
    ok(cad_fs_write(scratch("ten"), "0123456789", 10));
    fails(cad_fs_read(scratch("ten"), 9, &b), CAD_EDATA, "10 bytes; expected at most 9");
    ok(cad_fs_read(scratch("ten"), 10, &b));
    cad_buf_deinit(&b);
    assert_int_equal(mkfifo(scratch("pipe"), 0600), 0);
    fails(cad_fs_read(scratch("pipe"), 0, &b), CAD_EIO, "a pipe or a socket"); /* and does not wait for a writer */
}

static void test_a_file_that_became_shorter_is_corrupt(void **state)
{
    (void)state;
    ok(cad_fs_write(scratch("short"), "0123456789", 10));
    cad_file *f;
    ok(cad_file_open(scratch("short"), &f));
    assert_int_equal(cad_file_size(f), 10);
    char out[10];
    ok(cad_file_read_at(f, 4, out, 6));
    assert_memory_equal(out, "456789", 6);
    assert_int_equal(truncate(scratch("short"), 5), 0);
    fails(cad_file_read_at(f, 4, out, 6), CAD_ECORRUPT, "ends at byte 5; expected 6 bytes from 4");
    cad_file_close(f);
}

static void test_logs_append_whole_lines_and_drop_a_torn_one(void **state)
{
    (void)state;
    ok(cad_fs_write(scratch("log"), "one\ntor", 7));
    cad_appender *a;
    ok(cad_appender_open(scratch("log"), &a));
    ok(cad_appender_line(a, "two", 3));
    ok(cad_appender_sync(a));
    cad_appender_close(a);
    expect_file(scratch("log"), "one\ntwo\n");
}

static void test_logs_of_records_go_on_behind_the_bytes_to_keep(void **state)
{
    (void)state;
    cad_appender *a;
    ok(cad_appender_open_at(scratch("bin"), 0, &a));
    ok(cad_appender_bytes(a, "one,two,thr", 11));
    cad_appender_close(a);
    ok(cad_appender_open_at(scratch("bin"), 8, &a));
    ok(cad_appender_bytes(a, "three", 5));
    ok(cad_appender_bytes(a, ",", 1));
    cad_appender_close(a);
    expect_file(scratch("bin"), "one,two,three,");
    fails(cad_appender_open_at(scratch("bin"), 15, &a), CAD_EIO, "14 bytes; expected at least 15");
    expect_file(scratch("bin"), "one,two,three,");
}

static void test_a_finished_folder_takes_its_place_at_once(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(scratch("run/tmp.new/sub")));
    ok(cad_fs_write(scratch("run/tmp.new/a"), "1", 1));
    ok(cad_fs_commit_dir(scratch("run/tmp.new"), scratch("run/final")));
    expect_file(scratch("run/final/a"), "1");
    assert_false(cad_fs_exists(scratch("run/tmp.new")));
    fails(cad_fs_commit_dir(scratch("run/nothing"), scratch("run/x")), CAD_EWRITE, "run/nothing");
}

static void test_links_are_replaced_and_never_followed_when_removing(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(scratch("l/keep")));
    ok(cad_fs_write(scratch("l/keep/f"), "x", 1));
    ok(cad_fs_mkdirs(scratch("l/gone/deep")));
    ok(cad_fs_symlink_replace("../keep", scratch("l/gone/link")));
    ok(cad_fs_symlink_replace("../../l/keep", scratch("l/gone/link")));
    cad_buf b = CAD_BUF_INIT;
    ok(cad_fs_readlink(scratch("l/gone/link"), &b));
    assert_string_equal(b.data, "../../l/keep");
    cad_buf_deinit(&b);
    ok(cad_fs_remove_tree(scratch("l/gone")));
    assert_false(cad_fs_exists(scratch("l/gone")));
    expect_file(scratch("l/keep/f"), "x");
    ok(cad_fs_remove_tree(scratch("l/gone"))); /* missing is fine */
    ok(cad_fs_remove(scratch("l/gone")));
}

static void test_writing_follows_a_link_and_never_replaces_a_special_file(void **state)
{
    (void)state;
    struct stat st;
    ok(cad_fs_write(scratch("aim"), "old", 3));
    assert_int_equal(symlink("aim", scratch("alias")), 0);
    ok(cad_fs_write(scratch("alias"), "new", 3));
    expect_file(scratch("aim"), "new");
    assert_int_equal(lstat(scratch("alias"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(mkfifo(scratch("hose"), 0600), 0);
    fails(cad_fs_write(scratch("hose"), "x", 1), CAD_EWRITE, "special file");
    assert_int_equal(lstat(scratch("hose"), &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    fails(cad_fs_write(scratch_path, "x", 1), CAD_EWRITE, "a folder");
    ok(cad_fs_remove(scratch("alias")));
    ok(cad_fs_remove(scratch("hose")));
    ok(cad_fs_remove(scratch("aim")));
}

static void test_names_are_sorted_and_paths_absolute(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(scratch("n")));
    ok(cad_fs_write(scratch("n/b"), "", 0));
    ok(cad_fs_write(scratch("n/a"), "", 0));
    ok(cad_fs_write(scratch("n/B"), "", 0));
    const char **names;
    size_t n;
    ok(cad_fs_list(scratch("n"), fs_arena, &names, &n));
    assert_int_equal(n, 3);
    assert_string_equal(names[0], "B");
    assert_string_equal(names[2], "b");
    assert_true(cad_fs_is_dir(scratch("n")) && !cad_fs_is_dir(scratch("n/a")));
    assert_true(cad_fs_same(scratch("n/a"), scratch("n/../n/./a")) && !cad_fs_same(scratch("n/a"), scratch("n/b")));
    assert_true(!cad_fs_same(scratch("n/a"), scratch("n/absent")) && !cad_fs_same(scratch("n/absent"), scratch("n/absent")));
    cad_buf b = CAD_BUF_INIT;
    ok(cad_fs_absolute("x/y", &b));
    assert_true(b.data[0] == '/' && strstr(b.data, "/x/y"));
    cad_buf_deinit(&b);
    char hash[33];
    ok(cad_fs_hash(scratch("n/a"), hash));
    assert_string_equal(hash, "99aa06d3014798d86001c324468d497f");
}

static void test_each_allocation_may_fail_without_a_leak_or_a_half_written_file(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(scratch("m")));
    ok(cad_fs_write(scratch("m/f"), "old", 3));
    for (uint64_t k = 1;; k++) {
        cad_buf b = CAD_BUF_INIT;
        cad_mem_fail_at(k, 0);
        cad_status s = cad_fs_write(scratch("m/f"), "new", 3);
        if (s == CAD_OK)
            s = cad_fs_read(scratch("m/f"), 0, &b);
        cad_mem_fail_at(0, 0);
        cad_buf_deinit(&b);
        assert_int_equal(files_in(scratch("m")), 1);
        if (s == CAD_OK) {
            assert_true(k > 3);
            return;
        }
        assert_int_equal(s, CAD_ENOMEM);
    }
}

static void test_the_clock_of_a_folder_is_that_of_its_files(void **state)
{
    (void)state;
    double before, now, after;
    ok(cad_fs_write(scratch("a"), "", 0));
    ok(cad_fs_modified(scratch("a"), &before));
    ok(cad_fs_now(scratch("."), &now));
    ok(cad_fs_write(scratch("a"), "", 0));
    ok(cad_fs_modified(scratch("a"), &after));
    assert_true(before <= now && now <= after);
    char host[100] = "", mine[200], other[200]; /* of dead processes that had our pid, here and on another host */
    assert_int_equal(gethostname(host, sizeof host - 1), 0);
    snprintf(mine, sizeof mine, ".now.%s.%ld", host, (long)getpid());
    snprintf(other, sizeof other, ".now.%s-2.%ld", host, (long)getpid());
    ok(cad_fs_write(scratch(mine), "", 0));
    ok(cad_fs_write(scratch(other), "", 0));
    ok(cad_fs_now(scratch("."), &now));
    assert_false(cad_fs_exists(scratch(mine)));
    assert_true(cad_fs_exists(scratch(other)));
    ok(cad_fs_remove(scratch(other)));
    fails(cad_fs_now(scratch("none"), &now), CAD_EWRITE, "none: cannot create a file");
}

static void expect_free(const char *before, const char *name)
{
    cad_buf b = CAD_BUF_INIT, n = CAD_BUF_INIT;
    ok(cad_buf_str(&b, "what was there"));
    ok(cad_fs_free_name(scratch("aside/x"), &b, &n));
    assert_string_equal(cad_buf_cstr(&b), before);
    assert_string_equal(cad_buf_cstr(&n), name);
    ok(cad_fs_free_name(scratch("aside/x"), NULL, &n));
    assert_string_equal(cad_buf_cstr(&n), name);
    cad_buf_deinit(&n);
    cad_buf_deinit(&b);
}

static void test_the_first_free_name_is_behind_those_taken_without_a_gap(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(scratch("aside")));
    expect_free("", scratch("aside/x"));
    ok(cad_fs_write(scratch("aside/x"), "", 0));
    expect_free(scratch("aside/x"), scratch("aside/x.1"));
    ok(cad_fs_mkdirs(scratch("aside/x.1")));
    ok(cad_fs_symlink_replace("nowhere", scratch("aside/x.2"))); /* leads nowhere, but has its name */
    ok(cad_fs_write(scratch("aside/x.4"), "", 0));
    expect_free(scratch("aside/x.2"), scratch("aside/x.3"));
}

static void test_only_an_empty_folder_is_removed(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(scratch("hollow/empty")));
    ok(cad_fs_remove_empty(scratch("hollow")));
    assert_true(cad_fs_is_dir(scratch("hollow/empty")));
    ok(cad_fs_remove_empty(scratch("hollow/empty")));
    ok(cad_fs_remove_empty(scratch("hollow")));
    assert_false(cad_fs_exists(scratch("hollow")));
    ok(cad_fs_remove_empty(scratch("hollow")));
}

int main(void)
{
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
        cmocka_unit_test(test_the_clock_of_a_folder_is_that_of_its_files),
        cmocka_unit_test(test_the_first_free_name_is_behind_those_taken_without_a_gap),
        cmocka_unit_test(test_only_an_empty_folder_is_removed),
        cmocka_unit_test(test_each_allocation_may_fail_without_a_leak_or_a_half_written_file),
    };
    return cmocka_run_group_tests(tests, fs_setup, fs_teardown);
}
