/* Training steps of a model as wide as models/tiny on rows of the generator: tokens a second and the share of the OpenBLAS
 * peak.
 *
 *     train_cpu MODEL LAYERS STEPS WARMUP THREADS PRODUCTS OUT_DIR
 *
 * PRODUCTS: own or bf16, as model.matmul.
 * MODEL lends its shape, vocabulary and tokenizer; LAYERS replaces its number of layers; weights are random, f32.  OUT_DIR gets
 * what another program needs to do the same (bench/train_cpu.py does): model/, the first weights; batches.u32, the rows of each
 * step; and ours.json, the losses and the rate.  A step is 960 tokens at most, loss on the answers, AdamW, norm clipped. */
#include "bench/bench_rows.h"
#include "bench/blas_peak.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/threads.h"
#include "model/decoder/decoder.h"
#include "train/optimizer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_TOKENS = 960, SEED = 1, MAX_STEPS = 10000 };
#define LEARNING_RATE 1e-3
static const cad_optimizer_opts OPTIMIZER = {
    .decay_before = true, .beta1 = 0.9, .beta2 = 0.95, .eps = 1e-8, .weight_decay = 0.01, .clip = 1};

typedef struct bench {
    const char *model, *dir;
    int64_t layers, steps, warmup;
    cad_arena *arena;
    cad_model_config cfg;
    bench_rows rows;
    cad_batch **batch;
    cad_buf file; /* batches.u32 */
    const cad_ops *ops;
    cad_decoder *decoder;
    cad_params params;
    cad_optimizer *optimizer;
    double *loss;
    double seconds, flops, peak; /* of the timed steps; floating-point operations of their linears; GFLOP/s */
    int64_t tokens, targets;     /* of the timed steps */
} bench;

static cad_status path_in(const bench *b, const char *name, cad_buf *out)
{
    cad_buf_clear(out);
    return cad_buf_printf(out, "%s/%s", b->dir, name);
}

static cad_status add_u32(cad_buf *f, size_t v)
{
    uint32_t u = (uint32_t)v;
    return cad_buf_add(f, &u, sizeof u);
}

/* Fills batches with rows in order, each until the next row would not fit; all go into the file as
 * rows of the step, then for each: ids, ids of the prompt, the ids. */
static cad_status make_batches(bench *b)
{
    cad_ids ids = CAD_IDS_INIT;
    uint64_t next = 0;
    size_t begin = 0;
    cad_status s = bench_rows_get(&b->rows, next, true, b->arena, &ids, &begin, NULL);
    for (int64_t i = 0; s == CAD_OK && i < b->steps; i++) {
        cad_buf step = CAD_BUF_INIT;
        s = cad_batch_create(b->arena, STEP_TOKENS, STEP_TOKENS, &b->batch[i]);
        while (s == CAD_OK && b->batch[i]->n + (int64_t)ids.n <= STEP_TOKENS) {
            uint32_t span[2] = {(uint32_t)begin, (uint32_t)ids.n};
            cad_batch_row row = {.ids = ids.id, .n = (int64_t)ids.n, .span = span, .n_spans = 1, .weight = 1, .row = next};
            s = cad_batch_add(b->batch[i], &row);
            if (s == CAD_OK)
                s = add_u32(&step, ids.n);
            if (s == CAD_OK)
                s = add_u32(&step, begin);
            if (s == CAD_OK)
                s = cad_buf_add(&step, ids.id, ids.n * sizeof *ids.id);
            cad_ids_clear(&ids);
            cad_frame mark = cad_arena_mark(b->arena);
            if (s == CAD_OK)
                s = bench_rows_get(&b->rows, ++next, true, b->arena, &ids, &begin, NULL);
            if (s == CAD_OK)
                cad_arena_rewind(b->arena, mark);
        }
        if (s == CAD_OK && b->batch[i]->n_seg == 0)
            s = cad_fail(CAD_EDATA, "row %llu has %zu tokens; a step holds %d", (unsigned long long)next, ids.n, STEP_TOKENS);
        if (s == CAD_OK)
            s = add_u32(&b->file, (size_t)b->batch[i]->n_seg);
        if (s == CAD_OK)
            s = cad_buf_add(&b->file, step.data, step.len);
        cad_buf_deinit(&step);
    }
    cad_ids_deinit(&ids);
    return s;
}

