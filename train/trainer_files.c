/* What a run writes beside its metrics: the run directory before the first step, then checkpoints, evaluations, samples. */
#include "train/trainer_parts.h"

#include "core/build_info.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/log.h"
#include "core/threads.h"
#include "model/hf/hfjson.h"

#include "cad/occt/solid.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* ---- before the first step ---- */

static cad_status put_json(cad_trainer *t, const char *name, json_t *o)
{
    cad_status s = o ? cad_run_dir_write_json(t->run, name, o) : cad_fail(CAD_ENOMEM, "out of memory for %s", name);
    json_decref(o);
    return s;
}

static cad_status write_build(cad_trainer *t)
{
    return put_json(t, "build.json",
                    json_pack("{s:s, s:s, s:s, s:s, s:s}", "version", cad_build_version(), "commit", cad_build_commit(),
                              "compiler", cad_build_compiler(), "type", cad_build_type(), "geometry", cad_solid_kernel()));
}

static cad_status write_device(cad_trainer *t)
{
    size_t used[4];
    for (int i = 0; i < 4; i++)
        used[i] = cad_arena_capacity(cad_decoder_arena(t->decoder, i));
    return put_json(t, "device.json",
                    json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:I, s:{s:I, s:I, s:I, s:I}}", "device", t->device.name,
                              "text", t->device.text, "why", t->device.why, "backend", t->ops->name, "isa", t->ops->isa,
                              "threads", cad_threads_count(), "cpus", cad_threads_cpus(), "memory", (json_int_t)t->device.total,
                              "arena_bytes", "weights", (json_int_t)used[0], "state", (json_int_t)used[1], "activations",
                              (json_int_t)used[2], "scratch", (json_int_t)used[3]));
}

/* What people wrote about the run, and what it learns by. */
static cad_status describe(cad_trainer *t)
{
    static const char *const method[] = {[CAD_TRAIN_METHOD_sft] = "sft"};
    const cad_config *c = t->cfg;
    json_t *tags = json_array();
    for (size_t i = 0; tags && i < c->run.tags.n; i++)
        json_array_append_new(tags, cad_json_text(c->run.tags.item[i]));
    CAD_TRY(cad_run_dir_set(t->run, "tags", tags));
    if (t->at.waived[0])
        CAD_TRY(cad_run_dir_set(t->run, "waived", cad_json_text(t->at.waived)));
    CAD_TRY(cad_run_dir_set(t->run, "notes", cad_json_text(c->run.notes)));
    CAD_TRY(cad_run_dir_set(t->run, "device", json_string(t->device.name)));
    return cad_run_dir_set(t->run, "method", json_string(method[c->train.method]));
}

static cad_status open_log(cad_trainer *t)
{
    const char *path;
    CAD_TRY(cad_run_dir_file(t->run, "log.txt", &path));
    return cad_log_open(path);
}

/* Later checkpoints would be found first by the next start, though their steps are done again. */
static cad_status leave_branch(cad_trainer *t)
{
    bool best_gone;
    CAD_TRY(cad_checkpoint_leave_branch(t->ckpt_path.data, t->at.step, t->at.best_step, t->scratch, &best_gone));
    if (best_gone) { /* the next one is the best that there is */
        t->at.best = (double)NAN;
        t->at.best_step = 0;
    }
    return CAD_OK;
}

/* --resume=no: makes room for a new run where one is already; *out: where that went, empty when there was none. */
static cad_status start_afresh(cad_trainer *t, cad_buf *out)
{
    if (!cad_trainer_starts_afresh(t) || (!cad_run_dir_continued(t->run) && !cad_fs_exists(t->ckpt_path.data)))
        return CAD_OK;
    cad_status s = cad_run_dir_set_aside(t->run, out); /* what is kept says how that run ended, not that this one starts */
    cad_run_dir_close(t->run);
    t->run = NULL;
    CAD_TRY(s);
    return cad_run_dir_open(t->run_path.data, t->cfg->run.name, t->o.force_unlock, &t->run);
}

/* The old run is told of in the log of the new one too. */
static cad_status open_place(cad_trainer *t)
{
    cad_buf aside = CAD_BUF_INIT;
    cad_status s = start_afresh(t, &aside);
    if (s == CAD_OK)
        s = cad_checkpoint_check_space(t->run_path.data, t->decoder, t->optimizer);
    if (s == CAD_OK)
        s = open_log(t);
    if (aside.len)
        cad_log(CAD_LOG_INFO, "--resume=no: the run that was in %s is kept in %s", t->run_path.data, aside.data);
    cad_buf_deinit(&aside);
    return s;
}

