/* Flat plates: bare, one centre hole, corner holes (mirrored, so that the program quotes the inset), rows and grids. */
#include "dataprep/synth_family.h"

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

/* ---- words ---- */

static const cad_rule family_rules[] = {
    {"noun", "[plate|plate|plate|mounting plate|mounting plate|flat plate|base plate|sheet|panel|rectangular plate|mount plate|"
             "adapter plate|cover plate|backing plate|^slab|^flat|^tile|^blanking panel]"},
    {"wd", "[#wx#d@|#w x #d@|#w by #d@|$w x $d|$w by $d|#w*#d@|#w X #d@|^#w × #d@]"},
    {"wdt", "[#wx#dx#t@|#w x #d x #t@|#w x #d x #t@|#w by #d by #t@|$w x $d x $t|$w by $d by $t|#w*#d*#t@|^#w × #d × #t@]"},
    {"sides",
     "[$w long and $d wide|$w long, $d wide|$d wide and $w long|$d wide, $w long|length $w, width $d|L=$w, W=$d|L $w, W $d|"
     "$w long by $d wide|$w in length and $d in width|^$w from end to end, $d across]"},
    {"sides3",
     "[$w long, $d wide and {thick:t}|$w long, $d wide, {thick:t}|$d wide, $w long, {thick:t}|{thick:t}, $w long, $d wide|"
     "length $w, width $d, thickness $t|L=$w, W=$d, T=$t|L $w W $d T $t|$w in length, $d in width, {thick:t}|"
     "$w long, $d wide and $t thick|^$w from end to end, $d across, {thick:t}]"},
    /* the plate itself, with or without its thickness */
    {"plate",
     "[-t;{wd} {noun}|-t;{wd} {noun}|-t;{noun} {wd}|-t;{noun}, {wd}|-t;{noun} of {wd}|-t;{noun} {sides}|-t;{noun}, {sides}|"
     "+t;{wdt} {noun}|+t;{wdt} {noun}|+t;{noun} {wdt}|+t;{noun}, {wdt}|+t;{noun} of {wdt}|+t;{noun} {sides3}|+t;{noun}, "
     "{sides3}|"
     "+t;{wd} {noun}, {thick:t}|+t;{prethick:t} {noun}, {wd}|+t;{prethick:t} {noun} {wd}|+t;{noun} {wd}, {thick:t}|+t;{noun} "
     "{sides}, {thick:t}|"
     "+t;{wd} {noun}, {thick:t}|^+t;{noun} measuring {wd}, {thick:t}|^-t;{noun} measuring {wd}]"},
    {"body",
     "[-t;{noun} {wd}|-t;{noun}: {wd}|-t;{noun}{sep}L=$w{sep}W=$d|-t;{noun}\nlength: $w\nwidth: $d|"
     "+t;{noun} {wdt}|+t;{noun}: {wdt}|+t;{noun}{sep}L=$w{sep}W=$d{sep}T=$t|+t;{noun}\nlength: $w\nwidth: $d\nthickness: $t|"
     "+t;{noun}, L $w W $d T $t|+t;{noun}, length $w, width $d, thickness $t|+t;{noun}: {wd}, t=$t|^+t;{noun} / {wd} / "
     "{thick:t}|^-t;{noun} / {wd}]"},
    {"having", "[ with | with | with |, |, |, with | and | having |^ carrying |^ that has ]"},
    {"inset", "[-i;|+i;, $i from the edges|+i;, $i from each edge|+i; inset $i|+i;, inset $i|+i; $i in from the edges|+i;, $i "
              "from both edges|"
              "+i;, edge distance $i|+i;, $i inset|+i;, offset $i from the edges|+i;, with an inset of $i|+i;, centers $i from "
              "the edges|+i;, hole inset $i|"
              "^+i;, margin $i|^+i;, set in by $i|^+i;, $i away from the sides]"},
    {NULL, NULL},
};

static const cad_rule bare_rules[] = {
    {"np", "[{plate}{none}|{just} {plate}{none}]"},
    {"spec", "{body}{none}"},
    {"none", "[|||, no holes|, no holes| without holes|, solid|, nothing else|, plain| with no holes|, blank|^, undrilled|^, "
             "hole-free]"},
    {NULL, NULL},
};

