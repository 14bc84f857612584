/* Rules of the captions; sizes by the names of synth_spacer.c. */
#include "dataprep/words.h"

const cad_rule cad_words_spacer[] = {
    {"solidnoun",
     "[standoff|standoff|spacer|pillar|solid standoff|solid spacer|round standoff|post|support post|standoff|standoff|"
     "spacer|spacer|pillar|support pillar|solid standoff|solid spacer|round standoff|solid round spacer|round post|"
     "solid post|spacer post|round pillar|plain standoff|cylindrical standoff|solid pillar|mounting post|"
     "solid round standoff|round support|solid cylindrical spacer|^stand-off|^distance piece|^stilt]"},
    {"noun", "[spacer|spacer|standoff|standoff|hollow spacer|sleeve|bushing|round spacer|tubular spacer|collar|tube|bush|"
             "hollow standoff|tube|tube|tube|round tube|spacer|standoff|bushing|sleeve|pipe|cylindrical tube|piece of tube|"
             "piece of round tube|hollow cylinder|hollow rod|hollow round bar|spacer tube|tubing|spacer sleeve|tube spacer|"
             "plain bushing|plain bearing|hollow cylindrical spacer|ring|round pipe|round hollow spacer|hollow shaft|"
             "cylindrical sleeve|bearing sleeve|through-hole standoff|^stand-off|^distance bush|^ferrule|^pipe section]"},
    {"fnoun", "[flanged spacer|flanged bushing|flanged sleeve|flanged standoff|flanged bush|flange bushing|shoulder bushing|"
              "flanged spacer|flanged bushing|flanged sleeve|flange sleeve|flange bush|flanged tube|flanged bearing|"
              "flanged standoff|flanged pipe|shouldered bushing|flanged hollow spacer|flange spacer|^flanged ferrule|"
              "^collared sleeve]"},
    {"washernoun", "[washer|washer|washer|flat washer|plain washer|shim washer|ring washer|washer|washer|washer|round washer|"
                   "metal washer|flat ring|steel washer|flat round washer|ring|thin ring|flat circular washer|standard washer|"
                   "plain flat washer|thrust washer|annular disc|^shim|^packing ring|^spacer ring]"},
    {"pair",
     "[OD $d, ID $b|OD $d and ID $b|OD $d x ID $b|$d OD x $b ID|$d OD, $b ID|$d OD and $b ID|OD=$d, ID=$b|"
     "OD: $d, ID: $b|ID $b, OD $d|ID $b and OD $d|$b ID, $d OD|ID=$b OD=$d|#d x #b@ (OD x ID)|OD/ID #d/#b@|#d OD #b ID@|"
     "outside diameter $d, inside diameter $b|outside diameter $d and inside diameter $b|"
     "outside diameter $d and bore $b|inside diameter $b and outside diameter $d|"
     "inside diameter $b, outside diameter $d|inside $b, outside $d|outside $d and inside $b|$d outside, $b inside|"
     "$d outside and $b inside|$b inside and $d outside|outer diameter $d, inner diameter $b|"
     "outer diameter $d and inner diameter $b|inner diameter $b and outer diameter $d|"
     "inner diameter $b, outer diameter $d|outer $d, inner $b|inner $b, outer $d|outer dia $d, inner dia $b|"
     "outer $d and inner $b|outer Ø$d, inner Ø$b|outer radius $/d, inner radius $/b|"
     "inner radius $/b and outer radius $/d|outside radius $/d and inside radius $/b|"
     "outer diameter $d, inner radius $/b|outer radius $/d, inside diameter $b|outer radius $/d and hole $b|"
     "OD $d, hole $b|OD $d and bore $b|$d diameter with ~ $b hole|$d outside diameter with ~ $b bore|"
     "$d across with ~ $b hole through the middle|$d outside with ~ $b hole|diameter $d and hole diameter $b|"
     "$d diameter, hole diameter $b]"},
    {"pairsay",
     "[[The|the] outside diameter is $d and the inside diameter is $b|"
     "[The|the] outside diameter is $d, the inside diameter $b|[Outside|outside] diameter $d. Inside diameter $b|"
     "[The|the] outer diameter is $d and the hole is $b|[The|the] hole is $b and the outside is $d|"
     "[The|the] OD is $d and the ID is $b|[OD|od] should be $d, ID $b|"
     "[The|the] inner diameter should be $b and the outer diameter $d|[Inside|inside] diameter $b. Outside diameter $d|"
     "[Diameter|diameter] $d, with ~ $b hole in the middle|[The|the] bore is $b, the outside diameter is $d|"
     "[Outer|outer] radius $/d. Inner radius $/b|[Outer|outer] diameter $d, inner $b]"},
    {"whosepair",
     "[OD is $d and ID is $b|outside diameter is $d and inside diameter is $b|"
     "inner diameter is $b and outer diameter is $d|outer diameter is $d and bore is $b|bore is $b and outside is $d]"},
    {"hsay",
     "[[The|the] length is $_|[The|the] length should be $_|[Length|length] $_|[Length|length] should be $_|$_ long|"
     "[The|the] height is $_|[The|the] height should be $_|[Height|height] $_|[Height|height] is $_|$_ [tall|high|long]|"
     "[Make|make] the length $_|[Should|should] be $_ [long|tall|high]]"},
    {"tsay", "[[The|the] thickness is $_|[The|the] thickness should be $_|[Thickness|thickness] $_|[Thickness|thickness] is $_|"
             "$_ thick|[Should|should] be $_ thick|u;$_ in thickness]"},
    {"dsay", "[[The|the] diameter is $_|[The|the] diameter should be $_|[Diameter|diameter] $_|[Diameter|diameter] is $_|"
             "$_ across|u;$_ in diameter|[The|the] radius is $/_|[Radius|radius] $/_|[Should|should] be $_ across]"},
    {NULL, NULL},
};

