/* The loaded form of a tokenizer, shared by the files that load it and run it; no one else includes this. */
#ifndef CADLM_MODEL_TEXT_TOKENIZER_IMPL_H
#define CADLM_MODEL_TEXT_TOKENIZER_IMPL_H

#include "core/hash.h"
#include "model/text/splitter.h"
#include "model/text/tokenizer.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_TOKEN_MODEL = 1, CAD_TOKEN_ADDED = 2, CAD_TOKEN_SPECIAL = 4 };
#define CAD_NO_RANK UINT32_MAX

typedef struct cad_merge {
    uint32_t left, right, rank, result; /* rank == CAD_NO_RANK: empty slot */
} cad_merge;

struct cad_tokenizer {
    char hash[CAD_HASH_HEX];
    uint32_t n;           /* tokens */
    char *pool;           /* their bytes, one after the other */
    size_t *off;          /* n + 1 */
    unsigned char *flags; /* n */
    uint32_t byte_id[256];
    uint32_t *by_bytes; /* id + 1, open addressing over cad_hash64 of the bytes; 0: empty */
    uint32_t by_mask;
    cad_merge *merge; /* open addressing over the pair */
    uint32_t merge_mask;
    uint32_t *added; /* ids by first byte, then longest first */
    uint32_t n_added;
    uint32_t added_begin[257];
    bool nfc, ignore_merges;
    int64_t bos, eos;
    cad_splitter *split;
};

static inline uint32_t cad_merge_slot(uint32_t left, uint32_t right)
{
    uint64_t key = ((uint64_t)left << 32 | right) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(key >> 32 ^ key >> 15);
}

/* The merge of a pair; NULL: there is none. */
static inline const cad_merge *cad_merge_find(const cad_tokenizer *t, uint32_t left, uint32_t right)
{
    for (uint32_t i = cad_merge_slot(left, right) & t->merge_mask;; i = (i + 1) & t->merge_mask) {
        const cad_merge *m = &t->merge[i];
        if (m->rank == CAD_NO_RANK)
            return NULL;
        if (m->left == left && m->right == right)
            return m;
    }
}

#ifdef __cplusplus
}
#endif
#endif
