/* What is known about a part, as JSON: the report of cadtool check.
 *
 * {"ok":bool, "format":"step", "form":"file"|"section"|"compact"|null, "class":"ok", "level":0..9, "program":{..}|null,
 *  "step":{..}|null, "facts":{..}|null, "kernel":text|null, "reason":{"stage","code","line","text"}|null}
 *
 * class, level: as an evaluation would have them (eval/part.h).  ok: level 8, and where warnings are errors none of those.
 * form: of STEP, and what the places of its findings are in: the text, or the file that a compact text stands for.  kernel:
 * what it says against the part, also where the text was refused.  reason: of a part that is not ok the first stage that
 * fails: program (Compact IR); text, parse, reference, type, geometry (STEP); kernel; with the code of the finding and its
 * line, each null where there is none. */
#ifndef CADLM_EVAL_PART_REPORT_H
#define CADLM_EVAL_PART_REPORT_H

#include "cad/step/step.h"
#include "eval/part.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_part_report {
    const cad_part *part;
    const char *form;     /* NULL: it is no STEP */
    const cad_step *step; /* its findings; NULL: none */
    bool strict;          /* errors among them count, though the part reach level 8 */
    const char *died;     /* what ended the work of a kernel, and then the part was made without; "": nothing did */
    cad_class died_of;
} cad_part_report;

/* Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_part_report_json(const cad_part_report *r, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
