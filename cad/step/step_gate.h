/* The text gate of evaluations: how far a STEP text gets before any geometry kernel sees it.
 *
 * level  reached when                                                   else the class is
 *   0    some byte is not blank                                         empty
 *   1    the last text is END-ISO-10303-21;                             truncated
 *   2    the grammar of ISO 10303-21, and the limits below              parse
 *   3    ids defined once, no dangling reference, and of the types that step_signature.h holds as many parameters as they have
 * and references to what they may refer to                            reference
 *
 * Departures that some readers forgive fail level 2 with a reason of their own, and only where nothing worse does.  What
 * strings mean, the order of partial types, the implementation level, the name of the schema and cycles are not judged. */
#ifndef CADLM_CAD_STEP_STEP_GATE_H
#define CADLM_CAD_STEP_STEP_GATE_H

#include "cad/step/step.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Limits beyond those of step.h. */
#define CAD_STEP_GATE_BYTES 50000000
#define CAD_STEP_GATE_INSTANCES 1000000
#define CAD_STEP_GATE_STRING 64000
#define CAD_STEP_GATE_SECTIONS 1
#define CAD_STEP_GATE_ID ((uint64_t)1 << 31) /* below it */
#define CAD_STEP_GATE_NUMBER 1e7             /* magnitude of integers and reals; no real is denormal */

typedef enum cad_step_gate_class {
    CAD_STEP_GATE_ok,
    CAD_STEP_GATE_empty,
    CAD_STEP_GATE_truncated,
    CAD_STEP_GATE_parse,
    CAD_STEP_GATE_reference
} cad_step_gate_class;

typedef struct cad_step_gate_result {
    int level; /* highest rung reached, 0 to 3; also 0 for an empty text */
    cad_step_gate_class class_;
    bool complete;        /* it ends as a file ends, wherever it failed */
    const char *reason;   /* "", "empty", "truncated"; parse: "syntax", "paren", "header", "number_range", "limit", and of
                             departures "lower_case", "header_order", "scope", "empty_parameter", "placeholder"; reference:
                             "duplicate_id", "dangling", "type" */
    const char *text;     /* the finding for people: "#18 ADVANCED_FACE: expected ',' or ')', found '#'"; "" when it passes */
    int64_t line, column; /* of the finding, from 1; 0 when it passes, the column also where the text as a whole fails */
} cad_step_gate_result;

/* Texts live in `a` or for ever.  Time: linear in len; memory on the heap as cad_step_read, given back.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_step_gate(const char *text, size_t len, cad_arena *a, cad_step_gate_result *out);
/* The same of a model that was read by limits and for errors of the caller's: its numbers, references and types alone.  Adds the
 * findings of cad_step_check. */
CAD_MUST_USE cad_status cad_step_gate_model(cad_step *m, cad_arena *a, cad_step_gate_result *out);
/* "ok", "empty", "truncated", "parse", "reference". */
const char *cad_step_gate_class_name(cad_step_gate_class c);

#ifdef __cplusplus
}
#endif
#endif
