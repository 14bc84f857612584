/* Exact solids: Compact IR or STEP in; facts, triangles, edges and STEP out.  A C face over the geometry kernel (OCCT).
 *
 * Lengths are millimetres, angles degrees unless the name says otherwise.  Nothing here is safe against a kernel that hangs
 * or crashes: untrusted programs and files are compiled in a worker process (core/pool.h).  Reading STEP is not thread-safe;
 * everything else may run in one thread at a time per solid.
 *
 * In a build without OCCT every function that returns a status answers CAD_EUNSUPPORTED and names CADLM_OCCT. */
#ifndef CADLM_CAD_OCCT_SOLID_H
#define CADLM_CAD_OCCT_SOLID_H

#include "cad/ir/ir.h"
#include "cad/mesh/mesh.h"
#include "core/arena.h"
#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_solid cad_solid; /* immutable once made; owned by the caller; cad_solid_destroy(NULL) is fine */

/* "OCCT 7.6.3", or "none" in a build without it. */
const char *cad_solid_kernel(void);

/* Where the time of cad_solid_from_ir and cad_solid_facts goes: seconds of this thread since its start, by step. */
#define CAD_SOLID_STEP_LIST(X)                                                                                                 \
    X(make)    /* primitives, sweeps, transforms, blends, shells */                                                            \
    X(boolean) /* fuse, cut, common */                                                                                         \
    X(merge)   /* joining neighbours of one surface */                                                                         \
    X(check)   /* BRepCheck of a result */
typedef enum cad_solid_step {
#define X(name) CAD_SOLID_STEP_##name,
    CAD_SOLID_STEP_LIST(X)
#undef X
        CAD_SOLID_STEPS
} cad_solid_step;
const char *cad_solid_step_name(cad_solid_step i);
void cad_solid_clock(double out_seconds[CAD_SOLID_STEPS]); /* zeros in a build without OCCT */

/* Compiles the result node of a program that passed cad_ir_check without errors (spec/compact-ir.md 17).  Findings after
 * compiling (empty, too-thick, too-large, no-face, invalid-solid; warnings many-bodies, cavity, no-effect) go to `diags` with
 * the node they belong to.  Errors: CAD_EGEOM when one of them is an error (text = its message), CAD_EINVAL for a program
 * without a result node.  A solid that comes back is valid: at least one body, positive volume, accepted by BRepCheck. */
CAD_MUST_USE cad_status cad_solid_from_ir(const cad_ir *ir, cad_diags *diags, cad_solid **out);
/* The same by the kernel's booleans and offsets alone, slower: what tests hold cad_solid_from_ir against, which puts common
 * cases together directly. */
CAD_MUST_USE cad_status cad_solid_from_ir_plain(const cad_ir *ir, cad_diags *diags, cad_solid **out);
/* How many unions, differences, common parts and shells of this thread since its start were put together directly, and how
 * many were left to the kernel. */
typedef struct cad_solid_ways {
    int64_t direct, kernel;
} cad_solid_ways;
cad_solid_ways cad_solid_count(void); /* zeros in a build without OCCT */
/* Reads STEP (AP203, AP214, AP242) from memory, all roots, as millimetres; nothing is healed or rejected: what came out is in
 * the facts.  A file without any shape gives a solid of level 4.  Errors: CAD_EPARSE when the reader refuses the text. */
CAD_MUST_USE cad_status cad_solid_read_step(const char *text, size_t len, cad_solid **out);
/* The same of the first root that gives a shape alone: what STEP-LLM's tools look at. */
CAD_MUST_USE cad_status cad_solid_read_step_root(const char *text, size_t len, cad_solid **out);
void cad_solid_destroy(cad_solid *s);

/* Appends an AP214 file in millimetres with product name `name` ("part" when NULL or empty).  Equal solids give equal bytes:
 * the header carries a fixed time stamp. */
CAD_MUST_USE cad_status cad_solid_write_step(const cad_solid *s, const char *name, cad_buf *out);

typedef enum cad_surface {
    CAD_SURFACE_plane,
    CAD_SURFACE_cylinder,
    CAD_SURFACE_cone,
    CAD_SURFACE_sphere,
    CAD_SURFACE_torus,
    CAD_SURFACE_other,
    CAD_SURFACE_KINDS
} cad_surface;

/* One hole or boss candidate (spec/metrics.md 8): all cylindrical faces of one axis (1e-4 rad, 1e-4 of the diagonal), one
 * radius (1e-3) and one sense whose extents along the axis touch.  A hole or boss sweeps at least 350 degrees; fillets and
 * slot ends are in the list with less. */
typedef struct cad_cylinder {
    double point[3], dir[3]; /* axis; dir is of unit length, its largest component positive; point is the foot of the origin */
    double radius;
    double lo, hi;         /* extent along the axis: point + lo * dir .. point + hi * dir */
    double sweep;          /* covered angle about the axis, at most 360 */
    bool concave;          /* outward normal towards the axis: a hole; else a boss */
    bool open_lo, open_hi; /* that end leads to the outside of the part along the axis; both: a through hole */
    int32_t n_faces;
} cad_cylinder;

