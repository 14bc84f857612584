/* Values that are known exactly, for every instruction set and both kinds of products: masks by their definition, losses with
 * all their digits, products of NF4 weights as those of the widened ones. */
#include "tests/kernels/ops_fixture.h"

/* A mask is a function of its counters: rows moved elsewhere keep theirs, and the rate is kept. */
static void mask_body(const cad_ops *ops)
{
    enum { N = 200, C = 150 };
    static float x[N * C], a[C * C], u[N * C], again[N * C];
    static uint8_t masks[N * 32];
    uint32_t row[N];
    int32_t pos[N];
    memset(a, 0, sizeof a);
    for (int i = 0; i < C; i++)
        a[i * C + i] = 1;
    for (int i = 0; i < N * C; i++)
        x[i] = 1;
    for (int i = 0; i < N; i++) {
        row[i] = (uint32_t)(i / 10);
        pos[i] = i % 10;
    }
    cad_lora_down_fwd_args args = {.x = F2(x, N, C), .a = F2(a, C, C), .u = F2(u, N, C), .s = {1}, .n = 1};
    args.drop = (cad_dropout){.rate = 0.25f, .seed = 1, .step = 2};
    args.drop.row = cad_tensor_1d(CAD_U32, row, N);
    args.drop.pos = cad_tensor_1d(CAD_I32, pos, N);
    fails(ops->lora_down_fwd(&args, NULL), CAD_EINVAL, "lora_down_fwd: scratch has 0 bytes, needs 6400");
    args.scratch = (cad_scratch){masks, sizeof masks};
    ok(ops->lora_down_fwd(&args, NULL));
    int kept = 0;
    for (int i = 0; i < N * C; i += 7) { /* the definition, from the generator of core */
        int c = i % C;
        uint32_t counter[4] = {(uint32_t)(c / 128 * 16 + c % 16), (uint32_t)pos[i / C], row[i / C], 0}, word[4];
        cad_philox(cad_dropout_key(1, 2), counter, word);
        int half = c / 16 % 8;
        assert_true((u[i] == 0) == ((word[half / 2] >> half % 2 * 16 & 0xFFFF) < 16384));
    }
    for (int i = 0; i < N * C; i++) {
        assert_true(u[i] == 0 || fabsf(u[i] - 1 / 0.75f) < 1e-6f);
        kept += u[i] != 0;
    }
    near(kept, 0.75 * N * C, 4 * sqrt(0.75 * 0.25 * N * C));
    for (int i = 0; i < N; i++) {
        row[i] = (uint32_t)((N - 1 - i) / 10);
        pos[i] = (N - 1 - i) % 10;
    }
    args.u = F2(again, N, C);
    ok(ops->lora_down_fwd(&args, NULL));
    for (int i = 0; i < N; i++)
        assert_memory_equal(again + i * C, u + (N - 1 - i) * C, C * sizeof(float));
    args.drop.step = 3;
    ok(ops->lora_down_fwd(&args, NULL));
    assert_memory_not_equal(again, u, sizeof u);
}

static void test_dropout_masks_follow_their_counters(void **state)
{
    (void)state;
    fixture_each(mask_body);
}

static void small_body(const cad_ops *ops)
{
    float x[2] = {1, 80}, w[3] = {0, 10, -10}, nll[2], dx[2], lse[2], scratch[6];
    uint32_t y[2] = {1, 1}, top[2];
    ok(ops->linear_xent(&(cad_linear_xent_args){.x = F2(x, 2, 1),
                                                .w = F2(w, 3, 1),
                                                .y = cad_tensor_1d(CAD_U32, y, 2),
                                                .nll = F1(nll, 2),
                                                .dx = F2(dx, 2, 1),
                                                .scale = 1,
                                                .scratch = {scratch, sizeof scratch}},
                        NULL));
    near(nll[0], 4.5400960617e-05, 1e-11); /* log1p(exp(-10) + exp(-20)): a small loss keeps its digits */
    near(dx[0], -4.5401991e-04, 1e-9);     /* sum_j p_j w_j - w_y */
    near(nll[1], 0, 0);
    ok(ops->linear_xent_eval(&(cad_linear_xent_eval_args){.x = F2(x, 2, 1),
                                                          .w = F2(w, 3, 1),
                                                          .y = cad_tensor_1d(CAD_U32, y, 2),
                                                          .nll = F1(nll, 2),
                                                          .lse = F1(lse, 2),
                                                          .top = cad_tensor_1d(CAD_U32, top, 2),
                                                          .scratch = {scratch, sizeof scratch}},
                             NULL));
    near(lse[1], 800, 1e-4);
    assert_int_equal(top[0], 1);
}

