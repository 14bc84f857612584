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

/* Appends one row: a head line, the text, then "prompt P loss L eos E total T/MAX" (L counts the end token too).  Control bytes
 * other than LF are shown as \xNN. */
CAD_MUST_USE cad_status cad_preview_row(const cad_pack *p, size_t row, const cad_tokenizer *t, cad_preview_opts opts,
                                        cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
