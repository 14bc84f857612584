/* A 2-layer model with its data, optimizer and stepper, for the tests of one training step. */
#ifndef CADLM_TESTS_TRAIN_STEP_FIXTURE_H
#define CADLM_TESTS_TRAIN_STEP_FIXTURE_H

#include "core/mem.h"
#include "tests/train/train_fixture.h"
#include "tests/train/train_tmp.h"
#include "tests/unit.h"
#include "train/train_step.h"

static char dir[4096];

typedef struct world {
    cad_arena *a, *device;
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
    double clip;        /* 0: 1.0; negative: off */
    const cad_ops *ops; /* NULL: the CPU's */
    bool bf16;          /* storage */
} world_opts;

static inline world *make(const world_opts *o)
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
    const cad_ops *ops = o->ops;
    cad_ops_set_matmul(CAD_MATMUL_own);
#ifdef WORLD_BACKEND
    if (!ops)
        ops = WORLD_BACKEND();
#endif
    if (!ops)
        ok(cad_ops_get("cpu", &ops));
    const cad_decoder_opts d = {.weights = CAD_WEIGHTS_fp32,
                                .train = o->lora ? CAD_TRAIN_lora : CAD_TRAIN_full,
                                .lora = {.rank = o->lora ? 4 : 0,
                                         .alpha = 8,
                                         .dropout = o->dropout,
                                         .targets = o->lora ? CAD_LORA_ALL : 0,
                                         .base_model = ""},
                                .seed = 5,
                                .bf16 = o->bf16,
                                .max_tokens = cad_plan_max_pass_tokens(w->plan)};
    ok(cad_decoder_create(&model, ops, &d, &w->decoder));
    ok(cad_decoder_init_random(w->decoder, CAD_INIT_fan_in, 7));
    if (o->lora)
        ok(cad_decoder_init_lora(w->decoder, CAD_LORA_kaiming, 7));
    w->params = cad_decoder_params(w->decoder);
    const cad_optimizer_opts opt = {.eight_bit = o->eight_bit,
                                    .beta1 = 0.9,
                                    .beta2 = 0.95,
                                    .eps = 1e-8,
                                    .weight_decay = 0.01,
                                    .clip = o->clip < 0   ? 0.0
                                            : o->clip > 0 ? o->clip
                                                          : 1.0};
    ok(cad_ops_arena(ops, "world", 64 << 20, &w->device));
    ok(cad_optimizer_create(&opt, &w->params, ops, w->a, w->device, &w->optimizer));
    w->stepper = (cad_stepper){.decoder = w->decoder,
                               .optimizer = w->optimizer,
                               .plan = w->plan,
                               .loader = &w->loader,
                               .schedule = {.shape = CAD_LR_constant, .peak = 2e-3, .total = 100},
                               .context_weight = o->context_weight,
                               .context_steps = o->context_steps};
    ok(cad_stepper_init(&w->stepper, w->a, w->device));
    return w;
}

static inline void drop(world *w)
{
    cad_decoder_destroy(w->decoder);
    cad_pack_close(w->pack);
    cad_arena_destroy(w->device);
    cad_arena_destroy(w->a);
}

/* Copies of the weights and of their gradient; released by cad_mem_free. */
static inline float *copy_of(const world *w, const float *x)
{
    const cad_ops *ops = cad_decoder_ops(w->decoder);
    size_t bytes = (size_t)w->params.size * sizeof(float);
    float *out;
    ok(cad_mem_alloc(bytes, "copy", &out));
    ok(ops->sync(NULL));
    ok(ops->mem_get(out, x, bytes, NULL));
    return out;
}

static inline void same_weights(const world *x, const world *y)
{
    float *a = copy_of(x, x->params.p), *b = copy_of(y, y->params.p);
    assert_int_equal(x->params.size, y->params.size);
    assert_memory_equal(a, b, (size_t)x->params.size * sizeof(float));
    cad_mem_free(a);
    cad_mem_free(b);
}

static inline cad_step_result gradient(world *w, int64_t step)
{
    cad_step_result r;
    ok(cad_stepper_gradient(&w->stepper, step, 0, 0, &r));
    assert_true(r.finite);
    return r;
}

/* |x - factor y| relative to |y|, over whole gradients. */
static inline double distance(const world *x, const world *y, double factor)
{
    double diff = 0.0, size = 0.0;
    float *gx = copy_of(x, x->params.g), *gy = copy_of(y, y->params.g);
    assert_int_equal(x->params.size, y->params.size);
    for (int64_t i = 0; i < x->params.size; i++) {
        double a = (double)gx[i], b = factor * (double)gy[i];
        diff += (a - b) * (a - b);
        size += b * b;
    }
    cad_mem_free(gx);
    cad_mem_free(gy);
    assert_true(size > 0.0);
    return sqrt(diff / size);
}

static inline int setup(void **state)
{
    (void)state;
    train_tmp("step", dir);
    ok(fixture_tokenizer(dir));
    ok(fixture_pack(dir, "one.h5", &(fixture_pack_opts){.rows = 24, .seed = 3}));
    ok(fixture_pack(dir, "twice.h5", &(fixture_pack_opts){.rows = 24, .seed = 3, .copies = 2}));
    ok(fixture_pack(dir, "heavy.h5", &(fixture_pack_opts){.rows = 24, .seed = 3, .weight = 3.0f}));
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    return cad_fs_remove_tree(dir) == CAD_OK ? 0 : -1;
}

static inline void compare(const world_opts *a, const world_opts *b, double factor, double tolerance)
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

#endif
