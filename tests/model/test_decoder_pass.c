/* One pass: training and evaluation agree, and what was not planned for is refused.  What a pass must not depend on:
 * inv_batch.c and inv_values.c. */
#include "tests/model/inv.h"

static void test_training_and_evaluation_see_the_same_loss_bits(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *d = inv_full();
    cad_batch *b = fix_batch(a, 0, 5);
    float nll[FIX_TOKENS];
    double sum, expected = 0;
    ok(cad_decoder_eval(d, b, nll, NULL));
    ok(cad_decoder_forward_backward(d, b, 1, 0, &sum));
    assert_memory_equal(nll, cad_decoder_last_nll(d), (size_t)b->n_loss * sizeof *nll);
    for (int64_t i = 0; i < b->n_loss; i++)
        expected += (double)nll[i];
    near(sum, expected, 0);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

static void test_a_batch_that_was_not_planned_for_is_refused(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 128);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_full, 0);
    o.max_tokens = 20;
    cad_decoder *d = fix_decoder(&c, &o);
    cad_batch *b = fix_batch(a, 0, 5);
    double sum;
    fails(cad_decoder_forward_backward(d, b, 1, 0, &sum), CAD_EINVAL, "planned for 20");
    cad_batch_clear(b);
    fix_add(b, 3, 1, 0);
    b->ids[2] = FIX_VOCAB;
    fails(cad_decoder_forward_backward(d, b, 1, 0, &sum), CAD_EINVAL, "token 50");
    cad_decoder_destroy(d);
    o.train = CAD_TRAIN_none;
    d = fix_decoder(&c, &o);
    b->ids[2] = 0;
    fails(cad_decoder_forward_backward(d, b, 1, 0, &sum), CAD_EINVAL, "without training");
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

/* Held as codes, a block of scales must not go on in the next row. */
static void test_codes_of_rows_that_are_no_whole_blocks_are_refused_by_name(void **state)
{
    (void)state;
    cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 4);
    cad_decoder *d;
    o.weights = CAD_WEIGHTS_nf4;
    o.nf4_base = CAD_NF4_scratch;
    cad_model_config c = fix_config(CAD_ARCH_qwen3, false, 96);
    c.width = 64;
    c.head_dim = 16;
    fails(cad_decoder_create(&c, fix_ops(), &o, &d), CAD_EREFUSED, "model.layers.0.mlp.down_proj.weight has rows of 96");
    c.ffn = 128;
    c.head_dim = 24;
    fails(cad_decoder_create(&c, fix_ops(), &o, &d), CAD_EREFUSED, "self_attn.o_proj.weight has rows of 96");
    o.nf4_base = CAD_NF4_resident;
    ok(cad_decoder_create(&c, fix_ops(), &o, &d));
    cad_decoder_destroy(d);
}

INV_MAIN(NULL, NULL, cmocka_unit_test(test_training_and_evaluation_see_the_same_loss_bits),
         cmocka_unit_test(test_a_batch_that_was_not_planned_for_is_refused),
         cmocka_unit_test(test_codes_of_rows_that_are_no_whole_blocks_are_refused_by_name))
