#include "train/grad_tree.h"

#include <assert.h>
#include <string.h>

enum { WAITING = sizeof((cad_grad_tree *)0)->part / sizeof(float *) };

size_t cad_grad_tree_bytes(int64_t count, bool many)
{
    return many ? WAITING * (size_t)count * sizeof(float) : 0;
}

cad_status cad_grad_tree_init(float *g, int64_t count, bool many, cad_arena *a, cad_grad_tree *out)
{
    cad_grad_tree t = {.g = g, .count = count, .lane = -1};
    for (int i = 0; many && i < WAITING; i++)
        CAD_TRY(cad_arena_zalloc(a, (size_t)count, sizeof(float), "gradients of lanes", &t.part[i]));
    *out = t;
    return CAD_OK;
}

void cad_grad_tree_begin(cad_grad_tree *t)
{
    memset(t->g, 0, (size_t)t->count * sizeof(float));
    t->depth = 0;
    t->lane = -1;
}

/* g = newest waiting sum + g: the waiting one holds the lower lanes, so it stands on the left. */
static void add_newest(cad_grad_tree *t)
{
    const float *left = t->part[--t->depth];
    float *g = t->g;
    for (int64_t i = 0; i < t->count; i++)
        g[i] = left[i] + g[i];
    t->lane = t->part_lane[t->depth];
}

/* Levels of the smallest aligned block that holds both lanes. */
static int common_level(int a, int b)
{
    int level = 0;
    while (a >> level != b >> level)
        level++;
    return level;
}

void cad_grad_tree_group(cad_grad_tree *t, int lane0)
{
    if (t->lane >= 0) {
        assert(lane0 > t->lane && t->part[0]);
        /* A block that the new group does not belong to is complete: close it. */
        while (t->depth > 0) {
            int level = common_level(t->part_lane[t->depth - 1], t->lane);
            if (lane0 >> level == t->lane >> level)
                break;
            add_newest(t);
        }
        assert(t->depth < WAITING);
        memcpy(t->part[t->depth], t->g, (size_t)t->count * sizeof(float));
        t->part_lane[t->depth++] = t->lane;
        memset(t->g, 0, (size_t)t->count * sizeof(float));
    }
    t->lane = lane0;
}

void cad_grad_tree_end(cad_grad_tree *t)
{
    while (t->depth > 0)
        add_newest(t);
}
