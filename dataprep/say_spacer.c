#include "dataprep/say.h"

/* Parameters: see the form of the same name in synth_spacer.c. */

static const char *const spacer_solid[] = {
    "[{np}]",
    "[{just} {solidnoun}, $d [across|in the round|thick all round], $h [tall|long]{plain}]",
    "[I need a [little|small|round|] {solidnoun} that's $h [tall|high|long] and $d across. No hole[ in this one|].]",
    ("[[Hi|Hello|Hey] [all|folks|guys|everyone], can someone model a {solidnoun} for me? Diameter $d, [height|length] $h[. "
     "Solid|, no hole|].]"),
    ("[could you turn me a [peg|pillar|round post|standoff] [$d|Ø$d] in [aluminium|brass|nylon|steel|delrin], $h long[ "
     "please|]]"),
    ("[[Turn|Cut|Machine] a length of $h from $d [round bar|round rod|bar, round]. [That's the whole part.|No hole, no "
     "thread.|Leave the ends flat.]]"),
    "[Take [some|a] round rod of $d [diameter|dia] and cut off $h. [Done.|That is the spacer.|That's the standoff.]]",
    "[spacer, no hole. dia: $d. len: $h.]",
    "[SPACER SOLID DIA $d LG $h]",
    "[STANDOFF, PLAIN, Ø$d X $h LONG]",
    "[type = solid spacer, diameter = $d, height = $h]",
    "[part: standoff\nhole: no\n[dia|diameter]: $d\n[height|length]: $h]",
    "[name: spacer; bore: none; [od|OD|diameter]: $d; [h|H|height|length]: $h]",
    "[Item: solid spacer\n  - diameter: $d\n  - height: $h\nQty: one]",
    "[- {solidnoun}\n- $h [tall|high|long]\n- $d in [diameter|the round], [solid|no hole]]",
    ("[A [simple|plain|solid|] post to hold up the [board|shelf|lid|panel]: $h tall, {with_dia:d}[, nothing drilled|, no "
     "hole|].]"),
    "[[we|We] need legs for a [box|case|clock|stand]. One leg is a plain round post, diameter $d, $h [long|tall].]",
    "[To [lift|raise] the [pcb|PCB|board|motor] I want a round pillar of $h, $d wide.]",
    ("[I want [to lift|to raise] my [monitor|shelf|machine] by $h. Make a solid round [spacer|riser|foot] for that, $d "
     "[across|wide|in the round].]"),
    "[Round spacer. [How tall?|Height?] $h. [How wide?|Diameter?] $d. Any hole? No.]",
    "[Q: what part? A: standoff, solid. Q: diameter? A: $d. Q: length? A: $h.]",
    "[a post, round, $h from [top to bottom|bottom to top|end to end] and $d from side to side]",
    "[The gap between the two plates is $h, so that is how tall the spacer must be. Diameter: $d. Solid.]",
    "[Gap to fill is $h. [Round|Solid round] spacer please, {dia:d}.]",
    "[Two plates must sit $h apart. Draw the solid round standoff that goes between, $d [dia|diameter|across].]",
    "[$h [tall|high|long] pillar. $d diameter. [Solid.|No hole.|No thread.|]]",
    "[$d [dia|diameter|Ø|round], $h [long|tall]: solid [standoff|spacer|post|pillar]]",
    "[Spacer (solid), diameter [is|=] $d, length [is|=] $h.]",
    "[Solid spacer D x H: #d x #h@]",
    "[Standoff, size #d x #h@ (diameter x [height|length])[, solid|, no bore|].]",
    "[#h@ high standoff with a diameter of #d@, [solid|not hollow|without hole]]",
    "[Round support, radius $/d, [height|length] $h[, solid|, no hole|]]",
    "[a {solidnoun} with radius $/d that stands $h [tall|high]]",
    "[Put a post on the bench: $d round, $h high. [Nothing else|That's all].]",
    ("[My [son|daughter|dad|wife|teacher] needs a [wooden|plastic|metal|] peg, $d [thick|across], $h long[, for school|, for a "
     "toy|].]"),
    "[The standoff is a plain round [rod|bar]. [Length|Height]: $h. [Diameter|Dia]: $d.]",
    "[The [customer|client] asks for one solid spacer with [diameter|a diameter of] $d and [height|a height of] $h.]",
    "[Make the post $h [tall|high] and $d [in the round|across|wide], [solid|full], [no hole in the middle|nothing drilled].]",
    "[i wanna print a round foot for my [table|printer|amp], $d wide and $h high, [solid|no screw hole]]",
    "[please i need standoff [solid|no hole], diametr $d, lenght $h]",
    "[Good morning, please quote one spacer, solid, turned, $d diameter by $h [long|tall]. Thx.]",
    ("[Dear [team|all], [we need|please model] the distance post for the new [rig|jig|frame]: length $h, diameter $d, ends "
     "flat "
     "and parallel, no bore.]"),
    "[distance post, $h between the two ends, $d [dia|diameter|thick]]",
    "[Diameter $d, length $h, [solid|not bored]: that is the [post|pillar|standoff].]",
    "[[Length|Height] $h and diameter $d. [Plain|Solid] [standoff|round spacer], [steel|brass|plastic|alu].]",
    "[What I am thinking of is a round pillar: [u;$d in diameter|diameter $d] and $h [tall|high]. [No holes|Solid].]",
    "[Can I get a {solidnoun}? $h [tall|high|long]. [u;$d in diameter|$d across]. [Solid please|No hole|Thanks].]",
    "[spacer dia $d\n[height|length] $h\n[solid|no hole|no bore]]",
    "[Pillar, round. Stands $h high. Measures $d across. [Solid all the way.|Not hollow.|]]",
    "[cylindrical post for the [fixture|enclosure|jig], diameter of $d, [height|length] of $h]",
    "[drawing title: [SPACER|POST|STANDOFF], DIA $d, HEIGHT $h, SOLID, ALL EDGES SHARP]",
    ("[I broke a standoff off my [drone|router|radio]. The old one was $h [long|tall] and $d [thick|across|in the round], "
     "solid. "
     "Make a new one.]"),
};
const cad_sentences cad_say_spacer_solid = CAD_SENTENCES(spacer_solid);

