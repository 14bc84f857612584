/* What one training step must not depend on: the size of a pass, rows given twice; what weights, lanes without rows and
 * clipping mean; and that it allocates nothing. */
#include "core/mem.h"
#include "tests/inv_main.h"
#include "tests/model/test_backend.h"

#define WORLD_BACKEND test_backend
#include "tests/train/step_fixture.h"

/* A relative difference that rounding may make between numbers and their triples: `f32`; or where gradients are stored in bf16
 * an ulp of that.  Each store rounds by a root mean square of 2^-9/sqrt(3), on both sides alike, and about ten of them (loss,
 * head, two layers of norms, attention and MLP) come together: 2^-9 sqrt(20/3) = 0.005 if they were independent, 0.002 to 0.003
 * seen. */
static double of_rounding(double f32)
{
    return test_backend()->store == CAD_F32 ? f32 : ldexp(1, -8);
}

static void test_split_the_size_of_a_pass_changes_only_rounding(void **state)
{
    (void)state;
    const world_opts whole = {.pack = "one.h5", .batch_rows = 24};
    const int64_t budget[] = {600, 300, 130, 80};
    for (int i = 0; i < 4; i++)
        compare(&(world_opts){.pack = "one.h5", .batch_rows = 24, .micro_tokens = budget[i]}, &whole, 1.0, 2e-6);
    compare(&(world_opts){.pack = "one.h5", .batch_rows = 24, .packing = CAD_PLAN_PACK_off}, &whole, 1.0, 2e-6);
    const world_opts lora = {.pack = "one.h5", .batch_rows = 24, .lora = true, .dropout = 0.3};
    compare(&(world_opts){.pack = "one.h5", .batch_rows = 24, .lora = true, .dropout = 0.3, .micro_tokens = 130}, &lora, 1.0,
            2e-6);
}

/* The lanes of a step, each by itself in a buffer of its own, added by the tree: the bits of the step, whatever pass or rank
 * computes a lane. */
static void test_split_whole_lanes_regroup_without_a_bit(void **state)
{
    (void)state;
    world *w = make(&(world_opts){.pack = "one.h5", .batch_rows = 24, .micro_tokens = 100});
    size_t size = (size_t)w->params.size;
    float *sum[CAD_PLAN_LANES];
    void *lane;
    const cad_ops *ops = cad_decoder_ops(w->decoder);
    cad_step_result r = gradient(w, 1);
    assert_true(r.passes >= CAD_PLAN_LANES);
    float *want = copy_of(w, w->params.g);
    cad_plan_step step;
    cad_plan_get(w->plan, 0, 0, &step);
    double scale = 1.0 / cad_loader_divisor(&w->loader, step.row, step.n_rows), loss;
    for (int l = 0; l < CAD_PLAN_LANES; l++)
        ok(cad_mem_alloc(size * sizeof *want, "lane", &sum[l]));
    ok(ops->mem_alloc(size * sizeof *want, &lane));
    for (int64_t i = step.n_passes; i-- > 0;) { /* in another order than that of the step; a lane's own passes are one here */
        assert_int_equal(step.pass[i].n_lanes, 1);
        assert_true(step.pass[i].last_of_group);
        ok(ops->fill(&(cad_fill_args){.y = cad_tensor_1d(CAD_F32, lane, (int64_t)size)}, NULL));
        cad_decoder_set_grad(w->decoder, lane);
        ok(cad_loader_fill(&w->loader, step.pass[i].row, step.pass[i].n_rows, 0, w->stepper.batch));
        ok(cad_decoder_forward_backward(w->decoder, w->stepper.batch, (float)scale, 1, &loss));
        ok(ops->mem_get(sum[step.pass[i].lane0], lane, size * sizeof *want, NULL));
    }
    cad_decoder_set_grad(w->decoder, NULL);
    ops->mem_free(lane);
    for (int half = 1; half < CAD_PLAN_LANES; half *= 2)
        for (int l = 0; l < CAD_PLAN_LANES; l += 2 * half)
            for (size_t k = 0; k < size; k++)
                sum[l][k] += sum[l + half][k];
    assert_memory_equal(sum[0], want, size * sizeof *want);
    for (int l = 0; l < CAD_PLAN_LANES; l++)
        cad_mem_free(sum[l]);
    cad_mem_free(want);
    drop(w);
}