cad_status cad_trainer_start_files(cad_trainer *t)
{
    CAD_TRY(open_place(t));
    CAD_TRY(leave_branch(t)); /* before run.json says of what this start is a continuation */
    CAD_TRY(describe(t));
    if (cad_run_dir_continued(t->run) || t->at.step > 0)
        CAD_TRY(cad_run_dir_add_restart(t->run, t->at.step, cad_buf_cstr(&t->resume_named)));
    for (size_t i = 0; i < t->n_changes; i++)
        CAD_TRY(cad_run_dir_add_allowed(t->run, t->change[i].key, t->change[i].from, t->change[i].to));
    CAD_TRY(cad_run_dir_write(t->run, "config.ini", t->config_text.data, t->config_text.len));
    if (t->o.command)
        CAD_TRY(cad_run_dir_write_command(t->run, t->o.command));
    CAD_TRY(write_build(t));
    CAD_TRY(write_device(t));
    CAD_TRY(cad_trainer_write_audit(t));
    CAD_TRY(cad_metrics_open(t->run_path.data, cad_run_dir_id(t->run), cad_build_commit(), t->at.step, t->cfg->log.tensorboard,
                             &t->metrics));
    for (size_t i = 0; i < t->n_changes; i++) {
        char note[400];
        snprintf(note, sizeof note, "changed: %.100s from %.100s to %.100s", t->change[i].key, t->change[i].from,
                 t->change[i].to);
        CAD_TRY(cad_metrics_note(t->metrics, t->at.step, note));
    }
    return cad_run_dir_set_status(t->run, "running", 0, NULL);
}

/* ---- evaluation ---- */

cad_status cad_trainer_evaluate(cad_trainer *t)
{
    double start = cad_clock_now();
    CAD_TRY(cad_evaluator_run(&t->evaluator, t->cfg->eval.batches, &t->last_eval));
    const cad_eval_result *r = &t->last_eval;
    t->last_eval_step = t->at.step;
    const cad_metric v[] = {{"eval/loss", r->loss},
                            {"eval/nll_per_char", r->nll_per_char},
                            {"eval/exact", r->exact},
                            {"eval/rows", (double)r->rows}};
    CAD_TRY(cad_metrics_add(t->metrics, t->at.step, "eval", v, sizeof v / sizeof *v));
    char tail[120];
    snprintf(tail, sizeof tail, "eval loss %.4f  exact %.1f %%  (%" PRId64 " rows)", r->loss, 100.0 * r->exact, r->rows);
    cad_progress_keep(t->progress, t->at.step, tail);
    t->last_evaluated = cad_clock_now();
    t->paused += t->last_evaluated - start;
    return CAD_OK;
}

/* ---- samples ---- */

static cad_status poll_stop(void *ctx, int64_t tokens, int64_t done)
{
    cad_trainer *t = ctx;
    (void)tokens;
    (void)done;
    bool stop = t->o.stop && *t->o.stop;
    double now = cad_clock_now();
    if (!stop && now - t->last_look >= 1.0) { /* the loop removes the file */
        const char *path;
        t->last_look = now;
        CAD_TRY(cad_run_dir_file(t->run, "STOP", &path));
        stop = cad_fs_exists(path);
    }
    if (stop)
        CAD_FAIL(CAD_EINTR, "sampling was interrupted");
    return CAD_OK;
}

