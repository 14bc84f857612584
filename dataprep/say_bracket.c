#include "dataprep/say.h"

/* Parameters: see the form of the same name in synth_bracket.c. */

static const char *const lbracket_bare[] = {
    "[{np}]",
    "[[Need|I need|need] an L[-| ]bracket, legs $a and $c, $t thick{w1}]",
    "[[L-bracket|L bracket|angle|angle bracket] #a x #c x #t@{w1}[, no holes|, plain|]]",
    "[[L-bracket|angle bracket|corner bracket] #ax#c@, [from|made from] $t [plate|sheet|steel|aluminium]{w1}]",
    "[+w;piece of angle, #a x #c x #t@, $w long]",
    "[+w;[cut|Cut] a $w [length|piece] of #a x #c x #t@ [angle|angle iron|L section|aluminium angle]]",
    ("[+w;strip $w wide and $t thick, folded [90 degrees|to a right angle|into an L], legs $a and $c [outside|over "
     "all|measured "
     "outside]]"),
    "[[hi|hey|Hello], can you [make|model] me an L bracket, $a on the bottom, $c up the wall, $t thick{w1}?]",
    "[[A|a] bracket in the shape of an L: base $a, upright $c, thickness $t{w1}]",
    "[The bracket is an L. The base leg is $a long, the upright leg is $c. The thickness is $t.{ws}]",
    "[L-bracket. Base: $a. Upright: $c. Thickness: $t.{ws} No holes.]",
    "[item: L-bracket\nbase leg: $a\nupright leg: $c\nthickness: $t[+w;\nwidth: $w]]",
    "[Part name: angle\nA = $a\nB = $c\nT = $t[+w;\nW = $w]]",
    "[L-BRACKET #a X #c X #t@[+w;, WIDTH $w]]",
    "[lbracket: a=$a b=$c t=$t[+w; w=$w]]",
    "[type=L bracket; leg 1=$a; leg 2=$c; thickness=$t[+w;; width=$w]]",
    "[\"part\": \"L-bracket\", \"base\": \"$a\", \"upright\": \"$c\", \"thickness\": \"$t\"[+w;, \"width\": \"$w\"]]",
    "[- L bracket\n- base $a\n- upright $c\n- $t thick[+w;\n- $w wide]]",
    "[[For|for] a [shelf|cupboard|bench|camera|sensor|planter]: L bracket, $a along the [shelf|bottom], $c up, $t thick{w1}]",
    "[[goes|sits] under [the|a] shelf: [L bracket|angle], horizontal $a, vertical $c, $t thick{w1}, [no holes|no screw holes]]",
    "[[shelf|corner|mounting] bracket, L shape, $a by $c, [thickness $t|$t thick]{w1}]",
    "[[right angle|90 degree] bracket with ~ $a leg and ~ $c leg, $t thick{w1}]",
    "[two legs at [a right angle|90 degrees], $a and $c long, $t thick{w1}]",
    "[an L made of two flat legs, one $a, the other $c, both $t thick{w1}]",
    "[one [red|black|steel|aluminium|plastic] L-bracket, $a x $c, $t thick{w1}]",
    "[[No holes|no holes|Without holes]: L bracket $a by $c, $t thick{w1}]",
    "[Angle bracket, horizontal leg $a, vertical leg $c, [wall|sheet|plate] $t{w1}]",
    "[[height|vertical height] $c, base length $a, thickness $t{w1}, L-bracket]",
    "[L bracket $c high and $a long at the base, $t thick{w1}]",
    "[[fold|bend] a $t sheet to an L with legs of $a and $c{w1}]",
    "[sheet metal L, $t thick, base $a, flange up $c{w1}]",
    "[Q: part? A: L-bracket. Q: legs? A: $a and $c. Q: thickness? A: $t[+w;. Q: width? A: $w]]",
    "[[Order|Pos 3|Line 2]: angle #a x #c x #t@[+w;, $w wide], no holes]",
    "[[My boss|The customer|A friend] wants an L bracket, legs $a and $c, $t thick{w1}]",
    "[i want bracket in form of L, one leg $a, other leg $c, thickness $t{w1}]",
    "[could u make an L bracket $a by $c, $t thick{w1} pls]",
    "[L-bracket whose base is $a, whose upright is $c and whose thickness is $t{w1}]",
    "[[Bookend|bookend|book end]: base $a, upright $c, $t thick{w1}, plain L shape]",
    "[[phone|tablet|picture] stand, just an L: bottom $a, upright $c, thickness $t{w1}]",
    "[corner brace, $a on one side and $c on the other, $t thick{w1}]",
    "[legs of #a and #c@, $t thick, L-shaped{w1}]",
    "[$t thick L bracket, $a horizontal, $c vertical{w1}]",
    "[+w;$w wide L bracket, $a horizontal, $c vertical, $t thick]",
    "[+w;L-bracket #a x #c x #t@, $w wide, [sharp corner|no fillet|no gusset|no ribs|no holes]]",
    "[+w;flat bar #w x #t@ turned into an L, legs $a and $c]",
    "[+w;L section #a x #c@, thickness $t, length of the piece $w]",
    "[-w;L-bracket, $a x $c x $t, [standard width|default width|usual width]]",
};
const cad_sentences cad_say_lbracket_bare = CAD_SENTENCES(lbracket_bare);

