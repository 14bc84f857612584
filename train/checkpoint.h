/* Checkpoints of a run: RUN/ckpt/step-000900/ and the links latest and best (formats.md 12).
 *
 * A checkpoint is written beside its place, synced, marked DONE, renamed; links change by rename; only then older ones go.  A
 * folder without a DONE that matches its files does not exist for any reader.  Each one is complete for inference: a PEFT
 * directory (LoRA) or a model directory (full), with tokenizer.json, template.txt and config.ini. */
#ifndef CADLM_TRAIN_CHECKPOINT_H
#define CADLM_TRAIN_CHECKPOINT_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/hash.h"
#include "core/status.h"
#include "model/decoder/decoder.h"
#include "train/optimizer.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_WAIVED_MAX = 96 }; /* all four words and the mark take 47 */
enum { CAD_FORM_MAX = 256 };  /* the settings of cadprep text take some 100 */

/* trainer_state.json: all that a resume needs beside weights and moments. */
typedef struct cad_train_state {
    int64_t step;                      /* updates done (skipped steps count) */
    int64_t epoch, batch;              /* what comes next */
    int64_t rows, tokens, loss_tokens; /* seen so far */
    int64_t skipped;                   /* steps left out because something was not finite */
    double loss_ema, norm_ema; /* sums of an average with decay CAD_EMA_DECAY, still to be divided by 1 - decay^ema_steps */
    int64_t ema_steps;
    double metric;     /* checkpoint.best_metric of these weights; NaN: not measured */
    double best;       /* the best of it so far; NaN: never measured */
    int64_t best_step; /* checkpoint that has it; 0: none */
    double wall_s;
    uint64_t seed; /* the random numbers are functions of (seed, purpose, step, row): the counters are step and row */
    int64_t micro_tokens, lanes, ranks;
    char base_hash[CAD_HASH_HEX]; /* of the base weights */
    char data_hash[CAD_HASH_HEX]; /* tokens_xxh3 of the training pack */
    char config_hash[CAD_HASH_HEX];
    char
        waived[CAD_WAIVED_MAX]; /* by the training packs: words of audit.waive, and CAD_PACK_LEAKY, by commas; tables tell it */
    char kind[8];               /* of the answers that it learnt, "ir" or "step"; "": files of earlier builds do not say */
    char form[CAD_FORM_MAX];    /* of their text, as the packs tell it (representation); "": likewise */
    char rag_index[CAD_HASH_HEX]; /* XXH3-128 of the index that its rows were retrieved with; "": without retrieval */
    char backend[16];             /* that computed the last steps; files without one are from builds that had the CPU alone */
} cad_train_state;
#define CAD_EMA_DECAY 0.98

/* Adds the words of a list that are not there. */
void cad_train_state_waive(cad_train_state *s, const char *words);
CAD_MUST_USE cad_status cad_train_state_save(const cad_train_state *s, const char *path);
CAD_MUST_USE cad_status cad_train_state_load(const char *path, cad_train_state *out);

/* What goes into a checkpoint.  Borrowed. */
typedef struct cad_checkpoint_source {
    const char *dir; /* RUN/ckpt */
    cad_decoder *decoder;
    cad_optimizer *optimizer;
    const char *tokenizer_dir; /* its tokenizer.json is copied; see cad_tokenizer_config_of */
    const char *template_text;
    const char *config_text;     /* config.ini */
    const char *model_json;      /* config.json of the base; NULL: made from the decoder's configuration */
    const char *generation_json; /* the same for generation_config.json */
    const char *card;            /* README.md; NULL: what the decoder writes, or none */
    const char *commit;
} cad_checkpoint_source;

/* Bytes of one checkpoint with `params` trained (all weights, or LoRA pairs) and moments of `moments` bytes. */
uint64_t cad_checkpoint_bytes(const cad_params *params, bool full, size_t moments);
/* Twice what a checkpoint takes must be free where `dir` lies: the old one stays until the new one stands.  CAD_EWRITE tells
 * the numbers. */
CAD_MUST_USE cad_status cad_checkpoint_check_space(const char *dir, const cad_decoder *d, const cad_optimizer *o);
/* Writes step-<state->step>, points `latest` (and `best` when is_best) to it.  Errors: CAD_EWRITE (no space is told with the
 * numbers), CAD_ENUMERIC; on failure the older checkpoints and links are as before. */
CAD_MUST_USE cad_status cad_checkpoint_save(const cad_checkpoint_source *src, const cad_train_state *state, bool is_best,
                                            cad_arena *scratch);
/* Removes all but the newest keep_last, the keep_best best by `metric` (largest when `maximise`), what `latest` and `best`
 * name, and leftovers of killed saves. */
CAD_MUST_USE cad_status cad_checkpoint_rotate(const char *dir, int64_t keep_last, int64_t keep_best, bool maximise,
                                              cad_arena *scratch);

/* For a run that goes on after `step`: later checkpoints below `dir` are damaged, or those of a branch that it leaves.  They
 * are renamed to the first free of dropped-step-N, dropped-step-N.1, .., which no reader looks for and no rotation removes.
 * `latest` and `best`, where they named one of them, then name step and best_step; *best_gone: best_step is not there, and
 * neither is `best`.  A missing `dir` is fine.  Errors: CAD_EWRITE. */
CAD_MUST_USE cad_status cad_checkpoint_leave_branch(const char *dir, int64_t step, int64_t best_step, cad_arena *scratch,
                                                    bool *best_gone);

/* Appends the path of the newest sound checkpoint below `dir` (files are hashed); a damaged one is passed over with a warning.
 * Errors: CAD_EIO and CAD_ENOMEM (of one that may be sound), CAD_ENOTFOUND (there is none at all), CAD_ECORRUPT (there are
 * some, all damaged: the newest one's damage). */
CAD_MUST_USE cad_status cad_checkpoint_find(const char *dir, cad_arena *scratch, cad_buf *out);
/* Checks DONE with hashes, then fills weights, moments and state.  Errors: CAD_ENOTFOUND, CAD_ECORRUPT, CAD_EDATA. */
CAD_MUST_USE cad_status cad_checkpoint_load(const char *path, cad_decoder *d, cad_optimizer *o, cad_train_state *out);

#ifdef __cplusplus
}
#endif
#endif
