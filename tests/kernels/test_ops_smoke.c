/* Hand values of the ops, for every instruction set. */
#include "tests/kernels/ops_fixture.h"

#include "kernels/nf4.h"

#include "core/hash.h"

static void rmsnorm_body(const cad_ops *ops)
{
    float x[4] = {1, 2, 2, 4}, w[4] = {1, 1, 2, 0.5f}, y[4], rstd[1]; /* mean square 6.25, rstd 0.4 */
    ok(ops->rmsnorm_fwd(&(cad_rmsnorm_fwd_args){.x = F2(x, 1, 4), .w = F1(w, 4), .y = F2(y, 1, 4), .rstd = F1(rstd, 1)}, NULL));
    near(rstd[0], 0.4, 1e-7);
    float expect[4] = {0.4f, 0.8f, 1.6f, 0.8f};
    for (int i = 0; i < 4; i++)
        near(y[i], expect[i], 1e-6);
    float r[4] = {0, 1, 1, 3}, sum[4], one[4] = {1, 1, 1, 1};
    ok(ops->add_rmsnorm_fwd(
        &(cad_add_rmsnorm_fwd_args){
            .r = F2(r, 1, 4), .x = F2(one, 1, 4), .w = F1(w, 4), .sum = F2(sum, 1, 4), .y = F2(y, 1, 4)},
        NULL));
    assert_memory_equal(sum, x, sizeof x);
    for (int i = 0; i < 4; i++)
        near(y[i], expect[i], 1e-6);
}

static void test_rmsnorm_gives_hand_values(void **state)
{
    (void)state;
    fixture_each(rmsnorm_body);
}

static void linear_body(const cad_ops *ops)
{
    float x[6] = {1, 2, 3, -1, 0, 1}, w[6] = {1, 0, 1, 2, -1, 0.5f}, b[2] = {10, 20}, res[4] = {100, 0, 0, 100}, y[4];
    ok(ops->linear_fwd(&(cad_linear_fwd_args){.x = F2(x, 2, 3), .w = F2(w, 2, 3), .b = F1(b, 2), .y = F2(y, 2, 2)}, NULL));
    assert_memory_equal(y, ((float[]){14, 21.5f, 10, 18.5f}), sizeof y);
    /* the residual in place */
    ok(ops->linear_fwd(
        &(cad_linear_fwd_args){.x = F2(x, 2, 3), .w = F2(w, 2, 3), .b = F1(b, 2), .res = F2(res, 2, 2), .y = F2(res, 2, 2)},
        NULL));
    assert_memory_equal(res, ((float[]){114, 21.5f, 10, 118.5f}), sizeof res);
    float dy[4] = {1, 2, 3, 4}, dx[6], dw[6] = {1, 1, 1, 1, 1, 1}, db[2] = {0.5f, 0.5f};
    ok(ops->linear_bwd_x(&(cad_linear_bwd_x_args){.dy = F2(dy, 2, 2), .w = F2(w, 2, 3), .dx = F2(dx, 2, 3)}, NULL));
    assert_memory_equal(dx, ((float[]){5, -2, 2, 11, -4, 5}), sizeof dx);
    ok(ops->linear_bwd_w(&(cad_linear_bwd_w_args){.dy = F2(dy, 2, 2), .x = F2(x, 2, 3), .dw = F2(dw, 2, 3), .db = F1(db, 2)},
                         NULL));
    assert_memory_equal(dw, ((float[]){-1, 3, 7, -1, 5, 11}), sizeof dw);
    assert_memory_equal(db, ((float[]){4.5f, 6.5f}), sizeof db);
}

static void test_linear_gives_hand_values(void **state)
{
    (void)state;
    fixture_each(linear_body);
}

