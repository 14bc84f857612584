/* The formulas of memory and FLOPs against the tables of spec/kernels.md 1 and 4.7, which were computed apart from this code.
 */
#include "kernels/ops.h"
#include "model/hf/known_models.h"
#include "tests/unit.h"
#include "train/gpu_model.h"

#include <math.h>

typedef struct setup {
    cad_model_config model;
    cad_decoder_opts decoder;
    cad_gpu_job job;
} setup;

static void set_up(setup *x, const char *name, int64_t rank, double s_eff)
{
    const cad_ops *ops;
    cad_decoder *d;
    assert_int_equal(cad_ops_get("cpu", &ops), CAD_OK);
    assert_int_equal(cad_model_known(name, &x->model), CAD_OK);
    x->decoder = (cad_decoder_opts){.weights = CAD_WEIGHTS_nf4,
                                    .train = rank ? CAD_TRAIN_lora : CAD_TRAIN_full,
                                    .lora = {.rank = rank, .alpha = 16},
                                    .max_tokens = 16};
    if (!rank)
        x->decoder.weights = CAD_WEIGHTS_bf16;
    assert_int_equal(cad_decoder_sketch(&x->model, ops, &x->decoder, &d), CAD_OK);
    x->job = (cad_gpu_job){.model = &x->model,
                           .decoder = &x->decoder,
                           .trained = cad_decoder_params(d).count,
                           .eight_bit = true,
                           .s_eff = s_eff,
                           .loss_share = 1.0};
    cad_decoder_destroy(d);
}

#define NEAR(got, want, part)                                                                                                  \
    do {                                                                                                                       \
        double got_ = (got), want_ = (want);                                                                                   \
        if (!(fabs(got_ - want_) <= (part)*want_))                                                                             \
            fail_msg("%s: %.6g; expected %.6g", #got, got_, want_);                                                            \
    } while (0)

static void test_flops_of_a_token_are_those_of_the_table(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t rank;
        double s, gflop;
    } row[] = {{"Qwen2.5-0.5B", 16, 320, 2.08},      {"Qwen2.5-0.5B", 16, 4096, 2.65},     {"Qwen2.5-3B", 16, 320, 12.69},
               {"Qwen2.5-3B", 16, 4096, 14.64},      {"Llama-3.2-3B", 16, 1024, 13.61},    {"Qwen2.5-Coder-7B", 16, 320, 28.75},
               {"Qwen2.5-Coder-7B", 64, 320, 29.47}, {"Qwen2.5-Coder-7B", 64, 4096, 32.13}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        setup x;
        set_up(&x, row[i].name, row[i].rank, row[i].s);
        NEAR(cad_train_flops(&x.job, CAD_RECOMPUTE_none) / 1e9, row[i].gflop, 0.004);
    }
    setup full;
    set_up(&full, "Qwen2.5-0.5B", 0, 1024);
    NEAR(cad_train_flops(&full.job, CAD_RECOMPUTE_none) / 1e9, 3.1, 0.02);
}

static void test_recomputing_costs_what_the_ladder_says(void **state)
{
    (void)state;
    setup x;
    set_up(&x, "Qwen2.5-Coder-7B", 64, 320);
    double plain = cad_train_flops(&x.job, CAD_RECOMPUTE_none);
    NEAR(cad_train_flops(&x.job, CAD_RECOMPUTE_gate_up) / plain, 1.26, 0.005);
    NEAR(cad_train_flops(&x.job, CAD_RECOMPUTE_full) / plain, 1.45, 0.01);
}

