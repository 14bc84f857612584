/* What must not change anything: packing, neighbours, later tokens, splitting, an adapter with B = 0, threads, row weights. */
#include "tests/model/decoder_fixture.h"

static cad_decoder *full(void)
{
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 128);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_full, 0);
    cad_decoder *d = fix_decoder(&c, &o);
    fix_noise(d, 0.05, 3);
    return d;
}

static float *gradient(cad_decoder *d, cad_batch *const *b, int n, float scale)
{
    cad_params p = cad_decoder_params(d);
    memset(p.g, 0, (size_t)p.size * sizeof *p.g);
    for (int i = 0; i < n; i++) {
        double sum;
        ok(cad_decoder_forward_backward(d, b[i], scale, 0, &sum));
    }
    float *g = malloc((size_t)p.size * sizeof *g);
    memcpy(g, p.g, (size_t)p.size * sizeof *g);
    return g;
}

static void nearly_equal(const float *a, const float *b, int64_t n, double relative)
{
    double diff = 0, norm = 0;
    for (int64_t i = 0; i < n; i++) {
        diff += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
        norm += (double)b[i] * (double)b[i];
    }
    if (!(sqrt(diff) <= relative * sqrt(norm)))
        fail_msg("relative difference %g, expected at most %g", sqrt(diff / norm), relative);
}