cad_status cad_trainer_sample(cad_trainer *t)
{
    const cad_config *c = t->cfg;
    double start = cad_clock_now();
    cad_sample_summary sum;
    cad_buf dir = CAD_BUF_INIT;
    cad_sample_opts o = {.engine = t->engine,
                         .prompt = t->prompt,
                         .n = t->n_prompts,
                         .max_new = c->sample.max_new,
                         .temp = c->sample.temp,
                         .seed = (uint64_t)c->run.seed,
                         .step = !strcmp(t->train_pack->info.kind, "step"),
                         .upstream = c->prompt.dialect == CAD_PROMPT_DIALECT_upstream,
                         .render = c->sample.render,
                         .poll = poll_stop,
                         .poll_ctx = t};
    cad_status s = cad_buf_printf(&dir, "%s/samples/step-%06" PRId64, t->run_path.data, t->at.step);
    if (s == CAD_OK)
        s = cad_sample_run(&o, dir.data, &sum);
    if (s == CAD_OK)
        s = cad_buf_str(&dir, "/contact.png");
    if (s == CAD_OK)
        s = cad_metrics_picture(t->metrics, t->at.step, "sample/contact", dir.data);
    cad_buf_deinit(&dir);
    t->last_sample = cad_clock_now();
    t->paused += t->last_sample - start;
    if (s == CAD_EINTR)
        return CAD_OK; /* the loop sees the request itself, saves and ends */
    CAD_TRY(s);
    cad_metric v[3] = {{"eval/finish_rate", (double)sum.finished / (double)sum.n}};
    size_t n = 1;
    if (sum.scored)
        v[n++] = (cad_metric){"sample/valid_rate", (double)sum.valid / (double)sum.scored};
    if (isfinite(sum.iou))
        v[n++] = (cad_metric){"sample/iou", sum.iou};
    CAD_TRY(cad_metrics_add(t->metrics, t->at.step, "sample", v, n));
    char tail[160];
    int len = snprintf(tail, sizeof tail, "samples %" PRId64 "/%" PRId64 " ended", sum.finished, sum.n);
    if (sum.scored)
        len += snprintf(tail + len, sizeof tail - (size_t)len, ", %" PRId64 " valid", sum.valid);
    if (isfinite(sum.iou))
        len += snprintf(tail + len, sizeof tail - (size_t)len, ", IoU %.3f", sum.iou);
    snprintf(tail + len, sizeof tail - (size_t)len, "  (%.1f s)", sum.seconds);
    cad_progress_keep(t->progress, t->at.step, tail);
    return CAD_OK;
}

/* ---- checkpoints ---- */

cad_run_totals cad_trainer_totals(const cad_trainer *t)
{
    return (cad_run_totals){.steps = t->at.step,
                            .rows = t->at.rows,
                            .tokens = t->at.tokens,
                            .wall_s = t->wall_before + cad_clock_now() - t->started};
}

/* What an evaluation measures can be asked for as checkpoint.best_metric. */
static const struct {
    const char *name;
    size_t offset; /* in cad_eval_result */
} measures[] = {{"eval/loss", offsetof(cad_eval_result, loss)},
                {"eval/nll_per_char", offsetof(cad_eval_result, nll_per_char)},
                {"eval/exact", offsetof(cad_eval_result, exact)}};

cad_status cad_trainer_read_best(const char *text, cad_best_metric *out)
{
    bool min = !strncmp(text, "min:", 4), max = !strncmp(text, "max:", 4);
    for (size_t i = 0; (min || max) && i < sizeof measures / sizeof *measures; i++)
        if (!strcmp(text + 4, measures[i].name)) {
            *out = (cad_best_metric){.offset = measures[i].offset, .maximise = max};
            return CAD_OK;
        }
    CAD_FAIL(CAD_ECONFIG, "checkpoint.best_metric = '%s'; expected min: or max: and eval/loss, eval/nll_per_char or eval/exact",
             text);
}

/* The metric of these weights; NaN when they were not evaluated. */
static double measure(const cad_trainer *t)
{
    double v = (double)NAN;
    if (t->last_eval_step == t->at.step)
        memcpy(&v, (const char *)&t->last_eval + t->best_metric.offset, sizeof v);
    return v;
}

/* What was trained: the LoRA pairs and where they started, or all weights. */
static cad_status print_trained(const cad_trainer *t, cad_buf *out)
{
    static const char *const weights[] = {
        [CAD_MODEL_WEIGHTS_fp32] = "f32", [CAD_MODEL_WEIGHTS_bf16] = "bf16", [CAD_MODEL_WEIGHTS_nf4] = "NF4"};
    const cad_config *c = t->cfg;
    const cad_lora_config *l = &t->sizes.decoder.lora;
    if (!c->lora.enabled)
        return cad_buf_printf(out, "| trained | all %" PRId64 " weights |\n", t->params.count);
    CAD_TRY(cad_buf_printf(out, "| trained | LoRA rank %" PRId64 ", alpha %g%s, over %s weights |\n", c->lora.rank,
                           c->lora.alpha, c->lora.rslora ? ", rank-stabilised" : "", weights[c->model.weights]));
    if (l->pair) {
        int64_t least, most, pairs = cad_lora_count(l, &t->model, &least, &most);
        CAD_TRY(cad_buf_printf(out, "| patterns | %" PRId64 " matrices of ranks %" PRId64 " to %" PRId64 ", see %s |\n", pairs,
                               least, most, "adapter_config.json"));
    }
    return c->model.adapter[0] ? cad_buf_printf(out, "| started from | %s |\n", c->model.adapter) : CAD_OK;
}

