/* What the files of eval/evaluation share while one evaluation runs. */
#ifndef CADLM_EVAL_EVALUATION_PARTS_H
#define CADLM_EVAL_EVALUATION_PARTS_H

#include "core/json.h"
#include "core/pool.h"
#include "eval/evaluation.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the prompts of the suite show to one model. */
typedef struct cad_eval_rag {
    cad_retrieved *found; /* (rows of the suite) NULL: nothing */
    bool leaky;           /* what is asked for stands in the index, and rag.allow_leak lets it */
    char words[64];       /* for spec string and identity: "off", "hash k1 <index>", "unknown" */
} cad_eval_rag;

typedef struct cad_eval_run_state {
    const cad_eval_opts *o;
    cad_evaluation *e;
    cad_arena *arena;
    cad_pool *pool;
    const char *pack, *tokenizer;        /* training pack and the tokenizer.json it was made with; NULL: unknown */
    int64_t overlap;                     /* suite captions found in the pack; -1 not counted */
    cad_eval_rag rag[CAD_EVAL_MAX_ROWS]; /* of each model */
    cad_retriever *retriever;            /* of the first model that has one; NULL: none has */
    const char *copied_by;               /* the encoder of retrieval-copy, where overlap is counted */
    bool steplm;                         /* the columns of STEP-LLM were asked for */
    uint64_t bootstrap_seed;
    char fingerprint[17];
    const char *spec;  /* line under the table */
    const char *limit; /* "LIMIT 50/2056: not comparable"; NULL: all prompts */
} cad_eval_run_state;

/* Opens the next row of the table: its folder and what is already in it.  `retrieved`: what its prompts show; may be NULL. */
CAD_MUST_USE cad_status cad_eval_open_row(cad_eval_run_state *r, const char *label, const char *identity,
                                          const cad_retrieved *retrieved, cad_answers **out);
/* Scores it, writes its results.json and adds it to the table.  `manifest` is borrowed. */
CAD_MUST_USE cad_status cad_eval_close_row(cad_eval_run_state *r, const char *label, const json_t *manifest, bool baseline);

/* Training pack with its tokenizer, and the data folders that the checkpoints recorded (config.ini, data.train): one folder at
 * most for each model. */
CAD_MUST_USE cad_status cad_eval_find_pack(cad_eval_run_state *r, const char **folders, size_t *n_folders);
/* What each model's prompts retrieve.  Errors: CAD_EDATA (an index that holds a row of the suite, by what its split
 * kept apart, without rag.allow_leak; or is not the one that a
 * checkpoint learnt with), CAD_ECONFIG and CAD_EUSAGE (an index is needed and none named; named and not needed), those of
 * cad_retriever_open. */
CAD_MUST_USE cad_status cad_eval_retrieve(cad_eval_run_state *r);
/* What a model's data waived, by commas, and CAD_PACK_LEAKY where its prompts show what they ask for; nothing for files. */
CAD_MUST_USE cad_status cad_eval_waived(const cad_eval_run_state *r, size_t model, cad_buf *out);
/* Spec string and fingerprint (spec/metrics.md 11), and the mark of a limited evaluation. */
CAD_MUST_USE cad_status cad_eval_spec(cad_eval_run_state *r);
/* Title and notes of the table; then its files; then the contact sheet. */
CAD_MUST_USE cad_status cad_eval_notes(cad_eval_run_state *r);
CAD_MUST_USE cad_status cad_eval_write_tables(cad_eval_run_state *r);
CAD_MUST_USE cad_status cad_eval_write_sheet(cad_eval_run_state *r);

#ifdef __cplusplus
}
#endif
#endif
