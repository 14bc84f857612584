/* Rules of the captions; sizes by the names of synth_hex.c. */
#include "dataprep/words.h"

const cad_rule cad_words_hex[] = {
    {"flats",
     "[$f across flats|$f across flats|$f across the flats|$f AF|AF $f|AF=$f|across flats $f|$f hex|hex size $f|$f between "
     "flats|$f flat to flat|$f wrench size|spanner size $f|$f across flats|$f across the flats|$f AF|AF $f|AF: $f|AF = $f|A/F "
     "$f|$f A/F|AF of $f|af $f|af=$f|across flats: $f|across flats = $f|across flats=$f|across-flats $f|across the flats "
     "$f|flats $f apart|opposite flats $f apart|wrench size $f|wrench size: $f|$f wrench|for ~ $f wrench|to fit ~ $f "
     "wrench|takes ~ $f spanner|$f spanner|$f spanner size|SW $f|SW=$f|hex $f|hex: $f|hex width $f|$f hex width|width across "
     "flats $f|$f width across flats|width across flats: $f|WAF $f|distance across flats $f|$f distance across flats|$f "
     "between opposite flats|$f between opposite sides|distance between flats $f|$f between parallel sides|$f wide across the "
     "flats|flat-to-flat $f|flat to flat $f|$f flat-to-flat|socket size $f|flats: $f|hexagon size $f|hex is $f across flats|$f "
     "across-flats|{flatsmore}|{flatsmore}|^$f over flats|^$f from flat to flat|^key size $f]"},
    {"flatsmore",
     "[across flats is $f|flats $f|$f over two opposite sides|hex of $f|hex across $f|$f hexagon width|$f side to side|$f from "
     "side to opposite side|inscribed radius $/f|inscribed diameter $f|half across flats $/f|apothem $/f|$f wide between the "
     "flats|hex width of $f|hex flats $f|across flats of $f|AF dimension $f|AF width $f|AF size $f|s=$f|s = $f]"},
    {"with_flats", "[$f across flats|~ $f AF|an across flats of $f|~ $f across-flats width|a width across flats of $f|a hex of "
                   "$f|flats $f apart|~ $f hex|a wrench size of $f|an AF of $f|hex size $f|~ $f hex size]"},
    {"preflats",
     "[$f hex|$f AF hex|$f across-flats hex|$f hexagonal|$f A/F hex|$f hex|$f wrench hex|$f hex-shaped|^$f hexagon]"},
    {"len", "[{full_height:h}|{full_height:h}|{full_height:h}|{full_height:h}|$h long|$h tall|{lenmore}|{lenmore}]"},
    {"lenmore", "[len $h|len=$h|len: $h|LEN $h|length = $h|length is $h|length=$h|L = $h|L: $h|l=$h|ht $h|ht=$h|height = "
                "$h|height=$h|height is $h|$h lg|u;$h in all|total length $h|total height $h|overall height $h|$h overall|$h "
                "height|$h length|cut to $h|long $h|H = $h|H: $h|standing $h tall|$h high|extruded $h|with length $h]"},
    {"mid", "[{bore:b}|{bore:b}|{bore:b}|{bore:b}|{bore:b}|{midmore}|{midmore}]"},
    {"midmore",
     "[center hole $b|centre hole $b|$b center hole|$b centre hole|central hole $b|$b central hole|$b hole in the middle|$b "
     "hole through the middle|$b hole through the center|bore diameter $b|$b bore diameter|bore dia $b|bore = $b|bore: $b|bore "
     "Ø$b|bored $b|bored to $b|I.D. $b|ID = $b|ID: $b|inner $b|inside $b|inside dia $b|inside radius $/b|$/b bore radius|hole "
     "Ø$b|hole diameter $b|hole dia $b|$b hole diameter|through hole $b|thru hole $b|$b thru hole|through bore $b|$b through "
     "bore|{with_bore:b}|hole radius $/b|inner hole $b|hole of $b|hollow, $b inside]"},
    {"with_mid",
     "[{with_bore:b}|{with_bore:b}|{with_bore:b}|{with_bore:b}|~ $b hole through the middle|u;a hole $b in diameter|a through "
     "bore of $b|~ $b through bore|a center hole of $b|a bore diameter of $b|an inner diameter of $b|an inside diameter of "
     "$b|an ID of $b|~ $b ID|a thru hole of $b|a hole diameter of $b|~ $b hole in the center]"},
    {"s_flats", "[The hex is $f across flats|The hexagon is $f across the flats|Across flats is $f|Across flats should be "
                "$f|AF is $f|The flats are $f apart|Wrench size is $f|Should fit ~ $f wrench|Width across flats $f|The "
                "across-flats size is $f|{flats}|{flats}|{flats}]"},
    {"s_len", "[Length is $h|The length is $h|The height is $h|Height is $h|Should be $h long|The length should be $h|$h "
              "long|$h tall|Make the length $h|{len}|{len}|{len}]"},
    {"s_bore",
     "[The bore is $b|The hole is $b|u;The hole is $b in diameter|Hole diameter $b|The hole should be $b wide|The bore "
     "should be $b|Bore diameter is $b|Add ~ $b hole through the middle|There is ~ $b hole all the way through|Put "
     "{with_mid} through the center|Hole radius $/b|The inner diameter is $b|{mid}|{mid}|{mid}]"},
    {"barnoun", "[hex bar|hex bar|hexagonal bar|hexagonal prism|hex rod|solid hex bar|hexagon bar|hex prism|hex "
                "block|six-sided bar|hex bar|hex bar|hex bar|hexagonal rod|hexagonal block|hexagon prism|regular hexagonal "
                "prism|solid hexagon|hex blank|hexagonal blank|six-sided rod|six-sided prism|hex shaft|hex pin|solid hex "
                "rod|piece of hex bar|length of hex bar|hexagon rod|solid hexagonal prism|hexagonal solid|regular hexagon "
                "prism|hex bar blank|hexagonal shaft|^hex stock|^hexagonal column]"},
    {"standoffnoun",
     "[hex standoff|hex standoff|hex spacer|hexagonal standoff|hexagonal spacer|threaded-style hex standoff|hex pillar|hex "
     "standoff|hex standoff|hex standoff|hex spacer|hexagon standoff|hexagon spacer|hex PCB standoff|PCB hex standoff|hex "
     "sleeve|hexagonal pillar|hex post|hexagonal post|hollow hex bar|hollow hex spacer|hexagonal sleeve|six-sided "
     "spacer|six-sided standoff|female hex standoff|through-hole hex standoff|standoff with hex body|hex bar with a hole|hex "
     "tube|hexagonal tube|hex bushing|^hex stand-off|^hexagonal distance piece]"},
    {"nutnoun", "[hex nut|hex nut|nut|hexagonal nut|hexagon nut|plain hex nut|hex nut|hex nut|hex nut|nut blank|hex nut "
                "blank|unthreaded hex nut|unthreaded nut|hex nut without thread|nut, no thread|simple hex nut|simple "
                "nut|machine nut|jam nut|standard hex nut|smooth-bore nut|dummy nut|hex nut, plain hole|^six-sided nut]"},
    {"boltnoun",
     "[hex bolt blank|hex bolt|hex head bolt|bolt with hex head|hex head pin|hexagon head bolt, no thread|hex bolt|hex "
     "bolt|hex bolt|bolt blank|hex head bolt|hexagonal bolt|hexagon bolt|unthreaded hex bolt|hex bolt without thread|plain hex "
     "bolt|simple hex bolt|bolt with a hexagonal head|bolt, hex head|unthreaded bolt with hex head|hex bolt, no thread|hex "
     "head blank|bolt with hexagon head|smooth hex bolt|dummy hex bolt|hex head screw, no thread|^hex screw blank]"},
    {NULL, NULL},
};

