#include "dataprep/say.h"

/* Parameters: see the form of the same name in synth_flange.c. */

static const char *const flange_flat[] = {
    "Flange, OD $d, bore $b, $t thick, %n holes of $hd on ~ $k bolt circle.",
    "[I need|We need|Please make] a flange $d across and $t thick with ~ $b bore and %n bolt holes, each $hd, on ~ $k [bolt "
    "circle|PCD].",
    "FLANGE OD$d ID$b T$t, !n HOLES D$hd PCD $k",
    "type: flange\nOD: $d\nID: $b\nthickness: $t\nholes: !n\nhole diameter: $hd\nPCD: $k",
    "part=flange; od=$d; id=$b; t=$t; holes=!n; hole_d=$hd; pcd=$k",
    "\"part\": \"flange\", \"od\": $d, \"bore\": $b, \"thickness\": $t, \"holes\": !n, \"hole_diameter\": $hd, "
    "\"bolt_circle\": $k",
    "Can you make a pipe flange for ~ $b pipe? Outside $d, thickness $t, %n bolt holes of $hd, bolt circle $k.",
    "Hello, need one flange: outside diameter $d, inside diameter $b, thickness $t, with %n holes diameter $hd on pitch circle "
    "diameter $k. Thanks",
    "The flange is $d across and $t thick. The bore is $b. The bolt holes, %n of them, are $hd each and lie on ~ $k bolt "
    "circle.",
    "a ring $d outside, $b inside, $t thick, with %n screw holes of $hd on a circle of $k",
    "round plate with a hole in the middle and %n smaller holes around. Plate $d by $t, middle hole $b, small holes $hd, "
    "centers $/k from the middle",
    "Cut a flange from $t plate: Ø$d outside, Ø$b inside, drill %n holes Ø$hd on Ø$k.",
    "Drill %n holes, $hd each, equally spaced on a pitch circle of $k, in ~ $t thick ring of $d OD and $b ID.",
    "Take a disc $d by $t, bore $b through the center, then drill %n holes $hd across at radius $/k.",
    "- flange\n- OD $d\n- bore $b\n- $t thick\n- %n holes, dia $hd\n- bolt circle $k",
    "[Exhaust|Pump|Motor|Water pipe] flange: bore $b, outside diameter $d, plate thickness $t, bolt circle $k, %n bolt holes "
    "of $hd",
    "for the exhaust of my motorbike: flange $t thick, $d OD, $b hole, bolt holes %n off at $hd, PCD $k",
    "Bolt circle $k, %n holes, hole diameter $hd. Bore $b. Flange diameter $d, flange thickness $t.",
    "Pos. 2 flange, steel, Ø$d / Ø$b x $t, drilled !n x Ø$hd on Ø$k",
    "Thickness $t, outer radius $/d, bore radius $/b, bolt circle radius $/k, %n holes with radius $/hd: a plain flange.",
    "adapter ring for a [camera|telescope|fan], $d OD, $b ID, $t thick, %n screw holes $hd, pitch circle $k",
    "flange no hub, $d x $t, center hole $b, !n x $hd evenly on ~ $k BCD",
    "A: which flange? B: $d OD, $b bore, $t thick. A: holes? B: %n of $hd, PCD $k.",
    "u know a pipe flange: $d wide, $t thick, hole in the middle $b, and %n bolt holes ($hd) around ~ $k circle",
    "Our pump needs a new flange. Outside diameter $d. Bore $b. Thickness $t. %n clearance holes, $hd each, PCD $k.",
    "Dear team, please quote: 1 flange, flat on both sides, outer diameter $d, inner diameter $b, $t thick, %n through holes "
    "of $hd diameter, pitch circle diameter $k.",
    "[&hd;Flange $d OD, $b bore, $t thick, %n holes for M#hd bolts on ~ $k PCD.]",
    "[&hd;flat flange: D $d, bore $b, t $t, !n x M#hd on a bolt circle of $k]",
    "[&hd;The flange takes %n M#hd bolts. Bolt circle $k, bore $b, outside $d, thickness $t.]",
    "Laser cut one flange: sheet $t, outside Ø$d, inside Ø$b, holes %n x Ø$hd, hole centers on Ø$k.",
    "Flange for a fish tank pipe, ID $b, OD $d, $t thick acrylic, %n holes of $hd spaced evenly at $/k from the center",
    "mounting ring, %n fixing holes, hole size $hd, on ~ $k circle; ring $b ID, $d OD, $t high",
    "For a [school project|water pump|vacuum chamber|windmill] I want a flange $d by $t, [bore $b|~ $b hole through the "
    "middle|bored $b|center hole $b], %n bolt holes, $hd each, PCD $k.",
    "e-mail: one flange please. Outside diameter $d, thickness $t, [bore $b|~ $b hole through the middle|bored $b|center hole "
    "$b]. %n holes, hole diameter $hd, bolt circle $k.",
    "holes: %n, $hd each, bolt circle $k\nflange: $d by $t\nmiddle: [bore $b|~ $b hole through the middle|bored $b|center hole "
    "$b]",
    "evenly around a circle of radius $/k drill %n holes of radius $/hd in a disc of radius $/d and thickness $t, [bore $b|~ "
    "$b hole through the middle|bored $b|center hole $b]",
    "[bore $b|~ $b hole through the middle|bored $b|center hole $b], flange disc $d x $t, %n holes, $hd each, PCD $k",
    "hey, can somebody draw this flange: $d wide, $t thick, [bore $b|~ $b hole through the middle|bored $b|center hole $b], "
    "with %n bolt holes of $hd around ~ $k bolt circle",
    "Qty 4, [nylon|brass|steel] flange: Ø$d x $t, [bore $b|~ $b hole through the middle|bored $b|center hole $b], holes !n x "
    "Ø$hd, PCD Ø$k",
    "The bolt holes: %n, each $hd across, centers $/k from the middle. The flange: $d across, $t thick, [bore $b|~ $b hole "
    "through the middle|bored $b|center hole $b].",
};
const cad_sentences cad_say_flange_flat = CAD_SENTENCES(flange_flat);

