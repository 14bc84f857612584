/* Median-split hierarchy over triangles; the nearest point is exact. */
#include "cad/mesh/distance.h"
#include "cad/vec3.h"
#include "core/size.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { LEAF = 4, STACK = 64 };

typedef struct node {
    double lo[3], hi[3];
    int32_t first; /* leaf: into order; inner: the left child, the right one follows it */
    int32_t count; /* 0: inner */
} node;

struct cad_bvh {
    node *nodes;
    double *corner; /* (n,9) triangles in leaf order */
    int32_t *order; /* (n) their numbers in the mesh */
    int32_t n_nodes;
};

static double to_segment(const double p[3], const double a[3], const double b[3], double out[3])
{
    double d[3] = {b[0] - a[0], b[1] - a[1], b[2] - a[2]}, r[3] = {p[0] - a[0], p[1] - a[1], p[2] - a[2]};
    double l2 = cad_dot3(d, d), t = l2 > 0 ? cad_dot3(r, d) / l2 : 0, d2 = 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    for (int k = 0; k < 3; k++) {
        out[k] = a[k] + t * d[k];
        d2 += (p[k] - out[k]) * (p[k] - out[k]);
    }
    return d2;
}

double cad_point_triangle2(const double p[3], const double a[3], const double b[3], const double c[3], double nearest[3])
{
    double u[3], v[3], r[3];
    for (int k = 0; k < 3; k++) {
        u[k] = b[k] - a[k];
        v[k] = c[k] - a[k];
        r[k] = p[k] - a[k];
    }
    /* Barycentric coordinates of the foot of the perpendicular, from the Gram matrix of the two sides. */
    double uu = cad_dot3(u, u), uv = cad_dot3(u, v), vv = cad_dot3(v, v), ru = cad_dot3(r, u), rv = cad_dot3(r, v),
           det = uu * vv - uv * uv;
    double s = vv * ru - uv * rv, t = uu * rv - uv * ru;
    if (det > 0 && s >= 0 && t >= 0 && s + t <= det) {
        double d2 = 0;
        for (int k = 0; k < 3; k++) {
            double q = a[k] + (s * u[k] + t * v[k]) / det;
            d2 += (p[k] - q) * (p[k] - q);
            if (nearest)
                nearest[k] = q;
        }
        return d2;
    }
    const double *corner[4] = {a, b, c, a};
    double best = INFINITY, q[3];
    for (int k = 0; k < 3; k++) {
        double d2 = to_segment(p, corner[k], corner[k + 1], q);
        if (d2 < best) {
            best = d2;
            if (nearest)
                memcpy(nearest, q, sizeof q);
        }
    }
    return best;
}

static void fit(const cad_mesh *m, const int32_t *order, node *n)
{
    for (int k = 0; k < 3; k++) {
        n->lo[k] = INFINITY;
        n->hi[k] = -INFINITY;
    }
    for (int32_t i = n->first; i < n->first + n->count; i++)
        for (int c = 0; c < 9; c++) {
            double x = m->xyz[3 * (size_t)m->tri[3 * (size_t)order[i] + (size_t)(c / 3)] + (size_t)(c % 3)];
            n->lo[c % 3] = x < n->lo[c % 3] ? x : n->lo[c % 3];
            n->hi[c % 3] = x > n->hi[c % 3] ? x : n->hi[c % 3];
        }
}

/* Puts the `rank` smallest of order[0..n) first, by (key, number): the order is total, so the result has no freedom that
 * could show. */
static void select_rank(int32_t *order, const double *key, int32_t n, int32_t rank)
{
    int32_t lo = 0, hi = n - 1;
    while (lo < hi) {
        int32_t pivot = order[lo + (hi - lo) / 2], i = lo, j = hi;
        while (i <= j) {
            while (key[order[i]] < key[pivot] || (!(key[order[i]] > key[pivot]) && order[i] < pivot))
                i++;
            while (key[order[j]] > key[pivot] || (!(key[order[j]] < key[pivot]) && order[j] > pivot))
                j--;
            if (i <= j) {
                int32_t t = order[i];
                order[i++] = order[j];
                order[j--] = t;
            }
        }
        if (rank <= j)
            hi = j;
        else if (rank >= i)
            lo = i;
        else
            break;
    }
}

static int widest_axis(const int32_t *order, double *const centre[3], const node *n)
{
    double best = -1;
    int axis = 0;
    for (int k = 0; k < 3; k++) {
        double lo = INFINITY, hi = -INFINITY;
        for (int32_t i = n->first; i < n->first + n->count; i++) {
            lo = fmin(lo, centre[k][order[i]]);
            hi = fmax(hi, centre[k][order[i]]);
        }
        if (hi - lo > best) {
            best = hi - lo;
            axis = k;
        }
    }
    return axis;
}