static const char *const lbracket_middle[] = {
    "[{np}]",
    "[[Need|I need|need] an L bracket, legs $a and $c, $t thick{w1}, with ~ {ah} in the middle of each leg]",
    "[[L-bracket|angle bracket] #a x #c x #t@{w1}. ~ {ah} in the center of each leg.]",
    ("[[L-bracket|angle] #ax#c@, from $t [plate|sheet|steel]{w1}, drilled in the middle of [both legs|each leg][+hd;, hole "
     "$hd]]"),
    "[[hi|hey], can you make me an L bracket, base $a, upright $c, $t thick{w1}, ~ {ah} centered in each leg?]",
    ("[The bracket is an L. The base leg is $a long, the upright leg is $c. The thickness is $t.{ws} There is ~ {ah} in the "
     "middle of each leg.]"),
    ("[item: L-bracket\nbase leg: $a\nupright leg: $c\nthickness: $t[+w;\nwidth: $w]\nholes: one per leg, centered[+hd;\nhole "
     "dia: $hd]]"),
    "[L-BRACKET #a X #c X #t@[+w;, WIDTH $w], [+hd;Ø$hd ]HOLE IN MIDDLE OF EACH LEG]",
    "[lbracket: a=$a b=$c t=$t[+w; w=$w] hole_each_leg=centered[+hd; hole=$hd]]",
    "[type=L bracket; leg 1=$a; leg 2=$c; thickness=$t[+w;; width=$w]; centered hole in each leg[+hd;=$hd]]",
    "[- L bracket\n- base $a\n- upright $c\n- $t thick[+w;\n- $w wide]\n- ~ {ah} in the middle of each leg]",
    ("[[For|for] a [shelf|cupboard|bench|sensor]: L bracket, horizontal $a, vertical $c, $t thick{w1}, one screw hole[+hd; "
     "($hd)] in the middle of each leg]"),
    "[[shelf|corner|mounting] bracket, $a by $c, $t thick{w1}, {ah} centred on both legs]",
    "[two legs at a right angle, $a and $c long, $t thick{w1}, each leg with ~ central {ah}]",
    ("[Bracket with two holes, one in the middle of the base and one in the middle of the upright[+hd;, both $hd]. Base $a, "
     "upright $c, $t thick.{ws}]"),
    "[Put ~ {ah} halfway along each leg of an L bracket, $a by $c, $t thick{w1}]",
    "[[drill|Drill] ~ {ah} through the center of each leg; L bracket #a x #c x #t@{w1}]",
    "[+hd;L-bracket #a x #c@, $t thick{w1}, a centered hole in each leg, [hole diameter $hd|dia $hd|radius $/hd]]",
    "[&hd;L bracket, legs $a and $c, $t thick{w1}, one hole for ~ M#hd [screw|bolt] in the middle of each leg]",
    "[&hd;#a x #c x #t@ angle{w1}, M#hd hole centered in both legs]",
    "[-hd;L-bracket $a x $c, $t thick{w1}, a [standard|normal|screw] hole in the middle of each leg]",
    "[Q: part? A: L-bracket $a by $c, $t thick{w1}. Q: holes? A: ~ {ah} in the middle of each leg]",
    "[[Pos 3|Line 2]: angle #a x #c x #t@[+w;, $w wide], hole[+hd; Ø$hd] center of each leg]",
    "[i want bracket L, leg $a and leg $c, thickness $t{w1}, in every leg one hole in middle[+hd;, hole $hd]]",
    "[could u make an L bracket $a by $c, $t thick{w1}, hole[+hd; of $hd] in the middle of both legs pls]",
    "[[steel|black|plastic] corner brace, $a and $c, $t thick{w1}, one screw hole per leg, centered[+hd;, $hd across]]",
    "[Each leg of the angle is pierced in the middle[+hd; ($hd)]: legs $a and $c, $t thick{w1}]",
    "[[My boss|The customer] wants an angle bracket, base $a, height $c, $t thick{w1}, ~ {ah} in the center of each leg]",
};
const cad_sentences cad_say_lbracket_middle = CAD_SENTENCES(lbracket_middle);

