/* Pairs of a lower rank than their neighbours are padded: what they are padded with is zero, and stays so when trained. */
#include "tests/model/decoder_fixture.h"
#include "train/optimizer.h"

enum { STEPS = 6, LAYERS = 2, RANK = 64 };

/* Of q, k, v, o, gate, up, down in the two layers; the largest of a product differs between the layers. */
static const int64_t ranks[LAYERS][CAD_LORA_TARGET_COUNT] = {{RANK, 8, 0, 5, 0, 7, 3}, {4, 16, 2, 0, 48, 1, 0}};

static void make_pairs(cad_lora_pair out[LAYERS * CAD_LORA_TARGET_COUNT])
{
    for (int i = 0; i < LAYERS * CAD_LORA_TARGET_COUNT; i++) {
        int64_t r = ranks[i / CAD_LORA_TARGET_COUNT][i % CAD_LORA_TARGET_COUNT];
        out[i] = (cad_lora_pair){r, r ? 1.0 + i % 3 : 0};
    }
}

/* One part of a product: its rank, and the rows of B that it has. */
typedef struct part {
    int64_t rank, rows;
} part;

static int parts_of(const char *name, int64_t layer, part out[3])
{
    static const int64_t rows[CAD_LORA_TARGET_COUNT] = {32, 16, 16, 32, 48, 48, 32};
    int first = strstr(name, "qkv") ? 0 : strstr(name, "o_proj") ? 3 : strstr(name, "gate_up") ? 4 : 6;
    int n = first == 0 ? 3 : first == 4 ? 2 : 1;
    for (int i = 0; i < n; i++)
        out[i] = (part){ranks[layer][first + i], rows[first + i]};
    return n;
}

/* Whether element (r, c) of A or B belongs to a pair. */
static bool is_real(bool is_a, const part *p, int n, int64_t wide, int64_t r, int64_t c)
{
    if (is_a)
        return r % wide < p[r / wide].rank;
    int k = 0;
    while (k < n - 1 && r >= p[k].rows)
        r -= p[k++].rows;
    return c < p[k].rank;
}

/* Elements of padding, which must be zero in `now`; all others must have left where they were. */
static int64_t count_padding(const cad_params *p, const float *now, const float *before)
{
    int64_t padding = 0;
    for (int64_t i = 0; i < p->n; i++) {
        const cad_param *t = &p->item[i];
        part of[3];
        bool is_a = strstr(t->name, "lora_A") != NULL;
        int n = parts_of(t->name, t->name[strlen("model.layers.")] - '0', of);
        int64_t wide = 0;
        for (int k = 0; k < n; k++)
            wide = of[k].rank > wide ? of[k].rank : wide;
        assert_int_equal(is_a ? t->dim[0] : t->dim[1], is_a ? n * wide : wide);
        for (int64_t e = 0; e < t->count; e++) {
            bool real = is_real(is_a, of, n, wide, e / t->dim[1], e % t->dim[1]);
            float x = now[t->offset + e];
            padding += !real;
            if (real ? x == before[t->offset + e] : x != 0)
                fail_msg("%s: element %lld is %g, was %g; it is %s", t->name, (long long)e, (double)x,
                         (double)before[t->offset + e], real ? "trained" : "padding");
        }
    }
    return padding;
}

static void train(bool eight_bit, bool decay_before, bool bf16, bool dropout)
{
    cad_lora_pair pair[LAYERS * CAD_LORA_TARGET_COUNT];
    cad_model_config c = fix_config(CAD_ARCH_qwen2, true, 48);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 8);
    make_pairs(pair);
    o.lora.pair = pair;
    o.lora.dropout = dropout ? 0.2 : 0;
    o.bf16 = bf16;
    cad_arena *a = fix_arena(), *state, *device;
    cad_decoder *d = fix_decoder(&c, &o);
    cad_params p = cad_decoder_params(d);
    cad_optimizer *opt;
    ok(cad_arena_create("host", 16 << 20, &state));
    ok(cad_ops_arena(fix_ops(), "device", 16 << 20, &device));
    const cad_optimizer_opts oo = {
        .eight_bit = eight_bit, .decay_before = decay_before, .beta1 = 0.9, .beta2 = 0.95, .eps = 1e-8, .weight_decay = 0.1};
    ok(cad_optimizer_create(&oo, &p, fix_ops(), state, device, &opt));
    float *before = fix_values(d, false), *zero = calloc((size_t)p.size, sizeof *zero);
    for (int64_t s = 1; s <= STEPS; s++) {
        cad_batch *b = fix_batch(a, (uint64_t)(5 * s), 5);
        double loss;
        fix_zero(d);
        ok(cad_decoder_forward_backward(d, b, 0.1f, (uint64_t)s, &loss));
        if (s > 1) { /* B was zero before the first step, and so was the gradient of A */
            float *g = fix_values(d, true);
            assert_true(count_padding(&p, g, zero) > 0);
            free(g);
        }
        ok(cad_optimizer_step(opt, s, 1e-2, 1.0));
    }
    float *now = fix_values(d, false);
    assert_true(count_padding(&p, now, before) > 1000);
    free(now);
    free(before);
    free(zero);
    cad_decoder_destroy(d);
    cad_arena_destroy(device);
    cad_arena_destroy(state);
    cad_arena_destroy(a);
}

static void test_padding_of_lower_ranks_stays_zero_under_adamw_with_decay(void **state)
{
    (void)state;
    for (int bits = 0; bits < 16; bits++)
        train(bits & 1, bits & 2, bits & 4, bits & 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_padding_of_lower_ranks_stays_zero_under_adamw_with_decay)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
