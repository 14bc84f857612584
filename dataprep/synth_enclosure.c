/* Shelled parts that are open: boxes and cups open at the top, tubes open at both ends, a box with a hole in its floor. */
#include "dataprep/say.h"
#include "dataprep/synth_family.h"
#include "dataprep/words.h"

#include <math.h>

#define PI 3.14159265358979323846

typedef struct hull {
    double w, d, h, t;
} hull;

static hull sizes(cad_part *p)
{
    hull s;
    s.w = cad_part_size(p, "w", CAD_SIZE_big, 20, 200);
    s.d = cad_part_size(p, "d", CAD_SIZE_big, 15, 150);
    s.h = cad_part_size(p, "h", CAD_SIZE_big, 8, 100);
    s.t = cad_part_size(p, "t", CAD_SIZE_fine, 0.8, 6);
    cad_part_line(p, "C $ $ $", 3, s.w, s.d, s.h);
    return s;
}

/* Open at the top; `through`: at the bottom as well. */
static void box_measures(cad_part *p, const hull *s, bool through)
{
    double a = s->w - 2 * s->t, b = s->d - 2 * s->t, c = through ? s->h : s->h - s->t, rim = s->w * s->d - a * b;
    p->volume = s->w * s->d * s->h - a * b * c;
    p->area = 2 * (s->w + s->d) * s->h + 2 * (a + b) * c + (through ? 2 * rim : rim + a * b + s->w * s->d);
    p->ext[0] = s->w;
    p->ext[1] = s->d;
    p->ext[2] = s->h;
    p->planes = through ? 10 : 11;
    p->genus = through;
    p->wall = s->t;
    p->open = true;
}

static bool wall_fits(const hull *s)
{
    return s->t <= fmin(fmin(s->w, s->d) / 4, s->h / 3);
}

static bool box(cad_part *p)
{
    hull s = sizes(p);
    cad_part_line(p, "SH 0 $ +Z", 1, s.t);
    box_measures(p, &s, false);
    return wall_fits(&s);
}

static bool square_tube(cad_part *p)
{
    hull s = sizes(p);
    cad_part_line(p, "SH 0 $ +Z -Z", 1, s.t);
    box_measures(p, &s, true);
    return wall_fits(&s);
}

static bool box_hole(cad_part *p)
{
    hull s = sizes(p);
    double r = cad_half(cad_part_size(p, "hd", CAD_SIZE_fine, 2, fmax(2.5, fmin(s.w, s.d) / 2)));
    cad_part_given(p, "n", 1, true);
    cad_part_line(p, "SH 0 $ +Z", 1, s.t);
    cad_part_line(p, "Y $ $", 2, r, s.t);
    cad_part_line(p, "T 2 $ $ 0", 2, s.w / 2, s.d / 2);
    cad_part_line(p, "D 1 3", 0);
    box_measures(p, &s, false);
    (void)cad_part_holes(p, r, s.t, 1);
    return wall_fits(&s) && 2 * r + 2 <= fmin(s.w, s.d) - 2 * s.t;
}

static void round_measures(cad_part *p, double r, double h, double t, bool through)
{
    double b = r - t, c = through ? h : h - t;
    cad_part_cylinder(p, r, h);
    p->volume -= PI * b * b * c;
    p->area += 2 * PI * b * c - (through ? 2 * PI * b * b : 0);
    p->cylinders++;
    p->planes += !through;
    p->genus = through;
    p->hole[p->n_holes++] = (cad_round){.d = 2 * b, .length = c, .count = 1, .through = through};
    p->wall = t;
    p->open = true;
}

static bool cup(cad_part *p)
{
    double d = cad_part_size(p, "d", CAD_SIZE_big, 12, 120), h = cad_part_size(p, "h", CAD_SIZE_big, 10, 120);
    double t = cad_part_size(p, "t", CAD_SIZE_fine, 0.8, 6);
    cad_part_line(p, "Y $ $", 2, cad_half(d), h);
    cad_part_line(p, "SH 0 $ +Z", 1, t);
    round_measures(p, cad_half(d), h, t, false);
    return t <= fmin(d / 5, h / 3);
}

static bool round_tube(cad_part *p)
{
    double d = cad_part_size(p, "d", CAD_SIZE_big, 8, 120), h = cad_part_size(p, "h", CAD_SIZE_big, 8, 150);
    double t = cad_part_size(p, "t", CAD_SIZE_fine, 0.8, 6);
    cad_part_line(p, "Y $ $", 2, cad_half(d), h);
    cad_part_line(p, "SH 0 $ +Z -Z", 1, t);
    round_measures(p, cad_half(d), h, t, true);
    return t <= d / 5;
}

static const cad_form forms[] = {
    {"box", 0.54, box, cad_words_enclosure_box, &cad_say_enclosure_box},
    {"box_hole", 0.10, box_hole, cad_words_enclosure_box_hole, &cad_say_enclosure_box_hole},
    {"cup", 0.13, cup, cad_words_enclosure_cup, &cad_say_enclosure_cup},
    {"round_tube", 0.13, round_tube, cad_words_enclosure_round_tube, &cad_say_enclosure_round_tube},
    {"square_tube", 0.10, square_tube, cad_words_enclosure_square_tube, &cad_say_enclosure_square_tube},
};

const cad_family cad_family_enclosure = {"enclosure", 0.17, false, CAD_FORMS(forms), cad_words_enclosure};
