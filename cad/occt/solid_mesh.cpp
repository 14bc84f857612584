/* Triangles and edge lines of a solid (spec/metrics.md 2.5).
 *
 * The kernel caches a triangulation in the shape; it is dropped first, so that the same solid always gives the same mesh. */
#include "cad/occt/occt_impl.hpp"
#include "core/size.h"

#include <BRepAdaptor_Curve.hxx>
#include <BRepMesh_IncrementalMesh.hxx>
#include <BRepTools.hxx>
#include <BRep_Tool.hxx>
#include <GCPnts_TangentialDeflection.hxx>
#include <Poly_Triangulation.hxx>
#include <TopExp.hxx>
#include <TopExp_Explorer.hxx>
#include <TopTools_IndexedDataMapOfShapeListOfShape.hxx>
#include <TopTools_IndexedMapOfShape.hxx>
#include <TopTools_ListOfShape.hxx>
#include <TopoDS.hxx>

#include <algorithm>
#include <cmath>

using namespace cad_occt;

namespace
{

double size_of(const cad_solid *s)
{
    return diagonal(s->has_box ? s->box : exact_box(s->shape));
}

struct meshed_face {
    Handle(Poly_Triangulation) triangles;
    TopLoc_Location where;
    bool reversed;
    int32_t face, shell;
};

/* Faces of shells first, in the order of the shells; faces outside any shell follow as one more.  `all`: each must have
 * triangles. */
cad_status triangulated(const TopoDS_Shape &s, bool all, std::vector<meshed_face> *out)
{
    TopTools_IndexedMapOfShape faces, shells;
    TopExp::MapShapes(s, TopAbs_FACE, faces);
    TopExp::MapShapes(s, TopAbs_SHELL, shells);
    std::vector<int32_t> shell_of((size_t)faces.Extent(), shells.Extent());
    for (int k = 1; k <= shells.Extent(); ++k)
        for (TopExp_Explorer f(shells(k), TopAbs_FACE); f.More(); f.Next())
            shell_of[(size_t)faces.FindIndex(f.Current()) - 1] = k - 1;
    for (int i = 1; i <= faces.Extent(); ++i) {
        meshed_face m;
        m.triangles = BRep_Tool::Triangulation(TopoDS::Face(faces(i)), m.where);
        if (m.triangles.IsNull() || m.triangles->NbTriangles() == 0) {
            if (!all)
                continue;
            CAD_FAIL(CAD_EGEOM, "mesh: face %d of %d has no triangles", i, faces.Extent());
        }
        m.reversed = faces(i).Orientation() == TopAbs_REVERSED;
        m.face = i - 1;
        m.shell = shell_of[(size_t)i - 1];
        out->push_back(m);
    }
    return CAD_OK;
}

cad_status mesh_with(const cad_solid *s, double deflection, double ang, bool all, cad_arena *arena, cad_mesh *out)
{
    if (s->shape.IsNull())
        CAD_FAIL(CAD_EGEOM, "mesh: there is no shape");
    if (!(deflection > 0.0))
        CAD_FAIL(CAD_EGEOM, "mesh: the shape has no extent");
    BRepTools::Clean(s->shape);
    BRepMesh_IncrementalMesh run(s->shape, deflection, false, ang, false);
    std::vector<meshed_face> faces;
    CAD_TRY(triangulated(s->shape, all, &faces));
    if (faces.empty())
        CAD_FAIL(CAD_EGEOM, "mesh: no face has triangles");
    int64_t n_vert = 0, n_tri = 0;
    for (const meshed_face &f : faces) {
        n_vert += f.triangles->NbNodes();
        n_tri += f.triangles->NbTriangles();
    }
    cad_mesh m;
    CAD_TRY(cad_mesh_alloc(arena, n_vert, n_tri, &m));
    CAD_TRY(cad_arena_zalloc(arena, (size_t)n_tri, sizeof(int32_t), "faces of triangles", &m.face_of_tri));
    CAD_TRY(cad_arena_zalloc(arena, (size_t)n_tri, sizeof(int32_t), "shells of triangles", &m.shell_of_tri));
    int64_t vert = 0, tri = 0;
    for (const meshed_face &f : faces) {
        for (int i = 1; i <= f.triangles->NbNodes(); ++i) {
            const gp_Pnt p = f.triangles->Node(i).Transformed(f.where);
            for (int k = 0; k < 3; ++k)
                m.xyz[3 * (vert + i - 1) + k] = p.Coord(k + 1);
        }
        for (int i = 1; i <= f.triangles->NbTriangles(); ++i) {
            int c[3];
            f.triangles->Triangle(i).Get(c[0], c[1], c[2]);
            if (f.reversed)
                std::swap(c[1], c[2]);
            for (int k = 0; k < 3; ++k)
                m.tri[3 * tri + k] = (uint32_t)(vert + c[k] - 1);
            m.face_of_tri[tri] = f.face;
            m.shell_of_tri[tri] = f.shell;
            ++tri;
        }
        vert += f.triangles->NbNodes();
    }
    *out = m;
    return CAD_OK;
}

/* Angle between the faces at an edge, degrees. */
double angle_at(const TopoDS_Edge &e, const TopTools_ListOfShape &faces)
{
    if (faces.Extent() < 2)
        return faces.Extent() == 1 && BRep_Tool::IsClosed(e, TopoDS::Face(faces.First())) ? 0.0 : 180.0;
    if (faces.First().IsSame(faces.Last()))
        return 0.0;
    return outward_on(TopoDS::Face(faces.First()), e).Angle(outward_on(TopoDS::Face(faces.Last()), e)) * 180.0 / M_PI;
}

cad_status edges_of(const cad_solid *s, double lin_rel, double ang, cad_arena *arena, cad_polylines *out, double **out_angle)
{
    std::vector<double> xyz, angle;
    std::vector<int64_t> begin{0};
    if (!s->shape.IsNull()) {
        const double deflection = std::fmax(lin_rel * size_of(s), 1e-9);
        TopTools_IndexedDataMapOfShapeListOfShape edges;
        TopExp::MapShapesAndAncestors(s->shape, TopAbs_EDGE, TopAbs_FACE, edges);
        for (int i = 1; i <= edges.Extent(); ++i) {
            const TopoDS_Edge e = TopoDS::Edge(edges.FindKey(i));
            if (BRep_Tool::Degenerated(e))
                continue;
            const BRepAdaptor_Curve curve(e);
            const GCPnts_TangentialDeflection points(curve, ang, deflection);
            for (int k = 1; k <= points.NbPoints(); ++k)
                for (int c = 1; c <= 3; ++c)
                    xyz.push_back(points.Value(k).Coord(c));
            begin.push_back((int64_t)xyz.size() / 3);
            angle.push_back(angle_at(e, edges(i)));
        }
    }
    cad_polylines lines = {};
    lines.n_lines = (int64_t)angle.size();
    CAD_TRY(cad_arena_zalloc(arena, cad_size_add(xyz.size(), 1), sizeof(double), "points of edges", &lines.xyz));
    CAD_TRY(cad_arena_zalloc(arena, begin.size(), sizeof(int64_t), "edges", &lines.begin));
    std::copy(xyz.begin(), xyz.end(), lines.xyz);
    std::copy(begin.begin(), begin.end(), lines.begin);
    if (out_angle) {
        CAD_TRY(cad_arena_zalloc(arena, cad_size_add(angle.size(), 1), sizeof(double), "angles of edges", out_angle));
        std::copy(angle.begin(), angle.end(), *out_angle);
    }
    *out = lines;
    return CAD_OK;
}

} // namespace

extern "C" cad_status cad_solid_mesh(const cad_solid *s, double lin_rel, double ang, cad_arena *arena, cad_mesh *out)
{
    return guard("mesh", [&] {
        init();
        return mesh_with(s, s->shape.IsNull() ? 0.0 : lin_rel * size_of(s), ang, true, arena, out);
    });
}

extern "C" cad_status cad_solid_mesh_absolute(const cad_solid *s, double lin, cad_arena *arena, cad_mesh *out)
{
    return guard("mesh", [&] {
        init();
        return mesh_with(s, lin, 0.5, false, arena, out);
    });
}

extern "C" cad_status cad_solid_edges(const cad_solid *s, double lin_rel, double ang, cad_arena *arena, cad_polylines *out,
                                      double **out_angle)
{
    return guard("edges", [&] {
        init();
        return edges_of(s, lin_rel, ang, arena, out, out_angle);
    });
}