static void test_a_segment_alone_shifted_or_packed_has_the_same_loss_bits(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *d = full();
    cad_batch *packed = fix_batch(a, 0, 5), *turned, *alone;
    float in_pack[FIX_TOKENS], other[FIX_TOKENS];
    ok(cad_decoder_eval(d, packed, in_pack, NULL));
    ok(cad_batch_create(a, FIX_TOKENS, FIX_TOKENS, &turned));
    for (int i = 4; i >= 0; i--)
        fix_add(turned, (uint64_t)i, 1, 0);
    ok(cad_decoder_eval(d, turned, other, NULL));
    int64_t at = 0, back = packed->n_loss;
    for (int i = 0; i < 5; i++) {
        float nll[FIX_TOKENS];
        alone = fix_batch(a, (uint64_t)i, 1);
        ok(cad_decoder_eval(d, alone, nll, NULL));
        back -= alone->n_loss;
        assert_memory_equal(nll, in_pack + at, (size_t)alone->n_loss * sizeof *nll);
        assert_memory_equal(nll, other + back, (size_t)alone->n_loss * sizeof *nll);
        at += alone->n_loss;
    }
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

static void test_training_and_evaluation_see_the_same_loss_bits(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *d = full();
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

static void test_other_segments_do_not_leak_into_logits_or_gradients(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *d = full();
    cad_batch *b = fix_batch(a, 0, 3);
    int64_t first = b->seg[1], rows = b->n - first;
    uint32_t row[FIX_TOKENS];
    float *x = malloc((size_t)(rows * FIX_VOCAB) * sizeof *x), *y = malloc((size_t)(rows * FIX_VOCAB) * sizeof *y);
    for (int64_t i = 0; i < rows; i++)
        row[i] = (uint32_t)(first + i);
    ok(cad_decoder_logits(d, b, row, rows, x));
    for (int64_t i = 0; i < first; i++)
        b->ids[i] = (b->ids[i] + 1) % FIX_VOCAB;
    ok(cad_decoder_logits(d, b, row, rows, y));
    assert_memory_equal(x, y, (size_t)(rows * FIX_VOCAB) * sizeof *x);
    /* The loss of segments 1 and 2 alone: an id that only segment 0 holds gets a gradient of exactly zero. */
    int64_t kept = 0;
    for (int64_t i = 0; i < b->n_loss; i++)
        if ((int64_t)b->loss_row[i] >= first) {
            b->loss_row[kept] = b->loss_row[i];
            b->target[kept++] = b->target[i];
        }
    b->n_loss = kept;
    float *g = gradient(d, &b, 1, 1);
    cad_params p = cad_decoder_params(d);
    assert_string_equal(p.item[0].name, "model.embed_tokens.weight");
    for (int64_t i = 0; i < first; i++) {
        bool elsewhere = false;
        for (int64_t k = first; k < b->n; k++)
            elsewhere |= b->ids[k] == b->ids[i];
        double sum = 0;
        for (int64_t k = 0; k < 32; k++)
            sum += fabs((double)g[p.item[0].offset + b->ids[i] * 32 + k]);
        assert_true(elsewhere ? sum > 0 : sum == 0);
    }
    free(g);
    free(x);
    free(y);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

static void test_later_tokens_do_not_change_earlier_logits(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *d = full();
    cad_batch *b = fix_batch(a, 3, 1);
    float *x = malloc((size_t)(b->n * FIX_VOCAB) * sizeof *x), *y = malloc((size_t)(b->n * FIX_VOCAB) * sizeof *y);
    uint32_t row[FIX_TOKENS];
    for (int64_t i = 0; i < b->n; i++)
        row[i] = (uint32_t)i;
    ok(cad_decoder_logits(d, b, row, b->n, x));
    for (int64_t t = b->n - 1; t > 0; t--) {
        b->ids[t] = (b->ids[t] + 7) % FIX_VOCAB;
        ok(cad_decoder_logits(d, b, row, b->n, y));
        assert_memory_equal(x, y, (size_t)(t * FIX_VOCAB) * sizeof *x);
        assert_true(memcmp(x + t * FIX_VOCAB, y + t * FIX_VOCAB, FIX_VOCAB * sizeof *x) != 0);
    }
    free(x);
    free(y);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

static void test_splitting_a_batch_keeps_the_gradient(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *d = full();
    cad_batch *whole = fix_batch(a, 0, 4);
    cad_batch *halves[2] = {fix_batch(a, 0, 2), fix_batch(a, 2, 2)};
    cad_batch *quarters[4] = {fix_batch(a, 0, 1), fix_batch(a, 1, 1), fix_batch(a, 2, 1), fix_batch(a, 3, 1)};
    float scale = 1.0f / (float)whole->n_answer;
    int64_t n = cad_decoder_params(d).size;
    float *one = gradient(d, &whole, 1, scale), *two = gradient(d, halves, 2, scale);
    float *four = gradient(d, quarters, 4, scale), *again = gradient(d, quarters, 4, scale);
    nearly_equal(two, one, n, 2e-6);
    nearly_equal(four, one, n, 2e-6);
    assert_memory_equal(four, again, (size_t)n * sizeof *four);
    free(one);
    free(two);
    free(four);
    free(again);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

static void test_row_weight_zero_is_absence_and_two_is_twice(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *d = full();
    int64_t n = cad_decoder_params(d).size;
    cad_batch *one = fix_batch(a, 0, 1), *twice, *weighted, *with_zero;
    ok(cad_batch_create(a, FIX_TOKENS, FIX_TOKENS, &twice));
    fix_add(twice, 0, 1, 0);
    fix_add(twice, 0, 1, 0);
    ok(cad_batch_create(a, FIX_TOKENS, FIX_TOKENS, &weighted));
    fix_add(weighted, 0, 2, 0);
    ok(cad_batch_create(a, FIX_TOKENS, FIX_TOKENS, &with_zero));
    fix_add(with_zero, 0, 1, 0);
    fix_add(with_zero, 1, 0, 0);
    float *g1 = gradient(d, &one, 1, 1), *g2 = gradient(d, &twice, 1, 1);
    float *g3 = gradient(d, &weighted, 1, 1), *g4 = gradient(d, &with_zero, 1, 1);
    nearly_equal(g3, g2, n, 2e-6);
    nearly_equal(g4, g1, n, 2e-6);
    free(g1);
    free(g2);
    free(g3);
    free(g4);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

static void test_a_batch_without_targets_gives_exact_zeros(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *d = full();
    cad_batch *b = fix_batch(a, 0, 2), *none;
    ok(cad_batch_create(a, FIX_TOKENS, FIX_TOKENS, &none));
    b->n_loss = 0;
    cad_params p = cad_decoder_params(d);
    double sum = 1;
    ok(cad_decoder_forward_backward(d, b, 1, 0, &sum));
    near(sum, 0, 0);
    ok(cad_decoder_forward_backward(d, none, 1, 0, &sum));
    near(sum, 0, 0);
    ok(cad_decoder_eval(d, none, NULL, NULL));
    for (int64_t i = 0; i < p.size; i++)
        assert_true(p.g[i] == 0);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

/* The same base in another form; loss of one batch. */
static void losses(const cad_decoder_opts *o, bool noise, int64_t width, float *nll, float **grad)
{
    cad_arena *a = fix_arena();
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 128);
    if (width != c.width) {
        c.width = width;
        c.head_dim = width / c.heads;
    }
    cad_decoder *d = fix_decoder(&c, o);
    if (noise)
        fix_noise(d, 0.05, 4);
    cad_batch *b = fix_batch(a, 0, 5);
    ok(cad_decoder_eval(d, b, nll, NULL));
    if (grad)
        *grad = gradient(d, &b, 1, 1);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

static void test_an_adapter_with_b_zero_is_the_base_bit_for_bit(void **state)
{
    (void)state;
    float base[FIX_TOKENS] = {0}, adapted[FIX_TOKENS] = {0}, moved[FIX_TOKENS] = {0};
    cad_decoder_opts o = fix_opts(CAD_TRAIN_none, 0), l = fix_opts(CAD_TRAIN_lora, 4);
    losses(&o, false, 32, base, NULL);
    losses(&l, false, 32, adapted, NULL);
    assert_memory_equal(base, adapted, sizeof base);
    losses(&l, true, 32, moved, NULL);
    assert_true(memcmp(base, moved, sizeof base) != 0);
}

static void test_nf4_held_as_codes_equals_nf4_held_dequantised(void **state)
{
    (void)state;
    for (int nested = 0; nested < 2; nested++) {
        float x[FIX_TOKENS] = {0}, y[FIX_TOKENS] = {0}, plain[FIX_TOKENS] = {0}, *gx, *gy;
        cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 4);
        losses(&o, true, 64, plain, NULL);
        o.weights = CAD_WEIGHTS_nf4;
        o.double_quant = nested;
        losses(&o, true, 64, x, &gx);
        o.nf4_base = CAD_NF4_scratch;
        losses(&o, true, 64, y, &gy);
        assert_memory_equal(x, y, sizeof x);
        assert_memory_equal(gx, gy, 4096 * sizeof *gx);
        assert_true(memcmp(x, plain, sizeof x) != 0);
        free(gx);
        free(gy);
    }
}

static void test_the_number_of_threads_changes_no_bit(void **state)
{
    (void)state;
    static const int counts[] = {1, 2, 7};
    cad_arena *a = fix_arena();
    cad_decoder *d = full();
    cad_batch *b = fix_batch(a, 0, 5);
    int64_t n = cad_decoder_params(d).size;
    for (int library = 0; library < 2; library++) {
        float *first = NULL;
        cad_ops_set_matmul(library ? CAD_MATMUL_library : CAD_MATMUL_own);
        for (int i = 0; i < 3; i++) {
            ok(cad_threads_init(counts[i]));
            float *g = gradient(d, &b, 1, 1);
            if (first)
                assert_memory_equal(first, g, (size_t)n * sizeof *g);
            else
                first = g;
            if (g != first)
                free(g);
        }
        free(first);
    }
    ok(cad_threads_init(2));
    cad_ops_set_matmul(CAD_MATMUL_own);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

static void test_what_stood_in_the_buffers_before_changes_nothing(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *fresh = full(), *used = full();
    cad_batch *b = fix_batch(a, 0, 2), *other = fix_batch(a, 2, 5);
    cad_params p = cad_decoder_params(used);
    int64_t n = p.size;
    float *want = gradient(fresh, &b, 1, 1), nll[FIX_TOKENS];
    /* A NaN in the embedding of the first id of a longer batch reaches every buffer. */
    float *row = p.p + p.item[0].offset + (int64_t)other->ids[0] * 32;
    float keep = *row;
    *row = NAN;
    free(gradient(used, &other, 1, 1));
    assert_true(isnan(cad_decoder_last_nll(used)[0]));
    *row = keep;
    float *got = gradient(used, &b, 1, 1);
    assert_memory_equal(want, got, (size_t)n * sizeof *got);
    ok(cad_decoder_eval(used, b, nll, NULL));
    assert_memory_equal(nll, cad_decoder_last_nll(fresh), (size_t)b->n_loss * sizeof *nll);
    free(want);
    free(got);
    cad_decoder_destroy(fresh);
    cad_decoder_destroy(used);
    cad_arena_destroy(a);
}

static void test_dropout_masks_follow_row_and_position_not_packing(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 128);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 4);
    o.lora.dropout = 0.4;
    cad_decoder *d = fix_decoder(&c, &o);
    fix_noise(d, 0.1, 4);
    cad_batch *two = fix_batch(a, 0, 2), *second = fix_batch(a, 1, 1);
    double sum;
    float packed[FIX_TOKENS];
    ok(cad_decoder_forward_backward(d, two, 1, 9, &sum));
    memcpy(packed, cad_decoder_last_nll(d), (size_t)two->n_loss * sizeof *packed);
    ok(cad_decoder_forward_backward(d, second, 1, 9, &sum));
    assert_memory_equal(packed + two->n_loss - second->n_loss, cad_decoder_last_nll(d),
                        (size_t)second->n_loss * sizeof *packed);
    ok(cad_decoder_forward_backward(d, second, 1, 10, &sum));
    assert_true(
        memcmp(packed + two->n_loss - second->n_loss, cad_decoder_last_nll(d), (size_t)second->n_loss * sizeof *packed) != 0);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_segment_alone_shifted_or_packed_has_the_same_loss_bits),
        cmocka_unit_test(test_training_and_evaluation_see_the_same_loss_bits),
        cmocka_unit_test(test_other_segments_do_not_leak_into_logits_or_gradients),
        cmocka_unit_test(test_later_tokens_do_not_change_earlier_logits),
        cmocka_unit_test(test_splitting_a_batch_keeps_the_gradient),
        cmocka_unit_test(test_row_weight_zero_is_absence_and_two_is_twice),
        cmocka_unit_test(test_a_batch_without_targets_gives_exact_zeros),
        cmocka_unit_test(test_an_adapter_with_b_zero_is_the_base_bit_for_bit),
        cmocka_unit_test(test_nf4_held_as_codes_equals_nf4_held_dequantised),
        cmocka_unit_test(test_the_number_of_threads_changes_no_bit),
        cmocka_unit_test(test_what_stood_in_the_buffers_before_changes_nothing),
        cmocka_unit_test(test_dropout_masks_follow_row_and_position_not_packing),
        cmocka_unit_test(test_a_batch_that_was_not_planned_for_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
