/* Holes, bosses, planar faces and regular prisms of a shape (spec/metrics.md 8). */
#include "cad/occt/occt_impl.hpp"

#include <BRepAdaptor_Curve.hxx>
#include <BRepAdaptor_Surface.hxx>
#include <BRepTools.hxx>
#include <BRep_Tool.hxx>
#include <GCPnts_AbscissaPoint.hxx>
#include <TopExp.hxx>
#include <TopExp_Explorer.hxx>
#include <TopTools_IndexedDataMapOfShapeListOfShape.hxx>
#include <TopTools_IndexedMapOfShape.hxx>
#include <TopTools_ListOfShape.hxx>
#include <TopoDS.hxx>
#include <gp_Cylinder.hxx>

#include <algorithm>
#include <cmath>

namespace cad_occt
{

namespace
{

/* A line without a sense: the largest component of its direction is positive, its point is the foot of the origin. */
struct axis_line {
    gp_Dir dir;
    gp_XYZ foot;
};

gp_Dir without_sense(const gp_Dir &d)
{
    const double a[3] = {std::fabs(d.X()), std::fabs(d.Y()), std::fabs(d.Z())};
    /* A small preference keeps diagonal axes on one side of the tie. */
    const int k = a[2] >= a[1] - 1e-6 && a[2] >= a[0] - 1e-6 ? 3 : a[1] >= a[0] - 1e-6 ? 2 : 1;
    return d.Coord(k) < 0 ? d.Reversed() : d;
}

axis_line line_of(const gp_Ax1 &a)
{
    axis_line out;
    out.dir = without_sense(a.Direction());
    const gp_XYZ p = a.Location().XYZ(), d = out.dir.XYZ();
    out.foot = p - d * p.Dot(d);
    return out;
}

struct round_face {
    TopoDS_Face face;
    axis_line axis;
    double radius, lo, hi;
    double angle, sweep; /* start about the axis' own reference, radians, sweep > 0 */
    bool concave;
};

/* Two unit vectors that make a right-handed frame with d; equal for equal d. */
void cross_frame(const gp_Dir &d, gp_XYZ *x, gp_XYZ *y)
{
    const gp_XYZ pick = std::fabs(d.X()) < 0.9 ? gp_XYZ(1, 0, 0) : gp_XYZ(0, 1, 0);
    *x = (pick - d.XYZ() * pick.Dot(d.XYZ())).Normalized();
    *y = d.XYZ().Crossed(*x);
}

bool read_round(const TopoDS_Face &f, round_face *out)
{
    const BRepAdaptor_Surface s(f, false);
    if (s.GetType() != GeomAbs_Cylinder)
        return false;
    const gp_Cylinder c = s.Cylinder();
    double u0, u1, v0, v1;
    BRepTools::UVBounds(f, u0, u1, v0, v1);
    out->face = f;
    out->axis = line_of(c.Axis());
    out->radius = c.Radius();
    out->concave = c.Position().Direct() == (f.Orientation() == TopAbs_REVERSED);
    const gp_XYZ d = out->axis.dir.XYZ();
    const double a = s.Value(u0, v0).XYZ().Dot(d), b = s.Value(u0, v1).XYZ().Dot(d);
    out->lo = std::fmin(a, b);
    out->hi = std::fmax(a, b);
    gp_XYZ x, y;
    cross_frame(out->axis.dir, &x, &y);
    const bool same_sense = c.Position().XDirection().XYZ().Crossed(c.Position().YDirection().XYZ()).Dot(d) > 0;
    const gp_XYZ p = s.Value(same_sense ? u0 : u1, v0).XYZ() - out->axis.foot;
    out->angle = std::atan2(p.Dot(y), p.Dot(x));
    out->sweep = std::fmin(u1 - u0, 2 * M_PI);
    return true;
}

bool one_hole(const round_face &a, const round_face &b, double eps)
{
    return a.concave == b.concave && a.axis.dir.IsParallel(b.axis.dir, 1e-4) && (a.axis.foot - b.axis.foot).Modulus() <= eps &&
           std::fabs(a.radius - b.radius) <= 1e-3 * std::fmax(a.radius, b.radius) && a.lo <= b.hi + eps && b.lo <= a.hi + eps;
}

/* Degrees covered by arcs on a circle. */
double covered(std::vector<std::pair<double, double>> arcs)
{
    std::vector<std::pair<double, double>> flat;
    for (std::pair<double, double> a : arcs) {
        if (a.second >= 2 * M_PI - 1e-9)
            return 360.0;
        double start = std::fmod(a.first, 2 * M_PI);
        if (start < 0)
            start += 2 * M_PI;
        const double end = start + a.second;
        flat.emplace_back(start, std::fmin(end, 2 * M_PI));
        if (end > 2 * M_PI)
            flat.emplace_back(0.0, end - 2 * M_PI);
    }
    std::sort(flat.begin(), flat.end());
    double sum = 0.0, reach = 0.0;
    for (const std::pair<double, double> &a : flat) {
        sum += std::fmax(0.0, a.second - std::fmax(reach, a.first));
        reach = std::fmax(reach, a.second);
    }
    return std::fmin(360.0, sum * 180.0 / M_PI);
}

typedef TopTools_IndexedDataMapOfShapeListOfShape edge_faces;

/* Which ends of a group lead out of it: the face beyond an end looks away along the axis (mouth, step, rim), not back (bottom,
 * root).  Decided by length of the border, for mouths that several faces share. */
void find_ends(const std::vector<round_face> &all, const std::vector<size_t> &members, const edge_faces &neighbours,
               cad_cylinder *out)
{
    double score[2] = {0.0, 0.0};
    TopTools_IndexedMapOfShape own;
    for (const size_t m : members)
        own.Add(all[m].face);
    const gp_Dir &dir = all[members[0]].axis.dir;
    for (const size_t m : members) {
        for (TopExp_Explorer ex(all[m].face, TopAbs_EDGE); ex.More(); ex.Next()) {
            const TopoDS_Edge e = TopoDS::Edge(ex.Current());
            if (BRep_Tool::Degenerated(e) || BRep_Tool::IsClosed(e, all[m].face))
                continue;
            TopoDS_Face other;
            for (const TopoDS_Shape &f : neighbours.FindFromKey(e))
                if (!own.Contains(f))
                    other = TopoDS::Face(f);
            if (other.IsNull())
                continue;
            const BRepAdaptor_Curve curve(e);
            gp_Pnt p;
            gp_Vec along;
            curve.D1(0.5 * (curve.FirstParameter() + curve.LastParameter()), p, along);
            if (along.Magnitude() < 1e-12)
                continue;
            if (e.Orientation() == TopAbs_REVERSED)
                along.Reverse();
            /* The face lies to the left of its border. */
            const gp_Vec inside = gp_Vec(outward_on(all[m].face, e)).Crossed(along.Normalized());
            const double side = inside.Dot(gp_Vec(dir));
            if (std::fabs(side) < 0.3)
                continue;
            double look = outward_on(other, e).Dot(dir);
            if (std::fabs(look) < 1e-3) {
                double u0, u1, v0, v1;
                BRepTools::UVBounds(other, u0, u1, v0, v1);
                look = outward_at(other, 0.5 * (u0 + u1), 0.5 * (v0 + v1)).Dot(dir);
            }
            const int end = side < 0 ? 1 : 0;
            const bool away = end ? look > 0 : look < 0;
            score[end] += (away ? 1.0 : -1.0) * GCPnts_AbscissaPoint::Length(curve);
        }
    }
    out->open_lo = score[0] > 0;
    out->open_hi = score[1] > 0;
}

void find_cylinders(const TopoDS_Shape &s, double diagonal, const edge_faces &neighbours, std::vector<cad_cylinder> *out)
{
    std::vector<round_face> all;
    for (TopExp_Explorer f(s, TopAbs_FACE); f.More(); f.Next()) {
        round_face r;
        if (read_round(TopoDS::Face(f.Current()), &r))
            all.push_back(r);
    }
    const double eps = 1e-4 * diagonal;
    std::vector<char> taken(all.size(), 0);
    for (size_t i = 0; i < all.size(); ++i) {
        if (taken[i])
            continue;
        std::vector<size_t> members{i};
        taken[i] = 1;
        for (size_t k = 0; k < members.size(); ++k)
            for (size_t j = 0; j < all.size(); ++j)
                if (!taken[j] && one_hole(all[members[k]], all[j], eps)) {
                    taken[j] = 1;
                    members.push_back(j);
                }
        const round_face &first = all[i];
        cad_cylinder c = {};
        for (int k = 0; k < 3; ++k) {
            c.point[k] = first.axis.foot.Coord(k + 1);
            c.dir[k] = first.axis.dir.Coord(k + 1);
        }
        c.radius = first.radius;
        c.concave = first.concave;
        c.lo = first.lo;
        c.hi = first.hi;
        c.n_faces = (int32_t)members.size();
        std::vector<std::pair<double, double>> arcs;
        for (const size_t m : members) {
            c.lo = std::fmin(c.lo, all[m].lo);
            c.hi = std::fmax(c.hi, all[m].hi);
            arcs.emplace_back(all[m].angle, all[m].sweep);
        }
        c.sweep = covered(arcs);
        find_ends(all, members, neighbours, &c);
        out->push_back(c);
    }
    std::stable_sort(out->begin(), out->end(),
                     [](const cad_cylinder &a, const cad_cylinder &b) { return a.radius > b.radius; });
}

struct flat_face {
    TopoDS_Face face;
    gp_Dir normal;
    double offset, area;
};

typedef std::vector<const flat_face *> sides;

/* k planes with outward normals perpendicular to dir: one regular prism? */
bool regular(const sides &side, const gp_Dir &dir, double diagonal, cad_prism *out)
{
    const double k = (double)side.size();
    gp_XYZ x, y, centre(0, 0, 0);
    cross_frame(dir, &x, &y);
    std::vector<double> angle;
    double apothem = 0.0;
    for (const flat_face *f : side) {
        angle.push_back(std::atan2(f->normal.XYZ().Dot(y), f->normal.XYZ().Dot(x)));
        apothem += f->offset / k;
        centre += f->normal.XYZ() * (2.0 * f->offset / k);
    }
    std::sort(angle.begin(), angle.end());
    for (size_t i = 0; i < angle.size(); ++i) {
        const double next = i + 1 < angle.size() ? angle[i + 1] : angle[0] + 2 * M_PI;
        if (std::fabs(next - angle[i] - 2 * M_PI / k) > 1e-3)
            return false;
    }
    for (const flat_face *f : side)
        if (std::fabs(f->normal.XYZ().Dot(centre) + apothem - f->offset) > 1e-4 * diagonal)
            return false;
    for (int i = 0; i < 3; ++i) {
        out->point[i] = centre.Coord(i + 1);
        out->dir[i] = dir.Coord(i + 1);
    }
    out->af = 2.0 * std::fabs(apothem);
    out->sides = (int32_t)side.size();
    out->concave = apothem < 0;
    return out->af > 1e-6 * diagonal;
}

/* All planes, or the larger ones of those that alternate with the chamfers of a prism's edges. */
bool regular_or_chamfered(sides side, const gp_Dir &dir, double diagonal, cad_prism *out)
{
    if (regular(side, dir, diagonal, out))
        return true;
    if (side.size() % 2 || side.size() < 6)
        return false;
    gp_XYZ x, y;
    cross_frame(dir, &x, &y);
    const auto turn = [&](const flat_face *f) { return std::atan2(f->normal.XYZ().Dot(y), f->normal.XYZ().Dot(x)); };
    std::sort(side.begin(), side.end(), [&](const flat_face *a, const flat_face *b) { return turn(a) < turn(b); });
    for (size_t i = 0; i < side.size(); ++i) {
        const double next = i + 1 < side.size() ? turn(side[i + 1]) : turn(side[0]) + 2 * M_PI;
        if (next - turn(side[i]) < 1e-3) /* of two that look one way either could be the side: walls of a box */
            return false;
    }
    double best = 0.0;
    for (size_t first = 0; first < 2; ++first) {
        sides half;
        double area = 0.0;
        for (size_t i = first; i < side.size(); i += 2) {
            half.push_back(side[i]);
            area += side[i]->area;
        }
        cad_prism p;
        if (area > best && regular(half, dir, diagonal, &p)) {
            best = area;
            *out = p;
        }
    }
    return best > 0.0;
}

/* Rings of planar faces that meet in parallel straight edges. */
void find_rings(const std::vector<flat_face> &flat, const edge_faces &neighbours, double diagonal, std::vector<cad_prism> *out)
{
    struct link {
        size_t a, b;
        gp_Dir dir;
        bool done;
    };
    TopTools_IndexedMapOfShape index;
    for (const flat_face &f : flat)
        index.Add(f.face);
    std::vector<link> links;
    for (int i = 1; i <= neighbours.Extent(); ++i) {
        const TopTools_ListOfShape &of = neighbours(i);
        if (of.Extent() != 2 || !index.Contains(of.First()) || !index.Contains(of.Last()))
            continue;
        const size_t a = (size_t)index.FindIndex(of.First()) - 1, b = (size_t)index.FindIndex(of.Last()) - 1;
        const gp_Vec d = gp_Vec(flat[a].normal).Crossed(gp_Vec(flat[b].normal));
        if (a != b && d.Magnitude() > 1e-3)
            links.push_back({a, b, without_sense(gp_Dir(d)), false});
    }
    for (size_t i = 0; i < links.size(); ++i) {
        if (links[i].done)
            continue;
        const gp_Dir dir = links[i].dir;
        std::vector<size_t> ring{links[i].a};
        std::vector<char> in(flat.size(), 0);
        in[links[i].a] = 1;
        bool simple = true;
        for (size_t k = 0; k < ring.size(); ++k) {
            std::vector<size_t> next;
            for (link &l : links) {
                if ((l.a != ring[k] && l.b != ring[k]) || !l.dir.IsParallel(dir, 1e-6))
                    continue;
                l.done = true;
                next.push_back(l.a == ring[k] ? l.b : l.a);
            }
            std::sort(next.begin(), next.end());
            next.erase(std::unique(next.begin(), next.end()), next.end());
            simple = simple && next.size() == 2;
            for (const size_t n : next)
                if (!in[n]) {
                    in[n] = 1;
                    ring.push_back(n);
                }
        }
        sides side;
        for (const size_t f : ring)
            side.push_back(&flat[f]);
        cad_prism p;
        if (simple && side.size() >= 3 && regular_or_chamfered(side, dir, diagonal, &p))
            out->push_back(p);
    }
}

/* Sides that do not touch each other (rounded or cut corners): k >= 5 normals around one direction, one plane each. */
void find_loose(const std::vector<flat_face> &flat, double diagonal, std::vector<cad_prism> *out)
{
    enum { most = 64 };
    if (!out->empty() || flat.size() < 5 || flat.size() > most)
        return;
    std::vector<gp_Dir> tried;
    for (size_t i = 0; i < flat.size(); ++i) {
        for (size_t j = 0; j < i; ++j) {
            const gp_Vec d = gp_Vec(flat[i].normal).Crossed(gp_Vec(flat[j].normal));
            if (d.Magnitude() < 1e-3)
                continue;
            const gp_Dir dir = without_sense(gp_Dir(d));
            if (std::any_of(tried.begin(), tried.end(), [&](const gp_Dir &t) { return t.IsParallel(dir, 1e-4); }))
                continue;
            tried.push_back(dir);
            sides side;
            for (const flat_face &f : flat) {
                if (std::fabs(f.normal.Dot(dir)) > 1e-4)
                    continue;
                const bool known = std::any_of(side.begin(), side.end(), [&](const flat_face *s) {
                    return s->normal.IsEqual(f.normal, 1e-4) && std::fabs(s->offset - f.offset) <= 1e-4 * diagonal;
                });
                if (!known)
                    side.push_back(&f);
            }
            cad_prism p;
            if (side.size() >= 5 && regular_or_chamfered(side, dir, diagonal, &p))
                out->push_back(p);
        }
    }
}

} // namespace

void find_features(const TopoDS_Shape &merged, double diagonal, features *out)
{
    edge_faces neighbours;
    TopExp::MapShapesAndAncestors(merged, TopAbs_EDGE, TopAbs_FACE, neighbours);
    find_cylinders(merged, diagonal, neighbours, &out->cylinders);
    std::vector<flat_face> flat;
    for (TopExp_Explorer f(merged, TopAbs_FACE); f.More(); f.Next()) {
        flat_face p;
        p.face = TopoDS::Face(f.Current());
        if (!plane_of(p.face, &p.normal, &p.offset))
            continue;
        GProp_GProps props;
        integrate(p.face, gp_Pnt(), nullptr, &props);
        p.area = props.Mass();
        flat.push_back(p);
        cad_plane plane = {};
        for (int k = 0; k < 3; ++k) {
            plane.normal[k] = p.normal.Coord(k + 1);
            plane.centre[k] = props.CentreOfMass().Coord(k + 1);
        }
        plane.offset = p.offset;
        plane.area = p.area;
        out->planes.push_back(plane);
    }
    find_rings(flat, neighbours, diagonal, &out->prisms);
    find_loose(flat, diagonal, &out->prisms);
}

} // namespace cad_occt
