/* job_gpu: training and decoding from end to end, with random weights of a published shape. */
#include "bench/gpu/gpu_clock.h"
#include "bench/gpu/gpu_models.h"
#include "bench/gpu/job_parity.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/rng.h"
#include "core/threads.h"
#include "kernels/backend.h"
#include "kernels/device.h"
#include "model/decoder/generate.h"
#include "model/decoder/memory_plan.h"
#include "train/gpu_model.h"
#include "train/optimizer.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: job_gpu DEVICE --model=NAME [OPTION..]\n"
    "Training and decoding from end to end on cuda:N, cpu or emu, with random weights of a published shape, or of tiny.\n"
    "  --weights=bf16|nf4    [bf16]\n"
    "  --rank=N              of the LoRA pairs [16]\n"
    "  --tokens=N --row=N    of a pass, and of each of its rows [8192, 320]\n"
    "  --steps=N             timed, after 3 [20]\n"
    "  --slots=N --new=N     answers at once, tokens of each [32, 128]\n"
    "  --parity              tokens one by one beside the CPU, with other weights\n"
    "  --json=FILE           appends a line\n"
    "What must hold: the first loss is ln V within 5 % (weights are small), losses are finite and fall on a batch that comes\n"
    "again, the same three steps give the same bits, an answer does not depend on its neighbours and is the same twice,\n"
    "memory is within 10 % of the plan (on a GPU), and with --parity the nll of a token is off that of the CPU in f32 by no\n"
    "more than twice what the CPU in bf16 is off.\n"
    "Exit: 0 all of that, 1 something does not hold, 2 usage, 69 no such device here.\n";

enum { WARM = 3, MOST_STEPS = 1000, PROMPT = 64, SEED = 11 };

typedef struct job {
    cad_device device;
    cad_model_config model;
    cad_decoder_opts opts;
    cad_decoder *decoder;
    cad_params params;
    cad_arena *host, *moments;
    cad_frame no_optimizer, no_moments; /* of them, without the optimizer */
    cad_optimizer *optimizer;
    cad_batch *batch;
    const char *name, *json;
    int64_t tokens, row, steps, slots, new_tokens;
    bool parity;
    double loss[MOST_STEPS + WARM], ms[MOST_STEPS];
    double planned, taken; /* bytes of the device */
    double decode[2];      /* tokens a second: one answer, all slots */
    int failed;
} job;

static void verdict(job *j, bool good, const char *what)
{
    printf("%-6s %s\n", good ? "ok" : "WRONG", what);
    fflush(stdout);
    j->failed += !good;
}

/* ---- the pieces ---- */

static cad_status fill_batch(job *j, int64_t tokens, int64_t row, cad_batch *b)
{
    cad_rng r = cad_rng_make(SEED, "rows", 0);
    uint32_t *ids;
    CAD_TRY(cad_arena_alloc(j->host, (size_t)row * sizeof *ids, "row", &ids));
    cad_batch_clear(b);
    for (int64_t i = 0; (i + 1) * row <= tokens; i++) {
        const uint32_t span[2] = {(uint32_t)(row / 2), (uint32_t)row};
        for (int64_t k = 0; k < row; k++)
            ids[k] = (uint32_t)cad_rng_range(&r, 0, j->model.vocab - 1);
        CAD_TRY(cad_batch_add(
            b, &(cad_batch_row){.ids = ids, .n = row, .span = span, .n_spans = 1, .weight = 1.0f, .row = (uint64_t)i}));
    }
    return CAD_OK;
}

static double free_bytes(void)
{
    cad_cuda_facts f;
    return cad_cuda_facts_get(&f) == CAD_OK ? (double)f.available : 0.0;
}

static const cad_optimizer_opts optimizer = {
    .eight_bit = true, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0.01, .clip = 1.0};

