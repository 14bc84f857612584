/* What the ops promise about bits: threads and repeats change none, with own products a row's bits depend on that row alone,
 * decoding equals the full forward, and what is masked never shows. */
#include "tests/kernels/ops_fixture.h"

enum { N = 300, C = 96, O = 160, H = 4, K = 2, D = 16, LD = (H + 2 * K) * D };

static void test_threads_change_no_bits(void **state)
{
    (void)state;
    static float x[N * C], w[O * C], dy[N * O], y[3][N * O], dx[3][N * C], dw[3][O * C], db[3][O];
    static float xs[3][N * C], nll[3][N], dv[3][O * C], rstd[N], dn[3][C], scratch[N * O];
    static uint32_t target[N];
    const int threads[3] = {1, 2, 7};
    const cad_ops *ops;
    ok(cad_ops_get("cpu", &ops));
    fixture_normal(1, x, N * C, 1);
    fixture_normal(2, w, O * C, 0.1f);
    fixture_normal(3, dy, N * O, 1);
    for (uint32_t i = 0; i < N; i++)
        target[i] = i % O;
    for (int m = CAD_MATMUL_own; m <= CAD_MATMUL_bf16; m++) {
        cad_ops_set_matmul((cad_matmul)m);
        for (int t = 0; t < 3; t++) {
            ok(cad_threads_init(threads[t]));
            memset(dw[t], 0, sizeof dw[t]);
            memset(db[t], 0, sizeof db[t]);
            memset(dv[t], 0, sizeof dv[t]);
            memset(dn[t], 0, sizeof dn[t]);
            ok(ops->linear_fwd(&(cad_linear_fwd_args){.x = F2(x, N, C), .w = F2(w, O, C), .y = F2(y[t], N, O)}, NULL));
            ok(ops->linear_bwd_x(&(cad_linear_bwd_x_args){.dy = F2(dy, N, O), .w = F2(w, O, C), .dx = F2(dx[t], N, C)}, NULL));
            ok(ops->linear_bwd_w(
                &(cad_linear_bwd_w_args){.dy = F2(dy, N, O), .x = F2(x, N, C), .dw = F2(dw[t], O, C), .db = F1(db[t], O)},
                NULL));
            ok(ops->linear_xent(&(cad_linear_xent_args){.x = F2(x, N, C),
                                                        .w = F2(w, O, C),
                                                        .y = cad_tensor_1d(CAD_U32, target, N),
                                                        .nll = F1(nll[t], N),
                                                        .dx = F2(xs[t], N, C),
                                                        .dw = F2(dv[t], O, C),
                                                        .scale = 0.1f,
                                                        .scratch = {scratch, sizeof scratch}},
                                NULL));
            for (int i = 0; i < N; i++)
                rstd[i] = 1;
            ok(ops->rmsnorm_bwd(&(cad_rmsnorm_bwd_args){.x = F2(x, N, C),
                                                        .w = F1(w, C),
                                                        .rstd = F1(rstd, N),
                                                        .dy = F2(dx[t], N, C),
                                                        .dx = F2(dx[t], N, C),
                                                        .dw = F1(dn[t], C)},
                                NULL));
            assert_memory_equal(y[t], y[0], sizeof y[0]);
            assert_memory_equal(dx[t], dx[0], sizeof dx[0]);
            assert_memory_equal(dw[t], dw[0], sizeof dw[0]);
            assert_memory_equal(db[t], db[0], sizeof db[0]);
            assert_memory_equal(nll[t], nll[0], sizeof nll[0]);
            assert_memory_equal(xs[t], xs[0], sizeof xs[0]);
            assert_memory_equal(dv[t], dv[0], sizeof dv[0]);
            assert_memory_equal(dn[t], dn[0], sizeof dn[0]);
        }
    }
    cad_ops_set_matmul(CAD_MATMUL_auto);
    ok(cad_threads_init(1));
}

static void rows_body(const cad_ops *ops)
{
    static float x[N * C], w[O * C], y[N * O], part[N * O];
    if (cad_ops_matmul() == CAD_MATMUL_library)
        cad_ops_set_matmul(CAD_MATMUL_bf16); /* own loops, too */
    fixture_normal(4, x, N * C, 1);
    fixture_normal(5, w, O * C, 0.1f);
    ok(ops->linear_fwd(&(cad_linear_fwd_args){.x = F2(x, N, C), .w = F2(w, O, C), .y = F2(y, N, O)}, NULL));
    for (int64_t from = 0; from < N; from += 77)
        for (int64_t rows = 1; rows < 12; rows += 5) {
            int64_t n = from + rows > N ? N - from : rows;
            ok(ops->linear_fwd(&(cad_linear_fwd_args){.x = F2(x + from * C, n, C), .w = F2(w, O, C), .y = F2(part, n, O)},
                               NULL));
            assert_memory_equal(part, y + from * O, (size_t)(n * O) * sizeof(float));
        }
}

