/* One corpus into another with fewer rows: the rows' own bytes, the header with a word on the stage, a list of what was
 * dropped. */
#ifndef CADLM_DATAPREP_CORPUS_COPY_H
#define CADLM_DATAPREP_CORPUS_COPY_H

#include "dataprep/corpus_row.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_corpus_copy cad_corpus_copy;

/* `stage`, `facts` (taken): info.STAGE of the new header; the rest of it stays.  `columns`: first line of the list. */
CAD_MUST_USE cad_status cad_corpus_copy_create(const char *in, const char *out, const char *stage, json_t *facts,
                                               const char *columns, cad_corpus_copy **copy);
/* The same for a share of the rows, which may have none and keep none; {0, 0}: all. */
CAD_MUST_USE cad_status cad_corpus_copy_share(const char *in, cad_shard shard, const char *out, const char *stage,
                                              json_t *facts, const char *columns, cad_corpus_copy **copy);
const json_t *cad_corpus_copy_header(const cad_corpus_copy *c); /* of the corpus that is read */
/* The next row (new reference). */
CAD_MUST_USE cad_status cad_corpus_copy_next(cad_corpus_copy *c, json_t **row, const char **where, bool *more);
CAD_MUST_USE cad_status cad_corpus_copy_keep(cad_corpus_copy *c, const json_t *row);
/* A line of the list: a field of CSV, then `rest` as it is. */
CAD_MUST_USE cad_status cad_corpus_copy_drop(cad_corpus_copy *c, const char *id, const char *rest);
/* A field of CSV, in quotes where it needs them, appended. */
CAD_MUST_USE cad_status cad_csv_field(const char *text, cad_buf *out);
/* Writes both; where all that was read had no row neither, and CAD_ENOTFOUND.  Frees c in any case. */
CAD_MUST_USE cad_status cad_corpus_copy_finish(cad_corpus_copy *c);
void cad_corpus_copy_abort(cad_corpus_copy *c);

#ifdef __cplusplus
}
#endif
#endif
