#include "tests/unit.h"

#include "core/rng.h"
#include "train/train_plan.h"

enum { N = 203 };

typedef struct fixture {
    cad_arena *a;
    int64_t len[N];
} fixture;

static int setup(void **state)
{
    static fixture f;
    ok(cad_arena_create("plan", 64 << 20, &f.a));
    cad_rng r = cad_rng_make(7, "test plan", 0);
    for (int i = 0; i < N; i++)
        f.len[i] = cad_rng_range(&r, 16, 96);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    cad_arena_destroy(((fixture *)*state)->a);
    return 0;
}

static cad_plan *make(fixture *f, cad_plan_opts o)
{
    o.n_rows = o.n_rows ? o.n_rows : N;
    o.row_tokens = f->len;
    cad_plan *p;
    ok(cad_plan_create(&o, f->a, &p));
    return p;
}

/* What any step must satisfy, whatever its options. */
static void check_step(const fixture *f, const cad_plan *p, const cad_plan_step *s, int64_t micro)
{
    int seen[N] = {0};
    int64_t tokens = 0, placed = 0;
    int lane = -1;
    for (int64_t i = 0; i < s->n_passes; i++) {
        const cad_plan_pass *q = &s->pass[i];
        int64_t pass_tokens = 0;
        assert_true(q->n_rows > 0 && q->n_rows <= cad_plan_max_pass_rows(p));
        assert_true((q->n_lanes & (q->n_lanes - 1)) == 0 && q->lane0 % q->n_lanes == 0);
        for (int64_t k = 0; k < q->n_rows; k++) {
            pass_tokens += f->len[q->row[k]];
            seen[q->row[k]]++;
            assert_true(q->lane_of[k] >= q->lane0 && q->lane_of[k] < q->lane0 + q->n_lanes);
            assert_true(k == 0 || q->lane_of[k] >= q->lane_of[k - 1]);
        }
        assert_true(q->lane0 >= lane);
        lane = q->last_of_group ? q->lane0 + q->n_lanes : q->lane0;
        assert_int_equal(pass_tokens, q->n_tokens);
        assert_true(pass_tokens <= micro && pass_tokens <= cad_plan_max_pass_tokens(p));
        tokens += pass_tokens;
        placed += q->n_rows;
    }
    assert_int_equal(tokens, s->n_tokens);
    assert_int_equal(placed, s->n_rows);
    for (int64_t k = 0; k < s->n_rows; k++)
        assert_int_equal(seen[s->row[k]], 1);
}

static void test_every_row_occurs_once_per_epoch(void **state)
{
    fixture *f = *state;
    const cad_plan_opts variants[] = {
        {.seed = 1, .batch_rows = 16, .micro_tokens = 4096},
        {.seed = 2, .batch_tokens = 640, .micro_tokens = 640},
        {.seed = 3, .batch_tokens = 5000, .micro_tokens = 300},
        {.seed = 3, .batch_tokens = 5000, .micro_tokens = 300, .packing = CAD_PLAN_PACK_in_order},
        {.seed = 4, .batch_rows = 64, .micro_tokens = 200, .packing = CAD_PLAN_PACK_off},
        {.batch_rows = 1, .order = CAD_PLAN_ORDER_file},
        {.batch_tokens = 20, .order = CAD_PLAN_ORDER_length},
    };
    for (size_t v = 0; v < sizeof variants / sizeof *variants; v++) {
        cad_plan *p = make(f, variants[v]);
        for (int64_t epoch = 0; epoch < 3; epoch++) {
            int seen[N] = {0};
            int64_t n = cad_plan_batches(p, epoch);
            for (int64_t b = 0; b < n; b++) {
                cad_plan_step s;
                cad_plan_get(p, epoch, b, &s);
                check_step(f, p, &s, variants[v].micro_tokens ? variants[v].micro_tokens : 8192);
                for (int64_t k = 0; k < s.n_rows; k++)
                    seen[s.row[k]]++;
                if (variants[v].batch_rows && b + 1 < n)
                    assert_int_equal(s.n_rows, variants[v].batch_rows);
                if (variants[v].batch_tokens)
                    assert_true(s.n_tokens <= variants[v].batch_tokens || s.n_rows == 1);
            }
            for (int i = 0; i < N; i++)
                assert_int_equal(seen[i], 1);
        }
    }
}

