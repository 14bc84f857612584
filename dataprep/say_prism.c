#include "dataprep/say.h"

/* Parameters: see the form of the same name in synth_prism.c. */

static const char *const prism_octa_solid[] = {
    "[{np}]",
};
const cad_sentences cad_say_prism_octa_solid = CAD_SENTENCES(prism_octa_solid);

static const char *const prism_octa_bored[] = {
    "[{np}]",
};
const cad_sentences cad_say_prism_octa_bored = CAD_SENTENCES(prism_octa_bored);

static const char *const prism_octa_stud[] = {
    "[{np}]",
};
const cad_sentences cad_say_prism_octa_stud = CAD_SENTENCES(prism_octa_stud);

static const char *const prism_penta_solid[] = {
    "[{np}]",
};
const cad_sentences cad_say_prism_penta_solid = CAD_SENTENCES(prism_penta_solid);

static const char *const prism_penta_bored[] = {
    "[{np}]",
};
const cad_sentences cad_say_prism_penta_bored = CAD_SENTENCES(prism_penta_bored);

static const char *const prism_tri_solid[] = {
    "[{np}]",
};
const cad_sentences cad_say_prism_tri_solid = CAD_SENTENCES(prism_tri_solid);

static const char *const prism_tri_bored[] = {
    "[{np}]",
};
const cad_sentences cad_say_prism_tri_bored = CAD_SENTENCES(prism_tri_bored);

static const char *const prism_hepta_solid[] = {
    "[{np}]",
};
const cad_sentences cad_say_prism_hepta_solid = CAD_SENTENCES(prism_hepta_solid);

static const char *const prism_hepta_bored[] = {
    "[{np}]",
};
const cad_sentences cad_say_prism_hepta_bored = CAD_SENTENCES(prism_hepta_bored);

static const char *const prism_deca_solid[] = {
    "[{np}]",
};
const cad_sentences cad_say_prism_deca_solid = CAD_SENTENCES(prism_deca_solid);

static const char *const prism_deca_bored[] = {
    "[{np}]",
};
const cad_sentences cad_say_prism_deca_bored = CAD_SENTENCES(prism_deca_bored);

static const char *const prism_dodeca_solid[] = {
    "[{np}]",
};
const cad_sentences cad_say_prism_dodeca_solid = CAD_SENTENCES(prism_dodeca_solid);

static const char *const prism_dodeca_bored[] = {
    "[{np}]",
};
const cad_sentences cad_say_prism_dodeca_bored = CAD_SENTENCES(prism_dodeca_bored);
