/* all-MiniLM-L6-v2, and any BERT of that kind, from its Hugging Face folder: captions to vectors of unit length.
 *
 * What sentence-transformers computes: word pieces with [CLS] and [SEP], at most max_seq_length of them (256); row 0 of the
 * token types; layers of attention in both directions and of GELU (by erf), LayerNorm behind each; the mean over the pieces, of
 * unit length.  Captions lie end to end in a pass, so no work is done for padding; every op is of class I (kernels/ops.h), so a
 * vector depends neither on the other captions nor on threads, to the bit.
 *
 * It runs on the CPU, when data are prepared or a prompt is asked: products and attention by the op table, LayerNorm and GELU,
 * which no decoder here has, in minilm_rows.c. */
#ifndef CADLM_MODEL_RAG_MINILM_H
#define CADLM_MODEL_RAG_MINILM_H

#include "core/hash.h"
#include "core/status.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_minilm cad_minilm;

/* Reads config.json, model.safetensors (or shards), tokenizer.json, and where they are there sentence_bert_config.json and
 * 1_Pooling/config.json.  Owner: the caller, by destroy (NULL is fine).  Errors: CAD_ENOTFOUND, CAD_EREFUSED (another kind of
 * model, activation, pooling, or a tensor that no such model has; by name), CAD_EDATA (shapes), those of the readers. */
CAD_MUST_USE cad_status cad_minilm_create(const char *dir, cad_minilm **out);
void cad_minilm_destroy(cad_minilm *m);
int64_t cad_minilm_dim(const cad_minilm *m);
/* Of weights, tokenizer and the settings above, in hex. */
const char *cad_minilm_xxh3(const cad_minilm *m);

/* out (n, dim) = the vectors of n NUL-terminated captions.  Errors: CAD_EDATA (a caption that is not UTF-8), CAD_ENOMEM,
 * CAD_ENUMERIC (a vector that is not finite). */
CAD_MUST_USE cad_status cad_minilm_encode(cad_minilm *m, const char *const *caption, int64_t n, float *out);

#ifdef __cplusplus
}
#endif
#endif
