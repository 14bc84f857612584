/* Captions of models as STEP-LLM gives them: a CSV file with the header model_id,isDescribable,description.
 *
 * RFC 4180: fields by commas, in quotes where they hold a comma, a quote (doubled) or a line end; UTF-8 with or without a byte
 * order mark; lines end in LF or CRLF; empty lines are passed over.  Ids are text and keep their zeros.  A model is describable
 * when its second field is `true` in any case.  Memory: the text of ids and descriptions, and 24 bytes a row. */
#ifndef CADLM_DATAPREP_CAPTIONS_CSV_H
#define CADLM_DATAPREP_CAPTIONS_CSV_H

#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_caption_row {
    uint64_t at;    /* in text: the id, a NUL, the description, a NUL */
    uint32_t line;  /* where it begins, from 1 */
    uint32_t value; /* its isDescribable; 0: true */
} cad_caption_row;

/* One spelling of isDescribable, cut to 40 bytes, and how many rows have it. */
typedef struct cad_caption_value {
    char text[41];
    int64_t rows;
} cad_caption_value;

enum { CAD_CAPTION_VALUES = 64 }; /* the first is "true", in any case; the last stands for all further ones */

typedef struct cad_captions {
    cad_buf text;
    cad_caption_row *row; /* (n) in the order of the file */
    uint32_t *by_id;      /* (n) rows by the bytes of their ids; of equal ones the earlier first */
    uint32_t n, cap;
    cad_caption_value value[CAD_CAPTION_VALUES];
    uint32_t n_values;
} cad_captions;

/* Errors: CAD_ENOTFOUND (no file; no row), CAD_EDATA with "FILE:LINE:COLUMN: found; expected" (columns in bytes from 1),
 * CAD_EIO, CAD_ENOMEM.  `out` needs cad_captions_deinit in any case. */
CAD_MUST_USE cad_status cad_captions_read(const char *path, cad_captions *out);
/* The same from memory; `where` names the file. */
CAD_MUST_USE cad_status cad_captions_parse(const char *where, const char *text, size_t len, cad_captions *out);
void cad_captions_deinit(cad_captions *c);

/* Borrowed. */
const char *cad_captions_id(const cad_captions *c, uint32_t row);
const char *cad_captions_text(const cad_captions *c, uint32_t row);
bool cad_captions_describable(const cad_captions *c, uint32_t row);
/* Whether a file begins as such a list does. */
bool cad_captions_is(const char *path);

#ifdef __cplusplus
}
#endif
#endif