/* Integer data: every sum is exact, so any loop order, tile edge or thread split must give the same bits as the plain sum. */
static void integer_body(const cad_ops *ops)
{
    static float x[300 * 530], w[70 * 530], dy[300 * 70], y[300 * 70], dx[300 * 530], dw[70 * 530];
    const int64_t shapes[][3] = {{1, 1, 1}, {7, 33, 65}, {64, 32, 128}, {300, 70, 530}, {257, 48, 513}, {5, 31, 3}};
    cad_rng r = cad_rng_make(1, "integers", 0);
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        int64_t n = shapes[s][0], out = shapes[s][1], in = shapes[s][2];
        for (int64_t i = 0; i < n * in; i++)
            x[i] = (float)cad_rng_range(&r, -4, 4);
        for (int64_t i = 0; i < out * in; i++)
            w[i] = (float)cad_rng_range(&r, -4, 4);
        for (int64_t i = 0; i < n * out; i++)
            dy[i] = (float)cad_rng_range(&r, -4, 4);
        memset(dw, 0, sizeof dw);
        ok(ops->linear_fwd(&(cad_linear_fwd_args){.x = F2(x, n, in), .w = F2(w, out, in), .y = F2(y, n, out)}, NULL));
        ok(ops->linear_bwd_x(&(cad_linear_bwd_x_args){.dy = F2(dy, n, out), .w = F2(w, out, in), .dx = F2(dx, n, in)}, NULL));
        ok(ops->linear_bwd_w(&(cad_linear_bwd_w_args){.dy = F2(dy, n, out), .x = F2(x, n, in), .dw = F2(dw, out, in)}, NULL));
        for (int64_t i = 0; i < n; i++)
            for (int64_t o = 0; o < out; o += 1 + (n > 100) * 6)
                assert_true((double)y[i * out + o] == fixture_dot(x + i * in, w + o * in, in));
        for (int64_t i = 0; i < n; i += 3)
            for (int64_t c = 0; c < in; c += 5) {
                double sum = 0;
                for (int64_t o = 0; o < out; o++)
                    sum += (double)dy[i * out + o] * (double)w[o * in + c];
                assert_true((double)dx[i * in + c] == sum);
            }
        for (int64_t o = 0; o < out; o += 3)
            for (int64_t c = 0; c < in; c += 5) {
                double sum = 0;
                for (int64_t i = 0; i < n; i++)
                    sum += (double)dy[i * out + o] * (double)x[i * in + c];
                assert_true((double)dw[o * in + c] == sum);
            }
    }
}

static void test_products_of_integers_are_exact_for_every_shape(void **state)
{
    (void)state;
    fixture_each(integer_body);
}

static void rope_body(const cad_ops *ops)
{
    float table[3 * 4], x[8] = {1, 2, 3, 4, 1, 2, 3, 4}, start[8];
    memcpy(start, x, sizeof x);
    cad_rope_table(&(cad_rope_config){.theta = 10000}, 3, 4, table);
    int32_t pos[2] = {0, 2};
    cad_rope_args a = {.x = F3(x, 2, 1, 4), .pos = cad_tensor_1d(CAD_I32, pos, 2), .table = F2(table, 3, 4)};
    ok(ops->rope_fwd(&a, NULL));
    assert_memory_equal(x, start, 4 * sizeof(float)); /* position 0 is the identity */
    near(x[4], cos(2) - 3 * sin(2), 1e-6);
    near(x[6], 3 * cos(2) + sin(2), 1e-6);
    near(x[5], 2 * cos(0.02) - 4 * sin(0.02), 1e-6);
    ok(ops->rope_bwd(&a, NULL));
    for (int i = 0; i < 8; i++)
        near(x[i], start[i], 1e-6);
}

static void test_rope_turns_pairs_and_turns_them_back(void **state)
{
    (void)state;
    fixture_each(rope_body);
}

static void test_llama3_scaling_keeps_short_waves_and_stretches_long_ones(void **state)
{
    (void)state;
    float plain[2 * 128], scaled[2 * 128];
    cad_rope_table(&(cad_rope_config){.theta = 5e5}, 2, 128, plain);
    cad_rope_table(&(cad_rope_config){.theta = 5e5, .factor = 32, .low = 1, .high = 4, .original = 8192}, 2, 128, scaled);
    near(scaled[128 + 64], plain[128 + 64], 0);            /* wavelength 6.28 */
    near(scaled[128 + 127], plain[128 + 127] / 32, 1e-11); /* wavelength 2.5 million */
    assert_true(scaled[128 + 64 + 34] < plain[128 + 64 + 34] && scaled[128 + 64 + 34] > plain[128 + 64 + 34] / 32);
}

static void swiglu_body(const cad_ops *ops)
{
    float gu[10] = {-100, 0, 1, 100, -1, 1, 2, 3, 4, 5}, h[5];
    ok(ops->swiglu_fwd(&(cad_swiglu_fwd_args){.gu = F2(gu, 1, 10), .h = F2(h, 1, 5), .group = 5}, NULL));
    float expect[5] = {0, 0, 3 * 0.7310586f, 400, -5 * 0.26894143f};
    for (int i = 0; i < 5; i++)
        near(h[i], expect[i], 1e-6 * fabs((double)expect[i]) + 1e-30);
    float grouped[8] = {1, 0, 2, 3, -1, 100, 4, 5};
    ok(ops->swiglu_fwd(&(cad_swiglu_fwd_args){.gu = F2(grouped, 1, 8), .h = F2(h, 1, 4), .group = 2}, NULL));
    near(h[0], 2 * 0.7310586, 1e-6);
    near(h[2], -4 * 0.26894143, 1e-6);
    near(h[3], 500, 1e-4);
}

