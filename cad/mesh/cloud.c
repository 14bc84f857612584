/* cad/mesh/align.h: clouds, their trees and distances. */
#include "cad/mesh/align.h"

#include "cad/mesh/align_impl.h"
#include "cad/mesh/distance.h"
#include "core/size.h"

#include <math.h>
#include <string.h>

enum { LEAF = 8 };

/* Swaps by the coordinate `axis`, then by index, so that the tree is one for each cloud. */
static bool before(const cad_cloud *c, int64_t a, int64_t b, int axis)
{
    double x = c->point[3 * a + axis], y = c->point[3 * b + axis];
    return x < y || (!(x > y) && a < b);
}

static void swap(int64_t *a, int64_t *b)
{
    int64_t t = *a;
    *a = *b;
    *b = t;
}

/* Orders index[lo..hi) so that the one at `k` stands where sorting puts it (quickselect, middle of three). */
static void select_at(cad_cloud *c, int64_t lo, int64_t hi, int64_t k, int axis)
{
    int64_t *x = c->index;
    while (hi - lo > 1) {
        int64_t mid = lo + (hi - lo) / 2;
        if (before(c, x[mid], x[lo], axis))
            swap(&x[mid], &x[lo]);
        if (before(c, x[hi - 1], x[lo], axis))
            swap(&x[hi - 1], &x[lo]);
        if (before(c, x[hi - 1], x[mid], axis))
            swap(&x[hi - 1], &x[mid]);
        int64_t pivot = x[mid], i = lo, j = hi - 1;
        while (i <= j) {
            while (before(c, x[i], pivot, axis))
                i++;
            while (before(c, pivot, x[j], axis))
                j--;
            if (i <= j)
                swap(&x[i++], &x[j--]);
        }
        if (k <= j)
            hi = j + 1;
        else if (k >= i)
            lo = i;
        else
            return;
    }
}

static int widest_axis(const cad_cloud *c, int64_t lo, int64_t hi)
{
    double least[3], most[3];
    for (int k = 0; k < 3; k++)
        least[k] = most[k] = c->point[3 * c->index[lo] + k];
    for (int64_t i = lo + 1; i < hi; i++)
        for (int k = 0; k < 3; k++) {
            double v = c->point[3 * c->index[i] + k];
            least[k] = v < least[k] ? v : least[k];
            most[k] = v > most[k] ? v : most[k];
        }
    int axis = 0;
    for (int k = 1; k < 3; k++)
        axis = most[k] - least[k] > most[axis] - least[axis] ? k : axis;
    return axis;
}

/* The middle of a range is its node; its axis stands beside it.  Depth is at most log2 n. */
static void build(cad_cloud *c, int64_t lo, int64_t hi)
{
    while (hi - lo > LEAF) {
        int64_t mid = lo + (hi - lo) / 2;
        int axis = widest_axis(c, lo, hi);
        select_at(c, lo, hi, mid, axis);
        c->axis[mid] = (uint8_t)axis;
        build(c, lo, mid);
        lo = mid + 1;
    }
}

cad_status cad_cloud_build(const double *points, int64_t n, cad_arena *a, cad_cloud **out)
{
    cad_cloud *c;
    if (n <= 0)
        CAD_FAIL(CAD_EGEOM, "a cloud without points");
    for (int64_t i = 0; i < 3 * n; i++)
        if (!isfinite(points[i]))
            CAD_FAIL(CAD_EGEOM, "point %lld of a cloud is not finite", (long long)(i / 3));
    CAD_TRY(cad_arena_zalloc(a, 1, sizeof *c, "cloud", &c));
    CAD_TRY(cad_arena_zalloc(a, (size_t)n, sizeof *c->index, "tree of a cloud", &c->index));
    CAD_TRY(cad_arena_zalloc(a, (size_t)n, sizeof *c->axis, "tree of a cloud", &c->axis));
    c->point = points;
    c->n = n;
    for (int64_t i = 0; i < n; i++)
        c->index[i] = i;
    build(c, 0, n);
    *out = c;
    return CAD_OK;
}

typedef struct search {
    const cad_cloud *c;
    const double *p;
    double best;
    int64_t index;
} search;

static void look(search *s, int64_t i)
{
    const double *q = s->c->point + 3 * i;
    double x = q[0] - s->p[0], y = q[1] - s->p[1], z = q[2] - s->p[2], d = x * x + y * y + z * z;
    if (d < s->best || (!(d > s->best) && i < s->index)) {
        s->best = d;
        s->index = i;
    }
}

static void descend(search *s, int64_t lo, int64_t hi)
{
    while (hi - lo > LEAF) {
        int64_t mid = lo + (hi - lo) / 2, node = s->c->index[mid];
        int axis = s->c->axis[mid];
        double side = s->p[axis] - s->c->point[3 * node + axis];
        look(s, node);
        if (side < 0)
            descend(s, lo, mid);
        else
            descend(s, mid + 1, hi);
        if (side * side > s->best)
            return;
        if (side < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (int64_t i = lo; i < hi; i++)
        look(s, s->c->index[i]);
}

double cad_cloud_near(const cad_cloud *c, const double p[3], int64_t guess, int64_t *out_index)
{
    search s = {.c = c, .p = p, .best = INFINITY, .index = INT64_MAX};
    if (guess >= 0)
        look(&s, guess);
    descend(&s, 0, c->n);
    *out_index = s.index;
    return s.best;
}

double cad_cloud_distance2(const cad_cloud *c, const double p[3], int64_t *out_index)
{
    int64_t index;
    return cad_cloud_near(c, p, -1, out_index ? out_index : &index);
}

void cad_cloud_moments(const double *points, int64_t n, double mean[3], double *rms)
{
    double sum[3] = {0}, squares = 0;
    for (int64_t i = 0; i < n; i++)
        for (int k = 0; k < 3; k++)
            sum[k] += points[3 * i + k];
    for (int k = 0; k < 3; k++)
        mean[k] = sum[k] / (double)n;
    for (int64_t i = 0; i < n; i++)
        for (int k = 0; k < 3; k++) {
            double d = points[3 * i + k] - mean[k];
            squares += d * d;
        }
    *rms = sqrt(squares / (double)n);
}

/* Mean squared distance of the first n points of `from`, moved by `t`, to `to`. */
static cad_status one_way(const cad_cloud *from, const cad_rigid *t, const cad_cloud *to, int64_t n, cad_arena *scratch,
                          double *out)
{
    cad_frame f = cad_arena_mark(scratch);
    double *d2;
    n = n < from->n ? n : from->n;
    CAD_TRY(cad_arena_alloc(scratch, cad_size_mul((size_t)n, sizeof *d2), "distances", &d2));
    for (int64_t i = 0; i < n; i++) {
        double q[3];
        cad_rigid_apply(t, from->point + 3 * i, q);
        d2[i] = cad_cloud_distance2(to, q, NULL);
    }
    *out = cad_pairwise_sum(d2, n) / (double)n;
    cad_arena_rewind(scratch, f);
    return CAD_OK;
}

cad_status cad_cloud_compare(const cad_cloud *g, const cad_cloud *p, const cad_rigid *t, int64_t n, cad_arena *scratch,
                             cad_cloud_chamfer *out)
{
    cad_cloud_chamfer c;
    const cad_rigid back = cad_rigid_inverse(t);
    CAD_TRY(one_way(g, &back, p, n, scratch, &c.g2p));
    CAD_TRY(one_way(p, t, g, n, scratch, &c.p2g));
    c.s2 = c.g2p + c.p2g;
    *out = c;
    return CAD_OK;
}
