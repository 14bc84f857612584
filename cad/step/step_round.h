/* The numbers of a STEP file rounded by what they are, relative to the size of the part (shared/spec/step-llm.md 2.2). */
#ifndef CADLM_CAD_STEP_STEP_ROUND_H
#define CADLM_CAD_STEP_STEP_ROUND_H

#include "cad/step/step.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_STEP_DIGITS_MOST = 12 }; /* of cad_step_places_of */

typedef struct cad_step_places {
    int length;    /* decimals of coordinates in space, radii, semi-axes and lengths of vectors */
    int parameter; /* of coordinates of surfaces, where a part is a length and a part an angle */
    int direction; /* of directions and angles */
    int digits;    /* significant ones of all other reals: knots, weights, factors of units */
} cad_step_places;

/* The diagonal of the box of all points that a VERTEX_POINT names, in the unit of the file; where that is 0 (no vertex, or one
 * alone), that of all points in space; 0: there is no such box either. */
double cad_step_extent(const cad_step *m);
/* Decimals that keep `k` digits of a part of this extent: ceil(k - log10(extent)) for lengths, k for directions. */
cad_step_places cad_step_places_of(double extent, int k);
/* The same number of decimals for all lengths and directions, whatever the extent. */
cad_step_places cad_step_places_fixed(int decimals);

/* Rounds the reals of all instances in place, to the nearest decimal and of two to the even one; a zero that rounding made has
 * no sign.  Integers, strings and the header stay.  What m->text says is then no longer the value: cad_step_write writes it.
 * *out_changed, which may be NULL: how many became another number.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_step_round(cad_step *m, const cad_step_places *places, int64_t *out_changed);

/* value to `places` decimals (0 .. 22), and to `digits` significant ones (1 .. 15). */
double cad_step_round_places(double value, int places);
double cad_step_round_digits(double value, int digits);

#ifdef __cplusplus
}
#endif
#endif
