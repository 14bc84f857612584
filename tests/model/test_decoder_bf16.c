/* A decoder with storage in bf16, on the CPU, against the same one in f32: loss, gradients, answers; and what it holds in f32.
 */
#include "tests/model/tiny_fixture.h"
#include "tests/scratch_dir.h"

enum { FEW = 5 }; /* prompts of a test on the CPU alone */

static cad_decoder *tiny(bool bf16, cad_train train)
{
    return tiny_on(fix_ops(), bf16, train, FEW);
}

static void test_greedy_text_differs_only_where_two_logits_are_close(void **state)
{
    (void)state;
    cad_decoder *wide = tiny(false, CAD_TRAIN_none), *half = tiny(true, CAD_TRAIN_none);
    expect_same_text(wide, half, FEW);
    cad_decoder_destroy(wide);
    cad_decoder_destroy(half);
}

/* Rows whose answers belong to other prompts, so that there is much to learn. */
static cad_batch *mismatched(cad_arena *a, const text *prompt, const text *said)
{
    cad_batch *b;
    ok(cad_batch_create(a, 1024, FEW, &b));
    for (int i = 0; i < FEW; i++) {
        const text *other = &said[(i + 1) % FEW];
        text row = prompt[i];
        int64_t n = other->n < 60 ? other->n : 60;
        memcpy(row.ids + row.n, other->ids, (size_t)n * sizeof *row.ids);
        const uint32_t span[2] = {(uint32_t)row.n, (uint32_t)(row.n + n)};
        ok(cad_batch_add(
            b, &(cad_batch_row){.ids = row.ids, .n = row.n + n, .span = span, .n_spans = 1, .weight = 1, .row = (uint64_t)i}));
    }
    return b;
}

static void agree(const char *what, const float *a, const float *b, int64_t n)
{
    double ab = 0, aa = 0, bb = 0;
    for (int64_t i = 0; i < n; i++) {
        ab += (double)a[i] * (double)b[i];
        aa += (double)a[i] * (double)a[i];
        bb += (double)b[i] * (double)b[i];
    }
    double cosine = ab / sqrt(aa * bb), norm = sqrt(bb / aa);
    if (!(aa > 0 && cosine >= 0.999 && fabs(norm - 1) <= 0.01))
        fail_msg("%s: cosine %.6f, norms %g and %g", what, cosine, sqrt(aa), sqrt(bb));
}

static void test_loss_and_gradients_of_lora_agree_with_those_in_f32(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *wide = tiny(false, CAD_TRAIN_lora), *half = tiny(true, CAD_TRAIN_lora);
    static text prompt[FEW], said[FEW];
    encode(prompt, FEW);
    answer(wide, prompt, FEW, said);
    cad_batch *b = mismatched(a, prompt, said);
    float scale = 1.0f / (float)b->n_answer;
    double sum[2];
    ok(cad_decoder_forward_backward(wide, b, scale, 1, &sum[0]));
    ok(cad_decoder_forward_backward(half, b, scale, 1, &sum[1]));
    assert_true(sum[0] != sum[1]);
    near(sum[1] * (double)scale, sum[0] * (double)scale, 5e-3);
    cad_params x = cad_decoder_params(wide), y = cad_decoder_params(half);
    for (int64_t i = 0; i < x.n; i++)
        agree(x.item[i].name, x.g + x.item[i].offset, y.g + y.item[i].offset, x.item[i].count);
    cad_decoder_destroy(wide);
    cad_decoder_destroy(half);
    cad_arena_destroy(a);
}

/* What the passes read is the master, rounded. */
static void expect_copy(const cad_decoder *d)
{
    cad_params p = cad_decoder_params(d);
    assert_non_null(p.p_bf16);
    for (int64_t i = 0; i < p.size; i++)
        assert_int_equal(p.p_bf16[i], cad_f32_to_bf16(p.p[i]));
}

static cad_decoder *small(cad_train train, cad_weights weights, cad_nf4_base base)
{
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 256);
    cad_decoder_opts o = fix_opts(train, train == CAD_TRAIN_full ? 0 : 4);
    c.width = 64;
    c.head_dim = 16;
    o.weights = weights;
    o.nf4_base = base;
    o.bf16 = true;
    return fix_decoder(&c, &o);
}