static void test_dup_rows_given_twice_give_the_same_loss_and_gradient(void **state)
{
    (void)state;
    for (int norm = 0; norm < 2; norm++) {
        world *x = make(&(world_opts){.pack = "twice.h5", .batch_rows = 48, .norm = (cad_loss_norm)norm});
        world *y = make(&(world_opts){.pack = "one.h5", .batch_rows = 24, .norm = (cad_loss_norm)norm});
        cad_step_result r = gradient(x, 1), q = gradient(y, 1);
        assert_int_equal(r.loss_tokens, 2 * q.loss_tokens);
        near(r.loss, q.loss, 1e-6 * q.loss);
        near(distance(x, y, 1.0), 0, 1e-6);
        drop(x);
        drop(y);
    }
}

static void test_weight_of_rows_scales_the_gradient_and_not_the_reported_loss(void **state)
{
    (void)state;
    compare(&(world_opts){.pack = "heavy.h5", .batch_rows = 24}, &(world_opts){.pack = "one.h5", .batch_rows = 24}, 3.0,
            of_rounding(2e-6));
}

/* One row: seven lanes are empty, and the step is that row's gradient. */
static void test_empty_lanes_without_rows_add_nothing(void **state)
{
    (void)state;
    world *w = make(&(world_opts){.pack = "one.h5", .batch_rows = 1, .micro_tokens = 100});
    world *many = make(&(world_opts){.pack = "one.h5", .batch_rows = 3, .micro_tokens = 80});
    const int64_t row = 0;
    double loss;
    size_t bytes = (size_t)w->params.size * sizeof(float);
    cad_step_result r = gradient(w, 1);
    float *of_step = copy_of(w, w->params.g);
    assert_int_equal(r.passes, 1);
    ok(cad_grad_tree_begin(&w->stepper.tree)); /* zeros */
    ok(cad_loader_fill(&w->loader, &row, 1, 0, w->stepper.batch));
    ok(cad_decoder_forward_backward(w->decoder, w->stepper.batch, (float)(1.0 / (double)r.loss_tokens), 1, &loss));
    float *want = copy_of(w, w->params.g);
    assert_memory_equal(want, of_step, bytes);
    cad_mem_free(of_step);
    near(r.loss, loss / (double)r.loss_tokens, 1e-12);
    r = gradient(many, 1); /* three lanes of eight, each its own pass */
    assert_int_equal(r.passes, 3);
    compare(&(world_opts){.pack = "one.h5", .batch_rows = 3, .micro_tokens = 80},
            &(world_opts){.pack = "one.h5", .batch_rows = 3}, 1.0, 2e-6);
    cad_mem_free(want);
    drop(w);
    drop(many);
}

static void test_clip_leaves_a_norm_of_one(void **state)
{
    (void)state;
    world *w = make(&(world_opts){.pack = "heavy.h5", .batch_rows = 24});
    cad_step_result r;
    ok(cad_stepper_step(&w->stepper, 1, 0, 0, &r));
    assert_true(r.grad_norm > 1.0);
    near(r.clip * r.grad_norm, 1.0, 1e-6);
    drop(w);
}

static void test_clip_above_the_norm_is_the_identity(void **state)
{
    (void)state;
    world *x = make(&(world_opts){.pack = "one.h5", .batch_rows = 8, .clip = 1e6});
    world *y = make(&(world_opts){.pack = "one.h5", .batch_rows = 8, .clip = -1});
    cad_step_result r, q;
    for (int64_t s = 1; s <= 3; s++) {
        ok(cad_stepper_step(&x->stepper, s, 0, s - 1, &r));
        ok(cad_stepper_step(&y->stepper, s, 0, s - 1, &q));
        assert_true(r.clip == 1.0 && q.clip == 1.0 && r.grad_norm == q.grad_norm);
    }
    same_weights(x, y);
    drop(x);
    drop(y);
}