static const cad_rule centre_rules[] = {
    {"np", "[{plate}{having}{one}|{plate}{having}{one}|{just} {plate}{having}{one}|{plate} and {one}]"},
    {"spec", "[{body}{sep}{one}|{body}{sep}hole: [+hd;$hd, |-hd;]centered|{body}{sep}center hole[+hd; $hd|-hd;]]"},
    {"one", "[~ {hole} in the [center|middle|centre]|one {hole} in the [middle|center|centre]|~ central {hole}|~ centered "
            "{hole}|~ {hole} at the center|"
            "~ center {hole}|single {hole} in the centre|~ {hole} through the middle|~ {hole} dead center|^~ {hole} at its "
            "midpoint|^~ {hole} right in the heart of it]"},
    {NULL, NULL},
};

static const cad_rule corners_rules[] = {
    {"np", "[{plate}{having}{four}{inset}|{plate}{having}{four}{inset}|{plate}, {four}{inset}|+hd;{plate}{having}%n corner "
           "holes, {dia:hd}{inset}|"
           "+hd;{plate}{having}!n x $hd corner holes{inset}|{plate} [drilled|drilled out] with {four}{inset}]"},
    {"spec", "[{body}{sep}{four}{inset}|{body}{sep}holes: !n[+hd; x $hd|-hd;] in the corners{inset}|{body}{sep}%n corner "
             "holes[+hd; D=$hd|-hd;]{inset}]"},
    {"four", "[-hd;%n corner holes|-hd;%n corner holes|-hd;%n holes in the corners|-hd;%n mounting holes in the corners|-hd;a "
             "hole in each corner|"
             "{holes} in the corners|{holes}, one in each corner|{holes} at the corners|+hd;u;%n $hd corner holes|+hd;%n "
             "corner holes of $hd|"
             "+hd;~ $hd hole in each corner|+hd;~ $hd hole in every corner|+hd;%n corner holes, {dia:hd}|+hd;u;%n $hd mounting "
             "holes at the corners|"
             "&hd;%n M#hd holes in the corners|&hd;an M#hd hole in each corner|^{holes} near the corners|^{holes}, one per "
             "corner|^+hd;drilled $hd at all four corners]"},
    {NULL, NULL},
};

static const cad_rule corners_centre_rules[] = {
    {"np", "[{plate}{having}{mid} and {four}{inset}|{plate}{having}{four}{inset} and {mid}|{plate}, {mid}, {four}{inset}]"},
    {"spec", "[{body}{sep}{mid}{sep}{four}{inset}|{body}{sep}center hole $b{sep}corner holes !n[+hd; x $hd|-hd;]{inset}]"},
    {"mid", "[~ $b center hole|~ $b hole in the [middle|center|centre]|a central hole of $b|a center hole of $b|~ $b central "
            "hole|a hole of $b in the middle|"
            "a center hole, {dia:b}|~ $b bore in the center|^~ $b opening at the centre]"},
    {"four", "[-hd;%n corner holes|-hd;%n holes in the corners|-hd;a hole in each corner|+hd;%n corner holes of $hd|+hd;u;%n "
             "$hd corner holes|"
             "+hd;!n x $hd holes in the corners|+hd;~ $hd hole in each corner|+hd;%n corner holes, {dia:hd}|&hd;%n M#hd holes "
             "in the corners|"
             "^-hd;%n holes near the corners|^+hd;%n drillings of $hd at the corners]"},
    {NULL, NULL},
};

