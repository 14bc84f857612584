/* T R X and the copies of LP and CP (spec/compact-ir.md 5, 6, 8). */
#include "cad/occt/occt_impl.hpp"

#include <BRepAdaptor_Curve.hxx>
#include <BRepAdaptor_Surface.hxx>
#include <BRepBuilderAPI_GTransform.hxx>
#include <BRepBuilderAPI_MakeEdge.hxx>
#include <BRepBuilderAPI_Transform.hxx>
#include <BRep_Builder.hxx>
#include <BRep_Tool.hxx>
#include <Geom_Plane.hxx>
#include <TopExp.hxx>
#include <TopExp_Explorer.hxx>
#include <TopLoc_Location.hxx>
#include <TopTools_DataMapOfShapeShape.hxx>
#include <TopoDS.hxx>
#include <TopoDS_Iterator.hxx>
#include <TopoDS_Shell.hxx>
#include <TopoDS_Vertex.hxx>
#include <TopoDS_Wire.hxx>
#include <gp_Ax1.hxx>
#include <gp_GTrsf.hxx>
#include <gp_Trsf.hxx>

#include <cmath>

namespace cad_occt
{

/* Section 6: Z acts first, then Y, then X. */
static gp_Mat rotation_matrix(const double deg[3])
{
    double sx, cx, sy, cy, sz, cz;
    sincos_deg(deg[0], &sx, &cx);
    sincos_deg(deg[1], &sy, &cy);
    sincos_deg(deg[2], &sz, &cz);
    return gp_Mat(cy * cz, -cy * sz, sy,                                    //
                  cx * sz + sx * sy * cz, cx * cz - sx * sy * sz, -sx * cy, //
                  sx * sz - cx * sy * cz, sx * cz + cx * sy * sz, cx * cy);
}

/* Rodrigues, exact at quarter turns about a coordinate axis. */
static gp_Mat turn_matrix(const gp_Dir &axis, double deg)
{
    double s, c;
    sincos_deg(deg, &s, &c);
    const double x = axis.X(), y = axis.Y(), z = axis.Z(), k = 1.0 - c;
    return gp_Mat(c + x * x * k, x * y * k - z * s, x * z * k + y * s, //
                  y * x * k + z * s, c + y * y * k, y * z * k - x * s, //
                  z * x * k - y * s, z * y * k + x * s, c + z * z * k);
}

static gp_Trsf similarity(const gp_Mat &m, const gp_XYZ &t)
{
    gp_Trsf out;
    out.SetValues(m(1, 1), m(1, 2), m(1, 3), t.X(), m(2, 1), m(2, 2), m(2, 3), t.Y(), m(3, 1), m(3, 2), m(3, 3), t.Z());
    return out;
}

/* Axis-parallel maps (one entry per row) keep a box a box. */
static bool keeps_boxes(const gp_Mat &m)
{
    for (int i = 1; i <= 3; ++i) {
        int entries = 0;
        for (int j = 1; j <= 3; ++j)
            entries += m(i, j) != 0.0;
        if (entries != 1)
            return false;
    }
    return true;
}

static void map_box(const part &child, const gp_Mat &m, const gp_XYZ &t, part *out)
{
    out->has_box = child.has_box && keeps_boxes(m);
    if (!out->has_box)
        return;
    double b[6];
    child.box.Get(b[0], b[1], b[2], b[3], b[4], b[5]);
    for (int i = 0; i < 8; ++i) {
        gp_XYZ p(b[(i & 1) * 3], b[((i >> 1) & 1) * 3 + 1], b[((i >> 2) & 1) * 3 + 2]);
        p.Multiply(m);
        p.Add(t);
        out->box.Update(p.X(), p.Y(), p.Z());
    }
}

static part moved(const part &child, const gp_Mat &m, const gp_XYZ &t)
{
    part out;
    out.merged = child.merged;
    const TopLoc_Location where(similarity(m, t));
    for (const TopoDS_Solid &s : child.solids)
        out.solids.push_back(TopoDS::Solid(s.Moved(where)));
    map_box(child, m, t, &out);
    return out;
}

static bool is_polyhedron(const TopoDS_Shape &s)
{
    for (TopExp_Explorer f(s, TopAbs_FACE); f.More(); f.Next())
        if (BRepAdaptor_Surface(TopoDS::Face(f.Current()), false).GetType() != GeomAbs_Plane)
            return false;
    for (TopExp_Explorer e(s, TopAbs_EDGE); e.More(); e.Next())
        if (BRepAdaptor_Curve(TopoDS::Edge(e.Current())).GetType() != GeomAbs_Line)
            return false;
    return true;
}

/* An affine map keeps planes and lines: the solid is built again from its mapped corners.  (The kernel's own map would turn
 * every face into a B-spline.) */
class affine_polyhedron
{
  public:
    explicit affine_polyhedron(const gp_Mat &map) : m(map)
    {
        /* Areas map by the cofactors, so borders keep their sense about the mapped normal. */
        cofactors = m.Inverted();
        cofactors.Transpose();
        cofactors.Multiply(m.Determinant());
    }

    TopoDS_Solid solid(const TopoDS_Solid &s)
    {
        TopoDS_Solid out;
        build.MakeSolid(out);
        for (TopExp_Explorer shell(s, TopAbs_SHELL); shell.More(); shell.Next()) {
            TopoDS_Shell faces;
            build.MakeShell(faces);
            for (TopExp_Explorer f(shell.Current(), TopAbs_FACE); f.More(); f.Next())
                build.Add(faces, face(TopoDS::Face(f.Current())));
            faces.Closed(shell.Current().Closed());
            build.Add(out, faces);
        }
        return turned_out(out);
    }

