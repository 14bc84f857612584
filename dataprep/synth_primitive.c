/* Plain parts: one solid and nothing else.  A request for a box must not get holes. */
#include "dataprep/synth_family.h"

#include <math.h>

#define PI 3.14159265358979323846

static bool box(cad_part *p)
{
    double l = cad_part_size(p, "l", CAD_SIZE_big, 4, 200), w = cad_part_size(p, "w", CAD_SIZE_big, 4, 150);
    double h = cad_part_size(p, "h", cad_part_chance(p, 0.6) ? CAD_SIZE_big : CAD_SIZE_fine, 2, 100);
    cad_part_line(p, "C $ $ $", 3, l, w, h);
    cad_part_box(p, l, w, h);
    return true;
}

static bool cube(cad_part *p)
{
    double s = cad_part_size(p, "s", cad_part_chance(p, 0.7) ? CAD_SIZE_big : CAD_SIZE_fine, 3, 150);
    cad_part_line(p, "C $ $ $", 3, s, s, s);
    cad_part_box(p, s, s, s);
    return true;
}

static bool cylinder(cad_part *p)
{
    double d = cad_part_size(p, "d", cad_part_chance(p, 0.6) ? CAD_SIZE_big : CAD_SIZE_fine, 2, 120);
    double h = cad_part_size(p, "h", cad_part_chance(p, 0.6) ? CAD_SIZE_big : CAD_SIZE_fine, 2, 150);
    cad_part_line(p, "Y $ $", 2, cad_half(d), h);
    cad_part_cylinder(p, cad_half(d), h);
    return true;
}

static bool disc(cad_part *p)
{
    double d = cad_part_size(p, "d", CAD_SIZE_big, 10, 200), t = cad_part_size(p, "t", CAD_SIZE_fine, 1, 20);
    cad_part_line(p, "Y $ $", 2, cad_half(d), t);
    cad_part_cylinder(p, cad_half(d), t);
    return t < d / 3;
}

static bool sphere(cad_part *p)
{
    double d = cad_part_size(p, "d", cad_part_chance(p, 0.6) ? CAD_SIZE_big : CAD_SIZE_fine, 4, 120), r = cad_half(d);
    cad_part_line(p, "S $", 1, r);
    p->volume = 4.0 / 3.0 * PI * r * r * r;
    p->area = 4 * PI * r * r;
    p->ext[0] = p->ext[1] = p->ext[2] = 2 * r;
    p->spheres = 1;
    return true;
}

static void cone_measures(cad_part *p, double rb, double rt, double h)
{
    double r = fmax(rb, rt);
    p->volume = PI * h / 3 * (rb * rb + rb * rt + rt * rt);
    p->area = PI * (rb * rb + rt * rt) + PI * (rb + rt) * sqrt((rb - rt) * (rb - rt) + h * h);
    p->ext[0] = p->ext[1] = 2 * r;
    p->ext[2] = h;
    p->cones = 1;
    p->planes = (rb > 0) + (rt > 0);
}

static bool cone(cad_part *p)
{
    double d = cad_part_size(p, "d", CAD_SIZE_big, 6, 110), h = cad_part_size(p, "h", CAD_SIZE_big, 5, 100);
    cad_part_line(p, "K $ 0 $", 2, cad_half(d), h);
    cone_measures(p, cad_half(d), 0, h);
    return true;
}

static bool frustum(cad_part *p)
{
    double d = cad_part_size(p, "d", CAD_SIZE_big, 10, 110), e = cad_part_size(p, "e", CAD_SIZE_big, 4, 100);
    double h = cad_part_size(p, "h", CAD_SIZE_big, 5, 100);
    cad_part_line(p, "K $ $ $", 3, cad_half(d), cad_half(e), h);
    cone_measures(p, cad_half(d), cad_half(e), h);
    return fabs(d - e) >= 2;
}

