#include "eval/seven.h"

#include "eval/expect_holes.h"

#include <math.h>
#include <stddef.h>

#define PI 3.14159265358979323846

const char *cad_seven_prompt(int number)
{
    static const char *const prompt[CAD_SEVEN_PROMPTS] = {
        "50x30mm mounting plate with 4 corner holes",
        "10mm diameter 25mm tall standoff",
        "simple 20x20x10mm cube",
        "just a 20x20x10mm box, nothing else",
        "L-bracket: 50mm x 30mm x 3mm thick, with 90 degree bend",
        "hex standoff M3, 10mm long, 5.5mm across flats",
        "enclosure box 100x60x40mm with 3mm wall thickness, open top",
    };
    return number >= 1 && number <= CAD_SEVEN_PROMPTS ? prompt[number - 1] : NULL;
}

static bool within(double got, double want, double rel)
{
    return fabs(got - want) <= rel * want;
}

static void extents(const cad_facts *f, double e[3])
{
    for (int i = 0; i < 3; i++)
        e[i] = f->box[i + 3] - f->box[i];
}

/* Extents a and b within 0.05 mm in any order; *rest = the third, *axis = its index. */
static bool two_of(const cad_facts *f, double a, double b, double *rest, int *axis)
{
    double e[3];
    extents(f, e);
    for (int k = 0; k < 3; k++) {
        int i = (k + 1) % 3, j = (k + 2) % 3;
        if ((fabs(e[i] - a) <= 0.05 && fabs(e[j] - b) <= 0.05) || (fabs(e[i] - b) <= 0.05 && fabs(e[j] - a) <= 0.05)) {
            *rest = e[k];
            *axis = k;
            return true;
        }
    }
    return false;
}

static bool three_are(const cad_facts *f, double a, double b, double c)
{
    double rest;
    int axis;
    /* with equal sides the assignment of two may leave the wrong third, so each pair is tried */
    return (two_of(f, a, b, &rest, &axis) && fabs(rest - c) <= 0.05) ||
           (two_of(f, a, c, &rest, &axis) && fabs(rest - b) <= 0.05) ||
           (two_of(f, b, c, &rest, &axis) && fabs(rest - a) <= 0.05);
}

static bool faces_are(const cad_facts *f, int planes, int cylinders)
{
    return f->kinds[CAD_SURFACE_plane] == planes && f->kinds[CAD_SURFACE_cylinder] == cylinders &&
           f->faces_merged == planes + cylinders;
}

static const char *corner_holes(const cad_facts *f, int axis, double t)
{
    double d = 2 * f->cylinders[0].radius, centre[3], e[3];
    int quadrant[4] = {0};
    double place[4][2];
    extents(f, e);
    for (int i = 0; i < 3; i++)
        centre[i] = 0.5 * (f->box[i] + f->box[i + 3]);
    int u = (axis + 1) % 3, v = (axis + 2) % 3;
    if (f->n_cylinders != 4 || d < 2 || d > 12)
        return "holes: expected four of one diameter between 2 and 12 mm";
    for (int k = 0; k < 4; k++) {
        const cad_cylinder *c = &f->cylinders[k];
        if (!c->concave || c->sweep < 350 || fabs(2 * c->radius - d) > 1e-3 * d || fabs(c->dir[axis]) < 1 - 1e-8)
            return "holes: expected four equal ones along the short axis";
        double x = c->point[u] - centre[u], y = c->point[v] - centre[v];
        if (0.5 * e[u] - fabs(x) > e[u] / 3 || 0.5 * e[v] - fabs(y) > e[v] / 3)
            return "holes: one is more than a third of a side away from its corner";
        quadrant[(x > 0) + 2 * (y > 0)]++;
        place[k][0] = fabs(x);
        place[k][1] = fabs(y);
    }
    for (int k = 0; k < 4; k++)
        if (quadrant[k] != 1 || fabs(place[k][0] - place[0][0]) > 0.1 || fabs(place[k][1] - place[0][1]) > 0.1)
            return "holes: not one in each corner, symmetric to both middle planes";
    return within(f->volume, 1500 * t - PI * d * d * t, 0.005) ? NULL : "volume";
}

static const char *plate(const cad_facts *f)
{
    double t;
    int axis;
    if (!two_of(f, 50, 30, &t, &axis) || t < 1 || t > 15)
        return "extents: expected 50 x 30 x 1..15";
    if (f->genus != 4)
        return "genus: expected four through holes";
    return faces_are(f, 6, 4) ? corner_holes(f, axis, t) : "faces: expected 6 planes and 4 cylinders";
}

static const char *standoff(const cad_facts *f)
{
    if (!three_are(f, 10, 10, 25))
        return "extents: expected 10 x 10 x 25";
    if (f->genus != 0 || !faces_are(f, 2, 1))
        return "faces: expected 2 planes and 1 cylinder";
    return within(f->volume, 1963.495, 0.005) ? NULL : "volume";
}

static const char *box(const cad_facts *f)
{
    if (!three_are(f, 20, 20, 10))
        return "extents: expected 20 x 20 x 10";
    if (f->genus != 0 || !faces_are(f, 6, 0))
        return "faces: expected 6 planes";
    return within(f->volume, 4000, 1e-4) ? NULL : "volume";
}

