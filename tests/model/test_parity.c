/* Every decoder three times: on the CPU in f32 (the reference), on the CPU in bf16 (the naive form), and on the emulated GPU.
 * Values are bf16 numbers in all of them, so that they differ by rounding alone; the GPU may be off by twice what the naive
 * form is off (numerics-tests.md 2). */
#include "core/mem.h"
#include "tests/model/decoder_fixture.h"
#include "tests/worst.h"

enum { WIDE, HALF, GPU, SIDES };

static const cad_ops *ops_of(int side)
{
    const cad_ops *ops = fix_ops();
    if (side == GPU)
        ok(cad_ops_get("emu", &ops));
    return ops;
}

typedef struct side {
    const cad_ops *ops;
    cad_decoder *d;
    float *p, *g; /* host copies (size) */
    double sum;
    float nll[FIX_TOKENS];
} side;

static float *floats(int64_t n)
{
    float *x;
    ok(cad_mem_alloc((size_t)n * sizeof *x, "test", &x));
    return x;
}

/* p of every side becomes that of the first, with noise on everything, rounded to bf16. */
static void share_values(side *s)
{
    cad_params wide = cad_decoder_params(s[WIDE].d);
    size_t bytes = (size_t)wide.size * sizeof(float);
    ok(s[WIDE].ops->mem_get(s[WIDE].p, wide.p, bytes, NULL));
    for (int64_t i = 0; i < wide.n; i++) {
        cad_rng r = cad_rng_make(31, wide.item[i].name, 1);
        for (int64_t k = wide.item[i].offset; k < wide.item[i].offset + wide.item[i].count; k++)
            s[WIDE].p[k] = cad_bf16_to_f32(cad_f32_to_bf16(s[WIDE].p[k] + (float)(0.05 * cad_rng_normal(&r))));
    }
    for (int i = 0; i < SIDES; i++) {
        ok(s[i].ops->mem_put(cad_decoder_params(s[i].d).p, s[WIDE].p, bytes, NULL));
        ok(cad_decoder_refresh(s[i].d));
    }
}

static void open_sides(side *s, const cad_model_config *c, cad_decoder_opts o)
{
    for (int i = 0; i < SIDES; i++) {
        s[i] = (side){.ops = ops_of(i)};
        o.bf16 = i != WIDE;
        ok(cad_decoder_create(c, s[i].ops, &o, &s[i].d));
        ok(cad_decoder_init_random(s[i].d, CAD_INIT_fan_in, 5));
        if (o.train == CAD_TRAIN_lora)
            ok(cad_decoder_init_lora(s[i].d, CAD_LORA_kaiming, 6));
        s[i].p = floats(cad_decoder_params(s[i].d).size);
        s[i].g = floats(cad_decoder_params(s[i].d).size);
    }
    share_values(s);
}

static void close_sides(side *s)
{
    for (int i = 0; i < SIDES; i++) {
        cad_decoder_destroy(s[i].d);
        cad_mem_free(s[i].p);
        cad_mem_free(s[i].g);
    }
}

static double ulp_of(double x)
{
    return x > 0 ? ldexp(1, ilogb(x) - 23) : 0;
}

/* max |x - r| of the GPU at most twice that of the naive form and 8 ulp. */
static void judge(const char *what, const float *r, const float *naive, const float *got, int64_t n)
{
    double en = 0, ea = 0, top = 0;
    for (int64_t i = 0; i < n; i++) {
        ea = worse_of(fabs((double)got[i] - (double)r[i]), ea);
        en = fmax(en, fabs((double)naive[i] - (double)r[i]));
        top = fmax(top, fabs((double)r[i]));
    }
    if (!(ea <= 2 * en + 8 * ulp_of(top)))
        fail_msg("%s: error %.3g, naive %.3g, largest %.3g", what, ea, en, top);
}

/* Loss, nll and the gradient of every tensor. */
static void compare(const cad_model_config *c, const cad_decoder_opts *o)
{
    cad_arena *a = fix_arena();
    cad_batch *b;
    side s[SIDES];
    open_sides(s, c, *o);
    ok(cad_batch_create(a, FIX_TOKENS, FIX_TOKENS, &b));
    for (uint64_t r = 0; r < 5; r++)
        fix_add(b, r, 1.0f + 0.5f * (float)(r % 2), r % 2 ? 0.2f : 0.0f);
    for (int i = 0; i < SIDES; i++) {
        cad_params p = cad_decoder_params(s[i].d);
        ok(cad_decoder_forward_backward(s[i].d, b, 1.0f / (float)b->n_answer, 3, &s[i].sum));
        memcpy(s[i].nll, cad_decoder_last_nll(s[i].d), (size_t)b->n_loss * sizeof(float));
        ok(s[i].ops->mem_get(s[i].g, p.g, (size_t)p.size * sizeof(float), NULL));
    }
    assert_true(s[HALF].sum != s[WIDE].sum && s[GPU].sum != s[WIDE].sum);
    judge("nll", s[WIDE].nll, s[HALF].nll, s[GPU].nll, b->n_loss);
    near(s[GPU].sum / s[WIDE].sum, 1, 5e-3);
    cad_params p = cad_decoder_params(s[WIDE].d);
    for (int64_t i = 0; i < p.n; i++) {
        int64_t at = p.item[i].offset;
        judge(p.item[i].name, s[WIDE].g + at, s[HALF].g + at, s[GPU].g + at, p.item[i].count);
    }
    close_sides(s);
    cad_arena_destroy(a);
}

static cad_model_config config(cad_arch arch, bool tie)
{
    cad_model_config c = fix_config(arch, tie, 256);
    c.width = 64;
    c.head_dim = 16;
    return c;
}

static void test_loss_and_gradients_of_all_weights(void **state)
{
    (void)state;
    cad_model_config c = config(CAD_ARCH_qwen2, false);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_full, 0);
    compare(&c, &o);
}

static void test_loss_and_gradients_of_a_tied_llama(void **state)
{
    (void)state;
    cad_model_config c = config(CAD_ARCH_llama, true);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_full, 0);
    compare(&c, &o);
}

static void test_loss_and_gradients_of_a_tied_qwen3(void **state)
{
    (void)state;
    cad_model_config c = config(CAD_ARCH_qwen3, true);
    c.head_dim = 24; /* heads that do not make up the width, nor fill lanes of a power of two */
    cad_decoder_opts o = fix_opts(CAD_TRAIN_full, 0);
    compare(&c, &o);
}

static void test_loss_and_gradients_of_lora_with_dropout(void **state)
{
    (void)state;
    cad_model_config c = config(CAD_ARCH_qwen2, false);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 8);
    o.weights = CAD_WEIGHTS_bf16;
    o.lora.dropout = 0.2;
    compare(&c, &o);
}

static void test_loss_and_gradients_of_qlora_from_codes(void **state)
{
    (void)state;
    cad_model_config c = config(CAD_ARCH_llama, false);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 4);
    o.weights = CAD_WEIGHTS_nf4;
    o.double_quant = true;
    o.nf4_base = CAD_NF4_scratch;
    compare(&c, &o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loss_and_gradients_of_all_weights),
        cmocka_unit_test(test_loss_and_gradients_of_a_tied_llama),
        cmocka_unit_test(test_loss_and_gradients_of_a_tied_qwen3),
        cmocka_unit_test(test_loss_and_gradients_of_lora_with_dropout),
        cmocka_unit_test(test_loss_and_gradients_of_qlora_from_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
