/* Rules of the captions; sizes by the names of synth_flange.c. */
#include "dataprep/words.h"

const cad_rule cad_words_flange[] = {
    /* as the common rules, without words that are said of a whole part or of a bolt circle */
    {"dia", "{disc_dia:_}"},
    {"with_dia", "{disc_with_dia:_}"},
    {"thick", "{disc_thick:_}"},
    {"noun", "[flange|flange|flange|flange|flange|flange|round flange|pipe flange|flange plate|circular flange|mounting "
             "flange|flange|flange|steel flange|flat round flange|bolt flange|bolted flange|adapter flange|disc flange|shaft "
             "flange|round mounting flange|machine flange|flange disc|pump flange|motor flange|bolt-on flange|custom "
             "flange|flange with bolt holes|^coupling flange|^end ring]"},
    {"hubnoun",
     "[hubbed flange|flange with a hub|hub flange|flange with hub|hubbed flange|hubbed flange|flanged hub|flange with a raised "
     "hub|flange with a central hub|hub-type flange|flange and hub|round hubbed flange|round flange with a hub|flange with "
     "raised center|shaft flange with hub|mounting flange with a hub|wheel hub flange|^collared flange]"},
    {"od", "[{outer:d}|{outer:d}|{outer:d}|{outer:d}|{dia:d}|{dia:d}|{odmore}|{odmore}]"},
    {"odmore",
     "[rim diameter $d|$d rim diameter|$d at the rim|$d over the rim|overall diameter $d|$d overall diameter|total diameter "
     "$d|$d total diameter|flange diameter $d|flange dia $d|$d flange diameter|disc diameter $d|disc dia $d|$d disc|O.D. $d|od "
     "$d|od: $d|OD = $d|OD of $d|outside dia $d|$d outside dia|$d outer dia|outer $d|outer: $d|outside $d|outside radius "
     "$/d|rim radius $/d|$/d outside radius|$/d rim radius|OR $/d|max diameter $d|largest diameter $d|outer diameter = "
     "$d|outer diameter: $d|outer diameter of $d|$d OD disc|diameter is $d|Dout=$d|do $d|full diameter $d]"},
    {"th", "[{thick:t}|{thick:t}|{thick:t}|{thick:t}|{thmore}]"},
    {"thmore", "[disc thickness $t|disc $t thick|flange thickness $t|flange $t thick|plate thickness $t|$t thick disc|$t "
               "plate|$t thick plate|made from $t plate|cut from $t plate|rim thickness $t|rim $t thick|$t thick at the "
               "rim|thickness = $t|thickness is $t|thick: $t|thick $t|thick=$t|$t disc thickness|$t flange thickness|$t plate "
               "thickness|thickness $t at the rim|t: $t|t = $t|with a thickness of $t]"},
    {"disc", "[{noun}, {od}, {th}|{noun}, {od}, {th}|{noun} {od}, {th}|{noun} {od}, {th}|{predia:d} {noun}, {th}|{noun}, {th}, "
             "{od}|{prethick:t} {noun}, {od}|{noun} Ø#d x #t@|{noun}, {od} and {th}|{noun}: {od}, {th}|{noun} - {od}, "
             "{th}|{noun} ({od}, {th})|{noun}; {od}; {th}|$d OD {noun}, {th}|$d {noun}, {th}|{predia:d} by $t thick {noun}|$d "
             "x $t {noun}|{noun} $d x $t|{noun}, $d by $t|{noun} $d dia x $t thick|{noun}, $d OD x $t thick|{noun} $d across "
             "and $t thick|{noun} $d over the rim and $t thick|{noun} of $d diameter and $t thickness|{noun} that is $d across "
             "and $t thick|{noun}, $t thick and $d across|$t thick {noun}, {od}|$t thick x $d OD {noun}|{noun} made from ~ $d "
             "disc, {th}|{noun} {th}, {od}|{noun} D$d T$t|{noun} with {od}, {th}|^{noun} measuring {od}, {thick:t}]"},
    {"ring", "[{holes} on ~ $k {pitchcircle}|{holes} on ~ $k {pitchcircle}|{holes} on a {pitchcircle} of $k|{bolts} on ~ $k "
             "{pitchcircle}|{bolts}, PCD $k|{bolts} on a {pitchcircle} of $k|{holes}, PCD $k|{holes} evenly spaced on ~ $k "
             "bolt circle|{bolts}, BCD $k|{holes} at PCD $k|a {pitchcircle} of $k with {holes}|{bolts} around ~ $k "
             "circle|{holes} on a circle of radius $/k|{bolts} {on_k}|{bolts} {on_k}|{bolts} {on_k}|{bolts} {on_k}|{bolts} "
             "{on_k}|{bolts} {on_k}|{bolts} {on_k}|{bolts} {on_k}|{bolts} {on_k}|{holes} {on_k}|{holes} {on_k}|{holes} "
             "{on_k}|{holes} {on_k}|{bolts_last} {on_k}|{bolts_last} {on_k}|a {pitchcircle} of $k with {bolts}|~ $k "
             "{pitchcircle} with {bolts}|~ $k {pitchcircle} of {bolts}|~ $k {pitchcircle} and {bolts}|{pitchcircle} $k, "
             "{bolts}|{pitchcircle} $k with {bolts}|PCD $k, {bolts}|PCD=$k, {bolts}|{pitchcircle} of $k, {bolts}|a circle of "
             "{bolts}, $k across|%n holes on ~ $k {pitchcircle}, $hd each|u;%n bolt holes {on_k}, each $hd in diameter|%n "
             "holes {on_k}, hole diameter $hd|%n bolt holes {on_k}, hole dia $hd|%n holes {on_k}, every hole $hd|PCD $k, !n "
             "holes, hole dia $hd|bolt pattern !n x $hd on $k PCD|{pitchcircle} $k: !n x $hd|!n x $hd {on_k}|!n x $hd "
             "{on_k}|!nx$hd {on_k}|&hd;!nxM#hd {on_k}|^{holes} arranged around ~ $k ring|^{bolts} spread over ~ $k circle]"},
    {"on_k",
     "[on ~ $k {pitchcircle}|on ~ $k {pitchcircle}|on ~ $k {pitchcircle}|on a {pitchcircle} of $k|on a {pitchcircle} of $k|at "
     "~ $k {pitchcircle}|around a {pitchcircle} of $k|along ~ $k {pitchcircle}|on {pitchcircle} $k|on PCD $k|at PCD $k|on a "
     "circle of diameter $k|u;on a circle $k in diameter|on a circle $k across|on ~ $k diameter circle|on a circle of "
     "$k|around a circle of $k diameter|on a circle of radius $/k|on ~ $/k radius circle|at radius $/k|at a radius of $/k|, "
     "$/k from the center|, $/k from the centre|, each $/k from the center|evenly spaced at radius $/k|on a {pitchcircle} with "
     "diameter $k|with PCD $k|with a {pitchcircle} of $k|with ~ $k {pitchcircle}|evenly spaced on ~ $k {pitchcircle}|equally "
     "spaced on ~ $k {pitchcircle}|equally spaced on a {pitchcircle} of $k|evenly distributed on ~ $k circle|evenly placed "
     "around ~ $k circle|spaced evenly around a {pitchcircle} of $k|centered on ~ $k circle|lying on ~ $k circle|sitting on ~ "
     "$k {pitchcircle}|on ~ $k bolt pattern|on a circular pattern of $k diameter|, PCD $k|, PCD=$k|, PCD: $k|(PCD $k)|(BCD "
     "$k)|, {pitchcircle} $k|, {pitchcircle} $k|, $k {pitchcircle}|, {pitchcircle} of $k|, BC $k|, bolt circle radius $/k|, "
     "pitch radius $/k|, pitch circle radius $/k|, on $k PCD|, all on ~ $k circle]"},
    {"pitchcircle", "[bolt circle|PCD|pitch circle|bolt circle|circle|BCD|pitch circle diameter|bolt circle|bolt circle|pitch "
                    "circle|bolt circle diameter|pitch diameter|BC|pcd|bolt pattern|screw circle|bolt circle dia|fixing "
                    "circle|bcd|mounting circle|^hole circle]"},
    {"boltword", "[bolt|bolt|bolt|bolt|screw|mounting|fixing|fastener|clearance|through|thru|round|attachment|outer|perimeter|"
                 "stud|fastening]"},
    {"bolts",
     "[%n bolt holes of $hd|u;%n $hd bolt holes|!n x $hd bolt holes|!nx $hd bolt holes|%n bolt holes, $hd diameter|%n bolt "
     "holes Ø$hd|%n bolt holes of $hd diameter|&hd;%n M#hd bolt holes|&hd;!n x M#hd|&hd;%n holes for M#hd bolts|%n bolt holes "
     "with radius $/hd|%n {boltword} holes of $hd|%n {boltword} holes of $hd|u;%n $hd {boltword} holes|u;%n $hd {boltword} "
     "holes|!n x $hd {boltword} holes|!nx $hd {boltword} holes|%n {boltword} holes, $hd diameter|%n {boltword} holes, $hd "
     "each|%n {boltword} holes, each $hd|%n {boltword} holes (Ø$hd)|%n {boltword} holes ($hd)|%n {boltword} holes, dia "
     "$hd|u;%n {boltword} holes $hd in diameter|%n {boltword} holes $hd wide|%n {boltword} holes $hd across|%n {boltword} "
     "holes with a diameter of $hd|%n {boltword} holes with $hd diameter|u;%n {boltword} holes that are $hd in diameter|%n "
     "{boltword} holes at $hd each|%n {boltword} holes of radius $/hd|%n {boltword} holes, radius $/hd|%n {boltword} holes "
     "R#/hd@|%n holes for bolts, each $hd|%n holes for the bolts, $hd diameter|%n holes for screws, $hd|!n x Ø$hd|!n x Ø$hd "
     "{boltword} holes|!nx Ø$hd holes|!n x $hd {boltword} holes|%n identical {boltword} holes of $hd|&hd;%n M#hd {boltword} "
     "holes|&hd;%n M#hd {boltword} holes|&hd;!n x M#hd {boltword} holes|&hd;%n {boltword} holes for M#hd|&hd;%n holes for M#hd "
     "screws|&hd;%n holes to take M#hd bolts|^%n bolt openings of $hd]"},
    {"bolts_last",
     "[u;$hd bolt holes, %n of them|u;$hd {boltword} holes, %n in total|u;$hd holes (!n of them)|bolt holes of $hd, %n of "
     "them|{boltword} holes of $hd, %n in total|{boltword} holes: !n x $hd|bolt holes: %n of $hd|holes: !n off, $hd|&hd;M#hd "
     "holes, %n of them|Ø$hd holes x !n|$hd dia holes, !n pieces|{boltword} holes $hd (!n off)|!n off $hd holes]"},
    {"ringspec", "[bolt circle $k{sep}bolts !n x $hd|PCD $k{sep}!n x $hd|holes: !n x $hd on PCD $k|{bolts}{sep}PCD "
                 "$k|PCD=$k{sep}bolt holes !n x $hd|BCD: $k{sep}holes: !n{sep}hole dia: $hd|bolt circle: $k{sep}bolt holes: !n "
                 "x $hd|pitch circle $k{sep}{bolts}|n=!n{sep}hole D=$hd{sep}PCD=$k|holes=!n{sep}hole dia=$hd{sep}bolt "
                 "circle=$k|number of holes: !n{sep}hole diameter: $hd{sep}bolt circle diameter: $k|hole count !n{sep}hole "
                 "size $hd{sep}PCD $k|bolt holes !n x $hd{sep}bolt circle $k|bolt holes: %n, $hd each{sep}pitch circle "
                 "diameter: $k|qty of holes !n{sep}hole Ø$hd{sep}circle Ø$k|bolt pattern: !n x $hd on $k|bolts: !n x "
                 "$hd{sep}BC=$k|{ring}|{ring}|{ring}|hole radius $/hd{sep}%n holes{sep}bolt circle radius $/k]"},
    {"hub",
     "[~ $u hub, $h [overall height|total height|tall overall|high overall]|hub {dia:u}, overall height $h|hub diameter $u, "
     "total height $h|a hub of $u, $h high overall|~ $u diameter hub, overall height $h|hub {dia:u} and $h overall height|~ $u "
     "{hubword}, {total}|~ $u {hubword}, {total}|~ $u {hubword}, {total}|{hubword} {dia:u}, {total}|{hubword} {dia:u}, "
     "{total}|{hubword} {dia:u}, {total}|{hubword} diameter $u, {total}|a {hubword} of $u, {total}|a {hubword} of $u diameter, "
     "{total}|~ $u diameter {hubword}, {total}|u;a {hubword} $u in diameter, {total}|a {hubword} $u across, {total}|{hubword} "
     "Ø$u, {total}|{hubword} dia $u and {total}|a {hubword} with {with_dia:u}, {total}|{hubword} OD $u, {total}|{hubword} "
     "($u), {total}|{hubword} $u, {total}|{hubword}: $u, {total}|{hubword} D $u, {total}|{total}, {hubword} {dia:u}|{total}, ~ "
     "$u {hubword}|{hubword} radius $/u, {total}|{total} with ~ $u {hubword}|a {hubword} of radius $/u, {total}|~ $u {hubword} "
     "({total})|^a collar of $u, $h from bottom to top]"},
    {"hubword", "[hub|hub|hub|hub|hub|hub|hub|hub|boss|boss|center boss|central hub|center hub|centre hub|raised "
                "hub|neck|raised center|round boss|round hub|cylindrical hub|central boss|sleeve|shoulder|spigot|raised boss]"},
    {"total", "[overall height $h|overall height $h|overall height $h|total height $h|total height $h|$h tall overall|$h high "
              "overall|$h overall|$h overall height|$h total height|height overall $h|overall height of $h|total height of "
              "$h|overall height: $h|total height: $h|$h tall in total|$h high in total|u;$h in total height|u;$h in overall "
              "height|full height $h|full height of $h|whole part $h tall|overall $h|$h total|overall H=$h|Htot=$h|H total "
              "$h|overall h $h|height with the disc $h|height including the disc $h|$h tall including the disc|$h high with "
              "the disc|combined height $h|disc and hub together $h high|top $h above the bottom|reaching $h from the "
              "underside|$h from the underside|total H $h|complete height $h]"},
    {"hub_a", "[hub {dia:u}, $v above the disc|~ $u hub, standing $v above the disc|hub diameter $u, height above the disc "
              "$v|a hub of $u, $v proud of the disc|~ $u {hubword}, {above}|~ $u {hubword}, {above}|~ $u {hubword}, "
              "{above}|{hubword} {dia:u}, {above}|{hubword} {dia:u}, {above}|{hubword} diameter $u, {above}|a {hubword} of $u, "
              "{above}|~ $u diameter {hubword}, {above}|a {hubword} $u across, {above}|{hubword} Ø$u, {above}|{hubword} OD $u, "
              "{above}|{hubword}: $u, {above}|{hubword} radius $/u, {above}|a {hubword} with {with_dia:u}, {above}]"},
    {"above", "[$v above the disc|$v above the plate|$v high above the disc|standing $v above the disc|standing $v proud|$v "
              "proud of the disc|height above the disc $v|height above the flange plate $v|sticking up $v|sticking up $v above "
              "the plate|$v tall above the disc|on top of the disc, $v tall|projecting $v above the disc|$v over the top of "
              "the disc|$v high, measured from the top of the disc|that stands $v above the disc|coming up $v above the "
              "disc|^jutting $v out of the upper face|^emerging $v from the upper face]"},
    {"s_hub_a", "[The hub is $u across and stands $v above the disc|The hub diameter is $u and the hub is $v high above the "
                "disc|Add ~ $u hub, {above}|There is ~ $u {hubword}, {above}|On top of the disc is ~ $u {hubword}, $v tall|Hub "
                "diameter $u, height above the disc $v|The {hubword} should be $u across, {above}|In the middle is a {hubword} "
                "of $u, {above}|{hub_a}|{hub_a}|{hub_a}]"},
    {"having", "[ with |, | with | and |, with |; |, plus |. With | featuring | including | - ]"},
    {"mid", "[{bore:b}|{bore:b}|{bore:b}|{bore:b}|{midmore}|{midmore}]"},
    {"midmore",
     "[center hole $b|centre hole $b|$b center hole|$b centre hole|$b center bore|center bore $b|central bore $b|$b central "
     "bore|$b central hole|central hole $b|$b in the middle|$b hole in the middle|$b hole in the center|middle hole $b|$b "
     "middle hole|$b shaft hole|shaft hole $b|for ~ $b shaft|bore diameter $b|$b bore diameter|bore dia $b|bore = $b|bore: "
     "$b|bore Ø$b|I.D. $b|ID = $b|ID: $b|id $b|inside dia $b|inner $b|inside $b|inside radius $/b|$/b bore radius|center hole "
     "radius $/b|bored $b|bored to $b|bored through at $b|thru bore $b|$b through bore|through bore of $b|hole through the "
     "middle $b|center hole of $b|central hole of $b diameter|$b pilot bore|inner hole $b]"},
    {"with_mid", "[{with_bore:b}|{with_bore:b}|{with_bore:b}|~ $b center bore|a center bore of $b|~ $b shaft hole|~ $b hole in "
                 "the middle|~ $b hole in the center|~ $b through bore|a bore diameter of $b|a central bore of $b|a center "
                 "hole of $b|a middle hole of $b|an inner diameter of $b|an inside diameter of $b|an ID of $b|~ $b ID|u;a bore "
                 "$b in diameter|~ $b hole for the shaft]"},
    {"s_disc", "[u;The disc is $d in diameter and $t thick|The disc is $d across and $t thick|The disc should be $d across and "
               "$t thick|Diameter $d, thickness $t|Outer diameter $d, thickness $t|The outer diameter is $d and the thickness "
               "is $t|OD is $d, thickness is $t|OD should be $d and thickness $t|Outside diameter of $d, {th}|u;The plate is "
               "$t thick and $d in diameter|Make the disc $d across and $t thick|Outer radius is $/d, thickness $t|$d across, "
               "$t thick|{od}, {th}|{od}. {th}|{th}. {od}|{od} and {th}]"},
    {"s_bore", "[The bore is $b|Bore is $b|Bore should be $b|The bore should be $b|The center hole is $b|u;The center hole is "
               "$b in diameter|The hole in the middle is $b|The hole in the middle should be $b across|Put ~ $b hole in the "
               "center|Add ~ $b center hole|~ $b hole goes through the middle|The bore diameter is $b|The bore radius is "
               "$/b|Inner diameter is $b|The ID is $b|There is {with_mid}|Add {with_mid}|{mid}|{mid}|{mid}]"},
    {"s_ring", "[There are {bolts} {on_k}|There are {bolts} {on_k}|Add {bolts} {on_k}|Put {bolts} {on_k}|Place {bolts} "
               "{on_k}|Bolt circle is $k with {bolts}|The bolt circle is $k, {bolts}|Add a {pitchcircle} of $k with "
               "{bolts}|The %n bolt holes are $hd and sit on ~ $k {pitchcircle}|The bolt holes are $hd, %n of them, on ~ $k "
               "circle|u;The %n {boltword} holes are $hd in diameter, the {pitchcircle} is $k|The bolt circle should be $k, %n "
               "holes, each $hd|The PCD is $k with {holes}|I want {bolts} {on_k}|{ring}|{ring}|{ring}|{ring}]"},
    {"s_hub", "[u;The hub is $u in diameter and the overall height is $h|The hub is $u across, total height $h|The hub "
              "diameter is $u and the part is $h tall overall|Add ~ $u hub, {total}|There is ~ $u {hubword}, {total}|On top is "
              "~ $u {hubword}, {total}|Hub diameter $u, {total}|u;The {hubword} should be $u in diameter, {total}|In the "
              "middle is a {hubword} of $u, {total}|{hub}|{hub}|{hub}|{hub}]"},
    {NULL, NULL},
};

