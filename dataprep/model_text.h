/* STEP as a corpus has it: files as they came, or the text that models learn (stage text), which stands for a file. */
#ifndef CADLM_DATAPREP_MODEL_TEXT_H
#define CADLM_DATAPREP_MODEL_TEXT_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/json.h"
#include "core/status.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CAD_MODEL_TEXT_FORM "represents" /* in the info of the header */

/* The form of the rows behind this header, "order=dfs ids=nested ..", where they are of stage text; else NULL. */
const char *cad_model_text_form(const json_t *header);
bool cad_model_text_is(const json_t *header);

/* *out = `text` as it is or, where `is` says so, the file that it stands for, which lies in `room` (cleared first).  Errors:
 * CAD_EDATA, CAD_EPARSE (it stands for none), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_model_text_file(cad_arena *a, bool is, const char *text, cad_buf *room, const char **out);

#ifdef __cplusplus
}
#endif
#endif
