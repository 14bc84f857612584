/* Stage rag: each row of a corpus gets the rows whose captions are nearest to its own, by the rules of model/rag/rag_rank.h.
 *
 * A folder of splits: the rows that may be retrieved are those of train.jsonl, or with `all` those of train, val and test, in
 * this order.  One corpus: `all` alone, before a split.  The index is written beside, as rag.index; then each corpus is
 * replaced: rows get "rag", the header's info.rag tells how:
 * {"encoder","encoder_xxh3","index","index_xxh3","scope","exclude_same","ties", "seed","k","min_score","leaky"}.  Fields that
 * are unknown here stay.
 *
 * leaky: with scope=all, ties=first, or less than id, caption and geometry in exclude_same, rows may show what they are to be
 * asked for.  The mark goes on into packs, and from there into results. */
#ifndef CADLM_DATAPREP_STAGE_RAG_H
#define CADLM_DATAPREP_STAGE_RAG_H

#include "core/json.h"
#include "model/rag/rag_index.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_stage_rag_args {
    const char *in; /* a folder of splits, or a corpus */
    cad_rag_encoder *encoder;
    cad_rag_rule rule;
    bool all;
} cad_stage_rag_args;

typedef struct cad_stage_rag_result {
    int64_t rows, indexed; /* of all files; of the index */
    int64_t without;       /* rows that found none */
    int64_t distinct;      /* rows that were retrieved by at least one */
    int64_t most;          /* how often the one was that was retrieved most */
    double mean_score;     /* of the first hits */
    double encode_s, pair_s;
    bool leaky;
    char index[4200], index_xxh3[CAD_HASH_HEX];
} cad_stage_rag_result;

/* Errors: CAD_EDATA (an id twice, scope=train of one corpus), CAD_ENOTFOUND, CAD_EWRITE, CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_stage_rag(const cad_stage_rag_args *args, cad_stage_rag_result *out);

bool cad_rag_rule_leaky(const cad_rag_rule *rule, bool all);

#ifdef __cplusplus
}
#endif
#endif
