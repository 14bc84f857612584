#include "train/speed_probe.h"

#include "core/clock.h"
#include "train/gpu_model.h"

#define MB ((size_t)1 << 20)
/* One pass should take well under a second on a slow core; weights of the probe a few hundred MB at most. */
static const double pass_flops = 1e10, least_seconds = 1.0;
static const int64_t most_weights = 60000000, most_head = 8000000;
enum { LEAST_TOKENS = 64, MOST_PASSES = 64, UPDATES = 3, FFN_STEP = 128, PADDING = 4096 };

typedef struct probe {
    const cad_probe_opts *o;
    cad_model_config model;
    cad_decoder_opts decoder;
    cad_decoder *d;
    cad_arena *arena, *device;
    cad_batch *batch;
    cad_optimizer *optimizer;
    cad_params params;
} probe;

static double flops_of(const probe *x, const cad_model_config *m, const cad_decoder_opts *d, int64_t trained)
{
    const cad_gpu_job job = {
        .model = m, .decoder = d, .trained = trained, .s_eff = (double)x->o->row_tokens, .loss_share = x->o->loss_share};
    return cad_train_flops(&job, CAD_RECOMPUTE_none);
}

/* Elements that the run would train. */
static cad_status count_trained(const cad_model_config *m, const cad_decoder_opts *o, const cad_ops *ops, int64_t *out)
{
    cad_decoder *d;
    CAD_TRY(cad_decoder_sketch(m, ops, o, &d));
    *out = cad_decoder_params(d).count;
    cad_decoder_destroy(d);
    return CAD_OK;
}

/* The model with as many layers and rows of the vocabulary as a probe bears; a single layer that is too much loses width in its
 * feed-forward half. */
static void cut(probe *x)
{
    cad_model_config *m = &x->model;
    int64_t q = m->heads * m->head_dim, kv = m->kv_heads * m->head_dim;
    int64_t attention = m->width * (2 * q + 2 * kv), layer = attention + 3 * m->width * m->ffn;
    int64_t layers = most_weights / layer, vocab = most_head / m->width;
    if (m->layers > layers)
        m->layers = layers > 0 ? layers : 1;
    if (layers < 1) {
        int64_t ffn = (most_weights - attention) / (3 * m->width) / FFN_STEP * FFN_STEP;
        m->ffn = ffn > FFN_STEP ? ffn : m->ffn < FFN_STEP ? m->ffn : FFN_STEP;
    }
    if (m->vocab > vocab)
        m->vocab = vocab > 256 ? vocab : 256;
    for (int i = 0; i < m->n_eos; i++)
        m->eos[i] = m->eos[i] < m->vocab ? m->eos[i] : 0;
    m->bos = m->pad = -1;
}

/* Segments of a mean row each, the last targets of each. */
static cad_status fill(probe *x, int64_t tokens)
{
    int64_t row = x->o->row_tokens < tokens ? x->o->row_tokens : tokens;
    row = row > 1 ? row : 2;
    CAD_TRY(cad_batch_create(x->arena, tokens, tokens, &x->batch));
    uint32_t *ids;
    CAD_TRY(cad_arena_zalloc(x->arena, (size_t)row, sizeof *ids, "probe", &ids));
    for (int64_t i = 0; i < row; i++)
        ids[i] = (uint32_t)(i * 7919 % x->model.vocab);
    int64_t targets = (int64_t)(x->o->loss_share * (double)row + 0.5);
    targets = targets < 1 ? 1 : targets > row - 1 ? row - 1 : targets;
    const uint32_t span[2] = {(uint32_t)(row - targets), (uint32_t)row};
    for (int64_t r = 0; (r + 1) * row <= tokens; r++) {
        const cad_batch_row one = {.ids = ids, .n = row, .span = span, .n_spans = 1, .weight = 1.0f, .row = (uint64_t)r};
        CAD_TRY(cad_batch_add(x->batch, &one));
    }
    return CAD_OK;
}

