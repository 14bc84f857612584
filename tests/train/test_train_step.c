#include "tests/unit.h"

#include "core/mem.h"
#include "tests/train/train_fixture.h"
#include "tests/train/train_tmp.h"
#include "train/train_step.h"

static char dir[4096];

/* A 2-layer model with its data, optimizer and stepper. */
typedef struct world {
    cad_arena *a;
    cad_pack *pack;
    cad_loader loader;
    cad_plan *plan;
    cad_decoder *decoder;
    cad_params params;
    cad_optimizer *optimizer;
    cad_stepper stepper;
} world;

typedef struct world_opts {
    const char *pack;
    int64_t batch_rows, micro_tokens;
    cad_plan_packing packing;
    cad_loss_norm norm;
    double context_weight, dropout;
    int64_t context_steps;
    bool lora, eight_bit;
} world_opts;

static world *make(const world_opts *o)
{
    static world pool[8];
    static int turn;
    world *w = &pool[turn++ % 8];
    *w = (world){0};
    ok(cad_arena_create("world", 256 << 20, &w->a));
    ok(cad_pack_open(train_path(dir, o->pack), NULL, &w->pack));
    ok(cad_loader_init(w->pack, 0, o->norm, w->a, &w->loader));
    const cad_plan_opts plan = {.n_rows = w->loader.n_rows,
                                .row_tokens = w->loader.row_tokens,
                                .order = CAD_PLAN_ORDER_file,
                                .packing = o->packing,
                                .batch_rows = o->batch_rows,
                                .micro_tokens = o->micro_tokens};
    ok(cad_plan_create(&plan, w->a, &w->plan));
    const cad_model_config model = {.arch = CAD_ARCH_qwen2,
                                    .layers = 2,
                                    .width = 64,
                                    .heads = 2,
                                    .kv_heads = 1,
                                    .head_dim = 32,
                                    .ffn = 96,
                                    .vocab = w->pack->info.vocab_rows,
                                    .max_pos = 512,
                                    .theta = 1e4,
                                    .eps = 1e-6,
                                    .qkv_bias = true,
                                    .dtype = CAD_F32,
                                    .bos = -1,
                                    .pad = -1,
                                    .eos = {w->pack->info.eos_id},
                                    .n_eos = 1};
    const cad_ops *ops;
    cad_ops_set_matmul(CAD_MATMUL_own);
    ok(cad_ops_get("cpu", &ops));
    const cad_decoder_opts d = {.weights = CAD_WEIGHTS_fp32,
                                .train = o->lora ? CAD_TRAIN_lora : CAD_TRAIN_full,
                                .lora = {.rank = o->lora ? 4 : 0,
                                         .alpha = 8,
                                         .dropout = o->dropout,
                                         .targets = o->lora ? CAD_LORA_ALL : 0,
                                         .base_model = ""},
                                .seed = 5,
                                .max_tokens = cad_plan_max_pass_tokens(w->plan)};
    ok(cad_decoder_create(&model, ops, &d, &w->decoder));
    ok(cad_decoder_init_random(w->decoder, CAD_INIT_fan_in, 7));
    if (o->lora)
        ok(cad_decoder_init_lora(w->decoder, CAD_LORA_kaiming, 7));
    w->params = cad_decoder_params(w->decoder);
    const cad_optimizer_opts opt = {
        .eight_bit = o->eight_bit, .beta1 = 0.9, .beta2 = 0.95, .eps = 1e-8, .weight_decay = 0.01, .clip = 1.0};
    ok(cad_optimizer_create(&opt, &w->params, ops, w->a, &w->optimizer));
    w->stepper = (cad_stepper){.decoder = w->decoder,
                               .optimizer = w->optimizer,
                               .plan = w->plan,
                               .loader = &w->loader,
                               .schedule = {.shape = CAD_LR_constant, .peak = 2e-3, .total = 100},
                               .context_weight = o->context_weight,
                               .context_steps = o->context_steps};
    ok(cad_stepper_init(&w->stepper, w->a));
    return w;
}

static void drop(world *w)
{
    cad_decoder_destroy(w->decoder);
    cad_pack_close(w->pack);
    cad_arena_destroy(w->a);
}

static cad_step_result gradient(world *w, int64_t step)
{
    cad_step_result r;
    ok(cad_stepper_gradient(&w->stepper, step, 0, 0, &r));
    assert_true(r.finite);
    return r;
}

