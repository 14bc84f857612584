/* The files of a tree made, by threads or by workers of the geometry kernel; private to stage_tree.c and tree_make.c. */
#ifndef CADLM_DATAPREP_TREE_MAKE_H
#define CADLM_DATAPREP_TREE_MAKE_H

#include "core/buf.h"
#include "core/pool.h"
#include "core/progress.h"
#include "dataprep/stage_tree.h"
#include "dataprep/step_files.h"
#include "model/text/tokenizer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What became of a file. */
typedef struct cad_tree_made {
    const char *name; /* below OUT */
    int64_t bytes_in, bytes_out, count, lost;
    int64_t tokens_in, tokens_out; /* -1: the text is not UTF-8 */
    int32_t k;                     /* digits that were kept; 0: all */
    cad_status refused;            /* CAD_OK: it was made */
    cad_status failed;             /* of more than this file: nothing more is done */
    cad_buf why;                   /* it was refused, failed, or more digits were kept */
    bool unsure;                   /* a worker was lost over it, perhaps by the machine's doing */
    uint64_t key;                  /* of its text (tree_known.h); 0: it cannot be read */
    uint64_t written;              /* hash of what lies in OUT */
} cad_tree_made;

typedef struct cad_tree_job {
    const cad_stage_tree_args *args;
    cad_arena *arena;
    cad_step_files files;
    cad_tree_made *made;
    cad_tokenizer *tokenizer; /* NULL: none */
    int64_t first;            /* of the chunk that is made */
} cad_tree_job;

/* Whether the files are rounded as step_round.h says. */
static inline bool cad_tree_has_digits(const cad_stage_tree_args *args)
{
    return args->round == CAD_TREE_ROUND_relative || args->round == CAD_TREE_ROUND_decimals;
}
/* Makes files [j->first, end); whatever becomes of them stands in j->made. */
void cad_tree_make(cad_tree_job *j, int64_t end);
/* Makes all files with a kernel in worker processes.  OUT/.made (journal.h) tells what they became, until all are made: a call
 * that was killed and begins again goes on behind those that lie there with the bytes of then.  Errors: CAD_EINTR, and what
 * ends it all. */
CAD_MUST_USE cad_status cad_tree_make_verified(cad_tree_job *j, cad_progress *progress);

#ifdef __cplusplus
}
#endif
#endif
