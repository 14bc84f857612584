#include "tests/kernels/checks.h"

#include <math.h>
#include <string.h>

/* add and bits: none, one row for all, or a row each. */
static void mask_case(checkop *t, int64_t n, int64_t v, int add_rows, int bit_rows)
{
    int64_t words = (v + 31) / 32;
    co_case(t, "n %lld V %lld rows of add %d of bits %d", (long long)n, (long long)v, add_rows, bit_rows);
    float *z = co_inplace_f32(t, "logits", n * v, CO_NORMAL), *want = co_f32(t, n * v);
    float *add = co_in_f32(t, "add", add_rows * v, CO_NORMAL);
    uint32_t *bits = co_bytes(t, "bits", CO_IN, (size_t)(bit_rows * words) * 4);
    for (int64_t i = 0; i < bit_rows * words; i++)
        bits[i] = cad_rng_u32(&t->rng);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < v; j++) {
            int64_t a = add_rows > 1 ? i : 0, b = bit_rows > 1 ? i : 0;
            want[i * v + j] = z[i * v + j] + (add_rows ? add[a * v + j] : 0);
            if (bit_rows && !(bits[b * words + j / 32] >> (j % 32) & 1))
                want[i * v + j] = -(float)INFINITY;
        }
    cad_logits_mask_args a = {.logits = CO_2D(z, n, v)};
    if (add_rows)
        a.add = add_rows > 1 ? CO_2D(add, n, v) : CO_1D(add, v);
    if (bit_rows)
        a.bits = bit_rows > 1 ? cad_tensor_2d(CAD_U32, bits, n, words) : cad_tensor_1d(CAD_U32, bits, words);
    CO_RUN(t, logits_mask, &a);
    co_equal(t, "logits", z, want, (size_t)(n * v) * 4);
}

void check_logits_mask(checkop *t)
{
    mask_case(t, 3, 70, 1, 3);
    mask_case(t, 3, 64, 3, 1);
    mask_case(t, 2, 601, 2, 2);
    mask_case(t, 1, 257, 0, 1);
    mask_case(t, 5, 33, 5, 0);
    mask_case(t, 0, 33, 1, 1);
}

/* What no id can be chosen from. */
static void spoil(float *row, int64_t v, int how)
{
    for (int64_t j = 0; j < v && how == 0; j++)
        row[j] = -(float)INFINITY;
    if (how == 1)
        row[v / 2] = (float)NAN;
    if (how == 2)
        row[v - 1] = -(float)NAN;
}

static void argmax_case(checkop *t, int64_t n, int64_t v, int kind)
{
    co_case(t, "n %lld V %lld kind %d", (long long)n, (long long)v, kind);
    float *z = co_in_f32(t, "logits", n * v, CO_INTEGER), *logp = co_out_f32(t, "logp", n); /* integers: many ties */
    uint32_t *id = co_bytes(t, "id", CO_OUT, (size_t)n * 4), *want = (uint32_t *)(void *)co_f32(t, n);
    for (int64_t i = 0; i < n * v; i++) {
        if (kind == 1) /* the one large one is nearly certain */
            z[i] = i % v == (i / v * 7 + 5) % v ? 20 : z[i];
        if (kind == 2) /* 0 and -0 are equal */
            z[i] = i % 3 ? -1 - (float)(i % 2) : i % 2 ? 0.0f : -0.0f;
        if (kind == 3 && i % v != v / 2) /* one choice */
            z[i] = -(float)INFINITY;
    }
    cad_argmax_args a = {CO_2D(z, n, v), cad_tensor_1d(CAD_U32, id, n), CO_1D(logp, n)};
    CO_RUN(t, argmax, &a);
    /* The CPU adds to the 1 of the largest in f32, in four lanes or more; a GPU leaves that 1 out. */
    double tol = co_is_apart(t) ? 1e-9 : (double)v * 0x1p-26;
    for (int64_t i = 0; i < n; i++) {
        double sum = 0;
        want[i] = 0;
        for (int64_t j = 0; j < v; j++)
            want[i] = z[i * v + j] > z[i * v + want[i]] ? (uint32_t)j : want[i];
        for (int64_t j = 0; j < v; j++)
            sum += j == (int64_t)want[i] ? 0 : exp((double)z[i * v + j] - (double)z[i * v + want[i]]);
        co_near(t, "logp", i, (double)logp[i], -log1p(sum), tol + 1e-5 * log1p(sum));
    }
    co_equal(t, "id", id, want, (size_t)n * 4);
    for (int how = 0; how < 3 && n > 4; how++) {
        spoil(z + 4 * v, v, how);
        co_refuses_numbers(t, co_call_argmax, &a, "row 4 ", "row 4 ");
    }
}

