/* Shelled parts that are open: boxes and cups open at the top, tubes open at both ends, a box with a hole in its floor. */
#include "dataprep/synth_family.h"

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

/* ---- words ---- */

static const cad_rule family_rules[] = {
    {"lwh",
     "[#wx#dx#h@|#wx#dx#h@|#w x #d x #h@|#w x #d x #h@|#w by #d by #h@|$w x $d x $h|$w by $d by $h|#w*#d*#h@|^#w × #d × #h@]"},
    {"named", "[$w long, $d wide and $h [high|tall|deep]|$w long, $d wide, $h [high|tall]|length $w, width $d, height $h|$h "
              "high, $w long and $d wide|"
              "$d wide, $w long, $h tall|L=$w, W=$d, H=$h|outside $w x $d x $h|^$w across, $d deep, $h high]"},
    {"wall", "[$t wall|$t walls|wall thickness $t|$t wall thickness|walls $t thick|wall $t|$t thick walls|wall=$t|wall "
             "thickness of $t|with $t walls|with $t wall thickness|"
             "with a wall thickness of $t|^walls of $t|^sides and floor $t thick|^$t of material all round]"},
    {"top", "[open top|open top|open at the top|top open|open on top|no lid|without a lid|open-topped|open "
            "upwards|lidless|^uncovered|^with nothing on top|^missing its top face]"},
    {"noun", "[enclosure|enclosure|enclosure box|box|case|housing|project box|electronics box|hollow "
             "box|container|bin|^crate|^tub|^casing]"},
    {"opennoun", "[open box|open enclosure|open-top box|tray|open-top enclosure|open tray|lidless box|open-topped box|box "
                 "without lid|^trough|^open bin]"},
    {"hollowbox", "[{noun} {lwh}, {wall}, {top}|{noun} {lwh}, {wall}, {top}|{noun} {lwh} with $t wall thickness, {top}|{lwh} "
                  "{noun}, {wall}, {top}|{opennoun} {lwh}, {wall}|"
                  "{lwh} {opennoun}, {wall}|{opennoun}, {named}, {wall}|{noun} {named}, {wall}, {top}|{opennoun}, {lwh} "
                  "outside, {wall}|{noun}, {top}, {lwh}, {wall}|"
                  "{noun}, {wall}, {lwh}, {top}|{opennoun} of {lwh}, {wall}|^{noun} measuring {lwh}, {wall}, {top}]"},
    {"sheet", "[{noun}: {lwh}, wall $t, {top}|{opennoun}: {lwh}, wall "
              "$t|{opennoun}{sep}L=$w{sep}W=$d{sep}H=$h{sep}wall=$t|{opennoun}\nlength: $w\nwidth: $d\nheight: $h\nwall: $t|"
              "{noun}\n{lwh}\nwall $t\n{top}|{opennoun} L$w W$d H$h T$t|^{opennoun} / {lwh} / wall $t]"},
    {NULL, NULL},
};

static const cad_rule box_rules[] = {{"np", "{hollowbox}"}, {"spec", "{sheet}"}, {NULL, NULL}};

static const cad_rule box_hole_rules[] = {
    {"np", "[{hollowbox}, {one}|{hollowbox}, with {one}|{hollowbox} and {one}]"},
    {"spec", "{sheet}{sep}{one}"},
    {"one",
     "[~ {hole} in the middle of the floor|~ {hole} in the center of the bottom|one {hole} in the floor, centered|~ central "
     "{hole} in the base|"
     "~ drain hole of $hd in the middle of the bottom|~ {hole} in the bottom center|^~ {hole} at the midpoint of the floor]"},
    {NULL, NULL},
};

static const cad_rule square_tube_rules[] = {
    {"np", "[{tube} #w x #d@, {wall}, {height:h}|{tube} #wx#d@, {wall}, {height:h}|{tall:h} {tube}, $w x $d, {wall}|#wx#d@ "
           "{tube}, {wall}, {height:h}|"
           "{tube} {height:h}, #w by #d@ outside, {wall}|{tube}, {wall}, #w x #d@, {height:h}|^{tube} measuring #w x #d@, "
           "{wall}, {height:h}]"},
    {"spec", "[{tube}: {lwh}, wall $t|{tube}{sep}A=$w{sep}B=$d{sep}L=$h{sep}wall=$t|{tube}\nsides: $w x $d\nlength: $h\nwall: "
             "$t|^{tube} / #w x #d@ / wall $t / {height:h}]"},
    {"tube", "[rectangular tube|rectangular tube|box tube|hollow rectangular section|box section|frame without top and "
             "bottom|rectangular pipe|^rectangular duct|^hollow bar, rectangular,]"},
    {NULL, NULL},
};

static const cad_rule cup_rules[] = {
    {"np", "[{cup}, {dia:d}, {height:h}, {wall}|{cup} {dia:d}, {height:h}, {wall}|{predia:d} {tall:h} {cup}, {wall}|{tall:h} "
           "{cup}, {outer:d}, {wall}|"
           "{cup} with {with_dia:d}, {height:h}, {wall}|{can}, {outer:d}, {height:h}, {wall}, {top}|{can} {dia:d}, {height:h}, "
           "{top}, {wall}|"
           "{cup} Ø#d x #h@, {wall}|^{cup} measuring {outer:d}, {height:h}, {wall}]"},
    {"spec", "[{cup}: {dia:d}, {height:h}, wall $t|{cup}{sep}D=$d{sep}H=$h{sep}wall=$t|{cup}\ndiameter: $d\nheight: $h\nwall: "
             "$t|{can}: OD $d, H $h, wall $t, {top}|"
             "^{cup} / {outer:d} / {height:h} / wall $t]"},
    {"cup", "[cup|cup|round cup|pot|round open container|beaker|open cylindrical container|cylindrical cup|^mug without "
            "handle|^tumbler]"},
    {"can",
     "[round container|cylindrical container|hollow cylinder with a floor|round housing|cylindrical housing|^drum|^canister]"},
    {NULL, NULL},
};

static const cad_rule round_tube_rules[] = {
    {"np", "[{tube}, {outer:d}, {wall}, {height:h}|{tube} {outer:d}, {wall}, {height:h}|{tall:h} {tube}, {outer:d}, "
           "{wall}|{tube} {dia:d}, {wall}, {height:h}|"
           "{predia:d} {tube}, {wall}, {height:h}|{tube}, {height:h}, {outer:d}, {wall}|{tube} with {with_dia:d}, {wall} and "
           "{height:h}|^{tube} measuring {outer:d}, {wall}, {height:h}]"},
    {"spec", "[{tube}: OD $d, wall $t, length $h|{tube}{sep}OD=$d{sep}wall=$t{sep}L=$h|{tube}\nouter diameter: $d\nwall: "
             "$t\nlength: $h|{tube} OD$d x wall $t x L$h|"
             "^{tube} / {outer:d} / wall $t / {height:h}]"},
    {"tube", "[tube|tube|pipe|round tube|piece of pipe|hollow cylinder|open tube|pipe section|^conduit|^round duct]"},
    {NULL, NULL},
};

static const cad_form forms[] = {
    {"box", 0.54, box, box_rules},
    {"box_hole", 0.10, box_hole, box_hole_rules},
    {"cup", 0.13, cup, cup_rules},
    {"round_tube", 0.13, round_tube, round_tube_rules},
    {"square_tube", 0.10, square_tube, square_tube_rules},
};

const cad_family cad_family_enclosure = {"enclosure", 0.17, false, CAD_FORMS(forms), family_rules};
