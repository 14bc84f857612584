#include "tests/unit.h"

#include "core/build_info.h"
#include "core/fs.h"
#include "core/log.h"
#include "core/progress.h"

#include <fcntl.h>
#include <unistd.h>

static char dir[] = "/tmp/cadlm-log-XXXXXX";
static char path[64];
static int saved = -1;

/* What stderr got since `begin`. */
static void begin(void)
{
    snprintf(path, sizeof path, "%s/stderr", dir);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    saved = dup(2);
    dup2(fd, 2);
    close(fd);
}

static void end(cad_buf *out)
{
    dup2(saved, 2);
    close(saved);
    cad_buf_clear(out);
    ok(cad_fs_read(path, 0, out));
}

static void test_a_record_is_one_line_and_control_bytes_are_escaped(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    cad_log_set_name("cadtest");
    begin();
    cad_log(CAD_LOG_WARN, "row '%s'", "a\nb\x1b[31m\x07 \xc3\xa9\t");
    cad_log(CAD_LOG_INFO, "plain");
    cad_log(CAD_LOG_INFO, "%s",
            "\xc2\x9b"
            "31m \xff \xe2\x82"); /* CSI as one character of C1, broken bytes */
    cad_log(CAD_LOG_DEBUG, "hidden");
    end(&b);
    assert_string_equal(cad_buf_cstr(&b), "cadtest: warning: row 'a\\nb\\x1b[31m\\x07 \xc3\xa9\\t'\nplain\n"
                                          "\\xc2\\x9b31m \\xff \\xe2\\x82\n");
    cad_buf_deinit(&b);
}

static void test_levels_and_colors_follow_the_rules(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    begin();
    cad_log_set_level(CAD_LOG_ERROR);
    cad_log(CAD_LOG_WARN, "hidden");
    cad_log_set_level(CAD_LOG_DEBUG);
    cad_log(CAD_LOG_DEBUG, "seen");
    setenv("NO_COLOR", "1", 1);
    assert_false(cad_log_has_color(2));
    cad_log_set_color(CAD_COLOR_ALWAYS);
    assert_true(cad_log_has_color(2)); /* the option beats NO_COLOR */
    cad_log(CAD_LOG_ERROR, "red");
    cad_log_set_color(CAD_COLOR_AUTO);
    unsetenv("NO_COLOR");
    end(&b);
    assert_string_equal(cad_buf_cstr(&b), "debug: seen\ncadtest: \x1b[31merror:\x1b[0m red\n");
    cad_log_set_level(CAD_LOG_INFO);
    cad_buf_deinit(&b);
}

static void test_the_log_file_holds_each_record_with_its_time(void **state)
{
    (void)state;
    char file[64];
    snprintf(file, sizeof file, "%s/log.txt", dir);
    cad_buf b = CAD_BUF_INIT;
    begin();
    ok(cad_log_open(file));
    cad_log(CAD_LOG_INFO, "one");
    cad_log(CAD_LOG_WARN, "two");
    ok(cad_log_open(NULL));
    end(&b);
    cad_buf_clear(&b);
    ok(cad_fs_read(file, 0, &b));
    assert_non_null(strstr(b.data, "Z info one\n"));
    assert_non_null(strstr(b.data, "Z warning two\n"));
    fails(cad_log_open("/nonexistent/x"), CAD_EWRITE, "/nonexistent/x");
    cad_buf_deinit(&b);
}

static void test_progress_outside_a_terminal_is_whole_lines_first_and_last(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    begin();
    cad_progress_setup(CAD_PROGRESS_AUTO, 1000);
    cad_progress *p;
    ok(cad_progress_create("step", 0, 500, 10, &p));
    for (int i = 1; i <= 500; i++)
        cad_progress_show(p, i, i == 500 ? "loss 0.5" : "loss 9");
    cad_progress_destroy(p);
    end(&b);
    assert_null(strchr(b.data, '\r'));
    assert_null(strchr(b.data, '\x1b'));
    assert_string_equal(b.data, "step 1/500  0.2%  loss 9\nstep 500/500  100.0%  loss 0.5\n");
    cad_buf_deinit(&b);
}

static void test_a_bar_is_redrawn_below_the_records(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    begin();
    cad_progress_setup(CAD_PROGRESS_BAR, 1000);
    cad_progress *p;
    ok(cad_progress_create("part", 0, 4, 0, &p));
    cad_progress_show(p, 2, NULL);
    cad_log(CAD_LOG_INFO, "kept");
    cad_progress_destroy(p);
    cad_progress_setup(CAD_PROGRESS_AUTO, 10);
    end(&b);
    const char *kept = strstr(b.data, "\r\x1b[Kkept\n");
    assert_non_null(kept);
    assert_non_null(strstr(kept, "[############............] part 2/4  50.0%"));
    cad_buf_deinit(&b);
}

static void test_durations_are_short(void **state)
{
    (void)state;
    static const struct {
        double s;
        const char *text;
    } t[] = {{0, "0s"}, {59.4, "59s"}, {552, "9m12s"}, {35460, "9h51m"}, {266400, "3d02h"}, {-1, "?"}, {1e30, "?"}};
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        char text[16];
        cad_progress_duration(t[i].s, text);
        assert_string_equal(text, t[i].text);
    }
}

static void test_the_build_describes_itself_and_finds_shipped_files(void **state)
{
    (void)state;
    assert_non_null(strstr(cad_build_line(), cad_build_version()));
    assert_non_null(strstr(cad_build_line(), cad_build_commit()));
    cad_buf b = CAD_BUF_INIT;
    assert_int_equal(chdir("/"), 0);
    ok(cad_share_find("core/status.h", &b));
    assert_true(cad_fs_exists(b.data));
    fails(cad_share_find("core/none.h", &b), CAD_ENOTFOUND, "core/none.h");
    cad_buf_deinit(&b);
}

int main(void)
{
    if (!mkdtemp(dir))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_record_is_one_line_and_control_bytes_are_escaped),
        cmocka_unit_test(test_levels_and_colors_follow_the_rules),
        cmocka_unit_test(test_the_log_file_holds_each_record_with_its_time),
        cmocka_unit_test(test_progress_outside_a_terminal_is_whole_lines_first_and_last),
        cmocka_unit_test(test_a_bar_is_redrawn_below_the_records),
        cmocka_unit_test(test_durations_are_short),
        cmocka_unit_test(test_the_build_describes_itself_and_finds_shipped_files),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return cad_fs_remove_tree(dir) == CAD_OK ? failed : 1;
}
