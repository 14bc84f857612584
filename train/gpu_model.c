#include "train/gpu_model.h"
#include "model/decoder/memory_plan.h"
#include "train/grad_tree.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GIB 1073741824.0
enum { PASS_STEP = 512, TILE_ROWS = 128 };

static const double context_bytes = 1.5e9; /* CUDA context, NCCL buffers */
static const double bf16 = 2.0, f32 = 4.0;

cad_status cad_gpu_find(const char *text, cad_gpu *out)
{
    /* Memory: what the driver reports of 80 GB and 141 GB; TFLOP/s: dense bf16 of the data sheets (SXM). */
    static const cad_gpu known[] = {
        {"h100-80g", 79.6 * GIB, 989.0, 132}, {"h200-141g", 139.8 * GIB, 989.0, 132}, {"a100-80g", 79.2 * GIB, 312.0, 108}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(text, known[i].name)) {
            *out = known[i];
            return CAD_OK;
        }
    char *end;
    double gib = strtod(text, &end), tflops = *end == ':' && end != text ? strtod(end + 1, &end) : 0.0;
    if (*end || !(gib > 0.0 && tflops > 0.0 && gib < 1e6 && tflops < 1e6))
        CAD_FAIL(CAD_EUSAGE, "--assume=%s; expected h100-80g, h200-141g, a100-80g, cpu, or GiB:TFLOPS such as 24:165", text);
    *out = (cad_gpu){.bytes = gib * GIB, .tflops = tflops, .sms = 132};
    snprintf(out->name, sizeof out->name, "%.30s", text);
    return CAD_OK;
}

const char *cad_recompute_name(cad_recompute r)
{
    static const char *const name[CAD_RECOMPUTE_KINDS] = {"none", "gate_up", "full"};
    return name[r];
}

/* ---- the model ---- */

typedef struct counts {
    double layer;    /* weights of the seven linears of one layer */
    double linears;  /* of all layers */
    double head;     /* V C */
    double all;      /* parameters */
    double adapters; /* columns of u that one token has in one layer, in the mean: R for each target */
    double q, kv;    /* HD, KD */
} counts;

static counts count(const cad_gpu_job *j)
{
    const cad_model_config *m = j->model;
    const cad_lora_config *lora = &j->decoder->lora;
    counts c = {.q = (double)(m->heads * m->head_dim), .kv = (double)(m->kv_heads * m->head_dim)};
    double layers = (double)m->layers, width = (double)m->width;
    for (int t = 0; t < CAD_LORA_TARGET_COUNT; t++) {
        int64_t rows, cols, columns = 0;
        cad_lora_target_shape(m, (cad_lora_target)t, &rows, &cols);
        c.layer += (double)rows * (double)cols;
        for (int64_t l = 0; l < m->layers; l++)
            columns += cad_lora_pair_of(lora, l, (cad_lora_target)t).rank;
        c.adapters += (double)columns / layers;
    }
    c.linears = layers * c.layer;
    c.head = (double)m->vocab * width;
    double vectors = 2.0 * width + (m->qkv_bias ? c.q + 2.0 * c.kv : 0.0) + (m->qk_norm ? 2.0 * (double)m->head_dim : 0.0);
    c.all = c.linears + layers * vectors + width + c.head * (m->tie ? 1.0 : 2.0);
    return c;
}

static bool is_full(const cad_gpu_job *j)
{
    return j->decoder->train == CAD_TRAIN_full;
}

/* ---- bytes ---- */

static double weight_bytes(const cad_gpu_job *j, const counts *c, bool scratch_base)
{
    const cad_decoder_opts *o = j->decoder;
    if (!is_full(j) && o->weights == CAD_WEIGHTS_fp32)
        return f32 * c->all;
    if (is_full(j) || o->weights != CAD_WEIGHTS_nf4 || !scratch_base)
        return bf16 * c->all;
    double block = 64.0, nest = 256.0;
    double scale = o->double_quant ? 1.0 / block + f32 / (block * nest) : f32 / block;
    /* two buffers in turn, each as large as the largest fused matrix: gate and up */
    double buffers = 2.0 * bf16 * 2.0 * (double)j->model->ffn * (double)j->model->width;
    return c->linears * (0.5 + scale) + bf16 * (c->all - c->linears) + buffers;
}

static double state_bytes(const cad_gpu_job *j)
{
    double moments = j->eight_bit ? 2.0 + 8.0 / 256.0 : 2.0 * f32;
    return (double)j->trained * (f32 + f32 + moments + (is_full(j) ? 0.0 : bf16));
}

/* Kept of one layer for the backward pass, a token. */
static double layer_bytes(const cad_gpu_job *j, const counts *c)
{
    const cad_model_config *m = j->model;
    double width = (double)m->width;
    return bf16 * (width + (c->q + 2.0 * c->kv) + c->q + width + 2.0 * (double)m->ffn + c->adapters) + f32 * (double)m->heads +
           2.0 * f32;
}

