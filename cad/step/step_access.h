/* What a model says, parameter by parameter; private to cad/step. */
#ifndef CADLM_CAD_STEP_STEP_ACCESS_H
#define CADLM_CAD_STEP_STEP_ACCESS_H

#include "cad/step/step.h"

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Parameter k of instance i, from 0; CAD_STEP_NONE when it has fewer. */
static inline uint32_t cad_step_nth(const cad_step *m, uint32_t i, uint32_t k)
{
    uint32_t p = m->instance[i].param, end = p + m->instance[i].size;
    for (; k > 0 && p < end; k--)
        p = cad_step_next(m, p);
    return p < end ? p : CAD_STEP_NONE;
}
/* How many it has. */
static inline uint32_t cad_step_arity(const cad_step *m, uint32_t i)
{
    return cad_step_count(m, m->instance[i].param, m->instance[i].param + m->instance[i].size);
}
/* Instance that parameter p refers to; CAD_STEP_NONE when p is no reference, or CAD_STEP_NONE itself. */
static inline uint32_t cad_step_ref(const cad_step *m, uint32_t p)
{
    return p != CAD_STEP_NONE && m->param[p].kind == CAD_STEP_REF ? m->param[p].ref : CAD_STEP_NONE;
}
/* Whether instance i, which may be CAD_STEP_NONE, is a simple one of a type. */
static inline bool cad_step_is_type(const cad_step *m, uint32_t i, const char *type)
{
    return i != CAD_STEP_NONE && m->instance[i].type != CAD_STEP_NONE && !strcmp(cad_step_name(m, m->instance[i].type), type);
}

#ifdef __cplusplus
}
#endif
#endif
