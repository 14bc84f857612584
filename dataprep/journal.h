/* What slow work has come to so far, so that a call that was killed does not do it twice.
 *
 * A file of JSON lines: first {"salt":hex}, of the program and of all that decides the results beside the input of one; then,
 * by the key of that input, a result a line: {"key":hex, ..}.  A journal of another salt begins anew; a line that is torn or
 * damaged is passed over. A file that is no journal is left alone (CAD_EWRITE). Lines are not synced: a process that is killed
 * loses nothing, a machine that loses its power the last seconds. */
#ifndef CADLM_DATAPREP_JOURNAL_H
#define CADLM_DATAPREP_JOURNAL_H

#include "core/json.h"
#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_journal cad_journal;

/* `salt`: all that decides the results beside their inputs and the program itself.  Memory: the lines that are there, twice
 * while it reads them, and 48 bytes for each.  Errors: CAD_EWRITE. */
CAD_MUST_USE cad_status cad_journal_open(const char *path, const char *salt, cad_journal **out);
int64_t cad_journal_known(const cad_journal *j); /* results that were there when it was opened */
/* The result of a key (not 0), or NULL; the caller's. */
json_t *cad_journal_find(const cad_journal *j, uint64_t key);
/* Adds a result; takes `o` (NULL: CAD_ENOMEM). */
CAD_MUST_USE cad_status cad_journal_add(cad_journal *j, uint64_t key, json_t *o);
void cad_journal_close(cad_journal *j); /* NULL is fine */
/* The same when the work is finished: the file goes. */
CAD_MUST_USE cad_status cad_journal_end(cad_journal *j);

#ifdef __cplusplus
}
#endif
#endif
