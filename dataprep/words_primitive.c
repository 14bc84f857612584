/* Rules of the captions; sizes by the names of synth_primitive.c. */
#include "dataprep/words.h"

/* Sizes as sentences of their own. */
const cad_rule cad_words_primitive[] = {
    {"dia", "{feature_dia:_}"},
    {"with_dia", "{feature_with_dia:_}"},
    {"dsay", "[[The|the] diameter is $_|[The|the] diameter should be $_|[The|the] diameter must be $_|[Diameter|diameter] "
             "$_|[Diameter|diameter] should be $_|[Diameter|diameter] is $_|$_ across|u;$_ in diameter|[The|the] radius is "
             "$/_|[The|the] radius should be $/_|[Radius|radius] $/_|[Radius|radius] is $/_|[Should|should] be $_ [across|u;in "
             "diameter]|[Make|make] the diameter $_|[I|i] want the diameter to be $_]"},
    {"hsay", "[{vsay:_}|{vsay:_}|[The|the] length is $_|[The|the] length should be $_|[Length|length] $_|[Length|length] "
             "should be $_|[Length|length] is $_|$_ long|[Make|make] the length $_]"},
    {"vsay", "[[The|the] height is $_|[The|the] height should be $_|[The|the] height must be $_|[Height|height] "
             "$_|[Height|height] should be $_|[Height|height] is $_|$_ [tall|high]|u;$_ in height|[Make|make] the height "
             "$_|[Should|should] be $_ [tall|high]]"},
    {"tsay", "[[The|the] thickness is $_|[The|the] thickness should be $_|[The|the] thickness must be $_|[Thickness|thickness] "
             "$_|[Thickness|thickness] should be $_|[Thickness|thickness] is $_|$_ thick|u;$_ in thickness|[Make|make] the "
             "thickness $_|[Should|should] be $_ thick]"},
    {NULL, NULL},
};