static const char *const spacer_hollow[] = {
    "[{np}]",
    "[I need a [little|short|round|] {noun}: outside $d, inside $b, [length|height] $h.]",
    "[a tube. outside is $d. inside is $b. [length|height] is $h.]",
    "[[Hi|Hello|Hey] [all|folks|there], can someone model a {noun} for me? {pair}, $h [long|tall|high].]",
    "[Take a round bar of $d [diameter|dia], bore [right through|straight through] at $b, part off at $h.]",
    "[[Turn|Machine] $d round bar to a length of $h and drill $b [right through|all the way|from end to end].]",
    "[Cut $h off a tube that is $d outside and $b inside.]",
    "[piece of [brass|copper|steel|PVC|alu|plastic] [tube|pipe], $d outside, $b inside, [cut to|cut at] $h]",
    "[pipe of length $h with [outer|outside] diameter $d and [inner|inside] diameter $b]",
    "[SPACER, OD $d, ID $b, LG $h]",
    "[BUSH OD $d X ID $b X $h LG, [BRONZE|STEEL|NYLON]]",
    "[type = bushing, od = $d, id = $b, length = $h]",
    "[part: spacer\nod: $d\nid: $b\n[h|height|length]: $h]",
    "[name: sleeve; outside: $d; inside: $b; [length|height]: $h]",
    "[id $b / od $d / [length|height] $h / tube]",
    "[Item: spacer with hole\n  - outside: $d\n  - hole: $b\n  - length: $h]",
    "[- {noun}\n- $h [tall|high|long]\n- hole $b\n- outside $d]",
    "[[bushing|sleeve|spacer], OD/ID #d/#b@, #h@ long]",
    "[Spacer OD/ID/L: #d / #b / #h@]",
    "[tube ID x OD x L = #b x #d x #h@]",
    "[[Spacer|Tube|Sleeve] #b x #d x #h@ (inside x outside x [length|height])]",
    "[A [nylon|plastic|brass|steel|] spacer that slides over ~ $b [rod|shaft|pin|axle]: {outer:d}, $h [long|tall].]",
    ("[I've got ~ $b [rod|shaft|axle] and want a sleeve on that, $d outside, $h long. [Close fit, so make the bore exactly "
     "that.|]]"),
    "[&b;Spacer for an M#b [screw|bolt]: $d [outside|OD|outside diameter], $h [tall|long|high].]",
    "[&b;I need a standoff that ~ M#b [screw|bolt] goes through, $h [tall|high], $d across.]",
    "[The [bolt|screw|pin] going through is $b, so bore the spacer to that. Outside $d. [Height|Length] $h.]",
    "[Two plates must sit $h apart, [held by|with] a bolt through a round spacer. Spacer: $d outside diameter, $b hole.]",
    ("[To [lift|raise|hold] the [pcb|PCB|board|motor] I want a hollow pillar, $h high, $d wide, with ~ $b hole down the "
     "[middle|center|centre].]"),
    "[i wanna print a tube $h long. [outside|the outside is] $d, [inside|the hole is] $b]",
    "[Round spacer. [How tall?|Height?] $h. Outside? $d. Hole? $b[, all the way through|].]",
    "[Q: what part? A: bushing. Q: OD? A: $d. Q: ID? A: $b. Q: length? A: $h.]",
    ("[The hole goes [all the way|straight|right] through and measures $b. [Outside|The outside] measures $d. The part is $h "
     "[long|tall|high]. [Round spacer|Plain bushing|Sleeve|A tube].]"),
    "[a ring, $h [high|tall], hole of $b, $d on the outer diameter]",
    "[cylinder with a hole through the [middle|center|centre]: cylinder $d [dia|diameter|across] and $h [long|tall], hole $b]",
    ("[A round [rod|bar], $d across and $h long, [drilled|bored] [right|straight] through the [middle|center|centre] with ~ $b "
     "[drill|hole|bit].]"),
    "[A hollow [rod|cylinder|round bar], $h long. [Bored|Hollowed] out to $b. Outer [size|diameter] $d.]",
    "[$h [tall|high|long] standoff. $d diameter. Through hole $b.]",
    "[$h [tall|high|long], $b hole, $d outer diameter: that is my [spacer|standoff|bushing].]",
    "[$d outside [dia|diameter], $b inside [dia|diameter], $h long, {noun}]",
    "[ID $b, OD $d, and [for the length|the length is|length] $h. {noun}]",
    "[OD = $d; ID = $b; L = $h. [Sleeve|Tube|Bush|Round tube].]",
    "[sleeve, outer radius $/d, inner radius $/b, [length|height] $h]",
    "[Round tube with inner radius $/b and outer radius $/d, $h [long|tall|high][, open at both ends|].]",
    "[tube with both ends open, [u;$d in outside diameter|$d outside diameter], $b inside, [height|length] $h]",
    "[The spacer is $d wide, the hole in the middle $b, and the height $h.]",
    ("[My [son|daughter|dad|wife|teacher] needs a little tube, $d [thick|across] with ~ $b hole, $h long[, for a toy|, for "
     "school|].]"),
    "[please i need bush, out diametr $d, in diametr $b, lenght $h]",
    "[Good morning, please quote one bushing, turned, $d outside by $b inside by $h [long|tall]. Thx.]",
    ("[Dear [team|all], please model the distance sleeve for the new [rig|jig|frame]: length $h, outer diameter $d, bore $b, "
     "no "
     "flange.]"),
    "[plain bearing bush [without|with no] flange, bore $b, outer diameter $d, [length|width] $h]",
    "[no flange, just a straight sleeve: $d OD, $b ID, $h [long|length]]",
    "[drawing title: SPACER, OD $d, BORE $b THRU, LENGTH $h]",
    "[Can I get a [spacer|bushing|tube]? $h long. $d OD. $b ID. [Thanks|Cheers|]]",
    ("[I lost a spacer from my [bike|drone|lathe|scooter]. The old one was $h [long|tall], $d outside, and the bolt hole was "
     "$b.]"),
    "[Make the spacer $h [tall|high] and $d [across|wide] and give the part ~ $b through hole in the [middle|center].]",
    "[Standoff for a [raspberry pi|motor driver|display]: $h high; $d outer diameter; $b through hole[; no thread|].]",
    "[washer-style spacer, only taller: $h tall, $d outer, $b hole]",
    "[bore $b\n[outside|outside diameter] $d\n[length|height] $h\n[tube|spacer|sleeve|bush]]",
    "[{noun} [for|to fit over] ~ $b [pin|rod|tube|shaft], $h long and $d [outside|on the outside diameter]]",
    "[[straw|macaroni]-style tube: outside diameter $d, inside diameter $b, length $h]",
    "[Straight piece of pipe please. Length: $h. Hole: $b. Outside diameter: $d.]",
    "[[Pipe|Tube|Sleeve] - outside $d - inside $b - [length|height|tall] $h]",
};
const cad_sentences cad_say_spacer_hollow = CAD_SENTENCES(spacer_hollow);