static const char *const flange_blind[] = {
    "Blind flange, OD $d, $t thick, %n holes of $hd on ~ $k bolt circle.",
    "[I need|We need|Please make] a blind flange $d across and $t thick with %n bolt holes, each $hd, on ~ $k [bolt "
    "circle|PCD].",
    "BLIND FLANGE OD$d T$t, !n HOLES D$hd PCD $k",
    "type: blind flange\nOD: $d\nthickness: $t\nholes: !n\nhole diameter: $hd\nPCD: $k\nbore: none",
    "part=blind_flange; od=$d; t=$t; holes=!n; hole_d=$hd; pcd=$k",
    "Can you make a flange with no center hole? Outside $d, thickness $t, %n bolt holes of $hd, bolt circle $k.",
    "Hello, need one blind flange: outside diameter $d, thickness $t, with %n holes diameter $hd on pitch circle diameter $k. "
    "Thanks",
    "The flange is $d across and $t thick, solid in the middle. The bolt holes, %n of them, are $hd each and lie on ~ $k bolt "
    "circle.",
    "round cover plate for a pipe end, $d wide, $t thick, %n screw holes of $hd on a circle of $k, no hole in the center",
    "round plate with %n holes around and none in the middle. Plate $d by $t, holes $hd, centers $/k from the middle",
    "Cut a disc from $t plate, Ø$d, drill %n holes Ø$hd on Ø$k. No bore.",
    "Drill %n holes, $hd each, equally spaced on a pitch circle of $k, in ~ $t thick disc of $d. That's all, no bore.",
    "- blind flange\n- OD $d\n- $t thick\n- %n holes, dia $hd\n- bolt circle $k",
    "to shut off a pipe: blank flange $d OD, $t thick, bolt holes %n off at $hd, PCD $k",
    "Bolt circle $k, %n holes, hole diameter $hd. Flange diameter $d, flange thickness $t. Not bored.",
    "Pos. 2 blind flange, steel, Ø$d x $t, drilled !n x Ø$hd on Ø$k",
    "Thickness $t, outer radius $/d, bolt circle radius $/k, %n holes with radius $/hd: a blind flange.",
    "A: which flange? B: blind, $d OD, $t thick. A: holes? B: %n of $hd, PCD $k.",
    "[&hd;Blind flange $d OD, $t thick, %n holes for M#hd bolts on ~ $k PCD.]",
    "[&hd;solid flange, no bore: D $d, t $t, !n x M#hd on a bolt circle of $k]",
    "Inspection cover, round: outside Ø$d, $t thick, holes %n x Ø$hd, hole centers on Ø$k, otherwise plain",
    "Tank cover: %n bolt holes, hole size $hd, pitch circle $k; disc diameter $d, disc thickness $t; no other holes",
    "For a [school project|water pump|vacuum chamber|windmill] I want a flange $d by $t, [no bore|no hole in the middle|solid "
    "center], %n bolt holes, $hd each, PCD $k.",
    "e-mail: one flange please. Outside diameter $d, thickness $t, [no bore|no hole in the middle|solid center]. %n holes, "
    "hole diameter $hd, bolt circle $k.",
    "holes: %n, $hd each, bolt circle $k\nflange: $d by $t\nmiddle: [no bore|no hole in the middle|solid center]",
    "evenly around a circle of radius $/k drill %n holes of radius $/hd in a disc of radius $/d and thickness $t, [no bore|no "
    "hole in the middle|solid center]",
    "[no bore|no hole in the middle|solid center], flange disc $d x $t, %n holes, $hd each, PCD $k",
    "hey, can somebody draw this flange: $d wide, $t thick, [no bore|no hole in the middle|solid center], with %n bolt holes "
    "of $hd around ~ $k bolt circle",
    "Qty 4, [nylon|brass|steel] flange: Ø$d x $t, [no bore|no hole in the middle|solid center], holes !n x Ø$hd, PCD Ø$k",
    "The bolt holes: %n, each $hd across, centers $/k from the middle. The flange: $d across, $t thick, [no bore|no hole in "
    "the middle|solid center].",
};
const cad_sentences cad_say_flange_blind = CAD_SENTENCES(flange_blind);