const cad_rule cad_words_spacer_solid[] = {
    {"np",
     "[[u;{predia:d} |$d [diameter|dia] |{predia:d}, ]{tall:h} {solidnoun}|"
     "[u;{predia:d} |$d [diameter|dia] |{predia:d}, ]{tall:h} {solidnoun}|{just} {solidnoun}, {full_dia:d}, {full_height:h}|"
     "{solidnoun} {full_dia:d}[, | and |, ]{full_height:h}|{tall:h} {solidnoun}, {full_dia:d}|{solidnoun} {full_height:h}, "
     "{full_dia:d}|"
     "{solidnoun} with {with_dia:d} and [height $h|a height of $h]|{solidnoun} Ø#d x #h@|"
     "{solidnoun}, {full_height:h} and {full_dia:d}|{solidnoun}, {full_dia:d}, {full_height:h}|{solidnoun}, $d across, "
     "{tall:h}|"
     "{solidnoun}, {tall:h}, $d across|u;{solidnoun} {tall:h}, $d in diameter|{tall:h} {predia:d} {solidnoun}|"
     "{tall:h}, {predia:d} {solidnoun}|{predia:d} {solidnoun}, {tall:h}|{predia:d} {solidnoun}, {full_height:h}|"
     "{predia:d} by {tall:h} {solidnoun}|{predia:d} {solidnoun} that is {tall:h}|"
     "{predia:d} {solidnoun} with a [height|length] of $h|{solidnoun} that is {tall:h} and $d across|"
     "u;{solidnoun} which is $d in diameter and {tall:h}|{solidnoun} that should be {tall:h} with {with_dia:d}|"
     "{solidnoun}. {dsay:d}. {hsay:h}|{solidnoun}. {hsay:h}. {dsay:d}|{solidnoun}. {dsay:d}, {hsay:h}|"
     "{solidnoun} with {with_dia:d}, {tall:h}|{solidnoun} with a [height|length] of $h and {with_dia:d}|"
     "{solidnoun} of [height|length] $h and diameter $d|{solidnoun} of diameter $d and [height|length] $h|"
     "{solidnoun} whose diameter is $d and [height|length] is $h|{solidnoun} {tall:h} with {with_dia:d}|"
     "{tall:h} {solidnoun} with {with_dia:d}|{tall:h} {solidnoun}, $d across|{solidnoun}; {dia:d}; {height:h}|"
     "{solidnoun}: {dia:d}, {height:h}|{solidnoun} Ø$d x $h|{solidnoun} $d diameter x $h [long|tall|high]|"
     "{solidnoun} ({dia:d}, {height:h})|{just} {solidnoun} {dia:d} and {tall:h}|"
     "^{solidnoun} measuring {dia:d} by {height:h}]{plain}"},
    {"spec", "[{solidnoun}: {dia:d}, {height:h}|{solidnoun}{sep}D=$d{sep}H=$h|{solidnoun}\ndiameter: $d\nheight: $h|"
             "{solidnoun} D$d L$h|{solidnoun}, d=$d, h=$h|{solidnoun}: {height:h}, {dia:d}|{solidnoun}; {dia:d}; {height:h}|"
             "{dia:d}, {height:h}, {solidnoun}|{height:h}, {dia:d}, {solidnoun}|{solidnoun}{sep}{dia:d}{sep}{height:h}|"
             "{solidnoun}{sep}{height:h}{sep}{dia:d}|{solidnoun}{sep}dia $d{sep}len $h|{solidnoun}\ndia: $d\nlength: $h|"
             "{solidnoun}\nheight: $h\ndiameter: $d|{solidnoun}\nradius: $/d\nheight: $h|"
             "{solidnoun}\n- diameter $d\n- [height|length] $h|diameter: $d\nheight: $h\n{solidnoun}|{solidnoun} D=$d L=$h|"
             "{solidnoun} D$d H$h|{solidnoun}, h=$h, d=$d|{solidnoun}, r=$/d, h=$h|{solidnoun}, dia=$d, len=$h|"
             "{solidnoun} (D=$d, H=$h)|Ø$d x $h {solidnoun}|{solidnoun}. {dsay:d}. {hsay:h}|{dsay:d}, {hsay:h}; {solidnoun}|"
             "The {solidnoun} [is|should be] {tall:h} and $d across|u;I want the {solidnoun} {tall:h} and $d in diameter|"
             "part: {solidnoun}{sep}dia $d{sep}[length|height] $h|^{solidnoun} / {dia:d} / {height:h}]{plain}"},
    {"plain", "[||||, solid|, no hole|, no bore| without a hole|||, solid| without any hole|, no hole in the middle|"
              ", no hole through the middle|, not hollow| with no hole| with no bore|, no center hole|, no thread|"
              ", without a bore|, not threaded|, solid all the way through|^, undrilled]"},
    {NULL, NULL},
};

