/* One optimizer step: the passes of the plan, their gradients added by the fixed tree, clipping, update.
 *
 * A step is a function of (weights, moments, seed, epoch, batch, step number) alone; the object holds no state between steps
 * except the optimizer's.  After the first step nothing is allocated. */
#ifndef CADLM_TRAIN_TRAIN_STEP_H
#define CADLM_TRAIN_TRAIN_STEP_H

#include "train/grad_tree.h"
#include "train/lr_schedule.h"
#include "train/optimizer.h"
#include "train/pack_loader.h"
#include "train/train_plan.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_stepper {
    /* borrowed, filled in by the caller before init */
    cad_decoder *decoder;
    cad_optimizer *optimizer;
    cad_plan *plan;
    const cad_loader *loader;
    cad_lr_schedule schedule;
    double context_weight; /* loss weight of context tokens .. */
    int64_t context_steps; /* .. in steps 1 .. context_steps */
    /* made by init */
    cad_params params;
    cad_grad_tree tree;
    cad_batch *batch;
} cad_stepper;

/* Memory comes from `host` and, of the decoder's back end, from `device` (cad_ops_arena). */
CAD_MUST_USE cad_status cad_stepper_init(cad_stepper *s, cad_arena *host, cad_arena *device);

typedef struct cad_step_result {
    int64_t rows, tokens, loss_tokens, passes;
    double loss;      /* mean nll of the answer tokens, before the update */
    double grad_norm; /* before clipping */
    double clip, lr;
    double host_s;   /* seconds spent on plan and batches, not in the decoder */
    bool finite;     /* false: loss or gradient is not; nothing was updated */
    int64_t bad_row; /* the first row whose loss is not finite; -1: none (the gradient is not) */
} cad_step_result;

/* Step number `step` (from 1) on batch `batch` of `epoch`. */
CAD_MUST_USE cad_status cad_stepper_step(cad_stepper *s, int64_t step, int64_t epoch, int64_t batch, cad_step_result *out);
/* The gradient alone, in params.g: what cad_stepper_step computes before it measures and updates. */
CAD_MUST_USE cad_status cad_stepper_gradient(cad_stepper *s, int64_t step, int64_t epoch, int64_t batch, cad_step_result *out);
/* Ids of up to eight rows of that batch, "a, b, ..", for messages about it. */
CAD_MUST_USE cad_status cad_stepper_name_rows(cad_stepper *s, int64_t epoch, int64_t batch, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
