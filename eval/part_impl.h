/* What the files of eval/part share. */
#ifndef CADLM_EVAL_PART_IMPL_H
#define CADLM_EVAL_PART_IMPL_H

#include "eval/part.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where the stage of a worker says that the text was refused before: then come class, ':' and level of the text track. */
#define CAD_PART_REFUSED "refused:"
#define CAD_PART_TEXT "text" /* the stage before the kernel's */

/* Sets class and reason, unless there is one already. */
CAD_MUST_USE cad_status cad_part_stop(cad_part *p, cad_class c, const char *stage, const char *text, int64_t line,
                                      cad_arena *arena);
/* The same for what the kernel says, which is kept beside an earlier reason too. */
CAD_MUST_USE cad_status cad_part_against(cad_part *p, cad_class c, const char *stage, const char *text, cad_arena *arena);
/* Marks the stage for the case that the worker dies in it. */
void cad_part_enter(const cad_part *p, const char *stage);
bool cad_part_is_blank(const char *text, size_t len);

/* From a solid to facts, kernel track L4 to L8. */
CAD_MUST_USE cad_status cad_part_facts(cad_part *p, cad_arena *arena);
/* Text track of a STEP text, and its solid with facts. */
CAD_MUST_USE cad_status cad_part_climb_step(const cad_part_text *t, cad_arena *arena, cad_part *p);

#ifdef __cplusplus
}
#endif
#endif
