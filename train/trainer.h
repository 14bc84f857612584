/* A training run: everything that a configuration asks for, opened and checked, then trained.
 *
 *   open    reads and checks all inputs (packs against tokenizer and template, shapes), takes the run directory, finds the
 *           checkpoint to continue from and loads it;  with `check` it touches nothing: `cadtrain --check` is open and close;
 *   run     trains to the last step, or until it is asked to stop;
 *   close   releases everything; a run directory that was taken and not run is as it was before.
 *
 * A run that is killed at any moment and started again continues from its newest checkpoint with the same bits. */
#ifndef CADLM_TRAIN_TRAINER_H
#define CADLM_TRAIN_TRAINER_H

#include "core/config.h"
#include "core/status.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_trainer cad_trainer;

typedef struct cad_trainer_opts {
    const char *run_dir;      /* NULL: <run.out_root>/<run.name> */
    const char *resume;       /* "auto": the newest sound checkpoint of the run directory; "no": an existing run
                                 directory is moved aside; else a checkpoint directory, of which the same word at
                                 the next start goes on with what followed.  NULL: auto */
    const char *const *allow; /* (n_allow) keys that may differ from the checkpoint's config.ini */
    size_t n_allow;
    bool force_unlock;                 /* take over from an owner of the run directory that is gone: train/run_lock.h */
    const char *command;               /* line of shell for cmd.sh; NULL: none is written */
    bool check;                        /* only open: the run directory is read, not taken */
    const volatile sig_atomic_t *stop; /* number of the signal that asked for an end, else 0; NULL: never */
} cad_trainer_opts;

/* `cfg` and the options are borrowed for life.  All problems of the input files are reported at once.  Errors: CAD_ECONFIG
 * (also keys that differ on resume), CAD_EDATA, CAD_ENOTFOUND, CAD_ECORRUPT, CAD_ENOMEM, CAD_ELOCKED, CAD_EWRITE. */
CAD_MUST_USE cad_status cad_trainer_open(const cad_config *cfg, const cad_trainer_opts *o, cad_trainer **out);

/* Not after `check`.  Errors: CAD_EINTR (SIGINT; saved), CAD_EREQUEUE (another signal, or the file STOP; saved), CAD_ENUMERIC
 * (naming step and rows; nothing is saved), CAD_ELOCKED, CAD_EWRITE. */
CAD_MUST_USE cad_status cad_trainer_run(cad_trainer *t);
void cad_trainer_close(cad_trainer *t); /* NULL is fine */

/* What a summary needs after open. */
typedef struct cad_trainer_facts {
    int64_t parameters, trained;       /* of the model; of them with a gradient (or in LoRA pairs) */
    int64_t rows, tokens, loss_tokens; /* of the training pack */
    int64_t steps, steps_per_epoch;    /* in all; of the first epoch */
    int64_t max_pass_tokens;
    int64_t resume_step; /* 0: from the start */
    const char *run_dir;
} cad_trainer_facts;
cad_trainer_facts cad_trainer_get_facts(const cad_trainer *t);

#ifdef __cplusplus
}
#endif
#endif