const cad_rule cad_words_flange_blind[] = {
    {"np",
     "[{disc}, {nobore}, {ring}|{disc}, {ring}, {nobore}|{blindnoun}, {od}, {th}, {ring}|{blindnoun} {od}, {th}, "
     "{ring}|{disc}{having}{ring}, {nobore}|{predia:d} {blindnoun}, {th}, {ring}|{blindnoun}, {th}, {od}, {ring}|{blindnoun} "
     "with {ring}, {od}, {th}|{blindnoun}: {ring}, {od}, {th}|{blindnoun} $d x $t, {ring}|{blindnoun} ({od}, {th}), {ring}|$d "
     "x $t {blindnoun}, {ring}|{blindnoun}. {s_disc}. {s_ring}|{blindnoun}. {s_ring}. {s_disc}|{noun}, {nobore}. {s_disc}. "
     "{s_ring}|{noun}. {s_disc}. {s_ring}. {s_nobore}|{disc}; {ring}; {nobore}|{disc} with {ring} and no bore]"},
    {"spec", "[blind flange{sep}OD=$d{sep}T=$t{sep}{ringspec}|blind flange\nouter diameter: $d\nthickness: "
             "$t\n{ringspec}|blind flange: OD $d, t $t, "
             "{ringspec}|{blindnoun}{sep}{od}{sep}{th}{sep}{ringspec}|{blindnoun}{sep}{th}{sep}{od}{sep}{ringspec}|{blindnoun}{"
             "sep}{ringspec}{sep}{od}{sep}{th}|{noun}{sep}{nobore}{sep}{od}{sep}{th}{sep}{ringspec}|{blindnoun}: {od}, {th}, "
             "{ringspec}|{noun}: {od}, {th}, {ringspec}, {nobore}|{blindnoun}. {s_disc}. {s_ring}]"},
    {"blindnoun", "[blind flange|blind flange|blind flange|blind flange|blank flange|blind round flange|blind pipe "
                  "flange|solid flange|solid flange without bore|blind flange plate|blind mounting flange|flange without a "
                  "center hole|flange with no bore|unbored flange|round blind flange]"},
    {"s_nobore", "[No bore|No center hole|The center is solid|The middle stays solid|No hole in the middle|Blind]"},
    {"nobore", "[no bore|no center hole|without a bore|blind|solid center|no bore|no centre hole|no central hole|no hole in "
               "the middle|no hole in the center|without a center hole|without bore|solid middle|not bored|solid in the "
               "middle|bore: none|center solid|center left solid|^closed centre]"},
    {NULL, NULL},
};

