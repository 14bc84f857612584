/* Value-equal points, directions, vectors and placements become one; topology and representation items never. */
#include "cad/step/id_map.h"
#include "cad/step/text_impl.h"

#include "core/hash.h"
#include "core/size.h"

#include <string.h>

/* In the order in which they refer to each other. */
static int rank_of(cad_step_entity_id k)
{
    switch (k) {
    case CAD_STEP_IS_CARTESIAN_POINT:
    case CAD_STEP_IS_DIRECTION:
        return 1;
    case CAD_STEP_IS_VECTOR:
    case CAD_STEP_IS_AXIS1_PLACEMENT:
    case CAD_STEP_IS_AXIS2_PLACEMENT_2D:
    case CAD_STEP_IS_AXIS2_PLACEMENT_3D:
        return 2;
    default:
        return 0;
    }
}

/* What tells a parameter's value: kind and payload; of strings the bytes. */
static bool same_param(const cad_step *m, uint32_t p, uint32_t q)
{
    const cad_step_param *x = &m->param[p], *y = &m->param[q];
    if (x->kind != y->kind)
        return false;
    switch ((cad_step_kind)x->kind) {
    case CAD_STEP_INTEGER:
        return x->integer == y->integer;
    case CAD_STEP_REAL:
        return x->real == y->real; /* -0. is 0. */
    case CAD_STEP_REF:
        return x->ref == y->ref;
    case CAD_STEP_LIST:
        return x->holds.size == y->holds.size && x->holds.of == y->holds.of;
    case CAD_STEP_UNSET:
    case CAD_STEP_DERIVED:
        return true;
    default:
        return x->len == y->len && !memcmp(m->text + x->at, m->text + y->at, x->len);
    }
}

static uint32_t first_of(const cad_step *m, uint32_t i, bool names)
{
    uint32_t p = m->instance[i].param;
    return p + (!names && m->instance[i].size && m->param[p].kind == CAD_STEP_STRING);
}

static bool same(const cad_step *m, uint32_t i, uint32_t j, bool names)
{
    uint32_t p = first_of(m, i, names), q = first_of(m, j, names);
    uint32_t n = m->instance[i].param + m->instance[i].size - p;
    if (m->instance[i].type != m->instance[j].type || n != m->instance[j].param + m->instance[j].size - q)
        return false;
    for (uint32_t k = 0; k < n; k++)
        if (!same_param(m, p + k, q + k))
            return false;
    return true;
}

static uint64_t hash_of(const cad_step *m, uint32_t i, bool names)
{
    uint64_t h = m->instance[i].type;
    for (uint32_t p = first_of(m, i, names); p < m->instance[i].param + m->instance[i].size; p++) {
        const cad_step_param *x = &m->param[p];
        uint64_t value[2] = {x->kind, 0};
        double real = x->kind == CAD_STEP_REAL && x->real != 0 ? x->real : 0;
        if (x->kind == CAD_STEP_REAL)
            memcpy(&value[1], &real, sizeof value[1]);
        else if (x->kind == CAD_STEP_INTEGER)
            value[1] = (uint64_t)x->integer;
        else if (x->kind == CAD_STEP_REF)
            value[1] = x->ref;
        h = cad_hash64(value, sizeof value, h);
    }
    return h;
}

/* Items of representations: what a list of theirs refers to. */
static void mark_items(const cad_step *m, uint8_t *item)
{
    for (uint32_t i = 0; i < m->n; i++) {
        const cad_step_instance *it = &m->instance[i];
        const char *name = it->type == CAD_STEP_NONE ? "" : cad_step_name(m, it->type);
        size_t n = strlen(name), tail = strlen("REPRESENTATION");
        if (n < tail || strcmp(name + n - tail, "REPRESENTATION") != 0)
            continue;
        for (uint32_t p = it->param; p < it->param + it->size; p++) {
            uint32_t to = cad_step_ref(m, p);
            if (to != CAD_STEP_NONE)
                item[to] = 1;
        }
    }
}

static void redirect(cad_step *m, const uint32_t *to, const uint8_t *kept)
{
    for (uint32_t i = 0; i < m->n; i++)
        for (uint32_t p = m->instance[i].param; kept[i] && p < m->instance[i].param + m->instance[i].size; p++)
            if (m->param[p].kind == CAD_STEP_REF && m->param[p].ref != CAD_STEP_NONE)
                m->param[p].ref = to[m->param[p].ref];
}

cad_status cad_text_share(cad_text *t, const uint8_t *kept, bool names)
{
    cad_frame f = cad_arena_mark(t->a);
    cad_step *m = &t->m;
    uint8_t *item;
    uint32_t *to;
    cad_id_map seen;
    CAD_TRY(cad_arena_zalloc(t->a, cad_size_add(m->n, 1), 1, "items of representations", &item));
    CAD_TRY(cad_arena_alloc(t->a, cad_size_mul(cad_size_add(m->n, 1), sizeof *to), "shared geometry", &to));
    CAD_TRY(cad_id_map_init(t->a, m->n, &seen));
    mark_items(m, item);
    for (uint32_t k = 0; k < t->n_roots; k++) /* what stands at the top of a text stays there */
        item[t->root[k]] = 1;
    for (uint32_t i = 0; i < m->n; i++)
        to[i] = i;
    for (int rank = 1; rank <= 2; rank++) {
        for (uint32_t i = 0; i < m->n; i++) {
            if (!kept[i] || item[i] || rank_of(cad_text_known(t, i)) != rank)
                continue;
            uint32_t *at = cad_id_map_at(&seen, hash_of(m, i, names));
            if (*at == UINT32_MAX)
                *at = i;
            else if (same(m, *at, i, names))
                to[i] = *at;
        }
        redirect(m, to, kept);
    }
    cad_arena_rewind(t->a, f);
    return CAD_OK;
}
