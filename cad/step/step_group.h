/* The geometry group of a STEP file: one number for what its solids are, whatever they are called and however they are written.
 * A file without solids has that of its surface models, one without those that of all its instances, so that equal files are
 * one.
 *
 * A hash from the bottom up over every MANIFOLD_SOLID_BREP, BREP_WITH_VOIDS and FACETED_BREP (else every
 * SHELL_BASED_SURFACE_MODEL and FACE_BASED_SURFACE_MODEL): lengths in millimetres, rounded
 * to five digits of the part's size, angles in radians.  It does not see ids, the order of instances, names, styles, products,
 * units, value-equal points that are shared or not, in what order a shell lists its faces or a face its bounds, where a loop
 * begins, parametric curves, or the length of a vector.  A moved, mirrored or otherwise parametrised copy is another group. */
#ifndef CADLM_CAD_STEP_STEP_GROUP_H
#define CADLM_CAD_STEP_STEP_GROUP_H

#include "cad/step/step.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Digits of the size that count. */
enum { CAD_STEP_GROUP_DIGITS = 5 };

/* *out = the group, 0 where the file has no instance.  Files with cycles of references have one too, which may then depend on
 * their order.  Time: linear, times the number of length units in use (at most eight count).  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_step_group(const cad_step *m, uint64_t *out);

/* Millimetres in the length unit, and radians in the angle unit, of the representation that instance `item` stands in; 1 and 1
 * where that is not told. */
typedef struct cad_step_units {
    double length, angle;
} cad_step_units;
/* The same of what a context assigns; false: it assigns neither.  What it does not assign is left as it is in *out. */
bool cad_step_units_in(const cad_step *m, uint32_t context, cad_step_units *out);
cad_step_units cad_step_units_of(const cad_step *m, uint32_t item);

#ifdef __cplusplus
}
#endif
#endif
