#include "eval/expect_holes.h"

#include <math.h>
#include <string.h>

enum { MAX_FEATURES = 512, MAX_TRIES = 200000 };

bool cad_cylinders_coaxial(const cad_cylinder *a, const cad_cylinder *b, double distance)
{
    double cross2 = 0, apart2 = 0;
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        double c = a->dir[j] * b->dir[k] - a->dir[k] * b->dir[j];
        cross2 += c * c;
        apart2 += (a->point[i] - b->point[i]) * (a->point[i] - b->point[i]); /* feet of the origin: equal axes, equal feet */
    }
    return cross2 <= 1e-8 && apart2 <= distance * distance;
}

/* Positions of a group's axes in the plane across their common direction; false when they are not parallel. */
static bool axis_positions(const cad_cylinder *const *group, int n, double (*uv)[2])
{
    const double *d = group[0]->dir;
    int least = fabs(d[0]) <= fabs(d[1]) && fabs(d[0]) <= fabs(d[2]) ? 0 : fabs(d[1]) <= fabs(d[2]) ? 1 : 2;
    double u[3], v[3], len = 0;
    for (int i = 0; i < 3; i++)
        u[i] = (i == least ? 1.0 : 0.0) - d[least] * d[i];
    for (int i = 0; i < 3; i++)
        len += u[i] * u[i];
    for (int i = 0; i < 3; i++)
        u[i] /= sqrt(len);
    for (int i = 0; i < 3; i++)
        v[i] = d[(i + 1) % 3] * u[(i + 2) % 3] - d[(i + 2) % 3] * u[(i + 1) % 3];
    for (int k = 0; k < n; k++) {
        double dot = 0;
        uv[k][0] = uv[k][1] = 0;
        for (int i = 0; i < 3; i++) {
            dot += group[k]->dir[i] * d[i];
            uv[k][0] += group[k]->point[i] * u[i];
            uv[k][1] += group[k]->point[i] * v[i];
        }
        if (fabs(dot) < 1 - 1e-8)
            return false;
    }
    return true;
}

static bool evenly_spread(double (*uv)[2], int n, double cx, double cy)
{
    const double step = 2 * 3.14159265358979323846 / n;
    double first = atan2(uv[0][1] - cy, uv[0][0] - cx);
    for (int k = 0; k < n; k++) { /* each place of the even circle has exactly one axis within half a degree */
        int here = 0;
        for (int i = 0; i < n; i++) {
            double turn = atan2(uv[i][1] - cy, uv[i][0] - cx) - first - k * step;
            here += fabs(remainder(turn, 2 * 3.14159265358979323846)) < 0.0087;
        }
        if (here != 1)
            return false;
    }
    return true;
}

/* All axes on one circle of diameter `want`.  Evenly spread axes have their mean as centre; otherwise the circle through the
 * first three decides. */
static bool on_circle(const json_t *want, bool even, double (*uv)[2], int n, double tol)
{
    double cx = 0, cy = 0;
    if (even || n < 3) {
        for (int i = 0; i < n; i++) {
            cx += uv[i][0] / n;
            cy += uv[i][1] / n;
        }
    } else {
        double ax = uv[1][0] - uv[0][0], ay = uv[1][1] - uv[0][1], bx = uv[2][0] - uv[0][0], by = uv[2][1] - uv[0][1];
        double det = 2 * (ax * by - ay * bx), a2 = ax * ax + ay * ay, b2 = bx * bx + by * by;
        cx = uv[0][0] + (by * a2 - ay * b2) / det;
        cy = uv[0][1] + (ax * b2 - bx * a2) / det;
    }
    for (int i = 0; i < n; i++)
        if (!cad_expect_matches(want, 2 * hypot(uv[i][0] - cx, uv[i][1] - cy), tol))
            return false;
    return !even || evenly_spread(uv, n, cx, cy);
}

/* Sorted distinct values of one coordinate; equal within 1e-4. */
static int distinct(double (*uv)[2], int axis, int n, double *out)
{
    int m = 0;
    for (int i = 0; i < n; i++) {
        double x = uv[i][axis];
        int at = 0;
        while (at < m && out[at] < x - 1e-4)
            at++;
        if (at < m && fabs(out[at] - x) <= 1e-4)
            continue;
        memmove(out + at + 1, out + at, (size_t)(m - at) * sizeof *out);
        out[at] = x;
        m++;
    }
    return m;
}