const cad_rule cad_words_spacer_hollow[] = {
    {"np",
     "[{noun} {full_outer:d}, {bore:b}, {full_height:h}|{noun}, {full_outer:d}, {bore:b}, {full_height:h}|"
     "{full_outer:d}, {bore:b} {noun}, {tall:h}|{noun} {full_height:h}, {full_outer:d}, {bore:b}|"
     "{predia:d} {noun} with {with_bore:b}, {full_height:h}|{tall:h} {noun}, {full_outer:d} and {bore:b}|"
     "{noun}, {full_dia:d}, {full_height:h}, with {with_bore:b}|"
     "[u;{predia:d} |$d [diameter|dia] |{predia:d}, ]{tall:h} {noun} with {with_bore:b}|"
     "{noun} {full_outer:d} x {bore:b} x {full_height:h}|{noun}, {bore:b}, {full_outer:d}, {full_height:h}|"
     "{noun} with {with_bore:b}, {full_outer:d}, {full_height:h}|{noun} #d x #b x #h@ (OD x ID x length)|"
     "{noun}, {pair}, {full_height:h}|{noun}, {pair}, {full_height:h}|{noun}, {pair}, {tall:h}|{noun} {pair}, {full_height:h}|"
     "{noun} {pair}, {tall:h}|{noun} {full_height:h}, {pair}|{noun}, {full_height:h}, {pair}|{noun}, {tall:h}, {pair}|"
     "{tall:h} {noun}, {pair}|{tall:h} {noun} with {with_bore:b}, {full_outer:d}|"
     "{tall:h} {noun} with {with_bore:b} and {full_outer:d}|{pair} {noun}, {full_height:h}|{noun}: {pair}, {full_height:h}|"
     "{noun}; {outer:d}; {bore:b}; {height:h}|{noun} ({pair}, {height:h})|{noun}. {pairsay}. {hsay:h}|"
     "{noun}. {pairsay}. {hsay:h}|{noun}. {hsay:h}. {pairsay}|{noun}. {outer:d}, {bore:b}, {height:h}|"
     "{noun}. {outer:d}. {bore:b}. {height:h}|{noun}, {pair} and {tall:h}|{noun} that is {tall:h}, {pair}|"
     "{noun} that is {tall:h} with {with_bore:b} and {outer:d}|{noun} which is {tall:h}, {outer:d} and {bore:b}|"
     "{noun} whose {whosepair}, {tall:h}|{noun} with {with_dia:d} and {with_bore:b}, {tall:h}|"
     "{noun} with {with_bore:b}, {dia:d}, {tall:h}|{noun} {tall:h} with {with_bore:b}, {outer:d}|"
     "{noun} with {with_bore:b} and an outside diameter of $d, {tall:h}|"
     "{noun} with an outer diameter of $d, an inner diameter of $b and a [length|height] of $h|"
     "{noun} with an outside diameter of $d and an inside diameter of $b, {tall:h}|"
     "{noun} with an inside diameter of $b and an outside diameter of $d, {tall:h}|"
     "{noun} with OD $d, ID $b and [length|height] $h|{noun}, {bore:b}, {height:h}, {outer:d}|"
     "{noun} {outer:d} x {tall:h}, {bore:b}|{predia:d} {noun}, {tall:h}, {bore:b}|"
     "{predia:d} {noun}, {tall:h}, with {with_bore:b}|{outer:d} {noun} with {with_bore:b}, {tall:h}|"
     "{noun}, inside diameter $b, outside diameter $d, [length|height] $h|"
     "{noun}, [length|height] $h, inside diameter $b, outside diameter $d|"
     "^{noun} measuring {outer:d} over {bore:b}, {height:h}]"},
    {"spec", "[{noun}: {outer:d}, {bore:b}, {height:h}|{noun}{sep}OD=$d{sep}ID=$b{sep}L=$h|"
             "{noun}\nouter diameter: $d\ninner diameter: $b\nlength: $h|{noun} OD$d ID$b H$h|{noun}, OD $d, ID $b, length $h|"
             "{noun}\nOD $d\nbore $b\nheight $h|{noun}: {pair}, {height:h}|{noun}: {height:h}, {pair}|"
             "{pair}, {height:h}, {noun}|{noun}; {pair}; {height:h}|{noun}{sep}{outer:d}{sep}{bore:b}{sep}{height:h}|"
             "{noun}{sep}{height:h}{sep}{outer:d}{sep}{bore:b}|{noun}{sep}{bore:b}{sep}{outer:d}{sep}{height:h}|"
             "{noun}{sep}OD $d{sep}ID $b{sep}len $h|{noun}{sep}ID=$b{sep}OD=$d{sep}L=$h|{noun}{sep}{pair}{sep}{height:h}|"
             "{noun}\nOD: $d\nID: $b\n[length|height]: $h|{noun}\nOD = $d\nID = $b\nL = $h|"
             "{noun}\noutside diameter $d\ninside diameter $b\nlength $h|"
             "{noun}\ninside diameter: $b\noutside diameter: $d\n[length|height]: $h|{noun}\nlength: $h\nOD: $d\nID: $b|"
             "{noun}\nouter radius: $/d\ninner radius: $/b\nheight: $h|{noun}\n- OD $d\n- ID $b\n- [length|height] $h|"
             "OD: $d\nID: $b\nlength: $h\n{noun}|{noun}\nOD $d\nhole $b\n[length|height] $h|{noun} OD=$d ID=$b L=$h|"
             "{noun} OD$d ID$b L$h|{noun}, od=$d, id=$b, h=$h|{noun}, id=$b, od=$d, len=$h|{noun}, D=$d, d=$b, L=$h|"
             "{noun} OD $d x ID $b x L $h|{noun} - OD $d - ID $b - length $h|{noun} (OD $d, ID $b, L $h)|"
             "{noun} #d x #b x #h@ (OD x ID x L)|{noun} OD x ID x L = #d x #b x #h@|{noun}. {pairsay}. {hsay:h}|"
             "{noun}. {hsay:h}. {pairsay}|{pairsay}. {hsay:h}. {noun}|The {noun} should be {tall:h}, {pair}|"
             "the {noun} is {tall:h}, {outer:d}, with {with_bore:b}|"
             "I want the {noun} {tall:h}, outside diameter $d, inside diameter $b|part: {noun}{sep}{pair}{sep}{height:h}|"
             "^{noun} / {outer:d} / {bore:b} / {height:h}]"},
    {NULL, NULL},
};

