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
/* Appends text of others as a value in the YAML head of a model card: names and paths as they are, all else escaped and quoted,
 * so that it stays one value of one line. */
CAD_MUST_USE cad_status cad_hfjson_card_value(cad_buf *b, const char *text);
/* null, false, {} or [] */
bool cad_hfjson_is_empty(const json_t *v);
/* The first key of an object that is set (not empty) and none of the `known`; NULL: there is none. */
const char *cad_hfjson_unknown(const json_t *o, const char *const *known, size_t n);
/* Appends a real so that it reads back and stays a real: 1000000.0, 0.000001. */
CAD_MUST_USE cad_status cad_hfjson_real(cad_buf *b, double v);
/* Appends the value, indented by two, no LF at the end; keys sorted, or in the order of insertion. */
CAD_MUST_USE cad_status cad_hfjson_print(const json_t *v, bool sorted, cad_buf *b);

#ifdef __cplusplus
}
#endif
#endif
