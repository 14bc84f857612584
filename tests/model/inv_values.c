/* What weights and buffers must not do: leftovers that change a number, masks that follow the packing, forms of one base that
 * differ, an adapter with B = 0 that is felt, files that come back as others. */
#include "tests/model/inv.h"
#include "tests/scratch_dir.h"

static void test_tail_what_stood_in_the_buffers_before_changes_nothing(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *fresh = inv_full(), *used = inv_full();
    cad_batch *b = fix_batch(a, 0, 2), *other = fix_batch(a, 2, 5);
    cad_params p = cad_decoder_params(used);
    int64_t n = p.size;
    float *want = inv_gradient(fresh, &b, 1, 1), nll[FIX_TOKENS];
    /* A NaN in the embedding of the first id of a longer batch reaches every buffer. */
    float *values = fix_values(used, false), *row = values + p.item[0].offset + (int64_t)other->ids[0] * 32, keep = *row;
    *row = NAN;
    fix_set(used, values);
    free(inv_gradient(used, &other, 1, 1));
    assert_true(isnan(cad_decoder_last_nll(used)[0]));
    *row = keep;
    fix_set(used, values);
    free(values);
    float *got = inv_gradient(used, &b, 1, 1);
    assert_memory_equal(want, got, (size_t)n * sizeof *got);
    ok(cad_decoder_eval(used, b, nll, NULL));
    assert_memory_equal(nll, cad_decoder_last_nll(fresh), (size_t)b->n_loss * sizeof *nll);
    free(want);
    free(got);
    cad_decoder_destroy(fresh);
    cad_decoder_destroy(used);
    cad_arena_destroy(a);
}

