/* Texts scored in workers against one reference, a plate with a hole, as a suite does it.  Texts are as they stand in JSON: a
 * line end is a backslash and an n.  What fails fails the test. */
#ifndef CADLM_TESTS_ROBUST_SCORE_RIG_H
#define CADLM_TESTS_ROBUST_SCORE_RIG_H

#include "core/json.h"
#include "core/pool.h"

extern const char *const SCORE_REFERENCE; /* the plate; expected are its box and one solid */
extern const char *const SCORE_BOX;       /* its box */

/* Results come as they end; 2 GiB a worker.  The caller destroys it. */
cad_pool *score_pool(int workers, double cpu_s);
void score_submit(cad_pool *p, uint64_t tag, const char *text);
void score_submit_against(cad_pool *p, uint64_t tag, const char *text, const char *reference);
/* The record of the next result, without what the clock measured.  The caller owns it. */
json_t *score_next(cad_pool *p, uint64_t *tag);
/* The record of one text, by a pool of its own. */
json_t *score_one(const char *text);
json_t *score_one_against(const char *text, const char *reference);

const char *score_class(const json_t *record);
double score_number(const json_t *o, const char *name); /* 0 where there is none */

#endif
