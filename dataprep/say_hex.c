#include "dataprep/say.h"

/* Parameters: see the form of the same name in synth_hex.c. */

static const char *const hex_bar[] = {
    "[{np}]",
};
const cad_sentences cad_say_hex_bar = CAD_SENTENCES(hex_bar);

static const char *const hex_standoff[] = {
    "[{np}]",
};
const cad_sentences cad_say_hex_standoff = CAD_SENTENCES(hex_standoff);

static const char *const hex_nut[] = {
    "[{np}]",
};
const cad_sentences cad_say_hex_nut = CAD_SENTENCES(hex_nut);

static const char *const hex_bolt[] = {
    "[{np}]",
};
const cad_sentences cad_say_hex_bolt = CAD_SENTENCES(hex_bolt);
