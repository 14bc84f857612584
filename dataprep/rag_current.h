/* Whether a retrieval index is that of the corpora that lie beside it: split, filter or a copy may have replaced these since.
 *
 * cadprep rag build writes the identity of the index into the header of each corpus that it pairs, and the hash of the rows
 * into the index; both must agree with what lies there. */
#ifndef CADLM_DATAPREP_RAG_CURRENT_H
#define CADLM_DATAPREP_RAG_CURRENT_H

#include "dataprep/payloads.h"
#include "model/rag/rag_index.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The index `x` of file `path` against the headers of the splits beside it that its scope names, and against their rows with
 * what these show, where `rows` has read them all (NULL: headers alone) and they were split before they were paired.  Splits
 * that are not there are passed over.  Errors: CAD_EDATA (which file is stale, and the command that makes it anew), those of
 * cad_corpus_open. */
CAD_MUST_USE cad_status cad_rag_current(const cad_rag_index *x, const char *path, const cad_payloads *rows);

/* The same for the folder `dir`, rows and all; where it holds no index, or packs alone, there is nothing to say. */
CAD_MUST_USE cad_status cad_rag_current_in(const char *dir);

/* What cadprep split leaves beside an index of earlier rows: the header of DIR/train.jsonl names no index, and one is there. */
CAD_MUST_USE cad_status cad_rag_left_behind(const char *dir, bool *out);

#ifdef __cplusplus
}
#endif
#endif
