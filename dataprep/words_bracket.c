/* Rules of the captions; sizes by the names of synth_bracket.c. */
#include "dataprep/words.h"

const cad_rule cad_words_bracket[] = {
    {"noun",
     "[L-bracket|L-bracket|L-bracket|L-bracket|L-bracket|L bracket|L bracket|L bracket|l bracket|l-bracket|angle bracket|angle "
     "bracket|right-angle bracket|right angle bracket|right-angled bracket|L-shaped bracket|L-shaped bracket|L shaped "
     "bracket|angle|corner bracket|corner bracket|corner brace|90 degree bracket|90-degree bracket|90 deg bracket|angle "
     "iron|piece of angle iron|L angle|L-angle|L-shaped mount|L mount|L-mount|L-shaped part|L-type bracket|L piece|shelf "
     "bracket|mounting angle|L-shaped mounting bracket|right angle mount|bracket in an L shape|steel angle|metal "
     "L-bracket|angle plate|sheet metal L-bracket|Lbracket|^L-profile|^elbow bracket|^corner angle|^knee]"},
    {"sizes", "[#a x #c x #t@|#a x #c x #t@|#ax#cx#t@|#ax#cx#t@|#ax#c@, {th}|#ax#c@, {th}|#a x #c@, {th}|#a x #c@, {th}|$a x "
              "$c x {thick:t}|$a by $c, {thick:t}|$a x $c, {thick:t}|#a*#c*#t@|#a by #c by #t@|#a by #c@, {th}|$a x $c x $t|$a "
              "by $c by {thick:t}|legs $a and $c, {thick:t}|legs of $a and $c, {thick:t}|legs $a and $c, {th}|legs $a by $c, "
              "{th}|legs #a/#c@, {th}|#a and #c@ legs, {thick:t}|$a and $c legs, {th}|#ax#c@ legs, {th}|legs #a x #c@, "
              "{th}|legs: $a and $c, {th}|legs measure $a and $c, {th}|sides $a and $c, {th}|legs $a and $c long, {th}|two "
              "legs, $a and $c, {th}|two legs of $a and $c, {th}|a $a leg and ~ $c leg, {th}|~ $a leg, ~ $c leg, {th}|{legs}, "
              "{th}|{legs}, {th}|{legs}, {thick:t}|{legs}, {thick:t}|{legs}; {th}|{legs} and {th}|{thick:t}, {legs}|{thick:t}, "
              "{legs}|{thick:t}, legs $a and $c|{th}, legs $a and $c|{th}, #a x #c@ legs|{th}, {legs}|{thick:t}, #a by "
              "#c@|{thick:t}, leg lengths $a and $c|^arms $a and $c, {thick:t}|^sides of $a and $c, {thick:t}]"},
    {"th", "[{thick:t}|{thick:t}|{thick:t}|{thick:t}|{thick:t}|{thick:t}|$t thick|$t thick|from $t plate|from $t sheet|made of "
           "$t plate|made from $t sheet|in $t plate|out of $t sheet|$t sheet|$t plate|$t steel|thickness = $t|thick=$t|thick "
           "$t|both $t thick|wall thickness $t|wall $t|plate thickness $t|sheet thickness $t|all $t thick|u;$t in thickness]"},
    {"legs", "[leg lengths $a and $c|one leg $a, the other $c|base leg $a, upright leg $c|base $a, upright $c|horizontal leg "
             "$a, vertical leg $c|$a base and $c upright|upright $c, base $a|vertical leg $c, horizontal leg $a|one leg $a and "
             "the other leg $c|one leg of $a and one of $c|first leg $a, second leg $c|leg one $a, leg two $c|leg 1: $a, leg "
             "2: $c|leg A $a, leg B $c|base $a long, upright $c tall|base leg $a long, standing leg $c high|lying leg $a, "
             "standing leg $c|bottom leg $a, vertical leg $c|bottom $a, upright $c|horizontal $a, vertical $c|vertical $c, "
             "horizontal $a|$a horizontal and $c vertical|$a along the base and $c up|base length $a, upright height $c|base "
             "length $a, height $c|base $a, height $c|$a base, $c high|$a long base, $c high upright|base of $a and upright of "
             "$c|horizontal leg of $a and vertical leg of $c|base leg of $a with ~ $c upright leg|upright leg $c, base leg "
             "$a|standing leg $c, base leg $a|height $c, base $a|$c high with ~ $a base|$c tall upright, $a base|base=$a, "
             "height=$c|leg1=$a, leg2=$c|horizontal leg: $a, vertical leg: $c|base: $a, upright: $c|one side $a, the other "
             "side $c|the base leg $a and the upright leg $c|$a for the base and $c for the upright|^foot $a, back $c]"},
    {"width", "[-w;|+w;, $w wide|+w;, $w wide|+w;, $w wide|+w;, width $w|+w;, width $w|+w;, $w width|+w;, W=$w|+w;, w=$w|+w;, "
              "w $w|+w;, width: $w|+w;, width=$w|u;+w;, $w in width|+w; and $w wide|+w; and $w wide|+w;, ~ $w width|+w;, width "
              "of $w|+w;, with ~ width of $w|+w;, both $w wide|+w;, legs $w wide|+w;, both legs $w wide|+w;, wd $w|+w;, "
              "bracket width $w|+w;; width $w|+w;; $w wide|+w;, all $w wide|+w;, in a $w width|+w;, made $w wide|+w; with ~ "
              "width of $w|^+w;, $w across|^+w;, in $w stock]"},
    {"thick", "{feature_thick:_}"},
    /* for whole captions (say_bracket.c) */
    {"w1", "[+w;[, $w wide|, $w wide|, width $w|, width: $w|, width of $w|, w=$w]]"},
    {"ws", "[+w;[ Width $w.| The width is $w.| $w wide.| They are $w wide.| Both legs are $w wide.]]"},
    {"at", "[$e from the [corner|bend|outer corner|outside corner]|at $e from the [corner|bend|outer corner]|center $e from "
           "the [corner|bend]]"},
    {"ah", "[-hd;hole|-hd;hole|-hd;round hole|-hd;through hole|-hd;screw hole|+hd;$hd hole|+hd;$hd hole|+hd;$hd diameter "
           "hole|+hd;$hd through hole|+hd;$hd screw hole|&hd;M#hd hole]"},
    {"bend", "[|||||||||||||||, 90 degree bend|, 90 degree bend|, with 90 degree bend|, with a 90 degree bend|, 90 deg bend|, "
             "one 90 degree bend|, 90-degree bend|, 90 degree angle|, 90 degrees|, at 90 degrees|, legs at 90 degrees|, right "
             "angle|, right angle bend|, at a right angle|, with a right angle|, legs at a right angle|, sharp bend|, sharp "
             "corner|, sharp inside corner|, no bend radius|, no fillet in the corner|, perpendicular legs|, legs "
             "perpendicular| with a 90 degree bend| with 90 degree bend| with a right angle bend| with a sharp 90 degree "
             "bend|, bend 90 degrees|, bend angle 90|^, bent at a right angle|^, square bend]"},
    {"bracket",
     "[{noun} {sizes}{width}{bend}|{noun} {sizes}{width}{bend}|{noun} {sizes}{width}{bend}|{noun}, "
     "{sizes}{width}{bend}|{noun}, {sizes}{width}{bend}|{noun} with {sizes}{width}|{noun} {sizes}{bend}{width}|#a x #c x #t@ "
     "{noun}{width}{bend}|#a x #c x #t@ {noun}{width}{bend}|#ax#cx#t@ {noun}{width}{bend}|#ax#c@ {noun}, {th}{width}|#ax#c@ "
     "{noun}, {th}{width}|#a x #c@ {noun}, {th}{width}{bend}|{noun}: {sizes}{width}{bend}|{noun}: {sizes}{width}{bend}|{noun}: "
     "$a x $c x {thick:t}{width}{bend}|#a by #c by #t@ {noun}{width}|#a by #c@ {noun}, {th}{width}|{prethick:t} {noun}, legs "
     "$a and $c{width}|$t thick {noun}, {legs}{width}{bend}|$t thick {noun} with {legs}{width}|$t thick #a x #c@ "
     "{noun}{width}|$t thick {noun}, #a by #c@{width}{bend}|{noun} from $t plate, {legs}{width}|{noun} in $t sheet, legs $a "
     "and $c{width}|{noun} made of $t sheet, {legs}{width}{bend}|{noun} made of $t plate, #a x #c@{width}|{noun}. {legs}. "
     "{th}{width}{bend}|{noun}. Legs $a and $c. Thickness $t{width}|{noun}; {legs}; {th}{width}|{noun}; #a x #c@; "
     "{th}{width}{bend}|{noun} - {sizes}{width}{bend}|{noun}, size #a x #c@, {th}{width}|{noun} of {sizes}{width}|{noun} where "
     "the base is $a, the upright is $c and the thickness is $t{width}|{noun} whose legs are $a and $c, {th}{width}|{noun} "
     "with legs that are $a and $c long, {th}{width}|{noun} with ~ $a base and ~ $c upright, {th}{width}{bend}|{noun} with ~ "
     "$a leg and ~ $c leg, {th}{width}|{noun} with one $a leg and one $c leg, {th}{width}|{noun} that is $t thick, with legs "
     "of $a and $c{width}|{noun}, legs should be $a and $c, {th}{width}|+w;{noun}, $w wide, {sizes}|+w;$w wide {noun}, "
     "{sizes}{bend}|+w;$w wide {noun} with {sizes}|+w;{noun} $w wide with {sizes}|+w;$w wide, $t thick {noun}, {legs}|+w;$w "
     "wide and $t thick {noun} with legs of $a and $c|+w;{noun}, width $w, {sizes}{bend}|+w;{noun} from ~ $w wide, $t thick "
     "strip, {legs}|+w;{noun} from ~ $w x $t flat bar, {legs}|+w;{noun}: {legs}, $w wide, {th}{bend}|+w;{noun}, {legs}, width "
     "$w, thickness $t|+w;{noun} with {legs}, width $w and thickness $t|+w;{noun}. {legs}. $w wide. $t thick{bend}|+w;piece of "
     "#a x #c x #t@ angle iron, $w long|+w;piece of angle, #a x #c x #t@, cut to $w]"},
    {"sheet",
     "[{noun}: $a x $c x $t[+w;, width $w|-w;]|{noun}{sep}leg A $a{sep}leg B $c{sep}t=$t[+w;{sep}w=$w|-w;]|{noun}\nbase leg: "
     "$a\nupright leg: $c\nthickness: $t[+w;\nwidth: $w|-w;]|{noun} A=$a B=$c T=$t[+w; W=$w|-w;]|{noun}{sep}leg 1: $a{sep}leg "
     "2: $c{sep}thickness: $t[+w;{sep}width: $w|-w;]|{noun}{sep}legs $a and $c{sep}thickness $t[+w;{sep}width "
     "$w|-w;]|{noun}{sep}base $a{sep}upright $c{sep}{th}[+w;{sep}$w wide|-w;]|{noun}{sep}{legs}{sep}{th}[+w;{sep}width "
     "$w|-w;]|{noun}{sep}#a x #c@{sep}{th}[+w;{sep}$w wide|-w;]|{noun}{sep}{th}[+w;{sep}$w "
     "wide|-w;]{sep}{legs}|{noun}[+w;{sep}width $w|-w;]{sep}thickness $t{sep}legs: $a, $c|{noun}: horizontal leg $a; vertical "
     "leg $c; thickness $t[+w;; width $w|-w;]|{noun}. Legs $a and $c. Thickness $t[+w;. Width $w|-w;]|{noun}. Base $a. Upright "
     "$c. $t thick[+w;. $w wide|-w;]|{noun}. Base leg $a long, upright leg $c long, sheet $t thick[+w;, width $w|-w;]|{noun}. "
     "One leg is $a, the other is $c. Thickness is $t[+w; and width is $w|-w;]|{noun}. The base leg should be $a, the upright "
     "$c. Thickness should be $t[+w;, width $w|-w;]|I need ~ {noun}. Legs are $a and $c, thickness is $t[+w;, width is "
     "$w|-w;]|hi, need ~ {noun}: {legs}, {th}[+w;, $w wide|-w;]|~ {noun} please, {legs}, {th}[+w;, $w wide|-w;]|can i get ~ "
     "{noun}, {sizes}{width}|I want ~ {noun} with {legs}. Thickness $t[+w;, width $w|-w;]|legs $a and $c, {th}[+w;, $w "
     "wide|-w;], {noun}|#a x #c x #t@[+w;, $w wide|-w;], {noun}|$t thick[+w;, $w wide|-w;], {legs}: {noun}|{noun} leg1=$a "
     "leg2=$c t=$t[+w; w=$w|-w;]|{noun}, leg1=$a, leg2=$c, thickness=$t[+w;, width=$w|-w;]|{noun} (base $a, upright $c, "
     "thickness $t[+w;, width $w|-w;])|{noun} ($a x $c, {thick:t}[+w;, $w wide|-w;])|part: {noun}\nlegs: $a, $c\nthickness: "
     "$t[+w;\nwidth: $w|-w;]|{noun}\n- leg A: $a\n- leg B: $c\n- thickness: $t[+w;\n- width: $w|-w;]|{noun}\nA = $a\nB = $c\nt "
     "= $t[+w;\nw = $w|-w;]|^{noun} / legs $a, $c / {thick:t}[+w; / $w wide|-w;]]"},
    {"having", "[ with | with | with |, |, |, with | and | having |; | plus |, plus |, also |, featuring |. Add |, and |, "
               "including |^ carrying ]"},
    {NULL, NULL},
};