/* README.md of a checkpoint: where it comes from and what was measured. */
static cad_status print_card(const cad_trainer *t, cad_buf *out)
{
    const cad_config *c = t->cfg;
    if (c->lora.enabled) {
        CAD_TRY(cad_buf_str(out, "---\nlibrary_name: peft\nbase_model: "));
        CAD_TRY(cad_hfjson_card_value(out, t->sizes.decoder.lora.base_model));
        CAD_TRY(cad_buf_str(out, "\n---\n"));
    }
    CAD_TRY(cad_buf_printf(out, "# %s, step %" PRId64 "\n\nWritten by cadtrain %s (%s), run %s. %s\n\n", c->run.name,
                           t->at.step, cad_build_version(), cad_build_commit(), cad_run_dir_id(t->run), c->run.notes));
    CAD_TRY(cad_buf_str(out, "| | |\n|---|---|\n"));
    CAD_TRY(print_trained(t, out));
    CAD_TRY(cad_buf_printf(out, "| seen | %" PRId64 " rows, %" PRId64 " tokens, %" PRId64 " in the loss |\n", t->at.rows,
                           t->at.tokens, t->at.loss_tokens));
    CAD_TRY(cad_buf_printf(out, "| data | %s, %s |\n| template | %s, %s |\n", c->data.train, t->at.data_hash,
                           t->template_->name, t->template_->hash));
    if (t->at.form[0])
        CAD_TRY(cad_buf_printf(out, "| answers | %s: %s |\n", t->at.kind, t->at.form));
    if (t->at.waived[0])
        CAD_TRY(cad_buf_printf(out, "| waived | %s |\n", t->at.waived));
    if (t->last_eval_step == t->at.step)
        CAD_TRY(cad_buf_printf(out, "| eval loss | %.4f over %" PRId64 " rows, %.1f %% of them exact |\n", t->last_eval.loss,
                               t->last_eval.rows, 100.0 * t->last_eval.exact));
    return cad_buf_str(out, "\nThe whole configuration is in config.ini.\n");
}

/* Writes the checkpoint with its card, then removes what the rotation no longer keeps. */
static cad_status write_checkpoint(cad_trainer *t, bool best)
{
    cad_buf card = CAD_BUF_INIT;
    cad_status s = print_card(t, &card);
    const cad_checkpoint_source src = {.dir = t->ckpt_path.data,
                                       .decoder = t->decoder,
                                       .optimizer = t->optimizer,
                                       .tokenizer_dir = t->cfg->tokenizer.path,
                                       .template_text = t->template_->text,
                                       .config_text = t->config_text.data,
                                       .model_json = t->model_json.len ? t->model_json.data : NULL,
                                       .generation_json = t->generation_json.len ? t->generation_json.data : NULL,
                                       .card = cad_buf_cstr(&card),
                                       .commit = cad_build_commit()};
    if (s == CAD_OK)
        s = cad_checkpoint_save(&src, &t->at, best, t->scratch);
    cad_buf_deinit(&card);
    CAD_TRY(s);
    return cad_checkpoint_rotate(t->ckpt_path.data, t->cfg->checkpoint.keep_last, t->cfg->checkpoint.keep_best,
                                 t->best_metric.maximise, t->scratch);
}

cad_status cad_trainer_save(cad_trainer *t)
{
    CAD_TRY(cad_run_dir_check_lock(t->run));
    /* `best` compares checkpoints, so each is measured with the weights that it holds; but one that only an end asks for is not
     * kept waiting, and a run that is left alone would not have it. */
    if (cad_trainer_has_eval(t) && t->last_eval_step != t->at.step && !t->hurry)
        CAD_TRY(cad_trainer_evaluate(t));
    double start = cad_clock_now();
    t->at.metric = measure(t);
    bool measured = isfinite(t->at.metric);
    /* Without a measured one `best` is the newest; a measured one gives way to a better one alone. */
    bool best =
        t->at.best_step == 0 || (measured && (t->best_metric.maximise ? t->at.metric > t->at.best : t->at.metric < t->at.best));
    if (measured && best) {
        t->at.best = t->at.metric;
        t->at.best_step = t->at.step;
    }
    t->at.wall_s = cad_trainer_totals(t).wall_s;
    CAD_TRY(write_checkpoint(t, best));
    t->last_save = cad_clock_now();
    double seconds = t->last_save - start;
    t->paused += seconds;
    const cad_metric v[] = {{"ckpt/seconds", seconds}, {"ckpt/best", best && measured}};
    CAD_TRY(cad_metrics_add(t->metrics, t->at.step, "ckpt", v, sizeof v / sizeof *v));
    cad_run_totals totals = cad_trainer_totals(t);
    return cad_run_dir_set_status(t->run, "running", 0, &totals);
}