static const char *const lbracket_at_distance[] = {
    "[{np}]",
    "[[Need|I need|need] an L bracket, legs $a and $c, $t thick{w1}, with ~ {ah} in each leg, {at}]",
    "[[L-bracket|angle bracket] #a x #c x #t@{w1}. ~ {ah} in each leg, {at}.]",
    "[[L-bracket|angle] #ax#c@, from $t [plate|sheet|steel]{w1}, both legs drilled[+hd; $hd], {at}]",
    "[[hi|hey], can you make me an L bracket, base $a, upright $c, $t thick{w1}, one {ah} per leg, {at}?]",
    "[The bracket is an L. The base leg is $a long, the upright leg is $c. The thickness is $t.{ws} There is ~ {ah} in each "
    "leg, {at}.]",
    "[item: L-bracket\nbase leg: $a\nupright leg: $c\nthickness: $t[+w;\nwidth: $w]\nholes: one per leg[+hd;\nhole dia: "
    "$hd]\nhole to outer corner: $e]",
    "[L-BRACKET #a X #c X #t@[+w;, WIDTH $w], [+hd;Ø$hd ]HOLE IN EACH LEG, $e FROM CORNER]",
    "[lbracket: a=$a b=$c t=$t[+w; w=$w][+hd; hole=$hd] hole_in_each_leg_from_corner=$e]",
    "[type=L bracket; leg 1=$a; leg 2=$c; thickness=$t[+w;; width=$w]; one hole per leg[+hd;; hole dia=$hd]; from corner=$e]",
    "[- L bracket\n- base $a\n- upright $c\n- $t thick[+w;\n- $w wide]\n- ~ {ah} in both legs\n- hole centers $e from the "
    "corner]",
    "[[For|for] a [shelf|cupboard|bench|sensor]: L bracket, horizontal $a, vertical $c, $t thick{w1}, one screw hole[+hd; "
    "($hd)] in each leg, $e from the bend]",
    "[two legs at a right angle, $a and $c long, $t thick{w1}, ~ {ah} in each, {at}]",
    "[Bracket with two holes, one in the base and one in the upright, both {at}[+hd;, both $hd across]. Base $a, upright $c, "
    "$t thick.{ws}]",
    "[Measure $e from the outer corner and put ~ {ah} there in each leg of an L bracket, $a by $c, $t thick{w1}]",
    "[+hd;L-bracket #a x #c@, $t thick{w1}, hole diameter $hd, one per leg, [distance from the corner $e|distance to the bend "
    "$e]]",
    "[&hd;L bracket, legs $a and $c, $t thick{w1}, one hole for ~ M#hd [screw|bolt] in each leg, {at}]",
    "[-hd;L-bracket $a x $c, $t thick{w1}, a [standard|normal|screw] hole in each leg, {at}]",
    "[Q: part? A: L-bracket $a by $c, $t thick{w1}. Q: holes? A: ~ {ah} in each leg. Q: where? A: $e from the corner]",
    "[[Pos 3|Line 2]: angle #a x #c x #t@[+w;, $w wide], hole[+hd; Ø$hd] in each leg, $e from corner]",
    "[i want bracket L, leg $a and leg $c, thickness $t{w1}, in every leg one hole[+hd; of $hd], distance from corner $e]",
    "[[My boss|The customer] wants an angle bracket, base $a, height $c, $t thick{w1}, ~ {ah} in each leg, {at}]",
    "[both holes[+hd; ($hd)] sit $e from the outside of the bend; L bracket $a x $c, $t thick{w1}, one hole per leg]",
};
const cad_sentences cad_say_lbracket_at_distance = CAD_SENTENCES(lbracket_at_distance);

