/* Flat plates: bare, one centre hole, corner holes (mirrored, so that the program quotes the inset), rows and grids. */
#include "dataprep/say.h"
#include "dataprep/synth_family.h"
#include "dataprep/words.h"

#include "dataprep/synth_defaults.h"

#include <math.h>

typedef struct plate {
    double w, d, t;
} plate;

/* Sides and thickness; every form of the family begins with this line. */
static plate base(cad_part *p)
{
    plate s;
    s.w = cad_part_size(p, "w", CAD_SIZE_big, 20, 220);
    s.d = cad_part_size(p, "d", CAD_SIZE_big, 15, 160);
    s.t = cad_part_size_or(p, "t", CAD_SIZE_fine, 1, 15, CAD_DEFAULT_PLATE_THICKNESS);
    cad_part_line(p, "C $ $ $", 3, s.w, s.d, s.t);
    cad_part_box(p, s.w, s.d, s.t);
    return s;
}

static double hole(cad_part *p, double hi)
{
    return cad_half(cad_part_size_or(p, "hd", CAD_SIZE_fine, 2, fmax(hi, 2), CAD_DEFAULT_HOLE));
}

static bool bare(cad_part *p)
{
    plate s = base(p);
    return s.t < fmin(s.w, s.d) / 2;
}

static bool centre(cad_part *p)
{
    plate s = base(p);
    double least = fmin(s.w, s.d),
           r = cad_half(cad_part_size_or(p, "hd", cad_part_chance(p, 0.5) ? CAD_SIZE_big : CAD_SIZE_fine, 2,
                                         fmax(2, least * 0.8), CAD_DEFAULT_HOLE));
    cad_part_given(p, "n", 1, true);
    cad_part_line(p, "Y $ $", 2, r, s.t);
    cad_part_line(p, "T 1 $ $ 0", 2, s.w / 2, s.d / 2);
    cad_part_line(p, "D 0 2", 0);
    (void)cad_part_holes(p, r, s.t, 1);
    return 2 * r + 2 <= least && s.t < least / 2;
}

/* The mirrored set of four: lines from node `first`, whose drill is node first; returns the number of the last node. */
static void four(cad_part *p, int first, double i, double w, double d)
{
    cad_part_line(p, "T $ $ $ 0", 3, (double)first, i, i);
    cad_part_line(p, "X $ -1 1 1", 1, first + 1.0);
    cad_part_line(p, "T $ $ 0 0", 2, first + 2.0, w);
    cad_part_line(p, "U $ $", 2, first + 1.0, first + 3.0);
    cad_part_line(p, "X $ 1 -1 1", 1, first + 4.0);
    cad_part_line(p, "T $ 0 $ 0", 2, first + 5.0, d);
    cad_part_line(p, "U $ $", 2, first + 4.0, first + 6.0);
}

static bool inset_fits(double i, double r, double w, double d)
{
    return i >= r + 0.5 && 2 * (i + r) + 1 <= fmin(w, d);
}

static bool corners(cad_part *p)
{
    plate s = base(p);
    double r = hole(p, 14), i = cad_part_size_or(p, "i", CAD_SIZE_fine, 3, 25, CAD_DEFAULT_INSET);
    cad_part_given(p, "n", 4, true);
    cad_part_line(p, "Y $ $", 2, r, s.t);
    four(p, 1, i, s.w, s.d);
    cad_part_line(p, "D 0 8", 0);
    cad_round *h = cad_part_holes(p, r, s.t, 4);
    h->spacing[0] = fmax(s.w, s.d) - 2 * i;
    h->spacing[1] = fmin(s.w, s.d) - 2 * i;
    return inset_fits(i, r, s.w, s.d) && s.t < fmin(s.w, s.d) / 2;
}

static bool corners_centre(cad_part *p)
{
    plate s = base(p);
    double b = cad_half(cad_part_size(p, "b", cad_part_chance(p, 0.6) ? CAD_SIZE_big : CAD_SIZE_fine, 4, fmin(s.w, s.d) * 0.7));
    double r = hole(p, 12), i = cad_part_size_or(p, "i", CAD_SIZE_fine, 3, 25, CAD_DEFAULT_INSET);
    cad_part_given(p, "n", 4, true);
    cad_part_line(p, "Y $ $", 2, b, s.t);
    cad_part_line(p, "T 1 $ $ 0", 2, s.w / 2, s.d / 2);
    cad_part_line(p, "D 0 2", 0);
    cad_part_line(p, "Y $ $", 2, r, s.t);
    four(p, 4, i, s.w, s.d);
    cad_part_line(p, "D 3 11", 0);
    (void)cad_part_holes(p, b, s.t, 1);
    (void)cad_part_holes(p, r, s.t, 4);
    return inset_fits(i, r, s.w, s.d) && hypot(s.w / 2 - i, s.d / 2 - i) >= b + r + 1 && 2 * b + 2 <= fmin(s.w, s.d) &&
           fabs(b - r) > 0.2 && s.t < fmin(s.w, s.d) / 2;
}

