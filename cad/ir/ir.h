/* Compact IR: programs as data (spec compact-ir.md; section numbers below mean that page).
 *
 *   text -> cad_ir_parse -> cad_ir_check -> cad_solid_from_ir (cad/occt)
 *                 |-> cad_ir_print, cad_ir_canon, cad_ir_print_upstream, cad_ir_lower
 *
 * A program is an array of nodes in order of their ids, the segments of its sketches, and its document statements.  Lengths
 * are millimetres, angles degrees.  Everything lives in the arena given to the parser; parsing, binding and checking take
 * linear time, use no recursion and are safe on any bytes. */
#ifndef CADLM_CAD_IR_IR_H
#define CADLM_CAD_IR_IR_H

#include "cad/ir/diag.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Section 12. */
typedef enum cad_ir_dialect { CAD_IR_DIALECT_upstream, CAD_IR_DIALECT_cadlm } cad_ir_dialect;

/* Section 15. */
enum {
    CAD_IR_MAX_TEXT = 1 << 20,
    CAD_IR_MAX_LINE = 4096,
    CAD_IR_MAX_NODES = 4096,
    CAD_IR_MAX_SEGS = 4096, /* of one sketch */
    CAD_IR_MAX_COUNT = 1000,
    CAD_IR_MAX_COPIES = 10000,
    CAD_IR_MAX_SIDES = 360,
    CAD_IR_MAX_NAME = 256
};
#define CAD_IR_MAX_SIZE 1e6
#define CAD_IR_MIN_SIZE 1e-4

/* X(name, refs, numbers, count): operands, f64 arguments, whether an integer count belongs to it.  F reads as FI. */
#define CAD_IR_OPS(X)                                                                                                          \
    X(C, 0, 3, 0)  /* arg: sx sy sz, corner at the origin                      */                                              \
    X(Y, 0, 2, 0)  /* arg: r h, base disc at z=0                               */                                              \
    X(S, 0, 1, 0)  /* arg: r, centred                                          */                                              \
    X(K, 0, 3, 0)  /* arg: rb rt h                                             */                                              \
    X(P, 0, 2, 1)  /* count: k sides; arg: r (apothem) h                       */                                              \
    X(U, 2, 0, 0)  /* child: a b                                               */                                              \
    X(D, 2, 0, 0)  /* child: a b, a minus b                                    */                                              \
    X(I, 2, 0, 0)  /* child: a b                                               */                                              \
    X(T, 1, 3, 0)  /* arg: dx dy dz                                            */                                              \
    X(R, 1, 3, 0)  /* arg: rx ry rz, matrix Rx*Ry*Rz (section 6)               */                                              \
    X(X, 1, 3, 0)  /* arg: sx sy sz                                            */                                              \
    X(LP, 1, 4, 1) /* arg: dx dy dz spacing                                    */                                              \
    X(CP, 1, 7, 1) /* arg: ox oy oz ax ay az angle; step is angle/count        */                                              \
    X(SH, 1, 1, 0) /* arg: t; faces                                            */                                              \
    X(FI, 1, 1, 0) /* arg: r                                                   */                                              \
    X(CH, 1, 1, 0) /* arg: d                                                   */                                              \
    X(SK, 0, 9, 0) /* arg: origin, x direction, y direction; segments          */                                              \
    X(E, 1, 3, 0)  /* child: sketch; arg: dx dy dz                             */                                              \
    X(V, 1, 7, 0)  /* child: sketch; arg: ox oy oz ax ay az angle              */

typedef enum cad_ir_op {
#define X(name, refs, numbers, count) CAD_IR_##name,
    CAD_IR_OPS(X)
#undef X
        CAD_IR_N_OPS
} cad_ir_op;

/* Bits of cad_ir_node.faces; 0 is the closed shell of section 9. */
enum {
    CAD_IR_FACE_PX = 1,
    CAD_IR_FACE_NX = 2,
    CAD_IR_FACE_PY = 4,
    CAD_IR_FACE_NY = 8,
    CAD_IR_FACE_PZ = 16,
    CAD_IR_FACE_NZ = 32
};

