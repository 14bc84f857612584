/* A row of a corpus from the shapes of JSON that others write.
 *
 *   caption + target     our own rows, with all their fields     caption + output   STEP-LLM (id_original, id_retrieve,
 *                                                                                  relavant_step_file)
 *   text + ir            cad0                                    prompt + completion
 *   messages             a chat of one question and one answer; what the system says is left out
 *
 * Ids: id, id_original or model_id, text or whole number; without one the place in the file, eight digits, from 1. */
#ifndef CADLM_DATAPREP_IMPORT_JSON_H
#define CADLM_DATAPREP_IMPORT_JSON_H

#include "core/json.h"
#include "dataprep/corpus_row.h"
#include "dataprep/import_part.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether it is the first line of a corpus, which is no row. */
bool cad_import_json_is_header(const json_t *o);
/* The row of an object; texts in `a`.  `where` names file and line; number: its place, from 1.  Errors: CAD_EDATA (no shape
 * that is known; a field of another type), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_import_json_row(const json_t *o, const char *where, int64_t number, cad_arena *a, cad_row *out);
/* Whether it brings the text that it retrieved: STEP-LLM's relavant_step_file, or what import made of it (corpus_row.h). */
bool cad_import_json_carries(const json_t *o);
/* Checks its target (STEP, or Compact IR in either dialect), hashes caption and geometry where that is not told, prints it.
 * What is wrong becomes the class of *p. */
CAD_MUST_USE cad_status cad_import_json_check(cad_row *row, const char *where, bool strict, bool canonical, cad_arena *a,
                                              cad_import_part *p);

#ifdef __cplusplus
}
#endif
#endif
