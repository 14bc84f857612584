#include "dataprep/say.h"

/* Parameters: see the form of the same name in synth_wheel.c. */

static const char *const knob_plain[] = {
    "A knob $d across and $t thick with %n round notches of $e diameter around the rim.",
    "Disc Ø$d x $t. Cut %n round notches Ø$e, centers on the rim, evenly spaced. No bore.",
    "KNOB D$d X $t, !n NOTCHES D$e CENTERED ON RIM, NO BORE",
    "type: knob\ndiameter: $d\nthickness: $t\nnotches: !n\nnotch diameter: $e\nbore: none",
    "shape=knob; d=$d; t=$t; notches=!n; notch_d=$e; bore=0",
    "I need a star knob: disc diameter $d, thickness $t, with %n scallops of radius $/e cut into the rim.",
    "knob for a jar lid, $d wide, $t thick, %n round cuts around the edge, each $e across",
    "Can you model a wheel $d wide and $t thick whose edge is cut with %n half-round notches, notch radius $/e?",
    ("Take a disc ($d diameter, $t thick) and drill %n holes of $e exactly on the edge so they become half-round notches, "
     "equally spaced."),
    "Put %n cylinders of diameter $e on the rim of a disc, diameter $d, thickness $t, and subtract them.",
    "a flower shaped disc: $d round, $t thick, bites of $e taken out of the edge at %n places",
    "my son wants a gear, so just a disc $d wide, $t thick, with %n round notches ($e across) along the edge, nothing else",
    "Hello, need knob, diameter $d, thickness $t, with %n round cuts diameter $e on the edge. No hole in center. Thanks",
    "- round disc $d\n- thickness $t\n- %n notches, dia $e, centers on the edge\n- no hole",
    "Thickness $t. Diameter $d. Notches: %n, each Ø$e, on the rim. Solid center.",
    ("The knob is $t thick and $d across before the notches are cut. There are %n notches, each $e across, centered on the "
     "edge."),
    "Scalloped disc, OD $d, $t thick, scallops %n x R#/e@",
    "thumb wheel blank, no bore: $d dia, $t thick, %n flutes dia $e around the edge",
    "For my [vise|jig|tripod|lamp]: fluted knob $d x $t, %n flutes of $e.",
    "%n notches of $e along the rim of ~ $d disc, $t thick",
    "Coaster with a scalloped rim: $d across, $t thick, %n scallops of radius $/e.",
    "Solid disc, $d by $t; on the edge %n circular notches, notch radius $/e, spaced evenly. No center hole please.",
    "A: how wide? B: $d. A: thick? B: $t. A: the notches? B: %n, round, $e each, on the rim.",
    "Position 5: notched wheel, D=$d, t=$t, !n notches D=$e on the rim, evenly spaced.",
    "Wheel, not bored, radius $/d, thickness $t, with %n round grooves of radius $/e on the rim",
    "cut %n semicircles ($e diameter) out of the rim of ~ $t thick disc of $d diameter",
    "the rim of this $d disc needs %n round notches, $e wide; disc thickness $t; no bore",
    ("[Picture|Imagine] a round wheel of $d, $t thick, [no bore|no hole in the middle|solid center], whose edge [carries|is "
     "cut "
     "with] %n round notches of $e."),
    ("e-mail: can we get one more of the old knobs? Disc $d, thickness $t, [no bore|no hole in the middle|solid center], %n "
     "notches on the rim, notch diameter $e."),
    ("for my [drill press|sewing machine|camera rig|radio]: wheel $d, plate $t; [no bore|no hole in the middle|solid center]; "
     "edge notches: %n off, radius $/e"),
    ("%n scallops, each $e across, spaced evenly on the edge. Disc: radius $/d, $t thick, [no bore|no hole in the middle|solid "
     "center]."),
    "edge: %n notches, $e each\ndisc: $d by $t\nmiddle: [no bore|no hole in the middle|solid center]",
    "[no bore|no hole in the middle|solid center], disc $d x $t, with %n half round grooves ($e) along the rim",
    ("hey, need a knob I can turn with wet hands: $d wide, $t thick, [no bore|no hole in the middle|solid center], and %n "
     "round cuts of $e on the edge"),
    "Qty 2 knobs, [nylon|ABS|steel], Ø$d x $t, [no bore|no hole in the middle|solid center], rim cut with !n x Ø$e",
};
const cad_sentences cad_say_knob_plain = CAD_SENTENCES(knob_plain);

