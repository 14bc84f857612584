/* What the topology of a solid says about its geometry: curves from vertices, surfaces from edges.
 *
 *   edge    without a curve: the line from its first vertex to its second
 *   vertex  without a point: on the circle of the first edge that begins and ends in it, in the direction of its x axis
 *   face    without a surface: the plane of its edges, if they lie in one; else the cylinder of its circles.  The material lies
 *           on the left of its largest loop, seen from outside (ISO 10303-42, face_bound): so follows where the normal points.
 *
 * Reduction (text_reduce.c) leaves out what these rules give back to 1e-6 of the extent, restoration (text_restore.c) applies
 * them.  Private to cad/step/text_*.c. */
#ifndef CADLM_CAD_STEP_TEXT_TOPOLOGY_H
#define CADLM_CAD_STEP_TEXT_TOPOLOGY_H

#include "cad/step/step.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CAD_TEXT_CLOSE 1e-6 /* of the extent: what counts as equal */

typedef struct cad_text_circle {
    double centre[3], axis[3], x[3], radius; /* axis and x of unit length, at right angles */
} cad_text_circle;

typedef enum cad_text_curve { CAD_TEXT_LINE, CAD_TEXT_CIRCLE, CAD_TEXT_OTHER } cad_text_curve;

typedef struct cad_text_edge {
    uint32_t vertex[2];
    cad_text_curve kind; /* LINE also where none is given */
    cad_text_circle circle;
    bool sense; /* the curve runs from the first vertex to the second */
} cad_text_edge;

typedef enum cad_text_kind { CAD_TEXT_NOTHING, CAD_TEXT_PLANE, CAD_TEXT_CYLINDER } cad_text_kind;

typedef struct cad_text_surface {
    cad_text_kind kind;
    double at[3], axis[3], x[3], radius;
    bool sense;    /* the outward normal is the surface's */
    double extent; /* of the face: what CAD_TEXT_CLOSE is a part of */
} cad_text_surface;

/* One side of a face: what its FACE_BOUND says. */
typedef struct cad_text_bound {
    uint32_t loop, n; /* an EDGE_LOOP of n > 0 edges */
    bool sense;
} cad_text_bound;

/* An edge as a loop runs along it. */
typedef struct cad_text_pass {
    uint32_t id; /* of the edge */
    cad_text_edge edge;
    bool forward;  /* from the edge's first vertex to its second */
    bool positive; /* about the circle's axis */
} cad_text_pass;

/* Coordinates of a point or direction of three; the placement of a surface or curve (its first value). */
bool cad_text_xyz(const cad_step *m, uint32_t i, double out[3]);
bool cad_text_placement(const cad_step *m, uint32_t i, double at[3], double axis[3], double x[3]);

/* closer[v], (n): the first edge that is a circle from v to v; CAD_STEP_NONE. */
void cad_text_closers(const cad_step *m, uint32_t *closer);
/* False where the model does not say. */
bool cad_text_edge_of(const cad_step *m, uint32_t edge, cad_text_edge *out);
bool cad_text_vertex_of(const cad_step *m, const uint32_t *closer, uint32_t vertex, double out[3]);
/* Whether all faces together list no more edges than the model has parameters: in a solid each edge is on two faces, but a
 * hostile text may give one loop to all of them. */
bool cad_text_is_linear(const cad_step *m);
bool cad_text_bound_of(const cad_step *m, uint32_t bound, cad_text_bound *out);
/* The k-th edge of a bound, in the order of its list whatever the bound's own sense says; false where there is none. */
bool cad_text_pass_of(const cad_step *m, const cad_text_bound *b, uint32_t k, cad_text_pass *out);
/* The rule above, whatever surface the face has; kind NOTHING where none follows. */
void cad_text_surface_of(const cad_step *m, const uint32_t *closer, uint32_t face, cad_text_surface *out);

#ifdef __cplusplus
}
#endif
#endif
