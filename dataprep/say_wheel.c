#include "dataprep/say.h"

/* Parameters: see the form of the same name in synth_wheel.c. */

static const char *const pins_plain[] = {
    "Disc Ø$d, $t thick. %n pins Ø$e on PCD $k, pin tops $g above the bottom of the disc. No bore.",
    "TURNTABLE D$d X $t, !n PINS D$e ON PCD $k, OVERALL HEIGHT $g, NO BORE",
    "type: turntable\ndisc diameter: $d\ndisc thickness: $t\npins: !n\npin diameter: $e\npin circle: $k\noverall height: $g",
    "disc_d=$d; disc_t=$t; pins=!n; pin_d=$e; pcd=$k; height_over_all=$g; bore=none",
    "I need a round plate with %n pegs on top. The plate is $d across and $t thick, the pegs are $e across, on a pitch circle "
    "of $k. From the underside to the "
    "top of the pegs: $g.",
    "Can you make a disc with a ring of %n posts? Disc $d x $t. Posts Ø$e, $k across the ring from center to center, $g high "
    "overall with the disc.",
    "pin disc for a [clock|music box|conveyor|feeder]: disc $d, $t thick, %n pins of $e on ~ $k pitch circle, overall height "
    "$g",
    "for my kid's ring toss: a flat round base $d wide, $t thick, %n round pegs each $e across, placed around ~ $k circle, the "
    "whole thing $g tall",
    "Overall height is $g. The base is a disc, $d diameter, $t thick, and on a pitch circle of $k there are %n studs, each $e "
    "across. Nothing in the middle.",
    "solid round base ($d x $t) plus %n upright dowels, dia $e, pitch circle dia $k, overall height of the part $g",
    "%n dowels of $e on ~ $k pitch circle, on a disc of $d, disc thickness $t, total height of the part $g",
    "Start from a disc of diameter $d and thickness $t. Add %n cylinders of diameter $e, evenly around a circle of radius $/k, "
    "[each|all] $g tall counted from the "
    "bottom of the disc.",
    "First a disc: radius $/d, thickness $t. Then %n pins: radius $/e, height $g from the bottom plane, at radius $/k, evenly "
    "spaced.",
    "Hello, need one disc, diameter $d, thickness $t, with %n pins diameter $e on circle diameter $k, total height with disc "
    "is $g. No hole. Thanks",
    "- disc $d x $t\n- %n pins, dia $e\n- PCD $k\n- height over all $g\n- no center hole",
    "Turntable, no bore. $d diameter. $t thick. %n pins, each $e across, PCD $k. Bottom to pin tops: $g.",
    "Peg plate: round, $d across, thickness $t; %n pegs, each $e across, centers $/k from the middle; overall height $g",
    "drive plate for a magnetic stirrer toy, Ø$d, $t thick, %n pins Ø$e, centers on a circle Ø$k, pins end $g above the "
    "underside",
    "u know those discs with pegs: $d round, $t thick, %n pegs of $e around ~ $k circle, $g from the bottom to the top of the "
    "pegs",
    "No holes at all, only a disc ($d diameter, $t thick) and %n pins ($e diameter, $k PCD, tops $g above the underside).",
    "Spool holder base: plate $d across, $t thick; %n posts, $e across each, evenly around ~ $k pitch circle; total height $g.",
    "Rotary index plate. Plate dia $d. Plate thickness $t. Pin count !n. Pin dia $e. Pin circle dia $k. Height over pins $g.",
    "In aluminium: disc $d x $t, on top %n pins Ø$e, pitch circle Ø$k, height over all $g, center solid.",
    "The customer wants a pin wheel: wheel diameter $d, wheel thickness $t, %n pins of diameter $e, pin circle $k, pins "
    "included the wheel is $g high.",
    "lantern gear half: disc $d by $t, %n trundles of $e on ~ $k pitch circle, $g total height",
    "Thickness $t, diameter $d: that's the disc. Diameter $e, $g up from the bottom: those are the pins, %n of them, around a "
    "circle of $k.",
    "Round foot with %n legs, drawn upside down: foot $d across, $t thick; legs $e across, around ~ $k circle, overall height "
    "$g.",
    "For a [school project|robot base|winch|puzzle toy] I want a round plate $d by $t, [no bore|no hole in the middle|solid "
    "center], and on this plate %n pins, $e each, PCD $k, [each $g tall from the bottom of the plate|tops $g above the "
    "underside|each $g high with the plate included].",
    "e-mail: one pin plate please. Plate diameter $d, thickness $t, [no bore|no hole in the middle|solid center]. %n pins, pin "
    "diameter $e, pitch circle $k, [each $g tall from the bottom of the plate|tops $g above the underside|each $g high with "
    "the plate included].",
    "pins: %n, $e each, $k pitch circle, [each $g tall from the bottom of the plate|tops $g above the underside|each $g high "
    "with the plate included]\nplate: $d by $t\nmiddle: [no bore|no hole in the middle|solid center]",
    "evenly around a circle of radius $/k stand %n pins of radius $/e, [each $g tall from the bottom of the plate|tops $g "
    "above the underside|each $g high with the plate included], on a disc of radius $/d and thickness $t, [no bore|no hole in "
    "the middle|solid center]",
    "[no bore|no hole in the middle|solid center], disc $d x $t, %n pins, $e each, PCD $k, [each $g tall from the bottom of "
    "the plate|tops $g above the underside|each $g high with the plate included]",
    "hey, can somebody draw this: round, $d wide, $t thick, [no bore|no hole in the middle|solid center], with %n pins of $e "
    "around ~ $k circle, [each $g tall from the bottom of the plate|tops $g above the underside|each $g high with the plate "
    "included]",
    "Qty 4, [nylon|ABS|steel]: Ø$d x $t, [no bore|no hole in the middle|solid center], pins !n x Ø$e, PCD Ø$k, [each $g tall "
    "from the bottom of the plate|tops $g above the underside|each $g high with the plate included]",
    "The pins: %n, each $e across, [each $g tall from the bottom of the plate|tops $g above the underside|each $g high with "
    "the plate included], centers $/k from the middle. The plate: $d across, $t thick, [no bore|no hole in the middle|solid "
    "center].",
};
const cad_sentences cad_say_pins_plain = CAD_SENTENCES(pins_plain);