/* Flanged forms: {where} says at which end. */
#define FLANGED                                                                                                                \
    "[{np}]",                                                                                                                  \
        "[[Hi|Hello|Hey] [all|folks|there], can someone model a {fnoun}? Body $d, bore $b, total [length|height] $h, "         \
        "{flange} "                                                                                                            \
        "{where}.]",                                                                                                           \
        "[a tube with {flange} {where}. tube outside $d, hole $b, $h [tall|long|high] in all]",                                \
        "[FLANGED BUSH, OD $d, ID $b, LG $h OVERALL, FLANGE DIA $f X $t {where}]",                                             \
        "[type = flanged bushing, od = $d, id = $b, total length = $h, flange od = $f, flange thickness = $t, flange "         \
        "{where}]",                                                                                                            \
        "[part: flanged sleeve\nflange: {where}\nflange dia: $f\nflange thickness: $t\nbody dia: $d\nbore: $b\noverall "       \
        "[height|length]: $h]",                                                                                                \
        "[- {fnoun}\n- flange {where}\n- flange $f across, $t thick\n- sleeve $d across\n- hole $b\n- $h [tall|long] "         \
        "overall]",                                                                                                            \
        "[Sleeve: [OD|outside diameter] $d, [ID|bore] $b, overall [length|height] $h. Flange: diameter $f, thickness $t, "     \
        "{where}.]",                                                                                                           \
        "[Flange {where}: [diameter|dia] $f, thickness $t. Body: [diameter|dia] $d. Bore: $b. [Total|Overall] "                \
        "[height|length]: "                                                                                                    \
        "$h.]",                                                                                                                \
        "[Flange {where}, diameter $f, [$t thick|thickness $t]. [Otherwise nothing special:|The rest:] round body of $d, "     \
        "bore "                                                                                                                \
        "$b, overall [height|length] $h.]",                                                                                    \
        "[The {fnoun} is $h [tall|high|long] overall. The hole is $b[ all the way through|]. The body is $d. Flange {where}: " \
        "$f "                                                                                                                  \
        "across and $t thick.]",                                                                                               \
        "[bushing for ~ $b [shaft|pin|rod|axle]. goes in ~ $d hole. flange {where} is $f [dia|diameter|across] and $t thick. " \
        "total length $h]",                                                                                                    \
        "[The bushing is pressed in ~ $d hole and takes ~ $b [shaft|pin]. Flange {where}: $f diameter x $t. Overall length "   \
        "$h.]",                                                                                                                \
        "[Turn a round sleeve, $d outside, $h long in total, drill through at $b, and leave {flange} {where}]",                \
        "[Q: part? A: flanged spacer. Q: body diameter? A: $d. Q: hole? A: $b. Q: total height? A: $h. Q: flange? A: "         \
        "{where}, $f "                                                                                                         \
        "dia, $t thick.]",                                                                                                     \
        "[i wanna print a flanged tube: hole $b, tube part $d across, [height|length] $h in all, flange $f wide and $t "       \
        "thick {where}]",                                                                                                      \
        "[please i need bush with flange {where}. flange diametr $f, thikness $t. body diametr $d, hole $b. whole lenght $h]", \
        "[Good morning, please quote one {fnoun}: flange {where}, $f dia by $t thick; body $d dia; bore $b; $h overall.]",     \
        "[name: flange bush; bore: $b; body: $d; flange: $f; flange thickness: $t; flange position: {where}; total length: "   \
        "$h]",                                                                                                                 \
        "[round spacer, $d body with ~ $b hole [straight|right] through, $h high with the flange. The flange is {where}, $f "  \
        "in "                                                                                                                  \
        "[diameter|the round], $t thick]",                                                                                     \
        "[hole $b / body $d / flange $f x $t {where} / overall height $h]",                                                    \
        "[Spacer with a [wider|bigger] ring {where}. Ring: $f across, $t thick. Narrow part: $d across. Hole: $b. [Height "    \
        "overall|Total height]: $h.]",                                                                                         \
        "[$h [tall|long|high] overall, $d body, $b bore, {flange} {where}: {fnoun}]",                                          \
        "[{fnoun}. Flange diameter $f {where}, flange thickness $t, body diameter $d, bore diameter $b, height $h including "  \
        "the "                                                                                                                 \
        "flange.]",                                                                                                            \
        "[{fnoun}, ID $b, OD $d, length $h [with flange|flange included], flange OD $f and $t thick, {where}]",                \
        "[{fnoun} with ~ $b bore. The tube is $d outside. {where} there is a flange, [u;$f in diameter|$f across], $t thick. " \
        "Total height $h.]",                                                                                                   \
        "[Dear [team|all], please model the flanged sleeve for the [pivot|hinge|jig]: bore $b, body diameter $d, overall "     \
        "length "                                                                                                              \
        "$h. Flange {where}, diameter $f, thickness $t.]",                                                                     \
        "[bore radius $/b, body radius $/d, flange radius $/f, flange thickness $t, overall height $h, flange {where}. "       \
        "{fnoun}]",                                                                                                            \
        "[Standoff with a wide ring: ring {where}, $f dia, $t thick; post $d dia; screw hole $b [all through|through]; "       \
        "overall $h high]",                                                                                                    \
        "[drawing title: FLANGED SPACER. BODY DIA $d. BORE $b THRU. FLANGE DIA $f, $t THICK, {where}. HEIGHT $h OVERALL.]",    \
        "[Can you make a flanged tube? Outside $d, inside $b, $h [end to end|from end to end|overall]. Flange {where} of $f "  \
        "by $t "                                                                                                               \
        "[thick|thickness].]",                                                                                                 \
        "[overall length $h\nbody OD $d\nbore $b\nflange OD $f\nflange $t thick\nflange {where}\n[flanged "                    \
        "bush|bushing|sleeve]]",                                                                                               \
        "[A plain bearing with a collar {where}: collar $f across, $t thick; sleeve $d across; shaft hole $b; $h long "        \
        "overall]"

