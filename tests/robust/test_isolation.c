/* Workers that score parts: records do not depend on order, on their number, on those that die or on the zygote (E3, E4, E9);
 * extremes stay inside the limits (E6). */
#include "tests/filter.h"
#include "tests/robust/score_rig.h"
#include "tests/unit.h"

#include "cad/occt/solid.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/rng.h"
#include "eval/score.h"

#include <dirent.h>
#include <signal.h>
#include <time.h>

enum { INPUTS = 100, KILLS = 50 };

/* Good, wrong and broken programs. */
static void make_text(int i, char out[300])
{
    int a = 10 + i % 37, b = 8 + i % 11, c = 3 + i % 5;
    switch (i % 5) {
    case 0:
        snprintf(out, 300, "C %d %d %d", a, b, c);
        break;
    case 1:
        snprintf(out, 300, "C %d %d %d\\nY 2 %d\\nT 1 4 4 0\\nD 0 2", a, b, c, c);
        break;
    case 2:
        snprintf(out, 300, "Y %d.%d %d\\nY 1 %d\\nD 0 1", a, b, c, c);
        break;
    case 3:
        snprintf(out, 300, "C %d %d %d\\nD 0 %d", a, b, c, 5 + i);
        break;
    default:
        snprintf(out, 300, "C %d %d", a, b);
        break;
    }
}

/* All records in the order of their inputs, which are sent in another one. */
static void score_all(int workers, uint64_t shuffle, cad_buf *out)
{
    static cad_buf line[INPUTS];
    int order[INPUTS];
    char text[300];
    cad_rng r = cad_rng_make(3, "order", shuffle);
    for (int i = 0; i < INPUTS; i++)
        order[i] = i;
    for (int i = INPUTS - 1; i > 0; i--) {
        int j = (int)cad_rng_range(&r, 0, i), t = order[i];
        order[i] = order[j];
        order[j] = t;
    }
    cad_pool *p = score_pool(workers, 30);
    for (int i = 0; i < INPUTS; i++) {
        make_text(order[i], text);
        score_submit(p, (uint64_t)order[i], text);
    }
    for (int i = 0; i < INPUTS; i++) {
        uint64_t tag;
        json_t *o = score_next(p, &tag);
        assert_true(tag < INPUTS && line[tag].len == 0); /* one verdict each */
        ok(cad_json_print(o, &line[tag]));
        json_decref(o);
    }
    cad_pool_destroy(p);
    for (int i = 0; i < INPUTS; i++) {
        ok(cad_buf_printf(out, "%s\n", line[i].data));
        cad_buf_deinit(&line[i]);
    }
}

static void test_E3_records_do_not_depend_on_order_or_workers(void **state)
{
    (void)state;
    static const int workers[] = {1, 16, 16};
    cad_buf first = CAD_BUF_INIT, again = CAD_BUF_INIT;
    score_all(2, 0, &first);
    assert_non_null(strstr(first.data, "\"class\":\"ok\""));
    assert_non_null(strstr(first.data, "\"class\":\"parse\""));
    for (uint64_t k = 0; k < sizeof workers / sizeof *workers; k++) {
        cad_buf_clear(&again);
        score_all(workers[k], k + 1, &again);
        assert_string_equal(first.data, again.data);
    }
    cad_buf_deinit(&first);
    cad_buf_deinit(&again);
}

static void test_E9_a_dead_zygote_costs_no_row_and_two_end_the_evaluation(void **state)
{
    (void)state;
    cad_log_set_level(CAD_LOG_ERROR);
    cad_buf whole = CAD_BUF_INIT;
    char text[300];
    uint64_t tag;
    score_all(2, 9, &whole);
    cad_pool *p = score_pool(2, 30);
    for (int i = 0; i < INPUTS; i++) {
        make_text(i, text);
        score_submit(p, (uint64_t)i, text);
    }
    for (int i = 0; i < INPUTS; i++) {
        if (i == 10)
            assert_int_equal(kill((pid_t)cad_pool_zygote(p), SIGKILL), 0);
        json_t *o = score_next(p, &tag);
        cad_buf line = CAD_BUF_INIT;
        ok(cad_json_print(o, &line));
        ok(cad_buf_str(&line, "\n"));
        if (!strstr(whole.data, line.data))
            fail_msg("row %d after the death of the zygote: %s", (int)tag, line.data);
        cad_buf_deinit(&line);
        json_decref(o);
    }
    score_submit(p, 1, SCORE_BOX);
    assert_int_equal(kill((pid_t)cad_pool_zygote(p), SIGKILL), 0);
    cad_pool_result r;
    fails(cad_pool_next(p, &r), CAD_EINTERNAL, "died twice");
    assert_int_equal(cad_status_exit_code(CAD_EINTERNAL), 1);
    cad_pool_destroy(p);
    cad_buf_deinit(&whole);
}