/* A multiply and an add for each weight of a linear and each token, three times: forward, and backward to input and weight. */
static double flops_of(const bench *b, const cad_batch *batch)
{
    const cad_model_config *m = &b->cfg;
    int64_t heads = (2 * m->heads + 2 * m->kv_heads) * m->head_dim;
    double layer = (double)(m->width * (heads + 3 * m->ffn)), head = (double)(m->width * m->vocab);
    return 6 * (layer * (double)m->layers * (double)batch->n + head * (double)batch->n_loss);
}

static cad_status save_model(const bench *b)
{
    cad_buf path = CAD_BUF_INIT, config = CAD_BUF_INIT;
    cad_status s = path_in(b, "model", &path);
    if (s == CAD_OK)
        s = cad_fs_mkdirs(path.data);
    if (s == CAD_OK)
        s = cad_decoder_save_model(b->decoder, path.data, false);
    if (s == CAD_OK)
        s = cad_model_config_print(&b->cfg, NULL, 0, &config);
    if (s == CAD_OK)
        s = path_in(b, "model/config.json", &path);
    if (s == CAD_OK)
        s = cad_fs_write(path.data, config.data, config.len);
    if (s == CAD_OK)
        s = path_in(b, "batches.u32", &path);
    if (s == CAD_OK)
        s = cad_fs_write(path.data, b->file.data, b->file.len);
    cad_buf_deinit(&path);
    cad_buf_deinit(&config);
    return s;
}

static cad_status prepare(bench *b)
{
    CAD_TRY(cad_model_config_load(b->model, &b->cfg));
    b->cfg.layers = b->layers;
    b->cfg.dtype = CAD_F32;
    CAD_TRY(bench_rows_open(b->model, SEED, b->arena, &b->rows));
    CAD_TRY(cad_arena_zalloc(b->arena, (size_t)b->steps, sizeof *b->batch, "batches", &b->batch));
    CAD_TRY(cad_arena_zalloc(b->arena, (size_t)b->steps, sizeof *b->loss, "losses", &b->loss));
    CAD_TRY(make_batches(b));
    cad_decoder_opts o = {.weights = CAD_WEIGHTS_fp32, .train = CAD_TRAIN_full, .seed = SEED, .max_tokens = STEP_TOKENS};
    CAD_TRY(cad_decoder_create(&b->cfg, b->ops, &o, &b->decoder));
    CAD_TRY(cad_decoder_init_random(b->decoder, CAD_INIT_fan_in, SEED));
    b->params = cad_decoder_params(b->decoder);
    CAD_TRY(cad_optimizer_create(&OPTIMIZER, &b->params, b->ops, b->arena, b->arena, &b->optimizer));
    return save_model(b);
}

static cad_status step(bench *b, int64_t i)
{
    cad_grad_stats g;
    const cad_batch *batch = b->batch[i];
    double start = cad_clock_now(), sum;
    for (int64_t k = 0; k < b->params.size; k++)
        b->params.g[k] = 0;
    CAD_TRY(cad_decoder_forward_backward(b->decoder, batch, 1.0F / (float)batch->n_answer, (uint64_t)i + 1, &sum));
    CAD_TRY(cad_optimizer_measure(b->optimizer, &g));
    CAD_TRY(cad_optimizer_step(b->optimizer, i + 1, LEARNING_RATE, g.clip));
    b->loss[i] = sum / (double)batch->n_answer;
    if (i < b->warmup)
        return CAD_OK;
    b->seconds += cad_clock_now() - start;
    b->tokens += batch->n;
    b->targets += batch->n_answer;
    b->flops += flops_of(b, batch);
    return CAD_OK;
}

