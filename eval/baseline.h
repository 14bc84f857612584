/* Answers that need no model (spec/metrics.md 10): what size alone, and copying the nearest training row, are worth. */
#ifndef CADLM_EVAL_BASELINE_H
#define CADLM_EVAL_BASELINE_H

#include "core/arena.h"
#include "core/status.h"
#include "dataprep/retriever.h"
#include "eval/answers.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `reference`: the reference of each prompt as its own answer. */
CAD_MUST_USE cad_status cad_baseline_reference(void *ctx, const cad_suite_row *row, cad_answer_text *out);

/* `bbox-cube`: a solid box with the reference's own box, from the records of the scored answers `reference`.  The programs live
 * in `arena`; a row without a record has none. */
typedef struct cad_bbox_cube cad_bbox_cube;
CAD_MUST_USE cad_status cad_bbox_cube_create(const cad_answers *reference, cad_arena *arena, cad_bbox_cube **out);
CAD_MUST_USE cad_status cad_baseline_bbox_cube(void *bbox_cube, const cad_suite_row *row, cad_answer_text *out);

/* `retrieval-copy`: the program of the training row whose caption is nearest (model/rag, exact search): by the encoder of
 * `run`, whose index gives the vectors of the rows that it has, or by the hashed one where that is NULL.  Reads the pack and
 * its tokenizer once; `run` must stay open; rows whose caption equals that of a suite row are left in (the generator's split
 * keeps their number at 0). */
typedef struct cad_retrieval_copy cad_retrieval_copy;
CAD_MUST_USE cad_status cad_retrieval_copy_create(const char *pack_path, const char *tokenizer_json, const cad_retriever *run,
                                                  cad_arena *arena, cad_retrieval_copy **out);
const cad_rag_encoder *cad_retrieval_copy_encoder(const cad_retrieval_copy *r); /* borrowed */
CAD_MUST_USE cad_status cad_baseline_retrieval_copy(void *retrieval_copy, const cad_suite_row *row, cad_answer_text *out);
/* How many prompts of the suite occur as captions in the pack. */
CAD_MUST_USE cad_status cad_retrieval_copy_overlap(const cad_retrieval_copy *r, const cad_suite *suite, int64_t *out);
void cad_retrieval_copy_destroy(cad_retrieval_copy *r);

#ifdef __cplusplus
}
#endif
#endif
