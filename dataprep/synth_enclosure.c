/* Shelled parts that are open: boxes and cups open at the top, tubes open at both ends, a box with a hole in its floor. */
#include "dataprep/say.h"
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
    {"lwh", "[#wx#dx#h@|#wx#dx#h@|#wx#dx#h@|#wx#dx#h@|#w x #d x #h@|#w x #d x #h@|#w x #d x #h@|#w x #d x #h@|"
            "#w by #d by #h@|#w by #d by #h@|$w x $d x $h|$w x $d x $h|$w by $d by $h|#w*#d*#h@|#w * #d * #h@|#wX#dX#h@|"
            "^#w × #d × #h@]"},
    {"named", "[$w long, $d wide and $h [high|tall|deep]|$w long, $d wide, $h [high|tall|high|tall|deep]|"
              "$w long, $d wide and $h high|length $w, width $d, height $h|length $w, width $d, height $h|"
              "$h high, $w long and $d wide|$h tall, $w long, $d wide|$d wide, $w long, $h tall|"
              "$d wide, $w long and $h high|L=$w, W=$d, H=$h|L $w, W $d, H $h|L: $w, W: $d, H: $h|l=$w w=$d h=$h|"
              "outside $w x $d x $h|outside size $w x $d x $h|outer size #w x #d x #h@|outer size {lwh}|outside {lwh}|"
              "length of $w, width of $d, height of $h|length of $w, width of $d and height of $h|"
              "length: $w, width: $d, height: $h|length=$w, width=$d, height=$h|len $w, wd $d, ht $h|#w x #d@, $h high|"
              "#w x #d@, $h tall|#wx#d@, height $h|#w by #d@, $h tall|#w by #d@ and $h high|#wx#d@ base, $h high|"
              "~ #w x #d@ base and $h high|base #w x #d@, height $h|floor #w x #d@, height $h|"
              "height $h, length $w, width $d|height $h, base #w x #d@|height $h, width $d, length $w|"
              "u;$w in length, $d in width, $h in height|u;$w in length, $d in width and $h in height|"
              "$w long x $d wide x $h high|$w long by $d wide by $h high|$w long by $d wide by $h tall|"
              "#w@ L x #d@ W x #h@ H|$w (L) x $d (W) x $h (H)|footprint #w x #d@, $h high|footprint of #w x #d@, height $h|"
              "width $d, length $w, height $h|^$w across, $d deep, $h high]"},
    {"wall", "[$t wall|$t wall|u;$t walls|u;$t walls|wall thickness $t|wall thickness $t|$t wall thickness|walls $t thick|wall "
             "$t|wall $t|u;$t thick walls|$t thick wall|wall=$t|walls=$t|wall: $t|wall thickness: $t|wall thickness=$t|wall "
             "thickness of $t|u;with $t walls|u;with $t walls|with $t wall thickness|u;with $t thick walls|with walls $t "
             "thick|with ~ $t wall|with a wall of $t|with a wall thickness of $t|with a thickness of $t|thickness $t|t=$t|t "
             "$t|T=$t|$t thick|wall t=$t|shell $t|shell thickness $t|$t shell|$t shell thickness|with ~ $t shell|hollowed to ~ "
             "$t wall|u;hollow with $t walls|hollow, $t wall|shelled to $t|u;shelled with $t walls|walls should be $t|walls "
             "should be $t thick|the walls are $t thick|wall is $t|all walls $t|all walls $t thick|wall thick $t|uniform $t "
             "wall|$t wall everywhere|u;made with $t walls|^walls of $t|^sides and floor $t thick|^$t of material all round]"},
    {"top", "[open top|open top|open top|open top|open at the top|open at the top|top open|top open|open on top|no lid|"
            "without a lid|open-topped|open upwards|lidless|with an open top|with the top open|with no lid|no top|"
            "without a top|without top|without lid|without a cover|no cover|without cover|the top is open|top is open|"
            "top left open|open at top|open on the top side|top side open|open-top|no lid on top|no lid needed|"
            "lid not needed|no cover on top|no top side|open from above|open above|top removed|don't add a lid|"
            "I don't need a lid|I don't want a lid|leave the top open|leave off the lid|^uncovered|^with nothing on top|"
            "^missing its top face]"},
    {"noun", "[enclosure|enclosure|enclosure|enclosure box|box|box|case|housing|project box|electronics box|"
             "electronics enclosure|electronics case|electronics housing|hollow box|hollow box|container|bin|shell|"
             "box shell|device case|instrument case|PCB box|PCB enclosure|pcb case|junction box|battery box|storage box|"
             "storage bin|rectangular container|rectangular enclosure|rectangular housing|rectangular box|"
             "rectangular case|sensor housing|sensor box|hollow case|hollow housing|shelled box|thin-walled box|small box|"
             "protective case|parts box|^crate|^tub|^casing]"},
    {"opennoun", "[open box|open box|open enclosure|open-top box|open-top box|open top box|tray|tray|open-top enclosure|"
                 "open top enclosure|open tray|lidless box|lidless enclosure|open-topped box|open-topped enclosure|"
                 "open-top case|open case|open-top container|open container|open top container|open-top housing|open housing|"
                 "box without lid|box without a lid|box with no lid|box with an open top|box with no top|"
                 "enclosure without lid|enclosure with no lid|enclosure with an open top|enclosure without a lid|"
                 "box open at the top|box that is open at the top|hollow box, open at the top|drawer|rectangular tray|"
                 "parts tray|box without a top|case without lid|container without a lid|topless box|^trough|^open bin]"},
    {"hollowbox",
     "[{noun} {lwh}, {wall}, {top}|{noun} {lwh}, {wall}, {top}|{noun} {lwh}, {wall}, {top}|"
     "{noun} {lwh} with $t wall thickness, {top}|{noun} {lwh} with walls $t thick, {top}|"
     "{noun} {lwh} with walls $t thick and an open top|{noun} {lwh} with walls $t thick and no lid|"
     "{noun} {lwh}, {top}, {wall}|{lwh} {noun}, {wall}, {top}|{lwh} {noun}, {wall}, {top}|"
     "{lwh} {noun} with walls $t thick, {top}|{lwh} {noun} with walls $t thick and an open top|{lwh} {noun}, {top}, {wall}|"
     "{opennoun} {lwh}, {wall}|{opennoun} {lwh}, {wall}|{opennoun} {lwh} {with_wall}|{lwh} {opennoun}, {wall}|"
     "{lwh} {opennoun}, {wall}|{lwh} {opennoun} {with_wall}|{opennoun}, {named}, {wall}|"
     "{opennoun}, {named}, {wall}|{opennoun} {named}, {wall}|{noun} {named}, {wall}, {top}|"
     "{noun}, {named}, {wall}, {top}|{noun}, {named}, {top}, {wall}|{noun}, {wall}, {named}, {top}|"
     "{opennoun}, {lwh} outside, {wall}|{noun}, {lwh} outside, {wall}, {top}|{opennoun}, outside {lwh}, {wall}|"
     "{noun}, {top}, {lwh}, {wall}|{noun}, {top}, {named}, {wall}|{noun}, {wall}, {lwh}, {top}|"
     "{noun}, {wall}, {top}, {lwh}|{opennoun}, {wall}, {lwh}|{opennoun}, {wall}, {named}|"
     "{opennoun} of {lwh}, {wall}|{opennoun} of {lwh} {with_wall}|{noun} of {lwh}, {wall}, {top}|"
     "{noun}: {lwh}, {wall}, {top}|{opennoun}: {lwh}, {wall}|{opennoun}: {named}, {wall}|"
     "{noun}; {lwh}; {wall}; {top}|{opennoun}; {named}; {wall}|{noun}. {lwh}. {wall}. {top}|"
     "{opennoun}. {lwh} outside. {wall}|{opennoun}. {named}. {wall}|{noun}. {named}. {wall}. {top}|"
     "{opennoun} with walls $t thick, {lwh}|{opennoun} with walls $t thick, {named}|{noun} with walls $t thick, {lwh}, {top}|"
     "{noun} with walls $t thick and no lid, {lwh}|{noun} with walls $t thick and no lid, {named}|$t wall {opennoun}, {lwh}|"
     "$t wall {noun}, {lwh}, {top}|$t thick {opennoun}, {lwh}|{noun} that is {lwh}, {top}, {wall}|"
     "{opennoun} that is $w long, $d wide and $h high, {wall}|"
     "{noun} that is $w long, $d wide and $h high, {top}, {wall}|{noun} whose walls are $t thick, {lwh}, {top}|"
     "{opennoun} with outer size {lwh} and wall thickness $t|"
     "{opennoun} with length $w, width $d, height $h and wall thickness $t|"
     "{noun} with length $w, width $d, height $h, {wall}, {top}|{noun} without a lid, {lwh}, {wall}|"
     "{noun} without a lid, {named}, {wall}|$h high {opennoun}, #w x #d@, {wall}|"
     "$h tall {noun}, #w by #d@, {wall}, {top}|$h deep {opennoun}, #w x #d@ outside, {wall}|"
     "$w long, $d wide, $h high {opennoun}, {wall}|{lwh} block hollowed out to $t walls, {top}|"
     "{lwh} block, shelled to $t, {top}|^{noun} measuring {lwh}, {wall}, {top}]"},
    {"with_wall", "[with walls $t thick|with ~ $t wall|with $t wall thickness|with a wall thickness of $t|with walls $t thick|"
                  "with ~ $t thick wall|and walls $t thick|and a wall thickness of $t]"},
    {"sheet", "[{noun}: {lwh}, wall $t, {top}|{opennoun}: {lwh}, wall $t|{opennoun}{sep}L=$w{sep}W=$d{sep}H=$h{sep}wall=$t|"
              "{opennoun}\nlength: $w\nwidth: $d\nheight: $h\nwall: $t|{noun}\n{lwh}\nwall $t\n{top}|"
              "{opennoun} L$w W$d H$h T$t|{opennoun}{sep}{lwh}{sep}{wall}|{noun}{sep}{lwh}{sep}{wall}{sep}{top}|"
              "{noun}{sep}{named}{sep}{wall}{sep}{top}|{opennoun}{sep}{named}{sep}{wall}|"
              "{opennoun}{sep}length $w{sep}width $d{sep}height $h{sep}wall $t|"
              "{noun}{sep}length $w{sep}width $d{sep}height $h{sep}wall $t{sep}{top}|"
              "{opennoun}{sep}l $w{sep}w $d{sep}h $h{sep}t $t|{noun}{sep}L=$w{sep}W=$d{sep}H=$h{sep}t=$t{sep}{top}|"
              "{opennoun}. $w long. $d wide. $h high. Walls $t|"
              "{opennoun}. Length $w, width $d, height $h. Wall thickness $t|{noun}. {lwh}. Wall thickness $t. No lid|"
              "{noun}. Size {lwh}, walls $t thick. The top is open|"
              "{noun}, {top}. Length is $w, width is $d, height is $h, wall is $t|"
              "{noun}, {top}. Should be $w long, $d wide and $h high, {wall}|I need ~ {opennoun}. Outside {lwh}, walls $t|"
              "I need ~ {noun}, {lwh}. The walls should be $t thick and the top open|hi, need ~ {opennoun}, {lwh}, {wall}|"
              "can i get ~ {opennoun} {lwh}, {wall}|I want ~ {noun} $w long, $d wide, $h high, {wall}, {top}|"
              "~ {opennoun} please, {lwh}, {wall}|{lwh}, {wall}, {opennoun}|{lwh}, {top}, {wall}, {noun}|"
              "{named}, {wall}, {opennoun}|{lwh}\nwall $t\n{opennoun}|{noun} L=$w W=$d H=$h wall=$t, {top}|"
              "{opennoun} (L $w, W $d, H $h, wall $t)|{opennoun} ({lwh}, wall $t)|{noun} ({lwh}), {wall}, {top}|"
              "{opennoun}\n- length $w\n- width $d\n- height $h\n- wall $t|"
              "part: {noun}\nouter size: {lwh}\nwall thickness: $t\ntop: open|"
              "type: {noun}\nL: $w\nW: $d\nH: $h\nwall: $t\nlid: none|{noun}\noutside: {lwh}\nwall: $t\nlid: no|"
              "{opennoun}\nL = $w\nW = $d\nH = $h\nT = $t|{opennoun}, length=$w, width=$d, height=$h, wall=$t|"
              "{opennoun}{sep}wall $t{sep}{lwh}|{opennoun}{sep}height $h{sep}length $w{sep}width $d{sep}wall $t|"
              "^{opennoun} / {lwh} / wall $t]"},
    {NULL, NULL},
};