static const char *const knob_bored[] = {
    "A knob $d across and $t thick, with ~ $b hole in the middle and %n round notches of $e diameter around the rim.",
    "Disc Ø$d x $t, bore Ø$b. Cut %n round notches Ø$e, centers on the rim, evenly spaced.",
    "KNOB D$d X $t, BORE D$b, !n NOTCHES D$e CENTERED ON RIM",
    "type: knob\ndiameter: $d\nthickness: $t\nbore: $b\nnotches: !n\nnotch diameter: $e",
    "shape=knob; d=$d; t=$t; bore=$b; notches=!n; notch_d=$e",
    "I need a star knob: disc diameter $d, thickness $t, bored $b, with %n scallops of radius $/e cut into the rim.",
    "knob to go on ~ $b shaft, $d wide, $t thick, %n round cuts around the edge, each $e across",
    "Can you model a wheel $d wide and $t thick, center hole $b, whose edge is cut with %n half-round notches, notch radius "
    "$/e?",
    "Take a disc ($d diameter, $t thick), drill the center $b, and drill %n holes of $e exactly on the edge so they become "
    "half-round notches, equally spaced.",
    "Put %n cylinders of diameter $e on the rim of a disc, diameter $d, thickness $t, and subtract them. Drill $b through the "
    "middle.",
    "a flower shaped disc: $d round, $t thick, bites of $e taken out of the edge at %n places, hole of $b in the middle",
    "Hello, need knob, diameter $d, thickness $t, hole in center $b, with %n round cuts diameter $e on the edge. Thanks",
    "- round disc $d\n- thickness $t\n- bore $b\n- %n notches, dia $e, centers on the edge",
    "Thickness $t. Diameter $d. Bore $b. Notches: %n, each Ø$e, on the rim.",
    "The knob is $t thick and $d across before the notches are cut. There are %n notches, each $e across, centered on the "
    "edge, and one hole of $b through the center.",
    "Scalloped disc, OD $d, ID $b, $t thick, scallops %n x R#/e@",
    "thumb wheel: $d dia, $t thick, bore $b, %n flutes dia $e around the edge",
    "For my [vise|jig|tripod|lamp]: fluted knob $d x $t, through hole $b, %n flutes of $e.",
    "%n notches of $e along the rim of ~ $d disc, $t thick, bored $b",
    "Ring with a notched edge: $d outside, $b inside, $t thick, %n round notches, notch radius $/e, on the outer edge.",
    "Disc, $d by $t, bore radius $/b; on the edge %n circular notches, notch radius $/e, spaced evenly.",
    "A: how wide? B: $d. A: thick? B: $t. A: bore? B: $b. A: the notches? B: %n, round, $e each, on the rim.",
    "Position 5: notched wheel, D=$d, t=$t, bore D=$b, !n notches D=$e on the rim, evenly spaced.",
    "cut %n semicircles ($e diameter) out of the rim of ~ $t thick disc of $d diameter and bore the middle $b",
    "Encoder-style wheel for ~ $b axle: $d across, $t thick, %n half-round notches of $e on the rim",
    "Geneva wheel for school, simplified: disc $d, thickness $t, axle hole $b, %n round notches of $e on the rim",
    "[&b;Clamping knob for an M#b bolt, $d wide, $t thick, through hole, %n round notches of $e on the edge.]",
    "[&b;knob $d x $t, M#b hole through the middle, %n scallops dia $e along the rim]",
    "Hand wheel in [aluminium|bakelite|nylon], diameter $d, thickness $t, bore $b, the edge fluted with %n cuts of $e.",
    "bore $b, OD $d, t $t, rim notches !n x $e",
    "The rim of this $d disc needs %n round notches, $e wide; disc thickness $t; the shaft hole is $b.",
    "[Picture|Imagine] a round wheel of $d, $t thick, [bore $b|~ $b hole through the middle|bored $b|center hole $b], whose "
    "edge [carries|is cut with] %n round notches of $e.",
    "e-mail: can we get one more of the old knobs? Disc $d, thickness $t, [bore $b|~ $b hole through the middle|bored "
    "$b|center hole $b], %n notches on the rim, notch diameter $e.",
    "for my [drill press|sewing machine|camera rig|radio]: wheel $d, plate $t; [bore $b|~ $b hole through the middle|bored "
    "$b|center hole $b]; edge notches: %n off, radius $/e",
    "%n scallops, each $e across, spaced evenly on the edge. Disc: radius $/d, $t thick, [bore $b|~ $b hole through the "
    "middle|bored $b|center hole $b].",
    "edge: %n notches, $e each\ndisc: $d by $t\nmiddle: [bore $b|~ $b hole through the middle|bored $b|center hole $b]",
    "[bore $b|~ $b hole through the middle|bored $b|center hole $b], disc $d x $t, with %n half round grooves ($e) along the "
    "rim",
    "hey, need a knob I can turn with wet hands: $d wide, $t thick, [bore $b|~ $b hole through the middle|bored $b|center "
    "hole $b], and %n round cuts of $e on the edge",
    "Qty 2 knobs, [nylon|ABS|steel], Ø$d x $t, [bore $b|~ $b hole through the middle|bored $b|center hole $b], rim cut with !n "
    "x Ø$e",
};
const cad_sentences cad_say_knob_bored = CAD_SENTENCES(knob_bored);