const cad_rule cad_words_primitive_box[] = {
    {"np", "[{just} {lwh} {boxnoun}|{just} {lwh} {boxnoun}|{boxnoun} {lwh}|{boxnoun} of {lwh}|{boxnoun}, {lwh}|{boxnoun} "
           "{named}|{boxnoun} that is {named}|{boxnoun} measuring {lwh}|{boxnoun} with {with}|solid {boxnoun} {named}|{just} "
           "{boxnoun}, {named}|{just} {adj} {boxnoun}|{just} {adj} {boxnoun}|{just} {adj} {boxnoun}|{boxnoun}, "
           "{named}|{boxnoun}, {named}|{boxnoun}; {named}|{boxnoun}: {named}|{boxnoun} which is {named}|{boxnoun} [which|that] "
           "should be {named}|{boxnoun}. {says}|{boxnoun}. {says}|{boxnoun}, {says}|{boxnoun} whose {whose}|{boxnoun} "
           "({named})|{boxnoun} ({lwh})|{boxnoun} - {lwh}|{boxnoun}: {lwh}|{boxnoun}. {lwh}|{boxnoun} - {named}|{boxnoun}. $l "
           "long. $w wide. $h [high|thick|tall]|{boxnoun}. Length $l. Width $w. [Height|Thickness] $h|{boxnoun}, $h "
           "[thick|high|tall], with {with2}|{boxnoun} $h [thick|high|tall], #l x #w@|{boxnoun} #l x #w@, $h "
           "[thick|high|tall]|$h [thick|high|tall] {boxnoun}, #l [x|by] #w@|$h [thick|high|tall] {boxnoun}, $l long and $w "
           "wide|$l long {boxnoun}, $w wide and $h [thick|high|tall]|{boxnoun} $l long with {with3}|{just} {boxnoun} of "
           "{lwh}|{boxnoun} with {with}|{boxnoun} made to {lwh}|{boxnoun} {named}|$w wide {boxnoun}, $l long and $h "
           "[thick|high|tall]|^{boxnoun} sized {lwh}|^{boxnoun} having sides of {lwh}]{nothing}"},
    {"spec",
     "[{boxnoun}: {lwh}|{boxnoun} {lwh}|{boxnoun}{sep}L=$l{sep}W=$w{sep}H=$h|{boxnoun}\nlength: $l\nwidth: $w\nheight: "
     "$h|length $l, width $w, height $h, {boxnoun}|L $l W $w H $h {boxnoun}|{boxnoun}, l=$l w=$w h=$h|{boxnoun} - {lwh}|{lwh}, "
     "{boxnoun}|{boxnoun} ({lwh})|{boxnoun}: {named}|{boxnoun}: {named}|{named}, {boxnoun}|{named} {boxnoun}|{boxnoun}; "
     "{named}|{boxnoun}{sep}length $l{sep}width $w{sep}height $h|{boxnoun}{sep}width $w{sep}length $l{sep}height "
     "$h|{boxnoun}{sep}[len|length] $l{sep}[wd|width] $w{sep}[ht|height|thickness] $h|{boxnoun}\nlength = $l\nwidth = "
     "$w\n[height|thickness] = $h|{boxnoun}\n$l long\n$w wide\n$h [high|thick|tall]|{boxnoun}\n- length $l\n- width $w\n- "
     "[height|thickness] $h|{boxnoun}\nheight: $h\nwidth: $w\nlength: $l|{boxnoun}\nL: $l\nW: $w\nH: $h|{boxnoun}\nL $l\nW "
     "$w\nT $h|length: $l\nwidth: $w\nheight: $h\n{boxnoun}|{boxnoun} L$l W$w H$h|{boxnoun} L=$l, W=$w, T=$h|{boxnoun}; $l "
     "long; $w wide; $h [high|thick|tall]|{boxnoun}. $l long, $w wide, $h [high|thick|tall]|The {boxnoun} [is|should be] "
     "{named}|the {boxnoun} [is|should be] {named}|I want the {boxnoun} {named}|{says}. {boxnoun}|part: {boxnoun}, "
     "{named}|part: {boxnoun}{sep}{lwh}|{boxnoun} LxWxH #lx#wx#h@|{boxnoun} L x W x H = #l x #w x #h@|{boxnoun} WxLxH "
     "#wx#lx#h@|{lwh} {boxnoun}|{lwh}; {boxnoun}|{lwh} - {boxnoun}|{boxnoun}, {says}|{boxnoun}{sep}$l x "
     "$w{sep}[thickness|height] $h|{boxnoun}, [thickness|height] $h, length $l, width $w|{boxnoun}. [Length|length] $l. "
     "[Width|width] $w. [Height|height] $h|^{boxnoun} / {lwh}|^dimensions {lwh}, {boxnoun}]{nothing}"},
    {"lwh", "[#lx#wx#h@|#lx#wx#h@|#l x #w x #h@|#l x #w x #h@|#l by #w by #h@|$l x $w x $h|$l by $w by $h|#l*#w*#h@|#l X #w X "
            "#h@|#l x #w x #h@|#lx#wx#h@|$lx$wx$h|#l*#w*#h@|#l * #w * #h@|$l * $w * $h|#lX#wX#h@|$l X $w X $h|#l by #w by "
            "#h@|#l by #w x #h@|#l x #w by #h@|#l-by-#w-by-#h@|$l, $w, $h|$l, $w and $h|(#l x #w x #h@)|#l x #w x #h@ (L x W x "
            "H)|u;$l $w $h|^#l × #w × #h@|^#l/#w/#h@]"},
    {"named",
     "[$l long, $w wide and $h [high|tall]|$l long, $w wide, $h [high|tall|thick|deep]|$l long x $w wide x $h high|$w wide, $l "
     "long, $h high|$h high, $l long and $w wide|$h tall, $w wide, $l long|length $l, width $w, height $h|u;$l in length, $w "
     "in width and $h in height|$l long by $w wide by $h high|$l long, $w wide and $h thick|$l long, $w wide and $h thick|$l "
     "long, $w wide, $h [thick|high|tall]|$l long and $w wide and $h [high|thick|tall]|$l long by $w wide by $h thick|$w wide "
     "by $l long by $h [high|tall|thick]|$h thick, $l long and $w wide|$h thick, $w wide and $l long|$h [high|tall|thick] by "
     "$l long by $w wide|$h high x $w wide x $l long|$w wide and $l long, $h [thick|high]|$w wide, $h [high|thick] and $l "
     "long|$l long, $h high and $w wide|$l long, $h thick, $w wide|u;$l in length, $w in width, $h in [height|thickness]|u;$w "
     "in width, $l in length, $h in [height|thickness]|$l [length|long] x $w [width|wide] x $h [height|high|tall|thick]|length "
     "$l, width $w and height $h|length $l, width $w, thickness $h|length: $l, width: $w, height: $h|length = $l, width = $w, "
     "height = $h|width $w, length $l, height $h|height $h, width $w, length $l|width $w, height $h, length $l|thickness $h, "
     "length $l, width $w|l $l, w $w, h $h|L $l x W $w x H $h|len $l, wd $w, ht $h|len=$l wd=$w ht=$h|l=$l, w=$w, h=$h|w=$w, "
     "l=$l, h=$h|h=$h, l=$l, w=$w|$l L x $w W x $h H|$l (L) x $w (W) x $h (H)|#l x #w@ and $h [thick|high|tall]|#l by #w@, $h "
     "[thick|high]|#lx#w@, $h [thick|high]|$h [thick|tall], #l by #w@|$l wide, $w deep and $h [high|tall]|$l wide x $w deep x "
     "$h high|$l by $w and $h [thick|high|tall]|$l long, $w wide, height $h|length $l, $w wide, $h [high|tall|thick]|#l@ long "
     "x #w@ wide x #h@ [thick|high]|$l long; $w wide; $h [high|thick]|^$w across, $l long, $h high|^$l end to end, $w wide, $h "
     "high]"},
    {"with",
     "[length $l, width $w and height $h|a length of $l, a width of $w and a height of $h|sides $l, $w and $h|sides of $l, $w "
     "and $h|edges $l, $w, $h|height $h, length $l, width $w|a length of $l, width of $w and height of $h|length $l, width $w, "
     "height $h|width $w, length $l and height $h|a width of $w, a length of $l and a height of $h|a height of $h, a width of "
     "$w and a length of $l|length of $l, width of $w, [height|thickness] of $h|~ $l length, ~ $w width and ~ $h "
     "[height|thickness]|$l length, $w width and $h [height|thickness]|sides $l x $w x $h|thickness $h, width $w and length "
     "$l|a thickness of $h, a length of $l and a width of $w|L=$l, W=$w and H=$h|length=$l, width=$w, height=$h|~ #l x #w@ "
     "base and a height of $h|~ #l by #w@ base, $h [high|tall]|sides #l, #w and #h@|^edge lengths $l, $w and $h]"},
    {"boxnoun",
     "[box|box|box|block|block|rectangular block|cuboid|cube|rectangular box|rectangular prism|bar|brick|slab|solid "
     "block|box|box|block|block|block|cuboid|rectangular block|rectangular bar|rectangular piece|rectangular slab|rectangular "
     "body|rectangular prism|solid box|solid cuboid|solid rectangular block|rect block|flat bar|flat "
     "block|board|plank|beam|rectangular cuboid|rectangular part|oblong block|<h,w;rectangular plate|3D rectangle|prism|plain "
     "block|bar|block of metal|wooden block|^rectangular solid|^chunk|^blank|^parallelepiped]"},
    {"adj", "[$l long, $w wide and $h [thick|high|tall]|$l long, $w wide and $h [thick|high|tall]|$l long, $w wide, $h "
            "[thick|high|tall]|$w wide, $l long and $h [thick|high|tall]|$h [thick|high|tall], $l long and $w wide|$h "
            "[thick|high|tall], $w wide, $l long|$l long by $w wide by $h [high|thick|tall]|$l long x $w wide x $h "
            "[high|thick|tall]|#l x #w@, $h [thick|high|tall]|#l by #w by $h [thick|high|tall]|#l x #w x $h "
            "[thick|high|tall]|$l long $w wide $h [tall|high|thick]|$w wide $l long $h [tall|high|thick]|$h [thick|high|tall] "
            "#l x #w@|$h thick, $l long, $w wide|$l [long|length], $w [wide|width], $h [high|height]]"},
    {"says",
     "[[The|the] length is $l, the width $w and the height $h|[The|the] length should be $l, the width $w and the "
     "[height|thickness] $h|[Length|length] is $l, width is $w, height is $h|[Length|length] $l, width $w, [height|thickness] "
     "$h|[The|the] width is $w, the length is $l and the height is $h|[The|the] height is $h, the width is $w, the length is "
     "$l|[I|i] want the length to be $l, the width $w and the height $h|[The|the] sides are $l, $w and $h|[The|the] part "
     "[is|should be] $l long, $w wide and $h [thick|high|tall]|[Make|make] the length $l, the width $w, and the height "
     "$h|[The|the] length must be $l and the width $w; the [height|thickness] is $h|[The|the] base is #l x #w@ and the height "
     "is $h|[Should|should] be $l long, $w wide and $h [thick|high|tall]|[Should|should] be {lwh}]"},
    {"whose",
     "[length is $l, width is $w and height is $h|length is $l, width $w and height $h|sides are $l, $w and $h|width is $w, "
     "length is $l and thickness is $h|height is $h, length is $l and width is $w|base is #l x #w@ and height is $h]"},
    {"with2", "[a length of $l and a width of $w|length $l and width $w|~ #l x #w@ base|a width of $w and a length of $l]"},
    {"with3",
     "[a width of $w and a [height|thickness] of $h|width $w and [height|thickness] $h|a height of $h and a width of $w]"},
    {NULL, NULL},
};

