/* Flanges: a disc with a bolt circle, with or without bore and hub.  Kept out of the base model's corpus. */
#include "dataprep/synth_family.h"

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

/* ---- words ---- */

static const cad_rule family_rules[] = {
    {"noun",
     "[flange|flange|flange|round flange|pipe flange|flange plate|circular flange|mounting flange|^coupling flange|^end ring]"},
    {"hubnoun", "[hubbed flange|flange with a hub|hub flange|flange with hub|^collared flange]"},
    {"od", "[{outer:d}|{outer:d}|{dia:d}]"},
    {"disc", "[{noun}, {od}, {thick:t}|{noun} {od}, {thick:t}|{predia:d} {noun}, {thick:t}|{noun}, {thick:t}, "
             "{od}|{prethick:t} {noun}, {od}|"
             "{noun} Ø#d x #t@|^{noun} measuring {od}, {thick:t}]"},
    {"ring", "[{holes} on ~ $k {pitchcircle}|{holes} on ~ $k {pitchcircle}|{holes} on a {pitchcircle} of $k|{bolts} on ~ $k "
             "{pitchcircle}|{bolts}, PCD $k|{bolts} on a {pitchcircle} of $k|"
             "{holes}, PCD $k|{holes} evenly spaced on ~ $k circle|{bolts}, BCD $k|{holes} at PCD $k|a {pitchcircle} of $k "
             "with {holes}|{bolts} around ~ $k circle|"
             "{holes} on a circle of radius $/k|^{holes} arranged around ~ $k ring|^{bolts} spread over ~ $k circle]"},
    {"pitchcircle", "[bolt circle|PCD|pitch circle|bolt circle|circle|BCD|pitch circle diameter|^hole circle]"},
    {"bolts", "[%n bolt holes of $hd|u;%n $hd bolt holes|!n x $hd bolt holes|!nx $hd bolt holes|%n bolt holes, $hd diameter|%n "
              "bolt holes Ø$hd|%n bolt holes of $hd diameter|"
              "&hd;%n M#hd bolt holes|&hd;!n x M#hd|&hd;%n holes for M#hd bolts|%n bolt holes with radius $/hd|^%n bolt "
              "openings of $hd]"},
    {"ringspec", "[bolt circle $k{sep}bolts !n x $hd|PCD $k{sep}!n x $hd|holes: !n x $hd on PCD $k|{bolts}{sep}PCD $k]"},
    {"hub", "[~ $u hub, $h [overall height|total height|tall overall|high overall]|hub {dia:u}, overall height $h|hub diameter "
            "$u, total height $h|a hub of $u, $h high overall|"
            "~ $u diameter hub, overall height $h|hub {dia:u} and $h overall height|^a collar of $u, $h from bottom to top]"},
    {"having", "[ with |, | with | and |, with |; ]"},
    {NULL, NULL},
};

static const cad_rule blind_rules[] = {
    {"np", "[{disc}, {nobore}, {ring}|{disc}, {ring}, {nobore}|blind flange, {od}, {thick:t}, {ring}|blind flange {od}, "
           "{thick:t}, {ring}|{disc}{having}{ring}, {nobore}|"
           "{predia:d} blind flange, {thick:t}, {ring}]"},
    {"spec", "[blind flange{sep}OD=$d{sep}T=$t{sep}{ringspec}|blind flange\nouter diameter: $d\nthickness: "
             "$t\n{ringspec}|blind flange: OD $d, t $t, {ringspec}]"},
    {"nobore", "[no bore|no center hole|without a bore|blind|solid center|^closed centre]"},
    {NULL, NULL},
};

static const cad_rule flat_rules[] = {
    {"np", "[{disc}, {bore:b}, {ring}|{disc}, {bore:b}, {ring}|{disc} with {with_bore:b} and {ring}|{disc}{having}{ring} and "
           "{with_bore:b}|{disc}, {ring}, {bore:b}|"
           "{disc}, with {with_bore:b}, {ring}|{disc}; {bore:b}; {ring}]"},
    {"spec", "[{noun}{sep}OD=$d{sep}T=$t{sep}bore=$b{sep}{ringspec}|{noun}\nouter diameter: $d\nthickness: $t\nbore: "
             "$b\n{ringspec}|{noun}: OD $d, t $t, bore $b, {ringspec}|"
             "{noun} OD$d ID$b T$t, {ringspec}|^{noun} / OD $d / thk $t / bore $b / {ringspec}]"},
    {NULL, NULL},
};

static const cad_rule hubbed_rules[] = {
    {"np", "[{disc}, {hub}, {bore:b}, {ring}|{disc} with {hub}, {bore:b}, {ring}|{hubnoun}, {od}, disc {thick:t}, {hub}, "
           "{bore:b}, {ring}|{disc}, {bore:b}, {hub}, {ring}|"
           "{disc}, {ring}, {hub}, {bore:b}]"},
    {"spec",
     "[{hubnoun}{sep}OD=$d{sep}T=$t{sep}hub=$u{sep}overall height $h{sep}bore=$b{sep}{ringspec}|{hubnoun}\nouter diameter: "
     "$d\nthickness: $t\nhub diameter: $u\n"
     "overall height: $h\nbore: $b\n{ringspec}|{hubnoun}: OD $d, t $t, hub D $u, total height $h, bore $b, {ringspec}]"},
    {NULL, NULL},
};

static const cad_rule hub_only_rules[] = {
    {"np", "[{disc}, {hub}, no bore, {ring}|{disc} with {hub}, no bore, {ring}|{hubnoun}, {od}, disc {thick:t}, {hub}, no "
           "bore, {ring}|{disc}, {ring}, {hub}, without a bore]"},
    {"spec", "[{hubnoun}, no bore{sep}OD=$d{sep}T=$t{sep}hub=$u{sep}overall height $h{sep}{ringspec}|{hubnoun}\nno bore\nouter "
             "diameter: $d\nthickness: $t\nhub diameter: $u\n"
             "overall height: $h\n{ringspec}]"},
    {NULL, NULL},
};

static const cad_form forms[] = {
    {"flat", 0.50, flat, flat_rules},
    {"blind", 0.14, blind, blind_rules},
    {"hubbed", 0.26, hubbed, hubbed_rules},
    {"hub_only", 0.10, hub_only, hub_only_rules},
};

const cad_family cad_family_flange = {"flange", 0.13, true, CAD_FORMS(forms), family_rules};