static const cad_rule box_rules[] = {{"np", "{hollowbox}"}, {"spec", "{sheet}"}, {NULL, NULL}};

static const cad_rule box_hole_rules[] = {
    {"np", "[{hollowbox}, {one}|{hollowbox}, {one}|{hollowbox}, with {one}|{hollowbox}, with {one}|"
           "{hollowbox} and {one}|{hollowbox}, and {one}|{hollowbox}; {one}|{hollowbox}. {one}|{hollowbox}, plus {one}|"
           "{hollowbox}. Add {one}|{hollowbox}, featuring {one}]"},
    {"spec", "[{sheet}{sep}{one}|{sheet}{sep}{one}|{sheet}. {one}|{sheet}, with {one}|{sheet}{sep}hole: {one}|"
             "{sheet}. Also {one}]"},
    {"one", "[~ {hole} in the middle of the floor|~ {hole} in the center of the bottom|one {hole} in the floor, centered|"
            "~ central {hole} in the base|~ drain hole of $hd in the middle of the bottom|~ {hole} in the bottom center|"
            "~ {hole} in the middle of the bottom|~ {hole} in the center of the floor|~ {hole} in the centre of the base|"
            "~ {hole} in the middle of the base|~ {hole} through the middle of the floor|"
            "~ {hole} through the center of the bottom|~ {hole} centered in the floor|~ {hole} centered in the bottom|"
            "one {hole} centered in the bottom|~ single {hole} in the middle of the bottom|"
            "~ centered {hole} in the floor|~ centered {hole} in the bottom|~ central {hole} in the bottom|"
            "~ central {hole} through the floor|~ {hole} in the floor, in the middle|~ {hole} at the center of the floor|"
            "~ {hole} in the bottom, centered|~ {hole} in the base, centered|in the middle of the floor ~ {hole}|"
            "in the center of the bottom ~ {hole}|~ $hd drain hole in the center of the floor|"
            "~ $hd drain in the middle of the floor|~ cable hole of $hd in the center of the bottom|"
            "~ drainage hole, $hd diameter, in the middle of the bottom|~ drain hole of radius $/hd in the floor center|"
            "~ {hole} at the center of the base plate|~ {hole} dead center in the bottom|the floor with ~ central {hole}|"
            "one {hole} through the floor center|^~ {hole} at the midpoint of the floor]"},
    {NULL, NULL},
};

