/* The older order of STEP-LLM: what its stages share; private to cad/step. */
#ifndef CADLM_CAD_STEP_STEPLM_TOPO_IMPL_H
#define CADLM_CAD_STEP_STEPLM_TOPO_IMPL_H

#include "cad/step/steplm_impl.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct topo_node {
    uint64_t id;
    steplm_span text; /* of the last block that begins with this id */
    steplm_span type; /* empty: complex */
    uint32_t kind;    /* rank of the type */
    uint32_t order;   /* of that block among all */
    uint32_t first;   /* what it refers to, without repetitions: to[first] .. to[first of the next node] */
    uint32_t depth;   /* longest way to one that refers to nothing */
    uint32_t missing; /* references whose block has no place so far */
    uint32_t number;  /* its place, from 1 */
} topo_node;

typedef struct topo_graph {
    cad_arena *arena;
    topo_node *node; /* one more than n: its `first` ends the last */
    uint32_t n, *to;
    cad_id_map index;
} topo_graph;

/* Sets out[0 .. n) and the numbers of the nodes.  Errors: CAD_EDATA (a cycle), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_steplm_topo_sort(topo_graph *g, cad_steplm_group group, uint32_t *out);

#ifdef __cplusplus
}
#endif
#endif
