/* The classes of a split pattern as PCRE2 is to see them. */
#ifndef CADLM_MODEL_TEXT_SPLIT_PATTERN_H
#define CADLM_MODEL_TEXT_SPLIT_PATTERN_H

#include "core/buf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Appends the pattern with \p{L}, \p{N}, \s and their negations (\P{L}, \p{^L}, \S) replaced by the ranges of unicode_ranges.h,
 * inside a class and outside: PCRE2 has tables of its own, of another Unicode than the tokenizers library.  Classes within
 * classes, && and \Q mean other things to PCRE2 than to that library: CAD_EREFUSED; `where` names the file. */
CAD_MUST_USE cad_status cad_split_pattern(const char *pattern, size_t len, const char *where, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
