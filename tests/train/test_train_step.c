/* One training step: what its options mean, what is learnt, what a step that is not finite leaves.  What a step must not depend
 * on: inv_step.c. */
#include "core/mem.h"
#include "tests/train/step_fixture.h"

static void test_the_two_ways_of_dividing_differ(void **state)
{
    (void)state;
    world *x = make(&(world_opts){.pack = "one.h5", .batch_rows = 24});
    world *y = make(&(world_opts){.pack = "one.h5", .batch_rows = 24, .norm = CAD_LOSS_NORM_rows});
    cad_step_result r = gradient(x, 1), q = gradient(y, 1);
    near(r.loss, q.loss, 1e-9); /* what is reported is the mean over tokens in both */
    assert_true(distance(x, y, 1.0) > 1e-3);
    drop(x);
    drop(y);
}

static void test_context_tokens_carry_loss_in_the_first_steps_only(void **state)
{
    (void)state;
    world *x = make(&(world_opts){.pack = "one.h5", .batch_rows = 24, .context_weight = 0.2, .context_steps = 2});
    world *y = make(&(world_opts){.pack = "one.h5", .batch_rows = 24});
    cad_step_result with = gradient(x, 2), without = gradient(y, 2);
    assert_true(distance(x, y, 1.0) > 1e-2);
    near(with.loss, without.loss, 1e-12); /* the reported loss is that of the answers */
    assert_int_equal(with.loss_tokens, without.loss_tokens);
    gradient(x, 3);
    gradient(y, 3);
    assert_memory_equal(x->params.g, y->params.g, (size_t)x->params.size * sizeof(float));
    drop(x);
    drop(y);
}

static void test_one_batch_is_learnt_by_heart(void **state)
{
    (void)state;
    for (int eight_bit = 0; eight_bit < 2; eight_bit++) {
        world *w = make(&(world_opts){.pack = "one.h5", .batch_rows = 24, .eight_bit = eight_bit});
        cad_step_result r, first = {0};
        for (int64_t s = 1; s <= 60; s++) {
            ok(cad_stepper_step(&w->stepper, s, 0, 0, &r));
            assert_true(r.finite);
            if (s == 1)
                first = r;
        }
        assert_true(first.loss > 3.0);
        assert_true(r.loss < 0.5 * first.loss);
        drop(w);
    }
}

static void test_a_weight_that_is_not_finite_updates_nothing_and_names_a_row(void **state)
{
    (void)state;
    world *w = make(&(world_opts){.pack = "one.h5", .batch_rows = 8});
    cad_step_result r;
    ok(cad_stepper_step(&w->stepper, 1, 0, 0, &r));
    w->params.p[w->params.item[0].offset] = NAN;
    for (int64_t i = 0; i < w->params.item[0].count; i++)
        w->params.p[w->params.item[0].offset + i] = NAN;
    size_t bytes = (size_t)w->params.size * sizeof(float);
    float *before;
    ok(cad_mem_alloc(bytes, "copy", &before));
    memcpy(before, w->params.p, bytes);
    ok(cad_optimizer_save(w->optimizer, train_path(dir, "before.safetensors")));
    ok(cad_stepper_step(&w->stepper, 2, 0, 1, &r));
    assert_false(r.finite);
    assert_true(r.bad_row >= 8 && r.bad_row < 16);
    assert_memory_equal(before, w->params.p, bytes);
    ok(cad_optimizer_save(w->optimizer, train_path(dir, "after.safetensors")));
    cad_buf x = train_read(train_path(dir, "before.safetensors")), y = train_read(train_path(dir, "after.safetensors"));
    assert_int_equal(x.len, y.len);
    assert_memory_equal(x.data, y.data, x.len);
    cad_buf_deinit(&x);
    cad_buf_deinit(&y);
    cad_buf names = CAD_BUF_INIT;
    ok(cad_stepper_name_rows(&w->stepper, 0, 1, &names));
    assert_non_null(strstr(names.data, "row-008-0, row-009-0"));
    cad_buf_deinit(&names);
    cad_mem_free(before);
    drop(w);
}

