/* Faces read once, and solids known by their faces. */
#include "cad/occt/carve.hpp"

#include <BRepAdaptor_Curve.hxx>
#include <BRepAdaptor_Surface.hxx>
#include <BRepPrimAPI_MakeBox.hxx>
#include <BRep_Builder.hxx>
#include <BRep_Tool.hxx>
#include <TopExp_Explorer.hxx>
#include <TopoDS.hxx>
#include <TopoDS_Iterator.hxx>
#include <TopoDS_Shell.hxx>
#include <gp_Ax2.hxx>
#include <gp_Circ.hxx>
#include <gp_Cylinder.hxx>
#include <gp_Pln.hxx>

#include <algorithm>
#include <cmath>

namespace cad_occt
{

static constexpr double parallel = 1e-13; /* less than `flush` across the largest part, well above rounding */

bool along(const gp_XYZ &a, const gp_XYZ &b)
{
    return a.Crossed(b).SquareModulus() <= parallel * parallel;
}

bool across(const gp_XYZ &a, const gp_XYZ &b)
{
    return std::fabs(a.Dot(b)) <= parallel;
}

border read_border(const TopoDS_Edge &e)
{
    border b = {BORDER_other, gp_XYZ(), gp_XYZ(), gp_XYZ(), 0.0};
    if (BRep_Tool::Degenerated(e))
        return b;
    const BRepAdaptor_Curve c(e);
    if (c.GetType() == GeomAbs_Line) {
        b.kind = BORDER_line;
        b.p = c.Value(c.FirstParameter()).XYZ();
        b.q = c.Value(c.LastParameter()).XYZ();
    } else if (c.GetType() == GeomAbs_Circle) {
        const gp_Circ circle = c.Circle();
        b.kind = c.LastParameter() - c.FirstParameter() > 2 * M_PI - 1e-9 ? BORDER_circle : BORDER_arc;
        b.p = circle.Location().XYZ();
        b.axis = circle.Axis().Direction().XYZ();
        b.radius = circle.Radius();
    }
    return b;
}

side read_side(const TopoDS_Face &f)
{
    side s = {f, GeomAbs_OtherSurface, gp_XYZ(), gp_XYZ(), 0.0, {}};
    const BRepAdaptor_Surface surface(f, false);
    s.type = surface.GetType();
    if (s.type == GeomAbs_Plane) {
        gp_Dir n;
        double offset;
        plane_of(f, &n, &offset);
        s.normal = n.XYZ();
        s.origin = surface.Plane().Location().XYZ();
    } else if (s.type == GeomAbs_Cylinder) {
        s.normal = surface.Cylinder().Axis().Direction().XYZ();
        s.origin = surface.Cylinder().Location().XYZ();
        s.radius = surface.Cylinder().Radius();
    } else {
        return s;
    }
    for (TopExp_Explorer e(f, TopAbs_EDGE); e.More(); e.Next())
        s.edges.push_back(read_border(TopoDS::Edge(e.Current())));
    return s;
}

bool read_rod(const TopoDS_Solid &s, rod *out)
{
    std::vector<side> faces;
    for (TopExp_Explorer f(s, TopAbs_FACE); f.More(); f.Next()) {
        if (faces.size() == 3)
            return false;
        faces.push_back(read_side(TopoDS::Face(f.Current())));
    }
    const auto round = [](const side &f) { return f.type == GeomAbs_Cylinder; };
    const auto wall = std::find_if(faces.begin(), faces.end(), round);
    if (faces.size() != 3 || wall == faces.end())
        return false;
    const gp_Cylinder c = BRepAdaptor_Surface(wall->face, false).Cylinder();
    out->origin = wall->origin;
    out->dir = wall->normal;
    out->x = c.Position().XDirection().XYZ();
    out->radius = wall->radius;
    out->lo = out->hi = 0.0;
    int ends = 0;
    for (const side &f : faces) {
        if (f.type != GeomAbs_Plane || !along(f.normal, out->dir))
            continue;
        const double t = (f.origin - out->origin).Dot(out->dir);
        (f.normal.Dot(out->dir) > 0 ? out->hi : out->lo) = t;
        ends += f.normal.Dot(out->dir) > 0 ? 1 : 16;
    }
    out->box = quick_box(s);
    out->box.Enlarge(gap);
    return ends == 17 && out->hi - out->lo > gap;
}

bool read_brick(const TopoDS_Solid &s, brick *out)
{
    std::vector<side> faces;
    for (TopExp_Explorer f(s, TopAbs_FACE); f.More(); f.Next()) {
        if (faces.size() == 6)
            return false;
        faces.push_back(read_side(TopoDS::Face(f.Current())));
        const side &one = faces.back();
        if (one.type != GeomAbs_Plane || one.edges.size() != 4)
            return false;
        for (const border &b : one.edges)
            if (b.kind != BORDER_line)
                return false;
    }
    if (faces.size() != 6)
        return false;
    out->axis[0] = faces[0].normal;
    const auto beside = std::find_if(faces.begin(), faces.end(), [&](const side &f) { return !along(f.normal, out->axis[0]); });
    if (beside == faces.end() || !across(beside->normal, out->axis[0]))
        return false;
    out->axis[1] = beside->normal;
    out->axis[2] = out->axis[0].Crossed(out->axis[1]);
    int seen[3][2] = {{0, 0}, {0, 0}, {0, 0}};
    for (const side &f : faces) {
        for (int i = 0; i < 3; ++i) {
            if (!along(f.normal, out->axis[i]))
                continue;
            const bool up = f.normal.Dot(out->axis[i]) > 0;
            (up ? out->hi : out->lo)[i] = f.origin.Dot(out->axis[i]);
            seen[i][up]++;
        }
    }
    for (int i = 0; i < 3; ++i)
        if (seen[i][0] != 1 || seen[i][1] != 1 || !(out->hi[i] - out->lo[i] > gap))
            return false;
    return true;
}

TopoDS_Solid solid_of(const brick &b)
{
    const gp_XYZ corner = b.axis[0] * b.lo[0] + b.axis[1] * b.lo[1] + b.axis[2] * b.lo[2];
    const gp_Ax2 place(gp_Pnt(corner), gp_Dir(b.axis[2]), gp_Dir(b.axis[0]));
    return BRepPrimAPI_MakeBox(place, b.hi[0] - b.lo[0], b.hi[1] - b.lo[1], b.hi[2] - b.lo[2]).Solid();
}

void join_sides(const TopoDS_Shape &made, const gp_XYZ &dir, const std::vector<opening> &at, bool hole,
                std::vector<side> *sides)
{
    BRep_Builder build;
    for (TopExp_Explorer f(made, TopAbs_FACE); f.More(); f.Next()) {
        const TopoDS_Face face = TopoDS::Face(f.Current());
        side s = read_side(face);
        const opening *open = nullptr;
        for (const opening &o : at)
            if (s.type == GeomAbs_Plane && along(s.normal, dir) && std::fabs(s.origin.Dot(dir) - o.t) <= flush)
                open = &o;
        if (!open) {
            s.face = hole ? TopoDS::Face(face.Reversed()) : face;
            if (hole && s.type == GeomAbs_Plane)
                s.normal.Reverse();
            sides->push_back(s);
            continue;
        }
        side &to = (*sides)[open->face];
        TopoDS_Face wider = TopoDS::Face(to.face.EmptyCopied());
        for (TopoDS_Iterator w(to.face); w.More(); w.Next())
            build.Add(wider, w.Value());
        /* A hole's end looks the same way as the face it opens, a stud's the other way. */
        for (TopoDS_Iterator w(face); w.More(); w.Next())
            build.Add(wider, hole ? w.Value().Reversed() : w.Value());
        to.face = wider;
        to.edges.insert(to.edges.end(), s.edges.begin(), s.edges.end());
    }
}

TopoDS_Solid solid_of(const std::vector<side> &sides)
{
    BRep_Builder build;
    TopoDS_Shell shell;
    TopoDS_Solid out;
    build.MakeShell(shell);
    for (const side &s : sides)
        build.Add(shell, s.face);
    shell.Closed(true);
    build.MakeSolid(out);
    build.Add(out, shell);
    return out;
}

} // namespace cad_occt
