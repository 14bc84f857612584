#include "dataprep/say.h"

/* Parameters: see the form of the same name in synth_flange.c. */

static const char *const flange_flat[] = {
    "[{np}]",
};
const cad_sentences cad_say_flange_flat = CAD_SENTENCES(flange_flat);

static const char *const flange_blind[] = {
    "[{np}]",
};
const cad_sentences cad_say_flange_blind = CAD_SENTENCES(flange_blind);

static const char *const flange_hubbed[] = {
    "[{np}]",
};
const cad_sentences cad_say_flange_hubbed = CAD_SENTENCES(flange_hubbed);

static const char *const flange_hub_only[] = {
    "[{np}]",
};
const cad_sentences cad_say_flange_hub_only = CAD_SENTENCES(flange_hub_only);