static const char *const knob_hub[] = {
    "A knob $d across and $t thick, hub $u with an overall height of $h, bored $b, and %n round notches of $e around the rim.",
    "Disc Ø$d x $t, hub Ø$u, overall height $h, bore Ø$b. Cut %n round notches Ø$e, centers on the rim.",
    "KNOB D$d X $t, HUB D$u, OVERALL HEIGHT $h, BORE D$b, !n NOTCHES D$e ON RIM",
    "type: hubbed knob\ndisc diameter: $d\ndisc thickness: $t\nhub diameter: $u\noverall height: $h\nbore: $b\nnotches: "
    "!n\nnotch diameter: $e",
    "shape=knob; d=$d; t=$t; hub_d=$u; height_over_all=$h; bore=$b; notches=!n; notch_d=$e",
    "I need a star knob with a hub: disc $d x $t, hub $u, the whole knob $h tall, ~ $b hole through everything, %n scallops of "
    "radius $/e on the rim.",
    "knob to go on ~ $b shaft, wheel $d wide and $t thick, hub $u across, $h tall in all, %n round cuts along the edge, each "
    "$e across",
    "Can you model a hand wheel? Rim $d, $t thick, hub $u, total height including the disc $h, bore $b, edge cut with %n "
    "notches of radius $/e.",
    "Join a disc, $d by $t, and a hub, $u by $h, both standing on the same plane. Bore $b through. Cut %n notches of $e on the "
    "rim of the disc.",
    "Hello, need knob, disc diameter $d, thickness $t, hub diameter $u, total height $h, hole $b through, with %n round cuts "
    "diameter $e on the edge. Thanks",
    "- disc $d x $t\n- hub $u\n- overall height $h\n- bore $b\n- %n notches, dia $e, centers on the edge",
    "Thickness of the disc $t, disc diameter $d. Hub diameter $u. Overall height $h. Bore $b. Notches: %n, each Ø$e, on the "
    "rim.",
    "The disc of the knob is $t thick and $d across. The hub is $u across. From the underside to the hub top: $h. The bore is "
    "$b and there are %n notches of $e on the rim.",
    "thumb wheel with hub: $d dia, $t thick, hub dia $u, $h overall, bore $b, %n flutes dia $e around the edge",
    "For my [vise|jig|tripod|lamp]: fluted knob $d x $t, boss $u, $h tall from the bottom, through hole $b, %n flutes of $e.",
    "%n notches of $e along the rim of ~ $d disc, $t thick, with ~ $u hub, $h high overall, bored $b",
    "Hub radius $/u, disc radius $/d, bore radius $/b, notch radius $/e, %n notches. Disc thickness $t, full height $h.",
    "A: how wide? B: $d. A: thick? B: $t. A: hub? B: $u, overall height $h, bore $b. A: notches? B: %n, $e each.",
    "Pos 8: star wheel, D=$d, t=$t, hub D=$u, overall H=$h, bore D=$b, !n notches D=$e on the rim.",
    "[&b;Clamping knob for an M#b bolt: disc $d wide, $t thick, hub $u, overall height $h, through hole, %n round notches of "
    "$e on the edge.]",
    "Hand wheel in [aluminium|bakelite|nylon], rim diameter $d, rim thickness $t, bore $b, hub diameter $u, height over all "
    "$h, the edge fluted with %n cuts of $e.",
    "Total height $h. Disc $d, only $t thick. Hub $u. Bore $b right through. %n round notches, $e across, on the edge of the "
    "disc.",
    "bore $b, OD $d, t $t, hub $u, H overall $h, rim notches !n x $e",
    "[Picture|Imagine] a round wheel of $d, $t thick, [hub $u across and $h tall from the bottom|hub diameter $u, overall "
    "height $h|~ $u hub making the part $h tall overall], [bore $b|~ $b hole through the middle|bored $b|center hole $b], "
    "whose edge [carries|is cut with] %n round notches of $e.",
    "e-mail: can we get one more of the old knobs? Disc $d, thickness $t, [hub $u across and $h tall from the bottom|hub "
    "diameter $u, overall height $h|~ $u hub making the part $h tall overall], [bore $b|~ $b hole through the middle|bored "
    "$b|center hole $b], %n notches on the rim, notch diameter $e.",
    "for my [drill press|sewing machine|camera rig|radio]: wheel $d, plate $t, [hub $u across and $h tall from the bottom|hub "
    "diameter $u, overall height $h|~ $u hub making the part $h tall overall]; [bore $b|~ $b hole through the middle|bored "
    "$b|center hole $b]; edge notches: %n off, radius $/e",
    "%n scallops, each $e across, spaced evenly on the edge. Disc: radius $/d, $t thick, [hub $u across and $h tall from the "
    "bottom|hub diameter $u, overall height $h|~ $u hub making the part $h tall overall], [bore $b|~ $b hole through the "
    "middle|bored $b|center hole $b].",
    "edge: %n notches, $e each\ndisc: $d by $t\nmiddle: [bore $b|~ $b hole through the middle|bored $b|center hole $b], [hub "
    "$u across and $h tall from the bottom|hub diameter $u, overall height $h|~ $u hub making the part $h tall overall]",
    "[bore $b|~ $b hole through the middle|bored $b|center hole $b], [hub $u across and $h tall from the bottom|hub diameter "
    "$u, overall height $h|~ $u hub making the part $h tall overall], disc $d x $t, with %n half round grooves ($e) along the "
    "rim",
    "hey, need a knob I can turn with wet hands: $d wide, $t thick, [hub $u across and $h tall from the bottom|hub diameter "
    "$u, overall height $h|~ $u hub making the part $h tall overall], [bore $b|~ $b hole through the middle|bored $b|center "
    "hole $b], and %n round cuts of $e on the edge",
    "Qty 2 knobs, [nylon|ABS|steel], Ø$d x $t, [hub $u across and $h tall from the bottom|hub diameter $u, overall height $h|~ "
    "$u hub making the part $h tall overall], [bore $b|~ $b hole through the middle|bored $b|center hole $b], rim cut with !n "
    "x Ø$e",
};
const cad_sentences cad_say_knob_hub = CAD_SENTENCES(knob_hub);

