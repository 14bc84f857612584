/* The emulated GPU: when copies land, and in which order blocks and warps run, changes no bit of a pass, a gradient or an
 * answer. */
#include "kernels/emu/emu_control.h"
#include "kernels/ops.h"
#include "tests/inv_main.h"

static const cad_ops *emulator(void);
#define FIX_BACKEND emulator
#include "tests/model/generate_fixture.h"

enum { MODES = 3, SEEDS = 3, ROWS = 5 };

static const cad_ops *emulator(void)
{
    static const cad_ops *ops;
    if (!ops)
        ok(cad_ops_get("emu", &ops));
    return ops;
}

/* What a setting of the emulator must not change. */
typedef struct numbers {
    double loss;
    float nll[FIX_TOKENS], logits[FIX_TOKENS * FIX_VOCAB];
    float *gradient;
} numbers;

static numbers compute(cad_decoder *d, cad_batch *b)
{
    uint32_t row[FIX_TOKENS];
    numbers r = {.loss = 0};
    for (int64_t i = 0; i < b->n; i++)
        row[i] = (uint32_t)i;
    fix_zero(d);
    ok(cad_decoder_forward_backward(d, b, 0.5f, 9, &r.loss));
    memcpy(r.nll, cad_decoder_last_nll(d), (size_t)b->n_loss * sizeof r.nll[0]);
    ok(cad_decoder_logits(d, b, row, b->n, r.logits));
    r.gradient = fix_values(d, true);
    return r;
}

static void same_in_every_setting(cad_decoder *d)
{
    cad_arena *a = fix_arena();
    cad_batch *b = fix_batch(a, 0, ROWS);
    size_t bytes = (size_t)cad_decoder_params(d).size * sizeof(float);
    uint64_t before = cad_emu_threads_run();
    cad_emu_set(CAD_EMU_DEFERRED, 0);
    numbers first = compute(d, b);
    assert_true(cad_emu_threads_run() > before + 1000);
    for (int mode = 0; mode < MODES; mode++)
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            cad_emu_set((cad_emu_mode)mode, seed);
            numbers r = compute(d, b);
            assert_memory_equal(&r.loss, &first.loss, sizeof r.loss);
            assert_memory_equal(r.nll, first.nll, sizeof r.nll);
            assert_memory_equal(r.logits, first.logits, sizeof r.logits);
            assert_memory_equal(r.gradient, first.gradient, bytes);
            free(r.gradient);
        }
    free(first.gradient);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

static cad_decoder *decoder_of(cad_decoder_opts o)
{
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 256);
    cad_decoder *d = fix_decoder(&c, &o);
    fix_noise(d, 0.05, 4);
    return d;
}

static void test_modes_full_training(void **state)
{
    (void)state;
    same_in_every_setting(decoder_of(fix_opts(CAD_TRAIN_full, 0)));
}

static void test_modes_an_adapter_with_dropout(void **state)
{
    (void)state;
    cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 4);
    o.lora.dropout = 0.3;
    same_in_every_setting(decoder_of(o));
}

static void test_modes_answers_that_are_drawn(void **state)
{
    (void)state;
    cad_gen_request req[REQUESTS];
    uint32_t ids[REQUESTS][16];
    answers first, other;
    cad_decoder *d = small(3, FIX_TOKENS);
    make_requests(req, ids);
    for (int i = 0; i <= MODES; i++) {
        cad_emu_set((cad_emu_mode)(i % MODES), 40 + (uint64_t)i);
        answer(d, req, REQUESTS, 0.8, i ? &other : &first);
        if (i)
            assert_memory_equal(&first, &other, sizeof first);
    }
    cad_decoder_destroy(d);
}

INV_MAIN(NULL, NULL, cmocka_unit_test(test_modes_full_training), cmocka_unit_test(test_modes_an_adapter_with_dropout),
         cmocka_unit_test(test_modes_answers_that_are_drawn))