/* Flanged forms: `where` is the only rule in which the three differ. */
static const char flanged_np[] =
    "[{fnoun}, {body}, {full_height:h}, {flange} {where}, {bore:b}|{fnoun} {full_height:h}, {body}, {flange} {where}, {bore:b}|"
    "{fnoun} with {with_bore:b}, {body}, {full_height:h}, {flange} {where}|"
    "{tall:h} {fnoun}, {body}, {bore:b}, {flange} {where}|"
    "spacer {dia:d}, {full_height:h}, with {flange} {where} and {with_bore:b}|"
    "{fnoun}: {body}, {full_height:h}, {bore:b}, {flange} {where}|{fnoun}, {body}, {full_height:h}, {bore:b}, {flange} {where}|"
    "{fnoun}. {body}, {full_height:h}, {bore:b}. {flange} {where}|{fnoun}; {body}; {full_height:h}; {flange} {where}; {bore:b}|"
    "{fnoun} with {flange} {where}, {body}, {full_height:h}, {bore:b}|"
    "{fnoun}, {flange} {where}, {body}, {full_height:h}, {bore:b}|{fnoun}, {bore:b}, {body}, {full_height:h}, {flange} {where}|"
    "{tall:h} {fnoun} with {with_bore:b}, {body}, {flange} {where}|"
    "{fnoun}, {full_height:h}, {bore:b}, {body}, {flange} {where}|"
    "{fnoun} that is {tall:h}, {body}, {flange} {where}, {bore:b}|"
    "{fnoun}. {full_height:h}. {body}. {flange} {where}. {bore:b}|"
    "{fnoun} with {with_bore:b}, {body}, {flange} {where}, {full_height:h}|"
    "sleeve {dia:d}, {full_height:h}, with {with_bore:b} and {flange} {where}|"
    "bushing, {outer:d}, {bore:b}, {full_height:h}, with {flange} {where}|"
    "[spacer|tube|sleeve|standoff], {outer:d}, {bore:b}, {full_height:h}, and {flange} {where}|"
    "[u;{predia:d} |$d [diameter|dia] |{predia:d}, ]{tall:h} [spacer|standoff|sleeve] with {with_bore:b} and {flange} {where}|"
    "[spacer|standoff|sleeve] with {flange} {where}, {dia:d}, {full_height:h}, {bore:b}|"
    "{fnoun} - {body}, {full_height:h}, {flange} {where}, {bore:b}]";
