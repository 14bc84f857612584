/* Stage merge: the shares of a stage joined, with the bytes of a call without --shard (shard_record.h says what a share is).
 *
 * Corpora and their lists are put one behind the other; vectors likewise; the files of trees get a second name under OUT, which
 * costs no space where the disk has links, and their list is put together. */
#ifndef CADLM_DATAPREP_STAGE_MERGE_H
#define CADLM_DATAPREP_STAGE_MERGE_H

#include "dataprep/shard_record.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_stage_merge_args {
    const char *const *in; /* in any order */
    size_t n;              /* 0: those that lie beside `out` under its name */
    const char *out;       /* .jsonl, .npy, or a folder that is absent or empty */
} cad_stage_merge_args;

typedef struct cad_stage_merge_result {
    char stage[32];
    int64_t shards;
    cad_shard_tally tally; /* of all */
} cad_stage_merge_result;

/* Errors: CAD_EPARTIAL (shares are missing or not finished: they are named and nothing is written; or all is written, with
 * *out set, and rows were lost), CAD_EDATA (shares of different calls, one twice, a changed file; too many bad rows: nothing is
 * written), CAD_ENOTFOUND (no share, or zero rows), CAD_EUSAGE (another kind of name), CAD_EWRITE. */
CAD_MUST_USE cad_status cad_stage_merge(const cad_stage_merge_args *args, cad_arena *a, cad_stage_merge_result *out);

#ifdef __cplusplus
}
#endif
#endif
