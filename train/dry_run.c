#include "train/dry_run.h"

#include "core/fs.h"
#include "core/log.h"
#include "core/mem.h"
#include "train/dry_assume.h"
#include "train/gpu_model.h"
#include "train/speed_probe.h"
#include "train/trainer_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GPU_PASS = 16384 };
static const double gpu_share = 0.5; /* of the published products, as the goals of spec/kernels.md 5 */
/* Bytes of what a run writes beside checkpoints, rounded up from runs of models/tiny. */
static const double bytes_of_line = 400.0, bytes_of_sample = 120e3, bytes_of_sample_text = 8e3;

/* ---- the model and the data ---- */

static void describe_model(const cad_trainer *t, const cad_decoder *d, cad_dry_report *r)
{
    const cad_config *c = t->cfg;
    int64_t least, most, matrices = cad_lora_count(&t->sizes.decoder.lora, &t->model, &least, &most);
    if (c->model.init == CAD_MODEL_INIT_random)
        snprintf(r->model.name, sizeof r->model.name, "random %lld x %lld", (long long)t->model.layers,
                 (long long)t->model.width);
    else
        snprintf(r->model.name, sizeof r->model.name, "%.150s", c->model.path);
    if (c->lora.enabled && least < most)
        snprintf(r->model.method, sizeof r->model.method, "LoRA r%lld to r%lld, %lld matrices", (long long)least,
                 (long long)most, (long long)matrices);
    else if (c->lora.enabled)
        snprintf(r->model.method, sizeof r->model.method, "LoRA r%lld, %lld matrices", (long long)most, (long long)matrices);
    else
        snprintf(r->model.method, sizeof r->model.method, "all weights");
    r->model.parameters = cad_decoder_parameters(d);
    r->model.trained = cad_decoder_params(d).count;
}

static void describe_data(const cad_trainer *t, cad_dry_report *r)
{
    const cad_loader *l = &t->loader;
    double squares = 0.0;
    for (int64_t i = 0; i < l->n_rows; i++)
        squares += (double)l->row_tokens[i] * (double)l->row_tokens[i];
    r->data.rows = l->n_rows;
    r->data.tokens = l->n_tokens;
    r->data.targets = l->n_targets;
    r->data.longest = l->longest;
    r->data.p99 = t->train_pack ? t->train_pack->info.length_p99 : l->longest;
    r->data.s_eff = squares / (double)l->n_tokens;
    r->audit.done = t->absent->unaudited.len == 0;
    snprintf(r->audit.none, sizeof r->audit.none, "%s", cad_buf_cstr(&t->absent->unaudited));
    snprintf(r->absent, sizeof r->absent, "%s", cad_buf_cstr(&t->absent->paths));
    if (!t->train_pack)
        return;
    const cad_pack_info *i = &t->train_pack->info;
    snprintf(r->audit.template_hash, sizeof r->audit.template_hash, "%.32s", i->template_xxh3);
    snprintf(r->audit.template_name, sizeof r->audit.template_name, "%.32s", i->template_name);
    snprintf(r->audit.waived, sizeof r->audit.waived, "%.150s", i->waived);
}

/* ---- memory ---- */

static cad_status plan_memory(cad_trainer *t, const cad_decoder *d, cad_dry_report *r)
{
    CAD_TRY(cad_trainer_plan_memory(t, d, &r->memory.plan));
    r->memory.pass_tokens = t->sizes.decoder.max_tokens;
    r->memory.recompute = cad_recompute_name(CAD_RECOMPUTE_none);
    return CAD_OK;
}

/* Passes as a GPU would take them: as long as asked for, or up to GPU_PASS tokens. */
static cad_status gpu_passes(cad_trainer *t, int64_t *want, bool *many)
{
    const cad_config *c = t->cfg;
    cad_plan *plan;
    int64_t micro = c->train.micro_tokens;
    if (micro == 0)
        micro = t->loader.longest > GPU_PASS ? t->loader.longest : GPU_PASS;
    cad_plan_opts o = cad_trainer_plan_opts(t);
    o.micro_tokens = micro;
    CAD_TRY(cad_plan_create(&o, t->rows, &plan));
    *want = cad_plan_max_pass_tokens(plan);
    *many = cad_plan_many_passes(plan);
    return CAD_OK;
}

