/* Rules of the captions; sizes by the names of synth_plate.c. */
#include "dataprep/words.h"

const cad_rule cad_words_plate[] = {
    {"noun", "[[plate|plate|plate|plate|mounting plate|mounting plate|flat plate|base plate|sheet|panel|rectangular "
             "plate|mount plate|adapter plate|cover plate|backing plate]|[plate|plate|mounting plate|flat rectangular "
             "plate|rectangular sheet|flat sheet|flat panel|rectangular panel|mounting panel|metal plate|steel plate|aluminum "
             "plate|plastic plate|support plate|bottom plate|top plate|fixing plate|baseplate|board|flat board|wall "
             "plate|connecting plate|thin plate|blank plate|rectangular mounting plate|rectangular base plate|plain "
             "plate|fixture plate|adaptor plate]|^slab|^flat|^tile|^blanking panel]"},
    {"wd", "[#wx#d@|#wx#d@|#w x #d@|#w x #d@|#w by #d@|#w by #d@|$w x $d|$w x $d|$w by $d|#w*#d@|#w X #d@|#w * #d@|#wX#d@|$w X "
           "$d|$w * $d|#w-by-#d@|^#w × #d@]"},
    {"wdt", "[#wx#dx#t@|#wx#dx#t@|#w x #d x #t@|#w x #d x #t@|#w x #d x #t@|#w by #d by #t@|$w x $d x $t|$w x $d x $t|$w by $d "
            "by $t|#w*#d*#t@|#w X #d X #t@|#w * #d * #t@|#wX#dX#t@|$w*$d*$t|#w x #d by #t@|$w by $d x $t|^#w × #d × #t@]"},
    {"sides",
     "[[$w long and $d wide|$w long, $d wide|$d wide and $w long|$d wide, $w long|length $w, width $d|L=$w, W=$d|L $w, W $d|$w "
     "long by $d wide|u;$w in length and $d in width]|[u;$d in width and $w in length|width $d, length $w|width $d and length "
     "$w|length $w and width $d|length of $w and width of $d|a length of $w and a width of $d|with a length of $w and a width "
     "of $d|with a width of $d and a length of $w|with length $w and width $d|L $w x W $d|L$w W$d|L$w x W$d|W=$d, L=$w|W $d, L "
     "$w|L: $w, W: $d|l=$w, w=$d|L = $w, W = $d|length: $w, width: $d|length=$w, width=$d|length = $w, width = $d|len $w, wd "
     "$d|len=$w, wid=$d|len $w, width $d|$w (L) x $d (W)|$w length, $d width|$w length and $d width|$w L x $d W|u;$w in "
     "length, $d in width|$w long with a width of $d|$d wide with a length of $w|$d wide by $w long|$w long x $d wide|sides $w "
     "and $d|sides of $w and $d|with sides of $w and $d|that is $w long and $d wide|that is $w by $d|which is $w long and $d "
     "wide|of length $w and width $d|of size $w by $d|of size $w x $d|size $w x $d|size: $w x $d|size $w by $d|size $w x "
     "$d|<d,w;long side $w, short side $d|<d,w;long side $w and short side $d|$w one way and $d the other|one side $w, the "
     "other $d|first side $w, second side $d]|^$w from end to end, $d across]"},
    {"sides3",
     "[[$w long, $d wide and {thick:t}|$w long, $d wide, {thick:t}|$d wide, $w long, {thick:t}|{thick:t}, $w long, $d "
     "wide|length $w, width $d, thickness $t|L=$w, W=$d, T=$t|L $w W $d T $t|u;$w in length, $d in width, {thick:t}|$w long, "
     "$d wide and $t thick]|[{sides}, {thick:t}|{sides} and {thick:t}|{sides}, and {thick:t}|{thick:t}, {sides}|$w long by $d "
     "wide by $t thick|$w long x $d wide x $t thick|$t thick, $w long and $d wide|$t thick, $d wide and $w long|$d wide, $t "
     "thick and $w long|$d wide, $t thick, $w long|with a length of $w, a width of $d and a thickness of $t|with length $w, "
     "width $d and thickness $t|length $w, width $d and thickness $t|length: $w, width: $d, thickness: $t|length=$w, width=$d, "
     "thickness=$t|length = $w, width = $d, thickness = $t|L$w W$d T$t|L$w x W$d x T$t|L: $w, W: $d, T: $t|l=$w, w=$d, "
     "t=$t|W=$d, L=$w, T=$t|T=$t, L=$w, W=$d|$w (L) x $d (W) x $t (T)|$w L x $d W x $t T|len $w, wd $d, th $t|that is $w long, "
     "$d wide and $t thick|which is $w long, $d wide and $t thick|that is $w by $d and $t thick|of size $w x $d x $t|size $w x "
     "$d x $t|size: $w by $d by $t|size $w x $d x $t|size: $w by $d by $t|sides $w and $d, {thick:t}|thickness $t, length $w, "
     "width $d|width $d, length $w, thickness $t|$w length, $d width, $t thickness|thickness $t, width $d, length $w|$w x $d "
     "and $t thick|$w by $d, only $t thick]|^$w from end to end, $d across, {thick:t}]"},
    /* the plate itself, with or without its thickness */
    {"plate",
     "[-t;[{wd} {noun}|{wd} {noun}|{wd} {noun}|{noun} {wd}|{noun} {wd}|{noun}, {wd}|{noun} of {wd}|{noun} {sides}|{noun}, "
     "{sides}|{noun}: {wd}|{noun} ({wd})|{noun} that is {wd}|{noun}, size {wd}|{noun}, {wd}|{noun} - {wd}|$w long, $d wide "
     "{noun}|$d wide, $w long {noun}|$w long {noun}, $d wide|$d wide {noun}, $w long|$w long {noun} with a width of $d|$d wide "
     "{noun} with a length of $w]|+t;[{wdt} {noun}|{wdt} {noun}|{wdt} {noun}|{noun} {wdt}|{noun} {wdt}|{noun}, {wdt}|{noun} of "
     "{wdt}|{noun} {sides3}|{noun}, {sides3}|{noun}: {wdt}|{noun} ({wdt})|{noun} that is {wdt}|{noun}, size {wdt}|{noun}, "
     "{wdt}|{noun} - {wdt}]|+t;[{wd} {noun}, {thick:t}|{wd} {noun}, {thick:t}|{prethick:t} {noun}, {wd}|{noun} {wd}, "
     "{thick:t}|{noun} {sides}, {thick:t}|$t thick {noun} {wd}|$t thick {noun}, {sides}|$t thick {noun} {sides}|$t-thick "
     "{noun}, {wd}|$t thick {noun} of {wd}|$t thick {noun} that is {wd}|{wd} {noun} that is $t thick|{wd} {noun} with a "
     "thickness of $t|{wd} {noun} with thickness $t|{wd} {noun} of thickness $t|{wd} {noun} ($t thick)|{noun} {wd} ($t "
     "thick)|{noun} ({wd}, {thick:t})|{noun}, {thick:t}, {wd}|{noun}, {thick:t}, {sides}|{noun} {wd} and {thick:t}|{noun} of "
     "{wd}, {thick:t}|{noun} of {wd} and {thick:t}|$w long, $d wide, $t thick {noun}|$w long {noun}, $d wide, {thick:t}|$d "
     "wide {noun}, $w long, {thick:t}|$t thick, $w long, $d wide {noun}|{wd}, $t thick {noun}|u;{wd} $t thick {noun}|{noun}, "
     "{wd}, {thick:t}|{noun}: {wd}, {thick:t}]|^+t;{noun} measuring {wd}, {thick:t}|^-t;{noun} measuring {wd}]"},
    {"body",
     "[-t;[{noun} {wd}|{noun}: {wd}|{noun}{sep}L=$w{sep}W=$d|{noun}{sep}L=$w{sep}W=$d|{noun}\nlength: $w\nwidth: "
     "$d|{noun}{sep}{wd}|{wd} {noun}|{noun}{sep}length $w{sep}width $d|{noun}{sep}width $d{sep}length "
     "$w|{noun}{sep}W=$d{sep}L=$w|{noun}: {sides}|{noun}{sep}$w long{sep}$d wide|{noun}{sep}$d wide{sep}$w long|{noun}\nlength "
     "= $w\nwidth = $d|{noun}\nlength $w\nwidth $d|{noun}\nL $w\nW $d|{noun}\n- length: $w\n- width: $d|{noun}, L$w "
     "W$d|{noun}\nsize: {wd}|{noun} ({wd})|{noun} - {wd}|{noun}. {wd}|{noun}{sep}len $w{sep}wd $d|type: {noun}\nlength: "
     "$w\nwidth: $d|{noun}. Length $w. Width $d|{noun}. {sides}]|+t;[{noun} {wdt}|{noun}: "
     "{wdt}|{noun}{sep}L=$w{sep}W=$d{sep}T=$t|{noun}{sep}L=$w{sep}W=$d{sep}T=$t|{noun}\nlength: $w\nwidth: $d\nthickness: "
     "$t|{noun}, L $w W $d T $t|{noun}, length $w, width $d, thickness $t|{noun}: {wd}, t=$t|{noun}{sep}{wdt}|{wdt} "
     "{noun}|{noun}{sep}{wd}{sep}{thick:t}|{noun}: {wd}{sep}{thick:t}|{noun}{sep}{thick:t}{sep}{wd}|{noun} "
     "{wd}{sep}{thick:t}|{noun}{sep}length $w{sep}width $d{sep}thickness $t|{noun}{sep}thickness $t{sep}length $w{sep}width "
     "$d|{noun}{sep}width $d{sep}length "
     "$w{sep}{thick:t}|{noun}{sep}W=$d{sep}L=$w{sep}T=$t|{noun}{sep}T=$t{sep}L=$w{sep}W=$d|{noun}{sep}l=$w{sep}w=$d{sep}t=$t|{"
     "noun}: {sides3}|{noun}{sep}$w long{sep}$d wide{sep}$t thick|{noun}{sep}$d wide{sep}$w long{sep}{thick:t}|{noun}\nlength "
     "= $w\nwidth = $d\nthickness = $t|{noun}\nlength $w\nwidth $d\nthickness $t|{noun}\nL $w\nW $d\nT $t|{noun}\n- length: "
     "$w\n- width: $d\n- thickness: $t|{noun}\nthickness: $t\nlength: $w\nwidth: $d|{noun}, L$w W$d T$t|{noun}\nsize: "
     "{wdt}|{noun}\nsize: {wd}\nthickness: $t|{noun} ({wdt})|{noun} - {wdt}|{noun}. {wd}. {thick:t}|{noun}{sep}len $w{sep}wd "
     "$d{sep}th $t|type: {noun}\nlength: $w\nwidth: $d\nthickness: $t|{noun}. Length $w. Width $d. Thickness $t|{noun}. "
     "{sides3}|{noun}. $w long. $d wide. $t thick]|^+t;{noun} / {wd} / {thick:t}|^-t;{noun} / {wd}]"},
    {"having",
     "[ with | with | with | with | with |, |, |, with |, with | and | having | plus |, plus |, and |; | including | featuring "
     "|, having |, also | w/ |, including | and with |. Add |, and add |, then add |, together with |^ carrying |^ that has ]"},
    {"inset",
     "[-i;|+i;[, $i from the edges|, $i from each edge| inset $i|, inset $i|u;, $i in from the edges|, $i from both edges|, "
     "edge distance $i|, $i inset|, offset $i from the edges|, with an inset of $i|, centers $i from the edges|, hole inset "
     "$i]|+i;[, inset by $i| inset by $i|, $i from the sides|u;, $i in from each edge|u;, $i in from the sides|, centers $i "
     "from each edge|, centres $i from the edges|, hole centers $i from the edges|u;, hole centers $i in|, each $i from the "
     "edges|u;, each $i in from the edges|, $i from each side|, $i from the nearest edges|, $i from the two nearest edges|, $i "
     "from both sides|, inset: $i|, inset=$i|, inset = $i|, inset of $i|, offset $i|, offset by $i from each edge|, edge "
     "offset $i|, edge offset of $i|, $i edge distance|, edge distance of $i|, edge distance: $i|, edge distance = $i|, "
     "distance to the edges $i|, distance from the edges $i|, distance from each edge: $i|, with centers $i from the edges|, "
     "with $i to the edges|, with ~ $i inset|, placed $i from the edges|, located $i from the edges|, positioned $i from each "
     "edge|, spaced $i from the edges| placed $i from the edges| located $i from each edge|u; $i from the edges| at $i from "
     "the edges|, at $i from each edge|, measured $i from the edges to the centers|, $i from edge to hole center|, hole center "
     "to edge $i|, center to edge $i|, $i from the edge to the center of the hole|. Inset $i|. Centers are $i from the edges|, "
     "all inset $i|, all $i from the edges]|^+i;, margin $i|^+i;, set in by $i|^+i;, $i away from the sides]"},
    {"dia", "{feature_dia:_}"},
    {"with_dia", "{feature_with_dia:_}"},
    /* for whole captions (say_plate.c) */
    {"th1", "[+t;[, $t thick|, $t thick|, $t thick|, thickness $t|, thickness: $t|, thickness of $t|, t=$t]]"},
    {"ah", "[-hd;hole|-hd;hole|-hd;round hole|-hd;through hole|-hd;screw hole|+hd;$hd hole|+hd;$hd hole|+hd;$hd diameter "
           "hole|+hd;$hd through hole|+hd;$hd round hole|&hd;M#hd hole]"},
    {"Hm", "[-hd;Hole|-hd;One hole|+hd;Hole of $hd diameter|+hd;Hole, $hd across,|+hd;$hd hole|+hd;One $hd hole]"},
    {"fh", "[-hd;[four|4] [holes|holes|holes|mounting holes|screw holes|through holes]|+hd;u;four $hd "
           "[holes|holes|holes|diameter holes|through holes|mounting holes]|+hd;u;four $hd [holes|round holes|screw "
           "holes]|+hd;[four|4] [holes|holes|mounting holes] of $hd|+hd;[four|4] holes ($hd each)|+hd;4 x $hd holes|+hd;four "
           "$hd holes|+hd;[four|4] holes of $hd diameter|&hd;four M#hd holes|&hd;[four|4] holes for M#hd screws]"},
    {"Fh", "[-hd;Four holes|-hd;Four screw holes|+hd;u;Four $hd holes|+hd;u;Four $hd round holes|+hd;Four holes of "
           "$hd|+hd;Four holes of $hd diameter|+hd;4 x $hd holes|&hd;Four M#hd holes]"},
    {"th2", "[-hd;[two|2] [holes|holes|screw holes|through holes]|+hd;u;two $hd [holes|holes|round holes|through "
            "holes]|+hd;[two|2] holes of $hd|+hd;two holes of $hd diameter|+hd;2 x $hd holes|&hd;two M#hd holes]"},
    {"Th2", "[-hd;Two holes|+hd;u;Two $hd holes|+hd;Two holes of $hd|+hd;2 x $hd holes|&hd;Two M#hd holes]"},
    {"eds", "[+i;[ Hole centers $i from the edges.| The holes are $i from both edges.| Hole centres are $i from the edges.| "
            "Inset $i.| They sit $i from each edge.| Edge distance is $i.]]"},
    {"edn", "[+i;[\ninset: $i|\nedge distance: $i|\nhole center to edge: $i|\nfrom the edges: $i]]"},
    {"mids",
     "[in the middle|in the center|in the centre|at the center|at the centre|through the middle|through the center|in the "
     "exact center|in the exact middle|right in the middle|right in the center|at the middle|on center|dead center]"},
    {"corner", "[in the corners|in the corners|at the corners|at the corners|, one in each corner|, one in every corner|, one "
               "at each corner|in each corner|in all corners|in all four corners|at the four corners|in the four corners|, one "
               "for each corner|by the corners|at each corner]"},
    {NULL, NULL},
};

