#include "dataprep/say.h"

/* Parameters: see the form of the same name in synth_plate.c. */

static const char *const plate_bare[] = {
    "[{np}]",
};
const cad_sentences cad_say_plate_bare = CAD_SENTENCES(plate_bare);

static const char *const plate_centre[] = {
    "[{np}]",
};
const cad_sentences cad_say_plate_centre = CAD_SENTENCES(plate_centre);

static const char *const plate_corners[] = {
    "[{np}]",
};
const cad_sentences cad_say_plate_corners = CAD_SENTENCES(plate_corners);

static const char *const plate_corners_centre[] = {
    "[{np}]",
};
const cad_sentences cad_say_plate_corners_centre = CAD_SENTENCES(plate_corners_centre);

static const char *const plate_pair[] = {
    "[{np}]",
};
const cad_sentences cad_say_plate_pair = CAD_SENTENCES(plate_pair);

static const char *const plate_row[] = {
    "[{np}]",
};
const cad_sentences cad_say_plate_row = CAD_SENTENCES(plate_row);

static const char *const plate_grid[] = {
    "[{np}]",
};
const cad_sentences cad_say_plate_grid = CAD_SENTENCES(plate_grid);
