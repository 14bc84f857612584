/* Captions of the parts whose answer is a STEP file: each number of the geometry stands in them, radii rather than diameters,
 * positions rather than distances from an edge, so that an answer can be quoted without arithmetic.  Here sentences hold held
 * wordings too, in the rules that they use. */
#include "dataprep/say.h"

#include <stddef.h>

/* ---- boxes ---- */

static const char *const box[] = {
    "{make}~ {box} of {wdh}{end}",
    "{make}~ {wdh} {box}{end}",
    "[{wdh} {box}|{box}, {wdh}|{box} {wdh}]{end}",
    "[Width|width] $w, depth $d, height $h: ~ {box}{end}",
    "{box}: width $w, depth $d, height $h{end}",
    "{make}~ {box} [that is |]$w wide, $d deep and $h {high}{end}",
    "The {box} has a width of $w, a depth of $d and a height of $h{end}",
    "{make}~ {box}, $h {high}, $w wide and $d deep{end}",
    "{make}~ {box} from the origin to (#w, #d, #h)@{end}",
    "{make}~ {box} $h {high} on a [base|footprint] of #w x #d@{end}",
    "[w = $w, d = $d, h = $h, {box}|{box} with w = $w, d = $d, h = $h]{end}",
    "{make}~ [solid|plain|simple] {box}, {wdh}[, without holes|]{end}",
    "{make}~ {box} [measuring|of size|sized] $w in x, $d in y and $h in z{end}",
    "[Height|height] $h, width $w, depth $d: ~ {box}{end}",
    "{make}~ {box}. [It is|Its size is] {wdh}{end}",
    "{wdh}: [that is|this is the size of] ~ {box}{end}",
};
const cad_sentences cad_say_step_box = CAD_SENTENCES(box);

/* ---- cylinders ---- */

static const char *const cylinder[] = {
    "{make}~ {cyl} {of_radius:r} and [height|height|length] $h{end}",
    "{make}~ {cyl} $h {high} {of_radius:r}{end}",
    "{cyl}: {radius:r}, height $h{end}",
    "[Radius|radius] $r, height $h: ~ {cyl}{end}",
    "The {cyl} has a radius of $r and a height of $h{end}",
    "{make}~ {cyl} with height $h and {radius:r}{end}",
    "[r = $r, h = $h, {cyl}|{cyl} with r = $r, h = $h|{cyl} r #r h #h@]{end}",
    "{make}~ [solid|plain|simple] {cyl}, {radius:r}, $h {high}{end}",
    "{make}~ circle {of_radius:r} [extruded|extended] by $h[ into ~ {cyl}|]{end}",
    "{make}~ {cyl} on the z axis, {radius:r}, from z = 0 to z = $h{end}",
    "[Height|height] $h, {radius:r}: ~ {cyl}{end}",
    "{make}~ {cyl}. [It is|It stands] $h {high}, {radius:r}{end}",
    "[h = $h, r = $r, {cyl}|{cyl} with h = $h, r = $r]{end}",
    "{make}~ $h {high} {cyl} {of_radius:r}{end}",
    "{make}~ {cyl}, {radius:r} and $h {high}{end}",
    "The {cyl} is $h {high} and has a radius of $r{end}",
};
const cad_sentences cad_say_step_cylinder = CAD_SENTENCES(cylinder);

/* ---- washers: radii a and b ---- */

static const char *const washer[] = {
    "{make}~ {washer} with {outer}, {inner}, {thick}{end}",
    "{make}~ {washer}, {thick}, {outer}, {inner}{end}",
    "{washer}: {outer}, {inner}, {thick}{end}",
    "{make}~ {washer} with {inner} and {outer}, {thick}{end}",
    "The {washer} has an outer radius of $a, an inner radius of $b and a thickness of $t{end}",
    "[Outer|outer] radius $a, inner radius $b, thickness $t: ~ {washer}{end}",
    "{make}~ [disc|disk] {of_radius:a} and thickness $t with a [central |]{hole} {of_radius:b}{end}",
    "[R = $a, r = $b, t = $t, {washer}|{washer} with R = $a, r = $b, t = $t]{end}",
    "{make}~ {washer} $t thick, [with |]a {hole} {of_radius:b} and an outside radius of $a{end}",
    "{make}~ [disc|disk] {of_radius:a}, $t thick, with a {hole} {of_radius:b} in the middle{end}",
    "{make}~ $t thick {washer} with {inner} and {outer}{end}",
    "[Inner|inner] radius $b, outer radius $a, thickness $t: ~ {washer}{end}",
    "{make}~ {washer}. {outer}, {inner}, {thick}{end}",
    "[t = $t, R = $a, r = $b, {washer}|{washer} with r = $b, R = $a, t = $t]{end}",
};
const cad_sentences cad_say_step_washer = CAD_SENTENCES(washer);

/* ---- L-brackets: w along x, h along z, depth d along y ---- */