static cad_status prepare(probe *x)
{
    const cad_probe_opts *o = x->o;
    x->model = *o->model;
    x->decoder = *o->decoder;
    cut(x);
    int64_t trained;
    CAD_TRY(count_trained(&x->model, &x->decoder, o->ops, &trained));
    int64_t tokens = (int64_t)(pass_flops / flops_of(x, &x->model, &x->decoder, trained));
    tokens = tokens > o->pass_tokens ? o->pass_tokens : tokens < LEAST_TOKENS ? LEAST_TOKENS : tokens;
    if (tokens < o->row_tokens && 4 * tokens > o->row_tokens)
        tokens = o->row_tokens;
    tokens = tokens > 1 ? tokens : 2;
    /* An NF4 base held in f32 costs what any f32 base does. */
    if (x->decoder.weights == CAD_WEIGHTS_nf4 && x->decoder.nf4_base == CAD_NF4_resident)
        x->decoder.weights = CAD_WEIGHTS_bf16;
    x->decoder.max_tokens = tokens;
    x->decoder.max_segments = x->decoder.max_loss_rows = 0;
    x->decoder.slots = x->decoder.context = 0;
    CAD_TRY(cad_decoder_create(&x->model, o->ops, &x->decoder, &x->d));
    CAD_TRY(cad_decoder_init_random(x->d, CAD_INIT_hf, 1));
    if (x->decoder.lora.rank > 0)
        CAD_TRY(cad_decoder_init_lora(x->d, CAD_LORA_kaiming, 1));
    x->params = cad_decoder_params(x->d);
    cad_optimizer_need need = cad_optimizer_plan(o->optimizer, &x->params, o->ops);
    CAD_TRY(cad_arena_create(
        "probe", 8 * MB + need.host + cad_batch_bytes(tokens, tokens) + (size_t)o->row_tokens * sizeof(uint32_t), &x->arena));
    CAD_TRY(cad_ops_arena(o->ops, "probe", (size_t)PADDING + need.device, &x->device));
    CAD_TRY(cad_optimizer_create(o->optimizer, &x->params, o->ops, x->arena, x->device, &x->optimizer));
    return fill(x, tokens);
}

static cad_status time_passes(probe *x, double *seconds)
{
    double loss, scale = 1.0 / (double)x->batch->n_loss, start = 0.0;
    int64_t n = -1; /* the first pass touches the memory and is not counted */
    do {
        if (n == 0)
            start = cad_clock_now();
        CAD_TRY(cad_decoder_forward_backward(x->d, x->batch, (float)scale, 1, &loss));
        n++;
    } while (n < 2 || (n < MOST_PASSES && cad_clock_now() - start < least_seconds));
    *seconds = (cad_clock_now() - start) / (double)n;
    return CAD_OK;
}

static cad_status time_updates(probe *x, double *seconds)
{
    double start = 0.0;
    for (int64_t t = 0; t <= UPDATES; t++) {
        cad_grad_stats g;
        if (t == 1)
            start = cad_clock_now();
        CAD_TRY(cad_optimizer_measure(x->optimizer, &g));
        CAD_TRY(cad_optimizer_step(x->optimizer, t + 1, 1e-6, g.clip));
        CAD_TRY(x->o->ops->fill(&(cad_fill_args){.y = cad_tensor_1d(CAD_F32, x->params.g, x->params.size)}, NULL));
    }
    *seconds = (cad_clock_now() - start) / UPDATES;
    return CAD_OK;
}

static cad_status run(probe *x, cad_probe *out)
{
    double start = cad_clock_now(), pass, update;
    int64_t trained;
    CAD_TRY(prepare(x));
    CAD_TRY(count_trained(x->o->model, x->o->decoder, x->o->ops, &trained));
    CAD_TRY(time_passes(x, &pass));
    CAD_TRY(time_updates(x, &update));
    double part = flops_of(x, &x->model, &x->decoder, x->params.count), all = flops_of(x, x->o->model, x->o->decoder, trained);
    double flops_s = part * (double)x->batch->n / pass;
    *out = (cad_probe){.flops_s = flops_s,
                       .tok_s = flops_s / all,
                       .update_s = update / (double)x->params.size,
                       .seconds = cad_clock_now() - start,
                       .pass_tokens = x->batch->n,
                       .cut = x->model.layers < x->o->model->layers || x->model.vocab < x->o->model->vocab ||
                              x->model.ffn < x->o->model->ffn};
    return CAD_OK;
}

cad_status cad_probe_speed(const cad_probe_opts *o, cad_probe *out)
{
    probe x = {.o = o};
    cad_status s = run(&x, out);
    cad_decoder_destroy(x.d);
    cad_arena_destroy(x.device);
    cad_arena_destroy(x.arena);
    return s;
}
