/* `cadtrain --dry-run`: audits the data and tells what a run would take of memory, disk and time, without starting it.
 *
 * On a device that is here the memory is that of the plan by which the run allocates (cad_trainer_plan_memory), and the rate is
 * measured.  For an assumed device both come from formulas (train/gpu_model.h).
 * Nothing is written.  Without weights shapes come from config.json or from the models that are known; without packs rows and
 * tokens come from data.expect_rows and data.expect_tokens, and there is no audit: such figures are marked as assumed. */
#ifndef CADLM_TRAIN_DRY_RUN_H
#define CADLM_TRAIN_DRY_RUN_H

#include "core/buf.h"
#include "core/config.h"
#include "core/status.h"
#include "model/decoder/memory_plan.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_DRY_TEXT = 200 };

typedef struct cad_dry_report {
    struct {
        char name[CAD_DRY_TEXT];   /* directory of the weights, or "random 4 x 128" */
        char method[CAD_DRY_TEXT]; /* "LoRA r16, 252 matrices", "all weights" */
        bool assumed;              /* neither weights nor config.json were there */
        int64_t parameters, trained;
    } model;
    struct {
        bool assumed;
        int64_t rows, tokens, targets, longest, p99;
        double s_eff; /* E[S^2] / E[S] */
    } data;
    struct {
        cad_memory_plan plan;
        bool assumed; /* by formulas */
        int64_t pass_tokens;
        /* assumed devices only */
        int64_t largest_pass;
        const char *recompute; /* "none", "gate_up", "full" */
        bool scratch_base;
        double full_recompute; /* total with recompute = full */
    } memory;
    struct {
        double checkpoint, logs, samples; /* bytes: of one; in all */
        int64_t kept;                     /* at most, with the one that is being written */
        double total, left;
        bool fits;
    } disk;
    struct {
        double flops_per_token, tok_s, share, tflops; /* share of `tflops` that is assumed; 0: measured */
        double train_s, eval_s;
        double tokens; /* of the whole run */
        int64_t probe_tokens;
        bool probe_cut;
    } time;
    struct {
        int64_t per_epoch, total, warmup, evals, saves;
        char save_every[40], eval_every[40];
    } steps;
    char absent[3 * CAD_DRY_TEXT]; /* inputs that are not here, by commas */
    struct {
        bool done;
        char none[3 * CAD_DRY_TEXT]; /* why it was not done */
        char template_hash[40], template_name[40], waived[CAD_DRY_TEXT];
    } audit;
} cad_dry_report;

/* `assume`: NULL or "cpu": this machine; else as cad_gpu_find.  `run_dir` as in cad_trainer_opts.  Errors: those of the inputs
 * as by cad_trainer_open (an input that is not there is none where the configuration says enough), CAD_EUSAGE.  A run that
 * does not fit is no error: see `fits`. */
CAD_MUST_USE cad_status cad_dry_run(const cad_config *cfg, const char *run_dir, const char *assume, cad_dry_report *out);

/* For people, and as one JSON document. */
CAD_MUST_USE cad_status cad_dry_print(const cad_dry_report *r, cad_buf *out);
/* One line: it holds, it fits, what is not here. */
CAD_MUST_USE cad_status cad_dry_print_check(const cad_dry_report *r, cad_buf *out);
CAD_MUST_USE cad_status cad_dry_json(const cad_dry_report *r, cad_buf *out);
/* CAD_OK, or CAD_ENOMEM with what does not fit, memory or disk. */
CAD_MUST_USE cad_status cad_dry_verdict(const cad_dry_report *r);

#ifdef __cplusplus
}
#endif
#endif