const cad_rule cad_words_bracket_bare[] = {
    {"np", "[{bracket}{none}|{bracket}{none}|{bracket}{none}|{just} {bracket}{none}]"},
    {"spec", "{sheet}{none}"},
    {"none", "[||||||||, no holes|, no holes| without holes|, without any holes|, nothing else|, plain|, no gusset|, no ribs|, "
             "no holes or gussets|, solid legs|, no holes needed|, no mounting holes|, no screw holes|, don't add holes|, just "
             "the two legs|, zero holes|, holes not needed|^, undrilled]"},
    {NULL, NULL},
};

const cad_rule cad_words_bracket_middle[] = {
    {"np", "[{bracket}{having}{each}|{bracket}{having}{each}|{bracket}{having}{each}|{bracket}; {each}|{bracket}. "
           "{each}|{bracket}, {each}]"},
    {"spec", "[{sheet}{sep}{each}|{sheet}{sep}{each}|{sheet}. {each}|{sheet} with {each}|{sheet}{sep}holes: {each}]"},
    {"each",
     "[~ {hole} in the middle of each leg|~ {hole} in the middle of each leg|~ {hole} in the center of each leg|~ {hole} in "
     "the centre of each leg|~ {hole} centered in each leg|~ {hole} centered on each leg|one {hole} in each leg, centered|~ "
     "{hole} half way along each leg|~ {hole} halfway along each leg|~ central {hole} in both legs|~ {hole} in each leg, in "
     "the middle|~ {hole} at the center of each leg|~ {hole} at the middle of each leg|~ {hole} through the middle of each "
     "leg|~ {hole} through the center of both legs|~ {hole} in the middle of both legs|one {hole} per leg, in the middle|one "
     "{hole} per leg, centered|one centered {hole} per leg|one central {hole} in each leg|~ centered {hole} in each leg|~ "
     "centered {hole} in both legs|one {hole} in the middle of each leg|one {hole} centered on each leg|in each leg ~ {hole}, "
     "centered|in the middle of each leg ~ {hole}|in the center of each leg ~ {hole}|each leg gets ~ {hole} in the middle|each "
     "leg with ~ centered {hole}|both legs with ~ {hole} in the middle|both legs get ~ central {hole}|~ {hole} in each leg, "
     "centered|~ {hole} in both legs, centered|~ {hole} dead center in each leg|~ {hole} in the middle of the base and the "
     "same in the middle of the upright|~ {hole} in the center of the base leg and one more in the center of the upright "
     "leg|^~ {hole} at the midpoint of either leg]"},
    {NULL, NULL},
};

