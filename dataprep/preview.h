/* Rows of a pack as a person sees them: context, loss tokens and end token apart, decoded from the tokens themselves. */
#ifndef CADLM_DATAPREP_PREVIEW_H
#define CADLM_DATAPREP_PREVIEW_H

#include "core/buf.h"
#include "dataprep/pack.h"
#include "model/text/tokenizer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_preview_opts {
    bool color; /* context grey, loss green, end token red; otherwise the loss text stands in [[ ]] */
    bool ids;   /* the token ids below the text */
} cad_preview_opts;

/* Appends one row: a head line, the text, then "prompt P loss L eos E total T/MAX" (L counts the end token too).  Where
 * retrieved text was trimmed, the context says so.  Control bytes other than LF are shown as \xNN. */
CAD_MUST_USE cad_status cad_preview_row(const cad_pack *p, size_t row, const cad_tokenizer *t, cad_preview_opts opts,
                                        cad_buf *out);

/* Text with control bytes other than LF as \xNN. */
CAD_MUST_USE cad_status cad_preview_text(const char *text, size_t len, cad_buf *out);

/* The answer of a row: its loss tokens without the end token. */
CAD_MUST_USE cad_status cad_preview_target(const cad_pack *p, size_t row, const cad_tokenizer *t, cad_buf *out);

/* The same rows as a page of HTML that stands by itself: head; one article a row with the text (spans of class context, loss,
 * eos) and beside it a picture; end.  png: empty for none, then `why` says so. */
CAD_MUST_USE cad_status cad_preview_page_begin(const char *title, cad_buf *out);
CAD_MUST_USE cad_status cad_preview_article(const cad_pack *p, size_t row, const cad_tokenizer *t, cad_preview_opts opts,
                                            const cad_buf *png, const char *why, cad_buf *out);
CAD_MUST_USE cad_status cad_preview_page_end(cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