static void test_swiglu_gives_hand_values_in_both_layouts(void **state)
{
    (void)state;
    fixture_each(swiglu_body);
}

static void rows_body(const cad_ops *ops)
{
    float e[6] = {1, 2, 3, 4, 5, 6}, y[8], de[6] = {0}, dy[8] = {1, 10, 2, 20, 3, 30, 4, 40};
    uint32_t id[4] = {2, 0, 2, 1}, order[4], count[4];
    cad_tensor ids = cad_tensor_1d(CAD_U32, id, 4);
    ok(ops->embed_fwd(&(cad_embed_fwd_args){.id = ids, .e = F2(e, 3, 2), .y = F2(y, 4, 2)}, NULL));
    assert_memory_equal(y, ((float[]){5, 6, 1, 2, 5, 6, 3, 4}), sizeof y);
    cad_embed_order(id, 4, 3, order, count);
    assert_memory_equal(order, ((uint32_t[]){1, 3, 0, 2}), sizeof order);
    ok(ops->embed_bwd(
        &(cad_embed_bwd_args){.id = ids, .order = cad_tensor_1d(CAD_U32, order, 4), .dy = F2(dy, 4, 2), .de = F2(de, 3, 2)},
        NULL));
    assert_memory_equal(de, ((float[]){2, 20, 4, 40, 4, 40}), sizeof de);
    uint32_t pick[2] = {3, 1};
    float small[4], back[8] = {0};
    cad_tensor picks = cad_tensor_1d(CAD_U32, pick, 2);
    ok(ops->gather_rows(&(cad_gather_rows_args){.i = picks, .x = F2(dy, 4, 2), .y = F2(small, 2, 2)}, NULL));
    ok(ops->scatter_rows(&(cad_scatter_rows_args){.i = picks, .x = F2(small, 2, 2), .y = F2(back, 4, 2)}, NULL));
    assert_memory_equal(back, ((float[]){0, 0, 2, 20, 0, 0, 4, 40}), sizeof back);
    id[3] = 3;
    fails(ops->embed_fwd(&(cad_embed_fwd_args){.id = ids, .e = F2(e, 3, 2), .y = F2(y, 4, 2)}, NULL), CAD_EINVAL,
          "embed_fwd: id[3] is 3, expected 0..2");
}

static void test_rows_are_picked_put_back_and_added(void **state)
{
    (void)state;
    fixture_each(rows_body);
}

static void sums_body(const cad_ops *ops)
{
    static float g[10000];
    double scratch[8], norm2, sum;
    uint32_t finite;
    double expect = 0, plain = 0;
    for (int i = 0; i < 10000; i++) {
        g[i] = (float)(i % 97) * 0.25f - 3;
        expect += (double)g[i] * (double)g[i];
        plain += (double)g[i];
    }
    cad_grad_norm2_args a = {.g = F1(g, 10000),
                             .norm2 = cad_tensor_1d(CAD_F64, &norm2, 1),
                             .finite = cad_tensor_1d(CAD_U32, &finite, 1),
                             .scratch = {scratch, sizeof scratch}};
    assert_true(ops->grad_norm2_scratch(&a) <= sizeof scratch);
    ok(ops->grad_norm2(&a, NULL));
    near(norm2, expect, 1e-12 * expect);
    assert_int_equal(finite, 1);
    g[9999] = NAN;
    ok(ops->grad_norm2(&a, NULL));
    assert_int_equal(finite, 0);
    g[9999] = 0;
    plain -= (double)((float)(9999 % 97) * 0.25f - 3);
    ok(ops->sum_ordered(&(cad_sum_ordered_args){.x = a.g, .out = cad_tensor_1d(CAD_F64, &sum, 1), .scratch = a.scratch}, NULL));
    near(sum, plain, 1e-9);
    a.scratch.bytes = 8;
    fails(ops->grad_norm2(&a, NULL), CAD_EINVAL, "grad_norm2: scratch has 8 bytes, needs 24");
}

static void test_sums_are_exact_and_see_a_nan(void **state)
{
    (void)state;
    fixture_each(sums_body);
}

