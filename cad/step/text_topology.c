#include "cad/step/text_topology.h"

#include "cad/step/text_impl.h"
#include "cad/vec3.h"

#include <math.h>
#include <string.h>

/* ---- geometry ---- */

bool cad_text_xyz(const cad_step *m, uint32_t i, double out[3])
{
    uint32_t p = i == CAD_STEP_NONE ? CAD_STEP_NONE : cad_text_value(m, i, 0);
    if (p == CAD_STEP_NONE || m->param[p].kind != CAD_STEP_LIST || m->param[p].holds.size != 3)
        return false;
    for (uint32_t k = 0; k < 3; k++) {
        const cad_step_param *c = &m->param[p + 1 + k];
        if (c->kind != CAD_STEP_REAL && c->kind != CAD_STEP_INTEGER)
            return false;
        out[k] = c->kind == CAD_STEP_REAL ? c->real : (double)c->integer;
    }
    return true;
}

/* ISO 10303-42, build_axes: z by default (0,0,1), x the part of its direction at right angles to z. */
bool cad_text_placement(const cad_step *m, uint32_t i, double at[3], double axis[3], double x[3])
{
    if (i == CAD_STEP_NONE || !cad_text_xyz(m, cad_step_ref(m, cad_text_value(m, i, 0)), at))
        return false;
    uint32_t a = cad_step_ref(m, cad_text_value(m, i, 1)), r = cad_step_ref(m, cad_text_value(m, i, 2));
    double z[3] = {0, 0, 1}, ref[3] = {1, 0, 0};
    if (a != CAD_STEP_NONE && !cad_text_xyz(m, a, z))
        return false;
    if (!cad_unit3(z))
        return false;
    if (r != CAD_STEP_NONE && !cad_text_xyz(m, r, ref))
        return false;
    if (r == CAD_STEP_NONE && fabs(z[0]) == 1) {
        ref[0] = 0;
        ref[1] = 1;
    }
    cad_along3(ref, -cad_dot3(ref, z), z, x);
    memcpy(axis, z, sizeof z);
    return cad_unit3(x);
}

static bool circle_of(const cad_step *m, uint32_t i, cad_text_circle *out)
{
    uint32_t r = cad_text_value(m, i, 1);
    if (r == CAD_STEP_NONE || m->param[r].kind != CAD_STEP_REAL || !(m->param[r].real > 0))
        return false;
    out->radius = m->param[r].real;
    return cad_text_placement(m, cad_step_ref(m, cad_text_value(m, i, 0)), out->centre, out->axis, out->x);
}

bool cad_text_edge_of(const cad_step *m, uint32_t edge, cad_text_edge *out)
{
    if (edge == CAD_STEP_NONE || !cad_step_is_type(m, edge, "EDGE_CURVE"))
        return false;
    uint32_t curve = cad_step_ref(m, cad_text_value(m, edge, 2));
    out->vertex[0] = cad_step_ref(m, cad_text_value(m, edge, 0));
    out->vertex[1] = cad_step_ref(m, cad_text_value(m, edge, 1));
    out->sense = curve == CAD_STEP_NONE || cad_text_is_enum(m, cad_text_value(m, edge, 3), ".T.");
    out->kind = curve == CAD_STEP_NONE || cad_step_is_type(m, curve, "LINE") ? CAD_TEXT_LINE : CAD_TEXT_OTHER;
    if (curve != CAD_STEP_NONE && cad_step_is_type(m, curve, "CIRCLE") && circle_of(m, curve, &out->circle))
        out->kind = CAD_TEXT_CIRCLE;
    return out->vertex[0] != CAD_STEP_NONE && out->vertex[1] != CAD_STEP_NONE;
}

void cad_text_closers(const cad_step *m, uint32_t *closer)
{
    for (uint32_t i = 0; i < m->n; i++)
        closer[i] = CAD_STEP_NONE;
    for (uint32_t i = 0; i < m->n; i++) {
        cad_text_edge e;
        if (!cad_text_edge_of(m, i, &e) || e.kind != CAD_TEXT_CIRCLE || e.vertex[0] != e.vertex[1])
            continue;
        if (closer[e.vertex[0]] == CAD_STEP_NONE)
            closer[e.vertex[0]] = i;
    }
}