static bool evenly_apart(const json_t *want, const double *x, int n, double tol)
{
    for (int i = 1; i < n; i++)
        if (!cad_expect_matches(want, x[i] - x[i - 1], tol))
            return false;
    return true;
}

/* A full grid along the part's axes with the wanted pitches ([a, b] in any order; a number for a single row). */
static bool on_grid(const json_t *want, double (*uv)[2], int n, double tol)
{
    double u[MAX_FEATURES], v[MAX_FEATURES];
    int nu = distinct(uv, 0, n, u), nv = distinct(uv, 1, n, v);
    if ((int64_t)nu * nv != n)
        return false;
    if (!json_is_array(want) || json_array_size(want) == 1) {
        const json_t *pitch = json_is_array(want) ? json_array_get(want, 0) : want;
        return (nu == 1 && evenly_apart(pitch, v, nv, tol)) || (nv == 1 && evenly_apart(pitch, u, nu, tol));
    }
    const json_t *a = json_array_get(want, 0), *b = json_array_get(want, 1);
    return (evenly_apart(a, u, nu, tol) && evenly_apart(b, v, nv, tol)) ||
           (evenly_apart(b, u, nu, tol) && evenly_apart(a, v, nv, tol));
}

static bool single_fits(const json_t *want, const cad_cylinder *c, double tol)
{
    const json_t *through = json_object_get(want, "through");
    const json_t *depth = json_object_get(want, "depth");
    if (!depth)
        depth = json_object_get(want, "h");
    return cad_expect_matches(json_object_get(want, "d"), 2 * c->radius, tol) &&
           cad_expect_matches(depth, c->hi - c->lo, tol) && (!through || json_is_true(through) == (c->open_lo && c->open_hi));
}

static bool group_fits(const json_t *want, const cad_cylinder *const *group, int n, double tol)
{
    const json_t *pcd = json_object_get(want, "pcd"), *spacing = json_object_get(want, "spacing");
    if (!pcd && !spacing)
        return true;
    double uv[MAX_FEATURES][2];
    if (n == 0 || !axis_positions(group, n, uv))
        return false;
    bool even = !json_is_false(json_object_get(want, "even"));
    return (!pcd || on_circle(pcd, even, uv, n, tol)) && (!spacing || on_grid(spacing, uv, n, tol));
}

typedef struct matcher {
    const json_t *want;
    const cad_cylinder *feature[MAX_FEATURES];
    bool used[MAX_FEATURES];
    int n, tries;
    double tol;
} matcher;

static bool match_from(matcher *m, size_t item);

/* Chooses `left` more features for `item` from index `from` on; then goes on with the next item. */
static bool choose(matcher *m, size_t item, const cad_cylinder **group, int have, int left, int from)
{
    const json_t *want = json_array_get(m->want, item);
    if (left == 0)
        return group_fits(want, group, have, m->tol) && match_from(m, item + 1);
    for (int i = from; i < m->n && m->tries < MAX_TRIES; i++) {
        m->tries++;
        if (m->used[i] || !single_fits(want, m->feature[i], m->tol))
            continue;
        m->used[i] = true;
        group[have] = m->feature[i];
        if (choose(m, item, group, have + 1, left - 1, i + 1))
            return true;
        m->used[i] = false;
    }
    return false;
}

static bool match_from(matcher *m, size_t item)
{
    if (item == json_array_size(m->want))
        return true;
    const json_t *count = json_object_get(json_array_get(m->want, item), "count");
    int n = count ? (int)json_integer_value(count) : 1;
    const cad_cylinder *group[MAX_FEATURES];
    return n <= m->n && choose(m, item, group, 0, n, 0);
}

bool cad_expect_holes(const json_t *want, const cad_facts *f, bool concave, double tol)
{
    static _Thread_local matcher m; /* 5 KB: too much for every frame of a check */
    memset(&m, 0, sizeof m);
    m.want = want;
    m.tol = tol;
    for (int32_t i = 0; i < f->n_cylinders; i++) {
        const cad_cylinder *c = &f->cylinders[i];
        if (c->concave != concave || c->sweep < 350)
            continue;
        if (m.n == MAX_FEATURES)
            return false;
        m.feature[m.n++] = c;
    }
    int64_t named = 0;
    size_t i;
    json_t *one;
    json_array_foreach(want, i, one)
    {
        const json_t *count = json_object_get(one, "count");
        named += count ? json_integer_value(count) : 1;
    }
    return named == m.n && match_from(&m, 0);
}