typedef struct cad_ir_seg {
    bool arc;
    bool ccw;     /* arcs only */
    double p[2];  /* start, sketch coordinates */
    double q[2];  /* end */
    double c[2];  /* arc: the centre as written; cad_ir_arc gives the one that fits both ends */
    int64_t line; /* physical, from 0 */
} cad_ir_seg;

typedef struct cad_ir_node {
    cad_ir_op op;
    bool faulty;     /* its line had an error; arguments are not to be used */
    uint8_t faces;   /* SH */
    uint16_t column; /* of the opcode, from 1 */
    uint16_t ref_column[2];
    int32_t child[2];  /* operand ids, -1: none or dangling; 0..n_nodes-1 else, also a later id */
    uint64_t ref[2];   /* the ids as written */
    uint32_t count;    /* P: sides; LP, CP: copies */
    int32_t seg_begin; /* SK: its segments are seg[seg_begin .. seg_begin+n_segs) */
    int32_t n_segs;
    int64_t line;     /* physical line of the statement, from 0 */
    double arg[9];    /* in the order of CAD_IR_OPS */
    const char *name; /* UTF-8, NULL: none */
} cad_ir_node;

/* Document statements (section 11), in typed arguments by position. */
#define CAD_IR_DOC_OPS(X)                                                                                                      \
    X(M)                                                                                                                       \
    X(ROOT)                                                                                                                    \
    X(PDEF) X(INST) X(JFIX) X(JREV) X(JSLD) X(JCYL) X(JBAL) X(GROUND) X(ENV) X(BG) X(LDIR) X(LPNT) X(LSPT) X(LAREA) X(AO)      \
        X(BLOOM) X(VIG) X(TONE) X(EXP) X(CAM)
typedef enum cad_ir_doc_op {
#define X(name) CAD_IR_DOC_##name,
    CAD_IR_DOC_OPS(X)
#undef X
        CAD_IR_N_DOC_OPS
} cad_ir_doc_op;

typedef enum cad_ir_arg_kind {
    CAD_IR_ARG_id,     /* text: identifier, quoted on output only where needed */
    CAD_IR_ARG_text,   /* text: always quoted on output */
    CAD_IR_ARG_word,   /* text: keyword */
    CAD_IR_ARG_number, /* number */
    CAD_IR_ARG_count,  /* integer */
    CAD_IR_ARG_node    /* integer: node id, may be missing */
} cad_ir_arg_kind;

typedef struct cad_ir_arg {
    cad_ir_arg_kind kind;
    const char *text;
    double number;
    uint64_t integer;
} cad_ir_arg;

typedef struct cad_ir_doc {
    cad_ir_doc_op op;
    bool faulty;
    uint16_t column;
    int32_t n_args; /* those that mean something; ignored extras are not kept */
    cad_ir_arg *arg;
    int64_t line;
} cad_ir_doc;

typedef struct cad_ir {
    cad_ir_dialect dialect;
    bool ok; /* no error while parsing */
    int64_t n_lines;
    int32_t n_nodes;
    cad_ir_node *node; /* (n_nodes) */
    int32_t n_segs;
    cad_ir_seg *seg; /* (n_segs) */
    int32_t n_docs;
    cad_ir_doc *doc; /* (n_docs) */
    int32_t n_stmts;
    int32_t *stmt; /* (n_stmts) the program in order: >= 0 a node id, else ~index into doc */

    /* Binding (section 4). */
    int32_t root;      /* the result node, -1: none (no node, or ROOT names a missing one) */
    bool has_root_ref; /* root_ref is set: any program with a node or a ROOT */
    uint64_t root_ref; /* the result as the text defines it; may name a missing node */
    int32_t root_doc;  /* index of the first ROOT in doc, -1: none */
    uint8_t *used;     /* (n_nodes) 1: the result reaches it */
    int32_t *order;    /* (n_order) used nodes, operands first, left to right; the last is the result */
    int32_t n_order;
} cad_ir;

