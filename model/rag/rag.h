/* Retrieval of the nearest captions by a weights-free hashed encoder and exact search: the baseline "retrieval-copy".
 *
 * Encoder: the caption is cut into words (lower case) and numbers (as their shortest decimal); both, both with the word before
 * them, character 3- to 5-grams of words and the sizes of numbers by quarters of an octave are hashed with signs into
 * CAD_RAG_DIM buckets, weighted by the square root of how often they occur and by class; the vector has unit length.  Equal
 * bytes give equal vectors on every machine and with any number of threads. */
#ifndef CADLM_MODEL_RAG_RAG_H
#define CADLM_MODEL_RAG_RAG_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_RAG_DIM = 512 };

/* Unit vector; all zero for a caption without a word or a number.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_rag_encode(const char *caption, size_t len, float out[CAD_RAG_DIM]);

typedef struct cad_rag_index cad_rag_index;
typedef struct cad_rag_hit {
    int64_t row;
    float score; /* cosine */
} cad_rag_hit;

/* Encodes n NUL-terminated captions (in parallel); row i is captions[i].  Owner: the caller, by destroy. */
CAD_MUST_USE cad_status cad_rag_create(const char *const *captions, int64_t n, cad_rag_index **out);
void cad_rag_destroy(cad_rag_index *x); /* NULL is fine */
int64_t cad_rag_count(const cad_rag_index *x);
/* The k rows of highest cosine, best first, equal scores by lower row; exact.  *out_n = min(k, rows). */
CAD_MUST_USE cad_status cad_rag_search(const cad_rag_index *x, const char *caption, size_t len, int64_t k, cad_rag_hit *hits,
                                       int64_t *out_n);

#ifdef __cplusplus
}
#endif
#endif
