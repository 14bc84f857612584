/* A back end whose memory the host cannot touch: the CPU's ops over pages that are closed except while one of them runs.
 *
 * Nothing is done when an op is called: calls wait in a queue, as on a stream, until sync or mem_get.  An error of an op is
 * told by the next sync and not before.  A tensor or scratch that does not lie in one block of mem_alloc fails at once, as does
 * a host pointer where the device's belongs.  A touch by the host ends the process.  One table at a time. */
#ifndef CADLM_TESTS_MODEL_APART_OPS_H
#define CADLM_TESTS_MODEL_APART_OPS_H

#include "kernels/ops.h"

/* The table over that of `real`, a CPU's. */
const cad_ops *apart_ops(const cad_ops *real);
/* Blocks of mem_alloc that were not freed. */
int apart_blocks(void);

#endif
