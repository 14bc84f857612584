/* From rows of a pack in memory to batches of the decoder, and losses per answer token from the decoder's nll. */
#ifndef CADLM_TRAIN_PACK_LOADER_H
#define CADLM_TRAIN_PACK_LOADER_H

#include "core/arena.h"
#include "core/status.h"
#include "dataprep/pack.h"
#include "model/decoder/batch.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cad_loss_norm {
    CAD_LOSS_NORM_tokens, /* a step divides by its answer tokens: each token weighs the same */
    CAD_LOSS_NORM_rows    /* each row's loss is the mean over its answer tokens; a step divides by its rows */
} cad_loss_norm;

typedef struct cad_loader {
    const cad_pack *pack; /* borrowed */
    int64_t n_rows;       /* the first rows of the pack that are used */
    int64_t *row_tokens;  /* (n_rows) */
    int64_t *row_targets; /* (n_rows) answer tokens, end token included */
    int64_t n_tokens, n_targets, longest, longest_row;
    cad_loss_norm norm;
} cad_loader;

/* Over the first `limit` rows (0: all); the arrays live in `a`.  Errors: CAD_EDATA for a row without a target, or
 * with a weight that is no finite number >= 0 (its id). */
CAD_MUST_USE cad_status cad_loader_init(const cad_pack *pack, int64_t limit, cad_loss_norm norm, cad_arena *a, cad_loader *out);

/* What the sum of a step's weighted losses is divided by. */
double cad_loader_divisor(const cad_loader *l, const int64_t *row, int64_t n);
/* b = these rows as segments, in order.  context_weight > 0: tokens outside the answers carry loss too, times this. */
CAD_MUST_USE cad_status cad_loader_fill(const cad_loader *l, const int64_t *row, int64_t n, double context_weight,
                                        cad_batch *b);

/* Sums over the loss rows of a filled batch whose target lies in an answer. */
typedef struct cad_answer_loss {
    double nll; /* unweighted sum in f64, in order */
    int64_t tokens;
    int64_t rows, exact; /* segments, and those whose every answer token is the likeliest (needs top) */
    int64_t bad_row;     /* number of the first row with an nll that is not finite; -1: none */
} cad_answer_loss;
/* nll, top: (b->n_loss) from cad_decoder_last_nll or cad_decoder_eval; top may be NULL. */
cad_answer_loss cad_loader_sum(const cad_loader *l, const cad_batch *b, const float *nll, const uint32_t *top);

/* "id" of row r for messages: at most 63 bytes, control bytes as '?'. */
void cad_loader_row_name(const cad_loader *l, int64_t r, char out[64]);

#ifdef __cplusplus
}
#endif
#endif
