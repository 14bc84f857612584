/* Every backward against central differences of its forward, for every instruction set and both kinds of products. */
#include "tests/kernels/ops_fixture.h"

/* ---- norms ---- */
enum { NN = 3, NC = 37 };
typedef struct norm_case {
    const cad_ops *ops;
    float x[NN * NC], w[NC], dy[NN * NC], dr[NN * NC], y[NN * NC], rstd[NN];
} norm_case;

/* y.dy + x.dr: the norm and the residual path beside it */
static double norm_loss(void *ctx)
{
    norm_case *c = ctx;
    ok(c->ops->rmsnorm_fwd(
        &(cad_rmsnorm_fwd_args){
            .x = F2(c->x, NN, NC), .w = F1(c->w, NC), .y = F2(c->y, NN, NC), .rstd = F1(c->rstd, NN), .eps = 1e-5f},
        NULL));
    return fixture_dot(c->y, c->dy, NN * NC) + fixture_dot(c->x, c->dr, NN * NC);
}

static void norm_body(const cad_ops *ops)
{
    static norm_case c;
    float dx[NN * NC], dw[NC] = {0};
    c.ops = ops;
    fixture_normal(1, c.x, NN * NC, 1);
    fixture_normal(2, c.w, NC, 1);
    fixture_normal(3, c.dy, NN * NC, 1);
    fixture_normal(4, c.dr, NN * NC, 1);
    norm_loss(&c);
    ok(ops->rmsnorm_bwd(&(cad_rmsnorm_bwd_args){.x = F2(c.x, NN, NC),
                                                .w = F1(c.w, NC),
                                                .rstd = F1(c.rstd, NN),
                                                .dy = F2(c.dy, NN, NC),
                                                .dr = F2(c.dr, NN, NC),
                                                .dx = F2(dx, NN, NC),
                                                .dw = F1(dw, NC)},
                        NULL));
    fixture_gradient("rmsnorm dx", norm_loss, &c, c.x, NN * NC, dx, 1e-2f, 1e-3);
    fixture_gradient("rmsnorm dw", norm_loss, &c, c.w, NC, dw, 1e-2f, 1e-3);
}

static void test_rmsnorm_backward_is_the_derivative(void **state)
{
    (void)state;
    fixture_each(norm_body);
}

/* ---- swiglu ---- */
enum { SN = 2, SF = 12 };
typedef struct glu_case {
    const cad_ops *ops;
    float gu[SN * 2 * SF], h[SN * SF], dh[SN * SF];
} glu_case;

static double glu_loss(void *ctx)
{
    glu_case *c = ctx;
    ok(c->ops->swiglu_fwd(&(cad_swiglu_fwd_args){.gu = F2(c->gu, SN, 2 * SF), .h = F2(c->h, SN, SF), .group = 4}, NULL));
    return fixture_dot(c->h, c->dh, SN * SF);
}

static void glu_body(const cad_ops *ops)
{
    static glu_case c;
    float dgu[SN * 2 * SF], h[SN * SF];
    c.ops = ops;
    fixture_normal(5, c.gu, SN * 2 * SF, 2);
    fixture_normal(6, c.dh, SN * SF, 1);
    glu_loss(&c);
    ok(ops->swiglu_bwd(
        &(cad_swiglu_bwd_args){
            .gu = F2(c.gu, SN, 2 * SF), .dh = F2(c.dh, SN, SF), .dgu = F2(dgu, SN, 2 * SF), .h = F2(h, SN, SF), .group = 4},
        NULL));
    assert_memory_equal(h, c.h, sizeof h);
    fixture_gradient("swiglu dgu", glu_loss, &c, c.gu, SN * 2 * SF, dgu, 1e-2f, 1e-3);
}

static void test_swiglu_backward_is_the_derivative(void **state)
{
    (void)state;
    fixture_each(glu_body);
}

/* ---- attention: q, k, v as views into fused rows ---- */
enum { AN = 78, AH = 4, AK = 2, AD = 5, ALD = (AH + 2 * AK) * AD };
typedef struct attn_case {
    const cad_ops *ops;
    float qkv[AN * ALD], o[AN * AH * AD], lse[AH * AN], d_o[AN * AH * AD];
    int32_t seg[4];
    int causal;
} attn_case;

static double attn_loss(void *ctx)
{
    attn_case *c = ctx;
    ok(c->ops->attn_fwd(&(cad_attn_fwd_args){.q = F3(c->qkv, AN, AH, AD),
                                             .k = F3(c->qkv + AH * AD, AN, AK, AD),
                                             .v = F3(c->qkv + (AH + AK) * AD, AN, AK, AD),
                                             .ld_q = ALD,
                                             .ld_k = ALD,
                                             .ld_v = ALD,
                                             .seg = cad_tensor_1d(CAD_I32, c->seg, 4),
                                             .o = F3(c->o, AN, AH, AD),
                                             .lse = F2(c->lse, AH, AN),
                                             .scale = 0.45f,
                                             .causal = c->causal},
                        NULL));
    return fixture_dot(c->o, c->d_o, AN * AH * AD);
}

