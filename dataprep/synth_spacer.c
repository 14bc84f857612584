/* Turned parts: spacers and standoffs (solid, hollow, flanged), washers. */
#include "dataprep/say.h"
#include "dataprep/synth_family.h"
#include "dataprep/words.h"

#include <math.h>

#define PI 3.14159265358979323846

static double od(cad_part *p, double lo, double hi)
{
    return cad_part_size(p, "d", cad_part_chance(p, 0.6) ? CAD_SIZE_big : CAD_SIZE_fine, lo, hi);
}

static bool solid(cad_part *p)
{
    double r = cad_half(od(p, 3, 40)), h = cad_part_size(p, "h", CAD_SIZE_big, 3, 100);
    cad_part_line(p, "Y $ $", 2, r, h);
    cad_part_cylinder(p, r, h);
    return true;
}

static bool hollow(cad_part *p)
{
    double d = od(p, 4, 60), h = cad_part_size(p, "h", cad_part_chance(p, 0.7) ? CAD_SIZE_big : CAD_SIZE_fine, 2, 100);
    double b = cad_part_size(p, "b", CAD_SIZE_fine, 1.5, 50);
    cad_part_line(p, "Y $ $", 2, cad_half(d), h);
    cad_part_line(p, "Y $ $", 2, cad_half(b), h);
    cad_part_line(p, "D 0 1", 0);
    cad_part_cylinder(p, cad_half(d), h);
    (void)cad_part_holes(p, cad_half(b), h, 1);
    return b <= 0.85 * d && d - b >= 1;
}

/* Draws body, flange and bore; `both`: a flange at each end. */
typedef struct flanged {
    double r, h, f, t, b;
} flanged;

static flanged flanged_sizes(cad_part *p)
{
    flanged s;
    s.r = cad_half(od(p, 5, 40));
    s.h = cad_part_size(p, "h", CAD_SIZE_big, 3, 80);
    s.f = cad_half(cad_part_size(p, "f", CAD_SIZE_big, 2 * s.r + 2, fmin(4 * s.r + 2, 70)));
    s.t = cad_part_size(p, "t", CAD_SIZE_fine, 0.8, 8);
    s.b = cad_half(cad_part_size(p, "b", CAD_SIZE_fine, 2, fmax(2.5, 1.6 * s.r)));
    return s;
}

static bool flanged_fits(const flanged *s, int flanges)
{
    return s->b <= 0.85 * s->r && s->f >= s->r + 1 && s->h >= (flanges + 0.5) * s->t + 1;
}

static void flanged_measures(cad_part *p, const flanged *s, int flanges)
{
    double ring = PI * (s->f * s->f - s->r * s->r), body = s->h - flanges * s->t;
    p->volume = PI * s->r * s->r * s->h + flanges * ring * s->t;
    p->area = 2 * PI * s->f * s->f + 2 * PI * s->r * body + flanges * 2 * PI * s->f * s->t + (flanges - 1) * 2 * ring;
    p->ext[0] = p->ext[1] = 2 * s->f;
    p->ext[2] = s->h;
    p->planes = 2 + flanges;
    p->cylinders = 1 + flanges;
    p->boss[0] = (cad_round){.d = 2 * s->f, .length = s->t, .count = flanges};
    p->boss[1] = (cad_round){.d = 2 * s->r, .length = body, .count = 1};
    p->n_bosses = 2;
    (void)cad_part_holes(p, s->b, s->h, 1);
}

static bool flange_bottom(cad_part *p)
{
    flanged s = flanged_sizes(p);
    cad_part_line(p, "Y $ $", 2, s.r, s.h);
    cad_part_line(p, "Y $ $", 2, s.f, s.t);
    cad_part_line(p, "U 0 1", 0);
    cad_part_line(p, "Y $ $", 2, s.b, s.h);
    cad_part_line(p, "D 2 3", 0);
    flanged_measures(p, &s, 1);
    return flanged_fits(&s, 1);
}

/* The flange hangs down from the top: mirrored and lifted, so that the program quotes the height. */
static bool flange_top(cad_part *p)
{
    flanged s = flanged_sizes(p);
    cad_part_line(p, "Y $ $", 2, s.r, s.h);
    cad_part_line(p, "Y $ $", 2, s.f, s.t);
    cad_part_line(p, "X 1 1 1 -1", 0);
    cad_part_line(p, "T 2 0 0 $", 1, s.h);
    cad_part_line(p, "U 0 3", 0);
    cad_part_line(p, "Y $ $", 2, s.b, s.h);
    cad_part_line(p, "D 4 5", 0);
    flanged_measures(p, &s, 1);
    return flanged_fits(&s, 1);
}

static bool flange_both(cad_part *p)
{
    flanged s = flanged_sizes(p);
    cad_part_line(p, "Y $ $", 2, s.r, s.h);
    cad_part_line(p, "Y $ $", 2, s.f, s.t);
    cad_part_line(p, "U 0 1", 0);
    cad_part_line(p, "X 1 1 1 -1", 0);
    cad_part_line(p, "T 3 0 0 $", 1, s.h);
    cad_part_line(p, "U 2 4", 0);
    cad_part_line(p, "Y $ $", 2, s.b, s.h);
    cad_part_line(p, "D 5 6", 0);
    flanged_measures(p, &s, 2);
    return flanged_fits(&s, 2);
}

static bool washer(cad_part *p)
{
    double d = od(p, 4, 80), b = cad_part_size(p, "b", CAD_SIZE_fine, 1.5, 60),
           t = cad_part_size(p, "t", CAD_SIZE_fine, 0.5, 8);
    cad_part_line(p, "Y $ $", 2, cad_half(d), t);
    cad_part_line(p, "Y $ $", 2, cad_half(b), t);
    cad_part_line(p, "D 0 1", 0);
    cad_part_cylinder(p, cad_half(d), t);
    (void)cad_part_holes(p, cad_half(b), t, 1);
    return b <= 0.85 * d && d - b >= 1 && t <= d / 3;
}

static const cad_form spacer_forms[] = {
    {"solid", 0.26, solid, cad_words_spacer_solid, &cad_say_spacer_solid},
    {"hollow", 0.44, hollow, cad_words_spacer_hollow, &cad_say_spacer_hollow},
    {"flange_bottom", 0.12, flange_bottom, cad_words_spacer_bottom, &cad_say_spacer_flange_bottom},
    {"flange_top", 0.10, flange_top, cad_words_spacer_top, &cad_say_spacer_flange_top},
    {"flange_both", 0.08, flange_both, cad_words_spacer_both, &cad_say_spacer_flange_both},
};
static const cad_form washer_forms[] = {{"washer", 1, washer, cad_words_washer, &cad_say_washer}};

const cad_family cad_family_spacer = {"spacer", 0.15, false, CAD_FORMS(spacer_forms), cad_words_spacer};
const cad_family cad_family_washer = {"washer", 0.06, false, CAD_FORMS(washer_forms), cad_words_spacer};
