/* What an import writes: the corpus, and beside it a list of what became of each model (OUT.status.jsonl, OUT without .jsonl).
 *
 *   {"bytes":n,"id":..,"source":..,"status":"ok"}              bytes: of the target
 *   {"id":..,"message":..,"source":..,"status":"parse"}        classes of import_class.h; message and source where they are
 * known
 *
 * One line for each model, in the order of the import; a corpus that is refused leaves its list behind. */
#ifndef CADLM_DATAPREP_IMPORT_OUT_H
#define CADLM_DATAPREP_IMPORT_OUT_H

#include "core/buf.h"
#include "core/json.h"
#include "dataprep/captions_csv.h"
#include "dataprep/import_class.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What became of one model. */
typedef struct cad_import_model {
    const char *id, *source; /* source: "" where there is none */
    cad_import_class class_;
    const char *message; /* for people; "" for ok */
    const cad_buf *line; /* ok: the row as cad_row_print made it */
    int64_t bytes;       /* ok: of its target */
} cad_import_model;

typedef struct cad_import_result {
    int64_t models, of[CAD_IMPORT_CLASS_COUNT];
    int64_t bytes; /* of targets */
    int64_t lost, bad;
    char first[600]; /* "ID: CLASS: message" of the first bad one */
} cad_import_result;

typedef struct cad_import_out cad_import_out;
/* `info`: for the corpus header, taken; NULL: there was no memory for it. */
CAD_MUST_USE cad_status cad_import_out_create(const char *path, json_t *info, cad_import_out **out);
CAD_MUST_USE cad_status cad_import_out_add(cad_import_out *o, const cad_import_model *m);
/* Writes both files, or, where more than `max_bad` of the models that had all they need are bad, or none is left, the list
 * alone.  Errors: CAD_EPARTIAL (written, rows were lost), CAD_EDATA (too many bad), CAD_ENOTFOUND (zero rows), CAD_EWRITE.
 * may_be_empty: of a share, whose rows are few.  Frees o in any case; *result is set in any case. */
CAD_MUST_USE cad_status cad_import_out_finish(cad_import_out *o, double max_bad, bool may_be_empty, cad_import_result *result);
void cad_import_out_abort(cad_import_out *o); /* nothing is written; NULL is fine */

const char *cad_import_class_name(cad_import_class c);
/* The counts for people, appended, a line for each class that occurs; `captions` (may be NULL): the values of isDescribable. */
CAD_MUST_USE cad_status cad_import_table(const cad_import_result *r, const cad_captions *captions, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
