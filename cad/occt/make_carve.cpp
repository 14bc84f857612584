/* Round tools without a boolean: drilling and putting studs on planes, by giving a planar face an inner border.
 *
 * A solid cylinder whose disc crosses planar faces at right angles, and stays clear of every other face and border of the
 * base, meets it in whole circles.  Then the common result of a boolean and the merge is known: each face that was crossed
 * gets the circle as an inner border, and the cylinder's side (and an end that is no longer flush) joins the shell.
 * Everything that is not surely of this kind is left to the kernel's boolean. */
#include "cad/occt/carve.hpp"

#include <BRepAdaptor_Surface.hxx>
#include <BRepPrimAPI_MakeCylinder.hxx>
#include <BRepTopAdaptor_FClass2d.hxx>
#include <ElSLib.hxx>
#include <Precision.hxx>
#include <TopExp_Explorer.hxx>
#include <TopoDS.hxx>
#include <TopoDS_Iterator.hxx>
#include <gp_Ax2.hxx>
#include <gp_Pln.hxx>

#include <algorithm>
#include <cmath>

namespace cad_occt
{

namespace
{

double to_segment(const gp_XYZ &c, const gp_XYZ &p, const gp_XYZ &q)
{
    const gp_XYZ d = q - p;
    const double len2 = d.SquareModulus(), t = len2 > 0 ? (c - p).Dot(d) / len2 : 0.0;
    return (c - p - d * std::fmin(1.0, std::fmax(0.0, t))).Modulus();
}

/* How the faces of the base lie to a rod; grows with every rod that is worked in. */
class carver
{
  public:
    explicit carver(const TopoDS_Solid &s)
    {
        int shells = 0;
        for (TopoDS_Iterator shell(s); shell.More(); shell.Next())
            shells++;
        for (TopExp_Explorer f(s, TopAbs_FACE); f.More() && shells == 1; f.Next())
            sides.push_back(read_side(TopoDS::Face(f.Current())));
    }
    bool drill(const rod &r);
    bool stud(const rod &r);
    TopoDS_Solid solid() const
    {
        return solid_of(sides);
    }

  private:
    struct crossing {
        size_t face;
        double t;
        bool up; /* the face looks along the rod: material below it */
    };
    enum verdict { CLEAR, CROSSED, UNSURE };
    std::vector<side> sides;

