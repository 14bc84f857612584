/* What turns captions into vectors of unit length: the hashed encoder, which needs no weights (rag_hash.c), or all-MiniLM-L6-v2
 * (minilm.h). */
#ifndef CADLM_MODEL_RAG_RAG_ENCODER_H
#define CADLM_MODEL_RAG_RAG_ENCODER_H

#include "core/hash.h"
#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_RAG_HASH_DIM = 512 };

/* Unit vector; all zero for a caption without a word or a number.  The caption is cut into words (lower case) and numbers (as
 * their shortest decimal); both, both with the word before them, character 3- to 5-grams of words and the sizes of numbers by
 * quarters of an octave are hashed with signs into CAD_RAG_HASH_DIM buckets, weighted by the square root of how often they
 * occur and by class.  Equal bytes give equal vectors on every machine and with any number of threads.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_rag_hash_encode(const char *caption, size_t len, float out[CAD_RAG_HASH_DIM]);

typedef enum cad_rag_encoder_kind { CAD_RAG_BY_HASH, CAD_RAG_BY_MINILM } cad_rag_encoder_kind;

typedef struct cad_rag_encoder cad_rag_encoder;
/* `path`: folder with the weights; not read by hash.  Owner: the caller, by destroy (NULL is fine). */
CAD_MUST_USE cad_status cad_rag_encoder_create(cad_rag_encoder_kind kind, const char *path, cad_rag_encoder **out);
void cad_rag_encoder_destroy(cad_rag_encoder *e);
const char *cad_rag_encoder_name(const cad_rag_encoder *e); /* "hash" */
int64_t cad_rag_encoder_dim(const cad_rag_encoder *e);
/* What the vectors depend on, in hex: vectors of encoders with different hashes may not be compared. */
const char *cad_rag_encoder_xxh3(const cad_rag_encoder *e);

/* out (n, dim) = the vectors of n NUL-terminated captions, by all threads.  Captions with the same bytes are encoded once. */
CAD_MUST_USE cad_status cad_rag_encode(cad_rag_encoder *e, const char *const *caption, int64_t n, float *out);

#ifdef __cplusplus
}
#endif
#endif
