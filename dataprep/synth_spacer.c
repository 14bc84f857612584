/* Turned parts: spacers and standoffs (solid, hollow, flanged), washers. */
#include "dataprep/synth_family.h"

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

/* ---- words ---- */

static const cad_rule family_rules[] = {
    {"solidnoun", "[standoff|standoff|spacer|pillar|solid standoff|solid spacer|round standoff|post|support "
                  "post|^stand-off|^distance piece|^stilt]"},
    {"noun", "[spacer|spacer|standoff|standoff|hollow spacer|sleeve|bushing|round spacer|tubular "
             "spacer|collar|tube|bush|hollow standoff|"
             "^stand-off|^distance bush|^ferrule|^pipe section]"},
    {"fnoun", "[flanged spacer|flanged bushing|flanged sleeve|flanged standoff|flanged bush|flange bushing|shoulder bushing|"
              "^flanged ferrule|^collared sleeve]"},
    {"washernoun", "[washer|washer|washer|flat washer|plain washer|shim washer|ring washer|^shim|^packing ring|^spacer ring]"},
    {NULL, NULL},
};

static const cad_rule solid_rules[] = {
    {"np", "[{predia:d} {tall:h} {solidnoun}|{predia:d} {tall:h} {solidnoun}|{just} {solidnoun}, {dia:d}, "
           "{height:h}|{solidnoun} {dia:d}[, | and |, ]{height:h}|"
           "{tall:h} {solidnoun}, {dia:d}|{solidnoun} {height:h}, {dia:d}|{solidnoun} with {with_dia:d} and [height $h|a "
           "height of $h]|{solidnoun} Ø#d x #h@|"
           "{solidnoun}, {height:h} and {dia:d}|^{solidnoun} measuring {dia:d} by {height:h}]{plain}"},
    {"spec", "[{solidnoun}: {dia:d}, {height:h}|{solidnoun}{sep}D=$d{sep}H=$h|{solidnoun}\ndiameter: $d\nheight: "
             "$h|{solidnoun} D$d L$h|"
             "{solidnoun}, d=$d, h=$h|^{solidnoun} / {dia:d} / {height:h}]{plain}"},
    {"plain", "[||||, solid|, no hole|, no bore| without a hole|^, undrilled]"},
    {NULL, NULL},
};

static const cad_rule hollow_rules[] = {
    {"np", "[{noun} {outer:d}, {bore:b}, {height:h}|{noun}, {outer:d}, {bore:b}, {height:h}|{outer:d}, {bore:b} {noun}, "
           "{tall:h}|{noun} {height:h}, {outer:d}, {bore:b}|"
           "{predia:d} {noun} with {with_bore:b}, {height:h}|{tall:h} {noun}, {outer:d} and {bore:b}|{noun}, {dia:d}, "
           "{height:h}, with {with_bore:b}|"
           "{predia:d} {tall:h} {noun} with {with_bore:b}|{noun} {outer:d} x {bore:b} x {height:h}|{noun}, {bore:b}, "
           "{outer:d}, {height:h}|"
           "{noun} with {with_bore:b}, {outer:d}, {height:h}|{noun} #d x #b x #h@ (OD x ID x length)|^{noun} measuring "
           "{outer:d} over {bore:b}, {height:h}]"},
    {"spec", "[{noun}: {outer:d}, {bore:b}, {height:h}|{noun}{sep}OD=$d{sep}ID=$b{sep}L=$h|{noun}\nouter diameter: $d\ninner "
             "diameter: $b\nlength: $h|"
             "{noun} OD$d ID$b H$h|{noun}, OD $d, ID $b, length $h|{noun}\nOD $d\nbore $b\nheight $h|^{noun} / {outer:d} / "
             "{bore:b} / {height:h}]"},
    {NULL, NULL},
};