    static verdict look(const side &s, const rod &r, crossing *out);
    static verdict look_cap(const side &s, const rod &r, crossing *out);
    static bool clear_of_wall(const side &s, const rod &r);
    static bool holds(const side &s, const gp_XYZ &p, const gp_XYZ &dir);
    bool crossings(const rod &r, std::vector<crossing> *out) const;
    void work_in(const rod &r, double lo, double hi, const std::vector<crossing> &at, bool hole);
};

/* Is a point of the plane inside the face?  It is clear of all borders. */
bool carver::holds(const side &s, const gp_XYZ &p, const gp_XYZ &dir)
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

carver::verdict carver::look_cap(const side &s, const rod &r, crossing *out)
{
    const double t = (s.origin - r.origin).Dot(r.dir);
    if (t < r.lo - gap || t > r.hi + gap)
        return CLEAR;
    for (const double end : {r.lo, r.hi})
        if (std::fabs(t - end) > flush && std::fabs(t - end) < gap)
            return UNSURE;
    const gp_XYZ centre = r.origin + r.dir * t;
    for (const border &b : s.edges) {
        double room = 0.0;
        if (b.kind == BORDER_line)
            room = to_segment(centre, b.p, b.q);
        else if (b.kind != BORDER_other && along(b.axis, r.dir))
            room = std::fabs((centre - b.p).Modulus() - b.radius);
        if (room < r.radius + gap)
            return UNSURE;
    }
    if (!holds(s, centre, r.dir))
        return CLEAR;
    out->t = t;
    out->up = s.normal.Dot(r.dir) > 0;
    return CROSSED;
}

/* A plane or cylinder along the rod: does it pass it by, or lie above or below? */
bool carver::clear_of_wall(const side &s, const rod &r)
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

carver::verdict carver::look(const side &s, const rod &r, crossing *out)
{
    if (s.type == GeomAbs_Plane && along(s.normal, r.dir))
        return look_cap(s, r, out);
    const bool wall = s.type == GeomAbs_Plane ? across(s.normal, r.dir) : s.type == GeomAbs_Cylinder && along(s.normal, r.dir);
    if (wall && clear_of_wall(s, r))
        return CLEAR;
    return quick_box(s.face).IsOut(r.box) ? CLEAR : UNSURE;
}

bool carver::crossings(const rod &r, std::vector<crossing> *out) const
{
    for (size_t i = 0; i < sides.size(); ++i) {
        crossing c = {i, 0.0, false};
        const verdict v = look(sides[i], r, &c);
        if (v == UNSURE)
            return false;
        if (v == CROSSED)
            out->push_back(c);
    }
    std::sort(out->begin(), out->end(), [](const crossing &a, const crossing &b) { return a.t < b.t; });
    return !out->empty() && out->size() <= 2;
}

/* The rod cut to lo..hi joins the shell, as a hole or as material; its ends at the crossings open those faces. */
void carver::work_in(const rod &r, double lo, double hi, const std::vector<crossing> &at, bool hole)
{
    const gp_Ax2 place(gp_Pnt(r.origin + r.dir * lo), gp_Dir(r.dir), gp_Dir(r.x));
    std::vector<opening> open;
    for (const crossing &c : at)
        open.push_back({c.face, c.t + r.origin.Dot(r.dir)});
    join_sides(BRepPrimAPI_MakeCylinder(place, r.radius, hi - lo).Solid(), r.dir, open, hole, &sides);
}

bool carver::drill(const rod &r)
{
    std::vector<crossing> at;
    if (!crossings(r, &at))
        return false;
    double lo = r.lo, hi = r.hi;
    for (const crossing &c : at)
        (c.up ? hi : lo) = c.t;
    const bool through = at.size() == 2 && !at[0].up && at[1].up, blind = at.size() == 1;
    if ((!through && !blind) || hi - lo < gap)
        return false;
    work_in(r, lo, hi, at, true);
    return true;
}

bool carver::stud(const rod &r)
{
    std::vector<crossing> at;
    if (!crossings(r, &at) || (at.size() == 2 && (at[0].up || !at[1].up)))
        return false;
    bool any = false;
    for (const crossing &c : at) {
        const double lo = c.up ? c.t : r.lo, hi = c.up ? r.hi : c.t;
        if (hi - lo < gap) /* flush with the base */
            continue;
        work_in(r, lo, hi, {c}, false);
        any = true;
    }
    return any;
}

bool work_in_all(const part &base, const std::vector<rod> &rods, bool hole, part *out)
{
    carver body(base.solids[0]);
    for (const rod &r : rods)
        if (!(hole ? body.drill(r) : body.stud(r)))
            return false;
    out->solids.assign(1, body.solid());
    out->merged = true;
    return true;
}

} // namespace

bool drilled(const part &base, const std::vector<const part *> &tools, part *out)
{
    std::vector<rod> rods;
    if (base.solids.size() != 1 || !base.merged)
        return false;
    for (const part *tool : tools) {
        for (const TopoDS_Solid &s : tool->solids) {
            rods.emplace_back();
            if (!read_rod(s, &rods.back()))
                return false;
        }
        if (tool->empty())
            return false;
    }
    const timed here(CAD_SOLID_STEP_boolean);
    if (!work_in_all(base, rods, true, out))
        return false;
    out->box = base.box;
    out->has_box = base.has_box;
    return true;
}

bool studded(const std::vector<const part *> &operands, part *out)
{
    const timed here(CAD_SOLID_STEP_boolean);
    std::vector<std::vector<rod>> rods(operands.size());
    std::vector<char> all_rods(operands.size(), 1);
    size_t others = 0;
    for (size_t i = 0; i < operands.size(); ++i) {
        if (operands[i]->empty())
            return false;
        for (const TopoDS_Solid &s : operands[i]->solids) {
            rods[i].emplace_back();
            if (!read_rod(s, &rods[i].back()))
                all_rods[i] = 0;
        }
        others += !all_rods[i];
    }
    for (size_t base = 0; base < operands.size() && others < 2; ++base) {
        if (operands[base]->solids.size() != 1 || !operands[base]->merged || (others == 1 && all_rods[base]))
            continue;
        std::vector<rod> tools;
        for (size_t i = 0; i < operands.size(); ++i)
            if (i != base)
                tools.insert(tools.end(), rods[i].begin(), rods[i].end());
        if (!work_in_all(*operands[base], tools, false, out))
            continue;
        out->has_box = true;
        for (const part *p : operands) {
            out->box.Add(p->box);
            out->has_box = out->has_box && p->has_box;
        }
        return true;
    }
    return false;
}

} // namespace cad_occt
