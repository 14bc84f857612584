/* Whole captions, each written for one form as a person would ask for such a part; the grammar's rules may stand inside.
 * Private to the generator.  They hold no held wording (say_step.c apart).
 *
 * One sentence is one choice of the grammar (synth_grammar.h): "[Need a block, $w by $d, $t tall.|+x;..]".  A sentence without
 * an eligible alternative is drawn again. */
#ifndef CADLM_DATAPREP_SAY_H
#define CADLM_DATAPREP_SAY_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_sentences {
    const char *const *text;
    size_t n;
} cad_sentences;

#define CAD_SENTENCES(array)                                                                                                   \
    {                                                                                                                          \
        (array), sizeof(array) / sizeof *(array)                                                                               \
    }

extern const cad_sentences cad_say_primitive_box, cad_say_primitive_cube, cad_say_primitive_cylinder, cad_say_primitive_disc,
    cad_say_primitive_sphere, cad_say_primitive_cone, cad_say_primitive_frustum;
extern const cad_sentences cad_say_plate_bare, cad_say_plate_centre, cad_say_plate_corners, cad_say_plate_corners_centre,
    cad_say_plate_pair, cad_say_plate_row, cad_say_plate_grid;
extern const cad_sentences cad_say_lbracket_bare, cad_say_lbracket_middle, cad_say_lbracket_at_distance,
    cad_say_lbracket_base_hole, cad_say_lbracket_base_row;
extern const cad_sentences cad_say_enclosure_box, cad_say_enclosure_box_hole, cad_say_enclosure_cup,
    cad_say_enclosure_round_tube, cad_say_enclosure_square_tube;
extern const cad_sentences cad_say_flange_flat, cad_say_flange_blind, cad_say_flange_hubbed, cad_say_flange_hub_only,
    cad_say_flange_hubbed_above, cad_say_flange_hub_only_above;
extern const cad_sentences cad_say_hex_bar, cad_say_hex_standoff, cad_say_hex_nut, cad_say_hex_bolt;
extern const cad_sentences cad_say_prism_octa_solid, cad_say_prism_octa_bored, cad_say_prism_octa_stud,
    cad_say_prism_penta_solid, cad_say_prism_penta_bored, cad_say_prism_tri_solid, cad_say_prism_tri_bored,
    cad_say_prism_hepta_solid, cad_say_prism_hepta_bored, cad_say_prism_deca_solid, cad_say_prism_deca_bored,
    cad_say_prism_dodeca_solid, cad_say_prism_dodeca_bored;
extern const cad_sentences cad_say_spacer_solid, cad_say_spacer_hollow, cad_say_spacer_flange_bottom, cad_say_spacer_flange_top,
    cad_say_spacer_flange_both, cad_say_washer;
extern const cad_sentences cad_say_step_box, cad_say_step_cylinder, cad_say_step_washer, cad_say_step_l_bracket,
    cad_say_step_plate_1, cad_say_step_plate_4;
extern const cad_sentences cad_say_pins_plain, cad_say_pins_bored, cad_say_pins_hub, cad_say_pins_plain_above,
    cad_say_pins_bored_above, cad_say_pins_hub_above, cad_say_knob_plain, cad_say_knob_bored, cad_say_knob_hub,
    cad_say_knob_boss, cad_say_knob_hub_above, cad_say_knob_boss_above;

#ifdef __cplusplus
}
#endif
#endif
