#include "dataprep/say.h"

/* Parameters: see the form of the same name in synth_prism.c. */

static const char *const prism_solid_flats[] = {
    "[{np}]",
    "[[Need|I need|need] ~ {shape} [bar|prism|post|block], $f across flats, $h [long|tall]]",
    "[{shape} [bar|prism|post|column] $f across the flats, $h long[, solid|, no hole|]]",
    "[[bar|prism|post|pillar|column] with %k [flat sides|sides], $f flat to flat, $h [tall|high|long]]",
    "[{shape} prism, width across flats $f, height $h]",
    "[[hi|hey], can you make me ~ {shape} block, $f across flats and $h high?]",
    "[The bar is {shape}. Across flats: $f. Length: $h. [Solid.|No bore.|]]",
    "[item: {shape} bar\nacross flats: $f\nlength: $h]",
    "[Part: polygon bar\nsides: !k\nAF = $f\nL = $h]",
    "[BAR, !k SIDES, AF $f, LENGTH $h]",
    "[prism: sides=!k af=$f h=$h]",
    "[type=regular prism; sides=!k; across flats=$f; height=$h]",
    "[\"shape\": \"prism\", \"sides\": \"!k\", \"across flats\": \"$f\", \"height\": \"$h\"]",
    "[- {shape} prism\n- $f across flats\n- $h tall]",
    "[[For|for] a [school project|table leg|lamp post|pen]: ~ {shape} bar, $f across flats, $h long]",
    "[cut a $h length of {shape} bar, $f across flats]",
    "[$h of {shape} bar, $f AF]",
    "[extrude a regular polygon with %k sides by $h, $f between opposite flats]",
    "[solid part with %k flat sides all around, opposite sides $f apart, $h [tall|high]]",
    "[one [red|steel|brass|wooden] {shape} prism, $h high, $f flat to flat]",
    "[Q: shape? A: {shape} prism. Q: across flats? A: $f. Q: height? A: $h]",
    "[[Order|Pos 3|Line 2]: {shape} bar AF $f, sawn to $h]",
    "[i want one {shape} bar, across flats $f and length $h]",
    "[{shape} [column|pillar|post], $h tall, $f from flat to flat]",
    "[[my boss|The customer] wants ~ {shape} post, $h tall, flats $f apart]",
    "[!k-sided [peg|post|bar], AF $f, $h long, nothing else]",
};
const cad_sentences cad_say_prism_octa_solid = CAD_SENTENCES(prism_solid_flats);
const cad_sentences cad_say_prism_deca_solid = CAD_SENTENCES(prism_solid_flats);
const cad_sentences cad_say_prism_dodeca_solid = CAD_SENTENCES(prism_solid_flats);

static const char *const prism_solid_inscribed[] = {
    "[{np}]",
    "[[Need|I need|need] ~ {shape} [bar|prism|block|post], inscribed circle $f diameter, $h [long|tall]]",
    "[{shape} [bar|prism|post|column], incircle [diameter |dia ]$f, $h long[, solid|, no hole|]]",
    "[[bar|prism|post|column] with %k [sides|flat sides], inscribed circle of diameter $f, $h [tall|high|long]]",
    "[{shape} prism, apothem $/f, height $h]",
    "[[hi|hey], can you make me ~ {shape} block, $/f from the center to each flat, $h high?]",
    "[The bar is {shape}. Inscribed circle diameter: $f. Length: $h. [Solid.|No bore.|]]",
    "[item: {shape} bar\nincircle diameter: $f\nlength: $h]",
    "[Part: polygon bar\nsides: !k\ninradius = $/f\nL = $h]",
    "[BAR, !k SIDES, INSCRIBED CIRCLE DIA $f, LENGTH $h]",
    "[prism: sides=!k incircle_d=$f h=$h]",
    "[type=regular prism; sides=!k; inscribed radius=$/f; height=$h]",
    "[\"shape\": \"prism\", \"sides\": \"!k\", \"incircle diameter\": \"$f\", \"height\": \"$h\"]",
    "[- {shape} prism\n- inscribed circle diameter $f\n- $h tall]",
    "[[For|for] a [school project|toy|table leg|lamp post]: ~ {shape} bar, inscribed diameter $f, $h long]",
    "[cut a $h length of {shape} bar, incircle $f diameter]",
    "[extrude a regular polygon with %k sides by $h; the circle inside, touching every side, is $f across]",
    "[solid part with %k flat sides, a circle of radius $/f just fits inside, $h [tall|high]]",
    "[one [red|steel|brass|wooden] {shape} prism, $h high, apothem $/f]",
    "[Q: shape? A: {shape} prism. Q: inscribed circle? A: $f diameter. Q: height? A: $h]",
    "[[Order|Pos 3|Line 2]: {shape} bar, incircle dia $f, sawn to $h]",
    "[i want one {shape} bar, inscribed circle diameter $f and length $h]",
    "[[my boss|The customer] wants ~ {shape} post, $h tall, inradius $/f]",
    "[!k-sided [peg|post|bar], inscribed radius $/f, $h long, nothing else]",
};
const cad_sentences cad_say_prism_tri_solid = CAD_SENTENCES(prism_solid_inscribed);
const cad_sentences cad_say_prism_penta_solid = CAD_SENTENCES(prism_solid_inscribed);
const cad_sentences cad_say_prism_hepta_solid = CAD_SENTENCES(prism_solid_inscribed);

