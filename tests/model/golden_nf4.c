/* NF4 against what bitsandbytes made of the same weights (tests/golden/nf4), and its round-trip error as published. */
#include "core/rng.h"
#include "kernels/nf4.h"
#include "kernels/ops.h"
#include "model/hf/safetensors.h"
#include "tests/unit.h"

static cad_safetensors *golden;
static const cad_ops *ops;

static int open_golden(void **state)
{
    (void)state;
    char path[4096];
    const char *source = getenv("CADLM_SOURCE");
    snprintf(path, sizeof path, "%s/tests/golden/nf4/nf4.safetensors", source ? source : ".");
    ok(cad_ops_get("cpu", &ops));
    ok(cad_st_open(path, &golden));
    return 0;
}

static int close_golden(void **state)
{
    (void)state;
    cad_st_close(golden);
    return 0;
}

/* The bytes of a tensor, released by free. */
static void *raw(const char *name, cad_st_dtype type, int64_t *count)
{
    const cad_st_tensor *t = cad_st_find(golden, name);
    if (!t || t->dtype != type)
        fail_msg("%s: absent, or not %s", name, cad_st_dtype_name(type));
    size_t bytes = (size_t)(t->end - t->begin);
    void *p = malloc(bytes);
    assert_non_null(p);
    ok(cad_st_read_raw(golden, t, 0, p, bytes));
    *count = t->count;
    return p;
}

static float *weights(const char *name, int64_t *count)
{
    char full[64];
    snprintf(full, sizeof full, "%s.w", name);
    const cad_st_tensor *t = cad_st_find(golden, full);
    assert_non_null(t);
    float *w = malloc((size_t)t->count * sizeof *w);
    assert_non_null(w);
    ok(cad_st_read_f32(golden, t, 0, w, t->count));
    *count = t->count;
    return w;
}

static void quantise(float *w, int64_t n, int64_t block, uint8_t *codes, float *absmax)
{
    ok(ops->nf4_quant(&(cad_nf4_quant_args){.w = cad_tensor_2d(CAD_F32, w, 1, n),
                                            .codes = cad_tensor_1d(CAD_U8, codes, (n + 1) / 2),
                                            .absmax = cad_tensor_1d(CAD_F32, absmax, (n + block - 1) / block),
                                            .block = block},
                      NULL));
}

static int code_at(const uint8_t *codes, int64_t i)
{
    return i % 2 ? codes[i / 2] & 15 : codes[i / 2] >> 4;
}

/* Elements whose codes differ; those of all-zero blocks are not compared. */
static int64_t compare_one(const char *name, int64_t block)
{
    char key[64];
    int64_t n, n_codes, n_scales, differ = 0;
    float *w = weights(name, &n);
    snprintf(key, sizeof key, "%s.%lld.codes", name, (long long)block);
    uint8_t *theirs = raw(key, CAD_ST_U8, &n_codes);
    snprintf(key, sizeof key, "%s.%lld.absmax", name, (long long)block);
    float *scales = raw(key, CAD_ST_F32, &n_scales);
    assert_int_equal(n_codes, (n + 1) / 2);
    assert_int_equal(n_scales, (n + block - 1) / block);
    uint8_t *ours = malloc((size_t)n_codes);
    float *absmax = malloc((size_t)n_scales * sizeof *absmax);
    quantise(w, n, block, ours, absmax);
    assert_memory_equal(absmax, scales, (size_t)n_scales * sizeof *absmax);
    for (int64_t i = 0; i < n; i++)
        differ += absmax[i / block] > 0 && code_at(ours, i) != code_at(theirs, i);
    free(w);
    free(theirs);
    free(scales);
    free(ours);
    free(absmax);
    return differ;
}

static void test_codes_and_scales_are_those_of_bitsandbytes(void **state)
{
    (void)state;
    for (int64_t block = 32; block <= 4096; block *= 2)
        assert_int_equal(compare_one("normal", block), 0);
    assert_int_equal(compare_one("edge", 64), 0);
    assert_int_equal(compare_one("ragged", 64), 0);
    /* On a threshold both take the lower code.  Two of the fifteen differ: -0.8480964004993439 and 0.5016634166240692 lie
     * between two numbers of f32, and the literal (of bitsandbytes' CUDA kernel, and ours) is the one below the midpoint that
     * its PyTorch path computes, and that the weight is. */
    assert_int_equal(compare_one("threshold", 64), 2);
}

/* w (n) bf16 = the values of `codes` with scales `q`. */
static void dequantise(cad_nf4 q, uint16_t *w)
{
    ok(ops->nf4_dequant(&(cad_nf4_dequant_args){.q = q, .w = cad_tensor_2d(CAD_BF16, w, q.out, q.in)}, NULL));
}

static void test_values_are_those_of_bitsandbytes_to_the_bit(void **state)
{
    (void)state;
    int64_t n, n_codes, n_scales;
    uint8_t *codes = raw("edge.64.codes", CAD_ST_U8, &n_codes);
    float *absmax = raw("edge.64.absmax", CAD_ST_F32, &n_scales);
    uint16_t *theirs = raw("edge.64.values", CAD_ST_BF16, &n), *ours = malloc((size_t)n * sizeof *ours);
    dequantise((cad_nf4){.out = 16,
                         .in = 64,
                         .block = 64,
                         .codes = cad_tensor_1d(CAD_U8, codes, n_codes),
                         .absmax = cad_tensor_1d(CAD_F32, absmax, n_scales)},
               ours);
    assert_int_equal(n, 16 * 64);
    assert_memory_equal(ours, theirs, (size_t)n * sizeof *ours);
    free(codes);
    free(absmax);
    free(theirs);
    free(ours);
}

