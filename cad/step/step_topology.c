/* Loops and shells: what must meet, and be used as often as it must. */
#include "cad/step/step_check_impl.h"

#include "core/mem.h"
#include "core/size.h"

#include <inttypes.h>

/* ---- the edges of a face ---- */

void cad_step_uses_of(cad_step_uses *u, uint32_t face)
{
    const cad_step *m = u->c->m;
    uint32_t list = cad_step_nth(m, face, 1);
    u->bound = list + 1;
    u->bounds_end = cad_step_next(m, list);
    u->edge = u->edges_end = 0;
}

/* The loop of the next bound; false: there is none. */
static bool next_loop(cad_step_uses *u)
{
    const cad_step *m = u->c->m;
    while (u->bound < u->bounds_end && u->left-- > 0) {
        uint32_t bound = cad_step_ref(m, u->bound++);
        cad_step_entity_id e = cad_step_is(u->c, bound);
        if (e != CAD_STEP_IS_FACE_BOUND && e != CAD_STEP_IS_FACE_OUTER_BOUND)
            continue;
        uint32_t loop = cad_step_ref(m, cad_step_nth(m, bound, 1));
        if (cad_step_is(u->c, loop) != CAD_STEP_IS_EDGE_LOOP)
            continue;
        u->same = cad_step_true(m, cad_step_nth(m, bound, 2));
        uint32_t list = cad_step_nth(m, loop, 1);
        u->edge = list + 1;
        u->edges_end = cad_step_next(m, list);
        return true;
    }
    return false;
}

uint32_t cad_step_next_use(cad_step_uses *u)
{
    const cad_step *m = u->c->m;
    do {
        while (u->edge < u->edges_end && u->left-- > 0) {
            uint32_t i = cad_step_ref(m, u->edge++);
            if (cad_step_is(u->c, i) == CAD_STEP_IS_ORIENTED_EDGE &&
                cad_step_is(u->c, cad_step_ref(m, cad_step_nth(m, i, 3))) == CAD_STEP_IS_EDGE_CURVE)
                return i;
        }
    } while (next_loop(u));
    return CAD_STEP_NONE;
}

/* ---- loops ---- */

/* Where an oriented edge begins or ends; CAD_STEP_NONE: nobody knows. */
static uint32_t vertex_of(const cad_step_checker *c, uint32_t oriented, bool end)
{
    const cad_step *m = c->m;
    if (cad_step_is(c, oriented) != CAD_STEP_IS_ORIENTED_EDGE)
        return CAD_STEP_NONE;
    uint32_t edge = cad_step_ref(m, cad_step_nth(m, oriented, 3));
    if (cad_step_is(c, edge) != CAD_STEP_IS_EDGE_CURVE)
        return CAD_STEP_NONE;
    bool same = cad_step_true(m, cad_step_nth(m, oriented, 4));
    return cad_step_ref(m, cad_step_nth(m, edge, same == end ? 2 : 1));
}

static cad_status check_loop(const cad_step_checker *c, uint32_t loop)
{
    cad_step *m = c->m;
    uint32_t list = cad_step_nth(m, loop, 1), end = cad_step_next(m, list);
    for (uint32_t p = list + 1; p < end; p++) {
        uint32_t q = p + 1 < end ? p + 1 : list + 1;
        uint32_t a = vertex_of(c, cad_step_ref(m, p), true), b = vertex_of(c, cad_step_ref(m, q), false);
        if (a == CAD_STEP_NONE || b == CAD_STEP_NONE || a == b)
            continue;
        return cad_step_diags_add(&m->diags, CAD_STEP_G05, m->param[p].at, m->param[p].len, m->instance[loop].id,
                                  "the loop is open: #%" PRIu64 " ends at #%" PRIu64 ", #%" PRIu64 " begins at #%" PRIu64,
                                  m->instance[cad_step_ref(m, p)].id, m->instance[a].id, m->instance[cad_step_ref(m, q)].id,
                                  m->instance[b].id);
    }
    return CAD_OK;
}

/* ---- shells ---- */

/* How often an edge is used by the shell that has this stamp, against and along its own sense. */
typedef struct count {
    uint32_t stamp;
    uint16_t n[2];
} count;

static void count_uses(cad_step_uses *u, count *by_edge, uint32_t stamp, uint32_t face)
{
    const cad_step *m = u->c->m;
    cad_step_uses_of(u, face);
    for (uint32_t i; (i = cad_step_next_use(u)) != CAD_STEP_NONE;) {
        count *k = &by_edge[cad_step_ref(m, cad_step_nth(m, i, 3))];
        if (k->stamp != stamp)
            *k = (count){.stamp = stamp};
        uint16_t *n = &k->n[cad_step_true(m, cad_step_nth(m, i, 4)) == u->same];
        *n = *n < UINT16_MAX ? (uint16_t)(*n + 1) : *n;
    }
}