static void attn_body(const cad_ops *ops)
{
    static attn_case c;
    static float d[AN * ALD];
    c.ops = ops;
    memcpy(c.seg, ((int32_t[]){0, 1, 7, AN}), sizeof c.seg); /* the last one spans two key tiles */
    fixture_normal(8, c.d_o, AN * AH * AD, 1);
    for (c.causal = 0; c.causal < 2; c.causal++) {
        fixture_normal(7, c.qkv, AN * ALD, 1);
        attn_loss(&c);
        ok(ops->attn_bwd(&(cad_attn_bwd_args){.q = F3(c.qkv, AN, AH, AD),
                                              .k = F3(c.qkv + AH * AD, AN, AK, AD),
                                              .v = F3(c.qkv + (AH + AK) * AD, AN, AK, AD),
                                              .ld_q = ALD,
                                              .ld_k = ALD,
                                              .ld_v = ALD,
                                              .seg = cad_tensor_1d(CAD_I32, c.seg, 4),
                                              .o = F3(c.o, AN, AH, AD),
                                              .lse = F2(c.lse, AH, AN),
                                              .d_o = F3(c.d_o, AN, AH, AD),
                                              .dq = F3(d, AN, AH, AD),
                                              .dk = F3(d + AH * AD, AN, AK, AD),
                                              .dv = F3(d + (AH + AK) * AD, AN, AK, AD),
                                              .ld_dq = ALD,
                                              .ld_dk = ALD,
                                              .ld_dv = ALD,
                                              .scale = 0.45f,
                                              .causal = c.causal},
                         NULL));
        fixture_gradient("attention dqkv, first rows", attn_loss, &c, c.qkv, 9 * ALD, d, 2e-2f, 2e-3);
        fixture_gradient("attention dqkv, across tiles", attn_loss, &c, c.qkv + 68 * ALD, 5 * ALD, d + 68 * ALD, 2e-2f, 2e-3);
    }
}

static void test_attention_backward_is_the_derivative(void **state)
{
    (void)state;
    fixture_each(attn_body);
}

/* ---- LoRA: the whole of y = x W^T + u B^T + b, with two interleaved projections and dropout ---- */
enum { LN = 5, LI = 34, LO = 16, LR = 3, LP = 2 };
typedef struct lora_case {
    const cad_ops *ops;
    float x[LN * LI], w[LO * LI], a[LP * LR * LI], b[LO * LR], bias[LO], y[LN * LO], u[LN * LP * LR], dy[LN * LO];
    uint32_t row[LN];
    int32_t pos[LN];
    cad_dropout drop;
    cad_parts parts;
    uint8_t masks[LP * LN * 16 + 64];
} lora_case;

static double lora_loss(void *ctx)
{
    lora_case *c = ctx;
    ok(c->ops->lora_down_fwd(&(cad_lora_down_fwd_args){.x = F2(c->x, LN, LI),
                                                       .a = F2(c->a, LP * LR, LI),
                                                       .u = F2(c->u, LN, LP * LR),
                                                       .s = {1.5f, 0.5f},
                                                       .n = LP,
                                                       .drop = c->drop,
                                                       .scratch = {c->masks, sizeof c->masks}},
                             NULL));
    ok(c->ops->linear_lora_fwd(&(cad_linear_lora_fwd_args){.x = F2(c->x, LN, LI),
                                                           .w = F2(c->w, LO, LI),
                                                           .u = F2(c->u, LN, LP * LR),
                                                           .bl = F2(c->b, LO, LR),
                                                           .b = F1(c->bias, LO),
                                                           .y = F2(c->y, LN, LO),
                                                           .parts = c->parts},
                               NULL));
    return fixture_dot(c->y, c->dy, LN * LO);
}

static void lora_gradients(lora_case *c)
{
    float v[LN * LP * LR], db[LO * LR] = {0}, da[LP * LR * LI] = {0}, dx[LN * LI];
    lora_loss(c);
    ok(c->ops->lora_up_bwd(&(cad_lora_up_bwd_args){.dy = F2(c->dy, LN, LO),
                                                   .bl = F2(c->b, LO, LR),
                                                   .u = F2(c->u, LN, LP * LR),
                                                   .v = F2(v, LN, LP * LR),
                                                   .db = F2(db, LO, LR),
                                                   .s = {1.5f, 0.5f},
                                                   .parts = c->parts},
                           NULL));
    ok(c->ops->lora_down_bwd(&(cad_lora_down_bwd_args){.v = F2(v, LN, LP * LR),
                                                       .x = F2(c->x, LN, LI),
                                                       .da = F2(da, LP * LR, LI),
                                                       .n = LP,
                                                       .drop = c->drop,
                                                       .scratch = {c->masks, sizeof c->masks}},
                             NULL));
    ok(c->ops->linear_lora_bwd_x(&(cad_linear_lora_bwd_x_args){.dy = F2(c->dy, LN, LO),
                                                               .w = F2(c->w, LO, LI),
                                                               .v = F2(v, LN, LP * LR),
                                                               .a = F2(c->a, LP * LR, LI),
                                                               .dx = F2(dx, LN, LI),
                                                               .n = LP,
                                                               .drop = c->drop,
                                                               .scratch = {c->masks, sizeof c->masks}},
                                 NULL));
    fixture_gradient("LoRA dx", lora_loss, c, c->x, LN * LI, dx, 5e-2f, 1e-3);
    fixture_gradient("LoRA dA", lora_loss, c, c->a, LP * LR * LI, da, 5e-2f, 1e-3);
    fixture_gradient("LoRA dB", lora_loss, c, c->b, LO * LR, db, 5e-2f, 1e-3);
}

