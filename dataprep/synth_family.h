/* The table of part families.  Private to the generator.
 *
 * A family is a list of forms; a form is a function that draws one part and the rules that put it into words.  Every form has
 * the rules `np` (a noun phrase without article: "50x30 mm plate with ..") and `spec` (a text that stands alone); those of
 * parts whose answer is a STEP file have sentences alone. */
#ifndef CADLM_DATAPREP_SYNTH_FAMILY_H
#define CADLM_DATAPREP_SYNTH_FAMILY_H

#include "dataprep/say.h"
#include "dataprep/synth_grammar.h"
#include "dataprep/synth_part.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_form {
    const char *name;
    double share;              /* within its family */
    bool (*make)(cad_part *p); /* false: the drawn sizes do not fit together, draw again */
    const cad_rule *rules;
    const cad_sentences *say; /* whole captions of the style free */
} cad_form;

typedef struct cad_family {
    const char *name;
    double share; /* of a corpus that holds all families, primitives apart */
    bool unseen;  /* kept out of the base model's corpus */
    const cad_form *form;
    size_t n_forms;
    const cad_rule *rules; /* shared by its forms; may be NULL */
} cad_family;

extern const cad_family cad_family_primitive, cad_family_plate, cad_family_spacer, cad_family_washer, cad_family_lbracket,
    cad_family_enclosure, cad_family_flange, cad_family_hex, cad_family_prism, cad_family_turntable, cad_family_knob;

/* Whose answer is a STEP file. */
extern const cad_family cad_step_family_box, cad_step_family_cylinder, cad_step_family_washer, cad_step_family_l_bracket,
    cad_step_family_plate_1, cad_step_family_plate_4;

#define CAD_FORMS(array) (array), sizeof(array) / sizeof *(array)

#ifdef __cplusplus
}
#endif
#endif
