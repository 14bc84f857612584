/* Stage split: one corpus into train, val and test, and the suite of prompts that the test rows make.
 *
 * Rows that share a caption or a geometry form a group; a group goes to one split as a whole.
 *
 * Compact IR: which one follows from a hash of the group alone, not from the other rows, their order or a seed: a part lies in
 * the same split in every corpus, so a base model has never trained on what another corpus tests.  A caption stands once.
 *
 * STEP: which one follows from the seed and the smallest id of the group; rows of val and test beyond cap_caption of one
 * caption are left out.  A list of ids that were placed before is honoured: other rows join their groups one by one, by id, and
 * follow them; a row that would tie two splits together is left out, and no other for its sake.  Profile steplm: rows are
 * shuffled, whatever their groups, or go where the list says.  What is left out stands in split.dropped.csv with the reason.
 *
 * Memory: 150 bytes for each row and its id; for each test row 250 bytes, its captions and expectations; the suite. */
#ifndef CADLM_DATAPREP_STAGE_SPLIT_H
#define CADLM_DATAPREP_STAGE_SPLIT_H

#include "core/config.h"
#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_SPLIT_train, CAD_SPLIT_val, CAD_SPLIT_test, CAD_SPLIT_COUNT };
extern const char *const cad_split_name[CAD_SPLIT_COUNT];

/* The shares of prep.split, which the configuration has checked: three percentages.  What is not there counts as 0. */
void cad_split_shares(const cad_list *split, double out[CAD_SPLIT_COUNT]);

typedef struct cad_stage_split_args {
    const char *in;                /* corpus .jsonl */
    const char *out;               /* folder: train.jsonl, val.jsonl, test.jsonl, and synth-test.jsonl where rows carry
                                      expectations, else for STEP step-test.jsonl */
    double share[CAD_SPLIT_COUNT]; /* any scale */
    bool by_caption, by_geometry;
    bool steplm;         /* STEP: as STEP-LLM's tools split */
    uint64_t seed;       /* STEP */
    int64_t cap_caption; /* STEP: rows of one caption in val, and in test; 0: any number */
    const char *list;    /* "ID train" a line, as far as rows have their place; NULL: none */
    int64_t suite_rows;  /* prompts of each family in the suite; 0: as many as make 200, at least 20 */
} cad_stage_split_args;

typedef struct cad_stage_split_result {
    int64_t rows[CAD_SPLIT_COUNT], groups, groups_in[CAD_SPLIT_COUNT];
    int64_t largest;  /* rows of the largest group */
    int64_t repeated; /* IR: rows left out because their caption was there already */
    int64_t left;     /* STEP: rows left out (split.dropped.csv) */
    bool step;
    int64_t suite_rows; /* written; 0: the test rows carry no expectations */
    int64_t suite_families;
} cad_stage_split_result;

/* Errors: CAD_ENOTFOUND (zero rows), CAD_EDATA (a caption with two targets: both ids; a suite that cannot be filled: nothing is
 * written). */
CAD_MUST_USE cad_status cad_split_corpus(const cad_stage_split_args *args, cad_stage_split_result *out);

#ifdef __cplusplus
}
#endif
#endif