static const char *const spacer_flange_bottom[] = {
    FLANGED,
    ("[Top-hat shape standing on the brim: brim $f across and $t thick, crown $d across, whole height $h, ~ $b hole right "
     "through.]"),
    "[top hat bushing, brim down: brim $f x $t thick, body $d, hole $b, total height $h]",
    "[A round foot of $f, $t thick, with a pipe of $d standing on the foot; total height $h, bore $b through everything.]",
    "[base ring $f dia and $t thick, tube on top $d dia, [overall|total] height $h, hole $b through both]",
    "[round base, $f across and $t thick. a post rises to $h above the bench, $d across. hole $b down through everything]",
    "[standoff with a wide foot: foot $f [dia|across], $t thick. post $d. overall height $h. screw hole $b]",
    "[Wide at the bottom: $f for the first $t. From there $d all the way to the top at $h. Bore $b.]",
    "[The part sits on a flange, $f across and $t thick. Height in all: $h. Upper part: $d across. Hole: $b through.]",
};
const cad_sentences cad_say_spacer_flange_bottom = CAD_SENTENCES(spacer_flange_bottom);

static const char *const spacer_flange_top[] = {
    FLANGED,
    "[Top-hat bushing upside down: brim on top, $f across and $t thick, body below $d across, whole height $h, ~ $b hole right "
    "through.]",
    "[mushroom shape: the top disc is $f across and $t thick, the post under the disc is $d across, all in all $h tall, hole "
    "$b "
    "right down the middle]",
    "[a drop-in bushing: the flange stays up on top, $f dia, $t thick. body goes down the hole, $d dia. total length $h. bore "
    "$b]",
    "[post $d across with a table on top, table $f across and $t thick, $h high to the top of the table, hole $b through "
    "everything]",
    "[wide at the top: the last $t is $f across. Below that $d. Total height $h. Bore $b.]",
    "[grommet style, flange up: flange $f [dia|across] and $t thick, neck $d, hole $b, total height $h]",
    "[Stands on the narrow end. Narrow end $d across, wide end up on top $f across and $t thick, [height overall|overall "
    "height] "
    "$h, through hole $b.]",
};
const cad_sentences cad_say_spacer_flange_top = CAD_SENTENCES(spacer_flange_top);