/* Parses and binds.  Findings about the text go to `diags`; out->ok says whether there was an error.  A program with errors
 * still has all its nodes (a faulty line counts as one), for messages.  The text is not kept.  A part of some dozen lines takes
 * 110 KiB of the arena; 96 MiB hold whatever 1 MiB of text can say.  Errors: CAD_ENOMEM only. */
CAD_MUST_USE cad_status cad_ir_parse(const char *text, size_t len, cad_ir_dialect dialect, cad_arena *arena, cad_diags *diags,
                                     cad_ir **out);
/* The checks of section 14 that need no kernel, in its order; skipped when the text has errors.  The program may be compiled
 * when diags->n_errors is 0.  Errors: CAD_ENOMEM only. */
CAD_MUST_USE cad_status cad_ir_check(const cad_ir *ir, cad_diags *diags);
/* Both, and CAD_EPARSE with the first error's place and text ("line 2, column 1: ..") when one was found. */
CAD_MUST_USE cad_status cad_ir_load(const char *text, size_t len, cad_ir_dialect dialect, cad_arena *arena, cad_ir **out);

/* Printers (section 16); no line end after the last line.  A program with parse errors is CAD_EDATA in all of them.
 * print: statements, order, names, orphans kept.  canon: result only, renumbered in post-order; needs acyclic references
 * without dangling ones.  print_upstream: the form of vcad's writer, needs the same of all nodes. */
CAD_MUST_USE cad_status cad_ir_print(const cad_ir *ir, cad_buf *out);
CAD_MUST_USE cad_status cad_ir_canon(const cad_ir *ir, cad_buf *out);
CAD_MUST_USE cad_status cad_ir_print_upstream(const cad_ir *ir, cad_buf *out);
/* *out = the same program without extensions (section 10), bound, in dialect upstream.  `ir` must have passed cad_ir_check.
 * Errors: CAD_EUNSUPPORTED naming the node that has no exact lowering; CAD_EDATA for what the checks let pass where the result
 * does not use it: a dangling reference, a prism without a legal number of sides. */
CAD_MUST_USE cad_status cad_ir_lower(const cad_ir *ir, cad_arena *arena, cad_ir **out);

/* {"ok","dialect","nodes","root","diagnostics"} on one line (section 13); `ok` means no error in `diags`. */
CAD_MUST_USE cad_status cad_ir_report_json(const cad_ir *ir, const cad_diags *diags, cad_buf *out);

const char *cad_ir_op_name(cad_ir_op op); /* "C", "FI", .. */
const char *cad_ir_doc_op_name(cad_ir_doc_op op);
int cad_ir_op_refs(cad_ir_op op);    /* operands: 0, 1, 2 */
int cad_ir_op_numbers(cad_ir_op op); /* entries of arg in use */
bool cad_ir_op_counts(cad_ir_op op); /* count in use */

/* The exact circle of an arc (section 7): the written centre projected on the bisector of the chord. */
typedef struct cad_ir_circle {
    double c[2], r;
    double a0, sweep; /* start angle and signed sweep in radians, ccw positive, 0 < |sweep| < 2 pi */
} cad_ir_circle;
cad_ir_circle cad_ir_arc(const cad_ir_seg *s);
/* Unit x, y and normal of a sketch's frame; only for nodes that passed the check `bad-frame`. */
void cad_ir_frame(const cad_ir_node *sk, double x[3], double y[3], double n[3]);
/* Copies of leaf solids that a node expands to through nested patterns (1 without patterns), saturated at 1e9. */
CAD_MUST_USE cad_status cad_ir_copies(const cad_ir *ir, cad_arena *scratch, int32_t node, int64_t *out);
/* Those of all nodes, (n_nodes), in the arena. */
CAD_MUST_USE cad_status cad_ir_all_copies(const cad_ir *ir, cad_arena *a, int64_t **out);

#ifdef __cplusplus
}
#endif
#endif
