#include "train/grad_tree.h"
#include "core/size.h"

#include <assert.h>

enum { WAITING = sizeof((cad_grad_tree *)0)->part / sizeof(float *) };

size_t cad_grad_tree_bytes(int64_t count, bool many)
{
    return many ? WAITING * (size_t)count * sizeof(float) : 0;
}

cad_status cad_grad_tree_init(const cad_ops *ops, float *g, int64_t count, bool many, cad_arena *device, cad_grad_tree *out)
{
    cad_grad_tree t = {.ops = ops, .g = g, .count = count, .lane = -1};
    for (int i = 0; many && i < WAITING; i++)
        CAD_TRY(cad_arena_alloc(device, cad_size_mul((size_t)count, sizeof(float)), "gradients of lanes", &t.part[i]));
    *out = t;
    return CAD_OK;
}

static cad_tensor tensor_of(const cad_grad_tree *t, float *x)
{
    return cad_tensor_1d(CAD_F32, x, t->count);
}

static cad_status zero(const cad_grad_tree *t)
{
    return t->ops->fill(&(cad_fill_args){.y = tensor_of(t, t->g)}, NULL);
}

cad_status cad_grad_tree_begin(cad_grad_tree *t)
{
    t->depth = 0;
    t->lane = -1;
    return zero(t);
}

/* g = newest waiting sum + g; the waiting one holds the lower lanes, but a sum of two has the same bits either way round. */
static cad_status add_newest(cad_grad_tree *t)
{
    t->depth--;
    t->lane = t->part_lane[t->depth];
    return t->ops->axpy(&(cad_axpy_args){.x = tensor_of(t, t->part[t->depth]), .y = tensor_of(t, t->g), .a = 1.0f}, NULL);
}

/* Levels of the smallest aligned block that holds both lanes. */
static int common_level(int a, int b)
{
    int level = 0;
    while (a >> level != b >> level)
        level++;
    return level;
}

cad_status cad_grad_tree_group(cad_grad_tree *t, int lane0)
{
    if (t->lane >= 0) {
        assert(lane0 > t->lane && t->part[0]);
        /* A block that the new group does not belong to is complete: close it. */
        while (t->depth > 0) {
            int level = common_level(t->part_lane[t->depth - 1], t->lane);
            if (lane0 >> level == t->lane >> level)
                break;
            CAD_TRY(add_newest(t));
        }
        assert(t->depth < WAITING);
        CAD_TRY(t->ops->copy(&(cad_copy_args){.x = tensor_of(t, t->g), .y = tensor_of(t, t->part[t->depth])}, NULL));
        t->part_lane[t->depth++] = t->lane;
        CAD_TRY(zero(t));
    }
    t->lane = lane0;
    return CAD_OK;
}

cad_status cad_grad_tree_end(cad_grad_tree *t)
{
    while (t->depth > 0)
        CAD_TRY(add_newest(t));
    return CAD_OK;
}