static cad_status make_decoder(job *j)
{
    double before = free_bytes();
    CAD_TRY(cad_decoder_create(&j->model, j->device.ops, &j->opts, &j->decoder));
    j->params = cad_decoder_params(j->decoder);
    cad_decoder_bytes b = cad_decoder_plan(j->decoder);
    cad_optimizer_need need = cad_optimizer_plan(&optimizer, &j->params, j->device.ops);
    j->planned = (double)(b.weights + b.state + b.activations + b.scratch + need.device);
    CAD_TRY(cad_arena_create("job", need.host + cad_batch_bytes(j->tokens, j->tokens) + ((size_t)1 << 22), &j->host));
    CAD_TRY(cad_ops_arena(j->device.ops, "moments", need.device + 4096, &j->moments));
    CAD_TRY(cad_batch_create(j->host, j->tokens, j->tokens, &j->batch));
    CAD_TRY(fill_batch(j, j->tokens, j->row, j->batch));
    j->no_moments = cad_arena_mark(j->moments);
    j->no_optimizer = cad_arena_mark(j->host);
    j->taken = before - free_bytes();
    double start = cad_clock_now();
    CAD_TRY(cad_decoder_init_random(j->decoder, CAD_INIT_hf, SEED));
    printf("%s: %.2f G weights drawn in %.0f s\n", j->name, 1e-9 * (double)cad_decoder_parameters(j->decoder),
           cad_clock_now() - start);
    return CAD_OK;
}

/* Pairs and moments as at the start. */
static cad_status begin(job *j)
{
    cad_arena_rewind(j->moments, j->no_moments); /* the optimizer of the last begin */
    cad_arena_rewind(j->host, j->no_optimizer);
    CAD_TRY(cad_decoder_init_lora(j->decoder, CAD_LORA_kaiming, SEED));
    return cad_optimizer_create(&optimizer, &j->params, j->device.ops, j->host, j->moments, &j->optimizer);
}

static cad_status step(job *j, int64_t i)
{
    double sum;
    cad_grad_stats g;
    const cad_ops *ops = j->device.ops;
    CAD_TRY(ops->fill(&(cad_fill_args){.y = cad_tensor_1d(CAD_F32, j->params.g, j->params.size)}, NULL));
    CAD_TRY(cad_decoder_forward_backward(j->decoder, j->batch, 1.0f / (float)j->batch->n_answer, (uint64_t)i + 1, &sum));
    CAD_TRY(cad_optimizer_measure(j->optimizer, &g));
    CAD_TRY(cad_optimizer_step(j->optimizer, i + 1, 1e-3, g.clip));
    CAD_TRY(ops->sync(NULL));
    j->loss[i] = sum / (double)j->batch->n_answer;
    return CAD_OK;
}

/* ---- training ---- */

static cad_status train(job *j)
{
    double again[WARM], start = log((double)j->model.vocab);
    bool finite = true;
    CAD_TRY(begin(j));
    for (int64_t i = 0; i < WARM; i++)
        CAD_TRY(step(j, i));
    memcpy(again, j->loss, sizeof again);
    CAD_TRY(begin(j));
    for (int64_t i = 0; i < WARM + j->steps; i++) {
        double from = cad_clock_now();
        CAD_TRY(step(j, i));
        if (i >= WARM)
            j->ms[i - WARM] = 1e3 * (cad_clock_now() - from);
        finite = finite && isfinite(j->loss[i]);
    }
    char text[200];
    const double *loss = j->loss;
    verdict(j, fabs(loss[0] - start) <= 0.05 * start, "the first loss is ln V within 5 %");
    verdict(j, finite && loss[WARM + j->steps - 1] < loss[0], "losses are finite and fall on a batch that comes again");
    verdict(j, !memcmp(again, loss, sizeof again), "the same three steps give the same losses, bit for bit");
    gb_times t = gb_times_of(j->ms, (int)j->steps);
    const cad_gpu_job g = {.model = &j->model,
                           .decoder = &j->opts,
                           .trained = j->params.count,
                           .eight_bit = true,
                           .s_eff = (double)j->row,
                           .loss_share = (double)j->batch->n_answer / (double)j->batch->n};
    double flops = cad_train_flops(&g, CAD_RECOMPUTE_none) * (double)j->batch->n;
    snprintf(text, sizeof text, "loss %.4f to %.4f; step %.2f ms (p5 %.2f, p95 %.2f), %.0f tokens/s, %.1f TFLOP/s", loss[0],
             loss[WARM + j->steps - 1], t.median, t.low, t.high, 1e3 * (double)j->batch->n / t.median, 1e-9 * flops / t.median);
    printf("train  %s\n", text);
    return CAD_OK;
}

/* ---- decoding ---- */

typedef struct answers {
    uint32_t *ids; /* (n, most) */
    int64_t most, drawn;
} answers;

