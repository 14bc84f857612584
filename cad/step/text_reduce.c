/* What restoration would make again is left out of a model. */
#include "cad/step/text_impl.h"
#include "cad/step/text_topology.h"
#include "cad/vec3.h"

#include "core/size.h"

#include <math.h>
#include <string.h>

typedef struct reducer {
    cad_text *t;
    cad_step *m;
    const uint8_t *kept;
    uint32_t *closer, *uses; /* what refers to a vertex */
    uint8_t *strays;         /* of vertices: find_strays */
    double close;            /* 1e-6 of the extent of all points */
    bool any;
} reducer;

/* Distance of p from the line through `at` along the unit vector `axis`. */
static double from_line(const double p[3], const double at[3], const double axis[3])
{
    double d[3], foot[3];
    cad_along3(p, -1, at, d);
    cad_along3(at, cad_dot3(d, axis), axis, foot);
    return cad_distance3(p, foot);
}

static void find_extent(reducer *r)
{
    double low[3] = {INFINITY, INFINITY, INFINITY}, high[3] = {-INFINITY, -INFINITY, -INFINITY}, p[3];
    for (uint32_t i = 0; i < r->m->n; i++) {
        if (!r->kept[i] || cad_text_known(r->t, i) != CAD_STEP_IS_VERTEX_POINT || !cad_text_vertex_of(r->m, r->closer, i, p))
            continue;
        for (int k = 0; k < 3; k++) {
            low[k] = p[k] < low[k] ? p[k] : low[k];
            high[k] = p[k] > high[k] ? p[k] : high[k];
        }
    }
    double size = cad_distance3(low, high);
    for (uint32_t i = 0; i < r->m->n; i++) { /* two vertices of a cylinder say little */
        cad_text_edge e;
        if (r->kept[i] && cad_text_edge_of(r->m, i, &e) && e.kind == CAD_TEXT_CIRCLE && !(2 * e.circle.radius < size))
            size = 2 * e.circle.radius;
    }
    r->close = isfinite(size) ? CAD_TEXT_CLOSE * size : 0;
}

/* Curves that the edges of a kept solid lie on in the parameters of its surfaces. */
static bool has_pcurves(const reducer *r)
{
    for (uint32_t i = 0; i < r->m->n; i++)
        if (r->kept[i] && cad_text_known(r->t, i) == CAD_STEP_IS_PCURVE)
            return true;
    return false;
}

/* ---- edges and vertices ---- */

/* Takes away what stands behind value k of instance i, value k included. */
static void drop_from(reducer *r, uint32_t i, uint32_t k)
{
    uint32_t p = cad_text_value(r->m, i, k);
    cad_text_drop(r->m, i, p, UINT32_MAX);
    r->any = true;
}

static void reduce_line(reducer *r, uint32_t i)
{
    uint32_t line = cad_step_ref(r->m, cad_text_value(r->m, i, 2));
    cad_text_edge e;
    double at[3], dir[3], p[3], q[3];
    if (line == CAD_STEP_NONE || !cad_text_edge_of(r->m, i, &e) || e.kind != CAD_TEXT_LINE || e.vertex[0] == e.vertex[1])
        return;
    uint32_t vector = cad_step_ref(r->m, cad_text_value(r->m, line, 1));
    uint32_t direction = vector == CAD_STEP_NONE ? vector : cad_step_ref(r->m, cad_text_value(r->m, vector, 0));
    if (!cad_text_xyz(r->m, cad_step_ref(r->m, cad_text_value(r->m, line, 0)), at) || !cad_text_xyz(r->m, direction, dir) ||
        !cad_text_vertex_of(r->m, r->closer, e.vertex[0], p) || !cad_text_vertex_of(r->m, r->closer, e.vertex[1], q))
        return;
    double n = sqrt(cad_dot3(dir, dir));
    for (int k = 0; k < 3; k++)
        dir[k] /= n;
    if (n > 0 && from_line(p, at, dir) <= r->close && from_line(q, at, dir) <= r->close && cad_distance3(p, q) > r->close)
        drop_from(r, i, 2);
}

/* A vertex that closes a circle: on the x axis of each that it closes already, or where nothing else minds. */
static void reduce_vertex(reducer *r, uint32_t v)
{
    cad_text_edge e;
    double p[3];
    if (r->closer[v] == CAD_STEP_NONE || !r->kept[r->closer[v]] || !cad_text_edge_of(r->m, r->closer[v], &e) ||
        !cad_text_vertex_of(r->m, r->closer, v, p))
        return;
    uint32_t point = cad_text_value(r->m, v, 0);
    if (point == CAD_STEP_NONE || (r->uses[v] > 1 && r->strays[v]))
        return;
    r->m->param[point].kind = CAD_STEP_UNSET;
    r->any = true;
}

/* Whatever refers to a vertex uses it, an edge from it to itself once. */
static void count_uses(reducer *r)
{
    const cad_step_links *in = &r->m->in;
    for (uint32_t v = 0; v < r->m->n; v++) {
        uint32_t last = CAD_STEP_NONE;
        r->uses[v] = 0;
        for (uint32_t k = in->first[v]; k < in->first[v + 1]; k++) { /* one referrer's stand in a row */
            r->uses[v] += r->kept[in->to[k]] && in->to[k] != last;
            last = in->to[k];
        }
    }
}

