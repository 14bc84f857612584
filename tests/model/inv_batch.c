/* What a pass over a batch must not depend on: the packing, other segments, later tokens, the cut into micro-batches; and what
 * row weights and absent targets mean. */
#include "tests/model/inv.h"

static void test_pack_a_segment_alone_shifted_or_permuted_has_the_same_bits(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *d = inv_full();
    cad_batch *packed = fix_batch(a, 0, 5), *turned;
    float in_pack[FIX_TOKENS], other[FIX_TOKENS];
    ok(cad_decoder_eval(d, packed, in_pack, NULL));
    ok(cad_batch_create(a, FIX_TOKENS, FIX_TOKENS, &turned));
    for (int i = 4; i >= 0; i--)
        fix_add(turned, (uint64_t)i, 1, 0);
    ok(cad_decoder_eval(d, turned, other, NULL));
    float *z = inv_logits(d, packed), *turned_z = inv_logits(d, turned);
    int64_t at = 0, back = packed->n_loss;
    for (int i = 0; i < 5; i++) {
        float nll[FIX_TOKENS];
        cad_batch *alone = fix_batch(a, (uint64_t)i, 1);
        ok(cad_decoder_eval(d, alone, nll, NULL));
        back -= alone->n_loss;
        assert_memory_equal(nll, in_pack + at, (size_t)alone->n_loss * sizeof *nll);
        assert_memory_equal(nll, other + back, (size_t)alone->n_loss * sizeof *nll);
        at += alone->n_loss;
        float *own = inv_logits(d, alone);
        size_t bytes = (size_t)(alone->n * FIX_VOCAB) * sizeof *own;
        assert_memory_equal(own, z + packed->seg[i] * FIX_VOCAB, bytes);
        assert_memory_equal(own, turned_z + turned->seg[4 - i] * FIX_VOCAB, bytes);
        free(own);
    }
    free(z);
    free(turned_z);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

/* Drops the targets of segment 0. */
static void keep_later_segments(cad_batch *b)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < b->n_loss; i++)
        if ((int64_t)b->loss_row[i] >= b->seg[1]) {
            b->loss_row[kept] = b->loss_row[i];
            b->target[kept] = b->target[i];
            b->weight[kept++] = b->weight[i];
        }
    assert_true(kept > 0 && kept < b->n_loss);
    b->n_loss = kept;
}

