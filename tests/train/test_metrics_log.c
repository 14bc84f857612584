#include "tests/unit.h"

#include "core/json.h"
#include "core/mem.h"
#include "tests/train/train_tmp.h"
#include "train/metrics_log.h"

static char dir[4096];

static int setup(void **state)
{
    (void)state;
    train_tmp("metrics", dir);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ok(cad_fs_remove_tree(dir));
    return 0;
}

static void add_steps(int64_t from, int64_t to, int64_t resume)
{
    cad_metrics *m;
    ok(cad_metrics_open(dir, "run-1", "c0ffee", resume, true, &m));
    for (int64_t s = from; s <= to; s++) {
        const cad_metric v[] = {{"train/loss", 1.0 / (double)s}, {"train/lr", 2e-4}};
        ok(cad_metrics_add(m, s, "train", v, 2));
    }
    cad_metrics_close(m);
}

/* Steps of the records in a file; every line must be JSON. */
static int read_steps(const char *name, int64_t *step, int max)
{
    cad_buf b = train_read(train_path(dir, name));
    int n = 0;
    for (char *line = b.data, *end; (end = strchr(line, '\n')); line = end + 1) {
        json_t *o;
        ok(cad_json_parse(line, (size_t)(end - line), name, &o));
        const json_t *v = json_object_get(o, "step");
        if (v) {
            assert_true(n < max);
            step[n++] = json_integer_value(v);
        }
        json_decref(o);
    }
    cad_buf_deinit(&b);
    return n;
}

static void test_a_new_file_starts_with_its_header(void **state)
{
    (void)state;
    add_steps(1, 2, 0);
    cad_buf b = train_read(train_path(dir, "metrics.jsonl"));
    assert_non_null(strstr(b.data, "{\"commit\":\"c0ffee\",\"kind\":\"metrics\",\"run_id\":\"run-1\",\"schema\":1,"));
    assert_non_null(strstr(b.data, "\"step\":2,\"kind\":\"train\",\"v\":{\"train/loss\":0.5,\"train/lr\":0.0002}}\n"));
    cad_buf_deinit(&b);
}

static void test_resume_moves_later_lines_away(void **state)
{
    (void)state;
    int64_t s[64];
    add_steps(1, 9, 0);
    add_steps(6, 12, 5);
    assert_int_equal(read_steps("metrics.jsonl", s, 64), 12);
    for (int i = 0; i < 12; i++)
        assert_int_equal(s[i], i + 1);
    assert_int_equal(read_steps("metrics.dropped.jsonl", s, 64), 4);
    assert_int_equal(s[0], 6);
    add_steps(11, 11, 10);
    assert_int_equal(read_steps("metrics.jsonl", s, 64), 11);
    assert_int_equal(read_steps("metrics.dropped.jsonl", s, 64), 6);
}

/* A start that was killed between the two files left its lines in both, the last of them perhaps torn. */
static void test_a_dropped_line_is_kept_once(void **state)
{
    (void)state;
    int64_t s[64];
    add_steps(1, 9, 0);
    cad_buf before = train_read(train_path(dir, "metrics.jsonl"));
    add_steps(7, 7, 6); /* 7 8 9 are dropped */
    cad_buf whole = train_read(train_path(dir, "metrics.dropped.jsonl"));
    size_t cut[] = {0, 1, 40, whole.len / 2, whole.len - 1, whole.len};
    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
        ok(cad_fs_write(train_path(dir, "metrics.jsonl"), before.data, before.len));
        ok(cad_fs_write(train_path(dir, "metrics.dropped.jsonl"), whole.data, cut[i]));
        add_steps(7, 7, 6);
        cad_buf again = train_read(train_path(dir, "metrics.dropped.jsonl"));
        assert_string_equal(cad_buf_cstr(&again), whole.data);
        cad_buf_deinit(&again);
    }
    add_steps(6, 6, 5); /* another step 7 */
    assert_int_equal(read_steps("metrics.dropped.jsonl", s, 64), 5);
    assert_int_equal(s[3], 6);
    assert_int_equal(s[4], 7);
    cad_buf_deinit(&whole);
    cad_buf_deinit(&before);
}

static void test_a_torn_last_line_is_dropped(void **state)
{
    (void)state;
    add_steps(1, 3, 0);
    cad_buf b = train_read(train_path(dir, "metrics.jsonl"));
    ok(cad_fs_write(train_path(dir, "metrics.jsonl"), b.data, b.len - 20));
    cad_buf_deinit(&b);
    add_steps(4, 4, 3);
    int64_t s[8];
    assert_int_equal(read_steps("metrics.jsonl", s, 8), 3);
    assert_int_equal(s[2], 4);
}

static void test_a_file_torn_in_its_header_gets_a_new_one(void **state)
{
    (void)state;
    ok(cad_fs_write(train_path(dir, "metrics.jsonl"), "{\"schema\":1,\"ki", 15));
    add_steps(1, 1, 0);
    cad_buf b = train_read(train_path(dir, "metrics.jsonl"));
    assert_non_null(strstr(b.data, "\"run_id\":\"run-1\""));
    cad_buf_deinit(&b);
}

static void test_numbers_that_are_not_finite_stay_json(void **state)
{
    (void)state;
    cad_metrics *m;
    ok(cad_metrics_open(dir, "r", "c", 0, true, &m));
    const cad_metric v[] = {{"a", NAN}, {"b", INFINITY}, {"c", -INFINITY}, {"d", 0.1}};
    ok(cad_metrics_add(m, 1, "train", v, 4));
    ok(cad_metrics_note(m, 1, "quote \" and\nline"));
    cad_metrics_close(m);
    cad_buf b = train_read(train_path(dir, "metrics.jsonl"));
    assert_non_null(strstr(b.data, "{\"a\":\"nan\",\"b\":\"inf\",\"c\":\"-inf\",\"d\":0.1}"));
    assert_non_null(strstr(b.data, "\"msg\":\"quote \\\" and\\nline\"}"));
    cad_buf_deinit(&b);
}

static void test_lines_allocate_nothing(void **state)
{
    (void)state;
    cad_metrics *m;
    ok(cad_metrics_open(dir, "r", "c", 0, true, &m));
    uint64_t calls = cad_mem_calls();
    for (int i = 1; i < 50; i++) {
        const cad_metric v[] = {{"train/loss", 1.0 / 3}, {"perf/tok_s", 1e9}, {"x", -1.0 / 7}};
        ok(cad_metrics_add(m, i * 100000, "train", v, 3));
    }
    assert_int_equal(cad_mem_calls(), calls);
    cad_metrics_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_new_file_starts_with_its_header, setup, teardown),
        cmocka_unit_test_setup_teardown(test_resume_moves_later_lines_away, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_dropped_line_is_kept_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_torn_last_line_is_dropped, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_file_torn_in_its_header_gets_a_new_one, setup, teardown),
        cmocka_unit_test_setup_teardown(test_numbers_that_are_not_finite_stay_json, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lines_allocate_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
