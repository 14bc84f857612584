/* A share of a stage, as --shard asks for it: its name, what it is a share of, and whether it was made before. */
#ifndef CADLM_DATAPREP_PREP_SHARE_H
#define CADLM_DATAPREP_PREP_SHARE_H

#include "dataprep/prep_job.h"
#include "dataprep/shard_record.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_prep_share {
    const char *out; /* what this call writes: the name of the share, or the name itself where there are none */
    bool done;       /* an earlier call made it; nothing is left to do */
    cad_shard rows;  /* for the stage: of its input */
    double max_bad;  /* for the stage: shares are judged together, by cadprep merge */
    cad_shard_record record;
} cad_prep_share;

/* A share of cadprep run (cad_prep_job.part) has a record for the joining alone: what was done before and the names are known
 * to prep_record.c and prep_stages.c. `keys`: the settings that decide the result, by one blank.  `in`: files, or folders whose
 * names of STEP files count; NULL among them is passed over. */
CAD_MUST_USE cad_status cad_prep_share_open(const cad_prep_job *j, const char *stage, const char *keys, const char *const *in,
                                            size_t n_in, const char *out, cad_prep_share *share);
/* Behind the stage that ended with `s`: the record of a share, where it is whole.  Returns `s`; a share that lost rows is done
 * all the same, so that a job that waits for all tasks of an array starts: cadprep merge ends with 4 then. */
CAD_MUST_USE cad_status cad_prep_share_close(const cad_prep_job *j, cad_prep_share *share, cad_shard_tally tally, cad_status s);

#ifdef __cplusplus
}
#endif
#endif
