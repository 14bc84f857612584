/* The caption grammar: short texts with choices, rules and sizes, expanded at random.  Private to the generator.
 *
 *   [a|b|]     one of the alternatives, all equally likely (repeat one to raise its share; an empty one is allowed)
 *   {rule}     the text of a rule: of the form first, then of its family, then of the common ones
 *   {rule:x}   the same with the parameter x standing for `_` inside
 *              (names of sizes and counts are the longest that fit: "#wx#d" is w, "x", d)
 *   $x  $/x    the size x (half of it) with its unit          #x  #/x  without a unit
 *   @          the unit of the caption, with the blank that it wants ("" when the caption states none)
 *   %x         the count x, as digits or as a word            !x  the count x as digits
 *   ~          "a" or "an", as the text after it asks
 *
 * An alternative may begin with conditions; it is eligible only if all hold:
 *   ^          held wording: never in training captions
 *   +x; -x;    the parameter x is stated, is left to the default
 *   &x;        x is a metric thread size (M3) and the caption is in mm
 *   1x;        the count x is 1                                2x;  it is more than 1
 *   <x,y;      x is less than y
 *   u;         every size of this caption carries its unit and none is a fraction, so that two numbers in a row stay apart
 * No eligible alternative: nothing. */
#ifndef CADLM_DATAPREP_SYNTH_GRAMMAR_H
#define CADLM_DATAPREP_SYNTH_GRAMMAR_H

#include "dataprep/synth_part.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_rule {
    const char *name, *text;
} cad_rule;

/* How one caption writes units. */
typedef struct cad_unit_style {
    const char *text;    /* " mm", "mm", "\"" ..; "" for none */
    bool first_only;     /* `$` writes the unit at the first size alone */
    bool here_and_there; /* `$` writes it at some sizes and not at others */
    bool fractions;      /* 1/4 instead of 0.25 */
    bool words;          /* `$` writes some sizes as words: twenty, two and a half */
    const char *other;   /* NULL, or the text of another unit that `$` uses at some sizes: cm among mm, mm among cm */
    double other_size;   /* sizes in it: times this */
} cad_unit_style;

typedef struct cad_expander {
    cad_part *part;
    const cad_rule *rules[3]; /* form, family, common; each ends with name == NULL */
    cad_rng *rng;
    cad_unit_style unit; /* first_only, here_and_there and other exclude each other */
    bool held_allowed;
    bool held_used; /* out */
} cad_expander;

/* Appends the expansion of `text`; marks the parameters it states as used.  Articles are still "~": cad_grammar_finish puts
 * them in.  Errors: CAD_EINTERNAL naming the place in a text that the grammar does not allow. */
CAD_MUST_USE cad_status cad_grammar_expand(cad_expander *e, const char *text, cad_buf *out);
/* Appends `text` with each "~" replaced by the article that its next word asks for, and without blanks that empty
 * choices left. */
CAD_MUST_USE cad_status cad_grammar_finish(const char *text, cad_buf *out);
/* A way to write the part's unit. */
cad_unit_style cad_grammar_unit(cad_rng *rng, cad_synth_unit u);

#ifdef __cplusplus
}
#endif
#endif
