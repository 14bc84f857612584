#include "tests/unit.h"

#include "core/build_info.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/log.h"
#include "core/progress.h"

#include <fcntl.h>
#include <sys/ioctl.h>
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
    assert_non_null(strstr(kept, "\r\x1b[Kpart 2/4  50.0%")); /* the bar goes, its last line stays */
    cad_buf_deinit(&b);
}

static size_t times(const char *text, const char *part)
{
    size_t n = 0;
    for (; (text = strstr(text, part)); text++)
        n++;
    return n;
}

/* The number between the texts `before` and `after`. */
static double number_between(const char *text, const char *before, const char *after)
{
    char *end = NULL;
    const char *at = strstr(text, before);
    assert_non_null(at);
    double v = strtod(at + strlen(before), &end);
    assert_ptr_equal(strstr(end, after), end);
    return v;
}

/* 1000 of 1200 rows were done by an earlier call: they are in the share, not in the rate and not in the estimate. */
static void test_rates_and_estimate_leave_out_what_was_done_before(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    begin();
    cad_progress_setup(CAD_PROGRESS_LINES, 0);
    cad_progress *p;
    double from = cad_clock_now();
    ok(cad_progress_create("row", 1000, 1200, 0, &p));
    cad_progress_work(p, "rows");
    cad_progress_show(p, 1000, NULL);
    cad_clock_sleep(0.2);
    cad_progress_also(p, "tok", 1000000);
    cad_progress_show(p, 1010, "tail");
    double took = cad_clock_now() - from, eta = cad_progress_eta(p);
    cad_progress_destroy(p);
    cad_progress_setup(CAD_PROGRESS_AUTO, 10);
    end(&b);
    const char *second = strchr(b.data, '\n') + 1;
    assert_int_equal(times(b.data, "\n"), 2);
    assert_ptr_equal(strstr(b.data, "row 1000/1200  83.3%\n"), b.data); /* nothing done, no time: neither rate nor estimate */
    assert_ptr_equal(strstr(second, "row 1010/1200  84.2%  "), second);
    double rows = number_between(second, "84.2%  ", " rows/s"), tokens = number_between(second, "rows/s  ", "M tok/s");
    assert_true(rows >= 10 / took - 1 && rows <= 10 / 0.2);
    assert_true(tokens >= 1 / took - 0.01 && tokens <= 1 / 0.2);
    assert_true(eta >= 190 * 0.2 / 10);
    assert_non_null(strstr(second, "tok/s  tail  eta "));
    cad_buf_deinit(&b);
}

/* Shows without a pause, the last time when `seconds` are over; what it took. */
static double show_for(cad_progress *p, double seconds)
{
    double from = cad_clock_now(), now = from;
    for (int64_t i = 1; now - from < seconds; i++) {
        now = cad_clock_now();
        cad_progress_show(p, i, NULL);
    }
    return cad_clock_now() - from;
}

static void test_a_bar_is_drawn_ten_times_a_second_and_lines_are_as_far_apart_as_asked(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    cad_progress *p;
    begin();
    cad_progress_setup(CAD_PROGRESS_BAR, 1000);
    ok(cad_progress_create("row", 0, 0, 0, &p));
    double took = show_for(p, 0.35);
    cad_progress_destroy(p);
    end(&b);
    size_t drawn = times(b.data, "\rrow ");
    assert_true(drawn >= 2 && (double)drawn <= took / 0.1 + 1);
    begin();
    cad_progress_setup(CAD_PROGRESS_AUTO, 0.15);
    ok(cad_progress_create("row", 0, 0, 0, &p));
    took = show_for(p, 0.35);
    cad_progress_destroy(p);
    cad_progress_setup(CAD_PROGRESS_AUTO, 10);
    end(&b);
    assert_ptr_equal(strstr(b.data, "row 1\n"), b.data);
    size_t lines = times(b.data, "\n"); /* the last one comes whenever the work ends */
    assert_true(lines >= 2 && (double)lines <= took / 0.15 + 2);
    assert_int_equal(times(b.data, "row "), lines);
    assert_true(!strpbrk(b.data, "\r\x1b") && b.data[b.len - 1] == '\n');
    cad_buf_deinit(&b);
}

