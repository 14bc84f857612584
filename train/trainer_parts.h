/* The inside of train/trainer.h, shared by the files that open (trainer_open.c, trainer_resume.c) and run it (trainer_loop.c,
 * trainer_files.c). */
#ifndef CADLM_TRAIN_TRAINER_PARTS_H
#define CADLM_TRAIN_TRAINER_PARTS_H

#include "core/json.h"
#include "core/progress.h"
#include "kernels/device.h"
#include "model/decoder/engine.h"
#include "model/decoder/memory_plan.h"
#include "model/text/template.h"
#include "model/text/tokenizer.h"
#include "train/checkpoint.h"
#include "train/eval_loss.h"
#include "train/metrics_log.h"
#include "train/run_dir.h"
#include "train/sample_task.h"
#include "train/train_step.h"
#include "train/trainer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One key that differs from the checkpoint and was allowed to. */
typedef struct cad_allowed_change {
    const char *key, *from, *to;
} cad_allowed_change;

/* checkpoint.best_metric, read. */
typedef struct cad_best_metric {
    size_t offset; /* of the double in cad_eval_result */
    bool maximise;
} cad_best_metric;

/* What the decoder and the trainer's own arena are made for; a dry run prints what the run takes, from the same numbers. */
typedef struct cad_trainer_sizes {
    cad_decoder_opts decoder;
    cad_optimizer_opts optimizer;
    int64_t eval_tokens; /* of an evaluation pass; 0: no evaluation */
    /* bytes of the trainer, once the parameters are known: on the device, and of the host */
    size_t moments, lanes;
    size_t optimizer_host, eval_batch, batches;
} cad_trainer_sizes;

/* Inputs that were not there; for a dry run, which goes on with what the configuration says of them. */
typedef struct cad_trainer_absent {
    bool tokenizer, model, template_, train, val;
    cad_buf paths;     /* of all of them, by commas */
    cad_buf unaudited; /* why packs were not compared with tokenizer and template: the messages, by semicolons */
} cad_trainer_absent;

struct cad_trainer {
    const cad_config *cfg; /* the caller's, or `settled` */
    cad_config settled;    /* with what the model's files decide */
    cad_trainer_opts o;
    cad_trainer_absent *absent; /* NULL: an absent input is an error */
    const char *device_key;     /* instead of run.device; NULL: as configured */
    cad_device device;
    const cad_ops *ops; /* the device's */
    cad_arena *rows;    /* lists over rows, texts */
    cad_arena *state;   /* batches, lists */
    cad_arena *moments; /* of the back end: moments, gradients of lanes */
    cad_arena *scratch; /* rewound by whoever marks it */

    /* inputs */
    cad_tokenizer *tokenizer;
    cad_pack *train_pack, *val_pack; /* val_pack NULL: no evaluation */
    const cad_template *template_;
    cad_model_config model;
    cad_buf model_json, generation_json; /* of a pretrained model, else empty */
    cad_loader loader, val_loader;
    json_t *leaks;             /* of cad_audit_leaks; NULL: one pack */
    json_t *retrieved[2];      /* of cad_audit_retrieved, for each folder; NULL: none */
    cad_sample_prompt *prompt; /* (n_prompts) */
    int64_t n_prompts, longest_prompt;

    /* work */
    cad_plan *plan;
    int64_t total; /* steps */
    cad_trainer_sizes sizes;
    cad_decoder *decoder;
    cad_params params;
    cad_optimizer *optimizer;
    cad_stepper stepper;
    cad_evaluator evaluator;
    cad_engine *engine; /* NULL: no samples */

    /* position */
    cad_train_state at;
    cad_buf resumed_from; /* path of the checkpoint, empty: from the start */
    cad_buf resume_named; /* the checkpoint that --resume=DIR names, absolute; empty: none */
    cad_allowed_change *change;
    size_t n_changes, cap_changes;

    /* files */
    cad_buf run_path, ckpt_path, config_text;
    cad_run_dir *run; /* taken by open; NULL with `check` */
    bool ran;
    cad_metrics *metrics;
    cad_progress *progress;