const cad_rule cad_words_hex_bar[] = {
    {"np",
     "[{barnoun} {flats}[, | and |, ]{full_height:h}|{barnoun}, {flats}, {len}|{barnoun}, {flats}, {len}|{barnoun}, {len}, "
     "{flats}|{barnoun}, {len}, {flats}|{tall:h} {barnoun}, {flats}|{tall:h} {barnoun}, {flats}|{preflats} bar, "
     "{len}|{preflats} [bar|rod|prism|block], {len}|{just} {barnoun} {flats}, {full_height:h}|{barnoun} with {flats} and "
     "[height|length] $h|{barnoun} with {with_flats}, {len}|{barnoun} with {with_flats} and $h long|{barnoun}, {flats} "
     "and {len}|{barnoun}, {flats} x $h long|{barnoun} $f AF x $h|{barnoun} AF $f x $h long|{barnoun} $f x $h long|$f AF "
     "x $h long {barnoun}|$f AF {barnoun}, {len}|{barnoun} $h long, {flats}|{barnoun} {len}, {flats}|{barnoun}: {flats}, "
     "{len}|{barnoun}; {flats}; {len}|{barnoun} ({flats}, {len})|{barnoun} - {flats}, {len}|{barnoun} that is $h long "
     "and $f across flats|{barnoun}, $h long with {with_flats}|{barnoun} of length $h, {flats}|{barnoun} of $h length "
     "and $f across flats|{barnoun} cut to $h, {flats}|piece of {preflats} bar, $h long|$h of {preflats} bar|$h length "
     "of $f AF hex bar|{barnoun}. {s_flats}. {s_len}|{barnoun}. {s_len}. {s_flats}|{barnoun}. {s_flats}. "
     "{s_len}|{barnoun}, {flats}. {s_len}|{barnoun}, {len}. {s_flats}|^{barnoun} measuring {flats}, {full_height:h}]{plain}"},
    {"spec",
     "[{barnoun}: {flats}, {full_height:h}|{barnoun}{sep}AF=$f{sep}L=$h|{barnoun}\nacross flats: $f\nlength: $h|{barnoun} AF$f "
     "L$h|{barnoun}{sep}{flats}{sep}{len}|{barnoun}{sep}{flats}{sep}{len}|{barnoun}{sep}{len}{sep}{flats}|{barnoun}: {len}, "
     "{flats}|{barnoun} - {flats} - {len}|{barnoun}\n- {flats}\n- {len}|{flats}{sep}{len}{sep}{barnoun}|{len}, {flats}, "
     "{barnoun}|{barnoun}\nlength: $h\nwidth across flats: $f|{barnoun}. {s_flats}. {s_len}|{barnoun}\nAF: $f\nheight: "
     "$h|^{barnoun} / {flats} / {full_height:h}]{plain}"},
    {"plain", "[||||||||, solid|, no hole|, no bore|, nothing else|, without a hole|, solid all through|, no center hole|, not "
              "hollow|^, undrilled]"},
    {NULL, NULL},
};