static const char *const lbracket_base_hole[] = {
    "[{np}]",
    "[[Need|I need|need] an L bracket, base $a, upright $c, $t thick{w1}, with ~ {ah} in the base only, {at}]",
    "[[L-bracket|angle bracket] #a x #c x #t@{w1}. One {ah} in the base leg, {at}. [The upright is plain.|No hole in the "
    "upright.|]]",
    "[[hi|hey], can you make me an L bracket, base $a, upright $c, $t thick{w1}, one {ah} in the base leg, {at}?]",
    "[The bracket is an L. The base leg is $a long, the upright leg is $c. The thickness is $t.{ws} There is ~ {ah} in the "
    "base leg, {at}.]",
    "[item: L-bracket\nbase leg: $a\nupright leg: $c\nthickness: $t[+w;\nwidth: $w]\nhole: one, in the base[+hd;\nhole dia: "
    "$hd]\nhole to outer corner: $e]",
    "[L-BRACKET #a X #c X #t@[+w;, WIDTH $w], ONE [+hd;Ø$hd ]HOLE IN BASE, $e FROM CORNER]",
    "[lbracket: base=$a upright=$c t=$t[+w; w=$w][+hd; hole=$hd] base_hole_from_corner=$e]",
    "[type=L bracket; base=$a; upright=$c; thickness=$t[+w;; width=$w]; one hole in base[+hd;; hole dia=$hd]; from corner=$e]",
    "[- L bracket\n- base $a\n- upright $c\n- $t thick[+w;\n- $w wide]\n- ~ {ah} in the base leg\n- hole center $e from the "
    "corner]",
    "[[For|for] a [shelf|sensor|camera|stop]: L bracket, horizontal leg $a, vertical leg $c, $t thick{w1}, a single {ah} in "
    "the horizontal leg, {at}]",
    "[only the base leg is drilled: ~ {ah}, {at}; base $a, upright $c, $t thick{w1}]",
    "[Measure $e from the outer corner along the base and drill ~ {ah}; L bracket, base $a, upright $c, $t thick{w1}]",
    "[+hd;L-bracket, base $a, upright $c, $t thick{w1}, base hole diameter $hd, [distance from the corner $e|distance to the "
    "bend $e]]",
    "[&hd;L bracket, base $a, upright $c, $t thick{w1}, one hole for ~ M#hd [screw|bolt] in the base leg, {at}]",
    "[-hd;L-bracket $a x $c, $t thick{w1}, a single [standard|normal|screw] hole in the base leg, {at}]",
    "[Q: part? A: L-bracket, base $a, upright $c, $t thick{w1}. Q: holes? A: one {ah} in the base, {at}. Q: upright? A: no "
    "holes]",
    "[[Pos 3|Line 2]: angle #a x #c x #t@[+w;, $w wide], 1 hole[+hd; Ø$hd] in base leg, $e from corner]",
    "[i want bracket L, base $a and upright $c, thickness $t{w1}, only in the base one hole[+hd; of $hd], distance from corner "
    "$e]",
    "[[My boss|The customer] wants an angle bracket, base $a, height $c, $t thick{w1}, one {ah} through the base, {at}]",
    "[[bookend|stop|fence] bracket, base $a long, upright $c tall, $t thick{w1}, screwed down through one {ah} in the base, "
    "{at}]",
};
const cad_sentences cad_say_lbracket_base_hole = CAD_SENTENCES(lbracket_base_hole);

