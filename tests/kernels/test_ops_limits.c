/* The edges of the op table: what is refused, with which words, and what no rows do. */
#include "tests/kernels/ops_fixture.h"

/* Every op, given nothing, names itself and writes nothing (there is nowhere to write). */
static void test_each_op_refuses_missing_arguments_by_name(void **state)
{
    (void)state;
    const cad_ops *ops;
    ok(cad_ops_get("cpu", &ops));
#define X(op)                                                                                                                  \
    {                                                                                                                          \
        cad_##op##_args nothing = {0};                                                                                         \
        fails(ops->op(&nothing, NULL), CAD_EINVAL, #op ": ");                                                                  \
    }
    CAD_OPS_TABLE(X)
#undef X
}

static void test_arguments_are_checked_with_the_numbers_that_matter(void **state)
{
    (void)state;
    const cad_ops *ops;
    ok(cad_ops_get("cpu", &ops));
    float x[128], y[128];
    fails(ops->rmsnorm_fwd(&(cad_rmsnorm_fwd_args){.x = F2(x, 4, 32), .w = F1(x, 31), .y = F2(y, 4, 32)}, NULL), CAD_EINVAL,
          "rmsnorm_fwd: w is (31), expected (32)");
    fails(ops->linear_fwd(&(cad_linear_fwd_args){.x = F2(x, 4, 32), .y = F2(y, 4, 32)}, NULL), CAD_EINVAL,
          "linear_fwd: w is missing");
    fails(ops->axpy(&(cad_axpy_args){.x = F1(x, 4), .y = cad_tensor_1d(CAD_I32, y, 4)}, NULL), CAD_EINVAL,
          "axpy: y is i32, expected f32");
    fails(ops->rmsnorm_fwd(&(cad_rmsnorm_fwd_args){.x = cad_tensor_2d(CAD_BF16, x, 4, 32), .w = F1(x, 32), .y = F2(y, 4, 32)},
                           NULL),
          CAD_EINVAL, "rmsnorm_fwd: w is f32, expected bf16");
    fails(ops->fill(&(cad_fill_args){.y = cad_tensor_1d(CAD_I32, y, 4)}, NULL), CAD_EINVAL,
          "fill: y is i32, expected f32 or bf16");
    fails(ops->swiglu_fwd(&(cad_swiglu_fwd_args){.gu = F2(x, 2, 20), .h = F2(y, 2, 10), .group = 3}, NULL), CAD_EINVAL,
          "group 3 does not divide F 10");
    fails(ops->linear_lora_fwd(
              &(cad_linear_lora_fwd_args){
                  .x = F2(x, 4, 8), .w = F2(x, 4, 8), .u = F2(NULL, 4, 0), .bl = F2(NULL, 4, 0), .y = F2(y, 4, 4)},
              NULL),
          CAD_EINVAL, "factors of rank 0");
    fails(ops->linear_lora_bwd_x(
              &(cad_linear_lora_bwd_x_args){
                  .dy = F2(x, 4, 4), .w = F2(x, 4, 8), .v = F2(NULL, 4, 0), .a = F2(NULL, 0, 8), .dx = F2(y, 4, 8)},
              NULL),
          CAD_EINVAL, "A has no rows");
    fails(cad_ops_get("auto", &ops), CAD_EINVAL, "back end 'auto'; expected cpu or cuda:N");
    fails(cad_ops_get("gpu", &ops), CAD_EINVAL, "back end 'gpu'; expected cpu or cuda:N");
    setenv("CADLM_ISA", "x86-64-v9", 1);
    fails(cad_ops_get("cpu", &ops), CAD_EUNSUPPORTED, "CADLM_ISA=x86-64-v9");
    unsetenv("CADLM_ISA");
}

/* Whoever asks for products of bf16 is told what is really formed: the set in use may be smaller than the processor's. */
static void test_a_smaller_instruction_set_has_no_products_of_bf16(void **state)
{
    (void)state;
    static const char *const isa[] = {"x86-64-v2", "x86-64-v3"};
    for (size_t i = 0; i < sizeof isa / sizeof *isa; i++) {
        setenv("CADLM_ISA", isa[i], 1);
        cad_ops_set_matmul(CAD_MATMUL_bf16);
        assert_int_equal(cad_ops_matmul(), CAD_MATMUL_own);
        cad_ops_set_matmul(CAD_MATMUL_library);
#ifdef CADLM_HAVE_BLAS
        assert_int_equal(cad_ops_matmul(), CAD_MATMUL_library);
#else
        assert_int_equal(cad_ops_matmul(), CAD_MATMUL_own);
#endif
    }
    unsetenv("CADLM_ISA");
    __builtin_cpu_init();
    cad_ops_set_matmul(CAD_MATMUL_bf16);
    assert_int_equal(cad_ops_matmul(), __builtin_cpu_supports("avx512bf16") ? CAD_MATMUL_bf16 : CAD_MATMUL_own);
    cad_ops_set_matmul(CAD_MATMUL_auto);
}

static void test_device_memory_is_aligned_and_zeroed(void **state)
{
    (void)state;
    const cad_ops *ops;
    ok(cad_ops_get("cpu", &ops));
    for (size_t bytes = 0; bytes < 300; bytes += 37) {
        void *p;
        unsigned char back[300];
        ok(ops->mem_alloc(bytes, &p));
        assert_int_equal((uintptr_t)p % 64, 0);
        ok(ops->mem_get(back, p, bytes, NULL));
        for (size_t i = 0; i < bytes; i++)
            assert_int_equal(back[i], 0);
        memset(back, 0x5A, sizeof back);
        ok(ops->mem_put(p, back, bytes, NULL));
        ops->mem_free(p);
    }
    ops->mem_free(NULL);
    void *p;
    fails(ops->mem_alloc(SIZE_MAX, &p), CAD_EINVAL, "memory of the CPU back end");
}

/* No rows: every op says yes and leaves what it would add to as it was. */
static void no_rows_body(const cad_ops *ops)
{
    enum { C = 4, V = 3 };
    float w[16], dw[16], before[16], table[2 * C], kv[64 * C] = {0};
    int32_t seg[1] = {0};
    fixture_normal(1, w, 16, 1);
    fixture_normal(2, dw, 16, 1);
    memcpy(before, dw, sizeof dw);
    memset(table, 0, sizeof table);
    const cad_tensor x = F2(NULL, 0, C), row = F1(NULL, 0), u32 = cad_tensor_1d(CAD_U32, NULL, 0),
                     i32 = cad_tensor_1d(CAD_I32, NULL, 0), heads = F3(NULL, 0, 1, C);
    const cad_dropout drop = {.rate = 0.5f, .row = u32, .pos = i32};
    const cad_kv cache = {{kv, {1, 1, C, 64}, 4, CAD_F32}, {kv, {1, 1, 64, C}, 4, CAD_F32}};
    ok(ops->embed_fwd(&(cad_embed_fwd_args){.id = u32, .e = F2(w, 4, C), .y = x}, NULL));
    ok(ops->embed_bwd(&(cad_embed_bwd_args){.id = u32, .order = u32, .dy = x, .de = F2(dw, 4, C)}, NULL));
    ok(ops->gather_rows(&(cad_gather_rows_args){.i = u32, .x = F2(w, 4, C), .y = x}, NULL));
    ok(ops->scatter_rows(&(cad_scatter_rows_args){.i = u32, .x = x, .y = F2(dw, 4, C)}, NULL));
    ok(ops->rmsnorm_fwd(&(cad_rmsnorm_fwd_args){.x = x, .w = F1(w, C), .y = x}, NULL));
    ok(ops->rmsnorm_bwd(&(cad_rmsnorm_bwd_args){.x = x, .w = F1(w, C), .rstd = row, .dy = x, .dx = x, .dw = F1(dw, C)}, NULL));
    ok(ops->qk_norm_fwd(&(cad_qk_norm_fwd_args){.x = heads, .wq = F1(w, C), .wk = F1(w, C), .y = heads}, NULL));
    ok(ops->qk_norm_bwd(
        &(cad_qk_norm_bwd_args){
            .x = heads, .wq = F1(w, C), .wk = F1(w, C), .rstd = F2(NULL, 0, 1), .dy = heads, .dx = heads, .dwk = F1(dw, C)},
        NULL));
    ok(ops->rope_fwd(&(cad_rope_args){.x = heads, .pos = i32, .table = F2(table, 2, C)}, NULL));
    ok(ops->swiglu_fwd(&(cad_swiglu_fwd_args){.gu = F2(NULL, 0, 2 * C), .h = x, .group = C}, NULL));
    ok(ops->attn_fwd(
        &(cad_attn_fwd_args){
            .q = heads, .k = heads, .v = heads, .o = heads, .causal = 1, .seg = cad_tensor_1d(CAD_I32, seg, 1)},
        NULL));
    ok(ops->linear_fwd(&(cad_linear_fwd_args){.x = x, .w = F2(w, 4, C), .y = x}, NULL));
    ok(ops->linear_bwd_x(&(cad_linear_bwd_x_args){.dy = x, .w = F2(w, 4, C), .dx = x}, NULL));
    ok(ops->linear_bwd_w(&(cad_linear_bwd_w_args){.dy = x, .x = x, .dw = F2(dw, 4, C), .db = F1(dw, 4)}, NULL));
    ok(ops->lora_down_fwd(&(cad_lora_down_fwd_args){.x = x, .a = F2(w, 4, C), .u = x, .s = {1}, .drop = drop}, NULL));
    ok(ops->lora_up_bwd(&(cad_lora_up_bwd_args){.dy = x, .bl = F2(w, 4, C), .u = x, .v = x, .db = F2(dw, 4, C), .s = {1}},
                        NULL));
    ok(ops->lora_down_bwd(&(cad_lora_down_bwd_args){.v = x, .x = x, .da = F2(dw, 4, C), .drop = drop}, NULL));
    ok(ops->linear_xent(&(cad_linear_xent_args){.x = x, .w = F2(w, V, C), .y = u32, .nll = row, .dw = F2(dw, V, C)}, NULL));
    ok(ops->linear_xent_eval(&(cad_linear_xent_eval_args){.x = x, .w = F2(w, V, C), .y = u32, .nll = row}, NULL));
    ok(ops->kv_append(&(cad_kv_append_args){.k = heads, .v = heads, .slot = i32, .pos = i32, .cache = cache}, NULL));
    ok(ops->attn_decode(&(cad_attn_decode_args){.q = heads, .slot = i32, .len = i32, .cache = cache, .o = heads}, NULL));
    ok(ops->argmax(&(cad_argmax_args){.logits = F2(NULL, 0, V), .id = u32}, NULL));
    ok(ops->sample(
        &(cad_sample_args){
            .logits = F2(NULL, 0, V), .temperature = row, .position = u32, .id = u32, .seed = cad_tensor_1d(CAD_U64, NULL, 0)},
        NULL));
    assert_memory_equal(dw, before, sizeof dw);
}

static void test_no_rows_are_legal_and_add_nothing(void **state)
{
    (void)state;
    fixture_each(no_rows_body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_op_refuses_missing_arguments_by_name),
        cmocka_unit_test(test_arguments_are_checked_with_the_numbers_that_matter),
        cmocka_unit_test(test_a_smaller_instruction_set_has_no_products_of_bf16),
        cmocka_unit_test(test_device_memory_is_aligned_and_zeroed),
        cmocka_unit_test(test_no_rows_are_legal_and_add_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
