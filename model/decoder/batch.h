/* A packed batch: rows of a corpus end to end as segments that do not see each other, and the rows of the loss.
 *
 * Letters: N tokens, S segments, M loss rows.  A target at position t of a segment is predicted from position t-1, so the loss
 * row of that target is the batch row of t-1.  All memory comes from the arena once; filling and clearing allocate nothing. */
#ifndef CADLM_MODEL_DECODER_BATCH_H
#define CADLM_MODEL_DECODER_BATCH_H

#include "core/arena.h"
#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_batch {
    uint32_t *ids;      /* (N) token ids */
    int32_t *pos;       /* (N) position inside the segment, from 0 */
    int32_t *seg;       /* (S+1) first batch row of each segment; seg[0] = 0, seg[S] = N */
    uint64_t *row;      /* (S) number of the segment's corpus row: names it to the dropout masks */
    uint32_t *loss_row; /* (M) batch rows whose next token is trained, ascending */
    uint32_t *target;   /* (M) that next token */
    float *weight;      /* (M) factor of each loss term; 1 for an answer token of a row of weight 1 */
    int64_t n, n_seg, n_loss;
    int64_t n_answer;  /* loss rows whose target lies in a span: what a step divides by */
    double weight_sum; /* sum of weight */
    int64_t cap_tokens, cap_segments;
} cad_batch;

/* *out = an empty batch for at most `max_tokens` tokens in `max_segments` segments; it lives as long as the arena. */
CAD_MUST_USE cad_status cad_batch_create(cad_arena *a, int64_t max_tokens, int64_t max_segments, cad_batch **out);
/* Bytes that create takes from the arena, but for some padding. */
size_t cad_batch_bytes(int64_t max_tokens, int64_t max_segments);
void cad_batch_clear(cad_batch *b);

typedef struct cad_batch_row {
    const uint32_t *ids; /* (n) prompt and answer, end token included */
    int64_t n;
    const uint32_t *span; /* (n_spans,2) begin, end: tokens trained as targets, begin >= 1, sorted, disjoint */
    int64_t n_spans;
    float weight;         /* factor of the row's loss, default 1 */
    float context_weight; /* 0: tokens outside the spans carry no loss; else they do, times this */
    uint64_t row;         /* number of the row in its corpus */
} cad_batch_row;

/* Adds one segment.  Errors: CAD_EINVAL (no room, empty row, span outside of the row), which leave the batch as it was. */
CAD_MUST_USE cad_status cad_batch_add(cad_batch *b, const cad_batch_row *r);

#ifdef __cplusplus
}
#endif
#endif