static void test_rows_depend_on_seed_epoch_and_batch_alone(void **state)
{
    fixture *f = *state;
    cad_plan *p = make(f, (cad_plan_opts){.seed = 5, .batch_rows = 16, .micro_tokens = 4096});
    cad_plan *q = make(f, (cad_plan_opts){.seed = 5, .batch_rows = 16, .micro_tokens = 128});
    cad_plan *other = make(f, (cad_plan_opts){.seed = 6, .batch_rows = 16, .micro_tokens = 4096});
    cad_plan_step a, b, c;
    int same = 0;
    cad_plan_get(q, 9, 2, &b); /* whatever was asked for before must not matter */
    for (int64_t step = 25; step >= 0; step--) {
        cad_plan_get(p, step / 13, step % 13, &a);
        cad_plan_get(q, step / 13, step % 13, &b);
        cad_plan_get(other, step / 13, step % 13, &c);
        assert_int_equal(a.n_rows, b.n_rows);
        assert_memory_equal(a.row, b.row, (size_t)a.n_rows * sizeof *a.row);
        same += !memcmp(a.row, c.row, (size_t)a.n_rows * sizeof *a.row);
    }
    assert_int_equal(same, 0);
    int64_t first[16];
    cad_plan_get(p, 0, 0, &a);
    memcpy(first, a.row, sizeof first);
    cad_plan_get(p, 1, 0, &a);
    assert_true(memcmp(a.row, first, sizeof first) != 0);
}

static void test_lanes_are_about_equal_and_do_not_depend_on_the_pass(void **state)
{
    fixture *f = *state;
    cad_plan *p = make(f, (cad_plan_opts){.seed = 5, .batch_rows = 100, .micro_tokens = 100000});
    cad_plan *q = make(f, (cad_plan_opts){.seed = 5, .batch_rows = 100, .micro_tokens = 1500});
    cad_plan_step a, b;
    cad_plan_get(p, 0, 0, &a);
    cad_plan_get(q, 0, 0, &b);
    assert_int_equal(a.n_passes, 1);
    assert_int_equal(a.pass[0].n_lanes, 8);
    assert_int_equal(b.n_passes, 4); /* pairs of lanes fit */
    int64_t tokens[8] = {0}, at = 0;
    for (int64_t k = 0; k < a.n_rows; k++)
        tokens[a.pass[0].lane_of[k]] += f->len[a.pass[0].row[k]];
    for (int l = 1; l < 8; l++)
        assert_true(llabs(tokens[l] - tokens[0]) <= 96);
    for (int64_t i = 0; i < b.n_passes; i++)
        for (int64_t k = 0; k < b.pass[i].n_rows; k++, at++)
            assert_int_equal(b.pass[i].row[k], a.pass[0].row[at]);
}

static void test_best_fit_needs_fewer_passes_than_in_order(void **state)
{
    fixture *f = *state;
    cad_plan *best = make(f, (cad_plan_opts){.seed = 8, .batch_rows = 200, .micro_tokens = 150});
    cad_plan *order =
        make(f, (cad_plan_opts){.seed = 8, .batch_rows = 200, .micro_tokens = 150, .packing = CAD_PLAN_PACK_in_order});
    cad_plan_step a, b;
    cad_plan_get(best, 0, 0, &a);
    cad_plan_get(order, 0, 0, &b);
    assert_true(a.n_passes < b.n_passes);
}

static void test_steps_are_counted_over_whole_and_partial_epochs(void **state)
{
    fixture *f = *state;
    cad_plan *p = make(f, (cad_plan_opts){.batch_rows = 16});
    assert_int_equal(cad_plan_count_steps(p, 2), 26);
    assert_int_equal(cad_plan_count_steps(p, 2.5), 33);
    assert_int_equal(cad_plan_count_steps(p, 0.01), 1);
    p = make(f, (cad_plan_opts){.batch_tokens = 500});
    assert_int_equal(cad_plan_count_steps(p, 2), cad_plan_batches(p, 0) + cad_plan_batches(p, 1));
}

