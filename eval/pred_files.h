/* Answers that were made elsewhere: a folder of STEP files, one for each row of a suite. */
#ifndef CADLM_EVAL_PRED_FILES_H
#define CADLM_EVAL_PRED_FILES_H

#include "core/arena.h"
#include "core/hash.h"
#include "core/status.h"
#include "eval/answers.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_pred_files {
    const cad_suite *suite;
    cad_answer_text *answer; /* (suite->n) */
    size_t found, others;    /* rows with a file; files that no row asks for */
    char hash[CAD_HASH_HEX];
} cad_pred_files;

/* A row's file is called like its id, or is the only one whose model has that id (dataprep/step_files.h).  Of what is
 * larger than CAD_REFERENCE_MOST only the size is kept, with a warning.  `apart`: see cad_step_files_find.  Errors:
 * CAD_ENOTFOUND (no file fits), CAD_EDATA (several fit one row), those of cad_step_files_find. */
CAD_MUST_USE cad_status cad_pred_files_open(const char *dir, const char *apart, const cad_suite *suite, cad_arena *arena,
                                            cad_pred_files *out);
/* A cad_answer_source (eval/answers.h). */
CAD_MUST_USE cad_status cad_pred_files_answer(void *pred_files, const cad_suite_row *row, cad_answer_text *out);

#ifdef __cplusplus
}
#endif
#endif
