/* Grips on the rim of a disc without a boolean: round tools that bite into its outer wall from end to end. */
#include "cad/occt/carve.hpp"

#include <BRepAdaptor_Surface.hxx>
#include <BRep_Builder.hxx>
#include <Geom2d_Line.hxx>
#include <Geom_Circle.hxx>
#include <Geom_CylindricalSurface.hxx>
#include <Geom_Line.hxx>
#include <Precision.hxx>
#include <TopoDS.hxx>
#include <TopoDS_Iterator.hxx>
#include <TopoDS_Vertex.hxx>
#include <TopoDS_Wire.hxx>
#include <gp_Ax2.hxx>
#include <gp_Ax3.hxx>
#include <gp_Cylinder.hxx>
#include <gp_Dir2d.hxx>
#include <gp_Pnt2d.hxx>

#include <algorithm>
#include <cmath>

namespace cad_occt
{

namespace
{

/* Everything in the frame of the rim: u about its axis, z along it. */
struct rim {
    size_t face, cap[2]; /* lower and upper */
    gp_XYZ origin, x, y, axis;
    double radius, z[2];
};

struct notch {
    gp_XYZ centre, x; /* on the axis of the tool at z = 0; where its seam lies */
    double radius;
    double from, to;            /* u of its ends on the rim, from < to */
    double w_from, w_to;        /* the same about the tool: the arc inside the rim runs from w_to to w_from */
    TopoDS_Edge post[2];        /* the upright borders at `from` and `to` */
    TopoDS_Vertex corner[2][2]; /* at from and to, lower and upper */
};

double turn_in(double a, double least)
{
    while (a < least)
        a += 2 * M_PI;
    while (a >= least + 2 * M_PI)
        a -= 2 * M_PI;
    return a;
}

bool is_rim_circle(const rim &m, const border &b, int end)
{
    return b.kind == BORDER_circle && along(b.axis, m.axis) && std::fabs(b.radius - m.radius) <= flush &&
           (b.p - m.origin - m.axis * m.z[end]).Modulus() <= flush;
}

/* A full outer wall with its seam at u = 0 between two planes that it borders. */
bool read_rim(const std::vector<side> &sides, size_t face, rim *out)
{
    const side &s = sides[face];
    if (s.type != GeomAbs_Cylinder || s.edges.size() != 4)
        return false;
    const gp_Ax3 frame = BRepAdaptor_Surface(s.face, false).Cylinder().Position();
    if (!frame.Direct() || s.face.Orientation() == TopAbs_REVERSED)
        return false;
    *out = rim{face,
               {sides.size(), sides.size()},
               frame.Location().XYZ(),
               frame.XDirection().XYZ(),
               frame.YDirection().XYZ(),
               s.normal,
               s.radius,
               {HUGE_VAL, -HUGE_VAL}};
    int circles = 0;
    for (const border &b : s.edges) {
        const double z = (b.p - out->origin).Dot(out->axis);
        if (b.kind == BORDER_circle) {
            out->z[0] = std::fmin(out->z[0], z);
            out->z[1] = std::fmax(out->z[1], z);
            circles++;
        } else if (b.kind != BORDER_line || (b.p - out->origin - out->axis * z - out->x * s.radius).Modulus() > flush) {
            return false;
        }
    }
    for (size_t i = 0; i < sides.size(); ++i)
        for (int end = 0; end < 2; ++end)
            for (const border &b : sides[i].edges)
                if (sides[i].type == GeomAbs_Plane && sides[i].normal.Dot(out->axis) * (end ? 1 : -1) > 0.5 &&
                    is_rim_circle(*out, b, end))
                    out->cap[end] = i;
    return circles == 2 && out->cap[0] < sides.size() && out->cap[1] < sides.size();
}

/* Does the tool cross the circle of the wall in two points, along its whole height? */
bool bites(const rim &m, const rod &r, notch *out)
{
    if (!along(r.dir, m.axis))
        return false;
    const gp_XYZ to = r.origin - m.origin;
    const double base = to.Dot(m.axis), sense = r.dir.Dot(m.axis);
    const double lo = std::fmin(base + sense * r.lo, base + sense * r.hi),
                 hi = std::fmax(base + sense * r.lo, base + sense * r.hi);
    const gp_XYZ centre = to - m.axis * base;
    const double d = centre.Modulus(), mr = m.radius;
    if (lo > m.z[0] + flush || hi < m.z[1] - flush || d < std::fabs(mr - r.radius) + gap || d > mr + r.radius - gap)
        return false;
    if ((centre + r.x * r.radius).Modulus() < mr + gap)
        return false; /* its seam would show */
    const double at = std::atan2(centre.Dot(m.y), centre.Dot(m.x));
    const double half = std::acos((d * d + mr * mr - r.radius * r.radius) / (2 * d * mr));
    out->centre = m.origin + centre;
    out->x = r.x;
    out->radius = r.radius;
    out->from = at - half;
    out->to = at + half;
    return true;
}

/* In order about the rim from the one over its seam, with room between them. */
bool in_order(const rim &m, std::vector<notch> *all)
{
    const double room = gap / m.radius;
    const auto over_seam = [&](const notch &n) { return n.from < -room && n.to > room; };
    const auto first = std::find_if(all->begin(), all->end(), over_seam);
    if (first == all->end())
        return false;
    std::iter_swap(all->begin(), first);
    const double start = (*all)[0].from;
    for (notch &n : *all) {
        const double width = n.to - n.from;
        n.from = turn_in(n.from, start - 1e-12);
        n.to = n.from + width;
    }
    std::sort(all->begin(), all->end(), [](const notch &a, const notch &b) { return a.from < b.from; });
    for (size_t i = 0; i < all->size(); ++i) {
        const notch &n = (*all)[i];
        const double next = i + 1 < all->size() ? (*all)[i + 1].from : start + 2 * M_PI;
        if (next - n.to < room)
            return false;
        for (size_t k = 0; k < i; ++k)
            if ((n.centre - (*all)[k].centre).Modulus() < n.radius + (*all)[k].radius + gap)
                return false;
    }
    return true;
}

class rebuilt_rim
{
  public:
    rebuilt_rim(const rim &of, std::vector<notch> *at) : m(of), all(*at) {}
    void build(std::vector<side> *sides);

