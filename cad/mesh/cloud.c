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
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_mul((size_t)n, 3), sizeof *c->row), "tree of a cloud", &c->row));
    c->point = points;
    c->n = n;
    for (int64_t i = 0; i < n; i++)
        c->index[i] = i;
    build(c, 0, n);
    for (int k = 0; k < 3; k++)
        c->lo[k] = c->hi[k] = points[k];
    for (int64_t i = 0; i < 3 * n; i++) {
        c->row[i] = points[3 * c->index[i / 3] + i % 3];
        c->lo[i % 3] = fmin(c->lo[i % 3], points[i]);
        c->hi[i % 3] = fmax(c->hi[i % 3], points[i]);
    }
    *out = c;
    return CAD_OK;
}

/* ---- search ---- */

/* No bound is trusted to its last digits: what it passes over may be as near, and then have the smaller index. */
#define SURE (1 - 1e-12)

typedef struct search {
    const cad_cloud *c;
    const double *p;
    double best, second, skipped; /* the latter: nothing that was passed over is nearer */
    int64_t index;
} search;

static double square(const double q[3], const double p[3])
{
    double x = q[0] - p[0], y = q[1] - p[1], z = q[2] - p[2];
    return x * x + y * y + z * z;
}

static void consider(search *s, double d, int64_t i)
{
    if (d < s->best || (!(d > s->best) && i < s->index)) {
        s->second = s->best;
        s->best = d;
        s->index = i;
    } else if (d < s->second && i != s->index) {
        s->second = d;
    }
}

static void look(search *s, int64_t at)
{
    consider(s, square(s->c->row + 3 * at, s->p), s->c->index[at]);
}

/* `off`: how far outside of this range's box the point is along each axis; `bound`: the sum of their squares. */
static void descend(search *s, int64_t lo, int64_t hi, const double off[3], double bound)
{
    double o[3] = {off[0], off[1], off[2]};
    while (hi - lo > LEAF) {
        int64_t mid = lo + (hi - lo) / 2;
        int axis = s->c->axis[mid];
        double side = s->p[axis] - s->c->row[3 * mid + axis];
        bool low = side < 0;
        look(s, mid);
        descend(s, low ? lo : mid + 1, low ? mid : hi, o, bound);
        bound += side * side - o[axis] * o[axis];
        o[axis] = side;
        if (bound * SURE > s->best) {
            s->skipped = fmin(s->skipped, bound * SURE);
            return;
        }
        lo = low ? mid + 1 : lo;
        hi = low ? hi : mid;
    }
    for (int64_t i = lo; i < hi; i++)
        look(s, i);
}

cad_cloud_hit cad_cloud_find(const cad_cloud *c, const double p[3], int64_t guess)
{
    search s = {.c = c, .p = p, .best = INFINITY, .second = INFINITY, .skipped = INFINITY, .index = INT64_MAX};
    double off[3], bound = 0;
    for (int k = 0; k < 3; k++) {
        off[k] = p[k] < c->lo[k] ? p[k] - c->lo[k] : p[k] > c->hi[k] ? p[k] - c->hi[k] : 0;
        bound += off[k] * off[k];
    }
    if (guess >= 0)
        consider(&s, square(c->point + 3 * guess, p), guess);
    descend(&s, 0, c->n, off, bound);
    return (cad_cloud_hit){s.best, fmin(s.second, s.skipped), s.index};
}

double cad_cloud_distance2(const cad_cloud *c, const double p[3], int64_t *out_index)
{
    cad_cloud_hit h = cad_cloud_find(c, p, -1);
    if (out_index)
        *out_index = h.index;
    return h.d2;
}

/* ---- points that move a little at a time ---- */

/* Measured on eight pairs of boxes, like and unlike, 2,000 points each: an alignment took three times as long when each point
 * was searched anew at each step (not quiet).  A search that looks beyond the nearest, for more room, costs more than it saves:
 * of unlike parts it meets the whole cloud. */

cad_status cad_cloud_track_make(const cad_cloud *to, int64_t n, cad_arena *a, cad_cloud_track *out)
{
    cad_cloud_track k = {.to = to};
    CAD_TRY(cad_arena_zalloc(a, cad_size_mul((size_t)n, 3), sizeof *k.stood, "tracks", &k.stood));
    CAD_TRY(cad_arena_zalloc(a, (size_t)n, sizeof *k.room, "tracks", &k.room));
    CAD_TRY(cad_arena_zalloc(a, (size_t)n, sizeof *k.nearest, "tracks", &k.nearest));
    for (int64_t i = 0; i < n; i++)
        k.nearest[i] = -1;
    *out = k;
    return CAD_OK;
}

double cad_cloud_follow(cad_cloud_track *k, int64_t i, const double q[3], int64_t *out_index)
{
    int64_t j = k->nearest[i];
    if (j >= 0) {
        double d2 = square(k->to->point + 3 * j, q), room = k->room[i] * SURE - sqrt(square(k->stood + 3 * i, q)) / SURE;
        if (room > 0 && d2 < room * room * SURE) {
            *out_index = j;
            return d2;
        }
    }
    cad_cloud_hit h = cad_cloud_find(k->to, q, j);
    memcpy(k->stood + 3 * i, q, 3 * sizeof *q);
    k->room[i] = sqrt(h.others2);
    *out_index = k->nearest[i] = h.index;
    return h.d2;
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

/* Mean squared distance of the first n points of `from`, moved by `t`, to `to`; `track` may be NULL. */
static cad_status one_way(const cad_cloud *from, const cad_rigid *t, const cad_cloud *to, int64_t n, cad_cloud_track *track,
                          cad_arena *scratch, double *out)
{
    int64_t index;
    cad_frame f = cad_arena_mark(scratch);
    double *d2;
    n = n < from->n ? n : from->n;
    CAD_TRY(cad_arena_alloc(scratch, cad_size_mul((size_t)n, sizeof *d2), "distances", &d2));
    for (int64_t i = 0; i < n; i++) {
        double q[3];
        cad_rigid_apply(t, from->point + 3 * i, q);
        d2[i] = track ? cad_cloud_follow(track, i, q, &index) : cad_cloud_distance2(to, q, NULL);
    }
    *out = cad_pairwise_sum(d2, n) / (double)n;
    cad_arena_rewind(scratch, f);
    return CAD_OK;
}

static cad_status compare(const cad_cloud *g, const cad_cloud *p, const cad_rigid *t, int64_t n, cad_cloud_track *to_p,
                          cad_cloud_track *to_g, cad_arena *scratch, cad_cloud_chamfer *out)
{
    cad_cloud_chamfer c;
    const cad_rigid back = cad_rigid_inverse(t);
    CAD_TRY(one_way(g, &back, p, n, to_p, scratch, &c.g2p));
    CAD_TRY(one_way(p, t, g, n, to_g, scratch, &c.p2g));
    c.s2 = c.g2p + c.p2g;
    *out = c;
    return CAD_OK;
}

cad_status cad_cloud_compare(const cad_cloud *g, const cad_cloud *p, const cad_rigid *t, int64_t n, cad_arena *scratch,
                             cad_cloud_chamfer *out)
{
    return compare(g, p, t, n, NULL, NULL, scratch, out);
}

cad_status cad_cloud_compare_tracked(const cad_rigid *t, cad_cloud_track *to_p, cad_cloud_track *to_g, cad_arena *scratch,
                                     cad_cloud_chamfer *out)
{
    return compare(to_g->to, to_p->to, t, INT64_MAX, to_p, to_g, scratch, out);
}
