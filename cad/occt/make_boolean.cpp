/* U D I, one kernel call per chain (spec/compact-ir.md 17).
 *
 * Operands whose boxes do not meet need no boolean: a fuse keeps them side by side, a cut drops the tool.  After the call the
 * neighbours of one surface are merged, so that face counts mean something. */
#include "cad/occt/occt_impl.hpp"

#include <BRepAlgoAPI_Common.hxx>
#include <BRepAlgoAPI_Cut.hxx>
#include <BRepAlgoAPI_Fuse.hxx>
#include <TopExp.hxx>
#include <TopTools_IndexedMapOfShape.hxx>
#include <TopTools_ListOfShape.hxx>
#include <TopTools_MapOfShape.hxx>
#include <TopoDS.hxx>

#include <memory>
#include <numeric>

namespace cad_occt
{

static void run(BRepAlgoAPI_BooleanOperation *op, const std::vector<TopoDS_Solid> &args, const std::vector<TopoDS_Solid> &tools)
{
    TopTools_ListOfShape left, right;
    for (const TopoDS_Solid &s : args)
        left.Append(s);
    for (const TopoDS_Solid &s : tools)
        right.Append(s);
    op->SetArguments(left);
    op->SetTools(right);
    op->SetRunParallel(false);
    op->SetCheckInverted(false); /* all operands have positive volume */
    const timed here(CAD_SOLID_STEP_boolean);
    count_way(false);
    op->Build();
    if (!op->IsDone() || op->HasErrors())
        throw Standard_Failure("the boolean operation failed");
}

static void collect(const TopoDS_Shape &result, bool merge, part *out)
{
    solids_of(result, out->solids);
    if (merge && !out->solids.empty()) {
        const TopoDS_Shape joined = merged_faces(shape_of(out->solids));
        out->solids.clear();
        solids_of(joined, out->solids);
    }
    out->merged = merge;
}

/* Faces of `s` as they appear in the result. */
static void images(BRepAlgoAPI_BooleanOperation *op, const TopoDS_Shape &s, TopTools_MapOfShape *out)
{
    TopTools_IndexedMapOfShape faces;
    TopExp::MapShapes(s, TopAbs_FACE, faces);
    for (int i = 1; i <= faces.Extent(); ++i) {
        const TopTools_ListOfShape &parts = op->Modified(faces(i));
        for (const TopoDS_Shape &p : parts)
            out->Add(p);
        if (parts.IsEmpty() && !op->IsDeleted(faces(i)))
            out->Add(faces(i));
    }
}

/* Which groups own a face of the result that no other group shares. */
static std::vector<char> owners(BRepAlgoAPI_BooleanOperation *op, const std::vector<std::vector<TopoDS_Solid>> &groups)
{
    TopTools_MapOfShape seen, shared;
    std::vector<TopTools_MapOfShape> own(groups.size());
    for (size_t g = 0; g < groups.size(); ++g) {
        for (const TopoDS_Solid &s : groups[g])
            images(op, s, &own[g]);
        for (TopTools_MapOfShape::Iterator f(own[g]); f.More(); f.Next())
            if (!seen.Add(f.Value()))
                shared.Add(f.Value());
    }
    std::vector<char> out(groups.size(), 0);
    for (size_t g = 0; g < groups.size(); ++g)
        for (TopTools_MapOfShape::Iterator f(own[g]); f.More() && !out[g]; f.Next())
            out[g] = !shared.Contains(f.Value());
    return out;
}

boolean_result cut(const part &base, const std::vector<const part *> &tools, ways how)
{
    boolean_result out;
    part direct;
    if (how.merge && how.direct && drilled(base, tools, &direct)) {
        count_way(true);
        out.value = direct;
        out.shows.assign(tools.size(), 1);
        return out;
    }
    out.shows.assign(tools.size(), 0);
    std::vector<Bnd_Box> base_box;
    for (const TopoDS_Solid &s : base.solids)
        base_box.push_back(quick_box(s));
    std::vector<std::vector<TopoDS_Solid>> groups{base.solids};
    std::vector<TopoDS_Solid> all;
    for (const part *tool : tools) {
        groups.emplace_back();
        for (const TopoDS_Solid &s : tool->solids) {
            const Bnd_Box box = quick_box(s);
            bool meets = false;
            for (const Bnd_Box &b : base_box)
                meets |= !b.IsOut(box);
            if (!meets)
                continue;
            groups.back().push_back(s);
            all.push_back(s);
        }
    }
    if (all.empty()) {
        out.value = base;
        return out;
    }
    BRepAlgoAPI_Cut op;
    run(&op, base.solids, all);
    const std::vector<char> own = owners(&op, groups);
    out.shows.assign(own.begin() + 1, own.end());
    collect(op.Shape(), how.merge, &out.value);
    return out;
}

bool crowded(const std::vector<const part *> &operands)
{
    std::vector<Bnd_Box> box;
    for (const part *p : operands)
        box.push_back(quick_box(shape_of(p->solids)));
    size_t pairs = 0;
    for (size_t i = 0; i < box.size(); ++i)
        for (size_t j = 0; j < i; ++j)
            pairs += !box[i].IsOut(box[j]);
    return pairs > 2 * box.size();
}

static size_t root_of(std::vector<size_t> &up, size_t i)
{
    while (up[i] != i)
        i = up[i] = up[up[i]];
    return i;
}

boolean_result fuse(const std::vector<const part *> &operands, ways how)
{
    boolean_result out;
    part direct;
    if (how.merge && how.direct && studded(operands, &direct)) {
        count_way(true);
        out.value = direct;
        out.shows.assign(operands.size(), 1);
        return out;
    }
    out.shows.assign(operands.size(), 0);
    std::vector<TopoDS_Solid> all;
    std::vector<size_t> owner;
    std::vector<Bnd_Box> box;
    out.value.has_box = true;
    out.value.merged = true;
    for (size_t i = 0; i < operands.size(); ++i) {
        for (const TopoDS_Solid &s : operands[i]->solids) {
            all.push_back(s);
            owner.push_back(i);
            box.push_back(quick_box(s));
        }
        out.value.has_box = out.value.has_box && (operands[i]->has_box || operands[i]->empty());
        out.value.merged = out.value.merged && operands[i]->merged;
        out.value.box.Add(operands[i]->box);
    }
    std::vector<size_t> up(all.size());
    std::iota(up.begin(), up.end(), (size_t)0);
    for (size_t i = 0; i < all.size(); ++i)
        for (size_t j = 0; j < i; ++j)
            if (owner[i] != owner[j] && !box[i].IsOut(box[j]))
                up[root_of(up, i)] = root_of(up, j);
    std::vector<std::vector<size_t>> cluster(all.size());
    for (size_t i = 0; i < all.size(); ++i)
        cluster[root_of(up, i)].push_back(i);
    for (const std::vector<size_t> &members : cluster) {
        if (members.size() == 1) {
            out.value.solids.push_back(all[members[0]]);
            out.shows[owner[members[0]]] = 1;
        }
        if (members.size() < 2)
            continue;
        std::vector<TopoDS_Solid> first{all[members[0]]}, rest;
        std::vector<std::vector<TopoDS_Solid>> groups(operands.size());
        groups[owner[members[0]]].push_back(all[members[0]]);
        for (size_t k = 1; k < members.size(); ++k) {
            rest.push_back(all[members[k]]);
            groups[owner[members[k]]].push_back(all[members[k]]);
        }
        BRepAlgoAPI_Fuse op;
        run(&op, first, rest);
        const std::vector<char> own = owners(&op, groups);
        for (size_t g = 0; g < own.size(); ++g)
            out.shows[g] = (char)(out.shows[g] | own[g]);
        part joined;
        collect(op.Shape(), how.merge, &joined);
        out.value.merged = out.value.merged && how.merge;
        out.value.solids.insert(out.value.solids.end(), joined.solids.begin(), joined.solids.end());
    }
    return out;
}

part common(const part &a, const part &b, bool merge)
{
    part out;
    if (a.empty() || b.empty() || quick_box(shape_of(a.solids)).IsOut(quick_box(shape_of(b.solids))))
        return out;
    BRepAlgoAPI_Common op;
    run(&op, a.solids, b.solids);
    collect(op.Shape(), merge, &out);
    return out;
}

} // namespace cad_occt