static void test_cross_entropy_keeps_small_losses_and_survives_large_logits(void **state)
{
    (void)state;
    fixture_each(small_body);
}

/* ---- NF4 weights: the same product as with the dequantised matrix, bit for bit ---- */
static void nf4_body(const cad_ops *ops)
{
    enum { N = 9, O = 40, I = 100, R = 2 };
    static float w[O * I], wide[O * I], absmax[63], x[N * I], dy[N * O], u[N * R], bl[O * R], al[R * I], y[N * O], y2[N * O],
        dx[N * I], dx2[N * I], scratch[O * I], map2[1];
    static uint8_t codes[O * I / 2], q8[63];
    fixture_normal(31, w, O * I, 0.1f);
    fixture_normal(32, x, N * I, 1);
    fixture_normal(33, dy, N * O, 1);
    fixture_normal(34, u, N * R, 1);
    fixture_normal(35, bl, O * R, 1);
    fixture_normal(36, al, R * I, 1);
    cad_nf4 q = {.out = O, .in = I, .block = 64, .codes = cad_tensor_1d(CAD_U8, codes, O * I / 2)};
    q.absmax = F1(absmax, 63);
    ok(ops->nf4_quant(&(cad_nf4_quant_args){.w = F2(w, O, I), .codes = q.codes, .absmax = q.absmax, .block = 64}, NULL));
    for (int nested = 0; nested < 2; nested++) {
        if (nested) { /* the scales of the table above, coarser */
            for (int i = 0; i < 63; i++)
                q8[i] = (uint8_t)(130 + i);
            map2[0] = 0.2f;
            q.absmax = cad_tensor_1d(CAD_U8, q8, 63);
            static float map[256];
            for (int i = 0; i < 256; i++)
                map[i] = (float)(i - 127) / 128;
            q.map = F1(map, 256);
            q.absmax2 = F1(map2, 1);
            q.offset = 0.25f;
        }
        ok(ops->nf4_dequant(&(cad_nf4_dequant_args){.q = q, .w = F2(wide, O, I)}, NULL));
        cad_scratch s = {scratch, sizeof scratch};
        ok(ops->nf4_linear_lora_fwd(
            &(cad_nf4_linear_lora_fwd_args){
                .x = F2(x, N, I), .w = q, .u = F2(u, N, R), .bl = F2(bl, O, R), .y = F2(y, N, O), .scratch = s},
            NULL));
        ok(ops->linear_lora_fwd(
            &(cad_linear_lora_fwd_args){
                .x = F2(x, N, I), .w = F2(wide, O, I), .u = F2(u, N, R), .bl = F2(bl, O, R), .y = F2(y2, N, O)},
            NULL));
        assert_memory_equal(y, y2, sizeof y);
        ok(ops->nf4_linear_lora_bwd_x(
            &(cad_nf4_linear_lora_bwd_x_args){
                .dy = F2(dy, N, O), .w = q, .v = F2(u, N, R), .a = F2(al, R, I), .dx = F2(dx, N, I), .scratch = s},
            NULL));
        ok(ops->linear_lora_bwd_x(
            &(cad_linear_lora_bwd_x_args){
                .dy = F2(dy, N, O), .w = F2(wide, O, I), .v = F2(u, N, R), .a = F2(al, R, I), .dx = F2(dx2, N, I)},
            NULL));
        assert_memory_equal(dx, dx2, sizeof dx);
        ok(ops->nf4_linear_fwd(&(cad_nf4_linear_fwd_args){.x = F2(x, N, I), .w = q, .y = F2(y, N, O), .scratch = s}, NULL));
        ok(ops->linear_fwd(&(cad_linear_fwd_args){.x = F2(x, N, I), .w = F2(wide, O, I), .y = F2(y2, N, O)}, NULL));
        assert_memory_equal(y, y2, sizeof y);
        ok(ops->nf4_linear_bwd_x(&(cad_nf4_linear_bwd_x_args){.dy = F2(dy, N, O), .w = q, .dx = F2(dx, N, I), .scratch = s},
                                 NULL));
        ok(ops->linear_bwd_x(&(cad_linear_bwd_x_args){.dy = F2(dy, N, O), .w = F2(wide, O, I), .dx = F2(dx2, N, I)}, NULL));
        assert_memory_equal(dx, dx2, sizeof dx);
    }
}

static void test_nf4_products_equal_those_of_the_widened_weight(void **state)
{
    (void)state;
    fixture_each(nf4_body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dropout_masks_follow_their_counters),
        cmocka_unit_test(test_cross_entropy_keeps_small_losses_and_survives_large_logits),
        cmocka_unit_test(test_nf4_products_equal_those_of_the_widened_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