static const char *const knob_boss[] = {
    "A knob $d across and $t thick, with a solid hub of $u, overall height $h, and %n round notches of $e around the rim. No "
    "bore.",
    "Disc Ø$d x $t, hub Ø$u, overall height $h, not bored. Cut %n round notches Ø$e, centers on the rim.",
    "KNOB D$d X $t, HUB D$u, OVERALL HEIGHT $h, NO BORE, !n NOTCHES D$e ON RIM",
    "type: hubbed knob\ndisc diameter: $d\ndisc thickness: $t\nhub diameter: $u\noverall height: $h\nbore: none\nnotches: "
    "!n\nnotch diameter: $e",
    "shape=knob; d=$d; t=$t; hub_d=$u; height_over_all=$h; bore=none; notches=!n; notch_d=$e",
    "I need a star knob with a solid hub: disc $d x $t, hub $u, the whole knob $h tall, no hole, %n scallops of radius $/e on "
    "the rim.",
    "knob with a post in the middle, wheel $d wide and $t thick, post $u across, $h tall in all, %n round cuts along the "
    "edge, each $e across, no holes",
    "Can you model a hand wheel without a bore? Rim $d, $t thick, hub $u, total height including the disc $h, edge cut with %n "
    "notches of radius $/e.",
    "Join a disc, $d by $t, and a hub, $u by $h, both standing on the same plane. Cut %n notches of $e on the rim of the disc. "
    "Leave the middle solid.",
    "Hello, need knob, disc diameter $d, thickness $t, hub diameter $u, total height $h, no hole, with %n round cuts diameter "
    "$e on the edge. Thanks",
    "- disc $d x $t\n- hub $u, solid\n- overall height $h\n- %n notches, dia $e, centers on the edge",
    "Thickness of the disc $t, disc diameter $d. Hub diameter $u. Overall height $h. Solid center. Notches: %n, each Ø$e, on "
    "the rim.",
    "The disc of the knob is $t thick and $d across. The hub is $u across and solid. From the underside to the hub top: $h. "
    "There are %n notches of $e on the rim.",
    "For my [vise|jig|tripod|lamp]: fluted knob $d x $t, boss $u, $h tall from the bottom, %n flutes of $e, no through hole.",
    "%n notches of $e along the rim of ~ $d disc, $t thick, with a solid $u hub, $h high overall",
    "Hub radius $/u, disc radius $/d, notch radius $/e, %n notches. Disc thickness $t, full height $h. No bore.",
    "A: how wide? B: $d. A: thick? B: $t. A: hub? B: $u, overall height $h, solid. A: notches? B: %n, $e each.",
    "Pos 8: star wheel, no bore, D=$d, t=$t, hub D=$u, overall H=$h, !n notches D=$e on the rim.",
    "Total height $h. Disc $d, only $t thick. Hub $u. No hole anywhere. %n round notches, $e across, on the edge of the disc.",
    "OD $d, t $t, hub $u, H overall $h, rim notches !n x $e, bore none",
    "[Picture|Imagine] a round wheel of $d, $t thick, [hub $u across and $h tall from the bottom|hub diameter $u, overall "
    "height $h|~ $u hub making the part $h tall overall], [no bore|no hole in the middle|solid center], whose edge [carries|is "
    "cut with] %n round notches of $e.",
    "e-mail: can we get one more of the old knobs? Disc $d, thickness $t, [hub $u across and $h tall from the bottom|hub "
    "diameter $u, overall height $h|~ $u hub making the part $h tall overall], [no bore|no hole in the middle|solid center], "
    "%n notches on the rim, notch diameter $e.",
    "for my [drill press|sewing machine|camera rig|radio]: wheel $d, plate $t, [hub $u across and $h tall from the bottom|hub "
    "diameter $u, overall height $h|~ $u hub making the part $h tall overall]; [no bore|no hole in the middle|solid center]; "
    "edge notches: %n off, radius $/e",
    "%n scallops, each $e across, spaced evenly on the edge. Disc: radius $/d, $t thick, [hub $u across and $h tall from the "
    "bottom|hub diameter $u, overall height $h|~ $u hub making the part $h tall overall], [no bore|no hole in the middle|solid "
    "center].",
    "edge: %n notches, $e each\ndisc: $d by $t\nmiddle: [no bore|no hole in the middle|solid center], [hub $u across and $h "
    "tall from the bottom|hub diameter $u, overall height $h|~ $u hub making the part $h tall overall]",
    "[no bore|no hole in the middle|solid center], [hub $u across and $h tall from the bottom|hub diameter $u, overall height "
    "$h|~ $u hub making the part $h tall overall], disc $d x $t, with %n half round grooves ($e) along the rim",
    "hey, need a knob I can turn with wet hands: $d wide, $t thick, [hub $u across and $h tall from the bottom|hub diameter "
    "$u, overall height $h|~ $u hub making the part $h tall overall], [no bore|no hole in the middle|solid center], and %n "
    "round cuts of $e on the edge",
    "Qty 2 knobs, [nylon|ABS|steel], Ø$d x $t, [hub $u across and $h tall from the bottom|hub diameter $u, overall height $h|~ "
    "$u hub making the part $h tall overall], [no bore|no hole in the middle|solid center], rim cut with !n x Ø$e",
};
const cad_sentences cad_say_knob_boss = CAD_SENTENCES(knob_boss);

