/* The loop: step, log, evaluate, sample, save, stop. */
#include "train/ckpt_names.h"
#include "train/trainer_parts.h"

#include "core/clock.h"
#include "core/fs.h"
#include "core/log.h"
#include "model/hf/licence.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum { WARMUP_STEPS = 10, MOST_BAD_IN_A_ROW = 10 };

/* ---- when ---- */

/* Share of epochs done when `batch` batches of `n` are. */
static double epochs_done(int64_t epoch, int64_t batch, int64_t n)
{
    return (double)epoch + (double)batch / (double)n;
}

/* Whether the step that led from `before` to `after` epochs (step number `step`) crossed a multiple of the interval. */
static bool is_due(cad_interval every, int64_t step, double before, double after, double last)
{
    const double tiny = 1e-9;
    switch (every.unit) {
    case CAD_INTERVAL_OFF:
        return false;
    case CAD_INTERVAL_STEPS:
        return every.value >= 1.0 && fmod((double)step, every.value) < 0.5;
    case CAD_INTERVAL_EPOCHS:
        return every.value > 0.0 && floor(after / every.value + tiny) > floor(before / every.value + tiny);
    case CAD_INTERVAL_SECONDS:
        return cad_clock_now() - last >= every.value;
    }
    return false;
}

/* A signal, or the file STOP as the last look at it found. */
static bool wants_stop(const cad_trainer *t)
{
    return t->stop_file || (t->o.stop && *t->o.stop);
}

/* Removes RUN/<name> and says whether it was there. */
static cad_status asked_by_file(cad_trainer *t, const char *name, bool *out)
{
    const char *path;
    CAD_TRY(cad_run_dir_file(t->run, name, &path));
    *out = cad_fs_exists(path);
    return *out ? cad_fs_remove(path) : CAD_OK;
}

/* ---- logging ---- */

static double ema(double sum, int64_t n)
{
    return n > 0 ? sum / (1.0 - pow(CAD_EMA_DECAY, (double)n)) : (double)NAN;
}

static double peak_gib(void)
{
    struct rusage u;
    return getrusage(RUSAGE_SELF, &u) == 0 ? (double)u.ru_maxrss / (1024.0 * 1024.0) : 0.0;
}

static cad_status log_step(cad_trainer *t, const cad_step_result *r)
{
    double seconds = cad_clock_now() - t->window_start - t->paused, steps = (double)t->window_steps;
    double tok_s = seconds > 0 ? (double)t->window_tokens / seconds : 0.0;
    const cad_metric v[] = {{"train/loss", r->loss},
                            {"train/loss_tokens", (double)r->loss_tokens},
                            {"train/tokens", (double)t->at.tokens},
                            {"train/grad_norm", r->grad_norm},
                            {"train/lr", r->lr},
                            {"train/clip", r->clip},
                            {"perf/tok_s", tok_s},
                            {"perf/samples_s", seconds > 0 ? (double)t->window_rows / seconds : 0.0},
                            {"perf/step_ms", 1e3 * seconds / steps},
                            {"perf/data_wait_ms", 1e3 * t->window_host / steps},
                            {"mem/peak_gib", peak_gib()}};
    CAD_TRY(cad_metrics_add(t->metrics, t->at.step, "train", v, sizeof v / sizeof *v));
    t->window_start = cad_clock_now();
    t->paused = t->window_host = 0.0;
    t->window_tokens = t->window_rows = t->window_steps = 0;
    return CAD_OK;
}

static void show_step(cad_trainer *t, const cad_step_result *r, bool stays)
{
    double seconds = cad_clock_now() - t->window_start - t->paused;
    char tail[160];
    int n = snprintf(tail, sizeof tail, "loss %.4f\tgn %.2f\tlr %.2e", ema(t->at.loss_ema, t->at.ema_steps),
                     ema(t->at.norm_ema, t->at.ema_steps), r->lr);
    if (seconds > 0 && t->window_steps > 0) {
        char rate[16];
        cad_progress_count((double)t->window_tokens / seconds, rate);
        snprintf(tail + n, sizeof tail - (size_t)n, "  %s tok/s  %.0f ms/step", rate, 1e3 * seconds / (double)t->window_steps);
    }
    (stays ? cad_progress_mark : cad_progress_show)(t->progress, t->at.step, tail);
}

