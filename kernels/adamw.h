/* The coefficients of one AdamW step, stated once for every back end (spec: formats.md 4). */
#ifndef CADLM_KERNELS_ADAMW_H
#define CADLM_KERNELS_ADAMW_H

#include "kernels/args_step.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Formed in f64, rounded once; with c1 = 1 - beta1^t and c2 = sqrt(1 - beta2^t). */
typedef struct cad_adamw_rule {
    float b1, b1c, b2, b2c; /* beta1, 1 - beta1, beta2, 1 - beta2 */
    float rate;             /* lr c2/c1 */
    float eps;              /* c2 eps */
    float shrink;           /* 1 - lr weight_decay, for tensors that decay */
} cad_adamw_rule;

cad_adamw_rule cad_adamw_rule_of(const cad_adamw_hyper *h);

#ifdef __cplusplus
}
#endif
#endif
