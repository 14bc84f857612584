/* Where the texts that stand in {retrieved} may end, and how they are made to fit: for packs and for prompts alike. */
#ifndef CADLM_DATAPREP_RETRIEVED_CUT_H
#define CADLM_DATAPREP_RETRIEVED_CUT_H

#include "core/buf.h"
#include "core/status.h"
#include "model/text/tokenizer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_RETRIEVED_MAX = 8 }; /* rag.k */

/* Blocks of one slot, best first.  The texts are the caller's and are cut in place. */
typedef struct cad_retrieved_blocks {
    char *text[CAD_RETRIEVED_MAX];
    bool step[CAD_RETRIEVED_MAX]; /* STEP, else Compact IR */
    size_t n;
} cad_retrieved_blocks;

/* The block's first `at` bytes are kept, and all blocks before it. */
typedef struct cad_retrieved_cut {
    size_t block, at;
} cad_retrieved_cut;

/* All of them from nothing to everything, by cad_payload_cuts, each appended to *out as a cad_retrieved_cut. */
CAD_MUST_USE cad_status cad_retrieved_cuts(const cad_retrieved_blocks *b, cad_buf *out);

/* Cuts *b behind the last place up to which the slot has at most `most` tokens by itself (0: any number); *cut_bytes += what
 * went.  Errors: CAD_ENOMEM, those of cad_tokenizer_encode. */
CAD_MUST_USE cad_status cad_retrieved_limit(const cad_tokenizer *t, int64_t most, cad_retrieved_blocks *b, uint32_t *cut_bytes);

#ifdef __cplusplus
}
#endif
#endif
