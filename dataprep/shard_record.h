/* What one share of a stage wrote, and the record that says so.  A stage with --shard=2/8 and -o raw.jsonl writes
 * raw.2-of-8.jsonl with its lists and then raw.2-of-8.shard.json; a folder gets the same name and its record beside it:
 *
 *   {"bad":n,"files":{NAME:xxh3},"index":2,"key":hex,"kind":"shard","lost":n,"max_bad":x,"of":8,"rows":n,"schema":1,"stage":..,
 *    "tried":n}
 *
 * key: of the stage, its settings, the build and all of the input, so shares of one run have one key.  A share without a record
 * was not finished. */
#ifndef CADLM_DATAPREP_SHARD_RECORD_H
#define CADLM_DATAPREP_SHARD_RECORD_H

#include "core/arena.h"
#include "core/shard.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a share found; rows are those of its corpus, files or vectors. */
typedef struct cad_shard_tally {
    int64_t rows, lost; /* lost: left out, so that the stage ends with CAD_EPARTIAL */
    int64_t bad, tried; /* of `tried` these counted for prep.max_bad */
} cad_shard_tally;

typedef struct cad_shard_record {
    char stage[32], key[33];
    cad_shard shard;
    cad_shard_tally tally;
    double max_bad; /* of the whole: no share is judged alone */
} cad_shard_record;

/* "raw.jsonl" -> "raw.2-of-8.jsonl".  All names are in `a`. */
CAD_MUST_USE cad_status cad_shard_name(cad_arena *a, const char *out, cad_shard shard, const char **name);
/* "raw.2-of-8.jsonl" -> 2 and 8; false: no such name. */
bool cad_shard_of_name(const char *name, cad_shard *out);
/* "x.jsonl" and "status.jsonl" -> "x.status.jsonl"; of a folder with its name in front. */
CAD_MUST_USE cad_status cad_shard_beside(cad_arena *a, const char *out, const char *name, const char **path);

/* After all the share's files are written. */
CAD_MUST_USE cad_status cad_shard_record_write(cad_arena *a, const char *out, const cad_shard_record *r);
/* Errors: CAD_ENOTFOUND (the share is not finished), CAD_EDATA (no such record, a file that is not as it was written). */
CAD_MUST_USE cad_status cad_shard_record_read(cad_arena *a, const char *out, cad_shard_record *r);

#ifdef __cplusplus
}
#endif
#endif
