/* Triangle meshes: the struct that cad/occt fills and everything else measures and draws; welding, canonical order, the
 * watertight test (metrics.md 2.4 L9, 2.5), alignments (3.1), binary STL.
 *
 * Lengths are millimetres unless a mesh was aligned.  Triangles are counter-clockwise seen from outside.  All arrays belong
 * to the arena of the function that made the mesh.  No function of cad/mesh starts a thread or keeps global state. */
#ifndef CADLM_CAD_MESH_MESH_H
#define CADLM_CAD_MESH_MESH_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_mesh {
    double *xyz; /* (n_vert,3); vertices need not be shared between triangles */
    int64_t n_vert;
    uint32_t *tri; /* (n_tri,3) */
    int64_t n_tri;
    int32_t *face_of_tri;  /* (n_tri) index of the B-rep face, or NULL */
    int32_t *shell_of_tri; /* (n_tri) index of the shell, or NULL: one shell */
} cad_mesh;

/* Polylines one after another: line i is points begin[i] .. begin[i+1]-1.  B-rep edges for the renderer. */
typedef struct cad_polylines {
    double *xyz;    /* (begin[n_lines],3) */
    int64_t *begin; /* (n_lines+1) */
    int64_t n_lines;
} cad_polylines;

typedef struct cad_box {
    double lo[3], hi[3];
} cad_box;

/* *out = an uninitialised mesh of this size; face_of_tri and shell_of_tri are NULL. */
CAD_MUST_USE cad_status cad_mesh_alloc(cad_arena *a, int64_t n_vert, int64_t n_tri, cad_mesh *out);
/* Box of the vertices that triangles use.  Errors: CAD_EGEOM without a triangle or with a coordinate that is not finite. */
CAD_MUST_USE cad_status cad_mesh_box(const cad_mesh *m, cad_box *out);
double cad_box_diagonal(const cad_box *b);
double cad_box_longest(const cad_box *b);

double cad_mesh_area(const cad_mesh *m);
double cad_mesh_volume(const cad_mesh *m); /* signed, of a closed mesh; about the first vertex, pairwise sums */

/* The form in which a mesh is measured: vertices within 1e-7 of the diagonal (along each axis) welded, triangles that lost a
 * corner by that dropped (three corners on one line stay: they close the mesh and count for nothing), vertices and triangles
 * sorted by their coordinates relative to the box corner in steps of 2^-24 of the diagonal, smallest vertex leading.  Input
 * order, ids and an integer shift of integer coordinates have no effect.  Errors: as cad_mesh_box; CAD_EGEOM when no triangle
 * is left. */
CAD_MUST_USE cad_status cad_mesh_canonical(const cad_mesh *m, cad_arena *a, cad_mesh *out);

/* Ladder level L9: per shell, welded, each directed edge occurs once and its reverse once. */
typedef struct cad_mesh_check {
    bool watertight;
    int64_t open_edges;  /* directed edges without their reverse */
    int64_t multi_edges; /* directed edges that occur more than once */
    int64_t shells;
} cad_mesh_check;
CAD_MUST_USE cad_status cad_mesh_watertight(const cad_mesh *m, cad_arena *scratch, cad_mesh_check *out);

/* y = (x - shift) * scale.  Applied to meshes before anything is sampled, so clouds follow. */
typedef struct cad_align {
    double shift[3], scale;
} cad_align;
cad_align cad_align_a0(void);                                      /* identity, mm */
cad_align cad_align_a1(const cad_box *own);                        /* centre to 0, longest extent to 1 */
cad_align cad_align_a0c(const cad_box *own, const cad_box *other); /* centre to 0, the longer of both extents to 1 */
CAD_MUST_USE cad_status cad_mesh_align(const cad_mesh *m, cad_align t, cad_arena *a, cad_mesh *out);

/* Binary STL: 80-byte header holding `name`, count, then f32 normal and corners; zero-area triangles are left out. */
CAD_MUST_USE cad_status cad_stl_write(const cad_mesh *m, const char *name, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