bool cad_text_vertex_of(const cad_step *m, const uint32_t *closer, uint32_t vertex, double out[3])
{
    cad_text_edge e;
    if (vertex == CAD_STEP_NONE || !cad_step_is_type(m, vertex, "VERTEX_POINT"))
        return false;
    uint32_t point = cad_step_ref(m, cad_text_value(m, vertex, 0));
    if (point != CAD_STEP_NONE)
        return cad_text_xyz(m, point, out);
    if (closer[vertex] == CAD_STEP_NONE || !cad_text_edge_of(m, closer[vertex], &e) || e.kind != CAD_TEXT_CIRCLE)
        return false;
    cad_along3(e.circle.centre, e.circle.radius, e.circle.x, out);
    return true;
}

/* ---- loops ---- */

/* A pass with its ends. */
typedef struct pass {
    cad_text_pass by;
    double from[3], to[3];
} pass;

bool cad_text_pass_of(const cad_step *m, const cad_text_bound *b, uint32_t k, cad_text_pass *out)
{
    uint32_t list = cad_text_value(m, b->loop, 0), oriented = cad_step_ref(m, list + 1 + k);
    if (oriented == CAD_STEP_NONE || !cad_step_is_type(m, oriented, "ORIENTED_EDGE"))
        return false;
    uint32_t p = cad_text_value(m, oriented, 0);
    bool stars = p != CAD_STEP_NONE && m->param[p].kind == CAD_STEP_DERIVED;
    out->id = cad_step_ref(m, cad_text_value(m, oriented, stars ? 2 : 0));
    if (!cad_text_edge_of(m, out->id, &out->edge))
        return false;
    out->forward = cad_text_is_enum(m, cad_text_value(m, oriented, stars ? 3 : 1), ".T.") == b->sense;
    out->positive = out->forward == out->edge.sense;
    return true;
}

static bool pass_of(const cad_step *m, const uint32_t *closer, const cad_text_bound *b, uint32_t k, pass *out)
{
    return cad_text_pass_of(m, b, k, &out->by) &&
           cad_text_vertex_of(m, closer, out->by.edge.vertex[!out->by.forward], out->from) &&
           cad_text_vertex_of(m, closer, out->by.edge.vertex[out->by.forward], out->to);
}

/* The angle that a pass covers of its circle, 0 .. 2 pi. */
static double angle_of(const pass *s)
{
    const cad_text_circle *c = &s->by.edge.circle;
    if (s->by.edge.vertex[0] == s->by.edge.vertex[1])
        return 2 * M_PI;
    double y[3], a[3], b[3];
    cad_cross3(c->axis, c->x, y);
    cad_along3(s->from, -1, c->centre, a);
    cad_along3(s->to, -1, c->centre, b);
    double turn = atan2(cad_dot3(b, y), cad_dot3(b, c->x)) - atan2(cad_dot3(a, y), cad_dot3(a, c->x));
    if (!s->by.positive)
        turn = -turn;
    while (turn <= 0)
        turn += 2 * M_PI;
    return turn > 2 * M_PI ? turn - 2 * M_PI : turn;
}

/* Half the integral of p x dp along a pass, with p from `base`: chord, and segment of the circle. */
static void add_area(const pass *s, const double base[3], double area[3])
{
    double a[3], b[3], part[3];
    cad_along3(s->from, -1, base, a);
    cad_along3(s->to, -1, base, b);
    cad_cross3(a, b, part);
    cad_along3(area, 0.5, part, area);
    if (s->by.edge.kind == CAD_TEXT_CIRCLE) {
        double t = angle_of(s), r = s->by.edge.circle.radius;
        cad_along3(area, (s->by.positive ? 0.5 : -0.5) * r * r * (t - sin(t)), s->by.edge.circle.axis, area);
    }
}

static void grow(const double p[3], double r, double low[3], double high[3])
{
    for (int k = 0; k < 3; k++) {
        low[k] = p[k] - r < low[k] ? p[k] - r : low[k];
        high[k] = p[k] + r > high[k] ? p[k] + r : high[k];
    }
}

bool cad_text_bound_of(const cad_step *m, uint32_t i, cad_text_bound *out)
{
    if (i == CAD_STEP_NONE)
        return false;
    out->loop = cad_step_ref(m, cad_text_value(m, i, 0));
    out->sense = cad_text_is_enum(m, cad_text_value(m, i, 1), ".T.");
    if (out->loop == CAD_STEP_NONE || !cad_step_is_type(m, out->loop, "EDGE_LOOP"))
        return false;
    uint32_t list = cad_text_value(m, out->loop, 0);
    if (list == CAD_STEP_NONE || m->param[list].kind != CAD_STEP_LIST)
        return false;
    out->n = m->param[list].holds.size;
    return out->n > 0;
}