static cad_gpu_job job_of(const cad_trainer *t, const cad_dry_report *r)
{
    return (cad_gpu_job){.model = &t->model,
                         .decoder = &t->sizes.decoder,
                         .trained = r->model.trained,
                         .eight_bit = t->sizes.optimizer.eight_bit,
                         .s_eff = r->data.s_eff,
                         .loss_share = (double)r->data.targets / (double)r->data.tokens};
}

/* A run like `j` and `p`, changed by one key; *what: the key with its value. */
typedef struct gpu_change {
    cad_decoder_opts decoder;
    cad_gpu_job job;
    cad_gpu_pass pass;
    char what[48];
} gpu_change;
enum { SHORTER_ROWS, FEWER_SAMPLES, SHORTER_SAMPLES, SMALL_MOMENTS, LOWER_RANK, CODES, GPU_CHANGES };

static void change_one(gpu_change *c, int key, const cad_config *cfg)
{
    switch (key) {
    case SHORTER_ROWS:
        c->pass.tokens /= 2;
        snprintf(c->what, sizeof c->what, "data.max_tokens = %lld", (long long)c->pass.tokens);
        break;
    case FEWER_SAMPLES:
        c->decoder.slots /= 2;
        snprintf(c->what, sizeof c->what, "sample.n = %lld", (long long)c->decoder.slots);
        break;
    case SHORTER_SAMPLES:
        c->decoder.context -= cfg->sample.max_new / 2;
        snprintf(c->what, sizeof c->what, "sample.max_new = %lld", (long long)(cfg->sample.max_new / 2));
        break;
    case SMALL_MOMENTS:
        c->job.eight_bit = true;
        snprintf(c->what, sizeof c->what, "train.optimizer = adamw8bit");
        break;
    case LOWER_RANK:
        c->decoder.lora.rank /= 2;
        c->job.trained /= 2;
        snprintf(c->what, sizeof c->what, "lora.rank = %lld", (long long)c->decoder.lora.rank);
        break;
    default:
        c->decoder.weights = CAD_WEIGHTS_nf4;
        c->pass.scratch_base = true;
        snprintf(c->what, sizeof c->what, "model.weights = nf4");
    }
}

/* For a run that does not fit on an assumed device: what each change frees, by the formulas. */
static void offer_keys(const cad_trainer *t, const cad_gpu *g, const cad_gpu_job *j, const cad_gpu_pass *p, cad_memory_plan *m)
{
    for (int key = 0; key < (t->cfg->lora.enabled ? GPU_CHANGES : LOWER_RANK); key++) {
        if (key == LOWER_RANK && t->cfg->model.adapter[0]) /* its factors have the rank they have */
            continue;
        gpu_change c = {.decoder = *j->decoder, .job = *j, .pass = *p};
        c.job.decoder = &c.decoder;
        change_one(&c, key, t->cfg);
        cad_memory_offer(m, c.what, m->total - cad_gpu_memory(g, &c.job, &c.pass).total);
    }
}

static cad_status gpu_memory(cad_trainer *t, const cad_gpu *g, cad_dry_report *r)
{
    cad_gpu_job j = job_of(t, r);
    cad_memory_plan *m = &r->memory.plan;
    cad_gpu_pass p, full;
    int64_t want, longest = t->loader.longest;
    CAD_TRY(gpu_passes(t, &want, &j.lanes));
    if (cad_trainer_has_eval(t) && t->val_loader.longest > longest)
        longest = t->val_loader.longest;
    m->fits = cad_gpu_choose(g, &j, want, longest, &p);
    full = p;
    full.recompute = CAD_RECOMPUTE_full;
    cad_gpu_bytes b = cad_gpu_memory(g, &j, &p);
    bool all = t->sizes.decoder.train == CAD_TRAIN_full;
    cad_memory_add(m, "", all ? "bf16 weights" : "weights", b.weights);
    cad_memory_add(m, "", all ? "master, gradient, moments" : "LoRA master, gradient, moments, copy", b.state);
    cad_memory_add(m, "", "gradients of lanes", b.lanes);
    cad_memory_add(m, "", "saved activations", b.saved);
    cad_memory_add(m, "", "workspace", b.work);
    cad_memory_add(m, "", "chunk of logits", b.head);
    cad_memory_add(m, "", "KV cache of samples", b.cache);
    cad_memory_add(m, "", "context and collectives", b.context);
    if (!m->fits)
        offer_keys(t, g, &j, &p, m);
    r->memory.assumed = true;
    m->capacity = g->bytes;
    m->planned = cad_planned_bytes(g->bytes);
    r->memory.pass_tokens = p.tokens;
    r->memory.largest_pass = cad_gpu_largest_pass(g, &j, &p);
    r->memory.recompute = cad_recompute_name(p.recompute);
    r->memory.scratch_base = p.scratch_base;
    r->memory.full_recompute = cad_gpu_memory(g, &j, &full).total;
    snprintf(m->device, sizeof m->device, "%s", g->name);
    r->time.flops_per_token = cad_train_flops(&j, p.recompute);
    r->time.share = gpu_share;
    r->time.tflops = g->tflops;
    r->time.tok_s = gpu_share * g->tflops * 1e12 / r->time.flops_per_token;
    r->time.train_s = r->time.tokens / r->time.tok_s;
    return CAD_OK;
}

