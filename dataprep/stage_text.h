/* Stage text: the STEP files of a corpus become the texts that a model learns (cad/step/text_form.h).
 *
 * Rows keep all but their target, and what they carry as retrieved where that is of another form (row_sources.h).
 * OUT.status.jsonl tells of each: ok with its counts and why the template did not fit, or parse with the first finding (steplm:
 * that it has no DATA section).  The corpus does not depend on the number of threads. Memory: 256 rows, and for each thread 200
 * bytes for each byte of the longest of them. */
#ifndef CADLM_DATAPREP_STAGE_TEXT_H
#define CADLM_DATAPREP_STAGE_TEXT_H

#include "cad/step/text_form.h"
#include "core/shard.h"

#include <signal.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_stage_text_args {
    const char *in, *out; /* .jsonl */
    cad_shard shard;      /* of the rows; {0, 0}: all */
    bool steplm;          /* the DATA section as STEP-LLM's models learn it (cad/step/steplm.h), whatever form says */
    cad_step_form form;
    const char *represents; /* the settings as text, for the header and the packs made from it */
    double max_bad;         /* share of rows that may be lost; more is CAD_EDATA */
    const volatile sig_atomic_t *stop;
} cad_stage_text_args;

typedef struct cad_stage_text_result {
    int64_t rows, lost, misfits, flat;
    int64_t instances, kept, templated, styles, shared, derivable;
    int64_t bytes_in, bytes_out;
    double seconds;
} cad_stage_text_result;

/* Errors: those of the corpus, CAD_EDATA (a row of kind ir; too many lost, with the first), CAD_EINTR (nothing is written),
 * CAD_EPARTIAL (some rows were lost: both files are written, *out is set). */
CAD_MUST_USE cad_status cad_stage_text(const cad_stage_text_args *args, cad_stage_text_result *out);

#ifdef __cplusplus
}
#endif
#endif
