/* What a file's entities say, judged without a geometry kernel: their parameters against the table of signatures (T01 to T05),
 * and what they describe (G01 to G09).  A kernel accepts much of the latter in silence. */
#ifndef CADLM_CAD_STEP_STEP_CHECK_H
#define CADLM_CAD_STEP_STEP_CHECK_H

#include "cad/step/step.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_step_check_opts {
    bool geometry; /* G beside T */
    double length; /* mm, of G04; 0: 1e6 */
} cad_step_check_opts;

/* Adds to the findings of m.  Types that the table does not hold, and references to them, may look like anything; instances
 * with an error are passed over.  Lengths of a file are taken in the unit of its context, mm where it has none.
 * Time: linear.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_step_check(cad_step *m, const cad_step_check_opts *o);

#ifdef __cplusplus
}
#endif
#endif
