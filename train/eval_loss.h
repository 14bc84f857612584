/* Evaluation loss on a pack: mean nll of the answer tokens, and how many rows a greedy decoder would answer exactly. */
#ifndef CADLM_TRAIN_EVAL_LOSS_H
#define CADLM_TRAIN_EVAL_LOSS_H

#include "core/arena.h"
#include "core/status.h"
#include "model/decoder/decoder.h"
#include "model/text/tokenizer.h"
#include "train/pack_loader.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_eval_result {
    double loss;         /* mean over answer tokens, end token included */
    double nll_per_char; /* the same sum over the bytes of the answers */
    double exact;        /* share of rows whose every answer token is the likeliest given the true ones before it */
    int64_t tokens, rows, passes;
} cad_eval_result;

typedef struct cad_evaluator {
    cad_decoder *decoder;
    const cad_loader *loader;
    const cad_tokenizer *tokenizer;
    int64_t max_tokens, max_rows; /* of a pass */
    cad_batch *batch;
    float *nll;    /* (max_tokens) */
    uint32_t *top; /* (max_tokens) */
    int64_t *row;  /* (max_rows) */
} cad_evaluator;

/* What passes of at most max_tokens over the loader hold at most. */
typedef struct cad_eval_extent {
    int64_t tokens, targets, rows;
    size_t bytes; /* that init takes from the arena, but for some padding */
} cad_eval_extent;
cad_eval_extent cad_evaluator_survey(const cad_loader *l, int64_t max_tokens);

/* max_tokens: at least the longest row of the loader, at most what the decoder was planned for. */
CAD_MUST_USE cad_status cad_evaluator_init(cad_evaluator *e, cad_decoder *d, const cad_loader *l, const cad_tokenizer *t,
                                           int64_t max_tokens, cad_arena *a);
/* The first `passes` passes over the rows in file order (0: all).  Allocates nothing. */
CAD_MUST_USE cad_status cad_evaluator_run(cad_evaluator *e, int64_t passes, cad_eval_result *out);

#ifdef __cplusplus
}
#endif
#endif