/* Room of the batch that no row uses, and the padding between tensors of the flat buffer. */
static void test_tail_room_that_is_not_used_may_hold_anything(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *d = inv_full();
    cad_batch *b = fix_batch(a, 0, 2);
    cad_params p = cad_decoder_params(d);
    float *want = inv_gradient(d, &b, 1, 1);
    memset(b->ids + b->n, 0xff, (size_t)(FIX_TOKENS - b->n) * sizeof *b->ids);
    memset(b->pos + b->n, 0xff, (size_t)(FIX_TOKENS - b->n) * sizeof *b->pos);
    memset(b->seg + b->n_seg + 1, 0xff, (size_t)(FIX_TOKENS - b->n_seg) * sizeof *b->seg);
    memset(b->loss_row + b->n_loss, 0xff, (size_t)(FIX_TOKENS - b->n_loss) * sizeof *b->loss_row);
    memset(b->target + b->n_loss, 0xff, (size_t)(FIX_TOKENS - b->n_loss) * sizeof *b->target);
    for (int64_t i = b->n_loss; i < FIX_TOKENS; i++)
        b->weight[i] = NAN;
    int64_t padding = 0, end = p.size;
    float *values = fix_values(d, false);
    for (int64_t i = p.n - 1; i >= 0; end = p.item[i--].offset)
        for (int64_t k = p.item[i].offset + p.item[i].count; k < end; k++, padding++)
            values[k] = NAN;
    assert_true(padding > 0);
    fix_set(d, values);
    free(values);
    float *got = inv_gradient(d, &b, 1, 1);
    assert_memory_equal(want, got, (size_t)p.size * sizeof *got);
    free(want);
    free(got);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

static void test_threads_the_number_of_threads_changes_no_bit(void **state)
{
    (void)state;
    static const int counts[] = {1, 2, 7};
    cad_arena *a = fix_arena();
    cad_decoder *d = inv_full();
    cad_batch *b = fix_batch(a, 0, 5);
    int64_t n = cad_decoder_params(d).size;
    for (int library = 0; library < 2; library++) {
        float *first = NULL;
        cad_ops_set_matmul(library ? CAD_MATMUL_library : CAD_MATMUL_own);
        for (int i = 0; i < 3; i++) {
            ok(cad_threads_init(counts[i]));
            float *g = inv_gradient(d, &b, 1, 1);
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

static cad_decoder *with_dropout(double rate)
{
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 128);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 4);
    o.lora.dropout = rate;
    cad_decoder *d = fix_decoder(&c, &o);
    fix_noise(d, 0.1, 4);
    return d;
}

static void test_dropout_masks_follow_row_and_position_not_packing(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *d = with_dropout(0.4);
    cad_batch *two = fix_batch(a, 0, 2), *second = fix_batch(a, 1, 1);
    double sum;
    float packed[FIX_TOKENS];
    ok(cad_decoder_forward_backward(d, two, 1, 9, &sum));
    memcpy(packed, cad_decoder_last_nll(d), (size_t)two->n_loss * sizeof *packed);
    const float *of_second = packed + two->n_loss - second->n_loss;
    size_t bytes = (size_t)second->n_loss * sizeof *packed;
    ok(cad_decoder_forward_backward(d, second, 1, 9, &sum));
    assert_memory_equal(of_second, cad_decoder_last_nll(d), bytes);
    ok(cad_decoder_forward_backward(d, second, 1, 10, &sum));
    assert_true(memcmp(of_second, cad_decoder_last_nll(d), bytes) != 0);
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

static void test_dropout_of_zero_is_none_and_evaluation_has_none(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_batch *b = fix_batch(a, 0, 4);
    float plain[FIX_TOKENS], nll[FIX_TOKENS];
    double sum;
    for (int i = 0; i < 2; i++) {
        cad_decoder *d = with_dropout(i ? 0.4 : 0.0);
        ok(cad_decoder_eval(d, b, i ? nll : plain, NULL));
        ok(cad_decoder_forward_backward(d, b, 1, 9, &sum));
        assert_int_equal(memcmp(plain, cad_decoder_last_nll(d), (size_t)b->n_loss * sizeof *nll) != 0, i);
        cad_decoder_destroy(d);
    }
    assert_memory_equal(plain, nll, (size_t)b->n_loss * sizeof *nll);
    cad_arena_destroy(a);
}

/* A tensor of the storage type in memory of the back end; its numbers have to be ones of bf16. */
static cad_tensor stored(const float *x, int64_t n, int64_t m)
{
    const cad_ops *ops = fix_ops();
    cad_tensor t = cad_tensor_2d(ops->store, NULL, n, m), wide = cad_tensor_2d(CAD_F32, NULL, n, m);
    ok(ops->mem_alloc(cad_tensor_bytes(&t), &t.data));
    ok(ops->mem_alloc(cad_tensor_bytes(&wide), &wide.data));
    ok(ops->mem_put(wide.data, x, cad_tensor_bytes(&wide), NULL));
    ok(ops->cast(&(cad_cast_args){.x = wide, .y = t}, NULL));
    ops->mem_free(wide.data);
    return t;
}

static void fetch(const cad_tensor *t, float *out)
{
    const cad_ops *ops = fix_ops();
    cad_tensor wide = cad_tensor_2d(CAD_F32, NULL, t->dim[0], t->dim[1]);
    ok(ops->mem_alloc(cad_tensor_bytes(&wide), &wide.data));
    ok(ops->cast(&(cad_cast_args){.x = *t, .y = wide}, NULL));
    ok(ops->sync(NULL));
    ok(ops->mem_get(out, wide.data, cad_tensor_bytes(&wide), NULL));
    ops->mem_free(wide.data);
}

static cad_tensor words(cad_dtype type, const void *x, int64_t n)
{
    cad_tensor t = cad_tensor_1d(type, NULL, n);
    ok(fix_ops()->mem_alloc(cad_tensor_bytes(&t), &t.data));
    ok(fix_ops()->mem_put(t.data, x, cad_tensor_bytes(&t), NULL));
    return t;
}

/* Inputs of one through an A of unit rows: what comes out tells which elements were kept. */
static void test_dropout_keeps_its_share_within_four_sigma(void **state)
{
    (void)state;
    enum { N = 400, IN = 256 };
    const double rates[] = {0.05, 0.1, 0.5, 0.9};
    float *x = malloc(N * IN * sizeof *x), *one = calloc(IN * IN, sizeof *one), *u = malloc(N * IN * sizeof *u);
    static uint32_t row[N];
    static int32_t pos[N];
    for (int i = 0; i < N * IN; i++)
        x[i] = 1;
    for (int i = 0; i < IN; i++)
        one[i * IN + i] = 1;
    for (int i = 0; i < N; i++) {
        row[i] = (uint32_t)(i / 40);
        pos[i] = i % 40;
    }
    const cad_ops *ops = fix_ops();
    cad_tensor tx = stored(x, N, IN), ta = stored(one, IN, IN), tu = stored(x, N, IN);
    cad_tensor rows = words(CAD_U32, row, N), positions = words(CAD_I32, pos, N);
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
        cad_lora_down_fwd_args args = {.x = tx,
                                       .a = ta,
                                       .u = tu,
                                       .s = {1},
                                       .n = 1,
                                       .drop = {.rate = (float)rates[r], .seed = 3, .step = 5, .row = rows, .pos = positions}};
        args.scratch.bytes = ops->lora_down_fwd_scratch(&args);
        ok(ops->mem_alloc(args.scratch.bytes + 1, &args.scratch.data));
        ok(ops->lora_down_fwd(&args, NULL));
        fetch(&tu, u);
        ops->mem_free(args.scratch.data);
        double kept = 0, keep = 1 - rates[r], rounding = ops->store == CAD_F32 ? 1e-5 : ldexp(1 / keep, -8);
        for (int i = 0; i < N * IN; i++) {
            kept += u[i] != 0;
            if (u[i] != 0)
                near(u[i], 1 / keep, rounding);
        }
        near(kept / (N * IN), keep, 4 * sqrt(keep * rates[r] / (N * IN)));
    }
    void *const all[] = {tx.data, ta.data, tu.data, rows.data, positions.data};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        ops->mem_free(all[i]);
    free(x);
    free(one);
    free(u);
}

/* The same base in another form: loss of one batch, and its gradient where wanted; returns the elements of that.  The gate and
 * up rows of its ffn stand in two groups each. */
static int64_t losses(const cad_decoder_opts *o, bool noise, int64_t width, float *nll, float **grad)
{
    cad_arena *a = fix_arena();
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 256);
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
        *grad = inv_gradient(d, &b, 1, 1);
    int64_t n = cad_decoder_params(d).size;
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
    return n;
}

static void test_zero_lora_an_adapter_with_b_zero_is_the_base_bit_for_bit(void **state)
{
    (void)state;
    for (int nf4 = 0; nf4 < 2; nf4++) {
        float base[FIX_TOKENS] = {0}, adapted[FIX_TOKENS] = {0}, moved[FIX_TOKENS] = {0};
        cad_decoder_opts o = fix_opts(CAD_TRAIN_none, 0), l = fix_opts(CAD_TRAIN_lora, 4);
        o.weights = l.weights = nf4 ? CAD_WEIGHTS_nf4 : CAD_WEIGHTS_fp32;
        losses(&o, false, 32, base, NULL);
        losses(&l, false, 32, adapted, NULL);
        assert_memory_equal(base, adapted, sizeof base);
        losses(&l, true, 32, moved, NULL);
        assert_true(memcmp(base, moved, sizeof base) != 0);
    }
}

static void test_residency_nf4_held_as_codes_equals_nf4_held_dequantised(void **state)
{
    (void)state;
    for (int nested = 0; nested < 2; nested++) {
        float x[FIX_TOKENS] = {0}, y[FIX_TOKENS] = {0}, plain[FIX_TOKENS] = {0}, *gx, *gy;
        cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 4);
        losses(&o, true, 64, plain, NULL);
        o.weights = CAD_WEIGHTS_nf4;
        o.double_quant = nested;
        int64_t n = losses(&o, true, 64, x, &gx);
        o.nf4_base = CAD_NF4_scratch;
        assert_int_equal(losses(&o, true, 64, y, &gy), n);
        assert_memory_equal(x, y, sizeof x);
        assert_memory_equal(gx, gy, (size_t)n * sizeof *gx);
        assert_true(memcmp(x, plain, sizeof x) != 0);
        free(gx);
        free(gy);
    }
}