const cad_rule cad_words_flange_flat[] = {
    {"np", "[{disc}, {bore:b}, {ring}|{disc}, {mid}, {ring}|{disc}, {mid}, {ring}|{disc} with {with_bore:b} and "
           "{ring}|{disc}{having}{ring} and {with_bore:b}|{disc}, {ring}, {mid}|{disc}, {ring}, {mid}|{disc}, with {with_mid}, "
           "{ring}|{disc}; {mid}; {ring}|{noun}, {od}, {mid}, {th}, {ring}|{noun} {od}, {mid}, {th}, {ring}|{noun}, {mid}, "
           "{od}, {th}, {ring}|{noun}, {th}, {od}, {mid}, {ring}|{noun}, {th}, {mid}, {od}, {ring}|{noun} with {with_mid}, "
           "{od}, {th}, {ring}|{noun} with {ring}, {od}, {mid}, {th}|{noun}, {ring}, {od}, {th}, {mid}|{noun} with {ring}; "
           "{od}; {th}; {mid}|{noun} $d OD x $b ID x $t thick, {ring}|$d OD x $b ID x $t thick {noun}, {ring}|{noun} OD $d ID "
           "$b, {th}, {ring}|{noun} OD $d, ID $b, {th}, {ring}|$d x $t {noun} with {with_mid}, {ring}|{disc} and {mid}, "
           "{ring}|{disc}, {mid} and {ring}|{disc} with {with_mid} plus {ring}|{disc}. {mid}. {ring}|{disc}. {ring}. "
           "{mid}|{noun}. {s_disc}. {s_bore}. {s_ring}|{noun}. {s_disc}. {s_bore}. {s_ring}|{noun}. {s_disc}. {s_ring}. "
           "{s_bore}|{noun}. {s_bore}. {s_disc}. {s_ring}|{noun}. {s_ring}. {s_bore}. {s_disc}|{disc}. {s_bore}. "
           "{s_ring}|{disc}. {s_ring}. {s_bore}|{disc}, {ring}. {s_bore}|{disc}, {mid}. {s_ring}|{disc}, {mid}. {s_ring}]"},
    {"spec", "[{noun}{sep}OD=$d{sep}T=$t{sep}bore=$b{sep}{ringspec}|{noun}\nouter diameter: $d\nthickness: $t\nbore: "
             "$b\n{ringspec}|{noun}: OD $d, t $t, bore $b, {ringspec}|{noun} OD$d ID$b T$t, "
             "{ringspec}|{noun}{sep}{od}{sep}{th}{sep}{mid}{sep}{ringspec}|{noun}{sep}{od}{sep}{th}{sep}{mid}{sep}{ringspec}|{"
             "noun}{sep}{od}{sep}{mid}{sep}{th}{sep}{ringspec}|{noun}{sep}{mid}{sep}{od}{sep}{th}{sep}{ringspec}|{noun}{sep}{"
             "ringspec}{sep}{od}{sep}{th}{sep}{mid}|{noun}: {od}, {mid}, {th}, {ringspec}|{noun}: {th}, {od}, {mid}, "
             "{ringspec}|{noun}. {s_disc}. {s_bore}. {s_ring}|{noun} - {od} - {th} - {mid} - {ringspec}|{noun}\n- {od}\n- "
             "{th}\n- {mid}\n- {ring}|{noun}\n* {od}\n* {mid}\n* {th}\n* {ring}|I need ~ {noun}: {od}, {mid}, {th} and "
             "{ring}|{od}, {mid}, {th} {noun} with {ring}|^{noun} / OD $d / thk $t / bore $b / {ringspec}]"},
    {NULL, NULL},
};

