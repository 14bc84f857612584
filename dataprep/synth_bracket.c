/* L-brackets: two legs with a sharp bend; the first leg lies along X, the second stands up along Z at x = 0. */
#include "dataprep/say.h"
#include "dataprep/synth_family.h"
#include "dataprep/words.h"

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

static const cad_form forms[] = {
    {"bare", 0.48, bare, cad_words_bracket_bare, &cad_say_lbracket_bare},
    {"middle", 0.18, middle, cad_words_bracket_middle, &cad_say_lbracket_middle},
    {"at_distance", 0.12, at_distance, cad_words_bracket_distance, &cad_say_lbracket_at_distance},
    {"base_hole", 0.11, base_hole, cad_words_bracket_base_hole, &cad_say_lbracket_base_hole},
    {"base_row", 0.11, base_row, cad_words_bracket_base_row, &cad_say_lbracket_base_row},
};

const cad_family cad_family_lbracket = {"lbracket", 0.16, false, CAD_FORMS(forms), cad_words_bracket};