static const char *const prism_bored_flats[] = {
    "[{np}]",
    "[[Need|I need|need] ~ {shape} [bar|prism|spacer|sleeve], $f across flats, $h long, with {with_bore:b}]",
    "[{shape} [bar|prism|spacer|sleeve|nut blank] $f across the flats, $h long, $b [bore|hole]]",
    ("[[bar|prism|post|spacer] with %k [flat sides|sides], $f flat to flat, $h [tall|long], bored $b [through|right "
     "through|all "
     "the way through]]"),
    "[{shape} prism, width across flats $f, height $h, center hole $b]",
    "[[hi|hey], can you make me ~ {shape} spacer, $f across flats and $h high, ~ $b hole down the middle?]",
    "[The bar is {shape}. Across flats: $f. Length: $h. Bore: $b.]",
    "[item: {shape} spacer\nacross flats: $f\nlength: $h\nbore: $b]",
    "[Part: polygon sleeve\nsides: !k\nAF = $f\nL = $h\nID = $b]",
    "[BAR, !k SIDES, AF $f, LENGTH $h, BORE $b]",
    "[prism: sides=!k af=$f h=$h bore=$b]",
    "[type=regular prism; sides=!k; across flats=$f; height=$h; hole=$b]",
    "[\"shape\": \"prism\", \"sides\": \"!k\", \"across flats\": \"$f\", \"height\": \"$h\", \"bore\": \"$b\"]",
    "[- {shape} prism\n- $f across flats\n- $h tall\n- $b hole through the center]",
    "[[For|for] a [knob|lamp|shaft|school project]: ~ {shape} bar, $f across flats, $h long, bored $b]",
    "[cut a $h length of {shape} bar, $f across flats, and drill [out |]the center to $b]",
    ("[extrude a regular polygon with %k sides by $h, $f between opposite flats, with a round hole of $b diameter in the "
     "middle]"),
    "[hollow {shape} piece: outside $f flat to flat, round bore $b, length $h]",
    "[one [red|steel|brass] {shape} nut blank, no thread, $f AF, $h high, hole $b]",
    "[Q: shape? A: {shape} prism. Q: across flats? A: $f. Q: height? A: $h. Q: hole? A: $b, through the middle]",
    "[[Order|Pos 3|Line 2]: {shape} bar AF $f, length $h, bore Ø$b]",
    "[i want one {shape} bar, across flats $f and length $h, inside round hole $b]",
    "[[my boss|The customer] wants ~ {shape} sleeve, $h tall, flats $f apart, hole radius $/b]",
    "[!k-sided [bushing|spacer|sleeve], AF $f, $h long, bore diameter $b]",
    "[&b;{shape} spacer, $f across flats, $h long, clearance hole for M#b]",
};
const cad_sentences cad_say_prism_octa_bored = CAD_SENTENCES(prism_bored_flats);
const cad_sentences cad_say_prism_deca_bored = CAD_SENTENCES(prism_bored_flats);
const cad_sentences cad_say_prism_dodeca_bored = CAD_SENTENCES(prism_bored_flats);