const cad_rule cad_words_primitive_cube[] = {
    {"np",
     "[{just} $s cube|{just} $s cube|{just} #sx#sx#s@ cube|{just} #s x #s x #s@ [cube|cube|box]|cube of $s|cube with $s "
     "sides|cube, $s|cube with sides of $s|cube of side $s|cube with edge length $s|cube $s on each side|cube $s a side|#s by "
     "#s by #s@ cube|cube with all sides $s|$s sided cube|{just} $s {cubenoun}|{just} $s {cubenoun}|{just} #sx#sx#s@ "
     "{cubenoun}|{just} #s x #s x #s@ {cubenoun}|{cubenoun} with a side length of $s|{cubenoun}, side length $s|{cubenoun} "
     "with side length $s|{cubenoun}, sides $s|{cubenoun} with $s sides|{cubenoun} whose sides are $s|{cubenoun} [with|where] "
     "each side $s|{cubenoun}, each side $s|{cubenoun} that is $s on each side|{cubenoun}, $s on each side|{cubenoun} which is "
     "$s in each direction|{cubenoun} $s in every direction|{cubenoun}, $s per side|$s per side {cubenoun}|{cubenoun}. The "
     "side is $s|{cubenoun}. Each side should be $s|{cubenoun}. Side length $s|{cubenoun}, the side should be $s "
     "long|{cubenoun}, a=$s|{cubenoun} a = $s|{cubenoun}; side $s|{cubenoun}: side $s|$s x $s x $s {cubenoun}|$s by $s by $s "
     "{cubenoun}|#s*#s*#s@ {cubenoun}|{cubenoun} of #s x #s x #s@|{cubenoun} #s x #s x #s@|{cubenoun}, #s by #s by "
     "#s@|{cubenoun} that is $s long, wide and high|$s side {cubenoun}|{cubenoun} $s|{cubenoun} of side length $s|[block|box] "
     "with all sides $s|[block|box], all sides $s|{cubenoun} with an edge of $s|{cubenoun}, edge length $s|{cubenoun} of edge "
     "$s|{cubenoun} - side $s|^cube, edges $s|^cube $s on an edge|^die-shaped block, $s on every side]{nothing}"},
    {"spec",
     "[cube {sep}side $s|cube: $s|cube, a=$s|cube #sx#sx#s@|cube\nside: $s|side $s, cube|cube, edge $s|cube ($s)|{cubenoun}: "
     "side $s|{cubenoun}: #s x #s x #s@|{cubenoun}; side $s|{cubenoun} side=$s|{cubenoun}, side length $s|{cubenoun}, "
     "s=$s|{cubenoun}{sep}side length $s|{cubenoun}{sep}edge $s|{cubenoun}{sep}a = $s|{cubenoun}\nedge: $s|{cubenoun}\nside = "
     "$s|{cubenoun}\nside length $s|{cubenoun} - $s|{cubenoun} - side $s|$s {cubenoun}|side length $s, {cubenoun}|edge $s, "
     "{cubenoun}|side: $s\n{cubenoun}|#sx#sx#s@, {cubenoun}|{cubenoun}. Side $s|{cubenoun}. Each side is $s|The {cubenoun} "
     "should be $s on each side|the sides of the {cubenoun} are $s|the side of the {cubenoun} is $s|each side of the "
     "{cubenoun} should be $s|{cubenoun}, length = width = height = $s|{cubenoun} L=W=H=$s|part: {cubenoun}{sep}side "
     "$s|{cubenoun} (side $s)|^cube / edge $s|^edge length $s, cube]{nothing}"},
    {"cubenoun", "[cube|cube|cube|cube|cube|solid cube|cubic block|cube block|perfect cube|regular cube|cube-shaped block]"},
    {NULL, NULL},
};

