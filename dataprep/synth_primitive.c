/* Plain parts: one solid and nothing else.  A request for a box must not get holes. */
#include "dataprep/say.h"
#include "dataprep/synth_family.h"
#include "dataprep/words.h"

#include <math.h>

#define PI 3.14159265358979323846

static bool box(cad_part *p)
{
    double l = cad_part_size(p, "l", CAD_SIZE_big, 4, 200), w = cad_part_size(p, "w", CAD_SIZE_big, 4, 150);
    double h = cad_part_size(p, "h", cad_part_chance(p, 0.6) ? CAD_SIZE_big : CAD_SIZE_fine, 2, 100);
    cad_part_line(p, "C $ $ $", 3, l, w, h);
    cad_part_box(p, l, w, h);
    return true;
}

static bool cube(cad_part *p)
{
    double s = cad_part_size(p, "s", cad_part_chance(p, 0.7) ? CAD_SIZE_big : CAD_SIZE_fine, 3, 150);
    cad_part_line(p, "C $ $ $", 3, s, s, s);
    cad_part_box(p, s, s, s);
    return true;
}

static bool cylinder(cad_part *p)
{
    double d = cad_part_size(p, "d", cad_part_chance(p, 0.6) ? CAD_SIZE_big : CAD_SIZE_fine, 2, 120);
    double h = cad_part_size(p, "h", cad_part_chance(p, 0.6) ? CAD_SIZE_big : CAD_SIZE_fine, 2, 150);
    cad_part_line(p, "Y $ $", 2, cad_half(d), h);
    cad_part_cylinder(p, cad_half(d), h);
    return true;
}

static bool disc(cad_part *p)
{
    double d = cad_part_size(p, "d", CAD_SIZE_big, 10, 200), t = cad_part_size(p, "t", CAD_SIZE_fine, 1, 20);
    cad_part_line(p, "Y $ $", 2, cad_half(d), t);
    cad_part_cylinder(p, cad_half(d), t);
    return t < d / 3;
}

static bool sphere(cad_part *p)
{
    double d = cad_part_size(p, "d", cad_part_chance(p, 0.6) ? CAD_SIZE_big : CAD_SIZE_fine, 4, 120), r = cad_half(d);
    cad_part_line(p, "S $", 1, r);
    p->volume = 4.0 / 3.0 * PI * r * r * r;
    p->area = 4 * PI * r * r;
    p->ext[0] = p->ext[1] = p->ext[2] = 2 * r;
    p->spheres = 1;
    return true;
}

static void cone_measures(cad_part *p, double rb, double rt, double h)
{
    double r = fmax(rb, rt);
    p->volume = PI * h / 3 * (rb * rb + rb * rt + rt * rt);
    p->area = PI * (rb * rb + rt * rt) + PI * (rb + rt) * sqrt((rb - rt) * (rb - rt) + h * h);
    p->ext[0] = p->ext[1] = 2 * r;
    p->ext[2] = h;
    p->cones = 1;
    p->planes = (rb > 0) + (rt > 0);
}

static bool cone(cad_part *p)
{
    double d = cad_part_size(p, "d", CAD_SIZE_big, 6, 110), h = cad_part_size(p, "h", CAD_SIZE_big, 5, 100);
    cad_part_line(p, "K $ 0 $", 2, cad_half(d), h);
    cone_measures(p, cad_half(d), 0, h);
    return true;
}

static bool frustum(cad_part *p)
{
    double d = cad_part_size(p, "d", CAD_SIZE_big, 10, 110), e = cad_part_size(p, "e", CAD_SIZE_big, 4, 100);
    double h = cad_part_size(p, "h", CAD_SIZE_big, 5, 100);
    cad_part_line(p, "K $ $ $", 3, cad_half(d), cad_half(e), h);
    cone_measures(p, cad_half(d), cad_half(e), h);
    return fabs(d - e) >= 2;
}

static const cad_form forms[] = {
    {"box", 0.36, box, cad_words_primitive_box, &cad_say_primitive_box},
    {"cube", 0.10, cube, cad_words_primitive_cube, &cad_say_primitive_cube},
    {"cylinder", 0.22, cylinder, cad_words_primitive_cylinder, &cad_say_primitive_cylinder},
    {"disc", 0.08, disc, cad_words_primitive_disc, &cad_say_primitive_disc},
    {"sphere", 0.08, sphere, cad_words_primitive_sphere, &cad_say_primitive_sphere},
    {"cone", 0.08, cone, cad_words_primitive_cone, &cad_say_primitive_cone},
    {"frustum", 0.08, frustum, cad_words_primitive_frustum, &cad_say_primitive_frustum},
};

const cad_family cad_family_primitive = {"primitive", 0.25, false, CAD_FORMS(forms), cad_words_primitive};