/* Three times the loss and three times the limit: the same factor, and three times the clipped gradient. */
static void test_clip_and_the_scale_of_the_loss_commute(void **state)
{
    (void)state;
    world *x = make(&(world_opts){.pack = "heavy.h5", .batch_rows = 24, .clip = 1.5});
    world *y = make(&(world_opts){.pack = "one.h5", .batch_rows = 24, .clip = 0.5});
    cad_step_result r, q;
    ok(cad_stepper_step(&x->stepper, 1, 0, 0, &r));
    ok(cad_stepper_step(&y->stepper, 1, 0, 0, &q));
    assert_true(q.clip < 1.0);
    near(r.clip, q.clip, of_rounding(1e-6) * q.clip);
    near(distance(x, y, 3.0), 0, of_rounding(2e-6));
    drop(x);
    drop(y);
}

/* The factor acts on the gradient inside of the update: as if the gradient had been multiplied before. */
static void test_clip_acts_as_if_the_gradient_had_been_multiplied(void **state)
{
    (void)state;
    for (int eight_bit = 0; eight_bit < 2; eight_bit++) {
        const world_opts o = {.pack = "one.h5", .batch_rows = 8, .eight_bit = eight_bit};
        const double factor[] = {1.0, 0.25, 0.037};
        world *x = make(&o), *y = make(&o);
        for (int64_t s = 1; s <= 3; s++) {
            gradient(x, s);
            gradient(y, s);
            ok(cad_optimizer_step(x->optimizer, s, 1e-3, factor[s - 1]));
            float *g = copy_of(y, y->params.g);
            for (int64_t i = 0; i < y->params.size; i++)
                g[i] *= (float)factor[s - 1];
            ok(cad_decoder_ops(y->decoder)->mem_put(y->params.g, g, (size_t)y->params.size * sizeof *g, NULL));
            cad_mem_free(g);
            ok(cad_optimizer_step(y->optimizer, s, 1e-3, 1.0));
        }
        same_weights(x, y);
        drop(x);
        drop(y);
    }
}

static void test_alloc_steps_take_no_memory(void **state)
{
    (void)state;
    for (int lora = 0; lora < 2; lora++) {
        world *w = make(&(world_opts){.pack = "one.h5", .batch_rows = 8, .micro_tokens = 100, .lora = lora, .eight_bit = lora});
        cad_step_result r;
        ok(cad_stepper_step(&w->stepper, 1, 0, 0, &r));
        uint64_t calls = cad_mem_calls();
        for (int64_t s = 2; s <= 6; s++)
            ok(cad_stepper_step(&w->stepper, s, (s - 1) / 3, (s - 1) % 3, &r));
        assert_int_equal(cad_mem_calls(), calls);
        drop(w);
    }
}

INV_MAIN(setup, teardown, cmocka_unit_test(test_split_the_size_of_a_pass_changes_only_rounding),
         cmocka_unit_test(test_split_whole_lanes_regroup_without_a_bit),
         cmocka_unit_test(test_dup_rows_given_twice_give_the_same_loss_and_gradient),
         cmocka_unit_test(test_weight_of_rows_scales_the_gradient_and_not_the_reported_loss),
         cmocka_unit_test(test_empty_lanes_without_rows_add_nothing), cmocka_unit_test(test_clip_leaves_a_norm_of_one),
         cmocka_unit_test(test_clip_above_the_norm_is_the_identity),
         cmocka_unit_test(test_clip_and_the_scale_of_the_loss_commute),
         cmocka_unit_test(test_clip_acts_as_if_the_gradient_had_been_multiplied),
         cmocka_unit_test(test_alloc_steps_take_no_memory))
