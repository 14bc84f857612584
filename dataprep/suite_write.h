/* The suite that test rows make: the same number of prompts of each family, half in seen and half in held wording. */
#ifndef CADLM_DATAPREP_SUITE_WRITE_H
#define CADLM_DATAPREP_SUITE_WRITE_H

#include "dataprep/corpus_row.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `rows`: the n test rows in order, with their held captions.  per_family 0: 200 prompts in all, at least 20 of a family.  One
 * geometry gives at most one prompt of each wording, as far as a family has enough of them.  *families = 0 and nothing is
 * written when no row carries expectations.  Errors: CAD_EDATA when a family has too few rows. */
CAD_MUST_USE cad_status cad_suite_write(const char *path, const cad_row *rows, size_t n, int64_t per_family, int64_t *written,
                                        int64_t *families);

#ifdef __cplusplus
}
#endif
#endif