/* One distance, of one hole or of each. */
#define FROM_THE_CORNER                                                                                                        \
    "$e from the corner|$e from the corner|$e from the bend|$e from the bend|$e from the outer corner|$e from the outer "      \
    "corner|$e from the outside corner|$e from the heel|$e from the outside of the bend|at $e from the corner|at $e from the " \
    "bend|at $e from the outer corner|$e measured from the corner|$e measured from the bend|at a distance of $e from the "     \
    "corner|at distance $e from the bend|distance from the corner $e|distance from the bend: $e|distance to the corner "       \
    "$e|distance to the bend $e|offset $e from the corner|placed $e from the bend|placed $e from the corner|located $e from "  \
    "the corner|positioned $e from the bend|hole center $e from the corner|hole centre $e from the bend|hole position $e "     \
    "from the corner|$e from corner|$e from bend|$e from the corner to the hole center"

const cad_rule cad_words_bracket_distance[] = {
    {"np",
     "[{bracket}{having}{each}, {from}|{bracket}{having}{each}, {from}|{bracket}{having}{each} {from}|{bracket}{having}{each} "
     "{from}|{bracket}; {each}, {from}|{bracket}; {each} {from}|{bracket}. {each}, {from}|{bracket}{having}{each} ({from})]"},
    {"spec", "[{sheet}{sep}{each}, {from}|{sheet}{sep}{each} {from}|{sheet}{sep}{each}{sep}{from}|{sheet}. {each}, "
             "{from}|{sheet}{sep}holes: {each}, {from}|{sheet} with {each}, {from}]"},
    {"each", "[~ {hole} in each leg|~ {hole} in each leg|one {hole} in each leg|~ {hole} in both legs|one {hole} per leg|~ "
             "single {hole} in each leg|~ {hole} through each leg|one {hole} through each leg|~ {hole} on each leg|~ {hole} in "
             "each of the legs|~ {hole} in the base leg and in the upright leg|one {hole} in the base and one in the upright|~ "
             "{hole} in every leg|one {hole} for each leg|one {hole} on each leg|~ {hole} on both legs|~ {hole} in each of the "
             "two legs|~ {hole} through both legs|^~ {hole} in either leg]"},
    {"from",
     "[" FROM_THE_CORNER "|both $e from the bend|both $e from the corner|each $e from the corner|each $e from the bend|centers "
                         "$e from the corner|centers $e from the bend|both centered $e from the corner|hole centers $e from "
                         "the corner|hole centers $e from the bend|holes at $e from the corner|both at $e from the corner|both "
                         "holes $e from the outer corner|^$e away from the bend]"},
    {NULL, NULL},
};

