/* The rules that put parts into words: one table for a family, one for each of its forms.  Private to the generator.
 *
 * A form's table has `np`, a noun phrase without article, and `spec`, a text that stands alone; the mechanism is in
 * synth_grammar.h, rules for all families are in words_common.c.  Parts whose answer is a STEP file share cad_step_rules
 * instead, and have sentences alone (say_step.c). */
#ifndef CADLM_DATAPREP_WORDS_H
#define CADLM_DATAPREP_WORDS_H

#include "dataprep/synth_grammar.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const cad_rule cad_common_rules[];
extern const cad_rule cad_words_bracket[], cad_words_bracket_bare[], cad_words_bracket_middle[], cad_words_bracket_distance[],
    cad_words_bracket_base_hole[], cad_words_bracket_base_row[];
extern const cad_rule cad_words_enclosure[], cad_words_enclosure_box[], cad_words_enclosure_box_hole[],
    cad_words_enclosure_square_tube[], cad_words_enclosure_cup[], cad_words_enclosure_round_tube[];
extern const cad_rule cad_words_flange[], cad_words_flange_blind[], cad_words_flange_flat[], cad_words_flange_hubbed[],
    cad_words_flange_hub_only[], cad_words_flange_hubbed_above[], cad_words_flange_hub_only_above[];
extern const cad_rule cad_words_hex[], cad_words_hex_bar[], cad_words_hex_standoff[], cad_words_hex_nut[], cad_words_hex_bolt[];
extern const cad_rule cad_words_plate[], cad_words_plate_bare[], cad_words_plate_centre[], cad_words_plate_corners[],
    cad_words_plate_corners_centre[], cad_words_plate_pair[], cad_words_plate_row[], cad_words_plate_grid[];
extern const cad_rule cad_words_primitive[], cad_words_primitive_box[], cad_words_primitive_cube[],
    cad_words_primitive_cylinder[], cad_words_primitive_disc[], cad_words_primitive_sphere[], cad_words_primitive_cone[],
    cad_words_primitive_frustum[];
extern const cad_rule cad_words_prism[], cad_words_prism_stud[], cad_words_prism_octa_solid[], cad_words_prism_octa_bored[],
    cad_words_prism_penta_solid[], cad_words_prism_penta_bored[], cad_words_prism_tri_solid[], cad_words_prism_tri_bored[],
    cad_words_prism_hepta_solid[], cad_words_prism_hepta_bored[], cad_words_prism_deca_solid[], cad_words_prism_deca_bored[],
    cad_words_prism_dodeca_solid[], cad_words_prism_dodeca_bored[];
extern const cad_rule cad_step_rules[], cad_words_step_box[], cad_words_step_cylinder[], cad_words_step_washer[],
    cad_words_step_l_bracket[], cad_words_step_plate[];
extern const cad_rule cad_words_spacer[], cad_words_spacer_solid[], cad_words_spacer_hollow[], cad_words_spacer_bottom[],
    cad_words_spacer_top[], cad_words_spacer_both[], cad_words_washer[];
extern const cad_rule cad_words_wheel[], cad_words_pins_plain[], cad_words_pins_bored[], cad_words_pins_hub[],
    cad_words_knob_plain[], cad_words_knob_bored[], cad_words_knob_hub[], cad_words_knob_boss[], cad_words_pins_plain_above[],
    cad_words_pins_bored_above[], cad_words_pins_hub_above[], cad_words_knob_hub_above[], cad_words_knob_boss_above[];

#ifdef __cplusplus
}
#endif
#endif