static const cad_rule square_tube_rules[] = {
    {"np", "[{tube} #w x #d@, {wall}, {height:h}|{tube} #w x #d@, {wall}, {height:h}|{tube} #wx#d@, {wall}, {height:h}|"
           "{tube} #wx#d@, {wall}, {height:h}|{tall:h} {tube}, $w x $d, {wall}|"
           "{tall:h} {tube}, #w x #d@ outside, {wall}|#wx#d@ {tube}, {wall}, {height:h}|"
           "#w x #d@ {tube}, {height:h}, {wall}|#w by #d@ {tube} with walls $t thick, {height:h}|"
           "{tube} {height:h}, #w by #d@ outside, {wall}|{tube}, {height:h}, #w x #d@, {wall}|"
           "{tube}, {wall}, #w x #d@, {height:h}|{tube}, {wall}, {height:h}, #w x #d@ outside|"
           "#wx#dx#t@ {tube}, {height:h}|#w x #d x #t@ {tube}, {height:h}|{tube} #wx#dx#t@, {height:h}|"
           "{tube} #w x #d x #t@, cut to $h|{tube} #w x #d@, wall $t, cut to $h|"
           "{tube}, sides $w and $d, {wall}, {height:h}|{tube} with side lengths $w and $d, {wall}, {height:h}|"
           "{tube} with ~ #w x #d@ section, {wall}, {height:h}|{tube}, section #w x #d@, {wall}, {height:h}|"
           "{tube}; #w x #d@; {wall}; {height:h}|{tube}. #w x #d@ outside. {wall}. {height:h}|"
           "{tube}: #w x #d@, {wall}, {height:h}|{tube}, $w x $d on the outer sides, {wall}, length $h|"
           "{tube} that is $h long, #w x #d@ outside, {wall}|{tube}, outside #w x #d@, {wall}, {height:h}|"
           "length $h of {tube}, #w x #d@, {wall}|piece of {tube}, #w x #d@, {wall}, {height:h}|"
           "$h long piece of #w x #d@ {tube}, {wall}|$t wall {tube}, #w x #d@, {height:h}|"
           "{lwh} box, {wall}, open top and bottom|{lwh} box with walls $t thick, open at the top and at the bottom|"
           "{lwh} box, {wall}, no lid and no floor|box {lwh}, {wall}, open at both ends|"
           "box {lwh} without top and bottom, {wall}|^{tube} measuring #w x #d@, {wall}, {height:h}]"},
    {"spec", "[{tube}: {lwh}, wall $t|{tube}: #w x #d@, wall $t, length $h|{tube}{sep}A=$w{sep}B=$d{sep}L=$h{sep}wall=$t|"
             "{tube}\nsides: $w x $d\nlength: $h\nwall: $t|{tube}{sep}#w x #d@{sep}{wall}{sep}{height:h}|"
             "{tube}{sep}{height:h}{sep}#w x #d@{sep}{wall}|{tube}{sep}side A $w{sep}side B $d{sep}wall $t{sep}length $h|"
             "{tube}. Outside #w x #d@. Wall $t. Length $h|{tube}. Sides are $w and $d, wall is $t, length is $h|"
             "I need ~ {tube}, #w x #d@ outside. Wall $t, length $h|#w x #d@, {wall}, {height:h}, {tube}|"
             "{tube}\nsection: #w x #d@\nwall: $t\nlength: $h|{tube}\nA = $w\nB = $d\nt = $t\nL = $h|"
             "{tube} #wx#dx#t@ L=$h|{tube} (#w x #d@, wall $t, length $h)|~ {tube} please, #w x #d@, {wall}, {height:h}|"
             "{tube}, sides=$w x $d, wall=$t, length=$h|^{tube} / #w x #d@ / wall $t / {height:h}]"},
    {"tube", "[rectangular tube|rectangular tube|rectangular tube|box tube|box tube|hollow rectangular section|"
             "rectangular hollow section|box section|frame without top and bottom|rectangular pipe|rectangular tubing|"
             "box tubing|box section tube|rectangular steel tube|rectangular aluminium tube|RHS|rectangular sleeve|"
             "box profile|rectangular profile tube|open-ended rectangular tube|rectangular tube open at both ends|"
             "tube with a rectangular section|hollow rectangular tube|^rectangular duct|^hollow bar, rectangular,]"},
    {NULL, NULL},
};