const cad_rule cad_words_plate_bare[] = {
    {"np", "[{plate}{none}|{plate}{none}|{just} {plate}{none}]"},
    {"spec", "[{body}{none}|{body}{none}|{body}{none}|{body}{sep}holes: none|{body}{sep}no holes|{body}{sep}plain]"},
    {"none",
     "[|||||||, no holes|, no holes|, no holes| without holes|, without holes|, solid|, nothing else|, plain| with no holes|, "
     "with no holes|, blank|, no holes in there|, no holes at all|, no holes anywhere|, zero holes|, without any holes|, no "
     "features|, and no holes|, holes not needed|, no holes needed|, and nothing else|, just the plate|, bare|, don't add "
     "holes|. No holes|. No holes please|, completely plain|, solid all over|, no slots or holes|^, undrilled|^, hole-free]"},
    {NULL, NULL},
};

const cad_rule cad_words_plate_centre[] = {
    {"np",
     "[{plate}{having}{one}|{plate}{having}{one}|{plate}{having}{one}|{just} {plate}{having}{one}|{plate} and {one}|{plate} "
     "with {one}|{plate}, {one}|{plate}, put {one}|{plate}. There is {one}|{plate}, and drill {one}|{plate} ({one})]"},
    {"spec", "[{body}{sep}{one}|{body}{sep}{one}|{body}{sep}{one}|{body}{sep}hole: [+hd;$hd, |-hd;]centered|{body}{sep}center "
             "hole[+hd; $hd|-hd;]|{body}{sep}central hole[+hd;: $hd|-hd;]|{body}{sep}hole[+hd; $hd|-hd;] {mids}|{body}{sep}one "
             "hole[+hd; D=$hd|-hd;], centered|{body}{sep}[+hd;Ø$hd |-hd;]hole {mids}|{body}{sep}1 x [+hd;$hd |-hd;]hole "
             "{mids}|{body}\nhole[+hd; diameter: $hd|-hd;s: 1]\nhole position: center|{body}. {one}|{body}{sep}center "
             "hole[+hd; = $hd|-hd;]]"},
    {"one", "[~ {hole} {mids}|~ {hole} {mids}|one {hole} {mids}|~ central {hole}|~ centered {hole}|~ {hole} at the center|~ "
            "center {hole}|single {hole} in the centre|~ {hole} through the middle|~ {hole} dead center|a single {hole} "
            "{mids}|just one {hole} {mids}|only one {hole}, {mids}|one central {hole}|one centered {hole}|~ centre {hole}|one "
            "centre {hole}|~ {hole}, centered|~ {hole}, centred|~ {hole} centered on the plate|~ {hole} that is centered|~ "
            "single {hole}, centered|~ {hole} located {mids}|~ {hole} placed {mids}|~ {hole} through the center of the plate|~ "
            "{hole} in the middle of the plate|~ {hole} exactly in the middle|one {hole}, centered both ways|~ middle "
            "{hole}|^~ {hole} at its midpoint|^~ {hole} right in the heart of it]"},
    {NULL, NULL},
};

