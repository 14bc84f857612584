#include "dataprep/say.h"

/* Parameters: see the form of the same name in synth_spacer.c. */

static const char *const spacer_solid[] = {
    "[{np}]",
};
const cad_sentences cad_say_spacer_solid = CAD_SENTENCES(spacer_solid);

static const char *const spacer_hollow[] = {
    "[{np}]",
};
const cad_sentences cad_say_spacer_hollow = CAD_SENTENCES(spacer_hollow);

static const char *const spacer_flange_bottom[] = {
    "[{np}]",
};
const cad_sentences cad_say_spacer_flange_bottom = CAD_SENTENCES(spacer_flange_bottom);

static const char *const spacer_flange_top[] = {
    "[{np}]",
};
const cad_sentences cad_say_spacer_flange_top = CAD_SENTENCES(spacer_flange_top);

static const char *const spacer_flange_both[] = {
    "[{np}]",
};
const cad_sentences cad_say_spacer_flange_both = CAD_SENTENCES(spacer_flange_both);

static const char *const washer[] = {
    "[{np}]",
};
const cad_sentences cad_say_washer = CAD_SENTENCES(washer);
