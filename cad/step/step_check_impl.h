/* Checks of entities: what their stages share; private to cad/step. */
#ifndef CADLM_CAD_STEP_STEP_CHECK_IMPL_H
#define CADLM_CAD_STEP_STEP_CHECK_IMPL_H

#include "cad/step/step_access.h"
#include "cad/step/step_check.h"
#include "cad/step/step_group.h"
#include "cad/step/step_signature.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_step_checker {
    cad_step *m;
    double length;           /* mm, of G04 */
    uint8_t *entity;         /* by type of the model: cad_step_entity_id */
    uint64_t *groups;        /* by type of the model: what it may belong to */
    bool *sound;             /* by instance: its parameters are those of its signature, so they can be read by place */
    cad_step_units unit;     /* of the file, in mm and radians */
    cad_step_units *unit_of; /* by instance, length 0 where it has none of its own; NULL: `unit` everywhere */
} cad_step_checker;

_Static_assert(CAD_STEP_IS_UNKNOWN <= UINT8_MAX, "an entity is a byte");

/* step_types.c.  Findings T, and c->sound. */
CAD_MUST_USE cad_status cad_step_check_types(cad_step_checker *c);
/* step_scale.c.  c->unit, c->unit_of. */
CAD_MUST_USE cad_status cad_step_find_units(cad_step_checker *c);
/* step_shapes.c.  G01 to G04, G07, G08: what stands in one entity, and vertices on their curves and surfaces. */
CAD_MUST_USE cad_status cad_step_check_shapes(cad_step_checker *c);
/* step_topology.c.  G05, G06, G09: loops and shells. */
CAD_MUST_USE cad_status cad_step_check_topology(cad_step_checker *c);

/* What instance i is, when its parameters can be read by place; else CAD_STEP_IS_UNKNOWN. */
static inline cad_step_entity_id cad_step_is(const cad_step_checker *c, uint32_t i)
{
    if (i == CAD_STEP_NONE || !c->sound[i] || c->m->instance[i].type == CAD_STEP_NONE)
        return CAD_STEP_IS_UNKNOWN;
    return (cad_step_entity_id)c->entity[c->m->instance[i].type];
}
static inline double cad_step_value(const cad_step *m, uint32_t p)
{
    return m->param[p].kind == CAD_STEP_INTEGER ? (double)m->param[p].integer : m->param[p].real;
}
static inline bool cad_step_true(const cad_step *m, uint32_t p)
{
    return (m->text[m->param[p].at + 1] & ~0x20) == 'T';
}
static inline cad_step_units cad_step_unit(const cad_step_checker *c, uint32_t i)
{
    return c->unit_of && c->unit_of[i].length > 0 ? c->unit_of[i] : c->unit;
}

/* The oriented edges of a face, one after another; a total of steps bounds the time that files take whose faces share them. */
typedef struct cad_step_uses {
    const cad_step_checker *c;
    int64_t left; /* steps */
    uint32_t bound, bounds_end, edge, edges_end;
    bool same; /* the bound goes as its loop does */
} cad_step_uses;

void cad_step_uses_of(cad_step_uses *u, uint32_t face);
/* The next oriented edge, a sound ORIENTED_EDGE; CAD_STEP_NONE: there are no more, or no steps. */
uint32_t cad_step_next_use(cad_step_uses *u);

#ifdef __cplusplus
}
#endif
#endif
