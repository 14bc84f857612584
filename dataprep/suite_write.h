/* The suite that test rows make: the same number of prompts of each family, half in seen and half in held wording. */
#ifndef CADLM_DATAPREP_SUITE_WRITE_H
#define CADLM_DATAPREP_SUITE_WRITE_H

#include "dataprep/corpus_row.h"
#include "dataprep/payloads.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `rows`: the n test rows in order, with their held captions but without their targets: row i of `targets` is that of rows[i],
 * read if it stands in the suite.  per_family 0: 200 prompts in all, at least 20 of a family.  One
 * geometry gives at most one prompt of each wording, as far as a family has enough of them.  *families = 0 and nothing is
 * written when no row carries expectations.  The suite is named as the file.
 *
 * `step`: rows of STEP, which need no expectations and no held captions: references are their texts, and a family that has too
 * few rows gives all of them.  Otherwise that is CAD_EDATA. */
CAD_MUST_USE cad_status cad_suite_write(const char *path, const cad_row *rows, size_t n, const cad_payloads *targets, bool step,
                                        int64_t per_family, int64_t *written, int64_t *families);

#ifdef __cplusplus
}
#endif
#endif
