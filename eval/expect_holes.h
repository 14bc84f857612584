/* Holes and bosses of an expectation (eval/expect.h): complete lists of round features, matched one to one. */
#ifndef CADLM_EVAL_EXPECT_HOLES_H
#define CADLM_EVAL_EXPECT_HOLES_H

#include "cad/occt/solid.h"
#include "core/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A wanted number (relative tolerance), [lo, hi] or null against a found value. */
bool cad_expect_matches(const json_t *want, double got, double tol);
/* Same axis: directions within 1e-4 rad, axes within `distance` mm of each other. */
bool cad_cylinders_coaxial(const cad_cylinder *a, const cad_cylinder *b, double distance);
/* Diagonal of the box, mm. */
double cad_facts_diagonal(const cad_facts *f);

/* `want`: [{d, count (1), through, depth | h, pcd, even (true), spacing}].  Every full round feature of that sense must be
 * named, and every named one must exist; [] says there are none. */
bool cad_expect_holes(const json_t *want, const cad_facts *f, bool concave, double tol);

#ifdef __cplusplus
}
#endif
#endif