static void log_memory(const cad_trainer *t)
{
    char line[300];
    int n = snprintf(line, sizeof line, "memory:");
    for (int i = 0; i < CAD_DECODER_ARENAS; i++) {
        const cad_arena *a = cad_decoder_arena(t->decoder, i);
        n += snprintf(line + n, sizeof line - (size_t)n, " %.30s %.1f MB,", cad_arena_name(a), (double)cad_arena_peak(a) / 1e6);
    }
    snprintf(line + n, sizeof line - (size_t)n, " trainer %.1f MB; peak of the process %.2f GiB",
             (double)(cad_arena_peak(t->state) + cad_arena_peak(t->moments)) / 1e6, peak_gib());
    cad_log(CAD_LOG_INFO, "%s", line);
}

/* ---- one step ---- */

static cad_status not_finite(cad_trainer *t, const cad_step_result *r, int64_t step)
{
    cad_buf rows = CAD_BUF_INIT;
    char name[64];
    cad_status s = cad_stepper_name_rows(&t->stepper, t->at.epoch, t->at.batch, &rows);
    if (r->bad_row >= 0)
        cad_loader_row_name(&t->loader, r->bad_row, name);
    if (s == CAD_OK && r->bad_row >= 0)
        s = cad_fail(CAD_ENUMERIC, "step %" PRId64 ": the loss of row '%s' is not finite (rows of the step: %s)", step, name,
                     rows.data);
    else if (s == CAD_OK)
        s = cad_fail(CAD_ENUMERIC, "step %" PRId64 ": the gradient is not finite, norm %g (rows of the step: %s)", step,
                     r->grad_norm, rows.data);
    cad_buf_deinit(&rows);
    return s;
}

/* CAD_OK: the step is left out and training goes on. */
static cad_status handle_bad_step(cad_trainer *t, const cad_step_result *r, int64_t step)
{
    cad_status s = not_finite(t, r, step);
    bool skip = s == CAD_ENUMERIC && t->cfg->train.on_nan == CAD_TRAIN_ON_NAN_skip && ++t->bad_in_a_row < MOST_BAD_IN_A_ROW;
    if (s == CAD_ENUMERIC) {
        char note[600];
        snprintf(note, sizeof note, "%.560s%s", cad_error_text(), skip ? "; step skipped" : "");
        cad_log(CAD_LOG_WARN, "%s", note);
        CAD_TRY(cad_metrics_note(t->metrics, step, note));
    }
    if (!skip)
        return not_finite(t, r, step);
    t->at.skipped++;
    return CAD_OK;
}

/* Moves the position behind a finished step. */
static void advance(cad_trainer *t, const cad_step_result *r, int64_t n_batches)
{
    cad_train_state *at = &t->at;
    t->last_epoch = at->epoch;
    t->last_batch = at->batch;
    at->step++;
    if (++at->batch >= n_batches) {
        at->epoch++;
        at->batch = 0;
    }
    at->rows += r->rows;
    at->tokens += r->tokens;
    at->loss_tokens += r->loss_tokens;
    t->window_tokens += r->tokens;
    t->window_rows += r->rows;
    t->window_steps++;
    t->window_host += r->host_s;
    if (!r->finite)
        return;
    t->bad_in_a_row = 0;
    at->loss_ema = CAD_EMA_DECAY * at->loss_ema + (1.0 - CAD_EMA_DECAY) * r->loss;
    at->norm_ema = CAD_EMA_DECAY * at->norm_ema + (1.0 - CAD_EMA_DECAY) * r->grad_norm;
    at->ema_steps++;
}

/* Runs one job beside the steps and tells the progress line what it cost. */
static cad_status beside(cad_trainer *t, cad_status (*job)(cad_trainer *))
{
    double start = cad_clock_now();
    CAD_TRY(job(t));
    cad_progress_pause(t->progress, cad_clock_now() - start, 0);
    return CAD_OK;
}

