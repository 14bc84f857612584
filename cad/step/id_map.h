/* Ids to numbers: a table of fixed room. */
#ifndef CADLM_CAD_STEP_ID_MAP_H
#define CADLM_CAD_STEP_ID_MAP_H

#include "core/arena.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_id_map {
    uint32_t *direct; /* values of the ids below n_direct, as nearly all are: no hash */
    size_t n_direct;
    uint64_t *id;
    uint32_t *value; /* UINT32_MAX: free */
    size_t mask;     /* slots - 1 */
} cad_id_map;

/* For at most n ids; it lives in `a`.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_id_map_init(cad_arena *a, size_t n, cad_id_map *m);
uint32_t *cad_id_map_hashed(cad_id_map *m, uint64_t id); /* of others */
/* Its value, UINT32_MAX where it has none: set it there (at most n of them). */
static inline uint32_t *cad_id_map_at(cad_id_map *m, uint64_t id)
{
    return id < m->n_direct ? &m->direct[id] : cad_id_map_hashed(m, id);
}

#ifdef __cplusplus
}
#endif
#endif
