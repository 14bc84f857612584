/* Rounding that the kernel confirms: parts that were turned, drilled, rounded off and coned keep their solid; what does not
 * stay valid at any number of digits stays exact; workers that crash cost digits, not files. */
#include "tests/cad/solid_test.h"
#include "tests/cad/step_util.h"
#include "tests/scratch_dir.h"

#include "core/rng.h"
#include "dataprep/stage_tree.h"
#include "dataprep/step_verify.h"

static cad_buf step_of_part(const char *source, cad_facts *out)
{
    cad_buf text = CAD_BUF_INIT;
    built b = build(source);
    *out = b.facts;
    ok(cad_solid_write_step(b.solid, "part", &text));
    drop_built(&b);
    return text;
}

static cad_step_verified rounded(const cad_buf *text, const cad_step_verify_job *job, cad_buf *room)
{
    cad_step_verified v;
    cad_buf_clear(room);
    ok(cad_step_verify_run(job, text->data, text->len, room));
    ok(cad_step_verify_answer(&(cad_pool_result){.out = (unsigned char *)room->data, .out_len = room->len}, &v));
    assert_int_equal(v.bytes, text->len);
    return v;
}

static cad_facts facts_of(const char *text, size_t len)
{
    cad_arena *a;
    cad_solid *solid;
    cad_facts f;
    ok(cad_arena_create("test", (size_t)1 << 30, &a));
    ok(cad_solid_read_step(text, len, &solid));
    ok(cad_solid_facts(solid, a, &f));
    cad_solid_destroy(solid);
    cad_arena_destroy(a);
    return f;
}

/* By the facts of the kernel, which are not what the rounding was judged by. */
static void same_solid(const cad_facts *was, const cad_step_verified *v, const char *what)
{
    cad_facts is = facts_of(v->text, v->len);
    if (is.level != 8 || is.shells_closed != is.shells || is.solids != was->solids || is.faces != was->faces ||
        is.edges != was->edges || !(fabs(is.volume - was->volume) <= pow(10, 2 - v->k) * was->volume))
        fail_msg("%s: %d digits: level %d, %d of %d shells closed, %d faces, volume %.12g; expected %d, %.12g", what, (int)v->k,
                 (int)is.level, (int)is.shells_closed, (int)is.shells, (int)is.faces, is.volume, (int)was->faces, was->volume);
}

static void test_parts_keep_their_solid(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "C 80 40 6\nY 2 6\nT 1 6 6 0\nLP 2 1 0 0 2 68\nLP 3 0 1 0 2 28\nD 0 4\nR 5", "C 30 20 10\nFI 0 3\nR 1", "K 8 3 12\nR 0",
        "SK 0 0 0 1 0 0 0 0 1\nA 18 0 12 0 15 0 1\nA 12 0 18 0 15 0 1\nEND\nV 0 0 0 0 0 0 1 360\nR 1", "P 6 4 9\nR 0"};
    cad_buf room = CAD_BUF_INIT;
    int by_k[CAD_STEP_VERIFY_LAST + 1] = {0};
    cad_rng r = cad_rng_make(3, "turned", 0);
    for (int i = 0; i < 25; i++) {
        char source[200];
        cad_facts was;
        snprintf(source, sizeof source, "%s %d %d %d", parts[i % 5], (int)cad_rng_range(&r, 1, 89),
                 (int)cad_rng_range(&r, 1, 89), (int)cad_rng_range(&r, 1, 89));
        cad_buf text = step_of_part(source, &was);
        cad_step_verified v =
            rounded(&text, &(cad_step_verify_job){.first = 3 + i / 5, .relative = true, .kernel = true}, &room);
        by_k[v.k]++;
        assert_true(v.k == 0 || v.k >= 3 + i / 5);
        if (v.k > 0) {
            same_solid(&was, &v, source);
            assert_true(v.changed > 0 && v.len < text.len);
        }
        cad_buf_deinit(&text);
    }
    assert_true(by_k[4] > 0 && by_k[5] > 0 && by_k[6] > 0);
    cad_buf_deinit(&room);
}

static void test_a_sphere_whose_seam_turns_over_stays_exact(void **state)
{
    (void)state;
    cad_facts was;
    cad_buf text = step_of_part("S 10\nY 3 40\nT 1 0 0 -20\nR 2 0 90 0\nD 0 3", &was), room = CAD_BUF_INIT;
    for (int k = 3; k <= CAD_STEP_VERIFY_LAST; k++) {
        cad_step_verified v = rounded(&text, &(cad_step_verify_job){.first = k, .relative = true, .kernel = true}, &room);
        assert_int_equal(v.k, 0);
        assert_int_equal(v.changed, 0);
        assert_non_null(strstr(v.why, "9 digits: no valid solid"));
        cad_step *m = step_of(text.data, text.len);
        cad_buf exact = step_text(m);
        assert_int_equal(exact.len, v.len);
        assert_memory_equal(exact.data, v.text, v.len);
        cad_buf_deinit(&exact);
        cad_step_close(m);
    }
    cad_buf_deinit(&text);
    cad_buf_deinit(&room);
}

