/* logits_mask, sample, argmax, CPU.
 *
 * math      logits += add, -inf where the bit is 0; id by temperature, top-k, top-p, min-p as args_step.h states them
 * shapes    logits (n,V)
 * layout    bit i of a mask = bit i%32 of word i/32
 * dtypes    f32 logits, f64 probabilities
 * limits    any V; a row without a finite choice is CAD_ENUMERIC
 * mapping   a unit = one row; its probabilities and a heap of ids in the caller's scratch
 * order     one row after another is independent: class I; randomness by Philox(seed, position) alone
 * cost      V exponentials; with top-k or top-p a heap of V ids, popped only as far as needed
 * source    Holtzman et al. 2020 (top-p), Nguyen et al. 2024 (min-p)
 * test      tests/kernels/check_sample.c
 */
#include "core/rng.h"
#include "kernels/cpu/backend_cpu.h"
#include "kernels/cpu/simd.h"

#include <math.h>

static void mask_rows(void *ctx, int64_t begin, int64_t end)
{
    const cad_logits_mask_args *a = ctx;
    int64_t v = a->logits.dim[1], words = cad_ceil_div(v, 32);
    for (int64_t n = begin; n < end; n++) {
        float *z = (float *)a->logits.data + n * v;
        if (a->add.data) {
            const float *add = (const float *)a->add.data + (a->add.ndim == 2 ? n * v : 0);
            for (int64_t i = 0; i < v; i++)
                z[i] += add[i];
        }
        if (a->bits.data) {
            const uint32_t *bits = (const uint32_t *)a->bits.data + (a->bits.ndim == 2 ? n * words : 0);
            for (int64_t i = 0; i < v; i++)
                z[i] = bits[i / 32] >> (i % 32) & 1u ? z[i] : -INFINITY;
        }
    }
}

CAD_CPU_OP(logits_mask)
{
    CAD_TRY(cad_logits_mask_validate(a));
    cad_parallel_for(a->logits.dim[0], 1, mask_rows, (void *)(uintptr_t)a);
    return CAD_OK;
}
CAD_CPU_NO_SCRATCH(logits_mask)

/* Largest logit, ties to the lower id; v for a row that has NaN or nothing above -inf. */
static int64_t best_of(const float *z, int64_t v)
{
    int64_t best = 0;
    for (int64_t i = 0; i < v; i++) {
        if (z[i] != z[i])
            return v;
        if (z[i] > z[best])
            best = i;
    }
    return z[best] > -INFINITY ? best : v;
}

/* Log of the probability at temperature 1, without any filter. */
static float log_prob(const float *z, int64_t v, int64_t best, int64_t id)
{
    vf sum = vzero(), top = vset(z[best]);
    CAD_LANES(i, w, v)
    sum = vadd(sum, vexp(vfirst(vsub(vget(z + i, w), top), w, vset(-INFINITY))));
    return z[id] - z[best] - logf(vsum(sum));
}

/* Before anything is written: every row must have a choice. */
static cad_status rows_check(const char *op, const cad_tensor *logits)
{
    int64_t v = logits->dim[1];
    for (int64_t n = 0; n < logits->dim[0]; n++)
        if (best_of((const float *)logits->data + n * v, v) == v)
            CAD_FAIL(CAD_ENUMERIC, "%s: row %lld of the logits has a NaN, or no id above -inf", op, (long long)n);
    return CAD_OK;
}

static void argmax_rows(void *ctx, int64_t begin, int64_t end)
{
    const cad_argmax_args *a = ctx;
    int64_t v = a->logits.dim[1];
    for (int64_t n = begin; n < end; n++) {
        const float *z = (const float *)a->logits.data + n * v;
        int64_t best = best_of(z, v);
        ((uint32_t *)a->id.data)[n] = (uint32_t)best;
        if (a->logp.data)
            ((float *)a->logp.data)[n] = log_prob(z, v, best, best);
    }
}

CAD_CPU_OP(argmax)
{
    CAD_TRY(cad_argmax_validate(a));
    CAD_TRY(rows_check("argmax", &a->logits));
    cad_parallel_for(a->logits.dim[0], 1, argmax_rows, (void *)(uintptr_t)a);
    return CAD_OK;
}
CAD_CPU_NO_SCRATCH(argmax)

/* Heap of ids, the largest logit (then the lowest id) on top. */
static int above(const float *z, uint32_t x, uint32_t y)
{
    return z[x] > z[y] || (z[x] == z[y] && x < y);
}

static void sift(const float *z, uint32_t *heap, int64_t n, int64_t i)
{
    for (;;) {
        int64_t top = i, l = 2 * i + 1;
        if (l < n && above(z, heap[l], heap[top]))
            top = l;
        if (l + 1 < n && above(z, heap[l + 1], heap[top]))
            top = l + 1;
        if (top == i)
            return;
        uint32_t t = heap[i];
        heap[i] = heap[top];
        heap[top] = t;
        i = top;
    }
}

