/* What the files of eval/results share. */
#ifndef CADLM_EVAL_RESULTS_IMPL_H
#define CADLM_EVAL_RESULTS_IMPL_H

#include "eval/results.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Samples that are counted together. */
typedef struct cad_results_group {
    const cad_scored *const *item; /* (n) */
    size_t n;
    const cad_results_opts *o;
    cad_arena *scratch;
    json_t *metrics; /* where they go */
    bool steplm;     /* some sample was asked for the measures of STEP-LLM */
} cad_results_group;

/* All metrics that have a value. */
CAD_MUST_USE cad_status cad_results_fill(cad_results_group *g);

#ifdef __cplusplus
}
#endif
#endif
