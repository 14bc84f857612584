/* What cadprep synth knows of the parts that it wrote: parts.jsonl, a line for each with id, family, params and expect. */
#ifndef CADLM_DATAPREP_IMPORT_FACTS_H
#define CADLM_DATAPREP_IMPORT_FACTS_H

#include "dataprep/corpus_row.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_import_facts cad_import_facts;

/* Reads the file once and keeps where each line stands, 32 bytes a part.  A first line without an id is a header.  Errors:
 * those of a line name it: CAD_EDATA, CAD_EPARSE; CAD_EIO, CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_import_facts_open(const char *path, cad_import_facts **out);
/* Sets family, phrasing, units, params, held and expect of the row with this id, as far as they are known; texts in `a`.  May
 * be called by several threads.  f may be NULL: nothing is known. */
CAD_MUST_USE cad_status cad_import_facts_get(const cad_import_facts *f, const char *id, cad_arena *a, cad_row *row);
void cad_import_facts_close(cad_import_facts *f);

#ifdef __cplusplus
}
#endif
#endif
