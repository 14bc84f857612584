/* cad/mesh/align.h: the scaled Chamfer distances of STEP-LLM (metrics.md 3.4). */
#include "cad/mesh/align.h"
#include "cad/mesh/distance.h"
#include "core/size.h"

#include <math.h>

enum { COORDINATES = 3 * CAD_SCD_POINTS };

/* One side: its mesh, its cloud, the size of the cloud. */
typedef struct side {
    const cad_mesh *mesh;
    cad_cloud *cloud;
    double *point; /* (CAD_SCD_POINTS,3) */
    double mean[3], rms;
} side;

static cad_status make_side(const cad_mesh *m, uint64_t key, cad_arena *a, side *out)
{
    side s = {.mesh = m};
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(COORDINATES, sizeof *s.point), "cloud", &s.point));
    CAD_TRY(cad_mesh_sample(m, key, 0, CAD_SCD_POINTS, a, s.point, NULL));
    cad_cloud_moments(s.point, CAD_SCD_POINTS, s.mean, &s.rms);
    if (!(s.rms > 0) || !isfinite(s.rms))
        CAD_FAIL(CAD_EGEOM, "the points of a mesh have no extent");
    CAD_TRY(cad_cloud_build(s.point, CAD_SCD_POINTS, a, &s.cloud));
    *out = s;
    return CAD_OK;
}

/* Mean squared distance of the points of `from`, moved by `t`, to the surface `to`. */
static cad_status to_surface(const side *from, const cad_rigid *t, const side *to, cad_arena *a, double *out)
{
    cad_bvh *tree;
    double *d2;
    CAD_TRY(cad_bvh_build(to->mesh, a, &tree));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(CAD_SCD_POINTS, sizeof *d2), "distances", &d2));
    for (int64_t i = 0; i < CAD_SCD_POINTS; i++) {
        double q[3];
        cad_rigid_apply(t, from->point + 3 * i, q);
        d2[i] = cad_bvh_distance2(tree, q, NULL, NULL);
    }
    *out = cad_pairwise_sum(d2, CAD_SCD_POINTS) / CAD_SCD_POINTS;
    return CAD_OK;
}

/* Both ways, each point to the other surface; p is moved by `t`. */
static cad_status surfaces(const side *g, const side *p, const cad_rigid *t, cad_arena *a, double *out)
{
    const cad_rigid inverse = cad_rigid_inverse(t);
    double there, back;
    CAD_TRY(to_surface(g, &inverse, p, a, &there));
    CAD_TRY(to_surface(p, t, g, a, &back));
    *out = there + back;
    return CAD_OK;
}

/* s2 with the cloud of p brought to the size of g. */
static cad_status same_size(const side *g, const side *p, double diagonal, cad_arena *a, double *out)
{
    double *point, scale = g->rms / p->rms;
    cad_cloud *cloud;
    cad_rigid t;
    cad_cloud_chamfer c;
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(COORDINATES, sizeof *point), "cloud", &point));
    for (int64_t i = 0; i < COORDINATES; i++)
        point[i] = p->mean[i % 3] + scale * (p->point[i] - p->mean[i % 3]);
    CAD_TRY(cad_cloud_build(point, CAD_SCD_POINTS, a, &cloud));
    CAD_TRY(cad_cloud_align(g->cloud, cloud, diagonal, a, &t));
    CAD_TRY(cad_cloud_compare(g->cloud, cloud, &t, CAD_SCD_POINTS, a, &c));
    *out = c.s2;
    return CAD_OK;
}

cad_status cad_scd_measure(const cad_mesh *g, uint64_t key_g, const cad_mesh *p, uint64_t key_p, bool points_only,
                           cad_arena *scratch, cad_scd *out)
{
    cad_frame f = cad_arena_mark(scratch);
    side a, b;
    cad_box box;
    cad_rigid t;
    cad_cloud_chamfer c;
    double p2s = NAN, sim = NAN;
    CAD_TRY(cad_mesh_box(g, &box));
    CAD_TRY(make_side(g, key_g, scratch, &a));
    CAD_TRY(make_side(p, key_p, scratch, &b));
    double diagonal = cad_box_diagonal(&box), size = a.rms * a.rms;
    CAD_TRY(cad_cloud_align(a.cloud, b.cloud, diagonal, scratch, &t));
    CAD_TRY(cad_cloud_compare(a.cloud, b.cloud, &t, CAD_SCD_POINTS, scratch, &c));
    if (!points_only) {
        CAD_TRY(surfaces(&a, &b, &t, scratch, &p2s));
        CAD_TRY(same_size(&a, &b, diagonal, scratch, &sim));
    }
    cad_arena_rewind(scratch, f);
    *out = (cad_scd){.s2 = c.s2 / size, .g2p = c.g2p / size, .p2s = p2s / size, .sim = sim / size};
    return CAD_OK;
}