const cad_rule cad_words_primitive_cylinder[] = {
    {"np", "[{just} [u;{predia:d} |$d [diameter|dia] |{predia:d}, ]{tall:h} {cylnoun}|{just} {tall:h}, {predia:d} "
           "{cylnoun}|{just} {cylnoun} {dia:d}[, | and |, ]{height:h}|{cylnoun} {height:h}[, | and ]{dia:d}|{cylnoun} with "
           "{with_dia:d} and [a height of|height|a length of] $h|{cylnoun}, {dia:d}, {height:h}|{cylnoun} #d x #h@|{cylnoun} "
           "Ø#d x #h@|{predia:d} x $h {cylnoun}|{cylnoun} {dia:d} x {tall:h}|{just} {cylnoun} [that is|] {tall:h} with "
           "{with_dia:d}|$d x $h {cylnoun}|{cylnoun} of {dia:d} and {height:h}|{cylnoun}, {dia:d}, {height:h}|{cylnoun}, $d "
           "across, {tall:h}|{cylnoun}, {tall:h}, $d across|{cylnoun}, {tall:h}, {dia:d}|{cylnoun}, {height:h}, "
           "{dia:d}|{cylnoun}; {dia:d}; {height:h}|{cylnoun}: {dia:d}, {height:h}|{cylnoun} that is {tall:h} and $d "
           "[across|u;in diameter]|{cylnoun} which is $d [across|u;in diameter] and {tall:h}|{cylnoun} [which|that] should be "
           "{tall:h} and $d across|{cylnoun}. {dsay:d}, {hsay:h}|{cylnoun}. {dsay:d}. {hsay:h}|{cylnoun}. {hsay:h}, "
           "{dsay:d}|{cylnoun}. $d [across|diameter]. {tall:h}|{cylnoun} with {with_dia:d}, {tall:h}|{cylnoun}, {tall:h}, with "
           "{with_dia:d}|{cylnoun} with a [height|length] of $h and {with_dia:d}|{cylnoun} whose diameter is $d and "
           "[height|length] is $h|{cylnoun} whose [height|length] is $h and radius is $/d|{tall:h} {cylnoun}, {dia:d}|{tall:h} "
           "{cylnoun} with {with_dia:d}|{tall:h}, $d diameter {cylnoun}|{tall:h} {predia:d} {cylnoun}|{predia:d} {cylnoun}, "
           "{tall:h}|{predia:d} {cylnoun}, {height:h}|{predia:d} {cylnoun} with a [height|length] of $h|{predia:d} {cylnoun} "
           "that is {tall:h}|{predia:d} by {tall:h} {cylnoun}|{predia:d} and {tall:h} {cylnoun}|{just} {cylnoun} $d across and "
           "{tall:h}|{cylnoun} {tall:h} and $d across|{cylnoun} {dia:d} by {tall:h}|{cylnoun}, $d x $h|{cylnoun} $d x "
           "$h|{cylnoun} #dx#h@|{cylnoun} Ø$d x $h|{cylnoun} of diameter $d and [height|length] $h|{cylnoun} of radius $/d and "
           "[height|length] $h|{cylnoun} of [height|length] $h and radius $/d|$h [long|length] of $d diameter "
           "{cylnoun}|{cylnoun} $d diameter x $h [height|length]|{cylnoun} ({dia:d}, {height:h})|{cylnoun}, R $/d, H "
           "$h|^{cylnoun} measuring {dia:d} by {height:h}|^{cylnoun}, {dia:d} and {tall:h}]{nothing}"},
    {"spec",
     "[{cylnoun}: {dia:d}, {height:h}|{cylnoun}{sep}D=$d{sep}H=$h|{cylnoun}\ndiameter: $d\nheight: $h|{cylnoun}\nheight "
     "$h\nradius $/d|{cylnoun} D$d H$h|{cylnoun}, d=$d, h=$h|{cylnoun}, r=$/d, h=$h|Ø$d x $h, {cylnoun}|{cylnoun} R#/d@ "
     "H$h|diameter $d, height $h, {cylnoun}|{cylnoun}, d $d, l $h|{cylnoun}: {height:h}, {dia:d}|{cylnoun}; {dia:d}; "
     "{height:h}|{dia:d}, {height:h}, {cylnoun}|{height:h}, {dia:d}, {cylnoun}|{dia:d} {cylnoun}, "
     "{height:h}|{cylnoun}{sep}{dia:d}{sep}{height:h}|{cylnoun}{sep}{height:h}{sep}{dia:d}|{cylnoun}{sep}dia $d{sep}len "
     "$h|{cylnoun}{sep}diameter = $d{sep}[height|length] = $h|{cylnoun}\ndia: $d\n[ht|len]: $h|{cylnoun}\nlength: "
     "$h\ndiameter: $d|{cylnoun}\nradius = $/d\n[height|length] = $h|{cylnoun}\n- diameter $d\n- [height|length] "
     "$h|{cylnoun}\n$d across\n$h [tall|high|long]|{cylnoun}\nD: $d\nL: $h|diameter: $d\n[height|length]: "
     "$h\n{cylnoun}|{cylnoun} D=$d H=$h|{cylnoun} D=$d L=$h|{cylnoun} d $d h $h|{cylnoun} h $h d $d|{cylnoun} r $/d h "
     "$h|{cylnoun}, dia=$d, len=$h|{cylnoun}, h=$h, d=$d|{cylnoun}, L=$h, R=$/d|{cylnoun} - {dia:d} - {height:h}|{cylnoun} "
     "({dia:d} x {tall:h})|{cylnoun} (D=$d, H=$h)|Ø$d {cylnoun}, [L|H] $h|{cylnoun}. {dsay:d}. {hsay:h}|{cylnoun}. {hsay:h}. "
     "{dsay:d}|{dsay:d}, {hsay:h}; {cylnoun}|The {cylnoun} [is|should be] {tall:h} and $d across|the {cylnoun} [is|should be] "
     "$d across and {tall:h}|I want the {cylnoun} {tall:h} and $d [across|u;in diameter]|part: {cylnoun}{sep}dia "
     "$d{sep}[length|height] $h|{cylnoun} $d x $h|#d x #h@ {cylnoun}|^{cylnoun} / dia $d / length $h]{nothing}"},
    {"cylnoun", "[cylinder|cylinder|cylinder|rod|round bar|pin|solid cylinder|peg|dowel|shaft|post|round "
                "rod|cylinder|cylinder|cylinder|cylinder|cylinder|rod|round bar|solid rod|solid round bar|round pin|dowel "
                "pin|round peg|plain cylinder|solid shaft|round post|straight pin|straight rod|cylindrical rod|cylindrical "
                "pin|cylindrical block|straight shaft|locating pin|axle|^roller|^column|^stub]"},
    {NULL, NULL},
};