/* Two parallel end faces of equal area whose distance times area is the volume, and all normals along three axes: a
 * rectilinear section, so that eight planes mean exactly one inward edge. */
static bool constant_rectilinear_section(const cad_facts *f)
{
    const cad_plane *p = f->planes;
    for (int i = 0; i < f->n_planes; i++) {
        double largest = 0;
        for (int k = 0; k < 3; k++)
            largest = fmax(largest, fabs(p[i].normal[k]));
        if (largest < 1 - 1e-8)
            return false;
    }
    for (int i = 0; i < f->n_planes; i++)
        for (int j = i + 1; j < f->n_planes; j++) {
            double dot = 0;
            for (int k = 0; k < 3; k++)
                dot += p[i].normal[k] * p[j].normal[k];
            if (dot < -1 + 1e-8 && within(p[j].area, p[i].area, 1e-6) &&
                within(p[i].area * (p[i].offset + p[j].offset), f->volume, 1e-5))
                return true;
        }
    return false;
}

static const char *l_bracket(const cad_facts *f)
{
    double e;
    int axis;
    bool bend = f->kinds[CAD_SURFACE_cylinder] == 2;
    double rel = bend ? 0.03 : 0.005;
    if (!two_of(f, 50, 30, &e, &axis) || e < 5 || e > 100)
        return "extents: expected 50 x 30 x 5..100";
    if (f->genus != 0 || !faces_are(f, 8, bend ? 2 : 0))
        return "faces: expected 8 planes (and 2 cylinders for a rounded bend)";
    if (!within(f->volume, 231 * e, rel) && !within(f->volume, 90 * (47 + e), rel) && !within(f->volume, 150 * (27 + e), rel))
        return "volume: no reading of 50, 30 and 3 fits";
    if (bend) {
        double inner = fmin(f->cylinders[0].radius, f->cylinders[1].radius);
        return inner <= 6 && f->cylinders[0].concave != f->cylinders[1].concave ? NULL : "bend: inner radius above 6";
    }
    return constant_rectilinear_section(f) ? NULL : "section: expected a constant L";
}

static const char *hex_standoff(const cad_facts *f)
{
    if (!three_are(f, 5.5, 6.351, 10))
        return "extents: expected 5.5 x 6.351 x 10";
    if (f->genus != 1 || !faces_are(f, 8, 1) || f->n_cylinders != 1)
        return "faces: expected 8 planes and 1 cylinder, one through hole";
    const cad_cylinder *bore = &f->cylinders[0];
    double d = 2 * bore->radius;
    if (!bore->concave || d < 2.4 || d > 3.4)
        return "bore: expected 2.4 to 3.4 mm";
    for (int i = 0; i < 3; i++) {
        double off = bore->point[i] - 0.5 * (f->box[i] + f->box[i + 3]);
        if (fabs(f->box[i + 3] - f->box[i] - 10) > 0.05 ? fabs(off) > 0.05 : fabs(bore->dir[i]) < 1 - 1e-8)
            return "bore: not coaxial";
    }
    return f->volume >= 171.2 && f->volume <= 216.8 && within(f->volume, 261.973 - 7.854 * d * d, 0.005) ? NULL : "volume";
}

static const char *enclosure(const cad_facts *f, uint32_t open_mask)
{
    double h;
    int axis;
    if (!two_of(f, 100, 60, &h, &axis) || fabs(h - 40) > 0.05)
        return "extents: expected 100 x 60 x 40";
    if (f->genus != 0 || !faces_are(f, 11, 0))
        return "faces: expected 11 planes";
    if (!within(f->volume, 52188, 0.005))
        return "volume";
    return open_mask >> (2 * axis) & 3u ? NULL : "open: no 100 x 60 side is open";
}

const char *cad_seven_judge(int number, const cad_facts *f, uint32_t open_mask)
{
    if (f->level < 8)
        return "not a valid solid";
    if (f->solids != 1 || f->shells != 1)
        return "expected one body and one shell";
    switch (number) {
    case 1:
        return plate(f);
    case 2:
        return standoff(f);
    case 3:
    case 4:
        return box(f);
    case 5:
        return l_bracket(f);
    case 6:
        return hex_standoff(f);
    case 7:
        return enclosure(f, open_mask);
    default:
        return "no such prompt";
    }
}

bool cad_seven_near(int number, const cad_facts *f)
{
    double t, v = f->volume;
    int axis;
    switch (number) {
    case 1:
        return two_of(f, 50, 30, &t, &axis) && t >= 1 && t <= 15 && within(v, 1500 * t, 0.1);
    case 2:
        return three_are(f, 10, 10, 25) && within(v, 1963.495, 0.1);
    case 3:
    case 4:
        return three_are(f, 20, 20, 10) && within(v, 4000, 0.1);
    case 5:
        return two_of(f, 50, 30, &t, &axis) && t >= 5 && t <= 100 &&
               (within(v, 231 * t, 0.1) || within(v, 90 * (47 + t), 0.1) || within(v, 150 * (27 + t), 0.1));
    case 6:
        return three_are(f, 5.5, 6.351, 10) && v >= 0.9 * 171.2 && v <= 1.1 * 216.8;
    case 7:
        return three_are(f, 100, 60, 40) && within(v, 52188, 0.1);
    default:
        return false;
    }
}
