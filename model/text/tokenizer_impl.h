/* The loaded form of a tokenizer, shared by the files that load it and run it; no one else includes this. */
#ifndef CADLM_MODEL_TEXT_TOKENIZER_IMPL_H
#define CADLM_MODEL_TEXT_TOKENIZER_IMPL_H

#include "core/hash.h"
#include "model/text/splitter.h"
#include "model/text/tokenizer.h"
#include "model/text/wordpiece.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_TOKEN_MODEL = 1, CAD_TOKEN_ADDED = 2, CAD_TOKEN_SPECIAL = 4 };
#define CAD_NO_RANK UINT32_MAX

typedef struct cad_encoder cad_encoder; /* encoder.h */
typedef struct cad_encoder_pool cad_encoder_pool;

struct cad_tokenizer {
    char hash[CAD_HASH_HEX];
    uint32_t n;           /* tokens */
    char *pool;           /* their bytes, one after the other */
    size_t *off;          /* n + 1 */
    unsigned char *flags; /* n */
    uint32_t byte_id[256];
    uint32_t *by_bytes; /* id + 1, open addressing over cad_hash64 of the bytes; 0: empty */
    uint32_t by_mask;
    uint64_t *merge; /* open addressing over the pair: left << 44 | right << 24 | rank + 1; 0: empty */
    uint32_t merge_mask;
    uint32_t *result; /* of the merge of each rank */
    uint32_t *added;  /* ids, sorted by their bytes: a token stands before those that begin with it */
    uint32_t n_added;
    uint32_t added_begin[257]; /* of those with a first byte */
    bool nfc, ignore_merges;
    int64_t bos, tail, eos;
    cad_splitter *split;      /* NULL: WordPiece */
    cad_wordpiece *wordpiece; /* NULL: byte-level BPE */
    cad_encoder_pool *encoders;
};

/* Ids are below 2^20 and ranks below 2^24 - 1, by the bounds of tokenizer.h. */
static inline uint64_t cad_merge_key(uint32_t left, uint32_t right)
{
    return (uint64_t)left << 44 | (uint64_t)right << 24;
}

static inline uint32_t cad_merge_slot(uint64_t key)
{
    key *= UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(key >> 32);
}

/* The rank of the merge of a pair; CAD_NO_RANK: there is none. */
static inline uint32_t cad_merge_rank(const cad_tokenizer *t, uint32_t left, uint32_t right)
{
    uint64_t key = cad_merge_key(left, right);
    for (uint32_t i = cad_merge_slot(key) & t->merge_mask;; i = (i + 1) & t->merge_mask) {
        uint64_t m = t->merge[i];
        if (m == 0)
            return CAD_NO_RANK;
        if ((m ^ key) >> 24 == 0)
            return (uint32_t)(m & 0xFFFFFF) - 1;
    }
}

#ifdef __cplusplus
}
#endif
#endif