void check_argmax(checkop *t)
{
    argmax_case(t, co_amount(t, 40, 10), 601, 0);
    argmax_case(t, 7, 601, 1);
    argmax_case(t, 6, 1200, 2);
    argmax_case(t, 5, 37, 3);
    argmax_case(t, 3, 1, 0);
    argmax_case(t, 0, 5, 0);
}

/* ---- sampling: the set that is left by the three cuts, then the draw, by the words of args_step.h ---- */

enum { MAX_V = 2600 };
typedef struct sampler {
    int64_t v;
    double p[MAX_V];
    bool kept[MAX_V];
} sampler;

/* Merges runs, so that equals stay in the order of ids. */
static void order_of(const sampler *s, int *order)
{
    static int other[MAX_V];
    int v = (int)s->v;
    for (int i = 0; i < v; i++)
        order[i] = i;
    for (int run = 1; run < v; run *= 2) {
        for (int from = 0; from < v; from += 2 * run) {
            int i = from, mid = from + run < v ? from + run : v, j = mid, end = from + 2 * run < v ? from + 2 * run : v;
            for (int k = from; k < end; k++)
                other[k] = i < mid && (j == end || s->p[order[i]] >= s->p[order[j]]) ? order[i++] : order[j++];
        }
        memcpy(order, other, (size_t)v * sizeof *order);
    }
}

