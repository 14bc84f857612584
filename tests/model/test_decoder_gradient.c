/* Central differences of the whole decoder: the gradient of every trained tensor, along itself and along a random direction. */
#include "tests/model/decoder_fixture.h"

enum { ROWS = 5, STEP = 3 };

static double loss_at(cad_decoder *d, const cad_batch *b, float scale)
{
    double sum;
    ok(cad_decoder_forward_backward(d, b, scale, STEP, &sum));
    return sum * (double)scale;
}

/* (f(-2) - 8 f(-1) + 8 f(1) - f(2)) / 12 h along `dir` of one tensor */
static double slope(cad_decoder *d, const cad_batch *b, float scale, float *p, const float *dir, int64_t n, double h,
                    float *keep)
{
    static const double at[4] = {-2, -1, 1, 2}, weight[4] = {1.0 / 12, -8.0 / 12, 8.0 / 12, -1.0 / 12};
    double sum = 0;
    memcpy(keep, p, (size_t)n * sizeof *p);
    for (int k = 0; k < 4; k++) {
        for (int64_t i = 0; i < n; i++)
            p[i] = (float)((double)keep[i] + at[k] * h * (double)dir[i]);
        sum += weight[k] * loss_at(d, b, scale);
    }
    memcpy(p, keep, (size_t)n * sizeof *p);
    return sum / h;
}

static void check_tensor(cad_decoder *d, const cad_batch *b, float scale, const cad_param *t, const float *grad)
{
    cad_params all = cad_decoder_params(d);
    float *dir = calloc((size_t)t->count, sizeof *dir), *keep = calloc((size_t)t->count, sizeof *keep);
    const float *g = grad + t->offset;
    double norm = 0;
    for (int64_t i = 0; i < t->count; i++)
        norm += (double)g[i] * (double)g[i];
    norm = sqrt(norm);
    if (!(norm > 1e-6))
        fail_msg("%s: gradient norm %g; expected something to check", t->name, norm);
    for (int random = 0; random < 2; random++) {
        cad_rng r = cad_rng_make(9, t->name, 0);
        double want = 0, length = 0;
        for (int64_t i = 0; i < t->count; i++) {
            /* Elements that no input reaches (unused ids, projections without an adapter) stay where they are. */
            double v = random ? cad_rng_normal(&r) : (double)g[i] / norm;
            dir[i] = g[i] == 0 ? 0.0f : (float)v;
            length += (double)dir[i] * (double)dir[i];
        }
        length = sqrt(length);
        for (int64_t i = 0; i < t->count; i++) {
            dir[i] = (float)((double)dir[i] / length);
            want += (double)dir[i] * (double)g[i];
        }
        double h = 0.02, got = slope(d, b, scale, all.p + t->offset, dir, t->count, h, keep);
        if (!(fabs(got - want) <= 2e-3 * norm + 2e-5))
            fail_msg("%s (%s direction): slope %.6g, gradient says %.6g, norm %.4g", t->name, random ? "random" : "own", got,
                     want, norm);
    }
    free(dir);
    free(keep);
}

static void check_decoder(const cad_model_config *c, const cad_decoder_opts *o)
{
    cad_arena *a = fix_arena();
    cad_decoder *d = fix_decoder(c, o);
    fix_noise(d, 0.05, 21);
    cad_batch *b;
    ok(cad_batch_create(a, FIX_TOKENS, FIX_TOKENS, &b));
    for (uint64_t r = 0; r < ROWS; r++)
        fix_add(b, r, 1.0f + 0.5f * (float)(r % 2), r % 2 ? 0.2f : 0.0f);
    float scale = 1.0f / (float)b->n_answer;
    cad_params p = cad_decoder_params(d);
    memset(p.g, 0, (size_t)p.size * sizeof *p.g);
    loss_at(d, b, scale);
    float *grad = malloc((size_t)p.size * sizeof *grad);
    memcpy(grad, p.g, (size_t)p.size * sizeof *grad);
    for (int64_t i = 0; i < p.n; i++)
        check_tensor(d, b, scale, &p.item[i], grad);
    free(grad);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

static void test_gradients_of_all_weights_agree_untied_with_bias(void **state)
{
    (void)state;
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 48);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_full, 0);
    check_decoder(&c, &o);
}

