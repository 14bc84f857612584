/* A growable byte buffer that is also a string builder: `data` is always NUL-terminated once something was added. */
#ifndef CADLM_CORE_BUF_H
#define CADLM_CORE_BUF_H

#include "core/status.h"

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_buf {
    char *data; /* NULL while empty */
    size_t len, cap;
} cad_buf;

#define CAD_BUF_INIT                                                                                                           \
    {                                                                                                                          \
        0                                                                                                                      \
    }

/* All grow the buffer; on CAD_ENOMEM it keeps what it had. */
CAD_MUST_USE cad_status cad_buf_add(cad_buf *b, const void *bytes, size_t len);
CAD_MUST_USE cad_status cad_buf_str(cad_buf *b, const char *text);
CAD_MUST_USE cad_status cad_buf_printf(cad_buf *b, const char *fmt, ...) CAD_PRINTF(2, 3);
CAD_MUST_USE cad_status cad_buf_reserve(cad_buf *b, size_t extra);
/* cad_buf_add without a call, for a few bytes often. */
CAD_MUST_USE static inline cad_status cad_buf_put(cad_buf *b, const void *bytes, size_t len)
{
    if (b->cap - b->len <= len)
        CAD_TRY(cad_buf_reserve(b, len));
    memcpy(b->data + b->len, bytes, len);
    b->len += len;
    b->data[b->len] = '\0';
    return CAD_OK;
}
/* The shortest decimal that reads back to the same binary64: no exponent, no "+", "-0" as "0", "." whatever the locale.
 * The number must be finite. */
CAD_MUST_USE cad_status cad_buf_number(cad_buf *b, double value);
void cad_buf_clear(cad_buf *b);  /* keeps the memory */
void cad_buf_deinit(cad_buf *b); /* releases it; the buffer may be used again */
/* Borrowed text, "" while empty. */
const char *cad_buf_cstr(const cad_buf *b);

#ifdef __cplusplus
}
#endif
#endif