static void test_leak_the_tokens_of_one_segment_change_no_bit_of_the_others(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *d = inv_full();
    cad_batch *b = fix_batch(a, 0, 3);
    int64_t first = b->seg[1], size = cad_decoder_params(d).size;
    float before[FIX_TOKENS], after[FIX_TOKENS];
    keep_later_segments(b);
    float *z = inv_logits(d, b), *g = inv_gradient(d, &b, 1, 1);
    ok(cad_decoder_eval(d, b, before, NULL));
    for (int64_t t = 0; t < first; t++) {
        b->ids[t] = (b->ids[t] + 1) % FIX_VOCAB;
        float *z2 = inv_logits(d, b), *g2 = inv_gradient(d, &b, 1, 1);
        ok(cad_decoder_eval(d, b, after, NULL));
        assert_memory_equal(z + first * FIX_VOCAB, z2 + first * FIX_VOCAB, (size_t)((b->n - first) * FIX_VOCAB) * sizeof *z);
        assert_true(memcmp(z, z2, (size_t)(first * FIX_VOCAB) * sizeof *z) != 0);
        assert_memory_equal(before, after, (size_t)b->n_loss * sizeof *before);
        for (int64_t i = 0; i < size; i++)
            assert_true(g[i] == g2[i]); /* the other segments' gradients reach every weight; 0 and -0 are one number */
        free(z2);
        free(g2);
    }
    free(z);
    free(g);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

static void test_leak_an_id_of_another_segment_alone_gets_a_gradient_of_zero(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *d = inv_full();
    cad_batch *b = fix_batch(a, 0, 3);
    keep_later_segments(b);
    float *g = inv_gradient(d, &b, 1, 1);
    cad_params p = cad_decoder_params(d);
    int zeros = 0;
    assert_string_equal(p.item[0].name, "model.embed_tokens.weight");
    for (int64_t i = 0; i < b->seg[1]; i++) {
        bool elsewhere = false;
        for (int64_t k = b->seg[1]; k < b->n; k++)
            elsewhere |= b->ids[k] == b->ids[i];
        double sum = 0;
        for (int64_t k = 0; k < 32; k++)
            sum += fabs((double)g[p.item[0].offset + b->ids[i] * 32 + k]);
        assert_true(elsewhere ? sum > 0 : sum == 0);
        zeros += !elsewhere;
    }
    assert_true(zeros > 0);
    free(g);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

static void test_causal_later_tokens_do_not_change_earlier_logits(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *d = inv_full();
    cad_batch *b = fix_batch(a, 3, 1);
    float *x = inv_logits(d, b);
    for (int64_t t = b->n - 1; t > 0; t--) {
        b->ids[t] = (b->ids[t] + 7) % FIX_VOCAB;
        float *y = inv_logits(d, b);
        assert_memory_equal(x, y, (size_t)(t * FIX_VOCAB) * sizeof *x);
        assert_true(memcmp(x + t * FIX_VOCAB, y + t * FIX_VOCAB, FIX_VOCAB * sizeof *x) != 0);
        free(y);
    }
    free(x);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

static void test_split_four_rows_in_one_two_or_four_passes_have_the_same_gradient(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *d = inv_full();
    cad_batch *whole = fix_batch(a, 0, 4);
    cad_batch *halves[2] = {fix_batch(a, 0, 2), fix_batch(a, 2, 2)};
    cad_batch *quarters[4] = {fix_batch(a, 0, 1), fix_batch(a, 1, 1), fix_batch(a, 2, 1), fix_batch(a, 3, 1)};
    float scale = 1.0f / (float)whole->n_answer;
    int64_t n = cad_decoder_params(d).size;
    float *one = inv_gradient(d, &whole, 1, scale), *two = inv_gradient(d, halves, 2, scale);
    float *four = inv_gradient(d, quarters, 4, scale), *again = inv_gradient(d, quarters, 4, scale);
    inv_near(two, one, n, 2e-6);
    inv_near(four, one, n, 2e-6);
    assert_memory_equal(four, again, (size_t)n * sizeof *four);
    free(one);
    free(two);
    free(four);
    free(again);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

static void test_weight_zero_is_absence_and_two_is_twice(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *d = inv_full();
    int64_t n = cad_decoder_params(d).size;
    cad_batch *one = fix_batch(a, 0, 1), *twice, *weighted, *with_zero;
    double two_sum, weighted_sum;
    ok(cad_batch_create(a, FIX_TOKENS, FIX_TOKENS, &twice));
    fix_add(twice, 0, 1, 0);
    fix_add(twice, 0, 1, 0);
    ok(cad_batch_create(a, FIX_TOKENS, FIX_TOKENS, &weighted));
    fix_add(weighted, 0, 2, 0);
    ok(cad_batch_create(a, FIX_TOKENS, FIX_TOKENS, &with_zero));
    fix_add(with_zero, 0, 1, 0);
    fix_add(with_zero, 1, 0, 0);
    float *g1 = inv_gradient(d, &one, 1, 1), *g2 = inv_gradient(d, &twice, 1, 1);
    float *g3 = inv_gradient(d, &weighted, 1, 1), *g4 = inv_gradient(d, &with_zero, 1, 1);
    inv_near(g3, g2, n, 2e-6);
    inv_near(g4, g1, n, 2e-6);
    ok(cad_decoder_forward_backward(d, twice, 1, 0, &two_sum));
    ok(cad_decoder_forward_backward(d, weighted, 1, 0, &weighted_sum));
    near(weighted_sum, two_sum, 2e-6 * two_sum);
    free(g1);
    free(g2);
    free(g3);
    free(g4);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

static void test_empty_a_batch_without_targets_gives_exact_zeros(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *d = inv_full();
    cad_batch *b = fix_batch(a, 0, 2), *none;
    ok(cad_batch_create(a, FIX_TOKENS, FIX_TOKENS, &none));
    b->n_loss = 0;
    cad_params p = cad_decoder_params(d);
    double sum = 1;
    ok(cad_decoder_forward_backward(d, b, 1, 0, &sum));
    near(sum, 0, 0);
    sum = 1;
    ok(cad_decoder_forward_backward(d, none, 1, 0, &sum));
    near(sum, 0, 0);
    ok(cad_decoder_eval(d, none, NULL, NULL));
    float *g = fix_values(d, true);
    for (int64_t i = 0; i < p.size; i++)
        assert_true(g[i] == 0);
    free(g);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

INV_MAIN(NULL, NULL, cmocka_unit_test(test_pack_a_segment_alone_shifted_or_permuted_has_the_same_bits),
         cmocka_unit_test(test_leak_the_tokens_of_one_segment_change_no_bit_of_the_others),
         cmocka_unit_test(test_leak_an_id_of_another_segment_alone_gets_a_gradient_of_zero),
         cmocka_unit_test(test_causal_later_tokens_do_not_change_earlier_logits),
         cmocka_unit_test(test_split_four_rows_in_one_two_or_four_passes_have_the_same_gradient),
         cmocka_unit_test(test_weight_zero_is_absence_and_two_is_twice),
         cmocka_unit_test(test_empty_a_batch_without_targets_gives_exact_zeros))
