#include "tests/core/pool_jobs.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/pool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

static cad_pool *make(int workers, double cpu_s, size_t out_limit)
{
    cad_pool *p;
    ok(cad_pool_create(&(cad_pool_opts){.workers = workers, .cpu_s = cpu_s, .mem_bytes = 300 << 20, .out_limit = out_limit},
                       &p));
    return p;
}

static cad_pool_result one(cad_pool *p, const char *handler, const void *in, size_t len)
{
    cad_pool_result r;
    ok(cad_pool_submit(p, handler, 1, in, len));
    ok(cad_pool_next(p, &r));
    return r;
}

static void test_answers_come_back_whole(void **state)
{
    (void)state;
    cad_pool *p = make(2, 10, 0);
    cad_pool_result r = one(p, "echo", "abc", 3);
    assert_int_equal(r.verdict, CAD_VERDICT_ok);
    assert_memory_equal(r.out, "abc", 3);
    assert_int_equal(r.out_len, 3);
    r = one(p, "echo", "", 0);
    assert_int_equal(r.verdict, CAD_VERDICT_ok);
    assert_int_equal(r.out_len, 0);

    size_t len = (size_t)5 << 20; /* far more than pipes hold */
    char *big;
    ok(cad_mem_alloc(len, "big", &big));
    for (size_t i = 0; i < len; i++)
        big[i] = (char)(i * 7 % 251);
    r = one(p, "echo", big, len);
    assert_int_equal(r.verdict, CAD_VERDICT_ok);
    assert_int_equal(r.out_len, len);
    assert_memory_equal(r.out, big, len);
    assert_true(r.wall_ms > 0 && r.rss_mb > 1);
    cad_mem_free(big);
    cad_pool_destroy(p);
}

static void test_each_end_has_its_verdict(void **state)
{
    (void)state;
    cad_pool *p = make(2, 10, 1 << 20);
    cad_pool_result r = one(p, "fail", "box", 3);
    assert_int_equal(r.verdict, CAD_VERDICT_failed);
    assert_int_equal(r.status, CAD_EGEOM);
    assert_string_equal(r.error, "not a solid: 'box'");
    assert_string_equal(r.stage, "judge");
    assert_int_equal(r.out_len, 0);

    r = one(p, "crash", "", 0);
    assert_int_equal(r.verdict, CAD_VERDICT_crash);
    assert_int_equal(r.signal, SIGSEGV);
    assert_string_equal(r.stage, "mesh");
    assert_int_equal(r.status, CAD_EINTERNAL);

    r = one(p, "leave", "", 0);
    assert_int_equal(r.verdict, CAD_VERDICT_crash);
    assert_string_equal(r.error, "ended with exit code 7 and no answer");
    assert_string_equal(r.stage, "");

    r = one(p, "garbage", "", 0);
    assert_int_equal(r.verdict, CAD_VERDICT_failed);
    assert_non_null(strstr(r.error, "malformed answer of 24 bytes"));

    r = one(p, "short", "", 0);
    assert_int_equal(r.verdict, CAD_VERDICT_failed);
    assert_non_null(strstr(r.error, "malformed answer of 26 bytes"));

    r = one(p, "flood", "", 0); /* 3 MiB through the front door */
    assert_int_equal(r.verdict, CAD_VERDICT_failed);
    assert_int_equal(r.status, CAD_EDATA);
    assert_non_null(strstr(r.error, "3145728 bytes; expected at most 1048576"));

    r = one(p, "raw_flood", "", 0); /* endless, past the protocol */
    assert_int_equal(r.verdict, CAD_VERDICT_failed);
    assert_non_null(strstr(r.error, "more than 1048576 bytes"));

    r = one(p, "bad_text", "", 0);
    assert_string_equal(r.error, "row ?[31m??");

    r = one(p, "nobody", "", 0);
    assert_int_equal(r.verdict, CAD_VERDICT_failed);
    assert_string_equal(r.error, "no worker handler 'nobody'");

    r = one(p, "echo", "fine", 4);
    assert_int_equal(r.verdict, CAD_VERDICT_ok);
    cad_pool_destroy(p);
}

/* On a busy machine a loop may reach the wall limit before it got a second of CPU; the verdict says which it was. */
static void test_loops_end_at_the_cpu_limit_and_sleepers_at_the_wall(void **state)
{
    (void)state;
    cad_pool *p = make(2, 1, 0);
    static const char *const loops[] = {"spin", "stubborn_spin"};
    for (int i = 0; i < 2; i++) {
        cad_pool_result r = one(p, loops[i], "", 0);
        assert_int_equal(r.verdict, CAD_VERDICT_timeout);
        assert_string_equal(r.stage, "boolean");
        if (r.wall_ms < 2900)
            assert_string_equal(r.error, "CPU limit of 1 s");
        assert_true(r.cpu_ms < 3500);
    }
    cad_pool_result r = one(p, "sleep", "", 0);
    assert_int_equal(r.verdict, CAD_VERDICT_timeout);
    assert_string_equal(r.error, "wall limit of 3 s");
    assert_true(r.wall_ms > 2900 && r.wall_ms < 10000);
    cad_pool_destroy(p);
}