static const char *const l_bracket[] = {
    "{make}~ {lb} with ~ {base} of $w, ~ {upright} of $h, {deep}, {thick}{end}",
    "{make}~ {lb}, {thick} and {deep}, {base} $w [long|wide], {upright} $h {high}{end}",
    "{lb}: {base} $w, {upright} $h, thickness $t, depth $d{end}",
    "{make}~ {lb} $w wide, $h {high} and $d deep, [made of $t material|{thick}]{end}",
    "The {lb} is $w wide, $d deep and $h {high}; [its legs are $t thick|both legs are $t thick]{end}",
    "[Thickness|thickness] $t: ~ {lb} [of width|with width] $w, height $h and depth $d{end}",
    "{make}~ {lb} #w x #d x #h@, [wall thickness|leg thickness|thickness] $t{end}",
    "[w = $w, d = $d, h = $h, t = $t, {lb}|{lb} with w = $w, d = $d, h = $h, t = $t]{end}",
    "{make}an L profile, $w wide, $h {high} and $t thick, extruded by $d{end}",
    "{make}~ {lb}: ~ {upright} $h {high} on ~ {base} $w [long|wide], both {thick}, {deep}{end}",
    "{make}~ {lb}, {deep}, ~ {upright} of $h and ~ {base} of $w, {thick}{end}",
    "[Width|width] $w, height $h, depth $d, thickness $t: ~ {lb}{end}",
    "{make}~ {lb}. The {base} is $w [long|wide], the {upright} $h {high}; {thick}, {deep}{end}",
    "{make}~ $d deep {lb} from $t [material|sheet|stock], {base} $w, {upright} $h{end}",
};
const cad_sentences cad_say_step_l_bracket = CAD_SENTENCES(l_bracket);

/* ---- plates ---- */

static const char *const plate_1[] = {
    "{make}~ {plate} of {wdt} with a {hole} {of_radius:r} {at}{end}",
    "{make}~ {wdt} {plate} with a {hole} {of_radius:r} {at}{end}",
    "{wdt} {plate}, [one|a] {hole} {at}, {radius:r}{end}",
    "{make}~ {plate} $w wide, $d deep and $t thick, with one {hole} {of_radius:r} {at}{end}",
    "{plate}: width $w, depth $d, thickness $t; {hole}: {radius:r}, x = #x, y = #y{end}",
    "A {hole} {of_radius:r} {at} in ~ {plate} of {wdt}{end}",
    "The {plate} is $w wide, $d deep and $t thick. [It has a {hole} {of_radius:r} {at}|A {hole} {of_radius:r} lies {at}]{end}",
    "{make}~ $t thick {plate}, #w x #d@, with a {hole} {at} {of_radius:r}{end}",
    "[w = $w, d = $d, t = $t, {plate}|{plate} with w = $w, d = $d, t = $t], {hole} r = $r {at}{end}",
    "{make}~ {plate} from the origin to (#w, #d, #t)@ with a {hole} {of_radius:r} {at}{end}",
    "{make}~ {plate}, {wdt}. [Put|Drill|Add] a {hole} {of_radius:r} {at}{end}",
    "{hole} {at}, {radius:r}, in ~ {plate} of {wdt}{end}",
    "{make}~ {wdt} {plate}; {hole} {at} {of_radius:r}{end}",
    "[Thickness|thickness] $t, width $w, depth $d: ~ {plate} with a {hole} {of_radius:r} {at}{end}",
};
const cad_sentences cad_say_step_plate_1 = CAD_SENTENCES(plate_1);

static const char *const plate_4[] = {
    "{make}~ {plate} of {wdt} with four {holes} {of_radius:r} {four}{end}",
    "{make}~ {wdt} {plate} with %n {holes} {of_radius:r} {four}{end}",
    "{wdt} {plate}, %n {holes} {four}, {radius:r}{end}",
    "{make}~ {plate} $w wide, $d deep and $t thick, with four {holes} {of_radius:r} {four}{end}",
    "{plate}: width $w, depth $d, thickness $t; four {holes}: {radius:r}, x = #x1 and #x2, y = #y1 and #y2{end}",
    "Four {holes} {of_radius:r} {four} in ~ {plate} of {wdt}{end}",
    ("The {plate} is $w wide, $d deep and $t thick. [It has four {holes} {of_radius:r} {four}|%n {holes} {of_radius:r} lie "
     "{four}]{end}"),
    ("{make}~ $t thick {plate}, #w x #d@, with %n {holes} {four}, [each of radius $r|each with a radius of $r|{radius:r} "
     "each]{end}"),
    "[w = $w, d = $d, t = $t, {plate}|{plate} with w = $w, d = $d, t = $t], %n {holes} r = $r {four}{end}",
    "{make}~ {plate} from the origin to (#w, #d, #t)@ with four {holes} {of_radius:r} {four}{end}",
    "{make}~ {plate}, {wdt}. [Put|Drill|Add] %n {holes} {of_radius:r} {four}{end}",
    "%n {holes} {four}, {radius:r}, in ~ {plate} of {wdt}{end}",
    "{make}~ {wdt} {plate}; four {holes} {four} {of_radius:r}{end}",
    "[Thickness|thickness] $t, width $w, depth $d: ~ {plate} with %n {holes} {of_radius:r} {four}{end}",
};
const cad_sentences cad_say_step_plate_4 = CAD_SENTENCES(plate_4);
