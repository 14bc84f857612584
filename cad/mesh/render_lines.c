#include "cad/mesh/render_core.h"
#include "core/size.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CREASE_COSINE 0.90630778703664996 /* 25 degrees, for meshes without B-rep edges */

typedef struct side {
    uint32_t lo, hi;
    int32_t tri;
} side;

static int by_side(const void *pa, const void *pb)
{
    const side *a = pa, *b = pb;
    if (a->lo != b->lo)
        return a->lo < b->lo ? -1 : 1;
    if (a->hi != b->hi)
        return a->hi < b->hi ? -1 : 1;
    return a->tri < b->tri ? -1 : a->tri > b->tri;
}

static void add(cad_strokes *s, const double *p, const double *q)
{
    memcpy(s->at[s->n][0], p, 24);
    memcpy(s->at[s->n++][1], q, 24);
}

static double cosine(const cad_mesh *m, int32_t s, int32_t t)
{
    double n[2][3], l[2];
    const int32_t tri[2] = {s, t};
    for (int i = 0; i < 2; i++) {
        const double *a = m->xyz + 3 * (size_t)m->tri[3 * (size_t)tri[i]],
                     *b = m->xyz + 3 * (size_t)m->tri[3 * (size_t)tri[i] + 1],
                     *c = m->xyz + 3 * (size_t)m->tri[3 * (size_t)tri[i] + 2];
        double u[3] = {b[0] - a[0], b[1] - a[1], b[2] - a[2]}, v[3] = {c[0] - a[0], c[1] - a[1], c[2] - a[2]};
        n[i][0] = u[1] * v[2] - u[2] * v[1];
        n[i][1] = u[2] * v[0] - u[0] * v[2];
        n[i][2] = u[0] * v[1] - u[1] * v[0];
        l[i] = sqrt(n[i][0] * n[i][0] + n[i][1] * n[i][1] + n[i][2] * n[i][2]);
    }
    return l[0] > 0 && l[1] > 0 ? (n[0][0] * n[1][0] + n[0][1] * n[1][1] + n[0][2] * n[1][2]) / (l[0] * l[1]) : 1;
}

cad_status cad_strokes_collect(const cad_scene *s, const cad_mesh *m, const double *p, const bool *front, const cad_camera *c,
                               cad_arena *a, cad_strokes *out)
{
    size_t most = (size_t)m->n_tri * 3 + 1;
    if (s->edges && s->edges->n_lines > 0)
        most += (size_t)(s->edges->begin[s->edges->n_lines] - s->edges->begin[0]);
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(most, sizeof *out->at), "strokes", &out->at));
    out->n = 0;
    for (int64_t i = 0; s->edges && i < s->edges->n_lines; i++) {
        if (s->edge_angle && s->edge_angle[i] < 1)
            continue;
        double last[3], next[3];
        for (int64_t k = s->edges->begin[i]; k < s->edges->begin[i + 1]; k++, memcpy(last, next, sizeof last)) {
            cad_camera_project(c, s->edges->xyz + 3 * k, next);
            if (k > s->edges->begin[i])
                add(out, last, next);
        }
    }
    /* Contours: a mesh edge between a triangle that faces the eye and one that does not. */
    cad_frame f = cad_arena_mark(a);
    side *e;
    int64_t n = 0;
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_mul((size_t)m->n_tri, 3), sizeof *e), "mesh edges", &e));
    for (int64_t t = 0; t < m->n_tri; t++)
        for (int k = 0; k < 3; k++) {
            uint32_t u = m->tri[3 * t + k], v = m->tri[3 * t + (k + 1) % 3];
            e[n++] = (side){u < v ? u : v, u < v ? v : u, (int32_t)t};
        }
    qsort(e, (size_t)n, sizeof *e, by_side);
    for (int64_t i = 0, next; i < n; i = next) {
        for (next = i + 1; next < n && e[next].lo == e[i].lo && e[next].hi == e[i].hi; next++)
            ;
        bool pair = next - i == 2, draw = !pair && !s->edges;
        if (pair) {
            int32_t t = e[i].tri, u = e[i + 1].tri;
            draw = front[t] != front[u];
            draw = draw || (!s->edges && cosine(m, t, u) < CREASE_COSINE);
        }
        if (draw)
            add(out, p + 3 * (size_t)e[i].lo, p + 3 * (size_t)e[i].hi);
    }
    cad_arena_rewind(a, f);
    return CAD_OK;
}

