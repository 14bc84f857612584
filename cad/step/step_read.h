/* Reading a STEP file: what its stages share; private to cad/step. */
#ifndef CADLM_CAD_STEP_STEP_READ_H
#define CADLM_CAD_STEP_STEP_READ_H

#include "cad/step/step_lex.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Slots of a table of indices by hash; CAD_STEP_NONE: free. */
typedef struct cad_step_slots {
    uint32_t *slot;
    uint32_t mask; /* their number - 1 */
} cad_step_slots;

/* Where lines stand at even places of the text, found when they are asked for: step_tell.c. */
enum { CAD_STEP_MARKS = 512, CAD_STEP_MARK_LEAST = 1 << 16 };

typedef struct cad_step_line_mark {
    uint32_t line, begin; /* ends of lines in front of it, and the byte behind the last of them */
} cad_step_line_mark;

typedef struct cad_step_store {
    cad_step model; /* first: cad_step_close, cad_step_find and cad_step_place get here from it */
    cad_step_line_mark mark[CAD_STEP_MARKS];
    uint32_t n_marks; /* so many are known beyond the first, which is the beginning of the text */
    cad_step_limits limits;
    uint32_t cap, cap_params, cap_types, cap_names, n_names, cap_header, cap_sections;
    cad_step_slots types, ids; /* of ids mask is 0 where they are dense: slot[id] for id < n_direct */
    uint64_t n_direct;
} cad_step_store;

#define CAD_STEP_VALUE ((uint64_t)1 << 63) /* @12, beside #12 */

typedef struct cad_step_reader {
    cad_step_store *s;
    cad_step *m;
    cad_step_lexer lex;
    cad_step_token t;   /* the next token */
    bool failed;        /* the instance or entity that is read has an error */
    bool full;          /* there were more instances than the limit, which was told */
    uint64_t *external; /* names that a REFERENCE section binds, ascending: ids, and CAD_STEP_VALUE with those of values */
    uint32_t n_external, cap_external;
} cad_step_reader;

/* Room for `least` items of `size` bytes behind *items, twice *cap where that is more.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_step_grow(void *items, uint32_t least, uint32_t *cap, size_t size, const char *what);
/* Room for one more than n. */
static inline cad_status cad_step_room(void *items, uint32_t n, uint32_t *cap, size_t size, const char *what)
{
    return n < *cap ? CAD_OK : cad_step_grow(items, n, cap, size, what);
}
/* r->t = the next token. */
CAD_MUST_USE static inline cad_status cad_step_advance(cad_step_reader *r)
{
    return cad_step_lex(&r->lex, &r->t);
}
/* Tells of r->t what was expected. */
CAD_MUST_USE cad_status cad_step_expected(cad_step_reader *r, cad_step_code code, const char *what);
/* r->t = the next semicolon, or what tells that there is none: the beginning of an instance, the end of a section or of all. */
CAD_MUST_USE cad_status cad_step_recover(cad_step_reader *r);
/* The index of the type that keyword r->t names. */
CAD_MUST_USE cad_status cad_step_type_of(cad_step_reader *r, uint32_t *out);

/* step_entity.c.  At "(": the parameters up to its ")", behind which r->t then stands; on an error r->failed. */
CAD_MUST_USE cad_status cad_step_params(cad_step_reader *r);
/* At #12: an instance up to its ";", and those of its SCOPE in front of it. */
CAD_MUST_USE cad_status cad_step_instances(cad_step_reader *r);
/* At a keyword: KEYWORD(..); of the header. */
CAD_MUST_USE cad_status cad_step_header_entity(cad_step_reader *r);

/* step_header.c.  What is wrong with the entities of the header. */
CAD_MUST_USE cad_status cad_step_check_header(cad_step *m);

/* Whether a constant is the name of a value, @12. */
static inline bool cad_step_is_value(const char *text, uint32_t len)
{
    return len > 1 && text[0] == '@' && text[1] >= '0' && text[1] <= '9';
}

/* step_link.c.  Ids to indices, references, cycles. */
CAD_MUST_USE cad_status cad_step_link(cad_step_reader *r);

#ifdef __cplusplus
}
#endif
#endif