const cad_rule cad_words_primitive_disc[] = {
    {"np",
     "[{just} {predia:d} [disc|disk], {thick:t}|{just} {prethick:t} {discnoun}, {dia:d}|{discnoun} {dia:d}[, | and |, "
     "]{thick:t}|{discnoun} with {with_dia:d} and a thickness of $t|{predia:d} {discnoun}, {thick:t}|{discnoun} Ø#d x "
     "#t@|{discnoun}, {thick:t}, {dia:d}|{discnoun} of {dia:d} and {thick:t}|{just} {discnoun}, {dia:d}, {thick:t}|{discnoun}, "
     "{dia:d}, {thick:t}|{discnoun}, $d across and $t thick|{discnoun} $d across, $t thick|{discnoun}, $t thick, $d "
     "across|{discnoun} that is $d across and $t thick|u;{discnoun} which is $t thick and $d across|{discnoun}. {dsay:d}, "
     "{tsay:t}|{discnoun}. {dsay:d}. {tsay:t}|{discnoun}. {tsay:t}, {dsay:d}|{discnoun}. $d across. $t thick|{discnoun} with a "
     "thickness of $t and {with_dia:d}|{discnoun} with {with_dia:d}, $t thick|{discnoun} with {with_dia:d} and thickness $t|$t "
     "thick {discnoun}, {dia:d}|$t thick {discnoun} with {with_dia:d}|$t thick, $d diameter {discnoun}|{predia:d}, $t thick "
     "{discnoun}|{predia:d} x $t thick {discnoun}|{predia:d} by $t {discnoun}|{predia:d} {discnoun} that is $t "
     "thick|{predia:d} {discnoun} with a thickness of $t|{discnoun} #d x #t@|{discnoun} $d x $t|{discnoun} Ø$d x $t|{discnoun} "
     "$d diameter x $t thick|{discnoun} {dia:d} by {thick:t}|{discnoun}; {dia:d}; {thick:t}|{discnoun}: {dia:d}, "
     "{thick:t}|{discnoun} whose diameter is $d and thickness is $t|{discnoun} of diameter $d and thickness $t|{discnoun} of "
     "radius $/d and thickness $t|{discnoun} of thickness $t, {dia:d}|{discnoun} ({dia:d}, {thick:t})|{discnoun} [which|that] "
     "should be $d across and $t thick|^{discnoun} measuring {dia:d}, {thick:t}]{nothing}"},
    {"spec",
     "[{discnoun}: {dia:d}, {thick:t}|{discnoun}{sep}D=$d{sep}T=$t|{discnoun}\ndiameter: $d\nthickness: $t|{discnoun} Ø$d "
     "t=$t|diameter $d, thickness $t, {discnoun}|{discnoun}: {thick:t}, {dia:d}|{discnoun}; {dia:d}; {thick:t}|{dia:d}, "
     "{thick:t}, {discnoun}|{thick:t}, {dia:d}, "
     "{discnoun}|{discnoun}{sep}{dia:d}{sep}{thick:t}|{discnoun}{sep}{thick:t}{sep}{dia:d}|{discnoun}\nthickness $t\ndiameter "
     "$d|{discnoun}\nradius: $/d\nthickness: $t|{discnoun}\nD = $d\nT = $t|{discnoun}\n- diameter $d\n- thickness "
     "$t|{discnoun}\n$d across\n$t thick|diameter: $d\nthickness: $t\n{discnoun}|{discnoun} D$d T$t|{discnoun} D=$d "
     "T=$t|{discnoun}, d=$d, t=$t|{discnoun}, t=$t, d=$d|{discnoun}, r=$/d, t=$t|{discnoun} dia $d, thickness $t|{discnoun} "
     "R$/d T$t|{discnoun} - {dia:d} - {thick:t}|{discnoun} ({dia:d}, {thick:t})|{discnoun} $d x $t|#d x #t@ {discnoun}|Ø$d x "
     "$t {discnoun}|{discnoun}. {dsay:d}. {tsay:t}|{dsay:d}, {tsay:t}; {discnoun}|The {discnoun} [is|should be] $d across and "
     "$t thick|the {discnoun} [is|should be] $t thick and $d across|u;I want the {discnoun} $d in diameter and $t "
     "thick|part: {discnoun}{sep}dia $d{sep}thickness $t|^{discnoun} / dia $d / thk $t]{nothing}"},
    {"discnoun", "[disc|disk|disc|disk|round plate|circular plate|round disc|puck|disc|disk|disc|disk|flat disc|flat "
                 "disk|solid disc|solid disk|round disk|circular disc|circular disk|flat round plate|thin cylinder|flat "
                 "cylinder|circle plate|round slab|plain disc|^coin|^round blank]"},
    {NULL, NULL},
};

