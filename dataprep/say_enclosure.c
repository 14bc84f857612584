#include "dataprep/say.h"

/* Parameters: see the form of the same name in synth_enclosure.c. */

static const char *const enclosure_box[] = {
    "[{np}]",
};
const cad_sentences cad_say_enclosure_box = CAD_SENTENCES(enclosure_box);

static const char *const enclosure_box_hole[] = {
    "[{np}]",
};
const cad_sentences cad_say_enclosure_box_hole = CAD_SENTENCES(enclosure_box_hole);

static const char *const enclosure_cup[] = {
    "[{np}]",
};
const cad_sentences cad_say_enclosure_cup = CAD_SENTENCES(enclosure_cup);

static const char *const enclosure_round_tube[] = {
    "[{np}]",
};
const cad_sentences cad_say_enclosure_round_tube = CAD_SENTENCES(enclosure_round_tube);

static const char *const enclosure_square_tube[] = {
    "[{np}]",
};
const cad_sentences cad_say_enclosure_square_tube = CAD_SENTENCES(enclosure_square_tube);
