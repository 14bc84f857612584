/* UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF). */
#ifndef CADLM_CORE_UTF8_H
#define CADLM_CORE_UTF8_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of the longest valid prefix; `len` when all is valid. */
size_t cad_utf8_prefix(const void *text, size_t len);

#ifdef __cplusplus
}
#endif
#endif
