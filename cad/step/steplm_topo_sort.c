#include "cad/step/steplm_topo_impl.h"

#include "core/size.h"

#include <inttypes.h>
#include <stdlib.h>

static cad_status room(topo_graph *g, size_t n, uint32_t **out)
{
    return cad_arena_zalloc(g->arena, n, sizeof **out, "order of a STEP file", out);
}

/* ---- depth ---- */

enum { NEW = UINT32_MAX, OPEN = UINT32_MAX - 1 };

static cad_status find_depths(topo_graph *g)
{
    uint32_t *edge, *stack, deep = 0;
    CAD_TRY(room(g, g->n, &edge));
    CAD_TRY(room(g, g->n, &stack));
    for (uint32_t i = 0; i < g->n; i++) {
        g->node[i].depth = NEW;
        edge[i] = g->node[i].first;
    }
    for (uint32_t root = 0; root < g->n; root++) {
        if (g->node[root].depth != NEW)
            continue;
        stack[deep++] = root;
        g->node[root].depth = OPEN;
        while (deep > 0) {
            uint32_t at = stack[deep - 1], to;
            if (edge[at] == g->node[at + 1].first) {
                uint32_t depth = 0;
                for (uint32_t e = g->node[at].first; e < edge[at]; e++)
                    depth = g->node[g->to[e]].depth >= depth ? g->node[g->to[e]].depth + 1 : depth;
                g->node[at].depth = depth;
                deep--;
                continue;
            }
            to = g->to[edge[at]++];
            if (g->node[to].depth == OPEN)
                CAD_FAIL(CAD_EDATA, "a cycle of references leads through #%" PRIu64, g->node[to].id);
            if (g->node[to].depth != NEW)
                continue;
            stack[deep++] = to;
            g->node[to].depth = OPEN;
        }
    }
    return CAD_OK;
}

/* ---- heaps ---- */

typedef struct item {
    uint32_t depth, other, order, node; /* other: 1, where grouping does not prefer it */
} item;

typedef struct heap {
    item *at;
    uint32_t n;
} heap;

static bool before(const item *a, const item *b)
{
    if (a->depth != b->depth)
        return a->depth < b->depth;
    return a->other != b->other ? a->other < b->other : a->order < b->order;
}

static void push(heap *h, item x)
{
    uint32_t k = h->n++;
    for (; k > 0 && before(&x, &h->at[(k - 1) / 2]); k = (k - 1) / 2)
        h->at[k] = h->at[(k - 1) / 2];
    h->at[k] = x;
}

static uint32_t pop(heap *h)
{
    uint32_t top = h->at[0].node, k = 0;
    item x = h->at[--h->n];
    for (uint32_t c; (c = 2 * k + 1) < h->n; k = c) {
        c += c + 1 < h->n && before(&h->at[c + 1], &h->at[c]);
        if (!before(&h->at[c], &x))
            break;
        h->at[k] = h->at[c];
    }
    h->at[k] = x;
    return top;
}

/* ---- types ---- */

static int by_type(const void *a, const void *b)
{
    const topo_node *const *x = a, *const *y = b;
    size_t n = (*x)->type.len < (*y)->type.len ? (*x)->type.len : (*y)->type.len;
    int order = n ? memcmp((*x)->type.s, (*y)->type.s, n) : 0;
    return order ? order : ((*x)->type.len > (*y)->type.len) - ((*x)->type.len < (*y)->type.len);
}

/* Ranks of types; complex ones, whose type is empty, are kind 0.  *out_count[k]: nodes of kind k. */
static cad_status rank_types(topo_graph *g, uint32_t *out_kinds, uint32_t **out_count)
{
    const topo_node **sorted;
    uint32_t kinds = 1;
    CAD_TRY(room(g, (size_t)g->n + 1, out_count));
    CAD_TRY(cad_arena_alloc(g->arena, cad_size_mul(g->n, sizeof *sorted), "order of a STEP file", &sorted));
    for (uint32_t i = 0; i < g->n; i++)
        sorted[i] = &g->node[i];
    if (g->n)
        qsort(sorted, g->n, sizeof *sorted, by_type);
    for (uint32_t i = 0; i < g->n; i++) {
        if (sorted[i]->type.len > 0 && (i == 0 || by_type(&sorted[i - 1], &sorted[i]) != 0))
            kinds++;
        g->node[sorted[i] - g->node].kind = kinds - 1;
        (*out_count)[kinds - 1]++;
    }
    *out_kinds = kinds;
    return CAD_OK;
}