static const char *const pins_bored[] = {
    "Disc Ø$d, $t thick, bore Ø$b. %n pins Ø$e on PCD $k, pin tops $g above the bottom.",
    "TURNTABLE D$d X $t, BORE D$b, !n PINS D$e ON PCD $k, OVERALL HEIGHT $g",
    "type: turntable\ndisc diameter: $d\ndisc thickness: $t\nbore: $b\npins: !n\npin diameter: $e\npin circle: $k\noverall "
    "height: $g",
    "disc_d=$d; disc_t=$t; bore=$b; pins=!n; pin_d=$e; pcd=$k; height_over_all=$g",
    "I need a round plate with ~ $b hole in the middle and %n pegs on top. The plate is $d across and $t thick, the pegs are "
    "$e across on a pitch circle of $k. "
    "Underside to peg tops: $g.",
    "Can you make a disc with a ring of %n posts? Disc $d x $t with ~ $b center hole. Posts Ø$e on ~ $k pitch circle, $g high "
    "overall with the disc.",
    "pin disc for a [clock|music box|conveyor|feeder]: disc $d, $t thick, bored $b, %n pins of $e on ~ $k pitch circle, "
    "overall height $g",
    "wheel with a shaft hole of $b, $d across, $t thick, %n round pegs each $e across, placed around ~ $k circle, the whole "
    "thing $g tall",
    "Overall height is $g. The base is a disc, $d diameter, $t thick, with ~ $b bore; on a pitch circle of $k there are %n "
    "studs, each $e across.",
    "round base ($d x $t, hole $b) plus %n upright dowels, dia $e, pitch circle dia $k, overall height of the part $g",
    "%n dowels of $e on ~ $k pitch circle, on a ring of $d outside and $b inside, ring thickness $t, total height of the part "
    "$g",
    "A ring, OD $d, ID $b, $t thick. On the ring stand %n pins of $e, PCD $k, the overall height being $g.",
    "Start from a disc of diameter $d and thickness $t, drill the center $b. Add %n cylinders of diameter $e, evenly around a "
    "circle of radius $/k, each $g tall counted "
    "from the bottom of the disc.",
    "First a disc: radius $/d, thickness $t, bore radius $/b. Then %n pins: radius $/e, height $g from the bottom plane, at "
    "radius $/k, evenly spaced.",
    "Hello, need one disc, diameter $d, thickness $t, hole in center $b, with %n pins diameter $e on circle diameter $k, total "
    "height with disc is $g. Thanks",
    "- disc $d x $t\n- bore $b\n- %n pins, dia $e\n- PCD $k\n- height over all $g",
    "Turntable. $d diameter. $t thick. Bore $b. %n pins, each $e across, PCD $k. Bottom to pin tops: $g.",
    "Peg plate: round, $d across, thickness $t, center hole $b; %n pegs, each $e across, centers $/k from the middle; overall "
    "height $g",
    "drive disc to fit ~ $b shaft, Ø$d, $t thick, %n pins Ø$e, centers on a circle Ø$k, pins end $g above the underside",
    "u know those wheels with pegs: $d round, $t thick, hole for ~ $b axle, %n pegs of $e around ~ $k circle, $g from the "
    "bottom to the top of the pegs",
    "One hole only, $b, in the center. Disc $d diameter, $t thick; %n pins ($e diameter, $k PCD, tops $g above the underside).",
    "Rotary index plate. Plate dia $d. Plate thickness $t. Bore $b. Pin count !n. Pin dia $e. Pin circle dia $k. Height over "
    "pins $g.",
    "In [aluminium|brass|nylon]: disc $d x $t, through hole Ø$b at the center, on top %n pins Ø$e, pitch circle Ø$k, height "
    "over all $g.",
    "The customer wants a pin wheel: wheel diameter $d, wheel thickness $t, shaft hole $b, %n pins of diameter $e, pin circle "
    "$k, pins included the wheel is $g high.",
    "lantern gear half: disc $d by $t, bored $b, %n pins of $e on ~ $k pitch circle, $g total height",
    "Thickness $t, diameter $d, hole $b: that's the disc. Diameter $e, $g up from the bottom: those are the pins, %n of them, "
    "around a circle of $k.",
    "Bore $b right through the middle of ~ $d disc, disc $t thick. Around the hole, on a pitch circle of $k, %n posts Ø$e. "
    "Overall height $g.",
    "Coupler disc: OD $d, bore $b, plate $t. Pins: %n off, dia $e, PCD $k. Height over everything $g.",
    "yarn winder wheel, $d wide, $t thick, $b axle hole, %n pegs dia $e on ~ $k pitch circle, part is $g tall in total",
    "A: disc? B: $d by $t. A: hole? B: $b. A: pins? B: %n, $e each, PCD $k, overall height $g.",
    "For a [school project|robot base|winch|puzzle toy] I want a round plate $d by $t, [bore $b|~ $b hole through the "
    "middle|bored $b|center hole $b], and on this plate %n pins, $e each, PCD $k, [each $g tall from the bottom of the "
    "plate|tops $g above the underside|each $g high with the plate included].",
    "e-mail: one pin plate please. Plate diameter $d, thickness $t, [bore $b|~ $b hole through the middle|bored $b|center hole "
    "$b]. %n pins, pin diameter $e, pitch circle $k, [each $g tall from the bottom of the plate|tops $g above the "
    "underside|each $g high with the plate included].",
    "pins: %n, $e each, $k pitch circle, [each $g tall from the bottom of the plate|tops $g above the underside|each $g high "
    "with the plate included]\nplate: $d by $t\nmiddle: [bore $b|~ $b hole through the middle|bored $b|center hole $b]",
    "evenly around a circle of radius $/k stand %n pins of radius $/e, [each $g tall from the bottom of the plate|tops $g "
    "above the underside|each $g high with the plate included], on a disc of radius $/d and thickness $t, [bore $b|~ $b hole "
    "through the middle|bored $b|center hole $b]",
    "[bore $b|~ $b hole through the middle|bored $b|center hole $b], disc $d x $t, %n pins, $e each, PCD $k, [each $g tall "
    "from the bottom of the plate|tops $g above the underside|each $g high with the plate included]",
    "hey, can somebody draw this: round, $d wide, $t thick, [bore $b|~ $b hole through the middle|bored $b|center hole $b], "
    "with %n pins of $e around ~ $k circle, [each $g tall from the bottom of the plate|tops $g above the underside|each $g "
    "high with the plate included]",
    "Qty 4, [nylon|ABS|steel]: Ø$d x $t, [bore $b|~ $b hole through the middle|bored $b|center hole $b], pins !n x Ø$e, PCD "
    "Ø$k, [each $g tall from the bottom of the plate|tops $g above the underside|each $g high with the plate included]",
    "The pins: %n, each $e across, [each $g tall from the bottom of the plate|tops $g above the underside|each $g high with "
    "the plate included], centers $/k from the middle. The plate: $d across, $t thick, [bore $b|~ $b hole through the "
    "middle|bored $b|center hole $b].",
};
const cad_sentences cad_say_pins_bored = CAD_SENTENCES(pins_bored);

