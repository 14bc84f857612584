#include "dataprep/say.h"

/* Parameters: see the form of the same name in synth_wheel.c. */

static const char *const pins_plain[] = {
    "[{np}]",
};
const cad_sentences cad_say_pins_plain = CAD_SENTENCES(pins_plain);

static const char *const pins_bored[] = {
    "[{np}]",
};
const cad_sentences cad_say_pins_bored = CAD_SENTENCES(pins_bored);

static const char *const pins_hub[] = {
    "[{np}]",
};
const cad_sentences cad_say_pins_hub = CAD_SENTENCES(pins_hub);

static const char *const knob_plain[] = {
    "[{np}]",
};
const cad_sentences cad_say_knob_plain = CAD_SENTENCES(knob_plain);

static const char *const knob_bored[] = {
    "[{np}]",
};
const cad_sentences cad_say_knob_bored = CAD_SENTENCES(knob_bored);

static const char *const knob_hub[] = {
    "[{np}]",
};
const cad_sentences cad_say_knob_hub = CAD_SENTENCES(knob_hub);

static const char *const knob_boss[] = {
    "[{np}]",
};
const cad_sentences cad_say_knob_boss = CAD_SENTENCES(knob_boss);