static void test_memory_is_that_of_the_table(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double saved, work, state, resident, scratch; /* kB a token twice, GB */
        double none, gate_up, full;                   /* tokens in 80 GB, thousands */
    } row[] = {{"Qwen2.5-0.5B", 674, 40, 0.42, 0.99, 0.51, 109, 314, 701},
               {"Qwen2.5-1.5B", 1403, 71, 0.89, 3.09, 1.31, 51, 160, 362},
               {"Qwen2.5-3B", 2247, 88, 1.44, 6.17, 2.36, 31, 95, 239},
               {"Llama-3.2-3B", 1748, 85, 1.17, 6.43, 2.57, 39, 78, 224},
               {"Qwen2.5-Coder-7B", 3010, 152, 1.94, 15.2, 6.4, 19.6, 59, 134}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        setup x;
        cad_gpu g;
        assert_int_equal(cad_gpu_find("h100-80g", &g), CAD_OK);
        set_up(&x, row[i].name, 64, 320);
        cad_gpu_pass p = {.tokens = 1000};
        cad_gpu_bytes b = cad_gpu_memory(&g, &x.job, &p);
        assert_true(fabs(b.saved / 1e6 - row[i].saved) <= 0.6); /* whole kB in the table */
        NEAR(b.work / 1e6, row[i].work, 0.015);
        NEAR(b.state / 1e9, row[i].state, 0.01);
        NEAR(b.weights / 1e9, row[i].resident, 0.005);
        /* the table takes 0.7 GB for every chunk of logits */
        g.bytes += (b.head - 0.7e9) / 0.95;
        NEAR((double)cad_gpu_largest_pass(&g, &x.job, &p) / 1e3, row[i].none, 0.02);
        p.recompute = CAD_RECOMPUTE_gate_up;
        NEAR((double)cad_gpu_largest_pass(&g, &x.job, &p) / 1e3, row[i].gate_up, 0.02);
        p.recompute = CAD_RECOMPUTE_full;
        NEAR((double)cad_gpu_largest_pass(&g, &x.job, &p) / 1e3, row[i].full, 0.02);
        p.scratch_base = true;
        NEAR(cad_gpu_memory(&g, &x.job, &p).weights / 1e9, row[i].scratch, 0.01);
    }
}

static void test_a_full_fine_tuning_takes_twelve_bytes_a_parameter(void **state)
{
    (void)state;
    setup x;
    cad_gpu g;
    assert_int_equal(cad_gpu_find("h100-80g", &g), CAD_OK);
    set_up(&x, "Qwen2.5-1.5B", 0, 320);
    cad_gpu_bytes b = cad_gpu_memory(&g, &x.job, &(cad_gpu_pass){0});
    NEAR((b.weights + b.state) / 1543714304.0, 12.03, 0.001);
    x.job.eight_bit = false;
    b = cad_gpu_memory(&g, &x.job, &(cad_gpu_pass){0});
    NEAR((b.weights + b.state) / 1543714304.0, 18.0, 0.001);
}

static void test_the_ladder_is_climbed_only_as_far_as_needed(void **state)
{
    (void)state;
    setup x;
    cad_gpu g;
    cad_gpu_pass p;
    set_up(&x, "Qwen2.5-Coder-7B", 64, 320);
    assert_int_equal(cad_gpu_find("h100-80g", &g), CAD_OK);
    assert_true(cad_gpu_choose(&g, &x.job, 10000, 1000, &p));
    assert_int_equal(p.tokens, 10240); /* a multiple of 512 */
    assert_false(p.scratch_base);
    assert_true(cad_gpu_choose(&g, &x.job, 100000, 1000, &p)); /* a smaller pass comes before everything else */
    assert_in_range(p.tokens, 18000, 20000);
    assert_int_equal(p.recompute, CAD_RECOMPUTE_none);
    assert_true(cad_gpu_choose(&g, &x.job, 22000, 22000, &p)); /* a row that long needs the base in scratch */
    assert_true(p.scratch_base);
    assert_int_equal(p.recompute, CAD_RECOMPUTE_none);
    assert_true(cad_gpu_choose(&g, &x.job, 60000, 60000, &p));
    assert_int_equal(p.recompute, CAD_RECOMPUTE_gate_up);
    assert_true(cad_gpu_choose(&g, &x.job, 120000, 120000, &p));
    assert_int_equal(p.recompute, CAD_RECOMPUTE_full);
    assert_false(cad_gpu_choose(&g, &x.job, 400000, 400000, &p));
}

static void test_a_device_is_named_or_given_by_two_numbers(void **state)
{
    (void)state;
    cad_gpu g;
    assert_int_equal(cad_gpu_find("24:165", &g), CAD_OK);
    NEAR(g.bytes, 24.0 * 1073741824.0, 1e-12);
    NEAR(g.tflops, 165.0, 1e-12);
    static const char *const bad[] = {"h100", "", ":", "24", "24:", ":165", "24:0", "-1:5", "24:165x", "nan:1", "1e9:1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(cad_gpu_find(bad[i], &g), CAD_EUSAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flops_of_a_token_are_those_of_the_table),
        cmocka_unit_test(test_recomputing_costs_what_the_ladder_says),
        cmocka_unit_test(test_memory_is_that_of_the_table),
        cmocka_unit_test(test_a_full_fine_tuning_takes_twelve_bytes_a_parameter),
        cmocka_unit_test(test_the_ladder_is_climbed_only_as_far_as_needed),
        cmocka_unit_test(test_a_device_is_named_or_given_by_two_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
