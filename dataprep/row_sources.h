/* What the rows of a corpus retrieved from, as its header tells it: the corpora behind the index, and how it was asked. */
#ifndef CADLM_DATAPREP_ROW_SOURCES_H
#define CADLM_DATAPREP_ROW_SOURCES_H

#include "core/arena.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/status.h"
#include "dataprep/payloads.h"
#include "model/text/template.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* info.rag.scope of rows that carry the texts that they show (corpus_row.h, "text"): there is no index. */
#define CAD_ROW_SOURCES_CARRIED "row"
bool cad_row_sources_carried(const json_t *corpus_header);

typedef struct cad_row_sources {
    const char *path[CAD_PAYLOAD_FILES]; /* (n) the corpora, in the order of the index */
    size_t n;
    cad_payloads *payloads;        /* their rows; NULL: rows carry their texts, and there are no corpora */
    size_t k;                      /* retrieved rows of a row at most, 1..CAD_RETRIEVED_MAX */
    char index_xxh3[CAD_HASH_HEX]; /* of the index, or "" */
    bool leaky;                    /* rows may show what they are asked for (stage_rag.h) */
    json_t *told;                  /* info.rag */
} cad_row_sources;

/* Those of one corpus: train.jsonl of the same folder, or all splits there where the index was of all (then of a corpus that is
 * no split, itself).  Paths live in `a`.  Errors: CAD_EDATA (the header does not tell of retrieval, or wrongly), CAD_ENOTFOUND
 * (no train.jsonl), those of cad_payloads_open. */
CAD_MUST_USE cad_status cad_row_sources_open(const char *corpus, cad_arena *a, cad_row_sources *out);
void cad_row_sources_close(cad_row_sources *s);

/* A template has a slot for retrieved text exactly when rows show it; else CAD_ECONFIG. */
CAD_MUST_USE cad_status cad_row_sources_fit(const cad_template *tpl, bool rag);

#ifdef __cplusplus
}
#endif
#endif
