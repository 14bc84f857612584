/* A map from 64-bit hashes to 64-bit values, for leak and collision checks over millions of rows. */
#ifndef CADLM_DATAPREP_HASH_INDEX_H
#define CADLM_DATAPREP_HASH_INDEX_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_hash_index {
    uint64_t *slot; /* (2, cap) key and value; key 0 = free */
    size_t n, cap;
} cad_hash_index;

#define CAD_HASH_INDEX_INIT                                                                                                    \
    {                                                                                                                          \
        0                                                                                                                      \
    }

/* A key of bytes that are compared as they are (row ids).  Never 0. */
uint64_t cad_hash_index_key(const void *bytes, size_t len);
/* *out = the value of `key` (not 0), created as `initial` when new; the pointer is good until the next call. */
CAD_MUST_USE cad_status cad_hash_index_at(cad_hash_index *m, uint64_t key, uint64_t initial, bool *is_new, uint64_t **out);
/* The value of `key`, or NULL. */
const uint64_t *cad_hash_index_find(const cad_hash_index *m, uint64_t key);
void cad_hash_index_deinit(cad_hash_index *m);

#ifdef __cplusplus
}
#endif
#endif
