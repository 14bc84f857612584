/* Boxes without a boolean: walls of one thickness, and unions of boxes that share two planes. */
#include "cad/occt/carve.hpp"

#include <BRepBuilderAPI_MakeEdge.hxx>
#include <BRepBuilderAPI_MakeFace.hxx>
#include <BRepPrimAPI_MakeCylinder.hxx>
#include <BRepPrimAPI_MakePrism.hxx>
#include <BRep_Builder.hxx>
#include <Precision.hxx>
#include <TopExp_Explorer.hxx>
#include <TopoDS.hxx>
#include <TopoDS_Iterator.hxx>
#include <TopoDS_Vertex.hxx>
#include <TopoDS_Wire.hxx>
#include <gp_Ax2.hxx>
#include <gp_Pln.hxx>

#include <algorithm>
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

/* ---- unions ---- */

namespace
{

/* Cells between all borders of some rectangles, and which of them are covered. */
class cells
{
  public:
    /* false: two borders lie closer than can be told apart */
    bool cut(const std::vector<brick> &all, int u, int v)
    {
        if (!lines(all, u, &x) || !lines(all, v, &y))
            return false;
        by.assign((x.size() - 1) * (y.size() - 1), 0);
        only.assign(by.size(), 0);
        for (size_t k = 0; k < all.size(); ++k)
            for (size_t i = 0; i + 1 < x.size(); ++i)
                for (size_t j = 0; j + 1 < y.size(); ++j)
                    if (within(all[k], u, x[i], x[i + 1]) && within(all[k], v, y[j], y[j + 1])) {
                        by[i * (y.size() - 1) + j]++;
                        only[i * (y.size() - 1) + j] = k;
                    }
        std::vector<char> alone(all.size(), 0);
        for (size_t c = 0; c < by.size(); ++c)
            if (by[c] == 1)
                alone[only[c]] = 1;
        return std::find(alone.begin(), alone.end(), 0) == alone.end(); /* else one lies inside the others */
    }
    /* The corners of the only border, counter-clockwise; false: there are several, or it touches itself. */
    bool border(std::vector<gp_XYZ> *out) const;

  private:
    std::vector<double> x, y;
    std::vector<int> by;
    std::vector<size_t> only;

