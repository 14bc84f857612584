/* The licence that a model directory names.  It is told to the user, who decides what it allows. */
#ifndef CADLM_MODEL_HF_LICENCE_H
#define CADLM_MODEL_HF_LICENCE_H

#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* out = what the head of `dir`/README.md says (`license`, or `license_name` beside `license: other`), else the first line of
 * `dir`/LICENSE, LICENSE.txt or LICENSE.md; cut to `size`.  false: there is none, or none that can be read. */
bool cad_model_licence(const char *dir, char *out, size_t size);
/* Appends the lines by which the card of a model made from `dir` says that licence, as the head of `dir`/README.md does
 * (license, license_name, license_link), else `license: other` with the name; nothing where none is named. */
CAD_MUST_USE cad_status cad_model_licence_card(const char *dir, cad_buf *out);
/* Whether a file of this name is a licence or goes with one: LICENSE, NOTICE, both with .txt or .md too. */
bool cad_licence_is_file(const char *name);
/* One line for the user, "DIR: licence apache-2.0"; nothing where none is named. */
void cad_model_licence_log(const char *dir);

#ifdef __cplusplus
}
#endif
#endif
