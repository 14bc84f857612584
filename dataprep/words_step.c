/* Rules for captions of the parts whose answer is a STEP file.  The sentences are in say_step.c. */
#include "dataprep/words.h"

#include <stddef.h>

const cad_rule cad_step_rules[] = {
    {"make",
     "[||||Make |Model |Draw |Create |Design |Build |Generate |Give me |Show |make |model |draw |create |I need |We need |"
     "I want |Please model |Please draw |Could you make |Let me see |^Construct |^Produce |^Let us have ]"},
    {"end", "[|||.]"},
    {"radius", "[radius $_|radius $_|a radius of $_|radius: $_|radius = $_|R = $_|r = $_|radius is $_|the radius being $_|"
               "^$_ radius|^radius equal to $_]"},
    {"of_radius",
     "[of radius $_|of radius $_|with radius $_|with a radius of $_|(radius $_)|having radius $_|having a radius of $_|"
     "with R = $_|where the radius is $_|^whose radius is $_|^measuring $_ in radius]"},
    {"high", "[high|high|tall|from bottom to top|^in height]"},
    {"hole", "[hole|hole|hole|through hole|round hole|drilled hole|circular hole|opening|^bore|^drilling]"},
    {"holes", "[holes|holes|holes|through holes|round holes|drilled holes|circular holes|openings|^bores|^drillings]"},
    {NULL, NULL},
};

/* ---- boxes ---- */

const cad_rule cad_words_step_box[] = {
    {"wdh", "[#w x #d x #h@|#wx#dx#h@|#w x #d x #h@|$w x $d x $h|#w by #d by #h@|$w by $d by $h|^$w times $d times $h]"},
    {"box", "[box|box|block|cuboid|rectangular block|rectangular box|solid block|slab|bar|blank|prism|piece of stock|"
            "^brick|^rectangular solid]"},
    {NULL, NULL},
};

/* ---- cylinders ---- */

const cad_rule cad_words_step_cylinder[] = {
    {"cyl", "[cylinder|cylinder|cylinder|rod|round bar|pin|post|dowel|solid cylinder|round blank|shaft|disc|"
            "^round column|^cylindrical solid]"},
    {NULL, NULL},
};

/* ---- washers: radii a and b ---- */

const cad_rule cad_words_step_washer[] = {
    {"washer", "[washer|washer|washer|ring|flat ring|flat washer|round washer|shim|collar|disc with a hole|ring-shaped part|"
               "^annular disc|^circular spacer]"},
    {"outer", "[outer radius $a|outer radius $a|an outer radius of $a|outside radius $a|^radius $a outside]"},
    {"inner", "[inner radius $b|inner radius $b|an inner radius of $b|inside radius $b|^radius $b inside]"},
    {"thick", "[$t thick|$t thick|thickness $t|a thickness of $t|thickness = $t|thickness: $t|^$t in thickness]"},
    {NULL, NULL},
};

/* ---- L-brackets: w along x, h along z, depth d along y ---- */

const cad_rule cad_words_step_l_bracket[] = {
    {"lb", "[L-bracket|L-bracket|L bracket|L-shaped bracket|angle bracket|L-shaped part|L profile|corner bracket|bracket|angle|"
           "bent bracket|^L-section|^angle piece]"},
    {"base", "[base|base|foot|lower leg|horizontal leg|base leg|bottom leg|flat side|^bottom flange]"},
    {"upright", "[upright|upright|wall|upper leg|vertical leg|back wall|rising leg|tall side|^standing flange]"},
    {"deep", "[$d deep|$d deep|depth $d|a depth of $d|depth = $d|depth: $d|^$d in depth]"},
    {"thick", "[$t thick|$t thick|thickness $t|a thickness of $t|thickness = $t|thickness: $t|^$t in thickness]"},
    {NULL, NULL},
};

/* ---- plates ---- */

const cad_rule cad_words_step_plate[] = {
    {"plate",
     "[plate|plate|plate|flat plate|rectangular plate|sheet|mounting plate|base plate|metal plate|flat piece|board|strip|"
     "^panel|^flat bar]"},
    {"wdt", "[#w x #d x #t@|#wx#dx#t@|#w x #d x #t@|$w x $d x $t|#w by #d by #t@|$w by $d by $t|^$w times $d times $t]"},
    {"at", "[at (#x, #y)|at (#x, #y)|at x = #x, y = #y|at x = $x and y = $y|centred at (#x, #y)|with its centre at (#x, #y)|"
           "centred on x = #x, y = #y|whose centre is (#x, #y)|through (#x, #y)|placed at (#x, #y)|"
           "^located at (#x, #y)|^positioned at x = #x, y = #y]"},
    {"four", "[at (#x1, #y1), (#x2, #y1), (#x1, #y2) and (#x2, #y2)|at (#x1, #y1), (#x2, #y1), (#x1, #y2), (#x2, #y2)|"
             "at x = #x1 and #x2, y = #y1 and #y2|at x = $x1 and $x2, y = $y1 and $y2|centred at x #x1 and #x2, y #y1 and #y2|"
             "centred on (#x1, #y1), (#x2, #y1), (#x1, #y2) and (#x2, #y2)|with x = #x1 and #x2, y = #y1 and #y2|"
             "placed at x = #x1 and #x2, y = #y1 and #y2|"
             "^located at x = #x1 and #x2, y = #y1 and #y2|^positioned at (#x1, #y1), (#x2, #y1), (#x1, #y2) and (#x2, #y2)]"},
    {NULL, NULL},
};
