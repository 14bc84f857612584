/* Rules of the captions; sizes by the names of synth_wheel.c. */
#include "dataprep/words.h"

const cad_rule cad_words_wheel[] = {
    /* as the common rules, without words that are said of a whole part or of a bolt circle */
    {"dia", "{disc_dia:_}"},
    {"with_dia", "{disc_with_dia:_}"},
    {"thick", "{disc_thick:_}"},
    {"table", "[turntable|turntable|pin wheel|pin disc|disc with pins|index disc|turntable|turntable|turntable|pin disc|rotary "
              "plate|indexing disc|round plate with pins|rotating table|pin plate "
              "|drive disc|index plate|round turntable|turntable disc|pin turntable|indexing plate "
              "|^carrier plate]"},
    {"knob",
     "[knob|star knob|notched disc|scalloped disc|hand wheel|scalloped wheel|knob|knob|knob|star knob|clamping knob|fluted "
     "knob|control knob|notched wheel|fluted wheel|star wheel|round knob|scalloped knob|adjusting knob|thumb wheel|machine "
     "knob|disc with a notched rim|disc with notches|notched knob|knob disc|wheel with notches|^lobed grip]"},
    {"od", "[{dia:d}|{dia:d}|{dia:d}|{outer:d}|{outer:d}|{odmore}]"},
    {"odmore", "[rim diameter $d|disc diameter $d|disc dia $d|overall diameter $d|$d overall diameter|total diameter $d|$d rim "
               "diameter|$d disc|diameter = $d|diameter is $d|Dia: $d|rim radius $/d|outside radius $/d|wheel diameter $d|D: "
               "$d|d: $d|plate diameter $d]"},
    {"th", "[{thick:t}|{thick:t}|{thick:t}|{thick:t}|{thmore}]"},
    {"thmore", "[disc thickness $t|disc $t thick|plate thickness $t|$t thick disc|$t plate|thickness = $t|thickness is "
               "$t|thick $t|thick: $t|rim $t thick|rim thickness $t|t: $t|$t disc thickness|made from $t plate]"},
    {"size", "[{od}, {th}|{od}, {th}|{od}, {th}|{od}, {th}|{th}, {od}|{th}, {od}|{od} and {th}|{od}; {th}|{od} x $t thick]"},
    {"disc_t",
     "[{table}, {od}, {thick:t}|{predia:d} {table}, {thick:t}|{table} {od}, {thick:t}|{table}, {thick:t}, {od}|{table}, "
     "{size}|{table}, {size}|{table} {size}|{table}: {size}|{table} ({size})|{table} - {size}|{predia:d} {table}, {th}|$t "
     "thick {table}, {od}|$d x $t {table}|{table} $d x $t|{table} that is $d across and $t thick|{table} of $d diameter and $t "
     "thickness|{table}, Ø$d and $t thick|{predia:d} by $t thick {table}|{table}. {size}|{table}. The disc is $d across and $t "
     "thick|{table}. Diameter $d, thickness $t]"},
    {"disc_k", "[{knob}, {od}, {thick:t}|{predia:d} {knob}, {thick:t}|{knob} {od}, {thick:t}|{knob}, {thick:t}, {od}|{knob}, "
               "{size}|{knob}, {size}|{knob} {size}|{knob}: {size}|{knob} ({size})|{knob} - {size}|{predia:d} {knob}, {th}|$t "
               "thick {knob}, {od}|$d x $t {knob}|{knob} $d x $t|{knob} that is $d across and $t thick|{knob} of $d diameter "
               "and $t thickness|{knob}, Ø$d and $t thick|{predia:d} by $t thick {knob}|{knob}. {size}|{knob}. The "
               "disc is $d across and $t thick|{knob}. Diameter $d, thickness $t]"},
    {"mid", "[{bore:b}|{bore:b}|{bore:b}|{bore:b}|{midmore}|{midmore}]"},
    {"midmore", "[center hole $b|centre hole $b|$b center hole|$b central hole|central hole $b|center bore $b|$b center "
                "bore|$b hole in the middle|$b in the middle|middle hole $b|shaft hole $b|$b shaft hole|for ~ $b shaft|bore "
                "diameter $b|bore dia $b|bore = $b|bore: $b|bore Ø$b|ID = $b|ID: $b|inside dia $b|inner $b|$/b bore "
                "radius|bored $b|through bore $b|thru bore $b|hole through the middle $b|center hole of $b|{with_bore:b}]"},
    {"with_mid", "[{with_bore:b}|{with_bore:b}|{with_bore:b}|~ $b center bore|a center bore of $b|~ $b shaft hole|~ $b hole in "
                 "the middle|~ $b hole in the center|~ $b through bore|a bore diameter of $b|a center hole of $b|an inner "
                 "diameter of $b|an ID of $b|a bore of diameter $b]"},
    {"nomid", "[no bore|no bore|no bore|without a bore|without a bore|no center hole|no centre hole|no central hole|no hole in "
              "the middle|solid center|without a center hole|not bored]"},
    {"pins",
     "[%n pins of $e on ~ $k pitch circle, tops $g above the bottom|%n pins, {dia:e}, on ~ $k pitch circle, each $g high "
     "overall|!n x $e pins on a circle of $k, overall height of the pins $g|"
     "%n round pins of $e diameter on a circle of radius $/k, tops $g above the bottom|"
     "{pinset} {pin_k}, {pin_g}|{pinset} {pin_k}, {pin_g}|{pinset} {pin_k}, {pin_g}|{pinset} {pin_k}, {pin_g}|{pinset} "
     "{pin_k}, {pin_g}|{pinset} {pin_k}, {pin_g}|{pinset}, {pin_g}, {pin_k}|{pinset}, {pin_g}, {pin_k}|a circle of "
     "{pinset}, $k across, {pin_g}|pitch circle $k with {pinset}, {pin_g}|~ $k pitch circle with {pinset}, {pin_g}]"},
    {"pins_a",
     "[%n pins of $e on ~ $k pitch circle, standing $a above the disc|!n x $e pins on a circle of $k, $a proud|"
     "%n pins on a circle of radius $/k, {dia:e}, sticking up $a above the disc|"
     "{pinset} {pin_k}, {pin_a}|{pinset} {pin_k}, {pin_a}|{pinset} {pin_k}, {pin_a}|{pinset} {pin_k}, {pin_a}|{pinset} "
     "{pin_k}, {pin_a}|{pinset} {pin_k}, {pin_a}|{pinset}, {pin_a}, {pin_k}|{pinset}, {pin_a}, {pin_k}|a circle of "
     "{pinset}, $k across, {pin_a}|pitch circle $k with {pinset}, {pin_a}|~ $k pitch circle with {pinset}, {pin_a}]"},
    {"pinword", "[pins|pins|pins|pins|round pins|pegs|posts|studs|dowels|dowel pins|cylindrical pins|upright pins|round "
                "posts|round pegs]"},
    {"pinset", "[%n {pinword} of $e|u;%n $e {pinword}|!n x $e {pinword}|!nx $e {pinword}|%n {pinword}, {dia:e}|%n {pinword}, "
               "$e diameter|%n {pinword} of $e diameter|u;%n {pinword} $e in diameter|%n {pinword}, $e each|%n {pinword} "
               "(Ø$e)|%n {pinword} with a diameter of $e|%n {pinword}, dia $e|%n {pinword} of radius $/e|!n x Ø$e {pinword}]"},
    {"pin_k",
     "[on ~ $k pitch circle|on ~ $k pitch circle|on a circle of $k|on a circle of diameter $k|on a circle of radius "
     "$/k|on ~ $k PCD|on PCD $k|at radius $/k|at $/k from the center|equally spaced on ~ $k pitch circle|evenly spaced "
     "on a circle of $k|around ~ $k circle|around a circle $k across|on a pitch circle of $k|with PCD $k|u;on a circle "
     "$k in diameter|evenly placed $/k from the middle]"},
    {"pin_g", "[tops $g above the bottom|tops $g above the bottom|each $g high overall|overall height of each $g|each $g high "
              "in total, disc included|reaching $g above the bottom|each $g high from the bottom|each $g tall overall|tops $g "
              "from the underside|ending $g above the underside|each $g tall including the disc|height $g from the underside "
              "of the disc|height including the disc $g|$g from the bottom of the disc to their tops|tops $g over the "
              "underside|height with the disc $g]"},
    {"pin_a",
     "[standing $a above the disc|standing $a above the disc|standing $a proud of the disc|$a proud|$a proud of the plate|"
     "sticking up $a|sticking up $a above the disc|sticking up $a from the disc|sticking out $a above the plate|$a high above "
     "the disc|$a tall above the disc|height above the disc $a|height above the plate: $a|each $a above the disc|each $a above "
     "the plate|$a above the top surface|each reaching $a above the top of the disc|$a high, measured from the top of the "
     "disc|that stand $a above the disc|that stick up $a|that stick up $a above the plate|standing up $a from the disc|"
     "projecting $a above the disc|projecting $a|$a of each above the disc|coming up $a above the disc|$a over the top of the "
     "disc|^jutting $a out of the upper face|^emerging $a from the upper face|^soaring $a beyond the plate]"},
    {"notches",
     "[%n round notches of $e cut into the rim|%n rim notches, {dia:e}|%n scallops of $e around the edge|!n x $e notches "
     "centered on the rim|%n notches with radius $/e on the edge|"
     "{cutset} {cut_at}|{cutset} {cut_at}|{cutset} {cut_at}|{cutset} {cut_at}|{cutset} {cut_at}|{cutset} "
     "{cut_at}|{cutset} {cut_at}|%n rim {cutword}, $e each|^%n finger dents of $e at the rim]"},
    {"cutword", "[notches|notches|notches|round notches|scallops|scallops|flutes|circular notches|round cuts|semicircular "
                "notches|round scallops|half-round notches|concave notches|round grooves|circular cuts]"},
    {"cutset", "[%n {cutword} of $e|u;%n {cutword} $e in diameter|u;%n $e {cutword}|!n x $e {cutword}|!nx $e {cutword}|%n "
               "{cutword} of $e diameter|%n {cutword} with a diameter of $e|%n {cutword} (Ø$e)|%n {cutword} of radius $/e|%n "
               "{cutword} with radius $/e|!n x Ø$e {cutword}|!n x R#/e@ {cutword}]"},
    {"cut_at", "[around the rim|around the rim|around the edge|centered on the rim|centered on the edge|along the rim|cut into "
               "the rim|cut into the edge|evenly spaced around the rim|equally spaced on the rim|on the rim|at the edge|with "
               "centers on the rim|u;in the rim|u;in the edge]"},
    {"hub",
     "[hub {dia:u}, overall height $h|~ $u hub, $h high overall|hub diameter $u, total height $h|a hub of $u, $h "
     "overall height|~ $u {hubword}, {total}|~ $u {hubword}, {total}|{hubword} {dia:u}, {total}|{hubword} {dia:u}, "
     "{total}|{hubword} diameter $u, {total}|a {hubword} of $u, {total}|~ $u diameter {hubword}, {total}|u;a {hubword} $u "
     "in diameter, {total}|{hubword} Ø$u, {total}|a {hubword} with {with_dia:u}, {total}|{hubword}: $u, "
     "{total}|{hubword} radius $/u, {total}]"},
    {"hub_a",
     "[hub {dia:u}, $v above the disc|~ $u hub, $v high above the disc|hub diameter $u, height above the disc $v|a hub "
     "of $u, standing $v above the disc|~ $u {hubword}, {above}|~ $u {hubword}, {above}|{hubword} {dia:u}, {above}|"
     "{hubword} {dia:u}, {above}|{hubword} diameter $u, {above}|a {hubword} of $u, {above}|~ $u diameter {hubword}, "
     "{above}|a {hubword} $u across, {above}|{hubword} Ø$u, {above}|a {hubword} with {with_dia:u}, {above}|{hubword}: $u, "
     "{above}|{hubword} radius $/u, {above}]"},
    {"hubword", "[hub|hub|hub|hub|hub|boss|center boss|central hub|center hub|raised hub|neck|raised center|round boss|round "
                "hub|cylindrical hub|shoulder]"},
    {"total", "[overall height with the disc $h|top $h above the bottom|$h tall overall|$h high overall|height $h from the "
              "bottom|total height with the disc $h|standing $h above the underside|$h high including the disc|$h tall, disc "
              "included|reaching $h above the bottom|overall height there $h]"},
    {"above", "[$v above the disc|$v high above the disc|standing $v above the disc|standing $v proud|$v proud of the disc|"
              "height above the disc $v|height above the plate $v|sticking up $v|sticking up $v above the plate|$v tall above "
              "the disc|on top of the disc, $v tall|projecting $v above the disc|$v over the top of the disc|$v high, measured "
              "from the top of the disc|that stands $v above the disc|coming up $v above the disc|"
              "^jutting $v out of the upper face|^emerging $v from the upper face]"},
    {NULL, NULL},
};