static cad_status keep(void *ctx, int64_t request, const cad_gen_result *r)
{
    answers *a = ctx;
    memcpy(a->ids + request * a->most, r->ids, (size_t)r->n * sizeof *a->ids);
    a->drawn += r->n_drawn;
    return CAD_OK;
}

static cad_status ask(job *j, const uint32_t *prompts, int64_t n, answers *a, double *rate)
{
    cad_gen_request *req;
    cad_frame f = cad_arena_mark(j->host);
    CAD_TRY(cad_arena_zalloc(j->host, (size_t)n, sizeof *req, "requests", &req));
    for (int64_t i = 0; i < n; i++)
        req[i] = (cad_gen_request){.prompt = prompts + i * PROMPT, .n_prompt = PROMPT, .max_new = j->new_tokens, .seed = 1};
    a->drawn = 0;
    double start = cad_clock_now();
    CAD_TRY(cad_generate(j->decoder, req, n, &(cad_gen_opts){.sampling = {.top_p = 1.0}}, keep, NULL, a));
    *rate = (double)a->drawn / (cad_clock_now() - start);
    cad_arena_rewind(j->host, f);
    return CAD_OK;
}

static cad_status decode(job *j)
{
    uint32_t *prompts;
    answers one = {.most = j->new_tokens}, all = one, again = one;
    size_t bytes = (size_t)(j->slots * j->new_tokens) * sizeof *one.ids;
    answers *const each[] = {&one, &all, &again};
    cad_rng r = cad_rng_make(SEED, "prompts", 0);
    double rate;
    CAD_TRY(cad_arena_alloc(j->host, (size_t)(j->slots * PROMPT) * sizeof *prompts, "prompts", &prompts));
    for (int64_t i = 0; i < j->slots * PROMPT; i++)
        prompts[i] = (uint32_t)cad_rng_range(&r, 0, j->model.vocab - 1);
    for (int i = 0; i < 3; i++)
        CAD_TRY(cad_arena_zalloc(j->host, 1, bytes, "answers", &each[i]->ids));
    CAD_TRY(ask(j, prompts, 1, &one, &rate)); /* the first is cold */
    CAD_TRY(ask(j, prompts, 1, &one, &j->decode[0]));
    CAD_TRY(ask(j, prompts, j->slots, &all, &j->decode[1]));
    CAD_TRY(ask(j, prompts, j->slots, &again, &rate));
    verdict(j, !memcmp(all.ids, again.ids, bytes), "the same prompts get the same answers again");
    verdict(j, !memcmp(one.ids, all.ids, (size_t)j->new_tokens * sizeof *one.ids),
            "an answer does not depend on its neighbours");
    printf("decode %.0f tokens/s alone, %.0f in %lld slots; prompts of %d tokens included\n", j->decode[0], j->decode[1],
           (long long)j->slots, PROMPT);
    return CAD_OK;
}

/* ---- against the CPU ---- */

static cad_status parity(job *j)
{
    gb_parity p;
    char text[200];
    CAD_TRY(gb_parity_of(&j->model, j->decoder, &p));
    snprintf(text, sizeof text, "the nll of %lld tokens, of deviation %.2f, is off by %.3g at most; %.3g may be",
             (long long)p.tokens, p.spread, p.error, p.allowed);
    verdict(j, p.good, text);
    return CAD_OK;
}

/* ---- the job ---- */

static cad_status write_json(const job *j)
{
    FILE *f = j->json ? fopen(j->json, "a") : NULL;
    if (!j->json)
        return CAD_OK;
    if (!f)
        CAD_FAIL(CAD_EWRITE, "%s: cannot write", j->json);
    fprintf(f,
            "{\"job\":\"%s\",\"device\":\"%s\",\"weights\":\"%s\",\"rank\":%lld,\"tokens\":%lld,\"row\":%lld,\"planned\":%.0f,"
            "\"taken\":%.0f,\"decode_alone\":%.1f,\"decode_all\":%.1f,\"slots\":%lld,\"failed\":%d,\"loss\":[",
            j->name, j->device.text, j->opts.weights == CAD_WEIGHTS_nf4 ? "nf4" : "bf16", (long long)j->opts.lora.rank,
            (long long)j->batch->n, (long long)j->row, j->planned, j->taken, j->decode[0], j->decode[1], (long long)j->slots,
            j->failed);
    for (int64_t i = 0; i < WARM + j->steps; i++)
        fprintf(f, "%s%.6f", i ? "," : "", j->loss[i]);
    fprintf(f, "],\"ms\":[");
    for (int64_t i = 0; i < j->steps; i++)
        fprintf(f, "%s%.3f", i ? "," : "", j->ms[i]);
    fprintf(f, "]}\n");
    fclose(f);
    return CAD_OK;
}

