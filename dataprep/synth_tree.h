/* Made parts as a tree of STEP files in the layout of ABC, with captions in the layout of STEP-LLM's release:
 *
 *   DIR/parts/00000001/00000001_part.step     a folder for each id
 *   DIR/captions.csv                          model_id,isDescribable,description (RFC 4180, LF)
 *   DIR/parts.jsonl                           {"expect","family","held","id","params","phrasing","units"}: what evaluation
 * knows
 *
 * All of it is made beside DIR (DIR.unfinished) and takes its name at the end, so DIR is whole or absent.  A DIR that holds
 * these three and no other file at any depth, but parts that its parts.jsonl records, is an earlier tree and replaced: it is
 * DIR.replaced until the new one has its name.  A DIR with any other file is refused, with the name of that file: nothing is
 * removed that was not made here.  The next call removes what one that was killed left, or gives DIR its tree back. */
#ifndef CADLM_DATAPREP_SYNTH_TREE_H
#define CADLM_DATAPREP_SYNTH_TREE_H

#include "core/json.h"
#include "dataprep/corpus_row.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_synth_tree cad_synth_tree;
/* Errors: CAD_EWRITE (also: DIR is something else, or holds a file of somebody else). */
CAD_MUST_USE cad_status cad_synth_tree_create(const char *dir, cad_synth_tree **out);
/* A row of kind step; `o` is the same row as JSON, borrowed. */
CAD_MUST_USE cad_status cad_synth_tree_add(cad_synth_tree *t, const cad_row *row, const json_t *o);
CAD_MUST_USE cad_status cad_synth_tree_commit(cad_synth_tree *t); /* frees t in any case */
void cad_synth_tree_abort(cad_synth_tree *t);                     /* removes what was written; NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