const cad_rule cad_words_bracket_base_hole[] = {
    {"np",
     "[{bracket}{having}{one}, {from}|{bracket}{having}{one}, {from}|{bracket}{having}{one} {from}|{bracket}{having}{one} "
     "{from}|{bracket}; {one}, {from}|{bracket}; {one} {from}|{bracket}. {one}, {from}|{bracket}{having}{one} ({from})]"},
    {"spec", "[{sheet}{sep}{one}, {from}|{sheet}{sep}{one} {from}|{sheet}{sep}{one}{sep}{from}|{sheet}. {one}, "
             "{from}|{sheet}{sep}hole: {one}, {from}|{sheet} with {one}, {from}]"},
    {"one",
     "[~ {hole} in the base leg|~ {hole} in the base leg|one {hole} in the base|~ single {hole} in the horizontal leg|~ {hole} "
     "in the first leg|~ {hole} in the base leg only|~ {hole} in the base|~ {hole} through the base|~ {hole} through the base "
     "leg|one {hole} in the base leg|~ single {hole} in the base leg|~ {hole} in the horizontal leg|one {hole} in the "
     "horizontal leg|~ {hole} in the bottom leg|one {hole} in the bottom leg|~ {hole} in the lying leg|only one {hole}, in the "
     "base leg|just one {hole} in the base leg|~ {hole} in the base, none in the upright|~ {hole} in the horizontal leg "
     "only|one {hole} in the first leg|~ {hole} on the base leg|~ single {hole} through the horizontal leg|one {hole} in the "
     "base and none in the upright leg|~ {hole} in the base leg, centered across the width|^~ {hole} in the foot]"},
    {"from", "[" FROM_THE_CORNER "|center $e from the corner|center $e from the bend|centered $e from the corner|centre $e "
                                 "from the corner|^$e away from the bend]"},
    {NULL, NULL},
};

