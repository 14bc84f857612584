/* Hexagonal parts: bars, standoffs, nuts, blanks of bolts.  Kept out of the base model's corpus. */
#include "dataprep/synth_family.h"

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

/* ---- words ---- */

static const cad_rule family_rules[] = {
    {"flats", "[$f across flats|$f across flats|$f across the flats|$f AF|AF $f|AF=$f|across flats $f|$f hex|hex size $f|$f "
              "between flats|$f flat to flat|$f wrench size|"
              "spanner size $f|^$f over flats|^$f from flat to flat|^key size $f]"},
    {"preflats", "[$f hex|$f AF hex|$f across-flats hex|$f hexagonal|^$f hexagon]"},
    {"barnoun", "[hex bar|hex bar|hexagonal bar|hexagonal prism|hex rod|solid hex bar|hexagon bar|hex prism|hex "
                "block|six-sided bar|^hex stock|^hexagonal column]"},
    {"standoffnoun", "[hex standoff|hex standoff|hex spacer|hexagonal standoff|hexagonal spacer|threaded-style hex "
                     "standoff|hex pillar|^hex stand-off|^hexagonal distance piece]"},
    {"nutnoun", "[hex nut|hex nut|nut|hexagonal nut|hexagon nut|plain hex nut|^six-sided nut]"},
    {"boltnoun",
     "[hex bolt blank|hex bolt|hex head bolt|bolt with hex head|hex head pin|hexagon head bolt, no thread|^hex screw blank]"},
    {NULL, NULL},
};

static const cad_rule bar_rules[] = {
    {"np", "[{barnoun} {flats}[, | and |, ]{height:h}|{barnoun}, {flats}, {height:h}|{barnoun}, {height:h}, {flats}|{tall:h} "
           "{barnoun}, {flats}|{preflats} bar, {height:h}|"
           "{just} {barnoun} {flats}, {height:h}|{barnoun} with {flats} and [height|length] $h|^{barnoun} measuring {flats}, "
           "{height:h}]{plain}"},
    {"spec", "[{barnoun}: {flats}, {height:h}|{barnoun}{sep}AF=$f{sep}L=$h|{barnoun}\nacross flats: $f\nlength: $h|{barnoun} "
             "AF$f L$h|^{barnoun} / {flats} / {height:h}]{plain}"},
    {"plain", "[||||, solid|, no hole|, no bore|, nothing else|^, undrilled]"},
    {NULL, NULL},
};

static const cad_rule standoff_rules[] = {
    {"np", "[{standoffnoun}, {flats}, {height:h}, {bore:b}|{standoffnoun} {flats}, {height:h}, {bore:b}|{standoffnoun}, "
           "{bore:b}, {height:h}, {flats}|&b;{standoffnoun} M#b, {height:h}, {flats}|"
           "&b;{standoffnoun} M#b, {flats}, {height:h}|&b;M#b {standoffnoun}, {height:h}, {flats}|&b;M#b {standoffnoun}, "
           "{flats}, {height:h}|{tall:h} {standoffnoun}, {flats}, {bore:b}|"
           "{preflats} standoff, {height:h}, with {with_bore:b}|{standoffnoun} {height:h}, {flats}, with "
           "{with_bore:b}|&b;{tall:h} M#b {standoffnoun}, {flats}|"
           "^{standoffnoun} measuring {flats}, {height:h}, {bore:b}]"},
    {"spec",
     "[{standoffnoun}: {flats}, {height:h}, {bore:b}|{standoffnoun}{sep}AF=$f{sep}L=$h{sep}bore=$b|{standoffnoun}\nacross "
     "flats: $f\nlength: $h\nbore: $b|{standoffnoun} AF$f L$h ID$b|"
     "^{standoffnoun} / {flats} / {height:h} / {bore:b}]"},
    {NULL, NULL},
};

static const cad_rule nut_rules[] = {
    {"np", "[{nutnoun}, {flats}, {thick:h}, {bore:b}|{nutnoun} {flats}, {thick:h}, {bore:b}|&b;M#b {nutnoun}, {flats}, "
           "{thick:h}|&b;M#b {nutnoun}, {thick:h}, {flats}|&b;{nutnoun} M#b, {flats}, {thick:h}|"
           "{nutnoun}, {bore:b}, {flats}, {thick:h}|{preflats} nut, {thick:h}, with {with_bore:b}|{prethick:h} {nutnoun}, "
           "{flats}, with {with_bore:b}|^{nutnoun} measuring {flats}, {thick:h}, {bore:b}]"},
    {"spec", "[{nutnoun}: {flats}, {thick:h}, {bore:b}|{nutnoun}{sep}AF=$f{sep}T=$h{sep}bore=$b|{nutnoun}\nacross flats: "
             "$f\nthickness: $h\nbore: $b|{nutnoun} AF$f T$h ID$b|"
             "^{nutnoun} / {flats} / {thick:h} / {bore:b}]"},
    {NULL, NULL},
};

static const cad_rule bolt_rules[] = {
    {"np", "[{boltnoun}, {head}, {shank}, {overall}|{boltnoun} with {head}, {shank}, {overall}|{boltnoun}, {shank}, {head}, "
           "{overall}|{boltnoun}, {overall}, {shank}, {head}|"
           "&d;M#d {boltnoun}, {head}, {overall}|&d;M#d {boltnoun}, {overall}, {head}]"},
    {"spec", "[{boltnoun}{sep}AF=$f{sep}head=$k{sep}shank D=$d{sep}overall length $h|{boltnoun}\nacross flats: $f\nhead "
             "height: $k\nshank diameter: $d\noverall length: $h|"
             "{boltnoun}: {head}, {shank}, {overall}]"},
    {"head", "[head {flats}, head height $k|$k high head, {flats}|head height $k, {flats}|head $k thick, {flats}|{flats}, head "
             "$k high|^cap {flats}, $k deep]"},
    {"shank", "[shank {dia:d}|$d shank|shank diameter $d|$d diameter shank|shaft {dia:d}|^stem {dia:d}]"},
    {"overall", "[overall length $h|$h overall|total length $h|$h long overall|$h total length|^$h from end to end]"},
    {NULL, NULL},
};

static const cad_form forms[] = {
    {"bar", 0.28, bar, bar_rules},
    {"standoff", 0.36, standoff, standoff_rules},
    {"nut", 0.24, nut, nut_rules},
    {"bolt", 0.12, bolt, bolt_rules},
};

const cad_family cad_family_hex = {"hex", 0.13, true, CAD_FORMS(forms), family_rules};