const cad_rule cad_words_plate_corners[] = {
    {"np", "[{plate}{having}{four}{inset}|{plate}{having}{four}{inset}|{plate}{having}{four}{inset}|{plate}, "
           "{four}{inset}|+hd;{plate}{having}%n corner holes, {dia:hd}{inset}|+hd;{plate}{having}!n x $hd corner "
           "holes{inset}|{plate} [drilled|drilled out] with {four}{inset}|{just} {plate} with {four}{inset}|{plate}; "
           "{four}{inset}|{plate}, put {four}{inset}|{plate}, and I need {four}{inset}|{plate}. Also needed: "
           "{four}{inset}|{plate} ({four}{inset})|{plate} that comes with {four}{inset}]"},
    {"spec", "[{body}{sep}{four}{inset}|{body}{sep}{four}{inset}|{body}{sep}{four}{inset}|{body}{sep}holes: !n[+hd; x "
             "$hd|-hd;] in the corners{inset}|{body}{sep}%n corner holes[+hd; D=$hd|-hd;]{inset}|{body}{sep}corner holes: "
             "!n[+hd; x $hd|-hd; pcs]{inset}|{body}{sep}corner holes !n[+hd;, dia $hd|-hd; pcs]{inset}|{body}\nholes: "
             "!n[+hd;\nhole diameter: $hd|-hd;]\nhole position: corners{inset}|{body}{sep}hole {corner1}[+hd;: "
             "$hd|-hd;]{inset}|{body}{sep}!n corner holes[+hd;: $hd|-hd;]{inset}|{body}. {four}{inset}]"},
    {"corner1", "[in each corner|in every corner|at each corner|at every corner]"},
    {"four",
     "[-hd;[%n corner holes|%n corner holes|%n holes in the corners|%n mounting holes in the corners|%n holes {corner}|%n "
     "{anyholes} {corner}|%n corner mounting holes|%n {anyholes}, one in each corner|holes in all four corners|%n round corner "
     "holes]|-hd;[a hole {corner1}|a hole in each corner|one hole {corner1}|~ {anyhole} {corner1}|one {anyhole} per "
     "corner|holes in the four corners|corner holes (%n)|each corner with ~ {anyhole}|holes in the corners (%n in total)|one "
     "hole for each corner]|[{holes} {corner}|{holes} {corner}|{holes} in the corners|{holes}, one in each corner|{holes} at "
     "the corners]|+hd;[%n corner holes of $hd|%n corner holes, {dia:hd}|u;four $hd corner holes|u;four $hd corner "
     "holes|u;four $hd mounting holes at the corners|!n x $hd corner holes|!nx $hd corner holes|%n corner holes ($hd)|%n "
     "corner holes (Ø$hd)|%n corner holes Ø$hd|%n corner holes with {with_dia:hd}|%n corner holes, $hd each|%n corner holes, "
     "each $hd|u;%n corner holes that are $hd in diameter]|+hd;[~ $hd hole in each corner|~ $hd hole in every corner|~ {hole} "
     "{corner1}|~ {hole} {corner1}|one $hd hole {corner1}|one {hole} {corner1}|one {hole} per corner|corner holes of $hd "
     "(%n)|u;$hd holes in all four corners|u;$hd holes in the four corners|holes of $hd in all four corners|each corner with ~ "
     "$hd hole|Ø$hd holes in all four corners]|&hd;[%n M#hd holes in the corners|~ M#hd hole in each corner|%n M#hd holes "
     "{corner}|~ M#hd hole {corner1}|%n M#hd corner holes|!n x M#hd corner holes|%n corner holes for M#hd|corner holes for "
     "M#hd screws (%n)|holes for M#hd in all four corners]|^{holes} near the corners|^{holes}, one per corner|^+hd;drilled $hd "
     "at all four corners]"},
    {NULL, NULL},
};

