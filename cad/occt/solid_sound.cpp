/* Whether a solid is sound, and the few figures by which two forms of one part are compared (spec/step.md 13). */
#include "cad/occt/occt_impl.hpp"

#include <BRepCheck_Analyzer.hxx>
#include <BRep_Tool.hxx>
#include <TopExp.hxx>
#include <TopTools_IndexedMapOfShape.hxx>
#include <TopoDS.hxx>

#include <algorithm>
#include <cmath>

using namespace cad_occt;

namespace
{

int32_t count(const TopoDS_Shape &s, TopAbs_ShapeEnum what)
{
    TopTools_IndexedMapOfShape map;
    TopExp::MapShapes(s, what, map);
    return map.Extent();
}

/* The diagonal of the box of all vertices, as cad_step_extent takes it of the text. */
double extent_of(const TopoDS_Shape &s)
{
    TopTools_IndexedMapOfShape vertices;
    Bnd_Box box;
    TopExp::MapShapes(s, TopAbs_VERTEX, vertices);
    for (int i = 1; i <= vertices.Extent(); ++i)
        box.Add(BRep_Tool::Pnt(TopoDS::Vertex(vertices(i))));
    return diagonal(box);
}

double volume_of_box(const Bnd_Box &b)
{
    double c[6];
    if (b.IsVoid())
        return 0.0;
    b.Get(c[0], c[1], c[2], c[3], c[4], c[5]);
    return (c[3] - c[0]) * (c[4] - c[1]) * (c[5] - c[2]);
}

cad_sound sound_of(const cad_solid *s)
{
    cad_sound f = {};
    if (s->shape.IsNull())
        return f;
    const Bnd_Box box = s->has_box ? s->box : exact_box(s->shape);
    const double size = diagonal(box), room = volume_of_box(box);
    f.solids = count(s->shape, TopAbs_SOLID);
    f.faces = count(s->shape, TopAbs_FACE);
    f.volume = volume_of(s->shape);
    for (const TopAbs_ShapeEnum kind : {TopAbs_FACE, TopAbs_EDGE, TopAbs_VERTEX})
        f.tolerance = std::fmax(f.tolerance, BRep_Tool::MaxTolerance(s->shape, kind));
    f.extent = extent_of(s->shape);
    if (!(f.extent > 0.0))
        f.extent = size;
    f.valid = f.solids > 0 && f.volume > 0.0 && f.volume < 1.001 * room && f.tolerance <= std::fmax(1e-3, 1e-4 * size) &&
              (s->checked || BRepCheck_Analyzer(s->shape).IsValid());
    return f;
}

} // namespace

extern "C" cad_status cad_solid_sound(const cad_solid *s, cad_sound *out)
{
    return guard("soundness", [&]() -> cad_status {
        init();
        *out = sound_of(s);
        return CAD_OK;
    });
}
