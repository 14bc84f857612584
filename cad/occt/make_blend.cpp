/* SH, FI, CH (spec/compact-ir.md 9, 10, 17).
 *
 * The kernel's answers here cannot be trusted: an offset that turned inside out and a fillet that eats its neighbour both
 * come back as valid-looking solids.  So every result is held against what the operation promises: distances to the child's
 * faces for a shell, the child's box and the kernel's own check for a blend. */
#include "cad/occt/occt_impl.hpp"

#include <BRepAdaptor_Surface.hxx>
#include <BRepBuilderAPI_MakeVertex.hxx>
#include <BRepCheck_Analyzer.hxx>
#include <BRepExtrema_DistShapeShape.hxx>
#include <BRepFilletAPI_MakeChamfer.hxx>
#include <BRepFilletAPI_MakeFillet.hxx>
#include <BRepOffsetAPI_MakeOffsetShape.hxx>
#include <BRepOffsetAPI_MakeThickSolid.hxx>
#include <BRepTools.hxx>
#include <BRepTopAdaptor_FClass2d.hxx>
#include <BRep_Builder.hxx>
#include <BRep_Tool.hxx>
#include <Precision.hxx>
#include <TopExp.hxx>
#include <TopExp_Explorer.hxx>
#include <TopTools_IndexedDataMapOfShapeListOfShape.hxx>
#include <TopTools_IndexedMapOfShape.hxx>
#include <TopTools_ListOfShape.hxx>
#include <TopoDS.hxx>
#include <TopoDS_Compound.hxx>
#include <TopoDS_Iterator.hxx>
#include <TopoDS_Shell.hxx>

#include <cmath>

