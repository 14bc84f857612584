/* Which rows each optimizer step trains on, and how they are cut into passes (micro-batches).
 *
 * The rows of a step are a function of (seed, epoch, index of the batch in its epoch) and of the rows' lengths alone, so a
 * resume, threads and the size of a pass cannot change them.  Every row occurs once per epoch; the last batch of an epoch
 * may be short.
 *
 * Lanes: the rows of a step are dealt into CAD_PLAN_LANES lanes of about equal tokens (longest first, each to the lane with
 * the fewest tokens).  A pass holds an aligned group of 2^k whole lanes, the largest that fits micro_tokens, or a part of one
 * lane (best fit decreasing).  Rows are never split.  The gradient of a group is the sum over its passes in order; groups are
 * added by the fixed tree ((0+1)+(2+3))+((4+5)+(6+7)), which train/grad_tree.h does. */
#ifndef CADLM_TRAIN_TRAIN_PLAN_H
#define CADLM_TRAIN_TRAIN_PLAN_H

#include "core/arena.h"
#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_PLAN_LANES = 8 };

typedef enum cad_plan_order {
    CAD_PLAN_ORDER_shuffle, /* a new permutation each epoch */
    CAD_PLAN_ORDER_length,  /* longest first, ties in file order */
    CAD_PLAN_ORDER_file
} cad_plan_order;

typedef enum cad_plan_packing {
    CAD_PLAN_PACK_best_fit,
    CAD_PLAN_PACK_in_order, /* a lane over the budget is cut in row order */
    CAD_PLAN_PACK_off       /* one row per pass */
} cad_plan_packing;

typedef struct cad_plan_opts {
    int64_t n_rows;
    const int64_t *row_tokens; /* (n_rows) >= 1; must outlive the plan */
    uint64_t seed;
    cad_plan_order order;
    cad_plan_packing packing;
    int64_t batch_rows, batch_tokens; /* exactly one is > 0; by tokens: rows while the sum stays within, at least one */
    int64_t micro_tokens;             /* most tokens of a pass; 0: the whole step up to 8192; at least the longest row */
} cad_plan_opts;

/* One pass. */
typedef struct cad_plan_pass {
    const int64_t *row;     /* (n_rows) row numbers of the pack, lane by lane */
    const uint8_t *lane_of; /* (n_rows) */
    int64_t n_rows, n_tokens;
    int lane0, n_lanes; /* the aligned group of lanes this pass belongs to */
    bool last_of_group; /* after it the group's gradient is complete */
} cad_plan_pass;

typedef struct cad_plan_step {
    int64_t epoch, batch, n_batches; /* batch of n_batches in this epoch */
    const int64_t *row;              /* (n_rows) in the order of the epoch, before dealing */
    int64_t n_rows, n_tokens;
    const cad_plan_pass *pass;
    int64_t n_passes; /* only passes with rows */
} cad_plan_step;

typedef struct cad_plan cad_plan;

/* All memory comes from `a` here; later calls allocate nothing.  Errors: CAD_EINVAL (not exactly one batch size), CAD_EDATA
 * (no rows; a row longer than micro_tokens, by number). */
CAD_MUST_USE cad_status cad_plan_create(const cad_plan_opts *opts, cad_arena *a, cad_plan **out);

/* Steps of `epochs` passes over the rows (a fraction of the last epoch is rounded up to whole batches).  Walks over the
 * epochs when their number of batches depends on the order; leaves the plan at epoch 0. */
int64_t cad_plan_count_steps(cad_plan *p, double epochs);
/* Batches of an epoch; moves the plan to that epoch. */
int64_t cad_plan_batches(cad_plan *p, int64_t epoch);

/* Plans batch `batch` of `epoch`; *out is valid until the next call.  Constant time within an epoch, O(n_rows) to change it. */
void cad_plan_get(cad_plan *p, int64_t epoch, int64_t batch, cad_plan_step *out);

/* Upper bounds over all steps, for whoever sizes buffers. */
int64_t cad_plan_max_pass_tokens(const cad_plan *p);
int64_t cad_plan_max_pass_rows(const cad_plan *p);
/* The largest pass of the first `steps` steps, by walking through them.  Whole epochs are walked through until they had
 * CAD_PLAN_SURVEY_ROWS rows; when steps are left then, it is the bound that no pass of any epoch is beyond, so the time depends
 * on the number of rows and not on that of steps.  With `row_targets` (n_rows) also the most targets of a pass; NULL: 0. */
enum { CAD_PLAN_SURVEY_ROWS = 1 << 20 };
typedef struct cad_plan_extent {
    int64_t tokens, targets;
} cad_plan_extent;
cad_plan_extent cad_plan_survey(cad_plan *p, int64_t steps, const int64_t *row_targets);
/* False when every step is a single pass, so no tree of gradients is needed. */
bool cad_plan_many_passes(const cad_plan *p);

#ifdef __cplusplus
}
#endif
#endif
