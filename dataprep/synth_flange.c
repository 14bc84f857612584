/* Flanges: a disc with a bolt circle, with or without bore and hub.  Kept out of the base model's corpus. */
#include "dataprep/say.h"
#include "dataprep/synth_family.h"
#include "dataprep/words.h"

#include <math.h>

#define PI 3.14159265358979323846

typedef struct flange {
    double r, t, b, hub, h; /* radii; disc thickness; over-all height with the hub */
    int n;
    double pcd, bolt;
} flange;

static void disc(cad_part *p, flange *f)
{
    f->r = cad_half(cad_part_size(p, "d", CAD_SIZE_big, 30, 160));
    f->t = cad_part_size(p, "t", cad_part_chance(p, 0.5) ? CAD_SIZE_big : CAD_SIZE_fine, 2, 20);
    cad_part_line(p, "Y $ $", 2, f->r, f->t);
    cad_part_cylinder(p, f->r, f->t);
}

static void bore(cad_part *p, flange *f, double least)
{
    f->b = cad_half(cad_part_size(p, "b", cad_part_chance(p, 0.7) ? CAD_SIZE_big : CAD_SIZE_fine, least, fmax(least, f->r)));
}

/* Bolt holes from node `first` (their drill) on; `body` is the node that is cut. */
static void bolts(cad_part *p, flange *f, int first, int body)
{
    f->n = cad_part_count(p, "n", 3, 12);
    f->bolt = cad_half(cad_part_size(p, "hd", CAD_SIZE_fine, 3, 14));
    f->pcd = cad_part_size(p, "k", CAD_SIZE_big, fmax(f->r, 12), 1.85 * f->r);
    cad_part_line(p, "Y $ $", 2, f->bolt, f->t);
    cad_part_line(p, "T $ $ 0 0", 2, (double)first, cad_half(f->pcd));
    cad_part_line(p, "CP $ 0 0 0 0 0 1 $ 360", 2, first + 1.0, (double)f->n);
    cad_part_line(p, "D $ $", 2, (double)body, first + 2.0);
    cad_part_holes(p, f->bolt, f->t, f->n)->pcd = 2 * cad_half(f->pcd);
}

/* The ring of holes stays 1 mm away from the rim, from what is inside it, and from itself. */
static bool bolts_fit(const flange *f, double inner)
{
    double ring = f->pcd / 2;
    return f->t <= f->r && ring + f->bolt + 1 <= f->r && ring - f->bolt - 1 >= inner &&
           2 * ring * sin(PI / f->n) >= 2 * f->bolt + 1;
}

static bool blind(cad_part *p)
{
    flange f = {0};
    disc(p, &f);
    bolts(p, &f, 1, 0);
    return bolts_fit(&f, 0);
}

static bool flat(cad_part *p)
{
    flange f = {0};
    disc(p, &f);
    bore(p, &f, 5);
    cad_part_line(p, "Y $ $", 2, f.b, f.t);
    cad_part_line(p, "D 0 1", 0);
    (void)cad_part_holes(p, f.b, f.t, 1);
    bolts(p, &f, 3, 2);
    return bolts_fit(&f, f.b) && fabs(f.b - f.bolt) > 0.2;
}

static void hub(cad_part *p, flange *f)
{
    f->hub = cad_half(cad_part_size(p, "u", CAD_SIZE_big, 12, fmax(14, 1.3 * f->r)));
    f->h = cad_part_size(p, "h", CAD_SIZE_big, f->t + 3, f->t + 40);
    cad_part_line(p, "Y $ $", 2, f->hub, f->h);
    cad_part_line(p, "U 0 1", 0);
    (void)cad_part_bosses(p, f->hub, f->h - f->t, 1);
    p->ext[2] = f->h;
}

/* The hub's height stated from the top of the disc: it stands on the disc. */
static void hub_above(cad_part *p, flange *f, bool bored)
{
    f->hub = cad_half(cad_part_size(p, "u", CAD_SIZE_big, 12, fmax(14, 1.3 * f->r)));
    double above = cad_part_size(p, "v", CAD_SIZE_big, 3, 40);
    f->h = f->t + above;
    if (bored) {
        bore(p, f, 5);
        cad_part_line(p, "Y $ $", 2, f->b, f->t);
        cad_part_line(p, "D 0 1", 0);
        (void)cad_part_holes(p, f->b, f->h, 1);
    }
    cad_part_raised_hub(p, f->t, f->hub, above, f->b);
}

static bool hubbed_above(cad_part *p)
{
    flange f = {0};
    disc(p, &f);
    hub_above(p, &f, true);
    bolts(p, &f, 8, 7);
    return bolts_fit(&f, f.hub) && f.b + 1 <= f.hub && fabs(f.b - f.bolt) > 0.2;
}

static bool hub_only_above(cad_part *p)
{
    flange f = {0};
    disc(p, &f);
    hub_above(p, &f, false);
    bolts(p, &f, 4, 3);
    return bolts_fit(&f, f.hub);
}

static bool hubbed(cad_part *p)
{
    flange f = {0};
    disc(p, &f);
    hub(p, &f);
    bore(p, &f, 5);
    cad_part_line(p, "Y $ $", 2, f.b, f.h);
    cad_part_line(p, "D 2 3", 0);
    (void)cad_part_holes(p, f.b, f.h, 1);
    bolts(p, &f, 5, 4);
    return bolts_fit(&f, f.hub) && f.b + 1 <= f.hub && fabs(f.b - f.bolt) > 0.2;
}

static bool hub_only(cad_part *p)
{
    flange f = {0};
    disc(p, &f);
    hub(p, &f);
    bolts(p, &f, 3, 2);
    return bolts_fit(&f, f.hub);
}

static const cad_form forms[] = {
    {"flat", 0.50, flat, cad_words_flange_flat, &cad_say_flange_flat},
    {"blind", 0.14, blind, cad_words_flange_blind, &cad_say_flange_blind},
    {"hubbed", 0.16, hubbed, cad_words_flange_hubbed, &cad_say_flange_hubbed},
    {"hubbed_above", 0.10, hubbed_above, cad_words_flange_hubbed_above, &cad_say_flange_hubbed_above},
    {"hub_only", 0.06, hub_only, cad_words_flange_hub_only, &cad_say_flange_hub_only},
    {"hub_only_above", 0.04, hub_only_above, cad_words_flange_hub_only_above, &cad_say_flange_hub_only_above},
};

const cad_family cad_family_flange = {"flange", 0.13, true, CAD_FORMS(forms), cad_words_flange};