static const cad_rule cup_rules[] = {
    {"np", "[{cup}, {dia:d}, {height:h}, {wall}|{cup}, {dia:d}, {height:h}, {wall}|{cup} {dia:d}, {height:h}, {wall}|"
           "{cup} {dia:d}, {height:h}, {wall}|{predia:d} {tall:h} {cup}, {wall}|{tall:h} {cup}, {outer:d}, {wall}|"
           "{tall:h} {cup}, {dia:d}, {wall}|{tall:h} {cup} with {with_dia:d}, {wall}|"
           "{cup} with {with_dia:d}, {height:h}, {wall}|{cup} with {with_dia:d} and walls $t thick, {height:h}|"
           "{cup}, {height:h}, {dia:d}, {wall}|{cup}, {height:h}, {outer:d}, {wall}|{cup}, {wall}, {dia:d}, {height:h}|"
           "{cup}, {wall}, {height:h}, {outer:d}|{cup}: {dia:d}, {height:h}, {wall}|"
           "{cup}; {outer:d}; {height:h}; {wall}|{cup}. {dia:d}. {height:h}. {wall}|"
           "{cup}. {outer:d}, {height:h}. {wall}|{can}, {outer:d}, {height:h}, {wall}, {top}|"
           "{can}, {dia:d}, {height:h}, {wall}, {top}|{can} {dia:d}, {height:h}, {top}, {wall}|"
           "{can}, {top}, {dia:d}, {height:h}, {wall}|{can} with walls $t thick, {outer:d}, {height:h}, {top}|"
           "{can} without a lid, {dia:d}, {height:h}, {wall}|{tall:h} {can}, {dia:d}, {wall}, {top}|"
           "{can}. {dia:d}. {height:h}. {wall}. {top}|{cup} Ø#d x #h@, {wall}|{cup} Ø#d x #h@, {wall}|"
           "Ø#d x #h@ {cup}, {wall}|{can} Ø#d x #h@, {wall}, {top}|$d diameter {cup}, {height:h}, {wall}|"
           "$d wide, $h tall round {simplecup}, {wall}|{predia:d} {cup}, {height:h}, {wall}|"
           "{predia:d} {cup}, {wall}, {height:h}|{cup} that is $h tall and $d across, {wall}|"
           "u;{cup}, $d in diameter and $h tall, {wall}|{cup} that should be $h high, {dia:d}, {wall}|"
           "{cup} with walls $t thick, {dia:d}, {height:h}|$t wall {cup}, {dia:d}, {height:h}|"
           "{cup} {height:h}, {dia:d}, {wall}|{cup}, $d across and $h high, {wall}|"
           "^{cup} measuring {outer:d}, {height:h}, {wall}]"},
    {"spec", "[{cup}: {dia:d}, {height:h}, wall $t|{cup}{sep}D=$d{sep}H=$h{sep}wall=$t|"
             "{cup}\ndiameter: $d\nheight: $h\nwall: $t|{can}: OD $d, H $h, wall $t, {top}|"
             "{cup}{sep}{dia:d}{sep}{height:h}{sep}{wall}|{cup}{sep}{outer:d}{sep}{height:h}{sep}{wall}|"
             "{can}{sep}{dia:d}{sep}{height:h}{sep}{wall}{sep}{top}|{cup}{sep}{height:h}{sep}{wall}{sep}{dia:d}|"
             "{cup}. Diameter $d. Height $h. Wall $t|{cup}. $d across, $h tall, walls $t thick|"
             "{cup}. The diameter is $d, the height is $h and the wall is $t|I need ~ {cup}, {dia:d}. Height $h, wall $t|"
             "I want ~ {cup}, $h tall, {dia:d}, {wall}|~ {cup} please, {dia:d}, {height:h}, {wall}|"
             "{dia:d}, {height:h}, {wall}, {cup}|{cup}\nOD = $d\nH = $h\nt = $t|{cup} OD=$d H=$h wall=$t|"
             "{cup} (diameter $d, height $h, wall $t)|{can}\nouter diameter: $d\nheight: $h\nwall: $t\nlid: none|"
             "{cup}, diameter=$d, height=$h, wall=$t|{cup}\n- diameter $d\n- height $h\n- wall $t|{cup} D$d H$h T$t|"
             "^{cup} / {outer:d} / {height:h} / wall $t]"},
    {"simplecup", "[cup|cup|pot|container without a lid|open container|beaker|tray]"},
    {"cup", "[cup|cup|cup|round cup|round cup|pot|plant pot|flower pot|round open container|beaker|"
            "open cylindrical container|cylindrical cup|cylindrical pot|round pot|round box without lid|"
            "round open-top container|open-top cylinder|cylindrical container, open at the top|pen cup|pencil cup|"
            "round tray|round open box|open round box|cylindrical open box|bucket|can without lid|open can|"
            "jar without lid|cylindrical beaker|hollow cylinder with a floor and an open top|"
            "round container without a lid|shelled cylinder with an open top|round open-topped pot|^mug without handle|"
            "^tumbler]"},
    {"can", "[round container|round container|cylindrical container|cylindrical container|hollow cylinder with a floor|"
            "round housing|cylindrical housing|round box|round enclosure|cylindrical enclosure|cylindrical box|can|jar|"
            "round case|cylindrical case|shelled cylinder with a floor|cylinder-shaped container|round bin|^drum|"
            "^canister]"},
    {NULL, NULL},
};

