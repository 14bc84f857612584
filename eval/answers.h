/* Answers and scores of one model on one suite, on disk as predictions.jsonl and scores.jsonl (spec/cli.md 8, 14).
 *
 * A row of predictions.jsonl: key id sample prompt_sha (see cad_answers_prompt_sha) rag_ids (the rows that the prompt showed)
 * text n_tokens finish ms logprob seed, and too_large of an answer whose text is not kept (its bytes). Both files are
 * append-only; a second run does only what is missing.  The key of an answer names everything that can change it, so a key that
 * is there is never generated again. */
#ifndef CADLM_EVAL_ANSWERS_H
#define CADLM_EVAL_ANSWERS_H

#include "core/arena.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/pool.h"
#include "core/status.h"
#include "dataprep/retriever.h"
#include "eval/results.h"
#include "eval/suite.h"
#include "model/decoder/engine.h"

#include <signal.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_answer_slot {
    const cad_suite_row *row;
    int64_t sample;
    char key[33];
    const char *text; /* NULL: not there yet */
    size_t len;
    size_t too_large;   /* bytes of an answer that is not kept, since no job can carry it; 0: the text is all of it */
    bool stopped;       /* the end token came within the limit */
    int64_t tokens;     /* -1: unknown */
    const char *record; /* score record as JSON text, NULL: not scored yet */
    /* What its worker died over: it is scored without. */
    bool no_official, no_official_reference; /* the measures of STEP-LLM's code; the reference in them */
    bool no_reference;                       /* its class is reference_bad */
} cad_answer_slot;

typedef struct cad_answers {
    const cad_suite *suite;
    const char *dir; /* where the two files are */
    int64_t samples; /* per prompt */
    size_t n;        /* rows x samples, row by row */
    cad_answer_slot *slot;
    cad_arena *arena;                  /* texts live here */
    const volatile sig_atomic_t *stop; /* see core/stop_signal.h; NULL: nothing stops it */
    bool fresh;                        /* what cad_answers_read was told */
    cad_part_kind kind;                /* of the answers; ir unless the caller says otherwise before they are scored */
    bool always;                       /* STEP: see eval/part.h */
    bool steplm;                       /* the measures of STEP-LLM too */
    const cad_retrieved *retrieved;    /* (rows of the suite) what prompts show; NULL: nothing */
} cad_answers;

/* Empty slots for the first `limit` rows (0: all) and their keys: hash of `identity` (what the model, its template, decoding
 * and seed are), the prompt, what it shows (`retrieved`, borrowed: see cad_answers), and the sample. */
CAD_MUST_USE cad_status cad_answers_init(const cad_suite *suite, const cad_retrieved *retrieved, const char *dir,
                                         const char *identity, int64_t samples, int64_t limit, cad_arena *arena,
                                         cad_answers *out);
/* Fills in what the two files hold; rows with other keys and a torn last line are passed over.  `fresh` removes the files.
 * Errors: CAD_ECORRUPT naming file and line (not JSON), CAD_EDATA (a row without its members). */
CAD_MUST_USE cad_status cad_answers_read(cad_answers *a, bool fresh);

/* XXH3-128 in hex of what stands in a prompt: of the caption; where it shows a text, of that hash and the text's, end to end.
 */
void cad_answers_prompt_sha(const char *caption, const char *retrieved, char out[CAD_HASH_HEX]);
/* The ids of what was retrieved, "[]" where that is nothing or NULL; new reference, NULL: out of memory. */
json_t *cad_answers_rag_ids(const cad_retrieved *found);
/* What a row asks. */
cad_prompt cad_answers_prompt(const cad_answers *a, const cad_suite_row *row);
/* Generates the missing answers, appending each as it completes; progress on stderr.  CAD_EINTR: a->stop was set. */
CAD_MUST_USE cad_status cad_answers_generate(cad_answers *a, cad_engine *e, const cad_decode *o);
/* Takes answers from a function instead of a model (baselines, files): it fills in a zeroed *out; a failure ends the call. */
typedef struct cad_answer_text {
    const char *text; /* NULL: an empty answer, or one that is too large */
    size_t len;
    size_t too_large; /* bytes of an answer that no job can carry */
    bool ended;       /* of such a one: its last text is the end mark */
} cad_answer_text;
typedef cad_status (*cad_answer_source)(void *ctx, const cad_suite_row *row, cad_answer_text *out);
CAD_MUST_USE cad_status cad_answers_take(cad_answers *a, cad_answer_source source, void *ctx);

/* Scores the answers without a record in workers, appending each.  CAD_EINTR as above. */
CAD_MUST_USE cad_status cad_answers_score(cad_answers *a, cad_pool *pool, const char *label);
/* Records to numbers; one per slot, in `arena`.  A slot without a record is CAD_EPARTIAL.  Where most answers are compact text
 * (cad/step/text_form.h), STEP-LLM's CR, which looks for an end mark, says nothing of any of them. */
CAD_MUST_USE cad_status cad_answers_scored(const cad_answers *a, cad_arena *arena, cad_scored **out);

#ifdef __cplusplus
}
#endif
#endif