static void test_own_products_give_a_row_the_same_bits_anywhere(void **state)
{
    (void)state;
    fixture_each(rows_body);
}

static cad_attn_fwd_args attention(float *qkv, int32_t *seg, int64_t segs, int64_t n, float *o)
{
    return (cad_attn_fwd_args){.q = F3(qkv, n, H, D),
                               .k = F3(qkv + H * D, n, K, D),
                               .v = F3(qkv + (H + K) * D, n, K, D),
                               .ld_q = LD,
                               .ld_k = LD,
                               .ld_v = LD,
                               .seg = cad_tensor_1d(CAD_I32, seg, segs + 1),
                               .o = F3(o, n, H, D),
                               .scale = 0.25f,
                               .causal = 1};
}

/* In one storage type: a tensor of it at element `at` of an array that is wide enough for either. */
static cad_tensor heads(cad_dtype type, float *base, int64_t at, int64_t n, int64_t h)
{
    return cad_tensor_3d(type, (char *)base + (size_t)at * cad_dtype_size(type), n, h, D);
}

/* Makes n numbers that type, in place. */
static void store_as(cad_dtype type, float *x, int64_t n)
{
    for (int64_t i = 0; type == CAD_BF16 && i < n; i++) {
        uint16_t half = cad_f32_to_bf16(x[i]);
        memcpy((char *)x + (size_t)i * sizeof half, &half, sizeof half);
    }
}

static void decode_body(const cad_ops *ops, cad_dtype type)
{
    enum { L = 150, T = 192, SLOTS = 3 };
    static float qkv[L * LD], o[L * H * D], od[L * H * D], ck[SLOTS * K * D * T], cv[SLOTS * K * T * D];
    static int32_t slot[L], pos[L], len[L];
    int32_t seg[2] = {0, L};
    fixture_normal(6, qkv, L * LD, 1);
    store_as(type, qkv, L * LD);
    cad_attn_fwd_args f = attention(qkv, seg, 1, L, o);
    f.q = heads(type, qkv, 0, L, H);
    f.k = heads(type, qkv, H * D, L, K);
    f.v = heads(type, qkv, (H + K) * D, L, K);
    f.o = heads(type, o, 0, L, H);
    ok(ops->attn_fwd(&f, NULL));
    memset(ck, 0xFF, sizeof ck); /* NaN in both types: what was never written must never show */
    memset(cv, 0xFF, sizeof cv);
    cad_kv cache = {{ck, {SLOTS, K, D, T}, 4, type}, {cv, {SLOTS, K, T, D}, 4, type}};
    for (int i = 0; i < L; i++) {
        slot[i] = 1;
        pos[i] = i;
        len[i] = i + 1;
    }
    /* a prefill of 100 rows, then one token at a time */
    for (int64_t from = 0; from < L;) {
        int64_t n = from == 0 ? 100 : 1;
        ok(ops->kv_append(&(cad_kv_append_args){.k = heads(type, qkv, from * LD + H * D, n, K),
                                                .v = heads(type, qkv, from * LD + (H + K) * D, n, K),
                                                .ld_k = LD,
                                                .ld_v = LD,
                                                .slot = cad_tensor_1d(CAD_I32, slot, n),
                                                .pos = cad_tensor_1d(CAD_I32, pos + from, n),
                                                .cache = cache},
                          NULL));
        ok(ops->attn_decode(&(cad_attn_decode_args){.q = heads(type, qkv, from * LD, n, H),
                                                    .ld_q = LD,
                                                    .slot = cad_tensor_1d(CAD_I32, slot, n),
                                                    .len = cad_tensor_1d(CAD_I32, len + from, n),
                                                    .cache = cache,
                                                    .o = heads(type, od, from * H * D, n, H),
                                                    .scale = 0.25f},
                            NULL));
        from += n;
    }
    assert_memory_equal(od, o, L * H * D * cad_dtype_size(type));
}

static void test_decoding_from_the_cache_has_the_bits_of_the_full_forward(void **state)
{
    (void)state;
    fixture_each_type(decode_body);
}