cad_status cad_bvh_build(const cad_mesh *m, cad_arena *a, cad_bvh **out)
{
    if (m->n_tri <= 0)
        CAD_FAIL(CAD_EGEOM, "the mesh has no triangle");
    if (m->n_tri > INT32_MAX / 4)
        CAD_FAIL(CAD_EINVAL, "%lld triangles are too many for a hierarchy", (long long)m->n_tri);
    int32_t n = (int32_t)m->n_tri;
    cad_bvh *b;
    CAD_TRY(cad_arena_zalloc(a, 1, sizeof *b, "bvh", &b));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_add(cad_size_mul((size_t)n, 2), 1), sizeof *b->nodes), "bvh nodes",
                            &b->nodes));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul((size_t)n, sizeof *b->order), "bvh order", &b->order));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_mul((size_t)n, 9), sizeof *b->corner), "bvh corners", &b->corner));
    cad_frame frame = cad_arena_mark(a);
    double *centre[3];
    for (int k = 0; k < 3; k++) {
        CAD_TRY(cad_arena_alloc(a, cad_size_mul((size_t)n, sizeof **centre), "centres", &centre[k]));
        for (int32_t i = 0; i < n; i++)
            centre[k][i] = m->xyz[3 * (size_t)m->tri[3 * (size_t)i] + (size_t)k] +
                           m->xyz[3 * (size_t)m->tri[3 * (size_t)i + 1] + (size_t)k] +
                           m->xyz[3 * (size_t)m->tri[3 * (size_t)i + 2] + (size_t)k];
    }
    for (int32_t i = 0; i < n; i++)
        b->order[i] = i;
    b->nodes[0] = (node){.first = 0, .count = n};
    b->n_nodes = 1;
    for (int32_t at = 0; at < b->n_nodes; at++) { /* children are appended, so this visits all */
        node *d = &b->nodes[at];
        fit(m, b->order, d);
        if (d->count <= LEAF)
            continue;
        int axis = widest_axis(b->order, centre, d);
        int32_t half = d->count / 2;
        select_rank(b->order + d->first, centre[axis], d->count, half);
        b->nodes[b->n_nodes] = (node){.first = d->first, .count = half};
        b->nodes[b->n_nodes + 1] = (node){.first = d->first + half, .count = d->count - half};
        d->first = b->n_nodes;
        d->count = 0;
        b->n_nodes += 2;
    }
    cad_arena_rewind(a, frame);
    for (int32_t i = 0; i < n; i++)
        for (int c = 0; c < 9; c++)
            b->corner[9 * (size_t)i + (size_t)c] =
                m->xyz[3 * (size_t)m->tri[3 * (size_t)b->order[i] + (size_t)(c / 3)] + (size_t)(c % 3)];
    *out = b;
    return CAD_OK;
}

static double box_distance2(const node *n, const double p[3])
{
    double d2 = 0;
    for (int k = 0; k < 3; k++) {
        double d = p[k] < n->lo[k] ? n->lo[k] - p[k] : p[k] > n->hi[k] ? p[k] - n->hi[k] : 0;
        d2 += d * d;
    }
    return d2;
}

double cad_bvh_distance2(const cad_bvh *b, const double p[3], double nearest[3], int64_t *out_tri)
{
    struct {
        int32_t node;
        double d2;
    } stack[STACK];
    int depth = 0;
    double best = INFINITY, q[3];
    int32_t best_tri = -1;
    stack[depth].node = 0;
    stack[depth++].d2 = 0;
    while (depth > 0) {
        depth--;
        if (stack[depth].d2 > best)
            continue;
        const node *n = &b->nodes[stack[depth].node];
        for (int32_t i = n->first; i < n->first + n->count; i++) {
            const double *c = b->corner + 9 * (size_t)i;
            double d2 = cad_point_triangle2(p, c, c + 3, c + 6, nearest ? q : NULL);
            if (d2 < best || (!(d2 > best) && b->order[i] < best_tri)) {
                best = d2;
                best_tri = b->order[i];
                if (nearest)
                    memcpy(nearest, q, sizeof q);
            }
        }
        if (n->count)
            continue;
        double l = box_distance2(&b->nodes[n->first], p), r = box_distance2(&b->nodes[n->first + 1], p);
        int far = l <= r; /* the nearer child goes on top */
        assert(depth + 2 <= STACK);
        stack[depth].node = n->first + far;
        stack[depth++].d2 = far ? r : l;
        stack[depth].node = n->first + !far;
        stack[depth++].d2 = far ? l : r;
    }
    if (out_tri)
        *out_tri = best_tri;
    return best;
}
