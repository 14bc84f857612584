/* State of the parser, shared by its two halves (geometry, document statements); private to cad/ir. */
#ifndef CADLM_CAD_IR_IR_PARSE_H
#define CADLM_CAD_IR_IR_PARSE_H

#include "cad/ir/ir_lex.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_ir_parser {
    const char *text, *end, *next; /* next: start of the line to read */
    int64_t line_no;               /* of the line last read */
    cad_line line;
    cad_token *tok; /* (CAD_IR_MAX_LINE) */
    int n_tok;
    cad_ir *ir;
    cad_arena *arena;
    cad_diags *diags;
    bool full; /* the limit of nodes was reached: nothing more is kept */
} cad_ir_parser;

/* Reads the next line into p->line; false at the end of the text. */
bool cad_ir_next_line(cad_ir_parser *p);
/* One finding at a place of the current line; `node` -1 for none. */
CAD_MUST_USE cad_status cad_ir_error_at(cad_ir_parser *p, const char *at, int32_t node, const char *code, const char *fmt, ...)
    CAD_PRINTF(5, 6);
/* The same about a token: "<what>: <token><tail>". */
CAD_MUST_USE cad_status cad_ir_error_token(cad_ir_parser *p, const cad_token *t, int32_t node, const char *code,
                                           const char *what, const char *tail);

/* Token -> value with its finding; *good says whether it was one. */
CAD_MUST_USE cad_status cad_ir_take_number(cad_ir_parser *p, const cad_token *t, int32_t node, double *out, bool *good);
CAD_MUST_USE cad_status cad_ir_take_ref(cad_ir_parser *p, const cad_token *t, int32_t node, uint64_t *out, bool *good);
CAD_MUST_USE cad_status cad_ir_take_count(cad_ir_parser *p, const cad_token *t, int32_t node, uint64_t *out, bool *good);
CAD_MUST_USE cad_status cad_ir_take_text(cad_ir_parser *p, const cad_token *t, int32_t node, const char **out, bool *good);

/* The document statement whose opcode this token is, or -1. */
int cad_ir_find_doc_op(const cad_token *t);
/* Parses the current line, a document statement. */
CAD_MUST_USE cad_status cad_ir_parse_doc(cad_ir_parser *p, cad_ir_doc_op op);

/* Resolves references, finds the result and the order of work. */
CAD_MUST_USE cad_status cad_ir_bind(cad_ir *ir, cad_arena *arena);

#ifdef __cplusplus
}
#endif
#endif