static const char flanged_spec[] =
    "[{fnoun}{sep}body $d{sep}overall length $h{sep}{flange} {where}{sep}{bore:b}|"
    "{fnoun}\nbody diameter: $d\nheight: $h\nflange diameter: $f\nflange thickness: $t\nflange {where}\nbore: $b|"
    "{fnoun}: D=$d, H=$h, flange D=$f, flange T=$t {where}, bore $b|"
    "{fnoun}{sep}{body}{sep}{full_height:h}{sep}{flange} {where}{sep}{bore:b}|"
    "{fnoun}{sep}{bore:b}{sep}{body}{sep}{full_height:h}{sep}{flange} {where}|"
    "{fnoun}{sep}OD $d{sep}ID $b{sep}length $h{sep}{flange} {where}|"
    "{fnoun}\nOD: $d\nID: $b\nheight: $h\nflange: $f x $t {where}|"
    "{fnoun}\nbore: $b\nbody: $d\nlength: $h\nflange: $f, $t thick, {where}|"
    "{fnoun}\nflange {where}\nflange diameter: $f\nflange thickness: $t\nbody diameter: $d\nbore: $b\nheight: $h|"
    "{fnoun}: OD $d, ID $b, H $h, flange OD $f, flange thickness $t, {where}|"
    "{fnoun}, d=$d, h=$h, bore=$b, flange d=$f, t=$t, {where}|{fnoun}; body $d; overall height $h; bore $b; flange $f x $t "
    "{where}|"
    "u;{fnoun}. The body is $d in diameter, the overall length is $h, the bore is $b, the flange is $f in diameter and $t "
    "thick, {where}|"
    "{fnoun}. Body $d, bore $b, height $h. {flange} {where}|"
    "The {fnoun} should be {tall:h}, {body}, {bore:b}, {flange} {where}|"
    "{fnoun}\n- body {dia:d}\n- {full_height:h}\n- {bore:b}\n- flange {dia:f}, {thick:t}, {where}|"
    "part: {fnoun}{sep}{body}{sep}{bore:b}{sep}{full_height:h}{sep}{flange} {where}]";