bool cad_text_is_linear(const cad_step *m)
{
    uint64_t edges = 0;
    for (uint32_t i = 0; i < m->n && edges <= m->n_params; i++) {
        uint32_t list = cad_step_is_type(m, i, "ADVANCED_FACE") ? cad_text_value(m, i, 0) : CAD_STEP_NONE;
        if (list == CAD_STEP_NONE || m->param[list].kind != CAD_STEP_LIST)
            continue;
        for (uint32_t k = 0; k < m->param[list].holds.size; k++) {
            cad_text_bound b;
            edges += cad_text_bound_of(m, cad_step_ref(m, list + 1 + k), &b) ? b.n : 0;
        }
    }
    return edges <= m->n_params;
}

/* ---- faces ---- */

/* What a first pass over all edges finds. */
typedef struct survey {
    double base[3], area[3]; /* of the largest loop; the first vertex of it */
    double toward[3];        /* along its first edge */
    double size, low[3], high[3];
    cad_text_circle circle; /* the first one */
    bool has_circle;
} survey;

static bool survey_bound(const cad_step *m, const uint32_t *closer, const cad_text_bound *b, survey *s)
{
    double area[3] = {0}, base[3], toward[3];
    for (uint32_t k = 0; k < b->n; k++) {
        pass e;
        if (!pass_of(m, closer, b, k, &e))
            return false;
        if (k == 0) {
            memcpy(base, e.from, sizeof base);
            cad_along3(e.to, -1, e.from, toward);
            if (e.by.edge.kind == CAD_TEXT_CIRCLE)
                memcpy(toward, e.by.edge.circle.x, sizeof toward);
        }
        add_area(&e, base, area);
        grow(e.from, 0, s->low, s->high);
        if (e.by.edge.kind == CAD_TEXT_CIRCLE) {
            if (e.by.edge.vertex[0] == e.by.edge.vertex[1])
                grow(e.by.edge.circle.centre, e.by.edge.circle.radius, s->low, s->high);
            if (!s->has_circle)
                s->circle = e.by.edge.circle;
            s->has_circle = true;
        }
    }
    double size = sqrt(cad_dot3(area, area));
    if (size > s->size * (1 + CAD_TEXT_CLOSE)) {
        s->size = size;
        memcpy(s->area, area, sizeof area);
        memcpy(s->base, base, sizeof base);
        memcpy(s->toward, toward, sizeof toward);
    }
    return true;
}

/* 1e-17 is no component of a direction that lines and circles of a drawing have. */
static void snap(double v[3])
{
    for (int k = 0; k < 3; k++) {
        if (fabs(v[k]) < 1e-12)
            v[k] = 0;
        else if (fabs(v[k]) > 1 - 1e-12)
            v[k] = v[k] > 0 ? 1 : -1;
    }
}

static bool in_plane(const pass *e, const cad_text_surface *f)
{
    double d[3], c[3];
    double close = CAD_TEXT_CLOSE * f->extent;
    cad_along3(e->from, -1, f->at, d);
    if (fabs(cad_dot3(d, f->axis)) > close)
        return false;
    if (e->by.edge.kind != CAD_TEXT_CIRCLE)
        return true;
    cad_along3(e->by.edge.circle.centre, -1, f->at, d);
    cad_cross3(e->by.edge.circle.axis, f->axis, c);
    return fabs(cad_dot3(d, f->axis)) <= close && cad_dot3(c, c) <= CAD_TEXT_CLOSE * CAD_TEXT_CLOSE;
}

static double height(const double p[3], const cad_text_surface *f)
{
    double d[3];
    cad_along3(p, -1, f->at, d);
    return cad_dot3(d, f->axis);
}

static bool off_axis(const double p[3], const cad_text_surface *f, double want)
{
    double d[3];
    cad_along3(p, -1, f->at, d);
    cad_along3(d, -cad_dot3(d, f->axis), f->axis, d);
    return fabs(sqrt(cad_dot3(d, d)) - want) > CAD_TEXT_CLOSE * f->extent;
}