static const char *const flange_hubbed[] = {
    "Flange, OD $d, $t thick, hub $u, overall height $h, bore $b, %n holes of $hd on ~ $k bolt circle.",
    "[I need|We need|Please make] a hubbed flange. Disc $d by $t, hub $u across, $h tall overall, bored $b, %n bolt holes of "
    "$hd on ~ $k [bolt circle|PCD].",
    "HUBBED FLANGE OD$d T$t, HUB D$u, OVERALL HEIGHT $h, BORE D$b, !n HOLES D$hd PCD $k",
    "type: hubbed flange\nOD: $d\nthickness: $t\nhub diameter: $u\noverall height: $h\nbore: $b\nholes: !n\nhole diameter: "
    "$hd\nPCD: $k",
    "part=hub_flange; od=$d; t=$t; hub_d=$u; height_over_all=$h; bore=$b; holes=!n; hole_d=$hd; pcd=$k",
    "Can you make a shaft flange for ~ $b shaft? Disc $d, $t thick; hub $u, whole part $h tall; %n bolt holes of $hd, bolt "
    "circle $k.",
    "Hello, need one flange with hub: disc diameter $d, thickness $t, hub diameter $u, total height $h, bore $b, %n holes "
    "diameter $hd on pitch circle diameter $k. Thanks",
    "The disc is $d across and $t thick. The hub is $u across and ends $h above the underside. ~ $b bore goes through "
    "everything. %n bolt holes of $hd lie on ~ $k bolt circle.",
    "Join a disc, $d by $t, and a hub, $u by $h, both standing on the same plane. Bore $b through. Drill %n holes of $hd in "
    "the disc at radius $/k.",
    "- flange with hub\n- OD $d\n- disc $t thick\n- hub $u\n- overall height $h\n- bore $b\n- %n holes, dia $hd\n- bolt circle "
    "$k",
    "[Pump|Motor|Shaft|Sprocket] flange: bore $b, outside diameter $d, disc thickness $t, hub $u with total height $h, bolt "
    "circle $k, %n bolt holes of $hd",
    "Bolt circle $k, %n holes, hole diameter $hd. Bore $b. Disc diameter $d, disc thickness $t. Hub diameter $u. Overall "
    "height $h.",
    "Pos. 2 flange with hub, steel: Ø$d x $t, hub Ø$u, overall height $h, bore Ø$b, drilled !n x Ø$hd on Ø$k",
    "Radii: disc $/d, hub $/u, bore $/b, bolt circle $/k, bolt holes $/hd (%n of them). Heights from the bottom: disc $t, hub "
    "$h.",
    "A: which flange? B: hubbed, $d OD, $t thick. A: hub? B: $u, overall height $h, bored $b. A: holes? B: %n of $hd, PCD $k.",
    "[&hd;Hubbed flange $d OD, $t thick, hub $u, $h tall overall, bore $b, %n holes for M#hd bolts on ~ $k PCD.]",
    "wheel hub: disc $d and $t thick, neck $u, total height with the disc $h, axle hole $b, %n bolt holes $hd, PCD $k",
    "Turn a flange with a hub. Rim Ø$d, rim thickness $t, hub Ø$u, overall length $h, through bore Ø$b. Then drill %n x Ø$hd "
    "on PCD Ø$k.",
    "whole part $h tall: flange disc $d by $t, hub $u, bore $b, %n holes $hd around ~ $k bolt circle",
    "Dear team, please quote: 1 flange with hub, outer diameter $d, disc $t thick, hub diameter $u, total height $h, bore $b, "
    "%n through holes of $hd diameter, PCD $k.",
    "so the plate is $d wide $t thick, the hub $u wide, all together $h tall, hole $b through, and %n bolt holes ($hd) around "
    "~ $k circle",
    "For a [school project|water pump|vacuum chamber|windmill] I want a flange $d by $t, [hub $u across and $h tall from the "
    "bottom|hub diameter $u, overall height $h|~ $u hub making the part $h tall overall], [bore $b|~ $b hole through the "
    "middle|bored $b|center hole $b], %n bolt holes, $hd each, PCD $k.",
    "e-mail: one flange please. Outside diameter $d, thickness $t, [hub $u across and $h tall from the bottom|hub diameter $u, "
    "overall height $h|~ $u hub making the part $h tall overall], [bore $b|~ $b hole through the middle|bored $b|center hole "
    "$b]. %n holes, hole diameter $hd, bolt circle $k.",
    "holes: %n, $hd each, bolt circle $k\nflange: $d by $t, [hub $u across and $h tall from the bottom|hub diameter $u, "
    "overall height $h|~ $u hub making the part $h tall overall]\nmiddle: [bore $b|~ $b hole through the middle|bored "
    "$b|center hole $b]",
    "evenly around a circle of radius $/k drill %n holes of radius $/hd in a disc of radius $/d and thickness $t, [hub $u "
    "across and $h tall from the bottom|hub diameter $u, overall height $h|~ $u hub making the part $h tall overall], [bore "
    "$b|~ $b hole through the middle|bored $b|center hole $b]",
    "[bore $b|~ $b hole through the middle|bored $b|center hole $b], [hub $u across and $h tall from the bottom|hub diameter "
    "$u, overall height $h|~ $u hub making the part $h tall overall], flange disc $d x $t, %n holes, $hd each, PCD $k",
    "hey, can somebody draw this flange: $d wide, $t thick, [hub $u across and $h tall from the bottom|hub diameter $u, "
    "overall height $h|~ $u hub making the part $h tall overall], [bore $b|~ $b hole through the middle|bored $b|center hole "
    "$b], with %n bolt holes of $hd around ~ $k bolt circle",
    "Qty 4, [nylon|brass|steel] flange: Ø$d x $t, [hub $u across and $h tall from the bottom|hub diameter $u, overall height "
    "$h|~ $u hub making the part $h tall overall], [bore $b|~ $b hole through the middle|bored $b|center hole $b], holes !n x "
    "Ø$hd, PCD Ø$k",
    "The bolt holes: %n, each $hd across, centers $/k from the middle. The flange: $d across, $t thick, [hub $u across and $h "
    "tall from the bottom|hub diameter $u, overall height $h|~ $u hub making the part $h tall overall], [bore $b|~ $b hole "
    "through the middle|bored $b|center hole $b].",
};
const cad_sentences cad_say_flange_hubbed = CAD_SENTENCES(flange_hubbed);

