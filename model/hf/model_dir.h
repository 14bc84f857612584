/* New model directories: written beside their place and put there as a whole, with all that belongs to a model and is no weight
 * (configuration, tokenizer, template, cards) taken along. */
#ifndef CADLM_MODEL_HF_MODEL_DIR_H
#define CADLM_MODEL_HF_MODEL_DIR_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_new_dir {
    cad_buf temp; /* write here */
    cad_buf path; /* what it becomes */
} cad_new_dir;

/* Makes an empty folder beside `path`, PATH.tmp.PID, for about `bytes` bytes, and removes those of processes that are gone (as
 * this host knows them: two hosts do not make the same `path` at a time).  While it is open INT and TERM are noted
 * (cad_stop_abandoned), and one is open at a time.  Errors: CAD_EWRITE when something has that name already, or where the disk
 * has not that much room, with the numbers. */
CAD_MUST_USE cad_status cad_new_dir_open(const char *path, uint64_t bytes, cad_new_dir *out);
/* Syncs and renames; frees `d` in any case, and on failure (CAD_EINTR is one) removes what was written. */
CAD_MUST_USE cad_status cad_new_dir_commit(cad_new_dir *d);
void cad_new_dir_abort(cad_new_dir *d); /* removes what was written; the error text stays */

/* A file of a model directory that belongs to the model and is no weight: configuration, tokenizer, template, licences, cards,
 * code.  Weights of any format and the state of a training run (DONE, trainer_state.json) are none, nor what is hidden. */
typedef struct cad_model_file {
    const char *name, *path;
    uint64_t bytes;
} cad_model_file;
typedef struct cad_model_files {
    cad_model_file *file;
    size_t n;
    uint64_t bytes; /* of all */
} cad_model_files;

/* Looked for before a new directory is written; *out lives in `a`.  Folders are left; so is what is no regular file (a link to
 * nothing, a pipe), with one warning that names it.  Errors: CAD_ECORRUPT for a link out of the folder (cad_fs_named). */
CAD_MUST_USE cad_status cad_model_files_find(const char *dir, cad_arena *a, cad_model_files *out);
const cad_model_file *cad_model_files_get(const cad_model_files *f, const char *name); /* NULL: it is not among them */

/* Which of them: all, or those that tell nothing of the weights and the run that made them (config.ini, README.md,
 * results.json). */
typedef enum cad_model_files_kind { CAD_MODEL_FILES_all, CAD_MODEL_FILES_of_any_weights } cad_model_files_kind;
/* Copies them into the folder `to`.  A file that is there already stays as it is. */
CAD_MUST_USE cad_status cad_model_files_copy(const cad_model_files *f, cad_model_files_kind kind, const char *to);

/* The model directory `from` as the new directory `to`, in files of at most `shard_bytes` bytes (0: one file): the same
 * tensors, byte for byte and of any type, and its other files (cad_model_files_find).  What was written is read back and
 * compared before the folder appears.  Errors: those of the reader (cad_st_open_dir) and of the writer; CAD_ECORRUPT when it
 * reads back otherwise. */
CAD_MUST_USE cad_status cad_model_dir_reshard(const char *from, const char *to, uint64_t shard_bytes);

#ifdef __cplusplus
}
#endif
#endif