static bool on_cylinder(const pass *e, const cad_text_surface *f)
{
    if (off_axis(e->from, f, f->radius))
        return false;
    if (e->by.edge.kind != CAD_TEXT_CIRCLE)
        return true;
    double c[3];
    cad_cross3(e->by.edge.circle.axis, f->axis, c);
    return cad_dot3(c, c) <= CAD_TEXT_CLOSE * CAD_TEXT_CLOSE && !off_axis(e->by.edge.circle.centre, f, 0) &&
           fabs(e->by.edge.circle.radius - f->radius) <= CAD_TEXT_CLOSE * f->extent;
}

/* Runs over all edges of a face: whether each of them is in the surface. */
static bool all_edges(const cad_step *m, const uint32_t *closer, const cad_text_bound *b, uint32_t n_bounds,
                      const cad_text_surface *f, bool (*in)(const pass *, const cad_text_surface *))
{
    for (uint32_t i = 0; i < n_bounds; i++)
        for (uint32_t k = 0; k < b[i].n; k++) {
            pass e;
            if (!pass_of(m, closer, &b[i], k, &e) || !in(&e, f))
                return false;
        }
    return true;
}

/* Seen from outside, material is on the left: at the lower end of a cylinder whose normals point outward a loop runs about the
 * axis, at the upper end against it. */
static bool find_side(const cad_step *m, const uint32_t *closer, const cad_text_bound *b, uint32_t n_bounds,
                      cad_text_surface *f)
{
    double low = INFINITY, high = -INFINITY, lowest = INFINITY, highest = -INFINITY;
    bool at_low = false, at_high = false;
    for (uint32_t i = 0; i < n_bounds; i++)
        for (uint32_t k = 0; k < b[i].n; k++) {
            pass e;
            if (!pass_of(m, closer, &b[i], k, &e))
                return false;
            double h = height(e.from, f);
            low = h < low ? h : low;
            high = h > high ? h : high;
            if (e.by.edge.kind != CAD_TEXT_CIRCLE)
                continue;
            h = height(e.by.edge.circle.centre, f);
            bool about = e.by.positive == (cad_dot3(e.by.edge.circle.axis, f->axis) > 0);
            if (h < lowest) {
                lowest = h;
                at_low = about;
            }
            if (h > highest) {
                highest = h;
                at_high = !about;
            }
        }
    double close = CAD_TEXT_CLOSE * f->extent;
    if (high - low <= close || (lowest > low + close && highest < high - close))
        return false;
    f->sense = lowest <= low + close ? at_low : at_high;
    return true;
}

enum { MAX_BOUNDS = 4096 };

void cad_text_surface_of(const cad_step *m, const uint32_t *closer, uint32_t face, cad_text_surface *out)
{
    uint32_t list = cad_text_value(m, face, 0);
    cad_text_bound b[MAX_BOUNDS];
    survey s = {.low = {INFINITY, INFINITY, INFINITY}, .high = {-INFINITY, -INFINITY, -INFINITY}};
    *out = (cad_text_surface){.kind = CAD_TEXT_NOTHING};
    if (list == CAD_STEP_NONE || m->param[list].kind != CAD_STEP_LIST || m->param[list].holds.size > MAX_BOUNDS)
        return;
    uint32_t n = m->param[list].holds.size;
    for (uint32_t i = 0; i < n; i++)
        if (!cad_text_bound_of(m, cad_step_ref(m, list + 1 + i), &b[i]) || !survey_bound(m, closer, &b[i], &s))
            return;
    double d[3];
    cad_along3(s.high, -1, s.low, d);
    out->extent = sqrt(cad_dot3(d, d));
    memcpy(out->at, s.base, sizeof out->at);
    memcpy(out->axis, s.area, sizeof out->axis);
    memcpy(out->x, s.toward, sizeof out->x);
    out->sense = true;
    if (n && s.size > 0 && cad_unit3(out->axis)) {
        snap(out->axis);
        cad_along3(out->x, -cad_dot3(out->x, out->axis), out->axis, out->x);
        if (cad_unit3(out->x) && all_edges(m, closer, b, n, out, in_plane)) {
            snap(out->x);
            out->kind = CAD_TEXT_PLANE;
            return;
        }
    }
    if (!s.has_circle)
        return;
    memcpy(out->at, s.circle.centre, sizeof out->at);
    memcpy(out->axis, s.circle.axis, sizeof out->axis);
    memcpy(out->x, s.circle.x, sizeof out->x);
    out->radius = s.circle.radius;
    if (all_edges(m, closer, b, n, out, on_cylinder) && find_side(m, closer, b, n, out))
        out->kind = CAD_TEXT_CYLINDER;
}