    /* the loop */
    cad_best_metric best_metric;
    bool stop_file;                 /* RUN/STOP was there */
    int64_t last_epoch, last_batch; /* of the step that was made last */
    bool hurry;                     /* the checkpoint to write is only for an end that was asked for */
    cad_eval_result last_eval;
    int64_t last_eval_step;                        /* -1: not in this process */
    double started, loop_started, wall_before;     /* monotonic s; wall seconds of earlier starts */
    double last_save, last_sample, last_evaluated; /* monotonic s, for intervals in seconds */
    double last_look;                              /* at RUN/STOP, while sampling */
    double paused;                                 /* s of the current log window spent outside of steps */
    double window_start;
    double window_host; /* s spent on batches in it */
    int64_t window_tokens, window_rows, window_steps;
    int64_t bad_in_a_row;
};

/* trainer_open.c.  Opening in two parts: read_inputs opens and checks each file, whatever became of the others; settle makes
 * the plan and the prompts from them.  Neither reads weights. */
CAD_MUST_USE cad_status cad_trainer_read_inputs(cad_trainer *t);
CAD_MUST_USE cad_status cad_trainer_settle(cad_trainer *t);

/* trainer_model.c.  The model's configuration: of the folder model.path, whose NF4 settles model.double_quant; of a random one
 * the tokenizer must be there first (open leaves it alone); as the keys of [model] describe it, whatever else is said of the
 * model.  None reads weights. */
CAD_MUST_USE cad_status cad_trainer_open_model(cad_trainer *t);
CAD_MUST_USE cad_status cad_trainer_random_model(cad_trainer *t);
CAD_MUST_USE cad_status cad_trainer_keys_model(cad_trainer *t);
bool cad_trainer_has_eval(const cad_trainer *t);
bool cad_trainer_has_samples(const cad_trainer *t);
/* trainer_audit.c: drops, changed sources, what lies in both packs (CAD_EDATA); then RUN/audit.json and its lines. */
CAD_MUST_USE cad_status cad_trainer_audit(cad_trainer *t);
CAD_MUST_USE cad_status cad_trainer_write_audit(cad_trainer *t);
/* trainer_retrieval.c: [rag] against what the packs say that their rows retrieved with (CAD_EDATA, or a warning). */
CAD_MUST_USE cad_status cad_trainer_check_retrieval(const cad_trainer *t);
/* trainer_prompts.c: t->prompt and, where a tokenizer is there, the longest of them in tokens. */
CAD_MUST_USE cad_status cad_trainer_read_prompts(cad_trainer *t);
/* trainer_sizes.c: the options of the plan; t->sizes from plan and prompts; then its bytes from the parameters, whose values
 * need not exist. */
cad_plan_opts cad_trainer_plan_opts(const cad_trainer *t);
CAD_MUST_USE cad_status cad_trainer_size(cad_trainer *t);
void cad_trainer_size_state(cad_trainer *t, const cad_params *params);
/* trainer_memory.c: what the run takes, by the plan of a decoder like `d` and by t->sizes, with keys where it does not fit; and
 * CAD_ENOMEM before anything of it is taken. */
CAD_MUST_USE cad_status cad_trainer_plan_memory(cad_trainer *t, const cad_decoder *d, cad_memory_plan *out);
CAD_MUST_USE cad_status cad_trainer_check_memory(cad_trainer *t);
/* trainer_resume.c: whether --resume=no; finds the checkpoint, compares its configuration, loads it. */
bool cad_trainer_starts_afresh(const cad_trainer *t);
CAD_MUST_USE cad_status cad_trainer_find_resume(cad_trainer *t);
CAD_MUST_USE cad_status cad_trainer_load_resume(cad_trainer *t);
/* trainer_files.c: the run directory before the first step; checkpoint, evaluation and samples during it. */
CAD_MUST_USE cad_status cad_trainer_start_files(cad_trainer *t);
CAD_MUST_USE cad_status cad_trainer_evaluate(cad_trainer *t);
CAD_MUST_USE cad_status cad_trainer_sample(cad_trainer *t);
CAD_MUST_USE cad_status cad_trainer_save(cad_trainer *t);
cad_run_totals cad_trainer_totals(const cad_trainer *t);
/* "min:NAME" or "max:NAME" of what an evaluation measures.  Errors: CAD_ECONFIG. */
CAD_MUST_USE cad_status cad_trainer_read_best(const char *text, cad_best_metric *out);

#ifdef __cplusplus
}
#endif
#endif
