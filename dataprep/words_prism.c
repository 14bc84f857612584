/* Rules of the captions; sizes by the names of synth_prism.c. */
#include "dataprep/words.h"

const cad_rule cad_words_prism[] = {
    {"across", "[$f across flats|$f across flats|$f across flats|$f across the flats|$f across the flats|$f AF|$f AF|across "
               "flats $f|across flats $f|across the flats $f|AF=$f|AF $f|AF: $f|A/F $f|$f A/F|AF = $f|$f flat to flat|$f "
               "flat-to-flat|flat to flat $f|$f between flats|$f between opposite flats|across flats: $f|across "
               "flats=$f|distance across flats $f|distance across the flats $f|width across flats $f|$f wide across flats|$f "
               "wide across the flats|flats $f apart|opposite flats $f apart|^$f over flats]"},
    {"inscribed",
     "[inscribed circle $f|inscribed circle $f|$f inscribed circle|inscribed circle of $f|inscribed circle diameter "
     "$f|inscribed circle: $f|inscribed diameter $f|inscribed diameter of $f|inscribed dia $f|incircle $f|incircle $f|incircle "
     "of $f|incircle diameter $f|$f incircle|$f incircle diameter|incircle: $f|incircle dia $f|$f inscribed diameter|inscribed "
     "radius $/f|inscribed radius of $/f|inscribed circle radius $/f|incircle radius $/f|inradius $/f|$/f inradius|inscribed "
     "circle of radius $/f|apothem $/f|apothem $/f|apothem of $/f|$/f apothem|apothem: $/f|apothem=$/f|center to flat $/f|$/f "
     "from center to flat|^inner circle of $f]"},
    {"np_solid",
     "[{shape} {prism} {wide}[, | and |, ]{height:h}|{shape} {prism} {wide}, {height:h}|{shape} {prism}, {wide}, "
     "{height:h}|{shape} {prism}, {wide}, {height:h}|{tall:h} {shape} {prism}, {wide}|{tall:h} {shape} {prism}, {wide}|{shape} "
     "{prism} {height:h}, {wide}|{shape} {prism}, {height:h}, {wide}|{just} {shape} {prism}, {wide}, {height:h}|{shape} "
     "{prism}: {wide}, {height:h}|{shape} {prism}; {wide}; {height:h}|{shape} {prism}. {wide}. {height:h}|{shape} {prism}. "
     "{height:h}. {wide}|{shape} {prism} with {wide}, {height:h}|{shape} {prism}, {wide} and {height:h}|{shape} {prism} that "
     "is $h long, {wide}|{shape} {prism} which should be $h tall, {wide}|{shape} {prism}, {wide}, {height:h}|{prism} with %k "
     "sides, {wide}, {height:h}|{prism} with %k flats, {wide}, {height:h}|!k-sided {prism}, {wide}, {height:h}|{tall:h} "
     "{prism} with %k sides, {wide}|solid {shape} {prism}, {wide}, {height:h}|{shape} {prism} ({wide}), {height:h}|{prism}, "
     "{shape}, {wide}, {height:h}|{prism} with a {shape} section, {wide}, {height:h}|regular polygon with %k sides, {wide}, "
     "extruded $h|%k-sided regular {prism}, {height:h}, {wide}|{shape} {prism}, {wide}, extruded $h|^{shape} {prism} measuring "
     "{wide}, {height:h}]{nothing}"},
    {"spec_solid",
     "[{shape} {prism}: {wide}, {height:h}|{shape} {prism}{sep}{wide}{sep}H=$h|{shape} {prism}\n{wide}\nlength: $h|{shape} "
     "{prism}{sep}{wide}{sep}{height:h}|{shape} {prism}{sep}{height:h}{sep}{wide}|{prism}{sep}%k "
     "sides{sep}{wide}{sep}{height:h}|{prism}\nsides: !k\n{wide}\nheight: $h|{shape} {prism}. {wide}. Length $h|{shape} "
     "{prism}. Height is $h, {wide}|I need ~ {shape} {prism}, {wide}. Height should be $h|I want ~ {shape} {prism} $h long, "
     "{wide}|~ {shape} {prism} please, {wide}, {height:h}|{wide}, {height:h}, {shape} {prism}|{shape} {prism} ({wide}, "
     "{height:h})|{shape} {prism}\n- {wide}\n- height $h|{shape} {prism}{sep}{wide}{sep}L=$h|{shape} {prism}\n{wide}\nH = "
     "$h|regular polygon{sep}sides !k{sep}{wide}{sep}height $h|{height:h}, {wide}, {shape} {prism}]{nothing}"},
    {"np_bored",
     "[{shape} {prism} {wide}, {height:h}, {bore:b}|{shape} {prism} {wide}, {height:h}, {bore:b}|{shape} {prism}, {wide}, "
     "{height:h}, {bore:b}|{shape} {prism}, {wide}, {height:h}, with {with_bore:b}|{shape} {prism}, {wide}, {height:h}, with "
     "{with_bore:b}|{shape} {prism}, {wide}, {height:h} and {with_bore:b}|{tall:h} {shape} {prism}, {wide}, {bore:b}|{tall:h} "
     "{shape} {prism}, {wide}, with {with_bore:b}|{tall:h} {shape} {prism} with {with_bore:b}, {wide}|{shape} {prism}, "
     "{bore:b}, {wide}, {height:h}|{shape} {prism}, {height:h}, {wide}, {bore:b}|{shape} {prism} with {with_bore:b}, {wide}, "
     "{height:h}|{shape} {prism} with {with_bore:b}, {height:h}, {wide}|{shape} {prism}: {wide}, {height:h}, {bore:b}|{shape} "
     "{prism}; {wide}; {height:h}; {bore:b}|{shape} {prism}. {wide}. {height:h}. {bore:b}|{shape} {prism}, {wide}, {height:h}; "
     "{with_bore:b}|{shape} {prism}, {wide}, {height:h}, plus {with_bore:b}|{prism} with %k sides, {wide}, {height:h}, "
     "{bore:b}|{prism} with %k flats, {wide}, {height:h}, {bore:b}|!k-sided {prism}, {wide}, {height:h}, {bore:b}|{shape} "
     "{prism}, {wide}, {height:h}, {bore:b}|hollow {shape} {prism}, {wide}, {bore:b}, {height:h}|bored {shape} {prism}, "
     "{wide}, {height:h}, {bore:b}|{shape} {prism} that is $h long, {wide}, with {with_bore:b}|{shape} {prism}, {wide}, "
     "{bore:b}, {height:h}|%k-sided {prism}, {wide}, {height:h}, with {with_bore:b}|{shape} spacer, {wide}, {height:h}, "
     "{bore:b}|{shape} sleeve, {wide}, {height:h}, {bore:b}|{tall:h} {shape} spacer, {wide}, {bore:b}|{shape} {prism} "
     "({wide}), {height:h}, {bore:b}|{shape} nut blank, {wide}, {height:h}, {bore:b}|^{shape} {prism} measuring {wide}, "
     "{height:h}, {bore:b}]"},
    {"spec_bored",
     "[{shape} {prism}: {wide}, {height:h}, {bore:b}|{shape} {prism}{sep}{wide}{sep}H=$h{sep}bore=$b|{shape} "
     "{prism}\n{wide}\nlength: $h\nbore: $b|{shape} {prism}{sep}{wide}{sep}{height:h}{sep}{bore:b}|{shape} "
     "{prism}{sep}{bore:b}{sep}{wide}{sep}{height:h}|{shape} {prism}{sep}{height:h}{sep}{wide}{sep}hole $b|{prism}{sep}%k "
     "sides{sep}{wide}{sep}{height:h}{sep}{bore:b}|{prism}\nsides: !k\n{wide}\nheight: $h\nhole: $b|{shape} {prism}. {wide}. "
     "Length $h. Bore $b|{shape} {prism}. {wide}, {height:h}. With {with_bore:b}|{shape} {prism}. Height is $h, {wide}, the "
     "bore is $b|I need ~ {shape} {prism} with {with_bore:b}. {wide}, height $h|I want ~ {shape} {prism} $h long, {wide}, "
     "{bore:b}|~ {shape} {prism} please, {wide}, {height:h}, {bore:b}|{wide}, {height:h}, {bore:b}, {shape} {prism}|{shape} "
     "{prism} ({wide}, {height:h}, {bore:b})|{shape} {prism}\n- {wide}\n- height $h\n- bore $b|{shape} {prism}\n{wide}\nH = "
     "$h\nID = $b|{shape} {prism}{sep}{wide}{sep}L=$h{sep}ID=$b|regular polygon{sep}sides !k{sep}{wide}{sep}height "
     "$h{sep}center hole $b]"},
    {"prism", "[prism|prism|prism|prism|bar|bar|block|block|post|column|solid|piece|pillar|pole|part|extrusion|bar "
              "section|shaft|piece of bar|length of bar|peg|^rod|^stake]"},
    {NULL, NULL},
};