const cad_rule cad_words_pins_plain[] = {
    {"np", "[{disc_t}, {pins}|{disc_t}, {pins}|{disc_t}, {pins}|{disc_t}, {pins}|{disc_t}, {nomid}, {pins}|{disc_t}, {pins}, "
           "{nomid}|{disc_t} with {pins}|{disc_t} with {pins}|{disc_t}. {pins}|{disc_t}; {pins}|{table} with {pins}, "
           "{size}|{table}, {pins}, {size}|{disc_t}. Add {pins}|{disc_t} and {pins}|{table}, {nomid}, {size}, {pins}]"},
    {"spec", "[{table}{sep}D=$d{sep}T=$t{sep}{pins}|{table}\ndiameter: $d\nthickness: "
             "$t\n{pins}|{table}{sep}{od}{sep}{th}{sep}{pins}|{table}{sep}{th}{sep}{od}{sep}{pins}|{table}{sep}{pins}{sep}{od}{"
             "sep}{th}|{table}: {od}, {th}, {pins}|{table}\n- {od}\n- {th}\n- {pins}]"},
    {NULL, NULL},
};
const cad_rule cad_words_pins_bored[] = {
    {"np", "[{disc_t}, {bore:b}, {pins}|{disc_t}, {mid}, {pins}|{disc_t}, {mid}, {pins}|{disc_t}, {pins}, {mid}|{disc_t}, "
           "{pins}, {mid}|{disc_t} with {with_bore:b} and {pins}|{disc_t} with {with_mid} and {pins}|{disc_t}. {mid}. "
           "{pins}|{disc_t}; {mid}; {pins}|{table} with {with_mid}, {size}, {pins}|{table}, {od}, {mid}, {th}, {pins}|{table}, "
           "{pins}, {size}, {mid}|{disc_t}. Add {pins}. The bore is $b|{disc_t}. The bore is $b. {pins}|{disc_t}, {pins}. "
           "Center hole $b|{disc_t}. Bore $b. {pins}|{table} with {pins}, {size}, {mid}]"},
    {"spec", "[{table}{sep}D=$d{sep}T=$t{sep}bore=$b{sep}{pins}|{table}\ndiameter: $d\nthickness: $t\nbore: "
             "$b\n{pins}|{table}{sep}{od}{sep}{th}{sep}{mid}{sep}{pins}|{table}{sep}{od}{sep}{mid}{sep}{th}{sep}{pins}|{table}{"
             "sep}{mid}{sep}{size}{sep}{pins}|{table}{sep}{pins}{sep}{od}{sep}{th}{sep}{mid}|{table}: {od}, {th}, {mid}, "
             "{pins}|{table}\n- {od}\n- {th}\n- {mid}\n- {pins}]"},
    {NULL, NULL},
};
const cad_rule cad_words_pins_hub[] = {
    {"np", "[{disc_t}, {hub}, {mid}, {pins}|{disc_t}, {hub}, {bore:b}, {pins}|{disc_t}, {pins}, {hub}, {mid}|{disc_t}, {mid}, "
           "{hub}, {pins}|{disc_t}, {hub}, {pins}, {mid}|{disc_t} with {hub}, {mid}, {pins}|{disc_t}. {hub}. {mid}. "
           "{pins}|{disc_t}; {hub}; {mid}; {pins}|{disc_t} with {hub}, {pins} and {with_mid}|{disc_t}, {mid}, {pins}, "
           "{hub}|{disc_t}, {hub}. The bore is $b. {pins}|{disc_t}, {hub}, {pins}. Center hole $b]"},
    {"spec", "[{table}{sep}D=$d{sep}T=$t{sep}{hub}{sep}bore=$b{sep}{pins}|{table}{sep}{od}{sep}{th}{sep}{hub}{sep}{mid}{sep}{"
             "pins}|{table}{sep}{od}{sep}{th}{sep}{mid}{sep}{hub}{sep}{pins}|{table}: {od}, {th}, {hub}, {mid}, "
             "{pins}|{table}\n- {size}\n- {hub}\n- {mid}\n- {pins}]"},
    {NULL, NULL},
};
const cad_rule cad_words_knob_plain[] = {
    {"np", "[{disc_k}, {notches}|{disc_k}, {notches}|{disc_k}, {notches}|{disc_k}, {notches}|{disc_k}, {nomid}, "
           "{notches}|{disc_k}, {notches}, {nomid}|{disc_k} with {notches}|{disc_k} with {notches}|{disc_k}. "
           "{notches}|{disc_k}; {notches}|{knob} with {notches}, {size}|{knob}, {notches}, {size}|{disc_k}. Add "
           "{notches}|{disc_k} and {notches}|{knob}, {nomid}, {size}, {notches}]"},
    {"spec", "[{knob}{sep}D=$d{sep}T=$t{sep}{notches}|{knob}\ndiameter: $d\nthickness: "
             "$t\n{notches}|{knob}{sep}{od}{sep}{th}{sep}{notches}|{knob}{sep}{th}{sep}{od}{sep}{notches}|{knob}{sep}{notches}{"
             "sep}{od}{sep}{th}|{knob}: {od}, {th}, {notches}|{knob}\n- {od}\n- {th}\n- {notches}]"},
    {NULL, NULL},
};
const cad_rule cad_words_knob_bored[] = {
    {"np",
     "[{disc_k}, {bore:b}, {notches}|{disc_k}, {mid}, {notches}|{disc_k}, {mid}, {notches}|{disc_k}, {notches}, "
     "{mid}|{disc_k}, {notches}, {mid}|{disc_k} with {with_bore:b} and {notches}|{disc_k} with {with_mid} and "
     "{notches}|{disc_k}. {mid}. {notches}|{disc_k}; {mid}; {notches}|{knob} with {with_mid}, {size}, {notches}|{knob}, {od}, "
     "{mid}, {th}, {notches}|{knob}, {notches}, {size}, {mid}|{disc_k}. Add {notches}. The bore is $b|{disc_k}. The bore is "
     "$b. {notches}|{disc_k}, {notches}. Center hole $b|{disc_k}. Bore $b. {notches}|{knob} with {notches}, {size}, {mid}]"},
    {"spec", "[{knob}{sep}D=$d{sep}T=$t{sep}bore=$b{sep}{notches}|{knob}\ndiameter: $d\nthickness: $t\nbore: "
             "$b\n{notches}|{knob}{sep}{od}{sep}{th}{sep}{mid}{sep}{notches}|{knob}{sep}{od}{sep}{mid}{sep}{th}{sep}{notches}|{"
             "knob}{sep}{mid}{sep}{size}{sep}{notches}|{knob}{sep}{notches}{sep}{od}{sep}{th}{sep}{mid}|{knob}: {od}, {th}, "
             "{mid}, {notches}|{knob}\n- {od}\n- {th}\n- {mid}\n- {notches}]"},
    {NULL, NULL},
};
const cad_rule cad_words_knob_hub[] = {
    {"np",
     "[{disc_k}, {hub}, {mid}, {notches}|{disc_k}, {hub}, {bore:b}, {notches}|{disc_k}, {notches}, {hub}, {mid}|{disc_k}, "
     "{mid}, {hub}, {notches}|{disc_k}, {hub}, {notches}, {mid}|{disc_k} with {hub}, {mid}, {notches}|{disc_k}. {hub}. {mid}. "
     "{notches}|{disc_k}; {hub}; {mid}; {notches}|{disc_k} with {hub}, {notches} and {with_mid}|{disc_k}, {mid}, {notches}, "
     "{hub}|{disc_k}, {hub}. The bore is $b. {notches}|{disc_k}, {hub}, {notches}. Center hole $b]"},
    {"spec", "[{knob}{sep}D=$d{sep}T=$t{sep}{hub}{sep}bore=$b{sep}{notches}|{knob}{sep}{od}{sep}{th}{sep}{hub}{sep}{mid}{sep}{"
             "notches}|{knob}{sep}{od}{sep}{th}{sep}{mid}{sep}{hub}{sep}{notches}|{knob}: {od}, {th}, {hub}, {mid}, "
             "{notches}|{knob}\n- {size}\n- {hub}\n- {mid}\n- {notches}]"},
    {NULL, NULL},
};
const cad_rule cad_words_knob_boss[] = {
    {"np", "[{disc_k}, {hub}, {nomid}, {notches}|{disc_k}, {notches}, {hub}, {nomid}|{disc_k}, {hub}, {notches}, "
           "{nomid}|{disc_k} with {hub}, {notches}, {nomid}|{disc_k}, {nomid}, {hub}, {notches}|{disc_k}. {hub}. {notches}. "
           "{nomid}|{disc_k}; {hub}; {notches}; {nomid}]"},
    {"spec", "[{knob}, no bore{sep}D=$d{sep}T=$t{sep}{hub}{sep}{notches}|{knob}, "
             "{nomid}{sep}{od}{sep}{th}{sep}{hub}{sep}{notches}|{knob}{sep}{od}{sep}{th}{sep}{hub}{sep}{notches}{sep}{nomid}|{"
             "knob}\n- {size}\n- {hub}\n- {nomid}\n- {notches}]"},
    {NULL, NULL},
};

