/* Random values: a stream per tensor, keyed by the tensor's name, so that neither order nor fusing changes a value. */
#include "core/rng.h"
#include "core/threads.h"
#include "model/decoder/decoder_impl.h"

#include <math.h>
#include <stdio.h>

typedef struct init_ctx {
    const cad_decoder *d;
    cad_init_scheme scheme;
    uint64_t seed;
    cad_rng rng;
} init_ctx;

enum { DRAW_GRAIN = 4096 };
static const double hf_deviation = 0.02;

static double deviation(const init_ctx *x, const cad_named *t)
{
    if (x->scheme == CAD_INIT_hf || t->kind == CAD_KIND_head)
        return hf_deviation;
    if (t->kind == CAD_KIND_embed)
        return 1.0;
    double s = 1.0 / sqrt((double)t->dim[1]);
    cad_lora_target p = t->lin->proj[t->part];
    return p == CAD_LORA_o || p == CAD_LORA_down ? s / sqrt(2.0 * (double)x->d->cfg.layers) : s;
}

/* A normal number takes one block of the generator, so element i is that of block i, whoever draws it. */
typedef struct draw_job {
    cad_rng rng;
    int64_t first;
    double deviation;
    float *out;
} draw_job;

static void draw(void *ctx, int64_t begin, int64_t end)
{
    const draw_job *j = ctx;
    cad_rng r = j->rng;
    r.block = (uint64_t)(j->first + begin);
    for (int64_t i = begin; i < end; i++)
        j->out[i] = (float)(j->deviation * cad_rng_normal(&r));
}

static cad_status random_values(void *ctx, const cad_named *t, int64_t first, float *out, int64_t count)
{
    init_ctx *x = ctx;
    if (t->kind == CAD_KIND_norm || t->kind == CAD_KIND_bias) {
        /* An embedding of deviation 1 that is also the head needs a small gain before it, or the first loss is far above ln V.
         */
        bool small = t->v == &x->d->norm && x->d->cfg.tie && x->scheme == CAD_INIT_fan_in;
        float value = t->kind == CAD_KIND_bias ? 0.0f : small ? (float)hf_deviation : 1.0f;
        for (int64_t i = 0; i < count; i++)
            out[i] = value;
        return CAD_OK;
    }
    if (first == 0)
        x->rng = cad_rng_make(x->seed, t->name, 0);
    draw_job j = {.rng = x->rng, .first = first, .deviation = deviation(x, t), .out = out};
    cad_parallel_for(count, DRAW_GRAIN, draw, &j);
    return CAD_OK;
}

cad_status cad_decoder_init_random(cad_decoder *d, cad_init_scheme scheme, uint64_t seed)
{
    init_ctx x = {.d = d, .scheme = scheme, .seed = seed};
    for (int64_t i = 0; i < cad_named_count(d); i++) {
        cad_named t;
        cad_named_get(d, i, &t);
        CAD_TRY(cad_named_fill(d, &t, random_values, &x));
    }
    d->loaded = true;
    return cad_decoder_refresh(d);
}

typedef struct pair_ctx {
    cad_lora_init init;
    double rank, bound;
    cad_rng rng;
} pair_ctx;

static cad_status pair_values(void *ctx, const cad_named *t, int64_t first, float *out, int64_t count)
{
    pair_ctx *x = ctx;
    (void)t;
    (void)first;
    for (int64_t i = 0; i < count; i++) {
        out[i] = (float)(x->init == CAD_LORA_kaiming ? (2 * cad_rng_uniform(&x->rng) - 1) * x->bound
                                                     : cad_rng_normal(&x->rng) / x->rank);
    }
    return CAD_OK;
}

static cad_status init_pair(cad_decoder *d, cad_linear *l, int64_t layer, cad_lora_init init, uint64_t seed)
{
    if (l->rank == 0)
        return CAD_OK;
    CAD_TRY(d->ops->fill(&(cad_fill_args){.y = cad_f2(d->p + l->a.at, l->n * l->rank, l->in)}, NULL));
    CAD_TRY(d->ops->fill(&(cad_fill_args){.y = cad_f2(d->p + l->bl.at, l->out, l->rank)}, NULL));
    for (int k = 0; k < l->n; k++) {
        char name[CAD_NAME_BYTES];
        if (l->pair_rank[k] == 0)
            continue;
        snprintf(name, sizeof name, "layers.%lld.%s.lora_A", (long long)layer, cad_lora_target_name(l->proj[k]));
        pair_ctx x = {.init = init,
                      .rank = (double)l->pair_rank[k],
                      .bound = 1.0 / sqrt((double)l->in),
                      .rng = cad_rng_make(seed, name, 0)};
        const cad_named a = {.v = &l->a, .ndim = 2, .dim = {l->pair_rank[k], l->in}, .row0 = k * l->rank};
        CAD_TRY(cad_named_fill(d, &a, pair_values, &x));
    }
    return CAD_OK;
}

cad_status cad_decoder_init_lora(cad_decoder *d, cad_lora_init init, uint64_t seed)
{
    for (int64_t i = 0; i < d->cfg.layers; i++) {
        cad_layer *l = &d->layer[i];
        CAD_TRY(init_pair(d, &l->qkv, i, init, seed));
        CAD_TRY(init_pair(d, &l->o, i, init, seed));
        CAD_TRY(init_pair(d, &l->gu, i, init, seed));
        CAD_TRY(init_pair(d, &l->down, i, init, seed));
    }
    return cad_decoder_refresh(d);
}
