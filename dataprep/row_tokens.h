/* A row of a corpus as tokens: the prompt with what it retrieved, the answer, the end token. */
#ifndef CADLM_DATAPREP_ROW_TOKENS_H
#define CADLM_DATAPREP_ROW_TOKENS_H

#include "core/arena.h"
#include "core/json.h"
#include "core/status.h"
#include "dataprep/corpus_row.h"
#include "dataprep/payloads.h"
#include "dataprep/retrieved_cut.h"
#include "model/text/template.h"
#include "model/text/tokenizer.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How rows are made; borrowed. */
typedef struct cad_row_coder {
    const cad_template *tpl;
    const cad_tokenizer *tokenizer;
    size_t k;                     /* retrieved blocks of a row at most, 0..CAD_RETRIEVED_MAX; 0: without retrieval */
    const cad_payloads *payloads; /* NULL: rows carry what they retrieved, or there is none */
    int64_t bos, eos;             /* -1: none */
    int64_t max_tokens;
    int64_t retrieved_tokens; /* of the slot {retrieved} at most; 0: any number */
    bool loss_on_all;
    bool whole; /* prompt and answer are one text to the tokenizer where that leaves the prompt's tokens alone */
    bool trim;  /* a longer row loses retrieved text from its end, at places of cad_payload_cuts */
    bool cut;   /* a longer row loses its end */
} cad_row_coder;

typedef enum cad_row_state {
    CAD_ROW_good,
    CAD_ROW_long,       /* over max_tokens */
    CAD_ROW_no_rag,     /* nobody retrieved for it */
    CAD_ROW_none_found, /* it retrieved nothing */
    CAD_ROW_missing     /* what it retrieved is not there, or empty: out->missing */
} cad_row_state;

typedef struct cad_row_tokens {
    cad_ids ids;
    uint32_t begin; /* of the targets, which end where the row does */
    int64_t
        retrieved[CAD_RETRIEVED_MAX]; /* (k) rows of the payloads, CAD_PACK_CARRIED, or -1: none, or nothing of it is left */
    uint32_t trimmed;                 /* bytes of retrieved text that went */
    bool apart;                       /* of `whole`: the prompt's tokens would have been others */
    bool cut;
    const char *missing; /* the id that was retrieved, in the arena */
} cad_row_tokens;

/* The text of one of the rows that a row of corpus retrieved, an element of its "rag", in `a`: its own, or that of the payloads
 * (may be NULL); *out = NULL: it is not there.  *at: the row of the payloads, CAD_PACK_CARRIED or -1; *step: it is STEP.
 * Errors: CAD_EDATA, those of cad_payloads_read. */
CAD_MUST_USE cad_status cad_row_retrieved(const cad_payloads *p, const cad_row *row, const json_t *item, cad_arena *a,
                                          const char **out, int64_t *at, bool *step);

/* Fills *out, whose ids are kept from row to row.  `a`: scratch, not rewound.  Errors: CAD_EDATA (no loss token, a second begin
 * token, text that is no UTF-8), those of cad_payloads_read. */
CAD_MUST_USE cad_status cad_row_encode(const cad_row_coder *c, const cad_row *row, cad_arena *a, cad_row_tokens *out,
                                       cad_row_state *state);

#ifdef __cplusplus
}
#endif
#endif
