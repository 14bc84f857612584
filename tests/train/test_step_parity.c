/* Twenty training steps on the emulated GPU, against the CPU in f32; the CPU in bf16 says what rounding alone does.  The rule of
 * numerics-tests.md 2: at most twice the error of the naive form. */
#include "core/mem.h"
#include "tests/train/step_fixture.h"
#include "tests/worst.h"

enum { STEPS = 20, WIDE = 0, HALF, GPU, SIDES };

typedef struct course {
    double loss[STEPS], norm[STEPS];
    float *p; /* (size) after the last step */
    int64_t size;
} course;

static course run(int side, bool lora)
{
    const cad_ops *ops = NULL;
    course c;
    if (side == GPU)
        ok(cad_ops_get("emu", &ops));
    world *w = make(&(world_opts){.pack = "one.h5",
                                  .batch_rows = 8,
                                  .micro_tokens = 100,
                                  .lora = lora,
                                  .dropout = lora ? 0.1 : 0,
                                  .eight_bit = lora,
                                  .ops = ops,
                                  .bf16 = side != WIDE});
    for (int64_t s = 0; s < STEPS; s++) {
        cad_step_result r;
        ok(cad_stepper_step(&w->stepper, s + 1, 0, s % 3, &r));
        assert_true(r.finite && r.passes > 1);
        c.loss[s] = r.loss;
        c.norm[s] = r.grad_norm;
    }
    size_t bytes = (size_t)w->params.size * sizeof(float);
    c.size = w->params.size;
    ok(cad_mem_alloc(bytes, "test", &c.p));
    ok(cad_decoder_ops(w->decoder)->mem_get(c.p, w->params.p, bytes, NULL));
    drop(w);
    return c;
}

/* Largest distance of two courses. */
static double apart(const double *a, const double *b)
{
    double most = 0;
    for (int s = 0; s < STEPS; s++)
        most = worse_of(fabs(a[s] - b[s]), most);
    return most;
}

static void judge(const char *what, const double *wide, const double *half, const double *gpu)
{
    double naive = apart(half, wide), error = apart(gpu, wide);
    print_message("%s: from %g to %g; error %.3g, naive %.3g\n", what, wide[0], wide[STEPS - 1], error, naive);
    assert_true(naive > 0 && error > 0);
    if (!(error <= 2 * naive))
        fail_msg("%s: error %.3g, naive %.3g", what, error, naive);
}

static double distance_of(const float *a, const float *b, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    return sqrt(sum / (double)n);
}

static void compare_courses(bool lora)
{
    course c[SIDES];
    for (int i = 0; i < SIDES; i++)
        c[i] = run(i, lora);
    assert_true(c[WIDE].loss[STEPS - 1] < c[WIDE].loss[0]); /* something is learnt */
    judge("loss", c[WIDE].loss, c[HALF].loss, c[GPU].loss);
    judge("gradient norm", c[WIDE].norm, c[HALF].norm, c[GPU].norm);
    double naive = distance_of(c[HALF].p, c[WIDE].p, c[WIDE].size),
           error = distance_of(c[GPU].p, c[WIDE].p, c[WIDE].size);
    if (!(error <= 2 * naive))
        fail_msg("parameters: rms error %.3g, naive %.3g", error, naive);
    for (int i = 0; i < SIDES; i++)
        cad_mem_free(c[i].p);
}

static void test_twenty_steps_of_all_weights(void **state)
{
    (void)state;
    compare_courses(false);
}

static void test_twenty_steps_of_lora_with_dropout_and_moments_in_8_bits(void **state)
{
    (void)state;
    compare_courses(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_twenty_steps_of_all_weights),
        cmocka_unit_test(test_twenty_steps_of_lora_with_dropout_and_moments_in_8_bits),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