const cad_rule cad_words_hex_standoff[] = {
    {"np",
     "[{standoffnoun}, {flats}, {full_height:h}, {bore:b}|{standoffnoun} {flats}, {full_height:h}, {bore:b}|{standoffnoun}, "
     "{bore:b}, "
     "{full_height:h}, {flats}|&b;{standoffnoun} M#b, {full_height:h}, {flats}|&b;{standoffnoun} M#b, {flats}, "
     "{full_height:h}|&b;M#b "
     "{standoffnoun}, {full_height:h}, {flats}|&b;M#b {standoffnoun}, {flats}, {full_height:h}|{tall:h} {standoffnoun}, "
     "{flats}, "
     "{bore:b}|{preflats} standoff, {full_height:h}, with {with_bore:b}|{standoffnoun} {full_height:h}, {flats}, with "
     "{with_bore:b}|&b;{tall:h} M#b {standoffnoun}, {flats}|{standoffnoun}, {flats}, {len}, {mid}|{standoffnoun}, {flats}, "
     "{mid}, {len}|{standoffnoun}, {len}, {flats}, {mid}|{standoffnoun}, {len}, {mid}, {flats}|{standoffnoun}, {mid}, {flats}, "
     "{len}|{standoffnoun}, {mid}, {len}, {flats}|{standoffnoun} {len}, {flats}, {mid}|{standoffnoun}: {flats}, {len}, "
     "{mid}|{standoffnoun}; {len}; {flats}; {mid}|{standoffnoun} ({flats}, {len}, {mid})|{standoffnoun} - {flats}, {len}, "
     "{mid}|{standoffnoun} with {with_mid}, {flats}, {len}|{standoffnoun} with {with_mid}, {len}, {flats}|{standoffnoun} with "
     "{with_flats}, {len} and {with_mid}|{standoffnoun}, {flats}, {len}, with {with_mid}|{tall:h} {standoffnoun} with "
     "{with_mid}, {flats}|{tall:h} {standoffnoun}, {mid}, {flats}|{tall:h} {standoffnoun} with {with_flats} and {with_mid}|$f "
     "AF x $h long {standoffnoun}, {mid}|$f AF {standoffnoun}, {len}, {mid}|{standoffnoun} $f AF x $h long, "
     "{mid}|{standoffnoun} $h long, {flats} and {mid}|{standoffnoun} that is $h long, $f across flats, with "
     "{with_mid}|{preflats} [standoff|spacer|pillar], {len}, {mid}|{preflats} [standoff|spacer|sleeve], {mid}, {len}|&b;M#b "
     "{standoffnoun}, {flats}, {len}|&b;M#b {standoffnoun} with {with_flats}, {len}|&b;M#b {standoffnoun}: {len}, "
     "{flats}|&b;{standoffnoun} for M#b, {flats}, {len}|&b;{standoffnoun} for M#b screws, {len}, {flats}|&b;{standoffnoun} M#b "
     "x $h, {flats}|&b;M#b x $h {standoffnoun}, {flats}|&b;$h M#b {standoffnoun} with {with_flats}|{standoffnoun}. {s_flats}. "
     "{s_len}. {s_bore}|{standoffnoun}. {s_len}. {s_flats}. {s_bore}|{standoffnoun}. {s_bore}. {s_len}. "
     "{s_flats}|{standoffnoun}, {flats}, {len}. {s_bore}|{standoffnoun}, {len}, {mid}. {s_flats}|{standoffnoun}, {mid}. "
     "{s_flats}. {s_len}|^{standoffnoun} measuring {flats}, {full_height:h}, {bore:b}]"},
    {"spec",
     "[{standoffnoun}: {flats}, {full_height:h}, {bore:b}|{standoffnoun}{sep}AF=$f{sep}L=$h{sep}bore=$b|{standoffnoun}\nacross "
     "flats: $f\nlength: $h\nbore: $b|{standoffnoun} AF$f L$h "
     "ID$b|{standoffnoun}{sep}{flats}{sep}{len}{sep}{mid}|{standoffnoun}{sep}{len}{sep}{flats}{sep}{mid}|{standoffnoun}{sep}{"
     "mid}{sep}{flats}{sep}{len}|{standoffnoun}{sep}{len}{sep}{mid}{sep}{flats}|{standoffnoun}: {len}, {mid}, "
     "{flats}|{standoffnoun} - {flats} - {len} - {mid}|{standoffnoun}\n- {flats}\n- {len}\n- "
     "{mid}|{flats}{sep}{len}{sep}{mid}{sep}{standoffnoun}|{len}, {flats}, {mid}, {standoffnoun}|{standoffnoun}\nlength: "
     "$h\nwidth across flats: $f\nhole diameter: $b|{standoffnoun}. {s_flats}. {s_len}. {s_bore}|&b;M#b "
     "{standoffnoun}{sep}{len}{sep}{flats}|&b;thread size M#b, {standoffnoun}, {flats}, {len}|^{standoffnoun} / {flats} / "
     "{full_height:h} / {bore:b}]"},
    {NULL, NULL},
};

