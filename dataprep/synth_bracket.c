/* L-brackets: two legs with a sharp bend; the first leg lies along X, the second stands up along Z at x = 0. */
#include "dataprep/synth_family.h"

#include "dataprep/synth_defaults.h"

#include <math.h>

typedef struct legs {
    double a, b, t, w; /* lying leg, standing leg (both over all), thickness, width */
} legs;

static legs base(cad_part *p)
{
    legs s;
    s.a = cad_part_size(p, "a", CAD_SIZE_big, 15, 120);
    if (cad_part_chance(p, 0.25)) {
        s.b = s.a;
        cad_part_given(p, "c", s.a, false);
    } else {
        s.b = cad_part_size(p, "c", CAD_SIZE_big, 15, 120);
    }
    s.t = cad_part_size(p, "t", CAD_SIZE_fine, 1, 10);
    s.w = cad_part_size_or(p, "w", CAD_SIZE_big, 10, 80, CAD_DEFAULT_BRACKET_WIDTH);
    cad_part_line(p, "C $ $ $", 3, s.a, s.w, s.t);
    cad_part_line(p, "C $ $ $", 3, s.t, s.w, s.b);
    cad_part_line(p, "U 0 1", 0);
    double profile = s.a * s.t + s.t * (s.b - s.t);
    p->volume = profile * s.w;
    p->area = 2 * profile + 2 * (s.a + s.b) * s.w;
    p->ext[0] = s.a;
    p->ext[1] = s.w;
    p->ext[2] = s.b;
    p->planes = 8;
    return s;
}

static bool legs_fit(const legs *s)
{
    return s->t <= fmin(s->a, s->b) / 3;
}

/* A hole of radius r at distance x from the outer corner of a leg of length len. */
static bool hole_fits(const legs *s, double len, double x, double r)
{
    return x - r >= s->t + 0.5 && x + r + 0.5 <= len && 2 * r + 2 <= s->w;
}

static bool bare(cad_part *p)
{
    legs s = base(p);
    return legs_fit(&s);
}

static double drill(cad_part *p, double t)
{
    double r = cad_half(cad_part_size_or(p, "hd", CAD_SIZE_fine, 2, 10, CAD_DEFAULT_HOLE));
    cad_part_line(p, "Y $ $", 2, r, t);
    return r;
}

/* One drill serves both legs: upright for the lying one, turned to X for the standing one. */
static void both(cad_part *p, const legs *s, double r, double x, double z)
{
    cad_part_line(p, "T 3 $ $ 0", 2, x, s->w / 2);
    cad_part_line(p, "D 2 4", 0);
    cad_part_line(p, "R 3 0 90 0", 0);
    cad_part_line(p, "T 6 0 $ $", 2, s->w / 2, z);
    cad_part_line(p, "D 5 7", 0);
    (void)cad_part_holes(p, r, s->t, 2);
}

static bool middle(cad_part *p)
{
    legs s = base(p);
    double r = drill(p, s.t);
    both(p, &s, r, s.a / 2, s.b / 2);
    return legs_fit(&s) && hole_fits(&s, s.a, s.a / 2, r) && hole_fits(&s, s.b, s.b / 2, r);
}

static bool at_distance(cad_part *p)
{
    legs s = base(p);
    double r = drill(p, s.t), e = cad_part_size(p, "e", CAD_SIZE_big, 8, 100);
    both(p, &s, r, e, e);
    return legs_fit(&s) && hole_fits(&s, s.a, e, r) && hole_fits(&s, s.b, e, r);
}

static bool base_hole(cad_part *p)
{
    legs s = base(p);
    double r = drill(p, s.t), e = cad_part_size(p, "e", CAD_SIZE_big, 8, 100);
    cad_part_line(p, "T 3 $ $ 0", 2, e, s.w / 2);
    cad_part_line(p, "D 2 4", 0);
    (void)cad_part_holes(p, r, s.t, 1);
    return legs_fit(&s) && hole_fits(&s, s.a, e, r);
}

static bool base_row(cad_part *p)
{
    legs s = base(p);
    int n = cad_part_count(p, "n", 2, 6);
    double r = drill(p, s.t), e = cad_part_size(p, "e", CAD_SIZE_big, 8, 60),
           step = cad_part_size(p, "s", CAD_SIZE_fine, 6, 40);
    cad_part_line(p, "T 3 $ $ 0", 2, e, s.w / 2);
    cad_part_line(p, "LP 4 1 0 0 $ $", 2, (double)n, step);
    cad_part_line(p, "D 2 5", 0);
    (void)cad_part_holes(p, r, s.t, n);
    return legs_fit(&s) && hole_fits(&s, s.a, e, r) && e + (n - 1) * step + r + 0.5 <= s.a && step >= 2 * r + 1;
}

/* ---- words ---- */

