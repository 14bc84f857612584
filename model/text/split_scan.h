/* The split pattern of Qwen2 and Llama 3 by hand: the same pieces as the pattern gives (model.splitter compares), without a
 * pattern engine.
 *
 * Encoding with the vocabulary of Qwen2.5 on one core, by hand and with PCRE2's JIT: STEP 56 and 40 MB/s, code and prose 40 and
 * 36, words of all scripts 15.7 and 4.4 (ranges of letters are searched one after the other there). 2026-11-22, AMD EPYC,
 * others running. */
#ifndef CADLM_MODEL_TEXT_SPLIT_SCAN_H
#define CADLM_MODEL_TEXT_SPLIT_SCAN_H

#include "model/text/chars.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The most digits of a piece where `pattern` is one of the two: 1 or 3; 0: it is another pattern. */
int cad_split_scan_digits(const char *pattern, size_t len);
/* The pattern with at most that many digits, 1 or 3. */
const char *cad_split_scan_pattern(int digits);
/* The end of the piece that starts at `at` < len of text known to be UTF-8.  `c`: of cad_unicode_sets. */
size_t cad_split_scan(const cad_chars *c, const char *text, size_t len, size_t at, int digits);

#ifdef __cplusplus
}
#endif
#endif