#define RULES(name, SHAPE, WIDE)                                                                                               \
    const cad_rule cad_words_prism_##name##_solid[] = {                                                                        \
        {"np", "{np_solid}"}, {"spec", "{spec_solid}"}, {"shape", SHAPE}, {"wide", WIDE}, {NULL, NULL}};                       \
    const cad_rule cad_words_prism_##name##_bored[] = {                                                                        \
        {"np", "{np_bored}"}, {"spec", "{spec_bored}"}, {"shape", SHAPE}, {"wide", WIDE}, {NULL, NULL}};
RULES(tri,
      "[triangular|triangular|triangular|three-sided|3-sided|triangle|regular triangular|equilateral triangular|equilateral "
      "triangle|tri-sided]",
      "{inscribed}")
RULES(penta, "[pentagonal|pentagonal|pentagonal|five-sided|5-sided|pentagon|pentagon-shaped|regular pentagonal|penta]",
      "{inscribed}")
RULES(hepta, "[heptagonal|heptagonal|seven-sided|7-sided|heptagon|regular heptagonal|heptagon-shaped]", "{inscribed}")
RULES(octa,
      "[octagonal|octagonal|octagonal|eight-sided|8-sided|octagon|octagon|octagon-shaped|regular octagonal|eight sided|oct]",
      "{across}")
