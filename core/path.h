/* Parts of the name of a file, as text: nothing is looked up. */
#ifndef CADLM_CORE_PATH_H
#define CADLM_CORE_PATH_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Behind the last slash: "a/b.ir" -> "b.ir".  Points into `path`. */
const char *cad_path_base(const char *path);
/* Whether the name has this ending and something before it: ".jsonl" of "a.jsonl", not of ".jsonl". */
bool cad_path_ends(const char *path, const char *ending);
/* Whether a name that comes from input may be that of a file beside it: one component of at most CAD_PATH_NAME bytes, not "."
 * or "..", without a slash or a control character. */
enum { CAD_PATH_NAME = 255 };
bool cad_path_plain(const char *name);
/* Appends the folder that it lies in: "a/b" -> "a", "b" -> ".", "/b" -> "/".  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_path_parent(const char *path, cad_buf *out);
/* "dir/name", in the arena.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_path_join(cad_arena *a, const char *dir, const char *name, const char **out);

#ifdef __cplusplus
}
#endif
#endif