const cad_rule cad_words_hex_nut[] = {
    {"th", "[{full_thick:h}|{full_thick:h}|{full_thick:h}|{full_thick:h}|$h tall|$h high|height $h|height = $h|height: "
           "$h|h=$h|thickness = $h|thick "
           "$h|thick: $h|thickness is $h|nut height $h|nut thickness $h|$h height|ht $h|$h-thick body|m=$h|thickness=$h]"},
    {"s_th", "[The thickness is $h|Thickness is $h|Thickness should be $h|The nut is $h thick|Should be $h thick|The height is "
             "$h|{th}|{th}|{th}]"},
    {"np",
     "[{nutnoun}, {flats}, {full_thick:h}, {bore:b}|{nutnoun} {flats}, {full_thick:h}, {bore:b}|&b;M#b {nutnoun}, {flats}, "
     "{full_thick:h}|&b;M#b {nutnoun}, {full_thick:h}, {flats}|&b;{nutnoun} M#b, {flats}, {full_thick:h}|{nutnoun}, {bore:b}, "
     "{flats}, "
     "{full_thick:h}|{preflats} nut, {full_thick:h}, with {with_bore:b}|{prethick:h} {nutnoun}, {flats}, with "
     "{with_bore:b}|{nutnoun}, "
     "{flats}, {th}, {mid}|{nutnoun}, {flats}, {th}, {mid}|{nutnoun}, {flats}, {mid}, {th}|{nutnoun}, {th}, {flats}, "
     "{mid}|{nutnoun}, {th}, {mid}, {flats}|{nutnoun}, {mid}, {th}, {flats}|{nutnoun}, {mid}, {flats}, {th}|{nutnoun} {th}, "
     "{flats}, {mid}|{nutnoun}: {flats}, {th}, {mid}|{nutnoun}; {mid}; {flats}; {th}|{nutnoun} ({flats}, {th}, "
     "{mid})|{nutnoun} - {flats}, {th}, {mid}|{nutnoun} with {with_mid}, {flats}, {th}|{nutnoun} with {with_flats}, {th} and "
     "{with_mid}|{nutnoun} with {with_flats} and {with_mid}, {th}|{nutnoun}, {flats}, {th}, with {with_mid}|$f AF {nutnoun}, "
     "{th}, {mid}|$f AF x $h thick {nutnoun}, {mid}|{preflats} nut, {th}, {mid}|{preflats} nut with {with_mid}, {th}|{nutnoun} "
     "that is $h thick and $f across flats with {with_mid}|$h thick {nutnoun}, {flats}, {mid}|$h thick {nutnoun} with "
     "{with_mid}, {flats}|&b;M#b {nutnoun} with {with_flats}, {th}|&b;M#b {nutnoun}: {flats}, {th}|&b;{nutnoun} for M#b, {th}, "
     "{flats}|&b;{nutnoun} for an M#b bolt, {flats}, {th}|&b;{nutnoun}, size M#b, {flats}, {th}|{nutnoun}. {s_flats}. {s_th}. "
     "{s_bore}|{nutnoun}. {s_th}. {s_flats}. {s_bore}|{nutnoun}. {s_bore}. {s_flats}. {s_th}|{nutnoun}, {flats}, {th}. "
     "{s_bore}|{nutnoun}, {mid}. {s_flats}. {s_th}|^{nutnoun} measuring {flats}, {full_thick:h}, {bore:b}]"},
    {"spec", "[{nutnoun}: {flats}, {full_thick:h}, {bore:b}|{nutnoun}{sep}AF=$f{sep}T=$h{sep}bore=$b|{nutnoun}\nacross flats: "
             "$f\nthickness: $h\nbore: $b|{nutnoun} AF$f T$h "
             "ID$b|{nutnoun}{sep}{flats}{sep}{th}{sep}{mid}|{nutnoun}{sep}{mid}{sep}{flats}{sep}{th}|{nutnoun}{sep}{th}{sep}{"
             "mid}{sep}{flats}|{nutnoun}: {mid}, {flats}, {th}|{nutnoun} - {flats} - {th} - {mid}|{nutnoun}\n- {flats}\n- "
             "{th}\n- {mid}|{flats}{sep}{th}{sep}{mid}{sep}{nutnoun}|{nutnoun}\nhole diameter: $b\nwidth across flats: "
             "$f\nheight: $h|{nutnoun}. {s_flats}. {s_th}. {s_bore}|&b;M#b {nutnoun}{sep}{flats}{sep}{th}|^{nutnoun} / {flats} "
             "/ {full_thick:h} / {bore:b}]"},
    {NULL, NULL},
};

