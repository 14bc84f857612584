#include "dataprep/say.h"

/* Parameters: see the form of the same name in synth_bracket.c. */

static const char *const lbracket_bare[] = {
    "[{np}]",
};
const cad_sentences cad_say_lbracket_bare = CAD_SENTENCES(lbracket_bare);

static const char *const lbracket_middle[] = {
    "[{np}]",
};
const cad_sentences cad_say_lbracket_middle = CAD_SENTENCES(lbracket_middle);

static const char *const lbracket_at_distance[] = {
    "[{np}]",
};
const cad_sentences cad_say_lbracket_at_distance = CAD_SENTENCES(lbracket_at_distance);

static const char *const lbracket_base_hole[] = {
    "[{np}]",
};
const cad_sentences cad_say_lbracket_base_hole = CAD_SENTENCES(lbracket_base_hole);

static const char *const lbracket_base_row[] = {
    "[{np}]",
};
const cad_sentences cad_say_lbracket_base_row = CAD_SENTENCES(lbracket_base_row);