static void lora_body(const cad_ops *ops)
{
    static lora_case c;
    c.ops = ops;
    fixture_normal(11, c.x, LN * LI, 1);
    fixture_normal(12, c.w, LO * LI, 0.3f);
    fixture_normal(13, c.a, LP * LR * LI, 0.3f);
    fixture_normal(14, c.b, LO * LR, 1);
    fixture_normal(15, c.dy, LN * LO, 1);
    for (uint32_t i = 0; i < LN; i++) {
        c.row[i] = 100 + i / 3;
        c.pos[i] = (int32_t)(i % 3);
    }
    c.drop = (cad_dropout){.seed = 9, .step = 4, .layer = 2, .projection = {3, 4}};
    c.drop.row = cad_tensor_1d(CAD_U32, c.row, LN);
    c.drop.pos = cad_tensor_1d(CAD_I32, c.pos, LN);
    const cad_parts layouts[2] = {{.n = LP, .group = 4}, {.n = LP, .end = {5, LO}}};
    for (int l = 0; l < 2; l++)
        for (int rate = 0; rate < 2; rate++) {
            c.parts = layouts[l];
            c.drop.rate = rate ? 0.4f : 0;
            lora_gradients(&c);
        }
}

static void test_lora_backward_is_the_derivative_with_and_without_dropout(void **state)
{
    (void)state;
    fixture_each(lora_body);
}

/* ---- linear + cross-entropy ---- */
enum { XM = 6, XC = 10, XV = 21 };
typedef struct xent_case {
    const cad_ops *ops;
    float x[XM * XC], w[XV * XC], wt[XM], nll[XM];
    uint32_t y[XM];
    float scratch[XM * XV];
} xent_case;

static double xent_loss(void *ctx)
{
    xent_case *c = ctx;
    ok(c->ops->linear_xent_eval(&(cad_linear_xent_eval_args){.x = F2(c->x, XM, XC),
                                                             .w = F2(c->w, XV, XC),
                                                             .y = cad_tensor_1d(CAD_U32, c->y, XM),
                                                             .nll = F1(c->nll, XM),
                                                             .scratch = {c->scratch, sizeof c->scratch}},
                                NULL));
    return 0.5 * fixture_dot(c->nll, c->wt, XM);
}

static void xent_body(const cad_ops *ops)
{
    static xent_case c;
    float dx[XM * XC], dw[XV * XC] = {0}, nll[XM];
    c.ops = ops;
    fixture_normal(21, c.x, XM * XC, 1);
    fixture_normal(22, c.w, XV * XC, 0.5f);
    for (uint32_t i = 0; i < XM; i++) {
        c.y[i] = i * 4;
        c.wt[i] = i == 2 ? 0 : 1 + (float)i;
    }
    xent_loss(&c);
    cad_linear_xent_args a = {.x = F2(c.x, XM, XC),
                              .w = F2(c.w, XV, XC),
                              .y = cad_tensor_1d(CAD_U32, c.y, XM),
                              .wt = F1(c.wt, XM),
                              .nll = F1(nll, XM),
                              .dx = F2(dx, XM, XC),
                              .dw = F2(dw, XV, XC),
                              .scale = 0.5f,
                              .scratch = {c.scratch, sizeof c.scratch}};
    assert_int_equal(ops->linear_xent_scratch(&a), sizeof c.scratch);
    ok(ops->linear_xent(&a, NULL));
    for (int i = 0; i < XM; i++)
        near(nll[i], c.nll[i], 1e-6);
    for (int i = 0; i < XC; i++)
        assert_true(dx[2 * XC + i] == 0); /* weight 0: nothing */
    fixture_gradient("linear_xent dx", xent_loss, &c, c.x, XM * XC, dx, 1e-2f, 1e-3);
    fixture_gradient("linear_xent dw", xent_loss, &c, c.w, XV * XC, dw, 1e-2f, 1e-3);
}

static void test_cross_entropy_backward_is_the_derivative(void **state)
{
    (void)state;
    fixture_each(xent_body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rmsnorm_backward_is_the_derivative),
        cmocka_unit_test(test_swiglu_backward_is_the_derivative),
        cmocka_unit_test(test_attention_backward_is_the_derivative),
        cmocka_unit_test(test_lora_backward_is_the_derivative_with_and_without_dropout),
        cmocka_unit_test(test_cross_entropy_backward_is_the_derivative),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