typedef struct choice {
    double temperature, top_p, min_p;
    int64_t top_k;
} choice;

/* Moves the largest id of heap[0..n) to heap[n-1]: what was popped stands at the end, the first one last. */
static uint32_t pop(const float *z, uint32_t *heap, int64_t n)
{
    uint32_t id = heap[0];
    heap[0] = heap[n - 1];
    heap[n - 1] = id;
    sift(z, heap, n - 1, 0);
    return id;
}

/* p becomes 0 for every id that top-k or top-p leaves out. */
static void keep_top(const float *z, double *p, uint32_t *heap, int64_t v, const choice *c)
{
    int64_t popped = 0, kept = 0, limit = c->top_k > 0 ? cad_min64(c->top_k, v) : v;
    double total = 0.0, sum = 0.0;
    for (int64_t i = 0; i < v; i++)
        heap[i] = (uint32_t)i;
    for (int64_t i = v / 2; i-- > 0;)
        sift(z, heap, v, i);
    /* What top-p is a share of: the k largest, or all. */
    if (c->top_k > 0)
        while (popped < limit)
            total += p[pop(z, heap, v - popped++)];
    else
        for (int64_t i = 0; i < v; i++)
            total += p[i];
    if (c->top_p >= 1.0)
        kept = limit;
    while (kept < limit && (kept == 0 || sum < c->top_p * total)) {
        if (kept == popped)
            (void)pop(z, heap, v - popped++);
        sum += p[heap[v - 1 - kept++]];
    }
    for (int64_t i = 0; i < v - kept; i++)
        p[heap[i]] = 0.0;
}

static uint32_t draw(const float *z, double *p, uint32_t *heap, int64_t v, int64_t best, const choice *c, double x)
{
    double top = (double)z[best];
    for (int64_t i = 0; i < v; i++)
        p[i] = exp(((double)z[i] - top) / c->temperature);
    if (c->top_k > 0 || c->top_p < 1.0)
        keep_top(z, p, heap, v, c);
    double total = 0.0;
    for (int64_t i = 0; i < v; i++) {
        p[i] = p[i] >= c->min_p ? p[i] : 0.0;
        total += p[i];
    }
    double sum = 0.0, goal = x * total;
    int64_t last = best;
    for (int64_t i = 0; i < v; i++) {
        if (p[i] <= 0.0)
            continue;
        sum += p[i];
        last = i;
        if (sum > goal)
            break;
    }
    return (uint32_t)last;
}

static void sample_rows(void *ctx, int64_t begin, int64_t end)
{
    const cad_sample_args *a = ctx;
    int64_t v = a->logits.dim[1];
    for (int64_t n = begin; n < end; n++) {
        const float *z = (const float *)a->logits.data + n * v;
        choice c = {.temperature = (double)((const float *)a->temperature.data)[n], .top_p = 1.0};
        c.top_p = a->top_p.data ? (double)((const float *)a->top_p.data)[n] : 1.0;
        c.min_p = a->min_p.data ? (double)((const float *)a->min_p.data)[n] : 0.0;
        c.top_k = a->top_k.data ? ((const int32_t *)a->top_k.data)[n] : 0;
        int64_t best = best_of(z, v);
        uint32_t id = (uint32_t)best;
        if (c.temperature > 0.0) {
            uint32_t counter[4] = {((const uint32_t *)a->position.data)[n], 0, 0, 0x73616d70u}, word[4];
            cad_philox(((const uint64_t *)a->seed.data)[n], counter, word);
            double x = (double)((word[0] | (uint64_t)word[1] << 32) >> 11) * 0x1p-53;
            double *p = (double *)a->scratch.data + n * v;
            uint32_t *heap = (uint32_t *)((double *)a->scratch.data + a->logits.dim[0] * v) + n * v;
            id = draw(z, p, heap, v, best, &c, x);
        }
        ((uint32_t *)a->id.data)[n] = id;
        if (a->logp.data)
            ((float *)a->logp.data)[n] = log_prob(z, v, best, (int64_t)id);
    }
}

static size_t sample_bytes(const cad_tensor *logits)
{
    return (size_t)cad_tensor_count(logits) * (sizeof(double) + sizeof(uint32_t));
}

CAD_CPU_OP(sample)
{
    CAD_TRY(cad_sample_validate(a));
    CAD_TRY(cad_sample_values(a));
    CAD_TRY(cad_scratch_check("sample", &a->scratch, sample_bytes(&a->logits)));
    CAD_TRY(rows_check("sample", &a->logits));
    cad_parallel_for(a->logits.dim[0], 1, sample_rows, (void *)(uintptr_t)a);
    return CAD_OK;
}

CAD_CPU_SCRATCH(sample)
{
    return sample_bytes(&a->logits);
}
