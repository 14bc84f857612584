/* The two ways of the lexer: what most of a file is, and all; private to step_lex.c and step_lex_quick.c. */
#ifndef CADLM_CAD_STEP_STEP_LEX_IMPL_H
#define CADLM_CAD_STEP_STEP_LEX_IMPL_H

#include "cad/step/step_lex.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { STEP_UPPER = 1, STEP_LOWER = 2, STEP_DIGIT = 4, STEP_BLANK = 8, STEP_PLAIN = 16 }; /* PLAIN: itself in a string */
extern const unsigned char cad_step_class[256];

/* Hash of a keyword in upper case: eight bytes after another, the last filled up with 0, join what came before them, which is
 * unknown to whoever chose them. */
__extension__ typedef unsigned __int128 step_wide;
static inline uint64_t cad_step_hash_join(uint64_t hash, uint64_t eight, uint64_t secret)
{
    step_wide product = (step_wide)(hash ^ 0x9E3779B97F4A7C15u) * (eight ^ secret);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}
static inline uint32_t cad_step_hash_end(uint64_t hash)
{
    return (uint32_t)(hash ^ hash >> 32);
}

/* The next token where nothing is to be told of it and it does not stand at the very end; false: the lexer is where it was. */
bool cad_step_lex_quick(cad_step_lexer *l, cad_step_token *out);
/* The next token, whatever it is: what cad_step_lex is, but for its speed. */
CAD_MUST_USE cad_status cad_step_lex_any(cad_step_lexer *l, cad_step_token *out);

#ifdef __cplusplus
}
#endif
#endif
