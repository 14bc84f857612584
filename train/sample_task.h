/* Samples during training: a few prompts answered by the current weights, scored and drawn in workers by the handlers of eval.
 *
 * RUN/samples/step-000900/: prompts.jsonl, 000.ir, 000.step, 000.png, contact.png, scores.jsonl (records of eval/score.h with
 * "finish" and "n_tokens" added).  For packs of kind step 000.step is the exchange file that the answer stands for.  The state
 * of the training is not touched. */
#ifndef CADLM_TRAIN_SAMPLE_TASK_H
#define CADLM_TRAIN_SAMPLE_TASK_H

#include "core/arena.h"
#include "core/status.h"
#include "model/decoder/engine.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_sample_prompt {
    const char *caption;
    const char *reference; /* the true answer, NULL: not known */
    const uint32_t *ids;   /* (n_ids) the prompt as it was packed, with what it retrieved; NULL: made from the caption */
    int64_t n_ids;
} cad_sample_prompt;

typedef struct cad_sample_opts {
    cad_engine *engine;              /* borrowed */
    const cad_sample_prompt *prompt; /* (n), borrowed */
    int64_t n;
    int64_t max_new;
    double temp;
    uint64_t seed;
    bool step;     /* the answers are STEP, not Compact IR */
    bool upstream; /* dialect of Compact IR; scores read dialect cadlm, which holds it */
    bool render;
    cad_gen_step poll; /* called during generation; a failure ends it; may be NULL */
    void *poll_ctx;
} cad_sample_opts;

typedef struct cad_sample_summary {
    int64_t n, finished; /* answers; those that ended by themselves */
    int64_t scored;      /* 0: a build without the geometry kernel */
    int64_t valid;       /* of those scored */
    double iou;          /* mean iou.v64.A0c of those with a reference, failures 0; NaN: there are none */
    double seconds;
} cad_sample_summary;

/* Writes the folder `dir` as a whole (an existing one is replaced).  Errors: what the engine or `poll` gave; CAD_EWRITE. */
CAD_MUST_USE cad_status cad_sample_run(const cad_sample_opts *o, const char *dir, cad_sample_summary *out);

/* Makes the handlers known that samples need; before cad_worker_main_if_asked. */
void cad_sample_register(void);

#ifdef __cplusplus
}
#endif
#endif