static void test_the_tables_of_the_quantised_formats_are_those_of_the_specification(void **state)
{
    (void)state;
    assert_int_equal(cad_crc32(cad_q8_signed_map(), 1024), 0xB66387BA);
    assert_int_equal(cad_crc32(cad_q8_unsigned_map(), 1024), 0x603F8C47);
    uint32_t bits;
    memcpy(&bits, &cad_nf4_threshold[14], 4);
    assert_int_equal(bits, 0x3F5C89D9);
}

static void nf4_body(const cad_ops *ops)
{
    float w[96], back[96], absmax[2];
    uint8_t codes[48];
    for (int i = 0; i < 96; i++)
        w[i] = i < 64 ? cad_nf4_level[i % 16] * 2.5f : 0;
    ok(ops->nf4_quant(
        &(cad_nf4_quant_args){
            .w = F2(w, 2, 48), .codes = cad_tensor_1d(CAD_U8, codes, 48), .absmax = F1(absmax, 2), .block = 64},
        NULL));
    near(absmax[0], 2.5, 0);
    near(absmax[1], 0, 0);
    for (int i = 0; i < 32; i++)
        assert_int_equal(codes[i], (2 * i % 16) << 4 | (2 * i + 1) % 16);
    assert_int_equal(codes[40], 0x77);
    cad_nf4 q = {.out = 2, .in = 48, .block = 64, .codes = cad_tensor_1d(CAD_U8, codes, 48), .absmax = F1(absmax, 2)};
    ok(ops->nf4_dequant(&(cad_nf4_dequant_args){.q = q, .w = F2(back, 2, 48)}, NULL));
    for (int i = 0; i < 96; i++)
        near(back[i], cad_bf16_to_f32(cad_f32_to_bf16(w[i])), 0);
    w[50] = INFINITY;
    fails(ops->nf4_quant(&(cad_nf4_quant_args){.w = F2(w, 2, 48), .codes = q.codes, .absmax = q.absmax, .block = 64}, NULL),
          CAD_ENUMERIC, "weight (1,2) is inf");
}

static void test_nf4_codes_levels_and_refuses_what_is_not_finite(void **state)
{
    (void)state;
    fixture_each(nf4_body);
}

static void sample_body(const cad_ops *ops)
{
    float z[2 * 5] = {1, 3, 3, -INFINITY, 0, 0, 0, 0, 0, 9}, t[2] = {0, 0}, logp[2];
    uint32_t id[2], pos[2] = {0, 7};
    uint64_t seed[2] = {1, 2};
    double scratch[32];
    cad_sample_args a = {.logits = F2(z, 2, 5),
                         .temperature = F1(t, 2),
                         .seed = cad_tensor_1d(CAD_U64, seed, 2),
                         .position = cad_tensor_1d(CAD_U32, pos, 2),
                         .id = cad_tensor_1d(CAD_U32, id, 2),
                         .logp = F1(logp, 2),
                         .scratch = {scratch, sizeof scratch}};
    ok(ops->sample(&a, NULL));
    assert_int_equal(id[0], 1); /* ties take the lower id */
    assert_int_equal(id[1], 4);
    near(logp[0], -log(2 + exp(-2) + exp(-3)), 1e-6);
    int32_t k[2] = {2, 1};
    float one[2] = {1, 1}, p[2] = {1, 1};
    a.temperature = F1(one, 2);
    a.top_k = cad_tensor_1d(CAD_I32, k, 2);
    a.top_p = F1(p, 2);
    int seen[5] = {0};
    for (uint32_t i = 0; i < 400; i++) {
        pos[0] = i;
        ok(ops->sample(&a, NULL));
        seen[id[0]]++;
        assert_int_equal(id[1], 4);
    }
    assert_int_equal(seen[1] + seen[2], 400);
    assert_in_range(seen[1], 150, 250);
    a.top_k.data = NULL;
    p[0] = 0.4f; /* the first of the two equal ones holds 0.458 */
    for (uint32_t i = 0; i < 50; i++) {
        pos[0] = i;
        ok(ops->sample(&a, NULL));
        assert_int_equal(id[0], 1);
    }
    z[2] = NAN;
    fails(ops->sample(&a, NULL), CAD_ENUMERIC, "sample: row 0");
}

static void test_sampling_obeys_temperature_top_k_and_top_p(void **state)
{
    (void)state;
    fixture_each(sample_body);
}

