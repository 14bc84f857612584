/* Every check of the op table, each stated once: X(op, its check) and, where there is one, its gradient check. */
#ifndef CADLM_TESTS_KERNELS_CHECKS_H
#define CADLM_TESTS_KERNELS_CHECKS_H

#include "tests/kernels/checkop.h"
#include "tests/kernels/ref_ops.h"

#define CO_CHECKS(X) CAD_OPS_TABLE(X) X(rope_table)
#define CO_GRADIENTS(X) X(rmsnorm_bwd) X(swiglu_bwd) X(attn_bwd) X(linear) X(lora) X(linear_xent)

#define X(op) void check_##op(checkop *t);
CO_CHECKS(X)
#undef X
#define X(op) void grad_##op(checkop *t);
CO_GRADIENTS(X)
#undef X

/* Parts of the checks of attention (check_attn_alone.c): segments alone have the bits they have in a batch; no rows are legal,
 * and what a GPU does not take it refuses by name. */
void attn_limits(checkop *t);
void attn_fwd_alone(checkop *t);
void attn_bwd_alone(checkop *t);

/* Broken ops that the harness has to catch (checkop_mutants.c); returns how many survived. */
int co_mutants(const cad_ops *ops, uint64_t seed);

#endif
