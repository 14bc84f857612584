/* Exact solid voxels and IoU (metrics.md 4.1).
 *
 * The cube [-1/2,1/2]^3 holds R^3 cells; the centre of cell i is (i+1/2)/R - 1/2.  Vertices are snapped to 2^-16 of a cell, so
 * everything after is integer arithmetic: 64-bit edge functions with the top-left rule, depth compared in 128 bits, a crossing
 * toggles all cells of its column from there up. */
#ifndef CADLM_CAD_MESH_VOXEL_H
#define CADLM_CAD_MESH_VOXEL_H

#include "cad/mesh/mesh.h"

#ifdef __cplusplus
extern "C" {
#endif

/* 64-bit words of a grid: R*R*(R/64).  Column (x,y) starts at word (y*R + x)*(R/64); bit z%64 of its word z/64 is cell z. */
int64_t cad_voxel_words(int r);
/* bits = the cells whose centre lies inside `m` after `t`.  R: 64, 128 or 256.  A mesh that is not watertight (`closed` false)
 * is cast along three axes with a majority vote.  Parts outside the cube are cut off.  Errors: CAD_EINVAL for another R,
 * CAD_EGEOM for a coordinate that is not finite or beyond 8 cubes. */
CAD_MUST_USE cad_status cad_voxelize(const cad_mesh *m, cad_align t, int r, bool closed, cad_arena *scratch, uint64_t *bits);

typedef struct cad_voxel_overlap {
    int64_t both, either;
} cad_voxel_overlap;
cad_voxel_overlap cad_voxel_compare(const uint64_t *a, const uint64_t *b, int r);
/* both / either; -1 when `either` is empty (a failure by metrics.md 4.1). */
double cad_voxel_iou(cad_voxel_overlap o);

#ifdef __cplusplus
}
#endif
#endif
