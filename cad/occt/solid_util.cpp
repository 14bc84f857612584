/* Small tools on shapes that every step of the compiler uses. */
#include "cad/occt/occt_impl.hpp"

#include "core/clock.h"
#include "core/mem.h"

#include <BRepAdaptor_Curve.hxx>
#include <BRepAdaptor_Curve2d.hxx>
#include <BRepAdaptor_Surface.hxx>
#include <BRepBndLib.hxx>
#include <BRepGProp_Domain.hxx>
#include <BRepGProp_Face.hxx>
#include <BRepGProp_Sinert.hxx>
#include <BRepGProp_Vinert.hxx>
#include <BRep_Builder.hxx>
#include <BRep_Tool.hxx>
#include <Geom2d_Curve.hxx>
#include <Message.hxx>
#include <Message_Messenger.hxx>
#include <ShapeUpgrade_UnifySameDomain.hxx>
#include <Standard_Version.hxx>
#include <TopExp.hxx>
#include <TopExp_Explorer.hxx>
#include <TopTools_IndexedMapOfShape.hxx>
#include <TopoDS.hxx>
#include <TopoDS_Compound.hxx>
#include <TopoDS_Iterator.hxx>
#include <gp_Pln.hxx>

#include <cmath>

namespace cad_occt
{

void init()
{
    static const bool done = [] {
        Message::DefaultMessenger()->ChangePrinters().Clear();
        return true;
    }();
    (void)done;
}

static thread_local struct {
    double seconds[CAD_SOLID_STEPS + 1], since; /* the last: between the steps */
    int step;
} spent = {{}, 0.0, CAD_SOLID_STEPS};

static int switch_to(int step)
{
    const double now = cad_clock_now();
    const int before = spent.step;
    spent.seconds[before] += now - spent.since;
    spent.since = now;
    spent.step = step;
    return before;
}

timed::timed(cad_solid_step step) : outer(switch_to(step)) {}

timed::~timed()
{
    switch_to(outer);
}

cad_status wrap(const cad_solid &value, cad_solid **out)
{
    void *memory = nullptr;
    CAD_TRY(cad_mem_alloc(sizeof(cad_solid), "solid", &memory));
    *out = new (memory) cad_solid(value);
    return CAD_OK;
}

TopoDS_Shape shape_of(const std::vector<TopoDS_Solid> &solids)
{
    if (solids.size() == 1)
        return solids[0];
    TopoDS_Compound all;
    BRep_Builder build;
    build.MakeCompound(all);
    for (const TopoDS_Solid &s : solids)
        build.Add(all, s);
    return all;
}

void solids_of(const TopoDS_Shape &s, std::vector<TopoDS_Solid> &out)
{
    TopTools_IndexedMapOfShape map;
    TopExp::MapShapes(s, TopAbs_SOLID, map);
    for (int i = 1; i <= map.Extent(); ++i)
        out.push_back(TopoDS::Solid(map(i)));
}

bool plane_of(const TopoDS_Face &f, gp_Dir *normal, double *offset)
{
    const BRepAdaptor_Surface s(f, false);
    if (s.GetType() != GeomAbs_Plane)
        return false;
    const gp_Pln plane = s.Plane();
    *normal = plane.Position().Direct() ? plane.Axis().Direction() : plane.Axis().Direction().Reversed();
    if (f.Orientation() == TopAbs_REVERSED)
        normal->Reverse();
    *offset = normal->XYZ().Dot(plane.Location().XYZ());
    return true;
}

gp_Dir outward_at(const TopoDS_Face &f, double u, double v)
{
    const BRepAdaptor_Surface s(f, false);
    gp_Pnt p;
    gp_Vec du, dv;
    s.D1(u, v, p, du, dv);
    const gp_Vec n = du.Crossed(dv);
    if (n.Magnitude() < 1e-12)
        return gp_Dir(0, 0, 1);
    return f.Orientation() == TopAbs_REVERSED ? gp_Dir(n.Reversed()) : gp_Dir(n);
}

gp_Dir outward_on(const TopoDS_Face &f, const TopoDS_Edge &e)
{
    double first, last;
    const Handle(Geom2d_Curve) curve = BRep_Tool::CurveOnSurface(e, f, first, last);
    if (curve.IsNull()) /* files may leave it out */
        return gp_Dir(0, 0, 1);
    const gp_Pnt2d uv = curve->Value(0.5 * (first + last));
    return outward_at(f, uv.X(), uv.Y());
}

/* Fillets have iso lines that are written as B-splines. */
static bool is_iso(const BRepAdaptor_Curve2d &c)
{
    if (c.GetType() == GeomAbs_Line)
        return true;
    const double first = c.FirstParameter(), last = c.LastParameter();
    const gp_Pnt2d start = c.Value(first);
    bool u = true, v = true;
    for (int i = 1; i <= 8; ++i) {
        const gp_Pnt2d p = c.Value(first + (last - first) * i / 8.0);
        u = u && std::fabs(p.X() - start.X()) <= 1e-9;
        v = v && std::fabs(p.Y() - start.Y()) <= 1e-9;
    }
    return u || v;
}

/* Are all borders of an elementary face lines, circles or iso lines, so that Gauss points integrate it exactly? */
static bool simple_face(const TopoDS_Face &f)
{
    const GeomAbs_SurfaceType type = BRepAdaptor_Surface(f, false).GetType();
    if (type > GeomAbs_Torus)
        return false;
    for (TopExp_Explorer e(f, TopAbs_EDGE); e.More(); e.Next()) {
        const TopoDS_Edge edge = TopoDS::Edge(e.Current());
        if (type == GeomAbs_Plane) {
            const GeomAbs_CurveType curve = BRepAdaptor_Curve(edge).GetType();
            if (curve != GeomAbs_Line && curve != GeomAbs_Circle)
                return false;
        } else if (!is_iso(BRepAdaptor_Curve2d(edge, f))) {
            return false;
        }
    }
    return true;
}

template <class Integral>
static void add_face(const TopoDS_Face &f, bool simple, const gp_Pnt &about, GProp_GProps *sum)
{
    constexpr double eps = 1e-6;
    BRepGProp_Face surface(f);
    BRepGProp_Domain domain(f); /* an iterator: each integral needs its own */
    Integral g;
    g.SetLocation(about);
    if (f.NbChildren() == 0)
        simple ? g.Perform(surface) : (void)g.Perform(surface, eps);
    else
        simple ? g.Perform(surface, domain) : (void)g.Perform(surface, domain, eps);
    sum->Add(g);
}

void integrate(const TopoDS_Shape &s, const gp_Pnt &about, GProp_GProps *volume, GProp_GProps *area)
{
    if (volume)
        *volume = GProp_GProps(about);
    if (area)
        *area = GProp_GProps(about);
    for (TopExp_Explorer ex(s, TopAbs_FACE); ex.More(); ex.Next()) {
        const TopoDS_Face f = TopoDS::Face(ex.Current());
        const bool simple = simple_face(f);
        if (volume)
            add_face<BRepGProp_Vinert>(f, simple, about, volume);
        if (area)
            add_face<BRepGProp_Sinert>(f, simple, about, area);
    }
}

static gp_Pnt centre_of(const Bnd_Box &b)
{
    double c[6];
    if (b.IsVoid())
        return gp_Pnt();
    b.Get(c[0], c[1], c[2], c[3], c[4], c[5]);
    return gp_Pnt(0.5 * (c[0] + c[3]), 0.5 * (c[1] + c[4]), 0.5 * (c[2] + c[5]));
}

double volume_of(const TopoDS_Shape &s)
{
    GProp_GProps props;
    integrate(s, centre_of(quick_box(s)), &props, nullptr);
    return props.Mass();
}

Bnd_Box quick_box(const TopoDS_Shape &s)
{
    Bnd_Box b;
    BRepBndLib::Add(s, b, false);
    return b;
}

double diagonal(const Bnd_Box &b)
{
    return b.IsVoid() ? 0.0 : std::sqrt(b.SquareExtent());
}

TopoDS_Solid turned_out(const TopoDS_Solid &s)
{
    if (volume_of(s) >= 0.0)
        return s;
    TopoDS_Solid turned;
    BRep_Builder build;
    build.MakeSolid(turned);
    for (TopoDS_Iterator shell(s); shell.More(); shell.Next())
        build.Add(turned, shell.Value().Reversed());
    return turned;
}

static thread_local cad_solid_ways done = {0, 0};

void count_way(bool direct)
{
    (direct ? done.direct : done.kernel)++;
}

TopoDS_Shape merged_faces(const TopoDS_Shape &s)
{
    const timed here(CAD_SOLID_STEP_merge);
    ShapeUpgrade_UnifySameDomain unify(s, true, true, false);
    unify.Build();
    return unify.Shape();
}

void sincos_deg(double deg, double *s, double *c)
{
    const double turn = std::fmod(deg, 360.0), quarter = turn / 90.0;
    if (quarter == std::floor(quarter)) {
        static const double table[4] = {0.0, 1.0, 0.0, -1.0};
        const int q = ((int)quarter % 4 + 4) % 4;
        *s = table[q];
        *c = table[(q + 1) % 4];
        return;
    }
    const double a = turn * M_PI / 180.0;
    *s = std::sin(a);
    *c = std::cos(a);
}

} // namespace cad_occt

extern "C" const char *cad_solid_kernel(void)
{
    return "OCCT " OCC_VERSION_COMPLETE;
}

extern "C" const char *cad_solid_step_name(cad_solid_step i)
{
    static const char *const name[] = {
#define X(step) #step,
        CAD_SOLID_STEP_LIST(X)
#undef X
    };
    return i >= 0 && i < CAD_SOLID_STEPS ? name[i] : "?";
}

extern "C" void cad_solid_clock(double out_seconds[CAD_SOLID_STEPS])
{
    for (int i = 0; i < CAD_SOLID_STEPS; ++i)
        out_seconds[i] = cad_occt::spent.seconds[i];
}

extern "C" cad_solid_ways cad_solid_count(void)
{
    return cad_occt::done;
}

extern "C" void cad_solid_destroy(cad_solid *s)
{
    if (!s)
        return;
    s->~cad_solid();
    cad_mem_free(s);
}