static const char *const spacer_flange_both[] = {
    FLANGED,
    "[a spool: [end discs|flanges|rims] $f across and $t thick each, core $d, hole $b, overall [length|height] $h]",
    "[Bobbin. Core diameter $d. Two [discs|flanges] $f in [diameter|the round], each $t thick. Bore $b. [Overall|Total] length "
    "$h.]",
    "[thread spool for [my sewing machine|a toy|wire]: [total|overall] height $h, hole $b, straight core of $d, both flanges "
    "$f dia x $t thick]",
    "[reel: two end discs of $f, [$t thick each|each $t thick], on a tube $d outside and $b inside, $h over everything]",
    "[Spacer with two identical flanges, one on each end: flange $f across, $t thick. Middle part $d across. Bore $b. Height "
    "with both flanges $h.]",
    "[two flanges ($f dia, $t thick each), body $d dia, bore $b, overall $h]",
    "[double flanged bushing, flanges $f x $t, body $d, bore $b, total length $h]",
    "[Cable reel look: discs at both ends of $f, disc thickness $t, core $d, hole through $b, total width $h.]",
    "[{fnoun}, flanged at both ends, flange diameter $f, each flange $t thick, waist $d, hole $b, $h in all]",
    "[wire bobbin, overall length $h. both cheeks $f dia and $t thick. winding core $d. shaft hole $b]",
    "[Yo-yo kind of thing: $f wide discs top and bottom, $t thick each, $d in the middle, $b hole through, whole height $h]",
};
const cad_sentences cad_say_spacer_flange_both = CAD_SENTENCES(spacer_flange_both);