static const char *const flange_hub_only[] = {
    "Flange, OD $d, $t thick, solid hub $u, overall height $h, no bore, %n holes of $hd on ~ $k bolt circle.",
    "[I need|We need|Please make] a flange with a solid hub. Disc $d by $t, hub $u across, $h tall overall, not bored, %n bolt "
    "holes of $hd on ~ $k [bolt circle|PCD].",
    "HUBBED FLANGE, NO BORE, OD$d T$t, HUB D$u, OVERALL HEIGHT $h, !n HOLES D$hd PCD $k",
    "type: hubbed flange\nOD: $d\nthickness: $t\nhub diameter: $u\noverall height: $h\nbore: none\nholes: !n\nhole diameter: "
    "$hd\nPCD: $k",
    "part=hub_flange; od=$d; t=$t; hub_d=$u; height_over_all=$h; bore=none; holes=!n; hole_d=$hd; pcd=$k",
    "Can you make a flange with a round post? Disc $d, $t thick; post $u, whole part $h tall; %n bolt holes of $hd, bolt "
    "circle $k. The post is solid.",
    "Hello, need one flange with hub, hub solid: disc diameter $d, thickness $t, hub diameter $u, total height $h, %n holes "
    "diameter $hd on pitch circle diameter $k. Thanks",
    "The disc is $d across and $t thick. The hub is $u across, solid, and ends $h above the underside. %n bolt holes of $hd "
    "lie on ~ $k bolt circle.",
    "Join a disc, $d by $t, and a hub, $u by $h, both standing on the same plane. Drill %n holes of $hd in the disc at radius "
    "$/k. No bore.",
    "- flange with hub, no bore\n- OD $d\n- disc $t thick\n- hub $u\n- overall height $h\n- %n holes, dia $hd\n- bolt circle "
    "$k",
    "Bolt circle $k, %n holes, hole diameter $hd. Not bored. Disc diameter $d, disc thickness $t. Hub diameter $u. Overall "
    "height $h.",
    "Pos. 2 flange with solid hub, steel: Ø$d x $t, hub Ø$u, overall height $h, drilled !n x Ø$hd on Ø$k",
    "Radii: disc $/d, hub $/u, bolt circle $/k, bolt holes $/hd (%n of them). Heights from the bottom: disc $t, hub $h. No "
    "bore.",
    "A: which flange? B: $d OD, $t thick. A: hub? B: $u, overall height $h, solid. A: holes? B: %n of $hd, PCD $k.",
    "[&hd;Flange $d OD, $t thick, solid hub $u, $h tall overall, %n holes for M#hd bolts on ~ $k PCD.]",
    "post foot: plate $d round, $t thick, solid post $u, $h from the floor to the top, %n screw holes $hd on ~ $k circle",
    "whole part $h tall: flange disc $d by $t, solid hub $u, %n holes $hd around ~ $k bolt circle",
    "For a [school project|water pump|vacuum chamber|windmill] I want a flange $d by $t, [hub $u across and $h tall from the "
    "bottom|hub diameter $u, overall height $h|~ $u hub making the part $h tall overall], [no bore|no hole in the middle|solid "
    "center], %n bolt holes, $hd each, PCD $k.",
    "e-mail: one flange please. Outside diameter $d, thickness $t, [hub $u across and $h tall from the bottom|hub diameter $u, "
    "overall height $h|~ $u hub making the part $h tall overall], [no bore|no hole in the middle|solid center]. %n holes, hole "
    "diameter $hd, bolt circle $k.",
    "holes: %n, $hd each, bolt circle $k\nflange: $d by $t, [hub $u across and $h tall from the bottom|hub diameter $u, "
    "overall height $h|~ $u hub making the part $h tall overall]\nmiddle: [no bore|no hole in the middle|solid center]",
    "evenly around a circle of radius $/k drill %n holes of radius $/hd in a disc of radius $/d and thickness $t, [hub $u "
    "across and $h tall from the bottom|hub diameter $u, overall height $h|~ $u hub making the part $h tall overall], [no "
    "bore|no hole in the middle|solid center]",
    "[no bore|no hole in the middle|solid center], [hub $u across and $h tall from the bottom|hub diameter $u, overall height "
    "$h|~ $u hub making the part $h tall overall], flange disc $d x $t, %n holes, $hd each, PCD $k",
    "hey, can somebody draw this flange: $d wide, $t thick, [hub $u across and $h tall from the bottom|hub diameter $u, "
    "overall height $h|~ $u hub making the part $h tall overall], [no bore|no hole in the middle|solid center], with %n bolt "
    "holes of $hd around ~ $k bolt circle",
    "Qty 4, [nylon|brass|steel] flange: Ø$d x $t, [hub $u across and $h tall from the bottom|hub diameter $u, overall height "
    "$h|~ $u hub making the part $h tall overall], [no bore|no hole in the middle|solid center], holes !n x Ø$hd, PCD Ø$k",
    "The bolt holes: %n, each $hd across, centers $/k from the middle. The flange: $d across, $t thick, [hub $u across and $h "
    "tall from the bottom|hub diameter $u, overall height $h|~ $u hub making the part $h tall overall], [no bore|no hole in "
    "the middle|solid center].",
};
const cad_sentences cad_say_flange_hub_only = CAD_SENTENCES(flange_hub_only);

