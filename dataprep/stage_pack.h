/* Stages tokenizer and pack: from rows of text to rows of tokens, with the audit that no bad row gets past. */
#ifndef CADLM_DATAPREP_STAGE_PACK_H
#define CADLM_DATAPREP_STAGE_PACK_H

#include "core/buf.h"
#include "core/status.h"
#include "model/text/template.h"
#include "model/text/tokenizer.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Learns a byte-level BPE of at most `vocab` tokens from prompts and answers of `corpus` and writes DIR/tokenizer.json and
 * DIR/tokenizer_config.json.  The result depends on the set of rows alone. */
CAD_MUST_USE cad_status cad_stage_tokenizer(const char *corpus, const cad_template *tpl, int64_t vocab, const char *dir,
                                            int64_t *out_vocab);

typedef enum cad_overflow { CAD_OVERFLOW_error, CAD_OVERFLOW_drop, CAD_OVERFLOW_trim_context } cad_overflow;

typedef struct cad_stage_pack_args {
    const char *in;  /* corpus .jsonl */
    const char *out; /* .h5 */
    const cad_tokenizer *tokenizer;
    const char *tokenizer_name; /* its folder, as the user named it */
    const cad_template *tpl;
    int64_t max_tokens;
    int64_t retrieved_tokens; /* of the slot {retrieved} at most; 0: any number */
    cad_overflow on_overflow;
    bool rag;                /* rows show what they retrieved (cadprep rag build); the template has a slot for it */
    bool steplm;             /* prep.profile: prompt and answer are one text to the tokenizer */
    bool loss_on_all;        /* targets are all tokens but the first; needs the waiver loss_on_context */
    bool no_eos;             /* needs the waiver no_eos */
    int bos;                 /* -1 as the tokenizer says, 0 never, 1 always (an error when it has none) */
    double max_drop;         /* share of rows that may be dropped */
    const char *waived;      /* comma list, goes into the pack; with cut_answer, of steplm alone, a longer row loses its end */
    const char *split_group; /* what lies in one split alone */
    bool shuffled;           /* rows of STEP were split without groups: nothing does */
} cad_stage_pack_args;

typedef struct cad_stage_pack_result {
    int64_t rows, tokens, loss_tokens, dropped, longest;
    int64_t without; /* of those dropped: rows that retrieved nothing */
    int64_t trimmed; /* rows whose retrieved text lost its end */
    int64_t cut;     /* rows that lost their own */
    int64_t apart;   /* of steplm: rows whose prompt would have had other tokens, so that it was encoded apart */
    bool leaky;
} cad_stage_pack_result;

/* One row: prompt and answer are encoded apart and concatenated, then the end token; the answer with its end token is the only
 * span of targets.  What rows retrieved is looked up in the corpora of the same folder: train.jsonl, or all splits where the
 * index was of all (then of a corpus that is no split, itself); their rows are numbered through in the pack.
 * Errors: CAD_EDATA naming row ids (over max_tokens with on_overflow=error, an empty answer, a second BOS, text that is not
 * UTF-8, an id twice, another split or kind than the rows before, what was retrieved is not there; more dropped than max_drop
 * allows); CAD_ECONFIG (rag without a slot in the template, or the reverse; a waiver missing). */
CAD_MUST_USE cad_status cad_stage_pack(const cad_stage_pack_args *args, cad_stage_pack_result *out);

#ifdef __cplusplus
}
#endif
#endif