/* One planar face after merging: outward unit normal, offset = normal . x for its points, and its area. */
typedef struct cad_plane {
    double normal[3], offset, area, centre[3];
} cad_plane;

/* k planar side faces that close around one axis (regular: equal angles and distances), k >= 3, boxes left out unless square:
 * af = distance of opposite sides (k even), twice the apothem (k odd). */
typedef struct cad_prism {
    double point[3], dir[3];
    double af;
    int32_t sides;
    bool concave; /* a pocket or hole of that shape */
} cad_prism;

typedef struct cad_facts {
    double volume, area; /* mm3, mm2; adaptive, relative 1e-6 */
    double box[6];       /* xmin ymin zmin xmax ymax zmax, exact */
    double centroid[3];  /* of the volume */
    double inertia[3];   /* principal moments about the centroid, density 1, ascending, mm5 */
    double tolerance;    /* largest of all vertices, edges, faces */
    int32_t solids, shells, shells_closed, faces, edges, vertices;
    int32_t kinds[CAD_SURFACE_KINDS];        /* faces by surface after merging; their sum is faces_merged */
    int32_t faces_merged;                    /* faces after neighbours of one surface are merged */
    int32_t euler, genus;                    /* chi = V - E + F with loops counted; sum over shells of (2 - chi) / 2 */
    int32_t level;                           /* 4 read .. 8 valid (spec/metrics.md 2.4) */
    bool brepcheck;                          /* BRepCheck accepts every shape at native tolerance */
    int32_t roots, transferred, model_check; /* STEP only: roots, roots that gave a shape, fails of the model check */
    int32_t n_cylinders, n_planes, n_prisms;
    cad_cylinder *cylinders; /* both senses, every sweep; larger radius first */
    cad_plane *planes;
    cad_prism *prisms;
} cad_facts;

/* Everything above; the lists live in `arena`. */
CAD_MUST_USE cad_status cad_solid_facts(const cad_solid *s, cad_arena *arena, cad_facts *out);

/* What two forms of one part, as a file before and behind a change, are compared by: less than the facts, and faster. */
typedef struct cad_sound {
    bool valid; /* BRepCheck accepts it, at least one solid, 0 < volume < 1.001 x box, tolerance at most max(1e-3 mm, 1e-4 x
                   diagonal of the box) */
    int32_t solids, faces;
    double volume;    /* mm3 */
    double tolerance; /* largest of all vertices, edges, faces; mm */
    double extent;    /* diagonal of the box of all vertices, or where that is 0 of the part; mm */
} cad_sound;
CAD_MUST_USE cad_status cad_solid_sound(const cad_solid *s, cad_sound *out);

/* Bits of the axis directions along which a ray from the centre of the box leaves without touching the part: 1 << 0 .. 5 for
 * +X -X +Y -Y +Z -Z.  0 when the centre lies in material. */
CAD_MUST_USE cad_status cad_solid_open(const cad_solid *s, uint32_t *out_mask);

/* Triangles with outward orientation, face ids and shell ids (orders of faces and shells in the solid).  lin_rel: deflection
 * relative to the diagonal of the box (0.001 by the protocol), ang in radians (0.1).  Vertices are shared inside a face only;
 * cad_mesh_canonical welds them.  Errors: CAD_EGEOM when a face has no triangles. */
CAD_MUST_USE cad_status cad_solid_mesh(const cad_solid *s, double lin_rel, double ang, cad_arena *arena, cad_mesh *out);

/* As other tools mesh: deflection in millimetres, the kernel's own angle (0.5 rad), faces without triangles left out, however
 * many that are.  Its time grows with the size of the part.  Errors: CAD_EGEOM when no face has triangles. */
CAD_MUST_USE cad_status cad_solid_mesh_absolute(const cad_solid *s, double lin, cad_arena *arena, cad_mesh *out);

/* B-rep edges as polylines with the same deflections.  (*out_angle)[i], in degrees, is the angle between the two faces'
 * normals at the middle of line i: 0 for seams and smooth joints, 180 for an edge of one face only.  out_angle may be NULL. */
CAD_MUST_USE cad_status cad_solid_edges(const cad_solid *s, double lin_rel, double ang, cad_arena *arena, cad_polylines *out,
                                        double **out_angle);

/* Volume of the common part, for the boolean IoU (spec/metrics.md 4.3); 0 when they do not meet.  Errors: CAD_EGEOM when the
 * kernel fails or the result exceeds the smaller volume by more than 1e-6. */
CAD_MUST_USE cad_status cad_solid_common_volume(const cad_solid *a, const cad_solid *b, double *out);

#ifdef __cplusplus
}
#endif
#endif
