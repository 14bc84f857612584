/* Sizes that a caption may leave out, in mm.  Stated here and nowhere else; the documentation quotes this table. */
#ifndef CADLM_DATAPREP_SYNTH_DEFAULTS_H
#define CADLM_DATAPREP_SYNTH_DEFAULTS_H

#define CAD_DEFAULT_PLATE_THICKNESS 5.0 /* plates */
#define CAD_DEFAULT_HOLE 5.0            /* diameter of holes in plates and brackets */
#define CAD_DEFAULT_INSET 5.0           /* centre of a corner hole from both edges */
#define CAD_DEFAULT_BRACKET_WIDTH 20.0  /* L-brackets */

#endif