static const char *const washer[] = {
    "[{np}]",
    "[I need a [big|small|plain|flat|] washer: outside $d, hole $b, $t thick.]",
    "[washer. hole $b. outside $d. [thickness|thick] $t]",
    "[&b;M#b washer please, $d outside, $t thick]",
    "[&b;flat washer to go under an M#b [bolt|screw] head. OD $d, thickness $t]",
    "[&b;WASHER FLAT M#b OD $d THICKNESS $t]",
    "[&b;size: M#b\ntype: flat washer\nOD: $d\nthickness: $t]",
    "[&b;The bolt is M#b. The washer should be $d across and $t thick.]",
    "[[Hi|Hello|Hey] [all|folks|there], can someone model a [washer|flat washer|shim]? ID $b, OD $d, $t [thick|thickness].]",
    "[Punch ~ $d disc from $t [sheet|plate|steel] and put ~ $b hole in the [middle|center|centre].]",
    "[laser cut ring from $t [plate|sheet|acrylic|stainless]: outside $d, inside $b]",
    "[Ring out of $t [sheet|plate], outer diameter $d, inner diameter $b.]",
    "[a flat disc with a hole in the [middle|center|centre]: disc $d, hole $b, thickness $t]",
    "[round, flat, thin: $d outside, $b hole, $t thick. [A washer.|Basically a washer.|Washer, yes.]]",
    "[WASHER OD $d ID $b THICKNESS $t]",
    "[WASHER, PLAIN, ID $b X OD $d X $t THICK]",
    "[type = washer, od = $d, id = $b, thickness = $t]",
    "[part: washer\nid: $b\nod: $d\nt: $t]",
    "[name: shim; inside: $b; outside: $d; thickness: $t]",
    "[Item: flat washer\n  - hole: $b\n  - outside: $d\n  - thickness: $t]",
    "[- [washer|flat washer|ring]\n- $t thick\n- $d outside diameter\n- $b hole]",
    "[Washer ID/OD/t: #b / #d / #t@]",
    "[washer OD x ID x t = #d x #b x #t@]",
    "[washer #b x #d x #t@ (inside, outside, [thickness|thick])]",
    "[Shim ring, OD/ID #d/#b@, thickness #t@]",
    "[for ~ $b [bolt|screw|rod]: washer with $d outside diameter, $t thick]",
    "[A washer that fits on ~ $b [shaft|axle|rod|pin], $d outside, $t thick.]",
    "[thrust washer, [shaft hole|bore] $b, outer diameter $d, thickness $t]",
    "[Thin ring. [How thin?|Thickness?] $t. Outside? $d. Hole? $b.]",
    "[Q: part? A: washer. Q: OD? A: $d. Q: ID? A: $b. Q: thickness? A: $t.]",
    "[i wanna print a washer, $t thick, $d wide, hole $b]",
    "[please i need washer, out diametr $d, in diametr $b, thikness $t]",
    "[Good morning, please quote one flat washer, $d outside by $b inside by $t thick. Thx.]",
    "[Dear [team|all], please model the shim ring for the [gearbox|hinge|jig]: thickness $t, outer diameter $d, bore $b.]",
    "[outer radius $/d, inner radius $/b, thickness $t: a flat ring]",
    "[Flat ring with inner radius $/b and outer radius $/d, $t thick.]",
    "[A [penny|repair|fender] washer, $d across, $b hole, $t [thick|steel|sheet].]",
    "[washer to share out the load: $d [diameter|across], bolt hole $b, [thickness $t|$t thick]]",
    "[gasket type ring, $t thick, $b inside and $d outside[, no bolt holes|]]",
    "[[rubber|paper|cork|fibre|copper] [ring|seal|gasket], flat, inside $b, outside $d, $t thick]",
    ("[shim: [u;$t in thickness|$t thick], [u;$d in outside diameter|$d outside diameter], [u;$b in inside diameter|$b inside "
     "diameter]]"),
    "[Make the washer $t thick and $d [across|wide] with ~ $b hole [in the middle|punched through].]",
    "[The hole in the washer is $b. The washer is $d across. The thickness is $t. [No chamfer.|Flat on both sides.|]]",
    "[I lost a washer from my [bike|tap|lathe]. The old one measured $d outside, $b inside and $t thick.]",
    "[drawing title: WASHER, OD $d, ID $b, $t THICK]",
    "[bore $b\noutside diameter $d\nthickness $t\n[washer|flat washer|shim|ring]]",
    "[$t thick, $b hole, $d OD: {washernoun}]",
    "[ID $b, OD $d, $t thick. {washernoun}. [Steel.|Zinc plated.|]]",
    "[Can I get a washer? $d OD. $b ID. $t thick. [Thanks|Cheers|]]",
    "[{washernoun} [for|to fit] ~ $b [bolt|screw|pin|shaft], outside $d and thickness $t]",
    "[donut, flat one: outside $d, hole $b, $t thick]",
    "[a flat doughnut shape, cut from $t [sheet|board|ply], $d across, with ~ $b round hole in the center]",
    "[{washernoun} - hole $b - outside $d - thick $t]",
};
const cad_sentences cad_say_washer = CAD_SENTENCES(washer);
