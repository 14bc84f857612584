/* Prompt checks: does a part have what its prompt asked for?  (spec/metrics.md 8)
 *
 * `expect` is the JSON object of a suite row: solids shells bbox order volume faces genus holes bosses wall open prism any tol.
 * A number means 1 % (or `tol`), [lo, hi] a range; a key that is absent claims nothing.  Each key is one check, `all` their
 * conjunction. */
#ifndef CADLM_EVAL_EXPECT_H
#define CADLM_EVAL_EXPECT_H

#include "cad/occt/solid.h"
#include "core/json.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_EXPECT_MAX = 16 };

typedef struct cad_check {
    const char *name; /* the key; static text */
    bool pass;
} cad_check;

typedef struct cad_checks {
    cad_check item[CAD_EXPECT_MAX];
    int n;
    bool all;
} cad_checks;

/* Keys and types of an expectation; errors (CAD_EDATA) name `where` and the key.  Suites are validated when they are read. */
CAD_MUST_USE cad_status cad_expect_validate(const json_t *expect, const char *where);

/* Checks a valid part (level 8 or more; callers fail all checks below that).  `open_mask` as from cad_solid_open.
 * `expect` must have passed cad_expect_validate. */
void cad_expect_check(const json_t *expect, const cad_facts *facts, uint32_t open_mask, cad_checks *out);

#ifdef __cplusplus
}
#endif
#endif