const cad_rule cad_words_flange_hubbed[] = {
    {"np",
     "[{disc}, {hub}, {mid}, {ring}|{disc} with {hub}, {mid}, {ring}|{hubnoun}, {od}, disc {thick:t}, {hub}, {mid}, "
     "{ring}|{disc}, {mid}, {hub}, {ring}|{disc}, {ring}, {hub}, {mid}|{disc}, {hub}, {bore:b}, {ring}|{disc}, {mid}, {ring}, "
     "{hub}|{disc}, {hub}, {ring}, {mid}|{disc}, {ring}, {mid}, {hub}|{disc}; {hub}; {mid}; {ring}|{disc} with {hub}, {ring} "
     "and {with_mid}|{disc} and {hub}, {mid}, {ring}|{hubnoun}, {od}, disc {thick:t}, {mid}, {hub}, {ring}|{hubnoun}, {od}, "
     "disc {thick:t}, {ring}, {hub}, {mid}|{hubnoun}: {od}, {thmore}, {hub}, {mid}, {ring}|{hubnoun} {od}, {thmore}, {mid}, "
     "{hub}, {ring}|{hubnoun}. {s_disc}. {s_hub}. {s_bore}. {s_ring}|{hubnoun}. {s_disc}. {s_hub}. {s_ring}. {s_bore}|{noun}. "
     "{s_disc}. {s_hub}. {s_bore}. {s_ring}|{disc}. {s_hub}. {s_bore}. {s_ring}|{disc}. {s_bore}. {s_ring}. {s_hub}|{disc}, "
     "{mid}, {ring}. {s_hub}|{disc}, {hub}. {s_bore}. {s_ring}|{disc}. {hub}. {mid}. {ring}|{noun}, {hub}, {od}, disc "
     "{thick:t}, {mid}, {ring}|{hubnoun}, {mid}, {hub}, {od}, disc {thick:t}, {ring}]"},
    {"spec", "[{hubnoun}{sep}OD=$d{sep}T=$t{sep}hub=$u{sep}overall height $h{sep}bore=$b{sep}{ringspec}|{hubnoun}\nouter "
             "diameter: $d\nthickness: $t\nhub diameter: $u\noverall height: $h\nbore: $b\n{ringspec}|{hubnoun}: OD $d, t $t, "
             "hub D $u, total height $h, bore $b, "
             "{ringspec}|{hubnoun}{sep}{od}{sep}{thmore}{sep}{hub}{sep}{mid}{sep}{ringspec}|{hubnoun}{sep}{od}{sep}{thmore}{"
             "sep}{hub}{sep}{mid}{sep}{ringspec}|{hubnoun}{sep}{od}{sep}{thmore}{sep}{mid}{sep}{hub}{sep}{ringspec}|{hubnoun}{"
             "sep}{od}{sep}{hub}{sep}disc "
             "{thick:t}{sep}{mid}{sep}{ringspec}|{hubnoun}{sep}{mid}{sep}{od}{sep}{thmore}{sep}{ringspec}{sep}{hub}|{noun}{sep}"
             "{od}{sep}{th}{sep}{hub}{sep}{mid}{sep}{ringspec}|{hubnoun}: {od}, {thmore}, {hub}, {mid}, {ringspec}|{noun}\n- "
             "{od}, {th}\n- {hub}\n- {mid}\n- {ring}|{hubnoun}. {s_disc}. {s_hub}. {s_bore}. {s_ring}]"},
    {NULL, NULL},
};

