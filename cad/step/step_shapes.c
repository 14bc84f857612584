/* What single entities describe, and vertices on the curves of their edges and the surfaces of their faces. */
#include "cad/step/step_check_impl.h"
#include "cad/vec3.h"

#include <inttypes.h>
#include <math.h>

/* A placement: its origin in mm, and three unit vectors. */
typedef struct frame {
    double o[3], x[3], y[3], z[3];
} frame;

typedef struct shapes {
    cad_step_checker *c;
    double bound; /* mm that a vertex may be away */
} shapes;

/* To length 1, or to length 0 where v has none; not cad_unit3, since a file may hold any double. */
static void make_unit(double v[3])
{
    double n = cad_norm3(v);
    for (int k = 0; k < 3; k++)
        v[k] = n > 0 ? v[k] / n : 0;
}

/* ---- from entities ---- */

/* The numbers of a list, at most three; how many there are. */
static uint32_t numbers(const cad_step *m, uint32_t list, double out[3])
{
    uint32_t n = m->param[list].holds.of;
    for (uint32_t k = 0; k < 3; k++)
        out[k] = k < n ? cad_step_value(m, list + 1 + k) : 0;
    return n;
}

/* A point in space, in mm. */
static bool point_of(const cad_step_checker *c, uint32_t i, double out[3])
{
    if (cad_step_is(c, i) != CAD_STEP_IS_CARTESIAN_POINT || numbers(c->m, cad_step_nth(c->m, i, 1), out) != 3)
        return false;
    for (int k = 0; k < 3; k++)
        out[k] *= cad_step_unit(c, i).length;
    return true;
}

static bool direction_of(const cad_step_checker *c, uint32_t i, double out[3])
{
    if (cad_step_is(c, i) != CAD_STEP_IS_DIRECTION || numbers(c->m, cad_step_nth(c->m, i, 1), out) != 3)
        return false;
    make_unit(out);
    return true;
}

static bool vertex_point(const cad_step_checker *c, uint32_t i, double out[3])
{
    return cad_step_is(c, i) == CAD_STEP_IS_VERTEX_POINT && point_of(c, cad_step_ref(c->m, cad_step_nth(c->m, i, 1)), out);
}

/* Two axes that are no longer than 1e-9 across from each other are parallel. */
static bool parallel(const double a[3], const double b[3])
{
    double across[3];
    cad_cross3(a, b, across);
    return !(cad_norm3(across) > 1e-9);
}

static bool frame_of(const cad_step_checker *c, uint32_t i, frame *out)
{
    const cad_step *m = c->m;
    frame f = {.x = {1, 0, 0}, .z = {0, 0, 1}};
    if (cad_step_is(c, i) != CAD_STEP_IS_AXIS2_PLACEMENT_3D || !point_of(c, cad_step_ref(m, cad_step_nth(m, i, 1)), f.o))
        return false;
    uint32_t z = cad_step_nth(m, i, 2), x = cad_step_nth(m, i, 3);
    if (m->param[z].kind != CAD_STEP_UNSET && !direction_of(c, cad_step_ref(m, z), f.z))
        return false;
    if (m->param[x].kind != CAD_STEP_UNSET && !direction_of(c, cad_step_ref(m, x), f.x))
        return false;
    if (m->param[x].kind == CAD_STEP_UNSET && parallel(f.x, f.z)) { /* ISO 10303-42, first_proj_axis */
        f.x[0] = 0;
        f.x[1] = 1;
    }
    cad_along3(f.x, -cad_dot3(f.x, f.z), f.z, f.x);
    make_unit(f.x);
    cad_cross3(f.z, f.x, f.y);
    *out = f;
    return cad_dot3(f.z, f.z) > 0 && cad_dot3(f.x, f.x) > 0; /* what else it is, G01 and G03 tell */
}

static double length_at(const cad_step_checker *c, uint32_t i, uint32_t nth)
{
    return cad_step_value(c->m, cad_step_nth(c->m, i, nth)) * cad_step_unit(c, i).length;
}

/* ---- how far away ---- */

/* Of a point of the plane from the ellipse with half axes a >= b > 0.  Source: the foot point is the root of a function that
 * falls monotonously (D. Eberly, Distance from a Point to an Ellipse, 2013). */
