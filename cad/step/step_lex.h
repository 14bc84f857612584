/* Tokens of STEP files; private to cad/step. */
#ifndef CADLM_CAD_STEP_STEP_LEX_H
#define CADLM_CAD_STEP_STEP_LEX_H

#include "cad/step/step.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cad_step_token_kind {
    CAD_STEP_TOK_END,      /* of the text */
    CAD_STEP_TOK_BAD,      /* nothing the parser can use; told already */
    CAD_STEP_TOK_KEYWORD,  /* also !KEYWORD; hash is that of its upper-case form */
    CAD_STEP_TOK_NAME,     /* #12: id */
    CAD_STEP_TOK_CONSTANT, /* #NAME, @NAME, @12 */
    CAD_STEP_TOK_INTEGER,
    CAD_STEP_TOK_REAL,
    CAD_STEP_TOK_STRING, /* apostrophes included */
    CAD_STEP_TOK_ENUM,   /* points included */
    CAD_STEP_TOK_BINARY, /* quotes included */
    CAD_STEP_TOK_RESOURCE,
    CAD_STEP_TOK_FILE,       /* ISO-10303-21 */
    CAD_STEP_TOK_FILE_END,   /* END-ISO-10303-21 */
    CAD_STEP_TOK_SCOPE,      /* &SCOPE */
    CAD_STEP_TOK_PUNCTUATION /* one of ( ) , ; = / { } : $ *, in `mark` */
} cad_step_token_kind;

typedef struct cad_step_token {
    cad_step_token_kind kind;
    uint32_t at, len;
    union {
        uint64_t id;
        int64_t integer;
        double real;
        uint32_t hash;
        bool escaped; /* STRING: its bytes are not what it means */
        char mark;
    };
} cad_step_token;

typedef struct cad_step_lexer {
    const char *text;
    uint32_t len, at;
    cad_step_diags *diags;
    const cad_step_limits *limits;
    uint64_t secret;  /* of the hashes of keywords */
    uint64_t id;      /* of the instance that is read, for diagnostics; 0: none */
    bool mute;        /* the parser looks for the end of what it could not read: nothing is told */
    bool latin1_told; /* once a file */
    uint32_t n_bad;   /* tokens that raised an error */
} cad_step_lexer;

void cad_step_lexer_init(cad_step_lexer *l, const char *text, uint32_t len, cad_step_diags *diags,
                         const cad_step_limits *limits);
/* Past what stands in front of it: blanks, comments, control bytes.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_step_lex_skip(cad_step_lexer *l);
/* The next token.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_step_lex(cad_step_lexer *l, cad_step_token *out);

/* Whether a keyword of this text is `word`, in any case. */
bool cad_step_is_word(const cad_step_lexer *l, const cad_step_token *t, const char *word);
static inline bool cad_step_is_mark(const cad_step_token *t, char mark)
{
    return t->kind == CAD_STEP_TOK_PUNCTUATION && t->mark == mark;
}
/* What a message says was found: "'#'", "'PLANE'", "the end of the text". */
const char *cad_step_token_text(const cad_step_lexer *l, const cad_step_token *t, char room[48]);

#ifdef __cplusplus
}
#endif
#endif
