#include "dataprep/hash_index.h"

#include "core/hash.h"
#include "core/mem.h"
#include "core/size.h"

uint64_t cad_hash_index_key(const void *bytes, size_t len)
{
    uint64_t h = cad_hash64(bytes, len, 0);
    return h ? h : 1;
}

/* The keys are hashes already; a multiplication spreads those that are not. */
static size_t place(const cad_hash_index *m, uint64_t key)
{
    size_t at = (size_t)((key * 0x9E3779B97F4A7C15u) >> 20) & (m->cap - 1);
    while (m->slot[2 * at] && m->slot[2 * at] != key)
        at = (at + 1) & (m->cap - 1);
    return at;
}

static cad_status grow(cad_hash_index *m)
{
    cad_hash_index next = {.cap = m->cap ? m->cap * 2 : 1024};
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_mul(next.cap, 2), sizeof *next.slot), "hash index", &next.slot));
    for (size_t i = 0; i < m->cap; i++)
        if (m->slot[2 * i]) {
            size_t at = place(&next, m->slot[2 * i]);
            next.slot[2 * at] = m->slot[2 * i];
            next.slot[2 * at + 1] = m->slot[2 * i + 1];
        }
    next.n = m->n;
    cad_mem_free(m->slot);
    *m = next;
    return CAD_OK;
}

cad_status cad_hash_index_at(cad_hash_index *m, uint64_t key, uint64_t initial, bool *is_new, uint64_t **out)
{
    if (4 * (m->n + 1) > 3 * m->cap)
        CAD_TRY(grow(m));
    size_t at = place(m, key);
    *is_new = !m->slot[2 * at];
    if (*is_new) {
        m->slot[2 * at] = key;
        m->slot[2 * at + 1] = initial;
        m->n++;
    }
    *out = &m->slot[2 * at + 1];
    return CAD_OK;
}

const uint64_t *cad_hash_index_find(const cad_hash_index *m, uint64_t key)
{
    if (!m->cap || !key)
        return NULL;
    size_t at = place(m, key);
    return m->slot[2 * at] ? &m->slot[2 * at + 1] : NULL;
}

void cad_hash_index_deinit(cad_hash_index *m)
{
    cad_mem_free(m->slot);
    *m = (cad_hash_index){0};
}