static const cad_rule box_rules[] = {
    {"np",
     "[{just} {lwh} {boxnoun}|{just} {lwh} {boxnoun}|{boxnoun} {lwh}|{boxnoun} of {lwh}|{boxnoun}, {lwh}|{boxnoun} {named}|"
     "{boxnoun} that is {named}|{boxnoun} measuring {lwh}|{boxnoun} with {with}|solid {boxnoun} {named}|{just} {boxnoun}, "
     "{named}|"
     "^{boxnoun} sized {lwh}|^{boxnoun} having sides of {lwh}]{nothing}"},
    {"spec",
     "[{boxnoun}: {lwh}|{boxnoun} {lwh}|{boxnoun}{sep}L=$l{sep}W=$w{sep}H=$h|{boxnoun}\nlength: $l\nwidth: $w\nheight: $h|"
     "length $l, width $w, height $h, {boxnoun}|L $l W $w H $h {boxnoun}|{boxnoun}, l=$l w=$w h=$h|{boxnoun} - {lwh}|"
     "{lwh}, {boxnoun}|{boxnoun} ({lwh})|^{boxnoun} / {lwh}|^dimensions {lwh}, {boxnoun}]{nothing}"},
    {"lwh",
     "[#lx#wx#h@|#lx#wx#h@|#l x #w x #h@|#l x #w x #h@|#l by #w by #h@|$l x $w x $h|$l by $w by $h|#l*#w*#h@|#l X #w X #h@|"
     "^#l × #w × #h@|^#l/#w/#h@]"},
    {"named", "[$l long, $w wide and $h [high|tall]|$l long, $w wide, $h [high|tall|thick|deep]|$l long x $w wide x $h high|$w "
              "wide, $l long, $h high|"
              "$h high, $l long and $w wide|$h tall, $w wide, $l long|length $l, width $w, height $h|$l in length, $w in width "
              "and $h in height|"
              "$l long by $w wide by $h high|^$w across, $l long, $h high|^$l end to end, $w wide, $h high]"},
    {"with", "[length $l, width $w and height $h|a length of $l, a width of $w and a height of $h|sides $l, $w and $h|sides of "
             "$l, $w and $h|"
             "edges $l, $w, $h|height $h, length $l, width $w|^edge lengths $l, $w and $h]"},
    {"boxnoun",
     "[box|box|box|block|block|rectangular block|cuboid|cube|rectangular box|rectangular prism|bar|brick|slab|solid block|"
     "^rectangular solid|^chunk|^blank|^parallelepiped]"},
    {NULL, NULL},
};

static const cad_rule cube_rules[] = {
    {"np",
     "[{just} $s cube|{just} $s cube|{just} #sx#sx#s@ cube|{just} #s x #s x #s@ [cube|cube|box]|cube of $s|cube with $s "
     "sides|cube, $s|"
     "cube with sides of $s|cube of side $s|cube with edge length $s|cube $s on each side|cube $s a side|#s by #s by #s@ cube|"
     "cube with all sides $s|$s sided cube|^cube, edges $s|^cube $s on an edge|^die-shaped block, $s on every side]{nothing}"},
    {"spec", "[cube {sep}side $s|cube: $s|cube, a=$s|cube #sx#sx#s@|cube\nside: $s|side $s, cube|cube, edge $s|cube ($s)|^cube "
             "/ edge $s|"
             "^edge length $s, cube]{nothing}"},
    {NULL, NULL},
};

static const cad_rule cylinder_rules[] = {
    {"np", "[{just} {predia:d} {tall:h} {cylnoun}|{just} {tall:h}, {predia:d} {cylnoun}|{just} {cylnoun} {dia:d}[, | and |, "
           "]{height:h}|"
           "{cylnoun} {height:h}[, | and ]{dia:d}|{cylnoun} with {with_dia:d} and [a height of|height|a length of] "
           "$h|{cylnoun}, {dia:d}, {height:h}|"
           "{cylnoun} #d x #h@|{cylnoun} Ø#d x #h@|{predia:d} x $h {cylnoun}|{cylnoun} {dia:d} x {tall:h}|{just} {cylnoun} "
           "[that is|] {tall:h} with {with_dia:d}|"
           "$d x $h {cylnoun}|{cylnoun} of {dia:d} and {height:h}|^{cylnoun} measuring {dia:d} by {height:h}|^{cylnoun}, "
           "{dia:d} and {tall:h}]{nothing}"},
    {"spec", "[{cylnoun}: {dia:d}, {height:h}|{cylnoun}{sep}D=$d{sep}H=$h|{cylnoun}\ndiameter: $d\nheight: "
             "$h|{cylnoun}\nheight $h\nradius $/d|"
             "{cylnoun} D$d H$h|{cylnoun}, d=$d, h=$h|{cylnoun}, r=$/d, h=$h|Ø$d x $h, {cylnoun}|{cylnoun} R#/d@ H$h|diameter "
             "$d, height $h, {cylnoun}|"
             "{cylnoun}, d $d, l $h|^{cylnoun} / dia $d / length $h]{nothing}"},
    {"cylnoun",
     "[cylinder|cylinder|cylinder|rod|round bar|pin|solid cylinder|peg|dowel|shaft|post|round rod|^roller|^column|^stub]"},
    {NULL, NULL},
};