static const char *const pins_hub[] = {
    "Disc Ø$d, $t thick, hub Ø$u (hub top $h above the bottom), bore Ø$b. %n pins Ø$e on PCD $k, pin tops $g above the bottom.",
    "TURNTABLE D$d X $t, HUB D$u HEIGHT FROM BOTTOM $h, BORE D$b, !n PINS D$e ON PCD $k, PIN HEIGHT FROM BOTTOM $g",
    "type: turntable with hub\ndisc: $d x $t\nhub diameter: $u\nhub height from the bottom: $h\nbore: $b\npins: !n\npin "
    "diameter: $e\npin circle: "
    "$k\npin height from the bottom: $g",
    "disc_d=$d; disc_t=$t; hub_d=$u; hub_top=$h; bore=$b; pins=!n; pin_d=$e; pcd=$k; pin_top=$g (all heights from the bottom)",
    "I need a turntable, $d across, $t thick. In the middle a hub of $u, $h tall with the disc, bored $b through. Around the "
    "hub %n pegs of $e on a pitch circle of "
    "$k, $g tall with the disc.",
    "A wheel $d wide and $t thick. The hub is $u across and ends $h above the underside. ~ $b hole runs right through. %n "
    "pins, $e across, sit on ~ $k circle and end "
    "$g above the underside.",
    "Heights are from the bottom: disc $t, hub $h, pins $g. Diameters: disc $d, hub $u, bore $b, %n pins $e on PCD $k.",
    "Diameters: disc $d, hub $u, bore $b, pins $e (%n of them), pin circle $k. Heights from the bottom: disc $t, hub $h, pins "
    "$g.",
    "pin disc $d x $t with center hub $u, hub $h high overall, shaft hole $b; %n pins, $e each, PCD $k, each pin $g high "
    "overall",
    "Please stack a hub Ø$u on a disc Ø$d. Disc thickness $t, total height at the hub $h, bore Ø$b through both. Add %n pins "
    "Ø$e at radius $/k reaching $g above the bottom.",
    "Hello, disc diameter $d thickness $t, hub diameter $u total height $h, bore $b, and %n pins diameter $e on circle "
    "diameter $k with total height $g. Thanks",
    "- disc $d x $t\n- hub $u, $h from the bottom\n- bore $b\n- %n pins dia $e\n- PCD $k\n- pin tops $g from the bottom",
    "hubbed turntable: disc radius $/d, thickness $t; hub radius $/u, full height $h; bore radius $/b; %n pins, radius $/e, "
    "full height $g, at radius $/k",
    "$b bore through ~ $u hub ($h long overall) on ~ $d disc ($t thick), with %n pins of $e on ~ $k pitch circle, pins $g long "
    "overall",
    "Indexing plate with hub. Plate dia $d, plate $t thick. Hub dia $u, hub height with plate $h. Bore $b. Pins: %n, dia $e, "
    "pitch circle $k, height with plate $g.",
    "For my [robot arm|music box|filament winder]: round plate $d by $t, boss $u in the center going up to $h from the "
    "underside, $b axle hole, %n posts dia $e on "
    "~ $k pitch circle going up to $g from the underside",
    "cylinder $d by $t, on the same center a cylinder $u by $h, both from the floor, a hole $b through them. Then %n cylinders "
    "$e by $g, from the floor too, evenly on a "
    "circle of $k.",
    "so the disc is $d x $t, hub is $u and $h tall from the table, bore $b, then %n pegs of $e around ~ $k circle, $g tall "
    "from the table",
    "The %n pins are $e thick and $g tall from the bottom of the disc, PCD $k. The hub is $u thick and $h tall from the "
    "bottom. Disc $d x $t. Bore $b.",
    "Drive wheel, bore $b, wheel diameter $d, wheel thickness $t, hub diameter $u, overall hub height $h, %n drive pins "
    "diameter $e, pitch circle diameter $k, overall pin "
    "height $g",
    "Pos. 7 turntable: Ø#d x #t@; hub Ø$u, top at height $h; bore Ø$b; !n x Ø$e pins on Ø$k, tops at height $g; height zero is "
    "the underside.",
    "In brass: plate $d diameter and $t thick, hub $u diameter and $h high including the plate, hole $b through, %n studs $e "
    "diameter and $g high including the plate, "
    "stud circle $k.",
    "A: plate? B: $d by $t. A: hub? B: $u, top $h above the bottom, bored $b. A: pins? B: %n of $e, PCD $k, tops $g above the "
    "bottom.",
    "hub+pins wheel; D $d; T $t; hub D $u; hub H from bottom $h; bore $b; pins %n; pin D $e; PCD $k; pin H from bottom $g",
    "Turn a plate of $d to $t thickness, leave a hub of $u so the part is $h tall there, bore $b. Then fit %n pins of $e on ~ "
    "$k pitch circle, their tops $g above the underside.",
    "For a [school project|robot base|winch|puzzle toy] I want a round plate $d by $t, [hub $u across and $h tall from the "
    "bottom|hub diameter $u, $h high with the plate included|~ $u hub with the top $h above the underside], [bore $b|~ $b hole "
    "through the middle|bored $b|center hole $b], and on this plate %n pins, $e each, PCD $k, [each $g tall from the bottom of "
    "the plate|tops $g above the underside|each $g high with the plate included].",
    "e-mail: one pin plate please. Plate diameter $d, thickness $t, [hub $u across and $h tall from the bottom|hub diameter "
    "$u, $h high with the plate included|~ $u hub with the top $h above the underside], [bore $b|~ $b hole through the "
    "middle|bored $b|center hole $b]. %n pins, pin diameter $e, pitch circle $k, [each $g tall from the bottom of the "
    "plate|tops $g above the underside|each $g high with the plate included].",
    "pins: %n, $e each, $k pitch circle, [each $g tall from the bottom of the plate|tops $g above the underside|each $g high "
    "with the plate included]\nplate: $d by $t, [hub $u across and $h tall from the bottom|hub diameter $u, $h high with the "
    "plate included|~ $u hub with the top $h above the underside]\nmiddle: [bore $b|~ $b hole through the middle|bored "
    "$b|center hole $b]",
    "evenly around a circle of radius $/k stand %n pins of radius $/e, [each $g tall from the bottom of the plate|tops $g "
    "above the underside|each $g high with the plate included], on a disc of radius $/d and thickness $t, [hub $u across and "
    "$h tall from the bottom|hub diameter $u, $h high with the plate included|~ $u hub with the top $h above the underside], "
    "[bore $b|~ $b hole through the middle|bored $b|center hole $b]",
    "[bore $b|~ $b hole through the middle|bored $b|center hole $b], [hub $u across and $h tall from the bottom|hub diameter "
    "$u, $h high with the plate included|~ $u hub with the top $h above the underside], disc $d x $t, %n pins, $e each, PCD "
    "$k, [each $g tall from the bottom of the plate|tops $g above the underside|each $g high with the plate included]",
    "hey, can somebody draw this: round, $d wide, $t thick, [hub $u across and $h tall from the bottom|hub diameter $u, $h "
    "high with the plate included|~ $u hub with the top $h above the underside], [bore $b|~ $b hole through the middle|bored "
    "$b|center hole $b], with %n pins of $e around ~ $k circle, [each $g tall from the bottom of the plate|tops $g above the "
    "underside|each $g high with the plate included]",
    "Qty 4, [nylon|ABS|steel]: Ø$d x $t, [hub $u across and $h tall from the bottom|hub diameter $u, $h high with the plate "
    "included|~ $u hub with the top $h above the underside], [bore $b|~ $b hole through the middle|bored $b|center hole $b], "
    "pins !n x Ø$e, PCD Ø$k, [each $g tall from the bottom of the plate|tops $g above the underside|each $g high with the "
    "plate included]",
    "The pins: %n, each $e across, [each $g tall from the bottom of the plate|tops $g above the underside|each $g high with "
    "the plate included], centers $/k from the middle. The plate: $d across, $t thick, [hub $u across and $h tall from the "
    "bottom|hub diameter $u, $h high with the plate included|~ $u hub with the top $h above the underside], [bore $b|~ $b hole "
    "through the middle|bored $b|center hole $b].",
};
const cad_sentences cad_say_pins_hub = CAD_SENTENCES(pins_hub);

