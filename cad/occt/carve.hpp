/* What the constructions without a boolean share: faces read once, and solids known by their faces. */
#ifndef CADLM_CAD_OCCT_CARVE_HPP
#define CADLM_CAD_OCCT_CARVE_HPP

#include "cad/occt/occt_impl.hpp"

#include <GeomAbs_SurfaceType.hxx>
#include <gp_XYZ.hxx>

namespace cad_occt
{

constexpr double flush = 1e-7; /* mm: as one plane, the kernel's own confusion */
constexpr double gap = 1e-4;   /* mm: less room than this between two borders is the boolean's business */
constexpr double reach = 1e8;  /* mm from the origin: farther out, rounding comes near `flush` */

enum border_kind { BORDER_line, BORDER_circle, BORDER_arc, BORDER_other };

struct border {
    border_kind kind;
    gp_XYZ p, q; /* ends of a line; p: centre of a circle or arc */
    gp_XYZ axis;
    double radius;
};

struct side {
    TopoDS_Face face;
    GeomAbs_SurfaceType type;
    gp_XYZ normal, origin; /* plane: outward normal, a point; cylinder: axis */
    double radius;
    std::vector<border> edges; /* of planes and cylinders */
};

struct rod {
    gp_XYZ origin, dir, x; /* a point of the axis; dir and x of unit length */
    double radius, lo, hi; /* extent: (p - origin) . dir */
    Bnd_Box box;           /* a little larger */
};

struct brick {
    gp_XYZ axis[3]; /* right-handed, of unit length */
    double lo[3], hi[3];
};

bool along(const gp_XYZ &a, const gp_XYZ &b);  /* unit vectors of one direction or opposite ones */
bool across(const gp_XYZ &a, const gp_XYZ &b); /* at a right angle */
border read_border(const TopoDS_Edge &e);
side read_side(const TopoDS_Face &f);
/* Is the solid a cylinder, a box and nothing else? */
bool read_rod(const TopoDS_Solid &s, rod *out);
bool read_brick(const TopoDS_Solid &s, brick *out);
TopoDS_Solid solid_of(const brick &b);

/* ---- carve_look.cpp ---- */
struct crossing {
    size_t face; /* for the caller */
    double t;    /* of the plane: (p - origin) . dir */
    bool up;     /* the face looks along the rod: material below it */
};
enum verdict { VERDICT_clear, VERDICT_crossed, VERDICT_unsure };
/* Crossed: the whole disc of the rod goes through a planar face, with room on all sides; clear: they do not meet. */
verdict look(const side &s, const rod &r, crossing *out);
/* From a point to a border in one plane across `dir`; a lower bound, 0 for curves that are neither lines nor circles. */
double room_to(const border &b, const gp_XYZ &p, const gp_XYZ &dir);

/* ---- make_rim.cpp ---- */
/* Works in those rods that bite into one outer wall from end to end and removes them from the list; false: nothing done. */
bool bite_rim(std::vector<side> *sides, std::vector<rod> *rods);

/* A hole or stud was made apart: each of its planar faces that lies at one of `at` opens the face `open[i]` of `sides`, the
 * others join them, inside out for a hole. */
struct opening {
    size_t face; /* index into the sides */
    double t;    /* its plane: p . dir = t */
};
void join_sides(const TopoDS_Shape &made, const gp_XYZ &dir, const std::vector<opening> &at, bool hole,
                std::vector<side> *sides);
TopoDS_Solid solid_of(const std::vector<side> &sides);

} // namespace cad_occt

#endif