static const char *const flange_hubbed_above[] = {
    "Flange, OD $d, $t thick, hub $u standing $v above the disc, bore $b, %n holes of $hd on ~ $k bolt circle.",
    "[I need|We need|Please make] a hubbed flange. Disc $d by $t, on top a hub $u across and $v tall, bored $b, %n bolt holes "
    "of $hd on ~ $k [bolt circle|PCD].",
    "HUBBED FLANGE OD$d T$t, HUB D$u $v ABOVE DISC, BORE D$b, !n HOLES D$hd PCD $k",
    "type: hubbed flange\nOD: $d\nthickness: $t\nhub diameter: $u\nhub height above disc: $v\nbore: $b\nholes: !n\nhole "
    "diameter: $hd\nPCD: $k",
    "part=hub_flange; od=$d; t=$t; hub_d=$u; hub_above_disc=$v; bore=$b; holes=!n; hole_d=$hd; pcd=$k",
    "Can you make a shaft flange for ~ $b shaft? Disc $d, $t thick; hub $u, $v proud of the disc; %n bolt holes of $hd, bolt "
    "circle $k.",
    "Hello, need one flange with hub: disc diameter $d, thickness $t, hub diameter $u, hub over the disc $v, bore $b, %n holes "
    "diameter $hd on pitch circle diameter $k. Thanks",
    "The disc is $d across and $t thick. The hub is $u across and sticks up $v. ~ $b bore goes through everything. %n bolt "
    "holes of $hd lie on ~ $k bolt circle.",
    "Stack a hub, $u by $v, on top of a disc, $d by $t. Bore $b through both. Drill %n holes of $hd in the disc at radius $/k.",
    "- flange with hub\n- OD $d\n- disc $t thick\n- hub $u\n- hub $v above the disc\n- bore $b\n- %n holes, dia $hd\n- bolt "
    "circle $k",
    "Pos. 2 flange with hub, steel: Ø$d x $t, hub Ø$u, hub projection $v, bore Ø$b, drilled !n x Ø$hd on Ø$k",
    "A: which flange? B: hubbed, $d OD, $t thick. A: hub? B: $u, $v above the disc, bored $b. A: holes? B: %n of $hd, PCD $k.",
    "[&hd;Hubbed flange $d OD, $t thick, hub $u, $v above the disc, bore $b, %n holes for M#hd bolts on ~ $k PCD.]",
    "wheel hub: disc $d and $t thick, neck $u sticking up $v from the disc, axle hole $b, %n bolt holes $hd, PCD $k",
    "so the plate is $d wide $t thick, the hub on top $u wide and $v tall, hole $b through, and %n bolt holes ($hd) around ~ "
    "$k circle",
    "For a [school project|water pump|vacuum chamber|windmill] I want a flange $d by $t, [hub $u across and $v tall above the "
    "disc|hub diameter $u, standing $v proud of the disc|~ $u hub sticking up $v from the disc], [bore $b|~ $b hole through "
    "the middle|bored $b|center hole $b], %n bolt holes, $hd each, PCD $k.",
    "e-mail: one flange please. Outside diameter $d, thickness $t, [hub $u across and $v tall above the disc|hub diameter $u, "
    "standing $v proud of the disc|~ $u hub sticking up $v from the disc], [bore $b|~ $b hole through the middle|bored "
    "$b|center hole $b]. %n holes, hole diameter $hd, bolt circle $k.",
    "holes: %n, $hd each, bolt circle $k\nflange: $d by $t, [hub $u across and $v tall above the disc|hub diameter $u, "
    "standing $v proud of the disc|~ $u hub sticking up $v from the disc]\nmiddle: [bore $b|~ $b hole through the middle|bored "
    "$b|center hole $b]",
    "evenly around a circle of radius $/k drill %n holes of radius $/hd in a disc of radius $/d and thickness $t, [hub $u "
    "across and $v tall above the disc|hub diameter $u, standing $v proud of the disc|~ $u hub sticking up $v from the disc], "
    "[bore $b|~ $b hole through the middle|bored $b|center hole $b]",
    "[bore $b|~ $b hole through the middle|bored $b|center hole $b], [hub $u across and $v tall above the disc|hub diameter "
    "$u, standing $v proud of the disc|~ $u hub sticking up $v from the disc], flange disc $d x $t, %n holes, $hd each, PCD $k",
    "hey, can somebody draw this flange: $d wide, $t thick, [hub $u across and $v tall above the disc|hub diameter $u, "
    "standing $v proud of the disc|~ $u hub sticking up $v from the disc], [bore $b|~ $b hole through the middle|bored "
    "$b|center hole $b], with %n bolt holes of $hd around ~ $k bolt circle",
    "Qty 4, [nylon|brass|steel] flange: Ø$d x $t, [hub $u across and $v tall above the disc|hub diameter $u, standing $v proud "
    "of the disc|~ $u hub sticking up $v from the disc], [bore $b|~ $b hole through the middle|bored $b|center hole $b], holes "
    "!n x Ø$hd, PCD Ø$k",
    "The bolt holes: %n, each $hd across, centers $/k from the middle. The flange: $d across, $t thick, [hub $u across and $v "
    "tall above the disc|hub diameter $u, standing $v proud of the disc|~ $u hub sticking up $v from the disc], [bore $b|~ $b "
    "hole through the middle|bored $b|center hole $b].",
};
const cad_sentences cad_say_flange_hubbed_above = CAD_SENTENCES(flange_hubbed_above);