const cad_rule cad_words_plate_corners_centre[] = {
    {"np", "[{plate}{having}{mid} and {four}{inset}|{plate}{having}{four}{inset} and {mid}|{plate}, {mid}, "
           "{four}{inset}|{plate}{having}{mid}, {four}{inset}|{plate} with {four}{inset}, plus {mid}|{plate} with {mid} plus "
           "{four}{inset}|{plate} with {mid}, and {four}{inset}|{plate} with {four}{inset}, and {mid}|{plate}; {mid}; "
           "{four}{inset}|{plate}; {four}{inset}; {mid}|{plate}, {four}{inset}, {mid}|{plate} with {four}{inset}; also {mid}]"},
    {"spec", "[{body}{sep}{mid}{sep}{four}{inset}|{body}{sep}{mid}{sep}{four}{inset}|{body}{sep}{four}{inset}{sep}{mid}|{body}{"
             "sep}center hole $b{sep}corner holes !n[+hd; x $hd|-hd; pcs]{inset}|{body}{sep}center hole: $b{sep}corner holes: "
             "!n[+hd; x $hd|-hd; pcs]{inset}|{body}\ncenter hole diameter: $b\n%n corner holes[+hd;: "
             "$hd|-hd;]{inset}|{body}{sep}center hole D=$b{sep}%n corner holes[+hd; D=$hd|-hd;]{inset}]"},
    {"mid", "[[~ $b center hole|~ $b hole in the [middle|center|centre]|a central hole of $b|a center hole of $b|~ $b central "
            "hole|a hole of $b in the middle|a center hole, {dia:b}|~ $b bore in the center]|[~ $b hole {mids}|~ $b {anyhole} "
            "{mids}|one $b hole {mids}|a hole of $b {mids}|a hole of $b diameter {mids}|~ $b diameter hole {mids}|~ $b dia "
            "hole {mids}|~ Ø$b hole {mids}|one central hole of $b|one big hole of $b {mids}|~ $b centre hole|a centre hole of "
            "$b|a centered hole of $b|~ $b centered hole|a center hole with {with_dia:b}|a central hole with {with_dia:b}|a "
            "central bore of $b|~ $b bore {mids}|~ $b diameter center hole|u;a center hole $b in diameter|a hole $b across "
            "{mids}|a center hole $b across|a center hole (Ø$b)|a center hole (dia $b)|a center hole ($b)|a central hole $b|a "
            "center hole of radius $/b|~ $/b radius hole {mids}]|^~ $b opening at the centre]"},
    {"four",
     "[-hd;[%n corner holes|%n holes in the corners|a hole in each corner|%n holes {corner}|%n {anyholes} {corner}|~ {anyhole} "
     "in every corner|%n corner mounting holes|one hole per corner]|+hd;[%n corner holes of $hd|u;four $hd corner holes|u;four "
     "$hd corner holes|!n x $hd holes in the corners|~ $hd hole in each corner|%n corner holes, {dia:hd}|!n x $hd corner "
     "holes|~ {hole} in each corner|~ {hole} at every corner|{holes} {corner}|{holes} {corner}|%n corner holes of $hd each|%n "
     "corner holes (Ø$hd)|%n corner holes ($hd)|%n corner holes with {with_dia:hd}|one $hd hole per corner|holes of $hd in all "
     "four corners|!nx $hd corner holes]|&hd;[%n M#hd holes in the corners|%n M#hd corner holes|~ M#hd hole in each corner|%n "
     "corner holes for M#hd]|^-hd;%n holes near the corners|^+hd;%n drillings of $hd at the corners]"},
    {NULL, NULL},
};