/* Visible when some sample around the place is not nearer: at a convex edge the surface falls away on both sides, at a
 * concave one it rises, so the sample under the line alone would not do. */
static bool visible(const cad_band *b, double x, double y, double z, double bias)
{
    int32_t cx = (int32_t)floor(x), cy = (int32_t)floor(y);
    for (int32_t j = cy - 1; j <= cy + 1; j++)
        for (int32_t i = cx - 1; i <= cx + 1; i++) {
            if (i < 0 || j < b->y0 || i >= b->w || j >= b->y1)
                continue;
            if (z <= (double)b->depth[(size_t)(j - b->y0) * (size_t)b->w + (size_t)i] + bias)
                return true;
        }
    return false;
}

static void dab(cad_band *b, double x, double y, double radius)
{
    int32_t x0 = (int32_t)floor(x - radius), x1 = (int32_t)ceil(x + radius), y0 = (int32_t)floor(y - radius),
            y1 = (int32_t)ceil(y + radius);
    for (int32_t j = y0 < b->y0 ? b->y0 : y0; j <= y1 && j < b->y1; j++)
        for (int32_t i = x0 < 0 ? 0 : x0; i <= x1 && i < b->w; i++) {
            double d = hypot(i + 0.5 - x, j + 0.5 - y), cover = radius + 0.5 - d;
            if (cover <= 0)
                continue;
            uint8_t v = (uint8_t)(cover >= 1 ? 255 : (int)(255 * cover)),
                    *at = &b->line[(size_t)(j - b->y0) * (size_t)b->w + (size_t)i];
            *at = v > *at ? v : *at;
        }
}

/* Narrows [t[0], t[1]] to where from + t * step lies in lo..hi; false when nothing is left. */
static bool clip(double from, double step, double lo, double hi, double t[2])
{
    if (!(fabs(step) > 0))
        return from >= lo && from <= hi;
    double a = (lo - from) / step, b = (hi - from) / step;
    t[0] = fmax(t[0], fmin(a, b));
    t[1] = fmin(t[1], fmax(a, b));
    return t[0] <= t[1];
}

void cad_strokes_draw(const cad_strokes *s, cad_band *b)
{
    const double reach = s->radius + 2, longest = 1e15; /* beyond, steps of one sample lose themselves in rounding */
    for (int64_t i = 0; i < s->n; i++) {
        const double *p = s->at[i][0], *q = s->at[i][1];
        double span[2] = {0, 1}, steps = ceil(hypot(q[0] - p[0], q[1] - p[1])) + 1;
        /* What a small frame leaves outside costs nothing. */
        if (!(steps < longest) || !clip(p[0], q[0] - p[0], -reach, b->w + reach, span) ||
            !clip(p[1], q[1] - p[1], b->y0 - reach, b->y1 + reach, span))
            continue;
        int64_t first = (int64_t)floor(span[0] * steps), last = (int64_t)ceil(span[1] * steps);
        for (int64_t k = first; k <= last; k++) {
            double t = (double)k / steps, x = p[0] + t * (q[0] - p[0]), y = p[1] + t * (q[1] - p[1]);
            if (y + reach < b->y0 || y - reach >= b->y1)
                continue;
            if (visible(b, x, y, p[2] + t * (q[2] - p[2]), s->bias))
                dab(b, x, y, s->radius);
        }
    }
}
