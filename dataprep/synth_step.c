/* Parts whose answer is a STEP file: six plain families in a fixed place, for captions that can be quoted.
 *
 * Boxes and plates reach from the origin to (w, d, h); cylinders and washers stand on z = 0 about the z axis; holes go along z.
 * So each coordinate of the B-rep is 0 or a parameter, and all parameters are stated.  The one exception is the point where the
 * circle of a hole away from the origin closes: x + r. */
#include "dataprep/say.h"
#include "dataprep/synth_family.h"
#include "dataprep/words.h"

#include <math.h>

static const double MARGIN = 1; /* material that stays beside a hole, mm */

/* The largest size of a part: small, middling and large ones are equally likely. */
static double reach(cad_part *p)
{
    return cad_part_chance(p, 1.0 / 3) ? 30 : cad_part_chance(p, 0.5) ? 80 : 200;
}

static bool box(cad_part *p)
{
    double most = reach(p);
    double w = cad_part_length(p, "w", 2, most), d = cad_part_length(p, "d", 2, most), h = cad_part_length(p, "h", 1, most);
    cad_part_line(p, "C $ $ $", 3, w, d, h);
    cad_part_box(p, w, d, h);
    return true;
}

static bool cylinder(cad_part *p)
{
    double most = reach(p);
    double r = cad_part_length(p, "r", 1, most / 2), h = cad_part_length(p, "h", 1, most);
    cad_part_line(p, "Y $ $", 2, r, h);
    cad_part_cylinder(p, r, h);
    return true;
}

static bool washer(cad_part *p)
{
    double most = reach(p);
    double a = cad_part_length(p, "a", 3, most / 2), b = cad_part_length(p, "b", 1, fmax(a - MARGIN, 1));
    double t = cad_part_length(p, "t", 1, fmax(most / 8, 4));
    cad_part_line(p, "Y $ $", 2, a, t);
    cad_part_line(p, "Y $ $", 2, b, t);
    cad_part_line(p, "D 0 1", 0);
    cad_part_cylinder(p, a, t);
    (void)cad_part_holes(p, b, t, 1);
    return b <= a - MARGIN;
}

/* The profile, in x and z: 0, t, w and 0, t, h; its depth lies along y. */
static bool l_bracket(cad_part *p)
{
    double most = reach(p);
    double w = cad_part_length(p, "w", 6, most), h = cad_part_length(p, "h", 6, most), d = cad_part_length(p, "d", 2, most);
    double t = cad_part_length(p, "t", 1, fmin(w, h) / 2);
    cad_part_line(p, "C $ $ $", 3, w, d, t);
    cad_part_line(p, "C $ $ $", 3, t, d, h);
    cad_part_line(p, "U 0 1", 0);
    double profile = w * t + t * (h - t);
    p->volume = profile * d;
    p->area = 2 * profile + 2 * (w + h) * d;
    p->ext[0] = w;
    p->ext[1] = d;
    p->ext[2] = h;
    p->planes = 8;
    return true;
}

typedef struct plate {
    double w, d, t;
} plate;

static plate base(cad_part *p)
{
    plate s;
    double most = reach(p);
    s.w = cad_part_length(p, "w", 12, most);
    s.d = cad_part_length(p, "d", 12, most);
    s.t = cad_part_length(p, "t", 1, fmin(fmin(s.w, s.d) / 3, 25));
    cad_part_line(p, "C $ $ $", 3, s.w, s.d, s.t);
    cad_part_box(p, s.w, s.d, s.t);
    return s;
}

/* Cuts a hole at (x, y) with the drill, node 1, into node `at`; returns the new node. */
static int cut(cad_part *p, int at, double x, double y)
{
    cad_part_line(p, "T 1 $ $ 0", 2, x, y);
    int hole = at ? at + 1 : 2;
    cad_part_line(p, "D $ $", 2, (double)at, (double)hole);
    return hole + 1;
}

static bool plate_1(cad_part *p)
{
    plate s = base(p);
    double r = cad_part_length(p, "r", 1, fmin(s.w, s.d) / 3);
    double x = cad_part_length(p, "x", r + MARGIN, s.w - r - MARGIN), y = cad_part_length(p, "y", r + MARGIN, s.d - r - MARGIN);
    cad_part_line(p, "Y $ $", 2, r, s.t);
    (void)cut(p, 0, x, y);
    (void)cad_part_holes(p, r, s.t, 1);
    return true;
}

/* Two coordinates of holes of radius r in a side of length `side`: as far from both ends, or anywhere apart. */
static void two(cad_part *p, const char *first, const char *second, bool even, double side, double r, double out[2])
{
    double least = r + MARGIN;
    out[0] = cad_part_length(p, first, least, side / 2 - least);
    if (even)
        out[1] = cad_part_length(p, second, side - out[0], side - out[0]);
    else
        out[1] = cad_part_length(p, second, out[0] + 2 * least, side - least);
}

static bool plate_4(cad_part *p)
{
    plate s = base(p);
    double r = cad_part_length(p, "r", 1, fmin(s.w, s.d) / 6), x[2], y[2];
    bool even = cad_part_chance(p, 0.6);
    two(p, "x1", "x2", even, s.w, r, x);
    two(p, "y1", "y2", even, s.d, r, y);
    cad_part_given(p, "n", 4, true);
    cad_part_line(p, "Y $ $", 2, r, s.t);
    int at = 0;
    for (int i = 0; i < 4; i++)
        at = cut(p, at, x[i % 2], y[i / 2]);
    cad_round *h = cad_part_holes(p, r, s.t, 4);
    h->spacing[0] = fmax(x[1] - x[0], y[1] - y[0]);
    h->spacing[1] = fmin(x[1] - x[0], y[1] - y[0]);
    return true;
}

#define FAMILY(name, share, rules)                                                                                             \
    static const cad_form form_##name[] = {{#name, 1, name, rules, &cad_say_step_##name}};                                     \
    const cad_family cad_step_family_##name = {#name, share, false, CAD_FORMS(form_##name), NULL};

FAMILY(box, 0.16, cad_words_step_box)
FAMILY(cylinder, 0.16, cad_words_step_cylinder)
FAMILY(washer, 0.16, cad_words_step_washer)
FAMILY(l_bracket, 0.16, cad_words_step_l_bracket)
FAMILY(plate_1, 0.18, cad_words_step_plate)
FAMILY(plate_4, 0.18, cad_words_step_plate)