static void test_eating_memory_is_its_own_verdict(void **state)
{
    (void)state;
    if (ASAN)
        skip(); /* no limit on address space there */
    cad_pool *p = make(1, 10, 0);
    cad_pool_result r = one(p, "eat", "", 0);
    assert_int_equal(r.verdict, CAD_VERDICT_memory);
    assert_int_equal(r.status, CAD_ENOMEM);
    assert_true(r.rss_mb < 320);
    cad_pool_destroy(p);
}

/* A limit of 300 MiB: 150 are far from it, 255 near. */
static void test_a_killed_child_is_out_of_memory_only_near_its_limit(void **state)
{
    (void)state;
    cad_pool *p = make(1, 10, 0);
    static const char *const far_from_it[] = {"0", "150"};
    for (int i = 0; i < 2; i++) {
        cad_pool_result r = one(p, "killed", far_from_it[i], strlen(far_from_it[i]));
        assert_int_equal(r.verdict, CAD_VERDICT_crash);
        assert_int_equal(r.signal, SIGKILL);
        assert_string_equal(r.error, "ended by signal 9 (Killed)");
    }
    cad_pool_result r = one(p, "killed", "255", 3);
    assert_int_equal(r.verdict, CAD_VERDICT_memory);
    assert_int_equal(r.signal, SIGKILL);
    assert_non_null(strstr(r.error, "ended by signal 9 at 2"));
    cad_pool_destroy(p);
}

static void test_an_arena_leaves_half_of_the_memory_limit(void **state)
{
    (void)state;
    assert_true(cad_worker_space((size_t)1 << 40) == (size_t)1 << 40); /* no worker, no limit */
    if (ASAN)
        skip();
    cad_pool *p;
    const cad_pool_opts o = {.workers = 1, .mem_bytes = (int64_t)1 << 30};
    ok(cad_pool_create(&o, &p));
    cad_pool_result r = one(p, "space", "", 0);
    assert_int_equal(r.verdict, CAD_VERDICT_ok);
    assert_int_equal(r.out_len, strlen("536870912 4096"));
    assert_memory_equal(r.out, "536870912 4096", r.out_len);
    cad_pool_destroy(p);
}

static void test_children_are_limited_and_alone(void **state)
{
    (void)state;
    cad_pool *p = make(1, 10, 0);
    cad_pool_result r = one(p, "describe", "", 0);
    assert_string_equal((const char *)r.out, "cpu 10 12 as 1 fsize 1 nofile 16 core 0 ignored 1 fds 4 group 1 blas 1");
    cad_pool_destroy(p);
}

static void test_children_can_neither_write_nor_start_nor_connect(void **state)
{
    (void)state;
    cad_pool *p = make(1, 10, 0);
    cad_pool_result r = one(p, "escape", "", 0);
    assert_int_equal(r.verdict, CAD_VERDICT_ok);
    assert_string_equal((const char *)r.out, "read");
    cad_pool_destroy(p);
}

enum { MIXED = 120 };

/* Runs good and poisonous jobs mixed and joins what came back into one text. */
static void run_mixed(int workers, bool unordered, cad_buf *out)
{
    static const char *const poison[] = {"crash", "leave", "garbage", "fail"};
    cad_pool *p;
    ok(cad_pool_create(&(cad_pool_opts){.workers = workers, .cpu_s = 20, .mem_bytes = 300 << 20, .unordered = unordered}, &p));
    char row[MIXED][200];
    for (uint64_t i = 0; i < MIXED; i++) {
        char in[64];
        int n = snprintf(in, sizeof in, "part %d", (int)i);
        ok(cad_pool_submit(p, i % 5 == 4 ? poison[i / 5 % 4] : "hash", i, in, (size_t)n));
    }
    assert_int_equal(cad_pool_pending(p), MIXED);
    for (uint64_t i = 0; i < MIXED; i++) {
        cad_pool_result r;
        ok(cad_pool_next(p, &r));
        assert_true(r.tag < MIXED && (unordered || r.tag == i));
        snprintf(row[r.tag], sizeof row[0], "%d %s %s [%s] %.*s\n", (int)r.tag, cad_verdict_name(r.verdict), r.error, r.stage,
                 (int)r.out_len, (const char *)r.out);
    }
    cad_pool_result r;
    fails(cad_pool_next(p, &r), CAD_ENOTFOUND, "no job is pending");
    for (int i = 0; i < MIXED; i++)
        ok(cad_buf_str(out, row[i]));
    cad_pool_destroy(p);
}

static void test_results_do_not_depend_on_the_number_of_workers(void **state)
{
    (void)state;
    cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT, c = CAD_BUF_INIT;
    run_mixed(1, false, &a);
    run_mixed(4, false, &b);
    run_mixed(7, true, &c);
    assert_non_null(strstr(a.data, "\n118 ok "));
    assert_string_equal(a.data, b.data);
    assert_string_equal(a.data, c.data);
    cad_buf_deinit(&a);
    cad_buf_deinit(&b);
    cad_buf_deinit(&c);
}

