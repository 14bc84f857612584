/* The order of tensors in the flat buffers changes no tensor's update, in f32 and in 8 bits. */
#include "core/rng.h"
#include "kernels/ops.h"
#include "tests/inv_main.h"
#include "tests/model/test_backend.h"
#include "train/optimizer.h"

enum { TENSORS = 6, STEPS = 5, MOST = 20000 };

static const int64_t counts[TENSORS] = {300, 5000, 256, 9001, 4096, 1};

/* A flat buffer that holds the tensors in the given order, padded to 256 elements. */
typedef struct flat {
    cad_arena *arena, *device;
    const cad_ops *ops;
    cad_param item[TENSORS];
    cad_params params;
    int64_t at[TENSORS]; /* by number of the tensor */
    cad_optimizer *optimizer;
} flat;

static void values(float *out, int tensor, const char *what, uint64_t step)
{
    char name[32];
    snprintf(name, sizeof name, "%s %d", what, tensor);
    cad_rng r = cad_rng_make(4, name, step);
    for (int64_t i = 0; i < counts[tensor]; i++)
        out[i] = (float)cad_rng_normal(&r);
}

/* One of the flat buffers = values of its tensors, zeros between them. */
static void give(flat *f, float *to, const char *what, uint64_t step)
{
    static float x[MOST];
    memset(x, 0, sizeof x);
    for (int t = 0; t < TENSORS; t++)
        values(x + f->at[t], t, what, step);
    ok(f->ops->mem_put(to, x, sizeof x, NULL));
}

static void make(flat *f, const int order[TENSORS], bool eight_bit)
{
    static const char *const names[TENSORS] = {"t0", "t1", "t2", "t3", "t4", "t5"};
    int64_t end = 0;
    *f = (flat){.ops = test_backend()};
    ok(cad_arena_create("flat", 4 << 20, &f->arena));
    ok(cad_ops_arena(f->ops, "flat", 4 << 20, &f->device));
    for (int i = 0; i < TENSORS; i++) {
        int t = order[i];
        f->item[i] = (cad_param){.name = names[t], .offset = end, .count = counts[t], .dim = {counts[t], 1}, .decay = t % 2};
        f->at[t] = end;
        end += (counts[t] + 255) / 256 * 256;
        f->params.count += counts[t];
    }
    f->params.item = f->item;
    f->params.n = TENSORS;
    f->params.size = end;
    ok(cad_arena_alloc(f->device, MOST * sizeof(float), "values", &f->params.p));
    ok(cad_arena_alloc(f->device, MOST * sizeof(float), "gradients", &f->params.g));
    assert_true(end <= MOST);
    give(f, f->params.p, "value", 0);
    const cad_optimizer_opts o = {.eight_bit = eight_bit, .beta1 = 0.9, .beta2 = 0.95, .eps = 1e-8, .weight_decay = 0.1};
    ok(cad_optimizer_create(&o, &f->params, f->ops, f->arena, f->device, &f->optimizer));
}

static void train(flat *f)
{
    for (int64_t s = 1; s <= STEPS; s++) {
        give(f, f->params.g, "gradient", (uint64_t)s);
        ok(cad_optimizer_step(f->optimizer, s, 1e-2, 0.5));
    }
}

static void take(const flat *f, float out[MOST])
{
    ok(f->ops->sync(NULL));
    ok(f->ops->mem_get(out, f->params.p, MOST * sizeof(float), NULL));
}

static void drop(flat *f)
{
    cad_arena_destroy(f->device);
    cad_arena_destroy(f->arena);
}

static void test_flat_the_order_of_tensors_changes_no_bit(void **state)
{
    (void)state;
    static const int orders[][TENSORS] = {{0, 1, 2, 3, 4, 5}, {5, 4, 3, 2, 1, 0}, {3, 0, 5, 1, 4, 2}, {1, 3, 4, 0, 2, 5}};
    for (int eight_bit = 0; eight_bit < 2; eight_bit++) {
        flat first;
        static float a[MOST], b[MOST];
        make(&first, orders[0], eight_bit);
        train(&first);
        take(&first, a);
        for (size_t k = 1; k < sizeof orders / sizeof *orders; k++) {
            flat other;
            make(&other, orders[k], eight_bit);
            train(&other);
            take(&other, b);
            for (int t = 0; t < TENSORS; t++)
                assert_memory_equal(a + first.at[t], b + other.at[t], (size_t)counts[t] * sizeof(float));
            drop(&other);
        }
        drop(&first);
    }
}

INV_MAIN(NULL, NULL, cmocka_unit_test(test_flat_the_order_of_tensors_changes_no_bit))