/* ---- steps, time, disk ---- */

static void print_interval(cad_interval v, char out[40])
{
    switch (v.unit) {
    case CAD_INTERVAL_OFF:
        snprintf(out, 40, "off");
        break;
    case CAD_INTERVAL_STEPS:
        snprintf(out, 40, "%.0f", v.value);
        break;
    case CAD_INTERVAL_EPOCHS:
        snprintf(out, 40, "%g epoch%s", v.value, v.value > 1.0 ? "s" : "");
        break;
    case CAD_INTERVAL_SECONDS:
        snprintf(out, 40, "%.0f s", v.value);
        break;
    }
}

/* How often an interval comes round, the last step included. */
static int64_t count_times(cad_interval v, const cad_dry_report *r)
{
    double total = (double)r->steps.total, every = 0.0;
    if (v.unit == CAD_INTERVAL_STEPS)
        every = v.value;
    else if (v.unit == CAD_INTERVAL_EPOCHS)
        every = v.value * (double)r->steps.per_epoch;
    else if (v.unit == CAD_INTERVAL_SECONDS && r->time.train_s > 0.0)
        every = v.value / r->time.train_s * total;
    return every > 0.0 ? (int64_t)ceil(total / every - 1e-9) : 1;
}

static cad_status describe_steps(cad_trainer *t, cad_dry_report *r)
{
    const cad_config *c = t->cfg;
    r->steps.per_epoch = cad_plan_batches(t->plan, 0);
    r->steps.total = t->total;
    CAD_TRY(cad_config_steps(c->train.warmup, t->total, &r->steps.warmup));
    print_interval(c->checkpoint.every, r->steps.save_every);
    print_interval(cad_trainer_has_eval(t) ? c->eval.every : (cad_interval){.unit = CAD_INTERVAL_OFF}, r->steps.eval_every);
    r->time.tokens = (double)r->data.tokens * (double)t->total / (double)r->steps.per_epoch;
    return CAD_OK;
}

static cad_status measure_rate(cad_trainer *t, cad_dry_report *r)
{
    cad_gpu_job j = job_of(t, r);
    const cad_probe_opts o = {.model = &t->model,
                              .decoder = &t->sizes.decoder,
                              .optimizer = &t->sizes.optimizer,
                              .ops = t->ops,
                              .pass_tokens = cad_plan_survey(t->plan, 1, NULL).tokens,
                              .row_tokens = r->data.tokens / r->data.rows,
                              .loss_share = j.loss_share};
    cad_probe p;
    CAD_TRY(cad_probe_speed(&o, &p));
    double update = p.update_s * (double)r->model.trained;
    r->time.flops_per_token = cad_train_flops(&j, CAD_RECOMPUTE_none);
    r->time.probe_tokens = p.pass_tokens;
    r->time.probe_cut = p.cut;
    r->time.train_s = r->time.tokens / p.tok_s + update * (double)t->total;
    r->time.tok_s = r->time.tokens / r->time.train_s;
    return CAD_OK;
}

static void add_evaluations(cad_trainer *t, cad_dry_report *r)
{
    const cad_config *c = t->cfg;
    cad_gpu_job j = job_of(t, r);
    r->steps.saves = count_times(c->checkpoint.every, r);
    if (!cad_trainer_has_eval(t))
        return;
    r->steps.evals = count_times(c->eval.every, r);
    double tokens = (double)t->val_loader.n_tokens, most = (double)c->eval.batches * (double)t->sizes.eval_tokens;
    if (c->eval.batches > 0 && most < tokens)
        tokens = most;
    double share = cad_forward_flops(&j) / cad_train_flops(&j, CAD_RECOMPUTE_none);
    r->time.eval_s = (double)r->steps.evals * tokens * share / r->time.tok_s;
}