/* Weights or moments that are not finite after a finite step are refused by the save; the rows of that step made them so. */
static cad_status save_or_name_rows(cad_trainer *t)
{
    cad_status s = cad_trainer_save(t);
    if (s != CAD_ENUMERIC)
        return s;
    cad_kept_error failure;
    cad_error_keep(&failure);
    cad_buf rows = CAD_BUF_INIT;
    s = cad_stepper_name_rows(&t->stepper, t->last_epoch, t->last_batch, &rows);
    if (s == CAD_OK)
        s = cad_fail(CAD_ENUMERIC, "step %" PRId64 ": %.1000s (rows of the step: %s)", t->at.step, failure.text, rows.data);
    cad_buf_deinit(&rows);
    return s;
}

static void say_saved(const cad_trainer *t)
{
    char name[CAD_STEP_NAME];
    cad_step_name(t->at.step, name);
    cad_log(CAD_LOG_INFO, "%s/SAVE: saved %s/%s", t->run_path.data, t->ckpt_path.data, name);
}

static cad_status one_step(cad_trainer *t, bool *stop)
{
    const cad_config *c = t->cfg;
    int64_t step = t->at.step + 1, n = cad_plan_batches(t->plan, t->at.epoch);
    double before = epochs_done(t->at.epoch, t->at.batch, n), after = epochs_done(t->at.epoch, t->at.batch + 1, n);
    cad_step_result r;
    CAD_TRY(cad_stepper_step(&t->stepper, step, t->at.epoch, t->at.batch, &r));
    CAD_TRY(cad_run_dir_check_lock(t->run)); /* a run that was robbed writes nothing of this step */
    if (!r.finite)
        CAD_TRY(handle_bad_step(t, &r, step));
    advance(t, &r, n);
    bool last = step == t->total, save, stop_file;
    bool logged = r.finite && (step % c->train.log_every == 0 || last || step == 1);
    show_step(t, &r, logged);
    if (t->loop_started < 0.0) {
        t->loop_started = cad_clock_now();
        log_memory(t);
    }
    if (logged)
        CAD_TRY(log_step(t, &r));
    CAD_TRY(asked_by_file(t, "SAVE", &save));
    CAD_TRY(asked_by_file(t, "STOP", &stop_file));
    t->stop_file = t->stop_file || stop_file;
    *stop = wants_stop(t);
    if (cad_trainer_has_eval(t) && (last || is_due(c->eval.every, step, before, after, t->last_evaluated)) && !*stop)
        CAD_TRY(beside(t, cad_trainer_evaluate));
    bool due = save || last || is_due(c->checkpoint.every, step, before, after, t->last_save);
    t->hurry = *stop && !due;
    if (due || *stop)
        CAD_TRY(beside(t, save_or_name_rows));
    if (save)
        say_saved(t);
    *stop = *stop || (due && wants_stop(t)); /* asked during the save: this one will do */
    if (t->engine && !*stop && (last || is_due(c->sample.every, step, before, after, t->last_sample)))
        CAD_TRY(beside(t, cad_trainer_sample));
    return CAD_OK;
}

/* ---- the run ---- */

/* Who asked for the end that came before the last step, and how to go on. */
static cad_status say_stop(const cad_trainer *t)
{
    char name[CAD_STEP_NAME];
    cad_step_name(t->at.step, name);
    const char *but = cad_trainer_starts_afresh(t) ? " without --resume=no" : "";
    int sig = t->o.stop ? (int)*t->o.stop : 0;
    CAD_FAIL(sig == SIGINT ? CAD_EINTR : CAD_EREQUEUE,
             "%s%s%s at step %" PRId64 "; saved in %s/%s\nhint: the same command%s goes on from there",
             sig ? "" : t->run_path.data, sig ? "" : "/STOP: ", sig == SIGINT ? "interrupted" : "asked to stop", t->at.step,
             t->ckpt_path.data, name, but);
}

