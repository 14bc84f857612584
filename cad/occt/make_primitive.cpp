/* C Y S K P, sketches, E and V as exact solids (spec/compact-ir.md 5, 7, 17). */
#include "cad/occt/occt_impl.hpp"

#include <BRepBuilderAPI_MakeEdge.hxx>
#include <BRepBuilderAPI_MakeFace.hxx>
#include <BRepPrimAPI_MakeBox.hxx>
#include <BRepPrimAPI_MakeCone.hxx>
#include <BRepPrimAPI_MakeCylinder.hxx>
#include <BRepPrimAPI_MakePrism.hxx>
#include <BRepPrimAPI_MakeRevol.hxx>
#include <BRepPrimAPI_MakeSphere.hxx>
#include <BRep_Builder.hxx>
#include <Geom_Circle.hxx>
#include <Precision.hxx>
#include <TopoDS.hxx>
#include <TopoDS_Vertex.hxx>
#include <TopoDS_Wire.hxx>
#include <gp_Ax1.hxx>
#include <gp_Pln.hxx>

#include <cmath>

namespace cad_occt
{

static Bnd_Box box_of(double x0, double y0, double z0, double x1, double y1, double z1)
{
    Bnd_Box b;
    b.Update(std::fmin(x0, x1), std::fmin(y0, y1), std::fmin(z0, z1), std::fmax(x0, x1), std::fmax(y0, y1), std::fmax(z0, z1));
    return b;
}

static part swept(const TopoDS_Shape &s)
{
    part p;
    solids_of(s, p.solids);
    for (TopoDS_Solid &solid : p.solids)
        solid = turned_out(solid);
    return p;
}

static part with_box(const TopoDS_Shape &s, const Bnd_Box &box)
{
    part p;
    solids_of(s, p.solids);
    p.box = box;
    p.has_box = true;
    p.merged = true;
    return p;
}

/* A closed planar loop of straight edges or of edges given; false when the kernel refuses it. */
static bool face_of(const gp_Pln &plane, const std::vector<TopoDS_Edge> &edges, TopoDS_Face *out)
{
    BRep_Builder build;
    TopoDS_Wire wire;
    build.MakeWire(wire);
    for (const TopoDS_Edge &e : edges)
        build.Add(wire, e);
    wire.Closed(true);
    BRepBuilderAPI_MakeFace face(plane, wire, true);
    if (!face.IsDone())
        return false;
    *out = face.Face();
    return true;
}

static TopoDS_Vertex vertex_at(const gp_Pnt &p)
{
    TopoDS_Vertex v;
    BRep_Builder().MakeVertex(v, p, Precision::Confusion());
    return v;
}

static part regular_prism(const cad_ir_node &n)
{
    const int k = (int)n.count;
    const double r = n.arg[0], h = n.arg[1], big = r / std::cos(M_PI / k);
    std::vector<TopoDS_Vertex> corner;
    Bnd_Box box;
    for (int i = 0; i < k; ++i) {
        double s, c;
        sincos_deg(360.0 * i / k, &s, &c);
        const gp_Pnt p(big * c, big * s, 0.0);
        corner.push_back(vertex_at(p));
        box.Update(p.X(), p.Y(), 0.0);
        box.Update(p.X(), p.Y(), h);
    }
    std::vector<TopoDS_Edge> edges;
    for (int i = 0; i < k; ++i)
        edges.push_back(BRepBuilderAPI_MakeEdge(corner[(size_t)i], corner[(size_t)((i + 1) % k)]).Edge());
    TopoDS_Face base;
    if (!face_of(gp_Pln(gp::XOY()), edges, &base))
        return part();
    return with_box(BRepPrimAPI_MakePrism(base, gp_Vec(0, 0, h)).Shape(), box);
}

part make_primitive(const cad_ir_node &n)
{
    const timed here(CAD_SOLID_STEP_make);
    const double *a = n.arg;
    switch (n.op) {
    case CAD_IR_C: {
        /* Dialect upstream: a negative size extends to the other side. */
        const gp_Pnt low(std::fmin(a[0], 0), std::fmin(a[1], 0), std::fmin(a[2], 0));
        return with_box(BRepPrimAPI_MakeBox(low, std::fabs(a[0]), std::fabs(a[1]), std::fabs(a[2])).Shape(),
                        box_of(0, 0, 0, a[0], a[1], a[2]));
    }
    case CAD_IR_Y:
        return with_box(BRepPrimAPI_MakeCylinder(a[0], a[1]).Shape(), box_of(-a[0], -a[0], 0, a[0], a[0], a[1]));
    case CAD_IR_S:
        return with_box(BRepPrimAPI_MakeSphere(a[0]).Shape(), box_of(-a[0], -a[0], -a[0], a[0], a[0], a[0]));
    case CAD_IR_K: {
        const double r = std::fmax(a[0], a[1]);
        const Bnd_Box box = box_of(-r, -r, 0, r, r, a[2]);
        if (std::fabs(a[0] - a[1]) <= Precision::Confusion())
            return with_box(BRepPrimAPI_MakeCylinder(r, a[2]).Shape(), box);
        return with_box(BRepPrimAPI_MakeCone(a[0], a[1], a[2]).Shape(), box);
    }
    case CAD_IR_P:
        return regular_prism(n);
    default:
        return part();
    }
}

namespace
{

/* A sketch's plane in space. */
struct sketch_frame {
    gp_Pnt origin;
    gp_XYZ x, y, z;