const cad_rule cad_words_flange_hub_only[] = {
    {"np", "[{disc}, {hub}, {solid}, {ring}|{disc} with {hub}, no bore, {ring}|{hubnoun}, {od}, disc {thick:t}, {hub}, "
           "{solid}, {ring}|{disc}, {ring}, {hub}, {solid}|{disc}, {solid}, {hub}, {ring}|{disc}, {hub}, {ring}, "
           "{solid}|{disc}, {ring}, {solid}, {hub}|{disc}; {hub}; {ring}; {solid}|{disc} with {hub}, {ring}, "
           "{solid}|{hubnoun}, {solid}, {od}, disc {thick:t}, {hub}, {ring}|{hubnoun} {od}, {thmore}, {ring}, {hub}, "
           "{solid}|{hubnoun}, {solid}. {s_disc}. {s_hub}. {s_ring}|{noun}. {s_disc}. {s_hub}. {s_ring}. {s_solid}|{disc}. "
           "{s_hub}. {s_ring}. {s_solid}|{disc}, {ring}. {s_hub}, {solid}]"},
    {"spec",
     "[{hubnoun}, no bore{sep}OD=$d{sep}T=$t{sep}hub=$u{sep}overall height $h{sep}{ringspec}|{hubnoun}\nno bore\nouter "
     "diameter: $d\nthickness: $t\nhub diameter: $u\noverall height: $h\n{ringspec}|{hubnoun}, "
     "{solid}{sep}{od}{sep}{thmore}{sep}{hub}{sep}{ringspec}|{hubnoun}{sep}{od}{sep}{thmore}{sep}{hub}{sep}{solid}{sep}{"
     "ringspec}|{noun}{sep}{od}{sep}{th}{sep}{hub}{sep}{ringspec}{sep}{solid}|{hubnoun}: {od}, {thmore}, {hub}, {solid}, "
     "{ringspec}|{noun}\n- {od}, {th}\n- {hub}\n- {ring}\n- {solid}|{hubnoun}. {s_disc}. {s_hub}. {s_ring}. {s_solid}]"},
    {"solid",
     "[no bore|no bore|no bore|without a bore|without a bore|solid hub|no center hole|no centre hole|no central hole|no hole "
     "in the middle|without a center hole|hub is solid|hub not bored|bore: none|no shaft hole|solid center|without bore]"},
    {"s_solid", "[No bore|The hub is solid|No center hole|No hole through the hub|No bore in the hub|The hub stays solid]"},
    {NULL, NULL},
};