static void test_moments_survive_a_file_bit_for_bit(void **state)
{
    (void)state;
    for (int eight_bit = 0; eight_bit < 2; eight_bit++) {
        const world_opts o = {.pack = "one.h5", .batch_rows = 8, .eight_bit = eight_bit};
        world *x = make(&o), *y = make(&o);
        cad_step_result r;
        for (int64_t s = 1; s <= 3; s++)
            ok(cad_stepper_step(&x->stepper, s, 0, s - 1, &r));
        ok(cad_optimizer_save(x->optimizer, train_path(dir, "opt.safetensors")));
        ok(cad_optimizer_load(y->optimizer, train_path(dir, "opt.safetensors")));
        memcpy(y->params.p, x->params.p, (size_t)x->params.size * sizeof(float));
        ok(cad_stepper_step(&x->stepper, 4, 1, 0, &r));
        ok(cad_stepper_step(&y->stepper, 4, 1, 0, &r));
        assert_memory_equal(x->params.p, y->params.p, (size_t)x->params.size * sizeof(float));
        drop(x);
        drop(y);
    }
}

/* 20 steps, all weights and LoRA, moments in f32 and in 8 bits: the loss follows that of f32 storage, and every step leaves the
 * copy that the passes read. */
static void test_storage_in_bf16_trains_as_f32_does(void **state)
{
    (void)state;
    for (int form = 0; form < 4; form++) {
        world_opts o = {.pack = "one.h5", .batch_rows = 8, .lora = form / 2, .eight_bit = form % 2};
        world *x = make(&o);
        o.bf16 = true;
        world *y = make(&o);
        cad_step_result r, q, first = {0};
        for (int64_t s = 1; s <= 20; s++) {
            ok(cad_stepper_step(&x->stepper, s, 0, (s - 1) % 3, &r));
            ok(cad_stepper_step(&y->stepper, s, 0, (s - 1) % 3, &q));
            near(q.loss, r.loss, 1e-2);
            if (s == 1)
                first = r;
        }
        assert_true(o.lora || r.loss < first.loss - 0.1);
        assert_true(r.loss != q.loss);
        assert_null(x->params.p_bf16);
        for (int64_t i = 0; i < y->params.size; i++)
            assert_int_equal(y->params.p_bf16[i], cad_f32_to_bf16(y->params.p[i]));
        drop(x);
        drop(y);
    }
}

static void test_moments_of_another_model_are_refused(void **state)
{
    (void)state;
    world *x = make(&(world_opts){.pack = "one.h5", .batch_rows = 8});
    world *y = make(&(world_opts){.pack = "one.h5", .batch_rows = 8, .lora = true});
    world *z = make(&(world_opts){.pack = "one.h5", .batch_rows = 8, .eight_bit = true});
    const char *path = train_path(dir, "opt.safetensors");
    ok(cad_optimizer_save(x->optimizer, path));
    fails(cad_optimizer_load(y->optimizer, path), CAD_EDATA, "tensor 0 is");
    fails(cad_optimizer_load(z->optimizer, path), CAD_EDATA, "state of adamw; train.optimizer = adamw8bit");
    drop(x);
    drop(y);
    drop(z);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_two_ways_of_dividing_differ),
        cmocka_unit_test(test_context_tokens_carry_loss_in_the_first_steps_only),
        cmocka_unit_test(test_one_batch_is_learnt_by_heart),
        cmocka_unit_test(test_a_weight_that_is_not_finite_updates_nothing_and_names_a_row),
        cmocka_unit_test(test_moments_survive_a_file_bit_for_bit),
        cmocka_unit_test(test_storage_in_bf16_trains_as_f32_does),
        cmocka_unit_test(test_moments_of_another_model_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
