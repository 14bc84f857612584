/* Which row goes into which split: groups that stay together, and where they go. */
#ifndef CADLM_DATAPREP_SPLIT_PLACE_H
#define CADLM_DATAPREP_SPLIT_PLACE_H

#include "core/arena.h"
#include "dataprep/stage_split.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a split needs to know of a row. */
typedef struct cad_split_key {
    const char *id;
    uint64_t caption, geometry; /* groups; 0: unknown, it has none of its own */
    uint64_t target;            /* hash of its bytes */
} cad_split_key;

/* Why a row is in no split. */
#define CAD_SPLIT_LEFT(X)                                                                                                      \
    X(repeated, "its caption was there before")                                                                                \
    X(cap_caption, "as many rows of its caption are in this split already")                                                    \
    X(ties, "it would tie rows of two splits together")                                                                        \
    X(unlisted, "the list does not name it")
enum {
    CAD_SPLIT_LOWEST = -16, /* they are below 0, as no split is */
#define X(name, text) CAD_SPLIT_left_##name,
    CAD_SPLIT_LEFT(X)
#undef X
};
const char *cad_split_left_name(int where);

/* where[i] = a split, or a reason.  Rows of Compact IR: by a hash of the group alone, one row a caption.  Rows of STEP: strict,
 * groups by the seed and their smallest id, or by the list; steplm: shuffled by the seed, or by the list.  `a`: what is needed
 * meanwhile.  Errors: CAD_EDATA (IR: a caption with two targets), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_split_place(const cad_stage_split_args *args, bool step, const cad_split_key *key, size_t n,
                                        cad_arena *a, int *where, cad_stage_split_result *out);

#ifdef __cplusplus
}
#endif
#endif