const cad_rule cad_words_flange_hubbed_above[] = {
    {"np", "[{disc}, {hub_a}, {mid}, {ring}|{disc} with {hub_a}, {mid}, {ring}|{hubnoun}, {od}, disc {thick:t}, {hub_a}, "
           "{mid}, {ring}|{disc}, {mid}, {hub_a}, {ring}|{disc}, {ring}, {hub_a}, {mid}|{disc}, {hub_a}, {bore:b}, "
           "{ring}|{disc}, {mid}, {ring}, {hub_a}|{disc}, {hub_a}, {ring}, {mid}|{disc}, {ring}, {mid}, {hub_a}|{disc}; "
           "{hub_a}; {mid}; {ring}|{disc} with {hub_a}, {ring} and {with_mid}|{disc} and {hub_a}, {mid}, {ring}|{hubnoun}, "
           "{od}, disc {thick:t}, {mid}, {hub_a}, {ring}|{hubnoun}, {od}, disc {thick:t}, {ring}, {hub_a}, {mid}|{hubnoun}: "
           "{od}, {thmore}, {hub_a}, {mid}, {ring}|{hubnoun} {od}, {thmore}, {mid}, {hub_a}, {ring}|{hubnoun}. {s_disc}. "
           "{s_hub_a}. {s_bore}. {s_ring}|{hubnoun}. {s_disc}. {s_hub_a}. {s_ring}. {s_bore}|{noun}. {s_disc}. {s_hub_a}. "
           "{s_bore}. {s_ring}|{disc}. {s_hub_a}. {s_bore}. {s_ring}|{disc}. {s_bore}. {s_ring}. {s_hub_a}|{disc}, {mid}, "
           "{ring}. {s_hub_a}|{disc}, {hub_a}. {s_bore}. {s_ring}|{disc}. {hub_a}. {mid}. {ring}|{noun}, {hub_a}, {od}, disc "
           "{thick:t}, {mid}, {ring}|{hubnoun}, {mid}, {hub_a}, {od}, disc {thick:t}, {ring}]"},
    {"spec",
     "[{hubnoun}{sep}OD=$d{sep}T=$t{sep}hub=$u{sep}hub height above the disc $v{sep}bore=$b{sep}{ringspec}|{hubnoun}\nouter "
     "diameter: $d\nthickness: $t\nhub diameter: $u\nhub height above the disc: $v\nbore: $b\n{ringspec}|{hubnoun}: OD $d, t "
     "$t, hub D $u, hub height above the disc $v, bore $b, "
     "{ringspec}|{hubnoun}{sep}{od}{sep}{thmore}{sep}{hub_a}{sep}{mid}{sep}{ringspec}|{hubnoun}{sep}{od}{sep}{thmore}{sep}{hub_"
     "a}{sep}{mid}{sep}{ringspec}|{hubnoun}{sep}{od}{sep}{thmore}{sep}{mid}{sep}{hub_a}{sep}{ringspec}|{hubnoun}{sep}{od}{sep}{"
     "hub_a}{sep}disc "
     "{thick:t}{sep}{mid}{sep}{ringspec}|{hubnoun}{sep}{mid}{sep}{od}{sep}{thmore}{sep}{ringspec}{sep}{hub_a}|{noun}{sep}{od}{"
     "sep}{th}{sep}{hub_a}{sep}{mid}{sep}{ringspec}|{hubnoun}: {od}, {thmore}, {hub_a}, {mid}, {ringspec}|{noun}\n- {od}, "
     "{th}\n- {hub_a}\n- {mid}\n- {ring}|{hubnoun}. {s_disc}. {s_hub_a}. {s_bore}. {s_ring}]"},
    {NULL, NULL},
};
const cad_rule cad_words_flange_hub_only_above[] = {
    {"np", "[{disc}, {hub_a}, {solid}, {ring}|{disc} with {hub_a}, no bore, {ring}|{hubnoun}, {od}, disc {thick:t}, {hub_a}, "
           "{solid}, {ring}|{disc}, {ring}, {hub_a}, {solid}|{disc}, {solid}, {hub_a}, {ring}|{disc}, {hub_a}, {ring}, "
           "{solid}|{disc}, {ring}, {solid}, {hub_a}|{disc}; {hub_a}; {ring}; {solid}|{disc} with {hub_a}, {ring}, "
           "{solid}|{hubnoun}, {solid}, {od}, disc {thick:t}, {hub_a}, {ring}|{hubnoun} {od}, {thmore}, {ring}, {hub_a}, "
           "{solid}|{hubnoun}, {solid}. {s_disc}. {s_hub_a}. {s_ring}|{noun}. {s_disc}. {s_hub_a}. {s_ring}. {s_solid}|{disc}. "
           "{s_hub_a}. {s_ring}. {s_solid}|{disc}, {ring}. {s_hub_a}, {solid}]"},
    {"spec",
     "[{hubnoun}, no bore{sep}OD=$d{sep}T=$t{sep}hub=$u{sep}hub height above the disc $v{sep}{ringspec}|{hubnoun}\nno "
     "bore\nouter diameter: $d\nthickness: $t\nhub diameter: $u\nhub height above the disc: $v\n{ringspec}|{hubnoun}, "
     "{solid}{sep}{od}{sep}{thmore}{sep}{hub_a}{sep}{ringspec}|{hubnoun}{sep}{od}{sep}{thmore}{sep}{hub_a}{sep}{solid}{sep}{"
     "ringspec}|{noun}{sep}{od}{sep}{th}{sep}{hub_a}{sep}{ringspec}{sep}{solid}|{hubnoun}: {od}, {thmore}, {hub_a}, {solid}, "
     "{ringspec}|{noun}\n- {od}, {th}\n- {hub_a}\n- {ring}\n- {solid}|{hubnoun}. {s_disc}. {s_hub_a}. {s_ring}. {s_solid}]"},
    {"solid",
     "[no bore|no bore|no bore|without a bore|without a bore|solid hub|no center hole|no centre hole|no central hole|no hole "
     "in the middle|without a center hole|hub is solid|hub not bored|bore: none|no shaft hole|solid center|without bore]"},
    {"s_solid", "[No bore|The hub is solid|No center hole|No hole through the hub|No bore in the hub|The hub stays solid]"},
    {NULL, NULL},
};