static void same_files(const char *a, const char *b)
{
    cad_buf x = CAD_BUF_INIT, y = CAD_BUF_INIT;
    ok(cad_fs_read(scratch(a), 0, &x));
    ok(cad_fs_read(scratch(b), 0, &y));
    assert_int_equal(x.len, y.len);
    assert_memory_equal(x.data, y.data, x.len);
    cad_buf_deinit(&x);
    cad_buf_deinit(&y);
}

static void test_roundtrip_a_base_that_is_loaded_and_saved_has_the_same_bytes(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(scratch("one")));
    ok(cad_fs_mkdirs(scratch("two")));
    for (int tie = 0; tie < 2; tie++)
        for (int bf16 = 0; bf16 < 2; bf16++) {
            cad_model_config c = fix_config(tie ? CAD_ARCH_llama : CAD_ARCH_qwen2, tie, 256);
            cad_decoder_opts o = fix_opts(CAD_TRAIN_full, 0);
            cad_decoder *d = fix_decoder(&c, &o);
            fix_noise(d, 0.05, 8);
            ok(cad_decoder_save_model(d, scratch("one"), bf16));
            cad_decoder_destroy(d);
            ok(cad_decoder_create(&c, fix_ops(), &o, &d));
            ok(cad_decoder_load(d, scratch("one")));
            ok(cad_decoder_save_model(d, scratch("two"), bf16));
            cad_decoder_destroy(d);
            same_files("one/model.safetensors", "two/model.safetensors");
        }
}