static double saved_bytes(const cad_gpu_job *j, const counts *c, cad_recompute r)
{
    const cad_model_config *m = j->model;
    double layers = (double)m->layers, all = layer_bytes(j, c);
    if (r == CAD_RECOMPUTE_full)
        return layers * bf16 * (double)m->width + all;
    return layers * (r == CAD_RECOMPUTE_gate_up ? all - bf16 * 2.0 * (double)m->ffn : all);
}

static double work_bytes(const cad_gpu_job *j, const counts *c)
{
    const cad_model_config *m = j->model;
    double heads = m->qk_norm ? bf16 * (c->q + c->kv) + f32 * (double)(m->heads + m->kv_heads) : 0.0; /* normed q and k */
    return bf16 * (3.0 * (double)m->ffn + (c->q + 2.0 * c->kv) + c->q + 3.0 * (double)m->width + c->adapters) + heads;
}

/* Rows of a chunk of logits: as many tiles as fill the device once in the product that gives dx. */
static double chunk_bytes(const cad_gpu *g, const cad_model_config *m)
{
    int64_t columns = m->width % 256 == 0 ? 256 : 128, tiles = (m->width + columns - 1) / columns;
    int64_t rows = g->sms / tiles > 0 ? g->sms / tiles * TILE_ROWS : TILE_ROWS;
    return bf16 * (double)rows * (double)m->vocab;
}

static double cache_bytes(const cad_gpu_job *j, const counts *c)
{
    return 2.0 * bf16 * c->kv * (double)j->model->layers * (double)j->decoder->slots * (double)j->decoder->context;
}

cad_gpu_bytes cad_gpu_memory(const cad_gpu *g, const cad_gpu_job *j, const cad_gpu_pass *p)
{
    counts c = count(j);
    cad_gpu_bytes b = {.weights = weight_bytes(j, &c, p->scratch_base),
                       .state = state_bytes(j),
                       .lanes = (double)cad_grad_tree_bytes(j->trained, j->lanes),
                       .saved = (double)p->tokens * saved_bytes(j, &c, p->recompute),
                       .work = (double)p->tokens * work_bytes(j, &c),
                       .head = chunk_bytes(g, j->model),
                       .cache = cache_bytes(j, &c),
                       .context = context_bytes};
    b.total = b.weights + b.state + b.lanes + b.saved + b.work + b.head + b.cache + b.context;
    return b;
}

int64_t cad_gpu_largest_pass(const cad_gpu *g, const cad_gpu_job *j, const cad_gpu_pass *p)
{
    counts c = count(j);
    const cad_gpu_pass empty = {.recompute = p->recompute, .scratch_base = p->scratch_base};
    double left = cad_planned_bytes(g->bytes) - cad_gpu_memory(g, j, &empty).total;
    return left > 0.0 ? (int64_t)(left / (saved_bytes(j, &c, p->recompute) + work_bytes(j, &c))) : 0;
}

static int64_t up(int64_t n)
{
    return (n + PASS_STEP - 1) / PASS_STEP * PASS_STEP;
}

bool cad_gpu_choose(const cad_gpu *g, const cad_gpu_job *j, int64_t want, int64_t longest, cad_gpu_pass *out)
{
    bool codes = !is_full(j) && j->decoder->weights == CAD_WEIGHTS_nf4;
    for (int rung = 0; rung < CAD_RECOMPUTE_KINDS + 1; rung++) {
        cad_gpu_pass p = {.scratch_base = codes && rung > 0,
                          .recompute = rung > 1 ? (cad_recompute)(rung - 1) : CAD_RECOMPUTE_none};
        int64_t most = cad_gpu_largest_pass(g, j, &p) / PASS_STEP * PASS_STEP;
        p.tokens = up(want) < most ? up(want) : most;
        *out = p;
        if (p.tokens >= up(longest))
            return true;
    }
    out->tokens = up(longest);
    return false;
}

/* ---- FLOPs ---- */

double cad_forward_flops(const cad_gpu_job *j)
{
    counts c = count(j);
    double adapters = is_full(j) ? 0.0 : (double)j->trained;
    return 2.0 * (c.linears + adapters + c.head * j->loss_share) + 2.0 * c.q * j->s_eff * (double)j->model->layers;
}

double cad_train_flops(const cad_gpu_job *j, cad_recompute r)
{
    counts c = count(j);
    double adapters = is_full(j) ? 0.0 : (double)j->trained, weights = is_full(j) ? 2.0 : 1.0; /* dx, and dW where trained */
    double attention = 2.0 * c.q * j->s_eff * (double)j->model->layers;
    double again = r == CAD_RECOMPUTE_full ? c.linears
                   : r == CAD_RECOMPUTE_gate_up
                       ? 2.0 * (double)j->model->ffn * (double)j->model->width * (double)j->model->layers
                       : 0.0;
    return cad_forward_flops(j) + 2.0 * weights * (c.linears + c.head * j->loss_share) + 4.0 * adapters + 2.5 * attention +
           2.0 * again;
}
