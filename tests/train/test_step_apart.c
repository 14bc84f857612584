/* Training steps on a back end whose memory the host cannot touch and whose ops run later: the bits of the plain CPU, also when
 * they are saved on one and continued on the other. */
#include "tests/model/apart_ops.h"
#include "tests/train/step_fixture.h"
#include "train/checkpoint.h"
#include "train/eval_loss.h"

enum { STEPS = 3 };

static const cad_ops *cpu(void)
{
    const cad_ops *ops;
    ok(cad_ops_get("cpu", &ops));
    return ops;
}

/* All weights with f32 moments, an adapter with those in 8 bits; several passes a step. */
static world *make_one(bool lora, bool apart)
{
    return make(&(world_opts){.pack = "one.h5",
                              .batch_rows = 8,
                              .micro_tokens = 100,
                              .lora = lora,
                              .dropout = lora ? 0.1 : 0,
                              .eight_bit = lora,
                              .ops = apart ? apart_ops(cpu()) : NULL});
}

static void train(world *w, int64_t first, int64_t last, double *loss)
{
    for (int64_t s = first; s <= last; s++) {
        cad_step_result r;
        ok(cad_stepper_step(&w->stepper, s, 0, (s - 1) % 3, &r));
        assert_true(r.finite && r.passes > 1);
        loss[2 * s] = r.loss;
        loss[2 * s + 1] = r.grad_norm;
    }
}

static void same_files(const char *a, const char *b)
{
    char hash[2][CAD_HASH_HEX];
    ok(cad_fs_hash(train_path(dir, a), hash[0]));
    ok(cad_fs_hash(train_path(dir, b), hash[1]));
    assert_string_equal(hash[0], hash[1]);
}

static void save(world *w, const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "%s/optimizer.safetensors", name);
    ok(cad_fs_mkdirs(train_path(dir, name)));
    ok(cad_optimizer_save(w->optimizer, train_path(dir, path)));
    snprintf(path, sizeof path, "%s/master.safetensors", name);
    if (cad_decoder_options(w->decoder)->train == CAD_TRAIN_lora)
        ok(cad_decoder_save_adapter(w->decoder, train_path(dir, name)));
    else
        ok(cad_decoder_save_master(w->decoder, train_path(dir, path)));
}

static void load(world *w, const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "%s/optimizer.safetensors", name);
    ok(cad_optimizer_load(w->optimizer, train_path(dir, path)));
    snprintf(path, sizeof path, "%s/master.safetensors", name);
    if (cad_decoder_options(w->decoder)->train == CAD_TRAIN_lora)
        ok(cad_decoder_load_adapter(w->decoder, train_path(dir, name)));
    else
        ok(cad_decoder_load_master(w->decoder, train_path(dir, path)));
}

static void test_steps_saved_and_continued_have_the_bits_of_the_cpu(void **state)
{
    (void)state;
    for (int lora = 0; lora < 2; lora++) {
        const char *weights[2] = {lora ? "here/adapter_model.safetensors" : "here/master.safetensors",
                                  lora ? "there/adapter_model.safetensors" : "there/master.safetensors"};
        double here[2 * STEPS + 4] = {0}, there[2 * STEPS + 4] = {0};
        world *x = make_one(lora, false), *y = make_one(lora, true);
        train(x, 1, STEPS, here);
        train(y, 1, STEPS, there);
        save(x, "here");
        save(y, "there");
        same_files(weights[0], weights[1]);
        same_files("here/optimizer.safetensors", "there/optimizer.safetensors");
        drop(y);
        y = make_one(lora, true); /* a new start goes on from the file */
        load(y, "here");
        train(x, STEPS + 1, STEPS + 1, here);
        train(y, STEPS + 1, STEPS + 1, there);
        assert_memory_equal(here, there, sizeof here);
        save(x, "here");
        save(y, "there");
        same_files(weights[0], weights[1]);
        same_files("here/optimizer.safetensors", "there/optimizer.safetensors");
        drop(x);
        drop(y);
    }
    assert_int_equal(apart_blocks(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_steps_saved_and_continued_have_the_bits_of_the_cpu)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
