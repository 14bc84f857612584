/* Inputs of a dry run that are not there: shapes of a known model, rows and tokens that are expected.  Private to
 * train/dry_*.c. */
#ifndef CADLM_TRAIN_DRY_ASSUME_H
#define CADLM_TRAIN_DRY_ASSUME_H

#include "train/dry_run.h"
#include "train/trainer_parts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Opens and checks the inputs of `t`, whose `absent` is set, puts assumptions in the place of those that are not there, marks
 * them in *r, and makes the plan.  Errors: those of the inputs, and CAD_ENOTFOUND where nothing can be assumed. */
CAD_MUST_USE cad_status cad_dry_open(cad_trainer *t, cad_dry_report *r);

#ifdef __cplusplus
}
#endif
#endif
