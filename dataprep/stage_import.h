/* Stage import: captions and a tree of STEP files become a corpus.
 *
 * Models are the captions and the files, brought together by their ids and taken in the order of these (by bytes); files are
 * read, checked and hashed by the threads of cad_threads_init, and, where a kernel is asked for, by worker processes.  The
 * corpus does not depend on how many there are.  Each row: id, caption, target (the text of the file), kind step, source (its
 * name below the tree), caption group (caption_group.h), geometry group (cad/step/step_group.h), and what parts.jsonl beside
 * the captions tells of it.
 *
 * A file's text is kept as it is, but it must be UTF-8 for a corpus: NUL bytes go; one that is no UTF-8 is read as ISO 8859-1
 * (strict), or loses the bytes that are none (steplm), as STEP-LLM's tools have it.
 *
 * Memory: the captions (their text and 24 bytes each), 300 bytes for each file of the tree, 24 for each model, 32 for each line
 * of parts.jsonl; and, whatever the size of the corpus, 64 MiB and for each thread twenty times the file that it reads, which
 * is at most 32 MiB.  What an earlier call that was killed has asked the kernel (import_check.h): 100 bytes for each
 * part, 500 for one that it refused. */
#ifndef CADLM_DATAPREP_STAGE_IMPORT_H
#define CADLM_DATAPREP_STAGE_IMPORT_H

#include "core/arena.h"
#include "dataprep/import_out.h"
#include "dataprep/step_files.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_stage_import_args {
    const char *in;              /* JSON; NULL: captions and parts */
    const char *captions;        /* CSV (captions_csv.h); NULL: none, and every row has an empty caption */
    const char *parts;           /* folder */
    const char *out;             /* .jsonl */
    cad_shard shard;             /* of the models, not with `in`; {0, 0}: all */
    const cad_step_share *share; /* or those of these ids, and `parts` may hold no file; NULL: all */
    bool strict;                 /* each file must read without an error */
    bool kernel;                 /* and be a valid solid (import_check.h) */
    int jobs;                    /* worker processes; 0: as CPUs */
    double max_bad;
} cad_stage_import_args;

typedef struct cad_stage_import_result {
    cad_import_result counts;
    cad_captions captions; /* for cad_import_table; empty without a list */
    double seconds;
} cad_stage_import_result;

/* `a`: names of files and models.  Errors: those of the captions, of cad_step_files_find_packed, of cad_import_out_finish (with
 * *out set), CAD_EINTR: nothing is written.  *out needs cad_captions_deinit of its captions. */
CAD_MUST_USE cad_status cad_stage_import(const cad_stage_import_args *args, cad_arena *a, cad_stage_import_result *out);
/* The rows of args->in, a JSON array or lines (import_json.h), in their order; one whose id was there before is left out.
 * Memory: the windows as above, and at most 32 bytes for each row.  Errors: those of json_items.h, and as above. */
CAD_MUST_USE cad_status cad_stage_import_json(const cad_stage_import_args *args, cad_stage_import_result *out);

#ifdef __cplusplus
}
#endif
#endif