static const char *const flange_hub_only_above[] = {
    "Flange, OD $d, $t thick, solid hub $u standing $v above the disc, no bore, %n holes of $hd on ~ $k bolt circle.",
    "[I need|We need|Please make] a flange with a solid hub. Disc $d by $t, on top a hub $u across and $v tall, not bored, %n "
    "bolt holes of $hd on ~ $k [bolt circle|PCD].",
    "HUBBED FLANGE, NO BORE, OD$d T$t, HUB D$u $v ABOVE DISC, !n HOLES D$hd PCD $k",
    "type: hubbed flange\nOD: $d\nthickness: $t\nhub diameter: $u\nhub height above disc: $v\nbore: none\nholes: !n\nhole "
    "diameter: $hd\nPCD: $k",
    "part=hub_flange; od=$d; t=$t; hub_d=$u; hub_above_disc=$v; bore=none; holes=!n; hole_d=$hd; pcd=$k",
    "Can you make a flange with a round post? Disc $d, $t thick; post $u, $v tall above the disc; %n bolt holes of $hd, bolt "
    "circle $k. The post is solid.",
    "Hello, need one flange with hub, hub solid: disc diameter $d, thickness $t, hub diameter $u, hub over the disc $v, %n "
    "holes diameter $hd on pitch circle diameter $k. Thanks",
    "The disc is $d across and $t thick. The hub is solid, $u across, and sticks up $v. %n bolt holes of $hd lie on ~ $k bolt "
    "circle.",
    "Stack a hub, $u by $v, on top of a disc, $d by $t. Drill %n holes of $hd in the disc at radius $/k. No bore.",
    "- flange with hub, no bore\n- OD $d\n- disc $t thick\n- hub $u\n- hub $v above the disc\n- %n holes, dia $hd\n- bolt "
    "circle $k",
    "A: which flange? B: $d OD, $t thick. A: hub? B: $u, $v above the disc, solid. A: holes? B: %n of $hd, PCD $k.",
    "[&hd;Flange $d OD, $t thick, solid hub $u, $v above the disc, %n holes for M#hd bolts on ~ $k PCD.]",
    "post foot: plate $d round, $t thick, solid post $u sticking up $v, %n screw holes $hd on ~ $k circle",
    "For a [school project|water pump|vacuum chamber|windmill] I want a flange $d by $t, [hub $u across and $v tall above the "
    "disc|hub diameter $u, standing $v proud of the disc|~ $u hub sticking up $v from the disc], [no bore|no hole in the "
    "middle|solid center], %n bolt holes, $hd each, PCD $k.",
    "e-mail: one flange please. Outside diameter $d, thickness $t, [hub $u across and $v tall above the disc|hub diameter $u, "
    "standing $v proud of the disc|~ $u hub sticking up $v from the disc], [no bore|no hole in the middle|solid center]. %n "
    "holes, hole diameter $hd, bolt circle $k.",
    "holes: %n, $hd each, bolt circle $k\nflange: $d by $t, [hub $u across and $v tall above the disc|hub diameter $u, "
    "standing $v proud of the disc|~ $u hub sticking up $v from the disc]\nmiddle: [no bore|no hole in the middle|solid "
    "center]",
    "evenly around a circle of radius $/k drill %n holes of radius $/hd in a disc of radius $/d and thickness $t, [hub $u "
    "across and $v tall above the disc|hub diameter $u, standing $v proud of the disc|~ $u hub sticking up $v from the disc], "
    "[no bore|no hole in the middle|solid center]",
    "[no bore|no hole in the middle|solid center], [hub $u across and $v tall above the disc|hub diameter $u, standing $v "
    "proud of the disc|~ $u hub sticking up $v from the disc], flange disc $d x $t, %n holes, $hd each, PCD $k",
    "hey, can somebody draw this flange: $d wide, $t thick, [hub $u across and $v tall above the disc|hub diameter $u, "
    "standing $v proud of the disc|~ $u hub sticking up $v from the disc], [no bore|no hole in the middle|solid center], with "
    "%n bolt holes of $hd around ~ $k bolt circle",
    "Qty 4, [nylon|brass|steel] flange: Ø$d x $t, [hub $u across and $v tall above the disc|hub diameter $u, standing $v proud "
    "of the disc|~ $u hub sticking up $v from the disc], [no bore|no hole in the middle|solid center], holes !n x Ø$hd, PCD "
    "Ø$k",
    "The bolt holes: %n, each $hd across, centers $/k from the middle. The flange: $d across, $t thick, [hub $u across and $v "
    "tall above the disc|hub diameter $u, standing $v proud of the disc|~ $u hub sticking up $v from the disc], [no bore|no "
    "hole in the middle|solid center].",
};
const cad_sentences cad_say_flange_hub_only_above = CAD_SENTENCES(flange_hub_only_above);