static void test_gradients_of_all_weights_agree_tied_llama(void **state)
{
    (void)state;
    cad_model_config c = fix_config(CAD_ARCH_llama, true, 128);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_full, 0);
    check_decoder(&c, &o);
}

static void test_gradients_of_all_weights_agree_with_normed_heads(void **state)
{
    (void)state;
    cad_model_config c = fix_config(CAD_ARCH_qwen3, true, 48);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_full, 0);
    check_decoder(&c, &o);
}

static void test_gradients_of_qlora_agree_with_normed_heads(void **state)
{
    (void)state;
    cad_model_config c = fix_config(CAD_ARCH_qwen3, false, 128);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 4);
    o.weights = CAD_WEIGHTS_nf4;
    check_decoder(&c, &o);
}

static void test_gradients_of_lora_agree_on_all_seven_linears(void **state)
{
    (void)state;
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 256);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 4);
    check_decoder(&c, &o);
}

static void test_gradients_of_lora_agree_with_dropout(void **state)
{
    (void)state;
    cad_model_config c = fix_config(CAD_ARCH_llama, false, 48);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 4);
    o.lora.dropout = 0.3;
    check_decoder(&c, &o);
}

static void test_gradients_of_qlora_agree_with_nested_scales(void **state)
{
    (void)state;
    cad_model_config c = fix_config(CAD_ARCH_qwen2, true, 128);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 4);
    o.weights = CAD_WEIGHTS_nf4;
    o.double_quant = true;
    check_decoder(&c, &o);
}

static void test_projections_without_adapter_get_no_gradient(void **state)
{
    (void)state;
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 128);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 4);
    o.lora.targets = 1u << CAD_LORA_q | 1u << CAD_LORA_v;
    cad_arena *a = fix_arena();
    cad_decoder *d = fix_decoder(&c, &o);
    cad_batch *b = fix_batch(a, 0, ROWS);
    cad_params p = cad_decoder_params(d);
    assert_int_equal(p.n, 4); /* A and B of qkv in two layers */
    for (int64_t i = 0; i < p.n; i++)
        if (strstr(p.item[i].name, "lora_B")) /* rows of q, then k, then v */
            for (int64_t r = 0; r < p.item[i].dim[0]; r++)
                for (int64_t k = 0; k < 4; k++)
                    p.p[p.item[i].offset + r * 4 + k] = r >= 32 && r < 48 ? 0.0f : 0.1f;
    loss_at(d, b, 1);
    for (int64_t i = 0; i < p.n; i++) {
        const float *g = p.g + p.item[i].offset;
        bool is_a = strstr(p.item[i].name, "lora_A") != NULL;
        int64_t width = is_a ? 32 : 4, begin = is_a ? 4 : 32, end = is_a ? 8 : 48;
        double inside = 0, outside = 0;
        for (int64_t r = 0; r < p.item[i].dim[0]; r++)
            for (int64_t k = 0; k < width; k++)
                *(r >= begin && r < end ? &inside : &outside) += fabs((double)g[r * width + k]);
        assert_true(inside == 0);
        assert_true(outside > 0);
    }
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients_of_all_weights_agree_untied_with_bias),
        cmocka_unit_test(test_gradients_of_all_weights_agree_tied_llama),
        cmocka_unit_test(test_gradients_of_all_weights_agree_with_normed_heads),
        cmocka_unit_test(test_gradients_of_qlora_agree_with_normed_heads),
        cmocka_unit_test(test_gradients_of_lora_agree_on_all_seven_linears),
        cmocka_unit_test(test_gradients_of_lora_agree_with_dropout),
        cmocka_unit_test(test_gradients_of_qlora_agree_with_nested_scales),
        cmocka_unit_test(test_projections_without_adapter_get_no_gradient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