static void test_a_dead_zygote_is_started_once_more_and_rows_are_repeated(void **state)
{
    (void)state;
    cad_log_set_level(CAD_LOG_ERROR);
    cad_pool *p = make(3, 5, 0);
    for (uint64_t i = 0; i < 30; i++)
        ok(cad_pool_submit(p, "hash", i, &i, sizeof i));
    int64_t first = cad_pool_zygote(p);
    assert_int_equal(kill((pid_t)first, SIGKILL), 0);
    cad_pool_result r;
    for (uint64_t i = 0; i < 30; i++) {
        ok(cad_pool_next(p, &r));
        assert_int_equal(r.tag, i);
        assert_int_equal(r.verdict, CAD_VERDICT_ok);
    }
    assert_true(cad_pool_zygote(p) != first);

    ok(cad_pool_submit(p, "sleep", 99, "", 0));
    assert_int_equal(kill((pid_t)cad_pool_zygote(p), SIGKILL), 0);
    fails(cad_pool_next(p, &r), CAD_EINTERNAL, "died twice");
    cad_pool_destroy(p);
    cad_log_set_level(CAD_LOG_INFO);
}

static void test_the_zygote_ignores_the_signals_of_the_job(void **state)
{
    (void)state;
    cad_pool *p = make(1, 5, 0);
    pid_t z = (pid_t)cad_pool_zygote(p);
    kill(z, SIGINT);
    kill(z, SIGUSR2);
    kill(z, SIGTERM);
    cad_pool_result r = one(p, "echo", "alive", 5);
    assert_int_equal(r.verdict, CAD_VERDICT_ok);
    assert_int_equal(cad_pool_zygote(p), z);
    cad_pool_destroy(p);
}

static void test_destroying_a_busy_pool_leaves_no_process(void **state)
{
    (void)state;
    cad_pool *p = make(2, 100, 0);
    for (uint64_t i = 0; i < 5; i++)
        ok(cad_pool_submit(p, "spin", i, "", 0));
    cad_clock_sleep(0.1);
    pid_t z = (pid_t)cad_pool_zygote(p);
    cad_pool_destroy(p);
    assert_true(kill(z, 0) != 0 && errno == ESRCH);
    int found = 1;
    for (int tries = 0; tries < 50 && found; tries++) { /* the children die a moment after their parent */
        found = 0;
        DIR *d = opendir("/proc");
        for (struct dirent *e; d && (e = readdir(d));) {
            char path[300], exe[300];
            snprintf(path, sizeof path, "/proc/%s/cmdline", e->d_name);
            int fd = open(path, O_RDONLY);
            ssize_t n = fd >= 0 ? read(fd, exe, sizeof exe - 1) : -1;
            if (fd >= 0)
                close(fd);
            char parent[24];
            snprintf(parent, sizeof parent, "%ld", (long)getpid());
            exe[n > 0 ? n : 0] = '\0';
            const char *arg = exe + strlen(exe) + 1 + strlen("--cadlm-worker-zygote") + 1;
            if (n > 0 && !strcmp(exe, "cadlm-worker") && !strcmp(arg, parent))
                found++;
        }
        closedir(d);
        if (found)
            cad_clock_sleep(0.1);
    }
    assert_int_equal(found, 0);
}

static void test_wrong_requests_are_refused(void **state)
{
    (void)state;
    cad_pool *p = make(1, 5, 0);
    fails(cad_pool_submit(p, "echo", 0, "", ((size_t)16 << 20) + 1), CAD_EINVAL, "expected at most 16777216");
    setenv("CADLM_WORKER", "1", 1);
    cad_pool *inner;
    fails(cad_pool_create(&(cad_pool_opts){.workers = 1}, &inner), CAD_EINTERNAL, "inside a worker");
    unsetenv("CADLM_WORKER");
    cad_pool_destroy(p);
    cad_pool_destroy(NULL);
}

int main(int argc, char **argv)
{
    pool_jobs_register();
    cad_worker_main_if_asked(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_come_back_whole),
        cmocka_unit_test(test_each_end_has_its_verdict),
        cmocka_unit_test(test_loops_end_at_the_cpu_limit_and_sleepers_at_the_wall),
        cmocka_unit_test(test_eating_memory_is_its_own_verdict),
        cmocka_unit_test(test_a_killed_child_is_out_of_memory_only_near_its_limit),
        cmocka_unit_test(test_an_arena_leaves_half_of_the_memory_limit),
        cmocka_unit_test(test_children_are_limited_and_alone),
        cmocka_unit_test(test_children_can_neither_write_nor_start_nor_connect),
        cmocka_unit_test(test_results_do_not_depend_on_the_number_of_workers),
        cmocka_unit_test(test_a_dead_zygote_is_started_once_more_and_rows_are_repeated),
        cmocka_unit_test(test_the_zygote_ignores_the_signals_of_the_job),
        cmocka_unit_test(test_destroying_a_busy_pool_leaves_no_process),
        cmocka_unit_test(test_wrong_requests_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
