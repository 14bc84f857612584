/* What the C++ files of this folder share: the solid behind the C handle, the exception guard, and the building steps of the
 * compiler.  Nothing outside cad/occt includes it. */
#ifndef CADLM_CAD_OCCT_OCCT_IMPL_HPP
#define CADLM_CAD_OCCT_OCCT_IMPL_HPP

#include "cad/ir/ir.h"
#include "cad/occt/solid.h"

#include <Bnd_Box.hxx>
#include <GProp_GProps.hxx>
#include <Standard_Failure.hxx>
#include <Standard_OutOfMemory.hxx>
#include <TopoDS_Edge.hxx>
#include <TopoDS_Face.hxx>
#include <TopoDS_Shape.hxx>
#include <TopoDS_Solid.hxx>
#include <gp_Dir.hxx>
#include <gp_Pnt.hxx>

#include <new>
#include <vector>

struct cad_solid {
    TopoDS_Shape shape; /* null: a STEP file without any shape */
    Bnd_Box box;        /* exact where has_box, else not set */
    bool has_box = false;
    bool merged = false;  /* neighbours of one surface are merged already */
    bool checked = false; /* BRepCheck has accepted it */
    int32_t roots = 0, transferred = 0, model_check = 0;
};

namespace cad_occt
{

/* Runs `body` and turns whatever the kernel throws into a status; `what` names the step. */
template <class F>
cad_status guard(const char *what, F &&body)
{
    try {
        return body();
    } catch (const Standard_OutOfMemory &) {
        return cad_fail(CAD_ENOMEM, "%s: out of memory in the geometry kernel", what);
    } catch (const Standard_Failure &e) {
        const char *text = e.GetMessageString();
        return cad_fail(CAD_EGEOM, "%s: %s: %s", what, e.DynamicType()->Name(), text ? text : "");
    } catch (const std::bad_alloc &) {
        return cad_fail(CAD_ENOMEM, "%s: out of memory in the geometry kernel", what);
    } catch (...) {
        return cad_fail(CAD_EGEOM, "%s: unknown exception in the geometry kernel", what);
    }
}

/* Silences the kernel's messages; cheap, called on entry of every public function. */
void init();
/* Takes a shape into a heap handle. */
cad_status wrap(const cad_solid &value, cad_solid **out);

/* Counts the time of its scope towards one step of cad_solid_clock; what an inner one counts is not counted twice. */
class timed
{
  public:
    explicit timed(cad_solid_step step);
    ~timed();
    timed(const timed &) = delete;
    timed &operator=(const timed &) = delete;

  private:
    int outer;
};

/* Solids that do not overlap (they may touch), and their exact box where the construction knows it. */
struct part {
    std::vector<TopoDS_Solid> solids;
    Bnd_Box box;
    bool has_box = false;
    bool merged = false;

    bool empty() const
    {
        return solids.empty();
    }
};

/* ---- solid_util.cpp ---- */
TopoDS_Shape shape_of(const std::vector<TopoDS_Solid> &solids); /* the solid itself or a compound */
void solids_of(const TopoDS_Shape &s, std::vector<TopoDS_Solid> &out);
/* Volume and area by Gauss points where those are exact (planes and quadrics inside lines, circles and iso lines), else
 * adaptive to 1e-6; `about` keeps digits for parts far from the origin.  Either pointer may be NULL. */
void integrate(const TopoDS_Shape &s, const gp_Pnt &about, GProp_GProps *volume, GProp_GProps *area);
double volume_of(const TopoDS_Shape &s);
Bnd_Box quick_box(const TopoDS_Shape &s);       /* encloses, may be larger */
Bnd_Box exact_box(const TopoDS_Shape &s);       /* solid_box.cpp: of the geometry, without tolerances */
double diagonal(const Bnd_Box &b);              /* 0 for a void box */
TopoDS_Solid turned_out(const TopoDS_Solid &s); /* the same solid with positive volume */
/* Outward unit normal n and offset n . x of a planar face; false for other surfaces. */
bool plane_of(const TopoDS_Face &f, gp_Dir *normal, double *offset);
gp_Dir outward_at(const TopoDS_Face &f, double u, double v);   /* outward unit normal; +Z where it is not defined */
gp_Dir outward_on(const TopoDS_Face &f, const TopoDS_Edge &e); /* the same at the middle of an edge of f */
TopoDS_Shape merged_faces(const TopoDS_Shape &s);
void sincos_deg(double deg, double *s, double *c); /* exact at multiples of 90 */

void count_way(bool direct); /* one more for cad_solid_count */

/* ---- make_primitive.cpp: nodes without solid operands; arguments have passed cad_ir_check.
 * No solid: the kernel refused ---- */
part make_primitive(const cad_ir_node &n);
part make_extrusion(const cad_ir &ir, const cad_ir_node &n);
part make_revolution(const cad_ir &ir, const cad_ir_node &n);

/* ---- make_transform.cpp ---- */
part make_transform(const cad_ir_node &n, const part &child);        /* T R X */
uint32_t copies_of(const cad_ir_node &n);                            /* LP CP: at least 1 */
part make_copy(const cad_ir_node &n, const part &child, uint32_t k); /* LP CP: moved by k steps */

/* ---- make_carve.cpp: cylinders that meet planar faces in whole circles; false: not surely of that kind, nothing done ---- */
bool drilled(const part &base, const std::vector<const part *> &tools, part *out); /* base without the tools */
bool studded(const std::vector<const part *> &operands, part *out);                /* their union */

/* ---- make_wall.cpp ---- */
/* A box or cylinder with walls of thickness t, open at faces of one axis (none: closed); what the kernel's offset gives. */
bool walled(const TopoDS_Solid &s, double t, const std::vector<TopoDS_Face> &openings, TopoDS_Solid *out);

/* ---- make_boolean.cpp ---- */
struct boolean_result {
    part value;
    /* Per operand of a cut's tools or of a fuse: its surface shows in the result, so it surely had an effect. */
    std::vector<char> shows;
};
struct ways {
    bool merge;  /* join neighbours of one surface afterwards */
    bool direct; /* without the kernel's boolean or offset where a construction surely gives the same; needs merge */
};
/* Each throws Standard_Failure when the kernel reports an error. */
boolean_result cut(const part &base, const std::vector<const part *> &tools, ways how);
/* Do so many of the operands meet that one fuse would intersect nearly all with all? */
bool crowded(const std::vector<const part *> &operands);
boolean_result fuse(const std::vector<const part *> &operands, ways how);
part common(const part &a, const part &b, bool merge);

/* ---- make_blend.cpp: an empty `why` means success; `code` is that of section 14 ---- */
struct blend_result {
    part value;
    const char *code = nullptr, *why = nullptr;
};
blend_result make_shell(const cad_ir_node &n, const part &child, bool direct);
blend_result make_blend(const cad_ir_node &n, const part &child); /* FI CH */

/* ---- solid_features.cpp: holes, bosses, planes and prisms of a shape whose neighbours are merged ---- */
struct features {
    std::vector<cad_cylinder> cylinders;
    std::vector<cad_plane> planes;
    std::vector<cad_prism> prisms;
};
void find_features(const TopoDS_Shape &merged, double diagonal, features *out);

} // namespace cad_occt

#endif