static void reference_set(sampler *s, const float *z, double temperature, int top_k, double top_p, double min_p)
{
    double top = -INFINITY, sum = 0, left = 0, run = 0;
    static int order[MAX_V];
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

static double random_of(uint64_t seed, uint32_t position)
{
    uint32_t counter[4] = {position, 0, 0, 0x73616d70}, word[4];
    cad_philox(seed, counter, word);
    return (double)((word[0] | (uint64_t)word[1] << 32) >> 11) * 0x1p-53;
}

static uint32_t reference_draw(const sampler *s, uint64_t seed, uint32_t position)
{
    double total = 0, run = 0, x = random_of(seed, position);
    uint32_t last = 0;
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

/* The arguments of a case, and what they point to. */
typedef struct sample_case {
    int64_t n, v;
    float *z, *temperature, *top_p, *min_p, *logp;
    int32_t *top_k;
    uint64_t *seed;
    uint32_t *position, *id;
    cad_sample_args a;
} sample_case;

typedef struct cuts {
    float temperature, top_p, min_p;
    int32_t top_k;
} cuts;

static sample_case begin(checkop *t, int64_t n, int64_t v, cuts c, co_fill logits)
{
    sample_case k = {.n = n, .v = v};
    k.z = co_in_f32(t, "logits", n * v, logits);
    k.temperature = co_in_f32(t, "temperature", n, CO_EQUAL);
    k.top_p = co_in_f32(t, "top_p", n, CO_EQUAL);
    k.min_p = co_in_f32(t, "min_p", n, CO_EQUAL);
    k.logp = co_out_f32(t, "logp", n);
    k.top_k = co_bytes(t, "top_k", CO_IN, (size_t)n * 4);
    k.seed = co_bytes(t, "seed", CO_IN, (size_t)n * 8);
    k.position = co_bytes(t, "position", CO_IN, (size_t)n * 4);
    k.id = co_bytes(t, "id", CO_OUT, (size_t)n * 4);
    for (int64_t i = 0; i < n; i++) {
        k.temperature[i] = c.temperature;
        k.top_p[i] = c.top_p;
        k.min_p[i] = c.min_p;
        k.top_k[i] = c.top_k;
        k.seed[i] = cad_rng_u64(&t->rng);
        k.position[i] = (uint32_t)i * 3;
    }
    k.a = (cad_sample_args){.logits = CO_2D(k.z, n, v),
                            .temperature = CO_1D(k.temperature, n),
                            .top_k = cad_tensor_1d(CAD_I32, k.top_k, n),
                            .top_p = CO_1D(k.top_p, n),
                            .min_p = CO_1D(k.min_p, n),
                            .seed = cad_tensor_1d(CAD_U64, k.seed, n),
                            .position = cad_tensor_1d(CAD_U32, k.position, n),
                            .id = cad_tensor_1d(CAD_U32, k.id, n),
                            .logp = CO_1D(k.logp, n)};
    k.a.scratch = co_scratch(t, t->ops->sample_scratch(&k.a));
    return k;
}

/* Other back ends choose as the CPU does, bit for bit. */
static void as_the_cpu(checkop *t, const sample_case *k)
{
    const cad_ops *cpu;
    cad_sample_args a = k->a;
    uint32_t *id = (uint32_t *)(void *)co_f32(t, k->n);
    if (!co_is_apart(t))
        return;
    a.id.data = id;
    a.logp.data = NULL;
    cad_status s = cad_ops_get("cpu", &cpu);
    if (s == CAD_OK) {
        a.scratch.bytes = cpu->sample_scratch(&a);
        a.scratch.data = co_f64(t, (int64_t)a.scratch.bytes / 8 + 1);
        s = cpu->sample(&a, NULL);
    }
    if (s != CAD_OK)
        co_fail(t, "on the CPU: %s", cad_error_text());
    for (int64_t i = 0; i < k->n; i++)
        if (k->id[i] != id[i])
            co_fail(t, "row %lld: id %u, on the CPU %u", (long long)i, k->id[i], id[i]);
}

static void by_the_definition(checkop *t, const sample_case *k, cuts c)
{
    static sampler s;
    int64_t v = k->v;
    int other = 0;
    for (int64_t i = 0; i < k->n; i++) {
        const float *z = k->z + i * v;
        s.v = v;
        reference_set(&s, z, c.temperature > 0 ? (double)c.temperature : 1e-3, c.top_k, (double)c.top_p, (double)c.min_p);
        if (!(k->id[i] < v && s.kept[k->id[i]]))
            co_fail(t, "row %lld: id %u was cut away", (long long)i, k->id[i]);
        other += k->id[i] != (c.temperature > 0 ? reference_draw(&s, k->seed[i], k->position[i]) : first_of_largest(z, v));
        double sum = 0, want = (double)z[k->id[i] % v]; /* at temperature 1 and without any cut */
        for (int64_t j = 0; j < v; j++)
            sum += exp((double)z[j]);
        co_within(t, "logp", (double)k->logp[i], want - log(sum), 1e-5);
    }
    if (other > 1) /* f32 may place one draw in 64 on the other side of a border */
        co_fail(t, "%d of %lld draws differ from the definition", other, (long long)k->n);
}

static void sample_cuts(checkop *t, int64_t n, int64_t v, cuts c, co_fill logits)
{
    co_case(t, "V %lld temperature %g top_k %d top_p %g min_p %g", (long long)v, (double)c.temperature, c.top_k,
            (double)c.top_p, (double)c.min_p);
    sample_case k = begin(t, n, v, c, logits);
    for (int64_t i = 0; i < n; i++) /* a masked id is never chosen */
        k.z[i * v + i % v] = v > 1 ? -(float)INFINITY : 0;
    CO_RUN(t, sample, &k.a);
    by_the_definition(t, &k, c);
    as_the_cpu(t, &k);
    for (int how = 0; how < 3 && n > 4; how++) {
        spoil(k.z + 4 * v, v, how);
        co_refuses_numbers(t, co_call_sample, &k.a, "row 4 ", "row 4 ");
    }
}

/* Id 0 has p = 1; then come three that make the total 1/share + d, so that share = x asks for one more id than the first when
 * d > 0; then 590 that a sum one by one cannot see beside them, but other sums can: the order of the sums decides. */
static void border_row(float *z, int64_t v, double share, double d)
{
    static const double under[] = {2e-7, 2e-13, 0};
    double rest = 1 / share - 1 + d;
    for (int64_t i = 0; i < v; i++)
        z[i] = i == 0 ? 0 : i < 594 ? -36.9f : -(float)INFINITY;
    for (int i = 0; i < 3; i++) {
        z[1 + i] = (float)log(rest - under[i]);
        rest -= exp((double)z[1 + i]);
    }
}

static void sample_borders(checkop *t, float top_p)
{
    enum { N = 32, V = 600 };
    co_case(t, "sums that end at a border, top_p %g", (double)top_p);
    sample_case k = begin(t, N, V, (cuts){1, top_p, 0, 0}, CO_NORMAL);
    int first = 0;
    for (int i = 0; i < N; i++) {
        while (!(random_of(k.seed[i], k.position[i]) > 0.76 && random_of(k.seed[i], k.position[i]) < 0.95))
            k.position[i]++;
        double share = top_p < 1 ? (double)top_p : random_of(k.seed[i], k.position[i]);
        border_row(k.z + (int64_t)i * V, V, share, (i % 16 - 7.5) * 4e-15);
    }
    CO_RUN(t, sample, &k.a);
    as_the_cpu(t, &k);
    for (int i = 0; i < N; i++)
        first += k.id[i] == 0;
    if (!(first >= N / 4 && first <= N - N / 4)) /* or the rows are no border */
        co_fail(t, "the first id in %d of %d rows", first, (int)N);
}

static void sample_counts(checkop *t)
{
    enum { DRAWS = 500, BINS = 32 };
    static sampler s;
    int64_t rounds = co_amount(t, 2000, 3), seen[BINS] = {0};
    co_case(t, "chi-square of 32 bins, %lld draws", (long long)rounds * DRAWS);
    sample_case k = begin(t, DRAWS, BINS, (cuts){1, 1, 0, 0}, CO_NORMAL);
    for (int i = 1; i < DRAWS; i++)
        memcpy(k.z + (int64_t)i * BINS, k.z, BINS * 4);
    for (int64_t r = 0; r < rounds; r++) {
        for (int i = 0; i < DRAWS; i++) {
            k.seed[i] = 1000u + (uint64_t)r;
            k.position[i] = (uint32_t)i;
        }
        if (co_run_once(t, co_call_sample, &k.a) != CAD_OK)
            co_fail(t, "%s", cad_error_text());
        for (int i = 0; i < DRAWS; i++)
            seen[k.id[i] % BINS]++;
    }
    double chi = 0;
    s.v = BINS;
    reference_set(&s, k.z, 1, 0, 1, 0);
    for (int i = 0; i < BINS; i++) {
        double expected = s.p[i] * DRAWS * (double)rounds;
        chi += ((double)seen[i] - expected) * ((double)seen[i] - expected) / expected;
    }
    if (!(chi < 70.0)) /* 31 degrees of freedom: p > 1e-4 is below 70.6 */
        co_fail(t, "chi-square %.1f on 31 degrees of freedom", chi);
}

void check_sample(checkop *t)
{
    static const struct {
        cuts c;
        co_fill logits;
    } some[] = {
        {{1, 1, 0, 0}, CO_NORMAL},       {{0.7f, 1, 0, 5}, CO_NORMAL},         {{1, 0.8f, 0, 0}, CO_NORMAL},
        {{1.5f, 1, 0.2f, 0}, CO_NORMAL}, {{0.9f, 0.9f, 0.05f, 40}, CO_NORMAL}, {{0, 1, 0, 0}, CO_NORMAL},
        {{1, 1, 0, 7}, CO_INTEGER}, /* many ties: the lower ids stay */
        {{0, 1, 0, 0}, CO_INTEGER},      {{1, 0.6f, 0, 9}, CO_INTEGER},        {{1, 0, 0, 0}, CO_NORMAL},
    };
    for (int c = 0; c < (int)(sizeof some / sizeof some[0]); c++)
        sample_cuts(t, co_amount(t, 64, 16), 600, some[c].c, some[c].logits);
    /* more than are sorted at once */
    sample_cuts(t, 5, MAX_V, (cuts){8, 0.97f, 0, 0}, CO_NORMAL);
    sample_cuts(t, 3, MAX_V, (cuts){8, 0.97f, 0, 2100}, CO_INTEGER);
    sample_cuts(t, 3, MAX_V, (cuts){2, 1, 0, 1500}, CO_EQUAL);
    sample_cuts(t, 3, MAX_V, (cuts){2, 0.5f, 0, 0}, CO_EQUAL);
    sample_cuts(t, 6, 1, (cuts){1, 0.5f, 0, 3}, CO_NORMAL);
    sample_cuts(t, 0, 9, (cuts){1, 0.5f, 0, 3}, CO_NORMAL);
    sample_borders(t, 1);
    sample_borders(t, 0.75f);
    sample_counts(t);
}
