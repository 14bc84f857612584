/* Rounding and order over a tree of STEP files, as STEP-LLM's tools do them (cad/step/steplm.h).
 *
 * Files that cannot be made are told and left out; what the others become does not depend on them, on the number of threads or
 * on what an earlier call left.  OUT/status.jsonl has a row for each file, by name:
 *
 *   {"file","id","source","status":"ok","bytes":[in,out],"count":n}     count: numbers that were rounded, or entities that were
 * lost
 *   {"id","source","status":"refused","message"}
 *
 * Memory: for each thread about ten times the largest file that it reads (more where that is hardly STEP: 350 bytes for each
 * semicolon), and 1 KB for each file. */
#ifndef CADLM_DATAPREP_STAGE_TREE_H
#define CADLM_DATAPREP_STAGE_TREE_H

#include "core/arena.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_stage_tree_args {
    const char *in, *out; /* a folder or one file, and a folder: absent, empty, or made by an earlier call */
    bool order;           /* into OUT/ID_restructured.step; otherwise rounding, into OUT/ and the name below IN */
    double max_bad;       /* share of files that may be refused */
} cad_stage_tree_args;

typedef struct cad_stage_tree_result {
    int64_t files, refused, others, count;
    int64_t bytes_in, bytes_out; /* of those that were made */
    double seconds;
} cad_stage_tree_result;

/* Goes over all files with the threads of cad_threads_init; `a` holds their names.  An error of the machine (memory, the disk)
 * ends it. Errors: those of cad_step_files_find; CAD_EDATA (two files of one id; too many refused), CAD_EPARTIAL (some
 * refused), CAD_EWRITE (also: OUT holds what no earlier call made), CAD_EINTR.  With CAD_EPARTIAL, and CAD_EDATA where too many
 * were refused, all is written and *out is set. */
CAD_MUST_USE cad_status cad_stage_tree(const cad_stage_tree_args *args, cad_arena *a, cad_stage_tree_result *out);

#ifdef __cplusplus
}
#endif
#endif
