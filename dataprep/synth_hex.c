/* Hexagonal parts: bars, standoffs, nuts, blanks of bolts.  Kept out of the base model's corpus. */
#include "dataprep/say.h"
#include "dataprep/synth_family.h"
#include "dataprep/words.h"

#include <math.h>

static double across(cad_part *p, double lo, double hi)
{
    return cad_half(cad_part_size(p, "f", CAD_SIZE_fine, lo, hi));
}

static void hexagon(cad_part *p, double r, double h)
{
    cad_part_line(p, "P 6 $ $", 2, r, h);
    cad_part_prism(p, 6, r, h);
}

static bool bar(cad_part *p)
{
    double r = across(p, 4, 50), h = cad_part_size(p, "h", CAD_SIZE_big, 3, 120);
    hexagon(p, r, h);
    return true;
}

static bool bored(cad_part *p, double r, double h)
{
    double b = cad_half(cad_part_size(p, "b", CAD_SIZE_fine, 1.5, fmax(2, 1.7 * r)));
    cad_part_line(p, "Y $ $", 2, b, h);
    cad_part_line(p, "D 0 1", 0);
    (void)cad_part_holes(p, b, h, 1);
    return b <= 0.85 * r && r - b >= 0.4;
}

static bool standoff(cad_part *p)
{
    double r = across(p, 4, 24), h = cad_part_size(p, "h", CAD_SIZE_big, 4, 80);
    hexagon(p, r, h);
    return bored(p, r, h);
}

static bool nut(cad_part *p)
{
    double r = across(p, 4, 46), h = cad_part_size(p, "h", CAD_SIZE_fine, 1.5, 30);
    hexagon(p, r, h);
    return bored(p, r, h) && h <= 2 * r;
}

/* Head on the ground, shank through it: the program quotes the over-all length. */
static bool bolt(cad_part *p)
{
    double r = across(p, 5, 46), k = cad_part_size(p, "k", CAD_SIZE_fine, 2, 20);
    double s = cad_half(cad_part_size(p, "d", CAD_SIZE_fine, 3, 30)), h = cad_part_size(p, "h", CAD_SIZE_big, 8, 120);
    hexagon(p, r, k);
    cad_part_line(p, "Y $ $", 2, s, h);
    cad_part_line(p, "U 0 1", 0);
    (void)cad_part_bosses(p, s, h - k, 1);
    p->ext[2] = h;
    return s <= 0.9 * r && h >= k + 3 && k <= 1.5 * r;
}

static const cad_form forms[] = {
    {"bar", 0.28, bar, cad_words_hex_bar, &cad_say_hex_bar},
    {"standoff", 0.36, standoff, cad_words_hex_standoff, &cad_say_hex_standoff},
    {"nut", 0.24, nut, cad_words_hex_nut, &cad_say_hex_nut},
    {"bolt", 0.12, bolt, cad_words_hex_bolt, &cad_say_hex_bolt},
};

const cad_family cad_family_hex = {"hex", 0.13, true, CAD_FORMS(forms), cad_words_hex};
