/* A byte of bits for each code point, from ranges: two table reads, whatever the range. */
#ifndef CADLM_MODEL_TEXT_CHARS_H
#define CADLM_MODEL_TEXT_CHARS_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_CHARS_END = 0x110000, CAD_CHARS_BLOCK = 256 };

typedef struct cad_chars {
    const unsigned char *ascii; /* of the first block */
    unsigned char *block;       /* CAD_CHARS_BLOCK each, equal ones once */
    uint16_t index[CAD_CHARS_END / CAD_CHARS_BLOCK];
} cad_chars;

typedef struct cad_char_set {
    const uint32_t (*range)[2]; /* first and last, ascending */
    size_t n;
    unsigned char bit;
} cad_char_set;

/* The bits of cad_chars_unicode(), which is what split patterns and form C ask (unicode_ranges.h). */
enum {
    CAD_CHAR_LETTER = 1, /* \p{L} */
    CAD_CHAR_NUMBER = 2, /* \p{N} */
    CAD_CHAR_SPACE = 4,  /* \s */
    CAD_CHAR_ACTIVE = 8, /* not in form C, or able to change what stands before it */
    CAD_CHAR_INERT = 16  /* form C leaves it alone, though a newer Unicode would not */
};
extern const cad_char_set cad_unicode_sets[];
enum { CAD_UNICODE_SET_COUNT = 5 };

/* Owner: the caller.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_chars_create(const cad_char_set *set, size_t n, cad_chars **out);
void cad_chars_destroy(cad_chars *c); /* NULL is fine */

/* cp < CAD_CHARS_END */
static inline unsigned cad_chars_of(const cad_chars *c, uint32_t cp)
{
    return c->block[(size_t)c->index[cp / CAD_CHARS_BLOCK] * CAD_CHARS_BLOCK + cp % CAD_CHARS_BLOCK];
}

/* The character at s, of text known to be UTF-8, and its length. */
static inline uint32_t cad_chars_decode(const unsigned char *s, unsigned *out_len)
{
    if (s[0] < 0x80) {
        *out_len = 1;
        return s[0];
    }
    if (s[0] < 0xE0) {
        *out_len = 2;
        return (s[0] & 0x1Fu) << 6 | (s[1] & 0x3Fu);
    }
    if (s[0] < 0xF0) {
        *out_len = 3;
        return (s[0] & 0xFu) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
    }
    *out_len = 4;
    return (s[0] & 7u) << 18 | (s[1] & 0x3Fu) << 12 | (s[2] & 0x3Fu) << 6 | (s[3] & 0x3Fu);
}

/* The bits of the character at s, and its length. */
static inline unsigned cad_chars_at(const cad_chars *c, const unsigned char *s, unsigned *out_len)
{
    if (s[0] < 0x80) {
        *out_len = 1;
        return c->ascii[s[0]];
    }
    return cad_chars_of(c, cad_chars_decode(s, out_len));
}

#ifdef __cplusplus
}
#endif
#endif
