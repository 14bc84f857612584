/* STEP files written: one canonical text for each model. */
#ifndef CADLM_CAD_STEP_STEP_WRITE_H
#define CADLM_CAD_STEP_STEP_WRITE_H

#include "cad/step/step_order.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_step_write_opts {
    bool keep_ids;               /* else 1, 2, 3, .. in the order of the instances */
    bool plain;                  /* one DATA section without a name, as OCCT reads it */
    bool annotate;               /* with order: a comment in front of the instances of each root and one behind them */
    const cad_step_order *order; /* of this model: in one DATA section; NULL: as they stand in it */
} cad_step_write_opts;

/* Appends the canonical text: the header's entities and the instances one a line, no blanks, numbers by their fewest digits,
 * strings in printable ASCII, partial types sorted.  Reading it gives the same model and writing that the same bytes.  What
 * ANCHOR, REFERENCE and SIGNATURE hold is left out; what refers to a name of theirs is written as $.
 * Errors: CAD_EDATA (the model has errors, as cad_step_verdict tells), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_step_write(const cad_step *m, const cad_step_write_opts *o, cad_buf *out);

/* Appends one value of it: parameter p of m, whose kind is neither REF, LIST, TYPED nor PART.  `scratch` holds a string
 * meanwhile. Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_step_write_value(const cad_step *m, uint32_t p, cad_buf *scratch, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