/* ---- the order ---- */

typedef struct sorter {
    topo_graph *g;
    cad_steplm_group group;
    uint32_t *from, *by; /* what refers to a node: by[from[node]] .. by[from[node + 1]] */
    heap ready;          /* all; with strict grouping also those that have a place by now */
    heap *kind;          /* strict: those of each type */
    uint32_t last;       /* kind of the node that came last; UINT32_MAX: none */
} sorter;

static cad_status find_users(sorter *s)
{
    topo_graph *g = s->g;
    uint32_t n_refs = g->node[g->n].first;
    CAD_TRY(room(g, (size_t)g->n + 2, &s->from));
    CAD_TRY(room(g, n_refs, &s->by));
    for (uint32_t e = 0; e < n_refs; e++)
        s->from[g->to[e] + 2]++;
    for (uint32_t i = 0; i < g->n; i++)
        s->from[i + 2] += s->from[i + 1];
    for (uint32_t i = 0; i < g->n; i++) {
        g->node[i].missing = g->node[i + 1].first - g->node[i].first;
        for (uint32_t e = g->node[i].first; e < g->node[i + 1].first; e++)
            s->by[s->from[g->to[e] + 1]++] = i;
    }
    return CAD_OK;
}

static cad_status make_heaps(sorter *s)
{
    uint32_t kinds, *count;
    CAD_TRY(rank_types(s->g, &kinds, &count));
    CAD_TRY(cad_arena_alloc(s->g->arena, cad_size_mul(s->g->n, sizeof(item)), "order of a STEP file", &s->ready.at));
    if (s->group != CAD_STEPLM_GROUP_strict)
        return CAD_OK;
    item *rest;
    CAD_TRY(cad_arena_alloc(s->g->arena, cad_size_mul(s->g->n, sizeof(item)), "order of a STEP file", &rest));
    CAD_TRY(cad_arena_zalloc(s->g->arena, kinds, sizeof *s->kind, "order of a STEP file", &s->kind));
    for (uint32_t k = 0; k < kinds; k++) {
        s->kind[k].at = rest;
        rest += count[k];
    }
    return CAD_OK;
}

static void make_ready(sorter *s, uint32_t node)
{
    const topo_node *t = &s->g->node[node];
    item x = {t->depth, s->group != CAD_STEPLM_GROUP_type || s->last != t->kind, t->order, node};
    push(&s->ready, x);
    if (s->group == CAD_STEPLM_GROUP_strict)
        push(&s->kind[t->kind], x);
}

/* Of the type that came last, while there is one that is not complex and has nodes ready; else the first of all. */
static uint32_t next(sorter *s)
{
    if (s->group != CAD_STEPLM_GROUP_strict)
        return pop(&s->ready);
    if (s->last != UINT32_MAX && s->last != 0 && s->kind[s->last].n > 0)
        return pop(&s->kind[s->last]);
    while (s->g->node[s->ready.at[0].node].number) /* it went with its type */
        pop(&s->ready);
    return pop(&s->kind[s->g->node[s->ready.at[0].node].kind]);
}

cad_status cad_steplm_topo_sort(topo_graph *g, cad_steplm_group group, uint32_t *out)
{
    sorter s = {.g = g, .group = group, .last = UINT32_MAX};
    CAD_TRY(find_depths(g));
    CAD_TRY(find_users(&s));
    CAD_TRY(make_heaps(&s));
    for (uint32_t i = 0; i < g->n; i++)
        if (g->node[i].missing == 0)
            make_ready(&s, i);
    for (uint32_t k = 0; k < g->n; k++) {
        uint32_t at = next(&s);
        out[k] = at;
        g->node[at].number = k + 1;
        s.last = g->node[at].kind;
        for (uint32_t e = s.from[at]; e < s.from[at + 1]; e++)
            if (--g->node[s.by[e]].missing == 0)
                make_ready(&s, s.by[e]);
    }
    return CAD_OK;
}