    static bool within(const brick &b, int axis, double lo, double hi)
    {
        return b.lo[axis] < 0.5 * (lo + hi) && b.hi[axis] > 0.5 * (lo + hi);
    }
    static bool lines(const std::vector<brick> &all, int axis, std::vector<double> *out)
    {
        std::vector<double> v;
        for (const brick &b : all) {
            v.push_back(b.lo[axis]);
            v.push_back(b.hi[axis]);
        }
        std::sort(v.begin(), v.end());
        for (const double d : v) {
            if (out->empty() || d - out->back() > gap)
                out->push_back(d);
            else if (d - out->back() > 1e-9)
                return false;
        }
        return true;
    }
    bool covered(long i, long j) const
    {
        return i >= 0 && j >= 0 && i + 1 < (long)x.size() && j + 1 < (long)y.size() &&
               by[(size_t)i * (y.size() - 1) + (size_t)j];
    }
};

bool cells::border(std::vector<gp_XYZ> *out) const
{
    static const long step[4][2] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
    /* The cells to the left and to the right of the line that leaves a grid point in a direction. */
    static const long left[4][2] = {{0, 0}, {-1, 0}, {-1, -1}, {0, -1}}, right[4][2] = {{0, -1}, {0, 0}, {-1, 0}, {-1, -1}};
    const auto leaves = [&](long i, long j, int d) {
        return covered(i + left[d][0], j + left[d][1]) && !covered(i + right[d][0], j + right[d][1]);
    };
    long total = 0, start[2] = {-1, -1};
    for (long i = 0; i < (long)x.size(); ++i)
        for (long j = 0; j < (long)y.size(); ++j) {
            int ways = 0;
            for (int d = 0; d < 4; ++d)
                ways += leaves(i, j, d);
            if (ways > 1)
                return false;
            total += ways;
            if (ways && start[0] < 0) {
                start[0] = i;
                start[1] = j;
            }
        }
    long i = start[0], j = start[1], walked = 0;
    int before = -1, first = -1;
    do {
        int d = 0;
        while (d < 4 && !leaves(i, j, d))
            ++d;
        if (d == 4)
            return false;
        if (d != before)
            out->push_back(gp_XYZ(x[(size_t)i], y[(size_t)j], 0.0));
        first = first < 0 ? d : first;
        before = d;
        i += step[d][0];
        j += step[d][1];
        ++walked;
    } while ((i != start[0] || j != start[1]) && walked <= total);
    if (before == first)
        out->erase(out->begin());
    return walked == total;
}

/* b in the axes of a; false: it is turned against it. */
bool in_axes_of(const brick &a, const brick &b, brick *out)
{
    for (int i = 0; i < 3; ++i) {
        out->axis[i] = a.axis[i];
        int k = 0;
        while (k < 3 && !along(a.axis[i], b.axis[k]))
            ++k;
        if (k == 3)
            return false;
        const bool same = a.axis[i].Dot(b.axis[k]) > 0;
        out->lo[i] = same ? b.lo[k] : -b.hi[k];
        out->hi[i] = same ? b.hi[k] : -b.lo[k];
    }
    return true;
}

TopoDS_Solid prism_of(const brick &frame, int w, const std::vector<gp_XYZ> &corners)
{
    const gp_XYZ &ex = frame.axis[(w + 1) % 3], &ey = frame.axis[(w + 2) % 3], &ez = frame.axis[w];
    BRep_Builder build;
    TopoDS_Wire wire;
    std::vector<TopoDS_Vertex> v(corners.size());
    for (size_t i = 0; i < corners.size(); ++i)
        build.MakeVertex(v[i], gp_Pnt(ex * corners[i].X() + ey * corners[i].Y() + ez * frame.lo[w]), Precision::Confusion());
    build.MakeWire(wire);
    for (size_t i = 0; i < v.size(); ++i)
        build.Add(wire, BRepBuilderAPI_MakeEdge(v[i], v[(i + 1) % v.size()]).Edge());
    wire.Closed(true);
    const gp_Pln plane(gp_Pnt(ez * frame.lo[w]), gp_Dir(ez));
    const TopoDS_Face base = BRepBuilderAPI_MakeFace(plane, wire, true).Face();
    std::vector<TopoDS_Solid> out;
    solids_of(BRepPrimAPI_MakePrism(base, gp_Vec(ez * (frame.hi[w] - frame.lo[w]))).Shape(), out);
    return out.size() == 1 ? out[0] : TopoDS_Solid();
}

} // namespace

bool joined_bricks(const std::vector<const part *> &operands, part *out)
{
    enum { most = 16 };
    std::vector<brick> all;
    if (operands.size() < 2 || operands.size() > most)
        return false;
    out->has_box = true;
    for (const part *p : operands) {
        brick b, mine;
        if (p->solids.size() != 1 || !read_brick(p->solids[0], &b) || !in_axes_of(all.empty() ? b : all[0], b, &mine))
            return false;
        all.push_back(mine);
        out->box.Add(p->box);
        out->has_box = out->has_box && p->has_box;
    }
    const timed here(CAD_SOLID_STEP_boolean);
    for (int w = 0; w < 3; ++w) {
        bool level = true;
        for (const brick &b : all)
            level = level && std::fabs(b.lo[w] - all[0].lo[w]) <= 1e-9 && std::fabs(b.hi[w] - all[0].hi[w]) <= 1e-9;
        cells grid;
        std::vector<gp_XYZ> corners;
        if (!level || !grid.cut(all, (w + 1) % 3, (w + 2) % 3) || !grid.border(&corners))
            continue;
        const TopoDS_Solid s = prism_of(all[0], w, corners);
        if (s.IsNull())
            continue;
        out->solids.assign(1, s);
        out->merged = true;
        return true;
    }
    return false;
}

} // namespace cad_occt