static double from_ellipse(double a, double b, double u, double v)
{
    u = fabs(u);
    v = fabs(v);
    if (a == b)
        return fabs(hypot(u, v) - a);
    if (v == 0 && u < (a * a - b * b) / a) { /* between the centres of curvature */
        double x = a * a * u / (a * a - b * b), y = b * sqrt(fmax(0, 1 - x / a * (x / a)));
        return hypot(x - u, y);
    }
    double low = -b * b + b * v, high = -b * b + hypot(a * u, b * v);
    for (int k = 0; k < 200 && low < high; k++) {
        double t = low + (high - low) / 2, x = a * u / (t + a * a), y = b * v / (t + b * b);
        if (t <= low || t >= high)
            break;
        if (x * x + y * y > 1)
            low = t;
        else
            high = t;
    }
    double x = a * a * u / (high + a * a), y = high + b * b > 0 ? b * b * v / (high + b * b) : b;
    return hypot(x - u, y - v);
}

/* Of p from a curve; negative: it is none that is looked at. */
static double from_curve(const cad_step_checker *c, uint32_t i, const double p[3])
{
    const cad_step *m = c->m;
    frame f;
    double o[3], d[3], r[3];
    for (int depth = 0;
         depth < 4 && (cad_step_is(c, i) == CAD_STEP_IS_SURFACE_CURVE || cad_step_is(c, i) == CAD_STEP_IS_SEAM_CURVE); depth++)
        i = cad_step_ref(m, cad_step_nth(m, i, 1));
    cad_step_entity_id e = cad_step_is(c, i);
    if (e == CAD_STEP_IS_LINE) {
        uint32_t vector = cad_step_ref(m, cad_step_nth(m, i, 2));
        if (cad_step_is(c, vector) != CAD_STEP_IS_VECTOR || !point_of(c, cad_step_ref(m, cad_step_nth(m, i, 1)), o) ||
            !direction_of(c, cad_step_ref(m, cad_step_nth(m, vector, 1)), d) || !(cad_dot3(d, d) > 0))
            return -1;
        cad_along3(p, -1, o, r);
        cad_cross3(r, d, r);
        return cad_norm3(r);
    }
    if ((e != CAD_STEP_IS_CIRCLE && e != CAD_STEP_IS_ELLIPSE) || !frame_of(c, cad_step_ref(m, cad_step_nth(m, i, 1)), &f))
        return -1;
    cad_along3(p, -1, f.o, r);
    double a = length_at(c, i, 2), b = e == CAD_STEP_IS_ELLIPSE ? length_at(c, i, 3) : a;
    double u = cad_dot3(r, f.x), v = cad_dot3(r, f.y);
    if (!(a > 0 && b > 0))
        return -1;
    double flat = e == CAD_STEP_IS_CIRCLE ? hypot(u, v) - a : a >= b ? from_ellipse(a, b, u, v) : from_ellipse(b, a, v, u);
    return hypot(flat, cad_dot3(r, f.z));
}

/* Of p from a surface; negative: it is none that is looked at. */
static double from_surface(const cad_step_checker *c, uint32_t i, const double p[3])
{
    const cad_step *m = c->m;
    frame f;
    double d[3];
    cad_step_entity_id e = cad_step_is(c, i);
    bool looked_at = e == CAD_STEP_IS_PLANE || e == CAD_STEP_IS_CYLINDRICAL_SURFACE || e == CAD_STEP_IS_CONICAL_SURFACE ||
                     e == CAD_STEP_IS_SPHERICAL_SURFACE || e == CAD_STEP_IS_TOROIDAL_SURFACE;
    if (!looked_at || !frame_of(c, cad_step_ref(m, cad_step_nth(m, i, 1)), &f))
        return -1;
    cad_along3(p, -1, f.o, d);
    double h = cad_dot3(d, f.z), out = hypot(cad_dot3(d, f.x), cad_dot3(d, f.y));
    double r = e == CAD_STEP_IS_PLANE ? 0 : length_at(c, i, 2);
    switch (e) {
    case CAD_STEP_IS_PLANE:
        return fabs(h);
    case CAD_STEP_IS_CYLINDRICAL_SURFACE:
        return fabs(out - r);
    case CAD_STEP_IS_SPHERICAL_SURFACE:
        return fabs(hypot(out, h) - r);
    case CAD_STEP_IS_TOROIDAL_SURFACE:
        return fabs(hypot(out - r, h) - length_at(c, i, 3));
    default: { /* a cone, of which there is another half beyond the apex */
        double half = cad_step_value(m, cad_step_nth(m, i, 3)) * cad_step_unit(c, i).angle;
        double near = fabs((out - r) * cos(half) - h * sin(half)), far = fabs((-out - r) * cos(half) - h * sin(half));
        return fmin(near, far);
    }
    }
}

