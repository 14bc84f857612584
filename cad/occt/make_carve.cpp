/* Round tools without a boolean: drilling and putting studs on planes, by giving a planar face an inner border.
 *
 * A solid cylinder whose disc crosses planar faces at right angles, and stays clear of every other face and border of the
 * base, meets it in whole circles.  Then the common result of a boolean and the merge is known: each face that was crossed
 * gets the circle as an inner border, and the cylinder's side (and an end that is no longer flush) joins the shell.
 * Everything that is not surely of this kind is left to the kernel's boolean. */
#include "cad/occt/carve.hpp"

#include <BRepPrimAPI_MakeCylinder.hxx>
#include <TopExp_Explorer.hxx>
#include <TopoDS.hxx>
#include <TopoDS_Iterator.hxx>
#include <gp_Ax2.hxx>

#include <algorithm>
#include <cmath>

namespace cad_occt
{

namespace
{

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
    bool bite(std::vector<rod> *rods)
    {
        return bite_rim(&sides, rods);
    }
    bool drill(const rod &r);
    bool stud(const rod &r);
    TopoDS_Solid solid() const
    {
        return solid_of(sides);
    }

  private:
    std::vector<side> sides;

    bool crossings(const rod &r, std::vector<crossing> *out) const;
    void work_in(const rod &r, double lo, double hi, const std::vector<crossing> &at, bool hole);
};

bool carver::crossings(const rod &r, std::vector<crossing> *out) const
{
    for (size_t i = 0; i < sides.size(); ++i) {
        crossing c = {i, 0.0, false};
        const verdict v = look(sides[i], r, &c);
        if (v == VERDICT_unsure)
            return false;
        if (v == VERDICT_crossed)
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
    std::vector<rod> left = rods;
    out->has_box = !hole || !body.bite(&left); /* a rim that is bitten may lose its extremes */
    for (const rod &r : left)
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
    out->has_box = out->has_box && base.has_box;
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
