/* UTF-8 as RFC 3629 has it: no surrogates, no overlong forms, nothing above U+10FFFF. */
#ifndef CADLM_CORE_UTF8_H
#define CADLM_CORE_UTF8_H

#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The offset of the first byte that breaks UTF-8; `len` when the whole text is valid. */
size_t cad_utf8_check(const char *text, size_t len);
/* Decodes the character at text[0..len), len > 0: its length 1..4 and *out_cp; 0 when it is broken; -1 when the bytes are a
 * proper beginning that len cuts short. */
int cad_utf8_next(const char *text, size_t len, uint32_t *out_cp);
/* The longest beginning of text[0..len) that does not end inside a character: len, or up to 3 less. */
size_t cad_utf8_cut(const char *text, size_t len);
/* Writes a character below U+110000 and returns its length. */
size_t cad_utf8_put(uint32_t cp, char out[4]);
/* Appends the text with U+FFFD for what is no UTF-8: one for the longest proper beginning of a character, else one a byte (as
 * the Unicode standard recommends in section 3.9, and as the tokenizers library decodes). */
CAD_MUST_USE cad_status cad_utf8_lossy(const char *text, size_t len, cad_buf *out);

/* Nothing but blanks: spaces, tabs and line ends.  "" too. */
bool cad_text_is_blank(const char *text);

/* Text for a terminal or a line of a file: control characters and broken bytes as \n, \t or \xNN, other UTF-8 as it is. */
CAD_MUST_USE cad_status cad_utf8_escape(const char *text, size_t len, cad_buf *out);
/* The first character of text[0..len), len > 0, so: *out_len bytes at `out`; returns how many bytes of the text it takes. */
enum { CAD_UTF8_ESCAPED = 16 };
size_t cad_utf8_escape_next(const char *text, size_t len, char out[CAD_UTF8_ESCAPED], size_t *out_len);

#ifdef __cplusplus
}
#endif
#endif
