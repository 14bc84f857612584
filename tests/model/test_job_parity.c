/* What job_gpu --parity asks of a GPU (bench/gpu/job_parity.h): the decoder that is right passes, each that is wrong in one
 * thing does not. */
#include "bench/gpu/job_parity.h"
#include "kernels/backend.h"
#include "tests/model/decoder_fixture.h"

static cad_ops ops; /* those of the emulated GPU, but for what is planted */
static const cad_ops *as_is;

static gb_parity parity(const cad_model_config *right, const cad_model_config *made, cad_weights weights)
{
    gb_parity p;
    cad_decoder *d;
    cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 4);
    o.weights = weights;
    o.max_tokens = 128;
    ok(cad_decoder_create(made, &ops, &o, &d));
    ok(gb_parity_of(right, d, &p));
    cad_decoder_destroy(d);
    print_message("%lld tokens, spread %.2f: error %.3g, allowed %.3g\n", (long long)p.tokens, p.spread, p.error, p.allowed);
    assert_true(p.spread > 2 && p.spread < 5);
    assert_true(p.good == (p.error <= p.allowed));
    return p;
}

static cad_model_config config(cad_arch arch, bool tie)
{
    cad_model_config c = fix_config(arch, tie, 256);
    c.layers = 3;
    c.width = 64;
    c.head_dim = 16;
    c.vocab = 300;
    return c;
}

static int real_ops(void **state)
{
    (void)state;
    ok(cad_threads_init(0));
    ok(cad_ops_get("emu", &as_is));
    ops = *as_is;
    return 0;
}

static void test_the_right_decoder_passes(void **state)
{
    (void)state;
    for (int arch = CAD_ARCH_qwen2; arch <= CAD_ARCH_qwen3; arch++)
        for (int tie = 0; tie < 2; tie++) {
            cad_model_config c = config((cad_arch)arch, tie);
            gb_parity p = parity(&c, &c, tie ? CAD_WEIGHTS_nf4 : CAD_WEIGHTS_bf16);
            assert_true(p.good && p.error > 0 && p.tokens == 126);
        }
}

static void test_another_angle_of_positions_fails(void **state)
{
    (void)state;
    cad_model_config c = config(CAD_ARCH_qwen2, true), wrong = c;
    wrong.theta = 2 * c.theta;
    assert_false(parity(&c, &wrong, CAD_WEIGHTS_bf16).good);
}

static cad_status rope_backwards(const cad_rope_args *a, void *stream)
{
    return as_is->rope_bwd(a, stream);
}

static void test_positions_that_turn_the_other_way_fail(void **state)
{
    (void)state;
    cad_model_config c = config(CAD_ARCH_qwen2, true);
    ops.rope_fwd = rope_backwards;
    assert_false(parity(&c, &c, CAD_WEIGHTS_bf16).good);
}

static cad_status attend_to_all(const cad_attn_fwd_args *a, void *stream)
{
    cad_attn_fwd_args b = *a;
    b.causal = 0;
    return as_is->attn_fwd(&b, stream);
}

static void test_attention_to_what_comes_later_fails(void **state)
{
    (void)state;
    cad_model_config c = config(CAD_ARCH_llama, false);
    ops.attn_fwd = attend_to_all;
    assert_false(parity(&c, &c, CAD_WEIGHTS_bf16).good);
}

static cad_status other_halves(const cad_swiglu_fwd_args *a, void *stream)
{
    cad_swiglu_fwd_args b = *a;
    b.group = a->h.dim[1];
    return as_is->swiglu_fwd(&b, stream);
}

static void test_gates_taken_from_other_columns_fail(void **state)
{
    (void)state;
    cad_model_config c = config(CAD_ARCH_qwen2, false);
    ops.swiglu_fwd = other_halves;
    assert_false(parity(&c, &c, CAD_WEIGHTS_bf16).good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_the_right_decoder_passes, real_ops),
        cmocka_unit_test_setup(test_another_angle_of_positions_fails, real_ops),
        cmocka_unit_test_setup(test_positions_that_turn_the_other_way_fail, real_ops),
        cmocka_unit_test_setup(test_attention_to_what_comes_later_fails, real_ops),
        cmocka_unit_test_setup(test_gates_taken_from_other_columns_fail, real_ops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