static const char flanged_body[] =
    "[body {dia:d}|{outer:d} body|$d body|body diameter $d|sleeve {dia:d}|body radius $/d|body {outer:d}|"
    "body $d across|body diameter of $d|$d diameter body|body dia $d|a body of $d diameter|u;body $d in diameter|"
    "{outer:d}|sleeve diameter $d|tube {outer:d}|body OD $d|body radius of $/d|body: $d|^$d barrel|^shank {dia:d}]";
static const char flanged_flange[] =
    "[[a|one] flange {dia:f}, {thick:t}|~ $f flange, {thick:t},|flange of $f x $t|flange {dia:f} x {thick:t}|"
    "flange diameter $f, {thick:t},|u;flange $f in diameter and {thick:t}|[a|one] flange of {dia:f}, {thick:t}|"
    "[a|one] flange $f across and $t thick|[a|one] flange, $f diameter and $t thick,|flange Ø$f, {thick:t}|"
    "flange OD $f, {thick:t},|~ $f diameter flange, {thick:t},|"
    "flange dia $f, thickness $t,|~ $t thick flange, {dia:f},|~ $t thick flange of $f diameter|"
    "flange {thick:t}, {dia:f},|flange radius $/f, {thick:t},|flange #f x #t@|flange with diameter $f and thickness $t|"
    "flange (dia $f, thickness $t)|a flange that is $f across and $t thick|^rim {dia:f}, {thick:t},|"
    "^lip of $f, {thick:t},]";