static const cad_rule pair_rules[] = {
    {"np", "[{plate}{having}{two}{ends}|{plate}{having}{two}{ends}|{plate}, {two}{ends}]"},
    {"spec", "[{body}{sep}{two}{ends}|{body}{sep}holes: !n[+hd; x $hd|-hd;]{ends}]"},
    {"two", "[-hd;%n holes|-hd;%n mounting holes|-hd;a hole at each end|{holes}|{holes}|+hd;~ $hd hole at each end|+hd;~ $hd "
            "hole near each end|"
            "{holes}, one at each end|{holes} on the center line|^-hd;a hole at either end|^+hd;~ $hd hole at either end]"},
    {"ends", "[, $i from each end|, $i from the ends|, centers $i from the ends|, {on_line}$i from each end|, end distance $i| "
             "$i in from the ends|"
             ", {on_line}$i from the short edges|^, set $i in at both ends]"},
    {"on_line", "[|on the center line, |centered across the width, |on the centerline, |along the middle, ]"},
    {NULL, NULL},
};

static const cad_rule row_rules[] = {
    {"np", "[{plate}{having}{line}, {pitch}, {start}|{plate}{having}{line}, {start}, {pitch}|{plate}{having}{line} {pitch}, "
           "{start}]"},
    {"spec", "[{body}{sep}{line}{sep}{pitch}{sep}{start}|{body}{sep}holes !n[+hd; x $hd|-hd;]{sep}pitch $s{sep}first at $i]"},
    {"line", "[a row of {holes}|a row of {holes} along the [middle|center line|centerline]|{holes} in a row|{holes} in a "
             "line|a line of {holes}|"
             "{holes} along the center line|a single row of {holes}|{holes} in one row down the middle|^a string of "
             "{holes}|^{holes} one after another along the length]"},
    {"pitch",
     "[$s apart|spaced $s|spaced $s apart|pitch $s|at a pitch of $s|spacing $s|$s spacing|$s pitch|$s between centers|every $s|"
     "$s centre to centre|^with $s from one to the next]"},
    {"start", "[the first $i from the end|first hole $i from the edge|starting $i from the end|first hole $i from the left "
              "edge|the first one $i from the edge|"
              "first at $i|starting $i from the left|first center $i from the end|^beginning $i in from the end]"},
    {NULL, NULL},
};

static const cad_rule grid_rules[] = {
    {"np", "[{plate}{having}{array}, {pitches}, {start}|{plate}{having}{array}, {start}, {pitches}|{plate}, {array}, "
           "{pitches}, {start}]"},
    {"spec", "[{body}{sep}{array}{sep}{pitches}{sep}{start}|{body}{sep}holes !nx x !ny[+hd;, D=$hd|-hd;]{sep}spacing $s x "
             "$v{sep}first at $i]"},
    {"array",
     "[a {by} grid of {hs}|a grid of {by} {hs}|{by} {hs}|a {by} array of {hs}|a {by} pattern of {hs}|{hs} in a {by} grid|"
     "{hs}, !nx along the length and !ny across|{hs}, %nx columns and %ny rows|^a {by} matrix of {hs}|^a {by} field of {hs}]"},
    {"by", "[!nxx!ny|!nx x !ny|!nx by !ny]"},
    {"hs", "[-hd;holes|+hd;u;$hd holes|+hd;holes of $hd|+hd;holes Ø$hd|+hd;u;$hd diameter holes|+hd;holes with "
           "{with_dia:hd}|&hd;M#hd holes|"
           "^-hd;perforations|^+hd;perforations of $hd]"},
    {"pitches", "[spacing $s by $v|spacing $s x $v|spaced $s along and $v across|pitch $s x $v|$s and $v apart|spaced $s "
                "lengthwise and $v across|"
                "$s by $v spacing|column spacing $s, row spacing $v|^with steps of $s and $v]"},
    {"start", "[first hole $i from both edges|the first $i from the edges|starting $i from the corner edges|first hole $i in "
              "from the edges|"
              "first at $i, $i|margin $i at the first corner|^beginning $i in from two edges]"},
    {NULL, NULL},
};

static const cad_form forms[] = {
    {"bare", 0.16, bare, bare_rules},          {"centre", 0.15, centre, centre_rules},
    {"corners", 0.32, corners, corners_rules}, {"corners_centre", 0.11, corners_centre, corners_centre_rules},
    {"pair", 0.09, pair, pair_rules},          {"row", 0.09, row, row_rules},
    {"grid", 0.08, grid, grid_rules},
};

const cad_family cad_family_plate = {"plate", 0.20, false, CAD_FORMS(forms), family_rules};