static void test_the_copy_follows_the_masters_through_files_and_refresh(void **state)
{
    (void)state;
    for (int lora = 0; lora < 2; lora++) {
        cad_train train = lora ? CAD_TRAIN_lora : CAD_TRAIN_full;
        cad_decoder *d = small(train, CAD_WEIGHTS_fp32, CAD_NF4_resident),
                    *other = small(train, CAD_WEIGHTS_fp32, CAD_NF4_resident);
        expect_copy(d);
        fix_noise(d, 0.05, 3);
        ok(cad_decoder_refresh(d));
        expect_copy(d);
        ok(cad_fs_mkdirs(scratch("copy")));
        ok(lora ? cad_decoder_save_adapter(d, scratch("copy"))
                : cad_decoder_save_master(d, scratch("copy/master.safetensors")));
        ok(lora ? cad_decoder_load_adapter(other, scratch("copy"))
                : cad_decoder_load_master(other, scratch("copy/master.safetensors")));
        expect_copy(other);
        cad_params x = cad_decoder_params(d), y = cad_decoder_params(other);
        for (int64_t i = 0; i < x.n; i++) /* the file has the masters, not their copy */
            assert_memory_equal(x.p + x.item[i].offset, y.p + y.item[i].offset, (size_t)x.item[i].count * sizeof(float));
        if (!lora) {
            ok(cad_decoder_save_model(d, scratch("copy"), true));
            ok(cad_decoder_load(other, scratch("copy")));
            expect_copy(other);
        }
        cad_decoder_destroy(d);
        cad_decoder_destroy(other);
    }
}

/* A frozen base of bf16 numbers comes back as it was. */
static void test_a_frozen_base_is_saved_as_it_is_stored(void **state)
{
    (void)state;
    cad_decoder *d = small(CAD_TRAIN_none, CAD_WEIGHTS_fp32, CAD_NF4_resident);
    char hash[2][CAD_HASH_HEX];
    for (int i = 0; i < 2; i++) {
        ok(cad_fs_mkdirs(scratch("base")));
        ok(cad_decoder_save_model(d, scratch("base"), i));
        ok(cad_decoder_load(d, scratch("base")));
        ok(cad_decoder_save_model(d, scratch("base"), true));
        ok(cad_fs_hash(scratch("base/model.safetensors"), hash[i]));
    }
    assert_string_equal(hash[0], hash[1]);
    cad_decoder_destroy(d);
}

static void test_nf4_held_as_codes_equals_nf4_held_in_bf16(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_batch *b = fix_batch(a, 0, 5);
    float nll[2][FIX_TOKENS] = {{0}};
    cad_decoder *d[2] = {small(CAD_TRAIN_lora, CAD_WEIGHTS_nf4, CAD_NF4_resident),
                         small(CAD_TRAIN_lora, CAD_WEIGHTS_nf4, CAD_NF4_scratch)};
    double sum;
    for (int i = 0; i < 2; i++) {
        fix_noise(d[i], 0.05, 3);
        ok(cad_decoder_refresh(d[i]));
        ok(cad_decoder_forward_backward(d[i], b, 1, 1, &sum));
        memcpy(nll[i], cad_decoder_last_nll(d[i]), (size_t)b->n_loss * sizeof(float));
    }
    cad_params x = cad_decoder_params(d[0]), y = cad_decoder_params(d[1]);
    assert_memory_equal(nll[0], nll[1], sizeof nll[0]);
    assert_memory_equal(x.g, y.g, (size_t)x.size * sizeof(float));
    cad_decoder_destroy(d[0]);
    cad_decoder_destroy(d[1]);
    cad_arena_destroy(a);
}

static void test_the_plan_is_what_is_taken_and_half_of_it(void **state)
{
    (void)state;
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 256);
    cad_decoder_bytes plan[2];
    for (int bf16 = 0; bf16 < 2; bf16++) {
        cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 16);
        cad_decoder *d;
        o.bf16 = bf16;
        o.max_tokens = 4096;
        o.slots = 4;
        o.context = 512;
        ok(cad_decoder_create(&c, fix_ops(), &o, &d));
        plan[bf16] = cad_decoder_plan(d);
        const size_t bytes[] = {plan[bf16].weights, plan[bf16].state, plan[bf16].activations, plan[bf16].scratch,
                                plan[bf16].host};
        for (int i = 0; i < CAD_DECODER_ARENAS; i++)
            near((double)cad_arena_used(cad_decoder_arena(d, i)), (double)bytes[i], 64);
        assert_int_equal(plan[bf16].state, plan[bf16].values + plan[bf16].gradients);
        cad_decoder_destroy(d);
    }
    near((double)plan[1].cache / (double)plan[0].cache, 0.5, 0.01);
    assert_true(plan[1].saved < 6 * plan[0].saved / 10 && plan[1].work < 6 * plan[0].work / 10);
    assert_true(plan[1].values == plan[0].values + plan[0].values / 2 && plan[1].gradients == plan[0].gradients);
    assert_true(plan[1].weights < plan[0].weights);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_greedy_text_differs_only_where_two_logits_are_close),
        cmocka_unit_test(test_loss_and_gradients_of_lora_agree_with_those_in_f32),
        cmocka_unit_test(test_the_copy_follows_the_masters_through_files_and_refresh),
        cmocka_unit_test(test_a_frozen_base_is_saved_as_it_is_stored),
        cmocka_unit_test(test_nf4_held_as_codes_equals_nf4_held_in_bf16),
        cmocka_unit_test(test_the_plan_is_what_is_taken_and_half_of_it),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