const cad_rule cad_words_plate_pair[] = {
    {"np", "[{plate}{having}{two}{ends}|{plate}{having}{two}{ends}|{plate}{having}{two}{ends}|{plate}, {two}{ends}|{just} "
           "{plate} with {two}{ends}|{plate}; {two}{ends}|{plate}. Also needed: {two}{ends}]"},
    {"spec", "[{body}{sep}{two}{ends}|{body}{sep}{two}{ends}|{body}{sep}{two}{ends}|{body}{sep}holes: !n[+hd; x "
             "$hd|-hd;]{ends}|{body}{sep}%n holes[+hd; D=$hd|-hd;]{ends}|{body}\nholes: !n[+hd;\nhole diameter: "
             "$hd|-hd;]\ndistance from each end: $i]"},
    {"two",
     "[-hd;[%n holes|%n mounting holes|a hole at each end|a hole near each end|one hole at each end|%n holes, one at each "
     "end|%n {anyholes}|one {anyhole} at each end|%n holes on the center line|%n holes near the ends|%n end "
     "holes]|[{holes}|{holes}|{holes}|{holes}, one at each end|{holes} on the center line]|+hd;[~ $hd hole at each end|~ $hd "
     "hole near each end|~ {hole} at each end|one {hole} at each end|one $hd hole at each end|~ {hole} near each end|{holes} "
     "at the ends|{holes} near the ends|{holes}, one near each end|{holes} centered across the width|one {hole} near each "
     "short edge|{holes} on the long center line]|^-hd;a hole at either end|^+hd;~ $hd hole at either end]"},
    {"ends", "[, $i from each end|, $i from each end|, $i from the ends|, centers $i from the ends|, {on_line}$i from each "
             "end|, end distance $i|u;, $i in from the ends|, {on_line}$i from the short edges|u;, $i in from each end|, inset "
             "$i from each end|, inset $i from the ends|, each $i from the end|, each one $i from the end|, both $i from the "
             "ends|u;, {on_line}$i in from each end|, centers $i from each end|, hole centers $i from the ends|, distance to "
             "the ends $i|, end distance of $i|, end distance: $i|, end distance = $i|u;, {on_line}centers $i in from the "
             "ends|, {on_line}each $i from the nearest end|, offset $i from each end|, placed $i from each end|u; $i from each "
             "end| placed $i from the ends| at $i from the ends|^, set $i in at both ends]"},
    {"on_line", "[||on the center line, |centered across the width, |on the centerline, |along the middle, |on the long center "
                "line, |centered in the width, |in the middle of the width, |on the centre line, |along the center line, ]"},
    {NULL, NULL},
};