/* Vertices that do not lie on the x axis of every circle that they close: which of them will be read first is not known here.
 */
static void find_strays(reducer *r)
{
    memset(r->strays, 0, r->m->n);
    for (uint32_t i = 0; i < r->m->n; i++) {
        cad_text_edge e;
        double p[3], on[3];
        if (!r->kept[i] || !cad_text_edge_of(r->m, i, &e) || e.kind != CAD_TEXT_CIRCLE || e.vertex[0] != e.vertex[1])
            continue;
        cad_along3(e.circle.centre, e.circle.radius, e.circle.x, on);
        r->strays[e.vertex[0]] |= !cad_text_vertex_of(r->m, r->closer, e.vertex[0], p) || cad_distance3(p, on) > r->close;
    }
}

/* ---- faces ---- */

static void reduce_face(reducer *r, uint32_t i)
{
    const cad_step *m = r->m;
    uint32_t surface = cad_step_ref(m, cad_text_value(m, i, 1)), sense = cad_text_value(m, i, 2);
    double at[3], axis[3], x[3];
    cad_text_surface s;
    if (surface == CAD_STEP_NONE || !cad_text_placement(m, cad_step_ref(m, cad_text_value(m, surface, 0)), at, axis, x))
        return;
    cad_text_surface_of(m, r->closer, i, &s);
    bool outward = cad_text_is_enum(m, sense, ".T.");
    double turn = cad_dot3(s.axis, axis), d[3] = {s.at[0] - at[0], s.at[1] - at[1], s.at[2] - at[2]};
    if (s.kind == CAD_TEXT_PLANE && cad_step_is_type(m, surface, "PLANE")) {
        if (turn * (outward ? 1 : -1) > 1 - 1e-12 && fabs(cad_dot3(d, axis)) <= r->close)
            drop_from(r, i, 1);
    } else if (s.kind == CAD_TEXT_CYLINDER && cad_step_is_type(m, surface, "CYLINDRICAL_SURFACE")) {
        uint32_t p = cad_text_value(m, surface, 1);
        double radius = p != CAD_STEP_NONE && m->param[p].kind == CAD_STEP_REAL ? m->param[p].real : 0;
        if (fabs(turn) > 1 - 1e-12 && from_line(s.at, at, axis) <= r->close && fabs(radius - s.radius) <= r->close &&
            s.sense == outward)
            drop_from(r, i, 1);
    }
}

/* ---- all ---- */

static void reduce_kind(reducer *r, cad_step_entity_id id, void (*one)(reducer *r, uint32_t i))
{
    for (uint32_t i = 0; i < r->m->n; i++)
        if (r->kept[i] && cad_text_known(r->t, i) == id)
            one(r, i);
}

static void reduce_stars(reducer *r, uint32_t i)
{
    uint32_t p = cad_text_value(r->m, i, 0);
    if (cad_step_arity(r->m, i) == 5 && r->m->param[p].kind == CAD_STEP_DERIVED && r->m->param[p + 1].kind == CAD_STEP_DERIVED)
        cad_text_drop(r->m, i, p, 2);
}

static void clear_negative_zeros(reducer *r)
{
    for (uint32_t i = 0; i < r->m->n; i++)
        for (uint32_t p = r->m->instance[i].param; r->kept[i] && p < r->m->instance[i].param + r->m->instance[i].size; p++)
            if (r->m->param[p].kind == CAD_STEP_REAL && r->m->param[p].real == 0)
                r->m->param[p].real = 0;
}

cad_status cad_text_reduce(cad_text *t, const uint8_t *kept, cad_step_derive d, bool *out_derived)
{
    cad_frame f = cad_arena_mark(t->a);
    reducer r = {.t = t, .m = &t->m, .kept = kept};
    size_t n = cad_size_add(t->m.n, 1);
    *out_derived = false;
    if (has_pcurves(&r) || !cad_text_is_linear(&t->m))
        return CAD_OK;
    CAD_TRY(cad_arena_alloc(t->a, cad_size_mul(n, sizeof *r.closer), "circles", &r.closer));
    CAD_TRY(cad_arena_alloc(t->a, cad_size_mul(n, sizeof *r.uses), "vertices", &r.uses));
    CAD_TRY(cad_arena_alloc(t->a, n, "vertices", &r.strays));
    clear_negative_zeros(&r);
    cad_text_closers(&t->m, r.closer);
    count_uses(&r);
    find_extent(&r);
    find_strays(&r);
    if (d >= CAD_STEP_DERIVE_seam)
        reduce_kind(&r, CAD_STEP_IS_VERTEX_POINT, reduce_vertex);
    reduce_kind(&r, CAD_STEP_IS_EDGE_CURVE, reduce_line);
    reduce_kind(&r, CAD_STEP_IS_ADVANCED_FACE, reduce_face);
    reduce_kind(&r, CAD_STEP_IS_ORIENTED_EDGE, reduce_stars);
    cad_arena_rewind(t->a, f);
    *out_derived = r.any;
    return CAD_OK;
}
