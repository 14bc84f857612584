/* The suite cad0-seven: the only prompts with published results of cad0, judged by geometry.
 *
 * Source of every rule and constant: the table of accepted extents, volumes, genus and faces, and the notes below it
 * (spec/cad0.md 11).  Measured on the part after merging neighbouring faces of one surface; each prompt needs one body, one
 * shell, validity, and exactly the listed faces: any other face is an extra feature and fails. */
#ifndef CADLM_EVAL_SEVEN_H
#define CADLM_EVAL_SEVEN_H

#include "cad/occt/solid.h"
#include "core/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_SEVEN_PROMPTS = 7 };

/* The prompt text of number 1..7; NULL outside. */
const char *cad_seven_prompt(int number);

/* Judges a part.  Returns NULL when it passes, else the first reason (static text, for people). */
const char *cad_seven_judge(int number, const cad_facts *facts, uint32_t open_mask);

/* Extents right (0.05 mm) and volume within 10 % of a reading: reported beside the strict verdict, never instead of it. */
bool cad_seven_near(int number, const cad_facts *facts);

#ifdef __cplusplus
}
#endif
#endif
