/* A share of work that several processes do, as --shard=i/n|auto names it: the tasks of a Slurm array, the ranks of a job. */
#ifndef CADLM_CORE_SHARD_H
#define CADLM_CORE_SHARD_H

#include "core/status.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_SHARD_MAX = 100000 };

/* Share `index` of `of`, from 0; {0, 0}: no shares, all of it. */
typedef struct cad_shard {
    int64_t index, of;
} cad_shard;

/* "2/8", or "auto": the task of a Slurm array (SLURM_ARRAY_TASK_ID, counted from SLURM_ARRAY_TASK_MIN, of
 * SLURM_ARRAY_TASK_COUNT), else the rank of a launcher (SLURM_PROCID of SLURM_NTASKS, or Open MPI's, or RANK of WORLD_SIZE).
 * Both at once are one count: tasks of the array times ranks.  An array begins with task 0 or 1: one from 2 on, or task 1
 * alone, is part of an earlier one submitted again, whose size Slurm does not tell.  NULL: {0, 0}.  Errors: CAD_EUSAGE. */
CAD_MUST_USE cad_status cad_shard_parse(const char *text, cad_shard *out);

/* The share of n things that stand in a row: [first, end), so that all shares one behind the other are the row. */
void cad_shard_range(cad_shard s, int64_t n, int64_t *first, int64_t *end);

#ifdef __cplusplus
}
#endif
#endif