static void test_roundtrip_an_adapter_that_is_loaded_and_saved_has_the_same_bytes(void **state)
{
    (void)state;
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 256);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 4);
    o.lora.targets = CAD_LORA_ALL & ~(1u << CAD_LORA_up);
    cad_arena *a = fix_arena();
    cad_batch *b = fix_batch(a, 0, 5);
    float before[FIX_TOKENS] = {0}, after[FIX_TOKENS] = {0};
    ok(cad_fs_mkdirs(scratch("one")));
    ok(cad_fs_mkdirs(scratch("two")));
    cad_decoder *d = fix_decoder(&c, &o);
    float *g = inv_gradient(d, &b, 1, 1), *values = fix_values(d, false);
    for (int64_t i = 0; i < cad_decoder_params(d).size; i++)
        values[i] -= 0.1f * g[i];
    fix_set(d, values);
    free(values);
    free(g);
    ok(cad_decoder_eval(d, b, before, NULL));
    ok(cad_decoder_save_adapter(d, scratch("one")));
    cad_decoder_destroy(d);
    d = fix_decoder(&c, &o);
    ok(cad_decoder_eval(d, b, after, NULL));
    assert_true(memcmp(before, after, sizeof before) != 0);
    ok(cad_decoder_load_adapter(d, scratch("one")));
    ok(cad_decoder_eval(d, b, after, NULL));
    assert_memory_equal(before, after, sizeof before);
    ok(cad_decoder_save_adapter(d, scratch("two")));
    same_files("one/adapter_model.safetensors", "two/adapter_model.safetensors");
    same_files("one/adapter_config.json", "two/adapter_config.json");
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

INV_MAIN(scratch_setup, scratch_teardown, cmocka_unit_test(test_tail_what_stood_in_the_buffers_before_changes_nothing),
         cmocka_unit_test(test_tail_room_that_is_not_used_may_hold_anything),
         cmocka_unit_test(test_threads_the_number_of_threads_changes_no_bit),
         cmocka_unit_test(test_dropout_masks_follow_row_and_position_not_packing),
         cmocka_unit_test(test_dropout_of_zero_is_none_and_evaluation_has_none),
         cmocka_unit_test(test_dropout_keeps_its_share_within_four_sigma),
         cmocka_unit_test(test_zero_lora_an_adapter_with_b_zero_is_the_base_bit_for_bit),
         cmocka_unit_test(test_residency_nf4_held_as_codes_equals_nf4_held_dequantised),
         cmocka_unit_test(test_roundtrip_a_base_that_is_loaded_and_saved_has_the_same_bytes),
         cmocka_unit_test(test_roundtrip_an_adapter_that_is_loaded_and_saved_has_the_same_bytes))