static const char *const prism_bored_inscribed[] = {
    "[{np}]",
    "[[Need|I need|need] ~ {shape} [bar|prism|spacer|sleeve], inscribed circle $f diameter, $h long, with {with_bore:b}]",
    "[{shape} [bar|prism|spacer|sleeve], incircle diameter $f, $h long, $b [bore|hole]]",
    ("[[bar|prism|post|spacer] with %k [flat sides|sides], inscribed circle diameter $f, $h [tall|long], bored $b "
     "[through|right through|all the way through]]"),
    "[{shape} prism, apothem $/f, height $h, center hole $b]",
    "[[hi|hey], can you make me ~ {shape} spacer, inradius $/f and $h high, ~ $b hole down the middle?]",
    "[The bar is {shape}. Inscribed circle diameter: $f. Length: $h. Bore: $b.]",
    "[item: {shape} spacer\nincircle diameter: $f\nlength: $h\nbore: $b]",
    "[Part: polygon sleeve\nsides: !k\ninradius = $/f\nL = $h\nID = $b]",
    "[BAR, !k SIDES, INCIRCLE DIA $f, LENGTH $h, BORE $b]",
    "[prism: sides=!k incircle_d=$f h=$h bore=$b]",
    "[type=regular prism; sides=!k; inscribed diameter=$f; height=$h; hole=$b]",
    "[\"shape\": \"prism\", \"sides\": \"!k\", \"inscribed radius\": \"$/f\", \"height\": \"$h\", \"bore\": \"$b\"]",
    "[- {shape} prism\n- incircle $f diameter\n- $h tall\n- $b hole through the center]",
    "[[For|for] a [knob|lamp|shaft|school project]: ~ {shape} bar, inscribed circle dia $f, $h long, bored $b]",
    "[extrude a regular polygon with %k sides by $h, $/f from center to flat, with a round hole of $b diameter in the middle]",
    "[hollow {shape} piece: inscribed diameter $f, round bore $b, length $h]",
    "[Q: shape? A: {shape} prism. Q: incircle? A: $f diameter. Q: height? A: $h. Q: hole? A: $b, through the middle]",
    "[[Order|Pos 3|Line 2]: {shape} bar, incircle Ø$f, length $h, bore Ø$b]",
    "[i want one {shape} bar, inscribed circle diameter $f and length $h, inside round hole $b]",
    "[[my boss|The customer] wants ~ {shape} sleeve, $h tall, apothem $/f, hole radius $/b]",
    "[!k-sided [bushing|spacer|sleeve], inscribed circle $f diameter, $h long, bore diameter $b]",
};
const cad_sentences cad_say_prism_tri_bored = CAD_SENTENCES(prism_bored_inscribed);
const cad_sentences cad_say_prism_penta_bored = CAD_SENTENCES(prism_bored_inscribed);
const cad_sentences cad_say_prism_hepta_bored = CAD_SENTENCES(prism_bored_inscribed);

static const char *const prism_octa_stud[] = {
    "[{np}]",
    "[[Need|I need|need] ~ {oct} base, $f across flats and $t thick, with a {pin} of $d diameter on top, overall height $h]",
    "[{oct} plate $f across the flats, $t thick. In the middle a round stud, $d diameter. Total height $h.]",
    "[[hi|hey], can you make me ~ {oct} head $t thick, $f flat to flat, with a {pin} $d across, $h tall in total?]",
    ("[The base is {oct}, $f across flats, $t thick. A {pin} stands in the center, diameter $d. From the bottom of the base to "
     "the top the part is $h.]"),
    "[item: {oct} base with stud\nacross flats: $f\nbase thickness: $t\nstud diameter: $d\ntotal height: $h]",
    "[Part: stud on octagon\nAF = $f\nT = $t\nD = $d\nH total = $h]",
    "[OCTAGON BASE AF $f, T $t, STUD DIA $d, TOTAL HEIGHT $h]",
    "[octagon_af=$f base_t=$t stud_d=$d total_h=$h]",
    "[type=stud; base=octagon; across flats=$f; base thickness=$t; stud diameter=$d; overall height=$h]",
    "[- {oct} base\n- $f across flats\n- $t thick\n- {pin} on top, $d diameter\n- $h overall height]",
    ("[[For|for] a [game piece|knob|bench|table]: {oct} base, $f across flats, $t thick, with a central {pin}, $d dia, total "
     "height $h]"),
    "[a round stud ($d diameter) on top of ~ {oct} plate ($f across flats, $t thick), $h tall in total]",
    "[{oct} head AF $f, head thickness $t, shaft diameter $d, total length $h]",
    ("[plate with eight sides, $f flat to flat and $t thick; a cylinder of $d diameter stands on top; the whole part is $h "
     "high]"),
    "[Q: base? A: octagon, $f across flats, $t thick. Q: stud? A: $d diameter. Q: total height? A: $h]",
    "[[Pos 3|Line 2]: {oct} base AF $f x $t, stud Ø$d, overall height $h]",
    "[i want octagon plate, across flats $f, thickness $t, on top round pin diameter $d, all together $h high]",
    "[[my boss|The customer] wants ~ {oct} base, flats $f apart, thickness $t, {pin} radius $/d, overall height $h]",
    "[the stud is $d across and sits on ~ {oct} base of $f AF, $t thick; top of the stud is $h above the bottom]",
    "[screw blank: {oct} head, $f across flats, $t thick, plain round shank of $d diameter, overall length $h]",
};
const cad_sentences cad_say_prism_octa_stud = CAD_SENTENCES(prism_octa_stud);