const cad_rule cad_words_primitive_sphere[] = {
    {"np", "[{just} {predia:d} {ball}|{just} {predia:d} {ball}|{just} {ball} {dia:d}|{ball} with {with_dia:d}|{ball}, "
           "{dia:d}|{ball} of {dia:d}|$d {ball}|{ball} of radius $/d|{ball}, $d across|{ball} $d across|{ball} that is $d "
           "across|u;{ball} which is $d in diameter|{ball} [which|that] should be $d [across|u;in diameter]|{ball}. "
           "{dsay:d}|{ball}. {dsay:d}|{ball}, {dsay:d}|{ball} whose diameter is $d|{ball} whose radius is $/d|{ball} where the "
           "radius is $/d|{ball} of diameter $d|{ball} with a diameter of $d|{ball} with a radius of $/d|{ball} with diameter "
           "$d|{ball} with radius $/d|{ball}; {dia:d}|{ball}: {dia:d}|{ball}: diameter $d|{ball} ({dia:d})|{ball} Ø$d|{ball} - "
           "{dia:d}|$/d radius {ball}|$d diameter {ball}|$d {ball}|$d dia {ball}|R#/d@ {ball}|{ball} R#/d@|{ball}, "
           "r=$/d|{ball}, d=$d|{ball} r $/d|{ball} d $d|{just} $d {ball}|{just} {ball}, {dia:d}|{just} {ball} with "
           "{with_dia:d}|{just} {ball} of {dia:d}|^{ball} measuring {dia:d}]{nothing}"},
    {"spec",
     "[{ball}: {dia:d}|{ball}{sep}D=$d|{ball}{sep}R=$/d|{ball}\ndiameter: $d|{ball}\nradius: $/d|diameter $d, {ball}|{ball}, "
     "r=$/d|{ball} Ø$d|{ball} R#/d@|{ball}; {dia:d}|{ball}; {dia:d}|{dia:d}, {ball}|{dia:d} "
     "{ball}|{ball}{sep}{dia:d}|{ball}{sep}diameter = $d|{ball}{sep}radius = $/d|{ball}{sep}dia $d|{ball}\ndia: $d|{ball}\nD: "
     "$d|{ball}\nr = $/d|{ball}\n- diameter $d|{ball}\n- radius $/d|{ball}\n$d across|diameter: $d\n{ball}|radius: "
     "$/d\n{ball}|{ball}, d=$d|{ball} D$d|{ball} D=$d|{ball} R=$/d|{ball} R$/d|{ball} - {dia:d}|{ball} ({dia:d})|{ball}. "
     "{dsay:d}|{ball}. {dsay:d}|{dsay:d}; {ball}|The {ball} [is|should be] $d across|The {ball} [is|should be] $d across|the "
     "diameter of the {ball} is $d|the radius of the {ball} is $/d|u;the {ball} should be $d in diameter|I want the {ball} $d "
     "across|part: {ball}{sep}dia $d|part: {ball}{sep}radius $/d|^{ball} / dia $d]{nothing}"},
    {"ball", "[sphere|sphere|ball|ball|solid sphere|sphere|sphere|sphere|sphere|ball|ball|ball|round ball|perfect sphere|plain "
             "sphere|solid sphere|marble|ball shape|bearing ball|metal ball|plain ball|^globe|^solid ball|^bead]"},
    {NULL, NULL},
};

