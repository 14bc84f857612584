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
};

/* cad_cloud_distance2 with a guess of the nearest point, -1: none; the better it is, the less is searched. */
double cad_cloud_near(const cad_cloud *c, const double p[3], int64_t guess, int64_t *out_index);
/* Eigenvalues, descending, and unit eigenvectors in the columns of `vector`, of a symmetric matrix of order n <= 4, row by row;
 * by Jacobi's rotations, which destroy `m`. */
void cad_eigen_symmetric(double *m, int n, double *value, double *vector);
/* The proper rotation and shift that bring a (n,3) nearest to b in the mean of squares (Horn 1987, unit quaternions). */
cad_rigid cad_rigid_fit(const double *a, const double *b, int64_t n);

#ifdef __cplusplus
}
#endif
#endif