static void test_a_survey_finds_the_largest_pass_of_the_steps_asked_for(void **state)
{
    fixture *f = *state;
    static const cad_plan_order orders[] = {CAD_PLAN_ORDER_shuffle, CAD_PLAN_ORDER_length, CAD_PLAN_ORDER_file};
    int64_t targets[N];
    for (int i = 0; i < N; i++)
        targets[i] = f->len[N - 1 - i] / 2; /* the most targets are not where the most tokens are */
    for (size_t k = 0; k < sizeof orders / sizeof *orders; k++) {
        cad_plan *p = make(f, (cad_plan_opts){.batch_rows = 3, .micro_tokens = 1000, .order = orders[k], .seed = 3});
        enum { STEPS = 400 }; /* an epoch has 68 */
        int64_t tokens = 0, most = 0;
        for (int64_t s = 0; s < STEPS; s++) {
            cad_plan_step step;
            int64_t n = cad_plan_batches(p, 0);
            cad_plan_get(p, s / n, s % n, &step);
            for (int64_t i = 0; i < step.n_passes; i++) {
                int64_t sum = 0;
                for (int64_t r = 0; r < step.pass[i].n_rows; r++)
                    sum += targets[step.pass[i].row[r]];
                most = sum > most ? sum : most;
                tokens = step.pass[i].n_tokens > tokens ? step.pass[i].n_tokens : tokens;
            }
            cad_plan_extent e = cad_plan_survey(p, s + 1, targets);
            assert_int_equal(e.tokens, tokens);
            assert_int_equal(e.targets, most);
        }
        assert_true(tokens <= cad_plan_max_pass_tokens(p));
        assert_int_equal(cad_plan_survey(p, STEPS, NULL).targets, 0);
    }
}

/* Steps without number are bounded and not walked through: the bound holds for all, and no time depends on their number. */
static void test_a_survey_of_countless_steps_is_a_bound(void **state)
{
    fixture *f = *state;
    int64_t targets[N];
    for (int i = 0; i < N; i++)
        targets[i] = f->len[i] / 3 + i % 3;
    cad_plan *p = make(f, (cad_plan_opts){.batch_rows = 3, .micro_tokens = 1000, .order = CAD_PLAN_ORDER_shuffle, .seed = 3});
    cad_plan_extent some = cad_plan_survey(p, 100000, targets), all = cad_plan_survey(p, (int64_t)1 << 60, targets);
    assert_int_equal(all.tokens, cad_plan_max_pass_tokens(p));
    assert_true(all.tokens >= some.tokens && all.targets >= some.targets);
    assert_true(all.targets < all.tokens);
    assert_int_equal(cad_plan_survey(p, (int64_t)1 << 60, NULL).targets, 0);
}

static void test_bad_sizes_are_refused_by_name(void **state)
{
    fixture *f = *state;
    cad_plan *p;
    cad_plan_opts o = {.n_rows = N, .row_tokens = f->len, .batch_rows = 4, .batch_tokens = 100};
    fails(cad_plan_create(&o, f->a, &p), CAD_EINVAL, "exactly one");
    o = (cad_plan_opts){.n_rows = 0, .row_tokens = f->len, .batch_rows = 4};
    fails(cad_plan_create(&o, f->a, &p), CAD_EDATA, "no rows");
    f->len[17] = 5000;
    o = (cad_plan_opts){.n_rows = N, .row_tokens = f->len, .batch_rows = 4, .micro_tokens = 4096};
    fails(cad_plan_create(&o, f->a, &p), CAD_EDATA, "row 17 has 5000 tokens");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_row_occurs_once_per_epoch, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rows_depend_on_seed_epoch_and_batch_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lanes_are_about_equal_and_do_not_depend_on_the_pass, setup, teardown),
        cmocka_unit_test_setup_teardown(test_best_fit_needs_fewer_passes_than_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_steps_are_counted_over_whole_and_partial_epochs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_survey_finds_the_largest_pass_of_the_steps_asked_for, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_survey_of_countless_steps_is_a_bound, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_sizes_are_refused_by_name, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
