/* Names of checkpoint folders, for what writes them and what looks for them. */
#ifndef CADLM_TRAIN_CKPT_NAMES_H
#define CADLM_TRAIN_CKPT_NAMES_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CAD_STEP_PREFIX "step-" /* and the step, padded to six digits */

enum { CAD_STEP_NAME = 32 };

static inline void cad_step_name(int64_t step, char out[CAD_STEP_NAME])
{
    snprintf(out, CAD_STEP_NAME, CAD_STEP_PREFIX "%06" PRId64, step);
}

static inline bool cad_step_name_is(const char *name)
{
    return !strncmp(name, CAD_STEP_PREFIX, strlen(CAD_STEP_PREFIX));
}

/* Order by step: a longer number is a larger one. */
static inline int cad_step_name_compare(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    return n != m ? (n < m ? -1 : 1) : strcmp(a, b);
}

#ifdef __cplusplus
}
#endif
#endif