  private:
    gp_Mat m, cofactors;
    BRep_Builder build;
    TopTools_DataMapOfShapeShape vertices, edges;

    TopoDS_Vertex vertex(const TopoDS_Vertex &v)
    {
        if (!vertices.IsBound(v)) {
            TopoDS_Vertex image;
            build.MakeVertex(image, gp_Pnt(BRep_Tool::Pnt(v).XYZ().Multiplied(m)), BRep_Tool::Tolerance(v));
            vertices.Bind(v, image);
        }
        return TopoDS::Vertex(vertices(v));
    }
    TopoDS_Edge edge(const TopoDS_Edge &e)
    {
        if (!edges.IsBound(e)) {
            TopoDS_Vertex first, last;
            TopExp::Vertices(TopoDS::Edge(e.Oriented(TopAbs_FORWARD)), first, last);
            edges.Bind(e, BRepBuilderAPI_MakeEdge(vertex(first), vertex(last)).Edge());
        }
        return TopoDS::Edge(edges(e).Oriented(e.Orientation()));
    }
    TopoDS_Face face(const TopoDS_Face &f)
    {
        const TopoDS_Face forward = TopoDS::Face(f.Oriented(TopAbs_FORWARD));
        gp_Dir normal;
        double offset;
        plane_of(forward, &normal, &offset);
        const gp_Pnt on(gp_XYZ(normal.XYZ() * offset).Multiplied(m));
        TopoDS_Face out;
        build.MakeFace(out, new Geom_Plane(on, gp_Dir(normal.XYZ().Multiplied(cofactors))), BRep_Tool::Tolerance(f));
        for (TopExp_Explorer w(forward, TopAbs_WIRE); w.More(); w.Next()) {
            TopoDS_Wire wire;
            build.MakeWire(wire);
            for (TopoDS_Iterator e(w.Current().Oriented(TopAbs_FORWARD)); e.More(); e.Next())
                build.Add(wire, edge(TopoDS::Edge(e.Value())));
            wire.Closed(true);
            build.Add(out, wire.Oriented(w.Current().Orientation()));
        }
        return TopoDS::Face(out.Oriented(f.Orientation()));
    }
};

static part scaled(const part &child, const double f[3])
{
    const gp_Mat m(f[0], 0, 0, 0, f[1], 0, 0, 0, f[2]);
    const bool similar = std::fabs(f[0]) == std::fabs(f[1]) && std::fabs(f[1]) == std::fabs(f[2]);
    part source = child, out;
    if (!similar && !source.has_box) {
        /* The box of the B-splines that come out cannot be searched exactly; that of the child can. */
        source.box = exact_box(shape_of(child.solids));
        source.has_box = true;
    }
    out.merged = child.merged;
    for (const TopoDS_Solid &s : child.solids) {
        TopoDS_Shape image;
        if (!similar && is_polyhedron(s)) {
            out.solids.push_back(affine_polyhedron(m).solid(s));
            continue;
        }
        if (similar)
            image = BRepBuilderAPI_Transform(s, similarity(m, gp_XYZ()), true).Shape();
        else
            image = BRepBuilderAPI_GTransform(s, gp_GTrsf(m, gp_XYZ()), true).Shape();
        std::vector<TopoDS_Solid> parts;
        solids_of(image, parts);
        for (const TopoDS_Solid &p : parts)
            out.solids.push_back(turned_out(p));
    }
    map_box(source, m, gp_XYZ(), &out);
    return out;
}

part make_transform(const cad_ir_node &n, const part &child)
{
    const timed here(CAD_SOLID_STEP_make);
    gp_Mat one;
    one.SetIdentity();
    if (n.op == CAD_IR_T)
        return moved(child, one, gp_XYZ(n.arg[0], n.arg[1], n.arg[2]));
    if (n.op == CAD_IR_R)
        return moved(child, rotation_matrix(n.arg), gp_XYZ());
    if (n.arg[0] == 1.0 && n.arg[1] == 1.0 && n.arg[2] == 1.0)
        return child;
    return scaled(child, n.arg);
}

part make_copy(const cad_ir_node &n, const part &child, uint32_t k)
{
    const double *a = n.arg;
    const int first = n.op == CAD_IR_LP ? 0 : 3;
    const gp_XYZ along(a[first], a[first + 1], a[first + 2]);
    if (k == 0 || along.Modulus() == 0.0)
        return child;
    const gp_Dir dir(along);
    gp_Mat m;
    m.SetIdentity();
    if (n.op == CAD_IR_LP)
        return moved(child, m, dir.XYZ() * (k * a[3]));
    const gp_XYZ o(a[0], a[1], a[2]);
    m = turn_matrix(dir, k * a[6] / n.count);
    return moved(child, m, o - o.Multiplied(m));
}

uint32_t copies_of(const cad_ir_node &n)
{
    const double *d = n.arg + (n.op == CAD_IR_LP ? 0 : 3);
    const bool idle = d[0] == 0.0 && d[1] == 0.0 && d[2] == 0.0;
    return idle || n.count < 1 ? 1 : n.count;
}

} // namespace cad_occt
