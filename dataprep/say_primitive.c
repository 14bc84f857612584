#include "dataprep/say.h"

/* Parameters: see the form of the same name in synth_primitive.c. */

static const char *const primitive_box[] = {
    "[{np}]",
};
const cad_sentences cad_say_primitive_box = CAD_SENTENCES(primitive_box);

static const char *const primitive_cube[] = {
    "[{np}]",
};
const cad_sentences cad_say_primitive_cube = CAD_SENTENCES(primitive_cube);

static const char *const primitive_cylinder[] = {
    "[{np}]",
};
const cad_sentences cad_say_primitive_cylinder = CAD_SENTENCES(primitive_cylinder);

static const char *const primitive_disc[] = {
    "[{np}]",
};
const cad_sentences cad_say_primitive_disc = CAD_SENTENCES(primitive_disc);

static const char *const primitive_sphere[] = {
    "[{np}]",
};
const cad_sentences cad_say_primitive_sphere = CAD_SENTENCES(primitive_sphere);

static const char *const primitive_cone[] = {
    "[{np}]",
};
const cad_sentences cad_say_primitive_cone = CAD_SENTENCES(primitive_cone);

static const char *const primitive_frustum[] = {
    "[{np}]",
};
const cad_sentences cad_say_primitive_frustum = CAD_SENTENCES(primitive_frustum);