RULES(deca, "[decagonal|decagonal|ten-sided|10-sided|decagon|regular decagonal|decagon-shaped]", "{across}")
RULES(dodeca, "[dodecagonal|dodecagonal|twelve-sided|12-sided|dodecagon|regular dodecagonal|twelve sided]", "{across}")
#undef RULES

const cad_rule cad_words_prism_stud[] = {
    {"dia", "{feature_dia:_}"},
    {"thick", "{feature_thick:_}"},
    {"np", "[{oct} {head} {across}, $t thick, with a stud {dia:d}, overall height $h|{oct} {head}, {across}, {thick:t}, stud "
           "{dia:d}, {total}|{oct} {head} with a round stud, {across}, {thick:t}, stud diameter $d, total height $h|{oct} "
           "{head} {across}, {thick:t}, with a round stud of $d diameter, {total}|{oct} {head}, {across}, {thick:t}, with a "
           "{pin} on top, {dia:d}, {total}|$t thick {oct} {head}, {across}, with a {pin} of $d diameter, {total}|{oct} {head} "
           "{across}, {thick:t}; {pin} {dia:d}; {total}|{oct} {head}. {across}. {thick:t}. {pin} {dia:d}. {total}|{oct} base "
           "with a stud: {across}, base {thick:t}, stud {dia:d}, {total}|{pin} {dia:d} on ~ {oct} {head}, {across}, {thick:t}, "
           "{total}|{oct} {head} and a pin on top, {across}, {thick:t}, pin {dia:d}, {total}|{oct} {head}, {across} and "
           "{thick:t}, with a {pin} {dia:d}, {total}|{oct} {head} {across}, {thick:t}, plus a centered {pin} {dia:d}, "
           "{total}|{oct} {head} with a central post, {total}, {across}, {thick:t}, post {dia:d}]"},
    {"spec", "[{oct} {head}{sep}AF=$f{sep}T=$t{sep}stud D=$d{sep}overall height $h|{oct} {head} with stud\nacross flats: "
             "$f\nthickness: $t\nstud diameter: $d\noverall height: $h|{oct} {head}{sep}{across}{sep}{thick:t}{sep}{pin} "
             "{dia:d}{sep}{total}|{oct} {head} with stud{sep}{total}{sep}{across}{sep}{thick:t}{sep}stud diameter $d|{oct} "
             "{head} with boss\nAF: $f\nT: $t\nboss D: $d\ntotal H: $h|{oct} {head}. {across}. Thickness $t. {pin} {dia:d}. "
             "Total height $h|I need ~ {oct} {head} with a round stud. {across}, {thick:t}, stud {dia:d}, {total}|{oct} {head} "
             "({across}, {thick:t}) with a {pin} ({dia:d}), {total}]"},
    {"pin", "[stud|stud|stud|round stud|round stud|pin|round pin|boss|post|round post|cylindrical stud|cylindrical pin]"},
    {"total", "[overall height $h|overall height $h|$h overall|total height $h|$h total height|$h overall height|$h in "
              "total|overall $h|total $h tall|height overall $h|overall length $h|total height: $h|$h tall in total|overall "
              "height of $h|a total height of $h|$h high overall]"},
    {"oct", "[octagonal|octagonal|octagonal|octagonal|eight-sided|8-sided|octagon|octagon-shaped]"},
    {"head", "[base|base|foot|head|head|plate|plate|flange|slab|base plate|^pad]"},
    {NULL, NULL},
};