static cad_status run_steps(cad_trainer *t)
{
    bool stop = false;
    t->window_start = t->last_save = t->last_sample = t->last_evaluated = cad_clock_now();
    t->loop_started = -1.0;
    CAD_TRY(cad_progress_create("step", t->at.step, t->total, WARMUP_STEPS, &t->progress));
    while (t->at.step < t->total && !stop)
        CAD_TRY(one_step(t, &stop));
    return t->at.step >= t->total ? CAD_OK : say_stop(t);
}

static void say_start(const cad_trainer *t)
{
    cad_trainer_facts f = cad_trainer_get_facts(t);
    cad_log(CAD_LOG_INFO, "model: %" PRId64 " parameters, %" PRId64 " trained", f.parameters, f.trained);
    if (t->cfg->model.init == CAD_MODEL_INIT_pretrained)
        cad_model_licence_log(t->cfg->model.path);
    cad_device_log(&t->device);
    cad_log(CAD_LOG_INFO,
            "data: %" PRId64 " rows, %" PRId64 " tokens, %" PRId64 " in the loss; %" PRId64 " steps an epoch, %" PRId64
            " in all, passes of at most %" PRId64 " tokens",
            f.rows, f.tokens, f.loss_tokens, f.steps_per_epoch, f.steps, f.max_pass_tokens);
    cad_log(CAD_LOG_INFO, "run: %s", f.run_dir);
    if (t->resumed_from.len)
        cad_log(CAD_LOG_INFO, "continues %s after step %" PRId64, t->resumed_from.data, t->at.step);
    if (!cad_trainer_has_eval(t))
        cad_log(CAD_LOG_INFO, "no evaluation: %s", t->val_pack ? "eval.every = off" : "data.val is empty");
}

static cad_status run_to_end(cad_trainer *t)
{
    say_start(t);
    CAD_TRY(cad_trainer_start_files(t));
    if (t->at.step >= t->total) {
        cad_log(CAD_LOG_INFO, "all %" PRId64 " steps are done already; nothing to do", t->total);
        return CAD_OK;
    }
    return run_steps(t);
}

/* The end is recorded whatever it was; the first failure is the one that counts. */
static void record_end(cad_trainer *t, cad_status s)
{
    cad_kept_error failure;
    cad_error_keep(&failure);
    if (cad_run_dir_check_lock(t->run) != CAD_OK) { /* run.json belongs to another process by now */
        cad_error_restore(&failure);
        return;
    }
    cad_run_totals totals = cad_trainer_totals(t);
    const char *word = s == CAD_OK ? "done" : s == CAD_EREQUEUE || s == CAD_EINTR ? "preempted" : "failed";
    cad_status written = cad_run_dir_set_status(t->run, word, cad_status_exit_code(s), &totals);
    if (written != CAD_OK)
        cad_log(CAD_LOG_WARN, "%s", cad_error_text());
    cad_error_restore(&failure);
}

/* "done: 2185 steps, 2.00M tokens in 1m57s; best eval/loss 0.1234 at step 2000; RUN/ckpt/latest": since step 0, all starts. */
static void say_done(const cad_trainer *t)
{
    cad_run_totals sum = cad_trainer_totals(t);
    char tokens[16], took[16], loss[120];
    cad_progress_count((double)sum.tokens, tokens);
    cad_progress_duration(sum.wall_s, took);
    if (t->at.best_step > 0)
        snprintf(loss, sizeof loss, "best %.60s %.4f at step %" PRId64, t->cfg->checkpoint.best_metric + strlen("min:"),
                 t->at.best, t->at.best_step);
    else
        snprintf(loss, sizeof loss, "loss %.4f", ema(t->at.loss_ema, t->at.ema_steps));
    cad_log(CAD_LOG_INFO, "done: %" PRId64 " step%s, %s tokens in %s; %s; %s/latest", sum.steps, sum.steps == 1 ? "" : "s",
            tokens, took, loss, t->ckpt_path.data);
}

cad_status cad_trainer_run(cad_trainer *t)
{
    int64_t first = t->at.step;
    t->ran = true;
    cad_status s = run_to_end(t);
    cad_progress_destroy(t->progress);
    t->progress = NULL;
    if (t->run)
        record_end(t, s);
    if (s == CAD_OK && t->at.step > first)
        say_done(t);
    return s;
}
