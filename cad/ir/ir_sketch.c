#include "cad/ir/ir_sketch.h"
#include "core/size.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Gaps of a profile, mm; a hair more so that two texts one unit of the sixth decimal apart still meet. */
#define GAP 1.000001e-6
#define SINE 1e-6
#define PI 3.14159265358979323846

static double dot3(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void cross3(const double a[3], const double b[3], double out[3])
{
    out[0] = a[1] * b[2] - a[2] * b[1];
    out[1] = a[2] * b[0] - a[0] * b[2];
    out[2] = a[0] * b[1] - a[1] * b[0];
}

static double distance(const double a[2], const double b[2])
{
    return hypot(a[0] - b[0], a[1] - b[1]);
}

cad_ir_circle cad_ir_arc(const cad_ir_seg *s)
{
    double dx = s->q[0] - s->p[0], dy = s->q[1] - s->p[1], len = hypot(dx, dy);
    double mx = 0.5 * (s->p[0] + s->q[0]), my = 0.5 * (s->p[1] + s->q[1]);
    double nx = len > 0 ? -dy / len : 0, ny = len > 0 ? dx / len : 0;
    double t = (s->c[0] - mx) * nx + (s->c[1] - my) * ny;
    cad_ir_circle c = {.c = {mx + t * nx, my + t * ny}, .r = hypot(t, 0.5 * len)};
    c.a0 = atan2(s->p[1] - c.c[1], s->p[0] - c.c[0]);
    c.sweep = atan2(s->q[1] - c.c[1], s->q[0] - c.c[0]) - c.a0;
    if (s->ccw && c.sweep <= 0)
        c.sweep += 2 * PI;
    if (!s->ccw && c.sweep >= 0)
        c.sweep -= 2 * PI;
    return c;
}

void cad_ir_frame(const cad_ir_node *sk, double x[3], double y[3], double n[3])
{
    double lx = sqrt(dot3(sk->arg + 3, sk->arg + 3)), ly = sqrt(dot3(sk->arg + 6, sk->arg + 6));
    for (int i = 0; i < 3; i++) {
        x[i] = sk->arg[3 + i] / lx;
        y[i] = sk->arg[6 + i] / ly;
    }
    cross3(x, y, n);
}

/* ---- self-intersection ---- */

typedef struct edge {
    const cad_ir_seg *s;
    cad_ir_circle o;
    double lo[2], hi[2];
    int32_t index;
} edge;

/* Angle travelled along the arc from its start to the direction of point p, in (-pi, 2 pi + ..). */
static double travelled(const cad_ir_circle *o, const double p[2])
{
    double a = atan2(p[1] - o->c[1], p[0] - o->c[0]) - o->a0;
    if (o->sweep < 0)
        a = -a;
    a -= 2 * PI * floor(a / (2 * PI));
    double slack = 1e-9 / (o->r > 0 ? o->r : 1);
    return 2 * PI - a <= slack ? a - 2 * PI : a;
}

/* Whether p, known to lie on the carrier, lies on the segment; `inset` > 0 asks for the inside, mm. */
static bool on_edge(const edge *e, const double p[2], double inset)
{
    if (e->s->arc) {
        double t = travelled(&e->o, p) * e->o.r, all = fabs(e->o.sweep) * e->o.r;
        return t >= inset && t <= all - inset;
    }
    double dx = e->s->q[0] - e->s->p[0], dy = e->s->q[1] - e->s->p[1], len = hypot(dx, dy);
    double t = ((p[0] - e->s->p[0]) * dx + (p[1] - e->s->p[1]) * dy) / len;
    return t >= inset && t <= len - inset;
}

static void midpoint(const edge *e, double out[2])
{
    double a = e->o.a0 + 0.5 * e->o.sweep;
    out[0] = e->s->arc ? e->o.c[0] + e->o.r * cos(a) : 0.5 * (e->s->p[0] + e->s->q[0]);
    out[1] = e->s->arc ? e->o.c[1] + e->o.r * sin(a) : 0.5 * (e->s->p[1] + e->s->q[1]);
}

/* Both lie on one carrier: do they share more than a point? */
static bool overlap(const edge *a, const edge *b)
{
    double mid[2][2];
    midpoint(a, mid[0]);
    midpoint(b, mid[1]);
    return on_edge(b, a->s->p, GAP) || on_edge(b, a->s->q, GAP) || on_edge(a, b->s->p, GAP) || on_edge(a, b->s->q, GAP) ||
           on_edge(b, mid[0], GAP) || on_edge(a, mid[1], GAP);
}

/* Common points of the carriers, at most 2; -1: one and the same carrier. */
static int line_line(const edge *a, const edge *b, double out[2][2])
{
    const double *p = a->s->p, *u = b->s->p;
    double dx = a->s->q[0] - p[0], dy = a->s->q[1] - p[1], ex = b->s->q[0] - u[0], ey = b->s->q[1] - u[1];
    double turn = dx * ey - dy * ex, la = hypot(dx, dy), lb = hypot(ex, ey);
    if (fabs(turn) <= 1e-12 * la * lb)
        return fabs((u[0] - p[0]) * dy - (u[1] - p[1]) * dx) <= 1e-9 * la ? -1 : 0;
    double t = ((u[0] - p[0]) * ey - (u[1] - p[1]) * ex) / turn;
    out[0][0] = p[0] + t * dx;
    out[0][1] = p[1] + t * dy;
    return 1;
}

static int line_circle(const edge *l, const cad_ir_circle *o, double out[2][2])
{
    double dx = l->s->q[0] - l->s->p[0], dy = l->s->q[1] - l->s->p[1], len = hypot(dx, dy);
    dx /= len;
    dy /= len;
    double t = (o->c[0] - l->s->p[0]) * dx + (o->c[1] - l->s->p[1]) * dy;
    double fx = l->s->p[0] + t * dx, fy = l->s->p[1] + t * dy, h = hypot(fx - o->c[0], fy - o->c[1]);
    if (h > o->r + 1e-9)
        return 0;
    double w = sqrt(fmax(0, o->r * o->r - h * h));
    for (int i = 0; i < 2; i++) {
        out[i][0] = fx + (i ? w : -w) * dx;
        out[i][1] = fy + (i ? w : -w) * dy;
    }
    return 2;
}

static int circle_circle(const cad_ir_circle *a, const cad_ir_circle *b, double out[2][2])
{
    double dx = b->c[0] - a->c[0], dy = b->c[1] - a->c[1], d = hypot(dx, dy);
    if (d <= 1e-9)
        return fabs(a->r - b->r) <= 1e-9 ? -1 : 0;
    if (d > a->r + b->r + 1e-9 || d < fabs(a->r - b->r) - 1e-9)
        return 0;
    double t = 0.5 * (d + (a->r - b->r) * (a->r + b->r) / d), w = sqrt(fmax(0, a->r * a->r - t * t));
    for (int i = 0; i < 2; i++) {
        double s = i ? w : -w;
        out[i][0] = a->c[0] + (t * dx - s * dy) / d;
        out[i][1] = a->c[1] + (t * dy + s * dx) / d;
    }
    return 2;
}

/* Distance within which neighbours may meet at their joint: rounding of an arc's text (section 7) moves a tangent line's
 * second intersection that far. */
static double joint_slack(const edge *a, const edge *b)
{
    double r = fmax(a->s->arc ? a->o.r : 0, b->s->arc ? b->o.r : 0);
    return r > 0 ? fmax(0.01, 2e-3 * r) : GAP;
}

static bool edges_cross(const edge *a, const edge *b, int32_t n)
{
    double at[2][2];
    int k = a->s->arc && b->s->arc ? circle_circle(&a->o, &b->o, at)
            : a->s->arc            ? line_circle(b, &a->o, at)
            : b->s->arc            ? line_circle(a, &b->o, at)
                                   : line_line(a, b, at);
    if (k < 0)
        return overlap(a, b);
    bool next = (a->index + 1) % n == b->index, before = (b->index + 1) % n == a->index;
    double slack = joint_slack(a, b);
    for (int i = 0; i < k; i++) {
        if (!on_edge(a, at[i], -1e-9) || !on_edge(b, at[i], -1e-9))
            continue;
        if ((next && distance(at[i], a->s->q) <= slack) || (before && distance(at[i], a->s->p) <= slack))
            continue;
        return true;
    }
    return false;
}

static void bounds(edge *e)
{
    const cad_ir_seg *s = e->s;
    for (int i = 0; i < 2; i++) {
        e->lo[i] = fmin(s->p[i], s->q[i]) - 1e-9;
        e->hi[i] = fmax(s->p[i], s->q[i]) + 1e-9;
    }
    for (int quarter = 0; s->arc && quarter < 4; quarter++) {
        double p[2] = {e->o.c[0] + e->o.r * (quarter == 0   ? 1
                                             : quarter == 2 ? -1
                                                            : 0),
                       e->o.c[1] + e->o.r * (quarter == 1   ? 1
                                             : quarter == 3 ? -1
                                                            : 0)};
        if (!on_edge(e, p, 0))
            continue;
        for (int i = 0; i < 2; i++) {
            e->lo[i] = fmin(e->lo[i], p[i] - 1e-9);
            e->hi[i] = fmax(e->hi[i], p[i] + 1e-9);
        }
    }
}

/* Sorts by the lower x bound; heap sort, for it needs no memory and no recursion. */
static void sort_edges(edge **e, int32_t n)
{
    for (int32_t start = n / 2, end = n; end > 1;) {
        if (start > 0) {
            start--;
        } else {
            edge *t = e[--end];
            e[end] = e[0];
            e[0] = t;
        }
        for (int32_t root = start, child; (child = 2 * root + 1) < end; root = child) {
            if (child + 1 < end && e[child]->lo[0] < e[child + 1]->lo[0])
                child++;
            if (e[root]->lo[0] >= e[child]->lo[0])
                break;
            edge *t = e[root];
            e[root] = e[child];
            e[child] = t;
        }
    }
}

/* Sweep over x: each edge meets those before it whose x range has not ended. */
static cad_status find_crossing(const cad_ir_seg *seg, int32_t n, cad_arena *scratch, const cad_ir_seg **out_a,
                                const cad_ir_seg **out_b)
{
    edge *e, **sorted, **active;
    cad_frame f = cad_arena_mark(scratch);
    CAD_TRY(cad_arena_alloc(scratch, cad_size_mul((size_t)n, sizeof *e), "profile edges", &e));
    CAD_TRY(cad_arena_alloc(scratch, cad_size_mul((size_t)n, sizeof *sorted), "sorted edges", &sorted));
    CAD_TRY(cad_arena_alloc(scratch, cad_size_mul((size_t)n, sizeof *active), "active edges", &active));
    for (int32_t i = 0; i < n; i++) {
        e[i] = (edge){.s = &seg[i], .index = i};
        if (seg[i].arc)
            e[i].o = cad_ir_arc(&seg[i]);
        bounds(&e[i]);
        sorted[i] = &e[i];
    }
    sort_edges(sorted, n);
    int32_t n_active = 0;
    for (int32_t i = 0; i < n && !*out_a; i++) {
        int32_t kept = 0;
        for (int32_t k = 0; k < n_active; k++) {
            edge *a = active[k], *b = sorted[i];
            if (a->hi[0] < b->lo[0])
                continue;
            active[kept++] = a;
            if (a->hi[1] < b->lo[1] || b->hi[1] < a->lo[1] || !edges_cross(a, b, n))
                continue;
            *out_a = a->index < b->index ? a->s : b->s;
            *out_b = a->index < b->index ? b->s : a->s;
            break;
        }
        n_active = kept;
        active[n_active++] = sorted[i];
    }
    cad_arena_rewind(scratch, f);
    return CAD_OK;
}

/* ---- flaws ---- */

static void flaw(cad_ir_flaw *out, const char *code, int64_t line, const char *fmt, ...) CAD_PRINTF(4, 5);
static void flaw(cad_ir_flaw *out, const char *code, int64_t line, const char *fmt, ...)
{
    out->code = code;
    out->line = line;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(out->text, sizeof out->text, fmt, ap);
    va_end(ap);
}

static bool finite_sketch(const cad_ir *ir, const cad_ir_node *sk)
{
    double sum = 0;
    for (int i = 0; i < 9; i++)
        sum += sk->arg[i] * 0;
    for (int32_t i = sk->seg_begin; i < sk->seg_begin + sk->n_segs; i++) {
        const cad_ir_seg *s = &ir->seg[i];
        sum += 0 * (s->p[0] + s->p[1] + s->q[0] + s->q[1] + s->c[0] + s->c[1]);
    }
    return sum == 0; /* infinity and NaN times 0 are NaN */
}

static bool segment_flaw(const cad_ir_seg *seg, int32_t n, cad_ir_flaw *out)
{
    if (n == 0)
        return false;
    for (int32_t i = 0; i < n; i++)
        if (!(distance(seg[i].p, seg[i].q) > GAP)) {
            flaw(out, "zero-segment", seg[i].line, "%s without length", seg[i].arc ? "arc" : "line");
            return true;
        }
    for (int32_t i = 0; i < n; i++) {
        if (!seg[i].arc)
            continue;
        double r1 = distance(seg[i].p, seg[i].c), r2 = distance(seg[i].q, seg[i].c);
        if (!(fabs(r1 - r2) <= fmax(0.005, 1e-3 * cad_ir_arc(&seg[i]).r))) {
            flaw(out, "bad-arc", seg[i].line, "the ends of the arc are %.6g and %.6g from its centre", r1, r2);
            return true;
        }
    }
    return false;
}

cad_status cad_ir_sketch_flaw(const cad_ir *ir, const cad_ir_node *sk, cad_arena *scratch, cad_ir_flaw *out)
{
    out->code = NULL;
    const cad_ir_seg *seg = ir->seg + sk->seg_begin;
    int32_t n = sk->n_segs;
    if (!finite_sketch(ir, sk)) {
        flaw(out, "bad-frame", sk->line, "a number of the sketch is not finite");
        return CAD_OK;
    }
    const double *x = sk->arg + 3, *y = sk->arg + 6;
    double lx = sqrt(dot3(x, x)), ly = sqrt(dot3(y, y));
    if (!(lx > 0) || !(ly > 0)) {
        flaw(out, "bad-frame", sk->line, "the %s direction is zero", lx > 0 ? "y" : "x");
        return CAD_OK;
    }
    double lean = dot3(x, y) / lx / ly;
    if (!(fabs(lean) <= SINE)) {
        flaw(out, "bad-frame", sk->line, "x and y are not perpendicular (cosine %.3g)", lean);
        return CAD_OK;
    }
    if (n == 0)
        flaw(out, "open-profile", sk->line, "the sketch has no segments");
    for (int32_t i = 0; i < n && !out->code; i++) {
        const cad_ir_seg *s = &seg[i], *next = &seg[(i + 1) % n];
        if (!(distance(s->q, next->p) <= GAP))
            flaw(out, "open-profile", s->line, "segment %d ends at (%.9g, %.9g), segment %d starts at (%.9g, %.9g)", i, s->q[0],
                 s->q[1], (i + 1) % n, next->p[0], next->p[1]);
    }
    if (out->code || segment_flaw(seg, n, out))
        return CAD_OK;
    const cad_ir_seg *a = NULL, *b = NULL;
    CAD_TRY(find_crossing(seg, n, scratch, &a, &b));
    if (a)
        flaw(out, "crossing-profile", b->line, "segment %td meets segment %td", b - seg, a - seg);
    return CAD_OK;
}

void cad_ir_extrude_flaw(const cad_ir *ir, const cad_ir_node *e, cad_ir_flaw *out)
{
    out->code = NULL;
    double x[3], y[3], n[3];
    cad_ir_frame(&ir->node[e->child[0]], x, y, n);
    double len = sqrt(dot3(e->arg, e->arg));
    if (!(len > 0))
        flaw(out, "flat-extrude", e->line, "the vector is zero");
    else if (!(fabs(dot3(e->arg, n)) > SINE * len))
        flaw(out, "flat-extrude", e->line, "the vector lies in the sketch plane");
}

/* Range of the signed distance of the profile from an axis through o along a, both in sketch coordinates, a unit. */
static void side_range(const cad_ir *ir, const cad_ir_node *sk, const double o[2], const double a[2], double range[2])
{
    range[0] = INFINITY;
    range[1] = -INFINITY;
    for (int32_t i = sk->seg_begin; i < sk->seg_begin + sk->n_segs; i++) {
        const cad_ir_seg *s = &ir->seg[i];
        double p[3][2] = {{s->p[0], s->p[1]}};
        int n = 1;
        if (s->arc) {
            edge e = {.s = s, .o = cad_ir_arc(s)};
            for (int k = -1; k <= 1; k += 2) { /* the points farthest from the axis */
                p[n][0] = e.o.c[0] - k * e.o.r * a[1];
                p[n][1] = e.o.c[1] + k * e.o.r * a[0];
                n += on_edge(&e, p[n], 0);
            }
        }
        for (int k = 0; k < n; k++) {
            double d = a[0] * (p[k][1] - o[1]) - a[1] * (p[k][0] - o[0]);
            range[0] = fmin(range[0], d);
            range[1] = fmax(range[1], d);
        }
    }
}

void cad_ir_revolve_flaw(const cad_ir *ir, const cad_ir_node *v, cad_ir_flaw *out)
{
    out->code = NULL;
    const cad_ir_node *sk = &ir->node[v->child[0]];
    double x[3], y[3], n[3], rel[3];
    cad_ir_frame(sk, x, y, n);
    const double *a = v->arg + 3;
    double len = sqrt(dot3(a, a));
    for (int i = 0; i < 3; i++)
        rel[i] = v->arg[i] - sk->arg[i];
    if (!(len > 0)) {
        flaw(out, "bad-axis", v->line, "the axis is zero");
        return;
    }
    double off = dot3(rel, n);
    if (!(fabs(dot3(a, n)) <= SINE * len) || !(fabs(off) <= GAP * fmax(1, sqrt(dot3(rel, rel))))) {
        flaw(out, "bad-axis", v->line, "the axis does not lie in the sketch plane");
        return;
    }
    double o2[2] = {dot3(rel, x), dot3(rel, y)}, a2[2] = {dot3(a, x), dot3(a, y)}, l2 = hypot(a2[0], a2[1]), range[2];
    a2[0] /= l2;
    a2[1] /= l2;
    side_range(ir, sk, o2, a2, range);
    if (range[0] < -GAP && range[1] > GAP)
        flaw(out, "bad-axis", v->line, "the axis runs through the profile, which lies from %.6g to %.6g of it", range[0],
             range[1]);
}
