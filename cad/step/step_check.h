/* What a file's entities say, judged without a geometry kernel: their parameters against the table of signatures (T01 to T05).
 */
#ifndef CADLM_CAD_STEP_STEP_CHECK_H
#define CADLM_CAD_STEP_STEP_CHECK_H

#include "cad/step/step.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Adds to the findings of m.  Types that the table does not hold, and references to them, may look like anything; instances
 * with an error are passed over.  Time: linear.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_step_check(cad_step *m);

#ifdef __cplusplus
}
#endif
#endif
