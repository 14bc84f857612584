/* 20 steps of AdamW on five tensors: in 8 bits as the rule in numpy did them, in 32 bits as torch.optim.AdamW did them in f64
 * (tests/golden/adamw8, made by tests/interop/make_golden.py; values and gradients come from a hash, here as there). */
#include "kernels/ops.h"
#include "model/hf/safetensors.h"
#include "tests/unit.h"

enum { TENSORS = 5, STEPS = 20, SIZE = 512 + 2560 + 4096 + 5120 + 20224 };
static const cad_opt_tensor tensors[TENSORS] = {
    {0, 300, 1}, {512, 2500, 1}, {3072, 4096, 1}, {7168, 5000, 1}, {12288, 20000, 1}};

typedef struct state {
    const cad_ops *ops;
    cad_safetensors *expected;
    float p[SIZE], g[SIZE], m[SIZE], v[SIZE], ma[SIZE / 256], va[SIZE / 256];
    uint8_t m8[SIZE], v8[SIZE];
} state;

/* A sum of four hashes in (-2, 2); the finaliser is that of MurmurHash3. */
static float hashed(uint32_t tensor, uint32_t step, uint32_t element)
{
    int64_t sum = 0;
    for (uint32_t j = 0; j < 4; j++) {
        uint32_t x = 4 * element + j + tensor * 1000003u + step * 7919003u;
        x ^= x >> 16;
        x *= 0x85EBCA6Bu;
        x ^= x >> 13;
        x *= 0xC2B2AE35u;
        x ^= x >> 16;
        sum += (int64_t)(x >> 16) - 32768;
    }
    return (float)((double)sum * 0x1p-16);
}

static void fill(float *x, uint32_t step)
{
    for (uint32_t k = 0; k < TENSORS; k++)
        for (uint32_t i = 0; i < tensors[k].count; i++) {
            float small = i % 4 == 3 ? 0x1p-30f : 0x1p-4f;
            x[tensors[k].offset + i] = hashed(k, step, i) * (step ? small : 0x1p-3f);
        }
}

static state *fresh(void)
{
    char path[1024];
    const char *source = getenv("CADLM_SOURCE");
    state *s = calloc(1, sizeof *s);
    assert_non_null(s);
    snprintf(path, sizeof path, "%s/tests/golden/adamw8/expected.safetensors", source ? source : ".");
    ok(cad_st_open(path, &s->expected));
    ok(cad_ops_get("cpu", &s->ops));
    fill(s->p, 0);
    return s;
}

static void done(state *s)
{
    cad_st_close(s->expected);
    free(s);
}

/* The tensor "<k>.<what>", of `size` bytes per element. */
static const void *expected(const state *s, int k, const char *what, size_t size)
{
    static uint64_t room[20000];
    char name[64];
    snprintf(name, sizeof name, "%d.%s", k, what);
    const cad_st_tensor *t = cad_st_find(s->expected, name);
    if (!t || t->end - t->begin != (uint64_t)t->count * size || (size_t)t->count * size > sizeof room)
        fail_msg("no tensor %s of %zu bytes an element", name, size);
    ok(cad_st_read_raw(s->expected, t, 0, room, (size_t)t->count * size));
    return room;
}

static void close_to(const state *s, int k, const char *what, const float *ours, double limit)
{
    const float *theirs = expected(s, k, what, sizeof *theirs);
    for (int64_t i = 0; i < tensors[k].count; i++)
        if (!(fabs((double)ours[i] - (double)theirs[i]) <= limit))
            fail_msg("%d.%s[%lld] is %.9g, expected %.9g within %g", k, what, (long long)i, (double)ours[i], (double)theirs[i],
                     limit);
}

/* Codes that differ, of the blocks whose absmax is not 0. */
static int64_t other_codes(const state *s, int k, char moment, int step)
{
    char what[16];
    const cad_opt_tensor *t = &tensors[k];
    snprintf(what, sizeof what, "%c8.%d", moment, step);
    const uint8_t *theirs = expected(s, k, what, 1), *ours = (moment == 'm' ? s->m8 : s->v8) + t->offset;
    const float *top = (moment == 'm' ? s->ma : s->va) + t->offset / 256;
    int64_t different = 0;
    for (int64_t i = 0; i < t->count; i++)
        different += top[i / 256] > 0 && ours[i] != theirs[i];
    return different;
}

