#include "cad/step/step_order.h"

#include "core/mem.h"
#include "core/size.h"

#include <string.h>

enum { NEW, OPEN, DONE }; /* not met; on the path; left */

typedef struct walk {
    const cad_step *m;
    uint32_t *edge;  /* by instance: the next reference to follow */
    uint32_t *stack; /* the path */
    uint8_t *state;
    uint8_t *root; /* by instance: a walk begins here */
} walk;

static cad_status make_walk(const cad_step *m, walk *w)
{
    size_t bytes = cad_size_mul(m->n, sizeof(uint32_t));
    *w = (walk){.m = m};
    CAD_TRY(cad_mem_alloc(bytes, "order of a STEP file", &w->edge));
    CAD_TRY(cad_mem_alloc(bytes, "order of a STEP file", &w->stack));
    CAD_TRY(cad_mem_alloc(m->n, "order of a STEP file", &w->state));
    return cad_mem_alloc(m->n, "order of a STEP file", &w->root);
}

static void release_walk(walk *w)
{
    cad_mem_free(w->edge);
    cad_mem_free(w->stack);
    cad_mem_free(w->state);
    cad_mem_free(w->root);
}

static void begin_again(walk *w)
{
    if (w->m->n == 0)
        return;
    memcpy(w->edge, w->m->out.first, w->m->n * sizeof *w->edge);
    memset(w->state, NEW, w->m->n);
}

/* ---- cycles that nothing outside refers to ---- */

/* Marks what `from` reaches, as DONE. */
static void reach(walk *w, uint32_t from)
{
    const cad_step_links *out = &w->m->out;
    uint32_t n = 0;
    w->state[from] = DONE;
    w->stack[n++] = from;
    while (n > 0) {
        uint32_t at = w->stack[--n];
        for (uint32_t e = out->first[at]; e < out->first[at + 1]; e++)
            if (w->state[out->to[e]] == NEW) {
                w->state[out->to[e]] = DONE;
                w->stack[n++] = out->to[e];
            }
    }
}

/* The first or last of those that reach `from`, which are its cycle alone. */
static uint32_t pick_of_cycle(walk *w, uint32_t from, bool last)
{
    const cad_step_links *in = &w->m->in;
    uint32_t n = 0, picked = from;
    w->state[from] = OPEN;
    w->stack[n++] = from;
    while (n > 0) {
        uint32_t at = w->stack[--n];
        if (last ? at > picked : at < picked)
            picked = at;
        for (uint32_t e = in->first[at]; e < in->first[at + 1]; e++)
            if (w->state[in->to[e]] != OPEN) {
                w->state[in->to[e]] = OPEN;
                w->stack[n++] = in->to[e];
            }
    }
    return picked;
}

/* Where walks over what no root reaches begin, each time at the first that is left, the later ones are not reached by the
 * earlier ones; so going back over them, one that no later one reaches lies in a cycle that nothing outside refers to. */
static void find_cycle_roots(walk *w, bool last)
{
    uint32_t n = 0, *begun = w->edge; /* it is filled again before the walk */
    for (uint32_t i = 0; i < w->m->n; i++)
        if (w->state[i] == NEW) {
            begun[n++] = i;
            reach(w, i);
        }
    memset(w->state, NEW, w->m->n);
    while (n-- > 0)
        if (w->state[begun[n]] == NEW) {
            reach(w, begun[n]);
            w->root[pick_of_cycle(w, begun[n], last)] = 1;
        }
}

static uint32_t find_roots(walk *w, bool last)
{
    const uint32_t *in = w->m->in.first;
    uint32_t n = 0, left = 0;
    begin_again(w);
    for (uint32_t i = 0; i < w->m->n; i++)
        if (in[i] == in[i + 1]) {
            w->root[i] = 1;
            reach(w, i);
        }
    for (uint32_t i = 0; i < w->m->n; i++)
        left += w->state[i] == NEW;
    if (left)
        find_cycle_roots(w, last);
    for (uint32_t i = 0; i < w->m->n; i++)
        n += w->root[i];
    return n;
}

/* ---- the order ---- */

static void walk_from(walk *w, uint32_t root, bool behind, cad_step_order *o)
{
    const cad_step_links *out = &w->m->out;
    uint32_t n = 0;
    w->stack[n++] = root;
    w->state[root] = OPEN;
    if (!behind)
        o->at[o->n++] = root;
    while (n > 0) {
        uint32_t at = w->stack[n - 1];
        if (w->edge[at] == out->first[at + 1]) {
            w->state[at] = DONE;
            if (behind)
                o->at[o->n++] = at;
            n--;
            continue;
        }
        uint32_t to = out->to[w->edge[at]++];
        o->cycles += w->state[to] == OPEN;
        if (w->state[to] != NEW)
            continue;
        w->state[to] = OPEN;
        w->stack[n++] = to;
        if (!behind)
            o->at[o->n++] = to;
    }
}

static cad_status walk_all(walk *w, bool behind, cad_step_order *o)
{
    uint32_t n_roots = find_roots(w, behind);
    CAD_TRY(cad_mem_alloc(cad_size_mul(w->m->n, sizeof *o->at), "order of a STEP file", &o->at));
    CAD_TRY(cad_mem_alloc(cad_size_mul(n_roots, sizeof *o->run), "order of a STEP file", &o->run));
    begin_again(w);
    for (uint32_t i = 0; i < w->m->n; i++)
        if (w->root[i]) {
            o->run[o->n_runs++] = o->n;
            walk_from(w, i, behind, o);
        }
    return CAD_OK;
}

cad_status cad_step_order_make(const cad_step *m, cad_step_order_kind kind, cad_step_order *out)
{
    walk w;
    cad_step_order o = {0};
    cad_status s = make_walk(m, &w);
    if (s == CAD_OK)
        s = walk_all(&w, kind == CAD_STEP_ORDER_DEFS_FIRST, &o);
    release_walk(&w);
    if (s != CAD_OK) {
        cad_step_order_release(&o);
        return s;
    }
    *out = o;
    return CAD_OK;
}

void cad_step_order_release(cad_step_order *o)
{
    cad_mem_free(o->at);
    cad_mem_free(o->run);
    *o = (cad_step_order){0};
}
