/* Counted pieces: what learning starts from.  No one but bpe_train.c and bpe_learn.c includes this. */
#ifndef CADLM_MODEL_TEXT_BPE_COUNT_H
#define CADLM_MODEL_TEXT_BPE_COUNT_H

#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_piece {
    size_t off; /* of its bytes in the pool */
    uint32_t len;
    bool head;     /* the head of an IR line: merges are learned at its beginning only */
    int64_t count; /* how often it occurs */
} cad_piece;

/* Learned so far: token i has bytes[off[i]..off[i+1]); merge k joins left[k] and right[k]. */
typedef struct cad_bpe_model {
    cad_buf bytes;
    size_t *off;
    int64_t n_tokens; /* 256 bytes, then learned ones */
    struct cad_pair {
        uint32_t left, right;
    } * merge;
    int64_t n_merges, cap_merges;
} cad_bpe_model;

/* Learns until max_tokens or until no pair occurs twice.  `out` starts zeroed and is released by the caller in any case. */
CAD_MUST_USE cad_status cad_bpe_learn(const char *pool, const cad_piece *piece, size_t n, int64_t max_tokens,
                                      cad_bpe_model *out);
void cad_bpe_model_deinit(cad_bpe_model *m);

#ifdef __cplusplus
}
#endif
#endif