const cad_rule cad_words_primitive_cone[] = {
    {"np", "[{just} {conenoun} {dia:d}[, | and ]{height:h}|{just} {conenoun} with {base} and [a height of $h|height $h]|{just} "
           "{tall:h} {conenoun} with {base}|{predia:d} {conenoun}, {tall:h}|{conenoun}, {base}, {height:h}|{conenoun} "
           "{tall:h}, {base}|{conenoun} #d x #h@|{just} {conenoun} with {base}, $h [tall|high]|{just} {conenoun} with {base} "
           "and ~ $h height|{conenoun}, {height:h}, {base}|{conenoun} with a height of $h and {base}|{conenoun}, $h "
           "[tall|high], {base}|{conenoun} that is $h [tall|high] with {base}|{conenoun} which is $h [tall|high] and $d across "
           "at the base|{conenoun}. {bsay}, {vsay:h}|{conenoun}. {bsay}. {vsay:h}|{conenoun}. {vsay:h}, {bsay}|{conenoun}. "
           "{vsay:h}. {bsay}|{conenoun}. Base $d. Height $h|{conenoun} whose base is $d and height is $h|{conenoun} whose "
           "height is $h and base diameter is $d|{conenoun} whose base radius is $/d and height is $h|{conenoun}; {base}; "
           "{height:h}|{conenoun}: {base}, {height:h}|{conenoun} of height $h with {base}|{conenoun} of base diameter $d and "
           "height $h|{conenoun} $h [tall|high] on ~ $d base|{conenoun} on a base of $d, $h [tall|high]|{conenoun} $d across "
           "at the bottom, $h [tall|high]|{conenoun}, $d at the bottom, pointed at the top, $h [tall|high]|$h [tall|high] "
           "{conenoun}, {base}|$h [tall|high] {conenoun}, $d across at the base|{tall:h}, {predia:d} {conenoun}|{predia:d} "
           "{conenoun}, {height:h}|{predia:d} base {conenoun}, $h [tall|high]|{conenoun} Ø$d x $h|{conenoun} $d diameter x $h "
           "height|{conenoun}, {dia:d}, {height:h}|{conenoun} ({base}, {height:h})|{conenoun} tapering from $d to a point over "
           "$h|{conenoun} with {with_dia:d} at the base and a height of $h|{conenoun} [which|that] should be $h [tall|high] "
           "with {base}|^{conenoun} rising $h from {base}]{nothing}"},
    {"spec",
     "[{conenoun}: base $d, height $h|{conenoun}{sep}base diameter $d{sep}height $h|{conenoun}\nbase radius: $/d\nheight: "
     "$h|{conenoun}, D=$d, H=$h|base {dia:d}, {height:h}, {conenoun}|{conenoun}: {base}, {height:h}|{conenoun}: height $h, "
     "base $d|{conenoun}; base $d; height $h|{conenoun}; {height:h}; {base}|{conenoun}{sep}base radius $/d{sep}height "
     "$h|{conenoun}{sep}height $h{sep}base diameter $d|{conenoun}{sep}{base}{sep}{height:h}|{conenoun}\nbase: $d\nheight: "
     "$h|{conenoun}\nbase diameter: $d\nheight: $h|{conenoun}\nbase diameter = $d\nheight = $h|{conenoun}\nheight: $h\nbase "
     "radius: $/d|{conenoun}\n- base $d\n- height $h|{conenoun}\nD: $d\nH: $h|{conenoun}\n$d base\n$h [tall|high]|base "
     "diameter: $d\nheight: $h\n{conenoun}|base $d, height $h, {conenoun}|height $h, base $d, {conenoun}|{conenoun} D$d "
     "H$h|{conenoun} d=$d h=$h|{conenoun}, r=$/d, h=$h|{conenoun}, h=$h, r=$/d|{conenoun} H=$h, base D=$d|{conenoun} (base $d, "
     "height $h)|{conenoun} - base $d - height $h|{conenoun}. {bsay}. {vsay:h}|{bsay}, {vsay:h}; {conenoun}|The {conenoun} "
     "[is|should be] $h [tall|high] with {base}|the {conenoun} [is|should be] $d across at the base and $h [tall|high]|I want "
     "the {conenoun} $h [tall|high] with {base}|part: {conenoun}{sep}base dia $d{sep}height $h|{conenoun} Ø$d x $h|^{conenoun} "
     "/ base dia $d / rise $h]{nothing}"},
    {"base", "[~ $d base|~ $d diameter base|base diameter $d|a base of $d|a base diameter of $d|base radius $/d|a base radius "
             "of $/d|~ $d diameter base|base diameter $d|base $d|a base $d across|u;a base $d in diameter|~ $d round base|~ $d "
             "circular base|a base radius of $/d|~ $/d radius base|a base diameter $d|a round base of $d|base dia $d|~ $d dia "
             "base|a bottom diameter of $d|bottom diameter $d|a bottom radius of $/d|a base with a diameter of $d|a base of $d "
             "diameter|a base of radius $/d|^a foot of $d]"},
    {"conenoun", "[cone|cone|cone|pointed cone|solid cone|sharp cone|cone|cone|cone|cone|cone|plain cone|right cone|circular "
                 "cone|right circular cone|full cone|round cone|solid cone|cone shape|conical point|cone with a point on "
                 "top|upright cone|^spike|^cone with a sharp tip]"},
    {"bsay", "[[The|the] base is $d [across|u;in diameter]|[The|the] base diameter is $d|[The|the] base diameter should be "
             "$d|[The|the] base radius is $/d|[Base|base] diameter $d|[Base|base] $d|[Base|base] radius $/d|$d across at the "
             "base|[The|the] diameter at the bottom is $d|[Base|base] should be $d across]"},
    {NULL, NULL},
};