/* Odd numbers of kv heads, keys and tiles: whatever counts on from call to call stands elsewhere at each repeat. */
static void repeat_body(const cad_ops *ops, cad_dtype type)
{
    enum { L = 225, SEGS = 4, HEADS = 6, KV = 3, ROW = (HEADS + 2 * KV) * D, REPEATS = 6 };
    static float qkv[L * ROW], o[L * HEADS * D], d_o[L * HEADS * D], lse[HEADS * L], grad[2][L * ROW], scratch[L * HEADS * D];
    static const int threads[REPEATS] = {1, 1, 2, 2, 7, 7};
    int32_t seg[SEGS + 1] = {0, 20, 90, 220, L};
    cad_tensor segments = cad_tensor_1d(CAD_I32, seg, SEGS + 1);
    fixture_normal(8, qkv, L * ROW, 1);
    fixture_normal(9, d_o, L * HEADS * D, 1);
    store_as(type, qkv, L * ROW);
    store_as(type, d_o, L * HEADS * D);
    cad_tensor q = heads(type, qkv, 0, L, HEADS), k = heads(type, qkv, HEADS * D, L, KV);
    cad_tensor v = heads(type, qkv, (HEADS + KV) * D, L, KV), answer = heads(type, o, 0, L, HEADS);
    ok(ops->attn_fwd(&(cad_attn_fwd_args){.q = q,
                                          .k = k,
                                          .v = v,
                                          .ld_q = ROW,
                                          .ld_k = ROW,
                                          .ld_v = ROW,
                                          .seg = segments,
                                          .o = answer,
                                          .lse = F2(lse, HEADS, L),
                                          .scale = 0.25f,
                                          .causal = 1},
                     NULL));
    for (int i = 0; i < REPEATS; i++) {
        float *g = grad[i > 0];
        cad_attn_bwd_args b = {.q = q,
                               .k = k,
                               .v = v,
                               .ld_q = ROW,
                               .ld_k = ROW,
                               .ld_v = ROW,
                               .seg = segments,
                               .o = answer,
                               .lse = F2(lse, HEADS, L),
                               .d_o = heads(type, d_o, 0, L, HEADS),
                               .dq = heads(type, g, 0, L, HEADS),
                               .dk = heads(type, g, HEADS * D, L, KV),
                               .dv = heads(type, g, (HEADS + KV) * D, L, KV),
                               .ld_dq = ROW,
                               .ld_dk = ROW,
                               .ld_dv = ROW,
                               .scale = 0.25f,
                               .causal = 1,
                               .scratch = {scratch, sizeof scratch}};
        ok(cad_threads_init(threads[i]));
        memset(g, 0xFF, L * ROW * sizeof *g);
        ok(ops->attn_bwd(&b, NULL));
        assert_memory_equal(g, grad[0], L * ROW * cad_dtype_size(type));
    }
    ok(cad_threads_init(1));
}

static void test_the_backward_pass_of_attention_repeats_its_bits(void **state)
{
    (void)state;
    fixture_each_type(repeat_body);
}

static void leak_body(const cad_ops *ops)
{
    enum { L = 90 };
    static float qkv[L * LD], o[L * H * D], alone[L * H * D];
    int32_t seg[3] = {0, 20, L}, one[2] = {0, L - 20};
    fixture_normal(7, qkv, L * LD, 1);
    cad_attn_fwd_args f = attention(qkv, seg, 2, L, o);
    ok(ops->attn_fwd(&f, NULL));
    cad_attn_fwd_args g = attention(qkv + 20 * LD, one, 1, L - 20, alone);
    ok(ops->attn_fwd(&g, NULL));
    assert_memory_equal(alone, o + 20 * H * D, (L - 20) * H * D * sizeof(float));
    /* a NaN in a key and value reaches later rows of its own segment only */
    for (int i = H * D; i < LD; i++)
        qkv[50 * LD + i] = NAN;
    memcpy(alone, o, sizeof o);
    ok(ops->attn_fwd(&f, NULL));
    assert_memory_equal(o, alone, 50 * H * D * sizeof(float));
    for (int i = 50 * H * D; i < L * H * D; i++)
        assert_true(isnan(o[i]));
}

static void test_segments_do_not_see_each_other_nor_the_future(void **state)
{
    (void)state;
    fixture_each(leak_body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_change_no_bits),
        cmocka_unit_test(test_own_products_give_a_row_the_same_bits_anywhere),
        cmocka_unit_test(test_decoding_from_the_cache_has_the_bits_of_the_full_forward),
        cmocka_unit_test(test_the_backward_pass_of_attention_repeats_its_bits),
        cmocka_unit_test(test_segments_do_not_see_each_other_nor_the_future),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