static cad_status report(const bench *b)
{
    cad_buf path = CAD_BUF_INIT;
    double rate = (double)b->tokens / b->seconds, gflops = b->flops / b->seconds * 1e-9;
    printf("%lld layers, %d threads, %s: %.0f tokens/s, %.1f GFLOP/s = %.0f %% of the OpenBLAS peak of %.1f\n",
           (long long)b->layers, cad_threads_count(), b->ops->isa, rate, gflops, 100 * gflops / b->peak, b->peak);
    json_t *loss = json_array();
    for (int64_t i = 0; i < b->steps; i++)
        json_array_append_new(loss, json_real(b->loss[i]));
    json_t *o = json_pack("{s:f, s:f, s:f, s:I, s:I, s:I, s:I, s:s, s:b, s:{s:f, s:f, s:f, s:f, s:f, s:f}, s:o}", "tokens_s",
                          rate, "gflops", gflops, "peak_gflops", b->peak, "tokens", (json_int_t)b->tokens, "targets",
                          (json_int_t)b->targets, "parameters", (json_int_t)cad_decoder_parameters(b->decoder), "warmup",
                          (json_int_t)b->warmup, "isa", b->ops->isa, "rounded", cad_ops_matmul() == CAD_MATMUL_bf16, "adamw",
                          "lr", LEARNING_RATE, "beta1", OPTIMIZER.beta1, "beta2", OPTIMIZER.beta2, "eps", OPTIMIZER.eps,
                          "weight_decay", OPTIMIZER.weight_decay, "clip", OPTIMIZER.clip, "loss", loss);
    cad_status s = path_in(b, "ours.json", &path);
    if (s == CAD_OK)
        s = bench_write_json(o, path.data);
    cad_buf_deinit(&path);
    return s;
}

static cad_status run(bench *b, int threads)
{
    CAD_TRY(cad_threads_init(threads));
    CAD_TRY(cad_ops_get("cpu", &b->ops));
    CAD_TRY(cad_arena_create("bench", (size_t)4 << 30, &b->arena));
    CAD_TRY(bench_blas_peak(b->arena, &b->peak));
    CAD_TRY(prepare(b));
    for (int64_t i = 0; i < b->steps; i++)
        CAD_TRY(step(b, i));
    return report(b);
}

int main(int argc, char **argv)
{
    bench b = {.file = CAD_BUF_INIT};
    cad_status s = CAD_OK;
    if (argc != 8 || (strcmp(argv[6], "own") != 0 && strcmp(argv[6], "bf16") != 0))
        s = cad_fail(CAD_EUSAGE, "train_cpu MODEL LAYERS STEPS WARMUP THREADS own|bf16 OUT_DIR");
    if (s == CAD_OK) {
        b.model = argv[1];
        b.layers = atoll(argv[2]);
        b.steps = atoll(argv[3]);
        b.warmup = atoll(argv[4]);
        b.dir = argv[7];
        cad_ops_set_matmul(!strcmp(argv[6], "bf16") ? CAD_MATMUL_bf16 : CAD_MATMUL_own);
        if (b.steps > MAX_STEPS || b.warmup < 0 || b.warmup >= b.steps)
            s = cad_fail(CAD_EUSAGE, "0 <= WARMUP < STEPS <= %d", MAX_STEPS);
    }
    if (s == CAD_OK)
        s = run(&b, atoi(argv[5]));
    if (s != CAD_OK)
        fprintf(stderr, "train_cpu: error: %s\n", cad_error_text());
    cad_decoder_destroy(b.decoder);
    bench_rows_close(&b.rows);
    cad_buf_deinit(&b.file);
    cad_arena_destroy(b.arena);
    return cad_status_exit_code(s);
}
