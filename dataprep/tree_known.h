/* Files of a tree that an earlier, killed call has made with the kernel; private to tree_make.c and tree_known.c.
 *
 * A line of OUT/.made for each: what it became, by a key of the text that it was made from; its salt is all else that decides
 * it. */
#ifndef CADLM_DATAPREP_TREE_KNOWN_H
#define CADLM_DATAPREP_TREE_KNOWN_H

#include "dataprep/journal.h"
#include "dataprep/tree_make.h"

#ifdef __cplusplus
extern "C" {
#endif

CAD_MUST_USE cad_status cad_tree_known_open(const cad_tree_job *j, cad_journal **out);
/* Reads file i, and gives it its key.  *found: an earlier call has made it, and it lies there as then; j->made[i] says what it
 * became, but for its tokens.  *in, *text: the file, and what it became (found), appended. */
CAD_MUST_USE cad_status cad_tree_known_find(const cad_journal *known, cad_tree_job *j, int64_t i, cad_buf *in, cad_buf *text,
                                            bool *found);
/* File i is made, and lies there. */
CAD_MUST_USE cad_status cad_tree_known_add(cad_journal *known, const cad_tree_job *j, int64_t i);

#ifdef __cplusplus
}
#endif
#endif
