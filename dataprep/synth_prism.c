/* Regular prisms other than hexagonal ones: they teach the base model the opcode P without showing it a hex part. */
#include "dataprep/synth_family.h"

#include <math.h>

/* The side count is a word of the caption, so each has its form; its name is the rule `shape`. */
typedef struct prism {
    double r, h;
} prism;

static prism draw(cad_part *p, int k)
{
    prism s;
    s.r = cad_half(cad_part_size(p, "f", CAD_SIZE_fine, 5, 80));
    s.h = cad_part_size(p, "h", CAD_SIZE_big, 3, 120);
    cad_part_given(p, "k", k, true);
    cad_part_line(p, "P $ $ $", 3, (double)k, s.r, s.h);
    cad_part_prism(p, k, s.r, s.h);
    return s;
}

static bool solid(cad_part *p, int k)
{
    prism s = draw(p, k);
    return s.r > 0;
}

static bool bored(cad_part *p, int k)
{
    prism s = draw(p, k);
    double b = cad_half(cad_part_size(p, "b", CAD_SIZE_fine, 1.5, fmax(2, 1.7 * s.r)));
    cad_part_line(p, "Y $ $", 2, b, s.h);
    cad_part_line(p, "D 0 1", 0);
    (void)cad_part_holes(p, b, s.h, 1);
    return b <= 0.85 * s.r && s.r - b >= 0.4;
}

static bool studded(cad_part *p, int k)
{
    double r = cad_half(cad_part_size(p, "f", CAD_SIZE_fine, 6, 60)), t = cad_part_size(p, "t", CAD_SIZE_fine, 2, 20);
    cad_part_given(p, "k", k, true);
    double s = cad_half(cad_part_size(p, "d", CAD_SIZE_fine, 3, 50)), h = cad_part_size(p, "h", CAD_SIZE_big, 6, 120);
    cad_part_line(p, "P $ $ $", 3, (double)k, r, t);
    cad_part_prism(p, k, r, t);
    cad_part_line(p, "Y $ $", 2, s, h);
    cad_part_line(p, "U 0 1", 0);
    (void)cad_part_bosses(p, s, h - t, 1);
    p->ext[2] = h;
    return s <= 0.9 * r && h >= t + 3;
}

#define KIND(name, k)                                                                                                          \
    static bool name##_solid(cad_part *p)                                                                                      \
    {                                                                                                                          \
        return solid(p, k);                                                                                                    \
    }                                                                                                                          \
    static bool name##_bored(cad_part *p)                                                                                      \
    {                                                                                                                          \
        return bored(p, k);                                                                                                    \
    }
KIND(tri, 3)
KIND(penta, 5)
KIND(hepta, 7)
KIND(octa, 8)
KIND(deca, 10)
KIND(dodeca, 12)
#undef KIND

static bool octa_stud(cad_part *p)
{
    return studded(p, 8);
}

/* ---- words ---- */

static const cad_rule family_rules[] = {
    {"across",
     "[$f across flats|$f across flats|$f across the flats|$f AF|across flats $f|AF=$f|$f flat to flat|^$f over flats]"},
    {"inscribed", "[inscribed circle $f|$f inscribed circle|inscribed diameter $f|incircle $f|$f inscribed diameter|inscribed "
                  "radius $/f|apothem $/f|^inner circle of $f]"},
    {"np_solid", "[{shape} {prism} {wide}[, | and |, ]{height:h}|{shape} {prism}, {wide}, {height:h}|{tall:h} {shape} {prism}, "
                 "{wide}|{shape} {prism} {height:h}, {wide}|"
                 "{just} {shape} {prism}, {wide}, {height:h}|^{shape} {prism} measuring {wide}, {height:h}]{nothing}"},
    {"spec_solid",
     "[{shape} {prism}: {wide}, {height:h}|{shape} {prism}{sep}{wide}{sep}H=$h|{shape} {prism}\n{wide}\nlength: $h]{nothing}"},
    {"np_bored", "[{shape} {prism} {wide}, {height:h}, {bore:b}|{shape} {prism}, {wide}, {height:h}, with "
                 "{with_bore:b}|{tall:h} {shape} {prism}, {wide}, {bore:b}|"
                 "{shape} {prism}, {bore:b}, {wide}, {height:h}|^{shape} {prism} measuring {wide}, {height:h}, {bore:b}]"},
    {"spec_bored", "[{shape} {prism}: {wide}, {height:h}, {bore:b}|{shape} {prism}{sep}{wide}{sep}H=$h{sep}bore=$b|{shape} "
                   "{prism}\n{wide}\nlength: $h\nbore: $b]"},
    {"prism", "[prism|prism|bar|block|post|column|^rod|^stake]"},
    {NULL, NULL},
};

#define RULES(name, SHAPE, WIDE)                                                                                               \
    static const cad_rule name##_solid_rules[] = {                                                                             \
        {"np", "{np_solid}"}, {"spec", "{spec_solid}"}, {"shape", SHAPE}, {"wide", WIDE}, {NULL, NULL}};                       \
    static const cad_rule name##_bored_rules[] = {                                                                             \
        {"np", "{np_bored}"}, {"spec", "{spec_bored}"}, {"shape", SHAPE}, {"wide", WIDE}, {NULL, NULL}};
RULES(tri, "[triangular|triangular|three-sided]", "{inscribed}")
RULES(penta, "[pentagonal|pentagonal|five-sided]", "{inscribed}")
RULES(hepta, "[heptagonal|seven-sided]", "{inscribed}")
RULES(octa, "[octagonal|octagonal|eight-sided|octagon]", "{across}")
RULES(deca, "[decagonal|ten-sided]", "{across}")
RULES(dodeca, "[dodecagonal|twelve-sided]", "{across}")
#undef RULES

static const cad_rule stud_rules[] = {
    {"np", "[octagonal {head} {across}, $t thick, with a stud {dia:d}, overall height $h|octagonal {head}, {across}, "
           "{thick:t}, stud {dia:d}, $h overall|"
           "octagonal {head} with a round stud, {across}, {thick:t}, stud diameter $d, total height $h]"},
    {"spec", "[octagonal {head}{sep}AF=$f{sep}T=$t{sep}stud D=$d{sep}overall height $h|octagonal {head} with stud\nacross "
             "flats: $f\nthickness: $t\nstud diameter: $d\noverall height: $h]"},
    {"head", "[base|foot|head|plate|^pad]"},
    {NULL, NULL},
};

static const cad_form forms[] = {
    {"octa_solid", 0.16, octa_solid, octa_solid_rules},
    {"octa_bored", 0.20, octa_bored, octa_bored_rules},
    {"octa_stud", 0.10, octa_stud, stud_rules},
    {"penta_solid", 0.10, penta_solid, penta_solid_rules},
    {"penta_bored", 0.10, penta_bored, penta_bored_rules},
    {"tri_solid", 0.08, tri_solid, tri_solid_rules},
    {"tri_bored", 0.06, tri_bored, tri_bored_rules},
    {"hepta_solid", 0.04, hepta_solid, hepta_solid_rules},
    {"hepta_bored", 0.04, hepta_bored, hepta_bored_rules},
    {"deca_solid", 0.03, deca_solid, deca_solid_rules},
    {"deca_bored", 0.03, deca_bored, deca_bored_rules},
    {"dodeca_solid", 0.03, dodeca_solid, dodeca_solid_rules},
    {"dodeca_bored", 0.03, dodeca_bored, dodeca_bored_rules},
};

const cad_family cad_family_prism = {"prism", 0.09, false, CAD_FORMS(forms), family_rules};