const cad_rule cad_words_primitive_frustum[] = {
    {"np",
     "[{just} {frustum} with {ends} and [a height of $h|height $h]|{just} {tall:h} {frustum}, {ends}|{frustum} {ends}, "
     "{height:h}|{frustum}, {ends}, {height:h}|{frustum} from $d to $e diameter, {height:h}|{frustum} $d at the bottom, $e at "
     "the top, {height:h}|{frustum} [tapering|going] from {predia:d} to {predia:e} over $h|{just} {frustum} with {ends}, $h "
     "[tall|high]|{just} {frustum}, {ends}, $h [tall|high]|{frustum} with {ends} and ~ $h height|{frustum} with a height of "
     "$h, {ends}|{frustum}, {height:h}, {ends}|{frustum} $h [tall|high] with {ends}|{frustum} that is $h [tall|high] with "
     "{ends}|{frustum} which is $d across at the bottom, $e at the top and $h [tall|high]|{frustum}. {ends}, "
     "{height:h}|{frustum}. {vsay:h}, {ends}|{frustum}. {ends}. {vsay:h}|{frustum}. Bottom $d. Top $e. Height $h|{frustum}. "
     "[The|the] bottom diameter is $d, the top diameter is $e and the height is $h|{frustum}. The top is $e across, the bottom "
     "$d, and the height is $h|{frustum} whose bottom diameter is $d, top diameter is $e and height is $h|{frustum}; {ends}; "
     "{height:h}|{frustum}: {ends}, {height:h}|{frustum} ({ends}, {height:h})|{frustum} from $d at the bottom to $e at the "
     "top, $h [tall|high]|{frustum}, $d down at the base, $e up at the top, $h [tall|high]|{frustum} $e at the top and $d at "
     "the bottom, {height:h}|{frustum}, {predia:d} at the base, {predia:e} at the top, {height:h}|$h [tall|high] {frustum} "
     "with {ends}|$h [tall|high] {frustum}, $d at the bottom and $e at the top|$h [tall|high] {frustum} from $d to $e "
     "diameter|{frustum} going from $d diameter at the bottom to $e diameter at the top over a height of $h|{frustum}, bottom "
     "{dia:d}, top {dia:e}, {height:h}|{frustum}, top {dia:e}, bottom {dia:d}, {height:h}|{frustum}, $d to $e, "
     "{height:h}|{frustum} $d x $e x $h (bottom x top x height)|<e,d;cone $d across at the base, cut off at $e, $h "
     "[tall|high]|<e,d;cone with the top cut off, {ends}, {height:h}|{frustum} that tapers from $d at the bottom to $e at the "
     "top, {height:h}|^{frustum} that narrows or widens from $d to $e in diameter, $h tall]{nothing}"},
    {"spec",
     "[{frustum}: bottom $d, top $e, height $h|{frustum}{sep}bottom diameter $d{sep}top diameter $e{sep}height $h|{frustum}, "
     "base D=$d, top D=$e, H=$h|{frustum}\nbottom radius: $/d\ntop radius: $/e\nheight: $h|{frustum}: {ends}, "
     "{height:h}|{frustum}: height $h, {ends}|{frustum}; {ends}; {height:h}|{frustum}{sep}base diameter $d{sep}top diameter "
     "$e{sep}height $h|{frustum}{sep}height $h{sep}bottom diameter $d{sep}top diameter $e|{frustum}{sep}top diameter "
     "$e{sep}bottom diameter $d{sep}height $h|{frustum}{sep}bottom radius $/d{sep}top radius $/e{sep}height "
     "$h|{frustum}\nbottom diameter: $d\ntop diameter: $e\nheight: $h|{frustum}\nbottom: $d\ntop: $e\nheight: "
     "$h|{frustum}\ntop: $e\nbottom: $d\nheight: $h|{frustum}\nheight = $h\nbottom = $d\ntop = $e|{frustum}\n- bottom dia "
     "$d\n- top dia $e\n- height $h|{frustum}\nbase radius = $/d\ntop radius = $/e\nheight = $h|bottom dia: $d\ntop dia: "
     "$e\nheight: $h\n{frustum}|{frustum}, bottom D=$d, top D=$e, H=$h|{frustum}, d1=$d, d2=$e, h=$h|{frustum} D1=$d D2=$e "
     "H=$h|{frustum}, bottom R=$/d, top R=$/e, H=$h|{frustum}, h=$h, base r=$/d, top r=$/e|bottom $d, top $e, height $h, "
     "{frustum}|height $h, {ends}, {frustum}|{frustum} (bottom $d, top $e, height $h)|{frustum} - bottom $d - top $e - height "
     "$h|{frustum}. Bottom diameter $d. Top diameter $e. Height $h|{frustum}. {ends}. {vsay:h}|The {frustum} [is|should be] $d "
     "across at the bottom, $e at the top and $h [tall|high]|the {frustum} [is|should be] $h [tall|high], {ends}|I want the "
     "{frustum} $d across at the bottom, $e across at the top, $h [tall|high]|part: {frustum}{sep}{ends}{sep}height "
     "$h|^{frustum} / base dia $d / top dia $e / rise $h]{nothing}"},
    {"ends",
     "[bottom diameter $d and top diameter $e|~ $d base and ~ $e top|base $d, top $e|bottom $d, top $e|base diameter $d, top "
     "diameter $e|bottom radius $/d and top radius $/e|base radius $/d, top radius $/e|top $e, bottom $d|top diameter $e and "
     "base diameter $d|bottom diameter $d, top diameter $e|bottom dia $d, top dia $e|bottom dia $d and top dia $e|top dia $e, "
     "base dia $d|base diameter $d and top diameter $e|~ $d bottom and ~ $e top|~ $e top and ~ $d bottom|~ $d diameter bottom "
     "and ~ $e diameter top|$d across at the bottom and $e across at the top|$e across at the top, $d across at the bottom|$d "
     "diameter at the base, $e diameter at the top|a bottom diameter of $d and a top diameter of $e|a base diameter of $d and "
     "a top diameter of $e|a bottom radius of $/d and a top radius of $/e|top radius $/e, bottom radius $/d|base Ø$d, top "
     "Ø$e|bottom D=$d, top D=$e|bottom: $d, top: $e|base radius $/d and top radius $/e|top radius $/e and base radius "
     "$/d|bottom radius $/d, top diameter $e|bottom diameter $d, top radius $/e|^lower end $d and upper end $e]"},
    {"frustum", "[frustum|frustum|truncated cone|tapered cylinder|cone frustum|cut-off cone|conical "
                "frustum|frustum|frustum|truncated cone|truncated cone|tapered cylinder|frustum of a cone|conical "
                "section|tapered round block|cone with a flat top|<e,d;flat-topped cone|cut cone|conical block|tapered "
                "rod|tapered pin|solid frustum|round frustum|truncated round cone|^tapered plug|^blunt cone]"},
    {NULL, NULL},
};