static void adamw_body(const cad_ops *ops)
{
    float p[512], g[512], m[512] = {0}, v[512] = {0};
    for (int i = 0; i < 512; i++) {
        p[i] = 1;
        g[i] = i % 2 ? -0.5f : 2;
    }
    g[5] = NAN;
    m[5] = v[5] = 1;
    cad_opt_tensor list[2] = {{0, 200, 1}, {256, 10, 0}};
    cad_adamw_step_args a = {.p = F1(p, 512), .g = F1(g, 512), .m = F1(m, 512), .v = F1(v, 512), .tensor = list};
    a.n_tensors = 2;
    a.h = (cad_adamw_hyper){.lr = 0.1, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0.1, .t = 1};
    ok(ops->adamw_step(&a, NULL));
    near(p[0], (1 - 0.1) * (1 - 0.01), 1e-6); /* the first step is lr times the sign */
    near(p[1], (1 + 0.1) * (1 - 0.01), 1e-6);
    near(p[257], 1.1, 1e-6);
    near(p[230], 1, 0);
    near(p[5], 1, 0);
    near(m[5], 0, 0);
    near(m[0], 0.2, 1e-7);
    near(v[0], 0.004, 1e-9);
}

static void test_adamw_steps_by_the_formula_and_skips_a_nan(void **state)
{
    (void)state;
    fixture_each(adamw_body);
}

static void adamw8_body(const cad_ops *ops)
{
    enum { N = 4096 + 256, STEPS = 12 };
    static float p8[N], p32[N], g[N], m[N], v[N], ma[17], va[17], m32[256], v32[256];
    static uint8_t m8[N], v8[N];
    memset(m, 0, sizeof m);
    memset(v, 0, sizeof v);
    memset(m8, 0, sizeof m8);
    memset(v8, 0, sizeof v8);
    memset(ma, 0, sizeof ma);
    memset(va, 0, sizeof va);
    memset(m32, 0, sizeof m32);
    memset(v32, 0, sizeof v32);
    fixture_normal(3, p8, N, 1);
    memcpy(p32, p8, sizeof p8);
    cad_opt_tensor list[2] = {{0, 4096, 1}, {4096, 100, 0}};
    cad_adamw_hyper h = {.lr = 0.01, .beta1 = 0.9, .beta2 = 0.95, .eps = 1e-8, .weight_decay = 0.01};
    for (h.t = 1; h.t <= STEPS; h.t++) {
        fixture_normal(100 + (uint64_t)h.t, g, N, 0.5f);
        ok(ops->adamw_step(
            &(cad_adamw_step_args){
                .p = F1(p32, N), .g = F1(g, N), .m = F1(m, N), .v = F1(v, N), .tensor = list, .n_tensors = 2, .h = h},
            NULL));
        ok(ops->adamw8bit_step(&(cad_adamw8bit_step_args){.p = F1(p8, N),
                                                          .g = F1(g, N),
                                                          .m8 = cad_tensor_1d(CAD_U8, m8, N),
                                                          .v8 = cad_tensor_1d(CAD_U8, v8, N),
                                                          .ma = F1(ma, 17),
                                                          .va = F1(va, 17),
                                                          .m32 = F1(m32, 256),
                                                          .v32 = F1(v32, 256),
                                                          .tensor = list,
                                                          .n_tensors = 2,
                                                          .h = h},
                               NULL));
    }
    double off = 0;
    for (int i = 0; i < 4096; i++)
        off += pow((double)p8[i] - (double)p32[i], 2);
    assert_true(off > 0);
    near(sqrt(off / 4096), 0, 2e-3);
    assert_memory_equal(p8 + 4096, p32 + 4096, 256 * sizeof(float)); /* a small tensor keeps f32 moments */
}

static void test_adamw_in_8_bits_follows_adamw(void **state)
{
    (void)state;
    fixture_each(adamw8_body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rmsnorm_gives_hand_values),
        cmocka_unit_test(test_linear_gives_hand_values),
        cmocka_unit_test(test_products_of_integers_are_exact_for_every_shape),
        cmocka_unit_test(test_rope_turns_pairs_and_turns_them_back),
        cmocka_unit_test(test_llama3_scaling_keeps_short_waves_and_stretches_long_ones),
        cmocka_unit_test(test_swiglu_gives_hand_values_in_both_layouts),
        cmocka_unit_test(test_rows_are_picked_put_back_and_added),
        cmocka_unit_test(test_sums_are_exact_and_see_a_nan),
        cmocka_unit_test(test_the_tables_of_the_quantised_formats_are_those_of_the_specification),
        cmocka_unit_test(test_nf4_codes_levels_and_refuses_what_is_not_finite),
        cmocka_unit_test(test_sampling_obeys_temperature_top_k_and_top_p),
        cmocka_unit_test(test_adamw_steps_by_the_formula_and_skips_a_nan),
        cmocka_unit_test(test_adamw_in_8_bits_follows_adamw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