static const char *const pins_plain_above[] = {
    "Disc Ø$d, $t thick. %n pins Ø$e on PCD $k, [standing|sticking up|projecting] $a above the disc. No bore.",
    "TURNTABLE D$d X $t, !n PINS D$e ON PCD $k, $a ABOVE DISC, NO BORE",
    "type: turntable\ndisc diameter: $d\ndisc thickness: $t\npins: !n\npin diameter: $e\npin circle: $k\npin height above "
    "disc: $a",
    "disc_d=$d; disc_t=$t; pins=!n; pin_d=$e; pcd=$k; pin_height_above_disc=$a; bore=none",
    "I need a round plate with %n [pegs on top. The pegs are|pins on top. The pins are|posts on top. The posts are] $e across, "
    "they stick up $a above the plate and sit on a "
    "pitch circle of $k. The plate is $d across and $t thick.",
    "a disc $d across, $t thick, with %n pins standing $a above the disc, each $e across, on ~ $k pitch circle",
    "Can you make a disc with %n pins? Disc: diameter $d, thickness $t. Pins: diameter $e, standing $a proud of the disc, PCD "
    "$k.",
    "pin disc for a [clock|music box|conveyor|feeder]: disc $d, $t thick, %n pins of $e on ~ $k pitch circle, $a proud",
    "for my kid's ring toss: a flat round base $d wide, $t thick, %n round pegs each $e across around ~ $k circle, pegs stick "
    "up $a from the base",
    "round base ($d x $t) with %n dowels sticking up $a, dia $e, pitch circle dia $k",
    "%n dowels of $e on ~ $k pitch circle, $a tall above a disc of $d, disc thickness $t",
    "Start from a disc of diameter $d and thickness $t. On top of the disc put %n cylinders, each $e across and $a tall, "
    "evenly around a circle of radius $/k.",
    "First a disc: radius $/d, thickness $t. On top: %n pins of radius $/e and height $a at radius $/k, evenly spaced.",
    "Hello, need one disc, diameter $d, thickness $t, with %n pins diameter $e on circle diameter $k, pins go $a over the "
    "disc. No hole. Thanks",
    "- disc $d x $t\n- %n pins, dia $e\n- PCD $k\n- $a above the disc\n- no center hole",
    "Turntable, no bore. $d diameter. $t thick. %n pins, each $e across, PCD $k. Pins stand $a above the top surface.",
    "Peg plate: round, $d across, thickness $t; %n pegs, each $e across, centers $/k from the middle, $a above the plate",
    "u know those discs with pegs: $d round, $t thick, %n pegs of $e around ~ $k circle, poking up $a above the disc",
    "No holes at all, only a disc ($d diameter, $t thick) and %n pins ($e diameter, $k PCD, $a high above the disc).",
    "Spool holder base: plate $d across, $t thick; %n posts, $e across each, evenly around ~ $k pitch circle; posts $a above "
    "the plate.",
    "Rotary index plate. Plate dia $d. Plate thickness $t. Pin count !n. Pin dia $e. Pin circle dia $k. Pin projection above "
    "plate $a.",
    "In [aluminium|brass|nylon]: disc $d x $t, on top %n pins Ø$e, $a long above the disc, pitch circle Ø$k, center solid.",
    "The customer wants a pin wheel: wheel diameter $d, wheel thickness $t, %n pins of diameter $e, pin circle $k, visible pin "
    "length $a.",
    "Measured from the top of the disc the pins are $a tall. Disc $d diameter, $t thick. %n pins, $e diameter, pitch circle "
    "$k.",
    "Thickness $t, diameter $d: that's the disc. Diameter $e, $a up from the top of the disc: those are the pins, %n of them, "
    "around a circle of $k.",
    "%n pins, $e diameter, protruding $a above ~ $t thick, $d diameter disc, equally spaced at $/k from the center",
    "disc: $d x $t. pins: %n x $e, height over the disc $a, PCD $k. middle: nothing",
    "The plate is $t thick and $d across. On top of the plate sit %n studs, each $e across and $a tall, evenly around ~ $k "
    "circle.",
    "For a [school project|robot base|winch|puzzle toy] I want a round plate $d by $t, [no bore|no hole in the middle|solid "
    "center], and on this plate %n pins, $e each, PCD $k, [each $a tall above the plate|standing $a proud of the "
    "plate|sticking up $a|tops $a above the plate].",
    "e-mail: one pin plate please. Plate diameter $d, thickness $t, [no bore|no hole in the middle|solid center]. %n pins, pin "
    "diameter $e, pitch circle $k, [each $a tall above the plate|standing $a proud of the plate|sticking up $a|tops $a above "
    "the plate].",
    "pins: %n, $e each, $k pitch circle, [each $a tall above the plate|standing $a proud of the plate|sticking up $a|tops $a "
    "above the plate]\nplate: $d by $t\nmiddle: [no bore|no hole in the middle|solid center]",
    "evenly around a circle of radius $/k stand %n pins of radius $/e, [each $a tall above the plate|standing $a proud of the "
    "plate|sticking up $a|tops $a above the plate], on a disc of radius $/d and thickness $t, [no bore|no hole in the "
    "middle|solid center]",
    "[no bore|no hole in the middle|solid center], disc $d x $t, %n pins, $e each, PCD $k, [each $a tall above the "
    "plate|standing $a proud of the plate|sticking up $a|tops $a above the plate]",
    "hey, can somebody draw this: round, $d wide, $t thick, [no bore|no hole in the middle|solid center], with %n pins of $e "
    "around ~ $k circle, [each $a tall above the plate|standing $a proud of the plate|sticking up $a|tops $a above the plate]",
    "Qty 4, [nylon|ABS|steel]: Ø$d x $t, [no bore|no hole in the middle|solid center], pins !n x Ø$e, PCD Ø$k, [each $a tall "
    "above the plate|standing $a proud of the plate|sticking up $a|tops $a above the plate]",
    "The pins: %n, each $e across, [each $a tall above the plate|standing $a proud of the plate|sticking up $a|tops $a above "
    "the plate], centers $/k from the middle. The plate: $d across, $t thick, [no bore|no hole in the middle|solid center].",
};
const cad_sentences cad_say_pins_plain_above = CAD_SENTENCES(pins_plain_above);