/* ---- E4 ---- */

/* Entries of a folder of /proc, its descriptors or its threads. */
static int count_in(pid_t pid, const char *folder)
{
    char path[64];
    int n = 0;
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, folder);
    DIR *d = opendir(path);
    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

/* A child of the zygote other than `but`; 0: none now. */
static pid_t child_of(pid_t zygote, pid_t but)
{
    char path[64], text[400];
    pid_t found = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)zygote, (int)zygote);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    for (char *at = fgets(text, sizeof text, f); at && *at && !found;) {
        char *end;
        long pid = strtol(at, &end, 10);
        found = pid != but ? (pid_t)pid : 0;
        at = end != at ? end : NULL;
    }
    fclose(f);
    return found;
}

static pid_t wait_for_child(pid_t zygote, pid_t but)
{
    pid_t child = 0;
    for (double end = cad_clock_now() + 60; !child && cad_clock_now() < end;)
        child = child_of(zygote, but);
    return child;
}

/* Of this thread, in s.  It looks for the child all the time, so on a machine at rest this is the time that passes; on a busy
 * one the time that others take is not counted. */
static double own_time(void)
{
    struct timespec t;
    assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t), 0);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The verdict over a child that was killed: at the answer, or at the reference, of which the answer is not to blame. */
static bool is_death(const json_t *o)
{
    const char *stage = json_string_value(json_object_get(json_object_get(o, "error"), "stage"));
    bool reference = stage && !strncmp(stage, "reference ", strlen("reference "));
    return !strcmp(score_class(o), reference ? "reference_bad" : "kernel_crash");
}

/* One worker and two rows: the child of the first is killed at a moment that nobody chose, the slot takes the second.
 * Returns whether the first was hit before its end; *refill = seconds of this thread from the kill to the second row's child.
 */
static bool kill_one(cad_pool *p, double after, int signal_, const json_t *whole, double *refill)
{
    pid_t zygote = (pid_t)cad_pool_zygote(p);
    uint64_t tag;
    score_submit(p, 1, SCORE_BOX);
    score_submit(p, 1, SCORE_BOX);
    pid_t child = wait_for_child(zygote, 0);
    assert_true(child > 0);
    cad_clock_sleep(after);
    double start = own_time();
    bool there = child_of(zygote, 0) == child && kill(child, signal_) == 0;
    if (there && wait_for_child(zygote, child) > 0)
        *refill = own_time() - start;
    bool hit = false;
    for (int i = 0; i < 2; i++) {
        json_t *o = score_next(p, &tag);
        if (i == 0 && there && is_death(o))
            hit = true;
        else if (!json_equal(o, whole)) {
            cad_buf b = CAD_BUF_INIT;
            ok(cad_json_print(o, &b));
            fail_msg("row %d after signal %d: %s", i, signal_, b.data);
        }
        json_decref(o);
    }
    return hit;
}

