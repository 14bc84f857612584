/* Which stages the settings of a job want, each with the words of prep.stages and what else decides it; private to
 * prep_stages*.c. */
#ifndef CADLM_DATAPREP_PREP_WANTED_H
#define CADLM_DATAPREP_PREP_WANTED_H

#include "dataprep/prep_job.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Rows of STEP files: made here (own_parts), or the user's; or rows of Compact IR. */
bool cad_prep_of_step(const cad_prep_job *j);
bool cad_prep_own_parts(const cad_prep_job *j);
bool cad_prep_of_ir(const cad_prep_job *j);
bool cad_prep_steplm(const cad_prep_job *j); /* the profile */

bool cad_prep_rounds(const cad_prep_job *j);
bool cad_prep_reorders(const cad_prep_job *j);
bool cad_prep_filters_source(const cad_prep_job *j); /* by instances, before stage text */
bool cad_prep_makes_text(const cad_prep_job *j);
bool cad_prep_filters_tokens(const cad_prep_job *j); /* behind it */
bool cad_prep_drops_twins(const cad_prep_job *j);
bool cad_prep_retrieves_first(const cad_prep_job *j); /* before the split */
bool cad_prep_splits(const cad_prep_job *j);
bool cad_prep_learns_tokenizer(const cad_prep_job *j);
bool cad_prep_retrieves(const cad_prep_job *j); /* behind the split */
bool cad_prep_packs(const cad_prep_job *j);

#ifdef __cplusplus
}
#endif
#endif
