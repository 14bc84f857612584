/* What is true of a solid: size, topology, kernel checks, level on the validity ladder (spec/metrics.md 2.3, 2.4). */
#include "cad/occt/occt_impl.hpp"
#include "core/size.h"

#include <BRepAdaptor_Surface.hxx>
#include <BRepCheck_Analyzer.hxx>
#include <BRep_Tool.hxx>
#include <GProp_PrincipalProps.hxx>
#include <IntCurvesFace_ShapeIntersector.hxx>
#include <Precision.hxx>
#include <TopExp.hxx>
#include <TopExp_Explorer.hxx>
#include <TopTools_IndexedMapOfShape.hxx>
#include <TopoDS.hxx>
#include <gp_Lin.hxx>

#include <algorithm>
#include <cmath>

using namespace cad_occt;

namespace
{

void count(const TopoDS_Shape &s, cad_facts *out)
{
    struct {
        TopAbs_ShapeEnum what;
        int32_t *n;
    } table[] = {{TopAbs_SOLID, &out->solids},
                 {TopAbs_SHELL, &out->shells},
                 {TopAbs_FACE, &out->faces},
                 {TopAbs_EDGE, &out->edges},
                 {TopAbs_VERTEX, &out->vertices}};
    for (const auto &row : table) {
        TopTools_IndexedMapOfShape map;
        TopExp::MapShapes(s, row.what, map);
        *row.n = map.Extent();
    }
}

/* chi of one shell; an inner loop of a face takes one handle's worth, poles are no edges. */
int32_t euler_of(const TopoDS_Shape &shell)
{
    TopTools_IndexedMapOfShape faces, edges, vertices, wires;
    TopExp::MapShapes(shell, TopAbs_FACE, faces);
    TopExp::MapShapes(shell, TopAbs_WIRE, wires);
    TopExp::MapShapes(shell, TopAbs_EDGE, edges);
    TopExp::MapShapes(shell, TopAbs_VERTEX, vertices);
    int32_t real_edges = 0;
    for (int i = 1; i <= edges.Extent(); ++i)
        real_edges += !BRep_Tool::Degenerated(TopoDS::Edge(edges(i)));
    return vertices.Extent() - real_edges + faces.Extent() - (wires.Extent() - faces.Extent());
}

void topology(const TopoDS_Shape &s, cad_facts *out)
{
    TopTools_IndexedMapOfShape shells;
    TopExp::MapShapes(s, TopAbs_SHELL, shells);
    for (int i = 1; i <= shells.Extent(); ++i) {
        const int32_t chi = euler_of(shells(i));
        out->euler += chi;
        out->genus += (2 - chi) / 2;
        out->shells_closed += BRep_Tool::IsClosed(shells(i));
    }
}

void kinds(const TopoDS_Shape &merged, cad_facts *out)
{
    for (TopExp_Explorer f(merged, TopAbs_FACE); f.More(); f.Next()) {
        int kind = CAD_SURFACE_other;
        switch (BRepAdaptor_Surface(TopoDS::Face(f.Current()), false).GetType()) {
        case GeomAbs_Plane:
            kind = CAD_SURFACE_plane;
            break;
        case GeomAbs_Cylinder:
            kind = CAD_SURFACE_cylinder;
            break;
        case GeomAbs_Cone:
            kind = CAD_SURFACE_cone;
            break;
        case GeomAbs_Sphere:
            kind = CAD_SURFACE_sphere;
            break;
        case GeomAbs_Torus:
            kind = CAD_SURFACE_torus;
            break;
        default:
            break;
        }
        out->kinds[kind]++;
        out->faces_merged++;
    }
}

void integrals(const TopoDS_Shape &s, const Bnd_Box &box, cad_facts *out)
{
    GProp_GProps volume, area;
    const gp_Pnt corner = box.IsVoid() ? gp_Pnt() : box.CornerMin();
    const gp_Pnt centre = box.IsVoid() ? gp_Pnt() : corner.Translated(0.5 * gp_Vec(corner, box.CornerMax()));
    integrate(s, centre, &volume, &area);
    out->volume = volume.Mass();
    out->area = area.Mass();
    for (int i = 0; i < 3; ++i)
        out->centroid[i] = volume.CentreOfMass().Coord(i + 1);
    volume.PrincipalProperties().Moments(out->inertia[0], out->inertia[1], out->inertia[2]);
    std::sort(out->inertia, out->inertia + 3);
}

double box_volume(const Bnd_Box &b)
{
    double c[6];
    b.Get(c[0], c[1], c[2], c[3], c[4], c[5]);
    return (c[3] - c[0]) * (c[4] - c[1]) * (c[5] - c[2]);
}

/* L7: every shell closed and every solid with a volume worth the name. */
bool closed(const TopoDS_Shape &s, const Bnd_Box &box, const cad_facts *f)
{
    if (f->shells_closed != f->shells)
        return false;
    if (f->solids == 1)
        return f->volume > 1e-6 * box_volume(box);
    std::vector<TopoDS_Solid> all;
    solids_of(s, all);
    for (const TopoDS_Solid &one : all)
        if (!(volume_of(one) > 1e-6 * box_volume(quick_box(one))))
            return false;
    return true;
}

int32_t level_of(const TopoDS_Shape &s, const Bnd_Box &box, const cad_facts *f)
{
    if (f->solids == 0)
        return 5;
    if (!closed(s, box, f))
        return 6;
    double extent = 0.0;
    for (int i = 0; i < 3; ++i)
        extent = std::fmax(extent, f->box[i + 3] - f->box[i]);
    return f->brepcheck && f->tolerance <= 1e-3 * extent ? 8 : 7;
}

Bnd_Box box_of(const cad_solid *s)
{
    return s->has_box ? s->box : exact_box(s->shape);
}

template <class T>
cad_status copy_list(const std::vector<T> &from, cad_arena *arena, const char *what, T **list, int32_t *n)
{
    CAD_TRY(cad_arena_zalloc(arena, cad_size_add(from.size(), 1), sizeof(T), what, list));
    std::copy(from.begin(), from.end(), *list);
    *n = (int32_t)from.size();
    return CAD_OK;
}

cad_status facts_of(const cad_solid *s, cad_arena *arena, cad_facts *out)
{
    cad_facts f = {};
    features found;
    f.level = 4;
    f.roots = s->roots;
    f.transferred = s->transferred;
    f.model_check = s->model_check;
    if (!s->shape.IsNull()) {
        const Bnd_Box box = box_of(s);
        if (!box.IsVoid())
            box.Get(f.box[0], f.box[1], f.box[2], f.box[3], f.box[4], f.box[5]);
        count(s->shape, &f);
        topology(s->shape, &f);
        integrals(s->shape, box, &f);
        for (const TopAbs_ShapeEnum kind : {TopAbs_FACE, TopAbs_EDGE, TopAbs_VERTEX})
            f.tolerance = std::fmax(f.tolerance, BRep_Tool::MaxTolerance(s->shape, kind));
        f.brepcheck = s->checked || BRepCheck_Analyzer(s->shape).IsValid();
        f.level = level_of(s->shape, box, &f);
        const TopoDS_Shape merged = s->merged || f.level < 7 ? s->shape : merged_faces(s->shape);
        kinds(merged, &f);
        find_features(merged, diagonal(box), &found);
    }
    CAD_TRY(copy_list(found.cylinders, arena, "cylinders of a solid", &f.cylinders, &f.n_cylinders));
    CAD_TRY(copy_list(found.planes, arena, "planes of a solid", &f.planes, &f.n_planes));
    CAD_TRY(copy_list(found.prisms, arena, "prisms of a solid", &f.prisms, &f.n_prisms));
    *out = f;
    return CAD_OK;
}

cad_status open_of(const cad_solid *s, uint32_t *out)
{
    uint32_t mask = 0;
    if (!s->shape.IsNull()) {
        double b[6];
        box_of(s).Get(b[0], b[1], b[2], b[3], b[4], b[5]);
        const gp_Pnt centre(0.5 * (b[0] + b[3]), 0.5 * (b[1] + b[4]), 0.5 * (b[2] + b[5]));
        IntCurvesFace_ShapeIntersector rays;
        rays.Load(s->shape, Precision::Confusion());
        for (int i = 0; i < 6; ++i) {
            const double v = i % 2 ? -1.0 : 1.0; /* not SetCoord(index, ..): it steps over members, and clang drops the store */
            const gp_Dir d(i / 2 == 0 ? v : 0.0, i / 2 == 1 ? v : 0.0, i / 2 == 2 ? v : 0.0);
            rays.Perform(gp_Lin(centre, d), -Precision::Confusion(), Precision::Infinite());
            if (rays.NbPnt() == 0)
                mask |= 1u << i;
        }
    }
    *out = mask;
    return CAD_OK;
}

} // namespace

extern "C" cad_status cad_solid_facts(const cad_solid *s, cad_arena *arena, cad_facts *out)
{
    return guard("facts", [&] {
        init();
        return facts_of(s, arena, out);
    });
}

extern "C" cad_status cad_solid_open(const cad_solid *s, uint32_t *out_mask)
{
    return guard("open", [&] {
        init();
        return open_of(s, out_mask);
    });
}

extern "C" cad_status cad_solid_common_volume(const cad_solid *a, const cad_solid *b, double *out)
{
    return guard("common volume", [&]() -> cad_status {
        init();
        part pa, pb;
        solids_of(a->shape, pa.solids);
        solids_of(b->shape, pb.solids);
        const auto size = [](const part &p) { return volume_of(shape_of(p.solids)); };
        const double v = size(common(pa, pb, false)), most = std::fmin(size(pa), size(pb));
        if (!(v >= 0.0 && v <= most * (1.0 + 1e-6)))
            CAD_FAIL(CAD_EGEOM, "common volume: %g, but the smaller solid has %g", v, most);
        *out = v;
        return CAD_OK;
    });
}
