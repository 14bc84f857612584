/* Inside of dataprep/preview: a row cut into runs of tokens of one part.  Included by dataprep/preview*.c only. */
#ifndef CADLM_DATAPREP_PREVIEW_IMPL_H
#define CADLM_DATAPREP_PREVIEW_IMPL_H

#include "dataprep/preview.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cad_preview_part { CAD_PREVIEW_context, CAD_PREVIEW_loss, CAD_PREVIEW_eos, CAD_PREVIEW_parts } cad_preview_part;

/* Takes the n tokens of one run. */
typedef cad_status (*cad_preview_fn)(void *ctx, cad_preview_part part, const uint32_t *id, size_t n);
/* Calls fn for each longest run of tokens of one part, in order; count: tokens of each part. */
CAD_MUST_USE cad_status cad_preview_runs(const cad_pack *p, size_t row, cad_preview_fn fn, void *ctx,
                                         int64_t count[CAD_PREVIEW_parts]);

/* Where in the text of a row's context its retrieved text was trimmed; len + 1: nowhere.  And what is shown there. */
size_t cad_preview_trim_at(const cad_pack *p, size_t row, const char *text, size_t len);
CAD_MUST_USE cad_status cad_preview_trim_mark(const cad_pack *p, size_t row, cad_buf *out);

/* "prompt P loss L eos E total T/MAX" */
CAD_MUST_USE cad_status cad_preview_counts(const cad_pack *p, const int64_t count[CAD_PREVIEW_parts], cad_buf *out);
CAD_MUST_USE cad_status cad_preview_ids(const cad_pack *p, size_t row, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
