/* The order of the instances of a STEP file: depth first, before or behind what they refer to. */
#ifndef CADLM_CAD_STEP_STEP_ORDER_H
#define CADLM_CAD_STEP_STEP_ORDER_H

#include "cad/step/step.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cad_step_order_kind {
    CAD_STEP_ORDER_DFS,       /* an instance stands in front of those it refers to, unless an earlier one brought them */
    CAD_STEP_ORDER_DEFS_FIRST /* behind them: no reference leads forward, but the last one of a cycle */
} cad_step_order_kind;

typedef struct cad_step_order {
    uint32_t *at;    /* instance at[k] of the model is the k-th, each once */
    uint32_t n;      /* as the model's */
    uint32_t *run;   /* run[r]: the place where the r-th root's instances begin, which end with the next run */
    uint32_t n_runs; /* roots */
    uint32_t cycles; /* references that close a cycle on the way: no order puts all of a cycle's one way */
} cad_step_order;

/* Walks from all roots in the order of the file, and from each instance in the order of its parameters; an instance stands
 * where the walk first meets it (DFS) or last leaves it (DEFS_FIRST).  A root is what no other instance refers to, and of a
 * cycle that nothing outside refers to the first (DFS) or last (DEFS_FIRST) of the file: an ordered file keeps its order. The
 * order is the caller's, by cad_step_order_release.  Time: linear.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_step_order_make(const cad_step *m, cad_step_order_kind kind, cad_step_order *out);
void cad_step_order_release(cad_step_order *o); /* of a zeroed one: nothing */

#ifdef __cplusplus
}
#endif
#endif