static void check_codes(const state *s, int step, double share)
{
    int64_t different = 0, n = 0;
    char what[16];
    for (int k = 2; k < TENSORS; k++) {
        different += other_codes(s, k, 'm', step) + other_codes(s, k, 'v', step);
        n += 2 * tensors[k].count;
        snprintf(what, sizeof what, "ma.%d", step);
        const float *top = expected(s, k, what, sizeof *top);
        for (int64_t b = 0; b < (tensors[k].count + 255) / 256; b++)
            near((double)s->ma[tensors[k].offset / 256 + b], (double)top[b], 1e-5 * (double)top[b]);
        snprintf(what, sizeof what, "va.%d", step);
        top = expected(s, k, what, sizeof *top);
        for (int64_t b = 0; b < (tensors[k].count + 255) / 256; b++)
            near((double)s->va[tensors[k].offset / 256 + b], (double)top[b], 1e-5 * (double)top[b]);
    }
    if (!((double)different <= share * (double)n))
        fail_msg("after %d steps %lld of %lld codes differ", step, (long long)different, (long long)n);
}

static cad_adamw_hyper hyper(int64_t t, int before)
{
    return (cad_adamw_hyper){
        .lr = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0.1, .t = t, .decay_before = before};
}

static void test_8_bit_moments_follow_the_rule_in_numpy(void **unused)
{
    (void)unused;
    state *s = fresh();
    cad_adamw8bit_step_args a = {.p = cad_tensor_1d(CAD_F32, s->p, SIZE),
                                 .g = cad_tensor_1d(CAD_F32, s->g, SIZE),
                                 .m8 = cad_tensor_1d(CAD_U8, s->m8, SIZE),
                                 .v8 = cad_tensor_1d(CAD_U8, s->v8, SIZE),
                                 .ma = cad_tensor_1d(CAD_F32, s->ma, SIZE / 256),
                                 .va = cad_tensor_1d(CAD_F32, s->va, SIZE / 256),
                                 .m32 = cad_tensor_1d(CAD_F32, s->m, 3072),
                                 .v32 = cad_tensor_1d(CAD_F32, s->v, 3072),
                                 .tensor = tensors,
                                 .n_tensors = TENSORS};
    assert_int_equal(cad_adamw8bit_small(tensors, TENSORS), 3072);
    for (int64_t t = 1; t <= STEPS; t++) {
        fill(s->g, (uint32_t)t);
        a.h = hyper(t, 0);
        ok(s->ops->adamw8bit_step(&a, NULL));
        if (t == 1)
            check_codes(s, 1, 1e-3);
    }
    check_codes(s, STEPS, 1e-2);
    for (int k = 0; k < TENSORS; k++)
        close_to(s, k, "p", s->p + tensors[k].offset, 1e-4);
    for (int k = 0; k < 2; k++) {
        close_to(s, k, "m32", s->m + tensors[k].offset, 1e-6);
        close_to(s, k, "v32", s->v + tensors[k].offset, 1e-9);
    }
    done(s);
}

static void test_32_bit_moments_follow_torch(void **unused)
{
    (void)unused;
    state *s = fresh();
    cad_adamw_step_args a = {.p = cad_tensor_1d(CAD_F32, s->p, SIZE),
                             .g = cad_tensor_1d(CAD_F32, s->g, SIZE),
                             .m = cad_tensor_1d(CAD_F32, s->m, SIZE),
                             .v = cad_tensor_1d(CAD_F32, s->v, SIZE),
                             .tensor = tensors,
                             .n_tensors = TENSORS};
    for (int64_t t = 1; t <= STEPS; t++) {
        fill(s->g, (uint32_t)t);
        a.h = hyper(t, 1);
        ok(s->ops->adamw_step(&a, NULL));
    }
    for (int k = 0; k < TENSORS; k++) {
        close_to(s, k, "torch.p", s->p + tensors[k].offset, 1e-6);
        if (tensors[k].count <= 5000) {
            close_to(s, k, "torch.m", s->m + tensors[k].offset, 1e-6);
            close_to(s, k, "torch.v", s->v + tensors[k].offset, 1e-9);
        }
    }
    done(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_8_bit_moments_follow_the_rule_in_numpy),
        cmocka_unit_test(test_32_bit_moments_follow_torch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
