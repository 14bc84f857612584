/* A STEP model on its way to the text that a model learns; private to cad/step/text_*.c. */
#ifndef CADLM_CAD_STEP_TEXT_IMPL_H
#define CADLM_CAD_STEP_TEXT_IMPL_H

#include "cad/step/step_access.h"
#include "cad/step/step_signature.h"
#include "cad/step/text_form.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_text {
    cad_step m; /* instances and parameters are its own and may change; its links are those of the source */
    cad_arena *a;
    uint8_t *known; /* (n_types) cad_step_entity_id of each type */
    uint32_t *root; /* (n_roots) what the text holds, with all that they refer to */
    uint32_t n_roots;
    bool fits;      /* the template takes the place of all but the solids */
    uint8_t *plain; /* (n) 1: what roots reach that are no colours; all of it is in the text, or left to the template */
    int power;      /* lengths times 10^power are millimetres */
} cad_text;

static inline cad_step_entity_id cad_text_known(const cad_text *t, uint32_t i)
{
    uint32_t type = t->m.instance[i].type;
    return type == CAD_STEP_NONE ? CAD_STEP_IS_UNKNOWN : (cad_step_entity_id)t->known[type];
}
/* Geometry and topology: their first parameter is a name that says nothing. */
bool cad_text_is_named(cad_step_entity_id id);
/* cad_step_nth without the name, if there is one: the first parameter, where it is a string. */
uint32_t cad_text_value(const cad_step *m, uint32_t i, uint32_t k);
bool cad_text_is_enum(const cad_step *m, uint32_t p, const char *text);
/* Takes `n` direct parameters away from instance i, the first of them p. */
void cad_text_drop(cad_step *m, uint32_t i, uint32_t p, uint32_t n);

/* A copy of m that the passes below change. */
CAD_MUST_USE cad_status cad_text_begin(cad_arena *a, const cad_step *m, cad_text *out);
/* Marks in `mark`, (n), what `n_from` instances reach, themselves included; returns in *out_count how many were new. */
CAD_MUST_USE cad_status cad_text_reach(const cad_text *t, const uint32_t *from, uint32_t n_from, uint8_t *mark, uint8_t value,
                                       uint32_t *out_count);

/* Which instances the text holds: t->root, t->fits, t->power; *out_misfit in t->a, NULL where it fits or need not. */
CAD_MUST_USE cad_status cad_text_fit(cad_text *t, const cad_step_form *f, const char **out_misfit);
/* References to value-equal geometry lead to the first of its kind. */
CAD_MUST_USE cad_status cad_text_share(cad_text *t, const uint8_t *kept, bool names);
/* Lengths of kept instances times 10^t->power, by moving the decimal point. */
void cad_text_scale(cad_text *t, const uint8_t *kept);
/* What restoration would make again is left out (text_restore.c). */
CAD_MUST_USE cad_status cad_text_reduce(cad_text *t, const uint8_t *kept, cad_step_derive d, bool *out_derived);

CAD_MUST_USE cad_status cad_text_print(const cad_text *t, const cad_step_form *f, cad_buf *out, uint32_t *out_kept,
                                       bool *out_flat);

/* CAD_EPARSE with the place of byte `at` of a text. */
CAD_MUST_USE cad_status cad_text_fail_at(const char *text, size_t at, const char *what);
/* The nested, relative or flat text as instances #first=..; a line each, in the order in which they begin, names inserted. */
CAD_MUST_USE cad_status cad_text_flatten(cad_arena *a, const char *text, size_t len, uint32_t first, cad_buf *out,
                                         uint32_t *out_n);
/* Appends the instances of m, #first and so on, with all that was left out; the next id is *out_next. */
CAD_MUST_USE cad_status cad_text_restore(cad_arena *a, const cad_step *m, uint32_t first, cad_buf *out, uint32_t *out_next);

#ifdef __cplusplus
}
#endif
#endif
