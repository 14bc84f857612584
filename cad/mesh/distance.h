/* Points on meshes and distances to meshes: the blocks of cd.s2.p2s.8192.A1 (metrics.md 2.6, 3.2). */
#ifndef CADLM_CAD_MESH_DISTANCE_H
#define CADLM_CAD_MESH_DISTANCE_H

#include "cad/mesh/mesh.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sampling key of metrics.md 2.6: XXH3-64 of "side \0 id \0 protocol". */
uint64_t cad_sample_key(const char *side, const char *id, const char *protocol);
/* Area-weighted independent points first..first+n-1 of the stream `key`: point i is the same whatever n is.  `m` should be
 * canonical.  points (n,3) out; normals (n,3) out, unit, may be NULL.  Errors: CAD_EGEOM for zero area, CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_mesh_sample(const cad_mesh *m, uint64_t key, int64_t first, int64_t n, cad_arena *scratch,
                                        double *points, double *normals);

/* Bounding-volume hierarchy over triangles; borrows the mesh, lives in `a`. */
typedef struct cad_bvh cad_bvh;
CAD_MUST_USE cad_status cad_bvh_build(const cad_mesh *m, cad_arena *a, cad_bvh **out);
/* Squared distance from p to the nearest point of the mesh; that point and its triangle may be NULL. */
double cad_bvh_distance2(const cad_bvh *b, const double p[3], double nearest[3], int64_t *out_tri);
/* Exact squared distance from a point to one triangle. */
double cad_point_triangle2(const double p[3], const double a[3], const double b[3], const double c[3], double nearest[3]);

/* Chamfer distances point to surface, plain values (not x 1000).  Both meshes canonical and aligned by the caller. */
typedef struct cad_chamfer {
    double g2p, p2g; /* mean squared distance of the reference's points to the prediction, and back */
    double s2;       /* their sum */
} cad_chamfer;
CAD_MUST_USE cad_status cad_chamfer_p2s(const cad_mesh *g, uint64_t key_g, const cad_mesh *p, uint64_t key_p, int64_t n,
                                        cad_arena *scratch, cad_chamfer *out);
/* Sum in pairs, in index order. */
double cad_pairwise_sum(const double *x, int64_t n);

#ifdef __cplusplus
}
#endif
#endif
