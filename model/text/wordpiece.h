/* WordPiece of BERT: text -> normalised words -> the longest pieces first.  What a tokenizer.json of that kind does behind the
 * interface of tokenizer.h; no one else includes this.
 *
 * Normaliser (BertNormalizer): controls are taken out, blanks become a blank, CJK characters stand alone, marks go after
 * canonical decomposition, capitals become small.  Splitter (BertPreTokenizer): blanks part words, a punctuation character is a
 * word.  A word of more than max_chars characters, or one that no row of pieces makes, is the token for the unknown.  Formula:
 * greedy longest match first, Wu et al. 2016, arXiv 1609.08144; classes of characters as in bert_ranges.h. */
#ifndef CADLM_MODEL_TEXT_WORDPIECE_H
#define CADLM_MODEL_TEXT_WORDPIECE_H

#include "model/text/normal.h"
#include "model/text/tokenizer.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_WORDPIECE_MAX_CHARS = 1000, CAD_WORDPIECE_MAX_PREFIX = 16 };

typedef struct cad_wordpiece {
    bool clean, chinese, strip, lower, cleanup;
    char prefix[CAD_WORDPIECE_MAX_PREFIX + 1]; /* "##" */
    uint32_t unknown;
    int max_chars;
    size_t longest;   /* bytes of the longest token */
    cad_chars *chars; /* by the bits of wordpiece.c */
    cad_chars *unicode;
} cad_wordpiece;

/* Memory of one thread. */
typedef struct cad_word {
    cad_units units;
} cad_word;
void cad_word_deinit(cad_word *w);

/* Reads model, normaliser, splitter and decoder of `o`, all but the vocabulary.  Errors: CAD_EREFUSED by name, CAD_EDATA.
 */
CAD_MUST_USE cad_status cad_wordpiece_create(const json_t *o, const char *where, cad_wordpiece **out);
/* Once the tokens are there: finds the token for the unknown. */
CAD_MUST_USE cad_status cad_wordpiece_bind(cad_wordpiece *w, const cad_tokenizer *t, const json_t *o, const char *where);
void cad_wordpiece_destroy(cad_wordpiece *w); /* NULL is fine */

/* Appends ids, and spans if not NULL: bytes of the text plus `base`. */
CAD_MUST_USE cad_status cad_wordpiece_encode(const cad_tokenizer *t, cad_word *work, const char *text, size_t len, size_t base,
                                             cad_ids *out, cad_spans *spans);
/* The text of tokens as the decoder of the file puts it together: pieces joined, blanks between words. */
CAD_MUST_USE cad_status cad_wordpiece_decode(const cad_tokenizer *t, const uint32_t *id, size_t n, bool skip_special,
                                             cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
