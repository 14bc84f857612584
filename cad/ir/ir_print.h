/* Pieces that the printers share; private to cad/ir. */
#ifndef CADLM_CAD_IR_IR_PRINT_H
#define CADLM_CAD_IR_IR_PRINT_H

#include "cad/ir/ir.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One geometry statement (a sketch with all its lines), each line ended by LF.  `ids` maps ids to those printed, NULL: as
 * written.  `gap` separates the triples of SK. */
CAD_MUST_USE cad_status cad_ir_print_node(const cad_ir *ir, const cad_ir_node *n, const int32_t *ids, bool names,
                                          const char *gap, cad_buf *out);
/* One document statement with its LF; `ids` as above. */
CAD_MUST_USE cad_status cad_ir_print_doc(const cad_ir *ir, const cad_ir_doc *d, const int32_t *ids, cad_buf *out);
CAD_MUST_USE cad_status cad_ir_print_number(double v, cad_buf *out);
/* An identifier, in quotes where it needs them. */
CAD_MUST_USE cad_status cad_ir_print_id(const char *id, cad_buf *out);
CAD_MUST_USE cad_status cad_ir_print_quoted(const char *text, cad_buf *out);
/* CAD_EDATA for a program that did not parse. */
CAD_MUST_USE cad_status cad_ir_need_ok(const cad_ir *ir);
/* Post-order over all nodes, ids ascending (over the used ones alone: ir->order); CAD_EDATA for a dangling reference or a
 * cycle among them. */
CAD_MUST_USE cad_status cad_ir_sort_all(const cad_ir *ir, cad_arena *a, int32_t **order);

#ifdef __cplusplus
}
#endif
#endif
