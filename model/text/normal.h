/* Unicode normalisation as the tokenizers library makes it, which is that of Unicode 9.0: code points that were given marks'
 * classes or decompositions later stand as they are.  utf8proc has the decompositions and compositions, unicode_ranges.h the
 * differences.
 *
 * Formula: canonical ordering and composition, UAX #15 and section 3.11 of the Unicode standard.  O(n log n) for any text. */
#ifndef CADLM_MODEL_TEXT_NORMAL_H
#define CADLM_MODEL_TEXT_NORMAL_H

#include "core/buf.h"
#include "model/text/chars.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Decomposed characters, each with the bytes of the text that it comes from. */
typedef struct cad_unit {
    uint32_t cp, combining; /* combining class, 0: a mark has to stay behind it */
    size_t begin, end;
} cad_unit;
typedef struct cad_units {
    cad_unit *unit, *spare; /* NULL while empty; n and cap of both */
    size_t n, cap;
} cad_units;

/* Appends the canonical decomposition of cp, which stands at text[begin, end).  `c`: of cad_unicode_sets. */
CAD_MUST_USE cad_status cad_units_add(cad_units *u, const cad_chars *c, uint32_t cp, size_t begin, size_t end);
/* The same without decomposing: cp as it is. */
CAD_MUST_USE cad_status cad_units_add_whole(cad_units *u, uint32_t cp, size_t begin, size_t end);
/* Brings the marks from unit `from` on into canonical order: what was added is then form D. */
void cad_units_order(cad_units *u, size_t from);
void cad_units_deinit(cad_units *u);

/* Where text in form C differs from the original: out[out_begin, out_end) is made from text[begin, end).  What lies between two
 * edits is the same text.  In the order of out; the text's places may overlap where marks changed their order. */
typedef struct cad_form_c_edit {
    size_t out_begin, out_end, begin, end;
    size_t after; /* where the text goes on behind the changed characters, of which this is one */
} cad_form_c_edit;

typedef struct cad_form_c { /* zero before the first use */
    cad_buf text;           /* the text in form C */
    cad_form_c_edit *edit;
    size_t n_edits, cap_edits;
    cad_units units;
    int32_t *cp;
    size_t cap_cp;
} cad_form_c;

/* Whether form C can differ from the text, which is UTF-8. */
bool cad_form_c_needed(const cad_chars *c, const char *text, size_t len);
/* Fills f->text and, if `edits`, f->edit; the memory of an earlier call is used again.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_form_c_make(const cad_chars *c, const char *text, size_t len, bool edits, cad_form_c *f);
void cad_form_c_deinit(cad_form_c *f);

#ifdef __cplusplus
}
#endif
#endif