/* ---- findings ---- */

static cad_status tell(const shapes *s, cad_step_code code, uint32_t i, const char *what, double value, const char *of)
{
    cad_step *m = s->c->m;
    return cad_step_diags_add(&m->diags, code, m->instance[i].at, 1, m->instance[i].id, "a %s of %g%s", what, value, of);
}

/* G02: radii, and G04 of them. */
static cad_status check_radius(const shapes *s, uint32_t i, uint32_t nth, bool may_be_zero)
{
    double r = length_at(s->c, i, nth);
    if (r < 0 || (r == 0 && !may_be_zero))
        return tell(s, CAD_STEP_G02, i, "radius", r, " mm");
    return r > s->c->length ? tell(s, CAD_STEP_G04, i, "radius", r, " mm") : CAD_OK;
}

static cad_status check_point(const shapes *s, uint32_t i)
{
    double p[3];
    if (!point_of(s->c, i, p))
        return CAD_OK;
    double most = fmax(fabs(p[0]), fmax(fabs(p[1]), fabs(p[2])));
    return most > s->c->length ? tell(s, CAD_STEP_G04, i, "coordinate", most, " mm") : CAD_OK;
}

static cad_status check_direction(const shapes *s, uint32_t i)
{
    double v[3];
    (void)numbers(s->c->m, cad_step_nth(s->c->m, i, 1), v);
    double n = cad_norm3(v);
    return n > 1e-12 ? CAD_OK : tell(s, CAD_STEP_G01, i, "direction", n, " in length");
}

static cad_status check_vector(const shapes *s, uint32_t i)
{
    double n = fabs(length_at(s->c, i, 2)), d[3];
    if (n == 0)
        return tell(s, CAD_STEP_G01, i, "vector", n, " in length");
    bool in_space = direction_of(s->c, cad_step_ref(s->c->m, cad_step_nth(s->c->m, i, 1)), d);
    return in_space && n > s->c->length ? tell(s, CAD_STEP_G04, i, "vector", n, " mm") : CAD_OK;
}

static cad_status check_placement(const shapes *s, uint32_t i)
{
    cad_step *m = s->c->m;
    double x[3], z[3];
    if (!direction_of(s->c, cad_step_ref(m, cad_step_nth(m, i, 2)), z) ||
        !direction_of(s->c, cad_step_ref(m, cad_step_nth(m, i, 3)), x) || !(cad_dot3(x, x) > 0) || !(cad_dot3(z, z) > 0) ||
        !parallel(x, z))
        return CAD_OK;
    return cad_step_diags_add(&m->diags, CAD_STEP_G03, m->instance[i].at, 1, m->instance[i].id,
                              "its axis #%" PRIu64 " and its reference direction #%" PRIu64 " are parallel",
                              m->instance[cad_step_ref(m, cad_step_nth(m, i, 2))].id,
                              m->instance[cad_step_ref(m, cad_step_nth(m, i, 3))].id);
}

/* ---- vertices ---- */

static cad_status check_vertex(const shapes *s, cad_step_code code, uint32_t i, uint32_t vertex, uint32_t on)
{
    cad_step *m = s->c->m;
    double p[3];
    if (!vertex_point(s->c, vertex, p))
        return CAD_OK;
    double away = code == CAD_STEP_G07 ? from_curve(s->c, on, p) : from_surface(s->c, on, p);
    if (away <= s->bound) /* also where nobody knows */
        return CAD_OK;
    return cad_step_diags_add(&m->diags, code, m->instance[i].at, 1, m->instance[i].id,
                              "its vertex #%" PRIu64 " is %.3g mm off #%" PRIu64 ", %s; expected at most %.3g mm",
                              m->instance[vertex].id, away, m->instance[on].id,
                              cad_step_signature_at(cad_step_is(s->c, on))->name, s->bound);
}