/* `where` is the only rule in which the three flanged forms differ. */
#define FLANGED_RULES(WHERE)                                                                                                   \
    {"np",                                                                                                                     \
     "[{fnoun}, {body}, {height:h}, {flange} {where}, {bore:b}|{fnoun} {height:h}, {body}, {flange} {where}, {bore:b}|"        \
     "{fnoun} with {with_bore:b}, {body}, {height:h}, {flange} {where}|{tall:h} {fnoun}, {body}, {bore:b}, {flange} {where}|"  \
     "spacer {dia:d}, {height:h}, with {flange} {where} and {with_bore:b}|{fnoun}: {body}, {height:h}, {bore:b}, {flange} "    \
     "{where}]"},                                                                                                              \
        {"spec",                                                                                                               \
         "[{fnoun}{sep}body $d x $h{sep}{flange} {where}{sep}{bore:b}|{fnoun}\nbody diameter: $d\nheight: $h\nflange "         \
         "diameter: $f\n"                                                                                                      \
         "flange thickness: $t\nflange {where}\nbore: $b|{fnoun}: D=$d, H=$h, flange D=$f, flange T=$t {where}, bore $b]"},    \
        {"body",                                                                                                               \
         "[body {dia:d}|{outer:d} body|$d body|body diameter $d|sleeve {dia:d}|body radius $/d|^$d barrel|^shank {dia:d}]"},   \
        {"flange", "[[a|one] flange {dia:f}, {thick:t}|~ $f flange, {thick:t},|flange of $f x $t|flange {dia:f} x "            \
                   "{thick:t}|flange diameter $f, {thick:t},|"                                                                 \
                   "flange $f in diameter and {thick:t}|^rim {dia:f}, {thick:t},|^lip of $f, {thick:t},]"},                    \
        {"where", WHERE},                                                                                                      \
    {                                                                                                                          \
        NULL, NULL                                                                                                             \
    }

static const cad_rule bottom_rules[] = {
    FLANGED_RULES("[at the bottom|at the bottom|at the base|on the bottom|at the lower end|^at the foot]")};
static const cad_rule top_rules[] = {
    FLANGED_RULES("[at the top|at the top|on top|on the top end|at the upper end|^at the head]")};
static const cad_rule both_rules[] = {
    FLANGED_RULES("[at both ends|at both ends|on both ends|at each end|top and bottom|^at either end]")};

static const cad_rule washer_rules[] = {
    {"np", "[{washernoun} {outer:d}, {bore:b}, {thick:t}|{washernoun}, {outer:d}, {bore:b}, {thick:t}|{washernoun}, {bore:b}, "
           "{outer:d}, {thick:t}|"
           "&b;M#b {washernoun}, {outer:d}, {thick:t}|&b;M#b {washernoun} {outer:d}, {thick:t}|&b;{washernoun} for M#b, "
           "{outer:d}, {thick:t}|"
           "{prethick:t} {washernoun}, {outer:d}, {bore:b}|{predia:d} {washernoun} with {with_bore:b}, {thick:t}|{washernoun} "
           "{thick:t}, {outer:d}, {bore:b}|"
           "{washernoun} #d x #b x #t@|{washernoun}, {dia:d}, with {with_bore:b}, {thick:t}|^{washernoun} measuring {outer:d} "
           "over {bore:b}, {thick:t}]"},
    {"spec",
     "[{washernoun}: {outer:d}, {bore:b}, {thick:t}|{washernoun}{sep}OD=$d{sep}ID=$b{sep}T=$t|{washernoun}\nouter diameter: "
     "$d\ninner diameter: $b\n"
     "thickness: $t|{washernoun} OD$d ID$b T$t|{washernoun} #d x #b x #t@|^{washernoun} / {outer:d} / {bore:b} / {thick:t}]"},
    {NULL, NULL},
};

static const cad_form spacer_forms[] = {
    {"solid", 0.26, solid, solid_rules},
    {"hollow", 0.44, hollow, hollow_rules},
    {"flange_bottom", 0.12, flange_bottom, bottom_rules},
    {"flange_top", 0.10, flange_top, top_rules},
    {"flange_both", 0.08, flange_both, both_rules},
};
static const cad_form washer_forms[] = {{"washer", 1, washer, washer_rules}};

const cad_family cad_family_spacer = {"spacer", 0.15, false, CAD_FORMS(spacer_forms), family_rules};
const cad_family cad_family_washer = {"washer", 0.06, false, CAD_FORMS(washer_forms), family_rules};