  private:
    const rim &m;
    std::vector<notch> &all;
    BRep_Builder make;
    TopoDS_Wire border[2]; /* counter-clockwise about the axis */

    gp_XYZ on_rim(double u, double z) const
    {
        return m.origin + m.axis * z + (m.x * std::cos(u) + m.y * std::sin(u)) * m.radius;
    }
    void corners(notch *n);
    TopoDS_Edge arc(const gp_XYZ &centre, const gp_XYZ &x, double r, int end, double a, double b, const TopoDS_Vertex &p,
                    const TopoDS_Vertex &q);
    TopoDS_Face wall(const gp_XYZ &centre, const gp_XYZ &x, double r, double a, double b, const TopoDS_Edge arcs[2],
                     const TopoDS_Edge &at_a, const TopoDS_Edge &at_b);
};

void rebuilt_rim::corners(notch *n)
{
    for (int k = 0; k < 2; ++k) {
        const double u = k ? n->to : n->from;
        for (int end = 0; end < 2; ++end)
            make.MakeVertex(n->corner[k][end], gp_Pnt(on_rim(u, m.z[end])), Precision::Confusion());
        make.MakeEdge(n->post[k], new Geom_Line(gp_Pnt(on_rim(u, m.z[0])), gp_Dir(m.axis)), Precision::Confusion());
        make.Add(n->post[k], n->corner[k][0].Oriented(TopAbs_FORWARD));
        make.Add(n->post[k], n->corner[k][1].Oriented(TopAbs_REVERSED));
        make.Range(n->post[k], 0.0, m.z[1] - m.z[0]);
        const gp_XYZ p = on_rim(u, 0.0) - n->centre;
        (k ? n->w_to : n->w_from) = turn_in(std::atan2(p.Dot(m.axis.Crossed(n->x)), p.Dot(n->x)), 0.0);
    }
}

TopoDS_Edge rebuilt_rim::arc(const gp_XYZ &centre, const gp_XYZ &x, double r, int end, double a, double b,
                             const TopoDS_Vertex &p, const TopoDS_Vertex &q)
{
    TopoDS_Edge e;
    const gp_Ax2 place(gp_Pnt(centre + m.axis * m.z[end]), gp_Dir(m.axis), gp_Dir(x));
    make.MakeEdge(e, new Geom_Circle(place, r), Precision::Confusion());
    make.Add(e, p.Oriented(TopAbs_FORWARD));
    make.Add(e, q.Oriented(TopAbs_REVERSED));
    make.Range(e, a, b);
    return e;
}

/* The part a..b of a cylinder about `centre`, looking outward. */
TopoDS_Face rebuilt_rim::wall(const gp_XYZ &centre, const gp_XYZ &x, double r, double a, double b, const TopoDS_Edge arcs[2],
                              const TopoDS_Edge &at_a, const TopoDS_Edge &at_b)
{
    TopoDS_Face f;
    TopoDS_Wire w;
    const gp_Ax3 place(gp_Pnt(centre + m.axis * m.z[0]), gp_Dir(m.axis), gp_Dir(x));
    const double h = m.z[1] - m.z[0], tol = Precision::Confusion();
    make.MakeFace(f, new Geom_CylindricalSurface(place, r), tol);
    const auto lay = [&](const TopoDS_Edge &e, double u, double v, const gp_Dir2d &d, double first, double last) {
        make.UpdateEdge(e, new Geom2d_Line(gp_Pnt2d(u, v), d), f, tol);
        make.Range(e, f, first, last);
    };
    lay(arcs[0], 0, 0, gp_Dir2d(1, 0), a, b);
    lay(arcs[1], 0, h, gp_Dir2d(1, 0), a, b);
    lay(at_a, a, 0, gp_Dir2d(0, 1), 0, h);
    lay(at_b, b, 0, gp_Dir2d(0, 1), 0, h);
    make.MakeWire(w);
    make.Add(w, arcs[0].Oriented(TopAbs_FORWARD));
    make.Add(w, at_b.Oriented(TopAbs_FORWARD));
    make.Add(w, arcs[1].Oriented(TopAbs_REVERSED));
    make.Add(w, at_a.Oriented(TopAbs_REVERSED));
    w.Closed(true);
    make.Add(f, w);
    return f;
}

void rebuilt_rim::build(std::vector<side> *sides)
{
    std::vector<TopoDS_Face> walls;
    for (TopoDS_Wire &w : border)
        make.MakeWire(w);
    for (notch &n : all)
        corners(&n);
    for (size_t i = 0; i < all.size(); ++i) {
        notch &n = all[i], &next = all[(i + 1) % all.size()];
        TopoDS_Edge bite[2], rest[2];
        const double until = i + 1 < all.size() ? next.from : next.from + 2 * M_PI;
        for (int end = 0; end < 2; ++end) {
            bite[end] = arc(n.centre, n.x, n.radius, end, n.w_to, n.w_from, n.corner[1][end], n.corner[0][end]);
            rest[end] = arc(m.origin, m.x, m.radius, end, n.to, until, n.corner[1][end], next.corner[0][end]);
            make.Add(border[end], bite[end].Oriented(TopAbs_REVERSED));
            make.Add(border[end], rest[end].Oriented(TopAbs_FORWARD));
        }
        walls.push_back(TopoDS::Face(wall(n.centre, n.x, n.radius, n.w_to, n.w_from, bite, n.post[1], n.post[0]).Reversed()));
        walls.push_back(wall(m.origin, m.x, m.radius, n.to, until, rest, n.post[1], next.post[0]));
    }
    for (int end = 0; end < 2; ++end) {
        const TopoDS_Face old = (*sides)[m.cap[end]].face;
        TopoDS_Face cap = TopoDS::Face(old.EmptyCopied());
        border[end].Closed(true);
        make.Add(cap, border[end].Oriented(end ? TopAbs_FORWARD : TopAbs_REVERSED));
        for (TopoDS_Iterator w(old); w.More(); w.Next()) {
            bool outer = false;
            for (TopoDS_Iterator e(w.Value()); e.More(); e.Next())
                outer = outer || is_rim_circle(m, read_border(TopoDS::Edge(e.Value())), end);
            if (!outer)
                make.Add(cap, w.Value());
        }
        (*sides)[m.cap[end]] = read_side(cap);
    }
    (*sides)[m.face] = read_side(walls[0]);
    for (size_t i = 1; i < walls.size(); ++i)
        sides->push_back(read_side(walls[i]));
}

/* Is everything but the wall and its two borders out of the tool's way? */
bool alone(const std::vector<side> &sides, const rim &m, const rod &r)
{
    for (size_t i = 0; i < sides.size(); ++i) {
        crossing c;
        if (i == m.face)
            continue;
        if (i != m.cap[0] && i != m.cap[1]) {
            if (look(sides[i], r, &c) != VERDICT_clear)
                return false;
            continue;
        }
        const gp_XYZ centre = r.origin + r.dir * (sides[i].origin - r.origin).Dot(r.dir);
        for (const border &b : sides[i].edges)
            if (!is_rim_circle(m, b, i == m.cap[1]) && room_to(b, centre, r.dir) < r.radius + gap)
                return false;
    }
    return true;
}

} // namespace

bool bite_rim(std::vector<side> *sides, std::vector<rod> *rods)
{
    for (size_t face = 0; face < sides->size(); ++face) {
        rim m;
        std::vector<notch> all;
        std::vector<rod> rest;
        if (!read_rim(*sides, face, &m))
            continue;
        bool clear = true;
        for (const rod &r : *rods) {
            notch n = {};
            if (!bites(m, r, &n)) {
                rest.push_back(r);
                continue;
            }
            all.push_back(n);
            clear = clear && alone(*sides, m, r);
        }
        if (all.empty() || !clear || !in_order(m, &all))
            continue;
        rebuilt_rim(m, &all).build(sides);
        *rods = rest;
        return true;
    }
    return false;
}

} // namespace cad_occt