/* Two holes on the long centre line, the same distance from both ends. */
static bool pair(cad_part *p)
{
    plate s = base(p);
    double r = hole(p, 14), i = cad_part_size(p, "i", CAD_SIZE_fine, 3, 40);
    cad_part_given(p, "n", 2, true);
    cad_part_line(p, "Y $ $", 2, r, s.t);
    cad_part_line(p, "T 1 $ $ 0", 2, i, s.d / 2);
    cad_part_line(p, "X 2 -1 1 1", 0);
    cad_part_line(p, "T 3 $ 0 0", 1, s.w);
    cad_part_line(p, "U 2 4", 0);
    cad_part_line(p, "D 0 5", 0);
    (void)cad_part_holes(p, r, s.t, 2);
    return i >= r + 0.5 && 2 * (i + r) + 1 <= s.w && 2 * r + 2 <= s.d && s.t < fmin(s.w, s.d) / 2;
}

/* n holes along the centre line: the first at i from the end, then every s. */
static bool row(cad_part *p)
{
    plate s = base(p);
    int n = cad_part_count(p, "n", 2, 12);
    double r = hole(p, 12), i = cad_part_size(p, "i", CAD_SIZE_fine, 3, 30), step = cad_part_size(p, "s", CAD_SIZE_fine, 6, 40);
    cad_part_line(p, "Y $ $", 2, r, s.t);
    cad_part_line(p, "T 1 $ $ 0", 2, i, s.d / 2);
    cad_part_line(p, "LP 2 1 0 0 $ $", 2, (double)n, step);
    cad_part_line(p, "D 0 3", 0);
    (void)cad_part_holes(p, r, s.t, n);
    return i >= r + 0.5 && i + (n - 1) * step + r + 0.5 <= s.w && step >= 2 * r + 1 && 2 * r + 2 <= s.d &&
           s.t < fmin(s.w, s.d) / 2;
}

/* nx times ny holes: the first at i from two edges, then every s and every v. */
static bool grid(cad_part *p)
{
    plate s = base(p);
    int nx = cad_part_count(p, "nx", 2, 6), ny = cad_part_count(p, "ny", 2, 5);
    double r = hole(p, 10), i = cad_part_size(p, "i", CAD_SIZE_fine, 3, 25);
    double sx = cad_part_size(p, "s", CAD_SIZE_fine, 6, 40), sy = sx;
    if (cad_part_chance(p, 0.6))
        sy = cad_part_size(p, "v", CAD_SIZE_fine, 6, 40);
    else
        cad_part_given(p, "v", sx, false);
    cad_part_given(p, "n", nx * ny, true);
    cad_part_line(p, "Y $ $", 2, r, s.t);
    cad_part_line(p, "T 1 $ $ 0", 2, i, i);
    cad_part_line(p, "LP 2 1 0 0 $ $", 2, (double)nx, sx);
    cad_part_line(p, "LP 3 0 1 0 $ $", 2, (double)ny, sy);
    cad_part_line(p, "D 0 4", 0);
    (void)cad_part_holes(p, r, s.t, nx * ny);
    return i >= r + 0.5 && i + (nx - 1) * sx + r + 0.5 <= s.w && i + (ny - 1) * sy + r + 0.5 <= s.d &&
           fmin(sx, sy) >= 2 * r + 1 && s.t < fmin(s.w, s.d) / 2;
}

static const cad_form forms[] = {
    {"bare", 0.16, bare, cad_words_plate_bare, &cad_say_plate_bare},
    {"centre", 0.15, centre, cad_words_plate_centre, &cad_say_plate_centre},
    {"corners", 0.32, corners, cad_words_plate_corners, &cad_say_plate_corners},
    {"corners_centre", 0.11, corners_centre, cad_words_plate_corners_centre, &cad_say_plate_corners_centre},
    {"pair", 0.09, pair, cad_words_plate_pair, &cad_say_plate_pair},
    {"row", 0.09, row, cad_words_plate_row, &cad_say_plate_row},
    {"grid", 0.08, grid, cad_words_plate_grid, &cad_say_plate_grid},
};

const cad_family cad_family_plate = {"plate", 0.20, false, CAD_FORMS(forms), cad_words_plate};