const cad_rule cad_words_plate_row[] = {
    {"np",
     "[{plate}{having}{line}, {pitch}, {start}|{plate}{having}{line}, {pitch}, {start}|{plate}{having}{line}, {start}, "
     "{pitch}|u;{plate}{having}{line} {pitch}, {start}|{plate} with {line}, {pitch} and {start}|{plate} with {line}; {pitch}; "
     "{start}|{plate} with {line} ({pitch}, {start})|{plate}; {line}, {start}, {pitch}|{plate}, {line}, {start} and {pitch}]"},
    {"spec", "[{body}{sep}{line}{sep}{pitch}{sep}{start}|{body}{sep}{line}{sep}{pitch}{sep}{start}|{body}{sep}{line}{sep}{"
             "start}{sep}{pitch}|{body}{sep}holes !n[+hd; x $hd|-hd;]{sep}pitch $s{sep}first at $i|{body}{sep}%n holes in a "
             "row[+hd;, D=$hd|-hd;]{sep}pitch=$s{sep}first hole at $i|{body}\nholes: !n[+hd;\nhole diameter: $hd|-hd;]\npitch: "
             "$s\nfirst hole: $i from the end]"},
    {"line",
     "[a row of {holes}|a row of {holes} along the [middle|center line|centerline]|{holes} in a row|{holes} in a line|a line "
     "of {holes}|{holes} along the center line|a single row of {holes}|{holes} in one row down the middle|{holes} in one "
     "line|{holes} lined up along the middle|{holes} in a straight line|one row of {holes}|one line of {holes}|{holes} along "
     "the length|{holes} down the middle|{holes} down the center line|{holes} in a single row|{holes} on the center line|a "
     "straight row of {holes}|{holes} all in a row|a row of {holes} down the middle|a row of {holes} along the length|a linear "
     "pattern of {holes}|a linear array of {holes}|^a string of {holes}|^{holes} one after another along the length]"},
    {"pitch",
     "[$s apart|spaced $s|spaced $s apart|pitch $s|at a pitch of $s|spacing $s|$s spacing|$s pitch|$s between centers|every "
     "$s|$s centre to centre|$s center to center|$s between hole centers|spacing of $s|pitch of $s|pitch=$s|pitch = $s|pitch: "
     "$s|spacing: $s|spacing=$s|spacing = $s|with ~ $s pitch|with ~ $s spacing|with a spacing of $s|with a pitch of $s|one "
     "every $s|$s between hole centres|placed $s apart|$s on center|hole spacing $s|hole pitch $s|center distance $s|centers "
     "$s apart|all $s apart|step $s|evenly spaced $s apart|at $s spacing|^with $s from one to the next]"},
    {"start", "[the first $i from the end|first hole $i from the edge|starting $i from the end|first hole $i from the left "
              "edge|the first one $i from the edge|first at $i|starting $i from the left|first center $i from the end|first "
              "hole $i from the end|the first hole $i from the edge|the first $i from the left end|starting at $i|starting at "
              "$i from the edge|start $i from the end|first hole at $i|first one at $i|first hole centre $i from the "
              "edge|first hole: $i|first hole center $i from the left end|with the first $i from the end|with the first hole "
              "$i from the edge|start at $i|start: $i|start offset $i|offset $i from the left edge|u;first hole $i in from the "
              "end|end distance $i|the row starts $i from the end|first hole offset $i|^beginning $i in from the end]"},
    {NULL, NULL},
};