namespace cad_occt
{

/* ---- closed and open shells ---- */

/* Section 10: the planar faces that look in a selected direction and lie farthest out in it. */
static bool selected_faces(const part &child, unsigned mask, TopTools_ListOfShape *out)
{
    const TopoDS_Shape all = shape_of(child.solids);
    const double eps = 1e-6 * diagonal(quick_box(all));
    for (int bit = 0; bit < 6; ++bit) {
        if (!(mask & (1u << bit)))
            continue;
        gp_XYZ want;
        const double v = bit % 2 ? -1.0 : 1.0;
        want.SetCoord(bit / 2 == 0 ? v : 0.0, bit / 2 == 1 ? v : 0.0, bit / 2 == 2 ? v : 0.0);
        double far = -Precision::Infinite();
        for (int pass = 0; pass < 2; ++pass) {
            for (TopExp_Explorer f(all, TopAbs_FACE); f.More(); f.Next()) {
                gp_Dir normal;
                double offset;
                if (!plane_of(TopoDS::Face(f.Current()), &normal, &offset) || normal.XYZ().Subtracted(want).Modulus() > 1e-6)
                    continue;
                if (pass == 0)
                    far = std::fmax(far, offset);
                else if (offset >= far - eps)
                    out->Append(f.Current());
            }
        }
        if (far == -Precision::Infinite())
            return false;
    }
    return true;
}

static bool listed(const TopTools_ListOfShape &list, const TopoDS_Shape &s)
{
    for (const TopoDS_Shape &i : list)
        if (i.IsSame(s))
            return true;
    return false;
}

static TopoDS_Compound faces_except(const TopoDS_Shape &s, const TopTools_ListOfShape &left_out)
{
    TopoDS_Compound kept;
    BRep_Builder build;
    build.MakeCompound(kept);
    for (TopExp_Explorer f(s, TopAbs_FACE); f.More(); f.Next())
        if (!listed(left_out, f.Current()))
            build.Add(kept, f.Current());
    return kept;
}

/* A point inside every face, and every vertex: no point of the new wall may come closer to the kept faces than t, but for
 * those that lie on them. */
static bool keeps_distance(const TopoDS_Shape &wall, const TopoDS_Shape &kept, double t, double eps)
{
    std::vector<gp_Pnt> points;
    TopTools_IndexedMapOfShape vertices;
    TopExp::MapShapes(wall, TopAbs_VERTEX, vertices);
    for (int i = 1; i <= vertices.Extent(); ++i)
        points.push_back(BRep_Tool::Pnt(TopoDS::Vertex(vertices(i))));
    for (TopExp_Explorer f(wall, TopAbs_FACE); f.More(); f.Next()) {
        const TopoDS_Face face = TopoDS::Face(f.Current());
        double u0, u1, v0, v1;
        BRepTools::UVBounds(face, u0, u1, v0, v1);
        const gp_Pnt2d middle(0.5 * (u0 + u1), 0.5 * (v0 + v1));
        if (BRepTopAdaptor_FClass2d(face, Precision::PConfusion()).Perform(middle) == TopAbs_IN)
            points.push_back(BRepAdaptor_Surface(face, false).Value(middle.X(), middle.Y()));
    }
    for (const gp_Pnt &p : points) {
        BRepExtrema_DistShapeShape distance(BRepBuilderAPI_MakeVertex(p).Vertex(), kept);
        if (!distance.IsDone())
            return false;
        const double d = distance.Value();
        if (d > eps && d < t - eps)
            return false;
    }
    return true;
}

/* Shells of an offset as positive solids. */
static void as_solids(const TopoDS_Shape &offset, std::vector<TopoDS_Solid> *out)
{
    TopTools_IndexedMapOfShape shells;
    TopExp::MapShapes(offset, TopAbs_SHELL, shells);
    for (int i = 1; i <= shells.Extent(); ++i) {
        TopoDS_Solid s;
        BRep_Builder build;
        build.MakeSolid(s);
        build.Add(s, shells(i));
        out->push_back(turned_out(s));
    }
}

static bool offset_solids(const TopoDS_Shape &s, double by, double tolerance, std::vector<TopoDS_Solid> *out)
{
    BRepOffsetAPI_MakeOffsetShape offset;
    offset.PerformByJoin(s, by, tolerance, BRepOffset_Skin, false, false, GeomAbs_Intersection);
    if (!offset.IsDone() || offset.Shape().IsNull())
        return false;
    as_solids(offset.Shape(), out);
    return !out->empty();
}

/* The space that a closed shell of thickness t removes: the outer shell moved inward, less the voids moved outward. */
static bool cavity_of(const TopoDS_Solid &s, double t, double tolerance, bool direct, part *out)
{
    std::vector<TopoDS_Solid> parts;
    as_solids(s, &parts);
    std::vector<part> grown;
    double largest = -1.0;
    size_t outer = 0;
    for (size_t i = 0; i < parts.size(); ++i) {
        const double v = volume_of(parts[i]);
        if (v > largest) {
            largest = v;
            outer = i;
        }
    }
    for (size_t i = 0; i < parts.size(); ++i) {
        part p;
        if (!offset_solids(parts[i], i == outer ? -t : t, tolerance, &p.solids))
            return false;
        if (i == outer)
            *out = p;
        else
            grown.push_back(p);
    }
    if (grown.empty())
        return true;
    std::vector<const part *> tools;
    for (const part &p : grown)
        tools.push_back(&p);
    *out = cut(*out, tools, {true, direct}).value;
    return !out->empty();
}

static const char too_thick[] = "the wall leaves no cavity";

static bool hollow(const TopoDS_Solid &s, double t, bool direct, part *out)
{
    const Bnd_Box box = quick_box(s);
    const double eps = 1e-6 * diagonal(box), v = volume_of(s);
    part cavity, whole;
    if (!cavity_of(s, t, Precision::Confusion(), direct, &cavity))
        return false;
    double inside = 0.0;
    for (const TopoDS_Solid &c : cavity.solids)
        inside += volume_of(c);
    const TopoDS_Shape hole = shape_of(cavity.solids);
    Bnd_Box room = box;
    room.Enlarge(eps - t);
    double r[6], h[6];
    room.Get(r[0], r[1], r[2], r[3], r[4], r[5]);
    exact_box(hole).Get(h[0], h[1], h[2], h[3], h[4], h[5]);
    for (int i = 0; i < 3; ++i)
        if (!(h[i] >= r[i] - eps && h[i + 3] <= r[i + 3] + eps))
            return false;
    /* A solid is at distance 0 from the points inside it: measure to its faces. */
    if (!(inside > 0.0 && inside < v) || !keeps_distance(hole, faces_except(s, TopTools_ListOfShape()), t, eps) ||
        !BRepCheck_Analyzer(hole).IsValid())
        return false;
    whole.solids.push_back(s);
    *out = cut(whole, {&cavity}, {true, direct}).value;
    return !out->empty() && volume_of(shape_of(out->solids)) < v;
}

static bool open_hollow(const TopoDS_Solid &s, double t, const TopTools_ListOfShape &openings, part *out)
{
    const double eps = 1e-6 * diagonal(quick_box(s)), v = volume_of(s);
    BRepOffsetAPI_MakeThickSolid thick;
    thick.MakeThickSolidByJoin(s, openings, -t, Precision::Confusion(), BRepOffset_Skin, false, false, GeomAbs_Intersection);
    if (!thick.IsDone() || thick.Shape().IsNull())
        return false;
    solids_of(thick.Shape(), out->solids);
    if (out->empty())
        return false;
    for (TopoDS_Solid &piece : out->solids)
        piece = turned_out(piece);
    const TopoDS_Shape result = shape_of(out->solids);
    const double w = volume_of(result);
    return w > 0.0 && w < v && keeps_distance(result, faces_except(s, openings), t, eps) &&
           BRepCheck_Analyzer(result).IsValid();
}

blend_result make_shell(const cad_ir_node &n, const part &child, bool direct)
{
    const timed here(CAD_SOLID_STEP_make);
    blend_result out;
    const double t = n.arg[0];
    TopTools_ListOfShape faces;
    if (n.faces && !selected_faces(child, n.faces, &faces)) {
        out.code = "no-face";
        out.why = "no planar face looks in a selected direction";
        return out;
    }
    out.value.merged = child.merged;
    for (const TopoDS_Solid &s : child.solids) {
        TopTools_ListOfShape mine;
        std::vector<TopoDS_Face> openings;
        for (TopExp_Explorer f(s, TopAbs_FACE); f.More(); f.Next())
            if (listed(faces, f.Current())) {
                mine.Append(f.Current());
                openings.push_back(TopoDS::Face(f.Current()));
            }
        TopoDS_Solid wall;
        if (direct && walled(s, t, openings, &wall)) {
            count_way(true);
            out.value.solids.push_back(wall);
            continue;
        }
        out.value.merged = false;
        count_way(false);
        part piece;
        bool good = false;
        try {
            good = mine.IsEmpty() ? hollow(s, t, direct, &piece) : open_hollow(s, t, mine, &piece);
        } catch (const Standard_Failure &) {
            good = false;
        }
        if (!good) {
            out.code = "too-thick";
            out.why = too_thick;
            return out;
        }
        out.value.solids.insert(out.value.solids.end(), piece.solids.begin(), piece.solids.end());
    }
    out.value.box = child.box;
    out.value.has_box = child.has_box;
    return out;
}

/* ---- fillets and chamfers ---- */

/* Edges with two different faces that meet at an angle: no seams, no poles, no smooth joints. */
static void sharp_edges(const TopoDS_Shape &s, std::vector<TopoDS_Edge> *out)
{
    TopTools_IndexedDataMapOfShapeListOfShape faces;
    TopExp::MapShapesAndAncestors(s, TopAbs_EDGE, TopAbs_FACE, faces);
    for (int i = 1; i <= faces.Extent(); ++i) {
        const TopoDS_Edge e = TopoDS::Edge(faces.FindKey(i));
        const TopTools_ListOfShape &of = faces(i);
        if (BRep_Tool::Degenerated(e) || of.Extent() != 2 || of.First().IsSame(of.Last()))
            continue;
        if (outward_on(TopoDS::Face(of.First()), e).Angle(outward_on(TopoDS::Face(of.Last()), e)) > 1e-4)
            out->push_back(e);
    }
}

static bool blended(const TopoDS_Solid &s, bool fillet, double size, part *out)
{
    std::vector<TopoDS_Edge> edges;
    sharp_edges(s, &edges);
    if (edges.empty()) {
        out->solids.push_back(s);
        return true;
    }
    TopoDS_Shape result;
    if (fillet) {
        BRepFilletAPI_MakeFillet op(s);
        for (const TopoDS_Edge &e : edges)
            op.Add(size, e);
        op.Build();
        if (!op.IsDone() || op.NbFaultyContours() > 0)
            return false;
        result = op.Shape();
    } else {
        BRepFilletAPI_MakeChamfer op(s);
        for (const TopoDS_Edge &e : edges)
            op.Add(size, e);
        op.Build();
        if (!op.IsDone())
            return false;
        result = op.Shape();
    }
    solids_of(result, out->solids);
    if (out->empty() || !BRepCheck_Analyzer(result).IsValid())
        return false;
    const double v = volume_of(result);
    Bnd_Box room = quick_box(s);
    const Bnd_Box box = exact_box(result);
    double r[6], b[6];
    room.Get(r[0], r[1], r[2], r[3], r[4], r[5]);
    box.Get(b[0], b[1], b[2], b[3], b[4], b[5]);
    const double eps = 1e-6 * diagonal(room);
    for (int i = 0; i < 3; ++i)
        if (!(b[i] >= r[i] - eps && b[i + 3] <= r[i + 3] + eps))
            return false;
    return v > 0.0;
}

blend_result make_blend(const cad_ir_node &n, const part &child)
{
    const timed here(CAD_SOLID_STEP_make);
    blend_result out;
    const bool fillet = n.op == CAD_IR_FI;
    bool rounded = false;
    for (const TopoDS_Solid &s : child.solids) {
        part piece;
        bool good = false;
        try {
            good = blended(s, fillet, n.arg[0], &piece);
        } catch (const Standard_Failure &) {
            good = false;
        }
        if (!good) {
            out.code = "too-large";
            out.why = fillet ? "the kernel cannot round all edges with this radius"
                             : "the kernel cannot chamfer all edges with this set-back";
            return out;
        }
        rounded = rounded || piece.solids.size() != 1 || !piece.solids[0].IsSame(s);
        out.value.solids.insert(out.value.solids.end(), piece.solids.begin(), piece.solids.end());
    }
    if (!rounded)
        out.value = child;
    return out;
}

} // namespace cad_occt