/* What stderr got of three shows, the second after `pause` seconds. */
static void three_shows(cad_progress_mode mode, double pause, cad_buf *out)
{
    cad_progress *p;
    begin();
    cad_progress_setup(mode, 1000);
    ok(cad_progress_create("row", 0, 3, 0, &p));
    cad_progress_work(p, "rows");
    cad_progress_show(p, 1, NULL);
    cad_clock_sleep(pause);
    cad_progress_show(p, 2, NULL);
    cad_progress_show(p, 3, NULL);
    cad_progress_destroy(p);
    cad_progress_setup(CAD_PROGRESS_AUTO, 10);
    end(out);
}

static void test_work_of_a_moment_leaves_no_line_unless_lines_were_asked_for(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    three_shows(CAD_PROGRESS_AUTO, 0, &b);
    assert_string_equal(cad_buf_cstr(&b), "");
    three_shows(CAD_PROGRESS_AUTO, 1.1, &b);
    assert_ptr_equal(strstr(b.data, "row 2/3  66.7%  "), b.data);
    assert_non_null(strstr(b.data, "\nrow 3/3  100.0%  "));
    assert_int_equal(times(b.data, "\n"), 2);
    three_shows(CAD_PROGRESS_LINES, 0, &b);
    assert_ptr_equal(strstr(b.data, "row 1/3  33.3%"), b.data);
    assert_non_null(strstr(b.data, "\nrow 3/3  100.0%  "));
    assert_int_equal(times(b.data, "\n"), 2);
    cad_buf_deinit(&b);
}

/* A terminal of so many columns as stderr; its other end is returned. */
static int begin_terminal(unsigned short columns)
{
    int outside = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(outside >= 0 && grantpt(outside) == 0 && unlockpt(outside) == 0);
    int inside = open(ptsname(outside), O_RDWR | O_NOCTTY);
    assert_true(inside >= 0);
    assert_int_equal(ioctl(inside, TIOCSWINSZ, &(struct winsize){.ws_row = 24, .ws_col = columns}), 0);
    saved = dup(2);
    dup2(inside, 2);
    close(inside);
    return outside;
}

/* What the terminal was given; little enough to lie in its buffer until now. */
static void end_terminal(int outside, char *out, size_t cap)
{
    assert_int_equal(fcntl(outside, F_SETFL, O_NONBLOCK), 0);
    size_t n = 0;
    for (ssize_t got; n + 1 < cap && (got = read(outside, out + n, cap - 1 - n)) > 0;)
        n += (size_t)got;
    out[n] = '\0';
    dup2(saved, 2);
    close(saved);
    close(outside);
}

/* The first line that a terminal of so many columns is given for this tail, with an estimate. */
static void drawn(unsigned short columns, const char *tail, char out[300])
{
    char all[4000];
    cad_progress *p;
    int outside = begin_terminal(columns);
    cad_progress_setup(CAD_PROGRESS_BAR, 1000);
    ok(cad_progress_create("step", 0, 1000, 0, &p));
    cad_progress_show(p, 500, tail);
    cad_progress_destroy(p);
    cad_progress_setup(CAD_PROGRESS_AUTO, 10);
    end_terminal(outside, all, sizeof all);
    const char *end = strstr(all, "\x1b[K");
    assert_true(*all == '\r' && end);
    snprintf(out, 300, "%.*s", (int)(end - all - 1), all + 1);
    char *eta = strstr(out, "eta ");
    if (eta)
        eta[4] = '0'; /* seconds of a slow machine */
}

static void test_the_bar_gives_way_before_the_text_is_cut(void **state)
{
    (void)state;
    char line[300];
    drawn(80, "loss 0.5", line);
    assert_string_equal(line, "[############............] step 500/1000  50.0%  loss 0.5  eta 0s");
    drawn(60, "loss 0.5", line); /* 38 of 59 columns are text, 3 are around the bar */
    assert_string_equal(line, "[#########.........] step 500/1000  50.0%  loss 0.5  eta 0s");
    drawn(50, "loss 0.5", line);
    assert_string_equal(line, "[####....] step 500/1000  50.0%  loss 0.5  eta 0s");
    drawn(49, "loss 0.5", line); /* seven would tell nothing */
    assert_string_equal(line, "step 500/1000  50.0%  loss 0.5  eta 0s");
    drawn(39, "loss 0.5", line); /* to the column */
    assert_string_equal(line, "step 500/1000  50.0%  loss 0.5  eta 0s");
}