const cad_rule cad_words_hex_bolt[] = {
    {"np",
     "[{boltnoun}, {head}, {shank}, {overall}|{boltnoun}, {head}, {shank}, {overall}|{boltnoun} with {head}, {shank}, "
     "{overall}|{boltnoun}, {shank}, {head}, {overall}|{boltnoun}, {overall}, {shank}, {head}|&d;M#d {boltnoun}, {head}, "
     "{overall}|&d;M#d {boltnoun}, {overall}, {head}|{boltnoun}, {shank}, {overall}, {head}|{boltnoun}, {head}, {overall}, "
     "{shank}|{boltnoun}, {overall}, {head}, {shank}|{boltnoun}: {head}, {shank}, {overall}|{boltnoun}; {shank}; {head}; "
     "{overall}|{boltnoun} ({shank}, {overall}), {head}|{boltnoun} with {shank}, {overall}, {head}|{boltnoun} with {head} and "
     "{shank}, {overall}|{boltnoun}. {head}. {shank}. {overall}|{boltnoun}. {shank}. {overall}. {head}|{boltnoun}. {s_head}. "
     "{s_shank}. {s_overall}|{boltnoun}. {s_shank}. {s_overall}. {s_head}|{boltnoun}, {shank}, {overall}. {s_head}|{boltnoun}, "
     "{head}. {s_shank}. {s_overall}|&d;{boltnoun} M#d, {overall}, {head}|&d;{boltnoun} M#d, {head}, {overall}|&d;M#d "
     "{boltnoun}. {s_head}. {s_overall}|&d;M#d {boltnoun} with {head}, {overall}]"},
    {"spec",
     "[{boltnoun}{sep}AF=$f{sep}head=$k{sep}shank D=$d{sep}overall length $h|{boltnoun}\nacross flats: $f\nhead height: "
     "$k\nshank diameter: $d\noverall length: $h|{boltnoun}: {head}, {shank}, "
     "{overall}|{boltnoun}{sep}{head}{sep}{shank}{sep}{overall}|{boltnoun}{sep}{shank}{sep}{head}{sep}{overall}|{boltnoun}{sep}"
     "{overall}{sep}{shank}{sep}{head}|{boltnoun}{sep}{shank}{sep}{overall}{sep}{head}|{boltnoun}\n- {head}\n- {shank}\n- "
     "{overall}|{boltnoun}\nshaft diameter: $d\ntotal length: $h\nhead thickness: $k\nhead AF: $f|{boltnoun} - {shank} - "
     "{overall} - {head}|{boltnoun}. {s_head}. {s_shank}. {s_overall}|{boltnoun}: AF $f, head h $k, d $d, total L $h]"},
    {"head", "[head {flats}, head height $k|$k high head, {flats}|head height $k, {flats}|head $k thick, {flats}|{flats}, head "
             "$k high|{flats}, {headh}|{headh}, {flats}|head {flats}, {headh}|head {flats} and $k thick|head {flats} and $k "
             "high|$k thick hex head, {flats}|$k tall head, {flats}|hex head {flats}, {headh}|head: {flats}, $k thick|$f AF "
             "head, $k thick|$f AF hex head, $k high|head of $f across flats and $k thick|hex head $f across flats, $k "
             "thick|head $f AF x $k thick|^cap {flats}, $k deep]"},
    {"headh", "[head height $k|head thickness $k|head $k thick|head $k high|head $k tall|$k thick head|$k high head|$k tall "
              "head|$k head height|$k head thickness|head height = $k|head height: $k|head H $k|head h=$k|head height of "
              "$k|head thickness of $k|head length $k]"},
    {"shank", "[shank {dia:d}|shank {dia:d}|$d shank|shank diameter $d|$d diameter shank|shaft {dia:d}|{shankword} "
              "{dia:d}|{shankword} {dia:d}|$d {shankword}|{shankword} diameter $d|$d diameter {shankword}|{shankword} dia "
              "$d|$d dia {shankword}|{shankword} Ø$d|{shankword}: $d|{shankword} of $d|{shankword} of $d diameter|{shankword} "
              "radius $/d|round {shankword}, $d|{shankword} thickness $d|^stem {dia:d}]"},
    {"shankword", "[shank|shank|shank|shaft|shaft|round shank|plain shank|smooth shank|smooth shaft|body|rod|cylindrical "
                  "shank|bolt shaft|unthreaded shank|pin|plain shaft|round shaft|cylinder]"},
    {"overall", "[overall length $h|$h overall|total length $h|$h long overall|$h total length|overall length $h|total length "
                "$h|$h long in total|overall length: $h|overall length of $h|total length of $h|length overall $h|$h long "
                "including the head|$h long with the head|length with head $h|length including head $h|$h including the "
                "head|$h long, head included|head included $h long|OAL $h|OAL=$h|total $h|overall $h|full length $h|whole bolt "
                "$h long|u;$h in total|total L $h|overall L=$h|entire length $h|$h total|^$h from end to end]"},
    {"s_head", "[The head is $f across flats and $k thick|The hex head is $f across the flats and $k high|Head $f AF, $k "
               "thick|The head is $k high, {flats}|Head height $k, {flats}|{head}|{head}]"},
    {"s_shank",
     "[u;The shank is $d in diameter|u;The {shankword} is $d in diameter|Shank diameter is $d|The {shankword} should be "
     "$d across|The shaft is $d thick|{shank}|{shank}]"},
    {"s_overall", "[The overall length is $h|Overall length is $h|Total length should be $h|The whole bolt is $h long|The "
                  "total length is $h|Head included, the length is $h|{overall}|{overall}]"},
    {NULL, NULL},
};
