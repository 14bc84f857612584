/* JSON over jansson: parsing with a place in the message, typed getters with one wording for all callers, compact printing.
 *
 * json_t is jansson's; references follow its rules: cad_json_parse and cad_json_read give one to the caller (json_decref),
 * getters borrow. */
#ifndef CADLM_CORE_JSON_H
#define CADLM_CORE_JSON_H

#include "core/buf.h"
#include "core/status.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* `where` names the source in messages ("run/config.json" or "corpus.jsonl:12").  Duplicate keys are refused; nesting is
 * limited to 512 levels.  Errors: CAD_EPARSE with line and column. */
CAD_MUST_USE cad_status cad_json_parse(const char *text, size_t len, const char *where, json_t **out);
CAD_MUST_USE cad_status cad_json_read(const char *path, size_t limit, json_t **out);

/* Typed members of an object.  A missing key or wrong type is CAD_EDATA: "where: key 'x': found string; expected integer".
 * A string with a NUL inside is refused too: as a C string it would end there. */
CAD_MUST_USE cad_status cad_json_get_int(const json_t *o, const char *key, const char *where, int64_t *out);
CAD_MUST_USE cad_status cad_json_get_number(const json_t *o, const char *key, const char *where, double *out);
CAD_MUST_USE cad_status cad_json_get_bool(const json_t *o, const char *key, const char *where, bool *out);
CAD_MUST_USE cad_status cad_json_get_string(const json_t *o, const char *key, const char *where, const char **out);
/* A string that may hold anything, also a NUL, as the answer of a model may: its bytes are counted. */
CAD_MUST_USE cad_status cad_json_get_text(const json_t *o, const char *key, const char *where, const char **out, size_t *len);
CAD_MUST_USE cad_status cad_json_get_array(const json_t *o, const char *key, const char *where, json_t **out);
CAD_MUST_USE cad_status cad_json_get_object(const json_t *o, const char *key, const char *where, json_t **out);

/* A string of whatever bytes `text` holds: those that are no UTF-8 become U+FFFD.  New reference; NULL: out of memory. */
json_t *cad_json_text(const char *text);

/* Compact text: keys sorted, no blanks, UTF-8, numbers that read back.  Canonical: equal values give equal bytes. */
CAD_MUST_USE cad_status cad_json_print(const json_t *v, cad_buf *out);
/* Indented by two, keys in the order of insertion; for files that people open. */
CAD_MUST_USE cad_status cad_json_print_pretty(const json_t *v, cad_buf *out);
/* That text as a file, whole or not at all (cad_fs_write).  v may be NULL, what json_pack gives when memory is short:
 * CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_json_write(const char *path, const json_t *v);

#ifdef __cplusplus
}
#endif
#endif
