/* How fast this machine trains a model of a given shape: a second of passes with random weights and tokens.  A large model is
 * cut (layers, vocabulary, tokens of a pass) and the time scaled by the FLOPs of spec/kernels.md 1. */
#ifndef CADLM_TRAIN_SPEED_PROBE_H
#define CADLM_TRAIN_SPEED_PROBE_H

#include "core/status.h"
#include "model/decoder/decoder.h"
#include "train/optimizer.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_probe_opts {
    const cad_model_config *model;
    const cad_decoder_opts *decoder; /* as the run would make it */
    const cad_optimizer_opts *optimizer;
    const cad_ops *ops;
    int64_t pass_tokens; /* of a pass of the run */
    int64_t row_tokens;  /* of a mean row */
    double loss_share;   /* of the tokens that are targets */
} cad_probe_opts;

typedef struct cad_probe {
    double flops_s;      /* training FLOPs a second */
    double tok_s;        /* tokens a second of the whole model, without the updates */
    double update_s;     /* seconds of one update, for each trained element */
    double seconds;      /* spent measuring */
    int64_t pass_tokens; /* of the passes that were measured */
    bool cut;            /* not the whole model */
} cad_probe;

/* Allocates what it needs and releases it.  Errors: CAD_ENOMEM and those of the decoder. */
CAD_MUST_USE cad_status cad_probe_speed(const cad_probe_opts *o, cad_probe *out);

#ifdef __cplusplus
}
#endif
#endif
