/* The folder that a tree of STEP files is written into: what earlier calls left there, and the list of what lies there now.
 *
 * While a call runs, OUT/.begun names all that may lie in OUT: the files of this call and those of earlier ones, finished or
 * killed; readers refuse such a folder (step_files.h).  At the end status.jsonl takes its place, and what this call did not
 * make is gone.  So a folder holds the files of one call, or says that it does not.  A file that no list names is somebody
 * else's: the folder is refused before anything is written. */
#ifndef CADLM_DATAPREP_TREE_FOLDER_H
#define CADLM_DATAPREP_TREE_FOLDER_H

#include "core/arena.h"
#include "core/buf.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Names below a folder, by bytes. */
typedef struct cad_tree_names {
    const char **item;
    size_t n;
} cad_tree_names;

void cad_tree_names_sort(cad_tree_names *l);

/* A folder that is absent, empty, or an earlier call's, begun or finished; `planned`: what this call means to make.
 * Errors: CAD_EWRITE (also: a file, or a folder with a file of somebody else, which it names). */
CAD_MUST_USE cad_status cad_tree_folder_open(const char *dir, const cad_tree_names *planned, cad_arena *a);
/* The list of the folder, and the end of what is not among `made`. */
CAD_MUST_USE cad_status cad_tree_folder_close(const char *dir, const cad_tree_names *made, const cad_buf *status, cad_arena *a);

/* An earlier call's folder goes as a whole.  Errors as of open. */
CAD_MUST_USE cad_status cad_tree_folder_remove(const char *dir, cad_arena *a);

#ifdef __cplusplus
}
#endif
#endif
