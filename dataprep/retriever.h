/* Retrieval for a sentence, as models that learnt with it are asked: the index, and the corpora that hold what it names. */
#ifndef CADLM_DATAPREP_RETRIEVER_H
#define CADLM_DATAPREP_RETRIEVER_H

#include "core/arena.h"
#include "core/config.h"
#include "core/status.h"
#include "model/rag/rag_index.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_retriever cad_retriever;

/* `path`: an index, or the folder of splits that it lies in; the corpora lie beside it.  k, ties, min_score, max_tokens,
 * encoder_path and profile come from sections [rag] and [prep], the seed from [run] as the checkpoint recorded it, whatever its
 * answers are drawn with.  `learnt_with`: XXH3-128 of the index that a model learnt with, NULL or "": not compared.  `ckpt`:
 * the checkpoint that is asked (as cad_engine_open), whose tokens rag.max_tokens counts.  Errors: CAD_ENOTFOUND, CAD_EDATA
 * (another index: both hashes; no corpus there, or one of other rows), CAD_ECONFIG (no rag.encoder_path for an encoder with
 * weights), those of cad_rag_index_open, cad_rag_index_expect, cad_rag_encoder_create and cad_payloads_open. */
CAD_MUST_USE cad_status cad_retriever_open(const char *path, const cad_config *cfg, const char *learnt_with, const char *ckpt,
                                           cad_retriever **out);
void cad_retriever_close(cad_retriever *r); /* NULL is fine */

/* Borrowed: what it searches, and with what. */
const cad_rag_index *cad_retriever_index(const cad_retriever *r);
cad_rag_encoder *cad_retriever_encoder(const cad_retriever *r);

typedef struct cad_retrieved {
    const char *text;  /* the blocks as they stand in the slot, best first; NULL: nothing was found */
    int64_t n;         /* rows of which something stands in it */
    const char *id[8]; /* (n) rows of the index */
    double score[8];   /* cosines */
} cad_retrieved;

/* Texts live in `a`; with rag.max_tokens they end where those of a pack do (retrieved_cut.h).  Profile strict: the k best rows.
 * steplm: of the five best, equal ones from behind, the first that has a text.  Errors: CAD_EDATA (a row of the index has no
 * text, or is not in the corpora: which), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_retriever_find(cad_retriever *r, const char *caption, cad_arena *a, cad_retrieved *out);

#ifdef __cplusplus
}
#endif
#endif