/* Bytes that are free where `path` will be: in the nearest folder that exists. */
static cad_status free_bytes(const char *path, double *out)
{
    cad_buf dir = CAD_BUF_INIT;
    uint64_t left = 0;
    cad_status s = cad_fs_absolute(path, &dir);
    while (s == CAD_OK && dir.len > 1 && !cad_fs_is_dir(dir.data)) {
        while (dir.len > 1 && dir.data[dir.len - 1] != '/')
            dir.len--;
        while (dir.len > 1 && dir.data[dir.len - 1] == '/')
            dir.len--;
        dir.data[dir.len] = '\0';
    }
    if (s == CAD_OK)
        s = cad_fs_free_bytes(dir.data, &left);
    cad_buf_deinit(&dir);
    *out = (double)left;
    return s;
}

static cad_status describe_disk(cad_trainer *t, const cad_params *params, cad_dry_report *r)
{
    const cad_config *c = t->cfg;
    bool full = t->sizes.decoder.train == CAD_TRAIN_full;
    int64_t kept = c->checkpoint.keep_last + c->checkpoint.keep_best;
    kept = (kept < r->steps.saves ? kept : r->steps.saves) + 1;
    double samples = t->n_prompts > 0 ? (double)(count_times(c->sample.every, r) * t->n_prompts) : 0.0;
    r->disk.kept = kept;
    r->disk.checkpoint = (double)cad_checkpoint_bytes(params, full, cad_optimizer_moments(&t->sizes.optimizer, params));
    int64_t lines = r->steps.total / c->train.log_every + r->steps.evals + 2 * r->steps.saves;
    r->disk.logs = bytes_of_line * (double)lines;
    r->disk.samples = samples * (c->sample.render ? bytes_of_sample : bytes_of_sample_text);
    r->disk.total = (double)kept * r->disk.checkpoint + r->disk.logs + r->disk.samples;
    CAD_TRY(free_bytes(t->run_path.data, &r->disk.left));
    r->disk.fits = r->disk.total <= r->disk.left;
    return CAD_OK;
}

static cad_status plan_work(cad_trainer *t, const cad_gpu *gpu, cad_decoder *d, cad_dry_report *r)
{
    cad_params params = cad_decoder_params(d);
    cad_trainer_size_state(t, &params);
    describe_model(t, d, r);
    describe_data(t, r);
    CAD_TRY(describe_steps(t, r));
    if (gpu) {
        CAD_TRY(gpu_memory(t, gpu, r));
    } else {
        cad_device_log(&t->device);
        CAD_TRY(measure_rate(t, r));
        CAD_TRY(plan_memory(t, d, r));
    }
    add_evaluations(t, r);
    return describe_disk(t, &params, r);
}

static cad_status plan_run(cad_trainer *t, const cad_gpu *gpu, cad_dry_report *r)
{
    cad_decoder *d;
    CAD_TRY(cad_dry_open(t, r));
    CAD_TRY(cad_trainer_size(t));
    CAD_TRY(cad_decoder_sketch(&t->model, t->ops, &t->sizes.decoder, &d));
    cad_status s = plan_work(t, gpu, d, r);
    cad_decoder_destroy(d);
    return s;
}

cad_status cad_dry_run(const cad_config *cfg, const char *run_dir, const char *assume, cad_dry_report *out)
{
    cad_trainer *t;
    cad_trainer_absent absent = {0};
    cad_dry_report r = {0};
    cad_gpu gpu;
    bool formulas = assume && strcmp(assume, "cpu") != 0;
    if (formulas)
        CAD_TRY(cad_gpu_find(assume, &gpu));
    CAD_TRY(cad_mem_alloc(sizeof *t, "trainer", &t));
    t->cfg = cfg;
    t->o.run_dir = run_dir;
    t->absent = &absent;
    t->device_key = assume ? "cpu" : NULL; /* the one that is assumed is not here */
    cad_status s = plan_run(t, formulas ? &gpu : NULL, &r);
    cad_trainer_close(t);
    cad_buf_deinit(&absent.paths);
    cad_buf_deinit(&absent.unaudited);
    CAD_TRY(s);
    *out = r;
    return CAD_OK;
}