static const cad_rule round_tube_rules[] = {
    {"np", "[{tube}, {outer:d}, {wall}, {height:h}|{tube}, {outer:d}, {wall}, {height:h}|"
           "{tube} {outer:d}, {wall}, {height:h}|{tube} {outer:d}, {wall}, {height:h}|"
           "{tall:h} {tube}, {outer:d}, {wall}|{tall:h} {tube}, {outer:d}, {wall}|{tall:h} {tube}, {wall}, {outer:d}|"
           "{tall:h} {tube} with walls $t thick, {outer:d}|{tube} {dia:d}, {wall}, {height:h}|"
           "{tube}, {dia:d}, {wall}, {height:h}|{predia:d} {tube}, {wall}, {height:h}|"
           "{predia:d} {tube}, {height:h}, {wall}|{predia:d} {tall:h} {tube}, {wall}|"
           "{tube}, {height:h}, {outer:d}, {wall}|{tube}, {height:h}, {wall}, {outer:d}|"
           "{tube}, {wall}, {outer:d}, {height:h}|{tube}, {wall}, {height:h}, {outer:d}|"
           "{tube} with {with_dia:d}, {wall} and {height:h}|{tube} with {with_dia:d}, {height:h}, {wall}|"
           "{tube} with ~ $t wall, {outer:d}, {height:h}|{tube} with walls $t thick, {height:h}, {outer:d}|"
           "{tube}: {outer:d}, {wall}, {height:h}|{tube}; {outer:d}; {wall}; {height:h}|"
           "{tube}. {outer:d}. {wall}. {height:h}|{tube}. $d outer diameter, wall $t. $h long|"
           "{tube} that is $h long, {outer:d}, {wall}|{tube} which is $d across and $h long, {wall}|"
           "{tube} Ø#d x #h@, {wall}|Ø#d x #h@ {tube}, {wall}|{tube} Ø#d x #t@ wall, {height:h}|"
           "{tube} Ø#d x #t@ wall, cut to $h|$h long piece of {simpletube}, {outer:d}, {wall}|"
           "length of {simpletube}, $h long, {outer:d}, {wall}|$d OD {tube}, {wall}, {height:h}|"
           "$d OD {tube}, {height:h}, {wall}|$d outer diameter {tube}, $t wall, $h long|"
           "$t wall {tube}, {outer:d}, {height:h}|{tube} {height:h}, {outer:d}, {wall}|"
           "$h tall cylinder, {outer:d}, {wall}, open at both ends|"
           "cylinder, {outer:d}, {height:h}, {wall}, open top and bottom|"
           "^{tube} measuring {outer:d}, {wall}, {height:h}]"},
    {"simpletube", "[pipe|tube|tubing|round tube|round pipe]"},
    {"spec", "[{tube}: OD $d, wall $t, length $h|{tube}{sep}OD=$d{sep}wall=$t{sep}L=$h|"
             "{tube}\nouter diameter: $d\nwall: $t\nlength: $h|{tube} OD$d x wall $t x L$h|"
             "{tube}{sep}{outer:d}{sep}{wall}{sep}{height:h}|{tube}{sep}{height:h}{sep}{outer:d}{sep}{wall}|"
             "{tube}{sep}wall $t{sep}{outer:d}{sep}length $h|{tube}. Outer diameter $d. Wall $t. Length $h|"
             "{tube}. OD $d, wall $t. Cut to $h|{tube}. The outer diameter is $d, the wall is $t, the length is $h|"
             "I need ~ {tube}, {outer:d}. Wall $t, length $h|I want ~ {tube} $h long, {outer:d}, {wall}|"
             "~ {tube} please, {outer:d}, {wall}, {height:h}|{outer:d}, {wall}, {height:h}, {tube}|"
             "{tube}\nOD = $d\nt = $t\nL = $h|{tube} OD=$d wall=$t L=$h|{tube} (OD $d, wall $t, length $h)|"
             "{tube}, OD=$d, wall=$t, length=$h|{tube}\n- OD $d\n- wall $t\n- length $h|"
             "{tube}: outer dia $d, wall thickness $t, len $h|^{tube} / {outer:d} / wall $t / {height:h}]"},
    {"tube", "[tube|tube|tube|tube|pipe|pipe|pipe|round tube|piece of pipe|piece of tube|hollow cylinder|hollow cylinder|"
             "open tube|pipe section|tube section|cylindrical tube|round pipe|length of pipe|length of tube|tubing|"
             "round tubing|cylindrical pipe|tube open at both ends|pipe open at both ends|open-ended tube|"
             "hollow cylinder open at both ends|straight pipe|straight tube|thin-walled tube|steel tube|aluminium tube|"
             "plastic pipe|^conduit|^round duct]"},
    {NULL, NULL},
};

static const cad_form forms[] = {
    {"box", 0.54, box, box_rules, &cad_say_enclosure_box},
    {"box_hole", 0.10, box_hole, box_hole_rules, &cad_say_enclosure_box_hole},
    {"cup", 0.13, cup, cup_rules, &cad_say_enclosure_cup},
    {"round_tube", 0.13, round_tube, round_tube_rules, &cad_say_enclosure_round_tube},
    {"square_tube", 0.10, square_tube, square_tube_rules, &cad_say_enclosure_square_tube},
};

const cad_family cad_family_enclosure = {"enclosure", 0.17, false, CAD_FORMS(forms), family_rules};
