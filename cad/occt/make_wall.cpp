/* Walls of one thickness about boxes and cylinders, without the kernel's offset. */
#include "cad/occt/carve.hpp"

#include <BRepPrimAPI_MakeCylinder.hxx>
#include <BRep_Builder.hxx>
#include <TopExp_Explorer.hxx>
#include <TopoDS.hxx>
#include <TopoDS_Iterator.hxx>
#include <gp_Ax2.hxx>

#include <cmath>

namespace cad_occt
{

/* The outer shell with its openings, and the inner one with its sense reversed. */
static TopoDS_Solid with_room(const TopoDS_Solid &s, const TopoDS_Solid &room, const gp_XYZ &dir,
                              const std::vector<TopoDS_Face> &openings)
{
    if (openings.empty()) {
        TopoDS_Solid out;
        BRep_Builder build;
        build.MakeSolid(out);
        for (const TopoDS_Solid &from : {s, room})
            for (TopoDS_Iterator shell(from); shell.More(); shell.Next())
                build.Add(out, from.IsSame(s) ? shell.Value() : shell.Value().Reversed());
        return out;
    }
    std::vector<side> sides;
    std::vector<opening> at;
    for (TopExp_Explorer f(s, TopAbs_FACE); f.More(); f.Next()) {
        for (const TopoDS_Face &o : openings)
            if (o.IsSame(f.Current()))
                at.push_back({sides.size(), read_side(o).origin.Dot(dir)});
        sides.push_back(read_side(TopoDS::Face(f.Current())));
    }
    join_sides(room, dir, at, true, &sides);
    return solid_of(sides);
}

/* Of the faces across `dir`, which are open: bit 0 the lower, bit 1 the upper; -1: some lies elsewhere. */
static int open_ends(const std::vector<TopoDS_Face> &openings, const gp_XYZ &dir)
{
    int ends = 0;
    for (const TopoDS_Face &f : openings) {
        const side s = read_side(f);
        if (s.type != GeomAbs_Plane || !along(s.normal, dir))
            return -1;
        ends |= s.normal.Dot(dir) > 0 ? 2 : 1;
    }
    return ends;
}

bool walled(const TopoDS_Solid &s, double t, const std::vector<TopoDS_Face> &openings, TopoDS_Solid *out)
{
    rod r;
    brick b;
    const double least = std::fmax(gap, 1e-5 * diagonal(quick_box(s))); /* what is thinner is for the kernel to judge */
    if (t < least)
        return false;
    if (read_rod(s, &r)) {
        const int ends = open_ends(openings, r.dir);
        const double lo = ends & 1 ? r.lo : r.lo + t, hi = ends & 2 ? r.hi : r.hi - t;
        if (ends < 0 || r.radius - t < least || hi - lo < least)
            return false;
        const gp_Ax2 place(gp_Pnt(r.origin + r.dir * lo), gp_Dir(r.dir), gp_Dir(r.x));
        *out = with_room(s, BRepPrimAPI_MakeCylinder(place, r.radius - t, hi - lo).Solid(), r.dir, openings);
        return true;
    }
    if (!read_brick(s, &b))
        return false;
    int axis = 2, ends = openings.empty() ? 0 : -1;
    for (int i = 0; i < 3 && ends < 0; ++i) {
        ends = open_ends(openings, b.axis[i]);
        axis = i;
    }
    if (ends < 0)
        return false;
    for (int i = 0; i < 3; ++i) {
        b.lo[i] += i == axis && (ends & 1) ? 0.0 : t;
        b.hi[i] -= i == axis && (ends & 2) ? 0.0 : t;
        if (b.hi[i] - b.lo[i] < least)
            return false;
    }
    *out = with_room(s, solid_of(b), b.axis[axis], openings);
    return true;
}

} // namespace cad_occt