static void test_decimals_are_judged_by_the_size_of_the_part(void **state)
{
    (void)state;
    cad_facts was;
    cad_buf text = step_of_part("K 8 3 12\nR 0 23 45 67", &was), room = CAD_BUF_INIT;
    cad_step_verified v = rounded(&text, &(cad_step_verify_job){.first = 5, .relative = false, .kernel = true}, &room);
    assert_int_equal(v.k, 5);
    same_solid(&was, &v, "cone");
    for (const char *c = v.text; (c = strchr(c, '.')) != NULL; c++) /* of 9 significant digits the rest */
        assert_true(strspn(c + 1, "0123456789") <= 8);
    cad_buf_deinit(&text);
    cad_buf_deinit(&room);
}

static void test_without_a_kernel_the_checks_judge(void **state)
{
    (void)state;
    cad_facts was;
    cad_buf text = step_of_part("C 30 20 10\nFI 0 3\nR 1 11 7 43", &was), why = CAD_BUF_INIT;
    for (int first = 1; first <= 6; first += 5) {
        cad_step *m = step_of(text.data, text.len);
        cad_step_verify_job job = {.first = first};
        int32_t k;
        int64_t changed;
        job.relative = true;
        cad_buf_clear(&why);
        ok(cad_step_round_checked(&job, m, &why, &k, &changed));
        assert_true(first == 1 ? k > 2 && k < 6 : k == 6); /* vertices leave their curves and surfaces */
        assert_true(changed > 0);
        if (first == 1)
            assert_non_null(strstr(cad_buf_cstr(&why), " findings of G0"));
        else
            assert_int_equal(why.len, 0);
        cad_buf out = step_text(m);
        cad_facts is = facts_of(out.data, out.len);
        assert_int_equal(is.faces, was.faces);
        cad_buf_deinit(&out);
        cad_step_close(m);
    }
    cad_buf_deinit(&text);
    cad_buf_deinit(&why);
}

/* ---- workers that crash ---- */

/* Of the file x<n>.step: a worker that dies below n digits. */
static cad_status fragile(const void *in, size_t len, cad_buf *out)
{
    cad_step_verify_job job;
    const char *path = (const char *)in + sizeof job;
    memcpy(&job, in, sizeof job);
    assert_true(len == sizeof job + strlen(path) + 1);
    int until = strrchr(path, '/')[2] - '0';
    char stage[8];
    snprintf(stage, sizeof stage, until == 0 ? "source" : "k%d", (int)job.first);
    cad_worker_stage(stage);
    if (until == 0 || job.first < until)
        abort();
    struct {
        int64_t changed, bytes;
        int32_t k;
        char why[200], text[4];
    } answer = {.bytes = 1, .k = job.first, .text = "abc"};
    return cad_buf_add(out, &answer, offsetof(__typeof__(answer), text) + 4);
}

static void put(const char *name, const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/in/%s", scratch_path, name);
    ok(cad_fs_write(path, text, strlen(text)));
}

static void test_a_worker_that_crashes_costs_digits(void **state)
{
    (void)state;
    cad_arena *a;
    cad_stage_tree_result r;
    cad_buf status = CAD_BUF_INIT;
    ok(cad_fs_mkdirs(scratch("in")));
    put("x0.step", "DATA;#1=A(1.50);ENDSEC;");
    put("x8.step", "DATA;#1=A();ENDSEC;");
    put("x6.step", "DATA;#1=A();ENDSEC;");
    ok(cad_arena_create("names", (size_t)1 << 30, &a));
    cad_stage_tree_args args = {
        .in = scratch("in"), .out = scratch("out"), .round = CAD_TREE_ROUND_relative, .digits = 6, .verify = true, .jobs = 2};
    ok(cad_stage_tree(&args, a, &r));
    assert_int_equal(r.k[0], 1);
    assert_int_equal(r.k[6], 1);
    assert_int_equal(r.k[8], 1);
    ok(cad_fs_read(scratch("out/status.jsonl"), 0, &status));
    assert_non_null(strstr(status.data, "\"k\":null"));
    assert_non_null(strstr(status.data, "the kernel ended by crash on the file as it is"));
    assert_non_null(strstr(status.data, "7 digits: the kernel ended by crash"));
    cad_buf_clear(&status);
    ok(cad_fs_read(scratch("out/x0.step"), 0, &status));
    assert_non_null(strstr(status.data, "#1=A(1.5);"));
    cad_buf_deinit(&status);
    cad_arena_destroy(a);
}

int main(int argc, char **argv)
{
    cad_worker_register(CAD_STEP_VERIFY_HANDLER, fragile);
    cad_worker_main_if_asked(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_keep_their_solid),
        cmocka_unit_test(test_a_sphere_whose_seam_turns_over_stays_exact),
        cmocka_unit_test(test_decimals_are_judged_by_the_size_of_the_part),
        cmocka_unit_test(test_without_a_kernel_the_checks_judge),
        cmocka_unit_test(test_a_worker_that_crashes_costs_digits),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
