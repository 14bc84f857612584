/* Samples during training: a few prompts answered by the current weights, compiled and drawn in workers.
 *
 * RUN/samples/step-000900/: prompts.jsonl, 000.ir (or 000.step), 000.step, 000.png, contact.png, scores.jsonl with
 * {"id","class","finish","n_tokens","verdict",..}.  Training state is not touched. */
#ifndef CADLM_TRAIN_SAMPLE_TASK_H
#define CADLM_TRAIN_SAMPLE_TASK_H

#include "core/arena.h"
#include "core/status.h"
#include "model/decoder/engine.h"
#include "train/sample_worker.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_sample_opts {
    cad_engine *engine; /* borrowed */
    const char *const *prompt; /* (n) captions, borrowed */
    int64_t n;
    int64_t max_new;
    double temp;
    uint64_t seed;
    bool step, upstream; /* language of the answers */
    bool render;
    cad_gen_step poll; /* called during generation; a failure ends it; may be NULL */
    void *poll_ctx;
} cad_sample_opts;

typedef struct cad_sample_summary {
    int64_t n, finished, valid; /* answers; those that ended by themselves; those that are class ok */
    bool compiled;              /* false: this build has no geometry kernel, valid means nothing */
    double seconds;
} cad_sample_summary;

/* Writes the folder `dir` as a whole (an existing one is replaced).  Errors: what the engine or `poll` gave; CAD_EWRITE. */
CAD_MUST_USE cad_status cad_sample_run(const cad_sample_opts *o, const char *dir, cad_sample_summary *out);

#ifdef __cplusplus
}
#endif
#endif