static cad_status check_edge(const shapes *s, uint32_t i)
{
    const cad_step *m = s->c->m;
    uint32_t start = cad_step_ref(m, cad_step_nth(m, i, 1)), end = cad_step_ref(m, cad_step_nth(m, i, 2));
    uint32_t curve = cad_step_ref(m, cad_step_nth(m, i, 3));
    CAD_TRY(check_vertex(s, CAD_STEP_G07, i, start, curve));
    return end == start ? CAD_OK : check_vertex(s, CAD_STEP_G07, i, end, curve);
}

/* The start of each edge: the ends are those of others. */
static cad_status check_face(const shapes *s, cad_step_uses *u, uint32_t face)
{
    const cad_step *m = s->c->m;
    uint32_t surface = cad_step_ref(m, cad_step_nth(m, face, 2));
    if (u->left <= 0 || cad_step_is(s->c, surface) == CAD_STEP_IS_UNKNOWN)
        return CAD_OK;
    cad_step_uses_of(u, face);
    for (uint32_t i; (i = cad_step_next_use(u)) != CAD_STEP_NONE;) {
        uint32_t edge = cad_step_ref(m, cad_step_nth(m, i, 3));
        bool same = cad_step_true(m, cad_step_nth(m, i, 4));
        CAD_TRY(check_vertex(s, CAD_STEP_G08, face, cad_step_ref(m, cad_step_nth(m, edge, same ? 1 : 2)), surface));
    }
    if (u->left > 0)
        return CAD_OK;
    return cad_step_diags_add(&s->c->m->diags, CAD_STEP_G08, m->instance[face].at, 1, m->instance[face].id,
                              "no more faces are checked: they share too many of their edges");
}

static cad_status check_one(const shapes *s, cad_step_uses *u, uint32_t i)
{
    switch (cad_step_is(s->c, i)) {
    case CAD_STEP_IS_CARTESIAN_POINT:
        return check_point(s, i);
    case CAD_STEP_IS_DIRECTION:
        return check_direction(s, i);
    case CAD_STEP_IS_VECTOR:
        return check_vector(s, i);
    case CAD_STEP_IS_AXIS2_PLACEMENT_3D:
        return check_placement(s, i);
    case CAD_STEP_IS_CIRCLE:
    case CAD_STEP_IS_PARABOLA:
    case CAD_STEP_IS_CYLINDRICAL_SURFACE:
    case CAD_STEP_IS_SPHERICAL_SURFACE:
        return check_radius(s, i, 2, false);
    case CAD_STEP_IS_CONICAL_SURFACE:
        return check_radius(s, i, 2, true); /* its placement may be its apex */
    case CAD_STEP_IS_ELLIPSE:
    case CAD_STEP_IS_HYPERBOLA:
    case CAD_STEP_IS_TOROIDAL_SURFACE:
    case CAD_STEP_IS_DEGENERATE_TOROIDAL_SURFACE:
        CAD_TRY(check_radius(s, i, 2, false));
        return check_radius(s, i, 3, false);
    case CAD_STEP_IS_EDGE_CURVE:
        return check_edge(s, i);
    case CAD_STEP_IS_ADVANCED_FACE:
    case CAD_STEP_IS_FACE_SURFACE:
        return check_face(s, u, i);
    default:
        return CAD_OK;
    }
}

/* Of the box around all vertices. */
static double diagonal(const cad_step_checker *c)
{
    double low[3] = {INFINITY, INFINITY, INFINITY}, high[3] = {-INFINITY, -INFINITY, -INFINITY}, p[3], d[3];
    for (uint32_t i = 0; i < c->m->n; i++) {
        bool there = vertex_point(c, i, p);
        for (int k = 0; there && k < 3; k++) {
            low[k] = fmin(low[k], p[k]);
            high[k] = fmax(high[k], p[k]);
        }
    }
    cad_along3(high, -1, low, d);
    return high[0] >= low[0] ? cad_norm3(d) : 0;
}

cad_status cad_step_check_shapes(cad_step_checker *c)
{
    const shapes s = {.c = c, .bound = fmax(1e-3, 1e-4 * diagonal(c))};
    cad_step_uses u = {.c = c, .left = 16 * ((int64_t)c->m->n_params + 1)};
    for (uint32_t i = 0; i < c->m->n; i++)
        CAD_TRY(check_one(&s, &u, i));
    return CAD_OK;
}
