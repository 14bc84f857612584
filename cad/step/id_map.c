#include "cad/step/id_map.h"

#include "core/hash.h"
#include "core/size.h"

#include <string.h>

cad_status cad_id_map_init(cad_arena *a, size_t n, cad_id_map *m)
{
    size_t slots = 16;
    m->n_direct = cad_size_add(cad_size_mul(n, 2), 16);
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(m->n_direct, sizeof *m->direct), "ids", &m->direct));
    memset(m->direct, 0xFF, m->n_direct * sizeof *m->direct);
    while (slots / 2 < n)
        slots *= 2;
    m->mask = slots - 1;
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(slots, sizeof *m->id), "ids", &m->id));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(slots, sizeof *m->value), "ids", &m->value));
    memset(m->value, 0xFF, slots * sizeof *m->value);
    return CAD_OK;
}

uint32_t *cad_id_map_hashed(cad_id_map *m, uint64_t id)
{
    size_t k = (size_t)cad_hash64(&id, sizeof id, cad_hash_secret()) & m->mask; /* others chose the ids */
    while (m->value[k] != UINT32_MAX && m->id[k] != id)
        k = (k + 1) & m->mask;
    m->id[k] = id;
    return &m->value[k];
}
