/* What the files of cad/mesh/align.h share. */
#ifndef CADLM_CAD_MESH_ALIGN_IMPL_H
#define CADLM_CAD_MESH_ALIGN_IMPL_H

#include "cad/mesh/align.h"

#ifdef __cplusplus
extern "C" {
#endif

struct cad_cloud {
    const double *point; /* (n,3) borrowed */
    int64_t n;
    int64_t *index; /* (n) points in the order of the tree: the middle of a range is its node */
    uint8_t *axis;  /* (n) of the node at that place */
    double *row;    /* (n,3) the points in that order */
    double lo[3], hi[3];
};

/* The nearest point, of several the one of the smallest index; others2: no other is nearer than that, in squares; it is what
 * the search came to know, and may be little more than d2. */
typedef struct cad_cloud_hit {
    double d2, others2;
    int64_t index;
} cad_cloud_hit;
/* `guess`: of the nearest, -1: none; the better it is, the less is searched. */
cad_cloud_hit cad_cloud_find(const cad_cloud *c, const double p[3], int64_t guess);

/* The nearest of a cloud to each of n points that are asked for again and again while they move: none is searched for that
 * moved too little to have another one. */
typedef struct cad_cloud_track {
    const cad_cloud *to;
    double *stood, *room; /* (n,3), (n) where a point was searched from, and how far all but the nearest were at least */
    int64_t *nearest;     /* (n) -1: not yet */
} cad_cloud_track;
CAD_MUST_USE cad_status cad_cloud_track_make(const cad_cloud *to, int64_t n, cad_arena *a, cad_cloud_track *out);
/* cad_cloud_distance2 of point i, which stands at q; the same bits. */
double cad_cloud_follow(cad_cloud_track *k, int64_t i, const double q[3], int64_t *out_index);
/* cad_cloud_compare of all points: to_p has tracks of g's, to_g of p's. */
CAD_MUST_USE cad_status cad_cloud_compare_tracked(const cad_rigid *t, cad_cloud_track *to_p, cad_cloud_track *to_g,
                                                  cad_arena *scratch, cad_cloud_chamfer *out);
/* Eigenvalues, descending, and unit eigenvectors in the columns of `vector`, of a symmetric matrix of order n <= 4, row by row;
 * by Jacobi's rotations, which destroy `m`. */
void cad_eigen_symmetric(double *m, int n, double *value, double *vector);
/* The proper rotation and shift that bring a (n,3) nearest to b in the mean of squares (Horn 1987, unit quaternions). */
cad_rigid cad_rigid_fit(const double *a, const double *b, int64_t n);

#ifdef __cplusplus
}
#endif
#endif
