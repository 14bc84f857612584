/* A small training whose checkpoints tests damage, cut and interrupt: opened by the trainer, stepped by nobody.
 *
 * Two states stand for "the old one" and "the new one": step 1 with the first weights, step 2 with others. */
#ifndef CADLM_TESTS_ROBUST_CKPT_RIG_H
#define CADLM_TESTS_ROBUST_CKPT_RIG_H

#include "core/status.h"
#include "train/trainer_parts.h"

typedef struct ckpt_rig {
    char dir[4096];  /* holds everything */
    char ckpt[4200]; /* where checkpoints go */
    cad_arena *arena;
    const cad_config *cfg;
    cad_trainer *t;
    float *weights[2]; /* of the old and of the new state */
} ckpt_rig;

void rig_open(ckpt_rig *r, const char *name);
void rig_close(ckpt_rig *r);
/* A trainer over the same files; for tests of its opening too. */
CAD_MUST_USE cad_status rig_open_trainer(const ckpt_rig *r, cad_trainer **out);
/* Puts old (0) or new (1) weights and position into the trainer. */
void rig_use(ckpt_rig *r, int state);
/* Saves what the trainer holds. */
CAD_MUST_USE cad_status rig_write(ckpt_rig *r);
/* The same, then removes what a run with keep_last = 1 no longer keeps. */
CAD_MUST_USE cad_status rig_save(ckpt_rig *r);
/* Only the old checkpoint is there; the trainer holds the new state. */
void rig_start_over(ckpt_rig *r);
/* Which state a resume finds and loads: 0 or 1, whole to the last weight; the test fails when it is a mixture or none. */
int rig_load(ckpt_rig *r);
int rig_open_files(void); /* descriptors of this process */
/* Path of a file of the old checkpoint; two results live at a time. */
const char *rig_file(const ckpt_rig *r, const char *name);

#endif