    explicit sketch_frame(const cad_ir_node &sk) : origin(sk.arg[0], sk.arg[1], sk.arg[2])
    {
        double a[3], b[3], c[3];
        cad_ir_frame(&sk, a, b, c);
        x.SetCoord(a[0], a[1], a[2]);
        y.SetCoord(b[0], b[1], b[2]);
        z.SetCoord(c[0], c[1], c[2]);
    }
    gp_Pnt at(const double p[2]) const
    {
        return gp_Pnt(origin.XYZ() + x * p[0] + y * p[1]);
    }
};

} // namespace

/* An exact arc.  `zero` is where the circle's parameter starts: the kernel makes a torus of a revolved circle only when that
 * points away from the axis. */
static TopoDS_Edge arc_edge(const sketch_frame &frame, const cad_ir_seg &s, const TopoDS_Vertex end[2], const gp_XYZ &zero)
{
    const cad_ir_circle c = cad_ir_arc(&s);
    const gp_Ax2 place(frame.at(c.c), gp_Dir(frame.z), gp_Dir(zero));
    const double shift = std::atan2(zero.Dot(frame.y), zero.Dot(frame.x));
    const bool ccw = c.sweep > 0;
    double from = std::fmod((ccw ? c.a0 : c.a0 + c.sweep) - shift, 2 * M_PI);
    if (from < 0)
        from += 2 * M_PI;
    BRepBuilderAPI_MakeEdge edge(new Geom_Circle(place, c.r), end[ccw ? 0 : 1], end[ccw ? 1 : 0], from,
                                 from + std::fabs(c.sweep));
    if (!edge.IsDone())
        return TopoDS_Edge();
    return ccw ? edge.Edge() : TopoDS::Edge(edge.Edge().Reversed());
}

static TopoDS_Face sketch_face(const cad_ir &ir, const cad_ir_node &sk, const gp_XYZ *zero)
{
    const sketch_frame frame(sk);
    const cad_ir_seg *seg = ir.seg + sk.seg_begin;
    std::vector<TopoDS_Vertex> corner;
    for (int i = 0; i < sk.n_segs; ++i)
        corner.push_back(vertex_at(frame.at(seg[i].p)));
    std::vector<TopoDS_Edge> edges;
    for (int i = 0; i < sk.n_segs; ++i) {
        const size_t next = (size_t)((i + 1) % sk.n_segs);
        cad_ir_seg s = seg[i];
        /* Gaps of up to 1e-6 mm are closed by taking the next segment's start as this one's end. */
        s.q[0] = seg[next].p[0];
        s.q[1] = seg[next].p[1];
        const TopoDS_Vertex end[2] = {corner[(size_t)i], corner[next]};
        TopoDS_Edge edge;
        if (s.arc) {
            edge = arc_edge(frame, s, end, zero ? *zero : frame.x);
        } else {
            BRepBuilderAPI_MakeEdge line(end[0], end[1]);
            if (line.IsDone())
                edge = line.Edge();
        }
        if (edge.IsNull())
            return TopoDS_Face();
        edges.push_back(edge);
    }
    TopoDS_Face face;
    if (!face_of(gp_Pln(frame.origin, gp_Dir(frame.z)), edges, &face))
        return TopoDS_Face();
    return face;
}

part make_extrusion(const cad_ir &ir, const cad_ir_node &n)
{
    const timed here(CAD_SOLID_STEP_make);
    const TopoDS_Face profile = sketch_face(ir, ir.node[n.child[0]], nullptr);
    if (profile.IsNull())
        return part();
    return swept(BRepPrimAPI_MakePrism(profile, gp_Vec(n.arg[0], n.arg[1], n.arg[2])).Shape());
}

/* Perpendicular to the axis, in the sketch plane, towards the profile. */
static gp_XYZ away_from(const gp_Ax1 &axis, const cad_ir &ir, const cad_ir_node &sk)
{
    const sketch_frame frame(sk);
    const gp_XYZ across = frame.z.Crossed(axis.Direction().XYZ());
    double reach = 0.0;
    for (int i = 0; i < sk.n_segs; ++i)
        reach += (frame.at(ir.seg[sk.seg_begin + i].p).XYZ() - axis.Location().XYZ()).Dot(across);
    return reach < 0 ? across.Reversed() : across;
}

part make_revolution(const cad_ir &ir, const cad_ir_node &n)
{
    const timed here(CAD_SOLID_STEP_make);
    const double *a = n.arg;
    const gp_Ax1 axis(gp_Pnt(a[0], a[1], a[2]), gp_Dir(a[3], a[4], a[5]));
    const gp_XYZ zero = away_from(axis, ir, ir.node[n.child[0]]);
    const TopoDS_Face profile = sketch_face(ir, ir.node[n.child[0]], &zero);
    if (profile.IsNull())
        return part();
    if (a[6] >= 360.0 - 1e-9)
        return swept(BRepPrimAPI_MakeRevol(profile, axis).Shape());
    return swept(BRepPrimAPI_MakeRevol(profile, axis, a[6] * M_PI / 180.0).Shape());
}

} // namespace cad_occt