static cad_status run(job *j, const char *device)
{
    char text[120];
    CAD_TRY(cad_threads_init(0));
    CAD_TRY(cad_device_open(device, &j->device));
    CAD_TRY(gb_model(j->name, &j->model));
    j->opts.train = CAD_TRAIN_lora;
    j->opts.lora.alpha = (double)j->opts.lora.rank;
    j->opts.lora.base_model = "";
    j->opts.seed = SEED;
    j->opts.max_tokens = j->tokens;
    j->opts.slots = j->slots;
    j->opts.context = PROMPT + j->new_tokens;
    printf("%s on %s, %s\n", j->name, j->device.name, j->device.text);
    CAD_TRY(make_decoder(j));
    snprintf(text, sizeof text, "memory is within 10 %% of the plan: %.2f GiB taken, %.2f planned", j->taken / 1073741824.0,
             j->planned / 1073741824.0);
    if (j->device.total > 0)
        verdict(j, fabs(j->taken - j->planned) <= 0.1 * j->planned, text);
    CAD_TRY(train(j));
    CAD_TRY(decode(j));
    if (j->parity)
        CAD_TRY(parity(j));
    return write_json(j);
}

static cad_status read_options(int argc, char **argv, job *j)
{
    static const struct {
        const char *name;
        size_t offset;
    } number[] = {{"--tokens", offsetof(job, tokens)},  {"--row", offsetof(job, row)},
                  {"--steps", offsetof(job, steps)},    {"--slots", offsetof(job, slots)},
                  {"--new", offsetof(job, new_tokens)}, {"--rank", offsetof(job, opts.lora.rank)}};
    const char *v;
    for (int i = 2; i < argc; i++) {
        bool known = true;
        if ((v = gb_value(argv[i], "--model")))
            j->name = v;
        else if ((v = gb_value(argv[i], "--json")))
            j->json = v;
        else if (!strcmp(argv[i], "--weights=nf4"))
            j->opts.weights = CAD_WEIGHTS_nf4;
        else if (!strcmp(argv[i], "--parity"))
            j->parity = true;
        else
            known = !strcmp(argv[i], "--weights=bf16");
        for (size_t k = 0; k < sizeof number / sizeof *number && !known; k++) {
            known = (v = gb_value(argv[i], number[k].name)) != NULL;
            if (known)
                CAD_TRY(gb_number(number[k].name, v, (int64_t *)(void *)((char *)j + number[k].offset)));
        }
        if (!known)
            CAD_FAIL(CAD_EUSAGE, "unknown option '%s'; see --help", argv[i]);
    }
    if (!j->name || j->row < 4 || j->tokens < j->row || j->steps < 1 || j->steps > MOST_STEPS || j->slots < 1 ||
        j->new_tokens < 1)
        CAD_FAIL(CAD_EUSAGE, "expected --model=NAME, --row >= 4, --tokens >= --row, --steps=1..%d, --slots, --new >= 1",
                 MOST_STEPS);
    return CAD_OK;
}

int main(int argc, char **argv)
{
    static job j = {.opts = {.weights = CAD_WEIGHTS_bf16, .lora = {.rank = 16}},
                    .tokens = 8192,
                    .row = 320,
                    .steps = 20,
                    .slots = 32,
                    .new_tokens = 128};
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc < 2 || !strcmp(argv[1], "--help"))
        return fputs(usage, argc < 2 ? stderr : stdout) < 0 ? 1 : argc < 2 ? 2 : 0;
    cad_status s = read_options(argc, argv, &j);
    if (s == CAD_OK)
        s = run(&j, argv[1]);
    if (s != CAD_OK)
        fprintf(stderr, "job_gpu: error: %s\n", cad_error_text());
    cad_decoder_destroy(j.decoder);
    cad_arena_destroy(j.moments);
    cad_arena_destroy(j.host);
    return s != CAD_OK ? cad_status_exit_code(s) : j.failed > 0;
}
