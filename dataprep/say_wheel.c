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
};
const cad_sentences cad_say_pins_hub_above = CAD_SENTENCES(pins_hub_above);

static const char *const knob_plain[] = {
    "A knob $d across and $t thick with %n round notches of $e diameter around the rim.",
    "Disc Ø$d x $t. Cut %n round notches Ø$e, centers on the rim, evenly spaced. No bore.",
    "KNOB D$d X $t, !n NOTCHES D$e CENTERED ON RIM, NO BORE",
    "type: knob\ndiameter: $d\nthickness: $t\nnotches: !n\nnotch diameter: $e\nbore: none",
    "shape=knob; d=$d; t=$t; notches=!n; notch_d=$e; bore=0",
    "I need a star knob: disc diameter $d, thickness $t, with %n scallops of radius $/e cut into the rim.",
    "knob for a jar lid, $d wide, $t thick, %n finger cuts around the edge, each $e across",
    "Can you model a wheel $d wide and $t thick whose edge is cut with %n half-round notches, notch radius $/e?",
    "Take a disc ($d diameter, $t thick) and drill %n holes of $e exactly on the edge so they become half-round notches, "
    "equally spaced.",
    "Put %n cylinders of diameter $e on the rim of a disc, diameter $d, thickness $t, and subtract them.",
    "a flower shaped disc: $d round, $t thick, bites of $e taken out of the edge at %n places",
    "my son wants a gear, so just a disc $d wide, $t thick, with %n round notches ($e across) along the edge, nothing else",
    "Hello, need knob, diameter $d, thickness $t, with %n round cuts diameter $e on the edge. No hole in center. Thanks",
    "- round disc $d\n- thickness $t\n- %n notches, dia $e, centers on the edge\n- no hole",
    "Thickness $t. Diameter $d. Notches: %n, each Ø$e, on the rim. Solid center.",
    "The knob is $t thick and $d across before the notches are cut. There are %n notches, each $e across, centered on the "
    "edge.",
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
};
const cad_sentences cad_say_knob_plain = CAD_SENTENCES(knob_plain);

static const char *const knob_bored[] = {
    "A knob $d across and $t thick, with ~ $b hole in the middle and %n round notches of $e diameter around the rim.",
    "Disc Ø$d x $t, bore Ø$b. Cut %n round notches Ø$e, centers on the rim, evenly spaced.",
    "KNOB D$d X $t, BORE D$b, !n NOTCHES D$e CENTERED ON RIM",
    "type: knob\ndiameter: $d\nthickness: $t\nbore: $b\nnotches: !n\nnotch diameter: $e",
    "shape=knob; d=$d; t=$t; bore=$b; notches=!n; notch_d=$e",
    "I need a star knob: disc diameter $d, thickness $t, bored $b, with %n scallops of radius $/e cut into the rim.",
    "knob to go on ~ $b shaft, $d wide, $t thick, %n finger cuts around the edge, each $e across",
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
    "knob to go on ~ $b shaft, wheel $d wide and $t thick, hub $u across, $h tall in all, %n finger cuts along the edge, each "
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
    "knob with a post in the middle, wheel $d wide and $t thick, post $u across, $h tall in all, %n finger cuts along the "
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
    "knob to go on ~ $b shaft, wheel $d wide and $t thick, hub $u across sticking up $v, %n finger cuts along the edge, each "
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
    "knob with a post in the middle, wheel $d wide and $t thick, post $u across sticking up $v, %n finger cuts along the edge, "
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
};
const cad_sentences cad_say_knob_boss_above = CAD_SENTENCES(knob_boss_above);
