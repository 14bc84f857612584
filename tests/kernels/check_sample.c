#include "tests/kernels/checks.h"

#include <math.h>
#include <string.h>

void check_logits_mask(checkop *t)
{
    int64_t n = 3, v = 70, words = 3;
    co_case(t, "n 3 V 70");
    float *z = co_inplace_f32(t, "logits", n * v, CO_NORMAL), *add = co_in_f32(t, "add", v, CO_NORMAL),
          *want = co_f32(t, n * v);
    uint32_t *bits = co_bytes(t, "bits", CO_IN, (size_t)(n * words) * 4);
    for (int64_t i = 0; i < n * words; i++)
        bits[i] = cad_rng_u32(&t->rng);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < v; j++)
            want[i * v + j] = bits[i * words + j / 32] >> (j % 32) & 1 ? z[i * v + j] + add[j] : -(float)INFINITY;
    CO_RUN(t, logits_mask, (&(cad_logits_mask_args){CO_2D(z, n, v), CO_1D(add, v), cad_tensor_2d(CAD_U32, bits, n, words)}));
    co_equal(t, "logits", z, want, (size_t)(n * v) * 4);
}

void check_argmax(checkop *t)
{
    int64_t n = 40, v = 601;
    co_case(t, "n 40 V 601");
    float *z = co_in_f32(t, "logits", n * v, CO_INTEGER), *logp = co_out_f32(t, "logp", n); /* integers: many ties */
    uint32_t *id = co_bytes(t, "id", CO_OUT, (size_t)n * 4), want[40];
    CO_RUN(t, argmax, (&(cad_argmax_args){CO_2D(z, n, v), cad_tensor_1d(CAD_U32, id, n), CO_1D(logp, n)}));
    for (int64_t i = 0; i < n; i++) {
        double sum = 0;
        want[i] = 0;
        for (int64_t j = 0; j < v; j++) {
            want[i] = z[i * v + j] > z[i * v + want[i]] ? (uint32_t)j : want[i];
            sum += exp((double)z[i * v + j]);
        }
        co_within(t, "logp", (double)logp[i], (double)z[i * v + want[i]] - log(sum), 1e-5);
    }
    co_equal(t, "id", id, want, (size_t)n * 4);
}

/* ---- sampling: the set that is left by the three cuts, then the draw, by the words of args_step.h ---- */

typedef struct sampler {
    int64_t v;
    double p[600];
    bool kept[600];
} sampler;

static void order_of(const sampler *s, int *order)
{
    for (int i = 0; i < s->v; i++)
        order[i] = i;
    for (int i = 1; i < s->v; i++)
        for (int j = i; j > 0 && s->p[order[j]] > s->p[order[j - 1]]; j--) {
            int x = order[j];
            order[j] = order[j - 1];
            order[j - 1] = x;
        }
}

static void reference_set(sampler *s, const float *z, double temperature, int top_k, double top_p, double min_p)
{
    double top = -INFINITY, sum = 0, left = 0, run = 0;
    int order[600];
    for (int i = 0; i < s->v; i++)
        top = fmax(top, (double)z[i] / temperature);
    for (int i = 0; i < s->v; i++)
        sum += s->p[i] = exp((double)z[i] / temperature - top);
    for (int i = 0; i < s->v; i++)
        s->p[i] /= sum;
    order_of(s, order);
    int k = top_k > 0 && top_k < s->v ? top_k : (int)s->v;
    for (int i = 0; i < s->v; i++) {
        s->kept[order[i]] = i < k;
        left += i < k ? s->p[order[i]] : 0;
    }
    for (int i = 0; i < k && top_p < 1; i++) {
        s->kept[order[i]] = i == 0 || run < top_p * left;
        run += s->p[order[i]];
    }
    for (int i = 0; i < s->v && min_p > 0; i++)
        s->kept[i] = s->kept[i] && s->p[i] >= min_p * s->p[order[0]];
}

static uint32_t reference_draw(const sampler *s, uint64_t seed, uint32_t position)
{
    uint32_t counter[4] = {position, 0, 0, 0x73616d70}, word[4];
    double total = 0, run = 0;
    uint32_t last = 0;
    cad_philox(seed, counter, word);
    double x = (double)((word[0] | (uint64_t)word[1] << 32) >> 11) * 0x1p-53;
    for (int i = 0; i < s->v; i++)
        total += s->kept[i] ? s->p[i] : 0;
    for (int i = 0; i < s->v; i++)
        if (s->kept[i]) {
            run += s->p[i];
            last = (uint32_t)i;
            if (run > x * total)
                return last;
        }
    return last;
}

static uint32_t first_of_largest(const float *z, int64_t v)
{
    uint32_t best = 0;
    for (int64_t i = 1; i < v; i++)
        best = z[i] > z[best] ? (uint32_t)i : best;
    return best;
}

