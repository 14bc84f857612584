/* JSON as Python's json module writes it with indent=2, so that files of both worlds differ by content alone. */
#ifndef CADLM_MODEL_HF_HFJSON_H
#define CADLM_MODEL_HF_HFJSON_H

#include "core/buf.h"
#include "core/status.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Appends the quoted string; quotes, backslashes and control bytes are escaped, everything else stays UTF-8. */
CAD_MUST_USE cad_status cad_hfjson_string(cad_buf *b, const char *text, size_t len);
/* Appends a real so that it reads back and stays a real: 1000000.0, 0.000001. */
CAD_MUST_USE cad_status cad_hfjson_real(cad_buf *b, double v);
/* Appends the value, indented by two, no LF at the end; keys sorted, or in the order of insertion. */
CAD_MUST_USE cad_status cad_hfjson_print(const json_t *v, bool sorted, cad_buf *b);

#ifdef __cplusplus
}
#endif
#endif