#define FLANGED_RULES(WHERE)                                                                                                   \
    {"np", flanged_np}, {"spec", flanged_spec}, {"body", flanged_body}, {"flange", flanged_flange}, {"where", WHERE},          \
    {                                                                                                                          \
        NULL, NULL                                                                                                             \
    }

const cad_rule cad_words_spacer_bottom[] = {
    FLANGED_RULES("[at the bottom|at the bottom|at the base|on the bottom|at the lower end|at the bottom end|on the lower "
                  "end|at the base end|around the bottom|at the bottom edge|on the bottom side|^at the foot]")};
const cad_rule cad_words_spacer_top[] = {
    FLANGED_RULES("[at the top|at the top|on top|on the top end|at the upper end|at the top end|on the upper end|around the "
                  "top|at the top edge|on the top side|^at the head]")};
const cad_rule cad_words_spacer_both[] = {FLANGED_RULES(
    "[at both ends|at both ends|on both ends|at each end|top and bottom|on each end|at the top and the bottom|at both the top "
    "and bottom|at the two ends|on the two ends|both top and bottom|at top and bottom|^at either end]")};

const cad_rule cad_words_washer[] = {
    {"np",
     "[{washernoun} {full_outer:d}, {bore:b}, {full_thick:t}|{washernoun}, {full_outer:d}, {bore:b}, {full_thick:t}|"
     "{washernoun}, {bore:b}, {full_outer:d}, {full_thick:t}|&b;M#b {washernoun}, {full_outer:d}, {full_thick:t}|"
     "&b;M#b {washernoun} {full_outer:d}, {full_thick:t}|&b;{washernoun} for M#b, {full_outer:d}, {full_thick:t}|"
     "{prethick:t} {washernoun}, {full_outer:d}, {bore:b}|{predia:d} {washernoun} with {with_bore:b}, {full_thick:t}|"
     "{washernoun} {full_thick:t}, {full_outer:d}, {bore:b}|{washernoun} #d x #b x #t@|"
     "{washernoun}, {full_dia:d}, with {with_bore:b}, {full_thick:t}|{washernoun}, {pair}, {full_thick:t}|"
     "{washernoun}, {pair}, {full_thick:t}|{washernoun}, {pair}, $t thick|{washernoun} {pair}, {full_thick:t}|"
     "{washernoun} {pair}, $t thick|{washernoun} {full_thick:t}, {pair}|{washernoun}, {full_thick:t}, {pair}|"
     "{washernoun}, $t thick, {pair}|$t thick {washernoun}, {pair}|$t thick {washernoun} with {with_bore:b}, {full_outer:d}|"
     "$t thick {washernoun} with {with_bore:b} and {full_outer:d}|{pair} {washernoun}, {full_thick:t}|"
     "{washernoun}: {pair}, {full_thick:t}|{washernoun}; {outer:d}; {bore:b}; {thick:t}|{washernoun} ({pair}, {thick:t})|"
     "{washernoun}. {pairsay}. {tsay:t}|{washernoun}. {pairsay}. {tsay:t}|{washernoun}. {tsay:t}. {pairsay}|"
     "{washernoun}. {outer:d}, {bore:b}, {thick:t}|{washernoun}. {outer:d}. {bore:b}. {thick:t}|"
     "{washernoun}, {pair} and $t thick|{washernoun} that is $t thick, {pair}|"
     "{washernoun} that is $t thick with {with_bore:b} and {outer:d}|"
     "{washernoun} which is $t thick, {outer:d} and {bore:b}|{washernoun} whose {whosepair}, $t thick|"
     "{washernoun} with {with_dia:d} and {with_bore:b}, $t thick|{washernoun} with {with_bore:b}, {dia:d}, $t thick|"
     "{washernoun} $t thick with {with_bore:b}, {outer:d}|"
     "{washernoun} with {with_bore:b} and an outside diameter of $d, $t thick|"
     "{washernoun} with an outer diameter of $d, an inner diameter of $b and a thickness of $t|"
     "{washernoun} with an outside diameter of $d and an inside diameter of $b, $t thick|"
     "{washernoun} with an inside diameter of $b and an outside diameter of $d, $t thick|"
     "{washernoun} with OD $d, ID $b and thickness $t|{washernoun}, {bore:b}, {thick:t}, {outer:d}|"
     "{washernoun} {outer:d} x $t thick, {bore:b}|{predia:d} {washernoun}, $t thick, {bore:b}|"
     "{predia:d} {washernoun}, $t thick, with {with_bore:b}|{outer:d} {washernoun} with {with_bore:b}, $t thick|"
     "{washernoun}, inside diameter $b, outside diameter $d, thickness $t|"
     "{washernoun}, thickness $t, inside diameter $b, outside diameter $d|&b;M#b {washernoun}, OD $d, $t thick|"
     "&b;{washernoun} for an M#b screw, {outer:d}, {thick:t}|&b;{washernoun} for M#b screws, {dia:d}, {thick:t}|"
     "&b;{washernoun} for an M#b bolt, {outer:d}, {thick:t}|^{washernoun} measuring {outer:d} over {bore:b}, {thick:t}]"},
    {"spec", "[{washernoun}: {outer:d}, {bore:b}, {thick:t}|{washernoun}{sep}OD=$d{sep}ID=$b{sep}T=$t|"
             "{washernoun}\nouter diameter: $d\ninner diameter: $b\nthickness: $t|{washernoun} OD$d ID$b T$t|"
             "{washernoun} #d x #b x #t@|{washernoun}: {pair}, {thick:t}|{washernoun}: {thick:t}, {pair}|"
             "{pair}, {thick:t}, {washernoun}|{washernoun}; {pair}; {thick:t}|"
             "{washernoun}{sep}{outer:d}{sep}{bore:b}{sep}{thick:t}|{washernoun}{sep}{thick:t}{sep}{outer:d}{sep}{bore:b}|"
             "{washernoun}{sep}ID $b{sep}OD $d{sep}thickness $t|{washernoun}{sep}ID=$b{sep}OD=$d{sep}T=$t|"
             "{washernoun}{sep}{pair}{sep}{thick:t}|{washernoun}\nOD: $d\nID: $b\nthickness: $t|"
             "{washernoun}\nOD = $d\nID = $b\nT = $t|{washernoun}\noutside diameter $d\ninside diameter $b\nthickness $t|"
             "{washernoun}\nhole: $b\noutside: $d\nthickness: $t|{washernoun}\nthickness: $t\nOD: $d\nID: $b|"
             "{washernoun}\nouter radius: $/d\ninner radius: $/b\nthickness: $t|{washernoun}\n- OD $d\n- ID $b\n- thickness $t|"
             "OD: $d\nID: $b\nthickness: $t\n{washernoun}|{washernoun} OD=$d ID=$b T=$t|{washernoun}, od=$d, id=$b, t=$t|"
             "{washernoun}, id=$b, od=$d, t=$t|{washernoun} OD $d x ID $b x T $t|{washernoun} - OD $d - ID $b - thickness $t|"
             "{washernoun} (OD $d, ID $b, T $t)|{washernoun} #d x #b x #t@ (OD x ID x thickness)|"
             "{washernoun}. {pairsay}. {tsay:t}|{washernoun}. {tsay:t}. {pairsay}|{pairsay}. {tsay:t}. {washernoun}|"
             "The {washernoun} should be $t thick, {pair}|the {washernoun} is $t thick, {outer:d}, with {with_bore:b}|"
             "I want the {washernoun} $t thick, outside diameter $d, inside diameter $b|"
             "part: {washernoun}{sep}{pair}{sep}{thick:t}|^{washernoun} / {outer:d} / {bore:b} / {thick:t}]"},
    {NULL, NULL},
};
