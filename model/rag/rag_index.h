/* A retrieval index: caption vectors with the names and groups of their rows, in memory or as a file.
 *
 * The file is a safetensors file: vector (n,dim) F32, caption_group and geometry_group (n) U64, caption_offset and id_offset
 * (n+1) U64, caption and id U8 (UTF-8, end to end), so Python reads it too.  Metadata: cadlm "rag-index", schema "1", encoder,
 * encoder_xxh3, corpus_xxh3, scope, and xxh3, the XXH3-128 over these and all tensors: the identity of the index.
 *
 * Apart from the identity, which the corpora name themselves, it may tell where the rows stand: place (n,3) U64 and the
 * metadata files ("HASH NAME", slashes between) and place_xxh3, the XXH3-128 over both. */
#ifndef CADLM_MODEL_RAG_RAG_INDEX_H
#define CADLM_MODEL_RAG_RAG_INDEX_H

#include "model/rag/rag_encoder.h"
#include "model/rag/rag_rank.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CAD_RAG_INDEX_NAME "rag.index" /* in a folder of splits */

enum { CAD_RAG_FILES = 3 };

/* Where the line of a row stands, without its end: in which of the files, from which byte, how long. */
typedef struct cad_rag_place {
    uint64_t file, at, bytes;
} cad_rag_place;

/* A corpus beside the index: its name, and the XXH3-128 of its bytes when the places were noted. */
typedef struct cad_rag_file {
    const char *name, *xxh3;
} cad_rag_file;

typedef struct cad_rag_info {
    const char *encoder;              /* "hash", "minilm" */
    const char *encoder_xxh3;         /* as cad_rag_encoder_xxh3 */
    const char *corpus_xxh3;          /* as cad_rag_corpus_hash */
    const char *scope;                /* "train": only rows of the train split; "all" */
    const char *xxh3;                 /* of the index; not read by write */
    const cad_rag_place *place;       /* (n) NULL: not told, as in files of earlier builds */
    cad_rag_file file[CAD_RAG_FILES]; /* (n_files) where places are told */
    size_t n_files;
} cad_rag_info;

uint64_t cad_rag_target_hash(const char *target);
/* One row more for the hash of a corpus; `target`: as above, of the text that the row shows to others. */
void cad_rag_corpus_add(cad_hasher *h, const char *id, const char *caption, uint64_t target, uint64_t caption_group,
                        uint64_t geometry_group);
/* XXH3-128 in hex over ids, captions, targets and groups, in order: whether an index is that of these rows.  An index read from
 * a file knows no targets (0 each): its own hash is in its cad_rag_info. */
CAD_MUST_USE cad_status cad_rag_corpus_hash(const cad_rag_rows *rows, char out[CAD_HASH_HEX]);

/* Replaces `path` as a whole; rows need ids, captions and groups.  xxh3: the identity of what was written. */
CAD_MUST_USE cad_status cad_rag_index_write(const char *path, const cad_rag_rows *rows, const cad_rag_info *info,
                                            char xxh3[CAD_HASH_HEX]);

typedef struct cad_rag_index cad_rag_index;
/* Reads all of it and compares its hash.  Errors: CAD_ENOTFOUND, CAD_EIO, CAD_ECORRUPT (cut, changed), CAD_EDATA (a file of
 * another kind, something else in a safetensors file, another schema). */
CAD_MUST_USE cad_status cad_rag_index_open(const char *path, cad_rag_index **out);
void cad_rag_index_destroy(cad_rag_index *x); /* NULL is fine */
const cad_rag_rows *cad_rag_index_rows(const cad_rag_index *x);
const cad_rag_info *cad_rag_index_info(const cad_rag_index *x);

/* CAD_EDATA unless the index was made by this encoder: both hashes, and the key that sets it; `name` names the index. */
CAD_MUST_USE cad_status cad_rag_index_expect(const cad_rag_index *x, const char *name, const cad_rag_encoder *e);

/* hit (rule->k): the best rows for a sentence, which is its own name for seeded ties; *found: how many.
 * Errors: those of cad_rag_index_expect, CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_rag_index_search(const cad_rag_index *x, cad_rag_encoder *e, const char *caption,
                                             const cad_rag_rule *rule, cad_rag_hit *hit, int64_t *found);

#ifdef __cplusplus
}
#endif
#endif
