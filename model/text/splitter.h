/* A split pattern, run by many threads: that of Qwen2 and Llama 3 by split_scan.h, any other compiled once by PCRE2 with JIT.
 * \p{L}, \p{N} and \s are those of the tokenizers library whatever the version of PCRE2 (split_pattern.h). */
#ifndef CADLM_MODEL_TEXT_SPLITTER_H
#define CADLM_MODEL_TEXT_SPLITTER_H

#include "core/status.h"
#include "model/text/chars.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_splitter cad_splitter;
typedef struct cad_split_run cad_split_run; /* what one scan of one thread needs */

/* Unicode properties are on (UTF, UCP).  A pattern that does not compile or can match the empty text is CAD_EREFUSED;
 * `where` names the file in the message. */
CAD_MUST_USE cad_status cad_splitter_create(const char *pattern, size_t len, const char *where, cad_splitter **out);
void cad_splitter_destroy(cad_splitter *s);
/* The classes of characters by which it splits, of cad_unicode_sets.  Borrowed. */
const cad_chars *cad_splitter_chars(const cad_splitter *s);

/* May serve one text after the other, with cad_split_text before each. */
CAD_MUST_USE cad_status cad_split_begin(const cad_splitter *s, cad_split_run **out);
void cad_split_text(cad_split_run *r);
void cad_split_end(cad_split_run *r);
/* The end of the piece that starts at `at` < len of `text` (valid UTF-8): a match, or the text up to the next match.  Breach of
 * PCRE2's match, depth or heap limit: CAD_EDATA with the offset. */
CAD_MUST_USE cad_status cad_split_next(const cad_splitter *s, cad_split_run *r, const char *text, size_t len, size_t at,
                                       size_t *out_end);

#ifdef __cplusplus
}
#endif
#endif
