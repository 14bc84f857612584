/* Sketch geometry for the checks of section 14; private to cad/ir. */
#ifndef CADLM_CAD_IR_IR_SKETCH_H
#define CADLM_CAD_IR_IR_SKETCH_H

#include "cad/ir/ir.h"

#ifdef __cplusplus
extern "C" {
#endif

/* First problem of a sketch in the order of section 14; code NULL: none. */
typedef struct cad_ir_flaw {
    const char *code;
    int64_t line;
    char text[200];
} cad_ir_flaw;
CAD_MUST_USE cad_status cad_ir_sketch_flaw(const cad_ir *ir, const cad_ir_node *sk, cad_arena *scratch, cad_ir_flaw *out);
/* The same for E and V over a sound sketch. */
void cad_ir_extrude_flaw(const cad_ir *ir, const cad_ir_node *e, cad_ir_flaw *out);
void cad_ir_revolve_flaw(const cad_ir *ir, const cad_ir_node *v, cad_ir_flaw *out);

#ifdef __cplusplus
}
#endif
#endif
