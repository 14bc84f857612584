/* Checks of entities: what their stages share; private to cad/step. */
#ifndef CADLM_CAD_STEP_STEP_CHECK_IMPL_H
#define CADLM_CAD_STEP_STEP_CHECK_IMPL_H

#include "cad/step/step.h"
#include "cad/step/step_signature.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_step_checker {
    cad_step *m;
    uint8_t *entity;  /* by type of the model: cad_step_entity_id */
    uint64_t *groups; /* by type of the model: what it belongs to; all of them where the table does not hold it */
    bool *sound;      /* by instance: its parameters are those of its signature, so they can be read by place */
} cad_step_checker;

_Static_assert(CAD_STEP_IS_UNKNOWN <= UINT8_MAX, "an entity is a byte");

/* step_types.c.  Findings T, and c->sound. */
CAD_MUST_USE cad_status cad_step_check_types(cad_step_checker *c);

#ifdef __cplusplus
}
#endif
#endif