/* Each row has one verdict, a row that was left alone has its own record, and a killed child's slot takes the next row. */
static void test_E4_a_killed_child_is_the_verdict_of_its_row_alone(void **state)
{
    (void)state;
    static const int signals[] = {SIGKILL, SIGSEGV, SIGABRT};
    cad_pool *p = score_pool(1, 30);
    cad_rng r = cad_rng_make(4, "kills", 0);
    double refill[KILLS];
    uint64_t tag;
    score_submit(p, 1, SCORE_BOX);
    json_t *whole = score_next(p, &tag);
    assert_string_equal(score_class(whole), "ok");
    pid_t zygote = (pid_t)cad_pool_zygote(p);
    int ours = count_in(getpid(), "fd"), its = count_in(zygote, "fd"), dead = 0, tries = 0;
    for (; dead < KILLS && tries < 20 * KILLS; tries++)
        dead += kill_one(p, 0.02 * cad_rng_uniform(&r), signals[tries % 3], whole, &refill[dead]);
    assert_int_equal(dead, KILLS);
    assert_int_equal(cad_pool_zygote(p), zygote); /* none of this touched it */
    assert_int_equal(count_in(getpid(), "fd"), ours);
    assert_int_equal(count_in(zygote, "fd"), its);
    assert_int_equal(child_of(zygote, 0), 0);
    qsort(refill, KILLS, sizeof *refill, by_value);
    print_message("%d of %d kills hit; the slot was refilled in %.1f ms of CPU (median), %.1f at most\n", dead, tries,
                  1e3 * refill[KILLS / 2], 1e3 * refill[KILLS - 1]);
    assert_true(refill[KILLS / 2] < 0.05);
    json_decref(whole);
    cad_pool_destroy(p);
}

static void test_E6_extremes_end_in_a_class_within_their_limits(void **state)
{
    (void)state;
    static const char *const text[] = {"C 1e30 1 1",
                                       "C 1e-30 1 1",
                                       "C 1000000 1000000 1000000",
                                       "C 0.0001 0.0001 0.0001",
                                       "C 1000000 0.0001 1",
                                       "Y 0 5",
                                       "Y 1e-30 5",
                                       "S 0",
                                       "S 1000000",
                                       "C 1 1 0",
                                       "C 5 5 5\\nD 0 0",
                                       "C 5 5 5\\nU 1 1",
                                       "C 5 5 5\\nU 0 2",
                                       "C 5 5 5\\nSH 0 2.5 +Z",
                                       "C 5 5 5\\nSH 0 100 +Z",
                                       "C 5 5 5\\nFI 0 100",
                                       "C 5 5 5\\nCH 0 2.5",
                                       "C 5 5 5\\nT 0 1e6 1e6 1e6",
                                       "C 5 5 5\\nLP 0 1000 10 0 0",
                                       "C 5 5 5\\nLP 0 1000 1 0 0\\nLP 1 1000 0 1 0"};
    cad_pool *p = score_pool(2, 5);
    size_t n = sizeof text / sizeof *text;
    for (size_t i = 0; i < n; i++)
        score_submit(p, i, text[i]);
    double slowest = 0;
    for (size_t i = 0; i < n; i++) {
        cad_pool_result r;
        cad_buf b = CAD_BUF_INIT;
        char key[32];
        json_t *o;
        ok(cad_pool_next(p, &r));
        snprintf(key, sizeof key, "k%d", (int)r.tag);
        if (r.cpu_ms > 8000 || r.rss_mb > 2100)
            fail_msg("%s: %.0f ms of CPU, %.0f MB", text[r.tag], r.cpu_ms, r.rss_mb);
        slowest = fmax(slowest, r.cpu_ms);
        ok(cad_score_take(&r, key, "r", NULL, &b));
        ok(cad_json_parse(b.data, b.len, "record", &o));
        if (!strcmp(score_class(o), "kernel_crash"))
            fail_msg("%s: %s", text[r.tag], b.data);
        json_decref(o);
        cad_buf_deinit(&b);
    }
    print_message("slowest: %.0f ms of CPU\n", slowest);
    cad_pool_destroy(p);
}

int main(int argc, char **argv)
{
    cad_score_register();
    cad_worker_main_if_asked(argc, argv);
    if (!strcmp(cad_solid_kernel(), "none"))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_E3_records_do_not_depend_on_order_or_workers),
        cmocka_unit_test(test_E4_a_killed_child_is_the_verdict_of_its_row_alone),
        cmocka_unit_test(test_E6_extremes_end_in_a_class_within_their_limits),
        cmocka_unit_test(test_E9_a_dead_zygote_costs_no_row_and_two_end_the_evaluation),
    };
    if (argc > 1 && !filter_tests(tests, sizeof tests / sizeof *tests, argv[1]))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