static cad_status tell_uses(cad_step_uses *u, count *by_edge, uint32_t shell, uint32_t face)
{
    cad_step *m = u->c->m;
    cad_step_uses_of(u, face);
    for (uint32_t i; (i = cad_step_next_use(u)) != CAD_STEP_NONE;) {
        uint32_t edge = cad_step_ref(m, cad_step_nth(m, i, 3));
        count *k = &by_edge[edge];
        if (k->n[0] == 1 && k->n[1] == 1)
            continue;
        CAD_TRY(cad_step_diags_add(&m->diags, CAD_STEP_G06, m->instance[edge].at, 1, m->instance[edge].id,
                                   "used %u times along and %u times against its sense by CLOSED_SHELL #%" PRIu64
                                   "; expected once each",
                                   k->n[1], k->n[0], m->instance[shell].id));
        k->n[0] = k->n[1] = 1; /* once is enough */
    }
    return CAD_OK;
}

/* Whether all faces of a shell, and their loops, are such that their edges can be counted. */
static bool countable(cad_step_uses *u, uint32_t face)
{
    const cad_step_checker *c = u->c;
    const cad_step *m = c->m;
    cad_step_entity_id e = cad_step_is(c, face);
    if (e != CAD_STEP_IS_ADVANCED_FACE && e != CAD_STEP_IS_FACE_SURFACE)
        return false;
    uint32_t list = cad_step_nth(m, face, 1);
    for (uint32_t p = list + 1; p < cad_step_next(m, list) && u->left-- > 0; p++) {
        uint32_t bound = cad_step_ref(m, p);
        e = cad_step_is(c, bound);
        if (e != CAD_STEP_IS_FACE_BOUND && e != CAD_STEP_IS_FACE_OUTER_BOUND)
            return false;
        e = cad_step_is(c, cad_step_ref(m, cad_step_nth(m, bound, 1)));
        if (e != CAD_STEP_IS_EDGE_LOOP && e != CAD_STEP_IS_VERTEX_LOOP)
            return false;
    }
    return true;
}

static cad_status check_closed_shell(cad_step_uses *u, count *by_edge, uint32_t shell)
{
    cad_step *m = u->c->m;
    uint32_t list = cad_step_nth(m, shell, 1), end = cad_step_next(m, list);
    if (u->left <= 0)
        return CAD_OK;
    for (uint32_t p = list + 1; p < end; p++)
        if (!countable(u, cad_step_ref(m, p)))
            return CAD_OK;
    for (uint32_t p = list + 1; p < end; p++)
        count_uses(u, by_edge, shell + 1, cad_step_ref(m, p));
    if (u->left <= 0)
        return cad_step_diags_add(&m->diags, CAD_STEP_G06, m->instance[shell].at, 1, m->instance[shell].id,
                                  "no more shells are checked: faces share too many of their edges");
    for (uint32_t p = list + 1; p < end; p++)
        CAD_TRY(tell_uses(u, by_edge, shell, cad_step_ref(m, p)));
    return CAD_OK;
}

/* ---- all ---- */

/* Surfaces that no face can cover as a whole. */
static bool is_open_surface(cad_step_entity_id e)
{
    return e == CAD_STEP_IS_PLANE || e == CAD_STEP_IS_CYLINDRICAL_SURFACE || e == CAD_STEP_IS_CONICAL_SURFACE ||
           e == CAD_STEP_IS_SURFACE_OF_LINEAR_EXTRUSION;
}

static cad_status check_bounds(const cad_step_checker *c, uint32_t face)
{
    cad_step *m = c->m;
    uint32_t surface = cad_step_ref(m, cad_step_nth(m, face, 2));
    cad_step_entity_id e = cad_step_is(c, surface);
    if (m->param[cad_step_nth(m, face, 1)].holds.of > 0 || !is_open_surface(e))
        return CAD_OK;
    return cad_step_diags_add(&m->diags, CAD_STEP_G09, m->instance[face].at, 1, m->instance[face].id,
                              "a face without a bound on #%" PRIu64 ", %s", m->instance[surface].id,
                              cad_step_signature_at(e)->name);
}

static cad_status check_one(cad_step_uses *u, count *by_edge, uint32_t i)
{
    cad_step *m = u->c->m;
    switch (cad_step_is(u->c, i)) {
    case CAD_STEP_IS_EDGE_LOOP:
        return check_loop(u->c, i);
    case CAD_STEP_IS_ADVANCED_FACE:
    case CAD_STEP_IS_FACE_SURFACE:
        return check_bounds(u->c, i);
    case CAD_STEP_IS_CLOSED_SHELL:
    case CAD_STEP_IS_OPEN_SHELL:
        if (m->param[cad_step_nth(m, i, 1)].holds.of == 0)
            return cad_step_diags_add(&m->diags, CAD_STEP_G09, m->instance[i].at, 1, m->instance[i].id,
                                      "a shell without a face");
        return cad_step_is(u->c, i) == CAD_STEP_IS_CLOSED_SHELL ? check_closed_shell(u, by_edge, i) : CAD_OK;
    default:
        return CAD_OK;
    }
}

cad_status cad_step_check_topology(cad_step_checker *c)
{
    count *by_edge;
    cad_step_uses u = {.c = c, .left = 16 * ((int64_t)c->m->n_params + 1)};
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_add(c->m->n, 1), sizeof *by_edge), "edges of a STEP file", &by_edge));
    cad_status s = CAD_OK;
    for (uint32_t i = 0; s == CAD_OK && i < c->m->n; i++)
        s = check_one(&u, by_edge, i);
    cad_mem_free(by_edge);
    return s;
}