const cad_rule cad_words_plate_grid[] = {
    {"np", "[{plate}{having}{array}, {pitches}, {start}|{plate}{having}{array}, {pitches}, {start}|{plate}{having}{array}, "
           "{start}, {pitches}|{plate}, {array}, {pitches}, {start}|{plate} with {array}, {pitches} and {start}|{plate} with "
           "{array}; {pitches}; {start}|{plate} with {array} ({pitches}, {start})]"},
    {"spec", "[{body}{sep}{array}{sep}{pitches}{sep}{start}|{body}{sep}{array}{sep}{pitches}{sep}{start}|{body}{sep}{array}{"
             "sep}{start}{sep}{pitches}|{body}{sep}holes !nx x !ny[+hd;, D=$hd|-hd;]{sep}spacing $s x $v{sep}first at "
             "$i|{body}\nholes: !nx x !ny[+hd;\nhole diameter: $hd|-hd;]\nspacing: $s x $v\nfirst hole: $i from both edges]"},
    {"array", "[a {by} grid of {hs}|a grid of {by} {hs}|{by} {hs}|a {by} array of {hs}|a {by} pattern of {hs}|{hs} in a {by} "
              "grid|{hs}, !nx along the length and !ny across|{hs}, %nx columns and %ny rows|a {by} hole grid[+hd; of "
              "$hd|-hd;]|a {by} rectangular pattern of {hs}|{hs} in a {by} pattern|{hs} in a {by} array|a hole grid {by}[+hd;, "
              "{dia:hd}|-hd;]|a rectangular grid of {by} {hs}|{hs}, %ny rows and %nx columns|{hs}, grid {by}|{hs} arrayed "
              "{by}|%nx columns and %ny rows of {hs}|{hs}: !nx lengthwise, !ny across|{hs}, !nx along the length by !ny along "
              "the width|a grid of {hs}, {by}|^a {by} matrix of {hs}|^a {by} field of {hs}]"},
    {"by", "[!nxx!ny|!nx x !ny|!nx by !ny|!nx x !ny|!nx*!ny|!nx X !ny|!nx-by-!ny]"},
    {"hs", "[-hd;{anyholes}|-hd;holes|+hd;u;$hd {anyholes}|+hd;u;$hd holes|+hd;[{anyholes} of $hd|holes of $hd|{anyholes} "
           "Ø$hd|holes Ø$hd|holes with {with_dia:hd}|{anyholes} with {with_dia:hd}|{anyholes} ($hd)|{anyholes} "
           "(Ø$hd)|{anyholes} (dia $hd)|{anyholes} of $hd diameter|{anyholes} of diameter $hd|u;{anyholes} $hd in "
           "diameter|Ø$hd {anyholes}]|+hd;u;$hd diameter {anyholes}|&hd;M#hd holes|&hd;{anyholes} for M#hd|&hd;M#hd "
           "{anyholes}|^-hd;perforations|^+hd;perforations of $hd]"},
    {"pitches",
     "[spacing $s by $v|spacing $s x $v|spaced $s along and $v across|pitch $s x $v|$s and $v apart|spaced $s lengthwise and "
     "$v across|$s by $v spacing|column spacing $s, row spacing $v|pitch $s by $v|pitch of $s by $v|spacing of $s by "
     "$v|spacing of $s x $v|$s x $v spacing|$s x $v pitch|with ~ $s by $v pitch|with ~ $s x $v spacing|spacing $s along the "
     "length, $v across|$s apart along the length and $v apart across|$s apart lengthwise, $v apart across|spacing: $s x "
     "$v|pitch: $s x $v|pitch = $s x $v|columns $s apart, rows $v apart|columns $s apart and rows $v apart|rows $v apart, "
     "columns $s apart|hole spacing $s x $v|spaced $s by $v|spaced $s x $v|pitch $s lengthwise, $v across|x spacing $s, y "
     "spacing $v|X pitch $s, Y pitch $v|^with steps of $s and $v]"},
    {"start",
     "[first hole $i from both edges|the first $i from the edges|starting $i from the corner edges|u;first hole $i in from the "
     "edges|first at $i, $i|margin $i at the first corner|first hole $i from each edge|the first hole $i from both "
     "edges|starting $i from both edges|u;starting $i in from the edges|first hole at $i from both edges|first one $i from the "
     "two edges|first hole center $i from both edges|with the first $i from both edges|corner hole $i from the edges|the "
     "corner hole $i from both edges|first hole inset $i|start $i from both edges|edge distance of the first hole $i|offset $i "
     "from both edges|inset $i at the first corner|^beginning $i in from two edges]"},
    {NULL, NULL},
};