const cad_rule cad_words_pins_plain_above[] = {
    {"np", "[{disc_t}, {pins_a}|{disc_t}, {pins_a}|{disc_t}, {pins_a}|{disc_t}, {pins_a}|{disc_t}, {nomid}, {pins_a}|{disc_t}, "
           "{pins_a}, {nomid}|{disc_t} with {pins_a}|{disc_t} with {pins_a}|{disc_t}. {pins_a}|{disc_t}; {pins_a}|{table} with "
           "{pins_a}, {size}|{table}, {pins_a}, {size}|{disc_t}. Add {pins_a}|{disc_t} and {pins_a}|{table}, {nomid}, {size}, "
           "{pins_a}]"},
    {"spec", "[{table}{sep}D=$d{sep}T=$t{sep}{pins_a}|{table}\ndiameter: $d\nthickness: "
             "$t\n{pins_a}|{table}{sep}{od}{sep}{th}{sep}{pins_a}|{table}{sep}{th}{sep}{od}{sep}{pins_a}|{table}{sep}{pins_a}{"
             "sep}{od}{sep}{th}|{table}: {od}, {th}, {pins_a}|{table}\n- {od}\n- {th}\n- {pins_a}]"},
    {NULL, NULL},
};
const cad_rule cad_words_pins_bored_above[] = {
    {"np",
     "[{disc_t}, {bore:b}, {pins_a}|{disc_t}, {mid}, {pins_a}|{disc_t}, {mid}, {pins_a}|{disc_t}, {pins_a}, {mid}|{disc_t}, "
     "{pins_a}, {mid}|{disc_t} with {with_bore:b} and {pins_a}|{disc_t} with {with_mid} and {pins_a}|{disc_t}. {mid}. "
     "{pins_a}|{disc_t}; {mid}; {pins_a}|{table} with {with_mid}, {size}, {pins_a}|{table}, {od}, {mid}, {th}, "
     "{pins_a}|{table}, {pins_a}, {size}, {mid}|{disc_t}. Add {pins_a}. The bore is $b|{disc_t}. The bore is $b. "
     "{pins_a}|{disc_t}, {pins_a}. Center hole $b|{disc_t}. Bore $b. {pins_a}|{table} with {pins_a}, {size}, {mid}]"},
    {"spec", "[{table}{sep}D=$d{sep}T=$t{sep}bore=$b{sep}{pins_a}|{table}\ndiameter: $d\nthickness: $t\nbore: "
             "$b\n{pins_a}|{table}{sep}{od}{sep}{th}{sep}{mid}{sep}{pins_a}|{table}{sep}{od}{sep}{mid}{sep}{th}{sep}{pins_a}|{"
             "table}{sep}{mid}{sep}{size}{sep}{pins_a}|{table}{sep}{pins_a}{sep}{od}{sep}{th}{sep}{mid}|{table}: {od}, {th}, "
             "{mid}, {pins_a}|{table}\n- {od}\n- {th}\n- {mid}\n- {pins_a}]"},
    {NULL, NULL},
};
const cad_rule cad_words_pins_hub_above[] = {
    {"np",
     "[{disc_t}, {hub_a}, {mid}, {pins_a}|{disc_t}, {hub_a}, {bore:b}, {pins_a}|{disc_t}, {pins_a}, {hub_a}, {mid}|{disc_t}, "
     "{mid}, {hub_a}, {pins_a}|{disc_t}, {hub_a}, {pins_a}, {mid}|{disc_t} with {hub_a}, {mid}, {pins_a}|{disc_t}. {hub_a}. "
     "{mid}. {pins_a}|{disc_t}; {hub_a}; {mid}; {pins_a}|{disc_t} with {hub_a}, {pins_a} and {with_mid}|{disc_t}, {mid}, "
     "{pins_a}, {hub_a}|{disc_t}, {hub_a}. The bore is $b. {pins_a}|{disc_t}, {hub_a}, {pins_a}. Center hole $b]"},
    {"spec", "[{table}{sep}D=$d{sep}T=$t{sep}{hub_a}{sep}bore=$b{sep}{pins_a}|{table}{sep}{od}{sep}{th}{sep}{hub_a}{sep}{mid}{"
             "sep}{pins_a}|{table}{sep}{od}{sep}{th}{sep}{mid}{sep}{hub_a}{sep}{pins_a}|{table}: {od}, {th}, {hub_a}, {mid}, "
             "{pins_a}|{table}\n- {size}\n- {hub_a}\n- {mid}\n- {pins_a}]"},
    {NULL, NULL},
};
const cad_rule cad_words_knob_hub_above[] = {
    {"np", "[{disc_k}, {hub_a}, {mid}, {notches}|{disc_k}, {hub_a}, {bore:b}, {notches}|{disc_k}, {notches}, {hub_a}, "
           "{mid}|{disc_k}, {mid}, {hub_a}, {notches}|{disc_k}, {hub_a}, {notches}, {mid}|{disc_k} with {hub_a}, {mid}, "
           "{notches}|{disc_k}. {hub_a}. {mid}. {notches}|{disc_k}; {hub_a}; {mid}; {notches}|{disc_k} with {hub_a}, {notches} "
           "and {with_mid}|{disc_k}, {mid}, {notches}, {hub_a}|{disc_k}, {hub_a}. The bore is $b. {notches}|{disc_k}, {hub_a}, "
           "{notches}. Center hole $b]"},
    {"spec", "[{knob}{sep}D=$d{sep}T=$t{sep}{hub_a}{sep}bore=$b{sep}{notches}|{knob}{sep}{od}{sep}{th}{sep}{hub_a}{sep}{mid}{"
             "sep}{notches}|{knob}{sep}{od}{sep}{th}{sep}{mid}{sep}{hub_a}{sep}{notches}|{knob}: {od}, {th}, {hub_a}, {mid}, "
             "{notches}|{knob}\n- {size}\n- {hub_a}\n- {mid}\n- {notches}]"},
    {NULL, NULL},
};
const cad_rule cad_words_knob_boss_above[] = {
    {"np", "[{disc_k}, {hub_a}, {nomid}, {notches}|{disc_k}, {notches}, {hub_a}, {nomid}|{disc_k}, {hub_a}, {notches}, "
           "{nomid}|{disc_k} with {hub_a}, {notches}, {nomid}|{disc_k}, {nomid}, {hub_a}, {notches}|{disc_k}. {hub_a}. "
           "{notches}. {nomid}|{disc_k}; {hub_a}; {notches}; {nomid}]"},
    {"spec", "[{knob}, no bore{sep}D=$d{sep}T=$t{sep}{hub_a}{sep}{notches}|{knob}, "
             "{nomid}{sep}{od}{sep}{th}{sep}{hub_a}{sep}{notches}|{knob}{sep}{od}{sep}{th}{sep}{hub_a}{sep}{notches}{sep}{"
             "nomid}|{knob}\n- {size}\n- {hub_a}\n- {nomid}\n- {notches}]"},
    {NULL, NULL},
};
