/* What is known about a part, as JSON: the report of cadtool check.
 *
 * {"ok":bool, "format":"step", "program":{..}|null, "step":{..}|null, "facts":{..}|null, "kernel":text|null,
 *  "reason":{"stage":..,"text":..}|null}
 *
 * ok: valid (level 8) and without errors.  kernel: what it says against the part.  reason: of a part that is not ok the first
 * stage that fails: program (Compact IR); parse, reference, type, geometry (STEP); kernel. */
#ifndef CADLM_EVAL_PART_REPORT_H
#define CADLM_EVAL_PART_REPORT_H

#include "cad/ir/ir.h"
#include "cad/occt/solid.h"
#include "cad/step/step.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_part_report {
    const char *format;
    const cad_ir *ir; /* NULL: it is no program */
    const cad_diags *diags;
    const cad_step *step; /* NULL: it is no STEP file */
    const cad_solid *solid;
    const char *kernel; /* what ended its work; "" when nothing did */
} cad_part_report;

/* Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_part_report_json(const cad_part_report *r, cad_arena *arena, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
