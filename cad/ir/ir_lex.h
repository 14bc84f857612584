/* Tokens of one line of Compact IR; private to cad/ir. */
#ifndef CADLM_CAD_IR_IR_LEX_H
#define CADLM_CAD_IR_IR_LEX_H

#include "cad/ir/ir.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cad_token_kind {
    CAD_TOKEN_plain,
    CAD_TOKEN_string, /* between quotes, both included */
    CAD_TOKEN_open    /* starts with a quote that is never closed */
} cad_token_kind;

typedef struct cad_token {
    const char *s;
    size_t len;
    cad_token_kind kind;
} cad_token;

/* A line without its end, and what is left of it without white space at both ends. */
typedef struct cad_line {
    const char *raw, *s;
    size_t len; /* of s */
    size_t raw_len;
} cad_line;

/* Bytes of the white-space character at p (Unicode White_Space, as vcad splits), 0 for anything else. */
size_t cad_lex_space(const char *p, size_t left);
cad_line cad_lex_trim(const char *raw, size_t len);
/* Splits a trimmed line into at most `cap` tokens (CAD_IR_MAX_LINE is always enough); returns their number.  `quotes` false:
 * white space alone splits (sketch blocks).  Dialect cadlm ends the line at a "#" that starts a token outside quotes. */
int cad_lex_split(cad_line line, cad_ir_dialect dialect, bool quotes, cad_token *out, int cap);
/* 1-based column, in characters, of a place inside the line. */
int32_t cad_lex_column(cad_line line, const char *at);

bool cad_lex_is(const cad_token *t, const char *word);
/* Values of tokens; false: not of that form.  Numbers: nan, inf and overflow are accepted in dialect upstream alone. */
bool cad_lex_number(const cad_token *t, cad_ir_dialect dialect, double *out);
bool cad_lex_unsigned(const cad_token *t, uint64_t limit, uint64_t *out);
/* *out = the text of a token without quotes and escapes; *valid is false for NUL and for bytes that are not UTF-8. */
CAD_MUST_USE cad_status cad_lex_text(const cad_token *t, cad_ir_dialect dialect, cad_arena *a, const char **out, bool *valid);

#ifdef __cplusplus
}
#endif
#endif