static void test_fields_behind_a_tab_give_way_before_the_estimate_is_cut(void **state)
{
    (void)state;
    char line[300];
    const char *tail = "loss 0.5\tgn 1.25\tlr 2.67e-04  9.9k tok/s";
    drawn(200, tail, line);
    assert_string_equal(line,
                        "[############............] step 500/1000  50.0%  loss 0.5  gn 1.25  lr 2.67e-04  9.9k tok/s  eta 0s");
    drawn(73, tail, line);
    assert_string_equal(line, "step 500/1000  50.0%  loss 0.5  gn 1.25  lr 2.67e-04  9.9k tok/s  eta 0s");
    drawn(72, tail, line);
    assert_string_equal(line, "step 500/1000  50.0%  loss 0.5  lr 2.67e-04  9.9k tok/s  eta 0s");
    drawn(60, tail, line);
    assert_string_equal(line, "step 500/1000  50.0%  loss 0.5  9.9k tok/s  eta 0s");
    drawn(20, tail, line); /* nothing is left to give way */
    assert_string_equal(line, "step 500/1000  50.0");
}

static void test_a_marked_line_stays_above_the_bar_and_is_one_of_many_elsewhere(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    for (int bar = 0; bar < 2; bar++) {
        cad_progress *p;
        begin();
        cad_progress_setup(bar ? CAD_PROGRESS_BAR : CAD_PROGRESS_LINES, 1000);
        ok(cad_progress_create("step", 0, 0, 0, &p));
        for (int i = 1; i <= 30; i++)
            (i % 10 ? cad_progress_show : cad_progress_mark)(p, i, "a\tb");
        cad_progress_destroy(p);
        cad_progress_setup(CAD_PROGRESS_AUTO, 10);
        end(&b);
        assert_int_equal(times(b.data, "\n"), bar ? 3 : 2);
        assert_int_equal(times(b.data, "step 10  a  b\n"), bar);
        assert_int_equal(times(b.data, "step 20  a  b\n"), bar);
        assert_int_equal(times(b.data, "step 30  a  b\n"), 1);
    }
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

static void test_counts_and_rates_are_short(void **state)
{
    (void)state;
    static const struct {
        double n;
        const char *text;
    } t[] = {{0, "0"},           {7, "7"},          {0.0042, "0.0042"}, {0.52, "0.52"},        {9.5, "9.50"},
             {9.994, "9.99"},    {9.996, "10"},     {999.4, "999"},     {999.6, "1.0k"},       {1500, "1.5k"},
             {999949, "999.9k"}, {999951, "1.00M"}, {2.344e6, "2.34M"}, {999.99e6, "999.99M"}, {7.1e9, "7.10G"},
             {-1, "?"},          {HUGE_VAL, "?"},   {NAN, "?"}};
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        char text[16];
        cad_progress_count(t[i].n, text);
        assert_string_equal(text, t[i].text);
    }
}

static void test_whole_numbers_are_grouped_by_thousands(void **state)
{
    (void)state;
    static const struct {
        int64_t n;
        const char *text;
    } t[] = {{0, "0"},
             {-7, "-7"},
             {999, "999"},
             {1000, "1,000"},
             {-123, "-123"},
             {-123456, "-123,456"},
             {14396, "14,396"},
             {3085938688, "3,085,938,688"},
             {INT64_MIN, "-9,223,372,036,854,775,808"}};
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        char text[32];
        cad_progress_grouped(t[i].n, text);
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
        cmocka_unit_test(test_rates_and_estimate_leave_out_what_was_done_before),
        cmocka_unit_test(test_a_bar_is_drawn_ten_times_a_second_and_lines_are_as_far_apart_as_asked),
        cmocka_unit_test(test_work_of_a_moment_leaves_no_line_unless_lines_were_asked_for),
        cmocka_unit_test(test_the_bar_gives_way_before_the_text_is_cut),
        cmocka_unit_test(test_fields_behind_a_tab_give_way_before_the_estimate_is_cut),
        cmocka_unit_test(test_a_marked_line_stays_above_the_bar_and_is_one_of_many_elsewhere),
        cmocka_unit_test(test_durations_are_short),
        cmocka_unit_test(test_counts_and_rates_are_short),
        cmocka_unit_test(test_whole_numbers_are_grouped_by_thousands),
        cmocka_unit_test(test_the_build_describes_itself_and_finds_shipped_files),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return cad_fs_remove_tree(dir) == CAD_OK ? failed : 1;
}