const cad_rule cad_words_bracket_base_row[] = {
    {"np", "[{bracket}{having}{line}, {pitch}, {start}|{bracket}{having}{line}, {pitch}, {start}|{bracket}{having}{line} "
           "{pitch}, {start}|{bracket}{having}{line} {pitch}, {start}|{bracket}; {line}, {start}, "
           "{pitch}|{bracket}{having}{line}, {start}, {pitch}|{bracket}. {line}, {pitch}, {start}|{bracket}{having}{line} "
           "{pitch} and {start}|{bracket}; {line}; {pitch}; {start}]"},
    {"spec", "[{sheet}{sep}{line}{sep}{pitch}{sep}{start}|{sheet}{sep}{line}{sep}{pitch}{sep}{start}|{sheet}{sep}{line}{sep}{"
             "start}{sep}{pitch}|{sheet}{sep}{line}, {pitch}, {start}|{sheet}. {line}, {pitch}, {start}|{sheet}{sep}holes: "
             "{line}, {pitch}, {start}|{sheet} with {line}, {pitch}, {start}]"},
    {"line",
     "[{holes} in the base leg|{holes} in the base leg|a row of {holes} in the base leg|{holes} along the base|{holes} in the "
     "horizontal leg|{holes} in a row in the base|{holes} along the base leg|{holes} in the base|{holes} in line along the "
     "base|{holes} in a line in the base leg|{holes} in a row along the base leg|a row of {holes} along the horizontal leg|a "
     "line of {holes} in the base|{holes} through the base leg|{holes} in the bottom leg|a row of {holes} in the bottom "
     "leg|{holes} lined up along the base leg|{holes} on the base leg|a single row of {holes} in the base leg|{holes} in one "
     "row in the base leg|{holes} in the first leg|{holes} in the base leg only|{holes} along the center of the base "
     "leg|{holes} along the middle of the base|a straight row of {holes} in the base|^{holes} down the foot]"},
    {"pitch", "[$s apart|$s apart|spaced $s|pitch $s|spacing $s|$s spacing|every $s|spaced $s apart|$s pitch|at $s pitch|at $s "
              "spacing|one every $s|pitch of $s|spacing of $s|with $s spacing|with ~ pitch of $s|$s between hole centers|$s "
              "between centers|$s center to center|center to center $s|$s centre to centre|pitch: $s|pitch = $s|spacing: "
              "$s|hole spacing $s|hole pitch $s|$s c-c|spaced at $s|with $s between centers|step $s|at $s intervals|distance "
              "between centers $s|^with $s from one to the next]"},
    {"start",
     "[the first $e from the corner|the first $e from the corner|first hole $e from the bend|starting $e from the corner|the "
     "first one $e from the bend|first hole $e from the corner|first one $e from the corner|first at $e from the corner|the "
     "first hole $e from the corner|the first hole at $e from the bend|starting at $e from the corner|starting $e from the "
     "bend|start $e from the corner|first hole center $e from the corner|first hole: $e from the bend|first hole $e from the "
     "outer corner|the first one $e from the outside corner|the first being $e from the corner|first hole $e from the "
     "heel|nearest hole $e from the corner|the closest one $e from the bend|first hole is $e from the corner|the row starts $e "
     "from the corner|row starting $e from the bend|offset of the first hole from the corner $e|the first centered $e from the "
     "corner|corner to first hole $e|first hole at a distance of $e from the bend|^beginning $e from the heel]"},
    {NULL, NULL},
};
