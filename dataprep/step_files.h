/* STEP files of a folder tree, with the ids of their models. */
#ifndef CADLM_DATAPREP_STEP_FILES_H
#define CADLM_DATAPREP_STEP_FILES_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/shard.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The list that a stage leaves in the folder it made. */
#define CAD_STEP_FILES_STATUS "status.jsonl"
/* What it leaves there until it has finished (tree_folder.h). */
#define CAD_STEP_FILES_BEGUN ".begun"
/* And there, where the kernel works on the files, what they have become so far (journal.h). */
#define CAD_STEP_FILES_MADE ".made"

typedef struct cad_step_file {
    const char *path; /* as it is opened */
    const char *rel;  /* below the root; of a single file its name */
    const char *id;   /* eight digits that _ follows in the name, or else its folder, or, in the root itself, the name without
                         its ending, and without _restructured, which reorder puts behind ids */
} cad_step_file;

typedef struct cad_step_files {
    cad_step_file *item;
    int64_t n, others; /* others: files with other endings, which are left alone */
} cad_step_files;

/* Whether a name is that of a STEP file: it ends in .step or .stp, in any case, with something before it. */
bool cad_step_files_is(const char *name);

/* All such files of `root`, a folder at most 40 deep or one file, in the order of rel by bytes; links are followed.  `apart`: a
 * folder, perhaps absent so far, that may not lie in root, nor root in it; NULL: none.  Everything lives in `a`.
 * Errors: CAD_ENOTFOUND (no root, or no such file in it), CAD_EUSAGE (not apart), CAD_EDATA (deeper; a file of another name; a
 * folder that round or reorder has not finished), CAD_EIO, CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_step_files_find(const char *root, const char *apart, cad_arena *a, cad_step_files *out);

/* The same with names that end in .gz behind that; cad_step_files_read reads both. */
CAD_MUST_USE cad_status cad_step_files_find_packed(const char *root, const char *apart, cad_arena *a, cad_step_files *out);

/* The files of a share, and all ids by bytes that go with it, those of no file too: from <= id < to.  Files of one id are never
 * in two shares, and the ids of all shares one behind the other are all there are. */
typedef struct cad_step_share {
    const cad_step_file *item;
    int64_t n;
    const char *from, *to; /* NULL: no bound */
    bool none;             /* no ids: there are more shares than files */
} cad_step_share;

/* Orders files by id, then by rel. */
void cad_step_files_by_id(cad_step_files *f);
/* `f`: at least one file, by id. */
void cad_step_files_share(const cad_step_files *f, cad_shard shard, cad_step_share *out);
bool cad_step_share_has(const cad_step_share *s, const char *id); /* NULL: all */

/* Whether a name ends in .gz, in any case. */
bool cad_step_files_is_packed(const char *name);
/* What a file holds, unpacked where its name says so, at most `limit` bytes (not 0); appended.  Errors: those of cad_fs_read
 * and cad_fs_read_gzip. */
CAD_MUST_USE cad_status cad_step_files_read(const char *path, size_t limit, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
