/* Adds the gradients of groups of lanes by the fixed tree ((0+1)+(2+3))+((4+5)+(6+7)), as a binary counter.
 *
 * The trainer's gradient buffer `g` collects the passes of one aligned group of lanes.  cad_grad_tree_group, called before the
 * first pass of each group, puts the finished group aside; cad_grad_tree_end adds what waits.  Lanes without rows count as
 * zero.  At most three partial sums wait at a time; a step of one group touches none. */
#ifndef CADLM_TRAIN_GRAD_TREE_H
#define CADLM_TRAIN_GRAD_TREE_H

#include "core/arena.h"
#include "core/status.h"
#include "kernels/ops.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_grad_tree {
    const cad_ops *ops;
    float *g; /* (count) borrowed, memory of the back end, as the sums */
    int64_t count;
    float *part[3];   /* waiting sums; NULL when every step is one pass */
    int part_lane[3]; /* a lane that each holds */
    int depth;
    int lane; /* first lane of the group that g collects; -1 before the first */
} cad_grad_tree;

/* `many`: cad_plan_many_passes; the buffers (3 x count f32) live in `device`, an arena of cad_ops_arena, and exist only then.
 * Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_grad_tree_init(const cad_ops *ops, float *g, int64_t count, bool many, cad_arena *device,
                                           cad_grad_tree *out);
/* Bytes that init takes from the arena. */
size_t cad_grad_tree_bytes(int64_t count, bool many);
/* Starts a step: zeroes g. */
CAD_MUST_USE cad_status cad_grad_tree_begin(cad_grad_tree *t);
/* The next passes belong to the group that starts at `lane0`; groups come in ascending order. */
CAD_MUST_USE cad_status cad_grad_tree_group(cad_grad_tree *t, int lane0);
/* Ends the step: g holds the sum over all groups. */
CAD_MUST_USE cad_status cad_grad_tree_end(cad_grad_tree *t);

#ifdef __cplusplus
}
#endif
#endif
