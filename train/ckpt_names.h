/* Names of checkpoint folders, for what writes them and what looks for them. */
#ifndef CADLM_TRAIN_CKPT_NAMES_H
#define CADLM_TRAIN_CKPT_NAMES_H

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CAD_STEP_PREFIX "step-" /* and the step, padded to six digits */

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
