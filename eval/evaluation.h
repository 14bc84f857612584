/* One evaluation: models and baselines on one suite, from checkpoints to a folder of results.
 *
 *   OUT/<label>-<hash>/{manifest.json,predictions.jsonl,scores.jsonl,results.json}   one for each model and baseline
 *   OUT/{table.md,table.csv,table.json,contact.png}                                 all of them side by side
 *   OUT/LOCK                                                                        who writes there; gone at the end */
#ifndef CADLM_EVAL_EVALUATION_H
#define CADLM_EVAL_EVALUATION_H

#include "core/config.h"
#include "core/status.h"
#include "eval/answers.h"
#include "eval/table.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_EVAL_MAX_ROWS = 24 };

typedef struct cad_eval_model {
    const char *label;
    const char *ckpt; /* NULL: the embedded base */
    const char *pred; /* folder of STEP files made elsewhere, in the place of a checkpoint; NULL: none */
} cad_eval_model;

typedef struct cad_eval_opts {
    const cad_config *config; /* decode.*, metrics.*, run.seed */
    const char *suite;        /* path, or a name: see cad_eval_find_suite; NULL with gt */
    const char *gt;  /* folder of STEP files that the ones of `pred` are compared with; NULL: the suite has references */
    const char *out; /* folder; NULL: runs/eval/<suite name> */
    const cad_eval_model *model;
    size_t n_models;
    const char *rag;  /* retrieval index for models that learnt with one, "off": none; NULL: as the checkpoints recorded */
    const char *pack; /* training pack for retrieval-copy; NULL: what the checkpoints recorded */
    bool allow_leak; /* an index may hold what is asked for: results are marked; rag.allow_leak, where it was said to cadeval */
    bool fresh, baselines;
    size_t sheet_rows;                 /* prompts on the contact sheet; 0: none */
    const volatile sig_atomic_t *stop; /* core/stop_signal.h: ends generating and scoring with CAD_EINTR; NULL: nothing does */
} cad_eval_opts;

/* What stands in memory after an evaluation; texts and rows live in the arena. */
typedef struct cad_evaluation {
    cad_suite suite;
    const char *out;
    cad_answers answers[CAD_EVAL_MAX_ROWS];
    cad_table_row row[CAD_EVAL_MAX_ROWS];
    size_t n_rows;
    cad_table table;
} cad_evaluation;

/* *out = path of a suite: `name` itself, <name>.jsonl in a folder of `folders` (n), or configs/suite_<name>.jsonl of the
 * shipped files ("-" as "_"), in this order.  Errors: CAD_ENOTFOUND naming the places. */
CAD_MUST_USE cad_status cad_eval_find_suite(const char *name, const char *const *folders, size_t n, cad_buf *out);

/* Generates, scores and tabulates what is missing, and writes all files.  Errors: CAD_ELOCKED where a living process evaluates
 * into the same folder (by the kernel's lock; a LOCK that a dead one left is free), and those of the parts; whatever was
 * finished stays on disk, and the next call goes on from there. */
CAD_MUST_USE cad_status cad_eval_run(const cad_eval_opts *o, cad_arena *arena, cad_evaluation *out);
void cad_eval_deinit(cad_evaluation *e);

/* Gates: "valid>=0.9"; "base:sizes>=0.75" (a label in front: that row; none: the first); "ours:valid@families.unseen>=0.95" (a
 * kind of group and its name, as in results.json); "ours:sizes@families.seen>=base-0.05" (a bound that is another row's value).
 * CAD_EGATE: one a line, those that are not met, with their values. */
CAD_MUST_USE cad_status cad_eval_gates(const cad_evaluation *e, const cad_list *require);
/* What can be said of them before anything is scored, with the labels of the rows to come: CAD_ECONFIG for one that does not
 * parse, an unknown label, metric or kind of group. */
CAD_MUST_USE cad_status cad_eval_gates_check(const cad_list *require, const char *const *labels, size_t n);

#ifdef __cplusplus
}
#endif
#endif