/* Scales that bitsandbytes nested, as our op reads them; then values; ours beside them. */
static void nested(int64_t block)
{
    char key[64];
    int64_t n, n_codes, n_scales, n_outer, n_map, one, count;
#define GET(what, type, number) (snprintf(key, sizeof key, "normal.%lld.%s", (long long)block, what), raw(key, type, number))
    uint8_t *codes = GET("codes", CAD_ST_U8, &n_codes), *q8 = GET("nested.q8", CAD_ST_U8, &n_scales);
    float *absmax = GET("absmax", CAD_ST_F32, &count), *outer = GET("nested.outer", CAD_ST_F32, &n_outer);
    float *map = GET("nested.map", CAD_ST_F32, &n_map), *offset = GET("nested.offset", CAD_ST_F32, &one);
    uint16_t *theirs = GET("nested.values", CAD_ST_BF16, &n), *ours = malloc((size_t)n * sizeof *ours);
#undef GET
    assert_int_equal(count, n_scales);
    assert_int_equal(n_outer, (n_scales + 255) / 256);
    assert_int_equal(n_map, 256);
    dequantise((cad_nf4){.out = 64,
                         .in = 256,
                         .block = block,
                         .codes = cad_tensor_1d(CAD_U8, codes, n_codes),
                         .absmax = cad_tensor_1d(CAD_U8, q8, n_scales),
                         .map = cad_tensor_1d(CAD_F32, map, 256),
                         .absmax2 = cad_tensor_1d(CAD_F32, outer, n_outer),
                         .offset = offset[0]},
               ours);
    assert_memory_equal(ours, theirs, (size_t)n * sizeof *ours);
    /* The maps agree within two ulp, the means but for the order of their sums; our codes are the nearest, so no worse. */
    for (int i = 0; i < 256; i++)
        near((double)cad_q8_signed_map()[i], (double)map[i], 2.5e-7 * fabs((double)map[i]));
    float mean = cad_nf4_offset(absmax, count);
    near((double)mean, (double)offset[0], 1e-6 * (double)mean);
    float *x = malloc((size_t)count * sizeof *x), top[8];
    uint8_t *q = malloc((size_t)count);
    assert_true(n_outer <= 8);
    for (int64_t i = 0; i < count; i++)
        x[i] = absmax[i] - mean;
    float signed_map[256];
    memcpy(signed_map, cad_q8_signed_map(), sizeof signed_map);
    ok(ops->q8_quant(&(cad_q8_quant_args){.x = cad_tensor_1d(CAD_F32, x, count),
                                          .map = cad_tensor_1d(CAD_F32, signed_map, 256),
                                          .codes = cad_tensor_1d(CAD_U8, q, count),
                                          .absmax = cad_tensor_1d(CAD_F32, top, n_outer)},
                     NULL));
    double our_error = 0, their_error = 0;
    for (int64_t i = 0; i < count; i++) {
        our_error += pow((double)(signed_map[q[i]] * top[i / 256] + mean - absmax[i]), 2);
        their_error += pow((double)(map[q8[i]] * outer[i / 256] + offset[0] - absmax[i]), 2);
    }
    assert_true(our_error > 0 && our_error <= 1.001 * their_error);
    void *const all[] = {codes, q8, absmax, outer, map, offset, theirs, ours, x, q};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static void test_nested_scales_of_bitsandbytes_are_decoded_to_the_bit(void **state)
{
    (void)state;
    nested(64);
    nested(32);
}

/* bitsandbytes tests/test_functional.py has the same figures, of values that are not rounded to bf16. */
static void test_round_trip_error_is_as_published(void **state)
{
    (void)state;
    enum { N = 1 << 16, ROUNDS = 64 };
    float *w = malloc(N * sizeof *w), absmax[N / 64];
    uint8_t *codes = malloc(N / 2);
    double mean = 0, relative = 0;
    cad_rng r = cad_rng_make(1, "round trip", 0);
    for (int k = 0; k < ROUNDS; k++) {
        for (int i = 0; i < N; i++)
            w[i] = (float)cad_rng_normal(&r);
        quantise(w, N, 64, codes, absmax);
        for (int i = 0; i < N; i++) {
            double error = fabs((double)w[i] - (double)cad_nf4_level[code_at(codes, i)] * (double)absmax[i / 64]);
            mean += error;
            relative += error / (fabs((double)w[i]) + 1e-8);
        }
    }
    near(mean / N / ROUNDS, 0.0728, 1e-4);
    near(relative / N / ROUNDS, 0.2033, 4e-4);
    free(w);
    free(codes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes_and_scales_are_those_of_bitsandbytes),
        cmocka_unit_test(test_values_are_those_of_bitsandbytes_to_the_bit),
        cmocka_unit_test(test_nested_scales_of_bitsandbytes_are_decoded_to_the_bit),
        cmocka_unit_test(test_round_trip_error_is_as_published),
    };
    return cmocka_run_group_tests(tests, open_golden, close_golden);
}