static const char *const knob_hub_above[] = {
    "A knob $d across and $t thick, hub $u standing $v above the disc, bored $b, and %n round notches of $e around the rim.",
    "Disc Ø$d x $t, hub Ø$u, $v above the disc, bore Ø$b. Cut %n round notches Ø$e, centers on the rim.",
    "KNOB D$d X $t, HUB D$u $v ABOVE DISC, BORE D$b, !n NOTCHES D$e ON RIM",
    "type: hubbed knob\ndisc diameter: $d\ndisc thickness: $t\nhub diameter: $u\nhub height above disc: $v\nbore: $b\nnotches: "
    "!n\nnotch diameter: $e",
    "shape=knob; d=$d; t=$t; hub_d=$u; hub_above_disc=$v; bore=$b; notches=!n; notch_d=$e",
    "I need a star knob with a hub: disc $d x $t, on top a hub $u wide and $v tall, ~ $b hole through everything, %n scallops "
    "of radius $/e on the rim.",
    "knob to go on ~ $b shaft, wheel $d wide and $t thick, hub $u across sticking up $v, %n round cuts along the edge, each "
    "$e across",
    "Can you model a hand wheel? Rim $d, $t thick, hub $u, hub $v proud of the disc, bore $b, edge cut with %n notches of "
    "radius $/e.",
    "Stack a hub, $u by $v, on top of a disc, $d by $t. Bore $b through both. Cut %n notches of $e on the rim of the disc.",
    "Hello, need knob, disc diameter $d, thickness $t, hub diameter $u, hub over the disc $v, hole $b through, with %n round "
    "cuts diameter $e on the edge. Thanks",
    "- disc $d x $t\n- hub $u\n- hub $v above the disc\n- bore $b\n- %n notches, dia $e, centers on the edge",
    "Thickness of the disc $t, disc diameter $d. Hub diameter $u. Hub height above the disc $v. Bore $b. Notches: %n, each "
    "Ø$e, on the rim.",
    "The disc of the knob is $t thick and $d across. The hub is $u across and sticks up $v. The bore is $b and there are %n "
    "notches of $e on the rim.",
    "For my [vise|jig|tripod|lamp]: fluted knob $d x $t, boss $u standing $v above the disc, through hole $b, %n flutes of $e.",
    "%n notches of $e along the rim of ~ $d disc, $t thick, with ~ $u hub, $v high above the disc, bored $b",
    "Hub radius $/u, disc radius $/d, bore radius $/b, notch radius $/e, %n notches. Disc thickness $t, hub $v above that.",
    "A: how wide? B: $d. A: thick? B: $t. A: hub? B: $u, $v above the disc, bore $b. A: notches? B: %n, $e each.",
    "Pos 8: star wheel, D=$d, t=$t, hub D=$u, hub projection $v, bore D=$b, !n notches D=$e on the rim.",
    "[Picture|Imagine] a round wheel of $d, $t thick, [hub $u across and $v tall above the disc|hub diameter $u, standing $v "
    "proud of the disc|~ $u hub sticking up $v from the disc], [bore $b|~ $b hole through the middle|bored $b|center hole $b], "
    "whose edge [carries|is cut with] %n round notches of $e.",
    "e-mail: can we get one more of the old knobs? Disc $d, thickness $t, [hub $u across and $v tall above the disc|hub "
    "diameter $u, standing $v proud of the disc|~ $u hub sticking up $v from the disc], [bore $b|~ $b hole through the "
    "middle|bored $b|center hole $b], %n notches on the rim, notch diameter $e.",
    "for my [drill press|sewing machine|camera rig|radio]: wheel $d, plate $t, [hub $u across and $v tall above the disc|hub "
    "diameter $u, standing $v proud of the disc|~ $u hub sticking up $v from the disc]; [bore $b|~ $b hole through the "
    "middle|bored $b|center hole $b]; edge notches: %n off, radius $/e",
    "%n scallops, each $e across, spaced evenly on the edge. Disc: radius $/d, $t thick, [hub $u across and $v tall above the "
    "disc|hub diameter $u, standing $v proud of the disc|~ $u hub sticking up $v from the disc], [bore $b|~ $b hole through "
    "the middle|bored $b|center hole $b].",
    "edge: %n notches, $e each\ndisc: $d by $t\nmiddle: [bore $b|~ $b hole through the middle|bored $b|center hole $b], [hub "
    "$u across and $v tall above the disc|hub diameter $u, standing $v proud of the disc|~ $u hub sticking up $v from the "
    "disc]",
    "[bore $b|~ $b hole through the middle|bored $b|center hole $b], [hub $u across and $v tall above the disc|hub diameter "
    "$u, standing $v proud of the disc|~ $u hub sticking up $v from the disc], disc $d x $t, with %n half round grooves ($e) "
    "along the rim",
    "hey, need a knob I can turn with wet hands: $d wide, $t thick, [hub $u across and $v tall above the disc|hub diameter "
    "$u, standing $v proud of the disc|~ $u hub sticking up $v from the disc], [bore $b|~ $b hole through the middle|bored "
    "$b|center hole $b], and %n round cuts of $e on the edge",
    "Qty 2 knobs, [nylon|ABS|steel], Ø$d x $t, [hub $u across and $v tall above the disc|hub diameter $u, standing $v proud of "
    "the disc|~ $u hub sticking up $v from the disc], [bore $b|~ $b hole through the middle|bored $b|center hole $b], rim cut "
    "with !n x Ø$e",
};
const cad_sentences cad_say_knob_hub_above = CAD_SENTENCES(knob_hub_above);