static const cad_rule family_rules[] = {
    {"noun", "[L-bracket|L-bracket|L-bracket|L bracket|L bracket|angle bracket|right-angle bracket|L-shaped "
             "bracket|angle|corner bracket|"
             "^L-profile|^elbow bracket|^corner angle|^knee]"},
    /* legs and thickness */
    {"sizes", "[#a x #c x #t@|#ax#cx#t@|#ax#c@, {thick:t}|#a x #c@, {thick:t}|$a x $c x {thick:t}|$a by $c, {thick:t}|$a x $c, "
              "{thick:t}|legs $a and $c, {thick:t}|"
              "legs of $a and $c, {thick:t}|#a and #c@ legs, {thick:t}|{legs}, {thick:t}|{legs}, {thick:t}|{thick:t}, "
              "{legs}|{thick:t}, legs $a and $c|"
              "^arms $a and $c, {thick:t}|^sides of $a and $c, {thick:t}]"},
    {"legs", "[leg lengths $a and $c|one leg $a, the other $c|base leg $a, upright leg $c|base $a, upright $c|horizontal leg "
             "$a, vertical leg $c|$a base and $c upright|"
             "upright $c, base $a|vertical leg $c, horizontal leg $a|^foot $a, back $c]"},
    {"width", "[-w;|+w;, $w wide|+w;, $w wide|+w;, width $w|+w;, $w width|+w;, W=$w|+w; and $w wide|+w;, ~ $w width|^+w;, $w "
              "across|^+w;, in $w stock]"},
    {"bend", "[|||||, 90 degree bend|, with 90 degree bend|, 90 degree angle|, right angle|, sharp bend| with a 90 degree "
             "bend|^, bent at a right angle|^, square bend]"},
    {"bracket", "[{noun} {sizes}{width}{bend}|{noun}, {sizes}{width}{bend}|{noun} with {sizes}{width}|{noun} "
                "{sizes}{bend}{width}|#a x #c x #t@ {noun}{width}{bend}|"
                "#ax#cx#t@ {noun}{width}|#ax#c@ {noun}, {thick:t}{width}|{noun}: {sizes}{width}{bend}|{noun}: $a x $c x "
                "{thick:t}{width}{bend}|"
                "#a by #c by #t@ {noun}{width}|{prethick:t} {noun}, legs $a and $c{width}|+w;{noun}, $w wide, {sizes}|+w;$w "
                "wide {noun}, {sizes}]"},
    {"sheet", "[{noun}: $a x $c x $t[+w;, width $w|-w;]|{noun}{sep}leg A $a{sep}leg B "
              "$c{sep}t=$t[+w;{sep}w=$w|-w;]|{noun}\nbase leg: $a\nupright leg: $c\nthickness: $t"
              "[+w;\nwidth: $w|-w;]|{noun} A=$a B=$c T=$t[+w; W=$w|-w;]|^{noun} / legs $a, $c / {thick:t}[+w; / $w wide|-w;]]"},
    {"having", "[ with | with |, |, with | and | having |^ carrying ]"},
    {NULL, NULL},
};

static const cad_rule bare_rules[] = {
    {"np", "[{bracket}{none}|{bracket}{none}|{just} {bracket}{none}]"},
    {"spec", "{sheet}{none}"},
    {"none", "[|||, no holes| without holes|, nothing else|, plain|, no gusset|^, undrilled]"},
    {NULL, NULL},
};

static const cad_rule middle_rules[] = {
    {"np", "[{bracket}{having}{each}|{bracket}{having}{each}|{bracket}; {each}]"},
    {"spec", "{sheet}{sep}{each}"},
    {"each", "[~ {hole} in the middle of each leg|~ {hole} in the center of each leg|~ {hole} centered in each leg|one {hole} "
             "in each leg, centered|"
             "~ {hole} half way along each leg|~ central {hole} in both legs|~ {hole} in each leg, in the middle|^~ {hole} at "
             "the midpoint of either leg]"},
    {NULL, NULL},
};

static const cad_rule distance_rules[] = {
    {"np", "[{bracket}{having}{each}, {from}|{bracket}{having}{each} {from}|{bracket}; {each}, {from}]"},
    {"spec", "{sheet}{sep}{each}, {from}"},
    {"each", "[~ {hole} in each leg|one {hole} in each leg|~ {hole} in both legs|one {hole} per leg|^~ {hole} in either leg]"},
    {"from", "[$e from the corner|$e from the bend|$e from the outer corner|centers $e from the corner|$e from the heel|both "
             "$e from the bend|^$e away from the bend]"},
    {NULL, NULL},
};

static const cad_rule base_hole_rules[] = {
    {"np", "[{bracket}{having}{one}, {from}|{bracket}{having}{one} {from}|{bracket}; {one}, {from}]"},
    {"spec", "{sheet}{sep}{one}, {from}"},
    {"one", "[~ {hole} in the base leg|one {hole} in the base|~ single {hole} in the horizontal leg|~ {hole} in the first "
            "leg|~ {hole} in the base leg only|^~ {hole} in the foot]"},
    {"from", "[$e from the corner|$e from the bend|$e from the outer corner|center $e from the corner|$e from the heel|^$e "
             "away from the bend]"},
    {NULL, NULL},
};

static const cad_rule base_row_rules[] = {
    {"np", "[{bracket}{having}{line}, {pitch}, {start}|{bracket}{having}{line} {pitch}, {start}|{bracket}; {line}, {start}, "
           "{pitch}]"},
    {"spec", "{sheet}{sep}{line}{sep}{pitch}{sep}{start}"},
    {"line", "[{holes} in the base leg|a row of {holes} in the base leg|{holes} along the base|{holes} in the horizontal "
             "leg|{holes} in a row in the base|^{holes} down the foot]"},
    {"pitch", "[$s apart|spaced $s|pitch $s|spacing $s|$s spacing|every $s|spaced $s apart|^with $s from one to the next]"},
    {"start", "[the first $e from the corner|first hole $e from the bend|starting $e from the corner|the first one $e from the "
              "bend|^beginning $e from the heel]"},
    {NULL, NULL},
};

static const cad_form forms[] = {
    {"bare", 0.48, bare, bare_rules},
    {"middle", 0.18, middle, middle_rules},
    {"at_distance", 0.12, at_distance, distance_rules},
    {"base_hole", 0.11, base_hole, base_hole_rules},
    {"base_row", 0.11, base_row, base_row_rules},
};

const cad_family cad_family_lbracket = {"lbracket", 0.16, false, CAD_FORMS(forms), family_rules};
