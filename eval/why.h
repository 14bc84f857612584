/* Why a shape is no valid part: one line for people. */
#ifndef CADLM_EVAL_WHY_H
#define CADLM_EVAL_WHY_H

#include "cad/occt/solid.h"
#include "core/buf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Appends what stops it at its level, as "no solid: 1 open shell of 1 face"; nothing at level 8, valid.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_facts_why(const cad_facts *f, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