/* |x - factor y| relative to |y|, over whole gradients. */
static double distance(const world *x, const world *y, double factor)
{
    double diff = 0.0, size = 0.0;
    assert_int_equal(x->params.size, y->params.size);
    for (int64_t i = 0; i < x->params.size; i++) {
        double a = (double)x->params.g[i], b = factor * (double)y->params.g[i];
        diff += (a - b) * (a - b);
        size += b * b;
    }
    assert_true(size > 0.0);
    return sqrt(diff / size);
}

static int setup(void **state)
{
    (void)state;
    train_tmp("step", dir);
    ok(fixture_tokenizer(dir));
    ok(fixture_pack(dir, "one.h5", &(fixture_pack_opts){.rows = 24, .seed = 3}));
    ok(fixture_pack(dir, "twice.h5", &(fixture_pack_opts){.rows = 24, .seed = 3, .copies = 2}));
    ok(fixture_pack(dir, "heavy.h5", &(fixture_pack_opts){.rows = 24, .seed = 3, .weight = 3.0f}));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return cad_fs_remove_tree(dir) == CAD_OK ? 0 : -1;
}

static void compare(const world_opts *a, const world_opts *b, double factor, double tolerance)
{
    world *x = make(a), *y = make(b);
    cad_step_result r = gradient(x, 1), q = gradient(y, 1);
    near(r.loss, q.loss, 1e-5 * fabs(q.loss));
    double d = distance(x, y, factor);
    if (!(d <= tolerance))
        fail_msg("gradients differ by %g (relative), tolerance %g", d, tolerance);
    drop(x);
    drop(y);
}

static void test_the_size_of_a_pass_changes_only_rounding(void **state)
{
    (void)state;
    const world_opts whole = {.pack = "one.h5", .batch_rows = 24};
    const int64_t budget[] = {600, 300, 130, 80};
    for (int i = 0; i < 4; i++)
        compare(&(world_opts){.pack = "one.h5", .batch_rows = 24, .micro_tokens = budget[i]}, &whole, 1.0, 1e-5);
    compare(&(world_opts){.pack = "one.h5", .batch_rows = 24, .packing = CAD_PLAN_PACK_off}, &whole, 1.0, 1e-5);
    const world_opts lora = {.pack = "one.h5", .batch_rows = 24, .lora = true, .dropout = 0.3};
    compare(&(world_opts){.pack = "one.h5", .batch_rows = 24, .lora = true, .dropout = 0.3, .micro_tokens = 130}, &lora, 1.0,
            1e-5);
}

static void test_rows_given_twice_give_the_same_gradient(void **state)
{
    (void)state;
    for (int norm = 0; norm < 2; norm++)
        compare(&(world_opts){.pack = "twice.h5", .batch_rows = 48, .norm = (cad_loss_norm)norm},
                &(world_opts){.pack = "one.h5", .batch_rows = 24, .norm = (cad_loss_norm)norm}, 1.0, 1e-5);
}

static void test_the_weight_of_rows_scales_the_gradient(void **state)
{
    (void)state;
    compare(&(world_opts){.pack = "heavy.h5", .batch_rows = 24}, &(world_opts){.pack = "one.h5", .batch_rows = 24}, 3.0, 1e-5);
}

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

static void test_steps_allocate_nothing(void **state)
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

static void test_clipping_leaves_a_norm_of_one(void **state)
{
    (void)state;
    world *w = make(&(world_opts){.pack = "heavy.h5", .batch_rows = 24});
    cad_step_result r;
    ok(cad_stepper_step(&w->stepper, 1, 0, 0, &r));
    assert_true(r.grad_norm > 1.0);
    near(r.clip * r.grad_norm, 1.0, 1e-6);
    drop(w);
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
        cmocka_unit_test(test_the_size_of_a_pass_changes_only_rounding),
        cmocka_unit_test(test_rows_given_twice_give_the_same_gradient),
        cmocka_unit_test(test_the_weight_of_rows_scales_the_gradient),
        cmocka_unit_test(test_the_two_ways_of_dividing_differ),
        cmocka_unit_test(test_context_tokens_carry_loss_in_the_first_steps_only),
        cmocka_unit_test(test_steps_allocate_nothing),
        cmocka_unit_test(test_one_batch_is_learnt_by_heart),
        cmocka_unit_test(test_clipping_leaves_a_norm_of_one),
        cmocka_unit_test(test_a_weight_that_is_not_finite_updates_nothing_and_names_a_row),
        cmocka_unit_test(test_moments_survive_a_file_bit_for_bit),
        cmocka_unit_test(test_moments_of_another_model_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