static const char *const pins_bored_above[] = {
    "Disc Ø$d, $t thick, bore Ø$b. %n pins Ø$e on PCD $k, [standing|sticking up|projecting] $a above the disc.",
    "TURNTABLE D$d X $t, BORE D$b, !n PINS D$e ON PCD $k, $a ABOVE DISC",
    "type: turntable\ndisc diameter: $d\ndisc thickness: $t\nbore: $b\npins: !n\npin diameter: $e\npin circle: $k\npin height "
    "above disc: $a",
    "disc_d=$d; disc_t=$t; bore=$b; pins=!n; pin_d=$e; pcd=$k; pin_height_above_disc=$a",
    "I need a round plate with ~ $b hole in the middle and %n [pegs on top. The pegs are|pins on top. The pins are|posts on "
    "top. The posts are] $e across, they stick up $a "
    "above the plate and sit on a pitch circle of $k. The plate is $d across and $t thick.",
    "a disc $d across, $t thick, center hole $b, with %n pins standing $a above the disc, each $e across, on ~ $k pitch circle",
    "Can you make a disc with %n pins? Disc: diameter $d, thickness $t, bore $b. Pins: diameter $e, standing $a proud of the "
    "disc, PCD $k.",
    "pin disc for a [clock|music box|conveyor|feeder]: disc $d, $t thick, bored $b, %n pins of $e on ~ $k pitch circle, $a "
    "proud",
    "wheel with a shaft hole of $b, $d across, $t thick, %n round pegs each $e across around ~ $k circle, pegs stick up $a "
    "from the wheel",
    "round base ($d x $t, hole $b) with %n dowels sticking up $a, dia $e, pitch circle dia $k",
    "%n dowels of $e on ~ $k pitch circle, $a tall above a ring of $d outside and $b inside, ring thickness $t",
    "A ring, OD $d, ID $b, $t thick. On the ring stand %n pins of $e, PCD $k, pin height above the ring $a.",
    "Start from a disc of diameter $d and thickness $t, drill the center $b. On top of the disc put %n cylinders, each $e "
    "across and $a tall, evenly around a circle of "
    "radius $/k.",
    "First a disc: radius $/d, thickness $t, bore radius $/b. On top: %n pins of radius $/e and height $a at radius $/k, "
    "evenly spaced.",
    "Hello, need one disc, diameter $d, thickness $t, hole in center $b, with %n pins diameter $e on circle diameter $k, pins "
    "go $a over the disc. Thanks",
    "- disc $d x $t\n- bore $b\n- %n pins, dia $e\n- PCD $k\n- $a above the disc",
    "Turntable. $d diameter. $t thick. Bore $b. %n pins, each $e across, PCD $k. Pins stand $a above the top surface.",
    "Peg plate: round, $d across, thickness $t, center hole $b; %n pegs, each $e across, centers $/k from the middle, $a above "
    "the plate",
    "u know those wheels with pegs: $d round, $t thick, hole for ~ $b axle, %n pegs of $e around ~ $k circle, poking up $a "
    "above the wheel",
    "One hole only, $b, in the center. Disc $d diameter, $t thick; %n pins ($e diameter, $k PCD, $a high above the disc).",
    "Rotary index plate. Plate dia $d. Plate thickness $t. Bore $b. Pin count !n. Pin dia $e. Pin circle dia $k. Pin "
    "projection above plate $a.",
    "In [aluminium|brass|nylon]: disc $d x $t, through hole Ø$b at the center, on top %n pins Ø$e, $a long above the disc, "
    "pitch circle Ø$k.",
    "Measured from the top of the disc the pins are $a tall. Disc $d diameter, $t thick, bore $b. %n pins, $e diameter, pitch "
    "circle $k.",
    "Thickness $t, diameter $d, hole $b: that's the disc. Diameter $e, $a up from the top of the disc: those are the pins, %n "
    "of them, around a circle of $k.",
    "%n pins, $e diameter, protruding $a above ~ $t thick, $d diameter disc with ~ $b hole, equally spaced at $/k from the "
    "center",
    "disc: $d x $t, bore $b. pins: %n x $e, height over the disc $a, PCD $k",
    "Coupler disc: OD $d, bore $b, plate $t. Pins: %n off, dia $e, PCD $k, $a proud of the plate.",
    "yarn winder wheel, $d wide, $t thick, $b axle hole, %n pegs dia $e on ~ $k pitch circle, pegs $a above the wheel",
    "A: disc? B: $d by $t. A: hole? B: $b. A: pins? B: %n, $e each, PCD $k, $a above the disc.",
    "For a [school project|robot base|winch|puzzle toy] I want a round plate $d by $t, [bore $b|~ $b hole through the "
    "middle|bored $b|center hole $b], and on this plate %n pins, $e each, PCD $k, [each $a tall above the plate|standing $a "
    "proud of the plate|sticking up $a|tops $a above the plate].",
    "e-mail: one pin plate please. Plate diameter $d, thickness $t, [bore $b|~ $b hole through the middle|bored $b|center hole "
    "$b]. %n pins, pin diameter $e, pitch circle $k, [each $a tall above the plate|standing $a proud of the plate|sticking up "
    "$a|tops $a above the plate].",
    "pins: %n, $e each, $k pitch circle, [each $a tall above the plate|standing $a proud of the plate|sticking up $a|tops $a "
    "above the plate]\nplate: $d by $t\nmiddle: [bore $b|~ $b hole through the middle|bored $b|center hole $b]",
    "evenly around a circle of radius $/k stand %n pins of radius $/e, [each $a tall above the plate|standing $a proud of the "
    "plate|sticking up $a|tops $a above the plate], on a disc of radius $/d and thickness $t, [bore $b|~ $b hole through the "
    "middle|bored $b|center hole $b]",
    "[bore $b|~ $b hole through the middle|bored $b|center hole $b], disc $d x $t, %n pins, $e each, PCD $k, [each $a tall "
    "above the plate|standing $a proud of the plate|sticking up $a|tops $a above the plate]",
    "hey, can somebody draw this: round, $d wide, $t thick, [bore $b|~ $b hole through the middle|bored $b|center hole $b], "
    "with %n pins of $e around ~ $k circle, [each $a tall above the plate|standing $a proud of the plate|sticking up $a|tops "
    "$a above the plate]",
    "Qty 4, [nylon|ABS|steel]: Ø$d x $t, [bore $b|~ $b hole through the middle|bored $b|center hole $b], pins !n x Ø$e, PCD "
    "Ø$k, [each $a tall above the plate|standing $a proud of the plate|sticking up $a|tops $a above the plate]",
    "The pins: %n, each $e across, [each $a tall above the plate|standing $a proud of the plate|sticking up $a|tops $a above "
    "the plate], centers $/k from the middle. The plate: $d across, $t thick, [bore $b|~ $b hole through the middle|bored "
    "$b|center hole $b].",
};
const cad_sentences cad_say_pins_bored_above = CAD_SENTENCES(pins_bored_above);

