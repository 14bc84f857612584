#include "bench/gpu/job_parity.h"

#include "core/mem.h"
#include "core/rng.h"
#include "core/size.h"
#include "core/threads.h"
#include "kernels/backend.h"
#include "model/decoder/decoder_impl.h"
#include "tests/worst.h"

#include <math.h>
#include <string.h>

enum { TOKENS = 128, SEGMENTS = 2, SEED = 12, GRAIN = 4096 };
/* An embedding this small is lost among what the layers add, so that the logits tell of the layers. */
static const double embedding = 0.02, logits = 3.0, least_spread = 1.0;

/* Numbers about `middle`, rounded to bf16, so that a base held in f32 is no other base. */
typedef struct draw {
    cad_rng rng;
    int64_t first;
    double middle, deviation;
    float *out;
} draw;

static void draw_part(void *ctx, int64_t begin, int64_t end)
{
    const draw *j = ctx;
    cad_rng r = j->rng;
    r.block = (uint64_t)(j->first + begin); /* a number takes one block */
    for (int64_t i = begin; i < end; i++)
        j->out[i] = cad_bf16_to_f32(cad_f32_to_bf16((float)(j->middle + j->deviation * cad_rng_normal(&r))));
}

static cad_status values(void *ctx, const cad_named *t, int64_t first, float *out, int64_t count)
{
    const cad_decoder *d = ctx;
    double width = sqrt((double)d->cfg.width);
    draw j = {.rng = cad_rng_make(SEED, t->name, 0), .first = first, .out = out};
    if (t->kind == CAD_KIND_norm) {
        j.middle = t->v == &d->norm && d->cfg.tie ? logits / (embedding * width) : 1.0;
        j.deviation = 0.2 * j.middle;
    } else if (t->kind == CAD_KIND_matrix) {
        cad_lora_target p = t->lin->proj[t->part];
        bool added = p == CAD_LORA_o || p == CAD_LORA_down;
        j.deviation = (added ? 3.0 / sqrt(2.0 * (double)d->cfg.layers) : 1.0) / sqrt((double)t->dim[1]);
    } else {
        j.deviation = t->kind == CAD_KIND_bias ? 0.5 : t->kind == CAD_KIND_head ? logits / width : embedding;
    }
    cad_parallel_for(count, GRAIN, draw_part, &j);
    return CAD_OK;
}

static cad_status put_pairs(cad_decoder *d)
{
    cad_params p = cad_decoder_params(d);
    float *x;
    if (p.size == 0)
        return CAD_OK;
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)p.size, sizeof *x), "pairs", &x));
    memset(x, 0, (size_t)p.size * sizeof *x);
    for (int64_t i = 0; i < p.n; i++) {
        const cad_param *t = &p.item[i];
        draw j = {.rng = cad_rng_make(SEED, t->name, 0), .deviation = 0.5 / sqrt((double)t->dim[1]), .out = x + t->offset};
        cad_parallel_for(t->count, GRAIN, draw_part, &j);
    }
    cad_status s = d->ops->mem_put(p.p, x, (size_t)p.size * sizeof *x, NULL);
    cad_mem_free(x);
    return s;
}

static cad_status put_values(cad_decoder *d)
{
    for (int64_t i = 0; i < cad_named_count(d); i++) {
        cad_named t;
        cad_named_get(d, i, &t);
        CAD_TRY(cad_named_fill(d, &t, values, d));
    }
    d->loaded = true;
    CAD_TRY(put_pairs(d));
    return cad_decoder_refresh(d);
}

static cad_status fill_batch(int64_t vocab, int64_t tokens, cad_batch *b)
{
    cad_rng r = cad_rng_make(SEED, "rows", 0);
    uint32_t ids[TOKENS];
    const uint32_t n = (uint32_t)(tokens / SEGMENTS), span[2] = {1, n};
    for (uint64_t i = 0; i < SEGMENTS; i++) {
        for (uint32_t k = 0; k < n; k++)
            ids[k] = (uint32_t)cad_rng_range(&r, 0, vocab - 1);
        CAD_TRY(cad_batch_add(b, &(cad_batch_row){.ids = ids, .n = n, .span = span, .n_spans = 1, .weight = 1, .row = i}));
    }
    return CAD_OK;
}

static cad_status on_cpu(const cad_model_config *model, const cad_decoder *like, bool half, const cad_batch *b, float *nll)
{
    const cad_ops *cpu;
    cad_decoder *d;
    cad_decoder_opts o = *cad_decoder_options(like);
    o.bf16 = half;
    o.max_tokens = b->n;
    o.max_segments = o.max_loss_rows = o.slots = o.context = 0;
    CAD_TRY(cad_ops_get("cpu", &cpu));
    CAD_TRY(cad_decoder_create(model, cpu, &o, &d));
    cad_status s = put_values(d);
    if (s == CAD_OK)
        s = cad_decoder_eval(d, b, nll, NULL);
    cad_decoder_destroy(d);
    return s;
}

static void judge(const float *right, const float *naive, const float *got, int64_t n, gb_parity *out)
{
    double error = 0, theirs = 0, sum = 0, squares = 0;
    for (int64_t i = 0; i < n; i++) {
        error = worse_of(fabs((double)got[i] - (double)right[i]), error);
        theirs = worse_of(fabs((double)naive[i] - (double)right[i]), theirs);
        sum += (double)right[i] / (double)n;
        squares += (double)right[i] * (double)right[i] / (double)n;
    }
    *out = (gb_parity){.tokens = n, .spread = sqrt(fmax(0, squares - sum * sum)), .error = error, .allowed = 2 * theirs};
    out->good = error <= out->allowed && out->spread >= least_spread;
}

cad_status gb_parity_of(const cad_model_config *model, cad_decoder *d, gb_parity *out)
{
    int64_t most = cad_decoder_options(d)->max_tokens, tokens = most < TOKENS ? most : TOKENS;
    float right[TOKENS], naive[TOKENS], got[TOKENS];
    cad_arena *a;
    cad_batch *b;
    if (tokens < 2 * SEGMENTS)
        CAD_FAIL(CAD_EINVAL, "a pass of %lld tokens; expected at least %d", (long long)tokens, 2 * SEGMENTS);
    CAD_TRY(cad_arena_create("parity", cad_batch_bytes(tokens, SEGMENTS) + 4096, &a));
    cad_status s = cad_batch_create(a, tokens, SEGMENTS, &b);
    if (s == CAD_OK)
        s = fill_batch(model->vocab, tokens, b);
    if (s == CAD_OK)
        s = put_values(d);
    if (s == CAD_OK)
        s = cad_decoder_eval(d, b, got, NULL);
    if (s == CAD_OK)
        s = on_cpu(model, d, false, b, right);
    if (s == CAD_OK)
        s = on_cpu(model, d, true, b, naive);
    if (s == CAD_OK)
        judge(right, naive, got, b->n_loss, out);
    cad_arena_destroy(a);
    return s;
}
