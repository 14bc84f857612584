/* What STEP-LLM measures of a part (spec/metrics.md 3.4): as its code has it, with our deterministic alignment in the place of
 * its random one, and as it should be. */
#ifndef CADLM_EVAL_STEPLM_SCORE_H
#define CADLM_EVAL_STEPLM_SCORE_H

#include "cad/mesh/align.h"
#include "eval/part.h"

#ifdef __cplusplus
extern "C" {
#endif

/* NaN: no value. */
typedef struct cad_steplm_fixed {
    double s2, p2s, sim; /* scd.fixed, scd.p2s, scd.sim */
    double g2p;          /* what the official measure would be on these meshes */
} cad_steplm_fixed;
/* All roots, the mesh that everything else is measured on, both directions; both parts have meshes. */
CAD_MUST_USE cad_status cad_steplm_score_fixed(const cad_part *reference, const cad_part *prediction, const char *reference_id,
                                               const char *prediction_key, cad_arena *arena, cad_steplm_fixed *out);

typedef struct cad_steplm_official {
    bool rendered; /* a root became a shape, and some deflection gave it triangles */
    double scd;    /* from the reference alone */
} cad_steplm_official;
/* The first root, meshed with 0.1 mm.  Takes whatever the kernel was given, refused texts too (cad_part_text.always); marks
 * its stages as CAD_STEPLM_STAGE, those over the reference as CAD_STEPLM_REFERENCE, since a large part may cost more time than
 * a worker has.  Without a reference (NULL) the prediction is rendered and no distance measured.  `fixed`, which may be NULL,
 * is what was measured of the same two parts: of parts without a curved face both meshes are the same, and so is the distance.
 */
#define CAD_STEPLM_STAGE "official"
#define CAD_STEPLM_REFERENCE CAD_STEPLM_STAGE " reference"
CAD_MUST_USE cad_status cad_steplm_score_official(const cad_part *reference, const cad_part *prediction,
                                                  const char *reference_id, const char *prediction_key,
                                                  const cad_steplm_fixed *fixed, cad_arena *arena, cad_steplm_official *out);

#ifdef __cplusplus
}
#endif
#endif