static const char *const pins_hub_above[] = {
    "Disc Ø$d, $t thick, hub Ø$u standing $v above the disc, bore Ø$b. %n pins Ø$e on PCD $k, standing $a above the disc.",
    "TURNTABLE D$d X $t, HUB D$u $v ABOVE DISC, BORE D$b, !n PINS D$e ON PCD $k $a ABOVE DISC",
    "type: turntable with hub\ndisc: $d x $t\nhub diameter: $u\nhub height above disc: $v\nbore: $b\npins: !n\npin diameter: "
    "$e\npin circle: "
    "$k\npin height above disc: $a",
    "disc_d=$d; disc_t=$t; hub_d=$u; hub_above=$v; bore=$b; pins=!n; pin_d=$e; pcd=$k; pins_above=$a (heights from the top of "
    "the disc)",
    "I need a turntable, $d across, $t thick. On top in the middle a hub of $u, $v high above the disc, bored $b through "
    "everything. Around the hub %n pegs of $e on a pitch "
    "circle of $k, sticking up $a.",
    "A wheel $d wide and $t thick. The hub is $u across and sticks up $v. ~ $b hole runs right through. %n pins, $e across, "
    "sit on ~ $k circle and stick up $a.",
    "Heights above the disc: hub $v, pins $a. The disc is $t thick. Diameters: disc $d, hub $u, bore $b, %n pins $e on PCD $k.",
    "Diameters: disc $d, hub $u, bore $b, pins $e (%n of them), pin circle $k. Disc thickness $t. Above the disc: hub $v, pins "
    "$a.",
    "pin disc $d x $t with center hub $u, hub $v proud, shaft hole $b; %n pins, $e each, PCD $k, pins $a proud",
    "Please stack a hub Ø$u, $v tall, on a disc Ø$d, $t thick, bore Ø$b through both. Add %n pins Ø$e at radius $/k, $a above "
    "the disc.",
    "Hello, disc diameter $d thickness $t, hub diameter $u over the disc $v, bore $b, and %n pins diameter $e on circle "
    "diameter $k, over the disc $a. Thanks",
    "- disc $d x $t\n- hub $u, $v above the disc\n- bore $b\n- %n pins dia $e\n- PCD $k\n- pins $a above the disc",
    "hubbed turntable: disc radius $/d, thickness $t; hub radius $/u, $v above the disc; bore radius $/b; %n pins, radius $/e, "
    "$a above the disc, at radius $/k",
    "Indexing plate with hub. Plate dia $d, plate $t thick. Hub dia $u, projecting $v. Bore $b. Pins: %n, dia $e, pitch circle "
    "$k, projecting $a.",
    "For my [robot arm|music box|filament winder]: round plate $d by $t, boss $u in the center standing $v above the plate, $b "
    "axle hole, %n posts dia $e on ~ $k pitch circle "
    "standing $a above the plate",
    "so the disc is $d x $t, on top a hub $u wide and $v tall, bore $b all the way, and on top %n pegs $e wide and $a tall "
    "around ~ $k circle",
    "The %n pins are $e thick and stand $a above the disc, PCD $k. The hub is $u thick and stands $v above the disc. Disc $d x "
    "$t. Bore $b.",
    "Drive wheel, bore $b, wheel diameter $d, wheel thickness $t, hub diameter $u, hub projection $v, %n drive pins diameter "
    "$e, pitch circle diameter $k, pin projection $a",
    "In brass: plate $d diameter and $t thick, hub $u diameter and $v above the plate, hole $b through, %n studs $e diameter "
    "and $a above the plate, stud circle $k.",
    "A: plate? B: $d by $t. A: hub? B: $u, $v above the plate, bored $b. A: pins? B: %n of $e, PCD $k, $a above the plate.",
    "hub+pins wheel; D $d; T $t; hub D $u; hub above disc $v; bore $b; pins %n; pin D $e; PCD $k; pins above disc $a",
    "Turn a plate of $d to $t thickness with a hub of $u standing $v proud, bore $b. Then fit %n pins of $e on ~ $k pitch "
    "circle, $a proud.",
    "For a [school project|robot base|winch|puzzle toy] I want a round plate $d by $t, [hub $u across and $v tall above the "
    "plate|hub diameter $u, standing $v proud of the plate|~ $u hub sticking up $v from the plate], [bore $b|~ $b hole through "
    "the middle|bored $b|center hole $b], and on this plate %n pins, $e each, PCD $k, [each $a tall above the plate|standing "
    "$a proud of the plate|sticking up $a|tops $a above the plate].",
    "e-mail: one pin plate please. Plate diameter $d, thickness $t, [hub $u across and $v tall above the plate|hub diameter "
    "$u, standing $v proud of the plate|~ $u hub sticking up $v from the plate], [bore $b|~ $b hole through the middle|bored "
    "$b|center hole $b]. %n pins, pin diameter $e, pitch circle $k, [each $a tall above the plate|standing $a proud of the "
    "plate|sticking up $a|tops $a above the plate].",
    "pins: %n, $e each, $k pitch circle, [each $a tall above the plate|standing $a proud of the plate|sticking up $a|tops $a "
    "above the plate]\nplate: $d by $t, [hub $u across and $v tall above the plate|hub diameter $u, standing $v proud of the "
    "plate|~ $u hub sticking up $v from the plate]\nmiddle: [bore $b|~ $b hole through the middle|bored $b|center hole $b]",
    "evenly around a circle of radius $/k stand %n pins of radius $/e, [each $a tall above the plate|standing $a proud of the "
    "plate|sticking up $a|tops $a above the plate], on a disc of radius $/d and thickness $t, [hub $u across and $v tall above "
    "the plate|hub diameter $u, standing $v proud of the plate|~ $u hub sticking up $v from the plate], [bore $b|~ $b hole "
    "through the middle|bored $b|center hole $b]",
    "[bore $b|~ $b hole through the middle|bored $b|center hole $b], [hub $u across and $v tall above the plate|hub diameter "
    "$u, standing $v proud of the plate|~ $u hub sticking up $v from the plate], disc $d x $t, %n pins, $e each, PCD $k, [each "
    "$a tall above the plate|standing $a proud of the plate|sticking up $a|tops $a above the plate]",
    "hey, can somebody draw this: round, $d wide, $t thick, [hub $u across and $v tall above the plate|hub diameter $u, "
    "standing $v proud of the plate|~ $u hub sticking up $v from the plate], [bore $b|~ $b hole through the middle|bored "
    "$b|center hole $b], with %n pins of $e around ~ $k circle, [each $a tall above the plate|standing $a proud of the "
    "plate|sticking up $a|tops $a above the plate]",
    "Qty 4, [nylon|ABS|steel]: Ø$d x $t, [hub $u across and $v tall above the plate|hub diameter $u, standing $v proud of the "
    "plate|~ $u hub sticking up $v from the plate], [bore $b|~ $b hole through the middle|bored $b|center hole $b], pins !n x "
    "Ø$e, PCD Ø$k, [each $a tall above the plate|standing $a proud of the plate|sticking up $a|tops $a above the plate]",
    "The pins: %n, each $e across, [each $a tall above the plate|standing $a proud of the plate|sticking up $a|tops $a above "
    "the plate], centers $/k from the middle. The plate: $d across, $t thick, [hub $u across and $v tall above the plate|hub "
    "diameter $u, standing $v proud of the plate|~ $u hub sticking up $v from the plate], [bore $b|~ $b hole through the "
    "middle|bored $b|center hole $b].",
};
const cad_sentences cad_say_pins_hub_above = CAD_SENTENCES(pins_hub_above);
