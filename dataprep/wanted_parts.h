/* Which parts of a tree a list of captions asks for, so that those which nobody describes cost nothing.
 *
 * Asked for are the ids that the list calls describable, and those that differ from one of these in leading zeros alone: import
 * tells of such a pair, and can only where it sees both. */
#ifndef CADLM_DATAPREP_WANTED_PARTS_H
#define CADLM_DATAPREP_WANTED_PARTS_H

#include "core/hash.h"
#include "core/status.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_wanted_parts cad_wanted_parts;

/* Memory: 16 bytes an id once it is read.  Errors: those of cad_captions_read. */
CAD_MUST_USE cad_status cad_wanted_parts_open(const char *captions, cad_wanted_parts **out);
/* NULL: every part is. */
bool cad_wanted_parts_has(const cad_wanted_parts *w, const char *id);
/* Two lists of one hash ask for the same parts. */
void cad_wanted_parts_hash(const cad_wanted_parts *w, char out[CAD_HASH_HEX]);
void cad_wanted_parts_close(cad_wanted_parts *w); /* NULL is fine */

/* An id that is a number without its leading zeros; any other, or a number of zeros alone, as it is. */
const char *cad_bare_id(const char *id);

#ifdef __cplusplus
}
#endif
#endif
