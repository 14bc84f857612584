/* The text that a model learns in the place of a STEP file, and back: strict profile (shared/spec/step-llm.md 4).
 *
 *   MANIFOLD_SOLID_BREP(CLOSED_SHELL((ADVANCED_FACE((FACE_BOUND(EDGE_LOOP((ORIENTED_EDGE(#1:EDGE_CURVE(#2:VERTEX_POINT(..
 *
 * A text tells its form itself, so expansion takes no options.  Blanks and line ends between tokens mean nothing but in
 * relative ids, where an instance ends with its line, or with the text.
 *
 *   order        dfs: an instance before those it refers to; defs_first: behind them
 *   ids          flat      #n=KEYWORD(..);  n = 1, 2, ..
 *                relative  KEYWORD(..) one a line; a reference is @d, d lines up (defs_first)
 *                nested    an instance used once stands in place of its reference, one used more often at its first use as
 *                          #k:KEYWORD(..) and as #k later, k = 1, 2, .. (with defs_first as a line #k=KEYWORD(..); ahead);
 *                          a complex instance is &(A(..)B(..)), one of a type that step_signature.h does not list =KEYWORD(..)
 *   boilerplate  template: product, context and units are left out, and written again by expansion
 *   style        false: colours (MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION, STYLED_ITEM) are dropped
 *   share        value-equal points, directions, vectors and placements are one
 *   names        false: the first parameter of geometry and topology is left out; expansion writes ''
 *   mm           lengths in millimetres: the decimal point is moved
 *   derive       what the topology says already is left out (text_topology.h); lean: as text_lean.h says, and where a part
 *                cannot be written so, as `seam`
 */
#ifndef CADLM_CAD_STEP_TEXT_FORM_H
#define CADLM_CAD_STEP_TEXT_FORM_H

#include "cad/step/step.h"
#include "cad/step/step_order.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cad_step_ids { CAD_STEP_IDS_nested, CAD_STEP_IDS_relative, CAD_STEP_IDS_flat } cad_step_ids;

typedef enum cad_step_derive {
    CAD_STEP_DERIVE_off,
    CAD_STEP_DERIVE_surfaces, /* no LINE, PLANE, CYLINDRICAL_SURFACE, nor their sense flags, nor * */
    CAD_STEP_DERIVE_seam,     /* nor the point of a vertex that closes a circle: VERTEX_POINT($) */
    CAD_STEP_DERIVE_lean,     /* vertices, circles and faces as lines without a keyword; needs the template, and no names */
} cad_step_derive;

typedef struct cad_step_form {
    cad_step_order_kind order;
    cad_step_ids ids;
    cad_step_derive derive;
    bool boilerplate; /* left to the template */
    bool style, share, names, mm;
} cad_step_form;

/* The form that cadlm recommends: nested, depth first, template, no styles, shared geometry, no names, mm. */
cad_step_form cad_step_form_default(void);

typedef struct cad_step_text_report {
    const char *misfit; /* why the template does not fit: its boilerplate stays; NULL: it fits.  In the arena */
    bool flat;          /* references in a circle: flat ids in the place of those asked for */
    bool derived;       /* something was left to derive; never where a solid has parametric curves */
    bool lean;          /* vertices, circles and faces count as kept */
    uint32_t instances; /* of the file; the sum of the five below */
    uint32_t kept;      /* in the text */
    uint32_t templated; /* left to the template */
    uint32_t styles;    /* dropped with the colours */
    uint32_t shared;    /* equal to another one */
    uint32_t derivable; /* left out, expansion makes them again */
} cad_step_text_report;

/* Appends the text of a model without errors.  Scratch: about 100 bytes of `a` for each instance and parameter, rewound but for
 * report->misfit.  Time: linear.  Errors: CAD_EDATA (the model has errors, as cad_step_verdict tells, refers to what it does
 * not hold, or has a typed parameter that is called like an entity; nothing is kept), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_step_text_make(cad_arena *a, const cad_step *m, const cad_step_form *f, cad_buf *out,
                                           cad_step_text_report *out_report);

/* Appends the whole STEP file that such a text stands for, canonical, in millimetres where the template gives the units.
 * Nothing is checked that does not stand in the way.  Errors: CAD_EPARSE with line and column, CAD_EDATA (what is left to
 * derive cannot be, or the instances have errors as those of a file may have), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_step_text_expand(cad_arena *a, const char *text, size_t len, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