static const char *const knob_boss_above[] = {
    "A knob $d across and $t thick, with a solid hub of $u standing $v above the disc, and %n round notches of $e around the "
    "rim. No bore.",
    "Disc Ø$d x $t, hub Ø$u, $v above the disc, not bored. Cut %n round notches Ø$e, centers on the rim.",
    "KNOB D$d X $t, HUB D$u $v ABOVE DISC, NO BORE, !n NOTCHES D$e ON RIM",
    "type: hubbed knob\ndisc diameter: $d\ndisc thickness: $t\nhub diameter: $u\nhub height above disc: $v\nbore: "
    "none\nnotches: !n\nnotch diameter: $e",
    "shape=knob; d=$d; t=$t; hub_d=$u; hub_above_disc=$v; bore=none; notches=!n; notch_d=$e",
    "I need a star knob with a solid hub: disc $d x $t, on top a hub $u wide and $v tall, no hole, %n scallops of radius $/e "
    "on the rim.",
    "knob with a post in the middle, wheel $d wide and $t thick, post $u across sticking up $v, %n round cuts along the edge, "
    "each $e across, no holes",
    "Can you model a hand wheel without a bore? Rim $d, $t thick, hub $u, hub $v proud of the disc, edge cut with %n notches "
    "of radius $/e.",
    "Stack a hub, $u by $v, on top of a disc, $d by $t. Cut %n notches of $e on the rim of the disc. Leave the middle solid.",
    "Hello, need knob, disc diameter $d, thickness $t, hub diameter $u, hub over the disc $v, no hole, with %n round cuts "
    "diameter $e on the edge. Thanks",
    "- disc $d x $t\n- hub $u, solid\n- hub $v above the disc\n- %n notches, dia $e, centers on the edge",
    "Thickness of the disc $t, disc diameter $d. Hub diameter $u. Hub height above the disc $v. Solid center. Notches: %n, "
    "each Ø$e, on the rim.",
    "The disc of the knob is $t thick and $d across. The hub is solid, $u across, and sticks up $v. There are %n notches of $e "
    "on the rim.",
    "For my [vise|jig|tripod|lamp]: fluted knob $d x $t, boss $u standing $v above the disc, %n flutes of $e, no through hole.",
    "%n notches of $e along the rim of ~ $d disc, $t thick, with a solid $u hub, $v high above the disc",
    "A: how wide? B: $d. A: thick? B: $t. A: hub? B: $u, $v above the disc, solid. A: notches? B: %n, $e each.",
    "Pos 8: star wheel, no bore, D=$d, t=$t, hub D=$u, hub projection $v, !n notches D=$e on the rim.",
    "[Picture|Imagine] a round wheel of $d, $t thick, [hub $u across and $v tall above the disc|hub diameter $u, standing $v "
    "proud of the disc|~ $u hub sticking up $v from the disc], [no bore|no hole in the middle|solid center], whose edge "
    "[carries|is cut with] %n round notches of $e.",
    "e-mail: can we get one more of the old knobs? Disc $d, thickness $t, [hub $u across and $v tall above the disc|hub "
    "diameter $u, standing $v proud of the disc|~ $u hub sticking up $v from the disc], [no bore|no hole in the middle|solid "
    "center], %n notches on the rim, notch diameter $e.",
    "for my [drill press|sewing machine|camera rig|radio]: wheel $d, plate $t, [hub $u across and $v tall above the disc|hub "
    "diameter $u, standing $v proud of the disc|~ $u hub sticking up $v from the disc]; [no bore|no hole in the middle|solid "
    "center]; edge notches: %n off, radius $/e",
    "%n scallops, each $e across, spaced evenly on the edge. Disc: radius $/d, $t thick, [hub $u across and $v tall above the "
    "disc|hub diameter $u, standing $v proud of the disc|~ $u hub sticking up $v from the disc], [no bore|no hole in the "
    "middle|solid center].",
    "edge: %n notches, $e each\ndisc: $d by $t\nmiddle: [no bore|no hole in the middle|solid center], [hub $u across and $v "
    "tall above the disc|hub diameter $u, standing $v proud of the disc|~ $u hub sticking up $v from the disc]",
    "[no bore|no hole in the middle|solid center], [hub $u across and $v tall above the disc|hub diameter $u, standing $v "
    "proud of the disc|~ $u hub sticking up $v from the disc], disc $d x $t, with %n half round grooves ($e) along the rim",
    "hey, need a knob I can turn with wet hands: $d wide, $t thick, [hub $u across and $v tall above the disc|hub diameter "
    "$u, standing $v proud of the disc|~ $u hub sticking up $v from the disc], [no bore|no hole in the middle|solid center], "
    "and %n round cuts of $e on the edge",
    "Qty 2 knobs, [nylon|ABS|steel], Ø$d x $t, [hub $u across and $v tall above the disc|hub diameter $u, standing $v proud of "
    "the disc|~ $u hub sticking up $v from the disc], [no bore|no hole in the middle|solid center], rim cut with !n x Ø$e",
};
const cad_sentences cad_say_knob_boss_above = CAD_SENTENCES(knob_boss_above);