void check_sample(checkop *t)
{
    enum { N = 64 };
    static const struct {
        float temperature, top_p, min_p;
        int32_t top_k;
        co_fill logits;
    } cut[] = {
        {1, 1, 0, 0, CO_NORMAL},       {0.7f, 1, 0, 5, CO_NORMAL},         {1, 0.8f, 0, 0, CO_NORMAL},
        {1.5f, 1, 0.2f, 0, CO_NORMAL}, {0.9f, 0.9f, 0.05f, 40, CO_NORMAL}, {0, 1, 0, 0, CO_NORMAL},
        {1, 1, 0, 7, CO_INTEGER}, /* many ties: the lower ids stay */
        {0, 1, 0, 0, CO_INTEGER},
    };
    for (int c = 0; c < (int)(sizeof cut / sizeof cut[0]); c++) {
        int64_t v = 600;
        co_case(t, "temperature %g top_k %d top_p %g min_p %g", (double)cut[c].temperature, cut[c].top_k, (double)cut[c].top_p,
                (double)cut[c].min_p);
        float *z = co_in_f32(t, "logits", N * v, cut[c].logits), *temperature = co_in_f32(t, "temperature", N, CO_EQUAL);
        float *top_p = co_in_f32(t, "top_p", N, CO_EQUAL), *min_p = co_in_f32(t, "min_p", N, CO_EQUAL),
              *logp = co_out_f32(t, "logp", N);
        int32_t *top_k = co_bytes(t, "top_k", CO_IN, N * 4);
        uint64_t *seed = co_bytes(t, "seed", CO_IN, N * 8);
        uint32_t *position = co_bytes(t, "position", CO_IN, N * 4), *id = co_bytes(t, "id", CO_OUT, N * 4);
        for (int i = 0; i < N; i++) {
            temperature[i] = cut[c].temperature;
            top_p[i] = cut[c].top_p;
            min_p[i] = cut[c].min_p;
            top_k[i] = cut[c].top_k;
            seed[i] = cad_rng_u64(&t->rng);
            position[i] = (uint32_t)i * 3;
        }
        cad_sample_args a = {.logits = CO_2D(z, N, v),
                             .temperature = CO_1D(temperature, N),
                             .top_k = cad_tensor_1d(CAD_I32, top_k, N),
                             .top_p = CO_1D(top_p, N),
                             .min_p = CO_1D(min_p, N),
                             .seed = cad_tensor_1d(CAD_U64, seed, N),
                             .position = cad_tensor_1d(CAD_U32, position, N),
                             .id = cad_tensor_1d(CAD_U32, id, N),
                             .logp = CO_1D(logp, N)};
        a.scratch = co_scratch(t, t->ops->sample_scratch(&a));
        CO_RUN(t, sample, &a);
        int other = 0;
        for (int i = 0; i < N; i++) {
            sampler s = {.v = v};
            reference_set(&s, z + i * v, cut[c].temperature > 0 ? (double)cut[c].temperature : 1e-3, cut[c].top_k,
                          (double)cut[c].top_p, (double)cut[c].min_p);
            if (!(id[i] < v && s.kept[id[i]]))
                co_fail(t, "row %d: id %u was cut away", i, id[i]);
            other +=
                id[i] != (cut[c].temperature > 0 ? reference_draw(&s, seed[i], position[i]) : first_of_largest(z + i * v, v));
            double sum = 0, want = (double)z[i * v + id[i] % v]; /* at temperature 1 and without any cut */
            for (int64_t j = 0; j < v; j++)
                sum += exp((double)z[i * v + j]);
            co_within(t, "logp", (double)logp[i], want - log(sum), 1e-5);
        }
        if (other > 1) /* f32 may place one draw in 64 on the other side of a border */
            co_fail(t, "%d of %d draws differ from the definition", other, N);
    }
    co_case(t, "chi-square of 32 bins, 1,000,000 draws");
    enum { DRAWS = 2000, ROUNDS = 500 };
    float *z = co_in_f32(t, "logits", 32, CO_NORMAL), *all = co_f32(t, DRAWS * 32), *one = co_f32(t, DRAWS);
    uint64_t *seed = (uint64_t *)(void *)co_f64(t, DRAWS);
    uint32_t *position = (uint32_t *)(void *)co_f32(t, DRAWS), *id = (uint32_t *)(void *)co_f32(t, DRAWS);
    int64_t seen[32] = {0};
    for (int i = 0; i < DRAWS; i++) {
        memcpy(all + i * 32, z, 32 * 4);
        one[i] = 1;
    }
    cad_sample_args a = {.logits = CO_2D(all, DRAWS, 32),
                         .temperature = CO_1D(one, DRAWS),
                         .seed = cad_tensor_1d(CAD_U64, seed, DRAWS),
                         .position = cad_tensor_1d(CAD_U32, position, DRAWS),
                         .id = cad_tensor_1d(CAD_U32, id, DRAWS)};
    a.scratch = co_scratch(t, t->ops->sample_scratch(&a));
    for (int r = 0; r < ROUNDS; r++) {
        for (int i = 0; i < DRAWS; i++) {
            seed[i] = 1000u + (uint64_t)r;
            position[i] = (uint32_t)i;
        }
        if (t->ops->sample(&a, NULL) != CAD_OK)
            co_fail(t, "%s", cad_error_text());
        for (int i = 0; i < DRAWS; i++)
            seen[id[i] % 32]++;
    }
    sampler s = {.v = 32};
    double chi = 0;
    reference_set(&s, z, 1, 0, 1, 0);
    for (int i = 0; i < 32; i++) {
        double expected = s.p[i] * DRAWS * ROUNDS;
        chi += ((double)seen[i] - expected) * ((double)seen[i] - expected) / expected;
    }
    if (!(chi < 70.0)) /* 31 degrees of freedom: p > 1e-4 is below 70.6 */
        co_fail(t, "chi-square %.1f on 31 degrees of freedom", chi);
}
