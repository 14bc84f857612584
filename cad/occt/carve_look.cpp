/* How a face lies to a round tool. */
#include "cad/occt/carve.hpp"

#include <BRepAdaptor_Surface.hxx>
#include <BRepTopAdaptor_FClass2d.hxx>
#include <ElSLib.hxx>
#include <Precision.hxx>
#include <gp_Pln.hxx>

#include <cmath>

namespace cad_occt
{

static double to_segment(const gp_XYZ &c, const gp_XYZ &p, const gp_XYZ &q)
{
    const gp_XYZ d = q - p;
    const double len2 = d.SquareModulus(), t = len2 > 0 ? (c - p).Dot(d) / len2 : 0.0;
    return (c - p - d * std::fmin(1.0, std::fmax(0.0, t))).Modulus();
}

double room_to(const border &b, const gp_XYZ &p, const gp_XYZ &dir)
{
    if (b.kind == BORDER_line)
        return to_segment(p, b.p, b.q);
    return b.kind != BORDER_other && along(b.axis, dir) ? std::fabs((p - b.p).Modulus() - b.radius) : 0.0;
}

/* Is a point of the plane inside the face?  It is clear of all borders. */
static bool holds(const side &s, const gp_XYZ &p, const gp_XYZ &dir)
{
    const gp_XYZ pick = std::fabs(dir.X()) < 0.9 ? gp_XYZ(1, 0, 0) : gp_XYZ(0, 1, 0);
    const gp_XYZ x = (pick - dir * pick.Dot(dir)).Normalized(), y = dir.Crossed(x);
    bool inside = false;
    for (const border &b : s.edges) {
        if (b.kind == BORDER_arc) {
            double u, v;
            ElSLib::Parameters(BRepAdaptor_Surface(s.face, false).Plane(), gp_Pnt(p), u, v);
            return BRepTopAdaptor_FClass2d(s.face, Precision::Confusion()).Perform(gp_Pnt2d(u, v)) == TopAbs_IN;
        }
        if (b.kind == BORDER_circle) {
            inside ^= (p - b.p).Modulus() < b.radius;
            continue;
        }
        const gp_XYZ a = b.p - p, c = b.q - p;
        const double ay = a.Dot(y), cy = c.Dot(y);
        if ((ay > 0) != (cy > 0))
            inside ^= a.Dot(x) + (c.Dot(x) - a.Dot(x)) * ay / (ay - cy) > 0;
    }
    return inside;
}

static verdict look_cap(const side &s, const rod &r, crossing *out)
{
    const double t = (s.origin - r.origin).Dot(r.dir);
    if (t < r.lo - gap || t > r.hi + gap)
        return VERDICT_clear;
    for (const double end : {r.lo, r.hi})
        if (std::fabs(t - end) > flush && std::fabs(t - end) < gap)
            return VERDICT_unsure;
    const gp_XYZ centre = r.origin + r.dir * t;
    for (const border &b : s.edges) {
        if (room_to(b, centre, r.dir) < r.radius + gap)
            return VERDICT_unsure;
    }
    if (!holds(s, centre, r.dir))
        return VERDICT_clear;
    out->t = t;
    out->up = s.normal.Dot(r.dir) > 0;
    return VERDICT_crossed;
}

/* A plane or cylinder along the rod: does it pass it by, or lie above or below? */
static bool clear_of_wall(const side &s, const rod &r)
{
    double lo = HUGE_VAL, hi = -HUGE_VAL, left = HUGE_VAL, right = -HUGE_VAL;
    const gp_XYZ tangent = s.type == GeomAbs_Plane ? s.normal.Crossed(r.dir) : gp_XYZ();
    bool straight = true, known = true;
    for (const border &b : s.edges) {
        straight = straight && b.kind == BORDER_line;
        known = known && (b.kind == BORDER_line || (b.kind != BORDER_other && along(b.axis, r.dir)));
        for (const gp_XYZ &p : {b.p, b.kind == BORDER_line ? b.q : b.p}) {
            const double t = (p - r.origin).Dot(r.dir), w = (p - r.origin).Dot(tangent);
            lo = std::fmin(lo, t);
            hi = std::fmax(hi, t);
            left = std::fmin(left, w);
            right = std::fmax(right, w);
        }
    }
    if (known && (lo > r.hi + gap || hi < r.lo - gap))
        return true;
    const gp_XYZ to = s.origin - r.origin, foot = to - r.dir * to.Dot(r.dir);
    if (s.type == GeomAbs_Cylinder)
        return std::fabs(foot.Modulus() - s.radius) > r.radius + gap;
    const double away = std::fabs(to.Dot(s.normal)), aside = straight ? std::fmax(0.0, std::fmax(left, -right)) : 0.0;
    return std::hypot(away, aside) > r.radius + gap;
}

verdict look(const side &s, const rod &r, crossing *out)
{
    if (r.origin.SquareModulus() > reach * reach || s.origin.SquareModulus() > reach * reach)
        return VERDICT_unsure;
    if (s.type == GeomAbs_Plane && along(s.normal, r.dir))
        return look_cap(s, r, out);
    const bool wall = s.type == GeomAbs_Plane ? across(s.normal, r.dir) : s.type == GeomAbs_Cylinder && along(s.normal, r.dir);
    if (wall && clear_of_wall(s, r))
        return VERDICT_clear;
    return quick_box(s.face).IsOut(r.box) ? VERDICT_clear : VERDICT_unsure;
}

} // namespace cad_occt