static const cad_rule disc_rules[] = {
    {"np", "[{just} {predia:d} [disc|disk], {thick:t}|{just} {prethick:t} {discnoun}, {dia:d}|{discnoun} {dia:d}[, | and |, "
           "]{thick:t}|"
           "{discnoun} with {with_dia:d} and a thickness of $t|{predia:d} {discnoun}, {thick:t}|{discnoun} Ø#d x "
           "#t@|{discnoun}, {thick:t}, {dia:d}|"
           "{discnoun} of {dia:d} and {thick:t}|^{discnoun} measuring {dia:d}, {thick:t}]{nothing}"},
    {"spec",
     "[{discnoun}: {dia:d}, {thick:t}|{discnoun}{sep}D=$d{sep}T=$t|{discnoun}\ndiameter: $d\nthickness: $t|{discnoun} Ø$d t=$t|"
     "diameter $d, thickness $t, {discnoun}|^{discnoun} / dia $d / thk $t]{nothing}"},
    {"discnoun", "[disc|disk|disc|disk|round plate|circular plate|round disc|puck|^coin|^round blank]"},
    {NULL, NULL},
};

static const cad_rule sphere_rules[] = {
    {"np", "[{just} {predia:d} {ball}|{just} {predia:d} {ball}|{just} {ball} {dia:d}|{ball} with {with_dia:d}|{ball}, "
           "{dia:d}|{ball} of {dia:d}|"
           "$d {ball}|{ball} of radius $/d|^{ball} measuring {dia:d}]{nothing}"},
    {"spec", "[{ball}: {dia:d}|{ball}{sep}D=$d|{ball}{sep}R=$/d|{ball}\ndiameter: $d|{ball}\nradius: $/d|diameter $d, "
             "{ball}|{ball}, r=$/d|"
             "{ball} Ø$d|{ball} R#/d@|^{ball} / dia $d]{nothing}"},
    {"ball", "[sphere|sphere|ball|ball|solid sphere|^globe|^solid ball|^bead]"},
    {NULL, NULL},
};

static const cad_rule cone_rules[] = {
    {"np", "[{just} {conenoun} {dia:d}[, | and ]{height:h}|{just} {conenoun} with {base} and [a height of $h|height $h]|{just} "
           "{tall:h} {conenoun} with {base}|"
           "{predia:d} {conenoun}, {tall:h}|{conenoun}, {base}, {height:h}|{conenoun} {tall:h}, {base}|{conenoun} #d x "
           "#h@|^{conenoun} rising $h from {base}]{nothing}"},
    {"spec", "[{conenoun}: base $d, height $h|{conenoun}{sep}base diameter $d{sep}height $h|{conenoun}\nbase radius: "
             "$/d\nheight: $h|{conenoun}, D=$d, H=$h|"
             "base {dia:d}, {height:h}, {conenoun}|^{conenoun} / base dia $d / rise $h]{nothing}"},
    {"base", "[~ $d base|~ $d diameter base|base diameter $d|a base of $d|a base diameter of $d|base radius $/d|a base radius "
             "of $/d|^a foot of $d]"},
    {"conenoun", "[cone|cone|cone|pointed cone|solid cone|sharp cone|^spike|^cone with a sharp tip]"},
    {NULL, NULL},
};

static const cad_rule frustum_rules[] = {
    {"np", "[{just} {frustum} with {ends} and [a height of $h|height $h]|{just} {tall:h} {frustum}, {ends}|{frustum} {ends}, "
           "{height:h}|"
           "{frustum}, {ends}, {height:h}|{frustum} from $d to $e diameter, {height:h}|{frustum} $d at the bottom, $e at the "
           "top, {height:h}|"
           "{frustum} [tapering|going] from {predia:d} to {predia:e} over $h|^{frustum} that narrows or widens from $d to $e "
           "in diameter, $h tall]{nothing}"},
    {"spec",
     "[{frustum}: bottom $d, top $e, height $h|{frustum}{sep}bottom diameter $d{sep}top diameter $e{sep}height $h|{frustum}, "
     "base D=$d, top D=$e, H=$h|"
     "{frustum}\nbottom radius: $/d\ntop radius: $/e\nheight: $h|^{frustum} / base dia $d / top dia $e / rise $h]{nothing}"},
    {"ends", "[bottom diameter $d and top diameter $e|~ $d base and ~ $e top|base $d, top $e|bottom $d, top $e|base diameter "
             "$d, top diameter $e|"
             "bottom radius $/d and top radius $/e|base radius $/d, top radius $/e|top $e, bottom $d|top diameter $e and base "
             "diameter $d|"
             "^lower end $d and upper end $e]"},
    {"frustum",
     "[frustum|frustum|truncated cone|tapered cylinder|cone frustum|cut-off cone|conical frustum|^tapered plug|^blunt cone]"},
    {NULL, NULL},
};

static const cad_form forms[] = {
    {"box", 0.36, box, box_rules},
    {"cube", 0.10, cube, cube_rules},
    {"cylinder", 0.22, cylinder, cylinder_rules},
    {"disc", 0.08, disc, disc_rules},
    {"sphere", 0.08, sphere, sphere_rules},
    {"cone", 0.08, cone, cone_rules},
    {"frustum", 0.08, frustum, frustum_rules},
};

const cad_family cad_family_primitive = {"primitive", 0.25, false, CAD_FORMS(forms), NULL};
