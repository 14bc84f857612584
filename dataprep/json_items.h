/* Objects of a file one after the other, whatever its size: a JSON array, or JSON lines.
 *
 * An array begins with [ and its elements are told apart by their braces; any other file is read line by line. */
#ifndef CADLM_DATAPREP_JSON_ITEMS_H
#define CADLM_DATAPREP_JSON_ITEMS_H

#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_JSON_ITEM = 128 << 20 }; /* bytes of an item at most */

typedef struct cad_json_items cad_json_items;
/* Errors: CAD_ENOTFOUND (no file, or nothing in it), CAD_EIO, CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_json_items_open(const char *path, cad_json_items **out);
/* Appends the text of the next item; *line: where it begins.  The text is not parsed: it may be no JSON.  Errors: CAD_EDATA (an
 * item too long; something else between the elements of an array; an array that does not end), CAD_EIO. */
CAD_MUST_USE cad_status cad_json_items_next(cad_json_items *r, cad_buf *text, int64_t *line, bool *more);
/* Bytes of the file, and how many of them are read. */
uint64_t cad_json_items_size(const cad_json_items *r);
uint64_t cad_json_items_at(const cad_json_items *r);
bool cad_json_items_array(const cad_json_items *r);
void cad_json_items_close(cad_json_items *r);

#ifdef __cplusplus
}
#endif
#endif
