/* The order of STEP-LLM's tool: what its stages share; private to cad/step. */
#ifndef CADLM_CAD_STEP_STEPLM_IMPL_H
#define CADLM_CAD_STEP_STEPLM_IMPL_H

#include "cad/step/id_map.h"
#include "cad/step/steplm.h"

#include <stdbool.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct steplm_span {
    const char *s;
    size_t len;
} steplm_span;

/* ---- text as their expressions see it (steplm_text.c) ---- */

static inline bool cad_steplm_is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static inline bool cad_steplm_is_blank(char c) /* \s below 0x80 */
{
    return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F);
}
static inline size_t cad_steplm_skip_blanks(const char *text, size_t at, size_t len)
{
    while (at < len && cad_steplm_is_blank(text[at]))
        at++;
    return at;
}
/* \w: letters and numbers of all scripts, and the low line. */
bool cad_steplm_is_letter(const char *text, size_t at, size_t len); /* beyond ASCII */
static inline bool cad_steplm_is_word(const char *text, size_t at, size_t len)
{
    unsigned char c = (unsigned char)text[at];
    if (c < 0x80)
        return cad_steplm_is_digit((char)c) || c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    return cad_steplm_is_letter(text, at, len);
}
/* The first place from `at` where c or `word` stands; `len`: none. */
static inline size_t cad_steplm_find_char(const char *text, size_t at, size_t len, char c)
{
    const char *p = at < len ? memchr(text + at, c, len - at) : NULL;
    return p ? (size_t)(p - text) : len;
}
size_t cad_steplm_find(const char *text, size_t at, size_t len, const char *word);
/* The id of # and digits at text[at]; *out_end is behind it.  False: there is none.  An id of more than 19 digits is
 * UINT64_MAX. */
static inline bool cad_steplm_id(const char *text, size_t at, size_t len, uint64_t *out_id, size_t *out_end)
{
    uint64_t id = 0;
    size_t p = at + 1;
    if (at >= len || text[at] != '#' || p >= len || !cad_steplm_is_digit(text[p]))
        return false;
    while (p < len && text[p] == '0')
        p++;
    size_t first = p;
    for (; p < len && cad_steplm_is_digit(text[p]); p++)
        id = p - first < 19 ? id * 10 + (uint64_t)(text[p] - '0') : UINT64_MAX;
    *out_id = id;
    *out_end = p;
    return true;
}
/* The same from `at` on, for ids that no word character follows: false when there is no more; *out_at is its #. */
bool cad_steplm_next_token(steplm_span text, size_t at, size_t *out_at, uint64_t *out_id, size_t *out_end);
/* # digits = MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION ( at the beginning of a line, blanks anywhere between. */
bool cad_steplm_is_mdgpr(steplm_span line);

/* The line at *at < len without its end, as Python's splitlines sees it; *at moves behind that. */
steplm_span cad_steplm_next_line(const char *text, size_t *at, size_t len);

enum {
    STEPLM_DROP,   /* bytes that are no UTF-8 go */
    STEPLM_LATIN_1 /* where there are such bytes, all of them are ISO 8859-1 */
};
/* The text as Python's text files give it: UTF-8, with LF for CRLF and CR.  Where that is not what it is already, *text becomes
 * what is added to the empty *room.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_steplm_read_text(steplm_span *text, int bad_bytes, cad_buf *room);

/* ---- entities (steplm_parse.c) ---- */

/* The types that have rules of their own; X(name). */
#define STEPLM_TYPES(X)                                                                                                        \
    X(PRODUCT_CATEGORY_RELATIONSHIP)                                                                                           \
    X(APPLICATION_PROTOCOL_DEFINITION)                                                                                         \
    X(MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION)                                                                 \
    X(SHAPE_DEFINITION_REPRESENTATION)                                                                                         \
    X(STYLED_ITEM)                                                                                                             \
    X(COLOUR_RGB)                                                                                                              \
    X(PRODUCT_DEFINITION_FORMATION_WITH_SPECIFIED_SOURCE)                                                                      \
    X(PRODUCT_DEFINITION_CONTEXT)

typedef enum steplm_type {
    STEPLM_OTHER, /* or not defined as an entity of one type */
#define X(name) STEPLM_##name,
    STEPLM_TYPES(X)
#undef X
} steplm_type;
const char *cad_steplm_type_name(steplm_type t);

/* An id that a line of the file begins with, or that it defines: as an entity of one type, as a complex one, or as both. */
typedef struct steplm_node {
    uint64_t id;
    steplm_span simple, complex_, params; /* s == NULL: not defined so; params: of the simple one */
    steplm_type type;
    uint32_t lead;                     /* of the line that defines it: the node it begins with */
    uint32_t first, count;             /* what a walk follows, in refs */
    uint32_t param_first, param_count; /* references of the simple definition */
    uint32_t number;                   /* in the output; 0: not there */
    uint32_t walk, colours;            /* the last walk that came here, and the last set of colours it belonged to */
    uint8_t depth;                     /* its smallest in that walk */
    uint32_t level;                    /* 1 + its place in a list by depth; 0: none */
    bool referenced, printed, on_path;
} steplm_node;

typedef struct steplm_file {
    cad_arena *arena;
    steplm_span header;
    steplm_node *node;
    uint32_t n, *refs, n_refs;
    cad_id_map index;
} steplm_file;

/* Reads text that cad_steplm_read_text gave; everything lives in f->arena and in the text.
 * Errors: CAD_EDATA (no DATA section, an id of more than 19 digits), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_steplm_parse(steplm_span text, cad_arena *a, steplm_file *f);
static inline bool cad_steplm_is_defined(const steplm_node *n)
{
    return n->simple.s || n->complex_.s;
}

/* ---- lines (steplm_order.c, steplm_print.c) ---- */

enum { STEPLM_NOTE = UINT32_MAX, STEPLM_BEGIN_BLOCK = UINT32_MAX - 1 };

typedef struct steplm_line {
    steplm_span text;
    uint32_t lead; /* the node whose id begins it, or STEPLM_NOTE, or STEPLM_BEGIN_BLOCK: a placeholder is told behind it */
} steplm_line;

typedef struct steplm_lines {
    steplm_line *line;
    uint32_t n;
    uint32_t *mdgpr, n_mdgpr; /* roots of that type, in their order: nodes */
} steplm_lines;

/* Entities and annotations in their order, with their old ids; they live in f->arena.  Errors: CAD_EDATA (MDGPR roots
 * reach too much in common), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_steplm_arrange(steplm_file *f, steplm_lines *l);
/* Appends the file with new ids and placeholders.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_steplm_print(steplm_file *f, const steplm_lines *l, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