static const char *const lbracket_base_row[] = {
    "[{np}]",
    "[[Need|I need|need] an L bracket, base $a, upright $c, $t thick{w1}, with {holes} in a row in the base, $s apart, first "
    "one $e from the corner]",
    "[[L-bracket|angle bracket] #a x #c x #t@{w1}. {holes} along the base leg, pitch $s, first hole $e from the bend.]",
    "[[hi|hey], can you make me an L bracket, base $a, upright $c, $t thick{w1}, {holes} in line in the base, every $s, the "
    "first $e from the corner?]",
    "[The bracket is an L. The base leg is $a long, the upright leg is $c. The thickness is $t.{ws} A row of {holes} runs "
    "along the base. They are $s apart and the first is $e from the outer corner.]",
    "[item: L-bracket\nbase leg: $a\nupright leg: $c\nthickness: $t[+w;\nwidth: $w]\nbase holes: !n[+hd;\nhole dia: "
    "$hd]\npitch: $s\nfirst hole from corner: $e]",
    "[L-BRACKET #a X #c X #t@[+w;, WIDTH $w], !n [+hd;X Ø$hd ]HOLES IN BASE, PITCH $s, FIRST $e FROM CORNER]",
    "[lbracket: base=$a upright=$c t=$t[+w; w=$w] base_holes=!n[+hd; hole=$hd] pitch=$s first_from_corner=$e]",
    "[type=L bracket; base=$a; upright=$c; thickness=$t[+w;; width=$w]; base holes=!n[+hd;; hole dia=$hd]; spacing=$s; first "
    "from corner=$e]",
    "[- L bracket\n- base $a\n- upright $c\n- $t thick[+w;\n- $w wide]\n- {holes} in the base leg\n- spacing $s\n- first hole "
    "$e from the corner]",
    "[[For|for] a [shelf|rail|cable run]: L bracket, horizontal leg $a, vertical leg $c, $t thick{w1}, {holes} along the "
    "horizontal leg, one every $s, starting $e from the corner]",
    "[only the base is drilled: {holes} in a row, $s center to center, the first $e from the outer corner; base $a, upright "
    "$c, $t thick{w1}]",
    "[Start $e from the corner and drill {holes} along the base, $s between centers; L bracket, base $a, upright $c, $t "
    "thick{w1}]",
    "[+hd;L-bracket, base $a, upright $c, $t thick{w1}, %n base holes, hole diameter $hd, spacing $s, first hole $e from the "
    "bend]",
    "[&hd;L bracket, base $a, upright $c, $t thick{w1}, %n holes for M#hd screws in a row in the base, $s apart, first $e from "
    "the corner]",
    "[-hd;L-bracket $a x $c, $t thick{w1}, %n [standard|normal|screw] holes in a row in the base leg, pitch $s, first $e from "
    "the corner]",
    "[Q: part? A: L-bracket, base $a, upright $c, $t thick{w1}. Q: holes? A: {holes} in the base, $s apart, first $e from the "
    "corner]",
    "[[Pos 3|Line 2]: angle #a x #c x #t@[+w;, $w wide], !n holes[+hd; Ø$hd] in base leg, pitch $s, first $e from corner]",
    "[i want bracket L, base $a and upright $c, thickness $t{w1}, in the base {holes} in line, distance of centers $s, first "
    "hole $e from corner]",
    "[[My boss|The customer] wants an angle bracket, base $a, height $c, $t thick{w1}, {holes} in a row through the base, "
    "spaced $s, the first $e from the bend]",
};
const cad_sentences cad_say_lbracket_base_row = CAD_SENTENCES(lbracket_base_row);
