/* What writer and reader of a pack must agree on, stated once.  Private to dataprep. */
#ifndef CADLM_DATAPREP_PACK_LAYOUT_H
#define CADLM_DATAPREP_PACK_LAYOUT_H

#include "core/hash.h"
#include "dataprep/pack.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CAD_PACK_FORMAT "cadlm-pack"
enum { CAD_PACK_SCHEMA = 1, CAD_PACK_CHUNK = 16 << 10 };

/* Root attributes that are one text or one integer: X(member of cad_pack_info). */
#define CAD_PACK_TEXTS(X)                                                                                                      \
    X(created)                                                                                                                 \
    X(tool_version)                                                                                                            \
    X(tool_commit)                                                                                                             \
    X(kind)                                                                                                                    \
    X(split) X(split_group) X(tokenizer_xxh3) X(tokenizer_name) X(template_name) X(template_xxh3) X(template_text)             \
        X(representation) X(on_overflow) X(waived) X(rag_index_xxh3) X(dropped)
#define CAD_PACK_INTS(X)                                                                                                       \
    X(vocab_rows)                                                                                                              \
    X(bos_id)                                                                                                                  \
    X(eos_id) X(max_tokens) X(n_rows) X(n_tokens) X(n_loss_tokens) X(length_p50) X(length_p90) X(length_p99) X(length_max)

/* One text more, of packs with retrieved text; those of earlier builds are without it. */
#define CAD_PACK_RETRIEVAL "retrieval"

/* Hash over tokens, row_offset, span_offset, span (attribute tokens_xxh3): `h` has seen the tokens.  And over every other
 * column (columns_xxh3). */
void cad_pack_hash_tokens(cad_hasher *h, const cad_pack *p, char out[33]);
CAD_MUST_USE cad_status cad_pack_hash_columns(const cad_pack *p, char out[33]);

#ifdef __cplusplus
}
#endif
#endif
