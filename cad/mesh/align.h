/* Laying one cloud of points upon another by a rigid motion: no scale, no mirror, no random number (metrics.md 3.4, A8).
 *
 * From means that coincide, 48 rotations about them are tried: the 24 of the axes, and the 24 proper matches of the principal
 * axes.  The four with the least s2 over the first 500 points are refined by iterated closest points; a step that does not
 * lower s2 is undone. */
#ifndef CADLM_CAD_MESH_ALIGN_H
#define CADLM_CAD_MESH_ALIGN_H

#include "cad/mesh/mesh.h"

#ifdef __cplusplus
extern "C" {
#endif

/* y = turn x + move; turn is a proper rotation, row by row. */
typedef struct cad_rigid {
    double turn[9], move[3];
} cad_rigid;
cad_rigid cad_rigid_identity(void);
void cad_rigid_apply(const cad_rigid *t, const double p[3], double out[3]);
cad_rigid cad_rigid_inverse(const cad_rigid *t);

/* A cloud with a tree over it, for nearest neighbours; borrows the points (n,3), lives in `a`. */
typedef struct cad_cloud cad_cloud;
CAD_MUST_USE cad_status cad_cloud_build(const double *points, int64_t n, cad_arena *a, cad_cloud **out);
/* Squared distance to the nearest point; its index may be NULL.  Of several the one of the smallest index. */
double cad_cloud_distance2(const cad_cloud *c, const double p[3], int64_t *out_index);

/* Mean of the points, and the root of their mean squared distance to it. */
void cad_cloud_moments(const double *points, int64_t n, double mean[3], double *rms);

/* m(G,P) and m(P,G) of the first n points of each, p moved by `t`: cad_chamfer of clouds. */
typedef struct cad_cloud_chamfer {
    double g2p, p2g, s2;
} cad_cloud_chamfer;
CAD_MUST_USE cad_status cad_cloud_compare(const cad_cloud *g, const cad_cloud *p, const cad_rigid *t, int64_t n,
                                          cad_arena *scratch, cad_cloud_chamfer *out);

/* *out = the motion of p that brings it onto g; `diagonal` of g's part scales the thresholds of refinement.
 * Errors: CAD_EGEOM (no points, or one that is not finite), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_cloud_align(const cad_cloud *g, const cad_cloud *p, double diagonal, cad_arena *scratch,
                                        cad_rigid *out);

/* Scaled Chamfer distances of two meshes, 2,000 points of each (metrics.md 3.4), after the motion that lays p upon g; all are
 * divided by the mean squared distance of g's points to their mean.  Both meshes canonical, in millimetres as they are.
 * `points_only`: p2s and sim, which cost as much again, are not wanted and NaN. */
typedef struct cad_scd {
    double s2,
        g2p;    /* to the nearest point of the other cloud: both ways; from the reference alone, as STEP-LLM's code has it */
    double p2s; /* both ways, to the other surface */
    double sim; /* s2 with p brought to the size of g first */
} cad_scd;
enum { CAD_SCD_POINTS = 2000 };
CAD_MUST_USE cad_status cad_scd_measure(const cad_mesh *g, uint64_t key_g, const cad_mesh *p, uint64_t key_p, bool points_only,
                                        cad_arena *scratch, cad_scd *out);

#ifdef __cplusplus
}
#endif
#endif
